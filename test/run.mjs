// Finds every *.test.ts below test/, bundles them with esbuild into one file and runs it with node:test.
// `node test/run.mjs [filter]` runs the files whose path contains the filter. Zero tests is a failure.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const filter = process.argv.slice(2).find((a) => !a.startsWith("--")) ?? "";
const update = process.argv.includes("--update");

function testFiles(dir) {
  const found = [];
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.name === "node_modules" || entry.name === "fixtures" || entry.name === "e2e") continue;
    const path = join(dir, entry.name);
    if (entry.isDirectory()) found.push(...testFiles(path));
    else if (entry.name.endsWith(".test.ts")) found.push(path);
  }
  return found.sort();
}

const files = testFiles(join(root, "test")).filter((f) => relative(root, f).includes(filter));
if (files.length === 0) {
  console.error(`no test file matches "${filter}"`);
  process.exit(1);
}
const outdir = join(root, ".cache", `test-${process.pid}`);
mkdirSync(outdir, { recursive: true });
const entry = join(outdir, "entry.mjs");
const lines = ['import { test } from "node:test";'];
for (const file of files) {
  const name = relative(root, file).split(sep).join("/");
  // A file that throws while it loads becomes a failing test of its own.
  lines.push(
    `try { await import(${JSON.stringify(file)}); } catch (e) { test(${JSON.stringify(`load ${name}`)}, () => { throw e; }); }`,
  );
}
writeFileSync(entry, lines.join("\n"));
await build({
  entryPoints: [entry],
  outfile: join(outdir, "tests.mjs"),
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  sourcemap: "inline",
  external: ["vscode"],
  loader: { ".c": "text", ".h": "text" },
  logLevel: "warning",
  banner: {
    js: 'import { createRequire as __cr } from "node:module"; const require = __cr(import.meta.url);',
  },
});
const reporter = process.env.CI ? "tap" : "spec";
const run = spawnSync(
  process.execPath,
  ["--enable-source-maps", "--test-reporter", reporter, join(outdir, "tests.mjs")],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, FOLIOSCOPE_ROOT: root, ...(update ? { FOLIOSCOPE_UPDATE: "1" } : {}) },
  },
);
process.exit(run.status ?? 1);
