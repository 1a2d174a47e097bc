/**
 * `folioscope review FILE` of a mail with crash reports and no diff: what was read, and what it takes to come there. Exit
 * status: 1 a report was reproduced; 2 the tree or the series cannot be used; 3 nothing came of it.
 */
import type { CliIo } from "./cli_io.ts";
import type { ParsedDocument } from "./mail/types.ts";
import { crashText } from "./report/crash_text.ts";
import { crashOutcomes } from "./review/crash.ts";
import type { ReviewOptions } from "./review/types.ts";
import { TreeProblem, treeContext } from "./source/context.ts";

export function tellCrashes(doc: ParsedDocument, options: ReviewOptions, io: CliIo): number {
  try {
    const outcomes = crashOutcomes(doc, treeContext(options), options);
    io.stdout(crashText(outcomes));
    return outcomes.some((o) => o.match?.near === "same") ? 1 : 3;
  } catch (error) {
    if (!(error instanceof TreeProblem)) throw error;
    io.stderr(`folioscope review: ${error.message}\n`);
    return 2;
  }
}
