/** One timed run of a program in the engine, with compiling and running apart. */
import { finishProgram, linkProgram, loadProgram } from "../../emulator/hosted/run_program.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { Libc, libcNatives } from "../../emulator/shims/libc.ts";

export interface Timing {
  readonly stdout: string;
  readonly compileMs: number;
  readonly runMs: number;
  readonly steps: number;
}

export function timeProgram(path: string, text: string, defines: readonly string[]): Timing {
  const libc = new Libc(new Memory(256 << 20));
  const natives = libcNatives(libc);
  const start = performance.now();
  const linked = linkProgram({ path, text }, { defines }, natives);
  if (linked.image === null) throw new Error(linked.errors.map((e) => e.message).join("; "));
  const loaded = loadProgram(linked, libc, natives, {})!;
  const ready = performance.now();
  const end = finishProgram(loaded);
  const done = performance.now();
  if (end.reason.kind !== "exit") throw new Error(`${end.reason.kind}: ${end.reason.message}`);
  return {
    stdout: Buffer.from(libc.written(1)).toString("latin1"),
    compileMs: ready - start,
    runMs: done - ready,
    steps: loaded.vm.steps,
  };
}
