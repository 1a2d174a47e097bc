/**
 * Executes the typed tree of C over a Run: expressions, statements, scopes with their cleanups, jumps. Where a value is
 * unknown the run is asked. Leaves out what calls do (calls.ts) and memory below expressions (access.ts), floating point, and assembler: a path that needs them says
 * so. Over 800 lines because it is one class: each form of an expression or statement is a case of one walk.
 */
import type { Loc } from "../c/ast.ts";
import { CFail, type CType, INT, isInteger, sizeOf } from "../c/ctype.ts";
import { expansionLoc } from "../c/token.ts";
import type {
  FnTree,
  FunctionSym,
  InitPlan,
  LabelRef,
  LocalVar,
  ObjectSym,
  S,
  SBlock,
  SLoop,
  SSwitch,
  Sym,
  X,
} from "../c/tree.ts";
import { Access } from "./access.ts";
import { Calls } from "./calls.ts";
import { type ChangedStatements, changedStatements } from "./changed_statements.ts";
import { stripped } from "./constraints.ts";
import { bare, elementPast, isFigure, type Past, variableOf, wholeOf } from "./extent.ts";
import { plainName } from "./ledger.ts";
import { addPart, clear, listHeadsOf, memoryName, type Obj, put, sizeSafe } from "./memory.ts";
import { isNamedZero } from "./named.ts";
import { type NullSource, nullSourceOf } from "./nulls.ts";
import { type Frame, PathEnd, type PutError, type RunInput } from "./run.ts";
import { spendsTries } from "./tries.ts";
import { canonical, derived, MAX_ERRNO, unknown, type Value } from "./value.ts";

type Completion =
  | null
  | { readonly k: "break" | "continue"; readonly to: SLoop | SSwitch }
  | { readonly k: "goto"; readonly label: LabelRef }
  | { readonly k: "return"; readonly v: Value | null; readonly named?: boolean };

/** Whether a number is that of an error (include/linux/err.h). */
const isErrno = (v: bigint): boolean => v < 0n && v >= -MAX_ERRNO;

const MAX_DEPTH = 40;
/** Turns of a loop, and of one that known numbers alone have kept turning. */
const MAX_TURNS = 260;
const MAX_COUNTED = 4096;
const NONE_CHANGED: ChangedStatements = new Map();
const labelSets = new WeakMap<S, Set<LabelRef>>();

export class Walker extends Access {
  readonly calls_: Calls;

  constructor(input: RunInput) {
    super(input);
    this.calls_ = new Calls(this);
  }

  // ---- functions ----------------------------------------------------------------------------------------------------

  /** Runs a function's body. The result of a record function is the record's address. */
  body(sym: FunctionSym, args: readonly Value[]): Value | null {
    if (this.stack.length >= MAX_DEPTH) throw new PathEnd("limit", "calls are nested too deep");
    const tree = this.input.program.tree(sym);
    const own = this.input.files.has(sym.path);
    const { changed } = this.input;
    const frame: Frame = {
      tree,
      sym,
      own,
      changed: own && changed !== undefined ? changedStatements(tree, changed) : NONE_CHANGED,
      vars: new Map(),
      objs: new Map(),
      asked: new Map(),
      loops: [],
      back: 0,
      counted: [],
      tries: [],
      stepped: [],
      limits: [],
      figures: new Set(),
      named: new Set(),
      errors: new Map(),
      lost: false,
      loc: tree.loc,
    };
    tree.params.forEach((p, i) => {
      const v = args[i] ?? 0n;
      if (p.type.kind === "record") this.copyRecord(this.localObj(frame, p), 0, v, p.type);
      else if (p.addressed) put(this.localObj(frame, p), 0, sizeOf(p.type), v);
      else frame.vars.set(p, v);
      this.nulls.assigned(frame, p, v === 0n ? this.nulls.args[i] : undefined);
    });
    this.stack.push(frame);
    if (frame.own) this.ran.add(tree.name);
    try {
      const c = this.block(tree.body, null);
      this.namedZero = c !== null && c.k === "return" && c.named === true;
      return c !== null && c.k === "return" ? c.v : null;
    } catch (f) {
      if (frame.own && f instanceof PathEnd && f.end !== "fault") this.brokenOff.push(tree.name);
      throw f;
    } finally {
      this.stack.pop();
      this.nulls.left(frame);
    }
  }

  private localObj(frame: Frame, v: LocalVar): Obj {
    let obj = frame.objs.get(v);
    if (obj === undefined) {
      obj = this.mem.make(v.name, "local", "uninitialised", { type: v.type, size: sizeSafe(v.type) });
      frame.objs.set(v, obj);
    }
    return obj;
  }

  // ---- statements ---------------------------------------------------------------------------------------------------

