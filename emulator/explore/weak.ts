/**
 * Memory in which a store may be seen late: what each task is sure to see (view.ts), the last writes of each place with what
 * comes with them, and which older write a load may find, or before which writes a store may come. After the kernel's memory
 * model (tools/memory-model), executed in the order of the program: a load reads any write not older than the newest one
 * that its task must have seen; barriers, releases and acquires, locks, RCU, exchanges, wake-ups and dependencies say which
 * it must have.
 *
 * Stronger than the model, so that a fault may be missed: no load comes after a later store of its task (load buffering);
 * full barriers have one order, that of the run, and what an earlier one made sure of a later one has too; unlocking passes
 * on what the task has seen of others to the stores behind the next locking; what a patch does not bring of page tables,
 * xarrays, page flags and allocation acquires and releases, and reads what was written last; so do bit-fields, copies of
 * structures and assignments from memory to memory, memset and memcpy, accesses that overlap others of another size or place, and floating values; 128-bit
 * arithmetic and natives end what is pending; the last WRITES writes of a place are known.
 * Weaker, where it would tell what the model forbids: nothing that is known.
 */
import { HI_STACK, SHADOW_WATCHED } from "../mem/memory.ts";
import type { ExecBody } from "../vm/body.ts";
import { Op } from "../vm/bytecode.ts";
import type { StepResult } from "../vm/step.ts";
import { FRAME_WORDS, type Task } from "../vm/task.ts";
import type { Vm } from "../vm/vm.ts";
import { By, orderInAtomic, orderInCode } from "./barriers.ts";
import { flowOf } from "./flow.ts";
import { type Access, accessesOf, OneStep, quietRuns, TWO_WORDS } from "./look.ts";
import { granuleOf } from "./trace.ts";
import { both, covers, EMPTY, join, type Load, NOTHING, ownUpTo, type View, withSingle } from "./view.ts";
import {
  BLANK,
  FRESH,
  type Lane,
  type Mind,
  type Place,
  type Step,
  type Undo,
  type WeakState,
  type Write,
} from "./weak_state.ts";

/** Writes of a place that are known. */
const WRITES = 6;
/** Instructions that a task runs unasked which is alone. */
const ALONE = 64;

const LOADS: ReadonlySet<number> = new Set([
  ...[Op.LD8S, Op.LD8U, Op.LD16S, Op.LD16U, Op.LD32S, Op.LD32U, Op.LD64],
]);
const SIGNED: ReadonlySet<number> = new Set([Op.LD8S, Op.LD16S, Op.LD32S]);
const STORES: ReadonlySet<number> = new Set([
  ...[Op.ST8, Op.ST16, Op.ST32, Op.ST64, Op.STI8, Op.STI16, Op.STI32, Op.STI64],
]);
const IMMEDIATE: ReadonlySet<number> = new Set([Op.STI8, Op.STI16, Op.STI32, Op.STI64]);
/** Natives that only say something. */
const SAYS = /^__fsc_(warn|warn_once|step|event|quiesce|bug|printk)$/;
/** Kinds of __fsc_order. */
const MB = 0;
const RMB = 1;

/** A load that finds an older value; a store that comes before others. */
export type Late = "load" | "store";

/** Keys of what the order of full barriers, and of RCU, is known by. */
export const FENCES = -1;
export const GRACES = -2;

export class Weak {
  vm!: Vm;
  private places = new Map<number, Place>();
  private locks = new Map<bigint, Load>();
  private undo: Undo[] = [];
  private minds: Mind[] = [];
  private registers: Map<number, Load>[] = [];
  private spilled: Map<number, Load>[] = [];
  private fence: View = NOTHING;
  private readers: View = NOTHING;
  private grace: View = NOTHING;
  private seq = 0;
  private stamp = 0;
  /** Tasks whose creation is noted. */
  private born = 0;
  private step: Step | null = null;
  /** Told of each step whose order matters besides those on memory and locks: FENCES, GRACES. */
  onOrder: ((task: number, on: number) => void) | null = null;
  private readonly atomic = new OneStep();
  private readonly orders = new Map<ExecBody, Int16Array>();

