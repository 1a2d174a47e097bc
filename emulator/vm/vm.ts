/**
 * The virtual machine: tasks, natives, memory and the image they run, and how a run ends. Every way out is a StopReason.
 * Leaves out the dispatch loop (step.ts), what natives do (shims/) and which task runs next (sched/). Over 800 lines because it
 * is one class: all of it reads or writes the state that a snapshot takes.
 */
import type { Loc } from "../c/ast.ts";
import {
  HI_DATA,
  HI_STACK,
  type Memory,
  MemoryFault,
  type MemorySnapshot,
  SHADOW_DEAD,
  SHADOW_INIT,
  SHADOW_READONLY,
} from "../mem/memory.ts";
import { RunToBlock, type Scheduler, type SwitchReason } from "../sched/scheduler.ts";
import type { ExecBody } from "./body.ts";
import type { CallSignature } from "./bytecode.ts";
import { Op } from "./bytecode.ts";
import { type CompiledBody, compiledBodies, compiledBody } from "./compiled.ts";
import { Context } from "./context.ts";
import {
  CLOSURE,
  type FnInfo,
  type GlobalInfo,
  type Image,
  LABEL_BASE,
  NATIVE_BASE,
  STUB_BASE,
  TEXT_BASE,
} from "./image.ts";
import { Laid } from "./laid.ts";
import type { NativeFunction, NativeTable } from "./native.ts";
import { fromPrefix, type Prefix, prefixOf, type Stateful } from "./state.ts";
import { type StepResult, step } from "./step.ts";
import type { ObjectHistory, Remark, Site, StopReason } from "./stop_reason.ts";
import { FRAME_WORDS, restoreTask, snapshotTask, Task, type TaskLimits, type TaskSnapshot } from "./task.ts";
import { warm } from "./warm.ts";

export interface VmOptions {
  readonly image: Image;
  readonly memory: Memory;
  readonly natives: NativeTable;
  readonly scheduler?: Scheduler;
  /** Instructions after which the run ends as `limit`. */
  readonly stepLimit?: number;
  readonly taskLimits?: TaskLimits;
  /** Polled every million instructions; true ends the run as `cancelled`. */
  readonly cancelled?: () => boolean;
  /** The memory is as another machine has left it: a state is restored before anything runs, and has the image's objects. */
  readonly resumes?: boolean;
}

/** One frame of a stack trace, innermost first. */
export interface FrameInfo {
  readonly fn: FnInfo;
  readonly loc: Loc | null;
}

/** How and where a run ended. */
export interface RunEnd {
  readonly reason: StopReason;
  readonly task: { readonly id: number; readonly name: string };
  readonly loc: Loc | null;
  readonly stack: readonly FrameInfo[];
}

/** A stub that was called: unknown code, result 0. */
export interface StubCall {
  readonly name: string;
  readonly loc: Loc;
  readonly caller: string;
  count: number;
}

/** A state of a machine between two instructions: memory, tasks and what was observed so far. */
export interface VmState {
  readonly image: Image;
  readonly memory: MemorySnapshot;
  readonly tasks: readonly TaskSnapshot[];
  readonly current: number;
  readonly started: boolean;
  readonly sliceLeft: number;
  readonly unbroken: number;
  readonly scheduler: unknown;
  readonly steps: number;
  readonly syncedGlobals: number;
  readonly elsewhere: Laid | null;
  readonly draining: boolean;
  /** Functions that were entered, in the order of their first entry. */
  readonly entered: Prefix<number>;
  /** Indexes of the natives that were called. */
  readonly natives: readonly number[];
  readonly stubCalls: readonly StubCall[];
  readonly remarks: readonly (readonly [number, Remark])[];
  readonly lineCounts: Int32Array;
  readonly lineOrder: Int32Array;
  readonly lineCount: number;
}

/**
 * Steers a run instruction by instruction and hears what became of them: for exploring orders of tasks (emulator/explore).
 * Code that natives call is not steered.
 */
export interface Pilot {
  /** Instructions of `task` to run before this is asked again; 0 leaves the run before the next one (runUntil gives null). */
  before(task: Task): number;
  /** What became of them: how the loop came back (null: with a fault) and how many were executed. */
  after(task: Task, result: StepResult | null, executed: number): void;
}

/** Thrown by `stopBefore`'s yes: the run is to be left before the instruction in progress. */
class Left {
  readonly fn: number;
  /** Nothing of the instruction has been done. */
  readonly clean: boolean;
  constructor(fn: number, clean: boolean) {
    this.fn = fn;
    this.clean = clean;
  }
}

/** Whether this process has run warm.ts. */
let warmed = false;
const POLL = 1_000_000;
/** Instructions after which a task that neither blocks nor ends lets another run, as it would on a processor of its own. */
const TURN = 1_000_000;
/** Turns that tasks get after the main one has ended. */
const DRAIN_SLICES = 10_000;
/** Work that the call of any native is, whatever it does. */
const NATIVE_UNITS = 512;
/** Work of a call from a native back into C, besides what the C does. */
const NESTED_UNITS = 512;
/** Tasks that a run may have: each has registers, and a place for its stack. */
const TASKS_MAX = 200;
/** Calls of C by natives that may be open within each other (a comparator that sorts): each takes of the host's stack. */
const NESTING_MAX = 64;
/** Functions that most images stay below. */
const FUNCTIONS = 4096;
const LINES = 512;
const KERNEL_LIMITS: TaskLimits = { registers: 1 << 14, depth: 400, stack: 256 << 10 };
/** Stacks of tasks are this far apart (bytes). */
const STACK_STRIDE = 1 << 24;

