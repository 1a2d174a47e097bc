/**
 * The compiler's built-in functions: `__builtin_*`, `__sync_*`, `__atomic_*`, and `alloca`. Leaves out those that are
 * library functions under another name (library.ts) and those with a syntax of their own (sema_expr.ts).
 */

import { AtomicKind, BitKind } from "../vm/bytecode.ts";
import type { Expr, Loc } from "./ast.ts";
import { assign, binary, cmp, comma, cond, conv, fnum, isConst, mem, num, trapX, unary } from "./build.ts";
import {
  BOOL,
  CFail,
  type CType,
  complexOf,
  DOUBLE,
  FLOAT,
  INT,
  intOf,
  isBool,
  isInteger,
  isScalar,
  isWide,
  LDOUBLE,
  LONG,
  pointerTo,
  sizeOf,
  UINT,
  ULLONG,
  ULONG,
  USHORT,
  unqualified,
  VOID,
  VOID_PTR,
} from "./ctype.ts";
import { newLocal, type Sema } from "./sema.ts";
import type { ArgTools } from "./sema_expr.ts";
import { pairOf, partOf, unaryParts } from "./sema_parts.ts";
import type { BinOp, X } from "./tree.ts";

type CallExpr = Extract<Expr, { kind: "call" }>;

export function isBuiltinName(name: string): boolean {
  return (
    name.startsWith("__builtin_") ||
    name.startsWith("__sync_") ||
    name.startsWith("__atomic_") ||
    name === "alloca" ||
    name === "va_start" ||
    name === "va_end" ||
    name === "va_copy"
  );
}

interface Call {
  readonly s: Sema;
  readonly e: CallExpr;
  readonly tools: ArgTools;
  readonly loc: Loc;
}

function arg(c: Call, i: number, to: CType | null = null): X {
  const e = c.e.args[i];
  if (e === undefined) throw new CFail("a built-in function has too few arguments", c.loc);
  const x = c.tools.val(c.s, e);
  return to === null ? x : c.tools.convAssign(x, to, `argument ${i + 1}`);
}

const noop = (c: Call): X => conv(num(0, INT, c.loc), VOID);

type Handler = (c: Call) => X;

function bits(kind: number, operand: CType, result: CType = INT): Handler {
  return (c) => {
    const x = arg(c, 0, operand);
    const folded = x.k === "num" ? foldBits(kind, x.v) : null;
    if (folded !== null) return num(folded, result, c.loc);
    return { k: "bits", t: result, loc: c.loc, fx: x.fx, kind, x };
  };
}

function foldBits(kind: number, v: bigint): number | bigint | null {
  const popcount = (x: bigint): number => [...x.toString(2)].filter((d) => d === "1").length;
  const ctz = (x: bigint): number => x.toString(2).length - 1 - x.toString(2).lastIndexOf("1");
  const u = BigInt.asUintN(64, v);
  const u32 = BigInt.asUintN(32, v);
  const swap = (bytes: number): bigint => {
    let r = 0n;
    for (let i = 0; i < bytes; i++) r = (r << 8n) | ((u >> BigInt(8 * i)) & 255n);
    return r;
  };
  switch (kind) {
    case BitKind.CLZ32:
      return u32 === 0n ? null : 32 - u32.toString(2).length;
    case BitKind.CLZ64:
      return u === 0n ? null : 64 - u.toString(2).length;
    case BitKind.CTZ32:
      return u32 === 0n ? null : ctz(u32);
    case BitKind.CTZ64:
      return u === 0n ? null : ctz(u);
    case BitKind.POPCOUNT32:
      return popcount(u32);
    case BitKind.POPCOUNT64:
      return popcount(u);
    case BitKind.FFS32:
      return u32 === 0n ? 0 : ctz(u32) + 1;
    case BitKind.FFS64:
      return u === 0n ? 0 : ctz(u) + 1;
    case BitKind.BSWAP16:
      return swap(2);
    case BitKind.BSWAP32:
      return swap(4);
    case BitKind.BSWAP64:
      return swap(8);
    default:
      return null;
  }
}

function parity(operand: CType, kind: number): Handler {
  return (c) => binary("and", bits(kind, operand)(c), num(1, INT, c.loc), INT, c.loc);
}