  private labels(s: S): Set<LabelRef> {
    const known = labelSets.get(s);
    if (known !== undefined) return known;
    const out = new Set<LabelRef>();
    const add = (x: S | null): void => {
      if (x !== null) for (const l of this.labels(x)) out.add(l);
    };
    if (s.k === "label") out.add(s.label);
    else if (s.k === "block" || s.k === "seq") for (const i of s.items) add(i);
    else if (s.k === "if") {
      add(s.a);
      add(s.b);
    } else if (s.k === "loop" || s.k === "switch") add(s.body);
    labelSets.set(s, out);
    return out;
  }

  /** Runs a block. `seek`: begin at this label, which is in it. */
  private block(b: SBlock, seek: LabelRef | null): Completion {
    const cleanups: LocalVar[] = [];
    let c = this.items(b.items, seek, cleanups);
    for (let i = cleanups.length - 1; i >= 0; i--) {
      const v = cleanups[i]!;
      if (v.cleanup !== null) this.eval(v.cleanup);
    }
    if (c !== null && c.k === "goto" && this.labels(b).has(c.label)) c = this.block(b, c.label);
    return c;
  }

  private items(items: readonly S[], seek: LabelRef | null, cleanups: LocalVar[]): Completion {
    for (let i = 0; i < items.length; i++) {
      const s = items[i]!;
      if (seek !== null && !this.labels(s).has(seek)) continue;
      let c = this.stmt(s, seek, cleanups);
      seek = null;
      while (c !== null && c.k === "goto") {
        const { label } = c;
        const at = items.findIndex((x) => this.labels(x).has(label));
        // A jump out of this block, or back over a declaration that has a cleanup: the block ends first.
        if (at < 0 || (at <= i && cleanups.length > 0)) return c;
        this.tick();
        if (at <= i) this.frame.back++;
        i = at;
        c = this.stmt(items[at]!, label, cleanups);
      }
      if (c !== null) return c;
    }
    return null;
  }

  private stmt(s: S, seek: LabelRef | null, cleanups: LocalVar[]): Completion {
    try {
      return this.plain(s, seek, cleanups);
    } catch (f) {
      if (f instanceof Jump) return f.completion;
      throw f;
    }
  }

  private plain(s: S, seek: LabelRef | null, cleanups: LocalVar[]): Completion {
    this.tick();
    const frame = this.frame;
    if (s.k !== "block" && s.k !== "seq") {
      frame.loc = s.loc;
      if (seek === null && frame.changed.size > 0) {
        const at = frame.changed.get(s);
        if (at !== undefined) this.met.add(at.place);
      }
    }
    switch (s.k) {
      case "block":
        return this.block(s, seek);
      case "seq":
        return this.items(s.items, seek, cleanups);
      case "label":
        return null;
      case "expr":
        if (s.x.k === "call") this.unasked = s.x;
        this.eval(s.x);
        if (s.x.k === "trap") this.frame.lost = this.skips = true;
        if (frame.own) this.putsError(s.x, s.loc);
        return null;
      case "decl":
        this.declare(s.v, s.x, s.plan, s.size);
        if (s.v.cleanup !== null) cleanups.push(s.v);
        return null;
      case "if": {
        if (seek !== null)
          return this.labels(s.a).has(seek)
            ? this.stmt(s.a, seek, cleanups)
            : this.stmt(s.b!, seek, cleanups);
        this.tested();
        const decided = this.choices.length;
        const yes = this.truth(s.c);
        this.cover(s.loc, yes);
        if (this.choices.length === decided + 1) {
          const c = this.choices[decided]!;
          // Also where a header's function that is called there asked.
          if (c.fn === frame.tree.name) c.branch = { loc: expansionLoc(s.loc), went: yes };
        }
        const way = yes ? s.a : s.b;
        if (way === null) return null;
        const c = this.stmt(way, null, cleanups);
        if (c === null) this.fellOut();
        return c;
      }
      case "loop":
        return this.loop(s, seek, cleanups);
      case "switch":
        return this.switch(s, seek, cleanups);
      case "goto":
        if (!s.label.placed) throw new PathEnd("unsupported", `label \`${s.label.name}\` is not defined`);
        return { k: "goto", label: s.label };
      case "break":
      case "continue":
        return { k: s.k, to: s.to };
      case "return": {
        if (frame.own) this.returned = s.loc;
        if (s.x === null) return { k: "return", v: null };
        const v = this.eval(s.x);
        const { x } = s;
        const named = v === 0n && (x.k === "call" ? this.namedZero : isNamedZero(frame, x, s.loc));
        if (frame.errors.size > 0 && !named && isInteger(x.t) && this.known.span(v)[0] >= 0n)
          for (const [name, e] of frame.errors)
            if (e.fell)
              this.errorLost(name, e, `nothing reads it: ${frame.tree.name}() says that all went well`);
        return { k: "return", v: x.t.kind === "void" ? null : v, named };
      }
      case "gotoptr":
        throw new PathEnd("unsupported", "a computed goto");
      case "trap":
        if (s.kind === "unreachable") throw new PathEnd("stopped", s.message);
        throw new PathEnd("unsupported", s.message);
    }
  }

  private cover(loc: Loc, yes: boolean): void {
    const f = this.frame;
    if (f.own) this.covered.add(`${f.tree.name}:${loc.line}:${loc.col}:${yes ? "T" : "F"}`);
  }

