/**
 * Copies of a memory that share the pages they have in common: a copy costs the pages written since the last copy or
 * restore, and so does going back; any number of them may exist, as a tree. Holds which pages were written ("dirty") and
 * what the others are known to be. Leaves out what is in the pages (memory.ts).
 */

/** Bytes of a page. */
export const PAGE = 4096;
/** Entries of a segment's page table that are copied together. */
const CHUNK = 1024;

/** What the pages and page tables of a memory were. Never written once made; safe to share between memories. */
export interface PagesSnapshot {
  /** By place in the backing store: the page's 4096 bytes, then their 4096 shadow bytes. Absent: all zero. */
  readonly pages: readonly (Uint8Array | undefined)[];
  /** By slot of the segment table, in pieces of 1024 entries. Absent: all -1. */
  readonly tables: readonly (readonly (Int32Array | undefined)[])[];
}

const NOTHING: PagesSnapshot = { pages: [], tables: [] };

export class PageStore {
  /** By page of the backing store: not 0 where it was written since the last copy or restore. Whoever writes sets it. */
  readonly dirty: Uint8Array;
  private readonly dirty32: Int32Array;
  private readonly u8: Uint8Array;
  private readonly shadow: Uint8Array;
  private readonly tables: Int32Array[];
  private tableDirty: Uint8Array[] = [];
  /** What every page that is not dirty holds. */
  private base: PagesSnapshot = NOTHING;

  /** @param tables the page tables by slot; the list is shared, its entries may be replaced by longer ones */
  constructor(u8: Uint8Array, shadow: Uint8Array, tables: Int32Array[]) {
    this.u8 = u8;
    this.shadow = shadow;
    this.tables = tables;
    const flags = new ArrayBuffer((((u8.length / PAGE) | 0) + 4) & ~3);
    this.dirty = new Uint8Array(flags);
    this.dirty32 = new Int32Array(flags);
  }

  /** All pages are zero and all tables empty: said after making them so. */
  cleared(): void {
    this.base = NOTHING;
    this.dirty32.fill(0);
    this.tableDirty = this.tables.map((t) => new Uint8Array(Math.ceil(t.length / CHUNK)));
  }

  /** The bytes [from, to) of the backing store are written, or their shadow. */
  mark(from: number, to: number): void {
    for (let p = from >>> 12, last = (to - 1) >>> 12; p <= last; p++) this.dirty[p] = 1;
  }

  /** Entry `index` of a slot's table is written; the table may have become longer. */
  markTable(slot: number, index: number): void {
    let flags = this.tableDirty[slot]!;
    const chunk = (index / CHUNK) | 0;
    if (chunk >= flags.length) {
      const longer = new Uint8Array(Math.ceil(this.tables[slot]!.length / CHUNK));
      longer.set(flags);
      this.tableDirty[slot] = flags = longer;
    }
    flags[chunk] = 1;
  }

  /** @param used bytes of the backing store in use */
  save(used: number): PagesSnapshot {
    const { dirty, dirty32 } = this;
    const count = (used / PAGE) | 0;
    const pages = this.base.pages.slice(0, count);
    while (pages.length < count) pages.push(undefined);
    for (let w = 0, words = (count + 3) >> 2; w < words; w++) {
      if (dirty32[w] === 0) continue;
      for (let p = 4 * w; p < 4 * w + 4 && p < count; p++) if (dirty[p] !== 0) pages[p] = this.copyOut(p);
      dirty32[w] = 0;
    }
    const snapshot = { pages, tables: this.tables.map((t, slot) => this.saveTable(t, slot)) };
    this.base = snapshot;
    return snapshot;
  }

  private copyOut(page: number): Uint8Array {
    const out = new Uint8Array(2 * PAGE);
    const at = page * PAGE;
    out.set(this.u8.subarray(at, at + PAGE));
    out.set(this.shadow.subarray(at, at + PAGE), PAGE);
    return out;
  }

  private saveTable(table: Int32Array, slot: number): readonly (Int32Array | undefined)[] {
    const flags = this.tableDirty[slot]!;
    const base = this.base.tables[slot] ?? [];
    if (!flags.includes(1)) return base;
    const out = base.slice();
    flags.forEach((flag, c) => {
      while (out.length <= c) out.push(undefined);
      if (flag !== 0) out[c] = table.slice(c * CHUNK, (c + 1) * CHUNK);
    });
    flags.fill(0);
    return out;
  }

  /** @param used bytes of the backing store in use now */
  restore(s: PagesSnapshot, used: number): void {
    const { dirty, dirty32, base } = this;
    const count = (used / PAGE) | 0;
    if (s === base) {
      for (let w = 0, words = (count + 3) >> 2; w < words; w++) {
        if (dirty32[w] === 0) continue;
        for (let p = 4 * w; p < 4 * w + 4; p++) if (dirty[p] !== 0) this.copyIn(s.pages[p], p);
        dirty32[w] = 0;
      }
    } else {
      for (let p = 0, all = Math.max(count, s.pages.length); p < all; p++) {
        const page = s.pages[p];
        if (dirty[p] !== 0 || page !== base.pages[p]) this.copyIn(page, p);
      }
      dirty32.fill(0, 0, (Math.max(count, s.pages.length) + 3) >> 2);
    }
    for (let slot = 0; slot < this.tables.length; slot++) this.restoreTable(s, slot);
    this.base = s;
  }

  private copyIn(page: Uint8Array | undefined, p: number): void {
    const at = p * PAGE;
    if (page === undefined) {
      this.u8.fill(0, at, at + PAGE);
      this.shadow.fill(0, at, at + PAGE);
      return;
    }
    this.u8.set(page.subarray(0, PAGE), at);
    this.shadow.set(page.subarray(PAGE), at);
  }

  private restoreTable(s: PagesSnapshot, slot: number): void {
    const from = s.tables[slot] ?? [];
    const base = this.base.tables[slot] ?? [];
    let flags = this.tableDirty[slot]!;
    let table = this.tables[slot]!;
    if (from.length > flags.length) {
      // A memory whose table had not grown as far.
      const longer = new Int32Array(from.length * CHUNK).fill(-1);
      longer.set(table);
      this.tables[slot] = table = longer;
      const more = new Uint8Array(from.length);
      more.set(flags);
      this.tableDirty[slot] = flags = more;
    }
    for (let c = 0; c < flags.length; c++) {
      if (flags[c] === 0 && from[c] === base[c]) continue;
      const chunk = from[c];
      if (chunk === undefined) table.fill(-1, c * CHUNK, (c + 1) * CHUNK);
      else table.set(chunk, c * CHUNK);
      flags[c] = 0;
    }
  }
}
