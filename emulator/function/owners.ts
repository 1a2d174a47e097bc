/**
 * What only the two sides together show of things that a path has not taken itself: one side gives a thing back where the
 * other writes over the only pointer to it, or frees what alone leads to it; and a state is given back on the way out of a
 * failure behind which alone it would have been taken; a reference of the caller's is given back on every way out, but for one of the
 * other side. Leaves out faults that one side shows by itself (compare.ts).
 */
import { type Entry, type Forced, MOST_COMPARED, type Ran } from "./explore.ts";
import type { Fault, PathResult } from "./finding.ts";
import type { GivenBack, Parted } from "./ledger.ts";

export interface OwnerDifference {
  /** The side that has the fault. */
  readonly on: "before" | "after";
  readonly fault: Fault;
  readonly forced: Forced;
  readonly path: PathResult;
}

/**
 * @param lists paths of both sides that ran
 * @param other the path of the other side with the same decisions, or null where it does not come to them
 */
export function ownerDifferences(
  entry: Entry,
  lists: Readonly<Record<"before" | "after", readonly Ran[]>>,
  other: (from: "before" | "after", ran: Ran, strict?: boolean) => Ran | null,
): OwnerDifference[] {
  const out: OwnerDifference[] = [];
  const seen = new Set<string>();
  const tell = (on: OwnerDifference["on"], fault: Fault, ran: Ran): void => {
    const key = `${fault.kind}|${fault.object}`;
    if (seen.has(key)) return;
    seen.add(key);
    out.push({ on, fault, forced: ran.forced, path: ran.result });
  };
  for (const from of ["before", "after"] as const) {
    const to = from === "before" ? "after" : "before";
    const raises = (name: string): boolean =>
      lists[to].some((r) => raisedBy(r.result, memberOf(name) ?? "") > 0n);
    for (const ran of lists[from].slice(0, MOST_COMPARED)) {
      const { gave, counts } = ran.result.ledger;
      if (ran.result.end !== "returned" || gave.length + counts.size === 0) continue;
      const there = other(from, ran);
      if (there === null) {
        const unasked = other(from, ran, false);
        if (unasked !== null && unasked.result.end === "returned" && asksNot(unasked, lists[to]))
          for (const g of gave) {
            const lost = nowhereGiven(g, ran.result, lists[to], (r) => other(to, r)?.result ?? null)
              ? lostOn(entry, g, ran.result, unasked.result)
              : null;
            if (lost !== null) tell(to, lost, unasked);
          }
        continue;
      }
      if (there.result.end !== "returned") continue;
      for (const name of counts.keys()) {
        if (there.result.outcome !== ran.result.outcome) continue;
        const never = neverLowered(name, ran, there.result, lists);
        if (never !== null) tell(from, never, ran);
        // A side after that raises it nowhere has lost the taking, too.
        if (from === "before" && entry.leave === null && !raises(name)) continue;
        const raised = leftRaised(entry, name, ran, there.result, lists[from]);
        if (raised !== null) tell(from, raised, ran);
      }
      for (const g of gave) {
        const isGiven = there.result.ledger.gave.some((x) => x.of === g.of || x.object === g.object);
        if (isGiven && !isElement(g.object)) continue;
        if (isGiven) {
          const lost = lostOn(entry, g, ran.result, there.result);
          if (lost !== null) tell(to, lost, there);
          continue;
        }
        const lost =
          lostOn(entry, g, ran.result, there.result) ??
          notPassedOn(entry, g, ran.result, there.result) ??
          notConsumed(g, ran.result, lists, from, there.result);
        if (lost !== null) tell(to, lost, there);
        const early = tooEarly(entry, g, ran, lists[from], there.result);
        if (early !== null) tell(from, early, ran);
      }
    }
  }
  return out;
}

/** What the other side decides and this one does not it decides nowhere, so that it goes this way whatever the answer would be. */
function asksNot({ forced, result }: Ran, all: readonly Ran[]): boolean {
  return [...forced].every(([name, answer]) => {
    const c = result.choices.find((x) => x.name === name);
    return c === undefined
      ? !all.some((r) => r.result.choices.some((x) => x.name === name))
      : c.answer === answer;
  });
}

