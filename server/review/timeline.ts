/**
 * Two runs of one scenario on one axis, for the finding panel: what happened to the thing that the finding is about, by
 * task, before and after, and where the sides part. Pure: runs in, plain data out. Leaves out making the runs
 * (review/case) and drawing (extension/panel).
 */
import { diffArrays } from "diff";
import type { ScenarioRun } from "../../emulator/scenario/runner.ts";
import type { MachineEvent } from "../../emulator/subject/event.ts";
import { nameOf, telling } from "../../emulator/subject/index.ts";
import type { SubjectId } from "../../emulator/subject/subject.ts";
import { allViolations } from "./compare.ts";
import { eventText, wordsOf } from "./render.ts";
import type { PatchSide } from "./side.ts";
import type { PanelEvent, PanelEventKind, PanelLane, PanelSide, Timeline } from "./timeline_types.ts";

/** Events shown a side; more are counted in `leftOut`. */
const MAX_EVENTS = 10_000;
/** Differences within a step up to which its events are matched one by one. */
const MAX_EDITS = 2_000;

/** A side's run with what reads it. */
export interface SideRunView {
  readonly side: PatchSide;
  readonly run: ScenarioRun;
}

/** The finding whose run is shown. */
export interface ShownFinding {
  readonly code: string;
  /** The side that breaks the rule. */
  readonly side: PanelSide;
}

type Draft = Omit<PanelEvent, "x" | "breaks" | "waitsTo" | "wokenBy" | "wakes"> & {
  readonly step: number;
  readonly seq: number;
  /** Named events of one key that follow each other are one draft: its key, its first text, how many they are. */
  readonly folds: string;
  readonly first: string;
  readonly times: number;
  /** Of a task that sleeps. */
  readonly sleep?: Sleep;
  /** Of a task that wakes others: each with its sleep. */
  readonly woken?: readonly Woken[];
};

interface Woken {
  readonly task: number;
  readonly sleep: Sleep;
}

/** A task sleeps until the event with which it goes on, infinite where there is none; who wakes it, -1 where nobody is known to. */
interface Sleep {
  until: number;
  by: number;
  /** The event that wakes it, -1 for none. */
  woken: number;
}

/** A side's events, and how many are about other things. */
interface Drafts {
  readonly list: readonly Draft[];
  readonly leftOut: number;
}

/**
 * Lays both runs on one axis. The thing watched is that of the finding's first violation on its side; without one,
 * everything that a patch line did is shown.
 */
export function timelineOf(before: SideRunView, after: SideRunView, finding: ShownFinding): Timeline {
  const loud = finding.side === "before" ? before : after;
  const violations = allViolations(loud.run);
  const root = violations.find((v) => v.code === finding.code) ?? violations[0] ?? null;
  const subject = root?.subject ?? null;
  const drafts = { before: eventsOf(before, subject), after: eventsOf(after, subject) };
  const axis = align(drafts.before.list, drafts.after.list);
  const breakSeq = root === null ? -1 : (root.event ?? root.seq);
  const place = (side: PanelSide): PanelEvent[] => {
    const { list } = drafts[side];
    const broke =
      side !== finding.side || root === null
        ? -1
        : list.findLastIndex((d) => d.seq <= breakSeq && (root.event === null || d.seq === breakSeq));
    const run = side === "before" ? before.run : after.run;
    /**
     * Slot to which a task sleeps: where what it does next would stand, or where it is woken if nothing is told of it after
     * that. Unknown of one that went on unseen.
     */
    const waitsTo = ({ until, woken }: Sleep): number | undefined => {
      const to = until === Number.POSITIVE_INFINITY && woken >= 0 ? woken : until;
      if (to === Number.POSITIVE_INFINITY)
        return run.end.reason.kind === "completed" ? undefined : axis.length;
      const next = list.findIndex((d) => d.seq >= to);
      return next < 0 ? axis.length : axis[side][next]!;
    };
    return list.map(
      ({ step: _step, seq: _seq, folds: _f, first: _first, times: _times, sleep, woken, ...d }, i) => {
        const x = axis[side][i]!;
        const to = sleep === undefined ? undefined : waitsTo(sleep);
        return {
          ...d,
          x,
          ...(to === undefined ? {} : { waitsTo: to }),
          ...(sleep === undefined || sleep.by < 0 ? {} : { wokenBy: sleep.by }),
          ...(woken === undefined
            ? {}
            : {
                wakes: woken.map((w) => ({ task: w.task, x: waitsTo(w.sleep) ?? x })),
              }),
          ...(i === broke ? { breaks: true } : {}),
        };
      },
    );
  };
  const events = { before: place("before"), after: place("after") };
  const all = [...events.before, ...events.after];
  const fields = [...new Set(all.flatMap((e) => (e.field === undefined ? [] : [e.field])))];
  const counts = fields.filter((f) => all.some((e) => e.field === f && e.value !== undefined));
  return {
    subject: subject === null ? "" : nameOf(subject, wordsOf(loud.run, "long")),
    scenario: loud.run.label,
    slots: axis.length,
    steps: stepsOf(all),
    parts: axis.parts,
    counts,
    states: fields.filter((f) => !counts.includes(f)),
    before: lane("before", before, events.before, drafts.before.leftOut),
    after: lane("after", after, events.after, drafts.after.leftOut),
  };
}

