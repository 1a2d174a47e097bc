/**
 * Steers a run that is explored: leaves it before a step that another task could come before, writes down what each task
 * touches and what orders them, and knows by a hash which orders of dependent steps came to the same (two orders in which
 * every step sees the same steps before it end in the same state). Also the pilot that runs a given order. Leaves out which
 * order is tried next (explore.ts).
 */
import type { Scheduler, SwitchReason } from "../sched/scheduler.ts";
import type { ExecBody } from "../vm/body.ts";
import { Op } from "../vm/bytecode.ts";
import type { StepResult } from "../vm/step.ts";
import { FRAME_WORDS, type Task } from "../vm/task.ts";
import type { Pilot, Vm } from "../vm/vm.ts";
import { Histories, type HistoryState } from "./history.ts";
import {
  type Access,
  accessesOf,
  isCopy,
  isExchange,
  isMarked,
  isWriteMarked,
  OneStep,
  quietRuns,
  TWO_WORDS,
} from "./look.ts";
import { isWeak, type Schedule, type Switch } from "./schedule.ts";
import { matches, type Stretch, Stretches } from "./stretches.ts";
import { type Granule, granuleOf, granules, MARKED, type Ordering, Trace, WRITE } from "./trace.ts";
import { type Late, Weak } from "./weak.ts";
import type { WeakState } from "./weak_state.ts";

/** Where exploring looks for other orders. */
export interface Hot {
  readonly granules: Set<Granule>;
  readonly locks: Set<bigint>;
}

/**
 * Why a run was left: a task is at a point (another may come before), nobody runs and several could, all others are done
 * and one goes on alone (said once, until there are more tasks), or a load may find older values (`ways` of them, with the
 * newest).
 */
export interface Pause {
  readonly kind: "point" | "choice" | "alone" | "late";
  readonly current: number;
  readonly runnable: readonly number[];
  readonly ways: number;
}

/** Texts of __fsc_point at which a task waits for what others do. */
const YIELDS = /^(synchronize_rcu|yield|cpu_relax|msleep)/;
/** What the reference kernel keeps for its runner: no task of a kernel looks at it. */
const KEPT = ["fsc_rcu", "fsc_irqs_off", "fsc_tlb_broadcast", "sc_side_by_side", "fsc_registry"];

/** Counters that a kernel keeps by processor and adds up when somebody asks: whoever counts there meets nobody. */
const COUNTERS = ["fsc_node_stat"];

/** Instructions that a task runs unasked at most, and that one runs which is alone and may create others. */
const LONG = 1 << 20;
const ALONE = 64;

/** Steps before a run's bound from which on everything is looked at. */
const NEAR = 1 << 16;
/** Natives that others' steps may depend on, and such as touch memory. */
const CONCERNS: ReadonlySet<string> = new Set([
  ...["__fsc_lock", "__fsc_trylock", "__fsc_unlock", "__fsc_sleep", "__fsc_wake", "__fsc_task_join"],
  ...["__fsc_alloc", "__fsc_free", "memset", "memcpy", "memmove", "memcmp"],
]);

const KNOWN = 1;
const READ_MARKED = 2;
const WRITE_MARKED = 4;

/** What is known of a function's code: quiet runs, and by instruction KNOWN and whether what it reads and writes is marked. */
interface Plan {
  readonly body: ExecBody;
  readonly quiet: Int32Array;
  readonly marks: Uint8Array;
}

export interface PilotState {
  readonly counts: readonly number[];
  readonly trace: number;
  readonly history: HistoryState;
  readonly atoms: readonly number[];
  readonly lastTask: number;
  readonly born: number;
  readonly aloneOf: number;
  readonly weak: WeakState | null;
  readonly unwatched: boolean;
}

/** Whether the task has just called __fsc_point to wait for others. */
function yields(vm: Vm, task: Task): boolean {
  const body = vm.bodies[task.fn?.id ?? -1];
  const at = task.pc - 4;
  if (body === undefined || at < 0 || body.code[at] !== Op.CALLN) return false;
  const text = BigInt.asUintN(64, task.regs[task.fp + body.code[at + 2]!]!);
  return YIELDS.test(vm.memory.cstring(text, 64));
}

