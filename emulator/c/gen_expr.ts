/**
 * Code generation for expressions: values into registers, places of lvalues, conditions as jumps. Constants take the
 * immediate forms, comparisons fuse with their branch, conversions that change no bit cost nothing. Leaves out calls
 * (gen_call.ts) and statements (gen_stmt.ts). Over 800 lines because values, places and conditions are made of each other.
 */
import { AtomicKind, BitKind, Op, WideKind } from "../vm/bytecode.ts";
import type { Label } from "./asm.ts";
import { isUnsigned, truth } from "./build.ts";
import {
  byAddress,
  CFail,
  type CType,
  INT,
  INT128,
  intOf,
  isBool,
  isInteger,
  isWide,
  LONG,
  sameType,
  sizeOf,
  VOID_PTR,
} from "./ctype.ts";
import {
  addressReg,
  allocFrame,
  emitCopy,
  emitLoad,
  emitStore,
  emitTruncate,
  type Gen,
  keepsBits,
  noteLoose,
  type Place,
  temp,
} from "./gen.ts";
import type { BinOp, CmpOp, X, XCmp } from "./tree.ts";

const fitsImm = (v: bigint): boolean => v >= -0x80000000n && v <= 0x7fffffffn;

/** Register with the value of x: the variable's own register or a new one. */
export function gen(g: Gen, x: X): number {
  if (isWide(x.t)) return addressReg(g, place(g, x));
  switch (x.k) {
    case "var":
      if (x.v.reg >= 0 && !x.v.byReference) return x.v.reg;
      break;
    case "conv":
      if (isNoop(x.x, x.t)) return gen(g, x.x);
      break;
    case "comma":
      genVoid(g, x.l);
      return gen(g, x.r);
    case "assign":
      if (x.lv.k === "var" && x.lv.v.reg >= 0 && !x.lv.v.byReference) {
        genTo(g, x.x, x.lv.v.reg);
        return x.lv.v.reg;
      }
      break;
    case "call":
      if (x.t.kind !== "record") return g.ops.call(g, x, g.top, null);
      break;
    case "vaddr":
    case "recaddr":
    case "complit":
    case "outer":
    case "padd": {
      const p = address(g, x);
      return addressReg(g, p);
    }
    default:
      break;
  }
  const r = temp(g);
  genTo(g, x, r, true);
  g.top = r + 1;
  return r;
}

/** As gen, but the register keeps its value while `other` is evaluated: a local that it may write is copied. */
function genStable(g: Gen, x: X, other: X): number {
  return keep(g, gen(g, x), other);
}

function keep(g: Gen, r: number, other: X): number {
  if ((other.fx & 2) === 0 || !isLocalReg(g, r)) return r;
  const copy = temp(g);
  g.asm.emit(Op.MOV, copy, r);
  return copy;
}

function isLocalReg(g: Gen, r: number): boolean {
  for (let i = g.lives.length - 1; i >= 0; i--) if (g.lives[i]!.end < 0 && g.lives[i]!.reg === r) return true;
  return r < g.fn.params.length + 2 && g.fn.params.some((p) => p.reg === r);
}

/** Evaluates x into register `dst`, which is written last. `fresh`: dst is the topmost temporary. */
export function genTo(g: Gen, x: X, dst: number, fresh = false): void {
  const mark = g.top;
  const { asm } = g;
  asm.loc = x.loc;
  if (isWide(x.t)) {
    const p = place(g, x);
    moveAdd(g, dst, p.reg, p.off);
    g.top = mark;
    return;
  }
  switch (x.k) {
    case "num":
      asm.load(dst, x.v);
      break;
    case "fnum":
      asm.load(dst, floatBits(x.v));
      break;
    case "addr":
      asm.load(dst, g.env.address(x.sym) + BigInt(x.off));
      break;
    case "var":
    case "mem":
      genLoad(g, x, dst);
      break;
    case "vaddr":
      if (x.v.byReference) moveAdd(g, dst, x.v.reg, x.off);
      else asm.emit(Op.FRAME, dst, x.v.offset + x.off);
      break;
    case "idx":
    case "padd":
    case "recaddr":
    case "complit":
    case "outer":
    case "vaarg": {
      const p = address(g, x);
      moveAdd(g, dst, p.reg, p.off);
      break;
    }
    case "un":
      genUnary(g, x, dst);
      break;
    case "lnot":
      genLnot(g, x.x, dst);
      break;
    case "bin":
      genBinary(g, x, dst);
      break;
    case "cmp":
      genCompare(g, x, dst);
      break;
    case "and":
    case "or":
      genJumpValue(g, x, dst);
      break;
    case "cond":
      genCondValue(g, x, dst);
      break;
    case "comma":
      genVoid(g, x.l);
      genTo(g, x.r, dst, fresh);
      break;
    case "assign":
    case "opassign":
    case "inc":
      genUpdate(g, x, dst);
      break;
    case "conv":
      genConv(g, x.x, x.t, dst, fresh);
      break;
    case "call": {
      if (x.t.kind === "void") throw new CFail("a void value is used", x.loc);
      const r = g.ops.call(g, x, fresh && dst === g.top - 1 ? dst : g.top, null);
      if (r !== dst) asm.emit(Op.MOV, dst, r);
      break;
    }
    case "stmt":
      genStmtExpr(g, x, dst);
      break;
    case "vastart":
      genVastart(g, x.list);
      break;
    case "atom":
      genAtom(g, x, dst);
      break;
    case "bits":
      asm.emit(Op.BITS, dst, gen(g, x.x), x.kind);
      break;
    case "fbits":
      genFbits(g, x, dst);
      break;
    case "ovf":
      genOverflow(g, x, dst);
      break;
    case "alloca":
      g.usesAlloca = true;
      for (const scope of g.scopes) scope.pinned = true;
      asm.emit(Op.ALLOCA, dst, gen(g, x.size), x.align);
      break;
    case "frame":
      g.usesAlloca = true; // makes sure that there is a frame
      asm.emit(Op.FRAME, dst, 0);
      break;
    case "trap":
      if (asm.reachable) asm.trap({ kind: x.kind, message: x.message });
      break;
  }
  g.top = mark;
}

function moveAdd(g: Gen, dst: number, reg: number, off: number): void {
  if (off !== 0) g.asm.emit(Op.ADDI, dst, reg, off);
  else if (dst !== reg) g.asm.emit(Op.MOV, dst, reg);
}

const F64 = new Float64Array(1);
const I64 = new BigInt64Array(F64.buffer);
export function floatBits(v: number): bigint {
  F64[0] = v;
  return I64[0]!;
}

// ---- places -----------------------------------------------------------------------------------------------------

