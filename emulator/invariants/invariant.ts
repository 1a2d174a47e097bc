/**
 * What an invariant is, and what it sees when it judges. Each rule is a module of its own beside this file: statement,
 * era, source, how it is detected. Leaves out running (scenario/runner.ts) and the choice of the patch line to blame
 * (server/review).
 */

import type { EraRow, EraSpan } from "../kernel/era.ts";
import type { DaxEntry, MachineView, MappingOf, Pin, VmaView } from "../machine/views.ts";
import type { MachineEvent, PageField } from "../trace/event.ts";

export type Level = "error" | "warning";

/** A broken invariant, as found: who is to blame is worked out later from `event` or from the object's history. */
export interface Violation {
  readonly code: string;
  readonly level: Level;
  readonly message: string;
  /** The page concerned, -1 when none is. */
  readonly pfn: number;
  /** Fields of the page that are wrong: their last writers are suspects. */
  readonly fields: readonly PageField[];
  /** Event that broke it, when one did; else null: found by an audit. */
  readonly event: number | null;
  /** Position in the event list when it was found. */
  readonly seq: number;
  /** Scenario step it was found in. */
  readonly step: number;
  /** It ended the run. */
  readonly stop?: boolean;
}

export interface Report {
  readonly message: string;
  readonly pfn?: number;
  readonly fields?: readonly PageField[];
  readonly event?: MachineEvent;
}

/** Recomputed truth at a quiescent point. */
export interface Audit {
  readonly mappings: readonly MappingOf[];
  readonly vmas: readonly VmaView[];
  readonly entries: readonly DaxEntry[];
  readonly pins: readonly Pin[];
  /** pmem pages worth looking at: written, mapped, pinned or stored. Ascending. */
  readonly pages: readonly number[];
  /** Entries (not zero, not empty) that cover a pfn. */
  ownersOf(pfn: number): readonly DaxEntry[];
  /** Leaves that map a pfn itself. */
  mappingsOf(pfn: number): readonly MappingOf[];
  /** References by pins on a pfn. */
  pinRefs(pfn: number): number;
  /** False for pages of a device that is not FS_DAX (device-dax): other idle rules. */
  isFsDax(pfn: number): boolean;
}

export interface Judge {
  readonly era: EraRow;
  readonly view: MachineView;
  /** Events so far. */
  readonly events: readonly MachineEvent[];
  /** Text of the source line that an event happened on, "" when unknown. */
  lineOf(event: MachineEvent): string;
  report(report: Report): void;
}

export interface Invariant extends EraSpan {
  /** Stable kebab-case code; never reused. */
  readonly code: string;
  readonly title: string;
  /** Ids in the project's list of invariants. */
  readonly ids: readonly string[];
  readonly statement: string;
  readonly source: string;
  readonly detection: string;
  readonly level: Level;
  onEvent?(judge: Judge, event: MachineEvent): void;
  onQuiesce?(judge: Judge, audit: Audit): void;
}

export const hex = (n: number | bigint): string => `0x${n.toString(16)}`;

export function describePfn(view: MachineView, pfn: number): string {
  if (view.isPmem(pfn)) return `pfn ${hex(pfn)} (block ${pfn - view.pmemStart})`;
  if (pfn === 0) return "pfn 0 (what an empty entry carries)";
  if (pfn === view.zeroPfn) return `pfn ${hex(pfn)} (the zero page)`;
  if (view.isHugeZero(pfn)) return `pfn ${hex(pfn)} (the huge zero folio)`;
  return `pfn ${hex(pfn)} (RAM)`;
}

export const describeEntry = (e: DaxEntry): string =>
  `${e.zero ? "zero" : e.empty ? "empty" : "pfn " + hex(e.pfn)} entry at index ${e.index}, order ${e.order}, of file ${e.inode}`;
