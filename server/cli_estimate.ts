/**
 * `folioscope review --estimate`: what a review costs, said before it is paid. Each patch is placed and planned as a review
 * does it, and nothing is run. Exit status 0, or 2 where the tree cannot be used. Leaves out how a price is reckoned
 * (emulation/price.ts).
 */
import type { CliIo } from "./cli_io.ts";
import { groundOf, Prices, secondsOf } from "./emulation/price.ts";
import { patchNumber } from "./features/snapshot.ts";
import type { ParsedDocument } from "./mail/types.ts";
import { aboutSeconds, terminalText } from "./report/text.ts";
import { DocumentReview, ReplayMismatch } from "./review/analysis.ts";
import { KeptResults } from "./review/kept.ts";
import type { Plan } from "./review/plan.ts";
import type { ReviewOptions } from "./review/types.ts";
import { TreeProblem } from "./source/context.ts";

/** Writes the price of each patch and of all, and gives the exit status. */
export function tellPrice(doc: ParsedDocument, options: ReviewOptions, io: CliIo): number {
  try {
    io.stdout(`${priceLines(doc, options, KeptResults.ofUser()).join("\n")}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ReplayMismatch || error instanceof TreeProblem)) throw error;
    io.stderr(`folioscope review: ${error.message}\n`);
    return 2;
  }
}

/** A line for each patch, and one for all of them. `kept`: results that need not be run. */
function priceLines(doc: ParsedDocument, options: ReviewOptions, kept: KeptResults | null): string[] {
  const review = new DocumentReview(doc, options, () => false);
  const prices = Prices.ofUser();
  const lines: string[] = [];
  let [seconds, runs, measured] = [0, 0, true];
  try {
    review.patches.forEach((patch, n) => {
      const title = terminalText([patchNumber(patch, doc), patch.subject].filter((s) => s !== "").join(" "));
      if (kept?.find({ doc, patch, options, context: review.context })) {
        lines.push(title, "  nothing to run: its result is kept from an earlier review");
        return;
      }
      const { plan } = review.patch(n);
      const price = secondsOf(prices, groundOf(review.context), plan.cost);
      measured &&= price.measured;
      seconds += price.seconds;
      runs += plan.items.length;
      lines.push(
        title,
        `  ${planText(plan)}${plan.items.length === 0 ? "" : `: ${aboutSeconds(price.seconds)}`}`,
      );
    });
  } finally {
    review.end();
  }
  const basis = measured ? "as fast as reviews ran here before" : "no review ran here yet: a usual machine's";
  if (review.patches.length > 1) lines.push(`in all ${runs} runs: ${aboutSeconds(seconds)}`);
  return [...lines, `nothing was run (${runs === 0 ? "nothing would be" : basis})`];
}

/** "116 runs of scenarios and 3 functions by themselves; 720 cases are left out". */
function planText({ items, leftOut }: Plan): string {
  const scenarios = items.filter((i) => i.kind === "scenario").length;
  const functions = items.length - scenarios;
  const some = [
    scenarios > 0 ? `${scenarios} ${scenarios === 1 ? "run of a scenario" : "runs of scenarios"}` : "",
    functions > 0
      ? `${functions} ${functions === 1 ? "function" : "functions"} by ${functions === 1 ? "itself" : "themselves"}`
      : "",
  ].filter((s) => s !== "");
  const passed = leftOut.reduce((sum, l) => sum + l.labels.length, 0);
  const rest = passed > 0 ? `; ${passed} cases are left out` : "";
  return `${some.length === 0 ? "nothing to run" : some.join(" and ")}${rest}`;
}
