/**
 * `folioscope review FILE|-`: reads, runs, reports. Exit status: 0 nothing new breaks; 1 something new breaks; 2 bad usage
 * or unreadable input; 3 nothing could be executed. Leaves out the work itself (review/analysis.ts).
 */

import { RULES, ruleOf } from "../emulator/invariants/registry.ts";
import { ERA_NAMES, eraFromName, unknownEra } from "../emulator/kernel/era.ts";
import { noSuchScenario, scenarioNames } from "./cli_catalogue.ts";
import type { CliIo } from "./cli_io.ts";
import { Pool } from "./emulation/pool.ts";
import { type Ground, groundOf, TimeLeft } from "./emulation/price.ts";
import { FileProblem, writeNewFiles } from "./files.ts";
import { type Given, readGiven } from "./given.ts";
import { globMatcher } from "./glob.ts";
import type { ParsedDocument } from "./mail/types.ts";
import { readArguments, unknownName } from "./options.ts";
import { parseDocument } from "./parse.ts";
import { b4ReviewFiles } from "./report/b4_review.ts";
import { FORMAT_NAMES, type Format, formatOf, type ReportStream } from "./report/formats.ts";
import { aboutSeconds, wrap } from "./report/text.ts";
import { choosePatches, ReplayMismatch } from "./review/analysis.ts";
import type { CrashOutcome } from "./review/crash.ts";
import { isOwnRun } from "./review/finding.ts";
import { ORDER_TOKEN, orderOf, parseReplay } from "./review/replay.ts";
import {
  isJudged,
  type ReviewEvent,
  type ReviewOptions,
  type ReviewResult,
  type Verdict,
} from "./review/types.ts";
import { isPassedBy } from "./review/why.ts";
import { loadScenarios } from "./scenarios/load.ts";
import { RangeProblem } from "./source/commits.ts";
import { TreeProblem } from "./source/context.ts";
import { badMirror, fetchForReview } from "./source/mirror.ts";

const USAGE = `usage: folioscope review [options] FILE|-
       folioscope review [options] --message ID MBOX|MAILDIR
       folioscope review [options] https://HOST/LIST/MESSAGE-ID/
       folioscope review [options] --range A..B

Runs the C of a mailed patch, before and after, in every scenario.

what is read
  --message ID     of a mailbox, a maildir or a folder of mails only the message
                   with this id; the patches and remarks of its thread go with
                   it, and a cover letter stands for its series. In place of the
                   mailbox: https://HOST/LIST, a public-inbox, which is asked
                   for that thread and nothing else; or b4 or lei, where
                   installed
  --range A..B     no mail but commits of the git repository that you are in, as
                   the mails that git format-patch makes of them; on its tree
                   where it is a kernel's (--tree none: without)
  --mails FILE     with --range: the mails are written there, so that the lines
                   that are told can be looked at

what is run
  --patch N        only patch N of the series (or the Nth of the document)
  --scenario GLOB  only scenarios whose name (or name and parameters) match
  --scenarios FILE|DIR
                   scenario files of your own (*.scenario.yaml) join the others;
                   repeatable
  --thorough       every combination of scenario parameters, not only all pairs
  --era NAME       the kernel whose rules hold; default: as the tree has it,
                   else by the patch.
                   ${ERA_NAMES.join(", ")}
  --seed S         0 (default): each task runs until it blocks; else a random
                   schedule, the same one for the same number
  --steps N        instructions that a scenario may run (default 5000000)
  --functions GLOB only these of the changed functions by themselves, every path
                   of theirs with every callee failing in turn (needs --tree)
  --no-functions   no function by itself, only scenarios
  --estimate       run nothing: only say how many runs each patch makes and how
                   long they take on this machine
  --paths N        paths of each function and side; default: what keeps a patch
                   below ten seconds
  --replay TOKEN   only the run that a finding's token names
  --no-cache       run what was run before, too: results are neither read from
                   the cache nor kept (folioscope cache)

kernel tree
  --tree DIR       Linux checked out or unpacked: what the mail does not show is
                   taken from its files, which are never written. Repeatable:
                   the tree that takes the patches best is used and named
  --prerequisite FILE[#a-b]
                   patches that the tree is to have first; #a-b, or #n: only
                   these numbers of a series. Repeatable, applied in order
  --config FILE    a kernel's .config: its CONFIG_ symbols hold in the tree
  --fetch URL      files that the tree lacks come from this cgit repository, as
                   https://HOST/linux.git?h=v6.12; without it nothing is fetched

what is told
  --format F       one of (default text)
                   ${wrap(FORMAT_NAMES, 58).join(`\n${" ".repeat(19)}`)}
  --b4-review DIR  also write the review as files for \`b4 review\`, as in
                   .git/b4-review/$(git rev-parse HEAD) on a review branch
  --b4-check       a mail on standard input, b4's JSON array out, status 0; for
                   b4.review-perpatch-check-cmd
  --coverage       text: which added lines no run reached, which functions
                   of fs/dax.c and mm/memremap.c ran, and which functions that
                   nothing defines keep runs from a verdict
  --all            text: also findings that are not new, and every run

exit status: 0 nothing new breaks; 1 something new breaks; 2 bad usage or
unreadable input; 3 nothing could be executed
`;

