/**
 * The images of a patch in a kernel tree: each file it touches as it was before and as it is after, with the document
 * line of every line that the mail shows, and the fate of each hunk. The tree itself is never written; earlier patches
 * are stacked in memory. Leaves out finding the tree (tree.ts) and placing one hunk (apply.ts).
 */
import type { DiffFile, Patch, Side } from "../mail/types.ts";
import {
  buildSides,
  type DocText,
  type FlatHunk,
  flatten,
  joinLines,
  type Placed,
  splitLines,
  Target,
} from "./apply.ts";
import { hasWord } from "./c_text.ts";
import { type Renames, renamesOf } from "./claim.ts";
import {
  type KnowsName,
  majorityThere,
  type Standing,
  type Survey,
  settle,
  standingOf,
  survey,
} from "./direction.ts";
import { evidenceText, fateText, type HunkFate, type Refusal, refusalText } from "./fate.ts";
import { isCode, refusedNames, wholeFunctionsOnly } from "./half.ts";
import { withoutOutdated } from "./outdated.ts";
import { blobId } from "./tree.ts";

/** A kernel tree to take whole files from. */
export interface KernelTree {
  /** As the user named it. */
  readonly root: string;
  /** For notes: "linux-source-6.12 (work tree)". */
  readonly describe: string;
  /** Text of a file of the work tree, or null when absent. Never leaves the root. */
  read(path: string): string | null;
  /** Says what will be asked for, so that git is asked once: blob ids, and paths at a commit. */
  expect?(ids: readonly string[], commit: string | null, paths: readonly string[]): void;
  /** Text of a git blob by its (abbreviated) id, or null: no git, not there, ambiguous. */
  blob(id: string): string | null;
  /** The path's text at a commit, or null. */
  atCommit(commit: string, path: string): string | null;
  /** Where read() takes a path from: "work tree" or "mirror". */
  origin(path: string): string;
  /** Files directly in the folder, as paths from the root, sorted; empty when there is no such folder. */
  list(folder: string): readonly string[];
  /** Something that changes when the file's text does: size and time of change. "" when absent. */
  stamp(path: string): string;
  /** Told when the index of the tree's headers is used, and what names it. */
  asksHeaders?(digest: string): void;
}

export interface HunkImage {
  readonly header: string;
  readonly docLine: number;
  readonly fate: HunkFate;
  /** It changes code: not comments, blank lines and `#include` alone. */
  readonly code: boolean;
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
  /** "blob 1234abc", "commit abcdef", "work tree", "mirror"; "none" for a file that the tree does not have. */
  readonly source: string;
  readonly hunks: readonly HunkImage[];
  /** This patch touches it; false: only the stack does. */
  readonly touched: boolean;
  /**
   * The sides are the very texts that the patch was made of: the ids of the `index` line say so, or, where a mail has no such
   * line, every hunk fits at the line that its header names.
   */
  readonly own: boolean;
}

export interface SideImages {
  /** Files of this patch and of the stack; text is there for .c and .h files, others have nulls. */
  readonly files: readonly FileImages[];
  /** For the reviewer, one line each. */
  readonly notes: readonly string[];
  /** The tree is as after this patch: after is the tree, before the tree with the patch taken back. */
  readonly reversed: boolean;
  /** How the patch stands in the tree. */
  readonly standing: Standing;
  /**
   * Files in which a hunk of an earlier patch of the stack has no place, with the definitions that it would have changed:
   * they are not as the patch's author had them.
   */
  readonly torn: Torn;
}

/** A file as a stack of patches left it. */
interface FileState {
  readonly pristine: string | null;
  /** null: it does not exist. */
  readonly text: string | null;
  readonly source: string;
  readonly oldPath: string;
  /** Functions that the stack renamed in it. */
  readonly renames: Renames;
}

/** Files that the stack touched, and what is to be said about it. */
interface StackState {
  readonly files: ReadonlyMap<string, FileState>;
  readonly notes: readonly string[];
  readonly torn: Torn;
}

