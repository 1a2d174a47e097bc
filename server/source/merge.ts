/**
 * The last try for a hunk that fits nowhere with fuzz: a careful content merge inside the function that it concerns.
 * The hunk is cut into changes (runs of removed and added lines). Each is put where its removed lines stand, word for
 * word but for white space and together, or, when it only adds, directly beside a context line; the place with the most
 * of the hunk's own lines around it must be the only such place. What is not certain is refused, with the reason. It
 * never writes a line that the hunk does not have. Leaves out hunks that fit with fuzz (apply.ts).
 */
import { diffArrays } from "diff";
import {
  adds,
  type Direction,
  type FlatHunk,
  type FlatLine,
  isTelling,
  type Placed,
  type Target,
} from "./apply.ts";

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
): Placed {
  const reject = (why: string): Placed => ({ hunk, fate: { kind: "rejected", why }, at: null });
  if (target.lines.length === 0) return reject("there is no text to merge into");
  if (hunk.gaps.length > 0) return reject("the mail leaves lines of the hunk out");
  const region = regionOf(target, hunk, low, high);
  if (typeof region === "string") return reject(region);
  const merge = new Merge(target, hunk, direction, region);
  const at = merge.place();
  if (typeof at === "string") return reject(at);
  if (changesNothing(hunk, direction, at)) return reject("in this text it would change nothing");
  return { hunk, direction, fate: { kind: "merged", why: merge.told.join("; ") }, at, blanks: false };
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

// ---- the region -----------------------------------------------------------------------------------------------------

interface Region {
  readonly from: number;
  readonly to: number;
  /** Name of the function or type; empty: no one is named, the whole file is searched. */
  readonly name: string;
  /** Line that closes what the hunk's heading names, -1 when it is not found. A hunk may stand on nothing else. */
  readonly close: number;
}

function regionOf(target: Target, hunk: FlatHunk, low: number, high: number): Region | string {
  const names = namesOf(hunk);
  const found = names
    .map((name) => ({ name, span: definitionSpan(target.lines, name) }))
    .filter((f): f is { name: string; span: [number, number] } => f.span !== null);
  if (found.length === 0) {
    if (high - low > MAX_REGION) return "the file is too long to be searched";
    return { from: low, to: high, name: "", close: -1 };
  }
  const heading = found.find((f) => f.name === definedName(hunk.section));
  // What a heading names begins before the hunk; what the hunk's own lines name may begin below its first line.
  const lead = heading === undefined ? WINDOW : 0;
  const from = Math.max(low, Math.min(...found.map((f) => f.span[0])) - lead);
  const to = Math.min(high, Math.max(...found.map((f) => f.span[1])) + (goesPast(hunk) ? WINDOW : 0));
  const name = found.map((f) => f.name).join(", ");
  const close = heading === undefined ? -1 : heading.span[1] - 1;
  return from < to
    ? { from, to, name, close }
    : `${name} lies among lines that another hunk of the patch takes`;
}

/** The hunk shows the end of a function and what follows it. */
function goesPast(hunk: FlatHunk): boolean {
  return hunk.lines.slice(0, -1).some((l) => l.kind !== "+" && /^\}/.test(l.text));
}

/** Functions and types that the hunk's heading and its own lines name. */
function namesOf(hunk: FlatHunk): string[] {
  const heading = definedName(hunk.section);
  const within = hunk.lines.map((l) => definedName(l.text));
  return [...new Set([heading, ...within])].filter((n) => n !== null);
}

const NOT_A_NAME = /^(if|for|while|switch|return|sizeof|EXPORT_SYMBOL\w*|MODULE_\w+|__\w+__)$/;