/** Who runs on when nobody says: the task itself where it can and does not wait, else the next lowest. */
function onward(vm: Vm, runnable: readonly number[], current: number, why: SwitchReason): number {
  const task = vm.tasks[current];
  if (why === "point" && task !== undefined && yields(vm, task))
    return runnable.find((t) => t > current) ?? runnable.find((t) => t !== current) ?? current;
  if (why !== "block" && why !== "exit" && runnable.includes(current)) return current;
  return runnable[0]!;
}

export class Explorer implements Pilot, Scheduler {
  readonly name = "explore";
  /** The run's machine; set before the run starts. */
  vm!: Vm;
  hot: Hot = { granules: new Set(), locks: new Set() };
  /** Why the run was left last. */
  paused: Pause | null = null;
  /** Instructions that each task has executed. */
  counts: number[] = [];
  readonly trace = new Trace();
  private readonly history = new Histories();
  /** Depth of the outermost call under way that is one step and has touched something hot, by task; -1: none. */
  private atoms: number[] = [];
  private choice: readonly number[] | null = null;
  /** Why the run had been left where it goes on. */
  private resumed: Pause["kind"] | null = null;
  /** null: memory is sequentially consistent. */
  readonly weak: Weak | null;
  /** What the load at which the run was left finds, counted from the newest write. */
  private age = 0;
  private pending: (() => void) | null = null;
  /** What going to sleep is, where the native sends the task there. */
  private asleep: (() => void) | null = null;
  /** The task that executed the last instruction, -1: none yet. */
  lastTask = -1;
  /** Tasks whose creation is noted. */
  private born = 0;
  /** Tasks that there were when it was said last that one goes on alone. */
  private aloneOf = 1;
  private kept: ReadonlySet<Granule> | null = null;
  private counters: ReadonlySet<Granule> = new Set();
  /** null: what tasks do is looked at anew each time. */
  private stretches: Stretches | null = null;
  /** The one that is being run. */
  private running: Stretch | null = null;
  /** Instructions of all runs that were not looked at, because they were known. */
  notLookedAt = 0;
  /** Some of this run was not looked at; and such a stretch did not come out as it had before. */
  unwatched = false;
  astray = false;
  private readonly atomic = new OneStep();
  private readonly plans: (Plan | undefined)[] = [];

  constructor(weak: boolean) {
    this.weak = weak ? new Weak() : null;
    if (this.weak !== null) this.weak.onOrder = (task, on) => this.history.step(task, on, true);
  }

  /** Steers this machine from now on. */
  attach(vm: Vm): void {
    this.vm = vm;
    if (this.weak !== null) this.weak.vm = vm;
    vm.pilot = this;
    this.counters = this.placesOf(COUNTERS);
  }

  slice(): number {
    return 0;
  }

  next(runnable: readonly number[], current: number, why: SwitchReason): number {
    const chosen = onward(this.vm, runnable, current, why);
    if (why === "block" || why === "exit") this.choice = runnable.slice();
    return chosen;
  }

  /** The run goes on: where it was left it is not left again. A load finds the write `age` before the newest. */
  resume(age = 0): void {
    this.resumed = age > 0 ? "late" : (this.paused?.kind ?? "choice");
    this.paused = null;
    this.age = age;
  }

  keep(): PilotState {
    return {
      counts: this.counts.slice(),
      trace: this.trace.length,
      history: this.history.keep(),
      atoms: this.atoms.slice(),
      lastTask: this.lastTask,
      born: this.born,
      aloneOf: this.aloneOf,
      weak: this.weak?.keep() ?? null,
      unwatched: this.unwatched,
    };
  }

  /** More places are known: what tasks did without them is not what they do. */
  forget(): void {
    this.stretches?.forget();
  }

  /** From now on what a task has done before is not looked at again, but where stores may be seen late. */
  remember(): void {
    if (this.weak === null) this.stretches = new Stretches();
  }

  /** From now on everything is looked at. */
  watchAll(): void {
    this.stretches = null;
    this.astray = false;
  }

