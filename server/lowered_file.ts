/**
 * The format of the file that the build leaves beside the bundle: the lowered functions of the reference kernels of all eras
 * in one Brotli stream. In front what they have in common and where each lies, then the functions, each once whatever eras
 * have it, made into objects when one is asked for. Leaves out where the file lies and who reads it (shipped.ts,
 * tools/ship.ts).
 */
import { deserialize, serialize } from "node:v8";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import type { LoweredFunction } from "../emulator/c/lowered.ts";
import type { lowerReferences, ShippedCode } from "../emulator/kernel.ts";

export const LOWERED_FILE = "lowered.bin";

/** Bytes of the number in front, which says how long the head is. */
const HEAD = 4;

interface Head {
  readonly code: Omit<ShippedCode, "find">;
  readonly keys: readonly string[];
  /** Of each era, by key: which function it has + 1. */
  readonly eras: readonly (readonly [string, Int32Array])[];
  /** Where each function ends. */
  readonly ends: Int32Array;
}

/** The file's bytes. `quality`: how hard Brotli tries. */
export function storeLowered(
  { code, functions }: ReturnType<typeof lowerReferences>,
  quality: number = constants.BROTLI_MAX_QUALITY,
): Uint8Array {
  const keys = [...new Set([...functions.values()].flatMap((of) => [...of.keys()]))];
  const bodies: Uint8Array[] = [];
  const known = new Map<string, number>();
  const eras = [...functions].map(([era, of]): [string, Int32Array] => [
    era,
    Int32Array.from(keys, (key) => {
      const f = of.get(key);
      if (f === undefined) return 0;
      const bytes = serialize(plain(f));
      const text = bytes.toString("latin1");
      let n = known.get(text);
      if (n === undefined) known.set(text, (n = bodies.push(bytes)));
      return n;
    }),
  ]);
  let end = 0;
  const ends = Int32Array.from(bodies, (b) => (end += b.length));
  const head = serialize(plain({ code, keys, eras, ends } satisfies Head));
  const size = new Uint8Array(HEAD);
  new DataView(size.buffer).setUint32(0, head.length, true);
  return brotliCompressSync(Buffer.concat([size, head, ...bodies]), {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    },
  });
}

/**
 * The same data in arrays that are made one element after the other: V8 writes an array by how it lies in memory, which hangs on
 * what was compiled when it was made, and two makes of the same code would differ.
 */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) {
    const out: unknown[] = [];
    for (const v of value) out.push(plain(v));
    return out;
  }
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, plain(v)]));
}

/** What a file's bytes hold. Throws where they are no such file. */
export function loadLowered(file: Uint8Array): ShippedCode {
  const all = brotliDecompressSync(file);
  const start = HEAD + all.readUInt32LE(0);
  const { code, keys, eras, ends } = deserialize(all.subarray(HEAD, start)) as Head;
  const numbers = new Map(keys.map((key, i) => [key, i]));
  const byEra = new Map(eras);
  return {
    ...code,
    find(era, key) {
      const n = byEra.get(era)?.[numbers.get(key) ?? -1] ?? 0;
      if (n === 0) return null;
      return deserialize(all.subarray(start + (ends[n - 2] ?? 0), start + ends[n - 1]!)) as LoweredFunction;
    },
  };
}
