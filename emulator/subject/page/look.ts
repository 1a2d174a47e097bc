/**
 * A page as somebody sees it who has stopped the run: its fields in words, the page-table entries that map it, the entries
 * of files that hold it, who has pinned it. Leaves out what changes it (watch.ts) and judging (rules/).
 */
import type { Memory } from "../../mem/memory.ts";
import type { Image } from "../../vm/image.ts";
import type { Seen, Words } from "../module.ts";
import { hex } from "./judge.ts";
import { MachineView } from "./view.ts";
import { entryText, pageName, pteText, valueText } from "./words.ts";

const FLAGS = [
  "locked",
  "writeback",
  "referenced",
  "uptodate",
  "dirty",
  "lru",
  "head",
  "waiters",
  "active",
  "workingset",
  "reserved",
  "private",
  "reclaim",
  "swapbacked",
  "unevictable",
  "mlocked",
] as const;
/** Rows of one sort that are shown. */
const ROWS_MAX = 16;

/** What there is of the page `pfn`, in the layouts that this side's C has. */
export function lookAtPage(memory: Memory, image: Image, pfn: number, words: Words): Seen[] {
  const view = new MachineView(memory, image);
  if (!view.hasPage(pfn)) return [{ name: "struct page", value: "none: this page has no memory map" }];
  const page = view.page(pfn);
  const base = view.pageAddress(pfn);
  const out: Seen[] = [];
  const field = (name: string, member: string, size: number, value: string): void => {
    const offset = view.offset("struct page", member);
    if (offset >= 0) out.push({ name, value, at: { address: base + BigInt(offset), size } });
  };
  field("refcount", "_refcount", 4, String(page.refcount));
  field("mapcount", "_mapcount", 4, String(page.mapcount + 1));
  const mapping = valueText("mapping", page.mapping, words);
  field("mapping", "mapping", 8, mapping);
  field("index/share", "index", 8, valueText("index/share", page.index, words));
  const set = FLAGS.filter((name) => {
    const bit = image.constant(`PG_${name}`);
    return bit !== null && ((page.flags >> bit) & 1n) !== 0n;
  });
  field("flags", "flags", 8, set.length === 0 ? "none" : set.join(", "));
  out.push({
    name: "compound",
    value: page.isTail
      ? `tail of ${pageName(page.head, words.style)}`
      : page.isHead
        ? `head, order ${view.order(pfn)}`
        : "no",
  });
  for (const m of view
    .mappings()
    .filter((m) => pfn >= m.pfn && pfn < m.pfn + m.pages)
    .slice(0, ROWS_MAX))
    out.push({ name: `PTE ${hex(m.address)} of mm ${m.mm}`, value: pteText(m.entry) });
  const holds = view
    .entries()
    .filter((e) => !e.bad && !e.zero && !e.empty && pfn >= e.pfn && pfn < e.pfn + (e.pmd ? 512 : 1));
  for (const e of holds.slice(0, ROWS_MAX))
    out.push({ name: `entry ${e.index} of file ${e.inode}`, value: entryText(e.word) });
  for (const p of view
    .pins()
    .filter((p) => pfn >= p.pfn && pfn < p.pfn + p.pages)
    .slice(0, ROWS_MAX))
    out.push({
      name: `pinned by ${p.who || "somebody"}`,
      value: `${p.refs} reference${p.refs === 1 ? "" : "s"}`,
    });
  return out;
}
