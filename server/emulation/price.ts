/**
 * What running a plan costs on this machine, said before it is paid: instructions of the plan as seconds, at the rate that
 * earlier reviews had here; and, once cases have run, how long the rest takes at their pace. Leaves out what a plan's
 * instructions are (../review/plan.ts), and reading and parsing, which are over when a plan is there.
 */
import { join } from "node:path";
import { record } from "../cache/shape.ts";
import { cacheFolder, cacheKey, DiskCache, keepsResults } from "../cache/store.ts";
import type { ReviewEvent } from "../review/types.ts";

/** What a review runs on: the cost of a function in a tree is a guess of its own. */
export type Ground = "mail" | "tree";

export const groundOf = (tree: object | string | null): Ground => (tree === null ? "mail" : "tree");

/** Plan's instructions a second, where nothing was learned: of a machine with two cores at 2 GHz. */
const USUAL: Readonly<Record<Ground, number>> = { mail: 5_000_000, tree: 3_000_000 };
/** A plan below it says more of what starting costs than of the machine. */
const LEARN_FROM = 3_000_000;
/** How much of what was learned before stays when more is. */
const KEEP = 0.6;
/** Runs of a plan from which on their own pace tells. */
const PACE_FROM = 5;

interface Rate {
  /** Plan's instructions a second. */
  readonly rate: number;
}
const isRate = (v: unknown): v is Rate =>
  record({ rate: (n) => typeof n === "number" && Number.isFinite(n) && n > 0 })(v);

export const priceFolder = (): string => join(cacheFolder(), "pace");
/** Bytes that it may have on disk. */
export const PRICE_BYTES = 64 << 10;

const keyOf = (ground: Ground): string => cacheKey("pace 1", ground);

/** The rates of this machine, kept between runs. */
export class Prices {
  private readonly cache: DiskCache<Rate>;

  constructor(folder: string) {
    this.cache = new DiskCache({ folder, check: isRate, maxEntry: 4 << 10, maxTotal: PRICE_BYTES });
  }

  /** Those of the user; where the environment wants nothing kept, what any machine has. */
  static ofUser(): Prices | null {
    return keepsResults() ? new Prices(priceFolder()) : null;
  }

  /** Takes what a plan of this cost took (seconds, all threads together at work). */
  learn(ground: Ground, cost: number, seconds: number): void {
    if (cost < LEARN_FROM || seconds <= 0) return;
    const before = this.cache.read(keyOf(ground))?.rate;
    const now = cost / seconds;
    this.cache.write(keyOf(ground), { rate: before === undefined ? now : KEEP * before + (1 - KEEP) * now });
  }

  secondsOf(ground: Ground, cost: number): Price {
    const rate = this.cache.read(keyOf(ground))?.rate;
    return { seconds: cost / (rate ?? USUAL[ground]), measured: rate !== undefined };
  }
}

/** A price in seconds, and whether it is at the rate of this machine. */
export interface Price {
  readonly seconds: number;
  readonly measured: boolean;
}

/** What a plan takes, at the rates of this machine where any are kept. */
export const secondsOf = (prices: Prices | null, ground: Ground, cost: number): Price =>
  prices?.secondsOf(ground, cost) ?? { seconds: cost / USUAL[ground], measured: false };

/**
 * How long a review still takes: by its plan's price until a few cases have run, by their pace from then on; of a series by
 * the pace of its patches. `now`: milliseconds.
 */
export class TimeLeft {
  private readonly secondsOf: (cost: number) => number;
  private readonly now: () => number;
  private readonly began: number;
  private planned = 0;
  private plans = 0;
  private patch = { n: 0, of: 1, cases: 0, done: 0, price: 0 };

  constructor(secondsOf: (cost: number) => number, now: () => number) {
    this.secondsOf = secondsOf;
    this.now = now;
    this.began = now();
  }

  /** Of a review on this ground, at the rates of this machine. */
  static ofUser(ground: Ground): TimeLeft {
    const prices = Prices.ofUser();
    return new TimeLeft((cost) => secondsOf(prices, ground, cost).seconds, Date.now);
  }

  hear(event: ReviewEvent): void {
    if (event.kind === "plan") {
      const { of, cases, cost } = event;
      // Patches come in the order in which a reader looks at them.
      const n = this.plans++;
      // Rates lie on disk: asked once a plan.
      this.patch = { n, of, cases, done: 0, price: this.secondsOf(cost) };
      this.planned = this.now();
    } else if (event.kind === "run") this.patch.done++;
  }

  /** The patch that runs: how many were begun before it, of how many; its cases, and how many of them are over. */
  get at(): { readonly n: number; readonly of: number; readonly cases: number; readonly done: number } {
    return this.patch;
  }

  /** Seconds; null where nothing can be said. */
  seconds(): number | null {
    const { n, of, cases, done, price } = this.patch;
    if (this.planned === 0) return null;
    const since = (from: number): number => (this.now() - from) / 1000;
    const share = cases === 0 ? 1 : done / cases;
    const here =
      done >= PACE_FROM ? (since(this.planned) * (cases - done)) / done : Math.max(0, price * (1 - share));
    if (of === 1) return here;
    // Patches that cost nothing say nothing of the others: none is told before two are over.
    return n < 2 ? null : (since(this.began) * (of - n - share)) / (n + share);
  }
}
