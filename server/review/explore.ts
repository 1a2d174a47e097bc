/**
 * Explores the orders of a scenario's tasks on both sides of a patch and compares what they show: a fault that no order of
 * the before side has and some order of the after side does is the patch's. Plain data out, the failing order made small,
 * with the turns that the tasks take in it. Leaves out trying the orders (emulator/explore) and words for a terminal
 * (server/report/explored.ts).
 */
import { type Exploration, explore, follow, shrink } from "../../emulator/explore/explore.ts";
import type { Schedule } from "../../emulator/explore/schedule.ts";
import type { Touch } from "../../emulator/explore/trace.ts";
import type { Late } from "../../emulator/explore/weak.ts";
import { identityOf } from "../../emulator/invariants/registry.ts";
import { isWaitPrimitive } from "../../emulator/machine/machine.ts";
import type { ScenarioCase, ScenarioRun } from "../../emulator/scenario/runner.ts";
import type { Patch } from "../mail/types.ts";
import { allViolations, causes, unusable } from "./compare.ts";
import { digestOf, orderText, type Replay, type ReplayOrder, replayToken } from "./replay.ts";
import type { PatchSide } from "./side.ts";
import type { PatchSides } from "./sides.ts";
import { ofStandIn, olderThanBefore, standIn } from "./stand_in.ts";
import type { Side } from "./types.ts";

export interface ExploreLimits {
  /** Preemptions of an order that is tried systematically. */
  readonly bound: number;
  /** Orders that each side may run in a case. */
  readonly schedules: number;
  /** Of them, orders drawn at random at most. */
  readonly random: number;
  readonly seed: number;
  /** Instructions of a run. */
  readonly steps: number;
  /** Stores may be seen late where no barrier orders them. */
  readonly weak?: boolean;
  readonly stop?: () => boolean;
}

/** A place in the C: of the mail when it shows it. */
export interface PlaceTold {
  readonly fn: string;
  readonly path: string;
  readonly line: number;
  /** The line as it reads. */
  readonly text: string;
  /** Line of the document, 0: the mail does not show it. */
  readonly docLine: number;
}

/**
 * One task runs from where it was left (or its start) and is left for another; `at` null: it has ended. `late`: it goes on,
 * but its load there finds what an older store wrote, or its store there comes before one that was made already.
 */
export interface TurnTold {
  readonly task: string;
  readonly to: string;
  readonly preempted: boolean;
  readonly at: PlaceTold | null;
  readonly late?: Late;
}

/** How often in how many orders. */
export interface Frequency {
  readonly count: number;
  readonly of: number;
  readonly verdict: "never" | "sometimes" | "always";
}

export interface ExploredFault {
  /** `unsettled`: the before side has it, the after side has not in the orders tried, which were not all. */
  readonly verdict: "new" | "fixed" | "already" | "unsettled";
  readonly code: string;
  readonly message: string;
  readonly before: Frequency;
  readonly after: Frequency;
  /** The order that shows it, on the after side (`fixed`: on the before side). */
  readonly side: Side;
  readonly preemptions: number;
  readonly turns: readonly TurnTold[];
  readonly token: string;
}

export interface ExploredRace {
  readonly one: PlaceTold;
  readonly other: PlaceTold;
  readonly oneWrites: boolean;
  readonly otherWrites: boolean;
}

export type ExploredSide = Omit<Exploration, "faults" | "races" | "functions" | "hot" | "notLookedAt">;

export interface ExploredCase {
  readonly patch: number;
  readonly scenario: string;
  /** Stores could be seen late. */
  readonly weak: boolean;
  readonly before: ExploredSide;
  readonly after: ExploredSide;
  readonly faults: readonly ExploredFault[];
  /** Data races that only the after side has, one of the places in what the patch shows. */
  readonly races: readonly ExploredRace[];
  /** Why nothing can be said, or "". */
  readonly notModelled: string;
}

/** What a run shows: one key a root cause; null: nothing can be said of it. */
export function faultsOf(run: ScenarioRun): string[] | null {
  if (unusable(run) !== null) return null;
  return causes(allViolations(run)).map(({ root }) => identityOf(root.code, root.message));
}

/** The root cause that a key names in a run. */
export const rootOf = (run: ScenarioRun, key: string) =>
  causes(allViolations(run)).find(({ root }) => identityOf(root.code, root.message) === key)?.root;

/** How often in how many runs, and the word for it. */
export function frequency(count: number, of: number): Frequency {
  return { count, of, verdict: count === 0 ? "never" : count >= of ? "always" : "sometimes" };
}

