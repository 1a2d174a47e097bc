/**
 * What a path has decided about its unknowns: for each a range and values that it is not, and truths of comparisons between
 * two unknowns. Every decision that is open is put to the chooser; what is decided stays decided. Leaves out
 * arithmetic beyond constants added: such a value is an unknown of its own.
 */

import { compare } from "../c/build.ts";
import { type CType, intOf, isInteger, wrap } from "../c/ctype.ts";
import type { CmpOp } from "../c/tree.ts";
import { type Bits, maskedIs, NO_BITS } from "./bits.ts";
import {
  boundsOf,
  COUNTS,
  type Derived,
  MAX_ERRNO,
  opText,
  type Unknown,
  type Value,
  valueText,
} from "./value.ts";

export interface Range {
  lo: bigint;
  hi: bigint;
  readonly not: Set<bigint>;
}

const NEGATED: Record<CmpOp, CmpOp> = { eq: "ne", ne: "eq", lt: "ge", ge: "lt", gt: "le", le: "gt" };
const SWAPPED: Record<CmpOp, CmpOp> = { eq: "eq", ne: "ne", lt: "gt", gt: "lt", le: "ge", ge: "le" };

/** A question that the path does not answer: `subject` is compared with `with`. */
export interface Question {
  readonly subject: Unknown;
  readonly op: CmpOp;
  readonly with: Value;
  /** "pdev->id < 0" */
  readonly text: string;
}

/** The comparison whose truth an unknown is, as a number of 0 or 1; null where it is none. */
function comparisonOf(u: Unknown): Extract<Derived, { k: "cmp" }> | null {
  let at: Value = u;
  while (typeof at !== "bigint" && at.from?.k === "conv" && at.lo <= 0n && at.hi >= 1n) at = at.from.x;
  return typeof at !== "bigint" && at.from?.k === "cmp" ? at.from : null;
}

export class Constraints {
  private readonly ranges = new Map<string, Range>();
  private readonly facts = new Map<string, boolean>();
  private readonly bound = new Map<string, bigint>();
  /** Bits that were asked for of an unknown, by the one that conversions were made of: those that are known, and masks of which some bit is set. */
  private readonly masks = new Map<string, { bits: Bits; readonly some: bigint[] }>();

  /** The value that an unknown has been found to have, or the unknown. */
  resolve(v: Value): Value {
    if (typeof v === "bigint") return v;
    const b = this.bound.get(v.id);
    return b === undefined ? v : b;
  }

  bind(u: Unknown, v: bigint): void {
    this.bound.set(u.id, v);
  }

  range(u: Unknown): Range {
    let r = this.ranges.get(u.id);
    if (r === undefined) {
      const [lo, hi] = this.product(u) ?? [u.lo, u.hi];
      r = { lo, hi, not: new Set() };
      this.ranges.set(u.id, r);
    }
    return r;
  }

  /** Least and greatest value that v may have: from what it is computed from upwards, each once (a loop adds to it each turn). */
  span(v: Value): [bigint, bigint] {
    if (typeof v === "bigint") return [v, v];
    const over: { readonly u: Unknown; readonly step: Step }[] = [];
    let u = v;
    let span: [bigint, bigint] | null = null;
    while (span === null) {
      const b = this.bound.get(u.id);
      const step = b === undefined && over.length < STEPS_BELOW_MAX ? stepBelow(u) : null;
      if (b !== undefined) span = [b, b];
      else if (step === null) span = this.own(u);
      else {
        over.push({ u, step });
        u = step.below;
      }
    }
    for (const { u: upper, step } of over.reverse()) {
      const add = addedBy(step, upper, span);
      span = add === null ? this.own(upper) : [span[0] + add, span[1] + add];
    }
    return span;
  }

  /** What a number that is not below 0 can be times a constant, where no such product is too great for its type; or null. */
  private product({ from, hi }: Unknown): [bigint, bigint] | null {
    if (from?.k !== "bin" || from.op !== "mul") return null;
    const [x, k] = typeof from.l === "bigint" ? [from.r, from.l] : [from.l, from.r];
    if (typeof x === "bigint" || typeof k !== "bigint" || k <= 0n) return null;
    const [least, most] = this.span(x);
    return least >= 0n && most * k <= hi ? [least * k, most * k] : null;
  }

