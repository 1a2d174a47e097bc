/**
 * State of code generation for one function, and what every part of it needs: registers, frame memory, places, loads,
 * stores and conversions. Leaves out operators and calls (gen_expr.ts), initialisers (gen_init.ts), statements
 * (gen_stmt.ts).
 */
import { Op } from "../vm/bytecode.ts";
import type { Declared, FnCode } from "../vm/image.ts";
import type { Asm, Label } from "./asm.ts";
import type { Loc } from "./ast.ts";
import {
  alignOf,
  type BitPlace,
  CFail,
  type CType,
  intOf,
  isScalar,
  isUnsigned,
  isWide,
  sizeOf,
  typeText,
} from "./ctype.ts";
import { expansionLoc } from "./token.ts";
import type {
  FnTree,
  FunctionSym,
  InitPlan,
  LabelRef,
  LocalVar,
  ObjectSym,
  SBlock,
  SLoop,
  SSwitch,
  Sym,
  XCall,
} from "./tree.ts";

/** What code generation needs of the linker. */
export interface GenEnv {
  functionId(sym: FunctionSym): number;
  /** How a function that no C defines is reached. */
  external(
    name: string,
  ): { kind: "native"; index: number } | { kind: "stub"; index: number } | { kind: "trap"; message: string };
  /** Lays the object out if need be. */
  address(sym: Sym): bigint;
  /** Address of constant bytes. */
  template(bytes: Uint8Array, align: number): bigint;
  /** Bytes of an object with a constant initialiser. */
  bytesOf(sym: ObjectSym): Uint8Array | null;
  line(loc: Loc): number;
  readonly coverage: boolean;
  readonly hosted: boolean;
}

/** The same linker, statements counted or not. */
export const withCoverage = (env: GenEnv, coverage: boolean): GenEnv => ({
  functionId: (sym) => env.functionId(sym),
  external: (name) => env.external(name),
  address: (sym) => env.address(sym),
  template: (bytes, align) => env.template(bytes, align),
  bytesOf: (sym) => env.bytesOf(sym),
  line: (loc) => env.line(loc),
  coverage,
  hosted: env.hosted,
});

export interface ScopeRecord {
  readonly block: SBlock;
  readonly cleanups: LocalVar[];
  /** Register that holds the stack pointer to restore, or -1. */
  readonly sp: number;
  /** alloca() was called in it: the stack stays as it is at its end. */
  pinned: boolean;
  /** Where its first variable length array is made, or -1. */
  vla: number;
  /** Frame bytes that become live in it. */
  readonly from: number;
  to: number;
}

/** A local in a register, for the analysis of uninitialised reads. */
export interface RegisterLife {
  readonly v: LocalVar;
  readonly reg: number;
  readonly start: number;
  end: number;
}

/** Parts of code generation that expressions reach without importing them. */
export interface GenOps {
  call(g: Gen, x: XCall, base: number, into: Place | null, used?: boolean): number;
  plan(g: Gen, plan: InitPlan, to: Place): void;
  /** Generates a block; `last` runs inside its scope at the end. */
  block(g: Gen, block: SBlock, last: (() => void) | null): void;
}

export interface Gen {
  readonly ops: GenOps;
  readonly env: GenEnv;
  readonly fn: FnTree;
  readonly asm: Asm;
  /** Next free register. */
  top: number;
  maxTop: number;
  frameTop: number;
  frameMax: number;
  readonly scopes: ScopeRecord[];
  readonly labels: Map<LabelRef, Label>;
  readonly targets: Map<
    SLoop | SSwitch,
    { readonly stop: Label; readonly next: Label | null; readonly depth: number }
  >;
  readonly lives: RegisterLife[];
  /** Places where a register local has no value yet. */
  readonly undefined: { readonly pc: number; readonly v: LocalVar }[];
  /** Locals that must be live from the function's entry on; when it grows, code is generated again. */
  readonly hoisted: Set<LocalVar>;
  hoistedGrew: boolean;
  usesAlloca: boolean;
  readonly named: FnCode["locals"][number][];
}

