/**
 * What a path shows to be wrong, as plain data. Leaves out comparing the sides (compare.ts).
 */
import type { Loc } from "../c/ast.ts";
import type { Spot } from "./books.ts";
import type { Ledger } from "./ledger.ts";
import type { CallOrigin } from "./value.ts";

export type FaultKind =
  | "leaked"
  | "left-running"
  | "double-release"
  | "use-after-release"
  | "null-dereference"
  | "error-pointer-dereference"
  | "returned-locked"
  | "locked-twice"
  | "unlock-unheld"
  | "uninitialised"
  | "copied-uninitialised"
  | "freed-while-registered"
  | "sleeps-in-atomic"
  | "index-past-the-end"
  | "past-its-memory"
  | "error-lost"
  | "never-succeeds"
  | "check-never-true"
  | "unused-label"
  | "empty-body"
  | "does-not-build";

/** One decision of a path. */
export interface Choice {
  readonly name: string;
  readonly answer: string;
  /** All answers that were possible, the usual one first. */
  readonly options: readonly string[];
  readonly loc: Loc;
  readonly fn: string;
  /** A call of which it was decided whether it fails. */
  readonly callee: string | null;
  /** It was made at lines that the patch shows, or in what is called there. */
  readonly near?: boolean;
  /** It alone decided the condition of an `if`: where that stands, and which way it went. */
  branch?: { readonly loc: Loc; readonly went: boolean };
  /** It decided whether a `switch` goes to the label that stands there. */
  label?: Loc;
}

/** Why a fault is no more than possible; server/review/doubts.ts has the words. */
export type Doubt =
  | "other base"
  | "stopped by a failure"
  | "other name"
  | "by a mode"
  | "in other hands"
  | "others' reference"
  | "another element"
  | "undone by value"
  | "kept on purpose"
  | "what it is for"
  | "shown by both"
  | "goes well now"
  | "not taken now"
  | "freed wrongly"
  | "passed over"
  | "only warned"
  | "global"
  | "tested by helpers"
  | "test exchanged"
  | "past the end"
  | "macro"
  | "caller's"
  | "given elsewhere"
  | "its end gives"
  | "goes with the device"
  | "never so called"
  | "between calls";

export interface Fault {
  readonly kind: FaultKind;
  /** What it is about: "node of of_find_node_by_name()". Same on both sides. */
  readonly object: string;
  readonly what: string;
  readonly taken: CallOrigin | null;
  readonly given: Spot | null;
  /** Where it shows. */
  readonly at: Spot;
  /** Functions it belongs to, the likeliest first. */
  readonly functions: readonly string[];
  /** It rests on what an unknown function may have done. */
  readonly possible: boolean;
  /** The unknown callee that had it in hand and may have kept it. */
  readonly lent?: string | null;
  /** What is lost lies in memory that the path freed: nobody can give it back any more. */
  readonly buried?: boolean;
  /** It may be meant so (left with a caller who is told that the call failed): no more than possible where the patch brings it. */
  readonly kept?: boolean;
  /** It may be what the function is for (a count that lasts): told where the function itself gives it back on another path. */
  readonly lasts?: boolean;
  /** It needs a failure that a rightly described machine does not have: told only where the other side has that call, too. */
  readonly seldom?: boolean;
  /** Of what is only possible: why. */
  readonly doubt?: Doubt;
  /** It is known by the other side alone that this is owned: the member that leads to it. */
  readonly member?: string;
  /** How many of the changed statements that the path met (PathResult.met) it had met by then. */
  readonly met?: number;
  /** How many choices the path had made by then; absent: all of them. */
  readonly decided?: number;
}

/** What makes two faults the same on both sides. */
export function faultKey(f: Fault): string {
  return `${f.kind}|${f.object}`;
}

/** What a fault is, without the call that it is about: "leaked|memory". Dereferences are of one sort each. */
export function faultSort(key: string): string {
  if (!/^(?:leaked|left-running|double-release)\|/.test(key)) return key.slice(0, key.indexOf("|"));
  const of = key.indexOf(" of ");
  return of < 0 ? key : key.slice(0, of);
}

/** Something that is lost, by its name among what became of things (Ledger.fates), and what is told of it. */
export interface Lost {
  readonly name: string;
  readonly fault: Fault;
}

/** A copy into an array of a record, of a length that is open. */
export interface Copied {
  /** "from buf->id on there are 16 bytes". */
  readonly room: string;
  readonly at: Spot;
  /** What was decided of the length on the path lets it be no greater than the array; false: nothing was. */
  readonly fits: boolean;
}

/** It says that all went well, or returned a zero of which its name says nothing (named.ts). */
export const mayHaveSucceeded = ({ outcome, result }: Pick<PathResult, "outcome" | "result">): boolean =>
  outcome === "succeeded" || (outcome === "neither" && result?.[0] === 0n && result[1] === 0n);

export interface PathResult {
  readonly choices: readonly Choice[];
  readonly faults: readonly Fault[];
  /** "returned", or why the path did not get to its end. */
  readonly end: "returned" | "fault" | "limit" | "stopped" | "unsupported";
  readonly why: string;
  /** What the entry returned: its bounds. */
  readonly result: readonly [bigint, bigint] | null;
  /** Whether it says that it failed. */
  readonly outcome: "failed" | "succeeded" | "neither";
  readonly steps: number;
  /** Branches that were taken: "file:line:col:T". */
  readonly covered: ReadonlySet<string>;
  /** Changed statements that were come to, in the order of the first time: "file:line". */
  readonly met: ReadonlySet<string>;
  /** Functions without a body or a contract that the path went through. */
  readonly assumed: readonly string[];
  /** Where one of them was called that has no name of its own in the source ("inode->i_cdev@-80->open"). */
  readonly called: ReadonlyMap<string, Loc>;
  /** Functions of the patched files that it went through. */
  readonly ran: readonly string[];
  /** A statement on the way is no C here: what it does did not happen. */
  readonly skips?: boolean;
  /** Those below the entry by whose failing it ended, or in which it broke off, the innermost first. */
  readonly gaveUp: readonly string[];
  /** Arrays that were indexed by an open number of which nothing says how great it can be. */
  readonly unchecked?: ReadonlySet<string>;
  /** Copies of open lengths into arrays, by what they go to. */
  readonly copies?: ReadonlyMap<string, Copied>;
  /** Where it told the log something that is no error: "file:line". */
  readonly warned?: ReadonlySet<string>;
  /** What is lost at the end, each by itself. */
  readonly lost?: readonly Lost[];
  /** What it did with things of its caller's. */
  readonly ledger: Ledger;
}
