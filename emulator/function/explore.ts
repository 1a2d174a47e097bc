/**
 * Which paths of an entry are run: the one on which all goes well, then one decision made otherwise, then two, and on; those
 * first whose parent saw branches that nothing had seen. Every path runs from the start with its list of decisions. Leaves
 * out what a path does (walk.ts) and comparing sides (compare.ts).
 */
import type { Loc } from "../c/ast.ts";
import { CFail, type CType, typeText } from "../c/ctype.ts";
import type { Program } from "../c/link.ts";
import { expansionLoc } from "../c/token.ts";
import type { FnTree, FunctionSym } from "../c/tree.ts";
import { audit, returnsFreed } from "./audit.ts";
import type { Spot } from "./books.ts";
import { asReadChoice } from "./calls.ts";
import { ledgerOf, lostOf } from "./closing.ts";
import type { Contracts } from "./contract.ts";
import { mayHaveSucceeded, type PathResult } from "./finding.ts";
import { NO_LEDGER } from "./ledger.ts";
import { type Outcome, outcomeOf, PathEnd } from "./run.ts";
import { isChangedIn, waysToTheChange } from "./seek.ts";
import { unknown, type Value } from "./value.ts";
import { Walker } from "./walk.ts";

/** What is run: a function, or two that make a life. */
export interface Entry {
  readonly name: string;
  readonly path: string;
  /** Called by a core that keeps nothing of it when it fails. */
  readonly root: boolean;
  /** Called by a core through a pointer: nobody in the file undoes what it left when it failed. */
  readonly callback?: boolean;
  /** The function that ends what this one began, or null. */
  readonly leave: string | null;
  /** A life that can be lived again: between its ends others may come by. */
  readonly turn?: boolean;
  /** A life in turn of which the patch changes more than its ends: what is left may be kept for the next time. */
  readonly keeps?: boolean;
  /** It begins a life of which nobody is called at the end: what it leaves when all goes well is lost. */
  readonly endless?: boolean;
  /** A core gives it a packet to send: where it returns 0 that is its own (Documentation/networking/driver.rst). */
  readonly sends?: boolean;
  /** Jumps out are all that this side lacks of what the patch changes there. */
  readonly jumpGone?: "before" | "after" | null;
  /** What it is called as, where it may not sleep: "an interrupt handler". */
  readonly interrupt?: string | null;
}

export interface Side {
  readonly program: Program;
  readonly contracts: Contracts;
  readonly files: ReadonlySet<string>;
  /** Functions of these files that are taken by their contract all the same: the kernel's interfaces, which the patch leaves as they are. */
  readonly interfaces?: ReadonlySet<string>;
  /** Errors that a function of these files tests for, on either side. */
  codes?(name: string, path: string): readonly bigint[];
  /** Whether a line of the side's text is one that the patch shows: paths are sought there first. */
  near?(loc: Loc): boolean;
  /** Whether it is one that the patch changes: ways to it are looked for where no path comes to it. */
  changed?(loc: Loc): boolean;
}

export interface Bounds {
  /** Paths of an entry and side. */
  readonly paths: number;
  /** Nodes evaluated on one path, and on all of an entry and side. */
  readonly steps: number;
  readonly total: number;
}

export const USUAL_BOUNDS: Bounds = { paths: 400, steps: 60_000, total: 3_000_000 };

/** The decisions that a path makes otherwise than usual. */
export type Forced = ReadonlyMap<string, string>;

export function forcedKey(f: Forced): string {
  return partsOf(f).join(";");
}

/** What its key is made of, in order. */
const partsOf = (f: Forced): string[] => [...f].map(([k, v]) => `${k}=${v}`).sort();

/** The key with one part more. */
function keyWith(parts: readonly string[], part: string): string {
  const at = parts.findIndex((p) => part < p);
  return at < 0 ? [...parts, part].join(";") : [...parts.slice(0, at), part, ...parts.slice(at)].join(";");
}

