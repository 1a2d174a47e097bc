/** The list of what goes with a device, in the order in which it was asked for. Leaves out carrying it out (calls.ts). */
import type { Deferred, Run } from "./run.ts";

/** Takes the last one of that sort out, and returns it. */
export function dismiss({ deferred }: Run, is: (d: Deferred) => boolean): Deferred | null {
  const n = deferred.findLastIndex(is);
  return n < 0 ? null : deferred.splice(n, 1)[0]!;
}
