/**
 * Tries the orders in which the tasks of one scenario case can run: depth first from saved states, every order with at most
 * `bound` preemptions; then orders drawn by priorities (PCT) without that bound. Where orders may differ is found by
 * running: locks that several tasks take, and bytes at which two tasks met unordered (races.ts); when a run shows more of
 * them, exploring starts again with them. Of orders in which dependent steps come in the same sequence one is run. Says what
 * was tried and what was left out. Leaves out what a fault means for a patch (server/review/explore.ts).
 */
import {
  type BootedImage,
  CaseRun,
  type CaseState,
  type ScenarioCase,
  type ScenarioRun,
} from "../scenario/runner.ts";
import { Prng } from "../sched/scheduler.ts";
import { Explorer, Follower, type Hot, type Pause, type PilotState, type Turn } from "./pilot.ts";
import { type Race, type Unordered, unorderedIn } from "./races.ts";
import type { Schedule, Switch } from "./schedule.ts";

export interface ExploreOptions {
  /** Preemptions that an order tried systematically may have. */
  readonly bound: number;
  /** Runs to the end, all phases together. */
  readonly schedules: number;
  /** Orders drawn at random after the systematic part, of `schedules` at most. */
  readonly random: number;
  readonly seed: number;
  /** Instructions of a run. */
  readonly stepLimit: number;
  /** Instructions that all orders together may execute (default: any number); exploring ends with the order that passes it. */
  readonly work?: number;
  /** What is wrong with a run: one text a kind of fault; null: nothing can be said of it. */
  readonly faults: (run: ScenarioRun) => readonly string[] | null;
  /** Asked after each run; true ends exploring, which says so. */
  readonly stop?: () => boolean;
  /** false: every order is run, also those that come to the same (to measure what that saves). */
  readonly reduce?: boolean;
  /** Stores may be seen late (weak.ts); a load that finds an older value counts as a preemption. */
  readonly weak?: boolean;
  /** false: what a task has done before is looked at each time (to measure what that costs, and that it shows the same). */
  readonly again?: boolean;
  /** Places that are known beforehand: those of another exploration in the same address space. */
  readonly hot?: Hot;
  /** Asked once, with the functions that a few orders executed: false ends exploring, which then says nothing. */
  readonly worth?: (functions: ReadonlySet<number>) => boolean;
}

/** How often a fault was seen, and the smallest order that shows it. */
export interface FaultSeen {
  readonly fault: string;
  readonly count: number;
  readonly schedule: Schedule;
  readonly preemptions: number;
}

export interface Exploration {
  /** Orders that were run to their end; two of them differ in the sequence of dependent steps. */
  readonly orders: number;
  /** Of `orders`, those drawn at random. */
  readonly drawn: number;
  /** Runs left because what follows had been tried from an equal state. */
  readonly pruned: number;
  /** Of `orders`, those whose end was known: once their tasks were done, the machine was as another order had left it. */
  readonly alike: number;
  /** Preemptions that the bound left out. */
  readonly beyondBound: number;
  readonly bound: number;
  /** Everything within the bound was tried. */
  readonly exhausted: boolean;
  /** What ran out, or "": then, where `exhausted` is false, places to switch at were still being met. */
  readonly cut: string;
  /** Different states met at places where tasks may switch. */
  readonly states: number;
  /** Bytes in eights, and locks, at which orders may differ. */
  readonly places: { readonly granules: number; readonly locks: number };
  /** The same as sets, for `ExploreOptions.hot`. */
  readonly hot: Hot;
  /** Instructions of all orders, each from its beginning. */
  readonly steps: number;
  /** Of the instructions executed, those of stretches that had been looked at before (stretches.ts). */
  readonly notLookedAt: number;
  /** Orders whose run says nothing: what the engine does not model, limits. */
  readonly unusable: number;
  readonly faults: readonly FaultSeen[];
  readonly races: readonly Race[];
  /** Ids of the functions that some order executed. */
  readonly functions: readonly number[];
  readonly taskNames: readonly string[];
}

