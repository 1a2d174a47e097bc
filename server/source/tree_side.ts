/**
 * One side of a patch out of whole files of a kernel tree: which definitions the patch changes, which the patches stacked
 * below it change, and the files in the form that the image builder takes (emulator/kernel_tree.ts). Leaves out patching
 * the files (images.ts) and the index of the tree (tree_index.ts).
 */
import { replaceComments } from "../../emulator/c/comments.ts";
import { type OutlineItem, outline } from "../../emulator/c/outline.ts";
import type { TreeSource, TreeUnit } from "../../emulator/kernel_tree.ts";
import type { Patch, Side, SideDefinition } from "../mail/types.ts";
import type { FileImages, KernelTree, SideImages } from "./images.ts";
import { isOfMachine, type SideOverlay } from "./overlay.ts";
import { SUBSYSTEMS } from "./subsystems.ts";
import type { TreeIndex } from "./tree_index.ts";

/** Files that run as the tree has them, whether or not a patch touches them. */
export const PREFERRED_FILES: readonly string[] = SUBSYSTEMS.flatMap((s) => s.preferred);

/** A definition of a file: all places that define the name (the branches of an #if), as text and without comments. */
interface Definition {
  readonly key: string;
  readonly items: readonly OutlineItem[];
  readonly text: string;
  readonly code: string;
}

const outlines = new Map<string, ReadonlyMap<string, Definition>>();

/** The definitions of a text by key ("function foo"). */
function definitionsOf(text: string | null): ReadonlyMap<string, Definition> {
  if (text === null) return new Map();
  const had = outlines.get(text);
  if (had !== undefined) return had;
  const lines = text.split("\n");
  const grouped = new Map<string, OutlineItem[]>();
  for (const item of outline(text)) {
    const keys =
      item.name === ""
        ? (item.enumerators ?? []).map((e) => `enumerator ${e}`)
        : [`${item.kind} ${item.name}`];
    for (const key of keys) {
      const list = grouped.get(key);
      if (list === undefined) grouped.set(key, [item]);
      else list.push(item);
    }
  }
  const out = new Map<string, Definition>();
  for (const [key, items] of grouped) {
    const body = items.map((i) => lines.slice(i.startLine - 1, i.endLine).join("\n")).join("\n");
    out.set(key, { key, items, text: body, code: codeText(body) });
  }
  if (outlines.size > 200) outlines.clear();
  outlines.set(text, out);
  return out;
}

