/**
 * One side's run of a case that can be gone through both ways. Nothing is logged: a place of the run is the number of
 * instructions up to it, and going there is running on from the nearest saved state. Going back runs a stretch before the
 * place again and remembers the last moment that was asked for. Leaves out what a debugger's client is told
 * (session.ts) and what values mean (values.ts).
 */
import type { Loc } from "../../emulator/c/ast.ts";
import {
  CaseRun,
  type CaseState,
  type RunOptions,
  type ScenarioCase,
  type ScenarioRun,
} from "../../emulator/scenario/runner.ts";
import { Op } from "../../emulator/vm/bytecode.ts";
import type { FnInfo } from "../../emulator/vm/image.ts";
import { FRAME_WORDS, type Task } from "../../emulator/vm/task.ts";
import type { Vm } from "../../emulator/vm/vm.ts";
import type { PatchSide } from "../review/side.ts";

/** Instructions between two saved states at first; doubled when there are many. */
const EVERY = 4_096;
const MARKS_MAX = 600;
/** Instructions that are run at once where only statements are watched for. */
const CHUNK = 1_024;
/** Every so many instructions less one, a long movement asks whether it is still wanted. */
const POLL = 0xffff;

interface Mark {
  readonly place: number;
  /** Events recorded up to it. */
  readonly recorded: number;
  readonly state: CaseState;
}

/** An open call of a task, innermost first. */
export interface OpenCall {
  readonly fn: FnInfo;
  readonly loc: Loc | null;
  /** First register and first byte of its frame memory (low word). */
  readonly fp: number;
  readonly base: number;
}

export type StepKind = "over" | "into" | "out";

/** Why a movement ended where it did. */
export type Halt = "step" | "breakpoint" | "change" | "violation" | "start" | "end" | "cancelled";

/** What a movement stops at besides its own aim. */
export interface Stops {
  /** Line ids of statements (Image.lines). */
  readonly lines: ReadonlySet<number>;
  /** Values that are watched: a movement stops before the instruction that changes one. */
  readonly values: readonly (() => bigint | null)[];
  /** Places (instruction counts), ascending. */
  readonly places: readonly number[];
}

export const NO_STOPS: Stops = { lines: new Set(), values: [], places: [] };

/** Asked now and then by a movement that takes long; true gives it up where it is. */
export type Impatience = () => boolean;

export class Recording {
  readonly side: PatchSide;
  /** The whole run, as a review has it. */
  readonly run: ScenarioRun;
  /** The first and the last place: before the first instruction and before the last. */
  readonly first = 0;
  readonly last: number;
  private readonly current: CaseRun;
  private readonly marks: Mark[] = [];
  /** What the machine had executed, in whatever runs, at place 0 of this one: natives count as steps, not here. */
  private from = 0;
  private readonly keys = new Map<number, Int32Array>();

  /** Runs the case once, whole. */
  constructor(side: PatchSide, c: ScenarioCase, options: RunOptions) {
    this.side = side;
    this.current = new CaseRun(side.booted, c, options);
    const { current, marks } = this;
    this.from = this.vm.instructions;
    let every = EVERY;
    do {
      if (marks.length >= MARKS_MAX) {
        every *= 2;
        marks.splice(0, marks.length, ...marks.filter((_m, i) => i % 2 === 0));
      }
      marks.push({ place: this.at, recorded: current.recorded, state: current.save() });
    } while (!current.advance(current.steps + every));
    this.run = current.finish();
    this.take(marks.at(-1)!);
    let last = this.at;
    while (!current.advance(current.steps + 1)) last = this.at;
    this.last = last;
    this.goTo(this.first);
  }

  get vm(): Vm {
    return this.current.vm;
  }

  /** The place: instructions executed. */
  get at(): number {
    return this.vm.instructions - this.from;
  }

  private take(mark: Mark): void {
    this.current.restore(mark.state);
    this.from = this.vm.instructions - mark.place;
  }

  /** Runs on to a place that lies ahead. A bound in steps is one in instructions at most: hence the loop. */
  private runTo(place: number): void {
    for (let before = -1; this.at < place && this.at !== before; ) {
      before = this.at;
      if (this.current.advance(this.current.steps + place - before)) break;
    }
  }

  /** Events recorded up to this place. */
  get recorded(): number {
    return this.current.recorded;
  }

  /** Goes to a place, forward or back. */
  goTo(place: number): void {
    const wanted = Math.max(this.first, Math.min(place, this.last));
    const mark = this.markBefore((m) => m.place <= wanted);
    if (this.at > wanted || this.at < mark.place) this.take(mark);
    this.runTo(wanted);
  }

  /** The memory may have served another run meanwhile: takes this place's state up again. */
  resume(): void {
    const { at } = this;
    this.take(this.markBefore((m) => m.place <= at));
    this.runTo(at);
  }

