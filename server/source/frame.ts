/**
 * Functions that a sound mail shows in part: where the reference kernel has the function and each change has one place in it
 * (frame_place.ts), that function is the frame: before the patch, or after it where it has what the patch adds. Of a mail of which
 * nothing would run otherwise, also where only the hunk's old lines stand together in it. A member that the mail sets and nobody
 * declares, and that nothing in the mail reads, is taken for one at the end of its
 * struct. All is told, and what runs counts as repaired. Leaves out functions that kernel trees have (images.ts), damaged
 * mails (restore.ts), and members or constants on which something depends: what they mean is not in the mail.
 */
import type { Era } from "../../emulator/kernel/era.ts";
import {
  referenceDefines,
  referenceFunction,
  referenceKnows,
  referenceMembers,
  referenceRecord,
} from "../../emulator/kernel.ts";
import type { DiffLine, Hunk, Patch, Side, SideDefinition } from "../mail/types.ts";
import { codeLines } from "./code_lines.ts";
import { isFunction, placed, type Text } from "./frame_place.ts";
import { lostIn } from "./lost_changes.ts";

/** A patch with frames around what it shows in part, and what was done. */
export interface Framed {
  readonly patch: Patch;
  readonly notes: readonly string[];
}

/** Whether the mail shows a function that it changes in part. */
export const isChangedInPart = ({ kind, visible, changed, path }: SideDefinition): boolean =>
  kind === "function" && visible === "partial" && changed && path.endsWith(".c");

/** Functions of a patch that get a frame, and members that are taken for declared. */
const FRAMES_MAX = 16;
const MEMBERS_MAX = 4;
/** Lines of old code that must agree for a place to be one. */
const AGREE_MIN = 2;

/**
 * Null where nothing of the patch can be put into a frame. Of two eras, and where nothing would run without frames, a hunk has
 * to stand in its frame whole; else its changes have to have places there (frame_place.ts).
 * @param alone whether nothing of the patch would run without frames
 */
export function framed(patch: Patch, eras: Readonly<Record<Side, Era>>, alone: boolean): Framed | null {
  const notes: string[] = [];
  const made: SideDefinition[] = [];
  const partial = patch.definitions.filter(isChangedInPart);
  const same = eras.before === eras.after;
  const directions = new Set<Side>();
  if (!alone && !same) return null;
  for (const name of [...new Set(partial.map((d) => d.name))].slice(0, FRAMES_MAX)) {
    const of = partial.filter((d) => d.name === name);
    const any = of.find((d) => d.side === "after") ?? of[0]!;
    const hunks = hunksOf(patch, of);
    if (hunks.some((h) => lostIn(patch, h) !== null)) continue;
    const put = (same ? inPlace(patch, eras, name, of, hunks) : null) ?? whole(eras, name, of, hunks);
    if (put === null) continue;
    directions.add(put.of);
    for (const side of ["before", "after"] as const)
      made.push({
        ...any,
        side,
        visible: "whole",
        text: put[side].text,
        lines: [...put[side].lines],
        firstLine: null,
      });
    notes.push(
      `line ${hunks[0]!.line} of the mail: it shows ${name}() in part; the reference kernel's of ${eras[put.of]} is its frame${put.of === "after" ? ", which has what the patch adds: before it is that without the patch" : ""}, ${called(put.names)}and what runs is marked repaired`,
    );
  }
  // A kernel that has the one half of a patch and not the other is neither side of it.
  if (made.length === 0 || directions.size > 1) return null;
  const names = new Set(made.map((d) => d.name));
  const rest = patch.definitions.filter((d) => !(d.kind === "function" && names.has(d.name)));
  const records = membersOf(patch, made, eras.before, notes);
  return { patch: { ...patch, definitions: [...rest, ...records, ...made] }, notes };
}

/** Which variables of the mail are which of the frame. */
function called(names: ReadonlyMap<string, string>): string {
  const pairs = [...names].slice(0, 4).map(([mail, frame]) => `${mail} is its ${frame}`);
  return pairs.length === 0 ? "" : `${pairs.join(", ")}, `;
}

