/**
 * Whether what a function case of a patch shows is still so after a later patch of its series: the case runs with the text
 * before the patch and that after the later one. Leaves out which patch mends first (later.ts), and what lies in files that
 * the patch itself does not touch.
 */
import { structuredPatch } from "diff";
import type { ParsedDocument, Patch } from "../mail/types.ts";
import { isOfItsTime } from "../source/bases.ts";
import { hasWord } from "../source/c_text.ts";
import { imagesIn, type TreeContext } from "../source/context.ts";
import type { FileImages, SideImages } from "../source/images.ts";
import { BY_TYPES } from "./finding.ts";
import { FunctionCases } from "./function_case.ts";
import { entryLabel, type FunctionContext, functionOutcome, staticCandidates } from "./function_outcome.ts";
import { type Finding, isJudged } from "./types.ts";

/** The function cases of one patch in the states of the tree behind it. */
export class LaterFunctions {
  private readonly tree: TreeContext;
  private readonly doc: ParsedDocument;
  private readonly patch: Patch;
  private readonly base: SideImages;
  private readonly context: FunctionContext;

  /** @param base the images of `patch` in the tree */
  constructor(
    tree: TreeContext,
    doc: ParsedDocument,
    patch: Patch,
    base: SideImages,
    context: FunctionContext,
  ) {
    this.tree = tree;
    this.doc = doc;
    this.patch = patch;
    this.base = base;
    this.context = context;
  }

  /** Whether a later patch touches a file of this one: else what functions do by themselves stays as it is. */
  concerns(later: Patch): boolean {
    const paths = new Set(later.files.flatMap((f) => [f.path, f.oldPath]));
    return this.base.files.some((f) => f.touched && paths.has(f.path));
  }

  /** Whether the fault of each finding shows after `later`; null where that cannot be said. */
  shows(later: Patch, findings: readonly Finding[]): (boolean | null)[] {
    const images = span(this.base, imagesIn(this.tree, this.doc, later));
    if (images === null) return findings.map(() => null);
    const cases = new FunctionCases(this.tree.tree, images, isOfItsTime(this.tree.tree, this.patch));
    const shown = findings.map((f) => this.showsOne(cases, images, f));
    cases.forget();
    return shown;
  }

  private showsOne(cases: FunctionCases, images: SideImages, f: Finding): boolean | null {
    const file = images.files.find((x) => x.path === f.path);
    if (file === undefined) return null;
    if (f.scenario === BY_TYPES && !cases.whole) return null;
    if (f.scenario === BY_TYPES)
      return staticCandidates(cases, this.context, true).some(
        (c) => c.verdict === "new" && c.code === f.code && c.finding.path === f.path,
      );
    const entry = cases.plan.entries.find((e) => entryLabel(e) === f.scenario);
    if (entry === undefined)
      return cases.plan.notes.length === 0 && standsIn(file, f.scenario) ? false : null;
    const { run, candidates } = functionOutcome(cases, entry, this.context);
    if (candidates.some((c) => c.verdict === "new" && c.code === f.code)) return true;
    return isJudged(run.verdict) ? false : null;
  }
}

/** Whether what a case is of is in the later text, where no case is made of it: then it is as it was before the patch. */
function standsIn(file: FileImages, label: string): boolean {
  const names = label.split(" ").slice(1);
  return names.every((n) => hasWord(file.after ?? "", n));
}

/** The files of a patch as they were before it and as they are after a later one; null where the later has none of them. */
function span(base: SideImages, later: SideImages): SideImages | null {
  const files = base.files.flatMap((b): FileImages[] => {
    const l = later.files.find((f) => f.path === b.path);
    if (!b.touched || l === undefined) return [];
    // What differs, with its context, is what a mail of both in one would show.
    const hunks =
      b.before === null || l.after === null
        ? []
        : structuredPatch(b.path, b.path, b.before, l.after, "", "", { context: 3 }).hunks;
    const shown = (lines: number, start: "oldStart" | "newStart", count: "oldLines" | "newLines") => {
      const out = new Array<number>(lines).fill(0);
      for (const h of hunks) out.fill(1, h[start] - 1, h[start] - 1 + h[count]);
      return out;
    };
    return [
      {
        ...l,
        before: b.before,
        beforeDocLines: shown(b.beforeDocLines.length, "oldStart", "oldLines"),
        afterDocLines: shown(l.afterDocLines.length, "newStart", "newLines"),
        touched: true,
        own: b.own && l.own,
        hunks: [...b.hunks, ...l.hunks],
      },
    ];
  });
  if (files.length === 0) return null;
  return { ...later, files, torn: new Map([...base.torn, ...later.torn]) };
}
