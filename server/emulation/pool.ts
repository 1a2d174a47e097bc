/**
 * Threads for the cases of a review, or for the patches of a series (series.ts). The calling thread makes the review (review/analysis.ts) and runs cases itself; each
 * worker makes the same sides for itself, asks for cases and posts their outcomes, plain data. Outcomes are taken in the
 * order in which one thread runs them, so that the result is the one that it gives. A thread that is lost gives its cases back.
 * Leaves out what a case is (../review/case.ts). Of our own, because pools on the registry start their workers from files
 * of their package, which a bundle does not have.
 */
import { existsSync } from "node:fs";
import { availableParallelism, freemem, loadavg } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { type MessagePort, Worker } from "node:worker_threads";
import type { ParsedDocument } from "../mail/types.ts";
import { DocumentReview, type PatchResult, type PatchReview, reviewPatch } from "../review/analysis.ts";
import { type KeptOf, KeptResults } from "../review/kept.ts";
import type { CaseOutcome } from "../review/outcome.ts";
import type { PlanItem } from "../review/plan.ts";
import type { ReviewListener, ReviewOptions, ReviewResult } from "../review/types.ts";
import type { Questions } from "../source/asked.ts";
import { type FromWorker, Hand, Numbering, type PoolSetup, type PoolThread, type ToWorker } from "./hand.ts";
import { threadLimits } from "./heap.ts";
import { groundOf, Prices } from "./price.ts";
import { heard, Series } from "./series.ts";

/** What starting a further thread costs, in the plan's instructions: it parses, boots and lowers everything for itself. */
const START_COST = 30_000_000;
/** With a kernel tree so many times as much (of a patch in the middle of a series: 10 of 27 s of processor), and a gigabyte besides. */
const TREE_START = 12;
/** Cases that a worker has before it: the one that it runs and the next. */
const AHEAD = 2;
/** Threads that a review uses, this one included. */
const MAX_THREADS = 4;
/** Patches from which on those of a series in a kernel tree are reviewed as wholes, each on one thread (series.ts). */
const WHOLE_FROM = 3;
/** Runs of the first patch of a series that give no finding, after which the others begin. */
const ALONE = 8;
/** Memory that has to be free for each thread that reviews patches in a kernel tree. */
const TREE_MEMORY = 2e9;
/** Tasks that wait for each processor beyond which a machine is busy: all threads together take a third more than one would. */
const BUSY = 1.5;

/** Threads that have room on the machine to review patches in a kernel tree. */
const roomForTree = (): number =>
  (loadavg()[0] ?? 0) > BUSY * availableParallelism() ? 1 : Math.floor(freemem() / TREE_MEMORY);
/** Workers that are silent for so long (ms) while nothing else is left are given up: their cases are run here. */
const PATIENCE_MS = 60_000;
/** V8's heap in a worker is bounded, so that a hostile patch ends its thread only. */
const MAX_HEAP_MB = 1024;

/** What a review is made of, for the threads that make it again. */
export interface ReviewInput {
  readonly input: Uint8Array | string;
  readonly path: string;
  readonly options: ReviewOptions;
}

/** Where a reader looks: at the patch with this index (below 0: none), at this line of the document (0: none). */
export interface Look {
  readonly patch: number;
  readonly line: number;
}

/** The bundled thread, where there is one beside this file. */
export function workerFile(): string | null {
  if (typeof __dirname !== "string") return null;
  const file = join(__dirname, "worker.cjs");
  return existsSync(file) ? file : null;
}

/** A review under way. */
interface Review {
  readonly id: number;
  readonly review: DocumentReview;
  readonly what: ReviewInput;
  readonly stop: SharedArrayBuffer;
  readonly isStopped: () => boolean;
  readonly tell: ReviewListener;
  /** Hears what workers asked of the kernel tree. */
  readonly asked: (questions: Questions) => void;
}

export class Pool {
  private hands: Hand[] = [];
  private readonly spawn: (() => PoolThread) | null;
  private readonly size: number;
  private readonly startCost: number;
  private readonly kept: KeptResults | null;
  private readonly prices: Prices | null;
  private readonly room: () => number;
  private lastId = 0;
  /** Where a reader looks: that patch is reviewed before the others, and in it what comes to that function is run first. Null: nobody looks. */
  front: (() => Look) | null = null;

