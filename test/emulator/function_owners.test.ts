/** Function cases: what a path does with things that it has not taken itself is told where the two sides differ in it. */
import { type Pair, testPairs } from "../support/function_pair.ts";

const thing =
  "struct thing { int *table; struct clk *clk; struct device_node *np; struct device dev; int n; };";

const pairs: readonly Pair[] = [
  {
    name: "the only pointer to the caller's memory is written over",
    bad: `${thing} int f(struct thing *t) { t->table = kmalloc(8, GFP_KERNEL); if (!t->table) return -ENOMEM; return 0; }`,
    good: `${thing} int f(struct thing *t) { kfree(t->table); t->table = kmalloc(8, GFP_KERNEL); if (!t->table) return -ENOMEM; return 0; }`,
    want: ["leaked memory of t->table"],
  },
  {
    name: "a pointer that is written over after its memory went to somebody else",
    bad: `${thing} void keep(void *p); int f(struct thing *t) { keep(t->table); t->table = NULL; return 0; }`,
    good: `${thing} void keep(void *p); int f(struct thing *t) { kfree(t->table); t->table = NULL; return 0; }`,
    want: [],
  },
  {
    name: "a pointer that is written over after it was returned",
    bad: `${thing} int *f(struct thing *t) { int *old = t->table; t->table = NULL; return old; }`,
    good: `${thing} int *f(struct thing *t) { kfree(t->table); t->table = NULL; return NULL; }`,
    want: [],
  },
  {
    name: "an owner is freed, what it alone leads to is not",
    bad: `${thing} void f(struct thing *t) { kfree(t); }`,
    good: `${thing} void f(struct thing *t) { kfree(t->table); kfree(t); }`,
    want: ["leaked memory of t->table"],
  },
  {
    name: "a node that a freed owner held",
    bad: `${thing} void f(struct thing *t) { kfree(t->table); kfree(t); }`,
    good: `${thing} void f(struct thing *t) { kfree(t->table); of_node_put(t->np); kfree(t); }`,
    want: ["leaked device node of t->np"],
  },
  {
    name: "the owner stays: who gives back is a matter of taste",
    bad: `${thing} void f(struct thing *t) { t->n = 0; }`,
    good: `${thing} void f(struct thing *t) { kfree(t->table); t->n = 0; }`,
    want: [],
  },
  {
    name: "a way out of a failure gives back what is taken only behind it",
    bad: `${thing} int f(struct thing *t) { int ret = helper(1); if (ret < 0) goto off; ret = clk_prepare_enable(t->clk); if (ret) return ret; return 0;
      off: clk_disable_unprepare(t->clk); return ret; }`,
    good: `${thing} int f(struct thing *t) { int ret = helper(1); if (ret < 0) goto out; ret = clk_prepare_enable(t->clk); if (ret) return ret; return 0;
      out: return ret; }`,
    want: ["double-release enabled clock of t->clk", "double-release prepared clock of t->clk"],
  },
  {
    name: "what was on before the call is turned off where something fails",
    bad: `${thing} int f(struct thing *t) { int ret = helper(1); if (ret < 0) return ret; return 0; }`,
    good: `${thing} int f(struct thing *t) { int ret = helper(1); if (ret < 0) { clk_disable_unprepare(t->clk); return ret; } return 0; }`,
    want: [],
  },
  {
    name: "the caller's node is given back twice",
    bad: `${thing} void f(struct thing *t) { of_node_put(t->np); of_node_put(t->np); }`,
    good: `${thing} void f(struct thing *t) { of_node_put(t->np); }`,
    want: ["double-release device node of t->np"],
  },
];

testPairs(pairs);
