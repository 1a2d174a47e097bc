/**
 * Lets each fallible call of a scenario fail once, on both sides of a patch, and then in pairs, and compares what that shows:
 * a fault that the after side has where a call fails, and the before side has not where the same call fails, is the patch's.
 * A call is known by its name and the functions that are open there; one that only the after side makes is compared with
 * all of the before side's. The tasks run in the order that they take by themselves, and a call that asks with __GFP_NOFAIL
 * does not fail. Leaves out orders (explore.ts) and words for a terminal (server/report/explored.ts).
 */
import { follow } from "../../emulator/explore/explore.ts";
import { FAULT, NTH_FAILURE, THEN_FAILURE } from "../../emulator/machine/machine.ts";
import type { ScenarioRun } from "../../emulator/scenario/runner.ts";
import type { Patch } from "../mail/types.ts";
import { unusable } from "./compare.ts";
import {
  caseOn,
  type ExploreLimits,
  type Frequency,
  faultsOf,
  frequency,
  type PlaceTold,
  place,
  rootOf,
  whyNothing,
} from "./explore.ts";
import { digestOf, orderText, type Replay, replayToken } from "./replay.ts";
import type { PatchSide } from "./side.ts";
import type { PatchSides } from "./sides.ts";
import { ofStandIn } from "./stand_in.ts";
import type { Side } from "./types.ts";

/** A call that was made to fail, or what was made to happen (a signal, an I/O error, poison), and where. */
export interface FailedCall {
  readonly name: string;
  readonly at: PlaceTold | null;
}

export interface InjectedFault {
  readonly verdict: "new" | "fixed" | "already";
  readonly code: string;
  readonly message: string;
  readonly before: Frequency;
  readonly after: Frequency;
  /** The run that shows it, on the after side (`fixed`: on the before side). */
  readonly side: Side;
  /** One call, or two: what fails in it, in turn. */
  readonly failed: readonly FailedCall[];
  readonly token: string;
}

export interface InjectedSide {
  /** Calls that can fail, as the scenario makes them when none does. */
  readonly calls: number;
  /** Runs in which one failed, and in which two did. */
  readonly single: number;
  readonly pairs: number;
  /** Runs that say nothing. */
  readonly unusable: number;
  /** What ran out before everything was tried, or "". */
  readonly cut: string;
}

export interface InjectedCase {
  readonly patch: number;
  readonly scenario: string;
  /** How many calls failed in a run at most. */
  readonly depth: 1 | 2;
  readonly before: InjectedSide;
  readonly after: InjectedSide;
  readonly faults: readonly InjectedFault[];
  /** Why nothing can be said, or "". */
  readonly notModelled: string;
}

interface Case {
  readonly name: string;
  readonly params: ReadonlyMap<string, number>;
  readonly label: string;
}

/** A case with its nth fallible call failing, and then the next `then`th after that one (0: no other). */
export function failingCase<C extends Pick<Case, "params" | "label">>(c: C, nth: number, then = 0): C {
  const params = new Map(c.params).set(NTH_FAILURE, nth);
  if (then > 0) params.set(THEN_FAILURE, then);
  const second = then > 0 ? ` ${THEN_FAILURE}=${then}` : "";
  return { ...c, params, label: `${c.label} ${NTH_FAILURE}=${nth}${second}` };
}

const FAILING = new RegExp(`^(.*?) ${NTH_FAILURE}=([1-9]\\d{0,5})(?: ${THEN_FAILURE}=([1-9]\\d{0,5}))?$`);

/** What a token's scenario says: the case as the catalogue has it, and which calls fail (0: none). */
export function parseFailing(label: string): {
  readonly label: string;
  readonly nth: number;
  readonly second: number;
} {
  const m = FAILING.exec(label);
  return m === null
    ? { label, nth: 0, second: 0 }
    : { label: m[1]!, nth: Number(m[2]), second: Number(m[3] ?? 0) };
}

interface Shown {
  /** What failed: name and open functions, each call. */
  readonly where: string;
  readonly fault: string;
  readonly run: ScenarioRun;
  readonly label: string;
}

