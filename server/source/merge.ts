/**
 * The last try for a hunk that fits nowhere as it is: a careful content merge inside the function that it is of. The hunk
 * is cut into changes (runs of removed and added lines). Each is put where its removed lines stand, word for word but for
 * white space and together, or, when it only adds, directly beside a context line; the place with the most of the hunk's
 * own lines around it must be the only such place. A hunk that names a function is never put into another one. What is
 * not certain is refused, with the reason. It never writes a line that the hunk does not have. Leaves out hunks that fit
 * as they are (apply.ts) and what stands in the place of a line that is gone (superseded.ts).
 */
import { diffArrays } from "diff";
import {
  adds,
  type Direction,
  type FlatHunk,
  type FlatLine,
  isTelling,
  type Placed,
  shown,
  type Target,
} from "./apply.ts";
import { claimedName, type Renames, spotAt } from "./claim.ts";
import type { Evidence, FoundChange, Refusal } from "./fate.ts";
import { definedName } from "./landmarks.ts";
import { newerForm } from "./superseded.ts";

/** Lines of context and of text around a place that are compared as evidence for it. */
const WINDOW = 16;
/** Lines beside a place, besides as many as are added, in which an added line counts as there already. */
const BESIDE = 4;
/** Telling lines that must agree where the hunk names no function. */
const EVIDENCE_AT_FILE_SCOPE = 3;
/** Largest region (lines) that is searched: a file is longer only where no function is named. */
const MAX_REGION = 20_000;

/** Places a hunk by its content between the lines `low` and `high` (0-based, `high` not included). */
export function mergeHunk(
  target: Target,
  hunk: FlatHunk,
  direction: Direction,
  low: number,
  high: number,
  renames: Renames,
): Placed {
  const reject = (why: Refusal): Placed => ({ hunk, fate: { kind: "rejected", why }, at: null });
  if (target.lines.length === 0) return reject({ kind: "no-file" });
  if (hunk.gaps.length > 0) return reject({ kind: "lines-left-out" });
  const region = regionOf(target, hunk, direction, low, high, renames);
  if ("kind" in region) return reject(region);
  const merge = new Merge(target, hunk, direction, region);
  const at = merge.place();
  if (!Array.isArray(at)) {
    const newer = newerForm(target, hunk, direction, region);
    return reject(newer ?? (at as Refusal));
  }
  if (changesNothing(hunk, direction, at)) return reject({ kind: "changes-nothing", ...movedPast(hunk, at) });
  return { hunk, direction, fate: { kind: "merged", evidence: merge.evidence(at) }, at };
}

/** Every run of added lines replaces the same lines: the hunk moved them past lines that the text does not have. */
function changesNothing(hunk: FlatHunk, direction: Direction, at: readonly number[]): boolean {
  const added = new Map<number, string>();
  const removed: number[] = [];
  const bareOf = new Map<number, string>();
  hunk.lines.forEach((line, k) => {
    if (adds(line.kind, direction)) added.set(at[k]!, (added.get(at[k]!) ?? "") + bare(line.text));
    else if (line.kind !== " " && at[k]! >= 0) {
      removed.push(at[k]!);
      bareOf.set(at[k]!, bare(line.text));
    }
  });
  if (removed.length === 0) return false;
  const runs = new Map<number, string>();
  let start = -1;
  for (const j of removed.sort((a, b) => a - b)) {
    if (!bareOf.has(j - 1)) start = j;
    runs.set(start, (runs.get(start) ?? "") + bareOf.get(j)!);
  }
  return runs.size === added.size && [...runs].every(([at, text]) => added.get(at) === text);
}

/** What such a hunk moves, and the first line that it moves it past and that has no place in the text. */
function movedPast(hunk: FlatHunk, at: readonly number[]): { moved?: { line: string; past: string } } {
  const says = (text: string): boolean => /\w/.test(text);
  const line = hunk.lines.find((l) => l.kind !== " " && says(l.text));
  const past = hunk.lines.find((l, k) => l.kind === " " && at[k]! < 0 && says(l.text));
  return line === undefined || past === undefined
    ? {}
    : { moved: { line: shown(line.text), past: shown(past.text) } };
}

// ---- the region -----------------------------------------------------------------------------------------------------