/** Low words of the addresses of an image's globals, by its list of them: every run writes hundreds. */
const LOWS = new WeakMap<readonly GlobalInfo[], number[]>();

export class Vm implements Stateful<VmState> {
  readonly image: Image;
  readonly functions: readonly FnInfo[];
  readonly memory: Memory;
  readonly scheduler: Scheduler;
  readonly natives: NativeTable;
  /** Instructions after which the run ends as `limit`; who asks whether it would ever end raises it (scenario/endless.ts). */
  stepLimit: number;
  readonly taskLimits: TaskLimits;
  /** Lowered functions by id; has room from the start, so that V8 keeps it a plain array. */
  readonly bodies: (ExecBody | undefined)[];
  readonly tasks: Task[] = [];
  private entered: number[] = [];
  /**
   * Asked before a function is entered for the first time: true leaves the run before the call, as it was. The machine can
   * then be saved, and run on once this is null or answers otherwise. Where a native is what calls, the run cannot be left
   * cleanly: `leftUnclean` is set, and this machine must not be run on.
   */
  stopBefore: ((fn: number) => boolean) | null = null;
  /** The function before whose first call `runUntil` came back, -1: it came back for another reason. */
  leftBefore = -1;
  /** `stopBefore` said yes where a run cannot be left: what happened up to there must not be used. */
  leftUnclean = false;
  /** null: the run is not steered. Not part of a saved state. */
  pilot: Pilot | null = null;
  readonly stubCalls = new Map<string, StubCall>();
  /** What was undefined without ending the run, once a place. */
  readonly remarks = new Map<number, Remark>();
  /** Told of each as it is first seen. */
  onRemark: ((remark: Remark) => void) | null = null;
  private lineCounts: Int32Array = new Int32Array(LINES);
  private lineOrder: Int32Array = new Int32Array(LINES);
  /** Both are also a saved state's: whoever writes copies them first. */
  private linesShared = false;
  private lineCount = 0;
  /** Instructions executed so far, and the work of natives in instructions (mem/work.ts). */
  steps = 0;
  /** Instructions executed by this machine, in whatever state it was. Not part of a saved state. */
  instructions = 0;
  private started = false;
  /** Instructions left of the running task's slice, 0: it has none or a new one is due. */
  private sliceLeft = 0;
  /** Instructions of the running task since it was chosen. */
  private unbroken = 0;
  current: Task | null = null;
  /** Set by a native that wants another task to get a chance: the loop leaves after the call. */
  switchRequested = false;
  switchWhy: SwitchReason = "point";
  private readonly compiledBodies: ReadonlyMap<number, CompiledBody>;
  private readonly cancelled: () => boolean;
  private nativeByIndex: (NativeFunction | undefined)[] = [];
  private readonly context: Context;
  private syncedGlobals = 0;
  /** Globals that other images of the space have written before this one took over. */
  private elsewhere: Laid | null = null;
  /** After a state of another image: its places to this image's, where they are other objects; else null. */
  relocated: ReadonlyMap<Loc, Loc> | null = null;
  /** Calls of C functions by natives that are open. */
  nesting = 0;
  private faultStack: FrameInfo[] | null = null;
  /** Asked of a load that faults: true when what it read has been put right, and it is made again. */
  mend: ((fault: MemoryFault, stack: readonly FrameInfo[]) => boolean) | null = null;
  /** Why the image's objects do not fit into memory: the first task ends with it. */
  private unfit: MemoryFault | null = null;
  private readonly labelIds = new Map<string, number>();

  constructor(options: VmOptions) {
    if (!warmed) {
      warmed = true;
      warm((o) => new Vm(o));
    }
    this.image = options.image;
    this.functions = options.image.functions;
    this.compiledBodies = compiledBodies(options.image);
    this.memory = options.memory;
    this.natives = options.natives;
    this.scheduler = options.scheduler ?? new RunToBlock();
    this.stepLimit = options.stepLimit ?? 50_000_000;
    this.taskLimits = options.taskLimits ?? KERNEL_LIMITS;
    this.cancelled = options.cancelled ?? (() => false);
    this.context = new Context(this);
    this.bodies = new Array<ExecBody | undefined>(FUNCTIONS).fill(undefined);
    this.memory.describe = (address) => this.describe(address);
    if (options.resumes === true) return;
    try {
      this.syncGlobals();
    } catch (fault) {
      if (!(fault instanceof MemoryFault)) throw fault;
      this.unfit = fault;
    }
  }

  // ---- image -----------------------------------------------------------------------------------------------------

  /** The executable body of a function, lowering it (and laying out the globals it names) when first needed. */
  bodyOf(id: number): ExecBody {
    const known = this.bodies[id];
    if (known !== undefined) return known;
    this.aboutToEnter(id);
    const { body, globals } = this.compiled(id);
    this.syncGlobals(globals);
    this.bodies[id] = body;
    this.entered.push(id);
    return body;
  }

  private compiled(id: number): CompiledBody {
    return this.compiledBodies.get(id) ?? compiledBody(this.image, id);
  }

  /** Something of a function is to be used, its type or its body: leaves the run where `stopBefore` wants it. */
  aboutToEnter(id: number, spawning = false): void {
    if (this.stopBefore === null || this.bodies[id] !== undefined || !this.stopBefore(id)) return;
    throw new Left(id, this.nesting === 0 && (spawning || !this.inNative));
  }

  /** How many functions were entered. */
  get enteredCount(): number {
    return this.entered.length;
  }

  /** Adds the ids of the functions that were entered to `into`. */
  addEntered(into: Set<number>): void {
    for (const id of this.entered) into.add(id);
  }

