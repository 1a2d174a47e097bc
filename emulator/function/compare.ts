/**
 * What differs between the sides: each path on which one side shows a fault is run on the other with the same decisions.
 * Only what one side alone shows is told; what both show is "already". Leaves out sentences for readers.
 */
import { CFail } from "../c/ctype.ts";
import { alikeDifferences } from "./alike.ts";
import { balanceDifferences } from "./balance.ts";
import { ENDS_THING, isAsRead } from "./calls.ts";
import { claimDifferences } from "./claims.ts";
import { codesOf } from "./codes.ts";
import { copyDifferences } from "./copies.ts";
import { countedDifferences } from "./counted.ts";
import type { Bounds, Entry, Explored, Forced, Ran, Side } from "./explore.ts";
import { explore, forcedKey, met, returnType, runPath, whyNoEntry } from "./explore.ts";
import {
  type Choice,
  type Doubt,
  type Fault,
  faultKey,
  faultSort,
  mayHaveSucceeded,
  type PathResult,
} from "./finding.ts";
import { ownerDifferences } from "./owners.ts";
import { byParameters, underOtherNames } from "./renamed.ts";
import { atSamePlaces, type Names, translated } from "./sites.ts";
import { turnDifferences } from "./turns.ts";
import { givesUp, lostByNewCall, undoneAsWell } from "./undone.ts";

export interface Difference {
  readonly verdict: "new" | "fixed" | "already" | "moved";
  readonly entry: Entry;
  readonly fault: Fault;
  /** The path that shows it, on the side that has it. */
  readonly forced: Forced;
  readonly path: PathResult;
  /** Paths of the side that show it, of those that ran. */
  readonly shown: number;
  /** The path that decides the same but what it decided last shows it, too: that has nothing to do with it. */
  readonly lastIsIdle?: boolean;
  /** Of a failure that is passed over: its path gives up what stays where all goes well, and says that all went well. */
  readonly undone?: boolean;
  /** Of what is new: the changed statements that the other side came to by the same decisions, in order. */
  readonly instead?: ReadonlySet<string>;
}

export interface EntryResult {
  readonly entry: Entry;
  readonly differences: readonly Difference[];
  readonly paths: { readonly before: number; readonly after: number };
  readonly left: number;
  readonly note: string;
  /** How the paths of both sides ended, other than by returning: reason to number of paths. */
  readonly ends: ReadonlyMap<string, number>;
  /** Functions of the patched files that some path went through. */
  readonly ran: readonly string[];
  /** A changed statement stands in what ran, and no path of either side came to any. */
  readonly passesBy: boolean;
  /** Changed statements that some path of a side came to: "file:line" (changed_statements.ts). */
  readonly met: { readonly before: ReadonlySet<string>; readonly after: ReadonlySet<string> };
}

/** In a function that returns nothing, so that no caller learns of it, a call failed behind the one that took the thing. */
function failedBehind(r: PathResult, { taken }: Fault): boolean {
  return (
    r.result === null && taken !== null && r.choices.slice(taken.decided).some((c) => c.answer === "fails")
  );
}

/** Names of an entry's parameters on a side; none where it is no C there. */
function parametersOf({ program }: Side, { name, path }: Entry): readonly string[] {
  const e = program.lookup(name, path);
  if (e?.kind !== "function" || e.sym.def === null) return [];
  try {
    return program.tree(e.sym).params.map((p) => p.name);
  } catch (f) {
    if (!(f instanceof CFail)) throw f;
    return [];
  }
}

/** A side skips what is no C there where the other one does not. */
const skipsMore = (other: PathResult, own: PathResult): boolean => other.skips === true && own.skips !== true;

/**
 * The other side comes to the function that follows NULL as well, and there or before was not asked what this path decided: what it
 * knows of the value is said of something else there, as of a record in another place.
 */
export function comesThereOtherwise(
  r: { readonly result: Pick<PathResult, "faults"> },
  other: Pick<PathResult, "ran" | "choices">,
  key: string,
  forced: Forced,
  { name, leave }: Pick<Entry, "name" | "leave">,
): boolean {
  return (
    !met(other, forced) &&
    r.result.faults.some(
      (f) =>
        faultKey(f) === key &&
        f.kind === "null-dereference" &&
        ![name, leave].includes(f.at.fn) &&
        other.ran.includes(f.at.fn),
    )
  );
}

