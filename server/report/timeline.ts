/**
 * Two runs of one scenario on one axis, for the finding panel: what happened to the thing that the finding is about, by
 * task, before and after, and where the sides part. Pure: runs in, plain data out. Leaves out making the runs
 * (review/case) and drawing (extension/panel).
 */
import { diffArrays } from "diff";
import { PMEM_PFN } from "../../emulator/machine/machine.ts";
import type { ScenarioRun } from "../../emulator/scenario/runner.ts";
import type { MachineEvent, NamedEvent } from "../../emulator/trace/event.ts";
import { allViolations } from "../review/compare.ts";
import { eventText } from "../review/render.ts";
import type { PatchSide } from "../review/side.ts";
import type { PanelEvent, PanelEventKind, PanelLane, PanelSide, Timeline } from "./panel_view.ts";

/** Events shown a side; more are counted in `leftOut`. */
const MAX_EVENTS = 10_000;
/** Differences within a step up to which its events are matched one by one. */
const MAX_EDITS = 2_000;
const PFN_MASK = 0x000ffffffffff000n;
/** Fields of a page that are plotted as numbers, with the names that a reader knows. */
const COUNTS: ReadonlyMap<string, string> = new Map([
  ["_refcount", "refcount"],
  ["_mapcount", "mapcount"],
  ["index/share", "index/share"],
]);

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

type Draft = Omit<PanelEvent, "x" | "breaks"> & {
  readonly step: number;
  readonly seq: number;
  /** Named events of one key that follow each other are one draft: its key, its first text, how many they are. */
  readonly folds: string;
  readonly first: string;
  readonly times: number;
};

const foldKey = (e: NamedEvent): string => `${e.name} ${e.task} ${e.step} ${e.stack[0]?.fn ?? -1}`;

/**
 * Lays both runs on one axis. The thing watched is the page of the finding's first violation on its side; without one,
 * everything that a patch line did is shown.
 */
export function timelineOf(before: SideRunView, after: SideRunView, finding: ShownFinding): Timeline {
  const loud = finding.side === "before" ? before : after;
  const violations = allViolations(loud.run);
  const root = violations.find((v) => v.code === finding.code) ?? violations[0] ?? null;
  const pfn = root?.pfn ?? -1;
  const drafts = { before: eventsOf(before, pfn), after: eventsOf(after, pfn) };
  const axis = align(drafts.before, drafts.after);
  const breakSeq = root === null ? -1 : (root.event ?? root.seq);
  const place = (side: PanelSide, list: readonly Draft[], slots: readonly number[]): PanelEvent[] => {
    const broke =
      side !== finding.side || root === null
        ? -1
        : list.findLastIndex((d) => d.seq <= breakSeq && (root.event === null || d.seq === breakSeq));
    return list.map(({ step: _step, seq: _seq, folds: _folds, first: _first, times: _times, ...d }, i) => ({
      ...d,
      x: slots[i]!,
      ...(i === broke ? { breaks: true } : {}),
    }));
  };
  const events = {
    before: place("before", drafts.before, axis.before),
    after: place("after", drafts.after, axis.after),
  };
  const fields = new Set(
    [...events.before, ...events.after].flatMap((e) => (e.field === undefined ? [] : [e.field])),
  );
  const counts = [...COUNTS.values()].filter((f) => fields.has(f));
  return {
    subject: pfn < 0 ? "" : thing(pfn),
    scenario: loud.run.label,
    slots: axis.length,
    steps: stepsOf(events.before, events.after),
    parts: axis.parts,
    counts,
    states: [...fields].filter((f) => !counts.includes(f)),
    before: lane("before", before, events.before, pfn),
    after: lane("after", after, events.after, pfn),
  };
}

function lane(side: PanelSide, view: SideRunView, events: readonly PanelEvent[], pfn: number): PanelLane {
  const { run } = view;
  const { kind, message } = run.end.reason;
  const start: Record<string, string> = {};
  for (const e of events) if (e.field !== undefined && e.before !== undefined) start[e.field] ??= e.before;
  return {
    side,
    era: view.side.era,
    outcome: kind === "completed" ? "completed" : `${kind}: ${message}`,
    tasks: run.taskNames,
    events,
    start,
    leftOut: run.events.filter((e) => e.kind === "page" && e.pfn !== pfn).length,
  };
}

/** "block 3 (pfn 0x100003)" for a page of the device, "pfn 0x12" for another. */
const thing = (pfn: number): string =>
  pfn >= PMEM_PFN ? `block ${pfn - PMEM_PFN} (pfn 0x${pfn.toString(16)})` : `pfn 0x${pfn.toString(16)}`;

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
};