  /** Ids of the functions that were entered, ascending. */
  enteredFunctions(): number[] {
    return this.entered.slice().sort((a, b) => a - b);
  }

  /**
   * Writes the initial contents of globals that the image has laid out since the last call. Which those are depends on what
   * other runs have lowered, so it is no work of this one.
   */
  syncGlobals(end: number = this.image.globals.length): void {
    if (this.syncedGlobals < end) this.memory.work.aside(() => this.writeGlobals(end));
  }

  private writeGlobals(end: number): void {
    const { memory } = this;
    const globals = this.image.globals;
    const isThere = this.elsewhere?.test(this.image) ?? null;
    let lows = LOWS.get(globals);
    if (lows === undefined) LOWS.set(globals, (lows = []));
    for (; this.syncedGlobals < end; this.syncedGlobals++) {
      const n = this.syncedGlobals;
      if (isThere?.(n) === true) continue;
      const g = globals[n]!;
      while (lows.length <= n) lows.push(memory.lo(globals[lows.length]!.address));
      const lo = lows[n]!;
      memory.map(HI_DATA, lo, Math.max(g.size, 1));
      memory.lay(HI_DATA, lo, g.size, g.init, g.readonly ? SHADOW_INIT | SHADOW_READONLY : SHADOW_INIT);
    }
  }

  labelId(fn: number, pc: number): number {
    const key = `${fn}:${pc}`;
    let id = this.labelIds.get(key);
    if (id === undefined) {
      id = this.image.labels.findIndex((l) => l.fn === fn && l.pc === pc);
      this.labelIds.set(key, id);
    }
    return id;
  }

  /** A statement of a function with coverage is executed. */
  hitLine(id: number): void {
    if (this.linesShared) this.ownLines();
    if (id >= this.lineCounts.length) this.moreLines(id);
    this.lineCounts[id]!++;
    this.lineOrder[id] = ++this.lineCount;
  }

  private ownLines(): void {
    this.lineCounts = this.lineCounts.slice();
    this.lineOrder = this.lineOrder.slice();
    this.linesShared = false;
  }

  private moreLines(id: number): void {
    const larger = (a: Int32Array): Int32Array => {
      const b = new Int32Array(2 * id);
      b.set(a);
      return b;
    };
    this.lineCounts = larger(this.lineCounts);
    this.lineOrder = larger(this.lineOrder);
  }

  /** How often statements were executed, by line id (functions with coverage only); absent: never. */
  get lineHits(): (number | undefined)[] {
    const out: (number | undefined)[] = [];
    this.lineCounts.forEach((hits, id) => {
      if (hits > 0) out[id] = hits;
    });
    return out;
  }

  /** How often a statement was executed, by line id. */
  hitsOf(id: number): number {
    return this.lineCounts[id] ?? 0;
  }

  /** Line ids hit since the last call, in order of their last hit. */
  takeLines(): number[] {
    const order = this.lineOrder;
    const out: number[] = [];
    order.forEach((at, id) => {
      if (at > 0) out.push(id);
    });
    if (out.length === 0) return out;
    out.sort((a, b) => order[a]! - order[b]!);
    if (this.linesShared) this.ownLines();
    this.lineOrder.fill(0);
    return out;
  }

  /** Name of a code address: "dax_iomap_fault", or null. */
  functionAt(address: bigint): FnInfo | null {
    const offset = address - TEXT_BASE;
    if (offset < 0n || offset & 15n || offset >= 16n * BigInt(this.image.functions.length)) return null;
    return this.image.functions[Number(offset >> 4n)] ?? null;
  }

  // ---- tasks -----------------------------------------------------------------------------------------------------

  /**
   * A new runnable task that will execute function `id` with the given integer arguments. A native does this first of all,
   * because the run may be left here.
   */
  spawn(name: string, id: number, args: readonly bigint[]): Task {
    if (this.unfit !== null) throw this.unfit;
    const index = this.tasks.length;
    if (index >= TASKS_MAX) throw new MemoryFault("limit", `more than ${TASKS_MAX} tasks`, 0n);
    const task = new Task(index, name, index * STACK_STRIDE, this.taskLimits);
    const fn = this.image.functions[id]!;
    this.aboutToEnter(id, true);
    this.tasks.push(task);
    this.enter(task, fn, 0, args);
    return task;
  }

  private enter(task: Task, fn: FnInfo, fp: number, args: readonly bigint[]): void {
    const body = this.bodyOf(fn.id);
    if (fp + body.nregs + args.length + 64 > task.limits.registers || task.depth + 1 >= task.limits.depth)
      throw new MemoryFault("stack-overflow", `recursion too deep: ${task.depth} calls are open`, 0n);
    for (let i = 0; i < args.length; i++) task.regs[fp + i] = args[i]!;
    task.fn = fn;
    task.fp = fp;
    task.pc = 0;
    task.frameBase = task.sp;
    if (body.frameSize > 0) {
      const top = task.sp + body.frameSize;
      if (top - task.stackLow > task.limits.stack)
        throw new MemoryFault("stack-overflow", `stack of ${task.limits.stack >> 10} KiB used up`, 0n);
      this.memory.map(HI_STACK, task.sp, body.frameSize + 1);
      task.mapped = Math.max(task.mapped, (top & ~4095) + 4096);
      task.sp = top;
    }
  }

  /** Wakes up to `nr` tasks (all when nr <= 0) that sleep on key, lowest id first. Returns which. */
  wake(key: bigint, nr: number): readonly number[] {
    const woken: number[] = [];
    for (const t of this.tasks) {
      if (t.state !== "sleeping" || t.key !== key || (nr > 0 && woken.length >= nr)) continue;
      t.state = "runnable";
      woken.push(t.id);
    }
    return woken;
  }

