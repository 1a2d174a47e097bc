/**
 * Which function each change of a hunk is in, by what the hunk itself says: the `@@` line names the function that the
 * hunk begins in, and its own lines show where that one ends and another begins. A place in a text is judged by it: a
 * hunk that names a function goes into that function. Leaves out finding places (apply.ts, merge.ts).
 */
import { adds, type Direction, type FlatHunk, type Target } from "./apply.ts";
import type { Refusal, Spot } from "./fate.ts";
import { definedName, headingName, type Landmark, sameHeading } from "./landmarks.ts";

/** What earlier patches, or this one, rename: the old name of a function to its new one. */
export type Renames = ReadonlyMap<string, string>;

export const NO_RENAMES: Renames = new Map();

/**
 * Index of the hunk's first change that stands in what the `@@` line names; -1: its own lines show the definition that it
 * changes. `at`: where its lines lie (Placement.at), where that is known; a line that fuzz dropped tells nothing.
 */
function firstOfHeading(hunk: FlatHunk, direction: Direction, at: readonly number[] | null): number {
  for (const [k, line] of hunk.lines.entries()) {
    const there = !adds(line.kind, direction) && (at === null || at[k]! >= 0);
    // From here on the hunk's own lines tell which function it is.
    if (there && opens(hunk, k)) return -1;
    if (line.kind !== " ") return k;
  }
  return -1;
}

/** The hunk's line begins a definition, which its next lines do not turn into a prototype. */
function opens(hunk: FlatHunk, k: number): boolean {
  const own = hunk.lines[k]!;
  if (definedName(own.text) === null) return false;
  for (const line of hunk.lines.slice(k)) {
    if (line.kind !== own.kind && line.kind !== " " && own.kind !== " ") continue;
    if (/\{\s*$/.test(line.text)) return true;
    if (/;\s*$/.test(line.text)) return false;
  }
  return true;
}

/** The change stands directly above a definition that the hunk shows: a function that goes before another one. */
function showsNext(hunk: FlatHunk, direction: Direction, from: number, at: readonly number[]): boolean {
  for (let k = from; k < hunk.lines.length; k++) {
    const line = hunk.lines[k]!;
    if (adds(line.kind, direction)) continue;
    if (/^\}/.test(line.text)) return false;
    if (at[k]! >= 0 && opens(hunk, k)) return true;
  }
  return false;
}

/**
 * How a place agrees with what the hunk says of its function. `named`: it is in the very function, or the hunk's own lines
 * show the definition that it changes; `unnamed`: the hunk names no function; `beside`: next to the function; `renamed`:
 * an earlier patch gave that function the name of the place's; `alike`: the tree lacks the name, and the place's function
 * has the same arguments and type under another one.
 */
export type Agreement = "named" | "unnamed" | "beside" | "renamed" | "alike" | "elsewhere" | "unknown";

/** The function that a hunk's `@@` line names; null: none, or none of its changes is in it. */
export function claimedName(hunk: FlatHunk, direction: Direction): string | null {
  return firstOfHeading(hunk, direction, null) < 0 ? null : headingName(hunk.section);
}

/** Judges a place. `where`: the text's line (0-based) where the hunk's own lines begin; `at`: as Placement.at. */
export function agreement(
  target: Target,
  hunk: FlatHunk,
  direction: Direction,
  renames: Renames,
  where: number,
  at: readonly number[],
): Agreement {
  const first = firstOfHeading(hunk, direction, at);
  if (first < 0) return "named";
  if (hunk.section.trim() === "") return "unnamed";
  const { landmarks } = target;
  const heading = landmarks.headingFor(where);
  if (sameHeading(heading, hunk.section)) return "named";
  const name = headingName(hunk.section);
  if (name === null) return "unnamed";
  if (headingName(heading) === name) return "named";
  const change = at[first]!;
  const own = landmarks.at(change);
  if (own?.name === name) return "named";
  const renamed = renames.get(name);
  if (renamed !== undefined && own?.name === renamed) return "renamed";
  if (showsNext(hunk, direction, first, at)) return "named";
  if (own === null && landmarks.beside(change, name)) return "beside";
  const there = landmarks.named(name).length + landmarks.declared(name).length > 0;
  if (there) return "elsewhere";
  return own !== null && sameSignature(target, own, name, hunk.section) ? "alike" : "unknown";
}

/** The heading with its name exchanged for the function's is the function's own, arguments and all. */
function sameSignature(target: Target, own: Landmark, name: string, section: string): boolean {
  const mine = section.replace(new RegExp(`\\b${name}\\b`), own.name).trimEnd();
  const open = section.indexOf("(");
  return (
    open >= 0 &&
    /\w/.test(section.slice(open)) &&
    target.lines.slice(own.start, own.start + 2).some((l) => sameHeading(l, mine))
  );
}

/** A place is taken only when it agrees with what the hunk says of its function; `alike` needs more than that. */
export function agrees(how: Agreement): boolean {
  return how !== "elsewhere" && how !== "unknown" && how !== "alike";
}

/** Why a place that does not agree is not taken. */
export function disagreement(hunk: FlatHunk, how: Agreement, spot: Spot): Refusal {
  const name = headingName(hunk.section) ?? hunk.section.trim();
  return how === "elsewhere" ? { kind: "elsewhere", name, spot } : { kind: "no-function", name };
}

/** A line of the text as it is told. */
export function spotAt(target: Target, line: number): Spot {
  return { line: line + 1, fn: target.landmarks.at(line)?.name ?? "" };
}

/**
 * Functions that a patch renames in a file: the definition lines that one run of changes takes out and puts in, in order,
 * where it has as many of the one as of the other.
 */
export function renamesOf(hunks: readonly FlatHunk[]): Map<string, string> {
  const out = new Map<string, string>();
  for (const hunk of hunks) {
    let gone: string[] = [];
    let come: string[] = [];
    const close = (): void => {
      if (gone.length === come.length)
        gone.forEach((name, i) => {
          if (name !== come[i]) out.set(name, come[i]!);
        });
      gone = [];
      come = [];
    };
    for (const line of hunk.lines) {
      const name = line.kind === " " ? null : definedName(line.text);
      if (line.kind === " ") close();
      else if (name !== null) (line.kind === "-" ? gone : come).push(name);
    }
    close();
  }
  return out;
}
