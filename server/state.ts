/**
 * The open documents: text -> parse -> results, each keyed by the document's version (D7). Owns the rules of freshness:
 * an edit gives up the reading and the run of the earlier text and makes its results obsolete, and what arrives for a
 * text that is no longer there is dropped. Between an edit and its parse, lines are led back to the text that was read
 * last. Leaves out the protocol (server.ts) and the threads (reading/, emulation/).
 */

import { TextDocument, type TextDocumentContentChangeEvent } from "vscode-languageserver-textdocument";
import type { Job, JobOutcome, JobPart, PartSink, ProgressSink } from "./emulation/job.ts";
import { NOT_BEGUN } from "./emulation/progress.ts";
import {
  indexLines,
  type LineIndex,
  lineMap,
  type Snapshot,
  type StoredReview,
} from "./features/snapshot.ts";
import type { ParsedDocument, Patch } from "./mail/types.ts";
import { type Counts, type Freshness, MAIL_LANGUAGE, type Settings, type StatusParams } from "./protocol.ts";
import type { Reading } from "./reading/reader.ts";
import { countsOf, worstOf } from "./report/facts.ts";
import { documentStanding, NO_DIFF } from "./report/standing.ts";
import { stubRanking } from "./review/coverage.ts";
import { ordinal } from "./review/render.ts";
import type { ReviewOptions, ReviewResult } from "./review/types.ts";
import { looksLikePatch } from "./sniff.ts";

const NO_COUNTS: Counts = { clean: 0, new: 0, fixed: 0, fixedLater: 0, already: 0, notModelled: 0 };
export interface StoreHost {
  readonly read: (text: string, path: string) => Reading;
  readonly simulate: (
    text: string,
    path: string,
    options: ReviewOptions,
    progress: ProgressSink,
    part: PartSink,
  ) => Job;
  readonly settings: () => Settings;
  readonly log: (message: string) => void;
  /** Something about the document changed: publish, refresh, notify. `final` is false for mere progress. */
  readonly changed: (document: OpenDocument, final: boolean) => void;
}

/** `removed` lines from `first` on (0-based) became `added` lines. */
interface Edit {
  readonly first: number;
  readonly removed: number;
  readonly added: number;
}

/** When results were made: one that is taken up again is as old as it was. */
const madeAt = new WeakMap<ReviewResult, number>();

const NO_LINES: LineIndex = { get: () => undefined };

/** A document of which nothing is known yet. */
const NOTHING_READ: ParsedDocument = {
  path: "",
  form: "text",
  lines: [],
  isRawText: true,
  rawLines: null,
  messages: [],
  patches: [],
  series: [],
  problems: [],
  crashReports: [],
  testReports: [],
  lineOffset: 0,
};

/** What is shown of a text that could not be read: a defect of ours, or one that takes more memory than there is. */
function unread(path: string, why: string): ParsedDocument {
  const message = `This text could not be read (${why.split("\n")[0]}). Cut the mail that matters out of it.`;
  return {
    ...NOTHING_READ,
    path,
    lines: [""],
    problems: [{ code: "not-read", severity: "error", message, docLine: 1, endDocLine: 1 }],
  };
}

function lineBreaks(text: string): number {
  let n = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === 10 || (c === 13 && text.charCodeAt(at + 1) !== 10)) n++;
  }
  return n;
}

/** Results made from one text. `lines` is kept to find their place in a later one. */
interface Results {
  readonly result: ReviewResult;
  readonly version: number;
  readonly text: string;
  readonly lines: readonly string[];
}

export class OpenDocument {
  readonly uri: string;
  readonly #host: StoreHost;
  #text: TextDocument;
  /** What was read last, with the version that it is of. */
  #read: { readonly version: number; readonly parsed: ParsedDocument; readonly index: LineIndex } | undefined;
  #reading: { readonly version: number; readonly job: Reading; readonly done: Promise<boolean> } | undefined;
  /** Edits since the last reading, in lines of the editor. */
  #edits: Edit[] = [];
  #disposed = false;
  #results: Results | undefined;
  #placed: StoredReview | undefined;
  #job: Job | undefined;
  /** The line that a reader looks at, 0: not known. */
  #lookedAt = 0;
  /** Known when the text was looked at, and better when it was read. */
  #foreign: boolean;
  #ended: "cancelled" | "failed" | undefined;
  #progress = NOT_BEGUN;
  /** What the run under way has given; shown where there is nothing of this text yet. */
  #soFar: ReviewResult | undefined;
  #unseen = false;
  #message = "";

