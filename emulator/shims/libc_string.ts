/**
 * `<string.h>`, `<strings.h>`, `<ctype.h>`, `<wchar.h>` and the multibyte functions of `<stdlib.h>`, in the C locale
 * (bytes above 127 are letters of nothing; wide strings become UTF-8). Leaves out collation.
 */
import { type Memory, MemoryFault } from "../mem/memory.ts";
import type { NativeContext } from "../vm/native.ts";
import { allocate, ERRNO, type Family, type Libc, latin1 } from "./libc.ts";
import { utf8 } from "./libc_format.ts";

/** Byte reader at an address, without bigints. */
class Bytes {
  private readonly memory: Memory;
  private readonly hi: number;
  private readonly lo: number;
  constructor(memory: Memory, address: bigint) {
    this.memory = memory;
    this.hi = memory.hi(address);
    this.lo = memory.lo(address);
  }
  at(i: number): number {
    return this.memory.loadByte(this.hi, (this.lo + i) | 0);
  }
}

const bytesOf = (c: NativeContext, i: number): Bytes => new Bytes(c.memory, c.addr(i));
/** A size_t argument as a number; sizes beyond any memory stay beyond it. */
export const sizeArg = (c: NativeContext, i: number): number => Number(BigInt.asUintN(64, c.int(i)));

const lower = (b: number): number => (b >= 65 && b <= 90 ? b + 32 : b);
const upper = (b: number): number => (b >= 97 && b <= 122 ? b - 32 : b);

function compare(a: Bytes, b: Bytes, max: number, map: (byte: number) => number): number {
  for (let i = 0; i < max; i++) {
    const x = map(a.at(i));
    const y = map(b.at(i));
    if (x !== y || x === 0) return x - y;
  }
  return 0;
}

/** Copies a string of `length` bytes and its terminator. */
function copyString(memory: Memory, to: bigint, from: bigint, length: number): void {
  const bytes = memory.readBytes(from, length);
  memory.writeBytes(to, bytes);
  memory.writeBytes(to + BigInt(length), new Uint8Array(1));
}

/** Work of a byte that is compared, of one that is written alone, of a wide character that is read or written. */
const COMPARE_UNITS = 2;
const SINGLE_UNITS = 384;
const WIDE_UNITS = 96;

/** Index of `what` in the bytes of a string, or -1. */
function indexOf(memory: Memory, text: Uint8Array, what: Uint8Array): number {
  for (let i = 0; i + what.length <= text.length; i++) {
    let k = 0;
    while (k < what.length && text[i + k] === what[k]) k++;
    memory.work.charge(COMPARE_UNITS * (k + 1));
    if (k === what.length) return i;
  }
  return -1;
}

const stringAt = (memory: Memory, address: bigint): Uint8Array =>
  memory.readBytes(address, memory.strlen(address));

/** Which bytes a string has, by their value. */
function bytesIn(memory: Memory, address: bigint): { has(byte: number): boolean } {
  const there = new Uint8Array(256);
  const bytes = stringAt(memory, address);
  memory.work.charge(COMPARE_UNITS * bytes.length);
  for (const b of bytes) there[b] = 1;
  return { has: (byte) => there[byte] === 1 };
}

function span(c: NativeContext, inside: boolean): number {
  const set = bytesIn(c.memory, c.addr(1));
  const text = bytesOf(c, 0);
  for (let i = 0; ; i++) {
    const b = text.at(i);
    if (b === 0 || set.has(b) !== inside) return i;
  }
}

/** strtok: gives the token and what to remember. */
function token(memory: Memory, from: bigint, separators: bigint): { token: bigint; rest: bigint } {
  if (from === 0n) return { token: 0n, rest: 0n };
  const set = bytesIn(memory, separators);
  const text = new Bytes(memory, from);
  let start = 0;
  while (set.has(text.at(start))) start++;
  if (text.at(start) === 0) return { token: 0n, rest: 0n };
  let end = start;
  while (text.at(end) !== 0 && !set.has(text.at(end))) end++;
  if (text.at(end) === 0) return { token: from + BigInt(start), rest: from + BigInt(end) };
  memory.writeBytes(from + BigInt(end), new Uint8Array(1));
  return { token: from + BigInt(start), rest: from + BigInt(end + 1) };
}

export function stringNatives(libc: Libc): Family {
  return { ...memoryFamily(), ...stringFamily(libc), ...characterFamily(), ...wideFamily(libc) };
}

