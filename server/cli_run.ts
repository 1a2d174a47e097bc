/**
 * `folioscope run FILE [MAIL]`: a scenario file, on the kernel as it is or before and after a mailed patch. Exit status: 0
 * every expectation holds (with a mail: nothing new breaks); 1 something breaks; 2 bad usage or a wrong file; 3 nothing could
 * be said. Leaves out the language (server/scenarios) and the review of the mail (cli_review.ts).
 */
import "./shipped.ts";
import { ERA_NAMES, type Era, eraFromName, erasIn, unknownEra } from "../emulator/kernel/era.ts";
import { buildKernelImage, type KernelImage } from "../emulator/kernel.ts";
import { buildTreeImage } from "../emulator/kernel_tree.ts";
import { Memory } from "../emulator/mem/memory.ts";
import {
  type BootedImage,
  bootImage,
  casesOf,
  runCase,
  type ScenarioRun,
} from "../emulator/scenario/runner.ts";
import { schedulerOf } from "../emulator/sched/scheduler.ts";
import { scenarioNames } from "./cli_catalogue.ts";
import type { CliIo } from "./cli_io.ts";
import { runReview } from "./cli_review.ts";
import { FileProblem, readHead } from "./files.ts";
import { readArguments } from "./options.ts";
import { jsonText, terminalData, wrap } from "./report/text.ts";
import { DEFAULT_STEPS } from "./review/types.ts";
import { isScenarioPath, loadScenarios } from "./scenarios/load.ts";
import { holdsIn, scenarioUnits } from "./scenarios/to_c.ts";
import type { ScenarioFile } from "./scenarios/types.ts";
import { looksLikePatch } from "./sniff.ts";
import { eraOfFiles, type TreeContext, TreeProblem, treeContext } from "./source/context.ts";
import { plainSource } from "./source/tree_side.ts";

const USAGE = `usage: folioscope run [options] FILE [MAIL]

Runs a scenario file (*.scenario.yaml; a folder: all of its). With MAIL, before
and after its patches, as review does; else on the kernel as it is.

  --era NAME       only on this kernel: ${ERA_NAMES.slice(0, 4).join(", ")},
                   ${ERA_NAMES.slice(4).join(", ")}; default: the newest that the
                   file is for
  --all-eras       on each kernel that the file is for
  --tree DIR       Linux checked out or unpacked: its files run
  --seed S         0 (default): each task runs until it blocks; else a random
                   schedule, the same one for the same number
  --format F       text (default) or json; with MAIL any format of review

exit status: 0 all expectations hold; 1 something breaks; 2 bad usage or a
wrong file; 3 nothing could be said
`;

