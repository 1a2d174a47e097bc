/**
 * What several surfaces say of a result in the same words: the fate of hunks in the kernel tree, how much of the patch
 * ran, notes without doubles, the patch that mends a finding. Leaves out layout (cli_text.ts, features/report.ts).
 */
import type { Coverage, FileCoverage, Finding, HunkNote, ReviewResult } from "./types.ts";

/** Offsets that are named in a count. */
const OFFSETS_MAX = 5;

/** `19/20 "title"`, the later patch that mends a finding; "" where none does. */
export function fixedByText(f: Finding, total: number): string {
  if (f.fixedBy === undefined) return "";
  const { number, subject } = f.fixedBy;
  return `${number}${total > 0 ? `/${total}` : ""} "${subject}"`;
}

/** "2 exact, 1 at an offset (3), 1 rejected"; "" without hunks. */
export function fateCounts(hunks: readonly HunkNote[]): string {
  const counts = new Map<string, number>();
  for (const h of hunks) counts.set(kindOf(h), (counts.get(kindOf(h)) ?? 0) + 1);
  const order = ["exact", "at an offset", "with fuzz", "merged", "already there", "rejected"];
  return [...counts]
    .sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([kind, n]) => `${n} ${kind}${kind === "at an offset" ? offsets(hunks) : ""}`)
    .join(", ");
}

/** " (3, -2)": by how many lines. */
function offsets(hunks: readonly HunkNote[]): string {
  const by = [...new Set(hunks.flatMap((h) => /^offset (-?\d+)$/.exec(h.fate)?.[1] ?? []))];
  const more = by.length > OFFSETS_MAX ? ", ..." : "";
  return ` (${by.slice(0, OFFSETS_MAX).join(", ")}${more})`;
}

/** "offset 3" is of the kind "at an offset", "merged: why" of the kind "merged". */
function kindOf({ fate }: HunkNote): string {
  if (fate.startsWith("in the tree")) return "already there";
  const kind = /^\w+/.exec(fate)?.[0] ?? fate;
  return kind === "offset" ? "at an offset" : kind === "fuzz" ? "with fuzz" : kind;
}

/** Hunks of a patch whose fate is worth a line of its own; the count has said the rest. */
export function oddHunks(hunks: readonly HunkNote[]): readonly HunkNote[] {
  const told = hunks.every((h) => kindOf(h) === "already there") ? "already there" : "exact";
  return hunks.filter((h) => ![told, "exact", "at an offset"].includes(kindOf(h)));
}

/** The notes, each once, without those that repeat the fate of a hunk. */
export function notesOf(result: ReviewResult): string[] {
  const reasons = result.hunks.flatMap((h) => {
    const why = /^(?:merged|rejected): (.*)$/s.exec(h.fate)?.[1];
    return why === undefined ? [] : [{ path: h.path, why }];
  });
  const doubled = (note: string): boolean =>
    reasons.some(({ path, why }) => note.startsWith(`${path}, `) && note.endsWith(why));
  return [...new Set(result.notes)].filter((n) => !doubled(n));
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

/** "41 of 45 (91 %)" */
export function share(part: number, all: number): string {
  return `${part} of ${all}${all === 0 ? "" : ` (${Math.floor((100 * part) / all)} %)`}`;
}
