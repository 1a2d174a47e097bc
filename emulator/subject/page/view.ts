/**
 * Reading the machine from outside: struct pages, page tables, xarrays, inodes and pins, through the layouts that the C
 * in force on this side of the patch has. State lives once, in emulated memory; nothing is cached here but offsets.
 * Mirrors the structures of emulator/reference/include. Leaves out judging.
 */
import { HI_RAM, HI_VMEMMAP, type Memory } from "../../mem/memory.ts";
import type { Image, TypeLayout } from "../../vm/image.ts";
import { type EntryOrder, entryOrder } from "./entry.ts";

const TAIL_MAPPING = 0xdead000000000400n;
const PFN_MASK = 0x000ffffffffff000n;
/** PGMAP_ALTMAP_VALID */
const ALTMAP_VALID = 1n;
/** __PERCPU_REF_DEAD */
const REF_DEAD = 2n;
/** VMEMMAP_RESERVE_NR pages: what struct pages of a compound page have at least. */
const RESERVED_BYTES = 2 * 4096;

export interface PageState {
  readonly pfn: number;
  readonly flags: bigint;
  /** Word 1: compound_head (bit 0 set: a tail), else lru.next or pgmap. */
  readonly word1: bigint;
  readonly mapping: bigint;
  /** ->index or ->share, one word. */
  readonly index: bigint;
  readonly refcount: number;
  /** Raw _mapcount (-1: none). */
  readonly mapcount: number;
  readonly isTail: boolean;
  readonly isHead: boolean;
  /** Head pfn for a tail, else the pfn itself. */
  readonly head: number;
}

export interface MappingOf {
  readonly mm: number;
  readonly address: bigint;
  /** Pages covered: 1 or 512. */
  readonly pages: number;
  readonly pfn: number;
  readonly entry: bigint;
}

export interface DaxEntry {
  readonly inode: number;
  readonly index: number;
  readonly order: number;
  /** The word as memory has it. */
  readonly raw: bigint;
  /** The word in the order of entry.ts. */
  readonly word: bigint;
  readonly marks: number;
  readonly pfn: number;
  readonly locked: boolean;
  readonly pmd: boolean;
  readonly zero: boolean;
  readonly empty: boolean;
  /** Not a value entry at all. */
  readonly bad: boolean;
}

export interface Pin {
  readonly pfn: number;
  readonly pages: number;
  readonly refs: number;
  readonly who: string;
}

/** A page-table entry that is not present and names a page: a device has it, or it is on its way to another. */
export interface Absent {
  readonly kind: "device" | "migration";
  readonly pfn: number;
}

export interface AbsentOf extends Absent {
  readonly mm: number;
  readonly address: bigint;
}

/** Told of a leaf: which address space, at which address, of which level (0: a page), and its word. */
type LeafTold = (mm: number, address: bigint, level: number, entry: bigint) => void;

interface LeafWalk {
  readonly absent: boolean;
  readonly found: readonly unknown[];
  readonly mm: number;
  /** Page tables that were looked at: a patched kernel may have some that lead to themselves. */
  tables: number;
  readonly tell: LeafTold;
}

const MOST_LEAVES = 8192;
const MOST_TABLES = 8192;

/** Memory of a device that processes' pages move to, and what holds its map. */
export interface DeviceMap {
  readonly from: number;
  readonly to: number;
  /** References of the map itself (dev_pagemap's ref). */
  readonly refs: bigint;
  /** Whether the map is being taken down: nobody gets a new one, and it no longer counts itself. */
  readonly dying: boolean;
}

export interface VmaView {
  readonly mm: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly pgoff: bigint;
  readonly flags: bigint;
  readonly mapping: bigint;
}

/** x86-64 page-table bits. */
export const PTE = { PRESENT: 1n, RW: 2n, DIRTY: 64n, PSE: 128n, SPECIAL: 512n, DEVMAP: 1n << 58n };

/** Types of swap entries that name a page (SWP_* of include/linux/swap.h). */
const MIGRATION_TYPES = [24n, 25n, 26n];
const DEVICE_TYPES = [27n, 28n];

