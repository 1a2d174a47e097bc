/**
 * Places the hunks of a file in a text, one by one, as GNU patch does with its defaults: at the announced line, else at
 * the nearest offset, else with up to two lines of context dropped at each end (fuzz); three inside the very function
 * that the `@@` line names. Either direction: forward where the text is the before side, reverse where it is the after
 * side already. The rules are those of locate_hunk() of GNU patch, white space as it is, with two differences, both on
 * the careful side: a match that rests on no line with a name in it is refused, and so is a place in another function
 * than the one that the hunk is of (claim.ts).
 *
 * A missing newline at the end of a file is a mark on its last line (NO_EOL), so that it takes part in comparisons.
 * Leaves out which way a patch lies (direction.ts), the content merge (merge.ts) and which text a file has (images.ts).
 */
import type { Hunk } from "../mail/types.ts";
import {
  type Agreement,
  agreement,
  agrees,
  disagreement,
  NO_RENAMES,
  type Renames,
  spotAt,
} from "./claim.ts";
import type { HunkFate, Refusal, Spot } from "./fate.ts";
import { headingName, Landmarks } from "./landmarks.ts";

/** Stands at the end of a last line that has no newline. */
const NO_EOL = "\u0000";

export type Direction = "forward" | "reverse";

export interface FlatLine {
  readonly kind: " " | "+" | "-";
  readonly text: string;
  readonly docLine: number;
}

/** A hunk as it is placed: its lines with the no-newline marks folded in, and where each side should begin. */
export interface FlatHunk {
  readonly header: string;
  readonly section: string;
  readonly docLine: number;
  /** First line (1-based) of the old and of the new side; 0 when the mail does not say. */
  readonly oldFirst: number;
  readonly newFirst: number;
  readonly lines: readonly FlatLine[];
  /** Indexes in `lines` before which lines may be missing in the mail. */
  readonly gaps: readonly number[];
}

/** Where a hunk lies in a text. */
export interface Placement {
  readonly hunk: FlatHunk;
  readonly direction: Direction;
  readonly fate: HunkFate;
  /**
   * For each hunk line: the index of the text's line it is; for a line that the direction adds, the index before which
   * it goes; -1 for a context line that the text does not have (dropped by fuzz).
   */
  readonly at: readonly number[];
}

export interface Unplaced {
  readonly hunk: FlatHunk;
  readonly fate: HunkFate;
  readonly at: null;
}

export type Placed = Placement | Unplaced;

/** Lines of a text, the last one marked when it has no newline. An empty text has none. */
export function splitLines(text: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  else lines[lines.length - 1] += NO_EOL;
  return lines;
}

/** The text of lines. A no-newline mark counts on the last line only. */
export function joinLines(lines: readonly string[]): string {
  if (lines.length === 0) return "";
  const text = lines.map(plain).join("\n");
  return lines.at(-1)!.endsWith(NO_EOL) ? text : `${text}\n`;
}

function plain(line: string): string {
  return line.endsWith(NO_EOL) ? line.slice(0, -1) : line;
}

/** A line with its white space made even: trailing blanks gone, every run of blanks one space. */
export function evenBlanks(line: string): string {
  return plain(line)
    .replace(/[ \t\r\u00a0]+/g, " ")
    .trimEnd();
}

/** Makes a hunk ready to be placed in `lines`, whose line ends it takes over. */
export function flatten(hunk: Hunk, lines: readonly string[]): FlatHunk {
  const flat: FlatLine[] = [];
  const gaps: number[] = [];
  const gapsAt = new Set(hunk.gaps);
  hunk.lines.forEach((line, i) => {
    if (gapsAt.has(i) && flat.length > 0) gaps.push(flat.length);
    if (line.kind !== "\\") flat.push({ kind: line.kind, text: line.text, docLine: line.docLine });
    else if (flat.length > 0) {
      const last = flat[flat.length - 1]!;
      flat[flat.length - 1] = { ...last, text: `${plain(last.text)}${NO_EOL}` };
    }
  });
  return {
    header: hunk.header,
    section: hunk.section,
    docLine: hunk.line,
    oldFirst: firstLine(hunk.oldStart, hunk.oldLines),
    newFirst: firstLine(hunk.newStart, hunk.newLines),
    lines: withLineEnds(flat, lines),
    gaps,
  };
}