function abs(t: CType): Handler {
  return (c) => {
    const x = arg(c, 0, t);
    if (x.k === "num") return num(x.v < 0n ? -x.v : x.v, t, c.loc);
    return withHeld(c, x, (v) => cond(cmp("lt", v, num(0, t, c.loc), c.loc), unary("neg", v), v, t, c.loc));
  };
}

/** Evaluates x once and uses it several times. */
function withHeld(c: Call, x: X, use: (v: X) => X): X {
  if (isConst(x)) return use(x);
  if (c.s.fn === null) throw new CFail("this built-in function is not constant here", c.loc);
  const t = unqualified(x.t);
  const hold: X = { k: "var", t, loc: c.loc, fx: 0, v: newLocal(c.s, "<value>", t, c.loc, true) };
  return comma(assign(hold, x, c.loc), use(hold));
}

function fabs(t: CType): Handler {
  return (c) => {
    const x = arg(c, 0, t);
    if (x.k === "fnum") return fnum(Math.abs(x.v), t, c.loc);
    return { k: "fbits", op: "fabs", t, loc: c.loc, fx: x.fx, x, y: null };
  };
}

function copysign(t: CType): Handler {
  return (c) => {
    const x = arg(c, 0, t);
    const y = arg(c, 1, t);
    return { k: "fbits", op: "copysign", t, loc: c.loc, fx: x.fx | y.fx, x, y };
  };
}

function floatConst(v: number, t: CType): Handler {
  return (c) => fnum(v, t, c.loc);
}

function classify(test: (c: Call, v: X) => X): Handler {
  return (c) => {
    const x = arg(c, 0);
    const f = x.t.kind === "float" ? x : conv(x, DOUBLE);
    return withHeld(c, f, (v) => test(c, v));
  };
}

const isNan = classify((c, v) => cmp("ne", v, v, c.loc));
const absOf = (c: Call, v: X): X =>
  v.k === "fnum"
    ? fnum(Math.abs(v.v), v.t, c.loc)
    : { k: "fbits", op: "fabs", t: v.t, loc: c.loc, fx: v.fx, x: v, y: null };
const isInf = classify((c, v) => cmp("eq", absOf(c, v), fnum(Infinity, v.t, c.loc), c.loc));
const isFiniteX = classify((c, v) => cmp("lt", absOf(c, v), fnum(Infinity, v.t, c.loc), c.loc));
const infSign = classify((c, v) =>
  binary(
    "sub",
    cmp("eq", v, fnum(Infinity, v.t, c.loc), c.loc),
    cmp("eq", v, fnum(-Infinity, v.t, c.loc), c.loc),
    INT,
    c.loc,
  ),
);

function signbit(c: Call): X {
  const x = arg(c, 0);
  const f = x.t.kind === "float" ? x : conv(x, DOUBLE);
  return { k: "fbits", op: "signbit", t: INT, loc: c.loc, fx: f.fx, x: f, y: null };
}

/** isgreater() and friends: comparisons that do not trap on NaN, which ours never do. */
function ordered(test: (c: Call, a: X, b: X) => X): Handler {
  return (c) => {
    const a = conv(arg(c, 0), DOUBLE);
    const b = conv(arg(c, 1), DOUBLE);
    return withHeld(c, a, (x) => withHeld(c, b, (y) => test(c, x, y)));
  };
}

function overflow(op: "add" | "sub" | "mul", fixed: CType | null, testOnly = false): Handler {
  return (c) => {
    const l = fixed === null ? arg(c, 0) : arg(c, 0, fixed);
    const r = fixed === null ? arg(c, 1) : arg(c, 1, fixed);
    const to = arg(c, 2);
    const rt = testOnly ? unqualified(to.t) : to.t.kind === "pointer" ? unqualified(to.t.to) : to.t;
    if (isWide(l.t) || isWide(r.t) || isWide(rt))
      throw new CFail("__builtin_*_overflow of __int128 is not supported", c.loc);
    if (!isInteger(l.t) || !isInteger(r.t) || !isInteger(rt))
      throw new CFail("__builtin_*_overflow wants integers", c.loc);
    const fx = l.fx | r.fx | to.fx | 1;
    return { k: "ovf", t: BOOL, loc: c.loc, fx, op, l, r, to: testOnly ? null : to, rt };
  };
}

