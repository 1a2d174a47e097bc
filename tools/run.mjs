// Bundles a TypeScript tool with esbuild and runs it: `node tools/run.mjs tools/mutate.ts ARGS`.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const [file, ...args] = process.argv.slice(2);
const outdir = join(root, ".cache", `tool-${process.pid}`);
mkdirSync(outdir, { recursive: true });
const outfile = join(outdir, `${basename(file, ".ts")}.cjs`);
await build({
  entryPoints: [join(root, file)],
  outfile,
  bundle: true,
  platform: "node",
  external: ["esbuild"],
  target: "node20",
  format: "cjs",
  sourcemap: "inline",
  keepNames: true,
  loader: { ".c": "text", ".h": "text", ".yaml": "text" },
  logLevel: "warning",
});
const run = spawnSync(process.execPath, ["--enable-source-maps", outfile, ...args], {
  stdio: "inherit",
  env: { ...process.env, FOLIOSCOPE_ROOT: root, FOLIOSCOPE_NO_CACHE: "1" },
});
rmSync(outdir, { recursive: true, force: true });
process.exit(run.status ?? 1);
