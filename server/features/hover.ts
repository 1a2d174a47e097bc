/**
 * What a diff line did when it ran: the function, on which sides and how often, the fields before and after, the
 * findings on it, and a reviewer's remark. Works on quoted lines at any depth and on `-` lines, which exist in no file.
 */

import { sentenceOf } from "../../emulator/invariants/registry.ts";
import type { Side } from "../mail/types.ts";
import { COMMAND_SHOW_PANEL, COMMAND_STEP } from "../protocol.ts";
import { functionStanding, STANDING_WORDS, standingText, wasTried } from "../report/standing.ts";
import { commandLink, markdownCode, markdownText } from "../report/text.ts";
import { capital, fateSentence, plural, unitOf, verdictText } from "../report/words.ts";
import { isOwnRun, isSteppable } from "../review/finding.ts";
import type { Finding, LineFacts } from "../review/types.ts";
import { isShown, textSpan } from "./diagnostics.ts";
import {
  commentsOn,
  type FunctionView,
  functionsAt,
  isStale,
  type LineRef,
  lineFacts,
  placedFindings,
  type Snapshot,
} from "./snapshot.ts";

/** Changes of fields shown per side; the report has them all. */
const CHANGES_MAX = 6;

export interface HoverText {
  readonly markdown: string;
  readonly docLine: number;
  readonly col: number;
  readonly endCol: number;
}

/** What there is to say of a line; of one side of it, where a side is named. */
export function hover(snapshot: Snapshot, docLine: number, side?: Side): HoverText | undefined {
  const header = hunkHeader(snapshot, docLine);
  if (header) return header;
  const ref = snapshot.lines.get(docLine);
  const found = placedFindings(snapshot).filter((p) => p.docLine === docLine);
  if (!ref && found.length === 0) return undefined;
  const parts: string[] = [];
  if (ref) parts.push(heading(snapshot, ref));
  // What the line did can be a long list: behind it a finding would be out of sight.
  for (const { finding, index } of found) parts.push(findingText(snapshot, finding, index));
  if (ref) parts.push(...ran(snapshot, ref, side));
  if (ref)
    for (const c of commentsOn(ref))
      parts.push(
        `**${markdownText(c.author || "a reviewer")}**, line ${c.docLine}: ${markdownText(firstWords(c.text))}`,
      );
  return { markdown: parts.join("\n\n"), docLine, ...textSpan(snapshot, docLine) };
}

/** On an `@@` line: what became of the hunk in the kernel tree; nothing without one. */
function hunkHeader(snapshot: Snapshot, docLine: number): HoverText | undefined {
  const review = snapshot.review;
  const note = review?.result.hunks.find((h) => review.place(h.docLine) === docLine);
  if (!review || !note) return undefined;
  const where = review.result.tree ? ` · ${markdownText(review.result.tree.describe)}` : "";
  return {
    markdown: `**Hunk of** ${markdownCode(note.path)}${where}\n\n${markdownText(fateSentence(note.fate))}`,
    docLine,
    ...textSpan(snapshot, docLine),
  };
}

function heading(snapshot: Snapshot, ref: LineRef): string {
  const { line, file } = ref;
  const names = functionsAt(snapshot, ref).map((f) => `**${markdownText(f.name)}()**`);
  const what = names.length > 0 ? names.join(", ") : markdownCode(ref.hunk.section) || "outside a function";
  const side = line.kind === "-" ? "removed" : line.kind === "+" ? "added" : "unchanged";
  const numbers = [line.oldLine, line.newLine].filter((n) => n !== null);
  const at = file.path
    ? markdownCode(`${file.path}${numbers.length > 0 ? ":" + [...new Set(numbers)].join(" → ") : ""}`)
    : "";
  return [what, side, at].filter((s) => s !== "").join(" · ");
}

/** One line per side on which the line exists: how often it ran, and what it changed. */
function ran(snapshot: Snapshot, ref: LineRef, only?: Side): string[] {
  const tried = wasTried(snapshot.review?.result, ref.patch.index);
  if (!tried && snapshot.state === "checking") return ["Being simulated …"];
  if (!tried) return [`${capital(STANDING_WORDS["not-run"])}.`];
  const facts = lineFacts(snapshot, ref.line.docLine);
  const sides =
    ref.line.kind === "-"
      ? (["before"] as const)
      : ref.line.kind === "+"
        ? (["after"] as const)
        : (["before", "after"] as const);
  const parts: string[] = [];
  const stale = isStale(snapshot) ? " (of the earlier text)" : "";
  for (const side of sides) {
    if (only !== undefined && only !== side) continue;
    const ours = facts.filter((f) => f.side === side);
    const hits = Math.max(0, ...ours.map((f) => f.hits));
    if (hits > 0) {
      const all = runsOf(snapshot, ref);
      parts.push(`**${side}**${stale}: ran in ${hits} of ${all}${changes(ours)}`);
    } else if (side === "after" && addedLine(snapshot, ref) === "unreached") {
      const own = byItself(snapshot, ref, side);
      const runs = scenarioRuns(snapshot, ref);
      const nothing = own !== "" && runs === "" ? "reached by no path" : STANDING_WORDS.unreached;
      parts.push(`**${capital(nothing)}**${stale}${runs}${own === "" ? "" : `; ${own}`}.`);
    } else if (byItself(snapshot, ref, side) !== "")
      parts.push(`**${side}**${stale}: ${byItself(snapshot, ref, side)}`);
    else parts.push(`**${side}**${stale}: ${whyNot(snapshot, ref, side)}`);
  }
  return parts;
}

/**
 * Of a line that no scenario runs, in a function that ran by itself: the function, and whether the line stands on a finding's path, or
 * on any (of added lines alone that is known). "" where none of its functions did.
 */