/**
 * No way of a side gives the thing back, nor lets a callee of which nothing is known have what leads to it more often than the same
 * way of the other side does.
 */
function nowhereGiven(
  { of, object }: GivenBack,
  here: PathResult,
  all: readonly Ran[],
  same: (ran: Ran) => PathResult | null,
): boolean {
  const owners = [...here.ledger.freed].map((p) => p.name).filter((n) => object.startsWith(`${n}->`));
  const lent = (r: PathResult, name: string): number => r.ledger.lent.get(name) ?? 0;
  return all.every((ran) => {
    const r = ran.result;
    if (r.ledger.gave.some((x) => x.of === of || x.object === object)) return false;
    const more = [object, ...owners].filter((name) => lent(r, name) > lent(here, name));
    if (more.length === 0) return true;
    const there = same(ran);
    return there !== null && more.every((name) => lent(r, name) <= lent(there, name));
  });
}

/** Whether a name is an element's, or leads past the beginning of a thing: all elements but the first have one name. */
const isElement = (object: string): boolean => /^\*|@|\]$/.test(object);

/** The name that all elements of an array have. */
const familyOf = (object: string): string =>
  object
    .replace(/^\*(.*)$/, "$1[]")
    .replace(/@$/, "[]")
    .replace(/@/g, "")
    .replace(/\[\d+\]/g, "[]");

/**
 * One of two sides gives back fewer elements of an array: as many are there, since it decides nothing on its way that the other does
 * not decide alike, and no callee of which nothing is known is given what leads to them more often.
 */
function isFewer(object: string, here: PathResult, there: PathResult): boolean {
  const family = familyOf(object);
  const given = ({ ledger }: PathResult): number =>
    ledger.gave.filter((x) => familyOf(x.object) === family).length;
  if (given(there) >= given(here)) return false;
  const decided = new Map(here.choices.map((c) => [c.name, c.answer]));
  if (there.choices.some((c) => decided.get(c.name) !== c.answer)) return false;
  return [...there.ledger.lent].every(
    ([name, n]) => !isWithin(object, name) || n <= (here.ledger.lent.get(name) ?? 0),
  );
}

/** Whether a thing is led to by another one, which may be an array of such. */
const isWithin = (object: string, owner: string): boolean =>
  object === `*${owner}` ||
  object === `${owner}@` ||
  object.startsWith(`${owner}->`) ||
  object.startsWith(`${owner}@->`);

/** What leads to a thing: "t->more" to its elements, "t" to "t->more". */
const leaderOf = (object: string): string =>
  object.startsWith("*")
    ? object.slice(1)
    : object.endsWith("@")
      ? object.slice(0, -1)
      : object.slice(0, object.lastIndexOf("->")).replace(/@$/, "");

