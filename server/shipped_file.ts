/**
 * The format of the file that the build leaves beside the bundle: the preprocessed reference kernels of all eras in one
 * Brotli stream, whose window is wide enough that an era costs what it does not share with the ones before. A table in
 * front says how much of the stream gives an era, the likeliest eras first, so that reading one ends there. Leaves out
 * where the file lies and who reads it (shipped.ts, tools/ship.ts). Packed as small as seconds allow: the .vsix stays below 4 MB.
 */
import { once } from "node:events";
import { deserialize, serialize } from "node:v8";
import { brotliDecompressSync, constants, createBrotliCompress } from "node:zlib";
import { type Columns, packColumns, unpackColumns } from "../emulator/c/packed.ts";
import type { ShippedReference } from "../emulator/kernel.ts";

export const SHIPPED_FILE = "reference.bin";

const LOC: Columns = { stride: 5 };
const TOKEN: Columns = { stride: 3, names: 1 };

interface Stored extends Omit<ShippedReference, "text"> {
  readonly text: Omit<ShippedReference["text"], "locs" | "tokens">;
  readonly locs: Uint8Array;
  readonly locCount: number;
  readonly tokens: Uint8Array;
  readonly tokenCount: number;
}

/** Where an era lies: bytes of the stream up to its end, and its place in what they come to. */
interface Lies {
  readonly era: string;
  readonly stream: number;
  readonly from: number;
  readonly to: number;
}

/** Bytes of the number in front, which says how long the table is. */
const HEAD = 4;

/** The file's bytes. The eras that come first are read soonest. `quality`: how hard brotli tries. */
export async function storeShipped(
  all: ReadonlyMap<string, ShippedReference>,
  quality: number = constants.BROTLI_MAX_QUALITY,
): Promise<Uint8Array> {
  const stream = createBrotliCompress({
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    },
  });
  const parts: Uint8Array[] = [];
  let length = 0;
  stream.on("data", (part: Uint8Array) => {
    parts.push(part);
    length += part.length;
  });
  const table: Lies[] = [];
  let from = 0;
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
    const bytes = serialize(entry);
    stream.write(bytes);
    await new Promise<void>((done) => stream.flush(constants.BROTLI_OPERATION_FLUSH, done));
    table.push({ era, stream: length, from, to: from + bytes.length });
    from += bytes.length;
  }
  stream.end();
  await once(stream, "end");
  const head = serialize(table);
  const size = new Uint8Array(HEAD);
  new DataView(size.buffer).setUint32(0, head.length, true);
  return Buffer.concat([size, head, ...parts]);
}

/** One era of the file's bytes, null when it has none. Throws where the bytes are no such file. */
export function loadShipped(file: Uint8Array, era: string): ShippedReference | null {
  const start = HEAD + new DataView(file.buffer, file.byteOffset).getUint32(0, true);
  const table = deserialize(file.subarray(HEAD, start)) as readonly Lies[];
  const lies = table.find((l) => l.era === era);
  if (lies === undefined) return null;
  const stream = file.subarray(start, start + lies.stream);
  const all = brotliDecompressSync(stream, { finishFlush: constants.BROTLI_OPERATION_FLUSH });
  if (all.length < lies.to) throw new Error("the file of reference kernels ends too early");
  const bytes = all.subarray(lies.from, lies.to);
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
