/**
 * The patches of a series in a kernel tree, each as a whole on one thread: most of the work on such a patch (its images, the states
 * behind it) is no case that could be given away. The calling thread hands out patches and takes what comes back in the order of
 * the series. Leaves out threads for the cases of one patch, and the first patch, which the calling thread reviews itself (pool.ts).
 */
import type { PatchResult } from "../review/analysis.ts";
import type { PatchEvent } from "../review/types.ts";
import type { Questions } from "../source/asked.ts";
import type { FromWorker, Hand } from "./hand.ts";

/** A worker that says nothing for so long (ms) is ended, and its patch reviewed here: looking for later mends takes its time. */
const PATIENCE_MS = 600_000;

/** A patch that a worker has or had. */
interface Part {
  readonly hand: Hand;
  /** What was heard and not told yet. */
  readonly events: PatchEvent[];
  result: PatchResult | null;
  failed: boolean;
}

export class Series {
  /** The place of the patch that a reader looks at, which goes before others; below 0: none. */
  front: () => number = () => -1;
  private readonly id: number;
  /** What each worker is to review yet, in order. */
  private readonly queues: ReadonlyMap<Hand, number[]>;
  private readonly asked: (questions: Questions) => void;
  private readonly parts = new Map<number, Part>();
  private wake: () => void = () => {};
  private readonly stopped: () => boolean;

  /**
   * @param hands workers that were told of review `id`
   * @param patches those that are to be reviewed, by their places
   * @param asked hears what workers asked of the kernel tree
   */
  constructor(
    id: number,
    hands: readonly Hand[],
    patches: readonly number[],
    asked: (questions: Questions) => void,
    stopped: () => boolean,
  ) {
    this.id = id;
    this.stopped = stopped;
    this.asked = asked;
    // By turns and not to whoever is free: how many instructions a run takes can hang on where what ran before it put its objects.
    this.queues = new Map(hands.map((hand, i) => [hand, patches.filter((_, at) => at % hands.length === i)]));
    for (const hand of hands) {
      hand.heard = (m) => this.hear(hand, m);
      this.feed(hand);
    }
  }

  private feed(hand: Hand): void {
    if (hand.lost || this.stopped()) return;
    const n = this.wanted() ?? this.queues.get(hand)!.shift();
    if (n === undefined) return;
    this.parts.set(n, { hand, events: [], result: null, failed: false });
    hand.send({ kind: "whole", id: this.id, n });
  }

  /** The patch that a reader looks at, taken from whoever would have had it; undefined: nobody has it before him. */
  private wanted(): number | undefined {
    const n = this.front();
    for (const queue of this.queues.values()) {
      const at = queue.indexOf(n);
      if (at >= 0) return queue.splice(at, 1)[0];
    }
    return undefined;
  }

  /** Whether a worker that is there has this patch still before it. */
  waits(n: number): boolean {
    for (const [hand, queue] of this.queues) if (!hand.lost && queue.includes(n)) return true;
    return false;
  }

  private hear(hand: Hand, m: FromWorker): void {
    if (m.id !== this.id) return;
    if (m.kind === "event") this.parts.get(m.n)?.events.push(hand.decodeEvent(m));
    else if (m.kind === "whole") {
      const part = this.parts.get(m.n);
      if (part !== undefined) part.result = hand.decodeWhole(m);
      if (m.asked !== null) this.asked(m.asked);
      this.feed(hand);
    } else if (m.kind === "failed") {
      for (const part of this.parts.values())
        if (part.hand === hand && part.result === null) part.failed = true;
      this.feed(hand);
    }
    this.wake();
  }

  /** What patch `n` gave, its events told as they come; null where no worker has it or could finish it. */
  async patch(n: number, tell: (event: PatchEvent) => unknown): Promise<PatchResult | null> {
    const part = this.parts.get(n);
    if (part === undefined) return null;
    for (;;) {
      for (const event of part.events.splice(0)) tell(event);
      if (part.result !== null || part.failed) break;
      if (!(await heard((wake) => (this.wake = wake), PATIENCE_MS))) part.hand.thread.terminate();
    }
    this.parts.delete(n);
    return part.result;
  }
}

/** Waits for a message, of which `register` has the listener told; false when none came for so long (ms). */
export function heard(register: (wake: () => void) => void, patience: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), patience);
    register(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
