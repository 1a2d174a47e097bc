/**
 * Repairs of damaged lines, taken together: one action for all of a document, as a reviewer wants it before saving a mail
 * for `git am`. The action of one line is made from its mark (lsp/to_proto.ts).
 */
import type { Problem } from "../mail/types.ts";
import type { Snapshot } from "./snapshot.ts";

export type Repair = NonNullable<Problem["fix"]>;

/** All repairs that the parser offers, in document order; of two that touch one line the longer one. */
export function repairs({ parsed }: Snapshot): Repair[] {
  // Columns of a rendering mean nothing in encoded text: its readable copy is what can be repaired.
  if (parsed.rawLines) return [];
  const found: Repair[] = [];
  const offered = parsed.problems.flatMap((p) => (p.fix ? [p.fix] : []));
  offered.sort((a, b) => a.docLine - b.docLine || b.endDocLine - a.endDocLine);
  for (const fix of offered) {
    const last = found[found.length - 1];
    if (!last || fix.docLine > last.endDocLine) found.push(fix);
  }
  return found;
}