/** Runs one path. */
export function runPath(side: Side, entry: Entry, forced: Forced, steps: number): PathResult {
  const life = entry.leave !== null && entry.turn !== true;
  const w = new Walker({ ...side, forced, steps, interrupt: entry.interrupt ?? null, life });
  let end: PathResult["end"] = "returned";
  let why = "";
  let result: readonly [bigint, bigint] | null = null;
  let outcome: Outcome = "neither";
  let ledger = NO_LEDGER;
  try {
    const returned = enter(w, side, entry);
    ({ result, outcome } = returned);
    ledger = ledgerOf(w, returned.value, returned.at, entry.sends === true);
  } catch (f) {
    if (f instanceof PathEnd) {
      end = f.end;
      why = f.message;
    } else if (f instanceof CFail) {
      end = "unsupported";
      why = f.message;
    } else if (f instanceof RangeError) {
      end = "limit";
      why = f.message;
    } else throw f;
  }
  return {
    choices: w.choices,
    faults: w.faults,
    end,
    why,
    result,
    outcome,
    steps: w.steps,
    covered: w.covered,
    met: w.met,
    assumed: [...w.assumed],
    called: w.called,
    ran: [...w.ran],
    ...(w.skips && { skips: true }),
    gaveUp: gaveUp(w),
    unchecked: w.unchecked,
    copies: w.copied,
    warned: w.warned,
    lost: lostOf(w),
    ledger,
  };
}

/** Functions below the entry that ended the path by failing, or in which it broke off, the innermost first. */
function gaveUp(w: Walker): string[] {
  if (w.brokenOff.length > 0) return w.brokenOff.slice(0, -1);
  const chain: string[] = [];
  let depth = 0;
  for (const f of [...w.gaveUp].reverse()) {
    if (f.depth <= depth) break;
    depth = f.depth;
    chain.unshift(f.name);
  }
  return chain;
}

/** A function of a side that has a body. */
export function symOf(side: Side, name: string, path: string): FunctionSym | null {
  const e = side.program.lookup(name, path);
  return e?.kind === "function" && e.sym.def !== null ? e.sym : null;
}

/** Why a function cannot be run on a side; null: it can. */
export function whyNoEntry(side: Side, entry: Entry): string | null {
  const sym = symOf(side, entry.name, entry.path);
  // A neighbour's function of that name (mm/nommu.c has mm/mmap.c's) is not the one of the patch.
  if (sym === null || sym.layer > 0)
    return "it lies in an #if that is off here, or its text is no C that is known";
  try {
    side.program.tree(sym);
    return null;
  } catch (f) {
    if (f instanceof CFail) return f.message;
    throw f;
  }
}

/** The return type of a function as text, or null where the side does not define it. */
export function returnType(side: Side, name: string, path: string): string | null {
  const sym = symOf(side, name, path);
  try {
    return sym === null ? null : typeText(sym.type().ret);
  } catch (f) {
    if (f instanceof CFail) return null;
    throw f;
  }
}

interface Returned {
  readonly result: readonly [bigint, bigint] | null;
  readonly value: Value | null;
  readonly outcome: Outcome;
  readonly at: Spot;
}

