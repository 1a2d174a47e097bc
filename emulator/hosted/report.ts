/**
 * How `exec` tells what ended a program: the stop, its place with the source line, the history of the object, the open
 * calls. Leaves out who prints it.
 */
import type { CError, Loc, SourceFile } from "../c/ast.ts";
import { expansionLoc } from "../c/token.ts";
import type { Site } from "../vm/stop_reason.ts";
import type { ProgramResult } from "./run_program.ts";

const lineOf = (files: readonly SourceFile[], loc: Loc): string =>
  files[loc.file]?.text.split("\n")[loc.line - 1] ?? "";

const placeText = (files: readonly SourceFile[], loc: Loc): string =>
  `${files[loc.file]?.path ?? "?"}:${loc.line}:${loc.col}`;

/** `  --> path:line:col` and the line with a caret. */
function excerpt(files: readonly SourceFile[], loc: Loc): string[] {
  const at = expansionLoc(loc);
  const text = lineOf(files, at);
  const margin = `${at.line}`.length;
  const before = text.slice(0, at.col - 1).replace(/[^\t]/g, " ");
  const lines = [
    `${" ".repeat(margin)}--> ${placeText(files, at)}`,
    `${at.line} | ${text}`,
    `${" ".repeat(margin)} | ${before}^`,
  ];
  if (loc.macro !== undefined)
    lines.push(`${" ".repeat(margin)} = in the expansion of ${loc.macro} (${placeText(files, loc)})`);
  return lines;
}

function siteLines(files: readonly SourceFile[], what: string, site: Site): string[] {
  return [`note: ${what} here, in ${site.fn}()`, ...excerpt(files, site.loc)];
}

/** `path:line:col: error: message` with the source line, as compilers write it. */
export function diagnosticText(files: readonly SourceFile[], d: CError): string {
  const at = expansionLoc(d.loc);
  const text = lineOf(files, at);
  const before = text.slice(0, at.col - 1).replace(/[^\t]/g, " ");
  return `${placeText(files, at)}: ${d.severity}: ${d.message}\n    ${text}\n    ${before}^\n`;
}

/** What was undefined without ending the run, a line each. */
export function remarkReport(result: ProgramResult): string {
  const lines = result.remarks.map((r) => {
    const times = r.count > 1 ? ` (${r.count} times)` : "";
    return `${placeText(result.files, expansionLoc(r.loc))}: note: ${r.message}, in ${r.fn}()${times}\n`;
  });
  return lines.join("");
}

/** The report of a stop; "" when the program ended by itself. */
export function stopReport(result: ProgramResult): string {
  const { end, files } = result;
  if (end === null || end.reason.kind === "exit" || end.reason.kind === "completed") return "";
  const { reason } = end;
  const lines = [`error[${reason.kind}]: ${reason.message === "" ? reason.kind : reason.message}`];
  if (end.loc !== null) lines.push(...excerpt(files, end.loc));
  const object = reason.object;
  if (object !== undefined) {
    lines.push(`note: the object is ${object.name}, ${object.size} bytes at 0x${object.base.toString(16)}`);
    if (object.allocated !== null) lines.push(...siteLines(files, "allocated", object.allocated));
    if (object.freed !== null) lines.push(...siteLines(files, "freed", object.freed));
  }
  const shown = end.stack.slice(0, 20);
  if (shown.length > 0) lines.push("stack:");
  for (const frame of shown)
    lines.push(
      `  ${frame.fn.name}()${frame.loc === null ? "" : ` at ${placeText(files, expansionLoc(frame.loc))}`}`,
    );
  if (end.stack.length > shown.length) lines.push(`  ... ${end.stack.length - shown.length} more calls`);
  return `${lines.join("\n")}\n`;
}
