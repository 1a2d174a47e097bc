/**
 * References to what a path made itself and others have when it ends: on the same way out one side gives one back that the other
 * keeps counted, as its own other ways out do not. Leaves out memory that nobody has (audit.ts) and counters of the caller's
 * (owners.ts).
 */
import { MOST_COMPARED, type Ran } from "./explore.ts";
import type { Fault, PathResult } from "./finding.ts";
import type { Counter, Ledger } from "./ledger.ts";
import type { OwnerDifference } from "./owners.ts";

/**
 * @param lists paths of both sides that ran
 * @param other the path of the other side with the same decisions, or null where it does not come to them
 */
export function countedDifferences(
  lists: Readonly<Record<"before" | "after", readonly Ran[]>>,
  other: (from: "before" | "after", ran: Ran) => Ran | null,
): OwnerDifference[] {
  const out = new Map<string, OwnerDifference>();
  for (const on of ["before", "after"] as const)
    for (const ran of lists[on].slice(0, MOST_COMPARED)) {
      const { ledger, end } = ran.result;
      const there =
        end !== "returned" || ledger.counters.size === 0 ? null : (other(on, ran)?.result ?? null);
      if (there === null || there.end !== "returned" || there.outcome !== ran.result.outcome) continue;
      for (const [name, c] of ledger.counters) {
        const less = there.ledger.counters.get(name);
        if (less === undefined || out.has(name) || !keepsOne(c, less)) continue;
        if (!asksAlike(ledger, there.ledger) || !givesElsewhere(name, less.value, ran, lists[on])) continue;
        out.set(name, { on, fault: lostReference(c, ran.result), forced: ran.forced, path: ran.result });
      }
    }
  return [...out.values()];
}

/** As many references were taken, as many pointers lead to it, and one side has given one more back. */
function keepsOne(more: Counter, less: Counter): boolean {
  return (
    more.raised === less.raised && more.led === less.led && less.value > 0n && more.value === less.value + 1n
  );
}

/** The same calls, each as often: who else is asked may take the reference over. */
function asksAlike(a: Ledger, b: Ledger): boolean {
  const calls = ({ calls: made }: Ledger): string =>
    [...made]
      .map(([name, n]) => `${name} ${n}`)
      .sort()
      .join();
  return calls(a) === calls(b);
}

/** Another way out of the same side gives it back: it is this function's to give. */
function givesElsewhere(name: string, value: bigint, ran: Ran, own: readonly Ran[]): boolean {
  const raised = ran.result.ledger.counters.get(name)?.raised;
  return own.some(({ result: r }) => {
    const c = r.ledger.counters.get(name);
    return r.end === "returned" && c?.value === value && c.raised === raised;
  });
}

function lostReference(c: Counter, { ledger: { end } }: PathResult): Fault {
  return {
    kind: "leaked",
    object: `reference to ${c.thing}`,
    what: `a reference to the ${c.thing} is not given back here, as it is on another way out`,
    taken: null,
    given: null,
    at: end,
    functions: [end.fn],
    possible: false,
  };
}
