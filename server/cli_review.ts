/**
 * `folioscope review FILE|-`: reads, runs, reports. Exit status: 0 nothing new breaks; 1 something new breaks; 2 bad usage
 * or unreadable input; 3 nothing could be executed. Leaves out the work itself (review/analysis.ts).
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { CliIo } from "./cli_io.ts";
import type { ParsedDocument } from "./mail/types.ts";
import { parseDocument } from "./parse.ts";
import { toJson } from "./parse_json.ts";
import { choosePatches, ReplayMismatch, reviewDocument } from "./review/analysis.ts";
import { wrap } from "./review/render.ts";
import type { Finding, ReviewOptions, ReviewResult, Verdict } from "./review/types.ts";
import { eraFromName } from "./source/era.ts";
import { badMirror, fetchForReview } from "./source/mirror.ts";
import { loadStack } from "./source/stack.ts";
import { openTree } from "./source/tree.ts";

const USAGE = `usage: folioscope review [options] FILE|-

  --patch N          only patch N of the series (or the Nth of the document)
  --scenario GLOB    only scenarios whose name (or name and parameters) match
  --era NAME         v6.12 (idle at one) or v6.15 (idle at zero); default: by the patch
  --seed S           schedule: 0 runs each task until it blocks, else a random seed
  --steps N          instructions a scenario may run (default 5000000)
  --replay TOKEN     run only the run that a finding's token names
  --format F         text (default) or json
  --tree DIR         a kernel tree (Linux checked out or unpacked): code is taken from
                     its files, before and after the patch
  --prerequisite FILE[#a-b]
                     patches that the tree is to have first, of them only numbers a
                     to b (or #n); repeatable, in order
  --fetch URL        fetch files that the tree lacks from this cgit repository, such
                     as https://HOST/linux.git?h=v6.12; nothing is fetched otherwise
  --thorough         every combination of scenario parameters, not only all pairs
  --all              text: also list findings that are not new, and every run
`;

/** Largest input that is read whole (bytes). */
const MAX_INPUT = 256 << 20;

