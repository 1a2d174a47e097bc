/**
 * Whether a run that came to its bound of instructions was going round for ever. That is proved, not guessed: the machine is
 * run on until memory, registers and stack are all as they were before, while no other task can run; what comes then came
 * before. Leaves out loops that change something each time (a counter, an allocation): those stay at their bound.
 */
import type { RunEnd, Vm } from "../vm/vm.ts";

/** Instructions for which a run is followed beyond its bound: as many to find the loop as to go round in it. */
const FOLLOWED = 100_000;
/** States that are compared with the first one whole; each costs a look at all of memory. */
const COMPARED = 48;
/** Bytes that are looked at for it in all: a patch may fill the machine's memory before it goes round. */
const LOOKED_AT = 64 << 20;

const lineOf = (stack: RunEnd["stack"]): number => stack[0]?.loc?.line ?? Number.POSITIVE_INFINITY;

/**
 * The end of a run that ended at its bound, if it never ends; else null. The run has gone on by then: who asked takes it back.
 * A loop that enters a function for the first time is not told: at the bound of a run that two sides share, what comes behind
 * is one side's only.
 */
export function endlessLoop(vm: Vm, end: RunEnd): RunEnd | null {
  if (end.reason.kind !== "limit" || vm.steps < vm.stepLimit || vm.pilot !== null) return null;
  const runnable = vm.tasks.filter((t) => t.state === "runnable");
  const task = runnable[0];
  if (task === undefined || runnable.length > 1 || task.id !== end.task.id) return null;
  const bound = vm.stepLimit;
  vm.stepLimit = bound + 2 * FOLLOWED;
  const known = vm.enteredCount;
  const step = (): boolean =>
    vm.runUntil(vm.steps + 1) === null && task.state === "runnable" && vm.enteredCount === known;
  try {
    // The loop stands in the outermost function that it comes back to.
    let outermost = task.depth;
    for (const to = vm.steps + FOLLOWED; vm.steps < to; ) {
      if (!step()) return null;
      outermost = Math.min(outermost, task.depth);
    }
    while (task.depth !== outermost) if (!step() || task.depth < outermost) return null;
    const { pc } = task;
    const registers = vm.taskHash(task);
    const hash = vm.hash();
    const most = Math.min(COMPARED, Math.floor(LOOKED_AT / Math.max(1, vm.memory.held)) + 1);
    let compared = 0;
    // The loop is told by the first of its lines.
    let stack = vm.stack(task);
    while (step() && task.depth >= outermost && compared < most) {
      if (task.depth !== outermost) continue;
      const here = vm.stack(task);
      if (lineOf(here) < lineOf(stack)) stack = here;
      if (task.pc !== pc || vm.taskHash(task) !== registers) continue;
      compared++;
      if (vm.hash() !== hash) continue;
      const message = `${stack[0]?.fn.name ?? "?"}() goes round in a loop that changes nothing: it never ends`;
      return { ...end, reason: { kind: "livelock", message }, loc: stack[0]?.loc ?? null, stack };
    }
    return null;
  } finally {
    vm.stepLimit = bound;
  }
}