function lane(side: PanelSide, view: SideRunView, events: readonly PanelEvent[], leftOut: number): PanelLane {
  const { kind, message } = view.run.end.reason;
  const start: Record<string, string> = {};
  for (const e of events) if (e.field !== undefined && e.before !== undefined) start[e.field] ??= e.before;
  return {
    side,
    era: view.side.era,
    outcome: kind === "completed" ? "completed" : `${kind}: ${message}`,
    tasks: view.run.taskNames,
    events,
    start,
    leftOut,
  };
}

const KINDS: Readonly<Record<MachineEvent["kind"], PanelEventKind>> = {
  page: "page",
  pte: "pte",
  xarray: "entry",
  step: "step",
  quiesce: "audit",
  warn: "warn",
  "bad-page": "warn",
  named: "block",
  task: "task",
  printk: "log",
  change: "object",
};

const foldKey = (e: MachineEvent): string =>
  e.kind === "named" ? `${e.name} ${e.task} ${e.step} ${e.stack[0]?.fn ?? -1}` : "";

/** The events that a reader of this finding wants, in order. */
function eventsOf({ side, run }: SideRunView, of: SubjectId | null): Drafts {
  const words = wordsOf(run, "short");
  const list: Draft[] = [];
  const holders = new Map<string, Map<bigint, number>>();
  const { sleeps, wakes } = sleepsOf(run.events);
  let leftOut = 0;
  for (const e of run.events) {
    const told = telling(e, of, words);
    const elsewhere = of === null && told !== null && side.diffFrame(e.stack) === null;
    if (told === "other" || elsewhere || list.length >= MAX_EVENTS) {
      leftOut++;
      continue;
    }
    const text = eventText(side, e, words);
    const last = list.at(-1);
    // A range that is freed block by block is one thing to a reader.
    if (e.kind === "named" && last?.folds === foldKey(e)) {
      list[list.length - 1] = {
        ...last,
        times: last.times + 1,
        text: `${last.first} (and ${last.times} more, up to ${text})`,
      };
      continue;
    }
    const change =
      told === null
        ? {}
        : {
            field: told.holder === undefined ? told.field : numbered(holders, told.field, told.holder),
            before: told.before,
            after: told.after,
            ...(told.count === undefined ? {} : { value: told.count }),
          };
    list.push({
      folds: foldKey(e),
      first: text,
      times: 1,
      task: e.task,
      kind: KINDS[e.kind],
      text,
      step: e.step,
      seq: e.seq,
      ...placeOf(side, e),
      ...(sleeps.has(e.seq) ? { sleep: sleeps.get(e.seq)! } : {}),
      ...(wakes.has(e.seq) ? { woken: wakes.get(e.seq)! } : {}),
      ...change,
    });
  }
  return { list, leftOut };
}