/** The address that a pointer-valued node computes, as register + offset. */
export function address(g: Gen, x: X): Place {
  g.asm.loc = x.loc;
  switch (x.k) {
    case "vaddr": {
      if (x.v.byReference) return { reg: x.v.reg, off: x.off };
      const r = temp(g);
      g.asm.emit(Op.FRAME, r, x.v.offset + x.off);
      return { reg: r, off: 0 };
    }
    case "padd": {
      const p = address(g, x.base);
      const off = p.off + x.off;
      if (Math.abs(off) < 0x7fff0000) return { reg: p.reg, off };
      return { reg: addressReg(g, p), off: x.off };
    }
    case "idx":
      return genIndex(g, x);
    case "recaddr":
      return place(g, x.x);
    case "complit": {
      const p = address(g, { k: "vaddr", t: x.t, loc: x.loc, fx: 0, v: x.v, off: 0 });
      if (!x.v.byReference) g.asm.emit(Op.LIVE, x.v.offset, Math.max(1, sizeOf(x.v.type)));
      g.ops.plan(g, x.plan, p);
      return p;
    }
    case "vaarg":
      return genVaarg(g, x.list, x.slots);
    case "outer":
      return { reg: gen(g, x.base), off: x.v.offset };
    case "comma":
      genVoid(g, x.l);
      return address(g, x.r);
    default:
      return { reg: gen(g, x), off: 0 };
  }
}

/** Place of an lvalue, or of the memory that holds a record value. */
export function place(g: Gen, x: X): Place {
  switch (x.k) {
    case "var":
      return address(g, { k: "vaddr", t: x.t, loc: x.loc, fx: 0, v: x.v, off: 0 });
    case "mem": {
      const p = address(g, x.base);
      const off = p.off + x.off;
      const loose = x.loose === true;
      if (Math.abs(off) < 0x7fff0000) return { reg: p.reg, off, loose };
      return { reg: addressReg(g, p), off: x.off, loose };
    }
    case "comma":
      genVoid(g, x.l);
      return place(g, x.r);
    case "conv":
      if (isWide(x.t) && !isWide(x.x.t)) return wideFrom(g, x.x);
      return place(g, x.x);
    case "num":
    case "un":
    case "bin":
    case "opassign":
    case "inc":
      return wideValue(g, x);
    default:
      return recordValue(g, x);
  }
}

/** A record that is not an lvalue: computed into memory of its own. */
function recordValue(g: Gen, x: X): Place {
  const { asm } = g;
  switch (x.k) {
    case "call": {
      const p = recordTemp(g, x.t);
      g.ops.call(g, x, g.top, p);
      return p;
    }
    case "assign": {
      const to = place(g, x.lv);
      copyRecord(g, to, x.x);
      return to;
    }
    case "cond": {
      const r = temp(g);
      const otherwise = asm.label();
      const end = asm.label();
      genCond(g, x.c, null, otherwise, true);
      const mark = g.top;
      const a = place(g, x.a);
      moveAdd(g, r, a.reg, a.off);
      g.top = mark;
      asm.goto(end);
      asm.bind(otherwise);
      const b = place(g, x.b);
      moveAdd(g, r, b.reg, b.off);
      g.top = mark;
      asm.bind(end);
      return { reg: r, off: 0 };
    }
    case "stmt": {
      const p = recordTemp(g, x.t);
      g.ops.block(g, x.block, () => {
        if (x.value === null) return;
        copyRecord(g, p, x.value);
      });
      return p;
    }
    case "trap": {
      const r = temp(g);
      genTo(g, x, r);
      asm.emit(Op.LDI, r, 0);
      return { reg: r, off: 0 };
    }
    default:
      throw new CFail("a struct value of this form is not supported", x.loc);
  }
}

// ---- 128-bit integers ---------------------------------------------------------------------------------------------

/** An integer or floating value as a 128-bit integer in memory of its own. */
function wideFrom(g: Gen, x: X): Place {
  const { asm } = g;
  const p = recordTemp(g, INT128);
  const mark = g.top;
  const r = gen(g, x);
  if (x.t.kind === "float") emitWide(g, WideKind.FROM_DOUBLE, false, p.reg, r, r);
  else {
    const high = temp(g);
    asm.emit(Op.ST64, r, p.reg, 0);
    if (isUnsigned(x.t)) asm.emit(Op.LDI, high, 0);
    else asm.emit(Op.SHRSI, high, r, 63);
    asm.emit(Op.ST64, high, p.reg, 8);
  }
  g.top = mark;
  return p;
}

function emitWide(g: Gen, kind: number, unsigned: boolean, to: number, l: number, r: number): void {
  g.asm.emit(Op.WIDE, to, l, r);
  g.asm.emit(Op.EXT, kind, unsigned ? 1 : 0, 0);
}

function emitWideValue(g: Gen, kind: number, unsigned: boolean, dst: number, l: number, r: number): void {
  g.asm.emit(Op.WIDEV, dst, l, r);
  g.asm.emit(Op.EXT, kind, unsigned ? 1 : 0, 0);
}

/** The right operand of a 128-bit operation: an address, or the count of a shift. */
function wideOperand(g: Gen, op: BinOp, x: X): number {
  if (op !== "shl" && op !== "shr") return gen(g, x);
  return gen(g, isWide(x.t) ? { k: "conv", t: LONG, loc: x.loc, fx: x.fx, x } : x);
}

type WideNode = Extract<X, { k: "num" | "un" | "bin" | "opassign" | "inc" }>;

/** Result of a 128-bit operation, in memory. */
function wideValue(g: Gen, x: WideNode): Place {
  const { asm } = g;
  const unsigned = isUnsigned(x.t);
  if (x.k === "opassign" || x.k === "inc") {
    if (!isWide(x.lv.t)) throw new CFail("this assignment is not supported with __int128", x.loc);
    return wideUpdate(g, x);
  }
  const p = recordTemp(g, x.t);
  const mark = g.top;
  if (x.k === "num") {
    const r = temp(g);
    asm.load(r, BigInt.asIntN(64, x.v));
    asm.emit(Op.ST64, r, p.reg, 0);
    asm.load(r, BigInt.asIntN(64, x.v >> 64n));
    asm.emit(Op.ST64, r, p.reg, 8);
  } else if (x.k === "un") {
    const r = gen(g, x.x);
    asm.loc = x.loc;
    emitWide(g, WideKind[x.op], unsigned, p.reg, r, r);
  } else {
    const l = genStable(g, x.l, x.r);
    const r = wideOperand(g, x.op, x.r);
    asm.loc = x.loc;
    emitWide(g, WideKind[x.op], unsigned, p.reg, l, r);
  }
  g.top = mark;
  return p;
}

/** `op=`, ++ and -- of a 128-bit object. The value is the object's, or a copy of the old one. */
function wideUpdate(g: Gen, x: Extract<X, { k: "opassign" | "inc" }>): Place {
  const loc = x.loc;
  const ot = x.k === "inc" ? x.lv.t : x.ot;
  const step: X = x.k === "inc" ? { k: "num", t: ot, loc, fx: 0, v: BigInt(x.by) } : x.x;
  const op = x.k === "inc" ? "add" : x.op;
  if (ot.kind === "float") throw new CFail("an __int128 changed by a floating value is not supported", loc);
  const r = keep(g, wideOperand(g, op, step), x.lv);
  const to = addressReg(g, place(g, x.lv));
  g.asm.loc = loc;
  let old: Place | null = null;
  if (x.k === "inc" && x.post) {
    old = recordTemp(g, x.t);
    emitCopy(g, old, { reg: to, off: 0 }, 16);
  }
  emitWide(g, WideKind[op], isUnsigned(ot), to, to, r);
  return old ?? { reg: to, off: 0 };
}

