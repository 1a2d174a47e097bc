/** The JSON of `folioscope review` (server/schema/review.schema.json). */
import type { ParsedDocument } from "../mail/types.ts";
import { toJson } from "../parse_json.ts";
import type { ReviewResult } from "../review/types.ts";
import { fateText } from "../source/fate.ts";

/** The JSON of `review` (server/schema/review.schema.json). */
export function reviewJson(doc: ParsedDocument, result: ReviewResult): object {
  return {
    version: 1,
    input: doc.path,
    seed: result.seed,
    patches: toJson(doc).patches,
    runs: result.runs,
    findings: result.findings,
    functions: result.functions,
    coverage: result.coverage,
    stubs: result.stubs,
    hunks: result.hunks.map((h) => ({ ...h, fate: fateText(h.fate) })),
    ...(result.tree === undefined ? {} : { tree: result.tree }),
    notes: result.notes,
    problems: doc.problems,
  };
}
