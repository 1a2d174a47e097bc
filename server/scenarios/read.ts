/**
 * Reads scenario files: YAML into checked data, or what is wrong with line, field, what was expected and the nearest name.
 * Whatever is in the file, nothing is thrown and nothing grows beyond the bounds of language.ts. Leaves out what the steps
 * do (language.ts) and finding the files (load.ts).
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import { ERA_NAMES, eraFromName, unknownEra } from "../../emulator/kernel/era.ts";
import { unknownName } from "../options.ts";
import { expressionToC, type Names } from "./expression.ts";
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
  type ThingKind,
} from "./language.ts";
import type { ScenarioFile, ScenarioProblem, ScenarioStep, ScenarioTask } from "./types.ts";

export interface ReadScenario {
  /** Null where something is wrong. */
  readonly file: ScenarioFile | null;
  readonly problems: readonly ScenarioProblem[];
}

const MAX_PROBLEMS = 20;
const THING_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;
const VALUE_NAME = /^[a-z][a-z0-9_]{0,31}$/;
const PREFIX: Readonly<Record<ThingKind, string>> = {
  file: "us_f_",
  map: "us_m_",
  pin: "us_d_",
  process: "us_p_",
  task: "us_t_",
  device: "",
};
const C_TYPE: Readonly<Record<string, string>> = {
  file: "struct sc_file",
  map: "struct sc_map",
  pin: "struct sc_dma",
  process: "struct mm_struct *",
};
const LIMIT: Readonly<Record<string, number>> = {
  file: BOUNDS.files,
  map: BOUNDS.maps,
  pin: BOUNDS.pins,
  process: BOUNDS.processes,
};
/** Fields at the top of a file, and of its machine. */
export const TOP_FIELDS = [
  "scenario",
  "title",
  "machine",
  "parameters",
  "let",
  "tasks",
  "faults",
  "bounds",
] as const;
export const MACHINE_FIELDS = [
  "file-system",
  "reflink",
  "pmem",
  "alignment",
  "altmap",
  "era",
  "since",
  "until",
  "config",
] as const;

/** Reads one file. `path` is what reports call it. */
export function readScenario(text: string, path: string): ReadScenario {
  return new Reader(path).read(text);
}

/** C name of a thing. */
const mangled = (kind: ThingKind, name: string): string => PREFIX[kind] + name.replace(/-/g, "_");

