/**
 * Facts of a review in words, made once for every surface: verdicts, fates of hunks, counts. A lens, a hover, a row, the
 * terminal and a report say the same thing the same way. Leaves out layout (terminal.ts, editor.ts) and counting
 * (facts.ts).
 */
import { ruleOf, sentenceOf } from "../../emulator/invariants/registry.ts";
import type { ParsedDocument } from "../mail/types.ts";
import type { Counts } from "../protocol.ts";
import { isOwnRun } from "../review/finding.ts";
import type { Finding, FunctionFacts, HunkNote, ReviewResult, TreeUsed, Verdict } from "../review/types.ts";
import { isNothingRuns, type LeftOutWhy, nothingText, unfitText } from "../review/why.ts";
import { evidenceText, fateText, type HunkFate, placeText, refusalText } from "../source/fate.ts";
import { type Reach, ranOn } from "./facts.ts";

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

/** The verdict of a finding, with the patch that mends it where that is a later one. */
export function verdictText(doc: Pick<ParsedDocument, "patches">, finding: Finding): string {
  const by = fixedByText(finding, doc.patches[finding.patch]?.total ?? 0);
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
      return `It fits ${plural(Math.abs(fate.lines), "line")} ${fate.lines < 0 ? "above" : "below"} its place${placeText(fate)}.`;
    case "fuzz":
      return `It fits with ${fateText(fate)}: the lines around it differ a little.`;
    case "already":
      return "The tree has it already; before is the tree with it taken back.";
    case "merged":
      return `Merged by content: ${evidenceText(fate.evidence)}.`;
    case "rejected":
      return `It does not fit the tree and was left out: ${refusalText(fate.why)}.`;
  }
}

/** What the runs of a patch are called: of scenarios, of functions by themselves, or of both. */
export function unitOf({ runs }: Pick<ReviewResult, "runs">, patch: number): string {
  const ours = runs.filter((r) => r.patch === patch);
  const own = ours.filter((r) => isOwnRun(r.scenario)).length;
  return own === 0 ? "scenario run" : own === ours.length ? "function case" : "run";
}

/**
 * "1 new · ran in 564 scenario runs": the findings on a function's own lines, and how much it was tried.
 * @param unit what those runs are called: unitOf()
 */
export function functionText(facts: readonly FunctionFacts[], own: readonly Finding[], unit: string): string {
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
  const ran = runs > 0 ? `ran in ${plural(runs, unit)}` : "ran";
  return found === "" ? ran : `${found} · ${ran}`;
}

/** "1 new · 2 fixed · 12 runs clean · 3 not modelled": findings, then runs; zeroes are left out. */
export function countsText(counts: Counts): string {
  const found = [
    [counts.new, "new"],
    [counts.fixed, "fixed"],
    [counts.fixedLater, "fixed later"],
    [counts.already, "already so"],
  ] as const;
  const ran = [
    [counts.clean, "clean"],
    [counts.notModelled, "not modelled"],
  ] as const;
  const some = <T extends readonly [number, string]>(list: readonly T[]): T[] =>
    list.filter(([n]) => n !== 0);
  return [
    ...some(found).map(([n, word]) => `${n} ${word}`),
    ...some(ran).map(([n, word], i) => (i === 0 ? `${plural(n, "run")} ${word}` : `${n} ${word}`)),
  ].join(" · ");
}

/** How the functions of a run are called by where they are from, in a sentence. */
const FIDELITY_WORDS = {
  diff: "the patch's",
  tree: "the kernel tree's",
  reference: "the reference kernel's",
  shim: "helpers of the machine",
  stub: "stood in for",
} as const;

/** "Of the functions that ran 2 are the patch's, 325 the reference kernel's.": how certain a run is. */
export function fidelitySentence({ functions }: Pick<Finding, "functions">): string {
  const told = (Object.keys(FIDELITY_WORDS) as (keyof typeof FIDELITY_WORDS)[])
    .map((f) => [functions.filter((fn) => fn.fidelity === f).length, FIDELITY_WORDS[f]] as const)
    .filter(([n]) => n > 0);
  if (told.length === 0) return "";
  const [[first, whose]] = told as [(typeof told)[number]];
  if (functions.length === 1) return `The function that ran is ${whose}.`;
  const rest = told.slice(1).map(([n, words]) => `, ${n} ${words}`);
  return `Of the functions that ran ${first} ${first === 1 ? "is" : "are"} ${whose}${rest.join("")}.`;
}