/** A side without lines is announced by the line before it. */
function firstLine(start: number, count: number): number {
  if (!Number.isSafeInteger(start) || start < 0) return 0;
  return count === 0 ? start + 1 : start;
}

/** A mail loses or gains carriage returns as a whole; the file decides. */
function withLineEnds(flat: FlatLine[], lines: readonly string[]): FlatLine[] {
  const cr = (text: string) => plain(text).endsWith("\r");
  const fileHas = lines.length > 0 && lines.every((l) => cr(l) || l.endsWith(NO_EOL));
  const hunkHas = flat.length > 0 && flat.every((l) => cr(l.text) || l.text.endsWith(NO_EOL));
  if (fileHas === hunkHas || lines.length === 0) return flat;
  const change = (text: string) => {
    const mark = text.endsWith(NO_EOL) ? NO_EOL : "";
    const bare = plain(text);
    if (mark !== "") return text;
    return (fileHas ? `${bare}\r` : bare.replace(/\r$/, "")) + mark;
  };
  return flat.map((l) => ({ ...l, text: change(l.text) }));
}

/** The text that hunks are placed in, with its comparison form made once. */
export class Target {
  readonly lines: readonly string[];
  private evened: readonly string[] | null = null;
  private marks: Landmarks | null = null;

  constructor(lines: readonly string[]) {
    this.lines = lines;
  }

  /** Where its functions and types lie. */
  get landmarks(): Landmarks {
    this.marks ??= new Landmarks(this.lines);
    return this.marks;
  }

  /** Lines with even white space. */
  get even(): readonly string[] {
    this.evened ??= this.lines.map(evenBlanks);
    return this.evened;
  }
}

/** Places hunks one after the other: what one settles, the next one goes by. */
export class Placer {
  private readonly target: Target;
  private readonly direction: Direction;
  private readonly renames: Renames;
  private readonly cursor: Cursor = { drift: 0, frozen: 0 };

  constructor(target: Target, direction: Direction, renames: Renames = NO_RENAMES) {
    this.target = target;
    this.direction = direction;
    this.renames = renames;
  }

  /** The hunk's place, or why it has none as it is. */
  place(hunk: FlatHunk): Placement | Refusal {
    const placed = strictly(this.target, hunk, this.direction, this.cursor, this.renames);
    if ("kind" in placed) {
      const parts = inParts(this.target, hunk, this.direction, this.cursor, this.renames);
      if (parts === null) return placed;
      advance(this.cursor, parts);
      return parts;
    }
    advance(this.cursor, placed);
    return placed;
  }
}

/** One past the last line that the placed hunks change. */
export function endOfPlaced(placed: readonly Placed[]): number {
  let end = 0;
  for (const p of placed) if (p.at !== null) end = Math.max(end, changedSpan(p).end);
  return end;
}

/** The first line that the placed hunks change; `length` where there are none. */
export function startOfPlaced(placed: readonly Placed[], length: number): number {
  let start = length;
  for (const p of placed) if (p.at !== null) start = Math.min(start, changedSpan(p).start);
  return start;
}

function changedSpan(placed: Placement): { start: number; end: number } {
  let start = Number.MAX_SAFE_INTEGER;
  let end = 0;
  placed.hunk.lines.forEach((line, i) => {
    if (line.kind === " ") return;
    const at = placed.at[i]!;
    start = Math.min(start, at);
    end = Math.max(end, adds(line.kind, placed.direction) ? at : at + 1);
  });
  return { start, end };
}

/** A line of this kind is put in when going in this direction. */
export function adds(kind: FlatLine["kind"], direction: Direction): boolean {
  return kind === (direction === "forward" ? "+" : "-");
}

// ---- one hunk -----------------------------------------------------------------------------------------------------

/** What earlier hunks of the file settled. */
interface Cursor {
  /** Added to the old side's announced line to guess where a hunk lies. */
  drift: number;
  /** Lines below this (0-based) may not be changed any more. */
  frozen: number;
}

