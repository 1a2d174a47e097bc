/**
 * A loss that both sides have, of what each gets by another callee: a getter that a patch exchanges for another one. Leaves out
 * losses of what one callee gives on both sides (compare.ts, alike.ts).
 */
import type { Explored } from "./explore.ts";
import { type Fault, faultKey, faultSort } from "./finding.ts";

/** What of a difference between the sides matters here. */
interface Told {
  readonly verdict: "new" | "fixed" | "already" | "moved";
  readonly fault: Fault;
}

/**
 * What is new of a thing and fixed of the same by the name that the side before has for a parameter: both sides do it. `before` and
 * `after`: the entry's parameters.
 */
export function byParameters<D extends Told>(
  differences: readonly D[],
  before: readonly string[],
  after: readonly string[],
): D[] {
  if (before.length !== after.length || before.every((p, i) => p === after[i])) return [...differences];
  const numbered = ({ fault, verdict }: D): string => {
    const names = verdict === "fixed" ? before : after;
    return faultKey(fault).replace(/[A-Za-z_]\w*/g, (w) => (names.includes(w) ? `#${names.indexOf(w)}` : w));
  };
  const of = (verdict: "new" | "fixed"): Set<string> =>
    new Set(differences.filter((d) => d.verdict === verdict).map(numbered));
  const [gone, come] = [of("fixed"), of("new")];
  const isBoth = (d: D): boolean =>
    (d.verdict === "new" || d.verdict === "fixed") && gone.has(numbered(d)) && come.has(numbered(d));
  return differences.flatMap((d) =>
    !isBoth(d) ? [d] : d.verdict === "new" ? [] : [{ ...d, verdict: "already" as const }],
  );
}

/** Whether a path of a side called it. */
const calls = (side: Explored, callee: string): boolean =>
  [...side.paths.values()].some(({ result }) =>
    [...result.ledger.calls.keys()].some((call) => call.startsWith(`${callee}(`)),
  );

/**
 * Each thing that only the side after loses and only that side gets by such a callee stands for one of the same sort that only the side
 * before loses and gets by its own: what both sides lose is nobody's news.
 */
export function underOtherNames<D extends Told>(
  differences: readonly D[],
  before: Explored,
  after: Explored,
): D[] {
  const own = (verdict: "new" | "fixed", other: Explored): D[] =>
    differences.filter(
      ({ fault, verdict: v }) =>
        v === verdict &&
        fault.kind === "leaked" &&
        fault.taken !== null &&
        fault.member === undefined &&
        !calls(other, fault.taken.callee),
    );
  const gone = own("fixed", after);
  const same = new Set<D>();
  const dropped = new Set<D>();
  for (const d of own("new", before)) {
    const sort = faultSort(faultKey(d.fault));
    const old = gone.find(
      (g) =>
        !same.has(g) &&
        faultSort(faultKey(g.fault)) === sort &&
        g.fault.functions[0] === d.fault.functions[0],
    );
    if (old === undefined) continue;
    same.add(old);
    dropped.add(d);
  }
  return differences.flatMap((d) =>
    dropped.has(d) ? [] : same.has(d) ? [{ ...d, verdict: "already" as const }] : [d],
  );
}
