/**
 * Both sides of a patch: where their C comes from (a kernel tree, or what the mail shows whole over the reference kernel),
 * told before anything is built, and the two booted machines. Leaves out the cases that run on them (plan.ts, case.ts).
 */
import type { Era } from "../../emulator/kernel/era.ts";
import { referenceDefines, referenceKnows } from "../../emulator/kernel.ts";
import type { Memory } from "../../emulator/mem/memory.ts";
import type { ParsedDocument, Patch } from "../mail/types.ts";
import { eraIn, imagesIn, type TreeContext } from "../source/context.ts";
import { chooseEra } from "../source/era.ts";
import { codeOf, overlayOf, type SideOverlay } from "../source/overlay.ts";
import { SUBSYSTEMS } from "../source/subsystems.ts";
import { rejectedDefinitions, type TreeSide, treeSides } from "../source/tree_side.ts";
import type { NothingRuns } from "./plan.ts";
import type { Replay } from "./replay.ts";
import { PatchSide } from "./side.ts";
import type { HunkNote, ReviewOptions, Side } from "./types.ts";

/** Where the C of both sides comes from: plain data, nothing built or booted. */
export interface SideSources {
  readonly eras: Readonly<Record<Side, Era>>;
  readonly before: SideOverlay | TreeSide;
  readonly after: SideOverlay | TreeSide;
  readonly overlays: Readonly<Record<Side, SideOverlay>>;
  /** Nothing that compiles differs. */
  readonly same: boolean;
  /** Why nothing can run, or null. */
  readonly nothing: NothingRuns | null;
  readonly notes: readonly string[];
  readonly hunks: readonly HunkNote[];
  /** Whole files of the after side that coverage is told of, by path. */
  readonly files: ReadonlyMap<string, string>;
}

/** Both sides, built and booted. */
export interface PatchSides {
  readonly before: PatchSide;
  readonly after: PatchSide;
  readonly same: boolean;
}

/** `3/7 subject`, as notes name a patch. */
export const patchTitle = (patch: Patch): string =>
  `${patch.number > 0 ? `${patch.number}/${patch.total} ` : ""}${patch.subject}`;

/** Where the sides come from: the kernel tree where it has what the patch changes, else the mail alone. */
export function sourcesOf(
  doc: ParsedDocument,
  patch: Patch,
  options: ReviewOptions,
  replay: Replay | null,
  context: TreeContext | null,
): SideSources {
  const told: Told = { notes: [], hunks: [], files: new Map() };
  const inTree = context === null ? null : fromTree(doc, patch, options, replay, context, told);
  if (inTree !== null)
    return {
      ...told,
      ...inTree,
      overlays: { before: inTree.before.overlay, after: inTree.after.overlay },
      nothing: null,
    };
  const overlays = { before: overlayOf(patch, "before"), after: overlayOf(patch, "after") };
  const eras = {
    before: chooseEra(patch, "before", replay?.beforeEra ?? options.era).era,
    after: chooseEra(patch, "after", replay?.afterEra ?? options.era).era,
  };
  return {
    ...told,
    ...overlays,
    overlays,
    eras,
    same: codeOf(overlays.before) === codeOf(overlays.after),
    nothing: nothingToRun(overlays.before, overlays.after, eras),
  };
}

/** What is told of a tree while the sides are looked for in it. */
interface Told {
  readonly notes: string[];
  readonly hunks: HunkNote[];
  readonly files: Map<string, string>;
}

/** Both sides out of the kernel tree; null when it has no image of what the patch changes. */
function fromTree(
  doc: ParsedDocument,
  patch: Patch,
  options: ReviewOptions,
  replay: Replay | null,
  context: TreeContext,
  told: Told,
): { before: TreeSide; after: TreeSide; same: boolean; eras: Record<Side, Era> } | null {
  const { tree, index, config } = context;
  const images = imagesIn(context, doc, patch);
  told.notes.push(...images.notes);
  for (const f of images.files) {
    if (f.after !== null) told.files.set(f.path, f.after);
    if (f.touched)
      for (const h of f.hunks)
        told.hunks.push({ patch: patch.index, docLine: h.docLine, path: f.path, fate: h.fate });
  }
  for (const path of SUBSYSTEMS.flatMap((s) => s.told)) {
    const text = told.files.get(path) ?? tree.read(path);
    if (text !== null) told.files.set(path, text);
  }
  const lost = (["before", "after"] as const).flatMap((side) => rejectedDefinitions(images, patch, side));
  const whole = lost.find((d) => d.kind === "function" && d.visible === "whole");
  if (whole !== undefined) {
    told.notes.push(
      `patch "${patchTitle(patch)}": hunks that change ${whole.name}() and others do not fit ${tree.describe}: what the mail shows whole runs over the reference kernel instead`,
    );
    return null;
  }
  const eraOf = (side: Side): Era => {
    const wanted = side === "before" ? replay?.beforeEra : replay?.afterEra;
    return eraIn(context, images, patch, side, wanted ?? options.era);
  };
  const eras = { before: eraOf("before"), after: eraOf("after") };
  const sides = treeSides(
    tree,
    index,
    images,
    patch,
    (side, name) => referenceDefines(eras[side], name),
    config,
  );
  if (sides === null) {
    told.notes.push(
      `patch "${patchTitle(patch)}": nothing of it fits ${tree.describe}: only what the mail shows is run`,
    );
    return null;
  }
  return { ...sides, eras };
}

/** Why nothing of what the mail shows can run; null when something can. */
function nothingToRun(
  before: SideOverlay,
  after: SideOverlay,
  eras: Readonly<Record<Side, Era>>,
): NothingRuns | null {
  if (before.functions.length + after.functions.length === 0) {
    const names = [...new Set([...before.partial, ...after.partial].map((d) => d.name))];
    return names.length === 0 ? { kind: "no-function" } : { kind: "partial", names };
  }
  const shown = [...before.functions, ...before.others, ...after.functions, ...after.others];
  if (shown.some((d) => referenceKnows(eras.before, d.name) || referenceKnows(eras.after, d.name)))
    return null;
  const names = [...new Set([...before.functions, ...after.functions].map((d) => d.name))];
  return { kind: "uncalled", names };
}

/** Builds and boots both sides, each in a memory of its own. */
export function bootSides(
  patch: Patch,
  sources: SideSources,
  memories: readonly [Memory, Memory],
  cancelled: () => boolean,
): PatchSides {
  const { eras, before, after, same } = sources;
  return {
    before: new PatchSide(patch, "before", eras.before, memories[0], before, cancelled),
    after: new PatchSide(patch, "after", eras.after, memories[1], after, cancelled),
    same,
  };
}

/** What building and booting the sides met: for the reader of the result. */
export function sideNotes({ before, after }: PatchSides): string[] {
  const notes: string[] = [];
  for (const s of [before, after]) {
    for (const e of s.kernel.errors.slice(0, 4)) {
      const docLine = s.docLine(e.loc);
      notes.push(`${s.side} side${docLine > 0 ? `, line ${docLine}` : ""}: ${e.message}`);
    }
    if (s.booted.snapshot === null)
      notes.push(`${s.side} side: the machine does not boot: ${s.booted.boot.end.reason.message}`);
  }
  return notes;
}
