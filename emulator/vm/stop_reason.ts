/**
 * How a run ended. A closed set: everything that can happen to executed C is one of these, never a JavaScript exception.
 * Leaves out invariants of the machine: those are violations (emulator/invariants), not stops.
 */
import type { Loc } from "../c/ast.ts";

export type StopKind =
  | "completed"
  | "exit" // exit(), or main returned: `status`
  | "abort"
  | "bug" // BUG(), VM_BUG_ON, failed assert
  | "oops" // paging request at a kernel address that nothing backs, NULL dereference
  | "general-protection" // non-canonical address
  | "use-after-free"
  | "use-after-scope"
  | "double-free"
  | "bad-free"
  | "out-of-bounds"
  | "uninitialised-read"
  | "misaligned"
  | "write-to-readonly"
  | "bad-call" // call through a bad pointer or with the wrong signature
  | "missing-return"
  | "division-by-zero"
  | "shift-range"
  | "unreachable"
  | "stack-overflow"
  | "lock-misuse"
  | "deadlock" // every task sleeps
  | "livelock" // the only task that can run goes round with nothing changed
  | "data-race"
  | "unsupported" // C or a call that the engine does not model
  | "limit" // steps, memory, output, depth
  | "cancelled";

export interface StopReason {
  readonly kind: StopKind;
  readonly message: string;
  /** The rule that tells it, where that is not the kind's own. */
  readonly rule?: string;
  /** Exit status for "exit". */
  readonly status?: number;
  readonly address?: bigint;
  /** The object concerned: what it is and where it was allocated and freed. */
  readonly object?: ObjectHistory;
}

/** Something undefined that does not end a run: kernels are built so that it has a meaning, or x86 does it anyway. */
export interface Remark {
  readonly kind: "signed-overflow" | "misaligned";
  readonly message: string;
  readonly fn: string;
  readonly loc: Loc;
  /** Times that it happened at this place. */
  count: number;
}

export interface ObjectHistory {
  readonly name: string;
  readonly base: bigint;
  readonly size: number;
  readonly allocated: Site | null;
  readonly freed: Site | null;
}

export interface Site {
  readonly loc: Loc;
  readonly fn: string;
  readonly task: number;
}
