/**
 * What a pair of runs means: the verdict for a scenario, and which violations are the patch's own. Two violations are the
 * same when their rule says so (by code, or by what they say), or when the patch only says the check in other words, or renames
 * the function that they name. Of what only one side has, the first on a thing is a root; later ones on it hang below. Leaves
 * out lines (blame.ts).
 */

import { identityOf, mayBeMore } from "../../emulator/invariants/registry.ts";
import type { ScenarioRun } from "../../emulator/scenario/runner.ts";
import { sameThing } from "../../emulator/subject/index.ts";
import type { Violation } from "../../emulator/subject/rule.ts";
import type { Verdict } from "./types.ts";

/** Stops that are faults of the code, as opposed to limits of ours. */
const OURS = new Set(["completed", "unsupported", "limit", "cancelled", "exit"]);

export interface Judged {
  readonly verdict: Verdict;
  readonly fresh: readonly Cause[];
  readonly gone: readonly Cause[];
  readonly still: readonly Cause[];
}

/** A root and what follows from it in the same run. */
export interface Cause {
  readonly root: Violation;
  readonly rest: readonly Violation[];
}

/** Groups violations of a run by cause: the first on a thing explains later ones on it; what names no thing, its step's. */
export function causes(violations: readonly Violation[]): Cause[] {
  const out: { root: Violation; rest: Violation[] }[] = [];
  for (const v of violations) {
    // What stops the run comes of what was wrong before.
    if (v.stop === true && out.length > 0) {
      out.at(-1)!.rest.push(v);
      continue;
    }
    const cause = out.find(({ root, rest }) =>
      v.subject !== null && root.subject !== null
        ? sameThing(v.subject, root.subject)
        : root.step === v.step || rest.some((r) => r.step === v.step),
    );
    if (cause === undefined) out.push({ root: v, rest: [] });
    else cause.rest.push(v);
  }
  return out;
}

/** The rule that tells how a run stopped. */
export const stopCode = ({ end: { reason } }: ScenarioRun): string => reason.rule ?? reason.kind;

export const isFault = (run: ScenarioRun): boolean => !OURS.has(run.end.reason.kind);

/** Violations of a run in order, a stop included as the last. */
export function allViolations(run: ScenarioRun): Violation[] {
  const out = [...run.violations].sort((a, b) => (a.event ?? a.seq) - (b.event ?? b.seq) || a.seq - b.seq);
  if (isFault(run))
    out.push({
      code: stopCode(run),
      level: "error",
      message: run.end.reason.message,
      subject: null,
      event: null,
      seq: run.events.length - 1,
      step: run.stepTexts.length - 1,
      stop: true,
    });
  return out;
}

/** What makes two violations the same. */
export const keyOf = (v: Violation): string => identityOf(v.code, v.message);

/** The faults that a run shows, each once. */
export const faultKeys = (run: ScenarioRun): string[] => [...new Set(allViolations(run).map(keyOf))];

/** Why a run cannot be judged, or null. */
export function unusable(run: ScenarioRun): { verdict: Verdict; reason: string } | null {
  const kind = run.end.reason.kind;
  if (kind === "unsupported") {
    const at = run.end.stack[0]?.fn.name ?? "";
    const { message } = run.end.reason;
    return { verdict: "not-modelled", reason: at === "" ? message : `in ${at}(): ${message}` };
  }
  if (kind === "limit") return { verdict: "limit", reason: run.end.reason.message };
  if (kind === "cancelled") return { verdict: "limit", reason: "cancelled" };
  if (run.truncated) return { verdict: "limit", reason: "more events than are recorded" };
  const stub = run.stubs[0];
  if (stub !== undefined)
    return {
      verdict: "not-modelled",
      reason: `${stub.caller}() calls ${stub.name}(), which is neither in the mail nor in the reference kernel`,
    };
  return null;
}

/** Faults that belong to a release, not to the patch. */
export interface ReleaseFaults {
  before(key: string): boolean;
  after(key: string, v: Violation): boolean;
}

/** Whether what the before side says is what the after side says in other words. */
export type Reworded = (before: Violation, after: Violation) => boolean;

/**
 * Violations of both sides that are the same in other words: each at most one of the other side's, in order, and only what
 * the other side has not word for word. Where the other side may have more than it tells, what is left over is no difference.
 */
function inOtherWords(
  b: readonly Violation[],
  a: readonly Violation[],
  reworded: Reworded,
): ReadonlySet<Violation> {
  const bKeys = new Set(b.map(keyOf));
  const aKeys = new Set(a.map(keyOf));
  const alike = (w: Violation, v: Violation): boolean =>
    w.code === v.code && w.step === v.step && reworded(w, v);
  const most = (of: readonly Violation[]): Violation[] => of.filter((v) => mayBeMore(v.code, v.message));
  const [bMost, aMost] = [most(b), most(a)];
  const out = new Set<Violation>();
  const free = b.filter((v) => !aKeys.has(keyOf(v)));
  for (const v of a) {
    if (bKeys.has(keyOf(v))) continue;
    const at = free.findIndex((w) => alike(w, v));
    if (at >= 0) out.add(v).add(free.splice(at, 1)[0]!);
    else if (bMost.some((w) => alike(w, v))) out.add(v);
  }
  for (const w of free) if (aMost.some((v) => alike(w, v))) out.add(w);
  return out;
}

/** Compares the two runs of one scenario. */
export function compareRuns(
  before: ScenarioRun,
  after: ScenarioRun,
  release: ReleaseFaults,
  reworded: Reworded,
): Judged {
  const b = allViolations(before);
  const a = allViolations(after);
  const same = inOtherWords(b, a, reworded);
  const beforeKeys = new Set(b.map(keyOf));
  const afterKeys = new Set(a.map(keyOf));
  // A release's own fault is asked for only where the sides differ in it.
  const fresh = a.filter((v) => !beforeKeys.has(keyOf(v)) && !same.has(v) && !release.after(keyOf(v), v));
  // What follows the place where the after side stopped was not seen there: no claim that it is fixed.
  const ended = !isFault(after) && after.end.reason.kind !== "limit";
  const horizon = ended ? Number.POSITIVE_INFINITY : after.stepTexts.length - 1;
  const gone = b.filter(
    (v) => !afterKeys.has(keyOf(v)) && !same.has(v) && v.step < horizon && !release.before(keyOf(v)),
  );
  const still = a.filter((v) => beforeKeys.has(keyOf(v)) || same.has(v));
  const verdict: Verdict =
    fresh.length > 0 ? "new" : gone.length > 0 ? "fixed" : still.length > 0 ? "already" : "clean";
  return { verdict, fresh: causes(fresh), gone: causes(gone), still: causes(still).slice(0, 1) };
}
