/** A side before the patch that does not come to the end of a case tells nothing of what the release shows there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { changed, mailOf } from "../support/one_change.ts";

const PATH = "drivers/dax/super.c";
const { old: GOOD, now: HELD } = changed(
  PATH,
  "dax_holder_notify_failure",
  "\trc = -EOPNOTSUPP;",
  "\treturn -EOPNOTSUPP;",
);

/** In this case a holder dies first, and the releases lose the reference of the second one, which got nothing. */
function told(old: string, now: string): string[] {
  const { findings } = reviewDocument(parseDocument(Buffer.from(mailOf(PATH, old, now)), "ended.eml"), {
    scenario: "holder kill=1*",
    era: "v6.12",
  });
  return [...new Set(findings.map((f) => `${f.verdict} ${f.code}`))].sort();
}

test("the release's own fault is not new where the code before the patch ended the run before it", () => {
  assert.deepEqual(told(HELD, GOOD), ["fixed lock-misuse"]);
});

test("nor is it fixed where the code behind the patch ends the run before it", () => {
  assert.deepEqual(told(GOOD, HELD), ["new lock-misuse"]);
});

test("what the patch itself loses is new there", () => {
  const loses = GOOD.replace(
    "= -ENXIO;",
    "= -ENXIO;\n\n\t(void)kzalloc(sizeof(struct gendisk), GFP_ATOMIC);",
  );
  const found = told(HELD, loses);
  assert.ok(found.includes("new leaked-object"), found.join("; "));
});
