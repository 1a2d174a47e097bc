/**
 * One path of a function: memory, what is decided of its unknowns, the books, and the choices that were put to it. The
 * walker (walk.ts) executes C over it; calls.ts says what a call does. Leaves out choosing paths (explore.ts).
 */

import type { Loc } from "../c/ast.ts";
import { compare } from "../c/build.ts";
import { type CType, isBool, isInteger, sizeOf } from "../c/ctype.ts";
import type { Program } from "../c/link.ts";
import { expansionLoc } from "../c/token.ts";
import type { BinOp, CmpOp, FnTree, FunctionSym, LocalVar, ObjectSym, X } from "../c/tree.ts";
import { Books, type Spot } from "./books.ts";
import type { ChangedStatements } from "./changed_statements.ts";
import { Constraints, type Question, stripped } from "./constraints.ts";
import type { Contracts, Kind } from "./contract.ts";
import type { Choice, Copied, Fault } from "./finding.ts";
import { type GivenBack, type Parted, plainName } from "./ledger.ts";
import {
  addPart,
  clear,
  freshAt,
  layoutSafe,
  Memory,
  memberAt,
  memberFrom,
  memberTypeFrom,
  memoryName,
  type Obj,
  put,
  sizeSafe,
} from "./memory.ts";
import { type NullSource, Nulls, nullSourceOf } from "./nulls.ts";
import {
  type CallOrigin,
  COUNTS,
  isErrAddress,
  type Limit,
  opText,
  type Unknown,
  unknown,
  type Value,
} from "./value.ts";

/** What is done with a counter that is read and changed in one. */
export const COUNTER_USED = "a counter is used";
/** What was done with a pointer: of a counter in words that say what it lies in. */
const done = (what: string, counted: string): string => (what === COUNTER_USED ? counted : what);

/** Ends a path: nothing after this place runs. */
export class PathEnd extends Error {
  readonly end: "fault" | "limit" | "stopped" | "unsupported";
  constructor(end: PathEnd["end"], why: string) {
    super(why);
    this.end = end;
  }
}

export interface Frame {
  readonly tree: FnTree;
  readonly sym: FunctionSym;
  /** Defined in one of the patched files. */
  readonly own: boolean;
  /** Of its statements those that the patch changes. */
  readonly changed: ChangedStatements;
  readonly vars: Map<LocalVar, Value>;
  readonly objs: Map<LocalVar, Obj>;
  /** Answers at a place so far. */
  readonly asked: Map<string, { answer: boolean; times: number; callee: string | null }>;
  /** Loops under way, innermost last: how often each has turned. */
  readonly loops: number[];
  /** Jumps back so far, as to a `retry` label. */
  back: number;
  /** Of each of them: known numbers alone have kept it turning. */
  readonly counted: boolean[];
  /** Of each of them: it gives up when its tries are spent. */
  readonly tries: boolean[];
  /** The variable that each of them steps, where it is a `for` loop. */
  readonly stepped: (LocalVar | null)[];
  /** What its own test lets that variable be, as it was last asked. */
  readonly limits: (Limit | null)[];
  /** Variables that were declared with a constant and not written since. */
  readonly figures: Set<LocalVar>;
  /** Variables that hold a zero with a name (named.ts). */
  readonly named: Set<LocalVar>;
  /** Errors that were put in a variable and not read since, by a statement behind which its branch ended. */
  readonly errors: Map<LocalVar, PutError>;
  /** A statement that names what nothing here defines was passed over: it may have written any of its variables. */
  lost: boolean;
  loc: Loc;
}

/** An error that was put in a variable: where, in how many loops, and whether the branch in which that stands was left at its end. */
export interface PutError {
  readonly loc: Loc;
  readonly loops: number;
  fell: boolean;
}

export interface RunInput {
  readonly program: Program;
  readonly contracts: Contracts;
  /** Paths of the files that are run whole. */
  readonly files: ReadonlySet<string>;
  /** Functions of these that are taken by their contract all the same. */
  readonly interfaces?: ReadonlySet<string>;
  /** What is decided otherwise than usual, by the name of the choice. */
  readonly forced: ReadonlyMap<string, string>;
  /** Bound on evaluated nodes. */
  readonly steps: number;
  /** What the entry is called as, where it may not sleep: "a timer's function". */
  readonly interrupt?: string | null;
  /** Two functions are run that begin and end something: nobody else takes or gives back in between. */
  readonly life?: boolean;
  /** Errors that a function of the files tests for. */
  codes?(name: string, path: string): readonly bigint[];
  /** Whether a line of the files is one that the patch shows. */
  near?(loc: Loc): boolean;
  /** Whether it is one that the patch changes. */
  changed?(loc: Loc): boolean;
}

export type Outcome = "failed" | "succeeded" | "neither";

/** The bits of a vm_fault_t that say that a page fault failed: VM_FAULT_ERROR without the one that only asks for smaller pages. */
const FAULT_ERRORS = 0x73n;

/**
 * Types of what a function returns whose constants are positive and say what failed, with the bits that say so: of a page fault
 * (include/linux/mm_types.h), a block request (include/linux/blk_types.h), firmware's methods (include/acpi/acexcep.h) and its calls
 * (include/linux/efi.h).
 */
