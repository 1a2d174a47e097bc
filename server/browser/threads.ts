/**
 * `node:worker_threads` in a browser: each thread is a worker that boots one of our bundles (boot.ts). Leaves out shared
 * limits of memory, which a browser does not have, and handing over of ports.
 */
import EventEmitter from "events";
import type { Boot } from "./boot_message.ts";

interface Inner {
  postMessage(value: unknown): void;
  terminate(): void;
  onmessage: ((event: { data: unknown }) => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
}
interface Scope {
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  postMessage(value: unknown): void;
}
interface Failed {
  readonly kind: "folioscope failed";
  readonly message: string;
}

let starterUrl: string | undefined;

/** Address of a script that loads the boot script from wherever it lies: workers start from the page's own origin alone. */
function starter(base: string): string {
  const text = `importScripts(${JSON.stringify(`${base}browser.js`)});`;
  starterUrl ??= URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  return starterUrl;
}

export class WorkerThread extends EventEmitter {
  readonly #inner: Inner;
  #ended = false;

  constructor(base: string, path: string, options: { readonly workerData?: unknown } = {}) {
    super();
    const Native = (globalThis as unknown as { Worker: new (url: string) => Inner }).Worker;
    this.#inner = new Native(starter(base));
    this.#inner.onmessage = ({ data }) => {
      const failed = data as Failed | null;
      if (failed?.kind === "folioscope failed") this.emit("error", new Error(failed.message));
      else this.emit("message", data);
    };
    this.#inner.onerror = ({ message }) => {
      this.emit("error", new Error(message ?? "it does not start"));
    };
    const boot: Boot = {
      kind: "folioscope boot",
      base,
      file: path.replace(/^.*\//, ""),
      data: options.workerData ?? null,
    };
    this.#inner.postMessage(boot);
  }

  /** Tells whoever started this worker that it cannot run. */
  static fail(scope: Scope, error: unknown): void {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    scope.postMessage({ kind: "folioscope failed", message } satisfies Failed);
  }

  postMessage(value: unknown): void {
    this.#inner.postMessage(value);
  }

  terminate(): Promise<number> {
    this.#inner.terminate();
    if (!this.#ended) queueMicrotask(() => this.emit("exit", 1));
    this.#ended = true;
    return Promise.resolve(1);
  }

  ref(): void {}
  unref(): void {}
}

/** A thread's side of the messages with whoever started it. */
export class ParentPort extends EventEmitter {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    super();
    this.#scope = scope;
    scope.addEventListener("message", ({ data }) => this.emit("message", data));
  }

  /** Whether somebody waits for messages. */
  get awaited(): boolean {
    return this.listenerCount("message") > 0;
  }

  postMessage(value: unknown): void {
    this.#scope.postMessage(value);
  }

  ref(): void {}
  unref(): void {}
  close(): void {}
}
