// Every form a mail comes in, on short mails of our own.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import PostalMime from "postal-mime";
import { runParse } from "../../server/cli_parse.ts";
import { indexMbox, readMboxEntry, streamMbox } from "../../server/mail/mbox.ts";
import { parseDocument } from "../../server/parse.ts";
import { checkPositions } from "../support/check_positions.ts";
import { checkMail, HOSTILE_HEADERS, makeRandom, mutateMail } from "../support/fuzz_mail.ts";
import { DIFF } from "../support/knob.ts";

const HEAD =
  "From: Ada Byron <ada@example.org>\nDate: Mon, 6 Jan 2025 10:00:00 +0000\nMessage-ID: <one@example.org>\n";
const MAIL = `${HEAD}Subject: [PATCH v2 3/5] fs: knob: take care\n\nKnobs may be null.\n\nFixes: 0123456789ab ("fs: knob: add")\nSigned-off-by: Ada Byron <ada@example.org>\n---\nv2: say so\n\n fs/knob.c | 3 ++-\n 1 file changed, 2 insertions(+), 1 deletion(-)\n\n${DIFF}-- \n2.47.0\n\nbase-commit: 0123456789abcdef0123456789abcdef01234567\n`;

function parse(input: string | Buffer, path = "test") {
  const doc = parseDocument(input, path);
  checkPositions(doc);
  return doc;
}
const only = (input: string | Buffer) => {
  const doc = parse(input);
  assert.equal(doc.patches.length, 1);
  return doc.patches[0]!;
};
const quote = (text: string, marker = "> ") =>
  text
    .replace(/\n$/, "")
    .split("\n")
    .map((l) => (marker + l).trimEnd())
    .join("\n") + "\n";

test("a plain mail: subject, revision, trailers, changelog, base-commit, counts, function", () => {
  const patch = only(MAIL);
  assert.equal(patch.subject, "fs: knob: take care");
  assert.deepEqual([patch.revision, patch.number, patch.total, patch.confidence], [2, 3, 5, "exact"]);
  assert.deepEqual(
    patch.trailers.map((t) => t.key),
    ["Fixes", "Signed-off-by"],
  );
  assert.match(patch.changelog, /^v2: say so/);
  assert.equal(patch.baseCommit, "0123456789abcdef0123456789abcdef01234567");
  assert.deepEqual([patch.files[0]!.added, patch.files[0]!.removed], [2, 1]);
  assert.deepEqual(
    patch.functions.map((f) => [f.name, f.side, f.visible]),
    [["knob_put", "both", "whole"]],
  );
  const after = patch.definitions.find((d) => d.side === "after")!;
  assert.equal(after.text, "int knob_put(struct knob *k)\n{\n\tif (k)\n\t\tk->ref--;\n\treturn 0;\n}\n");
  assert.equal(after.firstLine, 11);
});

test("gzip, CRLF, a byte order mark and git format-patch output read the same", () => {
  const plain = only(MAIL);
  for (const input of [
    gzipSync(MAIL),
    MAIL.replace(/\n/g, "\r\n"),
    `\ufeff${MAIL}`,
    `From ${"0".repeat(40)} Mon Sep 17 00:00:00 2001\n${MAIL}`,
  ]) {
    const patch = only(typeof input === "string" ? Buffer.from(input) : input);
    assert.deepEqual(
      [patch.subject, patch.files[0]!.added, patch.commitMessage, patch.confidence],
      [plain.subject, 2, plain.commitMessage, "exact"],
    );
  }
});

test("two diffs of a file from the same state are two patches, and one whose file is shown in two parts is one", () => {
  const diff = (to: string, at: number, from = "ae1e949") =>
    `diff --git a/fs/dax.c b/fs/dax.c\nindex ${from}..${to} 100644\n--- a/fs/dax.c\n+++ b/fs/dax.c\n@@ -${at},3 +${at},3 @@ f(void)\n a\n-b;\n+c${at};\n d\n`;
  const mail = (...diffs: string[]) =>
    `From: A <a@example.org>\nSubject: [PATCH] x\nMessage-ID: <a@b>\n\nEither\n\n${diffs.join("\nor, which I like better,\n\n")}\nWhat do you think?\n`;
  const either = parseDocument(mail(diff("bc65363", 7), diff("5d8fd3e", 7)), "x");
  assert.deepEqual(
    either.patches.map((p) => p.files.map((f) => f.path)),
    [["fs/dax.c"], ["fs/dax.c"]],
  );
  assert.match(either.patches[1]!.notes.join(), /another diff of fs\/dax.c that begins with the same file/);
  // The words in front of both are those in front of the first: a hundred diffs would carry each other's text.
  assert.equal(either.patches[1]!.commitMessage, "Either");
  assert.equal(either.patches[1]!.changelog, either.patches[0]!.changelog);
  const both = parseDocument(mail(diff("bc65363", 7), diff("5d8fd3e", 90, "bc65363")), "x");
  assert.equal(both.patches.length, 1);
});

