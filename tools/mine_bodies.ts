/**
 * `npm run contracts:bodies -- TREE`: writes emulator/contracts/bodies.yaml: small functions that a tree exports, that others
 * than their own folder call, that have no contract, and whose bodies call something that takes or gives, by its contract
 * or by such a body: a review runs the body that its own tree has. Leaves out what several files define.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readContracts } from "../server/review/contracts.ts";
import { functionsForOthers } from "../server/source/function_source.ts";
import { sourceFiles } from "./source_files.mjs";

const root = process.argv[2];
if (root === undefined) {
  console.log("contracts:bodies: name a kernel tree");
  process.exit(2);
}
/** Lines of a body: longer ones are not run (emulator/function/calls.ts). */
const MOST_LINES = 60;
/** How often a body may be known by another body. */
const ROUNDS = 2;
/** What is no part of the kernel, or of another machine than a review's. */
const APART = /^(?:tools|samples|scripts|Documentation|usr)\/|^arch\/(?!x86\/)|\/tests?\/|kunit|selftest/;
const TELLS: ReadonlySet<string> = new Set(["get", "put", "free"]);

const { functions } = readContracts().contracts;
const found = new Map<string, { path: string; calls: Set<string> } | null>();
const paths = [...sourceFiles(root, /\.c$/)].filter((path) => !APART.test(path));
for (const path of paths) {
  const text = readFileSync(join(root, path), "utf8");
  const exported = new Set([...text.matchAll(/\bEXPORT_SYMBOL(?:_NS)?(?:_GPL)?\((\w+)/g)].map(([, n]) => n!));
  if (exported.size === 0) continue;
  for (const { name, body } of functionsForOthers(text)) {
    if (!exported.has(name) || functions.has(name)) continue;
    const small = body.split("\n").length <= MOST_LINES && !found.has(name);
    found.set(
      name,
      small ? { path, calls: new Set([...body.matchAll(/\b(\w+)\(/g)].map(([, n]) => n!)) } : null,
    );
  }
}
/** Functions of a header that only call another one, and that one. */
function* wrappers(text: string): Generator<[string, string]> {
  const lines = text.split("\n");
  for (let i = 1; i < lines.length; i++) {
    const callee = lines[i - 1] === "{" ? /^\treturn (\w+)\(/.exec(lines[i]!)?.[1] : undefined;
    const end = callee === undefined ? -1 : lines.indexOf("}", i);
    if (callee === undefined || end < 0 || lines.slice(i, end).join("").split(";").length !== 2) continue;
    const head = lines.slice(Math.max(0, i - 6), i - 1);
    const from = head.findLastIndex((l) => l.startsWith("static inline"));
    const name = from < 0 ? undefined : /\b(\w+)\(/.exec(head.slice(from).join(" "))?.[1];
    if (name !== undefined) yield [name, callee];
  }
}

/** What a header's function hands on as it is: it is run wherever it is. */
const wraps = new Map<string, string>();
for (const path of [...sourceFiles(root, /\.h$/)].filter((p) => !APART.test(p)))
  for (const [name, callee] of wrappers(readFileSync(join(root, path), "utf8")))
    if (!functions.has(name) && !found.has(name)) wraps.set(name, callee);
const tells = new Map<string, string>();
const isKnown = (callee: string): boolean =>
  tells.has(wraps.get(callee) ?? callee) ||
  functions.get(callee)?.clauses.some(({ verb }) => TELLS.has(verb)) === true;
for (let round = 0; round < ROUNDS; round++)
  for (const [name, at] of found)
    if (at !== null && [...at.calls].some((c) => c !== name && isKnown(c))) tells.set(name, at.path);

const asked = new Set<string>();
for (const path of paths)
  for (const [, callee] of readFileSync(join(root, path), "utf8").matchAll(/\b(\w+)\(/g)) {
    const there = tells.get(callee!);
    if (there !== undefined && dirname(there) !== dirname(path)) asked.add(callee!);
  }
const byFile = new Map<string, string[]>();
for (const [name, path] of tells) if (asked.has(name)) byFile.set(path, [...(byFile.get(path) ?? []), name]);
writeFileSync(
  join(process.env["FOLIOSCOPE_ROOT"] ?? process.cwd(), "emulator", "contracts", "bodies.yaml"),
  `# Files of other folders than their callers' whose small functions take or give something, and have no contract: the body in the
# tree of a review is run. Written by \`npm run contracts:bodies -- TREE\`; names only.
bodies: |
${[...byFile].map(([path, names]) => `  ${path} ${names.join(" ")}`).join("\n")}
`,
);
console.log(`${asked.size} functions, ${byFile.size} files`);
