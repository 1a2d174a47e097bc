/**
 * Two versions of a series, told: which patches changed and how, and what their runs show that the other version's do not.
 * As text of at most 80 columns, as JSON, as Markdown. Leaves out the comparison (server/compare).
 */
import { basename } from "node:path";
import type { FindingChange, Seen } from "../compare/findings.ts";
import type { FileChange, Pair, PairStatus } from "../compare/versions.ts";
import type { Patch } from "../mail/types.ts";
import type { ReviewResult, Verdict } from "../review/types.ts";
import { type Paint, painter } from "./paint.ts";
import { patchText } from "./standing.ts";
import { jsonText, markdownCode, markdownText, terminalData, wrap } from "./text.ts";
import { lineText, plural, VERDICT_SHORT } from "./words.ts";

const WIDTH = 80;
/** Names of functions that are told of a file. */
const NAMES_MAX = 6;
const FILES_MAX = 8;

export interface ComparedSide {
  /** "v2 of mails/v2.mbox" */
  readonly name: string;
  readonly version: string;
  readonly patches: number;
  readonly result: ReviewResult;
}

export interface Compared {
  readonly before: ComparedSide;
  readonly after: ComparedSide;
  readonly pairs: readonly Pair[];
  readonly changes: readonly FindingChange[];
  /** Patches of the old version that were not run again, because the new one has them as they are. */
  readonly reused: readonly Patch[];
  readonly notes: readonly string[];
}

const STATUS: readonly (readonly [PairStatus, string, "dim" | "yellow" | "green" | "red"])[] = [
  ["equal", "equal", "dim"],
  ["words", "changed in words", "dim"],
  ["moved", "on other surroundings", "dim"],
  ["code", "changed in code", "yellow"],
  ["new", "new", "green"],
  ["dropped", "dropped", "red"],
];

const statusWord = (status: PairStatus): string => STATUS.find(([s]) => s === status)![1];

/** "3 equal, 12 changed in code, 1 dropped" */
function pairCounts(pairs: readonly Pair[]): string {
  return STATUS.map(([status, word]) => [pairs.filter((p) => p.status === status).length, word] as const)
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n} ${word}`)
    .join(", ");
}

/** "2 went, 1 stays, 3 came"; of a kind of finding. */
function changeCounts(changes: readonly FindingChange[]): string {
  const n = (change: FindingChange["change"]) => changes.filter((c) => c.ran && c.change === change).length;
  const unknown = changes.filter((c) => !c.ran).length;
  const told = `${n("went")} went, ${n("stays")} stay, ${n("came")} came`;
  return unknown === 0 ? told : `${told}, ${unknown} not known`;
}

/** What is not a fault of the newer version: it mends something. */
const mends = (c: FindingChange): boolean => (c.after ?? c.before)!.finding.verdict === "fixed";

/** What came and what went before what stays, which both versions have. */
const byInterest = (changes: readonly FindingChange[]): FindingChange[] => [
  ...changes.filter((c) => c.change !== "stays"),
  ...changes.filter((c) => c.change === "stays"),
];

/** The heading of a change, in capitals as a review has its verdicts. */
function mark(c: FindingChange): readonly [string, "red" | "green" | "yellow"] {
  const was = c.before?.finding.verdict;
  const is = c.after?.finding.verdict;
  if (!c.ran) return ["NOT KNOWN", "yellow"];
  if (c.change === "went") return was === "fixed" ? ["NO LONGER FIXED", "red"] : ["WENT", "green"];
  if (c.change === "came") return is === "fixed" ? ["NOW FIXED", "green"] : ["CAME", "red"];
  return is === "fixed" ? ["STAYS FIXED", "green"] : ["STAYS", "yellow"];
}

/** The sentence below the heading: on which ground it is said. */
function groundText(c: FindingChange, of: Compared): string {
  const other = c.change === "went" ? of.after.version : of.before.version;
  if (c.change === "stays") {
    const [was, is] = [c.before!.finding.verdict, c.after!.finding.verdict];
    const verdicts =
      was === is
        ? ""
        : `${VERDICT_SHORT[was]} in ${of.before.version}, ${VERDICT_SHORT[is]} in ${of.after.version}`;
    return [moved(c), verdicts].filter((s) => s !== "").join("; ");
  }
  if (c.partner === null) return `the patch is not in ${other}, and no other patch there shows it`;
  const here = `${number(c.partner)} of ${other}`;
  if (c.ran) return `${here} ran the same and does not show it`;
  return `${here} did not run what shows it${c.reason === "" ? "" : `: ${c.reason}`}`;
}

/** That a finding is on another patch than before. */
function moved(c: FindingChange): string {
  const [old, fresh] = [c.before!.patch, c.after!.patch];
  return number(old) === number(fresh) ? "" : `was on ${number(old)}, is on ${number(fresh)}`;
}

/** "3/13", "#2" without a series. */
const number = (p: Patch): string => (p.total > 0 ? `${p.number}/${p.total}` : `#${p.index + 1}`);

