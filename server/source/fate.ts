/** What can become of a hunk in a kernel tree: as data, and in words for the surfaces. Leaves out placing hunks (apply.ts). */

/**
 * What became of a hunk. `lines`: how far from the line that its header names, as GNU patch prints it. Fuzz 0: only the
 * white space differs. `already`: the text has it; on the before side it is taken back.
 */
export type HunkFate =
  | { readonly kind: "exact" }
  | { readonly kind: "offset"; readonly lines: number }
  | { readonly kind: "fuzz"; readonly fuzz: number; readonly lines: number }
  | { readonly kind: "merged"; readonly why: string }
  | { readonly kind: "already" }
  | { readonly kind: "rejected"; readonly why: string };

/** A fate in words. */
export function fateText(fate: HunkFate): string {
  switch (fate.kind) {
    case "exact":
      return "exact";
    case "offset":
      return `offset ${fate.lines}`;
    case "fuzz":
      return `fuzz ${fate.fuzz}${fate.lines === 0 ? "" : `, offset ${fate.lines}`}`;
    case "merged":
      return `merged: ${fate.why}`;
    case "already":
      return "in the tree already";
    case "rejected":
      return `rejected: ${fate.why}`;
  }
}
