/**
 * Words that several surfaces share, so that lenses, hovers, tree and report say the same thing the same way.
 */
import type { Counts } from "../protocol.ts";
import { fixedByText } from "../review/summary.ts";
import type { Finding, FunctionFacts, ReviewResult, TreeUsed, Verdict } from "../review/types.ts";
import { fateText, type HunkFate } from "../source/fate.ts";
import type { Snapshot } from "./snapshot.ts";

/** How a verdict is called in a sentence. */
export const VERDICT_WORDS: Record<Verdict, string> = {
  new: "new with this patch",
  fixed: "fixed by this patch",
  already: "already so before",
  "fixed-later": "fixed later in the series",
  clean: "clean",
  "not-modelled": "not modelled",
  limit: "limit reached",
};

/** The same in a word or two, for rows. */
export const VERDICT_SHORT: Record<Verdict, string> = {
  new: "new",
  fixed: "fixed",
  already: "already so",
  "fixed-later": "fixed later",
  clean: "clean",
  "not-modelled": "not modelled",
  limit: "limit",
};

/** The loudest first. */
export const VERDICT_ORDER: readonly Verdict[] = [
  "new",
  "already",
  "fixed-later",
  "fixed",
  "limit",
  "not-modelled",
  "clean",
];

/** The loudest of some verdicts. */
export function loudest(verdicts: Iterable<Verdict | undefined>): Verdict | undefined {
  const present = new Set(verdicts);
  return VERDICT_ORDER.find((v) => present.has(v));
}

/** The verdict of a finding, with the patch that mends it where that is a later one. */
export function verdictText(snapshot: Snapshot, finding: Finding): string {
  const by = fixedByText(finding, snapshot.parsed.patches[finding.patch]?.total ?? 0);
  return by === "" ? VERDICT_WORDS[finding.verdict] : `fixed later by ${by}`;
}

/** "linux-6.12 (work tree), 2 patches stacked on it" */
export function treeText({ describe, prerequisites }: TreeUsed): string {
  return `${describe}${prerequisites > 0 ? `, ${plural(prerequisites, "patch", "patches")} stacked on it` : ""}`;
}

/** The fate of a hunk in the kernel tree as a sentence. */
export function fateSentence(fate: HunkFate): string {
  switch (fate.kind) {
    case "exact":
      return "It fits the tree exactly.";
    case "offset":
      return `It fits ${plural(Math.abs(fate.lines), "line")} ${fate.lines < 0 ? "above" : "below"} its place.`;
    case "fuzz":
      return `It fits with ${fateText(fate)}: the lines around it differ a little.`;
    case "already":
      return "The tree has it already; before is the tree with it taken back.";
    case "merged":
      return `Merged by content: ${fate.why}.`;
    case "rejected":
      return `It does not fit the tree and was left out: ${fate.why}.`;
  }
}

/** Runs without a finding and findings with one, of one patch or of all. */
export function countsOf(result: ReviewResult, patch?: number): Counts {
  const ours = <T extends { readonly patch: number }>(list: readonly T[]) =>
    patch === undefined ? list : list.filter((x) => x.patch === patch);
  const findings = ours(result.findings);
  const runs = ours(result.runs);
  const by = (v: Verdict) => findings.filter((f) => f.verdict === v).length;
  return {
    clean: runs.filter((r) => r.verdict === "clean").length,
    new: by("new"),
    fixed: by("fixed"),
    fixedLater: by("fixed-later"),
    already: by("already"),
    notModelled: runs.filter((r) => r.verdict === "not-modelled" || r.verdict === "limit").length,
  };
}

/** "1 new · ran in 564 scenarios": the findings on a function's own lines, and how much it was tried. */
export function functionText(facts: readonly FunctionFacts[], own: readonly Finding[]): string {
  const runs = Math.max(0, ...facts.map(({ counts: c }) => c.clean + c.new + c.fixed + c.already));
  const by = (v: Verdict) => own.filter((f) => f.verdict === v).length;
  const found = countsText({
    new: by("new"),
    fixed: by("fixed"),
    fixedLater: by("fixed-later"),
    already: by("already"),
    clean: 0,
    notModelled: 0,
  });
  const ran = runs > 0 ? `ran in ${plural(runs, "scenario")}` : "ran";
  return found === "" ? ran : `${found} · ${ran}`;
}

/** "12 clean · 1 new · 2 fixed · 3 not modelled"; zeroes are left out. */
export function countsText(counts: Counts): string {
  return [
    [counts.new, "new"],
    [counts.fixed, "fixed"],
    [counts.fixedLater, "fixed later"],
    [counts.already, "already so"],
    [counts.clean, "clean"],
    [counts.notModelled, "not modelled"],
  ]
    .filter(([n]) => n !== 0)
    .map(([n, word]) => `${n} ${word}`)
    .join(" · ");
}

/** "diff 4 · reference 11 · shim 6 · stub 1": how certain a run is. */
export function fidelityText(finding: Finding): string {
  const names = ["diff", "tree", "reference", "shim", "stub"] as const;
  return names
    .map((f) => [f, finding.functions.filter((fn) => fn.fidelity === f).length] as const)
    .filter(([, n]) => n > 0)
    .map(([f, n]) => `${f} ${n}`)
    .join(" · ");
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
