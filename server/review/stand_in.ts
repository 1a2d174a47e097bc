/**
 * Functions that a patch changes and shows only in part: without a kernel tree the reference kernel's run in their place, and
 * what comes of those is not the patch's. Leaves out tearing by hunks that a tree refuses (case.ts tells of earlier patches').
 */
import type { ScenarioRun } from "../../emulator/scenario/runner.ts";
import { changeOf } from "../../emulator/subject/index.ts";
import type { Cause, Judged } from "./compare.ts";
import type { RanCase } from "./finding.ts";
import type { PatchSide } from "./side.ts";
import type { PatchSides } from "./sides.ts";
import type { Side } from "./types.ts";

const stoodIn = (name: string): string =>
  `the patch changes ${name}(), which the mail shows only in part; the reference kernel's stood in for it`;

/** The functions that ran on each side, by id. */
export interface RanFunctions {
  readonly sides: PatchSides;
  readonly runs: Readonly<Record<Side, { readonly functions: readonly number[] }>>;
}

/**
 * Why a run without a fault says nothing of the patch: a function that the patch changes but shows only in part ran as
 * the reference kernel has it, or the before side had one that the patch only adds. Null when neither is so.
 */
export function standIn({ sides: { before, after }, runs }: RanFunctions): string | null {
  for (const [side, run] of [
    [before, runs.before],
    [after, runs.after],
  ] as const) {
    const changed = side.overlay.partial.filter((d) => d.changed);
    if (changed.length === 0) continue;
    for (const id of run.functions) {
      const fn = side.fn(id);
      if ((side.inTree || fn.fidelity !== "diff") && changed.some((d) => d.name === fn.name))
        return side.inTree
          ? `a hunk for ${fn.name}() does not fit the kernel tree: it ran without it`
          : stoodIn(fn.name);
    }
  }
  return null;
}

/**
 * Without a kernel tree: the differences that do not come about in a function which the patch changes and shows only in part,
 * where the reference kernel's, which is not as the patch makes it, calls what breaks or made the thing what it is. `standing`:
 * the reason where none of those is left that the verdict is of.
 */
export function ofItsOwn(
  { sides, runs }: RanCase,
  judged: Judged,
): { judged: Judged; standing: string | null } {
  let name: string | null = null;
  const own = (side: PatchSide, run: ScenarioRun, list: readonly Cause[]): Cause[] => {
    const changed = new Set(side.overlay.partial.flatMap((d) => (d.changed ? [d.name] : [])));
    if (side.inTree || changed.size === 0) return [...list];
    return list.filter(({ root }) => {
      const { event, stop, subject, seq } = root;
      const stacks =
        stop === true
          ? [run.end.stack.map((f) => f.fn.id)]
          : event === null
            ? []
            : [run.events[event]!.stack.map((f) => f.fn)];
      if (subject !== null)
        for (const e of run.events)
          if (e.seq <= seq && changeOf(e, subject) !== null) stacks.push(e.stack.map((f) => f.fn));
      const found = stacks
        .flat()
        .map((id) => side.fn(id))
        .find((fn) => fn.fidelity !== "diff" && changed.has(fn.name));
      name ??= found?.name ?? null;
      return found === undefined;
    });
  };
  const fresh = own(sides.after, runs.after, judged.fresh);
  const gone = own(sides.before, runs.before, judged.gone);
  const lost =
    judged.verdict === "new" ? fresh.length === 0 : judged.verdict === "fixed" && gone.length === 0;
  return { judged: { ...judged, fresh, gone }, standing: lost && name !== null ? stoodIn(name) : null };
}