  constructor(host: StoreHost, uri: string, languageId: string, version: number, text: string) {
    this.#host = host;
    this.uri = uri;
    this.#text = TextDocument.create(uri, languageId, version, text);
    this.#foreign = !this.#mayShowPatch();
  }

  get version(): number {
    return this.#text.version;
  }

  get text(): string {
    return this.#text.getText();
  }

  get path(): string {
    return pathOf(this.uri);
  }

  /** What was read last; of the present text once `ready` has said so. */
  get parsed(): ParsedDocument {
    return this.#read?.parsed ?? NOTHING_READ;
  }

  /** Whether the present text has been read. */
  get isRead(): boolean {
    return this.#read?.version === this.version;
  }

  /** Plain text that shows neither a mail nor a diff: nothing is offered for it. */
  get isForeign(): boolean {
    return this.#foreign;
  }

  /** Reads the present text, unless that is done or under way. False: it was edited or closed meanwhile. */
  ready(): Promise<boolean> {
    if (this.isRead) return Promise.resolve(true);
    if (this.#disposed) return Promise.resolve(false);
    if (this.#reading === undefined) {
      const { version } = this;
      const job = this.#host.read(this.#text.getText(), this.path);
      let superseded: (value: false) => void = () => {};
      const gone = new Promise<false>((resolve) => {
        superseded = resolve;
      });
      const arrived = job.done.then(
        (parsed) => this.#arrived(version, parsed),
        (error: unknown) => {
          const why = error instanceof Error ? error.message : String(error);
          this.#host.log(`${this.path}: ${why}`);
          return this.#arrived(version, unread(this.path, why));
        },
      );
      const cancellable = {
        done: job.done,
        cancel: () => {
          job.cancel();
          superseded(false);
        },
      };
      this.#reading = { version, job: cancellable, done: Promise.race([arrived, gone]) };
    }
    return this.#reading.done;
  }

  /** The line, as it was when the text was read last, of a line of the editor (0-based); undefined: it was edited since. */
  lineWhenRead(line: number): number | undefined {
    let at = line;
    for (let i = this.#edits.length - 1; i >= 0; i--) {
      const { first, removed, added } = this.#edits[i]!;
      if (at < first) continue;
      if (at < first + added) return undefined;
      at += removed - added;
    }
    return at;
  }

  #arrived(version: number, parsed: ParsedDocument): boolean {
    if (this.#disposed || version !== this.version) {
      this.#host.log(`${this.path}: the reading of version ${version} came late and is dropped`);
      return false;
    }
    this.#reading = undefined;
    this.#read = { version, parsed, index: indexLines(parsed) };
    this.#edits = [];
    this.#placed = undefined;
    this.#foreign = !this.#mayShowPatch() || (this.#isPlainText && parsed.patches.length === 0);
    this.#look();
    this.#host.changed(this, true);
    return true;
  }

