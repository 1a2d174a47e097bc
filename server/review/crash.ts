/**
 * Crash reports in a mail: what was read, which scenarios enter the functions of the stack, and, with a kernel tree and the
 * series that the report is about, whether one of them comes to the same fault at the same function, and since which patch.
 * Leaves out finding reports in a text (server/mail/crash.ts) and words for a surface (report/crash_text.ts).
 */
import { type Era, NEWEST_ERA } from "../../emulator/kernel/era.ts";
import { referenceDefines } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { casesOf, runCase, type ScenarioRun } from "../../emulator/scenario/runner.ts";
import type { CrashReport, ParsedDocument, Patch } from "../mail/types.ts";
import { imagesIn, type TreeContext } from "../source/context.ts";
import { isFault, stopCode } from "./compare.ts";
import { reachOf } from "./reach.ts";
import type { PatchSide } from "./side.ts";
import { buildSides, sourcesOf } from "./sides.ts";
import { DEFAULT_STEPS, type ReviewOptions } from "./types.ts";

/** How near a run comes to a report: its fault is of that kind at that function, or has that function on its stack. */
export type Nearness = "same" | "stack";

/** A fault of a run, beside a report. */
export interface CrashMatch {
  readonly near: Nearness;
  readonly scenario: string;
  readonly message: string;
  /** Functions from the fault outwards. */
  readonly stack: readonly string[];
  /** Functions that the report's trace and this stack have in common. */
  readonly common: readonly string[];
  /** The first patch of the series with which it shows; null: it shows without the series too. */
  readonly since: CrashSince | null;
}

export interface CrashSince {
  readonly number: number;
  readonly subject: string;
  /** Patches up to there with hunks that the tree refuses: what is theirs may show with a later one only. */
  readonly inPart: readonly number[];
}

export interface CrashOutcome {
  readonly report: CrashReport;
  /** Functions of the report that the machine has, the faulting one first. */
  readonly known: readonly string[];
  /** Cases that enter most of them, the best first. */
  readonly scenarios: readonly string[];
  /** Patches of the series, or without one of the mail, that touch a function of the report. */
  readonly touchedBy: readonly { readonly number: number; readonly subject: string; readonly fn: string }[];
  /** What is to be named yet to run it: the tree and the series, or the series alone. */
  readonly lacks: "tree" | "series" | null;
  /** Cases that ran; 0 where there was nothing to run them on. */
  readonly ran: number;
  readonly match: CrashMatch | null;
}

/** Cases that are tried for a report. */
const CASES_MAX = 32;
/** Instructions of a case: few cases run, and a series that is under way may do some things a page at a time. */
const CRASH_STEPS = 12 * DEFAULT_STEPS;
/** Reports of a mail that are looked at. */
const REPORTS_MAX = 4;

/** What a compiler added to a function's name. */
const plainName = (symbol: string): string => symbol.split(".", 1)[0] || symbol;

/** The report's functions, the faulting one first; what the unwinder was unsure of is left out. */
function functionsOf(report: CrashReport): string[] {
  const frames = report.callTrace.filter((f) => !f.uncertain).map((f) => plainName(f.symbol));
  return [...new Set([...(report.symbol === null ? [] : [plainName(report.symbol)]), ...frames])];
}

/** Kinds of stop that are a report of that kind. */
const STOPS: Readonly<Record<CrashReport["kind"], readonly string[]>> = {
  oops: ["oops", "general-protection"],
  gpf: ["general-protection", "oops"],
  bug: ["bug"],
  kasan: ["use-after-free", "out-of-bounds", "uninitialised-read", "double-free"],
  warning: ["warn"],
  panic: [],
  hang: ["deadlock", "livelock"],
  rcu: [],
  lockdep: ["deadlock", "lock-misuse"],
};

/** A fault of a run: a stop, or a warning, with the functions that were open. */
interface Fault {
  readonly kind: string;
  readonly message: string;
  readonly stack: readonly string[];
}