/** The name that a line at column 0 defines or declares: a function's or a type's. */
function definedName(line: string): string | null {
  const type = /^(?:typedef\s+)?(?:struct|union|enum)\s+(\w+)\s*\{?\s*$/.exec(line);
  if (type !== null) return type[1]!;
  if (!/^[A-Za-z_]/.test(line) || /;\s*$/.test(line)) return null;
  const name = /([A-Za-z_]\w*)\s*\(/.exec(line)?.[1];
  return name === undefined || NOT_A_NAME.test(name) ? null : name;
}

/** Lines from a definition's first to its closing brace, in kernel layout; null when the text does not define it. */
function definitionSpan(lines: readonly string[], name: string): [number, number] | null {
  for (let i = 0; i < lines.length; i++) {
    if (definedName(lines[i]!) !== name) continue;
    let end = i;
    while (end < lines.length && !/^\}/.test(lines[end]!)) {
      if (/^[^\s].*;\s*$/.test(lines[end]!) || (end > i && definedName(lines[end]!) !== null)) break;
      end++;
    }
    if (end >= lines.length || !/^\}/.test(lines[end]!)) continue;
    // A return type on the line above belongs to the function.
    const start = i > 0 && /^[A-Za-z_][\w\s*]*$/.test(lines[i - 1]!) ? i - 1 : i;
    return [start, end + 1];
  }
  return null;
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
  readonly told: string[] = [];
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
  place(): number[] | string {
    const at = this.hunk.lines.map(() => -1);
    let low = this.region.from;
    for (const change of this.changes()) {
      const found = this.placeChange(change, low);
      if (typeof found === "string") return found;
      this.fill(at, change, found);
      low = found.end;
    }
    this.fillContext(at);
    return at;
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

  private placeChange(change: Change, low: number): Candidate | string {
    const candidates = change.removed.length > 0 ? this.byRemoved(change, low) : this.byContext(change, low);
    if (typeof candidates === "string") return candidates;
    const first = this.hunk.lines[change.from]!.text.trim().slice(0, 60);
    const best = pickOnly(candidates);
    if (best === null)
      return candidates.length === 0
        ? `nothing beside "${first}" is in ${this.where()}`
        : `"${first}" could go to more than one place in ${this.where()}`;
    const doubt = this.doubt(change, best, new Set(candidates.map((c) => c.below)).size);
    if (doubt !== "") return doubt;
    this.told.push(this.tell(change, best));
    return best;
  }

  private where(): string {
    return this.region.name === "" ? "the file" : `${this.region.name}`;
  }

  private tell(change: Change, best: Candidate): string {
    const kind = this.direction === "forward" ? "removed" : "added";
    const by =
      change.removed.length > 0
        ? count(change.removed.length, `${kind} line`)
        : count(best.before + best.after, "line beside it");
    return `${by} found at line ${best.start + 1} in ${this.where()}`;
  }

  /** What speaks against the best place; empty when nothing does. */
  private doubt(change: Change, best: Candidate, choices: number): string {
    const twice = this.definedTwice(change);
    if (twice !== "") return `the file defines ${twice} already`;
    const telling = change.removed.filter((k) => isTelling(this.hunk.lines[k]!.text)).length;
    const first = this.hunk.lines[change.from]!.text.trim().slice(0, 60);
    if (change.removed.length === 0) {
      if (best.before + best.after === 0) return `no line beside "${first}" is in ${this.where()}`;
      if (best.before + best.after === 1 && !this.standsAlone(change, best))
        return `one line beside "${first}" is in ${this.where()}, and it says too little`;
      if (this.direction === "reverse" && (best.before === 0 || best.after === 0))
        return `what stands where "${first}" was taken out is not certain`;
      if (this.thereAlready(change, best)) return `"${first}" is partly there already`;
    } else if (telling === 0 && best.before + best.after === 0)
      return `"${first}" says too little to be found by`;
    if (choices > 1 && telling + best.near < 2) return `"${first}" stands in several places`;
    if (this.region.name === "" && telling + best.near < EVIDENCE_AT_FILE_SCOPE)
      return `too few lines around "${first}" are in the file`;
    return "";
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
      if (name !== null && !removed.has(name) && definitionSpan(this.target.lines, name) !== null)
        return name;
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
  private byRemoved(change: Change, low: number): Candidate[] | string {
    const wanted = change.removed.filter((k) => this.lines[k] !== "");
    if (wanted.length === 0) return "it takes out blank lines only";
    const out: Candidate[] = [];
    for (let j = low; j < this.region.to; j++) {
      const removedAt = this.matchRun(change.removed, j);
      if (removedAt !== null) out.push(this.candidate(change, removedAt, j));
    }
    if (out.length > 0) return out;
    const gone = wanted.find((k) => !this.text.slice(low, this.region.to).includes(this.lines[k]!));
    return gone === undefined
      ? `its lines are in ${this.where()}, but not together`
      : `${this.where()} has no line "${this.hunk.lines[gone]!.text.trim().slice(0, 60)}"`;
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

function count(n: number, what: string): string {
  return n === 1 ? `1 ${what}` : `${n} ${what.replace("line", "lines")}`;
}

function bare(line: string): string {
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