const FAILS: Readonly<Record<string, bigint>> = {
  vm_fault_t: FAULT_ERRORS,
  blk_status_t: 0xffn,
  acpi_status: 0xffffffffn,
  efi_status_t: 0xffffffffffffffffn,
};

/** The bits of what a function returns that say that it failed; none where its type has no such constants. */
function failsBy(sym: FunctionSym): bigint {
  const type = sym.def?.specs.type;
  return type?.kind === "typedef" && Object.hasOwn(FAILS, type.name) ? FAILS[type.name]! : 0n;
}

/** Whether a function that returned this, of that type, says that it failed. Asked right behind its return. */
export function outcomeOf(w: Run, sym: FunctionSym, v: Value | null, type: CType): Outcome {
  const pointer = type.kind === "pointer";
  if (w.namedZero && v === 0n && !pointer && !isBool(type)) return "neither";
  if (type.kind === "void" || v === null) return "neither";
  const [lo, hi] = w.known.span(v);
  if (!pointer && lo === hi && (lo & failsBy(sym)) !== 0n) return "failed";
  if (pointer) {
    if (lo === hi) return lo === 0n || isErrAddress(lo) ? "failed" : "succeeded";
    return isErrAddress(lo) ? "failed" : "succeeded";
  }
  return hi < 0n ? "failed" : lo >= 0n ? "succeeded" : "neither";
}

const VALID = 1n << 45n;
const MAX_CHOICES = 400;
/** Turns of a loop that goes on as long as a call works. */
const MAX_WORKING = 4;
/** Turns of a loop that counts in which one answer is taken again. */
const MAX_ALIKE = 256;
/** Cells and rules that a node may look at and cost no more than itself. */
const FREE_WORK = 64;

/** A call as what is known of it is asked. */
export interface CallSite {
  readonly name: string;
  readonly args: readonly Value[];
  readonly x: Extract<X, { k: "call" }>;
  readonly origin: CallOrigin;
}

/** What goes with a device: calls that the driver core makes, things that it gives back, and where groups of them begin. */
export type Deferred =
  /** A function is called; `frees`: memory of the core's own that is gone behind it. */
  | {
      readonly fn: Value;
      readonly args: readonly Value[];
      readonly frees: bigint | null;
      readonly site: CallSite;
    }
  /** One of a kind is given back, unless that was done before. */
  | { readonly kind: Kind; readonly key: bigint; readonly site: CallSite }
  /** A group begins here. */
  | { readonly group: true };

/** Values that are looked through for addresses that a number is computed of. */
const JOINED_NODES_MAX = 64;

export abstract class Run {
  readonly input: RunInput;
  readonly mem = new Memory();
  readonly known = new Constraints();
  readonly books = new Books();
  readonly choices: Choice[] = [];
  readonly faults: Fault[] = [];
  /** What is lost at the end, each by itself: of the faults that are alike `faults` has one. */
  readonly lost: Fault[] = [];
  readonly covered = new Set<string>();
  /** Changed statements that were come to: "file:line". */
  readonly met = new Set<string>();
  readonly assumed = new Set<string>();
  /** Of those that have no name of their own where they were called. */
  readonly called = new Map<string, Loc>();
  /** A statement was passed that is no C. */
  skips = false;
  /** Functions of the patched files that ran. */
  readonly ran = new Set<string>();
  readonly stack: Frame[] = [];
  readonly globals = new Map<ObjectSym, Obj>();
  readonly functions = new Map<string, Obj>();
  readonly answers = new Map<string, string>();
  /** How often a callee was called on this path. */
  readonly calls = new Map<string, number>();
  /** What is called when the device goes, in the order in which it was asked for. */
  readonly deferred: Deferred[] = [];
  /** The task that runs, once it was asked for. */
  current: Value | null = null;
  /** Functions that release what memory stands for, by the memory's object. */
  readonly releases = new Map<number, Value>();
  /** What was given back that this path had not taken, pointers that were written over, and names of what a callee was given. */
  readonly gave: GivenBack[] = [];
  readonly late = new Set<GivenBack>();
  readonly overwritten: Parted[] = [];
  readonly handed = new Set<string>();
  /** Objects whose place was found to be one that is computed of something else: it goes on there, as pages of one range do. */
  readonly joined = new Set<number>();
  /** Things that a call gave and that a callee of which nothing is known ended, and how often such callees were given a thing. */
  readonly ended: GivenBack[] = [];
  readonly gives = new Set<string>();
  readonly lent = new Map<string, number>();
  /** What stands for numbers that name something, by their text. */
  readonly numbers = new Map<string, Obj>();
  /** Calls that gave a thing of which nothing is known. */
  madeUp = 0;
  /** What the description of the machine said, by the question. */
  readonly firmware = new Map<string, Value>();
  /** Where an unknown value was read first: object and byte. */
  readonly homes = new Map<string, string>();
  /** Arrays that were indexed by an open number of which nothing says how great it can be. */
  readonly unchecked = new Set<string>();
  /** Open numbers by which an array was indexed, by its name: each stands for the least that fits, and two may name two elements. */
  readonly picked = new Map<string, Set<string>>();
  /** Copies of open lengths into arrays, by what they go to. */
  readonly copied = new Map<string, Copied>();
  /** Where the log was told something that is no error: "file:line". */
  readonly warned = new Set<string>();
  /** Places in memory of others where a list or a tree was made to lead on: object and byte. */
  readonly links = new Map<string, { readonly obj: Obj; readonly off: number }>();
  /** Counters in memory that the path made itself: object and byte. */
  readonly counters = new Map<string, { readonly obj: Obj; readonly off: number }>();
  /** Bits of others' memory that a function of the patched files found clear and set in one step. */
  readonly claims: {
    readonly obj: Obj;
    readonly off: number;
    readonly mask: bigint;
    readonly at: CallOrigin;
  }[] = [];
  /** Of lengths of strings that are not known: where the string lies. */
  readonly lengthOf = new Map<string, bigint>();
  steps = 0;
  /** The last call that stands as a statement: nobody asks whether it failed. */
  unasked: X | null = null;
  /** Comparisons that were put to the chooser so far. */
  questions = 0;
  /** Functions of the patched files, below the entry, that said they failed, in the order in which they returned. */
  readonly gaveUp: { readonly name: string; readonly depth: number }[] = [];
  /** Functions of the patched files in which the path ended otherwise than by returning, the innermost first. */
  readonly brokenOff: string[] = [];
  /** Where a function of the patched files returned last. */
  returned: Loc | null = null;
  /** What was returned last is a zero with a name (named.ts), by a function of the patched files. */
  namedZero = false;

