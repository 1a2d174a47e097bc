/**
 * The format of the file that the build leaves beside the bundle: the preprocessed reference kernels of all eras in one
 * Brotli stream, whose window is wide enough that an era costs what it does not share with the one before. Leaves out
 * where the file lies and who reads it (shipped.ts, tools/ship.ts).
 */
import { deserialize, serialize } from "node:v8";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { packColumns, unpackColumns } from "../emulator/c/packed.ts";
import type { ShippedReference } from "../emulator/kernel.ts";

export const SHIPPED_FILE = "reference.bin";

const LOC = 5;
const TOKEN = 3;

interface Stored extends Omit<ShippedReference, "text"> {
  readonly text: Omit<ShippedReference["text"], "locs" | "tokens">;
  readonly locs: Uint8Array;
  readonly locCount: number;
  readonly tokens: Uint8Array;
  readonly tokenCount: number;
}

/** The file's bytes. */
export function storeShipped(all: ReadonlyMap<string, ShippedReference>): Uint8Array {
  const stored = new Map<string, Uint8Array>();
  for (const [era, { text, ...rest }] of all) {
    const { locs, tokens, ...names } = text;
    const entry: Stored = {
      ...rest,
      text: names,
      locs: packColumns(locs, LOC),
      locCount: locs.length,
      tokens: packColumns(tokens, TOKEN),
      tokenCount: tokens.length,
    };
    stored.set(era, serialize(entry));
  }
  const plain = serialize(stored);
  return brotliCompressSync(plain, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
    },
  });
}

/** One era of the file's bytes, null when it has none. Throws where the bytes are no such file. */
export function loadShipped(file: Uint8Array, era: string): ShippedReference | null {
  const all = deserialize(brotliDecompressSync(file)) as ReadonlyMap<string, Uint8Array>;
  const bytes = all.get(era);
  if (bytes === undefined) return null;
  const { text, locs, locCount, tokens, tokenCount, ...rest } = deserialize(bytes) as Stored;
  return {
    ...rest,
    text: {
      ...text,
      locs: unpackColumns(locs, LOC, locCount),
      tokens: unpackColumns(tokens, TOKEN, tokenCount),
    },
  };
}
