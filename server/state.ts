/**
 * The open documents: text -> parse -> results, each keyed by the document's version (D7). Owns the rules of freshness:
 * an edit cancels the run of the earlier text and makes its results obsolete, and a result that arrives for a text that
 * is no longer there is dropped. Leaves out the protocol (server.ts) and the thread (emulation/job.ts).
 */

import { TextDocument, type TextDocumentContentChangeEvent } from "vscode-languageserver-textdocument";
import type { Job, JobOutcome } from "./emulation/job.ts";
import { indexLines, type LineRef, lineMap, type Snapshot, type StoredReview } from "./features/snapshot.ts";
import type { ParsedDocument } from "./mail/types.ts";
import { type Counts, type Freshness, MAIL_LANGUAGE, type Settings, type StatusParams } from "./protocol.ts";
import { countsOf } from "./report/facts.ts";
import { stubRanking } from "./review/coverage.ts";
import type { ReviewOptions, ReviewResult } from "./review/types.ts";
import { looksLikePatch } from "./sniff.ts";

const NO_COUNTS: Counts = { clean: 0, new: 0, fixed: 0, fixedLater: 0, already: 0, notModelled: 0 };
const NO_PROGRESS = { done: 0, total: 0, what: "" };

export interface StoreHost {
  readonly parse: (text: string, path: string) => ParsedDocument;
  readonly simulate: (
    text: string,
    path: string,
    options: ReviewOptions,
    progress: (done: number, total: number, what: string) => void,
  ) => Job;
  readonly settings: () => Settings;
  readonly log: (message: string) => void;
  /** Something about the document changed: publish, refresh, notify. `final` is false for mere progress. */
  readonly changed: (document: OpenDocument, final: boolean) => void;
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
  #parsed: ParsedDocument | undefined;
  #index: ReadonlyMap<number, LineRef> | undefined;
  #results: Results | undefined;
  #placed: StoredReview | undefined;
  #job: Job | undefined;
  #foreign: boolean | undefined;
  #ended: "cancelled" | "failed" | undefined;
  #progress = NO_PROGRESS;
  #message = "";

  constructor(host: StoreHost, uri: string, languageId: string, version: number, text: string) {
    this.#host = host;
    this.uri = uri;
    this.#text = TextDocument.create(uri, languageId, version, text);
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

  /** The parse of the present text; made when it is first asked for. */
  get parsed(): ParsedDocument {
    this.#parsed ??= this.#host.parse(this.#text.getText(), this.path);
    return this.#parsed;
  }

  /** Plain text that shows neither a mail nor a diff: nothing is offered for it. */
  get isForeign(): boolean {
    this.#foreign ??= this.#looksForeign();
    return this.#foreign;
  }

  get state(): Freshness {
    if (this.isForeign) return "foreign";
    if (this.#job) return "checking";
    if (this.#ended) return this.#ended;
    if (!this.#results) return "none";
    return this.#results.version === this.version ? "current" : "obsolete";
  }

  update(changes: TextDocumentContentChangeEvent[], version: number): void {
    this.#text = TextDocument.update(this.#text, changes, version);
    this.#parsed = undefined;
    this.#foreign = undefined;
    this.#index = undefined;
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
    this.#progress = NO_PROGRESS;
    const job = this.#host.simulate(this.#text.getText(), this.path, options, (done, total, what) => {
      if (this.#job !== job) return;
      this.#progress = { done, total, what };
      this.#host.changed(this, false);
    });
    this.#job = job;
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
    this.#results = { result, version: this.version, text: this.#text.getText(), lines: this.parsed.lines };
    this.#placed = undefined;
    this.#host.changed(this, true);
  }

  cancel(): boolean {
    if (!this.#job) return false;
    this.#stop();
    if (this.#results?.version !== this.version) this.#ended = "cancelled";
    this.#host.changed(this, true);
    return true;
  }

  /** The document was closed. */
  dispose(): void {
    this.#stop();
  }

  snapshot(): Snapshot {
    const parsed = this.parsed;
    this.#index ??= indexLines(parsed);
    return {
      uri: this.uri,
      version: this.version,
      parsed,
      lines: this.#index,
      state: this.state,
      review: this.#review(),
      progress: this.#progress,
      settings: this.#host.settings(),
    };
  }

  status(): StatusParams {
    const state = this.state;
    const foreign = state === "foreign";
    return {
      uri: this.uri,
      version: this.version,
      state,
      done: this.#progress.done,
      total: this.#progress.total,
      message: state === "checking" ? this.#progress.what : this.#message,
      counts: this.#results ? countsOf(this.#results.result) : NO_COUNTS,
      patches: foreign ? 0 : this.parsed.patches.length,
      encoded: !foreign && !this.parsed.isRawText,
    };
  }

  #looksForeign(): boolean {
    const { languageId } = this.#text;
    if (languageId === "diff" || languageId === MAIL_LANGUAGE) return false;
    return !looksLikePatch(this.#text.getText()) || this.parsed.patches.length === 0;
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
      this.#results = { result, version: this.version, text: this.#text.getText(), lines: this.parsed.lines };
      this.#placed = undefined;
    }
  }

  #review(): StoredReview | undefined {
    const results = this.#results;
    if (!results) return undefined;
    this.#placed ??= {
      result: results.result,
      version: results.version,
      place: results.version === this.version ? (n) => n : lineMap(results.lines, this.parsed.lines),
    };
    return this.#placed;
  }
}

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

/** The path of a document's address, for people and for the parser; never opened. */
export function pathOf(uri: string): string {
  try {
    const url = new URL(uri);
    return decodeURIComponent(url.pathname) || uri;
  } catch {
    return uri;
  }
}