  constructor(input: RunInput) {
    this.input = input;
  }

  // ---- what the walker of the tree does (walk.ts) -------------------------------------------------------------------

  /** Runs a function's body. The result of a record function is the record's address. */
  abstract body(sym: FunctionSym, args: readonly Value[]): Value | null;
  abstract arith(op: BinOp, l: Value, r: Value, t: CType): Value;
  /** A number where one is needed: an unknown gets the least value that fits, or zero. */
  abstract number(v: Value): bigint;
  abstract copyBytes(to: Obj, at: number, from: Obj, off: number, size: number): void;
  /** So many bytes from an argument on are read or written by a callee: whether they end past what they are in. */
  abstract bytesWithin(
    site: CallSite,
    at: { obj: Obj; off: number },
    arg: number,
    len: number | "string",
    done: string,
  ): void;
  /** A range that leaves the kernel: bytes of it that nobody wrote go with it. */
  abstract uninitialisedCopy(obj: Obj, off: number, size: number, by: string): void;

  // ---- places -----------------------------------------------------------------------------------------------------

  get frame(): Frame {
    return this.stack[this.stack.length - 1]!;
  }

  /** The innermost function of the patched files, and where it is. */
  place(): { fn: string; loc: Loc } {
    for (let i = this.stack.length - 1; i >= 0; i--) {
      const f = this.stack[i]!;
      if (f.own) return { fn: f.tree.name, loc: expansionLoc(f.loc) };
    }
    const f = this.stack[0];
    return f === undefined
      ? { fn: "", loc: { file: 0, line: 0, col: 0 } }
      : { fn: f.tree.name, loc: expansionLoc(f.loc) };
  }

  spot(by: string): Spot {
    return { by, ...this.place(), decided: this.choices.length };
  }

  /** Functions of files beside the patched ones that are under way. */
  beside(): number {
    return this.stack.filter((f) => !f.own && f.sym.path.endsWith(".c")).length;
  }

  ownStack(): string[] {
    return this.stack.filter((f) => f.own).map((f) => f.tree.name);
  }

  /** One step: a node of the tree, and what was done in memory since the last where that was more than a node's share. */
  tick(): void {
    const { work } = this.mem;
    if (work.done > FREE_WORK) this.steps += work.done >> 4;
    work.done = 0;
    if (++this.steps > this.input.steps)
      throw new PathEnd("limit", "the bound on steps of a path is reached");
  }

  // ---- choices ------------------------------------------------------------------------------------------------------

  /** Decides something open. The first option is the usual one. A name decided before keeps its answer. */
  choose(name: string, options: readonly string[], callee: string | null = null): string {
    const before = this.answers.get(name);
    if (before !== undefined && options.includes(before)) return before;
    const wanted = this.input.forced.get(name);
    const usual = options[0] === "works" && this.isEndless() ? "fails" : options[0]!;
    const answer = wanted !== undefined && options.includes(wanted) ? wanted : usual;
    this.answers.set(name, answer);
    if (this.choices.length >= MAX_CHOICES) throw new PathEnd("limit", "too many choices on one path");
    const near = this.input.near;
    const isNear = near !== undefined && this.stack.some((f) => f.own && near(expansionLoc(f.loc)));
    this.choices.push({ name, answer, options, callee, ...this.place(), ...(isNear ? { near: true } : {}) });
    return answer;
  }

  /**
   * A loop that goes on as long as a call works: some turns on the call fails. One that counts, or spends tries, may end by itself, and
   * is left when half of what a path may decide is spent.
   */
  private isEndless(): boolean {
    const f = this.stack.findLast((x) => x.loops.length > 0);
    if (f === undefined || f.loops.at(-1)! < MAX_WORKING) return false;
    const ends = f.counted.at(-1) === true || f.tries.at(-1) === true || f.limits.at(-1) !== null;
    return !ends || this.choices.length > MAX_CHOICES / 2;
  }

