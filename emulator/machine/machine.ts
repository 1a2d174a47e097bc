/**
 * The runner's side of emulator/reference/include/folioscope.h: natives for memory, checks, locks, tasks and scenario
 * marks, and the recorder that turns writes to watched memory into typed events. Mirrors no kernel file. Leaves out
 * judging (rules) and what is watched: each kind's module
 * says it (subject/).
 */
import type { Loc } from "../c/ast.ts";
import { IN_ATOMIC } from "../invariants/reports.ts";
import {
  HI_DATA,
  HI_HEAP,
  HI_PMEM,
  HI_RAM,
  HI_VMEMMAP,
  type Memory,
  MemoryFault,
  PMEM_PFN,
  SHADOW_UNINIT,
  SHADOW_WATCHED,
} from "../mem/memory.ts";
import { formatKernel } from "../shims/format.ts";
import type { EventBody, MachineEvent } from "../subject/event.ts";
import { SUBJECTS } from "../subject/index.ts";
import type { Recorder, Watch, WriteListener } from "../subject/module.ts";
import type { SubjectId } from "../subject/subject.ts";
import type { EventFrame } from "../trace/event.ts";
import { type CallNode, type Place, Recorded } from "../trace/recorded.ts";
import type { ExecBody } from "../vm/body.ts";
import { type Image, TEXT_BASE } from "../vm/image.ts";
import type { NativeContext, NativeFunction, NativeTable } from "../vm/native.ts";
import { fromPrefix, type Prefix, prefixOf, type Stateful } from "../vm/state.ts";
import type { Site } from "../vm/stop_reason.ts";
import { FRAME_WORDS } from "../vm/task.ts";
import { JOIN_KEY, type Vm } from "../vm/vm.ts";

const MAX_EVENTS = 60_000;
/** Characters of a line: what the kernel's log keeps of a record, and names and step texts are no longer here. */
const LINE_MAX = 1023;
const LOG_MAX = 1000;
const STEPS_MAX = 10_000;
const HELD_LOCKS_MAX = 10_000;
/** Tasks that the reference kernel has records for: FSC_MAX_TASK of include/linux/sched.h. */
const KERNEL_TASKS = 16;
/** What the host keeps of a watched range. */
const WATCH_COST = 128;
/** Work (mem/work.ts): of an event with all that is told of it, of an audit, of an open call that is looked at. */
const EVENT_UNITS = 512;
const AUDIT_UNITS = 1 << 20;
const FRAME_UNITS = 32;

/** Functions that make objects for their callers. */
const ALLOCATORS: ReadonlySet<string> = new Set([
  "fsc_kmalloc",
  "kmem_cache_alloc",
  "kmem_cache_zalloc",
  "kmemdup",
  "krealloc",
  "kstrdup",
  "kvasprintf",
  "kasprintf",
  "kobject_set_name_vargs",
  "kobject_set_name",
  "dev_set_name",
  "__request_region",
  "__devm_request_region",
  "__devm_add_action",
  "__devm_add_action_or_reset",
  "devm_kmalloc",
  "devm_kzalloc",
  "ida_alloc_range",
]);

interface LockState {
  name: string;
  /** Task that holds it exclusively, or -1. */
  owner: number;
  readonly readers: Map<number, number>;
  taken: Loc | null;
  /** Who holds it must not sleep; and that somebody may have slept so has been told. */
  spins: boolean;
  told: boolean;
}

/** Modes of locks beside exclusive (enum fsc_lock_mode of folioscope.h). */
const SHARED = 1;
const SPIN = 2;
const QUICK = 4;

/** A check (WARN_ON, BUG_ON ...) that code evaluated. */
export interface CheckSite {
  readonly text: string;
  readonly loc: Loc;
  readonly evaluated: number;
  readonly fired: number;
}

export interface MachineOptions {
  /** Scenario parameters by name. */
  readonly params: ReadonlyMap<string, number>;
  /** Sites that fail: name to how often (from the first time on). */
  readonly failures: ReadonlyMap<string, number>;
}

