/**
 * What a damaged mail lost, put back before anything runs. A file whose name is not in the mail is found by the functions
 * that its hunks name; a function whose last lines, or lines in its middle, were lost is completed from the same function
 * of the reference kernel, its frame. What was put back is told, and stands on no line of the mail. Leaves out the text
 * itself (server/mail, server/diff), changed lines that are lost (lost_changes.ts), and functions that a sound mail shows in part
 * (frame.ts).
 */

import { outline } from "../../emulator/c/outline.ts";
import { referenceFileOf, referenceFunction } from "../../emulator/kernel.ts";
import { headingName } from "../diff/function_map.ts";
import type { DiffFile, ParsedDocument, Patch, Side, SideDefinition } from "../mail/types.ts";
import { type CodeLine, codeLines } from "./code_lines.ts";
import { chooseEras } from "./era.ts";
import { framed } from "./frame.ts";
import { breaksOffInAdded, lostIn } from "./lost_changes.ts";

/** Where names and frames come from. */
export interface Sources {
  /** The file that defines a function ("fs/dax.c"); null: nobody does. */
  readonly fileOf: (name: string) => string | null;
  /** Text of a function as the kernel of a side of the patch, its files named, has it. */
  readonly frame: (patch: Patch, side: Side, name: string) => string | null;
}

/** A patch with what it lost, and what was done. */
export interface Restored {
  readonly patch: Patch;
  readonly notes: readonly string[];
}

/** Names of a file that are asked for its place. */
const NAMES_MAX = 40;
/** Lines of a definition that is completed. */
const LINES_MAX = 2000;

/** The reference kernel's; `wanted` is the era that the user asks for. */
export function referenceSources(wanted: string | undefined): Sources {
  return {
    fileOf: referenceFileOf,
    frame: (patch, side, name) =>
      referenceFunction(chooseEras(patch, { before: wanted, after: wanted })[side], name),
  };
}

/** Puts back what can be; a sound patch comes back as it is. */
export function restored(patch: Patch, sources: Sources): Restored {
  const nameless = patch.files.some((f) => f.path === "" && f.oldPath === "");
  const torn = patch.files.some((f) => f.hunks.some((h) => !h.complete || h.gaps.length > 0));
  if (!nameless && !torn) return { patch, notes: [] };
  const notes: string[] = [];
  const files = patch.files.map((f) => named(f, sources, notes));
  const paths = new Map(patch.files.map((f, i) => [f.path, files[i]!.path]));
  const moved = patch.definitions.map((d) => (d.path === "" ? { ...d, path: paths.get("") ?? "" } : d));
  const definitions = completed({ ...patch, files }, moved, sources, notes);
  if (notes.length === 0) return { patch, notes };
  const { functions } = patch;
  return {
    patch: {
      ...patch,
      files,
      definitions,
      functions: functions.map((f) => (f.file === "" ? { ...f, file: paths.get("") ?? "" } : f)),
    },
    notes,
  };
}

// ---- names -----------------------------------------------------------------------------------------------------------

/** The file under the name that most of its functions are found in. */
function named(file: DiffFile, { fileOf }: Sources, notes: string[]): DiffFile {
  if (file.path !== "" || file.oldPath !== "") return file;
  const names = new Set<string>();
  for (const hunk of file.hunks) {
    const heading = headingName(hunk.section);
    if (heading?.kind === "function") names.add(heading.name);
    const text = hunk.lines.filter((l) => l.kind !== "-").map((l) => l.text);
    for (const item of outline(`${text.join("\n")}\n`))
      if (item.kind === "function" && item.name !== "") names.add(item.name);
  }
  const votes = new Map<string, string[]>();
  for (const name of [...names].slice(0, NAMES_MAX)) {
    const path = fileOf(name);
    if (path !== null) votes.set(path, [...(votes.get(path) ?? []), name]);
  }
  const [best, second] = [...votes].sort((a, b) => b[1].length - a[1].length);
  if (best === undefined || best[1].length === second?.[1].length) return file;
  const by = best[1].slice(0, 3).map((n) => `${n}()`);
  notes.push(
    `line ${file.docLine} of the mail: the name of the file is not there; it is ${best[0]} by ${by.join(", ")}`,
  );
  return { ...file, path: best[0], oldPath: best[0] };
}