function faultsOf(side: PatchSide, run: ScenarioRun): Fault[] {
  const out: Fault[] = [];
  if (isFault(run))
    out.push({
      kind: stopCode(run),
      message: run.end.reason.message,
      stack: run.end.stack.map((f) => f.fn.name),
    });
  for (const e of run.events)
    if (e.kind === "warn")
      out.push({ kind: "warn", message: e.text, stack: e.stack.map((f) => side.fn(f.fn).name) });
  return out;
}

/** The fault of a run that comes nearest to a report. */
function nearestFault(
  side: PatchSide,
  run: ScenarioRun,
  report: CrashReport,
): Omit<CrashMatch, "since"> | null {
  const wanted = functionsOf(report);
  const symbol = report.symbol === null ? null : plainName(report.symbol);
  let best: Omit<CrashMatch, "since"> | null = null;
  for (const f of faultsOf(side, run)) {
    if (!STOPS[report.kind].includes(f.kind)) continue;
    const common = wanted.filter((n) => f.stack.includes(n));
    const near: Nearness | null =
      symbol !== null && f.stack[0] === symbol
        ? "same"
        : symbol === null || f.stack.includes(symbol)
          ? common.length > 0
            ? "stack"
            : null
          : null;
    if (near === null || best?.near === "same") continue;
    best = { near, scenario: run.label, message: f.message, stack: f.stack, common };
  }
  return best;
}

/** Cases that enter the report's functions, those that enter most of them first; of them those named as its process. */
function casesFor(era: Era, report: CrashReport): { known: string[]; scenarios: string[] } {
  const table = reachOf(era);
  const wanted = functionsOf(report);
  const known = wanted.filter((n) => table?.knows(n) === true || referenceDefines(era, n));
  if (table === null) return { known, scenarios: [] };
  const symbol = report.symbol === null ? "" : plainName(report.symbol);
  const scored = table.scenarios.flatMap(casesOf).flatMap(({ label }) => {
    const entered = table.entered(label);
    if (entered === null) return [];
    const score = known.reduce((n, k) => n + (entered.has(k) ? (k === symbol ? 4 : 1) : 0), 0);
    return score > 0 ? [{ label, score }] : [];
  });
  scored.sort((a, b) => b.score - a.score);
  // A test's program has its name from what it does: where a scenario is called so too, it is the first to try.
  const named = (label: string): boolean =>
    report.process !== null && label.split(" ")[0]!.split("-").includes(report.process);
  const best = scored[0]?.score ?? 0;
  const all = scored.filter((s) => s.score === best).map((s) => s.label);
  const first = all.filter(named);
  return { known, scenarios: [...first, ...all.filter((label) => !first.includes(label))] };
}

/** A tree with the first patches of a series. */
class States {
  private readonly context: TreeContext;
  private readonly doc: ParsedDocument;
  private readonly options: ReviewOptions;
  private readonly memories = [new Memory(), new Memory()] as const;

  constructor(context: TreeContext, doc: ParsedDocument, options: ReviewOptions) {
    this.context = context;
    // Of the mail nothing is applied: the series is the one that was named.
    this.doc = { ...doc, patches: [], series: [] };
    this.options = options;
  }

  /** Whether hunks of C of the patch after the first `count` find no place, in a file that the tree has. */
  inPart(count: number): boolean {
    const { prerequisites } = this.context;
    const patch = prerequisites[count];
    if (patch === undefined) return false;
    const context = { ...this.context, prerequisites: prerequisites.slice(0, count) };
    return imagesIn(context, this.doc, patch).files.some(
      (f) =>
        f.touched &&
        /\.[ch]$/.test(f.path) &&
        f.hunks.some((h) => h.fate.kind === "rejected" && h.fate.why.kind !== "no-file"),
    );
  }

  /** The state after the first `count` patches, or with 0 before the first one; null where nothing of them is code. */
  at(count: number): PatchSide | null {
    const { prerequisites } = this.context;
    const below = prerequisites.slice(0, Math.max(0, count - 1));
    const last = prerequisites[below.length];
    if (last === undefined) return null;
    const context = { ...this.context, prerequisites: below };
    const sources = sourcesOf(this.doc, last, this.options, null, context);
    if (sources.nothing !== null) return null;
    const { before, after } = buildSides(last, sources, this.memories, () => false);
    return count === 0 ? before : after;
  }
}

