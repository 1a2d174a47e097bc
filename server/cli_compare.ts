/**
 * `folioscope compare OLD NEW`: two versions of a series, by their text and by what their runs show. Exit status: 0 the
 * newer breaks nothing that the older did not; 1 it does; 2 bad usage or unreadable input; 3 nothing of the newer could be
 * executed. Leaves out the comparison (compare/) and its words (report/compared.ts).
 */
import { ERA_NAMES } from "../emulator/kernel/era.ts";
import type { CliIo } from "./cli_io.ts";
import { badOption, exitStatus, MAX_INPUT, OPTIONS as REVIEW_OPTIONS, reviewOptions } from "./cli_review.ts";
import { findingChanges } from "./compare/findings.ts";
import { codeKey, type Pair, pairsOf, type Version, versionsOf } from "./compare/versions.ts";
import { Pool } from "./emulation/pool.ts";
import { FileProblem, readRegularFile, readStandardInput } from "./files.ts";
import { readArguments } from "./options.ts";
import { parseDocument } from "./parse.ts";
import {
  breaksMore,
  type Compared,
  comparedJson,
  comparedMarkdown,
  comparedText,
} from "./report/compared.ts";
import type { Finding, ReviewOptions, ReviewResult } from "./review/types.ts";
import { TreeProblem } from "./source/context.ts";

const FORMATS = ["text", "json", "markdown"] as const;

const USAGE = `usage: folioscope compare [options] OLD NEW
       folioscope compare [options] FILE

Two versions of a series (v2 and v3, two mailboxes or mails): which patches are
equal, changed in words or in code, new or dropped, and which findings went,
stay or came. One FILE that holds several versions: the last two of it. Patches
are paired by change id, title and content; one that did not change is run once.

  --versions A,B   these versions, as v1,v3; default: of two files the last of
                   each, of one the last two
  --format F       one of (default text)
                   ${FORMATS.join(", ")}
  --all            text: what ran of equal patches, too

as in folioscope review
  --scenario GLOB, --thorough, --seed S, --steps N, --no-cache
  --era NAME       ${ERA_NAMES.join(", ")}
  --tree DIR, --prerequisite FILE[#a-b], --config FILE, --functions GLOB,
  --no-functions, --paths N

exit status: 0 NEW breaks nothing that OLD did not; 1 it does; 2 bad usage or
unreadable input; 3 nothing of NEW could be executed
`;

const { patch: _patch, replay: _replay, fetch: _fetch, coverage: _coverage, ...SHARED } = REVIEW_OPTIONS;
const { "b4-check": _check, range: _range, message: _message, mails: _mails, ...COMMON } = SHARED;
const OPTIONS = { ...COMMON, versions: { type: "string" } } as const;

/** Runs of one scenario that are made to know whether a finding went or came. */
const CHECKS_MAX = 40;

/** Runs the command and gives the exit status. */
export async function runCompare(args: string[], io: CliIo): Promise<number> {
  const fail = (message: string): number => {
    io.stderr(`folioscope compare: ${message}\n`);
    return 2;
  };
  const parsed = readArguments(args, OPTIONS);
  if (typeof parsed === "string") return fail(`${parsed}\nfolioscope compare --help tells the options`);
  const { values, positionals } = parsed;
  if (values.help === true) {
    io.stdout(USAGE);
    return 0;
  }
  if (positionals.length < 1 || positionals.length > 2)
    return fail(`name two files, or one with both versions\nfolioscope compare --help tells the options`);
  const format = values.format ?? "text";
  if (!FORMATS.some((f) => f === format))
    return fail(`--format takes one of ${FORMATS.join(", ")}, not "${format}"`);
  const problem = badOption(values);
  if (problem !== null) return fail(problem);
  const found = chooseVersions(positionals, values.versions);
  if (typeof found === "string") return fail(found);
  const pool = values["no-cache"] === true ? Pool.ofThreads(null) : Pool.ofThreads();
  try {
    const compared = await compareVersions(found[0], found[1], reviewOptions(values), pool);
    const write = { text: comparedText, json: comparedJson, markdown: comparedMarkdown }[
      format as (typeof FORMATS)[number]
    ];
    io.stdout(write(compared, { color: io.color, all: values.all === true }));
    if (breaksMore(compared.changes)) return 1;
    return exitStatus(compared.after.result) === 3 ? 3 : 0;
  } catch (error) {
    if (!(error instanceof TreeProblem)) throw error;
    return fail(error.message);
  } finally {
    pool.dispose();
  }
}

