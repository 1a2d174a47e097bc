/**
 * What a run does with values and memory below expressions: arithmetic and conversions, loads, bit-fields, copies of
 * records, bytes that leave the kernel. Leaves out evaluating expressions and statements (walk.ts).
 */
import { foldInt } from "../c/build.ts";
import {
  type BitPlace,
  CONST,
  type CType,
  intOf,
  isBool,
  isInteger,
  sizeOf,
  typeText,
  VOLATILE,
} from "../c/ctype.ts";
import type { FunctionSym, X } from "../c/tree.ts";
import { stripped, wrapShift } from "./constraints.ts";
import { lengthPast, recordAround, stringPast, wholeOf } from "./extent.ts";
import { plainName } from "./ledger.ts";
import {
  arrayRoom,
  clear,
  copyRules,
  freshAt,
  memberAt,
  memoryName,
  type Obj,
  put,
  sizeSafe,
} from "./memory.ts";
import { type CallSite, Run } from "./run.ts";
import { canonical, derived, isErrAddress, unknown, type Value } from "./value.ts";

export abstract class Access extends Run {
  // ---- values ---------------------------------------------------------------------------------------------------------

  /** What a pointer leads to, in words: "urb", "memory of kzalloc()+8". */
  protected pointedAt(v: Value): string {
    if (typeof v !== "bigint") return v.id;
    if (v === 0n) return "NULL";
    if (isErrAddress(v)) return "an error pointer";
    const at = this.mem.at(v);
    if (at === null) return `0x${v.toString(16)}`;
    const name = memoryName(at.obj);
    return at.off === 0 ? name : `${name}+${at.off}`;
  }

  protected textOf(v: Value): string {
    return typeof v === "bigint" ? `${v}` : v.id;
  }

  /** The type that a pointer expression leads to. */
  protected pointee(x: X): CType | null {
    return x.t.kind === "pointer" ? x.t.to : null;
  }

  /** A number where one is needed: an unknown gets the least value that fits, or zero. */
  number(v: Value): bigint {
    const r = this.known.resolve(v);
    if (typeof r === "bigint") return r;
    const [lo, hi] = this.known.span(r);
    const n = lo <= 0n && hi >= 0n ? 0n : lo > 0n ? lo : hi;
    this.known.bind(r, n);
    // What it is computed from by adding constants is known by that, too; a character that is looked up in a table stays open.
    let inner = r;
    while (inner.from?.k === "conv" && typeof inner.from.x !== "bigint") inner = inner.from.x;
    const { u, add } = stripped(this.known, r);
    if (inner.from?.k === "bin" && u !== r) this.known.bind(u, n - add);
    return n;
  }

  arith(op: Parameters<typeof foldInt>[0], l0: Value, r0: Value, t: CType): Value {
    const l = this.known.resolve(l0);
    const r = this.known.resolve(r0);
    if (typeof l === "bigint" && typeof r === "bigint") {
      if (!isInteger(t) && t.kind !== "pointer") return 0n;
      const v = foldInt(op, l, r, t.kind === "pointer" ? t : t);
      return v === null ? 0n : canonical(t, v);
    }
    if (typeof r === "bigint") {
      if (
        r === 0n &&
        (op === "add" || op === "sub" || op === "or" || op === "xor" || op === "shl" || op === "shr")
      )
        return l;
      if (r === 0n && (op === "and" || op === "mul")) return 0n;
      if (r === 1n && (op === "mul" || op === "div")) return l;
    }
    if (typeof l === "bigint" && l === 0n) {
      if (op === "add" || op === "or" || op === "xor") return r;
      if (op === "and" || op === "mul" || op === "shl" || op === "shr" || op === "div" || op === "rem")
        return 0n;
    }
    if (typeof l !== "bigint" && typeof r !== "bigint" && l.id === r.id) {
      if (op === "sub" || op === "xor") return 0n;
      if (op === "and" || op === "or") return l;
    }
    const out = derived({ k: "bin", op, l, r }, t);
    // What a mask leaves, and what a sum of small things is, has bounds.
    if (op === "and" && typeof r === "bigint" && r >= 0n)
      return { ...out, lo: 0n, hi: r < out.hi ? r : out.hi };
    if (op === "rem" && typeof r === "bigint" && r > 0n && out.lo >= 0n) return { ...out, hi: r - 1n };
    return out;
  }