/** What comes of the crash reports of a mail. `context`: the tree and the series that they are about, or null. */
export function crashOutcomes(
  doc: ParsedDocument,
  context: TreeContext | null,
  options: ReviewOptions,
): CrashOutcome[] {
  // Replies quote a report again.
  const seen = new Set<string>();
  const reports = doc.crashReports.filter((r) => {
    const key = [r.kind, r.location, r.address, ...r.callTrace.slice(0, 8).map((f) => f.symbol)].join(" ");
    return !seen.has(key) && seen.add(key);
  });
  return reports.slice(0, REPORTS_MAX).map((report) => outcomeOf(report, doc, context, options));
}

function outcomeOf(
  report: CrashReport,
  doc: ParsedDocument,
  context: TreeContext | null,
  options: ReviewOptions,
): CrashOutcome {
  const patches = context?.prerequisites ?? [];
  const states = context === null || patches.length === 0 ? null : new States(context, doc, options);
  const end = states?.at(patches.length) ?? null;
  const { known, scenarios } = casesFor(end?.era ?? NEWEST_ERA, report);
  const own = patches.length > 0 ? patches : doc.patches;
  const lacks = states !== null ? null : options.tree === undefined ? "tree" : "series";
  const base = { report, known, scenarios, touchedBy: touching(own, report), lacks } as const;
  if (states === null) return { ...base, ran: 0, match: null };
  const steps = options.steps ?? CRASH_STEPS;
  const whole = tryIn(end, wantedLabels(scenarios, options), report, steps);
  const match = whole.match;
  if (match === null) return { ...base, ran: whole.ran, match: null };
  const shows = (count: number): boolean =>
    tryIn(states.at(count), [match.scenario], report, steps).match?.near === match.near;
  // The first patch with which it shows, by halving: it shows at `high`.
  let low = 0;
  let high = patches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (shows(middle)) high = middle;
    else low = middle + 1;
  }
  const first = high === 0 ? null : patches[high - 1]!;
  const inPart = patches.slice(0, high).flatMap((p, i) => (states.inPart(i) ? [p.number] : []));
  const since = first === null ? null : { number: first.number, subject: first.subject, inPart };
  return { ...base, ran: whole.ran, match: { ...match, since } };
}

/** The cases to try: those of scenario files first, then those that enter most of the stack. */
function wantedLabels(scenarios: readonly string[], { written = [] }: ReviewOptions): string[] {
  const own = written.flatMap(({ name, title, params }) =>
    casesOf({ name, title, params: new Map(params), run: 0n }).map((c) => c.label),
  );
  // One case a scenario before the second of any.
  const rounds = new Map<string, number>();
  const turns = scenarios.map((label, at) => {
    const name = label.split(" ")[0]!;
    const round = rounds.get(name) ?? 0;
    rounds.set(name, round + 1);
    return { label, round, at };
  });
  turns.sort((a, b) => a.round - b.round || a.at - b.at);
  return [...own, ...turns.map((t) => t.label)].slice(0, CASES_MAX);
}

function tryIn(
  side: PatchSide | null,
  labels: readonly string[],
  report: CrashReport,
  stepLimit: number,
): { ran: number; match: Omit<CrashMatch, "since"> | null } {
  if (side === null || side.booted.snapshot === null) return { ran: 0, match: null };
  const cases = side.booted.scenarios.flatMap(casesOf);
  let ran = 0;
  let best: Omit<CrashMatch, "since"> | null = null;
  for (const label of labels) {
    const c = cases.find((x) => x.label === label);
    if (c === undefined) continue;
    ran++;
    const found = nearestFault(side, runCase(side.booted, c, { stepLimit }), report);
    if (found?.near === "same") return { ran, match: found };
    best ??= found;
  }
  return { ran, match: best };
}

/** Patches that change a function of the report. */
function touching(patches: readonly Patch[], report: CrashReport): CrashOutcome["touchedBy"] {
  const wanted = functionsOf(report);
  return patches.flatMap((p) => {
    const fn = wanted.find((n) =>
      p.definitions.some((d) => d.kind === "function" && d.changed && d.name === n),
    );
    return fn === undefined ? [] : [{ number: p.number, subject: p.subject, fn }];
  });
}
