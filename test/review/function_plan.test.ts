/** Which functions of a file are run for a change, and as what: read off the text, no kernel tree is asked. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FunctionCases } from "../../server/review/function_case.ts";
import type { KernelTree } from "../../server/source/images.ts";
import { sidesOf } from "../../tools/function_trial.ts";

const entries = (before: string, after: string): string[] =>
  new FunctionCases({} as KernelTree, sidesOf("drivers/thing.c", before, after), true).plan.entries.map((e) =>
    [
      e.leave === null ? e.name : `${e.name}+${e.leave}`,
      e.root ? "root" : "",
      e.callback ? "callback" : "",
      e.interrupt ?? "",
    ]
      .filter((w) => w !== "")
      .join(" "),
  );

test("who hands a function over that runs at an end is run with it", () => {
  const file = (body: string): string => `
static void off(void *data) { ${body} }
static int on(struct device *dev) { if (devm_add_action_or_reset(dev, off, dev)) return 1; return 0; }
static int d_probe(struct platform_device *pdev) { return on(&pdev->dev); }
static struct platform_driver d = { .probe = d_probe };
`;
  assert.deepEqual(entries(file("go(data);"), file("")), ["off callback", "d_probe root"]);
});

test("a function that must not sleep is called as what it is: by the argument that hands it over", () => {
  const file = (body: string): string => `
static irqreturn_t hard(int irq, void *data) { ${body} }
static irqreturn_t thread(int irq, void *data) { ${body} }
static void tick(struct timer_list *t) { ${body} }
static int start(struct thing *t)
{
	timer_setup(&t->timer, tick, 0);
	return devm_request_threaded_irq(&t->dev, irq_of(t, 0), hard, thread, 0, "thing", t);
}
`;
  assert.deepEqual(entries(file("return 0;"), file("return 1;")), [
    "hard callback an interrupt handler",
    "thread callback",
    "tick callback a timer's function",
  ]);
});

test("what a helper leaves when it fails is for its callers to end: its life begins as a core's only where nobody calls it", () => {
  const file = (body: string, start: string): string => `
static int d_alloc_urbs(struct d *d) { ${body} }
static void d_free_urbs(struct d *d) { drop(d); }
${start}
`;
  const start =
    "static int d_start(struct d *d) { int ret = d_alloc_urbs(d); if (ret) d_free_urbs(d); return ret; }";
  const lives = (text: string): string[] =>
    entries(file("return 0;", text), file("return fill(d);", text)).filter((e) => e.includes("+"));
  assert.deepEqual(lives(start), ["d_alloc_urbs+d_free_urbs"]);
  assert.deepEqual(lives(""), ["d_alloc_urbs+d_free_urbs root"]);
});
