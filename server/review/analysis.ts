/**
 * The review of a document: for every patch the sides (sides.ts), the plan (plan.ts), the outcomes of its cases (case.ts)
 * taken in order (collect.ts). Plain data in, plain data out. `reviewDocument` does it all on the calling thread;
 * emulation/pool.ts drives the same `PatchReview`s with several. Leaves out reading mails (server/parse.ts) and every
 * surface.
 */

import type { Era } from "../../emulator/kernel/era.ts";
import { spaceOf } from "../../emulator/kernel.ts";
import type { Memory } from "../../emulator/mem/memory.ts";
import type { ScenarioDef } from "../../emulator/scenario/runner.ts";
import { globMatcher } from "../glob.ts";
import type { ParsedDocument, Patch } from "../mail/types.ts";
import { holdsIn } from "../scenarios/to_c.ts";
import type { ScenarioFile } from "../scenarios/types.ts";
import { isOfItsTime } from "../source/bases.ts";
import { type TreeContext, treeContext, treeUsed } from "../source/context.ts";
import { type RestoredDocument, restoredDocument } from "../source/restore.ts";
import { Baselines } from "./baseline.ts";
import { type CaseContext, caseOutcome } from "./case.ts";
import { type Change, putOnCauses, withoutChange } from "./causes.ts";
import { Collector } from "./collect.ts";
import {
  coverageOf,
  coverageWithPaths,
  passedBy,
  removedLines,
  scenariosCameTo,
  stubRanking,
} from "./coverage.ts";
import { caseReach } from "./entries.ts";
import { deadChecks, isOwnRun } from "./finding.ts";
import { FunctionCases } from "./function_case.ts";
import { functionFacts, linesOf } from "./function_facts.ts";
import { entryLabel, type FunctionContext, staticCandidates } from "./function_outcome.ts";
import { LaterStates, showsIn, tellLater } from "./later.ts";
import { LaterFunctions } from "./later_functions.ts";
import { LookedAt } from "./looked_at.ts";
import { mailImages } from "./mail_functions.ts";
import { giveBack, takeMemories } from "./memories.ts";
import { concernsTasks } from "./other_orders.ts";
import type { Candidate, CaseOutcome } from "./outcome.ts";
import { type FunctionItem, type Plan, type PlanBasis, type PlanItem, planOf } from "./plan.ts";
import { reachOf } from "./reach.ts";
import { digestOf, ORDER_TOKEN, orderOf, parseReplay, type Replay } from "./replay.ts";
import { PatchSide } from "./side.ts";
import { buildSides, type PatchSides, patchTitle, type SideSources, sideNotes, sourcesOf } from "./sides.ts";
import type { Timeline } from "./timeline_types.ts";
import {
  type Coverage,
  DEFAULT_STEPS,
  type Finding,
  type FunctionFacts,
  type HunkNote,
  isJudged,
  type LineFacts,
  type PatchEvent,
  type PlanFacts,
  type ReviewListener,
  type ReviewOptions,
  type ReviewResult,
  type Run,
} from "./types.ts";
import { nothingText } from "./why.ts";
import { callsText, doubtsOf, withoutLines } from "./without.ts";

/** Patches of the document that the options choose, in order. */
export function choosePatches(doc: ParsedDocument, wanted: string | undefined): Patch[] {
  if (wanted === undefined || wanted === "") return doc.patches;
  const n = Number(wanted);
  const byNumber = doc.patches.filter((p) => p.number === n && p.total > 0);
  if (byNumber.length > 0) return byNumber;
  const byIndex = doc.patches[n - 1];
  return byIndex === undefined ? [] : [byIndex];
}

/** Scenarios that a patch without some of its lines is tried in. */
const WITHOUT_MAX = 24;

/** A message for the user when a replay token does not fit. */
export class ReplayMismatch extends Error {}

/** What the patches of one review share. */
interface Shared {
  /** The document with what its damaged patches lost. */
  readonly doc: ParsedDocument;
  /** What was put back into damaged patches, by patch. */
  readonly repairs: RestoredDocument["notes"];
  readonly options: ReviewOptions;
  readonly replay: Replay | null;
  readonly context: TreeContext | null;
  /** The states of the tree behind the patches; null without one. */
  readonly later: LaterStates | null;
  readonly memories: readonly [Memory, Memory];
  readonly baselines: Baselines;
  readonly stopped: () => boolean;
  /** Where a reader looks; null where nobody does. */
  readonly looking: { readonly line: (() => number) | null };
}

