// Diffs as reviewers and mailers leave them: quoted, cut, wrapped, miscounted. Each repair is said.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { changesNoCode, cutHunk } from "../../server/source/code_lines.ts";
import { checkPositions } from "../support/check_positions.ts";

const HUNK = `@@ -10,8 +10,9 @@ int knob_get(struct knob *k)
 
 int knob_put(struct knob *k)
 {
-	k->ref--;
+	if (k)
+		k->ref--;
 
 	return 0;
 }
 
`;
const FILE = "diff --git a/fs/knob.c b/fs/knob.c\n--- a/fs/knob.c\n+++ b/fs/knob.c\n";
const HEAD = "From: Bob Day <bob@example.org>\nSubject: [PATCH] x\nMessage-ID: <a@b>\n\n";
const quote = (text: string, marker = "> ") =>
  text
    .replace(/\n$/, "")
    .split("\n")
    .map((l) => (marker + l).trimEnd())
    .join("\n") + "\n";

function only(body: string) {
  const doc = parseDocument(HEAD + body, "test");
  checkPositions(doc);
  assert.equal(doc.patches.length, 1, JSON.stringify(doc.problems));
  return { patch: doc.patches[0]!, doc };
}
const whole = (p: ReturnType<typeof only>["patch"]) =>
  p.functions.filter((f) => f.visible === "whole").map((f) => `${f.name}:${f.side}`);

test("other mailers' quote markers", () => {
  for (const marker of ["> ", ">", ">> ", "> > ", "| ", "} ", "ada> ", ": "]) {
    const { patch } = only(quote(FILE + HUNK, marker));
    assert.deepEqual(
      [patch.files[0]!.path, patch.files[0]!.added, patch.files[0]!.removed, patch.confidence],
      ["fs/knob.c", 2, 1, "repaired"],
      marker,
    );
    assert.deepEqual(whole(patch), ["knob_put:both"], marker);
  }
});

test("remarks at several levels belong to who wrote them", () => {
  const inner = quote(FILE + HUNK.split("\n").slice(0, 5).join("\n"));
  const rest = quote(HUNK.split("\n").slice(5).join("\n"));
  const body = `On Mon, 6 Jan 2025 10:00:00 +0000, Cy Dee <cy@example.org> wrote:\n> Ada Byron <ada@example.org> writes:\n>\n${quote(inner)}>\n> Is that so?\n\nIt is.\n\n${quote(rest)}`;
  const { patch } = only(body);
  assert.equal(patch.quoteDepth, 2);
  assert.equal(patch.author, "Ada Byron <ada@example.org>");
  assert.deepEqual(
    patch.comments.map((c) => [c.author, c.text, c.side, c.line]),
    [
      ["Cy Dee <cy@example.org>", "Is that so?", "before", 13],
      ["Bob Day <bob@example.org>", "It is.", "before", 13],
    ],
  );
  assert.deepEqual(whole(patch), ["knob_put:both"]);
});

test("elided lines break a function only where lines are missing", () => {
  const lines = HUNK.trimEnd().split("\n");
  const cut =
    quote(`${FILE}${lines.slice(0, 4).join("\n")}\n`) + "[...]\n" + quote(lines.slice(7).join("\n"));
  const { patch } = only(cut);
  assert.equal(patch.files[0]!.hunks[0]!.complete, false);
  assert.deepEqual(whole(patch), []);
  assert.ok(patch.notes.some((n) => /left out by the person who quoted it/.test(n)));
  const nothing =
    quote(`${FILE}${lines.slice(0, 4).join("\n")}\n`) +
    "[...]\n" +
    quote(HUNK.split("\n").slice(4, -1).join("\n"));
  assert.deepEqual(whole(only(nothing).patch), ["knob_put:both"]);
});

test("a function split over two hunks that touch is whole", () => {
  const first = "@@ -1,3 +1,3 @@\n int f(int a)\n {\n-\ta++;\n+\ta--;\n";
  const second = "@@ -4,3 +4,3 @@ int f(int a)\n-\treturn a;\n+\treturn -a;\n }\n \n";
  assert.deepEqual(whole(only(FILE + first + second).patch), ["f:both"]);
  assert.deepEqual(whole(only(FILE + first + second.replace("-4,3 +4,3", "-5,3 +5,3")).patch), []);
});