/** Explores one case of a scenario on both sides. */
export function exploreCase(
  sides: PatchSides,
  c: { readonly name: string; readonly params: ReadonlyMap<string, number>; readonly label: string },
  patch: Patch,
  limits: ExploreLimits,
): ExploredCase {
  const reasons = new Map<string, number>();
  const weak = limits.weak === true;
  const reaches = (side: PatchSide, functions: Iterable<number>): boolean => {
    for (const id of functions) if (side.fn(id).fidelity === "diff") return true;
    return false;
  };
  const explored = (side: PatchSide, all: boolean, hot?: Exploration["hot"]): Exploration | null => {
    const on = caseOn(side, c);
    if (on === null) return null;
    return explore(side.booted, on, {
      bound: limits.bound,
      schedules: limits.schedules,
      random: limits.random,
      seed: limits.seed,
      stepLimit: limits.steps,
      weak,
      ...(hot === undefined ? {} : { hot }),
      ...(all ? {} : { worth: (functions: ReadonlySet<number>) => reaches(side, functions) }),
      ...(limits.stop === undefined ? {} : { stop: limits.stop }),
      faults: (run) => {
        const why = unusable(run);
        if (why !== null) reasons.set(why.reason, (reasons.get(why.reason) ?? 0) + 1);
        return faultsOf(run);
      },
    });
  };
  // A side that reaches nothing of the patch is tried in full only where the other reaches some.
  let before = explored(sides.before, false);
  const beforeReaches = before !== null && reaches(sides.before, before.functions);
  const after = sides.same ? before : explored(sides.after, beforeReaches, before?.hot);
  if (before !== null && !beforeReaches && after !== null && reaches(sides.after, after.functions))
    before = explored(sides.before, true, before.hot);
  if (before === null || after === null) {
    const problem =
      sides.before.bootProblem || sides.after.bootProblem || "a side does not have the scenario";
    return { ...empty(c.label, patch, weak), notModelled: problem };
  }
  const why = whyNothing(sides, before, after);
  if (why !== "")
    return { ...empty(c.label, patch, weak), before: sideOf(before), after: sideOf(after), notModelled: why };
  const usable = { before: before.orders - before.unusable, after: after.orders - after.unusable };
  const keys = [...new Set([...after.faults, ...before.faults].map((f) => f.fault))];
  let standing = "";
  const faults = keys.flatMap((key): ExploredFault[] => {
    const b = before.faults.find((f) => f.fault === key);
    const a = after.faults.find((f) => f.fault === key);
    const gone = after.exhausted ? "fixed" : "unsettled";
    const verdict = a === undefined ? gone : b === undefined ? "new" : "already";
    // Where the other side says nothing at all, no claim is made.
    if (a === undefined ? usable.after === 0 : b === undefined && usable.before === 0) return [];
    const name: Side = a === undefined ? "before" : "after";
    const side = sides[name];
    const small = smallest(side, c, key, (a ?? b)!.schedule, limits.steps);
    if (verdict !== "already" && small.standing !== "") {
      standing = small.standing;
      return [];
    }
    const order: ReplayOrder = { side: name, schedule: small.schedule };
    const replay: Replay = {
      digest: digestOf(patch),
      patch: patch.index,
      scenario: c.label,
      beforeEra: sides.before.era,
      afterEra: sides.after.era,
      seed: orderText(order),
      code: key.split(":")[0]!,
    };
    return [
      {
        verdict,
        code: replay.code,
        message: small.message,
        before: frequency(b?.count ?? 0, usable.before),
        after: frequency(a?.count ?? 0, usable.after),
        side: name,
        preemptions: small.turns.filter((t) => t.preempted || t.late !== undefined).length,
        turns: small.turns,
        token: replayToken(replay),
      },
    ];
  });
  return {
    patch: patch.index,
    scenario: c.label,
    weak,
    before: sideOf(before),
    after: sideOf(after),
    faults,
    races: sides.same ? [] : racesOf(sides, before, after),
    notModelled:
      usable.after > 0 && usable.before > 0
        ? faults.length > 0
          ? ""
          : standing
        : ([...reasons].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "no order ran to its end"),
  };
}

/** What of all runs of a side says whether they say anything of the patch. */
export type Ran = Pick<Exploration, "functions"> & { readonly faults: readonly unknown[] };

/** Why what ran says nothing of the patch, or "". */
export function whyNothing(sides: PatchSides, before: Ran, after: Ran): string {
  const { inTree, era } = sides.after;
  const ofTheDiff = (side: PatchSide, e: Ran): boolean =>
    e.functions.some((id) => side.fn(id).fidelity === "diff");
  if (!ofTheDiff(sides.before, before) && !ofTheDiff(sides.after, after))
    return `this scenario reaches none of the functions that ${inTree ? "the patch changes" : "the mail shows whole"}`;
  if (sides.before.era !== era)
    return `the sides are of different kernels (${sides.before.era}, ${era}): name one with --era, in the editor folioscope.era`;
  const ran = { sides, runs: { before, after } };
  const quiet = after.faults.length === 0;
  return (quiet ? olderThanBefore(ran) : null) ?? (quiet || inTree ? standIn(ran) : null) ?? "";
}

/** The case as this side has it; null: it has no such scenario, or did not boot. */
export function caseOn(
  side: PatchSide,
  c: { name: string; params: ReadonlyMap<string, number>; label: string },
) {
  const def = side.booted.scenarios.find((s) => s.name === c.name);
  if (def === undefined || side.booted.snapshot === null) return null;
  return { def, params: c.params, label: c.label } satisfies ScenarioCase;
}

