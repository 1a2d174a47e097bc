/**
 * The reference kernels as the build left them beside the bundle (`reference.bin` and `lowered.bin`, made by tools/ship.ts):
 * read when first asked for. Unbundled sources have none beside them; for tests FOLIOSCOPE_SHIPPED names the folder. A file that is not there, cannot be read or is of other sources is passed over: the kernel is
 * then preprocessed and lowered as ever. Imported for this effect by whoever builds kernel images.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { useShipped, useShippedCode } from "../emulator/kernel.ts";
import { LOWERED_FILE, loadLowered } from "./lowered_file.ts";
import { loadShipped, SHIPPED_FILE } from "./shipped_file.ts";

const folder = typeof __dirname === "string" ? __dirname : process.env["FOLIOSCOPE_SHIPPED"];
if (folder !== undefined) {
  const beside = <T>(file: string, read: (bytes: Uint8Array) => T): T | null => {
    try {
      return read(readFileSync(join(folder, file)));
    } catch {
      return null;
    }
  };
  useShipped((key) => (/^v[\d.]+$/.test(key) ? beside(SHIPPED_FILE, (b) => loadShipped(b, key)) : null));
  useShippedCode(() => beside(LOWERED_FILE, loadLowered));
}
