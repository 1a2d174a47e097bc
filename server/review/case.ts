/**
 * One case, run on both sides and compared: a pure function from (sides, case) to a CaseOutcome, whichever thread it is
 * called on and whatever ran before. Leaves out which cases there are (plan.ts) and what several together say
 * (collect.ts).
 */

import { rankOf, sameButNamed } from "../../emulator/invariants/registry.ts";
import { isOfLock } from "../../emulator/invariants/reports.ts";
import type { ScenarioCase, ScenarioRun } from "../../emulator/scenario/runner.ts";
import { runBoth } from "../../emulator/scenario/sides.ts";
import { schedulerOf } from "../../emulator/sched/scheduler.ts";
import type { Violation } from "../../emulator/subject/rule.ts";
import { hasWord } from "../source/c_text.ts";
import type { Baselines } from "./baseline.ts";
import { blame, blameStop } from "./blame.ts";
import {
  allViolations,
  type Cause,
  compareRuns,
  isFault,
  type Judged,
  keyOf,
  type ReleaseFaults,
  type Reworded,
  unusable,
} from "./compare.ts";
import { faultsOf } from "./explore.ts";
import { candidate, type RanCase } from "./finding.ts";
import type { FunctionCases } from "./function_case.ts";
import { type FunctionContext, functionOutcome } from "./function_outcome.ts";
import { otherOrder } from "./other_orders.ts";
import type { CaseLine, CaseOutcome } from "./outcome.ts";
import type { CaseKind, PlanItem, ScenarioItem } from "./plan.ts";
import { eventText, onLines, wordsOf } from "./render.ts";
import type { DiffPlace, PatchSide } from "./side.ts";
import type { PatchSides } from "./sides.ts";
import { lackedRan, ofItsOwn, olderThanBefore, standIn, unfitRan } from "./stand_in.ts";
import { type ShownFinding, timelineOf } from "./timeline.ts";
import { type LineChange, MAX_CHANGES, type Run, type Side, type SideRun, type Verdict } from "./types.ts";
import { NO_BOOT, reachesNothing } from "./why.ts";

/** What a case needs besides the sides. */
export interface CaseContext extends FunctionContext {
  /** Instructions that a side may run. */
  readonly steps: number;
  /** What runs was put together from a damaged text and the reference kernel. */
  readonly repaired: boolean;
  /** The rule whose finding's runs are laid on one axis ("" for none). */
  readonly timelineOf: string;
  /** Lines are told with what changed on them, for hovers. */
  readonly facts: boolean;
  readonly baselines: Baselines;
  readonly cancelled: () => boolean;
}

/** What cases run on, made when one asks for it. */
export interface CaseGround {
  /** Both sides, built and booted. */
  sides(): PatchSides;
  /** The patched files in their tree. */
  functions(): FunctionCases;
}

type Runner<I extends PlanItem> = (ground: CaseGround, item: I, context: CaseContext) => CaseOutcome;

/** The kinds of case: how each is run. */
const CASES: { readonly [K in CaseKind]: Runner<Extract<PlanItem, { kind: K }>> } = {
  scenario: (ground, item, context) => scenarioCase(ground.sides(), item, context),
  function: (ground, item, context) => functionOutcome(ground.functions(), item.entry, context),
};

/** Runs a case of any kind. */
export function caseOutcome(ground: CaseGround, item: PlanItem, context: CaseContext): CaseOutcome {
  return (CASES[item.kind] as Runner<PlanItem>)(ground, item, context);
}

// ---- scenarios -----------------------------------------------------------------------------------------------------

function scenarioCase(sides: PatchSides, item: ScenarioItem, context: CaseContext): CaseOutcome {
  const { whole, ...runs } = runScenario(sides, item, context);
  const usual = judge({ sides, runs, label: item.label }, whole, item, context);
  return item.orders === true && usual.run.verdict === "clean"
    ? (inOtherOrder(sides, runs, item, context) ?? usual)
    : usual;
}

