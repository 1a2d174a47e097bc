/**
 * What happened in a run, as typed events in order. Everything shown to a reader (histories, traces, timelines) and
 * everything judged by an invariant is made of these. A leaf: anyone may import it. Leaves out the events of
 * watched kinds (subject/), how events are rendered (server/review/render.ts) and judged (rules).
 */

import type { Loc } from "../c/ast.ts";
import type { Change, SubjectId } from "../subject/subject.ts";

/** One open call when an event happened; innermost first. Function ids index Image.functions. */
export interface EventFrame {
  readonly fn: number;
  readonly loc: Loc | null;
}

export interface EventBase {
  /** Position in the run's event list. */
  readonly seq: number;
  readonly task: number;
  /** Index of the scenario step (`__fsc_step`) it belongs to, -1 before the first. */
  readonly step: number;
  readonly stack: readonly EventFrame[];
}

/** A field of a watched thing changed; for kinds that have no events of their own (emulator/subject). */
export interface ChangeEvent extends EventBase, Change {
  readonly kind: "change";
  readonly of: SubjectId;
}

/** The scenario says what it does next. */
export interface StepEvent extends EventBase {
  readonly kind: "step";
  readonly text: string;
}
/** A quiescent point: audits run here. */
export interface QuiesceEvent extends EventBase {
  readonly kind: "quiesce";
  readonly text: string;
}
/** WARN_ON and family fired. */
export interface WarnEvent extends EventBase {
  readonly kind: "warn";
  readonly text: string;
  /** What the warning function had in hand; null when it cannot be told. */
  readonly about: SubjectId | null;
}
/** Anything named by the C itself: "tlb-flush", "block-free" ... */
export interface NamedEvent extends EventBase {
  readonly kind: "named";
  readonly name: string;
  readonly text: string;
}
export interface TaskEvent extends EventBase {
  readonly kind: "task";
  readonly what: "created" | "sleeps" | "done";
  readonly text: string;
}
/** A task wakes others, who go on when it is their turn. */
export interface WokenEvent extends EventBase {
  readonly kind: "task";
  readonly what: "woken";
  /** Their names. */
  readonly text: string;
  readonly tasks: readonly number[];
  /** The lock that it lets go of, "" where it wakes them by itself. */
  readonly lock: string;
}
export interface PrintkEvent extends EventBase {
  readonly kind: "printk";
  readonly text: string;
}

/** Events of the machine itself. */
export type CoreEvent =
  | ChangeEvent
  | StepEvent
  | QuiesceEvent
  | WarnEvent
  | NamedEvent
  | TaskEvent
  | WokenEvent
  | PrintkEvent;
