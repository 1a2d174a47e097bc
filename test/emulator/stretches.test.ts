/**
 * What a task has done before is run again without being looked at (emulator/explore/stretches.ts): that must show what
 * looking shows. Compared are whole kernels and kernels with one mistake, systematically and drawn, with places that are met
 * late. Leaves out what exploring is right about (orders_silent.sweep.test.ts, `npm run test:spin`).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../server/shipped.ts";
import { AddressSpace } from "../../emulator/c/space.ts";
import { type Exploration, explore } from "../../emulator/explore/explore.ts";
import { matches, type Stretch } from "../../emulator/explore/stretches.ts";
import { eraFromName } from "../../emulator/kernel/era.ts";
import { buildKernelImage } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { type BootedImage, bootImage, casesOf } from "../../emulator/scenario/runner.ts";
import type { Task } from "../../emulator/vm/task.ts";
import { faultsOf } from "../../server/review/explore.ts";
import { changed } from "../support/one_change.ts";

const era = eraFromName("v6.12")!;
const boot = (units: { path: string; text: string }[]): BootedImage =>
  bootImage(buildKernelImage(era, units, new AddressSpace()).image, era, new Memory());
const whole = boot([]);

/** What an exploration found, without what it cost. */
function found(e: Exploration): unknown {
  const { orders, drawn, pruned, alike, beyondBound, exhausted, cut, states, places, faults, unusable } = e;
  const races = e.races.map(({ one, other }) => ({ one, other }));
  return {
    orders,
    drawn,
    pruned,
    alike,
    beyondBound,
    exhausted,
    cut,
    states,
    places,
    faults,
    unusable,
    races,
  };
}

const MISTAKES = {
  "the recheck of GUP-fast is gone": {
    path: "mm/gup.c",
    fn: "gup_fast_pte_range",
    from: "pte_val(pte) != pte_val(ptep_get(ptep)) || pmd_val(pmd) != pmd_val(*pmdp) ||\n\t\t    ",
    to: "",
  },
  "who unlocks an entry wakes nobody": {
    path: "fs/dax.c",
    fn: "dax_unlock_entry",
    from: "\tdax_wake_entry(xas, entry, WAKE_NEXT);\n",
    to: "",
  },
} as const;

for (const [label, mistake, bound, random] of [
  ["race-take-truncate order=0 fs=0", null, 2, 40],
  ["race-take-broadcast order=0", "the recheck of GUP-fast is gone", 1, 0],
  ["race-faults-one-entry order=0", "who unlocks an entry wakes nobody", 1, 60],
  ["race-sync-fault order=0", null, 1, 20],
  ["race-sizes hole=1", null, 1, 20],
] as const)
  test(`${label}${mistake === null ? "" : `, ${mistake}`}: the same as when everything is looked at`, () => {
    const m = mistake === null ? null : MISTAKES[mistake];
    const b = m === null ? whole : boot([{ path: m.path, text: changed(m.path, m.fn, m.from, m.to).now }]);
    const c = b.scenarios.flatMap(casesOf).find((x) => x.label === label);
    assert.ok(c, label);
    const limits = { bound, schedules: 400, random, seed: 1, stepLimit: 5_000_000, faults: faultsOf };
    const again = explore(b, c, limits);
    const looked = explore(b, c, { ...limits, again: false });
    assert.deepEqual(found(again), found(looked));
    assert.equal(looked.notLookedAt, 0);
    assert.ok(again.notLookedAt > 100_000, `${again.notLookedAt} instructions`);
    if (m !== null) assert.notEqual(again.faults.length, 0);
  });

test("a task that comes out of a stretch elsewhere, otherwise or after more instructions has not done what it did", () => {
  const s = { instructions: 9, result: "slice", fn: 3, pc: 40, depth: 2, sp: 96 } as Stretch;
  const at = (over: object): Task =>
    ({ fn: { id: 3 }, pc: 40, depth: 2, sp: 96, ...over }) as unknown as Task;
  assert.ok(matches(s, at({}), "slice", 9));
  for (const over of [{ pc: 44 }, { depth: 1 }, { sp: 64 }, { fn: { id: 4 } }, { fn: null }])
    assert.ok(!matches(s, at(over), "slice", 9), JSON.stringify(over));
  assert.ok(!matches(s, at({}), "slice", 8));
  assert.ok(!matches(s, at({}), "switch", 9));
  assert.ok(!matches(s, at({}), null, 9));
});
