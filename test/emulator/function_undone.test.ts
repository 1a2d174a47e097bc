/** Function cases: a way out that undoes all that lasts otherwise, and says that all went well. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const probe = (error: string, undo = "pm_runtime_put_noidle(dev);"): string => `struct priv { int size; };
  int f(struct device *dev, struct priv *p) {
    int ret = pm_runtime_resume_and_get(dev); if (ret < 0) return ret;
    if (p->size < 16) { ${error} goto out; }
    ret = helper(p->size); if (ret < 0) goto out;
    return 0;
  out: ${undo} return ret; }`;
const early = (error: string): string => `struct priv { int size; };
  int f(struct device *dev, struct priv *p) { int ret = 0; mutex_lock((struct mutex *)p); if (p->size < 16) { ${error} goto out; } p->size++; out: mutex_unlock((struct mutex *)p); return ret; }`;

const pairs: readonly Pair[] = [
  {
    name: "the error is missing before the jump",
    bad: probe(""),
    good: probe("ret = -EINVAL;"),
    want: ["error-lost answer of p->size < 16"],
  },
  {
    name: "nothing lasts: there may be nothing to do",
    bad: early(""),
    good: early("ret = -EINVAL;"),
    want: [],
  },
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
