/** Function cases: an error that is put in a variable and read by nobody, and a refusal whose way out is gone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { allOf, type Pair, runPair, testPairs, told } from "../support/function_pair.ts";

const CLOCK = "struct clk *devm_clk_get(struct device *dev, const char *id);";
/** A clock that cannot be had: what is said of it, and whether the function goes on. */
const clocked = (then: string): string =>
  `${CLOCK} int f(struct device *d) { struct clk *c = devm_clk_get(d, "core"); if (IS_ERR(c)) ${then} return helper(1) ? -EIO : 0; }`;

const pairs: readonly Pair[] = [
  {
    name: "what is asked for, warned of and done without may be missing",
    bad: clocked('dev_warn(d, "none\\n");'),
    good: clocked("return PTR_ERR(c);"),
    want: [],
  },
  {
    name: "what looks for NULL alone is given an error pointer",
    bad: `void *memdup_user(const void *src, size_t n); int f(const void *u) { int ret = 0; char *b = memdup_user(u, 8);
      if (IS_ERR(b)) { ret = PTR_ERR(b); goto out; } ret = helper(b[0]); out: kfree(b); return ret; }`,
    good: `void *memdup_user(const void *src, size_t n); int f(const void *u) { int ret = 0; char *b = memdup_user(u, 8);
      if (IS_ERR(b)) return PTR_ERR(b); ret = helper(b[0]); kfree(b); return ret; }`,
    want: ["error-pointer-dereference error pointer from memdup_user()"],
  },
  {
    name: "but not what looks for one itself",
    bad: `${CLOCK} void regulator_put(struct regulator *r); struct regulator *regulator_get(struct device *d, const char *id); int f(struct device *d) { struct regulator *r = regulator_get(d, "a"); int ret = 0;
      if (IS_ERR(r)) { ret = PTR_ERR(r); goto out; } ret = helper(1); out: regulator_put(r); return ret; }`,
    good: `${CLOCK} void regulator_put(struct regulator *r); struct regulator *regulator_get(struct device *d, const char *id); int f(struct device *d) { struct regulator *r = regulator_get(d, "a"); int ret = 0;
      if (IS_ERR(r)) return PTR_ERR(r); ret = helper(1); regulator_put(r); return ret; }`,
    want: [],
  },
  {
    name: "but not what is told as an error",
    bad: clocked('dev_err(d, "none\\n");'),
    good: clocked("return PTR_ERR(c);"),
    want: ["error-lost failure of devm_clk_get()"],
    back: [],
  },
  {
    name: "an error that a statement far behind writes over",
    bad: `int f(int x, int y) { int ret = 0, n; if (helper(x)) { ret = -EFAULT; } n = x + y; if (n > 3) { n = helper(n); } ret = n; return ret < 0 ? 0 : ret; }`,
    good: `int f(int x, int y) { int ret = 0, n; if (helper(x)) { ret = -EFAULT; goto out; } n = x + y; if (n > 3) { n = helper(n); } ret = n; out: return ret < 0 ? 0 : ret; }`,
    want: ["error-lost error in ret of f()"],
  },
  {
    name: "an error of the last case of a switch",
    bad: `int f(int x) { int ret; switch (x) { case 1: break; default: ret = -EINVAL; } ret = helper(x); return ret; }`,
    good: `int f(int x) { int ret; switch (x) { case 1: break; default: ret = -EINVAL; goto out; } ret = helper(x); out: return ret; }`,
    want: ["error-lost error in ret of f()"],
  },
  {
    name: "an error behind which all is said to have gone well",
    bad: `int f(int x) { int ret = 0; if (x > 300) { ret = -EINVAL; } if (helper(x)) return -ENOMEM; return 0; }`,
    good: `int f(int x) { int ret = 0; if (x > 300) { ret = -EINVAL; return ret; } if (helper(x)) return -ENOMEM; return 0; }`,
    want: ["error-lost error in ret of f()"],
  },
  {
    name: "an error that somebody else reads by its address",
    bad: `void tell(int *p); int f(int x) { int ret = 0; if (x > 300) { ret = -EINVAL; } tell(&ret); return 0; }`,
    good: `void tell(int *p); int f(int x) { return 0; }`,
    want: [],
  },
  {
    name: "an error that is put there before the test, tried again, read at the end or followed by another is none that is lost",
    bad: `int f(int x) { int ret = 0, i; if (x > 4) { ret = -ENOMEM; if (!lookup(x)) return ret; } for (i = 0; i < 2; i++) { ret = helper(i); if (ret > 7) ret = -EFAULT; }
      if (x == 9) ret = -EINVAL; if (x > 7) ret = -EFAULT; return ret; }`,
    good: `int f(int x) { return helper(x); }`,
    want: [],
  },
  {
    name: "a number that goes to the user is read",
    bad: `int f(int *arg, struct mutex *m) { int device = helper(1); mutex_lock(m); if (device > 4) device = -1; mutex_unlock(m);
      if (put_user(device, arg)) return -EFAULT; return 0; }`,
    good: `int f(int *arg, struct mutex *m) { int device = helper(1); mutex_lock(m); if (device > 4) { mutex_unlock(m);
      if (put_user(-1, arg)) return -EFAULT; return 0; } mutex_unlock(m); if (put_user(device, arg)) return -EFAULT; return 0; }`,
    want: [],
  },
];

testPairs(pairs);

/** The error of a number that a helper of the file works out; `gives` is what is returned then. */
const ANSWER = (gives: string): string => `int more(int n);
static int part(int n) { if (n > 9) return -EFAULT; return more(n); }
int f(int n) { int ret, got = 0; while ((ret = more(n)) > 0) { got = part(ret); if (got < 0) return ${gives}; n -= got; } return ret; }`;

test("the answer of another call is returned where a number says that something failed", () => {
  assert.deepEqual(told(runPair(ANSWER("ret"), ANSWER("got"), { name: "f" })), [
    "fixed error-lost answer of more() #2 < 0",
  ]);
  assert.deepEqual(told(runPair(ANSWER("got"), ANSWER("ret"), { name: "f" })), [], "it may be meant");
  assert.deepEqual(told(runPair(ANSWER("got"), ANSWER("(got)"), { name: "f" })), []);
});

test("to go on after a failure is possible at least, and no more: it may be meant", () => {
  const sync = (out: string): string => `int sync(int n); int put(int n) { return n > 3 ? 4 : 5; }
int f(int n) { int err = sync(n); if (err) ${out} return put(n); }`;
  const found = allOf(sync("return -EINVAL;"), sync('pr_err("sync: %d\\n", err);'), { name: "f" });
  assert.deepEqual(
    found.map((d) => [d.verdict, d.fault.kind, d.fault.possible]),
    [["new", "error-lost", true]],
  );
});

const REFUSES = (out: string): string =>
  `int f(int x, int y) { int ret = -EINVAL; if (x > 4) { pr_err("too many\\n"); ${out} } if (y > 7) goto out; return 0; out: return ret; }`;

test("a refusal whose way out is all that is gone is told, and once", () => {
  const entry = { name: "f", jumpGone: "after" as const };
  assert.deepEqual(told(runPair(REFUSES("goto out;"), REFUSES(""), entry)), [
    "new error-lost refusal of x > 4",
  ]);
  assert.deepEqual(told(runPair(REFUSES(""), REFUSES("goto out;"), { ...entry, jumpGone: "before" })), [
    "fixed error-lost refusal of x > 4",
  ]);
  assert.deepEqual(told(runPair(REFUSES("goto out;"), REFUSES(""), { name: "f" })), []);
});