/** Register with 0 or 1: whether a 128-bit value is not zero. */
function wideTruth(g: Gen, x: X, dst: number): void {
  const r = gen(g, x);
  emitWideValue(g, WideKind.NONZERO, true, dst, r, r);
}

/** A 128-bit value converted to a smaller or floating type. */
function fromWide(g: Gen, x: X, t: CType, dst: number): void {
  const p = place(g, x);
  const r = addressReg(g, p);
  g.asm.loc = x.loc;
  if (t.kind === "float")
    emitWideValue(g, t.size === 4 ? WideKind.TO_FLOAT : WideKind.TO_DOUBLE, isUnsigned(x.t), dst, r, r);
  else if (isBool(t)) emitWideValue(g, WideKind.NONZERO, true, dst, r, r);
  else {
    g.asm.emit(Op.LD64, dst, r, 0);
    if (t.kind !== "pointer") emitTruncate(g, dst, dst, t);
  }
}

/** Fresh frame memory for a record, alive until the end of the statement. */
export function recordTemp(g: Gen, t: CType): Place {
  const size = Math.max(1, sizeOf(t));
  const off = allocFrame(g, size, 16);
  g.asm.emit(Op.LIVE, off, size);
  const r = temp(g);
  g.asm.emit(Op.FRAME, r, off);
  return { reg: r, off: 0 };
}

/** Computes record x into `to`, directly where that is safe. */
export function copyRecord(g: Gen, to: Place, x: X, direct = false): void {
  const mark = g.top;
  if (direct && x.k === "call") g.ops.call(g, x, g.top, to);
  else emitCopy(g, to, place(g, x), sizeOf(x.t));
  g.top = mark;
}

const LEA: Record<number, number> = { 2: Op.LEA2, 4: Op.LEA4, 8: Op.LEA8 };

function genIndex(g: Gen, x: Extract<X, { k: "idx" }>): Place {
  const { asm } = g;
  const fixed = x.base.k === "addr" ? g.env.address(x.base.sym) + BigInt(x.base.off) : null;
  const base = fixed === null ? address(g, x.base) : { reg: -1, off: 0 };
  const p = { reg: fixed === null ? keep(g, base.reg, x.index) : -1, off: base.off };
  // a[i + 1]: the constant goes into the offset of the access.
  let index = x.index;
  let extra = 0;
  if (x.bound === null) {
    const inner = index.k === "conv" && isNoop(index.x, index.t) ? index.x : index;
    if (
      inner.k === "bin" &&
      inner.op === "add" &&
      inner.r.k === "num" &&
      isLong(inner.t) &&
      fitsImm(inner.r.v)
    ) {
      const bytes = Number(inner.r.v) * x.scale;
      if (Math.abs(bytes) < 0x10000000) {
        extra = bytes;
        index = inner.l;
      }
    }
  }
  const i = gen(g, index);
  asm.loc = x.loc;
  const checked = x.bound !== null && 2 ** valueBits(x.index) > x.bound;
  const r = temp(g);
  if (fixed !== null && x.scale < 0x7fffffff && (x.bound ?? 0) < 0x7fffffff) {
    asm.emit(Op.ELEM, r, asm.constant(BigInt.asIntN(64, fixed)), i);
    asm.emit(Op.EXT, x.bound ?? 0, x.scale, checked ? (x.addrOnly ? 1 : 0) : 2);
    return { reg: r, off: extra };
  }
  if (checked) asm.emit(Op.CHKIDX, i, x.bound!, x.addrOnly ? 1 : 0);
  if (x.scale === 1) asm.emit(Op.ADD, r, p.reg, i);
  else if (LEA[x.scale] !== undefined) asm.emit(LEA[x.scale]!, r, p.reg, i);
  else {
    asm.emit(Op.MULI, r, i, x.scale);
    asm.emit(Op.ADD, r, p.reg, r);
  }
  return { reg: r, off: p.off + extra };
}

function isLong(t: CType): boolean {
  return isInteger(t) && intOf(t).bits === 64;
}

function genLoad(g: Gen, x: Extract<X, { k: "var" | "mem" }>, dst: number): void {
  if (x.k === "var" && x.v.reg >= 0 && !x.v.byReference) {
    if (dst !== x.v.reg) g.asm.emit(Op.MOV, dst, x.v.reg);
    return;
  }
  if (byAddress(x.t) || x.t.kind === "array") {
    const p = place(g, x);
    moveAdd(g, dst, p.reg, p.off);
    return;
  }
  const p = place(g, x);
  g.asm.loc = x.loc;
  emitLoad(g, dst, p, x.t, x.k === "mem" ? x.bf : null);
}

// ---- conversions ------------------------------------------------------------------------------------------------

/** Upper bound on the bits of a value that is known not to be negative; 64 when unknown. */
function valueBits(x: X): number {
  switch (x.k) {
    case "num":
      return x.v >= 0n ? x.v.toString(2).length : 64;
    case "cmp":
    case "lnot":
    case "and":
    case "or":
      return 1;
    case "var":
    case "mem":
    case "call":
      return isInteger(x.t) && !intOf(x.t).signed ? intOf(x.t).bits : 64;
    case "conv":
      if (!isInteger(x.t)) return 64;
      if (isInteger(x.x.t)) {
        const inner = valueBits(x.x);
        const t = intOf(x.t);
        if (inner < t.bits || (!t.signed && inner === t.bits)) return inner;
      }
      return intOf(x.t).signed ? 64 : intOf(x.t).bits;
    case "bin":
      if (x.op === "and") return Math.min(valueBits(x.l), valueBits(x.r));
      if (x.op === "or" || x.op === "xor") return Math.max(valueBits(x.l), valueBits(x.r));
      if (x.op === "shr" && x.r.k === "num") return Math.max(1, valueBits(x.l) - Number(x.r.v));
      if (x.op === "rem" && x.r.k === "num" && x.r.v > 0n && valueBits(x.l) < 64) return valueBits(x.r);
      return isInteger(x.t) && !intOf(x.t).signed ? intOf(x.t).bits : 64;
    default:
      return isInteger(x.t) && !intOf(x.t).signed ? intOf(x.t).bits : 64;
  }
}

