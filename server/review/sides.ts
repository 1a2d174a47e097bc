/**
 * Both sides of a patch: where their C comes from (a kernel tree, or what the mail shows whole over the reference kernel),
 * told before anything is built, and the two booted machines. Leaves out the cases that run on them (plan.ts, case.ts).
 */

import type { AddressSpace } from "../../emulator/c/space.ts";
import { ERA_NAMES, type Era, eraRow } from "../../emulator/kernel/era.ts";
import {
  type OverlayUnit,
  referenceDefines,
  referenceFunction,
  referenceKnows,
  spaceOf,
} from "../../emulator/kernel.ts";
import type { Memory } from "../../emulator/mem/memory.ts";
import { type BootedSides, bootSides } from "../../emulator/scenario/sides.ts";
import type { ParsedDocument, Patch, SideDefinition } from "../mail/types.ts";
import { isBuiltIn } from "../scenarios/from_c.ts";
import type { ScenarioFile } from "../scenarios/types.ts";
import { baseNote, versionOf } from "../source/bases.ts";
import { hasWord } from "../source/c_text.ts";
import { changesNoCode, cutHunk } from "../source/code_lines.ts";
import { eraIn, imagesIn, type TreeContext } from "../source/context.ts";
import { chooseEra, chooseEras } from "../source/era.ts";
import { isChangedInPart } from "../source/frame.ts";
import { grafted } from "../source/graft.ts";
import { firstRefused, type SideImages } from "../source/images.ts";
import { lostChanges } from "../source/lost_changes.ts";
import {
  codeOf,
  isKernelC,
  isOfMachine,
  isOtherArch,
  isUserSpace,
  overlayOf,
  referenceHas,
  type SideOverlay,
} from "../source/overlay.ts";
import { baseCommitOf } from "../source/stack.ts";
import { SUBSYSTEMS } from "../source/subsystems.ts";
import { type TreeSide, treeSides } from "../source/tree_side.ts";
import { ChangedCode } from "./changed.ts";
import { passedAsAfter } from "./parameters.ts";
import type { Replay } from "./replay.ts";
import { PatchSide } from "./side.ts";
import type { HunkNote, ReviewOptions, Side } from "./types.ts";
import type { NothingRuns } from "./why.ts";

/** Where the C of both sides comes from: plain data, nothing built or booted. */
export interface SideSources {
  readonly eras: Readonly<Record<Side, Era>>;
  readonly before: SideOverlay | TreeSide;
  readonly after: SideOverlay | TreeSide;
  readonly overlays: Readonly<Record<Side, SideOverlay>>;
  /** Nothing that compiles differs. */
  readonly same: boolean;
  /** The before side is the after side's era with something of it taken away: what that era shows by itself is its own. */
  readonly taken: boolean;
  /** Why nothing can run, or null. */
  readonly nothing: NothingRuns | null;
  /** The files of both sides in the kernel tree; null without one. */
  readonly images: SideImages | null;
  readonly notes: readonly string[];
  readonly hunks: readonly HunkNote[];
  /** Whole files of the after side that coverage is told of, by path. */
  readonly files: ReadonlyMap<string, string>;
  /** Scenarios that came as files. */
  readonly written: readonly ScenarioFile[];
  /** Version of the kernel tree ("6.12"); "" without one, or where it does not say. */
  readonly release: string;
}

/** Both sides, built. */
export interface PatchSides {
  readonly before: PatchSide;
  readonly after: PatchSide;
  readonly same: boolean;
  readonly taken: boolean;
  /** The address space of both; undefined where they have none in common. */
  readonly space: AddressSpace | undefined;
  /** The machines, booted when first asked for. */
  both(): BootedSides;
  /** Which functions that a run entered are the patch's. */
  readonly changed: ChangedCode;
  /** Hunks that are in no image and change what is in no function: whatever runs, runs without them. */
  readonly missing: readonly { readonly path: string; readonly docLine: number }[];
  /** Files that do not take all of the patch's code, each with the line of the first hunk that has no place. */
  readonly unfit: ReadonlyMap<string, number>;
  /** The file that tells the era of the after side, where it does not take all of the patch, whose own text tells another rule; or "". */
  readonly eraUnfit: string;
  /** Hunks of functions that their file in the tree, or in the reference kernel, does not have: it may have them under another name. */
  readonly lacking: readonly Lacking[];
  /** Whether functions that a sound mail shows in part run in frames of the reference kernel (source/frame.ts). */
  readonly framed: boolean;
  /** "6.1": the release of the tree, where no era of the reference kernel is of it; "" otherwise. */
  readonly mixed: string;
  /** Functions of the before side that the reference kernel calls as only the after side takes it (parameters.ts). */
  readonly passedAsAfter: ReadonlySet<string>;
  /** Definitions that hunks of earlier patches would have changed. By name alone: functions move from file to file. */
  readonly torn: ReadonlySet<string>;
  /** Of those the first, by file, that the file does not name: it may be there under another name. */
  readonly tornAway: ReadonlyMap<string, string>;
}

