/**
 * The plan of a patch's review, as data: which cases run, in which order, and which do not, with the reason. Made from the
 * catalogue and the options before anything runs. Leaves out running a case (case.ts) and taking what it gave
 * (collect.ts).
 */
import type { Entry } from "../../emulator/function/explore.ts";
import { coveringCases } from "../../emulator/scenario/cover.ts";
import { casesOf, type ScenarioCase, type ScenarioDef } from "../../emulator/scenario/runner.ts";
import { globMatcher } from "../glob.ts";
import type { Replay } from "./replay.ts";
import type { ReviewOptions } from "./types.ts";
import type { LeftOutWhy, NothingRuns } from "./why.ts";

/** A scenario with its parameters chosen. */
export interface ScenarioItem {
  readonly kind: "scenario";
  /** "map-fault-unmap order=9 index=512": what runs, findings and replay tokens name. */
  readonly label: string;
  readonly name: string;
  readonly params: readonly (readonly [string, number])[];
  /** Where the usual order of its tasks shows nothing, others are tried. */
  readonly orders?: true;
}

/** A function, or two that make a life, run path by path. */
export interface FunctionItem {
  readonly kind: "function";
  /** "function foo_probe", "life foo_probe foo_remove". */
  readonly label: string;
  readonly entry: Entry;
}

/** One case to run, plain data that any thread can run. A further kind is a member here and a line in CASES (case.ts). */
export type PlanItem = ScenarioItem | FunctionItem;
export type CaseKind = PlanItem["kind"];

/** Cases that are not run, and why. */
export interface LeftOut {
  readonly why: LeftOutWhy;
  readonly labels: readonly string[];
}

export interface Plan {
  readonly items: readonly PlanItem[];
  readonly leftOut: readonly LeftOut[];
  /** What running the items costs, in instructions of one side: the same wherever it is reckoned. */
  readonly cost: number;
}

/** A way in which a case enters something: the same for all cases that do so alike. */
export type Way = string | number;

/** What is known of a case before it runs. */
export interface CaseReach {
  /** Instructions of one side. */
  readonly steps: number;
  /** In which ways it enters what the patch changes, over both sides; empty: not at all. */
  readonly ways: readonly Way[];
  /** What of that, or of what leads there, it enters at all: a mark for each side and function. */
  readonly entered: readonly string[];
  /** Its scenario's own code calls what the patch changes. */
  readonly about: boolean;
  /** What its scenario itself looks at: a change that any kernel's rules allow may be seen there only. */
  readonly looks: readonly Way[];
  /** In which ways it enters functions beside that: those of the same files, which live with the state that it leaves. */
  readonly near: readonly Way[];
  /** It has tasks whose order may differ. */
  readonly tasks: boolean;
}

/** What a plan is made from, besides the options. */
export interface PlanBasis {
  /** Scenarios that there are. */
  readonly catalogue: readonly ScenarioDef[];
  /** Where the sides are of two eras: names of the scenarios of the before side's. */
  readonly before: ReadonlySet<string> | null;
  /** Null where nothing is known of a case: then it is run. */
  readonly reach: ((label: string) => CaseReach | null) | null;
  readonly nothing: NothingRuns | null;
  /** Functions that can be run by themselves. */
  readonly functions: readonly FunctionItem[];
  readonly inTree: boolean;
  readonly era: string;
  /** What the patch changes has to do with other tasks: their orders are tried. */
  readonly tasks: boolean;
}

export const itemOf = (c: ScenarioCase): ScenarioItem => ({
  kind: "scenario",
  label: c.label,
  name: c.def.name,
  params: [...c.params],
});

/** Whether a scenario is there for its orders: in the one order that a review takes, it shows what others show. */
export const forOrders = (d: ScenarioDef): boolean => d.name.startsWith("race-");

/**
 * Whether a scenario repeats what a public test does, under its name: most of its steps are those of shorter scenarios. It
 * comes for what it alone covers, and otherwise after all others, so that a further one takes no other case's place.
 */
export const repeats = (name: string): boolean => /^(?:ndctl|fstests)-/.test(name);

/** The scenario cases that the options ask for, in catalogue order. */
export function wantedCases(
  catalogue: readonly ScenarioDef[],
  options: ReviewOptions,
  replay: Replay | null,
): ScenarioCase[] {
  if (replay !== null) return catalogue.flatMap(casesOf).filter((c) => c.label === replay.scenario);
  if (options.scenario === undefined)
    return catalogue
      .filter((d) => !forOrders(d))
      .flatMap(options.thorough === true ? casesOf : coveringCases);
  const fits = globMatcher(options.scenario);
  return catalogue.flatMap(casesOf).filter((c) => fits(c.def.name) || fits(c.label));
}

/** Instructions of one side that a patch may cost beyond the cases that cover what it changes. */
export const BUDGET = 20_000_000;
/** Of it so much is for cases that call what the patch changes themselves, before what covers more. */
const ABOUT_BUDGET = 5_000_000;
/** Beyond it, the cases by which each scenario enters each changed function may cost so much. */
const ENTRY_BUDGET = 6_000_000;
/** What a case costs besides its instructions, in instructions. */
const OVERHEAD = 60_000;