/** Runs an entry on both sides and compares. */
export function compareEntry(
  sideBefore: Side,
  sideAfter: Side,
  entry: Entry,
  bounds: Bounds,
  watch: (side: "before" | "after", forced: Forced, result: PathResult) => void = () => {},
): EntryResult {
  const codes = codesOf([sideBefore.program, sideAfter.program]);
  const before: Side = { ...sideBefore, codes };
  const after: Side = { ...sideAfter, codes };
  const none = {
    entry,
    differences: [],
    paths: { before: 0, after: 0 },
    left: 0,
    ends: new Map<string, number>(),
    ran: [] as string[],
    passesBy: false,
    met: { before: new Set<string>(), after: new Set<string>() },
  };
  for (const name of entry.leave === null ? [entry.name] : [entry.name, entry.leave]) {
    const of = { ...entry, name };
    for (const [word, side] of [
      ["before", before],
      ["after", after],
    ] as const) {
      const why = whyNoEntry(side, of);
      if (why !== null) return { ...none, note: `${name}() cannot be run on the ${word} side: ${why}` };
    }
  }
  const b = explore(before, entry, bounds);
  const a = explore(after, entry, bounds);
  // A line that the patch takes away or brings is on one side only; the way to it is the same on both.
  const ways = new Map([...b.seek(), ...a.seek()].map((w) => [forcedKey(w), w]));
  if (ways.size > 0) for (const e of [b, a]) e.from([...ways.values()]);
  for (const r of b.paths.values()) watch("before", r.forced, r.result);
  for (const r of a.paths.values()) watch("after", r.forced, r.result);
  const at = (side: Side, e: Explored, extra: Map<string, Ran>, forced: Forced): PathResult => {
    const key = forcedKey(forced);
    const known = e.paths.get(key) ?? extra.get(key);
    if (known !== undefined) return known.result;
    const result = runPath(side, entry, forced, bounds.steps);
    extra.set(key, { forced, result });
    return result;
  };
  const extraB = new Map<string, Ran>();
  const extraA = new Map<string, Ran>();
  const keys = new Map<string, { b: Ran[]; a: Ran[] }>();
  const collect = (e: Explored, side: "a" | "b"): void => {
    for (const ran of e.paths.values())
      for (const f of ran.result.faults) {
        const k = faultKey(f);
        let g = keys.get(k);
        if (g === undefined) {
          g = { a: [], b: [] };
          keys.set(k, g);
        }
        g[side].push(ran);
      }
  };
  collect(b, "b");
  collect(a, "a");
  const common = new Set([...keys].filter(([key, g]) => isCommon(key, g.b, g.a, b)).map(([key]) => key));
  const usual = a.paths.get("")?.result;
  const stays = new Set(
    [...keys]
      .filter(([key, g]) => (usual !== undefined && has(usual, key)) || isCommon(key, g.a, g.b, a))
      .map(([key]) => key),
  );
  for (const [key, g] of keys) {
    g.b = clearest(g.b, b, key);
    g.a = clearest(g.a, a, key);
  }
  const there = alignment(b, a);
  const back = new Map([...there].map(([k, v]) => [v, k]));
  /** A side, by the decisions of a path of the other one, each at its place. */
  const across =
    (sides: readonly [Side, Side], names: Names, run: (f: Forced) => PathResult) =>
    (ran: Ran): Ran => {
      const forced = atSamePlaces(ran, names, sides, run) ?? translated(ran.forced, names);
      return { forced, result: run(forced) };
    };
  const afterBy = across([before, after], there, (f) => at(after, a, extraA, f));
  const beforeBy = across([after, before], back, (f) => at(before, b, extraB, f));
  const differences: Difference[] = [];
  for (const [key, g] of keys) {
    const alone = (
      list: readonly Ran[],
      [own, other]: readonly [Side, Side],
      e: Explored,
      extra: Map<string, Ran>,
      names: Names,
      others: number,
    ): Ran[] =>
      list.filter((r) => {
        const forced = translated(r.forced, names);
        const result = at(other, e, extra, forced);
        if (
          rewritten(r, result, key, own, other).some((c) =>
            has(at(other, e, extra, new Map([...forced, c])), key),
          )
        )
          return false;
        if (
          !cleanOn(result, key) ||
          readAlike(result, r.result, key) ||
          !(others === 0 || met(result, forced))
        )
          return false;
        if (r.result.faults.some((f) => f.seldom === true && faultKey(f) === key) && !met(result, r.forced))
          return false;
        // What the other side skips may be what shows it.
        if (skipsMore(result, r.result)) return false;
        if (comesThereOtherwise(r, result, key, forced, entry)) return false;
        if (!met(result, seldomOf(r, other.contracts))) return false;
        // A side that does not call what the path did not run shows nothing by that path.
        const unrun = r.result.choices.filter((c) => isAsRead(c.name));
        if (!met(result, new Map(unrun.map((c) => [c.name, c.answer])))) return false;
        if (onlySaysSo(r.result, result, key)) return false;
        // The same loss under another name: a helper that takes it, a call that another one replaces.
        const sort = faultSort(key);
        const isLess = (p: PathResult): boolean => sortCount(p, sort) < sortCount(r.result, sort);
        if (!isLess(result)) return false;
        // Where the patch exchanges calls, a number behind a name may mean another call there.
        const same = atSamePlaces(r, names, [own, other], (f) => at(other, e, extra, f));
        if (same === null) return true;
        const placed = at(other, e, extra, same);
        return cleanOn(placed, key) && isLess(placed);
      });
    // Whether a variable is written before it is read is its own function's: which way callers come to it does not matter.
    const shared =
      commonPlace(key, g.b, g.a) ||
      readsAnyway(entry, key, g.b, g.a, b, a) ||
      locksForCaller(entry, key, [...g.b, ...g.a], b, a);
    const fixed =
      shared || unchecked(key, a) ? [] : alone(g.b, [before, after], a, extraA, there, g.a.length);
    const fresh = shared || unchecked(key, b) ? [] : alone(g.a, [after, before], b, extraB, back, g.b.length);
    const stillA = g.a.length > 0 || [...extraA.values()].some((r) => has(r.result, key));
    const verdict: Difference["verdict"] =
      fixed.length > 0 && fresh.length === 0
        ? "fixed"
        : fresh.length > 0 && fixed.length === 0
          ? "new"
          : fixed.length > 0
            ? "moved"
            : "already";
    const [ran] =
      verdict === "new" ? fresh : verdict === "fixed" || verdict === "moved" ? fixed : stillA ? g.a : g.b;
    const shownBy = ran ?? g.b[0] ?? g.a[0]!;
    const found = shownBy.result.faults.find((f) => faultKey(f) === key)!;
    const opposite = (): PathResult => (verdict === "new" ? beforeBy : afterBy)(shownBy).result;
    // What is left with a caller who is told of a failure: told where the other side gives it back itself by then.
    const given = (): boolean => opposite().ledger.settled.has(found.object);
    // The side before leaves it on success alone, to who is not understood, and gives it back on this very failure.
    const undone = (): boolean =>
      found.kind === "leaked" &&
      opposite().outcome === "failed" &&
      given() &&
      ![...b.paths.values()].some((r) => r.result.outcome === "failed" && has(r.result, key));
    // A callee that is not known had it in hand; who gives it back past the same callee knows that it was not kept. Not so of one
    // that ends things: a patch that frees once more what that one frees has as good a look. Nor is it new where that callee fails, which
    // may have ended it then, or where the side does nowhere give back any more what that callee had.
    const { lent = null } = found;
    const decided = decidedBy(shownBy);
    const stillGives = ({ result: r }: Ran): boolean =>
      r.end === "returned" && r.assumed.includes(lent!) && r.ledger.settled.has(found.object);
    const lentOnly =
      lent !== null &&
      !ENDS_THING.test(lent) &&
      (verdict === "fixed" ||
        (verdict === "new" &&
          decided !== null &&
          decided !== lent &&
          [...a.paths.values()].some(stillGives))) &&
      given() &&
      opposite().assumed.includes(lent);
    const wrongly =
      found.kind === "leaked" &&
      (verdict === "new" || verdict === "fixed") &&
      isFreedWrongly(opposite(), found);
    const meant =
      found.kept === true &&
      (found.kind !== "leaked" && found.kind !== "left-running"
        ? verdict === "new"
        : verdict === "already" || !given());
    // What a function may be there to take is told where the same side gives it back on another way out, or where nobody comes
    // after it and the other side does.
    const takes =
      found.lasts === true &&
      !(entry.endless === true && given()) &&
      !(verdict === "fixed" && stays.has(key) && given() && failedBehind(shownBy.result, found)) &&
      ![...(verdict === "new" ? a : b).paths.values()].some((r) => r.result.ledger.settled.has(found.object));
    const ofBefore =
      verdict === "new" && common.has(key) && !(shownBy.result.outcome === "failed" && undone());
    // The side after leaves it as well wherever all goes well: that it gives up sooner on a way mends nothing.
    const isLoss = /^(?:leaked|left-running)$/.test(found.kind);
    const sooner =
      verdict === "fixed" &&
      isLoss &&
      stays.has(key) &&
      mayHaveSucceeded(shownBy.result) &&
      opposite().outcome === "failed";
    // Nor is it mended where the failure that showed it is told as success: a thing is kept, or the other function of the life
    // gives it back; what was done wrong on the way out is not done at all.
    const onlySucceeds =
      verdict === "fixed" &&
      shownBy.result.outcome === "failed" &&
      mayHaveSucceeded(opposite()) &&
      (!isLoss || !given() || entry.leave !== null) &&
      // Another answer of the same callee may be the failure now.
      ![...a.paths.values()].some(
        (r) =>
          r.result.outcome === "failed" &&
          (!isLoss || r.result.ledger.settled.has(found.object)) &&
          decidedBy(r) === decidedBy(shownBy),
      );
    const dropped = verdict === "fixed" && neverTaken(shownBy.result, found, b, a);
    const doubt: Doubt = meant
      ? "kept on purpose"
      : takes
        ? "what it is for"
        : ofBefore || sooner
          ? "shown by both"
          : onlySucceeds
            ? "goes well now"
            : wrongly
              ? "freed wrongly"
              : "not taken now";
    const fault =
      meant || takes || ofBefore || sooner || onlySucceeds || dropped || wrongly
        ? { ...found, possible: true, doubt }
        : lentOnly
          ? { ...found, possible: false }
          : found;
    differences.push({
      verdict,
      entry,
      fault,
      forced: shownBy.forced,
      path: shownBy.result,
      shown: (verdict === "new" ? fresh : fixed).length,
      lastIsIdle: showsBefore(shownBy, verdict === "new" ? a : b, key),
    });
  }
  const sameReturn = (fn: string): boolean => {
    const [x, y] = [returnType(before, fn, entry.path), returnType(after, fn, entry.path)];
    return x !== null && x === y;
  };
  if (sameReturn(entry.name))
    for (const d of errorsLost(entry, b, afterBy, sameReturn))
      differences.push({
        ...d,
        undone: d.verdict === "new" && d.path.result?.[1] === 0n && givesUp([...a.paths.values()], d.path),
      });
  // A failure that a call gave says more than the test of a value.
  if (
    entry.jumpGone != null &&
    sameReturn(entry.name) &&
    !differences.some((d) => isLost(d, entry.jumpGone!))
  )
    differences.push(
      ...(entry.jumpGone === "after"
        ? refusalLost("new", entry, b, afterBy)
        : refusalLost("fixed", entry, a, beforeBy)),
    );
  if (sameReturn(entry.name) && !differences.some((d) => d.fault.kind === "error-lost"))
    differences.push(
      ...(answerLost("fixed", entry, b, afterBy, sameReturn) ??
        answerLost("new", entry, a, beforeBy, sameReturn) ??
        []),
    );
  if (
    entry.leave === null &&
    sameReturn(entry.name) &&
    !differences.some((d) => d.fault.kind === "error-lost")
  )
    for (const [verdict, said, other] of [
      ["fixed", b, afterBy],
      ["new", a, beforeBy],
    ] as const) {
      const undone = undoneAsWell(said, other);
      if (undone === null) continue;
      const told = { object: `answer of ${undone.choice.name}`, possible: false };
      differences.push(saysAllWell(verdict, entry, undone.choice, told, undone.forced, undone.path));
    }
  const lost =
    entry.leave === null && sameReturn(entry.name) && !differences.some((d) => d.fault.kind === "error-lost")
      ? lostByNewCall(entry.name, a, b)
      : null;
  if (lost !== null) {
    const { callee } = lost.choice;
    const told = {
      object: `failure of ${callee}()`,
      what: `${entry.name}() says that all went well although ${callee}() failed`,
      possible: true,
      doubt: "passed over" as const,
    };
    const d = saysAllWell("new", entry, lost.choice, told, lost.forced, lost.path);
    differences.push({ ...d, undone: true });
  }
  const never =
    entry.leave === null && sameReturn(entry.name)
      ? (neverSucceeds("new", entry, b, a, afterBy) ?? neverSucceeds("fixed", entry, a, b, beforeBy))
      : null;
  // A way that follows NULL now and did not before says more.
  if (
    never !== null &&
    !differences.some((d) => d.verdict !== "already" && /-dereference$/.test(d.fault.kind))
  )
    differences.push(never);
  const both = { before: [...b.paths.values()], after: [...a.paths.values()] };
  const opposite = (from: "before" | "after", ran: Ran, strict = true): Ran | null => {
    const same = (from === "before" ? afterBy : beforeBy)(ran);
    if (skipsMore(same.result, ran.result)) return null;
    return !strict || met(same.result, same.forced) ? same : null;
  };
  const lostByBoth = new Set(
    differences.flatMap((d) =>
      d.verdict === "already" && d.fault.kind === "leaked" ? [faultKey(d.fault)] : [],
    ),
  );
  for (const d of [
    ...ownerDifferences(entry, both, opposite),
    ...balanceDifferences(entry, both, opposite),
    ...countedDifferences(both, opposite),
    ...alikeDifferences(lostByBoth, both, opposite),
    ...turnDifferences(both, opposite),
    ...claimDifferences(both, opposite),
    ...copyDifferences(both, (from, ran) => opposite(from, ran, false)),
  ]) {
    // What a side shows by itself is told by that.
    if (differences.some((x) => x.verdict !== "already" && faultKey(x.fault) === faultKey(d.fault))) continue;
    const verdict = d.on === "after" ? "new" : "fixed";
    differences.push({ verdict, entry, fault: d.fault, forced: d.forced, path: d.path, shown: 1 });
  }
  /** What the side before came to where the path of what is new goes another way, or not so far. */
  const withInstead = (d: Difference): Difference =>
    d.verdict === "new" ? { ...d, instead: at(before, b, extraB, translated(d.forced, back)).met } : d;
  const told = byParameters(
    underOtherNames(exchangedTests(differences), b, a),
    parametersOf(before, entry),
    parametersOf(after, entry),
  );
  const ends = new Map<string, number>();
  for (const e of [b, a])
    for (const { result } of e.paths.values())
      if (result.end !== "returned" && result.end !== "fault") {
        const why = `${result.end}: ${result.why}`;
        ends.set(why, (ends.get(why) ?? 0) + 1);
      }
  const by = [b.passesBy(), a.passesBy()];
  return {
    entry,
    differences: told.map(withInstead),
    paths: { before: b.paths.size, after: a.paths.size },
    left: Math.max(b.left, a.left),
    note: "",
    ends,
    ran: [...new Set([...b.paths.values(), ...a.paths.values()].flatMap((r) => r.result.ran))],
    passesBy: by.includes(true) && !by.includes(false),
    met: { before: metBy(b), after: metBy(a) },
  };
}

