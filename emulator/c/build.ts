/**
 * Makers of typed tree nodes. They fold constants by the exact rules of C, keep addresses as base + offset, and work out
 * side effects. Leaves out the rules of the language about which operands may meet (sema_expr.ts).
 */
import type { Loc } from "./ast.ts";
import {
  BOOL,
  CFail,
  type CType,
  INT,
  intOf,
  isBool,
  isInteger,
  isUnsigned,
  LONG,
  pointerTo,
  sameType,
  sizeOf,
  typeText,
  VOID,
  VOID_PTR,
  wrap,
} from "./ctype.ts";
import type { BinOp, CmpOp, TrapKind, X } from "./tree.ts";

export function num(v: bigint | number, t: CType, loc: Loc): X {
  return { k: "num", t, loc, fx: 0, v: wrap(t, BigInt(v)) };
}
export function fnum(v: number, t: CType, loc: Loc): X {
  return { k: "fnum", t, loc, fx: 0, v: t.kind === "float" && t.size === 4 ? Math.fround(v) : v };
}
export function trapX(message: string, loc: Loc, kind: TrapKind = "unsupported", t: CType = INT): X {
  return { k: "trap", t, loc, fx: 1, kind, message };
}

/** Nodes whose value is an address, so that their type can be replaced without changing what they compute. */
function isAddressNode(x: X): boolean {
  switch (x.k) {
    case "addr":
    case "vaddr":
    case "padd":
    case "idx":
    case "recaddr":
    case "complit":
    case "outer":
    case "vaarg":
      return true;
    default:
      return false;
  }
}

export function isConst(x: X): boolean {
  return x.k === "num" || x.k === "fnum";
}

/** The value converted to type `t`, as by a cast. */
export function conv(x: X, t: CType): X {
  if (t.quals !== 0) t = { ...t, quals: 0 };
  if (t.kind === "void") return x.t.kind === "void" ? x : { k: "conv", t: VOID, loc: x.loc, fx: x.fx, x };
  if (x.k === "trap") return { ...x, t };
  if (x.t.kind === "void") throw new CFail("a void value is used", x.loc);
  if (x.k === "num") {
    if (t.kind === "float") return fnum(intToDouble(x.v, t.size === 4), t, x.loc);
    if (t.kind !== "record") return num(x.v, t, x.loc);
  }
  if (x.k === "fnum") {
    if (t.kind === "float") return fnum(x.v, t, x.loc);
    if (isBool(t)) return num(x.v !== 0 ? 1 : 0, t, x.loc);
    if (isInteger(t)) return num(saturated(x.v, t), t, x.loc);
  }
  if (isAddressNode(x) && (t.kind === "pointer" || (isInteger(t) && sizeOf(t) === 8)))
    return { ...x, t } as X;
  if (x.k === "addr" && isBool(t)) return num(1, t, x.loc);
  if (sameType(x.t, t)) return x;
  if (x.t.kind === "record" || t.kind === "record")
    throw new CFail(`${typeText(x.t)} cannot be converted to ${typeText(t)}`, x.loc);
  if (t.kind === "float" && x.t.kind === "pointer")
    throw new CFail("a pointer cannot be converted to a floating type", x.loc);
  return { k: "conv", t, loc: x.loc, fx: x.fx, x };
}

/** gcc folds a constant that does not fit to the nearest value that does. */
function saturated(v: number, t: CType): bigint {
  if (Number.isNaN(v)) return 0n;
  const i = intOf(t);
  const max = (1n << BigInt(i.bits - (i.signed ? 1 : 0))) - 1n;
  const min = i.signed ? -max - 1n : 0n;
  if (v >= Number(max)) return max;
  return v <= Number(min) ? min : BigInt(Math.trunc(v));
}