/** A hunk that is nowhere, and the function that the kernel's file does not have; "" where the hunk does not say it. */
export interface Lacking {
  readonly path: string;
  readonly docLine: number;
  readonly name: string;
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
  const told: Told = {
    notes: [],
    hunks: [],
    files: new Map(),
    images: null,
    // What an editor found in its workspace may have a name that the catalogue has.
    written: (options.written ?? []).filter((f) => !isBuiltIn(f.name)),
    release: context === null ? "" : versionOf(context.tree),
  };
  const lost = context === null ? null : lostChanges(patch, true);
  const inTree =
    lost !== null
      ? { kind: "cut" as const, ...lost }
      : context === null
        ? null
        : fromTree(doc, patch, options, replay, context, told);
  if (inTree !== null && "same" in inTree) {
    noteOtherArches(patch, told.notes);
    return {
      ...told,
      ...inTree,
      overlays: { before: inTree.before.overlay, after: inTree.after.overlay },
      taken: false,
      nothing: null,
    };
  }
  noteOtherArches(patch, told.notes);
  const eras = chooseEras(patch, {
    before: replay?.beforeEra ?? options.era,
    after: replay?.afterEra ?? options.era,
  });
  const asked = inTree === null ? addedAnswers(patch, eras.after) : null;
  if (asked !== null) {
    eras.before = eras.after;
    told.notes.push(...asked.notes);
  }
  const shown = (side: Side): SideOverlay => overlayOf(patch, side, (d) => referenceHas(eras[side], d));
  const overlays = {
    before: asked === null ? shown("before") : withUnits(shown("before"), asked.units),
    after: shown("after"),
  };
  return {
    ...told,
    ...overlays,
    overlays,
    eras,
    same: codeOf(overlays.before) === codeOf(overlays.after),
    taken: asked !== null,
    nothing: inTree ?? nothingToRun(patch, overlays.before, overlays.after, eras),
  };
}

/** Says of which files of a patch no scenario runs anything, where others run: those of other architectures. */
function noteOtherArches(patch: Patch, notes: string[]): void {
  const c = patch.files.map((f) => f.path || f.oldPath).filter(isKernelC);
  const [first, ...more] = c.filter(isOtherArch);
  if (first === undefined || more.length + 1 === c.length) return;
  const files = more.length === 0 ? `${first} is` : `${first} and ${more.length} more are`;
  notes.push(`${files} of other architectures than the machine here (x86-64): no scenario runs them`);
}

/** Functions that a patch adds and that the kernel of `era` has callers for: what stands in their place before. */
function addedAnswers(patch: Patch, era: Era): { units: OverlayUnit[]; notes: string[] } | null {
  const units: OverlayUnit[] = [];
  const notes: string[] = [];
  for (const was of eraRow(era).asked ?? []) {
    const { name, before } = was;
    const of = patch.definitions.filter((d) => d.kind === "function" && d.name === name);
    const after = of.find((d) => d.side === "after" && d.visible === "whole");
    if (after === undefined || of.some((d) => d.side === "before")) continue;
    const signature = after.text.slice(0, after.text.indexOf("{"));
    const text = "text" in was ? was.text : `${signature}{\n\treturn ${was.gave};\n}\n`;
    const how = "text" in was ? "as if it did nothing of its own" : `giving ${was.gave}`;
    units.push({ path: after.path, text });
    notes.push(
      `before the patch: ${era} with ${name}() ${how}, as the kernel was that did not have it: ${before}`,
    );
  }
  return units.length === 0 ? null : { units, notes };
}