/** Both sides of a function in its frame, and the side that the frame is. */
interface Put {
  readonly before: Text;
  readonly after: Text;
  readonly of: Side;
  /** Variables of the mail that the frame calls otherwise. */
  readonly names: ReadonlyMap<string, string>;
}

const NO_NAMES: ReadonlyMap<string, string> = new Map();

/** The hunks that show something of a function, in order. */
function hunksOf(patch: Patch, of: readonly SideDefinition[]): Hunk[] {
  const file = patch.files.find((f) => (f.path || f.oldPath) === of[0]!.path);
  return [...new Set(of.map((d) => d.hunk))].sort((a, b) => a - b).flatMap((n) => file?.hunks[n] ?? []);
}

/** A function of one hunk that is its alone, and whose old lines stand together in the reference kernel's. */
function whole(
  eras: Readonly<Record<Side, Era>>,
  name: string,
  of: readonly SideDefinition[],
  hunks: readonly Hunk[],
): Put | null {
  const [hunk, ...more] = hunks;
  const frame = referenceFunction(eras.before, name);
  if (hunk === undefined || more.length > 0 || frame === null || !of.some((d) => d.side === "after"))
    return null;
  const mine = new Set(of.flatMap((d) => d.lines));
  if (hunk.lines.some((l) => l.kind !== " " && l.text.trim() !== "" && !mine.has(l.docLine))) return null;
  const after = into(frame, hunk.lines);
  if (after === null) return null;
  const text = frame.replace(/\n$/, "").split("\n");
  return { before: { text: frame, lines: text.map(() => 0) }, after, of: "before", names: NO_NAMES };
}

/** A function whose changes have places in the reference kernel's, as it was before the patch or as it is after it. */
function inPlace(
  patch: Patch,
  eras: Readonly<Record<Side, Era>>,
  name: string,
  of: readonly SideDefinition[],
  hunks: readonly Hunk[],
): Put | null {
  const mine = new Set(of.flatMap((d) => d.lines));
  const parts = hunks.map((h) => h.lines.filter((l) => mine.has(l.docLine) && l.kind !== "\\"));
  const shown = new Set(patch.definitions.map((d) => d.name));
  for (const [side, old] of [
    ["before", "-"],
    ["after", "+"],
  ] as const) {
    const frame = referenceFunction(eras[side], name);
    const era = eras[side];
    // A name that is a struct's tag alone is none that an expression can use.
    const knows = (n: string): boolean =>
      shown.has(n) ||
      (referenceKnows(era, n) && (referenceMembers(era, n) === null || referenceDefines(era, n)));
    const put = frame === null ? null : placed(frame, parts, old, knows);
    if (put === null || ![put.old, put.fresh].every((t) => isFunction(t.text, name))) continue;
    return side === "before"
      ? { before: put.old, after: put.fresh, of: side, names: put.names }
      : { before: put.fresh, after: put.old, of: side, names: put.names };
  }
  return null;
}

/** A line of code without its braces: styles differ in them. */
const bare = (code: string): string => code.replace(/[{}]/g, "").replace(/\s+/g, " ").trim();

/** Columns of white space that a line begins with, a tab to the next eighth. */
function indent(text: string): number {
  let column = 0;
  for (const c of text) {
    if (c === "\t") column += 8 - (column % 8);
    else if (c === " ") column++;
    else break;
  }
  return column;
}