  private own(u: Unknown): [bigint, bigint] {
    const r = this.range(u);
    return [r.lo, r.hi];
  }

  /** Whether nothing that was decided of an unknown says that it is not this number. */
  mayBe(u: Unknown, k: bigint): boolean {
    const known = this.bound.get(u.id);
    return known === undefined ? feasible(this.range(u), "eq", k) && this.bitsLet(u, k) : known === k;
  }

  /** Bits of an unknown that questions about masks of it have told. */
  asked(u: Unknown): Bits {
    return this.masks.get(unconverted(u).id)?.bits ?? NO_BITS;
  }

  /** Whether an unknown may be a number, by the masks of it that were asked for. */
  private bitsLet(u: Unknown, k: bigint): boolean {
    const m = this.masks.get(unconverted(u).id);
    if (m === undefined) return true;
    const of = BigInt.asUintN(64, k);
    return (
      (of & m.bits.zeros) === 0n && (~of & m.bits.ones) === 0n && m.some.every((mask) => (of & mask) !== 0n)
    );
  }

  /** Keeps what an answer says of the bits of what was masked: `(x & m) == k`, or that it is not 0. */
  private keepBits({ from }: Unknown, op: CmpOp, k: bigint): void {
    if (from?.k !== "bin" || from.op !== "and" || (op !== "eq" && (op !== "ne" || k !== 0n))) return;
    const [x, mask] = typeof from.l === "bigint" ? [from.r, from.l] : [from.l, from.r];
    if (typeof x === "bigint" || typeof mask !== "bigint" || mask <= 0n) return;
    const { id, within } = unconverted(x);
    // A bit of the sign is all that stand above it, of a wider type.
    if (mask > within) return;
    const m = this.masks.get(id) ?? { bits: NO_BITS, some: [] };
    const isOne = (mask & (mask - 1n)) === 0n;
    const ones = op === "eq" ? k & mask : isOne ? mask : 0n;
    const zeros = op === "eq" ? mask & ~k : 0n;
    m.bits = { ones: m.bits.ones | ones, zeros: m.bits.zeros | zeros };
    if (op === "ne" && !isOne && m.some.length < MASKS_MAX) m.some.push(mask);
    this.masks.set(id, m);
  }

  /** Decides a comparison; `ask` is called when both answers are possible. */
  compare(op: CmpOp, l: Value, r: Value, ask: (q: Question) => boolean): boolean {
    let a = this.resolve(l);
    let b = this.resolve(r);
    if (typeof a === "bigint" && typeof b === "bigint") return compare(op, a, b);
    if (typeof a === "bigint") {
      [a, b] = [b, a];
      op = SWAPPED[op];
    }
    const truth = comparisonOf(a as Unknown);
    if (truth !== null && typeof b === "bigint") {
      const [one, zero] = [compare(op, 1n, b), compare(op, 0n, b)];
      return one === zero ? one : one === this.compare(truth.op, truth.l, truth.r, ask);
    }
    const { from } = a as Unknown;
    // What is turned round by a constant is that constant turned round.
    if (from?.k === "bin" && from.op === "xor" && typeof b === "bigint" && (op === "eq" || op === "ne")) {
      const [x, k] = typeof from.l === "bigint" ? [from.r, from.l] : [from.l, from.r];
      if (typeof k === "bigint") return this.compare(op, x, b ^ k, ask);
    }
    if (typeof b === "bigint" && (op === "eq" || op === "ne")) {
      const is = maskedIs(this, a, b);
      if (is !== undefined) return is === (op === "eq");
    }
    const s = stripped(this, a as Unknown);
    if (typeof b === "bigint") {
      const k = b - s.add;
      const below = op === "eq" || op === "ne" ? this.equalBelow(s.u, k) : null;
      if (below === null) return this.against(op, s.u, k, ask);
      const truth = this.compare(op, below.x, below.k, ask);
      this.assume(s.u, truth ? op : NEGATED[op], k);
      return truth;
    }
    const other = stripped(this, b);
    if (other.u.id === s.u.id) return compare(op, s.add, other.add);
    return this.between(op, a as Unknown, b, ask);
  }

