/** A check that a patch only writes in other words is the same check: what it says on both sides is neither new nor fixed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { changed, mailOf } from "../support/one_change.ts";

const PATH = "fs/dax.c";
const OLD = "WARN_ON_ONCE(trunc && page_ref_count(page) > 1);";

function review(now: string, scenario = "evict-pinned"): ReviewResult {
  const { old, now: text } = changed(PATH, "dax_disassociate_entry", OLD, now);
  return reviewDocument(parseDocument(Buffer.from(mailOf(PATH, old, text)), "reworded.eml"), {
    scenario,
    era: "v6.12",
  });
}

const told = (result: ReviewResult): string[] =>
  [
    ...new Set(
      result.findings
        .filter((f) => f.code === "warn")
        .map((f) => `${f.verdict} ${f.message.replace("WARN: ", "")}`),
    ),
  ].sort();

test("a WARN_ON whose condition is written in other words is still the same warning", () => {
  assert.deepEqual(told(review("WARN_ON_ONCE(trunc && !(page_ref_count(page) == 1));")), [
    "already trunc && !(page_ref_count(page) == 1)",
  ]);
});

test("a second warning beside one that both sides give is new, and a removed one fixed", () => {
  assert.deepEqual(told(review(`${OLD}\n\t\tWARN_ON_ONCE(trunc && page_ref_count(page) != 1);`)), [
    "already trunc && page_ref_count(page) > 1",
    "new trunc && page_ref_count(page) != 1",
  ]);
  assert.deepEqual(told(review("(void)page;")), ["fixed trunc && page_ref_count(page) > 1"]);
});

test("a reworded warning that also fires where the old one did not is new there", () => {
  const result = review("WARN_ON_ONCE(trunc && page_ref_count(page) < 5);", "truncate-mapped");
  assert.ok(told(result).includes("new trunc && page_ref_count(page) < 5"), told(result).join("; "));
});