  private markBefore(fits: (m: Mark) => boolean): Mark {
    return this.marks.findLast(fits) ?? this.marks[0]!;
  }

  /** Executes one instruction; false: there is none after this place. */
  private one(): boolean {
    if (this.at >= this.last) return false;
    this.runTo(this.at + 1);
    return true;
  }

  // ---- where tasks are -------------------------------------------------------------------------------------------

  get tasks(): readonly Task[] {
    return this.vm.tasks;
  }

  /** The task whose instruction is next. */
  get running(): Task | null {
    return this.vm.current;
  }

  /** Open calls of a task, innermost first; none when it has ended. */
  calls(task: Task): OpenCall[] {
    if (task.fn === null || task.state === "done") return [];
    const stack = this.vm.stack(task);
    const out: OpenCall[] = [{ ...stack[0]!, fp: task.fp, base: task.frameBase }];
    for (let d = task.depth - 1, i = 1; d >= 0; d--, i++) {
      const f = d * FRAME_WORDS;
      out.push({ ...stack[i]!, fp: task.frames[f + 2]!, base: task.frames[f + 3]! });
    }
    return out;
  }

  /** The line that a task is on, as a number that tells lines apart: of the mail where it shows it, else of its file. */
  private lineOf(task: Task): number {
    const { fn } = task;
    if (fn === null) return 0;
    const body = this.vm.bodies[fn.id];
    if (body === undefined) return 0;
    let keys = this.keys.get(fn.id);
    if (keys === undefined) {
      keys = Int32Array.from(body.locs, (loc) => {
        const docLine = this.side.docLine(loc);
        if (docLine > 0) return docLine;
        const { line } = this.side.sourceOf(loc);
        return -1 - line;
      });
      this.keys.set(fn.id, keys);
    }
    return keys[task.pc >> 2] ?? 0;
  }

  /** The statement that a task is about to begin, by line id; -1: it is within one. */
  private statement(task: Task): number {
    const code = task.fn === null ? undefined : this.vm.bodies[task.fn.id]?.code;
    return code?.[task.pc] === Op.LINE ? code[task.pc + 1]! : -1;
  }

  // ---- forward ---------------------------------------------------------------------------------------------------

  /** One step of a task; other tasks run meanwhile where it waits for them. */
  step(kind: StepKind, id: number, stops: Stops, impatient: Impatience = () => false): Halt {
    const task = this.tasks[id];
    if (task === undefined || task.state === "done" || task.fn === null)
      return this.forward(stops, impatient);
    const from = { depth: task.depth, fn: task.fn, line: this.lineOf(task) };
    const watch = new Watcher(stops.values);
    for (let n = 0, place = this.at; this.one(); place = this.at, n++) {
      if ((n & POLL) === POLL && impatient()) return "cancelled";
      if (watch.changed()) {
        this.goTo(place);
        return "change";
      }
      if (stops.places.includes(this.at)) return "violation";
      if (this.begins(stops)) return "breakpoint";
      const now = this.running;
      if (now === null || now.id !== id) continue;
      if (now.depth < from.depth) return "step";
      if (kind === "out") continue;
      const elsewhere = now.fn !== from.fn || this.lineOf(now) !== from.line;
      if (elsewhere && (kind === "into" || now.depth === from.depth)) return "step";
    }
    return "end";
  }

  /** On to the next stop. */
  forward(stops: Stops, impatient: Impatience = () => false): Halt {
    const aim = stops.places.find((p) => p > this.at) ?? -1;
    const end = aim < 0 ? this.last : aim;
    const watch = new Watcher(stops.values);
    for (let n = 0; this.at < end; n++) {
      if ((n & 0x3f) === 0x3f && impatient()) return "cancelled";
      const start = this.at;
      const upTo = Math.min(start + CHUNK, end);
      if (stops.values.length === 0) {
        // Whether a statement was begun shows in how often it was; only then is the stretch gone through one by one.
        const before = this.hits(stops);
        this.runTo(upTo);
        if (this.hits(stops) === before && !this.begins(stops)) continue;
        this.goTo(start);
      }
      for (let place = start; this.at < upTo && this.one(); place = this.at) {
        if (watch.changed()) {
          this.goTo(place);
          return "change";
        }
        if (this.begins(stops)) return "breakpoint";
      }
    }
    return aim < 0 ? "end" : "violation";
  }

  /** Whether the next instruction begins a statement that has a breakpoint. */
  private begins(stops: Stops): boolean {
    return stops.lines.size > 0 && this.running !== null && stops.lines.has(this.statement(this.running));
  }

  private hits(stops: Stops): number {
    let n = 0;
    for (const id of stops.lines) n += this.vm.hitsOf(id);
    return n;
  }

