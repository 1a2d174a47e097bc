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

/** A loop that goes on as long as a call works, and what is lost behind it. */
const behind = (
  loop: string,
  undo: string,
): string => `int platform_get_irq_optional(struct platform_device *p, unsigned int n);
int devm_request_threaded_irq(struct device *d, unsigned int irq, void *h, void *t, unsigned long flags, const char *name, void *id);
#define NAME "part"
int f(struct platform_device *p) { unsigned int i = 0; int irq; char *b; ${loop}
b = kmalloc(8, GFP_KERNEL); if (!b) return -ENOMEM; if (helper(2)) { ${undo} return -EINVAL; } kfree(b); return 0; }`;

for (const [name, loop] of Object.entries({
  "for ever":
    "while (1) { irq = platform_get_irq_optional(p, i++); if (irq < 0 && irq != -6) return irq; if (irq <= 0) break; if (devm_request_threaded_irq(&p->dev, irq, NULL, NULL, 0, NAME, p)) return -EINVAL; }",
  "by a test that counts":
    "do { irq = platform_get_irq_optional(p, i); if (irq < 0 && irq != -6) return irq; if (irq <= 0) break; if (devm_request_threaded_irq(&p->dev, irq, NULL, NULL, 0, NAME, p)) return -EINVAL; } while (++i);",
}))
  test(`a loop that goes on as long as a call works is left some time: ${name}`, () => {
    const r = comparePair(behind(loop, ""), behind(loop, "kfree(b);"), { name: "f", paths: 60 });
    assert.deepEqual([...r.ends.keys()], []);
    assert.deepEqual(told(r.differences), ["fixed leaked memory of kmalloc()"]);
  });

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
