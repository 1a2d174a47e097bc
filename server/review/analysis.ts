/**
 * The review of a document: every patch, every scenario, both sides, verdicts and findings. Plain data in, plain data
 * out; synchronous and CPU-bound, so that callers put it in a worker. Leaves out reading mails (server/parse.ts), text
 * for terminals (cli_review.ts) and the editor's protocol (features/).
 */
import type { Violation } from "../../emulator/invariants/invariant.ts";
import { INVARIANTS } from "../../emulator/invariants/registry.ts";
import type { Era } from "../../emulator/kernel/era.ts";
import { referenceDefines, referenceKnows } from "../../emulator/kernel.ts";
import { PMEM_PFN } from "../../emulator/machine/machine.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { coveringCases } from "../../emulator/scenario/cover.ts";
import { casesOf, runCase, type ScenarioCase, type ScenarioRun } from "../../emulator/scenario/runner.ts";
import { schedulerOf } from "../../emulator/sched/scheduler.ts";
import type { ParsedDocument, Patch } from "../mail/types.ts";
import { eraIn, imagesIn, type TreeContext, treeContext, treeUsed } from "../source/context.ts";
import { chooseEra } from "../source/era.ts";
import { fateText } from "../source/images.ts";
import { codeOf, overlayOf, type SideOverlay } from "../source/overlay.ts";
import { rejectedDefinitions, treeSides } from "../source/tree_side.ts";
import { Baselines } from "./baseline.ts";
import { type Blame, blame, blameStop, traceOf } from "./blame.ts";
import { allViolations, compareRuns, type Judged, type ReleaseFaults, unusable } from "./compare.ts";
import { coverageOf, stubRanking, TOLD } from "./coverage.ts";
import { tellLater } from "./later.ts";
import type { Candidate, CaseLine, CaseOutcome, Sharing } from "./outcome.ts";
import { eventText } from "./render.ts";
import { digestOf, parseReplay, type Replay, replayToken } from "./replay.ts";
import { PatchSide } from "./side.ts";
import {
  type Coverage,
  DEFAULT_STEPS,
  type Finding,
  type FunctionFacts,
  type HunkNote,
  type LineFacts,
  type ProgressListener,
  type ReviewOptions,
  type ReviewResult,
  type Run,
  type Severity,
  type Side,
  type SideRun,
  type Verdict,
} from "./types.ts";

const MAX_CHANGES = 12;

/** Patches of the document that the options choose, in order. */
export function choosePatches(doc: ParsedDocument, wanted: string | undefined): Patch[] {
  if (wanted === undefined || wanted === "") return doc.patches;
  const n = Number(wanted);
  const byNumber = doc.patches.filter((p) => p.number === n && p.total > 0);
  if (byNumber.length > 0) return byNumber;
  const byIndex = doc.patches[n - 1];
  return byIndex === undefined ? [] : [byIndex];
}

/** `*` and `?` in a scenario name; matched against the name and against the whole label. */
function globToRegExp(glob: string): RegExp {
  return new RegExp(
    `^${glob
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*/g, ".*")
      .replace(/\?/g, ".")}$`,
  );
}

interface Draft {
  finding: Finding;
  readonly key: string;
  readonly alsoIn: string[];
}

interface Line {
  readonly docLine: number;
  readonly side: Side;
  fn: string;
  hits: number;
  readonly changes: string[];
}

class PatchReview {
  readonly runs: Run[] = [];
  readonly drafts: Draft[] = [];
  readonly lines = new Map<string, Line>();
  readonly functions: FunctionFacts[] = [];
  readonly notes: string[] = [];
  readonly coverage: Coverage[] = [];
  readonly hunks: HunkNote[] = [];
  /** Whole files of the after side that coverage is told of. */
  private readonly treeFiles = new Map<string, string>();
  private readonly patch: Patch;
  private readonly options: ReviewOptions;
  private readonly seed: string;
  private readonly replay: Replay | null;
  private readonly memories: readonly [Memory, Memory];
  private readonly baselines: Baselines;
  private readonly context: TreeContext | null;
  private readonly doc: ParsedDocument;
  private readonly sharing: Sharing | null;
  private readonly executed = { before: new Set<string>(), after: new Set<string>() };
  private readonly counts = new Map<
    string,
    { clean: number; new: number; fixed: number; already: number; notModelled: number }
  >();
  private cancelled = false;

  constructor(
    patch: Patch,
    options: ReviewOptions,
    replay: Replay | null,
    memories: readonly [Memory, Memory],
    baselines: Baselines,
    context: TreeContext | null,
    doc: ParsedDocument,
    sharing: Sharing | null,
  ) {
    this.sharing = sharing;
    this.baselines = baselines;
    this.context = context;
    this.doc = doc;
    this.patch = patch;
    this.options = options;
    this.replay = replay;
    this.seed = replay?.seed ?? options.seed ?? "0";
    this.memories = memories;
  }

