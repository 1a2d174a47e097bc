/**
 * printf's formatting as glibc does it: exact decimal expansions of doubles (round half to even), %a, %g, flags, widths
 * and precisions. Text is a string with one char per byte. Leaves out locales, `%n$` and the 80-bit long double, which is
 * a double here (%La prints it the way x87 would hold it).
 */

export interface FormatSpec {
  readonly minus: boolean;
  readonly plus: boolean;
  readonly space: boolean;
  readonly alt: boolean;
  readonly zero: boolean;
  readonly width: number;
  /** -1: none given. */
  readonly precision: number;
  readonly length: "" | "hh" | "h" | "l" | "ll" | "j" | "z" | "t" | "L";
  readonly conversion: string;
}

/** Where the arguments come from. */
export interface FormatArgs {
  /** Next 8-byte slot as an integer of `size` bytes, unsigned. */
  int(size: number): bigint;
  double(): number;
  /** Bytes of the C string at an address, at most `max` of them. */
  string(address: bigint, max: number): string;
  /** The same for a wchar_t string, as UTF-8 bytes of at most `max` bytes. */
  wide(address: bigint, max: number): string;
  /** %n: stores how much was written so far. */
  count(address: bigint, size: number, value: number): void;
  /** %m. */
  errorText(): string;
  /** Ends the run when a width, a precision, or all of the text is of a length that no program means. */
  checkLength(length: number): void;
  /** Counts what was formatted: characters, and digits of a floating point number that had to be computed. */
  charge(characters: number, digits: number): void;
}

const INT_BYTES: Record<FormatSpec["length"], number> = {
  "": 4,
  hh: 4,
  h: 4,
  l: 8,
  ll: 8,
  j: 8,
  z: 8,
  t: 8,
  L: 8,
};
const INT_BITS: Record<FormatSpec["length"], number> = {
  "": 32,
  hh: 8,
  h: 16,
  l: 64,
  ll: 64,
  j: 64,
  z: 64,
  t: 64,
  L: 64,
};

/** Formats; what is not a conversion is copied, as glibc does. */
export function formatC(format: string, args: FormatArgs): string {
  let out = "";
  let i = 0;
  args.charge(format.length, 0);
  while (i < format.length) {
    const percent = format.indexOf("%", i);
    if (percent < 0) return out + format.slice(i);
    out += format.slice(i, percent);
    const parsed = parseSpec(format, percent + 1, args);
    if (parsed === null) return out + format.slice(percent);
    const { spec, end } = parsed;
    i = end;
    if (spec.conversion === "n") {
      const size = spec.length === "hh" ? 1 : spec.length === "h" ? 2 : INT_BYTES[spec.length];
      args.count(args.int(8), size, out.length);
      continue;
    }
    const text = convert(spec, args) ?? format.slice(percent, end);
    args.charge(text.length, spec.precision);
    args.checkLength(out.length + text.length);
    out += text;
  }
  return out;
}

function parseSpec(
  format: string,
  start: number,
  args: FormatArgs,
): { readonly spec: FormatSpec; readonly end: number } | null {
  let i = start;
  let minus = false;
  let plus = false;
  let space = false;
  let alt = false;
  let zero = false;
  for (; ; i++) {
    const c = format[i];
    if (c === "-") minus = true;
    else if (c === "+") plus = true;
    else if (c === " ") space = true;
    else if (c === "#") alt = true;
    else if (c === "0") zero = true;
    else if (c !== "'" && c !== "I") break;
  }
  const number = (): number => {
    let value = 0;
    for (; format[i] !== undefined && format[i]! >= "0" && format[i]! <= "9"; i++)
      value = Math.min(value * 10 + Number(format[i]), 0x7fffffff);
    return value;
  };
  let width = 0;
  if (format[i] === "*") {
    i++;
    width = Number(BigInt.asIntN(32, args.int(4)));
    if (width < 0) {
      minus = true;
      width = -width;
    }
  } else width = number();
  let precision = -1;
  if (format[i] === ".") {
    i++;
    if (format[i] === "*") {
      i++;
      precision = Number(BigInt.asIntN(32, args.int(4)));
      if (precision < 0) precision = -1;
    } else precision = number();
  }
  let length: FormatSpec["length"] = "";
  const two = format.slice(i, i + 2);
  if (two === "hh" || two === "ll") {
    length = two;
    i += 2;
  } else if ("hljztLqZ".includes(format[i] ?? "?")) {
    const c = format[i++]!;
    length = c === "q" ? "ll" : c === "Z" ? "z" : (c as FormatSpec["length"]);
  }
  const conversion = format[i];
  if (conversion === undefined) return null;
  args.checkLength(Math.max(width, precision));
  return { spec: { minus, plus, space, alt, zero, width, precision, length, conversion }, end: i + 1 };
}

