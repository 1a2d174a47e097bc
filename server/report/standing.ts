/**
 * Where a function or a patch stands, in the same words on every surface. What did not give a verdict is one of four
 * things, and none of them is clean: not run yet, reached by no scenario, not modelled, shown only in part. Leaves out
 * counting (facts.ts) and the words for findings (words.ts).
 */

import { type FunctionFacts, isJudged, type ReviewResult } from "../review/types.ts";
import { isUncalled, NO_SCENARIO, SHOWN_IN_PART } from "../review/why.ts";
import { countsOf, reachOf } from "./facts.ts";
import { countsText, reachText } from "./words.ts";

/** `ran`: its code ran and the runs count. */
export type Standing = "ran" | "not-run" | "unreached" | "not-modelled" | "in-part";

export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  ran: "ran",
  "not-run": "not run yet",
  unreached: "reached by no scenario",
  "not-modelled": "not modelled",
  "in-part": "shown in part",
};

/** A document that shows no patch stands nowhere. */
export const NO_DIFF = "no diff";

type Facts = Pick<FunctionFacts, "executed" | "reason" | "counts">;

/** Of a function by its facts, one a side; `tried`: its patch was run. */
export function functionStanding(facts: readonly Facts[], tried: boolean): Standing {
  if (!tried) return "not-run";
  if (facts.some(({ counts: c }) => c.clean + c.new + c.fixed + c.already > 0)) return "ran";
  if (facts.some((f) => f.executed)) return "not-modelled";
  const { reason } = facts.find((f) => f.reason !== "") ?? { reason: SHOWN_IN_PART };
  return reason === SHOWN_IN_PART ? "in-part" : isUncalled(reason) ? "unreached" : "not-modelled";
}

/** The words, with the reason where it says more than they do. */
export function standingText(standing: Standing, facts: readonly Facts[]): string {
  const words = STANDING_WORDS[standing];
  const reason = facts.find((f) => f.reason !== "")?.reason ?? "";
  if (standing === "unreached" && reason !== NO_SCENARIO && isUncalled(reason)) return `${words}: ${reason}`;
  return standing !== "not-modelled" || reason === "" ? words : `${words}: ${reason}`;
}

type Told = Pick<ReviewResult, "runs" | "functions" | "plans">;

/** Whether a patch was run, or at least planned. */
export const wasTried = (result: Told | undefined, patch: number): boolean =>
  result?.plans.some((p) => p.patch === patch) === true;

/** Of a patch: `ran` when some run of it counts. */
export function patchStanding(result: Told | undefined, patch: number): Standing {
  if (result === undefined || !wasTried(result, patch)) return "not-run";
  const runs = result.runs.filter((r) => r.patch === patch);
  if (runs.some((r) => isJudged(r.verdict))) return "ran";
  if (runs.length > 0) return "not-modelled";
  const why = result.plans.filter((p) => p.patch === patch).flatMap((p) => p.leftOut.map((l) => l.why.kind));
  const every = (...kinds: string[]): boolean => why.length > 0 && why.every((k) => kinds.includes(k));
  if (every("partial")) return "in-part";
  return every("unreached", "uncalled", "one-era", "budget") ? "unreached" : "not-modelled";
}

/** Where a document stands whose patches gave no count: as all of them do, else not modelled. */
export function documentStanding(result: ReviewResult | undefined, patches: readonly number[]): string {
  const all = new Set(patches.map((p) => patchStanding(result, p)));
  all.delete("not-run");
  if (all.size === 0) return STANDING_WORDS["not-run"];
  return STANDING_WORDS[all.size === 1 ? [...all][0]! : "not-modelled"];
}

/**
 * A patch in a few words: its counts where something of it ran, else where it stands. What was broken before the patch is
 * told apart (the report, the sidebar's own row), not here.
 */
export function patchText(result: ReviewResult | undefined, patch: number): string {
  const standing = patchStanding(result, patch);
  if (result === undefined || standing === "not-run") return STANDING_WORDS["not-run"];
  const counts = countsOf(result, patch);
  const text = countsText({ ...counts, already: 0 });
  // That nothing of its code ran belongs to what is said of it, whatever ran around it.
  const reach = reachOf(result, patch);
  const passed = reach === null || reach.reached > 0 ? "" : reachText(reach);
  if (standing === "ran") return joined(text === "" ? "ran, as before the patch" : text, passed);
  const found = countsText({ ...counts, already: 0, notModelled: 0 });
  return found === "" && passed !== ""
    ? passed
    : joined(found === "" ? STANDING_WORDS[standing] : found, passed);
}

const joined = (...parts: string[]): string => parts.filter((p) => p !== "").join(" · ");
