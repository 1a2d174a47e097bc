/**
 * What a review knows besides the mail: the kernel tree, its index, the configuration and the patches to stack below.
 * Made once a review from its options. Leaves out the sides of a single patch (tree_side.ts).
 */
import type { Era } from "../../emulator/kernel/era.ts";
import { FileProblem, readRegularFile } from "../files.ts";
import type { ParsedDocument, Patch, Side } from "../mail/types.ts";
import type { ReviewOptions, TreeUsed } from "../review/types.ts";
import { AskedTree } from "./asked.ts";
import { takes, triedPatches } from "./bases.ts";
import { chooseEra, eraOfTree, wantedEra } from "./era.ts";
import { knowsName } from "./function_source.ts";
import { imagesOf, type SideImages } from "./images.ts";
import { baseCommitOf, loadStack, seriesPatches, stackFor } from "./stack.ts";
import { SUBSYSTEMS } from "./subsystems.ts";
import { openTree } from "./tree.ts";
import { type TreeIndex, treeIndex } from "./tree_index.ts";

export interface TreeContext {
  readonly tree: AskedTree;
  readonly index: TreeIndex;
  /** Lines for `#define`: "CONFIG_FOO 1". */
  readonly config: readonly string[];
  readonly prerequisites: readonly Patch[];
  /** Why this tree, where several were named; "" otherwise. */
  readonly chosen: string;
}

/** The options name a tree, a configuration or prerequisites that cannot be used; the message is for the user. */
export class TreeProblem extends Error {}

/**
 * The tree of a review of a document; null when the options name none. Of several trees the one that takes the document's
 * patches best, the first named where they are equal.
 * @throws TreeProblem
 */
export function treeContext(options: ReviewOptions, doc: ParsedDocument | null = null): TreeContext | null {
  if (options.tree === undefined || options.tree === "") {
    if ((options.prerequisites ?? []).length > 0)
      throw new TreeProblem("--prerequisite stacks patches on a kernel tree: name it with --tree DIR");
    return null;
  }
  const opened = [options.tree, ...(options.otherTrees ?? [])].map((folder) => {
    const { tree, problem } = openTree(folder, options.fetched);
    if (tree === null) throw new TreeProblem(`--tree: ${problem}`);
    return tree;
  });
  const stack = loadStack(options.prerequisites ?? []);
  if (stack.problem !== "") throw new TreeProblem(stack.problem);
  const config = readConfig(options.config);
  const contexts = opened.map((tree): TreeContext => {
    const asked = new AskedTree(tree);
    return { tree: asked, index: treeIndex(tree), config, prerequisites: stack.patches, chosen: "" };
  });
  return doc === null || contexts.length === 1 ? contexts[0]! : bestOf(contexts, doc);
}

/** The tree that takes the document's patches best, and how the others compare. */
function bestOf(contexts: readonly TreeContext[], doc: ParsedDocument): TreeContext {
  const tried = triedPatches(doc);
  const all = contexts.map((context) => ({
    context,
    takes: takes(tried.map((patch) => imagesIn(context, doc, patch))),
  }));
  // The sort is stable: of equal ones the first named stays first.
  const [best, ...others] = all.sort((a, b) => b.takes.score - a.takes.score);
  const of = ({ context: { tree }, takes: { taken, hunks } }: (typeof all)[number]): string =>
    `${tree.describe} takes ${taken} of ${hunks} hunks`;
  return { ...best!.context, chosen: `${of(best!)} and is used; ${others.map(of).join("; ")}` };
}

/** What a reader is told of it. */
export function treeUsed({ tree, prerequisites }: TreeContext): TreeUsed {
  return { root: tree.root, describe: tree.describe, prerequisites: prerequisites.length };
}

/** `CONFIG_FOO=y`, `=m`, `=1`, `="text"` as lines for `#define`; comments and unset symbols are left out. */
export function configLines(text: string): string[] {
  const out: string[] = [];
  for (const line of text.split("\n")) {
    const m = /^(CONFIG_\w+)=(.*)$/s.exec(line.trim());
    if (m === null || m[2] === "n") continue;
    if (m[2] === "m") out.push(`${m[1]}_MODULE 1`);
    else out.push(`${m[1]} ${m[2] === "y" ? "1" : m[2]}`);
  }
  return out;
}

/** A kernel's .config has a few hundred KB. */
const MAX_CONFIG = 16 << 20;

function readConfig(path: string | undefined): string[] {
  if (path === undefined || path === "") return [];
  let text: string;
  try {
    text = readRegularFile(path, MAX_CONFIG).toString("utf8");
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    throw new TreeProblem(`--config ${error.message}; name a kernel's .config`);
  }
  const lines = configLines(text);
  if (lines.length === 0)
    throw new TreeProblem(`--config ${path}: no line of it sets a CONFIG_ symbol; name a kernel's .config`);
  return lines;
}

/** The later patches of its series in the same document that touch C. */
export function laterOf(doc: ParsedDocument, patch: Patch): Patch[] {
  return seriesPatches(doc, patch).filter(
    (p) => p.number > patch.number && p.files.some((f) => /\.[ch]$/.test(f.path || f.oldPath)),
  );
}

/** Whether a name is anybody's: of the index, or of what the patch's own files may name. */
function knowsWithin({ tree, index }: TreeContext, patch: Patch): (name: string) => boolean {
  const wide = knowsName(
    tree,
    patch.files.map((f) => f.path),
  );
  return (name) => index.definers(name).length > 0 || wide(name);
}

/** The images of a patch on its stack in the tree. */
export function imagesIn(context: TreeContext, doc: ParsedDocument, patch: Patch): SideImages {
  return imagesOf(context.tree, stackFor(doc, patch, context.prerequisites), patch, {
    seriesBase: baseCommitOf(doc, patch),
    knows: knowsWithin(context, patch),
  });
}

/** The era of a side: what the user wants, else the rule of the side's own files (subsystems.ts), else by the patch. */
export function eraIn(
  context: TreeContext,
  images: SideImages,
  patch: Patch,
  side: Side,
  wanted: string | undefined,
): Era {
  const user = wantedEra(wanted);
  if (user !== null) return user;
  const shown = (path: string): string | null | undefined =>
    images.files.find((f) => f.path === path)?.[side];
  return (
    eraOfFiles((path) => shown(path) ?? context.tree.read(path)) ?? chooseEra(patch, side, undefined).era
  );
}

/** The era of the files that tell one; null: none does. */
export function eraOfFiles(read: (path: string) => string | null): Era | null {
  for (const { eraFile } of SUBSYSTEMS) {
    const era = eraOfTree(read(eraFile) ?? "");
    if (era !== null) return era;
  }
  return null;
}
