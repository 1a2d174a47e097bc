/**
 * `<stdlib.h>`, `<assert.h>`, `<errno.h>`, `<signal.h>`, `<setjmp.h>`, `<time.h>` and `<locale.h>`. The clock stands still
 * and rand() is glibc's additive feedback generator, so that runs repeat. Leaves out the environment and processes.
 */
import type { Memory } from "../mem/memory.ts";
import type { NativeContext } from "../vm/native.ts";
import { allocate, ERRNO, type Family, type Libc, latin1 } from "./libc.ts";
import { parseDouble, parseInteger } from "./libc_format.ts";
import { sizeArg } from "./libc_string.ts";

/** 2023-11-14 22:13:20 UTC: what the clock says, always. */
const NOW = 1_700_000_000;

export function stdlibNatives(libc: Libc): Family {
  return {
    ...heapFamily(libc),
    ...numberFamily(libc),
    ...randomFamily(libc),
    ...sortFamily(),
    ...processFamily(libc),
    ...timeFamily(libc),
  };
}

/** Runs the atexit handlers, last registered first. `call` runs one. */
export function runExitHandlers(libc: Libc, call: (address: bigint) => void): void {
  for (let handler = libc.atexit.pop(); handler !== undefined; handler = libc.atexit.pop()) call(handler);
}

// ---- heap ---------------------------------------------------------------------------------------------------------

function heapFamily(libc: Libc): Family {
  const { memory } = libc;
  const aligned = (c: NativeContext, align: bigint, size: bigint): bigint =>
    align > 1n << 24n || (align & (align - 1n)) !== 0n
      ? 0n
      : allocate(libc, size, c.site(), { align: Number(align) });
  const free = (c: NativeContext) => {
    if (c.addr(0) !== 0n) memory.free(c.addr(0), c.site());
  };
  const resize = (c: NativeContext, old: bigint, size: bigint) => {
    if (old === 0n) return c.ret(allocate(libc, size, c.site()));
    const have = memory.sizeOf(old);
    // Not the start of a live object: free() has the words for it.
    if (have < 0 || size === 0n) {
      memory.free(old, c.site());
      return c.ret(0);
    }
    const to = allocate(libc, size, c.site());
    if (to === 0n) return c.ret(0);
    memory.copy(to, old, Math.min(have, Number(BigInt.asUintN(64, size))));
    memory.free(old, c.site());
    c.ret(to);
  };
  const product = (c: NativeContext, i: number): bigint => {
    const total = BigInt.asUintN(64, c.int(i)) * BigInt.asUintN(64, c.int(i + 1));
    return total >= 1n << 64n ? (1n << 64n) - 1n : total;
  };
  return {
    malloc: (c) => c.ret(allocate(libc, c.int(0), c.site())),
    calloc: (c) => c.ret(allocate(libc, product(c, 0), c.site(), { zero: true })),
    realloc: (c) => resize(c, c.addr(0), c.int(1)),
    reallocarray: (c) => resize(c, c.addr(0), product(c, 1)),
    aligned_alloc: (c) => c.ret(aligned(c, c.addr(0), c.int(1))),
    memalign: (c) => c.ret(aligned(c, c.addr(0), c.int(1))),
    posix_memalign(c) {
      const at = aligned(c, c.addr(1), c.int(2));
      if (at === 0n) return c.ret(ERRNO.EINVAL);
      memory.store(c.addr(0), 8, at);
      c.ret(0);
    },
    free,
    cfree: free,
  };
}

// ---- numbers ------------------------------------------------------------------------------------------------------

/** The chars at an address that a number can consist of; memory past them is not looked at. */
function numberText(memory: Memory, address: bigint): string {
  const hi = memory.hi(address);
  const lo = memory.lo(address);
  const bytes: number[] = [];
  let begun = false;
  for (let i = 0; i < NUMBER_MAX; i++) {
    const b = memory.loadByte(hi, (lo + i) | 0);
    memory.work.charge(NUMBER_UNITS);
    const space = b === 32 || (b >= 9 && b <= 13);
    if (space ? begun : !IN_NUMBER.test(String.fromCharCode(b))) break;
    begun ||= !space;
    bytes.push(b);
  }
  return String.fromCharCode(...bytes);
}