  /** The answer to an open comparison. */
  ask(q: Question, loop: boolean): boolean {
    this.questions++;
    const { loc, tree } = this.frame;
    // A test in a helper that a loop calls is one of the loop's.
    const f = this.stack.findLast((x) => x.loops.length > 0 || x.back > 0) ?? this.frame;
    const at = `${f === this.frame ? "" : tree.name}${loc.file}:${loc.line}:${loc.col}`;
    const asked = f.asked.get(at);
    let usual = this.usual(q, loop);
    const turns = f.loops.length > 0 ? f.loops[f.loops.length - 1]! : 0;
    // A loop that nothing decides, or a jump back, turns once or twice, not for ever.
    const again = f.loops.length > 0 ? turns : f.back;
    const stuck = asked !== undefined && again > 1 && asked.times >= 2;
    const callee = q.subject.origin?.callee ?? null;
    const ends = f.counted[f.counted.length - 1] === true || f.tries[f.tries.length - 1] === true;
    // A device that was found not to be ready stays so until the loop gives up.
    const stays =
      asked !== undefined &&
      ends &&
      turns > 0 &&
      callee !== null &&
      asked.callee === callee &&
      asked.answer !== usual;
    if (stays) usual = asked.answer;
    else if (stuck) usual = !asked.answer;
    const options = usual ? ["yes", "no"] : ["no", "yes"];
    // One that counts ends by itself: what was found three times is found at every turn, as in a table that is full.
    const goesOn = ends && turns < MAX_ALIKE && this.steps < this.input.steps >> 2;
    const answer =
      stuck && asked.times >= 3
        ? goesOn
          ? asked.answer
          : !asked.answer
        : this.choose(this.questionText(q), options, callee) === "yes";
    if (asked === undefined || asked.answer !== answer) f.asked.set(at, { answer, times: 1, callee });
    else asked.times++;
    if (q.with === 0n && q.subject.t.kind === "pointer" && compare(q.op, 0n, 0n) === answer)
      this.testedBy.add(tree.name);
    if (q.op === (answer ? "eq" : "ne")) for (const v of [q.subject, q.with]) this.join(v);
    return answer;
  }

  /** Keeps the objects whose addresses a number was computed of that is found to be another one. */
  private join(number: Value): void {
    const open: Value[] = typeof number === "bigint" ? [] : [number];
    for (let n = 0; open.length > 0 && n < JOINED_NODES_MAX; n++) {
      const v = open.pop()!;
      if (typeof v === "bigint") {
        const at = this.mem.at(v);
        if (at !== null && at.obj.kind !== "local") this.joined.add(at.obj.id);
      } else if (v.from?.k === "bin") open.push(v.from.l, v.from.r);
      else if (v.from?.k === "conv") open.push(v.from.x);
    }
  }

  /** A pointer is compared with the function or object that lies there, by its name. */
  private questionText(q: Question): string {
    const at = typeof q.with === "bigint" ? this.mem.at(q.with) : null;
    const name = at?.off === 0 ? /^([A-Za-z_]\w*)(?:\(\))?$/.exec(at.obj.name)?.[1] : undefined;
    return name === undefined ? q.text : `${q.subject.id} ${opText(q.op)} ${name}`;
  }

  private usual(q: Question, loop: boolean): boolean {
    const { u, add } = stripped(this.known, q.subject);
    if (typeof q.with !== "bigint") return q.op === "ne" || q.op === "le" || q.op === "ge";
    if (u.t.kind === "pointer") return compare(q.op, VALID, q.with);
    const turns = this.frame.loops.length > 0 ? this.frame.loops[this.frame.loops.length - 1]! : 0;
    if (loop && u.origin === null) return turns < 1;
    const usual = u.origin !== null && u.origin.callee === "" ? 0n : this.usualNumber(u);
    return compare(q.op, usual + add, q.with);
  }

  private usualNumber(u: Unknown): bigint {
    if (u.t.kind === "int" && u.t.rank === 0) return 1n;
    if (u.origin !== null && COUNTS.test(u.origin.callee)) return 1n;
    return 0n;
  }

  compare(op: CmpOp, l: Value, r: Value, loop = false): boolean {
    // Most paths have nothing of the kind: each comparison comes by here.
    if (this.brought.size === 0) return this.known.compare(op, l, r, (q) => this.ask(q, loop));
    const open = [l, r].filter((v) => this.isGiven(v));
    const answer = this.known.compare(op, l, r, (q) => this.ask(q, loop));
    for (const v of open) this.givenAgain(this.known.resolve(v));
    return answer;
  }

  /** Whether a pointer is what a callee gave of which nothing is known, and it is not known where that lies. */
  private isGiven(v: Value): boolean {
    const known = this.known.resolve(v);
    return (
      typeof known !== "bigint" &&
      known.t.kind === "pointer" &&
      known.from === null &&
      known.origin !== null &&
      this.assumed.has(known.origin.callee)
    );
  }

  /** Such a callee gave what another one had given before. */
  private givenAgain(v: Value): void {
    const at = typeof v === "bigint" ? this.mem.at(v) : null;
    const times = at === null ? undefined : this.brought.get(at.obj.id);
    if (times !== undefined) this.brought.set(at!.obj.id, times + 1);
  }

  // ---- faults ---------------------------------------------------------------------------------------------------------