/** The thing that one side gives back is lost on the other: nothing leads to it any more. */
function lostOn(entry: Entry, g: GivenBack, here: PathResult, there: PathResult): Fault | null {
  const { object } = g;
  if ((g.sort !== "memory" && g.sort !== "counted") || there.ledger.kept.has(object)) return null;
  const member = memberOf(object.replace(/^\*|@$|\[\d+\]$/g, ""));
  if (member === undefined || (isElement(object) && !isFewer(object, here, there))) return null;
  // What begins a life sets members for the first time.
  const sets = (p: Parted): boolean => entry.leave !== null && p.functions.includes(entry.name);
  const over = there.ledger.overwritten.find((p) => p.name === object && !sets(p));
  const owner = there.ledger.freed.find(
    (p) => isWithin(object, p.name) && here.ledger.freed.some((q) => q.name === p.name),
  );
  const parted: Parted | undefined = over ?? owner;
  if (parted === undefined) return null;
  // What lies further down is this side's only where it knows what leads there: the other may alone take that for such a thing, by
  // an index that is one too high, or not ask whether it is NULL.
  const leads = leaderOf(object);
  const known = (p: { readonly of?: string; readonly object?: string; readonly name?: string }): boolean =>
    p.of === leads || p.object === leads || p.name === leads;
  if (
    over === undefined &&
    leads !== parted.name &&
    ![...there.ledger.gave, ...there.ledger.freed].some(known)
  )
    return null;
  // A member of the thing itself says who frees it: a helper was asked, and left it to somebody else.
  const asked = (r: PathResult): number =>
    r.choices.filter((c) => c.callee === null && c.name.includes(`${object}->`)).length;
  if (asked(there) > asked(here)) return null;
  const name = familyOf(object).replace(/ #\d+/g, "");
  const thing = name.endsWith("[]")
    ? `an element of ${name.slice(0, -2)}`
    : isElement(object)
      ? name
      : object;
  return {
    kind: "leaked",
    object: `${g.what} of ${thing}`,
    what:
      over !== undefined
        ? `the ${g.what} of ${thing} is never given back: the pointer to it is written over`
        : `the ${g.what} of ${thing} is never given back: ${parted.name}, which leads to it, is freed`,
    taken: null,
    given: null,
    at: parted.at,
    functions: parted.functions,
    possible: false,
    member,
  };
}

/**
 * A packet that is to be sent is given back by one side; the other goes to the same end, says as well that it took it over, and
 * neither gives it back nor hands it to anybody.
 */
function notPassedOn(entry: Entry, g: GivenBack, here: PathResult, there: PathResult): Fault | null {
  const { object, what } = g;
  if (!g.travels || entry.sends !== true || /\W/.test(object) || there.ledger.kept.has(object)) return null;
  if (!tookPacket(here) || here.result?.join() !== there.result?.join()) return null;
  const { end } = there.ledger;
  return {
    kind: "leaked",
    object: `${what} of ${object}`,
    what: `the ${what} ${object} is neither given back nor handed on`,
    taken: null,
    given: null,
    at: end,
    functions: [end.fn],
    possible: false,
  };
}

/**
 * A reference of the caller's that one side gives back on every way out, so that no caller does: the other does so on ways out of
 * the same kind, and on this one neither gives it back nor keeps it.
 */
function notConsumed(
  g: GivenBack,
  here: PathResult,
  lists: Readonly<Record<"before" | "after", readonly Ran[]>>,
  from: "before" | "after",
  there: PathResult,
): Fault | null {
  const { object, what } = g;
  if (g.sort !== "counted" || /\W/.test(object) || g.made !== null || there.ledger.kept.has(object))
    return null;
  const lent = (r: PathResult): number => r.ledger.lent.get(object) ?? 0;
  if (lent(there) > lent(here)) return null;
  const gives = ({ ledger }: PathResult): boolean => ledger.gave.some((x) => x.object === object);
  const out = (all: readonly Ran[]): PathResult[] =>
    all.map((r) => r.result).filter((r) => r.end === "returned");
  const ways = out(lists[from]);
  if (ways.length < 3 || !ways.every(gives)) return null;
  if (
    !out(lists[from === "before" ? "after" : "before"]).some((r) => r.outcome === there.outcome && gives(r))
  )
    return null;
  const { end } = there.ledger;
  return {
    kind: "leaked",
    object: `${what} of ${object}`,
    what: `the ${what} of ${object}, which every other way out gives back for the caller, is not given back`,
    taken: null,
    given: null,
    at: end,
    functions: [end.fn],
    possible: false,
  };
}

/** Answers from which on a packet is still the caller's (NETDEV_TX_BUSY; NET_XMIT_MASK is below it, include/linux/netdevice.h). */
const STILL_HIS = 15n;

/** Whether a function that sends says that it has taken the packet: sent or dropped, both are its business. */
function tookPacket({ result }: PathResult): boolean {
  return result !== null && result[0] === result[1] && result[0] >= 0n && result[0] < STILL_HIS;
}

/** The path without the last thing that was decided otherwise. */
function parentOf(ran: Ran, all: readonly Ran[]): PathResult | undefined {
  const without = [...ran.forced].slice(0, -1);
  return all.find(
    (r) =>
      r.forced.size === without.length &&
      ran.forced.size > 0 &&
      without.every(([k, v]) => r.forced.get(k) === v),
  )?.result;
}

/**
 * A state is given back where a call has failed, and taken by this very path where that call goes well: it cannot have been
 * taken yet.
 */
function tooEarly(
  entry: Entry,
  g: GivenBack,
  ran: Ran,
  all: readonly Ran[],
  there: PathResult,
): Fault | null {
  if (g.sort !== "state" || g.harmless || ran.result.outcome !== "failed") return null;
  const last = [...ran.forced].at(-1);
  const failing = ran.result.choices.find((c) => c.name === last?.[0]);
  if (last === undefined || failing === undefined || failing.callee === null) return null;
  const key = `${g.kind} ${g.of}`;
  if (ran.result.ledger.took.has(key) || there.ledger.took.has(key)) return null;
  const parent = parentOf(ran, all)?.ledger;
  if (parent?.took.has(key) !== true) return null;
  // What begins in that state gives nothing back: a reset is asserted, and then deasserted.
  if (parent.gave.some((x) => `${x.kind} ${x.of}` === key && x.at.by === g.at.by && x.at.fn === g.at.fn))
    return null;
  return {
    kind: "double-release",
    object: `${g.what} of ${g.of}`,
    what: `${g.at.by}() gives back the ${g.what} of ${g.of}, which is taken only further on`,
    taken: null,
    given: null,
    at: g.at,
    functions: [g.at.fn, ...(g.at.fn === entry.name ? [] : [entry.name])],
    possible: false,
  };
}

/** Names of numbers that say how often something is in use. */
const COUNTER = /ref|count|cnt|users?$|usage|open|in_use|busy/i;
/** Names of those that say how often something has happened: they only go up. */
const TALLY =
  /chang|modif|event|err|fail|retr[iy]|total|stats|drop|lost|overrun|generation|sequence|irq|wake|reset/i;

/** By how much counts of one member, of whatever it is one, were raised on a path. */
function raisedBy(r: PathResult, member: string): bigint {
  let sum = 0n;
  for (const [name, by] of r.ledger.counts) if (memberOf(name) === member) sum += by;
  return sum;
}

/** The last member of a name, or undefined. */
function memberOf(name: string): string | undefined {
  return /(?:->|\.)(\w+)$/.exec(name)?.[1];
}

/**
 * A reference to what a path found in a list and nobody else has from it, which one side takes and gives back on each way on which
 * it finds it, and the other takes and keeps on each.
 */
function neverLowered(
  name: string,
  ran: Ran,
  there: PathResult,
  lists: Readonly<Record<"before" | "after", readonly Ran[]>>,
): Fault | null {
  const member = memberOf(name);
  if (member === undefined || !ran.result.ledger.loose.has(name)) return null;
  if (raisedBy(there, member) !== 0n || ![...there.ledger.taken].some((t) => name.startsWith(t))) return null;
  const [own, others] = lists.before.includes(ran)
    ? [lists.before, lists.after]
    : [lists.after, lists.before];
  const leaves = ({ result: { end, ledger } }: Ran): boolean => end === "returned" && ledger.counts.has(name);
  if (others.some(leaves) || !own.every((r) => !leaves(r) || r.result.ledger.loose.has(name))) return null;
  const { end } = ran.result.ledger;
  return {
    kind: "leaked",
    object: `count ${name}`,
    what: `the count ${name} is left higher than it was, and nobody has what it counts`,
    taken: null,
    given: null,
    at: end,
    functions: [end.fn],
    possible: false,
    member,
  };
}

/** A count that a life, or a call that failed behind the raising, leaves higher than it found it, and than the other side does. */
function leftRaised(
  entry: Entry,
  name: string,
  ran: Ran,
  there: PathResult,
  all: readonly Ran[],
): Fault | null {
  const member = memberOf(name);
  if (member === undefined || !COUNTER.test(member) || TALLY.test(member)) return null;
  if (raisedBy(ran.result, member) <= 0n || raisedBy(there, member) !== 0n) return null;
  const parent = parentOf(ran, all);
  if (entry.leave === null && (ran.result.outcome !== "failed" || !parent?.ledger.counts.has(name)))
    return null;
  const { end } = ran.result.ledger;
  return {
    kind: "leaked",
    object: `count ${name}`,
    what: `the count ${name} is left higher than it was`,
    taken: null,
    given: null,
    at: end,
    functions: [end.fn],
    possible: false,
    member,
  };
}
