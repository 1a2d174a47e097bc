/**
 * Values of a run: integers and addresses as bigints, canonical by type, and unknowns, which keep a name that says what
 * they are about ("pdev->id", "foo() #1") so that both sides of a patch mean the same by it. Leaves out what is known about an
 * unknown (constraints.ts).
 */
import type { Loc } from "../c/ast.ts";
import { type CType, intOf, isInteger, wrap } from "../c/ctype.ts";
import type { BinOp, CmpOp } from "../c/tree.ts";

/** Where an unknown comes from: the call that gave it. */
export interface CallOrigin {
  readonly callee: string;
  /** Key of the call on this path: callee, and which call of it. */
  readonly key: string;
  readonly loc: Loc;
  readonly fn: string;
  /** How many choices the path had made by then. */
  readonly decided?: number;
  /** A function of a file beside the patched ones made it. */
  readonly beside?: boolean;
}

/** A value that the run does not know. `id` is its name and its identity. */
export interface Unknown {
  readonly id: string;
  readonly t: CType;
  /** Least and greatest value of its type. */
  readonly lo: bigint;
  readonly hi: bigint;
  /** How it is computed, when it is. */
  readonly from: Derived | null;
  readonly origin: CallOrigin | null;
  /** Read where a callee may have written something else: the place held another value before. */
  readonly forgotten: boolean;
}

export type Derived =
  | { readonly k: "bin"; readonly op: BinOp; readonly l: Value; readonly r: Value }
  | { readonly k: "un"; readonly op: "neg" | "not"; readonly x: Value }
  | { readonly k: "cmp"; readonly op: CmpOp; readonly l: Value; readonly r: Value }
  | { readonly k: "conv"; readonly x: Value };

export type Value = bigint | Unknown;

/** What a `for` loop's own test lets its variable be. */
export interface Limit {
  readonly op: CmpOp;
  readonly with: Value;
}

export const MAX_ERRNO = 4095n;
const TOP = 1n << 64n;

/** Callees that by their names give how many there are. */
export const COUNTS = /count|_num\b|num_|irq(?!.*(request|enable|disable))|length|_len\b|size/;

/** Addresses that are error pointers. */
export function isErrAddress(v: bigint): boolean {
  return v >= TOP - MAX_ERRNO && v < TOP;
}

/** The error that a number stands for, of whatever width it is; null where it stands for none. */
export function canonicalErrno(v: bigint): bigint | null {
  for (const bits of [64, 32]) {
    const code = BigInt.asIntN(bits, v);
    if (code < 0n && code > -MAX_ERRNO) return code;
  }
  return null;
}

/** Bounds of a scalar type. */
export function boundsOf(t: CType): [bigint, bigint] {
  if (t.kind === "pointer") return [0n, TOP - 1n];
  if (!isInteger(t)) return [-TOP, TOP];
  const i = intOf(t);
  if (i.rank === 0) return [0n, 1n];
  const bits = BigInt(i.bits);
  return i.signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
}

export function unknown(id: string, t: CType, origin: CallOrigin | null = null, forgotten = false): Unknown {
  const [lo, hi] = boundsOf(t);
  return { id, t, lo, hi, from: null, origin, forgotten };
}

const SIGN: Record<BinOp | CmpOp, string> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  rem: "%",
  and: "&",
  or: "|",
  xor: "^",
  shl: "<<",
  shr: ">>",
  eq: "==",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};

export function opText(op: BinOp | CmpOp): string {
  return SIGN[op];
}

export function valueText(v: Value): string {
  if (typeof v !== "bigint") return v.id;
  if (v > TOP - 5000n && v < TOP) return `${v - TOP}`;
  return v >= 4096n ? `0x${v.toString(16)}` : `${v}`;
}

const MAX_NAME = 160;

function short(text: string): string {
  if (text.length <= MAX_NAME) return text;
  let h = 0;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
  return `${text.slice(0, MAX_NAME - 12)}~${(h >>> 0).toString(36)}`;
}

/** An unknown that is computed from others. */
export function derived(from: Derived, t: CType): Unknown {
  const [lo, hi] = boundsOf(t);
  let id: string;
  let origin: CallOrigin | null = null;
  switch (from.k) {
    case "bin":
    case "cmp":
      id = `(${valueText(from.l)} ${SIGN[from.op]} ${valueText(from.r)})`;
      break;
    case "un":
      id = `${from.op === "neg" ? "-" : "~"}${valueText(from.x)}`;
      break;
    case "conv": {
      const x = from.x as Unknown;
      origin = x.origin;
      const w = isInteger(t) ? `${intOf(t).signed ? "s" : "u"}${intOf(t).bits}` : "ptr";
      id = `${w}(${x.id})`;
      break;
    }
  }
  return { id: short(id), t, lo, hi, from, origin, forgotten: false };
}

/** The value as one of type t, for a scalar type. */
export function canonical(t: CType, v: bigint): bigint {
  return t.kind === "pointer" || isInteger(t) ? wrap(t, v) : v;
}