const NUMBER_MAX = 4096;
const IN_NUMBER = /[0-9A-Za-z+\-.()_]/;
/** Work of a character that may be part of a number, with what is made of it. */
const NUMBER_UNITS = 64;
/** Work of an element that is sorted, besides the calls that compare it. */
const SORT_UNITS = 128;
/** Work of starting the random numbers. */
const SEED_UNITS = 8192;

const MAX: Record<"s" | "u", bigint> = { s: (1n << 63n) - 1n, u: (1n << 64n) - 1n };

function numberFamily(libc: Libc): Family {
  const integer = (kind: "s" | "u") => (c: NativeContext) => {
    const r = parseInteger(numberText(c.memory, c.addr(0)), c.num(2));
    if (c.addr(1) !== 0n) c.memory.store(c.addr(1), 8, c.addr(0) + BigInt(r.length));
    let value = r.negative ? -r.magnitude : r.magnitude;
    const low = kind === "s" ? -(1n << 63n) : -MAX.u;
    if (value > MAX[kind] || value < low) {
      libc.setErrno(ERRNO.ERANGE);
      value = value > 0n || kind === "u" ? MAX[kind] : low;
    }
    c.ret(value);
  };
  const atoi = (bits: number) => (c: NativeContext) => {
    const r = parseInteger(numberText(c.memory, c.addr(0)), 10);
    const clamped = r.magnitude > MAX.s ? (r.negative ? MAX.s + 1n : MAX.s) : r.magnitude;
    c.ret(BigInt.asIntN(bits, r.negative ? -clamped : clamped));
  };
  const floating = (fit: (x: number) => number) => (c: NativeContext) => {
    const r = parseDouble(numberText(c.memory, c.addr(0)));
    if (c.addr(1) !== 0n) c.memory.store(c.addr(1), 8, c.addr(0) + BigInt(r.length));
    const value = fit(r.value);
    if (r.length > 0 && Math.abs(value) === Infinity && !/inf/i.test(numberText(c.memory, c.addr(0))))
      libc.setErrno(ERRNO.ERANGE);
    c.retFloat(value);
  };
  const same = (x: number): number => x;
  const abs = (bits: number) => (c: NativeContext) => {
    const v = c.int(0);
    c.ret(BigInt.asIntN(bits, v < 0n ? -v : v));
  };
  /** The result is a struct: argument 0 is where it goes. */
  const divide = (bytes: number) => (c: NativeContext) => {
    const b = c.int(2);
    if (b === 0n) c.stop({ kind: "division-by-zero", message: "div() by zero" });
    c.memory.store(c.addr(0), bytes, c.int(1) / b);
    c.memory.store(c.addr(0) + BigInt(bytes), bytes, c.int(1) % b);
  };
  const ffs = (c: NativeContext) => {
    const v = BigInt.asUintN(64, c.int(0));
    c.ret(v === 0n ? 0 : (v & -v).toString(2).length);
  };
  return {
    atoi: atoi(32),
    atol: atoi(64),
    atoll: atoi(64),
    atof: (c) => c.retFloat(parseDouble(numberText(c.memory, c.addr(0))).value),
    strtol: integer("s"),
    strtoll: integer("s"),
    strtoimax: integer("s"),
    strtoul: integer("u"),
    strtoull: integer("u"),
    strtoumax: integer("u"),
    strtod: floating(same),
    strtold: floating(same),
    strtof: floating(Math.fround),
    abs: abs(32),
    labs: abs(64),
    llabs: abs(64),
    imaxabs: abs(64),
    div: divide(4),
    ldiv: divide(8),
    lldiv: divide(8),
    imaxdiv: divide(8),
    ffs,
    ffsl: ffs,
    ffsll: ffs,
  };
}

// ---- random -------------------------------------------------------------------------------------------------------

