/**
 * Reviews that a request of the editor makes one after the other on its queue, ended with the request. Leaves out the queue
 * itself (job.ts).
 */
import type { ReviewOptions, ReviewResult } from "../review/types.ts";
import type { JobQueue } from "./job.ts";

/** Of a request: it was given up. */
interface CancelToken {
  readonly onCancellationRequested: (listener: () => void) => unknown;
}

/** What such a request has: the queue, the options that hold in the editor, and whether it was given up. */
export interface OnQueue {
  readonly queue: Pick<JobQueue, "start">;
  readonly options: ReviewOptions;
  readonly token: CancelToken;
}

/** A function that reviews a text on the queue. It throws where the review fails or `what` ("the comparison") is cancelled. */
export function reviewsOnQueue(
  { queue, token }: Pick<OnQueue, "queue" | "token">,
  what: string,
): (text: string, path: string, options: ReviewOptions) => Promise<ReviewResult> {
  let stop: () => void = () => {};
  let cancelled = false;
  token.onCancellationRequested(() => {
    cancelled = true;
    stop();
  });
  return async (text, path, options) => {
    if (cancelled) throw new Error(`${what} was cancelled`);
    const job = queue.start(text, path, options, () => {});
    stop = () => job.cancel();
    const outcome = await job.outcome;
    if (outcome.kind === "result") return outcome.result;
    throw new Error(outcome.kind === "failed" ? outcome.message : `${what} was cancelled`);
  };
}
