/**
 * A case under way can be left at any instruction, saved, and taken up again from any saved state in any order: however a
 * run is pieced together, the same instruction has the same hash, and the end shows the same events and everything else.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../server/shipped.ts";
import fc from "fast-check";
import { buildKernelImage } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import {
  bootImage,
  CaseRun,
  type CaseState,
  casesOf,
  runCase,
  type ScenarioRun,
} from "../../emulator/scenario/runner.ts";
import { RunToBlock, SeededRandom } from "../../emulator/sched/scheduler.ts";

const memory = new Memory();
const booted = bootImage(buildKernelImage("v6.15", []).image, "v6.15", memory);
const cases = booted.scenarios.flatMap(casesOf);
const LIMIT = 5_000_000;

/** Everything that a run gives, in a form to compare. */
function told(run: ScenarioRun): string {
  const plain = {
    ...run,
    end: { ...run.end, stack: run.end.stack.map((f) => [f.fn.id, f.loc]) },
    events: run.events.map((e) => ({ ...e, node: 0, at: e.stack[0] })),
    names: [...run.names],
  };
  return JSON.stringify(plain, (_k, v) => (typeof v === "bigint" ? `${v}n` : v));
}

const scheduler = (seed: number) => (seed === 0 ? new RunToBlock() : new SeededRandom(seed));

test("a run pieced together from saved states is the run", () => {
  assert.ok(cases.length > 100);
  fc.assert(
    fc.property(
      fc.nat(10_000),
      fc.nat(3),
      fc.array(fc.tuple(fc.nat(1000), fc.nat(1000), fc.boolean()), { minLength: 3, maxLength: 8 }),
      (pick, seed, walk) => {
        const c = cases[pick % cases.length]!;
        const whole = runCase(booted, c, { stepLimit: LIMIT, scheduler: scheduler(seed) });
        const expected = told(whole);
        const run = new CaseRun(booted, c, { stepLimit: LIMIT, scheduler: scheduler(seed) });
        const hashes = new Map<number, number>();
        const seen = (): void => {
          const known = hashes.get(run.steps);
          if (known === undefined) hashes.set(run.steps, run.hash());
          else assert.equal(run.hash(), known, `${c.label} at ${run.steps}`);
        };
        const saved: CaseState[] = [run.save()];
        for (const [from, far, toEnd] of walk) {
          run.restore(saved[from % saved.length]!);
          seen();
          const until = run.steps + Math.floor(((whole.steps - run.steps) * far) / 1000);
          if (!run.advance(until)) {
            seen();
            saved.push(run.save());
          }
          if (toEnd) assert.equal(told(run.finish()), expected, c.label);
        }
        run.restore(saved.at(-1)!);
        assert.equal(told(run.finish()), expected, c.label);
        // Another run has been on the same memory since: an old state is still good.
        const other = cases[(pick + 7) % cases.length]!;
        runCase(booted, other, { stepLimit: LIMIT });
        run.restore(saved[0]!);
        assert.equal(told(run.finish()), expected, c.label);
      },
    ),
    { seed: 20_261_127, numRuns: 8 },
  );
});

test("a saved state shares its pages with the state it came from", () => {
  const run = new CaseRun(booted, cases[0]!, { stepLimit: LIMIT });
  const start = run.save();
  run.advance(2000);
  const later = run.save();
  const pages = later.vm.memory.pages.pages;
  const own = pages.filter((p, i) => p !== start.vm.memory.pages.pages[i]).length;
  assert.ok(pages.length > 50, "the booted machine is small");
  assert.ok(own > 0 && own < 40, `${own} of ${pages.length} pages`);
  run.restore(start);
  assert.deepEqual(run.save().vm.memory.pages.pages, start.vm.memory.pages.pages);
});
