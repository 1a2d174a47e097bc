/**
 * The reference kernels as the build left them beside the bundle (`reference.bin`, made by tools/ship.ts): read when an
 * era is first asked for. A file that is not there, cannot be read or is of other sources is passed over: the kernel is
 * then preprocessed as ever. Imported for this effect by whoever builds kernel images.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { useShipped } from "../emulator/kernel.ts";
import { loadShipped, SHIPPED_FILE } from "./shipped_file.ts";

/** Looks for the file beside the running bundle; sources that run unbundled have none. */
if (typeof __dirname === "string")
  useShipped((key) => {
    if (!/^v[\d.]+$/.test(key)) return null;
    try {
      return loadShipped(readFileSync(join(__dirname, SHIPPED_FILE)), key);
    } catch {
      return null;
    }
  });
