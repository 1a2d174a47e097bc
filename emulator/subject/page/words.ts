/** Pages and what refers to them in words a reader of the kernel would use. Leaves out who did it and where (server). */
import { PMEM_PFN } from "../../mem/memory.ts";
import type { MachineEvent } from "../event.ts";
import type { Telling, Words } from "../module.ts";
import type { PageWrite } from "./events.ts";
import { hex } from "./judge.ts";
import { absentEntry, MachineView, PTE } from "./view.ts";

/** "block 3 (pfn 0x100003)", shortly "block 3". */
export function pageName(pfn: number, style: Words["style"]): string {
  const number = `pfn ${hex(pfn)}`;
  if (pfn < PMEM_PFN) return number;
  const block = `block ${pfn - PMEM_PFN}`;
  return style === "long" ? `${block} (${number})` : block;
}

export function valueText(field: PageWrite["field"], value: bigint, { names }: Words): string {
  const v = BigInt.asUintN(64, value);
  if (field === "mapping") {
    if (v === 0n) return "NULL";
    if (MachineView.isTailMapping(v)) return "TAIL_MAPPING";
    const file = names.get(v & ~3n);
    if (file !== undefined) return `${file}${(v & 3n) !== 0n ? ` | ${v & 3n}` : ""}`;
    return v < 4096n ? hex(v) : "another mapping";
  }
  if (field === "index/share") return BigInt.asIntN(64, v).toString();
  if (field === "_refcount" || field === "_mapcount") return value.toString();
  return hex(v);
}

export function pageEventText(event: MachineEvent, words: Words): string {
  switch (event.kind) {
    case "page":
      return `${event.field} of ${pageName(event.pfn, words.style)}: ${valueText(event.field, event.before, words)} -> ${valueText(event.field, event.after, words)}`;
    case "pte":
      return `page-table entry ${hex(BigInt.asUintN(64, event.before))} -> ${hex(BigInt.asUintN(64, event.after))}`;
    case "xarray":
      return `xarray entry ${hex(event.before)} -> ${hex(event.after)}`;
    case "bad-page":
      return `bad page state of ${pageName(event.pfn, words.style)}: ${event.text}`;
    default:
      throw new Error(`${event.kind} is no event of a page`);
  }
}

const PFN_MASK = 0x000ffffffffff000n;
const PTE_BITS: readonly (readonly [bigint, string])[] = [
  [PTE.RW, "write"],
  [32n, "accessed"],
  [PTE.DIRTY, "dirty"],
  [PTE.PSE, "huge"],
  [PTE.SPECIAL, "special"],
  [PTE.DEVMAP, "devmap"],
];

/** Whether a page-table entry, a huge one too, maps the page, or names it as being elsewhere. */
export function pteMaps(v: bigint, pfn: number): boolean {
  if ((v & PTE.PRESENT) === 0n) return v !== 0n && absentEntry(v)?.pfn === pfn;
  const at = Number((v & PFN_MASK) >> 12n);
  return pfn >= at && pfn < at + ((v & PTE.PSE) !== 0n ? 512 : 1);
}

export function pteText(v: bigint): string {
  if ((v & PTE.PRESENT) === 0n) {
    if (v === 0n) return "none";
    const named = absentEntry(v);
    if (named === null) return "not present";
    return `pfn ${hex(named.pfn)}, ${named.kind === "device" ? "which a device has" : "which is being migrated"}`;
  }
  const bits = PTE_BITS.filter(([bit]) => (v & bit) !== 0n).map(([, name]) => name);
  return [`maps pfn ${hex((v & PFN_MASK) >> 12n)}`, ...bits].join(", ");
}

/** Whether an entry holds a page. @param v in the order of entry.ts */
function entryHolds(v: bigint, pfn: number): boolean {
  if ((v & 1n) === 0n) return false;
  const value = BigInt.asUintN(64, v) >> 1n;
  if ((value & 0xcn) !== 0n) return false;
  const at = Number(value >> 4n);
  return pfn >= at && pfn < at + ((value & 2n) !== 0n ? 512 : 1);
}

export function entryText(v: bigint): string {
  if (v === 0n) return "none";
  if ((v & 1n) === 0n) return "a node";
  const value = BigInt.asUintN(64, v) >> 1n;
  const what = (value & 4n) !== 0n ? "zero page" : (value & 8n) !== 0n ? "empty" : `pfn ${hex(value >> 4n)}`;
  return [what, ...((value & 2n) !== 0n ? ["PMD"] : []), ...((value & 1n) !== 0n ? ["locked"] : [])].join(
    ", ",
  );
}

/** Fields of a page that count something, with the names that a reader knows. */
const COUNTS: ReadonlyMap<string, string> = new Map([
  ["_refcount", "refcount"],
  ["_mapcount", "mapcount"],
  ["index/share", "index/share"],
]);

/** What an event is to a page (SubjectModule.telling). A mapcount is told as the number of mappings, not one less. */
export function pageTelling(event: MachineEvent, pfn: number, words: Words): Telling | null | "other" {
  switch (event.kind) {
    case "page": {
      if (pfn >= 0 && event.pfn !== pfn) return "other";
      const mapcount = event.field === "_mapcount";
      const text = (v: bigint): string =>
        mapcount ? String(Number(v) + 1) : valueText(event.field, v, words);
      const field = COUNTS.get(event.field);
      const count = mapcount ? Number(event.after) + 1 : Number(BigInt.asIntN(64, event.after));
      return {
        field: field ?? event.field,
        before: text(event.before),
        after: text(event.after),
        ...(field !== undefined && Number.isSafeInteger(count) ? { count } : {}),
      };
    }
    case "pte":
      if (pfn >= 0 && !pteMaps(event.before, pfn) && !pteMaps(event.after, pfn)) return "other";
      return {
        field: "PTE",
        before: pteText(event.before),
        after: pteText(event.after),
        holder: event.address,
      };
    case "xarray":
      if (pfn >= 0 && !entryHolds(event.before, pfn) && !entryHolds(event.after, pfn)) return "other";
      return {
        field: "entry",
        before: entryText(event.before),
        after: entryText(event.after),
        holder: event.address,
      };
    case "bad-page":
      return pfn >= 0 && event.pfn !== pfn ? "other" : null;
    default:
      return null;
  }
}
