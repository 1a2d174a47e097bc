/**
 * The reference kernel does the same in the engine and compiled by gcc: the event lists of a case of each scenario are
 * equal line by line (`npm run test:native` compares all cases of all eras). Also that the comparison sees a difference.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ERA_NAMES } from "../../emulator/kernel/era.ts";
import type { ScenarioCase } from "../../emulator/scenario/runner.ts";
import {
  BY_ADDRESS,
  compareWithEngine,
  EngineKernel,
  firstDifference,
  type Listing,
} from "../native/compare.ts";
import { buildNative, nativeMissing } from "../native/native_kernel.ts";
import { root } from "../support/paths.ts";

const missing = nativeMissing();

/** The first and the last case of each scenario. */
function ends(cases: readonly ScenarioCase[]): ScenarioCase[] {
  return cases.filter((c, i) => c.def !== cases[i - 1]?.def || c.def !== cases[i + 1]?.def);
}

/** The newest; CI compares every case of v6.12 and v6.15, of which most patches are, and `npm run test:native` has them all. */
const HERE = ["v7.3"] as const;
test("the eras compared here are in the table", () => {
  for (const era of HERE) assert.ok(ERA_NAMES.includes(era), era);
});

for (const era of HERE)
  test(`${era}: the engine and gcc give the same events`, {
    skip: missing ?? false,
    timeout: 180_000,
  }, async () => {
    const native = await buildNative(root, era);
    const engine = new EngineKernel(era, false);
    const cases = ends(engine.cases);
    const differences: string[] = [];
    let events = 0;
    compareWithEngine(engine, native, cases, 0, (r) => {
      events += r.events;
      if (r.difference !== null && BY_ADDRESS[r.label.split(" ")[0]!] === undefined)
        differences.push(`${r.label}: ${r.difference}`);
    });
    assert.deepEqual(differences, []);
    assert.ok(cases.length >= 90 && events > 50_000, `${cases.length} cases, ${events} events`);
  });

test("lists that differ in one event, in their end or in their counts are told apart", () => {
  const list: Listing = {
    events: ["0 f step a", "0 g warn b"],
    end: "completed",
    left: [],
    miscounted: false,
  };
  const names = ["engine", "native"] as const;
  assert.equal(firstDifference(list, { ...list }, names), null);
  for (const other of [
    { ...list, events: ["0 f step a"] },
    { ...list, events: ["0 f step a", "0 h warn b"] },
    { ...list, end: "deadlock" },
    { ...list, left: ["held x by user"] },
    { ...list, miscounted: true },
  ])
    assert.match(firstDifference(list, other, names) ?? "", /engine.*native/s);
});
