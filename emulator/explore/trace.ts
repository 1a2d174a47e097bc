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

const SEGMENTS = new Map<number, number>();
let lastHi = 0;
let lastBase = -1;

/** The granule of an address. */
export function granuleOf(hi: number, lo: number): Granule {
  if (hi !== lastHi || lastBase < 0) {
    let n = SEGMENTS.get(hi);
    if (n === undefined) {
      n = SEGMENTS.size;
      SEGMENTS.set(hi, n);
    }
    lastHi = hi;
    lastBase = n * 0x20000000;
  }
  return lastBase + (lo >>> 3);
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

/** What an entry of a trace is. */
export const TOUCH = 0;
export const MADE = 1;
const ORDERINGS = [
  "acquire",
  "acquire-shared",
  "release",
  "release-shared",
  "wake",
  "woken",
  "create",
  "join",
] as const;

/** Words of an entry besides `at`. */
const WORDS = 6;

/** Some entries of a trace, which may be put into it again. */
export interface Touches {
  readonly length: number;
  readonly at: Float64Array;
  readonly words: Int32Array;
}

/**
 * The list, in arrays of numbers: entries are made at nearly every access, and objects would be most of what exploring
 * costs. Going back is setting `length`.
 */
export class Trace {
  length = 0;
  private at = new Float64Array(1024);
  private words = new Int32Array(1024 * WORDS);
  private readonly ons: bigint[] = [];
  private readonly onIds = new Map<bigint, number>();

  private reserve(length: number): void {
    if (length <= this.at.length) return;
    const room = Math.max(2 * this.at.length, length);
    const at = new Float64Array(room);
    at.set(this.at);
    this.at = at;
    const words = new Int32Array(room * WORDS);
    words.set(this.words);
    this.words = words;
  }

  private room(): number {
    const i = this.length++;
    this.reserve(this.length);
    return i;
  }

  /** @param how mask of the bytes, and flags WRITE and MARKED */
  touch(
    task: number,
    at: Granule,
    how: number,
    fn: number,
    pc: number,
    callerFn: number,
    callerPc: number,
  ): void {
    const i = this.room();
    this.at[i] = at;
    const { words } = this;
    const w = i * WORDS;
    words[w] = TOUCH | (task << 8);
    words[w + 1] = how;
    words[w + 2] = fn;
    words[w + 3] = pc;
    words[w + 4] = callerFn;
    words[w + 5] = callerPc;
  }

  /** The entries from `from` on. */
  copy(from: number): Touches {
    const { length } = this;
    return {
      length: length - from,
      at: this.at.slice(from, length),
      words: this.words.slice(from * WORDS, length * WORDS),
    };
  }

  /** The same entries again. */
  append(t: Touches): void {
    const from = this.length;
    this.length += t.length;
    this.reserve(this.length);
    this.at.set(t.at, from);
    this.words.set(t.words, from * WORDS);
  }

  made(task: number, at: Granule, count: number): void {
    const i = this.room();
    this.at[i] = at;
    this.words[i * WORDS] = MADE | (task << 8);
    this.words[i * WORDS + 1] = count;
  }

  order(kind: Ordering["kind"], task: number, on: bigint): void {
    let id = this.onIds.get(on);
    if (id === undefined) {
      id = this.ons.length;
      this.ons.push(on);
      this.onIds.set(on, id);
    }
    const i = this.room();
    this.at[i] = id;
    this.words[i * WORDS] = (2 + ORDERINGS.indexOf(kind)) | (task << 8);
  }

  /** TOUCH, MADE, or another number: then `orderAt` says which. */
  kindAt(i: number): number {
    return this.words[i * WORDS]! & 0xff;
  }
  taskAt(i: number): number {
    return this.words[i * WORDS]! >> 8;
  }
  granuleAt(i: number): Granule {
    return this.at[i]!;
  }
  /** Mask and flags of a touch, count of what was made. */
  howAt(i: number): number {
    return this.words[i * WORDS + 1]!;
  }

  touchAt(i: number): Touch {
    const w = i * WORDS;
    const { words } = this;
    const how = words[w + 1]!;
    return {
      kind: "touch",
      task: this.taskAt(i),
      at: this.at[i]!,
      mask: how & 0xff,
      write: (how & WRITE) !== 0,
      marked: (how & MARKED) !== 0,
      fn: words[w + 2]!,
      pc: words[w + 3]!,
      callerFn: words[w + 4]!,
      callerPc: words[w + 5]!,
    };
  }

  /** How an entry orders that is neither a touch nor made. */
  orderAt(i: number): Ordering["kind"] {
    return ORDERINGS[this.kindAt(i) - 2]!;
  }
  /** What such an entry is about, as a number that is the same wherever it stands in the trace. */
  onAt(i: number): number {
    return this.at[i]!;
  }
  /** The lock's or sleeper's address, or the other task. */
  addressOf(on: number): bigint {
    return this.ons[on]!;
  }
}

export const WRITE = 0x100;
export const MARKED = 0x200;
