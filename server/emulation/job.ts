/**
 * The queue in front of the emulator: one worker thread, one review at a time, at most one waiting review per document.
 * A review is stopped in two steps: a shared flag that the worker's progress listener reads, and, when the worker does
 * not come back within `graceMs`, the end of the thread. Leaves out what a review is (worker.ts, ../review).
 */
import { Worker } from "node:worker_threads";
import type { Finding, ReviewOptions, ReviewResult } from "../review/types.ts";
import { threadLimits } from "./heap.ts";
import { NOT_BEGUN, type Step } from "./progress.ts";

/** From here to the worker. */
export interface JobRequest {
  readonly id: number;
  readonly text: string;
  readonly path: string;
  readonly options: ReviewOptions;
  /** Three Int32: not zero asks the review to stop; the number, from 1, of the document's patch that a reader looks at; his line. */
  readonly stop: SharedArrayBuffer;
}

/** What a review has found so far: a finding as it comes, and all of a patch when it is done. */
export type JobPart =
  | { readonly kind: "finding"; readonly finding: Finding }
  | { readonly kind: "patch"; readonly patch: number; readonly result: ReviewResult };

/** From the worker back. */
export type JobReply =
  | { readonly kind: "ready" }
  | ({ readonly kind: "progress"; readonly id: number } & Step)
  | ({ readonly id: number } & JobPart)
  | {
      readonly kind: "result";
      readonly id: number;
      readonly result: ReviewResult;
      readonly treeProblem?: string;
    }
  | { readonly kind: "cancelled"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };

export type JobOutcome =
  /** `treeProblem`: the kernel tree could not be used, and the result is of the mail alone. */
  | { readonly kind: "result"; readonly result: ReviewResult; readonly treeProblem?: string }
  | { readonly kind: "cancelled" }
  | { readonly kind: "failed"; readonly message: string };

export interface Job {
  readonly outcome: Promise<JobOutcome>;
  cancel(): void;
  /** Goes before everything that waits. */
  hurry(): void;
  /** A reader looks at the patch with this index, which goes before the others of the document, at this line. */
  look(patch: number, line: number): void;
  /** 0 when it runs or is done, else its place among those that wait. */
  place(): number;
}

/** The part of a worker thread that the queue uses; tests give their own. */
export interface WorkerLike {
  postMessage(message: JobRequest): void;
  on(event: "message", listener: (reply: JobReply) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "exit", listener: (code: number) => void): unknown;
  terminate(): unknown;
}

export interface QueueOptions {
  readonly spawn: () => WorkerLike;
  /** How long a cancelled review may take to notice before its thread is ended. */
  readonly graceMs: number;
  /** The thread ends when nothing was asked of it for so long. Without: never. */
  readonly idleMs?: number;
  readonly log: (message: string) => void;
}

export type PartSink = (part: JobPart) => void;
export type ProgressSink = (step: Step) => void;

interface Pending {
  readonly request: JobRequest;
  readonly progress: ProgressSink;
  readonly part: PartSink;
  readonly settle: (outcome: JobOutcome) => void;
  readonly stop: Int32Array;
  settled: boolean;
}

/** A review with a kernel tree that looks at the rest of a series holds 900 MB. */
const MAX_HEAP_MB = 2048;

/** Real threads: `file` is the bundled worker. V8's heap is bounded, so that a hostile patch ends its thread only. */
export function threadSpawner(file: string): () => WorkerLike {
  return () => new Worker(file, { resourceLimits: threadLimits(MAX_HEAP_MB) });
}

