/**
 * What one order's trace says of others. Where another order may show something else (points of exploring): bytes that two
 * tasks touch, one of them writing, without a lock that both hold, unless one is created or ended between. And what is a
 * data race, as KCSAN understands it, by vector clocks: two such accesses that neither locks, wake-ups, creation, joins nor
 * marked accesses order, one of them plain. Marked accesses to one place order here whatever their kind, and a grace period
 * orders what RCU readers did before it, so a race that is told is one; some that KCSAN would tell are not. Races leave out
 * the stacks of tasks, whose places are used again.
 */
import { HI_STACK } from "../mem/memory.ts";
import { type Granule, MADE, segmentOf, TOUCH, type Touch, type Trace, WRITE } from "./trace.ts";

export interface Race {
  readonly one: Touch;
  readonly other: Touch;
}

export interface Unordered {
  /** Bytes that two tasks touched, one of them writing, without a common lock. */
  readonly granules: ReadonlySet<Granule>;
  /** Locks that more than one task took, one of them exclusively. */
  readonly locks: ReadonlySet<bigint>;
  readonly races: readonly Race[];
}

type Mode = "exclusive" | "shared";

/** Locks that a task holds, as numbers (Trace.onAt); one object for equal sets, which knows what comes of it. */
interface Held {
  readonly locks: ReadonlyMap<number, Mode>;
  /** By lock, times three: after it is dropped, taken exclusively, and shared. */
  readonly next: Map<number, Held>;
}

/** What a clock that is handed on belongs to: a lock's exclusive or shared side, or a sleeper. */
type Side = 0 | 1 | 2;
const EXCLUSIVE = 0;
const SHARED = 1;
const SLEEPER = 2;

interface Seen {
  readonly touch: Touch;
  readonly held: Held;
  /** The task's own time, by what creates and joins tasks, and by everything that orders. */
  readonly strong: number;
  readonly weak: number;
}

/** Whether a lock keeps what is done under `a` and under `b` apart. */
function apart(a: Held, b: Held): boolean {
  if (a.locks.size === 0) return false;
  for (const [lock, mode] of a.locks) {
    const other = b.locks.get(lock);
    if (other !== undefined && (mode === "exclusive" || other === "exclusive")) return true;
  }
  return false;
}

type Clock = number[];

function join(into: Clock, from: Clock): void {
  for (let i = 0; i < from.length; i++) into[i] = Math.max(into[i] ?? 0, from[i] ?? 0);
}

/** A task's two clocks: `strong` by creation and joins, `weak` by everything that orders. */
class Clocks {
  readonly strong: Clock[] = [];
  readonly weak: Clock[] = [];
  private readonly vars = new Map<number, Clock>();

  of(task: number): { strong: Clock; weak: Clock } {
    for (let t = this.strong.length; t <= task; t++) {
      this.strong[t] = [];
      this.weak[t] = [];
      this.strong[t]![t] = 1;
      this.weak[t]![t] = 1;
    }
    return { strong: this.strong[task]!, weak: this.weak[task]! };
  }

  acquire(task: number, on: number, side: Side): void {
    const v = this.vars.get(3 * on + side);
    if (v !== undefined) join(this.of(task).weak, v);
  }

  release(task: number, on: number, side: Side): void {
    const mine = this.of(task);
    let v = this.vars.get(3 * on + side);
    if (v === undefined) this.vars.set(3 * on + side, (v = []));
    join(v, mine.weak);
    mine.weak[task]!++;
  }

  private readonly heldBy: Held[] = [];
  private readonly sets = new Map<string, Held>();

  held(task: number): Held {
    return (this.heldBy[task] ??= this.oneOf(new Map()));
  }

  private oneOf(locks: ReadonlyMap<number, Mode>): Held {
    const key = [...locks].map(([lock, mode]) => `${lock}${mode[0]}`).join();
    let known = this.sets.get(key);
    if (known === undefined) this.sets.set(key, (known = { locks, next: new Map() }));
    return known;
  }

  /** @param mode null: the lock is dropped */
  private change(task: number, lock: number, mode: Mode | null): void {
    const held = this.held(task);
    const how = 3 * lock + (mode === null ? 0 : mode === "exclusive" ? 1 : 2);
    let next = held.next.get(how);
    if (next === undefined) {
      const locks = new Map(held.locks);
      if (mode === null) locks.delete(lock);
      else locks.set(lock, mode);
      held.next.set(how, (next = this.oneOf(locks)));
    }
    this.heldBy[task] = next;
  }

  take(task: number, lock: number, mode: Mode): void {
    this.change(task, lock, mode);
  }

  drop(task: number, lock: number): void {
    this.change(task, lock, null);
  }

  private readonly marked = new Map<Granule, Clock>();

  /** A marked access: orders the weak clocks only. */
  mark(touch: Touch): void {
    const mine = this.of(touch.task).weak;
    const v = this.marked.get(touch.at);
    if (v !== undefined) join(mine, v);
    if (!touch.write) return;
    const own = v ?? [];
    join(own, mine);
    this.marked.set(touch.at, own);
    mine[touch.task]!++;
  }

