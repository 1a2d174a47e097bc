/**
 * Values of numeric, character and string literals, with the types they have on x86-64 Linux (LP64, signed char,
 * UTF-8 execution and UTF-32 wide execution character set). Leaves out: decimal floats and precision beyond a double.
 */

import type { IntConstType } from "./ast.ts";
import { hexDigit } from "./lexer.ts";

export type NumberValue =
  | {
      readonly kind: "int";
      readonly value: bigint;
      readonly type: IntConstType;
      readonly problem: string | null;
    }
  | {
      readonly kind: "float";
      readonly value: number;
      readonly type: "float" | "double" | "long double";
      readonly imaginary: boolean;
      readonly problem: string | null;
    };

const INT_MAX = 0x7fffffffn;
const UINT_MAX = 0xffffffffn;
const LONG_MAX = 0x7fffffffffffffffn;
const ULONG_MAX = 0xffffffffffffffffn;

/** A longer digit string than this can only be an attack on `BigInt`; it is cut, and called too large. */
const DIGITS_MAX = 400;

/** Value and type of a preprocessing number, or null when it is not a number of C. */
export function parseNumber(text: string): NumberValue | null {
  const second = text.charCodeAt(1) | 32;
  const prefixed = text.charCodeAt(0) === 48 && text.length > 2;
  if (prefixed && second === 120) return parseHex(text);
  if (prefixed && second === 98) return parseInteger(text, 2, 2);
  let at = 0;
  while (isDigit(text.charCodeAt(at))) at++;
  const next = text.charCodeAt(at);
  if (next === 46 || (next | 32) === 101) return parseDecimalFloat(text);
  if (/^[0-9]+([fF]|[dD][fdlFDL]?|[fF][0-9]+x?)$/.test(text)) return parseDecimalFloat(text);
  return text.charCodeAt(0) === 48 && at > 1 ? parseInteger(text, 1, 8) : parseInteger(text, 0, 10);
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

function parseHex(text: string): NumberValue | null {
  for (let at = 2; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === 46 || (c | 32) === 112) return parseHexFloat(text);
  }
  return parseInteger(text, 2, 16);
}

function parseInteger(text: string, from: number, base: 2 | 8 | 10 | 16): NumberValue | null {
  let end = from;
  let small = 0;
  while (end < text.length) {
    const digit = hexDigit(text.charCodeAt(end));
    if (digit < 0 || digit >= base) break;
    small = small * base + digit;
    end++;
  }
  if (end === from) return null;
  const suffix = parseIntSuffix(text.slice(end));
  if (suffix === null) return null;
  let problem: string | null = null;
  let value: bigint;
  if (end - from <= 9 || small <= Number.MAX_SAFE_INTEGER) value = BigInt(small);
  else if (end - from > DIGITS_MAX) value = ULONG_MAX + 1n;
  else
    value = BigInt((base === 16 ? "0x" : base === 8 ? "0o" : base === 2 ? "0b" : "") + text.slice(from, end));
  if (value > ULONG_MAX) {
    problem = "integer constant is too large for its type";
    value = BigInt.asUintN(64, value);
  }
  if (suffix.imaginary)
    return { kind: "float", value: Number(value), type: "double", imaginary: true, problem };
  return {
    kind: "int",
    value,
    type: intConstType(value, suffix.unsigned, suffix.longs, base !== 10),
    problem,
  };
}

interface IntSuffix {
  readonly unsigned: boolean;
  readonly longs: 0 | 1 | 2;
  readonly imaginary: boolean;
}

/** Suffixes in any order gcc takes: u/U, l/L or ll/LL, i/j. */
function parseIntSuffix(suffix: string): IntSuffix | null {
  let unsigned = false;
  let imaginary = false;
  let longs: 0 | 1 | 2 = 0;
  for (let i = 0; i < suffix.length; i++) {
    const c = suffix[i]!;
    if ((c === "u" || c === "U") && !unsigned) unsigned = true;
    else if ((c === "i" || c === "I" || c === "j" || c === "J") && !imaginary) imaginary = true;
    else if ((c === "l" || c === "L") && longs === 0) {
      longs = suffix[i + 1] === c ? 2 : 1;
      if (longs === 2) i++;
    } else return null;
  }
  return { unsigned, longs, imaginary };
}