  private loop(s: SLoop, seek: LabelRef | null, cleanups: LocalVar[]): Completion {
    const { loops, counted, tries, stepped, limits, errors } = this.frame;
    this.tested();
    let first = s.kind === "do" || seek !== null;
    let open = s.test === null;
    loops.push(0);
    counted.push(false);
    tries.push(spendsTries(s));
    stepped.push(s.kind === "for" ? steppedBy(s.step) : null);
    limits.push(null);
    try {
      for (let turns = 0; ; turns++) {
        if (turns > (open ? MAX_TURNS : MAX_COUNTED)) throw new PathEnd("limit", "a loop turns too often");
        loops[loops.length - 1] = turns;
        // What a turn found may be tried again in the next.
        for (const [v, e] of errors) if (e.loops >= loops.length) errors.delete(v);
        this.tick();
        this.frame.loc = s.loc;
        if (!first && s.test !== null) {
          const before = this.questions;
          const yes = this.truth(s.test, true);
          open ||= this.questions > before;
          counted[counted.length - 1] = !open;
          this.cover(s.loc, yes);
          if (!yes) return null;
        }
        first = false;
        const c = this.stmt(s.body, seek, cleanups);
        seek = null;
        if (c !== null) {
          if (c.k === "break" && c.to === s) return null;
          if (!(c.k === "continue" && c.to === s)) return c;
        }
        if (s.kind === "for" && s.step !== null) this.eval(s.step);
        if (s.kind === "do") {
          if (s.test === null) continue;
          loops[loops.length - 1] = turns + 1;
          if (!this.truth(s.test, true)) return null;
          first = true;
        }
      }
    } finally {
      loops.pop();
      counted.pop();
      tries.pop();
      stepped.pop();
      limits.pop();
    }
  }

  private switch(s: SSwitch, seek: LabelRef | null, cleanups: LocalVar[]): Completion {
    let to = seek;
    if (to === null) {
      this.tested();
      const v = this.eval(s.x);
      for (const c of s.cases) {
        const decided = this.choices.length;
        const is =
          c.lo === c.hi
            ? this.compare("eq", v, c.lo)
            : this.compare("ge", v, c.lo) && this.compare("le", v, c.hi);
        if (this.choices.length === decided + 1) this.choices[decided]!.label = expansionLoc(c.label.loc);
        if (!is) continue;
        to = c.label;
        break;
      }
      to ??= s.otherwise;
      this.cover(s.loc, to !== null);
      if (to !== null && this.frame.own) {
        const { line, col } = firstOf(s, to).loc;
        this.covered.add(`${this.frame.tree.name}:${line}:${col}:case`);
      }
      if (to === null) return null;
    }
    const c = this.stmt(s.body, to, cleanups);
    const ended = c === null || (c.k === "break" && c.to === s);
    if (ended) this.fellOut();
    return ended ? null : c;
  }

  // ---- errors that nobody reads -------------------------------------------------------------------------------------

  /** A statement that puts an error in a variable. */
  private putsError(x: X, loc: Loc): void {
    if (x.k !== "assign" || x.lv.k !== "var" || x.x.k !== "num" || !isInteger(x.lv.t)) return;
    const { loops, errors } = this.frame;
    if (x.lv.v.hidden || x.lv.v.addressed || !isErrno(canonical(x.lv.t, x.x.v))) return;
    errors.set(x.lv.v, { loc, loops: loops.length, fell: false });
  }

  /** A variable is given a value. */
  private names(v: LocalVar, x: X, value: Value): void {
    const { frame } = this;
    const named =
      value === 0n &&
      isInteger(v.type) &&
      (x.k === "call" ? this.namedZero : isNamedZero(frame, x, frame.loc));
    if (named) frame.named.add(v);
    else frame.named.delete(v);
  }

  /** Something is tested: what stands before that is put there in case. */
  private tested(): void {
    const { errors } = this.frame;
    if (errors.size > 0) for (const [v, e] of errors) if (!e.fell) errors.delete(v);
  }

  /** A branch is left at its end. */
  private fellOut(): void {
    for (const e of this.frame.errors.values()) e.fell = true;
  }

  private errorLost(v: LocalVar, e: PutError, how: string): void {
    const fn = this.frame.tree.name;
    this.fault({
      kind: "error-lost",
      object: `error in ${v.name} of ${fn}()`,
      what: `an error is put in ${v.name}, and ${how}`,
      taken: null,
      given: null,
      at: { by: "", fn, loc: expansionLoc(e.loc) },
      possible: false,
    });
  }

