// Which functions, macros, structures and enums a diff shows, on which side, whole or in part. The whole ones are what
// the emulator compiles: their text is exact, and each of its lines knows its line in the document.
//
// The scanner here goes by how kernel C is laid out (definitions start in column 0, bodies end with `}` in column 0),
// which is what is left to go by when a hunk begins in the middle of a function.

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
  let i = openingPart(lines, heading, found);
  while (i < lines.length) {
    const line = lines[i]!;
    const c = line.charCodeAt(0);
    if (line.startsWith("/*")) {
      i = skipComment(lines, i);
      continue;
    }
    if (c === 35) {
      i = readDirective(lines, i, found);
      continue;
    }
    if (isLetter(c) && !/^\w+:(?!:)/.test(line)) {
      i = readDefinition(lines, i, found);
      continue;
    }
    i++;
  }
  return found;
}

function isLetter(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95;
}

function skipComment(lines: string[], from: number): number {
  for (let i = from; i < lines.length; i++) if (lines[i]!.includes("*/")) return i + 1;
  return lines.length;
}

/** The part of a definition whose beginning is above the first line. */
function openingPart(lines: string[], heading: string, found: FoundDefinition[]): number {
  let end = -1;
  let code = false;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (/^[})]/.test(line)) {
      end = i + 1;
      code = true;
      break;
    }
    if (line.startsWith("{")) code = true;
    else if (/^\s+\S/.test(line) && !/^\s+\*(?:[\s/]|$)/.test(line)) code = true;
    else if (isLetter(line.charCodeAt(0)) && !/^\w+:(?!:)/.test(line)) {
      // A definition starts here: what was above is over, unless only its body's end is out of sight.
      if (definitionAt(lines, i)) {
        end = i;
        break;
      }
    } else if (line.startsWith("/*") && !code) {
      end = i;
      break;
    }
  }
  if (end < 0) end = lines.length;
  const named = headingName(heading);
  if (code && named) found.push({ ...named, start: 0, end, whole: false });
  if (!code) {
    // Possibly the tail of a comment: go on behind it.
    const close = lines.findIndex((l) => l.includes("*/"));
    const open = lines.findIndex((l) => l.includes("/*"));
    if (close >= 0 && (open < 0 || close < open)) return Math.min(close + 1, lines.length);
    return 0;
  }
  return end;
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
  for (const match of signature.matchAll(/([A-Za-z_]\w*)\s*\(/g)) {
    if (!NOT_NAMES.has(match[1]!)) return match[1]!;
  }
  return null;
}

function readDirective(lines: string[], from: number, found: FoundDefinition[]): number {
  let end = from;
  while (end < lines.length && lines[end]!.trimEnd().endsWith("\\")) end++;
  const whole = end < lines.length;
  end = Math.min(end + 1, lines.length);
  const define = /^#\s*define\s+(\w+)/.exec(lines[from]!);
  if (define) found.push({ name: define[1]!, kind: "macro", start: from, end, whole });
  return end;
}

interface Header {
  kind: DefinitionKind;
  name: string;
  /** Line of the opening brace, or of the closing semicolon. */
  at: number;
  opens: boolean;
}

/** Reads the lines from a column-0 word up to `{` or `;` outside of parentheses. */
function definitionAt(lines: string[], from: number): Header | null {
  let paren = 0;
  let text = "";
  for (let i = from; i < Math.min(lines.length, from + 40); i++) {
    const line = lines[i]!;
    if (i > from && (line.trim() === "" || line.startsWith("#") || line.startsWith("}"))) return null;
    const code = stripLine(line);
    for (let k = 0; k < code.length; k++) {
      const c = code.charCodeAt(k);
      if (c === 40) paren++;
      else if (c === 41) paren--;
      else if (paren <= 0 && (c === 123 || c === 59)) {
        const header = (text + code.slice(0, k)).trim();
        return describe(header, i, c === 123, code.slice(k));
      }
    }
    text += `${code} `;
  }
  return null;
}

/** Comments and literals of one line blanked, so that their braces do not count. */
function stripLine(line: string): string {
  if (!/["'/]/.test(line)) return line;
  return line
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/'(?:[^'\\]|\\.)*'/g, "' '")
    .replace(/\/\*.*?(?:\*\/|$)/g, " ")
    .replace(/\/\/.*$/, "");
}