function constantP(c: Call): X {
  c.s.unevaluated++;
  try {
    const x = arg(c, 0);
    const string = x.k === "addr" && x.sym.kind === "object" && x.sym.storage === "string";
    return num(isConst(x) || string ? 1 : 0, INT, c.loc);
  } catch (f) {
    if (f instanceof CFail) return num(0, INT, c.loc);
    throw f;
  } finally {
    c.s.unevaluated--;
  }
}

/** __builtin_object_size: unknown, as without optimisation for anything but a named object. */
function objectSize(c: Call): X {
  const kind = arg(c, 1);
  const unknown = kind.k === "num" && (kind.v & 2n) !== 0n ? 0n : -1n;
  return num(unknown, ULONG, c.loc);
}

// ---- atomics --------------------------------------------------------------------------------------------------------

function atomTarget(c: Call, i = 0): { addr: X; t: CType; size: number } {
  const addr = arg(c, i);
  if (addr.t.kind !== "pointer") throw new CFail("an atomic operation wants a pointer", c.loc);
  const t = unqualified(addr.t.to);
  if (!isScalar(t) || t.kind === "float" || isWide(t))
    throw new CFail("atomic operations on this type are not supported", c.loc);
  return { addr, t, size: sizeOf(t) };
}

function atom(c: Call, kind: number, addr: X, t: CType, x: X, y: X | null = null): X {
  const fx = addr.fx | x.fx | (y?.fx ?? 0) | 1;
  return { k: "atom", t, loc: c.loc, fx, kind, addr, size: sizeOf(t), x, y };
}

const RMW: Record<string, number> = {
  add: AtomicKind.ADD,
  sub: AtomicKind.SUB,
  and: AtomicKind.AND,
  or: AtomicKind.OR,
  xor: AtomicKind.XOR,
  nand: AtomicKind.NAND,
};

/** fetch_and_op (old value) or op_and_fetch (new value). */
function readModifyWrite(c: Call, opName: string, newValue: boolean): X {
  const { addr, t } = atomTarget(c);
  const operand = arg(c, 1, t.kind === "pointer" ? LONG : t);
  if (!newValue) return atom(c, RMW[opName]!, addr, t, conv(operand, t));
  return withHeld(c, conv(operand, t), (v) => {
    const old = conv(atom(c, RMW[opName]!, addr, t, v), intOf(t));
    const w = conv(v, intOf(t));
    const op: BinOp = opName === "nand" ? "and" : (opName as BinOp);
    const r = binary(op, old, w, intOf(t), c.loc);
    return conv(narrowed(opName === "nand" ? unary("not", r) : r, t), t);
  });
}

/** Arithmetic on narrow types happens in their own width here: wrap it. */
function narrowed(x: X, t: CType): X {
  if (isBool(t)) return x;
  return { k: "conv", t: intOf(t), loc: x.loc, fx: x.fx, x: { ...x, t: sizeOf(t) < 8 ? LONG : x.t } as X };
}

function syncCompareSwap(c: Call, wantBool: boolean): X {
  const { addr, t } = atomTarget(c);
  const expected = conv(arg(c, 1), t);
  const desired = conv(arg(c, 2), t);
  if (!wantBool) return atom(c, AtomicKind.CMPXCHG, addr, t, expected, desired);
  return withHeld(c, expected, (v) =>
    conv(cmp("eq", atom(c, AtomicKind.CMPXCHG, addr, t, v, desired), v, c.loc), BOOL),
  );
}

/** __atomic_compare_exchange[_n](ptr, expected, desired, weak, success, failure) */
function atomicCompareExchange(c: Call, byPointer: boolean): X {
  const { addr, t } = atomTarget(c);
  const desired = byPointer ? mem(arg(c, 2), 0, t, c.loc) : conv(arg(c, 2), t);
  return withHeld(c, conv(arg(c, 1), pointerTo(t)), (p) => {
    const slot = mem(p, 0, t, c.loc);
    const held = newLocal(c.s, "<expected>", t, c.loc, true);
    const old: X = { k: "var", t, loc: c.loc, fx: 0, v: held };
    const expect: X = { k: "var", t, loc: c.loc, fx: 0, v: newLocal(c.s, "<expected>", t, c.loc, true) };
    const swap = assign(old, atom(c, AtomicKind.CMPXCHG, addr, t, expect, desired), c.loc);
    const ok = cmp("eq", old, expect, c.loc);
    const zero = num(0, BOOL, c.loc);
    const fail = comma(assign(slot, old, c.loc), zero);
    return comma(assign(expect, slot, c.loc), comma(swap, cond(ok, num(1, BOOL, c.loc), fail, BOOL, c.loc)));
  });
}