/** All that the runs of one side showed. */
class Injecting {
  calls = 0;
  single = 0;
  pairs = 0;
  unusable = 0;
  cut = "";
  readonly functions = new Set<number>();
  readonly shown: Shown[] = [];
  /** Where calls failed, in runs that say something. */
  readonly where = new Map<string, number>();
  readonly reasons = new Map<string, number>();
  private readonly side: PatchSide;
  private readonly limits: ExploreLimits;
  private runs = 0;

  constructor(side: PatchSide, c: Case, depth: 1 | 2, limits: ExploreLimits) {
    this.side = side;
    this.limits = limits;
    for (let nth = 1; this.cut === "" && this.inject(c, nth, 0); nth++) this.calls = nth;
    for (let nth = 1; depth === 2 && nth <= this.calls && this.cut === ""; nth++)
      for (let then = 1; this.cut === "" && this.inject(c, nth, then); then++);
  }

  get said(): InjectedSide {
    const { calls, single, pairs, unusable: none, cut } = this;
    return { calls, single, pairs, unusable: none, cut };
  }

  /** One run; false: there are not so many calls. */
  private inject(c: Case, nth: number, then: number): boolean {
    if (this.runs >= this.limits.schedules) this.cut = `the budget of ${this.limits.schedules} runs`;
    else if (this.limits.stop?.() === true) this.cut = "the time";
    if (this.cut !== "") return false;
    this.runs++;
    const failing = failingCase(c, nth, then);
    const { run } = follow(this.side.booted, caseOn(this.side, failing)!, [], this.limits.steps);
    const failed = failures(run);
    if (failed.length < (then > 0 ? 2 : 1)) return false;
    // The number names a call that cannot fail: nothing was injected that could happen.
    if (failed.some((e) => cannotFail(this.side, e))) return true;
    if (then > 0) this.pairs++;
    else this.single++;
    for (const f of run.functions) this.functions.add(f);
    const faults = faultsOf(run);
    if (faults === null) {
      this.unusable++;
      const reason = unusable(run)?.reason ?? "";
      this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
      return true;
    }
    const where = failed.map((e) => whereOf(this.side, e)).join(" then ");
    this.where.set(where, (this.where.get(where) ?? 0) + 1);
    for (const fault of new Set(faults)) this.shown.push({ where, fault, run, label: failing.label });
    return true;
  }
}

type Failure = ReturnType<typeof failures>[number];

const failures = (run: ScenarioRun) =>
  run.events.filter((e) => e.kind === "named" && e.name === "injected-failure");

const nameOf = (e: Failure): string => (e.kind === "named" ? e.text : "");

/** Lines of a call that are read for its flags, and open functions whose calls are. */
const CALL_LINES = 3;
const CALL_FRAMES = 4;

/** Whether whoever asked for the memory said that it must not fail. */
function cannotFail(side: PatchSide, e: Failure): boolean {
  return e.stack.slice(0, CALL_FRAMES).some(({ loc }) => {
    if (loc === null) return false;
    const { path, line } = side.sourceOf(loc);
    const text = side.kernel.image.files.find((f) => f.path === path)?.text ?? "";
    const call = text
      .split("\n")
      .slice(line - 1, line - 1 + CALL_LINES)
      .join(" ")
      .split(";")[0]!;
    return /\b__GFP_NOFAIL\b/.test(call);
  });
}

const whereOf = (side: PatchSide, e: Failure): string =>
  `${nameOf(e)} in ${e.stack.map((f) => side.fn(f.fn).name).join(" < ")}`;

/** The calls that failed in a run, in turn. */
export const failedIn = (side: PatchSide, run: ScenarioRun): FailedCall[] =>
  failures(run).map((e) => toldOf(side, e));

function toldOf(side: PatchSide, e: Failure): FailedCall {
  const shown = e.stack.find((f) => side.docLine(f.loc) > 0);
  const frame = shown ?? e.stack.find((f) => f.loc !== null && !/^fsc_|^__fsc_/.test(side.fn(f.fn).name));
  const at =
    frame === undefined || frame.loc === null ? null : place(side, side.fn(frame.fn).name, frame.loc);
  return { name: nameOf(e).replace(FAULT, ""), at };
}