  fault(f: Omit<Fault, "functions" | "at"> & { functions?: readonly string[]; at?: Spot }): void {
    const at = f.at ?? this.spot("");
    const functions = f.functions ?? [...this.ownStack()].reverse();
    const full: Fault = { ...f, at, functions, met: this.met.size, decided: this.choices.length };
    const same = this.faults.some(
      (x) => x.kind === full.kind && x.object === full.object && x.at.fn === at.fn,
    );
    if (!same) this.faults.push(full);
  }

  // ---- pointers -------------------------------------------------------------------------------------------------------

  /** The address that a pointer holds; an unknown one gets an object of its own. */
  address(v: Value, type: CType | null): bigint {
    const r = this.known.resolve(v);
    if (typeof r === "bigint") return r;
    const { u, add } = stripped(this.known, r);
    const known = this.known.resolve(u);
    if (typeof known === "bigint") return known + add;
    const [lo, hi] = this.known.span(u);
    if (lo === hi) return lo + add;
    if (isErrAddress(lo)) return lo + add;
    const to = u.t.kind === "pointer" ? u.t.to : null;
    const shape = to !== null && to.kind !== "void" ? to : type;
    const obj = this.mem.make(u.id, "outside", "unknown", { type: shape, forgotten: u.forgotten });
    if (u.origin !== null && this.assumed.has(u.origin.callee)) this.brought.set(obj.id, 1);
    this.known.bind(u, obj.base);
    return obj.base + add;
  }

  /** A callee of which nothing is known had this NULL before it, and the path went by what it returned: that may have told of it. */
  private mayTell(source: NullSource | undefined): boolean {
    return this.nulls.shownTo(source).some((key) => this.choices.some((c) => c.name.includes(key)));
  }

  /** The object and byte that an access goes to. Faults end the path. */
  reach(v: Value, off: number, type: CType | null, what: string): { obj: Obj; off: number } {
    const source = typeof v === "bigint" ? null : (v.origin ?? stripped(this.known, v).u.origin);
    const base = BigInt.asUintN(64, this.address(v, off === 0 ? type : null));
    const a = BigInt.asUintN(64, base + BigInt(off));
    const known = this.nulls.followed;
    this.nulls.followed = undefined;
    const { via } = this;
    this.via = null;
    // A statement that could not be read may have set it.
    if ((a < 0x10000n || base === 0n || isErrAddress(base)) && this.stack.some((f) => f.lost))
      throw new PathEnd(
        "unsupported",
        "it goes by a pointer that a statement which cannot be read may have set",
      );
    const from =
      base !== 0n || known === undefined
        ? // An unknown that is no call's was found to be one: what a call gave before is another.
          typeof v === "bigint"
          ? (this.originOf.get(base) ?? null)
          : source
        : known.k === "call"
          ? known.origin
          : null;
    // A file that follows untested what it asked for itself knows that it is there; and if not, that is no word on who calls it.
    if ((a < 0x10000n || isErrAddress(base)) && from?.beside === true && this.beside() > 0)
      throw new PathEnd("unsupported", `another file's function follows what ${from.callee}() gave untested`);
    if (a < 0x10000n || base === 0n) {
      const unset = known?.k === "unset" ? plainName(known.name) : null;
      this.fault({
        kind: "null-dereference",
        object: `NULL ${unset ?? (from === null ? "pointer" : `from ${from.callee}()`)}`,
        what:
          unset === null
            ? done(what, `${this.calledHere()} uses a counter in NULL`)
            : `${what.replace(/\bit$|^NULL\b/, unset)}, which is NULL: nothing has set it`,
        taken: from,
        given: null,
        doubt: from === null && this.choices.some((c) => this.ofGlobal(c)) ? "global" : "tested by helpers",
        possible:
          from === null &&
          (this.choices.some((c) => this.ofGlobal(c)) || (unset === null && this.helpersTest())),
        seldom: from !== null && this.input.contracts.functions.get(from.callee)?.seldom === true,
        kept:
          (from === null && known === undefined && this.foundNothing && !this.testedHere()) ||
          this.mayTell(known),
      });
      throw new PathEnd("fault", "NULL is dereferenced");
    }
    if (isErrAddress(base) || a >= (1n << 64n) - 0x10000n) {
      this.fault({
        kind: "error-pointer-dereference",
        object: `error pointer ${from === null ? "" : `from ${from.callee}()`}`.trim(),
        what: done(what, `${this.calledHere()} uses a counter in an error pointer`),
        taken: from,
        given: null,
        // NULL, less what lies before a member of it.
        possible: from === null && this.helpersTest(),
        doubt: "tested by helpers",
      });
      throw new PathEnd("fault", "an error pointer is dereferenced");
    }
    let at = this.mem.at(a);
    if (at === null) {
      const obj = this.mem.make(`memory at 0x${a.toString(16)}`, "outside", "unknown");
      at = { obj, off: 0 };
    }
    const { obj } = at;
    if (obj.gone !== null) {
      this.fault({
        kind: "use-after-release",
        object: obj.name,
        what: done(
          via === null ? what : what.replace(/^.* (is (?:read|written))$/, `${via} $1`),
          `a counter in ${memoryName(obj)} is used`,
        ),
        taken: null,
        given: obj.gone,
        possible: false,
        // How many the caller counted is his to know: it was decided here that the one put before was the last.
        kept: obj.kind === "outside" && !obj.found && (what === COUNTER_USED || this.decidedLast(obj.name)),
      });
      obj.gone = null;
    }
    if (obj.type === null && type !== null && at.off === 0 && type.kind === "record") obj.type = type;
    return at;
  }

