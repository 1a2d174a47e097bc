/** The events of a review as a count of cases: for progress bars. Leaves out how they are shown. */
import type { ReviewListener } from "../review/types.ts";

/**
 * A listener that counts what was known from the start, so that totals never change: the patches of a series, or the cases
 * of a patch that stands alone.
 */
export function counting(tell: (done: number, total: number, what: string) => void): ReviewListener {
  let at = { n: 0, of: 1, cases: 1, done: 0 };
  return (event) => {
    if (event.kind === "plan") at = { n: event.n, of: event.of, cases: Math.max(event.cases, 1), done: 0 };
    else if (event.kind === "run") at.done++;
    else if (event.kind === "start")
      tell(at.of > 1 ? at.n : at.done, at.of > 1 ? at.of : at.cases, event.what);
    return true;
  };
}
