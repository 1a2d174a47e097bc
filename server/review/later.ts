/**
 * `fixed-later`: what a patch of a series breaks may be mended by a later one. Each new finding's scenario runs again on
 * the tree with the rest of the series applied; when the fault is gone there, the first patch after which it is gone is
 * looked for by halving. Leaves out findings of single patches, reviews without a kernel tree, and how a function case is
 * asked (later_functions.ts).
 */
import { AddressSpace } from "../../emulator/c/space.ts";
import { referenceDefines } from "../../emulator/kernel.ts";
import type { Memory } from "../../emulator/mem/memory.ts";
import { casesOf, runPast } from "../../emulator/scenario/runner.ts";
import { schedulerOf } from "../../emulator/sched/scheduler.ts";
import type { ParsedDocument, Patch } from "../mail/types.ts";
import { eraIn, imagesIn, laterOf, type TreeContext } from "../source/context.ts";
import { treeSides } from "../source/tree_side.ts";
import { allViolations, unusable } from "./compare.ts";
import { BY_TYPES, isOwnRun } from "./finding.ts";
import type { LaterFunctions } from "./later_functions.ts";
import { namesOrder } from "./replay.ts";
import { PatchSide } from "./side.ts";
import { DEFAULT_STEPS, type Finding, type ReviewOptions, type Run } from "./types.ts";

/** Findings of one patch that are looked at; a patch with more is broken all over. */
const MAX_LOOKED_AT = 40;

/** States whose images are kept besides that of the last patch. */
const KEPT_STATES = 2;

interface KeptState {
  readonly patch: Patch;
  readonly side: PatchSide;
  readonly space: AddressSpace | undefined;
}

/**
 * The tree as it is after patches of a series, for all of a review's patches: the images of the states that are asked of most
 * are kept, and one machine at a time is booted, in the memory given.
 */
export class LaterStates {
  private readonly context: TreeContext;
  private readonly options: ReviewOptions;
  private readonly memory: Memory;
  private kept: KeptState[] = [];

  constructor(context: TreeContext, options: ReviewOptions, memory: Memory) {
    this.context = context;
    this.options = options;
    this.memory = memory;
  }

  /** Drops what no patch behind `patch` asks of. */
  passed(patch: Patch): void {
    this.kept = this.kept.filter((k) => k.patch.number > patch.number);
  }

  /** Keeps the state of the last patch, and of the others those that halving asks of first. */
  private keep(state: KeptState): void {
    const all = [...this.kept, state];
    const last = Math.max(...all.map((k) => k.patch.number));
    const rank = ({ patch: { number } }: KeptState): number =>
      number === last ? Number.POSITIVE_INFINITY : number & -number;
    this.kept = all.sort((a, b) => rank(b) - rank(a)).slice(0, KEPT_STATES + 1);
  }

  private stateOf(doc: ParsedDocument, patch: Patch, space: AddressSpace | undefined): PatchSide | null {
    const known = this.kept.find((k) => k.patch === patch && k.space === space);
    if (known !== undefined) return known.side;
    const { tree, index, config } = this.context;
    const images = imagesIn(this.context, doc, patch);
    const era = eraIn(this.context, images, patch, "after", this.options.era);
    const sides = treeSides(tree, index, images, patch, (_side, name) => referenceDefines(era, name), config);
    if (sides === null) return null;
    const side = new PatchSide(patch, "after", era, this.memory, sides.after, {
      space,
      written: this.options.written ?? [],
    });
    this.keep({ patch, side, space });
    return side;
  }

  /**
   * Whether the fault of each finding shows after `patch`; null when that cannot be said. `space`: that in which the image is
   * made, where there is one: what states have in common is lowered once.
   */
  shows(
    doc: ParsedDocument,
    patch: Patch,
    findings: readonly Finding[],
    space: AddressSpace | undefined,
  ): (boolean | null)[] {
    const side = this.stateOf(doc, patch, space);
    if (side === null) return findings.map(() => null);
    // Whatever ran since has taken the memory.
    side.bootAnew();
    const shown = side.booted.snapshot === null ? null : findings.map((f) => showsIn(side, f, this.options));
    side.bootAnew();
    return shown ?? findings.map(() => null);
  }
}

/** Whether a finding's fault shows on a side; null when that cannot be said. */
export function showsIn(side: PatchSide, f: Finding, options: ReviewOptions): boolean | null {
  if (f.code === "dead-check") return showsDeadCheck(side, f);
  const c = side.booted.scenarios.flatMap(casesOf).find((x) => x.label === f.scenario);
  if (c === undefined || namesOrder(f.replay)) return null;
  const run = runPast(side.booted, c, () => ({
    stepLimit: options.steps ?? DEFAULT_STEPS,
    scheduler: schedulerOf(options.seed ?? "0"),
  }));
  if (allViolations(run).some((v) => v.code === f.code)) return true;
  return unusable(run) === null ? false : null;
}

