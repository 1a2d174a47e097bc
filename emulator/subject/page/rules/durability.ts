/**
 * What programs stored through mappings against what a power cut would leave of it, after each step and at the moment at which
 * an entry becomes clean. Follows fs/dax.c dax_writeback_one() and drivers/dax/super.c dax_flush(); the lines of the processor's cache that are not written back are the machine's own state
 * (fsc_registry.dirty_lines). Leaves out what the kernel itself stores, and dirty entries that are dropped: truncation does so.
 */
import { describeEntry, describePfn, type PageRule } from "../judge.ts";

const DIRTY_OR_TOWRITE = 1 | 4;

export const storeNotFlushed: PageRule = {
  code: "store-not-flushed",
  title: "A store counts as written back but is still in the processor's cache",
  ids: ["X5"],
  statement:
    "What a program has stored to a file block is either flushed or the entry is still marked dirty (or to be written): write-back takes the write bits away, flushes all that the entry covers, and clears the mark last.",
  source: "fs/dax.c dax_writeback_one(); drivers/dax/super.c dax_flush()",
  detection:
    "after each step: blocks with lines in the cache that a program stored and no flush covered since, against the marks of the entry that has the block",
  level: "error",
  consequence: "fsync has returned 0 and what the program stored is lost at a power cut.",
  onQuiesce(judge) {
    const { audit, view } = judge;
    for (const pfn of view.unflushedBlocks()) {
      const owners = audit.ownersOf(pfn);
      const [owner] = owners;
      if (owner === undefined || judge.abandoned.has(pfn)) continue;
      if (owners.some((e) => (e.marks & DIRTY_OR_TOWRITE) !== 0)) continue;
      judge.report({
        pfn,
        fields: [],
        message: `${describePfn(view, pfn)} was stored to and not flushed since, but ${describeEntry(owner)} is not marked dirty: no fsync flushes it any more`,
      });
    }
  },
};

/** How xas_clear_mark() of the reference kernel tells an entry that is dirty no longer. */
const CLEANED = /^entry=(0x[0-9a-f]+) index=(\d+) order=(\d+)$/;

export const cleanedEarly: PageRule = {
  code: "cleaned-early",
  title: "An entry counts as clean before what was stored to it is flushed",
  ids: ["X5"],
  statement:
    "The dirty mark of an entry goes when its stores are on the medium, and not before: an fsync that looks meanwhile finds nothing to do and returns.",
  source: "fs/dax.c dax_writeback_one(), tag_pages_for_writeback()",
  detection:
    "when the dirty mark of an entry is cleared by a task that has it locked (who drops what was stored has not), the cache is searched for lines of its blocks that a program stored",
  level: "error",
  consequence:
    "A second fsync returns 0 while the first still has its flush before it: what the program stored is lost at a power cut.",
  onEvent(judge, event) {
    if (event.kind !== "named" || event.name !== "clean-entry") return;
    const [, raw, index, order] = CLEANED.exec(event.text) ?? [];
    if (raw === undefined) return;
    const { view } = judge;
    const first = view.lockedPfnOf(BigInt(raw));
    if (first === null) return;
    const pfn = view.firstUnflushed(first, 2 ** Number(order));
    if (pfn !== null)
      judge.report({
        pfn,
        fields: [],
        event,
        message: `${describePfn(view, pfn)} was stored to and is not flushed, and the dirty mark of its entry at index ${index} is cleared: an fsync that comes now passes it by`,
      });
  },
};
