/**
 * Whether the runs of a mail would notice a mistake in it: the mail is reviewed as it is, then once with each mutant, and a
 * mutant is noticed where a finding comes that the mail does not have, or where one that it has goes: what it mends is not
 * mended any more, what it breaks does not break.
 * Leaves out which mistakes (mutants.ts) and words (server/report/mutated.ts).
 */
import type { ParsedDocument, Patch } from "../mail/types.ts";
import { parseDocument } from "../parse.ts";
import { readableText } from "../readable.ts";
import { choosePatches } from "../review/analysis.ts";
import { type Finding, isJudged, type ReviewOptions, type ReviewResult } from "../review/types.ts";
import { chosen, type Mutant, mutantsOf, withMutant } from "./mutants.ts";

/**
 * What became of a mutant: "noticed"; "unnoticed" although runs come to its line; "unreached": no run does; "no-verdict": with
 * it nothing could be judged (it may not compile).
 */
export type Fate = "noticed" | "unnoticed" | "unreached" | "no-verdict";

export interface Tried {
  readonly mutant: Mutant;
  readonly fate: Fate;
  /** The finding that came, or that the mail has and the mutant has not. */
  readonly by: Finding | null;
  /** It is one that the mail has: something that it mends, or that it breaks, and that the mutant does not. */
  readonly lost: boolean;
  /** Of "no-verdict": why. */
  readonly reason: string;
}

export interface Mutated {
  /** The document whose lines are told: decoded, with every repair made. */
  readonly doc: ParsedDocument;
  readonly patches: readonly Patch[];
  readonly tried: readonly Tried[];
  /** Mutants there are. */
  readonly known: number;
  /** The mail without any mutant. */
  readonly plain: ReviewResult;
}

/** Reviews some patches of a text; a pool of threads does, or the editor's queue. */
export type ReviewText = (doc: ParsedDocument, text: string, options: ReviewOptions) => Promise<ReviewResult>;

/** How far it is, for who waits: `n` of `of` reviews are done. */
export type Progress = (n: number, of: number) => void;

/**
 * Tries at most `max` mutants of the patches that `options` name. A text: why there is nothing to try.
 * @throws TreeProblem
 */
export async function tryMutants(
  given: ParsedDocument,
  options: ReviewOptions,
  max: number,
  review: ReviewText,
  progress: Progress,
): Promise<Mutated | string> {
  const text = readableText(given, true);
  const doc = parseDocument(text, given.path);
  if (doc.patches.length === 0 || doc.patches.length !== given.patches.length)
    return `${given.path} holds no diff that can be written otherwise`;
  const { patch: _named, indexes: _places, ...rest } = options;
  const patches =
    options.indexes === undefined
      ? choosePatches(doc, options.patch)
      : options.indexes.flatMap((i) => doc.patches[i] ?? []);
  const mutants = mutantsOf(doc, patches);
  const left = chosen(mutants, max);
  if (left.length === 0) return `${given.path} adds no statement of C that could be left out or turned round`;
  const only = (indexes: readonly number[]): ReviewOptions => ({ ...rest, indexes, facts: false });
  const plain = await review(doc, text, only([...new Set(left.map((m) => m.patch))]));
  progress(1, left.length + 1);
  const tried: Tried[] = [];
  for (const mutant of left) {
    const changed = withMutant(doc, mutant);
    const result = await review(parseDocument(changed, given.path), changed, only([mutant.patch]));
    tried.push(fateOf(mutant, plain, result));
    progress(tried.length + 1, left.length + 1);
  }
  return { doc, patches, tried, known: mutants.length, plain };
}

/** What the review of a mutant says that the one without it does not. */
export function fateOf(mutant: Mutant, plain: ReviewResult, result: ReviewResult): Tried {
  const own = (r: ReviewResult): Finding[] => r.findings.filter((f) => f.patch === mutant.patch);
  const [before, after] = [own(plain), own(result)];
  const same = (a: Finding, b: Finding): boolean =>
    a.code === b.code &&
    (a.docLine === b.docLine || scenariosOf(a).some((s) => b.scenario === s || b.alsoIn.includes(s)));
  const breaks = (f: Finding): boolean => f.verdict === "new" || f.verdict === "fixed-later";
  const told = (fate: Fate, by: Finding | null, lost = false, reason = ""): Tried => ({
    mutant,
    fate,
    by,
    lost,
    reason,
  });
  const came = after.find((f) => breaks(f) && !before.some((o) => breaks(o) && same(o, f)));
  if (came !== undefined) return told("noticed", came);
  const judged = result.runs.filter((r) => r.patch === mutant.patch && isJudged(r.verdict));
  const runs = new Set(judged.map((r) => r.scenario));
  const lost = before.find(
    (f) =>
      (f.verdict === "fixed" || breaks(f)) &&
      scenariosOf(f).some((s) => runs.has(s)) &&
      !after.some((o) => o.verdict === f.verdict && same(o, f)),
  );
  if (lost !== undefined) return told("noticed", lost, true);
  if (judged.length === 0) {
    const why = result.runs.find((r) => r.patch === mutant.patch && r.reason)?.reason;
    return told("no-verdict", null, false, why ?? "");
  }
  return told(ran(mutant, plain) ? "unnoticed" : "unreached", null);
}

/** Whether a judged run came to a mutant's line: a scenario, or a path of a function by itself. */
function ran({ patch, edits }: Mutant, plain: ReviewResult): boolean {
  return plain.coverage.some(
    (c) => c.patch === patch && c.addedLines.some((l) => edits.has(l.docLine) && l.reached),
  );
}

const scenariosOf = (f: Finding): readonly string[] => [f.scenario, ...f.alsoIn];