/** Names of definitions by file. */
export type Torn = ReadonlyMap<string, ReadonlySet<string>>;

/** What is known besides the tree and the patch. */
export interface ImageOptions {
  /** The commit that the cover letter names as the base, where the patch itself names none (stack.ts, baseCommitOf). */
  readonly seriesBase?: string | null;
  /**
   * Whether some file of the tree has a name: to tell lines that were taken out from lines that never were there. Without it
   * nothing is held to be taken out.
   */
  readonly knows?: KnowsName;
}

/** Where nothing is known of names. */
const UNASKED: KnowsName = () => false;

/** Stack: patches applied first, in order (prerequisites, then earlier patches of the series). */
export function imagesOf(
  tree: KernelTree,
  stack: readonly Patch[],
  patch: Patch,
  { seriesBase = null, knows = UNASKED }: ImageOptions = {},
): SideImages {
  const base = patch.baseCommit ?? seriesBase ?? baseCommit(stack);
  const state = stackState(tree, base, stack, knows);
  const plan = planPatch(tree, base, state.files, patch, knows);
  const notes = [
    ...state.notes,
    ...standingNotes(plan, tree.describe),
    ...problemNotes(plan),
    ...partNotes(tree, plan),
  ];
  for (const file of plan.files) notes.push(...fileNotes(file));
  return {
    files: [
      ...plan.files.map(fileImages),
      ...patch.files.filter((f) => f.path !== "" && !isSource(f)).map(withoutText),
      ...untouched(state.files, plan.files),
    ],
    notes,
    reversed: isThere(plan.standing),
    standing: plan.standing,
    torn: state.torn,
  };
}

const isThere = (standing: Standing): boolean => standing === "there" || standing === "as-after";

const takenBack = (tree: string): string => `before is ${tree} with it taken back`;

/** What is to be told of a patch that the tree has, or has half. */
function standingNotes(plan: PatchPlan, tree: string): string[] {
  switch (plan.standing) {
    case "before":
      return [];
    case "there":
      return [`the tree already has this patch: ${takenBack(tree)}`];
    case "as-after":
      return [
        `the tree has none of the lines that this patch removes, and all that is around them: before is ${tree} with them put in`,
      ];
    case "half": {
      const hunks = plan.files.flatMap((f) => f.placed.map((p) => ({ path: f.file.path, p })));
      const there = hunks.filter(({ p }) => fateOf(p).kind === "already");
      if (there.length === 0) return [];
      if (there.length === hunks.length) return [`the tree already has this patch: ${takenBack(tree)}`];
      const named = there.slice(0, NAMED_MAX).map(({ path, p }) => `${path} ${shortHeader(p.hunk)}`);
      const more = there.length > NAMED_MAX ? ` and ${there.length - NAMED_MAX} more` : "";
      return [
        `the tree has this patch in part: ${there.length} of ${hunks.length} hunks are there (${named.join(", ")}${more}) and are taken back for the side before`,
      ];
    }
  }
}

/** The commit that the series names as its base; prerequisites of a series stand on the base of the series. */
function baseCommit(stack: readonly Patch[]): string | null {
  return stack.findLast((p) => p.baseCommit !== null)?.baseCommit ?? null;
}

// ---- the stack ------------------------------------------------------------------------------------------------------

interface Remembered {
  readonly base: string | null;
  readonly stack: readonly Patch[];
  readonly state: StackState;
}

/** Reviewing a series asks for 1..k-1 for every k: the last states are kept and carried on. */
const remembered = new WeakMap<KernelTree, Remembered[]>();
const REMEMBERED_MAX = 4;

