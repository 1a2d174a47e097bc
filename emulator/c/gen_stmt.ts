/**
 * Code generation for statements and whole functions: scopes with the lifetime of their locals and cleanups, loops with
 * one jump an iteration, switch tables, code that cannot be reached left out. Leaves out expressions (gen_expr.ts).
 */
import { Op } from "../vm/bytecode.ts";
import type { FnCode } from "../vm/image.ts";
import { Asm, type Label } from "./asm.ts";
import { hasVolatile, truth } from "./build.ts";
import { alignOf, byAddress, CFail, intOf, isInteger, isWide, sizeOf } from "./ctype.ts";
import { maybeUninitialised } from "./flow.ts";
import {
  allocFrame,
  declared,
  emitStore,
  emitTruncate,
  type Gen,
  type GenEnv,
  type GenOps,
  inRegister,
  live,
  placeLocal,
  type ScopeRecord,
  temp,
  withCoverage,
} from "./gen.ts";
import { genCall } from "./gen_call.ts";
import { copyRecord, gen, genCond, genTo, genVoid } from "./gen_expr.ts";
import { genPlan } from "./gen_init.ts";
import type { FnTree, LabelRef, LocalVar, S, SBlock, SLoop, SSwitch } from "./tree.ts";

const OPS: GenOps = { call: genCall, plan: genPlan, block: genBlock };

/** Generates the code of a function. `setLabel` learns where labels whose address is taken are. */
export function genFunction(env: GenEnv, fn: FnTree, setLabel: (id: number, pc: number) => void): FnCode {
  const hoisted = new Set<LocalVar>();
  for (let round = 0; ; round++) {
    const g = generate(env, fn, hoisted);
    if (round < 8) {
      if (g.hoistedGrew) {
        g.asm.drop();
        continue;
      }
      const bad = g.undefined.length > 0 ? maybeUninitialised(g) : [];
      for (const v of bad) v.demoted = true;
      if (bad.length > 0) {
        g.asm.drop();
        continue;
      }
    }
    for (const [ref, label] of g.labels) if (ref.sym !== null) setLabel(ref.sym.id, label.pc);
    const code = finish(g);
    const hidden = env.hosted ? [] : hiddenBy(code.traps, env, fn, hoisted);
    return hidden.length === 0 ? code : { ...code, hidden };
  }
}

/** What stands behind the mistakes of a function and is one too. The functions that are called there have numbers then. */
function hiddenBy(
  traps: FnCode["traps"],
  env: GenEnv,
  fn: FnTree,
  hoisted: ReadonlySet<LocalVar>,
): readonly string[] {
  // Nested functions go by the places of this one's locals, which generating moves.
  if (fn.pointers.size > 0 || !traps.some((t) => t.kind === "unsupported")) return [];
  const { asm } = generate(withCoverage(env, false), fn, new Set(hoisted), true);
  asm.drop();
  const told = new Set(traps.map((t) => t.message));
  const all = asm.traps.filter((t) => t.kind === "unsupported").map((t) => t.message);
  return [...new Set(all)].filter((m) => !told.has(m));
}

function generate(env: GenEnv, fn: FnTree, hoisted: Set<LocalVar>, pastTraps = false): Gen {
  const g: Gen = {
    ops: OPS,
    env,
    fn,
    asm: new Asm(fn.loc, pastTraps),
    top: 0,
    maxTop: 0,
    frameTop: 0,
    frameMax: 0,
    scopes: [],
    labels: new Map(),
    targets: new Map(),
    lives: [],
    undefined: [],
    hoisted,
    hoistedGrew: false,
    usesAlloca: false,
    named: [],
  };
  prologue(g);
  genBlock(g, fn.body, null);
  epilogue(g);
  return g;
}

// ---- entry and exit -----------------------------------------------------------------------------------------------

function prologue(g: Gen): void {
  const { fn, asm } = g;
  if (fn.resultTo !== null) fn.resultTo.reg = temp(g);
  const at = fn.params.map((v) => ({ v, reg: temp(g) }));
  if (fn.variadic !== null) fn.variadic.reg = temp(g);
  if (fn.chain !== null) at.push({ v: fn.chain, reg: temp(g) });
  for (const v of g.hoisted) {
    v.offset = allocFrame(g, Math.max(1, sizeOf(v.type)), alignOf(v.type));
    v.hoisted = true;
    live(g, v);
  }
  for (const { v, reg } of at) {
    asm.loc = v.loc;
    if (fn.promotedParams && v !== fn.chain) narrowParam(g, v, reg);
    if (inRegister(v) || v.byReference) v.reg = reg;
    else {
      v.reg = -1;
      v.offset = allocFrame(g, sizeOf(v.type), alignOf(v.type));
      live(g, v);
      const r = temp(g);
      asm.emit(Op.FRAME, r, v.offset);
      emitStore(g, reg, { reg: r, off: 0 }, v.type, null);
      g.top--;
    }
    g.named.push({
      name: v.name,
      reg: v.reg < 0 ? null : v.reg,
      offset: v.reg < 0 ? v.offset : null,
      size: sizeOf(v.type),
      declared: declared(v),
    });
  }
}