test("false counts: the lines are believed, and it is said", () => {
  const short = only(`${FILE}${HUNK.replace("-10,8 +10,9", "-10,20 +10,21")}-- \n2.1\n`);
  assert.equal(short.patch.confidence, "repaired");
  assert.deepEqual(
    [short.patch.files[0]!.hunks[0]!.oldLines, short.patch.files[0]!.hunks[0]!.newLines],
    [8, 9],
  );
  assert.equal(
    short.doc.problems.find((p) => p.code === "hunk-counts")?.fix?.text,
    "@@ -10,8 +10,9 @@ int knob_get(struct knob *k)",
  );
  const over = only(`${FILE}${HUNK.replace("-10,8 +10,9", "-10,3 +10,3")}-- \n2.1\n`);
  assert.equal(over.patch.confidence, "repaired");
  assert.equal(over.patch.files[0]!.added, 2);
});

test("counts that hide the changed lines, or cannot be read, hide nothing", () => {
  for (const header of [
    "-10,0 +10,0", // none at all
    "-10,3 +10,3", // the context in front of the change
    "-99999999999999999999,18446744073709551616 +-1,9",
  ]) {
    const { patch, doc } = only(`${FILE}${HUNK.replace("-10,8 +10,9", header)}-- \n2.1\n`);
    const { added, removed, hunks } = patch.files[0]!;
    assert.deepEqual([added, removed, hunks[0]!.oldLines, hunks[0]!.newLines], [2, 1, 8, 9], header);
    assert.equal(changesNoCode(patch), false);
    const said = doc.problems.find((p) => p.code === "hunk-counts");
    assert.ok(said?.message.includes(header), said?.message);
  }
  // An indented list behind a hunk is prose.
  const { patch } = only(`${FILE}${HUNK}  Things to do:\n - one\n + two\n`);
  assert.deepEqual([patch.files[0]!.added, patch.files[0]!.removed], [2, 1]);
});

test("a hunk that breaks off before a change is not said to change nothing", () => {
  const [header, ...lines] = HUNK.split("\n");
  const front = lines.slice(
    0,
    lines.findIndex((l) => /^[-+]/.test(l)),
  );
  const cut = only(`${FILE}${[header, ...front].join("\n")}\n`);
  assert.equal(changesNoCode(cut.patch), false);
  assert.deepEqual(cutHunk(cut.patch), { path: "fs/knob.c", line: cut.patch.files[0]!.hunks[0]!.line });
  assert.equal(cutHunk(only(FILE + HUNK).patch), null);
});

test("a signature is no deletion; a deleted line of dashes is", () => {
  const { patch } = only(`${FILE}${HUNK}-- \n2.47.0\n`);
  assert.equal(patch.files[0]!.removed, 1);
  assert.equal(patch.confidence, "exact");
  const dashes = only(`${FILE}@@ -1,2 +1,2 @@\n--- a\n+++ b\n x\n-- \n2.47.0\n`);
  assert.deepEqual(
    [dashes.patch.files.length, dashes.patch.files[0]!.added, dashes.patch.files[0]!.removed],
    [1, 1, 1],
  );
});

test("mailer damage: wrapped, tabs without their space, NBSP, stripped blanks, wrapped headers", () => {
  const long = "\tret = knob_turn(knob, direction, KNOB_FAST | KNOB_QUIET | KNOB_FORCE,";
  const hunk = `@@ -1,4 +1,4 @@\n int f(void)\n {\n-${long} a);\n+${long} b);\n }\n`;
  const wrapped = only(FILE + hunk.replace(/, (a|b)\);/g, ",\n$1);"));
  assert.match(wrapped.patch.definitions.find((d) => d.side === "after")!.text, /KNOB_FORCE, b\);/);
  assert.ok(wrapped.doc.problems.some((p) => p.code === "diff-wrapped"));
  const tabs = only(FILE + HUNK.replace(" \treturn", "\treturn"));
  assert.ok(tabs.patch.notes.some((n) => /lost their leading space/.test(n)));
  const nbsp = only(FILE + HUNK.replace(" \treturn", "\u00a0\u00a0\u00a0 return"));
  assert.ok(nbsp.doc.problems.some((p) => p.code === "diff-nbsp" && p.fix));
  const blank = only(FILE + HUNK.replace("\n \n", "\n\n"));
  assert.equal(blank.patch.files[0]!.added, 2);
  assert.ok(blank.doc.problems.some((p) => p.code === "diff-blank-stripped"));
  const header = only(
    quote(FILE) +
      quote(
        `@@ -10,8 +10,9 @@ static int knob_get_with_a_long_name(struct knob *k,\nint b)\n${HUNK.slice(HUNK.indexOf("\n") + 1)}`,
      ),
  );
  assert.ok(header.patch.notes.some((n) => /header was wrapped/.test(n)));
});

