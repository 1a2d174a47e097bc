/**
 * Bits that a path claims (`test_and_set_bit()` found one clear and set it): where something fails, one side clears what it claimed, or
 * had not claimed it yet, and the other leaves it set, so that nobody gets it any more. Leaves out locks (audit.ts) and bits that
 * stay set where all goes well.
 */
import { MOST_COMPARED, type Ran } from "./explore.ts";
import type { PathResult } from "./finding.ts";
import type { OwnerDifference } from "./owners.ts";

/** @param other the path of the other side with the same decisions, or null where it does not come to them */
export function claimDifferences(
  lists: Readonly<Record<"before" | "after", readonly Ran[]>>,
  other: (from: "before" | "after", ran: Ran) => Ran | null,
): OwnerDifference[] {
  const out: OwnerDifference[] = [];
  for (const on of ["after", "before"] as const) {
    const told = new Set<string>();
    const claimed = (name: string): boolean =>
      lists[on === "after" ? "before" : "after"].some((r) => r.result.ledger.claims.has(name));
    for (const ran of lists[on].slice(0, MOST_COMPARED)) {
      const left = failed(ran.result)
        ? [...ran.result.ledger.claims].filter(([name, c]) => c.state === "held" && !told.has(name))
        : [];
      const there = left.length === 0 ? null : other(on, ran);
      if (there === null || !failed(there.result)) continue;
      for (const [name, { by }] of left) {
        const same = there.result.ledger.claims.get(name);
        if (same?.state === "held" || !claimed(name) || isLent(name, ran.result, there.result)) continue;
        told.add(name);
        const { end } = ran.result.ledger;
        const member = /(?:->|\.)(\w+)(?:\[\d+\])?$/.exec(name)?.[1];
        const fault = {
          kind: "leaked" as const,
          object: name,
          what: `${name}, which ${by.callee.replace(/^__fs_/, "")}() claims, is left set`,
          taken: by,
          given: null,
          at: end,
          functions: [end.fn],
          possible: false,
          ...(member === undefined ? {} : { member }),
        };
        out.push({ on, fault, forced: ran.forced, path: ran.result });
      }
    }
  }
  return out;
}

const failed = (r: PathResult): boolean => r.end === "returned" && r.outcome === "failed";

/** A callee of which nothing is known has what the bit lies in more often on the side that leaves it. */
function isLent(name: string, here: PathResult, there: PathResult): boolean {
  const of = name.replace(/^bit \d+ of /, "");
  return [...here.ledger.lent].some(
    ([thing, n]) => of.startsWith(thing) && n > (there.ledger.lent.get(thing) ?? 0),
  );
}
