/**
 * How much of a patch ran: which of its added lines some scenario, or a path of a function by itself, reached, how many functions of a file ran as the kernel
 * tree has them, and which stubs stand in the way of verdicts. Leaves out printing it (cli_review.ts, features/hover.ts).
 */
import { outline } from "../../emulator/c/outline.ts";
import { SUBSYSTEMS } from "../source/subsystems.ts";
import type { PathLine } from "./outcome.ts";
import type { PatchSide } from "./side.ts";
import type { PatchSides } from "./sides.ts";
import type { Coverage, FileCoverage, Run, StubCount } from "./types.ts";
import { passesBy } from "./why.ts";

/**
 * Coverage of one patch. `hit`: lines of the mail that a run with a verdict executed; `files`: the after side's whole files by
 * path, when they come from a kernel tree.
 */
export function coverageOf(
  patch: number,
  { before, after }: Pick<PatchSides, "before" | "after">,
  hit: ReadonlySet<number>,
  runs: readonly Run[],
  files: ReadonlyMap<string, string>,
): Coverage {
  const removed = changedLines(before);
  return {
    patch,
    addedLines: changedLines(after).map((docLine) => ({
      docLine,
      path: after.place(docLine)?.path ?? "",
      line: after.place(docLine)?.line ?? 0,
      reached: hit.has(docLine),
    })),
    removed: { reached: removed.filter((l) => hit.has(l)).length, total: removed.length },
    files: after.inTree ? fileCoverage(runs, files) : [],
  };
}

/**
 * Coverage of a patch with what paths of functions by themselves reached. `scenarios`: what scenarios did, where they ran, and the
 * removed lines with code that they were counted of; null: only functions ran by themselves.
 */
export function coverageWithPaths(
  patch: number,
  scenarios: { readonly coverage: Coverage; readonly removed: ReadonlyMap<number, boolean> } | null,
  lines: readonly PathLine[],
): Coverage | null {
  if (lines.length === 0) return scenarios?.coverage ?? null;
  const added = new Map((scenarios?.coverage.addedLines ?? []).map((l) => [l.docLine, l]));
  const removed = new Map(scenarios?.removed ?? []);
  for (const { docLine, side, path, line, reached } of lines)
    if (side === "before") removed.set(docLine, reached || removed.get(docLine) === true);
    else {
      const known = added.get(docLine);
      added.set(docLine, {
        ...(known ?? { docLine, path, line }),
        reached: reached || known?.reached === true,
      });
    }
  return {
    patch,
    addedLines: [...added.values()].sort((a, b) => a.docLine - b.docLine),
    removed: { reached: [...removed.values()].filter((r) => r).length, total: removed.size },
    files: scenarios?.coverage.files ?? [],
  };
}

/** The removed lines with code, and whether runs came to them. */
export const removedLines = (
  { before }: Pick<PatchSides, "before">,
  hit: ReadonlySet<number>,
): Map<number, boolean> => new Map(changedLines(before).map((l) => [l, hit.has(l)]));

/**
 * Why the runs of a patch say nothing of it although they enter what it changes: of its lines that have code none was reached,
 * neither an added one nor a removed one. Null where some was, where none has code (what changes is declared), or where it
 * changes data, macros or types besides, which count by what uses them.
 */
export function passedBy(
  { addedLines, removed }: Coverage,
  { before, after }: Pick<PatchSides, "before" | "after">,
): string | null {
  const added = addedLines.length;
  if (added + removed.total === 0 || addedLines.some((l) => l.reached) || removed.reached > 0) return null;
  if (before.changedData().length + after.changedData().length > 0) return null;
  return added > 0 ? passesBy(added, "added") : passesBy(removed.total, "removed");
}

/**
 * Whether scenarios came to a line that the patch changes in a function, given the lines that the mail shows of it; where it
 * changes none there (the function calls another that the patch changes), to all that it changes.
 */
export function scenariosCameTo({ addedLines, removed }: Coverage, lines: ReadonlySet<number>): boolean {
  const own = addedLines.filter((l) => lines.has(l.docLine));
  if (own.length > 0) return own.some((l) => l.reached);
  return (
    addedLines.length + removed.total > 0 &&
    addedLines.every((l) => l.reached) &&
    removed.reached === removed.total
  );
}

/**
 * Document lines of code that only this side has: those that the lowered functions of the patch have instructions for, and
 * those of definitions that are in no image, because a hunk does not fit or the mail shows them in part.
 */
function changedLines(side: PatchSide): number[] {
  const { image } = side.kernel;
  side.lowerPatch();
  const out = new Set<number>();
  for (const loc of image.lines) {
    const docLine = side.docLine(loc);
    if (docLine > 0 && side.place(docLine)?.kind === side.sign) out.add(docLine);
  }
  for (const d of side.overlay.partial) {
    const code = withoutComments(d.text).split("\n");
    d.lines.forEach((docLine, i) => {
      if (side.place(docLine)?.kind === side.sign && /^[^#\w]*\w.*[;,{()]/.test(code[i] ?? ""))
        out.add(docLine);
    });
  }
  return [...out].sort((a, b) => a - b);
}

/** The text with comments blanked out, line by line as it was. */
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?(\*\/|$)|\/\/[^\n]*/g, (c) => c.replace(/[^\n]/g, " "));

function fileCoverage(runs: readonly Run[], files: ReadonlyMap<string, string>): FileCoverage[] {
  const ran = new Set<string>();
  for (const run of runs)
    for (const f of run.functions) if (f.fidelity === "tree" || f.fidelity === "diff") ran.add(f.name);
  const out: FileCoverage[] = [];
  for (const path of SUBSYSTEMS.flatMap((s) => s.told)) {
    const text = files.get(path);
    if (text === undefined) continue;
    const names = [...new Set(outline(text).flatMap((i) => (i.kind === "function" ? [i.name] : [])))];
    const missing = names.filter((n) => !ran.has(n));
    out.push({ path, functions: names.length, executed: names.length - missing.length, missing });
  }
  return out;
}

/** Stubs by how many runs went through them and so have no verdict, the worst first. */
export function stubRanking(runs: readonly Run[]): StubCount[] {
  const counts = new Map<string, number>();
  for (const run of runs)
    for (const name of new Set([...run.before.stubs, ...run.after.stubs]))
      counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, n]) => ({ name, runs: n }))
    .sort((a, b) => b.runs - a.runs || (a.name < b.name ? -1 : 1));
}