/** C11 6.4.4.1: the first type of the list for this base and suffix in which the value fits. */
function intConstType(value: bigint, unsigned: boolean, longs: 0 | 1 | 2, anySign: boolean): IntConstType {
  if (longs === 0) {
    if (unsigned) return value <= UINT_MAX ? "unsigned int" : "unsigned long";
    if (value <= INT_MAX) return "int";
    if (anySign && value <= UINT_MAX) return "unsigned int";
    return value <= LONG_MAX ? "long" : "unsigned long";
  }
  const isUnsigned = unsigned || value > LONG_MAX;
  if (longs === 1) return isUnsigned ? "unsigned long" : "long";
  return isUnsigned ? "unsigned long long" : "long long";
}

function parseDecimalFloat(text: string): NumberValue | null {
  // Two runs of digits may share them in many ways; no number that means something is so long.
  if (text.length > DIGITS_MAX) return null;
  const match = /^([0-9]*(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)((?:[a-zA-Z][a-zA-Z0-9]*)?)$/.exec(text);
  if (match === null) return null;
  const digits = match[1]!;
  if (!/[0-9]/.test(digits.slice(0, 2))) return null;
  return floatValue(Number(digits), match[2]!);
}

function parseHexFloat(text: string): NumberValue | null {
  if (text.length > 2 * DIGITS_MAX) return null;
  const match = /^0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?[pP]([+-]?[0-9]+)((?:[a-zA-Z][a-zA-Z0-9]*)?)$/.exec(
    text,
  );
  if (match === null) return null;
  const fraction = match[2] ?? "";
  const digits = match[1]! + fraction;
  if (digits === "" || digits.length > DIGITS_MAX) return null;
  return floatValue(scale(BigInt(`0x${digits}`), Number(match[3]) - 4 * fraction.length), match[4]!);
}

/** mantissa * 2^exponent, rounded to nearest even once. */
function scale(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const bits = mantissa.toString(2).length;
  // Bits that a double keeps at this magnitude: 53, fewer when the result is subnormal.
  const keep = Math.min(53, bits + exponent + 1074);
  if (keep < 0) return 0;
  const drop = bits - keep;
  if (drop > 0) {
    const half = 1n << BigInt(drop - 1);
    const low = mantissa & ((1n << BigInt(drop)) - 1n);
    mantissa >>= BigInt(drop);
    if (low > half || (low === half && (mantissa & 1n) === 1n)) mantissa += 1n;
    exponent += drop;
  }
  // Two factors, since 2^exponent alone may be out of range.
  const half = Math.trunc(exponent / 2);
  return Number(mantissa) * 2 ** half * 2 ** (exponent - half);
}

function floatValue(value: number, suffix: string): NumberValue | null {
  const lower = suffix.toLowerCase();
  const imaginary = /^[ij]|[ij]$/.test(lower);
  const kind = imaginary ? lower.replace(/[ij]/, "") : lower;
  switch (kind) {
    case "":
    case "f64":
    case "f32x":
    case "d":
    case "dd":
      return { kind: "float", value, type: "double", imaginary, problem: null };
    case "f":
    case "f16":
    case "f32":
    case "df":
      return { kind: "float", value: Math.fround(value), type: "float", imaginary, problem: null };
    case "l":
    case "q":
    case "w":
    case "f128":
    case "f64x":
    case "dl":
      return { kind: "float", value, type: "long double", imaginary, problem: null };
    default:
      return null;
  }
}

// ---- characters and strings ---------------------------------------------------------------------------------------

export type CharWidth = "char" | "wchar" | "u16" | "u32";

/** What the prefix of a literal says: `u8` and none are `char`. */
export function literalWidth(text: string): CharWidth {
  switch (text.charCodeAt(0)) {
    case 76:
      return "wchar";
    case 85:
      return "u32";
    case 117:
      return text.charCodeAt(1) === 56 ? "char" : "u16";
    default:
      return "char";
  }
}

export interface LiteralUnits {
  readonly units: number[];
  readonly problem: string | null;
}

/** Code units, in `width`, of a string or character literal given with its prefix and quotes. */
export function literalUnits(text: string, width: CharWidth): LiteralUnits {
  let at = 0;
  while (at < text.length && text.charCodeAt(at) !== 34 && text.charCodeAt(at) !== 39) at++;
  const end = text.length - 1;
  const units: number[] = [];
  let problem: string | null = null;
  at++;
  while (at < end) {
    const c = text.charCodeAt(at);
    if (c !== 92) {
      if (c < 128) {
        units.push(c);
        at++;
      } else {
        const point = text.codePointAt(at)!;
        pushCodePoint(units, point, width);
        at += point > 0xffff ? 2 : 1;
      }
      continue;
    }
    const sequence = parseEscape(text, at + 1, end);
    if (sequence.problem !== null) problem = sequence.problem;
    if (sequence.isCodePoint) pushCodePoint(units, sequence.value, width);
    else units.push(truncate(sequence.value, width));
    at = sequence.next;
  }
  return { units, problem };
}

interface Escape {
  readonly value: number;
  readonly next: number;
  readonly isCodePoint: boolean;
  readonly problem: string | null;
}

const SIMPLE_ESCAPES: Record<string, number> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, e: 27, E: 27 };

