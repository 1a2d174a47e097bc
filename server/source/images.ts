/**
 * The images of a patch in a kernel tree: each file it touches as it was before and as it is after, with the document
 * line of every line that the mail shows, and the fate of each hunk. The tree itself is never written; earlier patches
 * are stacked in memory. Leaves out finding the tree (tree.ts) and placing one hunk (apply.ts).
 */
import type { Patch } from "../mail/types.ts";

/** A kernel tree to take whole files from. */
export interface KernelTree {
  /** As the user named it. */
  readonly root: string;
  /** For notes: "linux-source-6.12 (work tree)". */
  readonly describe: string;
  /** Text of a file of the work tree, or null when absent. Never leaves the root. */
  read(path: string): string | null;
  /** Text of a git blob by its (abbreviated) id, or null: no git, not there, ambiguous. */
  blob(id: string): string | null;
  /** The path's text at a commit, or null. */
  atCommit(commit: string, path: string): string | null;
  /** Files directly in the folder, as paths from the root, sorted; empty when there is no such folder. */
  list(folder: string): readonly string[];
  /** Something that changes when the file's text does: size and time of change. "" when absent. */
  stamp(path: string): string;
}

/** What became of a hunk. `lines`: how far from where its header says, drift of earlier hunks taken off. */
export type HunkFate =
  | { readonly kind: "exact" }
  | { readonly kind: "offset"; readonly lines: number }
  | { readonly kind: "fuzz"; readonly fuzz: number; readonly lines: number }
  | { readonly kind: "merged"; readonly why: string }
  | { readonly kind: "already" }
  | { readonly kind: "rejected"; readonly why: string };

export interface HunkImage {
  readonly header: string;
  readonly docLine: number;
  readonly fate: HunkFate;
}

export interface FileImages {
  /** Path on the after side (before side when deleted). */
  readonly path: string;
  readonly oldPath: string;
  /** The tree's own text, before any stacking. */
  readonly pristine: string | null;
  /** Before this patch, the stack applied; null: the file does not exist on that side. */
  readonly before: string | null;
  readonly after: string | null;
  /** Document line of each line of the image (index 0 is line 1); 0 where the mail does not show that line. */
  readonly beforeDocLines: readonly number[];
  readonly afterDocLines: readonly number[];
  /** "blob 1234abc", "commit abcdef", "work tree"; "none" for a file that the tree does not have. */
  readonly source: string;
  readonly hunks: readonly HunkImage[];
  /** This patch touches it; false: only the stack does. */
  readonly touched: boolean;
}

export interface SideImages {
  /** Files of this patch and of the stack; text is there for .c and .h files, others have nulls. */
  readonly files: readonly FileImages[];
  /** For the reviewer, one line each. */
  readonly notes: readonly string[];
  /** The tree already holds this patch: after is the tree, before the tree with the patch taken back. */
  readonly reversed: boolean;
}

/** Stack: patches applied first, in order (prerequisites, then earlier patches of the series). */
export function imagesOf(_tree: KernelTree, _stack: readonly Patch[], _patch: Patch): SideImages {
  return { files: [], notes: ["kernel tree: not there yet"], reversed: false };
}