function advance(cursor: Cursor, placed: Placement): void {
  cursor.frozen = Math.max(cursor.frozen, changedSpan(placed).end);
  const { oldFirst, newFirst, lines } = placed.hunk;
  const offset = offsetOf(placed);
  if (offset === null || oldFirst === 0) return;
  const grown = lines.reduce((n, l) => n + (l.kind === "+" ? 1 : l.kind === "-" ? -1 : 0), 0);
  cursor.drift = placed.direction === "forward" ? offset : offset + newFirst - oldFirst + grown;
}

function offsetOf(placed: Placement): number | null {
  const fate = placed.fate;
  return fate.kind === "exact" ? 0 : fate.kind === "offset" || fate.kind === "fuzz" ? fate.lines : null;
}

/** The lines that a text must have, going in this direction, and how much context is at each end. */
interface Pattern {
  readonly lines: readonly string[];
  readonly prefix: number;
  readonly suffix: number;
}

function patternOf(hunk: FlatHunk, direction: Direction): Pattern {
  const own = hunk.lines.filter((l) => !adds(l.kind, direction));
  const first = hunk.lines.findIndex((l) => l.kind !== " ");
  const last = hunk.lines.findLastIndex((l) => l.kind !== " ");
  return {
    lines: own.map((l) => l.text),
    prefix: first < 0 ? own.length : first,
    suffix: last < 0 ? 0 : hunk.lines.length - 1 - last,
  };
}

/** What GNU patch allows by itself, and what is allowed in the very function that the hunk is of. */
const MAX_FUZZ = 2;
const MAX_FUZZ_IN_FUNCTION = 3;
/** Places of one fuzz that are looked at. */
const MAX_PLACES = 64;

/** As GNU patch, but in the function that the hunk is of. */
function strictly(
  target: Target,
  hunk: FlatHunk,
  direction: Direction,
  cursor: Cursor,
  renames: Renames,
): Placement | Refusal {
  if (!hunk.lines.some((l) => l.kind !== " ")) return { kind: "changes-nothing" };
  const pattern = patternOf(hunk, direction);
  if (pattern.lines.length === 0)
    return target.lines.length === 0 ? intoNothing(hunk, direction) : { kind: "other-file" };
  const announced = direction === "forward" ? hunk.oldFirst : hunk.newFirst;
  const guess = Math.max(1, hunk.oldFirst === 0 ? cursor.frozen + 1 : hunk.oldFirst + cursor.drift);
  const limit = Math.min(MAX_FUZZ_IN_FUNCTION, Math.max(pattern.prefix, pattern.suffix));
  let refused: { how: Agreement; spot: Spot } | null = null;
  for (let fuzz = 0; fuzz <= limit; fuzz++) {
    const search: Search = { target, pattern, guess, announced, frozen: cursor.frozen, fuzz };
    for (const where of placesOf(search)) {
      const at = placeAt(target, hunk, direction, where);
      const change = at[hunk.lines.findIndex((l) => l.kind !== " ")]!;
      const how = agreement(target, hunk, direction, renames, where, at);
      const takes =
        agrees(how) ||
        ((fuzz === 0 ? takesUnnamed(how, hunk, direction) : takesAlike(how, hunk, direction, fuzz)) &&
          isOnly(search));
      if (!takes) refused ??= { how, spot: spotAt(target, change) };
      if (!takes || (fuzz > MAX_FUZZ && how !== "named")) continue;
      const lines = announced === 0 ? 0 : where + 1 - announced;
      const told = {
        ...(refused === null ? {} : { passed: refused.spot }),
        ...(how === "alike" || how === "renamed"
          ? { renamed: { from: headingName(hunk.section)!, to: spotAt(target, change).fn } }
          : {}),
      };
      const fate: HunkFate =
        fuzz > 0
          ? { kind: "fuzz", fuzz, lines, ...told }
          : lines === 0
            ? { kind: "exact", ...told }
            : { kind: "offset", lines, ...told };
      return { hunk, direction, fate, at };
    }
  }
  if (refused !== null) return disagreement(hunk, refused.how, refused.spot);
  return whyNot(target, hunk, direction);
}

/**
 * A place under another name may be taken where all of the hunk stands once in the file: in a function with the same
 * arguments, or, looking for what is there already, with the lines that it adds.
 */
function takesUnnamed(how: Agreement, hunk: FlatHunk, direction: Direction): boolean {
  if (how === "alike") return true;
  return how === "unknown" && direction === "reverse" && addsTelling(hunk);
}

