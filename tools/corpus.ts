/**
 * `npm run corpus [-- CASE] [--tree DIR]...`: reviews every case of ../shared/corpus/cases.jsonl and sets the machine's verdict
 * beside what a human found. With kernel trees each case stands on the tree, and the stack of the given series, that leave
 * the fewest of its hunks over. Prints a table with the line and function of each finding. A case agrees when what its record says is
 * told by its rule, in its words, on a line of its functions, and nothing else is new (corpus_expected.ts): one that is right
 * for another reason is missed. `not modelled`: no run of the machine came to a verdict. Leaves out judging who is right.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { eraRow } from "../emulator/kernel/era.ts";
import { runExplore } from "../server/cli_explore.ts";
import type { ParsedDocument, Patch } from "../server/mail/types.ts";
import { parseDocument } from "../server/parse.ts";
import { reviewDocument } from "../server/review/analysis.ts";
import type { ExploredCase } from "../server/review/explore.ts";
import { isOwnRun } from "../server/review/finding.ts";
import { type Finding, isJudged, type ReviewResult } from "../server/review/types.ts";
import { eraIn, imagesIn, type TreeContext, TreeProblem, treeContext } from "../server/source/context.ts";
import { chooseEra } from "../server/source/era.ts";
import { EXPECTED, type Expected, fits, fitsInOrder } from "./corpus_expected.ts";

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly file: string;
  readonly bug_class: string;
  readonly functions_touched: readonly string[];
}

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: {
    tree: { type: "string", multiple: true },
    findings: { type: "boolean" },
    results: { type: "string" },
  },
});
const root = process.env["FOLIOSCOPE_ROOT"] ?? ".";
const corpus = join(root, "..", "shared", "corpus");
if (!existsSync(corpus)) {
  console.log("corpus: ../shared/corpus is not here, nothing to compare with");
  process.exit(0);
}
const trees: { readonly dir: string; readonly context: TreeContext }[] = [];
for (const dir of values.tree ?? []) {
  try {
    trees.push({ dir, context: treeContext({ tree: dir }, null)! });
  } catch (error) {
    if (!(error instanceof TreeProblem)) throw error;
    console.log(`corpus: ${error.message}`);
    process.exit(2);
  }
}
const filter = positionals[0] ?? "";
const cases = readFileSync(join(corpus, "cases.jsonl"), "utf8")
  .split("\n")
  .filter((l) => l.trim() !== "")
  .map((l) => JSON.parse(l) as Case)
  .filter((c) => c.id.includes(filter));

// ---- stacks -------------------------------------------------------------------------------------------------------

/** Prerequisites below a case, and the patches they are. */
interface Stack {
  readonly specs: readonly string[];
  readonly patches: readonly Patch[];
}

function seriesOf(file: string): Patch[] {
  const path = join(corpus, file);
  const all = parseDocument(readFileSync(path), path).patches.filter(
    (p) => p.number > 0 && p.quoteDepth === 0,
  );
  return all.sort((a, b) => a.number - b.number);
}

/** Every prefix of the given series, the empty one first. */
function stacks(): Stack[] {
  const out: Stack[] = [{ specs: [], patches: [] }];
  const willcox = {
    file: "series/willcox-dax-folios.mbox",
    patches: seriesOf("series/willcox-dax-folios.mbox"),
  };
  for (const [file, below] of [
    ["series/popple-v9.mbox", willcox],
    ["series/popple-v6.mbox", null],
    ["threads/popple-v3-202411.mbox", null],
    ["series/williams-v3.mbox", null],
  ] as const) {
    const patches = seriesOf(file);
    for (let n = 1; n <= patches.length; n++)
      out.push({
        specs: [
          ...(below === null ? [] : [join(corpus, below.file)]),
          `${join(corpus, file)}#1-${patches[n - 1]!.number}`,
        ],
        patches: [...(below?.patches ?? []), ...patches.slice(0, n)],
      });
  }
  const merged = out.findLast((s) => s.specs.some((x) => x.includes("popple-v9")));
  const fix = "cases/dh-reset-order.eml";
  if (merged !== undefined)
    out.push({
      specs: [...merged.specs, join(corpus, fix)],
      patches: [
        ...merged.patches,
        ...parseDocument(readFileSync(join(corpus, fix)), fix).patches.slice(0, 1),
      ],
    });
  return out;
}

const isC = (path: string): boolean => /\.[ch]$/.test(path);

/** What a case stands on. */
interface Base extends Stack {
  /** Where the tree is; "" without one. */
  readonly dir: string;
}

/** How ill a patch fits on a stack, by its hunks of C. */
interface Fit {
  readonly left: number;
  /** More of them are refused than go in. */
  readonly refused: boolean;
}

