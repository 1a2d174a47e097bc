/**
 * Two versions of a series side by side, by their text alone: which patches are a version, which patch of one is which of
 * the other (change id, title, then content), and what differs in words and in code. Leaves out what the code does
 * (findings.ts).
 */
import { diffArrays } from "diff";
import type { DiffFile, ParsedDocument, Patch } from "../mail/types.ts";

/** The patches of one document that are compared. */
export interface Version {
  readonly doc: ParsedDocument;
  readonly patches: readonly Patch[];
  /** "v3" */
  readonly name: string;
}

/**
 * `equal`: words and diff alike. `words`: the diff is alike. `moved`: the same lines come and go, the lines around them
 * differ. `code`: other lines come or go. `new`, `dropped`: in one version only.
 */
export type PairStatus = "equal" | "words" | "moved" | "code" | "new" | "dropped";

/** What differs in one file of two diffs: lines that come and go, of which some came and some went. */
export interface FileChange {
  readonly path: string;
  /** Lines of the old diff that the new one lacks, and the other way round. */
  readonly went: number;
  readonly came: number;
  /** Functions (or other definitions) with such lines; those that the mail shows. */
  readonly names: readonly string[];
}

export interface Pair {
  readonly before: Patch | null;
  readonly after: Patch | null;
  readonly status: PairStatus;
  /** What made them a pair; "" for a patch alone. */
  readonly by: "change id" | "title" | "content" | "";
  /** "title", "message", "tags: Reviewed-by came". */
  readonly words: readonly string[];
  readonly files: readonly FileChange[];
}

/** Patches of a document that are mails of their own, by revision, the lowest first. Quoted ones only where no other is. */
export function versionsOf(doc: ParsedDocument): Version[] {
  const withCode = doc.patches.filter((p) => p.files.length > 0);
  const sent = withCode.filter((p) => p.quoteDepth === 0);
  const byRevision = new Map<number, Patch[]>();
  for (const p of sent.length > 0 ? sent : withCode) {
    const list = byRevision.get(p.revision);
    if (list === undefined) byRevision.set(p.revision, [p]);
    else list.push(p);
  }
  return [...byRevision]
    .sort(([a], [b]) => a - b)
    .map(([revision, patches]) => ({ doc, patches: inOrder(patches), name: `v${revision}` }));
}

const inOrder = (patches: readonly Patch[]): Patch[] =>
  [...patches].sort((a, b) => a.number - b.number || a.index - b.index);

/** Patches without a partner on either side that are compared by content, at most so many pairs. */
const CONTENT_PAIRS_MAX = 10_000;
/** Share of lines in common from which two patches are versions of one. */
const ALIKE = 0.5;

/** Pairs in the order of the new version, dropped patches after the one that they followed. */
export function pairsOf(before: Version, after: Version): Pair[] {
  const partner = new Map<Patch, { readonly patch: Patch; readonly by: Pair["by"] }>();
  const taken = new Set<Patch>();
  const match = (by: Pair["by"], keys: (p: Patch) => string): void => {
    const open = uniqueBy(
      before.patches.filter((p) => !taken.has(p)),
      keys,
    );
    for (const [key, p] of uniqueBy(
      after.patches.filter((x) => !partner.has(x)),
      keys,
    )) {
      const old = open.get(key);
      if (old === undefined) continue;
      partner.set(p, { patch: old, by });
      taken.add(old);
    }
  };
  // A change id of a whole series names none of its patches, and falls to the ground as it is not unique.
  match("change id", (p) => p.changeId ?? "");
  match("title", (p) => squeeze(p.subject));
  match("content", (p) => (p.files.some((f) => f.hunks.length > 0) ? codeKey(p) : ""));
  for (const { old, fresh } of alike(
    before.patches.filter((p) => !taken.has(p)),
    after.patches.filter((p) => !partner.has(p)),
  )) {
    partner.set(fresh, { patch: old, by: "content" });
    taken.add(old);
  }
  const pairs: Pair[] = after.patches.map((p) => {
    const found = partner.get(p);
    return found === undefined ? alone(null, p) : pairOf(found.patch, p, found.by);
  });
  for (const old of before.patches) {
    if (taken.has(old)) continue;
    const at = pairs.findLastIndex((x) => x.before !== null && x.before.number < old.number);
    pairs.splice(at + 1, 0, alone(old, null));
  }
  return pairs;
}

const alone = (before: Patch | null, after: Patch | null): Pair => ({
  before,
  after,
  status: before === null ? "new" : "dropped",
  by: "",
  words: [],
  files: [],
});

/** Two patches as versions of one. */
export function pairOf(before: Patch, after: Patch, by: Pair["by"]): Pair {
  const words = wordChanges(before, after);
  const sameCode = codeKey(before) === codeKey(after);
  const files = sameCode ? [] : fileChanges(before, after);
  const status = sameCode ? (words.length === 0 ? "equal" : "words") : files.length === 0 ? "moved" : "code";
  return { before, after, status, by, words, files };
}

/** Items by a key that only one of them has; the key "" is none. */
function uniqueBy(patches: readonly Patch[], keyOf: (p: Patch) => string): Map<string, Patch> {
  const out = new Map<string, Patch>();
  const twice = new Set<string>();
  for (const p of patches) {
    const key = keyOf(p);
    if (key === "" || twice.has(key)) continue;
    if (out.delete(key)) twice.add(key);
    else out.set(key, p);
  }
  return out;
}

