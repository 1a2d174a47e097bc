/**
 * Evaluation of constant initialisers to bytes: arithmetic on constants, addresses of objects, functions and labels,
 * contents of constant objects. Leaves out what is not constant: it gives null.
 */
import { conv, foldInt, num } from "./build.ts";
import {
  type BitPlace,
  CFail,
  type CType,
  intOf,
  isBool,
  isInteger,
  isUnsigned,
  sizeOf,
  wrap,
} from "./ctype.ts";
import type { InitEntry, InitPlan, ObjectSym, Sym, X } from "./tree.ts";

export interface ConstEnv {
  address(sym: Sym): bigint;
  bytesOf(sym: ObjectSym): Uint8Array | null;
}

export type ConstValue = bigint | number;

/** Value of a constant expression: bigint for integers and addresses (canonical), number for floating types. */
export function evalConst(env: ConstEnv, x: X): ConstValue | null {
  switch (x.k) {
    case "num":
    case "fnum":
      return x.v;
    case "addr":
      return BigInt.asUintN(64, env.address(x.sym) + BigInt(x.off));
    case "padd": {
      const base = evalConst(env, x.base);
      return typeof base === "bigint" ? BigInt.asUintN(64, base + BigInt(x.off)) : null;
    }
    case "idx": {
      const base = evalConst(env, x.base);
      const index = evalConst(env, x.index);
      if (typeof base !== "bigint" || typeof index !== "bigint") return null;
      return BigInt.asUintN(64, base + index * BigInt(x.scale));
    }
    case "conv":
      return evalConv(env, x.x, x.t);
    case "un": {
      const v = evalConst(env, x.x);
      if (typeof v === "number") return -v;
      return v === null ? null : wrap(x.t, x.op === "neg" ? -v : ~v);
    }
    case "lnot": {
      const v = evalConst(env, x.x);
      return v === null ? null : v === 0n || v === 0 ? 1n : 0n;
    }
    case "bin":
      return evalBinary(env, x);
    case "cmp":
      return evalCompare(env, x);
    case "and":
    case "or": {
      const l = evalConst(env, x.l);
      if (l === null) return null;
      const truth = l !== 0n && l !== 0;
      if (truth === (x.k === "or")) return truth ? 1n : 0n;
      const r = evalConst(env, x.r);
      return r === null ? null : r !== 0n && r !== 0 ? 1n : 0n;
    }
    case "cond": {
      const c = evalConst(env, x.c);
      if (c === null) return null;
      return evalConst(env, c !== 0n && c !== 0 ? x.a : x.b);
    }
    case "comma":
      return evalConst(env, x.r);
    case "mem":
      return x.bf === null ? evalLoad(env, x) : null;
    default:
      return null;
  }
}

function evalConv(env: ConstEnv, x: X, t: CType): ConstValue | null {
  const v = evalConst(env, x);
  if (v === null || t.kind === "void" || t.kind === "record") return null;
  const source: X =
    typeof v === "bigint"
      ? num(v, x.t.kind === "pointer" || isInteger(x.t) ? x.t : { ...intOf(t) }, x.loc)
      : { k: "fnum", t: x.t, loc: x.loc, fx: 0, v };
  const r = conv(source, t);
  return r.k === "num" || r.k === "fnum" ? r.v : null;
}

function evalBinary(env: ConstEnv, x: Extract<X, { k: "bin" }>): ConstValue | null {
  const l = evalConst(env, x.l);
  const r = evalConst(env, x.r);
  if (typeof l === "bigint" && typeof r === "bigint") {
    const v = foldInt(x.op, l, r, x.t);
    return v === null ? null : wrap(x.t, v);
  }
  if (typeof l !== "number" || typeof r !== "number") return null;
  const v = x.op === "add" ? l + r : x.op === "sub" ? l - r : x.op === "mul" ? l * r : l / r;
  return sizeOf(x.t) === 4 ? Math.fround(v) : v;
}

function evalCompare(env: ConstEnv, x: Extract<X, { k: "cmp" }>): ConstValue | null {
  const l = evalConst(env, x.l);
  const r = evalConst(env, x.r);
  if (l === null || r === null) return null;
  const is = { eq: l === r, ne: l !== r, lt: l < r, le: l <= r, gt: l > r, ge: l >= r }[x.op];
  return is ? 1n : 0n;
}