  convert(v0: Value, from: CType, to: CType): Value {
    const v = this.known.resolve(v0);
    if (to.kind === "void") return 0n;
    if (typeof v === "bigint") {
      if (isBool(to)) return v === 0n ? 0n : 1n;
      if (from.kind === "float" || to.kind === "float") return v;
      if (
        to.kind === "pointer" &&
        to.to.kind === "record" &&
        from.kind === "pointer" &&
        from.to.kind === "void"
      )
        this.allocatedAs(v, to.to);
      return this.numberIn(v, from, to) ?? canonical(to, v);
    }
    if (isBool(to)) {
      if (isBool(v.t)) return v;
      return derived({ k: "cmp", op: "ne", l: v, r: 0n }, to);
    }
    if (to.kind === "pointer" && v.t.kind === "pointer") {
      // The pointer is of this type from now on, as far as anyone knows.
      return v.from === null && v.t.to.kind === "void" && to.to.kind !== "void" ? { ...v, t: to } : v;
    }
    // Of two conversions in a row the first does nothing, where it keeps every bit that the second does.
    const below = v.from?.k === "conv" ? v.from.x : 0n;
    if (typeof below !== "bigint" && [below.t, v.t, to].every(isInteger) && keeps(v.t, to))
      return this.convert(below, below.t, to);
    const [lo, hi] = this.known.span(v);
    const out = derived({ k: "conv", x: v }, to);
    if (out.lo === v.lo && out.hi === v.hi) return v;
    const shift = wrapShift(to, lo, hi);
    return shift === null ? out : { ...out, lo: lo + shift, hi: hi + shift };
  }

  /**
   * A pointer as a number of fewer bits (`(int)(uintptr_t)of_device_get_match_data(dev)`): a small number that somebody put
   * into a pointer, and any one; never the lower half of where our memory has it. Null: it is no pointer.
   */
  private numberIn(v: bigint, from: CType, to: CType): Value | null {
    if (
      !isInteger(to) ||
      sizeOf(to) >= 8 ||
      !(from.kind === "pointer" || (isInteger(from) && sizeOf(from) === 8))
    )
      return null;
    const at = this.mem.at(v);
    if (at === null || at.obj.kind === "string") return null;
    return unknown(`(${typeText(to)})${at.obj.name}${at.off === 0 ? "" : ` + ${at.off}`}`, to);
  }

  /** Memory that a call gave is of the type as which it is first taken. */
  private allocatedAs(v: bigint, t: CType): void {
    const at = this.mem.at(v);
    if (at !== null && at.off === 0 && at.obj.kind === "heap") at.obj.type ??= t;
  }

  // ---- memory ---------------------------------------------------------------------------------------------------------

  /**
   * A member of a record in memory that was asked for here: where too few bytes were asked for the record, the member may lie behind
   * them (`kmalloc(sizeof(pointer))`).
   * @param off of the member in the record @param t its type @param within the record
   */
  protected withinMemory(
    { obj, off: at }: { obj: Obj; off: number },
    off: number,
    t: CType,
    within: CType | null,
    done: "read" | "written",
  ): void {
    if (obj.kind === "global") this.behindTable(obj, at - off);
    if (obj.kind !== "heap" || obj.size === null || obj.size <= 0) return;
    const size = sizeSafe(t);
    if (size === null || at + size <= obj.size) return;
    const whole = within?.kind === "record" ? sizeSafe(within) : null;
    // What is no record's member: where the source says both, how much was asked for and how far behind its beginning it lies.
    if (whole === null ? at !== off || wholeOf(obj) === null : at - off + whole <= obj.size) return;
    this.fault({
      kind: "past-its-memory",
      object: obj.name,
      what: `${memoryName(obj)} has ${obj.size} bytes, and ${this.nameOf(obj, at, size, within, at - off, t)} is ${done}, which ends at byte ${at + size}`,
      taken: null,
      given: null,
      possible: false,
    });
  }

  /**
   * What a pointer leads to behind the last element of a table that the file fills and nobody changes: its end is no sentinel's, and
   * what the walk compares on its way does not stop it.
   */
  private behindTable(obj: Obj, at: number): void {
    const { type } = obj;
    if (type?.kind !== "array" || obj.size === null || obj.size === 0 || at < obj.size) return;
    if ((type.of.quals & CONST) === 0 || obj.cells.size === 0) return;
    // A loop that goes on until it has found one trusts that it is there.
    const test = this.stack.findLast((f) => f.limits.length > 0)?.limits.at(-1);
    if (typeof test?.with !== "bigint" || this.mem.at(test.with)?.obj !== obj) return;
    this.fault({
      kind: "index-past-the-end",
      object: plainName(obj.name),
      what: `${obj.name} has ${type.length} elements, and what lies behind them is followed`,
      taken: null,
      given: null,
      possible: false,
    });
  }

