/**
 * Code generation for initialisers of locals: constant parts as one copy of a template, the rest as stores. Leaves out
 * static objects (const_eval.ts, link.ts).
 */
import { Op } from "../vm/bytecode.ts";
import { writeEntry } from "./const_eval.ts";
import { alignOf, byAddress, sizeOf } from "./ctype.ts";
import { emitCopy, emitStore, type Gen, type Place, temp } from "./gen.ts";
import { copyRecord, gen, genVoid, place, storeImmediate } from "./gen_expr.ts";
import type { InitEntry, InitPlan } from "./tree.ts";

/** Initialises the object at `to`. */
export function genPlan(g: Gen, plan: InitPlan, at: Place): void {
  const to: Place = { ...at, loose: true };
  const size = plan.size;
  if (size === 0) {
    for (const e of plan.entries) if (e.x !== null) genVoid(g, e.x);
    return;
  }
  const { asm } = g;
  const constant = new Set<InitEntry>();
  const bytes = new Uint8Array(size);
  let covered = 0;
  for (const e of plan.entries) {
    if (writeEntry(g.env, bytes, e)) constant.add(e);
    else if (e.bf === null) covered += sizeOf(e.t) * e.count;
  }
  const mark = g.top;
  if (covered < size) {
    const base = address(g, to);
    const zero = bytes.every((b) => b === 0);
    if (zero) asm.emit(Op.MSET, base, 0, size);
    else {
      const from = temp(g);
      asm.load(from, g.env.template(bytes, alignOf(plan.type)));
      asm.emit(Op.MCPY, base, from, size);
    }
  }
  g.top = mark;
  // A constant that stands after a computed value of the same place wins over it, as written.
  let overlaid = false;
  for (const e of plan.entries) {
    if (constant.has(e) && !overlaid && covered < size) continue;
    overlaid ||= !constant.has(e) && plan.entries.some((o) => o !== e && constant.has(o) && overlaps(o, e));
    storeEntry(g, e, to);
    g.top = mark;
  }
}

function overlaps(a: InitEntry, b: InitEntry): boolean {
  const end = (e: InitEntry): number =>
    e.off + (e.count - 1) * e.stride + (e.bytes?.length ?? (e.bf !== null ? e.bf.bytes : sizeOf(e.t)));
  return a.off < end(b) && b.off < end(a);
}

function address(g: Gen, p: Place): number {
  if (p.off === 0) return p.reg;
  const r = temp(g);
  g.asm.emit(Op.ADDI, r, p.reg, p.off);
  return r;
}

function storeEntry(g: Gen, e: InitEntry, to: Place): void {
  const { asm } = g;
  if (e.bytes !== null) {
    const from = temp(g);
    asm.load(from, g.env.template(e.bytes, 1));
    for (let k = 0; k < e.count; k++)
      emitCopy(g, { reg: to.reg, off: to.off + e.off + k * e.stride }, { reg: from, off: 0 }, e.bytes.length);
    return;
  }
  const x = e.x!;
  asm.loc = x.loc;
  if (byAddress(e.t) || e.t.kind === "array") {
    const first = { reg: to.reg, off: to.off + e.off };
    if (e.count === 1 && byAddress(e.t)) copyRecord(g, first, x, true);
    else {
      const from = place(g, x);
      for (let k = 0; k < e.count; k++)
        emitCopy(g, { reg: to.reg, off: first.off + k * e.stride }, from, sizeOf(e.t));
    }
    return;
  }
  if (x.k === "num" && e.bf === null && e.count === 1) {
    if (storeImmediate(g, x.v, { ...to, off: to.off + e.off }, e.t)) return;
  }
  const r = gen(g, x);
  if (e.count <= 16) {
    for (let k = 0; k < e.count; k++)
      emitStore(g, r, { ...to, off: to.off + e.off + k * e.stride }, e.t, e.bf);
    return;
  }
  // for (p = first; p != end; p += stride) *p = r
  const p = temp(g);
  const end = temp(g);
  asm.emit(Op.ADDI, p, to.reg, to.off + e.off);
  asm.emit(Op.ADDI, end, p, e.count * e.stride);
  const loop = asm.label();
  asm.bind(loop);
  emitStore(g, r, { reg: p, off: 0, loose: true }, e.t, e.bf);
  asm.emit(Op.ADDI, p, p, e.stride);
  asm.jump(Op.JNE, p, end, 0, loop, 3);
}