/** Contents of a constant object (gcc takes `static const int a = 5; int b = a;`). */
function evalLoad(env: ConstEnv, x: Extract<X, { k: "mem" }>): ConstValue | null {
  const { base } = x;
  if (base.k !== "addr" || base.sym.kind !== "object" || !base.sym.readonly) return null;
  const bytes = env.bytesOf(base.sym);
  const at = base.off + x.off;
  if (bytes === null || at < 0 || at + sizeOf(x.t) > bytes.length) return null;
  return readScalar(bytes, at, x.t);
}

function readScalar(bytes: Uint8Array, at: number, t: CType): ConstValue | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (t.kind === "float") return t.size === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true);
  if (t.kind !== "pointer" && !isInteger(t)) return null;
  let v = 0n;
  for (let i = sizeOf(t) - 1; i >= 0; i--) v = (v << 8n) | BigInt(bytes[at + i]!);
  return isBool(t) ? (v === 0n ? 0n : 1n) : wrap(isUnsigned(t) ? t : intOf(t), v);
}

function writeBits(bytes: Uint8Array, at: number, bf: BitPlace, v: bigint): void {
  for (let i = 0; i < bf.width; i++) {
    const bit = bf.shift + i;
    const byte = at + bf.offset + (bit >> 3);
    const mask = 1 << (bit & 7);
    if ((v >> BigInt(i)) & 1n) bytes[byte] = bytes[byte]! | mask;
    else bytes[byte] = bytes[byte]! & ~mask;
  }
}

/** Writes one scalar at `at`. */
export function writeScalar(
  bytes: Uint8Array,
  at: number,
  t: CType,
  bf: BitPlace | null,
  v: ConstValue,
): void {
  if (bf !== null) {
    writeBits(bytes, at, bf, BigInt(v));
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (t.kind === "float") {
    if (t.size === 4) view.setFloat32(at, Number(v), true);
    else view.setFloat64(at, Number(v), true);
    return;
  }
  let u = BigInt.asUintN(128, BigInt(v));
  for (let i = 0; i < sizeOf(t); i++, u >>= 8n) bytes[at + i] = Number(u & 255n);
}

/** Writes an entry when it is constant; false when it is not. */
export function writeEntry(env: ConstEnv, bytes: Uint8Array, e: InitEntry): boolean {
  if (e.bytes !== null) {
    for (let k = 0; k < e.count; k++) bytes.set(e.bytes, e.off + k * e.stride);
    return true;
  }
  const x = e.x!;
  if (e.t.kind === "record" || e.t.kind === "array") {
    const source = constantObject(env, x);
    if (source === null) return false;
    for (let k = 0; k < e.count; k++) bytes.set(source, e.off + k * e.stride);
    return true;
  }
  const v = evalConst(env, x);
  if (v === null) return false;
  for (let k = 0; k < e.count; k++) writeScalar(bytes, e.off + k * e.stride, e.t, e.bf, v);
  return true;
}

function constantObject(env: ConstEnv, x: X): Uint8Array | null {
  if (x.k !== "mem" || x.base.k !== "addr" || x.base.sym.kind !== "object") return null;
  const bytes = env.bytesOf(x.base.sym);
  const at = x.base.off + x.off;
  const size = sizeOf(x.t);
  return bytes === null || at + size > bytes.length ? null : bytes.subarray(at, at + size);
}

/** Initial bytes of a static object; null when all zero. */
export function planBytes(env: ConstEnv, plan: InitPlan, fail: (f: CFail) => void): Uint8Array | null {
  if (plan.entries.length === 0) return null;
  const bytes = new Uint8Array(plan.size);
  for (const e of plan.entries) {
    if (e.x?.k === "trap") {
      fail(new CFail(e.x.message, e.x.loc));
      continue;
    }
    if (!writeEntry(env, bytes, e)) fail(new CFail("an initialiser is not a constant", e.x?.loc ?? null));
  }
  return bytes;
}
