/**
 * Which functions of the reference kernel each case enters, and in which of their variants: made by running the catalogue
 * on the bare reference kernel of an era. Two runs of a function are of one variant when the same statements of it ran and
 * pages changed alike below it; what a patch does in one case it then most likely does in the other. Beside its variants a
 * function has its meetings: whom it wakes, where that one sleeps, and how many sleep there. Who must be woken is seen only
 * where somebody waits. Leaves out keeping the table (tools/reach.ts) and choosing cases by it (server/review/plan.ts).
 */
import { linkImage } from "../c/link.ts";
import { EXPECTATION } from "../invariants/reports.ts";
import type { Era } from "../kernel/era.ts";
import { NATIVES, parseReference } from "../kernel.ts";
import { Memory } from "../mem/memory.ts";
import type { MachineEvent } from "../subject/event.ts";
import { Op } from "../vm/bytecode.ts";
import type { Image } from "../vm/image.ts";
import { coveringCases } from "./cover.ts";
import { bootImage, runCase, type ScenarioDef, type ScenarioRun } from "./runner.ts";

/** What one case enters. */
export interface CaseReach {
  readonly label: string;
  /** Instructions that it runs. */
  readonly steps: number;
  /** Indices into `variants` of the era, ascending. */
  readonly variants: readonly number[];
  /** What it shows of the reference kernel's own faults, as `faultsOf` names them. */
  readonly faults: readonly string[];
}

export interface EraReach {
  readonly era: Era;
  readonly scenarios: readonly Pick<ScenarioDef, "name" | "title" | "params">[];
  /** Names of the functions that some case enters. */
  readonly names: readonly string[];
  /** For each variant the index of its function in `names`. */
  readonly variants: readonly number[];
  readonly cases: readonly CaseReach[];
}

/** The name under which a case has what its scenario itself looks at, a variant a sentence: no function is called so. */
export const EXPECTS = "!expects";

/** The name under which a case has the meetings of tasks in or below a function: no function is called so. */
export const meetingsName = (fn: string): string => `!meets:${fn}`;

/** Frames above an event that it counts for: the helpers that did it and who called them for it. */
const NEAR = 5;

/** Of so many tasks that sleep in one place, one more is nothing new. */
const CROWD = 3;

/** Instructions that a case may run. */
export const REACH_STEPS = 5_000_000;

/**
 * The table of an era, for the covering cases of its catalogue. `faultsOf` names the faults that a run shows; `only`: of
 * these scenarios.
 */
export function makeReach(
  era: Era,
  faultsOf: (run: ScenarioRun) => readonly string[],
  only: (scenario: string) => boolean = () => true,
): EraReach {
  const reference = parseReference(era, [], null);
  const image = linkImage({
    layers: [
      { fidelity: "reference", units: reference.units.map((u) => ({ ...u, macros: reference.macros })) },
    ],
    files: reference.files,
    natives: NATIVES,
    stubMode: "record",
    coverage: () => true,
  });
  const booted = bootImage(image, era, new Memory());
  const names: string[] = [];
  const nameIds = new Map<string, number>();
  const variants: number[] = [];
  const variantIds = new Map<string, number>();
  const lineOwners = new Owners(image);
  const cases: CaseReach[] = [];
  /** The number of a variant of what has this name. */
  const numbered = (name: string, text: string): number => {
    let id = nameIds.get(name);
    if (id === undefined) {
      nameIds.set(name, (id = names.length));
      names.push(name);
    }
    const key = `${name} ${text}`;
    let variant = variantIds.get(key);
    if (variant === undefined) {
      variantIds.set(key, (variant = variants.length));
      variants.push(id);
    }
    return variant;
  };
  for (const def of booted.scenarios) {
    if (!only(def.name)) continue;
    for (const c of coveringCases(def)) {
      const run = runCase(booted, c, { stepLimit: REACH_STEPS });
      const entered = new Set<number>();
      for (const [fn, text] of variantsOf(image, run, lineOwners))
        entered.add(numbered(image.functions[fn]!.name, text));
      for (const [fn, texts] of meetingsOf(image, run))
        for (const text of texts) entered.add(numbered(meetingsName(image.functions[fn]!.name), text));
      for (const c of run.checks)
        if (c.text.startsWith(EXPECTATION)) entered.add(numbered(EXPECTS, digest(c.text)));
      cases.push({
        label: c.label,
        steps: run.steps,
        variants: [...entered].sort((a, b) => a - b),
        faults: faultsOf(run),
      });
    }
  }
  return {
    era,
    scenarios: booted.scenarios.map(({ name, title, params }) => ({ name, title, params })),
    names,
    variants,
    cases,
  };
}

