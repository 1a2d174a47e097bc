// Loads a TypeScript module of the project into a plain node script: bundled with esbuild, imported from a file under
// .cache that is removed at exit.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const dir = join(root, ".cache", `load-${process.pid}`);
let count = 0;

/** Imports `path` (relative to the repository) as a module. */
export async function loadModule(path) {
  if (count === 0) process.on("exit", () => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(dir, { recursive: true });
  const outfile = join(dir, `m${count++}.mjs`);
  await build({
    entryPoints: [join(root, path)],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    sourcemap: "inline",
    logLevel: "warning",
    loader: { ".c": "text", ".h": "text", ".yaml": "text" },
    banner: {
      js: 'import { createRequire as __cr } from "node:module"; const require = __cr(import.meta.url);',
    },
  });
  return import(pathToFileURL(outfile).href);
}
