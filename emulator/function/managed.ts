/**
 * What goes with a device, in the order in which it was asked for: calls that the driver core makes, things that it gives back,
 * and where groups of them begin. Leaves out carrying it out (calls.ts).
 */
import type { Kind } from "./contract.ts";
import type { CallSite, Run } from "./run.ts";
import type { Value } from "./value.ts";

export type Deferred =
  /** A function is called; `frees`: memory of the core's own that is gone behind it. */
  | {
      readonly fn: Value;
      readonly args: readonly Value[];
      readonly frees: bigint | null;
      readonly site: CallSite;
    }
  /** One of a kind is given back, unless that was done before. */
  | { readonly kind: Kind; readonly key: bigint; readonly site: CallSite }
  /** A group begins here. */
  | { readonly group: true };

/** Takes the last one of that sort out, and returns it. */
export function dismiss({ deferred }: Run, is: (d: Deferred) => boolean): Deferred | null {
  const n = deferred.findLastIndex(is);
  return n < 0 ? null : deferred.splice(n, 1)[0]!;
}
