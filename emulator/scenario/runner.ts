/**
 * Boots the emulated machine on an image and runs scenarios on it: one fresh machine each (a copy of the booted state),
 * observers and invariants attached, everything that happened given back as plain data. Leaves out what scenarios do
 * (emulator/reference/scenarios) and what a run means for a patch (server/review).
 */
import { END_RULES, type EndFacts } from "../invariants/at_end.ts";
import { GENERAL_RULES } from "../invariants/registry.ts";
import { type Era, eraRow, inSpan } from "../kernel/era.ts";
import { type CheckSite, Machine, type MachineState } from "../machine/machine.ts";
import { type Memory, MemoryFault } from "../mem/memory.ts";
import { RunToBlock, type Scheduler } from "../sched/scheduler.ts";
import type { MachineEvent } from "../subject/event.ts";
import { SUBJECTS } from "../subject/index.ts";
import type { SubjectModule } from "../subject/module.ts";
import type { Judge, Report, Rule, Violation } from "../subject/rule.ts";
import type { Image } from "../vm/image.ts";
import { fromPrefix, type Prefix, prefixOf, type Stateful } from "../vm/state.ts";
import { type FrameInfo, type RunEnd, reasonOf, type StubCall, Vm, type VmState } from "../vm/vm.ts";
import { endlessLoop } from "./endless.ts";
import { freedInTables } from "./tables.ts";

export interface ScenarioDef {
  readonly name: string;
  readonly title: string;
  /** Parameter name to the values that are run. */
  readonly params: ReadonlyMap<string, readonly number[]>;
  /** Address of the C function. */
  readonly run: bigint;
}

/** One scenario with its parameters chosen. */
export interface ScenarioCase {
  readonly def: ScenarioDef;
  readonly params: ReadonlyMap<string, number>;
  /** "map-fault-unmap order=9 index=512" */
  readonly label: string;
}

export interface RunOptions {
  readonly stepLimit: number;
  readonly scheduler?: Scheduler;
  readonly cancelled?: () => boolean;
  /** Faults that both sides have and that end no run (`faultPlace`): told where they happen, and the run goes on. */
  readonly goesOn?: ReadonlySet<string>;
}

/** Faults in one case after which a run goes on. */
export const GOES_ON_MAX = 4;

/**
 * The place of a fault after which a run can go on, null for all others: a value that was never written is taken as 0, and
 * what lies just outside an object as padding. By the kind and the function, which are the same on both sides wherever the
 * lines lie.
 */
export function faultPlace(kind: string, stack: readonly FrameInfo[]): string | null {
  const passable = kind === "uninitialised-read" || kind === "out-of-bounds";
  return passable && stack.length > 0 ? `${kind} ${stack[0]!.fn.name}` : null;
}

/** What a run watches so that another image may take it over: see sides.ts. */
export interface RunWatch {
  /** Whether a function that is about to be entered (or whose type is used) ends what both images have in common. */
  parts(fn: number): boolean;
  /** The image as seen by observers, whose questions are noted. */
  watched(image: Image): Image;
}

export interface BootedImage {
  readonly image: Image;
  readonly era: Era;
  readonly memory: Memory;
  readonly boot: ScenarioRun;
  readonly snapshot: VmState | null;
  readonly scenarios: readonly ScenarioDef[];
}

export interface ScenarioRun {
  readonly label: string;
  readonly era: Era;
  readonly end: RunEnd;
  readonly events: readonly MachineEvent[];
  readonly violations: readonly Violation[];
  readonly steps: number;
  /** Ids of the functions that were executed. */
  readonly functions: readonly number[];
  readonly stubs: readonly StubCall[];
  readonly checks: readonly CheckSite[];
  readonly stepTexts: readonly string[];
  /** Statement hits by line id (functions with coverage). */
  readonly lineHits: readonly (number | undefined)[];
  /** For each scenario step (index + 1; 0 is before the first) the line ids hit, in order of their last hit. */
  readonly linesByStep: readonly (readonly number[])[];
  readonly taskNames: readonly string[];
  readonly log: readonly string[];
  /** Addresses that stand in events as values, to what a reader calls them ("file 0"). */
  readonly names: ReadonlyMap<bigint, string>;
  /** Names of the natives that were called. */
  readonly natives: readonly string[];
  /** More happened than is recorded: nothing can be said of the run. */
  readonly truncated: boolean;
  /** What the C said it cannot model, when that ended the run. */
  readonly unmodelled: string | null;
}