/** Times that exploring starts again because it has learnt of more places; and of `schedules`, how often all starts may use them. */
const RESTARTS = 60;
const SPENT = 3;
/** Orders drawn before all else to learn of places, and how many in a row that show no new one end that. */
const SCOUTS = 24;
const SCOUTS_QUIET = 6;
/** States that are remembered. */
const STATES_MAX = 400_000;
/** Changes of priority in an order drawn by PCT. */
const DEPTH = 3;
/** Of the loads of an order drawn by PCT that may find an older value, every LATEth does. */
const LATE = 3;
/** Runs that make one order small. */
const SHRINKS = 60;

/** What a run shows that goes on from where its tasks are done. */
interface Outcome {
  readonly faults: readonly string[] | null;
}

/** Outcomes that are remembered. */
const OUTCOMES_MAX = 100_000;

interface Node {
  readonly run: CaseState;
  readonly pilot: PilotState;
  readonly path: readonly Switch[];
  readonly preemptions: number;
  readonly cost: number;
  readonly current: number;
  /** The load's task is to find older values: `left` are ages; otherwise tasks. */
  readonly late: boolean;
  readonly left: number[];
}

/** Explores one case. Deterministic: the same image, case and options give the same result, unless `stop` cuts it. */
export function explore(booted: BootedImage, c: ScenarioCase, options: ExploreOptions): Exploration {
  return new Exploring(booted, c, options).all();
}

class Exploring {
  private readonly options: ExploreOptions;
  private readonly pilot: Explorer;
  private readonly run: CaseRun;
  private readonly root: { readonly run: CaseState; readonly pilot: PilotState } | null;
  private readonly faults = new Map<string, { count: number; schedule: Schedule; preemptions: number }>();
  private readonly races = new Map<string, Race>();
  private readonly functions = new Set<number>();
  private visited = new Map<number, number>();
  private ends = new Set<number>();
  private orders = 0;
  private drawn = 0;
  /** Runs since exploring last started again, and in all. */
  private runs = 0;
  private spent = 0;
  private pruned = 0;
  private alike = 0;
  /** By the state of the machine where the tasks of a run are done. */
  private readonly outcomes = new Map<string, Outcome>();
  /** The last such state of this run, "": none yet. */
  private alone = "";
  private beyondBound = 0;
  private unusable = 0;
  private steps = 0;
  /** Instructions that were executed: an order's beginning, which it shares with another, once. */
  private executed = 0;
  private cut = "";
  /** Places were met after the last start: what lies before them was tried without them. */
  private late = false;
  private taskNames: readonly string[] = [];

  constructor(booted: BootedImage, c: ScenarioCase, options: ExploreOptions) {
    this.options = options;
    this.pilot = new Explorer(options.weak === true);
    this.run = new CaseRun(booted, c, { stepLimit: options.stepLimit, scheduler: this.pilot });
    this.pilot.attach(this.run.vm);
    for (const g of options.hot?.granules ?? []) this.pilot.hot.granules.add(g);
    for (const l of options.hot?.locks ?? []) this.pilot.hot.locks.add(l);
    // Up to here there is one order only.
    this.root = this.run.advance() ? null : { run: this.run.save(), pilot: this.pilot.keep() };
  }

  all(): Exploration {
    if (this.root === null) {
      this.ended([], 0);
    } else {
      this.scout();
      if (this.options.worth?.(this.functions) === false) return this.result(false);
      if (this.options.again !== false) this.pilot.remember();
      for (let round = 0; ; round++) {
        this.begin();
        const more = this.systematic(round < RESTARTS);
        if (!more) break;
      }
      let exhausted = this.cut === "" && !this.late;
      this.random();
      exhausted &&= !this.late;
      return this.result(exhausted);
    }
    return this.result(true);
  }

