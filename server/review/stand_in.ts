/**
 * Functions that a patch changes and that did not run as it has them, while the reference kernel's of that name did: the mail
 * shows them only in part, a hunk does not fit the kernel tree, or what calls them knows only the reference kernel's. What
 * comes of those is not the patch's. Leaves out tearing by hunks that a tree refuses (case.ts tells of earlier patches').
 */
import type { ScenarioRun } from "../../emulator/scenario/runner.ts";
import { changeOf } from "../../emulator/subject/index.ts";
import type { Violation } from "../../emulator/subject/rule.ts";
import type { FnInfo } from "../../emulator/vm/image.ts";
import type { Cause, Judged } from "./compare.ts";
import type { RanCase } from "./finding.ts";
import type { PatchSide } from "./side.ts";
import type { PatchSides } from "./sides.ts";
import type { Side } from "./types.ts";
import { doesNotFit } from "./why.ts";

/** The functions that ran on each side, by id. */
export interface RanFunctions {
  readonly sides: PatchSides;
  readonly runs: Readonly<Record<Side, { readonly functions: readonly number[] }>>;
}

/** Says of a function that ran why it is not as the patch has it; null where it is, or the patch leaves it alone. */
type StandIns = (fn: FnInfo) => string | null;

/** The stand-ins of a side, given what ran on it. `other`: the other side, where it is told what changes there: lines that are only added. */
function standInsOf(side: PatchSide, functions: readonly number[], other?: PatchSide): StandIns | null {
  const inPart = [...side.overlay.partial, ...(other?.overlay.partial ?? [])];
  const partial = new Set(inPart.flatMap((d) => (d.changed ? [d.name] : [])));
  const whole = new Map(side.overlay.functions.flatMap((d) => (d.changed ? [[d.name, d.path]] : [])));
  for (const id of functions) {
    const { fidelity, name } = side.fn(id);
    if (fidelity === "diff") whole.delete(name);
  }
  if (partial.size + whole.size === 0) return null;
  return (fn) => {
    if (partial.has(fn.name) && (side.inTree || fn.fidelity !== "diff"))
      return side.inTree
        ? `a hunk for ${fn.name}() does not fit the kernel tree: it ran without it`
        : `the patch changes ${fn.name}(), which the mail shows only in part; the reference kernel's stood in for it`;
    const path = whole.get(fn.name);
    // Another file's static of that name is another function.
    if (path === undefined || fn.fidelity !== "reference" || (fn.local && fn.path !== path)) return null;
    return `the patch changes ${fn.name}() of ${path}, and what calls it here called the reference kernel's of ${fn.path}`;
  };
}

/**
 * A function that the mail shows whole as removed and that ran after it all the same, as the reference kernel has it, because what
 * calls it there is not in the mail, or in part: the sides differ by two forms of what the patch has none of. Null where there is none.
 */
function removedButRan({ sides: { before, after }, runs }: RanFunctions): string | null {
  if (after.inTree) return null;
  const kept = new Set([...after.overlay.functions, ...after.overlay.partial].map((d) => d.name));
  const gone = new Map(
    before.overlay.functions.flatMap((d) => (d.changed && !kept.has(d.name) ? [[d.name, d.path]] : [])),
  );
  if (gone.size === 0) return null;
  for (const id of runs.after.functions) {
    const { name, fidelity, local, path } = after.fn(id);
    const own = gone.get(name);
    if (own !== undefined && fidelity === "reference" && (!local || path === own))
      return `the patch removes ${name}(), which the reference kernel still calls: its own ran after the patch`;
  }
  return null;
}

/**
 * Why a run says nothing of the patch, whatever it shows: a hunk is for a function that the tree's file, or without a tree the
 * reference kernel's, does not have, and something of that file ran, which may be that function under another name.
 */
export function lackedRan({ sides: { before, after, lacking }, runs }: RanFunctions): string | null {
  for (const { path, docLine, name } of lacking)
    for (const [side, { functions }] of [
      [before, runs.before],
      [after, runs.after],
    ] as const)
      for (const id of functions) {
        const fn = side.fn(id);
        if (fn.path !== path) continue;
        if (!side.inTree) {
          if (fn.fidelity !== "reference") continue;
          return `the patch changes ${name}(), which the reference kernel's ${path} does not have under that name: ${fn.name}() of that file ran without the change`;
        }
        return name === ""
          ? `a hunk for ${path} (line ${docLine} of the mail) does not fit the kernel tree, and does not say for which function it is: ${fn.name}() of that file ran without it`
          : `a hunk for ${name}() does not fit the kernel tree, whose ${path} has no function of that name: ${fn.name}() of that file ran without it`;
      }
  return null;
}