/** A text as it stands between the quotes of a C literal. */
function literal(text: string): string {
  return text
    .replace(/[\\"]/g, "\\$&")
    .replace(/[^\x20-\x7e]+/g, " ")
    .replace(/\?\?/g, "? ?");
}

type Entry = { readonly key: string; readonly at: Node; readonly value: Node | null };

class Reader {
  private readonly path: string;
  private readonly problems: ScenarioProblem[] = [];
  private readonly lines = new LineCounter();
  private readonly things = new Map<ThingKind, Map<string, number>>();
  private readonly values = new Map<string, string>();
  private readonly started = new Set<string>();
  private readonly params: (readonly [string, readonly number[]])[] = [];
  private steps = 0;

  constructor(path: string) {
    this.path = path;
  }

  read(text: string): ReadScenario {
    let file: ScenarioFile | null = null;
    if (text.length > BOUNDS.bytes)
      this.tell(null, "", `the file has ${text.length} bytes; over ${BOUNDS.bytes} is not read`);
    else if (tooDeep(text)) this.tell(null, "", `it is nested deeper than ${BOUNDS.nesting}`);
    else
      try {
        file = this.document(text);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        this.tell(null, "", "it is nested too deep to be read");
      }
    return { file: this.problems.length > 0 ? null : file, problems: this.problems };
  }

  private tell(at: Node | null, field: string, message: string): void {
    if (this.problems.length >= MAX_PROBLEMS) return;
    const { line, col } = at?.range ? this.lines.linePos(at.range[0]) : { line: 1, col: 1 };
    this.problems.push({ line, column: col, field, message });
  }

  private document(text: string): ScenarioFile | null {
    const doc = parseDocument(text, {
      lineCounter: this.lines,
      schema: "core",
      merge: false,
      prettyErrors: false,
    });
    for (const e of doc.errors) {
      if (this.problems.length >= MAX_PROBLEMS) break;
      const { line, col } = this.lines.linePos(e.pos[0]);
      this.problems.push({ line, column: col, field: "", message: `no YAML: ${e.message.split("\n")[0]}` });
    }
    if (this.problems.length > 0) return null;
    visit(doc, {
      Node: (_key, node) => {
        if (isAlias(node)) this.tell(node, "", "aliases (*name) are not read: write what they stand for");
        else if ((node as { anchor?: string }).anchor !== undefined)
          this.tell(node as Node, "", "anchors (&name) are not read");
        return this.problems.length >= MAX_PROBLEMS ? visit.BREAK : undefined;
      },
    });
    if (this.problems.length > 0) return null;
    const top = this.map(doc.contents as Node | null, "", TOP_FIELDS);
    if (top === null) return null;
    const name = this.text(
      top,
      "scenario",
      "",
      /^[a-z][a-z0-9-]{0,47}$/,
      "a name of small letters, digits and dashes",
    );
    const title = this.text(top, "title", "", /^[^\n]{1,300}$/, "one line that says what happens");
    this.parameters(top.get("parameters"));
    const machine = this.machine(top.get("machine"));
    this.faults(top.get("faults"));
    const cases = this.params.reduce((n, [, v]) => n * v.length, 1);
    if (cases > BOUNDS.cases)
      this.tell(
        top.get("parameters")?.at ?? null,
        "parameters",
        `they make ${cases} cases; ${BOUNDS.cases} are run at most`,
      );
    const lets = this.lets(top.get("let"));
    const bounds = this.bounds(top.get("bounds"));
    const tasks = this.tasks(top.get("tasks"), doc.contents as Node);
    const things = [...this.things].flatMap(([kind, names]) =>
      C_TYPE[kind] === undefined
        ? []
        : [...names.keys()].map((n) => `static ${C_TYPE[kind]} ${mangled(kind, n)};`),
    );
    return { path: this.path, name, title, params: this.params, lets, ...machine, ...bounds, things, tasks };
  }

  // ---- what is read of YAML ------------------------------------------------------------------------------------------

  /** The entries of a mapping, whose keys are all known. Null where there is no mapping. */
  private map(node: Node | null, field: string, keys: readonly string[] | null): Map<string, Entry> | null {
    if (!isMap(node)) {
      this.tell(
        node,
        field,
        `expected a mapping${keys === null ? "" : ` with ${keys.slice(0, 8).join(", ")}`}`,
      );
      return null;
    }
    const out = new Map<string, Entry>();
    for (const pair of (node as YAMLMap<Node, Node | null>).items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : "";
      const here = field === "" ? key : `${field}.${key}`;
      if (keys !== null && !keys.includes(key))
        this.tell(pair.key, here, unknownName("field", key, keys) + `; known here: ${keys.join(", ")}`);
      else out.set(key, { key, at: pair.key, value: pair.value });
    }
    return out;
  }

  private list(entry: Entry, field: string): readonly Node[] | null {
    if (isSeq(entry.value)) return entry.value.items as Node[];
    this.tell(entry.value ?? entry.at, field, "expected a list");
    return null;
  }

  /** A scalar as it is written; null for none. */
  private scalar(node: Node | null): string | null {
    if (!isScalar(node) || node.value === null) return null;
    return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
  }

  private text(top: Map<string, Entry>, key: string, of: string, form: RegExp, expected: string): string {
    const entry = top.get(key);
    const field = of === "" ? key : `${of}.${key}`;
    const value = entry === undefined ? null : this.scalar(entry.value);
    if (entry === undefined)
      this.tell([...top.values()][0]?.at ?? null, field, `is missing: expected ${expected}`);
    else if (value === null || !form.test(value))
      this.tell(entry.value ?? entry.at, field, `expected ${expected}`);
    return value ?? "";
  }

  private number(entry: Entry, field: string, min: number, max: number): number {
    const text = this.scalar(entry.value);
    const n = text !== null && /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (n >= min && n <= max) return n;
    this.tell(
      entry.value ?? entry.at,
      field,
      `expected a number from ${min} to ${max}${text === null ? "" : `, not "${text.slice(0, 40)}"`}`,
    );
    return min;
  }

  // ---- the parts of a file -------------------------------------------------------------------------------------------

  private parameters(entry: Entry | undefined): void {
    if (entry === undefined) return;
    const map = this.map(entry.value, "parameters", null);
    if (map === null) return;
    if (map.size > BOUNDS.parameters)
      this.tell(entry.at, "parameters", `${map.size} are too many; ${BOUNDS.parameters} are read`);
    for (const { key, at, value } of [...map.values()].slice(0, BOUNDS.parameters)) {
      const field = `parameters.${key}`;
      if (!VALUE_NAME.test(key) || key === "fs" || key.startsWith("fail_")) {
        this.tell(
          at,
          field,
          "expected a name of small letters, digits and underscores; fs and fail_... are the machine's",
        );
        continue;
      }
      const items = isSeq(value) ? (value.items as Node[]) : value === null ? [] : [value];
      if (items.length === 0 || items.length > BOUNDS.values)
        this.tell(value ?? at, field, `expected a list of 1 to ${BOUNDS.values} numbers`);
      const numbers = items
        .slice(0, BOUNDS.values)
        .map((i, n) => this.number({ key, at, value: i }, `${field}[${n}]`, 0, 1 << 20));
      this.params.push([key, numbers]);
      this.values.set(key, `us_v_${key}`);
    }
  }

  private machine(entry: Entry | undefined): Pick<ScenarioFile, "mounted" | "since" | "until" | "pmemPages"> {
    const out = { mounted: true, since: "", until: "", pmemPages: 0 };
    const map = entry === undefined ? null : this.map(entry.value, "machine", MACHINE_FIELDS);
    if (map === null) return out;
    const fs = map.get("file-system");
    const kinds: string[] = [];
    if (fs !== undefined) {
      const items = isSeq(fs.value) ? (fs.value.items as Node[]) : [fs.value ?? fs.at];
      for (const item of items.slice(0, 4)) {
        const name = this.scalar(item) ?? "";
        if (!Object.hasOwn(FILE_SYSTEMS, name))
          this.tell(
            item,
            "machine.file-system",
            unknownName("file system", name, Object.keys(FILE_SYSTEMS)) +
              `; there are ${Object.keys(FILE_SYSTEMS).join(", ")}`,
          );
        else kinds.push(name);
      }
      if (kinds.includes("none")) {
        out.mounted = false;
        if (kinds.length > 1) this.tell(fs.at, "machine.file-system", '"none" stands alone');
      } else if (kinds.length > 0) this.params.push(["fs", [...new Set(kinds.map((k) => FILE_SYSTEMS[k]!))]]);
    }
    const reflink = map.get("reflink");
    if (reflink !== undefined) {
      const said = this.scalar(reflink.value);
      if (said !== "true" && said !== "false")
        this.tell(reflink.value ?? reflink.at, "machine.reflink", "expected true or false");
      else if (said === "true" && kinds.some((k) => k !== "xfs"))
        this.tell(reflink.at, "machine.reflink", "of this machine's file systems only xfs shares blocks");
    }
    const pmem = map.get("pmem");
    if (pmem !== undefined) {
      const said = this.scalar(pmem.value) ?? "";
      const m = /^(\d{1,5}) ?MiB$/.exec(said);
      const mib = m === null ? 0 : Number(m[1]);
      if (mib < 2 || mib > PMEM_MIB || mib % 2 !== 0)
        this.tell(
          pmem.value ?? pmem.at,
          "machine.pmem",
          `expected 2 MiB to ${PMEM_MIB} MiB in steps of 2, as "4 MiB": the device of this machine has ${PMEM_MIB} MiB`,
        );
      else if (mib < PMEM_MIB) out.pmemPages = mib * 256;
    }
    for (const [key, what] of [
      ["alignment", "2 MiB"],
      ["altmap", "false"],
    ] as const) {
      const given = map.get(key);
      if (given !== undefined && this.scalar(given.value) !== what)
        this.tell(given.value ?? given.at, `machine.${key}`, `expected ${what}: this machine has no other`);
    }
    const config = map.get("config");
    if (config !== undefined)
      this.tell(
        config.at,
        "machine.config",
        "the reference kernel has one configuration; a tree's is chosen with --config FILE",
      );
    for (const key of ["era", "since", "until"] as const) {
      const given = map.get(key);
      if (given === undefined) continue;
      const name = this.scalar(given.value) ?? "";
      if (eraFromName(name) === null || !ERA_NAMES.includes(name as never))
        this.tell(given.value ?? given.at, `machine.${key}`, unknownEra(name));
      else if (key === "era") out.since = out.until = name;
      else out[key] = name;
    }
    return out;
  }

  private faults(entry: Entry | undefined): void {
    if (entry === undefined) return;
    const list = this.list(entry, "faults");
    for (const [n, node] of (list ?? []).slice(0, BOUNDS.values).entries()) {
      const field = `faults[${n}]`;
      const map = this.map(node, field, ["site", "nth"]);
      if (map === null) continue;
      const site = this.text(
        map,
        "site",
        field,
        /^[a-z][a-z0-9_]{0,31}$/,
        "the name of a site, as xas_alloc or block_alloc",
      );
      const nth = map.get("nth");
      this.params.push([
        `fail_${site}`,
        [nth === undefined ? 1 : this.number(nth, `${field}.nth`, 1, 10_000)],
      ]);
    }
  }

  private bounds(entry: Entry | undefined): Pick<ScenarioFile, "instructions"> {
    const map = entry === undefined ? null : this.map(entry.value, "bounds", ["instructions"]);
    const given = map?.get("instructions");
    return {
      instructions:
        given === undefined ? 0 : this.number(given, "bounds.instructions", 1000, BOUNDS.instructions),
    };
  }

  private lets(entry: Entry | undefined): [string, string][] {
    const out: [string, string][] = [];
    const map = entry === undefined ? null : this.map(entry.value, "let", null);
    for (const { key, at, value } of [...(map?.values() ?? [])].slice(0, 32)) {
      const field = `let.${key}`;
      if (!VALUE_NAME.test(key) || this.values.has(key)) {
        this.tell(
          at,
          field,
          this.values.has(key)
            ? "there is a value of this name"
            : "expected a name of small letters, digits and underscores",
        );
        continue;
      }
      const c = this.expression(value ?? at, field, { values: this.values, looks: new Map() });
      this.values.set(key, `us_v_${key}`);
      out.push([key, c]);
    }
    return out;
  }

  private expression(node: Node, field: string, names: Names): string {
    const text = this.scalar(node);
    if (text === null) {
      this.tell(node, field, "expected a number or an expression");
      return "0";
    }
    const read = expressionToC(text, names);
    if ("c" in read) return read.c;
    this.tell(node, field, `expected a number or an expression: ${read.wrong}`);
    return "0";
  }

  // ---- tasks and steps -----------------------------------------------------------------------------------------------

  private tasks(entry: Entry | undefined, top: Node): ScenarioTask[] {
    if (entry === undefined) {
      this.tell(
        top,
        "tasks",
        "is missing: expected a mapping of tasks, each a list of steps; the first one starts the others",
      );
      return [];
    }
    const map = this.map(entry.value, "tasks", null);
    if (map === null) return [];
    const all = [...map.values()];
    if (all.length === 0 || all.length > BOUNDS.tasks)
      this.tell(entry.value ?? entry.at, "tasks", `expected 1 to ${BOUNDS.tasks} tasks`);
    const lists = all.slice(0, BOUNDS.tasks).map((e) => ({ e, steps: this.list(e, `tasks.${e.key}`) ?? [] }));
    for (const { e } of lists) this.make("task", e.key, e.at, `tasks.${e.key}`);
    for (const { e, steps } of lists) this.collect(steps, `tasks.${e.key}`);
    const tasks = lists.map(({ e, steps }) => ({
      name: e.key,
      line: this.lines.linePos(e.at.range![0]).line,
      steps: steps.flatMap((node, i) => this.step(node, `tasks.${e.key}[${i}]`)),
    }));
    for (const { e } of lists.slice(1))
      if (!this.started.has(e.key))
        this.tell(e.at, `tasks.${e.key}`, `nothing starts it: some task says "start: ${e.key}"`);
    return tasks;
  }

  /** A thing that a step or the list of tasks makes. */
  private make(kind: ThingKind, name: string, at: Node, field: string): void {
    const known = this.things.get(kind) ?? new Map<string, number>();
    this.things.set(kind, known);
    if (!THING_NAME.test(name))
      this.tell(at, field, "expected a name of letters, digits, dashes and underscores");
    else if ([...known.keys()].some((k) => k !== name && mangled(kind, k) === mangled(kind, name)))
      this.tell(at, field, "names that differ in a dash and an underscore only are taken for one");
    else known.set(name, (known.get(name) ?? 0) + 1);
    const limit = LIMIT[kind];
    if (limit !== undefined && known.size === limit + 1)
      this.tell(at, field, `${limit} of a kind are there at most`);
  }

  /** What the steps of a task make, known before any step is read. */
  private collect(steps: readonly Node[], field: string): void {
    for (const [i, node] of steps.entries()) {
      if (!isMap(node)) continue;
      for (const pair of (node as YAMLMap<Node, Node | null>).items) {
        const key = isScalar(pair.key) ? String(pair.key.value) : "";
        const kind = Object.hasOwn(STEPS, key) ? STEPS[key]! : null;
        const name = this.scalar(pair.value);
        if (kind?.makes === true && name !== null && kind.of !== "text" && kind.of !== "fs")
          this.make(kind.of, name, pair.value!, `${field}[${i}].${key}`);
      }
    }
  }

  private step(node: Node, field: string): ScenarioStep[] {
    if (++this.steps > BOUNDS.steps) {
      if (this.steps === BOUNDS.steps + 1) this.tell(node, field, `over ${BOUNDS.steps} steps are not run`);
      return [];
    }
    if (!isMap(node)) {
      this.tell(node, field, "expected a step, as `- store: m` with its fields below");
      return [];
    }
    const map = this.map(node, field, null)!;
    const keys = [...map.keys()].filter((k) => Object.hasOwn(STEPS, k));
    const key = keys[0];
    if (key === undefined) {
      const first = [...map.keys()][0] ?? "";
      this.tell(node, field, unknownName("step", first, Object.keys(STEPS)));
      return [];
    }
    const kind = STEPS[key]!;
    const fields = this.fieldsOf(kind);
    for (const e of map.values())
      if (e.key !== key && !Object.hasOwn(fields, e.key))
        this.tell(
          e.at,
          `${field}.${e.key}`,
          `${unknownName(`field of ${key}`, e.key, Object.keys(fields))}; it has ${Object.keys(fields).join(", ")}`,
        );
    const names: Names = { values: this.values, looks: this.looks() };
    const it = this.subject(kind, key, map.get(key)!, `${field}.${key}`);
    const read: Record<string, string> = {};
    for (const [name, f] of Object.entries(fields)) {
      const entry = map.get(name);
      const here = `${field}.${name}`;
      if (entry === undefined) {
        if (f.otherwise === undefined) this.tell(node, here, `is missing: expected ${f.says}`);
        read[name] = f.kind === "process" && key === "mmap" ? "us_mm" : (f.otherwise ?? "0");
      } else read[name] = this.field(f, entry, here, names);
    }
    const { when = "", name = "", gives = "works", says = "", ...rest } = read;
    if (kind.result !== "none") this.ending(kind, map, gives, says, field);
    if (key === "start") this.started.add(it.called);
    const { line } = this.lines.linePos(node.range![0]);
    return [{ line, kind: key, ...it, field: rest, when, gives, says, name }];
  }

  private fieldsOf(kind: StepKind): Readonly<Record<string, Field>> {
    return { ...kind.fields, ...COMMON_FIELDS, ...(kind.result === "none" ? {} : RESULT_FIELDS) };
  }

  private ending(kind: StepKind, map: Map<string, Entry>, gives: string, says: string, field: string): void {
    const known = endings(kind.result);
    const at = map.get("gives")?.value ?? map.get("gives")?.at ?? null;
    if (!known.includes(gives))
      this.tell(at, `${field}.gives`, `${unknownName("ending", gives, known)}; expected ${known.join(", ")}`);
    else if (gives !== "works" && gives !== "anything" && says === "")
      this.tell(
        at,
        `${field}.says`,
        "is missing: expected the sentence that a reader is told where it ends otherwise",
      );
  }

  private looks(): Names["looks"] {
    const out = new Map<string, Names["looks"] extends ReadonlyMap<string, infer L> ? L : never>();
    for (const [name, look] of Object.entries(LOOKS))
      out.set(name, {
        ...look,
        thing: (thing) => {
          const known = [...(this.things.get(look.of as ThingKind)?.keys() ?? [])];
          return known.includes(thing)
            ? mangled(look.of as ThingKind, thing)
            : `!${unknownName(look.of, thing, known)}`;
        },
      });
    return out;
  }

  /** What a step is about: C and name. */
  private subject(kind: StepKind, key: string, entry: Entry, field: string): { it: string; called: string } {
    const text = this.scalar(entry.value) ?? "";
    if (kind.of === "text") {
      if (text.length > BOUNDS.text)
        this.tell(entry.value, field, `over ${BOUNDS.text} letters are not told`);
      if (text === "" && key === "expect")
        this.tell(entry.value ?? entry.at, field, "expected the sentence that must be true");
      return { it: literal(text), called: literal(text) };
    }
    if (kind.of === "fs") return { it: "", called: "" };
    if (kind.of === "device") {
      if (text !== "pmem") this.tell(entry.value ?? entry.at, field, unknownName("device", text, ["pmem"]));
      return { it: "", called: "pmem" };
    }
    return { it: this.thing(kind.of, text, entry, field), called: text };
  }

  private thing(kind: ThingKind, name: string, entry: Entry, field: string): string {
    const known = [...(this.things.get(kind)?.keys() ?? [])];
    if (known.includes(name)) return mangled(kind, name);
    this.tell(
      entry.value ?? entry.at,
      field,
      `${unknownName(kind, name, known)}${known.length > 0 ? `; there are ${known.join(", ")}` : ""}`,
    );
    return "0";
  }

  private field(f: Field, entry: Entry, field: string, names: Names): string {
    const { kind } = f;
    const text = this.scalar(entry.value) ?? "";
    if (kind === "number" || kind === "condition" || kind === "byte") {
      const c = this.expression(
        entry.value ?? entry.at,
        field,
        kind === "condition" ? names : { ...names, looks: new Map() },
      );
      return kind === "byte" ? `(unsigned char)(${c})` : c;
    }
    if (kind === "text") {
      if (text.length > BOUNDS.text)
        this.tell(entry.value, field, `over ${BOUNDS.text} letters are not told`);
      return literal(text);
    }
    if (typeof kind !== "string") {
      if (!kind.includes(text))
        this.tell(
          entry.value ?? entry.at,
          field,
          `expected one of ${kind.join(", ")}, not "${text.slice(0, 40)}"`,
        );
      return kind.includes(text) ? text : kind[0]!;
    }
    return this.thing(kind, text, entry, field);
  }
}

/** Nesting by brackets or indicators that a reader by recursion would not come back from. */
function tooDeep(text: string): boolean {
  let depth = 0;
  for (const c of text) {
    if (c === "[" || c === "{") depth++;
    else if (c === "]" || c === "}") depth--;
    if (depth > BOUNDS.nesting) return true;
  }
  return text
    .split("\n")
    .some((l) => (/^[\s\-?:]*/.exec(l)?.[0].replace(/\s/g, "").length ?? 0) > BOUNDS.nesting);
}
