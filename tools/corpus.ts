/**
 * `npm run corpus`: reviews every case of ../shared/corpus/cases.jsonl and sets the machine's verdict beside what a human
 * found. Prints a table: agree, disagree, not modelled, and the share of each. Leaves out judging who is right.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "../server/parse.ts";
import { reviewDocument } from "../server/review/analysis.ts";
import type { ReviewResult } from "../server/review/types.ts";

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly file: string;
  readonly bug_class: string;
}

const root = process.env["FOLIOSCOPE_ROOT"] ?? ".";
const corpus = join(root, "..", "shared", "corpus");
if (!existsSync(corpus)) {
  console.log("corpus: ../shared/corpus is not here, nothing to compare with");
  process.exit(0);
}
const filter = process.argv[2] ?? "";
const cases = readFileSync(join(corpus, "cases.jsonl"), "utf8")
  .split("\n")
  .filter((l) => l.trim() !== "")
  .map((l) => JSON.parse(l) as Case)
  .filter((c) => c.id.includes(filter));

/** What the record leads one to expect, as verdicts of findings. */
function expectation(kind: string): { want: string; holds: (r: ReviewResult) => boolean } {
  const has = (r: ReviewResult, v: string): boolean => r.findings.some((f) => f.verdict === v);
  switch (kind) {
    case "fix":
      return { want: "fixed, nothing new", holds: (r) => has(r, "fixed") && !has(r, "new") };
    case "introduces-bug":
      return { want: "new", holds: (r) => has(r, "new") };
    case "refactor-no-behaviour-change":
      return { want: "silent", holds: (r) => !has(r, "new") && !has(r, "fixed") };
    default:
      return { want: "fixed or new or clean", holds: () => true };
  }
}

const tally = { agree: 0, disagree: 0, "not modelled": 0 };
console.log(`${"case".padEnd(28)} ${"kind".padEnd(18)} ${"verdict".padEnd(13)} what the machine says`);
for (const c of cases) {
  const path = join(corpus, c.file);
  const doc = parseDocument(readFileSync(path), path);
  const result = reviewDocument(doc, {});
  const ran = result.runs.some((r) => r.verdict !== "not-modelled" && r.verdict !== "limit");
  const codes = [...new Set(result.findings.map((f) => `${f.verdict} ${f.code}`))];
  // A fix whose changed code is shown only in part did not run: other scenarios being clean says nothing of it.
  const partial =
    c.kind === "fix" && codes.length === 0 && result.runs.some((r) => /only in part/.test(r.reason ?? ""));
  const verdict =
    partial || (!ran && result.findings.length === 0)
      ? "not modelled"
      : expectation(c.kind).holds(result)
        ? "agree"
        : "disagree";
  tally[verdict]++;
  const whole = result.functions.filter((f) => f.executed).length;
  const says =
    verdict === "not modelled"
      ? ([...new Set(result.runs.map((r) => r.reason ?? ""))].filter((r) => r !== "")[0] ??
        result.notes[0] ??
        "no patch")
      : codes.join(", ") || "clean";
  console.log(
    `${c.id.padEnd(28)} ${c.kind.slice(0, 17).padEnd(18)} ${verdict.padEnd(13)} ${says.slice(0, 150)}${whole > 0 ? ` [${whole} functions ran]` : ""}`,
  );
}
const total = cases.length;
for (const [k, n] of Object.entries(tally))
  console.log(`${k}: ${n} of ${total} (${((100 * n) / Math.max(total, 1)).toFixed(0)} %)`);
