/**
 * A review as the files that `b4 review` takes from a reviewer (b4's misc/agent-reviewer.md): who says it, a note on the series,
 * and for each patch with something new its whole diff quoted, with a remark under the line of each finding. Leaves out
 * writing them (cli_review.ts).
 */
import type { ParsedDocument, Patch } from "../mail/types.ts";
import type { Finding, ReviewResult } from "../review/types.ts";
import { matrixOf, matrixText } from "./matrix.ts";
import { painter } from "./paint.ts";
import { quote, remarkLines } from "./reply.ts";
import { terminalText, wrap } from "./text.ts";
import { capital, plural } from "./words.ts";

/** Who says it, as b4 wants it; there is nobody at the address. */
export const B4_IDENTITY = "Folioscope <folioscope@localhost>";
const WIDTH = 78;

/** Names of files and their texts. Patches without anything new have none, as the format asks. */
export function b4ReviewFiles(
  doc: ParsedDocument,
  result: ReviewResult,
  chosen: readonly number[],
): ReadonlyMap<string, string> {
  const files = new Map([["identity.txt", `${B4_IDENTITY}\n`]]);
  const fresh = (patch: number): Finding[] =>
    result.findings.filter((f) => f.patch === patch && f.verdict === "new");
  const broken = chosen.filter((patch) => fresh(patch).length > 0);
  const summary =
    broken.length === 0
      ? `Of ${plural(chosen.length, "patch", "patches")} none breaks anything new in the runs that were made`
      : `${broken.length} of ${plural(chosen.length, "patch", "patches")} break${broken.length === 1 ? "s" : ""} something new, each with the run that shows it`;
  files.set("series.txt", text([summary, "", ...matrixText(matrixOf(doc, result, chosen), painter(false))]));
  for (const [i, index] of chosen.entries()) {
    const patch = doc.patches[index]!;
    // Without a number it counts as the commits on the branch do.
    const number = patch.number > 0 ? patch.number : i + 1;
    if (fresh(index).length > 0)
      files.set(`${String(number).padStart(4, "0")}.txt`, text(patchLines(patch, fresh(index))));
  }
  return files;
}

const text = (lines: readonly string[]): string => `${lines.map(terminalText).join("\n").trimEnd()}\n`;

function patchLines(patch: Patch, findings: readonly Finding[]): string[] {
  const lines = new Set(patch.files.flatMap((f) => f.hunks.flatMap((h) => h.lines.map((l) => l.docLine))));
  const placed = (f: Finding): boolean => lines.has(f.docLine);
  const [first, ...more] = findings as readonly [Finding, ...Finding[]];
  const rest = more.length === 0 ? "" : `, and ${more.length} more`;
  const out = [`${capital(first.message)}${rest}`.replaceAll("\n", " "), ""];
  for (const f of findings.filter((x) => !placed(x)))
    out.push(...wrap(`${f.code}: not on a line of this diff.`, WIDTH), "", ...remarkLines(f), "");
  for (const file of patch.files) {
    const [old, now] = [file.oldPath || file.path, file.path || file.oldPath];
    out.push(
      quote(`diff --git a/${old} b/${now}`),
      quote(`--- ${file.status === "added" ? "/dev/null" : `a/${old}`}`),
      quote(`+++ ${file.status === "deleted" ? "/dev/null" : `b/${now}`}`),
    );
    for (const hunk of file.hunks) {
      out.push(quote(hunk.header));
      for (const line of hunk.lines) {
        out.push(quote(`${line.kind}${line.text}`));
        for (const f of findings.filter((x) => x.docLine === line.docLine))
          out.push("", ...remarkLines(f), "");
      }
    }
  }
  return out;
}
