/**
 * Memory of a run, made as needed: objects far apart, each with cells that were written or read, and a rule for what was
 * not. Every object has room before and behind its start, so that a member's address leads to the struct around it.
 * Leaves out what values mean and who owns an object (books.ts).
 */
import type { Loc } from "../c/ast.ts";
import { type CType, isInteger, layoutOf, sizeOf } from "../c/ctype.ts";
import type { FunctionSym } from "../c/tree.ts";
import type { Value } from "./value.ts";

/** What reading bytes that nobody wrote gives: an unknown by name, zero, or a fault. */
export type Fresh = "unknown" | "zero" | "uninitialised";

export interface Cell {
  readonly size: number;
  readonly v: Value;
}

/** What a call was asked for memory by: its bytes are the product. */
export interface Asked {
  readonly factors: readonly Value[];
  /** All of them are constants of the source. */
  readonly exact: boolean;
}

/** A rule for a part of an object. */
export interface Part {
  readonly lo: number;
  readonly hi: number;
  readonly fresh: Fresh;
  readonly name: string;
  /** A callee may have written there. */
  readonly forgotten: boolean;
}

export interface Obj {
  readonly id: number;
  name: string;
  readonly base: bigint;
  /** Bytes, where they are known. */
  size: number | null;
  /** By what a call was asked for it. */
  asked: Asked | null;
  readonly kind: "heap" | "local" | "global" | "outside" | "string" | "function";
  fresh: Fresh;
  /** Later rules for a part of it, the last one that covers a byte counts. */
  readonly parts: Part[];
  readonly cells: Map<number, Cell>;
  /** Bit-fields that were written or read: "offset:shift:width". */
  readonly bits: Map<string, Value>;
  type: CType | null;
  /** Found by a pointer that a callee may have changed: it may be an object that is known under another name. */
  readonly forgotten: boolean;
  /** A call gave it: nobody else is known to have it. What the caller of the function hands in, or what memory points to, is not. */
  readonly found: boolean;
  /** Bytes at its beginning in which whoever made it may have set pointers of his own; what lies behind them is the caller's. */
  setUp: number;
  /** Set when it is gone: where and by what. */
  gone: { readonly by: string; readonly loc: Loc; readonly fn: string } | null;
  /** How often a count in it went up: references to it that were taken besides the first. */
  raised: number;
  readonly fn: FunctionSym | null;
  /** Bytes of a string literal or constant. */
  readonly bytes: Uint8Array | null;
  /** Of the memory it is in: what is done with it is counted there. */
  readonly work: Work;
}

/** Cells, rules and bit-fields that were looked at since the last step of the path: a step may look at many. */
export interface Work {
  done: number;
}

/** A key of a bit-field is taken apart to be compared. */
const BITS_COST = 8;
const SHIFT = 28n;
const HALF = 1n << 27n;
const SPACE = 0x0010_0000_0000_0000n;
const MASK = (1n << SHIFT) - 1n;

export class Memory {
  readonly objects: Obj[] = [];
  readonly work: Work = { done: 0 };

  make(
    name: string,
    kind: Obj["kind"],
    fresh: Fresh,
    extra: Partial<
      Pick<Obj, "size" | "asked" | "type" | "fn" | "bytes" | "forgotten" | "found" | "setUp">
    > = {},
  ): Obj {
    const id = this.objects.length;
    const obj: Obj = {
      id,
      name,
      base: SPACE + (BigInt(id) << SHIFT) + HALF,
      size: extra.size ?? null,
      asked: extra.asked ?? null,
      kind,
      fresh,
      parts: [],
      cells: new Map(),
      bits: new Map(),
      type: extra.type ?? null,
      forgotten: extra.forgotten ?? false,
      found: extra.found ?? false,
      setUp: extra.setUp ?? 0,
      gone: null,
      raised: 0,
      fn: extra.fn ?? null,
      bytes: extra.bytes ?? null,
      work: this.work,
    };
    this.objects.push(obj);
    return obj;
  }

  /** The object that an address belongs to, and the byte in it (may be negative). */
  at(address: bigint): { obj: Obj; off: number } | null {
    if (address < SPACE) return null;
    const id = (address - SPACE) >> SHIFT;
    if (id >= BigInt(this.objects.length)) return null;
    const obj = this.objects[Number(id)]!;
    return { obj, off: Number(((address - SPACE) & MASK) - HALF) };
  }
}

