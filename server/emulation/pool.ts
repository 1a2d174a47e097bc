/**
 * Threads for the cases of a review. The calling thread makes the review (review/analysis.ts) and runs cases itself; each
 * worker makes the same sides for itself, asks for cases and posts their outcomes, plain data. Outcomes are taken in the
 * order in which one thread runs them, so that the result is the one that it gives. A thread that is lost gives its cases back.
 * Leaves out what a case is (../review/case.ts). Of our own, because pools on the registry start their workers from files
 * of their package, which a bundle does not have.
 */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { type MessagePort, Worker } from "node:worker_threads";
import type { ParsedDocument } from "../mail/types.ts";
import { DocumentReview, type PatchReview } from "../review/analysis.ts";
import { KeptResults } from "../review/kept.ts";
import type { CaseOutcome } from "../review/outcome.ts";
import type { PlanItem } from "../review/plan.ts";
import type { FidelityName, ReviewListener, ReviewOptions, ReviewResult } from "../review/types.ts";
import type { Questions } from "../source/asked.ts";
import { collectSooner, threadLimits } from "./heap.ts";

/** What starting a further thread costs, in the plan's instructions: it parses, boots and lowers everything for itself. */
const START_COST = 30_000_000;
/** With a kernel tree so many times as much (of a patch in the middle of a series: 10 of 27 s of processor), and a gigabyte besides. */
const TREE_START = 12;
/** Cases that a worker has before it: the one that it runs and the next. */
const AHEAD = 2;
/** Threads that a review uses, this one included. */
const MAX_THREADS = 4;
/** Workers that are silent for so long (ms) while nothing else is left are given up: their cases are run here. */
const PATIENCE_MS = 60_000;
/** V8's heap in a worker is bounded, so that a hostile patch ends its thread only. */
const MAX_HEAP_MB = 1024;

type Ran = { readonly name: string; readonly fidelity: FidelityName };

/** What a worker's thread is started with. */
export interface PoolSetup {
  readonly kind: "pool";
}

/** To a worker. */
type ToWorker =
  | {
      readonly kind: "review";
      readonly id: number;
      readonly input: Uint8Array | string;
      readonly path: string;
      readonly options: ReviewOptions;
      /** One Int32: not zero asks it to stop. */
      readonly stop: SharedArrayBuffer;
    }
  /** Make patch n ready. */
  | { readonly kind: "patch"; readonly id: number; readonly n: number }
  | { readonly kind: "case"; readonly id: number; readonly index: number; readonly item: PlanItem };

/** From a worker: an outcome's lists of functions are numbers into a table that grows with the messages. */
type FromWorker =
  | { readonly kind: "ready"; readonly id: number; readonly n: number }
  | { readonly kind: "failed"; readonly id: number }
  | {
      readonly kind: "outcome";
      readonly id: number;
      readonly index: number;
      readonly fresh: readonly Ran[];
      readonly outcome: CaseOutcome;
      readonly functions: Uint32Array;
      readonly findings: readonly Uint32Array[];
      /** What it asked of the kernel tree since the last outcome. */
      readonly asked: Questions | null;
    };

/** The part of a thread that the pool uses; tests give their own. */
export interface PoolThread {
  postMessage(message: unknown): void;
  on(event: "message", listener: (message: FromWorker) => void): unknown;
  on(event: "error", listener: () => void): unknown;
  on(event: "exit", listener: () => void): unknown;
  terminate(): unknown;
}

/** A worker as the pool sees it. */
class Hand {
  readonly thread: PoolThread;
  /** Indices of the cases that it has. */
  readonly has = new Set<number>();
  lost = false;
  /** Review and patch that it was told of, and whether it has answered that it is ready. */
  at = { id: 0, n: -1 };
  ready = false;
  heard: (message: FromWorker) => void = () => {};
  private readonly table: Ran[] = [];

  constructor(thread: PoolThread) {
    this.thread = thread;
    thread.on("message", (message: FromWorker) => this.heard(message));
    const end = (): void => {
      this.lost = true;
      this.heard({ kind: "failed", id: this.at.id });
    };
    thread.on("error", end);
    thread.on("exit", end);
  }

  send(message: ToWorker): void {
    this.thread.postMessage(message);
  }

  decode(m: Extract<FromWorker, { kind: "outcome" }>): CaseOutcome {
    this.table.push(...m.fresh);
    const list = (ids: Uint32Array): Ran[] => Array.from(ids, (i) => this.table[i]!);
    const { outcome } = m;
    return {
      ...outcome,
      run: { ...outcome.run, functions: list(m.functions) },
      candidates: outcome.candidates.map((c, i) => ({
        ...c,
        finding: { ...c.finding, functions: list(m.findings[i]!) },
      })),
    };
  }
}