test("file headers: rename, copy, mode, new, deleted, binary, quoted octal, spaces, plain, no newline", () => {
  const cases: [string, string, string, number, number][] = [
    [
      "diff --git a/a.c b/b.c\nsimilarity index 100%\nrename from a.c\nrename to b.c\n",
      "b.c",
      "renamed",
      0,
      0,
    ],
    [
      "diff --git a/a.c b/b.c\nsimilarity index 90%\ncopy from a.c\ncopy to b.c\n--- a/a.c\n+++ b/b.c\n@@ -1 +1 @@\n-a\n+b\n",
      "b.c",
      "copied",
      1,
      1,
    ],
    ["diff --git a/x b/x\nold mode 100644\nnew mode 100755\n", "x", "modified", 0, 0],
    ["diff --git a/x b/x\nnew file mode 100644\nindex 0000000..e69de29\n", "x", "added", 0, 0],
    [
      "diff --git a/x b/x\ndeleted file mode 100644\nindex e69de29..0000000\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
      "x",
      "deleted",
      0,
      1,
    ],
    [
      "diff --git a/p.png b/p.png\nindex 1111111..2222222 100644\nGIT binary patch\nliteral 5\nMcmXrVW>;zf1poj5\n\nliteral 0\nHcmV?d00001\n\n",
      "p.png",
      "binary",
      0,
      0,
    ],
    [
      'diff --git "a/\\303\\251.c" "b/\\303\\251.c"\n--- "a/\\303\\251.c"\n+++ "b/\\303\\251.c"\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n',
      "é.c",
      "modified",
      1,
      1,
    ],
    [
      "diff --git a/x y.c b/x y.c\n--- a/x y.c\t\n+++ b/x y.c\t\n@@ -1 +1 @@\n-a\n+b\n",
      "x y.c",
      "modified",
      1,
      1,
    ],
    [
      "--- linux.orig/mm/x.c\t2024-01-01 00:00:00.000000000 +0000\n+++ linux/mm/x.c\t2024-01-02 00:00:00.000000000 +0000\n@@ -1 +1,2 @@\n a\n+b\n",
      "mm/x.c",
      "modified",
      1,
      0,
    ],
    ["--- /dev/null\n+++ b/x.c\n@@ -0,0 +1 @@\n+b\n", "x.c", "added", 1, 0],
  ];
  for (const [diff, path, status, added, removed] of cases) {
    const file = only(diff).patch.files[0]!;
    assert.deepEqual(
      [file.path, file.status, file.added, file.removed],
      [path, status, added, removed],
      diff,
    );
  }
});

test("combined diffs are recognised and left alone", () => {
  const { patch, doc } = only(
    "diff --cc fs/x.c\nindex 1111111,2222222..3333333\n--- a/fs/x.c\n+++ b/fs/x.c\n@@@ -1,2 -1,2 +1,3 @@@\n  a\n++b\n -c\n",
  );
  assert.ok(patch.files[0]!.combined);
  assert.equal(patch.files[0]!.hunks.length, 0);
  assert.ok(doc.problems.some((p) => p.code === "diff-not-analysed"));
});