/** The rule for unwritten bytes at an offset. */
export function freshAt(obj: Obj, off: number): Pick<Part, "fresh" | "name" | "forgotten"> {
  for (let i = obj.parts.length - 1; i >= 0; i--) {
    const p = obj.parts[i]!;
    obj.work.done++;
    if (off >= p.lo && off < p.hi) return p;
  }
  return { fresh: obj.fresh, name: obj.name, forgotten: obj.forgotten };
}

/** Adds a rule; those that it covers wholly say nothing any more and go. */
export function addPart(obj: Obj, part: Part): void {
  const { parts } = obj;
  obj.work.done += parts.length;
  let kept = 0;
  for (const p of parts) if (p.lo < part.lo || p.hi > part.hi) parts[kept++] = p;
  parts.length = kept;
  parts.push(part);
}

/** The rules for unwritten bytes of `from` from `off` on hold for as many bytes of `to`, called `name` where no part has one. */
export function copyRules(to: Obj, at: number, from: Obj, off: number, size: number, name: string): void {
  from.work.done += from.parts.length;
  const parts = from.parts.filter((p) => p.lo < off + size && p.hi > off);
  const fresh = from.bytes !== null ? "zero" : from.fresh;
  addPart(to, { lo: at, hi: at + size, fresh, name, forgotten: from.forgotten });
  for (const p of parts)
    addPart(to, { ...p, lo: Math.max(p.lo, off) - off + at, hi: Math.min(p.hi, off + size) - off + at });
}

/** Forgets what is known of the bytes [off, off + size); a concrete integer that is cut keeps its other bytes. */
export function clear(obj: Obj, off: number, size: number): void {
  const scan = size > 16 && obj.cells.size < size;
  obj.work.done += (scan ? obj.cells.size : (size + 15) >> 1) + BITS_COST * obj.bits.size;
  if (scan) {
    for (const [at, cell] of [...obj.cells])
      if (at < off + size && at + cell.size > off) cut(obj, at, cell, off, size);
  } else
    for (let at = off - 15; at < off + size; at++) {
      const cell = obj.cells.get(at);
      if (cell !== undefined && at + cell.size > off) cut(obj, at, cell, off, size);
    }
  if (obj.bits.size > 0)
    for (const key of [...obj.bits.keys()]) {
      const [o, , , b] = key.split(":").map(Number) as [number, number, number, number];
      if (o < off + size && o + b > off) obj.bits.delete(key);
    }
}

function cut(obj: Obj, at: number, cell: Cell, off: number, size: number): void {
  obj.cells.delete(at);
  if (typeof cell.v !== "bigint") return;
  const all = BigInt.asUintN(cell.size * 8, cell.v);
  for (let i = 0; i < cell.size; i++)
    if (at + i < off || at + i >= off + size)
      obj.cells.set(at + i, { size: 1, v: (all >> BigInt(8 * i)) & 0xffn });
}

export function put(obj: Obj, off: number, size: number, v: Value): void {
  clear(obj, off, size);
  obj.work.done += 8;
  obj.cells.set(off, { size, v });
}

/** Where heads of lists lie in a record, by the names that it gives them itself: byte offsets. */
export function listHeadsOf(t: CType): number[] {
  return (layoutSafe(t) ?? []).flatMap((f) =>
    f.name !== null && f.type.kind === "record" && f.type.info.tag === "list_head" ? [f.offset] : [],
  );
}

/** Whether two types are of one kind by their look: pointers to records by the record's name. */
function looksLike(a: CType, b: CType): boolean {
  if (a.kind === "pointer" && b.kind === "pointer") return looksLike(a.to, b.to);
  if (a.kind === "record" && b.kind === "record") return a.info.tag === b.info.tag;
  return a.kind === b.kind;
}

/**
 * A member of a record by offset, as far down as it goes: "dev.kobj.name". Of a union the member that has the type by which it is reached,
 * where there is one, else the first.
 */