/** What a page-table entry says that is not present; null when it names no page. */
export function absentEntry(entry: bigint): Absent | null {
  const word = BigInt.asUintN(64, entry);
  if (word === 0n || (word & PTE.PRESENT) !== 0n) return null;
  const type = word >> 59n;
  const kind = DEVICE_TYPES.includes(type) ? "device" : MIGRATION_TYPES.includes(type) ? "migration" : null;
  if (kind === null) return null;
  const offset = BigInt.asUintN(64, ~word << 5n) >> 14n;
  return { kind, pfn: Number(BigInt.asUintN(40, offset)) };
}

export class MachineView {
  readonly memory: Memory;
  private readonly image: Image;
  private readonly registry: bigint;
  private readonly layouts = new Map<string, TypeLayout>();

  constructor(memory: Memory, image: Image) {
    this.memory = memory;
    this.image = image;
    const at = image.globalAddress("fsc_registry");
    if (at === null) throw new Error("the reference kernel has no fsc_registry");
    this.registry = at;
  }

  private layout(type: string): TypeLayout {
    let l = this.layouts.get(type);
    if (l === undefined) {
      const found = this.image.layoutOf(type);
      if (found === null) throw new Error(`the image does not define ${type}`);
      l = found;
      this.layouts.set(type, l);
    }
    return l;
  }

  /** Offset of a member, or -1 when this side's definition has none of that name. */
  offset(type: string, field: string): number {
    return this.layout(type).fields.get(field)?.offset ?? -1;
  }

  word(address: bigint, size = 8): bigint {
    return this.memory.peek(address, size);
  }

  private field(base: bigint, type: string, name: string): bigint {
    const f = this.layout(type).fields.get(name);
    if (f === undefined) return 0n;
    return this.memory.peek(base + BigInt(f.offset), Math.min(f.size, 8));
  }

  /** Offsets of struct page's members in the C in force, read once. */
  private pageOffsets: {
    readonly flags: number;
    readonly mapping: number;
    readonly index: number;
    readonly refcount: number;
    readonly mapcount: number;
    readonly headFlag: number;
  } | null = null;

  private offsets() {
    if (this.pageOffsets === null) {
      const at = (name: string): number => this.offset("struct page", name);
      const bit = this.image.constant("PG_head");
      this.pageOffsets = {
        flags: at("flags"),
        mapping: at("mapping"),
        index: at("index"),
        refcount: at("_refcount"),
        mapcount: at("_mapcount"),
        headFlag: bit === null ? -1 : Number(bit),
      };
    }
    return this.pageOffsets;
  }

  /** Whether the head flag is set in one of two flag words and not in the other. */
  headFlagDiffers(a: bigint, b: bigint): boolean {
    const bit = this.offsets().headFlag;
    return bit >= 0 && (((a ^ b) >> BigInt(bit)) & 1n) !== 0n;
  }

  /** Whether PG_reserved is set in the first flag word and not in the second. */
  reservedCleared(before: bigint, after: bigint): boolean {
    const bit = (this.reservedBit ??= this.image.constant("PG_reserved") ?? -1n);
    return bit >= 0n && ((before >> bit) & 1n) === 1n && ((after >> bit) & 1n) === 0n;
  }
  private reservedBit: bigint | null = null;

  /** Node statistics by name of their enum constant, summed; null when this side's C has none of that name. */
  nodeStat(name: string): bigint | null {
    const index = this.image.constant(name);
    const table = this.image.globalAddress("fsc_node_stat");
    if (index === null || table === null) return null;
    return BigInt.asIntN(64, this.memory.peek(table + 8n * index, 8));
  }

  /** Page states read so far; a write to a page (an event) makes its state be read again. */
  private readonly cachedPages = new Map<number, PageState>();

  /** Struct pages came or went. */
  forgetAll(): void {
    this.cachedPages.clear();
  }

  /** A page was written: what is remembered of it is void. */
  forget(pfn: number): void {
    this.cachedPages.delete(pfn);
  }

  private reg(name: string): bigint {
    return this.field(this.registry, "struct fsc_registry", name);
  }