/**
 * Why a difference is not told as the patch's: a function that it changes ran, of a file that does not take all of the patch.
 */
export function unfitRan({ sides: { before, after, unfit }, runs }: RanFunctions): string | null {
  if (unfit.size === 0) return null;
  for (const [side, { functions }] of [
    [after, runs.after],
    [before, runs.before],
  ] as const)
    for (const id of functions) {
      const { fidelity, path, name } = side.fn(id);
      const docLine = fidelity === "diff" ? unfit.get(path) : undefined;
      if (docLine !== undefined) return doesNotFit(path, docLine, name);
    }
  return null;
}

/** Why a run without a fault says nothing of the patch: a function that the patch changes ran as the reference kernel has it. */
export function standIn(ran: RanFunctions): string | null {
  const {
    sides: { before, after },
    runs,
  } = ran;
  for (const [side, { functions }] of [
    [before, runs.before],
    [after, runs.after],
  ] as const) {
    const of = standInsOf(side, functions);
    if (of === null) continue;
    for (const id of functions) {
      const why = of(side.fn(id));
      if (why !== null) return why;
    }
  }
  return removedButRan(ran);
}

/**
 * Why what breaks in a run is not the patch's, without a kernel tree: it comes about where a stand-in, which is not as the
 * patch makes the function, calls what breaks or made the thing what it is. Null where it is, and with a tree, where no run
 * with a stand-in counts (standIn).
 */
export function ofStandIn(
  side: PatchSide,
  run: ScenarioRun,
  root: Violation,
  other?: PatchSide,
): string | null {
  const of = side.inTree ? null : standInsOf(side, run.functions, other);
  if (of === null) return null;
  const firstOf = (ids: readonly number[]): string | null => {
    for (const id of ids) {
      const why = of(side.fn(id));
      if (why !== null) return why;
    }
    return null;
  };
  const { event, stop, subject, seq } = root;
  // What only the end of a run shows has no place in it: any of them may be what it comes from.
  if (stop !== true && event === null && subject === null) return firstOf(run.functions);
  const stacks =
    stop === true
      ? [run.end.stack.map((f) => f.fn.id)]
      : event === null
        ? []
        : [run.events[event]!.stack.map((f) => f.fn)];
  if (subject !== null)
    for (const e of run.events)
      if (e.seq <= seq && changeOf(e, subject) !== null) stacks.push(e.stack.map((f) => f.fn));
  const about = stacks.flat();
  // Between two eras the stand-in is another function: what comes about nowhere in the patch's own code may be of that alone.
  const ofEras =
    other !== undefined && other.era !== side.era && !about.some((id) => side.fn(id).fidelity === "diff");
  return firstOf(ofEras ? run.functions : about);
}

/**
 * The differences that do not come about in a stand-in. `standing`: the reason where none of those is left that the verdict
 * is of.
 */
export function ofItsOwn(
  { sides, runs }: RanCase,
  judged: Judged,
): { judged: Judged; standing: string | null } {
  let why: string | null = removedButRan({ sides, runs });
  if (why !== null) return { judged: { ...judged, fresh: [], gone: [] }, standing: why };
  const own = (side: PatchSide, run: ScenarioRun, list: readonly Cause[]): Cause[] =>
    list.filter(({ root }) => {
      const found = ofStandIn(side, run, root, side === sides.after ? sides.before : sides.after);
      why ??= found;
      return found === null;
    });
  const fresh = own(sides.after, runs.after, judged.fresh);
  const gone = own(sides.before, runs.before, judged.gone);
  const lost =
    judged.verdict === "new" ? fresh.length === 0 : judged.verdict === "fixed" && gone.length === 0;
  return { judged: { ...judged, fresh, gone }, standing: lost ? why : null };
}

/** Why the before side says nothing: the reference kernel already had in it what the patch only adds. */
export function olderThanBefore({
  sides: { before, after, passedAsAfter },
  runs,
}: RanFunctions): string | null {
  const shownBefore = new Set([...before.overlay.functions, ...before.overlay.partial].map((d) => d.name));
  const added = new Set(after.overlay.functions.map((d) => d.name).filter((n) => !shownBefore.has(n)));
  for (const id of runs.before.functions) {
    const fn = before.fn(id);
    if (fn.fidelity === "reference" && added.has(fn.name))
      return `the patch adds ${fn.name}(), which the reference kernel ${before.era} has already: it is newer than the patch's before side`;
    if (fn.fidelity === "diff" && passedAsAfter.has(fn.name))
      return `the patch changes the parameters of ${fn.name}(), and the reference kernel ${before.era} calls it as after that: it is newer than the patch's before side`;
  }
  return null;
}
