/** Why cases of a patch do not run, as data; and why none does, in words. A leaf: anyone may import it. */
import { type Refusal, refusalText } from "../source/fate.ts";

/** Why a function of a patch did not run, where it is not what the runs say. */
export const SHOWN_IN_PART = "the diff shows only a part of it";
export const NO_SCENARIO = "no scenario calls it";
const LATENT = "latent, live from patch ";
/** Of a function that a series adds before it uses it. */
export const latentUntil = (number: number, total: number): string =>
  `${LATENT}${number}/${total}: nothing calls it before`;
const CALLED_IN_PART = ", which does, is shown only in part";
/** Of a function whose caller the mail shows only in part. */
export const calledInPart = (caller: string): string => `${NO_SCENARIO}: ${caller}()${CALLED_IN_PART}`;
/** Whether the reason is that nothing calls it, and no more. */
export const isUncalled = (reason: string): boolean =>
  reason === NO_SCENARIO || reason.startsWith(LATENT) || reason.endsWith(CALLED_IN_PART);
const REACHES_NOTHING = "this scenario reaches nothing of what ";
/** Of a run; `inTree`: of what the patch changes, else of what the mail shows whole. */
export const reachesNothing = (inTree: boolean): string =>
  `${REACHES_NOTHING}${inTree ? "the patch changes" : "the mail shows whole"}`;
export const isReachesNothing = (reason: string): boolean => reason.startsWith(REACHES_NOTHING);
const PASSES_BY = "it passes by what the patch changes: ";
/** Of the runs of a patch of whose changed lines with code none was reached in any of them. */
export const passesBy = (total: number, kind: "added" | "removed"): string =>
  `${PASSES_BY}0 of ${total} ${kind} line${total === 1 ? "" : "s"} with code ${total === 1 ? "was" : "were"} reached`;
/** Of a function case none of whose paths came to a statement that the patch changes, although one stands in what ran. */
export const PATHS_PASS_BY = `${PASSES_BY}none of its paths comes to a changed line`;
/** The same, of a case some of whose paths end before they could come there. */
export const pathsEnd = (why: string, some: number, all: number): string =>
  `${PATHS_PASS_BY}; ${all === 1 ? "the only one ends" : some === all ? "all of them end" : `${some} of ${all} end`} early: ${why}`;
export const isPathsPassBy = (reason: string): boolean => reason.startsWith(PATHS_PASS_BY);
export const isPassedBy = (reason: string): boolean => reason.startsWith(PASSES_BY);
export const HUNK_REFUSED = "its hunk does not fit the kernel tree";
/** Of a function that is not run by itself for the same reason. */
export const notJudged = (name: string): string =>
  `${name}() is not judged: a hunk in it does not fit the tree`;
/** Of a difference in a function of a file that does not take all of the patch. */
export const doesNotFit = (path: string, docLine: number, name: string): string =>
  `the patch does not fit this tree: a hunk for ${path} (line ${docLine} of the mail) has no place in it, and what the rest does in ${name}() is not what its author wrote`;
/** Of a function that is for another configuration. */
export const IS_OFF = "it lies in an #if that is off here";
/** Of a patch whose result was kept. */
export const FROM_CACHE =
  "from the cache, where the same code was run before; --no-cache, or FOLIOSCOPE_NO_CACHE=1, runs it again";
export const NO_BOOT = "a side does not boot";

/** Of a tree that takes no hunk of a patch. */
export const unfitText = (tree: string): string =>
  `the patch does not fit ${tree}, and is not run on it (without --tree it runs on the eras of the reference kernel, as far as the mail shows its functions)`;

