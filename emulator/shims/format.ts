/**
 * printk's format language over raw argument slots (bytecode.ts, variadic calls): %d %u %x %lx %llu %p %s %c %pS and the
 * like, with widths and precisions held as lib/vsprintf.c holds them, and never more text than the caller has room for.
 * Leaves out floating point, which kernels have not, and what %p's letters ask for; the hosted printf is in libc_format.ts.
 */
import type { Memory } from "../mem/memory.ts";

/** What a width and a precision are clamped to, as in vsnprintf(). */
const WIDTH_MAX = (1 << 23) - 1;
const PRECISION_MAX = 32767;
/** Pages below this and error values are no strings: vsnprintf() prints "(efault)". */
const PAGE = 4096n;
const ERRORS = (1n << 64n) - 4095n;
const BITS: Readonly<Record<string, number>> = { hh: 8, h: 16, "": 32 };
const SPEC = /%([-+ #0]*)([1-9]\d*|\*)?(?:\.(\d+|\*)?)?(hh|h|ll|l|z|t|j|L)?([a-zA-Z%])/y;
/** Work of one character of text, and of one conversion (mem/work.ts). */
const CHAR_UNITS = 8;
const CONVERSION_UNITS = 64;

interface Spec {
  readonly flags: string;
  readonly left: boolean;
  readonly width: number;
  /** -1: none. */
  readonly precision: number;
  readonly size: string;
}

/** Formats `format` with the 8-byte slots at `slots`; what is longer than `max` characters is cut. */
export function formatKernel(memory: Memory, format: string, slots: bigint, max: number): string {
  let out = "";
  let slot = 0n;
  const next = (): bigint => memory.load(slots + 8n * slot++, 8);
  const number = (text: string | undefined, most: number): number =>
    text === "*" ? Number(BigInt.asIntN(32, next())) : Math.min(Number(text ?? 0), most);
  let i = 0;
  while (i < format.length && out.length < max) {
    const percent = format.indexOf("%", i);
    if (percent < 0) {
      out += format.slice(i);
      break;
    }
    out += format.slice(i, percent);
    SPEC.lastIndex = percent;
    const match = SPEC.exec(format);
    if (match === null) {
      out += "%";
      i = percent + 1;
      continue;
    }
    i = percent + match[0].length;
    const [, flags = "", given, point, size = "", conversion = ""] = match;
    const width = number(given, WIDTH_MAX);
    const precision = match[0].includes(".") ? number(point, PRECISION_MAX) : -1;
    const spec: Spec = {
      flags,
      left: flags.includes("-") || width < 0,
      width: Math.min(Math.abs(width), WIDTH_MAX, max),
      precision: Math.min(Math.max(precision, -1), PRECISION_MAX, max),
      size,
    };
    if (conversion === "p") while (/[a-zA-Z]/.test(format[i] ?? "")) i++;
    const text = convert(memory, spec, conversion, next, max) ?? match[0];
    memory.work.charge(CONVERSION_UNITS + CHAR_UNITS * text.length);
    out += text;
  }
  memory.work.charge(CHAR_UNITS * out.length);
  return out.length > max ? out.slice(0, max) : out;
}

function convert(
  memory: Memory,
  spec: Spec,
  conversion: string,
  next: () => bigint,
  max: number,
): string | null {
  const bits = BITS[spec.size] ?? 64;
  switch (conversion) {
    case "%":
      return "%";
    case "d":
    case "i": {
      const v = BigInt.asIntN(bits, next());
      return digits(spec, v < 0n ? "-" : sign(spec), (v < 0n ? -v : v).toString());
    }
    case "u":
      return digits(spec, "", BigInt.asUintN(bits, next()).toString());
    case "x":
    case "X": {
      const text = BigInt.asUintN(bits, next()).toString(16);
      return digits(
        spec,
        spec.flags.includes("#") ? "0x" : "",
        conversion === "X" ? text.toUpperCase() : text,
      );
    }
    case "o":
      return digits(spec, spec.flags.includes("#") ? "0" : "", BigInt.asUintN(bits, next()).toString(8));
    case "c":
      return pad(spec, String.fromCharCode(Number(BigInt.asUintN(8, next()))));
    case "s":
      return pad(spec, string(memory, next(), spec.precision < 0 ? max : spec.precision));
    case "p":
      return pad(spec, next().toString(16).padStart(16, "0"));
    default:
      return null;
  }
}

function string(memory: Memory, at: bigint, most: number): string {
  const text = at === 0n ? "(null)" : at < PAGE || at >= ERRORS ? "(efault)" : null;
  return text === null ? memory.cstring(at, most) : text.slice(0, most);
}

const sign = (spec: Spec): string => (spec.flags.includes("+") ? "+" : spec.flags.includes(" ") ? " " : "");

const pad = (spec: Spec, text: string): string =>
  spec.left ? text.padEnd(spec.width) : text.padStart(spec.width);

/** A number: its precision in zeros, its sign or prefix before them. */
function digits(spec: Spec, head: string, text: string): string {
  const zeros = spec.flags.includes("0") && !spec.left && spec.precision < 0 ? spec.width - head.length : 0;
  return pad(spec, head + text.padStart(Math.max(spec.precision, zeros), "0"));
}
