/** Patches of a stack that name constants which the tree has no more: what is left out of them, and what is not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { withoutOutdated } from "../../server/source/outdated.ts";

const HEADER = "#define QUEUE_FLAG_DYING 1\n#define BLK_FEAT_DAX 2\n";
const FILE = "#include <linux/own.h>\n\nint setup(struct queue *q)\n{\n\treturn 0;\n}\n";
const ground = {
  read: (path: string) => (path === "drivers/own.c" ? FILE : path === "include/linux/own.h" ? HEADER : null),
  knows: (name: string) => HEADER.includes(name) || FILE.includes(name),
};

function patched(
  lines: readonly string[],
  more = "",
): ReturnType<typeof withoutOutdated> & { left: string[] } {
  const count = (marks: string): number => lines.filter((l) => marks.includes(l[0]!)).length;
  const text = `From: A <a@example.org>
Subject: [PATCH] own: a flag

Signed-off-by: A <a@example.org>
---
diff --git a/drivers/own.c b/drivers/own.c
--- a/drivers/own.c
+++ b/drivers/own.c
@@ -3,${count(" -")} +3,${count(" +")} @@ int setup(struct queue *q)
${lines.join("\n")}
${more}-- 
2.40
`;
  const [patch] = parseDocument(Buffer.from(text), "own.eml").patches;
  const done = withoutOutdated(patch!, ground);
  const file = done.patch.files.find((f) => f.path === "drivers/own.c")!;
  return { ...done, left: file.hunks.flatMap((h) => h.lines.map((l) => l.kind + l.text)) };
}

const BODY = [" int setup(struct queue *q)", " {"];

test("a statement with a constant that the tree has no more is left out, and told", () => {
  const { left, notes } = patched([
    ...BODY,
    "+\tblk_queue_flag_set(QUEUE_FLAG_DAX, q);",
    "+\tq->dax = 0;",
    " \treturn 0;",
    " }",
  ]);
  assert.deepEqual(left, [...BODY, "+\tq->dax = 0;", " \treturn 0;", " }"]);
  assert.equal(notes.length, 1);
  assert.match(
    notes[0]!,
    /"blk_queue_flag_set\(QUEUE_FLAG_DAX, q\);" is left out: the tree has no QUEUE_FLAG_DAX any more/,
  );
});

test("a hunk that only takes such a statement out is done already", () => {
  const { left, notes } = patched([
    ...BODY,
    "-\tif (q->map)",
    "-\t\tblk_queue_flag_set(QUEUE_FLAG_DAX, q);",
    " \treturn 0;",
    " }",
  ]);
  assert.deepEqual(left, []);
  assert.match(notes[0]!, /only takes out what the tree, which has no QUEUE_FLAG_DAX, has no more/);
});

for (const [what, line] of [
  ["a constant that the tree has", "+\tblk_queue_flag_set(QUEUE_FLAG_DYING, q);"],
  ["a kind of constant that no header of the file has", "+\town_call(OWN_MODE_FAST, q);"],
  ["what is no statement by itself", "+\tif (q->flags & QUEUE_FLAG_DAX)"],
] as const)
  test(`${what} stays`, () => {
    const lines = [...BODY, line, " \treturn 0;", " }"];
    const { left, notes } = patched(lines);
    assert.deepEqual([left, notes], [lines, []]);
  });

test("a constant that the patch adds to a header stays", () => {
  const header = `diff --git a/include/linux/own.h b/include/linux/own.h
--- a/include/linux/own.h
+++ b/include/linux/own.h
@@ -1,2 +1,3 @@
 #define QUEUE_FLAG_DYING 1
+#define QUEUE_FLAG_DAX 3
 #define BLK_FEAT_DAX 2
`;
  const { notes } = patched(
    [...BODY, "+\tblk_queue_flag_set(QUEUE_FLAG_DAX, q);", " \treturn 0;", " }"],
    header,
  );
  assert.deepEqual(notes, []);
});