  back(s: PilotState): void {
    this.stretches?.leave();
    this.running = null;
    this.unwatched = s.unwatched;
    this.counts = s.counts.slice();
    this.trace.length = s.trace;
    this.history.back(s.history);
    this.atoms = s.atoms.slice();
    this.lastTask = s.lastTask;
    this.born = s.born;
    this.aloneOf = s.aloneOf;
    if (s.weak !== null) this.weak?.back(s.weak);
    this.choice = null;
    this.paused = null;
    this.pending = null;
  }

  /** What has happened, as far as its order matters, and who is where: equal numbers, equal states. */
  signature(current: number): number {
    return this.history.signature(this.vm.tasks, current);
  }

  /** Places of memory that the reference kernel keeps for its runner. */
  keptPlaces(): ReadonlySet<Granule> {
    this.kept ??= this.placesOf(KEPT);
    return this.kept;
  }

  private placesOf(names: readonly string[]): ReadonlySet<Granule> {
    const places = new Set<Granule>();
    const { image, memory } = this.vm;
    // A variable has a place once somebody asks for it.
    for (const name of names) image.globalAddress(name);
    for (const g of image.globals)
      if (names.includes(g.name))
        granules(memory.hi(g.address), memory.lo(g.address) >>> 0, Math.min(g.size, 65_536), (at) =>
          places.add(at),
        );
    return places;
  }

  before(task: Task): number {
    if (this.choice !== null) {
      this.paused = { kind: "choice", current: task.id, runnable: this.choice, ways: 1 };
      this.choice = null;
      return 0;
    }
    const resumed = this.resumed;
    const { age } = this;
    this.resumed = null;
    this.age = 0;
    this.pending = null;
    this.asleep = null;
    const { vm } = this;
    if (this.alone(task)) {
      this.weak?.settle();
      if (vm.tasks.length === this.aloneOf) return ALONE;
      this.aloneOf = vm.tasks.length;
      this.paused = { kind: "alone", current: task.id, runnable: [task.id], ways: 1 };
      return 0;
    }
    const plan = this.planOf(task.fn!.id);
    const { body } = plan;
    const quiet = plan.quiet[task.pc >> 2]!;
    if ((this.atoms[task.id] ?? -1) > task.depth) this.atoms[task.id] = -1;
    const known = this.known(task);
    if (known > 0) return known;
    if (quiet > 0) {
      this.weak?.quiet(task, body);
      return quiet;
    }
    const others = this.others(task);
    if (body.code[task.pc] === Op.CALLN) return this.native(task, plan, resumed !== null, others);
    const all = accessesOf(task, body);
    if (this.stretches !== null && all.some((a) => this.isHot(a.hi, a.lo, a.size))) this.written(task);
    if (resumed === null && others && all.some((a) => this.isPoint(task, body, a))) return this.leave(task);
    if (this.weak !== null) {
      const [one] = all;
      if (resumed !== "late" && all.length === 1 && this.isHot(one!.hi, one!.lo, one!.size)) {
        const ways = this.weak.ways(task, body, one!);
        if (ways > 1) {
          this.paused = { kind: "late", current: task.id, runnable: [task.id], ways };
          return 0;
        }
      }
      this.weak.access(task, body, all, age);
    }
    for (const a of all) this.touch(task, plan, a);
    if (age > 0) this.history.way(task.id, age);
    // What follows without touching memory goes along, but for stores that are seen late: who watches those counts steps.
    if (this.weak !== null || all.length === 0) return 1;
    return 1 + plan.quiet[(task.pc >> 2) + (TWO_WORDS.has(body.code[task.pc]!) ? 2 : 1)]!;
  }

  /** Instructions of the stretch that begins here, which is run without being looked at; 0: there is none. */
  private known(task: Task): number {
    const { stretches, vm } = this;
    if (stretches === null || stretches.writing(task)) return 0;
    const { id } = task;
    const [a, b] = [this.history.aOf(id), this.history.bOf(id)];
    const known = stretches.next(task, a, b, this.counts[id] ?? 0, this.atoms[id] ?? -1, this.trace);
    // A run that is about to meet its bound is looked at.
    if (known === null || vm.stepLimit - vm.steps < NEAR + known.instructions) return 0;
    this.running = known;
    return known.instructions;
  }

