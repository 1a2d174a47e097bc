/**
 * Byte-addressed memory of the emulated x86-64 machine, with a shadow byte per byte (accessible, initialised, freed,
 * read-only, watched), as KASAN and KMSAN keep them together. Addresses are the kernel's: direct map at
 * 0xffff888000000000, vmemmap at 0xffffea0000000000, text and data at 0xffffffff80000000, stacks in the vmalloc range.
 * The high word of an address chooses a segment, the low word a 4 KiB page of it, so that memory exists only where it was
 * made to exist. Leaves out: page tables of user space (those are data here), caches and persistence. Over 800 lines because it
 * is one class: each access, checked or not, works on the same pages and shadow bytes.
 */
import type { ObjectHistory, Site, StopKind } from "../vm/stop_reason.ts";
import { byteText } from "./byte_text.ts";
import { differenceOf, PAGE, PageStore, type PagesSnapshot } from "./pages.ts";
import { placeIn, poisonNote } from "./place_text.ts";
import { Work } from "./work.ts";

/** Shadow codes, low three bits. */
export const SHADOW_NONE = 0;
export const SHADOW_INIT = 1;
export const SHADOW_UNINIT = 2;
export const SHADOW_FREED = 3;
export const SHADOW_DEAD = 4;
/** Shadow flags. */
export const SHADOW_WATCHED = 8;
export const SHADOW_READONLY = 16;

const CODE_MASK = 7;

/** High words of the segments. */
export const HI_RAM = 0xffff8880 | 0;
/** Pages below this number are RAM, the rest is pmem: the direct map of each lies in its own segment. */
export const PMEM_PFN = 0x100000;
export const HI_PMEM = 0xffff8881 | 0;
export const HI_HEAP = 0xffff8882 | 0;
export const HI_STACK = 0xffffc90a | 0;
export const HI_VMEMMAP = 0xffffea00 | 0;
export const HI_DATA = 0xffffffff | 0;

/** Thrown inside the engine when an access is wrong; the VM turns it into a StopReason with its place. */
export class MemoryFault {
  readonly kind: StopKind;
  readonly message: string;
  readonly address: bigint;
  readonly object: ObjectHistory | undefined;
  /** Exit status, for kind "exit". */
  readonly status: number | undefined;
  /** Bytes that were accessed, for kinds "uninitialised-read", "use-after-scope" and "out-of-bounds"; 0: none yet, an index was looked at. */
  readonly size: number;
  /** The rule that tells it, where that is not the kind's own. */
  rule: string | undefined = undefined;
  constructor(
    kind: StopKind,
    message: string,
    address: bigint,
    object?: ObjectHistory,
    status?: number,
    size = 0,
  ) {
    this.status = status;
    this.size = size;
    this.kind = kind;
    this.message = message;
    this.address = address;
    this.object = object;
  }
}

export interface AllocOptions {
  readonly align?: number;
  readonly zero?: boolean;
  readonly name: string;
  readonly site?: Site | null;
  /** Writes to it are reported to `onWrite`. */
  readonly watched?: boolean;
}

/** Replaced, never written: snapshots share it. */
interface HeapObject {
  readonly base: number; // low word in HI_HEAP
  readonly size: number;
  readonly slot: number;
  readonly name: string;
  readonly allocated: Site | null;
  readonly freed: Site | null;
  readonly live: boolean;
}

/** What the allocator knows of the heap. */
interface Heap {
  readonly objects: HeapObject[];
  readonly freeSlots: Map<number, number[]>;
  quarantine: HeapObject[];
  /** Index of the oldest entry of `quarantine` that is still in it. */
  quarantineHead: number;
  quarantineBytes: number;
}

/** A state of a memory, complete; nothing of it is ever written. Plain data but for sites, which are shared. */
export interface MemorySnapshot {
  readonly pages: PagesSnapshot;
  readonly next: number;
  readonly heapTop: number;
  readonly heap: Heap;
  readonly lazy: readonly { readonly hi: number; readonly from: number; readonly to: number }[];
  readonly reserved: number;
  /** Work charged and not yet counted as steps. */
  readonly work: number;
}

const hex = (v: bigint): string => BigInt.asUintN(64, v).toString(16).padStart(16, "0");
const HEAP_START = 0x1000;
const QUARANTINE_LIMIT = 4 << 20;
/** What the host keeps of one heap object besides its bytes (record, site, place in a list). */
const OBJECT_COST = 128;
/** Low words of one segment. */
const SEGMENT = 2 ** 32;
const LAZY_MAX = 4096;
/** Work of a byte that is looked at alone, of one written, of one searched for a string's end, of one in a string, and of eight written to watched memory. */
const BYTE_UNITS = 8;
const WRITE_UNITS = 2;
const SCAN_UNITS = 2;
const CHAR_UNITS = 12;
const REPORT_UNITS = 128;
/** Work of making or freeing an object, and of a page or a range that is gone through. */
const OBJECT_UNITS = 768;
const RANGE_UNITS = 24;
/** Bytes that are copied one by one, which for so few is cheaper than asking for a view of them. */
const SMALL = 32;

/** Slot of a segment in the direct-mapped segment table. */
export const segmentSlot = (hi: number): number => ((hi >> 8) ^ hi) & 63;

export class Memory {
  /** Bytes that the host may hold for the emulated machine: its memory, the shadow of it, objects, page tables, reserves. */
  readonly capacity: number;
  /** Bulk work of natives and of instructions, counted here for all of them. */
  readonly work = new Work(() => {
    throw new MemoryFault("limit", "step limit reached: what library functions touch counts too", 0n);
  });
  readonly u8: Uint8Array;
  readonly i16: Int16Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly i64: BigInt64Array;
  readonly shadow: Uint8Array;
  readonly shadow16: Uint16Array;
  readonly shadow32: Int32Array;

