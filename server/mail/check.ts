// What is structurally wrong with patches and series: a diffstat that disagrees with the diff, missing and duplicate
// patches, what tools that apply a diff stumble over. Said, not guessed.

import { sideName } from "../diff/file_header.ts";
import { readDiffstat, type StatLine } from "./commit_text.ts";
import type { DiffFile, ParsedDocument, Patch, Problem } from "./types.ts";

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

/** What tools that apply a diff stumble over although we do not: hunks out of order, names without a prefix, tabs that are none. */
export function formProblems(doc: ParsedDocument): Problem[] {
  // Nobody applies what is quoted, or an archive's page.
  if (doc.form === "page" || doc.form === "flattened") return [];
  return doc.patches
    .filter((p) => p.quoteDepth === 0)
    .flatMap((p) => [
      ...p.files.filter((f) => !f.combined).flatMap(descending),
      // Where one name is without, all are.
      ...p.files.flatMap((f) => withoutPrefix(doc, f)).slice(0, 1),
      ...tabsLost(p),
    ]);
}

const warning = (code: string, docLine: number, message: string): Problem => ({
  code,
  severity: "warning",
  message,
  docLine,
  endDocLine: docLine,
});

/** The first hunk of a file that stands above the one before it. */
function descending({ path, hunks }: DiffFile): Problem[] {
  const at = hunks.findIndex((h, i) => i > 0 && h.oldStart < hunks[i - 1]!.oldStart);
  if (at < 0) return [];
  const { line, oldStart } = hunks[at]!;
  return [
    warning(
      "hunk-order",
      line,
      `The hunks of ${path} are out of order: this one is of line ${oldStart}, the one before it of line ${hunks[at - 1]!.oldStart}. GNU patch refuses it ("misordered hunks"); git takes it.`,
    ),
  ];
}

/** Names as `git diff --no-prefix` writes them. One that begins with a folder of another name has that for a prefix. */
function withoutPrefix(doc: ParsedDocument, { path, status, docLine, hunks }: DiffFile): Problem[] {
  const [first] = hunks;
  if (first === undefined || status === "deleted" || !path.includes("/")) return [];
  const from = docLine - 1 - doc.lineOffset;
  const header = doc.lines.slice(from, first.line - 1 - doc.lineOffset);
  const at = header.findIndex((l) => l.startsWith("+++ "));
  if (at < 0 || sideName(header[at]!.slice(4)).name !== path) return [];
  return [
    warning(
      "no-prefix",
      docLine + at,
      `${path} stands here without "a/" and "b/" before it: git am takes the first folder for such a prefix and finds no file. Apply it with git am -p0, or make it without --no-prefix.`,
    ),
  ];
}

/** Lines of C that begin with so many blanks and no tab before it is said that tabs were lost. */
const BLANK_LINES = 4;

/** A diff of C in which every indent is of blanks: the kernel's are of tabs. */
function tabsLost(patch: Patch): Problem[] {
  const lines = patch.files
    .filter((f) => /\.[chS]$/.test(f.path))
    .flatMap((f) => f.hunks.flatMap((h) => h.lines));
  const blank = lines.filter((l) => /^ {4,80}[^ ]/.test(l.text));
  if (blank.length < BLANK_LINES || lines.some((l) => l.text.includes("\t"))) return [];
  return [
    warning(
      "tabs-lost",
      blank[0]!.docLine,
      "No line of this diff has a tab. Where the file has them, as the kernel's C does, they have become blanks on the way, as when a diff is pasted: git am then refuses it.",
    ),
  ];
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
          ? `Of ${name} only ${present.map((m) => m.number).join(", ")} of ${series.total} are here. If the others were not sent again, they are those of the revision before; else what follows may not apply.`
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
