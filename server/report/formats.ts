/**
 * The forms in which the command line gives a report. A further one is a file beside this with its `write`, and a row
 * here; options, usage and checks take the names from the table.
 */
import manifest from "../../package.json" with { type: "json" };
import type { ParsedDocument } from "../mail/types.ts";
import type { CrashOutcome } from "../review/crash.ts";
import type { ReviewEvent, ReviewResult } from "../review/types.ts";
import { b4Text } from "./b4.ts";
import { crashText } from "./crash_text.ts";
import { gccText } from "./gcc.ts";
import { eventLine, jsonLines, reviewJson } from "./json.ts";
import { junitText } from "./junit.ts";
import { kunitText } from "./kunit.ts";
import { markdownReport } from "./markdown.ts";
import { matrixOf, matrixText } from "./matrix.ts";
import { painter } from "./paint.ts";
import { sarifText } from "./sarif.ts";
import { reviewText, type TextStyle, textPieces } from "./terminal.ts";
import { jsonText } from "./text.ts";

/** What a report is made of. */
export interface ReportInput {
  readonly doc: ParsedDocument;
  readonly result: ReviewResult;
  /** Indices of the patches that were asked for. */
  readonly chosen: readonly number[];
  readonly style: TextStyle;
  /** What comes of the reports of crashes that are in the mail. */
  readonly crashes?: readonly CrashOutcome[];
}

export interface Format {
  readonly name: string;
  /** For machines: an input without a patch is reported too, as an empty one. */
  readonly machine: boolean;
  /** Reports of crashes are told in it. */
  readonly crashes?: boolean;
  /** A line that is given out while the review runs; "" for none. */
  event?(event: ReviewEvent): string;
  /** The whole report, ended by a newline. */
  write(input: ReportInput): string;
  /** The same report patch by patch, where it can be given out so. */
  stream?(doc: ParsedDocument, style: TextStyle): ReportStream;
}

/** A report given out as a review goes on: what its calls give, one behind the other, is what `write` would have given. */
export interface ReportStream {
  /** A patch is done; `result` is the review of it alone. */
  patch(result: ReviewResult, index: number): string;
  /** The review is over. */
  end(input: ReportInput): string;
}

export const FORMATS: readonly Format[] = [
  {
    name: "text",
    machine: false,
    crashes: true,
    write: ({ doc, result, chosen, style, crashes = [] }) => {
      const text = reviewText(doc, result, chosen, style);
      return crashes.length === 0 ? text : `${text}\n${crashText(crashes)}`;
    },
    stream: textStream,
  },
  {
    name: "json",
    machine: true,
    crashes: true,
    write: ({ doc, result, crashes }) => jsonLines(reviewJson(doc, result, crashes)),
  },
  {
    name: "jsonl",
    machine: true,
    crashes: true,
    event: eventLine,
    write: ({ doc, result, crashes }) =>
      `${jsonText({ event: "result", ...reviewJson(doc, result, crashes) })}\n`,
  },
  {
    name: "sarif",
    machine: true,
    write: ({ doc, result }) => sarifText(doc, result, manifest.version),
  },
  {
    name: "junit",
    machine: true,
    write: ({ doc, result, chosen }) => junitText(doc, result, chosen),
  },
  {
    name: "gcc",
    machine: true,
    write: ({ doc, result }) => gccText(doc, result),
  },
  {
    name: "b4",
    machine: true,
    write: ({ doc, result, chosen }) => b4Text(doc, result, chosen),
  },
  {
    name: "markdown",
    machine: false,
    write: ({ doc, result, chosen }) => markdownReport(doc, result, chosen),
  },
  {
    name: "kunit",
    machine: false,
    // What the patch does: faults that were there before are not its test.
    write: ({ doc, result }) =>
      kunitText(
        doc,
        result.findings.filter((f) => f.verdict !== "already"),
      ),
  },
  {
    name: "matrix",
    machine: false,
    write: ({ doc, result, chosen, style }) =>
      `${matrixText(matrixOf(doc, result, chosen), painter(style.color)).join("\n")}\n`,
  },
];

function textStream(doc: ParsedDocument, style: TextStyle): ReportStream {
  const { head, patch, tail } = textPieces(doc, style);
  let some = false;
  const next = (...pieces: string[]): string => {
    const told = pieces.filter((p) => p !== "").join("\n\n");
    if (told === "") return "";
    const text = `${some ? "\n" : ""}${told}\n`;
    some = true;
    return text;
  };
  return {
    patch: (result, index) => next(...(some ? [] : [head(result)]), patch(result, index)),
    end: ({ result, chosen, crashes = [] }) =>
      next(tail(result, chosen), crashes.length === 0 ? "" : crashText(crashes).trimEnd()),
  };
}

/** "text, json": for messages and usage. */
export const FORMAT_NAMES: string = FORMATS.map((f) => f.name).join(", ");

export const formatOf = (name: string): Format | undefined => FORMATS.find((f) => f.name === name);