  get pmemStart(): number {
    return (this.fixed ??= this.readFixed()).start;
  }
  get pmemPages(): number {
    return (this.fixed ??= this.readFixed()).pages;
  }
  get zeroPfn(): number {
    return (this.fixed ??= this.readFixed()).zero;
  }
  /** What boot settles once and for all. */
  private fixed: { readonly start: number; readonly pages: number; readonly zero: number } | null = null;
  private readFixed(): { start: number; pages: number; zero: number } {
    return {
      start: Number(this.reg("pmem_start_pfn")),
      pages: Number(this.reg("pmem_nr_pages")),
      zero: Number(this.reg("zero_pfn")),
    };
  }
  /** Asked at each event: read by words, without a bigint. */
  get hugeZeroPfn(): number {
    if (this.hugeZeroAt === null) {
      const f = this.layout("struct fsc_registry").fields.get("huge_zero_pfn");
      this.hugeZeroAt = f === undefined ? 0n : this.registry + BigInt(f.offset);
      this.hugeZeroHi = this.memory.hi(this.hugeZeroAt);
      this.hugeZeroLo = this.memory.lo(this.hugeZeroAt);
    }
    const phys = this.memory.translate(this.hugeZeroHi, this.hugeZeroLo);
    if (phys < 0) return 0;
    const words = this.memory.i32;
    return (words[(phys >> 2) + 1]! >>> 0) * 4294967296 + (words[phys >> 2]! >>> 0);
  }
  private hugeZeroAt: bigint | null = null;
  private hugeZeroHi = 0;
  private hugeZeroLo = 0;
  isHugeZero(pfn: number): boolean {
    const head = this.hugeZeroPfn;
    return head !== 0 && pfn >= head && pfn < head + 512;
  }
  get ramPages(): number {
    return Number(this.reg("ram_nr_pages"));
  }
  isPmem(pfn: number): boolean {
    const { start, pages } = (this.fixed ??= this.readFixed());
    return pfn >= start && pfn < start + pages;
  }

  // ---- struct pages ----------------------------------------------------------------------------------------------

  pageAddress(pfn: number): bigint {
    return this.memory.join(HI_VMEMMAP, pfn * 64);
  }

  hasPage(pfn: number): boolean {
    return this.memory.translate(HI_VMEMMAP, (pfn * 64) | 0) >= 0;
  }

  page(pfn: number): PageState {
    let state = this.cachedPages.get(pfn);
    if (state === undefined) {
      state = this.readPage(pfn);
      this.cachedPages.set(pfn, state);
    }
    return state;
  }

  private readPage(pfn: number): PageState {
    const o = this.offsets();
    const phys = this.memory.translate(HI_VMEMMAP, (pfn * 64) | 0);
    if (phys < 0)
      return {
        pfn,
        flags: 0n,
        word1: 0n,
        mapping: 0n,
        index: 0n,
        refcount: 0,
        mapcount: -1,
        isTail: false,
        isHead: false,
        head: pfn,
      };
    const { i32, i64 } = this.memory;
    const word = (offset: number): bigint =>
      offset < 0 ? 0n : BigInt.asUintN(64, i64[(phys + offset) >> 3]!);
    const isTail = (i32[(phys + 8) >> 2]! & 1) !== 0;
    const word1 = word(8);
    const headWord = o.headFlag < 0 ? 0 : i32[(phys + o.flags + (o.headFlag >> 5) * 4) >> 2]!;
    return {
      pfn,
      flags: word(o.flags),
      word1,
      mapping: word(o.mapping),
      index: word(o.index),
      refcount: i32[(phys + o.refcount) >> 2]!,
      mapcount: i32[(phys + o.mapcount) >> 2]!,
      isTail,
      isHead: o.headFlag >= 0 && (headWord & (1 << (o.headFlag & 31))) !== 0,
      head: isTail ? ((i32[(phys + 8) >> 2]! - 1) >>> 0) / 64 : pfn,
    };
  }

  /** The last word of a page: memcg_data, or what a folio keeps there. */
  lastWord(pfn: number): bigint {
    const phys = this.memory.translate(HI_VMEMMAP, (pfn * 64 + 56) | 0);
    if (phys < 0) return 0n;
    const words = this.memory.i32;
    if ((words[phys >> 2]! | words[(phys >> 2) + 1]!) === 0) return 0n;
    return BigInt.asUintN(64, this.memory.i64[phys >> 3]!);
  }