/** The outcome in another order of the tasks, where one shows what the usual does not; else null. */
function inOtherOrder(
  sides: PatchSides,
  usual: RanCase["runs"],
  item: ScenarioItem,
  context: CaseContext,
): CaseOutcome | null {
  const c = { name: item.name, params: new Map(item.params), label: item.label };
  const known = new Set([usual.before, usual.after].flatMap((run) => faultsOf(run) ?? []));
  const other = otherOrder(sides, c, known, context.steps, context.cancelled);
  if (other === null) return null;
  const { before, after, order, told } = other;
  const outcome = judge({ sides, runs: { before, after }, label: item.label }, "", item, {
    ...context,
    seed: order,
  });
  const { verdict } = outcome.run;
  if (verdict !== "new" && verdict !== "fixed") return null;
  const candidates = outcome.candidates.flatMap((of) =>
    of.verdict === verdict
      ? [{ ...of, finding: { ...of.finding, detail: [told, ...of.finding.detail] } }]
      : [],
  );
  return { ...outcome, candidates };
}

/** Both runs of a scenario: one until the sides part, where that is sound. */
function runScenario(
  { before, after, both }: PatchSides,
  item: ScenarioItem,
  context: CaseContext,
): { before: ScenarioRun; after: ScenarioRun; whole: string } {
  const def = before.booted.scenarios.find((s) => s.name === item.name);
  if (before.booted.snapshot === null || after.booted.snapshot === null || def === undefined) {
    const boot = (side: PatchSide): ScenarioRun => ({ ...side.booted.boot, label: item.label });
    return { before: boot(before), after: boot(after), whole: NO_BOOT };
  }
  const c: ScenarioCase = { def, params: new Map(item.params), label: item.label };
  const { why, ...runs } = runBoth(both(), c, {
    stepLimit: context.steps,
    scheduler: () => schedulerOf(context.seed),
    cancelled: context.cancelled,
  });
  return { before: runs.before, after: runs.after, whole: why };
}

/** The outcome of two runs. */
function judge(ran: RanCase, whole: string, item: ScenarioItem, context: CaseContext): CaseOutcome {
  const { sides, runs, label } = ran;
  const { before, after } = sides;
  const executed = { before: ofTheDiff(before, runs.before), after: ofTheDiff(after, runs.after) };
  const { verdict, reason, judged } = verdictOf(ran, item, executed, context);
  const run: Run = {
    patch: context.patch,
    scenario: label,
    era: before.era === after.era ? after.era : `${before.era} -> ${after.era}`,
    verdict,
    before: sideRun(runs.before),
    after: sideRun(runs.after),
    functions: functionsOf(ran),
    ...(context.repaired ? { repaired: true as const } : {}),
    ...(reason === "" ? {} : { reason }),
  };
  const shown = context.timelineOf === "" ? null : shownFinding(context.timelineOf, judged);
  return {
    run,
    executed,
    ...(shown === null
      ? {}
      : {
          timeline: timelineOf({ side: before, run: runs.before }, { side: after, run: runs.after }, shown),
        }),
    whole,
    lines: [...linesOf(before, runs.before, context), ...linesOf(after, runs.after, context)],
    candidates:
      judged === null
        ? []
        : [
            ...judged.fresh.map((v) => candidate("new", ran, context, v.root, v.rest)),
            ...judged.gone.map(telling).map((v) => candidate("fixed", ran, context, v.root, v.rest)),
            ...judged.still.map((v) => candidate("already", ran, context, v.root, v.rest)),
          ],
  };
}

/** What is mended is told by what it came to: a warning that said so first hangs below. */
function telling({ root, rest }: Cause): Cause {
  const of = root.code === "warn" ? rest.filter((v) => v.stop !== true && v.subject !== null) : [];
  const [worst] = [...of].sort((a, b) => rankOf(a.code) - rankOf(b.code));
  if (worst === undefined || rankOf(worst.code) >= rankOf(root.code)) return { root, rest };
  return { root: worst, rest: [root, ...rest.filter((v) => v !== worst)] };
}

/** The finding that a timeline is about: of the side that breaks the rule. */
function shownFinding(code: string, judged: Judged | null): ShownFinding {
  const fixed = judged?.gone.some((v) => v.root.code === code);
  return { code, side: fixed ? "before" : "after" };
}

const ofTheDiff = (side: PatchSide, run: ScenarioRun): string[] =>
  run.functions.flatMap((id) => (side.fn(id).fidelity === "diff" ? [side.fn(id).name] : []));