  /** Direct-mapped segment table; `segHi[slot] === hi` says that the slot is that segment's. */
  readonly segHi = new Int32Array(64);
  readonly segBase = new Int32Array(64);
  readonly segPages: Int32Array[] = [];

  /** Scratch for accesses that cross pages or are unaligned. */
  readonly scratch8: Uint8Array;
  readonly scratch16: Int16Array;
  readonly scratch32: Int32Array;
  readonly scratchF32: Float32Array;
  readonly scratchF64: Float64Array;
  readonly scratch64: BigInt64Array;

  /** Called after a write to watched memory. Values are little-endian integers of `size` bytes (unsigned). */
  onWrite: ((hi: number, lo: number, size: number, before: bigint, after: bigint) => void) | null = null;
  /** Names an address that is not in the heap (global, stack local). */
  describe: ((address: bigint) => ObjectHistory | null) | null = null;

  private next = PAGE;
  private heapTop = HEAP_START;
  private heap: Heap = emptyHeap();
  /** A snapshot has `heap` too: it is copied before it is changed. */
  private heapShared = false;
  private lazy: readonly { readonly hi: number; readonly from: number; readonly to: number }[] = [];
  private readonly paging: PageStore;
  /** By page of the backing store: set to 1 by whoever writes bytes or shadow there. */
  readonly dirty: Uint8Array;
  private readonly noPages = new Int32Array(0);
  /** Bytes of page tables beyond those that every machine has. */
  private tableBytes = 0;
  /** Bytes that others hold on behalf of the program (files in memory, library state). */
  private reserved = 0;

  /**
   * @param capacity bytes that may be used in all (see `capacity`); half of it is room for contents, the other for their
   * shadow. Committed by the system only where touched.
   */
  constructor(capacity = 128 << 20) {
    this.capacity = Math.max(Math.floor(capacity / (2 * PAGE)), 4) * 2 * PAGE;
    const room = this.capacity / 2;
    const buffer = new ArrayBuffer(room);
    this.u8 = new Uint8Array(buffer);
    this.i16 = new Int16Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.i64 = new BigInt64Array(buffer);
    const shadow = new ArrayBuffer(room);
    this.shadow = new Uint8Array(shadow);
    this.shadow16 = new Uint16Array(shadow);
    this.shadow32 = new Int32Array(shadow);
    const scratch = new ArrayBuffer(8);
    this.scratch8 = new Uint8Array(scratch);
    this.scratch16 = new Int16Array(scratch);
    this.scratch32 = new Int32Array(scratch);
    this.scratchF32 = new Float32Array(scratch);
    this.scratchF64 = new Float64Array(scratch);
    this.scratch64 = new BigInt64Array(scratch);
    for (let i = 0; i < 64; i++) this.segPages.push(this.noPages);
    this.paging = new PageStore(this.u8, this.shadow, this.segPages);
    this.dirty = this.paging.dirty;
    this.clearSegments();
    this.paging.cleared();
  }

  private clearSegments(): void {
    for (let i = 0; i < 64; i++) this.segPages[i] = this.noPages;
    this.segHi.fill(0x7ffffff0);
    this.addSegment(HI_RAM, 0, 0x4000);
    this.addSegment(HI_PMEM, 0, 0x4000);
    this.addSegment(HI_HEAP, 0, this.capacity / 2 / PAGE + 16);
    this.addSegment(HI_STACK, 0, 0x4000);
    this.addSegment(HI_VMEMMAP, 0, 0x8000);
    this.addSegment(HI_DATA, 0xc0000, 0x4000);
  }

  private addSegment(hi: number, basePage: number, pages: number): void {
    const slot = segmentSlot(hi);
    this.segHi[slot] = hi;
    this.segBase[slot] = basePage;
    this.segPages[slot] = new Int32Array(pages).fill(-1);
  }

  /** Forgets everything, for the next run on the same backing store. */
  reset(): void {
    this.u8.fill(0, 0, this.next);
    this.shadow.fill(0, 0, this.next);
    this.next = PAGE;
    for (let i = 0; i < 64; i++) this.segPages[i]!.fill(-1);
    this.heapTop = HEAP_START;
    this.heap = emptyHeap();
    this.heapShared = false;
    this.lazy = [];
    this.paging.cleared();
    this.reserved = 0;
    this.work.reset();
  }

  /** The heap, to be changed. */
  private ownHeap(): Heap {
    if (this.heapShared) {
      const { objects, freeSlots, quarantine, quarantineHead, quarantineBytes } = this.heap;
      this.heap = {
        objects: objects.slice(),
        freeSlots: new Map([...freeSlots].map(([k, v]) => [k, [...v]])),
        quarantine: quarantine.slice(quarantineHead),
        quarantineHead: 0,
        quarantineBytes,
      };
      this.heapShared = false;
    }
    return this.heap;
  }

  /** Whether, once reset, it is like a new one: no page table has grown. */
  get likeNew(): boolean {
    return this.tableBytes === 0;
  }

  /** Bytes of backing store in use. */
  get used(): number {
    return this.next;
  }

  /** Bytes that the host holds: contents, shadow, objects, page tables, reserves. */
  get held(): number {
    return 2 * this.next + this.heap.objects.length * OBJECT_COST + this.tableBytes + this.reserved;
  }

  /**
   * Counts bytes (negative: gives them back) that somebody holds on behalf of the program outside this memory. Ends the
   * run as `limit` when they do not fit.
   */
  reserve(bytes: number): void {
    if (bytes > 0 && this.held + bytes > this.capacity) this.full(0n);
    this.reserved = Math.max(0, this.reserved + bytes);
  }