function numbers({ before, after }: Pair): string {
  if (before === null) return `${number(after!)}`;
  if (after === null) return `${number(before)}`;
  return number(before) === number(after) ? number(after) : `${number(before)} -> ${number(after)}`;
}

function fileText(f: FileChange): string {
  const some = f.names.slice(0, NAMES_MAX).join(", ");
  const more = f.names.length > NAMES_MAX ? `, and ${f.names.length - NAMES_MAX} more` : "";
  const lines =
    f.went === 0
      ? `${plural(f.came, "line")} came`
      : f.came === 0
        ? `${plural(f.went, "line")} went`
        : `${plural(f.came, "line")} came, ${f.went} went`;
  return `${f.path || "(no name)"}: ${lines}${some === "" ? "" : ` (${some}${more})`}`;
}

/** What a pair is, in lines: words, files, what ran. */
function pairDetails(p: Pair, of: Compared): string[] {
  const out: string[] = [];
  if (p.by === "content" && p.before!.subject !== p.after!.subject)
    out.push(`was "${p.before!.subject}" (told by content)`);
  if (p.words.length > 0 && p.status !== "equal") out.push(`words: ${p.words.join("; ")}`);
  out.push(...p.files.slice(0, FILES_MAX).map(fileText));
  if (p.files.length > FILES_MAX) out.push(`and ${p.files.length - FILES_MAX} more files`);
  const ran = (side: ComparedSide, patch: Patch | null): string =>
    patch === null ? "" : patchText(side.result, patch.index);
  const [was, is] = [ran(of.before, p.before), ran(of.after, p.after)];
  const reused = p.before !== null && of.reused.includes(p.before);
  if (p.before === null || p.after === null || reused) out.push(`runs: ${is || was}`);
  else out.push(was === is ? `runs: ${is}, in both versions` : `runs: ${was} -> ${is}`);
  return out;
}

const titleOf = (p: Pair): string => (p.after ?? p.before)!.subject || "(no subject)";

/** Equal patches of the same numbers, one after the other, from which on they are told together. */
const TOGETHER = 3;

/** Each pair, or several that are equal and follow each other under the numbers that they had. */
function together(pairs: readonly Pair[]): Pair[][] {
  const same = (p: Pair): boolean => p.status === "equal" && number(p.before!) === number(p.after!);
  const out: Pair[][] = [];
  for (let i = 0; i < pairs.length; ) {
    let end = i;
    while (end < pairs.length && same(pairs[end]!)) end++;
    const n = end - i >= TOGETHER ? end - i : 1;
    out.push(pairs.slice(i, i + n));
    i += n;
  }
  return out;
}

interface ComparedStyle {
  readonly color: boolean;
  readonly all: boolean;
  /** It stands in an editor beside the mail: that breaks lines as it is wide, and files are known by their names. */
  readonly beside?: boolean;
}