function intToDouble(v: bigint, single: boolean): number {
  if (!single) return Number(v);
  // Number() then fround could round twice: keep a sticky bit.
  const a = v < 0n ? -v : v;
  if (a < 1n << 53n) return Math.fround(Number(v));
  const shift = BigInt(a.toString(2).length - 40);
  let top = a >> shift;
  if (top << shift !== a) top |= 1n;
  const r = Math.fround(Number(top)) * 2 ** Number(shift);
  return v < 0n ? -r : r;
}

/** base + constant offset, merged into the base where it can be. */
export function padd(base: X, off: number, t: CType = base.t): X {
  switch (base.k) {
    case "num":
      return { ...base, t, v: wrap(t, base.v + BigInt(off)) };
    case "addr":
    case "vaddr":
    case "padd":
      if (Math.abs(base.off + off) < 0x40000000) return { ...base, t, off: base.off + off };
      break;
    default:
      break;
  }
  if (off === 0) return retype(base, t);
  if (!Number.isSafeInteger(off) || Math.abs(off) >= 0x40000000)
    return {
      k: "bin",
      op: "add",
      t,
      loc: base.loc,
      fx: base.fx,
      l: base,
      r: num(BigInt(off), LONG, base.loc),
    };
  return { k: "padd", t, loc: base.loc, fx: base.fx, base, off };
}

function retype(x: X, t: CType): X {
  if (x.t === t) return x;
  if (isAddressNode(x)) return { ...x, t } as X;
  if (x.k === "num") return num(x.v, t, x.loc);
  return sameType(x.t, t) ? x : { k: "conv", t, loc: x.loc, fx: x.fx, x };
}

/** The address of an lvalue (or of the temporary that a record value is). */
export function addrOf(x: X, addrOnly = false): X {
  const t = pointerTo(x.t);
  switch (x.k) {
    case "var":
      x.v.addressed = true;
      return { k: "vaddr", t, loc: x.loc, fx: 0, v: x.v, off: 0 };
    case "mem":
      if (x.bf !== null) throw new CFail("the address of a bit-field is taken", x.loc);
      return padd(addrOnly && x.off === 0 ? onlyAddress(x.base) : x.base, x.off, t);
    case "addr":
      return { ...x, t };
    case "trap":
      return { ...x, t };
    default:
      if (x.t.kind === "record" || x.t.kind === "array") return { k: "recaddr", t, loc: x.loc, fx: x.fx, x };
      throw new CFail("the address of a value is taken", x.loc);
  }
}

/** &a[n] with n one past the end is fine. */
function onlyAddress(base: X): X {
  return base.k === "idx" ? { ...base, addrOnly: true, base: onlyAddress(base.base) } : base;
}

export function mem(base: X, off: number, t: CType, loc: Loc): X {
  if (base.k === "padd")
    return { k: "mem", t, loc, fx: base.fx, base: base.base, off: base.off + off, bf: null };
  return { k: "mem", t, loc, fx: base.fx, base, off, bf: null };
}

export function idx(base: X, index: X, t: CType, scale: number, bound: number | null, loc: Loc): X {
  if (index.k === "num") {
    const i = Number(index.v);
    if (bound === null || (i >= 0 && i < bound)) return padd(base, i * scale, t);
  }
  return { k: "idx", t, loc, fx: base.fx | index.fx, base, index, scale, bound, addrOnly: false };
}

export function unary(op: "neg" | "not", x: X): X {
  if (x.k === "num") return num(op === "neg" ? -x.v : ~x.v, x.t, x.loc);
  if (x.k === "fnum") return fnum(-x.v, x.t, x.loc);
  return { k: "un", op, t: x.t, loc: x.loc, fx: x.fx, x };
}

