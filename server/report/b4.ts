/**
 * A report in b4's check protocol (misc/review-ci-example.py of b4): a JSON array with one result a patch, `pass`, `warn` or
 * `fail`. Code that did not run is no pass: a patch of which nothing could be modelled has no result, one of which most runs
 * say nothing a warning. Leaves out calling b4.
 */
import type { ParsedDocument } from "../mail/types.ts";
import { type Finding, isJudged, type ReviewResult } from "../review/types.ts";
import { patchStanding, patchText } from "./standing.ts";
import { jsonText } from "./text.ts";

export function b4Text(doc: ParsedDocument, result: ReviewResult, chosen: readonly number[]): string {
  const checks = chosen.flatMap((patch) => {
    const fresh = result.findings.filter((f) => f.patch === patch && f.verdict === "new");
    if (fresh.length === 0 && patchStanding(result, patch) !== "ran") return [];
    const failed = fresh.some((f) => f.severity === "error");
    const runs = result.runs.filter((r) => r.patch === patch);
    const silent = runs.filter((r) => !isJudged(r.verdict)).length;
    const passed = fresh.length === 0 && 2 * silent <= runs.length;
    return [
      {
        tool: "folioscope",
        status: failed ? "fail" : passed ? "pass" : "warn",
        summary: fresh[0]?.message ?? patchText(result, patch),
        ...(fresh.length > 0 ? { details: fresh.map((f) => details(doc, f)).join("\n\n") } : {}),
      },
    ];
  });
  return `${jsonText(checks, 1)}\n`;
}

function details(doc: ParsedDocument, f: Finding): string {
  const line = f.docLine > 0 ? (doc.lines[f.docLine - 1] ?? "") : "";
  return [
    `${f.severity} ${f.code}: ${f.message}`,
    ...(line === "" ? [] : [`  ${f.path}: ${line.trim()}`]),
    `  scenario ${f.scenario}`,
    ...f.trace.map((s) => `  ${s.role === "culprit" ? ">>" : "  "} ${s.text}`),
    `  replay ${f.replay}`,
  ].join("\n");
}
