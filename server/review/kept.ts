/**
 * Results that are kept on disk, by what they depend on: what runs (the bundle), the options, the code of the patch, and
 * with a kernel tree the patches around it and what the tree was asked. Words of the commit message, where in a document
 * the diff stands and which document it is are no part of it: places are put right when a result is read. Leaves out the
 * files (cache/store.ts) and when a result is looked for (emulation/pool.ts).
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ERA_NAMES, eraOn } from "../../emulator/kernel/era.ts";
import { count, flag, list, oneOf, record, type Shape, text, toldBy, tuple } from "../cache/shape.ts";
import { cacheFolder, cacheKey, DiskCache, keepsResults } from "../cache/store.ts";
import type { ParsedDocument, Patch } from "../mail/types.ts";
import { type Answers, stillSo } from "../source/asked.ts";
import { releaseAt } from "../source/bases.ts";
import { laterOf, type TreeContext } from "../source/context.ts";
import { chooseEra, chooseEras, wantedEra } from "../source/era.ts";
import { fateText, type HunkFate } from "../source/fate.ts";
import { baseCommitOf, stackFor } from "../source/stack.ts";
import type { PatchResult } from "./analysis.ts";
import { parseReplay, replayToken } from "./replay.ts";
import { patchTitle } from "./sides.ts";
import type { Finding, ReviewOptions, Run } from "./types.ts";
import { FROM_CACHE, type NothingRuns, nothingText } from "./why.ts";

/** Of the stored form and of what the key holds. */
const VERSION = 2;
/** Bytes of one result, and of all that are kept. */
const MAX_ENTRY = 16 << 20;
export const KEPT_BYTES = 128 << 20;

/** What a result is of. */
export interface KeptOf {
  readonly doc: ParsedDocument;
  readonly patch: Patch;
  readonly options: ReviewOptions;
  readonly context: TreeContext | null;
}

interface Stored {
  readonly version: number;
  /** The patch's place in its document. */
  readonly index: number;
  /** Document lines of the diff and of remarks on it, in order. */
  readonly lines: readonly number[];
  /** Its words name lines of the document: it is of the text that has them there. */
  readonly pinned: boolean;
  /** What the tree was asked; null without one. */
  readonly answers: Answers | null;
  /** The functions that ran, each once. */
  readonly ran: readonly Ran[];
  readonly result: Packed;
}

type Ran = Run["functions"][number];
type Numbered<T> = Omit<T, "functions"> & { readonly functions: readonly number[] };
/** A result whose runs and findings name functions by their place in `ran`. */
type Packed = Omit<PatchResult, "runs" | "findings"> & {
  readonly runs: readonly Numbered<Run>[];
  readonly findings: readonly Numbered<Finding>[];
};

/** Where results are kept. */
export const keptFolder = (): string => join(cacheFolder(), "results");

/** Results kept in a folder, made by one state of the program. */
export class KeptResults {
  private readonly cache: DiskCache<Stored>;
  private readonly engine: string;

  /** `engine`: a text that changes when what runs does. */
  constructor(folder: string, engine: string) {
    this.cache = new DiskCache({ folder, check: isStored, maxEntry: MAX_ENTRY, maxTotal: KEPT_BYTES });
    this.engine = engine;
  }

  /** Those of the user; null when the environment wants none, or what runs is no bundle that could be told from another. */
  static ofUser(): KeptResults | null {
    const engine = keepsResults() ? engineDigest() : null;
    return engine === null ? null : new KeptResults(keptFolder(), engine);
  }

  /** The result of a patch as it is in this document and, with a tree, as the tree is now; null: it is to be run. */
  find(of: KeptOf): PatchResult | null {
    const { facts, ...rest } = of.options;
    // Who wants no facts of lines is served by what was kept with them: the editor reviews with, and compares without.
    return this.read(of) ?? (facts === false ? this.read({ ...of, options: rest }) : null);
  }

  private read(of: KeptOf): PatchResult | null {
    const key = this.key(of);
    const stored = key === null ? null : this.cache.read(key);
    if (stored === null) return null;
    const { context } = of;
    if (context !== null && (stored.answers === null || !stillSo(context.tree, stored.answers))) return null;
    return placed(stored, of);
  }

