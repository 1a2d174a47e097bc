/**
 * What one case gave, both sides run and compared, as plain data: a review is made by taking the outcomes of its cases in
 * one order, wherever they were run. Leaves out how they are made (case.ts), taken (collect.ts) and carried
 * between threads (emulation/pool.ts).
 */
import type { Timeline } from "./timeline_types.ts";
import type { Finding, LineChange, Run, Side } from "./types.ts";

/** A violation with its place, before it is merged with what other cases show. */
export interface Candidate {
  readonly verdict: "new" | "fixed" | "already";
  readonly code: string;
  readonly docLine: number;
  readonly side: Side;
  /** The very line, not one that led there. */
  readonly exact: boolean;
  /** What the violations that follow from it in this run are (identityOf). */
  readonly follows: readonly string[];
  readonly finding: Finding;
}

/** What a case did on one document line. */
export interface CaseLine {
  readonly docLine: number;
  readonly side: Side;
  /** Function of the last event on the line, "" when there was none. */
  readonly fn: string;
  readonly hits: number;
  readonly changes: readonly LineChange[];
}

/** A line that the patch changes in a function that ran by itself, and whether a path of it came to the line. */
export interface PathLine {
  readonly docLine: number;
  readonly side: Side;
  readonly path: string;
  /** In the file as it is on that side. */
  readonly line: number;
  readonly reached: boolean;
}

export interface CaseOutcome {
  readonly run: Run;
  /** Names of functions of the diff that ran. */
  readonly executed: Readonly<Record<Side, readonly string[]>>;
  readonly lines: readonly CaseLine[];
  /** Of a function case: the changed lines with code of the functions that the patch changes in the files that its paths went through. */
  readonly pathLines?: readonly PathLine[];
  readonly candidates: readonly Candidate[];
  /** Both runs on one axis, where it was asked for. */
  readonly timeline?: Timeline;
  /** Why each side ran whole; "" when they were one run until they parted. */
  readonly whole: string;
}