/**
 * One test of a pointer was exchanged for another (IS_ERR() for NULL): one side follows NULL there, the other an error pointer. Where a
 * call that fails gives one of the two, that one is real, and the other, which hangs on what callers hand in, is possible.
 */
function exchangedTests(differences: readonly Difference[]): Difference[] {
  const fails = (d: Difference): boolean => [...d.forced.values()].includes("fails");
  const isSame = (x: Difference, y: Difference): boolean =>
    x.fault.at.fn === y.fault.at.fn && x.fault.at.loc.col === y.fault.at.loc.col;
  return differences.map((d) => {
    const opposite = { new: "fixed", fixed: "new", already: null, moved: null }[d.verdict];
    const other = OTHER_NOTHING[d.fault.kind];
    if (opposite === null || other === undefined || d.fault.possible || fails(d)) return d;
    const real = differences.some(
      (x) =>
        x.verdict === opposite && x.fault.kind === other && !x.fault.possible && isSame(x, d) && fails(x),
    );
    return real ? { ...d, fault: { ...d.fault, possible: true, doubt: "test exchanged" as const } } : d;
  });
}

const OTHER_NOTHING: Readonly<Partial<Record<Fault["kind"], Fault["kind"]>>> = {
  "null-dereference": "error-pointer-dereference",
  "error-pointer-dereference": "null-dereference",
};