function describe(header: string, at: number, opens: boolean, rest: string): Header | null {
  const record =
    /^(?:static\s+|const\s+|typedef\s+|extern\s+)*(struct|union|enum)\b\s*((?:__\w+(?:\([^)]*\))?\s+)*)(\w+)?\s*((?:__\w+(?:\([^)]*\))?\s*)*)$/.exec(
      header,
    );
  if (opens && record) {
    const kind = record[1] as DefinitionKind;
    const name = record[3] ?? "";
    return { kind: /^typedef/.test(header) ? "typedef" : kind, name, at, opens };
  }
  if (opens) {
    if (header.includes("=")) {
      const variable = /(\w+)\s*(?:\[[^\]]*\]\s*)*(?:__\w+(?:\([^)]*\))?\s*)*=\s*$/.exec(header);
      return variable ? { kind: "variable", name: variable[1]!, at, opens } : null;
    }
    const name = functionName(header);
    return name ? { kind: "function", name, at, opens } : null;
  }
  if (/^typedef\b/.test(header)) {
    const name =
      /\(\s*\*\s*(\w+)\s*\)\s*\(/.exec(header)?.[1] ?? /(\w+)\s*(?:\[[^\]]*\])*$/.exec(header)?.[1];
    return name ? { kind: "typedef", name, at, opens } : null;
  }
  if (
    /^(?:extern|struct\s+\w+$|union\s+\w+$|enum\s+\w+$|return|goto|break|continue)\b/.test(header) ||
    rest === ""
  )
    return null;
  const variable = /^(?:[A-Za-z_][\w]*[\s*]+)+\*?(\w+)\s*(?:\[[^\]]*\]\s*)*(?:=.*)?$/.exec(header);
  return variable && !header.includes("(") ? { kind: "variable", name: variable[1]!, at, opens } : null;
}

function readDefinition(lines: string[], from: number, found: FoundDefinition[]): number {
  const header = definitionAt(lines, from);
  if (!header) return from + 1 + signatureOnly(lines, from, found);
  if (!header.opens) {
    if (header.kind !== "function")
      found.push({ name: header.name, kind: header.kind, start: from, end: header.at + 1, whole: true });
    return header.at + 1;
  }
  const end = bodyEnd(lines, header.at);
  const whole = end > 0;
  const stop = whole ? end : lines.length;
  let name = header.name;
  if (header.kind === "typedef" || (name === "" && whole)) {
    name = /^}\s*(?:__\w+(?:\([^)]*\))?\s*)*(\w+)/.exec(lines[stop - 1]!)?.[1] ?? name;
  }
  if (name) found.push({ name, kind: header.kind, start: from, end: stop, whole });
  else if (header.kind === "enum" && whole)
    for (const constant of enumerators(lines, header.at, stop))
      found.push({ name: constant, kind: "enum", start: from, end: stop, whole });
  return stop;
}

/** The first enumerator stands for an enum without a name. */
function enumerators(lines: string[], from: number, to: number): string[] {
  for (let i = from; i < to; i++) {
    const match = /^\s+([A-Za-z_]\w*)\s*(?:,|=|$)/.exec(lines[i]!);
    if (match) return [match[1]!];
  }
  return [];
}

/** A signature at the very end of a run: the body is out of sight. */
function signatureOnly(lines: string[], from: number, found: FoundDefinition[]): number {
  const rest = lines.slice(from);
  if (rest.length > 12 || rest.some((l, k) => k > 0 && !/^[\s{]/.test(l) && l !== "")) return 0;
  const text = stripLine(rest.join(" "));
  const record = /^(?:static\s+|const\s+|typedef\s+)*(struct|union|enum)\s+(\w+)\s*\{?/.exec(text);
  const name = functionName(text);
  if (
    name &&
    /^[\w\s*]+\(/.test(text) &&
    /^(?:static|const|inline|int|void|bool|long|unsigned|struct|u\d|s\d|\w+_t|enum|union|char|size_t|__\w+|extern)\b/.test(
      text,
    ) &&
    !text.trimEnd().endsWith(";")
  ) {
    found.push({ name, kind: "function", start: from, end: lines.length, whole: false });
    return rest.length;
  }
  if (record && text.includes("{")) {
    found.push({
      name: record[2]!,
      kind: record[1] as DefinitionKind,
      start: from,
      end: lines.length,
      whole: false,
    });
    return rest.length;
  }
  return 0;
}

/** Index behind the line that closes the body opened on `at`; -1 when it is out of sight. */
function bodyEnd(lines: string[], at: number): number {
  let depth = 0;
  let comment = false;
  for (let i = at; i < lines.length; i++) {
    let line = lines[i]!;
    // Column 0 decides: braces do not balance where #ifdef offers alternatives.
    if (i > at && line.charCodeAt(0) === 125) return i + 1;
    if (comment) {
      const close = line.indexOf("*/");
      if (close < 0) continue;
      line = line.slice(close + 2);
      comment = false;
    }
    const code = stripLine(line);
    if (line.lastIndexOf("/*") > line.lastIndexOf("*/") && !/^\s*\/\//.test(line)) comment = true;
    if (depth === 0 || i === at) {
      for (let k = 0; k < code.length; k++) {
        const c = code.charCodeAt(k);
        if (c === 123) depth++;
        else if (c === 125 && --depth === 0 && i === at) return i + 1;
      }
    }
  }
  return -1;
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
