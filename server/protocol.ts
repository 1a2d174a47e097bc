/**
 * What the editor and the server say to each other beyond the Language Server Protocol: method names, command ids and
 * plain interfaces. It has no runtime imports, because client and server carry two copies of the protocol library.
 * Every entry is described in docs/lsp_extensions.md; a test holds the two together.
 */

import type { Severity, Verdict } from "./review/types.ts";
import type { ScenarioFile } from "./scenarios/types.ts";

/** Language ids this extension brings. `.patch` and `.diff` stay with VS Code's own `diff`. */
export const MAIL_LANGUAGE = "folioscope-mail";
export const REPORT_LANGUAGE = "folioscope-report";
/** Scheme of the read-only documents that the client shows: reports and readable mails. */
export const DOCUMENT_SCHEME = "folioscope";
/** Scheme of the two images of a file, which the client shows in the diff editor. */
export const IMAGE_SCHEME = "folioscope-image";
/** Path of a rule's page in that scheme: "/rule/folio-ref-leak.md". */
export const RULE_PATH = "/rule/";
export const CONFIG_SECTION = "folioscope";

/** Requests, client to server. */
export const METHOD_TREE = "folioscope/tree";
export const METHOD_SIMULATE = "folioscope/simulate";
export const METHOD_REPLAY = "folioscope/replay";
export const METHOD_CANCEL = "folioscope/cancel";
export const METHOD_REPORT = "folioscope/report";
export const METHOD_FINDING = "folioscope/finding";
export const METHOD_TIMELINE = "folioscope/timeline";
export const METHOD_REPLY = "folioscope/reply";
export const METHOD_KUNIT = "folioscope/kunit";
export const METHOD_READABLE_MAIL = "folioscope/readableMail";
export const METHOD_LAUNCH = "folioscope/launch";
export const METHOD_REMARKS = "folioscope/remarks";
export const METHOD_TESTS = "folioscope/tests";
export const METHOD_SCENARIOS = "folioscope/scenarios";
export const METHOD_ORDERS = "folioscope/orders";
export const METHOD_COMPARE = "folioscope/compare";
export const METHOD_MUTATE = "folioscope/mutate";
export const METHOD_CASE_FILE = "folioscope/caseFile";
export const METHOD_IMAGES = "folioscope/images";
export const METHOD_IMAGE_MARKS = "folioscope/imageMarks";
export const METHOD_IMAGE_HOVER = "folioscope/imageHover";
export const METHOD_RUN_TESTS = "folioscope/runTests";
/** What the editor asks of the debug adapter beyond the Debug Adapter Protocol, and the type of its sessions. */
export const DEBUG_TYPE = "folioscope";
export const REQUEST_LAST_CHANGE = "folioscope/lastChange";
export const REQUEST_TO_FAULT = "folioscope/toFault";
/** Notification, client to server: the document that is looked at, and where. */
export const METHOD_FRONT = "folioscope/front";
/** Notifications, server to client. */
export const METHOD_STATUS = "folioscope/status";
export const METHOD_OPEN_SETTINGS = "folioscope/openSettings";

export interface FrontParams {
  readonly uri: string;
  /** The cursor's line, from 1. */
  readonly line?: number;
}