function memoryFamily(): Family {
  const copy = (c: NativeContext) => {
    c.memory.copy(c.addr(0), c.addr(1), sizeArg(c, 2));
  };
  const fill = (c: NativeContext) => {
    c.memory.fill(c.addr(0), c.num(1) & 0xff, sizeArg(c, 2));
  };
  const memcmp = (c: NativeContext) => {
    const n = sizeArg(c, 2);
    const a = bytesOf(c, 0);
    const b = bytesOf(c, 1);
    for (let i = 0; i < n; i++) {
      const d = a.at(i) - b.at(i);
      if (d !== 0) return c.ret(d);
    }
    c.ret(0);
  };
  const memchr = (c: NativeContext) => {
    const n = sizeArg(c, 2);
    const wanted = c.num(1) & 0xff;
    const text = bytesOf(c, 0);
    for (let i = 0; i < n; i++) if (text.at(i) === wanted) return c.ret(c.addr(0) + BigInt(i));
    c.ret(0);
  };
  return {
    memcpy: copy,
    memmove: copy,
    __memcpy_chk: copy,
    mempcpy(c) {
      copy(c);
      c.ret(c.addr(0) + c.int(2));
    },
    memset: fill,
    memcmp,
    bcmp: memcmp,
    memchr,
    memrchr(c) {
      const wanted = c.num(1) & 0xff;
      const text = bytesOf(c, 0);
      for (let i = sizeArg(c, 2) - 1; i >= 0; i--)
        if (text.at(i) === wanted) return c.ret(c.addr(0) + BigInt(i));
      c.ret(0);
    },
    rawmemchr(c) {
      const wanted = c.num(1) & 0xff;
      const text = bytesOf(c, 0);
      let i = 0;
      while (text.at(i) !== wanted) i++;
      c.ret(c.addr(0) + BigInt(i));
    },
    memccpy(c) {
      const wanted = c.num(2) & 0xff;
      const n = sizeArg(c, 3);
      const from = bytesOf(c, 1);
      for (let i = 0; i < n; i++) {
        const b = from.at(i);
        c.memory.work.charge(SINGLE_UNITS);
        c.memory.writeBytes(c.addr(0) + BigInt(i), Uint8Array.of(b));
        if (b === wanted) return c.ret(c.addr(0) + BigInt(i + 1));
      }
      c.ret(0);
    },
    memmem(c) {
      const at = indexOf(
        c.memory,
        c.memory.readBytes(c.addr(0), sizeArg(c, 1)),
        c.memory.readBytes(c.addr(2), sizeArg(c, 3)),
      );
      c.ret(at < 0 ? 0n : c.addr(0) + BigInt(at));
    },
    bzero(c) {
      c.memory.fill(c.addr(0), 0, sizeArg(c, 1));
    },
    bcopy(c) {
      c.memory.copy(c.addr(1), c.addr(0), sizeArg(c, 2));
    },
  };
}

