/**
 * The text of `folioscope review` for a terminal, at most 80 columns wide: patches, what became of their hunks in the
 * kernel tree, findings with their traces, what did not run, notes. Leaves out `--coverage` (terminal_coverage.ts) and
 * the command itself (cli_review.ts).
 */
import { patchNumber } from "../features/snapshot.ts";
import type { ParsedDocument, Patch } from "../mail/types.ts";
import { isOwnRun } from "../review/finding.ts";
import { type Finding, isJudged, type ReviewResult, type Verdict } from "../review/types.ts";
import { type Asked, askedOf } from "./asked.ts";
import { isAnyJudged, notesOf, oddHunks, ranOn, reachOf } from "./facts.ts";
import { alreadyText, didNotRun, isInPart, nothingRan } from "./idle.ts";
import { type Paint, painter } from "./paint.ts";
import { coverageText, type ShownDocument } from "./terminal_coverage.ts";
import { terminalData, terminalText, wrap } from "./text.ts";
import {
  fateCounts,
  fixedByText,
  hunkGroups,
  leftOutLine,
  linesText,
  lineText,
  plural,
  reachText,
  saidOf,
  spotText,
  stepPlace,
  wayText,
} from "./words.ts";

/** Characters of a subject that are shown: a hostile one is as long as its mail. */
const SUBJECT = 300;
const shortened = (text: string): string => (text.length > SUBJECT ? `${text.slice(0, SUBJECT)}...` : text);

const WIDTH = 80;
/** Hunks that are told one by one; with --all every one. */
const HUNKS_MAX = 6;

/** How a report is written. */
export interface TextStyle {
  readonly color: boolean;
  readonly all: boolean;
  readonly coverage?: boolean;
}

/** A report in the pieces that it is written in: a patch's own can be given out as soon as the patch is done. */
export interface TextPieces {
  /** What stands before the first patch; "" for nothing. */
  head(reviewed: ReviewResult): string;
  /** A patch, of a result that has it. */
  patch(reviewed: ReviewResult, index: number): string;
  /** What is told of all patches together; "" for nothing. */
  tail(reviewed: ReviewResult, chosen: readonly number[]): string;
}

/** Problems of a mailbox that say what a series lacks, or has twice. */
const OF_SERIES: ReadonlySet<string> = new Set(["missing-patch", "partial-reroll", "duplicate-patch"]);
/** What other tools will not take, told once. */
const OF_FORM: ReadonlySet<string> = new Set(["encoding-not-said", "hunk-order", "no-prefix", "tabs-lost"]);

/** The report for a terminal, at most 80 columns wide. */
export function reviewText(
  whole: ParsedDocument,
  reviewed: ReviewResult,
  chosen: readonly number[],
  style: TextStyle,
): string {
  const { head, patch, tail } = textPieces(whole, style);
  const pieces = [head(reviewed), ...chosen.map((index) => patch(reviewed, index)), tail(reviewed, chosen)];
  return `${pieces.filter((p) => p !== "").join("\n\n")}\n`;
}

export function textPieces(whole: ParsedDocument, style: TextStyle): TextPieces {
  // From here on nothing is left that a terminal would obey: what paints below is ours.
  const doc = shownDocument(whole);
  const paint = painter(style.color);
  const piece = (lines: readonly string[]): string =>
    lines
      .join("\n")
      .replace(/\n{3,}/g, "\n\n")
      .trimEnd();
  return {
    head: ({ tree }) => (tree === undefined ? "" : piece(wrap(treeLine(terminalData(tree)), WIDTH, "    "))),
    patch(reviewed, index) {
      const asked = askedOf(whole, reviewed).filter((a) => a.patch === index);
      return piece(patchLines(whole, doc, terminalData(reviewed), terminalData(asked), index, style, paint));
    },
    tail(reviewed, chosen) {
      const result = terminalData(reviewed);
      const out = style.coverage === true ? [...coverageText(doc, result, paint), ""] : [];
      const said = chosen.flatMap((index) => nothingRan(result, index));
      const problems = terminalData(whole.problems);
      for (const problem of problems) {
        const { code, message } = problem;
        const first = problems.find((p) => p.code === code) === problem;
        if ((first && OF_FORM.has(code)) || (chosen.length > 1 && OF_SERIES.has(code)))
          out.push(...wrap(`note: ${message}`, WIDTH, "      "));
      }
      for (const note of notesOf(result))
        if (!(note.startsWith('patch "') && said.some((text) => note.endsWith(`: ${text}`))))
          out.push(...wrap(`note: ${note}`, WIDTH, "      "));
      const inPart = result.tree === undefined ? chosen.filter((index) => isInPart(result, index)).length : 0;
      if (inPart > 0)
        out.push(
          ...wrap(
            `${plural(inPart, "patch", "patches")} did not run for want of the rest of a function: name a kernel tree with --tree DIR (npm run kernel unpacks Debian's)`,
            WIDTH,
            "  ",
          ),
        );
      return piece(out);
    },
  };
}

