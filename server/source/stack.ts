/**
 * Which patches a tree is to have before a patch: the prerequisites that the user names, then the earlier patches of
 * the same series and revision in the same document. Leaves out applying them (images.ts).
 */
import { statSync } from "node:fs";
import { FileProblem, readRegularFile } from "../files.ts";
import type { ParsedDocument, Patch, Series } from "../mail/types.ts";
import { parseDocument } from "../parse.ts";

export interface LoadedStack {
  readonly patches: readonly Patch[];
  /** Worded for the user; empty when all was read. */
  readonly problem: string;
}

/** A file and the numbers of the series that are wanted of it; null: all. */
interface Spec {
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly all: boolean;
}

/** Largest file that is read (bytes). */
const MAX_FILE = 256 << 20;

/** Reads prerequisites in the order given: FILE, FILE#n or FILE#a-b by series number. */
export function loadStack(specs: readonly string[]): LoadedStack {
  const patches: Patch[] = [];
  for (const text of specs) {
    const spec = parseSpec(text);
    if (typeof spec === "string") return { patches: [], problem: spec };
    const doc = readDocument(spec.file);
    if (typeof doc === "string") return { patches: [], problem: doc };
    const chosen = choose(doc, spec);
    if (typeof chosen === "string") return { patches: [], problem: chosen };
    patches.push(...chosen);
  }
  return { patches, problem: "" };
}

/** The stack of one patch of a document: prerequisites, then what its series has before it. */
export function stackFor(doc: ParsedDocument, patch: Patch, prerequisites: readonly Patch[]): Patch[] {
  return [...prerequisites, ...seriesPatches(doc, patch).filter((p) => p.number < patch.number)];
}

/** The commit that a patch, or the cover letter of its series, names as its base. */
export function baseCommitOf(doc: ParsedDocument, patch: Patch): string | null {
  return patch.baseCommit ?? seriesOf(doc, patch)?.baseCommit ?? null;
}

/** The series a patch is in; for one sent in a reply, the only series of that revision and size. */
function seriesOf(doc: ParsedDocument, patch: Patch): Series | null {
  const several = doc.series.filter((s) => s.total > 1);
  const own = several.find((s) => s.members.some((m) => m.patches.includes(patch.index)));
  if (own !== undefined || patch.number === 0) return own ?? null;
  const like = several.filter((s) => s.total === patch.total && s.revision === patch.revision);
  return like.length === 1 ? like[0]! : null;
}

/** The patches of a patch's series in its document, one of each number, in order; none where it is in no series. */
export function seriesPatches(doc: ParsedDocument, patch: Patch): Patch[] {
  const series = seriesOf(doc, patch);
  if (series === null) return [];
  return series.members
    .filter((m) => m.number > 0 && m.patches.length > 0)
    .sort((a, b) => a.number - b.number)
    .map((m) => (m.number === patch.number ? patch : doc.patches.find((p) => p.index === m.patches[0])!));
}

// ---- reading what the user names ------------------------------------------------------------------------------------

function parseSpec(text: string): Spec | string {
  const m = /^(.*)#(\d{1,4})(?:-(\d{1,4}))?$/.exec(text);
  if (m === null || isFile(text)) return { file: text, from: 0, to: 0, all: true };
  const from = Number(m[2]);
  const to = m[3] === undefined ? from : Number(m[3]);
  if (m[1] === "") return `--prerequisite takes FILE, FILE#n or FILE#a-b, not "${text}"`;
  if (from < 1 || to < from)
    return `--prerequisite ${text}: #${m[2]}${m[3] === undefined ? "" : `-${m[3]}`} is not a range of patch numbers`;
  return { file: m[1]!, from, to, all: false };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

interface Cached {
  readonly size: number;
  readonly time: number;
  readonly doc: ParsedDocument;
}

/** The command checks what the review then uses: files are parsed once, as long as they stay as they are. */
const cache = new Map<string, Cached>();
const CACHE_MAX = 8;

function readDocument(file: string): ParsedDocument | string {
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    const known = cache.get(file);
    if (known !== undefined && known.size === stat?.size && known.time === stat.mtimeMs) return known.doc;
    const doc = parseDocument(readRegularFile(file, MAX_FILE), file);
    if (stat !== undefined) cache.set(file, { size: stat.size, time: stat.mtimeMs, doc });
    if (cache.size > CACHE_MAX) cache.delete(cache.keys().next().value!);
    return doc;
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    return `--prerequisite ${error.message}`;
  }
}

function choose(doc: ParsedDocument, spec: Spec): Patch[] | string {
  const sent = doc.patches.filter((p) => p.quoteDepth === 0);
  const patches = sent.length > 0 ? sent : doc.patches;
  if (patches.length === 0) return `--prerequisite ${spec.file} holds no patch`;
  const several = severalRevisions(doc);
  if (several !== "") return `--prerequisite ${spec.file} ${several}: name a file with one of them`;
  const ordered = inSeriesOrder(doc, patches);
  if (spec.all) return ordered;
  const numbered = ordered.some((p) => p.total > 0 && p.number > 0);
  const numberOf = (p: Patch, i: number) => (numbered ? p.number : i + 1);
  const chosen = ordered.filter((p, i) => numberOf(p, i) >= spec.from && numberOf(p, i) <= spec.to);
  const have = new Set(ordered.map(numberOf));
  for (let n = spec.from; n <= spec.to; n++)
    if (!have.has(n)) return `--prerequisite ${spec.file} has no patch ${n}: it has ${ranges([...have])}`;
  if (chosen.length > spec.to - spec.from + 1)
    return `--prerequisite ${spec.file} has several patches of one number: name a file with one series`;
  return chosen;
}

function severalRevisions(doc: ParsedDocument): string {
  const full = doc.series.filter((s) => s.total > 1 && s.members.some((m) => m.patches.length > 0));
  for (const a of full)
    for (const b of full)
      if (a !== b && a.title === b.title && a.revision !== b.revision)
        return `holds v${a.revision} and v${b.revision} of "${a.title}"`;
  return "";
}

/** Series in the order in which they begin in the document, each by number; one copy of each patch. */
function inSeriesOrder(doc: ParsedDocument, patches: readonly Patch[]): Patch[] {
  const rank = (p: Patch): number => {
    const series = seriesOf(doc, p);
    return series === null ? p.index : Math.min(...series.members.flatMap((m) => m.patches));
  };
  const firstOfNumber = (p: Patch): boolean =>
    seriesOf(doc, p)?.members.some((m) => m.patches[0] === p.index) ?? true;
  return patches
    .filter(firstOfNumber)
    .map((p) => ({ p, rank: rank(p) }))
    .sort((a, b) => a.rank - b.rank || a.p.number - b.p.number || a.p.index - b.p.index)
    .map((e) => e.p);
}

/** "1-6, 8" */
function ranges(numbers: number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const out: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let j = i;
    while (sorted[j + 1] === sorted[j]! + 1) j++;
    out.push(i === j ? `${sorted[i]}` : `${sorted[i]}-${sorted[j]}`);
    i = j + 1;
  }
  return out.join(", ");
}