function stringFamily(libc: Libc): Family {
  const strchr = (c: NativeContext) => {
    const wanted = c.num(1) & 0xff;
    const text = bytesOf(c, 0);
    for (let i = 0; ; i++) {
      const b = text.at(i);
      if (b === wanted) return c.ret(c.addr(0) + BigInt(i));
      if (b === 0) return c.ret(0);
    }
  };
  const strrchr = (c: NativeContext) => {
    const wanted = c.num(1) & 0xff;
    const text = bytesOf(c, 0);
    let found = -1;
    for (let i = 0; ; i++) {
      const b = text.at(i);
      if (b === wanted) found = i;
      if (b === 0) return c.ret(found < 0 ? 0n : c.addr(0) + BigInt(found));
    }
  };
  const padded = (c: NativeContext): number => {
    const n = sizeArg(c, 2);
    const length = c.memory.strlen(c.addr(1), n);
    c.memory.writeBytes(c.addr(0), c.memory.readBytes(c.addr(1), length));
    c.memory.fill(c.addr(0) + BigInt(length), 0, n - length);
    return length;
  };
  const strstr = (c: NativeContext, fold: boolean) => {
    const map = (b: Uint8Array): Uint8Array => (fold ? b.map(lower) : b);
    const [text, what] = [stringAt(c.memory, c.addr(0)), stringAt(c.memory, c.addr(1))];
    if (fold) c.memory.work.charge(COMPARE_UNITS * 4 * (text.length + what.length));
    const at = indexOf(c.memory, map(text), map(what));
    c.ret(at < 0 ? 0n : c.addr(0) + BigInt(at));
  };
  const duplicate = (c: NativeContext, length: number) => {
    const to = allocate(libc, BigInt(length + 1), c.site());
    if (to !== 0n) copyString(c.memory, to, c.addr(0), length);
    c.ret(to);
  };
  const same = (b: number): number => b;
  return {
    strlen(c) {
      c.ret(c.memory.strlen(c.addr(0)));
    },
    strnlen(c) {
      c.ret(c.memory.strlen(c.addr(0), sizeArg(c, 1)));
    },
    strcpy(c) {
      copyString(c.memory, c.addr(0), c.addr(1), c.memory.strlen(c.addr(1)));
    },
    stpcpy(c) {
      const length = c.memory.strlen(c.addr(1));
      copyString(c.memory, c.addr(0), c.addr(1), length);
      c.ret(c.addr(0) + BigInt(length));
    },
    strncpy(c) {
      padded(c);
    },
    stpncpy(c) {
      c.ret(c.addr(0) + BigInt(padded(c)));
    },
    strlcpy(c) {
      const size = sizeArg(c, 2);
      const length = c.memory.strlen(c.addr(1));
      if (size > 0) copyString(c.memory, c.addr(0), c.addr(1), Math.min(length, size - 1));
      c.ret(length);
    },
    strlcat(c) {
      const size = sizeArg(c, 2);
      const have = c.memory.strlen(c.addr(0), size);
      const length = c.memory.strlen(c.addr(1));
      if (have < size)
        copyString(c.memory, c.addr(0) + BigInt(have), c.addr(1), Math.min(length, size - have - 1));
      c.ret(have + length);
    },
    strcat(c) {
      const end = c.addr(0) + BigInt(c.memory.strlen(c.addr(0)));
      copyString(c.memory, end, c.addr(1), c.memory.strlen(c.addr(1)));
    },
    strncat(c) {
      const end = c.addr(0) + BigInt(c.memory.strlen(c.addr(0)));
      copyString(c.memory, end, c.addr(1), c.memory.strlen(c.addr(1), sizeArg(c, 2)));
    },
    strcmp(c) {
      c.ret(compare(bytesOf(c, 0), bytesOf(c, 1), Infinity, same));
    },
    strcoll(c) {
      c.ret(compare(bytesOf(c, 0), bytesOf(c, 1), Infinity, same));
    },
    strncmp(c) {
      c.ret(compare(bytesOf(c, 0), bytesOf(c, 1), sizeArg(c, 2), same));
    },
    strcasecmp(c) {
      c.ret(compare(bytesOf(c, 0), bytesOf(c, 1), Infinity, lower));
    },
    strncasecmp(c) {
      c.ret(compare(bytesOf(c, 0), bytesOf(c, 1), sizeArg(c, 2), lower));
    },
    strxfrm(c) {
      const length = c.memory.strlen(c.addr(1));
      if (length < sizeArg(c, 2)) copyString(c.memory, c.addr(0), c.addr(1), length);
      c.ret(length);
    },
    strchr,
    index: strchr,
    strrchr,
    rindex: strrchr,
    strchrnul(c) {
      const wanted = c.num(1) & 0xff;
      const text = bytesOf(c, 0);
      let i = 0;
      while (text.at(i) !== wanted && text.at(i) !== 0) i++;
      c.ret(c.addr(0) + BigInt(i));
    },
    strspn(c) {
      c.ret(span(c, true));
    },
    strcspn(c) {
      c.ret(span(c, false));
    },
    strpbrk(c) {
      const at = c.addr(0) + BigInt(span(c, false));
      c.ret(c.memory.load(at, 1) === 0n ? 0n : at);
    },
    strstr(c) {
      strstr(c, false);
    },
    strcasestr(c) {
      strstr(c, true);
    },
    strtok(c) {
      const r = token(c.memory, c.addr(0) === 0n ? libc.strtok : c.addr(0), c.addr(1));
      libc.strtok = r.rest;
      c.ret(r.token);
    },
    strtok_r(c) {
      const from = c.addr(0) === 0n ? c.memory.load(c.addr(2), 8) : c.addr(0);
      const r = token(c.memory, from, c.addr(1));
      c.memory.store(c.addr(2), 8, r.rest);
      c.ret(r.token);
    },
    strsep(c) {
      const from = c.memory.load(c.addr(0), 8);
      if (from === 0n) return c.ret(0);
      const set = bytesIn(c.memory, c.addr(1));
      const text = new Bytes(c.memory, from);
      let end = 0;
      while (text.at(end) !== 0 && !set.has(text.at(end))) end++;
      const last = text.at(end) === 0;
      if (!last) c.memory.writeBytes(from + BigInt(end), new Uint8Array(1));
      c.memory.store(c.addr(0), 8, last ? 0n : from + BigInt(end + 1));
      c.ret(from);
    },
    strdup(c) {
      duplicate(c, c.memory.strlen(c.addr(0)));
    },
    strndup(c) {
      duplicate(c, c.memory.strlen(c.addr(0), sizeArg(c, 1)));
    },
    strerror(c) {
      c.ret(libc.staticString(errorText(c.num(0))));
    },
  };
}

