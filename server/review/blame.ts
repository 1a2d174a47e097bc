/**
 * Which line of the mail a violation is put on: the patch line that performed the event; else, when the patch dropped
 * the line that used to do it, that removed line; where it leaves before a line that stays does, the line that leaves; else
 * the patch line that led there. Also the object's history for the
 * report. Leaves out whether a violation counts (compare.ts).
 */

import type { ScenarioRun } from "../../emulator/scenario/runner.ts";
import type { MachineEvent } from "../../emulator/subject/event.ts";
import { changeOf, suspectChange } from "../../emulator/subject/index.ts";
import type { Violation } from "../../emulator/subject/rule.ts";
import type { Change } from "../../emulator/subject/subject.ts";
import { traceStep, wordsOf } from "./render.ts";
import type { PatchSide } from "./side.ts";
import type { Side, TraceStep } from "./types.ts";

export interface Blame {
  readonly docLine: number;
  readonly path: string;
  readonly side: Side;
  readonly exact: boolean;
  /** The event on that line, if the run shown has it. */
  readonly event: MachineEvent | null;
}

/** The change that an event is to what is wrong, else null. */
const suspect = (e: MachineEvent, { subject }: Violation): Change | null =>
  subject === null ? null : suspectChange(e, subject);

/** Sequence number of the quiescent point before `seq`, or -1. */
function lastQuiesce(run: ScenarioRun, seq: number): number {
  for (let i = Math.min(seq, run.events.length) - 1; i >= 0; i--)
    if (run.events[i]!.kind === "quiesce") return i;
  return -1;
}

/** The last write by a patch line that fits, between two points: by a line that the patch changes, if there is one. */
function lastPatchWrite(
  side: PatchSide,
  run: ScenarioRun,
  v: Violation,
  from: number,
  to: number,
): { event: MachineEvent; docLine: number } | null {
  let last: { event: MachineEvent; docLine: number } | null = null;
  for (let i = Math.min(to, run.events.length - 1); i > from; i--) {
    const e = run.events[i]!;
    if (suspect(e, v) === null) continue;
    const at = side.diffFrame(e.stack);
    if (at === null) continue;
    if (side.place(at.docLine)?.kind === side.sign) return { event: e, docLine: at.docLine };
    last ??= { event: e, docLine: at.docLine };
  }
  return last;
}

/**
 * A write that the other side's removed (or added) line did since all was last at rest, where no changed line of this side
 * writes since then. `from`: the event of that rest, or -1; "start": of the whole run.
 */
function droppedWrite(
  here: PatchSide,
  run: ScenarioRun,
  other: PatchSide,
  otherRun: ScenarioRun,
  v: Violation,
  from: number | "start",
): Blame | null {
  const rest = from === "start" ? -1 : (run.events[from]?.step ?? v.step - 1);
  const since = (e: MachineEvent): boolean => e.step <= v.step && (e.step > rest || e.step === v.step);
  const written = run.events.some((e) => {
    const at = since(e) && suspect(e, v) !== null ? here.diffFrame(e.stack) : null;
    return at !== null && here.place(at.docLine)?.kind === here.sign;
  });
  if (written) return null;
  for (let i = otherRun.events.length - 1; i >= 0; i--) {
    const e = otherRun.events[i]!;
    if (!since(e) || suspect(e, v) === null) continue;
    const at = other.diffFrame(e.stack);
    if (at === null) continue;
    const place = other.place(at.docLine);
    if (place?.kind === other.sign)
      return { docLine: at.docLine, path: place.path, side: other.side, exact: true, event: null };
  }
  return null;
}

/** Lines of the mail that ran in a step (-1: before the first), in the order in which they ran last; 0 for other code. */
const linesRan = (side: PatchSide, run: ScenarioRun, step: number): number[] =>
  (run.linesByStep[step + 1] ?? []).map((id) => side.docLine(side.kernel.image.lines[id] ?? null));

