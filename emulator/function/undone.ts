/**
 * A way that undoes what the function does where all goes well, and says that all went well: by the same decisions the other side undoes
 * it, too, and says that it failed. Leaves out errors that a call gave (compare.ts: errorsLost(), answerLost()).
 */
import { type Explored, type Forced, met, type Ran } from "./explore.ts";
import type { Choice, PathResult } from "./finding.ts";

/** Paths of a side that are looked at. */
const MOST_PATHS = 160;

/** The decision after which a path undoes all and says that it succeeded, and that path. */
export interface Undone {
  readonly choice: Choice;
  readonly forced: Forced;
  readonly path: PathResult;
}

/** @param said the side that says so @param other a path of the side that says that it failed */
export function undoneAsWell(said: Explored, other: (ran: Ran) => Ran): Undone | null {
  const paths = [...said.paths.values()].slice(0, MOST_PATHS);
  const lasting = lastingOf(paths);
  if (lasting.size === 0) return null;
  for (const { forced, result } of paths) {
    if (!isWell(result) || result.result?.[1] !== 0n) continue;
    const back = givenUp(lasting, result);
    if (back.length === 0) continue;
    const { forced: same, result: there } = other({ forced, result });
    if (there.end !== "returned" || there.outcome !== "failed" || !met(there, same)) continue;
    const alike = (c: Choice, i: number): boolean =>
      result.choices[i]?.name === c.name && result.choices[i]?.answer === c.answer;
    if (there.choices.length !== result.choices.length || !there.choices.every(alike)) continue;
    if (!back.every((name) => there.ledger.fates.get(name) === "given")) continue;
    const choice = there.choices.at(-1);
    if (choice === undefined) continue;
    return { choice, forced: new Map(forced).set(choice.name, choice.answer), path: result };
  }
  return null;
}

/** Whether a path gives up what is there still behind the function on some of these where all goes well. */
export function givesUp(paths: readonly Ran[], path: PathResult): boolean {
  return givenUp(lastingOf(paths.slice(0, MOST_PATHS)), path).length > 0;
}

/**
 * A call that the other side does not make fails, and its path gives up what stays where all goes well and says that all went well:
 * what is returned then was set before. Null where the other side has such a path, whatever fails there. The call is the entry's own:
 * what a callee does of what fails in it, the patch that newly calls it has not written.
 */
export function lostByNewCall(entry: string, side: Explored, other: Explored): Undone | null {
  const found = undoneIn([...side.paths.values()].slice(0, MOST_PATHS));
  if (found.length === 0) return null;
  const others = [...other.paths.values()].slice(0, MOST_PATHS);
  if (undoneIn(others).length > 0) return null;
  const known = new Set(others.flatMap(({ result }) => result.choices.map((c) => c.name)));
  for (const { forced, result } of found) {
    const last = [...forced.keys()].at(-1);
    const choice = result.choices.find((c) => c.name === last);
    if (
      choice?.answer === "fails" &&
      choice.callee !== null &&
      choice.fn === entry &&
      !known.has(choice.name)
    )
      return { choice, forced, path: result };
  }
  return null;
}

/** Those that say that all went well, by 0, and give up what is there still where it does. */
function undoneIn(paths: readonly Ran[]): readonly Ran[] {
  const lasting = lastingOf(paths);
  return paths.filter(
    ({ result }) => isWell(result) && result.result?.[1] === 0n && givenUp(lasting, result).length > 0,
  );
}

/** What of `lasting` a path gives up, by name. */
const givenUp = (lasting: ReadonlySet<string>, { ledger }: PathResult): string[] =>
  [...ledger.fates].flatMap(([name, fate]) => (fate === "given" && lasting.has(name) ? [name] : []));

const isWell = ({ end, outcome }: PathResult): boolean => end === "returned" && outcome === "succeeded";

/** What is there still behind the function where all goes well, on any of its ways. */
function lastingOf(paths: readonly Ran[]): Set<string> {
  const out = new Set<string>();
  for (const { result } of paths)
    if (isWell(result))
      for (const [name, fate] of result.ledger.fates) if (fate === "held" || fate === "passed") out.add(name);
  return out;
}
