/**
 * Two versions of a series, reviewed and compared: patches that did not change are run once, and what only one of them was
 * seen to break is tried in the other before it is said to have gone or come. Leaves out which patch is which (versions.ts),
 * what became of each finding (findings.ts) and words (server/report/compared.ts).
 */
import type { Compared } from "../report/compared.ts";
import { groundKey, laterKey } from "../review/kept.ts";
import type { Finding, ReviewOptions, ReviewResult, Verdict } from "../review/types.ts";
import { findingChanges } from "./findings.ts";
import { codeKey, type Pair, pairsOf, type Version } from "./versions.ts";

/** Runs of one scenario that are made to know whether a finding went or came. */
const CHECKS_MAX = 40;

/** A version with what its document was read from: bytes, or the text that an editor has. */
export interface Given extends Version {
  readonly input: Buffer | string;
}

/** Reviews some patches of a document; a pool of threads does, or the editor's queue. */
export type ReviewOf = (of: Given, options: ReviewOptions) => Promise<ReviewResult>;

/**
 * Reviews both versions and compares them. A patch that did not change is run once where nothing around it can make a
 * difference: without a kernel tree always, in one where the patches below it are the same as well, and those behind it, which
 * may mend what it breaks, are, too, or have nothing to mend.
 * @throws TreeProblem
 */
export async function compareVersions(
  before: Given,
  after: Given,
  options: ReviewOptions,
  run: ReviewOf,
): Promise<Compared> {
  const pairs = pairsOf(before, after);
  const review = (of: Given, indexes: readonly number[], more: ReviewOptions = {}): Promise<ReviewResult> =>
    run(of, { ...options, ...more, indexes, facts: false });
  const fresh = await review(
    after,
    after.patches.map((p) => p.index),
  );
  const alike = pairs.filter(runOnce);
  const same =
    options.tree === undefined
      ? alike
      : alike.filter((p) => sameInTree(p, before, after, { options, fresh }));
  const reused = same.map((p) => p.before!);
  const own = await review(
    before,
    before.patches.filter((p) => !reused.includes(p)).map((p) => p.index),
  );
  let results = { before: withReused(own, fresh, same), after: fresh };
  const changesNow = () =>
    findingChanges(
      pairs,
      { version: before, result: results.before },
      { version: after, result: results.after },
    );
  let changes = changesNow();
  // What one version left out of its plan is run there before anything is said to have gone or come.
  let checks = 0;
  for (const c of changes) {
    if (c.change === "stays" || c.ran || c.partner === null || c.reason !== "") continue;
    if (++checks > CHECKS_MAX) break;
    const { finding } = (c.before ?? c.after)!;
    // A function that runs by itself (with a tree) is asked for otherwise, and runs wherever it changes.
    if (!/^[a-z][\w-]*(?: \w+=\w+)*$/i.test(finding.scenario)) continue;
    const side = c.change === "went" ? "after" : "before";
    const more = await review(c.change === "went" ? after : before, [c.partner.index], {
      scenario: finding.scenario,
    });
    results = { ...results, [side]: withMore(results[side], more) };
  }
  if (checks > 0) changes = changesNow();
  const notes = [...eraNotes(pairs, results, before, after)];
  if (reused.length > 0)
    notes.push(
      `${reused.length} of the patches did not change in code and ran once, as ${after.name} has them`,
    );
  const side = (v: Given, result: ReviewResult) => ({
    name: `${v.name} (${v.doc.path})`,
    version: v.name === (v === before ? after : before).name ? (v === before ? "old" : "new") : v.name,
    patches: v.patches.length,
    result,
  });
  return {
    before: side(before, results.before),
    after: side(after, results.after),
    pairs,
    changes,
    reused,
    notes,
  };
}

/** Whether a pair runs the same in both versions, so that once is enough. */
const runOnce = (p: Pair): boolean =>
  p.before !== null && p.after !== null && codeKey(p.before) === codeKey(p.after);