/** Commands that lenses and links name; the client registers them. */
export const COMMAND_SIMULATE = "folioscope.simulate";
export const COMMAND_CANCEL = "folioscope.cancel";
export const COMMAND_SHOW_FINDING = "folioscope.showFinding";
export const COMMAND_SHOW_REPORT = "folioscope.showReport";
export const COMMAND_SHOW_PANEL = "folioscope.showPanel";
export const COMMAND_NEXT_FINDING = "folioscope.nextFinding";
export const COMMAND_PREVIOUS_FINDING = "folioscope.previousFinding";
export const COMMAND_COPY_REPLY = "folioscope.copyReply";
export const COMMAND_COPY_TOKEN = "folioscope.copyToken";
export const COMMAND_STEP = "folioscope.stepThrough";
export const COMMAND_LAST_CHANGE = "folioscope.backToLastChange";
export const COMMAND_TO_FAULT = "folioscope.goToFault";
export const COMMAND_OPEN_DIFF = "folioscope.openDiff";
export const COMMAND_FILTER = "folioscope.filterRows";
export const COMMAND_CLEAR_FILTER = "folioscope.clearFilter";
export const COMMAND_MARK_SEEN = "folioscope.markSeen";
export const COMMAND_ORDERS = "folioscope.tryOrders";
export const COMMAND_MOMENTS = "folioscope.goToMoment";
export const COMMAND_COMPARE = "folioscope.compare";
export const COMMAND_MUTATE = "folioscope.mutate";
export const COMMAND_CASE_FILE = "folioscope.openCase";
export const COMMAND_KUNIT = "folioscope.openKunit";
export const COMMAND_REPLAY = "folioscope.replay";
export const COMMAND_OPEN_MESSAGE = "folioscope.openMessage";
export const COMMAND_BRANCH = "folioscope.simulateBranch";
export const COMMAND_OPEN_EXAMPLE = "folioscope.openExample";
export const COMMAND_RESTART = "folioscope.restartServer";
export const COMMAND_OPEN_READABLE = "folioscope.openReadableMail";
export const COMMAND_OPEN_REPAIRED = "folioscope.openRepairedMail";
export const COMMAND_SHOW_LOG = "folioscope.showLog";
export const COMMAND_REVEAL = "folioscope.reveal";

/** The settings, as the section `folioscope` of the client's configuration. */
export interface Settings {
  /** When a document is simulated without being asked. */
  readonly run: "onOpenAndChange" | "onOpen" | "manual";
  /** Rules of which kernel: "auto" reads it off the patch. */
  readonly era: string;
  /** Glob over scenario names; empty: all. */
  readonly scenario: string;
  /** Seed of the schedules; empty: the built-in one. */
  readonly seed: string;
  /** Bound on the instructions of one run; 0: the built-in bound. */
  readonly steps: number;
  /** Path of a kernel tree; empty: a workspace folder that is one; "none": the mail and the reference kernel alone. */
  readonly tree: string;
  /** More paths of kernel trees, where the setting lists several: the one that takes the patches best is used. */
  readonly otherTrees?: readonly string[];
  /** Patches that the tree is to have first: "FILE", "FILE#3" or "FILE#1-18", in order. */
  readonly prerequisites: readonly string[];
  /** A kernel's .config, for the tree; empty: the built-in symbols. */
  readonly config: string;
  /** Whether Problems lists what the patch mends, and what was broken before it. */
  readonly showFixed: boolean;
  readonly showAlready: boolean;
  readonly codeLens: boolean;
  /** Scenario files of the workspace, which the server finds; no setting. */
  readonly written?: readonly ScenarioFile[];
}

export const DEFAULT_SETTINGS: Settings = {
  run: "onOpenAndChange",
  era: "auto",
  scenario: "",
  seed: "",
  steps: 0,
  tree: "",
  prerequisites: [],
  config: "",
  showFixed: false,
  showAlready: false,
  codeLens: true,
};

/**
 * Every result belongs to one version of one document.
 * `none`: nothing was run; `checking`: a run is under way; `current`: results of this very text; `obsolete`: results of
 * an earlier text; `cancelled` and `failed`: the last run ended early, `message` says why; `foreign`: the document
 * shows no mail and no diff, and nothing is offered for it.
 */
export type Freshness = "foreign" | "none" | "checking" | "current" | "obsolete" | "cancelled" | "failed";

export interface Counts {
  readonly clean: number;
  readonly new: number;
  readonly fixed: number;
  /** New with a patch of a series, and mended by a later one. */
  readonly fixedLater: number;
  readonly already: number;
  readonly notModelled: number;
}