test("several patches in one mail: scissors, git log, an indented diff, a counter-patch", () => {
  const log = (n: number) =>
    `commit ${String(n).repeat(40)}\nAuthor: A ${n} B <a@b.c>\nDate:   x\n\n    title ${n}\n\n    text\n\n${FILE}${HUNK}\n`;
  const doc = parseDocument(log(1) + log(2), "log");
  checkPositions(doc);
  assert.deepEqual(
    doc.patches.map((p) => [p.subject, p.author]),
    [
      ["title 1", "A 1 B <a@b.c>"],
      ["title 2", "A 2 B <a@b.c>"],
    ],
  );
  const scissors = parseDocument(
    `${HEAD}Hello\n\n--->8---\nFrom: Cy Dee <cy@d.e>\nSubject: [PATCH] other\n\nbody\n---\n${FILE}${HUNK}`,
    "s",
  );
  assert.deepEqual(
    scissors.patches.map((p) => [p.subject, p.author, p.commitMessage, p.confidence]),
    [["other", "Cy Dee <cy@d.e>", "body", "exact"]],
  );
  const indented = only(
    `Like this:\n\n${FILE.replace(/^/gm, "    ").trimEnd()}\n${HUNK.trimEnd().replace(/^/gm, "    ")}\n\nok?\n`,
  );
  assert.deepEqual([indented.patch.files[0]!.added, indented.patch.confidence], [2, "repaired"]);
  const counter = parseDocument(
    `${HEAD}${quote(FILE + HUNK)}\nRather:\n\n${FILE}${HUNK.replace("if (k)", "if (!k)\n+\t\treturn 1;\n+\telse").replace("+10,9", "+10,11")}`,
    "c",
  );
  checkPositions(counter);
  assert.deepEqual(
    counter.patches.map((p) => [p.quoteDepth, p.confidence]),
    [
      [1, "repaired"],
      [0, "exact"],
    ],
  );
});

test("a diffstat that disagrees with its diff is reported", () => {
  const { doc } = only(
    `text\n---\n fs/knob.c | 9 +++++++--\n 1 file changed, 7 insertions(+), 2 deletions(-)\n\n${FILE}${HUNK}`,
  );
  assert.equal(doc.problems.find((p) => p.code === "diffstat")?.docLine, 8);
});

test("remarks on one revision are carried to the next by content", () => {
  const mail = (id: string, subject: string, body: string, extra = "") =>
    `From mboxrd@z Thu Jan  1 00:00:00 1970\nFrom: Ada Byron <ada@example.org>\nDate: Mon, 6 Jan 2025 10:00:00 +0000\nMessage-ID: <${id}>\nSubject: ${subject}\n${extra}\n${body}\n`;
  const v2 = HUNK.replace(/10,/g, "30,");
  const box =
    mail("v1", "[PATCH] fs: knob", FILE + HUNK) +
    mail(
      "r1",
      "Re: [PATCH] fs: knob",
      `${quote(FILE + HUNK.split("\n").slice(0, 6).join("\n"))}\nWhy?\n`,
      "In-Reply-To: <v1>\n",
    ) +
    mail("v2", "[PATCH v2] fs: knob", FILE + v2);
  const doc = parseDocument(box, "t");
  checkPositions(doc);
  assert.equal(doc.patches.length, 2);
  assert.deepEqual(
    doc.patches.map((p) => p.comments.map((c) => [c.text, c.line, c.carriedFrom?.revision])),
    [[["Why?", 13, undefined]], [["Why?", 33, 1]]],
  );
});

test("a `---` line whose `+++` line is indented otherwise does not hold the reader up", () => {
  const doc = parseDocument(`${HEAD}> --- a/x.c\n>   +++ b/x.c\n> @@ -1 +1 @@\n> -a\n> +b\n`, "test");
  checkPositions(doc);
  assert.equal(doc.messages.length, 1);
});

