/**
 * Which run a debug session is of: a finding's, by its replay token, with the text and the options that its review had.
 * Leaves out making and stepping through it (server/debug).
 */
import type { LaunchResult } from "../protocol.ts";
import { ranOn } from "../report/facts.ts";
import { loudest } from "../report/panel.ts";
import { BY_TYPES, isSteppable } from "../review/finding.ts";
import type { ReviewOptions } from "../review/types.ts";
import type { Snapshot } from "./snapshot.ts";

const none = (why: string): LaunchResult => ({ run: null, title: "", why });

/** The launch of finding `index`, null for the loudest. */
export function launchOf(
  snapshot: Snapshot,
  text: string,
  path: string,
  index: number | null,
  options: ReviewOptions,
): LaunchResult {
  const { review, parsed } = snapshot;
  const chosen = index ?? loudest(snapshot, isSteppable);
  const finding = chosen === null ? undefined : review?.result.findings[chosen];
  if (review === undefined || finding === undefined)
    return none("there is no finding to step through: simulate the patch first");
  if (!parsed.isRawText)
    return none(
      "this mail is encoded: open it readable (the lens on its first line) and step through it there",
    );
  if (!isSteppable(finding))
    return none(
      finding.scenario === BY_TYPES
        ? "the types decide this finding: there is no run to step through"
        : "this finding is of one function that ran by itself: only runs of the machine can be stepped through",
    );
  return {
    run: {
      text,
      path,
      options,
      replay: finding.replay,
      docLine: review.place(finding.docLine),
      side: ranOn(finding),
    },
    title: `${finding.code}: ${finding.scenario.split(" ")[0]}`,
    why: "",
  };
}