/** The review of one patch, in steps: whoever drives it runs the items of `order` and gives what they gave to `take`. */
export class PatchReview {
  readonly patch: Patch;
  private readonly shared: Shared;
  private readonly sources: SideSources;
  /** What is known so far. */
  private collector: Collector;
  /** What came so far, where it may come in another order than the plan's. */
  private readonly outcomes: { readonly outcome: CaseOutcome; readonly item: PlanItem }[] = [];
  /** What was found without a run: in the functions' own cases, and in the sides. */
  private readonly unrun: { functions: readonly Candidate[] | null; sides: readonly Candidate[] } = {
    functions: null,
    sides: [],
  };
  private readonly notes: string[] = [];
  private built: PatchSides | null = null;
  private taken = 0;
  private timeline: Timeline | undefined;
  private readonly functions: FunctionCases | null;

  constructor(patch: Patch, shared: Shared) {
    this.patch = patch;
    this.shared = shared;
    this.collector = this.newCollector();
    const sources = sourcesOf(shared.doc, patch, shared.options, shared.replay, shared.context);
    const functions = functionCasesOf(shared, patch, sources, this.notes);
    this.functions = functions !== null && functions.plan.entries.length > 0 ? functions : null;
    const { nothing } = sources;
    if (functions !== null && nothing?.kind === "uncalled") {
      const [missing] = functions.missing;
      const more = this.functions !== null ? { alone: true } : missing === undefined ? {} : { missing };
      this.sources = { ...sources, nothing: { ...nothing, ...more } };
    } else this.sources = sources;
    this.looked = new LookedAt(patch, this.sources, this.functions, () => shared.looking.line?.() ?? 0);
  }

  private newCollector(): Collector {
    const { options, replay } = this.shared;
    return new Collector(options.scenario !== undefined || options.onlyWritten === true || replay !== null);
  }

  private planned: Plan | null = null;

  /** Made when first wanted: a thread that is given its cases needs none. */
  get plan(): Plan {
    this.planned ??= planOf(this.basis(), this.shared.options, this.shared.replay);
    return this.planned;
  }

  /** The plan's items as they are to be run: what comes to a finding soonest first. What a review gives is in the plan's order. */
  get order(): readonly PlanItem[] {
    if (this.ordered === null) {
      const { items } = this.plan;
      const alone = items.filter((i) => i.kind === "function");
      this.ordered = [...items.filter((i) => i.kind !== "function"), ...alone];
    }
    return this.ordered;
  }

  private ordered: readonly PlanItem[] | null = null;
  private readonly looked: LookedAt;

  /** Of these places of `order`, in rising order, the one whose item is run next: one that comes to what a reader looks at, else the first. */
  next(left: Iterable<number>): number | undefined {
    let first: number | undefined;
    for (const at of left) {
      first ??= at;
      if (!this.looked.isSomewhere()) break;
      if (this.looked.isMeant(this.order[at]!)) return at;
    }
    return first;
  }

  /** The functions that the options ask to run by themselves. */
  private functionItems(): FunctionItem[] {
    const { functions, shared } = this;
    if (functions === null) return [];
    const wanted = shared.options.functions;
    const fits = wanted === undefined ? null : globMatcher(wanted);
    return functions.plan.entries
      .filter((e) => fits === null || fits(e.name))
      .map((entry) => ({ kind: "function" as const, label: entryLabel(entry), entry }));
  }

  /** Some scenario is to run, so that the sides are built in any case. */
  private runsScenarios(): boolean {
    return (
      this.sources.nothing === null &&
      (this.functions === null || this.plan.items.some((i) => i.kind === "scenario"))
    );
  }

  private functionContext(): FunctionContext {
    return {
      patch: this.patch.index,
      digest: digestOf(this.patch),
      seed: seedOf(this.shared),
      eras: this.sources.eras,
      paths: this.shared.options.paths,
    };
  }

