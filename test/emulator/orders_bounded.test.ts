/**
 * What bounds the trying of orders: instructions that all of them execute, and the tasks that the kernel has records for, past
 * which a run says nothing instead of a fault that no kernel has.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../server/shipped.ts";
import { type Exploration, type ExploreOptions, explore } from "../../emulator/explore/explore.ts";
import { buildKernelImage, spaceOf } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { bootImage, casesOf } from "../../emulator/scenario/runner.ts";
import { faultsOf } from "../../server/review/explore.ts";

/** Two tasks that take a lock in turns, and as many workers as are asked for, which end one after the other. */
const text = (workers: number): string => `#include "scenarios/scenario.h"
static DEFINE_SPINLOCK(lock);
static int shared;
static void task(void *unused) { for (int i = 0; i < 4; i++) { spin_lock(&lock); shared++; spin_unlock(&lock); } }
static void worker(void *unused) { local_irq_disable(); local_irq_enable(); }
FSC_SCENARIO(turns, "turns", "turns", "")
{
	int a = __fsc_task_create("first", task, NULL), b = __fsc_task_create("second", task, NULL);
	__fsc_task_join(a);
	__fsc_task_join(b);
	for (int i = 0; i < ${workers}; i++) __fsc_task_join(__fsc_task_create("worker", worker, NULL));
}
const struct fsc_scenario *const fsc_more_scenarios[] = { &fsc_scenario_turns, NULL };
`;

function tried(workers: number, options: Partial<ExploreOptions> = {}): Exploration {
  const { image, errors } = buildKernelImage(
    "v6.12",
    [{ path: "scenarios/turns.c", text: text(workers) }],
    spaceOf("v6.12"),
  );
  assert.deepEqual(errors, []);
  const booted = bootImage(image, "v6.12", new Memory());
  const def = booted.scenarios.find((s) => s.name === "turns")!;
  const limits = { bound: 2, schedules: 1000, random: 0, seed: 1, stepLimit: 100_000, faults: faultsOf };
  return explore(booted, casesOf(def)[0]!, { ...limits, ...options });
}

test("a bound on instructions ends it, and it says so", () => {
  const all = tried(0);
  assert.ok(all.exhausted && all.orders > 10 && all.cut === "", JSON.stringify([all.orders, all.cut]));
  const some = tried(0, { work: 2000 });
  assert.ok(some.orders > 0 && some.orders < all.orders, `${some.orders} of ${all.orders}`);
  assert.equal(some.exhausted, false);
  assert.equal(some.cut, "the budget of 2000 instructions");
});

test("more tasks than the kernel has records for are a limit of ours, and no fault", () => {
  const few = tried(10, { schedules: 5 });
  assert.deepEqual([few.unusable, few.faults], [0, []]);
  const many = tried(20, { schedules: 5 });
  assert.equal(many.unusable, many.orders);
  assert.deepEqual(many.faults, []);
});