/** Runs the command and gives the exit status. */
export async function runReview(
  args: string[],
  io: CliIo,
  more: Pick<ReviewOptions, "written" | "onlyWritten"> = {},
): Promise<number> {
  const parsed = readArguments(args, OPTIONS);
  if (typeof parsed === "string") {
    io.stderr(`folioscope review: ${parsed}\nfolioscope review --help tells the options\n`);
    return 2;
  }
  const { values, positionals } = parsed;
  if (values.help === true) {
    io.stdout(USAGE);
    return 0;
  }
  const check = values["b4-check"] === true;
  const { range } = values;
  const file = check ? (positionals[0] ?? "-") : (range ?? positionals[0]);
  if (file === undefined || positionals.length > (range === undefined ? 1 : 0)) {
    const what =
      range === undefined ? "name one file, or - for standard input" : "--range takes the place of a file";
    io.stderr(`folioscope review: ${what}\nfolioscope review --help tells the options\n`);
    return 2;
  }
  const format = formatOf(check ? "b4" : (values.format ?? "text"));
  const problem = badOption(values);
  if (format === undefined || problem !== null) {
    const wrong = problem ?? `--format takes one of ${FORMAT_NAMES}, not "${values.format}"`;
    io.stderr(`folioscope review: ${wrong}\n`);
    return 2;
  }
  const own = ownScenarios(values.scenarios);
  for (const p of own.problems) io.stderr(`folioscope review: ${p}\n`);
  if (own.problems.length > 0) return 2;
  more = { ...more, ...own.options };
  let read: Given;
  try {
    read = await readGiven(file, values);
  } catch (error) {
    if (!(error instanceof FileProblem || error instanceof RangeProblem)) throw error;
    io.stderr(`folioscope review: ${error.message}\n`);
    return 2;
  }
  const { bytes, path } = read;
  for (const note of read.notes) io.stderr(`folioscope review: ${note}\n`);
  const doc = parseDocument(bytes, path);
  let options = { ...reviewOptions({ ...values, tree: read.trees }), ...more };
  // The other forms for machines have no place for a report of a crash.
  const crashesTold = !check && (!format.machine || format.crashes === true);
  if (doc.patches.length === 0 && doc.crashReports.length > 0 && crashesTold)
    return (await import("./cli_crash.ts")).tellCrashes(doc, options, format, EMPTY, io);
  if (doc.patches.length === 0) {
    io.stderr(`folioscope review: ${whyNoPatch(doc, file)}\n`);
    const style = { color: false, all: false };
    if (format.machine) io.stdout(format.write({ doc, result: EMPTY, chosen: [], style }));
    // A cover letter is nothing wrong to b4.
    return check ? 0 : 2;
  }
  if (read.message !== undefined) {
    const indexes = patchesOf(doc, read.message);
    if (indexes.length === 0) {
      io.stderr(
        `folioscope review: message <${read.message}> holds no diff, and answers none that is in ${file}\n`,
      );
      return 2;
    }
    options = { ...options, indexes };
  }
  const chosen = choosePatches(doc, options.patch).filter(
    (p) => options.indexes?.includes(p.index) !== false,
  );
  if (chosen.length === 0) {
    io.stderr(
      `folioscope review: ${file} has no patch ${options.patch}: it has ${doc.patches.map((p) => (p.number > 0 ? `${p.number}/${p.total}` : `#${p.index + 1}`)).join(", ")}\n`,
    );
    return 2;
  }
  const written = (options.written ?? []).map((f) => f.name);
  const unknown = options.scenario === undefined ? null : noSuchScenario(options.scenario, written);
  if (unknown !== null) {
    io.stderr(`folioscope review: ${unknown}\n`);
    return 2;
  }
  if (values.estimate === true)
    return (await import("./cli_estimate.ts")).tellPrice(doc, { ...options, facts: false }, io);
  const style = { color: io.color, all: values.all === true, coverage: values.coverage === true };
  // What is asked for by a name may turn out to be nothing, which is told instead of a report.
  const named = options.scenario ?? options.functions ?? options.replay;
  const stream = named === undefined ? format.stream?.(doc, style) : undefined;
  const progress = new Progress(io, format, stream, groundOf(options.tree ?? null));
  let result: ReviewResult;
  let crashes: readonly CrashOutcome[] = [];
  if (values.fetch !== undefined) {
    const fetched = await fetchForReview(options, doc.patches, values.fetch);
    for (const note of fetched.notes) io.stderr(`folioscope review: ${note}\n`);
    options = fetched.options;
  }
  try {
    const pool = values["no-cache"] === true ? Pool.ofThreads(null) : Pool.ofThreads();
    result = await pool
      .review(doc, { input: bytes, path, options: { ...options, facts: false } }, (event) => {
        progress.hear(event);
        return true;
      })
      .finally(() => {
        progress.done();
        pool.dispose();
      });
    if (crashesTold && doc.crashReports.length > 0)
      crashes = (await import("./cli_crash.ts")).crashesOf(doc, options);
  } catch (error) {
    if (!(error instanceof ReplayMismatch || error instanceof TreeProblem)) throw error;
    io.stderr(`folioscope review: ${error.message}\n`);
    return 2;
  }
  if (options.scenario !== undefined && result.plans.every((p) => p.cases === 0)) {
    io.stderr(`folioscope review: ${noSuchScenario(options.scenario, written, true)}\n`);
    return 2;
  }
  const noFunction = noSuchFunction(options.functions, result);
  if (noFunction !== null) {
    io.stderr(`folioscope review: ${noFunction}\n`);
    return 2;
  }
  const replayed = parseReplay(options.replay ?? "")?.scenario;
  if (replayed !== undefined && result.runs.length === 0 && result.findings.length === 0) {
    const name = replayed.split(" ")[0]!;
    const names = [...scenarioNames(), ...written];
    const why = names.includes(name)
      ? `the scenario ${name} has no such parameters: "${replayed.slice(0, 200)}"`
      : unknownName("scenario", name, names);
    io.stderr(`folioscope review: --replay: ${why}\n`);
    return 2;
  }
  const report = { doc, result, chosen: chosen.map((p) => p.index), style, crashes };
  io.stdout(stream === undefined ? format.write(report) : stream.end(report));
  if (values["b4-review"] !== undefined) {
    const files = b4ReviewFiles(
      doc,
      result,
      chosen.map((p) => p.index),
    );
    try {
      writeNewFiles(values["b4-review"], files);
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      io.stderr(`folioscope review: --b4-review: ${error.message}\n`);
      return 2;
    }
  }
  return check ? 0 : exitStatus(result);
}