/** Faults that show that a thing was not to be freed there. */
const WRONGLY_FREED = /^(?:freed-while-registered|double-release|use-after-release)$/;

/** Whether a path frees what the other side loses, and a list of somebody else's still leads to it, or it is freed or used again. */
function isFreedWrongly(there: PathResult, { taken }: Fault): boolean {
  const name = taken?.key;
  if (name === undefined) return false;
  const isOf = (object: string): boolean =>
    object === name || object.startsWith(`${name} in `) || object.endsWith(` of ${name}`);
  return there.faults.some((f) => WRONGLY_FREED.test(f.kind) && isOf(f.object));
}

/** Changed statements that some path of a side came to. */
function metBy({ paths }: Explored): Set<string> {
  const out = new Set<string>();
  for (const { result } of paths.values()) for (const place of result.met) out.add(place);
  return out;
}

/** Whether the path of a side that decides the same but what this one decided last returns, and shows a fault as well. */
function showsBefore({ forced }: Ran, { paths }: Explored, key: string): boolean {
  const parent = paths.get(forcedKey(new Map([...forced].slice(0, -1))))?.result;
  return forced.size > 0 && parent?.end === "returned" && has(parent, key);
}

/** Paths that are looked at for one fault. */
export const MOST_SHOWN = 40;

