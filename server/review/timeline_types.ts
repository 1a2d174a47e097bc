/**
 * Two runs of a scenario laid on one axis, as plain data that crosses to a webview. No runtime imports, because the webview
 * bundles this file. Leaves out how it is made (timeline.ts) and drawn (extension/panel).
 */
export type PanelSide = "before" | "after";

/** What an event is to a reader; each has a colour and a shape of its own in the lanes. */
export type PanelEventKind =
  | "step"
  | "audit"
  | "page"
  | "pte"
  | "entry"
  | "warn"
  | "block"
  | "task"
  | "log"
  | "object";

/** One event of one side, at its place on the common axis. */
export interface PanelEvent {
  /** Slot of the axis, from 0. */
  readonly x: number;
  /** Index into `PanelLane.tasks`. */
  readonly task: number;
  readonly kind: PanelEventKind;
  /** "_refcount of block 3: 2 -> 1, by folio_put() in zap_pte_range()" */
  readonly text: string;
  readonly path: string;
  /** 1-based line of `path`, 0 where unknown. */
  readonly line: number;
  /** 1-based line of the document, 0 where the mail does not show it. */
  readonly docLine: number;
  /** Field of the watched thing that it writes: "_refcount", "mapping", "entry 0", "PTE 0x7f0000000000". */
  readonly field?: string;
  readonly before?: string;
  readonly after?: string;
  /** The value after, where the field is a count that is plotted. */
  readonly value?: number;
  /** The task sleeps from here to this slot; to the end of the axis where nobody wakes it. */
  readonly waitsTo?: number;
  /** Who woke that task, by index into `PanelLane.tasks`. */
  readonly wokenBy?: number;
  /** The tasks that it wakes, each with the slot at which it goes on: its own where that is not seen. */
  readonly wakes?: readonly { readonly task: number; readonly x: number }[];
  /** The very event that breaks the rule. */
  readonly breaks?: boolean;
}

/** One side's run. */
export interface PanelLane {
  readonly side: PanelSide;
  readonly era: string;
  /** "completed", or what ended the run. */
  readonly outcome: string;
  readonly tasks: readonly string[];
  readonly events: readonly PanelEvent[];
  /** Values of fields before the first event that writes them. */
  readonly start: Readonly<Record<string, string>>;
  /** Events that concern other things and are left out, by number. */
  readonly leftOut: number;
}

/** Both runs of a scenario on one axis. */
export interface Timeline {
  /** "block 3 (pfn 0x100003)", or "" where the finding concerns no one thing. */
  readonly subject: string;
  readonly scenario: string;
  /** Length of the axis, in slots. */
  readonly slots: number;
  /** Named steps of the scenario, each at the slot where it starts. */
  readonly steps: readonly { readonly x: number; readonly text: string }[];
  /** First slot at which the sides differ; -1 when they never do. */
  readonly parts: number;
  /** Fields plotted as counts, in order. */
  readonly counts: readonly string[];
  /** Fields told as states, in order. */
  readonly states: readonly string[];
  readonly before: PanelLane;
  readonly after: PanelLane;
}
