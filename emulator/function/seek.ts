/**
 * Ways to the lines that a patch changes, where none of the paths that were run comes to them: of a path the last decisions
 * are made otherwise, one after the other, as long as it then comes nearer. Leaves out what happens there (explore.ts goes on
 * from what is found here), lines of functions that no path enters, and of a statement on several lines which of them ran.
 */
import type { Loc } from "../c/ast.ts";
import { expansionLoc } from "../c/token.ts";
import type { FnTree, LabelRef, S } from "../c/tree.ts";
import { changedStatements, placeOf } from "./changed_statements.ts";
import type { Choice, PathResult } from "./finding.ts";

/** Decisions that are made otherwise than usual, by name. */
export type Way = ReadonlyMap<string, string>;

/** A statement to come to, and the turns of branches that lead to it, outermost first. */
interface Goal {
  readonly fn: string;
  /** "file:line" of the statement. */
  readonly place: string;
  readonly line: number;
  readonly branches: readonly string[];
}

/** Goals of an entry that are looked for, and runs that are spent on all of them. */
const MAX_GOALS = 4;
const TRIES = 140;
const ONE_GOAL = 70;

/** Where a branch is told as taken: see Walker.cover(). */
const turn = (fn: string, { line, col }: Loc, way: "T" | "F" | "case"): string =>
  `${fn}:${line}:${col}:${way}`;

/** Changed statements of a function, and the jumps to where they stand: the first of each run of lines. */
function goalsOf(tree: FnTree, changed: (loc: Loc) => boolean): Goal[][] {
  const found: { goal: Goal; label: LabelRef | null }[] = [];
  const jumps = new Map<LabelRef, Goal[]>();
  const statements = changedStatements(tree, changed);
  const goal = (s: S, branches: readonly string[]): Goal => {
    const loc = expansionLoc(s.loc);
    return {
      fn: tree.name,
      place: statements.get(s)?.place ?? placeOf(loc),
      line: loc.line,
      branches,
    };
  };
  const visit = (s: S, branches: readonly string[], label: LabelRef | null): LabelRef | null => {
    if (s.k === "label") return s.label;
    if (s.k === "block" || s.k === "seq") {
      let at = label;
      for (const item of s.items) at = visit(item, branches, at);
      return at;
    }
    if (s.k === "goto") jumps.set(s.label, [...(jumps.get(s.label) ?? []), goal(s, branches)]);
    if (statements.has(s)) found.push({ goal: goal(s, branches), label });
    if (s.k === "if") {
      visit(s.a, [...branches, turn(tree.name, s.loc, "T")], null);
      if (s.b !== null) visit(s.b, [...branches, turn(tree.name, s.loc, "F")], null);
    } else if (s.k === "loop")
      visit(s.body, s.test === null ? branches : [...branches, turn(tree.name, s.loc, "T")], null);
    else if (s.k === "switch") visit(s.body, branches, null);
    return label;
  };
  visit(tree.body, [], null);
  let last = -2;
  const out: Goal[][] = [];
  for (const { goal: g, label } of found) {
    if (g.line > last + 1) out.push([g, ...(label === null ? [] : (jumps.get(label) ?? []))]);
    last = g.line;
  }
  return out;
}

/** Whether a statement that a patch changes stands in one of these functions. */
export const isChangedIn = (trees: readonly FnTree[], changed: (loc: Loc) => boolean): boolean =>
  trees.some((t) => goalsOf(t, changed).length > 0);

/**
 * How near a path comes: branches on the way that it took, then how far down the function it got before, then how much was asked
 * there (a condition of two parts is past its first). @param place where it is to come to in the end: past a jump, at its label
 */
function nearness(r: PathResult, g: Goal, place: string): number {
  if (r.met.has(place)) return Number.POSITIVE_INFINITY;
  let taken = 0;
  while (taken < g.branches.length && r.covered.has(g.branches[taken]!)) taken++;
  let line = 0;
  for (const c of r.covered) {
    if (!c.startsWith(`${g.fn}:`)) continue;
    const at = Number(c.slice(g.fn.length + 1).split(":", 1)[0]);
    if (at > line && at <= g.line) line = at;
  }
  const asked = new Set<string>();
  let part = 0;
  r.choices.forEach(({ fn, loc }, i) => {
    part = r.choices[i - 1]?.loc.line === loc.line ? part + 1 : 0;
    if (fn === g.fn && loc.line <= g.line) asked.add(`${loc.line} ${part}`);
  });
  return taken * 1e7 + line + Math.min(asked.size, 999) / 1000;
}

/** Decisions by which the way to a goal may have been missed, the likeliest first: the last one before it in its function. */
function likely(choices: readonly Choice[], g: Goal): Choice[] {
  const before = choices.filter((c) => c.fn === g.fn && c.loc.line <= g.line);
  const others = choices.filter((c) => !before.includes(c));
  return [...before.reverse(), ...others.reverse()];
}

/**
 * Ways to changed statements that no path has met. @param trees of the functions that the paths went through
 * @param paths what was run @param run runs one more
 */
export function waysToTheChange(
  trees: readonly FnTree[],
  changed: (loc: Loc) => boolean,
  paths: Iterable<{ readonly forced: Way; readonly result: PathResult }>,
  run: (forced: Way) => PathResult,
): Way[] {
  const ran = [...paths];
  const isMet = (g: Goal): boolean => ran.some((p) => p.result.met.has(g.place));
  const goals = trees.flatMap((t) => goalsOf(t, changed)).filter(([g]) => !isMet(g!));
  const ways: Way[] = [];
  let tries = 0;
  for (const [goal, ...jumps] of goals.slice(0, MAX_GOALS)) {
    if (isMet(goal!)) continue;
    const until = Math.min(TRIES, tries + ONE_GOAL);
    for (const g of [goal!, ...jumps]) {
      const way = climb(g);
      if (way === null) continue;
      ways.push(way);
      break;
    }
    /** The way without what led it astray. */
    function needed(way: Way): Way {
      let out = way;
      for (const name of way.keys()) {
        const less = new Map(out);
        less.delete(name);
        if (run(less).met.has(goal!.place)) out = less;
      }
      return out;
    }
    function climb(g: Goal): Way | null {
      let at: { forced: Way; result: PathResult } | null = null;
      const near = (r: PathResult): number => nearness(r, g, goal!.place);
      for (const p of ran) if (at === null || near(p.result) > near(at.result)) at = p;
      while (at !== null) {
        const now: number = near(at.result);
        if (now === Number.POSITIVE_INFINITY) return needed(at.forced);
        let further: typeof at | null = null;
        for (const c of likely(at.result.choices, g)) {
          if (further !== null || at.forced.has(c.name)) continue;
          for (const option of c.options) {
            if (option === c.answer) continue;
            if (tries++ >= until) return null;
            const forced: Way = new Map(at.forced).set(c.name, option);
            const next = { forced, result: run(forced) };
            ran.push(next);
            if (near(next.result) > now) {
              further = next;
              break;
            }
          }
        }
        at = further;
      }
      return null;
    }
  }
  return ways;
}
