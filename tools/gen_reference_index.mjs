// Writes emulator/reference/index.ts: the list of the reference kernel's files, bundled as text. Run it after adding or
// removing a .c or .h file; test/emulator/reference_index.test.ts notices when it was forgotten.
import { readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const base = fileURLToPath(new URL("../emulator/reference/", import.meta.url));
const files = [];
function walk(dir) {
  for (const entry of readdirSync(base + dir, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    if (entry.isDirectory()) walk(`${dir}${entry.name}/`);
    else if (/\.[ch]$/.test(entry.name)) files.push(dir + entry.name);
  }
}
walk("");
const lines = [
  "/**",
  " * The reference kernel's files as text, by kernel path. Made by tools/gen_reference_index.mjs: do not edit. Leaves out",
  " * what they mean (emulator/kernel.ts).",
  " */",
  "",
  ...files.map((f, i) => `import f${i} from "./${f}";`),
  "",
  "export const referenceFiles: readonly { readonly path: string; readonly text: string }[] = [",
  ...files.map((f, i) => `  { path: "${f}", text: f${i} },`),
  "];",
  "",
];
writeFileSync(`${base}index.ts`, lines.join("\n"));
console.log(`${files.length} files`);
