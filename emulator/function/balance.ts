/**
 * What only the two sides together show of a balance: a lock or a state that one side gives up without having taken it, or gives
 * up and does not take again, where the other does; and a thing that a call of the path gave, which one side gives back on
 * some ways out and not on this one, where the other gives it back on this one, too. Leaves out what was there before the call and
 * who owns it (owners.ts), and faults that one side shows by itself (compare.ts).
 */
import { type Entry, MOST_COMPARED, met, type Ran } from "./explore.ts";
import { type Fault, mayHaveSucceeded, type PathResult } from "./finding.ts";
import { type GivenBack, type Open, wasCalled } from "./ledger.ts";
import type { OwnerDifference } from "./owners.ts";

/**
 * @param lists paths of both sides that ran
 * @param other the path of the other side with the same decisions, or, where it is to be strict, null where it does not come to them
 */
export function balanceDifferences(
  entry: Entry,
  lists: Readonly<Record<"before" | "after", readonly Ran[]>>,
  other: (from: "before" | "after", ran: Ran, strict?: boolean) => Ran | null,
): OwnerDifference[] {
  const out: OwnerDifference[] = [];
  const seen = new Set<string>();
  const tell = (on: OwnerDifference["on"], fault: Fault, ran: Ran): void => {
    const key = `${on}|${fault.kind}|${fault.kind === "leaked" ? fault.object.split(" of ")[0] : ""} ${placeOf(fault)}`;
    if (seen.has(key)) return;
    seen.add(key);
    out.push({ on, fault, forced: ran.forced, path: ran.result });
  };
  for (const on of ["before", "after"] as const) {
    const from = on === "before" ? "after" : "before";
    for (const ran of lists[on].slice(0, MOST_COMPARED)) {
      if (ran.result.end !== "returned" || ran.result.ledger.open.length === 0) continue;
      const there = other(on, ran);
      if (there === null || there.result.end !== "returned") continue;
      for (const o of ran.result.ledger.open) {
        const fault = unheld(entry, o, ran.result, there.result, lists[on]);
        if (fault !== null) tell(on, fault, ran);
      }
    }
    const lost = (here: Ran, there: Ran): void => {
      const { gave, ended, late } = here.result.ledger;
      if (here.result.end !== "returned" || there.result.end !== "returned") return;
      for (const g of [...gave, ...ended]) {
        // What the device gives back when it goes, a driver that does it himself gives back when he is removed.
        if (late.has(g)) continue;
        // What a path did not come by it cannot lose.
        if (g.made === null || !wasCalled(there.result.ledger, g.made)) continue;
        const fault = notGiven(g, here.result, there.result, lists[on]);
        if (fault !== null) tell(on, fault, there);
      }
    };
    const gives = ({ result: { ledger } }: Ran): boolean => ledger.gave.length + ledger.ended.length > 0;
    for (const ran of lists[from].slice(0, MOST_COMPARED)) {
      const there = gives(ran) ? other(from, ran) : null;
      if (there !== null) lost(ran, there);
    }
    // A decision that one side alone makes changes nothing of what the other gives back.
    if (lists[from].some(gives))
      for (const ran of lists[on].slice(0, MOST_COMPARED)) {
        const here = other(on, ran, false);
        if (here !== null && !met(here.result, here.forced)) lost(here, ran);
      }
  }
  return out;
}

/** A lock or a state that a path gives up: the other side's has taken it before, or takes it again. */
function unheld(
  entry: Entry,
  o: Open,
  here: PathResult,
  there: PathResult,
  own: readonly Ran[],
): Fault | null {
  const key = `${o.kind} ${o.of}`;
  if (there.ledger.open.some((x) => x.kind === o.kind)) return null;
  // Taken under another name, or by a callee that is not known.
  if (here.faults.some((f) => f.kind === "returned-locked" && f.object.includes(wordOf(o)))) return null;
  if (here.assumed.some((name) => /lock|begin|enter/.test(name) && !there.assumed.includes(name)))
    return null;
  const again = there.ledger.again.get(key);
  const took = there.ledger.balanced.has(key);
  if (again === undefined && (!took || o.sort === "state")) return null;
  const alike = own.some(({ result: r }) =>
    again === undefined
      ? r.ledger.balanced.has(key) && !r.ledger.open.some((x) => x.kind === o.kind)
      : r.ledger.again.has(key),
  );
  if (again !== undefined && here.outcome !== there.outcome) return null;
  // Whoever calls may have it now.
  if (!alike && o.sort === "state") return null;
  const name = o.of === "" ? o.text : o.of;
  return {
    kind: o.sort === "state" ? "double-release" : "unlock-unheld",
    object: `${wordOf(o)}${o.of === "" ? "" : ` ${o.of}`}`,
    what:
      again === undefined
        ? `${o.at.by}() gives up ${o.text}, which is not held`
        : `${o.at.by}() is called for ${name}, and ${again}() is not called again behind it`,
    taken: null,
    given: null,
    at: o.at,
    functions: [...new Set([o.at.fn, entry.name])],
    possible: !alike,
    doubt: "caller's",
  };
}

