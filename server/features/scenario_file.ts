/**
 * Scenario files in an editor: what is wrong in one, what can stand at a place, what it runs. Goes by the language's tables, so
 * that a new step is known here too. Leaves out the protocol's values (scenario_documents.ts) and running.
 */
import { ERA_NAMES } from "../../emulator/kernel/era.ts";
import {
  COMMON_FIELDS,
  endings,
  FILE_SYSTEMS,
  type Field,
  RESULT_FIELDS,
  STEPS,
  type StepKind,
  type ThingKind,
} from "../scenarios/language.ts";
import { MACHINE_FIELDS, readScenario, TOP_FIELDS } from "../scenarios/read.ts";
import type { ScenarioProblem } from "../scenarios/types.ts";

/** Something that can stand at a place. */
export interface Proposal {
  readonly label: string;
  readonly kind: "step" | "field" | "value";
  readonly detail: string;
  /** What is put in for it. */
  readonly insert: string;
}

/** A line of words over the file's first field. */
export interface ScenarioLens {
  /** 1-based. */
  readonly line: number;
  readonly title: string;
}

/** Letters of a file that are looked through for names, and names that are proposed. */
const LOOKED_THROUGH = 256 << 10;
const NAMES_MAX = 60;

export function scenarioProblems(text: string): readonly ScenarioProblem[] {
  return readScenario(text, "").problems;
}

/** What the file runs; none where something is wrong: Problems says what. */
export function scenarioLenses(text: string): ScenarioLens[] {
  const { file } = readScenario(text, "");
  if (file === null) return [];
  const cases = file.params.reduce((n, [, values]) => n * values.length, 1);
  const from = Math.max(0, ERA_NAMES.indexOf(file.since as never));
  const to = file.until === "" ? ERA_NAMES.length : ERA_NAMES.indexOf(file.until as never) + 1;
  const eras = ERA_NAMES.slice(from, to);
  const span = eras.length === 1 ? eras[0]! : `${eras[0]} to ${eras.at(-1)}`;
  const line = text.split("\n").findIndex((l) => l.startsWith("scenario:")) + 1;
  return [
    {
      line: Math.max(1, line),
      title: `${cases} case${cases === 1 ? "" : "s"}, on ${span}; joins the reviews of this workspace`,
    },
  ];
}

