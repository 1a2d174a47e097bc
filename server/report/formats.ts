/**
 * The forms in which the command line gives a report. A further one is a file beside this with its `write`, and a row
 * here; options, usage and checks take the names from the table.
 */
import manifest from "../../package.json" with { type: "json" };
import type { ParsedDocument } from "../mail/types.ts";
import type { ReviewEvent, ReviewResult } from "../review/types.ts";
import { b4Text } from "./b4.ts";
import { eventLine, jsonLines, reviewJson } from "./json.ts";
import { junitText } from "./junit.ts";
import { markdownReport } from "./markdown.ts";
import { sarifText } from "./sarif.ts";
import { reviewText, type TextStyle } from "./terminal.ts";
import { jsonText } from "./text.ts";

/** What a report is made of. */
export interface ReportInput {
  readonly doc: ParsedDocument;
  readonly result: ReviewResult;
  /** Indices of the patches that were asked for. */
  readonly chosen: readonly number[];
  readonly style: TextStyle;
}

export interface Format {
  readonly name: string;
  /** For machines: an input without a patch is reported too, as an empty one. */
  readonly machine: boolean;
  /** A line that is given out while the review runs; "" for none. */
  event?(event: ReviewEvent): string;
  /** The whole report, ended by a newline. */
  write(input: ReportInput): string;
}

export const FORMATS: readonly Format[] = [
  {
    name: "text",
    machine: false,
    write: ({ doc, result, chosen, style }) => reviewText(doc, result, chosen, style),
  },
  {
    name: "json",
    machine: true,
    write: ({ doc, result }) => jsonLines(reviewJson(doc, result)),
  },
  {
    name: "jsonl",
    machine: true,
    event: eventLine,
    write: ({ doc, result }) => `${jsonText({ event: "result", ...reviewJson(doc, result) })}\n`,
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
    name: "b4",
    machine: true,
    write: ({ doc, result, chosen }) => b4Text(doc, result, chosen),
  },
  {
    name: "markdown",
    machine: false,
    write: ({ doc, result, chosen }) => markdownReport(doc, result, chosen),
  },
];

/** "text, json": for messages and usage. */
export const FORMAT_NAMES: string = FORMATS.map((f) => f.name).join(", ");

export const formatOf = (name: string): Format | undefined => FORMATS.find((f) => f.name === name);
