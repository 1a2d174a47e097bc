/** Words for where a wrong address lies. Leaves out finding the object (memory.ts). */
import type { ObjectHistory } from "../vm/stop_reason.ts";

/** What the low word of a poisoned pointer says of where it was read; "" when nothing. */
export function poisonNote(low: number): string {
  if (low === 0x400) return " (TAIL_MAPPING: the ->mapping of a compound tail page)";
  if (low >= 0x400 && low < 0x500)
    return ` (TAIL_MAPPING + 0x${(low - 0x400).toString(16)}: the ->mapping of a compound tail page was followed)`;
  if (low >= 0x100 && low < 0x200) return " (LIST_POISON: an entry that was deleted from its list)";
  return "";
}

/** "8 bytes past the end of page table (4096 bytes)". */
export function placeIn(o: ObjectHistory, address: bigint): string {
  const offset = address - o.base;
  if (offset < 0n) return `${-offset} bytes before ${o.name} (${o.size} bytes)`;
  if (offset >= BigInt(o.size))
    return `${offset - BigInt(o.size)} bytes past the end of ${o.name} (${o.size} bytes)`;
  return `${offset} bytes inside ${o.name} (${o.size} bytes)`;
}
