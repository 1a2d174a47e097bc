/**
 * What each task's steps saw of the steps before them, as two hashes of 32 bits: orders in which every dependent step sees the
 * same come to the same state, and are known by equal numbers. One hash alone would take two of some hundred thousand states
 * for one now and then, and leave orders out. Leaves out which steps depend on each other (pilot.ts).
 */
import type { Task } from "../vm/task.ts";

interface Cell {
  /** Hashes of the last write, and the sums of those of the reads since. */
  readonly wroteA: number;
  readonly wroteB: number;
  readonly readA: number;
  readonly readB: number;
}

const UNTOUCHED: Cell = { wroteA: 0, wroteB: 0, readA: 0, readB: 0 };

/** Nobody writes it any more. */
export interface HistoryState {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly cells: Map<number | bigint, Cell>;
}

function mixA(h: number, x: number): number {
  let v = Math.imul(h ^ x, 0x9e3779b1);
  v = Math.imul(v ^ (v >>> 15), 0x85ebca6b);
  return (v ^ (v >>> 13)) | 0;
}

function mixB(h: number, x: number): number {
  let v = Math.imul((h + x) | 0, 0xc2b2ae3d);
  v = Math.imul(v ^ (v >>> 16), 0x27d4eb2f);
  return (v ^ (v >>> 14)) | 0;
}

const lowOf = (x: number | bigint): number => (typeof x === "bigint" ? Number(BigInt.asIntN(32, x)) : x | 0);
const highOf = (x: number | bigint): number =>
  typeof x === "bigint" ? Number(BigInt.asIntN(32, x >> 32n)) : Math.floor(x / 4294967296) | 0;

export class Histories {
  private a: number[] = [];
  private b: number[] = [];
  private cells = new Map<number | bigint, Cell>();
  /** `cells` is also a kept state's: whoever writes copies it first. */
  private shared = false;

  keep(): HistoryState {
    this.shared = true;
    return { a: this.a.slice(), b: this.b.slice(), cells: this.cells };
  }

  back(s: HistoryState): void {
    this.a = s.a.slice();
    this.b = s.b.slice();
    this.cells = s.cells;
    this.shared = true;
  }

  /** The two hashes of what a task has seen. */
  aOf(task: number): number {
    return this.a[task] ?? 0;
  }
  bOf(task: number): number {
    return this.b[task] ?? 0;
  }

  /** A step of a task on what others' steps depend on. */
  step(task: number, on: number | bigint, write: boolean): void {
    const cell = this.cells.get(on) ?? UNTOUCHED;
    let a = mixA(mixA(this.a[task] ?? 0, lowOf(on)), highOf(on));
    a = mixA(a, cell.wroteA);
    a = mixA(a, write ? cell.readA ^ 0x55555555 : 0x33333333);
    let b = mixB(mixB(this.b[task] ?? 0, highOf(on)), lowOf(on));
    b = mixB(b, cell.wroteB);
    b = mixB(b, write ? cell.readB ^ 0x55555555 : 0x33333333);
    this.a[task] = a;
    this.b[task] = b;
    if (this.shared) {
      this.cells = new Map(this.cells);
      this.shared = false;
    }
    this.cells.set(
      on,
      write
        ? { wroteA: a, wroteB: b, readA: 0, readB: 0 }
        : {
            wroteA: cell.wroteA,
            wroteB: cell.wroteB,
            readA: (cell.readA + a) | 0,
            readB: (cell.readB + b) | 0,
          },
    );
  }

  /** The last step of a task came out in the nth way. */
  way(task: number, nth: number): void {
    this.a[task] = mixA(this.a[task] ?? 0, 0x7000 + nth);
    this.b[task] = mixB(this.b[task] ?? 0, 0x7000 + nth);
  }

  /** A task begins as another stands. */
  created(task: number, child: number): void {
    this.a[child] = mixA(this.a[task] ?? 0, child);
    this.b[child] = mixB(this.b[task] ?? 0, child);
  }

  /** A task has waited for the end of another. */
  joined(task: number, other: number): void {
    this.a[task] = mixA(this.a[task] ?? 0, this.a[other] ?? 0);
    this.b[task] = mixB(this.b[task] ?? 0, this.b[other] ?? 0);
  }

  /** What has happened, as far as its order matters, and who is where: equal numbers, equal states. */
  signature(tasks: readonly Task[], current: number): number {
    let a = current + 1;
    let b = 0x1234567 ^ current;
    for (const t of tasks) {
      const state = t.state === "runnable" ? 1 : t.state === "sleeping" ? 2 : 3;
      a = mixA(a, (this.a[t.id] ?? 0) + state);
      b = mixB(b, (this.b[t.id] ?? 0) ^ (state << 20));
    }
    return (a >>> 0) * 0x200000 + (b >>> 11);
  }
}
