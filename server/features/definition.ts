/**
 * From a reviewer's remark to the diff line it answers, and from a diff line to the remarks on it.
 */
import { commentsOn, type Snapshot } from "./snapshot.ts";

/** Document lines to go to, none when the line is neither. */
export function definition(snapshot: Snapshot, docLine: number): number[] {
  const ref = snapshot.lines.get(docLine);
  if (ref) return commentsOn(ref).map((c) => c.docLine);
  for (const patch of snapshot.parsed.patches)
    for (const c of patch.comments)
      if (c.docLine <= docLine && docLine <= c.endDocLine) return [c.anchorDocLine];
  return [];
}