function patchLines(
  whole: ParsedDocument,
  doc: ShownDocument,
  result: ReviewResult,
  asked: readonly Asked[],
  index: number,
  style: TextStyle,
  paint: Paint,
): string[] {
  const out: string[] = [];
  const patch = doc.patches[index]!;
  const numbered =
    patchNumber(whole.patches[index]!, whole) ||
    (patch.total > 0 && patch.number > 0 ? `${patch.number}/${patch.total}` : "");
  const number = numbered === "" ? "" : `[${numbered}] `;
  out.push(
    ...wrap(`${number}${shortened(patch.subject) || "(no subject)"}`, WIDTH, "    ").map((l) =>
      paint(l, "bold"),
    ),
  );
  out.push(
    paint(
      `  ${patch.files.length} file${patch.files.length === 1 ? "" : "s"}, text ${patch.confidence}${patch.author === "" ? "" : `, ${patch.author}`}`.slice(
        0,
        WIDTH,
      ),
      "dim",
    ),
  );
  out.push(
    ...damageLines(whole.patches[index]!, style.all, paint),
    ...hunkLines(result, index, style.all, paint),
  );
  const runs = result.runs.filter((r) => r.patch === index);
  const findings = result.findings.filter((f) => f.patch === index);
  out.push(
    // That none ran is said by the reason.
    ...(runs.length === 0 && nothingRan(result, index).length > 0
      ? []
      : countLines(runs, patch.confidence === "exact", paint)),
    ...cleanLines(runs, findings, paint),
    ...reachLines(result, index, paint),
    ...leftOutLines(result, index, paint),
    "",
  );
  const shown = findings.filter(
    (f) => f.verdict === "new" || f.verdict.startsWith("fixed") || (style.all && f.verdict === "already"),
  );
  for (const f of shown) out.push(...findingText(doc, f, paint), "");
  const already = findings.filter((f) => f.verdict === "already");
  if (already.length > 0 && !style.all)
    out.push(
      ...wrap(`${alreadyText(already)} (--all shows them)`, WIDTH - 2, "    ").map((l) =>
        paint(`  ${l}`, "dim"),
      ),
      "",
    );
  out.push(...askedLines(asked, paint));
  out.push(...unmodelledLines(result, index, paint));
  if (style.all) for (const r of runs) out.push(...runLine(r, paint));
  return out;
}

/** What remarks of the thread speak of, and what the runs say. */
function askedLines(asked: readonly Asked[], paint: Paint): string[] {
  if (asked.length === 0) return [];
  const out = [paint("  the thread, put to the runs", "bold")];
  for (const a of asked) {
    out.push(
      ...wrap(`line ${a.docLine} of the mail, ${a.author}: "${a.quote}"`, WIDTH - 4, "  ").map((l) =>
        paint(`    ${l}`, "dim"),
      ),
    );
    out.push(...wrap(a.text, WIDTH - 6, "").map((l) => `      ${l}`));
  }
  return [...out, ""];
}

function shownDocument(doc: ParsedDocument): ShownDocument {
  return {
    path: terminalText(doc.path),
    lines: doc.lines.map(terminalText),
    patches: doc.patches.map((p) => ({
      subject: terminalText(p.subject),
      author: terminalText(p.author),
      confidence: p.confidence,
      number: p.number,
      total: p.total,
      files: p.files,
    })),
  };
}

function treeLine(tree: NonNullable<ReviewResult["tree"]>): string {
  const n = tree.prerequisites;
  const stacked = n === 0 ? "" : ` with ${n} prerequisite patch${n === 1 ? "" : "es"} applied`;
  return `kernel tree: ${tree.describe}${stacked}`;
}

/** Damages of a mail that are told; the rest is counted. */
const DAMAGES = 2;

/** What of a damaged patch was put right, or is not in the mail. */
function damageLines({ confidence, notes }: Patch, all: boolean, paint: Paint): string[] {
  if (confidence === "exact") return [];
  const told = all ? notes : notes.slice(0, DAMAGES);
  const more = notes.length - told.length;
  return [...told.map(terminalText), ...(more > 0 ? [`and ${more} more (--all shows them)`] : [])].flatMap(
    (n) => wrap(n, WIDTH - 4, "  ").map((l) => paint(`    ${l}`, "dim")),
  );
}

