/**
 * References of FS-DAX pages, recomputed: era v6.12 counts one for idle and one for each pin, era v6.15 one for each
 * page-table leaf and each pin. Follows dax_busy_page(), insert/zap in mm/memory.c and mm/huge_memory.c, mm/gup.c.
 * Not verified: speculative references that come and go between two quiescent points.
 */
import { type Audit, describePfn, type PageJudge, type PageRule } from "../judge.ts";

/** Expected references of the folio that starts at `head`. */
function expected(
  judge: PageJudge,
  audit: Audit,
  head: number,
  pages: number,
): { total: number; maps: number; pins: number } {
  const pins = audit.pinRefs(head, pages);
  const maps = judge.era.leaves === "devmap" ? 0 : audit.leavesOver(head, pages);
  return { total: judge.era.idleRef + maps + pins, maps, pins };
}

interface Differs {
  readonly pfn: number;
  readonly actual: number;
  readonly want: { readonly total: number; readonly maps: number; readonly pins: number };
}

const differing = new WeakMap<Audit, readonly Differs[]>();

/** Folios whose count is not what their users account for. Gathered once an audit. */
function differs(judge: PageJudge, audit: Audit): readonly Differs[] {
  const known = differing.get(audit);
  if (known !== undefined) return known;
  const list: Differs[] = [];
  for (const pfn of audit.pages) {
    const page = judge.view.page(pfn);
    if (page.isTail || !audit.isFsDax(pfn)) continue;
    const pages = page.isHead ? 1 << judge.view.order(pfn) : 1;
    const want = expected(judge, audit, pfn, pages);
    if (page.refcount !== want.total) list.push({ pfn, actual: page.refcount, want });
  }
  differing.set(audit, list);
  return list;
}

const account = (judge: PageJudge, w: { maps: number; pins: number }): string =>
  judge.era.leaves === "devmap"
    ? `1 for idle and ${w.pins} held by pins`
    : `${w.maps} page-table mapping(s) and ${w.pins} held by pins`;

export const refLeak: PageRule = {
  code: "folio-ref-leak",
  title: "A DAX page keeps a reference that nobody holds",
  ids: ["P1", "P2", "P6"],
  statement:
    "At a quiescent point a DAX page's refcount is what its users account for: idle (1 up to v6.14, 0 since v6.15) plus pins, and since v6.15 plus page-table mappings. A leaked reference keeps truncate waiting for ever.",
  source: "fs/dax.c dax_busy_page(), dax_page_is_idle(); mm/memremap.c free_zone_device_folio()",
  detection: "after each step the sum over page tables and pins is compared with _refcount",
  level: "error",
  consequence: "The page never becomes idle: truncate, unmount and device removal wait for it for ever.",
  onQuiesce(judge) {
    for (const { pfn, actual, want } of differs(judge, judge.audit)) {
      if (actual <= want.total) continue;
      judge.report({
        pfn,
        fields: ["_refcount"],
        message: `refcount of ${describePfn(judge.view, pfn)} is ${actual}, accounted for are ${want.total} (${account(judge, want)})`,
      });
    }
  },
};

export const refUnderflow: PageRule = {
  code: "folio-ref-underflow",
  title: "A DAX page has fewer references than users",
  ids: ["P1", "P2", "P6"],
  statement:
    "A DAX page never has fewer references than users: else it is idle, freed and handed out again while a page table or a DMA still reaches it.",
  source: "fs/dax.c dax_busy_page(); mm/gup.c gup_put_folio(); mm/memory.c zap_present_folio_ptes()",
  detection: "as folio-ref-leak, and at each write that takes _refcount below zero",
  level: "error",
  consequence: "The page counts as idle while it is in use: its block can be freed under a mapping or a DMA.",
  onEvent(judge, event) {
    if (event.kind !== "page" || event.field !== "_refcount" || !judge.view.isPmem(event.pfn)) return;
    if (event.after < 0n)
      judge.report({
        pfn: event.pfn,
        fields: ["_refcount"],
        event,
        message: `refcount of ${describePfn(judge.view, event.pfn)} goes below zero: ${event.before} -> ${event.after}`,
      });
  },
  onQuiesce(judge) {
    for (const { pfn, actual, want } of differs(judge, judge.audit)) {
      if (actual >= want.total) continue;
      judge.report({
        pfn,
        fields: ["_refcount"],
        message: `refcount of ${describePfn(judge.view, pfn)} is ${actual}, but its users hold ${want.total} (${account(judge, want)})`,
      });
    }
  },
};

export const refFromZero: PageRule = {
  code: "ref-from-zero",
  title: "A reference is taken on an idle DAX page outside the fault path",
  ids: ["P5"],
  statement:
    "Since v6.15 a refcount of zero means that nobody uses the page; only the fault path may raise it from zero, under the locked xarray entry. Any other path must try and fail.",
  since: "v6.15",
  source: "fs/dax.c dax_fault_iter() (folio_ref_inc), mm/gup.c try_get_folio()",
  detection:
    "a write that takes _refcount of an FS-DAX page from 0 to 1 while no locked entry covers the page",
  level: "error",
  consequence: "A page that is being given back is taken into use: whoever gave it back goes on to free it.",
  onEvent(judge, event) {
    if (event.kind !== "page" || event.field !== "_refcount" || event.before !== 0n || event.after <= 0n)
      return;
    if (!judge.view.isPmem(event.pfn)) return;
    const owners = judge.view
      .entries()
      .filter((e) => !e.zero && !e.empty && e.pfn <= event.pfn && event.pfn < e.pfn + 2 ** e.order);
    if (owners.length === 0 || owners.some((e) => e.locked)) return;
    judge.report({
      pfn: event.pfn,
      fields: ["_refcount"],
      event,
      message: `a reference is taken on idle ${describePfn(judge.view, event.pfn)} (0 -> ${event.after}) while its entry is not locked`,
    });
  },
};
