/**
 * `npm run contracts:returns -- TREE`: writes emulator/contracts/returns.yaml: the files of a tree that define functions which
 * return pointers and of which the text tells how they fail. A review reads the definition in its own tree. Leaves out statics.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failingBy } from "../server/source/failing_by.ts";

const root = process.argv[2];
if (root === undefined) {
  console.log("contracts:returns: name a kernel tree");
  process.exit(2);
}
const lines: string[] = [];
const counts = { errptr: 0, null: 0 };
function below(folder: string): void {
  const items = readdirSync(join(root!, folder), { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  for (const e of items) {
    const path = folder === "" ? e.name : `${folder}/${e.name}`;
    if (/^(?:tools|Documentation|scripts|samples|\.git)$/.test(path)) continue;
    if (e.isDirectory()) below(path);
    else if (e.name.endsWith(".c")) {
      const text = readFileSync(join(root!, path), "utf8");
      const names = new Set<string>();
      for (const m of text.matchAll(
        /^(?!static|extern|typedef|return)[a-z]\w*[ \t\w]*\*[ \t*]*\n?(\w+)\([^;{}]*\)\s*\{$/gm,
      )) {
        const how = failingBy(text, m[1]!);
        if (how === null) continue;
        counts[how]++;
        names.add(m[1]!);
      }
      if (names.size > 0) lines.push(`  ${path} ${[...names].join(" ")}`);
    }
  }
}
below("");
writeFileSync(
  join(process.env["FOLIOSCOPE_ROOT"] ?? process.cwd(), "emulator", "contracts", "returns.yaml"),
  `# Files that define functions of which the text tells how they fail, by an error pointer or by NULL; the definition in the tree of a review
# says which. Written by \`npm run contracts:returns -- TREE\`.
returns: |
${lines.join("\n")}
`,
);
console.log(`${counts.errptr} by an error pointer, ${counts.null} by NULL, ${lines.length} files`);