  // ---- states ----------------------------------------------------------------------------------------------------

  keep(): WeakState {
    return {
      undo: this.undo.length,
      minds: this.minds.slice(),
      registers: this.registers.map((r) => new Map(r)),
      spilled: this.spilled.map((r) => new Map(r)),
      fence: this.fence,
      readers: this.readers,
      grace: this.grace,
      seq: this.seq,
      stamp: this.stamp,
      born: this.born,
    };
  }

  /** Goes back to an earlier state of the same run. */
  back(s: WeakState): void {
    while (this.undo.length > s.undo) {
      const u = this.undo.pop()!;
      if (u.of === "place") {
        if (u.was === undefined) this.places.delete(u.at);
        else this.places.set(u.at, u.was);
      } else if (u.was === undefined) this.locks.delete(u.at);
      else this.locks.set(u.at, u.was);
    }
    this.minds = s.minds.slice();
    this.registers = s.registers.map((r) => new Map(r));
    this.spilled = s.spilled.map((r) => new Map(r));
    this.fence = s.fence;
    this.readers = s.readers;
    this.grace = s.grace;
    this.seq = s.seq;
    this.stamp = s.stamp;
    this.born = s.born;
    this.step = null;
  }

  /** One task is alone: it sees everything, and so does whoever it creates. */
  settle(): void {
    for (const at of [...this.places.keys()]) this.setPlace(at, undefined);
    this.step = null;
  }

  private setPlace(at: number, now: Place | undefined): void {
    this.undo.push({ of: "place", at, was: this.places.get(at) });
    if (now === undefined) this.places.delete(at);
    else this.places.set(at, now);
  }

  private mind(task: number): Mind {
    return this.minds[task] ?? BLANK;
  }

  private set(task: number, change: Partial<Mind>): void {
    while (this.minds.length <= task) this.minds.push(BLANK);
    this.minds[task] = { ...this.minds[task]!, ...change };
  }

  private registersOf(task: number): Map<number, Load> {
    while (this.registers.length <= task) this.registers.push(new Map());
    return this.registers[task]!;
  }

  private spilledOf(task: number): Map<number, Load> {
    while (this.spilled.length <= task) this.spilled.push(new Map());
    return this.spilled[task]!;
  }

  // ---- barriers --------------------------------------------------------------------------------------------------

  /** All that a task has seen, or would see behind a barrier, and its own writes. */
  private everything(task: number): View {
    const m = this.mind(task);
    return join(join(m.sees, m.pending.all), ownUpTo(task, this.seq));
  }

  private strongOf(task: number): View {
    const m = this.mind(task);
    return join(join(m.strong, m.pending.strong), join(m.decided.strong, m.wrote.strong));
  }

  private mb(task: number, more: View = NOTHING): void {
    const all = join(join(this.everything(task), this.fence), more);
    this.fence = all;
    this.set(task, { sees: all, strong: all, pending: EMPTY, leads: all });
    this.onOrder?.(task, FENCES);
  }

  private rmb(task: number): void {
    const m = this.mind(task);
    const { pending } = m;
    if (pending === EMPTY) return;
    this.set(task, {
      sees: join(m.sees, pending.all),
      strong: join(m.strong, pending.strong),
      pending: EMPTY,
    });
  }

  private wmb(task: number): void {
    const m = this.mind(task);
    this.set(task, {
      leads: join(join(m.leads, m.wrote.all), ownUpTo(task, this.seq)),
      strong: join(m.strong, m.wrote.strong),
    });
  }

  private acquire(task: number, what: Load): void {
    if (what === EMPTY) return;
    const m = this.mind(task);
    this.set(task, { sees: join(m.sees, what.all), strong: join(m.strong, what.strong) });
  }

  private release(task: number): Load {
    return { all: this.everything(task), strong: this.strongOf(task) };
  }

