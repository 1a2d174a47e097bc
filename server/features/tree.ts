/**
 * The sidebar's rows: series > patch > file > function > finding, each with the loudest verdict below it. Findings
 * without a function of the diff stand under their file or patch; the kernel tree, how much ran, and notes of the run
 * stand under the root. A row says what it leaves out.
 */

import { createHash } from "node:crypto";
import { sentenceOf } from "../../emulator/invariants/registry.ts";
import type { DiffFile, Hunk, Patch } from "../mail/types.ts";
import type { TreeHunk, TreeNode } from "../protocol.ts";
import { fileTotals, isAnyJudged, loudest, notesOf, VERDICT_ORDER } from "../report/facts.ts";
import {
  functionStanding,
  patchStanding,
  patchText,
  type Standing,
  standingText,
  wasTried,
} from "../report/standing.ts";
import { markdownCode, markdownText, terminalText } from "../report/text.ts";
import {
  capital,
  functionText,
  leftOutLine,
  leftOutText,
  plural,
  unitOf,
  VERDICT_SHORT,
  verdictText,
} from "../report/words.ts";
import { isSteppable } from "../review/finding.ts";
import type { ReviewResult, Severity, Verdict } from "../review/types.ts";
import type { LeftOutWhy } from "../review/why.ts";
import {
  type FunctionView,
  functionViews,
  ownsFinding,
  type PlacedFinding,
  patchNumber,
  patchSelector,
  placedFindings,
  type Snapshot,
} from "./snapshot.ts";

/** Rows of missing functions and of unreached lines. */
const STUBS_MAX = 20;
const MISSED_MAX = 100;
/** From so many on, functions that ran clean are one row. */
const FOLD_FROM = 3;

export function tree(snapshot: Snapshot): TreeNode[] {
  return roots(snapshot).map(shown);
}

/** What the editor draws as it is, shown where it would be obeyed; tooltips are Markdown and made so. */
function shown(node: TreeNode): TreeNode {
  return {
    ...node,
    label: terminalText(node.label),
    description: terminalText(node.description),
    children: node.children.map(shown),
  };
}

function roots(snapshot: Snapshot): TreeNode[] {
  const all = placedFindings(snapshot);
  const found = all.filter((p) => p.finding.verdict !== "already");
  const patches = snapshot.parsed.patches.filter((p) => p.files.length > 0);
  const rows = patches.map((p) =>
    patchRow(
      snapshot,
      p,
      found.filter((f) => f.finding.patch === p.index),
    ),
  );
  rows.push(...alreadyRow(snapshot, all), ...kernelRows(snapshot), ...coverageRows(snapshot));
  rows.push(...noteRows(snapshot));
  const series = snapshot.parsed.series.find((s) => s.total > 1);
  if (!series || patches.length < 2 || snapshot.parsed.series.length > 1) return rows;
  const missing = series.missing.length > 0 ? `, ${series.missing.length} missing` : "";
  return [
    {
      ...row("series", "series", series.title || "series", patches[0]?.docLine ?? 0),
      description: `${series.revision > 1 ? `v${series.revision} · ` : ""}${series.total} patches${missing}`,
      ...verdictOf(rows),
      children: rows,
    },
  ];
}

/** What was broken before any patch: once, apart from the patches, colouring nothing. */
function alreadyRow(snapshot: Snapshot, all: readonly PlacedFinding[]): TreeNode[] {
  const already = all.filter((p) => p.finding.verdict === "already");
  if (already.length === 0) return [];
  return [
    {
      ...row("already", "note", "Already so before", 0),
      description: plural(already.length, "finding"),
      tooltip: "Broken before the patch as well as after it: not its doing.",
      children: already.map((p) => findingRow(snapshot, "already", p)),
    },
  ];
}

/** What the run has to say besides, behind one row: each in its own words, which are long. */
function noteRows({ review }: Snapshot): TreeNode[] {
  const notes = review ? notesOf(review.result) : [];
  if (notes.length === 0) return [];
  return [
    {
      ...row("notes", "notes", "Notes", 0),
      description: plural(notes.length, "note"),
      tooltip: notes.map(markdownText).join("\n\n"),
      children: notes.map((note, i) => row(`note/${i}`, "note", note, 0)),
    },
  ];
}