  /** Asks that another task may run after the native call in progress. */
  requestSwitch(why: SwitchReason): void {
    this.switchRequested = true;
    this.switchWhy = why;
  }

  /** Runs until task 0 is done, everything is stuck, or something stops the run. */
  run(): RunEnd {
    const end = this.runUntil(Number.POSITIVE_INFINITY);
    if (end !== null) return end;
    throw new Error("a run that stopBefore leaves is one for runUntil()");
  }

  /**
   * As run(), but comes back with null once `steps` has reached `until`, or before a call that `stopBefore` wants
   * (`leftBefore` then names the function). Called again it runs on as if it had never come back.
   */
  runUntil(until: number): RunEnd | null {
    const main = this.tasks[0]!;
    this.leftBefore = -1;
    if (!this.started) {
      this.started = true;
      this.current = this.choose("start", main.id);
    }
    for (;;) {
      const task = this.current;
      if (task === null) return this.end({ kind: "completed", message: "" }, main);
      const left = this.stepLimit - this.steps;
      if (left <= 0)
        return this.end(
          { kind: "limit", message: `step limit of ${this.stepLimit} instructions reached` },
          task,
        );
      if (this.steps >= until) return null;
      if (this.sliceLeft === 0) this.sliceLeft = this.scheduler.slice();
      let slice = this.sliceLeft > 0 ? this.sliceLeft : POLL;
      if (this.pilot !== null) {
        slice = Math.min(slice, this.pilot.before(task));
        if (slice <= 0) return null;
      } else if (this.sliceLeft <= 0) slice = Math.min(slice, Math.max(1, TURN - this.unbroken));
      const before = this.steps;
      const executed = this.instructions;
      let result: StepResult | null = null;
      let again = false;
      this.memory.work.begin(left);
      try {
        result = step(this, task, Math.min(left, slice, POLL, until - before), 0);
      } catch (fault) {
        if (fault instanceof Left) {
          this.noteLeft(fault);
          if (this.sliceLeft > 0) this.sliceLeft -= this.steps - before;
          return null;
        }
        if (!(fault instanceof MemoryFault)) throw fault;
        again = this.mended(fault, task);
        if (!again) return this.end(reasonOf(fault), task);
      } finally {
        this.memory.work.end();
        this.pilot?.after(task, result, this.instructions - executed);
      }
      if (again) {
        if (this.sliceLeft > 0) this.sliceLeft -= this.steps - before;
        continue;
      }
      this.unbroken += this.instructions - executed;
      const preempts = this.sliceLeft > 0;
      this.sliceLeft = result === "slice" && preempts ? this.sliceLeft - (this.steps - before) : 0;
      let why: SwitchReason = "slice";
      if (result === "done") {
        task.state = "done";
        this.wakeJoiners();
        if (task === main) return this.end({ kind: "completed", message: "" }, task);
        why = "exit";
      } else if (result === "retry") why = "block";
      else if (result === "switch") why = this.switchWhy;
      else if (this.cancelled()) return this.end({ kind: "cancelled", message: "cancelled" }, task);
      const turns = this.unbroken >= TURN && !preempts && this.pilot === null;
      if (turns) this.unbroken = 0;
      if (result === "slice" && !turns && (!preempts || this.sliceLeft > 0)) continue;
      const next = turns && task.state === "runnable" ? this.another(task) : this.choose(why, task.id);
      if (next === null) {
        const stuck = this.tasks
          .filter((t) => t.state === "sleeping")
          .map((t) => `${t.name}: ${t.waitingFor}`);
        return this.end(
          { kind: "deadlock", message: `every task sleeps and nobody will wake them (${stuck.join("; ")})` },
          task,
        );
      }
      if (next !== task) this.unbroken = 0;
      this.current = next;
    }
  }

  /** Who has the next turn after a task that has run long: it may wait, without sleeping, for what that one does. */
  private another(task: Task): Task {
    const others = this.tasks.filter((t) => t !== task && t.state === "runnable");
    return others.find((t) => t.id > task.id) ?? others[0] ?? task;
  }

  /** Gives the processor to another task, which can run, between two instructions. */
  switchTo(id: number): void {
    const task = this.tasks[id];
    if (task === undefined || task.state !== "runnable") throw new Error(`task ${id} cannot run`);
    this.current = task;
    this.sliceLeft = 0;
    this.unbroken = 0;
  }

  private draining = false;

  /**
   * Runs what can still run after the main task ended. `sleeping` are the tasks that sleep for ever; `end` is how a task
   * ended the run meanwhile (a fault, a bound), null when none did. null: `stopBefore` left the run (`leftBefore`,
   * `leftUnclean`); called again it goes on.
   */
  drain(): { readonly sleeping: readonly Task[]; readonly end: RunEnd | null } | null {
    const main = this.tasks[0]!;
    main.state = "done";
    this.leftBefore = -1;
    if (!this.draining) {
      this.draining = true;
      this.wakeJoiners();
    }
    const { work } = this.memory;
    let runnable: Task | undefined;
    try {
      for (let guard = 0; guard < DRAIN_SLICES; guard++) {
        runnable = this.tasks.find((t) => t.state === "runnable");
        if (runnable === undefined) break;
        const left = this.stepLimit - this.steps;
        if (left <= 0) break;
        this.current = runnable;
        work.begin(left);
        let result: StepResult;
        try {
          result = step(this, runnable, Math.min(POLL, left), 0);
        } catch (fault) {
          if (fault instanceof MemoryFault && this.mended(fault, runnable)) continue;
          throw fault;
        }
        if (result === "done") {
          runnable.state = "done";
          this.wakeJoiners();
        } else if (result === "slice" && this.cancelled())
          return { sleeping: [], end: this.end({ kind: "cancelled", message: "cancelled" }, runnable) };
      }
    } catch (fault) {
      if (fault instanceof Left) {
        this.noteLeft(fault);
        return null;
      }
      if (!(fault instanceof MemoryFault)) throw fault;
      return { sleeping: [], end: this.end(reasonOf(fault), runnable ?? main) };
    } finally {
      work.end();
    }
    runnable = this.tasks.find((t) => t.state === "runnable");
    if (runnable !== undefined) {
      const message = `step limit of ${this.stepLimit} instructions reached after the scenario had ended`;
      return { sleeping: [], end: this.end({ kind: "limit", message }, runnable) };
    }
    return { sleeping: this.tasks.filter((t) => t.state !== "done"), end: null };
  }