/** One open call; made for every event, so it is small and its place is worked out when asked for. */
class StackNode implements CallNode {
  readonly fn: number;
  readonly at: number;
  private readonly body: ExecBody | undefined;
  readonly parent: StackNode | null;
  private known: EventFrame | null = null;
  constructor(fn: number, at: number, body: ExecBody | undefined, parent: StackNode | null) {
    this.fn = fn;
    this.at = at;
    this.body = body;
    this.parent = parent;
  }
  get frame(): EventFrame {
    return (this.known ??= { fn: this.fn, loc: this.body?.locs[Math.max(this.at, 0) >> 2] ?? null });
  }
}

/** All that a machine holds of a run; never written. */
export interface MachineState {
  readonly events: Prefix<MachineEvent>;
  readonly log: Prefix<string>;
  readonly stepTexts: Prefix<string>;
  readonly checks: readonly CheckSite[];
  readonly truncated: boolean;
  readonly unmodelled: Machine["unmodelled"];
  readonly step: number;
  readonly watching: boolean;
  readonly locks: readonly (readonly [bigint, LockState])[];
  readonly failuresLeft: ReadonlyMap<string, number>;
  readonly failNth: number;
  readonly failSite: string | null;
  readonly failNext: number;
  readonly watched: ReadonlyMap<bigint, string>;
  /** What each watched kind's listener holds, by kind. */
  readonly watches: ReadonlyMap<string, unknown>;
}

/** Parameters of a case: which of its fallible calls fails, and which of those after that one; 1 is the next. */
export const NTH_FAILURE = "nth_failure";
export const THEN_FAILURE = "then_failure";

/** How the names of faults begin that are no failing call (FSC_FAULT of folioscope.h). */
export const FAULT = "fault:";

/** String literals of an image by the low word of their address: the same in each of its runs. */
const literalsOf = new WeakMap<Image, Map<number, string>>();

const copyLock = (l: LockState): LockState => ({ ...l, readers: new Map(l.readers) });

/** What C asks of its runner, and what it left behind. */
export class Machine implements Stateful<MachineState> {
  events: MachineEvent[] = [];
  readonly checks = new Map<Loc, CheckSite>();
  log: string[] = [];
  /** Called after each event is recorded. */
  onEvent: ((event: MachineEvent) => void) | null = null;
  /** Called when a scenario step begins, before its event. */
  onStep: (() => void) | null = null;
  /** Set when events were dropped because there were too many. */
  truncated = false;
  unmodelled: { readonly what: string; readonly loc: Loc } | null = null;
  step = -1;
  stepTexts: string[] = [];
  private vm: Vm | null = null;
  private watching = false;
  private readonly options: MachineOptions;
  private readonly locks = new Map<bigint, LockState>();
  private failuresLeft: Map<string, number>;
  /** Calls of __fsc_fail for `failSite` (null: no scenario has said which) until one fails, 0: none will. */
  private failNth = 0;
  private failSite: string | null = null;
  /** The same once more after the first has failed. */
  private failNext = 0;
  /** Watched kinds by their module's name, in the table's order. */
  readonly watches: ReadonlyMap<string, Watch>;
  private readonly segments = new Map<number, WriteListener>();
  private readonly objectKinds = new Map<string, WriteListener>();
  /** Names of heap objects that are watched from their allocation, to what hears of them. */
  private readonly allocated = new Map<string, string>();
  /** Watched objects by base, to their kind in `objectKinds`. */
  private watched = new Map<bigint, string>();

  constructor(options: MachineOptions) {
    this.options = options;
    this.failuresLeft = new Map(options.failures);
    this.failNth = options.params.get(NTH_FAILURE) ?? 0;
    this.failNext = options.params.get(THEN_FAILURE) ?? 0;
    const recorder = this.recorder();
    this.watches = new Map(SUBJECTS.map((m) => [m.kind, m.watch(recorder) as Watch]));
    for (const w of this.watches.values()) {
      for (const [hi, listener] of w.segments ?? []) this.segments.set(hi, listener);
      for (const [kind, listener] of w.objects ?? []) this.objectKinds.set(kind, listener);
      for (const [name, kind] of w.allocated ?? []) this.allocated.set(name, kind);
    }
  }