  /** A lock (or what a sleeper waits for) is taken: what was released with it is seen, and comes with what is written. */
  private lock(task: number, on: bigint): void {
    const { unlocked } = this.mind(task);
    this.acquire(task, unlocked.pending);
    const what = this.locks.get(on) ?? EMPTY;
    this.acquire(task, what);
    this.set(task, { leads: join(join(this.mind(task).leads, unlocked.leads), what.all) });
  }

  private unlock(task: number, on: bigint): void {
    const was = this.locks.get(on);
    this.undo.push({ of: "lock", at: on, was });
    this.locks.set(on, both(was ?? EMPTY, this.release(task)));
    const { wrote, pending } = this.mind(task);
    this.set(task, { unlocked: { leads: join(wrote.all, ownUpTo(task, this.seq)), pending } });
  }

  private created(task: number, child: number): void {
    this.mb(task);
    const { sees } = this.mind(task);
    this.set(child, { sees, strong: sees, leads: sees });
  }

  private before(task: number, flags: number): void {
    if ((flags & By.MB_BEFORE) !== 0) this.mb(task);
    if ((flags & By.RMB_BEFORE) !== 0) this.rmb(task);
    if ((flags & By.WMB_BEFORE) !== 0) this.wmb(task);
  }

  private after(task: number, flags: number): void {
    if ((flags & By.MB_AFTER) !== 0) this.mb(task);
    if ((flags & By.WMB_AFTER) !== 0) this.wmb(task);
    if ((flags & By.RCU_LOCK) !== 0) {
      this.acquire(task, { all: this.grace, strong: this.grace });
      this.onOrder?.(task, GRACES);
    }
    if ((flags & By.RCU_UNLOCK) !== 0) {
      this.readers = join(this.readers, this.everything(task));
      this.onOrder?.(task, GRACES);
    }
  }

  /** A grace period has ended for this task: those that read before are seen, and those that read later see. */
  private graceOver(task: number): void {
    this.mb(task, this.readers);
    this.grace = join(this.grace, this.mind(task).sees);
    this.onOrder?.(task, GRACES);
  }

  // ---- places ----------------------------------------------------------------------------------------------------

  private lane(at: number, first: number, size: number): Lane | null {
    return this.places.get(at)?.lanes.find((l) => l.first === first && l.size === size) ?? null;
  }

  private mixed(at: number, first: number, size: number): boolean {
    const place = this.places.get(at);
    return (
      place?.lanes.some(
        (l) => !(l.first === first && l.size === size) && l.first < first + size && first < l.first + l.size,
      ) === true
    );
  }

  private knows(task: number, view: View, lane: Lane, w: Write): boolean {
    return (
      w.task === task ||
      w.task < 0 ||
      w.seq <= (view.upTo[w.task] ?? 0) ||
      w.stamp <= (view.single.get(lane.key) ?? 0)
    );
  }

  /** The newest write of a lane that a task must have seen. */
  private floor(task: number, view: View, lane: Lane): number {
    for (let i = lane.writes.length - 1; i > 0; i--)
      if (this.knows(task, view, lane, lane.writes[i]!)) return i;
    return 0;
  }

  private orderOf(task: Task, body: ExecBody, write: boolean): number {
    for (let d = 0; d <= task.depth; d++) {
      const id = d < task.depth ? task.frames[d * FRAME_WORDS]! : task.fn!.id;
      if (!this.atomic.has(this.vm, id)) continue;
      let call = null;
      if (d > 0) {
        const caller = this.vm.bodies[task.frames[(d - 1) * FRAME_WORDS]!];
        call = caller?.locs[Math.max(0, task.frames[(d - 1) * FRAME_WORDS + 1]! - 4) >> 2] ?? null;
      }
      return orderInAtomic(this.vm.functions[id]!, call, write);
    }
    let known = this.orders.get(body);
    if (known === undefined) {
      known = new Int16Array((body.code.length >> 2) + 1).fill(-1);
      this.orders.set(body, known);
    }
    const i = task.pc >> 2;
    if (known[i]! < 0) known[i] = orderInCode(task.fn!, body.locs[i], write);
    return known[i]!;
  }

