/**
 * Of several things that one callee gave, which one is lost: both sides lose one of them, and on the same way out one side gives
 * another back that the other loses, too. Leaves out things of which one side alone loses any (compare.ts).
 */
import { MOST_COMPARED, type Ran } from "./explore.ts";
import { type Fault, faultKey, type Lost, type PathResult } from "./finding.ts";
import type { OwnerDifference } from "./owners.ts";

/**
 * @param keys what both sides lose, as faultKey() has it
 * @param other the path of the other side with the same decisions, or null where it does not come to them
 */
export function alikeDifferences(
  keys: ReadonlySet<string>,
  lists: Readonly<Record<"before" | "after", readonly Ran[]>>,
  other: (from: "before" | "after", ran: Ran) => Ran | null,
): OwnerDifference[] {
  const out: OwnerDifference[] = [];
  if (keys.size === 0) return out;
  const told = new Set<string>();
  for (const on of ["after", "before"] as const)
    for (const ran of lists[on].slice(0, MOST_COMPARED)) {
      const { result } = ran;
      if (result.end !== "returned") continue;
      const lost = (result.lost ?? []).filter(({ fault }) => keys.has(faultKey(fault)) && isSure(fault));
      const there = lost.length === 0 ? null : other(on, ran);
      if (there === null || there.result.end !== "returned" || result.outcome !== there.result.outcome)
        continue;
      for (const one of lost) {
        const key = faultKey(one.fault);
        // Where each side has one that the other gives back, one stands for the other.
        if (told.has(key) || !givesBack(there.result, result, one)) continue;
        told.add(key);
        if (!(there.result.lost ?? []).some((l) => givesBack(result, there.result, l)))
          out.push({ on, fault: one.fault, forced: ran.forced, path: result });
      }
    }
  return out;
}

/** It was in no hands that may have kept it. */
const isSure = (f: Fault): boolean =>
  f.kind === "leaked" && !f.possible && f.lent === null && f.lasts !== true && f.object.endsWith("()");

/** The same call gave it on both paths, and the one gives it back. */
function givesBack(there: PathResult, here: PathResult, { name, fault }: Lost): boolean {
  if (there.ledger.fates.get(name) !== "given" || here.ledger.fates.get(name) !== "held") return false;
  // A call more or less on one side, and the numbers of calls mean others.
  const calls = ({ ledger }: PathResult): string =>
    [...ledger.calls]
      .flatMap(([k, n]) => (k.startsWith(`${fault.taken!.callee}(`) ? [`${k} ${n}`] : []))
      .sort()
      .join();
  return calls(there) === calls(here);
}