/** base register + constant offset. */
export interface Place {
  readonly reg: number;
  readonly off: number;
  /** May be unaligned: no remark when it is. */
  readonly loose?: boolean;
}

export function temp(g: Gen): number {
  const r = g.top++;
  if (g.top > g.maxTop) g.maxTop = g.top;
  return r;
}

/** Frame bytes with a gap behind them that is never accessible. */
export function allocFrame(g: Gen, size: number, align: number): number {
  const a = Math.max(8, Math.min(align, 16));
  const off = Math.ceil(g.frameTop / a) * a;
  if (off + size > 0x10000000) throw new CFail("the locals of this function are too large", g.fn.loc);
  g.frameTop = off + size + 16;
  if (g.frameTop > g.frameMax) g.frameMax = g.frameTop;
  return off;
}

export function inRegister(v: LocalVar): boolean {
  return !v.addressed && !v.demoted && isScalar(v.type) && !isWide(v.type);
}

/** What a debugger tells of a local besides its place. */
export const declared =
  ({ type, loc }: LocalVar) =>
  (): Declared => ({ type: typeText(type), from: expansionLoc(loc).line });

/** Gives a local its place. */
export function placeLocal(g: Gen, v: LocalVar): void {
  v.reg = -1;
  v.offset = -1;
  if (inRegister(v) || v.byReference) v.reg = temp(g);
  else v.offset = allocFrame(g, Math.max(1, sizeOf(v.type, v.loc)), alignOf(v.type));
  if (!v.hidden)
    g.named.push({
      name: v.name,
      reg: v.reg < 0 ? null : v.reg,
      offset: v.offset < 0 ? null : v.offset,
      size: v.byReference ? 8 : sizeOf(v.type),
      declared: declared(v),
    });
}

export function live(g: Gen, v: LocalVar): void {
  g.asm.emit(Op.LIVE, v.offset, Math.max(1, sizeOf(v.type)));
}

// ---- loads and stores ---------------------------------------------------------------------------------------------

const LOADS = {
  s1: Op.LD8S,
  u1: Op.LD8U,
  s2: Op.LD16S,
  u2: Op.LD16U,
  s4: Op.LD32S,
  u4: Op.LD32U,
  s8: Op.LD64,
  u8: Op.LD64,
} as const;
const STORES = { 1: Op.ST8, 2: Op.ST16, 4: Op.ST32, 8: Op.ST64 } as const;

export function loadOp(t: CType): number {
  if (t.kind === "float") return t.size === 4 ? Op.LDF32 : Op.LDF64;
  if (!isScalar(t)) throw new CFail(`a value of type ${typeText(t)} is used`, null);
  const size = sizeOf(t);
  return LOADS[`${isUnsigned(t) ? "u" : "s"}${size}` as keyof typeof LOADS];
}

export function storeOp(t: CType): number {
  if (t.kind === "float") return t.size === 4 ? Op.STF32 : Op.STF64;
  return STORES[sizeOf(t) as keyof typeof STORES];
}

export function emitLoad(g: Gen, dst: number, p: Place, t: CType, bf: BitPlace | null): void {
  if (bf === null) noteLoose(g, p, t, g.asm.emit(loadOp(t), dst, p.reg, p.off));
  else if (bf.bytes <= 8) g.asm.emit(Op.BFLD, dst, p.reg, field(g, p, intOf(t).signed, bf));
  else {
    const [low, high] = halves(bf);
    const r = temp(g);
    const up = temp(g);
    g.asm.emit(Op.BFLD, r, p.reg, field(g, p, false, low));
    g.asm.emit(Op.BFLD, up, p.reg, field(g, p, intOf(t).signed, high));
    g.asm.emit(Op.SHLI, up, up, low.width);
    g.asm.emit(Op.OR, dst, r, up);
    g.top -= 2;
  }
}