/** An overlay with more files of our making, on no line of the mail. */
const withUnits = (overlay: SideOverlay, units: readonly OverlayUnit[]): SideOverlay => ({
  ...overlay,
  units: [...overlay.units, ...units],
  docLines: [...overlay.docLines, ...units.map((u) => u.text.split("\n").map(() => 0))],
});

/** What is told of a tree while the sides are looked for in it. */
interface Told {
  readonly notes: string[];
  readonly hunks: HunkNote[];
  readonly files: Map<string, string>;
  readonly written: readonly ScenarioFile[];
  readonly release: string;
  images: SideImages | null;
}

/** Both sides out of the kernel tree, or why nothing of the patch runs in it. */
function fromTree(
  doc: ParsedDocument,
  patch: Patch,
  options: ReviewOptions,
  replay: Replay | null,
  context: TreeContext,
  told: Told,
): { before: TreeSide; after: TreeSide; same: boolean; eras: Record<Side, Era> } | NothingRuns {
  const { tree, index, config } = context;
  const placed = imagesIn(context, doc, patch);
  const graft = grafted(placed, patch, (name) => index.definers(name).length > 0);
  const { images } = graft;
  told.images = images;
  if (context.chosen !== "") told.notes.push(context.chosen);
  told.notes.push(...images.notes, ...graft.notes);
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
    new Set(graft.definitions),
  );
  const refused = images.files.flatMap(({ path, hunks }) =>
    hunks.flatMap(({ fate }) => (fate.kind === "rejected" ? [{ path, why: fate.why }] : [])),
  );
  const note = baseNote(
    tree,
    patch,
    baseCommitOf(doc, patch),
    refused.map((r) => r.why),
  );
  if (note !== "") told.notes.push(`patch "${patchTitle(patch)}": ${note}`);
  // Known before anything runs: no hunk is in, and nothing that the mail shows whole stands in for one.
  const changes = images.files.some((f) => f.touched && f.before !== f.after);
  if (!changes && refused.length > 0)
    return changesNoCode(patch)
      ? { kind: "no-code" }
      : { kind: "refused", tree: tree.describe, hunks: refused };
  if (sides === null) return noFunction(patch);
  const inFunctions = [sides.before, sides.after].some((s) => s.overlay.functions.length > 0);
  if (sides.same && !inFunctions && changesNoCode(patch)) return { kind: "no-code" };
  return { ...sides, eras };
}

/** Nothing of C is shown that scenarios could run: of a program of user space, or of another architecture, there may be. */
function noFunction(patch: Patch): NothingRuns {
  const c = patch.files.map((f) => f.path || f.oldPath).filter((path) => /\.[ch]$/.test(path));
  if (c.length > 0 && c.every(isUserSpace)) return { kind: "user-space", path: c[0]! };
  const other = c.filter((path) => !isUserSpace(path));
  return other.length > 0 && other.every(isOtherArch)
    ? { kind: "other-arch", path: other[0]! }
    : { kind: "no-function", ...shownInstead(patch) };
}

/** What a patch without a C function to run shows, where that can be said. */
function shownInstead(patch: Patch): { what?: string } {
  const { files } = patch;
  const [first] = files;
  if (first === undefined) return {};
  const name = ({ path, oldPath }: Patch["files"][number]): string => (path || oldPath).slice(0, 200);
  const combined = files.find((f) => f.combined);
  if (combined !== undefined)
    return {
      what: `${name(combined)} is in a combined diff (of a merge); a diff against one parent can run`,
    };
  const outside = files.find((f) => /^\/|(?:^|\/)\.\.(?:\/|$)/.test(name(f)));
  if (outside !== undefined) return { what: `${name(outside)} is no path in a kernel tree` };
  if (files.some((f) => /\.[ch]$/.test(name(f)))) return {};
  const more = files.length > 1 ? ` and ${files.length - 1} more` : "";
  return { what: `it changes ${name(first)}${more}, and no .c or .h file` };
}

/** Whether the mail shows any line that the patch adds or removes. */
const changesLines = (patch: Patch): boolean =>
  patch.files.some((f) => f.hunks.some((h) => h.lines.some((l) => l.kind === "+" || l.kind === "-")));

