/**
 * A finding as the panel shows it: what happens and what follows from it in plain sentences first, then the rule, how
 * certain, and where. Leaves out the runs (review/timeline.ts) and drawing (extension/panel).
 */
import { ruleOf, sentenceOf } from "../../emulator/invariants/registry.ts";
import {
  isStale,
  type PlacedFinding,
  patchNumber,
  placedFindings,
  type Snapshot,
} from "../features/snapshot.ts";
import { BY_TYPES, isSteppable } from "../review/finding.ts";
import type { Finding } from "../review/types.ts";
import { VERDICT_ORDER } from "./facts.ts";
import type { FindingView, PathStep } from "./panel_view.ts";
import { terminalData } from "./text.ts";
import { capital, fidelitySentence, stepPlace, verdictText, waySentence } from "./words.ts";

/** Every finding as a reader wants it: the loud ones by line, then the others. */
function byLoudness(snapshot: Snapshot): PlacedFinding[] {
  const rank = (f: Finding): number => VERDICT_ORDER.indexOf(f.verdict);
  return [...placedFindings(snapshot)].sort(
    (a, b) => rank(a.finding) - rank(b.finding) || a.docLine - b.docLine || a.index - b.index,
  );
}

/** Those that next and previous go through: what was so before is told apart, and only who asks for it is led to it. */
function inOrder(snapshot: Snapshot): PlacedFinding[] {
  return byLoudness(snapshot).filter((p) => p.finding.verdict !== "already" || snapshot.settings.showAlready);
}

/**
 * The finding with this index in the store, `by` places further in reading order; the first of all for an index below 0; null
 * when there is none. One that has no place in the order has position 0.
 */
export function panelView(snapshot: Snapshot, index: number, by = 0): FindingView | null {
  const order = inOrder(snapshot);
  const here = order.findIndex((p) => p.index === index);
  const apart = byLoudness(snapshot).find((p) => p.index === index);
  if (index >= 0 && apart === undefined) return null;
  const beside = here < 0 && apart !== undefined && by === 0;
  // From outside the order, or from nowhere, one step leads to its beginning or to its end.
  const from = here < 0 ? (by < 0 ? 0 : by > 0 ? -1 : 0) : here;
  const place = beside ? -1 : (((from + by) % order.length) + order.length) % order.length;
  const placed = beside ? apart : order[place];
  if (placed === undefined) return null;
  const f = placed.finding;
  const rule = ruleOf(f.code);
  const patch = snapshot.parsed.patches[f.patch];
  const number = patch === undefined ? "" : patchNumber(patch, snapshot.parsed);
  const view: FindingView = {
    uri: snapshot.uri,
    index: placed.index,
    position: place + 1,
    total: order.length,
    what: capital(sentenceOf(f.code, f.message)),
    soWhat: rule?.consequence ?? "",
    // Where the sentence has all there is, nothing is said twice.
    detail: sentenceOf(f.code, f.message) === f.message ? capital(f.message) : f.message,
    certainty: [
      ...(f.scenario === BY_TYPES
        ? ["It is read out of the code: no run has to show it."]
        : [waySentence(f), fidelitySentence(f)]),
      ...(f.stubs.length > 0 ? [`Nobody has ${f.stubs.join(", ")}: stood in for.`] : []),
    ]
      .filter((s) => s !== "")
      .join(" "),
    verdictText: verdictText(snapshot.parsed, f),
    finding: {
      code: f.code,
      verdict: f.verdict,
      severity: f.severity,
      path: f.path,
      side: f.side,
      scenario: f.scenario,
      era: f.era,
      replay: f.replay,
      alsoIn: f.alsoIn,
      consequences: f.consequences,
      exactLine: f.exactLine,
    },
    docLine: placed.docLine,
    patchTitle: [number, patch?.subject ?? ""].filter((s) => s !== "").join(" "),
    rule:
      rule === undefined
        ? null
        : {
            code: rule.code,
            title: rule.title,
            statement: rule.statement,
            source: rule.source,
            detection: rule.detection,
          },
    steppable: isSteppable(f),
    path: isSteppable(f) ? [] : pathOf(snapshot, f),
    stale: isStale(snapshot),
  };
  return { ...terminalData(view), uri: snapshot.uri };
}

/** The steps of a function's path; a step of the mail names its line once. */
function pathOf({ review }: Snapshot, f: Finding): PathStep[] {
  return f.trace.map((step) => ({
    text: step.text.replace(/ at line \d+ of the mail$/, ""),
    docLine: review?.place(step.docLine) ?? 0,
    where: stepPlace({ ...step, docLine: 0 }).replace(/^ \[|\]$/g, ""),
    breaks: step.role === "culprit",
  }));
}

/** The finding of a document line that a reader wants to see: the loudest there; null when there is none. */
export function findingAtLine(snapshot: Snapshot, docLine: number): number | null {
  return byLoudness(snapshot).find((p) => p.docLine === docLine)?.index ?? null;
}

/** The finding that has this token; null when there is none (any more). */
export function findingOfToken(snapshot: Snapshot, replay: string): number | null {
  return loudest(snapshot, (f) => f.replay === replay);
}

/** The loudest finding that `fits`, in reading order; null when there is none. */
export function loudest(snapshot: Snapshot, fits: (f: Finding) => boolean): number | null {
  return byLoudness(snapshot).find((p) => fits(p.finding))?.index ?? null;
}
