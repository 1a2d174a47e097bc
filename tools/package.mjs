// `npm run package`: bundles, packs folioscope-<version>.vsix with vsce, lists what is in it and fails on anything that
// does not belong there or is missing. Leaves out publishing. `--out FILE` names the package.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const at = process.argv.indexOf("--out");
const out = at > 0 ? process.argv[at + 1] : join(root, `folioscope-${manifest.version}.vsix`);

/** Bytes that a .vsix may have. */
const MOST = 4_000_000;
/** What may be in the package, and what must. */
const ALLOWED = [
  /^extension\/(?:package\.json|readme\.md|changelog\.md|LICENSE(?:\.txt)?)$/i,
  /^extension\/dist\/(?:extension|core|start|reference|server|worker|reader|cli|debug|web)\.cjs$/,
  /^extension\/dist\/(?:panel|browser)\.js$/,
  /^extension\/dist\/reach\.bin$/,
  /^extension\/dist\/[\w.-]+\.wasm$/,
  /^extension\/dist\/(?:reference|lowered)\.bin$/,
  /^extension\/examples\/[\w.-]+\.eml$/,
  /^extension\/media\/walkthrough\/\w+\.md$/,
  /^extension\/docs\/rules\/[\w.-]+\.md$/,
  /^extension\/media\/[\w.-]+\.(?:svg|png|json)$/,
  /^extension\/media\/panel\/[\w.-]+\.css$/,
  /^extension\/media\/syntaxes\/[\w.-]+\.json$/,
  /^extension\.vsixmanifest$/,
  /^\[Content_Types\]\.xml$/,
];
const REQUIRED = [
  "extension/package.json",
  "extension/dist/extension.cjs",
  "extension/dist/core.cjs",
  "extension/dist/start.cjs",
  "extension/dist/reference.cjs",
  "extension/dist/server.cjs",
  "extension/dist/worker.cjs",
  "extension/dist/debug.cjs",
  "extension/dist/panel.js",
  "extension/dist/web.cjs",
  "extension/dist/browser.js",
  "extension/media/panel/panel.css",
  "extension/dist/reach.bin",
  "extension/dist/reference.bin",
  "extension/dist/lowered.bin",
  "extension/dist/reader.cjs",
  "extension/media/sidebar.svg",
  "extension/docs/rules/folio-ref-leak.md",
  "extension/examples/leaked-reference.eml",
];

function run(args, what) {
  const done = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (done.status === 0) return;
  process.stderr.write(done.stdout + done.stderr);
  console.error(`package: ${what} failed`);
  process.exit(1);
}

/** The names in a zip archive, from its central directory. */
function zipNames(bytes) {
  let end = bytes.length - 22;
  while (end >= 0 && bytes.readUInt32LE(end) !== 0x06054b50) end--;
  if (end < 0) throw new Error("the package is not a zip archive");
  const names = [];
  let p = bytes.readUInt32LE(end + 16);
  for (let n = bytes.readUInt16LE(end + 10); n > 0; n--) {
    const length = bytes.readUInt16LE(p + 28);
    const size = bytes.readUInt32LE(p + 24);
    names.push({ name: bytes.toString("utf8", p + 46, p + 46 + length), size });
    p += 46 + length + bytes.readUInt16LE(p + 30) + bytes.readUInt16LE(p + 32);
  }
  return names;
}

rmSync(out, { force: true });
run(["esbuild.mjs"], "bundling");
run(
  [
    "node_modules/@vscode/vsce/vsce",
    "package",
    "--no-dependencies",
    "--allow-missing-repository",
    "--skip-license",
    "--no-rewrite-relative-links",
    "--no-git-tag-version",
    "--out",
    out,
  ],
  "vsce",
);
const files = zipNames(readFileSync(out));
for (const { name, size } of files) console.log(`${String(size).padStart(10)}  ${name}`);
const strange = files.filter((f) => !ALLOWED.some((a) => a.test(f.name))).map((f) => f.name);
const missing = REQUIRED.filter((r) => !files.some((f) => f.name === r));
if (strange.length > 0) console.error(`package: these do not belong into the package: ${strange.join(", ")}`);
if (missing.length > 0) console.error(`package: these are missing: ${missing.join(", ")}`);
const size = statSync(out).size;
if (size > MOST) console.error(`package: ${size} bytes are more than ${MOST}`);
if (strange.length + missing.length > 0 || size > MOST) process.exit(1);
console.log(`${out.replace(root, "")}: ${files.length} files, ${Math.round(size / 1024)} KiB`);