/** The events that a reader of this finding wants, in order. */
function eventsOf({ side, run }: SideRunView, pfn: number): Draft[] {
  side.files = run.fileNames;
  const short = (n: number): string => (n === pfn ? "the page" : thing(n));
  const out: Draft[] = [];
  const words = { pte: new Map<bigint, number>(), xarray: new Map<bigint, number>() };
  for (const e of run.events) {
    if (out.length >= MAX_EVENTS) break;
    let change = changeOf(e, pfn, side);
    if (change === "other") continue;
    if (change !== null && (e.kind === "pte" || e.kind === "xarray")) {
      const nth = number(words[e.kind], e.address);
      if (nth > 1) change = { ...change, field: `${change.field} ${nth}` };
    }
    const text = eventText(side, e, short);
    const last = out.at(-1);
    // A range that is freed block by block is one thing to a reader.
    if (e.kind === "named" && last?.kind === "block" && last.folds === foldKey(e)) {
      out[out.length - 1] = {
        ...last,
        times: last.times + 1,
        text: `${last.first} (and ${last.times} more, up to ${text})`,
      };
      continue;
    }
    const base = {
      folds: e.kind === "named" ? foldKey(e) : "",
      first: text,
      times: 1,
      task: e.task,
      kind: KINDS[e.kind],
      text,
      step: e.step,
      seq: e.seq,
      ...placeOf(side, e),
      ...(change ?? {}),
    };
    out.push(base);
  }
  return out;
}

/** The number of an address among those met, from 1: a page mapped twice has two page-table entries. */
function number(known: Map<bigint, number>, address: bigint): number {
  const n = known.get(address) ?? known.size + 1;
  known.set(address, n);
  return n;
}

function placeOf(side: PatchSide, e: MachineEvent): { path: string; line: number; docLine: number } {
  const inMail = side.diffFrame(e.stack);
  if (inMail !== null) {
    const place = side.place(inMail.docLine);
    return { path: place?.path ?? "", line: place?.line ?? 0, docLine: inMail.docLine };
  }
  return { ...side.sourceOf(e.stack[0]?.loc ?? null), docLine: 0 };
}

/** What an event changes of the watched page; null when it changes no field, "other" when it concerns something else. */
function changeOf(
  e: MachineEvent,
  pfn: number,
  side: PatchSide,
): { field: string; before: string; after: string; value?: number } | null | "other" {
  switch (e.kind) {
    case "page": {
      if (pfn >= 0 ? e.pfn !== pfn : side.diffFrame(e.stack) === null) return "other";
      const text = eventText(side, e, () => "");
      const [, before = "", after = ""] = /: (.*?) -> (.*?)(?:, by .*)?$/.exec(text) ?? [];
      const count = COUNTS.get(e.field);
      const value = e.field === "_mapcount" ? Number(e.after) + 1 : Number(BigInt.asIntN(64, e.after));
      const shown = (n: bigint, told: string): string =>
        e.field === "_mapcount" ? String(Number(n) + 1) : told;
      return {
        field: count ?? e.field,
        before: shown(e.before, before),
        after: shown(e.after, after),
        ...(count !== undefined && Number.isSafeInteger(value) ? { value } : {}),
      };
    }
    case "pte": {
      const mine = [e.before, e.after].some((v) => maps(v, pfn));
      if (pfn >= 0 && !mine) return "other";
      return { field: "PTE", before: pteText(e.before), after: pteText(e.after) };
    }
    case "xarray": {
      const mine = [e.before, e.after].some((v) => holds(v, pfn));
      if (pfn >= 0 && !mine) return "other";
      return { field: "entry", before: entryText(e.before), after: entryText(e.after) };
    }
    case "bad-page":
      return pfn >= 0 && e.pfn !== pfn ? "other" : null;
    default:
      return null;
  }
}

const PTE_BITS: readonly (readonly [bigint, string])[] = [
  [2n, "write"],
  [32n, "accessed"],
  [64n, "dirty"],
  [128n, "huge"],
  [512n, "special"],
  [1n << 58n, "devmap"],
];

function maps(v: bigint, pfn: number): boolean {
  if ((v & 1n) === 0n) return false;
  const at = Number((v & PFN_MASK) >> 12n);
  return pfn >= at && pfn < at + ((v & 128n) !== 0n ? 512 : 1);
}

function pteText(v: bigint): string {
  if ((v & 1n) === 0n) return v === 0n ? "none" : "not present";
  const bits = PTE_BITS.filter(([bit]) => (v & bit) !== 0n).map(([, name]) => name);
  return [`maps 0x${((v & PFN_MASK) >> 12n).toString(16)}`, ...bits].join(", ");
}

/** A DAX entry is a value entry: flag bits 0 to 3, then the pfn (fs/dax.c of the kernel). */
function holds(v: bigint, pfn: number): boolean {
  if ((v & 1n) === 0n) return false;
  const value = BigInt.asUintN(64, v) >> 1n;
  if ((value & 0xcn) !== 0n) return false;
  const at = Number(value >> 4n);
  return pfn >= at && pfn < at + ((value & 2n) !== 0n ? 512 : 1);
}

function entryText(v: bigint): string {
  if (v === 0n) return "none";
  if ((v & 1n) === 0n) return "a node";
  const value = BigInt.asUintN(64, v) >> 1n;
  const what =
    (value & 4n) !== 0n ? "zero page" : (value & 8n) !== 0n ? "empty" : `pfn 0x${(value >> 4n).toString(16)}`;
  return [what, ...((value & 2n) !== 0n ? ["PMD"] : []), ...((value & 1n) !== 0n ? ["locked"] : [])].join(
    ", ",
  );
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

function stepsOf(before: readonly PanelEvent[], after: readonly PanelEvent[]): { x: number; text: string }[] {
  const at = new Map<number, string>();
  for (const e of [...before, ...after]) if (e.kind === "step" && !at.has(e.x)) at.set(e.x, e.text);
  return [...at].sort((p, q) => p[0] - q[0]).map(([x, text]) => ({ x, text }));
}
