/**
 * `folioscope review --coverage`: which added lines no run reached, how many functions of the tree's files ran as
 * the tree (or the patch) has them, which missing functions keep runs from a verdict. Leaves out measuring
 * (review/coverage.ts).
 */

import type { Coverage, ReviewResult } from "../review/types.ts";
import { addedByFile, fileTotals } from "./facts.ts";
import type { Paint } from "./paint.ts";
import { wrap } from "./text.ts";
import { share } from "./words.ts";

/** What the report reads of a document. */
export interface ShownDocument {
  readonly path: string;
  readonly lines: readonly string[];
  readonly patches: readonly {
    readonly subject: string;
    readonly author: string;
    readonly confidence: string;
    readonly number: number;
    readonly total: number;
    readonly files: { readonly length: number };
  }[];
}

const WIDTH = 80;
const STUBS_MAX = 20;

/** The block for a terminal, at most 80 columns wide. */
export function coverageText(doc: ShownDocument, result: ReviewResult, paint: Paint): string[] {
  return [
    paint("coverage", "bold"),
    ...addedLines(doc, result, paint),
    ...functions(result, paint),
    ...stubs(result, paint),
  ];
}

function addedLines(doc: ShownDocument, result: ReviewResult, paint: Paint): string[] {
  const all = result.coverage.flatMap((c) => c.addedLines);
  if (all.length === 0) return ["  no added line has code that could run"];
  const reached = all.filter((l) => l.reached).length;
  const out = [`  added lines with code, reached by some run: ${share(reached, all.length)}`];
  const several = result.coverage.length > 1;
  for (const c of result.coverage) {
    if (c.addedLines.length === 0) continue;
    const patch = doc.patches[c.patch];
    if (several)
      out.push(
        ...wrap(
          `${patch !== undefined && patch.number > 0 ? `[${patch.number}/${patch.total}] ` : ""}${patch?.subject ?? ""}`,
          WIDTH - 2,
          "    ",
        ).map((l) => `  ${l}`),
      );
    for (const f of addedByFile(c)) {
      out.push(`    ${f.path}: ${share(f.reached, f.total)}`);
      if (f.reached < f.total) out.push(...unreached(doc, c, f.path, paint));
    }
  }
  return out;
}

/** One line each: place in the file, line of the mail, the code. */
function unreached(doc: ShownDocument, coverage: Coverage, path: string, paint: Paint): string[] {
  const lines = coverage.addedLines.filter((l) => l.path === path && !l.reached);
  const places = lines.map((l) => `${l.path}:${l.line}`);
  const width = Math.max(...places.map((p) => p.length));
  return lines.map((l, i) => {
    const code = (doc.lines[l.docLine - 1] ?? "").replace(/^[>|\s]*\+/, "").trim();
    const text = `      not reached: ${places[i]!.padEnd(width)}  line ${l.docLine}  ${code.replace(/\s+/g, " ")}`;
    return paint(text.length > WIDTH ? `${text.slice(0, WIDTH - 3)}...` : text, "yellow");
  });
}

function functions(result: ReviewResult, paint: Paint): string[] {
  if (result.tree === undefined) return ["  functions of the tree's files: only with --tree DIR"];
  const out: string[] = [];
  for (const f of fileTotals(result)) {
    out.push(`  functions of ${f.path} that ran: ${share(f.executed, f.functions)}`);
    if (f.missing.length > 0)
      out.push(
        ...wrap(`not run: ${f.missing.join(", ")}`, WIDTH - 4, "  ").map((l) => paint(`    ${l}`, "dim")),
      );
  }
  return out;
}

function stubs(result: ReviewResult, paint: Paint): string[] {
  if (result.stubs.length === 0) return ["  missing functions: none was called"];
  const out = ["  missing functions, by the runs that they keep from a verdict:"];
  for (const s of result.stubs.slice(0, STUBS_MAX))
    out.push(`    ${String(s.runs).padStart(5)}  ${s.name}()`);
  if (result.stubs.length > STUBS_MAX)
    out.push(paint(`           and ${result.stubs.length - STUBS_MAX} more (--format json has all)`, "dim"));
  return out;
}