export function memberAt(
  t: CType | null,
  off: number,
  size: number,
  want: CType | null = null,
): { path: string; type: CType; record: CType; name: string } | null {
  if (t === null) return null;
  let path = "";
  let type = t;
  let record: CType = t;
  let name = "";
  for (let depth = 0; depth < 12; depth++) {
    if (type.kind === "record") {
      if (off < 0) return null;
      let fields: ReturnType<typeof layoutOf>["fields"];
      try {
        fields = layoutOf(type).fields;
      } catch {
        return null;
      }
      const there = fields.filter((x) => {
        if (x.bit !== null || off < x.offset) return false;
        const s = sizeSafe(x.type);
        return s === null ? true : off < x.offset + s;
      });
      const f = (want === null ? undefined : there.find((x) => looksLike(x.type, want))) ?? there[0];
      if (f === undefined) return null;
      record = type;
      if (f.name !== null) {
        path += `.${f.name}`;
        name = f.name;
      }
      off -= f.offset;
      type = f.type;
    } else if (type.kind === "array") {
      const s = sizeSafe(type.of);
      if (s === null || s === 0) return null;
      path += `[${Math.floor(off / s)}]`;
      off = ((off % s) + s) % s;
      type = type.of;
    } else break;
  }
  if (off !== 0 || (type.kind !== "pointer" && !isInteger(type))) return null;
  return sizeSafe(type) === size ? { path, type, record, name } : null;
}

/** The outermost member that begins at an offset, of whatever type: "->lock" as ".lock"; null where none does. */
export function memberFrom(t: CType | null, off: number): string | null {
  return outermost(t, off)?.path ?? null;
}

/** The type of that member. */
export function memberTypeFrom(t: CType | null, off: number): CType | null {
  return outermost(t, off)?.type ?? null;
}

function outermost(t: CType | null, off: number): { path: string; type: CType | null } | null {
  let type = t;
  let path = "";
  for (let depth = 0; depth < 12 && type !== null && off > 0; depth++) {
    if (type.kind === "array") {
      const s = sizeSafe(type.of);
      if (s === null || s === 0) return null;
      path += `[${Math.floor(off / s)}]`;
      off %= s;
      type = type.of;
      continue;
    }
    if (type.kind !== "record" || sizeSafe(type) === null) return null;
    const f = layoutOf(type).fields.find((x) => {
      const s = sizeSafe(x.type);
      return x.bit === null && off >= x.offset && (s === null || off < x.offset + s);
    });
    if (f === undefined) return null;
    if (f.name !== null) path += `.${f.name}`;
    off -= f.offset;
    type = f.type;
  }
  return off === 0 && path !== "" ? { path, type } : null;
}

/** Bytes of the array of numbers that begins at a place in a record; null where none does, or it may be longer than its type says. */
export function arrayRoom(t: CType | null, off: number): number | null {
  let type = t;
  let inRecord = false;
  for (let depth = 0; depth < 12 && type !== null; depth++) {
    if (type.kind === "array") {
      const one = sizeSafe(type.of);
      if (off !== 0 || !isInteger(type.of) || one === null || (type.length ?? 0) < 3) return null;
      return inRecord ? one * type.length! : null;
    }
    if (type.kind !== "record" || sizeSafe(type) === null) return null;
    inRecord = true;
    const f = layoutOf(type).fields.find((x) => {
      const s = sizeSafe(x.type);
      return x.bit === null && off >= x.offset && (s === null || off < x.offset + s);
    });
    if (f === undefined) return null;
    off -= f.offset;
    type = f.type;
  }
  return null;
}

/** An object in a sentence: memory that a call gave is not that call. */
export const memoryName = ({ kind, name }: Obj): string => (kind === "heap" ? `the memory of ${name}` : name);

export function sizeSafe(t: CType): number | null {
  try {
    return sizeOf(t);
  } catch {
    return null;
  }
}

/** The members of a record, where they are known. */
export function layoutSafe(t: CType): ReturnType<typeof layoutOf>["fields"] | null {
  if (t.kind !== "record") return null;
  try {
    return layoutOf(t).fields;
  } catch {
    return null;
  }
}

/** Byte offset of a member ("dev.release"), or null. */
export function offsetOf(t: CType, path: string): { off: number; type: CType } | null {
  let off = 0;
  let type = t;
  for (const name of path.split(".")) {
    const found = inRecord(type, name);
    if (found === null) return null;
    off += found.off;
    type = found.type;
  }
  return { off, type };
}

function inRecord(t: CType, name: string): { off: number; type: CType } | null {
  for (const f of layoutSafe(t) ?? []) {
    if (f.name === name) return { off: f.offset, type: f.type };
    if (f.name !== null) continue;
    const inner = inRecord(f.type, name);
    if (inner !== null) return { off: f.offset + inner.off, type: inner.type };
  }
  return null;
}
