// Which functions, macros, structures and enums a diff shows, on which side, whole or in part. The whole ones are what
// the emulator compiles: their text is exact, and each of its lines knows its line in the document.
//
// The definitions themselves are found by the C front end's outline; what a hunk shows of a function that began above it
// is named by the section heading.

import { outline } from "../../emulator/c/outline.ts";
import type { DefinitionKind, DiffFile, FunctionInfo, Hunk, Side, SideDefinition } from "../mail/types.ts";

interface SideLine {
  text: string;
  docLine: number;
  number: number | null;
  hunk: number;
  changed: boolean;
}

interface Segment {
  lines: SideLine[];
  /** Section heading that stands over the first line; empty when a gap hides what is above. */
  heading: string;
}

/** A definition found in a run of lines: a half-open range of indexes. */
export interface FoundDefinition {
  name: string;
  kind: DefinitionKind;
  start: number;
  end: number;
  whole: boolean;
}

const C_FILE = /\.(?:c|h|inc|cc|cpp|hpp|lds)$/i;

/** All definitions that the hunks of a file show on one side. */
export function sideDefinitions(file: DiffFile, side: Side): SideDefinition[] {
  const path = side === "before" ? file.oldPath : file.path;
  if (file.combined || (path !== "" && !C_FILE.test(path))) return [];
  if ((side === "before" && file.status === "added") || (side === "after" && file.status === "deleted"))
    return [];
  const out: SideDefinition[] = [];
  let carried = "";
  for (const segment of segmentsOf(file, side)) {
    const texts = segment.lines.map((l) => l.text);
    const found = findDefinitions(texts, segment.heading || carried);
    for (const d of found) {
      const lines = segment.lines.slice(d.start, d.end);
      if (lines.length === 0) continue;
      out.push({
        name: d.name,
        kind: d.kind,
        path,
        side,
        visible: d.whole ? "whole" : "partial",
        text: `${lines.map((l) => l.text).join("\n")}\n`,
        lines: lines.map((l) => l.docLine),
        firstLine: lines[0]!.number,
        hunk: lines[0]!.hunk,
        changed: lines.some((l) => l.changed),
      });
    }
    const last = found[found.length - 1];
    // Behind a gap inside a hunk the last open definition may go on; across hunks the heading tells.
    carried = last && !last.whole && last.end === texts.length ? `${last.kind} ${last.name}(` : "";
  }
  return out;
}

/** Runs of lines without a gap on one side. Adjacent hunks that touch are one run. */
function segmentsOf(file: DiffFile, side: Side): Segment[] {
  const segments: Segment[] = [];
  let current: Segment | null = null;
  let nextLine: number | null = null;
  file.hunks.forEach((hunk, index) => {
    const start = side === "before" ? hunk.oldStart : hunk.newStart;
    if (current === null || nextLine === null || nextLine !== start) {
      current = { lines: [], heading: hunk.section };
      segments.push(current);
    }
    nextLine = addHunk(hunk, index, side, segments);
    current = segments[segments.length - 1]!;
  });
  return segments.filter((s) => s.lines.length > 0);
}

/** Appends a hunk's lines to the last segment, starting new ones at gaps; returns the line expected next. */
function addHunk(hunk: Hunk, index: number, side: Side, segments: Segment[]): number | null {
  let current = segments[segments.length - 1]!;
  let gap = 0;
  hunk.lines.forEach((line, k) => {
    if (gap < hunk.gaps.length && hunk.gaps[gap]! <= k) {
      while (gap < hunk.gaps.length && hunk.gaps[gap]! <= k) gap++;
      if (current.lines.length > 0) {
        current = { lines: [], heading: "" };
        segments.push(current);
      }
    }
    if (line.kind === "\\" || (side === "before" ? line.kind === "+" : line.kind === "-")) return;
    current.lines.push({
      text: line.text,
      docLine: line.docLine,
      number: side === "before" ? line.oldLine : line.newLine,
      hunk: index,
      changed: line.kind !== " ",
    });
  });
  if (!hunk.complete) return null;
  return side === "before" ? hunk.oldStart + hunk.oldLines : hunk.newStart + hunk.newLines;
}

const NOT_NAMES = new Set([
  "if",
  "for",
  "while",
  "switch",
  "return",
  "sizeof",
  "typeof",
  "__typeof__",
  "__attribute__",
  "do",
  "else",
  "case",
  "defined",
  "__printf",
  "__acquires",
  "__releases",
  "__must_hold",
  "__aligned",
  "__section",
  "asm",
  "__asm__",
  "_Static_assert",
  "static_assert",
]);