/** A changed line of C stands within something: an `@@` line that ends in a return type does not say what it is called. */
const insideOne = (patch: Patch): boolean =>
  patch.files
    .filter((f) => f.path.endsWith(".c") && isOfMachine(f.path))
    .flatMap((f) => f.hunks)
    .flatMap((h) => h.lines)
    .some((l) => /^[+-]$/.test(l.kind) && /^\s+\w/.test(l.text));

/** Why nothing of what the mail shows can run; null when something can. */
function nothingToRun(
  patch: Patch,
  before: SideOverlay,
  after: SideOverlay,
  eras: Readonly<Record<Side, Era>>,
): NothingRuns | null {
  if (before.functions.length + after.functions.length === 0) {
    if (changesNoCode(patch)) return { kind: "no-code" };
    const lost = lostChanges(patch, false);
    if (lost !== null) return { kind: "cut", ...lost };
    const off = [...(before.off ?? []), ...(after.off ?? [])].filter((d) => d.changed);
    if (off.length > 0 && before.partial.length + after.partial.length === 0)
      return { kind: "off", names: [...new Set(off.map((d) => d.name))] };
    const names = [...new Set([...before.partial, ...after.partial].map((d) => d.name))];
    const cut = cutHunk(patch);
    if (cut !== null && (names.length === 0 || !changesLines(patch))) return { kind: "cut", ...cut };
    return names.length === 0 && !insideOne(patch) ? noFunction(patch) : { kind: "partial", names };
  }
  const shown = [...before.functions, ...before.others, ...after.functions, ...after.others];
  if (shown.some((d) => referenceKnows(eras.before, d.name) || referenceKnows(eras.after, d.name)))
    return null;
  const names = [...new Set([...before.functions, ...after.functions].map((d) => d.name))];
  return { kind: "uncalled", names };
}

/**
 * Builds both sides. They boot when a case first runs: as one machine as far as nothing differs, else each in a memory of
 * its own.
 */
export function buildSides(
  patch: Patch,
  sources: SideSources,
  memories: readonly [Memory, Memory],
  cancelled: () => boolean,
): PatchSides {
  const { eras, same, taken, written } = sources;
  const framed = patch.confidence === "exact" && patch.definitions.some(isFrame);
  const space = eras.before === eras.after ? spaceOf(eras.after) : undefined;
  const make = (side: Side, n: 0 | 1): PatchSide =>
    new PatchSide(patch, side, eras[side], memories[n], sources[side], {
      cancelled,
      space: spaceOf(eras[side]),
      written,
    });
  const before = make("before", 0);
  const after = make("after", 1);
  let booted: BootedSides | null = null;
  const both = (): BootedSides => {
    // A boot that both cannot share leaves its memory to one of the sides.
    let next = 0;
    booted ??= bootSides(before.kernel, after.kernel, () => memories[next++ % 2]!, cancelled);
    return booted;
  };
  before.bootBy(() => both().before);
  after.bootBy(() => both().after);
  const unfit = unfitOf(sources.images);
  return {
    before,
    after,
    same,
    taken,
    space,
    both,
    changed: new ChangedCode(before, after),
    missing: missingOf(patch, sources.hunks),
    unfit,
    eraUnfit: eraUnfitOf(patch, unfit, eras.after),
    lacking: framed ? foreignOf(patch, eras) : lackingOf(patch, sources.hunks),
    framed,
    passedAsAfter: passedAsAfter(before, after),
    mixed:
      sources.release === "" || ERA_NAMES.some((e) => e === `v${sources.release}`) ? "" : sources.release,
    torn: new Set([...(sources.images?.torn.values() ?? [])].flatMap((names) => [...names])),
    tornAway: tornAwayOf(sources.images),
  };
}

/** The file of those that do not take all of a patch by which an era was told that has other rules than the patch's text. */
function eraUnfitOf(patch: Patch, unfit: ReadonlyMap<string, number>, told: Era): string {
  const file = SUBSYSTEMS.find(({ eraFile }) => unfit.has(eraFile))?.eraFile ?? "";
  if (file === "") return "";
  const [its, now] = [eraRow(chooseEra(patch, "after", undefined).era), eraRow(told)];
  return its.idleRef !== now.idleRef || its.leaves !== now.leaves ? file : "";
}