function stackState(
  tree: KernelTree,
  base: string | null,
  stack: readonly Patch[],
  knows: KnowsName,
): StackState {
  const known = remembered.get(tree) ?? [];
  remembered.set(tree, known);
  const start = known
    .filter((k) => k.base === base && k.stack.length <= stack.length)
    .filter((k) => k.stack.every((p, i) => p === stack[i]))
    .sort((a, b) => b.stack.length - a.stack.length)[0];
  let state: StackState = start?.state ?? { files: new Map(), notes: [], torn: new Map() };
  if (start !== undefined && start.stack.length === stack.length) return state;
  for (const patch of stack.slice(start?.stack.length ?? 0)) state = stacked(tree, base, state, patch, knows);
  known.push({ base, stack: [...stack], state });
  if (known.length > REMEMBERED_MAX) known.shift();
  return state;
}

function stacked(
  tree: KernelTree,
  base: string | null,
  state: StackState,
  sent: Patch,
  knows: KnowsName,
): StackState {
  const ground = {
    read: (path: string) => (state.files.has(path) ? state.files.get(path)!.text : tree.read(path)),
    knows: (name: string) =>
      knows(name) || [...state.files.values()].some((f) => f.text !== null && hasWord(f.text, name)),
  };
  const { patch, notes: outdated } =
    knows === UNASKED ? { patch: sent, notes: [] } : withoutOutdated(sent, ground);
  const plan = planPatch(tree, base, state.files, patch, knows);
  const files = new Map(state.files);
  for (const plan1 of plan.files) {
    const { file, after, pristine, source, renames } = plan1;
    const { oldPath } = file;
    if (file.status === "renamed" && oldPath !== file.path)
      files.set(oldPath, { pristine: plan1.oldPristine, text: null, source, oldPath, renames });
    const text = after === null ? null : joinLines(after.lines);
    files.set(file.path, { pristine, text, source, oldPath, renames });
  }
  const torn = new Map(state.torn);
  for (const { file, placed, problem } of plan.files)
    if (problem !== null || placed.some((p) => p.at === null))
      torn.set(file.path, new Set([...(torn.get(file.path) ?? []), ...refusedNames(placed)]));
  return {
    files,
    notes: [
      ...state.notes,
      ...outdated.map((note) => `${nameOf(patch)}: ${note}`),
      ...stackNotes(plan, nameOf(patch)),
    ],
    torn,
  };
}

/** How a patch is called in notes. */
function nameOf(patch: Patch): string {
  const place = patch.total > 0 ? `${patch.number}/${patch.total} ` : "";
  return `${place}"${patch.subject}"`;
}

function stackNotes(plan: PatchPlan, name: string): string[] {
  const notes: string[] = [];
  const reversed = isThere(plan.standing);
  if (reversed) notes.push(`${name} is in the tree already: not applied again`);
  const already = plan.files.reduce((n, f) => n + countFate(f, "already"), 0);
  if (!reversed && already > 0) notes.push(`${name}: ${already} hunks are in the tree already`);
  for (const note of problemNotes(plan)) notes.push(`${name}: ${note}`);
  const odd = { rejected: [] as string[], merged: [] as string[] };
  for (const file of plan.files)
    for (const { fate, hunk } of file.placed) {
      const at = `${file.file.path}, ${shortHeader(hunk)}`;
      if (fate.kind === "rejected" && file.problem === null)
        odd.rejected.push(`${at}: ${refusalText(fate.why)}`);
      else if (fate.kind === "merged") odd.merged.push(`${at} merged: ${evidenceText(fate.evidence)}`);
    }
  const told = (lead: string, [first, ...more]: readonly string[], rest: string): void => {
    if (first === undefined) return;
    notes.push(`${name}${lead}: ${first}${more.length === 0 ? "" : `; ${more.length} more ${rest}`}`);
  };
  told(" does not fit", odd.rejected, odd.rejected.length === 2 ? "hunk does not" : "hunks do not");
  told("", odd.merged, odd.merged.length === 2 ? "hunk is" : "hunks are");
  return notes;
}

