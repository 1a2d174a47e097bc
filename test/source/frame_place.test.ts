/** Where the changes of a function that a mail shows in part go in another text of it: one place, or none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { outline } from "../../emulator/c/outline.ts";
import { referenceFiles } from "../../emulator/reference/index.ts";
import type { DiffLine } from "../../server/mail/types.ts";
import { codeLines } from "../../server/source/code_lines.ts";
import { placed } from "../../server/source/frame_place.ts";

const FRAME = `static int own_bind(struct own *o, int n)
{
	struct part *p = o->parts;
	int rc;

	if (n > 4) /* more than there are */
		return -EINVAL;
	lock(&o->lock);
	p->id = n;
	p->type = &own_type;
	p->up = take(o);
	rc = publish(p);
	unlock(&o->lock);
	if (rc)
		drop(p);
	return rc;
}
`;

/** A hunk: lines of a diff, the first on document line 101. */
const hunk = (text: string): DiffLine[] =>
  text
    .replace(/^\n/, "")
    .replace(/\n$/, "")
    .split("\n")
    .map((l, i) => ({ kind: l[0]!, text: l.slice(1), docLine: 101 + i }) as unknown as DiffLine);

const KNOWN = new Set(["lock", "unlock", "publish", "drop", "take", "check", "EINVAL", "EBUSY", "own_type"]);
const put = (text: string, old: "+" | "-" = "-") => placed(FRAME, [hunk(text)], old, (n) => KNOWN.has(n));

/** The lines of the one text that the other has not, with their lines in the mail. */
function more(has: { text: string; lines: readonly number[] }, not: { text: string }): string[] {
  const lines = not.text.split("\n");
  return has.text.split("\n").flatMap((l, i) => (lines.includes(l) ? [] : [`${has.lines[i]} ${l.trim()}`]));
}

test("a line that stands once is replaced there, whatever stands around it in the mail", () => {
  const got = put(`
 	own_trace(o);
-	p->id = n;	/* from 0 */
+	p->id = n + 1;
 	p->kind = &own_kind;
`);
  assert.deepEqual(more(got!.fresh, got!.old), ["103 p->id = n + 1;"]);
  assert.deepEqual(more(got!.old, got!.fresh), ["102 p->id = n;"]);
});

test("what is added goes between its neighbours; a line that calls what nobody has here is not one", () => {
  const got = put(`
 	lock(&o->lock);
 	own_trace(o);
+	if (check(o))
+		return -EBUSY;
 	p->id = n;
`);
  assert.match(got!.fresh.text, /lock\(&o->lock\);\n\tif \(check\(o\)\)\n\t\treturn -EBUSY;\n\tp->id = n;/);
  assert.deepEqual(more(got!.fresh, got!.old), ["103 if (check(o))", "104 return -EBUSY;"]);
});

test("a text that has what the patch adds gets back what it removes", () => {
  const got = put(
    `
-	rc = check(p);
+	rc = publish(p);
 	unlock(&o->lock);
`,
    "+",
  );
  assert.deepEqual(more(got!.old, got!.fresh), ["102 rc = publish(p);"]);
  assert.deepEqual(more(got!.fresh, got!.old), ["101 rc = check(p);"]);
});

test("changes in several places of a function all go in, in their order", () => {
  const parts = [
    hunk(`
-	if (n > 4)
+	if (n > 8)
 		return -EINVAL;
`),
    hunk(`
 	unlock(&o->lock);
-	if (rc)
+	if (rc < 0)
 		drop(p);
`),
  ];
  const knows = (n: string): boolean => KNOWN.has(n);
  assert.deepEqual(more(placed(FRAME, parts, "-", knows)!.fresh, { text: FRAME }), [
    "102 if (n > 8)",
    "103 if (rc < 0)",
  ]);
  assert.equal(placed(FRAME, [...parts].reverse(), "-", knows), null);
});

const REFUSED: readonly (readonly [why: string, hunk: string, old?: "+" | "-"])[] = [
  ["its old line is not there", "-\tp->id = n + 1;\n+\tp->id = n + 2;\n \tp->type = &own_type;"],
  [
    "a neighbour is there in other words, which may be what is added",
    " \tp->up = o;\n+\tcheck(p->up);\n \trc = publish(p);",
  ],
  ["its neighbours stand apart", " \tlock(&o->lock);\n+\tcheck(o);\n \trc = publish(p);"],
  [
    "the function does by other words what is newly called",
    " \tp->id = n;\n+\ttake(o);\n \tp->type = &own_type;",
  ],
  ["it is there already", " \tp->type = &own_type;\n+\tp->up = take(o);\n \trc = publish(p);"],
  ["it uses a variable that the text has not", "-\tp->id = n;\n+\tp->id = first;\n \tp->type = &own_type;"],
  ["what is around it says nothing", " {\n+\tcheck(o);\n "],
  ["it would stand within a statement", " \tif (n > 4)\n+\t\tcheck(o);\n \t\treturn -EINVAL;"],
  [
    "what the mail shows behind it stands in front of it",
    " \tunlock(&o->lock);\n-\tif (rc)\n+\tif (rc < 0)\n \t\tdrop(p);\n \tp->type = &own_type;",
  ],
  [
    "it says nothing, and what the mail shows behind it is another thing",
    " \tunlock(&o->lock);\n-\tif (rc)\n+\tif (rc < 0)\n \t\treturn rc;",
  ],
  [
    "a variable would stand for another that the text has as well",
    " \trc = publish(p);\n-\tunlock(&n->lock);\n+\tunlock(&n->gate);\n \tif (rc)",
  ],
  ["a statement would stand within another", " \tint rc;\n-\tint n = 4;\n+\tcheck(n);\n \tint rc;"],
  ["braces do not close", "-\tif (rc)\n+\tif (rc) {\n \t\tdrop(p);"],
  ["of a text that is to have it, nothing shows that it has", "-\tcheck(o);\n \tlock(&o->lock);", "+"],
];
for (const [why, text, old] of REFUSED)
  test(`no place where ${why}`, () => {
    assert.equal(put(text, old), null);
  });

test("what is an operand of the text's own condition is replaced there", () => {
  const got = placed(
    FRAME.replace("if (rc)", "if (o->live && check(o) == 1)"),
    [
      hunk(`
 	unlock(&o->lock);