/** What a review is made of, for the threads that make it again. */
export interface ReviewInput {
  readonly input: Uint8Array | string;
  readonly path: string;
  readonly options: ReviewOptions;
}

/** The bundled thread, where there is one beside this file. */
export function workerFile(): string | null {
  if (typeof __dirname !== "string") return null;
  const file = join(__dirname, "worker.cjs");
  return existsSync(file) ? file : null;
}

export class Pool {
  private hands: Hand[] = [];
  private readonly spawn: (() => PoolThread) | null;
  private readonly size: number;
  private readonly startCost: number;
  private readonly kept: KeptResults | null;
  private lastId = 0;

  /** `size` further threads, started when first wanted and worth `startCost`; null: none. `kept`: where results are kept. */
  constructor(
    spawn: (() => PoolThread) | null,
    size: number,
    startCost = START_COST,
    kept: KeptResults | null = null,
  ) {
    this.spawn = spawn;
    this.startCost = startCost;
    this.size = spawn === null ? 0 : size;
    this.kept = kept;
  }

  /** A pool of real threads, one less than there are processors. */
  static ofThreads(kept: KeptResults | null = KeptResults.ofUser()): Pool {
    const file = workerFile();
    const setup: PoolSetup = { kind: "pool" };
    return new Pool(
      file === null
        ? null
        : () => {
            const worker = new Worker(file, {
              workerData: setup,
              resourceLimits: threadLimits(MAX_HEAP_MB),
            });
            worker.unref();
            return worker;
          },
      Math.min(availableParallelism(), MAX_THREADS) - 1,
      START_COST,
      kept,
    );
  }

  /** Workers for a plan of this cost, as many as are worth `starts` times the usual start; lost ones are replaced. */
  private crew(cost: number, starts: number): readonly Hand[] {
    this.hands = this.hands.filter((h) => !h.lost);
    let worth = 0;
    // The next thread takes its share of the work off the others, and starts first.
    while (worth < this.size && cost / (worth + 2) > starts * this.startCost) worth++;
    while (this.spawn !== null && this.hands.length < worth) this.hands.push(new Hand(this.spawn()));
    return this.hands.slice(0, worth);
  }

  /**
   * Reviews a document. `listen` hears each event, in the order of one thread; false, or `stopped`, ends the review early
   * and keeps what is done.
   * @throws ReplayMismatch, TreeProblem
   */
  async review(
    doc: ParsedDocument,
    what: ReviewInput,
    listen: ReviewListener = () => true,
    stopped: () => boolean = () => false,
  ): Promise<ReviewResult> {
    const id = ++this.lastId;
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const isStopped = (): boolean => {
      if (stopped()) Atomics.store(stop, 0, 1);
      return Atomics.load(stop, 0) !== 0;
    };
    const tell: ReviewListener = (event) => {
      if (!listen(event)) Atomics.store(stop, 0, 1);
      return !isStopped();
    };
    const review = new DocumentReview(doc, what.options, isStopped);
    if (review.context !== null) collectSooner();
    try {
      for (let n = 0; n < review.patches.length && !isStopped(); n++) {
        const given = review.patches[n]!;
        const of = { doc, patch: given, options: what.options, context: review.context };
        const known = this.kept?.find(of) ?? null;
        if (known !== null) {
          tell({ kind: "plan", patch: given.index, n, of: review.patches.length, cases: 0 });
          for (const finding of known.findings) tell({ kind: "finding", finding });
          tell({ kind: "patch", patch: given.index, result: review.add(known) });
          continue;
        }
        const patch = review.patch(n);
        const cases = patch.plan.items.length;
        const crew = this.crew(patch.plan.cost, review.context === null ? 1 : TREE_START);
        for (const hand of crew) this.brief(hand, id, n, what, stop.buffer);
        tell({ kind: "plan", patch: patch.patch.index, n, of: review.patches.length, cases });
        for (const finding of patch.begin()) tell({ kind: "finding", finding });
        const asked = (questions: Questions): void => review.context?.tree.ask(questions);
        for await (const outcome of this.outcomes(id, n, patch, crew, tell, asked)) {
          // It may have been cut short.
          if (isStopped()) break;
          for (const finding of patch.take(outcome)) tell({ kind: "finding", finding });
          tell({ kind: "run", run: outcome.run });
        }
        const result = patch.finish();
        if (!isStopped()) this.kept?.keep(of, result);
        tell({ kind: "patch", patch: patch.patch.index, result: review.add(result) });
      }
      return review.result();
    } finally {
      // What the workers still do for it is of no use.
      Atomics.store(stop, 0, 1);
      for (const h of this.hands) {
        h.heard = () => {};
        h.has.clear();
      }
    }
  }