const BOOT_STEPS = 20_000_000;
const MAX_VIOLATIONS = 24;

/** A scenario's parameters as its text has them: "order=0,9 index=0,512". What `parseParams` reads. */
export const paramsText = (params: Iterable<readonly [string, readonly (number | string)[]]>): string =>
  [...params].map(([name, values]) => `${name}=${values.join(",")}`).join(" ");

/** "order=0,9 index=0,7" as a map. Malformed parts are ignored. */
export function parseParams(text: string): Map<string, number[]> {
  const out = new Map<string, number[]>();
  for (const part of text.split(/\s+/)) {
    const [name, values] = part.split("=");
    if (name === undefined || name === "" || values === undefined) continue;
    out.set(name, values.split(",").map(Number));
  }
  return out;
}

/** Every combination of a scenario's parameters, in catalogue order. */
export function casesOf(def: ScenarioDef): ScenarioCase[] {
  let combos: Map<string, number>[] = [new Map()];
  for (const [name, values] of def.params)
    combos = combos.flatMap((c) => values.map((v) => new Map([...c, [name, v]])));
  return combos.map((params) => ({
    def,
    params,
    label: [def.name, ...[...params].map(([k, v]) => `${k}=${v}`)].join(" "),
  }));
}

/** A case at one instruction of its run: machine, recorder and what was judged. Never written. */
export interface CaseState {
  readonly vm: VmState;
  readonly machine: MachineState;
  readonly violations: Prefix<Violation>;
  readonly linesByStep: Prefix<readonly number[]>;
  readonly known: readonly string[];
  readonly names: ReadonlyMap<bigint, string>;
  /** What each watched kind holds of the run, in the table's order. */
  readonly subjects: readonly unknown[];
  readonly atStart: ReadonlyMap<string, number>;
  /** The main task has ended; others may still have to. */
  readonly end: RunEnd | null;
}

/** A watched kind in a run (or none: what is about no thing), and its rules that are in force. */
interface Judged {
  readonly module: SubjectModule | null;
  readonly state: unknown;
  readonly watchers: readonly Rule<unknown>[];
  readonly auditors: readonly Rule<unknown>[];
}

class Run implements Stateful<Omit<CaseState, "end">> {
  readonly vm: Vm;
  readonly machine: Machine;
  private violations: Violation[] = [];
  /** For each step that is over, the line ids hit. */
  private linesByStep: (readonly number[])[] = [];
  private known = new Set<string>();
  private readonly names = new Map<bigint, string>();
  private readonly era: Era;
  private judged: readonly Judged[] = [];

  constructor(
    image: Image,
    era: Era,
    memory: Memory,
    params: ReadonlyMap<string, number>,
    options: RunOptions & { readonly resumes?: boolean },
  ) {
    this.era = era;
    const failures = new Map(
      [...params].filter(([k]) => k.startsWith("fail_")).map(([k, v]) => [k.slice(5), v]),
    );
    this.machine = new Machine({ params, failures });
    this.vm = new Vm({
      image,
      memory,
      natives: this.machine.natives(),
      scheduler: options.scheduler ?? new RunToBlock(),
      stepLimit: options.stepLimit,
      ...(options.cancelled === undefined ? {} : { cancelled: options.cancelled }),
      resumes: options.resumes === true,
    });
    this.machine.attach(this.vm);
    const { goesOn } = options;
    if (goesOn !== undefined && goesOn.size > 0)
      this.vm.mend = (fault, stack) => {
        // Beyond an array on the stack lies what was a callee's.
        const kind = fault.kind === "use-after-scope" ? "out-of-bounds" : fault.kind;
        const place = faultPlace(kind, stack);
        if (place === null || !goesOn.has(place)) return false;
        const { memory } = this.vm;
        if (fault.kind === "uninitialised-read") memory.takeAsZero(fault.address, fault.size);
        else if (!memory.takeAsPadding(fault.address, fault.size)) return false;
        if (!this.known.has(place)) this.wentOn(fault);
        this.known.add(place);
        return true;
      };
    this.machine.onStep = () => {
      this.linesByStep.push(this.vm.takeLines());
    };
  }

