/**
 * What the finding panel shows, as plain data that crosses to a webview: one finding in a person's words, and the two
 * runs that prove it laid on one axis. No runtime imports, because the webview bundles this file. Leaves out how the data
 * is made (timeline.ts) and drawn (extension/panel).
 */
import type { Finding } from "../review/types.ts";

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

/** A rule, as the panel tells it. */
export interface PanelRule {
  readonly code: string;
  readonly title: string;
  readonly statement: string;
  readonly source: string;
  readonly detection: string;
}

/** A finding, as the panel shows it. */
export interface FindingView {
  readonly uri: string;
  /** Index in the result store. */
  readonly index: number;
  /** Its place among the findings that are told, from 1, and how many there are. */
  readonly position: number;
  readonly total: number;
  /** Plain sentences: what happens, and what follows from it for a user of the machine. */
  readonly what: string;
  readonly soWhat: string;
  readonly certainty: string;
  readonly verdictText: string;
  readonly finding: Pick<
    Finding,
    | "code"
    | "verdict"
    | "severity"
    | "path"
    | "side"
    | "scenario"
    | "era"
    | "replay"
    | "alsoIn"
    | "consequences"
    | "exactLine"
  >;
  /** Line of the document as it is now, 0 where it is in none. */
  readonly docLine: number;
  readonly patchTitle: string;
  readonly rule: PanelRule | null;
  /** The text of the document has changed since the run. */
  readonly stale: boolean;
}

/** Actions of the panel; the extension knows what each does. */
export const PANEL_ACTIONS = [
  "previous",
  "next",
  "pin",
  "rerun",
  "scenario",
  "others",
  "token",
  "reply",
  "diff",
  "step",
  "explore",
] as const;
export type PanelAction = (typeof PANEL_ACTIONS)[number];

/** Extension to webview. */
export type ToPanel =
  | { readonly kind: "empty"; readonly text: string }
  | {
      readonly kind: "finding";
      readonly view: FindingView;
      readonly pinned: boolean;
      readonly actions: readonly PanelAction[];
    }
  | { readonly kind: "timeline"; readonly index: number; readonly timeline: Timeline }
  | { readonly kind: "timeline-failed"; readonly index: number; readonly why: string }
  | { readonly kind: "line"; readonly docLine: number };

/** Webview to extension. */
export type FromPanel =
  | { readonly kind: "ready" }
  | { readonly kind: "action"; readonly action: PanelAction }
  | { readonly kind: "reveal"; readonly docLine: number }
  | { readonly kind: "copy"; readonly text: string };
