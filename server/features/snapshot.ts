/**
 * What every feature reads: one document at one version, its parse, the results that belong to it, and an index from
 * document lines to diff lines. Results of an earlier version keep their place by a line map, so that marks neither
 * jump nor point at the wrong line while a new run is on its way; what stood in the edited region is dropped.
 */

import type { Step } from "../emulation/progress.ts";
import type {
  Comment,
  DiffFile,
  DiffLine,
  Hunk,
  ParsedDocument,
  Patch,
  SideDefinition,
} from "../mail/types.ts";
import type { Freshness, Settings } from "../protocol.ts";
import type { Finding, FunctionFacts, LineFacts, ReviewResult } from "../review/types.ts";

/** A diff line and where it stands. */
export interface LineRef {
  readonly patch: Patch;
  readonly file: DiffFile;
  readonly hunk: Hunk;
  readonly hunkIndex: number;
  readonly line: DiffLine;
}

/** Results and the version they were made from; `place` leads from their document lines to the present ones (0: gone). */
export interface StoredReview {
  readonly result: ReviewResult;
  readonly version: number;
  readonly place: (docLine: number) => number;
}

export interface Snapshot {
  readonly uri: string;
  readonly version: number;
  readonly parsed: ParsedDocument;
  readonly lines: LineIndex;
  readonly state: Freshness;
  readonly review: StoredReview | undefined;
  readonly progress: Step;
  /** Its place among the documents that wait, 0: it does not. */
  readonly queued: number;
  readonly settings: Settings;
}

/** Whether what is shown belongs to an earlier text. A run of the same text that is under way makes nothing stale. */
export const isStale = ({ review, version }: Snapshot): boolean =>
  review !== undefined && review.version !== version;

/** From a document line to the diff line that stands there. */
export interface LineIndex {
  get(docLine: number): LineRef | undefined;
}

/**
 * Every diff line of the document by its line; wrapped lines lead to the same one. The lines of a hunk are looked at when
 * one of them is first asked for: a mail may have a million.
 */
export function indexLines(parsed: ParsedDocument): LineIndex {
  type Place = Omit<LineRef, "line"> & { readonly end: number };
  const places: Place[] = [];
  for (const patch of parsed.patches)
    for (const file of patch.files)
      file.hunks.forEach((hunk, hunkIndex) => {
        const last = hunk.lines[hunk.lines.length - 1];
        if (last === undefined) return;
        const end = Math.max(last.docLine, last.wrapped?.at(-1) ?? 0);
        places.push({ patch, file, hunk, hunkIndex, end });
      });
  places.sort((a, b) => a.hunk.line - b.hunk.line);
  const known = new Map<Place, ReadonlyMap<number, LineRef>>();
  const linesOf = (place: Place): ReadonlyMap<number, LineRef> => {
    let lines = known.get(place);
    if (lines === undefined) {
      const made = new Map<number, LineRef>();
      for (const line of place.hunk.lines) {
        const { patch, file, hunk, hunkIndex } = place;
        const ref = { patch, file, hunk, hunkIndex, line };
        made.set(line.docLine, ref);
        for (const more of line.wrapped ?? []) made.set(more, ref);
      }
      lines = made;
      known.set(place, lines);
    }
    return lines;
  };
  return {
    get(docLine) {
      // The last hunk that begins at or above the line.
      let low = 0;
      let high = places.length;
      while (low < high) {
        const mid = (low + high) >> 1;
        if (places[mid]!.hunk.line <= docLine) low = mid + 1;
        else high = mid;
      }
      const place = places[low - 1];
      return place === undefined || docLine > place.end ? undefined : linesOf(place).get(docLine);
    },
  };
}

/** The map from `before`'s lines to `after`'s (1-based): equal heads and tails keep their lines, the rest is gone. */
export function lineMap(before: readonly string[], after: readonly string[]): (docLine: number) => number {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const shift = after.length - before.length;
  return (docLine) => {
    if (docLine <= 0) return 0;
    if (docLine <= head) return docLine;
    return docLine > before.length - tail ? docLine + shift : 0;
  };
}

/** A finding with its present line. */
export interface PlacedFinding {
  readonly finding: Finding;
  /** Its index in the store: how the client names it. */
  readonly index: number;
  /** 0: it has no line, or the line was edited away. */
  readonly docLine: number;
}

export function placedFindings(snapshot: Snapshot): PlacedFinding[] {
  const review = snapshot.review;
  if (!review) return [];
  return review.result.findings.map((finding, index) => {
    // A finding that belongs to no line stands where its patch begins, so that nothing new goes unseen.
    const start = snapshot.parsed.patches[finding.patch]?.files[0]?.docLine ?? 0;
    return { finding, index, docLine: finding.docLine > 0 ? review.place(finding.docLine) : start };
  });
}

/** The facts of one line, one per side and function. */
export function lineFacts(snapshot: Snapshot, docLine: number): LineFacts[] {
  const review = snapshot.review;
  if (!review) return [];
  return review.result.lines.filter((facts) => review.place(facts.docLine) === docLine);
}

