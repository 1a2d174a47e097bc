/**
 * The readable report of one finding or of a whole document, as the text of a read-only editor: what is broken, on which
 * line, the steps that lead there, how certain, and how to have it again. "line N" is a link where the client shows it.
 */

import { placedFindings, type Snapshot } from "../features/snapshot.ts";
import type { ReportResult } from "../protocol.ts";
import type { Finding, TraceStep } from "../review/types.ts";
import { fileTotals, isAnyJudged, notesOf, oddHunks, ranOn, VERDICT_ORDER } from "./facts.ts";
import { matrixOf, narrowMatrixText } from "./matrix.ts";
import { painter } from "./paint.ts";
import { patchText } from "./standing.ts";
import { terminalText } from "./text.ts";
import {
  capital,
  fateCounts,
  fidelityText,
  hunkGroups,
  leftOutLine,
  linesText,
  saidOf,
  share,
  treeText,
  VERDICT_SHORT,
  VERDICT_WORDS,
  verdictText,
  wayText,
} from "./words.ts";

/** The column of places in a trace, and from which length on a line counts as full. */
const PLACE_WIDTH = 18;
const FULL_WIDTH = 66;
/** Missing functions that are listed. */
const STUBS_MAX = 20;
const RULE = "─".repeat(40);

export function report(snapshot: Snapshot, finding: number | undefined): ReportResult {
  const review = snapshot.review;
  if (!review)
    return {
      title: "No results",
      text: "Nothing was simulated yet. Run “Folioscope: Simulate This Patch”.\n",
    };
  if (finding === undefined) return wholeReport(snapshot);
  const found = review.result.findings[finding];
  if (!found)
    return {
      title: "No such finding",
      text: "This finding belongs to an earlier run. Choose it again in the sidebar.\n",
    };
  return {
    title: terminalText(`${found.code} ${VERDICT_WORDS[found.verdict]}`),
    text: findingReport(snapshot, found).join("\n") + "\n",
  };
}

/** One finding on its own, as `report` shows it; also the answer of a replay. */
export function findingReport(snapshot: Snapshot, f: Finding): string[] {
  const place = snapshot.review?.place ?? ((n: number) => n);
  const at = (docLine: number) => (place(docLine) > 0 ? `line ${place(docLine)}` : "");
  const [what, ...rest] = saidOf(f);
  const out: string[] = [`${f.severity.toUpperCase()} ${f.code}`, ...[what!, ...rest].map(capital), ""];
  const add = (key: string, value: string) => {
    if (value !== "") out.push(`  ${key.padEnd(10)} ${value}`);
  };
  const patch = snapshot.parsed.patches[f.patch];
  add("verdict", verdictText(snapshot.parsed, f));
  add("where", [f.path, at(f.docLine), wayText(f)].filter((s) => s).join(", "));
  add("patch", patch?.subject ?? "");
  add("scenario", f.scenario + (f.alsoIn.length > 0 ? `, and ${f.alsoIn.length} more` : ""));
  add("rules", f.era);
  add("ran as", fidelityText(f));
  if (f.stubs.length > 0) add("stubs", f.stubs.join(", "));
  add("replay", f.replay);
  if (f.detail.length > 0) out.push("", ...unwrap(f.detail));
  if (f.trace.length > 0) out.push("", `Trace (${ranOn(f)} the patch)`, RULE, ...steps(f.trace, at));
  if (f.consequences.length > 0)
    out.push("", "What follows from it", ...f.consequences.map((c) => `  ${c.code}: ${c.message}`));
  if (f.alsoIn.length > 0) out.push("", "Also in", ...f.alsoIn.map((s) => `  ${s}`));
  return out.map(terminalText);
}

/** ">>  12  line 510  folio_put(pfn 0x100003): refcount 1 -> 0"; the task only where there are several. */
function steps(trace: readonly TraceStep[], at: (docLine: number) => string): string[] {
  const where = trace.map((s) => {
    const file = s.path.split("/").pop() ?? "";
    return at(s.docLine) || (file ? `${file}:${s.line}` : "");
  });
  const width = Math.min(PLACE_WIDTH, Math.max(0, ...where.map((w) => w.length)));
  const tasks = new Set(trace.map((s) => s.task));
  const taskWidth = tasks.size > 1 ? Math.max(...[...tasks].map((t) => t.length)) + 2 : 0;
  return trace.map((s, i) => {
    const mark = s.role === "culprit" ? ">>" : s.role === "history" ? " *" : "  ";
    const task = taskWidth > 0 ? s.task.padEnd(taskWidth) : "";
    return `${mark} ${String(i + 1).padStart(3)}  ${where[i]!.padEnd(width)}  ${task}${s.text}`;
  });
}

/** The editor wraps to its own width: lines that were broken only because they were full are joined again. */
function unwrap(lines: readonly string[]): string[] {
  const joined: string[] = [];
  let full = false;
  for (const line of lines) {
    const last = joined.length - 1;
    const word = line.split(" ")[0] ?? "";
    if (full && line !== "" && !/^\s/.test(line)) joined[last] += ` ${line}`;
    else joined.push(line);
    full = line.length + 1 + word.length > FULL_WIDTH;
  }
  return joined;
}

