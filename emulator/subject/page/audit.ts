/**
 * The truth recomputed at a quiescent point: who maps, stores and pins each page. Leaves out what should follow from it
 * (rules/).
 */
import type { AbsentOf, DaxEntry, DeviceMap, MachineView, MappingOf, Pin, VmaView } from "./view.ts";

const NOBODY: readonly DaxEntry[] = [];
const UNMAPPED: readonly MappingOf[] = [];
const PRESENT: readonly AbsentOf[] = [];

export class AuditState {
  readonly mappings: readonly MappingOf[];
  readonly vmas: readonly VmaView[];
  readonly entries: readonly DaxEntry[];
  readonly pins: readonly Pin[];
  /** Devices whose memory processes' pages move to. */
  readonly devices: readonly DeviceMap[];
  /** Page-table entries that name a page which is elsewhere; looked for only while there is such a device. */
  readonly absent: readonly AbsentOf[];
  /** pmem pages worth looking at: written, mapped, pinned or stored. Ascending. */
  readonly pages: readonly number[];
  private readonly small = new Map<number, MappingOf[]>();
  private readonly large: MappingOf[] = [];
  private readonly stored: readonly DaxEntry[];
  private readonly fsDax: readonly { readonly from: number; readonly to: number }[];

  /** @param touched pmem pages written since the scenario began; pages that are mapped, stored or pinned are added */
  constructor(view: MachineView, touched: Set<number>) {
    this.mappings = view.mappings();
    this.vmas = view.vmas();
    this.entries = view.entries();
    this.pins = view.pins();
    this.devices = view.deviceMaps();
    this.absent = this.devices.length === 0 ? PRESENT : view.absent();
    this.stored = this.entries.filter((e) => !e.zero && !e.empty && !e.bad);
    for (const m of this.mappings) {
      if (m.pages > 1) {
        this.large.push(m);
        continue;
      }
      const list = this.small.get(m.pfn);
      if (list === undefined) this.small.set(m.pfn, [m]);
      else list.push(m);
    }
    const add = (pfn: number, count: number): void => {
      for (let p = pfn; p < pfn + count; p++) if (view.isPmem(p)) touched.add(p);
    };
    for (const m of this.mappings) add(m.pfn, m.pages);
    for (const e of this.stored) add(e.pfn, 2 ** e.order);
    for (const p of this.pins) add(p.pfn, p.pages);
    this.pages = [...touched].filter((p) => view.hasPage(p)).sort((a, b) => a - b);
    this.fsDax = view.rangesOf("FS_DAX");
  }

  /** Entries (not zero, not empty) that cover a pfn. */
  ownersOf(pfn: number): readonly DaxEntry[] {
    if (this.stored.length === 0) return NOBODY;
    if (this.stored.length === 1) {
      const e = this.stored[0]!;
      return e.pfn <= pfn && pfn < e.pfn + 2 ** e.order ? this.stored : NOBODY;
    }
    // Several rules ask for each page.
    let owners = this.owners.get(pfn);
    if (owners === undefined) {
      const found = this.stored.filter((e) => e.pfn <= pfn && pfn < e.pfn + 2 ** e.order);
      this.owners.set(pfn, (owners = found.length === 0 ? NOBODY : found));
    }
    return owners;
  }
  private readonly owners = new Map<number, readonly DaxEntry[]>();

  /** Leaves that map a pfn itself. */
  mappingsOf(pfn: number): readonly MappingOf[] {
    const own = this.small.get(pfn) ?? UNMAPPED;
    if (this.large.length === 0) return own;
    if (!this.large.some((m) => m.pfn <= pfn && pfn < m.pfn + m.pages)) return own;
    const covering = this.large.filter((m) => m.pfn <= pfn && pfn < m.pfn + m.pages);
    return [...own, ...covering];
  }

  /** How many leaves map any of so many pages from `head` on. */
  leavesOver(head: number, pages: number): number {
    let leaves = 0;
    if (this.small.size > 0)
      for (let pfn = head; pfn < head + pages; pfn++) leaves += this.small.get(pfn)?.length ?? 0;
    for (const m of this.large) if (m.pfn < head + pages && head < m.pfn + m.pages) leaves++;
    return leaves;
  }

  /** References by pins on any of so many pages from `head` on. */
  pinRefs(head: number, pages: number): number {
    let refs = 0;
    for (const p of this.pins) if (p.pfn >= head && p.pfn < head + pages) refs += p.refs;
    return refs;
  }

  /** False for pages of a device that is not FS_DAX (device-dax): other idle rules. */
  isFsDax(pfn: number): boolean {
    for (const { from, to } of this.fsDax) if (pfn >= from && pfn < to) return true;
    return false;
  }
}
