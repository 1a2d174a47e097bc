/**
 * `folioscope scenarios` and `folioscope invariants`: the catalogues, as text or JSON. Exit status 0, or 2 for bad usage.
 */
import "./shipped.ts";
import { FUNCTION_RULES } from "../emulator/function/rules.ts";
import { RULES } from "../emulator/invariants/registry.ts";
import { ERA_NAMES, type Era, eraFromName, erasIn, NEWEST_ERA, unknownEra } from "../emulator/kernel/era.ts";
import { buildKernelImage } from "../emulator/kernel.ts";
import { Memory } from "../emulator/mem/memory.ts";
import { bootImage, casesOf, paramsText, type ScenarioDef } from "../emulator/scenario/runner.ts";
import type { CliIo } from "./cli_io.ts";
import { globMatcher } from "./glob.ts";
import { readArguments, unknownName } from "./options.ts";
import { jsonText, wrap } from "./report/text.ts";
import { reachOf } from "./review/reach.ts";
import { scenarioAsYaml } from "./scenarios/from_c.ts";
import { languageText } from "./scenarios/manual.ts";

interface Asked {
  readonly format: "text" | "json";
  readonly era: string | undefined;
  readonly steps: boolean;
  /** The built-in scenario that is to be printed as a scenario file. */
  readonly asYaml: string | undefined;
}

/** What was asked for, or the exit status of an answer that was already given. */
function asked(args: readonly string[], io: CliIo, command: "scenarios" | "invariants"): Asked | number {
  const eras =
    command === "scenarios"
      ? ` [--era NAME]\n                            [--steps] [--as-yaml NAME]\n\n  --era NAME       one of ${ERA_NAMES.join(", ")}`
      : "";
  const usage = `usage: folioscope ${command} [--format text|json]${eras}\n`;
  const read = readArguments(args, {
    help: { type: "boolean", short: "h" },
    format: { type: "string" },
    ...(command === "scenarios"
      ? {
          era: { type: "string" as const },
          steps: { type: "boolean" as const },
          "as-yaml": { type: "string" as const },
        }
      : {}),
  });
  const problem =
    typeof read === "string"
      ? read
      : read.positionals.length > 0
        ? `"${read.positionals[0]}" is no option`
        : !["text", "json", undefined].includes(read.values.format as string | undefined)
          ? unknownName("format", String(read.values.format), ["text", "json"])
          : null;
  if (typeof read === "string" || problem !== null) {
    io.stderr(`folioscope ${command}: ${problem}\n${usage}`);
    return 2;
  }
  const values = read.values as {
    help?: boolean;
    format?: string;
    era?: string;
    steps?: boolean;
    "as-yaml"?: string;
  };
  if (values.help === true) {
    io.stdout(usage);
    return 0;
  }
  return {
    format: values.format === "json" ? "json" : "text",
    era: values.era,
    steps: values.steps === true,
    asYaml: values["as-yaml"],
  };
}

/** Prints a built-in scenario as a scenario file. Status 2: there is none of that name; 3: the language cannot say it. */
function printAsYaml(name: string, io: CliIo): number {
  const found = scenarioAsYaml(name);
  if (found === null) {
    io.stderr(
      `folioscope scenarios: --as-yaml: ${unknownName("scenario", name, scenarioNames())}; folioscope scenarios lists them\n`,
    );
    return 2;
  }
  if ("why" in found) {
    io.stderr(
      `folioscope scenarios: --as-yaml: ${name} cannot be said as a scenario file (${found.why})\n` +
        "folioscope scenarios --steps lists what the language has\n",
    );
    return 3;
  }
  io.stdout(found.yaml);
  return 0;
}

/** The built-in scenarios of an era; none when its reference kernel does not boot. */
function scenariosOf(era: Era): readonly ScenarioDef[] {
  return reachOf(era)?.scenarios ?? bootImage(buildKernelImage(era, []).image, era, new Memory()).scenarios;
}