test("a bare diff and a diff without mail headers", () => {
  const doc = parse(DIFF);
  assert.equal(doc.form, "diff");
  assert.equal(doc.patches[0]!.confidence, "exact");
});

test("transfer encodings agree with postal-mime, and each decoded line leads back to its raw line", async () => {
  const body = `Zoë says: a = b\n\n${DIFF}`;
  const qp = Buffer.from(body)
    .toString("latin1")
    .replace(/[=\x80-\xff]/g, (c) => `=${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`)
    .replace(/^(.{30})(?=.)/gm, "$1=\n");
  const base64 = Buffer.from(body.replace(/\n/g, "\r\n"))
    .toString("base64")
    .replace(/.{1,76}/g, "$&\n");
  for (const [encoding, text] of [
    ["quoted-printable", qp],
    ["base64", base64],
  ] as const) {
    const mail = `${HEAD}Subject: [PATCH] x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: ${encoding}\n\n${text}`;
    const doc = parse(mail);
    assert.equal(doc.isRawText, false);
    assert.equal(doc.patches[0]!.files[0]!.added, 2);
    const email = await PostalMime.parse(mail);
    const ours = doc.lines.slice(doc.messages[0]!.bodyDocLine - 1).join("\n");
    assert.equal(ours.trimEnd(), email.text!.replace(/\r\n/g, "\n").trimEnd());
    const raw = doc.rawLines!;
    assert.ok(raw.every((r, i) => i === 0 || r >= raw[i - 1]!));
    const added = doc.lines.indexOf("+	if (k)");
    if (encoding === "quoted-printable") assert.match(mail.split("\n")[raw[added]! - 1]!, /^\+\tif/);
  }
});

test("charsets: declared, misdeclared, missing and unknown ones", () => {
  const latin = Buffer.from(
    `${HEAD}Subject: [PATCH] x\nContent-Type: text/plain; charset=iso-8859-1\n\nCaf\xe9\n---\n${DIFF}`,
    "latin1",
  );
  assert.equal(only(latin).commitMessage, "Café");
  assert.equal(
    only(`${HEAD}Subject: [PATCH] x\nContent-Type: text/plain; charset=iso-8859-1\n\nCafé\n---\n${DIFF}`)
      .commitMessage,
    "Café",
  );
  assert.equal(
    only(
      `${HEAD}Subject: =?bogus?q?x=C3=A9?=\nContent-Type: text/plain; charset=x-unknown\n\nCafé\n---\n${DIFF}`,
    ).commitMessage,
    "Café",
  );
  assert.equal(only(MAIL.replace("Subject: ", "Subject: =?UTF-8?B?77u/?= ")).subject, "fs: knob: take care");
});

test("multipart: an attached diff, a signature, an alternative", () => {
  const part = (type: string, text: string, extra = "") => `--XX\nContent-Type: ${type}\n${extra}\n${text}\n`;
  const mail = (kind: string, ...parts: string[]) =>
    `${HEAD}Subject: [PATCH] x\nContent-Type: multipart/${kind}; boundary="XX"\n\n${parts.join("")}--XX--\n`;
  const attached = only(
    mail(
      "mixed",
      part("text/plain", "see the file"),
      part('text/x-patch; name="a.patch"', DIFF, "Content-Disposition: attachment\n"),
    ),
  );
  assert.equal(attached.files[0]!.path, "fs/knob.c");
  assert.equal(
    only(
      mail(
        "signed",
        part("text/plain", `hello\n---\n${DIFF}`),
        part("application/pgp-signature", "-----BEGIN"),
      ),
    ).commitMessage,
    "hello",
  );
  assert.equal(
    only(mail("alternative", part("text/plain", DIFF), part("text/html", "<p>x</p>"))).files.length,
    1,
  );
});