  private register(task: Task, reg: number): Load {
    return this.registers[task.id]?.get(task.fp + reg) ?? EMPTY;
  }

  /** In how many ways a load or a store can turn out: 1 + the writes that it may not see yet, or come before. */
  ways(task: Task, body: ExecBody, access: Access): number {
    const { hi, lo, size, write } = access;
    const op = body.code[task.pc]!;
    if (!(write ? STORES.has(op) : LOADS.has(op)) || (lo & 7) + size > 8) return 1;
    const at = granuleOf(hi, lo);
    const lane = this.lane(at, lo & 7, size);
    if (lane === null || lane.writes.length < 2 || this.mixed(at, lo & 7, size)) return 1;
    // What natives, and code that they call, have written is not noted.
    if (lane.writes.at(-1)!.value !== this.vm.memory.peek(this.vm.memory.join(hi, lo), size)) return 1;
    const flags = this.orderOf(task, body, write);
    if ((flags & By.NEWEST) !== 0) return 1;
    const m = this.mind(task.id);
    let view = join(m.sees, this.register(task, body.code[task.pc + 2]!).all);
    view = join(view, this.places.get(at)!.always.all);
    if (!write) {
      if ((flags & By.RMB_BEFORE) !== 0) view = join(view, m.pending.all);
      return lane.writes.length - this.floor(task.id, view, lane);
    }
    // What is watched is seen as it is written.
    if ((this.vm.memory.shadow[this.vm.memory.translate(hi, lo | 0)]! & SHADOW_WATCHED) !== 0) return 1;
    view = join(view, m.decided.all);
    if (!IMMEDIATE.has(op)) view = join(view, this.register(task, body.code[task.pc + 1]!).all);
    if ((flags & By.RELEASE) !== 0) view = join(view, m.pending.all);
    const last = lane.writes.length - 1;
    const floor = this.floor(task.id, view, lane);
    let before = 0;
    while (last - before > floor && !lane.writes[last - before]!.rmw) before++;
    return 1 + before;
  }

  // ---- instructions ----------------------------------------------------------------------------------------------

  /** A task is about to execute instructions that touch no memory. */
  quiet(task: Task, body: ExecBody): void {
    this.begin("quiet", task, body, 0);
  }

  /** A task is about to call a native. */
  native(task: Task, body: ExecBody): void {
    const { code } = body;
    const base = task.fp + code[task.pc + 2]!;
    const name = this.vm.image.natives[code[task.pc + 1]!]!;
    const args = Array.from({ length: Math.min(3, code[task.pc + 3]! & 0xffff) }, (_, i) =>
      BigInt.asUintN(64, task.regs[base + i]!),
    );
    this.begin("native", task, body, 0, { name, args });
  }

  /**
   * Readies a task's next instructions and says how many they are, where nobody asks for other orders of them; a load finds
   * the write `age` before the newest, if it may.
   */
  next(task: Task, age: number): { readonly run: number; readonly late: Late | null } {
    if (this.vm.tasks.every((t) => t === task || t.state === "done")) {
      this.settle();
      return { run: ALONE, late: null };
    }
    const body = this.vm.bodyOf(task.fn!.id);
    const run = quietRuns(body)[task.pc >> 2]!;
    if (run > 0) {
      this.quiet(task, body);
      return { run, late: null };
    }
    if (body.code[task.pc] === Op.CALLN) {
      this.native(task, body);
      return { run: 1, late: null };
    }
    const all = accessesOf(task, body);
    const [one] = all;
    const may = age > 0 && one !== undefined && all.length === 1 && this.ways(task, body, one) > age;
    this.access(task, body, all, may ? age : 0);
    return { run: 1, late: !may ? null : one.write ? "store" : "load" };
  }