/** Whether converting x to t leaves the register as it is. */
export function isNoop(x: X, t: CType): boolean {
  const from = x.t;
  if (t.kind === "record" || t.kind === "array" || t.kind === "function") return true;
  if (t.kind === "void" || from.kind === "void") return false;
  if (isWide(t) || isWide(from)) return isWide(t) && isWide(from);
  if (t.kind === "float") return from.kind === "float" && (t.size > 4 || from.size === 4);
  if (from.kind === "float") return false;
  if (t.kind === "pointer") return true;
  if (from.kind === "pointer") return intOf(t).bits === 64;
  if (keepsBits(from, t)) return true;
  const i = intOf(t);
  const bits = valueBits(x);
  if (i.rank === 0) return bits <= 1;
  return i.signed ? bits < i.bits : bits <= i.bits;
}

function genConv(g: Gen, x: X, t: CType, dst: number, fresh: boolean): void {
  const { asm } = g;
  if (t.kind === "void") {
    genVoid(g, x);
    return;
  }
  if (isNoop(x, t)) {
    genTo(g, x, dst, fresh);
    return;
  }
  const from = x.t;
  if (isWide(from)) {
    fromWide(g, x, t, dst);
    return;
  }
  const r = gen(g, x);
  if (t.kind === "float") {
    if (from.kind !== "float") {
      const wide = intOf(from);
      if (t.size === 4 && wide.bits > 53) {
        asm.emit(Op.BITS, dst, r, wide.signed ? BitKind.S64_TO_FLOAT : BitKind.U64_TO_FLOAT);
        return;
      }
      if (wide.bits <= 32) asm.emit(wide.signed ? Op.I2F32 : Op.U2F32, dst, r);
      else asm.emit(!wide.signed && wide.bits === 64 ? Op.U2F : Op.I2F, dst, r);
      if (t.size === 4 && wide.bits > 24) asm.emit(Op.FROUND, dst, dst);
      return;
    }
    asm.emit(Op.FROUND, dst, r);
    return;
  }
  if (from.kind === "float") {
    if (isBool(t)) {
      asm.emit(Op.FBOOL, dst, r);
      return;
    }
    const i = intOf(t);
    // What x86-64 compilers use: the 32-bit conversion for everything that int holds.
    if (i.bits < 32 || (i.bits === 32 && i.signed)) asm.emit(Op.F2I32, dst, r);
    else asm.emit(!i.signed && i.bits === 64 ? Op.F2U : Op.F2I, dst, r);
    if (i.bits < 64 && !(i.bits === 32 && i.signed)) emitTruncate(g, dst, dst, t);
    return;
  }
  emitTruncate(g, dst, r, t);
}

// ---- operators --------------------------------------------------------------------------------------------------

function genUnary(g: Gen, x: Extract<X, { k: "un" }>, dst: number): void {
  const r = gen(g, x.x);
  const { asm } = g;
  asm.loc = x.loc;
  if (x.t.kind === "float") {
    asm.emit(Op.FNEG, dst, r);
    return;
  }
  const i = intOf(x.t);
  if (x.op === "neg") {
    if (i.bits === 32) asm.emit(i.signed ? Op.NEG32S : Op.NEG32U, dst, r);
    else markSigned(g, x.t, asm.emit(Op.NEG, dst, r));
  } else if (i.bits === 32 && !i.signed) asm.emit(Op.NOT32U, dst, r);
  else asm.emit(Op.NOT, dst, r);
  if (i.bits !== 32 && i.bits !== 64) emitTruncate(g, dst, dst, x.t);
}

function genLnot(g: Gen, x: X, dst: number): void {
  if (x.k === "lnot") {
    genBool(g, x.x, dst);
    return;
  }
  if (x.k === "and" || x.k === "or" || x.t.kind === "float") {
    genJumpValue(g, { k: "lnot", t: INT, loc: x.loc, fx: x.fx, x }, dst);
    return;
  }
  if (x.k === "cmp" && x.l.t.kind !== "float") {
    genCompare(g, { ...x, op: INVERSE[x.op] }, dst);
    return;
  }
  if (isWide(x.t)) {
    wideTruth(g, x, dst);
    g.asm.emit(Op.LNOT, dst, dst);
  } else g.asm.emit(Op.LNOT, dst, gen(g, x));
}

/** dst = x != 0. */
function genBool(g: Gen, x: X, dst: number): void {
  if (x.k === "cmp" || x.k === "lnot" || x.k === "and" || x.k === "or") genTo(g, x, dst);
  else if (isWide(x.t)) wideTruth(g, x, dst);
  else g.asm.emit(x.t.kind === "float" ? Op.FBOOL : Op.BOOL, dst, gen(g, x));
}

const FLOAT_OPS: Partial<Record<BinOp, number>> = { add: Op.FADD, sub: Op.FSUB, mul: Op.FMUL, div: Op.FDIV };
const OPS_64: Record<BinOp, readonly [number, number]> = {
  add: [Op.ADD, Op.ADD],
  sub: [Op.SUB, Op.SUB],
  mul: [Op.MUL, Op.MUL],
  div: [Op.DIVS, Op.DIVU],
  rem: [Op.REMS, Op.REMU],
  and: [Op.AND, Op.AND],
  or: [Op.OR, Op.OR],
  xor: [Op.XOR, Op.XOR],
  shl: [Op.SHL, Op.SHL],
  shr: [Op.SHRS, Op.SHRU],
};
const OPS_32: Record<BinOp, readonly [number, number]> = {
  add: [Op.ADD32S, Op.ADD32U],
  sub: [Op.SUB32S, Op.SUB32U],
  mul: [Op.MUL32S, Op.MUL32U],
  div: [Op.DIV32S, Op.DIV32U],
  rem: [Op.REM32S, Op.REM32U],
  and: [Op.AND, Op.AND],
  or: [Op.OR, Op.OR],
  xor: [Op.XOR, Op.XOR],
  shl: [Op.SHL32S, Op.SHL32U],
  shr: [Op.SHR32S, Op.SHR32U],
};

/** Remembers that the 64-bit instruction at `pc` is arithmetic of a signed type. */
function markSigned(g: Gen, t: CType, pc: number): void {
  if (t.kind === "int" && t.signed && t.bits === 64) g.asm.signedAt.add(pc);
}

/** dst = l op r in type t, all registers. */
function emitBinary(g: Gen, op: BinOp, t: CType, dst: number, l: number, r: number): void {
  const { asm } = g;
  if (t.kind === "float") {
    asm.emit(FLOAT_OPS[op]!, dst, l, r);
    if (t.size === 4) asm.emit(Op.FROUND, dst, dst);
    return;
  }
  const i = intOf(t);
  const u = i.signed ? 0 : 1;
  markSigned(g, t, asm.emit((i.bits === 32 ? OPS_32 : OPS_64)[op][u], dst, l, r));
  if (i.bits !== 32 && i.bits !== 64) emitTruncate(g, dst, dst, t);
}