/** Instructions of a case of which nothing is known. */
const USUAL = 350_000;
/** What a function case in a tree costs, in instructions: reading headers, and its paths on both sides. */
const FUNCTION = 10_000_000;

/** What trying the orders of a case costs, in instructions (0.2 s, measured over 18 cases); and of so many cases they are tried. */
const ORDERS = 4_000_000;
const ORDERS_MAX = 6;

/** The plan for a patch. */
export function planOf(basis: PlanBasis, options: ReviewOptions, replay: Replay | null): Plan {
  const plan = chosenOf(basis, options, replay);
  const stepsOf = (i: PlanItem): number =>
    i.kind === "scenario"
      ? (basis.reach?.(i.label)?.steps ?? USUAL) + (i.orders === true ? ORDERS : 0)
      : basis.inTree
        ? FUNCTION
        : 0;
  const cost = plan.items.reduce((n, i) => n + OVERHEAD + stepsOf(i), 0);
  return { ...plan, cost };
}

function chosenOf(basis: PlanBasis, options: ReviewOptions, replay: Replay | null): Omit<Plan, "cost"> {
  const functions = basis.functions.filter((f) => replay === null || f.label === replay.scenario);
  const items = wantedCases(basis.catalogue, options, replay).map(itemOf);
  const leftOut: LeftOut[] = [];
  const leave = (why: LeftOutWhy, list: readonly PlanItem[]): void => {
    if (list.length > 0) leftOut.push({ why, labels: list.map((i) => i.label) });
  };
  if (basis.nothing !== null) {
    leave(basis.nothing, items);
    return { items: functions, leftOut };
  }
  const both = items.filter((i) => basis.before?.has(i.name) !== false);
  leave(
    { kind: "one-era", era: basis.era },
    items.filter((i) => !both.includes(i)),
  );
  const { reach } = basis;
  if (reach === null || replay !== null || options.thorough === true)
    return { items: [...functions, ...both], leftOut };
  const known = new Map(both.map((i) => [i, reach(i.label)]));
  const reaching = both.filter((i) => known.get(i)?.ways.length !== 0);
  leave(
    { kind: "unreached", inTree: basis.inTree },
    both.filter((i) => !reaching.includes(i)),
  );
  const ordered = inOrder(reaching, (i) => known.get(i) ?? null);
  // Scenarios that were asked for by name all run.
  const within = options.scenario === undefined ? ordered.withinBudget : ordered.all.length;
  const chosen = ordered.all.slice(0, within);
  const ordering = basis.tasks && options.scenario === undefined;
  const tried = ordering ? withOrders(basis, (i) => reach(i.label)) : [];
  leave(
    { kind: "budget", steps: BUDGET },
    ordered.all.slice(within).filter((i) => !tried.some((t) => t.label === i.label)),
  );
  const own = new Map(tried.map((i) => [i.label, i]));
  const more = tried.filter((t) => !chosen.some((i) => i.label === t.label));
  return { items: [...functions, ...chosen.map((i) => own.get(i.label) ?? i), ...more], leftOut };
}

/**
 * The cases whose orders are tried: of those with several tasks that enter what the patch changes, first the ones that between them do so in
 * every way, then scenario by scenario in turn, the short ones first, which have the fewest orders; last those that repeat.
 */
function withOrders(basis: PlanBasis, reach: (item: ScenarioItem) => CaseReach | null): ScenarioItem[] {
  const cases = basis.catalogue
    .flatMap(coveringCases)
    .map(itemOf)
    .filter((i) => basis.before?.has(i.name) !== false)
    .map((item) => ({ item, of: reach(item) }))
    .filter(({ of }) => of?.tasks === true && of.ways.length > 0)
    .sort((a, b) => a.of!.steps - b.of!.steps);
  const rounds = new Map<string, number>();
  const had = new Set<Way>();
  const ranked = cases.map(({ item, of }) => {
    const round = rounds.get(item.name) ?? 0;
    rounds.set(item.name, round + 1);
    const fresh = of!.ways.some((w) => !had.has(w));
    for (const w of of!.ways) had.add(w);
    return { item, round: repeats(item.name) ? Number.POSITIVE_INFINITY : fresh ? 0 : round };
  });
  // A sort that keeps the order of equals.
  ranked.sort((a, b) => (a.round === b.round ? 0 : a.round - b.round));
  return ranked.slice(0, ORDERS_MAX).map(({ item }) => ({ ...item, orders: true as const }));
}

/** Ways as numbers: those of each item, and of each way 1 when none of `had` shows it. */
function openWays(
  items: readonly ScenarioItem[],
  had: readonly ScenarioItem[],
  ways: (item: ScenarioItem) => readonly Way[],
): { readonly lists: readonly Int32Array[]; readonly open: Uint8Array } {
  const ids = new Map<Way, number>();
  const lists = items.map((i) =>
    Int32Array.from(ways(i), (w) => {
      let id = ids.get(w);
      if (id === undefined) ids.set(w, (id = ids.size));
      return id;
    }),
  );
  const open = new Uint8Array(ids.size).fill(1);
  for (const i of had)
    for (const w of ways(i)) {
      const id = ids.get(w);
      if (id !== undefined) open[id] = 0;
    }
  return { lists, open };
}