/** What one call gives up is told once (a clock that is not enabled any more is not prepared, either), and what is lost where a path ends. */
const placeOf = ({ at }: Fault): string => `${at.by} ${at.loc.file}:${at.loc.line}:${at.loc.col}`;

const wordOf = (o: Open): string => (o.of === "" ? o.text.replace(/^the /, "") : o.kind);

/** A thing that a call gave, and that the other side gives back on the same way out. */
function notGiven(g: GivenBack, here: PathResult, there: PathResult, own: readonly Ran[]): Fault | null {
  if (there.outcome !== here.outcome && (here.outcome !== "neither" || mayHaveSucceeded(here))) return null;
  const gives = ({ ledger }: PathResult): boolean => ledger.gives.has(`${g.kind} ${g.of}`);
  if (gives(there) || there.ledger.gave.some((x) => x.object === g.object)) return null;
  // The same place under another name: one more of its kind that the same thing leads to, as the members of a union do.
  const beside = ({ kind, of }: GivenBack): boolean =>
    kind === g.kind && prefixes(of)[1] === prefixes(g.of)[1] && prefixes(of).length > 1;
  if (there.ledger.gave.some((x) => beside(x) && !here.ledger.gave.some((y) => y.of === x.of))) return null;
  // Another way to give it back is one, too: by its own call, or by a callee that is handed it.
  if ([...there.ledger.settled].some((s) => g.what !== "" && s.startsWith(`${g.what} of `))) return null;
  const lent = ({ ledger }: PathResult, of: string): number => ledger.lent.get(of) ?? 0;
  const names = prefixes(g.of);
  const byEnd = g.kind === "" ? 1 : 0;
  if (names.some((n) => lent(there, n) > lent(here, n) - (n === g.of ? byEnd : 0))) return null;
  // What a callee put into a member of what the path made is not there where that callee was not called.
  if (names.some((n) => n !== g.of && there.ledger.blank.has(n))) return null;
  // Nor is it known to be where the one callee that may have put it there failed.
  if (names.some((n) => n !== g.of && lent(there, n) === 1) && endsByUnknown(there)) return null;
  if (names.some((n) => there.ledger.kept.has(n) && !here.ledger.kept.has(n))) return null;
  if (g.kind === "" && there.ledger.kept.has(g.of)) return null;
  // That the same side gives it back on other ways out says that it is this function's to give.
  if (!own.some((r) => r.result.end === "returned" && gives(r.result))) return null;
  const { end } = there.ledger;
  const thing = g.what === "" ? `what ${g.of} gave` : `the ${g.what} of ${g.of}`;
  return {
    kind: "leaked",
    object: `${g.what === "" ? "thing" : g.what} of ${g.of}`,
    what: `${thing} is not given back: ${g.at.by}() is not called for it here, as it is on another way out`,
    taken: null,
    given: null,
    at: end,
    functions: [end.fn],
    possible: false,
  };
}

/** A path fails, by the answer of a callee of which nothing is known, and there is no other such on it. */
function endsByUnknown({ outcome, choices, assumed }: PathResult): boolean {
  const [callee, ...more] = assumed;
  const last = choices.at(-1)?.name ?? "";
  return (
    outcome === "failed" &&
    more.length === 0 &&
    callee !== undefined &&
    (last === `${callee}()` || last.startsWith(`${callee}() `))
  );
}

/** A name and those of what leads to it: "a()->b->c", "a()->b", "a()". */
function prefixes(name: string): string[] {
  const out = [name];
  for (let n = name; ; ) {
    const at = Math.max(n.lastIndexOf("->"), n.lastIndexOf("."));
    if (at <= 0 || n.lastIndexOf(")") > at) return out;
    n = n.slice(0, at);
    out.push(n);
  }
}
