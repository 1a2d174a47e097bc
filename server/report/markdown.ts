/**
 * A report as Markdown, for a CI summary or a ticket: a table of patches, then each finding with what follows from it and
 * its events. Text of the mail is code or escaped, never markup. Leaves out runs without a finding but for their number.
 */
import { patchNumber } from "../features/snapshot.ts";
import type { ParsedDocument } from "../mail/types.ts";
import type { Finding, ReviewResult } from "../review/types.ts";
import { notesOf, VERDICT_ORDER } from "./facts.ts";
import { alreadyText, didNotRun } from "./idle.ts";
import { patchText } from "./standing.ts";
import { markdownBlock, markdownCode, markdownText } from "./text.ts";
import { saidOf, verdictText } from "./words.ts";

/** Events of a finding; the report of the editor has them all. */
const EVENTS_MAX = 30;

export function markdownReport(doc: ParsedDocument, result: ReviewResult, chosen: readonly number[]): string {
  const out = ["# Folioscope", "", "| patch | result |", "|---|---|"];
  for (const index of chosen) {
    const patch = doc.patches[index]!;
    out.push(
      `| ${numbered(doc, index)}${cell(patch.subject || "(no subject)")} | ${cell(patchText(result, index))} |`,
    );
  }
  const found = [...result.findings].sort(
    (a, b) => VERDICT_ORDER.indexOf(a.verdict) - VERDICT_ORDER.indexOf(b.verdict),
  );
  for (const f of found.filter((x) => x.verdict === "new" || x.verdict.startsWith("fixed")))
    out.push("", ...findingLines(doc, f));
  const already = found.filter((f) => f.verdict === "already");
  if (already.length > 0) out.push("", `${markdownText(alreadyText(already))}.`);
  const idle = chosen.flatMap((index) => {
    const text = didNotRun(result, index);
    return text === "" ? [] : [`- ${numbered(doc, index)}${markdownText(text)}`];
  });
  if (idle.length > 0) out.push("", "## Not run", "", ...idle);
  const notes = notesOf(result);
  if (notes.length > 0) out.push("", "## Notes", "", ...notes.map((n) => `- ${markdownText(n)}`));
  return `${out.join("\n")}\n`;
}

/** "3/7 ", or "" of a patch that stands alone. */
const numbered = (doc: ParsedDocument, index: number): string =>
  `${patchNumber(doc.patches[index]!, doc)} `.trimStart();

function findingLines(doc: ParsedDocument, f: Finding): string[] {
  const [what, ...rest] = saidOf(f);
  const where = [
    f.path === "" ? "" : markdownCode(f.path),
    f.docLine > 0 ? `line ${f.docLine} of the mail` : "",
  ];
  const out = [
    `## ${markdownText(verdictText(doc, f))}: ${markdownCode(f.code)}`,
    "",
    markdownText(what!),
    ...rest.flatMap((t) => ["", markdownText(t)]),
    "",
    `- where: ${where.filter((s) => s !== "").join(", ") || "no line of the mail"}`,
    `- scenario: ${markdownCode(f.scenario)}${f.alsoIn.length > 0 ? `, and ${f.alsoIn.length} more` : ""}, rules of ${markdownText(f.era)}`,
    `- replay: ${markdownCode(f.replay)}`,
  ];
  const steps = f.trace.slice(-EVENTS_MAX);
  if (steps.length === 0) return out;
  const left = f.trace.length - steps.length;
  return [
    ...out,
    "",
    ...(left > 0 ? [`The last ${steps.length} of ${f.trace.length} events:`, ""] : []),
    ...markdownBlock(steps.map((s) => `${s.role === "culprit" ? ">>" : "  "} ${s.text}`)),
  ];
}

/** A cell ends at a bar, code or not. */
const cell = (text: string): string => markdownText(text.replace(/\s+/g, " "));