  private full(address: bigint): never {
    throw new MemoryFault(
      "limit",
      `memory limit of ${this.capacity >> 20} MiB reached (shadow bytes and the like count)`,
      address,
    );
  }

  // ---- mapping ---------------------------------------------------------------------------------------------------

  /** Physical offset of the page that holds (hi, lo), or -1. */
  private page(hi: number, lo: number): number {
    const slot = segmentSlot(hi);
    if (this.segHi[slot] !== hi) return -1;
    const pages = this.segPages[slot]!;
    const index = (lo >>> 12) - this.segBase[slot]!;
    return index >= 0 && index < pages.length ? pages[index]! : -1;
  }

  /** Declares [lo, lo + length) of a segment: zeroed, initialised memory that gets its backing page when first touched. */
  addLazy(hi: number, lo: number, length: number): void {
    if (this.lazy.length >= LAZY_MAX || !(length >= 0 && (lo >>> 0) + length <= SEGMENT))
      throw new MemoryFault("limit", "memory outside every segment", this.join(hi, lo));
    this.work.charge(RANGE_UNITS * this.lazy.length);
    this.lazy = [...this.lazy, { hi, from: lo, to: lo + length }];
  }

  /** As page(), and gives a lazy page its backing. */
  private touch(hi: number, lo: number): number {
    const known = this.page(hi, lo);
    if (known >= 0 || this.lazy.length === 0) return known;
    const at = lo >>> 0;
    for (const r of this.lazy) {
      if (r.hi !== hi || at < r.from || at >= r.to) continue;
      this.map(hi, lo & ~(PAGE - 1), PAGE);
      this.setShadow(hi, lo & ~(PAGE - 1), PAGE, SHADOW_INIT);
      return this.page(hi, lo);
    }
    return -1;
  }

  /** Makes the pages of [lo, lo + length) exist (shadow NONE where new). */
  map(hi: number, lo: number, length: number): void {
    if (length <= 0) return;
    const slot = segmentSlot(hi);
    const first = (lo >>> 12) - this.segBase[slot]!;
    const end = (lo >>> 0) + length;
    if (this.segHi[slot] !== hi || first < 0 || !(end <= SEGMENT))
      throw new MemoryFault("limit", "memory outside every segment", this.join(hi, lo));
    const last = Math.floor((end - 1) / PAGE) - this.segBase[slot]!;
    if (last - first > this.capacity / 2 / PAGE) this.full(this.join(hi, lo));
    let pages = this.segPages[slot]!;
    if (last >= pages.length) {
      const larger = new Int32Array(Math.max(last + 1, pages.length * 2)).fill(-1);
      this.tableBytes += 4 * (larger.length - pages.length);
      // No work of this run: the table stays as large for those that come after.
      larger.set(pages);
      this.segPages[slot] = pages = larger;
    }
    let used = this.held;
    for (let p = first; p <= last; p++) {
      if (pages[p] !== -1) continue;
      used += 2 * PAGE;
      if (used > this.capacity || this.next + PAGE > this.u8.length) this.full(this.join(hi, lo));
      pages[p] = this.next;
      this.paging.markTable(slot, p);
      this.next += PAGE;
      this.work.charge(PAGE);
    }
  }

  /** Takes the pages of a range away: later accesses fault as if there had never been memory. */
  unmap(hi: number, lo: number, length: number): void {
    const slot = segmentSlot(hi);
    const pages = this.segPages[slot]!;
    const first = (lo >>> 12) - this.segBase[slot]!;
    const count = Math.ceil(length / PAGE);
    this.work.charge(RANGE_UNITS * (this.lazy.length + Math.max(0, Math.min(count, pages.length - first))));
    this.lazy = this.lazy.filter((r) => r.hi !== hi || r.to <= lo >>> 0 || r.from >= (lo >>> 0) + length);
    for (let p = first; p < first + count && p < pages.length; p++) {
      const phys = pages[p]!;
      if (phys < 0) continue;
      this.u8.fill(0, phys, phys + PAGE);
      this.shadow.fill(0, phys, phys + PAGE);
      this.dirty[phys >>> 12] = 1;
      this.work.charge(PAGE);
      pages[p] = -1;
      this.paging.markTable(slot, p);
    }
  }

  hi(address: bigint): number {
    return Number(BigInt.asIntN(32, address >> 32n));
  }
  /** Low word as an int32. */
  lo(address: bigint): number {
    return Number(BigInt.asIntN(32, address));
  }
  join(hi: number, lo: number): bigint {
    return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
  }

  /** Sets the shadow of mapped memory. */
  setShadow(hi: number, lo: number, length: number, code: number): void {
    this.work.charge(length / 4);
    let at = lo >>> 0;
    let left = length;
    while (left > 0) {
      const phys = this.page(hi, at | 0);
      const within = at & (PAGE - 1);
      const chunk = Math.min(left, PAGE - within);
      if (phys >= 0) {
        this.dirty[phys >>> 12] = 1;
        this.shadow.fill(code, phys + within, phys + within + chunk);
      }
      at += chunk;
      left -= chunk;
    }
  }

  /** Puts `bytes` (null: what is there stays) where nobody watches, all `size` bytes with one shadow code; the pages exist. */
  lay(hi: number, lo: number, size: number, bytes: Uint8Array | null, code: number): void {
    this.setShadow(hi, lo, size, code);
    if (bytes === null) return;
    const { u8 } = this;
    const length = Math.min(size, bytes.length);
    // Asked for every object in every run, and most are small.
    for (let at = 0; at < length; ) {
      const within = (lo + at) & (PAGE - 1);
      const phys = this.page(hi, (lo + at) | 0) + within;
      const end = Math.min(length, at + PAGE - within);
      if (end - at > SMALL) u8.set(bytes.subarray(at, end), phys);
      else for (let i = at; i < end; i++) u8[phys + i - at] = bytes[i]!;
      at = end;
    }
  }