/** Lets the fallible calls of one case fail on both sides, and compares. */
export function exploreFaults(
  sides: PatchSides,
  c: Case,
  patch: Patch,
  depth: 1 | 2,
  limits: ExploreLimits,
): InjectedCase {
  const common = { patch: patch.index, scenario: c.label, depth };
  const none: InjectedSide = { calls: 0, single: 0, pairs: 0, unusable: 0, cut: "" };
  if (caseOn(sides.before, c) === null || caseOn(sides.after, c) === null) {
    const notModelled =
      sides.before.bootProblem || sides.after.bootProblem || "a side does not have the scenario";
    return { ...common, before: none, after: none, faults: [], notModelled };
  }
  const before = new Injecting(sides.before, c, depth, limits);
  const after = sides.same ? before : new Injecting(sides.after, c, depth, limits);
  const said = { ...common, before: before.said, after: after.said };
  const ran = (i: Injecting) => ({ functions: [...i.functions], faults: i.shown });
  const silent = after.single === 0 ? "the scenario makes no call that can be made to fail" : "";
  const [mute] = [...after.reasons, ...before.reasons].sort((a, b) => b[1] - a[1]);
  const nothing = after.where.size === 0 || before.where.size === 0 ? (mute?.[0] ?? "") : "";
  const notModelled = silent || nothing || whyNothing(sides, ran(before), ran(after));
  if (notModelled !== "") return { ...said, faults: [], notModelled };
  const { faults, standing } = compared(sides, patch, before, after);
  return { ...said, faults, notModelled: faults.length > 0 ? "" : standing };
}

/** The faults of both sides, compared; `standing`: why some are not the patch's, or "". */
function compared(
  sides: PatchSides,
  patch: Patch,
  before: Injecting,
  after: Injecting,
): { faults: InjectedFault[]; standing: string } {
  const by = { before, after };
  let standing = "";
  const out = new Map<string, InjectedFault>();
  const runsOf = (i: Injecting): number => [...i.where.values()].reduce((n, k) => n + k, 0);
  const countOf = (i: Injecting, fault: string): number => i.shown.filter((s) => s.fault === fault).length;
  // Shown where the same call fails on the other side, or anywhere on it when it does not make that call.
  const alsoOn = (other: Injecting, s: Shown): boolean =>
    other.shown.some((o) => o.fault === s.fault && (o.where === s.where || !other.where.has(s.where)));
  const tell = (name: Side, s: Shown, verdict: InjectedFault["verdict"]): void => {
    const key = `${verdict} ${s.fault}`;
    if (out.has(key)) return;
    const root = rootOf(s.run, s.fault);
    const why = root === undefined || verdict === "already" ? null : ofStandIn(sides[name], s.run, root);
    if (why !== null) {
      standing = why;
      return;
    }
    const code = s.fault.split(":")[0]!;
    const replay: Replay = {
      digest: digestOf(patch),
      patch: patch.index,
      scenario: s.label,
      beforeEra: sides.before.era,
      afterEra: sides.after.era,
      seed: orderText({ side: name, schedule: [] }),
      code,
    };
    out.set(key, {
      verdict,
      code,
      message: root?.message ?? s.fault,
      before: frequency(countOf(before, s.fault), runsOf(before)),
      after: frequency(countOf(after, s.fault), runsOf(after)),
      side: name,
      failed: failedIn(sides[name], s.run),
      token: replayToken(replay),
    });
  };
  for (const s of by.after.shown) {
    const known = alsoOn(before, s);
    // A call that the before side was not brought to, since something ran out, is no evidence.
    if (known || before.cut === "") tell("after", s, known ? "already" : "new");
  }
  // What a call no longer shows counts as fixed only where that same call was tried on the after side.
  for (const s of by.before.shown)
    if (!alsoOn(after, s) && after.where.has(s.where)) tell("before", s, "fixed");
  return { faults: [...out.values()], standing };
}
