// What is structurally wrong with patches and series: a diffstat that disagrees with the diff, missing and duplicate
// patches. Said, not guessed.

import { readDiffstat, type StatLine } from "./commit_text.ts";
import type { ParsedDocument, Patch, Problem } from "./types.ts";

/** Diffstats that disagree with their diff. Only for patches that are whole: a trimmed quote always disagrees. */
export function diffstatProblems(doc: ParsedDocument): Problem[] {
  const problems: Problem[] = [];
  for (const patch of doc.patches) {
    if (patch.quoteDepth > 0 || patch.files.some((f) => f.combined || f.hunks.some((h) => !h.complete)))
      continue;
    const { total, stat } = readDiffstat(patch.changelog);
    if (!total) continue;
    const added = patch.files.reduce((n, f) => n + f.added, 0);
    const removed = patch.files.reduce((n, f) => n + f.removed, 0);
    if (isWholeSeriesStat(patch)) continue;
    if (total.files === patch.files.length && total.added === added && total.removed === removed) {
      problems.push(...fileStatProblems(doc, patch, stat));
      continue;
    }
    const line = findLine(doc, patch, (text) => /\bfiles? changed/.test(text));
    problems.push({
      code: "diffstat",
      severity: "warning",
      message: `The diffstat says ${total.files} files, +${total.added} -${total.removed}, but the diff has ${patch.files.length} files, +${added} -${removed}. The diff was edited after it was made, or a part of it is missing.`,
      docLine: line,
      endDocLine: line,
    });
  }
  return problems;
}

/** What quoted-printable makes of a tab, of an equals sign, and of a blank at a line's end. */
const ENCODED = /=(?:09|3D|20$)/;

/** Diffs that are quoted-printable in a mail that does not say so: what was taken from an archive's page without its header. */
export function encodingProblems(doc: ParsedDocument): Problem[] {
  return doc.patches.flatMap((patch) => {
    const lines = patch.files.flatMap((f) => f.hunks.flatMap((h) => h.lines));
    const encoded = lines.filter((l) => ENCODED.test(l.text));
    if (encoded.length < 3 || encoded.length * 3 < lines.length) return [];
    const { docLine } = encoded[0]!;
    return [
      {
        code: "encoding-not-said",
        severity: "error",
        message:
          'The diff is quoted-printable (=09 is a tab, =3D an equals sign), and the mail\'s header does not say so. Nothing of it fits any file: get the mail with its header, or put "Content-Transfer-Encoding: quoted-printable" into it.',
        docLine,
        endDocLine: docLine,
      },
    ];
  });
}

/** The sums agree, but a file's line does not: the diff was edited, or lines moved between files. */
function fileStatProblems(doc: ParsedDocument, patch: Patch, stat: StatLine[]): Problem[] {
  const found: Problem[] = [];
  for (const { path, changes } of stat) {
    if (changes === null || path.includes("...") || path.includes(" => ")) continue;
    const files = patch.files.filter((f) => f.path === path || f.oldPath === path);
    const seen = files.reduce((n, f) => n + f.added + f.removed, 0);
    if (files.length === 0 || files.some((f) => f.status === "binary") || seen === changes) continue;
    const line = findLine(doc, patch, (text) => text.includes(` ${path} `) && text.includes("|"));
    found.push({
      code: "diffstat",
      severity: "warning",
      message: `The diffstat says ${changes} changed lines in ${path}, but the diff has ${seen}. The diff was edited after it was made, or a part of it is missing.`,
      docLine: line,
      endDocLine: line,
    });
  }
  return found;
}

/** Some mail the diffstat of the whole series with each patch. */
function isWholeSeriesStat(patch: Patch): boolean {
  return patch.total > 1 && patch.number === 0;
}

function findLine(doc: ParsedDocument, patch: Patch, test: (text: string) => boolean): number {
  const end = Math.min(doc.lines.length, patch.endDocLine - doc.lineOffset);
  for (let i = Math.max(0, patch.docLine - 1 - doc.lineOffset); i < end; i++)
    if (test(doc.lines[i]!)) return i + 1 + doc.lineOffset;
  return patch.docLine;
}

/** Missing, duplicate and misnumbered patches of the series in a mailbox. */
export function seriesProblems(doc: ParsedDocument): Problem[] {
  const problems: Problem[] = [];
  for (const series of doc.series) {
    const present = series.members.filter((m) => m.patches.length > 0);
    if (present.length === 0 || series.total < 2) continue;
    const name = `"${series.title}"${series.revision > 1 ? ` v${series.revision}` : ""}`;
    const line =
      series.cover !== null
        ? (doc.messages[series.cover - doc.messages[0]!.index]?.docLine ?? 1)
        : doc.patches[present[0]!.patches[0]!]!.docLine;
    // One mail of a series opened by itself lacks the others by nature; a mailbox with several does not.
    if (series.missing.length > 0 && doc.messages.length > 1 && present.length > 1) {
      problems.push({
        code: series.partialReroll ? "partial-reroll" : "missing-patch",
        severity: series.partialReroll ? "information" : "warning",
        message: series.partialReroll
          ? `Of ${name} only ${present.map((m) => m.number).join(", ")} of ${series.total} were sent again; the others are those of the revision before.`
          : `Of ${name} patch ${list(series.missing)} of ${series.total} is not here. Without it what follows may not apply.`,
        docLine: line,
        endDocLine: line,
      });
    }
    for (const n of series.duplicates) {
      const copies = series.members[n - 1]!.patches.map((i) => doc.patches[i]!);
      problems.push({
        code: "duplicate-patch",
        severity: "warning",
        message: `Patch ${n}/${series.total} of ${name} is here ${copies.length} times (lines ${list(copies.map((p) => p.docLine))}). The first is taken as the one that counts.`,
        docLine: copies[1]?.docLine ?? line,
        endDocLine: copies[1]?.docLine ?? line,
      });
    }
  }
  return problems;
}

function list(numbers: number[]): string {
  return numbers.length > 12
    ? `${numbers.slice(0, 12).join(", ")} and ${numbers.length - 12} more`
    : numbers.join(", ");
}