  review(progress: ProgressListener): void {
    const shown = { before: overlayOf(this.patch, "before"), after: overlayOf(this.patch, "after") };
    const inTree = this.treeSides();
    const eras = inTree?.eras ?? {
      before: chooseEra(this.patch, "before", this.replay?.beforeEra ?? this.options.era).era,
      after: chooseEra(this.patch, "after", this.replay?.afterEra ?? this.options.era).era,
    };
    const before = inTree?.before.overlay ?? shown.before;
    const after = inTree?.after.overlay ?? shown.after;
    const why = inTree === null ? this.nothingToRun(before, after, eras) : "";
    if (why !== "") {
      this.notes.push(`patch "${this.title()}": ${why}`);
      this.unmodelledEverywhere(eras.after, why, progress);
      this.functionFacts(before, after, why);
      return;
    }
    const stop = (): boolean => this.cancelled;
    const sides = {
      before: new PatchSide(
        this.patch,
        "before",
        eras.before,
        this.memories[0],
        inTree?.before ?? before,
        stop,
      ),
      after: new PatchSide(this.patch, "after", eras.after, this.memories[1], inTree?.after ?? after, stop),
    };
    for (const s of [sides.before, sides.after]) {
      for (const e of s.kernel.errors.slice(0, 4)) {
        const docLine = s.docLine(e.loc);
        this.notes.push(`${s.side} side${docLine > 0 ? `, line ${docLine}` : ""}: ${e.message}`);
      }
      if (s.booted.snapshot === null)
        this.notes.push(`${s.side} side: the machine does not boot: ${s.booted.boot.end.reason.message}`);
    }
    this.deadChecks(sides.before, sides.after);
    this.scenarios(sides.before, sides.after, inTree?.same ?? codeOf(before) === codeOf(after), progress);
    this.functionFacts(before, after, "");
    this.coverage.push(
      coverageOf(this.patch.index, sides.after, this.lines.values(), this.runs, this.treeFiles),
    );
  }

  private title(): string {
    return `${this.patch.number > 0 ? `${this.patch.number}/${this.patch.total} ` : ""}${this.patch.subject}`;
  }

  /** Both sides out of the kernel tree; null without one, or when it has no image of what the patch changes. */
  private treeSides(): (ReturnType<typeof treeSides> & { eras: Record<Side, Era> }) | null {
    const { context } = this;
    if (context === null) return null;
    const { tree, index, config } = context;
    const images = imagesIn(context, this.doc, this.patch);
    this.notes.push(...images.notes);
    for (const f of images.files) {
      if (f.after !== null) this.treeFiles.set(f.path, f.after);
      if (f.touched)
        for (const h of f.hunks)
          this.hunks.push({
            patch: this.patch.index,
            docLine: h.docLine,
            path: f.path,
            fate: fateText(h.fate),
          });
    }
    for (const path of TOLD) {
      const text = this.treeFiles.get(path) ?? tree.read(path);
      if (text !== null) this.treeFiles.set(path, text);
    }
    const lost = (["before", "after"] as const).flatMap((side) =>
      rejectedDefinitions(images, this.patch, side),
    );
    const whole = lost.find((d) => d.kind === "function" && d.visible === "whole");
    if (whole !== undefined) {
      this.notes.push(
        `patch "${this.title()}": hunks that change ${whole.name}() and others do not fit ${tree.describe}: what the mail shows whole runs over the reference kernel instead`,
      );
      return null;
    }
    const eraOf = (side: Side): Era => {
      const wanted = side === "before" ? this.replay?.beforeEra : this.replay?.afterEra;
      return eraIn(context, images, this.patch, side, wanted ?? this.options.era);
    };
    const eras = { before: eraOf("before"), after: eraOf("after") };
    const sides = treeSides(
      tree,
      index,
      images,
      this.patch,
      (side, name) => referenceDefines(eras[side], name),
      config,
    );
    if (sides === null) {
      this.notes.push(
        `patch "${this.title()}": nothing of it fits ${tree.describe}: only what the mail shows is run`,
      );
      return null;
    }
    return { ...sides, eras };
  }