/** The pairs that have most in common, the best first, each patch once. */
function alike(before: readonly Patch[], after: readonly Patch[]): { old: Patch; fresh: Patch }[] {
  if (before.length * after.length > CONTENT_PAIRS_MAX) return [];
  const counts = new Map([...before, ...after].map((p) => [p, lineCounts(p)] as const));
  const found: { old: Patch; fresh: Patch; share: number }[] = [];
  for (const old of before)
    for (const fresh of after) {
      const share = common(counts.get(old)!, counts.get(fresh)!);
      if (share >= ALIKE) found.push({ old, fresh, share });
    }
  found.sort((a, b) => b.share - a.share);
  const used = new Set<Patch>();
  return found.filter(({ old, fresh }) => {
    if (used.has(old) || used.has(fresh)) return false;
    used.add(old);
    used.add(fresh);
    return true;
  });
}

/** How often a patch has each line that comes or goes, by file; blank ones and braces say nothing. */
function lineCounts(patch: Patch): Map<string, number> {
  const counts = new Map<string, number>();
  for (const f of patch.files)
    for (const l of changedLines(f)) {
      if (!/\w/.test(l.text)) continue;
      const key = `${f.path}\0${l.kind}${l.text.replace(/\s+/g, "")}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  return counts;
}

/** Twice the lines in common by the lines of both: 0 to 1. */
function common(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let both = 0;
  let all = 0;
  for (const [key, n] of a) {
    both += Math.min(n, b.get(key) ?? 0);
    all += n;
  }
  for (const n of b.values()) all += n;
  return all === 0 ? 0 : (2 * both) / all;
}

const changedLines = (f: DiffFile) =>
  f.hunks.flatMap((h) => h.lines.filter((l) => l.kind === "+" || l.kind === "-"));

const squeeze = (text: string): string => text.replace(/\s+/g, " ").trim().toLowerCase();

/** The diff without its places: two patches with the same key do the same to the same text. */
export function codeKey(patch: Patch): string {
  return JSON.stringify(
    patch.files.map((f) => [
      f.path,
      f.oldPath,
      f.status,
      f.newMode,
      f.hunks.map((h) => h.lines.map((l) => l.kind + l.text)),
    ]),
  );
}

/** Edits between two diffs beyond which only numbers are told. */
const EDITS_MAX = 2_000;

function fileChanges(before: Patch, after: Patch): FileChange[] {
  const names = { before: namesByLine(before), after: namesByLine(after) };
  const paths = [...new Set([...before.files, ...after.files].map((f) => f.path))];
  return paths.flatMap((path) => {
    const lines = (p: Patch) => p.files.filter((f) => f.path === path).flatMap(changedLines);
    const old = lines(before);
    const fresh = lines(after);
    const parts = diffArrays(
      old.map((l) => l.kind + l.text),
      fresh.map((l) => l.kind + l.text),
      { maxEditLength: EDITS_MAX },
    );
    if (parts === undefined) return [{ path, went: old.length, came: fresh.length, names: [] }];
    let [i, j, went, came] = [0, 0, 0, 0];
    const touched = new Set<string>();
    for (const part of parts) {
      const n = part.value.length;
      if (part.removed) {
        for (const l of old.slice(i, i + n)) touched.add(names.before.get(l.docLine) ?? "");
        went += n;
      } else if (part.added) {
        for (const l of fresh.slice(j, j + n)) touched.add(names.after.get(l.docLine) ?? "");
        came += n;
      }
      if (!part.added) i += n;
      if (!part.removed) j += n;
    }
    touched.delete("");
    return went + came === 0 ? [] : [{ path, went, came, names: [...touched] }];
  });
}

/** The definition that each document line of a patch is in: `dax_fault_iter()`, `struct dax_device`. */
function namesByLine(patch: Patch): Map<number, string> {
  const out = new Map<number, string>();
  for (const d of patch.definitions) {
    // In a header the heading of a hunk names a neighbour as often as what the hunk is in.
    if (d.visible === "partial" && d.path.endsWith(".h")) continue;
    const name = d.kind === "function" ? `${d.name}()` : d.name;
    for (const line of d.lines) if (!out.has(line)) out.set(line, name);
  }
  return out;
}

/** Lines of a commit message that are tags: they are compared apart. */
const TAG = /^[A-Z][A-Za-z-]{1,40}-by: |^(?:Fixes|Link|Closes|Cc|Suggested|Message-ID|Change-Id): /i;

function wordChanges(before: Patch, after: Patch): string[] {
  const out: string[] = [];
  if (before.subject.trim() !== after.subject.trim()) out.push("title");
  const prose = (p: Patch): string =>
    squeeze(
      p.commitMessage
        .split("\n")
        .filter((l) => !TAG.test(l))
        .join("\n"),
    );
  if (prose(before) !== prose(after)) out.push("message");
  const tags = (p: Patch) => new Map(p.trailers.map((t) => [`${t.key}: ${t.value}`.toLowerCase(), t.key]));
  const [old, fresh] = [tags(before), tags(after)];
  const keys = (a: Map<string, string>, b: Map<string, string>) => [
    ...new Set([...a].filter(([text]) => !b.has(text)).map(([, key]) => key)),
  ];
  const came = keys(fresh, old);
  const went = keys(old, fresh);
  if (came.length > 0) out.push(`${came.join(", ")} came`);
  if (went.length > 0) out.push(`${went.join(", ")} went`);
  return out;
}