/** dst = l op constant; false when there is no immediate form. */
function emitImmediate(g: Gen, op: BinOp, t: CType, dst: number, l: number, v: bigint): boolean {
  if (t.kind === "float") return false;
  const i = intOf(t);
  if (i.bits !== 32 && i.bits !== 64) return false;
  const { asm } = g;
  const is32 = i.bits === 32;
  const s = is32 ? BigInt.asIntN(32, v) : BigInt.asIntN(64, v);
  switch (op) {
    case "add":
    case "sub": {
      const by = op === "add" ? s : -s;
      if (!fitsImm(by)) return false;
      const add = is32 ? (i.signed ? Op.ADDI32S : Op.ADDI32U) : Op.ADDI;
      markSigned(g, t, asm.emit(add, dst, l, Number(by)));
      return true;
    }
    case "mul": {
      const shift = s > 0n && (s & (s - 1n)) === 0n ? s.toString(2).length - 1 : -1;
      // A multiplication where that costs the same: it knows of overflow.
      if (shift >= 0 && !(is32 && i.signed && shift < 31)) {
        asm.emit(is32 ? (i.signed ? Op.SHLI32S : Op.SHLI32U) : Op.SHLI, dst, l, shift);
        return true;
      }
      if (!fitsImm(s)) return false;
      const mul = is32 ? (i.signed ? Op.MULI32S : Op.MULI32U) : Op.MULI;
      markSigned(g, t, asm.emit(mul, dst, l, Number(s)));
      return true;
    }
    case "and":
    case "or":
    case "xor": {
      // A negative immediate would set the upper half of a zero-extended value.
      const usable = op === "and" || !is32 || i.signed || s >= 0n;
      if (!fitsImm(s) || !usable) return false;
      asm.emit(op === "and" ? Op.ANDI : op === "or" ? Op.ORI : Op.XORI, dst, l, Number(s));
      return true;
    }
    case "shl":
    case "shr": {
      if (v < 0n || v >= BigInt(i.bits)) return false;
      const ops = is32
        ? [Op.SHLI32S, Op.SHLI32U, Op.SHRI32S, Op.SHRI32U]
        : [Op.SHLI, Op.SHLI, Op.SHRSI, Op.SHRUI];
      asm.emit(ops[(op === "shr" ? 2 : 0) + (i.signed ? 0 : 1)]!, dst, l, Number(v));
      return true;
    }
    case "div":
    case "rem": {
      if (i.signed || v <= 0n || (v & (v - 1n)) !== 0n || !fitsImm(v - 1n)) return false;
      if (op === "rem") asm.emit(Op.ANDI, dst, l, Number(v - 1n));
      else asm.emit(is32 ? Op.SHRI32U : Op.SHRUI, dst, l, v.toString(2).length - 1);
      return true;
    }
  }
}

const COMMUTES = new Set<BinOp>(["add", "mul", "and", "or", "xor"]);

function genBinary(g: Gen, x: Extract<X, { k: "bin" }>, dst: number): void {
  let { l, r } = x;
  if (l.k === "num" && r.k !== "num" && COMMUTES.has(x.op)) [l, r] = [r, l];
  if (r.k === "num") {
    const a = gen(g, l);
    g.asm.loc = x.loc;
    if (emitImmediate(g, x.op, x.t, dst, a, r.v)) return;
    const b = gen(g, r);
    g.asm.loc = x.loc;
    emitBinary(g, x.op, x.t, dst, a, b);
    return;
  }
  const a = genStable(g, l, r);
  const b = gen(g, r);
  g.asm.loc = x.loc;
  emitBinary(g, x.op, x.t, dst, a, b);
}

// ---- comparisons and conditions -------------------------------------------------------------------------------

const INVERSE: Record<CmpOp, CmpOp> = { eq: "ne", ne: "eq", lt: "ge", ge: "lt", gt: "le", le: "gt" };
const SWAPPED: Record<CmpOp, CmpOp> = { eq: "eq", ne: "ne", lt: "gt", gt: "lt", le: "ge", ge: "le" };

/** Operand type of a comparison as bits and signedness. */
function cmpKind(x: XCmp): { is32: boolean; signed: boolean; float: boolean } {
  const t = x.l.t;
  if (t.kind === "float") return { is32: false, signed: true, float: true };
  if (t.kind === "pointer") return { is32: false, signed: false, float: false };
  const i = intOf(t);
  return { is32: i.bits <= 32, signed: i.signed, float: false };
}

function genCompare(g: Gen, x: XCmp, dst: number): void {
  const kind = cmpKind(x);
  const swap = x.op === "gt" || x.op === "ge";
  const op = swap ? SWAPPED[x.op] : x.op;
  if (isWide(x.l.t)) {
    const a = genStable(g, x.l, x.r);
    const b = gen(g, x.r);
    const [l, r] = swap ? [b, a] : [a, b];
    g.asm.loc = x.loc;
    emitWideValue(g, WideKind[op as "eq" | "ne" | "lt" | "le"], isUnsigned(x.l.t), dst, l, r);
    return;
  }
  if ((op === "eq" || op === "ne") && !kind.float && x.r.k === "num" && x.r.v === 0n) {
    g.asm.emit(op === "eq" ? Op.LNOT : Op.BOOL, dst, gen(g, x.l));
    return;
  }
  const a = genStable(g, x.l, x.r);
  const b = gen(g, x.r);
  const [l, r] = swap ? [b, a] : [a, b];
  g.asm.loc = x.loc;
  g.asm.emit(compareOp(op, kind), dst, l, r);
}

function compareOp(op: CmpOp, k: { is32: boolean; signed: boolean; float: boolean }): number {
  if (k.float) return op === "eq" ? Op.FEQ : op === "ne" ? Op.FNE : op === "lt" ? Op.FLT : Op.FLE;
  const u = k.signed ? 0 : 2;
  if (op === "eq") return k.is32 ? Op.EQ32 : Op.EQ;
  if (op === "ne") return k.is32 ? Op.NE32 : Op.NE;
  const base = op === "lt" ? 0 : 1;
  return (k.is32 ? Op.LTS32 : Op.LTS) + base + u;
}

/**
 * Jumps on a condition. `yes` / `no` null: falling through. `next`: which outcome falls through (true: the yes side).
 */
export function genCond(g: Gen, x: X, yes: Label | null, no: Label | null, next: boolean): void {
  const { asm } = g;
  const mark = g.top;
  const go = (label: Label | null): void => {
    if (label !== null) asm.goto(label);
  };
  const known = x.fx === 0 ? truth(x) : null;
  if (known !== null) {
    if (known !== next) go(known ? yes : no);
    return;
  }
  switch (x.k) {
    case "lnot":
      genCond(g, x.x, no, yes, !next);
      return;
    case "conv":
      if (x.t.kind !== "void" && (isNoop(x.x, x.t) || isBool(x.t))) {
        genCond(g, x.x, yes, no, next);
        return;
      }
      break;
    case "comma":
      genVoid(g, x.l);
      genCond(g, x.r, yes, no, next);
      return;
    case "and":
    case "or":
      genShortCircuit(g, x, yes, no, next);
      return;
    case "cmp":
      genCmpJump(g, x, yes, no, next);
      g.top = mark;
      return;
    case "trap":
      genTo(g, x, g.top);
      return;
    default:
      break;
  }
  let r = gen(g, x);
  asm.loc = x.loc;
  if (isWide(x.t)) {
    const b = temp(g);
    emitWideValue(g, WideKind.NONZERO, true, b, r, r);
    r = b;
  }
  if (x.t.kind === "float") {
    const b = temp(g);
    asm.emit(Op.FBOOL, b, r);
    r = b;
  }
  if (next) asm.jump(Op.JZ, r, 0, 0, no!, 2);
  else asm.jump(Op.JNZ, r, 0, 0, yes!, 2);
  g.top = mark;
}