/** The comparison for a terminal, or for an editor. */
export function comparedText(given: Compared, style: ComparedStyle): string {
  const beside = style.beside === true;
  const of = terminalCompared(given, beside ? basename : (path) => path);
  const width = beside ? Number.POSITIVE_INFINITY : WIDTH;
  const paint = painter(style.color);
  const out: string[] = [];
  out.push(
    ...wrap(`${of.before.name} -> ${of.after.name}`, width, "    ").map((l) => paint(l, "bold")),
    ...wrap(
      `${plural(of.before.patches, "patch", "patches")} -> ${of.after.patches}: ${pairCounts(of.pairs)}`,
      width - 2,
      "  ",
    ).map((l) => `  ${l}`),
    `  findings: ${changeCounts(of.changes.filter((c) => !mends(c)))}`,
  );
  const fixes = of.changes.filter(mends);
  if (fixes.length > 0) out.push(`  what it mends: ${changeCounts(fixes)}`);
  out.push("");
  for (const several of style.all ? of.pairs.map((p) => [p]) : together(of.pairs)) {
    const p = several[0]!;
    const [, word, color] = STATUS.find(([s]) => s === p.status)!;
    const told =
      several.length > 1 ? `${numbers(p)} to ${numbers(several.at(-1)!)}` : `${numbers(p)} ${titleOf(p)}`;
    const head = wrap(told, width - word.length - 4, "    ");
    out.push(`  ${paint(word, color)}  ${head[0] ?? ""}`, ...head.slice(1).map((l) => `    ${l}`));
    if (p.status === "equal" && !style.all) continue;
    for (const d of pairDetails(p, of))
      out.push(...wrap(d, width - 6, "  ").map((l) => paint(`      ${l}`, "dim")));
  }
  out.push("");
  for (const c of byInterest(of.changes)) out.push(...changeLines(c, of, { paint, width }), "");
  for (const note of of.notes) out.push(...wrap(`note: ${note}`, width, "      "));
  return `${out
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trimEnd()}\n`;
}

function changeLines(
  c: FindingChange,
  of: Compared,
  { paint, width }: { readonly paint: Paint; readonly width: number },
): string[] {
  const [word, color] = mark(c);
  const seen = (c.after ?? c.before)!;
  const head = wrap(`${seen.finding.code}: ${seen.finding.message}`, width - word.length - 3, "    ");
  const out = [`  ${paint(word, color)} ${paint(head[0] ?? "", "bold")}`, ...head.slice(1)];
  const sides = [
    [of.before, c.before],
    [of.after, c.after],
  ] as const;
  for (const [side, s] of sides) {
    if (s === null) continue;
    out.push(
      ...wrap(`${side.version} ${number(s.patch)} ${placeOf(s)}`, width - 4, "  ").map((l) => `    ${l}`),
    );
    const line = s.doc.lines[s.finding.docLine - 1];
    if (line !== undefined) out.push(`      | ${line.replace(/\t/g, "    ").slice(0, width - 8)}`);
  }
  const ground = groundText(c, of);
  if (ground !== "") out.push(...wrap(ground, width - 4, "  ").map((l) => `    ${l}`));
  if (seen.finding.scenario !== "")
    out.push(...wrap(`scenario ${seen.finding.scenario}`, width - 4, "  ").map((l) => `    ${l}`));
  if (seen.finding.replay !== "") out.push(paint(`    replay: ${seen.finding.replay}`, "dim"));
  return out;
}

const placeOf = ({ finding, doc }: Seen): string => lineText(doc.path, finding);

/** The same with nothing in it that a terminal would obey, and files by what `named` makes of their paths. */
function terminalCompared(of: Compared, named: (path: string) => string): Compared {
  const patches = new Map<Patch, Patch>();
  const patch = (p: Patch): Patch => {
    let shown = patches.get(p);
    if (shown === undefined) {
      // Only what is told of a patch.
      const { index, number: n, total, subject } = p;
      shown = { ...terminalData({ index, number: n, total, subject }) } as Patch;
      patches.set(p, shown);
    }
    return shown;
  };
  const seen = (s: Seen | null): Seen | null => {
    if (s === null) return null;
    const path = terminalData(named(s.doc.path));
    // One line of the document is shown, the one of the finding.
    const lines: string[] = [];
    const at = s.finding.docLine - 1;
    if (s.doc.lines[at] !== undefined) lines[at] = terminalData(s.doc.lines[at]);
    return { finding: terminalData(s.finding), patch: patch(s.patch), doc: { ...s.doc, path, lines } };
  };
  const orNone = (p: Patch | null): Patch | null => (p === null ? null : patch(p));
  return {
    before: terminalData(of.before),
    after: terminalData(of.after),
    pairs: of.pairs.map((p) => ({
      ...terminalData({ status: p.status, by: p.by, words: p.words, files: p.files }),
      before: orNone(p.before),
      after: orNone(p.after),
    })),
    changes: of.changes.map((c) => ({
      ...terminalData({ change: c.change, ran: c.ran, reason: c.reason }),
      before: seen(c.before),
      after: seen(c.after),
      partner: orNone(c.partner),
    })),
    reused: of.reused.map(patch),
    notes: terminalData(of.notes),
  };
}