function enter(w: Walker, side: Side, entry: Entry): Returned {
  const sym = symOf(side, entry.name, entry.path);
  if (sym === null) throw new PathEnd("unsupported", `${entry.name}() is not there`);
  const tree = side.program.tree(sym);
  const args = argsOf(w, tree.params);
  const v = w.body(sym, args);
  const ret = tree.type.ret;
  const outcome = outcomeOf(w, sym, v, ret);
  const at = { by: "", fn: entry.name, loc: expansionLoc(w.returned ?? tree.endLoc) };
  const result = v === null ? null : w.known.span(v);
  returnsFreed(w, { result: v, outcome, at });
  // Only what has begun ends.
  // A probe that returns a positive number was refused by what it asked.
  const refused = entry.root && outcome === "succeeded" && (result?.[0] ?? 0n) > 0n && ret.kind === "int";
  const begun =
    (!refused && mayHaveSucceeded({ outcome, result })) || (ret.kind === "void" && outcome === "neither");
  if (entry.leave === null || !begun) {
    const before = w.gave.length;
    const told = w.faults.length;
    w.calls_.deviceGoes();
    if (begun) {
      for (const g of w.gave.slice(before)) w.late.add(g);
      // Before the device goes, another function takes back what this one made known.
      const later = w.faults.splice(told);
      w.faults.push(...later.filter((f) => f.kind !== "freed-while-registered"));
    }
    audit(w, { result: v, outcome, root: entry.root, callback: entry.callback === true, life: false, at });
    return { result, value: v, outcome, at };
  }
  const last = symOf(side, entry.leave, entry.path);
  if (last === null) return { result, value: v, outcome, at };
  const lastTree = side.program.tree(last);
  const same = lastTree.params.map((p, i) => {
    const q = tree.params.findIndex((x) => typeName(x.type) === typeName(p.type));
    // What an allocating function returns is what the freeing one is given.
    if (q < 0 && v !== null && typeName(p.type) !== "" && typeName(p.type) === typeName(ret)) {
      fillIn(w, v);
      return v;
    }
    return q >= 0 && typeName(p.type) !== "" ? args[q]! : (argsOf(w, [p])[0]! ?? args[i]!);
  });
  w.returned = null;
  const ended = w.body(last, same);
  w.calls_.deviceGoes();
  const left = { by: "", fn: entry.leave, loc: expansionLoc(w.returned ?? lastTree.endLoc) };
  // What says that it failed has not ended this one; nobody asks that of what a core calls last.
  if (CORE_ENDS.test(entry.leave) || outcomeOf(w, last, ended, lastTree.type.ret) !== "failed")
    audit(w, { result: null, outcome: "neither", root: true, callback: false, life: true, at: left });
  return { result, value: v, outcome, at: left };
}

/** Functions whose answer a core does not heed, by their names. */
const CORE_ENDS = /(?:^|_)(?:remove|exit|unbind|disconnect|shutdown|cleanup)(?:_|$)/;

/** Whoever got the object from the first function may have set what that one left as it was. */
function fillIn(w: Walker, v: Value): void {
  const at = w.mem.at(w.address(v, null));
  if (at !== null && at.obj.kind === "heap") at.obj.fresh = "unknown";
}

function typeName(t: CType): string {
  return t.kind === "pointer" && t.to.kind === "record" ? (t.to.info.tag ?? "") : "";
}

function argsOf(w: Walker, params: readonly { name: string; type: CType }[]): Value[] {
  return params.map((p) =>
    p.type.kind === "record"
      ? w.mem.make(p.name, "outside", "unknown", { type: p.type }).base
      : unknown(p.name, p.type),
  );
}

/** A path that ran, with what was decided on it otherwise than usual. */
export interface Ran {
  readonly forced: Forced;
  readonly result: PathResult;
}

/** Every decision that the path was given was met on it. */
export const met = (r: Pick<PathResult, "choices">, forced: Forced): boolean =>
  [...forced].every(([k, v]) => r.choices.some((c) => c.name === k && c.answer === v));

/** Of the paths that ran so many are laid beside the other side's (balance.ts, owners.ts). */
export const MOST_COMPARED = 120;

export interface Explored {
  readonly paths: ReadonlyMap<string, Ran>;
  /** Paths that were known and not run, for the bound. */
  readonly left: number;
  /** What is decided otherwise than usual on the path that goes well, where the usual one does not. */
  readonly well: Forced | null;
  /** Ways to changed lines that none of the paths comes to. */
  seek(): readonly Forced[];
  /** Whether no path comes to a changed statement of the functions that ran; null where these have none. */
  passesBy(): boolean | null;
  /** Goes on from such ways, and from what lies beside them. */
  from(ways: readonly Forced[]): void;
}

/** What decisions compare with a constant ("": nothing), and how many paths told its values apart in vain. */
interface Subject {
  readonly name: string;
  vain: number;
}

/** A path to run: that of `from`, with one decision more made otherwise. Many are never run: it holds no more than that. */
interface Candidate {
  /** What the last decision is about. */
  readonly subject: Subject;
  readonly depth: number;
  readonly from: Forced;
  /** The decision that is added and how it is made; null: none. */
  readonly add: readonly [string, string] | null;
  readonly after: number;
  readonly rank: number;
}

/** Where a path begins that is none beside another. */
const start = (from: Forced): Candidate => ({
  subject: { name: "", vain: 0 },
  depth: 0,
  from,
  add: null,
  after: 0,
  rank: 0,
});

