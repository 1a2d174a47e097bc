/**
 * `folioscope scenarios` and `folioscope invariants`: the catalogues, as text or JSON. Exit status 0, or 2 for bad usage.
 */
import "./shipped.ts";
import { RULES } from "../emulator/invariants/registry.ts";
import { ERA_NAMES, eraFromName, erasIn, NEWEST_ERA, unknownEra } from "../emulator/kernel/era.ts";
import { buildKernelImage } from "../emulator/kernel.ts";
import { Memory } from "../emulator/mem/memory.ts";
import { bootImage } from "../emulator/scenario/runner.ts";
import type { CliIo } from "./cli_io.ts";
import { wrap } from "./review/render.ts";

function formatOf(args: readonly string[], io: CliIo, command: string): "text" | "json" | null {
  let format: "text" | "json" = "text";
  for (let i = 0; i < args.length; i++) {
    const value =
      args[i] === "--format" ? args[++i] : args[i]!.startsWith("--format=") ? args[i]!.slice(9) : undefined;
    if (value === "text" || value === "json") format = value;
    else if (args[i] !== "--era" && args[i - 1] !== "--era") {
      const eras = command === "scenarios" ? ` [--era ${ERA_NAMES.join("|")}]` : "";
      io.stderr(`folioscope ${command}: usage: folioscope ${command} [--format text|json]${eras}\n`);
      return null;
    }
  }
  return format;
}

export async function runScenarios(args: string[], io: CliIo): Promise<number> {
  const format = formatOf(args, io, "scenarios");
  if (format === null) return 2;
  const at = args.indexOf("--era");
  const named = at < 0 ? NEWEST_ERA : (args[at + 1] ?? "");
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
    io.stdout(`${JSON.stringify(list, null, 1)}\n`);
    return 0;
  }
  for (const s of list) {
    const params = Object.entries(s.params).map(([k, v]) => `${k}=${v.join(",")}`);
    io.stdout(
      `${s.name}${params.length > 0 ? `  (${params.join(" ")})` : ""}\n${wrap(s.title, 74)
        .map((l) => `    ${l}\n`)
        .join("")}`,
    );
  }
  return 0;
}

export async function runInvariants(args: string[], io: CliIo): Promise<number> {
  const format = formatOf(args, io, "invariants");
  if (format === null) return 2;
  const list = RULES.map((i) => ({
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
    io.stdout(`${JSON.stringify(list, null, 1)}\n`);
    return 0;
  }
  for (const i of list) {
    io.stdout(`${i.code}  [${i.ids.join(", ")}; ${i.eras.join(", ")}]\n`);
    for (const line of [
      ...wrap(`${i.title}. ${i.statement}`, 76),
      ...wrap(`Source: ${i.source}.`, 76),
      ...wrap(`Detected: ${i.detection}.`, 76),
    ])
      io.stdout(`    ${line}\n`);
  }
  return 0;
}