function byItself(snapshot: Snapshot, ref: LineRef, side: Side): string {
  const result = snapshot.review?.result;
  const ran = functionsAt(snapshot, ref).filter((f) =>
    f.facts.some((x) => x.executed && (x.side === side || x.side === "both")),
  );
  const cases = (result?.runs ?? []).filter(
    (r) =>
      r.patch === ref.patch.index &&
      isOwnRun(r.scenario) &&
      ran.some((f) => r.scenario.split(" ").includes(f.name)),
  );
  if (result === undefined || cases.length === 0 || hasNoCode(ran, ref)) return "";
  const onPath = placedFindings(snapshot).some(
    ({ finding: f }) =>
      isOwnRun(f.scenario) &&
      f.side === side &&
      f.trace.some((s) => snapshot.review?.place(s.docLine) === ref.line.docLine),
  );
  const names = ran.map((f) => `${markdownText(f.name)}()`).join(", ");
  const covered = result.coverage.find((c) => c.patch === ref.patch.index)?.addedLines ?? [];
  const cameTo = covered.some((l) => l.reached && snapshot.review?.place(l.docLine) === ref.line.docLine);
  const where = cameTo ? "on a path of" : "in";
  return `${onPath ? "ran on the path of the finding" : `${where} ${names}, which ran by itself`}, path by path, in ${plural(cases.length, "function case")}`;
}

/** ", in 97 scenario runs"; "" where only functions ran by themselves. */
function scenarioRuns({ review }: Snapshot, { patch }: LineRef): string {
  const ran = (review?.result.runs ?? []).filter((r) => r.patch === patch.index && !isOwnRun(r.scenario));
  return ran.length === 0 ? "" : `, in ${plural(ran.length, "scenario run")}`;
}

/** "97 scenario runs" */
function runsOf({ review }: Snapshot, { patch }: LineRef): string {
  const runs = review?.result.runs ?? [];
  return plural(runs.filter((r) => r.patch === patch.index).length, unitOf({ runs }, patch.index));
}

function changes(facts: readonly LineFacts[]): string {
  // The same change in another scenario is the same change; the report names the scenarios.
  const all = [...new Set(facts.flatMap((f) => f.changes.map((c) => c.text)))];
  if (all.length === 0) return "";
  const shown = all.slice(0, CHANGES_MAX).map((c) => `\n- ${markdownCode(c)}`);
  if (all.length > CHANGES_MAX) shown.push(`\n- … ${all.length - CHANGES_MAX} more`);
  return shown.join("");
}

function whyNot(snapshot: Snapshot, ref: LineRef, side: "before" | "after"): string {
  const functions = functionsAt(snapshot, ref);
  const facts = functions.flatMap((f) => f.facts).filter((f) => f.side === side || f.side === "both");
  if (addedLine(snapshot, ref) === "without code" || functions.length === 0 || hasNoCode(functions, ref))
    return "this line has no code of its own";
  if (facts.some((f) => f.executed)) return STANDING_WORDS.unreached;
  const standing = functionStanding(facts, true);
  return markdownText(standingText(standing, facts));
}

/** Braces, blanks, comments, labels, and the lines above a function's body: nothing there can run. */
function hasNoCode(functions: readonly FunctionView[], { line }: LineRef): boolean {
  const text = line.text.trim();
  const punctuation = /^(?:[{}();,\s]|else|do)*$/.test(text);
  const comment = /^(?:\/[/*]|\*(?:\s|\/|$)|#)/.test(text);
  const label = /^\w+:$/.test(text);
  const declaration = /^(?!return\b|goto\b)[\w\s*,[\]]*;$/.test(text) && /^\w[\w\s*]*?[\s*]\w/.test(text);
  if (punctuation || comment || label || declaration) return true;
  return functions.some((f) => f.heading.has(line.docLine));
}

/** What coverage says of an added line; "unknown" where the patch could not run at all. */
function addedLine(snapshot: Snapshot, ref: LineRef): "unreached" | "without code" | "unknown" {
  if (ref.line.kind !== "+") return "unknown";
  const review = snapshot.review;
  const coverage = review?.result.coverage.find((c) => c.patch === ref.patch.index);
  if (!review || !coverage || coverage.addedLines.length === 0) return "unknown";
  const line = coverage.addedLines.find((l) => review.place(l.docLine) === ref.line.docLine);
  if (line) return line.reached ? "unknown" : "unreached";
  // Of a function that did not run, something more useful is said.
  const ran = functionsAt(snapshot, ref).some((f) => f.facts.some((x) => x.side !== "before" && x.executed));
  return ran ? "without code" : "unknown";
}

function findingText(snapshot: Snapshot, finding: Finding, index: number): string {
  const softly = finding.verdict === "new" && finding.severity === "warning" ? ", a warning" : "";
  const also = finding.alsoIn.length > 0 ? `, and in ${plural(finding.alsoIn.length, "more run")}` : "";
  const at = { uri: snapshot.uri, finding: index };
  const show = commandLink("Show the run", COMMAND_SHOW_PANEL, at);
  const link = isSteppable(finding) ? `${show} · ${commandLink("Step through it", COMMAND_STEP, at)}` : show;
  const head = `**${markdownText(capital(verdictText(snapshot.parsed, finding)))}**${softly} · ${markdownCode(finding.code)}`;
  // The editor's own hover has the message of what is in Problems.
  if (isShown(snapshot, finding)) return `${head} · ${link}`;
  return [
    head,
    markdownText(capital(sentenceOf(finding.code, finding.message))),
    `${markdownCode(finding.scenario)}${also} · ${markdownText(finding.era)} · ${link}`,
  ].join("  \n");
}

function firstWords(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > 200 ? line.slice(0, 199) + "…" : line;
}
