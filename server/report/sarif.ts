/**
 * A report as SARIF 2.1.0, for viewers and CI. Lines are those of the input as it was given, so that a viewer opens the
 * right one even where the mail was encoded, and each result carries its line's text, for readers who have not the mail.
 * What was broken before the patch is marked as unchanged, what it mends as absent. Leaves out runs without a finding:
 * SARIF tells results.
 */
import { pathToFileURL } from "node:url";
import { type RuleFacts, ruleOf } from "../../emulator/invariants/registry.ts";
import type { ParsedDocument } from "../mail/types.ts";
import type { Finding, ReviewResult, Severity, TraceStep, Verdict } from "../review/types.ts";
import { inputLine, ranOn } from "./facts.ts";
import { jsonText, messageText } from "./text.ts";
import { verdictText } from "./words.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const LEVELS: Readonly<Record<Severity, string>> = {
  error: "error",
  warning: "warning",
  information: "note",
};
/** Steps of one code flow; the first and the last ones stay. */
const STEPS_MAX = 200;

export function sarifText(doc: ParsedDocument, result: ReviewResult, version: string): string {
  const codes = [...new Set(result.findings.map((f) => f.code))];
  const artifact = { uri: uriOf(doc.path), index: 0 };
  const region = (docLine: number, shown = false): object => {
    const text = shown ? doc.lines[docLine - 1 - doc.lineOffset] : undefined;
    const snippet = text === undefined ? {} : { snippet: { text: messageText(text) } };
    return {
      physicalLocation: {
        artifactLocation: artifact,
        region: { startLine: inputLine(doc, docLine), ...snippet },
      },
    };
  };
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "folioscope", version, rules: codes.map((c) => rule(c, ruleOf(c))) } },
        originalUriBaseIds: BASE_IDS,
        artifacts: [{ location: { uri: artifact.uri }, roles: ["analysisTarget"] }],
        columnKind: "utf16CodeUnits",
        results: result.findings.map((f) => sarifResult(doc, f, codes.indexOf(f.code), region)),
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: result.notes.map((text) => ({ level: "note", message: said(text) })),
          },
        ],
        properties: { seed: result.seed, runs: result.runs.length },
      },
    ],
  };
  return `${jsonText(log, 1)}\n`;
}

function rule(code: string, facts: RuleFacts | undefined): object {
  if (facts === undefined) return { id: code };
  return {
    id: code,
    shortDescription: { text: facts.title },
    fullDescription: { text: facts.statement },
    help: { text: `${facts.consequence}\n\nFound by: ${facts.detection}\nFrom: ${facts.source}` },
    defaultConfiguration: { level: facts.level },
  };
}

const BASELINE: Readonly<Partial<Record<Verdict, string>>> = {
  new: "new",
  already: "unchanged",
  fixed: "absent",
  "fixed-later": "new",
};

function sarifResult(
  doc: ParsedDocument,
  f: Finding,
  ruleIndex: number,
  region: (docLine: number, shown?: boolean) => object,
): object {
  // What is nobody's line stands where its patch begins: viewers leave out what stands nowhere.
  const line = f.docLine > 0 ? f.docLine : (doc.patches[f.patch]?.files[0]?.docLine ?? 1);
  const loud = f.verdict === "new";
  const steps =
    f.trace.length <= STEPS_MAX ? f.trace : [...f.trace.slice(0, 20), ...f.trace.slice(20 - STEPS_MAX)];
  const baselineState = BASELINE[f.verdict];
  return {
    ruleId: f.code,
    ruleIndex,
    level: loud ? LEVELS[f.severity] : "note",
    message: said(`${f.message} (${verdictText(doc, f)}; ${f.scenario})`),
    locations: [region(line, true)],
    ...(steps.length === 0
      ? {}
      : {
          codeFlows: [
            {
              message: said(`${ranOn(f)} the patch`),
              threadFlows: [
                {
                  locations: steps.map((s) => ({
                    location: {
                      message: said(s.text),
                      ...(s.docLine > 0 ? region(s.docLine) : sourcePlace(s)),
                    },
                    importance:
                      s.role === "culprit" ? "essential" : s.role === "history" ? "important" : "unimportant",
                  })),
                },
              ],
            },
          ],
        }),
    partialFingerprints: { "folioscopeReplay/v1": f.replay },
    ...(baselineState === undefined ? {} : { baselineState }),
    properties: {
      verdict: f.verdict,
      scenario: f.scenario,
      alsoIn: f.alsoIn,
      era: f.era,
      side: f.side,
      replay: f.replay,
      exactLine: f.exactLine,
    },
  };
}

/** A message. SARIF makes `[a](b)` a link in plain text too. */
const said = (text: string): object => ({ text: messageText(text) });

/** A place in the kernel tree or in the reference kernel: which of them, the base of its URI says. */
const sourcePlace = ({ path, line, of }: TraceStep): object =>
  path === "" || line < 1
    ? {}
    : {
        physicalLocation: {
          artifactLocation: {
            uri: relativeUri(path),
            ...(of === undefined ? {} : { uriBaseId: BASES[of].id }),
          },
          region: { startLine: line },
        },
      };

const BASES = {
  tree: { id: "TREE", text: "the kernel tree that was named" },
  reference: { id: "REFERENCE", text: "the reference kernel of folioscope" },
} as const;
const BASE_IDS = Object.fromEntries(
  Object.values(BASES).map(({ id, text }) => [id, { description: { text } }]),
);

/** A path as a URI: absolute ones as file:, others relative to where the tool ran. */
function uriOf(path: string): string {
  if (path === "" || path === "-") return "standard-input";
  return path.startsWith("/") ? pathToFileURL(path).href : relativeUri(path);
}

/** A relative path as a URI that stays one: a name that a diff made up has no scheme and no host. */
const relativeUri = (path: string): string =>
  path
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .split(/[\\/]+/)
    .filter((part) => part !== "")
    .map(encodeURIComponent)
    .join("/");
