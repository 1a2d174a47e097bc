/**
 * Memory in which stores are seen late (emulator/explore/weak.ts) against the kernel's memory model: programs of our own
 * (test/fixtures/litmus) written to the patterns of tools/memory-model/litmus-tests, whose published Result lines
 * (results.json) are the judge: where it says Never, all orders are tried and none shows the outcome; where it says
 * Sometimes, one does. Without the barriers each Never comes out, so the programs can fail. What is not modelled stands in
 * NOT_MODELLED and is not counted.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import "../../server/shipped.ts";
import { type Exploration, explore } from "../../emulator/explore/explore.ts";
import { buildKernelImage, spaceOf } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { type BootedImage, bootImage, casesOf } from "../../emulator/scenario/runner.ts";
import { faultsOf } from "../../server/review/explore.ts";
import { kernelDir, kernelSkip } from "../support/kernel.ts";
import { root } from "../support/paths.ts";

type Verdict = "Never" | "Sometimes";

const folder = join(root, "test/fixtures/litmus");
const json = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
const PUBLISHED = json("results.json") as Record<string, Verdict>;
/** Not published: the verdict, and why it is the model's. */
const OWN = json("own.json") as Record<string, readonly [Verdict, string]>;
const LATE_LOAD = "no load comes after a later store of its task, so that loads are never buffered";
const LOCK_WORD = "spin_is_locked() asks the runner, and no lock is seen late";
const NOT_MODELLED: Readonly<Record<string, string>> = {
  "LB+poonceonces": LATE_LOAD,
  // These are Never, and would be so without their barriers.
  "LB+poacquireonce+pooncerelease": LATE_LOAD,
  "LB+fencembonceonce+ctrlonceonce": LATE_LOAD,
  "LB+unlocklockonceonce+poacquireonce": LATE_LOAD,
  "dep+plain": LATE_LOAD,
  "MP+polockonce+poacquiresilsil": LOCK_WORD,
  "MP+polockmbonce+poacquiresilsil": LOCK_WORD,
};
const ENOUGH = 25;

const C = readFileSync(join(folder, "litmus.c"), "utf8");
const [head, programs] = C.split("/* ---- one word ---- */") as [string, string];
/** The same with nothing that orders. */
const BARE = `${head}${programs
  .replace(
    /\b(smp_(mb|rmb|wmb|mb__after_spinlock)|(spin|rcu_read)_(un)?lock|synchronize_rcu)\([^()]*\);/g,
    ";",
  )
  .replace(/smp_store_release\(&/g, "WRITE_ONCE(")
  .replace(/smp_load_acquire\(&/g, "READ_ONCE(")
  .replace(/rcu_assign_pointer\(/g, "WRITE_ONCE(")
  .replace(/\bxchg\(/g, "xchg_relaxed(")
  .replace(/atomic_inc_return\(/g, "atomic_inc(")}`;
/** One word by itself is in order without anything, and so is what a load's address comes from. */
const IN_ORDER_ANYWAY = /^Co|^one word/;

function boot(text: string): BootedImage {
  const { image, errors } = buildKernelImage(
    "v6.12",
    [{ path: "scenarios/litmus.c", text }],
    spaceOf("v6.12"),
  );
  assert.deepEqual(errors, []);
  return bootImage(image, "v6.12", new Memory());
}

function run(booted: BootedImage, name: string, weak: boolean): Exploration {
  const def = booted.scenarios.find((s) => s.name === name);
  assert.ok(def, `no program "${name}"`);
  const e = explore(booted, casesOf(def)[0]!, {
    bound: 30,
    schedules: 20_000,
    random: 0,
    seed: 1,
    stepLimit: 100_000,
    weak,
    faults: faultsOf,
  });
  assert.ok(e.exhausted && e.beyondBound === 0 && e.unusable === 0, `${name}: not all orders were run`);
  return e;
}

const verdict = (e: Exploration): Verdict => (e.faults.length === 0 ? "Never" : "Sometimes");

const whole = boot(C);
const bare = boot(BARE);
const counted = Object.entries(PUBLISHED).filter(([name]) => NOT_MODELLED[name] === undefined);

test("enough of the published programs are modelled, and what is not has a reason", () => {
  assert.ok(counted.length >= ENOUGH, `${counted.length}`);
  for (const name of Object.keys(NOT_MODELLED)) assert.ok(name in PUBLISHED, name);
});

for (const [name, result] of [...counted, ...Object.entries(OWN).map(([n, [v]]) => [n, v] as const)])
  test(`${name}: ${result}`, () => {
    assert.equal(verdict(run(whole, name, true)), result);
    // No order of a sequentially consistent memory shows any of it.
    assert.equal(verdict(run(whole, name, false)), "Never");
    if (result === "Never" && !IN_ORDER_ANYWAY.test(name))
      assert.equal(verdict(run(bare, name, true)), "Sometimes", "without what orders it");
  });

test("what is read by READ_ONCE into memory is marked; a plain read, and the memory that it goes to, are not", () => {
  const races = (reads: string, other: string): number => {
    const tasks = `static int shared, here;
static void first(void *unused) { ${reads} }
static void second(void *unused) { ${other} }`;
    const text = `#include "scenarios/scenario.h"\n${tasks}
FSC_SCENARIO(marks, "marks", "marks", "")
{
	int a = __fsc_task_create("first", first, NULL), b = __fsc_task_create("second", second, NULL);
	__fsc_task_join(a);
	__fsc_task_join(b);
}
const struct fsc_scenario *const fsc_more_scenarios[] = { &fsc_scenario_marks, NULL };
`;
    return run(boot(text), "marks", false).races.length;
  };
  assert.equal(races("here = READ_ONCE(shared);", "WRITE_ONCE(shared, 1);"), 0);
  assert.ok(races("here = shared;", "WRITE_ONCE(shared, 1);") > 0);
  assert.ok(
    races("here = READ_ONCE(shared);", "(void)READ_ONCE(here); int v = here; WRITE_ONCE(shared, v);") > 0,
  );
});

test("the machine is never weaker than the model where it does not model: what is Never there stays so", () => {
  const there = whole.scenarios.map((s) => s.name);
  for (const [name, result] of Object.entries(PUBLISHED))
    if (NOT_MODELLED[name] !== undefined && result === "Never" && there.includes(name))
      assert.equal(verdict(run(whole, name, true)), "Never", name);
});

const TREE =
  kernelDir === null
    ? undefined
    : [kernelDir, `${kernelDir}-all`]
        .map((d) => join(d, "tools/memory-model/litmus-tests"))
        .find((d) => existsSync(d));
const skip = kernelSkip || (TREE === undefined ? "the kernel tree is without tools/" : false);
test("the recorded verdicts are the tree's", { skip }, () => {
  const told = readdirSync(TREE!)
    .filter((f) => f.endsWith(".litmus"))
    .map((f) => [f.slice(0, -7), /^ \* Result: (\w+)/m.exec(readFileSync(join(TREE!, f), "utf8"))?.[1]]);
  assert.deepEqual(PUBLISHED, Object.fromEntries(told.sort(([a], [b]) => (a! < b! ? -1 : 1))));
});
