/**
 * Blocks and references over time: a block is free only when its page is idle, long-term pins are refused, layouts that
 * were broken leave no entry. Follows dax_layout_busy_page_range(), dax_break_layout(), check_vma_flags() in mm/gup.c.
 * Judges the events that the small filesystem and mm announce ("block-free", "pin", "layout-broken").
 */
import { describeEntry, describePfn, type PageRule } from "../judge.ts";

/** How the texts of events tell numbers. */
const NUMBERS = {
  block: /block[= ](0x[0-9a-f]+|-?\d+)/,
  inode: /inode[= ](0x[0-9a-f]+|-?\d+)/,
  from: /from[= ](0x[0-9a-f]+|-?\d+)/,
  to: /to[= ](0x[0-9a-f]+|-?\d+)/,
} as const;

const numberIn = (text: string, name: keyof typeof NUMBERS): number => {
  const match = NUMBERS[name].exec(text);
  return match === null ? -1 : Number(match[1]);
};

export const freedBusy: PageRule = {
  code: "freed-while-busy",
  title: "A block is given back while its page is in use",
  ids: ["D3", "D4"],
  statement:
    "Truncate, punch, unmap, evict and remap free a block only when its page is idle: else a DMA writes into somebody else's file.",
  source: "fs/dax.c dax_layout_busy_page_range(), dax_break_layout(); fs/xfs/xfs_file.c xfs_break_layouts()",
  detection: "when the filesystem frees a block, its page's refcount is compared with idle",
  level: "error",
  consequence:
    "The block can go to another file while a device still writes to it: that file is silently corrupted.",
  onEvent(judge, event) {
    if (event.kind !== "named" || event.name !== "block-free") return;
    const block = numberIn(event.text, "block");
    if (block < 0) return;
    const pfn = judge.view.pmemStart + block;
    const page = judge.view.page(pfn);
    const head = page.isTail ? judge.view.page(page.head) : page;
    if (head.refcount <= judge.era.idleRef) return;
    const pins = judge.view.pins().filter((p) => p.pfn <= pfn && pfn < p.pfn + p.pages);
    judge.report({
      pfn,
      fields: ["_refcount"],
      event,
      message: `${describePfn(judge.view, pfn)} is freed with refcount ${head.refcount}${pins.length > 0 ? `, pinned by ${pins.map((p) => p.who).join(", ")}` : ""}`,
    });
  },
};

export const longtermPin: PageRule = {
  code: "longterm-pin",
  title: "A long-term pin on a file block succeeds",
  ids: ["D6"],
  statement:
    "FOLL_LONGTERM never pins an FS-DAX page: the file could not be truncated for as long as somebody likes.",
  source: "mm/gup.c check_vma_flags(), gup_fast_folio_allowed(), vma_is_fsdax()",
  detection: "after each step: a pin that says it is long-term on an FS-DAX page",
  level: "error",
  consequence: "The file cannot be truncated, and its device not removed, for as long as the pin is held.",
  onQuiesce(judge) {
    const { audit } = judge;
    for (const p of audit.pins)
      if (/longterm/i.test(p.who) && judge.view.isPmem(p.pfn) && audit.isFsDax(p.pfn))
        judge.report({
          pfn: p.pfn,
          fields: ["_refcount"],
          message: `${describePfn(judge.view, p.pfn)} is pinned for the long term by ${p.who}`,
        });
  },
};

export const entryAfterBreak: PageRule = {
  code: "entry-after-break",
  title: "An entry survives the breaking of its layout",
  ids: ["X8"],
  statement:
    "Since v6.15 dax_break_layout() removes the entries of the range while it holds the lock that keeps faults out.",
  since: "v6.15",
  source: "fs/dax.c dax_break_layout(), dax_delete_mapping_range()",
  detection:
    "when the filesystem says that a range's layout is broken, the xarray is searched for entries in it",
  level: "error",
  consequence:
    "The filesystem goes on to free the blocks while the file still refers to them: a later fault maps freed storage.",
  onEvent(judge, event) {
    if (event.kind !== "named" || event.name !== "layout-broken") return;
    const inode = numberIn(event.text, "inode");
    const from = numberIn(event.text, "from");
    const to = numberIn(event.text, "to");
    for (const e of judge.view.entries())
      if (e.inode === inode && e.index + 2 ** e.order > from && (to < 0 || e.index < to))
        judge.report({
          event,
          message: `after the layout of [${from}, ${to < 0 ? "end" : to}) was broken ${describeEntry(e)} is still there`,
        });
  },
};

export const syncFault: PageRule = {
  code: "sync-fault-early",
  title: "A MAP_SYNC mapping becomes writable before its metadata is safe",
  ids: ["X6"],
  statement:
    "With MAP_SYNC a leaf gets its write bit only after the filesystem has committed the block's metadata.",
  source: "fs/dax.c dax_fault_synchronous(), dax_finish_sync_fault()",
  detection: "the filesystem announces a writable synchronous leaf it finds over an uncommitted block",
  level: "error",
  consequence:
    "A store can reach a block whose metadata is not on disk yet: after a power cut the data is gone.",
  onEvent(judge, event) {
    if (event.kind === "named" && event.name === "sync-uncommitted")
      judge.report({
        event,
        message: `writable synchronous mapping over metadata that is not committed: ${event.text}`,
      });
  },
};
