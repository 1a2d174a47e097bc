/** A review that two threads share is the review that one makes: the same bytes. The threads are stood in for here. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { CaseOutcome, Sharing } from "../../server/review/outcome.ts";

const file = join(process.env["FOLIOSCOPE_ROOT"]!, "examples/demo.eml");
const options = { scenario: "truncate-*" };

/** Runs the odd cases as the helper does, then the even ones, which take the helper's outcomes after `given` of them. */
function shared(given: number): ReturnType<typeof reviewDocument> {
  const doc = parseDocument(readFileSync(file), "demo.eml");
  const outcomes: CaseOutcome[] = [];
  const helper: Sharing = {
    takes: false,
    mine: (i) => i % 2 === 1,
    done: (outcome) => outcomes.push(structuredClone(outcome)),
    next: () => "skip",
  };
  reviewDocument(doc, options, () => true, helper);
  assert.ok(outcomes.length > 3);
  let left = given;
  const asking: Sharing = {
    takes: true,
    mine: (i) => i % 2 === 0,
    done: () => {},
    next: (block) => (!block ? "later" : left-- > 0 ? (outcomes.shift() ?? "gone") : "gone"),
  };
  return reviewDocument(doc, options, () => true, asking);
}

test("the outcomes of two threads make the review of one", () => {
  const doc = parseDocument(readFileSync(file), "demo.eml");
  const alone = JSON.stringify(reviewDocument(doc, options));
  assert.equal(JSON.stringify(shared(Number.POSITIVE_INFINITY)), alone);
});

test("cases that a lost thread leaves are run by the other", () => {
  const doc = parseDocument(readFileSync(file), "demo.eml");
  const alone = JSON.stringify(reviewDocument(doc, options));
  assert.equal(JSON.stringify(shared(2)), alone);
});
