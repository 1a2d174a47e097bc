/**
 * What a review is, as plain data: the one result store that the command line, the language server, the editor and the
 * tests read (D7). The JSON form of `folioscope review` is `ReviewJson`; extra fields beyond architecture.md 6 are
 * allowed there and listed in server/schema/review.schema.json. Leaves out how results are made (analysis.ts).
 */

import type { ScenarioFile } from "../scenarios/types.ts";
import type { HunkFate } from "../source/fate.ts";
import type { Timeline } from "./timeline_types.ts";
import type { LeftOutWhy } from "./why.ts";

/** Instructions a scenario may run, where the user sets no other bound. */
export const DEFAULT_STEPS = 5_000_000;

export type Verdict = "new" | "fixed" | "already" | "fixed-later" | "clean" | "not-modelled" | "limit";

/** Whether a verdict says something of the patch: the code ran, and what it did was judged. */
export const isJudged = (verdict: Verdict): boolean => verdict !== "not-modelled" && verdict !== "limit";
export type Side = "before" | "after";
export type Severity = "error" | "warning" | "information";
export type FidelityName = "diff" | "tree" | "reference" | "shim" | "stub";

/** One event of a trace that leads to a finding, oldest first. */
export interface TraceStep {
  readonly task: string;
  /** "folio_put(pfn 0x100003): refcount 2 -> 1" */
  readonly text: string;
  /** Source path of the code that did it ("fs/dax.c"), or "" when nothing but the machine did it. */
  readonly path: string;
  readonly line: number;
  /** 1-based line of the input document, when the code is in the mail; 0 otherwise. */
  readonly docLine: number;
  /** Whose file `path` is, where the line is none of the mail: the kernel tree's or the reference kernel's. */
  readonly of?: "tree" | "reference";
  /** What the step is to the finding: plain context, part of the object's history, or the breaking event itself. */
  readonly role: "step" | "history" | "culprit";
}

export interface Finding {
  /** Stable kebab-case code of the invariant or stop ("folio-ref-leak", "oops", "dead-check"). */
  readonly code: string;
  readonly verdict: Verdict;
  readonly severity: Severity;
  /** One line, no trailing stop. */
  readonly message: string;
  /** Longer text: what is broken, the object's history, certainty; lines of at most 80 columns. */
  readonly detail: readonly string[];
  readonly patch: number;
  readonly path: string;
  /** Line in the input document that performed the event, or the hunk line that led there; 0 when there is none. */
  readonly docLine: number;
  /** False when docLine is the hunk that led there rather than the very line. */
  readonly exactLine: boolean;
  readonly side: Side;
  /** "map-fault-unmap order=9 index=512" */
  readonly scenario: string;
  readonly era: string;
  readonly replay: string;
  readonly trace: readonly TraceStep[];
  /** Later violations of the same run that the first one explains. */
  readonly consequences: readonly { readonly code: string; readonly message: string }[];
  /** Other scenarios that show the same root cause. */
  readonly alsoIn: readonly string[];
  /** "functions that ran": by fidelity, for the certainty line. */
  readonly functions: readonly { readonly name: string; readonly fidelity: FidelityName }[];
  readonly stubs: readonly string[];
  /** docLine is a change that the patch was tried without (causes.ts): the fault goes away. */
  readonly cause?: true;
  /** Verdict `fixed-later`: the patch of the series after which the fault is gone. */
  readonly fixedBy?: { readonly number: number; readonly subject: string };
}

export interface SideRun {
  /** "completed" or the kind of stop that ended it. */
  readonly outcome: string;
  readonly violations: readonly string[];
  readonly stubs: readonly string[];
  readonly steps: number;
  /** What ended it, in words, where it was not completed. */
  readonly reason?: string;
}

export interface Run {
  readonly patch: number;
  readonly scenario: string;
  readonly era: string;
  readonly verdict: Verdict;
  readonly before: SideRun;
  readonly after: SideRun;
  readonly functions: readonly { readonly name: string; readonly fidelity: FidelityName }[];
  readonly reason?: string;
  /** The mail is damaged: what ran was completed from the reference kernel (the notes say where). */
  readonly repaired?: true;
}

/** What happened on one document line in the runs: for hovers. */
export interface LineFacts {
  readonly docLine: number;
  readonly side: Side;
  readonly fn: string;
  /** How many scenario runs executed it. */
  readonly hits: number;
  /** What was seen to change at this line, at most MAX_CHANGES. */
  readonly changes: readonly LineChange[];
}

/** Changes that are told of a line. */
export const MAX_CHANGES = 12;

export interface LineChange {
  /** "_refcount of block 3: 1 -> 0" */
  readonly text: string;
  /** The case that showed it: "map-fault-unmap order=9". */
  readonly scenario: string;
}

export interface FunctionFacts {
  readonly patch: number;
  readonly name: string;
  readonly path: string;
  readonly side: Side | "both";
  readonly docLine: number;
  readonly endDocLine: number;
  /** Whether some scenario executed it, and if not why not. */
  readonly executed: boolean;
  readonly reason: string;
  /** Scenario counts for the lens: clean, new, fixed, already. */
  readonly counts: {
    readonly clean: number;
    readonly new: number;
    readonly fixed: number;
    readonly already: number;
    readonly notModelled: number;
  };
}