/** Who sleeps, by the event with which it begins, to its own next event, told or not; who wakes whom, by that event. */
function sleepsOf(events: readonly MachineEvent[]): {
  sleeps: Map<number, Sleep>;
  wakes: Map<number, readonly Woken[]>;
} {
  const asleep = new Map<number, Sleep>();
  const sleeps = new Map<number, Sleep>();
  const wakes = new Map<number, readonly Woken[]>();
  for (const e of events) {
    const own = asleep.get(e.task);
    if (own !== undefined) own.until = e.seq;
    asleep.delete(e.task);
    if (e.kind !== "task") continue;
    if (e.what === "sleeps") {
      const sleep = { until: Number.POSITIVE_INFINITY, by: -1, woken: -1 };
      asleep.set(e.task, sleep);
      sleeps.set(e.seq, sleep);
    } else if (e.what === "woken") {
      const woken = e.tasks.flatMap((task) => {
        const sleep = asleep.get(task);
        return sleep === undefined ? [] : [{ task, sleep }];
      });
      for (const { sleep } of woken) Object.assign(sleep, { by: e.task, woken: e.seq });
      wakes.set(e.seq, woken);
    }
  }
  return { sleeps, wakes };
}

/** "PTE", and "PTE 2" for the second place met: a page mapped twice has two page-table entries. */
function numbered(holders: Map<string, Map<bigint, number>>, field: string, at: bigint): string {
  const known = holders.get(field) ?? new Map<bigint, number>();
  holders.set(field, known);
  const n = known.get(at) ?? known.size + 1;
  known.set(at, n);
  return n === 1 ? field : `${field} ${n}`;
}

function placeOf(side: PatchSide, e: MachineEvent): { path: string; line: number; docLine: number } {
  const inMail = side.diffFrame(e.stack);
  if (inMail !== null) {
    const place = side.place(inMail.docLine);
    return { path: place?.path ?? "", line: place?.line ?? 0, docLine: inMail.docLine };
  }
  return { ...side.sourceOf(e.stack[0]?.loc ?? null), docLine: 0 };
}

/** What makes two events of the two sides the same: no lines, because lines moved. */
const signature = (d: Draft): string =>
  [d.kind, d.task, d.field ?? "", d.before ?? "", d.after ?? "", d.field === undefined ? d.text : ""].join(
    "|",
  );

function byStep(list: readonly Draft[]): Map<number, Draft[]> {
  const out = new Map<number, Draft[]>();
  for (const d of list) {
    const known = out.get(d.step);
    if (known === undefined) out.set(d.step, [d]);
    else known.push(d);
  }
  return out;
}

/** Slots of both lists: equal events share one, what only a side has gets its own. */
function align(
  before: readonly Draft[],
  after: readonly Draft[],
): { before: number[]; after: number[]; length: number; parts: number } {
  const slots = { before: [] as number[], after: [] as number[] };
  let x = 0;
  let parts = -1;
  const steps = { before: byStep(before), after: byStep(after) };
  const last = Math.max(before.at(-1)?.step ?? -1, after.at(-1)?.step ?? -1);
  for (let step = -1; step <= last; step++) {
    const b = steps.before.get(step) ?? [];
    const a = steps.after.get(step) ?? [];
    const chunks = diffArrays(b.map(signature), a.map(signature), { maxEditLength: MAX_EDITS }) ?? [
      { removed: true, added: false, count: b.length },
      { removed: false, added: true, count: a.length },
    ];
    for (const c of chunks) {
      for (let i = 0; i < (c.count ?? 0); i++, x++) {
        if (!c.added) slots.before.push(x);
        if (!c.removed) slots.after.push(x);
        if ((c.added || c.removed) && parts < 0) parts = x;
      }
    }
  }
  return { ...slots, length: x, parts };
}

function stepsOf(events: readonly PanelEvent[]): { x: number; text: string }[] {
  const at = new Map<number, string>();
  for (const e of events) if (e.kind === "step" && !at.has(e.x)) at.set(e.x, e.text);
  return [...at].sort((p, q) => p[0] - q[0]).map(([x, text]) => ({ x, text }));
}
