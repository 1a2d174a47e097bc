/**
 * The reference kernel as the build left it beside the bundle (`reference-<era>.bin`, made by tools/ship.ts): read when an
 * era is first asked for. A file that is not there, cannot be read or is of other sources is passed over: the kernel is
 * then preprocessed as ever. Imported for this effect by whoever builds kernel images.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize } from "node:v8";
import { inflateRawSync } from "node:zlib";
import { type ShippedReference, useShipped } from "../emulator/kernel.ts";

/** Looks for the files beside the running bundle; sources that run unbundled have none. */
if (typeof __dirname === "string")
  useShipped((key) => {
    if (!/^v[\d.]+$/.test(key)) return null;
    try {
      const packed = readFileSync(join(__dirname, `reference-${key}.bin`));
      return deserialize(inflateRawSync(packed)) as ShippedReference;
    } catch {
      return null;
    }
  });
