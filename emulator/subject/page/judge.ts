/**
 * What rules about pages see and say: the run's view of pages, page tables and files, the truth recomputed at a quiescent
 * point, and reports that name a page by its number. Leaves out the rules (rules/).
 */
import type { MachineEvent } from "../event.ts";
import type { Judge, Rule } from "../rule.ts";
import type { Subject } from "../subject.ts";
import type { AuditState } from "./audit.ts";
import type { PageField } from "./events.ts";
import type { DaxEntry, MachineView } from "./view.ts";

export interface PageReport {
  readonly message: string;
  /** The page concerned; none: the rule is about an entry or a count. */
  readonly pfn?: number;
  readonly fields?: readonly (PageField | "PTE")[];
  readonly event?: MachineEvent;
}

export interface PageJudge extends Omit<Judge, "report"> {
  readonly view: MachineView;
  /** Recomputed truth of the last quiescent point; only for `onQuiesce`. */
  readonly audit: AuditState;
  /** Blocks with unflushed lines whose entry went while they were unflushed: whoever took it away answers for them. */
  readonly abandoned: ReadonlySet<number>;
  report(report: PageReport): void;
}

export type PageRule = Rule<PageJudge>;
export type Audit = AuditState;

export const pageSubject = (pfn: number, fields: readonly (PageField | "PTE")[] = []): Subject => ({
  kind: "page",
  id: pfn,
  fields,
});

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
