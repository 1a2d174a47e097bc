/**
 * The images of one file of a patch in a kernel tree, made on a thread of their own that ends with the answer: reading the
 * tree's index takes longer than a hover may wait. Leaves out placing hunks (source/images.ts) and who asks (beside.ts).
 */
import { inSettings } from "../config.ts";
import { parseDocument } from "../parse.ts";
import type { ReviewOptions } from "../review/types.ts";
import { imagesIn, TreeProblem, treeContext } from "../source/context.ts";
import type { FileImages } from "../source/images.ts";
import { restoredDocument } from "../source/restore.ts";
import { askThread } from "./once.ts";

export interface TreeImagesRequest {
  readonly text: string;
  readonly path: string;
  readonly options: ReviewOptions;
  /** Place of the patch in the document. */
  readonly patch: number;
  /** Path of the file, after the patch. */
  readonly file: string;
}

/** `why`: in words, where there are no images. */
export type TreeImagesReply =
  | { readonly images: FileImages; readonly why: "" }
  | { readonly images: null; readonly why: string };

export type TreeImages = (request: TreeImagesRequest) => Promise<TreeImagesReply>;

/** What the thread is started with. */
export interface ImagesSetup {
  readonly kind: "images";
  readonly request: TreeImagesRequest;
}

/** `file` is the bundled worker. */
export function imagesOnThread(file: string): TreeImages {
  return (request) => {
    const setup: ImagesSetup = { kind: "images", request };
    return askThread<TreeImagesReply>(file, setup).catch((error: Error) => ({
      images: null,
      why: `The images could not be made: ${error.message}`,
    }));
  };
}

/** The work of the thread. */
export function treeImages({ text, path, options, patch, file }: TreeImagesRequest): TreeImagesReply {
  const none = (why: string): TreeImagesReply => ({ images: null, why });
  // The same text as the review has: what a damaged mail lost is restored.
  const { doc } = restoredDocument(parseDocument(text, path), options);
  const wanted = doc.patches.find((p) => p.index === patch);
  if (wanted === undefined) return none("This patch is not in the mail any more");
  try {
    const context = treeContext(options, doc);
    if (context === null) return none("No kernel tree is named");
    const images = imagesIn(context, doc, wanted).files.find((f) => f.touched && f.path === file);
    if (images === undefined) return none(`Nothing of ${file} could be placed in the tree`);
    if (images.before === null && images.after === null)
      return none(`${context.tree.describe} has no ${file}`);
    return { images, why: "" };
  } catch (error) {
    if (!(error instanceof TreeProblem)) throw error;
    return none(inSettings(error.message));
  }
}