/** State of the additive feedback generator: r[i] = r[i-3] + r[i-31], from a linear congruential start. */
function seeded(seed: number): number[] {
  const r: number[] = [(seed >>> 0 === 0 ? 1 : seed) | 0];
  for (let i = 1; i < 31; i++) {
    const previous = BigInt(r[i - 1]!);
    let word = Number((16807n * previous) % 2147483647n);
    if (word < 0) word += 2147483647;
    r.push(word);
  }
  for (let i = 31; i < 34; i++) r.push(r[i - 31]!);
  for (let i = 34; i < 344; i++) r.push((r[i - 31]! + r[i - 3]!) | 0);
  return r.slice(-31);
}

function randomFamily(libc: Libc): Family {
  const seed = (c: NativeContext) => {
    c.memory.work.charge(SEED_UNITS);
    libc.random = seeded(c.num(0));
  };
  const next = (c: NativeContext) => {
    if (libc.random.length === 0) libc.random = seeded(1);
    const r = libc.random;
    const word = (r[0]! + r[28]!) | 0;
    r.shift();
    r.push(word);
    c.ret(word >>> 1);
  };
  return {
    srand: seed,
    srandom: seed,
    rand: next,
    random: next,
    rand_r(c) {
      let s = Number(c.memory.load(c.addr(0), 4));
      let result = 0;
      for (const [shift, mask] of [
        [0, 2047],
        [10, 1023],
        [10, 1023],
      ] as const) {
        s = (Math.imul(s, 1103515245) + 12345) >>> 0;
        result = (result << shift) ^ ((s >>> 16) & mask);
      }
      c.memory.store(c.addr(0), 4, BigInt(s));
      c.ret(result);
    },
  };
}

// ---- sorting ------------------------------------------------------------------------------------------------------

/** The order of `count` positions by a stable merge sort. */
function mergeSort(count: number, less: (a: number, b: number) => boolean): Uint32Array {
  let order = Uint32Array.from({ length: count }, (_, i) => i);
  let merged = new Uint32Array(count);
  for (let width = 1; width < count; width *= 2) {
    for (let low = 0; low < count; low += 2 * width) {
      const middle = Math.min(low + width, count);
      const high = Math.min(low + 2 * width, count);
      let a = low;
      let b = middle;
      // The right one goes first only when it is less: equal elements keep their order.
      for (let to = low; to < high; to++)
        merged[to] = a < middle && (b >= high || !less(order[a]!, order[b]!)) ? order[a++]! : order[b++]!;
    }
    [order, merged] = [merged, order];
  }
  return order;
}

function sortFamily(): Family {
  return {
    /** A merge sort over positions, as glibc's: the comparisons happen before anything moves. */
    qsort(c) {
      const base = c.addr(0);
      const count = sizeArg(c, 1);
      const size = sizeArg(c, 2);
      const compare = c.addr(3);
      if (count < 2 || size === 0) return;
      c.memory.checkRange(base, count * size, "write", true);
      const at = (i: number): bigint => base + BigInt(i * size);
      const less = (a: number, b: number): boolean => BigInt.asIntN(32, c.call(compare, [at(b), at(a)])) < 0n;
      c.memory.work.charge(SORT_UNITS * count);
      c.memory.reserve(8 * count);
      const order = mergeSort(count, less);
      const copy = c.memory.alloc(count * size, { name: "qsort's copy" });
      c.memory.copy(copy, base, count * size);
      order.forEach((from, to) => {
        if (from !== to) c.memory.copy(at(to), copy + BigInt(from * size), size);
      });
      c.memory.free(copy, c.site());
      c.memory.reserve(-8 * count);
    },
    bsearch(c) {
      const [key, base, compare] = [c.addr(0), c.addr(1), c.addr(4)];
      const size = c.int(3);
      let low = 0;
      let high = sizeArg(c, 2);
      while (low < high) {
        const middle = (low + high) >>> 1;
        const at = base + BigInt(middle) * size;
        const order = BigInt.asIntN(32, c.call(compare, [key, at]));
        if (order === 0n) return c.ret(at);
        if (order < 0n) high = middle;
        else low = middle + 1;
      }
      c.ret(0);
    },
  };
}