  /**
   * A conversion to another sign, or to a wider type, gives each number another one: whether it is k is asked of what was converted, as
   * it is of the same number by its own type. Null where what is known of the conversion decides, or where it is none.
   */
  private equalBelow(u: Unknown, k: bigint): { x: Unknown; k: bigint } | null {
    if (u.from?.k !== "conv" || typeof u.from.x === "bigint" || !isInteger(u.t)) return null;
    const { x } = u.from;
    if (!isInteger(x.t) || intOf(u.t).rank === 0 || intOf(x.t).bits > intOf(u.t).bits) return null;
    if (!this.mayBe(u, k)) return null;
    const own = wrap(x.t, k);
    return wrap(u.t, own) === k ? { x, k: own } : null;
  }

  private against(op: CmpOp, u: Unknown, k: bigint, ask: (q: Question) => boolean): boolean {
    const known = this.bound.get(u.id);
    if (known !== undefined) return compare(op, known, k);
    const r = this.range(u);
    const yes = feasible(r, op, k) && (op !== "eq" || this.bitsLet(u, k));
    const no = feasible(r, NEGATED[op], k) && (op !== "ne" || this.bitsLet(u, k));
    if (!yes) return false;
    if (!no) return true;
    const answer = ask({ subject: u, op, with: k, text: `${u.id} ${opText(op)} ${valueText(k)}` });
    this.assume(u, answer ? op : NEGATED[op], k);
    this.keepBits(u, answer ? op : NEGATED[op], k);
    if (k === 0n) this.errnoOf(u);
    return answer;
  }

  /** A call of which a signed number is tested against 0, and that is not 0, has given an errno, unless it counts by its name. */
  private errnoOf(u: Unknown): void {
    if (u.origin === null || u.from !== null || u.lo >= 0n || u.t.kind === "pointer") return;
    if (COUNTS.test(u.origin.callee)) return;
    const r = this.range(u);
    if (r.lo < -MAX_ERRNO && (r.hi < 0n || r.not.has(0n))) {
      r.lo = -MAX_ERRNO;
      if (r.hi > 0n && r.not.has(0n)) r.hi = -1n;
    }
  }

  /** Takes a comparison with a constant for true. */
  assume(u: Unknown, op: CmpOp, k: bigint): void {
    const r = this.range(u);
    if (op === "eq") r.lo = r.hi = k;
    else if (op === "ne") r.not.add(k);
    else if (op === "lt") r.hi = min(r.hi, k - 1n);
    else if (op === "le") r.hi = min(r.hi, k);
    else if (op === "gt") r.lo = max(r.lo, k + 1n);
    else r.lo = max(r.lo, k);
    while (r.not.has(r.lo) && r.lo < r.hi) r.lo++;
    while (r.not.has(r.hi) && r.lo < r.hi) r.hi--;
    if (r.lo === r.hi) this.bound.set(u.id, r.lo);
    this.passDown(u, r);
  }

  /** A converted number that both types have is the same number before its conversion; one of another sign is the one of the same bits. */
  private passDown({ from, t }: Unknown, { lo, hi }: Range): void {
    if (from?.k !== "conv" || typeof from.x === "bigint" || !isInteger(t) || intOf(t).rank === 0) return;
    if (!isInteger(from.x.t) || intOf(from.x.t).bits > intOf(t).bits) return;
    const same = lo >= 0n && hi <= boundsOf(from.x.t)[1];
    const alike = intOf(from.x.t).bits === intOf(t).bits;
    const shift = same ? 0n : alike ? wrapShift(from.x.t, lo, hi) : null;
    if (shift === null) return;
    this.narrow(from.x, "ge", lo + shift);
    this.narrow(from.x, "le", hi + shift);
  }

  /** Takes a comparison of what may be computed for true, where it may be. */
  private narrow(v: Unknown, op: CmpOp, k: bigint): void {
    const { u, add } = stripped(this, v);
    if (!this.bound.has(u.id) && feasible(this.range(u), op, k - add)) this.assume(u, op, k - add);
  }