  get state(): Freshness {
    if (this.isForeign) return "foreign";
    if (this.#job) return "checking";
    if (this.#ended) return this.#ended;
    if (!this.#results) return "none";
    return this.#results.version === this.version ? "current" : "obsolete";
  }

  update(changes: TextDocumentContentChangeEvent[], version: number): void {
    if (this.#soFar !== undefined && this.#results === undefined) this.#keep(this.#soFar);
    this.#soFar = undefined;
    for (const change of changes) {
      const whole = !("range" in change) || change.range === undefined;
      const first = whole ? 0 : change.range.start.line;
      const last = whole ? this.#text.lineCount - 1 : change.range.end.line;
      this.#edits.push({ first, removed: last - first + 1, added: lineBreaks(change.text) + 1 });
      this.#text = TextDocument.update(this.#text, [change], version);
    }
    if (changes.length === 0) this.#text = TextDocument.update(this.#text, [], version);
    if (!this.#mayShowPatch()) this.#foreign = true;
    else if (!this.#isPlainText) this.#foreign = false;
    this.#reading?.job.cancel();
    this.#reading = undefined;
    this.#placed = undefined;
    this.#ended = undefined;
    this.#stop();
    // An edit that was taken back leaves the very text that was run.
    const results = this.#results;
    if (results && results.text === this.#text.getText()) this.#results = { ...results, version };
  }

  /** Starts a run of the present text; an earlier one is cancelled. Late results of other versions are dropped. */
  simulate(options: ReviewOptions): Promise<JobOutcome> {
    this.#stop();
    const version = this.version;
    this.#ended = undefined;
    this.#message = "";
    this.#progress = NOT_BEGUN;
    this.#soFar = undefined;
    const job: Job = this.#host.simulate(
      this.#text.getText(),
      this.path,
      options,
      (step) => {
        if (this.#job !== job) return;
        this.#progress = step;
        this.#host.changed(this, false);
      },
      (part) => {
        if (this.#job === job) this.#take(part);
      },
    );
    this.#job = job;
    this.#look();
    this.#host.changed(this, true);
    return job.outcome.then((outcome) => {
      if (this.#job !== job || this.version !== version) {
        this.#host.log(`${this.path}: a result of version ${version} came late and is dropped`);
        return { kind: "cancelled" };
      }
      this.#job = undefined;
      this.#settle(outcome, options);
      this.#host.changed(this, true);
      return outcome;
    });
  }

  /** Takes results that an earlier run of this very text, with the same options, has made. */
  adopt(result: ReviewResult): void {
    this.#stop();
    this.#ended = undefined;
    this.#message = "";
    this.#keep(result);
    this.#host.changed(this, true);
  }

  #keep(result: ReviewResult): void {
    if (!madeAt.has(result)) madeAt.set(result, Date.now());
    this.#results = { result, version: this.version, text: this.#text.getText(), lines: this.parsed.lines };
    this.#placed = undefined;
    this.#soFar = undefined;
  }

  /** Takes what the run has found so far; lines of the text that is there now. */
  #take(part: JobPart): void {
    const all = this.#soFar ?? NOTHING_YET;
    this.#soFar =
      part.kind === "patch"
        ? mergePatches(all, part.result)
        : { ...all, findings: [...all.findings, part.finding] };
    if (this.#results?.version === this.version) return;
    this.#placed = undefined;
    this.#unseen = true;
    this.#host.changed(this, false);
  }

  /** Whether marks have come since they were last asked for. */
  takeUnseen(): boolean {
    const was = this.#unseen;
    this.#unseen = false;
    return was;
  }

  /** It is the one that is looked at: its run goes before others that wait, and in it the patch and the function at this line (0: none). */
  hurry(docLine: number): void {
    this.#lookedAt = docLine;
    this.#job?.hurry();
    this.#look();
  }

  #look(): void {
    const patch = patchAt(this.parsed, this.#lookedAt);
    if (patch !== undefined) this.#job?.look(patch.index, this.#lookedAt);
  }

  /** Ends the run; what it has done stays. */
  cancel(): boolean {
    if (!this.#job) return false;
    this.#stop();
    if (this.#results?.version !== this.version) {
      this.#ended = "cancelled";
      if (this.#soFar !== undefined) this.#keep(this.#soFar);
    }
    this.#host.changed(this, true);
    return true;
  }

  /** The document was closed. */
  dispose(): void {
    this.#disposed = true;
    this.#reading?.job.cancel();
    this.#reading = undefined;
    this.#stop();
  }

  /** What features read; of the text that was read last. */
  snapshot(): Snapshot {
    return {
      uri: this.uri,
      version: this.version,
      parsed: this.parsed,
      lines: this.#read?.index ?? NO_LINES,
      state: this.state,
      review: this.#review(),
      progress: this.#progress,
      queued: this.#job?.place() ?? 0,
      settings: this.#host.settings(),
    };
  }

  status(): StatusParams {
    const state = this.state;
    const foreign = state === "foreign";
    const review = foreign ? undefined : this.#review();
    const queued = this.#job?.place() ?? 0;
    const shown = foreign ? [] : this.parsed.patches.filter((p) => p.files.length > 0).map((p) => p.index);
    return {
      uri: this.uri,
      version: this.version,
      state,
      done: this.#progress.done,
      total: this.#progress.total,
      left: state === "checking" && queued === 0 ? this.#progress.left : null,
      message:
        queued > 0
          ? `queued, ${ordinal(queued)}`
          : state === "checking"
            ? this.#progress.what
            : this.#message,
      queued,
      counts: review === undefined ? NO_COUNTS : countsOf(review.result),
      standing: shown.length === 0 ? NO_DIFF : documentStanding(review?.result, shown),
      empty: !foreign && shown.length === 0 && this.parsed.crashReports.length === 0,
      worst: review === undefined ? "" : worstOf(review.result),
      patches: foreign ? 0 : this.parsed.patches.length,
      ranAt: (review && madeAt.get(review.result)) ?? 0,
      encoded: !foreign && !this.parsed.isRawText,
    };
  }

  get #isPlainText(): boolean {
    const { languageId } = this.#text;
    return languageId !== "diff" && languageId !== MAIL_LANGUAGE;
  }

  #mayShowPatch(): boolean {
    return !this.#isPlainText || looksLikePatch(this.#text.getText());
  }

  #stop(): void {
    this.#job?.cancel();
    this.#job = undefined;
  }

  #settle(outcome: JobOutcome, options: ReviewOptions): void {
    // A replay answers by itself; what the document shows stays as it was.
    if (options.replay !== undefined) return;
    if (outcome.kind === "cancelled") this.#ended = "cancelled";
    else if (outcome.kind === "failed") {
      this.#ended = "failed";
      this.#message = outcome.message;
    } else {
      const kept =
        options.patch !== undefined && this.#results?.version === this.version
          ? this.#results.result
          : undefined;
      const result = kept ? mergePatches(kept, outcome.result) : outcome.result;
      this.#keep(result);
    }
  }

  #review(): StoredReview | undefined {
    const results = this.#results;
    if (this.#soFar !== undefined && (results === undefined || this.#ended !== undefined))
      return (this.#placed ??= { result: this.#soFar, version: this.version, place: (n) => n });
    if (!results) return undefined;
    this.#placed ??= {
      result: results.result,
      version: results.version,
      place: results.version === this.version ? (n) => n : lineMap(results.lines, this.parsed.lines),
    };
    return this.#placed;
  }
}

/** A result without anything in it. */
export const NOTHING_YET: ReviewResult = {
  runs: [],
  findings: [],
  lines: [],
  functions: [],
  notes: [],
  coverage: [],
  stubs: [],
  hunks: [],
  plans: [],
  seed: "",
};

/** Results of some patches put into results of all: the newer ones win patch by patch. */
function mergePatches(all: ReviewResult, some: ReviewResult): ReviewResult {
  const redone = new Set(
    [...some.plans, ...some.runs, ...some.functions, ...some.findings, ...some.hunks].map((x) => x.patch),
  );
  const patches = <T extends { readonly patch: number }>(old: readonly T[], fresh: readonly T[]) => [
    ...old.filter((x) => !redone.has(x.patch)),
    ...fresh,
  ];
  const freshLines = new Set(some.lines.map((l) => l.docLine));
  const runs = patches(all.runs, some.runs);
  return {
    ...some,
    runs,
    findings: patches(all.findings, some.findings),
    functions: patches(all.functions, some.functions),
    lines: [...all.lines.filter((l) => !freshLines.has(l.docLine)), ...some.lines],
    notes: [...new Set([...all.notes, ...some.notes])],
    coverage: patches(all.coverage, some.coverage),
    hunks: patches(all.hunks, some.hunks),
    plans: patches(all.plans, some.plans),
    stubs: stubRanking(runs),
  };
}

/** The patch that is on the screen at a line: the one whose mail or quoted diff begins last before it. */
function patchAt({ patches, messages }: ParsedDocument, docLine: number): Patch | undefined {
  const begins = (p: Patch): number =>
    patches.some((o) => o !== p && o.message === p.message)
      ? p.docLine
      : (messages[p.message]?.docLine ?? p.docLine);
  let found: Patch | undefined;
  for (const p of patches)
    if (begins(p) <= docLine && (found === undefined || begins(p) >= begins(found))) found = p;
  return found;
}

/** The path of a document's address, for people and for the parser; never opened. */
export function pathOf(uri: string): string {
  try {
    const url = new URL(uri);
    return decodeURIComponent(url.pathname) || uri;
  } catch {
    return uri;
  }
}