function genShortCircuit(
  g: Gen,
  x: Extract<X, { k: "and" | "or" }>,
  yes: Label | null,
  no: Label | null,
  next: boolean,
): void {
  const { asm } = g;
  const here = asm.label();
  if (x.k === "and") {
    genCond(g, x.l, null, no ?? here, true);
    genCond(g, x.r, yes ?? here, no ?? here, next);
  } else {
    genCond(g, x.l, yes ?? here, null, false);
    genCond(g, x.r, yes ?? here, no ?? here, next);
  }
  asm.bind(here);
}

const JUMP_IMM: Record<CmpOp, number> = {
  eq: Op.JEQI32,
  ne: Op.JNEI32,
  lt: Op.JLTI32S,
  le: Op.JLEI32S,
  gt: Op.JGTI32S,
  ge: Op.JGEI32S,
};

function genCmpJump(g: Gen, x: XCmp, yes: Label | null, no: Label | null, next: boolean): void {
  const { asm } = g;
  const kind = cmpKind(x);
  const target = next ? no! : yes!;
  if (kind.float || isWide(x.l.t)) {
    const r = temp(g);
    genCompare(g, x, r);
    asm.jump(next ? Op.JZ : Op.JNZ, r, 0, 0, target, 2);
    return;
  }
  let { l, r } = x;
  let op = next ? INVERSE[x.op] : x.op;
  if (l.k === "num" && r.k !== "num") {
    [l, r] = [r, l];
    op = SWAPPED[op];
  }
  if (r.k === "num") {
    const v = kind.is32 ? BigInt.asIntN(32, r.v) : r.v;
    const a = gen(g, l);
    asm.loc = x.loc;
    if (v === 0n && (op === "eq" || op === "ne")) {
      asm.jump(op === "eq" ? Op.JZ : Op.JNZ, a, 0, 0, target, 2);
      return;
    }
    if (kind.is32 && (kind.signed || op === "eq" || op === "ne")) {
      asm.jump(JUMP_IMM[op], a, Number(v), 0, target, 3);
      return;
    }
    if (kind.is32 && (op === "lt" || op === "ge")) {
      asm.jump(op === "lt" ? Op.JLTUI32 : Op.JGEUI32, a, Number(v), 0, target, 3);
      return;
    }
    const b = gen(g, r);
    asm.loc = x.loc;
    jumpCompare(g, op, kind, a, b, target);
    return;
  }
  const a = genStable(g, l, r);
  const b = gen(g, r);
  asm.loc = x.loc;
  jumpCompare(g, op, kind, a, b, target);
}

function jumpCompare(
  g: Gen,
  op: CmpOp,
  kind: { is32: boolean; signed: boolean },
  a: number,
  b: number,
  target: Label,
): void {
  if (op === "gt" || op === "ge") {
    [a, b] = [b, a];
    op = SWAPPED[op];
  }
  const base = kind.is32 ? Op.JEQ32 : Op.JEQ;
  const index = op === "eq" ? 0 : op === "ne" ? 1 : (op === "lt" ? 2 : 3) + (kind.signed ? 0 : 2);
  g.asm.jump(base + index, a, b, 0, target, 3);
}

/** 0 or 1 from a condition. */
function genJumpValue(g: Gen, x: X, dst: number): void {
  const { asm } = g;
  const no = asm.label();
  const end = asm.label();
  genCond(g, x, null, no, true);
  asm.emit(Op.LDI, dst, 1);
  asm.goto(end);
  asm.bind(no);
  asm.emit(Op.LDI, dst, 0);
  asm.bind(end);
}

function genCondValue(g: Gen, x: Extract<X, { k: "cond" }>, dst: number): void {
  const { asm } = g;
  if (byAddress(x.t)) {
    const p = place(g, x);
    moveAdd(g, dst, p.reg, p.off);
    return;
  }
  const otherwise = asm.label();
  const end = asm.label();
  genCond(g, x.c, null, otherwise, true);
  if (x.t.kind === "void") genVoid(g, x.a);
  else genTo(g, x.a, dst);
  asm.goto(end);
  asm.bind(otherwise);
  if (x.t.kind === "void") genVoid(g, x.b);
  else genTo(g, x.b, dst);
  asm.bind(end);
}

// ---- assignments --------------------------------------------------------------------------------------------------

type Update = Extract<X, { k: "assign" | "opassign" | "inc" }>;

function genUpdate(g: Gen, x: Update, dst: number | null): void {
  if (x.k !== "assign" && isWide(x.lv.t)) {
    const p = wideUpdate(g, x);
    if (dst !== null) moveAdd(g, dst, p.reg, p.off);
  } else if (x.k === "assign") genAssign(g, x, dst);
  else if (x.k === "opassign") genOpassign(g, x, dst);
  else genInc(g, x, dst);
}

function setResult(g: Gen, dst: number | null, r: number): void {
  if (dst !== null && dst !== r) g.asm.emit(Op.MOV, dst, r);
}

/** Integer conversions that a store of `bits` bits does itself. */
function storedValue(x: X, bits: number): X {
  while (
    x.k === "conv" &&
    isInteger(x.t) &&
    intOf(x.t).rank > 0 &&
    isInteger(x.x.t) &&
    !isWide(x.x.t) &&
    intOf(x.t).bits >= bits &&
    x.x.k !== "stmt"
  )
    x = x.x;
  return x;
}

function genAssign(g: Gen, x: Extract<X, { k: "assign" }>, dst: number | null): void {
  const { lv } = x;
  if (byAddress(lv.t)) {
    const to = place(g, lv);
    copyRecord(g, to, x.x);
    if (dst !== null) moveAdd(g, dst, to.reg, to.off);
    return;
  }
  if (lv.k === "var" && lv.v.reg >= 0 && !lv.v.byReference) {
    genTo(g, x.x, lv.v.reg);
    setResult(g, dst, lv.v.reg);
    return;
  }
  const bf = lv.k === "mem" ? lv.bf : null;
  if (dst === null && bf === null && isMemoryCopy(x.x, lv.t)) {
    const to = stablePlace(g, lv, x.x);
    const from = place(g, x.x);
    // The macro that the value is read by says how (READ_ONCE): where only one of both came out of one, it is that place.
    g.asm.loc = x.loc.macro === undefined && x.x.loc.macro !== undefined ? x.x.loc : x.loc;
    emitCopy(g, to, from, lv.t.kind === "float" && lv.t.size === 16 ? 8 : sizeOf(lv.t));
    return;
  }
  const bits = bf !== null ? bf.width : isInteger(lv.t) && !isBool(lv.t) ? sizeOf(lv.t) * 8 : 64;
  const value = dst === null ? storedValue(x.x, bits) : x.x;
  const to = stablePlace(g, lv, x.x);
  if (value.k === "num" && dst === null && bf === null && storeImmediate(g, value.v, to, lv.t)) return;
  const r = gen(g, value);
  g.asm.loc = x.loc;
  emitStore(g, r, to, lv.t, bf);
  setResult(g, dst, r);
}