/** Old-style parameters arrive as int or double. */
function narrowParam(g: Gen, v: LocalVar, reg: number): void {
  if (v.type.kind === "float" && v.type.size === 4) g.asm.emit(Op.FROUND, reg, reg);
  else if (isInteger(v.type) && intOf(v.type).bits <= 32) emitTruncate(g, reg, reg, v.type);
}

function epilogue(g: Gen): void {
  const { asm, fn } = g;
  asm.loc = fn.endLoc;
  for (const label of g.labels.values()) {
    if (label.pc >= 0) continue;
    asm.bind(label);
    asm.trap({ kind: "unsupported", message: "goto to a label that is not there" });
  }
  // Always: the label of an unreachable end may still be named by a jump.
  if (fn.name === "main" && isInteger(fn.type.ret)) {
    asm.emit(Op.LDI, g.fn.params.length, 0);
    if (g.maxTop <= g.fn.params.length) g.maxTop = g.fn.params.length + 1;
    asm.emit(Op.RET, g.fn.params.length);
  } else asm.emit(fn.type.ret.kind === "void" || byAddress(fn.type.ret) ? Op.RETV : Op.RETU);
}

function finish(g: Gen): FnCode {
  const { asm } = g;
  const frame = g.usesAlloca ? Math.max(16, g.frameMax) : g.frameMax;
  return {
    code: asm.take(),
    locs: asm.locs,
    consts: BigInt64Array.from(asm.consts),
    switches: asm.switches.map((s) => ({
      cases: s.cases.map((c) => ({ lo: c.lo, hi: c.hi, target: c.label.pc })),
      otherwise: s.otherwise.pc,
      unsigned: s.unsigned,
    })),
    bitfields: asm.bitfields,
    sigs: asm.sigs,
    traps: asm.traps,
    nregs: g.maxTop + 1,
    frameSize: Math.ceil(frame / 16) * 16,
    locals: g.named,
    signedAt: asm.signedAt,
    looseAt: asm.looseAt,
  };
}

// ---- scopes -------------------------------------------------------------------------------------------------------

/** Generates a block; `last` runs inside its scope at the end. */
function genBlock(g: Gen, block: SBlock, last: (() => void) | null): void {
  const { asm } = g;
  const regs = g.top;
  const frame = g.frameTop;
  const start = asm.length;
  const outermost = g.scopes.length === 0;
  const lifeMark = g.lives.length;
  let sp = -1;
  if (block.hasVla) {
    sp = temp(g);
    g.usesAlloca = true;
    asm.emit(Op.SAVESP, sp);
  }
  const scope: ScopeRecord = {
    block,
    cleanups: [],
    sp,
    pinned: false,
    vla: -1,
    from: g.frameTop,
    to: g.frameTop,
  };
  g.scopes.push(scope);
  for (const v of block.vars) declareLocal(g, v, block, outermost, start);
  scope.to = g.frameTop;
  if (outermost) for (const p of g.fn.params) keepPointer(g, p);
  for (const item of block.items) genStmt(g, item);
  if (last !== null) last();
  if (asm.reachable) {
    asm.loc = block.endLoc;
    leaveScope(g, scope, outermost);
  }
  g.scopes.pop();
  for (let i = lifeMark; i < g.lives.length; i++) if (g.lives[i]!.end < 0) g.lives[i]!.end = asm.length;
  g.top = regs;
  g.frameTop = frame;
}

