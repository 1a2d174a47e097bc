/**
 * What one scenario case gave, both sides run and compared, as plain data: a review is made by taking the outcomes of its
 * cases in order, wherever they were run. Leaves out how they are made and taken (analysis.ts) and how they travel
 * between threads (emulation/helper.ts).
 */
import type { Finding, Run, Side } from "./types.ts";

/** A violation with its place, before it is merged with what other cases show. */
export interface Candidate {
  readonly verdict: "new" | "fixed" | "already";
  readonly code: string;
  readonly docLine: number;
  readonly side: Side;
  /** The very line, not one that led there. */
  readonly exact: boolean;
  /** Codes of the violations that follow from it in this run. */
  readonly follows: readonly string[];
  /** Null when an earlier case is certain to be told in its place. */
  readonly finding: Finding | null;
}

/** What a case did on one document line. */
export interface CaseLine {
  readonly docLine: number;
  readonly side: Side;
  /** Function of the last event on the line, "" when there was none. */
  readonly fn: string;
  readonly hits: number;
  readonly changes: readonly string[];
}

export interface CaseOutcome {
  readonly run: Run;
  /** Names of functions of the diff that ran. */
  readonly executed: Readonly<Record<Side, readonly string[]>>;
  readonly lines: readonly CaseLine[];
  readonly candidates: readonly Candidate[];
}

/** The other thread of a review that two threads share: each runs its cases, one takes the outcomes of both. */
export interface Sharing {
  /** Whether the outcomes of both are taken here: only there the review goes on to what follows from them. */
  readonly takes: boolean;
  /** Whether case i of n is run here. */
  mine(i: number, n: number): boolean;
  /** A case was run here. */
  done(outcome: CaseOutcome): void;
  /**
   * The outcome of the next case that is not run here, in order; "later" when it is not there yet and `block` is false,
   * "gone" when the other thread has ended, "skip" when outcomes are not taken here.
   */
  next(block: boolean): CaseOutcome | "later" | "gone" | "skip";
}