/** Why nothing of a patch can run. */
export type NothingRuns =
  /** `what`: what the patch shows instead. */
  | { readonly kind: "no-function"; readonly what?: string }
  | { readonly kind: "no-code" }
  /** What changed lines a hunk has is not in the mail; `line` of the mail has its header. */
  | {
      readonly kind: "cut";
      readonly path: string;
      readonly line: number;
      /** Where changed lines are known to be missing: by what, and whether somebody quotes the patch. */
      readonly how?: string;
      readonly quoted?: boolean;
    }
  /** All C of the patch is of programs that the kernel's repository carries. */
  | { readonly kind: "user-space"; readonly path: string }
  /** All C of the patch is of an architecture that the machine is not. */
  | { readonly kind: "other-arch"; readonly path: string }
  /** All that it shows whole lies in an `#if` that is off here. */
  | { readonly kind: "off"; readonly names: readonly string[] }
  | { readonly kind: "partial"; readonly names: readonly string[] }
  | {
      readonly kind: "uncalled";
      readonly names: readonly string[];
      /** They run path by path all the same. */
      readonly alone?: boolean;
      /** What the mail would have to show besides. */
      readonly missing?: string;
    }
  /** No hunk fits the kernel tree. */
  | {
      readonly kind: "refused";
      readonly tree: string;
      readonly hunks: readonly { readonly path: string; readonly why: Refusal }[];
    };

/** Whether no case of a patch can run, whichever it is. */
export const isNothingRuns = (why: LeftOutWhy): why is NothingRuns =>
  !["unreached", "one-era", "by-scenarios", "budget"].includes(why.kind);

/** Why a case is left out. */
export type LeftOutWhy =
  | NothingRuns
  /** It enters nothing of what the patch changes; `inTree`: of the patch, else of what the mail shows whole. */
  | { readonly kind: "unreached"; readonly inTree: boolean }
  /** The scenario is of one era's rules alone, and the sides are of two. */
  | { readonly kind: "one-era"; readonly era: string }
  /** A function by itself, none of whose paths comes to a changed line: scenarios ran those. */
  | { readonly kind: "by-scenarios" }
  /** What it reaches, other cases reach alike, and the budget (instructions of one side) is spent. */
  | { readonly kind: "budget"; readonly steps: number };

/** Why nothing of a patch can run. */
export function nothingText(why: NothingRuns): string {
  switch (why.kind) {
    case "no-function":
      return `the diff shows no C function${why.what === undefined ? "" : `: ${why.what}`}`;
    case "user-space":
      return `${why.path} is of a program of user space, which does not run here; the patch leaves the kernel's C as it is`;
    case "other-arch":
      return `${why.path} is of another architecture than the machine here (x86-64), and nothing else of the kernel's C changes`;
    case "no-code":
      return "the patch changes comments and white space alone: what runs is the same before and after";
    case "cut": {
      const where = `the hunk of ${why.path === "" ? "a file that is not named" : why.path} at line ${why.line}`;
      const { how = "" } = why;
      if (why.quoted === true)
        return `the quoted diff is not the whole patch (${how.startsWith("of the patch's") ? "" : `${where}: `}${how}): what runs of it would be another patch; get the patch itself`;
      if (how !== "")
        return `${where} breaks off among the changed lines (${how}): what runs of it would be another patch; get the whole mail`;
      return `the hunk of ${why.path} at line ${why.line} breaks off or changes nothing, so git refuses it, and nothing is known of the lines that are missing: get the whole mail`;
    }
    case "off":
      return `the diff changes ${why.names.slice(0, 4).join("(), ")}() in an #if that is off here: it is for kernels without what this one has`;
    case "partial": {
      if (why.names.length === 0)
        return "the diff shows a function only in part, and not its name: without a kernel tree nothing of it can run";
      const more = why.names.length > 4 ? ` and ${why.names.length - 4} more` : "";
      return `the diff shows ${why.names.slice(0, 4).join("(), ")}() only in part${more}: without a kernel tree nothing of it can run`;
    }
    case "uncalled": {
      const names = why.names.slice(0, 4).map((n) => `${n}()`);
      const uncalled = `nothing in the reference kernel calls ${names.join(", ")}${why.names.length > 4 ? ` or ${why.names.length - 4} more` : ""}`;
      if (why.alone === true) return uncalled;
      if (why.missing !== undefined)
        return `${uncalled}, and the mail does not show all that the code names (${why.missing.slice(0, 200)}): with a kernel tree it runs path by path`;
      return `${uncalled}, and the types and functions that the code names are not in the mail: with a kernel tree it runs path by path`;
    }
    case "refused": {
      const said = [...new Set(why.hunks.map((h) => `${h.path}: ${refusalText(h.why)}`))];
      const more = said.length > 3 ? `; and ${said.length - 3} more` : "";
      return `${unfitText(why.tree)}: ${said.slice(0, 3).join("; ")}${more}`;
    }
  }
}
