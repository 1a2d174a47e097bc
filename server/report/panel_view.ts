/**
 * What the finding panel shows, as plain data that crosses to a webview: one finding in a person's words, and what the
 * panel and the extension say to each other. No runtime imports, because the webview bundles this file. Leaves out how the data
 * is made (panel.ts) and drawn (extension/panel).
 */
import type { Timeline } from "../review/timeline_types.ts";
import type { Finding } from "../review/types.ts";

/** A rule, as the panel tells it. */
export interface PanelRule {
  readonly code: string;
  readonly title: string;
  readonly statement: string;
  readonly source: string;
  readonly detection: string;
}

/** A step on a function's path: a decision, a failing call, what is taken and given back. */
export interface PathStep {
  readonly text: string;
  /** Line of the document, 0 where it is in none; then `where` says the place. */
  readonly docLine: number;
  readonly where: string;
  readonly breaks: boolean;
}

/** A finding, as the panel shows it. */
export interface FindingView {
  readonly uri: string;
  /** Index in the result store. */
  readonly index: number;
  /** Its place among the findings that next and previous go through, from 1, and how many those are; 0 for one beside them. */
  readonly position: number;
  readonly total: number;
  /** Plain sentences: what happens, and what follows from it for a user of the machine. */
  readonly what: string;
  readonly soWhat: string;
  /** The fault with its numbers: which page, which values. */
  readonly detail: string;
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
  /** There is a run of the machine to step through: types decide without one, and a function may run by itself. */
  readonly steppable: boolean;
  /** What led there, of a finding that has no run of the machine: the path of a function, in its order. */
  readonly path: readonly PathStep[];
  /** The text of the document has changed since the run. */
  readonly stale: boolean;
}

/**
 * METHOD_FINDING: a finding by its index (the first in reading order for -1, `by` places further in reading order), by its token,
 * or the loudest of a line.
 */
export interface FindingParams {
  readonly uri: string;
  readonly finding?: number;
  readonly by?: number;
  readonly replay?: string;
  readonly docLine?: number;
}
export interface FindingAnswer {
  readonly view: FindingView | null;
}

/** METHOD_TIMELINE: the runs of a finding, made anew. */
export interface TimelineParams {
  readonly uri: string;
  readonly finding: number;
  /** Another run that shows the same fault (`alsoIn`); else the finding's own. */
  readonly run?: string;
}
export interface TimelineAnswer {
  /** Null where there is nothing to show: `why` says why. */
  readonly timeline: Timeline | null;
  readonly why: string;
}

/** A moment of a run that the reader keeps: what stands at a slot of the axis. */
export interface Moment {
  /** Token of the finding: it names the text of the patch and the engine, so that the slot means the same later. */
  readonly replay: string;
  /** The run on the axis: the finding's own, or another that shows the same fault. */
  readonly run: string;
  /** Slot of the axis. */
  readonly x: number;
  /** What stands there, as it was told. */
  readonly text: string;
  /** The reader's own words, "" for none. */
  readonly note: string;
}

/** Actions of the panel; the extension knows what each does. */
export const PANEL_ACTIONS = [
  "previous",
  "next",
  "pin",
  "rerun",
  "scenario",
  "others",
  "reply",
  "token",
  "diff",
  "step",
  "explore",
  "report",
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
  /** The same finding, of which more is known now: what stands on the axis stays. */
  | { readonly kind: "told"; readonly view: FindingView }
  /** `at`: the slot to stand on, where it is not the one at which something breaks. */
  | { readonly kind: "timeline"; readonly index: number; readonly timeline: Timeline; readonly at?: number }
  /** The moments of this finding's runs that are kept, in the order in which they were. */
  | { readonly kind: "moments"; readonly moments: readonly Moment[] }
  | { readonly kind: "timeline-failed"; readonly index: number; readonly why: string }
  | { readonly kind: "line"; readonly docLine: number };

/** Webview to extension. */
export type FromPanel =
  | { readonly kind: "ready" }
  | { readonly kind: "action"; readonly action: PanelAction }
  | { readonly kind: "reveal"; readonly docLine: number }
  | { readonly kind: "copy"; readonly text: string }
  /** Another run of the same fault is wanted on the axis. */
  | { readonly kind: "run"; readonly run: string; readonly at?: number }
  | { readonly kind: "keep"; readonly run: string; readonly x: number; readonly text: string }
  /** Words for a moment that is kept; null: it is kept no longer. */
  | { readonly kind: "note"; readonly run: string; readonly x: number; readonly note: string | null };