/** A patch that the stack already has does not stand on it. */
function fitOf(context: TreeContext, stack: Stack, doc: ParsedDocument, patch: Patch): Fit {
  const images = imagesIn({ ...context, prerequisites: stack.patches }, doc, patch);
  if (images.reversed && stack.patches.length > 0) return { left: Number.POSITIVE_INFINITY, refused: true };
  const fates = images.files
    .filter((f) => f.touched && isC(f.path))
    .flatMap((f) => f.hunks.map((h) => h.fate));
  const rejected = fates.filter((f) => f.kind === "rejected").length;
  const cost = (kind: string): number => (kind === "merged" ? 10 : kind === "fuzz" ? 1 : 0);
  return {
    left: 100 * rejected + fates.reduce((n, f) => n + cost(f.kind), 0),
    refused: 2 * rejected > fates.length,
  };
}

/** Whether a patch's own names are of an era before a stack's: its code cannot run there, wherever its hunks fit. */
function isOlder(context: TreeContext, stack: Stack, doc: ParsedDocument, patch: Patch): boolean {
  const images = imagesIn({ ...context, prerequisites: stack.patches }, doc, patch);
  return (["before", "after"] as const).some((side) => {
    const own = chooseEra(patch, side, undefined);
    const there = eraIn(context, images, patch, side, undefined);
    return own.by === "names" && eraRow(own.era).ordinal < eraRow(there).ordinal;
  });
}

/**
 * The predecessors of a patch that is in one of the series; else the stack and the tree that fit best, the longest of equals.
 * Null where no tree takes it, or all are of a later era: then the reference kernel is what it stands on.
 */
function bestBase(all: readonly Stack[], doc: ParsedDocument, patch: Patch): Base | null {
  const dir = trees[0]!.dir;
  const member = all.find((s) =>
    s.patches.some((p) => p.messageId !== null && p.messageId === patch.messageId),
  );
  if (member !== undefined)
    return { dir, ...(all[all.indexOf(member) - (patch.number > 1 ? 1 : 0)] ?? all[0]!) };
  let best: { base: Base; fit: Fit } | null = null;
  for (const { dir, context } of trees)
    for (const stack of all) {
      const fit = fitOf(context, stack, doc, patch);
      const longer = fit.left === best?.fit.left && best.base.patches.length > 0 && best.base.dir === dir;
      if (best === null || fit.left < best.fit.left || longer) best = { base: { dir, ...stack }, fit };
      if (fit.left === 0 && best.base.patches.length === 0) return best.base;
    }
  if (best === null || best.fit.refused) return null;
  const { context } = trees.find((t) => t.dir === best.base.dir)!;
  return isOlder(context, best.base, doc, patch) ? null : best.base;
}