// ---- process ------------------------------------------------------------------------------------------------------

const SIGNALS: Record<number, string> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL",
  5: "SIGTRAP",
  6: "SIGABRT",
  7: "SIGBUS",
  8: "SIGFPE",
  9: "SIGKILL",
  10: "SIGUSR1",
  11: "SIGSEGV",
  12: "SIGUSR2",
  13: "SIGPIPE",
  14: "SIGALRM",
  15: "SIGTERM",
};

function processFamily(libc: Libc): Family {
  const { memory } = libc;
  const end = (c: NativeContext) => c.stop({ kind: "exit", message: "", status: c.num(0) & 0xff });
  /** Runs the handler of a signal, or ends the run as the signal would. */
  const deliver = (c: NativeContext, number: number) => {
    const handler = libc.handlers.get(number) ?? 0n;
    if (handler > 1n) {
      c.call(handler, [BigInt(number)]);
      if (number !== 6) return;
    } else if (handler === 1n && number !== 6) return;
    const name = SIGNALS[number] ?? `signal ${number}`;
    c.stop({
      kind: "abort",
      message: number === 6 ? "the program called abort()" : `the program raised ${name}`,
      status: 128 + number,
    });
  };
  // Four bytes a number: __builtin_setjmp has room for 40.
  const setjmp = (c: NativeContext) => {
    const at = c.addr(0);
    for (const [i, word] of c.savePoint().entries()) memory.store(at + BigInt(4 * i), 4, BigInt(word));
    c.ret(0);
  };
  const longjmp = (c: NativeContext): "jump" => {
    const at = c.addr(0);
    const value = BigInt.asIntN(32, c.int(1));
    const signed = new Set([0, 1, 2, 5, 6, 7]);
    const point = Array.from({ length: 8 }, (_, i) => {
      const word = memory.load(at + BigInt(4 * i), 4);
      return Number(signed.has(i) ? BigInt.asIntN(32, word) : word);
    });
    if (!c.jumpTo(point, value === 0n ? 1n : value))
      c.stop({ kind: "bad-call", message: "longjmp to a function that has returned" });
    return "jump";
  };
  return {
    exit(c) {
      const status = c.num(0) & 0xff;
      runExitHandlers(libc, (handler) => c.call(handler, []));
      c.stop({ kind: "exit", message: "", status });
    },
    _exit: end,
    _Exit: end,
    quick_exit: end,
    abort: (c) => deliver(c, 6),
    atexit(c) {
      memory.reserve(32);
      libc.atexit.push(c.addr(0));
      c.ret(0);
    },
    at_quick_exit: (c) => c.ret(0),
    __assert_fail(c) {
      const [condition, file, fn] = [c.addr(0), c.addr(1), c.addr(3)].map((a) => memory.cstring(a));
      const message = `${file}:${c.num(2)}: ${fn}: Assertion \`${condition}' failed.`;
      libc.emit(2, latin1(`${libc.program}: ${message}\n`));
      c.stop({ kind: "bug", message: `Assertion \`${condition}' failed in ${fn}()` });
    },
    __errno_location: (c) => c.ret(libc.errno),
    getenv: (c) => c.ret(0),
    setenv: (c) => c.ret(0),
    system: (c) => c.ret(c.addr(0) === 0n ? 0 : -1),
    signal(c) {
      const old = libc.handlers.get(c.num(0)) ?? 0n;
      if (c.num(0) < 1 || c.num(0) > 64) {
        libc.setErrno(ERRNO.EINVAL);
        return c.ret(-1);
      }
      libc.handlers.set(c.num(0), c.addr(1));
      c.ret(old);
    },
    raise(c) {
      deliver(c, c.num(0));
      c.ret(0);
    },
    kill(c) {
      deliver(c, c.num(1));
      c.ret(0);
    },
    setjmp,
    _setjmp: setjmp,
    __sigsetjmp: setjmp,
    sigsetjmp: setjmp,
    longjmp,
    _longjmp: longjmp,
    __fsc_goto(c): "jump" {
      if (!c.jumpOut(c.addr(0), c.addr(1)))
        c.stop({ kind: "bad-call", message: "goto into a function that has returned" });
      return "jump";
    },
    __fsc_setjmp: setjmp,
    __fsc_longjmp: longjmp,
    siglongjmp: longjmp,
    setlocale(c) {
      const name = c.addr(1) === 0n ? "C" : memory.cstring(c.addr(1));
      c.ret(name === "C" || name === "" || name === "POSIX" ? libc.staticString("C") : 0n);
    },
  };
}

