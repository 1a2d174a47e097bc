/** Function cases: a zero that has a name is neither success nor failure, unless the name says so. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const NAMES = `enum verdict { DROP_IT, PASS_IT }; enum { NOT_MINE = 0, WAS_MINE = 1 << 0 }; enum { GATE_OK, GATE_BAD };
  #define V_DROP 0
  #define V_PASS 1
  #define STEP_SUCCESS 0
  #define off_now(x) 0
  `;
/** A call that fails, and what is returned then. */
const filter = (then: string, well = "PASS_IT"): string =>
  `${NAMES} int f(struct device *d) { int ret; if (helper(1) < 0) { ${then} } ret = helper(2); if (ret < 0) return ret; return ${well}; }`;
const error = filter("return -EINVAL;");

const SILENT: readonly (readonly [string, string])[] = [
  ["an enumerator", "return DROP_IT;"],
  ["an enumerator that is given its number", "return NOT_MINE;"],
  ["a macro", "return V_DROP;"],
  ["one of two of them", "return d ? DROP_IT : NOT_MINE;"],
  ["a variable that holds one", "ret = V_DROP; return ret;"],
  ["a variable that was declared with one", "int verdict = DROP_IT; return verdict;"],
];
const TOLD: readonly (readonly [string, string])[] = [
  ["the number itself", "return 0;"],
  ["an enumerator that is called a success", "return GATE_OK;"],
  ["a macro that is called a success", "return STEP_SUCCESS;"],
  ["what stands in place of a call", "return off_now(1);"],
  ["a variable that was written over", "int verdict = DROP_IT; verdict = 0; return verdict;"],
];

const pairs: readonly Pair[] = [
  ...SILENT.map(([name, then]) => ({ name, bad: filter(then), good: error, want: [] })),
  ...TOLD.map(([name, then]) => ({
    name,
    bad: filter(then),
    good: error,
    want: ["error-lost failure of helper()"],
    back: [],
  })),
  {
    name: "what another function of the file returns",
    bad: `${NAMES} static int refuse(struct device *d) { return DROP_IT; } int f(struct device *d) { if (helper(1) < 0) return refuse(d); return helper(2) < 0 ? -EINVAL : 0; }`,
    good: `${NAMES} static int refuse(struct device *d) { return -PASS_IT; } int f(struct device *d) { if (helper(1) < 0) return refuse(d); return helper(2) < 0 ? -EINVAL : 0; }`,
    want: [],
  },
  {
    name: "an error that is put in a variable and read by nobody where a number with a name is returned",
    bad: `${NAMES} int f(int x) { int ret = 0; if (x > 300) { ret = -EINVAL; } if (helper(x)) return -ENOMEM; return DROP_IT; }`,
    good: `${NAMES} int f(int x) { int ret = 0; if (x > 300) { ret = -EINVAL; return ret; } if (helper(x)) return -ENOMEM; return DROP_IT; }`,
    want: [],
  },
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
