/**
 * What several surfaces say of a result in the same words: the fate of hunks in the kernel tree, how much of the patch
 * ran, notes without doubles, the patch that mends a finding. Leaves out layout (cli_text.ts, features/report.ts).
 */
import { fateText, type HunkFate } from "../source/fate.ts";
import type { NothingRuns } from "./plan.ts";
import type { Coverage, FileCoverage, Finding, HunkNote, ReviewResult } from "./types.ts";

/** Offsets that are named in a count. */
const OFFSETS_MAX = 5;

/** `19/20 "title"`, the later patch that mends a finding; "" where none does. */
export function fixedByText(f: Finding, total: number): string {
  if (f.fixedBy === undefined) return "";
  const { number, subject } = f.fixedBy;
  return `${number}${total > 0 ? `/${total}` : ""} "${subject}"`;
}

/** How hunks of a fate are counted, in this order. */
const FATE_WORDS: Readonly<Record<HunkFate["kind"], string>> = {
  exact: "exact",
  offset: "at an offset",
  fuzz: "with fuzz",
  merged: "merged",
  already: "already there",
  rejected: "rejected",
};

/** "2 exact, 1 at an offset (3), 1 rejected"; "" without hunks. */
export function fateCounts(hunks: readonly HunkNote[]): string {
  const counts = new Map<HunkFate["kind"], number>();
  for (const { fate } of hunks) counts.set(fate.kind, (counts.get(fate.kind) ?? 0) + 1);
  return (Object.keys(FATE_WORDS) as HunkFate["kind"][])
    .filter((kind) => counts.has(kind))
    .map((kind) => `${counts.get(kind)} ${FATE_WORDS[kind]}${kind === "offset" ? offsets(hunks) : ""}`)
    .join(", ");
}

/** " (3, -2)": by how many lines. */
function offsets(hunks: readonly HunkNote[]): string {
  const by = [...new Set(hunks.flatMap(({ fate }) => (fate.kind === "offset" ? [fate.lines] : [])))];
  const more = by.length > OFFSETS_MAX ? ", ..." : "";
  return ` (${by.slice(0, OFFSETS_MAX).join(", ")}${more})`;
}

/** Hunks of a patch whose fate is worth a line of its own; the count has said the rest. */
export function oddHunks(hunks: readonly HunkNote[]): readonly HunkNote[] {
  const told = hunks.every((h) => h.fate.kind === "already") ? "already" : "exact";
  return hunks.filter((h) => ![told, "exact", "offset"].includes(h.fate.kind));
}

/** The notes, each once, without those that repeat the fate of a hunk. */
export function notesOf(result: ReviewResult): string[] {
  const reasons = result.hunks.flatMap(({ path, fate }) =>
    fate.kind === "merged" || fate.kind === "rejected" ? [{ path, why: fate.why }] : [],
  );
  const doubled = (note: string): boolean =>
    reasons.some(({ path, why }) => note.startsWith(`${path}, `) && note.endsWith(why));
  return [...new Set(result.notes)].filter((n) => !doubled(n));
}

/** Why nothing of a patch can run. */
export function nothingText(why: NothingRuns): string {
  switch (why.kind) {
    case "no-function":
      return "the diff shows no C function";
    case "partial": {
      const more = why.names.length > 4 ? ` and ${why.names.length - 4} more` : "";
      return `the diff shows ${why.names.slice(0, 4).join("(), ")}() only in part${more}: without a kernel tree nothing of it can run`;
    }
    case "uncalled": {
      const names = why.names.slice(0, 4).map((n) => `${n}()`);
      return `nothing in the reference kernel calls ${names.join(", ")}${why.names.length > 4 ? ` or ${why.names.length - 4} more` : ""}`;
    }
  }
}

/** A hunk with its fate, one line: "fs/dax.c: offset 3". */
export const hunkText = ({ path, fate }: HunkNote): string => `${path}: ${fateText(fate)}`;

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

/** "41 of 45 (91 %)" */
export function share(part: number, all: number): string {
  return `${part} of ${all}${all === 0 ? "" : ` (${Math.floor((100 * part) / all)} %)`}`;
}
