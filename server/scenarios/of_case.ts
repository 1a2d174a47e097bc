/**
 * The run of a finding as a scenario file: the built-in scenario with that run's parameters alone, to be kept beside the patch,
 * sent along, or changed. Leaves out saying a scenario in the language (from_c.ts) and running files (load.ts).
 */
import { parse, stringify } from "yaml";
import { scenarioAsYaml } from "./from_c.ts";
import { FILE_SYSTEMS } from "./language.ts";

export interface CaseFile {
  /** "reflink-reuse" */
  readonly name: string;
  readonly yaml: string;
  /** Why there is none; "" where there is. */
  readonly problem: string;
}

/** Of runs that show the same ("reflink-reuse order=0 index=512"), the first that the language can say. */
export function caseFile(runs: readonly string[]): CaseFile {
  let problem = "a function that ran by itself is no scenario";
  for (const run of runs) {
    const [name = "", ...given] = run.split(" ");
    const said = scenarioAsYaml(name);
    if (said === null) continue;
    if ("yaml" in said) return { name, yaml: `# ${run}\n${withOnly(said.yaml, given)}`, problem: "" };
    problem = `${name} cannot be said as a scenario file (${said.why})`;
  }
  return { name: "", yaml: "", problem };
}

/** The file with one value for each parameter that the run names. */
function withOnly(yaml: string, given: readonly string[]): string {
  const file = parse(yaml) as {
    machine?: { "file-system"?: readonly string[] };
    parameters?: Record<string, unknown>;
  };
  for (const pair of given) {
    const at = pair.indexOf("=");
    const [key, value] = [pair.slice(0, at), Number(pair.slice(at + 1))];
    if (file.parameters !== undefined && key in file.parameters && Number.isInteger(value))
      file.parameters[key] = [value];
    // The file system is a parameter of the built-in scenario, and of the machine here.
    const systems = file.machine?.["file-system"];
    if (key === "fs" && file.machine !== undefined && systems !== undefined)
      file.machine["file-system"] = systems.filter((s) => FILE_SYSTEMS[s] === value);
  }
  return stringify(file);
}
