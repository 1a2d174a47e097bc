/**
 * `folioscope review FILE` of a mail with crash reports: what was read, and what it takes to come there; beside the review of
 * its diffs where it has some, else alone. Exit status of the latter: 1 a report was reproduced; 2 the tree or the series
 * cannot be used; 3 nothing came of it.
 */
import type { CliIo } from "./cli_io.ts";
import type { ParsedDocument } from "./mail/types.ts";
import { crashText } from "./report/crash_text.ts";
import type { Format } from "./report/formats.ts";
import { type CrashOutcome, crashOutcomes } from "./review/crash.ts";
import type { ReviewOptions, ReviewResult } from "./review/types.ts";
import { TreeProblem, treeContext } from "./source/context.ts";

/** What comes of the reports of a mail: run where a tree and a series are named, else read. Empty where there are none. @throws TreeProblem */
export function crashesOf(doc: ParsedDocument, options: ReviewOptions): CrashOutcome[] {
  if (doc.crashReports.length === 0) return [];
  const series = (options.prerequisites ?? []).length > 0;
  return crashOutcomes(doc, series ? treeContext(options) : null, options);
}

/** A mail that has reports and no diff. `empty`: the result of a review of nothing, for forms that have more than the reports. */
export function tellCrashes(
  doc: ParsedDocument,
  options: ReviewOptions,
  format: Format,
  empty: ReviewResult,
  io: CliIo,
): number {
  try {
    const crashes = crashesOf(doc, options);
    const style = { color: false, all: false };
    io.stdout(
      format.machine ? format.write({ doc, result: empty, chosen: [], style, crashes }) : crashText(crashes),
    );
    return crashes.some((o) => o.match?.near === "same") ? 1 : 3;
  } catch (error) {
    if (!(error instanceof TreeProblem)) throw error;
    io.stderr(`folioscope review: ${error.message}\n`);
    return 2;
  }
}
