/**
 * Who runs next. A strategy is asked only at scheduling points (a task blocked, ended, was woken, or passed
 * `__fsc_point`), or after `slice` instructions when it wants preemption anywhere. Leaves out the tasks themselves.
 * Strategies are deterministic: all their choices come from their seed.
 */

export type SwitchReason = "start" | "point" | "block" | "exit" | "slice";

export interface Scheduler {
  readonly name: string;
  /** Chooses among the ids of runnable tasks (ascending, never empty). `current` may not be among them. */
  next(runnable: readonly number[], current: number, why: SwitchReason): number;
  /** Instructions until the task is preempted, or 0 for never. */
  slice(): number;
  /** Its state, as plain data, and back; one that holds none has neither. */
  save?(): unknown;
  restore?(state: unknown): void;
}

/** Runs a task as long as it can run, then the lowest-numbered one: the order in which a reader would tell the story. */
export class RunToBlock implements Scheduler {
  readonly name = "run-to-block";
  next(runnable: readonly number[], current: number, why: SwitchReason): number {
    if (why !== "block" && why !== "exit" && runnable.includes(current)) return current;
    return runnable[0]!;
  }
  slice(): number {
    return 0;
  }
}

/** Small seeded generator (splitmix32): the only source of chance in the emulator. */
export class Prng {
  private state: number;
  constructor(seed: number) {
    this.state = seed | 0;
  }
  next(): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }
  save(): number {
    return this.state;
  }
  restore(state: number): void {
    this.state = state;
  }
  below(n: number): number {
    return this.next() % n;
  }
}

/** The strategy that a seed names: "0" runs each task until it blocks, another draws from it. */
export function schedulerOf(seed: string): Scheduler {
  return seed === "0" ? new RunToBlock() : new SeededRandom(Number.parseInt(seed, 10) || 1);
}

/** Switches at any scheduling point to a task drawn from the seed. */
export class SeededRandom implements Scheduler {
  readonly name: string;
  private readonly prng: Prng;
  constructor(seed: number) {
    this.name = `random:${seed}`;
    this.prng = new Prng(seed);
  }
  next(runnable: readonly number[]): number {
    return runnable[this.prng.below(runnable.length)]!;
  }
  slice(): number {
    return 0;
  }
  save(): unknown {
    return this.prng.save();
  }
  restore(state: unknown): void {
    this.prng.restore(state as number);
  }
}