/** The kernel tree, and below it what of its files ran and what is missing. */
function kernelRows(snapshot: Snapshot): TreeNode[] {
  const result = snapshot.review?.result;
  if (!result?.tree) return [];
  const { tree: used } = result;
  const files = fileTotals(result).map((f) => ({
    ...row(`kernel/${f.path}`, "coverage", f.path, 0),
    description: `${f.executed} of ${f.functions} ran`,
    tooltip: `${f.executed} of the ${plural(f.functions, "function")} of this file ran as the tree or the patch has them.${
      f.missing.length > 0 ? `\n\n**Not run:** ${f.missing.map(markdownText).join(", ")}` : ""
    }`,
  }));
  const stubs = atMost("kernel/stub", STUBS_MAX, result.stubs, (s) => ({
    ...row(`kernel/stub/${s.name}`, "note", `${s.name}()`, 0),
    description: `missing · ${plural(s.runs, "run")}`,
    tooltip: `Nothing defines **${markdownText(s.name)}()**: the ${plural(s.runs, "run")} that call it have no verdict.`,
  }));
  return [
    {
      ...row("kernel", "kernel", used.describe, 0),
      description: used.prerequisites > 0 ? `+ ${plural(used.prerequisites, "patch", "patches")}` : "",
      tooltip: `Kernel tree ${markdownCode(used.root)}`,
      children: [...files, ...stubs],
    },
  ];
}

/** How many added lines ran, and below it those that did not. */
function coverageRows(snapshot: Snapshot): TreeNode[] {
  const review = snapshot.review;
  const added = (review?.result.coverage ?? []).flatMap((c) => c.addedLines);
  if (!review || added.length === 0) return [];
  const missed = added.filter((l) => !l.reached && review.place(l.docLine) > 0);
  return [
    {
      ...row("added", "coverage", "Added lines", 0),
      description: `${added.filter((l) => l.reached).length} of ${added.length} reached`,
      tooltip:
        missed.length > 0
          ? "Below: added lines that no run reaches."
          : "Runs reach every added line whose code can run.",
      children: atMost("added", MISSED_MAX, missed, (l) => {
        const at = review.place(l.docLine);
        const code = (snapshot.parsed.lines[at - 1] ?? "").replace(/^[>|\s]*\+/, "").trim();
        return {
          ...row(`added/${l.docLine}`, "note", `${l.path.split("/").pop()}:${l.line}`, at),
          description: code,
          tooltip: `No run reaches line ${at}.`,
        };
      }),
    },
  ];
}

/** Rows of the first things, and one that says how many are left out. */
function atMost<T>(id: string, max: number, things: readonly T[], toRow: (thing: T) => TreeNode): TreeNode[] {
  const rows = things.slice(0, max).map(toRow);
  const more = things.length - rows.length;
  if (more <= 0) return rows;
  return [...rows, { ...row(`${id}/more`, "note", `${more} more`, 0), description: "in the report" }];
}

