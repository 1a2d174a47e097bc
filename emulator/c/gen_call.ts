/**
 * Code generation for calls: arguments into consecutive registers, structs as copies, variable arguments into slots of
 * the frame. Arguments are evaluated from the last to the first, as gcc does on x86-64. Leaves out the rest (gen_expr.ts).
 */
import { Op } from "../vm/bytecode.ts";
import { byAddress, CFail, type CType, intOf, isInteger, signatureKey, sizeOf } from "./ctype.ts";
import { allocFrame, emitCopy, emitTruncate, type Gen, type Place, temp } from "./gen.ts";
import { copyRecord, gen, genTo, place } from "./gen_expr.ts";
import type { FunctionSym, X, XCall } from "./tree.ts";

/**
 * Calls; the arguments start at register `base`, the topmost temporary or the next free one. Gives the register of the
 * result (`base`). `into`: where a record result goes.
 */
export function genCall(g: Gen, x: XCall, base: number, into: Place | null, used = true): number {
  const { asm } = g;
  const hidden = byAddress(x.t) ? 1 : 0;
  const slots = x.ft.variadic ? 1 : 0;
  const chain = x.chain === undefined ? 0 : 1;
  // The called address is kept below the arguments.
  let target = -1;
  if ("k" in x.target) {
    target = gen(g, x.target);
    const copied = x.args.some((a) => (a.fx & 2) !== 0);
    if (copied && target < g.top - 1) {
      const keep = temp(g);
      asm.emit(Op.MOV, keep, target);
      target = keep;
    }
    if (base <= target || base < g.top) base = g.top;
  }
  const to = hidden === 0 ? null : into;
  if (to !== null && base < g.top) base = g.top;
  const count = hidden + x.named + slots + chain;
  while (g.top < base + Math.max(1, count)) temp(g);
  const first = base + hidden;
  if (x.chain !== undefined) genTo(g, x.chain, first + x.named + slots);
  if (slots === 1) variableArgs(g, x, first + x.named);
  for (let i = x.named - 1; i >= 0; i--) argument(g, x.args[i]!, first + i);
  if (to !== null) {
    if (to.off !== 0) asm.emit(Op.ADDI, base, to.reg, to.off);
    else asm.emit(Op.MOV, base, to.reg);
  } else if (hidden === 1) throw new CFail("a struct result has no place", x.loc);
  asm.loc = x.loc;
  const useFlag = used && x.t.kind !== "void" ? 1 : 0;
  if (target >= 0) {
    const key = x.ft.noProto ? "" : signatureKey(x.ft);
    asm.sigs.push({ key, nargs: count, resultUsed: useFlag === 1 });
    asm.emit(Op.CALLI, target, base, asm.sigs.length - 1);
  } else direct(g, x, x.target as FunctionSym, base, count, useFlag, to);
  g.top = base + 1;
  if (g.top > g.maxTop) g.maxTop = g.top;
  return base;
}

function direct(
  g: Gen,
  x: XCall,
  sym: FunctionSym,
  base: number,
  count: number,
  used: number,
  to: Place | null,
): void {
  const { asm } = g;
  if (sym.def !== null) {
    asm.emit(Op.CALL, g.env.functionId(sym), base, used);
    return;
  }
  const how = g.env.external(sym.name);
  switch (how.kind) {
    case "trap":
      asm.trap({ kind: "unsupported", message: how.message });
      return;
    case "stub":
      if (to !== null) asm.emit(Op.MSET, base, 0, sizeOf(x.t));
      asm.emit(Op.CALLSTUB, how.index, base, count | (used << 16));
      return;
    case "native":
      asm.emit(Op.CALLN, how.index, base, count | (used << 16));
      if (used === 1 && isInteger(x.t) && intOf(x.t).bits < 64) emitTruncate(g, base, base, x.t);
      return;
  }
}

function argument(g: Gen, x: X, reg: number): void {
  const mark = g.top;
  if (byAddress(x.t)) {
    const p = recordCopy(g, x);
    g.asm.emit(p.off === 0 ? Op.MOV : Op.ADDI, reg, p.reg, p.off);
  } else {
    // The topmost slot is free until now: a call can be made right there.
    genTo(g, x, reg, reg === g.top - 1);
  }
  g.top = mark;
}

/** A copy of a struct that the callee owns. A call's result is already one. */
function recordCopy(g: Gen, x: X): Place {
  if (x.k === "call") return place(g, x);
  const size = Math.max(1, sizeOf(x.t));
  const off = allocFrame(g, size, 16);
  g.asm.emit(Op.LIVE, off, size);
  const r = temp(g);
  g.asm.emit(Op.FRAME, r, off);
  copyRecord(g, { reg: r, off: 0 }, x);
  return { reg: r, off: 0 };
}

function slotsOf(t: CType): number {
  return byAddress(t) ? Math.ceil(sizeOf(t) / 8) : 1;
}

/** Variable arguments lie in 8-byte slots of the frame; the register gets their address. */
function variableArgs(g: Gen, x: XCall, reg: number): void {
  const { asm } = g;
  const extra = x.args.slice(x.named);
  const total = extra.reduce((n, a) => n + slotsOf(a.t), 0);
  if (total === 0) {
    asm.emit(Op.LDI, reg, 0);
    return;
  }
  const off = allocFrame(g, total * 8, 16);
  asm.emit(Op.LIVE, off, total * 8);
  asm.emit(Op.FRAME, reg, off);
  let at = total * 8;
  for (let i = extra.length - 1; i >= 0; i--) {
    const a = extra[i]!;
    const mark = g.top;
    at -= slotsOf(a.t) * 8;
    if (byAddress(a.t)) emitCopy(g, { reg, off: at }, place(g, a), sizeOf(a.t));
    else {
      const r = gen(g, a);
      asm.emit(a.t.kind === "float" ? Op.STF64 : Op.ST64, r, reg, at);
    }
    g.top = mark;
  }
}
