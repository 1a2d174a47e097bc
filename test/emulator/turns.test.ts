/**
 * A task that waits without sleeping, for what another does: it lets the other run after a while, as that one would on a
 * processor of its own, wherever the run is left and taken up meanwhile; where nobody comes, it is told that it never ends.
 * Leaves out tasks that sleep, and orders that are tried (explore).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../server/shipped.ts";
import { buildKernelImage, spaceOf } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { bootImage, CaseRun, casesOf, type ScenarioRun } from "../../emulator/scenario/runner.ts";

const TEXT = `#include "scenarios/scenario.h"
static int set, rounds;
static void spins(void *unused) { (void)unused; while (!READ_ONCE(set)) rounds++; }
static void sets(void *unused) { (void)unused; if (__fsc_param("sets", 0)) WRITE_ONCE(set, 1); }
FSC_SCENARIO(turns, "turns", "one waits for another without sleeping", "sets=0,1")
{
	int one = sc_spawn("spins", spins, NULL), two = sc_spawn("sets", sets, NULL);

	__fsc_step("both are there");
	sc_join(one);
	sc_join(two);
	__fsc_step("after %d million rounds", rounds / 1000000);
}
const struct fsc_scenario *const fsc_more_scenarios[] = { &fsc_scenario_turns, NULL };
`;

const { image, errors } = buildKernelImage(
  "v6.12",
  [{ path: "scenarios/turns.c", text: TEXT }],
  spaceOf("v6.12"),
);
assert.deepEqual(errors, []);
const booted = bootImage(image, "v6.12", new Memory());
const def = booted.scenarios.find((s) => s.name === "turns")!;

/** Runs a case, left and taken up again every `every` instructions. */
function run(sets: number, every: number): ScenarioRun {
  const c = casesOf(def).find((x) => x.params.get("sets") === sets)!;
  const r = new CaseRun(booted, c, { stepLimit: 4_000_000 });
  while (!r.advance(r.steps + every)) r.restore(r.save());
  return r.finish();
}

test("a task that spins lets the one run that it waits for, and how the run is cut makes no difference", () => {
  const whole = run(1, Number.POSITIVE_INFINITY);
  assert.equal(whole.end.reason.kind, "completed");
  assert.ok(whole.steps > 1_000_000 && whole.steps < 1_100_000, `${whole.steps} instructions`);
  const pieces = run(1, 77_777);
  assert.equal(pieces.steps, whole.steps);
  assert.deepEqual(pieces.stepTexts, whole.stepTexts);
});

test("where nobody sets what it waits for, the run comes to its bound", () => {
  const { end, steps } = run(0, Number.POSITIVE_INFINITY);
  assert.notEqual(end.reason.kind, "completed");
  assert.ok(steps >= 4_000_000, `${steps} instructions`);
});