/** Text without comments and white space: what a compiler would see. */
export function codeText(text: string): string {
  return replaceComments(text, true, () => " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** Keys whose definitions differ, comments included; with `code`, only where what compiles differs. */
function differing(a: string | null, b: string | null, code = false): Set<string> {
  if (a === b) return new Set();
  const [x, y] = [definitionsOf(a), definitionsOf(b)];
  const out = new Set<string>();
  for (const key of new Set([...x.keys(), ...y.keys()])) {
    const [p, q] = [x.get(key), y.get(key)];
    if (code ? p?.code !== q?.code : p?.text !== q?.text) out.add(key);
  }
  return out;
}

export interface TreeSide {
  readonly units: readonly TreeUnit[];
  readonly overlay: SideOverlay;
  readonly source: TreeSource;
}

const MAX_PROMOTED = 60;

/**
 * Both sides of a patch in a tree. `grafts`: definitions of hunks that do not fit, which the images have as the mail shows
 * them (graft.ts). Null when nothing of the patch's C has an image.
 */
export function treeSides(
  tree: KernelTree,
  index: TreeIndex,
  images: SideImages,
  patch: Patch,
  knows: (side: Side, name: string) => boolean,
  config: readonly string[] = [],
  grafts: ReadonlySet<SideDefinition> = new Set(),
): { before: TreeSide; after: TreeSide; same: boolean } | null {
  const files = images.files.filter((f) => isOfMachine(f.path) && (f.before !== null || f.after !== null));
  if (!files.some((f) => f.touched)) return null;
  const extra = PREFERRED_FILES.filter((p) => !files.some((f) => f.path === p));
  for (const path of extra) {
    const text = tree.read(path);
    if (text === null) continue;
    const none = new Array<number>(0);
    files.push({
      path,
      oldPath: path,
      pristine: text,
      before: text,
      after: text,
      beforeDocLines: none,
      afterDocLines: none,
      source: "work tree",
      hunks: [],
      touched: false,
      own: false,
    });
  }
  const changed = new Map(
    files.map((f) => [f, f.touched ? differing(f.before, f.after) : new Set<string>()]),
  );
  const same = files.every(
    (f) =>
      f.before === f.after ||
      (differing(f.before, f.after, true).size === 0 && restOf(f.before) === restOf(f.after)),
  );
  const make = (side: Side): TreeSide =>
    makeSide(
      side,
      tree,
      index,
      files,
      changed,
      knows,
      config,
      rejectedDefinitions(images, patch, side, grafts),
    );
  return { before: make("before"), after: make("after"), same };
}

/** A tree as it is: the files that run as it has them, and where the rest comes from. */
export function plainSource(
  tree: KernelTree,
  index: TreeIndex,
  config: readonly string[],
): { readonly units: readonly TreeUnit[]; readonly source: TreeSource } {
  const none: ReadonlySet<string> = new Set();
  const units = PREFERRED_FILES.flatMap((path): TreeUnit[] => {
    const text = tree.read(path);
    if (text === null) return [];
    const sets = { changed: none, stacked: none, promoted: none, newLines: new Set<number>() };
    return [{ path, text, ...sets, preferred: true }];
  });
  const source = {
    definers: (name: string) => index.definers(name),
    read: (path: string) => tree.read(path),
    typedefs: index.typedefs,
    config,
  };
  return { units, source };
}

/** What of a file is in no definition: prototypes, `#if`s, calls at file scope. */
function restOf(text: string | null): string {
  if (text === null) return "";
  const lines = text.split("\n");
  for (const d of definitionsOf(text).values())
    for (const i of d.items) for (let n = i.startLine; n <= i.endLine; n++) lines[n - 1] = "";
  return codeText(lines.join("\n"));
}

function makeSide(
  side: Side,
  tree: KernelTree,
  index: TreeIndex,
  files: readonly FileImages[],
  changed: ReadonlyMap<FileImages, ReadonlySet<string>>,
  knows: (side: Side, name: string) => boolean,
  config: readonly string[],
  partial: readonly SideDefinition[],
): TreeSide {
  const textOf = (f: FileImages): string | null => (side === "before" ? f.before : f.after);
  const units: TreeUnit[] = [];
  const docLines: (readonly number[])[] = [];
  const functions: SideDefinition[] = [];
  const others: SideDefinition[] = [];
  for (const f of files) {
    const text = textOf(f);
    if (text === null) continue;
    const lines = side === "before" ? f.beforeDocLines : f.afterDocLines;
    units.push({
      path: f.path,
      text,
      changed: changed.get(f)!,
      stacked: differing(f.pristine, f.before),
      promoted: new Set(),
      preferred: PREFERRED_FILES.includes(f.path),
      newLines: newLinesOf(f.pristine ?? "", text),
    });
    docLines.push(lines);
    for (const key of changed.get(f)!) {
      const d = definitionsOf(text).get(key);
      if (d === undefined) continue;
      const def = sideDefinition(f, side, d, text, lines);
      (def.kind === "function" ? functions : others).push(def);
    }
  }
  const promoted = promote(side, units, knows);
  return {
    units: units.map((u) => ({ ...u, promoted: promoted.get(u.path) ?? u.promoted })),
    overlay: {
      units: units.map((u) => ({ path: u.path, text: u.text })),
      docLines,
      functions,
      partial,
      others,
    },
    source: {
      definers: (name) => index.definers(name),
      read: (path) => files.find((f) => f.path === path)?.[side] ?? tree.read(path),
      typedefs: index.typedefs,
      config,
    },
  };
}

/** Lines (1-based) of a text that another does not have anywhere. */
function newLinesOf(old: string, text: string): Set<number> {
  const out = new Set<number>();
  if (old === text) return out;
  const known = new Set(old.split("\n").map((l) => l.trim()));
  text.split("\n").forEach((l, i) => {
    if (!known.has(l.trim())) out.add(i + 1);
  });
  return out;
}

function sideDefinition(
  f: FileImages,
  side: Side,
  d: Definition,
  text: string,
  docLines: readonly number[],
): SideDefinition {
  const item = d.items[0]!;
  const [kind, name] = d.key.split(" ") as [SideDefinition["kind"] | "enumerator", string];
  const lines: number[] = [];
  for (let n = item.startLine; n <= item.endLine; n++) lines.push(docLines[n - 1] ?? 0);
  return {
    name,
    kind: kind === "enumerator" ? "enum" : kind,
    path: f.path,
    side,
    visible: "whole",
    text: text
      .split("\n")
      .slice(item.startLine - 1, item.endLine)
      .join("\n"),
    lines,
    firstLine: item.startLine,
    hunk: 0,
    changed: true,
  };
}

/** Document lines of hunks that do not fit the tree. */
function rejectedLines(images: SideImages, patch: Patch): ReadonlySet<number> {
  const headers = new Set(
    images.files.flatMap((f) => f.hunks.filter((h) => h.fate.kind === "rejected").map((h) => h.docLine)),
  );
  const out = new Set<number>();
  for (const file of patch.files)
    for (const hunk of file.hunks) if (headers.has(hunk.line)) for (const l of hunk.lines) out.add(l.docLine);
  return out;
}

/** What the mail changes on one side in hunks that do not fit the tree: the tree's text of it is not the patch's. */
function rejectedDefinitions(
  images: SideImages,
  patch: Patch,
  side: Side,
  runs: ReadonlySet<SideDefinition>,
): SideDefinition[] {
  const lines = rejectedLines(images, patch);
  if (lines.size === 0) return [];
  return patch.definitions.filter(
    (d) =>
      d.side === side &&
      d.changed &&
      !runs.has(d) &&
      isOfMachine(d.path) &&
      d.lines.some((l) => lines.has(l)),
  );
}

/**
 * A changed function that the reference kernel does not have is reached only through the tree's own callers: these stand
 * above the reference kernel's too, and their callers, up to one that the reference kernel has by name.
 */
function promote(
  side: Side,
  units: readonly TreeUnit[],
  knows: (side: Side, name: string) => boolean,
): Map<string, Set<string>> {
  const out = new Map<string, Set<string>>();
  const functionsOf = units
    .filter((u) => u.path.endsWith(".c"))
    .map((u) => ({
      path: u.path,
      list: [...definitionsOf(u.text).values()].filter((d) => d.key.startsWith("function ")),
    }));
  const wanted = units.flatMap((u) =>
    [...u.changed, ...u.stacked].filter((k) => k.startsWith("function ")).map((k) => k.slice(9)),
  );
  const seen = new Set<string>();
  while (wanted.length > 0 && seen.size < MAX_PROMOTED) {
    const name = wanted.pop()!;
    if (seen.has(name) || knows(side, name)) continue;
    seen.add(name);
    const pattern = new RegExp(`\\b${name}\\b`);
    for (const { path, list } of functionsOf)
      for (const d of list) {
        const caller = d.key.slice(9);
        if (caller === name || !pattern.test(d.code)) continue;
        const set = out.get(path) ?? new Set<string>();
        set.add(d.key);
        out.set(path, set);
        wanted.push(caller);
      }
  }
  return out;
}