/**
 * Whether what ran on some side uses what the patch changes: data, macros, types. On the machine nothing happens by chance:
 * where the sides part, they ran something of the patch, if only a pointer that was stored while booting.
 */
const reaches = ({ sides: { changed, before, after }, runs }: RanCase): boolean =>
  runs.before.functions.some((id) => changed.reaches("before", id)) ||
  runs.after.functions.some((id) => changed.reaches("after", id)) ||
  (before.era === after.era && partsOf(runs.before) !== partsOf(runs.after));

/** What two runs of the same code have in common. */
const partsOf = ({ end, steps, events, violations, functions }: ScenarioRun): string =>
  [end.reason.kind, steps, events.length, violations.length, functions.length].join(" ");

/** Functions of both sides by name, natives last; where a side has it from the diff, that is told. */
function functionsOf({ sides: { before, after }, runs }: RanCase): Run["functions"] {
  const names = new Map<string, Run["functions"][number]>();
  for (const f of [
    ...before.functionList(runs.before.functions, runs.before.natives),
    ...after.functionList(runs.after.functions, runs.after.natives),
  ])
    if (names.get(f.name)?.fidelity !== "diff") names.set(f.name, f);
  const all = [...names.values()];
  return [...all.filter((f) => f.fidelity !== "shim"), ...all.filter((f) => f.fidelity === "shim")];
}

/**
 * Whether a complaint of the kernel's own (WARN_ON and family, BUG_ON) is the same check in other words: the patch removes
 * the line of the one and adds that of the other to the same function, which it may rename, or the line itself is untouched.
 * What is left at the end is the same whatever function made it.
 */
function rewordedIn({ sides: { before, after }, runs }: RanCase): Reworded {
  const at = (side: PatchSide, run: ScenarioRun, v: Violation): { fn: string; place: DiffPlace } | null => {
    const stopped = v.stop === true ? run.end.stack[0] : undefined;
    const frame = v.event === null ? undefined : run.events[v.event]?.stack[0];
    const fn = stopped?.fn ?? (frame === undefined ? null : side.fn(frame.fn));
    if (fn === null || fn.fidelity !== "diff") return null;
    const place = side.place(side.docLine((stopped ?? frame!).loc));
    return place === null ? null : { fn: fn.name, place };
  };
  const shows = ({ overlay }: PatchSide, fn: string): boolean =>
    [...overlay.functions, ...overlay.partial].some((d) => d.name === fn);
  return (w, v) => {
    if (v.code !== "warn" && v.code !== "bug") return sameButNamed(v.code, w.message, v.message);
    const was = at(before, runs.before, w);
    const is = at(after, runs.after, v);
    if (was === null || is === null || (was.fn !== is.fn && (shows(after, was.fn) || shows(before, is.fn))))
      return false;
    const kinds = was.place.kind + is.place.kind;
    return kinds === "-+" || (kinds === "  " && was.place.text === is.place.text);
  };
}

/** What the two runs mean; `judged` is null where nothing is said of violations. */
function verdictOf(
  ran: RanCase,
  item: ScenarioItem,
  executed: Readonly<Record<Side, readonly string[]>>,
  context: CaseContext,
): { verdict: Verdict; reason: string; judged: Judged | null } {
  const { sides, runs } = ran;
  const problem =
    noBoot(sides) ??
    (executed.before.length + executed.after.length === 0 && !reaches(ran)
      ? {
          verdict: "not-modelled" as Verdict,
          reason: reachesNothing(sides.after.inTree) + endedEarly(ran),
        }
      : null) ??
    prefixed("before", unusable(runs.before));
  if (problem !== null) return { ...problem, judged: null };
  const late = goesOn(ran, executed.after);
  const cut = prefixed("after", late ?? unusable(runs.after));
  // What a run shows on the way to its bound is seen where the other side ended: only what is new there, and no more.
  if (cut !== null && (late === null || runs.after.truncated || runs.after.stubs.length > 0))
    return { ...cut, judged: null };
  const said = judgedOf(ran, item, context);
  return cut !== null && said.verdict !== "new" ? { ...cut, judged: null } : said;
}