  private declare(v: LocalVar, x: X | null, plan: InitPlan | null, size: X | null): void {
    const frame = this.frame;
    const memory = v.addressed || v.byReference || v.type.kind === "record" || v.type.kind === "array";
    if (!memory) {
      if (x !== null) {
        const value = this.eval(x);
        frame.vars.set(v, value);
        if (isFigure(this, x)) frame.figures.add(v);
        this.names(v, x, value);
        this.nulls.assigned(frame, v, this.nullOf(x, value));
      } else frame.vars.delete(v);
      return;
    }
    const bytes = size === null ? sizeSafe(v.type) : null;
    if (size !== null) this.eval(size);
    const obj = this.mem.make(v.name, "local", "uninitialised", { type: v.type, size: bytes });
    // The initialiser may name the variable itself.
    frame.objs.set(v, obj);
    if (plan !== null) this.initialise(obj, 0, plan);
    else if (x !== null) {
      const value = this.eval(x);
      if (v.type.kind === "record") this.copyRecord(obj, 0, value, v.type);
      else put(obj, 0, sizeOf(v.type), value);
    }
  }

  /** Carries out an initialiser: what it does not name is zero. */
  initialise(obj: Obj, off: number, plan: InitPlan, zero = true): void {
    if (zero) {
      clear(obj, off, plan.size);
      addPart(obj, { lo: off, hi: off + plan.size, fresh: "zero", name: obj.name, forgotten: false });
    }
    for (const e of plan.entries)
      for (let n = 0; n < Math.min(e.count, 1024); n++) {
        const at = off + e.off + n * e.stride;
        if (e.bytes !== null) {
          e.bytes.forEach((b, i) => {
            put(obj, at + i, 1, BigInt(b));
          });
          continue;
        }
        if (e.x === null) continue;
        const v = this.eval(e.x);
        if (e.bf !== null) this.storeBits(obj, off, e.bf, v, e.t);
        else if (e.t.kind === "record") this.copyRecord(obj, at, v, e.t);
        else put(obj, at, sizeOf(e.t), v);
      }
  }

  // ---- expressions --------------------------------------------------------------------------------------------------

  truth(x: X, loop = false): boolean {
    switch (x.k) {
      case "lnot":
        return !this.truth(x.x, loop);
      case "and":
        return this.truth(x.l, loop) && this.truth(x.r, loop);
      case "or":
        return this.truth(x.l, loop) || this.truth(x.r, loop);
      case "cmp": {
        if (loop) this.askHowMany(x.r);
        const l = this.eval(x.l);
        const r = this.eval(x.r);
        if (loop) this.limitOf(x, r);
        return this.compare(x.op, l, r, loop);
      }
      default:
        return this.truthOf(this.eval(x), loop);
    }
  }

  /** The end of what a loop goes through, formed by a number that is open (`p < all + n`): whether there is more than one. */
  private askHowMany(end: X): void {
    let x = end;
    while (x.k === "conv") x = x.x;
    if (x.k !== "idx" || (x.index.fx & 1) !== 0) return;
    const n = this.known.resolve(this.eval(x.index));
    if (typeof n !== "bigint") this.compare("gt", n, 1n);
  }

  private truthOf(v: Value, loop: boolean): boolean {
    const r = this.known.resolve(v);
    if (typeof r === "bigint") return r !== 0n;
    // A sign bit alone is -1 where it is set: compare() takes numbers of 0 and 1 for truths, and not that one.
    if (r.from?.k === "conv" && typeof r.from.x !== "bigint" && r.from.x.from?.k === "cmp")
      return this.truthOf(r.from.x, loop);
    return this.compare("ne", r, 0n, loop);
  }