  /** Why nothing of what the mail shows can run; "" when something can. */
  private nothingToRun(before: SideOverlay, after: SideOverlay, eras: Record<Side, Era>): string {
    const some = (names: readonly string[], word: string): string =>
      `${names.slice(0, 4).join(word === "or" ? ", " : "(), ")}${word === "or" ? "" : "()"}`;
    if (before.functions.length + after.functions.length === 0) {
      const partial = [...new Set([...before.partial, ...after.partial].map((d) => d.name))];
      if (partial.length === 0) return "the diff shows no C function";
      return `the diff shows ${some(partial, "")} only in part${partial.length > 4 ? ` and ${partial.length - 4} more` : ""}: without a kernel tree nothing of it can run`;
    }
    const shown = [...before.functions, ...before.others, ...after.functions, ...after.others];
    if (shown.some((d) => referenceKnows(eras.before, d.name) || referenceKnows(eras.after, d.name)))
      return "";
    const names = [...new Set([...before.functions, ...after.functions].map((d) => `${d.name}()`))];
    return `nothing in the reference kernel calls ${some(names, "or")}${names.length > 4 ? ` or ${names.length - 4} more` : ""}`;
  }

  // ---- scenarios -------------------------------------------------------------------------------------------------

  private wantedCases(side: PatchSide): ScenarioCase[] {
    const all = side.booted.scenarios.flatMap(casesOf);
    if (this.replay !== null) return all.filter((c) => c.label === this.replay!.scenario);
    if (this.options.scenario === undefined)
      return this.options.thorough === true ? all : side.booted.scenarios.flatMap(coveringCases);
    const pattern = globToRegExp(this.options.scenario);
    return all.filter((c) => pattern.test(c.def.name) || pattern.test(c.label));
  }

  private unmodelledEverywhere(era: Era, why: string, progress: ProgressListener): void {
    const catalogue = new PatchSide(EMPTY_PATCH, "after", era, this.memories[1]);
    const cases = this.wantedCases(catalogue);
    progress(cases.length, cases.length, this.patch.subject);
    const nothing: SideRun = { outcome: "not-modelled", violations: [], stubs: [], steps: 0, reason: why };
    for (const c of cases)
      this.runs.push({
        patch: this.patch.index,
        scenario: c.label,
        era,
        verdict: "not-modelled",
        before: nothing,
        after: nothing,
        functions: [],
        reason: why,
      });
  }

  private scenarios(before: PatchSide, after: PatchSide, same: boolean, progress: ProgressListener): void {
    const cases = this.wantedCases(after.booted.snapshot === null ? before : after);
    const { sharing } = this;
    const mine = (i: number): boolean => sharing === null || sharing.mine(i, cases.length);
    const ready: (CaseOutcome | undefined)[] = [];
    let taken = 0;
    const take = (block: boolean): void => {
      for (; taken < cases.length; taken++) {
        let outcome = ready[taken];
        if (sharing !== null && !mine(taken)) {
          const other = sharing.next(block);
          if (other === "later") return;
          if (other === "skip") continue;
          outcome = other === "gone" ? this.oneCase(before, after, cases[taken]!, same) : other;
        }
        if (outcome === undefined) return;
        this.take(outcome);
        ready[taken] = undefined;
      }
    };
    for (const [i, c] of cases.entries()) {
      if (!progress(i, cases.length, c.label)) {
        this.cancelled = true;
        this.notes.push("cancelled: the scenarios after this point did not run");
        return;
      }
      if (!mine(i)) continue;
      ready[i] = this.oneCase(before, after, c, same);
      sharing?.done(ready[i]);
      take(false);
    }
    take(true);
  }