/** Both operands are of type `t` already (shift counts aside). */
export function binary(op: BinOp, l: X, r: X, t: CType, loc: Loc): X {
  if (l.k === "num" && r.k === "num") {
    const v = foldInt(op, l.v, r.v, t);
    if (v !== null) return num(v, t, loc);
  }
  if (l.k === "fnum" && r.k === "fnum") {
    const v = foldFloat(op, l.v, r.v);
    if (v !== null) return fnum(v, t, loc);
  }
  if (op === "add" || op === "sub") {
    const k = r.k === "num" ? Number(op === "add" ? r.v : -r.v) : 0;
    if (l.k === "addr" && r.k === "num" && Math.abs(k) < 0x40000000) return padd(l, k, t);
    if (op === "add" && l.k === "num" && r.k === "addr" && Math.abs(Number(l.v)) < 0x40000000)
      return padd(r, Number(l.v), t);
    if (op === "sub" && l.k === "addr" && r.k === "addr" && l.sym === r.sym && l.sym.kind !== "label")
      return num(l.off - r.off, t, loc);
    if (op === "sub" && l.k === "addr" && r.k === "addr" && l.sym.kind === "label" && r.sym.kind === "label")
      return num(l.sym.id + l.off - r.sym.id - r.off, t, loc);
  }
  if (r.k === "num" && t.kind !== "float" && isIdentity(op, r.v) && sameType(l.t, t)) return rvalueOf(l);
  return { k: "bin", op, t, loc, fx: l.fx | r.fx, l, r };
}

/** `x + 0` is not an lvalue even though it has the value of one; loads are what values are, so nothing to do. */
function rvalueOf(x: X): X {
  return x;
}

function isIdentity(op: BinOp, v: bigint): boolean {
  if (op === "mul" || op === "div") return v === 1n;
  return v === 0n && op !== "rem" && op !== "and";
}

/** Exact result of an integer operation in type t, or null when it is undefined (left to run time). */
export function foldInt(op: BinOp, a: bigint, b: bigint, t: CType): bigint | null {
  switch (op) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return a * b;
    case "div":
    case "rem": {
      if (b === 0n) return null;
      const i = intOf(t);
      if (i.signed && b === -1n && a === -(1n << BigInt(i.bits - 1))) return null;
      return op === "div" ? a / b : a % b;
    }
    case "and":
      return a & b;
    case "or":
      return a | b;
    case "xor":
      return a ^ b;
    case "shl":
    case "shr":
      if (b < 0n || b >= BigInt(sizeOf(t) * 8)) return null;
      return op === "shl" ? a << b : a >> b;
  }
}

function foldFloat(op: BinOp, a: number, b: number): number | null {
  switch (op) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return a * b;
    case "div":
      return a / b;
    default:
      return null;
  }
}

/** What C says of two values of one type under a comparison. */
export function compare<T extends bigint | number>(op: CmpOp, a: T, b: T): boolean {
  switch (op) {
    case "eq":
      return a === b;
    case "ne":
      return a !== b;
    case "lt":
      return a < b;
    case "le":
      return a <= b;
    case "gt":
      return a > b;
    case "ge":
      return a >= b;
  }
}

/** Comparison of two operands of one type; an int. */
export function cmp(op: CmpOp, l: X, r: X, loc: Loc): X {
  if (l.k === "num" && r.k === "num") return num(compare(op, l.v, r.v) ? 1 : 0, INT, loc);
  if (l.k === "fnum" && r.k === "fnum") return num(compare(op, l.v, r.v) ? 1 : 0, INT, loc);
  if (op === "eq" || op === "ne") {
    const known = addressEquality(l, r);
    if (known !== null) return num(known === (op === "eq") ? 1 : 0, INT, loc);
  } else if (l.k === "addr" && r.k === "addr" && l.sym === r.sym && l.sym.kind !== "label")
    return num(compare(op, l.off, r.off) ? 1 : 0, INT, loc);
  return { k: "cmp", op, t: INT, loc, fx: l.fx | r.fx, l, r };
}

/** Whether two addresses are equal, when that is known now. */
function addressEquality(l: X, r: X): boolean | null {
  if ((l.k === "addr" || l.k === "vaddr") && r.k === "num" && r.v === 0n) return false;
  if ((r.k === "addr" || r.k === "vaddr") && l.k === "num" && l.v === 0n) return false;
  if (l.k === "addr" && r.k === "addr" && l.sym === r.sym) return l.off === r.off;
  return null;
}