  eval(x: X): Value {
    this.tick();
    switch (x.k) {
      case "num":
        return x.v;
      case "fnum":
        return BigInt(Math.trunc(Number.isFinite(x.v) ? x.v : 0));
      case "addr":
        return this.symAddress(x.sym) + BigInt(x.off);
      case "var":
        return this.readVar(x.v, x.t);
      case "vaddr":
        return this.localObj(this.frame, x.v).base + BigInt(x.off);
      case "mem": {
        if (x.t.kind === "record" || x.t.kind === "array") {
          const a = this.address(this.led(x.base, this.eval(x.base)), this.pointee(x.base));
          return a + BigInt(x.off);
        }
        const base = this.led(x.base, this.eval(x.base));
        this.nulls.followed = this.nullOf(x.base, base);
        this.via = variableOf(x.base);
        return this.loadAt(base, x.off, x.t, x.bf, this.pointee(x.base));
      }
      case "idx": {
        const base = this.led(x.base, this.eval(x.base));
        const v = this.eval(x.index);
        if (this.frame.own) {
          if (x.bound !== null) this.withinBounds(x, base, v);
          else this.withinAsked(x, base, v);
        }
        const to = this.address(base, this.pointee(x.base));
        this.picks(to, this.known.resolve(v));
        return to + this.number(v) * BigInt(x.scale);
      }
      case "padd": {
        const base = this.known.resolve(this.led(x.base, this.eval(x.base)));
        if (typeof base === "bigint") {
          this.nameOuter(base, x.off, this.pointee(x.base));
          return BigInt.asUintN(64, base + BigInt(x.off));
        }
        return this.address(base, this.pointee(x.base)) + BigInt(x.off);
      }
      case "recaddr":
        return this.eval(x.x);
      case "un": {
        const v = this.known.resolve(this.eval(x.x));
        if (typeof v === "bigint") return canonical(x.t, x.op === "neg" ? -v : ~v);
        return derived({ k: "un", op: x.op, x: v }, x.t);
      }
      case "lnot":
        return this.truth(x.x) ? 0n : 1n;
      case "and":
      case "or":
        return this.truth(x) ? 1n : 0n;
      case "cmp": {
        const l = this.known.resolve(this.eval(x.l));
        const r = this.known.resolve(this.eval(x.r));
        if (typeof l === "bigint" && typeof r === "bigint") return this.compare(x.op, l, r) ? 1n : 0n;
        return derived({ k: "cmp", op: x.op, l, r }, x.t);
      }
      case "bin":
        return this.arith(x.op, this.eval(x.l), this.eval(x.r), x.t);
      case "cond":
        return this.truth(x.c) ? this.eval(x.a) : this.eval(x.b);
      case "comma":
        this.eval(x.l);
        return this.eval(x.r);
      case "conv":
        return this.convert(this.eval(x.x), x.x.t, x.t);
      case "assign": {
        const v = this.eval(x.x);
        const from = this.nullOf(x.x, v);
        this.assign(x.lv, v, x.lv.t, from);
        if (x.lv.k === "var") this.names(x.lv.v, x.x, v);
        return v;
      }
      case "opassign": {
        const old = this.convert(this.eval(x.lv), x.lv.t, x.ot);
        const v = this.arith(x.op, old, this.eval(x.x), x.ot);
        return this.assign(x.lv, this.convert(v, x.ot, x.lv.t), x.lv.t);
      }
      case "inc": {
        const old = this.eval(x.lv);
        // What is counted up from is no number below zero, where it is somebody else's.
        if (x.by > 0 && typeof old !== "bigint" && old.from === null && isInteger(x.lv.t))
          this.known.assume(old, "ge", 0n);
        const v = this.arith("add", old, BigInt(x.by), x.lv.t);
        this.assign(x.lv, v, x.lv.t);
        return x.post ? old : v;
      }
      case "call":
        return this.call(x);
      case "stmt": {
        const c = this.stmtExpr(x.block, x.value);
        return c;
      }
      case "complit": {
        const obj = this.mem.make("compound literal", "local", "zero", { type: x.v.type });
        this.frame.objs.set(x.v, obj);
        this.initialise(obj, 0, x.plan);
        return obj.base;
      }
      case "vastart":
        return 0n;
      case "vaarg":
        return this.mem.make("variable arguments", "outside", "unknown").base;
      case "atom":
        return this.atomic(x);
      case "bits":
        return unknown(`bits(${this.textOf(this.eval(x.x))})`, x.t);
      case "fbits":
        return 0n;
      case "ovf":
        return this.checked(x);
      case "alloca":
        this.eval(x.size);
        return this.mem.make("alloca()", "local", "uninitialised").base;
      case "frame":
      case "outer":
        throw new PathEnd("unsupported", "a nested function");
      case "trap":
        if (x.kind === "unreachable") throw new PathEnd("stopped", x.message);
        return this.undeclared(x);
    }
  }

  /** A name that the tree has for another architecture or another file alone: what it says is open, and assumed. */
  private undeclared(x: Extract<X, { k: "trap" }>): Value {
    const name = /^`(\w+)` is not known/.exec(x.message)?.[1];
    if (name === undefined) throw new PathEnd("unsupported", x.message);
    this.assumed.add(name);
    return unknown(name, x.t.kind === "void" ? INT : x.t);
  }

  private stmtExpr(b: SBlock, value: X | null): Value {
    const cleanups: LocalVar[] = [];
    const c = this.items(b.items, null, cleanups);
    const v = value === null || c !== null ? 0n : this.eval(value);
    for (let i = cleanups.length - 1; i >= 0; i--)
      if (cleanups[i]!.cleanup !== null) this.eval(cleanups[i]!.cleanup!);
    if (c !== null) throw new Jump(c);
    return v;
  }

  /** Remembers by which open numbers elements of a thing were taken. */
  private picks(array: bigint, index: Value): void {
    if (typeof index === "bigint") return;
    const name = this.mem.at(array)?.obj.name;
    if (name === undefined) return;
    const known = this.picked.get(name) ?? new Set();
    this.picked.set(name, known.add(index.id));
  }

  private readVar(v: LocalVar, t: CType): Value {
    const frame = this.frame;
    if (frame.errors.size > 0) frame.errors.delete(v);
    const obj = frame.objs.get(v);
    if (obj !== undefined || v.addressed || v.type.kind === "record" || v.type.kind === "array") {
      const o = obj ?? this.localObj(frame, v);
      if (t.kind === "record" || t.kind === "array") return o.base;
      return this.load(o, 0, t, v.type, 0);
    }
    const known = frame.vars.get(v);
    if (known !== undefined) return this.known.resolve(known);
    if (!v.hidden && !frame.lost)
      this.fault({
        kind: "uninitialised",
        object: v.name,
        what: `${v.name} is read before it is written`,
        taken: null,
        given: null,
        possible: false,
      });
    const fresh = unknown(`${frame.tree.name}:${v.name}`, t);
    frame.vars.set(v, fresh);
    return fresh;
  }