const unfitOf = (images: SideImages | null): Map<string, number> =>
  new Map(
    (images?.files ?? []).flatMap((f) => {
      const hunk = firstRefused(f);
      return hunk === null ? [] : [[f.path, hunk.docLine] as const];
    }),
  );

function tornAwayOf(images: SideImages | null | undefined): Map<string, string> {
  const out = new Map<string, string>();
  for (const [path, names] of images?.torn ?? []) {
    const text = images?.files.find((f) => f.path === path)?.before;
    const away = [...names].find((name) => typeof text === "string" && !hasWord(text, name));
    if (away !== undefined) out.set(path, away);
  }
  return out;
}

/** Rejected hunks of C with a changed line that no definition of the mail has; those of a `.c` file that is not there aside. */
function missingOf(patch: Patch, hunks: readonly HunkNote[]): PatchSides["missing"] {
  const inside = new Set(patch.definitions.flatMap((d) => d.lines));
  const rejected = hunks.filter(
    ({ path, fate }) =>
      fate.kind === "rejected" &&
      isOfMachine(path) &&
      (fate.why.kind !== "no-file" || path.endsWith(".h")) &&
      fate.why.kind !== "changes-nothing",
  );
  return rejected.filter(({ docLine }) =>
    patch.files
      .flatMap((f) => f.hunks)
      .some(
        (h) =>
          h.line === docLine &&
          h.lines.some((l) => l.kind !== " " && /^\s*[\w#]/.test(l.text) && !inside.has(l.docLine)),
      ),
  );
}

/**
 * Refused hunks of functions that the tree's file does not have: its own name for what they change is not known. Those of no
 * function, by the look of the hunk, count where a changed line stands within something of a `.c` file.
 */
function lackingOf(patch: Patch, hunks: readonly HunkNote[]): Lacking[] {
  const shown = new Set(patch.definitions.flatMap((d) => d.lines));
  const whole = new Set(patch.definitions.flatMap((d) => (d.visible === "whole" ? d.lines : [])));
  const all = patch.files.flatMap((f) => f.hunks);
  return hunks.flatMap(({ path, docLine, fate }) => {
    if (fate.kind !== "rejected" || fate.why.kind === "no-file" || !isOfMachine(path)) return [];
    const lines = (all.find((h) => h.line === docLine)?.lines ?? []).filter((l) => l.kind !== " ");
    if (
      fate.why.kind === "no-function" &&
      lines.some((l) => /^\s*[\w#]/.test(l.text) && !whole.has(l.docLine))
    )
      return [{ path, docLine, name: fate.why.name }];
    return path.endsWith(".c") && lines.some((l) => /^\s+\w/.test(l.text) && !shown.has(l.docLine))
      ? [{ path, docLine, name: "" }]
      : [];
  });
}

/** Whether a function that runs has lines that the mail does not show. */
const isFrame = (d: SideDefinition): boolean =>
  d.kind === "function" && d.visible === "whole" && d.lines.includes(0);

/** Functions that a mail without a tree changes, shows in part, and that the reference kernel does not have. */
function foreignOf(patch: Patch, eras: Readonly<Record<Side, Era>>): Lacking[] {
  const lacks = (name: string): boolean =>
    [eras.before, eras.after].every((era) => referenceFunction(era, name) === null);
  return patch.definitions
    .filter((d) => isChangedInPart(d) && lacks(d.name))
    .map(({ path, name, lines }) => ({ path, docLine: lines[0] ?? 0, name }));
}

/** What building and booting the sides met: for the reader of the result. */
export function sideNotes({ before, after }: PatchSides): string[] {
  const notes: string[] = [];
  for (const s of [before, after]) {
    for (const e of s.kernel.errors.slice(0, 4)) {
      const docLine = s.docLine(e.loc);
      notes.push(`${s.side} side${docLine > 0 ? `, line ${docLine} of the mail` : ""}: ${e.message}`);
    }
    if (s.bootProblem !== "") notes.push(`${s.side} side: the machine does not boot: ${s.bootProblem}`);
  }
  return notes;
}