  private begin(kind: Step["kind"], task: Task, body: ExecBody, flags: number, more?: Partial<Step>): void {
    this.step = {
      kind,
      body,
      pc: task.pc,
      fp: task.fp,
      flags,
      at: 0,
      first: 0,
      size: 0,
      hi: 0,
      lo: 0,
      age: 0,
      before: null,
      reads: [],
      writes: [],
      name: "",
      args: [],
      ...more,
    };
  }

  /** A task is about to execute an instruction that touches memory. */
  access(task: Task, body: ExecBody, accesses: readonly Access[], age: number): void {
    const op = body.code[task.pc]!;
    const one = accesses.length === 1 ? accesses[0]! : null;
    const inOne = one !== null && (one.lo & 7) + one.size <= 8;
    if (one !== null && inOne && (LOADS.has(op) || STORES.has(op))) {
      const { hi, lo, size, write } = one;
      const flags = this.orderOf(task, body, write);
      this.before(task.id, flags);
      const at = granuleOf(hi, lo);
      const first = lo & 7;
      if (this.ofReaders(hi, lo)) {
        this.begin("readers", task, body, flags);
        return;
      }
      let before: bigint | null = null;
      if (write && this.lane(at, first, size) === null) before = this.initial(hi, lo, size);
      this.begin(write ? "store" : "load", task, body, flags, { at, first, size, hi, lo, age, before });
      return;
    }
    const copy = accesses.map((a) => ({ ...a }));
    const reads = copy.filter((a) => !a.write);
    const writes = copy.filter((a) => a.write);
    if (op === Op.ATOM) this.mb(task.id);
    this.begin("other", task, body, op === Op.ATOM ? By.MB_AFTER : 0, { reads, writes });
  }

  /** The counter of RCU's readers, which stands for what orders nothing by itself. */
  private ofReaders(hi: number, lo: number): boolean {
    const at = this.addressOf("fsc_rcu");
    return at !== 0n && this.vm.memory.hi(at) === hi && this.vm.memory.lo(at) >>> 0 === lo;
  }

  /**
   * A section that others only wait for: who begins one of RCU, or turns interrupts off, learns nothing of what was done in
   * others; of RCU's end `graceOver` says all.
   */
  private waitedFor(lock: bigint, shared: bigint): boolean {
    return (
      lock === this.addressOf("fsc_rcu") || ((shared & 1n) !== 0n && lock === this.addressOf("fsc_irqs"))
    );
  }

  /** Where an object of the reference kernel lies, 0: it has none of that name. */
  private addressOf(name: string): bigint {
    let at = this.addresses.get(name);
    if (at === undefined) {
      at = this.vm.image.globals.find((x) => x.name === name)?.address ?? 0n;
      this.addresses.set(name, at);
    }
    return at;
  }
  private readonly addresses = new Map<string, bigint>();

  /** What is there, null: it was never written. */
  private initial(hi: number, lo: number, size: number): bigint | null {
    const { memory } = this.vm;
    const address = memory.join(hi, lo);
    for (let i = 0; i < size; i++) if (memory.shadowAt(address + BigInt(i)) !== 1) return null;
    return memory.peek(address, size);
  }

  /** What was begun has been executed: how many instructions, and what became of them. */
  done(task: Task, executed: number, result: StepResult): void {
    const s = this.step;
    this.step = null;
    for (; this.born < this.vm.tasks.length; this.born++) if (this.born > 0) this.created(task.id, this.born);
    if (s === null || result === "retry") return;
    if (s.kind === "quiet") this.carry(task, s, executed);
    else if (s.kind === "load") this.loaded(task, s);
    else if (s.kind === "store") this.stored(task, s);
    else if (s.kind === "native") this.called(task, s);
    else if (s.kind === "readers") {
      const over = (s.flags & By.GRACE) !== 0 && task.regs[s.fp + s.body.code[s.pc + 1]!] === 0n;
      if (over) this.graceOver(task.id);
      this.after(task.id, s.flags);
    } else this.touched(task, s);
  }

