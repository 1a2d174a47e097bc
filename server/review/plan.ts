/**
 * The plan of a patch's review, as data: which cases run, in which order, and which do not, with the reason. Made from the
 * catalogue and the options before anything runs. Leaves out running a case (case.ts) and taking what it gave
 * (collect.ts).
 */
import { coveringCases } from "../../emulator/scenario/cover.ts";
import { casesOf, type ScenarioCase, type ScenarioDef } from "../../emulator/scenario/runner.ts";
import { type Refusal, refusalText } from "../source/fate.ts";
import type { Replay } from "./replay.ts";
import type { ReviewOptions } from "./types.ts";

/** A scenario with its parameters chosen. */
export interface ScenarioItem {
  readonly kind: "scenario";
  /** "map-fault-unmap order=9 index=512": what runs, findings and replay tokens name. */
  readonly label: string;
  readonly name: string;
  readonly params: readonly (readonly [string, number])[];
}

/** One case to run, plain data that any thread can run. A further kind is a member here and a line in CASES (case.ts). */
export type PlanItem = ScenarioItem;
export type CaseKind = PlanItem["kind"];

/** Why nothing of a patch can run. */
export type NothingRuns =
  | { readonly kind: "no-function" }
  | { readonly kind: "partial"; readonly names: readonly string[] }
  | { readonly kind: "uncalled"; readonly names: readonly string[] }
  /** No hunk fits the kernel tree. */
  | {
      readonly kind: "refused";
      readonly tree: string;
      readonly hunks: readonly { readonly path: string; readonly why: Refusal }[];
    };

/** Cases that are not run, and why. */
export interface LeftOut {
  readonly why: NothingRuns;
  readonly labels: readonly string[];
}

export interface Plan {
  readonly items: readonly PlanItem[];
  readonly leftOut: readonly LeftOut[];
}

/** `*` and `?` in a scenario name; matched against the name and against the whole label. */
function globToRegExp(glob: string): RegExp {
  return new RegExp(
    `^${glob
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*/g, ".*")
      .replace(/\?/g, ".")}$`,
  );
}

const itemOf = (c: ScenarioCase): ScenarioItem => ({
  kind: "scenario",
  label: c.label,
  name: c.def.name,
  params: [...c.params],
});

/** The scenario cases that the options ask for, in catalogue order. */
function wantedCases(
  catalogue: readonly ScenarioDef[],
  options: ReviewOptions,
  replay: Replay | null,
): ScenarioCase[] {
  if (replay !== null) return catalogue.flatMap(casesOf).filter((c) => c.label === replay.scenario);
  if (options.scenario === undefined)
    return catalogue.flatMap(options.thorough === true ? casesOf : coveringCases);
  const pattern = globToRegExp(options.scenario);
  return catalogue.flatMap(casesOf).filter((c) => pattern.test(c.def.name) || pattern.test(c.label));
}

/** The plan for a patch. `why`: nothing of it can run. */
export function planOf(
  catalogue: readonly ScenarioDef[],
  options: ReviewOptions,
  replay: Replay | null,
  why: NothingRuns | null,
): Plan {
  const items = wantedCases(catalogue, options, replay).map(itemOf);
  return why === null
    ? { items, leftOut: [] }
    : { items: [], leftOut: [{ why, labels: items.map((i) => i.label) }] };
}

/** Why nothing of a patch can run. */
export function nothingText(why: NothingRuns): string {
  switch (why.kind) {
    case "no-function":
      return "the diff shows no C function";
    case "partial": {
      const more = why.names.length > 4 ? ` and ${why.names.length - 4} more` : "";
      return `the diff shows ${why.names.slice(0, 4).join("(), ")}() only in part${more}: without a kernel tree nothing of it can run`;
    }
    case "uncalled": {
      const names = why.names.slice(0, 4).map((n) => `${n}()`);
      return `nothing in the reference kernel calls ${names.join(", ")}${why.names.length > 4 ? ` or ${why.names.length - 4} more` : ""}`;
    }
    case "refused": {
      const said = [...new Set(why.hunks.map((h) => `${h.path}: ${refusalText(h.why)}`))];
      const more = said.length > 3 ? `; and ${said.length - 3} more` : "";
      return `no hunk fits ${why.tree}: ${said.slice(0, 3).join("; ")}${more}`;
    }
  }
}
