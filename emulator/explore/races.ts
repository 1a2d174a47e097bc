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

/** Locks that a task holds, by address with a sign for shared ones; one object for equal sets. */
type Held = ReadonlyMap<bigint, "exclusive" | "shared">;

interface Seen {
  readonly touch: Touch;
  readonly held: Held;
  /** The task's own time, by what creates and joins tasks, and by everything that orders. */
  readonly strong: number;
  readonly weak: number;
}

/** Whether a lock keeps what is done under `a` and under `b` apart. */
function apart(a: Held, b: Held): boolean {
  for (const [lock, mode] of a) {
    const other = b.get(lock);
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
  private readonly vars = new Map<string, Clock>();

  of(task: number): { strong: Clock; weak: Clock } {
    for (let t = this.strong.length; t <= task; t++) {
      this.strong[t] = [];
      this.weak[t] = [];
      this.strong[t]![t] = 1;
      this.weak[t]![t] = 1;
    }
    return { strong: this.strong[task]!, weak: this.weak[task]! };
  }

  acquire(task: number, name: string): void {
    const v = this.vars.get(name);
    if (v !== undefined) join(this.of(task).weak, v);
  }

  release(task: number, name: string): void {
    const mine = this.of(task);
    let v = this.vars.get(name);
    if (v === undefined) this.vars.set(name, (v = []));
    join(v, mine.weak);
    mine.weak[task]!++;
  }

  private readonly heldBy: Held[] = [];
  private readonly sets = new Map<string, Held>();

  held(task: number): Held {
    return (this.heldBy[task] ??= this.oneOf(new Map()));
  }

  private oneOf(held: Held): Held {
    const key = [...held].map(([lock, mode]) => `${lock}${mode[0]}`).join();
    const known = this.sets.get(key);
    if (known === undefined) this.sets.set(key, held);
    return known ?? held;
  }

  take(task: number, lock: bigint, mode: "exclusive" | "shared"): void {
    this.heldBy[task] = this.oneOf(new Map(this.held(task)).set(lock, mode));
  }

  drop(task: number, lock: bigint): void {
    const held = new Map(this.held(task));
    held.delete(lock);
    this.heldBy[task] = this.oneOf(held);
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
  const users = new Map<bigint, { readonly task: number; several: boolean; alone: boolean }>();
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
    const e = trace.orderingAt(i);
    switch (e.kind) {
      case "acquire":
      case "acquire-shared": {
        used(users, e.on, e.task, e.kind === "acquire", out.locks);
        clocks.take(e.task, e.on, e.kind === "acquire" ? "exclusive" : "shared");
        clocks.acquire(e.task, `w${e.on}`);
        if (e.kind === "acquire") clocks.acquire(e.task, `r${e.on}`);
        break;
      }
      case "release":
        clocks.drop(e.task, e.on);
        clocks.release(e.task, `w${e.on}`);
        break;
      case "release-shared":
        clocks.drop(e.task, e.on);
        clocks.release(e.task, `r${e.on}`);
        break;
      case "wake":
        clocks.release(e.task, `s${e.on}`);
        break;
      case "woken":
        clocks.acquire(e.task, `s${e.on}`);
        break;
      case "create":
        clocks.follow(Number(e.on), e.task);
        break;
      case "join":
        clocks.follow(e.task, Number(e.on));
        break;
    }
  }
  return out;
}

/** Notes who takes a lock: one that several take, and one of them alone, is a place where orders differ. */
function used(
  users: Map<bigint, { readonly task: number; several: boolean; alone: boolean }>,
  lock: bigint,
  task: number,
  alone: boolean,
  out: Set<bigint>,
): void {
  let u = users.get(lock);
  if (u === undefined) users.set(lock, (u = { task, several: false, alone }));
  u.several ||= u.task !== task;
  u.alone ||= alone;
  if (u.several && u.alone) out.add(lock);
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