  private carry(task: Task, { body, pc, fp }: Step, executed: number): void {
    const tags = this.registers[task.id];
    if (tags === undefined || tags.size === 0) return;
    const { code } = body;
    const of = (reg: number): Load => (reg < 0 ? EMPTY : (tags.get(fp + reg) ?? EMPTY));
    for (let i = 0, at = pc; i < executed; i++, at += TWO_WORDS.has(code[at]!) ? 8 : 4) {
      const { to, one, two, decides, unknown } = flowOf(code, at);
      if (unknown) this.rmb(task.id);
      if (to < 0 && !decides) continue;
      const from = both(of(one), of(two));
      if (decides) {
        if (from !== EMPTY) this.set(task.id, { decided: both(this.mind(task.id).decided, from) });
        continue;
      }
      this.tag(task.id, fp + to, from);
      if (code[at] === Op.OVF) this.tag(task.id, fp + to + 1, from);
    }
  }

  /** What comes with the value of a register; what the task sees anyway is not kept. */
  private tag(task: number, reg: number, from: Load): void {
    const tags = this.registersOf(task);
    if (from === EMPTY) {
      if (tags.size > 0) tags.delete(reg);
      return;
    }
    const m = this.mind(task);
    if (covers(m.sees, from.all) && covers(m.strong, from.strong)) tags.delete(reg);
    else tags.set(reg, from);
  }

  /** What comes with reading bytes beyond what the lane itself says. */
  private besides(task: number, at: number, hi: number, lo: number): Load {
    const place = this.places.get(at);
    if (place !== undefined) return place.always;
    const owner = hi === HI_STACK ? this.ownerOf(lo) : -1;
    return owner < 0 || owner === task ? EMPTY : this.release(owner);
  }

  private ownerOf(lo: number): number {
    return this.vm.tasks.findIndex((t) => lo >= t.stackLow && lo < t.stackLow + (1 << 24));
  }

  private loaded(task: Task, s: Step): void {
    const { code } = s.body;
    const reg = s.fp + code[s.pc + 1]!;
    const id = task.id;
    const address = this.registers[id]?.get(s.fp + code[s.pc + 2]!) ?? EMPTY;
    this.acquire(id, this.besides(id, s.at, s.hi, s.lo));
    let from = both(address, this.spilled[id]?.get(s.at) ?? EMPTY);
    const place = this.places.get(s.at);
    for (const lane of place?.lanes ?? []) {
      if (lane.writes.length === 0) continue;
      if (lane.first === s.first && lane.size === s.size) {
        const w = lane.writes[lane.writes.length - 1 - s.age]!;
        if (s.age > 0) {
          const op = code[s.pc]!;
          const bits = 8 * s.size;
          task.regs[reg] = SIGNED.has(op) ? BigInt.asIntN(bits, w.value) : BigInt.asIntN(64, w.value);
        }
        from = both(from, this.found(id, lane, w, s.flags));
      } else if (lane.first < s.first + s.size && s.first < lane.first + lane.size)
        this.found(id, lane, lane.writes.at(-1)!, By.ACQUIRE);
    }
    this.tag(id, reg, from);
    this.after(id, s.flags);
  }

  /** A task has read a write. What comes with the value. */
  private found(task: number, lane: Lane, w: Write, flags: number): Load {
    if (w.task === task) return w.from;
    const m = this.mind(task);
    if (w.task >= 0 && w.seq > (m.sees.upTo[w.task] ?? 0))
      this.set(task, { sees: withSingle(m.sees, lane.key, w.stamp) });
    if ((flags & By.ACQUIRE) !== 0) {
      this.acquire(task, w.comes);
      return EMPTY;
    }
    if (w.comes !== EMPTY) this.set(task, { pending: both(this.mind(task).pending, w.comes) });
    return w.comes;
  }

