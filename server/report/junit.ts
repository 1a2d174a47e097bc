/**
 * A report as JUnit XML, for CI: one suite a patch, one case a scenario run. A run that something new breaks is a failure;
 * a run that says nothing is skipped, with its reason, and never passes. Leaves out times: two reports of one mail are equal.
 */
import type { ParsedDocument } from "../mail/types.ts";
import { type Finding, isJudged, type ReviewResult, type Run } from "../review/types.ts";
import { terminalLines } from "./text.ts";
import { stepPlace, verdictText } from "./words.ts";

export function junitText(doc: ParsedDocument, result: ReviewResult, chosen: readonly number[]): string {
  const suites = chosen.map((patch) => suite(doc, result, patch));
  const sum = (key: "tests" | "failures" | "skipped"): number => suites.reduce((n, s) => n + s[key], 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="folioscope" tests="${sum("tests")}" failures="${sum("failures")}" errors="0">`,
    ...suites.flatMap((s) => s.lines),
    "</testsuites>",
    "",
  ].join("\n");
}

interface Suite {
  readonly tests: number;
  readonly failures: number;
  readonly skipped: number;
  readonly lines: readonly string[];
}

function suite(doc: ParsedDocument, result: ReviewResult, index: number): Suite {
  const patch = doc.patches[index]!;
  const name = patch.subject || "(no subject)";
  const runs = result.runs.filter((r) => r.patch === index);
  const findings = result.findings.filter((f) => f.patch === index && f.verdict === "new");
  // Findings that no run shows (types alone decide them) are cases of their own.
  const loose = findings.filter((f) => !runs.some((r) => shows(f, r)));
  const cases = [
    ...runs.map((r) => runCase(doc, name, r, findings)),
    ...loose.map((f) => ({ failed: true, skipped: false, lines: failing(doc, name, f.code, [f]) })),
  ];
  const failures = cases.filter((c) => c.failed).length;
  const skipped = cases.filter((c) => c.skipped).length;
  return {
    tests: cases.length,
    failures,
    skipped,
    lines: [
      `  <testsuite name=${attribute(name)} tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}">`,
      ...cases.flatMap((c) => c.lines),
      "  </testsuite>",
    ],
  };
}

const shows = (f: Finding, r: Run): boolean => f.scenario === r.scenario || f.alsoIn.includes(r.scenario);

function runCase(
  doc: ParsedDocument,
  suiteName: string,
  run: Run,
  findings: readonly Finding[],
): { failed: boolean; skipped: boolean; lines: string[] } {
  const broken = findings.filter((f) => shows(f, run));
  if (run.verdict === "new" || broken.length > 0)
    return { failed: true, skipped: false, lines: failing(doc, suiteName, run.scenario, broken) };
  const head = `    <testcase classname=${attribute(suiteName)} name=${attribute(run.scenario)}`;
  if (!isJudged(run.verdict)) {
    const why = run.reason ?? (run.verdict === "limit" ? "limit reached" : "not modelled");
    return {
      failed: false,
      skipped: true,
      lines: [`${head}>`, `      <skipped message=${attribute(why)}/>`, "    </testcase>"],
    };
  }
  return { failed: false, skipped: false, lines: [`${head}/>`] };
}

function failing(doc: ParsedDocument, suiteName: string, name: string, found: readonly Finding[]): string[] {
  const first = found[0];
  const text = found.flatMap((f) => [
    `${f.severity} ${f.code}: ${f.message}`,
    `  ${verdictText(doc, f)}${f.docLine > 0 ? `, line ${f.docLine} of the mail` : ""}`,
    `  replay ${f.replay}`,
    ...f.trace.map((s) => `  ${s.role === "culprit" ? ">>" : "  "} ${s.text}${stepPlace(s)}`),
  ]);
  return [
    `    <testcase classname=${attribute(suiteName)} name=${attribute(name)}>`,
    `      <failure type=${attribute(first?.code ?? "new")} message=${attribute(first?.message ?? "something new breaks")}>${escaped(text.join("\n"))}</failure>`,
    "    </testcase>",
  ];
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
  "\t": "&#9;",
};

/** Text as XML: what a terminal or an editor would obey is shown, what XML 1.0 cannot hold becomes U+FFFD. */
function escaped(text: string): string {
  return terminalLines(text)
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>]/g, (c) => ENTITIES[c]!);
}

const attribute = (text: string): string => `"${escaped(text).replace(/["\n\t]/g, (c) => ENTITIES[c]!)}"`;