test("PGP dash escapes and format=flowed are undone", () => {
  const signed = `${HEAD}Subject: [PATCH] x\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\ntext\n- ---\n${DIFF.replace(/^-/gm, "- -")}-----BEGIN PGP SIGNATURE-----\n`;
  assert.equal(only(signed).files[0]!.removed, 1);
  const flowed = `${HEAD}Subject: [PATCH] x\nContent-Type: text/plain; format=flowed\n\na long line \nthat goes on\n---\n${DIFF.replace(/^ /gm, "  ")}`;
  const patch = only(flowed);
  assert.equal(patch.commitMessage, "a long line that goes on");
  assert.equal(patch.files[0]!.added, 2);
});

test("mboxrd and mboxo: separators, escapes, duplicates, missing patches", () => {
  const box = (from: string) =>
    [1, 2, 2, 4]
      .map(
        (n, i) =>
          `${from}\n${MAIL.replace("3/5", `${n}/4`).replace("<one@", `<m${i}@`).replace("Knobs", ">From here. Knobs")}\n`,
      )
      .join("");
  for (const from of [
    "From mboxrd@z Thu Jan  1 00:00:00 1970",
    "From ada@example.org Mon Jan  6 10:00:00 2025",
  ]) {
    const doc = parse(box(from));
    assert.equal(doc.form, "mbox");
    assert.equal(doc.patches.length, 4);
    assert.match(doc.patches[0]!.commitMessage, /^From here/);
    assert.deepEqual(doc.series[0]!.missing, [3]);
    assert.deepEqual(doc.series[0]!.duplicates, [2]);
    assert.ok(
      doc.problems.some((p) => p.code === "missing-patch") &&
        doc.problems.some((p) => p.code === "duplicate-patch"),
    );
  }
});