  /** Remembers a copy of an open length into an array of a record. */
  private noteCopy(site: CallSite, { obj, off }: { obj: Obj; off: number }, length: Value): void {
    const v = this.known.resolve(length);
    if (typeof v === "bigint") return;
    const room = arrayRoom(obj.type, off);
    if (room === null) return;
    // Where it was made a number, to find a place in memory, what was decided of it still stands with what it is counted from.
    const { u, add } = stripped(this.known, v);
    const { hi } = this.known.range(u);
    const fits = hi + add <= BigInt(room);
    const name = off === 0 ? memoryName(obj) : this.memberName(obj, off);
    // A number that can be no greater by its type was never in question; of one that may be, and was asked about, others know more.
    const asked = hi < u.hi;
    if (fits !== asked) return;
    const text = `from ${name} on there are ${room} bytes`;
    const seen = this.copied.get(plainName(name));
    if (seen?.fits !== false)
      this.copied.set(plainName(name), { room: text, at: this.spot(site.name), fits });
  }

  /**
   * So many bytes from an argument on are read or written by a callee: whether they end past what they are in.
   * @param len the argument that says how many; "string": those of the second, which is one
   */
  bytesWithin(
    site: CallSite,
    at: { obj: Obj; off: number },
    arg: number,
    len: number | "string",
    done: string,
  ): void {
    const { obj, off } = at;
    if (!this.frame.own || obj.kind === "string" || obj.kind === "function") return;
    const around = obj.kind === "outside" ? recordAround(site.x.args[arg], off) : wholeOf(obj);
    const past =
      len === "string"
        ? stringPast(this, at, site.args[1] ?? 0n)
        : lengthPast(this, at, site.args[len] ?? 0n, site.x.args[len], around);
    if (past === null && typeof len === "number") this.noteCopy(site, at, site.args[len] ?? 0n);
    if (past === null) return;
    const name = off === 0 ? memoryName(obj) : this.memberName(obj, off);
    this.fault({
      kind: "past-its-memory",
      object: plainName(off === 0 ? obj.name : name),
      what:
        past.has === null
          ? `${site.name}() ${done} ${past.goes} at ${name}`
          : `${off === 0 ? `${name} has` : `from ${name} on there are`} ${past.has}, and ${site.name}() ${done} ${past.goes}`,
      taken: null,
      given: null,
      at: this.spot(site.name),
      possible: false,
    });
  }

  protected loadAt(base: Value, off: number, t: CType, bf: BitPlace | null, within: CType | null): Value {
    const at = this.reach(base, off, within, `${this.pointedAt(base)} is read`);
    this.withinMemory(at, off, t, within, "read");
    if (bf !== null) return this.loadBits(at.obj, at.off, bf, t, within);
    const v = this.load(at.obj, at.off, t, within, at.off - off);
    return (t.quals & VOLATILE) !== 0 && at.obj.kind === "outside" ? this.later(v, at, t) : v;
  }

  /** A register that is read in each turn of a loop may read otherwise by and by: from the third turn on it is open anew. */
  private later(v: Value, at: { readonly obj: Obj; readonly off: number }, t: CType): Value {
    const loops = this.stack.findLast((f) => f.loops.length > 0)?.loops ?? [0];
    const turns = loops[loops.length - 1]!;
    if (turns < 2) return v;
    return unknown(`${typeof v === "bigint" ? `${at.obj.name}@${at.off}` : v.id}~${turns}`, t);
  }

  protected loadBits(obj: Obj, off: number, bf: BitPlace, t: CType, within: CType | null): Value {
    const at = off + bf.offset;
    const key = `${at}:${bf.shift}:${bf.width}:${bf.bytes}`;
    const known = obj.bits.get(key);
    if (known !== undefined) return this.known.resolve(known);
    const cell = obj.cells.get(at);
    if (cell !== undefined && typeof cell.v === "bigint" && cell.size >= bf.bytes)
      return canonical(t, (BigInt.asUintN(64, cell.v) >> BigInt(bf.shift)) & ((1n << BigInt(bf.width)) - 1n));
    const { fresh, name } = freshAt(obj, at);
    if (fresh === "zero" && cell === undefined) return 0n;
    const record = within !== null && within.kind === "record" ? within : obj.type;
    const member = bitName(record, bf) ?? `${at}:${bf.shift}`;
    const v = {
      ...unknown(`${name}->${member}`, t),
      lo: t.kind === "int" && t.signed ? -(1n << BigInt(bf.width - 1)) : 0n,
      hi: (1n << BigInt(bf.width)) - 1n,
    };
    obj.bits.set(key, v);
    return v;
  }