function patchRow(snapshot: Snapshot, patch: Patch, found: readonly PlacedFinding[]): TreeNode {
  const id = `patch/${patch.index}`;
  const functions = functionViews(snapshot, patch);
  const selector = patchSelector(snapshot.parsed, patch);
  const taken = new Set<PlacedFinding>();
  const children = patch.files.map((f, i) => fileRow(snapshot, `${id}/${i}`, f, functions, found, taken));
  const loose = found.filter((f) => !taken.has(f)).map((f) => findingRow(snapshot, id, f));
  const all = [...loose, ...children];
  const result = snapshot.review?.result;
  const standing = patchStanding(result, patch.index);
  const waits = standing === "not-run" && snapshot.state === "checking";
  const title = [patchNumber(patch, snapshot.parsed), patch.subject || "(no subject)"]
    .filter((s) => s !== "")
    .join(" ");
  return {
    ...row(id, "patch", title, patch.files[0]?.docLine ?? patch.docLine),
    description: waits ? "waits" : patchText(result, patch.index),
    tooltip: [
      `**${markdownText(patch.subject)}**`,
      markdownText(patch.author),
      [
        plural(patch.files.length, "file"),
        patch.comments.length > 0 ? plural(patch.comments.length, "remark") : "",
      ]
        .filter((s) => s)
        .join(", "),
      leftOut(result, patch.index),
      ...(patch.confidence === "repaired" ? [`Repaired: ${markdownText(patch.notes.join("; "))}`] : []),
    ]
      .filter((s) => s !== "")
      .join("\n\n"),
    ...(selector ? { patch: selector } : {}),
    ...verdictOf(all, standing),
    children: folded(id, all),
  };
}

/** What of the catalogue did not run for a patch, and why: counted, each reason once. */
function leftOut(result: ReviewResult | undefined, patch: number): string {
  const left = (result?.plans ?? []).filter((p) => p.patch === patch).flatMap((p) => p.leftOut);
  if (result === undefined || left.length === 0) return "";
  const judged = isAnyJudged(result, patch);
  // The sides of one patch may give a reason twice.
  const by = new Map<string, { readonly why: LeftOutWhy; cases: number }>();
  for (const { why, cases } of left) {
    const key = leftOutText(why, judged);
    by.set(key, { why, cases: (by.get(key)?.cases ?? 0) + cases });
  }
  return [...by.values()].map(({ why, cases }) => markdownText(leftOutLine(why, cases, judged))).join("\n\n");
}

function fileRow(
  snapshot: Snapshot,
  id: string,
  file: DiffFile,
  functions: readonly FunctionView[],
  found: readonly PlacedFinding[],
  taken: Set<PlacedFinding>,
): TreeNode {
  const last = Math.max(
    file.docLine,
    ...file.hunks.map((h) => h.lines[h.lines.length - 1]?.docLine ?? h.line),
  );
  const ours = found.filter((f) => f.docLine >= file.docLine && f.docLine <= last);
  for (const f of ours) taken.add(f);
  const children = functions
    .filter((f) => f.changed && (f.path === file.path || f.path === file.oldPath))
    .map((f) => functionRow(snapshot, `${id}/${f.name}`, f, ours));
  const inFunctions = new Set(children.flatMap((c) => c.children.map((x) => x.finding)));
  const loose = ours.filter((f) => !inFunctions.has(f.index)).map((f) => findingRow(snapshot, id, f));
  const path = file.path || file.oldPath || "(unnamed file)";
  const all = [...loose, ...children];
  return {
    ...row(id, "file", path.split("/").pop() ?? path, file.docLine),
    description: `${path.includes("/") ? path.slice(0, path.lastIndexOf("/")) + " · " : ""}+${file.added} -${file.removed}`,
    tooltip: `${markdownCode(path)} ${file.status}`,
    ...(file.hunks.length > 0 ? { hunks: file.hunks.map((h) => treeHunk(path, h)) } : {}),
    ...verdictOf(all),
    children: folded(id, all),
  };
}

/** Digests of hunks, which do not change: a row is made anew with every result. */
const digests = new WeakMap<Hunk, string>();

function treeHunk(path: string, hunk: Hunk): TreeHunk {
  let mark = digests.get(hunk);
  if (mark === undefined) {
    const digest = createHash("sha256").update(path);
    for (const { kind, text } of hunk.lines) digest.update(`\n${kind}${text}`);
    mark = digest.digest("hex").slice(0, 16);
    digests.set(hunk, mark);
  }
  return { docLine: hunk.line, endDocLine: hunk.lines.at(-1)?.docLine ?? hunk.line, mark };
}

