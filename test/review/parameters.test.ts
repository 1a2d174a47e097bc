/**
 * A patch that gives a function one more parameter and changes nothing else, without a tree: the reference kernel's callers
 * pass that parameter already, and with what a later patch makes of it. What the before side does is not the patch's before.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { patchMail, referenceText } from "../support/own_tree.ts";

const PATH = "fs/dax.c";
const whole = referenceText(PATH);
const start = whole.indexOf("static void put_unlocked_entry(");
const now = whole.slice(start, whole.indexOf("\n}\n", start) + 3);
const before = now.replace(", enum dax_wake_mode mode)", ")").replace("entry, mode)", "entry, WAKE_NEXT)");
const reason =
  /changes the parameters of put_unlocked_entry\(\), and the reference kernel v6\.12 calls it as after that/;

function verdicts(from: string, to: string): string[] {
  assert.ok(from !== to && from.includes("put_unlocked_entry"));
  const mail = patchMail(1, 1, { path: PATH, from, to });
  const { runs } = reviewDocument(parseDocument(Buffer.from(mail), "parameters.mbox"), {
    era: "v6.12",
    scenario: "invalidate-waiters order=9 readers=1 removers=2",
  });
  assert.ok(runs.length > 0);
  return [...new Set(runs.map((r) => (r.verdict === "not-modelled" ? (r.reason ?? "") : r.verdict)))];
}

test("a parameter that the reference kernel's callers pass already: nothing is said to be fixed", () => {
  const [only, ...rest] = verdicts(before, now);
  assert.match(only!, reason);
  assert.deepEqual(rest, []);
});

test("the same function changed under the same parameters is judged", () => {
  const other = now.replace("entry, mode)", "entry, WAKE_NEXT)").replace("_entry(struct", "_entry( struct");
  assert.deepEqual(verdicts(other, now), ["fixed"]);
});
