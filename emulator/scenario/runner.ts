/**
 * Boots the emulated machine on an image and runs scenarios on it: one fresh machine each (a copy of the booted state),
 * observers and invariants attached, everything that happened given back as plain data. Leaves out what scenarios do
 * (emulator/reference/scenarios) and what a run means for a patch (server/review).
 */
import type { Invariant, Judge, Report, Violation } from "../invariants/invariant.ts";
import { INVARIANTS } from "../invariants/registry.ts";
import { type Era, eraRow, inSpan } from "../kernel/era.ts";
import { type CheckSite, Machine, type MachineState } from "../machine/machine.ts";
import { MachineView } from "../machine/views.ts";
import { type Memory, MemoryFault } from "../mem/memory.ts";
import { RunToBlock, type Scheduler } from "../sched/scheduler.ts";
import type { MachineEvent } from "../trace/event.ts";
import type { Image } from "../vm/image.ts";
import { fromPrefix, type Prefix, prefixOf, type Stateful } from "../vm/state.ts";
import { type RunEnd, reasonOf, type StubCall, Vm, type VmState } from "../vm/vm.ts";
import { AuditState } from "./audit.ts";

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
  /** Address of each file's address_space, to its number. */
  readonly fileNames: ReadonlyMap<bigint, number>;
  /** Names of the natives that were called. */
  readonly natives: readonly string[];
  /** More happened than is recorded: nothing can be said of the run. */
  readonly truncated: boolean;
  /** What the C said it cannot model, when that ended the run. */
  readonly unmodelled: string | null;
}

const BOOT_STEPS = 20_000_000;
const MAX_VIOLATIONS = 24;

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
  readonly touched: readonly number[];
  readonly fileNames: ReadonlyMap<bigint, number>;
  readonly atStart: ReadonlyMap<string, number>;
}

class Run implements Stateful<CaseState> {
  readonly vm: Vm;
  readonly machine: Machine;
  private violations: Violation[] = [];
  /** For each step that is over, the line ids hit. */
  private linesByStep: (readonly number[])[] = [];
  private known = new Set<string>();
  private view: MachineView | null = null;
  private readonly touched = new Set<number>();
  private fileNames = new Map<bigint, number>();
  private readonly era: Era;
  private readonly invariants: readonly Invariant[];