  private brief(hand: Hand, id: number, n: number, what: ReviewInput, stop: SharedArrayBuffer): void {
    if (hand.at.id !== id) hand.send({ kind: "review", id, ...what, stop });
    hand.at = { id, n };
    hand.ready = false;
    hand.send({ kind: "patch", id, n });
  }

  /** The outcomes of a patch's cases in the order in which one thread runs them. */
  private async *outcomes(
    id: number,
    n: number,
    patch: PatchReview,
    crew: readonly Hand[],
    tell: ReviewListener,
    asked: (questions: Questions) => void,
  ): AsyncGenerator<CaseOutcome> {
    const items = patch.order;
    const done: (CaseOutcome | undefined)[] = [];
    const given: number[] = [];
    let next = 0;
    let wake: () => void = () => {};
    const take = (): number | undefined => given.shift() ?? (next < items.length ? next++ : undefined);
    const feed = (hand: Hand): void => {
      while (hand.ready && hand.has.size < AHEAD) {
        const index = take();
        if (index === undefined) return;
        hand.has.add(index);
        hand.send({ kind: "case", id, index, item: items[index]! });
      }
    };
    const giveUp = (hand: Hand): void => {
      hand.ready = false;
      given.push(...hand.has);
      given.sort((a, b) => a - b);
      hand.has.clear();
    };
    for (const hand of crew)
      hand.heard = (m) => {
        if (m.kind === "outcome") {
          const outcome = hand.decode(m);
          if (m.id === id && hand.has.delete(m.index)) {
            done[m.index] = outcome;
            if (m.asked !== null) asked(m.asked);
          }
        } else if (m.id !== id) return;
        else if (m.kind === "ready") hand.ready = m.n === n;
        else giveUp(hand);
        feed(hand);
        wake();
      };
    for (let i = 0; i < items.length; i++) {
      if (!tell({ kind: "start", what: items[i]!.label })) return;
      while (done[i] === undefined) {
        const index = take();
        if (index !== undefined) {
          done[index] = patch.run(items[index]!);
          if (crew.length > 0) await turn();
        } else if (!(await this.waited((w) => (wake = w)))) for (const hand of crew) giveUp(hand);
      }
      yield done[i]!;
      done[i] = undefined;
    }
  }

  /** Waits for a message; false when none came for long. */
  private waited(register: (wake: () => void) => void): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), PATIENCE_MS);
      register(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  dispose(): void {
    for (const h of this.hands) {
      h.lost = true;
      void h.thread.terminate();
    }
    this.hands = [];
  }
}

/** The worker's side: serves reviews until its thread is ended. */
export function serve(
  port: Pick<MessagePort, "postMessage"> & {
    on(event: "message", listener: (message: ToWorker) => void): unknown;
  },
  parse: (input: Uint8Array | string, path: string) => ParsedDocument,
): void {
  const ids = new Map<string, number>();
  const post = (message: FromWorker): void => port.postMessage(message);
  let review: { readonly id: number; readonly of: DocumentReview; readonly stop: Int32Array } | null = null;
  let patch: PatchReview | null = null;
  let told: Questions | undefined;
  const asked = (): Questions | null => {
    const tree = review?.of.context?.tree;
    if (tree === undefined) return null;
    const fresh = tree.questions(told);
    told = tree.questions();
    return fresh;
  };
  const answer = (m: ToWorker): void => {
    if (m.kind === "review") {
      const stop = new Int32Array(m.stop);
      patch = null;
      review = null;
      told = undefined;
      const doc = parse(m.input, m.path);
      const of = new DocumentReview(doc, m.options, () => Atomics.load(stop, 0) !== 0);
      review = { id: m.id, of, stop };
    } else if (review === null || review.id !== m.id || Atomics.load(review.stop, 0) !== 0) return;
    else if (m.kind === "patch") {
      patch = null;
      patch = review.of.patch(m.n);
      post({ kind: "ready", id: m.id, n: m.n });
    } else if (patch !== null) {
      const outcome = patch.run(m.item);
      post(encode(m.id, m.index, outcome, ids, asked()));
    }
  };
  port.on("message", (m) => {
    try {
      answer(m);
    } catch {
      // The same happens on the calling side, which reports it; what is missing it runs itself.
      patch = null;
      post({ kind: "failed", id: m.id });
    }
  });
}

function encode(
  id: number,
  index: number,
  outcome: CaseOutcome,
  ids: Map<string, number>,
  asked: Questions | null,
): FromWorker {
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
  const findings = outcome.candidates.map((c) => numbers(c.finding.functions));
  return {
    kind: "outcome",
    id,
    index,
    fresh,
    functions,
    findings,
    asked,
    outcome: {
      ...outcome,
      run: { ...outcome.run, functions: [] },
      candidates: outcome.candidates.map((c) => ({ ...c, finding: { ...c.finding, functions: [] } })),
    },
  };
}