/** Whether a finding is of the function cases (later_functions.ts). */
const ofFunctions = (f: Finding): boolean =>
  isOwnRun(f.scenario) || (f.scenario === BY_TYPES && f.code !== "dead-check");

/** Whether a state can say of a finding that it shows: not of an order, which counts the instructions of its side. */
const canShow = (f: Finding): boolean => !namesOrder(f.replay);

function showsDeadCheck(side: PatchSide, f: Finding): boolean {
  const { image } = side.kernel;
  for (const fn of f.functions) {
    const id = image.findFunction(fn.name, f.path);
    if (id >= 0) image.lower(id);
  }
  return image.deadChecks.some((d) => f.message.startsWith(d.text));
}

/**
 * New findings of `patch` that a later patch of its series mends become `fixed-later`, and so do the runs they are of.
 * `space` is that of the patch's own sides, where they have one: later states take their lowered code over. `alone`: its
 * function cases, where it has any.
 */
export function tellLater(
  states: LaterStates,
  doc: ParsedDocument,
  patch: Patch,
  space: AddressSpace | undefined,
  alone: LaterFunctions | null,
  found: { readonly findings: readonly Finding[]; readonly runs: readonly Run[] },
): { findings: Finding[]; runs: Run[] } {
  states.passed(patch);
  const unchanged = { findings: [...found.findings], runs: [...found.runs] };
  const later = laterOf(doc, patch);
  const fresh = found.findings.filter((f) => f.verdict === "new" && canShow(f)).slice(0, MAX_LOOKED_AT);
  if (later.length === 0 || fresh.length === 0) return unchanged;
  const common = space ?? new AddressSpace();
  const own = fresh.filter(ofFunctions);
  const mended = new Map([
    ...menders(
      later,
      fresh.filter((f) => !own.includes(f)),
      (p, wanted) => states.shows(doc, p, wanted, common),
    ),
    ...(alone === null
      ? []
      : menders(
          later.filter((p) => alone.concerns(p)),
          own,
          (p, wanted) => alone.shows(p, wanted),
        )),
  ]);
  if (mended.size === 0) return unchanged;
  const findings = found.findings.map((f) => {
    const by = mended.get(f);
    return by === undefined ? f : toLater(f, by);
  });
  const loud = new Set(findings.filter((f) => f.verdict === "new").flatMap((f) => [f.scenario, ...f.alsoIn]));
  const runs = found.runs.map((r) =>
    r.verdict === "new" && !loud.has(r.scenario) ? { ...r, verdict: "fixed-later" as const } : r,
  );
  return { findings, runs };
}

function toLater(f: Finding, by: Patch): Finding {
  return {
    ...f,
    verdict: "fixed-later",
    severity: "information",
    fixedBy: { number: by.number, subject: by.subject },
    detail: [...f.detail, "Whoever bisects between the two patches meets it."],
  };
}

/**
 * Where to halve what begins at `low` and ends before `high`: at the number of the series that most powers of two divide, so that the
 * patches of a series ask of the same states.
 */
function middleOf(later: readonly Patch[], low: number, high: number): number {
  let best = low;
  const twos = (i: number): number => later[i]!.number & -later[i]!.number;
  for (let i = low + 1; i < high; i++) if (twos(i) > twos(best)) best = i;
  return best;
}

/**
 * For each finding that is gone at the end the first patch after which it is gone, by halving. Findings whose fate at a
 * patch cannot be said are judged by the patch before it. Findings go through the halving together, so that each tree is
 * made once.
 */
function menders(
  later: readonly Patch[],
  findings: readonly Finding[],
  shows: (p: Patch, wanted: readonly Finding[]) => (boolean | null)[],
): Map<Finding, Patch> {
  const out = new Map<Finding, Patch>();
  const halve = (low: number, high: number, wanted: readonly Finding[]): void => {
    if (wanted.length === 0) return;
    if (low >= high) {
      for (const f of wanted) out.set(f, later[high]!);
      return;
    }
    const middle = middleOf(later, low, high);
    const shown = shows(later[middle]!, wanted);
    halve(
      low,
      middle,
      wanted.filter((_, i) => shown[i] === false),
    );
    halve(
      middle + 1,
      high,
      wanted.filter((_, i) => shown[i] !== false),
    );
  };
  let open = findings;
  for (let high = later.length - 1; high >= 0 && open.length > 0; high--) {
    const shown = shows(later[high]!, open);
    halve(
      0,
      high,
      open.filter((_, i) => shown[i] === false),
    );
    open = open.filter((_, i) => shown[i] === null);
  }
  return out;
}