/** "diff 4 · reference 11 · shim 6 · stub 1": the same as figures. */
export function fidelityText(finding: Finding): string {
  const names = ["diff", "tree", "reference", "shim", "stub"] as const;
  return names
    .map((f) => [f, finding.functions.filter((fn) => fn.fidelity === f).length] as const)
    .filter(([, n]) => n > 0)
    .map(([f, n]) => `${f} ${n}`)
    .join(" · ");
}

/** A sentence begins with a capital; what begins with a name of the code keeps it. */
export const capital = (text: string): string =>
  /^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** Offsets that are named in a count. */
const OFFSETS_MAX = 5;

/** `19/20 "title"`, the later patch that mends a finding; "" where none does. */
export function fixedByText(f: Finding, total: number): string {
  if (f.fixedBy === undefined) return "";
  const { number, subject } = f.fixedBy;
  return `${number}${total > 0 ? `/${total}` : ""} "${subject}"`;
}

/** How hunks of a fate are counted, in this order. */
const FATE_WORDS: Readonly<Record<HunkFate["kind"], string>> = {
  exact: "exact",
  offset: "at an offset",
  fuzz: "with fuzz",
  merged: "merged",
  already: "already there",
  rejected: "rejected",
};

/** "2 exact, 1 at an offset (3), 1 rejected"; "" without hunks. */
export function fateCounts(hunks: readonly HunkNote[]): string {
  const counts = new Map<HunkFate["kind"], number>();
  for (const { fate } of hunks) counts.set(fate.kind, (counts.get(fate.kind) ?? 0) + 1);
  return (Object.keys(FATE_WORDS) as HunkFate["kind"][])
    .filter((kind) => counts.has(kind))
    .map((kind) => `${counts.get(kind)} ${FATE_WORDS[kind]}${kind === "offset" ? offsets(hunks) : ""}`)
    .join(", ");
}

/** " (3, -2)": by how many lines. */
function offsets(hunks: readonly HunkNote[]): string {
  const by = [...new Set(hunks.flatMap(({ fate }) => (fate.kind === "offset" ? [fate.lines] : [])))];
  const more = by.length > OFFSETS_MAX ? ", ..." : "";
  return ` (${by.slice(0, OFFSETS_MAX).join(", ")}${more})`;
}

/** A hunk with its fate, one line: "fs/dax.c: offset 3". */
export const hunkText = ({ path, fate }: HunkNote): string => `${path}: ${fateText(fate)}`;

/** Hunks of one file that came to the same, in the order of the first of each. */
export interface HunkGroup {
  readonly docLines: readonly number[];
  readonly kind: HunkFate["kind"];
  /** "fs/dax.c: offset 3" */
  readonly text: string;
}

export function hunkGroups(hunks: readonly HunkNote[]): HunkGroup[] {
  const groups = new Map<string, { docLines: number[]; kind: HunkFate["kind"]; text: string }>();
  for (const h of hunks) {
    const text = hunkText(h);
    const known = groups.get(text);
    if (known !== undefined) known.docLines.push(h.docLine);
    else groups.set(text, { docLines: [h.docLine], kind: h.fate.kind, text });
  }
  return [...groups.values()];
}

/** "line 40", "lines 40, 52 and 61" */
export function linesText(lines: readonly number[]): string {
  if (lines.length < 2) return `line ${lines[0] ?? 0}`;
  return `lines ${lines.slice(0, -1).join(", ")} and ${lines.at(-1)}`;
}

/** "41 of 45 (91 %)" */
export function share(part: number, all: number): string {
  return `${part} of ${all}${all === 0 ? "" : ` (${Math.floor((100 * part) / all)} %)`}`;
}

/** "0 of 7 added lines reached": what of a patch's code its runs came to. */
export const reachText = ({ kind, reached, total, unjudged }: Reach): string =>
  `${reached} of ${plural(total, `${kind} line`)} reached${
    reached === 0 && unjudged ? " in a run with a verdict" : ""
  }`;