  /** The run is left before a call, which was counted and not made. */
  private noteLeft(left: Left): void {
    this.inNative = false;
    this.leftUnclean = !left.clean;
    this.leftBefore = left.fn;
    this.steps--;
  }

  private wakeJoiners(): void {
    for (const t of this.tasks) if (t.state === "sleeping" && t.key === JOIN_KEY) t.state = "runnable";
  }

  private choose(why: SwitchReason, current: number): Task | null {
    const runnable = this.tasks.filter((t) => t.state === "runnable").map((t) => t.id);
    if (runnable.length === 0) return null;
    return this.tasks[runnable.length === 1 ? runnable[0]! : this.scheduler.next(runnable, current, why)]!;
  }

  /**
   * Whether the instruction that faulted is a load or a store of the task's own code that can be made again, or the look at
   * an index before one, which is passed.
   */
  private mended(fault: MemoryFault, task: Task): boolean {
    if (this.mend === null || this.faultStack !== null || task.fn === null) return false;
    const op = this.bodies[task.fn.id]?.code[task.pc];
    if (op === undefined || !((op >= Op.LD8S && op <= Op.STF64) || op === Op.CHKIDX)) return false;
    if (!this.mend(fault, this.stack(task))) return false;
    if (op === Op.CHKIDX) task.pc += 4;
    return true;
  }

  private end(reason: StopReason, task: Task): RunEnd {
    const stack = this.takeFaultStack() ?? this.stack(task);
    return { reason, task: { id: task.id, name: task.name }, loc: stack[0]?.loc ?? null, stack };
  }

  /** The open calls at a fault inside a callback, once. */
  takeFaultStack(): FrameInfo[] | null {
    const stack = this.faultStack;
    this.faultStack = null;
    return stack;
  }

  /** Open calls of a task, innermost first. */
  stack(task: Task): FrameInfo[] {
    if (task.fn === null) return [];
    const out: FrameInfo[] = [
      { fn: task.fn, loc: this.bodies[task.fn.id]?.locs[task.pc >> 2] ?? task.fn.loc },
    ];
    for (let d = task.depth - 1; d >= 0; d--) {
      const f = d * FRAME_WORDS;
      const fn = this.image.functions[task.frames[f]!]!;
      const at = Math.max(0, task.frames[f + 1]! - 4) >> 2;
      out.push({ fn, loc: this.bodies[fn.id]?.locs[at] ?? fn.loc });
    }
    return out;
  }

  /** Where the running task is. */
  site(): Site | null {
    const task = this.current;
    if (task === null || task.fn === null) return null;
    const loc = this.bodies[task.fn.id]?.locs[task.pc >> 2] ?? task.fn.loc;
    return loc === null ? null : { loc, fn: task.fn.name, task: task.id };
  }

  // ---- calls out of the loop -------------------------------------------------------------------------------------

  callNative(
    task: Task,
    index: number,
    argBase: number,
    nargs: number,
    loc: Loc,
  ): ReturnType<NativeFunction> {
    let native = this.nativeByIndex[index];
    if (native === undefined) {
      native = this.natives.get(this.image.natives[index]!);
      if (native === undefined)
        throw new MemoryFault("unsupported", `native ${this.image.natives[index]} is not there`, 0n);
      this.nativeByIndex[index] = native;
    }
    const { work } = this.memory;
    const before = work.save();
    work.charge(NATIVE_UNITS);
    const leaving = this.stopBefore !== null;
    if (leaving) this.inNative = true;
    try {
      const outcome = native(this.context.enter(task, argBase, nargs, loc));
      if (leaving) this.inNative = false;
      return outcome;
    } catch (fault) {
      // The call is made again.
      if (fault instanceof Left && fault.clean) work.restore(before);
      // A bound of the host (a string's length, the depth of its stack) is met by what the program asks for.
      if (fault instanceof RangeError)
        throw new MemoryFault(
          "limit",
          `${this.image.natives[index]}(): more than one call can do (${fault.message})`,
          0n,
        );
      throw fault;
    }
  }
  /** A native is under way (known only while `stopBefore` is set). */
  private inNative = false;

  /** Names of the natives called so far. */
  usedNatives(): string[] {
    const out: string[] = [];
    this.nativeByIndex.forEach((native, i) => {
      if (native !== undefined) out.push(this.image.natives[i]!);
    });
    return out;
  }

