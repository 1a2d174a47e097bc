/**
 * Bits of a value that is computed by masks: `(S_IFREG | mode) & S_IFMT` is S_IFREG whatever the mode is, as long as the mode's own
 * bits lie beside it. Leaves out carries: sums and differences say nothing of their bits here.
 */
import { type CType, intOf, isInteger } from "../c/ctype.ts";
import type { Unknown, Value } from "./value.ts";

/** What a path has decided of its values (Constraints). */
interface Known {
  resolve(v: Value): Value;
  span(v: Value): readonly [bigint, bigint];
  /** Bits that are known by questions about masks. */
  asked(u: Unknown): Bits;
}

/** Bits of 64 that are known: a bit is in `ones`, in `zeros`, or open. */
export interface Bits {
  readonly ones: bigint;
  readonly zeros: bigint;
}

const ALL = (1n << 64n) - 1n;
/** All of them are open. */
export const NO_BITS: Bits = { ones: 0n, zeros: 0n };
/** Operations within operations that are looked through. */
const DEPTH = 8;

/** Whether the bits of a value that masks compute tell it from a number; undefined where they do not decide. */
export function maskedIs(known: Known, v: Value, k: bigint): boolean | undefined {
  if (typeof v === "bigint" || v.from?.k !== "bin" || (v.from.op !== "and" && v.from.op !== "or"))
    return undefined;
  const { ones, zeros } = bitsOf(known, v, DEPTH);
  const wanted = BigInt.asUintN(64, k);
  if ((wanted & zeros) !== 0n || (~wanted & ALL & ones) !== 0n) return false;
  return (ones | zeros) === ALL ? true : undefined;
}

function bitsOf(known: Known, given: Value, depth: number): Bits {
  const v = known.resolve(given);
  if (typeof v === "bigint") {
    const ones = BigInt.asUintN(64, v);
    return { ones, zeros: ~ones & ALL };
  }
  const { ones, zeros } = computedBits(known, v, depth);
  const asked = known.asked(v);
  return { ones: ones | asked.ones, zeros: zeros | asked.zeros };
}

/** What a value is computed from tells of its bits. */
function computedBits(known: Known, v: Unknown, depth: number): Bits {
  const { from } = v;
  if (from === null || depth === 0) return spanBits(known, v);
  const inner = (x: Value): Bits => bitsOf(known, x, depth - 1);
  switch (from.k) {
    case "bin": {
      if (from.op !== "and" && from.op !== "or" && from.op !== "xor") return spanBits(known, v);
      const [l, r] = [inner(from.l), inner(from.r)];
      if (from.op === "and") return fit(v.t, l.ones & r.ones, l.zeros | r.zeros);
      if (from.op === "or") return fit(v.t, l.ones | r.ones, l.zeros & r.zeros);
      return fit(v.t, (l.ones & r.zeros) | (l.zeros & r.ones), (l.ones & r.ones) | (l.zeros & r.zeros));
    }
    case "un": {
      const { ones, zeros } = from.op === "not" ? inner(from.x) : NO_BITS;
      return fit(v.t, zeros, ones);
    }
    case "conv": {
      const { ones, zeros } = inner(from.x);
      return fit(v.t, ones, zeros);
    }
    case "cmp":
      return { ones: 0n, zeros: ALL & ~1n };
  }
}

/** As a type keeps them: what stands above it is clear, or as the sign is. */
function fit(t: CType, ones: bigint, zeros: bigint): Bits {
  if (!isInteger(t) || intOf(t).bits > 64) return NO_BITS;
  const { bits, signed } = intOf(t);
  const low = (1n << BigInt(bits)) - 1n;
  const above = ALL & ~low;
  const sign = 1n << BigInt(bits - 1);
  const over = (of: bigint): bigint => ((of & sign) === 0n ? 0n : above);
  return signed
    ? { ones: (ones & low) | over(ones), zeros: (zeros & low) | over(zeros) }
    : { ones: ones & low, zeros: (zeros & low) | above };
}

/** Of a number that is not negative the bits above its greatest value are clear. */
function spanBits(known: Known, v: Value): Bits {
  const [lo, hi] = known.span(v);
  return lo < 0n || hi > ALL
    ? NO_BITS
    : { ones: 0n, zeros: ALL & ~((1n << BigInt(hi.toString(2).length)) - 1n) };
}