/** Lines of the text that a hunk may concern. */
export interface Region {
  readonly from: number;
  readonly to: number;
  /** Name of the function or type; empty: no one is named, the whole file is searched. */
  readonly name: string;
  /** Line that closes what the hunk's heading names, -1 when it is not found. A hunk may stand on nothing else. */
  readonly close: number;
}

function regionOf(
  target: Target,
  hunk: FlatHunk,
  direction: Direction,
  low: number,
  high: number,
  renames: Renames,
): Region | Refusal {
  const { landmarks } = target;
  const claimed = claimedName(hunk, direction);
  const now = (name: string): string =>
    landmarks.named(name).length === 0 ? (renames.get(name) ?? name) : name;
  if (claimed !== null && landmarks.named(now(claimed)).length === 0) {
    const near = landmarks.declared(claimed);
    if (near.length === 0) return { kind: "no-function", name: claimed };
    const from = Math.max(low, near[0]! - WINDOW);
    const to = Math.min(high, near.at(-1)! + 3 * WINDOW);
    return from < to ? { from, to, name: "", close: -1 } : { kind: "taken", name: claimed };
  }
  const names = [...new Set(namesOf(hunk, direction).map(now))];
  const found = names.flatMap((name) => landmarks.named(name).slice(0, 1));
  if (found.length === 0) {
    const shows = names.find((n) => n !== definedName(hunk.section));
    if (shows !== undefined) return { kind: "no-function", name: shows };
    if (high - low > MAX_REGION) return { kind: "too-long" };
    return { from: low, to: high, name: "", close: -1 };
  }
  const heading = found.find((f) => f.name === now(definedName(hunk.section) ?? ""));
  // What a heading names begins before the hunk; what the hunk's own lines name may begin below its first line.
  const lead = heading === undefined ? WINDOW : 0;
  const from = Math.max(low, Math.min(...found.map((f) => f.start)) - lead);
  const to = Math.min(high, Math.max(...found.map((f) => f.end)) + (goesPast(hunk) ? WINDOW : 0));
  const name = found.map((f) => f.name).join(", ");
  const close = heading === undefined ? -1 : heading.end - 1;
  return from < to ? { from, to, name, close } : { kind: "taken", name };
}

/** The hunk shows the end of a function and what follows it. */
function goesPast(hunk: FlatHunk): boolean {
  return hunk.lines.slice(0, -1).some((l) => l.kind !== "+" && /^\}/.test(l.text));
}

/** Functions and types that the hunk's heading and its own lines on the side that the text is name. */
function namesOf(hunk: FlatHunk, direction: Direction): string[] {
  const heading = definedName(hunk.section);
  const within = hunk.lines.filter((l) => !adds(l.kind, direction)).map((l) => definedName(l.text));
  return [...new Set([heading, ...within])].filter((n) => n !== null);
}

// ---- the merge ------------------------------------------------------------------------------------------------------

/** A run of lines that the direction takes out and puts in. */
interface Change {
  /** Index of its first line in the hunk, and one past its last. */
  readonly from: number;
  readonly to: number;
  readonly removed: readonly number[];
  readonly added: readonly number[];
}

interface Candidate {
  /** Target index of each removed line. */
  readonly removedAt: readonly number[];
  /** Target index before which the change begins. */
  readonly start: number;
  /** One past the last removed line. */
  readonly end: number;
  /** Nearest line with text before the place: places that differ only by blank lines are one. */
  readonly below: number;
  /** Telling lines that agree directly before and after, without a break. */
  readonly before: number;
  readonly after: number;
  /** Telling lines of the hunk that stand in order around the place, breaks allowed. */
  readonly near: number;
  /** What places are compared by. */
  readonly evidence: number;
}

class Merge {
  /** What was found, one part per change. */
  private readonly told: FoundChange[] = [];
  private readonly target: Target;
  private readonly hunk: FlatHunk;
  private readonly direction: Direction;
  private readonly region: Region;
  /** The text, and the hunk's lines, without white space. */
  private readonly text: readonly string[];
  private readonly lines: readonly string[];
  /** Index of the hunk's first line that closes a function: the heading's. */
  private readonly closing: number;