/** The escape whose letter is at `at`. */
function parseEscape(text: string, at: number, end: number): Escape {
  const letter = text[at] ?? "";
  const c = text.charCodeAt(at);
  if (c >= 48 && c <= 55) {
    let value = 0;
    let next = at;
    for (; next < at + 3 && next < end; next++) {
      const digit = text.charCodeAt(next) - 48;
      if (digit < 0 || digit > 7) break;
      value = value * 8 + digit;
    }
    return { value, next, isCodePoint: false, problem: null };
  }
  if (letter === "x" || letter === "u" || letter === "U") {
    const limit = letter === "x" ? end : Math.min(end, at + (letter === "u" ? 5 : 9));
    let value = 0;
    let next = at + 1;
    for (; next < limit; next++) {
      const digit = hexDigit(text.charCodeAt(next));
      if (digit < 0) break;
      value = ((value << 4) | digit) >>> 0;
    }
    if (next === at + 1)
      return { value: c, next, isCodePoint: false, problem: `\\${letter} used with no following hex digits` };
    if (letter === "x") return { value, next, isCodePoint: false, problem: null };
    const bad = value > 0x10ffff || (value >= 0xd800 && value < 0xe000);
    return {
      value: bad ? 0xfffd : value,
      next,
      isCodePoint: true,
      problem: bad ? "not a universal character" : null,
    };
  }
  const simple = Object.hasOwn(SIMPLE_ESCAPES, letter) ? SIMPLE_ESCAPES[letter] : undefined;
  if (simple !== undefined) return { value: simple, next: at + 1, isCodePoint: false, problem: null };
  const point = text.codePointAt(at) ?? 92;
  return { value: point, next: at + (point > 0xffff ? 2 : 1), isCodePoint: true, problem: null };
}

function truncate(value: number, width: CharWidth): number {
  return width === "char" ? value & 0xff : width === "u16" ? value & 0xffff : value;
}

function pushCodePoint(units: number[], point: number, width: CharWidth): void {
  if (width === "wchar" || width === "u32" || point < 128) {
    units.push(point);
  } else if (width === "u16") {
    if (point < 0x10000) units.push(point);
    else units.push(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 0x3ff));
  } else if (point < 0x800) {
    units.push(0xc0 | (point >> 6), 0x80 | (point & 63));
  } else if (point < 0x10000) {
    units.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
  } else {
    units.push(
      0xf0 | (point >> 18),
      0x80 | ((point >> 12) & 63),
      0x80 | ((point >> 6) & 63),
      0x80 | (point & 63),
    );
  }
}

export interface CharValue {
  readonly value: bigint;
  readonly type: IntConstType;
  readonly problem: string | null;
}

/** Value of a character constant: `int`, signed char, several characters packed as gcc does. */
export function parseChar(text: string): CharValue {
  const width = literalWidth(text);
  const { units, problem } = literalUnits(text, width);
  if (units.length === 0) return { value: 0n, type: "int", problem: "empty character constant" };
  if (width !== "char") {
    const value = units[units.length - 1]!;
    const type: IntConstType = width;
    return { value: BigInt(width === "wchar" ? value | 0 : value), type, problem };
  }
  if (units.length === 1) return { value: BigInt((units[0]! << 24) >> 24), type: "int", problem };
  let value = 0;
  for (const unit of units) value = (value << 8) | unit;
  return { value: BigInt(value), type: "int", problem };
}