/** A function the diff shows, both sides joined, with the results that belong to it. */
export interface FunctionView {
  readonly patch: Patch;
  readonly name: string;
  readonly path: string;
  readonly whole: boolean;
  readonly changed: boolean;
  readonly docLine: number;
  readonly endDocLine: number;
  readonly sides: "before" | "after" | "both";
  /** Its lines on each side: in a diff the bodies of two functions may lie between each other's. */
  readonly before: ReadonlySet<number>;
  readonly after: ReadonlySet<number>;
  /** Lines above the body, with its brace: nothing there runs. */
  readonly heading: ReadonlySet<number>;
  readonly facts: readonly FunctionFacts[];
}

/** The views of a patch, which many features ask for: as of one result. */
const knownViews = new WeakMap<Patch, { result: ReviewResult | undefined; views: readonly FunctionView[] }>();

/** Functions (not macros or types) of a patch in document order. */
export function functionViews(snapshot: Snapshot, patch: Patch): readonly FunctionView[] {
  const result = snapshot.review?.result;
  const known = knownViews.get(patch);
  if (known !== undefined && known.result === result) return known.views;
  const views = makeViews(snapshot, patch);
  knownViews.set(patch, { result, views });
  return views;
}

function makeViews(snapshot: Snapshot, patch: Patch): FunctionView[] {
  const lines = new Map<ReadonlySet<number>, Set<number>>();
  const setOf = (numbers: readonly number[]): ReadonlySet<number> => {
    const made = new Set(numbers);
    lines.set(made, made);
    return made;
  };
  const add = (to: ReadonlySet<number>, numbers: readonly number[]): void => {
    const set = lines.get(to)!;
    for (const n of numbers) set.add(n);
  };
  const views = new Map<string, { -readonly [K in keyof FunctionView]: FunctionView[K] }>();
  for (const d of patch.definitions) {
    if (d.kind !== "function") continue;
    const first = d.lines[0] ?? 0;
    const last = d.lines[d.lines.length - 1] ?? first;
    const key = `${d.path}\n${d.name}`;
    const heading = headingOf(d);
    const known = views.get(key);
    if (!known) {
      views.set(key, {
        patch,
        name: d.name,
        path: d.path,
        whole: d.visible === "whole",
        changed: d.changed,
        docLine: first,
        endDocLine: last,
        sides: d.side,
        before: setOf(d.side === "before" ? d.lines : []),
        after: setOf(d.side === "after" ? d.lines : []),
        heading: setOf(heading),
        facts: [],
      });
      continue;
    }
    known.docLine = Math.min(known.docLine, first);
    known.endDocLine = Math.max(known.endDocLine, last);
    add(known.heading, heading);
    known.whole ||= d.visible === "whole";
    known.changed ||= d.changed;
    if (known.sides !== d.side) known.sides = "both";
    if (d.side === "before") add(known.before, d.lines);
    else add(known.after, d.lines);
  }
  for (const facts of snapshot.review?.result.functions ?? []) {
    if (facts.patch !== patch.index) continue;
    const view = views.get(`${facts.path}\n${facts.name}`);
    if (view) view.facts = [...view.facts, facts];
  }
  return [...views.values()].sort((a, b) => a.docLine - b.docLine);
}

/** A definition that is shown in part may begin in its body. */
function headingOf(d: SideDefinition): readonly number[] {
  if (d.visible !== "whole") return [];
  const brace = d.text.indexOf("{");
  return brace < 0 ? [] : d.lines.slice(0, d.text.slice(0, brace).split("\n").length);
}

/** Functions that a document line belongs to on some side. */
export function functionsAt(snapshot: Snapshot, ref: LineRef): FunctionView[] {
  const at = ref.line.docLine;
  return functionViews(snapshot, ref.patch).filter((f) => f.before.has(at) || f.after.has(at));
}

/** Whether a finding stands in a function: on its line and on its side. */
export function ownsFinding(view: FunctionView, { finding, docLine }: PlacedFinding): boolean {
  return finding.patch === view.patch.index && view[finding.side].has(docLine);
}

/** Remarks on one diff line. */
export function commentsOn(ref: LineRef): Comment[] {
  return ref.patch.comments.filter((c) => c.anchorDocLine === ref.line.docLine);
}

/** "21/26", with its version where the document has several ("v2 21/26", "v2" of a patch that stands alone in each); else "" of such a patch. */
export function patchNumber(patch: Patch, { patches }: Pick<ParsedDocument, "patches">): string {
  let several = versions.get(patches);
  if (several === undefined) {
    several = new Set(patches.flatMap((p) => (p.number > 0 ? [p.revision] : []))).size > 1;
    versions.set(patches, several);
  }
  const version = several ? `v${patch.revision}` : "";
  return patch.total > 1 ? `${several ? `${version} ` : ""}${patch.number}/${patch.total}` : version;
}

/** Whether patches are of several versions of a series. */
const versions = new WeakMap<readonly Patch[], boolean>();

/** What `ReviewOptions.patch` takes to mean this patch and no other; undefined where there is no such word. */
export function patchSelector(parsed: ParsedDocument, patch: Patch): string | undefined {
  const numbered = (n: number) => parsed.patches.filter((p) => p.total > 0 && p.number === n);
  if (parsed.patches.length < 2) return undefined;
  const byNumber = patch.total > 0 ? numbered(patch.number) : [];
  if (byNumber.length === 1) return String(patch.number);
  const position = parsed.patches.indexOf(patch) + 1;
  return numbered(position).length === 0 ? String(position) : undefined;
}