/** With lines of context dropped, as many as GNU patch drops: by the same arguments, and what is changed says something. */
function takesAlike(how: Agreement, hunk: FlatHunk, direction: Direction, fuzz: number): boolean {
  if (how !== "alike" || fuzz > MAX_FUZZ) return false;
  return hunk.lines.some((l) => l.kind !== " " && !adds(l.kind, direction) && isTelling(l.text));
}

/** The hunk adds a line that says something. */
export function addsTelling(hunk: FlatHunk): boolean {
  return hunk.lines.some((l) => l.kind === "+" && isTelling(l.text));
}

/** There is no second place. */
function isOnly(search: Search): boolean {
  let n = 0;
  for (const _ of placesOf(search)) if (++n > 1) return false;
  return true;
}

/** A file that does not exist takes a hunk that is nothing but new lines. */
function intoNothing(hunk: FlatHunk, direction: Direction): Placement {
  return { hunk, direction, fate: { kind: "exact" }, at: hunk.lines.map(() => 0) };
}

function placeAt(target: Target, hunk: FlatHunk, direction: Direction, where: number): number[] {
  let at = where;
  return hunk.lines.map((line) => {
    if (adds(line.kind, direction)) return at;
    const here = at++;
    return target.lines[here] === line.text || line.kind !== " " ? here : -1;
  });
}

interface Search {
  readonly target: Target;
  readonly pattern: Pattern;
  /** 1-based line to start from. */
  readonly guess: number;
  /** 1-based line that the hunk's header names. */
  readonly announced: number;
  readonly frozen: number;
  readonly fuzz: number;
}

/** The 0-based lines where the pattern's first line lies, in the order in which GNU patch looks: the nearest first. */
function* placesOf(search: Search): Generator<number> {
  const { pattern, target, guess, frozen, fuzz } = search;
  const context = Math.max(pattern.prefix, pattern.suffix);
  const prefixFuzz = fuzz + pattern.prefix - context;
  const suffixFuzz = fuzz + pattern.suffix - context;
  const count = target.lines.length;
  const skip = Math.max(0, prefixFuzz);
  const upto = pattern.lines.length - Math.max(0, suffixFuzz);
  if (fuzz > 0 && !tells(pattern.lines, skip, upto)) return;
  const fits = (where: number) => where >= 0 && matches(search, where, skip, upto);
  const low = frozen;
  const high = count - upto;
  // Less context before than after means that the file begins here (and likewise at its end).
  if (prefixFuzz < 0 && search.announced <= 1) {
    if (suffixFuzz < 0 && pattern.lines.length !== count) return;
    if (frozen <= pattern.prefix && high >= 0 && fits(0)) yield 0;
    return;
  }
  if (suffixFuzz < 0) {
    const where = count - pattern.lines.length;
    if (where >= low && fits(where)) yield where;
    return;
  }
  const start = guess - 1;
  const reach = Math.max(high - start, start - low);
  let found = 0;
  for (let offset = 0; offset <= reach && found < MAX_PLACES; offset++) {
    const after = start + offset;
    if (after >= low && after <= high && fits(after)) {
      found++;
      yield after;
    }
    const before = start - offset;
    if (offset > 0 && before >= low && before <= high && fits(before)) {
      found++;
      yield before;
    }
  }
}

function matches(search: Search, where: number, skip: number, upto: number): boolean {
  const text = search.target.lines;
  const wanted = search.pattern.lines;
  for (let i = skip; i < upto; i++) if (text[where + i] !== wanted[i]) return false;
  return true;
}

/** Some line in the range says more than a brace, a blank or a bare keyword. */
function tells(lines: readonly string[], from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (isTelling(lines[i]!)) return true;
  return false;
}

/** A line that few places of a file share: it has a name or a number in it besides one keyword. */
export function isTelling(line: string): boolean {
  const words = line.match(/[A-Za-z_0-9]+/g) ?? [];
  return words.some((w) => w.length > 1 && !/^(else|break|return|continue|default|endif|if|do)$/.test(w));
}

// ---- a hunk with gaps -----------------------------------------------------------------------------------------------

/**
 * A mail may leave lines out of a hunk: each run that it shows is then placed by itself, in order and without fuzz, and
 * all of them in the function that the first one is of.
 */