  save(): Omit<CaseState, "end"> {
    return {
      vm: this.vm.save(),
      machine: this.machine.save(),
      violations: prefixOf(this.violations),
      linesByStep: prefixOf(this.linesByStep),
      known: [...this.known],
      names: new Map(this.names),
      subjects: this.judged.map(({ module, state }) => module?.save(state)),
      atStart: this.atStart,
    };
  }

  restore(s: Omit<CaseState, "end">): void {
    this.vm.restore(s.vm);
    this.machine.restore(s.machine);
    this.violations = fromPrefix(s.violations);
    this.linesByStep = fromPrefix(s.linesByStep);
    this.known = new Set(s.known);
    this.names.clear();
    for (const [at, name] of s.names) this.names.set(at, name);
    this.judged.forEach(({ module, state }, i) => {
      module?.restore(state, s.subjects[i]);
    });
    this.atStart = s.atStart;
  }

  signature(base: Omit<CaseState, "end">): string {
    const subjects = this.judged.map(({ module, state }) => JSON.stringify(module?.save(state) ?? null));
    const told = this.violations.map((v) => `${v.code}:${v.message}`);
    return [this.vm.signature(base.vm), this.machine.signature(), ...subjects, ...told].join("|");
  }

  /** Starts judging: each watched kind's rules see its state, the others what is common. */
  judge(image: Image): void {
    const era = eraRow(this.era);
    const judge: Judge = {
      era,
      lineOf: (event) => this.lineOf(event),
      report: (r) => this.report(r),
    };
    const run = { memory: this.vm.memory, image, era, names: this.names };
    const part = (module: SubjectModule | null, state: unknown, rules: readonly Rule<never>[]): Judged => {
      const inForce = rules.filter((r) => inSpan(this.era, r)) as readonly Rule<unknown>[];
      return {
        module,
        state,
        watchers: inForce.filter((r) => r.onEvent !== undefined),
        auditors: inForce.filter((r) => r.onQuiesce !== undefined),
      };
    };
    this.judged = [
      ...SUBJECTS.map((m) => part(m, m.begin(judge, run, this.machine.watches.get(m.kind)!), m.rules)),
      part(null, judge, GENERAL_RULES),
    ];
    this.machine.onEvent = (event) => this.heard(event);
  }

  private heard(event: MachineEvent): void {
    this.currentEvent = event;
    for (const { module, state, watchers } of this.judged) {
      module?.heard?.(state, event);
      for (const rule of watchers) {
        this.judging = rule;
        rule.onEvent!(state, event);
      }
    }
    this.currentEvent = null;
    if (event.kind !== "quiesce") return;
    for (const { module, state, auditors } of this.judged) {
      module?.quiesce?.(state);
      for (const rule of auditors) {
        this.judging = rule;
        rule.onQuiesce!(state);
      }
    }
  }

  private judging: Rule<unknown> | null = null;
  private currentEvent: MachineEvent | null = null;

  private readonly sourceLines = new Map<number, string[]>();

  private lineOf(event: MachineEvent): string {
    const loc = event.stack[0]?.loc;
    if (loc === undefined || loc === null) return "";
    let lines = this.sourceLines.get(loc.file);
    if (lines === undefined) {
      lines = (this.vm.image.files[loc.file]?.text ?? "").split("\n");
      this.sourceLines.set(loc.file, lines);
    }
    return lines[loc.line - 1] ?? "";
  }