  protected storeBits(obj: Obj, off: number, bf: BitPlace, v: Value, t: CType): void {
    const at = off + bf.offset;
    const key = `${at}:${bf.shift}:${bf.width}:${bf.bytes}`;
    const cell = obj.cells.get(at);
    if (cell !== undefined && typeof cell.v === "bigint" && typeof v === "bigint" && cell.size >= bf.bytes) {
      const mask = ((1n << BigInt(bf.width)) - 1n) << BigInt(bf.shift);
      const kept = BigInt.asUintN(cell.size * 8, cell.v) & ~mask;
      obj.cells.set(at, { size: cell.size, v: kept | ((v << BigInt(bf.shift)) & mask) });
      return;
    }
    obj.bits.set(key, typeof v === "bigint" ? canonical(t, v & ((1n << BigInt(bf.width)) - 1n)) : v);
  }

  /** Copies a record from an address. */
  copyRecord(to: Obj, at: number, from: Value, t: CType): void {
    const size = sizeSafe(t);
    if (size === null) return;
    const src = this.reach(from, 0, t, "a struct is copied");
    this.copyBytes(to, at, src.obj, src.off, size);
  }

  copyBytes(to: Obj, at: number, from: Obj, off: number, size: number): void {
    from.work.done += from.cells.size + 8 * from.bits.size;
    const cells = [...from.cells].filter(([o, c]) => o >= off && o + c.size <= off + size);
    const bits = [...from.bits].filter(([k]) => {
      const o = Number(k.slice(0, k.indexOf(":")));
      return o >= off && o < off + size;
    });
    const rule = freshAt(from, off);
    // A value that the source writes down has no name of its own.
    const called = /^<?compound literal>?$/.test(rule.name) ? freshAt(to, at).name : rule.name;
    clear(to, at, size);
    const m = memberAt(from.type, off, 8);
    const name = m === null || off === 0 ? called : `${called}${m.path}`;
    copyRules(to, at, from, off, size, name);
    if (from.bytes !== null)
      for (let i = 0; i < Math.min(size, 4096); i++) put(to, at + i, 1, BigInt(from.bytes[off + i] ?? 0));
    for (const [o, c] of cells) to.cells.set(o - off + at, c);
    for (const [k, v] of bits) {
      const [o, ...rest] = k.split(":");
      to.bits.set([Number(o) - off + at, ...rest].join(":"), v);
    }
  }

  /** A range that leaves the kernel: bytes of it that nobody wrote go with it. */
  uninitialisedCopy(obj: Obj, off: number, size: number, by: string): void {
    obj.work.done += 4 * size;
    for (let i = off; i < off + size; i++) {
      let written = false;
      for (let a = i - 15; a <= i && !written; a++) {
        const c = obj.cells.get(a);
        written = c !== undefined && a + c.size > i;
      }
      if (written || freshAt(obj, i).fresh !== "uninitialised") continue;
      this.fault({
        kind: "copied-uninitialised",
        object: obj.name,
        what: `${by}() gives away bytes of ${obj.name} that nobody wrote (offset ${i - off})`,
        taken: null,
        given: null,
        possible: false,
      });
      return;
    }
  }

  functionObj(sym: FunctionSym): Obj {
    const key = `${sym.def === null ? "" : sym.path}:${sym.name}`;
    let obj = this.functions.get(key);
    if (obj === undefined) {
      obj = this.mem.make(`${sym.name}()`, "function", "unknown", { fn: sym });
      this.functions.set(key, obj);
    }
    return obj;
  }
}

/** Whether a number of type `of` has every bit that type `to` has. */
const keeps = (of: CType, to: CType): boolean => !isBool(of) && intOf(of).bits >= intOf(to).bits;

function bitName(t: CType | null, bf: BitPlace): string | null {
  if (t === null || t.kind !== "record" || t.info.layout === null) return null;
  for (const f of t.info.layout.fields)
    if (f.bit !== null && f.bit.offset === bf.offset && f.bit.shift === bf.shift) return f.name;
  return null;
}