  /**
   * Whether it was decided on this path that a count in what a member of something else leads to was the last one: who has that
   * something, and lives on, may have another.
   */
  private decidedLast(name: string): boolean {
    if (!name.includes("->")) return false;
    return this.choices.some(
      (c) => c.answer === "yes" && c.name.startsWith(`${name}->`) && c.name.endsWith(" == 1"),
    );
  }

  /** What the patched files' function under way has called that uses a counter: "kref_put()". */
  private calledHere(): string {
    const above = this.stack[this.stack.findLastIndex((f) => f.own) + 1];
    return `${above?.tree.name ?? this.counter}()`;
  }

  /** Whether a global number was taken to be otherwise than usual: the kernel that sets it may never have it so. */
  private ofGlobal(c: Choice): boolean {
    if (c.callee !== null || c.answer === c.options[0]) return false;
    const [name] = c.name.match(/\b(?![su]\d+\()[A-Za-z_]\w*(?:->|[.[(])?/) ?? [];
    return [...this.globals.keys()].some((sym) => sym.name === name && isInteger(sym.type()));
  }

  /** Functions in which a pointer that comes from outside turned out to be NULL. */
  private readonly testedBy = new Set<string>();

  /**
   * That the NULL in hand can be one is known from a helper alone, which has returned: it tests for what other callers hand it,
   * and says nothing of what this one has.
   */
  private helpersTest(): boolean {
    return this.testedBy.size > 0 && !this.testedHere();
  }

  private testedHere(): boolean {
    return this.stack.some((f) => this.testedBy.has(f.tree.name));
  }

  /** A function of another file gave NULL, by what it looked through alone: whether that can be is for who keeps the list to say. */
  foundNothing = false;

  /** What uses a counter, by itself. */
  counter = "";

  /** The variable whose pointer is about to be followed. */
  via: string | null = null;

  /** Where a NULL in hand comes from, as far as that is known. */
  readonly nulls = new Nulls();

  /** Calls that gave NULL or an error pointer last, by value: for the sentence about a dereference. */
  readonly originOf = new Map<bigint, Fault["taken"]>();
  /** Objects that a callback has after a grace period. */
  readonly graced = new Set<number>();
  /** What pm_runtime_enabled() said, by the address of the device. */
  readonly runtimePm = new Map<bigint, Value>();
  /** Objects that callees gave of which nothing is known, and how often: one reference may have come with each. */
  readonly brought = new Map<number, number>();
  /** What a device owns that a devm_ call gave, by the object. */
  readonly managed = new Map<number, CallOrigin>();
  /** What a device has of a kind in or by a thing, by kind and key: the call, and what it was given. */
  readonly devices = new Map<string, { readonly call: CallOrigin; readonly args: readonly Value[] }>();

  /** A callee of which little is known has it in hand from now on. */
  hand(v0: Value): void {
    const v = this.known.resolve(v0);
    if (typeof v !== "bigint") this.handed.add(plainName(stripped(this.known, v).u.id));
    else {
      const at = this.mem.at(v);
      if (at !== null && at.obj.kind === "outside") this.handed.add(plainName(at.obj.name));
    }
  }

  /** A pointer in memory of the caller's is about to be written over. */
  writesOver(obj: Obj, off: number, type: CType | null, at: number): void {
    if (obj.kind !== "outside" && obj.kind !== "global") return;
    const cell = obj.cells.get(off);
    let name: string;
    if (cell === undefined) {
      if (freshAt(obj, off).fresh !== "unknown") return;
      name = this.nameOf(obj, off, 8, type, at);
    } else {
      const v = this.known.resolve(cell.v);
      if (typeof v !== "bigint") name = v.id;
      else {
        const to = this.mem.at(v);
        if (to === null || to.obj.kind !== "outside" || to.off !== 0) return;
        name = to.obj.name;
      }
    }
    this.overwritten.push({ name: plainName(name), at: this.spot(""), functions: this.ownStack().reverse() });
  }

  // ---- memory ---------------------------------------------------------------------------------------------------------

  /** Members of what lies around an object that came from outside ("work@-72->lock"), by address. */
  private readonly outer = new Map<bigint, string>();

  /** A member's address is formed in a record that begins before the object, or with it where nothing says what that is. */
  protected nameOuter(base: bigint, off: number, record: CType | null): void {
    const at = this.mem.at(base);
    if (at === null || record === null || at.off > 0 || (at.off === 0 && at.obj.type !== null)) return;
    const path = memberFrom(record, off);
    const from = at.off === 0 ? at.obj.name : `${at.obj.name}@${at.off}`;
    if (path !== null) this.outer.set(base + BigInt(off), `${from}${path.replace(/^\./, "->")}`);
  }

  /** What a lock is called. */
  lockName(key: bigint): string {
    if (key === 0n) return "it";
    const at = this.mem.at(key);
    if (at === null) return "a lock";
    const path = memberFrom(at.obj.type, at.off) ?? (at.off === 0 ? firstLock(at.obj.type) : null);
    if (path !== null) return `${freshAt(at.obj, at.off).name}${joined(at.obj, path)}`;
    const outer = this.outer.get(key);
    if (outer !== undefined) return outer;
    return this.nameOf(at.obj, at.off, 0, null, 0).replace(/^\*/, "");
  }

  /** The same of what is known to be a lock: by the whole path where it is what a member begins with ("cmds.mutex"). */
  heldName(key: bigint): string {
    const at = this.mem.at(key);
    const type = at === null ? null : memberTypeFrom(at.obj.type, at.off);
    const isLock = type?.kind === "record" && LOCK.test(type.info.tag ?? "");
    return `${this.lockName(key)}${isLock ? "" : (firstLock(type) ?? "")}`;
  }

  /** What lies at a byte of an object, by the object's own name, whatever was copied there. */
  memberName(obj: Obj, off: number): string {
    const path = memberFrom(obj.type, off);
    return path === null ? this.nameOf(obj, off, 0, null, 0) : `${obj.name}${joined(obj, path)}`;
  }

  /** A pointer of a list, or a word of bits, by its object's own name, the first member of that, too: "bus->pools.next". */
  linkName(obj: Obj, off: number): string {
    const m = memberAt(obj.type, off, 8);
    return m === null || m.path === "" ? this.memberName(obj, off) : `${obj.name}${joined(obj, m.path)}`;
  }

  /** What the bytes are called: "pdev->dev.id". */
  nameOf(
    obj: Obj,
    off: number,
    size: number,
    type: CType | null,
    at: number,
    want: CType | null = null,
  ): string {
    const own = memberAt(obj.type, off, size, want);
    const { name } = freshAt(obj, off);
    if (own !== null && own.path !== "") return `${name}${joined(obj, own.path)}`;
    // What a pointer leads to is something else than the pointer.
    if (own !== null) return obj.kind === "outside" || obj.kind === "heap" ? `*${name}` : name;
    const via = memberAt(type, off - at, size, want);
    if (via !== null && (via.path !== "" || at !== 0))
      return `${name}${at === 0 ? "" : `@${at}`}${joined(obj, via.path)}`;
    return off === 0 ? `*${name}` : (this.outer.get(obj.base + BigInt(off)) ?? `${name}+${off}`);
  }

  /** Reads a scalar. `within`: the record type by which it is reached, and where that begins. */
  load(obj: Obj, off: number, t: CType, within: CType | null, at: number): Value {
    if (obj.kind === "global" && obj.name === "jiffies") return this.now(t);
    const size = sizeOf(t);
    const cell = obj.cells.get(off);
    if (cell !== undefined && cell.size === size) {
      const v = this.retyped(this.known.resolve(cell.v), t);
      if (v === 0n && t.kind === "pointer") this.nulls.read(`${obj.id}:${off}`, nullSourceOf(cell.v));
      return v;
    }
    if (obj.bytes !== null) {
      let v = 0n;
      for (let i = 0; i < size; i++) v |= BigInt(obj.bytes[off + i] ?? 0) << BigInt(8 * i);
      return this.signed(v, t);
    }
    const pieces = this.pieces(obj, off, size, t);
    if (pieces !== null) return pieces;
    const { fresh } = freshAt(obj, off);
    const name = this.nameOf(obj, off, size, within, at, t);
    let v: Value;
    if (fresh === "zero") v = 0n;
    else {
      if (fresh === "uninitialised" && this.beside() === 0 && !this.stack.some((f) => f.lost))
        this.fault({
          kind: "uninitialised",
          object: name,
          what: `${name} is read before it is written`,
          taken: null,
          given: null,
          // Past its end by a number that is open: the number, not the variable, may be wrong.
          possible: obj.size !== null && off + size > obj.size,
          doubt: "past the end",
        });
      v = this.made(obj, off, t, within, at, name);
      if (typeof v !== "bigint") this.homes.set(v.id, `${obj.id}:${off}`);
    }
    if (!overlaps(obj, off, size)) obj.cells.set(off, { size, v });
    if (t.kind === "pointer" && v === 0n)
      this.nulls.read(`${obj.id}:${off}`, { k: "unset", name, lies: off < obj.setUp ? { obj, off } : null });
    return v;
  }

  /** The clock goes on: each time it is read it may be otherwise. */
  private now(t: CType): Value {
    const n = (this.calls.get("jiffies") ?? 0) + 1;
    this.calls.set("jiffies", n);
    const key = n === 1 ? "jiffies" : `jiffies #${n}`;
    return unknown(key, t, { callee: "jiffies", key, ...this.place() });
  }

  /** What an unwritten place of an object that comes from outside holds. */
  private made(obj: Obj, off: number, t: CType, within: CType | null, at: number, name: string): Value {
    const m = memberAt(obj.type, off, 8) ?? memberAt(within, off - at, 8);
    if (m !== null && t.kind === "pointer" && m.record.kind === "record") {
      const { tag } = m.record.info;
      // A list that comes from outside is empty, or has one entry.
      if (tag === "list_head" && (m.name === "next" || m.name === "prev")) {
        const head = obj.base + BigInt(m.name === "next" ? off : off - 8);
        const from = Number(head - obj.base);
        const listName = name.replace(/\.(next|prev)$/, "");
        if (obj.kind !== "local" && this.choose(`${listName} has an entry`, ["no", "yes"]) === "yes") {
          const entry = this.mem.make(`entry of ${listName}`, "outside", "unknown");
          put(entry, 0, 8, head);
          put(entry, 8, 8, head);
          put(obj, from, 8, entry.base);
          put(obj, from + 8, 8, entry.base);
          return entry.base;
        }
        put(obj, from, 8, head);
        put(obj, from + 8, 8, head);
        return head;
      }
      // So is one that begins with a pointer to its first, and a tree of one node; nothing hangs below that, or behind it.
      if (tag === "hlist_head" || tag === "rb_root" || tag === "llist_head") {
        const of = name.replace(/(?:\.|->)(?:first|rb_node)$/, "");
        if (obj.kind === "local" || this.choose(`${of} has an entry`, ["no", "yes"]) === "no") return 0n;
        const entry = this.mem.make(`entry of ${of}`, "outside", "unknown");
        put(entry, 0, 8, 0n);
        if (tag === "hlist_head") put(entry, 8, 8, obj.base + BigInt(off));
        if (tag === "rb_root") for (const at of [8, 16]) put(entry, at, 8, 0n);
        put(obj, off, 8, entry.base);
        return entry.base;
      }
      if (tag === "rb_node") return 0n;
    }
    return unknown(name, t, null, freshAt(obj, off).forgotten);
  }

  /** A value put together from cells of other sizes: bytes when all are known. */
  private pieces(obj: Obj, off: number, size: number, t: CType): Value | null {
    if (!overlaps(obj, off, size)) return null;
    let v = 0n;
    let whole = true;
    for (let i = 0; i < size; i++) {
      const b = byteAt(obj, off + i);
      if (b === null) {
        if (freshAt(obj, off + i).fresh === "zero" && !covered(obj, off + i)) continue;
        whole = false;
        break;
      }
      v |= b << BigInt(8 * i);
    }
    if (whole) return this.signed(v, t);
    if (
      this.beside() === 0 &&
      freshAt(obj, off).fresh === "uninitialised" &&
      writtenBits(obj, off, size) < size * 8
    )
      this.fault({
        kind: "uninitialised",
        object: obj.name,
        what: `${obj.name} is read before all of it is written`,
        taken: null,
        given: null,
        possible: false,
      });
    return unknown(`${obj.name}+${off}:${size}`, t);
  }

  private signed(v: bigint, t: CType): bigint {
    if (!isInteger(t)) return v;
    const size = sizeSafe(t) ?? 8;
    const signed = t.kind === "int" ? t.signed : t.info.int.signed;
    return signed ? BigInt.asIntN(size * 8, v) : BigInt.asUintN(size * 8, v);
  }

  /** The same bytes read as another type of the same size. */
  private retyped(v: Value, t: CType): Value {
    return typeof v === "bigint" ? this.signed(t.kind === "pointer" ? BigInt.asUintN(64, v) : v, t) : v;
  }

  store(obj: Obj, off: number, size: number, v: Value): void {
    put(obj, off, size, v);
  }

  /** Everything in the range is unknown from now on. */
  forget(obj: Obj, off: number, size: number, name: string): void {
    clear(obj, off, size);
    addPart(obj, { lo: off, hi: off + size, fresh: "unknown", name, forgotten: true });
  }
}

function joined(obj: Obj, path: string): string {
  return obj.kind === "outside" || obj.kind === "heap" ? path.replace(/^\./, "->") : path;
}

function overlaps(obj: Obj, off: number, size: number): boolean {
  for (let at = off - 15; at < off + size; at++) {
    const c = obj.cells.get(at);
    if (c !== undefined && at + c.size > off) return true;
  }
  obj.work.done += 8 * obj.bits.size;
  if (obj.bits.size > 0)
    for (const key of obj.bits.keys()) {
      const [o, , , b] = key.split(":").map(Number) as [number, number, number, number];
      if (o < off + size && o + b > off) return true;
    }
  return false;
}

/** Bits of the range that were written. */
function writtenBits(obj: Obj, off: number, size: number): number {
  let n = 0;
  obj.work.done += 4 * size + 8 * obj.bits.size;
  for (let i = off; i < off + size; i++) if (byteWritten(obj, i)) n += 8;
  for (const key of obj.bits.keys()) {
    const [o, , width] = key.split(":").map(Number) as [number, number, number];
    if (o >= off && o < off + size && !byteWritten(obj, o)) n += width;
  }
  return n;
}

function byteWritten(obj: Obj, off: number): boolean {
  for (let at = off - 15; at <= off; at++) {
    const c = obj.cells.get(at);
    if (c !== undefined && at + c.size > off) return true;
  }
  return false;
}

function covered(obj: Obj, off: number): boolean {
  return overlaps(obj, off, 1);
}

function byteAt(obj: Obj, off: number): bigint | null {
  for (let at = off - 15; at <= off; at++) {
    const c = obj.cells.get(at);
    if (c === undefined || at + c.size <= off) continue;
    return typeof c.v === "bigint"
      ? (BigInt.asUintN(c.size * 8, c.v) >> BigInt(8 * (off - at))) & 0xffn
      : null;
  }
  return null;
}

/** The lock that a record begins with: its address is the record's. */
function firstLock(type: CType | null): string | null {
  const first = type === null ? undefined : layoutSafe(type)?.[0];
  if (first === undefined || first.name === null || first.offset !== 0) return null;
  return first.type.kind === "record" && LOCK.test(first.type.info.tag ?? first.name)
    ? `.${first.name}`
    : null;
}
const LOCK = /lock|mutex|sem(?:aphore)?$/;
