/**
 * What a task does between two steps that others' steps depend on, written down the first time and run at full speed when
 * it comes again: what a task does follows from its own history (history.ts), so the same task at the same count of
 * instructions with the same history does the same, touches the same places and stands in the same place afterwards.
 * Whoever runs one checks that it came out so (`Stretch.matches`): it does not where tasks share what nobody has seen them
 * share yet. Leaves out what ends a stretch (pilot.ts), and orders in which stores are seen late.
 */
import type { StepResult } from "../vm/step.ts";
import type { Task } from "../vm/task.ts";
import type { Touches, Trace } from "./trace.ts";

/** A task's place in what it has done so far. */
interface Place {
  readonly historyA: number;
  readonly historyB: number;
  /** Instructions that the task has executed. */
  readonly count: number;
  readonly fn: number;
  readonly pc: number;
  readonly depth: number;
  /** Depth of the call under way that is one step to others, -1: none. */
  readonly atom: number;
}

export interface Stretch {
  readonly from: Place;
  readonly instructions: number;
  /** How its last step came out, and where the task stands then. */
  readonly result: StepResult;
  readonly fn: number;
  readonly pc: number;
  readonly depth: number;
  readonly sp: number;
  readonly atom: number;
  readonly touches: Touches;
}

/** Whether a task that has run a stretch came out of it as the one that it was written down of. */
export function matches(s: Stretch, task: Task, result: StepResult | null, executed: number): boolean {
  return (
    executed === s.instructions &&
    result === s.result &&
    (task.fn?.id ?? -1) === s.fn &&
    task.pc === s.pc &&
    task.depth === s.depth &&
    task.sp === s.sp
  );
}

/** Accesses of all stretches that are kept; beyond them everything is forgotten and begins anew. */
const TOUCHES_MAX = 1_000_000;
/** Steps of one instruction or more that make writing down worth while, and instructions that one has at most. */
const LEAST = 2;
const MOST = 1 << 16;

export class Stretches {
  private readonly byTask: Map<number, Stretch>[] = [];
  private kept = 0;
  /** What is being written down: null, nothing. */
  private from: Place | null = null;
  private task = -1;
  private trace = 0;
  private steps = 0;
  private instructions = 0;

  /** Places were met at which tasks depend on each other: what was written down counted on others. */
  forget(): void {
    this.byTask.length = 0;
    this.kept = 0;
    this.from = null;
  }

  /** The run goes on elsewhere: nothing is being written down. */
  leave(): void {
    this.from = null;
  }

  private placeOf(task: Task, a: number, b: number, count: number, atom: number): Place {
    const { pc, depth } = task;
    return { historyA: a, historyB: b, count, fn: task.fn!.id, pc, depth, atom };
  }

  /** The stretch that begins where a task stands; null: it is not known, and from here on written down. */
  next(task: Task, a: number, b: number, count: number, atom: number, trace: Trace): Stretch | null {
    const known = this.byTask[task.id]?.get(keyOf(a, count));
    if (
      known !== undefined &&
      known.from.historyB === b &&
      known.from.historyA === a &&
      known.from.count === count &&
      known.from.fn === task.fn!.id &&
      known.from.pc === task.pc &&
      known.from.depth === task.depth &&
      known.from.atom === atom
    )
      return known;
    this.from = this.placeOf(task, a, b, count, atom);
    this.task = task.id;
    this.trace = trace.length;
    this.steps = 0;
    this.instructions = 0;
    return null;
  }

  /** Whether something is being written down, of this task. */
  writing(task: Task): boolean {
    return this.from !== null && this.task === task.id;
  }

  /** The task has executed instructions of the stretch that is being written down. */
  add(task: Task, result: StepResult, executed: number, atom: number, trace: Trace): void {
    this.steps++;
    this.instructions += executed;
    if (result !== "slice" || this.instructions >= MOST) this.end(task, result, atom, trace);
  }

  /** What comes next is no part of it: it is kept where it is worth it. */
  end(task: Task, result: StepResult, atom: number, trace: Trace): void {
    const { from } = this;
    this.from = null;
    if (from === null || this.steps < LEAST) return;
    const touches = trace.copy(this.trace);
    if (this.kept + touches.length > TOUCHES_MAX) this.forget();
    this.kept += touches.length;
    (this.byTask[this.task] ??= new Map()).set(keyOf(from.historyA, from.count), {
      from,
      instructions: this.instructions,
      result,
      fn: task.fn?.id ?? -1,
      pc: task.pc,
      depth: task.depth,
      sp: task.sp,
      atom,
      touches,
    });
  }
}

const keyOf = (a: number, count: number): number => (a >>> 0) * 0x200000 + (count & 0x1fffff);
