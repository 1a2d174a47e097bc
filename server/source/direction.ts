/**
 * Which way the hunks of a patch lie in a tree: still to be applied, or there already. A patch is there when the tree has
 * what each of its hunks adds and lacks what it removes; one that is half there is told as such. A hunk that only removes
 * is no evidence of its own: a tree that never had the lines reads the same. Leaves out where a hunk lies (apply.ts), and
 * the words (fate.ts, images.ts).
 */
import {
  addsTelling,
  type Direction,
  endOfPlaced,
  type FlatHunk,
  isTelling,
  type Placed,
  type Placement,
  Placer,
  shown,
  startOfPlaced,
  type Target,
} from "./apply.ts";
import { type Renames, spotAt } from "./claim.ts";
import type { Refusal } from "./fate.ts";
import { definedName } from "./landmarks.ts";
import { mergeHunk } from "./merge.ts";

/** How the hunks of a patch stand in a tree, together. */
export type Standing =
  /** The tree is before the patch (or nothing can be said). */
  | "before"
  /** The tree has the patch: each hunk is there, and some of them add lines. */
  | "there"
  /** The patch only removes, and the tree has none of what it removes and all that is around it. */
  | "as-after"
  /** Some hunks are there, others are not. */
  | "half";

/** One hunk, looked for both ways. */
export interface Survey {
  readonly hunk: FlatHunk;
  readonly forward: Placement | Refusal;
  readonly reverse: Placement | Refusal;
  readonly lies: Lies;
}

/**
 * `fits`: as before the patch; `there`: what it adds is there and what it removes is not; `gone`: it only removes, and the
 * lines are not there; `either`: it fits both ways; `neither`: it fits no way as it is.
 */
export type Lies = "fits" | "there" | "gone" | "either" | "neither";

/** Whether a name occurs in the tree: what only removes lines with names that no file has was never in it. */
export type KnowsName = (name: string) => boolean;

/** Looks for each hunk of a file both ways. */
export function survey(
  target: Target,
  hunks: readonly FlatHunk[],
  renames: Renames,
  knows: KnowsName,
): Survey[] {
  const ahead = new Placer(target, "forward", renames);
  const back = new Placer(target, "reverse", renames);
  let own: Set<string> | null = null;
  const known: KnowsName = (name) => {
    own ??= new Set(target.lines.flatMap(wordsOf));
    return own.has(name) || knows(name);
  };
  // What another hunk of the patch takes out is moved, not there twice.
  const removed = new Set(
    hunks.flatMap((h) => h.lines.flatMap((l) => (l.kind === "-" ? [definedName(l.text)] : []))),
  );
  return hunks.map((hunk) => {
    const twice = definedTwice(target, hunk, removed);
    const forward: Placement | Refusal =
      twice === null ? ahead.place(hunk) : { kind: "defined", name: twice };
    const reverse = back.place(hunk);
    return { hunk, forward, reverse, lies: liesOf(target, hunk, forward, reverse, known) };
  });
}

/**
 * A function that the hunk adds whole although the text has one of that name, which the patch does not take out: it would
 * be there twice. Not so where the hunk adds a branch of an `#if`.
 */