/** The thing's history on both sides up to the violation, and the number of changes that they have in common at its beginning. */
function historiesOf(run: ScenarioRun, otherRun: ScenarioRun, v: Violation) {
  const historyOf = (r: ScenarioRun): { event: MachineEvent; change: Change }[] =>
    r.events.flatMap((event) => {
      const change = event.step <= v.step ? suspect(event, v) : null;
      return change !== null && change.before !== change.after ? [{ event, change }] : [];
    });
  const mine = historyOf(run);
  const theirs = historyOf(otherRun);
  let common = 0;
  while (
    common < mine.length &&
    common < theirs.length &&
    mine[common]!.change.field === theirs[common]!.change.field &&
    mine[common]!.change.after === theirs[common]!.change.after
  )
    common++;
  return { mine, theirs, common };
}

/**
 * Where the thing's history first takes another course than on the other side, when a changed line is what makes the
 * difference: a removed line that wrote and no longer does, or an added line that now writes.
 */
function firstDivergence(
  here: PatchSide,
  run: ScenarioRun,
  other: PatchSide,
  otherRun: ScenarioRun,
  v: Violation,
): Blame | null {
  const { mine, theirs, common } = historiesOf(run, otherRun, v);
  const place = (side: PatchSide, e: MachineEvent | undefined, marker: string): Blame | null => {
    const at = e === undefined ? null : side.diffFrame(e.stack);
    const where = at === null ? null : side.place(at.docLine);
    if (at === null || where === null || where.kind !== marker) return null;
    return {
      docLine: at.docLine,
      path: where.path,
      side: side.side,
      exact: true,
      event: side === here ? e! : null,
    };
  };
  return place(other, theirs[common]?.event, other.sign) ?? place(here, mine[common]?.event, here.sign);
}

/**
 * Where the other side's history goes on in the same step and this one's does not: the changed line that this side came by
 * behind the last change that both have, as one that leaves early is. The last of its block of changed lines that ran. Null
 * where none did, or where a changed line is what wrote on the other side.
 */
function leftEarly(
  here: PatchSide,
  run: ScenarioRun,
  other: PatchSide,
  otherRun: ScenarioRun,
  v: Violation,
): Blame | null {
  const { mine, theirs, common } = historiesOf(run, otherRun, v);
  const last = mine[common - 1]?.event;
  const next = theirs[common]?.event;
  if (last === undefined || next === undefined || next.step !== last.step) return null;
  const [at, there] = [here.diffFrame(last.stack), other.diffFrame(next.stack)];
  if (at === null || here.place(at.docLine)?.kind !== " ") return null;
  if (there === null || other.place(there.docLine)?.kind !== " ") return null;
  const ran = linesRan(here, run, last.step);
  const changed = (line: number): boolean => line > 0 && here.place(line)?.kind === here.sign;
  const behind = ran.slice(ran.indexOf(at.docLine) + 1).filter(changed);
  let [docLine] = behind;
  if (docLine === undefined) return null;
  for (let line = docLine + 1; changed(line); line++) if (behind.includes(line)) docLine = line;
  return { docLine, path: here.place(docLine)!.path, side: here.side, exact: true, event: last };
}

/** The last patch lines that ran up to the violation, newest first. */
function executedLines(side: PatchSide, run: ScenarioRun, v: Violation): number[] {
  for (let step = Math.min(v.step, run.linesByStep.length - 2); step >= -1; step--) {
    const ran = linesRan(side, run, step).filter((docLine) => docLine > 0);
    if (ran.length > 0) return ran.reverse();
  }
  return [];
}

/** The line that the patch changes which ran last up to the violation. */
function lastChanged(side: PatchSide, run: ScenarioRun, v: Violation): number | undefined {
  for (let step = Math.min(v.step, run.linesByStep.length - 2); step >= -1; step--) {
    const ran = linesRan(side, run, step).findLast((l) => l > 0 && side.place(l)?.kind === side.sign);
    if (ran !== undefined) return ran;
  }
  return undefined;
}

/**
 * Where no line of the patch led there, what it does there on the other side: the first changed line of those that ran in
 * the step in which `here` breaks, or last before it; of a patch that changes no line that ran here, in the last step in which
 * one ran there. Null when the patch changes no line that ran.
 */