/** METHOD_STATUS: sent whenever something about a document changes. */
export interface StatusParams {
  readonly uri: string;
  readonly version: number;
  readonly state: Freshness;
  /** Done and all, while checking: patches of a series, or scenario runs of a patch that stands alone. */
  readonly done: number;
  readonly total: number;
  /** Seconds that it still takes, while checking; null where nothing can be said. */
  readonly left: number | null;
  /** Its place among the documents that wait for their turn, from 1; 0: none. */
  readonly queued: number;
  /** Where it stands, for when nothing is counted: "reached by no scenario", "no diff". */
  readonly standing: string;
  /** There is nothing to run in it: no diff, and no crash report. */
  readonly empty: boolean;
  /** The loudest of what is new with a patch; "" where nothing is. */
  readonly worst: Severity | "";
  /** What is being run, or why it failed. */
  readonly message: string;
  /** Findings by verdict. */
  readonly counts: Counts;
  readonly patches: number;
  /** When the results that are shown were made, in milliseconds since 1970; 0: there are none. */
  readonly ranAt: number;
  /** Some mail in it is not plain text as written; COMMAND_OPEN_READABLE shows it decoded. */
  readonly encoded: boolean;
}

export type TreeKind =
  | "series"
  | "patch"
  | "file"
  | "functions"
  | "function"
  | "finding"
  | "kernel"
  | "coverage"
  | "notes"
  | "note";

/** One row of the sidebar. `id` is stable over edits that do not touch the row. */
export interface TreeNode {
  readonly id: string;
  readonly kind: TreeKind;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  /** The loudest verdict at or below the row; undefined where nothing ran. */
  readonly verdict?: Verdict;
  /** 1-based line of the document, 0 for none. */
  readonly docLine: number;
  /** Of a finding, and of a row whose loudest verdict is `new`: a warning does not look like an error. */
  readonly severity?: Severity;
  /** Index of the finding in the store, for findings. */
  readonly finding?: number;
  /** Of a finding that a run of the machine shows: it can be stepped through. */
  readonly steppable?: true;
  /** What METHOD_SIMULATE takes to run this patch alone; on patches, where there is such a word. */
  readonly patch?: string;
  /** Of a file: its hunks, for marks of what was seen. */
  readonly hunks?: readonly TreeHunk[];
  readonly children: readonly TreeNode[];
}

/** A hunk in the document, and a digest of its text: the same hunk in a later version of the patch has the same. */
export interface TreeHunk {
  readonly docLine: number;
  readonly endDocLine: number;
  readonly mark: string;
}

export interface TreeParams {
  readonly uri: string;
}
export interface TreeResult {
  readonly uri: string;
  readonly version: number;
  readonly state: Freshness;
  readonly roots: readonly TreeNode[];
  /** What the document is instead where it shows no diff; else "". */
  readonly empty: string;
}

/** METHOD_SIMULATE: run now, whatever `run` says. Answers at once; the result comes by METHOD_STATUS and diagnostics. */
export interface SimulateParams {
  readonly uri: string;
  readonly patch?: string;
  readonly scenario?: string;
  readonly era?: string;
  readonly seed?: string;
  readonly steps?: number;
  /** METHOD_REPLAY only: the token of one finding; that run alone is made. */
  readonly replay?: string;
}
export interface SimulateResult {
  readonly started: boolean;
  /** Why not, in words for the reader. */
  readonly message: string;
}

/** METHOD_REPLAY: SimulateParams with `replay`. Answers a ReportResult when the run is done; the store stays as it is. */

/** METHOD_OPEN_SETTINGS: the user asked, in a message of the server, to see the settings that it is about. */
export interface OpenSettingsParams {
  /** What to look for. */
  readonly query: string;
}

export interface CancelParams {
  readonly uri: string;
}

/**
 * METHOD_ORDERS: tries the orders of a scenario's tasks on both sides of a patch (`patch` as in METHOD_SIMULATE), or of all;
 * with `faults` each fault once (1), or in pairs (2), instead. Cancelled by the protocol's own cancel.
 */
export interface OrdersParams {
  readonly uri: string;
  readonly patch?: string;
  /** A scenario's name, or a case with its parameters. */
  readonly scenario: string;
  readonly faults?: 0 | 1 | 2;
  /** Orders in which stores may be seen late, too. */
  readonly weak?: boolean;
}

/** METHOD_CASE_FILE: the run of a finding as a scenario file. */
export interface CaseFileParams {
  readonly uri: string;
  readonly finding: number;
}
export interface CaseFileResult {
  readonly name: string;
  readonly yaml: string;
  /** Why there is none; "" where there is. */
  readonly problem: string;
}