  constructor(target: Target, hunk: FlatHunk, direction: Direction, region: Region) {
    this.target = target;
    this.hunk = hunk;
    this.direction = direction;
    this.region = region;
    this.text = target.lines.map(bare);
    this.lines = hunk.lines.map((l) => bare(l.text));
    this.closing = hunk.lines.findIndex((l) => !this.isAdded(l) && /^\}/.test(l.text));
  }

  /** Where each line goes (as Placement.at), or why it is not certain. */
  place(): number[] | Refusal {
    const at = this.hunk.lines.map(() => -1);
    let low = this.region.from;
    for (const change of this.changes()) {
      const found = this.placeChange(change, low);
      if ("kind" in found) return found;
      this.fill(at, change, found);
      low = found.end;
    }
    this.fillContext(at);
    return at;
  }

  /** What the report shows of it. Where every line stands in one piece, only the white space differs. */
  evidence(at: readonly number[]): Evidence {
    const own = this.hunk.lines.flatMap((l, k) => (this.isAdded(l) ? [] : [at[k]!]));
    const whole = own.length > 0 && own.every((j, i) => j >= 0 && j === own[0]! + i);
    return whole
      ? { kind: "white-space", spot: spotAt(this.target, own[0]!) }
      : { kind: "content", changes: this.told };
  }

  private changes(): Change[] {
    const out: Change[] = [];
    const { lines } = this.hunk;
    for (let i = 0; i < lines.length; i++) {
      if (lines[i]!.kind === " ") continue;
      let to = i;
      while (to < lines.length && lines[to]!.kind !== " ") to++;
      const run = Array.from({ length: to - i }, (_, k) => i + k);
      out.push({
        from: i,
        to,
        removed: run.filter((k) => !this.isAdded(lines[k]!)),
        added: run.filter((k) => this.isAdded(lines[k]!)),
      });
      i = to;
    }
    return out;
  }

  private isAdded(line: FlatLine): boolean {
    return adds(line.kind, this.direction);
  }

  private placeChange(change: Change, low: number): Candidate | Refusal {
    const candidates = change.removed.length > 0 ? this.byRemoved(change, low) : this.byContext(change, low);
    if (!Array.isArray(candidates)) return candidates as Refusal;
    const best = pickOnly(candidates);
    if (best === null)
      return this.unsure(candidates.length === 0 ? "nothing-beside" : "several-places", change);
    const doubt = this.doubt(change, best, new Set(candidates.map((c) => c.below)).size);
    if (doubt !== null) return doubt;
    this.told.push(this.tell(change, best));
    return best;
  }

  private unsure(doubt: (Refusal & { kind: "unsure" })["doubt"], change: Change): Refusal {
    const text = this.hunk.lines[change.from]!.text.trim().slice(0, 60);
    return { kind: "unsure", doubt, text, fn: this.region.name };
  }

  private tell(change: Change, best: Candidate): FoundChange {
    const removes = change.removed.length > 0;
    return {
      by: !removes ? "beside" : this.direction === "forward" ? "removed" : "added",
      count: removes ? change.removed.length : best.before + best.after,
      spot: { line: best.start + 1, fn: this.target.landmarks.at(best.start)?.name ?? this.region.name },
    };
  }

  /** What speaks against the best place; null when nothing does. */
  private doubt(change: Change, best: Candidate, choices: number): Refusal | null {
    const twice = this.definedTwice(change);
    if (twice !== "") return { kind: "defined", name: twice };
    const telling = change.removed.filter((k) => isTelling(this.hunk.lines[k]!.text)).length;
    if (change.removed.length === 0) {
      if (best.before + best.after === 0) return this.unsure("nothing-beside", change);
      if (best.before + best.after === 1 && !this.standsAlone(change, best))
        return this.unsure("one-line-beside", change);
      if (this.direction === "reverse" && (best.before === 0 || best.after === 0))
        return this.unsure("says-too-little", change);
      if (this.thereAlready(change, best)) return this.unsure("partly-there", change);
    } else if (telling === 0 && best.before + best.after === 0) return this.unsure("says-too-little", change);
    if (choices > 1 && telling + best.near < 2) return this.unsure("several-places", change);
    if (this.region.name === "" && telling + best.near < EVIDENCE_AT_FILE_SCOPE)
      return this.unsure("says-too-little", change);
    return null;
  }

  /** The only telling line beside a place: enough when the whole file has it once, or when it ends the function. */
  private standsAlone(change: Change, best: Candidate): boolean {
    const step = best.before > 0 ? -1 : 1;
    let j = step < 0 ? best.start - 1 : best.end;
    let k = step < 0 ? change.from - 1 : change.to;
    for (; k >= 0 && k < this.lines.length; k += step) {
      if (this.isAdded(this.hunk.lines[k]!) || this.lines[k] === "") continue;
      while (this.text[j] === "") j += step;
      if (k === this.closing && j === this.region.close) return true;
      if (isTelling(this.hunk.lines[k]!.text)) break;
      j += step;
    }
    const line = this.lines[k];
    return line !== undefined && this.text.filter((t) => t === line).length === 1;
  }

  /** A function or type that is to be added, though the text has one of that name which the hunk does not remove. */
  private definedTwice(change: Change): string {
    const { lines } = this.hunk;
    const removed = new Set(lines.filter((l) => !this.isAdded(l)).map((l) => definedName(l.text)));
    for (const k of change.added) {
      const name = definedName(lines[k]!.text);
      if (name !== null && !removed.has(name) && this.target.landmarks.named(name).length > 0) return name;
    }
    return "";
  }

  /** Half of the lines that are to be added, or more, stand beside the place already. A moved line does not count. */
  private thereAlready(change: Change, best: Candidate): boolean {
    const { lines } = this.hunk;
    const own = new Set(this.lines.filter((_, k) => !this.isAdded(lines[k]!)));
    const telling = change.added.filter((k) => isTelling(lines[k]!.text) && !own.has(this.lines[k]!));
    const reach = change.added.length + BESIDE;
    const from = Math.max(this.region.from, best.start - reach);
    const around = new Set(this.text.slice(from, Math.min(this.region.to, best.end + reach)));
    const there = telling.filter((k) => around.has(this.lines[k]!));
    return there.length > 0 && 2 * there.length >= telling.length;
  }

  // -- candidates --

  /** Places where the removed lines stand together (blank lines between them do not count). */
  private byRemoved(change: Change, low: number): Candidate[] | Refusal {
    const wanted = change.removed.filter((k) => this.lines[k] !== "");
    if (wanted.length === 0) return this.unsure("says-too-little", change);
    const out: Candidate[] = [];
    for (let j = low; j < this.region.to; j++) {
      const removedAt = this.matchRun(change.removed, j);
      if (removedAt !== null) out.push(this.candidate(change, removedAt, j));
    }
    if (out.length > 0) return out;
    const gone = wanted.find((k) => !this.text.slice(low, this.region.to).includes(this.lines[k]!));
    const fn = this.region.name;
    return gone === undefined
      ? { kind: "apart", fn }
      : { kind: "no-line", text: shown(this.hunk.lines[gone]!.text), fn };
  }

  /** Matches a run of hunk lines from text line `j` on. A blank hunk line that the text lacks is -1. */
  private matchRun(run: readonly number[], j: number): number[] | null {
    const at: number[] = [];
    for (const k of run) {
      if (this.lines[k] === "") {
        at.push(this.text[j] === "" ? j++ : -1);
        continue;
      }
      while (at.length > 0 && j < this.region.to && this.text[j] === "") j++;
      if (j >= this.region.to || this.text[j] !== this.lines[k]) return null;
      at.push(j++);
    }
    return at;
  }

  /** Every place between two lines of the region that has a context line of the hunk directly beside it. */
  private byContext(change: Change, low: number): Candidate[] {
    const out: Candidate[] = [];
    for (let j = low; j <= this.region.to; j++) {
      const c = this.candidate(change, [], j);
      if (c.before + c.after > 0) out.push(c);
    }
    return out;
  }

  private candidate(change: Change, removedAt: readonly number[], start: number): Candidate {
    const end = removedAt.reduce((n, j) => Math.max(n, j + 1), start);
    const before = this.chain(change.from - 1, start - 1, -1);
    const after = this.chain(change.to, end, 1);
    let below = start - 1;
    while (below >= 0 && this.text[below] === "") below--;
    const beside = before.telling + after.telling;
    // Nothing directly beside a place where nothing is removed: no place, and no need to look further around.
    const near =
      removedAt.length + beside === 0
        ? 0
        : this.shared(change.from - 1, start - 1, -1) + this.shared(change.to, end, 1);
    return {
      near,
      removedAt,
      start,
      end,
      below,
      before: before.telling,
      after: after.telling,
      // Blank lines decide only between places that are otherwise the same.
      evidence: 2 * beside + near + (before.all + after.all) / 1000,
    };
  }

  /** Old lines of the hunk from index `k` on that stand directly at text line `j` on, going up or down. */
  private chain(k: number, j: number, step: 1 | -1): { telling: number; all: number } {
    let telling = 0;
    let all = 0;
    for (; k >= 0 && k < this.lines.length; k += step) {
      if (this.isAdded(this.hunk.lines[k]!)) continue;
      if (this.lines[k] === "") {
        if (this.text[j] === "") {
          j += step;
          all++;
        }
        continue;
      }
      while (this.text[j] === "") j += step;
      if (j < 0 || j >= this.text.length || this.text[j] !== this.lines[k]) break;
      const closes = k === this.closing && j === this.region.close;
      if (closes || isTelling(this.hunk.lines[k]!.text)) telling++;
      all++;
      j += step;
    }
    return { telling, all };
  }

  /** Telling old lines that stand in order near the place, breaks allowed (longest common subsequence). */
  private shared(k: number, j: number, step: 1 | -1): number {
    const own: string[] = [];
    for (; k >= 0 && k < this.lines.length && own.length < WINDOW; k += step) {
      const line = this.hunk.lines[k]!;
      if (!this.isAdded(line) && isTelling(line.text)) own.push(this.lines[k]!);
    }
    if (own.length === 0) return 0;
    const near: string[] = [];
    for (; near.length < WINDOW && j >= 0 && j < this.text.length; j += step)
      if (this.text[j] !== "") near.push(this.text[j]!);
    const has = new Set(near);
    if (!own.some((l) => has.has(l))) return 0;
    return diffArrays(own, near).reduce((n, part) => n + (part.added || part.removed ? 0 : part.count!), 0);
  }

  // -- filling in --

  private fill(at: number[], change: Change, found: Candidate): void {
    change.removed.forEach((k, i) => {
      at[k] = found.removedAt[i]!;
    });
    let put = found.start;
    for (let k = change.from; k < change.to; k++) {
      if (this.isAdded(this.hunk.lines[k]!)) at[k] = put;
      else if (at[k]! >= 0) put = at[k]! + 1;
    }
  }

  /** Context lines next to a change, as far as the text has them directly there. */
  private fillContext(at: number[]): void {
    const { lines } = this.hunk;
    const used = new Set(at.filter((j, k) => j >= 0 && !this.isAdded(lines[k]!)));
    for (const change of this.changes()) {
      const first = at[change.from]!;
      let j = first - 1;
      for (let k = change.from - 1; k >= 0 && lines[k]!.kind === " "; k--, j--)
        if (!this.take(at, used, k, j)) break;
      j = this.endOf(at, change);
      for (let k = change.to; k < lines.length && lines[k]!.kind === " "; k++, j++)
        if (!this.take(at, used, k, j)) break;
    }
  }

  private endOf(at: readonly number[], change: Change): number {
    let end = 0;
    for (let k = change.from; k < change.to; k++)
      end = Math.max(end, this.isAdded(this.hunk.lines[k]!) ? at[k]! : at[k]! + 1);
    return end;
  }

  private take(at: number[], used: Set<number>, k: number, j: number): boolean {
    if (this.text[j] !== this.lines[k] || (used.has(j) && at[k] !== j)) return false;
    at[k] = j;
    used.add(j);
    return true;
  }
}

/** A line without white space and end marks: what content is compared by. */
export function bare(line: string): string {
  return line.replace(/[\s\u00a0\u0000]+/g, "");
}

/** The place with the most evidence, if it is the only one; places that differ by blank lines alone are one place. */
function pickOnly(candidates: readonly Candidate[]): Candidate | null {
  const sorted = [...candidates].sort((a, b) => b.evidence - a.evidence);
  const best = sorted[0];
  if (best === undefined) return null;
  const second = sorted.find((c) => c.below !== best.below);
  return second === undefined || Math.floor(second.evidence) < Math.floor(best.evidence) ? best : null;
}