/** The frame with a hunk in it, and the document line of each of its lines (0: the frame's own); null: it has no one place. */
function into(frame: string, hunk: readonly DiffLine[]): Text | null {
  const lines = frame.replace(/\n$/, "").split("\n");
  const inFrame = codeLines(lines)
    .map((l) => ({ code: bare(l.code), at: l.at }))
    .filter((l) => l.code !== "");
  const shown = hunk.filter((l) => l.kind !== "\\");
  const old = codeLines(shown.map((l) => (l.kind === "+" ? "" : l.text)))
    .map((l) => ({ code: bare(l.code), at: l.at }))
    .filter((l) => l.code !== "");
  if (old.length < AGREE_MIN) return null;
  const places = inFrame.flatMap((_, i) => (old.every((o, k) => inFrame[i + k]?.code === o.code) ? [i] : []));
  if (places.length !== 1) return null;
  /** Line of the frame that a line of the hunk is. */
  const at = new Map(old.map((o, k) => [o.at, inFrame[places[0]! + k]!.at]));
  const removed = new Set<number>();
  const added = new Map<number, DiffLine[]>();
  let last = -1;
  let behind = -1;
  for (const [i, line] of shown.entries()) {
    const here = at.get(i);
    if (line.kind === "+") {
      if (line.text.trim() === "") continue;
      // Nothing above it in the hunk: it could stand anywhere.
      if (last < 0) return null;
      if (behind < 0) behind = placeBehind(lines, at.get(last)!, shown[last]!.text, line.text);
      added.set(behind, [...(added.get(behind) ?? []), line]);
    } else if (here !== undefined) {
      if (line.kind === "-") removed.add(here);
      last = i;
      behind = -1;
    } else if (line.kind === "-" && line.text.trim() !== "") return null;
  }
  const text: string[] = [];
  const doc: number[] = [];
  for (const [n, line] of lines.entries()) {
    if (!removed.has(n)) {
      text.push(line);
      doc.push(0);
    }
    for (const l of added.get(n) ?? []) {
      text.push(l.text);
      doc.push(l.docLine);
    }
  }
  return { text: `${text.join("\n")}\n`, lines: doc };
}

/** The line of the frame behind which an added line goes: behind the braces that close what its own indent is not in. */
function placeBehind(lines: readonly string[], above: number, shown: string, added: string): number {
  const wanted = indent(lines[above]!) + indent(added) - indent(shown);
  let at = above;
  while (/^\s*\}\s*$/.test(lines[at + 1] ?? "") && indent(lines[at + 1]!) >= Math.max(8, wanted)) at++;
  return at;
}

/** Structs with the members that the mail sets, that nobody declares and nothing in it reads. */
function membersOf(
  patch: Patch,
  made: readonly SideDefinition[],
  era: Era,
  notes: string[],
): SideDefinition[] {
  const out: SideDefinition[] = [];
  const all = patch.files.flatMap((f) => f.hunks.flatMap((h) => h.lines.map((l) => l.text))).join("\n");
  for (const d of made.filter((m) => m.side === "after")) {
    const text = d.text.split("\n");
    for (const [n, line] of text.entries()) {
      const set = /^\s*(\w+)->(\w+)\s*=\s*(true|false|\d+)\s*;\s*$/.exec(line);
      if (set === null || (d.lines[n] ?? 0) === 0 || out.length >= 2 * MEMBERS_MAX) continue;
      const [, base, member, value] = set as unknown as [string, string, string, string];
      const tag = new RegExp(`\\bstruct (\\w+) \\*\\s*${base}\\b`).exec(d.text)?.[1];
      const members = tag === undefined ? null : referenceMembers(era, tag);
      const record = tag === undefined ? null : referenceRecord(era, tag);
      if (members === null || record === null || members.has(member)) continue;
      const uses = [...all.matchAll(new RegExp(`\\b${member}\\b(?!\\s*=[^=])`, "g"))];
      if (uses.length > 0 || out.some((o) => o.name === tag)) continue;
      const type = /^\d/.test(value) ? "unsigned long" : "bool";
      const body = record.text.replace(/\}([^}]*)$/, `\t${type} ${member};\n}$1`);
      const lines = body
        .replace(/\n$/, "")
        .split("\n")
        .map(() => 0);
      for (const side of ["before", "after"] as const)
        out.push({
          ...d,
          side,
          kind: "struct",
          name: tag!,
          path: record.path,
          // It is on both sides: what mentions the struct is not what the patch changes.
          changed: false,
          text: body,
          lines: [...lines],
        });
      notes.push(
        `line ${d.lines[n]} of the mail: nobody declares ->${member} of struct ${tag}: a ${type} at the end of it is taken for it; nothing in the mail reads it, so what it does elsewhere is not run`,
      );
    }
  }
  return out;
}
