/** A patch brings the rules of another era, and not all of it fits the file that tells the era: by which rules it counts is not known. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { exchanged, type FileChange, ownTree, patchMail, referenceText } from "../support/own_tree.ts";

const tree = ownTree();
const [FROM, KIND] = ["pgmap->type == MEMORY_DEVICE_COHERENT ||", "pgmap->type == MEMORY_DEVICE_FS_DAX ||"];
const init = referenceText("mm/mm_init.c");
/** Pages of FS-DAX are idle at zero now. */
const IDLE_AT_ZERO: FileChange = {
  path: "mm/mm_init.c",
  from: init,
  to: exchanged(init, FROM, `${KIND} ${FROM}`),
};
/** In a function that the tree does not have. */
const asks = (idle: string): string =>
  `static bool fsc_page_of_old_is_idle(struct page *page)\n{\n\tmight_sleep();\n\treturn page && ${idle};\n}\n`;
const refused = (from: string, to: string): FileChange => ({
  path: "fs/dax.c",
  from: asks(from),
  to: asks(to),
});

function told(...changes: readonly FileChange[]): { codes: string[]; reasons: string[] } {
  const doc = parseDocument(Buffer.from(patchMail(1, 1, ...changes)), "era.mbox");
  const { findings, runs } = reviewDocument(doc, { tree, scenario: "pfn-badblocks page=0 how=0*" });
  const fresh = findings.filter((f) => f.verdict === "new").map((f) => f.code);
  return { codes: [...new Set(fresh)], reasons: runs.map((r) => r.reason ?? "") };
}

test("a count that is wrong by the rules of the tree's era is told", () => {
  assert.deepEqual(told(IDLE_AT_ZERO).codes, ["folio-ref-underflow"]);
});

test("it is told as well where what does not fit says nothing of another rule", () => {
  const other = refused("page_ref_count(page) == 1", "page_ref_count(page) == 1 && PageReserved(page)");
  assert.deepEqual(told(IDLE_AT_ZERO, other).codes, ["folio-ref-underflow"]);
});

test("it is not where what does not fit brings the other rule", () => {
  const { codes, reasons } = told(
    IDLE_AT_ZERO,
    refused("page_ref_count(page) == 1", "!page_ref_count(page)"),
  );
  assert.deepEqual(codes, []);
  assert.match(reasons.join(), /rules of another era, and not all of it fits fs\/dax\.c/);
});
