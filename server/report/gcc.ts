/**
 * What is new as compilers say it, a line each: "FILE:LINE:1: error: sentence [code]", with the steps that stand in the mail as
 * notes. Editors and CI go to such lines by themselves (vim's :cfile, Emacs' compilation-mode, a problem matcher). Lines are
 * those of the input as it was given. Leaves out what is not new, which other forms tell.
 */
import { sentenceOf } from "../../emulator/invariants/registry.ts";
import type { ParsedDocument } from "../mail/types.ts";
import type { ReviewResult, TraceStep } from "../review/types.ts";
import { inputLine } from "./facts.ts";
import { terminalText } from "./text.ts";
import { capital } from "./words.ts";

/** Notes of one finding; the last ones lead to the fault. */
const NOTES_MAX = 6;

export function gccText(doc: ParsedDocument, { findings }: ReviewResult): string {
  const file = doc.path === "" || doc.path === "-" ? "<stdin>" : doc.path;
  const line = (docLine: number, kind: string, text: string): string =>
    `${terminalText(file)}:${docLine > 0 ? inputLine(doc, docLine) : 1}:1: ${kind}: ${terminalText(text)}\n`;
  const shown = (step: TraceStep): boolean => step.docLine > 0;
  return findings
    .filter((f) => f.verdict === "new")
    .map((f) => {
      const kind = f.severity === "error" ? "error" : "warning";
      const notes = f.trace.filter(shown).slice(-NOTES_MAX);
      return (
        line(f.docLine, kind, `${capital(sentenceOf(f.code, f.message))} [${f.code}]`) +
        notes.map((step) => line(step.docLine, "note", step.text)).join("")
      );
    })
    .join("");
}