const IMMEDIATE_STORES: Record<number, number> = { 1: Op.STI8, 2: Op.STI16, 4: Op.STI32, 8: Op.STI64 };

/** [to] = constant, when it has an immediate form. */
export function storeImmediate(g: Gen, v: bigint, to: Place, t: CType): boolean {
  if (t.kind === "float") return false;
  const size = sizeOf(t);
  const s = BigInt.asIntN(size * 8, v);
  if (!fitsImm(s)) return false;
  noteLoose(g, to, t, g.asm.emit(IMMEDIATE_STORES[size]!, Number(s), to.reg, to.off));
  return true;
}

/** A place whose register survives the evaluation of `other`. */
function stablePlace(g: Gen, lv: X, other: X): Place {
  const p = place(g, lv);
  return { ...p, reg: keep(g, p.reg, other) };
}

/** x is a plain load from memory of the same representation. */
function isMemoryCopy(x: X, t: CType): boolean {
  if (x.k === "mem") return x.bf === null && sameType(x.t, t);
  return x.k === "var" && (x.v.reg < 0 || x.v.byReference) && sameType(x.t, t);
}

function genOpassign(g: Gen, x: Extract<X, { k: "opassign" }>, dst: number | null): void {
  const { lv } = x;
  const { asm } = g;
  const inReg = lv.k === "var" && lv.v.reg >= 0 && !lv.v.byReference;
  if (isWide(x.ot)) {
    genWideOp(g, x, dst);
    return;
  }
  const imm = x.x.k === "num" ? x.x.v : null;
  const r = imm === null ? keep(g, gen(g, x.x), lv) : -1;
  let p: Place | null = null;
  let current: number;
  if (inReg) current = lv.v.reg;
  else {
    p = place(g, lv);
    current = temp(g);
    asm.loc = x.loc;
    emitLoad(g, current, p, lv.t, lv.k === "mem" ? lv.bf : null);
  }
  asm.loc = x.loc;
  const same = sameType(lv.t, x.ot);
  // Into the variable itself only when nothing has to be converted back.
  const out = inReg && same ? current : temp(g);
  const l = convertReg(g, current, lv.t, x.ot);
  if (imm === null || !emitImmediate(g, x.op, x.ot, out, l, imm)) {
    let right = r;
    if (imm !== null) {
      right = temp(g);
      asm.load(right, imm);
    }
    emitBinary(g, x.op, x.ot, out, l, right);
  }
  let result = out;
  if (!same) {
    const needsBits = inReg || dst !== null || isBool(lv.t) || x.ot.kind === "float" || lv.t.kind === "float";
    if (needsBits) result = convertReg(g, out, x.ot, lv.t, inReg ? lv.v.reg : null);
  }
  if (inReg) {
    if (result !== lv.v.reg) asm.emit(Op.MOV, lv.v.reg, result);
    result = lv.v.reg;
  } else emitStore(g, result, p!, lv.t, lv.k === "mem" ? lv.bf : null);
  setResult(g, dst, result);
}

/** A narrow object changed by a 128-bit operation. */
function genWideOp(g: Gen, x: Extract<X, { k: "opassign" }>, dst: number | null): void {
  const { lv } = x;
  if (lv.t.kind === "float" || (lv.k === "mem" && lv.bf !== null))
    throw new CFail("this assignment is not supported with __int128", x.loc);
  const r = keep(g, wideOperand(g, x.op, x.x), lv);
  const at: X =
    lv.k === "var"
      ? lv
      : {
          k: "mem",
          t: lv.t,
          loc: x.loc,
          fx: 0,
          base: held(g, addressReg(g, place(g, lv))),
          off: 0,
          bf: null,
        };
  const p = wideFrom(g, at);
  g.asm.loc = x.loc;
  emitWide(g, WideKind[x.op], isUnsigned(x.ot), p.reg, p.reg, r);
  const result = temp(g);
  g.asm.emit(Op.LD64, result, p.reg, 0);
  emitTruncate(g, result, result, lv.t);
  if (lv.k === "var" && lv.v.reg >= 0 && !lv.v.byReference) g.asm.emit(Op.MOV, lv.v.reg, result);
  else emitStore(g, result, place(g, at), lv.t, null);
  setResult(g, dst, result);
}

/** An address in a register as a node. */
function held(g: Gen, reg: number): X {
  return { k: "var", t: VOID_PTR, loc: g.asm.loc, fx: 0, v: registerLocal(reg, VOID_PTR, g) };
}

/** The value of register r converted between scalar types; in a new register (or `into`) when bits change. */
function convertReg(g: Gen, r: number, from: CType, to: CType, into: number | null = null): number {
  const proxy: X = { k: "var", t: from, loc: g.asm.loc, fx: 0, v: registerLocal(r, from, g) };
  if (isNoop(proxy, to)) return r;
  const out = into ?? temp(g);
  genConv(g, proxy, to, out, false);
  return out;
}

function registerLocal(reg: number, type: CType, g: Gen) {
  return {
    name: "",
    type,
    loc: g.asm.loc,
    addressed: false,
    demoted: false,
    byReference: false,
    cleanup: null,
    reg,
    offset: -1,
    hoisted: false,
    hidden: true,
  };
}

function genInc(g: Gen, x: Extract<X, { k: "inc" }>, dst: number | null): void {
  const { lv } = x;
  const { asm } = g;
  const inReg = lv.k === "var" && lv.v.reg >= 0 && !lv.v.byReference;
  if (inReg) {
    const reg = lv.v.reg;
    if (x.post && dst !== null) {
      if (dst === reg) return; // x = x++
      asm.emit(Op.MOV, dst, reg);
    }
    emitStep(g, reg, reg, lv.t, x.by);
    if (!x.post) setResult(g, dst, reg);
    return;
  }
  const p = place(g, lv);
  const bf = lv.k === "mem" ? lv.bf : null;
  const old = temp(g);
  asm.loc = x.loc;
  emitLoad(g, old, p, lv.t, bf);
  const next = x.post && dst !== null ? temp(g) : old;
  emitStep(g, next, old, lv.t, x.by);
  emitStore(g, next, p, lv.t, bf);
  setResult(g, dst, x.post ? old : next);
}

