/**
 * Changed lines of a patch that the mail does not show: a hunk that breaks off among them, or a quoted one of which the person
 * who answers left some away. What is there of such a hunk is not the patch: the functions that it shows in part are not
 * completed, and in a kernel tree, where hunks run and not functions, nothing of the patch does. Leaves out context that was
 * lost (restore.ts puts it back) and hunks of which nothing can be read (code_lines.ts).
 */
import { readDiffstat } from "../mail/commit_text.ts";
import type { Hunk, Patch } from "../mail/types.ts";

/** Where changed lines are missing, and how that is known. */
export interface LostChanges {
  readonly path: string;
  readonly line: number;
  /** Somebody quotes the patch. */
  readonly quoted: boolean;
  /** "3 old and 4 new lines of it are not shown". */
  readonly how: string;
}

/** Lines of context that git writes around a change. */
const CONTEXT = 3;

/**
 * The first hunk of C of which changed lines are missing; null where nothing says so.
 * @param all changes that are not there at all count, too
 */
export function lostChanges(patch: Patch, all: boolean): LostChanges | null {
  for (const f of patch.files) {
    const path = f.path || f.oldPath;
    for (const hunk of path === "" || /\.[ch]$/.test(path) ? f.hunks : []) {
      const how = lostIn(patch, hunk);
      if (how !== null) return { path, line: hunk.line, quoted: patch.quoteDepth > 0, how };
    }
  }
  const [first] = patch.files;
  const how = all && first !== undefined ? leftAway(patch) : "";
  return how === "" ? null : { path: first!.path || first!.oldPath, line: first!.docLine, quoted: true, how };
}

/** Why changed lines may be among those that a hunk lost; null where all are there, or the lost ones are context. */
export function lostIn(patch: Patch, { complete, lines, oldLines, newLines, gaps }: Hunk): string | null {
  if (complete) return null;
  const count = (but: string): number => lines.filter((l) => l.kind !== but && l.kind !== "\\").length;
  const old = oldLines - count("+");
  const now = newLines - count("-");
  if (lines.every((l) => l.kind === " " || l.kind === "\\")) return "no changed line of it is shown";
  if (old !== now) return `${old} old and ${now} new lines of it are not shown`;
  // Behind its last change a hunk has three lines.
  if (old <= CONTEXT && gaps.length === 0) return null;
  const more = leftAway(patch);
  return more === "" ? null : `${old} lines of it are not shown, and ${more}`;
}

/** "of the patch's +17 -1 only +2 -0 are shown": what a quoted patch's diffstat says; "" where that is no more than is there. */
function leftAway(patch: Patch): string {
  // Some who send a patch edit it; who quotes one only takes away.
  const { total } = patch.quoteDepth > 0 ? readDiffstat(patch.changelog) : { total: null };
  const added = patch.files.reduce((n, f) => n + f.added, 0);
  const removed = patch.files.reduce((n, f) => n + f.removed, 0);
  return total === null || (total.added <= added && total.removed <= removed)
    ? ""
    : `of the patch's +${total.added} -${total.removed} only +${added} -${removed} are shown`;
}

/** A hunk that adds a function and breaks off in it: who has that function has the rest of it. */
export const breaksOffInAdded = ({ lines }: Hunk): boolean =>
  lines.at(-1)?.kind === "+" && lines.every((l) => l.kind !== "-");