export class JobQueue {
  readonly #options: QueueOptions;
  readonly #waiting: Pending[] = [];
  #running: Pending | undefined;
  #worker: WorkerLike | undefined;
  #nextId = 1;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Whether what is asked for now would have to wait. */
  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  /** Queues one review. It starts when the earlier ones are done. */
  start(
    text: string,
    path: string,
    options: ReviewOptions,
    progress: ProgressSink,
    part: PartSink = () => {},
  ): Job {
    const stop = new SharedArrayBuffer(12);
    let settle: (outcome: JobOutcome) => void = () => {};
    const outcome = new Promise<JobOutcome>((resolve) => {
      settle = resolve;
    });
    const request = { id: this.#nextId++, text, path, options, stop };
    const pending: Pending = { request, progress, part, settle, stop: new Int32Array(stop), settled: false };
    this.#waiting.push(pending);
    this.#pump();
    return {
      outcome,
      cancel: () => this.#cancel(pending),
      hurry: () => this.#hurry(pending),
      look: (patch, line) => {
        Atomics.store(pending.stop, 1, patch + 1);
        Atomics.store(pending.stop, 2, line);
      },
      place: () => this.#waiting.indexOf(pending) + 1,
    };
  }

  /** Ends the thread and everything that waits. */
  dispose(): void {
    for (const p of this.#waiting.splice(0)) this.#settle(p, { kind: "cancelled" });
    const running = this.#running;
    this.#running = undefined;
    clearTimeout(this.#idle);
    if (running) this.#settle(running, { kind: "cancelled" });
    this.#drop();
  }

  /** Starts the thread ahead of the first review, so that the first one does not wait for it. */
  warm(): void {
    this.#thread();
  }

  #hurry(pending: Pending): void {
    const at = this.#waiting.indexOf(pending);
    if (at <= 0) return;
    this.#waiting.splice(at, 1);
    this.#waiting.unshift(pending);
    this.#tellPlaces();
  }

  /** Those that wait stand elsewhere now. */
  #tellPlaces(): void {
    for (const p of this.#waiting) p.progress(NOT_BEGUN);
  }

  #cancel(pending: Pending): void {
    if (pending.settled) return;
    const at = this.#waiting.indexOf(pending);
    if (at >= 0) {
      this.#waiting.splice(at, 1);
      this.#settle(pending, { kind: "cancelled" });
      return;
    }
    Atomics.store(pending.stop, 0, 1);
    const timer = setTimeout(() => {
      if (pending.settled) return;
      this.#options.log(`a review did not stop within ${this.#options.graceMs} ms; its thread is ended`);
      this.#drop();
      this.#finish(pending, { kind: "cancelled" });
    }, this.#options.graceMs);
    timer.unref?.();
  }

  #pump(): void {
    if (this.#running) return;
    const next = this.#waiting.shift();
    clearTimeout(this.#idle);
    if (!next) {
      const { idleMs } = this.#options;
      if (idleMs !== undefined) this.#idle = setTimeout(() => this.#drop(), idleMs).unref?.();
      return;
    }
    this.#running = next;
    this.#tellPlaces();
    try {
      this.#thread().postMessage(next.request);
    } catch (error) {
      this.#drop();
      this.#finish(next, {
        kind: "failed",
        message: `the emulator's thread does not start: ${messageOf(error)}`,
      });
    }
  }

  #thread(): WorkerLike {
    if (this.#worker) return this.#worker;
    const worker = this.#options.spawn();
    this.#worker = worker;
    worker.on("message", (reply) => this.#onReply(reply));
    worker.on("error", (error) => this.#onEnd(worker, `the emulator's thread broke: ${error.message}`));
    worker.on("exit", (code) => this.#onEnd(worker, `the emulator's thread ended with status ${code}`));
    return worker;
  }

  #onReply(reply: JobReply): void {
    const running = this.#running;
    if (reply.kind === "ready" || !running || running.request.id !== reply.id) return;
    if (reply.kind === "progress") {
      if (Atomics.load(running.stop, 0) === 0) running.progress(reply);
      return;
    }
    if (reply.kind === "finding" || reply.kind === "patch") {
      if (Atomics.load(running.stop, 0) === 0) running.part(reply);
      return;
    }
    const cancelled = Atomics.load(running.stop, 0) !== 0;
    if (reply.kind === "cancelled" || cancelled) this.#finish(running, { kind: "cancelled" });
    else if (reply.kind === "result")
      this.#finish(running, {
        kind: "result",
        result: reply.result,
        ...(reply.treeProblem === undefined ? {} : { treeProblem: reply.treeProblem }),
      });
    else this.#finish(running, { kind: "failed", message: reply.message });
  }

  #onEnd(worker: WorkerLike, message: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const running = this.#running;
    if (running) this.#finish(running, { kind: "failed", message });
  }

  #finish(pending: Pending, outcome: JobOutcome): void {
    if (this.#running === pending) this.#running = undefined;
    this.#settle(pending, outcome);
    this.#pump();
  }

  #settle(pending: Pending, outcome: JobOutcome): void {
    if (pending.settled) return;
    pending.settled = true;
    pending.settle(outcome);
  }

  #drop(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
