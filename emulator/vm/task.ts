/**
 * A thread of execution of the virtual machine: register file, call stack, frame memory. Plain state, so that it can be
 * copied at any instruction. Leaves out what runs it (step.ts) and who chooses it (sched/).
 */
import type { FnInfo } from "./image.ts";

export type TaskState = "runnable" | "sleeping" | "done";

/** Words per frame in `frames`: function id, return pc, caller's fp, frame base (low word), stack pointer at entry. */
export const FRAME_WORDS = 5;

export interface TaskLimits {
  readonly registers: number;
  readonly depth: number;
  /** Bytes of frame memory. */
  readonly stack: number;
}

export class Task {
  readonly id: number;
  readonly name: string;
  readonly regs: BigInt64Array;
  readonly regs32: Int32Array;
  readonly regsF: Float64Array;
  readonly frames: Int32Array;
  readonly limits: TaskLimits;
  /** First byte of this task's stack (low word). */
  readonly stackLow: number;
  depth = 0;
  fp = 0;
  pc = 0;
  fn: FnInfo | null = null;
  sp: number;
  /** Frame memory of the running function (low word). */
  frameBase: number;
  /** Stack pages exist up to here (low word). */
  mapped: number;
  state: TaskState = "runnable";
  /** What it sleeps on (an address) or waits for. */
  key = 0n;
  waitingFor = "";
  result = 0n;
  /** Set when a native asked to be called again: what it remembered. */
  pending: unknown = undefined;

  constructor(id: number, name: string, stackLow: number, limits: TaskLimits) {
    this.id = id;
    this.name = name;
    this.limits = limits;
    this.regs = new BigInt64Array(limits.registers);
    this.regs32 = new Int32Array(this.regs.buffer);
    this.regsF = new Float64Array(this.regs.buffer);
    this.frames = new Int32Array(limits.depth * FRAME_WORDS);
    this.stackLow = stackLow;
    this.sp = stackLow;
    this.frameBase = stackLow;
    this.mapped = stackLow;
  }
}

export interface TaskSnapshot {
  readonly id: number;
  readonly name: string;
  readonly stackLow: number;
  readonly limits: TaskLimits;
  readonly regs: BigInt64Array;
  readonly frames: Int32Array;
  readonly depth: number;
  readonly fp: number;
  readonly pc: number;
  readonly fn: FnInfo | null;
  readonly sp: number;
  readonly frameBase: number;
  readonly mapped: number;
  readonly state: TaskState;
  readonly key: bigint;
  readonly waitingFor: string;
  readonly result: bigint;
  readonly pending: unknown;
}

/** Copies a task; registers above the running frame's `nregs` hold nothing that is read again. */
export function snapshotTask(t: Task, nregs: number): TaskSnapshot {
  const top = Math.min(t.limits.registers, t.fp + nregs + 64);
  return {
    id: t.id,
    name: t.name,
    stackLow: t.stackLow,
    limits: t.limits,
    regs: t.regs.slice(0, top),
    frames: t.frames.slice(0, t.depth * FRAME_WORDS),
    depth: t.depth,
    fp: t.fp,
    pc: t.pc,
    fn: t.fn,
    sp: t.sp,
    frameBase: t.frameBase,
    mapped: t.mapped,
    state: t.state,
    key: t.key,
    waitingFor: t.waitingFor,
    result: t.result,
    pending: t.pending,
  };
}

/** The task of a copy, over a table of functions; `reuse` is one that is needed no more, whose registers serve. */
export function restoreTask(s: TaskSnapshot, functions: readonly FnInfo[], reuse?: Task): Task {
  const fits = reuse !== undefined && reuse.name === s.name && reuse.limits === s.limits;
  const t = fits ? reuse : new Task(s.id, s.name, s.stackLow, s.limits);
  t.regs.set(s.regs);
  t.frames.set(s.frames);
  t.depth = s.depth;
  t.fp = s.fp;
  t.pc = s.pc;
  t.fn = s.fn === null ? null : functions[s.fn.id]!;
  t.sp = s.sp;
  t.frameBase = s.frameBase;
  t.mapped = s.mapped;
  t.state = s.state;
  t.key = s.key;
  t.waitingFor = s.waitingFor;
  t.result = s.result;
  t.pending = s.pending;
  return t;
}