  private begin(): void {
    this.visited = new Map();
    this.ends = new Set();
    this.runs = 0;
    this.orders = 0;
    this.drawn = 0;
    this.pruned = 0;
    this.alike = 0;
    this.beyondBound = 0;
    this.unusable = 0;
    for (const f of this.faults.values()) f.count = 0;
  }

  private back(to: { readonly run: CaseState; readonly pilot: PilotState }): void {
    this.run.restore(to.run);
    this.pilot.back(to.pilot);
    this.alone = "";
  }

  /**
   * Runs on to the next place to switch at; true: the run has ended, or how it ends is known. A load at which it was left
   * finds the write `age` before the newest.
   */
  private advance(age = 0): boolean {
    for (;;) {
      this.pilot.resume(age);
      age = 0;
      const before = this.run.steps;
      const ended = this.run.advance();
      this.executed += this.run.steps - before;
      if (ended) return true;
      if (this.pilot.paused?.kind !== "alone") return false;
      this.alone = this.run.signature(this.root!.run);
      if (this.options.reduce !== false && this.outcomes.has(this.alone)) return true;
    }
  }

  /** A task did not do what it had done before: tasks share what is not known. True: exploring begins again and looks. */
  private astray(): boolean {
    if (!this.pilot.astray) return false;
    this.pilot.watchAll();
    return true;
  }

  private outOfBudget(): boolean {
    const { schedules } = this.options;
    if (this.runs >= schedules || this.spent >= SPENT * schedules)
      this.cut ||= `the budget of ${schedules} orders`;
    else if (this.executed >= (this.options.work ?? Infinity))
      this.cut ||= `the budget of ${this.options.work} instructions`;
    else if (this.options.stop?.() === true) this.cut ||= "the time";
    return this.cut !== "";
  }

  /** All orders within the bound; true: more places are known now, and it is to begin again. */
  private systematic(mayRestart: boolean): boolean {
    const { bound } = this.options;
    const stack: Node[] = [];
    let path: Switch[] = [];
    let preemptions = 0;
    let age = 0;
    this.back(this.root!);
    // The root is a choice among the tasks that there are.
    let pause: Pause | null = this.firstPause();
    for (;;) {
      let live = true;
      if (pause !== null) {
        const { current, runnable, kind, ways } = pause;
        if (this.seen(current, kind, bound - preemptions)) {
          this.pruned++;
          live = false;
        } else {
          const late = kind === "late";
          const cost = kind === "choice" ? 0 : 1;
          const others = late
            ? Array.from({ length: ways - 1 }, (_, i) => i + 1)
            : runnable.filter((t) => t !== current);
          if (preemptions + cost > bound) this.beyondBound += others.length;
          else
            stack.push({
              run: this.run.save(),
              pilot: this.pilot.keep(),
              path,
              preemptions,
              cost,
              current,
              late,
              left: others,
            });
        }
      }
      if (live) {
        const ended = this.advance(age);
        age = 0;
        if (this.astray()) return true;
        if (ended) {
          const grew = this.ended(path, preemptions);
          if (
            grew &&
            mayRestart &&
            this.spent < SPENT * this.options.schedules &&
            this.options.stop?.() !== true
          )
            return true;
          this.late ||= grew;
          if (this.outOfBudget()) return false;
          live = false;
        } else pause = this.pilot.paused;
      }
      if (live) continue;
      let node = stack.at(-1);
      while (node !== undefined && node.left.length === 0) {
        stack.pop();
        node = stack.at(-1);
      }
      if (node === undefined) return false;
      const to = node.left.shift()!;
      this.back(node);
      if (node.late) age = to;
      path = [...node.path, node.late ? this.finds(node.current, to) : this.switchTo(node.current, to)];
      preemptions = node.preemptions + node.cost;
      pause = null;
    }
  }

  /** The pause at which the root was saved. */
  private firstPause(): Pause {
    const { vm } = this.run;
    const runnable = vm.tasks.filter((t) => t.state === "runnable").map((t) => t.id);
    return { kind: "choice", current: vm.current!.id, runnable, ways: 1 };
  }

