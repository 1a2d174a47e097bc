/**
 * Repairs of damaged lines, taken together: one action for all of a document, as a reviewer wants it before saving a mail
 * for `git am`. The action of one line is made from its mark (lsp/to_proto.ts).
 */
import type { ParsedDocument, Problem } from "../mail/types.ts";
import { DOCUMENT_SCHEME } from "../protocol.ts";
import type { Snapshot } from "./snapshot.ts";

export type Repair = NonNullable<Problem["fix"]>;

/** Whether the document can be edited line by line: not where columns are a rendering's, nor where it is a copy of ours. */
export const isRepairable = ({ parsed, uri }: Snapshot): boolean =>
  !parsed.rawLines && !uri.startsWith(`${DOCUMENT_SCHEME}:`);

/** All repairs that the parser offers, in order of the rendering; of two that touch one line the longer one. */
export function repairs(parsed: ParsedDocument): Repair[] {
  const found: Repair[] = [];
  const offered = parsed.problems.flatMap((p) => (p.fix ? [p.fix] : []));
  offered.sort((a, b) => a.docLine - b.docLine || b.endDocLine - a.endDocLine);
  for (const fix of offered) {
    const last = found[found.length - 1];
    if (!last || fix.docLine > last.endDocLine) found.push(fix);
  }
  return found;
}