function atomicByName(c: Call, name: string): X | null {
  let m =
    /^__sync_fetch_and_(add|sub|and|or|xor|nand)$/.exec(name) ??
    /^__atomic_fetch_(add|sub|and|or|xor|nand)$/.exec(name);
  if (m !== null) return readModifyWrite(c, m[1]!, false);
  m =
    /^__sync_(add|sub|and|or|xor|nand)_and_fetch$/.exec(name) ??
    /^__atomic_(add|sub|and|or|xor|nand)_fetch$/.exec(name);
  if (m !== null) return readModifyWrite(c, m[1]!, true);
  switch (name) {
    case "__sync_synchronize":
    case "__atomic_thread_fence":
    case "__atomic_signal_fence":
      return noop(c);
    case "__sync_bool_compare_and_swap":
      return syncCompareSwap(c, true);
    case "__sync_val_compare_and_swap":
      return syncCompareSwap(c, false);
    case "__sync_lock_test_and_set":
    case "__atomic_exchange_n": {
      const { addr, t } = atomTarget(c);
      return atom(c, AtomicKind.XCHG, addr, t, conv(arg(c, 1), t));
    }
    case "__atomic_exchange": {
      const { addr, t } = atomTarget(c);
      const old = atom(c, AtomicKind.XCHG, addr, t, mem(arg(c, 1), 0, t, c.loc));
      return conv(assign(mem(arg(c, 2), 0, t, c.loc), old, c.loc), VOID);
    }
    case "__sync_lock_release":
    case "__atomic_clear": {
      const { addr, t } = atomTarget(c);
      const at = t.kind === "void" ? BOOL : t;
      return conv(atom(c, AtomicKind.STORE, addr, at, num(0, at, c.loc)), VOID);
    }
    case "__atomic_test_and_set": {
      const addr = conv(arg(c, 0), pointerTo(BOOL));
      return conv(atom(c, AtomicKind.XCHG, addr, BOOL, num(1, BOOL, c.loc)), BOOL);
    }
    case "__atomic_load_n": {
      const { addr, t } = atomTarget(c);
      return atom(c, AtomicKind.LOAD, addr, t, num(0, t, c.loc));
    }
    case "__atomic_load": {
      const { addr, t } = atomTarget(c);
      const v = atom(c, AtomicKind.LOAD, addr, t, num(0, t, c.loc));
      return conv(assign(mem(arg(c, 1), 0, t, c.loc), v, c.loc), VOID);
    }
    case "__atomic_store_n": {
      const { addr, t } = atomTarget(c);
      return conv(atom(c, AtomicKind.STORE, addr, t, conv(arg(c, 1), t)), VOID);
    }
    case "__atomic_store": {
      const { addr, t } = atomTarget(c);
      return conv(atom(c, AtomicKind.STORE, addr, t, mem(arg(c, 1), 0, t, c.loc)), VOID);
    }
    case "__atomic_compare_exchange_n":
      return atomicCompareExchange(c, false);
    case "__atomic_compare_exchange":
      return atomicCompareExchange(c, true);
    case "__atomic_always_lock_free":
    case "__atomic_is_lock_free":
      return num(1, INT, c.loc);
    default:
      return null;
  }
}

// ---- variable arguments -----------------------------------------------------------------------------------------

function vaStart(c: Call): X {
  const list = arg(c, 0);
  return { k: "vastart", t: VOID, loc: c.loc, fx: 1, list };
}

function vaCopy(c: Call): X {
  const to = arg(c, 0);
  const from = arg(c, 1);
  if (to.t.kind !== "pointer" || from.t.kind !== "pointer")
    throw new CFail("va_copy of something else", c.loc);
  const t = unqualified(to.t.to);
  return conv(assign(mem(to, 0, t, c.loc), mem(from, 0, t, c.loc), c.loc), VOID);
}