function declareLocal(g: Gen, v: LocalVar, block: SBlock, outermost: boolean, start: number): void {
  const memory = !inRegister(v) && !v.byReference;
  if (memory && block.sideways && !outermost && !v.hidden) {
    if (!g.hoisted.has(v)) {
      g.hoisted.add(v);
      g.hoistedGrew = true;
      v.offset = 0;
    }
    v.reg = -1;
    g.named.push({ name: v.name, reg: null, offset: v.offset, size: sizeOf(v.type), declared: declared(v) });
    return;
  }
  placeLocal(g, v);
  if (memory) {
    if (block.sideways && !v.hidden) live(g, v);
    else if (v.hidden && (v.demoted || isWide(v.type))) live(g, v);
    return;
  }
  g.lives.push({ v, reg: v.reg, start, end: -1 });
  // In a block that can be entered sideways even an initialised local may have no value yet.
  if (block.sideways && !v.byReference) g.undefined.push({ pc: g.asm.length, v });
}

/** What leaving a scope does at run time. */
function leaveScope(g: Gen, scope: ScopeRecord, outermost: boolean): void {
  const mark = g.top;
  for (let i = scope.cleanups.length - 1; i >= 0; i--) genVoid(g, scope.cleanups[i]!.cleanup!);
  g.top = mark;
  if (outermost) return;
  if (scope.sp >= 0 && !scope.pinned) g.asm.emit(Op.RESTSP, scope.sp);
  if (scope.to > scope.from) g.asm.emit(Op.DEAD, scope.from, scope.to - scope.from);
}

/** Leaves the scopes above `depth` without ending them for the code that follows. */
function unwind(g: Gen, depth: number): void {
  for (let i = g.scopes.length - 1; i >= depth; i--) leaveScope(g, g.scopes[i]!, i === 0);
}

function depthOfLabel(g: Gen, label: LabelRef): number {
  const inside = new Set<SBlock>();
  for (let b = label.block; b !== null; b = b.parent) inside.add(b);
  for (let i = g.scopes.length - 1; i >= 0; i--) if (inside.has(g.scopes[i]!.block)) return i + 1;
  return g.scopes.length;
}

// ---- statements ---------------------------------------------------------------------------------------------------

function genStmt(g: Gen, st: S): void {
  const { asm } = g;
  if (!asm.reachable && !g.fn.labelled.has(st)) return;
  if (st.k === "block") {
    genBlock(g, st, null);
    return;
  }
  if (st.k === "seq") {
    for (const item of st.items) genStmt(g, item);
    return;
  }
  asm.loc = st.loc;
  if (g.env.coverage && asm.reachable && st.k !== "label") asm.emit(Op.LINE, g.env.line(st.loc));
  const regs = g.top;
  const frame = g.frameTop;
  const at = asm.length;
  try {
    simple(g, st);
  } catch (f) {
    if (!(f instanceof CFail)) throw f;
    asm.loc = f.loc ?? st.loc;
    if (asm.reachable) asm.trap({ kind: "unsupported", message: f.message });
  }
  g.top = regs;
  // Temporaries of the statement end with it.
  if (g.frameTop > frame) {
    if (asm.reachable && asm.length > at && st.k !== "loop" && st.k !== "switch" && st.k !== "if")
      asm.emit(Op.DEAD, frame, g.frameTop - frame);
    g.frameTop = frame;
  }
}

function simple(g: Gen, st: Exclude<S, SBlock | { k: "seq" }>): void {
  const { asm } = g;
  switch (st.k) {
    case "expr":
      if (st.x.fx !== 0 || hasVolatile(st.x)) genVoid(g, st.x);
      return;
    case "decl":
      genDecl(g, st);
      return;
    case "if":
      genIf(g, st);
      return;
    case "loop":
      genLoop(g, st);
      return;
    case "switch":
      genSwitch(g, st);
      return;
    case "label":
      asm.bind(labelFor(g, st.label), st.label.used);
      return;
    case "goto":
      if (!st.label.placed) throw new CFail(`label \`${st.label.name}\` is not defined`, st.loc);
      unwind(g, depthOfLabel(g, st.label));
      leaveArrays(g, st.label);
      asm.goto(labelFor(g, st.label));
      return;
    case "gotoptr": {
      const r = gen(g, st.x);
      asm.emit(Op.JMPI, r);
      asm.reachable = false;
      return;
    }
    case "break":
    case "continue": {
      const target = g.targets.get(st.to)!;
      unwind(g, target.depth);
      asm.goto(st.k === "break" ? target.stop : target.next!);
      return;
    }
    case "return":
      genReturn(g, st.x);
      return;
    case "trap":
      asm.trap({ kind: st.kind, message: st.message });
      return;
  }
}

