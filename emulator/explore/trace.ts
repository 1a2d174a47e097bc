/**
 * What tasks did in one order: their accesses to memory, and what orders them. A list that only grows, so that orders with
 * a common beginning share it. Leaves out what follows from it (races.ts).
 */

/** Eight bytes of memory as a number that a Map takes quickly. */
export type Granule = number;

export interface Touch {
  readonly kind: "touch";
  readonly task: number;
  readonly at: Granule;
  /** Which of the eight bytes. */
  readonly mask: number;
  readonly write: boolean;
  /** The access is marked (READ_ONCE and its like), or part of an atomic operation. */
  readonly marked: boolean;
  /** Function and place in its code, and the same of its caller (-1: none). */
  readonly fn: number;
  readonly pc: number;
  readonly callerFn: number;
  readonly callerPc: number;
}

/** What orders tasks: `on` is the lock's or sleeper's address, or the other task. */
export interface Ordering {
  readonly kind:
    | "acquire"
    | "acquire-shared"
    | "release"
    | "release-shared"
    | "wake"
    | "woken"
    | "create"
    | "join";
  readonly task: number;
  readonly on: bigint;
}

/** The bytes are a new object. */
export interface Made {
  readonly kind: "made";
  readonly task: number;
  readonly at: Granule;
  readonly count: number;
}

export type TraceEntry = Touch | Ordering | Made;

const SEGMENTS = new Map<number, number>();

/** The granule of an address. */
export function granuleOf(hi: number, lo: number): Granule {
  let n = SEGMENTS.get(hi);
  if (n === undefined) {
    n = SEGMENTS.size;
    SEGMENTS.set(hi, n);
  }
  return n * 0x20000000 + Math.floor(lo / 8);
}

/** High word of a granule's address. */
export function segmentOf(at: Granule): number {
  const n = Math.floor(at / 0x20000000);
  for (const [hi, i] of SEGMENTS) if (i === n) return hi;
  return 0;
}

/** Calls `each` for the granules of [lo, lo + size) with the mask of their bytes. */
export function granules(
  hi: number,
  lo: number,
  size: number,
  each: (at: Granule, mask: number) => void,
): void {
  let from = lo;
  const end = lo + size;
  while (from < end) {
    const first = from & 7;
    const n = Math.min(8 - first, end - from);
    each(granuleOf(hi, from), ((1 << n) - 1) << first);
    from += n;
  }
}
