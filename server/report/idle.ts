/**
 * What is told of a patch that is no finding of its own: functions that did not run, and what was so before. Leaves out
 * counting (facts.ts) and the words for findings (words.ts).
 */
import { isOwnRun } from "../review/finding.ts";
import type { Finding, ReviewResult } from "../review/types.ts";
import { HUNK_REFUSED, isNothingRuns, nothingText, SHOWN_IN_PART } from "../review/why.ts";

/** Why nothing of a patch ran, where the cases left out say so: it is not said again. */
export function nothingRan(result: ReviewResult, index: number): string[] {
  return result.plans
    .filter((p) => p.patch === index)
    .flatMap((p) => p.leftOut)
    .flatMap(({ why }) => (isNothingRuns(why) ? [nothingText(why)] : []));
}

/** Whether nothing of a patch ran because the mail shows its functions in part: what a kernel tree would give. */
export const isInPart = (result: ReviewResult, index: number): boolean =>
  result.plans.some((p) => p.patch === index && p.leftOut.some(({ why }) => why.kind === "partial"));

/** "did not run: a(), b() (no scenario calls them)", one line; "" where all of a patch's functions did, or that is said already. */
export function didNotRun(result: ReviewResult, index: number): string {
  const said = nothingRan(result, index);
  const refused = result.plans.some(
    (p) => p.patch === index && p.leftOut.some((l) => l.why.kind === "refused"),
  );
  // What a function case says of one that it ran is said there.
  const tried = new Set(
    result.runs
      .filter((r) => r.patch === index && isOwnRun(r.scenario) && r.before.steps + r.after.steps > 0)
      .flatMap((r) => r.scenario.split(" ").slice(1)),
  );
  const idle = result.functions.filter(
    (f) =>
      f.patch === index &&
      !f.executed &&
      !tried.has(f.name) &&
      !said.includes(f.reason) &&
      !(refused && f.reason === HUNK_REFUSED) &&
      !(f.reason === SHOWN_IN_PART && said.some((text) => text.includes(`${f.name}()`))),
  );
  return idle.length === 0 ? "" : `did not run: ${byReason(idle)}`;
}

/** Functions that are named of those with one reason; the others are counted. */
const NAMED_MAX = 12;

/** "a(), b() (no scenario calls them); c() (the diff shows only a part of it)": each reason once. */
function byReason(functions: ReviewResult["functions"]): string {
  const groups = new Map<string, Set<string>>();
  for (const f of functions) {
    const names = groups.get(f.reason) ?? new Set();
    groups.set(f.reason, names.add(`${f.name}()`));
  }
  return [...groups]
    .map(([reason, set]) => {
      const names = [...set];
      const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : "";
      return `${names.slice(0, NAMED_MAX).join(", ")}${more} (${reason})`;
    })
    .join("; ");
}

/** Rules that are named of what was so before. */
const CODES_MAX = 6;

/** "3 already so before the patch: 2 deadlock, oops": which rules they break. */
export function alreadyText(findings: readonly Pick<Finding, "code">[]): string {
  const counts = new Map<string, number>();
  for (const f of findings) counts.set(f.code, (counts.get(f.code) ?? 0) + 1);
  const named = [...counts].map(([code, n]) => (n === 1 ? code : `${n} ${code}`));
  const more = named.length > CODES_MAX ? " and others" : "";
  return `${findings.length} already so before the patch: ${named.slice(0, CODES_MAX).join(", ")}${more}`;
}