  private recorder(): Recorder {
    const self = this;
    return {
      get memory() {
        return self.vm!.memory;
      },
      get watching() {
        return self.watching;
      },
      change: (of, { field, before, after }) => this.push({ kind: "change", of, field, before, after }),
      push: (event) => this.push(event),
      place: () => this.place(),
      add: (event) => this.add(event),
      mark: (base, size) => this.mark(base, size),
      text: (call, i) => this.text(call, i),
    };
  }

  attach(vm: Vm): void {
    this.vm = vm;
  }

  save(): MachineState {
    return {
      events: prefixOf(this.events),
      log: prefixOf(this.log),
      stepTexts: prefixOf(this.stepTexts),
      checks: [...this.checks.values()],
      truncated: this.truncated,
      unmodelled: this.unmodelled,
      step: this.step,
      watching: this.watching,
      locks: [...this.locks].map(([at, l]) => [at, copyLock(l)] as const),
      failuresLeft: new Map(this.failuresLeft),
      failNth: this.failNth,
      failSite: this.failSite,
      failNext: this.failNext,
      watched: new Map(this.watched),
      watches: new Map([...this.watches].map(([kind, w]) => [kind, w.save()])),
    };
  }

  /** What of its state decides how a run goes on, as a text: what was recorded on the way here is left out. */
  signature(): string {
    const held = [...this.locks].filter(([, l]) => l.owner >= 0 || l.readers.size > 0);
    const locks = held.map(([at, l]) => `${at}:${l.owner}:${[...l.readers].join(";")}`).sort();
    const failures = [...this.failuresLeft].map(([name, n]) => `${name}=${n}`);
    const kinds = [...this.watched].map(([at, kind]) => `${at}${kind}`).sort();
    return [
      ...[
        this.truncated,
        this.unmodelled?.what ?? "",
        this.watching,
        this.failNth,
        this.failSite,
        this.failNext,
      ],
      ...[...locks, ...failures, ...kinds],
      JSON.stringify([...this.watches].map(([, w]) => w.save())),
    ].join(";");
  }

  restore(s: MachineState): void {
    this.events = fromPrefix(s.events);
    this.log = fromPrefix(s.log);
    this.stepTexts = fromPrefix(s.stepTexts);
    this.checks.clear();
    const relocated = this.vm?.relocated ?? null;
    for (const c of s.checks) {
      const loc = relocated?.get(c.loc) ?? c.loc;
      this.checks.set(loc, loc === c.loc ? c : { ...c, loc });
    }
    this.truncated = s.truncated;
    this.unmodelled = s.unmodelled;
    this.step = s.step;
    this.watching = s.watching;
    this.locks.clear();
    for (const [at, l] of s.locks) this.locks.set(at, copyLock(l));
    this.failuresLeft = new Map(s.failuresLeft);
    this.failNth = s.failNth;
    this.failSite = s.failSite;
    this.failNext = s.failNext;
    this.watched = new Map(s.watched);
    for (const [kind, w] of this.watches) w.restore(s.watches.get(kind));
    this.open = [];
    this.openTask = -1;
  }

  /** Starts recording: what is marked is watched from now on. */
  watch(): void {
    const memory = this.vm!.memory;
    memory.onWrite = (hi, lo, size, before, after) => this.wrote(hi, lo, size, before, after);
    this.watching = true;
  }

  /** Marks a heap object, and who hears of writes to it. */
  private watchObject(base: bigint, size: number, kind: string): void {
    const { memory } = this.vm!;
    memory.work.charge(EVENT_UNITS);
    if (!this.watched.has(base)) memory.reserve(WATCH_COST);
    this.watched.set(base, kind);
    this.mark(base, size);
  }

  private mark(base: bigint, size: number): void {
    const memory = this.vm!.memory;
    let left = size;
    let at = base;
    while (left > 0) {
      const phys = memory.physical(at);
      if (phys < 0) return;
      const chunk = Math.min(left, 4096 - (phys & 4095));
      memory.dirty[phys >>> 12] = 1;
      memory.work.charge(2 * chunk);
      for (let i = 0; i < chunk; i++) memory.shadow[phys + i] = memory.shadow[phys + i]! | SHADOW_WATCHED;
      left -= chunk;
      at += BigInt(chunk);
    }
  }

