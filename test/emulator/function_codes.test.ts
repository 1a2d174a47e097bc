/** Function cases: a callee fails with the error that its caller tests for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const CLOCK = "struct priv { struct clk *clk; struct device_node *np; };";
const probe = (undo: string): string => `${CLOCK}
  int f(struct device *dev, struct priv *p) {
    struct device_node *np = of_find_node_by_name(NULL, "bus"); if (!np) return -EINVAL;
    p->clk = clk_get(dev, "bus");
    if (PTR_ERR(p->clk) == -517) { ${undo} return -517; }
    if (IS_ERR(p->clk)) p->clk = NULL;
    of_node_put(np); return 0; }`;
const enable = (undo: string): string => `${CLOCK}
  int f(struct priv *p) { int ret = clk_prepare_enable(p->clk);
    struct device_node *np = of_find_node_by_name(NULL, "bus"); if (!np) { if (!ret) clk_disable_unprepare(p->clk); return -EINVAL; }
    switch (ret) { case 0: break; case -EINVAL: ${undo} return ret; default: of_node_put(np); return ret; }
    clk_disable_unprepare(p->clk); of_node_put(np); return 0; }`;

const pairs: readonly Pair[] = [
  {
    name: "an error pointer of which one error is handled by itself",
    bad: probe(""),
    good: probe("of_node_put(np);"),
    want: ["leaked device node of of_find_node_by_name()"],
  },
  {
    name: "a number that a switch tells apart",
    bad: enable(""),
    good: enable("of_node_put(np);"),
    want: ["leaked device node of of_find_node_by_name()"],
  },
  {
    name: "a test for one error that is put before the test for any",
    bad: `${CLOCK} int f(struct device *dev, struct priv *p) { p->clk = clk_get(dev, "bus"); if (IS_ERR(p->clk)) return PTR_ERR(p->clk); clk_put(p->clk); return 0; }`,
    good: `${CLOCK} int f(struct device *dev, struct priv *p) { p->clk = clk_get(dev, "bus"); if (PTR_ERR(p->clk) == -517) return -517; if (IS_ERR(p->clk)) return PTR_ERR(p->clk); clk_put(p->clk); return 0; }`,
    want: [],
  },
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