  // ---- arithmetic -----------------------------------------------------------------------------------------------------

  private checked(x: Extract<X, { k: "ovf" }>): Value {
    const l = this.eval(x.l);
    const r = this.eval(x.r);
    const v = this.arith(x.op, l, r, x.rt);
    if (x.to !== null) {
      const at = this.reach(this.eval(x.to), 0, x.rt, "the result of checked arithmetic is stored");
      put(at.obj, at.off, sizeOf(x.rt), v);
    }
    if (typeof l === "bigint" && typeof r === "bigint") {
      const exact = x.op === "add" ? l + r : x.op === "sub" ? l - r : l * r;
      return exact === v ? 0n : 1n;
    }
    return 0n;
  }

  private atomic(x: Extract<X, { k: "atom" }>): Value {
    const a = this.eval(x.addr);
    const v = this.eval(x.x);
    const y = x.y === null ? null : this.eval(x.y);
    const at = this.reach(a, 0, x.t, "an atomic access");
    const old = this.load(at.obj, at.off, x.t.kind === "void" ? x.x.t : x.t, null, at.off);
    put(at.obj, at.off, x.size, y ?? v);
    return old;
  }

  // ---- memory ---------------------------------------------------------------------------------------------------------

  /** Stores into an lvalue; gives the value stored. */
  assign(lv: X, v: Value, t: CType, from?: NullSource): Value {
    if (lv.k === "var") {
      const frame = this.frame;
      frame.figures.delete(lv.v);
      frame.named.delete(lv.v);
      const error = frame.errors.size > 0 ? frame.errors.get(lv.v) : undefined;
      if (error !== undefined) {
        frame.errors.delete(lv.v);
        const other = this.known.resolve(v);
        if (error.fell && !(typeof other === "bigint" && isErrno(other)))
          this.errorLost(lv.v, error, `nothing reads it before ${lv.v.name} is written over`);
      }
      const obj = frame.objs.get(lv.v);
      if (obj !== undefined || lv.v.addressed || lv.v.type.kind === "record" || lv.v.type.kind === "array") {
        const o = obj ?? this.localObj(frame, lv.v);
        if (t.kind === "record") this.copyRecord(o, 0, v, t);
        else put(o, 0, sizeOf(t), v);
      } else frame.vars.set(lv.v, v);
      this.nulls.assigned(frame, lv.v, from);
      return v;
    }
    if (lv.k === "mem") {
      const base = this.led(lv.base, this.eval(lv.base));
      this.nulls.followed = this.nullOf(lv.base, base);
      this.via = variableOf(lv.base);
      const at = this.reach(base, lv.off, this.pointee(lv.base), `${this.pointedAt(base)} is written`);
      this.withinMemory(at, lv.off, t, this.pointee(lv.base), "written");
      if (t.kind === "pointer") {
        this.writesOver(at.obj, at.off, this.pointee(lv.base), at.off - lv.off);
        if (isLink(t.to) && (at.obj.kind === "outside" || at.obj.kind === "global"))
          this.links.set(`${at.obj.id}:${at.off}`, at);
      }
      if (lv.bf !== null) this.storeBits(at.obj, at.off, lv.bf, v, lv.t);
      else if (t.kind === "record") this.copyRecord(at.obj, at.off, v, t);
      else put(at.obj, at.off, sizeOf(t), v);
      if (t.kind === "pointer") this.nulls.stored(`${at.obj.id}:${at.off}`, from);
      return v;
    }
    if (lv.k === "comma") {
      this.eval(lv.l);
      return this.assign(lv.r, v, t);
    }
    if (lv.k === "conv") return this.assign(lv.x, v, lv.x.t, from);
    throw new PathEnd("unsupported", "an assignment to something that is no lvalue");
  }

  /** Where the value of an expression comes from that was evaluated just now, if it is NULL and that is known. */
  private nullOf(x: X, v: Value): NullSource | undefined {
    if (v !== 0n || x.t.kind !== "pointer") return undefined;
    let own = x;
    while (own.k === "conv") own = own.x;
    const held = own.k === "var" ? this.frame.vars.get(own.v) : undefined;
    const found = held === undefined ? null : nullSourceOf(held);
    if (found !== null) return found;
    return this.nulls.of(x, this.frame, this.originOf.get(0n) ?? null);
  }

  /**
   * What a pointer leads to that is about to be followed: where nothing here has set one in a thing that somebody else made and
   * set up, that one has.
   */
  private led(x: X, base: Value): Value {
    const from = this.nullOf(x, base);
    const lies = from?.k === "unset" ? from.lies : null;
    if (from?.k !== "unset" || lies === null) return base;
    const cell = lies.obj.cells.get(lies.off);
    const now = cell === undefined ? 0n : this.known.resolve(cell.v);
    if (now !== 0n) return now;
    const { base: made } = this.mem.make(from.name, "outside", "unknown", { type: this.pointee(x) });
    put(lies.obj, lies.off, 8, made);
    return made;
  }

