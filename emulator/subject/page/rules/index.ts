/** Rules about pages. Order is the order in which violations found at one point are told. */
import type { PageRule } from "../judge.ts";
import {
  anonBit,
  foreignMapping,
  shareCount,
  shareUnderMapping,
  staleMapping,
  wrongIndex,
} from "./association.ts";
import { badPage } from "./bad_page.ts";
import {
  pgmapOfTail,
  reservedLost,
  sharedStructPage,
  staleCompound,
  staleHead,
  staleOrder,
} from "./compound.ts";
import { devicePageMapcount, devicePageRefs, migrationEntryLeft, pgmapRefs } from "./device_memory.ts";
import { cleanedEarly, storeNotFlushed } from "./durability.ts";
import { emptyEntry, entryBits, entryLocked } from "./entries.ts";
import { zeroPageWrite } from "./foreign_page.ts";
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

export const PAGE_RULES: readonly PageRule[] = [
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
  sharedStructPage,
  reservedLost,
  stalePte,
  writableLeaf,
  writableClean,
  cleanedEarly,
  storeNotFlushed,
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
  devicePageRefs,
  devicePageMapcount,
  pgmapRefs,
  migrationEntryLeft,
  badPage,
];