/** Names of the scenarios of all eras. */
export function scenarioNames(): string[] {
  return [...new Set(ERA_NAMES.toReversed().flatMap((e) => scenariosOf(e).map((s) => s.name)))];
}

/**
 * Why no case is of a scenario that was asked for: none is called so, in any era and among those that came as files, or those
 * that are hold on other kernels alone (`ran`: where that is known already). Null: some case may be.
 */
export function noSuchScenario(glob: string, written: readonly string[] = [], ran = false): string | null {
  const fits = globMatcher(glob);
  if (!ran && written.some((name) => fits(name) || glob.startsWith(`${name} `))) return null;
  const named = new Map<string, Era[]>();
  for (const era of ERA_NAMES)
    for (const d of scenariosOf(era))
      if (fits(d.name) || casesOf(d).some((c) => fits(c.label)))
        named.set(d.name, [...(named.get(d.name) ?? []), era]);
  if (named.size === 0)
    return `${unknownName("scenario that matches", glob, [...scenarioNames(), ...written])}; see folioscope scenarios`;
  if (!ran) return null;
  const of = [...named].map(([name, eras]) => `${name} (of ${eras.join(", ")})`).slice(0, NAMED_MAX);
  const more = named.size > NAMED_MAX ? ` and ${named.size - NAMED_MAX} more` : "";
  return `no scenario that matches "${glob.slice(0, 80)}" is of the kernel that the patch is for: ${of.join(", ")}${more}; --era names a kernel`;
}
const NAMED_MAX = 4;

export async function runScenarios(args: string[], io: CliIo): Promise<number> {
  const wanted = asked(args, io, "scenarios");
  if (typeof wanted === "number") return wanted;
  const { format } = wanted;
  if (wanted.steps) {
    io.stdout(languageText());
    return 0;
  }
  if (wanted.asYaml !== undefined) return printAsYaml(wanted.asYaml, io);
  const named = wanted.era ?? NEWEST_ERA;
  const era = eraFromName(named);
  if (era === null) {
    io.stderr(`folioscope scenarios: --era: ${unknownEra(named)}\n`);
    return 2;
  }
  const booted = bootImage(buildKernelImage(era, []).image, era, new Memory());
  if (booted.snapshot === null) {
    io.stderr(
      `folioscope scenarios: the reference kernel does not boot: ${booted.boot.end.reason.message}\n`,
    );
    return 3;
  }
  const list = booted.scenarios.map((s) => ({
    name: s.name,
    title: s.title,
    params: Object.fromEntries(s.params),
  }));
  if (format === "json") {
    io.stdout(`${jsonText(list, 1)}\n`);
    return 0;
  }
  for (const s of list) {
    const params = paramsText(Object.entries(s.params));
    io.stdout(
      `${s.name}${params === "" ? "" : `  (${params})`}\n${wrap(s.title, 74)
        .map((l) => `    ${l}\n`)
        .join("")}`,
    );
  }
  return 0;
}

export async function runInvariants(args: string[], io: CliIo): Promise<number> {
  const wanted = asked(args, io, "invariants");
  if (typeof wanted === "number") return wanted;
  const { format } = wanted;
  const list = [...RULES, ...FUNCTION_RULES].map((i) => ({
    code: i.code,
    title: i.title,
    ids: i.ids,
    statement: i.statement,
    eras: erasIn(i),
    source: i.source,
    detection: i.detection,
    level: i.level,
  }));
  if (format === "json") {
    io.stdout(`${jsonText(list, 1)}\n`);
    return 0;
  }
  for (const i of list) {
    const eras = i.eras.length === ERA_NAMES.length ? "every era" : i.eras.join(", ");
    io.stdout(`${i.code}  [${eras}]\n`);
    for (const line of [
      ...wrap(`${i.title}. ${i.statement}`, 76),
      ...wrap(`Source: ${i.source}.`, 76),
      ...wrap(`Detected: ${i.detection}.`, 76),
    ])
      io.stdout(`    ${line}\n`);
  }
  return 0;
}