/** A jump back over the declaration of a variable length array ends the array. */
function leaveArrays(g: Gen, ref: LabelRef): void {
  const at = labelFor(g, ref).pc;
  if (at < 0 || !g.asm.reachable) return;
  const scope = g.scopes.slice(0, depthOfLabel(g, ref)).find((s) => s.sp >= 0 && !s.pinned && s.vla >= at);
  if (scope !== undefined) g.asm.emit(Op.RESTSP, scope.sp);
}

function labelFor(g: Gen, ref: LabelRef): Label {
  let label = g.labels.get(ref);
  if (label === undefined) {
    label = g.asm.label();
    g.labels.set(ref, label);
  }
  return label;
}

function genDecl(g: Gen, st: Extract<S, { k: "decl" }>): void {
  const { asm } = g;
  const { v } = st;
  const scope = g.scopes[g.scopes.length - 1]!;
  if (v.byReference) {
    const at = asm.length;
    const size = gen(g, st.size!);
    asm.emit(Op.ALLOCA, v.reg, size, alignOf(v.type));
    keepPointer(g, v);
    if (st.plan !== null) {
      if (st.plan.size > 0) genPlan(g, st.plan, { reg: v.reg, off: 0 });
    }
    if (st.x !== null) copyRecord(g, { reg: v.reg, off: 0 }, st.x, true);
    if (scope.vla < 0) scope.vla = at;
  } else if (v.reg >= 0) {
    if (st.x !== null) genTo(g, st.x, v.reg);
    else g.undefined.push({ pc: asm.length, v });
  } else {
    if (!scope.block.sideways) live(g, v);
    if (st.x !== null || st.plan !== null) initialise(g, st);
  }
  if (v.cleanup !== null) scope.cleanups.push(v);
}

/** Lets nested functions find what a register holds the address of. */
function keepPointer(g: Gen, v: LocalVar): void {
  const pointer = g.fn.pointers.get(v);
  if (pointer === undefined) return;
  const r = temp(g);
  g.asm.emit(Op.FRAME, r, pointer.offset);
  g.asm.emit(Op.ST64, v.reg, r, 0);
  g.top--;
}

function initialise(g: Gen, st: Extract<S, { k: "decl" }>): void {
  const { asm } = g;
  const r = temp(g);
  if (st.x !== null && !byAddress(st.x.t)) {
    genTo(g, st.x, r, true);
    const at = temp(g);
    asm.emit(Op.FRAME, at, st.v.offset);
    emitStore(g, r, { reg: at, off: 0 }, st.v.type, null);
    return;
  }
  asm.emit(Op.FRAME, r, st.v.offset);
  if (st.x !== null) copyRecord(g, { reg: r, off: 0 }, st.x, true);
  else genPlan(g, st.plan!, { reg: r, off: 0 });
}

function genIf(g: Gen, st: Extract<S, { k: "if" }>): void {
  const { asm } = g;
  const no = asm.label();
  const end = asm.label();
  const mark = g.top;
  const known = st.c.fx === 0 ? truth(st.c) : null;
  if (known === false && !g.fn.labelled.has(st.a)) {
    if (st.b !== null) genStmt(g, st.b);
    return;
  }
  const jump = plainJump(g, st.a);
  if (jump !== null) {
    genCond(g, st.c, jump, null, false);
    g.top = mark;
    if (st.b !== null) genStmt(g, st.b);
    return;
  }
  genCond(g, st.c, null, no, true);
  g.top = mark;
  genStmt(g, st.a);
  if (st.b !== null) {
    asm.goto(end);
    asm.bind(no);
    genStmt(g, st.b);
    asm.bind(end);
  } else asm.bind(no);
}

/** Target of a statement that only jumps, when no scope has to be left in an orderly way. */
function plainJump(g: Gen, st: S): Label | null {
  if (g.env.coverage) return null;
  const one = st.k === "block" && st.items.length === 1 && st.vars.length === 0 ? st.items[0]! : st;
  let label: Label;
  let depth: number;
  if (one.k === "goto") {
    if (!one.label.placed) return null;
    label = labelFor(g, one.label);
    depth = depthOfLabel(g, one.label);
  } else if (one.k === "break" || one.k === "continue") {
    const target = g.targets.get(one.to)!;
    label = one.k === "break" ? target.stop : target.next!;
    depth = target.depth;
  } else return null;
  for (let i = g.scopes.length - 1; i >= depth; i--) {
    const s = g.scopes[i]!;
    if (s.cleanups.length > 0 || s.sp >= 0 || (i > 0 && s.to > s.from)) return null;
  }
  if (label.pc >= 0 && g.scopes.some((s) => s.sp >= 0)) return null;
  return label;
}