/** The comparison as plain data, with everything that the text says and where it stands. */
export function comparedJson(of: Compared): string {
  const patch = (p: Patch | null) =>
    p === null
      ? null
      : {
          patch: p.index,
          number: p.number,
          total: p.total,
          revision: p.revision,
          subject: p.subject,
          messageId: p.messageId,
          docLine: p.docLine,
        };
  const seen = (s: Seen | null) => {
    if (s === null) return null;
    const { functions: _functions, trace: _trace, ...finding } = s.finding;
    return finding;
  };
  const side = (s: ComparedSide) => ({
    name: s.name,
    version: s.version,
    patches: s.patches,
    notes: s.result.notes,
  });
  const value = {
    version: 1,
    before: side(of.before),
    after: side(of.after),
    pairs: of.pairs.map((p) => ({
      status: p.status,
      by: p.by,
      before: patch(p.before),
      after: patch(p.after),
      words: p.words,
      files: p.files,
      reused: p.before !== null && of.reused.includes(p.before),
      ran: {
        before: p.before === null ? null : patchText(of.before.result, p.before.index),
        after: p.after === null ? null : patchText(of.after.result, p.after.index),
      },
    })),
    findings: of.changes.map((c) => ({
      change: c.change,
      known: c.ran,
      reason: c.reason,
      before: seen(c.before),
      after: seen(c.after),
    })),
    notes: of.notes,
  };
  return `${jsonText(value, 1)}\n`;
}

/** The comparison for a ticket or a cover letter's answer. */
export function comparedMarkdown(of: Compared): string {
  const out = [
    `# ${markdownText(of.before.name)} → ${markdownText(of.after.name)}`,
    "",
    `${pairCounts(of.pairs)}. Findings: ${changeCounts(of.changes.filter((c) => !mends(c)))}.`,
    "",
    "| patch | what changed | runs |",
    "|---|---|---|",
  ];
  for (const p of of.pairs) {
    const details = pairDetails(p, of).map((d) => markdownText(d.replace(/\s+/g, " ")));
    const runs = details.pop() ?? "";
    out.push(
      `| ${markdownText(numbers(p))} ${markdownText(titleOf(p).replace(/\s+/g, " "))} | ${[statusWord(p.status), ...details].join("; ")} | ${runs.replace(/^runs: /, "")} |`,
    );
  }
  const verdict = (c: FindingChange): string => mark(c)[0].toLowerCase();
  for (const c of byInterest(of.changes)) {
    const { finding } = (c.after ?? c.before)!;
    out.push("", `## ${verdict(c)}: ${markdownCode(finding.code)}`, "", markdownText(finding.message), "");
    for (const [side, s] of [
      [of.before, c.before],
      [of.after, c.after],
    ] as const)
      if (s !== null) out.push(`- ${markdownText(`${side.version} ${number(s.patch)}: ${placeOf(s)}`)}`);
    const ground = groundText(c, of);
    if (ground !== "") out.push(`- ${markdownText(ground)}`);
    out.push(`- scenario: ${markdownCode(finding.scenario)}`, `- replay: ${markdownCode(finding.replay)}`);
  }
  if (of.notes.length > 0) out.push("", "## Notes", "", ...of.notes.map((n) => `- ${markdownText(n)}`));
  return `${out.join("\n")}\n`;
}

/** Whether the newer version breaks something that the older one did not. */
export const breaksMore = (changes: readonly FindingChange[]): boolean =>
  changes.some((c) => {
    const verdict: Verdict | undefined = c.after?.finding.verdict;
    return c.ran && c.change === "came" && verdict === "new";
  });
