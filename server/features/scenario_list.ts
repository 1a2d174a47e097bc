/**
 * The scenarios as the sidebar lists them: what each does, how often it ran for a document and what came of it. Those that
 * found something new first, then those that ran. Leaves out single runs (scenario_tests.ts).
 */
import type { CatalogueEntry } from "../emulation/catalogue.ts";
import type { ScenarioRow } from "../protocol.ts";
import { loudest } from "../report/facts.ts";
import { terminalText } from "../report/text.ts";
import type { ReviewResult } from "../review/types.ts";

/** `result`: of the document that is looked at, where there is one. */
export function scenarioList(
  entries: readonly CatalogueEntry[],
  result: ReviewResult | undefined,
): ScenarioRow[] {
  const runs = new Map<string, ReviewResult["runs"][number][]>();
  for (const run of result?.runs ?? []) {
    const name = nameOf(run.scenario);
    const known = runs.get(name);
    if (known === undefined) runs.set(name, [run]);
    else known.push(run);
  }
  const found = new Map<string, number>();
  for (const f of result?.findings ?? [])
    if (f.verdict === "new")
      for (const name of new Set([f.scenario, ...f.alsoIn].map(nameOf)))
        found.set(name, (found.get(name) ?? 0) + 1);
  const rows = entries.map(({ name, title, params }): ScenarioRow => {
    const own = runs.get(name) ?? [];
    const verdict = loudest(own.map((r) => r.verdict));
    return {
      name: terminalText(name),
      title: terminalText(title),
      params: terminalText(params),
      runs: own.length,
      findings: found.get(name) ?? 0,
      ...(verdict === undefined ? {} : { verdict }),
    };
  });
  const rank = (row: ScenarioRow): number => (row.findings > 0 ? 0 : row.runs > 0 ? 1 : 2);
  return rows.sort((a, b) => rank(a) - rank(b));
}

const nameOf = (scenario: string): string => scenario.split(" ")[0]!;