/** What a row of the table says of the base. */
function onText(base: Base | null): string {
  if (base === null) return "";
  const names = base.specs.map((x) => x.replace(/^.*\//, ""));
  if (trees.length > 1) names.unshift(base.dir.replace(/^.*\//, ""));
  return names.length === 0 ? "" : ` on ${names.join(" + ")}`;
}

// ---- verdicts -------------------------------------------------------------------------------------------------------

/** The function of the mail that a finding's line stands in, "" when it is on no line or in none that the mail shows. */
function functionAt(r: ReviewResult, f: Finding): string {
  if (f.docLine === 0) return "";
  const line = r.lines.find((l) => l.docLine === f.docLine && l.fn !== "");
  return line?.fn ?? r.functions.find((x) => x.docLine <= f.docLine && f.docLine <= x.endDocLine)?.name ?? "";
}

/** What the findings of a case come to beside its record. */
interface Verdict {
  readonly recorded: readonly Finding[];
  /** New, or changed by a refactor, and not what is known to be true. */
  readonly unexpected: readonly Finding[];
}

function judged(c: Case, r: ReviewResult, want: Expected): Verdict {
  const on = (f: Finding): string => functionAt(r, f);
  const mine = c.kind === "fix" ? ["fixed"] : ["new", "fixed-later", ...(want.already ? ["already"] : [])];
  const recorded = r.findings.filter(
    (f) => mine.includes(f.verdict) && want.told.some((t) => fits(t, f, on(f), c.functions_touched)),
  );
  const loud = r.findings.filter(
    (f) => f.verdict === "new" || (f.verdict === "fixed" && c.kind === "refactor-no-behaviour-change"),
  );
  const known = (f: Finding): boolean =>
    recorded.includes(f) || (want.also ?? []).some((t) => fits(t, f, on(f), c.functions_touched));
  return { recorded, unexpected: loud.filter((f) => !known(f)) };
}

/** What the orders of a scenario show of what the record says: as `folioscope explore` tells it. */
async function inOrders(c: Case, path: string, base: Base | null, want: Expected): Promise<string[]> {
  if (want.orders === undefined) return [];
  const on = base === null ? [] : ["--tree", base.dir, ...base.specs.flatMap((s) => ["--prerequisite", s])];
  let json = "";
  await runExplore([path, "--scenario", want.orders, "--json", ...on], {
    stdout: (text) => {
      json += text;
    },
    stderr: console.error,
    color: false,
  });
  if (json === "") return [];
  const { explored } = JSON.parse(json) as { explored: readonly ExploredCase[] };
  const mine = c.kind === "fix" ? ["fixed"] : ["new", ...(want.already ? ["already"] : [])];
  return explored
    .flatMap((e) => e.faults)
    .filter((f) => {
      const functions = f.turns.flatMap((t) => (t.at === null ? [] : [t.at.fn]));
      return (
        mine.includes(f.verdict) && want.told.some((t) => fitsInOrder(t, f, functions, c.functions_touched))
      );
    })
    .map((f) => `${f.verdict} ${f.code} in ${f.after.count} of ${f.after.of} orders (recorded)`);
}

const tally = { agree: 0, missed: 0, disagree: 0, "not modelled": 0 };
const candidates = trees.length === 0 ? [] : stacks();
async function main(): Promise<void> {
  console.log(`${"case".padEnd(28)} ${"kind".padEnd(18)} ${"verdict".padEnd(13)} what the machine says`);
  for (const c of cases) {
    const path = join(corpus, c.file);
    const doc = parseDocument(readFileSync(path), path);
    const first = doc.patches[0];
    const stack = trees.length === 0 || first === undefined ? null : bestBase(candidates, doc, first);
    const result = reviewDocument(doc, stack === null ? {} : { tree: stack.dir, prerequisites: stack.specs });
    if (values.results !== undefined)
      appendFileSync(values.results, `${JSON.stringify({ id: c.id, stack: stack?.specs ?? [], result })}\n`);
    // Functions by themselves do not say that the machine came to a verdict.
    const ran = result.runs.some((r) => !isOwnRun(r.scenario) && isJudged(r.verdict));
    // A patch without code is told to be one.
    const silent = result.plans.some((p) => p.leftOut.some((l) => l.why.kind === "no-code"));
    const want = EXPECTED[c.id];
    if (want === undefined) throw new Error(`corpus: tools/corpus_expected.ts says nothing of ${c.id}`);
    const { recorded, unexpected } = judged(c, result, want);
    const orders = recorded.length > 0 ? [] : await inOrders(c, path, stack, want);
    const codes = [
      ...new Set(
        result.findings.map(
          (f) =>
            `${f.verdict} ${f.code}${f.docLine > 0 ? ` at ${f.docLine}${f.exactLine ? "" : "?"} ${functionAt(result, f)}` : ""}${recorded.includes(f) ? " (recorded)" : unexpected.includes(f) ? " (not recorded)" : ""}`,
        ),
      ),
    ];
    // What is changed and shown only in part did not run: other scenarios being clean says nothing of it.
    const partial =
      want.told.length > 0 &&
      result.findings.every((f) => f.verdict === "already") &&
      result.runs.some(
        (r) => r.verdict === "not-modelled" && /only in part|does not fit/.test(r.reason ?? ""),
      );
    const verdict =
      unexpected.length > 0
        ? "disagree"
        : recorded.length + orders.length > 0 || (want.told.length === 0 && (ran || silent))
          ? "agree"
          : partial || !ran
            ? "not modelled"
            : "missed";
    tally[verdict]++;
    const whole = result.functions.filter((f) => f.executed).length;
    const says =
      verdict === "not modelled"
        ? ([...new Set(result.runs.map((r) => r.reason ?? ""))].filter((r) => r !== "")[0] ??
          result.notes[0] ??
          "no patch")
        : [...orders, ...codes].join(", ") || "clean";
    console.log(
      `${c.id.padEnd(28)} ${c.kind.slice(0, 17).padEnd(18)} ${verdict.padEnd(13)} ${says.slice(0, 150)}${whole > 0 ? ` [${whole} functions ran]` : ""}${onText(stack)}`,
    );
    if (values.findings === true)
      for (const f of result.findings)
        console.log(
          `    ${f.verdict} ${f.code} line ${f.docLine}: ${f.message.slice(0, 110)} | ${f.scenario} +${f.alsoIn.length}`,
        );
  }
  const total = cases.length;
  for (const [k, n] of Object.entries(tally))
    console.log(`${k}: ${n} of ${total} (${((100 * n) / Math.max(total, 1)).toFixed(0)} %)`);
}

void main();
