/**
 * Explores what is asked of a document: the cases of the wanted scenarios on the sides of each patch, one after the other,
 * orders or faults. For the command line and the editor alike. Leaves out one case (explore.ts, explore_faults.ts) and words
 * (server/report/explored.ts).
 */
import { Memory } from "../../emulator/mem/memory.ts";
import type { ParsedDocument, Patch } from "../mail/types.ts";
import { treeContext } from "../source/context.ts";
import { type ExploredCase, type ExploreLimits, exploreCase } from "./explore.ts";
import { exploreFaults, type InjectedCase } from "./explore_faults.ts";
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
}

export interface ExploreListener {
  /** A patch of which nothing can run, in a sentence. */
  silent(why: string): void;
  explored(result: ExploredCase | InjectedCase): void;
}

/** The sides of each patch that can run; for a replay's token, as it was made. @throws TreeProblem */
export function* sidesOf(
  { doc, patches, options }: Pick<Explorings, "doc" | "patches" | "options">,
  replay: Replay | null,
  silent: (why: string) => void,
): Generator<{ readonly patch: Patch; readonly sides: PatchSides }> {
  const context = treeContext(options, doc);
  const memories = [new Memory(), new Memory()] as const;
  for (const patch of patches) {
    const sources = sourcesOf(doc, patch, options, replay, context);
    if (sources.nothing !== null) silent(`${patchTitle(patch)}: ${nothingText(sources.nothing)}`);
    else yield { patch, sides: buildSides(patch, sources, memories, () => false) };
  }
}

/** Explores, and gives how many cases there were, and whether a patch could run at all. @throws TreeProblem */
export function exploreAll(
  asked: Explorings,
  listen: ExploreListener,
): { readonly cases: number; readonly reached: boolean } {
  const { options, limits, faults } = asked;
  let cases = 0;
  let reached = false;
  for (const { patch, sides } of sidesOf(asked, null, listen.silent)) {
    reached = true;
    for (const c of wantedCases(sides.after.booted.scenarios, options, null)) {
      cases++;
      const at = { name: c.def.name, params: c.params, label: c.label };
      listen.explored(
        faults === 0
          ? exploreCase(sides, at, patch, limits)
          : exploreFaults(sides, at, patch, faults, limits),
      );
    }
  }
  return { cases, reached };
}