/** Files that could not be dealt with as a whole, those with the same problem in one note. */
function problemNotes(plan: PatchPlan): string[] {
  const byProblem = new Map<string, string[]>();
  for (const { problem, file } of plan.files) {
    if (problem === null) continue;
    const words = refusalText(problem);
    const paths = byProblem.get(words);
    if (paths === undefined) byProblem.set(words, [file.path]);
    else paths.push(file.path);
  }
  return [...byProblem].map(([problem, paths]) => {
    const more = paths.length > NAMED_MAX ? ` and ${paths.length - NAMED_MAX} more` : "";
    return `${paths.slice(0, NAMED_MAX).join(", ")}${more}: ${problem}, so nothing of the patch is applied there`;
  });
}

/** Folders of which the tree has nothing: it may be unpacked in part, and what it lacks is named. */
function partNotes(tree: KernelTree, plan: PatchPlan): string[] {
  const folders = new Set<string>();
  for (const { problem, file } of plan.files) {
    const folder = file.path.slice(0, Math.max(0, file.path.lastIndexOf("/")));
    if (problem?.kind === "no-file" && folder !== "" && tree.list(folder).length === 0) folders.add(folder);
  }
  if (folders.size === 0) return [];
  const named = [...folders].slice(0, NAMED_MAX).join(", ");
  return [
    `the tree has nothing of ${named}: where a part of the source is unpacked, \`npm run kernel -- --all\` unpacks all of it`,
  ];
}

/** Files that one note names. */
const NAMED_MAX = 4;

function shortHeader(hunk: FlatHunk): string {
  return /^@@[^@]*@@/.exec(hunk.header)?.[0] ?? "a hunk";
}

function countFate(plan: FilePlan, kind: HunkFate["kind"]): number {
  return plan.placed.filter((p) => fateOf(p).kind === kind).length;
}

// ---- one patch --------------------------------------------------------------------------------------------------------

/** One file of a patch, placed. */
interface FilePlan {
  readonly file: DiffFile;
  /** Text of the after path, and of the old path, in the tree. */
  readonly pristine: string | null;
  readonly oldPristine: string | null;
  readonly source: string;
  readonly placed: readonly Placed[];
  readonly before: DocText | null;
  readonly after: DocText | null;
  /** Why the file as a whole could not be dealt with; null otherwise. */
  readonly problem: Refusal | null;
  /** Functions that the stack and this patch rename in it. */
  readonly renames: Renames;
  /** The ids of the `index` line say which side the text is. */
  readonly own: boolean;
}

interface PatchPlan {
  readonly files: readonly FilePlan[];
  readonly standing: Standing;
}

/** What a file's hunks are placed in. */
interface Ground {
  readonly file: DiffFile;
  readonly target: Target;
  readonly hunks: readonly FlatHunk[];
  readonly exists: boolean;
  /** The text is surely this side's: its id is one of those that the patch names. */
  readonly certain: Side | null;
  readonly pristine: string | null;
  readonly oldPristine: string | null;
  readonly source: string;
  readonly renames: Renames;
}

function planPatch(
  tree: KernelTree,
  base: string | null,
  files: ReadonlyMap<string, FileState>,
  patch: Patch,
  knows: KnowsName,
): PatchPlan {
  const surveyed = patch.files
    .filter((f) => isSource(f) && f.path !== "")
    .map((f) => groundOf(tree, base, files, f))
    .map((ground) => ({ ground, hunks: surveyOf(ground, knows) }));
  const all = surveyed.flatMap((s) => s.hunks);
  const standing = standingOf(all);
  const mostly = majorityThere(all);
  return { files: surveyed.map((s) => planFile(s.ground, s.hunks, standing, mostly)), standing };
}

/** The hunks of a file, looked for both ways; what its id or its absence says goes before. */
function surveyOf(ground: Ground, knows: KnowsName): Survey[] {
  const { file, exists, target, hunks, renames, certain } = ground;
  if (!exists && file.status !== "added" && file.status !== "deleted")
    return hunks.map((hunk) => {
      const why: Refusal = { kind: "no-file" };
      return { hunk, forward: why, reverse: why, lies: "neither" };
    });
  return survey(target, hunks, renames, knows).map((s) => {
    if (certain === "before" && "at" in s.forward) return { ...s, lies: "fits" };
    if (certain === "after" && "at" in s.reverse) return { ...s, lies: "there" };
    // The file is gone, and with it all that the patch deletes.
    if (!exists && file.status === "deleted" && "at" in s.reverse) return { ...s, lies: "gone" };
    return s;
  });
}