function genLoop(g: Gen, st: SLoop): void {
  const { asm } = g;
  const body = asm.label();
  const next = asm.label();
  const stop = asm.label();
  const test = asm.label();
  g.targets.set(st, { stop, next, depth: g.scopes.length });
  const known = st.test === null ? true : st.test.fx === 0 ? truth(st.test) : null;
  const entered = asm.reachable;
  if (st.kind !== "do" && known === null) asm.goto(test);
  if (st.kind !== "do" && known === false) {
    if (!g.fn.labelled.has(st.body)) return;
    asm.goto(stop);
  }
  asm.bind(body, known !== false && (entered || g.fn.labelled.has(st.body)));
  genStmt(g, st.body);
  asm.bind(next);
  if (st.step !== null && asm.reachable) {
    asm.loc = st.step.loc;
    genVoid(g, st.step);
  }
  asm.bind(test);
  if (asm.reachable) {
    if (known === null) {
      asm.loc = st.test!.loc;
      genCond(g, st.test!, body, null, false);
    } else if (known) asm.goto(body);
  }
  asm.bind(stop);
}

/** Tables for many cases, a chain of tests for few. */
const CHAIN_MAX = 3;

function genSwitch(g: Gen, st: SSwitch): void {
  const { asm } = g;
  const stop = asm.label();
  g.targets.set(st, { stop, next: null, depth: g.scopes.length });
  const otherwise = st.otherwise === null ? stop : labelFor(g, st.otherwise);
  const mark = g.top;
  if (st.x.k === "num") {
    const v = st.x.v;
    const hit = st.cases.find((c) => v >= c.lo && v <= c.hi);
    asm.goto(hit === undefined ? otherwise : labelFor(g, hit.label));
  } else {
    const r = gen(g, st.x);
    asm.loc = st.loc;
    if (asm.reachable) dispatch(g, st, r, otherwise);
  }
  g.top = mark;
  genStmt(g, st.body);
  asm.bind(stop);
}

function dispatch(g: Gen, st: SSwitch, r: number, otherwise: Label): void {
  const { asm } = g;
  const t = intOf(st.x.t);
  const single = st.cases.every((c) => c.lo === c.hi);
  if (t.bits <= 32 && single && st.cases.length <= CHAIN_MAX) {
    for (const c of st.cases)
      asm.jump(Op.JEQI32, r, Number(BigInt.asIntN(32, c.lo)), 0, labelFor(g, c.label), 3);
    asm.goto(otherwise);
    return;
  }
  const cases = st.cases.map((c) => ({ lo: c.lo, hi: c.hi, label: labelFor(g, c.label) }));
  asm.switches.push({ cases, otherwise, unsigned: !t.signed && t.bits > 32 });
  asm.emit(Op.SWITCH, r, asm.switches.length - 1);
  asm.reachable = false;
  // The table is filled in at the end; its targets count as reached.
  if (otherwise.pc < 0) otherwise.refs.push(scratchWord(asm));
}

/** A word that may be overwritten: lets a label know that something names it. */
function scratchWord(asm: Asm): number {
  return asm.length - 1; // operand c of SWITCH is not used
}

function genReturn(g: Gen, x: import("./tree.ts").X | null): void {
  const { asm, fn } = g;
  const cleanups = g.scopes.some((s) => s.cleanups.length > 0);
  if (x === null) {
    if (cleanups) unwindAll(g);
    asm.emit(fn.type.ret.kind === "void" || byAddress(fn.type.ret) ? Op.RETV : Op.RETU);
    asm.reachable = false;
    return;
  }
  if (byAddress(fn.type.ret)) {
    if (x.k === "trap") genVoid(g, x);
    else copyRecord(g, { reg: fn.resultTo!.reg, off: 0 }, x, true);
    if (cleanups) unwindAll(g);
    asm.emit(Op.RETV);
    asm.reachable = false;
    return;
  }
  let r = gen(g, x);
  if (cleanups) {
    if (r < g.top - 1 || g.lives.some((l) => l.end < 0 && l.reg === r)) {
      const keep = temp(g);
      asm.emit(Op.MOV, keep, r);
      r = keep;
    }
    unwindAll(g);
  }
  asm.emit(Op.RET, r);
  asm.reachable = false;
}

function unwindAll(g: Gen): void {
  for (let i = g.scopes.length - 1; i >= 0; i--) {
    const scope = g.scopes[i]!;
    for (let k = scope.cleanups.length - 1; k >= 0; k--) genVoid(g, scope.cleanups[k]!.cleanup!);
  }
}
