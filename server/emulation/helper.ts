/**
 * A second thread for a review: it makes the same review on its own and runs every other scenario case; the thread that
 * asked takes the outcomes of both in order, so that the result is the one that a single thread gives. The asking thread
 * waits without an event loop, because a review is synchronous. Leaves out what a case is (../review).
 */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { ParsedDocument } from "../mail/types.ts";
import { reviewDocument } from "../review/analysis.ts";
import type { CaseOutcome, Sharing } from "../review/outcome.ts";
import type { FidelityName, ReviewOptions, ReviewResult } from "../review/types.ts";

/** Below this number of cases a second thread costs more than it gives. */
const WORTH_SHARING = 24;
/** A helper that is silent for so long (ms) is given up: its cases are run here. */
const PATIENCE_MS = 60_000;

/** Words of the shared signal: messages so far; the last request that failed; the last one that is not wanted any more. */
const POSTED = 0;
const FAILED = 1;
const STOP = 2;

type Ran = { readonly name: string; readonly fidelity: FidelityName };

/** What the helper's thread is started with. */
export interface HelperSetup {
  readonly kind: "helper";
  readonly port: MessagePort;
  readonly signal: SharedArrayBuffer;
}

interface Request {
  readonly id: number;
  readonly input: Uint8Array | string;
  readonly path: string;
  readonly options: ReviewOptions;
}

/** An outcome on its way: lists of functions are numbers into a table that grows with the messages. */
interface Reply {
  readonly id: number;
  readonly fresh: readonly Ran[];
  readonly outcome: CaseOutcome;
  readonly functions: Uint32Array;
  readonly findings: readonly (Uint32Array | null)[];
}

/** Whether case i of n is the helper's. */
const isHelpers = (i: number, n: number): boolean => n >= WORTH_SHARING && i % 2 === 1;

/** The bundled thread, where there is one beside this file and a second processor to run it. */
export function helperFile(): string | null {
  if (typeof __dirname !== "string" || availableParallelism() < 2) return null;
  const file = join(__dirname, "worker.cjs");
  return existsSync(file) ? file : null;
}

/** Whether a review with these options has enough cases to share. */
export const worthHelping = (options: ReviewOptions): boolean =>
  options.scenario === undefined && (options.replay === undefined || options.replay === "");

/** The asking side. */
export class Helper {
  private readonly worker: Worker;
  private readonly port: MessagePort;
  private readonly signal: Int32Array;
  private lastId = 0;
  private lost = false;
  private readonly table: Ran[] = [];

  constructor(file: string) {
    const { port1, port2 } = new MessageChannel();
    const signal = new SharedArrayBuffer(12);
    const setup: HelperSetup = { kind: "helper", port: port2, signal };
    this.port = port1;
    this.signal = new Int32Array(signal);
    this.worker = new Worker(file, {
      workerData: setup,
      transferList: [port2],
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    });
    this.worker.on("error", () => {
      this.lost = true;
    });
    this.worker.unref();
    port1.unref();
  }

  /** False when it is of no use any more. */
  get alive(): boolean {
    return !this.lost;
  }

  /** Has the helper begin a review; the result is for the `reviewDocument` of the same review here. */
  begin(input: Uint8Array | string, path: string, options: ReviewOptions): Sharing {
    const id = ++this.lastId;
    Atomics.store(this.signal, STOP, id - 1);
    const request: Request = { id, input, path, options };
    this.port.postMessage(request);
    return {
      takes: true,
      mine: (i, n) => !isHelpers(i, n),
      done: () => {},
      next: (block) => this.next(id, block),
    };
  }

  private next(id: number, block: boolean): CaseOutcome | "later" | "gone" {
    while (!this.lost) {
      const posted = Atomics.load(this.signal, POSTED);
      const failed = Atomics.load(this.signal, FAILED) >= id;
      const reply = receiveMessageOnPort(this.port)?.message as Reply | undefined;
      if (reply !== undefined) {
        const outcome = this.decode(reply);
        if (reply.id === id) return outcome;
        continue;
      }
      if (failed) return "gone";
      if (!block) return "later";
      if (Atomics.wait(this.signal, POSTED, posted, PATIENCE_MS) === "timed-out") this.lost = true;
    }
    return "gone";
  }

  private decode(reply: Reply): CaseOutcome {
    this.table.push(...reply.fresh);
    const list = (ids: Uint32Array): Ran[] => Array.from(ids, (i) => this.table[i]!);
    const { outcome } = reply;
    return {
      ...outcome,
      run: { ...outcome.run, functions: list(reply.functions) },
      candidates: outcome.candidates.map((c, i) => {
        const ids = reply.findings[i];
        return ids === null || ids === undefined || c.finding === null
          ? c
          : { ...c, finding: { ...c.finding, functions: list(ids) } };
      }),
    };
  }

  /** The review is over or given up: what the helper still does for it is of no use. */
  end(): void {
    Atomics.store(this.signal, STOP, this.lastId);
  }

  dispose(): void {
    this.end();
    this.lost = true;
    this.port.close();
    void this.worker.terminate();
  }
}

/** Reviews a document once, on two threads where that is possible; `input` is what `doc` was parsed from. */
export function reviewOnce(
  doc: ParsedDocument,
  input: Uint8Array | string,
  path: string,
  options: ReviewOptions,
): ReviewResult {
  const file = worthHelping(options) ? helperFile() : null;
  const helper = file === null ? null : new Helper(file);
  try {
    return reviewDocument(doc, options, () => true, helper?.begin(input, path, options) ?? null);
  } finally {
    helper?.dispose();
  }
}

/** The helper's side: serves reviews until its thread is ended. */
export function serve(
  setup: HelperSetup,
  parse: (input: Uint8Array | string, path: string) => ParsedDocument,
): void {
  const signal = new Int32Array(setup.signal);
  const ids = new Map<string, number>();
  const told = (): void => {
    Atomics.add(signal, POSTED, 1);
    Atomics.notify(signal, POSTED);
  };
  const post = (id: number, outcome: CaseOutcome): void => {
    const fresh: Ran[] = [];
    const numbers = (list: readonly Ran[]): Uint32Array =>
      Uint32Array.from(list, (f) => {
        const key = `${f.fidelity} ${f.name}`;
        let n = ids.get(key);
        if (n === undefined) {
          ids.set(key, (n = ids.size));
          fresh.push(f);
        }
        return n;
      });
    const functions = numbers(outcome.run.functions);
    const findings = outcome.candidates.map((c) =>
      c.finding === null ? null : numbers(c.finding.functions),
    );
    const reply: Reply = {
      id,
      fresh,
      functions,
      findings,
      outcome: {
        ...outcome,
        run: { ...outcome.run, functions: [] },
        candidates: outcome.candidates.map((c) =>
          c.finding === null ? c : { ...c, finding: { ...c.finding, functions: [] } },
        ),
      },
    };
    setup.port.postMessage(reply);
    told();
  };
  setup.port.on("message", ({ id, input, path, options }: Request) => {
    const sharing: Sharing = {
      takes: false,
      mine: isHelpers,
      done: (outcome) => post(id, outcome),
      next: () => "skip",
    };
    try {
      reviewDocument(parse(input, path), options, () => Atomics.load(signal, STOP) < id, sharing);
    } catch {
      // The same happens on the asking side, which reports it; what is missing it runs itself.
      Atomics.store(signal, FAILED, id);
      told();
    }
  });
}