  // ---- recording -------------------------------------------------------------------------------------------------

  /** Open calls of the last event, outermost first, reused while the calls they stand for are still open. */
  private open: StackNode[] = [];
  private openTask = -1;

  /** The open calls of the running task. Events share the nodes of calls they have in common. */
  private frames(): StackNode | null {
    const vm = this.vm!;
    const task = vm.current;
    if (task === null || task.fn === null) return null;
    const open = this.open;
    if (this.openTask !== task.id) {
      open.length = 0;
      this.openTask = task.id;
    }
    const words = task.frames;
    let same = true;
    let parent: StackNode | null = null;
    for (let d = 0; d < task.depth; d++) {
      const fn = words[d * FRAME_WORDS]!;
      const at = words[d * FRAME_WORDS + 1]! - 4;
      const known: StackNode | undefined = open[d];
      if (same && known !== undefined && known.fn === fn && known.at === at) {
        parent = known;
        continue;
      }
      same = false;
      parent = open[d] = new StackNode(fn, at, vm.bodies[fn], parent);
    }
    const inner = open[task.depth];
    if (same && inner !== undefined && inner.fn === task.fn.id && inner.at === task.pc) return inner;
    open.length = task.depth + 1;
    return (open[task.depth] = new StackNode(task.fn.id, task.pc, vm.bodies[task.fn.id], parent));
  }

  /** Where an event that happens now is recorded; null when there are too many. */
  private place(): Place | null {
    this.vm!.memory.work.charge(EVENT_UNITS);
    if (this.events.length >= MAX_EVENTS) {
      this.truncated = true;
      return null;
    }
    return {
      seq: this.events.length,
      task: this.vm!.current?.id ?? 0,
      step: this.step,
      node: this.frames(),
    };
  }

  private add(event: MachineEvent): void {
    this.events.push(event);
    this.onEvent?.(event);
  }

  /** Records something by its name where the machine is just now. Gives its place in the list, null when that is full. */
  note(name: string, text: string): number | null {
    const seq = this.events.length;
    this.push({ kind: "named", name, text });
    return this.events.length > seq ? seq : null;
  }

  private push(event: EventBody): void {
    const place = this.place();
    if (place !== null) this.add(Object.assign(new Recorded(place), event) as MachineEvent);
  }

  private wrote(hi: number, lo: number, size: number, before: bigint, after: bigint): void {
    if (!this.watching) return;
    const segment = this.segments.get(hi);
    if (segment !== undefined) {
      segment(hi, lo, size, before, after);
      return;
    }
    if (before === after) return;
    const memory = this.vm!.memory;
    const address = memory.join(hi, lo);
    const base = hi === HI_HEAP ? (memory.objectAt(address)?.base ?? address) : address & ~0xfffn;
    const kind = this.watched.get(base);
    if (kind !== undefined) this.objectKinds.get(kind)!(hi, lo, size, before, after);
  }

  /** What a function is dealing with: what a watched kind finds in its named locals, else in its caller's. */
  private inHand(): SubjectId | null {
    const vm = this.vm!;
    const task = vm.current;
    if (task === null || task.fn === null) return null;
    let fp = task.fp;
    let fn = task.fn.id;
    for (let d = task.depth; d >= 0 && d > task.depth - 4; d--) {
      const pointers: { hi: number; lo: number }[] = [];
      for (const l of vm.bodies[fn]?.locals ?? []) {
        if (l.reg === null || l.size !== 8) continue;
        pointers.push({
          hi: task.regs32[((fp + l.reg) << 1) + 1]!,
          lo: task.regs32[(fp + l.reg) << 1]!,
        });
      }
      for (const [kind, watch] of this.watches) {
        const id = watch.inHand?.(pointers) ?? null;
        if (id !== null) return { kind, id };
      }
      if (d === 0) break;
      fp = task.frames[(d - 1) * FRAME_WORDS + 2]!;
      fn = task.frames[(d - 1) * FRAME_WORDS]!;
    }
    return null;
  }

  // ---- natives ---------------------------------------------------------------------------------------------------