-	if (check(o) == 1)
+	if (check(o) || take(o))
 		drop(p);
`),
    ],
    "-",
    (n) => KNOWN.has(n) && n !== "take",
  );
  assert.equal(got, null, "take() may be the change in other words");
  const put = placed(
    FRAME.replace("if (rc)", "if (o->live && check(o) == 1)").replace("take(o)", "NULL"),
    [
      hunk(`
 	unlock(&o->lock);
-	if (check(o) == 1)
+	if (check(o) || take(o))
 		drop(p);
`),
    ],
    "-",
    (n) => KNOWN.has(n),
  );
  assert.deepEqual(more(put!.fresh, put!.old), ["103 if (o->live && (check(o) || take(o)))"]);
  assert.deepEqual(more(put!.old, put!.fresh), ["102 if (o->live && check(o) == 1)"]);
});

test("lines may break elsewhere, and variables be called otherwise", () => {
  const got = put(`
 	lock(&own->lock);
-	piece->id =
-		n;
+	piece->id =
+		n + own->first;
 	piece->type = &own_type;
`);
  assert.deepEqual(more(got!.fresh, got!.old), ["104 p->id =", "105 n + o->first;"]);
  assert.deepEqual(Object.fromEntries(got!.names), { own: "o", piece: "p" });
});

test("a comment behind what is replaced goes with it", () => {
  const got = put(` 	int rc;
-	if (n > 4)
+	if (n > 5)
 		return -EINVAL;`);
  assert.deepEqual(more(got!.fresh, got!.old), ["103 if (n > 5)"]);
});

test("a hunk that shows more than a function has is put nowhere, and is soon done with", () => {
  const many = Array.from({ length: 40_000 }, (_, i) => `${i % 3 === 0 ? "-" : " "}\tcheck(o, ${i});`).join(
    "\n",
  );
  assert.equal(put(many), null);
  const long = Array.from({ length: 390 }, () => "o").join(", ");
  assert.equal(put(`-\tcheck(${long});\n+\tcheck(${long}, o);`), null);
});

test("a variable that the change itself declares is one", () => {
  assert.notEqual(
    put(` 	struct part *p = o->parts;
+	int first = n + 1;
 	int rc;`),
    null,
  );
});

/** Every function of some files, by its lines. */
const functions = [
  "fs/dax.c",
  "mm/memremap.c",
  "drivers/dax/bus.c",
  "drivers/dax/device.c",
  "mm/memory.c",
].flatMap((path) => {
  const { text } = referenceFiles.find((f) => f.path === path)!;
  const lines = text.split("\n");
  return outline(text)
    .filter((i) => i.kind === "function" && i.braceLine !== null)
    .map((i) => lines.slice(i.startLine - 1, i.endLine));
});
const code = (text: string): string[] => codeLines(text.split("\n")).map((l) => l.code);

const OWN = new Set("rc ret err entry page folio pgmap dev_dax vmf vma mapping".split(" "));
/** A line in which some variables have names of another's choice. */
const otherwise = (line: string): string =>
  line.replace(/(->|\.|struct )?\b([a-z_]+)\b(?!\()/g, (all, of: string | undefined, name: string) =>
    of === undefined && OWN.has(name) ? `my_${name}` : all,
  );

for (const [what, old, isThere, share, names] of [
  ["taken out of", "-", true, 4, (l: string) => l],
  ["put back into", "+", true, 3, (l: string) => l],
  ["added to", "-", false, 1, (l: string) => l],
  ["of a mail that names variables otherwise, taken out of", "-", true, 2, otherwise],
] as const)
  test(`a line ${what} each place of a function goes where it was, or nowhere`, () => {
    const count = { placed: 0, not: 0 };
    for (const lines of functions)
      lines.forEach((line, at) => {
        if (!/^\t+\w.*;$/.test(line) || at < 2) return;
        const without = lines.filter((_, i) => i !== at).join("\n");
        const from = Math.max(2, at - 3);
        // Three lines around it, one of which the mail has otherwise.
        const shown = lines.slice(from, at + 4).map((l, i) => ({
          kind: from + i !== at ? " " : isThere ? old : "+",
          text: names(from + i === at + 2 ? `${l} own_other(1);` : l),
          docLine: 100 + i,
        })) as unknown as DiffLine[];
        const [frame, wanted] = isThere ? [lines.join("\n"), without] : [without, lines.join("\n")];
        const put = placed(frame, [shown], old, (n) => !OWN.has(n.replace(/^my_/, "")));
        count[put === null ? "not" : "placed"]++;
        if (put !== null) assert.deepEqual(code(put.fresh.text), code(wanted), `${lines[0]}: ${line}`);
      });
    assert.ok(count.placed > share * count.not, JSON.stringify(count));
  });