/** What a decision on a path costs besides its steps: it is kept, named and made otherwise once. */
const CHOICE_COST = 20;
/** So many paths of one exploration may come to the bound on steps; the rest then ends at a part of it. */
const LONG_PATHS = 6;
const SHORTER = 4;
/** Paths that are spent on finding one that goes well. */
const SEEKING = 40;
/** What a decision at lines of the patch is preferred by to one elsewhere that makes as many otherwise. */
const NEAR = 0.6;
/** Calls at one place, in a loop, of which each is made to fail before other places are. */
const TURNS_ALIKE = 2;
/** Functions of the patched files that are taken as read where one gave up, and nothing else leads further. */
const MAX_AS_READ = 3;
/** Paths beside the ways to a changed line that are run besides, as a part of the usual number. */
const BESIDE = 0.25;
/** Values of one thing, told from each other in vain so often, are no more looked into before the rest. */
const IN_VAIN = 2;

/** What a decision compares with a constant: "pdev->device" of a list of device numbers. */
function subjectOf(choice: string): string {
  return / [=!]= (?:-?\w+)$/.test(choice) ? choice.slice(0, choice.search(/ [=!]= -?\w+$/)) : "";
}

/** The path came to something that cannot be run, or not to its end, in a function below the entry. */
function brokeOff(r: PathResult): boolean {
  return (r.end === "limit" || r.end === "unsupported") && r.gaveUp.length > 0;
}

/**
 * A path on which the entry says that all went well, found from the usual one: what was decided last before it gave up is
 * decided otherwise, as long as that leads further. Null where the usual path goes well, or none is found.
 */
function goesWell(run: (forced: Forced) => PathResult, usual: PathResult): Forced | null {
  let forced: Forced = new Map();
  let at = usual;
  let tries = 0;
  const length = (r: PathResult): number => r.choices.length;
  while (at.end === "returned" ? at.outcome === "failed" : brokeOff(at)) {
    let further: { forced: Forced; result: PathResult } | null = null;
    const vain = new Map<string, number>();
    for (let i = at.choices.length - 1; i >= 0 && further === null && !brokeOff(at); i--) {
      const c = at.choices[i]!;
      if (forced.has(c.name) || c.answer === "works" || c.options.length < 2) continue;
      const subject = subjectOf(c.name);
      if ((vain.get(subject) ?? 0) >= IN_VAIN) continue;
      for (const option of c.options) {
        if (option === c.answer || option === "fails") continue;
        if (tries++ >= SEEKING) break;
        const next = new Map(forced).set(c.name, option);
        const result = run(next);
        const better =
          result.end === "returned"
            ? result.outcome !== "failed" || length(result) > length(at)
            : brokeOff(result) && length(result) > length(at);
        if (better) {
          further = { forced: next, result };
          break;
        }
        if (subject !== "") vain.set(subject, (vain.get(subject) ?? 0) + 1);
      }
    }
    // Nothing decides it otherwise: what gave up is taken as read.
    for (const name of further === null ? at.gaveUp.slice(0, MAX_AS_READ) : []) {
      if (forced.has(asReadChoice(name))) continue;
      const next: Forced = new Map(forced).set(asReadChoice(name), "yes");
      const result = run(next);
      if (result.end !== "returned" && !brokeOff(result)) continue;
      if (!mayHaveSucceeded(result) && result.gaveUp.join() === at.gaveUp.join()) continue;
      further = { forced: next, result };
      break;
    }
    if (further === null) return null;
    forced = further.forced;
    at = further.result;
  }
  return forced.size > 0 && mayHaveSucceeded(at) ? forced : null;
}

