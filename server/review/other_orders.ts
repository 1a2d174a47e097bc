/**
 * Whether some other order of a case's tasks shows what the patch does wrong, for a review: orders with at most one preemption,
 * few of them after the patch; what they show is the patch's where none of all such orders before it does, and the same the other
 * way for what it mends. Gives the two runs in the order that shows it, which are judged like those of any case. Leaves out more preemptions, data races and drawn orders
 * (folioscope explore, explore.ts), and which cases are tried (plan.ts).
 */
import { type Exploration, explore, follow } from "../../emulator/explore/explore.ts";
import type { ScenarioRun } from "../../emulator/scenario/runner.ts";
import type { DiffFile } from "../mail/types.ts";
import { unusable } from "./compare.ts";
import { caseOn, faultsOf, type PlaceTold, smallest } from "./explore.ts";
import { orderText } from "./replay.ts";
import type { PatchSide } from "./side.ts";
import type { PatchSides } from "./sides.ts";

/** Orders that are tried of a side; of the other, where those show something, there may be so many. */
const TRIED = 150;
const TRIED_WHOLE = 3000;
/**
 * Instructions that the orders of a side may execute: four seconds, and three times as many where all are tried. Without this bound a
 * case of virtiofs whose workers queue themselves took five minutes; those of fs/dax.c stay far below.
 */
const WORK = 20e6;
const WORK_WHOLE = 60e6;
/** Orders of the first side that may say nothing: a case that shows so many of them will hardly show more. */
const UNUSABLE = 20;
const BOUND = 1;

/** What a case is, wherever it runs. */
interface Case {
  readonly name: string;
  readonly params: ReadonlyMap<string, number>;
  readonly label: string;
}

/** An order that shows a fault, and the runs in it. */
export interface OtherOrder {
  readonly before: ScenarioRun;
  readonly after: ScenarioRun;
  /** For the seed's place in a token. */
  readonly order: string;
  /** How it goes, and what was tried, in sentences. */
  readonly told: string;
}

/** Words of code by which tasks wait for each other, wake each other, keep each other out or alive, or see each other's stores. */
const AMONG_TASKS =
  /wake|wait|lock|complet|schedule|mutex|kref|refcount|atomic|rcu|barrier|smp_|(?:READ|WRITE)_ONCE|_(?:get|put)\b|\b(?:get|put)_/i;
/** And by which they take from each other what they may do: entries of a page table, caches, marks looked for, a file's size, that a device is there. */
const TAKEN =
  /flush|mkclean|wrprotect|unmap|zap_|invalidat|truncate|_(?:set|clear)_mark|xchg|i_size_|\bkill_|_kill\b|alive|\bdead\b|dying/i;

/** Whether a changed line of code has to do with other tasks, by its look. */
export const concernsTasks = (files: readonly DiffFile[]): boolean =>
  files.some(
    (f) =>
      /\.[ch]$/.test(f.path) &&
      f.hunks.some((h) =>
        h.lines.some(
          (l) =>
            (l.kind === "+" || l.kind === "-") &&
            !/^\s*(?:\/\*|\*(?:\s|\/|$)|\/\/)/.test(l.text) &&
            (AMONG_TASKS.test(l.text) || TAKEN.test(l.text)),
        ),
      ),
  );

/**
 * `known`: faults of the usual order, on either side. What the patch alone does comes first, then what it alone mends. Null: no
 * order tried shows either.
 */
export function otherOrder(
  sides: PatchSides,
  c: Case,
  known: ReadonlySet<string>,
  steps: number,
  stop: () => boolean,
): OtherOrder | null {
  if (sides.same || sides.before.era !== sides.after.era) return null;
  const limits = { steps, stop };
  return shownOn("after", sides, { c, known }, limits) ?? shownOn("before", sides, { c, known }, limits);
}

/** What some order of one side shows, and none of all orders of the other. */
function shownOn(
  name: "before" | "after",
  sides: PatchSides,
  { c, known }: { readonly c: Case; readonly known: ReadonlySet<string> },
  { steps, stop }: { readonly steps: number; readonly stop: () => boolean },
): OtherOrder | null {
  const otherName = name === "after" ? "before" : "after";
  const [side, other] = [sides[name], sides[otherName]];
  const shown = tried(side, c, TRIED, steps, stop);
  const fresh = shown?.faults.filter((f) => !known.has(f.fault)) ?? [];
  if (shown === null || fresh.length === 0) return null;
  // Once the other side has shown all of them, or an order that says nothing, there is nothing left to find.
  const wanted = new Set(fresh.map((f) => f.fault));
  const all = tried(other, c, TRIED_WHOLE, steps, stop, { hot: shown.hot, wanted });
  // An order that was not tried, or says nothing, may show it too.
  if (all === null || !all.exhausted || all.unusable > 0) return null;
  const had = new Set(all.faults.map((f) => f.fault));
  for (const { fault, schedule, count } of fresh.filter((f) => !had.has(f.fault))) {
    const small = smallest(side, c, fault, schedule, steps);
    if (small.standing !== "") continue;
    const run = (of: PatchSide): ScenarioRun => follow(of.booted, caseOn(of, c)!, small.schedule, steps).run;
    const runs = { before: run(sides.before), after: run(sides.after) };
    if (unusable(runs.before) !== null || unusable(runs.after) !== null) continue;
    const turn = small.turns.find((t) => t.preempted);
    const how =
      turn === undefined
        ? "decided by who runs when another waits"
        : `in which ${turn.to} runs while ${turn.task} is interrupted${turn.at === null ? "" : ` in ${turn.at.fn}() ${whereText(turn.at)}`}`;
    const of = shown.exhausted ? `all ${shown.orders}` : `${shown.orders}`;
    const tries = name === "after" ? "orders tried" : "orders tried before the patch";
    return {
      ...runs,
      order: orderText({ side: name, schedule: small.schedule }),
      told:
        `Not in the usual order of the tasks but in another, ${how}: in ${count} of ${of} ${tries} with at most one interruption. ` +
        `Of all ${all.orders} such orders ${otherName} the patch none shows it.`,
    };
  }
  return null;
}

const whereText = ({ path, line, docLine }: PlaceTold): string =>
  docLine > 0 ? `[line ${docLine}]` : `[${path}:${line}]`;

/** What the other side's orders have shown. */
interface Other {
  readonly hot: Exploration["hot"];
  /** Faults asked about. Orders are tried until all of them have been seen. */
  readonly wanted: Set<string>;
}

function tried(
  side: PatchSide,
  c: Case,
  schedules: number,
  stepLimit: number,
  stop: () => boolean,
  other?: Other,
): Exploration | null {
  const on = caseOn(side, c);
  if (on === null) return null;
  let unusable = 0;
  const faults = (run: ScenarioRun): string[] | null => {
    const seen = faultsOf(run);
    if (seen === null) unusable++;
    for (const fault of seen ?? []) other?.wanted.delete(fault);
    return seen;
  };
  return explore(side.booted, on, {
    bound: BOUND,
    schedules,
    random: 0,
    seed: 0,
    stepLimit,
    work: other === undefined ? WORK : WORK_WHOLE,
    stop: () => unusable > (other === undefined ? UNUSABLE : 0) || other?.wanted.size === 0 || stop(),
    faults,
    ...(other === undefined ? {} : { hot: other.hot }),
  });
}