  private stored(task: Task, s: Step): void {
    const { code } = s.body;
    const id = task.id;
    const op = code[s.pc]!;
    const tags = this.registers[id];
    const value = IMMEDIATE.has(op) ? EMPTY : (tags?.get(s.fp + code[s.pc + 1]!) ?? EMPTY);
    const address = tags?.get(s.fp + code[s.pc + 2]!) ?? EMPTY;
    const spilled = this.spilledOf(id);
    if (value !== EMPTY) spilled.set(s.at, value);
    else if (spilled.size > 0 && s.size === 8) spilled.delete(s.at);
    this.write(id, s, both(value, address));
    this.after(id, s.flags);
  }

  private write(id: number, s: Step, from: Load): void {
    // Nobody else looks at a stack, unless its task is asked about everything (besides()).
    if (s.hi === HI_STACK && !this.places.has(s.at) && this.ownerOf(s.lo) === id) return;
    const m = this.mind(id);
    const comes: Load =
      (s.flags & By.RELEASE) !== 0
        ? this.release(id)
        : { all: m.leads, strong: join(join(m.strong, m.decided.strong), from.strong) };
    let load: Load = { all: join(comes.all, comes.strong), strong: comes.strong };
    const place = this.places.get(s.at) ?? FRESH;
    const lane = place.lanes.find((l) => l.first === s.first && l.size === s.size);
    // What read and writes in one step passes on what came with what it read.
    if ((s.flags & By.RMW) !== 0) load = both(load, lane?.writes.at(-1)?.comes ?? EMPTY);
    const overlap = place.lanes.filter(
      (l) => l !== lane && l.first < s.first + s.size && s.first < l.first + l.size,
    );
    let writes = lane?.writes ?? [];
    if (lane === undefined && s.before !== null && overlap.length === 0)
      writes = [
        { task: -1, seq: 0, stamp: ++this.stamp, value: s.before, comes: EMPTY, rmw: false, from: EMPTY },
      ];
    const address = this.vm.memory.join(s.hi, s.lo);
    const behind = writes[writes.length - s.age];
    const now: Write = {
      task: id,
      seq: ++this.seq,
      stamp:
        behind === undefined ? ++this.stamp : (behind.stamp + writes[writes.length - s.age - 1]!.stamp) / 2,
      value: this.vm.memory.peek(address, s.size),
      comes: load,
      rmw: (s.flags & By.RMW) !== 0,
      from,
    };
    const key = (s.at * 8 + s.first) * 16 + s.size;
    this.set(id, { wrote: both(this.mind(id).wrote, load) });
    const next: Lane = {
      first: s.first,
      size: s.size,
      key,
      writes: overlap.length > 0 ? [now] : [...writes, now].sort((a, b) => a.stamp - b.stamp).slice(-WRITES),
    };
    // Whoever reads now finds what comes last.
    if (behind !== undefined) this.vm.memory.store(address, s.size, writes.at(-1)!.value);
    this.setPlace(s.at, {
      lanes: [...place.lanes.filter((l) => l !== lane && !overlap.includes(l)), next],
      always: overlap.reduce((all, l) => l.writes.reduce((a, w) => both(a, w.comes), all), place.always),
    });
  }

  /** An access that is not followed in detail: it reads what was written last, acquires and releases. */
  private touched(task: Task, s: Step): void {
    const id = task.id;
    const { code } = s.body;
    const tags = this.registers[id];
    if (tags !== undefined && tags.size > 0) {
      for (const i of [1, 2, 3]) this.acquire(id, tags.get(s.fp + code[s.pc + i]!) ?? EMPTY);
      tags.delete(s.fp + code[s.pc + 1]!);
    }
    for (const a of s.reads) this.readAll(id, a);
    for (const a of s.writes) this.writeAll(id, a, s.body.code[s.pc] === Op.ATOM);
    this.after(id, s.flags);
  }