  /** What is known before anything is built; without a table of reach, what the booted sides tell. */
  private basis(): PlanBasis {
    const { before, after, eras, nothing } = this.sources;
    const tables = { before: reachOf(eras.before), after: reachOf(eras.after) };
    const rest = {
      nothing,
      functions: this.functionItems(),
      inTree: "overlay" in after,
      era: eras.after,
      // Orders are compared in one era alone.
      tasks: eras.before === eras.after && concernsTasks(this.patch.files),
    };
    const names = (list: readonly ScenarioDef[]): ReadonlySet<string> | null =>
      eras.before === eras.after ? null : new Set(list.map((d) => d.name));
    if (tables.before === null || tables.after === null) {
      const sides = this.sides();
      const start = nothing === null && sides.after.booted.snapshot === null ? sides.before : sides.after;
      const only = this.shared.options.onlyWritten === true ? this.sources.written.map((f) => f.name) : null;
      const catalogue = start.booted.scenarios.filter((d) => only?.includes(d.name) !== false);
      return { ...rest, catalogue, before: names(sides.before.booted.scenarios), reach: null };
    }
    const builtIn = this.shared.options.onlyWritten === true ? [] : tables.after.scenarios;
    const scenarios = [...builtIn, ...writtenDefs(this.sources.written, eras.after)];
    const known = {
      ...rest,
      catalogue: scenarios,
      before: names([...tables.before.scenarios, ...writtenDefs(this.sources.written, eras.before)]),
    };
    // Another schedule may take another course.
    if (nothing !== null || seedOf(this.shared) !== "0") return { ...known, reach: null };
    return { ...known, reach: caseReach(tables.before, before, tables.after, after) };
  }

  /** Both sides, built when first wanted. */
  private sides(): PatchSides {
    const { memories, stopped } = this.shared;
    this.built ??= buildSides(this.patch, this.sources, memories, stopped);
    return this.built;
  }

  /** Instructions that an item may run on a side: as the options say, else as its scenario file does. */
  private stepsOf(item: PlanItem): number {
    const file =
      item.kind === "scenario" ? this.sources.written.find((f) => f.name === item.name) : undefined;
    return this.shared.options.steps ?? (file?.instructions || DEFAULT_STEPS);
  }

  /** Runs an item of the plan here. */
  run(item: PlanItem): CaseOutcome {
    const { options, baselines, stopped } = this.shared;
    const context: CaseContext = {
      ...this.functionContext(),
      steps: this.stepsOf(item),
      repaired: this.shared.repairs.has(this.patch.index),
      timelineOf: options.timeline === true ? (this.shared.replay?.code ?? "") : "",
      facts: options.facts !== false,
      baselines,
      cancelled: stopped,
    };
    const ground = { sides: () => this.sides(), functions: () => this.functions! };
    return caseOutcome(ground, item, context);
  }

  /** Before the first outcome: what is found without one. Gives those findings. */
  begin(): readonly Finding[] {
    const { nothing, notes } = this.sources;
    this.notes.push(...(this.shared.repairs.get(this.patch.index) ?? []), ...notes);
    const { functions, plan } = this;
    if (functions !== null && plan.items.some((i) => i.kind === "function")) {
      this.notes.push(...functions.plan.notes);
      if (!this.runsScenarios()) {
        this.readFunctions();
        return this.collector.findings();
      }
    }
    if (nothing !== null) {
      this.notes.push(`patch "${patchTitle(this.patch)}": ${nothingText(nothing)}`);
      return [];
    }
    const sides = this.sides();
    const found = deadChecks(sides, {
      patch: this.patch.index,
      digest: digestOf(this.patch),
      seed: seedOf(this.shared),
    });
    this.unrun.sides = found;
    this.collector.addStatic(found);
    return found.map((c) => c.finding);
  }

  /** Finds what reading the functions that run by themselves shows, once. Gives those findings. */
  private readFunctions(): readonly Finding[] {
    const { functions, unrun } = this;
    if (functions === null || unrun.functions !== null) return [];
    unrun.functions = staticCandidates(functions, this.functionContext(), !this.runsScenarios());
    this.collector.addStatic(unrun.functions);
    return unrun.functions.map((c) => c.finding);
  }

  /** Takes the outcome of an item of the plan. Gives the findings that it is the first to show. */
  take(outcome: CaseOutcome, item: PlanItem): readonly Finding[] {
    this.taken++;
    this.timeline ??= outcome.timeline;
    if (this.functions !== null || this.shared.looking.line !== null) this.outcomes.push({ outcome, item });
    const read = isOwnRun(outcome.run.scenario) ? this.readFunctions() : [];
    return [...read, ...this.collector.take(outcome)];
  }