  /** Runs a case on both sides and compares. */
  private oneCase(before: PatchSide, after: PatchSide, c: ScenarioCase, same: boolean): CaseOutcome {
    const runs = { before: this.run(before, c), after: this.run(after, c) };
    const reached = [[before, runs.before] as const, [after, runs.after] as const].map(([side, run]) =>
      run.functions.filter((id) => side.fn(id).fidelity === "diff"),
    );
    let judged: Judged | null = null;
    let verdict: Verdict;
    let reason = "";
    const problem =
      (reached[0]!.length + reached[1]!.length === 0
        ? {
            verdict: "not-modelled" as Verdict,
            reason: `this scenario reaches none of the functions that ${after.inTree ? "the patch changes" : "the mail shows whole"}`,
          }
        : null) ??
      prefixed("before", unusable(runs.before)) ??
      prefixed("after", unusable(runs.after));
    if (problem !== null) {
      verdict = problem.verdict;
      reason = problem.reason;
    } else {
      judged = compareRuns(runs.before, runs.after, this.releaseFaults(before, after, runs, c));
      verdict = judged.verdict;
      if (same && (verdict === "new" || verdict === "fixed")) verdict = "clean";
      const quiet = verdict === "clean" || verdict === "already";
      const standIn =
        (quiet || verdict === "fixed" ? this.olderThanBefore(before, after, runs) : null) ??
        (quiet || after.inTree ? this.standIn(before, after, runs) : null);
      if (standIn !== null) {
        verdict = "not-modelled";
        reason = standIn;
        judged = null;
      }
    }
    const names = new Map<string, ReturnType<PatchSide["functionList"]>[number]>();
    for (const f of [
      ...before.functionList(runs.before.functions, runs.before.natives),
      ...after.functionList(runs.after.functions, runs.after.natives),
    ])
      if (names.get(f.name)?.fidelity !== "diff") names.set(f.name, f);
    const run: Run = {
      patch: this.patch.index,
      scenario: c.label,
      era: before.era === after.era ? after.era : `${before.era} -> ${after.era}`,
      verdict,
      before: sideRun(runs.before),
      after: sideRun(runs.after),
      functions: [...names.values()]
        .filter((f) => f.fidelity !== "shim")
        .concat([...names.values()].filter((f) => f.fidelity === "shim")),
      ...(reason === "" ? {} : { reason }),
    };
    const args = { before, after, runs, c };
    return {
      run,
      executed: {
        before: reached[0]!.map((id) => before.fn(id).name),
        after: reached[1]!.map((id) => after.fn(id).name),
      },
      lines: [...this.linesOf(before, runs.before), ...this.linesOf(after, runs.after)],
      candidates:
        judged === null
          ? []
          : [
              ...judged.fresh.map((v) => this.candidate("new", args, v.root, v.rest)),
              ...judged.gone.map((v) => this.candidate("fixed", args, v.root, v.rest)),
              ...judged.still.map((v) => this.candidate("already", args, v.root, v.rest)),
            ],
    };
  }

  /** Adds the outcome of a case, in the order of the cases. */
  private take(outcome: CaseOutcome): void {
    this.runs.push(outcome.run);
    for (const side of ["before", "after"] as const)
      for (const name of outcome.executed[side]) this.executed[side].add(name);
    for (const l of outcome.lines) this.addLine(l);
    this.countFunctions(outcome);
    for (const c of outcome.candidates) this.addFinding(c, outcome.run.scenario);
  }