function convert(spec: FormatSpec, args: FormatArgs): string | null {
  switch (spec.conversion) {
    case "%":
      return "%";
    case "d":
    case "i": {
      const bits = INT_BITS[spec.length];
      const value = BigInt.asIntN(bits, args.int(INT_BYTES[spec.length]));
      const sign = value < 0n ? "-" : spec.plus ? "+" : spec.space ? " " : "";
      return integer(spec, sign, "", (value < 0n ? -value : value).toString());
    }
    case "u":
    case "o":
    case "x":
    case "X":
    case "b":
    case "B":
      return unsigned(spec, BigInt.asUintN(INT_BITS[spec.length], args.int(INT_BYTES[spec.length])));
    case "c":
      return pad(
        spec,
        spec.length === "l"
          ? utf8(Number(BigInt.asUintN(32, args.int(4))))
          : String.fromCharCode(Number(BigInt.asUintN(8, args.int(4)))),
      );
    case "C":
      return pad(spec, utf8(Number(BigInt.asUintN(32, args.int(4)))));
    case "s":
    case "S": {
      const address = args.int(8);
      const max = spec.precision < 0 ? Number.MAX_SAFE_INTEGER : spec.precision;
      if (address === 0n) return pad(spec, max < 6 ? "" : "(null)");
      const wide = spec.length === "l" || spec.conversion === "S";
      return pad(spec, wide ? args.wide(address, max) : args.string(address, max));
    }
    case "p": {
      const address = args.int(8);
      return address === 0n
        ? pad({ ...spec, zero: false }, "(nil)")
        : integer(spec, spec.plus ? "+" : spec.space ? " " : "", "0x", address.toString(16));
    }
    case "m":
      return pad(spec, args.errorText());
    case "a":
    case "A":
    case "e":
    case "E":
    case "f":
    case "F":
    case "g":
    case "G":
      return floating(spec, args.double());
    default:
      return null;
  }
}

const pad = (spec: FormatSpec, text: string): string =>
  spec.minus ? text.padEnd(spec.width) : text.padStart(spec.width);

function unsigned(spec: FormatSpec, value: bigint): string {
  switch (spec.conversion) {
    case "u":
      return integer(spec, "", "", value.toString());
    case "o": {
      let digits = value.toString(8);
      if (value === 0n && spec.precision === 0) digits = spec.alt ? "0" : "";
      else if (spec.alt && value !== 0n && spec.precision <= digits.length) digits = `0${digits}`;
      return integer(spec, "", "", digits);
    }
    case "b":
    case "B":
      return integer(spec, "", spec.alt && value !== 0n ? `0${spec.conversion}` : "", value.toString(2));
    default: {
      const digits = value.toString(16);
      const text = integer(spec, "", spec.alt && value !== 0n ? "0x" : "", digits);
      return spec.conversion === "X" ? text.toUpperCase() : text;
    }
  }
}

/** Sign, prefix and digits of an integer with precision and padding. */
function integer(spec: FormatSpec, sign: string, prefix: string, digits: string): string {
  if (spec.precision === 0 && digits === "0" && prefix !== "0x")
    digits = spec.conversion === "o" && spec.alt ? "0" : "";
  if (spec.precision >= 0) digits = digits.padStart(spec.precision, "0");
  const head = sign + prefix;
  if (spec.zero && !spec.minus && spec.precision < 0) digits = digits.padStart(spec.width - head.length, "0");
  return pad(spec, head + digits);
}

// ---- floating point -----------------------------------------------------------------------------------------------

function floating(spec: FormatSpec, value: number): string {
  const upper = spec.conversion >= "A" && spec.conversion <= "Z";
  const negative = value < 0 || Object.is(value, -0) || (Number.isNaN(value) && signOfNan(value));
  const sign = negative ? "-" : spec.plus ? "+" : spec.space ? " " : "";
  const x = Math.abs(value);
  let body: string;
  let prefix = "";
  let zero = spec.zero;
  if (!Number.isFinite(x)) {
    body = Number.isNaN(x) ? "nan" : "inf";
    zero = false;
  } else {
    const precision = spec.precision < 0 ? 6 : spec.precision;
    switch (spec.conversion) {
      case "f":
      case "F":
        body = fixed(x, precision, spec.alt);
        break;
      case "e":
      case "E":
        body = exponential(x, precision, spec.alt);
        break;
      case "g":
      case "G":
        body = general(x, precision === 0 ? 1 : precision, spec.alt);
        break;
      default:
        prefix = "0x";
        body = hexadecimal(x, spec);
    }
  }
  const head = sign + prefix;
  if (zero && !spec.minus) body = body.padStart(spec.width - head.length, "0");
  const text = pad(spec, head + body);
  return upper ? text.toUpperCase() : text;
}