/** Functions that ran clean are one row: a series has hundreds. */
function folded(id: string, rows: readonly TreeNode[]): readonly TreeNode[] {
  const isQuiet = (r: TreeNode): boolean =>
    r.kind === "function" && r.verdict === "clean" && r.children.length === 0;
  const quiet = rows.filter(isQuiet);
  if (quiet.length < FOLD_FROM) return rows;
  return [
    ...rows.filter((r) => !isQuiet(r)),
    {
      ...row(`${id}/clean`, "functions", plural(quiet.length, "function"), quiet[0]!.docLine),
      description: "ran clean",
      verdict: "clean",
      children: quiet,
    },
  ];
}

function functionRow(
  snapshot: Snapshot,
  id: string,
  view: FunctionView,
  found: readonly PlacedFinding[],
): TreeNode {
  const own = found.filter((f) => ownsFinding(view, f));
  const children = [...own]
    .sort((a, b) => VERDICT_ORDER.indexOf(a.finding.verdict) - VERDICT_ORDER.indexOf(b.finding.verdict))
    .map((f) => findingRow(snapshot, id, f));
  const standing = functionStanding(view.facts, wasTried(snapshot.review?.result, view.patch.index));
  const executed = standing === "ran";
  const notRun = standing === "not-run" ? "" : standingText(standing, view.facts);
  const { verdict } = verdictOf(children, standing);
  return {
    ...row(id, "function", view.name, view.docLine),
    description: executed
      ? functionText(
          view.facts,
          own.map((f) => f.finding),
          unitOf(snapshot.review?.result ?? { runs: [] }, view.patch.index),
        )
      : notRun,
    tooltip:
      `**${markdownText(view.name)}()** in ${markdownCode(view.path)}, ${view.whole ? "shown whole" : "shown in part"}` +
      (executed || notRun === "" ? "" : `\n\n${markdownText(notRunText(standing, notRun))}`),
    ...(verdict ? { verdict } : {}),
    ...severityOf(children),
    children,
  };
}

/** Why a function has no verdict, and what would give it one. */
const notRunText = (standing: Standing, words: string): string =>
  standing === "in-part"
    ? "The mail does not show all of it, so it cannot run: with a kernel tree (folioscope.tree) it does."
    : `${capital(words)}.`;

function findingRow(
  snapshot: Snapshot,
  parent: string,
  { finding, index, docLine }: PlacedFinding,
): TreeNode {
  return {
    ...row(
      `${parent}/finding/${finding.code}/${docLine}/${finding.scenario}/${finding.side}`,
      "finding",
      finding.code,
      docLine,
    ),
    description: `${VERDICT_SHORT[finding.verdict]} · ${sentenceOf(finding.code, finding.message)}`,
    tooltip: `**${markdownText(verdictText(snapshot.parsed, finding))}** · ${markdownCode(finding.code)}\n\n${markdownText(finding.message)}\n\n${markdownCode(finding.scenario)} · ${markdownText(finding.era)}`,
    verdict: finding.verdict,
    severity: finding.severity,
    finding: index,
    ...(isSteppable(finding) ? { steppable: true as const } : {}),
  };
}

function row(id: string, kind: TreeNode["kind"], label: string, docLine: number): TreeNode {
  return { id, kind, label, description: "", tooltip: markdownText(label), docLine, children: [] };
}

/** The verdict of a row: the loudest of those below it, else where it stands. Clean only where something counts. */
function verdictOf(
  rows: readonly TreeNode[],
  standing?: Standing,
): { verdict?: Verdict; severity?: Severity } {
  const own =
    standing === undefined || standing === "not-run"
      ? undefined
      : standing === "ran"
        ? "clean"
        : "not-modelled";
  const verdict = loudest([...rows.map((r) => r.verdict), own]);
  return { ...(verdict ? { verdict } : {}), ...severityOf(rows) };
}

/** The loudest severity of what is new below a row. */
function severityOf(rows: readonly TreeNode[]): { severity?: Severity } {
  const fresh = new Set(rows.filter((r) => r.verdict === "new").map((r) => r.severity));
  const severity = (["error", "warning", "information"] as const).find((s) => fresh.has(s));
  return severity === undefined ? {} : { severity };
}