function sideOf({
  faults: _faults,
  races: _races,
  functions: _functions,
  hot: _hot,
  notLookedAt: _notLookedAt,
  ...rest
}: Exploration): ExploredSide {
  return rest;
}

function empty(label: string, patch: Patch, weak: boolean): ExploredCase {
  const nothing: ExploredSide = {
    orders: 0,
    drawn: 0,
    pruned: 0,
    alike: 0,
    beyondBound: 0,
    bound: 0,
    exhausted: false,
    cut: "",
    states: 0,
    places: { granules: 0, locks: 0 },
    steps: 0,
    unusable: 0,
    taskNames: [],
  };
  const none = { before: nothing, after: nothing, faults: [], races: [], notModelled: "" };
  return { patch: patch.index, scenario: label, weak, ...none };
}

/** The order with as few switches as still show the fault, and how it goes; `standing`: why it is not the patch's, or "". */
export function smallest(
  side: PatchSide,
  c: { name: string; params: ReadonlyMap<string, number>; label: string },
  key: string,
  schedule: Schedule,
  steps: number,
) {
  const on = caseOn(side, c)!;
  const small = shrink(schedule, (s) =>
    (faultsOf(follow(side.booted, on, s, steps).run) ?? []).includes(key),
  );
  const told = turnsIn(side, on, small.schedule, steps);
  const root = rootOf(told.run, key);
  return {
    schedule: small.schedule,
    turns: told.turns,
    message: root?.message ?? key,
    standing: root === undefined ? "" : (ofStandIn(side, told.run, root) ?? ""),
  };
}

/** A run in an order, and its turns with their places. */
export function turnsIn(
  side: PatchSide,
  c: ScenarioCase,
  schedule: Schedule,
  steps: number,
): { readonly run: ScenarioRun; readonly turns: readonly TurnTold[] } {
  const turns: (Omit<TurnTold, "task" | "to"> & { readonly task: number; readonly to: number })[] = [];
  const { run } = follow(side.booted, c, schedule, steps, (turn, { vm }) => {
    const task = vm.tasks[turn.task]!;
    const stack = task.state === "done" ? [] : vm.stack(task);
    const frame =
      stack.find((f) => side.docLine(f.loc) > 0) ??
      stack.find((f) => /\.c$/.test(f.fn.path) && !isWaitPrimitive(f.fn.name)) ??
      stack[0];
    turns.push({
      task: turn.task,
      to: turn.to,
      preempted: turn.preempted,
      ...(turn.late === undefined ? {} : { late: turn.late }),
      at: frame === undefined || frame.loc === null ? null : place(side, frame.fn.name, frame.loc),
    });
  });
  const names = toldApart(run.taskNames);
  const told = turns.map((t) => ({ ...t, task: names[t.task]!, to: names[t.to]! }));
  return { run, turns: told };
}

/** The names of tasks, by number; those that several have are numbered. */
function toldApart(names: readonly string[]): string[] {
  return names.map((n, i) =>
    names.indexOf(n) === names.lastIndexOf(n)
      ? n
      : `${n} ${names.slice(0, i + 1).filter((m) => m === n).length}`,
  );
}

/** A place in the C of a side, with the mail's line where it shows it. */
export function place(
  side: PatchSide,
  fn: string,
  loc: NonNullable<ReturnType<PatchSide["fn"]>["loc"]>,
): PlaceTold {
  const { path, line } = side.sourceOf(loc);
  const file = side.kernel.image.files.find((f) => f.path === path);
  const docLine = side.docLine(loc);
  return { fn, path, line, text: (file?.text.split("\n")[line - 1] ?? "").trim(), docLine };
}

// ---- data races --------------------------------------------------------------------------------------------------------

/** Where an access happens, as a reader of the patch says it: the access itself, or its caller where that is in the mail. */
function placeOf(side: PatchSide, t: Touch): PlaceTold | null {
  const at = (id: number, pc: number): PlaceTold | null => {
    if (id < 0) return null;
    const loc = side.fn(id).body?.locs[pc >> 2];
    return loc === undefined ? null : place(side, side.fn(id).name, loc);
  };
  const own = at(t.fn, t.pc);
  const caller = at(t.callerFn, t.callerPc);
  return own !== null && own.docLine === 0 && caller !== null && caller.docLine > 0 ? caller : own;
}

function racesOf(sides: PatchSides, before: Exploration, after: Exploration): ExploredRace[] {
  const told = (side: PatchSide, e: Exploration): ExploredRace[] =>
    e.races.flatMap(({ one, other }) => {
      const a = placeOf(side, one);
      const b = placeOf(side, other);
      return a === null || b === null
        ? []
        : [{ one: a, other: b, oneWrites: one.write, otherWrites: other.write }];
    });
  // Two functions that race already on the before side race no more than before, whatever the lines read now.
  const key = (r: ExploredRace): string => [r.one.fn, r.other.fn].sort().join(" | ");
  const known = new Set(told(sides.before, before).map(key));
  const out = new Map<string, ExploredRace>();
  for (const r of told(sides.after, after))
    if (!known.has(key(r)) && r.one.docLine + r.other.docLine > 0 && !out.has(key(r))) out.set(key(r), r);
  return [...out.values()];
}