  /** What the task does next is no part of a stretch. */
  private written(task: Task): void {
    this.stretches?.end(task, "slice", this.atoms[task.id] ?? -1, this.trace);
  }

  /** The task has run a stretch that was known, or some of one that is being written down. */
  private ran(task: Task, result: StepResult | null, executed: number): void {
    const { running, stretches } = this;
    this.running = null;
    const atom = this.atoms[task.id] ?? -1;
    if (running !== null) {
      if (matches(running, task, result, executed)) {
        this.trace.append(running.touches);
        this.atoms[task.id] = running.atom;
        this.unwatched = true;
        this.notLookedAt += executed;
      } else this.astray = true;
    } else if (stretches?.writing(task) === true) {
      if (result === null) stretches.leave();
      else stretches.add(task, result, executed, atom, this.trace);
      // Tasks that are created are noted behind it.
      if (this.born < this.vm.tasks.length) stretches.end(task, result ?? "slice", atom, this.trace);
    }
  }

  after(task: Task, result: StepResult | null, executed: number): void {
    this.counts[task.id] = (this.counts[task.id] ?? 0) + executed;
    this.lastTask = task.id;
    this.ran(task, result, executed);
    for (; this.born < this.vm.tasks.length; this.born++) {
      if (this.born === 0) continue;
      this.add({ kind: "create", task: task.id, on: BigInt(this.born) });
      this.history.created(task.id, this.born);
    }
    const { pending, asleep } = this;
    this.pending = null;
    this.asleep = null;
    if (result !== null) this.weak?.done(task, executed, result);
    // Whoever wakes before the sleep began wakes nobody: the beginning is a step as well as the end.
    if (result === "retry") asleep?.();
    if (pending === null || result === null || result === "retry") return;
    pending();
  }

  /** No other task will run before this one has created it. */
  private alone(task: Task): boolean {
    for (const t of this.vm.tasks) if (t !== task && t.state !== "done") return false;
    return true;
  }

  private others(task: Task): boolean {
    for (const t of this.vm.tasks) if (t !== task && t.state === "runnable") return true;
    return false;
  }

  private leave(task: Task): number {
    const runnable = this.vm.tasks.filter((t) => t.state === "runnable").map((t) => t.id);
    this.paused = { kind: "point", current: task.id, runnable, ways: 1 };
    return 0;
  }

  /** The outermost open call that is one step to others; -1: none. */
  private atomDepth(task: Task): number {
    for (let d = 0; d < task.depth; d++)
      if (this.atomic.has(this.vm, task.frames[d * FRAME_WORDS]!)) return d;
    return this.atomic.has(this.vm, task.fn!.id) ? task.depth : -1;
  }

  private isHot(hi: number, lo: number, size: number): boolean {
    const end = lo + size;
    for (let from = lo - (lo & 7); from < end; from += 8)
      if (this.hot.granules.has(granuleOf(hi, from))) return true;
    return false;
  }

  private isPoint(task: Task, body: ExecBody, { hi, lo, size, write }: Access): boolean {
    if (!this.isHot(hi, lo, size)) return false;
    if ((this.atoms[task.id] ?? -1) >= 0) return false;
    return !(write && isExchange(body.locs[task.pc >> 2]));
  }

  private planOf(id: number): Plan {
    const body = this.vm.bodies[id] ?? this.vm.bodyOf(id);
    let plan = this.plans[id];
    if (plan === undefined || plan.body !== body) {
      plan = { body, quiet: quietRuns(body), marks: new Uint8Array((body.code.length >> 2) + 1) };
      this.plans[id] = plan;
    }
    return plan;
  }

  private isMarked(task: Task, { body, marks }: Plan, write: boolean): boolean {
    const i = task.pc >> 2;
    if (marks[i] === 0) {
      const loc = body.locs[i];
      const atomic = this.atomic.has(this.vm, task.fn!.id);
      const reads = atomic || isMarked(loc);
      const writes = atomic || (isCopy(body.code[task.pc]!) ? isWriteMarked(loc) : reads);
      marks[i] = KNOWN | (reads ? READ_MARKED : 0) | (writes ? WRITE_MARKED : 0);
    }
    return (marks[i]! & (write ? WRITE_MARKED : READ_MARKED)) !== 0;
  }