  /** Keeps a result; one that was cut short is the caller's to hold back. */
  keep(of: KeptOf, result: PatchResult): void {
    const key = this.key(of);
    if (key === null) return;
    const lines = linesOf(of);
    this.cache.write(key, {
      version: VERSION,
      index: of.patch.index,
      lines,
      pinned: namesLines(result, new Set(lines)),
      answers: of.context?.tree.answers() ?? null,
      ...packed(result),
    });
  }

  /** What a result is kept under; null for a replay, which is asked for to be run. */
  private key({ doc, patch, options, context }: KeptOf): string | null {
    const { patch: _n, indexes: _places, tree: _tree, otherTrees: _trees, fetched: _more, ...rest } = options;
    const { prerequisites: _stack, config: _config, replay, ...asked } = rest;
    if (replay !== undefined && replay !== "") return null;
    const options_ = JSON.stringify(Object.entries(asked).sort(([a], [b]) => (a < b ? -1 : 1)));
    const parts = [String(VERSION), this.engine, options_, titled(patch, options.era)];
    if (context === null) {
      const said = patch.comments.map((c) => [c.author, c.text, c.file, c.hunk, c.diffLine]);
      return cacheKey(...parts, JSON.stringify(said));
    }
    const { tree, index, config, prerequisites, chosen } = context;
    return cacheKey(
      ...parts,
      tree.describe,
      index.digest,
      config.join("\n"),
      chosen,
      around(stackFor(doc, patch, prerequisites), options.era),
      around(laterOf(doc, patch), options.era),
      baseCommitOf(doc, patch) ?? "",
      JSON.stringify(releaseAt(patch.date)),
    );
  }
}

/**
 * What the runs of a patch in a kernel tree hang on besides the tree and the options: its code, its number, and what lies below it.
 * Two patches that are alike in this are run with the same outcome; what patches behind do to it (`laterKey`) is asked apart.
 */
export function groundKey(doc: ParsedDocument, patch: Patch, { era }: Pick<ReviewOptions, "era">): string {
  return cacheKey(
    around([patch, ...stackFor(doc, patch, [])], era, coded),
    baseCommitOf(doc, patch) ?? "",
    JSON.stringify(releaseAt(patch.date)),
  );
}

/** The patches of its series behind a patch, by what they do. */
export const laterKey = (doc: ParsedDocument, patch: Patch, { era }: Pick<ReviewOptions, "era">): string =>
  cacheKey(around(laterOf(doc, patch), era, coded));

const around = (list: readonly Patch[], era: string | undefined, told: typeof coded = titled): string =>
  list.map((p) => `${told(p, era)}${p.baseCommit ?? ""}`).join("\n");

/** A digest of the running bundle, those of its threads, the reference kernel and the table that plans are made by; null: no bundle. */
function engineDigest(): string | null {
  if (typeof __filename !== "string") return null;
  const hash = createHash("sha256");
  for (const name of new Set([basename(__filename), "core.cjs", "worker.cjs", "reference.cjs", "reach.bin"]))
    try {
      hash.update(name).update(readFileSync(join(dirname(__filename), name)));
    } catch {
      hash.update("-");
    }
  return hash.digest("hex");
}

// ---- what a patch is ---------------------------------------------------------------------------------------------------

/** Title and code of a patch, and the eras that the user, its code and its date choose. */
const titled = (patch: Patch, wanted: string | undefined): string =>
  JSON.stringify([patchTitle(patch), coded(patch, wanted)]);

/** The same without the title. */
function coded(patch: Patch, wanted: string | undefined): string {
  const nameless = patch.files.some((f) => f.path === "" && f.oldPath === "");
  const eras = [
    chooseEras(patch, { before: wanted, after: wanted }),
    chooseEra(patch, "before", wanted).era,
    chooseEra(patch, "after", wanted).era,
    // A file whose name is put back has a say in it, too.
    nameless && wantedEra(wanted) === null ? eraByDate(patch.date) : "",
  ];
  return JSON.stringify([patch.number, eras, patch.files.map(codeOf)]);
}