  /** All outcomes again, in the order of the plan, where they came in another. */
  private inPlansOrder(): Collector {
    const { unrun } = this;
    const places = new Map(this.plan.items.map((item, at) => [item, at]));
    const sorted = [...this.outcomes].sort((a, b) => places.get(a.item)! - places.get(b.item)!);
    const own = sorted.filter((o) => o.item.kind === "function").length;
    const mixed = own > 0 && own < sorted.length;
    if (!mixed && sorted.every((o, i) => o === this.outcomes[i])) return this.collector;
    const collector = this.newCollector();
    collector.addStatic([...(unrun.functions ?? []), ...unrun.sides]);
    for (const { outcome } of sorted) collector.take(outcome);
    return collector;
  }

  /**
   * What runs say to the doubts of reviewers about calls of the patch: it is run without them. Without a kernel tree only.
   */
  private answers(): string[] {
    const { replay, context } = this.shared;
    if (context !== null || replay !== null || !this.runsScenarios()) return [];
    return doubtsOf(this.patch).flatMap((doubt) => {
      const all = doubt.calls.map((c) => c.docLine);
      const sets = all.length === 1 ? [all] : [all, ...all.map((l) => [l])];
      const said = sets.map((lines) => {
        const names = doubt.calls.filter((c) => lines.includes(c.docLine)).map((c) => c.name);
        return `without ${callsText(names)} ${this.runWithout(new Set(lines))}`;
      });
      return `line ${doubt.comment.docLine} of the mail, ${doubt.comment.author} doubts ${callsText(doubt.calls.map((c) => c.name))} of ${doubt.fn.name}(): ${said.join("; ")}`;
    });
  }

  /** How the patch does without some of its lines. */
  private runWithout(lines: ReadonlySet<number>): string {
    const review = new PatchReview(withoutLines(this.patch, lines), this.shared);
    const { nothing } = review.sources;
    if (nothing !== null) return `nothing can run: ${nothingText(nothing)}`;
    const collector = new Collector();
    const items = review.plan.items.slice(0, WITHOUT_MAX);
    let ran = 0;
    for (const item of items) {
      if (this.shared.stopped()) break;
      const outcome = review.run(item);
      collector.take(outcome);
      if (isJudged(outcome.run.verdict)) ran++;
    }
    if (ran === 0) return "no scenario comes to a verdict";
    const fresh = collector.findings().filter((f) => f.verdict === "new");
    const first = fresh[0];
    const runs = `${ran} scenario run${ran === 1 ? "" : "s"}`;
    if (first === undefined) return `nothing breaks in ${runs}`;
    return `${first.scenario} breaks (${first.code}: ${first.message})`;
  }

  /** Whether findings of the patch are still there without one of its changes; null where it cannot be said. */
  private without(change: Change, findings: readonly Finding[]): (boolean | null)[] {
    const { shared } = this;
    if (shared.repairs.has(this.patch.index) || shared.stopped()) return findings.map(() => null);
    const patch = withoutChange(this.patch, change);
    const doc = {
      ...shared.doc,
      patches: shared.doc.patches.map((p) => (p.index === patch.index ? patch : p)),
    };
    const own = findings.filter((f) => isOwnRun(f.scenario));
    const alone = own.length === 0 ? null : new PatchReview(patch, { ...shared, doc });
    const inScenario = own.length === findings.length ? null : this.afterOf(doc, patch);
    return findings.map((f) => {
      if (shared.stopped()) return null;
      return own.includes(f)
        ? (alone?.showsAlone(f) ?? null)
        : inScenario === null
          ? null
          : showsIn(inScenario, f, shared.options);
    });
  }

  /** Whether a function case of this patch shows a fault that is none before it. */
  private showsAlone(f: Finding): boolean | null {
    const item = this.plan.items.find((i) => i.label === f.scenario);
    if (item === undefined) return null;
    const { run, candidates } = this.run(item);
    return isJudged(run.verdict) ? candidates.some((c) => c.verdict === "new" && c.code === f.code) : null;
  }