/** How the hunks of a patch went into the kernel tree. */
function hunkLines(snapshot: Snapshot, patch: number): string[] {
  const { result, place } = snapshot.review!;
  const hunks = result.hunks.filter((h) => h.patch === patch);
  if (hunks.length === 0) return [];
  return [
    `  hunks in the tree: ${fateCounts(hunks)}`,
    ...hunkGroups(oddHunks(hunks)).map((g) => `    ${linesText(g.docLines.map(place))}, ${g.text}`),
  ];
}

/** How much of the added code ran, what did not, and what is missing. */
function coverageLines(snapshot: Snapshot): string[] {
  const { result, place } = snapshot.review!;
  const added = result.coverage.flatMap((c) => c.addedLines);
  const out: string[] = [];
  if (added.length > 0) {
    out.push(`  added lines reached: ${share(added.filter((l) => l.reached).length, added.length)}`);
    for (const l of added.filter((x) => !x.reached)) {
      const at = place(l.docLine);
      const code = (snapshot.parsed.lines[at - 1] ?? "").replace(/^[>|\s]*\+/, "").trim();
      if (at > 0) out.push(`    not reached: ${l.path}:${l.line}, line ${at}  ${code}`);
    }
  }
  for (const f of fileTotals(result)) {
    out.push(`  functions of ${f.path} that ran: ${share(f.executed, f.functions)}`);
    if (f.missing.length > 0) out.push(`    not run: ${f.missing.join(", ")}`);
  }
  if (result.stubs.length > 0)
    out.push(
      "  functions that nothing defines, by the runs that they keep from a verdict:",
      ...result.stubs.slice(0, STUBS_MAX).map((s) => `    ${String(s.runs).padStart(4)}  ${s.name}()`),
    );
  return out.length > 0 ? ["Coverage", RULE, ...out, ""] : [];
}

/** Every run, those with something to say first; the era is told once where it is the same for all. */
function runLines(snapshot: Snapshot): string[] {
  const { runs } = snapshot.review!.result;
  const eras = new Set(runs.map((r) => r.era));
  const one = eras.size === 1 ? ` (${[...eras][0]})` : "";
  const patches = new Set(runs.map((r) => r.patch));
  const out: string[] = [];
  for (const patch of patches) {
    const ours = runs.filter((r) => r.patch === patch);
    ours.sort((a, b) => VERDICT_ORDER.indexOf(a.verdict) - VERDICT_ORDER.indexOf(b.verdict));
    if (patches.size > 1) out.push(`  ${snapshot.parsed.patches[patch]?.subject ?? ""}`);
    for (const r of ours)
      out.push(
        `  ${VERDICT_SHORT[r.verdict].padEnd(13)} ${r.scenario}${one === "" ? ` · ${r.era}` : ""}${r.reason ? ` · ${r.reason}` : ""}`,
      );
  }
  return out.length > 0 ? [`Runs${one}`, RULE, ...out, ""] : [];
}

function wholeReport(snapshot: Snapshot): ReportResult {
  const result = snapshot.review!.result;
  const out: string[] = [];
  if (result.tree) out.push(`Kernel tree: ${treeText(result.tree)}`, `  ${result.tree.root}`, "");
  const patches = snapshot.parsed.patches.filter((p) => p.files.length > 0);
  if (patches.length > 1) {
    const rows = matrixOf(
      snapshot.parsed,
      result,
      patches.map((p) => p.index),
    );
    out.push(...narrowMatrixText(rows, painter(false)), "");
  }
  for (const patch of patches) {
    const counts = patchText(result, patch.index);
    const leftOut = result.plans
      .filter((p) => p.patch === patch.index)
      .flatMap((p) =>
        p.leftOut.map((l) => `  ${leftOutLine(l.why, l.cases, isAnyJudged(result, patch.index), true)}`),
      );
    out.push(patch.subject || "(no subject)", RULE, `  ${counts}`, ...hunkLines(snapshot, patch.index), "");
    const found = placedFindings(snapshot)
      .filter((p) => p.finding.patch === patch.index)
      .sort((a, b) => VERDICT_ORDER.indexOf(a.finding.verdict) - VERDICT_ORDER.indexOf(b.finding.verdict));
    for (const { finding, docLine } of found)
      out.push(
        `  ${verdictText(snapshot.parsed, finding)}: ${finding.code}${docLine > 0 ? `, line ${docLine}` : ""}`,
        ...saidOf(finding).map((text) => `      ${capital(text)}`),
        `      ${finding.scenario} · ${finding.era}`,
        `      replay ${finding.replay}`,
        "",
      );
    // What was found comes first, what was not tried behind it.
    if (leftOut.length > 0) out.push(...leftOut, "");
  }
  out.push(...coverageLines(snapshot));
  const notes = notesOf(result);
  if (notes.length > 0) out.push("Notes", RULE, ...notes.map((n) => `  ${n}`), "");
  out.push(...runLines(snapshot), `seed ${result.seed}`);
  return {
    // The name does not come last: its ending would make the report a mail to the editor.
    title: terminalText(`${snapshot.parsed.path.split("/").pop() ?? ""} report`.trim()),
    text: out.map(terminalText).join("\n") + "\n",
  };
}
