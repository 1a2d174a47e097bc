/**
 * The runs of a review as tests: patch > case, with what the two sides came to as the expected and the actual, and which
 * added lines were reached. Leaves out running (server.ts) and the editor's own things (extension/scenario_tests.ts).
 */
import { sentenceOf } from "../../emulator/invariants/registry.ts";
import type { TestCase, TestedPatch, TestLine } from "../protocol.ts";
import { patchText } from "../report/standing.ts";
import { labelText, terminalText } from "../report/text.ts";
import type { Finding, ReviewResult, Run, SideRun, Verdict } from "../review/types.ts";
import { patchNumber, patchSelector, type Snapshot } from "./snapshot.ts";

/**
 * What a verdict is as the state of a test. Only what ran and counts passes; what was so before the patch says nothing of it,
 * and what a later patch of the series mends is broken at this one.
 */
const STATES: Readonly<Record<Verdict, TestCase["state"]>> = {
  clean: "passed",
  fixed: "passed",
  new: "failed",
  "fixed-later": "failed",
  already: "skipped",
  limit: "skipped",
  "not-modelled": "skipped",
};

/** The patches of a document that were run, in its order, and their cases in the order of the review. */
export function scenarioTests(snapshot: Snapshot, result = snapshot.review?.result): TestedPatch[] {
  if (result === undefined) return [];
  const place = snapshot.review?.place ?? ((n: number) => n);
  return snapshot.parsed.patches.flatMap((patch) => {
    const runs = result.runs.filter((r) => r.patch === patch.index);
    if (runs.length === 0) return [];
    const selector = patchSelector(snapshot.parsed, patch);
    return [
      {
        index: patch.index,
        label: labelText(
          [patchNumber(patch, snapshot.parsed), patch.subject || "(no subject)"]
            .filter((s) => s !== "")
            .join(" "),
        ),
        description: labelText(patchText(result, patch.index)),
        docLine: patch.files[0]?.docLine ?? patch.docLine,
        ...(selector === undefined ? {} : { patch: selector }),
        cases: runs.map((run) => testCase(run, findingOf(result, run), place)),
        lines: testLines(result, patch.index, place),
      },
    ];
  });
}

function testCase(run: Run, finding: Finding | undefined, place: (n: number) => number): TestCase {
  const state = STATES[run.verdict];
  return {
    scenario: run.scenario,
    // With its parameters: results of runs are listed by their labels alone.
    label: labelText(run.scenario),
    description: labelText(run.era),
    verdict: run.verdict,
    state,
    message: terminalText(finding === undefined ? why(run) : sentenceOf(finding.code, finding.message)),
    before: sideText(run.before),
    after: sideText(run.after),
    docLine: state === "failed" && finding !== undefined ? place(finding.docLine) : 0,
    ...(finding === undefined ? {} : { code: finding.code }),
  };
}

/** The finding that a run shows, itself or as one of several. */
function findingOf({ findings }: ReviewResult, run: Run): Finding | undefined {
  return findings.find(
    (f) =>
      f.patch === run.patch &&
      f.verdict === run.verdict &&
      (f.scenario === run.scenario || f.alsoIn.includes(run.scenario)),
  );
}

/** What there is to say of a run without a finding. */
function why(run: Run): string {
  if (run.verdict === "already") return "so before the patch as well: not its doing";
  return run.reason ?? run.after.reason ?? run.before.reason ?? "";
}

/**
 * What a side came to, a line for each thing, so that the editor's own difference shows what the patch has changed. The
 * editor writes the first words of both at the line ("oops != no fault"), so what is broken comes first.
 */
function sideText({ outcome, violations, reason, stubs }: SideRun): string {
  const ended = outcome === "not-modelled" ? "not modelled" : `ended: ${outcome}`;
  return [
    // Of a run that did not come to its end nobody knows that it has no fault.
    ...(violations.length > 0 ? violations : outcome === "completed" ? ["no fault"] : []),
    ...(outcome === "completed" ? [] : [`${ended}${reason === undefined ? "" : `: ${reason}`}`]),
    ...stubs.map((s) => `nobody has ${s}()`),
  ]
    .map(terminalText)
    .join("\n");
}

/** Added lines of a patch that have code, and how many runs went over them. */
function testLines(result: ReviewResult, patch: number, place: (n: number) => number): TestLine[] {
  const hits = new Map<number, number>();
  for (const l of result.lines)
    if (l.side === "after") hits.set(l.docLine, Math.max(l.hits, hits.get(l.docLine) ?? 0));
  return result.coverage
    .filter((c) => c.patch === patch)
    .flatMap((c) => c.addedLines)
    .map((l) => ({
      docLine: place(l.docLine),
      hits: l.reached ? Math.max(1, hits.get(l.docLine) ?? 1) : 0,
    }))
    .filter((l) => l.docLine > 0);
}
