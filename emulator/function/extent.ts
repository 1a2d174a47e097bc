/**
 * How far memory reaches, and whether an index or a length goes past it: of bytes that are known, and of numbers that are open where
 * both are counted from the same one ("n elements, indexed by n"). Leaves out arrays whose length their type tells (walk.ts), and every
 * number of which only one path of the function says what it is: that one may never be.
 */
import type { CType } from "../c/ctype.ts";
import type { X } from "../c/tree.ts";
import { stripped } from "./constraints.ts";
import { type Asked, layoutSafe, type Obj, sizeSafe } from "./memory.ts";
import type { Run } from "./run.ts";
import type { Limit, Unknown, Value } from "./value.ts";

/** times * u + add; without an unknown a number. */
interface Linear {
  readonly u: Unknown | null;
  readonly times: bigint;
  readonly add: bigint;
}

const DEPTH = 6;

/** A value as one unknown times a number, and a number more; null where it is more than that. */
function linear(w: Run, v0: Value, depth = 0): Linear | null {
  const v = w.known.resolve(v0);
  if (typeof v === "bigint") return { u: null, times: 0n, add: v };
  const { u, add } = stripped(w.known, v);
  const { from } = u;
  if (from?.k === "bin" && (from.op === "mul" || from.op === "shl") && depth < DEPTH) {
    const [x, k] =
      typeof from.r === "bigint" ? [from.l, from.r] : from.op === "mul" ? [from.r, from.l] : [from.l, null];
    const below = typeof k === "bigint" ? linear(w, x, depth + 1) : null;
    if (below !== null && typeof k === "bigint" && k >= 0n && k < 1n << 32n) {
      const by = from.op === "mul" ? k : 1n << k;
      return { u: below.u, times: below.times * by, add: below.add * by + add };
    }
  }
  return { u, times: 1n, add };
}

/** The bytes that were asked for, as far as they are one unknown's. */
function askedBytes(w: Run, { factors }: Asked): Linear | null {
  let out: Linear = { u: null, times: 0n, add: 1n };
  for (const f of factors) {
    const l = linear(w, f);
    if (l === null || (l.u !== null && out.u !== null)) return null;
    out =
      l.u === null
        ? { u: out.u, times: out.times * l.add, add: out.add * l.add }
        : { u: l.u, times: l.times * out.add, add: l.add * out.add };
  }
  return out;
}

/** An expression without the conversions around it. */
export function bare(x: X): X {
  let at = x;
  while (at.k === "conv") at = at.x;
  return at;
}

/** The variable that a pointer is in, by the name that the source has for it. */
export function variableOf(x: X): string | null {
  const at = bare(x);
  return at.k === "var" && !at.v.hidden ? at.v.name : null;
}

/** Whether a number is a constant of the source, or a variable that was declared with one and not written since. */
export function isFigure(w: Run, x: X): boolean {
  const at = bare(x);
  return at.k === "num" || (at.k === "var" && w.frame.figures.has(at.v));
}

/** Bytes of an object, where they are the same on every path: a variable's, and those that the source asks for in figures. */
export function wholeOf(obj: Obj): number | null {
  if (obj.size === null || obj.size <= 0 || obj.gone !== null) return null;
  if (obj.kind === "local" || obj.kind === "global") return obj.size;
  return obj.kind === "heap" && obj.asked?.exact === true ? obj.size : null;
}

/** What goes past the end of something, in words: where both numbers can be said, and by how much where they cannot. */
export interface Past {
  readonly has: string | null;
  readonly goes: string;
}

const counted = (n: bigint, of: "byte" | "element"): string => `${n} ${of}${n === 1n ? "" : "s"}`;
/** Numbers that a reader knows by their name. */
const SAID = /^[\w.>[\]-]{1,40}$/;
const isSaid = ({ u }: Linear): boolean => u === null || SAID.test(u.id);

/** Bytes that are counted from the same number as those that there are. */
function byMore(has: Linear, goes: Linear): Past | null {
  const more = goes.add - has.add;
  if (more <= 0n) return null;
  return isSaid(has)
    ? { has: `${linearText(has)} bytes`, goes: linearText(goes) }
    : { has: null, goes: `${counted(more, "byte")} more than there are` };
}

/** "n", "n + 1", "16 * n". */
function linearText({ u, times, add }: Linear): string {
  if (u === null) return `${add}`;
  const first = times === 1n ? u.id : `${times} * ${u.id}`;
  return add === 0n ? first : add > 0n ? `${first} + ${add}` : `${first} - ${-add}`;
}

/**
 * Whether so many bytes from a place on end past its object.
 * @param length as it was given @param x the expression that gave it @param checked whether something was decided of an open one
 * @param whole bytes of the object, where they are not its own to tell
 */
