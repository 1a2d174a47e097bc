/**
 * What a loop takes turn by turn and stores with its caller: where something fails, one side gives all of it back, and the other gives
 * back what some turns took and leaves the rest. Who called cannot tell the one from the other. Leaves out what nobody leads to
 * any more (audit.ts) and what a side leaves as a whole, which its caller may give back.
 */
import { MOST_COMPARED, type Ran } from "./explore.ts";
import type { PathResult } from "./finding.ts";
import type { OwnerDifference } from "./owners.ts";
import type { CallOrigin } from "./value.ts";

/** @param other the path of the other side with the same decisions, or null where it does not come to them */
export function turnDifferences(
  lists: Readonly<Record<"before" | "after", readonly Ran[]>>,
  other: (from: "before" | "after", ran: Ran) => Ran | null,
): OwnerDifference[] {
  const out: OwnerDifference[] = [];
  for (const on of ["after", "before"] as const) {
    const told = new Set<string>();
    for (const ran of lists[on].slice(0, MOST_COMPARED)) {
      const left = leftBehind(ran.result);
      const there = left.length === 0 ? null : other(on, ran);
      if (there === null || !failed(there.result)) continue;
      const all = left.every(([name]) => there.result.ledger.fates.get(name) === "given");
      for (const [name, taken] of all ? left : []) {
        const what = name.slice(0, name.length - taken.key.length - 1);
        const place = `${what} ${siteOf(taken)}`;
        if (told.has(place)) continue;
        told.add(place);
        const { end } = ran.result.ledger;
        const fault = {
          kind: "leaked" as const,
          object: `${what} of ${taken.callee}()`,
          what: `the ${what} that one turn took by ${taken.callee}() is not given back, as that of other turns is`,
          taken,
          given: null,
          at: end,
          functions: [end.fn],
          possible: false,
        };
        out.push({ on, fault, forced: ran.forced, path: ran.result });
      }
    }
  }
  return out;
}

const failed = (r: PathResult): boolean => r.end === "returned" && r.outcome === "failed";

const siteOf = ({ callee, fn, loc }: CallOrigin): string =>
  `${callee} ${fn} ${loc.file}:${loc.line}:${loc.col}`;

/** What a path that fails still holds of a call in its text by which it also took what it gave back. */
function leftBehind(r: PathResult): [string, CallOrigin][] {
  if (!failed(r)) return [];
  const { fates, makers } = r.ledger;
  const given = new Set([...makers].flatMap(([name, m]) => (fates.get(name) === "given" ? [siteOf(m)] : [])));
  if (given.size === 0) return [];
  const lost = new Set((r.lost ?? []).map((l) => l.name));
  return [...makers].filter(
    ([name, m]) => fates.get(name) === "held" && given.has(siteOf(m)) && !lost.has(name),
  );
}
