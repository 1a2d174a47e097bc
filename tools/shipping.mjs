// The reference kernels of all eras, preprocessed and lowered (reference.bin, lowered.bin), as tools/ship.ts makes them: for
// the build, which ships them, and for the tests, which run on them as users do. What they were made by is told by a digest
// beside them: the bundled tool with all of its sources, Node's version, and the files themselves.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { cacheFolder } from "./cache_folder.mjs";

const MADE = ["reference.bin", "lowered.bin"];
const TOLD = ".shipped";
/** Made once for all checkouts of the same sources: it takes a minute. */
const KEPT = join(cacheFolder, "shipped");

/**
 * The first of `folders` in which they are what the sources at hand make; else they are put in the last, made anew or as another
 * checkout has made them. null: they cannot be made, which is told on stderr.
 */
export async function shipped(folders) {
  const bundled = await build({
    entryPoints: [fileURLToPath(new URL("ship.ts", import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    loader: { ".c": "text", ".h": "text", ".yaml": "text" },
    logLevel: "warning",
  });
  const program = bundled.outputFiles[0].contents;
  const digest = (folder) => {
    const hash = createHash("sha256").update(process.version).update(program);
    for (const file of MADE.map((name) => join(folder, name)))
      hash.update(existsSync(file) ? readFileSync(file) : "").update("\n");
    return hash.digest("hex");
  };
  const told = (folder) => join(folder, TOLD);
  const whole = (folder) => existsSync(told(folder)) && readFileSync(told(folder), "utf8") === digest(folder);
  const there = folders.find(whole);
  if (there !== undefined) return there;
  const folder = folders.at(-1);
  if (whole(KEPT)) {
    copied(KEPT, folder);
    if (whole(folder)) return folder;
  }
  const file = join(folder, `.ship-${process.pid}.cjs`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, program);
  const run = spawnSync(process.execPath, [file, folder], { stdio: "inherit" });
  rmSync(file);
  if (run.status !== 0) return null;
  writeFileSync(told(folder), digest(folder));
  try {
    copied(folder, KEPT);
  } catch {
    // No room there, or no right to write: the next checkout makes its own.
  }
  return folder;
}

function copied(from, to) {
  mkdirSync(to, { recursive: true });
  for (const name of [...MADE, TOLD]) copyFileSync(join(from, name), join(to, name));
}