/** What two runs mean that can be compared. */
function judgedOf(ran: RanCase, item: ScenarioItem, context: CaseContext): ReturnType<typeof verdictOf> {
  const { sides, runs } = ran;
  const { judged: compared, standing } = ofItsOwn(
    ran,
    compareRuns(runs.before, runs.after, releaseFaults(ran, item, context), rewordedIn(ran)),
  );
  if (standing !== null) return { verdict: "not-modelled", reason: standing, judged: null };
  const own = ({ root }: Cause): boolean => !ofTheMixture(ran, "after", item, context, root);
  const judged: Judged = {
    ...compared,
    gone: compared.gone.filter(({ root }) => !ofTheMixture(ran, "before", item, context, root)),
    still: compared.still.filter((c) => own(c) && !unprepared(ran, item, context, c.root)),
  };
  const stray =
    compared.fresh.find((c) => !own(c)) ??
    (compared.verdict === "already" && judged.still.length === 0 ? compared.still[0] : undefined) ??
    (compared.verdict === "fixed" && judged.gone.length === 0 ? compared.gone[0] : undefined);
  if (stray !== undefined && compared.verdict === "already" && own(stray))
    return {
      verdict: "not-modelled",
      reason: `${stray.root.code === "oops" ? "an oops" : "a division by zero"} comes up with and without the patch where the tree's code runs beside the reference kernel's: something that it needs was not set up on this machine`,
      judged: null,
    };
  if (stray !== undefined) {
    const code = `code of the reference kernel ${sides.after.era}`;
    const what = isOfLock(stray.root.message)
      ? `a lock is asked for where ${code} runs`
      : `${stray.root.code} comes up in ${code}`;
    return {
      verdict: "not-modelled",
      reason: `${what}; the tree is Linux ${sides.mixed}, and the two may not fit there`,
      judged: null,
    };
  }
  const verdict =
    sides.same && (judged.verdict === "new" || judged.verdict === "fixed") ? "clean" : judged.verdict;
  const quiet = verdict === "clean" || verdict === "already";
  const why =
    lackedRan(ran) ??
    (quiet || verdict === "fixed" ? olderThanBefore(ran) : null) ??
    (quiet || sides.after.inTree || sides.framed ? standIn(ran) : null) ??
    (quiet
      ? withoutHunk(sides)
      : (unfitRan(ran) ?? otherRules(ran, judged) ?? tornEarlier(ran, judged) ?? notSetUp(ran, judged)));
  return why === null
    ? { verdict, reason: "", judged }
    : { verdict: "not-modelled", reason: why, judged: null };
}

/** Of a run that came to the bound of instructions where the other side of the same case ends; else null. */
function goesOn({ runs }: RanCase, changed: readonly string[]): ReturnType<typeof unusable> {
  const { reason, stack } = runs.after.end;
  if (reason.kind !== "limit" || runs.before.end.reason.kind !== "completed") return null;
  const at = (stack.find((f) => changed.includes(f.fn.name)) ?? stack[0])?.fn.name;
  const where = at === undefined ? "" : `, in ${at}()`;
  return {
    verdict: "limit",
    reason: `${reason.message}${where}, and before the patch it ends: a loop without end, or a very long one`,
  };
}

/** ", and ended early: ..." of a run that something of ours cut short: what came after that it may have reached. */
function endedEarly({ runs }: RanCase): string {
  const cut = unusable(runs.before) ?? unusable(runs.after);
  return cut === null ? "" : ` before it ended early: ${cut.reason}`;
}

/** Why neither side ran anything; null where both boot, or where the patch is what a fault of the kernel's comes up with on the way there. */
function noBoot({ before, after }: PatchSides): { verdict: Verdict; reason: string } | null {
  const side = [before, after].find((s) => s.booted.snapshot === null);
  if (side === undefined) return null;
  const { boot } = side.booted;
  const cut = unusable(boot);
  const last = boot.end.stack.some((f) => f.fn.fidelity === "diff");
  if (cut === null && side === after && last && before.era === after.era) return null;
  const { verdict, reason } = cut ?? { verdict: "not-modelled" as const, reason: boot.end.reason.message };
  return { verdict, reason: `${side.side}: ${reason}` };
}

function prefixed(
  side: Side,
  p: { verdict: Verdict; reason: string } | null,
): { verdict: Verdict; reason: string } | null {
  return p === null ? null : { verdict: p.verdict, reason: `${side}: ${p.reason}` };
}