  /** The natives, bound to this machine. */
  natives(): NativeTable {
    const text = (c: NativeContext, i: number): string => this.text(c, i);
    const formatted = (c: NativeContext, i: number): string =>
      formatKernel(c.memory, text(c, i), c.addr(i + 1), LINE_MAX);
    const table: Record<string, NativeFunction> = {
      __fsc_alloc: (c) => {
        const name = text(c, 3);
        const size = Number(BigInt.asUintN(64, c.int(0)));
        const address = c.memory.alloc(size, {
          align: Math.max(c.num(1), 16),
          zero: (c.num(2) & 1) !== 0,
          name: name === "" ? "object" : name,
          site: this.makerSite(),
        });
        const kind = this.allocated.get(name);
        if (kind !== undefined) this.watchObject(address, size, kind);
        c.ret(address);
      },
      __fsc_free: (c) => {
        const at = c.addr(0);
        if (at !== 0n) c.memory.free(at, this.vm!.site());
      },
      __fsc_add_memory: (c) => this.addMemory(c.memory, c.num(0), c.num(1), c.num(2) !== 0),
      __fsc_remove_memory: (c) => {
        c.memory.unmap(HI_VMEMMAP, c.num(0) * 64, c.num(1) * 64);
        for (const w of this.watches.values()) w.memoryRemoved?.();
        const start = c.num(0);
        if (start >= PMEM_PFN) c.memory.unmap(HI_PMEM, ((start - PMEM_PFN) * 4096) | 0, c.num(1) * 4096);
      },
      __fsc_watch: (c) => {
        const kind = text(c, 2);
        if (this.objectKinds.has(kind))
          this.watchObject(c.addr(0), Number(BigInt.asUintN(64, c.int(1))), kind);
      },
      __fsc_warn: (c) => {
        this.check(c, 1, true);
      },
      __fsc_warn_once: (c) => {
        this.check(c, 1, true);
      },
      __fsc_bug: (c) => {
        const fatal = c.num(0) !== 0;
        const site = this.check(c, 1, false);
        if (fatal) c.stop({ kind: "bug", ...bugTold(site.text) });
      },
      __fsc_printk: (c) => {
        const line = formatted(c, 0);
        if (this.log.length < LOG_MAX) this.log.push(line);
        this.push({ kind: "printk", text: line });
        c.ret(line.length);
      },
      __fsc_task_create: (c) => {
        const fn = this.vm!.functionAt(c.addr(1));
        if (fn === null) return this.vm!.badCall(c.addr(1));
        if (this.vm!.tasks.length >= KERNEL_TASKS)
          throw new MemoryFault("limit", `more than ${KERNEL_TASKS} tasks`, 0n);
        const task = this.vm!.spawn(text(c, 0), fn.id, [c.int(2)]);
        this.push({ kind: "task", what: "created", text: task.name });
        c.ret(task.id);
        return undefined;
      },
      __fsc_task_join: (c) => {
        const target = this.vm!.tasks[c.num(0)];
        if (target === undefined || target.state === "done") return undefined;
        return this.sleep(c, JOIN_KEY, `for task ${target.name} to end`);
      },
      memset: (c) => c.memory.fill(c.addr(0), c.num(1) & 0xff, Number(BigInt.asUintN(64, c.int(2)))),
      memcpy: (c) => c.memory.copy(c.addr(0), c.addr(1), Number(BigInt.asUintN(64, c.int(2)))),
      memmove: (c) => c.memory.copy(c.addr(0), c.addr(1), Number(BigInt.asUintN(64, c.int(2)))),
      memcmp: (c) => {
        const length = Number(BigInt.asUintN(64, c.int(2)));
        const a = c.memory.readBytes(c.addr(0), length);
        const b = c.memory.readBytes(c.addr(1), length);
        c.memory.work.charge(length);
        let at = 0;
        while (at < length && a[at] === b[at]) at++;
        c.ret(at === length ? 0 : a[at]! < b[at]! ? -1 : 1);
      },
      __fsc_current: (c) => c.ret(c.task),
      __fsc_point: () => {
        this.vm!.requestSwitch("point");
      },
      // Means something to who lets stores be seen late (emulator/explore/weak.ts).
      __fsc_order: () => undefined,
      __fsc_sleep: (c) => {
        const task = this.vm!.tasks[c.task]!;
        // Called again after the wake-up: the sleep is over.
        if (task.pending === "slept") {
          task.pending = undefined;
          return undefined;
        }
        task.pending = "slept";
        this.mightSleep(c, "sleeping");
        c.memory.work.charge(task.depth * FRAME_UNITS);
        return this.sleep(c, c.addr(0), `in ${sleeper(this.vm!.stack(task).map((f) => f.fn.name))}()`);
      },
      __fsc_wake: (c) => {
        const woken = this.vm!.wake(c.addr(0), c.num(1));
        this.pushWoken(woken, "");
        c.ret(woken.length);
      },
      __fsc_might_sleep: (c) => this.mightSleep(c, text(c, 0)),
      __fsc_lock: (c) => (this.lock(c, text(c, 2)) ? undefined : "retry"),
      __fsc_trylock: (c) => {
        c.ret(this.tryLock(c, text(c, 2)) ? 1 : 0);
      },
      __fsc_unlock: (c) => this.unlock(c, text(c, 2)),
      __fsc_lock_held: (c) => {
        const state = this.locks.get(c.addr(0));
        const excl = state !== undefined && state.owner === c.task;
        c.ret(excl || ((c.num(1) & SHARED) !== 0 && (state?.readers.get(c.task) ?? 0) > 0) ? 1 : 0);
      },
      __fsc_step: (c) => {
        const what = formatted(c, 0);
        if (this.step >= STEPS_MAX)
          c.stop({ kind: "limit", message: `more than ${STEPS_MAX} steps of a scenario` });
        this.quietMoment();
        this.onStep?.();
        this.step++;
        this.stepTexts.push(what);
        this.push({ kind: "step", text: what });
      },
      __fsc_quiesce: (c) => {
        this.quietMoment();
        c.memory.work.charge(AUDIT_UNITS);
        this.push({ kind: "quiesce", text: formatted(c, 0) });
      },
      __fsc_event: (c) =>
        this.push({
          kind: "named",
          name: text(c, 0),
          text: formatKernel(c.memory, text(c, 1), c.addr(2), LINE_MAX),
        }),
      __fsc_unmodelled: (c) => {
        this.unmodelled = { what: text(c, 0), loc: c.loc };
        c.stop({ kind: "unsupported", message: `not modelled: ${text(c, 0)}` });
      },
      __fsc_param: (c) => {
        const value = this.options.params.get(text(c, 0));
        c.ret(value ?? c.num(1));
      },
      __fsc_fail_nth: (c) => {
        const left = this.failNth > 0;
        this.failSite = text(c, 0);
        this.failNth = c.num(1);
        c.ret(left ? 1 : 0);
      },
      __fsc_is_reference: (c) => {
        const id = Number((c.addr(0) - TEXT_BASE) >> 4n);
        if (this.vm!.functionAt(c.addr(0)) !== null) this.vm!.aboutToEnter(id, true);
        const fidelity = this.vm!.image.functions[id]?.fidelity ?? "reference";
        c.ret(fidelity === "reference" ? 1 : 0);
      },
      __fsc_alloc_size: (c) => c.ret(c.memory.sizeOf(c.addr(0))),
      __fsc_fail: (c) => {
        const name = text(c, 0);
        const left = this.failuresLeft.get(name) ?? 0;
        if (this.failNth > 0 && this.isFailSite(name) && --this.failNth === 0) {
          this.failNth = this.failNext;
          this.failNext = 0;
          this.push({ kind: "named", name: "injected-failure", text: name });
          c.ret(1);
          return;
        }
        if (left > 0) this.failuresLeft.set(name, left - 1);
        c.ret(left > 0 ? 1 : 0);
      },
    };
    for (const w of this.watches.values()) Object.assign(table, w.natives);
    return new Map(Object.entries(table));
  }