function alloca(c: Call): X {
  const size = arg(c, 0, ULONG);
  const align =
    c.e.args.length > 1 && c.e.callee.kind === "ident" && c.e.callee.name.includes("align")
      ? arg(c, 1)
      : null;
  return {
    k: "alloca",
    t: VOID_PTR,
    loc: c.loc,
    fx: 1,
    size,
    align: align?.k === "num" ? Number(align.v) / 8 : 16,
  };
}

/** Numbers of gcc's typeclass.h. */
function typeClass(t: CType): number {
  switch (t.kind) {
    case "void":
      return 0;
    case "int":
    case "enum":
      return 1;
    case "pointer":
      return 5;
    case "float":
      return 8;
    case "record":
      return t.info.union ? 13 : 12;
    default:
      return 5;
  }
}

/** A call of a function of the library under a name that programs do not use. */
function libraryCall(c: Call, name: string, ret: CType, args: readonly X[]): X {
  const params = args.map((a) => ({ name: null, type: a.t }));
  const ft = { kind: "function", ret, params, variadic: false, noProto: false, quals: 0 } as const;
  const target = c.s.link.undefinedFunction(name, ft);
  return { k: "call", t: ret, loc: c.loc, fx: 3, target, ft, args, named: args.length };
}

const HANDLERS: Record<string, Handler> = {
  expect: (c) => {
    const x = conv(arg(c, 0), LONG);
    const y = arg(c, 1);
    return y.fx === 0 ? x : withHeld(c, x, (v) => comma(conv(y, VOID), v));
  },
  expect_with_probability: (c) => conv(arg(c, 0), LONG),
  constant_p: constantP,
  unreachable: (c) => ({ ...trapX("__builtin_unreachable() is reached", c.loc, "unreachable", VOID) }),
  trap: (c) => ({ ...trapX("__builtin_trap() is reached", c.loc, "unreachable", VOID) }),
  ffs: bits(BitKind.FFS32, INT),
  ffsl: bits(BitKind.FFS64, LONG),
  ffsll: bits(BitKind.FFS64, LONG),
  clz: bits(BitKind.CLZ32, UINT),
  clzl: bits(BitKind.CLZ64, ULONG),
  clzll: bits(BitKind.CLZ64, ULONG),
  ctz: bits(BitKind.CTZ32, UINT),
  ctzl: bits(BitKind.CTZ64, ULONG),
  ctzll: bits(BitKind.CTZ64, ULONG),
  clrsb: bits(BitKind.CLRSB32, INT),
  clrsbl: bits(BitKind.CLRSB64, LONG),
  clrsbll: bits(BitKind.CLRSB64, LONG),
  popcount: bits(BitKind.POPCOUNT32, UINT),
  popcountl: bits(BitKind.POPCOUNT64, ULONG),
  popcountll: bits(BitKind.POPCOUNT64, ULONG),
  parity: parity(UINT, BitKind.POPCOUNT32),
  parityl: parity(ULONG, BitKind.POPCOUNT64),
  parityll: parity(ULONG, BitKind.POPCOUNT64),
  bswap16: bits(BitKind.BSWAP16, USHORT, USHORT),
  bswap32: bits(BitKind.BSWAP32, UINT, UINT),
  bswap64: bits(BitKind.BSWAP64, ULONG, ULONG),
  abs: abs(INT),
  labs: abs(LONG),
  llabs: abs(LONG),
  fabs: fabs(DOUBLE),
  fabsf: fabs(FLOAT),
  fabsl: fabs(LDOUBLE),
  copysign: copysign(DOUBLE),
  copysignf: copysign(FLOAT),
  copysignl: copysign(LDOUBLE),
  inf: floatConst(Infinity, DOUBLE),
  inff: floatConst(Infinity, FLOAT),
  infl: floatConst(Infinity, LDOUBLE),
  huge_val: floatConst(Infinity, DOUBLE),
  huge_valf: floatConst(Infinity, FLOAT),
  huge_vall: floatConst(Infinity, LDOUBLE),
  nan: floatConst(NaN, DOUBLE),
  nanf: floatConst(NaN, FLOAT),
  nanl: floatConst(NaN, LDOUBLE),
  isnan: isNan,
  isinf: isInf,
  isinf_sign: infSign,
  isfinite: isFiniteX,
  finite: isFiniteX,
  isnanf: isNan,
  isnanl: isNan,
  isinff: isInf,
  isinfl: isInf,
  finitef: isFiniteX,
  finitel: isFiniteX,
  signbit,
  signbitf: signbit,
  signbitl: signbit,
  isgreater: ordered((c, a, b) => cmp("gt", a, b, c.loc)),
  isgreaterequal: ordered((c, a, b) => cmp("ge", a, b, c.loc)),
  isless: ordered((c, a, b) => cmp("lt", a, b, c.loc)),
  islessequal: ordered((c, a, b) => cmp("le", a, b, c.loc)),
  islessgreater: ordered((c, a, b) =>
    binary("or", cmp("lt", a, b, c.loc), cmp("gt", a, b, c.loc), INT, c.loc),
  ),
  isunordered: ordered((c, a, b) => binary("or", cmp("ne", a, a, c.loc), cmp("ne", b, b, c.loc), INT, c.loc)),
  prefetch: noop,
  assume: noop,
  __clear_cache: noop,
  frame_address: (c) => ({ k: "frame", t: VOID_PTR, loc: c.loc, fx: 0 }),
  return_address: (c) => num(0, VOID_PTR, c.loc),
  extract_return_addr: (c) => arg(c, 0, VOID_PTR),
  assume_aligned: (c) => arg(c, 0, VOID_PTR),
  object_size: objectSize,
  dynamic_object_size: objectSize,
  alloca,
  alloca_with_align: alloca,
  va_start: vaStart,
  stdarg_start: vaStart,
  va_end: (c) => conv(arg(c, 0), VOID),
  va_copy: vaCopy,
  classify_type: (c) => {
    c.s.unevaluated++;
    try {
      return num(typeClass(arg(c, 0).t), INT, c.loc);
    } finally {
      c.s.unevaluated--;
    }
  },
  setjmp: (c) => libraryCall(c, "__fsc_setjmp", INT, [arg(c, 0, VOID_PTR)]),
  longjmp: (c) => libraryCall(c, "__fsc_longjmp", VOID, [arg(c, 0, VOID_PTR), arg(c, 1, INT)]),
  LINE: (c) => num(c.loc.line, INT, c.loc),
};
for (const [suffix, t] of [
  ["", DOUBLE],
  ["f", FLOAT],
  ["l", LDOUBLE],
] as const) {
  const operand = (c: Call): X => c.tools.convAssign(arg(c, 0), complexOf(t), "argument 1", c.s);
  HANDLERS[`conj${suffix}`] = (c) => unaryParts(c.s, "not", operand(c), c.loc);
  HANDLERS[`creal${suffix}`] = (c) => partOf(c.s, operand(c), 0, c.loc);
  HANDLERS[`cimag${suffix}`] = (c) => partOf(c.s, operand(c), 1, c.loc);
}
HANDLERS.complex = (c) => pairOf(c.s, arg(c, 0), arg(c, 1), c.loc);
for (const op of ["add", "sub", "mul"] as const) {
  HANDLERS[`${op}_overflow`] = overflow(op, null);
  HANDLERS[`${op}_overflow_p`] = overflow(op, null, true);
  HANDLERS[`s${op}_overflow`] = overflow(op, INT);
  HANDLERS[`u${op}_overflow`] = overflow(op, UINT);
  HANDLERS[`s${op}l_overflow`] = overflow(op, LONG);
  HANDLERS[`u${op}l_overflow`] = overflow(op, ULONG);
  HANDLERS[`s${op}ll_overflow`] = overflow(op, LONG);
  HANDLERS[`u${op}ll_overflow`] = overflow(op, ULLONG);
}

/** A call of a built-in function; null when `__builtin_NAME` is just another name of the library's NAME. */
export function analyseBuiltin(s: Sema, name: string, e: CallExpr, tools: ArgTools): X | null {
  const c: Call = { s, e, tools, loc: e.loc };
  if (name.startsWith("__sync_") || name.startsWith("__atomic_"))
    return atomicByName(c, name.replace(/_(1|2|4|8)$/, ""));
  const plain = name.replace(/^__builtin_/, "");
  const handler = Object.hasOwn(HANDLERS, plain) ? HANDLERS[plain] : undefined;
  return handler === undefined ? null : handler(c);
}