  /** Notes that something undefined happened at `pc` of the running function; `text` is asked once a place. */
  remark(task: Task, pc: number, kind: Remark["kind"], text: () => string): void {
    const fn = task.fn!;
    const key = fn.id * 0x1000000 + pc;
    const known = this.remarks.get(key);
    if (known !== undefined) {
      known.count++;
      return;
    }
    const loc = this.bodies[fn.id]!.locs[pc >> 2]!;
    const remark: Remark = { kind, message: text(), fn: fn.name, loc, count: 1 };
    this.remarks.set(key, remark);
    this.onRemark?.(remark);
  }

  callStub(task: Task, index: number, argBase: number, loc: Loc): void {
    const name = this.image.stubs[index]!;
    const known = this.stubCalls.get(name);
    if (known !== undefined) known.count++;
    else this.stubCalls.set(name, { name, loc, caller: task.fn?.name ?? "", count: 1 });
    task.regs[argBase] = 0n;
  }

  /** Calls a C function to completion inside a native. It may not block. */
  callNested(task: Task, address: bigint, args: readonly bigint[]): bigint {
    const fn = this.functionAt(address);
    if (fn === null) {
      if (address >= NATIVE_BASE && address < STUB_BASE) {
        const at = task.fp + (task.fn?.body?.nregs ?? 0) + 32;
        for (let i = 0; i < args.length; i++) task.regs[at + i] = args[i]!;
        this.callNative(task, Number((address - NATIVE_BASE) >> 4n), at, args.length, this.site()!.loc);
        return task.regs[at]!;
      }
      const closure = this.closure(address) ?? this.badCall(address);
      return this.callNested(task, closure.code, [...args, closure.chain]);
    }
    if (this.nesting >= NESTING_MAX)
      throw new MemoryFault("stack-overflow", `${NESTING_MAX} callbacks of library functions are open`, 0n);
    this.memory.work.charge(NESTED_UNITS);
    const saved = {
      fn: task.fn,
      fp: task.fp,
      pc: task.pc,
      frameBase: task.frameBase,
      sp: task.sp,
      depth: task.depth,
    };
    const f = task.depth * FRAME_WORDS;
    task.frames[f] = saved.fn!.id;
    task.frames[f + 1] = saved.pc + 4;
    task.frames[f + 2] = saved.fp;
    task.frames[f + 3] = saved.frameBase;
    task.frames[f + 4] = saved.sp;
    task.depth++;
    const top = saved.fp + (this.bodies[saved.fn!.id]?.nregs ?? 0) + 32;
    this.nesting++;
    try {
      this.enter(task, fn, top, args);
      for (;;) {
        const left = this.stepLimit - this.steps;
        if (left <= 0)
          throw new MemoryFault("limit", `step limit of ${this.stepLimit} instructions reached`, 0n);
        this.memory.work.narrow(left);
        const result = step(this, task, Math.min(left, POLL), saved.depth + 1);
        if (result === "done") break;
        if (result === "retry")
          throw new MemoryFault("unsupported", `${fn.name}() sleeps inside a callback`, 0n);
        if (this.cancelled()) throw new MemoryFault("cancelled", "cancelled", 0n);
      }
    } catch (fault) {
      // The loops further out overwrite the task's place on the way: keep what the report needs.
      this.faultStack ??= this.stack(task);
      throw fault;
    } finally {
      this.nesting--;
    }
    const value = task.result;
    task.fn = saved.fn;
    task.fp = saved.fp;
    task.pc = saved.pc;
    task.frameBase = saved.frameBase;
    task.sp = saved.sp;
    task.depth = saved.depth;
    return value;
  }

  /** longjmp: see NativeContext.jumpTo. */
  unwind(task: Task, point: readonly number[], value: bigint): boolean {
    const [depth, fp, pc, frameBase, sp, argOffset, id, nesting] = point as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    if (nesting !== this.nesting)
      throw new MemoryFault("unsupported", "longjmp out of a callback of a library function", 0n);
    const f = depth * FRAME_WORDS;
    const open =
      depth === task.depth
        ? task.fn?.id === id && task.fp === fp && task.frameBase === frameBase
        : depth < task.depth &&
          task.frames[f] === id &&
          task.frames[f + 2] === fp &&
          task.frames[f + 3] === frameBase;
    if (!open) return false;
    if (task.sp > sp) this.memory.setShadow(HI_STACK, sp, task.sp - sp, SHADOW_DEAD);
    task.depth = depth;
    task.fp = fp;
    task.pc = pc + 4;
    task.frameBase = frameBase;
    task.sp = sp;
    task.fn = this.image.functions[id]!;
    task.regs[fp + argOffset] = value;
    return true;
  }

  /** goto out of a nested function: see NativeContext.jumpOut. */
  unwindTo(task: Task, frame: bigint, address: bigint): boolean {
    if (this.nesting > 0)
      throw new MemoryFault("unsupported", "goto out of a callback of a library function", 0n);
    const label = this.image.labels[Number(BigInt.asUintN(64, address) - LABEL_BASE)];
    const base = Number(BigInt.asIntN(32, frame));
    for (let depth = task.depth - 1; depth >= 0 && label !== undefined; depth--) {
      const f = depth * FRAME_WORDS;
      if (task.frames[f] !== label.fn || (task.frames[f + 3]! | 0) !== base) continue;
      const sp = task.frames[f + 4]!;
      if (task.sp > sp) this.memory.setShadow(HI_STACK, sp, task.sp - sp, SHADOW_DEAD);
      task.depth = depth;
      task.fp = task.frames[f + 2]!;
      task.pc = label.pc;
      task.frameBase = task.frames[f + 3]!;
      task.sp = sp;
      task.fn = this.image.functions[label.fn]!;
      return true;
    }
    return false;
  }

