/** The events of a review as a count of cases: for progress bars. Leaves out how they are shown. */
import type { ReviewListener } from "../review/types.ts";

/**
 * A listener that counts. Patches count alike, whatever number of cases each has: `total` is that of the patch under way,
 * times the patches.
 */
export function counting(tell: (done: number, total: number, what: string) => void): ReviewListener {
  let at = { n: 0, of: 1, cases: 1, done: 0 };
  return (event) => {
    if (event.kind === "plan") at = { n: event.n, of: event.of, cases: Math.max(event.cases, 1), done: 0 };
    else if (event.kind === "run") at.done++;
    else if (event.kind === "start") tell(at.n * at.cases + at.done, at.of * at.cases, event.what);
    return true;
  };
}
