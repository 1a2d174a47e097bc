/** The events of a review as a count of cases and a time: for progress bars. Leaves out how they are shown. */
import type { ReviewListener } from "../review/types.ts";
import type { TimeLeft } from "./price.ts";

/** How far a review is. */
export interface Step {
  readonly done: number;
  readonly total: number;
  /** What is being run. */
  readonly what: string;
  /** Seconds that it still takes, null where nothing can be said. */
  readonly left: number | null;
}

/** Before anything runs. */
export const NOT_BEGUN: Step = { done: 0, total: 0, what: "", left: null };

/**
 * A listener that counts what was known from the start, so that totals never change: the patches of a series, or the cases
 * of a patch that stands alone.
 */
export function counting(left: TimeLeft, tell: (step: Step) => void): ReviewListener {
  return (event) => {
    left.hear(event);
    if (event.kind === "start") {
      const { n, of, cases, done: over } = left.at;
      const [done, total] = of > 1 ? [n, of] : [over, Math.max(cases, 1)];
      tell({ done, total, what: event.what, left: left.seconds() });
    }
    return true;
  };
}