  /** What a pointer to a nested function stands for (see nestedPointer() in emulator/c/sema_expr.ts); null: it is none. */
  closure(address: bigint): { readonly code: bigint; readonly chain: bigint } | null {
    if (Number(address >> 32n) !== HI_STACK >>> 0) return null;
    const { memory } = this;
    try {
      if (memory.load(address, 8) !== CLOSURE) return null;
      const code = memory.load(address + 8n, 8);
      return this.functionAt(code) === null ? null : { code, chain: memory.load(address + 16n, 8) };
    } catch (fault) {
      if (fault instanceof MemoryFault) return null;
      throw fault;
    }
  }

  /** A call through a pointer that is no function's address: of a nested function, whose id it gives, or a stop. */
  closureCall(task: Task, address: bigint, argBase: number, sig: CallSignature): number {
    const { code, chain } = this.closure(address) ?? this.badCall(address);
    const callee = this.functionAt(code)!;
    if (sig.key !== "" && callee.sigKey !== "" && sig.key !== callee.sigKey)
      this.adaptCall(task, callee, sig.key, argBase);
    task.regs[argBase + sig.nargs] = BigInt.asIntN(64, chain);
    return callee.id;
  }

  badCall(address: bigint): never {
    const hex = address.toString(16).padStart(16, "0");
    const kind =
      address === 0n ? "call through a NULL function pointer" : `call of 0x${hex}, which is not a function`;
    throw new MemoryFault("bad-call", kind, address);
  }

  /**
   * A call through a pointer of another type. Integer parameters that differ in signedness alone are converted, which is
   * what every compiler's code does; anything else is a stop.
   */
  adaptCall(task: Task, callee: FnInfo, key: string, argBase: number): void {
    const theirs = SIGNATURE.exec(callee.sigKey);
    const ours = SIGNATURE.exec(key);
    const params = theirs?.[2]?.split(",") ?? [];
    const given = ours?.[2]?.split(",") ?? [];
    const fits =
      theirs?.[1] === ours?.[1] &&
      params.length === given.length &&
      params.every((p, i) => p === given[i] || (INTEGER.test(p) && p.slice(1) === given[i]!.slice(1)));
    if (!fits)
      throw new MemoryFault("bad-call", `${callee.name}() is ${callee.sigKey} and is called as ${key}`, 0n);
    params.forEach((p, i) => {
      if (p === given[i]) return;
      const bits = Number(p.slice(1));
      const value = task.regs[argBase + i]!;
      task.regs[argBase + i] = p[0] === "s" ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
    });
  }

  badOpcode(op: number): never {
    throw new MemoryFault("unsupported", `unknown instruction ${op} (a defect of the engine)`, 0n);
  }

  private describe(address: bigint): ObjectHistory | null {
    const lo = this.memory.lo(address) >>> 0;
    if (this.memory.hi(address) === HI_DATA) {
      let best: ObjectHistory | null = null;
      for (const g of this.image.globals) {
        if (g.address > address + 16n) continue;
        if (best === null || g.address > best.base)
          best = {
            name: g.kind === "string" ? "a string literal" : `\`${g.name}\``,
            base: g.address,
            size: g.size,
            allocated: null,
            freed: null,
          };
      }
      return best;
    }
    if (this.memory.hi(address) !== HI_STACK) return null;
    const task = this.tasks.find((t) => lo >= t.stackLow && lo < t.stackLow + STACK_STRIDE);
    if (task === undefined || task.fn === null) return null;
    const frames = [{ fn: task.fn, base: task.frameBase }];
    for (let d = task.depth - 1; d >= 0; d--)
      frames.push({
        fn: this.image.functions[task.frames[d * FRAME_WORDS]!]!,
        base: task.frames[d * FRAME_WORDS + 3]!,
      });
    for (const { fn, base } of frames) {
      const body = this.bodies[fn.id];
      if (body === undefined || lo < base || lo >= base + body.frameSize) continue;
      let best: ObjectHistory | null = null;
      for (const l of body.locals) {
        if (l.offset === null || base + l.offset > lo + 16) continue;
        const at = this.memory.join(HI_STACK, base + l.offset);
        if (best === null || at > best.base)
          best = {
            name: `local \`${l.name}\` of ${fn.name}()`,
            base: at,
            size: l.size,
            allocated: null,
            freed: null,
          };
      }
      return best;
    }
    return null;
  }

  // ---- state copies ----------------------------------------------------------------------------------------------

  /** @throws Error inside a native's call of C, where part of the state is the native's own */
  save(): VmState {
    if (this.nesting > 0) throw new Error("a machine cannot be saved inside a callback");
    return {
      image: this.image,
      memory: this.memory.snapshot(),
      tasks: this.tasks.map((t) => snapshotTask(t, this.bodies[t.fn?.id ?? -1]?.nregs ?? 0)),
      current: this.current?.id ?? 0,
      started: this.started,
      sliceLeft: this.sliceLeft,
      unbroken: this.unbroken,
      scheduler: this.scheduler.save?.(),
      steps: this.steps,
      syncedGlobals: this.syncedGlobals,
      elsewhere: this.elsewhere,
      draining: this.draining,
      entered: prefixOf(this.entered),
      natives: [...this.nativeByIndex.keys()].filter((i) => this.nativeByIndex[i] !== undefined),
      stubCalls: [...this.stubCalls.values()].map((c) => ({ ...c })),
      remarks: [...this.remarks].map(([k, r]) => [k, { ...r }] as const),
      ...this.sharedLines(),
      lineCount: this.lineCount,
    };
  }

  private sharedLines(): Pick<VmState, "lineCounts" | "lineOrder"> {
    this.linesShared = true;
    return { lineCounts: this.lineCounts, lineOrder: this.lineOrder };
  }

