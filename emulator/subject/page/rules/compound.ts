/**
 * Compound state of ZONE_DEVICE pages since v6.15: what a folio leaves behind when it is split back into pages,
 * writes that go to a page that is no head, and struct pages that a mapping by compound pages lays over one another. Follows
 * dax_folio_put(), dax_folio_init() in fs/dax.c and prep_compound_page(). Not verified: _deferred_list. The struct pages
 * of this machine do not lie over one another: what they would do to each other is not seen, that they would is told.
 */

import { describePfn, hex, type PageRule } from "../judge.ts";
import { MachineView } from "../view.ts";

export const staleCompound: PageRule = {
  code: "stale-compound",
  title: "A block is free but its pages still form a folio",
  ids: ["P11", "P12"],
  statement:
    "After the last association is gone each page is of order 0: no head flag, no compound_head, its pgmap in place.",
  since: "v6.15",
  source: "fs/dax.c dax_folio_put(), dax_folio_init(); mm/page_alloc.c prep_compound_page()",
  detection: "after each step: a page without an entry in any file that is a head or a tail, or has no pgmap",
  level: "error",
  consequence:
    "The next file that uses these blocks finds pages that still claim to belong to a large folio, and warns or crashes on them.",
  onQuiesce(judge) {
    const { audit } = judge;
    const pgmaps = new Set(judge.view.pgmaps());
    for (const pfn of audit.pages) {
      if (!audit.isFsDax(pfn) || audit.ownersOf(pfn).length > 0) continue;
      const page = judge.view.page(pfn);
      if (page.isTail) {
        if (audit.ownersOf(page.head).length > 0) continue;
        judge.report({
          pfn,
          fields: ["lru/pgmap"],
          message: `no file has ${describePfn(judge.view, pfn)} any more, but it is still a tail of pfn ${hex(page.head)}`,
        });
      } else if (page.isHead)
        judge.report({
          pfn,
          fields: ["flags"],
          message: `no file has ${describePfn(judge.view, pfn)} any more, but it still has the head flag`,
        });
      else if (!pgmaps.has(page.word1))
        judge.report({
          pfn,
          fields: ["lru/pgmap"],
          message: `->pgmap of idle ${describePfn(judge.view, pfn)} is 0x${page.word1.toString(16)}, not its device's`,
        });
    }
  },
};

export const staleOrder: PageRule = {
  code: "stale-order",
  title: "A page keeps the order or the page count of the folio it was part of",
  ids: ["P11"],
  statement:
    "The order lies in the flags of the second page and the page count in a word that is ->memcg_data of an order-0 page: both are reset when a folio is split.",
  since: "v6.15",
  source: "include/linux/mm.h folio_reset_order(); fs/dax.c dax_folio_put()",
  detection:
    "after each step: a page without an entry that is locked or has memcg_data: the order and the page count of page 1",
  level: "error",
  consequence:
    "The next user of the page takes it for part of a large folio: the page is never split again, and the next fault warns.",
  onQuiesce(judge) {
    const { audit } = judge;
    for (const pfn of audit.pages) {
      if (!audit.isFsDax(pfn) || audit.ownersOf(pfn).length > 0) continue;
      const page = judge.view.page(pfn);
      if (page.isTail || page.isHead) continue;
      const memcg = judge.view.lastWord(pfn);
      // Locked and the bit above it: no flag that an idle page may have, but part of most orders.
      if ((page.flags & 3n) !== 0n || memcg !== 0n)
        judge.report({
          pfn,
          fields: ["flags", "memcg_data"],
          message: `idle ${describePfn(judge.view, pfn)} has left-overs of a large folio: flags 0x${page.flags.toString(16)}, memcg_data/_nr_pages 0x${memcg.toString(16)}`,
        });
    }
  },
};

export const staleHead: PageRule = {
  code: "stale-head",
  title: "Folio fields are written through a page that is a tail",
  ids: ["P13"],
  statement:
    "A folio pointer taken before pages were joined or split is looked up again afterwards: ->mapping and ->index belong to the head.",
  since: "v6.15",
  source: "fs/dax.c dax_associate_entry() after dax_folio_init()",
  detection:
    "a write of ->mapping (other than NULL or TAIL_MAPPING) or of ->index of a page whose compound_head bit is set",
  level: "error",
  consequence:
    "What is written goes to a page that is not the head any more: counts and mapping of the real folio are not kept.",
  onEvent(judge, event) {
    if (event.kind !== "page" || !judge.view.isPmem(event.pfn)) return;
    if (event.field !== "mapping" || event.after === 0n || MachineView.isTailMapping(event.after)) return;
    const page = judge.view.page(event.pfn);
    if (!page.isTail) return;
    judge.report({
      pfn: event.pfn,
      fields: [event.field],
      event,
      message: `${event.field} of ${describePfn(judge.view, event.pfn)} is written, but the page is a tail of pfn ${hex(page.head)}`,
    });
  },
};