  /** Order of the folio a head page starts; 0 for an ordinary page. */
  order(head: number): number {
    const page = this.page(head);
    if (!page.isHead) return 0;
    const f = this.layout("struct folio").fields.get("_flags_1");
    if (f === undefined) return 0;
    return Number(this.memory.peek(this.pageAddress(head) + BigInt(f.offset), 8) & 0xffn);
  }

  /** Raw _entire_mapcount of a large folio (-1: none). */
  entireMapcount(head: number): number {
    const f = this.layout("struct folio").fields.get("_entire_mapcount");
    if (f === undefined) return -1;
    return Number(BigInt.asIntN(32, this.memory.peek(this.pageAddress(head) + BigInt(f.offset), 4)));
  }

  static isTailMapping(mapping: bigint): boolean {
    return mapping === TAIL_MAPPING;
  }

  // ---- registry --------------------------------------------------------------------------------------------------

  private pointers(name: string): bigint[] {
    const f = this.layout("struct fsc_registry").fields.get(name)!;
    const { memory } = this;
    const words = memory.i32;
    const at = this.registry + BigInt(f.offset);
    const hi = memory.hi(at);
    const lo = memory.lo(at);
    const out: bigint[] = [];
    // Asked at each step and by many rules: most are empty, which numbers alone tell.
    for (let i = 0; i < (f.count ?? 0); i++) {
      const word = memory.translate(hi, lo + 8 * i) >> 2;
      out.push(word < 0 || (words[word]! | words[word + 1]!) === 0 ? 0n : this.word(at + BigInt(8 * i)));
    }
    return out;
  }

  mms(): bigint[] {
    return this.pointers("mms");
  }
  inodes(): bigint[] {
    return this.pointers("inodes");
  }
  pgmaps(): bigint[] {
    return this.pointers("pgmaps");
  }

  pins(): Pin[] {
    const f = this.layout("struct fsc_registry").fields.get("pins")!;
    const type = "struct fsc_pin";
    const size = this.layout(type).size;
    const out: Pin[] = [];
    for (let i = 0; i < (f.count ?? 0); i++) {
      const at = this.registry + BigInt(f.offset + size * i);
      const refs = Number(this.field(at, type, "refs"));
      if (refs === 0) continue;
      const who = this.field(at, type, "who");
      out.push({
        pfn: Number(this.field(at, type, "pfn")),
        pages: Number(this.field(at, type, "nr_pages")),
        refs,
        who: who === 0n ? "" : this.string(who),
      });
    }
    return out;
  }

  string(at: bigint): string {
    let out = "";
    for (let i = 0n; i < 64n; i++) {
      const c = Number(this.memory.peek(at + i, 1));
      if (c === 0) break;
      out += String.fromCharCode(c);
    }
    return out;
  }

  /** Blocks that a file has, with lines that a program stored and nobody has written back from the processor's cache. */
  unflushedBlocks(): number[] {
    const out: number[] = [];
    const lines = this.reg("dirty_lines");
    const refs = this.reg("block_refs");
    if (lines === 0n || refs === 0n) return out;
    const { memory } = this;
    const words = memory.i32;
    // Asked after each step of each order that is tried: numbers alone within a page.
    for (let i = 0; i < this.pmemPages; ) {
      const word = lines + 8n * BigInt(i);
      let at = memory.physical(word) >> 2;
      const end = Math.min(this.pmemPages, i + ((4096 - (memory.lo(word) & 4095)) >> 3));
      for (; i < end; i++, at += 2)
        if ((words[at]! | words[at + 1]!) !== 0 && this.word(refs + 4n * BigInt(i), 4) !== 0n)
          out.push(this.pmemStart + i);
    }
    return out;
  }

  /** The first of `count` blocks from `pfn` on with unflushed lines; null: none. */
  firstUnflushed(pfn: number, count: number): number | null {
    const first = this.unflushedBlocks().find((p) => p >= pfn && p < pfn + count);
    return first ?? null;
  }

  /** The pfn of the blocks that a locked entry names; null: it is not locked, or names none. */
  lockedPfnOf(raw: bigint): number | null {
    if ((raw & 1n) === 0n) return null;
    const value = this.inOrder(raw) >> 1n;
    return (value & 13n) === 1n ? Number(value >> 4n) : null;
  }