/** What a person and a pipe see while a review runs: lines and parts of the report as they come, and how far it is. */
class Progress {
  private readonly io: CliIo;
  private readonly format: Format;
  private readonly stream: ReportStream | undefined;
  private patch = "";
  private cases = 0;
  private over = 0;
  private found = 0;
  private readonly left: TimeLeft;

  constructor(io: CliIo, format: Format, stream: ReportStream | undefined, ground: Ground) {
    this.left = TimeLeft.ofUser(ground);
    this.io = io;
    this.format = format;
    this.stream = stream;
  }

  hear(event: ReviewEvent): void {
    this.left.hear(event);
    const line = this.format.event?.(event) ?? "";
    if (line !== "") this.io.stdout(line);
    switch (event.kind) {
      case "plan":
        this.patch = event.of > 1 ? `patch ${event.n + 1} of ${event.of}: ` : "";
        this.cases = event.cases;
        this.over = 0;
        break;
      case "finding":
        if (event.finding.verdict === "new") this.found++;
        break;
      case "run":
        this.over++;
        break;
      case "patch": {
        const text = this.stream?.patch(event.result, event.patch) ?? "";
        if (text !== "") this.io.stdout(text);
        break;
      }
      case "start":
        break;
    }
    const found = this.found === 0 ? "" : `, ${this.found} new so far`;
    const left = this.left.seconds();
    const price = left === null ? "" : `, ${aboutSeconds(left)} to go`;
    this.io.status?.(`${this.patch}${this.over} of ${this.cases} runs${found}${price}`);
  }