/** Which function each line id belongs to: by the code that counts it. */
class Owners {
  private readonly image: Image;
  private readonly owner: number[] = [];
  private seen = 0;

  constructor(image: Image) {
    this.image = image;
  }

  of(line: number): number {
    if (this.owner[line] === undefined)
      for (; this.seen < this.image.functions.length; this.seen++) {
        const { body } = this.image.functions[this.seen]!;
        if (body === null) break;
        this.add(this.seen);
      }
    if (this.owner[line] === undefined)
      for (let fn = this.seen; fn < this.image.functions.length; fn++)
        if (this.image.functions[fn]!.body !== null) this.add(fn);
    return this.owner[line] ?? -1;
  }

  private add(fn: number): void {
    const { code } = this.image.functions[fn]!.body!;
    for (let pc = 0; pc < code.length; pc += 4) if (code[pc] === Op.LINE) this.owner[code[pc + 1]!] = fn;
  }
}

/** For each function that ran, what was particular to this run of it. */
function variantsOf(image: Image, run: ScenarioRun, owners: Owners): Map<number, string> {
  const parts = new Map<number, Set<string>>();
  const at = (fn: number): Set<string> => {
    let set = parts.get(fn);
    if (set === undefined) parts.set(fn, (set = new Set()));
    return set;
  };
  for (const fn of run.functions) at(fn);
  run.lineHits.forEach((hits, line) => {
    if (hits === undefined) return;
    const fn = owners.of(line);
    if (fn >= 0) at(fn).add(`${line}`);
  });
  for (const e of run.events) {
    const what = changeOf(e);
    if (what === null) continue;
    for (const f of e.stack.slice(0, NEAR)) at(f.fn).add(what);
  }
  const out = new Map<number, string>();
  for (const [fn, set] of parts)
    if (image.functions[fn]!.fidelity === "reference") out.set(fn, digest([...set].sort().join(",")));
  return out;
}

/**
 * For each function that puts its task to sleep or wakes others, by itself or in what it calls: where the other sleeps, and how many do so
 * there. Locks that are let go of are left out: who forgets to is seen by whoever comes next.
 */
function meetingsOf(image: Image, run: ScenarioRun): Map<number, Set<string>> {
  const out = new Map<number, Set<string>>();
  const asleep = new Map<number, { readonly why: string; readonly where: string }>();
  for (const e of run.events) {
    if (e.kind !== "task") continue;
    const texts: string[] = [];
    const crowd = (why: string): number =>
      Math.min(CROWD, [...asleep.values()].filter((s) => s.why === why).length);
    if (e.what === "sleeps") {
      const names = e.stack.slice(0, NEAR).map((f) => image.functions[f.fn]!.name);
      asleep.set(e.task, { why: e.text, where: names.join("<") });
      texts.push(`sleeps ${crowd(e.text)}`);
    } else if (e.what === "woken") {
      for (const task of e.tasks) {
        const of = asleep.get(task);
        if (of !== undefined && e.lock === "") texts.push(`wakes ${of.where} ${crowd(of.why)}`);
      }
      for (const task of e.tasks) asleep.delete(task);
    }
    if (texts.length === 0) continue;
    for (const { fn } of e.stack) {
      if (image.functions[fn]!.fidelity !== "reference") continue;
      let set = out.get(fn);
      if (set === undefined) out.set(fn, (set = new Set()));
      for (const text of texts) set.add(text);
    }
  }
  return out;
}

/** What an event changes, without the page's and the file's identity; null for what says nothing of the machine's state. */
function changeOf(e: MachineEvent): string | null {
  switch (e.kind) {
    case "page":
      return `${e.field}:${small(e.before)}>${small(e.after)}`;
    case "pte":
    case "xarray":
      return `${e.kind}:${e.before === 0n ? 0 : 1}>${e.after === 0n ? 0 : 1}`;
    case "task":
      return `${e.kind}:${e.what}`;
    case "warn":
    case "bad-page":
      return `${e.kind}:${e.text}`;
    default:
      return null;
  }
}

const small = (v: bigint): string => (v >= -2n && v <= 3n ? v.toString() : "n");

/** FNV-1a, 32 bits twice, as text. */
function digest(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x01234567;
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(i), 0x01000197) + i;
  }
  return `${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}`;
}