  private quietMoment(): void {
    for (const w of this.watches.values()) w.quietMoment?.();
  }

  private check(c: NativeContext, textArg: number, report: boolean): CheckSite {
    // One Loc object an instruction: it names the check. States share what is known of it.
    const known = this.checks.get(c.loc);
    const fired = c.num(0) !== 0;
    const site = {
      text: known?.text ?? this.text(c, textArg),
      loc: c.loc,
      evaluated: (known?.evaluated ?? 0) + 1,
      fired: (known?.fired ?? 0) + (fired ? 1 : 0),
    };
    this.checks.set(c.loc, site);
    if (fired && report) this.push({ kind: "warn", text: site.text, about: this.inHand() });
    c.ret(fired ? 1 : 0);
    return site;
  }

  private isFailSite(name: string): boolean {
    if (this.failSite === null) return true;
    if (name.startsWith(FAULT)) return false;
    return this.failSite.startsWith("!")
      ? !name.startsWith(this.failSite.slice(1))
      : name.startsWith(this.failSite);
  }

  /** Where an object is made: the innermost call that is no allocator itself. */
  private makerSite(): Site | null {
    const vm = this.vm!;
    const task = vm.current;
    const inner = vm.site();
    if (task === null || inner === null || !ALLOCATORS.has(inner.fn)) return inner;
    for (let d = task.depth - 1; d >= 0; d--) {
      const fn = task.frames[d * FRAME_WORDS]!;
      const name = vm.image.functions[fn]?.name ?? "";
      if (ALLOCATORS.has(name)) continue;
      const loc = vm.bodies[fn]?.locs[(task.frames[d * FRAME_WORDS + 1]! - 4) >> 2] ?? null;
      return loc === null ? inner : { loc, fn: name, task: task.id };
    }
    return inner;
  }

