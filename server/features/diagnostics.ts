/**
 * What goes to Problems: what is wrong with the text (at once), and the findings of the runs. By default only what is
 * new with the patch is listed (D4); what it mends or found broken is for hover, lens and tree unless a setting asks.
 */

import { sentenceOf } from "../../emulator/invariants/registry.ts";
import type { Problem } from "../mail/types.ts";
import { terminalText } from "../report/text.ts";
import { capital, verdictText, wayText } from "../report/words.ts";
import { isSteppable } from "../review/finding.ts";
import type { Finding, Severity } from "../review/types.ts";
import { isStale, type PlacedFinding, placedFindings, type Snapshot } from "./snapshot.ts";

/** Related places of one finding: the culprit and what happened to the object last. The report has every step. */
const RELATED_MAX = 6;

/** One mark in editor terms; lsp/to_proto.ts makes a diagnostic of it. */
export interface Mark {
  readonly docLine: number;
  readonly endDocLine: number;
  /** Columns of `docLine`; `endCol` -1 for the end of `endDocLine`. */
  readonly col: number;
  readonly endCol: number;
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly related: readonly { readonly docLine: number; readonly message: string }[];
  /** Index of the finding, or the repair that the parser offers. */
  readonly finding?: number;
  /** The finding can be stepped through. */
  readonly steppable?: true;
  readonly fix?: Problem["fix"];
  /** It belongs to an earlier text. */
  readonly stale?: boolean;
}

/** Lines that the one mark of a kind of repair leads to. */
const ALIKE_MAX = 20;

/** What Problems lists: a kind of repair once, however many lines it is needed on. */
export function marks(snapshot: Snapshot): Mark[] {
  const alike = new Map<string | Mark, Mark[]>();
  for (const m of everyMark(snapshot)) {
    const kind = m.fix && m.severity === "information" ? m.code : m;
    alike.set(kind, [...(alike.get(kind) ?? []), m]);
  }
  return [...alike.values()].map(([first, ...rest]) =>
    rest.length === 0
      ? first!
      : {
          ...first!,
          message: `${first!.message} (and on ${rest.length} more line${rest.length === 1 ? "" : "s"})`,
          related: rest.slice(0, ALIKE_MAX).map((m) => ({ docLine: m.docLine, message: m.message })),
        },
  );
}

/** Every mark, each on its own line: for what can be done on a line. */
export function everyMark(snapshot: Snapshot): Mark[] {
  // That a mail has no diff is no fault of it, and the sidebar says what it is instead.
  const { messages, problems } = snapshot.parsed;
  const isMail = messages.some((m) => m.subject !== "");
  const found = problems
    .filter((p) => !(isMail && p.code === "no-diff"))
    .map((problem) => problemMark(snapshot, problem));
  for (const placed of placedFindings(snapshot))
    if (isShown(snapshot, placed.finding) && placed.docLine > 0) found.push(findingMark(snapshot, placed));
  return found;
}

/** Whether Problems lists it. */
export function isShown({ settings }: Snapshot, { verdict }: Finding): boolean {
  if (verdict === "new") return true;
  if (verdict === "fixed" || verdict === "fixed-later") return settings.showFixed;
  return verdict === "already" && settings.showAlready;
}

function problemMark(snapshot: Snapshot, problem: Problem): Mark {
  const span = textSpan(snapshot, problem.docLine);
  return {
    docLine: problem.docLine,
    endDocLine: Math.max(problem.docLine, problem.endDocLine),
    col: problem.fix && problem.fix.docLine === problem.docLine ? problem.fix.col : span.col,
    endCol: -1,
    severity: problem.severity,
    code: problem.code,
    message: problem.message,
    related: [],
    ...(problem.fix ? { fix: problem.fix } : {}),
  };
}

/** A finding as it stands in Problems, whether or not it is listed. */
export function findingMark(snapshot: Snapshot, { finding, index, docLine }: PlacedFinding): Mark {
  const span = textSpan(snapshot, docLine);
  const loud = finding.verdict === "new";
  const more = finding.alsoIn.length > 0 ? ` and ${finding.alsoIn.length} more` : "";
  const way = wayText(finding);
  const where = way === "" ? "" : ` (${way === "led there" ? "this line led there" : way})`;
  const what = sentenceOf(finding.code, finding.message);
  return {
    docLine,
    endDocLine: docLine,
    col: span.col,
    endCol: span.endCol,
    severity: loud ? finding.severity : "information",
    code: finding.code,
    message: [
      `${capital(what)}${where}`,
      ...(what === finding.message ? [] : [finding.message]),
      `${verdictText(snapshot.parsed, finding)} · ${finding.scenario}${more} · ${finding.era}${isStale(snapshot) ? " · of the text before the last edit" : ""}`,
    ]
      .map(terminalText)
      .join("\n"),
    related: related(snapshot, finding),
    finding: index,
    ...(isSteppable(finding) ? { steppable: true as const } : {}),
    ...(isStale(snapshot) ? { stale: true } : {}),
  };
}

/** The telling steps that have a line in the document, oldest first: a hover lists them all, so they are few. */
function related(snapshot: Snapshot, finding: Finding): { docLine: number; message: string }[] {
  const place = snapshot.review?.place ?? ((n: number) => n);
  const several = new Set(finding.trace.map((s) => s.task)).size > 1;
  return finding.trace
    .filter((step) => step.role !== "step")
    .map((step) => ({
      docLine: place(step.docLine),
      message: several && step.task ? `${step.task}: ${step.text}` : step.text,
    }))
    .filter((step) => step.docLine > 0)
    .slice(-RELATED_MAX);
}

/** The columns of a line's own text: behind quote markers, the diff sign and the indentation. */
export function textSpan(snapshot: Snapshot, docLine: number): { col: number; endCol: number } {
  const text = snapshot.parsed.lines[docLine - 1] ?? "";
  const ref = snapshot.lines.get(docLine);
  let col = 0;
  if (ref && ref.line.docLine === docLine) col = Math.min(ref.line.col + 1, text.length);
  else col = /^(?:[>|] ?)*/.exec(text)?.[0].length ?? 0;
  while (col < text.length && (text[col] === " " || text[col] === "\t")) col++;
  const endCol = text.trimEnd().length;
  return col < endCol ? { col, endCol } : { col: 0, endCol: Math.max(text.length, 1) };
}