const OPTIONS = {
  era: { type: "string" },
  "all-eras": { type: "boolean" },
  tree: { type: "string" },
  seed: { type: "string" },
  format: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

type Values = Exclude<ReturnType<typeof readArguments<typeof OPTIONS>>, string>["values"];

/** What a case on one kernel gave. */
interface Told {
  readonly scenario: string;
  readonly era: Era;
  readonly verdict: "holds" | "breaks" | "limit" | "not-modelled";
  readonly reason: string;
  readonly broken: readonly { readonly code: string; readonly message: string; readonly step: string }[];
  readonly steps: number;
}

/** Whether a file is what review takes. */
function isMail(path: string): boolean {
  try {
    return looksLikePatch(readHead(path, HEAD).toString("latin1"));
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    return false;
  }
}
/** Bytes that are looked at for that. */
const HEAD = 1 << 18;

/** Runs the command and gives the exit status. */
export async function runScenarioFile(args: string[], io: CliIo): Promise<number> {
  const fail = (message: string): number => {
    io.stderr(`folioscope run: ${message}\n`);
    return 2;
  };
  const parsed = readArguments(args, OPTIONS);
  if (typeof parsed === "string") return fail(`${parsed}\n${USAGE}`);
  const { values, positionals } = parsed;
  if (values.help === true) {
    io.stdout(USAGE);
    return 0;
  }
  const [path, mail] = positionals;
  if (path === undefined || positionals.length > 2)
    return fail(`name a scenario file, and a mail if it is to be about one\n${USAGE}`);
  const era = values.era === undefined ? undefined : eraFromName(values.era);
  if (era === null) return fail(`--era: ${unknownEra(values.era!)}`);
  if (values.seed !== undefined && !/^\d{1,9}$/.test(values.seed))
    return fail(`--seed takes a number from 0 to 999999999, not "${values.seed}"`);
  if (!isScenarioPath(path) && isMail(path))
    return fail(
      `${path} is a mail or a diff: folioscope review ${path} runs its patches. What run takes is a scenario file (*.scenario.yaml)`,
    );
  const { files, problems } = loadScenarios([path], scenarioNames());
  for (const p of problems) io.stderr(`folioscope run: ${p}\n`);
  if (problems.length > 0) return 2;
  if (mail !== undefined) return withMail(values, files, mail, io);
  if (!["text", "json", undefined].includes(values.format))
    return fail(`--format takes text or json, not "${values.format}"`);
  const out: Told[] = [];
  try {
    const context = values.tree === undefined ? null : treeContext({ tree: values.tree });
    const wanted =
      era ?? (context === null ? undefined : (eraOfFiles((p) => context.tree.read(p)) ?? undefined));
    for (const at of erasFor(files, wanted, values["all-eras"] === true)) {
      const booted = boot(at, files, context);
      if ("problem" in booted) return fail(booted.problem);
      for (const def of booted.scenarios.filter((d) =>
        files.some((f) => f.name === d.name && holdsIn(f, at)),
      ))
        for (const c of casesOf(def)) {
          const stepLimit = files.find((f) => f.name === def.name)?.instructions || DEFAULT_STEPS;
          const told = tell(
            runCase(booted, c, { stepLimit, scheduler: schedulerOf(values.seed ?? "0") }),
            at,
          );
          out.push(told);
          if (values.format !== "json") io.stdout(toldText(terminalData(told)));
        }
    }
  } catch (error) {
    if (!(error instanceof TreeProblem)) throw error;
    return fail(error.message);
  }
  if (values.format === "json") io.stdout(`${jsonText({ version: 1, cases: out }, 1)}\n`);
  else io.stdout(summary(out));
  if (out.length === 0) return fail(`${path} is for ${spans(files)}, not for ${era ?? "any kernel here"}`);
  if (out.some((t) => t.verdict === "breaks")) return 1;
  return out.some((t) => t.verdict === "holds") ? 0 : 3;
}

/** The review of a mail in these scenarios alone. */
function withMail(values: Values, files: readonly ScenarioFile[], mail: string, io: CliIo): Promise<number> {
  const passed = (["era", "tree", "seed", "format"] as const).flatMap((k) =>
    values[k] === undefined ? [] : [`--${k}`, values[k]],
  );
  return runReview([...passed, "--", mail], io, { written: files, onlyWritten: true });
}

const spans = (files: readonly ScenarioFile[]): string =>
  [...new Set(files.map((f) => erasOf(f).join(", ")))].join("; ") || "no kernel";

const erasOf = (f: ScenarioFile): Era[] => ERA_NAMES.filter((e) => holdsIn(f, e));

function erasFor(files: readonly ScenarioFile[], era: Era | undefined, all: boolean): Era[] {
  const held = erasIn({}).filter((e) => files.some((f) => holdsIn(f, e)));
  if (era !== undefined) return held.filter((e) => e === era);
  if (all) return held;
  const newest = files.map((f) => erasOf(f).at(-1));
  return held.filter((e) => newest.includes(e));
}

function boot(
  era: Era,
  files: readonly ScenarioFile[],
  context: TreeContext | null,
): BootedImage | { readonly problem: string } {
  const units = scenarioUnits(files, era);
  let kernel: KernelImage;
  if (context === null) kernel = buildKernelImage(era, [], undefined, units);
  else {
    const plain = plainSource(context.tree, context.index, context.config);
    kernel = buildTreeImage(era, plain.units, plain.source, undefined, units);
  }
  const wrong = kernel.errors[0];
  if (wrong !== undefined)
    return { problem: `a defect of ours, please report it: the scenario's C: ${wrong.message}` };
  const booted = bootImage(kernel.image, era, new Memory());
  if (booted.snapshot === null)
    return { problem: `the machine does not boot: ${booted.boot.end.reason.message}` };
  return booted;
}

function tell(run: ScenarioRun, era: Era): Told {
  const { kind, message } = run.end.reason;
  const broken = run.violations.map((v) => ({
    code: v.code,
    message: v.message,
    step: run.stepTexts[v.step - 1] ?? "",
  }));
  const stub = run.stubs[0];
  const reason =
    run.unmodelled ??
    (stub !== undefined ? `${stub.name}() is not there` : kind === "completed" ? "" : message);
  const stopped = kind !== "completed" && kind !== "limit" && run.unmodelled === null;
  const verdict =
    run.unmodelled !== null || stub !== undefined
      ? "not-modelled"
      : kind === "limit"
        ? "limit"
        : broken.length > 0 || stopped
          ? "breaks"
          : "holds";
  if (stopped && broken.length === 0) broken.push({ code: kind, message, step: run.stepTexts.at(-1) ?? "" });
  return { scenario: run.label, era, verdict, reason, broken, steps: run.steps };
}

function toldText(t: Told): string {
  const head = `${t.era}  ${t.scenario}: ${t.verdict}${t.verdict === "limit" || t.verdict === "not-modelled" ? `, ${t.reason}` : ""}\n`;
  const rest = t.broken
    .slice(0, 6)
    .flatMap((b) =>
      wrap(`${b.code}: ${b.message}${b.step === "" ? "" : ` (at "${b.step}")`}`, 72).map(
        (l, i) => `${i === 0 ? "    " : "      "}${l}\n`,
      ),
    );
  return head + rest.join("");
}

function summary(all: readonly Told[]): string {
  const count = (v: Told["verdict"]): number => all.filter((t) => t.verdict === v).length;
  const parts = (["holds", "breaks", "limit", "not-modelled"] as const).flatMap((v) =>
    count(v) > 0 ? [`${count(v)} ${v}`] : [],
  );
  return `${all.length} case${all.length === 1 ? "" : "s"}: ${parts.join(", ") || "none"}\n`;
}