/** strerror's text, for the numbers that programs without system calls meet. */
export function errorText(error: number): string {
  const texts: Record<number, string> = {
    0: "Success",
    1: "Operation not permitted",
    2: "No such file or directory",
    4: "Interrupted system call",
    5: "Input/output error",
    9: "Bad file descriptor",
    11: "Resource temporarily unavailable",
    12: "Cannot allocate memory",
    13: "Permission denied",
    14: "Bad address",
    16: "Device or resource busy",
    17: "File exists",
    20: "Not a directory",
    21: "Is a directory",
    22: "Invalid argument",
    24: "Too many open files",
    28: "No space left on device",
    32: "Broken pipe",
    33: "Numerical argument out of domain",
    34: "Numerical result out of range",
    38: "Function not implemented",
    84: "Invalid or incomplete multibyte or wide character",
  };
  return texts[error] ?? `Unknown error ${error}`;
}

function characterFamily(): Family {
  const is = (test: (b: number) => boolean) => (c: NativeContext) => c.ret(test(c.num(0)) ? 1 : 0);
  const between = (low: string, high: string) => (b: number) =>
    b >= low.charCodeAt(0) && b <= high.charCodeAt(0);
  const isLower = between("a", "z");
  const isUpper = between("A", "Z");
  const isDigit = between("0", "9");
  const isAlpha = (b: number): boolean => isLower(b) || isUpper(b);
  const isAlnum = (b: number): boolean => isAlpha(b) || isDigit(b);
  const isGraph = (b: number): boolean => b > 32 && b < 127;
  const isSpace = (b: number): boolean => b === 32 || (b >= 9 && b <= 13);
  const isPunct = (b: number): boolean => isGraph(b) && !isAlnum(b);
  const isPrint = (b: number): boolean => b >= 32 && b < 127;
  return {
    isalnum: is(isAlnum),
    isalpha: is(isAlpha),
    isblank: is((b) => b === 32 || b === 9),
    iscntrl: is((b) => (b >= 0 && b < 32) || b === 127),
    isdigit: is(isDigit),
    isgraph: is(isGraph),
    islower: is(isLower),
    isprint: is(isPrint),
    ispunct: is(isPunct),
    isspace: is(isSpace),
    isupper: is(isUpper),
    isxdigit: is((b) => isDigit(b) || between("a", "f")(b) || between("A", "F")(b)),
    isascii: is((b) => b >= 0 && b < 128),
    iswalpha: is(isAlpha),
    iswalnum: is(isAlnum),
    iswdigit: is(isDigit),
    iswspace: is(isSpace),
    iswupper: is(isUpper),
    iswlower: is(isLower),
    iswprint: is(isPrint),
    iswpunct: is(isPunct),
    tolower: (c) => c.ret(lower(c.num(0))),
    toupper: (c) => c.ret(upper(c.num(0))),
    towlower: (c) => c.ret(lower(c.num(0))),
    towupper: (c) => c.ret(upper(c.num(0))),
    toascii: (c) => c.ret(c.num(0) & 127),
  };
}

/** Wide strings are lists of numbers here: longer ones are a limit. */
const WIDE_MAX = 1 << 22;

/** Code units of a wide string, without its end; at most `max`. */
export function wideString(memory: Memory, address: bigint, max = WIDE_MAX): number[] {
  const out: number[] = [];
  for (let at = address; out.length < max; at += 4n) {
    if (out.length >= WIDE_MAX)
      throw new MemoryFault("limit", `a wide string of more than ${WIDE_MAX} characters`, address);
    memory.work.charge(WIDE_UNITS);
    const unit = Number(BigInt.asIntN(32, memory.load(at, 4)));
    if (unit === 0) break;
    out.push(unit);
  }
  return out;
}

function storeWide(memory: Memory, address: bigint, units: ArrayLike<number>): void {
  memory.work.charge(WIDE_UNITS * units.length);
  for (let i = 0; i < units.length; i++) memory.store(address + BigInt(4 * i), 4, BigInt(units[i]!));
}