/** Why what only the after side shows may be right by rules that the patch itself brings, of which not all fits the tree. */
const otherRules = ({ sides: { eraUnfit } }: RanCase, judged: Judged): string | null =>
  eraUnfit !== "" && judged.fresh.length > 0
    ? `the patch brings rules of another era, and not all of it fits ${eraUnfit} of the tree: by which rules its code counts is not known`
    : null;

/**
 * Why a difference may not be the patch's: the side that differs ran a function that is not as the earlier patches of the
 * series make it (what ended the run came after all of them). Null where something differs on a side without one.
 */
function tornEarlier(
  { sides: { before, after, torn, tornAway }, runs }: RanCase,
  judged: Judged,
): string | null {
  if (torn.size === 0) return null;
  const ran = (side: PatchSide, run: ScenarioRun): string | null => {
    const id = run.functions.find((f) => torn.has(side.fn(f).name));
    if (id !== undefined)
      return `a hunk of an earlier patch for ${side.fn(id).name}() does not fit the kernel tree: it ran without it`;
    for (const f of run.functions) {
      const { name, path } = side.fn(f);
      const away = tornAway.get(path);
      if (away !== undefined)
        return `a hunk of an earlier patch for ${away}() does not fit the kernel tree, whose ${path} has no function of that name: ${name}() of that file ran without it`;
    }
    return null;
  };
  const whys = [
    ...(judged.fresh.length > 0 ? [ran(after, runs.after)] : []),
    ...(judged.gone.length > 0 ? [ran(before, runs.before)] : []),
  ];
  return whys.includes(null) ? null : (whys[0] ?? null);
}

/**
 * Whether what a side shows may come of a tree and a reference kernel of two releases: it happens in the reference kernel's code,
 * which by itself does not show it, or that code of the same file has called what asks for a lock of the other release.
 */
function ofTheMixture(
  { sides, runs }: RanCase,
  which: Side,
  item: ScenarioItem,
  { baselines, steps }: CaseContext,
  v: Violation,
): boolean {
  if (sides.mixed === "") return false;
  const side = sides[which];
  const run = runs[which];
  const stack =
    v.stop === true
      ? run.end.stack.map((f) => f.fn)
      : v.event === null
        ? []
        : run.events[v.event]!.stack.map((f) => side.fn(f.fn));
  const reference = stack.find((fn) => fn.fidelity === "reference");
  const isTheirs = reference === stack[0] || (isOfLock(v.message) && reference?.path === stack[0]?.path);
  return reference !== undefined && isTheirs && !baselines.faults(side.era, item, steps).has(keyOf(v));
}

const UNPREPARED: ReadonlySet<string> = new Set(["oops", "division-by-zero"]);

/**
 * Whether an oops or a division by zero of both sides on a tree is the machine's: the tree's code runs on what its own set-up (an
 * initcall, a function that the reference kernel has in another form) would have made. The bare reference kernel shows none there.
 */
function unprepared(
  { sides: { after } }: RanCase,
  item: ScenarioItem,
  { baselines, steps }: CaseContext,
  v: Violation,
): boolean {
  return after.inTree && UNPREPARED.has(v.code) && !baselines.faults(after.era, item, steps).has(keyOf(v));
}

/**
 * Why a difference may not be the patch's: the side that differs works with an object of the mail, and the function that sets
 * it up is called only where the mail shows a part, so that it never ran. Null otherwise, and with a kernel tree.
 */
function notSetUp({ sides, runs }: RanCase, judged: Judged): string | null {
  for (const [side, run, causes] of [
    [sides.after, runs.after, judged.fresh],
    [sides.before, runs.before, judged.gone],
  ] as const) {
    if (causes.length === 0 || side.inTree) continue;
    const ran = new Set([...side.booted.boot.functions, ...run.functions].map((id) => side.fn(id).name));
    const { functions, partial, others } = side.overlay;
    for (const f of functions) {
      if (ran.has(f.name) || functions.some((g) => g !== f && hasWord(g.text, f.name))) continue;
      const caller = partial.find((p) => p.changed && p.kind === "function" && hasWord(p.text, f.name));
      const object = others.find(
        (o) =>
          o.kind === "variable" &&
          hasWord(f.text, o.name) &&
          functions.some((g) => g !== f && ran.has(g.name) && hasWord(g.text, o.name)),
      );
      if (caller !== undefined && object !== undefined)
        return `${caller.name}() calls ${f.name}(), which sets up ${object.name}; the mail shows ${caller.name}() only in part, so ${f.name}() did not run`;
    }
  }
  return null;
}

