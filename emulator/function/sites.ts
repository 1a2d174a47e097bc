/**
 * Decisions by where they are made. The number in a call's name ("pm_runtime_get_sync() #2") counts the calls of a path: where a patch
 * takes one away, or exchanges it for another, what comes behind has another number on each side. Here a decision is the n-th of its
 * kind in its function, of those at lines that the patch leaves as they are. Leaves out calls that the patch itself exchanges
 * (compare.ts: alignment()).
 */
import type { Forced, Ran, Side } from "./explore.ts";
import type { Choice, PathResult } from "./finding.ts";

/** Where each decision of a path is made: by its name, "f pm_runtime_get_sync() 1"; none of those at lines that the patch changes. */
function sitesOf({ choices }: PathResult, { changed }: Side): Map<string, string> {
  const out = new Map<string, string>();
  const times = new Map<string, number>();
  for (const { name, fn, loc } of choices) {
    if (changed?.(loc) === true) continue;
    const kind = `${fn} ${name.replace(/ #\d+/g, "")}`;
    const n = (times.get(kind) ?? 0) + 1;
    times.set(kind, n);
    out.set(name, `${kind} ${n}`);
  }
  return out;
}

/** Names of decisions that have another one on the other side. */
export type Names = ReadonlyMap<string, string>;

/** Decisions by the names that they have on the other side. */
export function translated(forced: Forced, names: Names): Forced {
  if (names.size === 0) return forced;
  return new Map([...forced].map(([k, v]) => [names.get(k) ?? k, v]));
}

/**
 * The decisions of a path as the other side makes them at the same places; null where their names say the same, or where that side
 * comes to none of these places.
 * @param sides the path's side, and the other one @param run a path of that one
 */
export function atSamePlaces(
  ran: Ran,
  names: Names,
  [own, other]: readonly [Side, Side],
  run: (forced: Forced) => PathResult,
): Forced | null {
  if (ran.forced.size === 0) return null;
  const there = translated(ran.forced, names);
  const rename = (name: string): string => names.get(name) ?? name;
  const here = sitesOf(ran.result, own);
  const decided = ran.result.choices.filter((c) => ran.forced.has(c.name));
  const named = sitesOf(run(there), other);
  const isSame = ({ name }: Choice): boolean => !here.has(name) || here.get(name) === named.get(rename(name));
  if (decided.every(isSame)) return null;
  let forced: Forced = new Map();
  for (const { name, answer } of decided) {
    const site = here.get(name);
    const found =
      site === undefined ? undefined : [...sitesOf(run(forced), other)].find(([, s]) => s === site);
    forced = new Map(forced).set(found?.[0] ?? rename(name), answer);
  }
  const isAlike = forced.size === there.size && [...forced].every(([k, v]) => there.get(k) === v);
  return isAlike ? null : forced;
}
