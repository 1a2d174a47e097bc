/**
 * What no order of a kernel as it is may show: each case here showed a fault that was our machine's and not the release's (a
 * processor's walk taken apart, blocks given out twice, a fast walk that a flush did not wait for). Leaves out faults of
 * releases, which are their own (test/review/explore.test.ts).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../server/shipped.ts";
import { explore } from "../../emulator/explore/explore.ts";
import { type Era, eraFromName } from "../../emulator/kernel/era.ts";
import { buildKernelImage, spaceOf } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { type BootedImage, bootImage, casesOf } from "../../emulator/scenario/runner.ts";
import { faultsOf } from "../../server/review/explore.ts";

const booted = new Map<Era, BootedImage>();

function bootedOf(era: Era): BootedImage {
  let b = booted.get(era);
  if (b === undefined)
    booted.set(era, (b = bootImage(buildKernelImage(era, [], spaceOf(era)).image, era, new Memory())));
  return b;
}

for (const [era, label, what, bound, schedules, random] of [
  ["v6.12", "race-take-truncate order=0 fs=0", "a flush waits for who walks with interrupts off", 3, 2000, 0],
  ["v6.12", "race-sizes hole=1", "two faults are given different blocks", 0, 700, 700],
  ["v6.12", "race-first-faults kind=0", "two threads bring one anon_vma", 1, 100, 40],
  ["v7.3", "race-upgrade order=0 with=0", "bits are set in the entry that was read", 1, 400, 0],
  ["v7.3", "race-upgrade order=0 with=3", "an access is over when a flush is", 1, 400, 0],
  [
    "v6.12",
    "race-fsync-store order=9 who=0",
    "what is stored while a page is written back is flushed by the next",
    1,
    400,
    0,
  ],
  ["v7.3", "race-wait-queue", "who counts, or looks whether a queue is empty, races with nobody", 0, 60, 60],
  ["v6.12", "race-append", "what a file's new end includes was written before", 2, 400, 0],
  ["v7.3", "race-reuse order=9", "bits are set in the huge entry that was read", 1, 400, 0],
] as const)
  test(`${era}, ${label}: ${what}`, () => {
    const b = bootedOf(eraFromName(era)!);
    const c = b.scenarios.flatMap(casesOf).find((x) => x.label === label);
    assert.ok(c, label);
    const e = explore(b, c, { bound, schedules, random, seed: 1, stepLimit: 5_000_000, faults: faultsOf });
    assert.deepEqual(e.faults, []);
    assert.equal(e.unusable, 0);
    if (label === "race-wait-queue") assert.deepEqual(e.races, []);
    // Where orders are drawn, not all are tried.
    assert.ok(e.exhausted || random > 0, e.cut);
  });