/** A version with the bytes that its document was read from. */
export interface Given extends Version {
  readonly input: Buffer;
}

/** The two versions that were named, or what is wrong with the names. */
function chooseVersions(
  files: readonly string[],
  asked: string | undefined,
): readonly [Given, Given] | string {
  const wanted = asked === undefined ? [] : asked.split(",").map((v) => v.trim().replace(/^v?/i, "v"));
  if (asked !== undefined && (wanted.length !== 2 || wanted.some((v) => !/^v\d{1,4}$/.test(v))))
    return `--versions takes two versions, as v1,v3, not "${asked.slice(0, 80)}"`;
  const read: Given[][] = [];
  for (const file of files) {
    let input: Buffer;
    try {
      input = file === "-" ? readStandardInput(MAX_INPUT) : readRegularFile(file, MAX_INPUT);
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      return error.message;
    }
    const versions = versionsOf(parseDocument(input, file === "-" ? "standard input" : file));
    if (versions.length === 0) return `${file} holds no diff, so there is nothing to compare`;
    read.push(versions.map((v) => ({ ...v, input })));
  }
  const has = (list: readonly Given[]): string => list.map((v) => v.name).join(", ");
  const named = (list: readonly Given[], name: string, file: string): Given | string =>
    list.find((v) => v.name === name) ?? `${file} has no ${name}: it has ${has(list)}`;
  const [old, fresh] = [read[0]!, read[1] ?? read[0]!];
  if (read.length === 1 && old.length === 1)
    return `${files[0]} holds one version (${has(old)}): name a file for the other one`;
  const a =
    wanted.length === 2 ? named(old, wanted[0]!, files[0]!) : read.length === 1 ? old.at(-2)! : old.at(-1)!;
  const b = wanted.length === 2 ? named(fresh, wanted[1]!, files[1] ?? files[0]!) : fresh.at(-1)!;
  if (typeof a === "string") return a;
  if (typeof b === "string") return b;
  if (a === b) return `--versions names ${a.name} twice`;
  return [a, b];
}

/**
 * Reviews both versions and compares them. A patch that did not change is run once where nothing around it can make a
 * difference, that is without a kernel tree.
 * @throws TreeProblem
 */
export async function compareVersions(
  before: Given,
  after: Given,
  options: ReviewOptions,
  pool: Pick<Pool, "review">,
): Promise<Compared> {
  const pairs = pairsOf(before, after);
  const review = (of: Given, indexes: readonly number[], more: ReviewOptions = {}): Promise<ReviewResult> => {
    const all: ReviewOptions = { ...options, ...more, indexes, facts: false };
    return pool.review(of.doc, { input: of.input, path: of.doc.path, options: all });
  };
  const same = options.tree === undefined ? pairs.filter(runOnce) : [];
  const reused = same.map((p) => p.before!);
  const fresh = await review(
    after,
    after.patches.map((p) => p.index),
  );
  const own = await review(
    before,
    before.patches.filter((p) => !reused.includes(p)).map((p) => p.index),
  );
  let results = { before: withReused(own, fresh, same), after: fresh };
  const changesNow = () =>
    findingChanges(
      pairs,
      { version: before, result: results.before },
      { version: after, result: results.after },
    );
  let changes = changesNow();
  // What one version left out of its plan is run there before anything is said to have gone or come.
  let checks = 0;
  for (const c of changes) {
    if (c.change === "stays" || c.ran || c.partner === null || c.reason !== "") continue;
    if (++checks > CHECKS_MAX) break;
    const { finding } = (c.before ?? c.after)!;
    // A function that runs by itself (with a tree) is asked for otherwise, and runs wherever it changes.
    if (!/^[a-z][\w-]*(?: \w+=\w+)*$/i.test(finding.scenario)) continue;
    const side = c.change === "went" ? "after" : "before";
    const more = await review(c.change === "went" ? after : before, [c.partner.index], {
      scenario: finding.scenario,
    });
    results = { ...results, [side]: withMore(results[side], more) };
  }
  if (checks > 0) changes = changesNow();
  const notes = [...eraNotes(pairs, results, before, after)];
  if (reused.length > 0)
    notes.push(
      `${reused.length} of the patches did not change in code and ran once, as ${after.name} has them`,
    );
  const side = (v: Given, result: ReviewResult) => ({
    name: `${v.name} (${v.doc.path})`,
    version: v.name === (v === before ? after : before).name ? (v === before ? "old" : "new") : v.name,
    patches: v.patches.length,
    result,
  });
  return {
    before: side(before, results.before),
    after: side(after, results.after),
    pairs,
    changes,
    reused,
    notes,
  };
}