function definedTwice(target: Target, hunk: FlatHunk, removed: ReadonlySet<string | null>): string | null {
  if (hunk.lines.some((l) => l.kind === "+" && /^#\s*(if|el)/.test(l.text))) return null;
  for (const [k, line] of hunk.lines.entries()) {
    const name = line.kind === "+" ? definedName(line.text) : null;
    if (name === null || removed.has(name) || target.landmarks.named(name).length === 0) continue;
    const brace = hunk.lines.slice(k).findIndex((l) => /^\{|\{\s*$/.test(l.text));
    if (
      brace >= 0 &&
      hunk.lines.slice(k, k + brace + 1).every((l) => l.kind === "+" && !/;\s*$/.test(l.text))
    )
      return name;
  }
  return null;
}

const isPlaced = (p: Placement | Refusal): p is Placement => "at" in p;

/** 0 exact or at an offset, then the fuzz; null: not placed. */
function fuzzOf(p: Placement | Refusal): number | null {
  if (!isPlaced(p)) return null;
  return p.fate.kind === "fuzz" ? p.fate.fuzz : p.fate.kind === "merged" ? 1 : 0;
}

function liesOf(
  target: Target,
  hunk: FlatHunk,
  forward: Placement | Refusal,
  reverse: Placement | Refusal,
  knows: KnowsName,
): Lies {
  const ahead = fuzzOf(forward);
  const back = fuzzOf(reverse);
  const addsSomething = addsTelling(hunk);
  // What lies there with more than one line of fuzz is not surely there.
  const sure =
    back !== null &&
    (addsSomething
      ? back <= 1
      : back === 0
        ? leavesTrace(hunk, knows)
        : isOfFunction(target, hunk, reverse as Placement));
  if (ahead !== null && sure && ahead === back) return "either";
  if (ahead !== null && (!sure || ahead < back!)) return "fits";
  if (sure) return addsSomething ? "there" : "gone";
  return "neither";
}

/** A hunk that only removes: its context says something on both sides, and its names are of this tree. */
function leavesTrace(hunk: FlatHunk, knows: KnowsName): boolean {
  const first = hunk.lines.findIndex((l) => l.kind !== " ");
  const last = hunk.lines.findLastIndex((l) => l.kind !== " ");
  const telling = (lines: FlatHunk["lines"]) => lines.some((l) => isTelling(l.text));
  if (!telling(hunk.lines.slice(0, first)) || !telling(hunk.lines.slice(last + 1))) return false;
  const removed = hunk.lines.filter((l) => l.kind === "-");
  const declared = new Set(removed.flatMap((l) => declaredIn(l.text)));
  return removed.flatMap((l) => wordsOf(codeOnly(l.text))).every((w) => declared.has(w) || knows(w));
}

/** Names that a removed line must have in common with its function, where some of the context is another. */
const NAMES_IN_FUNCTION = 3;

/**
 * A hunk that only removes, some of whose context is not there: it lies in the very function that it names, beside a line
 * that says something, and that function has every name of what was taken out of it.
 */
function isOfFunction(target: Target, hunk: FlatHunk, { fate, at }: Placement): boolean {
  if ("renamed" in fate || "passed" in fate || hunk.section.trim() === "") return false;
  const first = hunk.lines.findIndex((l) => l.kind !== " ");
  const last = hunk.lines.findLastIndex((l) => l.kind !== " ");
  const beside = hunk.lines.some(
    (l, k) =>
      (k < first || k > last) && at[k]! >= 0 && isTelling(l.text) && !/^\s*(?:if|return)\b/.test(l.text),
  );
  const own = target.landmarks.at(at[first]!);
  if (!beside || own === null) return false;
  const there = new Set(target.lines.slice(own.start, own.end + 1).flatMap(wordsOf));
  const names = new Set(hunk.lines.flatMap((l) => (l.kind === "-" ? wordsOf(withoutStrings(l.text)) : [])));
  const said = [...names].filter((n) => !/^(?:if|return|else|goto|break|continue|for|while|sizeof)$/.test(n));
  return said.length >= NAMES_IN_FUNCTION && said.every((n) => there.has(n));
}

/** A line with a blank for each string and comment in it; what is not closed goes to the end. */
function withoutStrings(line: string): string {
  let out = "";
  let at = 0;
  for (const m of line.matchAll(/"|\/\*|\/\//g)) {
    if (m.index < at) continue;
    out += `${line.slice(at, m.index)} `;
    at =
      m[0] === "//"
        ? line.length
        : m[0] === '"'
          ? stringEnd(line, m.index + 1)
          : commentEnd(line, m.index + 2);
  }
  return out + line.slice(at);
}

function stringEnd(line: string, from: number): number {
  for (let i = from; i < line.length; i++)
    if (line[i] === "\\") i++;
    else if (line[i] === '"') return i + 1;
  return line.length;
}

function commentEnd(line: string, from: number): number {
  const end = line.indexOf("*/", from);
  return end < 0 ? line.length : end + 2;
}

/** Without comments, strings and members of structures (which no index knows), as far as one line tells. */
function codeOnly(line: string): string {
  if (/^\s*(\/?\*|\/\/)/.test(line)) return "";
  return withoutStrings(line).replace(/(?:->|\.)\s*[A-Za-z_]\w*/g, " ");
}

function wordsOf(line: string): string[] {
  return line.match(/[A-Za-z_]\w*/g) ?? [];
}

/** Names that a line declares or defines: they may be gone from the tree with it. */
function declaredIn(line: string): string[] {
  const out: string[] = [];
  for (const m of line.matchAll(/\b[A-Za-z_]\w*[\s*]+([A-Za-z_]\w*)\s*(?=[;=,([)])/g)) out.push(m[1]!);
  const macro = /^#\s*define\s+(\w+)/.exec(line);
  const label = /^(\w+):/.exec(line);
  if (macro !== null) out.push(macro[1]!);
  if (label !== null) out.push(label[1]!);
  return out.filter((n) => !/^(return|else|goto|case|sizeof)$/.test(n));
}

/** How a patch stands, by all of its hunks. */
export function standingOf(surveys: readonly Survey[]): Standing {
  const n = (lies: Lies) => surveys.filter((s) => s.lies === lies).length;
  const there = n("there");
  if (n("fits") + n("neither") === 0) {
    if (there > 0) return "there";
    return n("gone") > 0 && n("either") === 0 ? "as-after" : "before";
  }
  return there > 0 ? "half" : "before";
}

/** More of a patch is there than is still to be applied. */
export function majorityThere(surveys: readonly Survey[]): boolean {
  const n = (lies: Lies) => surveys.filter((s) => s.lies === lies).length;
  return n("there") > n("fits");
}

/** Every hunk where it lies, the patch standing as it does; what fits no way as it is gets a content merge. */
export function settle(
  target: Target,
  surveys: readonly Survey[],
  standing: Standing,
  mostlyThere: boolean,
  renames: Renames,
): Placed[] {
  const placed = surveys.map((s) => settled(target, s, standing, mostlyThere));
  // Looked for each way by itself, two hunks may claim the same lines.
  placed.forEach((one, i) => {
    const before = placed.slice(0, i);
    if (one.at !== null && startOfPlaced([one], target.lines.length) < endOfPlaced(before))
      placed[i] = {
        hunk: one.hunk,
        fate: { kind: "rejected", why: { kind: "taken", name: "its place" } },
        at: null,
      };
  });
  // What most of a patch is in is not merged in a second time: an evolved form of the hunk may well be there.
  const ways: Direction[] = mostlyThere ? ["reverse"] : ["forward", "reverse"];
  surveys.forEach(({ hunk, lies, forward }, i) => {
    if (placed[i]!.at !== null || lies !== "neither") return;
    const low = endOfPlaced(placed.slice(0, i));
    const high = startOfPlaced(placed.slice(i + 1), target.lines.length);
    const tries = ways
      .filter((d) => d === "forward" || addsTelling(hunk))
      .map((d) => mergeHunk(target, hunk, d, low, high, renames));
    placed[i] = tries.find((t) => t.at !== null) ?? refused(hunk, forward as Refusal, tries[0], mostlyThere);
  });
  return placed;
}

function settled(target: Target, s: Survey, standing: Standing, mostlyThere: boolean): Placed {
  const { hunk, forward, reverse, lies } = s;
  const back = standing === "there" || standing === "as-after" || (standing === "half" && mostlyThere);
  // An evolved form of the hunk may well be there.
  if (lies === "fits" && mostlyThere && fuzzOf(forward) !== 0)
    return { hunk, fate: { kind: "rejected", why: { kind: "rest-there" } }, at: null };
  const direction: Direction | null =
    lies === "fits"
      ? "forward"
      : lies === "there"
        ? "reverse"
        : lies === "either"
          ? back
            ? "reverse"
            : "forward"
          : lies === "gone" && standing !== "before"
            ? "reverse"
            : null;
  if (direction !== null) return (direction === "forward" ? forward : reverse) as Placement;
  if (lies === "gone") {
    const removed =
      hunk.lines.find((l) => l.kind === "-" && isTelling(l.text)) ?? hunk.lines.find((l) => l.kind === "-")!;
    const at = (reverse as Placement).at[hunk.lines.indexOf(removed)]!;
    return {
      hunk,
      fate: { kind: "rejected", why: { kind: "gone", text: shown(removed.text), spot: spotAt(target, at) } },
      at: null,
    };
  }
  return { hunk, fate: { kind: "rejected", why: forward as Refusal }, at: null };
}

/** The reason that says most: a name that is not there, what stands instead of a line, then what the merge says. */
function refused(hunk: FlatHunk, strict: Refusal, merge: Placed | undefined, mostlyThere: boolean): Placed {
  const why = merge?.fate.kind === "rejected" ? merge.fate.why : strict;
  if (mostlyThere && why.kind !== "superseded")
    return { hunk, fate: { kind: "rejected", why: { kind: "rest-there" } }, at: null };
  const order: Refusal["kind"][] = ["changes-nothing", "defined", "other-file", "no-function", "elsewhere"];
  const best =
    order.includes(strict.kind) && why.kind !== "superseded"
      ? strict
      : why.kind === "apart" && strict.kind === "no-line"
        ? strict
        : why;
  return { hunk, fate: { kind: "rejected", why: best }, at: null };
}