/** Runs the command and gives the exit status. */
export async function runReview(args: string[], io: CliIo): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    io.stderr(`folioscope review: ${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const { values, positionals } = parsed;
  if (values.help === true) {
    io.stdout(USAGE);
    return 0;
  }
  const file = positionals[0];
  if (file === undefined || positionals.length > 1) {
    io.stderr(`folioscope review: name one file, or - for standard input\n${USAGE}`);
    return 2;
  }
  const format = values.format ?? "text";
  const problem = badOption(values, format);
  if (problem !== null) {
    io.stderr(`folioscope review: ${problem}\n`);
    return 2;
  }
  let bytes: Buffer;
  try {
    bytes = file === "-" ? readFileSync(0) : readFileSync(file);
  } catch (error) {
    io.stderr(
      `folioscope review: cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}\n`,
    );
    return 2;
  }
  if (bytes.length > MAX_INPUT) {
    io.stderr(
      `folioscope review: ${file} has ${bytes.length} bytes; over ${MAX_INPUT} is not read. Cut the mail out of the archive first\n`,
    );
    return 2;
  }
  const doc = parseDocument(bytes, file);
  let options = reviewOptions(values);
  if (doc.patches.length === 0) {
    io.stderr(`${whyNoPatch(doc, file)}\n`);
    if (format === "json") io.stdout(`${JSON.stringify(reviewJson(doc, EMPTY), null, 1)}\n`);
    return 2;
  }
  const chosen = choosePatches(doc, options.patch);
  if (chosen.length === 0) {
    io.stderr(
      `folioscope review: ${file} has no patch ${options.patch}: it has ${doc.patches.map((p) => (p.number > 0 ? `${p.number}/${p.total}` : `#${p.index + 1}`)).join(", ")}\n`,
    );
    return 2;
  }
  let result: ReviewResult;
  if (values.fetch !== undefined) {
    const fetched = await fetchForReview(options, doc.patches, values.fetch);
    for (const note of fetched.notes) io.stderr(`folioscope review: ${note}\n`);
    options = fetched.options;
  }
  try {
    result = reviewDocument(doc, options, () => true);
  } catch (error) {
    if (!(error instanceof ReplayMismatch)) throw error;
    io.stderr(`folioscope review: ${error.message}\n`);
    return 2;
  }
  if (options.scenario !== undefined && result.runs.length === 0) {
    io.stderr(`folioscope review: no scenario matches "${options.scenario}"; see folioscope scenarios\n`);
    return 2;
  }
  if (format === "json") io.stdout(`${JSON.stringify(reviewJson(doc, result), null, 1)}\n`);
  else
    io.stdout(
      reviewText(
        doc,
        result,
        chosen.map((p) => p.index),
        { color: io.color, all: values.all === true },
      ),
    );
  return exitStatus(result);
}

const EMPTY: ReviewResult = {
  runs: [],
  findings: [],
  lines: [],
  functions: [],
  notes: [],
  coverage: [],
  stubs: [],
  hunks: [],
  seed: "0",
};

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      patch: { type: "string" },
      scenario: { type: "string" },
      era: { type: "string" },
      seed: { type: "string" },
      steps: { type: "string" },
      replay: { type: "string" },
      format: { type: "string" },
      tree: { type: "string" },
      prerequisite: { type: "string", multiple: true },
      fetch: { type: "string" },
      all: { type: "boolean" },
      thorough: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
}
type Values = ReturnType<typeof parse>["values"];

function badOption(values: Values, format: string): string | null {
  if (format !== "text" && format !== "json") return `--format takes text or json, not "${format}"`;
  if (values.era !== undefined && values.era !== "auto" && eraFromName(values.era) === null)
    return `--era takes v6.12 or v6.15, not "${values.era}"`;
  if (values.seed !== undefined && !/^\d{1,9}$/.test(values.seed))
    return `--seed takes a number from 0 to 999999999, not "${values.seed}"`;
  if (values.steps !== undefined && !/^[1-9]\d{0,11}$/.test(values.steps))
    return `--steps takes a number of instructions, not "${values.steps}"`;
  if (values.patch !== undefined && !/^\d+$/.test(values.patch))
    return `--patch takes a number, not "${values.patch}"`;
  return badTree(values);
}

/** The tree and the prerequisites are opened here, so that a wrong name ends the command before anything runs. */
function badTree(values: Values): string | null {
  const { tree, prerequisite, fetch } = values;
  if (fetch !== undefined && badMirror(fetch) !== "") return `--fetch: ${badMirror(fetch)}`;
  if (fetch !== undefined && tree === undefined) return "--fetch needs --tree DIR, the tree that it adds to";
  if (tree === undefined)
    return prerequisite === undefined ? null : "--prerequisite needs --tree DIR, the tree that it goes on";
  const opened = openTree(tree);
  if (opened.tree === null) return `--tree: ${opened.problem}`;
  const { problem } = loadStack(prerequisite ?? []);
  return problem === "" ? null : problem;
}

function reviewOptions(values: Values): ReviewOptions {
  return {
    ...(values.patch === undefined ? {} : { patch: values.patch }),
    ...(values.scenario === undefined ? {} : { scenario: values.scenario }),
    ...(values.era === undefined ? {} : { era: values.era }),
    ...(values.seed === undefined ? {} : { seed: values.seed }),
    ...(values.replay === undefined ? {} : { replay: values.replay }),
    ...(values.tree === undefined ? {} : { tree: values.tree }),
    ...(values.prerequisite === undefined ? {} : { prerequisites: values.prerequisite }),
    ...(values.thorough === true ? { thorough: true } : {}),
    ...(values.steps === undefined ? {} : { steps: Number(values.steps) }),
  };
}

function whyNoPatch(doc: ParsedDocument, file: string): string {
  const first = doc.problems[0];
  const what =
    doc.form === "empty"
      ? "is empty"
      : doc.form === "binary"
        ? "is not text: no mail, no diff"
        : doc.crashReports.length > 0
          ? "holds a crash report but no diff, so there is nothing to run"
          : "holds no diff, so there is nothing to run";
  return `folioscope review: ${file} ${what}${first === undefined ? "" : ` (${first.message})`}`;
}

/** 1 when something new breaks, 3 when no patch function ran, else 0. */
export function exitStatus(result: ReviewResult): number {
  if (result.findings.some((f) => f.verdict === "new")) return 1;
  const ran = result.runs.some((r) => r.verdict !== "not-modelled" && r.verdict !== "limit");
  return ran || result.findings.length > 0 ? 0 : 3;
}

/** The JSON of `review` (server/schema/review.schema.json). */
export function reviewJson(doc: ParsedDocument, result: ReviewResult): object {
  return {
    version: 1,
    input: doc.path,
    seed: result.seed,
    patches: toJson(doc).patches,
    runs: result.runs,
    findings: result.findings,
    functions: result.functions,
    notes: result.notes,
    problems: doc.problems,
  };
}

// ---- text ---------------------------------------------------------------------------------------------------------

const WIDTH = 80;

type Paint = (text: string, style: "red" | "green" | "yellow" | "bold" | "dim") => string;

const CODES = { red: "31", green: "32", yellow: "33", bold: "1", dim: "2" } as const;

function painter(color: boolean): Paint {
  return (text, style) => (color ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text);
}

/** The report for a terminal, at most 80 columns wide. */
export function reviewText(
  doc: ParsedDocument,
  result: ReviewResult,
  chosen: readonly number[],
  style: { color: boolean; all: boolean },
): string {
  const paint = painter(style.color);
  const out: string[] = [];
  for (const index of chosen) {
    const patch = doc.patches[index]!;
    const number = patch.number > 0 && patch.total > 0 ? `[${patch.number}/${patch.total}] ` : "";
    out.push(
      ...wrap(`${number}${patch.subject || "(no subject)"}`, WIDTH, "    ").map((l) => paint(l, "bold")),
    );
    out.push(
      paint(
        `  ${patch.files.length} file${patch.files.length === 1 ? "" : "s"}, text ${patch.confidence}${patch.author === "" ? "" : `, ${patch.author}`}`.slice(
          0,
          WIDTH,
        ),
        "dim",
      ),
    );
    const runs = result.runs.filter((r) => r.patch === index);
    const findings = result.findings.filter((f) => f.patch === index);
    out.push(...countLines(runs, paint), "");
    const shown = findings.filter(
      (f) => f.verdict === "new" || f.verdict === "fixed" || (style.all && f.verdict === "already"),
    );
    for (const f of shown) out.push(...findingText(doc, f, paint), "");
    const already = findings.filter((f) => f.verdict === "already");
    if (already.length > 0 && !style.all)
      out.push(paint(`  ${already.length} already so before the patch (--all shows them)`, "dim"), "");
    out.push(...unmodelledLines(result, index, paint));
    if (style.all) for (const r of runs) out.push(...runLine(r, paint));
  }
  for (const note of result.notes) out.push(...wrap(`note: ${note}`, WIDTH, "      "));
  return `${out
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trimEnd()}\n`;
}

function countLines(runs: ReviewResult["runs"], paint: Paint): string[] {
  const n = (v: Verdict): number => runs.filter((r) => r.verdict === v).length;
  const parts = [
    [n("new"), "new", "red"],
    [n("fixed"), "fixed", "green"],
    [n("fixed-later"), "fixed later in the series", "green"],
    [n("already"), "already so", "yellow"],
    [n("clean"), "clean", "green"],
    [n("not-modelled"), "not modelled", "dim"],
    [n("limit"), "limit reached", "yellow"],
  ] as const;
  const text = parts
    .filter(([count]) => count > 0)
    .map(([count, label, color]) => paint(`${count} ${label}`, color));
  return [`  ${runs.length} scenario runs: ${text.join(", ")}`];
}

const MARK: Record<string, readonly [string, "red" | "green" | "yellow"]> = {
  new: ["NEW", "red"],
  fixed: ["FIXED", "green"],
  "fixed-later": ["FIXED LATER", "green"],
  already: ["ALREADY SO", "yellow"],
};

function findingText(doc: ParsedDocument, f: Finding, paint: Paint): string[] {
  const [mark, color] = MARK[f.verdict] ?? ["", "yellow"];
  const out: string[] = [];
  const head = wrap(`${f.code}: ${f.message}`, WIDTH - mark.length - 3, "    ");
  out.push(`  ${paint(mark, color)} ${paint(head[0] ?? "", "bold")}`, ...head.slice(1));
  const place = f.path === "" ? "" : ` (${f.path})`;
  out.push(paint(`    --> ${doc.path}:${f.docLine}${place}${f.exactLine ? "" : ", led there"}`, "dim"));
  const line = doc.lines[f.docLine - 1];
  if (line !== undefined) out.push(`      | ${line.replace(/\t/g, "    ").slice(0, WIDTH - 8)}`);
  out.push(
    ...wrap(
      `scenario ${f.scenario}, era ${f.era}, ${f.side === "before" ? "before the patch" : "after the patch"}${f.alsoIn.length > 0 ? `, and in ${f.alsoIn.length} more` : ""}`,
      WIDTH - 4,
      "  ",
    ).map((l) => `    ${l}`),
  );
  for (const s of condense(f.trace)) {
    const where =
      s.docLine > 0
        ? ` [line ${s.docLine}]`
        : s.path !== "" && s.role !== "step"
          ? ` [${s.path}:${s.line}]`
          : "";
    const sign = s.role === "culprit" ? ">>" : s.role === "step" ? "- " : "  ";
    const lines = wrap(`${sign} ${s.text}${where}`, WIDTH - 8, "     ");
    out.push(...lines.map((l) => `      ${s.role === "culprit" ? paint(l, color) : l}`));
  }
  for (const c of f.consequences.slice(0, 3))
    out.push(...wrap(`then: ${c.code}: ${c.message}`, WIDTH - 6, "      ").map((l) => `      ${l}`));
  if (f.consequences.length > 3) out.push(`      then: ${f.consequences.length - 3} more`);
  for (const d of f.detail) out.push(...wrap(d, WIDTH - 6).map((l) => `      ${l}`));
  out.push(paint(`    replay: ${f.replay}`, "dim"));
  return out;
}

/** The steps a reader needs: the last scenario steps and the object's own history, the breaking one always. */
function condense(trace: Finding["trace"]): Finding["trace"] {
  if (trace.length <= 14) return trace;
  const keep = trace.filter((s) => s.role !== "step").slice(-9);
  const last = trace.filter((s) => s.role === "step").slice(-5);
  return trace.filter((s) => keep.includes(s) || last.includes(s));
}

function unmodelledLines(result: ReviewResult, index: number, paint: Paint): string[] {
  const reasons = new Map<string, number>();
  for (const r of result.runs)
    if (r.patch === index && (r.verdict === "not-modelled" || r.verdict === "limit"))
      reasons.set(r.reason ?? "", (reasons.get(r.reason ?? "") ?? 0) + 1);
  const out: string[] = [];
  for (const [reason, count] of reasons)
    out.push(
      ...wrap(`${count} not modelled: ${reason}`, WIDTH - 2, "    ").map((l) => paint(`  ${l}`, "dim")),
    );
  const partial = result.functions.filter((f) => f.patch === index && !f.executed);
  if (partial.length > 0)
    out.push(
      ...wrap(
        `did not run: ${partial.map((f) => `${f.name}() (${f.reason})`).join("; ")}`,
        WIDTH - 2,
        "    ",
      ).map((l) => paint(`  ${l}`, "dim")),
    );
  return out.length > 0 ? [...out, ""] : out;
}

function runLine(r: ReviewResult["runs"][number], paint: Paint): string[] {
  const color =
    r.verdict === "new" ? "red" : r.verdict === "clean" || r.verdict === "fixed" ? "green" : "dim";
  const [first, ...rest] = wrap(r.scenario, WIDTH - 18, "  ");
  return [
    `  ${paint(r.verdict.padEnd(13), color)} ${first ?? ""}`,
    ...rest.map((l) => `${" ".repeat(16)}${l}`),
  ];
}
