/**
 * `npm run mutate [-- FILE...]`: would the scenarios notice? Takes the functions a mail shows whole (the after side),
 * drops one statement (get, put, increment, assignment, lock, WARN, call) or flips one condition at a time, runs every
 * scenario, and counts the mutants whose outcome differs from the unmutated run. Three measures, strictest first: the
 * violations and the way the run ended; those plus the set of checks evaluated; those plus the recorded page events.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Memory } from "../emulator/mem/memory.ts";
import { casesOf, runCase, type ScenarioRun } from "../emulator/scenario/runner.ts";
import type { Patch } from "../server/mail/types.ts";
import { parseDocument } from "../server/parse.ts";
import { PatchSide } from "../server/review/side.ts";
import { DEFAULT_STEPS } from "../server/review/types.ts";
import { chooseEra } from "../server/source/era.ts";
import { overlayOf, type SideOverlay } from "../server/source/overlay.ts";

interface Mutant {
  readonly docLine: number;
  readonly what: string;
  readonly overlay: SideOverlay;
}

/** Single-line statements worth dropping. */
const STATEMENTS: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: "drop check", pattern: /^\s*(VM_)?(WARN|BUG)_ON\w*\(.*\);\s*$/ },
  {
    name: "drop increment",
    pattern: /^\s*(\+\+|--)?[\w>.[\]()-]+(\+\+|--);\s*$|^\s*(\+\+|--)[\w>.[\]()-]+;\s*$/,
  },
  { name: "drop lock", pattern: /^\s*\w*(lock|unlock)\w*\(.*\);\s*$/ },
  { name: "drop get", pattern: /^\s*\w*(get|inc|pin)\w*\(.*\);\s*$/ },
  { name: "drop put", pattern: /^\s*\w*(put|dec|unpin)\w*\(.*\);\s*$/ },
  { name: "drop assignment", pattern: /^\s*[\w>.[\]()*-]+(\([^)]*\)->\w+)?\s*[-+|&]?=\s*[^=].*;\s*$/ },
  { name: "drop call", pattern: /^\s*\w+\(.*\);\s*$/ },
];