  constructor(
    image: Image,
    era: Era,
    memory: Memory,
    params: ReadonlyMap<string, number>,
    options: RunOptions,
  ) {
    this.era = era;
    this.invariants = INVARIANTS.filter((i) => inSpan(era, i));
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
    });
    this.machine.attach(this.vm);
    const self = this;
    this.judgeView = {
      era: eraRow(era),
      get view() {
        return self.view!;
      },
      get events() {
        return self.machine.events;
      },
      lineOf: (event) => this.lineOf(event),
      report: (r) => this.report(r),
    };
    this.machine.onStep = () => {
      this.linesByStep.push(this.vm.takeLines());
    };
  }

  save(): CaseState {
    return {
      vm: this.vm.save(),
      machine: this.machine.save(),
      violations: prefixOf(this.violations),
      linesByStep: prefixOf(this.linesByStep),
      known: [...this.known],
      touched: [...this.touched],
      fileNames: new Map(this.fileNames),
      atStart: this.atStart,
    };
  }

  restore(s: CaseState): void {
    this.vm.restore(s.vm);
    this.machine.restore(s.machine);
    this.violations = fromPrefix(s.violations);
    this.linesByStep = fromPrefix(s.linesByStep);
    this.known = new Set(s.known);
    this.touched.clear();
    for (const pfn of s.touched) this.touched.add(pfn);
    this.fileNames = new Map(s.fileNames);
    this.atStart = s.atStart;
    this.view?.forgetAll();
  }

  judge(image: Image): void {
    const view = new MachineView(this.vm.memory, image);
    this.view = view;
    this.machine.onMemmap = () => view.forgetAll();
    this.machine.foreign = (pfn) => pfn === 0 || pfn === view.zeroPfn || view.isHugeZero(pfn);
    const watchers = this.invariants.filter((i) => i.onEvent !== undefined);
    this.machine.onEvent = (event) => {
      if (event.kind === "page") {
        view.forget(event.pfn);
        if (view.isPmem(event.pfn)) this.touched.add(event.pfn);
      }
      if (event.kind === "step" || event.kind === "quiesce") this.nameFiles(view);
      this.currentEvent = event;
      for (const invariant of watchers) {
        this.judging = invariant;
        invariant.onEvent!(this.judgeView, event);
      }
      this.currentEvent = null;
      if (event.kind === "quiesce") this.audit();
    };
  }

  private nameFiles(view: MachineView): void {
    view.inodes().forEach((inode, number) => {
      if (inode !== 0n) this.fileNames.set(view.mappingOf(inode), number);
    });
  }

  audit(): void {
    const view = this.view!;
    const audit = new AuditState(view, this.touched);
    for (const invariant of this.invariants) {
      this.judging = invariant;
      invariant.onQuiesce?.(this.judgeView, audit);
    }
  }

  /** What the invariant being asked sees; one object for all, because there are many events. */
  private readonly judgeView: Judge;
  private judging: Invariant | null = null;
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
    const invariant = this.judging!;
    const current = this.currentEvent;
    const pfn = r.pfn ?? -1;
    // One report a code and step: a folio of 512 pages is one defect, not 512.
    const told = pfn < 0 || invariant.code === "warn" ? r.message : "";
    const keys = [`${invariant.code}:${pfn}:${told}`, `${invariant.code}@${this.machine.step}:${told}`];
    if (keys.some((k) => this.known.has(k)) || this.violations.length >= MAX_VIOLATIONS) {
      this.known.add(keys[0]!);
      return;
    }
    for (const k of keys) this.known.add(k);
    this.violations.push({
      code: invariant.code,
      level: invariant.level,
      message: r.message,
      pfn,
      fields: r.fields ?? [],
      event: (r.event ?? (current?.kind === "quiesce" ? undefined : current))?.seq ?? null,
      seq: this.machine.events.length - 1,
      step: this.machine.step,
    });
  }

  /** Adds what only the end of the run shows. */
  finish(end: RunEnd): void {
    const report = (code: string, message: string): void => {
      this.violations.push({
        code,
        level: "error",
        message,
        pfn: -1,
        fields: [],
        event: null,
        seq: this.machine.events.length - 1,
        step: this.machine.step,
      });
    };
    if (end.reason.kind !== "completed") return;
    for (const task of this.vm.drain())
      report("lost-wakeup", `task ${task.name} sleeps for ever ${task.waitingFor}`);
    for (const lock of this.machine.heldLocks())
      report(
        "lock-held",
        `${lock.name} is still held at the end by task ${this.vm.tasks[lock.task]?.name ?? "?"}`,
      );
    for (const leak of this.leaks()) report("leaked-object", leak);
  }

  private atStart: ReadonlyMap<string, number> = new Map();

  /** Counts what the booted machine has: a scenario that has ended leaves no more. */
  countObjects(): void {
    this.atStart = this.vm.memory.census();
  }

  private leaks(): string[] {
    const out: string[] = [];
    for (const [what, n] of this.vm.memory.census()) {
      // One line for each object, so that one more of a kind that a release leaks anyway is told.
      const lost = Math.min(n - (this.atStart.get(what) ?? 0), 4);
      for (let i = 1; i <= lost; i++) out.push(`${what}, is never freed${i > 1 ? `: ${i} of them` : ""}`);
    }
    return out;
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
      fileNames: this.fileNames,
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

/** Boots the machine: `fsc_boot()` of the reference kernel. A boot that fails leaves `snapshot` null. */
export function bootImage(image: Image, era: Era, memory: Memory, cancelled?: () => boolean): BootedImage {
  memory.reset();
  memory.onWrite = null;
  const run = new Run(image, era, memory, new Map(), {
    stepLimit: BOOT_STEPS,
    ...(cancelled === undefined ? {} : { cancelled }),
  });
  const id = image.findFunction("fsc_boot");
  const end = guarded(run, () => {
    if (id < 0) throw new MemoryFault("unsupported", "the reference kernel has no fsc_boot()", 0n);
    run.vm.spawn("boot", id, []);
    return run.vm.run();
  });
  const booted = end.reason.kind === "completed";
  const scenarios = booted ? readCatalogue(image, run.vm) : [];
  const boot = run.result("boot", end);
  run.vm.settle();
  if (booted) {
    const view = new MachineView(memory, image);
    run.machine.markPages([
      { startPfn: 0, count: view.ramPages },
      { startPfn: view.pmemStart, count: view.pmemPages },
    ]);
  }
  return {
    image,
    era,
    memory,
    boot,
    snapshot: booted ? run.vm.save() : null,
    scenarios,
  };
}

/** The scenarios that the image's C registers in `fsc_scenarios`. */
function readCatalogue(image: Image, vm: Vm): ScenarioDef[] {
  const table = image.globalAddress("fsc_scenarios");
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

  constructor(booted: BootedImage, c: ScenarioCase, options: RunOptions) {
    this.booted = booted;
    this.label = c.label;
    const { image, era, memory } = booted;
    const run = new Run(image, era, memory, c.params, options);
    this.run = run;
    this.guarded(() => {
      run.vm.restore(booted.snapshot!);
      run.judge(image);
      run.machine.watch();
      run.countObjects();
      const fn = run.vm.functionAt(c.def.run);
      if (fn === null) throw new MemoryFault("unsupported", `scenario ${c.def.name} has no function`, 0n);
      run.vm.spawn("user", fn.id, []);
      return null;
    });
  }

  private guarded(work: () => RunEnd | null): void {
    this.end = guarded(this.run, work);
  }

  /** Instructions executed. */
  get steps(): number {
    return this.run.vm.steps;
  }

  /** Runs until `until` instructions have been executed, or to the end; true: it has ended. */
  advance(until: number = Number.POSITIVE_INFINITY): boolean {
    if (this.end === null) this.guarded(() => this.run.vm.runUntil(until));
    return this.end !== null;
  }

  /** Runs to the end and gives what happened. Afterwards only `restore` may be called. */
  finish(): ScenarioRun {
    this.advance();
    this.run.finish(this.end!);
    this.booted.memory.onWrite = null;
    return this.run.result(this.label, this.end!);
  }

  /** The state before the next instruction. @throws Error when the run has ended */
  save(): CaseState {
    if (this.end !== null) throw new Error("a run that has ended has no state to go on from");
    return this.run.save();
  }

  restore(s: CaseState): void {
    this.end = null;
    this.run.restore(s);
    this.run.machine.watch();
  }

  /** A hash of memory and tasks, for comparing states. */
  hash(): number {
    return this.run.vm.hash();
  }
}

/** Runs one scenario case on a copy of the booted machine. */
export function runCase(booted: BootedImage, c: ScenarioCase, options: RunOptions): ScenarioRun {
  return new CaseRun(booted, c, options).finish();
}