  /** The address_space of an inode. */
  mappingOf(inode: bigint): bigint {
    return this.field(inode, "struct inode", "i_mapping");
  }

  /** Page ranges of the devices of a type ("FS_DAX") that are bound. */
  rangesOf(
    type: "FS_DAX" | "PCI_P2PDMA" | "PRIVATE" | "COHERENT",
  ): { readonly from: number; readonly to: number }[] {
    const want = this.image.constant(`MEMORY_DEVICE_${type}`);
    const range = this.offset("struct dev_pagemap", "range");
    const out: { from: number; to: number }[] = [];
    for (const at of this.pgmaps()) {
      if (at === 0n || BigInt.asUintN(32, this.field(at, "struct dev_pagemap", "type")) !== want) continue;
      const start = this.word(at + BigInt(range));
      const end = this.word(at + BigInt(range) + 8n);
      out.push({ from: Number(start >> 12n), to: Number((end + 1n) >> 12n) });
    }
    return out;
  }

  /** Devices whose memory processes' pages move to. */
  deviceMaps(): DeviceMap[] {
    const types = (this.movedTo ??= ["PRIVATE", "COHERENT"].map((t) =>
      this.image.constant(`MEMORY_DEVICE_${t}`),
    ));
    const type = "struct dev_pagemap";
    const out: DeviceMap[] = [];
    for (const at of this.pgmaps()) {
      if (at === 0n || !types.includes(BigInt.asUintN(32, this.field(at, type, "type")))) continue;
      const range = at + BigInt(this.offset(type, "range"));
      const ref = at + BigInt(this.offset(type, "ref"));
      const data = this.field(ref, "struct percpu_ref", "data");
      out.push({
        from: Number(this.word(range) >> 12n),
        to: Number((this.word(range + 8n) + 1n) >> 12n),
        refs: data === 0n ? 0n : this.field(data, "struct percpu_ref_data", "count"),
        dying: (this.field(ref, "struct percpu_ref", "percpu_count_ptr") & REF_DEAD) !== 0n,
      });
    }
    return out;
  }

  private movedTo: readonly (bigint | null)[] | null = null;

  /** Ranges of bound devices whose struct pages of tails are laid over one another: `nr` pages at a time, from `from` on. */
  foldedRanges(): { readonly from: number; readonly to: number; readonly nr: number }[] {
    const type = "struct dev_pagemap";
    const out: { from: number; to: number; nr: number }[] = [];
    for (const at of this.pgmaps()) {
      if (at === 0n || (this.field(at, type, "flags") & ALTMAP_VALID) !== 0n) continue;
      const nr = 2 ** Number(this.field(at, type, "vmemmap_shift"));
      if (nr * 64 <= RESERVED_BYTES) continue;
      const ranges = at + BigInt(this.offset(type, "ranges"));
      for (let i = 0n; i < this.field(at, type, "nr_range"); i++)
        out.push({
          from: Number(this.word(ranges + 16n * i) >> 12n),
          to: Number((this.word(ranges + 16n * i + 8n) + 1n) >> 12n),
          nr,
        });
    }
    return out;
  }

  // ---- xarrays ---------------------------------------------------------------------------------------------------

  private entryOrder: EntryOrder | null = null;

  /** This side's words of xarrays in the order of entry.ts. */
  get inOrder(): EntryOrder {
    this.entryOrder ??= entryOrder(this.image);
    return this.entryOrder;
  }

  /** DAX entries of every inode. */
  entries(): DaxEntry[] {
    const out: DaxEntry[] = [];
    this.inodes().forEach((inode, number) => {
      if (inode !== 0n) out.push(...this.entriesOf(inode, number));
    });
    return out;
  }