function inParts(
  target: Target,
  hunk: FlatHunk,
  direction: Direction,
  cursor: Cursor,
  renames: Renames,
): Placement | null {
  if (hunk.gaps.length === 0) return null;
  const own: Cursor = { ...cursor };
  const at: number[] = [];
  const spots: Spot[] = [];
  for (const part of partsOf(hunk)) {
    if (!part.lines.some((l) => l.kind !== " ")) {
      at.push(...part.lines.map(() => -1));
      continue;
    }
    const placed = strictly(target, part, direction, own, renames);
    if ("kind" in placed || placed.fate.kind === "fuzz") return null;
    at.push(...placed.at);
    const span = changedSpan(placed);
    own.frozen = Math.max(own.frozen, span.end);
    spots.push(spotAt(target, span.start));
  }
  if (new Set(spots.map((s) => s.fn)).size !== 1) return null;
  return { hunk, direction, fate: { kind: "merged", evidence: { kind: "runs", spots } }, at };
}

function partsOf(hunk: FlatHunk): FlatHunk[] {
  const cuts = [0, ...hunk.gaps, hunk.lines.length];
  const parts: FlatHunk[] = [];
  for (let i = 0; i + 1 < cuts.length; i++) {
    const before = hunk.lines.slice(0, cuts[i]);
    parts.push({
      ...hunk,
      oldFirst: hunk.oldFirst === 0 ? 0 : hunk.oldFirst + before.filter((l) => l.kind !== "+").length,
      newFirst: hunk.newFirst === 0 ? 0 : hunk.newFirst + before.filter((l) => l.kind !== "-").length,
      lines: hunk.lines.slice(cuts[i], cuts[i + 1]),
      gaps: [],
    });
  }
  return parts;
}

// ---- why not --------------------------------------------------------------------------------------------------------

/** Names the first line that the text does not have, or says that they do not stand together. */
function whyNot(target: Target, hunk: FlatHunk, direction: Direction): Refusal {
  const have = new Set(target.even);
  const missing = hunk.lines.find(
    (l) => !adds(l.kind, direction) && l.kind !== " " && !have.has(evenBlanks(l.text)),
  );
  const context = hunk.lines.find((l) => l.kind === " " && !have.has(evenBlanks(l.text)));
  const gone = missing ?? context;
  if (gone === undefined) return { kind: "apart", fn: "" };
  return { kind: "no-line", text: shown(gone.text), fn: "" };
}

/** A line as it is told: without white space at its ends, and not longer than a line of a terminal. */
export function shown(line: string): string {
  return evenBlanks(line).trim().slice(0, 80);
}

// ---- building the images ----------------------------------------------------------------------------------------------

/** A text and the document line of each of its lines (0: the mail does not show it). */
export interface DocText {
  readonly lines: readonly string[];
  readonly doc: readonly number[];
}

/** Both sides of a text in which hunks are placed, whichever way each of them lies. */
export function buildSides(target: Target, placed: readonly Placed[]): { before: DocText; after: DocText } {
  return { before: buildSide(target, placed, "before"), after: buildSide(target, placed, "after") };
}

function buildSide(target: Target, placed: readonly Placed[], side: "before" | "after"): DocText {
  const shown = side === "before" ? "-" : "+";
  const doc = new Array<number>(target.lines.length).fill(0);
  const gone = new Set<number>();
  const put = new Map<number, FlatLine[]>();
  for (const p of placed) {
    if (p.at === null) continue;
    p.hunk.lines.forEach((line, i) => {
      const at = p.at[i]!;
      if (at < 0) return;
      if (adds(line.kind, p.direction)) {
        if (line.kind !== shown) return;
        const here = put.get(at);
        if (here === undefined) put.set(at, [line]);
        else here.push(line);
      } else if (line.kind === " " || line.kind === shown) doc[at] = line.docLine;
      else gone.add(at);
    });
  }
  const out: string[] = [];
  const outDoc: number[] = [];
  for (let i = 0; i <= target.lines.length; i++) {
    for (const line of put.get(i) ?? []) {
      out.push(line.text);
      outDoc.push(line.docLine);
    }
    if (i === target.lines.length || gone.has(i)) continue;
    out.push(target.lines[i]!);
    outDoc.push(doc[i]!);
  }
  return { lines: out, doc: outDoc };
}