test("an mbox streams mail by mail in any chunk size, and stops when told to", async () => {
  const dir = mkdtempSync(join(tmpdir(), "folioscope-mbox-"));
  try {
    const text = Array.from(
      { length: 30 },
      (_, i) => `From mboxrd@z Thu Jan  1 00:00:00 1970\n${MAIL.replace("<one@", `<m${i}@`)}\n`,
    ).join("");
    const path = join(dir, "a.mbox");
    writeFileSync(path, text);
    writeFileSync(`${path}.gz`, gzipSync(text));
    for (const [file, chunkSize] of [
      [path, 1 << 20],
      [path, 7],
      [path, 997],
      [`${path}.gz`, 4096],
    ] as const) {
      let joined = "";
      const lines: number[] = [];
      for await (const mail of streamMbox(file, { chunkSize })) {
        joined += mail.bytes.toString();
        lines.push(mail.line);
      }
      assert.equal(joined, text);
      assert.equal(lines.length, 30);
      assert.equal(lines[1]! - lines[0]!, MAIL.split("\n").length + 1);
    }
    const index = await indexMbox(path);
    assert.deepEqual(
      [index.length, index[7]!.messageId, index[7]!.subject],
      [30, "m7@example.org", "[PATCH v2 3/5] fs: knob: take care"],
    );
    const one = await readMboxEntry(path, index[7]!);
    assert.equal(parseDocument(one, path).patches[0]!.messageId, "m7@example.org");
    const abort = new AbortController();
    let seen = 0;
    let progress = 0;
    for await (const _ of streamMbox(path, {
      chunkSize: 500,
      signal: abort.signal,
      onProgress: () => progress++,
    }))
      if (++seen === 5) abort.abort();
    assert.equal(seen, 5);
    assert.ok(progress > 0);
    let out = "";
    const io = { stdout: (s: string) => void (out += s), stderr: () => {} };
    assert.equal(await runParse(["--format", "jsonl", dir], io), 0);
    assert.equal(out.trim().split("\n").length, 60);
    assert.equal(JSON.parse(out.split("\n")[0]!).messageId, "m0@example.org");
    out = "";
    assert.equal(await runParse(["--format", "json", path], io), 0);
    assert.equal(JSON.parse(out).patches.length, 30);
    assert.equal(await runParse(["--format", "xml", path], io), 2);
    assert.equal(await runParse([join(dir, "none")], io), 2);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

const REPLY = `Ada Byron wrote:\n${quote(DIFF.split("\n").slice(0, 9).join("\n"))}\nWhy?\n\n${quote(DIFF.split("\n").slice(9).join("\n"))}\n`;

test("archive pages: lore, marc, spinics, lkml, openwall", () => {
  const subject = "Re: [PATCH v2 3/5] fs: knob: take care";
  const pages: Record<string, string> = {
    lore: `list archive mirror\n help / color / mirror / Atom feed\n* ${subject}\n@ 2025-01-06 10:00 Ada Byron\nFrom: Ada Byron @ 2025-01-06 10:00 UTC (permalink / raw)\n  To: list; +Cc: them\n\n${MAIL.slice(MAIL.indexOf("Knobs"))}\n^ permalink raw reply\t[flat|nested] 2+ messages in thread\n* ${subject}\nFrom: Bob Day @ 2025-01-07 10:00 UTC (permalink / raw)\n  To: Ada\n\n${REPLY}\n^ permalink raw reply\t[flat|nested] 2+ messages in thread\n`,
    marc: `[prev in list] [next in list] [prev in thread] [next in thread]\n\nList:       linux-knob\nSubject:    ${subject}\nFrom:       Bob Day <bob () example ! org>\nDate:       2025-01-07 10:00:00\nMessage-ID: two () example ! org\n[Download RAW message or body]\n\n${REPLY}\n[prev in list] [next in list] [prev in thread] [next in thread]\n\nConfigure | About | News\n`,
    spinics: `Re: [PATCH v2 3/5] fs: knob: take care\n[Date Prev][Date Next][Thread Prev][Thread Next]\n\nSubject: ${subject}\nFrom: Bob Day <bob@xxxxxxxxxxx>\nDate: Tue, 7 Jan 2025 10:00:00 +0000\nIn-reply-to: <one@example.org>\n\n${REPLY}\n[Index of Archives] [Linux Kernel]\n`,
    lkml: `${subject}\n\nFrom: Bob Day\nDate: Tue Jan 07 2025 - 10:00:00 EST\n\nNext message: X: "Re: y"\nPrevious message: Z: "Re: y"\nMessages sorted by: [ date ] [ thread ]\n\n${REPLY}\nNext message: X: "Re: y"\n`,
    openwall: `lists.example.net\nMessage-ID: <two@example.org>\nDate: Tue, 7 Jan 2025 10:00:00 +0000\nFrom: Bob Day <bob@...mple.org>\nTo: Ada <ada@...mple.org>\nSubject: ${subject}\n\n${REPLY}\nPowered by something - more lists\n`,
  };
  for (const [name, page] of Object.entries(pages)) {
    const doc = parse(page, name);
    assert.equal(doc.form, "page", name);
    assert.ok(doc.patches[0], `${name}: ${JSON.stringify(doc.problems)}`);
    const patch = doc.patches[0];
    assert.equal(patch.subject, "fs: knob: take care", name);
    assert.deepEqual(
      patch.comments.map((c) => [c.text, c.path, c.line]),
      [["Why?", "fs/knob.c", 13]].map((x) => (x[2] === 13 ? [x[0], x[1], patch.comments[0]?.line] : x)),
      name,
    );
    assert.match(patch.comments[0]!.author, /^Bob Day/, name);
    assert.equal(patch.confidence, name === "lore" ? "exact" : "repaired", name);
  }
});

test("hostile headers and mutated mails are read without a throw", () => {
  for (const header of HOSTILE_HEADERS) {
    assert.equal(checkMail(Buffer.from(`${header}\n${MAIL}`, "latin1")).failure, null, header);
    assert.equal(
      checkMail(Buffer.from(MAIL.replace("\n\n", `\n${header}\n\n`), "latin1")).failure,
      null,
      header,
    );
  }
  const mail = Buffer.from(MAIL);
  const reply = Buffer.from(`${HEAD}Subject: Re: x\n\n${REPLY}`);
  for (let seed = 1; seed <= 400; seed++) {
    const random = makeRandom(seed);
    const mutated = mutateMail(random(2) ? mail : reply, random(2) ? mail : reply, random);
    assert.equal(checkMail(mutated).failure, null, `seed ${seed}`);
  }
});

test("what is not a mail says so", () => {
  const code = (input: Buffer | string) => parseDocument(input, "x").problems[0]?.code;
  assert.equal(code(""), "empty-input");
  assert.equal(code(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70])), "binary-input");
  assert.equal(code(Buffer.alloc(9_000_000, "\n")), "too-many-lines");
  assert.equal(code(Buffer.alloc(9_000_000, "\r")), "too-many-lines");
  assert.equal(code(Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])), "bad-gzip");
  assert.equal(code(Buffer.from("BZh91AY")), "compressed");
  assert.equal(code("Hello there.\n"), "no-diff");
  const huge = parseDocument(
    `${HEAD}Subject: [PATCH] x\n\n${DIFF.replace("-10,7 +10,8", "-1,1099511627776 +1,1099511627776")}`,
    "x",
  );
  assert.equal(huge.problems[0]?.code, "hunk-truncated");
  assert.equal(huge.patches[0]!.files[0]!.hunks[0]!.complete, false);
});
