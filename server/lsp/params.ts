/**
 * What requests ask, read with care: a client may send anything. Each gives what was asked or throws an error of the protocol
 * that says what is wrong. Leaves out answering (server.ts).
 */
import { ErrorCodes, type InitializeParams, type Range, ResponseError } from "vscode-languageserver/node";
import { eraFromName, unknownEra } from "../../emulator/kernel/era.ts";
import type { SimulateParams } from "../protocol.ts";
import { messageText } from "../report/text.ts";

export function documentUri(params: unknown): string {
  const uri = (params as { textDocument?: { uri?: unknown } } | null)?.textDocument?.uri;
  if (typeof uri !== "string") throw invalid("a document address is missing");
  return uri;
}

/** The same columns on another line. */
export function movedTo(range: Range, line: number): Range {
  const end = line + range.end.line - range.start.line;
  return { start: { ...range.start, line }, end: { ...range.end, line: end } };
}

/** A client that shows by itself how far a run is. */
export const showsProgress = ({ initializationOptions }: InitializeParams): boolean =>
  (initializationOptions as { showsProgress?: unknown } | null | undefined)?.showsProgress === true;

export function simulateParams(p: unknown): Partial<SimulateParams> {
  const given = p as Record<string, unknown>;
  const params: Record<string, unknown> = {};
  for (const key of ["patch", "scenario", "era", "seed", "replay"])
    if (typeof given[key] === "string" && given[key] !== "") params[key] = given[key];
  const { era } = params;
  if (typeof era === "string" && era !== "auto" && eraFromName(era) === null) throw invalid(unknownEra(era));
  if (typeof given["steps"] === "number" && given["steps"] > 0) params["steps"] = Math.floor(given["steps"]);
  return params;
}

export function lineOf(p: { position: { line: number } }): number {
  const line = p?.position?.line;
  if (typeof line !== "number" || !Number.isInteger(line) || line < 0)
    throw invalid("a position without a line");
  return line;
}

export function invalid(message: string): ResponseError<void> {
  return new ResponseError(ErrorCodes.InvalidParams, messageText(message));
}
