/**
 * What changes when results with a kernel tree would: sizes and times of the files that a review reads first. Results
 * that are kept are kept under it. Leaves out files that only an included header leads to: who edits those asks for a
 * new run.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { ParsedDocument } from "../mail/types.ts";
import type { ReviewOptions } from "../review/types.ts";
import { SUBSYSTEMS } from "./subsystems.ts";
import { isTreePath } from "./tree.ts";

/** Files of the tree that every review reads. */
const ALWAYS = [".git/HEAD", ...SUBSYSTEMS.flatMap((s) => [s.eraFile, ...s.told])];

/** A text that stays the same while the tree, the prerequisites and the configuration do; "" without a tree. */
export function treeStamp(doc: ParsedDocument, options: ReviewOptions): string {
  const { tree } = options;
  if (tree === undefined || tree === "") return "";
  const touched = doc.patches.flatMap((p) => p.files.flatMap((f) => [f.path, f.oldPath])).filter(isTreePath);
  const paths = [
    ...[tree, ...(options.otherTrees ?? [])].flatMap((root) =>
      [...new Set([...ALWAYS, ...touched])].map((p) => join(root, p)),
    ),
    ...(options.prerequisites ?? []).map((p) => p.replace(/#[\d-]+$/, "")),
    ...(options.config === undefined ? [] : [options.config]),
  ];
  return paths.map(stampOf).join(" ");
}

function stampOf(path: string): string {
  try {
    const { size, mtimeMs } = statSync(path);
    return `${size}.${mtimeMs}`;
  } catch {
    return "-";
  }
}
