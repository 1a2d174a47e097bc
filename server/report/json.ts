/**
 * The JSON of `folioscope review`, version 2 (server/schema/review.schema.json): what many runs have in common is told
 * once. `functions` of runs and findings are numbers into `ran`.
 */
import type { ParsedDocument } from "../mail/types.ts";
import { toJson } from "../parse_json.ts";
import type { CrashOutcome } from "../review/crash.ts";
import type { Finding, ReviewEvent, ReviewResult, Run } from "../review/types.ts";
import { fateText } from "../source/fate.ts";
import { askedOf } from "./asked.ts";
import { isAnyJudged } from "./facts.ts";
import { jsonText } from "./text.ts";
import { leftOutText } from "./words.ts";

type Ran = Run["functions"][number];

export function reviewJson(
  doc: ParsedDocument,
  result: ReviewResult,
  crashes: readonly CrashOutcome[] = [],
): object {
  const ran: Ran[] = [];
  const ids = new Map<string, number>();
  /** Equal ones of a side are one object (review/side.ts), and each run lists hundreds. */
  const met = new Map<Ran, number>();
  const numbers = (list: readonly Ran[]): number[] =>
    list.map((f) => {
      const known = met.get(f);
      if (known !== undefined) return known;
      const key = `${f.fidelity} ${f.name}`;
      let id = ids.get(key);
      if (id === undefined) {
        ids.set(key, (id = ran.length));
        ran.push(f);
      }
      met.set(f, id);
      return id;
    });
  const withNumbers = <T extends Run | Finding>(x: T) => ({ ...x, functions: numbers(x.functions) });
  const runs = result.runs.map(withNumbers);
  const findings = result.findings.map(withNumbers);
  const asked = askedOf(doc, result);
  return {
    version: 2,
    input: doc.path,
    seed: result.seed,
    patches: toJson(doc).patches,
    plans: result.plans.map((p) => ({
      ...p,
      leftOut: p.leftOut.map(({ why, cases }) => ({
        kind: why.kind,
        reason: leftOutText(why, isAnyJudged(result, p.patch)),
        cases,
      })),
    })),
    runs,
    findings,
    ran,
    functions: result.functions,
    coverage: result.coverage,
    stubs: result.stubs,
    hunks: result.hunks.map((h) => ({ ...h, fate: fateText(h.fate) })),
    ...(result.tree === undefined ? {} : { tree: result.tree }),
    ...(crashes.length === 0 ? {} : { crashes }),
    ...(asked.length === 0 ? {} : { asked }),
    notes: result.notes,
    problems: doc.problems,
  };
}

/** As text: one line a run, so that it can be read and compared, and no more. */
export function jsonLines(value: object): string {
  const lines = Object.entries(value).map(([key, v]) => {
    const name = jsonText(key);
    if (!Array.isArray(v) || v.length === 0) return ` ${name}: ${jsonText(v)}`;
    return ` ${name}: [\n${v.map((x) => `  ${jsonText(x)}`).join(",\n")}\n ]`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}

/**
 * A line of `--format jsonl`: a plan, a finding when it is found (what follows may add to it or place it better), a run
 * that is over. The last line is `{"event": "result"}` with all of `reviewJson`.
 */
export function eventLine(event: ReviewEvent): string {
  switch (event.kind) {
    case "plan": {
      const { kind, ...rest } = event;
      return `${jsonText({ event: kind, ...rest })}\n`;
    }
    case "finding": {
      const { functions: _functions, ...finding } = event.finding;
      return `${jsonText({ event: "finding", ...finding })}\n`;
    }
    case "run": {
      const { patch, scenario, verdict } = event.run;
      return `${jsonText({ event: "run", patch, scenario, verdict })}\n`;
    }
    case "start":
    case "patch":
      return "";
  }
}
