/**
 * `folioscope mutate FILE`: whether the runs would notice a mistake in what a mail adds. Exit status: 0 tried; 2 bad usage or
 * unreadable input; 3 nothing of the mail could be executed. Leaves out the mistakes and their trial (mutate/) and the words
 * (report/mutated.ts).
 */
import { ERA_NAMES } from "../emulator/kernel/era.ts";
import type { CliIo } from "./cli_io.ts";
import {
  badOption,
  exitStatus,
  ownScenarios,
  reviewOptions,
  SHARED_OPTIONS,
  whyNoPatch,
} from "./cli_review.ts";
import { Pool } from "./emulation/pool.ts";
import { FileProblem, readInput } from "./files.ts";
import { MAX_INPUT } from "./given.ts";
import { tryMutants } from "./mutate/try.ts";
import { readArguments } from "./options.ts";
import { parseDocument } from "./parse.ts";
import { MUTANTS } from "./protocol.ts";
import { mutatedJson, mutatedText } from "./report/mutated.ts";
import { choosePatches } from "./review/analysis.ts";
import { TreeProblem } from "./source/context.ts";

const FORMATS = ["text", "json"] as const;
const MUTANTS_MAX = 1000;

const USAGE = `usage: folioscope mutate [options] FILE|-

How far a clean review can be trusted: mistakes are put into what the mail adds,
one at a time (a statement left out, a condition turned round, two statements in
the other order), and the mail is reviewed with each. What no run notices is
where a review by running says little, and where reading is needed.

  --mutants N      how many are tried, of what is taken and given back first;
                   default ${MUTANTS}. Each takes as long as a review of its patch
  --format F       one of (default text)
                   ${FORMATS.join(", ")}

as in folioscope review
  --patch N, --scenario GLOB, --thorough, --seed S, --steps N, --no-cache
  --era NAME       ${ERA_NAMES.join(", ")}
  --tree DIR, --prerequisite FILE[#a-b], --config FILE, --functions GLOB,
  --no-functions, --paths N

exit status: 0 they were tried; 2 bad usage or unreadable input; 3 nothing of
the mail could be executed
`;

const { all: _all, ...COMMON } = SHARED_OPTIONS;
const OPTIONS = { ...COMMON, mutants: { type: "string" } } as const;

/** Runs the command and gives the exit status. */
export async function runMutate(args: string[], io: CliIo): Promise<number> {
  const fail = (message: string): number => {
    io.stderr(`folioscope mutate: ${message}\n`);
    return 2;
  };
  const parsed = readArguments(args, OPTIONS);
  if (typeof parsed === "string") return fail(`${parsed}\nfolioscope mutate --help tells the options`);
  const { values, positionals } = parsed;
  if (values.help === true) {
    io.stdout(USAGE);
    return 0;
  }
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    return fail("name one file, or - for standard input\nfolioscope mutate --help tells the options");
  const format = values.format ?? "text";
  if (!FORMATS.some((f) => f === format))
    return fail(`--format takes one of ${FORMATS.join(", ")}, not "${format}"`);
  const max = Number(values.mutants ?? MUTANTS);
  if (!Number.isInteger(max) || max < 1 || max > MUTANTS_MAX)
    return fail(`--mutants takes a number from 1 to ${MUTANTS_MAX}, not "${values.mutants}"`);
  const problem = badOption(values);
  if (problem !== null) return fail(problem);
  const own = ownScenarios(values.scenarios);
  if (own.problems.length > 0) return fail(own.problems.join("\n"));
  const pool = values["no-cache"] === true ? Pool.ofThreads(null) : Pool.ofThreads();
  try {
    const bytes = readInput(file, MAX_INPUT);
    const path = file === "-" ? "standard input" : file;
    const doc = parseDocument(bytes, path);
    const options = { ...reviewOptions(values), ...own.options };
    if (choosePatches(doc, options.patch).length === 0) return fail(whyNoPatch(doc, path));
    const tried = await tryMutants(
      doc,
      options,
      max,
      (changed, text, asked) => pool.review(changed, { input: text, path, options: asked }),
      (n, of) => io.status?.(`${n} of ${of} reviews`),
    );
    if (typeof tried === "string") return fail(tried);
    io.stdout(format === "json" ? mutatedJson(tried) : mutatedText(tried, io));
    return exitStatus(tried.plain) === 3 ? 3 : 0;
  } catch (error) {
    if (!(error instanceof TreeProblem || error instanceof FileProblem)) throw error;
    return fail(error.message);
  } finally {
    io.status?.("");
    pool.dispose();
  }
}