  /**
   * Why a run without a fault says nothing of the patch: a function that the patch changes but shows only in part ran as
   * the reference kernel has it, or the before side had one that the patch only adds. Null when neither is so.
   */
  private standIn(
    before: PatchSide,
    after: PatchSide,
    runs: { before: ScenarioRun; after: ScenarioRun },
  ): string | null {
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
            : `the patch changes ${fn.name}(), which the mail shows only in part; the reference kernel's stood in for it`;
      }
    }
    return null;
  }

  /** Why the before side says nothing: the reference kernel already had in it what the patch only adds. */
  private olderThanBefore(
    before: PatchSide,
    after: PatchSide,
    runs: { before: ScenarioRun; after: ScenarioRun },
  ): string | null {
    const shownBefore = new Set([...before.overlay.functions, ...before.overlay.partial].map((d) => d.name));
    const added = new Set(after.overlay.functions.map((d) => d.name).filter((n) => !shownBefore.has(n)));
    for (const id of runs.before.functions) {
      const fn = before.fn(id);
      if (fn.fidelity === "reference" && added.has(fn.name))
        return `the patch adds ${fn.name}(), which the reference kernel ${before.era} has already: it is newer than the patch's before side`;
    }
    return null;
  }

  /**
   * When the sides are of different eras: which faults are the releases' own. Before: all that the bare reference kernel
   * of its era shows too. After: those as well, unless a line of the patch is what does it.
   */
  private releaseFaults(
    before: PatchSide,
    after: PatchSide,
    runs: { before: ScenarioRun; after: ScenarioRun },
    c: ScenarioCase,
  ): ReleaseFaults {
    const none: ReleaseFaults = { before: () => false, after: () => false };
    if (
      before.era === after.era ||
      allViolations(runs.before).length + allViolations(runs.after).length === 0
    )
      return none;
    const steps = this.options.steps ?? DEFAULT_STEPS;
    return {
      before: (key) => this.baselines.faults(before.era, c, steps).has(key),
      after: (key, v) =>
        !this.isExact(after, runs.after, before, runs.before, v) &&
        this.baselines.faults(after.era, c, steps).has(key),
    };
  }

  /** Whether a line of the patch itself does it. */
  private isExact(
    side: PatchSide,
    run: ScenarioRun,
    other: PatchSide,
    otherRun: ScenarioRun,
    v: Violation,
  ): boolean {
    return v.stop === true ? blameStop(side, run, v).exact : blame(side, run, other, otherRun, v).exact;
  }

  private run(side: PatchSide, c: ScenarioCase): ScenarioRun {
    if (side.booted.snapshot === null) return { ...side.booted.boot, label: c.label };
    const def = side.booted.scenarios.find((s) => s.name === c.def.name);
    const own = def === undefined ? c : { ...c, def };
    return runCase(side.booted, own, {
      stepLimit: this.options.steps ?? DEFAULT_STEPS,
      scheduler: schedulerOf(this.seed),
      cancelled: () => this.cancelled,
    });
  }

  // ---- findings --------------------------------------------------------------------------------------------------

  /** Where a violation belongs and what is to be told of it. */
  private candidate(
    verdict: "new" | "fixed" | "already",
    args: {
      before: PatchSide;
      after: PatchSide;
      runs: { before: ScenarioRun; after: ScenarioRun };
      c: ScenarioCase;
    },
    root: Violation,
    rest: readonly Violation[],
  ): Candidate {
    const onAfter = verdict !== "fixed";
    const side = onAfter ? args.after : args.before;
    const run = onAfter ? args.runs.after : args.runs.before;
    const other = onAfter ? args.before : args.after;
    const otherRun = onAfter ? args.runs.before : args.runs.after;
    side.files = run.fileNames;
    const isStop = root.stop === true;
    const at: Blame = isStop ? blameStop(side, run, root) : blame(side, run, other, otherRun, root);
    const place: Omit<Candidate, "finding"> = {
      verdict,
      code: root.code,
      docLine: at.docLine,
      side: at.side,
      exact: at.exact,
      follows: rest.map((v) => v.code),
    };
    const known = this.knownDraft(place);
    if (known !== undefined && (known.finding.exactLine || !at.exact)) return { ...place, finding: null };
    const pfnText = (pfn: number): string =>
      pfn >= PMEM_PFN ? `block ${pfn - PMEM_PFN} (pfn 0x${pfn.toString(16)})` : `pfn 0x${pfn.toString(16)}`;
    const trace = traceOf(side, run, root, at.event, pfnText);
    const functions = side.functionList(run.functions, run.natives);
    const token = replayToken({
      digest: digestOf(this.patch),
      patch: this.patch.index,
      scenario: args.c.label,
      beforeEra: args.before.era,
      afterEra: args.after.era,
      seed: this.seed,
      code: root.code,
    });
    const invariant = INVARIANTS.find((i) => i.code === root.code);
    const severity: Severity =
      verdict === "new" ? (root.level === "warning" ? "warning" : "error") : "information";
    const ranAs = (fidelity: string): string[] =>
      functions.filter((f) => f.fidelity === fidelity).map((f) => f.name);
    const detail = [
      invariant?.statement ?? STOP_TEXT[root.code] ?? "",
      ...(at.exact ? [] : ["The event is not in code the mail shows; the line given led there."]),
      `Ran as in the diff: ${ranAs("diff").join(", ") || "nothing"}; ${side.inTree ? `as in the kernel tree: ${ranAs("tree").length} functions; ` : ""}as reference kernel ${side.era}: ${ranAs("reference").length} functions; stubs: ${run.stubs.map((s) => s.name).join(", ") || "none"}.`,
    ].filter((d) => d !== "");
    return {
      ...place,
      finding: {
        code: root.code,
        verdict,
        severity,
        message: root.message,
        detail,
        patch: this.patch.index,
        path: at.path,
        docLine: at.docLine,
        exactLine: at.exact,
        side: at.side,
        scenario: args.c.label,
        era: side.era,
        replay: token,
        trace,
        consequences: rest.map((v) => ({ code: v.code, message: v.message })),
        alsoIn: [],
        functions,
        stubs: run.stubs.map((s) => s.name),
      },
    };
  }

  /** One finding a root cause: the same line, or, where no line is certain, the same rule. */
  private knownDraft(c: Omit<Candidate, "finding">): Draft | undefined {
    const key = keyOfCandidate(c);
    return this.drafts.find(
      (d) =>
        d.key === key ||
        (d.finding.code === c.code &&
          d.finding.verdict === c.verdict &&
          (!c.exact || !d.finding.exactLine) &&
          c.code !== "warn"),
    );
  }

  private addFinding(c: Candidate, label: string): void {
    const key = keyOfCandidate(c);
    const follows = this.followers.get(key) ?? new Map<string, ReadonlySet<string>>();
    follows.set(label, new Set(c.follows));
    this.followers.set(key, follows);
    const known = this.knownDraft(c);
    if (known !== undefined) {
      if (!known.alsoIn.includes(label)) known.alsoIn.push(label);
      if (known.finding.exactLine || !c.exact) return;
    }
    if (c.finding === null) throw new Error(`${key} in ${label} is told nowhere`);
    const draft: Draft = { key, alsoIn: [], finding: c.finding };
    if (known === undefined) this.drafts.push(draft);
    // A later scenario puts it on its very line: that one is told, and the earlier one named.
    else
      this.drafts[this.drafts.indexOf(known)] = {
        ...draft,
        alsoIn: [known.finding.scenario, ...known.alsoIn.filter((l) => l !== label)],
      };
  }

  /** Comparisons that can never be true, found while lowering the patch's functions. */
  private deadChecks(before: PatchSide, after: PatchSide): void {
    const checksOf = (side: PatchSide): { text: string; docLine: number; fn: string }[] => {
      side.lowerPatch();
      const out: { text: string; docLine: number; fn: string }[] = [];
      for (const c of side.kernel.image.deadChecks) {
        const docLine = side.docLine(c.loc);
        if (docLine > 0 && !out.some((o) => o.docLine === docLine && o.text === c.text))
          out.push({ text: c.text, docLine, fn: c.fn });
      }
      return out;
    };
    const old = checksOf(before);
    const now = checksOf(after);
    const emit = (
      verdict: "new" | "fixed" | "already",
      side: PatchSide,
      c: { text: string; docLine: number; fn: string },
    ): void => {
      const place = side.place(c.docLine);
      this.drafts.push({
        key: `${verdict}:dead-check:${c.docLine}:${side.side}`,
        alsoIn: [],
        finding: {
          code: "dead-check",
          verdict,
          severity: verdict === "new" ? "warning" : "information",
          message: `${c.text}, so this check in ${c.fn}() never fires`,
          detail: [
            "A comparison that its operands' types decide says nothing at run time; what it was meant to catch goes unseen.",
          ],
          patch: this.patch.index,
          path: place?.path ?? "",
          docLine: c.docLine,
          exactLine: true,
          side: side.side,
          scenario: "(types)",
          era: side.era,
          replay: replayToken({
            digest: digestOf(this.patch),
            patch: this.patch.index,
            scenario: "(types)",
            beforeEra: before.era,
            afterEra: after.era,
            seed: this.seed,
            code: "dead-check",
          }),
          trace: [
            {
              task: "",
              text: c.text,
              path: place?.path ?? "",
              line: place?.line ?? 0,
              docLine: c.docLine,
              role: "culprit",
            },
          ],
          consequences: [],
          alsoIn: [],
          functions: [{ name: c.fn, fidelity: "diff" }],
          stubs: [],
        },
      });
    };
    const has = (list: readonly { text: string }[], c: { text: string }): boolean =>
      list.some((o) => o.text === c.text);
    for (const c of now) emit(has(old, c) ? "already" : "new", after, c);
    for (const c of old) if (!has(now, c)) emit("fixed", before, c);
  }

  // ---- facts for hovers and lenses -------------------------------------------------------------------------------

  /** What a run did on each line of the mail. */
  private linesOf(side: PatchSide, run: ScenarioRun): CaseLine[] {
    side.files = run.fileNames;
    const lines = new Map<number, Line>();
    const lineAt = (docLine: number): Line => {
      let line = lines.get(docLine);
      if (line === undefined) {
        line = { docLine, side: side.side, fn: "", hits: 0, changes: [] };
        lines.set(docLine, line);
      }
      return line;
    };
    const pfnText = (pfn: number): string =>
      pfn >= PMEM_PFN ? `block ${pfn - PMEM_PFN}` : `pfn 0x${pfn.toString(16)}`;
    run.lineHits.forEach((hits, id) => {
      if (hits === undefined) return;
      const docLine = side.docLine(side.kernel.image.lines[id] ?? null);
      // A line in a header, or with macros, has several places in one run: it is one run.
      if (docLine > 0) lineAt(docLine).hits = 1;
    });
    if (this.options.facts === false) return [...lines.values()];
    for (const e of run.events) {
      if (e.kind !== "page" && e.kind !== "warn" && e.kind !== "bad-page") continue;
      const at = side.diffFrame(e.stack);
      if (at === null) continue;
      const line = lineAt(at.docLine);
      line.fn = side.fn(at.frame.fn).name;
      const told = this.lines.get(`${side.side}:${at.docLine}`)?.changes.length ?? 0;
      if (told + line.changes.length >= MAX_CHANGES) continue;
      const text = `${eventText(side, e, pfnText).replace(/, by .*$/, "")} (${run.label})`;
      if (!line.changes.includes(text)) line.changes.push(text);
    }
    return [...lines.values()];
  }

  private addLine(l: CaseLine): void {
    const key = `${l.side}:${l.docLine}`;
    let line = this.lines.get(key);
    if (line === undefined) {
      line = { docLine: l.docLine, side: l.side, fn: "", hits: 0, changes: [] };
      this.lines.set(key, line);
    }
    line.hits += l.hits;
    if (l.fn !== "") line.fn = l.fn;
    for (const text of l.changes) {
      if (line.changes.length >= MAX_CHANGES) break;
      if (!line.changes.includes(text)) line.changes.push(text);
    }
  }

  private countFunctions({ executed, run: { verdict } }: CaseOutcome): void {
    const names = new Set([...executed.before, ...executed.after]);
    for (const name of names) {
      const c = this.counts.get(name) ?? { clean: 0, new: 0, fixed: 0, already: 0, notModelled: 0 };
      if (verdict === "clean" || verdict === "new" || verdict === "fixed" || verdict === "already")
        c[verdict]++;
      else c.notModelled++;
      this.counts.set(name, c);
    }
  }

  private functionFacts(before: SideOverlay, after: SideOverlay, why: string): void {
    const none = { clean: 0, new: 0, fixed: 0, already: 0, notModelled: 0 };
    const seen = new Set<string>();
    for (const [side, overlay, other] of [
      ["after", after, before],
      ["before", before, after],
    ] as const) {
      for (const d of [...overlay.functions, ...overlay.partial]) {
        const key = `${d.path}:${d.name}`;
        if (seen.has(key)) continue;
        seen.add(key);
        const both = [...other.functions, ...other.partial].some(
          (o) => o.name === d.name && o.path === d.path,
        );
        const executed = this.executed.before.has(d.name) || this.executed.after.has(d.name);
        const whole = d.visible === "whole";
        this.functions.push({
          patch: this.patch.index,
          name: d.name,
          path: d.path,
          side: both ? "both" : side,
          docLine: d.lines.find((l) => l > 0) ?? 0,
          endDocLine: d.lines.findLast((l) => l > 0) ?? 0,
          executed,
          reason: executed
            ? ""
            : !whole
              ? "the diff shows only a part of it"
              : why !== ""
                ? why
                : "no scenario calls it",
          counts: this.counts.get(d.name) ?? none,
        });
      }
    }
    // The lines of a function belong to it even where no event names it.
    for (const line of this.lines.values()) {
      if (line.fn !== "") continue;
      line.fn =
        this.functions.find((f) => f.docLine <= line.docLine && line.docLine <= f.endDocLine)?.name ?? "";
    }
  }

  /** The findings. One that never comes without another of the same run and page hangs below that one. */
  findings(): Finding[] {
    const all = this.drafts.map((d) => ({ ...d.finding, alsoIn: d.alsoIn }));
    return mergeByLine(all.filter((f) => !all.some((g) => g !== f && this.explains(g, f))));
  }

  /** Whether every run that shows f as a root shows g's rule among what follows, and g stands on its own elsewhere. */
  private explains(g: Finding, f: Finding): boolean {
    // On one line they are one finding anyway (mergeByLine), under the more telling rule.
    if (g.docLine === f.docLine && g.side === f.side) return false;
    if (g.verdict !== f.verdict || g.code === f.code || g.code === "dead-check" || f.code === "dead-check")
      return false;
    const runs = [f.scenario, ...f.alsoIn];
    const follows = this.followers.get(`${f.verdict}:${f.code}:${f.docLine}:${f.side}`);
    return (
      follows !== undefined &&
      runs.every((r) => follows.get(r)?.has(g.code) === true) &&
      1 + g.alsoIn.length >= runs.length
    );
  }

  /** For each finding's key and scenario: the codes that followed. */
  private readonly followers = new Map<string, Map<string, ReadonlySet<string>>>();
}

