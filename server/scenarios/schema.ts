/**
 * The JSON schema of scenario files, made from the language (language.ts): what an editor completes and checks by. It allows no
 * more than read.ts does; what a schema cannot say (names that there are, expressions) only read.ts tells.
 */
import { ERA_NAMES } from "../../emulator/kernel/era.ts";
import {
  BOUNDS,
  COMMON_FIELDS,
  endings,
  FILE_SYSTEMS,
  type Field,
  LOOKS,
  PMEM_MIB,
  RESULT_FIELDS,
  STEPS,
  type StepKind,
} from "./language.ts";

type Json = Readonly<Record<string, unknown>>;

const NAME = "^[A-Za-z][A-Za-z0-9_-]{0,31}$";
const VALUE = { type: ["integer", "string"] } as const;

function fieldSchema(f: Field): Json {
  const said = { description: f.says };
  if (f.kind === "text") return { ...said, type: "string", maxLength: BOUNDS.text };
  if (typeof f.kind !== "string") return { ...said, enum: f.kind };
  if (f.kind === "number" || f.kind === "byte" || f.kind === "condition") return { ...said, ...VALUE };
  return { ...said, type: "string", pattern: NAME };
}

function stepSchema(name: string, kind: StepKind): Json {
  const result: Json =
    kind.result === "none"
      ? {}
      : {
          gives: { description: RESULT_FIELDS["gives"]!.says, enum: endings(kind.result) },
          says: fieldSchema(RESULT_FIELDS["says"]!),
        };
  const of =
    kind.of === "text"
      ? { type: "string", maxLength: BOUNDS.text }
      : kind.of === "fs"
        ? {}
        : kind.of === "device"
          ? { enum: ["pmem"] }
          : { type: "string", pattern: NAME };
  const fields = Object.entries({ ...kind.fields, ...COMMON_FIELDS });
  return {
    title: name,
    description: kind.says,
    type: "object",
    required: [
      name,
      ...Object.entries(kind.fields).flatMap(([k, f]) => (f.otherwise === undefined ? [k] : [])),
    ],
    additionalProperties: false,
    properties: {
      [name]: { description: kind.says, ...of },
      ...Object.fromEntries(fields.map(([k, f]) => [k, fieldSchema(f)])),
      ...result,
    },
  };
}

/** The schema, as JSON is written. */
export function scenarioSchema(): Json {
  const eras = { enum: ERA_NAMES };
  const fs = { enum: Object.keys(FILE_SYSTEMS) };
  const numbers = { type: "integer", minimum: 0 };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Folioscope scenario",
    description: `A scenario that Folioscope runs. Conditions may look at ${Object.entries(LOOKS)
      .map(
        ([n, l]) =>
          `${n}(${[l.of, ...(l.page ? ["page"] : [])].filter((a) => a !== "").join(", ")}): ${l.says}`,
      )
      .join("; ")}.`,
    type: "object",
    required: ["scenario", "title", "tasks"],
    additionalProperties: false,
    properties: {
      scenario: { description: "its name", type: "string", pattern: "^[a-z][a-z0-9-]{0,47}$" },
      title: { description: "what happens, in a line", type: "string", maxLength: BOUNDS.text },
      machine: {
        type: "object",
        additionalProperties: false,
        properties: {
          "file-system": {
            description: "what is mounted; a list: one after the other",
            anyOf: [fs, { type: "array", items: fs }],
          },
          reflink: { description: "blocks can be shared, as on xfs", type: "boolean" },
          pmem: {
            description: `size of the device, 2 MiB to ${PMEM_MIB} MiB`,
            type: "string",
            pattern: "^[2468] ?MiB$",
          },
          alignment: { description: "of the device's memory", enum: ["2 MiB"] },
          altmap: { description: "struct pages in the device: this machine has none there", enum: [false] },
          era: { description: "the only kernel that it is for", ...eras },
          since: { description: "the oldest kernel that it is for", ...eras },
          until: { description: "the newest kernel that it is for", ...eras },
        },
      },
      parameters: {
        description: "names and the values that each is run with",
        type: "object",
        maxProperties: BOUNDS.parameters,
        additionalProperties: {
          anyOf: [numbers, { type: "array", items: numbers, minItems: 1, maxItems: BOUNDS.values }],
        },
      },
      let: {
        description: "names for numbers, computed at the start",
        type: "object",
        additionalProperties: VALUE,
      },
      faults: {
        description: "calls that fail",
        type: "array",
        items: {
          type: "object",
          required: ["site"],
          additionalProperties: false,
          properties: {
            site: { type: "string", pattern: "^[a-z][a-z0-9_]{0,31}$" },
            nth: { type: "integer", minimum: 1 },
          },
        },
      },
      bounds: {
        type: "object",
        additionalProperties: false,
        properties: { instructions: { type: "integer", minimum: 1000, maximum: BOUNDS.instructions } },
      },
      tasks: {
        description: "tasks and their steps; the first one starts the others",
        type: "object",
        minProperties: 1,
        maxProperties: BOUNDS.tasks,
        additionalProperties: {
          type: "array",
          items: { anyOf: Object.entries(STEPS).map(([name, kind]) => stepSchema(name, kind)) },
        },
      },
    },
  };
}