function otherCourse(
  here: PatchSide,
  run: ScenarioRun,
  other: PatchSide,
  otherRun: ScenarioRun,
  v: Violation,
): Blame | null {
  const changed = (side: PatchSide) => (line: number) => line > 0 && side.place(line)?.kind === side.sign;
  let docLine = executedLines(other, otherRun, v).findLast(changed(other));
  const ranHere = run.linesByStep.some((_, i) => linesRan(here, run, i - 1).some(changed(here)));
  for (let step = v.step; docLine === undefined && !ranHere && step >= -1; step--)
    docLine = linesRan(other, otherRun, step).find(changed(other));
  if (docLine === undefined) return null;
  return { docLine, path: other.place(docLine)!.path, side: other.side, exact: false, event: null };
}

/** Puts a violation of `run` (on `here`) on a line of the mail. */
export function blame(
  here: PatchSide,
  run: ScenarioRun,
  other: PatchSide | null,
  otherRun: ScenarioRun | null,
  v: Violation,
): Blame {
  const of = (docLine: number, exact: boolean, event: MachineEvent | null): Blame => ({
    docLine,
    path: here.place(docLine)?.path ?? "",
    side: here.side,
    exact,
    event,
  });
  if (v.event !== null) {
    const e = run.events[v.event]!;
    const at = here.diffFrame(e.stack);
    if (at !== null) {
      // A check on a line that the patch did not touch tells of something done earlier.
      if (
        e.kind === "warn" &&
        v.subject !== null &&
        other !== null &&
        otherRun !== null &&
        here.place(at.docLine)?.kind === " "
      ) {
        const earlier = firstDivergence(here, run, other, otherRun, v);
        if (earlier !== null) return earlier;
      }
      return of(at.docLine, true, e);
    }
  } else if (v.subject !== null) {
    const since = lastQuiesce(run, v.seq);
    const recent = lastPatchWrite(here, run, v, since, v.seq);
    if (recent !== null && here.place(recent.docLine)?.kind === here.sign)
      return of(recent.docLine, true, recent.event);
    // What a line that stays wrote, a line that went may have put right.
    const dropped =
      other === null || otherRun === null
        ? null
        : (droppedWrite(here, run, other, otherRun, v, since) ??
          (recent === null ? null : droppedWrite(here, run, other, otherRun, v, "start")));
    if (dropped !== null) return dropped;
    const early =
      recent === null || other === null || otherRun === null
        ? null
        : leftEarly(here, run, other, otherRun, v);
    if (early !== null) return early;
    if (recent !== null) return of(recent.docLine, true, recent.event);
    const diverged =
      other !== null && otherRun !== null ? firstDivergence(here, run, other, otherRun, v) : null;
    if (diverged !== null) return diverged;
    // Nobody wrote the field in this step: who dealt with the thing then, and left it?
    const whole = { ...v, subject: { ...v.subject, fields: [] } };
    const near = lastPatchWrite(here, run, whole, since, v.seq);
    // By a line that the patch leaves as it is, where a changed one ran: that one led there.
    const changed =
      near === null || here.place(near.docLine)?.kind === here.sign ? undefined : lastChanged(here, run, v);
    if (near !== null)
      return changed === undefined ? of(near.docLine, false, near.event) : of(changed, false, null);
  }
  const lines = executedLines(here, run, v);
  if (lines.length === 0 && v.subject !== null) {
    const earlier = lastPatchWrite(here, run, v, -1, v.seq);
    if (earlier !== null) return of(earlier.docLine, false, earlier.event);
  }
  const changed = lines.find((l) => here.place(l)?.kind === here.sign);
  if (changed === undefined && other !== null && otherRun !== null) {
    const course = otherCourse(here, run, other, otherRun, v);
    if (course !== null) return course;
  }
  return of(
    changed ?? lastChanged(here, run, v) ?? lines[0] ?? here.overlay.functions[0]?.lines[0] ?? 0,
    false,
    null,
  );
}

