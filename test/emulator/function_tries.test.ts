/** Function cases: a loop that waits for a device gives up when its tries are spent, whichever way it counts them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { comparePair, type Pair, testPairs, told } from "../support/function_pair.ts";

/** A start that is waited for, by a loop of its own; where that gives up the clock stays on, or not. */
const started = (
  wait: string,
  undo: string,
): string => `struct port { struct clk *clk; int n; }; int busy(struct port *p); int state(struct port *p);
static int wait(struct port *p) { int i = 100; ${wait} }
int f(struct port *p) { int ret = clk_prepare_enable(p->clk); if (ret) return ret; ret = wait(p); if (ret) { ${undo} return ret; } return 0; }`;

const WAITS: Readonly<Record<string, string>> = {
  "a test in the body counts": "do { if (state(p) == 7) return 0; if (!i--) return -EINVAL; } while (1);",
  "the test behind the body counts": "do { if (state(p) == 7) return 0; } while (--i); return -EINVAL;",
  "the loop counts, and the device is ready as a rule":
    "for (i = 0; i < 100; i++) if (!busy(p)) return 0; return -EINVAL;",
  "it waits as long as the device is busy":
    "i = 0; while (busy(p)) { i++; if (i > 100) return -EINVAL; } return 0;",
};

const LOST = ["leaked enabled clock of p->clk", "leaked prepared clock of p->clk"];

testPairs(
  Object.entries(WAITS).map(
    ([name, wait]): Pair => ({
      name: `a loop gives up: ${name}`,
      bad: started(wait, ""),
      good: started(wait, "clk_disable_unprepare(p->clk);"),
      want: LOST,
      back: LOST,
    }),
  ),
);

test("a loop that asks for ever does not give up", () => {
  const [bad, good] = ["", "clk_disable_unprepare(p->clk);"].map((undo) =>
    started("while (busy(p)) i++; return 0;", undo),
  ) as [string, string];
  for (const [before, after] of [
    [bad, good],
    [good, bad],
  ] as const) {
    const { differences } = comparePair(before, after, { name: "f" });
    assert.deepEqual(told(differences.filter((d) => d.verdict !== "already")), []);
  }
});