/** METHOD_COMPARE: two versions of a series. `with`: a file with the other one; else the last two of the document. */
export interface CompareParams {
  readonly uri: string;
  readonly with?: string;
}
export interface CompareResult {
  readonly title: string;
  readonly text: string;
  /** Why nothing was compared; "" where it was. */
  readonly problem: string;
  /** The newer version breaks what the older does not. */
  readonly breaksMore: boolean;
  /** The version of the document, and what its patches are to those of the other one, by index: "\u2261 v1". */
  readonly version: number;
  readonly since: readonly { readonly patch: number; readonly text: string }[];
}

/** How many mistakes are tried where nothing else is asked for: each takes as long as a review of its patch. */
export const MUTANTS = 10;

/** METHOD_MUTATE: mistakes in what the patch at a line (1-based) adds; without one, in all patches. */
export interface MutateParams {
  readonly uri: string;
  readonly line?: number;
}
export interface MutateResult {
  readonly title: string;
  readonly text: string;
  /** Why nothing was tried; "" where something was. */
  readonly problem: string;
}

/** What trying orders in the editor may cost: orders of a side of a case, and seconds of all together. */
export const ORDERS_MAX = 500;
export const ORDERS_SECONDS = 120;

export interface OrdersResult {
  readonly title: string;
  readonly text: string;
  /** Faults and data races that only the patched side shows. */
  readonly news: number;
}

/** METHOD_REPORT: the readable report of one finding, or of the whole document. */
export interface ReportParams {
  readonly uri: string;
  readonly finding?: number;
}
export interface ReportResult {
  readonly title: string;
  readonly text: string;
}

/** METHOD_KUNIT, of ReplyParams: a finding as the beginning of a KUnit test. */
export interface KunitResult {
  /** C; empty where the finding is of an earlier run. */
  readonly text: string;
}

/** METHOD_REPLY: a finding as the reply that a reviewer would write; text to copy. */
export interface ReplyParams {
  readonly uri: string;
  readonly finding: number;
}
export interface ReplyResult {
  /** Empty where the finding is of an earlier run. */
  readonly text: string;
  readonly token: string;
}

/** METHOD_READABLE_MAIL: a mail decoded; `repaired`: with every repair that is offered. `bytes` (base64) where the document is not open as text. */
export interface ReadableMailParams {
  readonly uri: string;
  readonly bytes?: string;
  readonly repaired?: boolean;
}
export interface ReadableMailResult {
  readonly title: string;
  readonly text: string;
  /** Empty, or why there is nothing to show. */
  readonly problem: string;
}

/** METHOD_REMARKS: what the thread says, at the lines it is about. */
export interface RemarksResult {
  readonly uri: string;
  readonly version: number;
  readonly threads: readonly RemarkThread[];
}
export interface RemarkThread {
  readonly docLine: number;
  readonly remarks: readonly Remark[];
}
export interface Remark {
  readonly author: string;
  readonly text: string;
  /** Where it stands in the document. */
  readonly docLine: number;
  /** "on v2", "its line is near, not sure", or "". */
  readonly note: string;
  /** When its mail was sent, in milliseconds since 1970; 0 where the mail does not say. */
  readonly sentAt: number;
  /** What the runs say of the fault that the remark speaks of; "" where it speaks of none, or nothing ran yet. */
  readonly answer: string;
}

/** METHOD_TESTS: the runs of a document as tests. */
export interface TestsParams {
  readonly uri: string;
}
/**
 * METHOD_RUN_TESTS: runs a patch (`patch` as in METHOD_SIMULATE), or all. With `scenario` that case alone, beside the store:
 * what the document shows stays. Cancelled by the protocol's own cancel.
 */
