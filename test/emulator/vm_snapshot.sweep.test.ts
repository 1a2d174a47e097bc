/**
 * The state of the machine can be copied at any instruction: run on, restore, run again gives the same output, the same
 * number of instructions and the same hash.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  finishProgram,
  type LoadedProgram,
  linkProgram,
  loadProgram,
} from "../../emulator/hosted/run_program.ts";
import { Memory, MemoryFault } from "../../emulator/mem/memory.ts";
import { Libc, libcNatives } from "../../emulator/shims/libc.ts";
import { step } from "../../emulator/vm/step.ts";
import { type ExecFixture, loadExecFixtures } from "../support/exec_fixtures.ts";

const fixtures = loadExecFixtures(process.env["FOLIOSCOPE_ROOT"]!).filter(
  (f) => f.kind !== "unsupported" && !f.name.includes("compile/") && f.options.steps === 50_000_000,
);

function load(f: ExecFixture): LoadedProgram | null {
  const libc = new Libc(new Memory(16 << 20), { outputLimit: 1 << 20 });
  const natives = libcNatives(libc);
  const linked = linkProgram({ path: f.file, text: f.text }, f.options, natives);
  return linked.image === null
    ? null
    : loadProgram(linked, libc, natives, { ...f.options, steps: 3_000_000 });
}

/** How the rest of the run goes, in a form to compare. */
function rest(p: LoadedProgram): unknown {
  const end = finishProgram(p);
  return {
    reason: end.reason.kind,
    status: end.reason.status,
    line: end.loc?.line,
    steps: p.vm.steps,
    hash: p.vm.hash(),
    output: Buffer.from(p.libc.written(1)).toString("latin1"),
  };
}

test("restoring a copied state continues the same way", () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.nat(1_000_000), (pick, where) => {
      const f = fixtures[pick % fixtures.length]!;
      const whole = load(f);
      if (whole === null) return;
      rest(whole);
      const p = load(f)!;
      const task = p.vm.tasks[0]!;
      p.vm.current = task;
      try {
        step(p.vm, task, where % (whole.vm.steps + 1), 0);
      } catch (fault) {
        if (!(fault instanceof MemoryFault)) throw fault;
        return;
      }
      const machine = p.vm.save();
      const library = p.libc.snapshot();
      const hash = p.vm.hash();
      if (task.state !== "runnable") return;
      const first = rest(p);
      p.vm.restore(machine);
      p.libc.restore(library);
      assert.equal(p.vm.hash(), hash, f.name);
      assert.deepEqual(rest(p), first, f.name);
    }),
    { seed: 20_240_602, numRuns: 60 },
  );
});