/** Where a run that was stopped stands in the mail; where it stands outside, the line that led there. */
export function blameStop(
  here: PatchSide,
  run: ScenarioRun,
  other: PatchSide,
  otherRun: ScenarioRun,
  v: Violation,
): Blame {
  for (const frame of run.end.stack) {
    if (frame.fn.fidelity !== "diff") continue;
    const docLine = here.docLine(frame.loc);
    if (docLine > 0)
      return { docLine, path: here.place(docLine)?.path ?? "", side: here.side, exact: true, event: null };
  }
  const led = blame(here, run, null, null, v);
  if (here.place(led.docLine)?.kind === here.sign) return led;
  return otherCourse(here, run, other, otherRun, v) ?? led;
}

/**
 * The changed line of data, a macro or a type that led there, where no line of a function did: one that names a function
 * which only one of the sides entered, else the first. Null when the patch changes no such line.
 */
export function blameData(
  here: PatchSide,
  run: ScenarioRun,
  other: PatchSide,
  otherRun: ScenarioRun,
): Blame | null {
  const entered = (side: PatchSide, r: ScenarioRun): Set<string> =>
    new Set(r.functions.map((id) => side.fn(id).name));
  const [mine, theirs] = [entered(here, run), entered(other, otherRun)];
  const lines = [...here.changedData(), ...other.changedData()].sort((a, b) => a.docLine - b.docLine);
  const found =
    lines.find(({ place }) =>
      (place.text.match(/[A-Za-z_]\w*/g) ?? []).some((w) => mine.has(w) !== theirs.has(w)),
    ) ?? lines[0];
  if (found === undefined) return null;
  const { docLine, place } = found;
  const side = place.kind === "-" ? "before" : "after";
  return { docLine, path: place.path, side, exact: false, event: null };
}

const HISTORY = 24;
/** Where the C of the built-in scenarios lies. */
const DRIVING = "scenarios/";

/** The trace of a finding: scenario steps, the object's history, the breaking event. */
export function traceOf(
  side: PatchSide,
  run: ScenarioRun,
  v: Violation,
  culprit: MachineEvent | null,
): TraceStep[] {
  const words = wordsOf(run, "long");
  const { subject } = v;
  const culpritSeq = culprit?.seq ?? v.event ?? -1;
  const until = Math.max(v.seq, culpritSeq);
  const history = run.events
    .filter((e) => e.seq <= until && subject !== null && changeOf(e, subject) !== null)
    .slice(-HISTORY);
  const keep = new Set(history.map((e) => e.seq));
  const out: TraceStep[] = [];
  for (const e of run.events) {
    if (e.seq > until) break;
    if (e.seq === culpritSeq) out.push(traceStep(side, e, "culprit", run.taskNames, words));
    else if (e.kind === "step") out.push(traceStep(side, e, "step", run.taskNames, words));
    else if (keep.has(e.seq)) out.push(traceStep(side, e, "history", run.taskNames, words));
    else if (e.kind === "task" || e.kind === "warn")
      out.push(traceStep(side, e, "step", run.taskNames, words));
  }
  if (run.end.reason.kind !== "completed" && v.event === null && v.seq >= run.events.length - 1) {
    // Who drives a scenario says nothing of what it meets; where only that stands still, the last event says more.
    const stack = run.end.stack.filter((f) => !side.sourceOf(f.loc).path.startsWith(DRIVING));
    const last = out.at(-1);
    if (stack.length === 0 && last !== undefined) out.splice(-1, 1, { ...last, role: "culprit" });
    for (const frame of [...stack].reverse().slice(-8)) {
      const source = side.sourceOf(frame.loc);
      const docLine = side.docLine(frame.loc);
      const place = side.place(docLine);
      out.push({
        task: run.end.task?.name ?? "",
        text: `${frame.fn.name}()`,
        path: place?.path ?? source.path,
        line: place?.line ?? source.line,
        docLine,
        ...(docLine > 0 ? {} : { of: side.keeperOf(frame.fn) }),
        role: frame === stack[0] ? "culprit" : "step",
      });
    }
  }
  return out.length > 80 ? [...out.slice(0, 20), ...out.slice(-60)] : out;
}