/** Only C is taken from the tree, and only where the mail names the file and shows its text. */
function isSource(file: DiffFile): boolean {
  return !file.combined && file.status !== "binary" && /\.[ch]$/.test(file.path);
}

function groundOf(
  tree: KernelTree,
  base: string | null,
  files: ReadonlyMap<string, FileState>,
  file: DiffFile,
): Ground {
  const found = findText(tree, base, files, file);
  const target = new Target(splitLines(found.text ?? ""));
  const hunks = file.hunks.map((h) => flatten(h, target.lines));
  const earlier = files.get(file.path)?.renames ?? files.get(file.oldPath)?.renames ?? [];
  return {
    file,
    target,
    hunks,
    exists: found.text !== null,
    certain: found.certain,
    pristine: tree.read(file.path) ?? tree.read(file.oldPath),
    oldPristine: tree.read(file.oldPath),
    source: found.source,
    renames: new Map([...earlier, ...renamesOf(hunks)]),
  };
}

interface Found {
  readonly text: string | null;
  readonly source: string;
  readonly certain: Side | null;
}

/** Shortest abbreviation of an id that is trusted to be the file's: git's own default is seven. */
const ID_MIN = 7;

/** Which side of the patch a text is, by the ids on the `index` line. */
function sideById(text: string, file: DiffFile): Side | null {
  const id = blobId(text);
  const is = (given: string | null): boolean =>
    given !== null && given.length >= ID_MIN && id.startsWith(given.toLowerCase());
  return is(file.oldBlob) ? "before" : is(file.newBlob) ? "after" : null;
}

/** The text that a file's hunks meet: what the stack left, else the blob, else the base commit, else the work tree. */
function findText(
  tree: KernelTree,
  base: string | null,
  files: ReadonlyMap<string, FileState>,
  file: DiffFile,
): Found {
  const old = file.oldPath === "" ? file.path : file.oldPath;
  for (const path of [old, file.path]) {
    const state = files.get(path);
    // A renamed file whose old path is gone may lie at its new one already.
    if (state !== undefined && (state.text !== null || path === file.path))
      return { text: state.text, source: state.source, certain: null };
  }
  const blob = file.oldBlob === null ? null : tree.blob(file.oldBlob);
  if (blob !== null) return { text: blob, source: `blob ${file.oldBlob}`, certain: "before" };
  for (const path of new Set([old, file.path])) {
    const there = base === null ? null : tree.atCommit(base, path);
    if (there !== null)
      return { text: there, source: `commit ${base!.slice(0, 12)}`, certain: sideById(there, file) };
    const here = tree.read(path);
    if (here !== null) return { text: here, source: tree.origin(path), certain: sideById(here, file) };
  }
  return { text: null, source: "none", certain: null };
}

function planFile(
  ground: Ground,
  surveys: readonly Survey[],
  standing: Standing,
  mostlyThere: boolean,
): FilePlan {
  const { file, exists, target, renames } = ground;
  const { pristine, oldPristine, source } = ground;
  const plan = { file, pristine, oldPristine, source, renames, own: ground.certain !== null };
  const problem = wholeFileProblem(ground, surveys);
  if (problem !== null) {
    const fate: HunkFate = { kind: "rejected", why: problem };
    const placed: Placed[] = ground.hunks.map((hunk) => ({ hunk, fate, at: null }));
    const text = exists ? { lines: target.lines, doc: target.lines.map(() => 0) } : null;
    return { ...plan, placed, before: text, after: text, problem };
  }
  const placed = wholeFunctionsOnly(target, settle(target, surveys, standing, mostlyThere, renames));
  const sides = buildSides(target, placed);
  const all = placed.every((p) => p.at !== null);
  return {
    ...plan,
    placed,
    before: file.status === "added" && all ? null : sides.before,
    after: file.status === "deleted" && all ? null : sides.after,
    problem: null,
  };
}