  /** What the load at which a task was left finds. */
  private finds(task: number, age: number): Switch {
    return { task, count: this.pilot.counts[task] ?? 0, to: task, age };
  }

  private switchTo(from: number, to: number): Switch {
    const { vm } = this.run;
    vm.switchTo(to);
    // Where the last task blocked, the switch belongs to that task: the follower looks there.
    return { task: this.lastRun(from), count: this.pilot.counts[this.lastRun(from)] ?? 0, to };
  }

  /** The task that was running when the run was left. */
  private lastRun(current: number): number {
    return this.pilot.lastTask < 0 ? current : this.pilot.lastTask;
  }

  /** Whether an equal state was met with as many preemptions left. */
  private seen(current: number, kind: Pause["kind"], left: number): boolean {
    // Where nobody ran, and where the one chosen then comes to its first point, are two places.
    const key = this.pilot.signature(
      kind === "point" ? current : kind === "late" ? 1000 + current : -2 - current,
    );
    const known = this.visited.get(key);
    if (known !== undefined && known >= left) return this.options.reduce !== false;
    if (this.visited.size < STATES_MAX) this.visited.set(key, left);
    return false;
  }

  /** A run has ended: what it shows. True: there are more places than were known. */
  private ended(path: Schedule, preemptions: number): boolean {
    const known = this.options.reduce === false ? undefined : this.outcomes.get(this.alone);
    if (known !== undefined) this.alike++;
    const { faults } = known ?? this.finished();
    this.runs++;
    this.spent++;
    this.orders++;
    this.steps += this.run.steps - (this.root?.run.vm.steps ?? 0);
    this.run.vm.addEntered(this.functions);
    this.ends.add(this.pilot.signature(0));
    if (faults === null) this.unusable++;
    for (const fault of new Set(faults ?? [])) {
      const known = this.faults.get(fault);
      if (known === undefined) this.faults.set(fault, { count: 1, schedule: path, preemptions });
      else {
        known.count++;
        if (preemptions < known.preemptions) {
          known.schedule = path;
          known.preemptions = preemptions;
        }
      }
    }
    return this.learn(unorderedIn(this.pilot.trace, this.pilot.keptPlaces()));
  }

  /** Runs to the end, which shows something new. */
  private finished(): Outcome {
    const run = this.run.finish();
    this.taskNames = run.taskNames;
    const outcome = { faults: this.options.faults(run) };
    if (this.alone !== "" && this.outcomes.size < OUTCOMES_MAX) this.outcomes.set(this.alone, outcome);
    return outcome;
  }

  private learn(u: Unordered): boolean {
    const { hot } = this.pilot;
    const before = hot.granules.size + hot.locks.size;
    for (const g of u.granules) hot.granules.add(g);
    for (const l of u.locks) hot.locks.add(l);
    const grew = hot.granules.size + hot.locks.size > before;
    if (grew) this.pilot.forget();
    // Of a run that was known in part without them, the places of its accesses are not sure.
    if (grew && this.pilot.unwatched) return true;
    for (const r of u.races) {
      const key = `${r.one.fn}:${r.one.pc}|${r.other.fn}:${r.other.pc}`;
      if (!this.races.has(key)) this.races.set(key, r);
    }
    return grew;
  }

  /** Draws a few orders to learn where tasks meet, so that the systematic part need not start again for each place. */
  private scout(): void {
    const prng = new Prng(0x5eed);
    const most = Math.min(SCOUTS, this.options.schedules);
    for (let n = 0, quiet = 0; n < most && quiet < SCOUTS_QUIET && !this.outOfBudget(); n++)
      quiet = this.draw(prng) ? 0 : quiet + 1;
    this.cut = "";
  }