test("a line that was broken anywhere is joined where the counts say that nothing stands between the hunk's lines", () => {
  const lines = (p: ReturnType<typeof only>["patch"]) =>
    p.files[0]!.hunks[0]!.lines.map((l) => l.kind + l.text);
  const broken: readonly (readonly [string, string, string])[] = [
    ["+\tif (k)\n", "+\tif\n(k)\n", "+\tif (k)"],
    ["+\tif (k)\n", "+\n\tif (k)\n".replace("\t", ""), "+ if (k)"],
    [
      "+\t\tk->ref--;\n",
      "+\t\tk->ref\n--;\n".replace("\n--", " /* one\nless */ --"),
      "+\t\tk->ref /* one less */ --;",
    ],
    [" \treturn 0;\n", " \treturn\n0;\n", " \treturn 0;"],
  ];
  for (const [from, to, want] of broken) {
    const { patch } = only(FILE + HUNK.replace(from, to));
    assert.ok(lines(patch).includes(want), `${to}: ${lines(patch).join("\n")}`);
    assert.match(patch.notes.join("\n"), /a wrapped line was joined/);
    const quoted = only(quote(FILE + HUNK.replace(from, to)));
    assert.ok(lines(quoted.patch).includes(want), to);
  }
  // A remark is one still, with or without a blank line.
  for (const remark of ["Does anybody need the count after this?\n", "\nwhy?\n\n", "really\n"]) {
    const { patch } = only(FILE + HUNK.replace("+\t\tk->ref--;\n", `+\t\tk->ref--;\n${remark}`));
    assert.ok(lines(patch).includes("+\t\tk->ref--;"), remark);
    assert.ok(!patch.notes.join().includes("wrapped"), remark);
  }
});

test("tabs are as wide as mailers take them when they break a line", () => {
  const { patch } = only(
    quote(
      FILE + HUNK.replace("+\t\tk->ref--;\n", "+\t\t\t\t\tk->ref = knob_less(k->ref,\nk->more);\n"),
    ).replace("> k->more", "k->more"),
  );
  const { lines } = patch.files[0]!.hunks[0]!;
  assert.ok(lines.some((l) => l.text === "\t\t\t\t\tk->ref = knob_less(k->ref, k->more);"));
});

test("a sign that is lost is what the header's counts miss; else the line is context that lost its space", () => {
  const kinds = (text: string) =>
    only(FILE + text)
      .patch.files[0]!.hunks[0]!.lines.map((l) => l.kind)
      .join("");
  assert.equal(kinds(HUNK), "   -++     ".slice(0, kinds(HUNK).length));
  assert.equal(kinds(HUNK.replace("+\t\tk->ref--;", "\t\tk->ref--;")), kinds(HUNK));
  assert.equal(kinds(HUNK.replace("-\tk->ref--;", "\tk->ref--;")), kinds(HUNK));
  assert.equal(kinds(HUNK.replace(" \treturn 0;", "\treturn 0;")), kinds(HUNK));
});

test("a diff in quoted-printable that the mail's header does not tell of is told as that", () => {
  const hunk =
    "@@ -10,5 +10,5 @@ int knob_get(struct knob *k)\n \tint n =3D 1;\n \n-\tk->ref =3D 0;\n+\tk->ref =3D n;\n \treturn n;\n }\n";
  const encoded = FILE + hunk.replace(/\t/g, "=09");
  const { doc } = only(encoded);
  assert.ok(doc.problems.some((p) => p.code === "encoding-not-said" && p.severity === "error"));
  const said = "MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n";
  const declared = parseDocument(HEAD.replace("\n\n", `\n${said}\n`) + encoded, "t");
  assert.deepEqual(declared.problems, []);
});

test("what git or GNU patch would stumble over is told: hunks out of order, names without a/ and b/, no tabs", () => {
  const codes = (text: string) => only(text).doc.problems.map((p) => [p.code, p.docLine]);
  const line = (text: string, part: string): number =>
    (HEAD + text).split("\n").findIndex((l) => l.includes(part)) + 1;
  assert.deepEqual(codes(FILE + HUNK), []);
  const two = `${FILE}@@ -40,3 +40,3 @@\n \ta();\n-\tb();\n+\tc();\n \td();\n@@ -10,3 +10,3 @@\n \te();\n-\tf();\n+\tg();\n \th();\n`;
  assert.deepEqual(codes(two), [["hunk-order", line(two, "@@ -10,3")]]);
  const bare = FILE.replace(/ [ab]\//g, " ") + HUNK;
  assert.deepEqual(codes(bare), [["no-prefix", line(bare, "+++ ")]]);
  const blanks = FILE + HUNK.replace(/\t/g, "        ");
  assert.deepEqual(codes(blanks), [["tabs-lost", line(blanks, "        ")]]);
  // A quote is nobody's to apply.
  assert.deepEqual(codes((FILE + HUNK).replace(/\t/g, "        ").replace(/^/gm, "> ")), []);
});