/**
 * The paths that show a fault, those first that say best why: the decision that was made last brings it about, and is a call that
 * fails, on a path that otherwise goes well.
 */
function clearest(list: readonly Ran[], e: Explored, key: string): Ran[] {
  const rank = ({ forced, result }: Ran): number => {
    const names = [...forced.keys()];
    const last = names.at(-1);
    if (last === undefined) return result.outcome === "failed" ? 3 : 0;
    const without = new Map([...forced].slice(0, -1));
    const parent = e.paths.get(forcedKey(without))?.result;
    const brings = parent !== undefined && parent.end === "returned" && !has(parent, key);
    const more = names.filter((n) => e.well?.get(n) !== forced.get(n)).length;
    return (
      (brings && parent.outcome !== "failed" ? 0 : 3) +
      (brings && forced.get(last) === "fails" ? 0 : 1) +
      more * 0.1
    );
  };
  const ranked = list.map((ran, i) => ({ ran, i, rank: rank(ran) }));
  ranked.sort((x, y) => x.rank - y.rank || x.i - y.i);
  return ranked.slice(0, MOST_SHOWN).map((r) => r.ran);
}

/** Choices of the usual path that stand in each other's place: a call that another one replaces. */
function alignment(before: Explored, after: Explored): Names {
  const calls = (e: Explored): string[] =>
    (e.paths.get("")?.result.choices ?? []).filter((c) => c.options.includes("fails")).map((c) => c.name);
  const x = calls(before);
  const y = calls(after);
  const out = new Map<string, string>();
  let i = 0;
  let j = 0;
  while (i < x.length && j < y.length) {
    if (x[i] === y[j]) {
      i++;
      j++;
      continue;
    }
    // The next pair that is the same on both sides ends the gap.
    let found: [number, number] | null = null;
    for (let d = 1; d < 12 && found === null; d++)
      for (let k = 0; k <= d && found === null; k++)
        if (x[i + k] !== undefined && x[i + k] === y[j + d - k]) found = [k, d - k];
    const [n, m] = found ?? [x.length - i, y.length - j];
    if (n === m)
      for (let k = 0; k < n; k++)
        if (!y.includes(x[i + k]!) && !x.includes(y[j + k]!)) out.set(x[i + k]!, y[j + k]!);
    i += n;
    j += m;
  }
  return out;
}

/** The callee whose answer was chosen last on a path; null where none was. */
function decidedBy({ forced, result }: Ran): string | null {
  const name = [...forced.keys()].at(-1);
  return result.choices.find((c) => c.name === name)?.callee ?? null;
}

/** A failure of a callee that one side passes on and the other returns success after. */
function errorsLost(
  entry: Entry,
  b: Explored,
  other: (ran: Ran) => Ran,
  sameReturn: (fn: string) => boolean,
): Difference[] {
  // Where the usual path fails, the one that was found to go well.
  const first = b.paths.get("")?.result;
  const well: Forced = first?.outcome === "succeeded" ? new Map() : (b.well ?? new Map());
  const usual = b.paths.get(forcedKey(well))?.result;
  if (usual === undefined || usual.outcome !== "succeeded" || entry.leave !== null) return [];
  if (other({ forced: well, result: usual }).result.outcome !== "succeeded") return [];
  const out: Difference[] = [];
  for (const { forced, result } of b.paths.values()) {
    const name = [...forced.keys()].find((k) => !well.has(k));
    const choice = result.choices.find((c) => c.name === name);
    if (![...well].every(([k, v]) => forced.get(k) === v)) continue;
    if (
      forced.size !== well.size + 1 ||
      choice === undefined ||
      choice.callee === null ||
      result.end !== "returned"
    )
      continue;
    // Another way to say that something failed is no other behaviour.
    if (!sameReturn(choice.fn)) continue;
    const { forced: same, result: there } = other({ forced, result });
    if (there.end !== "returned" || !met(there, same)) continue;
    if (result.outcome === there.outcome || result.outcome === "neither" || there.outcome === "neither")
      continue;
    const lostBefore = result.outcome === "succeeded";
    // What may be missing is asked for, warned of and done without.
    const warned = lostBefore && [...(result.warned ?? [])].some((at) => usual.warned?.has(at) !== true);
    const at = { by: choice.callee, loc: choice.loc, fn: choice.fn };
    out.push({
      verdict: lostBefore ? "fixed" : "new",
      entry,
      fault: {
        kind: "error-lost",
        object: `failure of ${choice.callee}()`,
        what: `${entry.name}() says that all went well although ${choice.callee}() failed`,
        taken: null,
        given: null,
        at,
        functions: [entry.name],
        possible: !lostBefore || warned,
        doubt: lostBefore ? "only warned" : "passed over",
      },
      forced,
      path: lostBefore ? result : there,
      shown: 1,
    });
  }
  return out;
}

