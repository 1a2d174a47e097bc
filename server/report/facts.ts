/**
 * What a report counts and orders: figures and lists out of a ReviewResult, no words. Leaves out how they are said
 * (words.ts).
 */

import type { ParsedDocument } from "../mail/types.ts";
import type { Counts } from "../protocol.ts";
import { isOwnRun } from "../review/finding.ts";
import {
  type Coverage,
  type FileCoverage,
  type Finding,
  type HunkNote,
  isJudged,
  type ReviewResult,
  type Run,
  type Severity,
  type Side,
  type Verdict,
} from "../review/types.ts";
import { FROM_CACHE, HUNK_REFUSED, isPassedBy, notJudged } from "../review/why.ts";
import { evidenceText, refusalText } from "../source/fate.ts";

/** The loudest first. */
export const VERDICT_ORDER: readonly Verdict[] = [
  "new",
  "already",
  "fixed-later",
  "fixed",
  "limit",
  "not-modelled",
  "clean",
];

/** What a row of several looks like: what was so before the patch colours nothing, and code that ran outdoes what did not. */
const ROW_ORDER: readonly Verdict[] = ["new", "fixed-later", "fixed", "clean", "limit", "not-modelled"];

/** The verdict of a row above others; undefined where it has none. */
export function loudest(verdicts: Iterable<Verdict | undefined>): Verdict | undefined {
  const present = new Set(verdicts);
  return ROW_ORDER.find((v) => present.has(v));
}

/** The side whose run is told: a removed line can be what led to what happens without it. */
export const ranOn = (f: Pick<Finding, "verdict">): Side => (f.verdict === "fixed" ? "before" : "after");

/** Runs without a finding and findings with one, of one patch or of all. */
export function countsOf(result: ReviewResult, patch?: number): Counts {
  const ours = <T extends { readonly patch: number }>(list: readonly T[]) =>
    patch === undefined ? list : list.filter((x) => x.patch === patch);
  const findings = ours(result.findings);
  const runs = ours(result.runs);
  const by = (v: Verdict) => findings.filter((f) => f.verdict === v).length;
  return {
    clean: runs.filter((r) => r.verdict === "clean").length,
    new: by("new"),
    fixed: by("fixed"),
    fixedLater: by("fixed-later"),
    already: by("already"),
    notModelled: runs.filter((r) => !isJudged(r.verdict)).length,
  };
}

/** Whether some scenario of a patch came to a verdict. */
export const isAnyJudged = ({ runs }: Pick<ReviewResult, "runs">, patch: number): boolean =>
  runs.some((r) => r.patch === patch && isJudged(r.verdict) && !isOwnRun(r.scenario));

/** The loudest of what is new: a warning is not told like an error. */
export function worstOf(result: Pick<ReviewResult, "findings">): Severity | "" {
  const fresh = new Set(result.findings.filter((f) => f.verdict === "new").map((f) => f.severity));
  return (["error", "warning", "information"] as const).find((s) => fresh.has(s)) ?? "";
}

/** Hunks of a patch whose fate is worth a line of its own; the count has said the rest. */
export function oddHunks(hunks: readonly HunkNote[]): readonly HunkNote[] {
  const told = hunks.every((h) => h.fate.kind === "already") ? "already" : "exact";
  return hunks.filter((h) => ![told, "exact", "offset"].includes(h.fate.kind));
}

/** The notes, each once, without those that repeat the fate of a hunk; what many patches have in common is one note. */
export function notesOf(result: ReviewResult): string[] {
  const reasons = result.hunks.flatMap(({ path, fate }) =>
    fate.kind === "merged"
      ? [{ path, why: evidenceText(fate.evidence) }]
      : fate.kind === "rejected"
        ? [{ path, why: refusalText(fate.why) }]
        : [],
  );
  const refused = new Set(result.functions.flatMap((f) => (f.reason === HUNK_REFUSED ? [f.name] : [])));
  const doubled = (note: string): boolean =>
    reasons.some(({ path, why }) => note.startsWith(`${path}, `) && note.endsWith(why)) ||
    [...refused].some((name) => note === notJudged(name));
  const kept = result.notes.filter((n) => n.endsWith(FROM_CACHE)).length;
  const of = result.plans.length;
  const cached = kept === 0 ? [] : [`${of === 1 ? "" : `${kept} of ${of} patches: `}${FROM_CACHE}`];
  return [...new Set(result.notes)].filter((n) => !n.endsWith(FROM_CACHE) && !doubled(n)).concat(cached);
}

/** What of a patch's lines that have code its runs reached: of the added ones, else of the removed ones. */
export interface Reach {
  readonly kind: "added" | "removed";
  readonly reached: number;
  readonly total: number;
  /** Some run of the patch came to no verdict: what it reached is not counted. */
  readonly unjudged: boolean;
}

/** The reach of a patch; null where no run came to a verdict for another reason, or no line has code. */
export function reachOf(result: Pick<ReviewResult, "coverage" | "runs">, patch: number): Reach | null {
  const covered = result.coverage.find((c) => c.patch === patch);
  const runs = result.runs.filter((r) => r.patch === patch);
  const told = (r: Run): boolean => isJudged(r.verdict) || isPassedBy(r.reason ?? "");
  if (covered === undefined || !runs.some(told)) return null;
  const { addedLines, removed } = covered;
  const unjudged = runs.some((r) => !told(r));
  if (addedLines.length > 0)
    return {
      kind: "added",
      reached: addedLines.filter((l) => l.reached).length,
      total: addedLines.length,
      unjudged,
    };
  return removed.total === 0 ? null : { kind: "removed", ...removed, unjudged };
}

/** Added lines that have code, by file in the order of the diff. */
export function addedByFile(coverage: Coverage): { path: string; reached: number; total: number }[] {
  const files = new Map<string, { path: string; reached: number; total: number }>();
  for (const l of coverage.addedLines) {
    const f = files.get(l.path) ?? { path: l.path, reached: 0, total: 0 };
    f.total++;
    if (l.reached) f.reached++;
    files.set(l.path, f);
  }
  return [...files.values()];
}

/** Functions of the told files over all patches of a review: as the last patch has the file, run by any of them. */
export function fileTotals(result: ReviewResult): FileCoverage[] {
  const ran = new Set<string>();
  for (const run of result.runs)
    for (const f of run.functions) if (f.fidelity === "tree" || f.fidelity === "diff") ran.add(f.name);
  const last = new Map<string, FileCoverage>();
  for (const c of result.coverage) for (const f of c.files) last.set(f.path, f);
  return [...last.values()].map((f) => {
    const missing = f.missing.filter((n) => !ran.has(n));
    return { ...f, missing, executed: f.functions - missing.length };
  });
}

/** The line of the input, as it was given, for a line of the rendering. */
export function inputLine(doc: ParsedDocument, docLine: number): number {
  return Math.max(1, doc.rawLines?.[docLine - 1 - doc.lineOffset] ?? docLine);
}
