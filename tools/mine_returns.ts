/**
 * `npm run contracts:returns -- TREE`: writes emulator/contracts/returns.yaml: the files of a tree that define functions which
 * return pointers and of which the text tells how they fail, or that they may give NULL. A review reads the definition in its own tree. Leaves out statics.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bodyIn, failingBy, givesNull } from "../server/source/failing_by.ts";
import { sourceFiles } from "./source_files.mjs";

const root = process.argv[2];
if (root === undefined) {
  console.log("contracts:returns: name a kernel tree");
  process.exit(2);
}
const files: [string, string[]][] = [];
/** A name that several files define (one for each architecture) says nothing. */
const definitions = new Map<string, number>();
/** Names behind which, on a line that begins a definition or follows its type, a parenthesis opens. */
function headsIn(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const open = line.indexOf("(");
    if (open < 1 || !/^[a-z_*]/i.test(line) || line.endsWith(";")) return [];
    let from = open;
    while (from > 0 && /\w/.test(line[from - 1]!)) from--;
    return from === open ? [] : [line.slice(from, open)];
  });
}

for (const path of sourceFiles(root, /\.c$/)) {
  const text = readFileSync(join(root, path), "utf8");
  const names = new Set<string>();
  for (const name of new Set(headsIn(text))) {
    if (bodyIn(text, name) === null) continue;
    definitions.set(name, (definitions.get(name) ?? 0) + 1);
    const how = failingBy(text, name);
    if (how !== null || givesNull(text, name)) names.add(name);
  }
  if (names.size > 0) files.push([path, [...names]]);
}
const once = files.map(([path, names]) => [path, names.filter((n) => definitions.get(n) === 1)] as const);
const lines = once.flatMap(([path, names]) => (names.length === 0 ? [] : [`  ${path} ${names.join(" ")}`]));
writeFileSync(
  join(process.env["FOLIOSCOPE_ROOT"] ?? process.cwd(), "emulator", "contracts", "returns.yaml"),
  `# Files that define functions of which the text tells how they fail, by an error pointer or by NULL; the definition in the tree of a review
# says which. Written by \`npm run contracts:returns -- TREE\`.
returns: |
${lines.join("\n")}
`,
);
console.log(`${once.reduce((n, [, names]) => n + names.length, 0)} functions, ${lines.length} files`);
