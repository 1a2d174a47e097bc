/** Pages and what refers to them in words a reader of the kernel would use. Leaves out who did it and where (server). */
import { PMEM_PFN } from "../../mem/memory.ts";
import type { MachineEvent } from "../event.ts";
import type { Words } from "../module.ts";
import type { PageWrite } from "./events.ts";
import { hex } from "./judge.ts";
import { MachineView } from "./view.ts";

/** "block 3 (pfn 0x100003)", shortly "block 3". */
export function pageName(pfn: number, style: Words["style"]): string {
  const number = `pfn ${hex(pfn)}`;
  if (pfn < PMEM_PFN) return number;
  const block = `block ${pfn - PMEM_PFN}`;
  return style === "long" ? `${block} (${number})` : block;
}

function valueText(field: PageWrite["field"], value: bigint, { names }: Words): string {
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
