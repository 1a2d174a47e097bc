/**
 * What a watched kind of thing is to the rest of the program: one folder beside this file with a `SubjectModule`, and one
 * line in the table (index.ts). The machine, the runner, the comparison, blame and every surface ask the module; none of
 * them knows a kind. The order of a run:
 *
 * 1. `watch(recorder)`, once a machine: what of memory the module listens to, and the natives that the C calls for it.
 *    What it hears it records, as `ChangeEvent`s (`recorder.change`) or as events of its own (event.ts).
 * 2. `begin(judge, run)`, when judging starts: the state of the run, which is the judge that the module's rules see.
 * 3. `heard(state, event)` for each event, before any rule sees it; `quiesce(state)` at each quiescent point, before any
 *    rule's `onQuiesce`: here the truth is recomputed.
 *
 * Afterwards only plain data is left (events, violations), and `sameThing`, `changeOf`, `eventText` and `onLines` tell of
 * it; they keep no state. To add a kind: a folder with events or fields, state, words and rules; a line in SUBJECTS
 * (index.ts); a fixture for each rule (test/fixtures/rules). Leaves out what a rule is (rule.ts).
 */
import type { EraRow } from "../kernel/era.ts";
import type { Memory } from "../mem/memory.ts";
import type { Place } from "../trace/recorded.ts";
import type { Image } from "../vm/image.ts";
import type { NativeFunction } from "../vm/native.ts";
import type { EventBody, MachineEvent } from "./event.ts";
import type { Judge, Rule } from "./rule.ts";
import type { Change, SubjectId } from "./subject.ts";

/** What a module may ask of the machine that records. */
export interface Recorder {
  readonly memory: Memory;
  /** Whether the scenario runs: what happens while the machine boots is no event. */
  readonly watching: boolean;
  /** Records that a field of a thing changed, at the running task's place. */
  change(of: SubjectId, change: Change): void;
  /** Records an event of the module's own form. */
  push(event: EventBody): void;
  /** Marks memory, so that writes to it are heard. */
  mark(base: bigint, size: number): void;
  /** String argument `i` of a native's call, "" for NULL. */
  text(call: Parameters<NativeFunction>[0], i: number): string;
  /** When and where an event would be recorded now, null when no more are; `add` records one made with it (for what is
   *  heard so often that `push` costs too much). */
  place(): Place | null;
  add(event: MachineEvent): void;
}

/** A write to marked memory; values of `size` bytes, unsigned. */
export type WriteListener = (hi: number, lo: number, size: number, before: bigint, after: bigint) => void;

/** What a module listens to on one machine. */
export interface Watch {
  /** High words of addresses whose writes are this module's, with what hears them (equal values too). */
  readonly segments?: ReadonlyMap<number, WriteListener>;
  /** Kinds of objects by the name that the C gives to __fsc_watch(), with what hears of them (changes only). */
  readonly objects?: ReadonlyMap<string, WriteListener>;
  /** Names of heap objects that are watched from their allocation, to the kind in `objects`. */
  readonly allocated?: ReadonlyMap<string, string>;
  /** Functions that the C calls for this kind. */
  readonly natives?: Readonly<Record<string, NativeFunction>>;
  /** What the listener itself remembers, as data that is never written afterwards, and back. */
  save(): unknown;
  restore(saved: unknown): void;
  /** Struct pages came (while watching) or went. */
  memoryAdded?(startPfn: number, count: number): void;
  memoryRemoved?(): void;
  /** Before a step begins and before a quiescent point: what appeared is set up by now. */
  quietMoment?(): void;
  /** The machine has booted: what is there is marked now. */
  booted?(memory: Memory, image: Image): void;
  /** The thing that a function deals with, by the pointers in its named locals (high and low words); null: none. */
  inHand?(pointers: readonly { readonly hi: number; readonly lo: number }[]): number | null;
}

/** What is there to be judged. */
export interface JudgedRun {
  readonly memory: Memory;
  readonly image: Image;
  readonly era: EraRow;
  /** Addresses that may stand in events as values, to what a reader calls them ("file 0"); modules add to it. */
  readonly names: Map<bigint, string>;
}

/** How things are called. */
export interface Words {
  /** Addresses to what they are called ("file 0"). */
  readonly names: ReadonlyMap<bigint, string>;
  /** "long": with all that names a thing; "short": enough in a line of a table. */
  readonly style: "long" | "short";
}

/** What an event is to one thing, as a reader is told: a field of it that takes another value. */
export interface Telling {
  readonly field: string;
  readonly before: string;
  readonly after: string;
  /** The value after, where the field is a count. */
  readonly count?: number;
  /** Place of what holds the field, where a thing has several of it (page-table entries): tells them apart. */
  readonly holder?: bigint;
}

/** One thing that is to be seen of a thing at a moment: a field, or what refers to it. */
export interface Seen {
  readonly name: string;
  readonly value: string;
  /** Where it lies in memory, for whoever waits for it to change. */
  readonly at?: { readonly address: bigint; readonly size: number };
}

/** A kind of thing to watch. `W` is what `watch` gives, `S` the state of a judged run. */
export interface SubjectModule<W extends Watch = Watch, S = unknown> {
  /** `SubjectId.kind`. */
  readonly kind: string;
  /** Kinds of events (`MachineEvent.kind`) that are this module's own; none when it records changes. */
  readonly events: readonly MachineEvent["kind"][];
  readonly rules: readonly Rule<S>[];
  watch(recorder: Recorder): W;
  begin(judge: Judge, run: JudgedRun, watch: W): S;
  /** What a state holds beyond emulated memory, as data that is never written afterwards, and back (a run can be left and
   *  taken up at any instruction). */
  save(state: S): unknown;
  restore(state: S, saved: unknown): void;
  heard?(state: S, event: MachineEvent): void;
  quiesce?(state: S): void;
  /** Whether two ids are parts of one thing: what is wrong with one explains what is wrong with the other. */
  sameThing(a: number, b: number): boolean;
  /** The change that an event is to a thing, null when it is none. */
  changeOf(event: MachineEvent, id: number): Change | null;
  /** An event of this module in words, without who did it: "_refcount of block 3: 1 -> 2". */
  eventText(event: MachineEvent, words: Words): string;
  /** What a reader calls a thing: "block 3 (pfn 0x100003)". */
  nameOf(id: number, words: Words): string;
  /** What an event of this module is to a thing: a field's change, null when it changes none, "other" when it is about
   *  another thing. With id -1 every change is told. */
  telling(event: MachineEvent, id: number, words: Words): Telling | null | "other";
  /** The thing of this kind that an address (high and low word) is of; null: none. */
  thingAt(hi: number, lo: number): number | null;
  /** What there is of a thing between two instructions, for somebody who looks at a stopped run. */
  look(memory: Memory, image: Image, id: number, words: Words): readonly Seen[];
  /** Who did it, as a reader is told: nobody, the function, or the function and its caller. */
  actors(event: MachineEvent): 0 | 1 | 2;
  /** Whether an event is told at the line of the patch that did it. */
  onLines(event: MachineEvent): boolean;
}