  /** The after side of another form of the patch, booted; null where it does not stand as the patch's own does. */
  private afterOf(doc: ParsedDocument, patch: Patch): PatchSide | null {
    const { shared, sources, built } = this;
    if (built === null) return null;
    const other = sourcesOf(doc, patch, shared.options, shared.replay, shared.context);
    const refused = ({ hunks }: SideSources): number =>
      hunks.filter((h) => h.fate.kind === "rejected").length;
    if (
      other.nothing !== null ||
      other.eras.after !== sources.eras.after ||
      refused(other) > refused(sources)
    )
      return null;
    const side = new PatchSide(patch, "after", other.eras.after, shared.memories[1], other.after, {
      cancelled: shared.stopped,
      space: spaceOf(other.eras.after),
      written: sources.written,
    });
    const wrong = side.kernel.errors.length > built.after.kernel.errors.length;
    return wrong || side.booted.snapshot === null ? null : side;
  }

  /** What was found, told with what the patches behind do to it. */
  private toldWith(later: LaterStates, found: Pick<PatchResult, "findings" | "runs">): typeof found {
    const space = this.built?.space;
    // Nothing is run any more on what is built, and the states behind are as large.
    this.built = null;
    this.functions?.forget();
    const { context, doc } = this.shared;
    const { images } = this.sources;
    const alone =
      context === null || images === null || this.functions === null
        ? null
        : new LaterFunctions(context, doc, this.patch, images, this.functionContext());
    return tellLater(later, doc, this.patch, space, alone, found);
  }

  /** After the last outcome that there will be. */
  finish(): PatchResult {
    const { later, doc } = this.shared;
    const { sources } = this;
    const collector = (this.collector = this.inPlansOrder());
    const coverage = this.runsScenarios()
      ? [coverageOf(this.patch.index, this.sides(), collector.reached, collector.runs, sources.files)]
      : [];
    // Of functions that ran by themselves each case says whether it came to a changed line.
    for (const c of coverage) {
      const why = passedBy(c, this.sides());
      if (why !== null) collector.withhold(why);
    }
    const toScenarios = collector.leaveToScenarios((name) =>
      coverage.some((c) => scenariosCameTo(c, linesOf(sources, name))),
    );
    const functions = functionFacts(doc, this.patch, sources, collector);
    const ofPaths = collector.pathLines();
    const scenarios = coverage.map((c) => ({
      coverage: c,
      removed: ofPaths.length === 0 ? new Map() : removedLines(this.sides(), collector.reached),
    }));
    const all = coverageWithPaths(this.patch.index, scenarios[0] ?? null, ofPaths);
    const cancelled = this.taken < this.plan.items.length;
    if (this.built !== null) this.notes.push(...sideNotes(this.built));
    if (cancelled) this.notes.push("cancelled: the scenarios after this point did not run");
    const lines = collector.lines(functions);
    const { runs } = collector;
    const untried = collector.findings();
    if (!cancelled) this.notes.push(...this.answers());
    const findings = cancelled ? untried : putOnCauses(this.patch, untried, (c, of) => this.without(c, of));
    const found = { runs, findings };
    const told = later === null || cancelled ? found : this.toldWith(later, found);
    const { items, leftOut } = this.plan;
    const plan: PlanFacts = {
      patch: this.patch.index,
      cases: items.length + leftOut.reduce((n, l) => n + l.labels.length, 0),
      leftOut: withUnreached(
        [
          ...(toScenarios > 0 ? [{ why: { kind: "by-scenarios" } as const, cases: toScenarios }] : []),
          ...leftOut.map(({ why, labels }) => ({ why, cases: labels.length })),
        ],
        collector.unreached,
        "overlay" in sources.after,
        !cancelled && runs.every((r) => isOwnRun(r.scenario)),
      ),
      whole: collector.whole(),
    };
    return {
      ...told,
      lines,
      functions,
      notes: this.notes,
      coverage: all === null ? [] : [all],
      hunks: sources.hunks,
      plans: [plan],
      ...(this.timeline === undefined ? {} : { timeline: this.timeline }),
    };
  }
}

/**
 * What the plan leaves out, with the cases that turned out to reach nothing. `all`: each that was tried did. They were chosen
 * to take every known way to what the patch changes, so those beyond the budget, which take no other, reach nothing either.
 */
function withUnreached(
  leftOut: PlanFacts["leftOut"],
  cases: number,
  inTree: boolean,
  all: boolean,
): PlanFacts["leftOut"] {
  if (cases === 0) return leftOut;
  const joined = leftOut.filter((l) => l.why.kind === "unreached" || (all && l.why.kind === "budget"));
  const sum = joined.reduce((n, l) => n + l.cases, cases);
  return [{ why: { kind: "unreached", inTree }, cases: sum }, ...leftOut.filter((l) => !joined.includes(l))];
}