  /** What `other` has done so far comes before what `task` does now. */
  follow(task: number, other: number): void {
    const theirs = this.of(other);
    const mine = this.of(task);
    join(mine.strong, theirs.strong);
    join(mine.weak, theirs.weak);
    theirs.strong[other]!++;
    theirs.weak[other]!++;
  }
}

/** @param ordering places whose every access orders, and that are no point of exploring (the counter of RCU readers) */
export function unorderedIn(trace: Trace, ordering: ReadonlySet<Granule>): Unordered {
  const shared = sharedIn(trace);
  const clocks = new Clocks();
  const seen = new Map<Granule, Seen[]>();
  const out = { granules: new Set<Granule>(), locks: new Set<bigint>(), races: [] as Race[] };
  const users = new Map<number, { readonly task: number; several: boolean; alone: boolean }>();
  const known = new Set<string>();
  for (let i = 0; i < trace.length; i++) {
    const kind = trace.kindAt(i);
    const at = trace.granuleAt(i);
    if (kind === TOUCH) {
      if (ordering.has(at)) clocks.mark({ ...trace.touchAt(i), write: true });
      else if (shared.has(at)) look(trace.touchAt(i), clocks, seen, out, known);
      continue;
    }
    if (kind === MADE) {
      for (let g = 0, count = seen.size > 0 ? trace.howAt(i) : 0; g < count; g++) seen.delete(at + g);
      continue;
    }
    const task = trace.taskAt(i);
    const on = trace.onAt(i);
    const how = trace.orderAt(i);
    switch (how) {
      case "acquire":
      case "acquire-shared": {
        const alone = how === "acquire";
        if (used(users, on, task, alone)) out.locks.add(trace.addressOf(on));
        clocks.take(task, on, alone ? "exclusive" : "shared");
        clocks.acquire(task, on, EXCLUSIVE);
        if (alone) clocks.acquire(task, on, SHARED);
        break;
      }
      case "release":
        clocks.drop(task, on);
        clocks.release(task, on, EXCLUSIVE);
        break;
      case "release-shared":
        clocks.drop(task, on);
        clocks.release(task, on, SHARED);
        break;
      case "wake":
        clocks.release(task, on, SLEEPER);
        break;
      case "woken":
        clocks.acquire(task, on, SLEEPER);
        break;
      case "create":
        clocks.follow(Number(trace.addressOf(on)), task);
        break;
      case "join":
        clocks.follow(task, Number(trace.addressOf(on)));
        break;
    }
  }
  return out;
}

/** Notes who takes a lock; true: several take it, and one of them alone, so that it is a place where orders differ. */
function used(
  users: Map<number, { readonly task: number; several: boolean; alone: boolean }>,
  lock: number,
  task: number,
  alone: boolean,
): boolean {
  let u = users.get(lock);
  if (u === undefined) users.set(lock, (u = { task, several: false, alone }));
  u.several ||= u.task !== task;
  u.alone ||= alone;
  return u.several && u.alone;
}

/** Granules that two tasks touch, one of them writing. */
function sharedIn(trace: Trace): Set<Granule> {
  const SEVERAL = 1;
  const WRITTEN = 2;
  // By granule: its first task above two flags.
  const known = new Map<Granule, number>();
  const out = new Set<Granule>();
  for (let i = 0; i < trace.length; i++) {
    if (trace.kindAt(i) !== TOUCH) continue;
    const at = trace.granuleAt(i);
    const task = trace.taskAt(i);
    const before = known.get(at) ?? task << 2;
    let now = before;
    if (before >> 2 !== task) now |= SEVERAL;
    if ((trace.howAt(i) & WRITE) !== 0) now |= WRITTEN;
    if (now === before && known.has(at)) continue;
    known.set(at, now);
    if ((now & 3) === 3) out.add(at);
  }
  return out;
}

function look(
  e: Touch,
  clocks: Clocks,
  seen: Map<Granule, Seen[]>,
  out: { granules: Set<Granule>; races: Race[] },
  known: Set<string>,
): void {
  const mine = clocks.of(e.task);
  const held = clocks.held(e.task);
  let list = seen.get(e.at);
  if (list === undefined) seen.set(e.at, (list = []));
  for (const s of list) {
    const o = s.touch;
    if (o.task === e.task || !(o.write || e.write) || (o.mask & e.mask) === 0) continue;
    if (s.strong <= (mine.strong[o.task] ?? 0)) continue;
    if (!apart(s.held, held)) out.granules.add(e.at);
    if ((o.marked && e.marked) || s.weak <= (mine.weak[o.task] ?? 0) || segmentOf(e.at) === HI_STACK)
      continue;
    const key = `${o.fn}:${o.pc}|${e.fn}:${e.pc}`;
    if (known.has(key)) continue;
    known.add(key);
    out.races.push({ one: o, other: e });
  }
  if (e.marked) clocks.mark(e);
  const now: Seen = {
    touch: e,
    held,
    strong: mine.strong[e.task]!,
    weak: e.marked && e.write ? mine.weak[e.task]! - 1 : mine.weak[e.task]!,
  };
  const same = list.findIndex(
    ({ touch: o, held: under }) =>
      under === held &&
      o.task === e.task &&
      o.write === e.write &&
      o.mask === e.mask &&
      o.marked === e.marked,
  );
  if (same < 0) list.push(now);
  else list[same] = now;
}
