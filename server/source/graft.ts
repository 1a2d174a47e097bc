/**
 * The patch's own text where its hunks fit only by their content, or do not fit. A hunk put by its content stands among other
 * lines than its author saw; where these are in a function that the mail shows whole, its author's are taken, unless they call
 * what the tree does not have. Of hunks that do not fit only what is new is taken: a definition that they add and nobody in the
 * tree has, where other hunks fit the file. One that the tree has in another form, or not at all, is of another kernel: put
 * into this one it breaks what no kernel breaks, so nothing is said of it (fate.ts has the reason).
 */
import { outline } from "../../emulator/c/outline.ts";
import { listed } from "../listed.ts";
import type { Hunk, Patch, SideDefinition } from "../mail/types.ts";
import { joinLines, splitLines } from "./apply.ts";
import { hasWord } from "./c_text.ts";
import type { FileImages, SideImages } from "./images.ts";
import { isKernelC } from "./overlay.ts";
import { codeText } from "./tree_side.ts";

interface DocImage {
  readonly text: string | null;
  readonly doc: readonly number[];
}

/**
 * The images with what the mail shows whole in hunks that do not fit, and which definitions these are.
 * @param has whether anything outside of the file defines a name
 */
export function grafted(
  images: SideImages,
  patch: Patch,
  has: (name: string) => boolean,
): { images: SideImages; definitions: readonly SideDefinition[]; notes: readonly string[] } {
  const definitions: SideDefinition[] = [];
  const notes: string[] = [];
  const hunks = patch.files.flatMap((f) => f.hunks);
  const linesOf = listed(hunks, (h) => h.line);
  const shown = listed(patch.definitions, (d) => d.path);
  const files = images.files.map((file) => {
    const lost = docLinesOf(file, linesOf, "rejected");
    const fits = file.hunks.some((h) => h.fate.kind !== "rejected");
    const merged = images.reversed ? new Set<number>() : docLinesOf(file, linesOf, "merged");
    if (!file.touched || lost.size + merged.size === 0 || !isKernelC(file.path)) return file;
    const own = shown.get(file.path) ?? [];
    const shows = own.filter((d) => d.changed && (isIn(d, lost) || isIn(d, merged)));
    let out = file;
    for (const after of shows.filter((d) => d.side === "after" && d.visible === "whole")) {
      const before = own.find((d) => d.side === "before" && d.name === after.name && d.kind === after.kind);
      const byContent = !isIn(after, lost);
      if (!byContent && (!fits || before !== undefined || isThere(out, after, has))) continue;
      // One side of it in part: the two would not be the patch's.
      if (before !== undefined && before.visible !== "whole") continue;
      if (byContent && !otherLines(out, before, after, has)) continue;
      const next = withDefinition(out, before ?? null, after);
      if (next === null) continue;
      out = next;
      definitions.push(after, ...(before === undefined ? [] : [before]));
      notes.push(
        byContent
          ? `${file.path}: ${named(after)} runs as the mail has it on both sides: the tree has it with other lines around the change`
          : `${file.path}: ${named(after)} is put in as the mail adds it, although its hunk does not fit: the tree has nothing of that name`,
      );
    }
    return out;
  });
  return { images: { ...images, files }, definitions, notes };
}

const named = (d: SideDefinition): string => (d.kind === "function" ? `${d.name}()` : `${d.kind} ${d.name}`);

/** Document lines of the file's hunks that came to this. */
function docLinesOf(
  file: FileImages,
  hunks: ReadonlyMap<number, readonly Hunk[]>,
  fate: "rejected" | "merged",
): ReadonlySet<number> {
  const lost = file.hunks.filter((h) => h.fate.kind === fate).flatMap((h) => hunks.get(h.docLine) ?? []);
  return new Set(lost.flatMap((hunk) => hunk.lines.map((l) => l.docLine)));
}

const isIn = (d: SideDefinition, lines: ReadonlySet<number>): boolean => d.lines.some((l) => lines.has(l));

function withDefinition(
  file: FileImages,
  before: SideDefinition | null,
  after: SideDefinition,
): FileImages | null {
  const had: DocImage = { text: file.before, doc: file.beforeDocLines };
  const was = before === null ? had : put(had, before);
  const is = put({ text: file.after, doc: file.afterDocLines }, after);
  if (was === null || is === null) return null;
  return { ...file, before: was.text, beforeDocLines: was.doc, after: is.text, afterDocLines: is.doc };
}

/**
 * Whether a function that both sides of the mail show whole compiles otherwise in the tree, and calls only what is there.
 */
function otherLines(
  file: FileImages,
  before: SideDefinition | undefined,
  after: SideDefinition,
  has: (name: string) => boolean,
): boolean {
  if (before === undefined || after.kind !== "function") return false;
  const differs = (text: string | null, d: SideDefinition): boolean => {
    const own = text === null ? [] : outline(text).filter((i) => i.kind === d.kind && i.name === d.name);
    if (own.length !== 1) return false;
    const lines = splitLines(text!).slice(own[0]!.startLine - 1, own[0]!.endLine);
    return codeText(joinLines(lines)) !== codeText(d.text);
  };
  const there = new Set(`${file.before ?? ""}\n${file.after ?? ""}`.match(/\w+/g));
  const calls = [...`${before.text}\n${after.text}`.matchAll(/\b([A-Za-z_]\w*)\s*\(/g)].map((m) => m[1]!);
  return (
    (differs(file.before, before) || differs(file.after, after)) &&
    calls.every((name) => there.has(name) || has(name))
  );
}

/** Whether the file or another one of the tree has something of that name. */
const isThere = ({ before }: FileImages, { name }: SideDefinition, has: (name: string) => boolean): boolean =>
  (before !== null && hasWord(before, name)) || has(name);

/** The text with the definition in the place of its own of that name, else at its end; null where it has several. */
function put(image: DocImage, d: SideDefinition): DocImage | null {
  const lines = splitLines(image.text ?? "");
  const body = d.text.replace(/\n$/, "").split("\n");
  const doc = body.map((_, i) => d.lines[i] ?? 0);
  const own =
    image.text === null ? [] : outline(image.text).filter((i) => i.kind === d.kind && i.name === d.name);
  if (own.length > 1 || own.some((i) => !i.whole)) return null;
  const from = own.length === 0 ? lines.length : own[0]!.startLine - 1;
  const to = own.length === 0 ? lines.length : own[0]!.endLine;
  return {
    text: joinLines([...lines.slice(0, from), ...body, ...lines.slice(to)]),
    doc: [...image.doc.slice(0, from), ...doc, ...image.doc.slice(to)],
  };
}