export function lengthPast(
  w: Run,
  { obj, off }: { obj: Obj; off: number },
  length: Value,
  x: X | undefined,
  whole: number | null = wholeOf(obj),
): Past | null {
  if (x === undefined || off < 0) return null;
  const v = w.known.resolve(length);
  if (whole !== null) {
    const left = BigInt(whole - off);
    if (typeof v === "bigint")
      return isFigure(w, x) && v > left ? { has: counted(left, "byte"), goes: `${v}` } : null;
    const { u } = stripped(w.known, v);
    const [lo, hi] = w.known.span(v);
    // Behind the end there is nothing, however many they are.
    if (left === 0n && obj.kind === "heap" && off > 0 && lo >= 0n && hi > 0n)
      return { has: "0 bytes", goes: SAID.test(u.id) ? u.id : "a number that is open" };
    // Of a check that lets through more than one too many nobody knows what it is for.
    return w.known.range(u).hi < u.hi && hi === left + 1n
      ? { has: counted(left, "byte"), goes: `up to ${hi}` }
      : null;
  }
  if (obj.kind !== "heap" || obj.asked === null || obj.asked.exact || obj.gone !== null) return null;
  const has = askedBytes(w, obj.asked);
  const goes = linear(w, v);
  if (has?.u == null || goes?.u == null || has.u.id !== goes.u.id || has.times !== goes.times) return null;
  return byMore(has, { ...goes, add: goes.add + BigInt(off) });
}

/** Whether a string of open length, whose memory was asked for by that very length, is copied without room for its end. */
export function stringPast(w: Run, { obj, off }: { obj: Obj; off: number }, from: Value): Past | null {
  if (obj.kind !== "heap" || obj.asked === null || obj.asked.exact || obj.gone !== null) return null;
  const has = askedBytes(w, obj.asked);
  const text = w.known.resolve(from);
  if (has?.u == null || has.times !== 1n || typeof text !== "bigint" || w.lengthOf.get(has.u.id) !== text)
    return null;
  return byMore(has, { ...has, add: BigInt(off) + 1n });
}

/**
 * Whether an element of memory that was asked for by an open number lies past its end: its index is counted from the same number, or is
 * the variable of a loop whose own test lets it be as great.
 * @param at where the elements begin @param index its value @param turn of a loop's variable its limit, and what is added to it
 */
export function elementPast(
  w: Run,
  { obj, off }: { obj: Obj; off: number },
  scale: number,
  index: Value,
  turn: { readonly limit: Limit; readonly add: bigint } | null,
  addrOnly: boolean,
): Past | null {
  if (obj.kind !== "heap" || obj.asked === null || obj.asked.exact || obj.gone !== null || off < 0)
    return null;
  const has = askedBytes(w, obj.asked);
  if (has?.u == null) return null;
  const size = BigInt(scale);
  let isTurn = false;
  let at = linear(w, index);
  if (at?.u === null && turn !== null) {
    const { limit, add } = turn;
    const most = linear(w, limit.with);
    if (most?.u == null || most.u.id !== has.u.id || most.times !== 1n) return null;
    if (limit.op !== "le" && limit.op !== "lt") return null;
    const last = most.add - (limit.op === "lt" ? 1n : 0n);
    // This very turn may be the last: nothing that was decided of the number says that it goes on.
    if (!w.known.mayBe(has.u, at.add - add - last)) return null;
    at = { u: has.u, times: 1n, add: last + add };
    isTurn = true;
  }
  if (at?.u == null || at.u.id !== has.u.id || at.times * size !== has.times) return null;
  if (BigInt(off) + size * at.add + (addrOnly ? 0n : size) <= has.add) return null;
  const rest = has.add - BigInt(off);
  const inElements = rest % size === 0n && has.times % size === 0n;
  const elements = inElements ? { u: has.u, times: has.times / size, add: rest / size } : null;
  if (elements === null || !isSaid(elements))
    return { has: null, goes: isTurn ? "the last turn of the loop uses" : "the index leads to" };
  const last = linearText(at);
  return {
    has: `${linearText(elements)} elements`,
    goes: isTurn ? `${last} in the last turn of the loop` : last,
  };
}

/**
 * Bytes from the beginning of an object to the end of the record that an argument is a member of ("&np->local_ip"): what lies behind
 * that is another thing's. Null where it is no member, or the record ends in an array, which may have any length.
 */
export function recordAround(x: X | undefined, off: number): number | null {
  const place = x === undefined ? null : bare(x);
  if (place === null || (place.k !== "padd" && place.k !== "mem") || place.off <= 0) return null;
  if (place.k === "mem" && place.t.kind !== "array" && place.t.kind !== "record") return null;
  const of = place.base.t.kind === "pointer" ? place.base.t.to : null;
  if (of?.kind !== "record" || bare(place.base).k !== "var") return null;
  const size = sizeSafe(of);
  return size === null || endsInArray(of) ? null : off - place.off + size;
}

function endsInArray(t: CType): boolean {
  if (t.kind === "array") return (t.length ?? 0) < 3 || endsInArray(t.of);
  if (t.kind !== "record") return false;
  const fields = layoutSafe(t);
  if (fields === null) return true;
  const end = Math.max(0, ...fields.map((f) => f.offset));
  return fields.some((f) => f.offset === end && endsInArray(f.type));
}
