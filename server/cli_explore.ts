/**
 * `folioscope explore FILE --scenario NAME`: tries the orders of a scenario's tasks on both sides of a patch. Exit status:
 * 0 nothing new; 1 some order shows something new; 2 bad usage or input; 3 nothing could be said. Leaves out the work
 * (review/explore.ts).
 */
import { ERA_NAMES, eraFromName, unknownEra } from "../emulator/kernel/era.ts";
import { noSuchScenario, scenarioNames } from "./cli_catalogue.ts";
import type { CliIo } from "./cli_io.ts";
import { whyNoPatch } from "./cli_review.ts";
import { FileProblem, readInput } from "./files.ts";
import { readArguments, unknownName } from "./options.ts";
import { parseDocument } from "./parse.ts";
import {
  exploredText,
  failedText,
  injectedText,
  lanes,
  lines80,
  newIn,
  untriedText,
} from "./report/explored.ts";
import { jsonText, terminalText } from "./report/text.ts";
import { choosePatches } from "./review/analysis.ts";
import { allViolations } from "./review/compare.ts";
import { type ExploredCase, type ExploreLimits, turnsIn } from "./review/explore.ts";
import { failedIn, failingCase, type InjectedCase, parseFailing } from "./review/explore_faults.ts";
import { exploreAll, sidesOf } from "./review/exploring.ts";
import { wantedCases } from "./review/plan.ts";
import { digestOf, orderOf, parseReplay, type Replay } from "./review/replay.ts";
import type { PatchSides } from "./review/sides.ts";
import { DEFAULT_STEPS, type ReviewOptions } from "./review/types.ts";
import { TreeProblem } from "./source/context.ts";
import { restoredDocument } from "./source/restore.ts";

const USAGE = `usage: folioscope explore [options] FILE|- --scenario GLOB

Tries the orders in which a scenario's tasks can run, before and after the
patch, and says of each fault whether it comes never, sometimes or always.

what is run
  --scenario GLOB  the scenarios, by name or by name and parameters
  --patch N        only patch N of the series (or the Nth of the document)
  --era NAME       the kernel whose rules hold: ${ERA_NAMES.slice(0, 4).join(", ")},
                   ${ERA_NAMES.slice(4).join(", ")}
  --tree DIR       a Linux tree: what the mail does not show is taken from it
  --prerequisite FILE[#a-b]
                   patches that the tree lacks and the series stands on
  --replay TOKEN   only the order that a token names

how much
  --bound N        preemptions that an order may have, 0 to 5 (default 2);
                   within it every order is tried, of those that come to the
                   same one
  --schedules N    orders that a side may run in a case (default 1000)
  --total N        orders of all cases and sides: once as many were run no case
                   is begun (default 20000); first come cases in which each
                   pair of parameters occurs
  --weak           stores may be seen late, as the kernel's memory model lets
                   them where no barrier, lock or dependency orders them; each
                   counts as a preemption
  --random N       orders drawn at random beyond the bound (default 50)
  --seed S         what they are drawn by (default 1)
  --time S         stop after S seconds; results then depend on the machine
  --steps N        instructions of a run (default ${DEFAULT_STEPS})
  --faults N       not orders: each call that can fail (allocations, blocks,
                   devices) fails once, each wait gets a signal, each I/O an
                   error or -EAGAIN, each copy meets poison, each insertion
                   comes second; with 2 then each pair; runs at most as
                   --schedules and --total say
  --json           the results as JSON

exit status: 0 nothing new; 1 something new in some order; 2 bad usage or
unreadable input; 3 nothing could be said
`;

/** Largest input that is read (bytes). */
const MAX_INPUT = 64 << 20;