function wholeFileProblem({ file, exists }: Ground, surveys: readonly Survey[]): Refusal | null {
  if (!exists && file.status !== "added" && file.status !== "deleted") return { kind: "no-file" };
  if (exists && file.status === "added" && surveys.some((s) => s.lies === "neither"))
    return { kind: "other-file" };
  return null;
}

/** A hunk's fate as it is told: lying in the text already is not "applied". */
function fateOf(placed: Placed): HunkFate {
  return placed.at !== null && placed.direction === "reverse" ? { kind: "already" } : placed.fate;
}

function fileImages(plan: FilePlan): FileImages {
  const { file, before, after } = plan;
  return {
    path: file.path,
    oldPath: file.oldPath === "" ? file.path : file.oldPath,
    pristine: plan.pristine,
    before: before === null ? null : joinLines(before.lines),
    after: after === null ? null : joinLines(after.lines),
    beforeDocLines: before?.doc ?? [],
    afterDocLines: after?.doc ?? [],
    source: plan.source,
    hunks: plan.placed.map((p) => ({
      header: p.hunk.header,
      docLine: p.hunk.docLine,
      fate: fateOf(p),
      code: p.hunk.lines.some((l) => l.kind !== " " && isCode(l.text)),
    })),
    touched: true,
    own: plan.own || (file.oldBlob === null && plan.placed.every((p) => fateOf(p).kind === "exact")),
  };
}

/** A file that is listed only: not C, binary, or a diff of a form that is not read. */
function withoutText(file: DiffFile): FileImages {
  return {
    path: file.path,
    oldPath: file.oldPath === "" ? file.path : file.oldPath,
    pristine: null,
    before: null,
    after: null,
    beforeDocLines: [],
    afterDocLines: [],
    source: "none",
    hunks: [],
    touched: true,
    own: false,
  };
}

/** Files that only the stack touches: the same on both sides, nothing of them in this mail. */
function untouched(files: ReadonlyMap<string, FileState>, touched: readonly FilePlan[]): FileImages[] {
  const seen = new Set(touched.flatMap((f) => [f.file.path, f.file.oldPath]));
  const out: FileImages[] = [];
  for (const [path, state] of files) {
    if (seen.has(path)) continue;
    const doc = state.text === null ? [] : splitLines(state.text).map(() => 0);
    out.push({
      path,
      oldPath: state.oldPath,
      pristine: state.pristine,
      before: state.text,
      after: state.text,
      beforeDocLines: doc,
      afterDocLines: doc,
      source: state.source,
      hunks: [],
      touched: false,
      own: false,
    });
  }
  return out;
}

function fileNotes(plan: FilePlan): string[] {
  if (plan.problem !== null) return [];
  const notes: string[] = [];
  for (const { fate, hunk } of plan.placed) {
    const at = `${plan.file.path}, ${shortHeader(hunk)}`;
    if (fate.kind === "rejected") notes.push(`${at} does not fit the tree: ${refusalText(fate.why)}`);
    else if (fate.kind === "merged") notes.push(`${at} merged by content: ${evidenceText(fate.evidence)}`);
    else if ("passed" in fate || "renamed" in fate) notes.push(`${at}: ${fateText(fate)}`);
  }
  return notes;
}

/**
 * The first hunk of code of a file in the tree that has no place there: the tree is not the one that the patch was made for, and
 * what the rest of it does in that file is not what its author wrote. Null where all have one.
 */
export function firstRefused({ touched, before, hunks }: FileImages): HunkImage | null {
  if (!touched || before === null) return null;
  return (
    hunks.find(({ code, fate }) => code && fate.kind === "rejected" && fate.why.kind !== "changes-nothing") ??
    null
  );
}
