/**
 * A sound mail of which nothing would run, because it shows its functions in part, and whole at most what it adds: where the
 * reference kernel has the function, and the hunk's old lines stand together in it at one place only, that function is the
 * frame and the hunk goes in. A member that the mail sets and nobody declares, and that nothing in the mail reads, is taken for one at the end of its
 * struct. Both are told, and what runs counts as repaired. Leaves out functions that kernel trees have (images.ts), damaged
 * mails (restore.ts), and members or constants on which something depends: what they mean is not in the mail.
 */
import type { Era } from "../../emulator/kernel/era.ts";
import { referenceFunction, referenceMembers, referenceRecord } from "../../emulator/kernel.ts";
import type { DiffLine, Patch, SideDefinition } from "../mail/types.ts";
import { codeLines } from "./code_lines.ts";

/** A patch with frames around what it shows in part, and what was done. */
export interface Framed {
  readonly patch: Patch;
  readonly notes: readonly string[];
}

/** Functions of a patch that get a frame, and members that are taken for declared. */
const FRAMES_MAX = 8;
const MEMBERS_MAX = 4;
/** Lines of old code that must agree for a place to be one. */
const AGREE_MIN = 2;

/** Null where nothing of the patch can be put into a frame. */
export function framed(patch: Patch, era: Era): Framed | null {
  const notes: string[] = [];
  const made: SideDefinition[] = [];
  const partial = patch.definitions.filter(
    (d) => d.kind === "function" && d.visible === "partial" && d.changed && d.path.endsWith(".c"),
  );
  for (const after of partial.filter((d) => d.side === "after").slice(0, FRAMES_MAX)) {
    const file = patch.files.find((f) => f.path === after.path);
    const hunk = file?.hunks[after.hunk];
    const frame = referenceFunction(era, after.name);
    if (hunk === undefined || frame === null) continue;
    // A function in two hunks, or with half of a hunk, is not the patch's.
    if (partial.filter((d) => d.side === "after" && d.name === after.name).length > 1) continue;
    if (
      hunk.lines.some(
        (l) =>
          l.kind !== " " &&
          l.text.trim() !== "" &&
          !partial.some((d) => d.name === after.name && d.lines.includes(l.docLine)),
      )
    )
      continue;
    const put = into(frame, hunk.lines);
    if (put === null) continue;
    const whole = (side: "before" | "after", text: string, lines: readonly number[]): SideDefinition => ({
      ...after,
      side,
      visible: "whole",
      text,
      lines: [...lines],
    });
    const before = frame.replace(/\n$/, "").split("\n");
    made.push(
      whole(
        "before",
        frame,
        before.map(() => 0),
      ),
      whole("after", put.text, put.lines),
    );
    notes.push(
      `line ${hunk.line} of the mail: it shows ${after.name}() in part; the reference kernel's of ${era} is its frame, and what runs is marked repaired`,
    );
  }
  if (made.length === 0) return null;
  const names = new Set(made.map((d) => d.name));
  const rest = patch.definitions.filter((d) => !(d.kind === "function" && names.has(d.name)));
  const records = membersOf(patch, made, era, notes);
  return { patch: { ...patch, definitions: [...rest, ...records, ...made] }, notes };
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
function into(frame: string, hunk: readonly DiffLine[]): { text: string; lines: readonly number[] } | null {
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
