/**
 * Memory that processes' pages move to (MEMORY_DEVICE_PRIVATE, MEMORY_DEVICE_COHERENT): its counts recomputed, and no page
 * left on its way. Follows mm/migrate_device.c, mm/memremap.c, and what mm/memory.c and mm/rmap.c do of entries that are not
 * present. Leaves out whether the driver's own tables are right.
 */
import { type Audit, hex, type PageJudge, type PageRule } from "../judge.ts";

interface Lent {
  readonly pfn: number;
  readonly name: string;
  readonly refs: number;
  readonly mapcount: number;
  /** Entries of page tables that lead to the page, present or not. */
  readonly users: number;
  readonly pins: number;
}

const lentPages = new WeakMap<Audit, readonly Lent[]>();

/** Pages of such devices that anything has happened to. Gathered once an audit. */
function lent(judge: PageJudge, audit: Audit): readonly Lent[] {
  const known = lentPages.get(audit);
  if (known !== undefined) return known;
  const list: Lent[] = [];
  for (const { from, to } of audit.devices)
    for (const pfn of audit.pages) {
      if (pfn < from || pfn >= to) continue;
      const page = judge.view.page(pfn);
      if (page.isTail) continue;
      const absent = audit.absent.filter((a) => a.kind === "device" && a.pfn === pfn).length;
      list.push({
        pfn,
        name: `page ${pfn - from} of the device (pfn ${hex(pfn)})`,
        refs: page.refcount,
        mapcount: page.mapcount + 1,
        users: audit.mappingsOf(pfn).length + absent,
        pins: audit.pinRefs(pfn, 1),
      });
    }
  lentPages.set(audit, list);
  return list;
}

export const devicePageRefs: PageRule = {
  code: "device-page-refs",
  title: "A page of a device's memory is not counted as often as it is used",
  ids: ["L1"],
  statement:
    "A page that a device has lent to processes has one reference for each page-table entry that maps it or names it as a device's (a device-private entry), and one for each pin; a page that the device has itself has none.",
  since: "v6.12",
  source:
    "mm/migrate_device.c migrate_device_finalize(), mm/memory.c copy_nonpresent_pte(), do_swap_page(); mm/memremap.c zone_device_page_init()",
  detection: "after each step entries and pins are counted and compared with _refcount",
  level: "error",
  consequence:
    "With one reference too many the device never gets its page back and can never go; with one too few it lends the page again while a process still has it.",
  onQuiesce(judge) {
    for (const page of lent(judge, judge.audit))
      if (page.refs !== page.users + page.pins)
        judge.report({
          pfn: page.pfn,
          fields: ["_refcount"],
          message: `refcount of ${page.name} is ${page.refs}, accounted for are ${page.users + page.pins} (${page.users} page-table entr${page.users === 1 ? "y" : "ies"} and ${page.pins} held by pins)`,
        });
  },
};

export const devicePageMapcount: PageRule = {
  code: "device-page-mapcount",
  title: "The mapcount of a page of a device's memory is not the number of its page-table entries",
  ids: ["L1"],
  statement:
    "An entry that names a page as a device's counts as a mapping of it, as a present one does: the rmap finds the page's processes by it when it is to come back.",
  since: "v6.12",
  source:
    "mm/migrate.c remove_migration_pte(), mm/rmap.c try_to_migrate_one(), mm/memory.c zap_nonpresent_ptes()",
  detection: "after each step entries that map or name the page are counted and compared with _mapcount",
  level: "error",
  consequence:
    "The page is taken for unmapped while a process has it, and is not found when it must come back; or it counts as mapped for ever and is never moved.",
  onQuiesce(judge) {
    for (const page of lent(judge, judge.audit))
      if (page.mapcount !== page.users)
        judge.report({
          pfn: page.pfn,
          fields: ["_mapcount"],
          message: `mapcount of ${page.name} is ${page.mapcount}, page tables lead to it ${page.users} time(s)`,
        });
  },
};

export const pgmapRefs: PageRule = {
  code: "pgmap-refs",
  title: "A device's map is not held once for each page that is in use",
  ids: ["L1", "L2"],
  statement:
    "Each page of private or coherent memory that is in use holds the device's dev_pagemap: zone_device_page_init() takes the reference, and the free of the page drops it.",
  since: "v6.12",
  source: "mm/memremap.c zone_device_page_init(), free_zone_device_folio(), memunmap_pages()",
  detection:
    "after each step the references of dev_pagemap->ref are compared with the pages that have any (and one of the device's own, while it is bound)",
  level: "error",
  consequence:
    "With one too many the device can never be unbound; with one too few its struct pages go while a process has one.",
  onQuiesce(judge) {
    const { audit } = judge;
    for (const map of audit.devices) {
      const used = lent(judge, audit).filter((p) => p.pfn >= map.from && p.pfn < map.to && p.refs > 0).length;
      const want = BigInt(used) + (map.dying ? 0n : 1n);
      if (map.refs !== want)
        judge.report({
          message: `the device's map is held ${map.refs} times, accounted for are ${want} (${used} page(s) in use${map.dying ? "" : " and the device itself"})`,
        });
    }
  },
};

export const migrationEntryLeft: PageRule = {
  code: "migration-entry-left",
  title: "A page-table entry still says that its page is on its way",
  ids: ["T1"],
  statement:
    "A migration entry stands in a page table from the moment at which a page is taken out until the migration ends: then it leads to the new page, or to the old one again.",
  since: "v6.12",
  source:
    "mm/migrate_device.c migrate_vma_setup(), migrate_device_finalize(); mm/migrate.c remove_migration_ptes()",
  detection:
    "after each step the page tables are searched for migration entries; nothing migrates between two steps",
  level: "error",
  consequence:
    "Whoever touches the address waits for a migration that is over, or finds a page that is locked no more.",
  onQuiesce(judge) {
    for (const a of judge.audit.absent)
      if (a.kind === "migration")
        judge.report({
          pfn: a.pfn,
          fields: ["PTE"],
          message: `the page-table entry at ${hex(a.address)} still says that pfn ${hex(a.pfn)} is being migrated`,
        });
  },
};
