/** The table of invariants. Order is the order in which violations found at one point are told. */
import {
  anonBit,
  foreignMapping,
  shareCount,
  shareUnderMapping,
  staleMapping,
  wrongIndex,
} from "./association.ts";
import { pgmapOfTail, reservedLost, staleCompound, staleHead, staleOrder } from "./compound.ts";
import { emptyEntry, entryBits, entryLocked } from "./entries.ts";
import { zeroPageWrite } from "./foreign_page.ts";
import type { Invariant } from "./invariant.ts";
import { entryAfterBreak, freedBusy, longtermPin, syncFault } from "./lifetime.ts";
import {
  devmapBits,
  leafBeforeMapping,
  mapcount,
  stalePte,
  statDrift,
  writableClean,
  writableLeaf,
} from "./page_table.ts";
import { refFromZero, refLeak, refUnderflow } from "./refcount.ts";
import { badPage, warn, wrongOutcome } from "./reports.ts";

export const INVARIANTS: readonly Invariant[] = [
  zeroPageWrite,
  freedBusy,
  refUnderflow,
  refLeak,
  refFromZero,
  shareUnderMapping,
  shareCount,
  foreignMapping,
  staleMapping,
  wrongIndex,
  anonBit,
  staleHead,
  pgmapOfTail,
  staleCompound,
  staleOrder,
  reservedLost,
  stalePte,
  writableLeaf,
  writableClean,
  devmapBits,
  leafBeforeMapping,
  mapcount,
  statDrift,
  entryBits,
  entryLocked,
  emptyEntry,
  entryAfterBreak,
  longtermPin,
  syncFault,
  wrongOutcome,
  warn,
  badPage,
];