  /**
   * An index of an array whose length its type tells. Of a number that is known only the turns of loops that known numbers alone
   * kept turning say that it is come to; of one that is open, only what was decided of it.
   */
  private withinBounds(x: Extract<X, { k: "idx" }>, base: Value, v0: Value): void {
    const bound = BigInt(x.bound!);
    const last = x.addrOnly ? bound : bound - 1n;
    const v = this.known.resolve(v0);
    const [, hi] = this.known.span(v);
    if (hi <= last || (typeof v === "bigint" && !this.isTurn(x.index))) return;
    const name = this.arrayName(this.address(base, this.pointee(x.base)), x.scale);
    // Of a check that lets through more than one too many nobody knows what it is for.
    if (typeof v !== "bigint" && (!this.isChecked(v) || hi > last + 1n)) {
      this.unchecked.add(plainName(name));
      return;
    }
    this.fault({
      kind: "index-past-the-end",
      object: plainName(name),
      what: `${name} has ${bound} elements, and is indexed by ${typeof v === "bigint" ? hi : `up to ${hi}`}`,
      taken: null,
      given: null,
      possible: false,
    });
  }

  /** What the innermost loop's test compares its variable with. */
  private limitOf(x: Extract<X, { k: "cmp" }>, r: Value): void {
    const { stepped, limits } = this.frame;
    const l = bare(x.l);
    if (l.k === "var" && l.v === stepped[stepped.length - 1])
      limits[limits.length - 1] = { op: x.op, with: this.known.resolve(r) };
  }

  /**
   * An index of memory that was asked for here. Of bytes that the source asks for in figures the index is judged as that of an array; of
   * an open number of them what is counted from that number.
   */
  private withinAsked(x: Extract<X, { k: "idx" }>, base: Value, v0: Value): void {
    const address = this.known.resolve(base);
    const at = typeof address === "bigint" ? this.mem.at(address) : null;
    if (at === null || at.obj.kind !== "heap" || at.obj.asked === null || at.off < 0) return;
    const v = this.known.resolve(v0);
    const whole = wholeOf(at.obj);
    let past: Past | null = null;
    if (whole !== null) {
      const elements = BigInt(Math.floor((whole - at.off) / x.scale));
      const last = x.addrOnly ? elements : elements - 1n;
      const [, hi] = this.known.span(v);
      if (hi <= last || (typeof v === "bigint" && !this.isTurn(x.index))) return;
      if (typeof v !== "bigint" && (!this.isChecked(v) || hi > last + 1n)) {
        this.unchecked.add(plainName(at.obj.name));
        return;
      }
      past = { has: `${elements} elements`, goes: typeof v === "bigint" ? `${hi}` : `up to ${hi}` };
    } else {
      const added = this.turnOf(x.index);
      const { limits } = this.frame;
      const limit = limits[limits.length - 1] ?? null;
      const turn = added === null || limit === null ? null : { limit, add: added };
      past = elementPast(this, at, x.scale, v, turn, x.addrOnly);
    }
    if (past === null) return;
    this.fault({
      kind: "past-its-memory",
      object: plainName(at.obj.name),
      what:
        past.has === null
          ? `${past.goes} an element behind the end of ${memoryName(at.obj)}`
          : `${memoryName(at.obj)} has ${past.has}, and is indexed by ${past.goes}`,
      taken: null,
      given: null,
      possible: false,
    });
  }

  /** What an array of elements of a size is called. */
  private arrayName(address: bigint, size: number): string {
    const at = this.mem.at(address);
    const first = at === null ? "" : this.nameOf(at.obj, at.off, size, null, 0);
    return first.endsWith("[0]") ? first.slice(0, -3) : this.lockName(address);
  }

  /** An index is what the innermost loop steps, with a constant added; and that loop, and all around it, count. */
  private isTurn(index: X): boolean {
    return this.turnOf(index) !== null && this.stack.every((f) => f.counted.every((c) => c));
  }

  /** What is added to the variable that the innermost loop steps, where an index is that; null where it is something else. */
  private turnOf(index: X): bigint | null {
    let x = index;
    let add = 0n;
    while (x.k === "conv" || (x.k === "bin" && (x.op === "add" || x.op === "sub") && x.r.k === "num")) {
      if (x.k === "bin" && x.r.k === "num") add += x.op === "add" ? x.r.v : -x.r.v;
      x = x.k === "conv" ? x.x : x.l;
    }
    const { stepped } = this.frame;
    return x.k === "var" && x.v === stepped[stepped.length - 1] ? add : null;
  }

  /** Whether something that was decided on this path says how great an open number can be. */
  private isChecked(v: Value): boolean {
    if (typeof v === "bigint") return false;
    const { u } = stripped(this.known, v);
    return this.known.range(u).hi < u.hi;
  }