const scratch = new DataView(new ArrayBuffer(8));
function signOfNan(value: number): boolean {
  scratch.setFloat64(0, value);
  return scratch.getUint8(0) >= 128;
}

/** x = mantissa * 2 ** exponent, exactly. */
export function decompose(x: number): { readonly mantissa: bigint; readonly exponent: number } {
  scratch.setFloat64(0, x);
  const bits = scratch.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | 0x10000000000000n, exponent: biased - 1075 };
}

/** numerator / denominator rounded half to even. */
function divideRound(numerator: bigint, denominator: bigint): bigint {
  const q = numerator / denominator;
  const twice = (numerator - q * denominator) * 2n;
  return twice > denominator || (twice === denominator && (q & 1n) === 1n) ? q + 1n : q;
}

/** round(x * 10 ** power). */
function scaled(x: number, power: number): bigint {
  const { mantissa, exponent } = decompose(x);
  let numerator = mantissa;
  let denominator = 1n;
  if (exponent >= 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  if (power >= 0) numerator *= 10n ** BigInt(power);
  else denominator *= 10n ** BigInt(-power);
  return divideRound(numerator, denominator);
}

function fixed(x: number, precision: number, alt: boolean): string {
  // Digits past 1074 are zeros: every double ends there.
  const exact = Math.min(precision, 1100);
  const digits = scaled(x, exact)
    .toString()
    .padStart(exact + 1, "0");
  const whole = digits.slice(0, digits.length - exact);
  const fraction = digits.slice(digits.length - exact).padEnd(precision, "0");
  return precision === 0 ? (alt ? `${whole}.` : whole) : `${whole}.${fraction}`;
}

/** The `count` significant decimal digits of x and the decimal exponent of the first. */
function significant(x: number, count: number): { readonly digits: string; readonly exponent: number } {
  if (x === 0) return { digits: "0".repeat(count), exponent: 0 };
  const exact = Math.min(count, 1200);
  let exponent = Math.floor(Math.log10(x));
  for (;;) {
    const digits = scaled(x, exact - 1 - exponent).toString();
    if (digits.length === exact) return { digits: digits.padEnd(count, "0"), exponent };
    // Either the estimate was off by one or rounding carried into a new digit; both want the next exponent.
    exponent += digits.length > exact ? 1 : -1;
  }
}

function exponentText(exponent: number): string {
  return `e${exponent < 0 ? "-" : "+"}${Math.abs(exponent).toString().padStart(2, "0")}`;
}

function exponential(x: number, precision: number, alt: boolean): string {
  const { digits, exponent } = significant(x, precision + 1);
  const point = precision > 0 || alt ? "." : "";
  return digits[0] + point + digits.slice(1) + exponentText(exponent);
}

/** Precisions go to millions of digits, which a regular expression has not always the stack for. */
function withoutEndingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 48) end--;
  return digits.slice(0, end);
}

function general(x: number, precision: number, alt: boolean): string {
  const { digits, exponent } = significant(x, precision);
  if (exponent < -4 || exponent >= precision) {
    const fraction = alt ? digits.slice(1) : withoutEndingZeros(digits.slice(1));
    return digits[0] + (fraction === "" && !alt ? "" : ".") + fraction + exponentText(exponent);
  }
  const whole = exponent >= 0 ? digits.slice(0, exponent + 1) : "0";
  let fraction = exponent >= 0 ? digits.slice(exponent + 1) : "0".repeat(-exponent - 1) + digits;
  if (!alt) fraction = withoutEndingZeros(fraction);
  return whole + (fraction === "" && !alt ? "" : ".") + fraction;
}

