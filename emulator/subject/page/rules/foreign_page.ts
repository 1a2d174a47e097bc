/**
 * Pages that are not file blocks: the zero page, the huge zero folio and pfn 0. Zero and empty DAX entries carry such a
 * pfn (or none at all), and DAX code has no business with their struct pages. Follows fs/dax.c dax_is_zero_entry(),
 * dax_is_empty_entry(). Not verified: reads (a read of a struct page that is not there is an oops by itself).
 */
import { describePfn, type PageRule } from "../judge.ts";

/** Words that say whose file block a page is, or that it is part of a folio. */
const FILE_FIELDS: ReadonlySet<string> = new Set(["mapping", "index/share", "lru/pgmap", "memcg_data"]);

export const zeroPageWrite: PageRule = {
  code: "zero-page-write",
  title: "DAX code writes the struct page of a hole",
  ids: ["P14"],
  statement:
    "Zero and empty entries have no DAX page: dax_to_folio() and pfn_to_page() may not be used on them.",
  source: "fs/dax.c dax_associate_entry(), dax_disassociate_entry(), dax_busy_page()",
  detection:
    "a write of mapping, index/share or compound state of the zero page, the huge zero folio or pfn 0",
  level: "error",
  consequence:
    "A hole has no page of the file: what is written belongs to somebody else, and on a device without struct pages for it the kernel oopses.",
  onEvent(judge, event) {
    if (event.kind !== "page") return;
    const { view } = judge;
    // Users of the zero page count references and pins, and mark it accessed: that is theirs to do.
    if (
      event.field === "flags"
        ? !view.headFlagDiffers(event.before, event.after)
        : !FILE_FIELDS.has(event.field)
    )
      return;
    const isHuge = view.isHugeZero(event.pfn);
    if (event.pfn !== 0 && event.pfn !== view.zeroPfn && !isHuge) return;
    // The huge zero folio is made and given back by mm itself, when no entry and no page table has it.
    if (isHuge && !view.entries().some((e) => e.zero && e.order > 0)) return;
    judge.report({
      pfn: event.pfn,
      fields: [event.field],
      event,
      message: `${event.field} of ${describePfn(view, event.pfn)} is written (0x${event.before.toString(16)} -> 0x${BigInt.asUintN(64, event.after).toString(16)}): a hole's entry has no DAX page`,
    });
  },
};