export function explore(side: Side, entry: Entry, bounds: Bounds, lead: Forced | null = null): Explored {
  const paths = new Map<string, { forced: Forced; result: PathResult }>();
  const seen = new Set<string>([""]);
  const covered = new Set<string>();
  const subjects = new Map<string, Subject>();
  const subjectNamed = (name: string): Subject => {
    let subject = subjects.get(name);
    if (subject === undefined) subjects.set(name, (subject = { name, vain: 0 }));
    return subject;
  };
  const queue: Candidate[] = [];
  let dropped = 0;
  let total = 0;
  let long = 0;
  const run = (forced: Forced): PathResult => {
    const key = forcedKey(forced);
    const known = paths.get(key);
    if (known !== undefined) return known.result;
    const result = runPath(side, entry, forced, long < LONG_PATHS ? bounds.steps : bounds.steps / SHORTER);
    if (result.steps > bounds.steps) long++;
    total += result.steps + 200 + CHOICE_COST * result.choices.length;
    paths.set(key, { forced, result });
    return result;
  };
  const spread = (c: Candidate): void => {
    const way: Forced = c.add === null ? c.from : new Map(c.from).set(...c.add);
    const parts = partsOf(way);
    const result = run(way);
    let fresh = 0;
    for (const e of result.covered)
      if (!covered.has(e)) {
        covered.add(e);
        fresh++;
      }
    if (c.subject.name !== "" && fresh === 0) c.subject.vain++;
    const turns = new Map<string, number>();
    result.choices.forEach((choice, i) => {
      const site = `${choice.callee} ${choice.fn} ${choice.loc.line}:${choice.loc.col}`;
      const turn = choice.callee === null ? 0 : (turns.get(site) ?? 0) + 1;
      turns.set(site, turn);
      if (i < c.after) return;
      if (way.has(choice.name)) return;
      const subject = subjectNamed(subjectOf(choice.name));
      for (const option of choice.options) {
        if (option === choice.answer) continue;
        const key = keyWith(parts, `${choice.name}=${option}`);
        if (seen.has(key)) continue;
        seen.add(key);
        const depth = c.depth + 1;
        // The hundredth call at one place says little that the first did not.
        const again = turn > TURNS_ALIKE ? 1 : 0;
        const rank =
          again +
          depth -
          (fresh > 0 ? 0.7 : 0) -
          (choice.callee !== null ? 0.2 : 0) -
          (choice.near === true ? NEAR : 0) +
          i * 0.0001;
        queue.push({ from: way, add: [choice.name, option], after: i + 1, rank, depth, subject });
      }
    });
    // Of more than can be run the last are only counted.
    if (queue.length > 8 * bounds.paths) {
      queue.sort((a, b) => a.rank - b.rank);
      dropped += queue.splice(4 * bounds.paths).length;
    }
  };
  spread(start(new Map()));
  // Failures are tried on a path that would go well without them, not on one that has given up before.
  const well = lead ?? goesWell(run, run(new Map()));
  if (well !== null) {
    seen.add(forcedKey(well));
    spread(start(well));
  }
  const goOn = (most: number, cost: number): void => {
    while (queue.length > 0 && paths.size < most && total < cost) {
      let best = 0;
      let least = Number.POSITIVE_INFINITY;
      for (let i = 0; i < queue.length; i++) {
        const { rank, subject } = queue[i]!;
        const own = subject.vain >= IN_VAIN ? rank + 1 : rank;
        if (own >= least) continue;
        best = i;
        least = own;
      }
      const [c] = queue.splice(best, 1);
      spread(c!);
    }
  };
  goOn(bounds.paths, bounds.total);
  return {
    paths,
    get left() {
      return queue.length + dropped;
    },
    well,
    seek: () => {
      const { changed } = side;
      if (changed === undefined || dropped + queue.length === 0) return [];
      return waysToTheChange(treesOf(side, entry, paths.values()), changed, paths.values(), run);
    },
    passesBy: () => {
      const { changed } = side;
      if (changed === undefined) return null;
      for (const { result } of paths.values()) if (result.met.size > 0) return false;
      return isChangedIn(treesOf(side, entry, paths.values()), changed) ? true : null;
    },
    from: (ways) => {
      const most = paths.size + bounds.paths * BESIDE;
      for (const forced of ways) {
        seen.add(forcedKey(forced));
        spread(start(forced));
      }
      goOn(most, total + bounds.total * BESIDE);
    },
  };
}

/** The functions of the patched files that paths of an entry went through. */
function treesOf(side: Side, entry: Entry, paths: Iterable<{ readonly result: PathResult }>): FnTree[] {
  const names = new Set<string>();
  for (const { result } of paths) for (const name of result.ran) names.add(name);
  return [...names].flatMap((name) => {
    const sym = symOf(side, name, entry.path);
    return sym === null ? [] : [side.program.tree(sym)];
  });
}