function eraByDate(date: string | null): string {
  const time = date === null ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? "undated" : eraOn(ERA_NAMES, new Date(time).toISOString().slice(0, 10));
}

const codeOf = (f: Patch["files"][number]): unknown[] => [
  f.path,
  f.oldPath,
  f.status,
  f.oldBlob,
  f.newBlob,
  f.combined,
  f.hunks.map((h) => [
    h.header,
    h.section,
    [h.oldStart, h.oldLines, h.newStart, h.newLines],
    h.complete,
    h.gaps,
    h.lines.map((l) => [l.kind + l.text, l.oldLine, l.newLine, l.repaired ?? "", l.wrapped?.length ?? 0]),
  ]),
];

/** Every document line that a result can be on. */
const linesOf = ({ patch, context }: KeptOf): number[] => [
  ...patch.files.flatMap((f) => [
    f.docLine,
    ...f.hunks.flatMap((h) => [h.line, ...h.lines.flatMap((l) => [l.docLine, ...(l.wrapped ?? [])])]),
  ]),
  ...(context === null ? patch.comments.flatMap((c) => [c.docLine, c.anchorDocLine]) : []),
];

// ---- places ------------------------------------------------------------------------------------------------------------

/** Fields that hold a document line, 0 for none. */
const LINE_FIELDS = new Set(["docLine", "endDocLine"]);

/** Whether a result's words name a line of the document, or it is on a line that is none of the diff's. */
function namesLines(value: unknown, lines: ReadonlySet<number>): boolean {
  if (typeof value === "string")
    return [...value.matchAll(/\blines? (\d{1,9})\b/g)].some((m) => lines.has(Number(m[1])));
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, v]) =>
    LINE_FIELDS.has(name) && typeof v === "number" ? v > 0 && !lines.has(v) : namesLines(v, lines),
  );
}

/** A kept result as it is of this patch; null where its places do not lead over. */
function placed(stored: Stored, of: KeptOf): PatchResult | null {
  const { index } = of.patch;
  const [from, to] = [stored.lines, linesOf(of)];
  if (from.length !== to.length) return null;
  const moved = from.some((line, i) => line !== to[i]);
  if (moved && (stored.pinned || !sameOrder(from, to))) return null;
  const lines = new Map(from.map((line, i) => [line, to[i]!]));
  const over = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(over);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, v]) => {
        if (LINE_FIELDS.has(name) && typeof v === "number") return [name, lines.get(v) ?? v];
        if (name === "patch" && typeof v === "number") return [name, index];
        if (name === "replay" && typeof v === "string") return [name, tokenFor(v, index)];
        return [name, over(v)];
      }),
    );
  };
  const same = !moved && index === stored.index;
  const result = same ? stored.result : (over(stored.result) as Packed);
  const named = <T extends { readonly functions: readonly number[] }>(x: T) => ({
    ...x,
    functions: x.functions.map((i) => stored.ran[i]!),
  });
  return {
    ...result,
    runs: result.runs.map(named),
    findings: result.findings.map(named),
    plans: result.plans.map((p) => ({ ...p, cached: true as const })),
    notes: [...result.notes, keptNote(of.patch)],
  };
}

const keptNote = (patch: Patch): string => `patch "${patchTitle(patch)}": ${FROM_CACHE}`;

function tokenFor(token: string, patch: number): string {
  const replay = parseReplay(token);
  return replay === null ? token : replayToken({ ...replay, patch });
}

/** The same lines come first in both, and lines that are one are one. */
function sameOrder(from: readonly number[], to: readonly number[]): boolean {
  const order = [...from.keys()].sort((a, b) => from[a]! - from[b]!);
  return order.every((at, i) => {
    const before = order[i - 1];
    return before === undefined || Math.sign(from[at]! - from[before]!) === Math.sign(to[at]! - to[before]!);
  });
}