  private report(r: Report): void {
    const rule = this.judging!;
    const current = this.currentEvent;
    const subject = r.subject ?? null;
    // One report a code and step: a folio of 512 pages is one defect, not 512.
    const told = subject === null || rule.identity !== undefined ? r.message : "";
    const thing = subject === null ? "" : `${subject.kind} ${subject.id}`;
    const keys = [`${rule.code}:${thing}:${told}`, `${rule.code}@${this.machine.step}:${told}`];
    if (keys.some((k) => this.known.has(k)) || this.violations.length >= MAX_VIOLATIONS) {
      this.known.add(keys[0]!);
      return;
    }
    for (const k of keys) this.known.add(k);
    this.violations.push({
      code: rule.code,
      level: rule.level,
      message: r.message,
      subject,
      event: (r.event ?? (current?.kind === "quiesce" ? undefined : current))?.seq ?? null,
      seq: this.machine.events.length - 1,
      step: this.machine.step,
    });
  }

  /** Tells a fault that did not end the run, each place once. */
  private wentOn(fault: MemoryFault): void {
    const taken =
      fault.kind === "out-of-bounds"
        ? "what lies outside is taken as padding"
        : "what was never written is taken as 0";
    const event = this.machine.note("goes-on", `both sides do this: ${taken}`);
    this.violations.push({
      code: fault.kind,
      level: "error",
      message: fault.message,
      subject: null,
      event,
      seq: this.machine.events.length - 1,
      step: this.machine.step,
    });
  }

  /** Whether the scenario said that the machine goes down: what lies in its memory then is nobody's loss. */
  private poweredOff(): boolean {
    return this.machine.events.some((e) => e.kind === "named" && e.name === "power-off");
  }

  /** Adds what only the end of the run shows; gives how it ended after all. */
  finish(end: RunEnd): RunEnd {
    if (end.reason.kind !== "completed") return end;
    const rest = this.vm.drain();
    if (rest?.end) return rest.end;
    const facts: EndFacts = {
      sleepers: rest?.sleeping ?? [],
      heldLocks: this.machine
        .heldLocks()
        .map((l) => ({ name: l.name, holder: this.vm.tasks[l.task]?.name ?? "?" })),
      leftOver: this.poweredOff()
        ? []
        : [...this.vm.memory.census()].map(([what, n]) => ({
            what,
            more: Math.max(0, n - (this.atStart.get(what) ?? 0)),
          })),
      freedInTables: freedInTables(this.vm.image, this.vm.memory).map(({ table, what }) => ({
        table,
        what: what.name,
        by: what.freed?.fn ?? "?",
      })),
    };
    for (const rule of END_RULES)
      for (const message of rule.atEnd(facts))
        this.violations.push({
          code: rule.code,
          level: rule.level,
          message,
          subject: null,
          event: null,
          seq: this.machine.events.length - 1,
          step: this.machine.step,
        });
    return end;
  }

  private atStart: ReadonlyMap<string, number> = new Map();

  /** Counts what the booted machine has: a scenario that has ended leaves no more. */
  countObjects(): void {
    this.atStart = this.vm.memory.census();
  }

  result(label: string, end: RunEnd): ScenarioRun {
    return {
      label,
      era: this.era,
      end,
      events: this.machine.events,
      violations: this.violations,
      steps: this.vm.steps,
      functions: this.vm.enteredFunctions(),
      stubs: [...this.vm.stubCalls.values()],
      checks: [...this.machine.checks.values()],
      stepTexts: this.machine.stepTexts,
      lineHits: this.vm.lineHits,
      linesByStep: [...this.linesByStep, this.vm.takeLines()],
      taskNames: this.vm.tasks.map((t) => t.name),
      log: this.machine.log,
      names: this.names,
      natives: this.vm.usedNatives(),
      truncated: this.machine.truncated,
      unmodelled: this.machine.unmodelled?.what ?? null,
    };
  }
}

/** How `work` ends the run: as it says (null: not yet), or by the fault it throws. */
function guarded<E extends RunEnd | null>(run: Run, work: () => E): E | RunEnd {
  try {
    return work();
  } catch (fault) {
    if (!(fault instanceof MemoryFault)) throw fault;
    const task = run.vm.tasks[0];
    const stack = task === undefined ? [] : run.vm.stack(task);
    return {
      reason: reasonOf(fault),
      task: { id: task?.id ?? 0, name: task?.name ?? "" },
      loc: stack[0]?.loc ?? null,
      stack,
    };
  }
}