  // ---- checked access, slow paths --------------------------------------------------------------------------------

  /** Loads `size` (1..8) bytes at (hi, lo) into the scratch area; faults as the kernel would. */
  loadScratch(hi: number, lo: number, size: number): void {
    for (let i = 0; i < size; i++) {
      const at = (lo + i) | 0;
      const phys = this.touch(i > 0 && at === 0 ? hi + 1 : hi, at);
      if (phys < 0) this.fault(hi, lo, size, "read");
      const p = phys + (at & (PAGE - 1));
      if ((this.shadow[p]! & CODE_MASK) !== SHADOW_INIT)
        this.shadowFault(hi, at, lo, size, this.shadow[p]!, "read");
      this.scratch8[i] = this.u8[p]!;
    }
    for (let i = size; i < 8; i++) this.scratch8[i] = 0;
  }

  /** Stores `size` bytes of the scratch area at (hi, lo). */
  storeScratch(hi: number, lo: number, size: number): void {
    if ((size === 8 || size === 4) && (lo & (size - 1)) === 0 && this.storeWatched(hi, lo, size)) return;
    let watched = false;
    for (let i = 0; i < size; i++) {
      const at = (lo + i) | 0;
      const phys = this.touch(hi, at);
      if (phys < 0) this.fault(hi, lo, size, "write");
      const code = this.shadow[phys + (at & (PAGE - 1))]!;
      const kind = code & CODE_MASK;
      if ((kind !== SHADOW_INIT && kind !== SHADOW_UNINIT) || code & SHADOW_READONLY)
        this.shadowFault(hi, at, lo, size, code, "write");
      if (code & SHADOW_WATCHED) watched = true;
    }
    let before = 0n;
    let after = 0n;
    for (let i = 0; i < size; i++) {
      const at = (lo + i) | 0;
      const p = this.page(hi, at) + (at & (PAGE - 1));
      if (watched) {
        before |= BigInt(this.u8[p]!) << BigInt(8 * i);
        after |= BigInt(this.scratch8[i]!) << BigInt(8 * i);
      }
      this.dirty[p >>> 12] = 1;
      this.u8[p] = this.scratch8[i]!;
      this.shadow[p] = (this.shadow[p]! & ~CODE_MASK) | SHADOW_INIT;
    }
    if (watched && this.onWrite !== null) this.onWrite(hi, lo, size, before, after);
  }

  /** An aligned store to watched memory that may be written: the common case of struct pages. False: not that case. */
  private storeWatched(hi: number, lo: number, size: number): boolean {
    const phys = this.page(hi, lo);
    if (phys < 0) return false;
    const word = (phys + (lo & (PAGE - 1))) >> 2;
    const words = size >> 2;
    for (let i = 0; i < words; i++) {
      const s = this.shadow32[word + i];
      if (s !== 0x09090909 && s !== 0x0a0a0a0a) return false;
    }
    const before = size === 8 ? BigInt.asUintN(64, this.i64[word >> 1]!) : BigInt(this.i32[word]! >>> 0);
    this.dirty[phys >>> 12] = 1;
    for (let i = 0; i < words; i++) {
      this.i32[word + i] = this.scratch32[i]!;
      this.shadow32[word + i] = 0x09090909;
    }
    const after = size === 8 ? BigInt.asUintN(64, this.i64[word >> 1]!) : BigInt(this.i32[word]! >>> 0);
    this.onWrite?.(hi, lo, size, before, after);
    return true;
  }

  /** Unsigned little-endian integer of 1, 2, 4 or 8 bytes. Faults (throws MemoryFault) like executed code would. */
  load(address: bigint, size: number): bigint {
    this.loadScratch(this.hi(address), this.lo(address), size);
    return BigInt.asUintN(8 * size, this.scratch64[0]!);
  }

  store(address: bigint, size: number, value: bigint): void {
    this.scratch64[0] = value;
    this.storeScratch(this.hi(address), this.lo(address), size);
  }

