/** A fault that both sides have at the same place hides nothing that comes after it; one that only one side has ends its run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { changed, mailOf } from "../support/one_change.ts";

const PATH = "fs/dax.c";
const UNSET = changed(
  PATH,
  "dax_to_pfn",
  "\treturn v >> DAX_SHIFT;",
  "\tunsigned long turns;\n\n\tif (turns > 5)\n\t\treturn 0;\n\treturn v >> DAX_SHIFT;",
).now;
const SET = UNSET.replace("turns;", "turns = 0;");
const LOSES = changed(PATH, "dax_disassociate_entry", "page->mapping = NULL;", "(void)mapping;");

/** The function with a line of C before what it gives. */
const doing = (line: string): string =>
  changed(PATH, "dax_to_pfn", "\treturn v >> DAX_SHIFT;", `\t${line}\n\treturn v >> DAX_SHIFT;`).now;

function told(first: string, second: string): string[] {
  const again = second.replace("v >> DAX_SHIFT", "(v >> DAX_SHIFT)");
  const mail = mailOf(PATH, `${first}\n\n${LOSES.old}`, `${again}\n\n${LOSES.now}`);
  const { findings } = reviewDocument(parseDocument(Buffer.from(mail), "on.eml"), {
    scenario: "truncate-mapped order=0 index=0*",
    era: "v6.12",
  });
  return [...new Set(findings.map((f) => `${f.verdict} ${f.code} ${f.docLine > 0}`))].sort();
}

test("what only the patch breaks is told behind a value that neither side sets, which is on no line of the mail", () => {
  assert.deepEqual(told(UNSET, UNSET), ["already uninitialised-read false", "new stale-mapping true"]);
});

test("a value that only the patch leaves unset ends the run there", () => {
  assert.deepEqual(told(SET, UNSET), ["new uninitialised-read true"]);
});

for (const [what, line, code] of [
  [
    "a read outside an array",
    "unsigned long seen[2] = { 0 };\n\n\tif (seen[2 - !v] > 5)\n\t\treturn 0;",
    "out-of-bounds",
  ],
  ["a write outside an array", "unsigned long seen[2] = { 0 };\n\n\tseen[2 - !v] = v;", "out-of-bounds"],
  ["a warning", "WARN_ON(v > 5);", "warn"],
  ["a leak", "(void)kzalloc(sizeof(struct gendisk), GFP_ATOMIC);", "leaked-object"],
] as const)
  test(`what only the patch breaks is told behind ${what} on both sides`, () => {
    assert.deepEqual(told(doing(line), doing(line)), [`already ${code} false`, "new stale-mapping true"]);
  });

test("a write outside an array that only the patch makes ends the run there", () => {
  const bad = "unsigned long seen[2] = { 0 };\n\n\tseen[2 - !v] = v;";
  assert.deepEqual(told(doing(bad.replace("2 - !v", "1 - !v")), doing(bad)), ["new out-of-bounds true"]);
});