  /**
   * `size` further threads, started when first wanted and worth `startCost`; null: none. `kept`: where results are kept.
   * `room`: threads that the machine has room for in a kernel tree. `prices`: where what plans take is noted.
   */
  constructor(
    spawn: (() => PoolThread) | null,
    size: number,
    startCost = START_COST,
    kept: KeptResults | null = null,
    room: () => number = roomForTree,
    prices: Prices | null = null,
  ) {
    this.spawn = spawn;
    this.room = room;
    this.startCost = startCost;
    this.size = spawn === null ? 0 : size;
    this.kept = kept;
    this.prices = prices;
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
      undefined,
      Prices.ofUser(),
    );
  }

  /** Workers for a plan of this cost, as many as are worth `starts` times the usual start. */
  private crew(cost: number, starts: number): readonly Hand[] {
    let worth = 0;
    // The next thread takes its share of the work off the others, and starts first.
    while (worth < this.size && cost / (worth + 2) > starts * this.startCost) worth++;
    return this.hire(worth);
  }

  /** So many workers; lost ones are replaced. */
  private hire(many: number): readonly Hand[] {
    this.hands = this.hands.filter((h) => !h.lost);
    while (this.spawn !== null && this.hands.length < many) this.hands.push(new Hand(this.spawn()));
    return this.hands.slice(0, many);
  }

  /** How many workers take a patch each: one for each processor as far as there is room; 0 where that is not worth it. */
  private seriesCrew(review: DocumentReview, options: ReviewOptions, left: () => readonly number[]): number {
    if (review.context === null || this.size === 0 || (options.replay ?? "") !== "") return 0;
    const touching = review.patches.filter((p) => p.files.some((f) => /\.[ch]$/.test(f.path || f.oldPath)));
    if (touching.length < WHOLE_FROM || left().length < WHOLE_FROM) return 0;
    const many = Math.min(this.size + 1, this.room());
    return many < 2 ? 0 : many;
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
    const { front } = this;
    const stop = new Int32Array(new SharedArrayBuffer(front === null ? 4 : 8));
    const isStopped = (): boolean => {
      if (stopped()) Atomics.store(stop, 0, 1);
      if (front !== null) Atomics.store(stop, 1, front().line);
      return Atomics.load(stop, 0) !== 0;
    };
    const tell: ReviewListener = (event) => {
      if (!listen(event)) Atomics.store(stop, 0, 1);
      return !isStopped();
    };
    const review = new DocumentReview(doc, what.options, isStopped);
    const { patches, context } = review;
    if (front !== null) review.lookAt(() => front().line);
    const keptOf = (n: number): KeptOf => ({ doc, patch: patches[n]!, options: what.options, context });
    const looked = new Map<number, PatchResult | null>();
    const known = (n: number): PatchResult | null => {
      const before = looked.get(n);
      if (before !== undefined) return before;
      const found = this.kept?.find(keptOf(n)) ?? null;
      looked.set(n, found);
      return found;
    };
    const asked = (questions: Questions): void => context?.tree.ask(questions);
    const given: Review = { id, review, what, stop: stop.buffer, isStopped, tell, asked };
    const todo = new Set(patches.keys());
    const lookedAt = (): number => patches.findIndex((p) => p.index === front?.().patch);
    try {
      const left = (): number[] => [...todo].filter((n) => known(n) === null);
      const many = this.seriesCrew(review, what.options, left);
      let series: Series | null = null;
      while (todo.size > 0 && !isStopped()) {
        const n = nextOf(todo, lookedAt(), series);
        todo.delete(n);
        const { index } = patches[n]!;
        const had = known(n);
        looked.delete(n);
        if (had !== null) {
          tell({ kind: "plan", patch: index, n, of: patches.length, cases: 0, cost: 0 });
          for (const finding of had.findings) tell({ kind: "finding", finding });
          tell({ kind: "patch", patch: index, result: review.add(had, n) });
          continue;
        }
        let there = (await series?.patch(n, tell)) ?? null;
        if (series !== null && there === null && isStopped()) break;
        if (many > 0 && series === null) {
          ({ series, result: there } = this.firstOf(given, n, many, left()));
          series.front = lookedAt;
        }
        const result =
          there ?? (series === null ? await this.casesOf(given, n) : reviewPatch(review, n, tell, isStopped));
        if (!isStopped()) this.kept?.keep(keptOf(n), result);
        tell({ kind: "patch", patch: index, result: review.add(result, n) });
      }
      return review.result();
    } finally {
      // What the workers still do for it is of no use.
      Atomics.store(stop, 0, 1);
      for (const h of this.hands) {
        h.heard = () => {};
        h.has.clear();
      }
      review.end();
    }
  }

  /**
   * Reviews the first patch of a series here, which has been read and has its tree, and has `many` workers begin with the
   * `rest` when it has told a finding, has run for a while or is over: beside it, on as many processors, that finding would come half as soon.
   */
  private firstOf(
    given: Review,
    n: number,
    many: number,
    rest: readonly number[],
  ): { series: Series; result: PatchResult } {
    const { id, review, isStopped, tell, asked } = given;
    const started: { series?: Series } = {};
    let runs = 0;
    const others = (): Series => {
      if (started.series !== undefined) return started.series;
      const hands = this.hire(many);
      for (const hand of hands) this.inform(hand, given);
      return (started.series = new Series(id, hands, rest, asked, isStopped));
    };
    const result = reviewPatch(
      review,
      n,
      (event) => {
        const on = tell(event);
        if (event.kind === "finding" || (event.kind === "run" && ++runs === ALONE)) others();
        return on;
      },
      isStopped,
    );
    return { series: others(), result };
  }

  /** Reviews a patch here, with workers for its cases where they are worth it. */
  private async casesOf(given: Review, n: number): Promise<PatchResult> {
    const { id, review, isStopped, tell } = given;
    const patch = review.patch(n);
    const { items, cost } = patch.plan;
    const crew = this.crew(cost, review.context === null ? 1 : TREE_START);
    for (const hand of crew) this.brief(hand, given, n);
    const of = review.patches.length;
    tell({ kind: "plan", patch: patch.patch.index, n, of, cases: items.length, cost });
    const begun = performance.now();
    for (const finding of patch.begin()) tell({ kind: "finding", finding });
    for await (const { outcome, item } of this.outcomes(id, n, patch, crew, tell, given.asked)) {
      // It may have been cut short.
      if (isStopped()) break;
      for (const finding of patch.take(outcome, item)) tell({ kind: "finding", finding });
      tell({ kind: "run", run: outcome.run });
    }
    const result = patch.finish();
    if (!isStopped()) this.prices?.learn(groundOf(review.context), cost, (performance.now() - begun) / 1000);
    return result;
  }

  private brief(hand: Hand, given: Review, n: number): void {
    this.inform(hand, given);
    hand.at = { id: given.id, n };
    hand.ready = false;
    hand.send({ kind: "patch", id: given.id, n });
  }

  /** Tells a worker of a review, once. */
  private inform(hand: Hand, { id, what, stop }: Review): void {
    if (hand.at.id !== id) hand.send({ kind: "review", id, ...what, stop });
    hand.at = { id, n: -1 };
  }

  /** The outcomes of a patch's cases in the order in which one thread runs them. */
  private async *outcomes(
    id: number,
    n: number,
    patch: PatchReview,
    crew: readonly Hand[],
    tell: ReviewListener,
    asked: (questions: Questions) => void,
  ): AsyncGenerator<{ readonly outcome: CaseOutcome; readonly item: PlanItem }> {
    const items = patch.order;
    const done: (CaseOutcome | undefined)[] = [];
    const given: number[] = [];
    const left = new Set(items.keys());
    /** Places of those that somebody has or had, in the order in which they were given out. */
    const begun: number[] = [];
    let wake: () => void = () => {};
    const take = (): number | undefined => {
      const back = given.shift();
      if (back !== undefined) return back;
      const index = patch.next(left);
      if (index === undefined) return undefined;
      left.delete(index);
      begun.push(index);
      return index;
    };
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
      // What is told next is what was given out first; where nobody has anything, this thread takes one.
      let mine = i < begun.length ? undefined : take();
      const at = begun[i]!;
      if (!tell({ kind: "start", what: items[at]!.label })) return;
      while (done[at] === undefined) {
        const index = mine ?? take();
        mine = undefined;
        if (index !== undefined) {
          done[index] = patch.run(items[index]!);
          if (crew.length > 0) await turn();
        } else if (!(await heard((w) => (wake = w), PATIENCE_MS))) for (const hand of crew) giveUp(hand);
      }
      yield { outcome: done[at]!, item: items[at]! };
      done[at] = undefined;
    }
  }

  dispose(): void {
    for (const h of this.hands) {
      h.lost = true;
      void h.thread.terminate();
    }
    this.hands = [];
  }
}