/** Whether a pair runs the same in both versions, so that once is enough. */
const runOnce = (p: Pair): boolean =>
  p.before !== null && p.after !== null && codeKey(p.before) === codeKey(p.after);

/** The old version's result with what the new one gave for patches that are the same, on the old one's lines. */
function withReused(own: ReviewResult, fresh: ReviewResult, same: readonly Pair[]): ReviewResult {
  const places = new Map(same.map((p) => [p.after!.index, p] as const));
  const placed = <T extends { readonly patch: number }>(list: readonly T[]): T[] =>
    list.flatMap((x) => {
      const pair = places.get(x.patch);
      return pair === undefined ? [] : [{ ...x, patch: pair.before!.index }];
    });
  const findings = placed(fresh.findings).map((f) => {
    const pair = same.find((p) => p.before!.index === f.patch)!;
    return { ...f, docLine: lineThere(f.docLine, pair) };
  });
  return {
    ...own,
    runs: [...own.runs, ...placed(fresh.runs)],
    findings: [...own.findings, ...findings],
    functions: [...own.functions, ...placed(fresh.functions)],
    plans: [...own.plans, ...placed(fresh.plans)],
  };
}

/** The old version's line with the text that stands on a line of the new one. */
function lineThere(docLine: number, { before, after }: Pair): number {
  const lines = (p: NonNullable<Pair["before"]>): number[] =>
    p.files.flatMap((f) => f.hunks.flatMap((h) => [h.line, ...h.lines.map((l) => l.docLine)]));
  const at = lines(after!).indexOf(docLine);
  return at < 0 ? 0 : (lines(before!)[at] ?? 0);
}

/** A result with the runs of one scenario more. */
function withMore(result: ReviewResult, more: ReviewResult): ReviewResult {
  const known = new Set(result.findings.map((f: Finding) => f.replay));
  const labels = new Set(result.runs.map((r) => `${r.patch} ${r.scenario}`));
  return {
    ...result,
    runs: [...result.runs, ...more.runs.filter((r) => !labels.has(`${r.patch} ${r.scenario}`))],
    findings: [...result.findings, ...more.findings.filter((f) => !known.has(f.replay))],
  };
}

/** Patches whose versions ran by the rules of different kernels: what went or came may be the release's. */
function eraNotes(
  pairs: readonly Pair[],
  results: { readonly before: ReviewResult; readonly after: ReviewResult },
  before: Version,
  after: Version,
): string[] {
  const eras = (result: ReviewResult, patch: number): string =>
    [...new Set(result.runs.filter((r) => r.patch === patch).map((r) => r.era))].sort().join(", ");
  const differ = pairs.filter((p) => {
    if (p.before === null || p.after === null) return false;
    const [a, b] = [eras(results.before, p.before.index), eras(results.after, p.after.index)];
    return a !== "" && b !== "" && a !== b;
  });
  if (differ.length === 0) return [];
  const named = differ.slice(0, 5).map((p) => {
    const [a, b] = [eras(results.before, p.before!.index), eras(results.after, p.after!.index)];
    return `${p.after!.total > 0 ? `${p.after!.number}/${p.after!.total}` : `#${p.after!.index + 1}`} (${a}; ${b})`;
  });
  return [
    `${before.name} and ${after.name} ran by the rules of different kernels: ${named.join(", ")}${differ.length > 5 ? `, and ${differ.length - 5} more` : ""}; --era takes one for both`,
  ];
}
