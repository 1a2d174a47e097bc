/**
 * The watched thing's fields at a slot of the axis, on both sides, with what the event there adds, changes and removes.
 * Pure: the tests use it without a browser.
 */
import type { PanelLane, Timeline } from "../../server/review/timeline_types.ts";

export interface StateValue {
  readonly value: string;
  /** "A" added, "M" modified, "D" removed by the event at this slot, "" otherwise. */
  readonly mark: "" | "A" | "M" | "D";
  /** Slot of the event that wrote it, -1 where the run only found it so. */
  readonly from: number;
}

export interface StateRow {
  readonly field: string;
  readonly before: StateValue;
  readonly after: StateValue;
}

/** A field that the side never writes: its value is not recorded, so it differs from nothing. */
export const UNTOUCHED_WORDS = "never written";

/** Values that mean that nothing is there. */
const NOTHING: ReadonlySet<string> = new Set(["none", "NULL", "not present", ""]);

/** Whether the sides have different values there; what a side never writes differs from nothing. */
export const differs = ({ before, after }: StateRow): boolean =>
  before.value !== after.value && ![before.value, after.value].includes(UNTOUCHED_WORDS);

/** Every field that the run changes, counts first, with its value at slot `x`. */
export function stateAt(data: Timeline, x: number): StateRow[] {
  return [...data.counts, ...data.states].map((field) => ({
    field,
    before: valueAt(data.before, field, x),
    after: valueAt(data.after, field, x),
  }));
}

function valueAt(lane: PanelLane, field: string, x: number): StateValue {
  let value = lane.start[field] ?? UNTOUCHED_WORDS;
  let mark: StateValue["mark"] = "";
  let from = -1;
  for (const e of lane.events) {
    if (e.x > x) break;
    mark = "";
    if (e.field !== field || e.after === undefined) continue;
    if (e.x === x && e.after !== value) mark = NOTHING.has(value) ? "A" : NOTHING.has(e.after) ? "D" : "M";
    if (e.after !== value) from = e.x;
    value = e.after;
  }
  return { value, mark, from };
}