// ---- time ---------------------------------------------------------------------------------------------------------

/** Days since 1970-01-01 to year, month (0-11), day, by the usual era arithmetic. */
function civil(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const z = days + 719468;
  const era = Math.floor(z / 146097);
  const doe = z - era * 146097;
  const yoe = Math.floor(
    (doe - Math.floor(doe / 1460) + Math.floor(doe / 36524) - Math.floor(doe / 146096)) / 365,
  );
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 2 : mp - 10;
  return {
    year: yoe + era * 400 + (month < 2 ? 1 : 0),
    month,
    day: doy - Math.floor((153 * mp + 2) / 5) + 1,
  };
}

/** The inverse; month may lie outside 0-11. */
function daysOf(year: number, month: number, day: number): number {
  const y0 = year + Math.floor(month / 12);
  const m = ((month % 12) + 12) % 12;
  const y = m < 2 ? y0 - 1 : y0;
  const era = Math.floor(y / 400);
  const yoe = y - era * 400;
  const doy = Math.floor((153 * (m < 2 ? m + 10 : m - 2) + 2) / 5) + day - 1;
  return era * 146097 + yoe * 365 + Math.floor(yoe / 4) - Math.floor(yoe / 100) + doy - 719468;
}

function timeFamily(libc: Libc): Family {
  const { memory } = libc;
  const spec = (c: NativeContext, at: bigint) => {
    memory.store(at, 8, BigInt(NOW));
    memory.store(at + 8n, 8, 0n);
    c.ret(0);
  };
  const storeTm = (at: bigint, seconds: number): void => {
    const days = Math.floor(seconds / 86400);
    const left = seconds - days * 86400;
    const { year, month, day } = civil(days);
    const words = [
      left % 60,
      Math.floor(left / 60) % 60,
      Math.floor(left / 3600),
      day,
      month,
      year - 1900,
      (((days + 4) % 7) + 7) % 7,
      days - daysOf(year, 0, 1),
      0,
    ];
    for (const [i, w] of words.entries()) memory.store(at + BigInt(4 * i), 4, BigInt(w));
    memory.store(at + 40n, 8, 0n);
    memory.store(at + 48n, 8, libc.staticString("GMT"));
  };
  const broken = (c: NativeContext) => {
    const at = libc.staticBlock("struct tm", 56);
    storeTm(at, Number(BigInt.asIntN(64, memory.load(c.addr(0), 8))));
    c.ret(at);
  };
  return {
    time(c) {
      if (c.addr(0) !== 0n) memory.store(c.addr(0), 8, BigInt(NOW));
      c.ret(NOW);
    },
    clock: (c) => c.ret(0),
    difftime: (c) => c.retFloat(Number(c.int(0)) - Number(c.int(1))),
    clock_gettime: (c) => spec(c, c.addr(1)),
    gettimeofday: (c) => spec(c, c.addr(0)),
    timespec_get(c) {
      spec(c, c.addr(0));
      c.ret(1);
    },
    nanosleep: (c) => c.ret(0),
    gmtime: broken,
    localtime: broken,
    mktime(c) {
      const at = c.addr(0);
      const [sec, min, hour, day, month, year] = Array.from({ length: 6 }, (_, i) =>
        Number(BigInt.asIntN(32, memory.load(at + BigInt(4 * i), 4))),
      ) as [number, number, number, number, number, number];
      const seconds = daysOf(year + 1900, month, day) * 86400 + hour * 3600 + min * 60 + sec;
      storeTm(at, seconds);
      c.ret(seconds);
    },
  };
}
