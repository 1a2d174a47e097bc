// `npm run contracts:headers -- T`: writes emulator/contracts/headers.yaml, which header of a kernel tree declares what a
// contract is about. Names that the tree does not declare keep the header that an earlier tree gave them.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = `${root}emulator/contracts/headers.yaml`;
let text = "";
try {
  text = execFileSync(
    process.execPath,
    [`${root}dist/cli.cjs`, "contracts", "--check", "--format", "json", "--tree", process.argv[2] ?? ""],
    { encoding: "utf8", maxBuffer: 1 << 26 },
  );
} catch (e) {
  // Status 1 says that a contract does not fit, which is told on its own.
  if (e.status !== 1) throw e;
  text = e.stdout;
}
const fits = JSON.parse(text);
const at = new Map();
for (const [path, names] of Object.entries(parse(readFileSync(out, "utf8")).headers))
  for (const name of names) at.set(name, path);
const known = new Set(fits.map((f) => f.name));
for (const f of fits) if (f.path !== "") at.set(f.name, f.path);
const byPath = new Map();
for (const [name, path] of at) if (known.has(name)) byPath.set(path, [...(byPath.get(path) ?? []), name]);
const lines = [
  "# Which header declares what a contract is about: the source of those that say none. Written by",
  "# `npm run contracts:headers -- TREE` from a kernel tree; names only.",
  "headers:",
  ...[...byPath].sort().map(([path, names]) => `  ${path}: [${names.sort().join(", ")}]`),
];
writeFileSync(out, `${lines.join("\n")}\n`);
console.log(`${at.size} names, ${byPath.size} headers`);