/** Whether a difference tells that one side passes over a failure. */
const isLost = (d: Difference, on: "before" | "after"): boolean =>
  d.fault.kind === "error-lost" && d.verdict === (on === "after" ? "new" : "fixed");

/**
 * A jump is all that one side lacks, and what it was made for is tested still: where the other gives up, that one goes on and says
 * that all went well.
 * @param refuses the side that gives up @param other a path of the side that goes on
 */
function refusalLost(
  verdict: "new" | "fixed",
  entry: Entry,
  refuses: Explored,
  other: (ran: Ran) => Ran,
): Difference[] {
  if (entry.leave !== null) return [];
  for (const { forced, result } of refuses.paths.values()) {
    if (result.end !== "returned" || result.outcome !== "failed") continue;
    const there = other({ forced, result }).result;
    if (there.end !== "returned" || there.outcome !== "succeeded") continue;
    // The jump that is gone, and what was decided last before it.
    const lines = [...result.met].map((m) => Number(m.slice(m.indexOf(":") + 1)));
    const choice = result.choices.findLast((c) => lines.some((l) => c.loc.line <= l));
    if (choice === undefined || there.choices.every((c) => c.name !== choice.name)) continue;
    return [
      saysAllWell(
        verdict,
        entry,
        choice,
        { object: `refusal of ${choice.name}`, possible: false },
        forced,
        there,
      ),
    ];
  }
  return [];
}

/** That a function says that all went well, after a decision after which the other side gives up. */
function saysAllWell(
  verdict: "new" | "fixed",
  entry: Entry,
  choice: Choice,
  told: Pick<Fault, "object" | "possible" | "doubt"> & Partial<Pick<Fault, "what">>,
  forced: Forced,
  path: PathResult,
): Difference {
  const fault: Fault = {
    kind: "error-lost",
    what: `${entry.name}() says that all went well where it gives up ${verdict === "new" ? "without" : "with"} the patch`,
    taken: null,
    given: null,
    at: { by: "", loc: choice.loc, fn: choice.fn },
    functions: [...new Set([choice.fn, entry.name])],
    ...told,
  };
  return { verdict, entry, fault, forced, path, shown: 1 };
}

/**
 * One side goes well, and of the other every way was run: what returns says that it failed, and where the same decisions lead on instead
 * something goes wrong. A test that is the wrong way round gives up on what is there, and follows what is not.
 * @param verdict "new" where that other side is the one after @param well the side that goes well @param other a path of the other
 */
function neverSucceeds(
  verdict: "new" | "fixed",
  entry: Entry,
  well: Explored,
  never: Explored,
  other: (ran: Ran) => Ran,
): Difference | null {
  const all = [...never.paths.values()].map((r) => r.result);
  const fails = (r: PathResult): boolean => r.end === "returned" && r.outcome === "failed";
  if (never.left > 0 || !all.some(fails) || !all.every((r) => fails(r) || r.end === "fault")) return null;
  for (const { forced, result } of well.paths.values()) {
    if (result.end !== "returned" || result.outcome !== "succeeded") continue;
    const there = other({ forced, result }).result;
    const last = there.choices.at(-1);
    if (!fails(there) || last === undefined || last.answer === "fails") continue;
    // The same decision made otherwise is followed to where it goes wrong.
    const wrong = all.find(
      (r) => r.end === "fault" && r.choices.some((c) => c.name === last.name && c.answer !== last.answer),
    );
    const [fault] = wrong?.faults.slice(-1) ?? [];
    if (fault === undefined || !/-dereference$/.test(fault.kind)) continue;
    const { end } = there.ledger;
    return {
      verdict,
      entry,
      fault: {
        kind: "never-succeeds",
        object: `${entry.name}()`,
        what: `${entry.name}() gives up where it goes well ${verdict === "new" ? "without" : "with"} the patch, and otherwise ${fault.what.replace(/ is (?:read|written)$/, " is followed")}: no way through it succeeds`,
        taken: null,
        given: null,
        at: end,
        functions: [entry.name],
        possible: false,
      },
      forced: new Map([...forced].filter(([k]) => k !== last.name)).set(last.name, last.answer),
      path: there,
      shown: 1,
    };
  }
  return null;
}

/** Paths of a side that are looked at for an answer that is lost. */
const MOST_ANSWERS = 120;

