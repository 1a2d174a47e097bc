/**
 * A series at a glance: a row a patch, a column a check (read, fits, builds, runs of scenarios, paths of functions). The
 * states are those of Patchwork: pending, success, warning, fail. Leaves out what was found (terminal.ts, editor.ts).
 */
import { patchNumber } from "../features/snapshot.ts";
import type { ParsedDocument } from "../mail/types.ts";
import { isOwnRun } from "../review/finding.ts";
import { type Finding, isJudged, type ReviewResult, type Run } from "../review/types.ts";
import type { Paint } from "./paint.ts";
import { wasTried } from "./standing.ts";
import { terminalText } from "./text.ts";

/** `pending`: nothing to check, not checked, or no answer. */
export type CheckState = "pending" | "success" | "warning" | "fail";

export interface Cell {
  readonly state: CheckState;
  /** At most nine characters. */
  readonly text: string;
}

export const CHECKS = ["read", "fits", "builds", "runs", "paths"] as const;
export type Check = (typeof CHECKS)[number];

export interface MatrixRow {
  /** "21/26", "" where the patch has none. */
  readonly number: string;
  readonly subject: string;
  /** Line of its first file in the document, 0 where it has none. */
  readonly docLine: number;
  readonly cells: Readonly<Record<Check, Cell>>;
  /** Broken before the patch as after it. */
  readonly already: number;
  /** Told from the cache of results: nothing ran. */
  readonly kept: boolean;
}

const NOTHING: Cell = { state: "pending", text: "-" };
const OK: Cell = { state: "success", text: "ok" };

/** @param patches indices of the patches, in the order of the rows */
export function matrixOf(doc: ParsedDocument, result: ReviewResult, patches: readonly number[]): MatrixRow[] {
  return patches.map((index) => {
    const patch = doc.patches[index]!;
    const ours = <T extends { readonly patch: number }>(list: readonly T[]): readonly T[] =>
      list.filter((x) => x.patch === index);
    const runs = ours(result.runs);
    const findings = ours(result.findings);
    const tried = wasTried(result, index);
    const toldOf = (own: boolean): Cell => {
      const these = (x: Run | Finding): boolean => isOwnRun(x.scenario) === own;
      return tried ? told(runs.filter(these), rest.filter(these)) : NOTHING;
    };
    const broken = findings.filter((f) => f.verdict === "new" && f.code === "does-not-build");
    const rest = findings.filter((f) => !broken.includes(f));
    const answered = runs.some((r) => isJudged(r.verdict));
    return {
      number: patchNumber(patch, doc),
      subject: patch.subject || "(no subject)",
      docLine: patch.files[0]?.hunks[0]?.line ?? 0,
      cells: {
        read: patch.confidence === "exact" ? OK : { state: "warning", text: "repaired" },
        fits: fits(ours(result.hunks).map((h) => h.fate.kind)),
        builds: broken.length > 0 ? { state: "fail", text: "no" } : answered ? OK : NOTHING,
        runs: toldOf(false),
        paths: toldOf(true),
      },
      already: findings.filter((f) => f.verdict === "already").length,
      kept: ours(result.plans).some((p) => p.cached === true),
    };
  });
}

function fits(fates: readonly string[]): Cell {
  if (fates.length === 0) return NOTHING;
  const lost = fates.filter((f) => f === "rejected").length;
  return lost === 0 ? OK : { state: "fail", text: `${lost}/${fates.length} no` };
}

function told(runs: readonly Run[], findings: readonly Finding[]): Cell {
  const of = (verdict: Finding["verdict"]): readonly Finding[] =>
    findings.filter((f) => f.verdict === verdict);
  const fresh = of("new");
  if (fresh.length > 0)
    return {
      state: fresh.some((f) => f.severity === "error") ? "fail" : "warning",
      text: `${fresh.length} new`,
    };
  const [later, fixed] = [of("fixed-later").length, of("fixed").length];
  if (later > 0) return { state: "warning", text: `${later} later` };
  if (fixed > 0) return { state: "success", text: `${fixed} fixed` };
  if (runs.some((r) => r.verdict === "clean" || r.verdict === "already")) return OK;
  return runs.length > 0 ? { state: "pending", text: "n/m" } : NOTHING;
}

const HEAD: Readonly<Record<Check, number>> = { read: 8, fits: 8, builds: 6, runs: 8, paths: 8 };
const SUBJECT = 23;

/** A patch without a number is called by the beginning of its subject where there is no room for all of it. */
const CALLED = 12;

/** The rows as text of at most 80 columns, and what its marks mean. */
export function matrixText(rows: readonly MatrixRow[], paint: Paint): string[] {
  const wide = Math.max(6, ...rows.map((r) => r.number.length + (r.kept ? 1 : 0)));
  const room = SUBJECT - (wide - 6);
  const head = CHECKS.map((c) => c.padEnd(HEAD[c])).join(" ");
  const out = [paint(`${"".padEnd(wide)} ${"".padEnd(room)} ${head} before`, "bold")];
  for (const row of rows) {
    const end = row.already === 0 ? "" : String(row.already);
    out.push(
      `${`${row.number}${row.kept ? "*" : ""}`.padEnd(wide)} ${cut(row.subject, room).padEnd(room)} ${cellsText(row, HEAD, paint)} ${end}`.trimEnd(),
    );
  }
  const before = rows.some((r) => r.already > 0) ? ["before: broken without the patch too"] : [];
  return [...out, ...[...legendOf(rows), ...before].map((l) => paint(l, "dim"))];
}

/** The same beside a mail, in less than 60 columns: no subjects but of patches without a number, and each row's line. */
export function narrowMatrixText(rows: readonly MatrixRow[], paint: Paint): string[] {
  const names = rows.map((r) => `${r.number || cut(r.subject, CALLED)}${r.kept ? "*" : ""}`);
  const wide = Math.max(...names.map((n) => n.length));
  const widths = Object.fromEntries(
    CHECKS.map((c) => [c, Math.max(c.length, ...rows.map((r) => r.cells[c].text.length))]),
  ) as Record<Check, number>;
  const head = CHECKS.map((c) => c.padEnd(widths[c])).join(" ");
  return [
    paint(`${"".padEnd(wide)} ${head}`.trimEnd(), "bold"),
    ...rows.map((row, i) => `${names[i]!.padEnd(wide)} ${cellsText(row, widths, paint)} line ${row.docLine}`),
    ...legendOf(rows).map((l) => paint(l, "dim")),
  ];
}

function cut(subject: string, room: number): string {
  const shown = terminalText(subject);
  return shown.length > room ? `${shown.slice(0, room - 1)}…` : shown;
}

function cellsText(row: MatrixRow, widths: Readonly<Record<Check, number>>, paint: Paint): string {
  return CHECKS.map((c) => {
    const { state, text } = row.cells[c];
    const shown = text.padEnd(widths[c]);
    return state === "fail" ? paint(shown, "red") : state === "warning" ? paint(shown, "yellow") : shown;
  }).join(" ");
}

/** What the marks in the rows mean. */
function legendOf(rows: readonly MatrixRow[]): string[] {
  const texts = rows.flatMap((r) => CHECKS.map((c) => r.cells[c].text));
  return [
    texts.includes("-") ? "-: nothing to check" : "",
    texts.includes("n/m") ? "n/m: not modelled" : "",
    texts.some((t) => t.endsWith(" later")) ? "later: broken until a later patch of the series" : "",
    rows.some((r) => r.kept) ? "*: kept from an earlier run (--no-cache runs it again)" : "",
  ].filter((t) => t !== "");
}
