/**
 * The pages docs/rules/CODE.md and their list, made from each rule's own words and its fixture. Used by gen_rule_docs.mjs
 * (`npm run docs`) and by the test that holds them in step. Leaves out writing files.
 */
import { FUNCTION_RULES } from "../emulator/function/rules.ts";
import { RULES, type RuleFacts } from "../emulator/invariants/registry.ts";
import { spanText } from "../emulator/kernel/era.ts";

const MADE = "<!-- Made by `npm run docs` from the rule's own words: do not edit. -->";

/** Where fixtures lie, under test/fixtures: of rules of a machine, and of function cases. */
export const FIXTURES = ["rules", "functions"] as const;

/** A page; `fixture` is the text of CODE.diff in one of FIXTURES, null when the rule has none yet. */
export function rulePage(rule: RuleFacts, fixture: string | null): string {
  return [
    MADE,
    `# ${rule.code}: ${rule.title}`,
    rule.statement,
    rule.consequence,
    `- **Level**: ${rule.level}\n- **Kernels**: ${spanText(rule)}\n- **Follows**: ${rule.source}\n- **Detected**: ${rule.detection}`,
    ...(fixture === null ? [] : ["## A kernel that breaks it", `\`\`\`diff\n${fixture.trimEnd()}\n\`\`\``]),
    "",
  ]
    .join("\n\n")
    .replace(/(?<!\n)\n+$/, "\n");
}

/** File name to content of everything in docs/rules. */
export function ruleDocs(fixture: (code: string) => string | null): Map<string, string> {
  const out = new Map<string, string>();
  for (const rule of [...RULES, ...FUNCTION_RULES])
    out.set(`${rule.code}.md`, rulePage(rule, fixture(rule.code)));
  const list = (rules: readonly RuleFacts[]): string =>
    rules.map((r) => `- [\`${r.code}\`](${r.code}.md): ${r.title}`).join("\n");
  out.set(
    "README.md",
    `${MADE}\n\n# Rules\n\n${list(RULES)}\n\n## Of function cases\n\n${list(FUNCTION_RULES)}\n`,
  );
  return out;
}
