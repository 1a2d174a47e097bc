/**
 * What memory in which stores are seen late consists of: writes and their places, what a task has in mind, the instruction
 * under way. Plain data that nobody changes. Leaves out what becomes of it (weak.ts).
 */
import type { ExecBody } from "../vm/body.ts";
import type { Access } from "./look.ts";
import { EMPTY, type Load, NOTHING, type View } from "./view.ts";

export interface Write {
  readonly task: number;
  readonly seq: number;
  /** Its place in the order of the writes there. */
  readonly stamp: number;
  readonly value: bigint;
  readonly comes: Load;
  /** It read what stands before it. */
  readonly rmw: boolean;
  /** What the value that was written came from. */
  readonly from: Load;
}

/** Bytes of a granule that are always read and written together, and what was written, the oldest first. */
export interface Lane {
  readonly first: number;
  readonly size: number;
  readonly key: number;
  readonly writes: readonly Write[];
}

export interface Place {
  readonly lanes: readonly Lane[];
  /** What comes with every read. */
  readonly always: Load;
}

export const FRESH: Place = { lanes: [], always: EMPTY };

export interface Mind {
  /** Seen by every load from here on. */
  readonly sees: View;
  /** Passed on with whatever is written from here on. */
  readonly strong: View;
  /** Came with values, and is seen behind a barrier. */
  readonly pending: Load;
  /** Comes with each write from here on. */
  readonly leads: View;
  /** Came with this task's writes. */
  readonly wrote: Load;
  /** Came with values that branches depended on. */
  readonly decided: Load;
  /** What its own writes before its last unlocking lead by behind its next locking, and what was pending there. */
  readonly unlocked: { readonly leads: View; readonly pending: Load };
}

export const BLANK: Mind = {
  sees: NOTHING,
  strong: NOTHING,
  pending: EMPTY,
  leads: NOTHING,
  wrote: EMPTY,
  decided: EMPTY,
  unlocked: { leads: NOTHING, pending: EMPTY },
};

export type Undo =
  | { readonly of: "place"; readonly at: number; readonly was: Place | undefined }
  | { readonly of: "lock"; readonly at: bigint; readonly was: Load | undefined };

export interface WeakState {
  readonly undo: number;
  readonly minds: readonly Mind[];
  readonly registers: readonly ReadonlyMap<number, Load>[];
  readonly spilled: readonly ReadonlyMap<number, Load>[];
  readonly fence: View;
  readonly readers: View;
  readonly grace: View;
  readonly seq: number;
  readonly stamp: number;
  readonly born: number;
}

/** What the next instruction is. */
export interface Step {
  readonly kind: "quiet" | "load" | "store" | "readers" | "other" | "native";
  readonly body: ExecBody;
  readonly pc: number;
  readonly fp: number;
  readonly flags: number;
  readonly at: number;
  readonly first: number;
  readonly size: number;
  readonly hi: number;
  readonly lo: number;
  /** Taken of what it may find or come before, counted from the newest. */
  readonly age: number;
  readonly before: bigint | null;
  readonly reads: readonly Access[];
  readonly writes: readonly Access[];
  readonly name: string;
  readonly args: readonly bigint[];
}