/** The next patch: the one that is looked at, else the first; not one that a worker has before it. */
function nextOf(todo: ReadonlySet<number>, lookedAt: number, series: Series | null): number {
  const places = [...todo];
  const begun = places.filter((n) => series?.waits(n) !== true);
  const from = begun.length > 0 ? begun : places;
  return from.find((n) => n === lookedAt) ?? from[0]!;
}

/** The worker's side: serves reviews until its thread is ended. */
export function serve(
  port: Pick<MessagePort, "postMessage"> & {
    on(event: "message", listener: (message: ToWorker) => void): unknown;
  },
  parse: (input: Uint8Array | string, path: string) => ParsedDocument,
): void {
  const numbering = new Numbering();
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
      review?.of.end();
      review = null;
      told = undefined;
      const doc = parse(m.input, m.path);
      const of = new DocumentReview(doc, m.options, () => Atomics.load(stop, 0) !== 0);
      if (stop.length > 1) of.lookAt(() => Atomics.load(stop, 1));
      review = { id: m.id, of, stop };
    } else if (review === null || review.id !== m.id || Atomics.load(review.stop, 0) !== 0) {
      // Who gave a patch away waits for it.
      if (m.kind === "whole") post({ kind: "failed", id: m.id });
    } else if (m.kind === "whole") {
      const { id, n } = m;
      const { of, stop } = review;
      const result = reviewPatch(
        of,
        n,
        (event) => {
          post(numbering.event(id, n, event));
          return Atomics.load(stop, 0) === 0;
        },
        () => Atomics.load(stop, 0) !== 0,
      );
      post(numbering.whole(id, n, result, asked()));
    } else if (m.kind === "patch") {
      patch = null;
      patch = review.of.patch(m.n);
      post({ kind: "ready", id: m.id, n: m.n });
    } else if (patch !== null) {
      const outcome = patch.run(m.item);
      post(numbering.outcome(m.id, m.index, outcome, asked()));
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