/** What follows "0x": a normalised double has the lead digit 1, a long double the top nibble of its 64 bits. */
function hexadecimal(x: number, spec: FormatSpec): string {
  let { mantissa, exponent } = decompose(x);
  let lead: bigint;
  let fraction: bigint;
  let nibbles: number;
  if (x === 0) return `0${spec.precision > 0 ? `.${"0".repeat(spec.precision)}` : spec.alt ? "." : ""}p+0`;
  if (spec.length === "L") {
    while (mantissa < 1n << 63n) {
      mantissa <<= 1n;
      exponent--;
    }
    lead = mantissa >> 60n;
    fraction = mantissa & ((1n << 60n) - 1n);
    nibbles = 15;
    exponent += 60;
  } else {
    lead = mantissa >> 52n;
    fraction = mantissa & ((1n << 52n) - 1n);
    nibbles = 13;
    exponent += 52;
  }
  let text: string;
  if (spec.precision >= 0 && spec.precision < nibbles) {
    const rounded = divideRound(
      (lead << BigInt(4 * nibbles)) | fraction,
      1n << BigInt(4 * (nibbles - spec.precision)),
    );
    lead = rounded >> BigInt(4 * spec.precision);
    if (lead > 15n) {
      lead = 1n;
      exponent += 4;
    }
    const rest = rounded & ((1n << BigInt(4 * spec.precision)) - 1n);
    text = spec.precision === 0 ? "" : rest.toString(16).padStart(spec.precision, "0");
  } else {
    text = fraction.toString(16).padStart(nibbles, "0");
    text = spec.precision < 0 ? withoutEndingZeros(text) : text.padEnd(spec.precision, "0");
  }
  const point = text !== "" || spec.alt ? "." : "";
  return `${lead.toString(16)}${point}${text}p${exponent < 0 ? "-" : "+"}${Math.abs(exponent)}`;
}

/** UTF-8 bytes of a code point, one char per byte. */
export function utf8(code: number): string {
  const b = String.fromCharCode;
  if (code < 0x80) return b(code);
  if (code < 0x800) return b(0xc0 | (code >> 6), 0x80 | (code & 63));
  if (code < 0x10000) return b(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  return b(
    0xf0 | ((code >> 18) & 7),
    0x80 | ((code >> 12) & 63),
    0x80 | ((code >> 6) & 63),
    0x80 | (code & 63),
  );
}

// ---- reading numbers ----------------------------------------------------------------------------------------------

/** strtod: the longest prefix of `text` (after white space) that is a number, its value, and how many chars it took. */
export function parseDouble(text: string): { readonly value: number; readonly length: number } {
  const space = /^[ \t\n\v\f\r]*/.exec(text)![0].length;
  const rest = text.slice(space);
  const special = /^([+-]?)(inf(?:inity)?|nan(?:\([A-Za-z0-9_]*\))?)/i.exec(rest);
  if (special !== null) {
    const value = special[2]![0]!.toLowerCase() === "i" ? Infinity : NaN;
    return { value: special[1] === "-" ? -value : value, length: space + special[0].length };
  }
  const hex = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?\d+))?/i.exec(rest);
  if (hex !== null && (hex[2] !== "" || (hex[3] ?? "") !== "")) {
    const value = hexDouble(hex[2]! + (hex[3] ?? ""), Number(hex[4] ?? 0) - 4 * (hex[3] ?? "").length);
    return { value: hex[1] === "-" ? -value : value, length: space + hex[0].length };
  }
  const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?/i.exec(rest);
  if (decimal === null) return { value: 0, length: 0 };
  return { value: Number(decimal[0]), length: space + decimal[0].length };
}

/** digits (hexadecimal) * 2 ** exponent, correctly rounded. */
function hexDouble(digits: string, exponent: number): number {
  return roundToDouble(BigInt(`0x${digits}`), Math.max(-40000, Math.min(40000, exponent)));
}

/** mantissa * 2 ** exponent (mantissa not negative) as the nearest double. */
export function roundToDouble(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const length = mantissa.toString(2).length;
  if (exponent + length > 1100) return Infinity;
  const lowest = Math.max(exponent + length - 53, -1074);
  if (lowest > exponent + length + 2) return 0;
  if (lowest > exponent) mantissa = divideRound(mantissa, 1n << BigInt(lowest - exponent));
  const power = Math.max(exponent, lowest);
  const half = Math.trunc(power / 2);
  return Number(mantissa) * 2 ** half * 2 ** (power - half);
}

/** strtol and its kin: the value clamped to nothing yet, and how many chars were taken (0: no number). */
export function parseInteger(
  text: string,
  base: number,
): { readonly magnitude: bigint; readonly negative: boolean; readonly length: number } {
  const none = { magnitude: 0n, negative: false, length: 0 };
  let i = /^[ \t\n\v\f\r]*/.exec(text)![0].length;
  const negative = text[i] === "-";
  if (text[i] === "-" || text[i] === "+") i++;
  const prefixed = /^0x[0-9a-f]/i.test(text.slice(i, i + 3));
  if ((base === 0 || base === 16) && prefixed) {
    i += 2;
    base = 16;
  } else if (base === 0) base = text[i] === "0" ? 8 : 10;
  const start = i;
  let magnitude = 0n;
  for (; i < text.length; i++) {
    const digit = Number.parseInt(text[i]!, 36);
    if (Number.isNaN(digit) || digit >= base) break;
    if (magnitude < 1n << 70n) magnitude = magnitude * BigInt(base) + BigInt(digit);
  }
  return i === start ? none : { magnitude, negative, length: i };
}
