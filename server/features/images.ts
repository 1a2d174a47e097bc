/**
 * A file before and after a patch, for the diff editor: both texts with the document line of each of their lines, and what
 * the store says of those lines on each side. Without a kernel tree the texts are what the mail shows, hunk by hunk. Leaves out
 * placing hunks in a tree (source/images.ts) and turning document lines into lines of an image, which the client does.
 */
import type { DiffFile, Patch, Side } from "../mail/types.ts";
import type {
  FileImage,
  FilePair,
  ImageHoverParams,
  ImageHoverResult,
  ImageLens,
  ImageMark,
  ImageMarksResult,
} from "../protocol.ts";
import { terminalLines, terminalText } from "../report/text.ts";
import { functionLenses } from "./code_lens.ts";
import { findingMark, isShown } from "./diagnostics.ts";
import { hover } from "./hover.ts";
import { functionViews, type PlacedFinding, patchNumber, placedFindings, type Snapshot } from "./snapshot.ts";

/** A file of a patch, and the line of the document that is to be in view (0: none). */
export interface FilePlace {
  readonly patch: Patch;
  readonly file: DiffFile;
  readonly docLine: number;
}

/** The file of a finding or of a line; of what is in none the first of its patch, and so of the document. */
export function placeAsked(snapshot: Snapshot, asked: unknown): FilePlace | null {
  const { finding, docLine } = (asked ?? {}) as Record<string, unknown>;
  const patches = snapshot.parsed.patches.filter((p) => p.files.some((f) => f.hunks.length > 0));
  if (patches.length === 0) return null;
  const placed = placedFindings(snapshot).find((p) => p.index === finding);
  const line = placed?.docLine ?? (typeof docLine === "number" ? docLine : 0);
  const ref = snapshot.lines.get(line);
  if (ref !== undefined) return { patch: ref.patch, file: ref.file, docLine: line };
  const patch =
    patches.find((p) => p.index === placed?.finding.patch) ??
    patches.find((p) => line >= p.docLine && line <= p.endDocLine) ??
    patches[0]!;
  const files = patch.files.filter((f) => f.hunks.length > 0);
  const file = files.findLast((f) => f.docLine <= line) ?? files[0]!;
  return { patch, file, docLine: 0 };
}

interface Texts {
  readonly before: string | null;
  readonly after: string | null;
  readonly beforeDocLines: readonly number[];
  readonly afterDocLines: readonly number[];
}

/** What the mail shows of a file: the hunks of a side one below the other, with a line between that says where one is. */
export function mailImages({ hunks }: DiffFile): Texts {
  const sides = { before: [] as string[], after: [] as string[] };
  const lines = { before: [] as number[], after: [] as number[] };
  const add = (side: Side, text: string, docLine: number): void => {
    sides[side].push(text);
    lines[side].push(docLine);
  };
  for (const hunk of hunks) {
    const where = hunk.section.replace(/\*\//g, "").trim();
    for (const side of ["before", "after"] as const) {
      const start = side === "before" ? hunk.oldStart : hunk.newStart;
      add(side, `/* line ${start}${where === "" ? "" : `, ${where}`} */`, hunk.line);
    }
    for (const { kind, text, docLine } of hunk.lines) {
      if (kind !== "+") add("before", text, docLine);
      if (kind !== "-") add("after", text, docLine);
    }
  }
  return {
    before: `${sides.before.join("\n")}\n`,
    after: `${sides.after.join("\n")}\n`,
    beforeDocLines: lines.before,
    afterDocLines: lines.after,
  };
}

/** Both texts as the client is given them; `whole`: the tree's files, not the mail's parts. */
export function pairOf(
  snapshot: Snapshot,
  place: FilePlace,
  texts: Texts,
  { whole, note }: { readonly whole: boolean; readonly note: string },
): FilePair {
  const { patch, file } = place;
  const image = (side: Side): FileImage => {
    const path = side === "before" ? file.oldPath || file.path : file.path || file.oldPath;
    const docLines = texts[`${side}DocLines`];
    return { path, text: terminalLines(texts[side] ?? ""), docLines, line: lineAt(place, docLines) };
  };
  const name = (file.path || file.oldPath || "(unnamed file)").split("/").pop()!;
  const number = patchNumber(patch, snapshot.parsed);
  return {
    uri: snapshot.uri,
    version: snapshot.version,
    patch: patch.index,
    file: patch.files.indexOf(file),
    title: terminalText(
      `${name}${number === "" ? "" : ` ${number}`}: before ↔ after${whole ? "" : " (what the mail shows)"}`,
    ),
    note,
    before: image("before"),
    after: image("after"),
  };
}

/** The image's line of the document's line: itself, else the first that is shown from there on, else the first changed one. */
function lineAt({ file, docLine }: FilePlace, docLines: readonly number[]): number {
  const changed = file.hunks[0]?.lines.find((l) => l.kind !== " ")?.docLine ?? 0;
  const wanted = docLine > 0 ? docLine : changed;
  const exact = docLines.indexOf(wanted);
  return Math.max(0, exact >= 0 ? exact : docLines.findIndex((l) => l >= wanted)) + 1;
}

/** Findings and lenses of a patch, by side. What it mends is told too: the old side is where it was broken. */
export function imageMarks(snapshot: Snapshot, index: number): ImageMarksResult {
  const { parsed, version } = snapshot;
  const patch = parsed.patches.find((p) => p.index === index);
  if (patch === undefined) return { version, marks: [], lenses: [] };
  const marks = placedFindings(snapshot)
    .filter((p) => p.finding.patch === index && p.docLine > 0)
    .filter(({ finding }) => isShown(snapshot, finding) || finding.verdict.startsWith("fixed"))
    .map((p) => markOf(snapshot, p));
  const lenses = functionViews(snapshot, patch)
    .filter((view) => view.changed)
    .flatMap((view) =>
      (["before", "after"] as const).flatMap((side): ImageLens[] => {
        const [docLine] = [...view[side]].sort((a, b) => a - b);
        if (docLine === undefined) return [];
        return functionLenses(snapshot, view, side).map(({ title, command, argument }) => ({
          docLine,
          side,
          title: terminalText(title),
          command,
          argument,
        }));
      }),
    );
  return { version, marks, lenses };
}

function markOf(snapshot: Snapshot, placed: PlacedFinding): ImageMark {
  const { finding, index, docLine } = placed;
  const kind = snapshot.lines.get(docLine)?.line.kind;
  // A removed line may be what broke the side after: it stands in the image that has it.
  const side = kind === "-" ? "before" : kind === "+" ? "after" : finding.side;
  const { severity, code, message } = findingMark(snapshot, placed);
  return {
    docLine,
    side,
    severity,
    code: terminalText(code),
    message: terminalLines(message),
    finding: index,
  };
}

/** The document's hover, of one side. */
export function imageHover(snapshot: Snapshot, { docLine, side }: ImageHoverParams): ImageHoverResult {
  if (!Number.isInteger(docLine) || (side !== "before" && side !== "after")) return { text: "" };
  return { text: hover(snapshot, docLine, side)?.markdown ?? "" };
}