/** How the hunks of a patch went into the tree; those that fit exactly are only counted. */
function hunkLines(result: ReviewResult, index: number, all: boolean, paint: Paint): string[] {
  const hunks = result.hunks.filter((h) => h.patch === index);
  if (hunks.length === 0) return [];
  const out = wrap(`hunks in the tree: ${fateCounts(hunks)}`, WIDTH - 2, "  ").map((l) =>
    paint(`  ${l}`, "dim"),
  );
  const odd = hunkGroups(oddHunks(hunks));
  for (const g of all ? odd : odd.slice(0, HUNKS_MAX)) {
    const lines = wrap(`${linesText(g.docLines)}, ${g.text}`, WIDTH - 4, "  ");
    out.push(...lines.map((l) => `    ${paint(l, g.kind === "rejected" ? "yellow" : "dim")}`));
  }
  if (!all && odd.length > HUNKS_MAX)
    out.push(paint(`    and ${odd.length - HUNKS_MAX} more (--all)`, "dim"));
  return out;
}

/** How the runs went: those of scenarios, and functions that run by themselves, each in a line. @param sound whether the mail is whole as it is */
function countLines(runs: ReviewResult["runs"], sound: boolean, paint: Paint): string[] {
  const own = runs.filter((r) => isOwnRun(r.scenario));
  const rest = runs.filter((r) => !own.includes(r));
  return [
    ...(own.length > 0 && rest.length === 0 ? [] : countLine(rest, "scenario run", sound, paint)),
    ...(own.length > 0 ? countLine(own, "function case", sound, paint) : []),
  ];
}

function countLine(runs: ReviewResult["runs"], what: string, sound: boolean, paint: Paint): string[] {
  const mended = sound ? " in frames of the reference kernel" : " of repaired text";
  const n = (v: Verdict): number => runs.filter((r) => r.verdict === v).length;
  const parts = [
    [n("new"), "new", "red"],
    [n("fixed"), "fixed", "green"],
    [n("fixed-later"), "fixed later", "green"],
    [n("already"), "already so", "yellow"],
    [n("clean"), "clean", "green"],
    [n("not-modelled"), "not modelled", "dim"],
    [n("limit"), "limit reached", "yellow"],
  ] as const;
  const text = parts.filter(([count]) => count > 0).map(([count, label]) => `${count} ${label}`);
  const colours = new Map(parts.map(([count, label, color]) => [`${count} ${label}`, color]));
  return wrap(
    `${plural(runs.length, what)}${runs.some((r) => r.repaired) ? mended : ""}${text.length > 0 ? ": " : ""}${text.join(", ")}`,
    WIDTH - 2,
    "  ",
  ).map(
    (l) =>
      `  ${l.replace(/(?<!\d)\d+ [a-z][a-z ]*(?=,|$)/g, (t) => (colours.has(t) ? paint(t, colours.get(t)!) : t))}`,
  );
}

/** Scenarios that are named where the patch's code ran in them and nothing broke. */
const CLEAN_MAX = 6;

/** Where the patch's code ran and nothing broke, if that is in few scenarios: what the word clean stands on. */
function cleanLines(runs: ReviewResult["runs"], findings: ReviewResult["findings"], paint: Paint): string[] {
  // A function that breaks as its caller calls it is not called clean beside that.
  const broken = new Set(
    findings
      .filter((f) => f.verdict === "new" && /^(?:function|life) /.test(f.scenario))
      .flatMap((f) => f.functions.map((x) => `function ${x.name}`)),
  );
  const cases = new Map<string, number>();
  const all = new Map<string, number>();
  for (const r of runs) {
    const name = /^(?:function|life) .*|^\S+/.exec(r.scenario)?.[0] ?? "";
    all.set(name, (all.get(name) ?? 0) + 1);
    if (r.verdict === "clean" && !broken.has(name)) cases.set(name, (cases.get(name) ?? 0) + 1);
  }
  if (cases.size === 0 || cases.size > CLEAN_MAX) return [];
  const named = [...cases].map(([name, n]) => {
    const of = all.get(name)!;
    // What broke in others of the scenario is told below.
    if (n < of) return `${n} of ${of} cases of ${name}`;
    return n === 1 ? name : `${name} (${n} cases)`;
  });
  return wrap(`clean in ${named.join(", ")}`, WIDTH - 2, "    ").map((l) => paint(`  ${l}`, "dim"));
}

/** How much of the patch's code ran; where it is nothing, that is what the reader has to know. */
function reachLines(result: ReviewResult, index: number, paint: Paint): string[] {
  const reach = reachOf(result, index);
  return reach === null ? [] : [`  ${paint(reachText(reach), reach.reached === 0 ? "yellow" : "dim")}`];
}

/** Which cases were left out, and why: one line a reason. */
function leftOutLines(result: ReviewResult, index: number, paint: Paint): string[] {
  return result.plans
    .filter((p) => p.patch === index)
    .flatMap((p) => p.leftOut)
    .flatMap(({ why, cases }) =>
      wrap(leftOutLine(why, cases, isAnyJudged(result, index), true), WIDTH - 2, "    ").map((l) =>
        paint(`  ${l}`, "dim"),
      ),
    );
}

