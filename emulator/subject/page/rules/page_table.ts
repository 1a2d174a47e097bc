/**
 * Page-table leaves against the files they map, and their bits by era. Follows mm/memory.c insert_pfn(), insert_page(),
 * mm/huge_memory.c and fs/dax.c dax_fault_iter(). Not verified: TLB contents, deposited page tables.
 */

import { type Audit, describeEntry, describePfn, hex, type PageJudge, type PageRule } from "../judge.ts";
import { PTE } from "../view.ts";

function eachFileLeaf(
  judge: PageJudge,
  audit: Audit,
  visit: (m: Audit["mappings"][number], vma: Audit["vmas"][number], index: number) => void,
): void {
  for (const m of audit.mappings) {
    const vma = audit.vmas.find(
      (v) => v.mm === m.mm && v.mapping !== 0n && m.address >= v.start && m.address < v.end,
    );
    if (vma !== undefined && judge.view.isPmem(m.pfn))
      visit(m, vma, Number(vma.pgoff + ((m.address - vma.start) >> 12n)));
  }
}

export const stalePte: PageRule = {
  code: "stale-pte",
  title: "A page table maps another block than the file's entry names",
  ids: ["T1", "X4"],
  statement:
    "A present leaf that maps a file block has the pfn that the file's xarray entry gives for that place; without an entry nobody would find the mapping again.",
  source: "fs/dax.c dax_fault_iter(), dax_delete_mapping_entry(); mm/truncate.c",
  detection: "after each step every leaf over a file vma is looked up in the file's xarray",
  level: "error",
  consequence:
    "Write-back, truncation and pinning go by the entry: what a process reads and writes through this page table they do not see.",
  onQuiesce(judge) {
    const { audit } = judge;
    const spaces = judge.view.inodes().map((i) => (i === 0n ? 0n : judge.view.mappingOf(i)));
    eachFileLeaf(judge, audit, (m, vma, index) => {
      const inode = spaces.indexOf(vma.mapping);
      if (inode < 0) return;
      const entry = audit.entries.find(
        (e) => e.inode === inode && index >= e.index && index < e.index + 2 ** e.order,
      );
      const where = `page-table leaf at ${hex(m.address)} maps ${describePfn(judge.view, m.pfn)}`;
      if (entry === undefined)
        judge.report({
          pfn: m.pfn,
          fields: [],
          message: `${where}, but file ${inode} has no entry at index ${index}`,
        });
      else if (entry.zero || entry.empty || entry.pfn + (index - entry.index) !== m.pfn)
        judge.report({
          pfn: m.pfn,
          fields: [],
          message: `${where}, but the file has ${describeEntry(entry)} there`,
        });
    });
  },
};

const VM_WRITE = 2n;
const VM_SHARED = 8n;
/** What is mapped counts no page: /dev/mem, a driver's registers. */
const VM_PFNMAP = 0x400n;

export const writableLeaf: PageRule = {
  code: "writable-private",
  title: "A block can be written through a mapping that must not",
  ids: ["T2"],
  statement:
    "A leaf that maps a file block is writable only in a shared, writable vma: a private mapping writes to its own copy.",
  source: "mm/memory.c do_cow_fault(), wp_page_copy(); fs/dax.c dax_fault_cow_page()",
  detection: "after each step: the write bit of every leaf over a file vma against the vma's flags",
  level: "error",
  consequence: "A process that asked for a private copy writes into the file.",
  onQuiesce(judge) {
    const { audit } = judge;
    eachFileLeaf(judge, audit, (m, vma) => {
      if ((m.entry & PTE.RW) === 0n || (vma.flags & (VM_WRITE | VM_SHARED)) === (VM_WRITE | VM_SHARED))
        return;
      judge.report({
        pfn: m.pfn,
        fields: ["PTE"],
        message: `page-table leaf at ${hex(m.address)} lets a ${(vma.flags & VM_SHARED) === 0n ? "private" : "read-only"} mapping write ${describePfn(judge.view, m.pfn)}`,
      });
    });
  },
};

const DIRTY_OR_TOWRITE = 1 | 4;

