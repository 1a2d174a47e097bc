/**
 * What two versions of a series do, compared: findings that went, stay, came. A finding only counts as gone, or as come,
 * when the other version ran the scenario that shows it; else it is said that it is not known. Leaves out running
 * (compare.ts) and which patch is which (versions.ts).
 */
import type { ParsedDocument, Patch } from "../mail/types.ts";
import { type Finding, isJudged, type ReviewResult, type Verdict } from "../review/types.ts";
import type { Pair, Version } from "./versions.ts";

export type Change = "went" | "stays" | "came";

/** A finding of a version. */
export interface Seen {
  readonly finding: Finding;
  readonly patch: Patch;
  readonly doc: ParsedDocument;
}

export interface FindingChange {
  readonly change: Change;
  readonly before: Seen | null;
  readonly after: Seen | null;
  /** The patch that the other version has in place of the one that shows it; null: none. */
  readonly partner: Patch | null;
  /** Of what went or came: whether the other version ran a scenario that shows it, and if not why not. */
  readonly ran: boolean;
  readonly reason: string;
}

/** Verdicts that are a patch's doing. */
const OWN: readonly Verdict[] = ["new", "fixed-later", "fixed"];

/** A version with what its review gave. */
export interface Reviewed {
  readonly version: Version;
  readonly result: ReviewResult;
}

/** The findings of all pairs: first between the patches of a pair, then among what is left of the series. */
export function findingChanges(pairs: readonly Pair[], before: Reviewed, after: Reviewed): FindingChange[] {
  const partnerOf = new Map<Patch, Patch>();
  for (const p of pairs)
    if (p.before !== null && p.after !== null) partnerOf.set(p.before, p.after).set(p.after, p.before);
  const left = { before: seenIn(before), after: seenIn(after) };
  const met: { before: Seen; after: Seen }[] = [];
  const meet = (keyOf: (s: Seen) => string, same: (a: Seen, b: Seen) => boolean): void => {
    for (const old of [...left.before]) {
      const key = keyOf(old);
      const fresh = key === "" ? undefined : left.after.find((s) => keyOf(s) === key && same(old, s));
      if (fresh === undefined) continue;
      met.push({ before: old, after: fresh });
      left.before.splice(left.before.indexOf(old), 1);
      left.after.splice(left.after.indexOf(fresh), 1);
    }
  };
  const paired = (a: Seen, b: Seen): boolean => partnerOf.get(a.patch) === b.patch;
  meet((s) => byLine(s), paired);
  meet((s) => `${s.finding.code}\0${s.finding.path}\0${s.finding.scenario}`, paired);
  meet((s) => `${s.finding.code}\0${s.finding.path}`, paired);
  // A patch was split, merged or moved: the same line does the same elsewhere.
  meet(byLine, () => true);
  const told = (s: Seen): boolean => OWN.includes(s.finding.verdict);
  return [
    ...left.after.filter(told).map((s) => oneSided("came", s, partnerOf.get(s.patch) ?? null, before.result)),
    ...met
      .filter((m) => told(m.before) || told(m.after))
      .map((m) => ({ change: "stays" as const, ...m, partner: null, ran: true, reason: "" })),
    ...left.before.filter(told).map((s) => oneSided("went", s, partnerOf.get(s.patch) ?? null, after.result)),
  ];
}

const seenIn = ({ version, result }: Reviewed): Seen[] =>
  result.findings.flatMap((finding) => {
    const patch = version.patches.find((p) => p.index === finding.patch);
    return patch === undefined ? [] : [{ finding, patch, doc: version.doc }];
  });

/** Code of the finding and text of its line, as far as there is one that says something. */
function byLine({ finding, doc }: Seen): string {
  const text = (doc.lines[finding.docLine - 1] ?? "").replace(/^[\s>]*[-+]?\s*/, "").replace(/\s+/g, " ");
  return text.trim().length < 6 ? "" : `${finding.code}\0${finding.path}\0${text.trim()}`;
}

function oneSided(
  change: "went" | "came",
  seen: Seen,
  partner: Patch | null,
  other: ReviewResult,
): FindingChange {
  const sides = change === "went" ? { before: seen, after: null } : { before: null, after: seen };
  const { ran, reason } = partner === null ? { ran: true, reason: "" } : ranIn(seen.finding, partner, other);
  return { change, ...sides, partner, ran, reason };
}

/** Findings without a run have no scenario, or words in its place. */
export const isRun = (scenario: string): boolean => /^[a-z]/i.test(scenario);

/** Whether a patch ran a scenario that shows a finding of its partner. */
export function ranIn(
  finding: Finding,
  patch: Patch,
  result: ReviewResult,
): { ran: boolean; reason: string } {
  // Read out of the text: whatever ran, it was read in both.
  if (!isRun(finding.scenario)) return { ran: true, reason: "" };
  const names = [finding.scenario, ...finding.alsoIn];
  const runs = result.runs.filter((r) => r.patch === patch.index && names.includes(r.scenario));
  if (runs.some((r) => isJudged(r.verdict))) return { ran: true, reason: "" };
  return { ran: false, reason: runs.find((r) => r.reason)?.reason ?? "" };
}
