/**
 * printk's format language over raw argument slots (bytecode.ts, variadic calls): %d %u %x %lx %llu %p %s %c %pS and the
 * like. Leaves out floating point, which kernels have not; the hosted printf is in libc.ts.
 */
import type { Memory } from "../mem/memory.ts";

/** Formats `format` with the 8-byte slots at `slots`. Never throws for a bad string pointer: prints the pointer. */
export function formatKernel(memory: Memory, format: string, slots: bigint): string {
  let out = "";
  let slot = 0n;
  const next = (): bigint => memory.load(slots + 8n * slot++, 8);
  for (let i = 0; i < format.length; i++) {
    const c = format[i]!;
    if (c !== "%") {
      out += c;
      continue;
    }
    const match = /^%([-+ #0]*)(\d+|\*)?(?:\.(\d+|\*))?(hh|h|ll|l|z|t|j|L)?([a-zA-Z%])/.exec(format.slice(i));
    if (match === null) {
      out += c;
      continue;
    }
    i += match[0].length - 1;
    const [, flags, width, , size, conversion] = match as unknown as [
      string,
      string,
      string | undefined,
      string | undefined,
      string | undefined,
      string,
    ];
    const pad = width === "*" ? Number(BigInt.asIntN(32, next())) : Number(width ?? 0);
    const bits = size === "hh" ? 8 : size === "h" ? 16 : size === undefined ? 32 : 64;
    let text: string;
    switch (conversion) {
      case "%":
        text = "%";
        break;
      case "d":
      case "i":
        text = BigInt.asIntN(bits, next()).toString();
        break;
      case "u":
        text = BigInt.asUintN(bits, next()).toString();
        break;
      case "x":
      case "X":
        text = (flags.includes("#") ? "0x" : "") + BigInt.asUintN(bits, next()).toString(16);
        break;
      case "o":
        text = BigInt.asUintN(bits, next()).toString(8);
        break;
      case "c":
        text = String.fromCharCode(Number(BigInt.asUintN(8, next())));
        break;
      case "s": {
        const at = next();
        text = at === 0n ? "(null)" : memory.cstring(at, 512);
        break;
      }
      case "p":
        while (/[a-zA-Z]/.test(format[i + 1] ?? "")) i++;
        text = next().toString(16).padStart(16, "0");
        break;
      default:
        text = match[0];
    }
    out += flags.includes("-") ? text.padEnd(pad) : text.padStart(pad, flags.includes("0") ? "0" : " ");
  }
  return out;
}
