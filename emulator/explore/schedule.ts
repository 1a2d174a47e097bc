/**
 * An order of tasks as a short text: where tasks are switched, counted in instructions that each task has executed itself,
 * so that it means the same wherever the run starts. Leaves out finding orders (explore.ts).
 */

/**
 * When task `task` has executed `count` instructions, `to` runs; or, with an `age`, its load there finds what was written
 * `age` writes before the newest (weak.ts).
 */
export interface Switch {
  readonly task: number;
  readonly count: number;
  readonly to: number;
  readonly age?: number;
}

/**
 * Switches in the order in which they happen. Where none is said, a task runs until it blocks or ends, then the runnable
 * one with the lowest number.
 */
export type Schedule = readonly Switch[];

/** Switches that a text may name. */
const MAX_SWITCHES = 200;

/** Whether memory is weak in an order: some load finds an older value. */
export const isWeak = (s: Schedule): boolean => s.some((x) => x.age !== undefined);

/** "1@230>2 2@91>1" without blanks: `1@230>2~2@91>1`; a load that finds an older value `1@230^1`; "-" for no switches. */
export function scheduleText(s: Schedule): string {
  if (s.length === 0) return "-";
  return s.map((x) => `${x.task}@${x.count}${x.age === undefined ? `>${x.to}` : `^${x.age}`}`).join("~");
}

/** Reads such a text; null when it is none. */
export function parseSchedule(text: string): Schedule | null {
  if (text === "-") return [];
  const parts = text.split("~");
  if (parts.length > MAX_SWITCHES) return null;
  const out: Switch[] = [];
  for (const part of parts) {
    const m = /^(\d{1,3})@(\d{1,10})([>^])(\d{1,3})$/.exec(part);
    if (m === null) return null;
    const at = { task: Number(m[1]), count: Number(m[2]) };
    out.push(m[3] === "^" ? { ...at, to: at.task, age: Number(m[4]) } : { ...at, to: Number(m[4]) });
  }
  return out;
}