/** Scenarios that came as files and hold in an era, as the catalogue has them. */
const writtenDefs = (written: readonly ScenarioFile[], era: Era): ScenarioDef[] =>
  written
    .filter((f) => holdsIn(f, era))
    .map(({ name, title, params }) => ({ name, title, params: new Map(params), run: 0n }));

/**
 * The function cases of a patch in a kernel tree, or, where there is none and no scenario calls it, of what the mail shows
 * whole; null where there are none to run, which `notes` is told of a tree (why nothing of a mail runs is said by its coverage).
 */
function functionCasesOf(
  { options, context }: Shared,
  patch: Patch,
  sources: SideSources,
  notes: string[],
): FunctionCases | null {
  if (options.noFunctions === true || options.scenario !== undefined) return null;
  if (context === null) {
    const kind = sources.nothing?.kind;
    if (kind !== "uncalled" && kind !== "other-arch") return null;
    const images = mailImages(patch);
    return images.files.length === 0 ? null : new FunctionCases(null, images, false);
  }
  if (sources.images === null) return null;
  const cases = new FunctionCases(context.tree, sources.images, isOfItsTime(context.tree, patch));
  if (cases.plan.entries.length > 0) return cases;
  notes.push(...cases.plan.notes);
  return null;
}

/** What the review of one patch gave. */
export interface PatchResult {
  readonly runs: readonly Run[];
  readonly findings: readonly Finding[];
  readonly lines: readonly LineFacts[];
  readonly functions: readonly FunctionFacts[];
  readonly notes: readonly string[];
  readonly coverage: readonly Coverage[];
  readonly hunks: readonly HunkNote[];
  readonly timeline?: Timeline;
  readonly plans: readonly PlanFacts[];
}

const seedOf = ({ replay, options }: Pick<Shared, "replay" | "options">): string =>
  replay?.seed ?? options.seed ?? "0";

/**
 * A review: its patches are made one after the other, because each takes the memories of the one before.
 * @throws ReplayMismatch when `options.replay` is no token or belongs to another patch text
 * @throws TreeProblem when the kernel tree, its configuration or the prerequisites cannot be used
 */
export class DocumentReview {
  /** As the document shows them: what a damaged one lost is put back when it is run. */
  readonly patches: readonly Patch[];
  readonly context: TreeContext | null;
  private readonly shared: Shared;
  private readonly looking: { line: (() => number) | null } = { line: null };
  /** By the places of the patches: a reader may have had a later one reviewed first. */
  private readonly done = new Map<number, PatchResult>();

  constructor(given: ParsedDocument, options: ReviewOptions, stopped: () => boolean) {
    let kept: RestoredDocument | null = null;
    const restored = (): RestoredDocument => (kept ??= restoredDocument(given, options));
    let replay: Replay | null = null;
    let patches = choosePatches(given, options.patch);
    if (options.indexes !== undefined) patches = patches.filter((p) => options.indexes!.includes(p.index));
    if (options.replay !== undefined && options.replay !== "") {
      replay = parseReplay(options.replay);
      if (replay === null)
        throw new ReplayMismatch(
          `"${options.replay}" is not a replay token; a token looks like fs1:<digest>:<patch>:<scenario>:<eras>:<seed>:<code>`,
        );
      if (orderOf(replay) !== null) throw new ReplayMismatch(ORDER_TOKEN);
      const { digest } = replay;
      const wanted = restored().doc.patches.find((p) => digestOf(p) === digest);
      if (wanted === undefined)
        throw new ReplayMismatch(
          "the replay token was made for another diff: no patch of this document has its digest. Run the review again for a new token",
        );
      patches = [wanted];
    }
    this.patches = patches;
    const memories = takeMemories();
    const context = treeContext(options, (options.otherTrees ?? []).length > 0 ? restored().doc : null);
    this.context = context;
    this.shared = {
      get doc() {
        return restored().doc;
      },
      get repairs() {
        return restored().notes;
      },
      options,
      replay,
      context,
      // They take the memory of the after side.
      later: context === null ? null : new LaterStates(context, options, memories[1]),
      memories,
      baselines: new Baselines(options.written),
      stopped,
      looking: this.looking,
    };
  }