/** Verdicts on which patches behind have a say. */
const MENDED: readonly Verdict[] = ["new", "fixed-later"];

/** Whether a pair with the same code runs the same in a kernel tree. Of several trees each version takes the one that suits it. */
function sameInTree(
  { before: old, after: now }: Pair,
  before: Version,
  after: Version,
  { options, fresh }: { readonly options: ReviewOptions; readonly fresh: ReviewResult },
): boolean {
  if (old === null || now === null || (options.otherTrees ?? []).length > 0) return false;
  if (groundKey(before.doc, old, options) !== groundKey(after.doc, now, options)) return false;
  const broken = fresh.findings.some((f) => f.patch === now.index && MENDED.includes(f.verdict));
  return !broken || laterKey(before.doc, old, options) === laterKey(after.doc, now, options);
}

/** The old version's result with what the new one gave for patches that are the same, on the old one's lines. */
function withReused(own: ReviewResult, fresh: ReviewResult, same: readonly Pair[]): ReviewResult {
  const places = new Map(same.map((p) => [p.after!.index, p] as const));
  const placed = <T extends { readonly patch: number }>(list: readonly T[]): T[] =>
    list.flatMap((x) => {
      const pair = places.get(x.patch);
      return pair === undefined ? [] : [{ ...x, patch: pair.before!.index }];
    });
  const findings = placed(fresh.findings).map((f) => {
    const pair = same.find((p) => p.before!.index === f.patch)!;
    return { ...f, docLine: lineThere(f.docLine, pair) };
  });
  return {
    ...own,
    runs: [...own.runs, ...placed(fresh.runs)],
    findings: [...own.findings, ...findings],
    functions: [...own.functions, ...placed(fresh.functions)],
    plans: [...own.plans, ...placed(fresh.plans)],
  };
}

/** The old version's line with the text that stands on a line of the new one. */
function lineThere(docLine: number, { before, after }: Pair): number {
  const lines = (p: NonNullable<Pair["before"]>): number[] =>
    p.files.flatMap((f) => f.hunks.flatMap((h) => [h.line, ...h.lines.map((l) => l.docLine)]));
  const at = lines(after!).indexOf(docLine);
  return at < 0 ? 0 : (lines(before!)[at] ?? 0);
}

/** A result with the runs of one scenario more. */
function withMore(result: ReviewResult, more: ReviewResult): ReviewResult {
  const known = new Set(result.findings.map((f: Finding) => f.replay));
  const labels = new Set(result.runs.map((r) => `${r.patch} ${r.scenario}`));
  return {
    ...result,
    runs: [...result.runs, ...more.runs.filter((r) => !labels.has(`${r.patch} ${r.scenario}`))],
    findings: [...result.findings, ...more.findings.filter((f) => !known.has(f.replay))],
  };
}

/** Patches whose versions ran by the rules of different kernels: what went or came may be the release's. */
function eraNotes(
  pairs: readonly Pair[],
  results: { readonly before: ReviewResult; readonly after: ReviewResult },
  before: Version,
  after: Version,
): string[] {
  const eras = (result: ReviewResult, patch: number): string =>
    [...new Set(result.runs.filter((r) => r.patch === patch).map((r) => r.era))].sort().join(", ");
  const differ = pairs.filter((p) => {
    if (p.before === null || p.after === null) return false;
    const [a, b] = [eras(results.before, p.before.index), eras(results.after, p.after.index)];
    return a !== "" && b !== "" && a !== b;
  });
  if (differ.length === 0) return [];
  const named = differ.slice(0, 5).map((p) => {
    const [a, b] = [eras(results.before, p.before!.index), eras(results.after, p.after!.index)];
    return `${p.after!.total > 0 ? `${p.after!.number}/${p.after!.total}` : `#${p.after!.index + 1}`} (${a}; ${b})`;
  });
  return [
    `${before.name} and ${after.name} ran by the rules of different kernels: ${named.join(", ")}${differ.length > 5 ? `, and ${differ.length - 5} more` : ""}; --era takes one for both`,
  ];
}