const keyOfCandidate = (c: Omit<Candidate, "finding">): string =>
  `${c.verdict}:${c.code}:${c.docLine}:${c.side}`;

/** The more telling rule first: the order of the table of invariants, then stops. */
function rankOf(code: string): number {
  const i = INVARIANTS.findIndex((v) => v.code === code);
  return i < 0 ? INVARIANTS.length : i;
}

/** One line that breaks several rules is one finding, under the most telling of them. */
function mergeByLine(findings: readonly Finding[]): Finding[] {
  const out: Finding[] = [];
  for (const f of findings) {
    const i = out.findIndex(
      (o) =>
        o.docLine === f.docLine &&
        o.side === f.side &&
        o.verdict === f.verdict &&
        o.code !== "dead-check" &&
        f.code !== "dead-check",
    );
    if (i < 0) {
      out.push(f);
      continue;
    }
    const o = out[i]!;
    const [first, second] = rankOf(f.code) < rankOf(o.code) ? [f, o] : [o, f];
    const consequences = [...first.consequences];
    for (const c of [{ code: second.code, message: second.message }, ...second.consequences])
      if (c.code !== first.code && !consequences.some((k) => k.code === c.code)) consequences.push(c);
    const alsoIn = [...new Set([...first.alsoIn, second.scenario, ...second.alsoIn])].filter(
      (s) => s !== first.scenario,
    );
    out[i] = { ...first, consequences, alsoIn };
  }
  return out;
}