/**
 * "67 left out: they reach nothing of what the patch changes", "no scenario runs: the diff shows no C function".
 * @param hunksTold what became of each hunk stands beside it, and is not said again
 */
export function leftOutLine(why: LeftOutWhy, cases: number, judged: boolean, hunksTold = false): string {
  if (!isNothingRuns(why)) return `${cases} left out: ${leftOutText(why, judged)}`;
  const told = hunksTold && why.kind === "refused" ? unfitText(why.tree) : nothingText(why);
  return `no scenario runs: ${told}`;
}

/** Why cases were left out: goes on after "67 left out: ". @param judged whether some scenario of the patch came to a verdict */
export function leftOutText(why: LeftOutWhy, judged: boolean): string {
  switch (why.kind) {
    case "unreached":
      return why.inTree
        ? "they reach nothing of what the patch changes"
        : "they reach nothing of what the mail shows whole";
    case "one-era":
      return `they are of ${why.era} alone, and the patch goes from one era to another`;
    case "by-scenarios":
      return "by themselves they come to no changed line, and scenarios ran what the patch changes there";
    case "budget":
      return judged
        ? `what they reach, the others reach alike (beyond ${why.steps / 1e6} million instructions; --thorough runs them)`
        : `they are beyond ${why.steps / 1e6} million instructions, and none of the cases before them came to a verdict (--thorough runs them)`;
    default:
      return nothingText(why);
  }
}

/** What a run of functions by themselves calls: "foo_probe() and then foo_remove()". */
export const calledText = ({ scenario }: Pick<Finding, "scenario">): string =>
  scenario
    .split(" ")
    .slice(1)
    .map((fn) => `${fn}()`)
    .join(" and then ");

/** What a finding says: the sentence, what follows from it, and the numbers last, where they say more. */
export function saidOf(f: Pick<Finding, "code" | "message">): string[] {
  const what = sentenceOf(f.code, f.message);
  const rest = [ruleOf(f.code)?.consequence ?? "", what === f.message ? "" : f.message];
  return [what, ...rest.filter((text) => text !== "")];
}

/** What a finding's line has to do with it where it did not do it: in a word or two, "" where it did or there is none. */
export function wayText(f: Pick<Finding, "verdict" | "side" | "exactLine" | "docLine" | "cause">): string {
  if (f.exactLine || f.docLine === 0) return "";
  if (f.cause === true) return "it goes away without this change";
  return f.side === ranOn(f) ? "led there" : "what is there instead";
}

/** Where a finding is, in a document of this name: a line of it, or the file that does it where no line of the mail does. */
export function spotText(document: string, f: Finding): string {
  if (f.docLine === 0) return `${f.path === "" ? "" : `${f.path}, `}not by a line of the mail`;
  return `${document}:${f.docLine}${f.path === "" ? "" : ` (${f.path})`}`;
}

/** The same, with what the line has to do with it. */
export const lineText = (document: string, f: Finding): string =>
  [spotText(document, f), wayText(f)].filter((text) => text !== "").join(", ");

/** Where a step of a trace is, with whose line it is: " [line 40]" of the mail, " [tree:fs/dax.c:404]"; "" where its text says it or there is none. */
export function stepPlace({ docLine, text, path, role, line, of }: Finding["trace"][number]): string {
  if (docLine > 0) return text.endsWith(`line ${docLine} of the mail`) ? "" : ` [line ${docLine}]`;
  if (path === "" || role === "step" || text.endsWith(`${path.split("/").at(-1)}:${line}`)) return "";
  return ` [${of === undefined ? "" : `${of}:`}${path}:${line}]`;
}

/** wayText() as a sentence of its own. */
export function waySentence(
  f: Pick<Finding, "verdict" | "side" | "exactLine" | "docLine" | "cause">,
): string {
  switch (wayText(f)) {
    case "":
      return f.docLine === 0 ? "It is not on a line of the patch." : "A line of the patch did it in the run.";
    case "it goes away without this change":
      return "Without the change at the line given it goes away; the event is in other code.";
    case "led there":
      return "The line given led there; the event is in other code.";
    default:
      return `The event is in other code; the line given is what the patch ${f.side === "before" ? "removes" : "adds"} there.`;
  }
}