  private between(op: CmpOp, a: Unknown, b: Unknown, ask: (q: Question) => boolean): boolean {
    const [alo, ahi] = this.span(a);
    const [blo, bhi] = this.span(b);
    if (ahi < blo) return op === "lt" || op === "le" || op === "ne";
    if (alo > bhi) return op === "gt" || op === "ge" || op === "ne";
    if (ahi === blo && (op === "le" || op === "gt")) return op === "le";
    if (alo === bhi && (op === "ge" || op === "lt")) return op === "ge";
    const key = `${a.id} ${opText(op)} ${b.id}`;
    const known =
      this.facts.get(key) ??
      this.facts.get(`${b.id} ${opText(SWAPPED[op])} ${a.id}`) ??
      not(this.facts.get(`${a.id} ${opText(NEGATED[op])} ${b.id}`));
    if (known !== undefined) return known;
    const answer = ask({ subject: a, op, with: b, text: key });
    this.facts.set(key, answer);
    const is = answer ? op : NEGATED[op];
    if (is === "lt" || is === "le") this.ordered(a, b, is);
    else if (is === "gt" || is === "ge") this.ordered(b, a, is === "gt" ? "lt" : "le");
    return answer;
  }

  /** Of two numbers one is found to be the lesser: it is below the most that the other may be, and that one above its least. */
  private ordered(less: Unknown, more: Unknown, op: "lt" | "le"): void {
    const [most, least] = [this.span(more)[1], this.span(less)[0]];
    this.narrow(less, op, most);
    this.narrow(more, op === "lt" ? "gt" : "ge", least);
  }
}

function not(v: boolean | undefined): boolean | undefined {
  return v === undefined ? undefined : !v;
}
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

function feasible(r: Range, op: CmpOp, k: bigint): boolean {
  switch (op) {
    case "eq":
      return k >= r.lo && k <= r.hi && !r.not.has(k);
    case "ne":
      return r.lo !== k || r.hi !== k;
    case "lt":
      return r.lo < k;
    case "le":
      return r.lo <= k;
    case "gt":
      return r.hi > k;
    case "ge":
      return r.hi >= k;
  }
}

/**
 * What a conversion to type t adds to every value of [lo, hi]: 0 where all fit, a power of two where all wrap the same way,
 * null where it depends.
 */
export function wrapShift(t: CType, lo: bigint, hi: bigint): bigint | null {
  const [min, max] = boundsOf(t);
  const width = max - min + 1n;
  for (const shift of [0n, width, -width]) if (lo + shift >= min && hi + shift <= max) return shift;
  return null;
}

/** What a value is computed from by a conversion (add null) or by adding a constant. */
interface Step {
  readonly below: Unknown;
  readonly add: bigint | null;
}

function stepBelow({ from: f }: Unknown): Step | null {
  if (f === null) return null;
  if (f.k === "conv" && typeof f.x !== "bigint")
    return isInteger(f.x.t) || f.x.t.kind === "pointer" ? { below: f.x, add: null } : null;
  if (f.k !== "bin" || (f.op !== "add" && f.op !== "sub")) return null;
  if (typeof f.r !== "bigint" || typeof f.l === "bigint") return null;
  return { below: f.l, add: f.op === "add" ? f.r : -f.r };
}

/** Steps that a span is looked for below a value: thousands of sums in a row would be walked through at each of them. */
const STEPS_BELOW_MAX = 4000;

/** What a step adds to every value of the span below it; null where that depends on the value. */
const addedBy = ({ add }: Step, u: Unknown, [lo, hi]: [bigint, bigint]): bigint | null =>
  add ?? wrapShift(u.t, lo, hi);

const STRIPPED_MAX = 8;
/** Masks of an unknown of which some bit is known to be set. */
const MASKS_MAX = 16;

/** The integer that conversions were made of, and the bits below the sign that all of them keep. */
function unconverted(v: Unknown): { id: string; within: bigint } {
  let u = v;
  let within = (1n << 63n) - 1n;
  for (let depth = 0; ; depth++) {
    if (isInteger(u.t)) within = min(within, boundsOf(u.t)[1]);
    if (depth === STRIPPED_MAX || u.from?.k !== "conv" || typeof u.from.x === "bigint") break;
    u = u.from.x;
  }
  return { id: u.id, within };
}

/** The unknown below added constants and conversions that keep its value. */
export function stripped(c: Constraints, v: Unknown): { u: Unknown; add: bigint } {
  let u = v;
  let add = 0n;
  for (let depth = 0; depth < STRIPPED_MAX; depth++) {
    const step = stepBelow(u);
    if (step === null) break;
    const more = step.add ?? wrapShift(u.t, ...c.span(step.below));
    if (more === null) break;
    add += more;
    u = step.below;
  }
  return { u, add };
}
