// `npm run docs`: writes docs/rules from the rules' own words and their fixtures; test/rules_in_step.test.ts holds them so.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadModule } from "./load.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { FIXTURES, ruleDocs } = await loadModule("tools/gen_rule_docs.ts");
const fixture = (code) => {
  const file = FIXTURES.map((f) => join(root, "test/fixtures", f, `${code}.diff`)).find((f) => existsSync(f));
  return file === undefined ? null : readFileSync(file, "utf8");
};
const out = join(root, "docs/rules");
mkdirSync(out, { recursive: true });
const pages = ruleDocs(fixture);
for (const old of readdirSync(out)) if (!pages.has(old)) rmSync(join(out, old));
for (const [name, text] of pages) writeFileSync(join(out, name), text);
console.log(`${pages.size} pages in docs/rules`);