  done(): void {
    this.io.status?.("");
  }
}

/** Why no function ran by itself although some were asked for: the patches change none of that name. Null: some may have. */
function noSuchFunction(glob: string | undefined, result: ReviewResult): string | null {
  if (glob === undefined || result.runs.some((r) => isOwnRun(r.scenario))) return null;
  const names = [...new Set(result.functions.map((f) => f.name))];
  return names.length === 0 || names.some(globMatcher(glob))
    ? null
    : `--functions: ${unknownName("function of the patch that matches", glob, names)}; it changes ${listed(names)}`;
}

const NAMED_MAX = 6;
const listed = (names: readonly string[]): string =>
  `${names
    .slice(0, NAMED_MAX)
    .map((n) => `${n}()`)
    .join(", ")}${names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : ""}`;

/** Places of the patches that a message id stands for: its own, those of its series, or the one that it answers. */
function patchesOf(doc: ParsedDocument, id: string): number[] {
  const wanted = id.trim().replace(/^<|>$/g, "");
  const message = doc.messages.find((m) => m.messageId === wanted);
  if (message === undefined) return [];
  const own = doc.patches.filter((p) => p.message === message.index);
  if (own.length > 0) return own.map((p) => p.index);
  const series = doc.series.find((s) => s.cover === message.index);
  if (series !== undefined) return series.members.flatMap((m) => m.patches);
  return doc.patches
    .filter((p) => p.messageId !== null && p.messageId === message.inReplyTo)
    .map((p) => p.index);
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
  plans: [],
  seed: "0",
};