// ---- definitions -----------------------------------------------------------------------------------------------------

/** The parts of one function that a torn hunk shows on a side, in order. */
interface Torn {
  readonly parts: readonly SideDefinition[];
  readonly name: string;
  readonly path: string;
}

function completed(
  patch: Patch,
  definitions: readonly SideDefinition[],
  { frame }: Sources,
  notes: string[],
): SideDefinition[] {
  let out = [...definitions];
  for (const torn of tornOf(patch, definitions)) {
    const sides = (["before", "after"] as const).map((side) => ({
      side,
      parts: torn.parts.filter((d) => d.side === side),
    }));
    const made: SideDefinition[] = [];
    let told = "";
    for (const { side, parts } of sides) {
      if (parts.length === 0) continue;
      const text = frame(patch, side, torn.name);
      const whole = text === null ? null : joined(parts, text);
      if (whole === null) {
        made.length = 0;
        told = "";
        break;
      }
      made.push(whole);
      const lost = whole.lines.filter((l) => l === 0).length;
      told = `${torn.name}(): lines of it are missing behind line ${parts[0]!.lines.at(-1)} of the mail; ${lost} line${lost === 1 ? "" : "s"} of the reference kernel's ${torn.name}() stand${lost === 1 ? "s" : ""} in for them, and a run of it is marked repaired`;
    }
    if (made.length === 0) continue;
    notes.push(told);
    const parts = new Set<SideDefinition>(torn.parts);
    out = [...out.filter((d) => !parts.has(d)), ...made];
  }
  return out;
}

/** Functions that begin in a hunk which lost lines, and are not whole. */
function tornOf(patch: Patch, definitions: readonly SideDefinition[]): Torn[] {
  const found = new Map<string, SideDefinition[]>();
  for (const d of definitions) {
    if (d.kind !== "function" || d.visible !== "partial" || d.lines.length > LINES_MAX) continue;
    const file = patch.files.find((f) => f.path === d.path);
    const hunk = file?.hunks[d.hunk];
    if (hunk === undefined || (hunk.complete && hunk.gaps.length === 0)) continue;
    // What of its changes is lost nobody puts back.
    if (lostIn(patch, hunk) !== null && !breaksOffInAdded(hunk)) continue;
    const key = `${d.path}\0${d.name}\0${d.hunk}`;
    found.set(key, [...(found.get(key) ?? []), d]);
  }
  return [...found.values()]
    .filter((parts) =>
      (["before", "after"] as const).every((side) => {
        const first = parts.find((p) => p.side === side);
        return first === undefined || begins(first);
      }),
    )
    .map((parts) => ({ parts, name: parts[0]!.name, path: parts[0]!.path }));
}

/** Its first line is the function's own, and it is the last thing that is there before what was lost. */
function begins(d: SideDefinition): boolean {
  const own = outline(d.text).find((i) => i.kind === "function");
  return own?.name === d.name && !own.whole;
}

const WORD = /[A-Za-z_]\w*/g;