  // ---- symbols --------------------------------------------------------------------------------------------------------

  symAddress(sym: Sym): bigint {
    if (sym.kind === "function") return this.functionObj(sym).base;
    if (sym.kind === "label") throw new PathEnd("unsupported", "the address of a label");
    return this.globalObj(sym).base;
  }

  globalObj(sym: ObjectSym): Obj {
    let obj = this.globals.get(sym);
    if (obj !== undefined) return obj;
    if (sym.bytes !== null) {
      obj = this.mem.make("string", "string", "zero", { bytes: sym.bytes });
      this.globals.set(sym, obj);
      return obj;
    }
    let type: CType | null = null;
    try {
      type = sym.type();
    } catch (f) {
      if (!(f instanceof CFail)) throw f;
    }
    const plain = type !== null && (type.kind === "pointer" || isInteger(type));
    obj = this.mem.make(sym.name, "global", "unknown", { type, size: type === null ? null : sizeSafe(type) });
    this.globals.set(sym, obj);
    let plan: InitPlan | null = null;
    try {
      plan = sym.plan();
    } catch (f) {
      if (!(f instanceof CFail)) throw f;
    }
    // What the program changes is not known by what it began with; tables and drivers are what they say.
    if (plan !== null && (sym.readonly || !plain))
      try {
        if (this.stack.length > 0) {
          this.initialise(obj, 0, plan, sym.readonly);
          if (!sym.readonly && !this.input.life) opensLists(obj);
        }
      } catch (f) {
        if (!(f instanceof CFail) && !(f instanceof PathEnd && f.end === "unsupported")) throw f;
      }
    return obj;
  }

  // ---- calls ------------------------------------------------------------------------------------------------------------

  private call(x: Extract<X, { k: "call" }>): Value {
    const loc = expansionLoc(x.loc);
    let target: FunctionSym | null = null;
    let name: string;
    if ("kind" in x.target) {
      target = x.target as FunctionSym;
      name = target.name;
    } else {
      const p = this.known.resolve(this.eval(x.target as X));
      if (typeof p === "bigint") {
        const at = this.mem.at(p);
        if (at?.obj.fn != null) {
          target = at.obj.fn;
          name = target.name;
        } else if (p < 0x10000n) {
          this.reach(p, 0, null, "NULL is called");
          name = "";
        } else name = at === null ? "a function pointer" : at.obj.name;
      } else name = p.id;
    }
    const nulls: (NullSource | undefined)[] = [];
    const args = x.args.map((a, i) => {
      const v = this.eval(a);
      nulls[i] = this.nullOf(a, v);
      return v;
    });
    this.nulls.args = nulls;
    this.frame.loc = x.loc;
    this.namedZero = false;
    const result = this.calls_.call(name, target, args, x, loc);
    this.frame.loc = x.loc;
    return result;
  }
}

/** A list that begins empty has what was put in it since. */
function opensLists(obj: Obj): void {
  const { type, base } = obj;
  if (type?.kind !== "record") return;
  for (const at of type.info.tag === "list_head" ? [0] : listHeadsOf(type)) {
    const head = base + BigInt(at);
    if (obj.cells.get(at)?.v !== head || obj.cells.get(at + 8)?.v !== head) continue;
    clear(obj, at, 16);
    addPart(obj, { lo: at, hi: at + 16, fresh: "unknown", name: obj.name, forgotten: false });
  }
}

/** What lists and trees of the kernel are linked by (include/linux/types.h, include/linux/rbtree_types.h). */
const LINKS: ReadonlySet<string> = new Set([
  "list_head",
  "hlist_node",
  "hlist_bl_node",
  "llist_node",
  "rb_node",
]);

const isLink = (t: CType): boolean => t.kind === "record" && LINKS.has(t.info.tag ?? "");

/** A jump out of a statement expression. */
export class Jump extends Error {
  readonly completion: Exclude<Completion, null>;
  constructor(completion: Exclude<Completion, null>) {
    super("jump");
    this.completion = completion;
  }
}

/** The variable that a `for` loop counts up or down. */
function steppedBy(step: X | null): LocalVar | null {
  return step?.k === "inc" && step.lv.k === "var" ? step.lv.v : null;
}

const firstLabels = new WeakMap<SSwitch, Map<LabelRef, LabelRef>>();

/** The first of the labels that stand together at a place: `case 1: case 2: ...` is one way to go. */
function firstOf(s: SSwitch, label: LabelRef): LabelRef {
  let firsts = firstLabels.get(s);
  if (firsts === undefined) {
    firsts = new Map();
    let first: LabelRef | null = null;
    const visit = (x: S, out: Map<LabelRef, LabelRef>): void => {
      if (x.k === "block" || x.k === "seq") for (const i of x.items) visit(i, out);
      else if (x.k === "label") out.set(x.label, (first ??= x.label));
      else first = null;
    };
    visit(s.body, firsts);
    firstLabels.set(s, firsts);
  }
  return firsts.get(label) ?? label;
}

export type { FnTree };