/** The page that the word of a tail links to. */
const pfnOfLink = (word: bigint): number => Number(BigInt.asUintN(32, word - 1n) / 64n);

export const pgmapOfTail: PageRule = {
  code: "pgmap-of-tail",
  title: "A pgmap is written over the link of a tail page to its head",
  ids: ["P12"],
  statement:
    "compound_head and pgmap share a word: while a page is a tail, its pgmap is reached through the head alone. Once the head is none any more, storing the pgmap ends the link, too.",
  since: "v6.15",
  source:
    "include/linux/mm_types.h; include/linux/mmzone.h page_pgmap(); mm/memremap.c zone_device_page_init() of v6.19",
  detection: "a write of a pgmap over the link of an FS-DAX page to a page that has the head flag",
  level: "error",
  consequence:
    "The pointer that is read belongs to another field: following it crashes, or ends the wrong device.",
  onEvent(judge, event) {
    if (event.kind !== "page" || event.field !== "lru/pgmap" || !judge.view.isPmem(event.pfn)) return;
    if (
      (event.before & 1n) === 0n ||
      (event.after & 1n) !== 0n ||
      event.after === 0n ||
      event.after === event.before - 1n
    )
      return;
    // Clearing takes the last bit away and leaves the rest; a pgmap is what its device has.
    if (!judge.view.pgmaps().includes(event.after) || !judge.audit.isFsDax(event.pfn)) return;
    if (!judge.view.page(pfnOfLink(event.before)).isHead) return;
    judge.report({
      pfn: event.pfn,
      fields: ["lru/pgmap"],
      event,
      message: `the pgmap is stored into ${describePfn(judge.view, event.pfn)} while it is a tail page: its link to the head is gone`,
    });
  },
};

/** Pages whose struct pages fill one page of memory. */
const PER_PAGE = 64;

export const sharedStructPage: PageRule = {
  code: "shared-struct-page",
  title: "A page is used alone, but its struct page is several pages' at once",
  ids: ["P12", "L3"],
  statement:
    "Where a device is mapped with compound pages (vmemmap_shift) and keeps no struct pages itself, those of all tails behind the first 64 pages lie on one page of memory: they stay tails of their head for as long as the device is mapped.",
  since: "v6.12",
  source: "mm/sparse-vmemmap.c vmemmap_populate_compound_pages(); include/linux/mm.h vmemmap_can_optimize()",
  detection:
    "after each step: a page behind the first 64 of a compound page of such a device that is no tail of its head",
  level: "error",
  consequence:
    "Pages far apart on the device are counted, mapped and locked as one: a block is given back while it is in use, or never.",
  onQuiesce(judge) {
    const { view } = judge;
    for (const { from, to, nr } of view.foldedRanges())
      for (let head = from; head < to; head += nr)
        for (let pfn = head + PER_PAGE; pfn < Math.min(head + nr, to); pfn++) {
          const page = view.page(pfn);
          if (page.isTail && page.head === head) continue;
          judge.report({
            pfn,
            fields: ["lru/pgmap"],
            message: `${describePfn(view, pfn)} is used as a page of its own, but its device is mapped by ${nr} pages at a time, and its struct page lies where those of ${nr / PER_PAGE - 2} more pages of the same ${nr} lie`,
          });
          break;
        }
  },
};

export const reservedLost: PageRule = {
  code: "reserved-lost",
  title: "A ZONE_DEVICE page loses its reserved flag",
  ids: ["P16"],
  statement:
    "Pages of pmem are PG_reserved for as long as they exist (both eras): users such as KVM decide by it whether to count references.",
  source: "mm/mm_init.c __init_zone_device_page()",
  detection: "a write of ->flags of a pmem page that clears PG_reserved",
  level: "error",
  consequence:
    "Code that tells device memory by PageReserved, KVM for one, takes a reference where it must not, or none where it must.",
  onEvent(judge, event) {
    if (event.kind !== "page" || event.field !== "flags" || !judge.view.isPmem(event.pfn)) return;
    if (judge.view.reservedCleared(event.before, event.after))
      judge.report({
        pfn: event.pfn,
        fields: ["flags"],
        event,
        message: `${describePfn(judge.view, event.pfn)} loses PG_reserved`,
      });
  },
};
