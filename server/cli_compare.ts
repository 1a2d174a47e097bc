/**
 * `folioscope compare OLD NEW`: two versions of a series, by their text and by what their runs show. Exit status: 0 the
 * newer breaks nothing that the older did not; 1 it does; 2 bad usage or unreadable input; 3 nothing of the newer could be
 * executed. Leaves out the comparison (compare/) and its words (report/compared.ts).
 */
import { ERA_NAMES } from "../emulator/kernel/era.ts";
import type { CliIo } from "./cli_io.ts";
import { badOption, exitStatus, ownScenarios, reviewOptions, SHARED_OPTIONS } from "./cli_review.ts";
import { compareVersions, type Given } from "./compare/compare.ts";
import { versionsOf } from "./compare/versions.ts";
import { Pool } from "./emulation/pool.ts";
import { FileProblem, readInput } from "./files.ts";
import { MAX_INPUT } from "./given.ts";
import { readArguments } from "./options.ts";
import { parseDocument } from "./parse.ts";
import { breaksMore, comparedJson, comparedMarkdown, comparedText } from "./report/compared.ts";
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

const { patch: _patch, ...COMMON } = SHARED_OPTIONS;
const OPTIONS = { ...COMMON, versions: { type: "string" } } as const;

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
  const own = ownScenarios(values.scenarios);
  if (own.problems.length > 0) return fail(own.problems.join("\n"));
  const found = chooseVersions(positionals, values.versions);
  if (typeof found === "string") return fail(found);
  const pool = values["no-cache"] === true ? Pool.ofThreads(null) : Pool.ofThreads();
  try {
    const compared = await compareVersions(
      found[0],
      found[1],
      { ...reviewOptions(values), ...own.options },
      ({ doc, input }, options) => pool.review(doc, { input, path: doc.path, options }),
    );
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
      input = readInput(file, MAX_INPUT);
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
