// `npm run docs`: writes docs/rules from the rules' own words and their fixtures; test/rules_in_step.test.ts holds them so.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadModule } from "./load.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { ruleDocs } = await loadModule("tools/gen_rule_docs.ts");
const fixture = (code) => {
  const file = join(root, "test/fixtures/rules", `${code}.diff`);
  return existsSync(file) ? readFileSync(file, "utf8") : null;
};
const out = join(root, "docs/rules");
mkdirSync(out, { recursive: true });
const pages = ruleDocs(fixture);
for (const old of readdirSync(out)) if (!pages.has(old)) rmSync(join(out, old));
for (const [name, text] of pages) writeFileSync(join(out, name), text);
console.log(`${pages.size} pages in docs/rules`);