export function emitStore(g: Gen, src: number, p: Place, t: CType, bf: BitPlace | null): void {
  if (bf === null) noteLoose(g, p, t, g.asm.emit(storeOp(t), src, p.reg, p.off));
  else if (bf.bytes <= 8) g.asm.emit(Op.BFST, src, p.reg, field(g, p, intOf(t).signed, bf));
  else {
    const [low, high] = halves(bf);
    const up = temp(g);
    g.asm.emit(Op.SHRUI, up, src, low.width);
    g.asm.emit(Op.BFST, src, p.reg, field(g, p, false, low));
    g.asm.emit(Op.BFST, up, p.reg, field(g, p, false, high));
    g.top--;
  }
}

/** Remembers that the access at `pc` may be unaligned, when its place or type says so. */
export function noteLoose(g: Gen, p: Place, t: CType, pc: number): void {
  if (p.loose === true || (t.align !== undefined && t.align < sizeOf(t))) g.asm.looseAt.add(pc);
}

/** A field that lies in nine bytes: what is in the first eight, and the rest. */
function halves(bf: BitPlace): [BitPlace, BitPlace] {
  const width = 64 - bf.shift;
  return [
    { offset: bf.offset, bytes: 8, shift: bf.shift, width },
    { offset: bf.offset + 8, bytes: 1, shift: 0, width: bf.width - width },
  ];
}

function field(g: Gen, p: Place, signed: boolean, bf: BitPlace): number {
  return g.asm.bitfield({
    offset: p.off + bf.offset,
    bytes: bf.bytes,
    shift: bf.shift,
    width: bf.width,
    signed,
  });
}

/** Register that holds the address of a place. */
export function addressReg(g: Gen, p: Place): number {
  if (p.off === 0) return p.reg;
  const r = temp(g);
  g.asm.emit(Op.ADDI, r, p.reg, p.off);
  return r;
}

/** Copies `size` bytes. */
export function emitCopy(g: Gen, to: Place, from: Place, size: number): void {
  if (size === 0) return;
  if (to.off === 0 && from.off === 0 && size !== 1 && size !== 2) {
    g.asm.emit(Op.MCPY, to.reg, from.reg, size);
    return;
  }
  g.asm.emit(Op.CPY, to.reg, from.reg, size);
  g.asm.emit(Op.EXT, to.off, from.off, 0);
}

// ---- conversions --------------------------------------------------------------------------------------------------

const EXTEND = {
  s8: Op.SEXT8,
  s16: Op.SEXT16,
  s32: Op.SEXT32,
  u8: Op.ZEXT8,
  u16: Op.ZEXT16,
  u32: Op.ZEXT32,
} as const;

/** Makes the register canonical for integer type `t` from any 64-bit value. */
export function emitTruncate(g: Gen, dst: number, src: number, t: CType): void {
  const i = intOf(t);
  if (i.rank === 0) g.asm.emit(Op.BOOL, dst, src);
  else if (i.bits === 64) {
    if (dst !== src) g.asm.emit(Op.MOV, dst, src);
  } else if (i.bits === 8 || i.bits === 16 || i.bits === 32)
    g.asm.emit(EXTEND[`${i.signed ? "s" : "u"}${i.bits}`], dst, src);
  else if (!i.signed && i.bits < 31) g.asm.emit(Op.ANDI, dst, src, (1 << i.bits) - 1);
  else {
    g.asm.emit(Op.SHLI, dst, src, 64 - i.bits);
    g.asm.emit(i.signed ? Op.SHRSI : Op.SHRUI, dst, dst, 64 - i.bits);
  }
}

/** Whether every canonical value of integer type `from` is canonical for `to` as it is. */
export function keepsBits(from: CType, to: CType): boolean {
  const a = intOf(from);
  const b = intOf(to);
  if (b.rank === 0) return a.rank === 0;
  if (b.bits === 64) return true;
  if (a.signed === b.signed) return a.bits <= b.bits;
  return !a.signed && a.bits < b.bits;
}