/** The options of a review; other commands take some of them. */
export const OPTIONS = {
  range: { type: "string" },
  message: { type: "string" },
  mails: { type: "string" },
  patch: { type: "string" },
  scenario: { type: "string" },
  scenarios: { type: "string", multiple: true },
  era: { type: "string" },
  seed: { type: "string" },
  steps: { type: "string" },
  replay: { type: "string" },
  "no-cache": { type: "boolean" },
  format: { type: "string" },
  "b4-check": { type: "boolean" },
  "b4-review": { type: "string" },
  tree: { type: "string", multiple: true },
  prerequisite: { type: "string", multiple: true },
  config: { type: "string" },
  fetch: { type: "string" },
  coverage: { type: "boolean" },
  all: { type: "boolean" },
  thorough: { type: "boolean" },
  functions: { type: "string" },
  "no-functions": { type: "boolean" },
  paths: { type: "string" },
  estimate: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const {
  range: _range,
  message: _message,
  mails: _mails,
  replay: _replay,
  fetch: _fetch,
  coverage: _coverage,
  estimate: _estimate,
  "b4-check": _check,
  "b4-review": _b4,
  ...shared
} = OPTIONS;
/** Those that commands share which review a file more than once: what runs, on which tree. */
export const SHARED_OPTIONS = shared;

/** The scenario files that --scenarios names, as options of a review; or what is wrong with them. */
export function ownScenarios(files: readonly string[] | undefined): {
  readonly options: Pick<ReviewOptions, "written">;
  readonly problems: readonly string[];
} {
  if (files === undefined) return { options: {}, problems: [] };
  const loaded = loadScenarios([...files], scenarioNames());
  return { options: { written: loaded.files }, problems: loaded.problems };
}

type Values = Exclude<ReturnType<typeof readArguments<typeof OPTIONS>>, string>["values"];

/** What is wrong with the values of options; null: nothing. */
export function badOption(values: Partial<Values>): string | null {
  if (values.era !== undefined && values.era !== "auto" && eraFromName(values.era) === null)
    return `--era: ${unknownEra(values.era)}`;
  if (values.seed !== undefined && !/^\d{1,9}$/.test(values.seed))
    return `--seed takes a number from 0 to 999999999, not "${values.seed}"`;
  if (values.steps !== undefined && !/^[1-9]\d{0,11}$/.test(values.steps))
    return `--steps takes a number of instructions, not "${values.steps}"`;
  if (values.paths !== undefined && !/^[1-9]\d{0,5}$/.test(values.paths))
    return `--paths takes a number of paths, not "${values.paths}"`;
  if (values.replay !== undefined) {
    const problem = badToken(values.replay);
    if (problem !== null) return `--replay: ${problem}`;
  }
  if (values.scenario === "") return "--scenario takes a name or a pattern, not an empty text";
  if (values.patch !== undefined && !/^\d{1,9}$/.test(values.patch))
    return `--patch takes a number, not "${values.patch}"`;
  if (values.message !== undefined && values.range !== undefined)
    return "--message names a mail and --range commits: one of the two";
  if (values.mails !== undefined && values.range === undefined)
    return "--mails needs --range A..B, the commits that the mails are of";
  return badTree(values);
}

/** What is wrong with a replay token before it meets a mail; null: nothing. */
export function badToken(text: string): string | null {
  const token = parseReplay(text);
  if (token === null)
    return `"${text.slice(0, 200)}" is not a replay token; a token looks like fs1:<digest>:<patch>:<scenario>:<eras>:<seed>:<code>`;
  if (orderOf(token) !== null) return ORDER_TOKEN;
  if (!/^\d{1,9}$/.test(token.seed))
    return `its seed is a number from 0 to 999999999, not "${token.seed.slice(0, 80)}"`;
  if (ruleOf(token.code) === undefined)
    return unknownName(
      "code",
      token.code,
      RULES.map((r) => r.code),
    );
  return null;
}

/** What goes with a tree makes no sense without one; whether they can be read, the review finds before it runs. */
function badTree({ tree, range, prerequisite, config, fetch }: Partial<Values>): string | null {
  if (fetch !== undefined && badMirror(fetch) !== "") return `--fetch: ${badMirror(fetch)}`;
  if (tree !== undefined || range !== undefined) return null;
  if (prerequisite !== undefined) return "--prerequisite needs --tree DIR, the tree that it goes on";
  if (fetch !== undefined) return "--fetch needs --tree DIR, the tree that it adds to";
  return config === undefined ? null : "--config needs --tree DIR, the tree that it is for";
}

/** Options as a review takes them. */
export function reviewOptions(values: Partial<Values>): ReviewOptions {
  return {
    ...(values.patch === undefined ? {} : { patch: values.patch }),
    ...(values.scenario === undefined ? {} : { scenario: values.scenario }),
    ...(values.era === undefined ? {} : { era: values.era }),
    ...(values.seed === undefined ? {} : { seed: values.seed }),
    ...(values.replay === undefined ? {} : { replay: values.replay }),
    ...(values.tree === undefined ? {} : { tree: values.tree[0]!, otherTrees: values.tree.slice(1) }),
    ...(values.prerequisite === undefined ? {} : { prerequisites: values.prerequisite }),
    ...(values.config === undefined ? {} : { config: values.config }),
    ...(values.functions === undefined ? {} : { functions: values.functions }),
    ...(values["no-functions"] === true ? { noFunctions: true } : {}),
    ...(values.paths === undefined ? {} : { paths: Number(values.paths) }),
    ...(values.thorough === true ? { thorough: true } : {}),
    ...(values.steps === undefined ? {} : { steps: Number(values.steps) }),
  };
}

/** Why a file has nothing to run, in a sentence. */
export function whyNoPatch(doc: ParsedDocument, file: string): string {
  // That there is nothing is said once.
  const first = doc.problems.find((p) => !["empty-input", "no-diff", "binary-input"].includes(p.code));
  const what =
    doc.form === "empty"
      ? "is empty"
      : doc.form === "binary"
        ? "is not text: no mail, no diff"
        : doc.crashReports.length > 0
          ? "holds a crash report but no diff, so there is nothing to run"
          : "holds no diff, so there is nothing to run";
  return `${file} ${what}${first === undefined ? "" : ` (${first.message})`}`;
}

/** 1 when something new breaks, 3 when nothing that a patch changes ran to a verdict, else 0. */
export function exitStatus({ findings, runs }: ReviewResult): number {
  if (findings.some((f) => f.verdict === "new")) return 1;
  // What was broken before says nothing of a patch whose lines no run with a verdict reached.
  const passed = new Set(
    runs.filter((r) => !isOwnRun(r.scenario) && isPassedBy(r.reason ?? "")).map((r) => r.patch),
  );
  const counts = (of: { verdict: Verdict; patch: number }): boolean =>
    isJudged(of.verdict) && !(of.verdict === "already" && passed.has(of.patch));
  return runs.some(counts) || findings.some(counts) ? 0 : 3;
}
