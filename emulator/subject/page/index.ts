/**
 * Pages of pmem, and what refers to them: page tables, the xarrays of files, pins. The first watched kind (module.ts).
 * Leaves out nothing of its own: events.ts, watch.ts, view.ts, audit.ts, rules/, words.ts are its parts.
 */
import { HI_VMEMMAP, PMEM_PFN } from "../../mem/memory.ts";
import type { MachineEvent } from "../event.ts";
import type { SubjectModule } from "../module.ts";
import type { Change } from "../subject.ts";
import { AuditState } from "./audit.ts";
import { type PageJudge, pageSubject } from "./judge.ts";
import { lookAtPage } from "./look.ts";
import { PAGE_RULES } from "./rules/index.ts";
import { MachineView } from "./view.ts";
import { PageWatch } from "./watch.ts";
import { pageEventText, pageName, pageTelling, pteMaps } from "./words.ts";

interface PageState extends PageJudge {
  audit: AuditState;
  /** pmem pages written since the scenario began. */
  readonly touched: Set<number>;
  readonly abandoned: Set<number>;
  readonly names: Map<bigint, string>;
}

/** A saved state. */
interface Kept {
  readonly touched: readonly number[];
  readonly abandoned: readonly number[];
}

/** Pages of one large folio, and all pages that are no file blocks, are one thing. */
function wholeOf(pfn: number): number {
  if (pfn < PMEM_PFN) return 0;
  return pfn - PMEM_PFN < 512 ? pfn : pfn >> 9;
}

/** A page's own fields, and the page-table entries that map it. */
function pageChange(event: MachineEvent, pfn: number): Change | null {
  if (event.kind === "page") return event.pfn === pfn ? event : null;
  if (event.kind !== "pte" || !(pteMaps(event.before, pfn) || pteMaps(event.after, pfn))) return null;
  return { field: "PTE", before: event.before, after: event.after, aside: true };
}

export const page: SubjectModule<PageWatch, PageState> = {
  kind: "page",
  events: ["page", "pte", "xarray", "bad-page"],
  rules: PAGE_RULES,
  watch: (recorder) => new PageWatch(recorder),

  begin(judge, { memory, image, names }, watch) {
    const view = new MachineView(memory, image);
    watch.onMemmap = () => view.forgetAll();
    watch.inOrder = view.inOrder;
    watch.foreign = (pfn) => pfn === 0 || pfn === view.zeroPfn || view.isHugeZero(pfn);
    return {
      era: judge.era,
      lineOf: judge.lineOf,
      view,
      names,
      touched: new Set(),
      abandoned: new Set(),
      // Asked for only after the first quiescent point.
      audit: null as unknown as AuditState,
      report: ({ pfn, fields, message, event }) =>
        judge.report({
          message,
          subject: pfn === undefined || pfn < 0 ? null : pageSubject(pfn, fields),
          ...(event === undefined ? {} : { event }),
        }),
    };
  },

  save: (state): Kept => ({ touched: [...state.touched], abandoned: [...state.abandoned] }),
  restore(state, saved) {
    for (const name of ["touched", "abandoned"] as const) {
      state[name].clear();
      for (const pfn of (saved as Kept)[name]) state[name].add(pfn);
    }
    state.view.forgetAll();
  },

  heard(state, event) {
    if (event.kind === "page") {
      state.view.forget(event.pfn);
      if (state.view.isPmem(event.pfn)) state.touched.add(event.pfn);
    } else if (event.kind === "step" || event.kind === "quiesce")
      state.view.inodes().forEach((inode, number) => {
        if (inode !== 0n) state.names.set(state.view.mappingOf(inode), `file ${number}`);
      });
  },

  quiesce(state) {
    state.audit = new AuditState(state.view, state.touched);
    const unflushed = new Set(state.view.unflushedBlocks());
    for (const pfn of state.abandoned) if (!unflushed.has(pfn)) state.abandoned.delete(pfn);
    for (const pfn of unflushed) if (state.audit.ownersOf(pfn).length === 0) state.abandoned.add(pfn);
  },

  sameThing: (a, b) => wholeOf(a) === wholeOf(b),
  changeOf: pageChange,
  eventText: pageEventText,
  nameOf: (pfn, words) => pageName(pfn, words.style),
  telling: pageTelling,
  thingAt: (hi, lo) => (hi === HI_VMEMMAP ? lo >>> 6 : null),
  look: lookAtPage,
  actors: (event) => (event.kind === "bad-page" ? 0 : event.kind === "page" ? 2 : 1),
  onLines: (event) => event.kind === "page" || event.kind === "bad-page",
};