  /** Reads without checks: what an observer sees. Unmapped bytes read as 0. */
  peek(address: bigint, size: number): bigint {
    const hi = this.hi(address);
    const lo = this.lo(address);
    if ((lo & (size - 1)) === 0 && (size === 8 || size === 4)) {
      const phys = this.page(hi, lo);
      if (phys < 0) return 0n;
      const word = (phys + (lo & (PAGE - 1))) >> 2;
      if (size === 4) return BigInt(this.i32[word]! >>> 0);
      return BigInt.asUintN(64, this.i64[word >> 1]!);
    }
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) {
      const at = (lo + i) | 0;
      const phys = this.page(hi, at);
      value = (value << 8n) | BigInt(phys < 0 ? 0 : this.u8[phys + (at & (PAGE - 1))]!);
    }
    return value;
  }

  /** Physical offset of an address for an observer's fast reads, or -1; valid to the end of its page. */
  physical(address: bigint): number {
    const lo = this.lo(address);
    const phys = this.page(this.hi(address), lo);
    return phys < 0 ? -1 : phys + (lo & (PAGE - 1));
  }

  /** The byte is read-only (a string literal, a const object). */
  isReadonly(address: bigint): boolean {
    const phys = this.physical(address);
    return phys >= 0 && (this.shadow[phys]! & SHADOW_READONLY) !== 0;
  }

  /** As physical(), by words. */
  translate(hi: number, lo: number): number {
    const phys = this.page(hi, lo);
    return phys < 0 ? -1 : phys + (lo & (PAGE - 1));
  }

  /** Shadow code of one byte, SHADOW_NONE when unmapped. */
  shadowAt(address: bigint): number {
    const phys = this.physical(address);
    return phys < 0 ? SHADOW_NONE : this.shadow[phys]! & CODE_MASK;
  }

  /** Copies with initialised-ness (memmove semantics); both ranges are checked as accesses, uninitialised bytes may travel. */
  copy(dst: bigint, src: bigint, length: number): void {
    if (length === 0) return;
    this.checkRange(src, length, "read", true);
    this.checkRange(dst, length, "write", true);
    this.work.charge(length);
    // By length and by who hears of it alone: where globals lie, and which pages back them, depends on earlier runs.
    const watched = this.isWatched(dst, length);
    if (watched) this.work.charge(WRITE_UNITS * length);
    const from = this.contiguous(src, length);
    const to = this.contiguous(dst, length);
    if (from >= 0 && to >= 0 && !watched) {
      this.paging.mark(to, to + length);
      this.u8.copyWithin(to, from, from + length);
      // Backwards when the ranges may overlap that way, so that no code is overwritten before it is copied.
      if (to <= from)
        for (let i = 0; i < length; i++) this.shadow[to + i] = this.shadow[from + i]! & CODE_MASK;
      else for (let i = length - 1; i >= 0; i--) this.shadow[to + i] = this.shadow[from + i]! & CODE_MASK;
      return;
    }
    const bytes = new Uint8Array(length);
    const codes = new Uint8Array(length);
    this.eachChunk(src, length, (phys, offset, chunk) => {
      bytes.set(this.u8.subarray(phys, phys + chunk), offset);
      codes.set(this.shadow.subarray(phys, phys + chunk), offset);
    });
    for (let i = 0; i < length; i++) codes[i] = (codes[i]! & CODE_MASK) as number;
    this.write(dst, bytes, codes);
  }

  /** Backing-store offset of a range whose pages follow each other there, or -1. */
  private contiguous(address: bigint, length: number): number {
    const hi = this.hi(address);
    const lo = this.lo(address) >>> 0;
    const first = this.page(hi, lo | 0);
    if (first < 0) return -1;
    const start = first + (lo & (PAGE - 1));
    for (let at = PAGE - (lo & (PAGE - 1)), page = first; at < length; at += PAGE) {
      page += PAGE;
      if (this.page(hi, (lo + at) | 0) !== page) return -1;
    }
    return start;
  }

  private isWatched(address: bigint, length: number): boolean {
    let watched = false;
    this.eachChunk(address, length, (phys, _offset, chunk) => {
      for (let p = phys; p < phys + chunk && !watched; p++)
        watched = (this.shadow[p]! & SHADOW_WATCHED) !== 0;
    });
    return watched;
  }

  /** memset. */
  fill(address: bigint, byte: number, length: number): void {
    if (length === 0) return;
    this.checkRange(address, length, "write", true);
    let watched = false;
    this.eachChunk(address, length, (phys, _offset, chunk) => {
      if (this.shadow[phys]! & SHADOW_WATCHED) watched = true;
      else {
        this.dirty[phys >>> 12] = 1;
        this.u8.fill(byte, phys, phys + chunk);
        this.shadow.fill(SHADOW_INIT, phys, phys + chunk);
      }
    });
    if (!watched) return;
    // All of it again, in events.
    this.work.charge(WRITE_UNITS * length);
    this.write(address, new Uint8Array(length).fill(byte), new Uint8Array(length).fill(SHADOW_INIT));
  }

  /** Writes bytes as initialised. */
  writeBytes(address: bigint, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.checkRange(address, bytes.length, "write", true);
    this.work.charge(WRITE_UNITS * bytes.length);
    this.write(address, bytes, null);
  }

  /** Reads initialised bytes. */
  readBytes(address: bigint, length: number): Uint8Array {
    if (length === 0) return new Uint8Array(0);
    this.checkRange(address, length, "read", false);
    this.work.charge(length);
    const out = new Uint8Array(length);
    this.eachChunk(address, length, (phys, offset, chunk) =>
      out.set(this.u8.subarray(phys, phys + chunk), offset),
    );
    return out;
  }

  /** One checked byte at (hi, lo). */
  loadByte(hi: number, lo: number): number {
    this.work.charge(BYTE_UNITS);
    const phys = this.page(hi, lo);
    const p = phys + (lo & (PAGE - 1));
    if (phys >= 0 && (this.shadow[p]! & CODE_MASK) === SHADOW_INIT) return this.u8[p]!;
    this.loadScratch(hi, lo, 1);
    return this.scratch8[0]!;
  }

  /** Length of the zero-terminated string at an address, at most `max`; every byte up to its end is checked. */
  strlen(address: bigint, max: number = this.capacity): number {
    const hi = this.hi(address);
    let at = this.lo(address) >>> 0;
    let length = 0;
    while (length < max) {
      const phys = this.page(hi, at | 0);
      if (phys < 0) this.fault(hi, at | 0, 1, "read");
      const within = at & (PAGE - 1);
      const end = Math.min(phys + PAGE, phys + within + max - length);
      const before = length;
      for (let p = phys + within; p < end; p++, length++, at++) {
        if ((this.shadow[p]! & CODE_MASK) !== SHADOW_INIT)
          this.shadowFault(hi, at | 0, at | 0, 1, this.shadow[p]!, "read");
        if (this.u8[p] === 0) {
          this.work.charge(SCAN_UNITS * (length - before + 1));
          return length;
        }
      }
      this.work.charge(SCAN_UNITS * (length - before));
    }
    return length;
  }

  /** Zero-terminated string, each byte as one char code (Latin-1 view of the bytes). */
  cstring(address: bigint, max = 1 << 20): string {
    const length = this.strlen(address, max);
    const lo = this.lo(address);
    const start = length === 0 ? -1 : this.page(this.hi(address), lo);
    const within = lo & (PAGE - 1);
    if (start >= 0 && within + length <= PAGE) {
      // What most are: in one page, every byte of which strlen() has checked.
      this.work.charge((2 + CHAR_UNITS) * length);
      return byteText(this.u8, start + within, start + within + length);
    }
    const bytes = this.readBytes(address, length);
    this.work.charge(CHAR_UNITS * bytes.length);
    return byteText(bytes);
  }

  /** Bytes with their codes (null: initialised), told to who watches. Whoever calls has charged for them. */
  private write(address: bigint, bytes: Uint8Array, codes: Uint8Array | null): void {
    const reports: { address: bigint; size: number; before: bigint; after: bigint }[] = [];
    this.eachChunk(address, bytes.length, (phys, offset, chunk) => {
      const watched = (this.shadow[phys]! & SHADOW_WATCHED) !== 0;
      if (watched && this.onWrite !== null) {
        this.work.charge((chunk / 8) * REPORT_UNITS);
        for (let i = 0; i < chunk; i += 8) {
          const size = Math.min(8, chunk - i);
          let before = 0n;
          let after = 0n;
          for (let k = size - 1; k >= 0; k--) {
            before = (before << 8n) | BigInt(this.u8[phys + i + k]!);
            after = (after << 8n) | BigInt(bytes[offset + i + k]!);
          }
          reports.push({ address: address + BigInt(offset + i), size, before, after });
        }
      }
      this.dirty[phys >>> 12] = 1;
      this.u8.set(bytes.subarray(offset, offset + chunk), phys);
      for (let i = 0; i < chunk; i++) {
        const p = phys + i;
        this.shadow[p] = (this.shadow[p]! & ~CODE_MASK) | (codes === null ? SHADOW_INIT : codes[offset + i]!);
      }
    });
    for (const r of reports) this.onWrite!(this.hi(r.address), this.lo(r.address), r.size, r.before, r.after);
  }

  private eachChunk(
    address: bigint,
    length: number,
    visit: (phys: number, offset: number, chunk: number) => void,
  ): void {
    const hi = this.hi(address);
    let at = this.lo(address) >>> 0;
    let offset = 0;
    while (offset < length) {
      const phys = this.page(hi, at | 0);
      const within = at & (PAGE - 1);
      const chunk = Math.min(length - offset, PAGE - within);
      visit(phys + within, offset, chunk);
      at += chunk;
      offset += chunk;
    }
  }

  /** Faults unless every byte may be accessed. `uninit`: uninitialised bytes are fine. */
  checkRange(address: bigint, length: number, access: "read" | "write", uninit: boolean): void {
    const hi = this.hi(address);
    const start = this.lo(address);
    if (length < 0 || length > this.capacity) this.fault(hi, start, length, access);
    this.work.charge(length);
    let at = start >>> 0;
    let left = length;
    while (left > 0) {
      const phys = this.touch(hi, at | 0);
      if (phys < 0) this.fault(hi, at | 0, left, access);
      const within = at & (PAGE - 1);
      const chunk = Math.min(left, PAGE - within);
      for (let i = 0; i < chunk; i++) {
        const p = phys + within + i;
        if ((p & 3) === 0) {
          // Four plain bytes at a time.
          while (i + 4 <= chunk) {
            const four = this.shadow32[(phys + within + i) >> 2];
            if (four !== 0x01010101 && !(uninit && four === 0x02020202)) break;
            i += 4;
          }
          if (i === chunk) break;
        }
        const code = this.shadow[phys + within + i]!;
        const kind = code & CODE_MASK;
        const fine = kind === SHADOW_INIT || (uninit && kind === SHADOW_UNINIT);
        if (!fine || (access === "write" && code & SHADOW_READONLY))
          this.shadowFault(hi, (at + i) | 0, start, length, code, access);
      }
      at += chunk;
      left -= chunk;
    }
  }

  /** What was never written there is 0 from now on: nobody is told, since nothing in the machine wrote it. */
  takeAsZero(address: bigint, length: number): void {
    const hi = this.hi(address);
    for (let i = 0; i < length; i++) {
      const phys = this.touch(hi, (this.lo(address) + i) | 0);
      const p = phys + ((this.lo(address) + i) & (PAGE - 1));
      if (phys < 0 || (this.shadow[p]! & CODE_MASK) !== SHADOW_UNINIT) continue;
      this.dirty[phys >>> 12] = 1;
      this.u8[p] = 0;
      this.shadow[p] = (this.shadow[p]! & ~CODE_MASK) | SHADOW_INIT;
    }
  }

  /**
   * What lies there and is no object's (padding, dead stack) can be read, as 0, and written from now on. False, and nothing is changed, where
   * there is no memory.
   */
  takeAsPadding(address: bigint, length: number): boolean {
    const hi = this.hi(address);
    const places: number[] = [];
    for (let i = 0; i < length; i++) {
      const phys = this.touch(hi, (this.lo(address) + i) | 0);
      if (phys < 0) return false;
      places.push(phys + ((this.lo(address) + i) & (PAGE - 1)));
    }
    for (const p of places) {
      const code = this.shadow[p]! & CODE_MASK;
      if (code !== SHADOW_NONE && code !== SHADOW_DEAD) continue;
      this.dirty[p >>> 12] = 1;
      this.u8[p] = 0;
      this.shadow[p] = (this.shadow[p]! & ~CODE_MASK) | SHADOW_INIT;
    }
    return true;
  }

  // ---- faults ----------------------------------------------------------------------------------------------------

  /** Throws for an access to memory that does not exist. */
  fault(hi: number, lo: number, size: number, access: "read" | "write"): never {
    const address = this.join(hi, lo);
    const top = hi >> 15;
    if (top !== 0 && top !== -1) {
      const note = hi >>> 0 === 0xdead0000 ? poisonNote(lo >>> 0) : "";
      throw new MemoryFault(
        "general-protection",
        `general protection fault, probably for non-canonical address 0x${hex(address)}${note}`,
        address,
      );
    }
    if (hi === 0 && lo >>> 0 < PAGE)
      throw new MemoryFault(
        "oops",
        `kernel NULL pointer dereference, address: ${hex(address)} (${access} of ${size})`,
        address,
      );
    if (hi === HI_VMEMMAP)
      throw new MemoryFault(
        "oops",
        `unable to handle page fault for address: ${hex(address)} (${access} of ${size}): there is no struct page for pfn 0x${((lo >>> 0) >>> 6).toString(16)}`,
        address,
      );
    const where = this.objectAt(address);
    if (where !== undefined && hi === HI_HEAP)
      throw new MemoryFault(
        "out-of-bounds",
        `${access} of ${size} bytes at 0x${hex(address)}, ${placeIn(where, address)}`,
        address,
        where,
        undefined,
        size,
      );
    throw new MemoryFault(
      "oops",
      `unable to handle page fault for address: ${hex(address)} (${access} of ${size})${top === 0 ? ": not a kernel address" : ""}`,
      address,
    );
  }

  private shadowFault(
    hi: number,
    at: number,
    start: number,
    size: number,
    code: number,
    access: "read" | "write",
  ): never {
    const address = this.join(hi, start);
    const object = this.objectAt(this.join(hi, at)) ?? undefined;
    const what = object === undefined ? "" : `, ${placeIn(object, address)}`;
    const head = `${access} of ${size} byte${size === 1 ? "" : "s"} at 0x${hex(address)}${what}`;
    switch (code & CODE_MASK) {
      case SHADOW_FREED:
        throw new MemoryFault("use-after-free", head, address, object);
      case SHADOW_DEAD:
        throw new MemoryFault("use-after-scope", head, address, object, undefined, size);
      case SHADOW_UNINIT:
        throw new MemoryFault("uninitialised-read", head, address, object, undefined, size);
      case SHADOW_INIT:
        throw new MemoryFault("write-to-readonly", head, address, object);
      default:
        throw new MemoryFault("out-of-bounds", head, address, object, undefined, size);
    }
  }

  // ---- heap ------------------------------------------------------------------------------------------------------

  /** Allocates an object with redzones around it. Returns its address. */
  alloc(size: number, options: AllocOptions): bigint {
    this.work.charge(OBJECT_UNITS);
    const align = Math.max(16, options.align ?? 16);
    const redzone = size >= 4096 ? 64 : 16;
    if (!(size >= 0 && size + redzone <= this.capacity / 2 && align < SEGMENT))
      throw new MemoryFault("limit", `allocation of ${size} bytes: over the memory limit`, 0n);
    const slot = (Math.max(size, 1) + redzone + 15) & ~15;
    const heap = this.ownHeap();
    const reused = align === 16 ? heap.freeSlots.get(slot)?.pop() : undefined;
    let base: number;
    if (reused !== undefined) base = reused;
    else {
      base = Math.ceil((this.heapTop + 16) / align) * align;
      if (base + slot > SEGMENT || this.held + OBJECT_COST > this.capacity) this.full(0n);
      this.heapTop = base + slot;
    }
    this.map(HI_HEAP, base, slot);
    const flags = options.watched === true ? SHADOW_WATCHED : 0;
    const code = (options.zero === true ? SHADOW_INIT : SHADOW_UNINIT) | flags;
    this.setShadow(HI_HEAP, base, size, code);
    this.setShadow(HI_HEAP, base + size, slot - size, SHADOW_NONE);
    if (options.zero === true || reused !== undefined) {
      this.work.charge(size / 4);
      this.eachChunk(this.join(HI_HEAP, base), size, (phys, _o, chunk) => {
        this.dirty[phys >>> 12] = 1;
        this.u8.fill(0, phys, phys + chunk);
      });
    }
    const object: HeapObject = {
      base,
      size,
      slot,
      name: options.name,
      allocated: options.site ?? null,
      freed: null,
      live: true,
    };
    if (reused !== undefined) heap.objects[this.objectIndex(base)] = object;
    else heap.objects.push(object);
    return this.join(HI_HEAP, base);
  }

  /** Frees an object; faults on anything that is not the base of a live one. */
  free(address: bigint, site: Site | null): void {
    this.work.charge(OBJECT_UNITS);
    const hi = this.hi(address);
    const lo = this.lo(address) >>> 0;
    const index = hi === HI_HEAP ? this.objectIndex(lo) : -1;
    const object = this.heap.objects[index];
    if (object === undefined || object.base !== lo) {
      const history = this.objectAt(address);
      throw new MemoryFault(
        "bad-free",
        `free of 0x${hex(address)}, which is not the start of an allocated object`,
        address,
        history,
      );
    }
    if (!object.live)
      throw new MemoryFault(
        "double-free",
        `double free of ${object.name} (${object.size} bytes)`,
        address,
        this.history(object),
      );
    const heap = this.ownHeap();
    const freed = { ...object, live: false, freed: site };
    heap.objects[index] = freed;
    this.setShadow(HI_HEAP, object.base, object.size, SHADOW_FREED);
    heap.quarantine.push(freed);
    heap.quarantineBytes += object.slot;
    while (heap.quarantineBytes > QUARANTINE_LIMIT) {
      const oldest = heap.quarantine[heap.quarantineHead++]!;
      heap.quarantineBytes -= oldest.slot;
      const slots = heap.freeSlots.get(oldest.slot);
      if (slots === undefined) heap.freeSlots.set(oldest.slot, [oldest.base]);
      else slots.push(oldest.base);
    }
    if (heap.quarantineHead > 4096 && heap.quarantineHead * 2 > heap.quarantine.length) {
      heap.quarantine = heap.quarantine.slice(heap.quarantineHead);
      heap.quarantineHead = 0;
    }
  }

  /** Live heap objects counted by what they are and which function made them. */
  census(): Map<string, number> {
    const count = new Map<string, number>();
    for (const o of this.heap.objects) {
      if (!o.live) continue;
      const key = `${o.name}, made by ${o.allocated?.fn ?? "?"}()`;
      count.set(key, (count.get(key) ?? 0) + 1);
    }
    return count;
  }

  /** Bases of the live heap objects of a name. */
  live(name: string): bigint[] {
    return this.heap.objects.filter((o) => o.live && o.name === name).map((o) => this.join(HI_HEAP, o.base));
  }

  /** The freed heap object in which an address lies. */
  freedAt(address: bigint): ObjectHistory | undefined {
    const lo = this.lo(address) >>> 0;
    const object = this.hi(address) === HI_HEAP ? this.heap.objects[this.objectIndex(lo)] : undefined;
    return object !== undefined && !object.live && lo < object.base + object.size
      ? this.history(object)
      : undefined;
  }

  /** Size of a live heap object by its base, or -1. */
  sizeOf(address: bigint): number {
    const lo = this.lo(address) >>> 0;
    const object = this.hi(address) === HI_HEAP ? this.heap.objects[this.objectIndex(lo)] : undefined;
    return object !== undefined && object.base === lo && object.live ? object.size : -1;
  }

  /** Index of the last object whose base is at or below lo; -1 when there is none. */
  private objectIndex(lo: number): number {
    const { objects } = this.heap;
    let low = 0;
    let high = objects.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (objects[mid]!.base <= lo) low = mid + 1;
      else high = mid;
    }
    return low - 1;
  }

  private history(o: HeapObject): ObjectHistory {
    return {
      name: o.name,
      base: this.join(HI_HEAP, o.base),
      size: o.size,
      allocated: o.allocated,
      freed: o.freed,
    };
  }

  /** The object at or just before an address. */
  objectAt(address: bigint): ObjectHistory | undefined {
    if (this.hi(address) === HI_HEAP) {
      const lo = this.lo(address) >>> 0;
      const index = this.objectIndex(lo);
      const below = this.heap.objects[index];
      const above = this.heap.objects[index + 1];
      // In the gap between two objects the nearer one is meant.
      const isAbove =
        above !== undefined && (below === undefined || above.base - lo < lo - (below.base + below.size));
      const object = isAbove ? above : below;
      return object === undefined ? undefined : this.history(object);
    }
    return this.describe?.(address) ?? undefined;
  }

  // ---- state copies ----------------------------------------------------------------------------------------------

  /** The state as it is: costs a copy of the pages written since the last `snapshot` or `restore`. */
  snapshot(): MemorySnapshot {
    this.heapShared = true;
    return {
      pages: this.paging.save(this.next),
      next: this.next,
      heapTop: this.heapTop,
      heap: this.heap,
      lazy: this.lazy,
      reserved: this.reserved,
      work: this.work.save(),
    };
  }

  /**
   * Goes back (or sideways) to a state: costs a copy of the pages that differ. A snapshot of another memory of the same
   * capacity will do.
   */
  restore(s: MemorySnapshot): void {
    this.paging.restore(s.pages, this.next);
    this.next = s.next;
    this.heapTop = s.heapTop;
    this.heap = s.heap;
    this.heapShared = true;
    this.lazy = s.lazy;
    this.reserved = s.reserved;
    this.work.restore(s.work);
  }

  /**
   * What differs from an earlier state, as a text that equal states have: contents, heap, what is mapped when touched.
   * @param unused says of the low word of a stack page that nobody uses it
   */
  signature(base: MemorySnapshot, unused: (lo: number) => boolean): string {
    const stacks = segmentSlot(HI_STACK);
    const pages = differenceOf(
      this.snapshot().pages,
      base.pages,
      (slot, page) => slot === stacks && unused(page * PAGE),
    );
    let h = this.heap.quarantineHead;
    for (const o of this.heap.objects)
      h = Math.imul(h ^ (2 * o.base + Number(o.live)) ^ (o.size << 8), 0x9e3779b1);
    return `${pages}.${h >>> 0}.${this.heap.objects.length}.${this.lazy.length}`;
  }

  /** A hash of contents and shadow (FNV-1a over words), for comparing states. */
  hash(): number {
    let h = 0x811c9dc5 | 0;
    const words = this.next >> 2;
    for (let i = 0; i < words; i++) {
      h = Math.imul(h ^ this.i32[i]!, 0x01000193);
      h = Math.imul(h ^ this.shadow32[i]!, 0x01000193);
      h ^= h >>> 15;
    }
    return h >>> 0;
  }
}

function emptyHeap(): Heap {
  return { objects: [], freeSlots: new Map(), quarantine: [], quarantineHead: 0, quarantineBytes: 0 };
}