function mutantsOf(overlay: SideOverlay): Mutant[] {
  const out: Mutant[] = [];
  overlay.units.forEach((unit, u) => {
    const lines = unit.text.split("\n");
    const docLines = overlay.docLines[u]!;
    const functionLines = new Set(
      overlay.functions.filter((f) => f.path === unit.path).flatMap((f) => f.lines),
    );
    const add = (i: number, text: string, what: string): void => {
      const changed = [...lines];
      changed[i] = text;
      const units = overlay.units.map((o, k) => (k === u ? { ...o, text: changed.join("\n") } : o));
      out.push({ docLine: docLines[i]!, what, overlay: { ...overlay, units } });
    };
    lines.forEach((line, i) => {
      if (!functionLines.has(docLines[i]!) || /^\s*(\*|\/\*|\/\/|#|return\b)/.test(line)) return;
      const alone =
        !/^\s*(if|for|while|else)\b.*[^;{]\s*$/.test(lines[i - 1] ?? "") ||
        /[;{}]\s*$/.test(lines[i - 1] ?? "");
      const declares =
        /^\s*(const |static |struct |unsigned |int |long |bool |void |pgoff_t |size_t |pfn_t )/.test(line);
      const statement = declares ? undefined : STATEMENTS.find((s) => s.pattern.test(line));
      if (statement !== undefined) add(i, alone ? "" : ";", `${statement.name}: ${line.trim()}`);
      const condition = /^(\s*(?:\}\s*else\s+)?if\s*)\((.*)\)(\s*\{?\s*)$/.exec(line);
      if (condition !== null)
        add(i, `${condition[1]}(!(${condition[2]}))${condition[3]}`, `flip: ${line.trim()}`);
    });
  });
  return out;
}

interface Outcome {
  readonly verdict: string;
  readonly checks: string;
  readonly events: string;
}

function outcomeOf(run: ScenarioRun): Outcome {
  let h = 0;
  for (const e of run.events)
    if (e.kind === "page")
      h = (Math.imul(h, 31) + e.pfn * 7 + e.field.length + Number(BigInt.asIntN(32, e.after))) | 0;
  return {
    verdict: `${run.end.reason.kind} ${run.violations.map((v) => v.code).join(",")}`,
    checks: run.checks
      .map((c) => `${c.text}${c.fired > 0 ? "!" : ""}`)
      .sort()
      .join(";"),
    events: String(h),
  };
}

interface Score {
  mutants: number;
  reached: number;
  invalid: number;
  byVerdict: number;
  byCheck: number;
  byEvent: number;
  readonly missed: string[];
}

function mutatePatch(patch: Patch, memory: Memory, score: Score, filter: RegExp | null): void {
  const era = chooseEra(patch, "after", undefined).era;
  const base = overlayOf(patch, "after");
  if (base.functions.length === 0) return;
  const side = new PatchSide(patch, "after", era, memory, base);
  const cases = side.booted.scenarios.flatMap(casesOf).filter((c) => filter === null || filter.test(c.label));
  const plain = new Map<string, { outcome: Outcome; lines: Set<number> }>();
  for (const c of cases) {
    const run = runCase(side.booted, c, { stepLimit: DEFAULT_STEPS });
    const lines = new Set<number>();
    run.lineHits.forEach((hits, id) => {
      if (hits !== undefined) lines.add(side.docLine(side.kernel.image.lines[id] ?? null));
    });
    plain.set(c.label, { outcome: outcomeOf(run), lines });
  }
  for (const m of mutantsOf(base)) {
    score.mutants++;
    const reaching = cases.filter((c) => plain.get(c.label)!.lines.has(m.docLine));
    if (reaching.length === 0) continue;
    const mutated = new PatchSide(patch, "after", era, memory, m.overlay);
    let level = 0;
    let invalid = mutated.kernel.errors.length > side.kernel.errors.length;
    for (const c of reaching) {
      if (level === 3 || invalid) break;
      const own = mutated.booted.scenarios.find((s) => s.name === c.def.name);
      if (mutated.booted.snapshot === null || own === undefined) {
        level = 3;
        break;
      }
      const run = runCase(mutated.booted, { ...c, def: own }, { stepLimit: DEFAULT_STEPS });
      if (run.end.reason.kind === "unsupported") {
        invalid = true;
        break;
      }
      const now = outcomeOf(run);
      const was = plain.get(c.label)!.outcome;
      level = Math.max(
        level,
        now.verdict !== was.verdict ? 3 : now.checks !== was.checks ? 2 : now.events !== was.events ? 1 : 0,
      );
    }
    if (invalid) {
      score.invalid++;
      continue;
    }
    score.reached++;
    if (level >= 3) score.byVerdict++;
    if (level >= 2) score.byCheck++;
    if (level >= 1) score.byEvent++;
    if (level < 2) score.missed.push(`line ${m.docLine}: ${m.what}${level === 1 ? " (events differ)" : ""}`);
  }
}

const root = process.env["FOLIOSCOPE_ROOT"] ?? ".";
const args = process.argv.slice(2);
const named = args.filter((a) => !a.startsWith("--"));
const verbose = args.includes("--verbose");
const files =
  named.length > 0
    ? named
    : [
        ...readdirSync(join(root, "examples"))
          .filter((f) => /\.(patch|eml|mbox|txt)$/.test(f))
          .map((f) => join(root, "examples", f)),
        join(root, "../shared/corpus/seeds/000_619e1f97392d3e6d.txt"),
      ];
const memory = new Memory();
let worst = 100;
console.log(`${"file".padEnd(40)} mutants reached verdict +checks +events`);
for (const file of files) {
  if (!existsSync(file)) {
    console.log(`${basename(file).padEnd(40)} skipped: not here`);
    continue;
  }
  const score: Score = {
    mutants: 0,
    reached: 0,
    invalid: 0,
    byVerdict: 0,
    byCheck: 0,
    byEvent: 0,
    missed: [],
  };
  for (const patch of parseDocument(readFileSync(file), file).patches)
    mutatePatch(patch, memory, score, null);
  const share = (n: number): string =>
    score.reached === 0 ? "-" : `${Math.round((100 * n) / score.reached)} %`;
  if (score.reached > 0) worst = Math.min(worst, (100 * score.byCheck) / score.reached);
  console.log(
    `${basename(file).padEnd(40)} ${String(score.mutants).padStart(7)} ${String(score.reached).padStart(7)} ${share(score.byVerdict).padStart(7)} ${share(score.byCheck).padStart(7)} ${share(score.byEvent).padStart(7)}${score.invalid > 0 ? `  (${score.invalid} do not compile)` : ""}`,
  );
  if (verbose) for (const m of score.missed) console.log(`    not noticed: ${m}`);
}
console.log(
  `lowest share noticed (violations, ends and checks) among mutants on reached lines: ${worst.toFixed(0)} %; the aim is 80 %`,
);