/**
 * First the cases that between them enter what the patch changes in every way that is known, each next one the most that
 * is new for its cost; cases of which nothing is known stand with them. Then, as many as the budget allows: those whose
 * scenarios call what is changed themselves, with a part of the budget; those that between them look at all that the
 * scenarios look at, those that enter the functions beside it in every way, chosen alike, and the rest, scenario by scenario in turn. Last, within a budget of their own, of each scenario what enters each of the
 * changed functions: what such a function newly does may depend on what the scenario did before, of which the table knows
 * nothing. In each of the three, scenarios that repeat come after the others, for what those leave open.
 */
function inOrder(
  items: readonly ScenarioItem[],
  reach: (item: ScenarioItem) => CaseReach | null,
): { all: readonly ScenarioItem[]; withinBudget: number } {
  const unknown: readonly ScenarioItem[] = items.filter((i) => reach(i) === null);
  const known = items.filter((i) => reach(i) !== null);
  const cost = (i: ScenarioItem): number => reach(i)!.steps + OVERHEAD;
  /** Takes from `left` those that between them show all that `ways` gives and `had` do not. */
  const covering = (
    left: readonly ScenarioItem[],
    ways: (i: ScenarioItem) => readonly Way[],
    had: readonly ScenarioItem[],
  ): ScenarioItem[] => {
    const { lists, open } = openWays(left, had, ways);
    const costs = left.map(cost);
    // What a way gives gets less only: nobody gains more than when last reckoned.
    const gains = lists.map((list, n) => list.length / costs[n]!);
    const chosen: ScenarioItem[] = [];
    const taken = new Set<number>();
    for (;;) {
      let best = -1;
      let most = 0;
      for (let n = 0; n < left.length; n++) {
        if (gains[n]! <= most || taken.has(n)) continue;
        let fresh = 0;
        for (const w of lists[n]!) fresh += open[w]!;
        const gain = (gains[n] = fresh / costs[n]!);
        if (gain > most) {
          most = gain;
          best = n;
        }
      }
      if (best < 0) break;
      taken.add(best);
      chosen.push(left[best]!);
      for (const w of lists[best]!) open[w] = 0;
    }
    return chosen;
  };
  /** The same of the scenarios that do not repeat, then, for what is left open, of those that do. */
  const coveringInTurn = (
    left: readonly ScenarioItem[],
    ways: (i: ScenarioItem) => readonly Way[],
    had: readonly ScenarioItem[],
  ): ScenarioItem[] => {
    const others = covering(
      left.filter((i) => !repeats(i.name)),
      ways,
      had,
    );
    return [
      ...others,
      ...covering(
        left.filter((i) => repeats(i.name)),
        ways,
        [...had, ...others],
      ),
    ];
  };
  const first = coveringInTurn(known, (i) => reach(i)!.ways, []);
  const out = [...unknown, ...first];
  const behind: ScenarioItem[] = [];
  let forAbout = ABOUT_BUDGET;
  for (const i of inRounds(
    known.filter((k) => reach(k)!.about && !repeats(k.name) && !first.includes(k)),
    out,
  ))
    if ((forAbout -= cost(i)) >= 0) behind.push(i);
  for (const repeating of [false, true]) {
    const left = (): ScenarioItem[] => {
      const placed = new Set([...first, ...behind]);
      return known.filter((i) => repeats(i.name) === repeating && !placed.has(i));
    };
    for (const ways of ["looks", "near"] as const)
      behind.push(...covering(left(), (i) => reach(i)![ways], [...first, ...behind]));
    behind.push(...inRounds(left(), [...out, ...behind]));
  }
  let spent = 0;
  const inside = behind.findIndex((i) => (spent += cost(i)) > BUDGET);
  if (inside < 0) return { all: [...out, ...behind], withinBudget: out.length + behind.length };
  out.push(...behind.slice(0, inside));
  const left = behind.slice(inside);
  let open = ENTRY_BUDGET;
  // Of what stands first some may be known by nothing but its name: scenarios of a file.
  const entering = coveringInTurn(
    left,
    (i) => reach(i)?.entered.map((f) => `${i.name} ${f}`) ?? [],
    out,
  ).filter((i) => (open -= cost(i)) >= 0);
  const chosen = [...out, ...entering];
  return {
    all: [...chosen, ...left.filter((i) => !entering.includes(i))],
    withinBudget: chosen.length,
  };
}

/** Scenario by scenario in turn, a scenario later by each of its cases that is there before. */
function inRounds(items: readonly ScenarioItem[], before: readonly ScenarioItem[]): readonly ScenarioItem[] {
  const rounds = new Map<string, number>();
  const next = (name: string): number => {
    const round = rounds.get(name) ?? 0;
    rounds.set(name, round + 1);
    return round;
  };
  for (const i of before) next(i.name);
  const rest = items.map((item, at) => ({ item, round: next(item.name), at }));
  rest.sort((a, b) => a.round - b.round || a.at - b.at);
  return rest.map((r) => r.item);
}