  /** From now on a reader looks at this line of the document (0: at none): what comes to the function there is run first. */
  lookAt(line: () => number): void {
    this.looking.line = line;
  }

  patch(n: number): PatchReview {
    const given = this.patches[n]!;
    const { patches } = this.shared.doc;
    return new PatchReview(patches.find((p) => p.index === given.index) ?? given, this.shared);
  }

  /** Nothing of it runs any more: its memories are the next review's. */
  end(): void {
    giveBack(this.shared.memories);
  }

  /** Takes what the patch at place `n` gave, and gives it as a review of that patch alone. */
  add(result: PatchResult, n: number): ReviewResult {
    this.done.set(n, result);
    return this.resultOf([result]);
  }

  /** All patches together. */
  result(): ReviewResult {
    const inOrder = [...this.done].sort(([a], [b]) => a - b);
    return this.resultOf(inOrder.map(([, result]) => result));
  }

  private resultOf(done: readonly PatchResult[]): ReviewResult {
    const { replay, context } = this.shared;
    const timeline = done.find((p) => p.timeline !== undefined)?.timeline;
    const all = <K extends Exclude<keyof PatchResult, "timeline">>(key: K): PatchResult[K][number][] =>
      done.flatMap((p) => p[key] as readonly PatchResult[K][number][]);
    const order: Record<string, number> = { new: 0, fixed: 1, already: 2 };
    const findings = all("findings").sort(
      (a, b) =>
        a.patch - b.patch ||
        (order[a.verdict] ?? 3) - (order[b.verdict] ?? 3) ||
        Number(a.severity === "warning") - Number(b.severity === "warning") ||
        a.docLine - b.docLine,
    );
    const runs = all("runs");
    return {
      runs,
      findings: replay === null ? findings : findings.filter((f) => f.code === replay.code),
      lines: all("lines").sort((a, b) => a.docLine - b.docLine || (a.side < b.side ? 1 : -1)),
      functions: all("functions"),
      notes: all("notes"),
      coverage: all("coverage"),
      stubs: stubRanking(runs),
      hunks: all("hunks"),
      plans: all("plans"),
      ...(context === null ? {} : { tree: treeUsed(context) }),
      ...(timeline === undefined ? {} : { timeline }),
      seed: seedOf(this.shared),
    };
  }
}

const silent: ReviewListener = () => true;

/**
 * Reviews a document on the calling thread. `listen` hears each event; when it gives false the review ends early, keeps
 * what is done and says so in `notes`.
 * @throws ReplayMismatch, TreeProblem
 */
export function reviewDocument(
  doc: ParsedDocument,
  options: ReviewOptions,
  listen: ReviewListener = silent,
): ReviewResult {
  let stopped = false;
  const review = new DocumentReview(doc, options, () => stopped);
  const tell: ReviewListener = (event) => {
    if (!listen(event)) stopped = true;
    return !stopped;
  };
  try {
    for (let n = 0; n < review.patches.length && !stopped; n++) {
      const result = reviewPatch(review, n, tell, () => stopped);
      tell({ kind: "patch", patch: review.patches[n]!.index, result: review.add(result, n) });
    }
    return review.result();
  } finally {
    review.end();
  }
}

/** Reviews patch `n` from its plan to its end on the calling thread. `tell` hears each event but that of its end. */
export function reviewPatch(
  review: DocumentReview,
  n: number,
  tell: (event: PatchEvent) => boolean,
  stopped: () => boolean,
): PatchResult {
  const patch = review.patch(n);
  const of = review.patches.length;
  const { items, cost } = patch.plan;
  tell({ kind: "plan", patch: patch.patch.index, n, of, cases: items.length, cost });
  for (const finding of patch.begin()) tell({ kind: "finding", finding });
  const left = new Set(patch.order.keys());
  for (let at = patch.next(left); at !== undefined; at = patch.next(left)) {
    left.delete(at);
    const item = patch.order[at]!;
    if (!tell({ kind: "start", what: item.label })) break;
    const outcome = patch.run(item);
    // It may have been cut short.
    if (stopped()) break;
    for (const finding of patch.take(outcome, item)) tell({ kind: "finding", finding });
    tell({ kind: "run", run: outcome.run });
  }
  return patch.finish();
}