/** Why quiet says nothing: data, a macro or a type that the patch changes is not as it has it. */
function withoutHunk({ missing, after }: PatchSides): string | null {
  const hunk = missing[0];
  if (hunk !== undefined)
    return `a hunk for ${hunk.path} (line ${hunk.docLine} of the mail) does not fit the kernel tree: it ran without it`;
  const data = after.inTree
    ? after.overlay.partial.find((d) => d.changed && d.kind !== "function")
    : undefined;
  return data === undefined
    ? null
    : `a hunk for ${data.kind} ${data.name} does not fit the kernel tree: it ran without it`;
}

/**
 * Which faults are the releases' own. Before, when the sides are of different eras: all that the bare reference kernel
 * of its era shows too. After, then and where the side before the patch did not come to the end of the case: those as
 * well, unless a line of the patch is what does it.
 */
function releaseFaults(
  { sides: { before, after, taken }, runs }: RanCase,
  item: ScenarioItem,
  { baselines, steps }: CaseContext,
): ReleaseFaults {
  const mixed = before.era !== after.era || taken;
  if (
    (!mixed && !isFault(runs.before)) ||
    allViolations(runs.before).length + allViolations(runs.after).length === 0
  )
    return { before: () => false, after: () => false };
  return {
    before: (key) => mixed && !taken && baselines.faults(before.era, item, steps).has(key),
    after: (key, v) =>
      !isExact(after, runs.after, before, runs.before, v) &&
      baselines.faults(after.era, item, steps).has(key),
  };
}

/** Whether a line of the patch itself does it. */
function isExact(
  side: PatchSide,
  run: ScenarioRun,
  other: PatchSide,
  otherRun: ScenarioRun,
  v: Violation,
): boolean {
  return (v.stop === true ? blameStop : blame)(side, run, other, otherRun, v).exact;
}

function sideRun(run: ScenarioRun): SideRun {
  const kind = run.end.reason.kind;
  return {
    outcome: kind === "unsupported" ? "not-modelled" : kind,
    violations: [...new Set(allViolations(run).map((v) => v.code))],
    stubs: run.stubs.map((s) => s.name),
    steps: run.steps,
    ...(kind === "completed" ? {} : { reason: run.end.reason.message }),
  };
}

/** What a run did on each line of the mail; what ran when its machine booted, it stands on. */
function linesOf(side: PatchSide, run: ScenarioRun, { facts }: CaseContext): CaseLine[] {
  interface Line {
    readonly docLine: number;
    readonly side: Side;
    fn: string;
    hits: number;
    readonly changes: LineChange[];
  }
  const lines = new Map<number, Line>();
  const lineAt = (docLine: number): Line => {
    let line = lines.get(docLine);
    if (line === undefined) {
      line = { docLine, side: side.side, fn: "", hits: 0, changes: [] };
      lines.set(docLine, line);
    }
    return line;
  };
  const words = wordsOf(run, "short");
  for (const ran of [side.booted.boot, run])
    ran.lineHits.forEach((hits, id) => {
      if (hits === undefined) return;
      const docLine = side.docLine(side.kernel.image.lines[id] ?? null);
      // A line in a header, or with macros, has several places in one run: it is one run.
      if (docLine > 0) lineAt(docLine).hits = 1;
    });
  if (!facts) return [...lines.values()];
  for (const e of run.events) {
    if (!onLines(e)) continue;
    const at = side.diffFrame(e.stack);
    if (at === null) continue;
    const line = lineAt(at.docLine);
    line.fn = side.fn(at.frame.fn).name;
    if (line.changes.length >= MAX_CHANGES) continue;
    const text = eventText(side, e, words).split(", by ", 1)[0]!;
    if (!line.changes.some((c) => c.text === text)) line.changes.push({ text, scenario: run.label });
  }
  return [...lines.values()];
}
