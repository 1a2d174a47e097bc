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

/** What a page holds as two numbers, where its bytes are initialised; by page, which is never written. */
const hashes = new WeakMap<Uint8Array, readonly [number, number]>();
const ZEROS: readonly [number, number] = [0, 0];

function hashOf(page: Uint8Array | undefined): readonly [number, number] {
  if (page === undefined) return ZEROS;
  const known = hashes.get(page);
  if (known !== undefined) return known;
  const words = new Int32Array(page.buffer, page.byteOffset, (2 * PAGE) / 4);
  let a = 0x811c9dc5 | 0;
  let b = 0x2545f491;
  for (let i = 0; i < PAGE / 4; i++) {
    const shadow = words[PAGE / 4 + i]!;
    let word = words[i]!;
    // What was never written, or is dead, means nothing: bytes whose code is not 1 count as 0.
    if ((shadow & 0x07070707) !== 0x01010101)
      for (let k = 0; k < 32; k += 8) if (((shadow >> k) & 7) !== 1) word &= ~(0xff << k);
    if (word === 0 && shadow === 0) continue;
    a = Math.imul(a ^ word ^ (i << 17), 0x01000193);
    a = Math.imul(a ^ shadow ^ (a >>> 15), 0x85ebca6b);
    b = Math.imul((b << 13) ^ (b >>> 19) ^ word ^ shadow, 0x9e3779b1) + i;
  }
  const hash = [a, b] as const;
  hashes.set(page, hash);
  return hash;
}

/**
 * What differs between two copies, by address and not by place in the backing store, as a text. Left out is what `skip`
 * says of a slot of the segment table and a page in it.
 */
export function differenceOf(
  s: PagesSnapshot,
  base: PagesSnapshot,
  skip: (slot: number, page: number) => boolean,
): string {
  let a = 1;
  let b = 2;
  s.tables.forEach((chunks, slot) => {
    chunks.forEach((chunk, c) => {
      if (chunk === undefined) return;
      const old = base.tables[slot]?.[c];
      for (let i = 0; i < chunk.length; i++) {
        if (chunk[i]! < 0) continue;
        const page = s.pages[chunk[i]! >>> 12];
        const before = old?.[i] ?? -1;
        if (before >= 0 && page === base.pages[before >>> 12]) continue;
        if (skip(slot, c * CHUNK + i)) continue;
        const [x, y] = hashOf(page);
        a = Math.imul(a ^ x ^ ((c * CHUNK + i) * 64 + slot), 0x9e3779b1);
        a ^= a >>> 15;
        b = Math.imul(b ^ y ^ (a << 7), 0x85ebca6b);
        b ^= b >>> 13;
      }
    });
  });
  return `${a >>> 0}.${b >>> 0}`;
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