/** How much of a patch ran. */
export interface Coverage {
  readonly patch: number;
  /** Added lines that have code, and whether some scenario, or a path of a function by itself, reached them. */
  readonly addedLines: readonly {
    readonly docLine: number;
    readonly path: string;
    readonly line: number;
    readonly reached: boolean;
  }[];
  /** Removed lines that have code, and how many of them some run reached before the patch. */
  readonly removed: { readonly reached: number; readonly total: number };
  /** With a kernel tree: files of it, and how many of their functions ran as the tree (or the patch) has them. */
  readonly files: readonly FileCoverage[];
}

export interface FileCoverage {
  readonly path: string;
  readonly functions: number;
  readonly executed: number;
  /** Names of the functions that did not run. */
  readonly missing: readonly string[];
}

/** A function that nothing defines, and how many runs called it. */
export interface StubCount {
  readonly name: string;
  readonly runs: number;
}

/** What became of a hunk in the kernel tree. */
export interface HunkNote {
  readonly patch: number;
  readonly docLine: number;
  readonly path: string;
  readonly fate: HunkFate;
}

/** How many cases there were for a patch, and which did not run. */
export interface PlanFacts {
  readonly patch: number;
  /** All that were asked for. */
  readonly cases: number;
  readonly leftOut: readonly { readonly why: LeftOutWhy; readonly cases: number }[];
  /** Cases in which the sides were not one run until they parted, and why not. */
  readonly whole: readonly { readonly why: string; readonly cases: number }[];
  /** What is told of the patch is from the cache of results: nothing ran. */
  readonly cached?: true;
}

/** The kernel tree that a review took code from. */
export interface TreeUsed {
  /** As the user named it. */
  readonly root: string;
  /** "linux-source-6.12 (unpacked source)". */
  readonly describe: string;
  /** How many patches were stacked on it first. */
  readonly prerequisites: number;
}

export interface ReviewResult {
  readonly runs: readonly Run[];
  readonly findings: readonly Finding[];
  readonly lines: readonly LineFacts[];
  readonly functions: readonly FunctionFacts[];
  /** What could not be done and why, for the reader: "patch 3 shows no function whole". */
  readonly notes: readonly string[];
  readonly coverage: readonly Coverage[];
  /** Functions that were missing, by how many runs they keep from a verdict. */
  readonly stubs: readonly StubCount[];
  /** With a kernel tree: the fate of each hunk. */
  readonly hunks: readonly HunkNote[];
  readonly plans: readonly PlanFacts[];
  readonly tree?: TreeUsed;
  readonly seed: string;
  /** The runs of the replayed finding on one axis, where it was asked for. */
  readonly timeline?: Timeline;
}

export interface ReviewOptions {
  /** 1-based position as written in the series ("21" of 21/26) or index in the document; undefined: all. */
  readonly patch?: string;
  /** Places of patches in the document; beside `patch`, which names them as people do. undefined: all. */
  readonly indexes?: readonly number[];
  readonly scenario?: string;
  /** Scenarios that came as files, read and checked (server/scenarios): they join the catalogue. */
  readonly written?: readonly ScenarioFile[];
  /** True: no scenario but these. */
  readonly onlyWritten?: boolean;
  readonly era?: string;
  readonly seed?: string;
  readonly replay?: string;
  /** With `replay`: its runs are laid on one axis. */
  readonly timeline?: boolean;
  readonly steps?: number;
  /** Folder of a kernel tree. */
  readonly tree?: string;
  /** More folders of kernel trees: of all of them the one is used that takes the patches best. */
  readonly otherTrees?: readonly string[];
  /** A folder with files that the tree lacks, fetched from a mirror (server/source/mirror.ts). */
  readonly fetched?: string;
  /** Patches to apply to the tree first: "FILE", "FILE#3" or "FILE#1-18", in order. */
  readonly prerequisites?: readonly string[];
  /** File of CONFIG_ symbols, as a kernel's .config, set besides the built-in ones. */
  readonly config?: string;
  /** Which changed functions are run by themselves, as a glob; undefined: all. */
  readonly functions?: string;
  /** True: no function is run by itself. */
  readonly noFunctions?: boolean;
  /** Paths of each function and side; undefined: what keeps a patch within seconds. */
  readonly paths?: number;
  /** Every combination of scenario parameters, not only a covering set of pairs. */
  readonly thorough?: boolean;
  /** False: `lines` tells of hits only, not of changes, for callers that do not show those. */
  readonly facts?: boolean;
}

/** What a review tells while it runs, in an order that does not depend on the number of threads. */
export type ReviewEvent =
  /** Patch `n` of `of` begins: this many cases will run, at a cost in instructions of one side. */
  | {
      readonly kind: "plan";
      readonly patch: number;
      readonly n: number;
      readonly of: number;
      readonly cases: number;
      readonly cost: number;
    }
  /** A case is about to be waited for. */
  | { readonly kind: "start"; readonly what: string }
  /** A cause that no earlier case showed. What follows may add to it, put it on a better line, or place it below another. */
  | { readonly kind: "finding"; readonly finding: Finding }
  | { readonly kind: "run"; readonly run: Run }
  /** A patch is done; what it gave stands in place of the findings told before. */
  | { readonly kind: "patch"; readonly patch: number; readonly result: ReviewResult };

/** What happens while a patch is reviewed: all but its end. */
export type PatchEvent = Exclude<ReviewEvent, { readonly kind: "patch" }>;

/** Hears the events of a review; false asks it to stop. */
export type ReviewListener = (event: ReviewEvent) => boolean;