/** Whether a decision says that what was asked has failed, by a number alone: of calls that fail errorsLost() tells. */
const isError = ({ name, answer }: Choice): boolean =>
  (answer === "yes" && (/ < 0$/.test(name) || /\w\(\)(?: #\d+)? != 0$/.test(name))) ||
  (answer === "no" && / >= 0$/.test(name));

/**
 * Both sides decide the same as far as something fails; the one gives up there and says so, and the other goes on, or returns, and says
 * that all went well.
 * @param verdict "fixed" where the side that says so is the one before @param said its paths @param other a path of the side that gives up
 */
function answerLost(
  verdict: "new" | "fixed",
  entry: Entry,
  said: Explored,
  other: (ran: Ran) => Ran,
  sameReturn: (fn: string) => boolean,
): Difference[] | null {
  if (entry.leave !== null) return null;
  for (const { forced, result } of [...said.paths.values()].slice(0, MOST_ANSWERS)) {
    if (result.end !== "returned" || result.outcome !== "succeeded" || forced.size === 0) continue;
    // Without an error among its decisions there is none to lose.
    if (!result.choices.some(isError)) continue;
    const there = other({ forced, result }).result;
    const last = there.choices.at(-1);
    if (there.end !== "returned" || there.outcome !== "failed" || last === undefined) continue;
    // Another way to say that something failed is no other behaviour.
    if (!isError(last) || !sameReturn(last.fn)) continue;
    const alike = (c: Choice, i: number): boolean =>
      result.choices[i]?.name === c.name && result.choices[i]?.answer === c.answer;
    if (!there.choices.every(alike)) continue;
    const choice = result.choices[there.choices.length - 1]!;
    const named = new Map([...forced].filter(([k]) => k !== choice.name)).set(choice.name, choice.answer);
    const told = {
      object: `answer of ${choice.name}`,
      possible: verdict === "new",
      doubt: "passed over",
    } as const;
    return [saysAllWell(verdict, entry, choice, told, named, result)];
  }
  return null;
}

/** The share of a side's paths from which on what they show is how the function is, as far as it is understood. */
const COMMON = 0.05;
/** The same of what is lost where all is said to have gone well: less often it may be a fault of the side before. */
const COMMON_LOSS = 0.25;

/**
 * The side before shows the fault itself, and not on an odd path: where it leaves a thing although it says that all went well,
 * who gives that back is not understood (a loop over an array whose indexes are not known), and a work item that is made ready
 * need not be queued. One path more that shows it is no news of the patch's; nor is one that gives back too often at a place where
 * the side before does so as well.
 */
function isCommon(key: string, before: readonly Ran[], after: readonly Ran[], b: Explored): boolean {
  const often = (share: number): boolean => before.length >= Math.max(2, share * b.paths.size);
  if (key.startsWith("left-running|")) return often(COMMON);
  if (key.startsWith("leaked|")) return often(COMMON_LOSS) && before.some((r) => mayHaveSucceeded(r.result));
  if (!/^(?:use-after-release|double-release)\||-dereference\|/.test(key)) return false;
  const kind = key.slice(0, key.indexOf("|"));
  // The second of what a loop finds is no other fault than the first.
  const places = (list: Iterable<Ran>, only: string | null): Set<string> =>
    new Set(
      [...list].flatMap((r) =>
        r.result.faults
          .filter((f) => f.kind === kind && (only === null || faultKey(f) === only))
          .map((f) => `${f.at.fn} ${f.what.replace(/ #\d+/g, "")}`),
      ),
    );
  const there = places(b.paths.values(), null);
  return [...places(after, key)].every((place) => there.has(place));
}

/**
 * What is left before is one more reference to a thing, or a lock, and the side after takes that on no path any more. Who was to
 * give it back may still do so, behind the function: to whom it was handed is not understood, and that it is not lost
 * any more does not mend anything.
 */
function neverTaken({ ledger }: PathResult, f: Fault, before: Explored, after: Explored): boolean {
  if (f.kind !== "leaked" && f.kind !== "returned-locked") return false;
  const times = ledger.raised.get(f.object) ?? 0;
  const key = faultKey(f);
  if (times === 0) return false;
  if (f.kind === "returned-locked") {
    const returned = [...before.paths.values()].map((r) => r.result).filter((r) => r.end === "returned");
    const well = returned.filter((r) => r.outcome !== "failed");
    const took = well.filter((r) => (r.ledger.raised.get(f.object) ?? 0) > 0);
    const left = well.filter((r) => has(r, key)).length;
    // A lock that some ways out do not leave is a function's purpose only where most that took it do, and none that fails.
    const isFailures = returned.some((r) => r.outcome === "failed" && has(r, key));
    if (left < well.length && (isFailures || 2 * left < took.length)) return false;
  }
  return ![...after.paths.values()].some((r) => (r.result.ledger.raised.get(f.object) ?? 0) >= times);
}

/**
 * What is left where a call fails: the other side goes the same way, gives the same things back and not this one, and only
 * says that all went well. That it says so now loses nothing more.
 */
function onlySaysSo(here: PathResult, there: PathResult, key: string): boolean {
  if (!key.startsWith("leaked|") || here.outcome !== "failed" || !mayHaveSucceeded(there)) return false;
  const given = ({ ledger }: PathResult): string =>
    [...ledger.settled, ...ledger.gave.map((g) => g.object)].sort().join();
  const way = ({ choices }: PathResult): string => choices.map((c) => c.answer).join();
  return given(here) !== "" && given(here) === given(there) && way(here) === way(there);
}

/** A variable that both sides read before it is written, in the same function. */
function commonPlace(key: string, before: readonly Ran[], after: readonly Ran[]): boolean {
  if (!key.startsWith("uninitialised|")) return false;
  const places = (list: readonly Ran[]): string[] =>
    list.flatMap((r) => r.result.faults.filter((f) => faultKey(f) === key).map((f) => f.at.fn));
  const there = new Set(places(before));
  return places(after).some((fn) => there.has(fn));
}

/**
 * A variable that only one side hands to a helper which on both sides reads another that was not written either: how the helper
 * writes what it is given (a bit of a word at a time) is not the patch's.
 */
function readsAnyway(
  entry: Entry,
  key: string,
  before: readonly Ran[],
  after: readonly Ran[],
  ...sides: readonly [Explored, Explored]
): boolean {
  if (!key.startsWith("uninitialised|")) return false;
  const helpers = [...before, ...after].flatMap((r) =>
    r.result.faults.filter((f) => faultKey(f) === key && f.at.fn !== entry.name).map((f) => f.at.fn),
  );
  const readsOther = (fn: string, { paths }: Explored): boolean =>
    [...paths.values()].some((r) =>
      r.result.faults.some((f) => f.kind === "uninitialised" && f.at.fn === fn && faultKey(f) !== key),
    );
  return helpers.length > 0 && helpers.every((fn) => sides.every((side) => readsOther(fn, side)));
}

/**
 * A lock that a helper takes, which on both sides leaves locks held where all goes well: taking them is what it is for, and
 * which of the caller's objects a path has in hand is no news.
 */
function locksForCaller(
  entry: Entry,
  key: string,
  shown: readonly Ran[],
  ...sides: readonly [Explored, Explored]
): boolean {
  if (!key.startsWith("returned-locked|")) return false;
  const takers = (r: PathResult, only: (f: Fault) => boolean): string[] =>
    r.faults.flatMap((f) =>
      f.kind === "returned-locked" && only(f) ? [`${f.taken?.callee ?? ""} in ${f.functions[0] ?? ""}`] : [],
    );
  const inHelper = (f: Fault): boolean => faultKey(f) === key && f.functions[0] !== entry.name;
  const here = shown.flatMap((r) => takers(r.result, inHelper));
  const meant = sides.map(
    ({ paths }) =>
      new Set(
        [...paths.values()].flatMap((r) =>
          r.result.outcome === "failed" ? [] : takers(r.result, () => true),
        ),
      ),
  );
  return here.length > 0 && here.every((t) => meant.every((of) => of.has(t)));
}

/** An array past whose end one side may index it, where the other does not check the number at all: no worse, and no better. */
function unchecked(key: string, { paths }: Explored): boolean {
  const of = /^(?:index-past-the-end|past-its-memory)\|/.test(key) ? key.slice(key.indexOf("|") + 1) : null;
  return of !== null && [...paths.values()].some((r) => r.result.unchecked?.has(of) === true);
}

function sortCount(r: PathResult, sort: string): number {
  return r.faults.filter((f) => faultSort(faultKey(f)) === sort).length;
}

function has(r: PathResult, key: string): boolean {
  return r.faults.some((f) => faultKey(f) === key);
}

/** What hangs on what the whole path takes and gives back. */
const BALANCED = /^(?:leaked|left-running|returned-locked|sleeps-in-atomic)\|/;

/**
 * The other answers to what the patch asks in other words on the other side: `>=` for `==` has another usual one, and by that of
 * the path all may be as it was. A call that is exchanged is no such test: what fails in its place says something else. Where one
 * side alone asks anything at lines that the patch changes, what is lost or held is as it was behind the other answer, too; what
 * is followed may be what the test is for.
 */
function rewritten(
  r: Ran,
  result: PathResult,
  key: string,
  ...[own, other]: readonly [Side, Side]
): (readonly [string, string])[] {
  const alone = (p: PathResult, q: PathResult, side: Side): Choice[] =>
    p.choices.filter(
      (c) =>
        !c.options.includes("fails") &&
        side.changed?.(c.loc) === true &&
        !q.choices.some((x) => x.name === c.name),
    );
  if (!BALANCED.test(key) && alone(r.result, result, own).length === 0) return [];
  return alone(result, r.result, other).flatMap((c) =>
    c.options.filter((o) => o !== c.answer).map((o) => [c.name, o] as const),
  );
}

/** The path got to its end and does not show the fault. */
function cleanOn(r: PathResult, key: string): boolean {
  return r.end === "returned" && !has(r, key);
}

/** The failures among a path's decisions that a rightly described machine does not have. */
function seldomOf(r: Ran, contracts: Side["contracts"]): Forced {
  return new Map(
    [...r.forced].filter(([name, answer]) => {
      const callee = r.result.choices.find((c) => c.name === name)?.callee ?? null;
      return answer === "fails" && callee !== null && contracts.functions.get(callee)?.seldom === true;
    }),
  );
}

const READS: ReadonlySet<string> = new Set([
  "uninitialised",
  "null-dereference",
  "error-pointer-dereference",
]);

/**
 * The other side goes wrong at the same member in the same function, in another way: memory that is zeroed now gives NULL
 * where it gave anything before.
 */
function readAlike(there: PathResult, here: PathResult, key: string): boolean {
  const f = here.faults.find((x) => faultKey(x) === key);
  // A pointer that is NULL where the other side, in the same function, follows one to freed memory.
  if (f?.kind === "null-dereference")
    if (there.faults.some((g) => g.kind === "use-after-release" && g.at.fn === f.at.fn)) return true;
  const member = f === undefined || !READS.has(f.kind) ? undefined : /(?:->|\.)\w+$/.exec(f.object)?.[0];
  if (f === undefined || member === undefined) return false;
  return there.faults.some((g) => READS.has(g.kind) && g.at.fn === f.at.fn && g.object.endsWith(member));
}