export interface RunTestsParams extends TestsParams {
  readonly patch?: string;
  readonly scenario?: string;
}
export interface TestsResult {
  readonly uri: string;
  readonly version: number;
  readonly state: Freshness;
  readonly patches: readonly TestedPatch[];
  /** Why nothing was run, or "". */
  readonly message: string;
}
export interface TestedPatch {
  /** Its place in the document. */
  readonly index: number;
  readonly label: string;
  readonly description: string;
  readonly docLine: number;
  /** What METHOD_RUN_TESTS takes to run this patch alone. */
  readonly patch?: string;
  readonly cases: readonly TestCase[];
  /** Added lines that have code. */
  readonly lines: readonly TestLine[];
}
export interface TestCase {
  /** "map-fault-unmap order=9 index=512" */
  readonly scenario: string;
  readonly label: string;
  readonly description: string;
  readonly verdict: Verdict;
  readonly state: "passed" | "failed" | "skipped";
  /** The fault, or why there is no verdict; "" where it ran clean. */
  readonly message: string;
  /** What each side came to, in lines. */
  readonly before: string;
  readonly after: string;
  /** Line that the finding is on, 0: none. */
  readonly docLine: number;
  /** The rule that is broken. */
  readonly code?: string;
}
export interface TestLine {
  readonly docLine: number;
  /** Runs that went over it. */
  readonly hits: number;
}

/** METHOD_LAUNCH: what a debug session of a finding's run is of; without `finding`, of the loudest at `docLine` or at all. */
export interface LaunchParams {
  readonly uri: string;
  readonly finding?: number;
  readonly docLine?: number;
}
export interface LaunchResult {
  /** Arguments of the launch (server/debug/launch.ts), but for what the editor calls the document; null: `why`. */
  readonly run: {
    readonly text: string;
    readonly path: string;
    readonly options: object;
    readonly replay: string;
    readonly docLine: number;
    readonly side: "before" | "after";
  } | null;
  readonly title: string;
  readonly why: string;
}

/** METHOD_IMAGES: the file of a finding or of a line, before and after; without either, the first file of the document. */
export interface ImagesParams {
  readonly uri: string;
  readonly finding?: number;
  readonly docLine?: number;
}
export interface ImagesResult {
  /** Null where there is nothing to show: `why` says why. */
  readonly images: FilePair | null;
  readonly why: string;
}
export interface FilePair {
  readonly uri: string;
  readonly version: number;
  /** Place of the patch in the document, and of the file in the patch. */
  readonly patch: number;
  readonly file: number;
  /** "dax.c, 3/26: the parts that the mail shows" */
  readonly title: string;
  /** What is not as a reader would think: hunks that have no place in the tree, a tree that cannot be used. "": nothing. */
  readonly note: string;
  readonly before: FileImage;
  readonly after: FileImage;
}
export interface FileImage {
  readonly path: string;
  readonly text: string;
  /** Document line of each line of the text, 0: the mail does not show it. */
  readonly docLines: readonly number[];
  /** The line that was asked for, 1-based. */
  readonly line: number;
}

/** METHOD_SCENARIOS: the catalogue, and what ran of it for a document. */
export interface ScenariosParams {
  readonly uri?: string;
}
export interface ScenariosResult {
  readonly scenarios: readonly ScenarioRow[];
}
export interface ScenarioRow {
  readonly name: string;
  /** What it does, as a sentence. */
  readonly title: string;
  /** "order=0,9 index=0,512" */
  readonly params: string;
  /** Runs for the document, findings in them that are new, and the loudest verdict. */
  readonly runs: number;
  readonly findings: number;
  readonly verdict?: Verdict;
}

/** METHOD_IMAGE_MARKS: what the store says of a patch's lines, by side. */
export interface ImageMarksParams {
  readonly uri: string;
  readonly patch: number;
}
export interface ImageMarksResult {
  readonly version: number;
  readonly marks: readonly ImageMark[];
  readonly lenses: readonly ImageLens[];
}
/** A place in an image: a line of the document on one side. */
export interface ImagePlace {
  readonly docLine: number;
  readonly side: "before" | "after";
}
export interface ImageMark extends ImagePlace {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly finding: number;
}
export interface ImageLens extends ImagePlace {
  readonly title: string;
  readonly command: string;
  readonly argument: object;
}

/** METHOD_IMAGE_HOVER: what the hover of the document says of a line, of one side. */
export interface ImageHoverParams extends ImagePlace {
  readonly uri: string;
}
export interface ImageHoverResult {
  /** Markdown, "" where nothing is to be said. */
  readonly text: string;
}