const EMPTY_PATCH = { definitions: [], files: [], date: null } as unknown as Patch;

const STOP_TEXT: Record<string, string> = {
  oops: "The code touches memory that is not there: the kernel would oops.",
  "general-protection":
    "The code follows a pointer that cannot be one: the kernel would die with a general protection fault.",
  "use-after-free": "The code touches an object after it was freed.",
  "uninitialised-read": "The code decides on a value that was never written.",
  "out-of-bounds": "The code touches memory outside the object.",
  bug: "A BUG() or VM_BUG_ON() that states the impossible was reached.",
  deadlock: "Every task sleeps and nobody is left to wake them.",
  "lost-wakeup": "A task sleeps for ever: the event it waits for has passed, or nobody tells it.",
  "lock-misuse": "A lock is taken or released against its rules.",
  "lock-held": "A lock is still held when everything is over.",
  "leaked-object": "An object that the run made is never freed: somebody keeps a reference, or forgot it.",
};

function prefixed(
  side: Side,
  p: { verdict: Verdict; reason: string } | null,
): { verdict: Verdict; reason: string } | null {
  return p === null ? null : { verdict: p.verdict, reason: `${side}: ${p.reason}` };
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

/** A message for the user when a replay token does not fit. */
export class ReplayMismatch extends Error {}

/**
 * Reviews a document. `progress` is called before each scenario with (done, total, label); when it returns false the
 * review ends early and says so in `notes`.
 * @throws ReplayMismatch when `options.replay` is no token or belongs to another patch text
 * @throws TreeProblem when the kernel tree, its configuration or the prerequisites cannot be used
 */
export function reviewDocument(
  doc: ParsedDocument,
  options: ReviewOptions,
  progress: ProgressListener = () => true,
  sharing: Sharing | null = null,
): ReviewResult {
  let replay: Replay | null = null;
  let patches = choosePatches(doc, options.patch);
  if (options.replay !== undefined && options.replay !== "") {
    replay = parseReplay(options.replay);
    if (replay === null)
      throw new ReplayMismatch(
        `"${options.replay}" is not a replay token; a token looks like fs1:<digest>:<patch>:<scenario>:<eras>:<seed>:<code>`,
      );
    const wanted = doc.patches.find((p) => digestOf(p) === replay!.digest);
    if (wanted === undefined)
      throw new ReplayMismatch(
        "the replay token was made for another diff: no patch of this document has its digest. Run the review again for a new token",
      );
    patches = [wanted];
  }
  const memories = [new Memory(), new Memory()] as const;
  const baselines = new Baselines();
  const context = treeContext(options);
  const runs: Run[] = [];
  const findings: Finding[] = [];
  const lines: LineFacts[] = [];
  const functions: FunctionFacts[] = [];
  const notes: string[] = [];
  const coverage: Coverage[] = [];
  const hunks: HunkNote[] = [];
  let going = true;
  for (const [i, patch] of patches.entries()) {
    if (!going) break;
    const review = new PatchReview(patch, options, replay, memories, baselines, context, doc, sharing);
    review.review((done, total, what) => {
      going = progress(i * Math.max(total, 1) + done, patches.length * Math.max(total, 1), what);
      return going;
    });
    const told =
      context === null || !going || sharing?.takes === false
        ? { runs: review.runs, findings: review.findings() }
        : tellLater(context, doc, patch, options, memories[1], {
            runs: review.runs,
            findings: review.findings(),
          });
    runs.push(...told.runs);
    findings.push(...told.findings);
    lines.push(...review.lines.values());
    functions.push(...review.functions);
    notes.push(...review.notes);
    coverage.push(...review.coverage);
    hunks.push(...review.hunks);
  }
  const order: Record<string, number> = { new: 0, fixed: 1, already: 2 };
  findings.sort(
    (a, b) => a.patch - b.patch || (order[a.verdict] ?? 3) - (order[b.verdict] ?? 3) || a.docLine - b.docLine,
  );
  lines.sort((a, b) => a.docLine - b.docLine || (a.side < b.side ? 1 : -1));
  const wanted = replay === null ? findings : findings.filter((f) => f.code === replay!.code);
  const stubs = stubRanking(runs);
  return {
    runs,
    findings: wanted,
    lines,
    functions,
    notes,
    coverage,
    stubs,
    hunks,
    ...(context === null ? {} : { tree: treeUsed(context) }),
    seed: replay?.seed ?? options.seed ?? "0",
  };
}