const MARK: Record<string, readonly [string, "red" | "green" | "yellow"]> = {
  new: ["NEW", "red"],
  fixed: ["FIXED", "green"],
  "fixed-later": ["FIXED LATER", "green"],
  already: ["ALREADY SO", "yellow"],
};

function findingText(doc: ShownDocument, f: Finding, paint: Paint): string[] {
  const [mark, color] = MARK[f.verdict] ?? ["", "yellow"];
  const out: string[] = [];
  const [what, ...rest] = saidOf(f);
  const head = wrap(`${f.code}: ${what}`, WIDTH - mark.length - 3, "    ");
  out.push(`  ${paint(mark, color)} ${paint(head[0] ?? "", "bold")}`, ...head.slice(1));
  for (const text of rest) out.push(...wrap(text, WIDTH - 4).map((l) => `    ${l}`));
  // A place is one word, for whoever copies it; what is said of it goes below where it does not fit.
  const whole = lineText(doc.path, f);
  const lines = whole.length > WIDTH - 8 ? [spotText(doc.path, f), wayText(f)] : [whole];
  out.push(
    ...lines.filter((l) => l !== "").map((l, i) => paint(`${i === 0 ? "    --> " : "        "}${l}`, "dim")),
  );
  const by = fixedByText(f, doc.patches[f.patch]?.total ?? 0);
  if (by !== "")
    out.push(...wrap(`fixed later by ${by}`, WIDTH - 4, "  ").map((l) => `    ${paint(l, color)}`));
  const line = doc.lines[f.docLine - 1];
  if (line !== undefined) out.push(`      | ${line.replace(/\t/g, "    ").slice(0, WIDTH - 8)}`);
  out.push(
    ...wrap(
      `scenario ${f.scenario}, era ${f.era}, ${ranOn(f)} the patch${f.alsoIn.length > 0 ? `, and in ${f.alsoIn.length} more` : ""}`,
      WIDTH - 4,
      "  ",
    ).map((l) => `    ${l}`),
  );
  for (const s of condense(f.trace)) {
    const sign = s.role === "culprit" ? ">>" : s.role === "step" ? "- " : "  ";
    const lines = wrap(`${sign} ${s.text}${stepPlace(s)}`, WIDTH - 8, "     ");
    out.push(...lines.map((l) => `      ${s.role === "culprit" ? paint(l, color) : l}`));
  }
  for (const c of f.consequences.slice(0, 3))
    out.push(...wrap(`then: ${c.code}: ${c.message}`, WIDTH - 6, "      ").map((l) => `      ${l}`));
  if (f.consequences.length > 3) out.push(`      then: ${f.consequences.length - 3} more`);
  for (const d of f.detail) out.push(...wrap(d, WIDTH - 6).map((l) => `      ${l}`));
  out.push(paint(`    replay: ${f.replay}`, "dim"));
  return out;
}

/** The steps a reader needs: the last scenario steps and the object's own history, the breaking one always. */
function condense(trace: Finding["trace"]): Finding["trace"] {
  if (trace.length <= 14) return trace;
  const keep = trace.filter((s) => s.role !== "step").slice(-9);
  const last = trace.filter((s) => s.role === "step").slice(-5);
  return trace.filter((s) => keep.includes(s) || last.includes(s));
}

function unmodelledLines(result: ReviewResult, index: number, paint: Paint): string[] {
  const reasons = new Map<string, number>();
  for (const r of result.runs)
    if (r.patch === index && !isJudged(r.verdict))
      reasons.set(r.reason ?? "", (reasons.get(r.reason ?? "") ?? 0) + 1);
  const out: string[] = [];
  for (const [reason, count] of reasons)
    out.push(
      ...wrap(`${count} not modelled: ${reason}`, WIDTH - 2, "    ").map((l) => paint(`  ${l}`, "dim")),
    );
  const idle = didNotRun(result, index);
  if (idle !== "") out.push(...wrap(idle, WIDTH - 2, "    ").map((l) => paint(`  ${l}`, "dim")));
  return out.length > 0 ? [...out, ""] : out;
}

function runLine(r: ReviewResult["runs"][number], paint: Paint): string[] {
  const color =
    r.verdict === "new" ? "red" : r.verdict === "clean" || r.verdict === "fixed" ? "green" : "dim";
  const [first, ...rest] = wrap(r.scenario, WIDTH - 18, "  ");
  return [
    `  ${paint(r.verdict.padEnd(13), color)} ${first ?? ""}`,
    ...rest.map((l) => `${" ".repeat(16)}${l}`),
  ];
}