  /** Forgets the run so far, but for memory and the functions that were entered: what is saved now is a place to start from. */
  settle(): void {
    this.tasks.length = 0;
    this.current = null;
    this.started = false;
    this.sliceLeft = 0;
    this.unbroken = 0;
    this.draining = false;
    this.steps = 0;
    this.nativeByIndex = [];
    this.stubCalls.clear();
    this.remarks.clear();
    if (this.linesShared) this.ownLines();
    this.lineCounts.fill(0);
    this.lineOrder.fill(0);
    this.lineCount = 0;
  }

  /**
   * Takes a state of this machine, or of another one over the same image, or over another image of the same space: then the
   * run goes on as this image has it, which is sound where nothing that was entered differs (scenario/sides.ts).
   */
  restore(s: VmState): void {
    this.memory.restore(s.memory);
    const old = this.tasks.slice();
    this.tasks.length = 0;
    for (const t of s.tasks) this.tasks.push(restoreTask(t, this.functions, old[t.id]));
    this.current = this.tasks[s.current] ?? null;
    this.started = s.started;
    this.sliceLeft = s.sliceLeft;
    this.unbroken = s.unbroken;
    if (s.scheduler !== undefined) this.scheduler.restore?.(s.scheduler);
    this.steps = s.steps;
    this.draining = s.draining;
    this.restoreEntered(s.entered);
    if (s.image === this.image) {
      this.syncedGlobals = s.syncedGlobals;
      this.elsewhere = s.elsewhere;
      this.relocated = null;
    } else this.takeOver(s);
    this.nativeByIndex = [];
    for (const i of s.natives) this.nativeByIndex[i] = this.natives.get(this.image.natives[i]!);
    this.stubCalls.clear();
    for (const c of s.stubCalls) this.stubCalls.set(c.name, { ...c });
    this.remarks.clear();
    for (const [k, r] of s.remarks) this.remarks.set(k, { ...r });
    this.lineCounts = s.lineCounts;
    this.lineOrder = s.lineOrder;
    this.linesShared = true;
    this.lineCount = s.lineCount;
    this.switchRequested = false;
    this.nesting = 0;
    this.inNative = false;
    this.faultStack = null;
    this.leftBefore = -1;
    this.leftUnclean = false;
  }

  /** What the state of another image left in memory, and its places in terms of this one. */
  private takeOver(s: VmState): void {
    this.elsewhere = new Laid(s.image, s.syncedGlobals, s.elsewhere);
    this.syncedGlobals = 0;
    let end = 0;
    const relocated = new Map<Loc, Loc>();
    for (const id of this.entered) {
      const here = this.compiled(id);
      const there = compiledBody(s.image, id).body;
      end = Math.max(end, here.globals);
      if (here.body === there) continue;
      here.body.locs.forEach((loc, i) => {
        const other = there.locs[i];
        if (other !== undefined && other !== loc) relocated.set(other, loc);
      });
    }
    this.relocated = relocated.size > 0 ? relocated : null;
    this.syncGlobals(end);
  }

  /** Only what differs: most restores go back a little. */
  private restoreEntered(s: Prefix<number>): void {
    let same = 0;
    while (same < s.length && this.entered[same] === s.list[same]) same++;
    for (let i = same; i < this.entered.length; i++) this.bodies[this.entered[i]!] = undefined;
    this.entered = fromPrefix(s);
    for (let i = same; i < s.length; i++) {
      const id = s.list[i]!;
      this.bodies[id] = this.compiled(id).body;
    }
  }

  /** What differs from an earlier state, as a text that equal states have: memory, and tasks that can still run. */
  signature(base: VmState): string {
    const tasks = this.tasks.map((t) =>
      t.state === "done" ? "-" : `${t.state} ${t.key} ${this.hashTask(t, 7)}`,
    );
    // The stacks of those that are done are nobody's.
    const left = (lo: number): boolean => this.tasks[Math.floor(lo / STACK_STRIDE)]?.state === "done";
    return `${this.memory.signature(base.memory, left)} ${tasks.join(",")}`;
  }

  /** A hash of memory and tasks. */
  hash(): number {
    let h = this.memory.hash();
    for (const t of this.tasks) h = this.hashTask(t, h);
    return h >>> 0;
  }

  /** The same of where a task stands and what its registers hold: cheap, and enough to tell most states apart. */
  taskHash(t: Task): number {
    return this.hashTask(t, 0) >>> 0;
  }

  private hashTask(t: Task, from: number): number {
    let h = Math.imul(from ^ t.pc ^ (t.depth << 16) ^ t.fp, 0x01000193);
    const top = t.fp + (t.fn === null ? 0 : (this.bodies[t.fn.id]?.nregs ?? 0));
    for (let i = 0; i < top * 2; i++) h = Math.imul(h ^ t.regs32[i]!, 0x01000193);
    return h ^ (h >>> 13);
  }
}

/** "result(params)" of CallSignature.key, and an integer in it. */
const SIGNATURE = /^([^(]*)\((.*)\)$/;
const INTEGER = /^[su](8|16|32|64)$/;

/** Key of tasks that wait for another to end. */
export const JOIN_KEY = -1n;

export function reasonOf(fault: MemoryFault): StopReason {
  return {
    kind: fault.kind,
    message: fault.message,
    ...(fault.rule === undefined ? {} : { rule: fault.rule }),
    ...(fault.status === undefined ? {} : { status: fault.status }),
    ...(fault.address === 0n ? {} : { address: fault.address }),
    ...(fault.object === undefined ? {} : { object: fault.object }),
  };
}
