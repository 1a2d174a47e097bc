/**
 * What is heard of pages: writes to struct pages, split into the fields they cover, to page tables and to the tables of
 * xarrays, and what bad_page() says. Leaves out judging (rules/) and reading what is there (view.ts).
 */
import { HI_VMEMMAP, type Memory, SHADOW_WATCHED } from "../../mem/memory.ts";
import { type Place, Recorded } from "../../trace/recorded.ts";
import type { Image } from "../../vm/image.ts";
import type { NativeFunction } from "../../vm/native.ts";
import type { Recorder, Watch, WriteListener } from "../module.ts";
import type { EntryOrder } from "./entry.ts";
import type { PageField, PageWrite } from "./events.ts";
import { MachineView } from "./view.ts";

const PAGE_FIELDS: readonly PageField[] = [
  "flags",
  "lru/pgmap",
  "lru.prev",
  "mapping",
  "index/share",
  "private",
  "_mapcount",
  "memcg_data",
];

class RecordedPage extends Recorded implements PageWrite {
  readonly kind = "page" as const;
  readonly pfn: number;
  readonly field: PageField;
  readonly before: bigint;
  readonly after: bigint;
  constructor(place: Place, pfn: number, field: PageField, before: bigint, after: bigint) {
    super(place);
    this.pfn = pfn;
    this.field = field;
    this.before = before;
    this.after = after;
  }
}

interface Range {
  readonly startPfn: number;
  readonly count: number;
}

export class PageWatch implements Watch {
  readonly segments: ReadonlyMap<number, WriteListener>;
  readonly objects: ReadonlyMap<string, WriteListener>;
  readonly allocated: ReadonlyMap<string, string> = new Map([["xa_slots", "xarray"]]);
  readonly natives: Readonly<Record<string, NativeFunction>>;
  /** Pages whose struct page is nobody's to write (the zero page ...): writes of the same value are events there. */
  foreign: (pfn: number) => boolean = () => false;
  /** The side's entries as events have them. */
  inOrder: EntryOrder = (word) => word;
  /** Called when struct pages came or went: what was read of them is void. */
  onMemmap: (() => void) | null = null;
  private readonly recorder: Recorder;
  /** Struct pages that appeared while watching; they are watched from the next step on, once they are set up. */
  private appeared: readonly Range[] = [];

  constructor(recorder: Recorder) {
    this.recorder = recorder;
    const at = (hi: number, lo: number): bigint => recorder.memory.join(hi, lo);
    this.objects = new Map<string, WriteListener>([
      [
        "pte",
        (hi, lo, _size, before, after) => recorder.push({ kind: "pte", address: at(hi, lo), before, after }),
      ],
      [
        "xarray",
        (hi, lo, _size, before, after) =>
          recorder.push({
            kind: "xarray",
            address: at(hi, lo),
            before: this.inOrder(before),
            after: this.inOrder(after),
          }),
      ],
    ]);
    this.segments = new Map([
      [
        HI_VMEMMAP,
        (_hi: number, lo: number, size: number, before: bigint, after: bigint) => {
          // A write that changes nothing is news only where nobody has business to write.
          if (before !== after || this.foreign(lo >>> 6))
            this.pageWrite(lo >>> 6, lo & 63, size, before, after);
        },
      ],
    ]);
    this.natives = {
      __fsc_bad_page: (c) => recorder.push({ kind: "bad-page", pfn: c.num(0), text: recorder.text(c, 1) }),
    };
  }

  save(): readonly Range[] {
    return this.appeared;
  }

  restore(saved: unknown): void {
    this.appeared = saved as readonly Range[];
  }

  memoryAdded(startPfn: number, count: number): void {
    this.appeared = [...this.appeared, { startPfn, count }];
  }

  memoryRemoved(): void {
    this.onMemmap?.();
  }

  quietMoment(): void {
    if (this.appeared.length === 0) return;
    for (const r of this.appeared) this.mark(r);
    this.appeared = [];
    this.onMemmap?.();
  }

  booted(memory: Memory, image: Image): void {
    const view = new MachineView(memory, image);
    this.mark({ startPfn: 0, count: view.ramPages });
    this.mark({ startPfn: view.pmemStart, count: view.pmemPages });
  }

  /** Marks the struct pages of a range so that writes to them are heard. */
  private mark({ startPfn, count }: Range): void {
    const { memory } = this.recorder;
    for (let pfn = startPfn; pfn < startPfn + count; pfn++) {
      const phys = memory.physical(memory.join(HI_VMEMMAP, pfn * 64));
      if (phys < 0) continue;
      memory.dirty[phys >>> 12] = 1;
      for (let i = 0; i < 64; i++) memory.shadow[phys + i] = memory.shadow[phys + i]! | SHADOW_WATCHED;
    }
  }

  /** Splits a write of `size` bytes at `offset` of a struct page into the fields it covers. */
  private pageWrite(pfn: number, offset: number, size: number, before: bigint, after: bigint): void {
    let at = offset;
    const end = offset + size;
    while (at < end) {
      const word = at >> 3;
      let start = word * 8;
      let length = 8;
      let field = PAGE_FIELDS[word]!;
      if (word === 6) {
        length = 4;
        if (at >= 52) {
          start = 52;
          field = "_refcount";
        }
      }
      if (word >= 2 && word <= 5 && this.folioWord(pfn)) field = "folio-tail";
      const upTo = Math.min(end, start + length);
      const shift = BigInt(8 * (at - offset));
      const bits = 8 * (upTo - at);
      const b = BigInt.asUintN(bits, before >> shift);
      const a = BigInt.asUintN(bits, after >> shift);
      if (a !== b || before === after) {
        const signed = field === "_refcount" || field === "_mapcount";
        const place = this.recorder.place();
        if (place !== null)
          this.recorder.add(
            new RecordedPage(
              place,
              pfn,
              field,
              signed ? BigInt.asIntN(bits, b) : b,
              signed ? BigInt.asIntN(bits, a) : a,
            ),
          );
      }
      at = upTo;
    }
  }

  /** Whether a page is one of pages 1 to 3 of a compound page, whose words 2 to 5 belong to the folio. */
  private folioWord(pfn: number): boolean {
    const { memory } = this.recorder;
    const phys = memory.translate(HI_VMEMMAP, (pfn * 64 + 8) | 0);
    if (phys < 0 || (memory.i32[phys >> 2]! & 1) === 0) return false;
    const word1 = memory.peek(memory.join(HI_VMEMMAP, pfn * 64 + 8), 8);
    const behind = memory.join(HI_VMEMMAP, pfn * 64) - (word1 - 1n);
    return behind > 0n && behind <= 192n;
  }

  inHand(pointers: readonly { readonly hi: number; readonly lo: number }[]): number | null {
    const pages = pointers.filter((p) => p.hi === HI_VMEMMAP && (p.lo & 63) === 0).map((p) => p.lo >>> 6);
    return pages.length === 0 ? null : Math.min(...pages);
  }
}
