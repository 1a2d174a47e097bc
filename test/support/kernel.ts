// A Linux tree for tests: the folder in FOLIOSCOPE_KERNEL, else what `npm run kernel` unpacked into the cache. Its
// sources are read where they lie and never copied here; tests that need one are skipped, with the reason, without it.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

function find(): string | null {
  const named = process.env["FOLIOSCOPE_KERNEL"];
  const cache =
    process.env["FOLIOSCOPE_CACHE"] ??
    join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "folioscope");
  const folder = named ?? join(cache, "linux-source-6.12");
  return existsSync(join(folder, "mm")) && existsSync(join(folder, "include", "linux")) ? folder : null;
}

/** The tree's folder, or null. */
export const kernelDir: string | null = find();

/** `false`, or why tests with a kernel tree are skipped: what node:test takes as `skip`. */
export const kernelSkip: false | string =
  kernelDir === null ? "no kernel tree: npm run kernel unpacks one, or set FOLIOSCOPE_KERNEL" : false;