/** Definitions in a run of lines. `heading` names what the first lines belong to, if they are the middle of something. */
export function findDefinitions(lines: string[], heading: string): FoundDefinition[] {
  const found: FoundDefinition[] = [];
  for (const item of outline(`${lines.join("\n")}\n`)) {
    const name = item.name || (item.enumerators?.[0] ?? "");
    if (name === "") continue;
    found.push({ name, kind: item.kind, start: item.startLine - 1, end: item.endLine, whole: item.whole });
  }
  const opening = openingPart(lines, heading, found);
  if (opening) found.unshift(opening);
  return found;
}

/** The part of a definition whose beginning is above the first line. */
function openingPart(lines: string[], heading: string, found: FoundDefinition[]): FoundDefinition | null {
  const named = headingName(heading);
  if (!named || (named.kind === "function" && isPrototype(heading, lines))) return null;
  const next = found.find((d) => d.kind !== "macro");
  const limit = next?.start ?? lines.length;
  let code = false;
  for (let i = 0; i < limit; i++) {
    const line = lines[i]!;
    const c = line.charCodeAt(0);
    if (c === 125) return { ...named, start: 0, end: i + 1, whole: false };
    if (code) continue;
    if (c === 123 || (/^\s+\S/.test(line) && !/^\s+\*(?:[\s/]|$)/.test(line))) code = true;
    else if (line.startsWith("/*")) return null;
  }
  // Behind a function's last line the heading still names it: a next one at the margin without a brace that closes it is that.
  if (
    next?.kind === "function" &&
    /^\w/.test(lines.slice(limit, next.end).find((l) => /^[^\s/*]/.test(l)) ?? "")
  )
    return null;
  return code && limit > 0 ? { ...named, start: 0, end: limit, whole: false } : null;
}

/** Whether a heading declares a function only: behind its parameters, which may go on on the first lines, a semicolon stands. */
function isPrototype(heading: string, lines: readonly string[]): boolean {
  let depth = 0;
  for (const text of [heading, ...lines]) {
    for (let i = 0; i < text.length; i++) {
      const c = text[i];
      if (c === "{" || c === "}" || (c === ";" && depth > 0)) return false;
      if (c === "(") depth++;
      else if (c === ")" && --depth <= 0) return /^[\s\w]*;/.test(text.slice(i + 1));
    }
    if (depth === 0) return false;
  }
  return false;
}

/** Name and kind in a hunk's section heading. */
export function headingName(heading: string): { name: string; kind: DefinitionKind } | null {
  const text = heading.trim();
  if (text === "" || /^\w+:$/.test(text)) return null;
  const define = /^#\s*define\s+(\w+)/.exec(text);
  if (define) return { name: define[1]!, kind: "macro" };
  const record = /^(?:static\s+|const\s+|typedef\s+)*(struct|union|enum)\s+(\w+)\s*(?:\{.*)?$/.exec(text);
  if (record) return { name: record[2]!, kind: record[1] as DefinitionKind };
  const variable = /^[\w\s*]*?\b(\w+)\s*(?:\[[^\]]*\]\s*)*=/.exec(text);
  const name = functionName(text);
  if (variable && (!name || text.indexOf("=") < text.indexOf("(")))
    return { name: variable[1]!, kind: "variable" };
  return name ? { name, kind: "function" } : null;
}

/** `static int foo(struct bar *x)` -> `foo`; `SYSCALL_DEFINE3(mmap, ...)` -> `mmap`. */
function functionName(signature: string): string | null {
  const syscall = /\b(?:COMPAT_)?SYSCALL_DEFINE\d\s*\(\s*(\w+)/.exec(signature);
  if (syscall) return `sys_${syscall[1]}`;
  for (const match of signature.matchAll(/(?<!\w)([A-Za-z_]\w*)\s*\(/g)) {
    if (!NOT_NAMES.has(match[1]!)) return match[1]!;
  }
  return null;
}

/** The `functions` list of a patch: one entry for a name, or one per side where the sides differ in what is visible. */
export function listFunctions(definitions: SideDefinition[]): FunctionInfo[] {
  const out: FunctionInfo[] = [];
  const seen = new Map<string, { before?: SideDefinition; after?: SideDefinition }>();
  for (const d of definitions) {
    const key = `${d.path}\0${d.kind}\0${d.name}`;
    const entry = seen.get(key) ?? {};
    if (!seen.has(key)) seen.set(key, entry);
    const known = entry[d.side];
    if (!known || (known.visible === "partial" && d.visible === "whole")) entry[d.side] = d;
  }
  for (const { before, after } of seen.values()) {
    if (before && after && before.visible === after.visible) out.push(info(after, "both"));
    else {
      if (before) out.push(info(before, "before"));
      if (after) out.push(info(after, "after"));
    }
  }
  return out;
}

function info(d: SideDefinition, side: Side | "both"): FunctionInfo {
  return { name: d.name, file: d.path, kind: d.kind, side, visible: d.visible, docLine: d.lines[0]! };
}