const OPTIONS = {
  scenario: { type: "string" },
  patch: { type: "string" },
  era: { type: "string" },
  tree: { type: "string" },
  prerequisite: { type: "string", multiple: true },
  replay: { type: "string" },
  bound: { type: "string", default: "2" },
  schedules: { type: "string", default: "1000" },
  total: { type: "string", default: "20000" },
  random: { type: "string", default: "50" },
  seed: { type: "string", default: "1" },
  time: { type: "string" },
  steps: { type: "string", default: String(DEFAULT_STEPS) },
  faults: { type: "string" },
  weak: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;
type Values = Exclude<ReturnType<typeof readArguments<typeof OPTIONS>>, string>["values"];

function badOption(v: Values): string | null {
  if (!/^[0-5]$/.test(v.bound)) return `--bound takes a number from 0 to 5, not "${v.bound}"`;
  for (const name of ["schedules", "total", "random", "seed", "steps"] as const)
    if (!/^\d{1,9}$/.test(v[name]) || (name !== "random" && name !== "seed" && Number(v[name]) === 0))
      return `--${name} takes a number up to 999999999, not "${v[name]}"`;
  if (v.time !== undefined && !/^[1-9]\d{0,5}$/.test(v.time)) return `--time takes seconds, not "${v.time}"`;
  if (v.faults !== undefined && !/^[12]$/.test(v.faults)) return `--faults takes 1 or 2, not "${v.faults}"`;
  if (v.weak === true && v.faults !== undefined)
    return "--weak is about orders of tasks, and --faults tries none: choose one";
  if (v.patch !== undefined && !/^\d+$/.test(v.patch)) return `--patch takes a number, not "${v.patch}"`;
  if (v.era !== undefined && eraFromName(v.era) === null) return `--era: ${unknownEra(v.era)}`;
  if (v.scenario === undefined && v.replay === undefined)
    return "name the scenarios with --scenario; see folioscope scenarios";
  return null;
}

/** Runs the command and gives the exit status. */
export async function runExplore(args: string[], io: CliIo): Promise<number> {
  const fail = (message: string): number => {
    io.stderr(`folioscope explore: ${message}\n`);
    return 2;
  };
  const parsed = readArguments(args, OPTIONS);
  if (typeof parsed === "string") return fail(`${parsed}\nfolioscope explore --help tells the options`);
  const { values, positionals } = parsed;
  if (values.help === true) {
    io.stdout(USAGE);
    return 0;
  }
  const file = positionals[0];
  if (file === undefined || positionals.length > 1) return fail(`name one file, or -\n${USAGE}`);
  const problem = badOption(values);
  if (problem !== null) return fail(problem);
  let bytes: Buffer;
  try {
    bytes = readInput(file, MAX_INPUT);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    return fail(error.message);
  }
  const { doc } = restoredDocument(parseDocument(bytes, file), { era: values.era, tree: values.tree });
  const replay = values.replay === undefined ? null : parseReplay(values.replay);
  if (values.replay !== undefined && (replay === null || orderOf(replay) === null))
    return fail("--replay takes a token that names an order, as explore prints it");
  let patches = choosePatches(doc, values.patch);
  if (replay !== null) patches = doc.patches.filter((p) => p.index === replay.patch);
  if (doc.patches.length === 0) return fail(whyNoPatch(doc, file));
  if (patches.length === 0) return fail(`${file} has no patch ${values.patch ?? "of the token"}`);
  if (replay !== null && digestOf(patches[0]!) !== replay.digest)
    return fail("the token is of another text: this patch reads differently from the one it was made for");
  const options: ReviewOptions = {
    ...(values.scenario === undefined ? {} : { scenario: values.scenario }),
    ...(values.era === undefined ? {} : { era: values.era }),
    ...(values.tree === undefined ? {} : { tree: values.tree }),
    ...(values.prerequisite === undefined ? {} : { prerequisites: values.prerequisite }),
  };
  const unknown = values.scenario === undefined ? null : noSuchScenario(values.scenario);
  if (unknown !== null) return fail(unknown);
  const started = Date.now();
  const seconds = values.time === undefined ? Number.POSITIVE_INFINITY : Number(values.time);
  const faults = Number(values.faults ?? 0) as 0 | 1 | 2;
  let runs = 0;
  let place = "";
  const limits: ExploreLimits = {
    bound: Number(values.bound),
    schedules: Number(values.schedules),
    random: Number(values.random),
    seed: Number(values.seed),
    steps: Number(values.steps),
    weak: values.weak === true,
    // Asked after each run.
    stop: () => {
      runs++;
      io.status?.(`${faults === 0 ? "orders" : "runs"} so far: ${runs}; ${place}`);
      return Date.now() - started > 1000 * seconds;
    },
  };
  const results: (ExploredCase | InjectedCase)[] = [];
  const silent = (why: string): void => io.stderr(`folioscope explore: ${why}\n`);
  let cases = 0;
  let untried = 0;
  let reached = false;
  try {
    if (replay !== null) {
      for (const { sides } of sidesOf({ doc, patches, options }, replay, silent))
        return tellReplay(sides, replay, limits, io);
      return 3;
    }
    ({ cases, untried, reached } = exploreAll(
      { doc, patches, options, limits, faults, total: Number(values.total) },
      {
        silent,
        begins: (label, nth, of) => {
          place = `case ${nth} of ${of}: ${label}`;
        },
        explored: (result) => {
          results.push(result);
          if (values.json !== true)
            io.stdout("depth" in result ? injectedText(result) : exploredText(result));
        },
      },
    ));
  } catch (error) {
    if (!(error instanceof TreeProblem)) throw error;
    return fail(error.message);
  }
  if (cases === 0 && reached && values.scenario !== undefined)
    return fail(noSuchScenario(values.scenario, [], true)!);
  io.status?.("");
  if (values.json === true) io.stdout(`${jsonText({ explored: results, untried }, 2)}\n`);
  else if (untried > 0) io.stdout(untriedText(untried, cases));
  if (results.some((r) => newIn(r) > 0)) return 1;
  return results.some((r) => r.notModelled === "") ? 0 : 3;
}

/** Runs the one order that a token names and tells how it goes. */
function tellReplay(sides: PatchSides, replay: Replay, limits: ExploreLimits, io: CliIo): number {
  const order = orderOf(replay)!;
  const side = sides[order.side];
  const { label, nth, second } = parseFailing(replay.scenario);
  const whole = wantedCases(side.booted.scenarios, {}, { ...replay, scenario: label })[0];
  if (whole === undefined) {
    const name = unknownName("scenario", label.split(" ")[0]!, scenarioNames());
    io.stderr(
      `folioscope explore: ${name}${scenarioNames().includes(label.split(" ")[0]!) ? ` with the parameters "${label.slice(0, 200)}"` : ""}\n`,
    );
    return 2;
  }
  const c = nth > 0 ? failingCase(whole, nth, second) : whole;
  const { run, turns } = turnsIn(side, c, order.schedule, limits.steps);
  const shown = allViolations(run);
  const said =
    shown.length === 0 ? "=> no fault" : `=> ${shown.map((v) => `${v.code}: ${v.message}`).join("; ")}`;
  const told = nth > 0 ? [...failedText(failedIn(side, run)), said].flatMap(lines80) : lanes(turns, said);
  io.stdout(`${[`${c.label}, ${order.side} side`, ...told].map(terminalText).join("\n")}\n`);
  return shown.some((v) => v.code === replay.code) ? 1 : 0;
}