/**
 * Boots the machine: `fsc_boot()` of the reference kernel. A boot that fails leaves `snapshot` null. With `watch`, null when
 * booting meets something that parts.
 */
export function bootImage(
  image: Image,
  era: Era,
  memory: Memory,
  cancelled: (() => boolean) | undefined,
  watch: RunWatch,
): BootedImage | null;
export function bootImage(image: Image, era: Era, memory: Memory, cancelled?: () => boolean): BootedImage;
export function bootImage(
  image: Image,
  era: Era,
  memory: Memory,
  cancelled?: () => boolean,
  watch?: RunWatch,
): BootedImage | null {
  memory.reset();
  memory.onWrite = null;
  const run = new Run(image, era, memory, new Map(), {
    stepLimit: BOOT_STEPS,
    ...(cancelled === undefined ? {} : { cancelled }),
  });
  const seen = watch?.watched(image) ?? image;
  const id = image.findFunction("fsc_boot");
  if (watch !== undefined) run.vm.stopBefore = (fn) => watch.parts(fn);
  if (id >= 0 && watch?.parts(id) === true) return null;
  let scenarios: ScenarioDef[] = [];
  const end = guarded(run, () => {
    if (id < 0) throw new MemoryFault("unsupported", "the reference kernel has no fsc_boot()", 0n);
    run.vm.spawn("boot", id, []);
    const end = run.vm.runUntil(Number.POSITIVE_INFINITY);
    // What reading it takes can overrun the machine's memory as what booting takes can.
    if (end?.reason.kind === "completed") scenarios = readCatalogue(seen, run.vm);
    return end;
  });
  if (end === null) return null;
  const booted = end.reason.kind === "completed";
  const boot = run.result("boot", end);
  run.vm.settle();
  if (booted) for (const w of run.machine.watches.values()) w.booted?.(memory, seen);
  return {
    image,
    era,
    memory,
    boot,
    snapshot: booted ? run.vm.save() : null,
    scenarios,
  };
}

/** The scenarios that the image's C registers in `fsc_scenarios`, and those that came as files. */
function readCatalogue(image: Image, vm: Vm): ScenarioDef[] {
  return ["fsc_scenarios", "fsc_more_scenarios"].flatMap((name) => readTable(image, vm, name));
}

function readTable(image: Image, vm: Vm, name: string): ScenarioDef[] {
  const table = image.globalAddress(name);
  const layout = image.layoutOf("struct fsc_scenario");
  if (table === null || layout === null) return [];
  vm.syncGlobals();
  const text = (at: bigint): string => (at === 0n ? "" : vm.memory.cstring(at, 4096));
  const field = (at: bigint, name: string): bigint =>
    vm.memory.load(at + BigInt(layout.fields.get(name)!.offset), 8);
  const out: ScenarioDef[] = [];
  for (let i = 0; i < 500; i++) {
    const entry = vm.memory.load(table + BigInt(8 * i), 8);
    if (entry === 0n) break;
    vm.syncGlobals();
    out.push({
      name: text(field(entry, "name")),
      title: text(field(entry, "title")),
      params: parseParams(text(field(entry, "params"))),
      run: field(entry, "run"),
    });
  }
  return out;
}

/**
 * One scenario case under way on a copy of the booted machine. It can be left at any instruction, saved, and taken up
 * again from any of its saved states, in any order; cases that share a memory take turns (each restores a state first).
 *
 *     const run = new CaseRun(booted, c, options);
 *     run.advance(1000);                  // the first thousand instructions
 *     const here = run.save();
 *     const one = run.finish();           // to the end
 *     run.restore(here);
 *     const other = run.finish();         // the same again
 */
export class CaseRun implements Stateful<CaseState> {
  private readonly booted: BootedImage;
  private readonly label: string;
  private readonly run: Run;
  private end: RunEnd | null = null;