  /** @param frees the access ends what is there, which is no race by itself: whoever comes later touches freed memory */
  private touch(task: Task, plan: Plan, { hi, lo, size, write }: Access, frees = false): void {
    const flags = (write ? WRITE : 0) | (frees || this.isMarked(task, plan, write) ? MARKED : 0);
    const f = (task.depth - 1) * FRAME_WORDS;
    const callerFn = task.depth > 0 ? task.frames[f]! : -1;
    const callerPc = task.depth > 0 ? Math.max(0, task.frames[f + 1]! - 4) : 0;
    const fn = task.fn!.id;
    const end = lo + size;
    for (let from = lo; from < end; ) {
      const first = from & 7;
      const n = Math.min(8 - first, end - from);
      const at = granuleOf(hi, from);
      from += n;
      if (this.counters.has(at)) continue;
      this.trace.touch(task.id, at, flags | (((1 << n) - 1) << first), fn, task.pc, callerFn, callerPc);
      if (this.hot.granules.has(at)) {
        this.history.step(task.id, at, write);
        if ((this.atoms[task.id] ?? -1) < 0) this.atoms[task.id] = this.atomDepth(task);
      }
    }
  }

  private add({ kind, task, on }: Ordering): void {
    this.trace.order(kind, task, on);
  }

  private native(task: Task, plan: Plan, resumed: boolean, others: boolean): number {
    const { body } = plan;
    const { code } = body;
    this.weak?.native(task, body);
    const name = this.vm.image.natives[code[task.pc + 1]!]!;
    if (CONCERNS.has(name)) this.written(task);
    const base = task.fp + code[task.pc + 2]!;
    const word = (i: number): bigint => BigInt.asUintN(64, task.regs[base + i]!);
    switch (name) {
      case "__fsc_lock":
      case "__fsc_trylock": {
        const on = word(0);
        const shared = (word(1) & 1n) !== 0n;
        if (!resumed && others && this.hot.locks.has(on)) return this.leave(task);
        this.pending = () => {
          if (name === "__fsc_trylock" && task.regs32[base << 1] === 0) {
            this.history.step(task.id, on, false);
            return;
          }
          this.add({ kind: shared ? "acquire-shared" : "acquire", task: task.id, on });
          this.history.step(task.id, on, !shared);
        };
        return 1;
      }
      case "__fsc_unlock": {
        const on = word(0);
        const shared = (word(1) & 1n) !== 0n;
        this.pending = () => {
          this.add({ kind: shared ? "release-shared" : "release", task: task.id, on });
          // What readers do to a lock is the same in whatever order; who takes it alone comes after them all.
          this.history.step(task.id, on, !shared);
        };
        return 1;
      }
      case "__fsc_sleep":
      case "__fsc_wake": {
        const on = word(0);
        if (name === "__fsc_sleep") this.asleep = () => this.history.step(task.id, on ^ 1n, true);
        this.pending = () => {
          this.add({ kind: name === "__fsc_wake" ? "wake" : "woken", task: task.id, on });
          this.history.step(task.id, on ^ 1n, true);
        };
        return 1;
      }
      case "__fsc_task_join": {
        const on = word(0);
        this.pending = () => {
          this.add({ kind: "join", task: task.id, on });
          this.history.joined(task.id, Number(on));
        };
        return 1;
      }
      case "__fsc_alloc": {
        const size = Number(word(0));
        this.pending = () => {
          const { memory } = this.vm;
          const address = BigInt.asUintN(64, task.regs[base]!);
          if (address === 0n) return;
          const at = granuleOf(memory.hi(address), memory.lo(address) >>> 0);
          this.trace.made(task.id, at, Math.min((size + 7) >> 3, 1024));
        };
        return 1;
      }
      case "__fsc_free": {
        const { memory } = this.vm;
        const address = word(0);
        const size = Math.min(memory.sizeOf(address), 4096);
        if (size <= 0) return 1;
        const freed: Access = { hi: memory.hi(address), lo: memory.lo(address) >>> 0, size, write: true };
        if (!resumed && others && this.isPoint(task, body, freed)) return this.leave(task);
        this.touch(task, plan, freed, true);
        return 1;
      }
      case "memset":
      case "memcpy":
      case "memmove":
      case "memcmp": {
        const { memory } = this.vm;
        const size = Math.min(Number(word(2)), 4096);
        const of = (i: number, write: boolean): Access => ({
          hi: memory.hi(word(i)),
          lo: memory.lo(word(i)) >>> 0,
          size,
          write,
        });
        // A page that is zeroed is a new one.
        if (name === "memset" && size === 4096 && of(0, true).lo % 4096 === 0) {
          const { hi, lo } = of(0, true);
          this.trace.made(task.id, granuleOf(hi, lo), 512);
          return 1;
        }
        const parts = [of(0, name !== "memcmp"), ...(name === "memset" ? [] : [of(1, false)])];
        if (!resumed && others && parts.some((p) => this.isPoint(task, body, p))) return this.leave(task);
        for (const p of parts) this.touch(task, plan, p);
        return 1;
      }
      default:
        return 1;
    }
  }
}