  // ---- back ------------------------------------------------------------------------------------------------------

  /**
   * Runs what lies before this place again, stretch by stretch backwards, and goes to the last place that `look` names.
   * Stretches overlap by one place. "start": there is none, and nothing has moved.
   */
  private back(look: Look, impatient: Impatience): Halt {
    const here = this.at;
    let end = here;
    for (let stretch = 1; ; stretch *= 2) {
      const index = Math.max(0, this.marks.findLastIndex((m) => m.place < end) + 1 - stretch);
      const mark = this.marks[index]!;
      let found = -1;
      let why: Halt = "start";
      const note = (halt: Halt | null, place: number): void => {
        if (halt === null || place >= here) return;
        found = place;
        why = halt;
      };
      this.take(mark);
      look.begin(index === 0);
      for (let n = 0; this.at < end; n++) {
        if ((n & POLL) === POLL && impatient()) {
          this.goTo(here);
          return "cancelled";
        }
        const place = this.at;
        note(look.before(), place);
        if (!this.one()) break;
        note(look.after(), place);
      }
      if (found >= 0) {
        this.goTo(found);
        return why;
      }
      if (index === 0) break;
      end = mark.place + 1;
    }
    this.goTo(here);
    return "start";
  }

  /** The line before the one that a task is on, in its function or in a caller; from within a line not to its own start. */
  stepBack(id: number, impatient: Impatience = () => false): Halt {
    const stands = this.standing(id);
    const halt = this.toLineStart(id, impatient);
    return halt === "step" && this.standing(id) === stands ? this.toLineStart(id, impatient) : halt;
  }

  private standing(id: number): string {
    const task = this.tasks[id];
    return task === undefined ? "" : `${task.depth} ${task.fn?.id} ${this.lineOf(task)}`;
  }

  /** The last place before this one at which a line begins, in the task's function or in a caller. */
  private toLineStart(id: number, impatient: Impatience): Halt {
    const task = this.tasks[id];
    if (task === undefined || this.at <= this.first) return "start";
    const { depth } = task;
    // A line begins where depth, function or line differ from those of the instruction before.
    let last = "";
    let known = false;
    return this.orStart(
      this.back(
        {
          begin: (atStart) => {
            last = "";
            known = atStart;
          },
          before: () => {
            const now = this.running;
            if (now === null || now.id !== id || now.depth > depth) return null;
            const key = `${now.depth} ${now.fn?.id} ${this.lineOf(now)}`;
            const begins = known && key !== last;
            last = key;
            known = true;
            return begins ? "step" : null;
          },
          after: () => null,
        },
        impatient,
      ),
    );
  }

  /** Back to the last stop before this place. */
  backward(stops: Stops, impatient: Impatience = () => false): Halt {
    let watch = new Watcher([]);
    return this.orStart(
      this.back(
        {
          begin: () => {
            watch = new Watcher(stops.values);
          },
          before: () =>
            stops.places.includes(this.at) ? "violation" : this.begins(stops) ? "breakpoint" : null,
          after: () => (watch.changed() ? "change" : null),
        },
        impatient,
      ),
    );
  }

  private orStart(halt: Halt): Halt {
    if (halt === "start") this.goTo(this.first);
    return halt;
  }

  /** Goes back before the last instruction that changed a value; "start": nothing did, and nothing has moved. */
  lastChange(value: () => bigint | null, impatient: Impatience = () => false): Halt {
    let watch = new Watcher([]);
    return this.back(
      {
        begin: () => {
          watch = new Watcher([value]);
        },
        before: () => null,
        after: () => (watch.changed() ? "change" : null),
      },
      impatient,
    );
  }

  /** The place of an event: before the instruction that made it. */
  placeOf(seq: number): number {
    const here = this.at;
    this.take(this.markBefore((m) => m.recorded <= seq));
    let place = this.at;
    while (this.recorded <= seq) {
      place = this.at;
      if (!this.one()) break;
    }
    this.goTo(here);
    return place;
  }
}

/** What `back` asks of each stretch: at its start, before each instruction and after it. */
interface Look {
  begin(atStart: boolean): void;
  before(): Halt | null;
  after(): Halt | null;
}

/** Values that are read again and again; null: there is none at present. */
class Watcher {
  private readonly read: readonly (() => bigint | null)[];
  private readonly known: (bigint | null)[];

  constructor(read: readonly (() => bigint | null)[]) {
    this.read = read;
    this.known = read.map((r) => r());
  }

  /** Whether one is another than when last asked; coming and going is no change. */
  changed(): boolean {
    let changed = false;
    for (let i = 0; i < this.known.length; i++) {
      const now = this.read[i]!();
      if (now === this.known[i]) continue;
      changed ||= now !== null && this.known[i] !== null;
      this.known[i] = now;
    }
    return changed;
  }
}
