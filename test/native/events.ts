/**
 * The engine's events in the form that the native harness prints (record.c): "task function<caller<... kind ...", with
 * pointers named by what they point to, so that the lists of both can be compared line by line. Leaves out running
 * natively (native_kernel.ts) and comparing (compare.ts).
 */
import {
  type AllocOptions,
  HI_STACK,
  HI_VMEMMAP,
  Memory,
  type MemorySnapshot,
} from "../../emulator/mem/memory.ts";
import type { ScenarioRun } from "../../emulator/scenario/runner.ts";
import type { MachineEvent } from "../../emulator/subject/event.ts";
import { DATA_BASE, type Image, TEXT_BASE } from "../../emulator/vm/image.ts";

/** Innermost calls that are told of an event (record.c DEPTH). */
const DEPTH = 4;
const DIRECT_MAP = 0xffff_8880_0000_0000n;
const DIRECT_MAP_END = 0xffff_8882_0000_0000n;
/** Half a pointer to a struct page, where counts of a folio lie over one. */
const MEMMAP_HIGH = 0xffff_ea00n;

interface Names {
  readonly byBase: Map<bigint, string>;
  readonly counts: Map<string, number>;
}

/** Memory whose heap objects have names: "xa_slots#3" is the third object of that kind since boot began. */
export class NamedMemory extends Memory {
  /** An address was given out twice: what pointed there cannot be named. */
  reused = false;
  private names: Names = { byBase: new Map(), counts: new Map() };
  private readonly kept = new WeakMap<MemorySnapshot, Names>();

  override alloc(size: number, options: AllocOptions): bigint {
    const base = super.alloc(size, options);
    const number = (this.names.counts.get(options.name) ?? 0) + 1;
    this.names.counts.set(options.name, number);
    if (this.names.byBase.has(base)) this.reused = true;
    this.names.byBase.set(base, `${options.name}#${number}`);
    return base;
  }
  override reset(): void {
    super.reset();
    this.names = { byBase: new Map(), counts: new Map() };
  }
  override snapshot(): MemorySnapshot {
    const snapshot = super.snapshot();
    this.kept.set(snapshot, { byBase: new Map(this.names.byBase), counts: new Map(this.names.counts) });
    return snapshot;
  }
  override restore(snapshot: MemorySnapshot): void {
    super.restore(snapshot);
    const names = this.kept.get(snapshot)!;
    this.names = { byBase: new Map(names.byBase), counts: new Map(names.counts) };
    this.reused = false;
  }
  /** "xa_slots#3+16", or null. */
  nameOf(address: bigint): string | null {
    const object = this.objectAt(address);
    if (object === undefined || address < object.base || address > object.base + BigInt(object.size))
      return null;
    const name = this.names.byBase.get(object.base);
    return name === undefined ? null : `${name}+${address - object.base}`;
  }
}

/** Turns the events of runs on one image into lines. */
export class EventText {
  private readonly image: Image;
  private readonly memory: NamedMemory;
  constructor(image: Image, memory: NamedMemory) {
    this.image = image;
    this.memory = memory;
  }

  /** The lines of a run; call it before the memory is used for another. */
  lines(run: ScenarioRun): string[] {
    return run.events.filter((e) => !isExtra(e)).map((e) => `${e.task} ${this.calls(e)} ${this.body(e)}`);
  }

  private calls(event: MachineEvent): string {
    return event.stack
      .slice(0, DEPTH)
      .map((f) => this.image.functions[f.fn]?.name ?? "?")
      .join("<");
  }

  private body(e: MachineEvent): string {
    switch (e.kind) {
      case "page": {
        const counted = e.field === "_refcount" || e.field === "_mapcount";
        const text = (v: bigint): string => (counted ? String(v) : this.value(v));
        return `page ${e.pfn.toString(16)} ${e.field} ${text(e.before)} -> ${text(e.after)}`;
      }
      case "pte":
      case "xarray":
        return `${e.kind} ${this.value(e.address)} ${this.value(e.before)} -> ${this.value(e.after)}`;
      case "task":
        return e.what === "sleeps"
          ? "task sleeps"
          : `task ${e.what} ${e.what === "woken" ? e.tasks.length : e.text}`;
      case "bad-page":
        return `bad-page ${e.pfn.toString(16)} ${e.text}`;
      case "named":
        return `${e.name} ${this.formatted(e.text)}`;
      case "printk":
        return `printk ${this.formatted(e.text.replace(/\n$/, "").replace(/\n/g, "|"))}`;
      case "change":
        return `${e.of.kind} ${e.of.id} ${e.field} ${this.value(e.before)} -> ${this.value(e.after)}`;
      default:
        return `${e.kind} ${e.text}`;
    }
  }

  /** Pointers in a formatted text. */
  private formatted(text: string): string {
    return text.replace(/\bffff[0-9a-f]{12}\b/g, (hex) => this.value(BigInt(`0x${hex}`)));
  }

  /** A word as both runners write it: pointers by what they point to, else hexadecimal. */
  value(v: bigint): string {
    const hi = this.memory.hi(v);
    if (v >= DIRECT_MAP && v < DIRECT_MAP_END) return `phys:${(v - DIRECT_MAP).toString(16)}`;
    if (hi === HI_VMEMMAP) {
      const lo = this.memory.lo(v) >>> 0;
      return `page:${(lo >>> 6).toString(16)}+${lo & 63}`;
    }
    if (hi === HI_STACK) return "stack";
    if (v === MEMMAP_HIGH) return "memmap-high";
    return this.memory.nameOf(v) ?? this.symbol(v) ?? v.toString(16);
  }

  private symbol(v: bigint): string | null {
    if (v >= TEXT_BASE && v < TEXT_BASE + 16n * BigInt(this.image.functions.length))
      return this.image.functions[Number((v - TEXT_BASE) >> 4n)]!.name;
    if (v < DATA_BASE) return null;
    const g = this.image.globals.find(
      (at) => v >= at.address && v < at.address + BigInt(Math.max(at.size, 1)),
    );
    if (g === undefined) return null;
    return v === g.address ? g.name : `${g.name}+${v - g.address}`;
  }
}

/** What the engine tells for its reader and the harness does not. */
function isExtra(e: MachineEvent): boolean {
  return e.kind === "task" && (e.what === "done" || (e.what === "woken" && e.lock !== ""));
}
