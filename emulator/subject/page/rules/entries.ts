/**
 * Entries in the xarrays: their bits, locks left behind, and what must be gone after a layout was broken. Follows the
 * head of fs/dax.c (DAX_LOCKED, DAX_PMD, DAX_ZERO_PAGE, DAX_EMPTY), dax_unlock_entry(), dax_break_layout().
 * Not verified: radix-tree kernels.
 */
import { describeEntry, hex, type PageRule } from "../judge.ts";

export const entryBits: PageRule = {
  code: "bad-dax-entry",
  title: "An entry's bits contradict each other",
  ids: ["X1"],
  statement:
    "An entry is a value entry; the PMD flag goes with order 9 and an index and pfn that are multiples of 512; zero and empty exclude each other.",
  source: "fs/dax.c dax_make_entry(), dax_entry_order(), grab_mapping_entry()",
  detection: "after each step every entry of every file is decoded",
  level: "error",
  consequence:
    "The file's map of blocks says what is not so: the next fault maps the wrong storage, or crashes.",
  onQuiesce(judge) {
    const { audit } = judge;
    for (const e of audit.entries) {
      const why = e.bad
        ? "is not a value entry"
        : e.pmd !== e.order > 0
          ? `has order ${e.order} ${e.pmd ? "and" : "without"} the PMD flag`
          : e.zero && e.empty
            ? "is zero and empty at once"
            : e.order > 0 && (e.index % 512 !== 0 || (!e.empty && e.pfn % 512 !== 0))
              ? "is a PMD entry that is not aligned"
              : null;
      if (why !== null) judge.report({ message: `entry ${hex(e.raw)} (${describeEntry(e)}) ${why}` });
    }
  },
};

export const entryLocked: PageRule = {
  code: "entry-left-locked",
  title: "An entry stays locked after the call that locked it",
  ids: ["X2"],
  statement:
    "Who locks an entry unlocks it on every path; else the next fault or truncate on it sleeps for ever.",
  source: "fs/dax.c dax_lock_entry(), dax_unlock_entry(), put_unlocked_entry()",
  detection: "after each step: entries with the locked bit while no task is inside a DAX call",
  level: "error",
  consequence: "Every later fault, truncate or writeback of that part of the file waits for ever.",
  onQuiesce(judge) {
    const { audit } = judge;
    for (const e of audit.entries)
      if (e.locked) judge.report({ message: `${describeEntry(e)} is still locked` });
  },
};

export const emptyEntry: PageRule = {
  code: "entry-left-empty",
  title: "An empty placeholder stays in the xarray",
  ids: ["X1"],
  statement:
    "An empty entry only holds the place while it is locked; a fault that fails may leave it, one that succeeds replaces it.",
  source: "fs/dax.c grab_mapping_entry(), dax_insert_entry()",
  detection: "after each step: an empty entry where a page-table leaf maps the place",
  level: "warning",
  consequence: "A placeholder stays where a block or nothing belongs; eviction of the file warns about it.",
  onQuiesce(judge) {
    const { audit } = judge;
    for (const e of audit.entries) {
      if (!e.empty) continue;
      const inode = judge.view.inodes()[e.inode]!;
      const mapping = judge.view.mappingOf(inode);
      for (const v of audit.vmas) {
        if (v.mapping !== mapping) continue;
        const leaf = audit.mappings.find((m) => {
          if (m.mm !== v.mm || m.address < v.start || m.address >= v.end) return false;
          const index = Number(v.pgoff + ((m.address - v.start) >> 12n));
          return index >= e.index && index < e.index + 2 ** e.order && judge.view.isPmem(m.pfn);
        });
        if (leaf !== undefined) judge.report({ message: `${describeEntry(e)} although the place is mapped` });
      }
    }
  },
};