  /** String argument i, "" for NULL. Literals are read once an image. */
  private text(c: NativeContext, i: number): string {
    const low = c.word(i, false);
    if (c.word(i, true) !== HI_DATA)
      return low === 0 && c.word(i, true) === 0 ? "" : c.memory.cstring(c.addr(i), 4096);
    const at = c.addr(i);
    if (!c.memory.isReadonly(at)) return c.memory.cstring(at, 4096);
    const { image } = this.vm!;
    let literals = literalsOf.get(image);
    if (literals === undefined) literalsOf.set(image, (literals = new Map()));
    let known = literals.get(low);
    if (known === undefined) {
      const { work } = c.memory;
      const before = work.save();
      known = c.memory.cstring(at, 4096);
      literals.set(low, known);
      // Whether it was read before is nothing that a run may depend on.
      work.restore(before);
    }
    return known;
  }

  private addMemory(memory: Memory, startPfn: number, count: number, withMemmap: boolean): void {
    // The direct map is zero and is backed where it is touched.
    if (startPfn < PMEM_PFN) memory.addLazy(HI_RAM, startPfn * 4096, count * 4096);
    else memory.addLazy(HI_PMEM, (startPfn - PMEM_PFN) * 4096, count * 4096);
    if (!withMemmap) return;
    if (this.watching) for (const w of this.watches.values()) w.memoryAdded?.(startPfn, count);
    memory.map(HI_VMEMMAP, (startPfn * 64) | 0, count * 64);
    memory.setShadow(HI_VMEMMAP, (startPfn * 64) | 0, count * 64, SHADOW_UNINIT);
  }

  private sleep(c: NativeContext, key: bigint, why: string): "retry" {
    const task = this.vm!.tasks[c.task]!;
    task.state = "sleeping";
    task.key = key;
    task.waitingFor = why;
    this.push({ kind: "task", what: "sleeps", text: why });
    return "retry";
  }

  /** Reported where the task holds a lock under which nobody sleeps; once a lock that is taken. */
  private mightSleep(c: NativeContext, what: string): void {
    for (const l of this.locks.values()) {
      if (!l.spins || l.told || (l.owner !== c.task && !l.readers.has(c.task))) continue;
      l.told = true;
      this.push({ kind: "warn", text: `${IN_ATOMIC} ${what} while it holds ${l.name}`, about: null });
    }
  }

  private lockState(address: bigint, name: string): LockState {
    let state = this.locks.get(address);
    if (state === undefined) {
      if (this.locks.size >= HELD_LOCKS_MAX)
        throw new MemoryFault("limit", `more than ${HELD_LOCKS_MAX} locks are held`, 0n);
      state = { name, owner: -1, readers: new Map(), taken: null, spins: false, told: false };
      this.locks.set(address, state);
    }
    return state;
  }