/** The parts with the frame's lines between them and behind the last; null where the frame does not fit. */
function joined(parts: readonly SideDefinition[], frameText: string): SideDefinition | null {
  const frame = frameText.replace(/\n$/, "").split("\n");
  const inFrame = codeLines(frame);
  const text: string[] = [];
  const lines: number[] = [];
  let depth = 0;
  // How far the frame has been followed.
  let followed = -1;
  for (const [i, part] of parts.entries()) {
    const own = part.text.replace(/\n$/, "").split("\n");
    const code = codeLines(own, depth);
    if (i > 0) {
      const first = code[0];
      const next =
        first === undefined ? -1 : inFrame.findIndex((l, k) => k > followed && l.code === first.code);
      if (next < 0) return null;
      const fill = frame.slice(inFrame[followed]!.at + 1, inFrame[next]!.at);
      if (!knows(fill, frame, inFrame[followed]!.at, text)) return null;
      text.push(...fill);
      lines.push(...fill.map(() => 0));
    }
    text.push(...own);
    lines.push(...own.map((_, k) => part.lines[k] ?? 0));
    const all = codeLines(text);
    depth = all.at(-1)?.depth ?? 0;
    if (depth <= 0 && i > 0) break;
    followed = placeIn(inFrame, all, followed);
    if (followed < 0) return null;
  }
  if (depth > 0) {
    const fill = frame.slice(inFrame[followed]!.at + 1);
    if (!knows(fill, frame, inFrame[followed]!.at, text)) return null;
    text.push(...fill);
    lines.push(...fill.map(() => 0));
  }
  const whole = `${text.join("\n")}\n`;
  const made = outline(whole);
  if (made.length !== 1 || !made[0]!.whole || made[0]!.name !== parts[0]!.name) return null;
  return { ...parts[0]!, visible: "whole", text: whole, lines, changed: parts.some((p) => p.changed) };
}

/**
 * Where in the frame the last line of some code stands: a line like it, as deep in braces. Of several the one with the most
 * of the lines before it alike; -1 where none is, or two are as good.
 */
function placeIn(frame: readonly CodeLine[], code: readonly CodeLine[], after: number): number {
  const last = code.at(-1);
  if (last === undefined) return -1;
  let best = -1;
  let most = -1;
  let equal = false;
  frame.forEach((l, k) => {
    if (k <= after || l.code !== last.code || l.depth !== last.depth) return;
    let alike = 0;
    while (alike < 12 && k - alike >= 0 && frame[k - alike]!.code === code[code.length - 1 - alike]?.code)
      alike++;
    if (alike === most) equal = true;
    if (alike <= most) return;
    [best, most, equal] = [k, alike, false];
  });
  return equal ? -1 : best;
}

/** What the fill uses of the frame above it, the text above has too. */
function knows(
  fill: readonly string[],
  frame: readonly string[],
  at: number,
  above: readonly string[],
): boolean {
  const words = (lines: readonly string[]): Set<string> =>
    new Set(codeLines(lines).flatMap((l) => l.code.match(WORD) ?? []));
  const had = words(frame.slice(0, at + 1));
  const has = words(above);
  return [...words(fill)].every((w) => !had.has(w) || has.has(w));
}

// ---- documents -------------------------------------------------------------------------------------------------------

/** A document whose damaged patches have back what they lost, and what was done to each, by the patch's index. */
export interface RestoredDocument {
  readonly doc: ParsedDocument;
  readonly notes: ReadonlyMap<number, readonly string[]>;
}

/** Whether all functions that a patch shows whole are added by it: what calls them is shown in part, if at all. */
function addsAtMost({ definitions }: Patch): boolean {
  const whole = definitions.filter((d) => d.kind === "function" && d.visible === "whole");
  const old = new Set(definitions.filter((d) => d.side === "before").map((d) => d.name));
  return whole.every((d) => d.side === "after" && !old.has(d.name));
}

/**
 * Restores every patch of a document; a sound document comes back as it is, but for functions that it shows in part: without a
 * kernel tree they get frames (frame.ts). Of the options the era and the tree count.
 */
export function restoredDocument(
  doc: ParsedDocument,
  { era: wanted, tree }: { readonly era?: string | undefined; readonly tree?: string | undefined },
): RestoredDocument {
  const inTree = tree !== undefined && tree !== "";
  const notes = new Map<number, readonly string[]>();
  const sources = referenceSources(wanted);
  const patches = doc.patches.map((patch) => {
    const r = restored(patch, sources);
    const f = inTree
      ? null
      : framed(r.patch, chooseEras(r.patch, { before: wanted, after: wanted }), addsAtMost(r.patch));
    const told = [...r.notes, ...(f?.notes ?? [])];
    if (told.length > 0) notes.set(patch.index, told);
    return f?.patch ?? r.patch;
  });
  return notes.size === 0 ? { doc, notes } : { doc: { ...doc, patches }, notes };
}