  private granulesOf({ hi, lo, size }: Access): number[] {
    const out: number[] = [];
    for (let from = lo - (lo & 7); from < lo + size; from += 8) out.push(granuleOf(hi, from));
    return out;
  }

  private readAll(task: number, a: Access): void {
    for (const at of this.granulesOf(a)) {
      this.acquire(task, this.besides(task, at, a.hi, a.lo));
      for (const lane of this.places.get(at)?.lanes ?? []) {
        const w = lane.writes.at(-1);
        if (w !== undefined) this.found(task, lane, w, By.ACQUIRE);
      }
      this.acquire(task, this.spilled[task]?.get(at) ?? EMPTY);
    }
  }

  private writeAll(task: number, a: Access, reads = false): void {
    if (reads) this.readAll(task, a);
    this.seq++;
    const load = this.release(task);
    const whole: Load = { all: join(load.all, load.strong), strong: load.strong };
    for (const at of this.granulesOf(a)) {
      const place = this.places.get(at) ?? FRESH;
      this.setPlace(at, {
        lanes: [],
        always: place.lanes.reduce(
          (all, l) => l.writes.reduce((x, w) => both(x, w.comes), all),
          both(place.always, whole),
        ),
      });
    }
  }

  private called(task: Task, { body, pc, fp, name, args }: Step): void {
    const id = task.id;
    const base = fp + body.code[pc + 2]!;
    const tags = this.registers[id];
    if (tags !== undefined && tags.size > 0 && !SAYS.test(name))
      for (let i = 0; i < (body.code[pc + 3]! & 0xffff); i++) this.acquire(id, tags.get(base + i) ?? EMPTY);
    tags?.delete(base);
    const { memory } = this.vm;
    const [on = 0n, second = 0n, third = 0n] = args;
    const part = (address: bigint): Access => ({
      hi: memory.hi(address),
      lo: memory.lo(address) >>> 0,
      size: Number(third),
      write: false,
    });
    switch (name) {
      case "__fsc_lock":
        if (!this.waitedFor(on, second)) this.lock(id, on);
        break;
      case "__fsc_trylock":
        if (task.regs32[base << 1] !== 0 && !this.waitedFor(on, second)) this.lock(id, on);
        break;
      case "__fsc_unlock":
        if (on !== this.addressOf("fsc_rcu")) this.unlock(id, on);
        break;
      case "__fsc_wake":
        this.mb(id);
        this.unlock(id, on ^ 1n);
        break;
      case "__fsc_sleep":
        this.lock(id, on ^ 1n);
        this.mb(id);
        break;
      case "__fsc_task_join":
        this.mb(id, this.everything(Number(on)));
        break;
      case "__fsc_order":
        if (Number(on) === MB) this.mb(id);
        else if (Number(on) === RMB) this.rmb(id);
        else this.wmb(id);
        break;
      case "__fsc_event":
        // Whoever flushes translations waits for the other CPUs.
        if (memory.cstring(on, 16) === "tlb-flush") this.mb(id);
        break;
      case "__fsc_alloc": {
        const address = BigInt.asUintN(64, task.regs[base]!);
        if (address !== 0n) this.made(address, Number(on));
        break;
      }
      case "memset":
        // Pages that are zeroed are new ones.
        if (third >= 4096n && third % 4096n === 0n && on % 4096n === 0n) this.made(on, Number(third));
        else this.writeAll(id, part(on));
        break;
      case "memcpy":
      case "memmove":
        this.readAll(id, part(second));
        this.writeAll(id, part(on));
        break;
      case "memcmp":
        this.readAll(id, part(on));
        this.readAll(id, part(second));
        break;
    }
  }

  /** Memory is new from here on. */
  private made(address: bigint, size: number): void {
    if (this.places.size === 0) return;
    const { memory } = this.vm;
    const at = granuleOf(memory.hi(address), memory.lo(address) >>> 0);
    const end = at + ((size + 7) >> 3);
    for (const p of [...this.places.keys()]) if (p >= at && p < end) this.setPlace(p, undefined);
  }
}