  entriesOf(inode: bigint, number: number): DaxEntry[] {
    const mapping = this.mappingOf(inode);
    if (mapping === 0n) return [];
    const pages = mapping + BigInt(this.offset("struct address_space", "i_pages"));
    const head = this.field(pages, "struct xarray", "xa_head");
    if (head === 0n) return [];
    const nr = Math.min(Number(this.field(head, "struct xa_node", "nr")), 4096);
    const slots = this.field(head, "struct xa_node", "slots");
    const size = BigInt(this.layout("struct xa_slot").size);
    const out: DaxEntry[] = [];
    for (let i = 0n; i < BigInt(nr); i++) {
      const at = slots + i * size;
      const raw = this.field(at, "struct xa_slot", "entry");
      const word = this.inOrder(raw);
      const value = word >> 1n;
      out.push({
        inode: number,
        index: Number(this.field(at, "struct xa_slot", "index")),
        order: Number(this.field(at, "struct xa_slot", "order")),
        marks: Number(this.field(at, "struct xa_slot", "marks")),
        raw,
        word,
        pfn: Number(value >> 4n),
        locked: (value & 1n) !== 0n,
        pmd: (value & 2n) !== 0n,
        zero: (value & 4n) !== 0n,
        empty: (value & 8n) !== 0n,
        bad: (raw & 1n) === 0n,
      });
    }
    return out;
  }

  // ---- page tables -----------------------------------------------------------------------------------------------

  private tableEntry(table: bigint, index: bigint): bigint {
    return this.memory.peek(table + index * 8n, 8);
  }

  private tableOf(entry: bigint): bigint {
    return this.memory.join(HI_RAM, 0) + (entry & PFN_MASK);
  }

  /** Every present leaf of every address space. */
  mappings(): MappingOf[] {
    const out: MappingOf[] = [];
    this.eachLeaf(false, out, (mm, address, level, entry) => {
      out.push({ mm, address, pages: 512 ** level, pfn: Number((entry & PFN_MASK) >> 12n), entry });
    });
    return out;
  }

  /** Entries of every address space that name a page and are not present. */
  absent(): AbsentOf[] {
    const out: AbsentOf[] = [];
    this.eachLeaf(true, out, (mm, address, _level, entry) => {
      const named = absentEntry(entry);
      if (named !== null) out.push({ ...named, mm, address });
    });
    return out;
  }

  /** Leaves of every address space: those that are present, or those of single pages that are not. Ends where `found` is full. */
  private eachLeaf(absent: boolean, found: readonly unknown[], tell: LeafTold): void {
    this.mms().forEach((mm, number) => {
      if (mm === 0n) return;
      const pgd = this.field(mm, "struct mm_struct", "pgd");
      const walk = { absent, found, mm: number, tables: 0, tell };
      if (pgd !== 0n) this.walk(pgd, 3, 0n, walk);
    });
  }

  private walk(table: bigint, level: number, base: bigint, walk: LeafWalk): void {
    const phys = this.memory.physical(table);
    if (phys < 0 || walk.found.length > MOST_LEAVES || walk.tables++ > MOST_TABLES) return;
    const span = 1n << BigInt(12 + 9 * level);
    const words = this.memory.i32;
    for (let i = 0; i < 512; i++) {
      const at = (phys >> 2) + 2 * i;
      const present = (words[at]! & 1) !== 0;
      // One that is not present is a leaf of the last level, and names something in its upper half.
      if (present ? walk.absent && level === 0 : !walk.absent || level > 0 || words[at + 1] === 0) continue;
      const entry = this.tableEntry(table, BigInt(i));
      const address = base + span * BigInt(i);
      if (level === 3 || (level > 0 && (entry & PTE.PSE) === 0n))
        this.walk(this.tableOf(entry), level - 1, address, walk);
      else if (present !== walk.absent) walk.tell(walk.mm, address, level, entry);
    }
  }

  /** VMAs of every address space that map a file. */
  vmas(): VmaView[] {
    const out: VmaView[] = [];
    const type = "struct vm_area_struct";
    this.mms().forEach((mm, number) => {
      if (mm === 0n) return;
      let at = this.field(mm, "struct mm_struct", "mmap");
      for (let guard = 0; at !== 0n && guard < 64; guard++) {
        const file = this.field(at, type, "vm_file");
        out.push({
          mm: number,
          start: this.field(at, type, "vm_start"),
          end: this.field(at, type, "vm_end"),
          pgoff: this.field(at, type, "vm_pgoff"),
          flags: this.field(at, type, "vm_flags"),
          mapping: file === 0n ? 0n : this.field(file, "struct file", "f_mapping"),
        });
        at = this.field(at, type, "vm_next");
      }
    });
    return out;
  }
}