function emitStep(g: Gen, dst: number, src: number, t: CType, by: number): void {
  const { asm } = g;
  if (t.kind === "float") {
    const one = temp(g);
    asm.load(one, floatBits(by));
    asm.emit(Op.FADD, dst, src, one);
    if (t.size === 4) asm.emit(Op.FROUND, dst, dst);
    return;
  }
  const i = intOf(t);
  if (i.bits === 32 && i.rank > 0) asm.emit(i.signed ? Op.ADDI32S : Op.ADDI32U, dst, src, by);
  else {
    markSigned(g, t, asm.emit(Op.ADDI, dst, src, by));
    if (i.bits < 64) emitTruncate(g, dst, dst, t);
  }
}

/** Evaluates for side effects only. */
export function genVoid(g: Gen, x: X): void {
  const mark = g.top;
  const { asm } = g;
  asm.loc = x.loc;
  switch (x.k) {
    case "comma":
      genVoid(g, x.l);
      genVoid(g, x.r);
      break;
    case "conv":
      genVoid(g, x.x);
      break;
    case "assign":
    case "opassign":
    case "inc":
      genUpdate(g, x, null);
      break;
    case "call":
      if (byAddress(x.t)) place(g, x);
      else g.ops.call(g, x, g.top, null, false);
      break;
    case "cond": {
      const otherwise = asm.label();
      const end = asm.label();
      genCond(g, x.c, null, otherwise, true);
      genVoid(g, x.a);
      asm.goto(end);
      asm.bind(otherwise);
      genVoid(g, x.b);
      asm.bind(end);
      break;
    }
    case "and":
    case "or": {
      const end = asm.label();
      if (x.k === "and") genCond(g, x.l, null, end, true);
      else genCond(g, x.l, end, null, false);
      genVoid(g, x.r);
      asm.bind(end);
      break;
    }
    case "stmt":
      g.ops.block(g, x.block, () => {
        if (x.value !== null) genVoid(g, x.value);
      });
      break;
    case "trap":
    case "vastart":
    case "atom":
    case "ovf":
    case "alloca":
    case "vaarg":
    case "complit":
      gen(g, x);
      break;
    case "mem":
      if ((x.t.quals & 2) !== 0 && x.t.kind !== "record" && x.t.kind !== "array" && x.t.kind !== "void")
        gen(g, x);
      else genVoid(g, x.base);
      break;
    case "un":
    case "lnot":
    case "bits":
    case "recaddr":
      genVoid(g, x.x);
      break;
    case "bin":
    case "cmp":
      genVoid(g, x.l);
      genVoid(g, x.r);
      break;
    case "padd":
      genVoid(g, x.base);
      break;
    case "idx":
      genVoid(g, x.base);
      genVoid(g, x.index);
      break;
    case "fbits":
      genVoid(g, x.x);
      if (x.y !== null) genVoid(g, x.y);
      break;
    default:
      break;
  }
  g.top = mark;
}

// ---- the rest -------------------------------------------------------------------------------------------------------

function genStmtExpr(g: Gen, x: Extract<X, { k: "stmt" }>, dst: number): void {
  if (byAddress(x.t)) {
    const p = place(g, x);
    moveAdd(g, dst, p.reg, p.off);
    return;
  }
  g.ops.block(g, x.block, () => {
    if (x.value !== null) genTo(g, x.value, dst);
  });
}

function genVastart(g: Gen, list: X): void {
  const p = address(g, list);
  const { asm } = g;
  if (g.fn.variadic === null) throw new CFail("va_start in a function without variable arguments", list.loc);
  const r = temp(g);
  asm.emit(Op.LDI, r, 48);
  asm.emit(Op.ST32, r, p.reg, p.off);
  asm.emit(Op.LDI, r, 176);
  asm.emit(Op.ST32, r, p.reg, p.off + 4);
  asm.emit(Op.ST64, g.fn.variadic.reg, p.reg, p.off + 8);
  asm.emit(Op.LDI, r, 0);
  asm.emit(Op.ST64, r, p.reg, p.off + 16);
}

function genVaarg(g: Gen, list: X, slots: number): Place {
  const { asm } = g;
  const p = address(g, list);
  const r = temp(g);
  asm.emit(Op.LD64, r, p.reg, p.off + 8);
  const next = temp(g);
  asm.emit(Op.ADDI, next, r, slots * 8);
  asm.emit(Op.ST64, next, p.reg, p.off + 8);
  return { reg: r, off: 0 };
}

function genAtom(g: Gen, x: Extract<X, { k: "atom" }>, dst: number): void {
  const { asm } = g;
  const addr = genStable(g, x.addr, x.x);
  const operand = temp(g);
  genTo(g, x.x, operand);
  if (x.kind === AtomicKind.CMPXCHG) {
    const desired = temp(g);
    genTo(g, x.y!, desired);
  }
  asm.loc = x.loc;
  const out = temp(g);
  asm.emit(Op.ATOM, out, addr, operand);
  asm.emit(Op.EXT, x.kind, x.size, isUnsigned(x.t) ? 0 : 1);
  if (x.kind !== AtomicKind.STORE) asm.emit(Op.MOV, dst, out);
}

const SIGN = -0x8000000000000000n;
const MAGNITUDE = 0x7fffffffffffffffn;

function genFbits(g: Gen, x: Extract<X, { k: "fbits" }>, dst: number): void {
  const { asm } = g;
  const r = gen(g, x.x);
  if (x.op === "signbit") {
    asm.emit(Op.SHRUI, dst, r, 63);
    return;
  }
  const mask = temp(g);
  asm.load(mask, MAGNITUDE);
  if (x.op === "fabs") {
    asm.emit(Op.AND, dst, r, mask);
    return;
  }
  const sign = gen(g, x.y!);
  const magnitude = temp(g);
  asm.emit(Op.AND, magnitude, r, mask);
  asm.load(mask, SIGN);
  const s = temp(g);
  asm.emit(Op.AND, s, sign, mask);
  asm.emit(Op.OR, dst, magnitude, s);
}

function genOverflow(g: Gen, x: Extract<X, { k: "ovf" }>, dst: number): void {
  const { asm } = g;
  const l = genStable(g, x.l, x.r);
  const r = x.to === null ? gen(g, x.r) : genStable(g, x.r, x.to);
  const to = x.to === null ? null : address(g, x.to);
  const out = temp(g);
  temp(g);
  const rt = intOf(x.rt);
  const flags = (isUnsigned(x.l.t) ? 1 : 0) | (isUnsigned(x.r.t) ? 2 : 0) | (rt.signed ? 4 : 0);
  asm.loc = x.loc;
  asm.emit(Op.OVF, out, l, r);
  asm.emit(Op.EXT, x.op === "add" ? 0 : x.op === "sub" ? 1 : 2, flags, rt.bits);
  if (to !== null) emitStore(g, out + 1, to, x.rt, null);
  asm.emit(Op.MOV, dst, out);
}