/** Constant truth value, or null. */
export function truth(x: X): boolean | null {
  if (x.k === "num") return x.v !== 0n;
  if (x.k === "fnum") return x.v !== 0;
  if (x.k === "addr" || x.k === "vaddr") return true;
  if (x.k === "conv" && x.t.kind !== "void" && x.x.t.kind !== "record" && isBool(x.t)) return truth(x.x);
  return null;
}

export function lnot(x: X): X {
  const known = truth(x);
  if (known !== null && x.fx === 0) return num(known ? 0 : 1, INT, x.loc);
  if (x.k === "trap") return x;
  return { k: "lnot", t: INT, loc: x.loc, fx: x.fx, x };
}

export function logic(k: "and" | "or", l: X, r: X, loc: Loc): X {
  const left = truth(l);
  if (left !== null && l.fx === 0) {
    if (left === (k === "or")) return num(left ? 1 : 0, INT, loc);
    const right = truth(r);
    if (right !== null && r.fx === 0) return num(right ? 1 : 0, INT, loc);
    return r.k === "trap" ? r : lnot({ k: "lnot", t: INT, loc, fx: r.fx, x: r });
  }
  return { k, t: INT, loc, fx: l.fx | r.fx, l, r };
}

export function cond(c: X, a: X, b: X, t: CType, loc: Loc): X {
  const known = truth(c);
  if (known !== null && c.fx === 0) return known ? a : b;
  return { k: "cond", t, loc, fx: c.fx | a.fx | b.fx, c, a, b };
}

export function comma(l: X, r: X): X {
  if (l.fx === 0 && !hasVolatile(l)) return r;
  return { k: "comma", t: r.t, loc: r.loc, fx: l.fx | r.fx, l, r };
}

/** Whether discarding the value must still read it. */
export function hasVolatile(x: X): boolean {
  switch (x.k) {
    case "mem":
      return (x.t.quals & 2) !== 0;
    case "conv":
    case "un":
    case "lnot":
      return hasVolatile(x.x);
    case "bin":
    case "cmp":
    case "and":
    case "or":
    case "comma":
      return hasVolatile(x.l) || hasVolatile(x.r);
    case "cond":
      return hasVolatile(x.c) || hasVolatile(x.a) || hasVolatile(x.b);
    default:
      return false;
  }
}

/** Whether a local is written by it (not only memory). */
function lvalueWritesLocal(lv: X): number {
  return lv.k === "var" ? 3 : 1;
}

export function assign(lv: X, x: X, loc: Loc): X {
  return { k: "assign", t: unqual(lv.t), loc, fx: lv.fx | x.fx | lvalueWritesLocal(lv), lv, x };
}

export function opassign(lv: X, op: BinOp, x: X, ot: CType, loc: Loc): X {
  return { k: "opassign", t: unqual(lv.t), loc, fx: lv.fx | x.fx | lvalueWritesLocal(lv), lv, op, x, ot };
}

export function inc(lv: X, by: number, post: boolean, loc: Loc): X {
  return { k: "inc", t: unqual(lv.t), loc, fx: lv.fx | lvalueWritesLocal(lv), lv, by, post };
}

function unqual(t: CType): CType {
  return t.quals === 0 ? t : { ...t, quals: 0 };
}

/** A null pointer constant: an integer constant 0, or one cast to void *. */
export function isNullConstant(x: X): boolean {
  if (x.k !== "num" || x.v !== 0n) return false;
  return isInteger(x.t) || (x.t.kind === "pointer" && x.t.to.kind === "void" && x.t.to.quals === 0);
}

export function nullPointer(loc: Loc): X {
  return num(0, VOID_PTR, loc);
}

export { BOOL, isUnsigned };