export const writableClean: PageRule = {
  code: "writable-clean",
  title: "A block can be written although the file thinks it is clean",
  ids: ["X5"],
  statement:
    "While a leaf of a shared mapping is writable the entry is marked dirty (or to be written): write-back takes the write bits away before it clears the mark, else what is stored next is never flushed.",
  source:
    "fs/dax.c dax_insert_entry(), dax_insert_pfn_mkwrite(), dax_writeback_one(); mm/rmap.c pfn_mkclean_range()",
  detection: "after each step: writable leaves over shared file vmas against the marks of the file's entry",
  level: "error",
  consequence: "A store after fsync is not noticed as dirty: after a power cut it can be missing.",
  onQuiesce(judge) {
    const { audit } = judge;
    const spaces = judge.view.inodes().map((i) => (i === 0n ? 0n : judge.view.mappingOf(i)));
    eachFileLeaf(judge, audit, (m, vma, index) => {
      if ((m.entry & PTE.RW) === 0n || (vma.flags & VM_SHARED) === 0n) return;
      const inode = spaces.indexOf(vma.mapping);
      const entry = audit.entries.find(
        (e) => e.inode === inode && index >= e.index && index < e.index + 2 ** e.order,
      );
      if (entry === undefined || (entry.marks & DIRTY_OR_TOWRITE) !== 0) return;
      judge.report({
        pfn: m.pfn,
        fields: [],
        message: `page-table leaf at ${hex(m.address)} can write ${describePfn(judge.view, m.pfn)}, but ${describeEntry(entry)} is not marked dirty`,
      });
    });
  },
};

export const devmapBits: PageRule = {
  code: "devmap-bit",
  title: "A page-table leaf carries the wrong DAX marks for the era",
  ids: ["P3", "P4", "T5"],
  statement:
    "Up to v6.14 leaves that map DAX blocks carry devmap and take no mapcount; since v6.15 they are ordinary: no devmap, and no special bit on a page with a struct page.",
  source: "mm/memory.c insert_pfn(), insert_page_into_pte_locked(); mm/huge_memory.c insert_pfn_pmd()",
  detection: "after each step: devmap and special bits of every leaf that maps a file block",
  level: "error",
  consequence: "GUP and unmap treat the page by the wrong rules and take or drop a reference too many.",
  onQuiesce(judge) {
    const { audit } = judge;
    eachFileLeaf(judge, audit, (m, vma) => {
      if (!audit.isFsDax(m.pfn) || (vma.flags & VM_PFNMAP) !== 0n) return;
      const devmap = (m.entry & PTE.DEVMAP) !== 0n;
      if (devmap !== (judge.era.leaves === "devmap"))
        judge.report({
          pfn: m.pfn,
          fields: [],
          message: `page-table leaf at ${hex(m.address)} ${devmap ? "is" : "is not"} devmap: ${describePfn(judge.view, m.pfn)} would be ${devmap ? "mapped without a reference" : "taken for refcounted"}`,
        });
      // vmf_insert_folio_pmd() marked its leaf special until v6.17: nothing went wrong by it.
      else if (!devmap && m.pages === 1 && (m.entry & PTE.SPECIAL) !== 0n)
        judge.report({
          pfn: m.pfn,
          fields: [],
          message: `page-table leaf at ${hex(m.address)} is special although ${describePfn(judge.view, m.pfn)} is refcounted`,
        });
    });
  },
};

export const mapcount: PageRule = {
  code: "mapcount-mismatch",
  title: "The mapcount is not the number of mappings",
  ids: ["P3", "P4"],
  statement:
    "Since v6.15 each leaf adds one mapcount by the file rmap and its zap takes it away; up to v6.14 a devmap leaf adds none.",
  source: "mm/rmap.c folio_add_file_rmap_pte(), folio_remove_rmap_pte(); mm/huge_memory.c",
  detection:
    "after each step: leaves are counted and compared with _mapcount (order 0) or _entire_mapcount (PMD leaves)",
  level: "error",
  consequence:
    "The kernel thinks that the page is mapped when it is not, or the reverse: it is never idle, or freed while mapped.",
  onQuiesce(judge) {
    const { audit } = judge;
    for (const pfn of audit.pages) {
      if (!audit.isFsDax(pfn)) continue;
      const page = judge.view.page(pfn);
      if (page.isTail) continue;
      const leaves = audit.mappingsOf(pfn);
      let entire = 0;
      for (const m of leaves) if (m.pages > 1) entire++;
      let have: number;
      let want: number;
      if (page.isHead) {
        have = judge.view.entireMapcount(pfn) + 1;
        want = entire;
      } else {
        have = page.mapcount + 1;
        want = judge.era.leaves === "counted" ? leaves.length - entire : 0;
      }
      if (have !== want)
        judge.report({
          pfn,
          fields: ["_mapcount"],
          message: `mapcount of ${describePfn(judge.view, pfn)} is ${have}, page tables map it ${want} time(s)`,
        });
    }
  },
};