/** What can stand at a place (from 0), by the lines above it. */
export function scenarioProposals(text: string, line: number, character: number): Proposal[] {
  const lines = text.slice(0, LOOKED_THROUGH).split("\n");
  const here = (lines[line] ?? "").slice(0, character);
  const value = /^(\s*)(-\s+)?([\w-]+):\s+(?:\[\s*)?[^\s,]*$/.exec(here);
  const indent = /^\s*/.exec(here)![0].length;
  const top = topOf(lines, line);
  if (value !== null) return valuesOf(text, top, lines, line, value[3]!);
  if (/^\s*-\s*[\w-]*$/.test(here) && top === "tasks") return Object.entries(STEPS).map(stepProposal);
  if (!/^\s*[\w-]*$/.test(here)) return [];
  if (indent === 0) return TOP_FIELDS.map((f) => field(f, ""));
  if (top === "machine") return MACHINE_FIELDS.map((f) => field(f, ""));
  if (top === "faults") return ["site", "nth"].map((f) => field(f, ""));
  if (top === "bounds") return [field("instructions", "instructions that a run may take")];
  const step = top === "tasks" ? stepAbove(lines, line, indent) : null;
  return step === null ? [] : Object.entries(fieldsOf(step)).map(([name, f]) => field(name, f.says));
}

const field = (name: string, detail: string): Proposal => ({
  label: name,
  kind: "field",
  detail,
  insert: `${name}: `,
});

function stepProposal([name, kind]: readonly [string, StepKind]): Proposal {
  return { label: name, kind: "step", detail: kind.says, insert: `${name}: ` };
}

const fieldsOf = (kind: StepKind): Readonly<Record<string, Field>> => ({
  ...kind.fields,
  ...COMMON_FIELDS,
  ...(kind.result === "none" ? {} : RESULT_FIELDS),
});

/** The field at the left margin that a line is below. */
function topOf(lines: readonly string[], line: number): string {
  for (let i = line; i >= 0; i--) {
    const m = /^([a-z-]+):/.exec(lines[i] ?? "");
    if (m !== null && (i < line || !/^\S*$/.test(lines[i]!))) return m[1]!;
  }
  return "";
}

/** The step whose fields a line is among. */
function stepAbove(lines: readonly string[], line: number, indent: number): StepKind | null {
  for (let i = line; i >= 0; i--) {
    const m = /^(\s*)-\s+([\w-]+):/.exec(lines[i] ?? "");
    if (m === null) continue;
    if (i < line && m[1]!.length >= indent) return null;
    return Object.hasOwn(STEPS, m[2]!) ? STEPS[m[2]!]! : null;
  }
  return null;
}

const value = (label: string, detail = ""): Proposal => ({ label, kind: "value", detail, insert: label });

function valuesOf(
  text: string,
  top: string,
  lines: readonly string[],
  line: number,
  key: string,
): Proposal[] {
  if (top === "machine") {
    if (key === "file-system") return Object.keys(FILE_SYSTEMS).map((f) => value(f));
    if (["era", "since", "until"].includes(key)) return ERA_NAMES.map((e) => value(e));
    return key === "reflink" ? [value("true"), value("false")] : [];
  }
  if (top !== "tasks") return [];
  if (Object.hasOwn(STEPS, key) && /^\s*-/.test(lines[line] ?? "")) {
    const kind = STEPS[key]!;
    if (kind.of === "device") return [value("pmem")];
    return kind.makes === true || kind.of === "text" || kind.of === "fs" ? [] : namesOf(text, kind.of);
  }
  const step = stepAbove(lines, line, Number.POSITIVE_INFINITY);
  if (step === null) return [];
  if (key === "gives" && step.result !== "none") return endings(step.result).map((e) => value(e));
  const f = Object.hasOwn(fieldsOf(step), key) ? fieldsOf(step)[key]! : null;
  if (f === null || f.kind === "text") return [];
  if (typeof f.kind !== "string") return f.kind.map((k) => value(k));
  return f.kind === "number" || f.kind === "condition" || f.kind === "byte"
    ? numbersOf(text)
    : namesOf(text, f.kind);
}

/** Things of a kind that the file makes. */
function namesOf(text: string, kind: ThingKind): Proposal[] {
  if (kind === "task") {
    const tasks = text.slice(Math.max(0, text.indexOf("\ntasks:")));
    return distinct(
      [...tasks.matchAll(/^ {1,4}([A-Za-z][\w-]*):[ \t]*$/gm)].map((m) => m[1]!),
      "task",
    ).slice(1);
  }
  const makers = Object.entries(STEPS).flatMap(([name, k]) =>
    k.makes === true && k.of === kind ? [name] : [],
  );
  const made = [...text.slice(0, LOOKED_THROUGH).matchAll(/^[ \t]*-[ \t]+([\w-]+):[ \t]+([A-Za-z][\w-]*)/gm)];
  return distinct(
    made.flatMap((m) => (makers.includes(m[1]!) ? [m[2]!] : [])),
    kind,
  );
}

/** Parameters and values that the file names. */
function numbersOf(text: string): Proposal[] {
  const { file } = readScenario(text, "");
  const own = file?.params.map(([k]) => k).filter((k) => k !== "fs" && !k.startsWith("fail_")) ?? [];
  return distinct([...own, ...(file?.lets.map(([k]) => k) ?? [])], "value of this file");
}

const distinct = (names: readonly string[], detail: string): Proposal[] =>
  [...new Set(names)].slice(0, NAMES_MAX).map((n) => value(n, detail));