/** Where a task of a replayed run was left for another. */
export interface Turn {
  readonly task: number;
  readonly to: number;
  /** The task could have gone on. */
  readonly preempted: boolean;
  /** It goes on itself, but sees or is seen late. */
  readonly late?: Late;
}

/** Runs a given order. Switches that cannot be made any more are left out. */
export class Follower implements Pilot, Scheduler {
  readonly name = "replay";
  vm!: Vm;
  readonly turns: Turn[] = [];
  /** Told of each turn as it is taken. */
  onTurn: ((turn: Turn) => void) | null = null;
  private readonly counts: number[] = [];
  private readonly schedule: Schedule;
  private readonly weak: Weak | null;
  private done = 0;

  constructor(schedule: Schedule) {
    this.schedule = schedule;
    this.weak = isWeak(schedule) ? new Weak() : null;
  }

  /** Steers this machine from now on. */
  attach(vm: Vm): void {
    this.vm = vm;
    if (this.weak !== null) this.weak.vm = vm;
    vm.pilot = this;
  }

  slice(): number {
    return 0;
  }

  private due(task: number): Switch | null {
    const s = this.schedule[this.done];
    return s !== undefined && s.task === task && (this.counts[task] ?? 0) >= s.count ? s : null;
  }

  private turn(task: number, to: number, preempted: boolean): void {
    const turn = { task, to, preempted };
    this.turns.push(turn);
    this.onTurn?.(turn);
  }

  next(runnable: readonly number[], current: number, why: SwitchReason): number {
    const due = why === "block" || why === "exit" ? this.due(current) : null;
    if (due !== null) this.done++;
    const chosen =
      due !== null && runnable.includes(due.to) ? due.to : onward(this.vm, runnable, current, why);
    if (chosen !== current) this.turn(current, chosen, false);
    return chosen;
  }

  before(task: Task): number {
    const s = this.schedule[this.done];
    const left = s?.task === task.id ? Math.max(0, s.count - (this.counts[task.id] ?? 0)) : LONG;
    if (this.weak === null) return left;
    const age = left === 0 ? s?.age : undefined;
    if (left === 0 && age === undefined) return 0;
    if (age === undefined) return Math.min(left, this.weak.next(task, 0).run);
    this.done++;
    const { run, late } = this.weak.next(task, age);
    if (late !== null) {
      const turn = { task: task.id, to: task.id, preempted: false, late };
      this.turns.push(turn);
      this.onTurn?.(turn);
    }
    return run;
  }

  after(task: Task, result: StepResult | null, executed: number): void {
    this.counts[task.id] = (this.counts[task.id] ?? 0) + executed;
    if (result !== null) this.weak?.done(task, executed, result);
  }

  /** The run was left for a switch: makes it. */
  take(current: number): void {
    const s = this.schedule[this.done++];
    const to = s === undefined ? undefined : this.vm.tasks[s.to];
    if (s === undefined || to === undefined || to.state !== "runnable" || s.to === current) return;
    this.turn(current, s.to, true);
    this.vm.switchTo(s.to);
  }
}