function wideFamily(libc: Libc): Family {
  const compareWide = (c: NativeContext, max: number, toEnd: boolean) => {
    for (let i = 0; i < max; i++) {
      c.memory.work.charge(3 * WIDE_UNITS);
      const a = BigInt.asIntN(32, c.memory.load(c.addr(0) + BigInt(4 * i), 4));
      const b = BigInt.asIntN(32, c.memory.load(c.addr(1) + BigInt(4 * i), 4));
      if (a !== b) return c.ret(a < b ? -1 : 1);
      if (toEnd && a === 0n) break;
    }
    c.ret(0);
  };
  const multibyte = (c: NativeContext, to: bigint, from: bigint, size: number) => {
    if (from === 0n) return c.ret(0);
    if (size === 0) return c.ret(-1);
    const b = Number(c.memory.load(from, 1));
    if (b > 127) {
      libc.setErrno(ERRNO.EILSEQ);
      return c.ret(-1);
    }
    if (to !== 0n) c.memory.store(to, 4, BigInt(b));
    c.ret(b === 0 ? 0 : 1);
  };
  return {
    wcslen: (c) => c.ret(wideString(c.memory, c.addr(0)).length),
    wcscpy: (c) => storeWide(c.memory, c.addr(0), [...wideString(c.memory, c.addr(1)), 0]),
    wcsncpy(c) {
      const n = sizeArg(c, 2);
      const units = wideString(c.memory, c.addr(1), n);
      storeWide(c.memory, c.addr(0), units);
      if (n > units.length) c.memory.fill(c.addr(0) + BigInt(4 * units.length), 0, 4 * (n - units.length));
    },
    wcscat(c) {
      const end = c.addr(0) + BigInt(4 * wideString(c.memory, c.addr(0)).length);
      storeWide(c.memory, end, [...wideString(c.memory, c.addr(1)), 0]);
    },
    wcscmp: (c) => compareWide(c, Infinity, true),
    wcsncmp: (c) => compareWide(c, sizeArg(c, 2), true),
    wmemcmp: (c) => compareWide(c, sizeArg(c, 2), false),
    wcschr(c) {
      const wanted = c.num(1) | 0;
      const at = [...wideString(c.memory, c.addr(0)), 0].indexOf(wanted);
      c.ret(at < 0 ? 0n : c.addr(0) + BigInt(4 * at));
    },
    wcsrchr(c) {
      const wanted = c.num(1) | 0;
      const at = [...wideString(c.memory, c.addr(0)), 0].lastIndexOf(wanted);
      c.ret(at < 0 ? 0n : c.addr(0) + BigInt(4 * at));
    },
    wmemset(c) {
      const n = sizeArg(c, 2);
      for (let i = 0; i < n; i++) {
        c.memory.work.charge(WIDE_UNITS);
        c.memory.store(c.addr(0) + BigInt(4 * i), 4, c.int(1));
      }
    },
    wmemcpy: (c) => c.memory.copy(c.addr(0), c.addr(1), 4 * sizeArg(c, 2)),
    btowc: (c) => c.ret(c.num(0) >= 0 && c.num(0) < 128 ? c.num(0) : 0xffffffff),
    wctob: (c) => c.ret(c.num(0) < 128 ? c.num(0) : -1),
    mblen: (c) => multibyte(c, 0n, c.addr(0), sizeArg(c, 1)),
    mbtowc: (c) => multibyte(c, c.addr(0), c.addr(1), sizeArg(c, 2)),
    wctomb(c) {
      if (c.addr(0) === 0n) return c.ret(0);
      const unit = c.num(1);
      if (unit < 0 || unit > 127) return c.ret(-1);
      c.memory.store(c.addr(0), 1, BigInt(unit));
      c.ret(1);
    },
    mbstowcs(c) {
      const n = c.addr(0) === 0n ? Infinity : sizeArg(c, 2);
      const bytes = c.memory.readBytes(c.addr(1), c.memory.strlen(c.addr(1), n === Infinity ? undefined : n));
      if (bytes.some((b) => b > 127)) return c.ret(-1);
      if (c.addr(0) !== 0n) {
        storeWide(c.memory, c.addr(0), bytes);
        if (bytes.length < n) storeWide(c.memory, c.addr(0) + BigInt(4 * bytes.length), [0]);
      }
      c.ret(bytes.length);
    },
    wcstombs(c) {
      const units = wideString(c.memory, c.addr(1));
      if (units.some((u) => u < 0 || u > 127)) return c.ret(-1);
      const n = c.addr(0) === 0n ? units.length : Math.min(units.length, sizeArg(c, 2));
      if (c.addr(0) !== 0n) {
        c.memory.writeBytes(c.addr(0), Uint8Array.from(units.slice(0, n)));
        if (n < sizeArg(c, 2)) c.memory.writeBytes(c.addr(0) + BigInt(n), new Uint8Array(1));
      }
      c.ret(n);
    },
    putwchar(c) {
      libc.emit(1, latin1(utf8(c.num(0) >>> 0)));
    },
  };
}
