/**
 * Every event that a run can have: the machine's own and those of watched kinds that have a form of their own. A kind
 * whose things are fields with values needs none: it records `ChangeEvent`s. Leaves out the events themselves.
 */
import type { CoreEvent } from "../trace/event.ts";
import type { PageEvent } from "./page/events.ts";

export type MachineEvent = CoreEvent | PageEvent;

/** An event before the recorder has said when and where. */
export type EventBody = MachineEvent extends infer E
  ? E extends MachineEvent
    ? Omit<E, "seq" | "task" | "step" | "stack">
    : never
  : never;
