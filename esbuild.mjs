// Bundles the extension, the language server, its two threads and the command line into dist/. What runs the emulator is one
// bundle (server/processes.ts), of which small files start each a part; the sources of the reference kernel are a file of their own.
// Leaves out type checking (`npm run check`) and the tests (test/run.mjs bundles those).
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { brotliCompressSync, constants } from "node:zlib";
import { context } from "esbuild";
import { parse } from "yaml";
import { reached, shipped } from "./tools/shipping.mjs";

const watch = process.argv.includes("--watch");
const entries = {
  extension: "extension/desktop.ts",
  core: "server/processes.ts",
  start: "server/start.ts",
  server: "server/main.ts",
  reference: "emulator/reference/index.ts",
  reader: "server/reading/thread.ts",
  mcp: "server/mcp/serve.ts",
};
/** Files that start a part of the core. */
const PARTS = ["cli", "worker", "debug"];
/** Its C texts are half of every bundle that has them. */
const reference = {
  name: "reference",
  setup({ onResolve }) {
    onResolve({ filter: /\breference\/index\.ts$/ }, ({ kind }) =>
      kind === "entry-point" ? undefined : { path: "./reference.cjs", external: true },
    );
  },
};
/** Contracts are read as JSON: no comments, and a tenth of a review of a driver's patch less. */
const contracts = {
  name: "contracts",
  setup({ onLoad }) {
    onLoad({ filter: /\bcontracts\/\w+\.yaml$/ }, ({ path }) => ({
      contents: JSON.stringify(parse(readFileSync(path, "utf8"))),
      loader: "text",
      watchFiles: [path],
    }));
  },
};
const present = Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)));
const options = {
  entryPoints: present,
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  external: ["vscode", "./core.cjs"],
  sourcemap: "linked",
  minify: !watch,
  loader: { ".c": "text", ".h": "text", ".yaml": "text" },
  logLevel: "warning",
  plugins: [reference, contracts],
};
mkdirSync("dist", { recursive: true });
for (const part of PARTS) {
  rmSync(`dist/${part}.cjs.map`, { force: true });
  writeFileSync(`dist/${part}.cjs`, `#!/usr/bin/env node\nrequire("./start.cjs").start("${part}");\n`);
}
chmodSync("dist/cli.cjs", 0o755);
// What each case of the catalogue enters: made anew when the reference kernel has changed, else there at once. Beside it,
// because either takes a minute, what was lowered, which belongs to the code that lowered it: a watched build, which changes
// that code, goes without.
if (watch) rmSync("dist/lowered.bin", { force: true });
const made = await Promise.all([reached("dist"), ...(watch ? [] : [shipped(["dist"])])]);
if (made.some((there) => there === null || there === false)) process.exit(1);
/** The page of the finding panel runs in a webview. */
const page = {
  ...options,
  entryPoints: { panel: "extension/panel/app.ts" },
  outExtension: {},
  platform: "browser",
  target: "es2022",
  format: "iife",
  external: [],
};
/** The extension for an editor in a browser, and what of Node its workers have, which run the bundles above. */
const web = {
  ...options,
  entryPoints: { web: "extension/web.ts" },
  platform: "browser",
  target: "es2022",
  sourcemap: false,
};
const workers = {
  ...page,
  entryPoints: { browser: "server/browser/boot.ts" },
  sourcemap: false,
  // Libraries that would take the place of a browser's own `Buffer`.
  define: { global: "globalThis" },
};
for (const wanted of [options, page, web, workers]) {
  const build = await context(wanted);
  if (watch) await build.watch();
  else {
    await build.rebuild();
    await build.dispose();
  }
}
if (!watch) packReference("dist/reference.cjs");

/** The bundle of the reference kernel's sources, its texts as Brotli has them: a quarter less of the package than what a zip makes of them. */
function packReference(file) {
  const texts = JSON.stringify(createRequire(import.meta.url)(`./${file}`).referenceFiles);
  const packed = brotliCompressSync(texts, {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    },
  }).toString("base64");
  writeFileSync(
    file,
    `"use strict";
const { brotliDecompressSync } = require("node:zlib");
let files;
Object.defineProperty(exports, "referenceFiles", {
  enumerable: true,
  get: () => (files ??= JSON.parse(brotliDecompressSync(Buffer.from("${packed}", "base64")).toString())),
});
`,
  );
  rmSync(`${file}.map`, { force: true });
}
