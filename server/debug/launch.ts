/**
 * What a debug session is of: a mail's text, the options of its review and the replay token of the run, as plain data that
 * crosses from the language server through the editor to the debug adapter; and both sides' recordings made of it. Leaves
 * out the debug protocol (session.ts).
 */
import { Memory } from "../../emulator/mem/memory.ts";
import { faultPlace, GOES_ON_MAX } from "../../emulator/scenario/runner.ts";
import { schedulerOf } from "../../emulator/sched/scheduler.ts";
import { telling } from "../../emulator/subject/index.ts";
import type { SubjectId } from "../../emulator/subject/subject.ts";
import type { Patch } from "../mail/types.ts";
import { parseDocument } from "../parse.ts";
import { blame } from "../review/blame.ts";
import { allViolations } from "../review/compare.ts";
import { wantedCases } from "../review/plan.ts";
import { eventText, wordsOf } from "../review/render.ts";
import { digestOf, orderOf, parseReplay, type Replay } from "../review/replay.ts";
import { buildSides, type PatchSides, sourcesOf } from "../review/sides.ts";
import { DEFAULT_STEPS, type ReviewOptions, type Side } from "../review/types.ts";
import { nothingText } from "../review/why.ts";
import { treeContext } from "../source/context.ts";
import { restoredDocument } from "../source/restore.ts";
import { Recording } from "./recording.ts";

/** Why there is nothing to step through, for the reader. */
export class NoRun extends Error {}

/** What a launch names. */
export interface RunNamed {
  readonly text: string;
  readonly path: string;
  readonly options: ReviewOptions;
  /** Replay token of a finding. */
  readonly replay: string;
  /** Line of the mail that the finding is on, 0: none. */
  readonly docLine: number;
  /** The side whose run breaks the rule. */
  readonly side: Side;
}

/** The fault that a run shows, and the place that led there. */
export interface Aim {
  readonly side: Side;
  /** Instructions up to it. */
  readonly place: number;
  readonly code: string;
  readonly message: string;
  /** What happens at the place, in words. */
  readonly what: string;
  readonly subject: SubjectId | null;
}

export interface Recorded {
  readonly patch: Patch;
  readonly scenario: string;
  readonly sides: Readonly<Record<Side, Recording>>;
  readonly aim: Aim | null;
}

/**
 * Makes both sides' runs.
 * @throws NoRun when there is none to make; ReplayMismatch and TreeProblem as a review does
 */
export function record(named: RunNamed): Recorded {
  const { options } = named;
  const replay = parseReplay(named.replay);
  if (replay === null) throw new NoRun("a run is named by the replay token of a finding");
  if (orderOf(replay) !== null)
    throw new NoRun(
      "this token names an order of tasks that explore found: folioscope explore --replay shows it",
    );
  const { doc } = restoredDocument(parseDocument(named.text, named.path), options);
  const patch = doc.patches.find((p) => digestOf(p) === replay.digest);
  if (patch === undefined)
    throw new NoRun(
      "the text has changed since this run: simulate the patch again and choose the finding anew",
    );
  const context = treeContext(options, doc);
  const sources = sourcesOf(doc, patch, options, replay, context);
  if (sources.nothing !== null) throw new NoRun(nothingText(sources.nothing));
  const sides = buildSides(patch, sources, [new Memory(), new Memory()], () => false);
  // As a review runs it: past the faults that both sides have at the same place.
  let recordings = recordBoth(sides, replay, options, new Set());
  for (const passed = new Set<string>(); ; ) {
    const [place, other] = [recordings.before, recordings.after].map(({ run: { end } }) =>
      faultPlace(end.reason.kind, end.stack),
    );
    if (place == null || place !== other || passed.has(place) || passed.size >= GOES_ON_MAX) break;
    passed.add(place);
    recordings = recordBoth(sides, replay, options, passed);
  }
  recordings[named.side].resume();
  return {
    patch,
    scenario: replay.scenario,
    sides: recordings,
    aim: aimOf(recordings, named, replay.code),
  };
}

function recordBoth(
  sides: PatchSides,
  replay: Replay,
  options: ReviewOptions,
  goesOn: ReadonlySet<string>,
): Record<Side, Recording> {
  const recordings = {} as Record<Side, Recording>;
  for (const name of ["before", "after"] as const) {
    const side = sides[name];
    if (side.booted.snapshot === null)
      throw new NoRun(`the ${name} side does not boot: ${side.booted.boot.end.reason.message}`);
    const c = wantedCases(side.booted.scenarios, {}, replay)[0];
    if (c === undefined)
      throw new NoRun(
        `${replay.scenario}: this run is of one function by itself and has no machine to step through`,
      );
    // Changed functions are lowered whether or not they run, so that breakpoints know their lines.
    side.lowerPatch();
    recordings[name] = new Recording(side, c, {
      stepLimit: options.steps ?? DEFAULT_STEPS,
      scheduler: schedulerOf(replay.seed),
      goesOn: new Set(goesOn),
    });
    // The sides may share a memory: the other one takes it up again when it moves.
  }
  return recordings;
}

/**
 * The fault and the place to stop at: the last event on the thing that the finding's line made, else the one that the finding
 * tells as its culprit, else the event that breaks the rule, else the last one on the thing before it was seen.
 */
function aimOf(
  recordings: Readonly<Record<Side, Recording>>,
  { docLine, side: name }: RunNamed,
  code: string,
): Aim | null {
  const recording = recordings[name];
  const other = recordings[name === "after" ? "before" : "after"];
  const { side, run } = recording;
  const violations = allViolations(run);
  const root = violations.find((v) => v.code === code) ?? violations[0];
  if (root === undefined) return null;
  const subject = root.subject;
  const words = wordsOf(run, "long");
  const until = run.events.filter((e) => e.seq <= (root.event ?? root.seq));
  const onThing = until.filter((e) => subject !== null && changes(telling(e, subject, words)));
  const event =
    onThing.findLast((e) => docLine > 0 && side.diffFrame(e.stack)?.docLine === docLine) ??
    (root.stop === true ? null : blame(side, run, other.side, other.run, root).event) ??
    (root.event === null ? onThing.at(-1) : run.events[root.event]);
  return {
    side: name,
    place: root.stop === true || event === undefined ? recording.last : recording.placeOf(event.seq),
    code: root.code,
    message: root.message,
    what: event === undefined || root.stop === true ? "" : eventText(side, event, words),
    subject,
  };
}

const changes = (told: ReturnType<typeof telling>): boolean => told !== null && told !== "other";
