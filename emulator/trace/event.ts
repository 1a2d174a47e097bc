/**
 * What happened in a run, as typed events in order. Everything shown to a reader (histories, traces, timelines) and
 * everything judged by an invariant is made of these. A leaf: anyone may import it. Leaves out how events are rendered
 * (render.ts) and judged (invariants/).
 */
import type { Loc } from "../c/ast.ts";

/** One open call when an event happened; innermost first. Function ids index Image.functions. */
export interface EventFrame {
  readonly fn: number;
  readonly loc: Loc | null;
}

interface EventBase {
  /** Position in the run's event list. */
  readonly seq: number;
  readonly task: number;
  /** Index of the scenario step (`__fsc_step`) it belongs to, -1 before the first. */
  readonly step: number;
  readonly stack: readonly EventFrame[];
}

/** A word of a struct page changed. `field` is the kernel's name of the member at that offset in this era. */
export interface PageWrite extends EventBase {
  readonly kind: "page";
  readonly pfn: number;
  readonly field: PageField;
  /** Values as signed numbers where they are counts, unsigned bigint otherwise. */
  readonly before: bigint;
  readonly after: bigint;
}
export type PageField =
  | "folio-tail"
  | "flags"
  | "lru/pgmap"
  | "lru.prev"
  | "mapping"
  | "index/share"
  | "private"
  | "_mapcount"
  | "_refcount"
  | "memcg_data";

/** A page-table entry changed. */
export interface PteWrite extends EventBase {
  readonly kind: "pte";
  readonly address: bigint;
  readonly before: bigint;
  readonly after: bigint;
}

/** A word of an xarray's table changed (an entry, its index or its marks). */
export interface XarrayWrite extends EventBase {
  readonly kind: "xarray";
  readonly address: bigint;
  readonly before: bigint;
  readonly after: bigint;
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
  /** The page that the warning function had in hand, -1 when it cannot be told. */
  readonly pfn: number;
}
/** bad_page(). */
export interface BadPageEvent extends EventBase {
  readonly kind: "bad-page";
  readonly pfn: number;
  readonly text: string;
}
/** Anything named by the C itself: "tlb-flush", "block-free" ... */
export interface NamedEvent extends EventBase {
  readonly kind: "named";
  readonly name: string;
  readonly text: string;
}
export interface TaskEvent extends EventBase {
  readonly kind: "task";
  readonly what: "created" | "sleeps" | "woken" | "done";
  readonly text: string;
}
export interface PrintkEvent extends EventBase {
  readonly kind: "printk";
  readonly text: string;
}

export type MachineEvent =
  | PageWrite
  | PteWrite
  | XarrayWrite
  | StepEvent
  | QuiesceEvent
  | WarnEvent
  | BadPageEvent
  | NamedEvent
  | TaskEvent
  | PrintkEvent;