  /** @param watch leaves the run where it parts: for runs whose states another image takes over */
  constructor(booted: BootedImage, c: ScenarioCase, options: RunOptions, watch?: RunWatch) {
    this.booted = booted;
    this.label = c.label;
    const { image, era, memory } = booted;
    const run = new Run(image, era, memory, c.params, { ...options, resumes: true });
    this.run = run;
    this.end = guarded(run, () => {
      run.vm.restore(booted.snapshot!);
      run.judge(watch?.watched(image) ?? image);
      run.machine.watch();
      run.countObjects();
      const fn = run.vm.functionAt(c.def.run);
      if (fn === null) throw new MemoryFault("unsupported", `scenario ${c.def.name} has no function`, 0n);
      run.vm.spawn("user", fn.id, []);
      return null;
    });
    if (watch !== undefined) run.vm.stopBefore = (fn) => watch.parts(fn);
  }

  /** Instructions executed. */
  get steps(): number {
    return this.run.vm.steps;
  }

  /** Events recorded so far. */
  get recorded(): number {
    return this.run.machine.events.length;
  }

  /** The machine it runs on: for whoever steers it (emulator/explore) or looks at it (server/debug). */
  get vm(): Vm {
    return this.run.vm;
  }

  /**
   * Runs until `until` instructions have been executed, or to the end; true: it has ended. With `watch` it also comes back
   * where the run parts (`parted`).
   */
  advance(until: number = Number.POSITIVE_INFINITY): boolean {
    const { vm } = this.run;
    this.end ??= guarded(this.run, () => vm.runUntil(until));
    if (this.end?.reason.kind === "completed" && vm.stopBefore !== null) vm.drain();
    return this.end !== null;
  }

  /**
   * The function before whose first call the run was left, -1: none. `clean` false: in the middle of a native, and the
   * state cannot be taken up by anyone.
   */
  get parted(): { readonly fn: number; readonly clean: boolean } {
    return { fn: this.run.vm.leftBefore, clean: !this.run.vm.leftUnclean };
  }

  /** Leaves the run no more. */
  unwatch(): void {
    this.run.vm.stopBefore = null;
  }

  /** Runs to the end and gives what happened. Afterwards only `restore` may be called. */
  finish(): ScenarioRun {
    this.advance();
    const end = this.run.finish(this.endless() ?? this.end!);
    this.booted.memory.onWrite = null;
    return this.run.result(this.label, end);
  }

  /** The end of a run that goes round for ever; null for any other, which stands at its bound as it stood. */
  private endless(): RunEnd | null {
    if (this.end?.reason.kind !== "limit") return null;
    const state = this.save();
    const told = endlessLoop(this.run.vm, this.end);
    this.restore(state);
    return told;
  }

  /** The state before the next instruction. */
  save(): CaseState {
    return { ...this.run.save(), end: this.end };
  }

  restore(s: CaseState): void {
    this.end = s.end;
    this.run.restore(s);
    this.run.machine.watch();
  }

  /** A hash of memory and tasks, for comparing states. */
  hash(): number {
    return this.run.vm.hash();
  }

  /**
   * A text that equal states have and different ones hardly ever: memory where it is not as in `base`, tasks, locks, what is
   * watched, what was told so far. Of what was recorded on the way there nothing: no rule looks back.
   */
  signature(base: CaseState): string {
    return this.run.signature(base);
  }
}

/** Runs one scenario case on a copy of the booted machine. */
export function runCase(booted: BootedImage, c: ScenarioCase, options: RunOptions): ScenarioRun {
  return new CaseRun(booted, c, options).finish();
}

/** As runCase, but past the faults that a run can go on after, whoever has them. */
export function runPast(booted: BootedImage, c: ScenarioCase, options: () => RunOptions): ScenarioRun {
  let goesOn: ReadonlySet<string> = new Set();
  for (;;) {
    const run = runCase(booted, c, { ...options(), goesOn });
    const place = faultPlace(run.end.reason.kind, run.end.stack);
    if (place === null || goesOn.has(place) || goesOn.size >= GOES_ON_MAX) return run;
    goesOn = new Set([...goesOn, place]);
  }
}