  private tryLock(c: NativeContext, name: string): boolean {
    c.memory.checkRange(c.addr(0), 1, "read", true);
    const state = this.lockState(c.addr(0), name);
    const shared = (c.num(1) & SHARED) !== 0;
    if (shared ? state.owner !== -1 : state.owner !== -1 || state.readers.size > 0) return false;
    if (shared) state.readers.set(c.task, (state.readers.get(c.task) ?? 0) + 1);
    else state.owner = c.task;
    state.taken = c.loc;
    state.spins = (c.num(1) & SPIN) !== 0;
    return true;
  }

  private lock(c: NativeContext, name: string): boolean {
    if ((c.num(1) & (SPIN | QUICK)) === 0) this.mightSleep(c, `taking ${name}`);
    const state = this.lockState(c.addr(0), name);
    if (state.owner === c.task || ((c.num(1) & SHARED) === 0 && state.readers.has(c.task)))
      c.stop({
        kind: "lock-misuse",
        message: `${name} is taken again by the task that holds it: it waits for itself`,
      });
    if (this.tryLock(c, name)) return true;
    this.sleep(c, c.addr(0), `for ${name}, held by task ${this.vm!.tasks[state.owner]?.name ?? "(readers)"}`);
    return false;
  }

  private unlock(c: NativeContext, name: string): void {
    const state = this.locks.get(c.addr(0));
    const shared = (c.num(1) & SHARED) !== 0;
    const held =
      state !== undefined && (shared ? (state.readers.get(c.task) ?? 0) > 0 : state.owner === c.task);
    if (!held) {
      const other =
        state !== undefined && state.owner >= 0
          ? `it is held by task ${this.vm!.tasks[state.owner]?.name}`
          : "nobody holds it";
      c.stop({
        kind: "lock-misuse",
        message: `unlock of ${name}, which this task does not hold: ${other}`,
      });
    }
    if (shared) {
      const n = state.readers.get(c.task)! - 1;
      if (n === 0) state.readers.delete(c.task);
      else state.readers.set(c.task, n);
    } else state.owner = -1;
    if (state.owner === -1 && state.readers.size === 0) this.locks.delete(c.addr(0));
    this.pushWoken(this.vm!.wake(c.addr(0), 0), name);
  }

  /** Whom a call woke; `lock` names what it let go of, "" where it woke them by itself. */
  private pushWoken(tasks: readonly number[], lock: string): void {
    if (tasks.length === 0) return;
    const names = tasks.map((t) => this.vm!.tasks[t]!.name);
    this.push({ kind: "task", what: "woken", text: names.join(", "), tasks, lock });
  }

  /** Locks still held, for the audit at the end. */
  heldLocks(): { readonly name: string; readonly task: number; readonly taken: Loc | null }[] {
    const out: { name: string; task: number; taken: Loc | null }[] = [];
    for (const s of this.locks.values()) {
      if (s.owner >= 0) out.push({ name: s.name, task: s.owner, taken: s.taken });
      for (const t of s.readers.keys()) out.push({ name: s.name, task: t, taken: s.taken });
    }
    return out;
  }
}

/**
 * What is told of a BUG_ON() that is true; what a scenario stands on (SC_NEED in scenarios/scenario.h) is a sentence, and no
 * BUG of the kernel's: who runs the scenario sees something that must not be.
 */
export function bugTold(text: string): { readonly message: string; readonly rule?: string } {
  const need = "scenario: cannot go on: ";
  if (!text.startsWith(need)) return { message: `kernel BUG: ${text}` };
  const promise = text.slice(need.length);
  return { message: `does not hold: ${promise} (the run ends there)`, rule: "wrong-outcome" };
}

/** Whether a function is how others wait: no reader would say that it sleeps. */
export const isWaitPrimitive = (name: string): boolean =>
  /^(_*schedule|_*wait_|_*prepare_to_wait|fsc_|io_schedule)/.test(name);

/** The function a reader would say sleeps: the innermost that is no wait primitive. */
const sleeper = (names: readonly string[]): string =>
  names.find((n) => !isWaitPrimitive(n)) ?? names[0] ?? "?";