export const statDrift: PageRule = {
  code: "stat-drift",
  title: "Statistics of mapped pages are not what is mapped",
  ids: ["P17"],
  statement:
    "NR_FILE_MAPPED and NR_FILE_PMDMAPPED go down by what they went up: zero when nothing is mapped. NR_FILE_PMDMAPPED counts the pages of folios that a PMD maps, and of no others: neither PTEs nor PUDs raise it.",
  source: "mm/rmap.c __folio_add_rmap(), __folio_remove_rmap(), __folio_mod_stat()",
  detection:
    "after each step: NR_FILE_PMDMAPPED against the folios that counted (not devmap) PMD leaves map; NR_FILE_MAPPED when no leaf maps a page of a file or driver",
  level: "error",
  consequence: "Counters in /proc/meminfo and cgroups drift and never come back.",
  onQuiesce(judge) {
    const { audit } = judge;
    const { zeroPfn, hugeZeroPfn } = judge.view;
    const counted = audit.mappings.filter(
      (m) =>
        (m.entry & PTE.DEVMAP) === 0n &&
        m.pfn !== zeroPfn &&
        (m.pages === 1 || m.pfn !== hugeZeroPfn) &&
        !(judge.view.hasPage(m.pfn) && (judge.view.page(m.pfn).mapping & 1n) !== 0n),
    );
    const large = 512 * new Set(counted.filter((m) => m.pages === 512).map((m) => m.pfn)).size;
    const pmd = judge.view.nodeStat("NR_FILE_PMDMAPPED");
    if (pmd !== null && pmd !== BigInt(large))
      judge.report({
        message:
          large === 0
            ? `NR_FILE_PMDMAPPED is ${pmd} although no PMD maps a counted folio`
            : `NR_FILE_PMDMAPPED is ${pmd}, but PMDs map ${large} pages of counted folios`,
      });
    const mapped = judge.view.nodeStat("NR_FILE_MAPPED");
    if (counted.length === 0 && mapped !== null && mapped !== 0n)
      judge.report({ message: `NR_FILE_MAPPED is ${mapped} although nothing is mapped` });
  },
};

export const leafBeforeMapping: PageRule = {
  code: "leaf-before-mapping",
  title: "A device page can be reached before it says whose it is",
  ids: ["P7"],
  statement:
    "The mapping and index of a device-dax page (of its head, when it is compound) are set before a page table shows it: memory failure and munmap may look at once.",
  source:
    "drivers/dax/device.c dax_set_mapping() before vmf_insert_*(); mm/memory-failure.c mf_generic_kill_procs()",
  detection:
    "when a present leaf of a device that is neither FS_DAX nor PCI_P2PDMA is written, ->mapping of the page's head is read",
  level: "error",
  consequence: "For a moment a process can reach the page while reverse-map users cannot find it.",
  onEvent(judge, event) {
    if (event.kind !== "pte" || (event.after & PTE.PRESENT) === 0n) return;
    const pfn = Number((event.after & 0x000ffffffffff000n) >> 12n);
    const { view } = judge;
    if (!view.isPmem(pfn) || !view.hasPage(pfn)) return;
    const page = view.page(pfn);
    const head = page.isTail ? view.page(page.head) : page;
    if (head.mapping !== 0n) return;
    // The page of a file says so under its entry's lock; that of peer-to-peer memory never says whose it is.
    const others = [...view.rangesOf("FS_DAX"), ...view.rangesOf("PCI_P2PDMA")];
    if (others.some((r) => pfn >= r.from && pfn < r.to)) return;
    judge.report({
      pfn,
      fields: ["mapping"],
      event,
      message: `a page-table leaf shows ${describePfn(view, pfn)}, whose ->mapping is NULL`,
    });
  },
};
