// The reference kernels of all eras, preprocessed and lowered (reference.bin, lowered.bin), as tools/ship.ts makes them: for
// the build, which ships them, and for the tests, which run on them as users do. What they were made by is told by a digest
// beside them: the bundled tool with all of its sources, Node's version, and the files themselves. And the table of what each
// case enters on them, as tools/reach.ts makes it.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
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
  const program = await bundledTool("ship.ts");
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
  if ((await ran("ship", program, folder, [folder])) !== 0) return null;
  writeFileSync(told(folder), digest(folder));
  try {
    copied(folder, KEPT);
  } catch {
    // No room there, or no right to write: the next checkout makes its own.
  }
  return folder;
}

/** Makes `reach.bin` in a folder, where that is needed, and `reach.runs` beside it; whether that went well. */
export async function reached(folder) {
  const program = await bundledTool("reach.ts");
  return (await ran("reach", program, folder, [resolve(folder), digestOf(program)])) === 0;
}

/** `reach.runs` of a folder where the program at hand made it, else null. */
export async function bareRuns(folder) {
  const file = join(folder, "reach.runs");
  if (!existsSync(file)) return null;
  const { program } = JSON.parse(readFileSync(file, "utf8"));
  return program === digestOf(await bundledTool("reach.ts")) ? file : null;
}

const digestOf = (program) => createHash("sha256").update(process.version).update(program).digest("hex");

/** A tool with all of its sources, as one program. */
async function bundledTool(name) {
  const bundled = await build({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    loader: { ".c": "text", ".h": "text", ".yaml": "text" },
    logLevel: "warning",
  });
  return bundled.outputFiles[0].contents;
}

/** Runs such a program from a file in a folder; its status. */
async function ran(name, program, folder, args) {
  const file = join(folder, `.${name}-${process.pid}.cjs`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, program);
  const child = spawn(process.execPath, [resolve(file), ...args], { stdio: "inherit" });
  const status = await new Promise((told) => child.on("close", told));
  rmSync(file);
  return status;
}

function copied(from, to) {
  mkdirSync(to, { recursive: true });
  for (const name of [...MADE, TOLD]) copyFileSync(join(from, name), join(to, name));
}
