/**
 * What a pair of runs means: the verdict for a scenario, and which violations are the patch's own. Two violations are the
 * same when their codes are (and, for WARNs, what they say, page and folio apart). The first violation that only one
 * side has is that side's root; later ones hang below it. Leaves out lines (blame.ts).
 */
import type { Violation } from "../../emulator/invariants/invariant.ts";
import type { ScenarioRun } from "../../emulator/scenario/runner.ts";
import type { Verdict } from "./types.ts";

/** Stops that are faults of the code, as opposed to limits of ours. */
const OURS = new Set(["completed", "unsupported", "limit", "cancelled", "exit"]);

export interface Judged {
  readonly verdict: Verdict;
  /** Why, for not-modelled and limit. */
  readonly reason: string;
  readonly newRoot: Violation | null;
  readonly newRest: readonly Violation[];
  readonly fixedRoot: Violation | null;
  readonly fixedRest: readonly Violation[];
  readonly alreadyRoot: Violation | null;
  readonly alreadyRest: readonly Violation[];
}

export const isFault = (run: ScenarioRun): boolean => !OURS.has(run.end.reason.kind);

/** Violations of a run in order, a stop included as the last. */
export function allViolations(run: ScenarioRun): Violation[] {
  const out = [...run.violations].sort((a, b) => (a.event ?? a.seq) - (b.event ?? b.seq) || a.seq - b.seq);
  if (isFault(run))
    out.push({
      code: run.end.reason.kind,
      level: "error",
      message: run.end.reason.message,
      pfn: -1,
      fields: [],
      event: null,
      seq: run.events.length - 1,
      step: run.stepTexts.length - 1,
    });
  return out;
}

const keyOf = (v: Violation): string =>
  v.code === "warn" || v.code === "bug"
    ? `${v.code}:${v.message.replace(/folio|page/g, "page").replace(/[\s()]+/g, "")}`
    : v.code;

/** Why a run cannot be judged, or null. */
export function unusable(
  run: ScenarioRun,
  diffFunctions: ReadonlySet<number>,
): { verdict: Verdict; reason: string } | null {
  const kind = run.end.reason.kind;
  if (kind === "unsupported") return { verdict: "not-modelled", reason: run.end.reason.message };
  if (kind === "limit") return { verdict: "limit", reason: run.end.reason.message };
  if (kind === "cancelled") return { verdict: "limit", reason: "cancelled" };
  const stub = run.stubs[0];
  if (stub !== undefined)
    return {
      verdict: "not-modelled",
      reason: `${stub.caller}() calls ${stub.name}(), which is neither in the mail nor in the reference kernel`,
    };
  void diffFunctions;
  return null;
}

/** Compares the two runs of one scenario. */
export function compareRuns(before: ScenarioRun, after: ScenarioRun): Judged {
  const b = allViolations(before);
  const a = allViolations(after);
  const beforeKeys = new Set(b.map(keyOf));
  const afterKeys = new Set(a.map(keyOf));
  const fresh = a.filter((v) => !beforeKeys.has(keyOf(v)));
  // What follows the place where the after side stopped was not seen there: no claim that it is fixed.
  const horizon = isFault(after) ? after.stepTexts.length - 1 : Number.POSITIVE_INFINITY;
  const gone = b.filter((v) => !afterKeys.has(keyOf(v)) && v.step < horizon);
  const still = a.filter((v) => beforeKeys.has(keyOf(v)));
  const verdict: Verdict =
    fresh.length > 0 ? "new" : gone.length > 0 ? "fixed" : still.length > 0 ? "already" : "clean";
  return {
    verdict,
    reason: "",
    newRoot: fresh[0] ?? null,
    newRest: fresh.slice(1),
    fixedRoot: gone[0] ?? null,
    fixedRest: gone.slice(1),
    alreadyRoot: still[0] ?? null,
    alreadyRest: still.slice(1),
  };
}
