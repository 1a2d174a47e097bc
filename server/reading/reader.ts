/**
 * The queue in front of the thread that reads mails (thread.ts): one text at a time, in the order asked for. Between two
 * parts of a result the event loop turns, so that requests are answered while a large one arrives. A reading that is
 * given up ends its thread, for a text that takes long must not keep the next one waiting. Leaves out versions (state.ts).
 */
import { Worker } from "node:worker_threads";
import type { ParsedDocument } from "../mail/types.ts";
import { Assembly } from "./parts.ts";
import type { ReadReply, ReadRequest } from "./thread.ts";

/** A reading under way. `done` rejects when it fails; it stays pending when it was cancelled. */
export interface Reading {
  readonly done: Promise<ParsedDocument>;
  cancel(): void;
}

/** The part of a thread that the queue uses. */
export interface ReaderThread {
  postMessage(message: ReadRequest): void;
  on(event: "message", listener: (reply: ReadReply) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "exit", listener: (code: number) => void): unknown;
  terminate(): unknown;
}

/** A mail of 10 MB with 40,000 patches takes 700 MB while it is read. */
const MAX_HEAP_MB = 3072;

/** Real threads: `file` is the bundled thread. */
export function readerThread(file: string): () => ReaderThread {
  return () => new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
}

interface Pending {
  readonly id: number;
  readonly input: string | Uint8Array;
  readonly path: string;
  readonly assembly: Assembly;
  readonly resolve: (parsed: ParsedDocument) => void;
  readonly reject: (error: Error) => void;
}

export class Reader {
  readonly #spawn: () => ReaderThread;
  readonly #waiting: Pending[] = [];
  #running: Pending | undefined;
  #thread: ReaderThread | undefined;
  #nextId = 1;

  constructor(spawn: () => ReaderThread) {
    this.#spawn = spawn;
  }

  /** Starts the thread ahead of the first text. */
  warm(): void {
    this.#started();
  }

  read(input: string | Uint8Array, path: string): Reading {
    let pending: Pending | undefined;
    const done = new Promise<ParsedDocument>((resolve, reject) => {
      pending = { id: this.#nextId++, input, path, assembly: new Assembly(), resolve, reject };
      this.#waiting.push(pending);
    });
    this.#pump();
    return { done, cancel: () => this.#cancel(pending!) };
  }

  dispose(): void {
    this.#waiting.length = 0;
    this.#running = undefined;
    this.#drop();
  }

  #cancel(pending: Pending): void {
    const at = this.#waiting.indexOf(pending);
    if (at >= 0) this.#waiting.splice(at, 1);
    if (this.#running !== pending) return;
    this.#running = undefined;
    this.#drop();
    this.#pump();
  }

  #pump(): void {
    if (this.#running) return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#running = next;
    try {
      this.#started().postMessage({ kind: "read", id: next.id, input: next.input, path: next.path });
    } catch (error) {
      this.#drop();
      this.#fail(
        next,
        `the reader's thread does not start: ${error instanceof Error ? error.message : error}`,
      );
    }
  }

  #started(): ReaderThread {
    if (this.#thread) return this.#thread;
    const thread = this.#spawn();
    this.#thread = thread;
    thread.on("message", (reply) => this.#take(thread, reply));
    thread.on("error", (error) => this.#ended(thread, `the reader's thread broke: ${error.message}`));
    thread.on("exit", (code) => this.#ended(thread, `the reader's thread ended with status ${code}`));
    return thread;
  }

  #take(thread: ReaderThread, reply: ReadReply): void {
    const running = this.#running;
    if (!running || running.id !== reply.id || thread !== this.#thread) return;
    if (reply.kind === "part") {
      running.assembly.add(reply.part);
      setImmediate(() => {
        if (this.#running === running) this.#thread?.postMessage({ kind: "next", id: running.id });
      });
    } else if (reply.kind === "failed") this.#fail(running, reply.message);
    else {
      this.#running = undefined;
      running.resolve(running.assembly.value as ParsedDocument);
      this.#pump();
    }
  }

  #ended(thread: ReaderThread, message: string): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    if (this.#running) this.#fail(this.#running, message);
  }

  #fail(pending: Pending, message: string): void {
    if (this.#running === pending) this.#running = undefined;
    pending.reject(new Error(message));
    this.#pump();
  }

  #drop(): void {
    const thread = this.#thread;
    this.#thread = undefined;
    void thread?.terminate();
  }
}