/** A result as it is stored. */
function packed(result: PatchResult): Pick<Stored, "ran" | "result"> {
  const ran: Ran[] = [];
  const ids = new Map<string, number>();
  const numbered = <T extends { readonly functions: readonly Ran[] }>(x: T) => ({
    ...x,
    functions: x.functions.map((f) => {
      const key = `${f.fidelity} ${f.name}`;
      let id = ids.get(key);
      if (id === undefined) {
        ids.set(key, (id = ran.length));
        ran.push({ name: f.name, fidelity: f.fidelity });
      }
      return id;
    }),
  });
  const { runs, findings } = result;
  return { ran, result: { ...result, runs: runs.map(numbered), findings: findings.map(numbered) } };
}

// ---- the stored form -----------------------------------------------------------------------------------------------------

const side = oneOf("before", "after");
const severity = oneOf("error", "warning", "information");
const verdict = oneOf("new", "fixed", "already", "fixed-later", "clean", "not-modelled", "limit");
const ranList = list(record({ name: text, fidelity: oneOf("diff", "tree", "reference", "shim", "stub") }));
const sideRun = record(
  { outcome: text, violations: list(text), stubs: list(text), steps: count },
  { reason: text },
);
const step = record(
  {
    task: text,
    text,
    path: text,
    line: count,
    docLine: count,
    role: oneOf("step", "history", "culprit"),
  },
  { of: oneOf("tree", "reference") },
);
const finding = record(
  {
    code: text,
    verdict,
    severity,
    message: text,
    detail: list(text),
    patch: count,
    path: text,
    docLine: count,
    exactLine: flag,
    side,
    scenario: text,
    era: text,
    replay: text,
    trace: list(step),
    consequences: list(record({ code: text, message: text })),
    alsoIn: list(text),
    functions: list(count),
    stubs: list(text),
  },
  { cause: flag, fixedBy: record({ number: count, subject: text }) },
);
const run = record(
  {
    patch: count,
    scenario: text,
    era: text,
    verdict,
    before: sideRun,
    after: sideRun,
    functions: list(count),
  },
  { reason: text, repaired: flag },
);
const counts = record({ clean: count, new: count, fixed: count, already: count, notModelled: count });
const functions = record({
  patch: count,
  name: text,
  path: text,
  side: oneOf("before", "after", "both"),
  docLine: count,
  endDocLine: count,
  executed: flag,
  reason: text,
  counts,
});
const lineFacts = record({
  docLine: count,
  side,
  fn: text,
  hits: count,
  changes: list(record({ text, scenario: text })),
});
const coverage = record({
  patch: count,
  addedLines: list(record({ docLine: count, path: text, line: count, reached: flag })),
  removed: record({ reached: count, total: count }),
  files: list(record({ path: text, functions: count, executed: count, missing: list(text) })),
});
const leftOut: Shape = (v) =>
  record({ kind: oneOf("unreached"), inTree: flag })(v) ||
  record({ kind: oneOf("one-era"), era: text })(v) ||
  record({ kind: oneOf("budget"), steps: count })(v) ||
  (record({
    kind: oneOf(
      "no-function",
      "no-code",
      "cut",
      "user-space",
      "other-arch",
      "off",
      "partial",
      "uncalled",
      "refused",
    ),
  })(v) &&
    toldBy<NothingRuns>(nothingText)(v));
const plan = record({
  patch: count,
  cases: count,
  leftOut: list(record({ why: leftOut, cases: count })),
  whole: list(record({ why: text, cases: count })),
});
const result = record({
  runs: list(run),
  findings: list(finding),
  lines: list(lineFacts),
  functions: list(functions),
  notes: list(text),
  coverage: list(coverage),
  hunks: list(record({ patch: count, docLine: count, path: text, fate: toldBy<HunkFate>(fateText) })),
  plans: list(plan),
});
const answers = record({
  files: list(tuple(text, text, text)),
  folders: list(tuple(text, text)),
  objects: list(tuple(text, text)),
  headers: text,
});
const stored = record({
  version: (v) => v === VERSION,
  index: count,
  lines: list(count),
  pinned: flag,
  answers: (v) => v === null || answers(v),
  ran: ranList,
  result,
});

/** The shape to the leaves: every number of a function leads to one. */
function isStored(value: unknown): value is Stored {
  if (!stored(value)) return false;
  const { ran, result } = value as Stored;
  return [...result.runs, ...result.findings].every((x) => x.functions.every((i) => i < ran.length));
}