  /** Orders drawn at random beyond the bound. */
  private random(): void {
    const prng = new Prng(this.options.seed);
    for (let n = 0; n < this.options.random && !this.outOfBudget(); n++) {
      const end = this.ends.size;
      this.late = this.draw(prng) || this.late;
      // An order that was run before says nothing new.
      if (this.ends.size === end && this.options.reduce !== false) this.orders--;
      else this.drawn++;
    }
  }

  /**
   * One order by priorities: the task of the highest runs; at a few places drawn beforehand the running one becomes the
   * lowest. True: it met places that were not known.
   */
  private draw(prng: Prng): boolean {
    this.back(this.root!);
    const priority: number[] = this.run.vm.tasks.map(() => prng.next());
    const changes = Array.from({ length: DEPTH }, () => prng.below(4 * (this.visitedDepth + 1)));
    const path: Switch[] = [];
    let preemptions = 0;
    let lowest = 0;
    let pause: Pause | null = this.firstPause();
    for (let at = 0; ; at++) {
      let age = 0;
      if (pause?.kind === "late") {
        if (prng.below(LATE) === 0) {
          age = 1 + prng.below(pause.ways - 1);
          path.push(this.finds(pause.current, age));
          preemptions++;
        }
      } else if (pause !== null) {
        const { current, runnable, kind } = pause;
        if (changes.includes(at)) priority[current] = --lowest;
        const best = [...runnable].sort((a, b) => (priority[b] ?? 0) - (priority[a] ?? 0) || a - b)[0]!;
        if (best !== current) {
          path.push(this.switchTo(current, best));
          if (kind === "point") preemptions++;
        }
      }
      const ended = this.advance(age);
      if (this.astray()) return this.draw(prng);
      if (ended) {
        this.visitedDepth = Math.max(this.visitedDepth, at);
        break;
      }
      pause = this.pilot.paused;
    }
    return this.ended(path, preemptions);
  }
  private visitedDepth = 1;

  private result(exhausted: boolean): Exploration {
    const { hot } = this.pilot;
    // Seen before the places were all known, and not met again within the budget: one order more each.
    for (const f of this.faults.values())
      if (f.count === 0) {
        f.count = 1;
        this.orders++;
      }
    return {
      orders: this.orders,
      drawn: this.drawn,
      pruned: this.pruned,
      alike: this.alike,
      beyondBound: this.beyondBound,
      bound: this.options.bound,
      exhausted,
      cut: this.cut,
      states: this.visited.size,
      places: { granules: hot.granules.size, locks: hot.locks.size },
      hot,
      steps: this.steps,
      notLookedAt: this.pilot.notLookedAt,
      unusable: this.unusable,
      faults: [...this.faults].map(([fault, f]) => ({ fault, ...f })),
      races: [...this.races.values()],
      functions: [...this.functions].sort((a, b) => a - b),
      taskNames: this.taskNames,
    };
  }
}

/** A run in a given order, and where it turned. `onTurn` hears of each turn before it is taken. */
export function follow(
  booted: BootedImage,
  c: ScenarioCase,
  schedule: Schedule,
  stepLimit: number,
  onTurn?: (turn: Turn, run: CaseRun) => void,
): { readonly run: ScenarioRun; readonly turns: readonly Turn[] } {
  const pilot = new Follower(schedule);
  const run = new CaseRun(booted, c, { stepLimit, scheduler: pilot });
  pilot.attach(run.vm);
  pilot.onTurn = onTurn === undefined ? null : (turn) => onTurn(turn, run);
  while (!run.advance()) pilot.take(run.vm.current!.id);
  return { run: run.finish(), turns: pilot.turns };
}

/** The same fault with as few switches as leaving them out one by one comes to. */
export function shrink(
  schedule: Schedule,
  shows: (schedule: Schedule) => boolean,
): { readonly schedule: Schedule; readonly runs: number } {
  let best = schedule;
  let runs = 0;
  for (let i = best.length - 1; i >= 0 && runs < SHRINKS; i--) {
    const without = best.filter((_, j) => j !== i);
    runs++;
    if (shows(without)) best = without;
  }
  return { schedule: best, runs };
}
