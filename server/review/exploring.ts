/**
 * Explores what is asked of a document: the cases of the wanted scenarios on the sides of each patch, one after the other,
 * orders or faults. For the command line and the editor alike. Leaves out one case (explore.ts, explore_faults.ts) and words
 * (server/report/explored.ts).
 */
import { coveringCases } from "../../emulator/scenario/cover.ts";
import type { ScenarioCase } from "../../emulator/scenario/runner.ts";
import type { ParsedDocument, Patch } from "../mail/types.ts";
import { treeContext } from "../source/context.ts";
import { type ExploredCase, type ExploreLimits, exploreCase } from "./explore.ts";
import { exploreFaults, type InjectedCase } from "./explore_faults.ts";
import { giveBack, takeMemories } from "./memories.ts";
import { wantedCases } from "./plan.ts";
import type { Replay } from "./replay.ts";
import { buildSides, type PatchSides, patchTitle, sourcesOf } from "./sides.ts";
import type { ReviewOptions } from "./types.ts";
import { nothingText } from "./why.ts";

export interface Explorings {
  readonly doc: ParsedDocument;
  readonly patches: readonly Patch[];
  readonly options: ReviewOptions;
  readonly limits: ExploreLimits;
  /** 0: orders; 1: each fault once; 2: pairs of them too. */
  readonly faults: 0 | 1 | 2;
  /** Orders (or runs) of all cases and sides together: no case is begun once as many were run. None: no bound. */
  readonly total?: number;
}

export interface ExploreListener {
  /** A patch of which nothing can run, in a sentence. */
  silent(why: string): void;
  explored(result: ExploredCase | InjectedCase): void;
  /** The nth of so many cases of a patch begins. */
  begins?(label: string, nth: number, of: number): void;
}

/** How far exploring came. */
export interface ExploredAll {
  readonly cases: number;
  /** Of `cases`, those that were not begun: `total` was spent, or the time. */
  readonly untried: number;
  /** A patch could run at all. */
  readonly reached: boolean;
}

/** The sides of each patch that can run; for a replay's token, as it was made. @throws TreeProblem */
export function* sidesOf(
  { doc, patches, options }: Pick<Explorings, "doc" | "patches" | "options">,
  replay: Replay | null,
  silent: (why: string) => void,
): Generator<{ readonly patch: Patch; readonly sides: PatchSides }> {
  const context = treeContext(options, doc);
  const memories = takeMemories();
  try {
    for (const patch of patches) {
      const sources = sourcesOf(doc, patch, options, replay, context);
      if (sources.nothing !== null) silent(`${patchTitle(patch)}: ${nothingText(sources.nothing)}`);
      else yield { patch, sides: buildSides(patch, sources, memories, () => false) };
    }
  } finally {
    giveBack(memories);
  }
}

/** The cases in their order; where `total` may run out, first those in which each pair of parameter values occurs. */
function inOrder(wanted: readonly ScenarioCase[], { limits, total }: Explorings): readonly ScenarioCase[] {
  if (total === undefined || 2 * limits.schedules * wanted.length <= total) return wanted;
  const pairs = new Set([...new Set(wanted.map((c) => c.def))].flatMap(coveringCases).map((c) => c.label));
  const first = wanted.filter((c) => pairs.has(c.label));
  return [...first, ...wanted.filter((c) => !pairs.has(c.label))];
}

const runsOf = (result: ExploredCase | InjectedCase): number =>
  "depth" in result
    ? [result.before, result.after].reduce((sum, s) => sum + s.single + s.pairs, 0)
    : result.before.orders + result.after.orders;

/** Explores, and gives how far it came. @throws TreeProblem */
export function exploreAll(asked: Explorings, listen: ExploreListener): ExploredAll {
  const { options, limits, faults, total = Number.POSITIVE_INFINITY } = asked;
  let cases = 0;
  let untried = 0;
  let reached = false;
  let spent = 0;
  for (const { patch, sides } of sidesOf(asked, null, listen.silent)) {
    reached = true;
    const wanted = inOrder(wantedCases(sides.after.booted.scenarios, options, null), asked);
    for (const [i, c] of wanted.entries()) {
      cases++;
      if (spent >= total || (cases > 1 && limits.stop?.() === true)) {
        untried++;
        continue;
      }
      listen.begins?.(c.label, i + 1, wanted.length);
      const at = { name: c.def.name, params: c.params, label: c.label };
      const result =
        faults === 0
          ? exploreCase(sides, at, patch, limits)
          : exploreFaults(sides, at, patch, faults, limits);
      spent += runsOf(result);
      listen.explored(result);
    }
  }
  return { cases, untried, reached };
}
