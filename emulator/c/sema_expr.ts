/**
 * Semantic analysis of expressions: names, types, conversions, lvalues, by the rules of C11 with the GNU extensions that
 * kernels use. Leaves out calls (sema_call.ts), built-in functions (sema_builtin.ts) and initialisers (sema_init.ts). Over 800
 * lines because each kind of expression is analysed by way of the others.
 */
import { CLOSURE } from "../vm/image.ts";
import type { BinaryOp, Expr, Loc } from "./ast.ts";
import {
  addrOf,
  assign,
  binary,
  cmp,
  comma,
  cond,
  conv,
  fnum,
  idx,
  inc,
  isNullConstant,
  lnot,
  logic,
  mem,
  num,
  opassign,
  padd,
  trapX,
  truth,
  unary,
} from "./build.ts";
import {
  alignOf,
  arrayOf,
  byAddress,
  CFail,
  CHAR,
  CONST,
  type CType,
  complexOf,
  DOUBLE,
  type Field,
  FLOAT,
  findField,
  INT,
  intOf,
  isArithmetic,
  isComplete,
  isInteger,
  isScalar,
  isVariable,
  LDOUBLE,
  LLONG,
  LONG,
  layoutOf,
  pointerTo,
  promote,
  type RecordType,
  sameType,
  sizeOf,
  typeText,
  UINT,
  ULLONG,
  ULONG,
  USHORT,
  unqualified,
  usualType,
  VOID,
  VOID_PTR,
  withQuals,
} from "./ctype.ts";
import { checkComparison } from "./dead_check.ts";
import { libraryType } from "./library.ts";
import { type FnState, type LinkScope, lookupName, newLocal, type Sema } from "./sema.ts";
import { analyseCall } from "./sema_call.ts";
import {
  binaryParts,
  compareParts,
  convParts,
  imaginary,
  isComplexType,
  partOf,
  partsOf,
  truthOf,
  unaryParts,
  updateParts,
  vectorElements,
} from "./sema_parts.ts";
import type { BinOp, CmpOp, FunctionSym, LabelRef, LocalVar, ObjectSym, X } from "./tree.ts";
import { resolveTypeName, takePending } from "./types.ts";
import { unknownIn } from "./unknown_names.ts";

/** Lvalue conversion: arrays and functions become pointers. */
export function decay(x: X): X {
  if (x.t.kind === "array") {
    if (x.k === "trap") return { ...x, t: pointerTo(x.t.of) };
    return { ...addrOf(x), t: pointerTo(x.t.of) } as X;
  }
  if (x.t.kind === "function") return addrOf(x);
  return x;
}

/** The value of an expression, arrays and functions converted. */
export function val(s: Sema, e: Expr): X {
  return decay(s.hooks.expr(s, e));
}

/** As val, but an error becomes a trap at this place, so that the rest of the expression keeps its meaning. */
export function arm(s: Sema, e: Expr): X {
  try {
    return val(s, e);
  } catch (f) {
    if (!(f instanceof CFail)) throw f;
    return { ...trapX(f.message, f.loc ?? e.loc), ...unknownIn(s, f, e) };
  }
}

/** The function that a call without a declaration is of: what it gives is taken for an int, which nobody wrote. */
function undeclaredCallee(x: X): string | null {
  if (x.k !== "call" || "k" in x.target || x.target.def !== null || !x.ft.noProto) return null;
  return x.target.name;
}

/** Converts for assignment, argument passing, return. */
export function convAssign(x: X, t: CType, what: string, s: Sema | null = null): X {
  if (x.k === "trap") return { ...x, t };
  if (
    s !== null &&
    x.t.kind !== "void" &&
    t.kind !== "void" &&
    (partsOf(t) !== null || partsOf(x.t) !== null)
  )
    return convParts(s, x, t, what, false);
  if (t.kind === "record") {
    if (x.t.kind === "record" && sameType(x.t, t)) return x;
    const callee = undeclaredCallee(x);
    if (callee !== null)
      throw new CFail(`${what}: nothing declares ${callee}(), and ${typeText(t)} is wanted of it`, x.loc);
    throw new CFail(`${what}: ${typeText(x.t)} given, ${typeText(t)} wanted`, x.loc);
  }
  if (t.kind === "void" || x.t.kind === "void") throw new CFail(`${what}: a void value is used`, x.loc);
  if (x.t.kind === "record") throw new CFail(`${what}: ${typeText(x.t)} given, ${typeText(t)} wanted`, x.loc);
  return conv(x, t);
}

/** Analyses an expression as written. */
export function analyse(s: Sema, e: Expr): X {
  switch (e.kind) {
    case "int":
      return num(e.value, INT_TYPES[e.type], e.loc);
    case "float":
      if (e.imaginary) return imaginary(s, e.value, FLOATS[e.type], e.loc);
      return fnum(e.value, FLOATS[e.type], e.loc);
    case "string":
      return stringLiteral(s, e.units, e.width, e.loc);
    case "ident":
      return identifier(s, e.name, e.loc);
    case "unary":
      return unaryExpr(s, e);
    case "binary":
      return binaryExpr(s, e);
    case "assign":
      return assignExpr(s, e);
    case "cond":
      return condExpr(s, e);
    case "comma": {
      const l = arm(s, e.left);
      return comma(l, arm(s, e.right));
    }
    case "call":
      return analyseCall(s, e, ARGS);
    case "member":
      return memberExpr(s, e);
    case "index":
      return indexExpr(s, e);
    case "cast":
      return castExpr(s, e);
    case "compound":
      return compoundLiteral(s, e);
    case "sizeofType":
    case "alignofType":
    case "sizeofExpr":
    case "alignofExpr":
      return sizeofExpr(s, e);
    case "stmtExpr":
      return stmtExpr(s, e);
    case "labelAddr":
      return labelAddress(s, e.label, e.loc);
    case "generic":
      return genericExpr(s, e);
    case "offsetof":
      return offsetofExpr(s, e);
    case "typesCompatible": {
      const same = sameType(unqualified(resolveTypeName(s, e.a)), unqualified(resolveTypeName(s, e.b)));
      return num(same ? 1 : 0, INT, e.loc);
    }
    case "vaArg":
      return vaArg(s, e);
    case "chooseExpr": {
      const c = val(s, e.test);
      if (c.k !== "num") throw new CFail("the choice of __builtin_choose_expr is not constant", e.loc);
      return s.hooks.expr(s, c.v !== 0n ? e.then : e.else);
    }
  }
}

const FLOATS = { float: FLOAT, double: DOUBLE, "long double": LDOUBLE } as const;
const INT_TYPES: Record<Extract<Expr, { kind: "int" }>["type"], CType> = {
  int: INT,
  "unsigned int": UINT,
  long: LONG,
  "unsigned long": ULONG,
  "long long": LLONG,
  "unsigned long long": ULLONG,
  wchar: INT,
  u16: USHORT,
  u32: UINT,
};

/** What call analysis needs from here (it may not import this module). */
const ARGS = { val, arm, convAssign, decay, castTo, frameOf, toUnion };

export type ArgTools = typeof ARGS;

// ---- primaries ------------------------------------------------------------------------------------------------------

const UNIT = { char: CHAR, wchar: INT, u16: USHORT, u32: UINT };

/** The bytes of a string literal, zero-terminated. */
export function stringBytes(units: readonly number[], size: number): Uint8Array {
  const bytes = new Uint8Array((units.length + 1) * size);
  units.forEach((u, i) => {
    for (let b = 0; b < size; b++) bytes[i * size + b] = (u >>> (8 * b)) & 0xff;
  });
  return bytes;
}

function stringLiteral(s: Sema, units: readonly number[], width: keyof typeof UNIT, loc: Loc): X {
  const unit = UNIT[width];
  const sym = s.link.string(stringBytes(units, sizeOf(unit)), sizeOf(unit));
  return objectLvalue(sym, arrayOf(unit, units.length + 1), loc);
}

function objectLvalue(sym: ObjectSym, t: CType, loc: Loc): X {
  return mem({ k: "addr", t: pointerTo(t), loc, fx: 0, sym, off: 0 }, 0, t, loc);
}

function identifier(s: Sema, name: string, loc: Loc): X {
  const e = lookupName(s, name);
  switch (e?.kind) {
    case "local":
      return localX(s, e.v, loc);
    case "object":
      return objectLvalue(e.sym, e.sym.type(), loc);
    case "function":
      if (e.sym.nested !== undefined && s.fn !== null) return nestedPointer(s, e.sym, loc);
      if (e.sym.weak === true && e.sym.def === null && !s.link.isNative(name))
        return mem(num(0, pointerTo(e.sym.type()), loc), 0, e.sym.type(), loc);
      return { k: "addr", t: e.sym.type(), loc, fx: 0, sym: e.sym, off: 0 };
    case "enumerator":
      return num(e.value, e.type, loc);
    case "typedef":
      throw new CFail(`\`${name}\` is a type and is used as a value`, loc);
    case undefined:
      break;
  }
  if (name === "__func__" || name === "__FUNCTION__" || name === "__PRETTY_FUNCTION__") {
    const units = [...(s.fn?.name ?? "")].map((c) => c.charCodeAt(0));
    const type = withQuals(arrayOf(CHAR, units.length + 1), CONST);
    if (s.fn === null) return { ...stringLiteral(s, units, "char", loc), t: type };
    // An object of its own, not the literal that has the same characters.
    s.fn.ownName ??= { ...s.link.string(stringBytes(units, 1), 1), address: null };
    return objectLvalue(s.fn.ownName, type, loc);
  }
  const library = name.startsWith("__builtin_") ? name.slice(10) : "";
  if (library !== "" && s.link.isNative(library)) {
    const t = libraryType(library);
    if (t !== null) return { k: "addr", t, loc, fx: 0, sym: s.link.undefinedFunction(library, t), off: 0 };
  }
  if (s.link.isNative(name)) {
    const t = { kind: "function", ret: INT, params: [], variadic: false, noProto: true, quals: 0 } as const;
    return { k: "addr", t, loc, fx: 0, sym: s.link.undefinedFunction(name, t), off: 0 };
  }
  throw new CFail(`\`${name}\` is not known: not in the diff, not in the reference kernel`, loc);
}

// ---- nested functions -----------------------------------------------------------------------------------------------

/** Address of the frame memory of `owner`, which is this function or one that it is nested in. */
export function frameOf(s: Sema, owner: object, loc: Loc): X {
  let f = s.fn!;
  if (f === owner) return { k: "frame", t: VOID_PTR, loc, fx: 0 };
  let x: X | null = null;
  for (; f !== owner; f = f.outer) {
    if (f.chain === null || f.outer === null)
      throw new CFail("a local of a function that is not around this one", loc);
    if (x === null) x = { k: "var", t: VOID_PTR, loc, fx: 0, v: f.chain };
    else {
      f.chain.addressed = true;
      x = mem({ k: "outer", t: pointerTo(VOID_PTR), loc, fx: 0, base: x, v: f.chain }, 0, VOID_PTR, loc);
    }
  }
  return x!;
}

/** A local by its name: this function's own, or one of a function around it. */
function localX(s: Sema, v: LocalVar, loc: Loc): X {
  if (v.owner === undefined || s.fn === null || v.owner === s.fn || s.fn.outer === null)
    return { k: "var", t: v.type, loc, fx: 0, v };
  const base = frameOf(s, v.owner, loc);
  v.addressed = true;
  if (v.hidden) v.demoted = true; // memory from the start of its block on
  if (!v.byReference) return mem({ k: "outer", t: pointerTo(v.type), loc, fx: 0, base, v }, 0, v.type, loc);
  const { pointers, body } = v.owner as FnState;
  let at = pointers.get(v);
  if (at === undefined) {
    at = newLocal({ ...s, fn: null }, `<${v.name}>`, VOID_PTR, loc, true);
    at.addressed = true;
    at.demoted = true; // memory from the start of the block on
    body!.vars.push(at);
    pointers.set(v, at);
  }
  const slot: X = { k: "outer", t: pointerTo(VOID_PTR), loc, fx: 0, base, v: at };
  return mem(mem(slot, 0, pointerTo(v.type), loc), 0, v.type, loc);
}

/** A pointer to a nested function: three words in the frame, made where its address is taken. */
function nestedPointer(s: Sema, sym: FunctionSym, loc: Loc): X {
  const t = arrayOf(ULONG, 3);
  const v = newLocal({ ...s, fn: null }, `<pointer to ${sym.name}>`, t, loc, true);
  v.addressed = true;
  s.fn!.body!.vars.push(v);
  const code: X = { k: "addr", t: ULONG, loc, fx: 0, sym, off: 0 };
  const words = [num(CLOSURE, ULONG, loc), code, conv(frameOf(s, sym.nested!.outer, loc), ULONG)];
  const entries = words.map((x, i) => ({
    off: 8 * i,
    t: ULONG,
    bf: null,
    x,
    bytes: null,
    count: 1,
    stride: 0,
  }));
  const plan = { type: t, entries, size: 24 };
  return mem({ k: "complit", t: pointerTo(sym.type()), loc, fx: 3, v, plan }, 0, sym.type(), loc);
}

/** The label of a name in this function; made on first mention. */
export function labelOf(s: Sema, name: string, loc: Loc): LabelRef {
  const fn = s.fn;
  if (fn === null) throw new CFail("a label is named outside a function", loc);
  for (let i = fn.labelScopes.length - 1; i >= 0; i--) {
    const known = fn.labelScopes[i]!.get(name);
    if (known !== undefined) return known;
  }
  for (let f = fn.outer; f !== null; f = f.outer)
    for (let i = f.labelScopes.length - 1; i > 0; i--) {
      const known = f.labelScopes[i]!.get(name);
      if (known !== undefined) return known;
    }
  const at = { block: null, placed: false, used: false, sym: null };
  const label: LabelRef = { name, loc, ...at, owner: fn };
  fn.labelScopes[0]!.set(name, label);
  fn.labels.push(label);
  return label;
}

function labelAddress(s: Sema, name: string, loc: Loc): X {
  const label = labelOf(s, name, loc);
  label.used = true;
  label.sym ??= s.link.newLabel(label);
  return { k: "addr", t: VOID_PTR, loc, fx: 0, sym: label.sym, off: 0 };
}

function stmtExpr(s: Sema, e: Extract<Expr, { kind: "stmtExpr" }>): X {
  if (s.fn === null) throw new CFail("a statement expression stands outside a function", e.loc);
  const { block, value } = s.hooks.block(s, e.body, true);
  if (value !== null && block.items.length === 0 && value.k === "num") return value;
  return { k: "stmt", t: value === null ? VOID : unqualified(value.t), loc: e.loc, fx: 3, block, value };
}

// ---- operators ------------------------------------------------------------------------------------------------------

function unaryExpr(s: Sema, e: Extract<Expr, { kind: "unary" }>): X {
  const loc = e.loc;
  switch (e.op) {
    case "&": {
      const x = s.hooks.expr(s, e.operand);
      return addrOf(x, true);
    }
    case "*":
      return deref(val(s, e.operand), loc);
    case "!":
      return { ...lnot(scalar(s, val(s, e.operand), "!")), loc };
    case "+":
    case "-":
    case "~": {
      const x = val(s, e.operand);
      if (x.k === "trap") return x;
      if (partsOf(x.t) !== null)
        return e.op === "+" ? x : unaryParts(s, e.op === "-" ? "neg" : "not", x, loc);
      if (!isArithmetic(x.t) || (e.op === "~" && x.t.kind === "float"))
        throw new CFail(`${typeText(x.t)} cannot be the operand of unary ${e.op}`, loc);
      const p = x.t.kind === "float" ? x : conv(x, promote(x.t));
      const r = e.op === "+" ? p : unary(e.op === "-" ? "neg" : "not", p);
      return r.k === "num" || r.k === "fnum" ? { ...r, loc } : r;
    }
    case "++pre":
    case "--pre":
    case "post++":
    case "post--":
      return incDec(s, e);
    case "__real__":
    case "__imag__":
      return partOf(s, s.hooks.expr(s, e.operand), e.op === "__real__" ? 0 : 1, loc);
  }
}

function deref(p: X, loc: Loc): X {
  if (p.k === "trap") return p;
  if (p.t.kind !== "pointer") throw new CFail(`${typeText(p.t)} is dereferenced`, loc);
  return mem(p, 0, p.t.to, loc);
}

function scalar(s: Sema, x: X, op: string): X {
  if (isComplexType(x.t)) return truthOf(s, x);
  if (x.k !== "trap" && !isScalar(x.t))
    throw new CFail(`${typeText(x.t)} cannot be the operand of ${op}`, x.loc);
  return x;
}

/** Bytes by which adding 1 to a pointer moves it. */
function strideOf(s: Sema, t: CType, loc: Loc): X {
  if (t.kind !== "pointer") throw new CFail("not a pointer", loc);
  return sizeX(s, t.to, loc);
}

function incDec(s: Sema, e: Extract<Expr, { kind: "unary" }>): X {
  const lv = lvalue(s.hooks.expr(s, e.operand));
  if (lv.k === "trap") return lv;
  const down = e.op === "--pre" || e.op === "post--";
  const post = e.op === "post++" || e.op === "post--";
  if (partsOf(lv.t) !== null) {
    const one = num(1, INT, e.loc);
    const step = (old: X): X =>
      convAssign(binaryParts(s, down ? "sub" : "add", "+", old, one, e.loc), unqualified(lv.t), "++", s);
    return updateParts(s, lv, step, post, e.loc);
  }
  if (!isScalar(lv.t)) throw new CFail(`${typeText(lv.t)} cannot be incremented`, e.loc);
  let by = 1;
  if (lv.t.kind === "pointer") {
    const stride = strideOf(s, lv.t, e.loc);
    if (stride.k !== "num") {
      const next = opassign(lv, down ? "sub" : "add", stride, unqualified(lv.t), e.loc);
      return post ? binary(down ? "add" : "sub", next, stride, lv.t, e.loc) : next;
    }
    by = Number(stride.v);
  }
  return inc(lv, down ? -by : by, post, e.loc);
}

/** Checks that something can be assigned to. */
export function lvalue(x: X): X {
  if (x.k === "var" || x.k === "mem" || x.k === "trap") return x;
  throw new CFail("this is not an lvalue", x.loc);
}

const ARITH: Partial<Record<BinaryOp, BinOp>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "%": "rem",
  "&": "and",
  "|": "or",
  "^": "xor",
  "<<": "shl",
  ">>": "shr",
};
const COMPARE: Partial<Record<BinaryOp, CmpOp>> = {
  "==": "eq",
  "!=": "ne",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
};

function binaryExpr(s: Sema, e: Extract<Expr, { kind: "binary" }>): X {
  if (e.op === "&&" || e.op === "||") {
    const l = scalar(s, val(s, e.left), e.op);
    const k = e.op === "&&" ? "and" : "or";
    // What constant conditions exclude is not looked at: it may not even make sense here.
    if (l.fx === 0 && truth(l) === (k === "or")) return num(k === "or" ? 1 : 0, INT, e.loc);
    return logic(k, l, scalar(s, arm(s, e.right), e.op), e.loc);
  }
  const l = val(s, e.left);
  const r = val(s, e.right);
  if (l.k === "trap") return l;
  if (r.k === "trap") return comma(l, r);
  const order = COMPARE[e.op];
  if (order !== undefined) return comparison(s, e, order, l, r);
  return arithmetic(s, ARITH[e.op]!, e.op, l, r, e.loc);
}

function arithmetic(s: Sema, op: BinOp, text: string, l: X, r: X, loc: Loc): X {
  if (partsOf(l.t) !== null || partsOf(r.t) !== null) return binaryParts(s, op, text, l, r, loc);
  const lp = l.t.kind === "pointer";
  const rp = r.t.kind === "pointer";
  if (op === "add" && lp && isInteger(r.t)) return offsetPointer(s, l, r, loc);
  if (op === "add" && rp && isInteger(l.t)) return offsetPointer(s, r, l, loc);
  if (op === "sub" && lp && isInteger(r.t)) return offsetPointer(s, l, unary("neg", conv(r, LONG)), loc);
  if (op === "sub" && lp && rp) return pointerDifference(s, l, r, loc);
  if (!isArithmetic(l.t) || !isArithmetic(r.t))
    throw new CFail(`${typeText(l.t)} ${text} ${typeText(r.t)} is not possible`, loc);
  if (op === "shl" || op === "shr") {
    if (!isInteger(l.t) || !isInteger(r.t))
      throw new CFail(`${typeText(l.t)} ${text} ${typeText(r.t)} is not possible`, loc);
    const t = promote(l.t);
    return binary(op, conv(l, t), conv(r, promote(r.t)), t, loc);
  }
  const t = usualType(l.t, r.t);
  if (t.kind === "float" && !["add", "sub", "mul", "div"].includes(op))
    throw new CFail(`${typeText(l.t)} ${text} ${typeText(r.t)} is not possible`, loc);
  return binary(op, conv(l, t), conv(r, t), t, loc);
}

/** pointer + index. */
function offsetPointer(s: Sema, p: X, i: X, loc: Loc): X {
  const t = unqualified(p.t);
  const stride = strideOf(s, p.t, loc);
  if (stride.k !== "num")
    return binary("add", p, binary("mul", conv(i, LONG), conv(stride, LONG), LONG, loc), t, loc);
  return idx(p, conv(i, LONG), t, Number(stride.v), null, loc);
}

function pointerDifference(s: Sema, l: X, r: X, loc: Loc): X {
  const bytes = binary("sub", conv(l, LONG), conv(r, LONG), LONG, loc);
  const stride = strideOf(s, l.t, loc);
  if (stride.k !== "num") return binary("div", bytes, conv(stride, LONG), LONG, loc);
  if (stride.v === 0n) return num(0, LONG, loc);
  const shift = log2(stride.v);
  // Differences within one array are multiples of the size, so that a shift is exact.
  if (shift !== null) return binary("shr", bytes, num(shift, INT, loc), LONG, loc);
  return binary("div", bytes, num(stride.v, LONG, loc), LONG, loc);
}

function log2(v: bigint): number | null {
  if (v <= 0n || (v & (v - 1n)) !== 0n) return null;
  return v.toString(2).length - 1;
}

function comparison(s: Sema, e: Extract<Expr, { kind: "binary" }>, op: CmpOp, l: X, r: X): X {
  if (partsOf(l.t) !== null || partsOf(r.t) !== null) return compareParts(s, op, l, r, e.loc);
  if (isArithmetic(l.t) && isArithmetic(r.t)) {
    checkComparison(s, e, op, l, r);
    const t = usualType(l.t, r.t);
    return cmp(op, conv(l, t), conv(r, t), e.loc);
  }
  if (!isScalar(l.t) || !isScalar(r.t) || l.t.kind === "float" || r.t.kind === "float")
    throw new CFail(`${typeText(l.t)} ${e.op} ${typeText(r.t)} is not possible`, e.loc);
  return cmp(op, conv(l, VOID_PTR), conv(r, VOID_PTR), e.loc);
}

function assignExpr(s: Sema, e: Extract<Expr, { kind: "assign" }>): X {
  const lv = lvalue(s.hooks.expr(s, e.left));
  if (lv.t.kind === "array") throw new CFail("an array is assigned to", e.loc);
  const x = val(s, e.right);
  if (lv.k === "trap") return lv;
  if (x.k === "trap") return x;
  if (e.op === "=") return assign(lv, convAssign(x, unqualified(lv.t), "assignment", s), e.loc);
  const op = ARITH[e.op.slice(0, -1) as BinaryOp]!;
  if (lv.t.kind === "pointer" && (op === "add" || op === "sub") && isInteger(x.t)) {
    const bytes = binary("mul", conv(x, LONG), conv(strideOf(s, lv.t, e.loc), LONG), LONG, e.loc);
    return opassign(lv, op, bytes, unqualified(lv.t), e.loc);
  }
  if (partsOf(lv.t) !== null || partsOf(x.t) !== null) {
    const changed = (old: X): X =>
      convAssign(arithmetic(s, op, e.op, old, x, e.loc), unqualified(lv.t), "assignment", s);
    return updateParts(s, lv, changed, false, e.loc);
  }
  if (!isArithmetic(lv.t) || !isArithmetic(x.t))
    throw new CFail(`${typeText(lv.t)} ${e.op} ${typeText(x.t)} is not possible`, e.loc);
  if (op === "shl" || op === "shr") return opassign(lv, op, conv(x, promote(x.t)), promote(lv.t), e.loc);
  const t = usualType(lv.t, x.t);
  if (t.kind === "float" && !["add", "sub", "mul", "div"].includes(op))
    throw new CFail(`${typeText(lv.t)} ${e.op} ${typeText(x.t)} is not possible`, e.loc);
  return opassign(lv, op, conv(x, t), t, e.loc);
}

function condExpr(s: Sema, e: Extract<Expr, { kind: "cond" }>): X {
  if (e.then === null) return elvis(s, e);
  const c = scalar(s, val(s, e.test), "?:");
  const a = arm(s, e.then);
  const b = arm(s, e.else);
  const t = condType(a, b, e.loc);
  const to = (x: X): X => (t.kind === "record" ? convAssign(x, t, "?:", s) : conv(x, t));
  if (t.kind === "void") return { k: "cond", t, loc: e.loc, fx: c.fx | a.fx | b.fx, c, a, b };
  return cond(c, to(a), to(b), t, e.loc);
}

function elvis(s: Sema, e: Extract<Expr, { kind: "cond" }>): X {
  const a = scalar(s, val(s, e.test), "?:");
  const b = arm(s, e.else);
  const t = condType(a, b, e.loc);
  const known = a.fx === 0 ? truth(a) : null;
  if (known !== null) return conv(known ? a : b, t);
  if (s.fn === null) return cond(a, conv(a, t), conv(b, t), t, e.loc);
  const at = unqualified(a.t);
  const hold: X = { k: "var", t: at, loc: e.loc, fx: 0, v: newLocal(s, "<value>", at, e.loc, true) };
  return comma(assign(hold, a, e.loc), cond(hold, conv(hold, t), conv(b, t), t, e.loc));
}

/** Type of a conditional expression. */
function condType(a: X, b: X, loc: Loc): CType {
  if (a.k === "trap" && b.k !== "trap") return unqualified(b.t);
  if (b.k === "trap") return unqualified(a.t);
  if (isArithmetic(a.t) && isArithmetic(b.t)) return usualType(a.t, b.t);
  if (isComplexType(a.t) || isComplexType(b.t)) {
    const [x, y] = [partsOf(a.t)?.of ?? a.t, partsOf(b.t)?.of ?? b.t];
    if (isArithmetic(x) && isArithmetic(y)) return complexOf(usualType(x, y));
  }
  if (a.t.kind === "void" || b.t.kind === "void") return VOID;
  if (a.t.kind === "record" && sameType(a.t, b.t)) return unqualified(a.t);
  if (a.t.kind === "pointer" && b.t.kind === "pointer") {
    if (isNullConstant(a)) return unqualified(b.t);
    if (isNullConstant(b)) return unqualified(a.t);
    const quals = a.t.to.quals | b.t.to.quals;
    if (a.t.to.kind === "void" || b.t.to.kind === "void") return pointerTo(withQuals(VOID, quals));
    const to = a.t.to.kind === "array" && a.t.to.length === null ? b.t.to : a.t.to;
    return pointerTo(to.kind === "function" ? to : withQuals(to, quals));
  }
  if (a.t.kind === "pointer" && isInteger(b.t)) return unqualified(a.t);
  if (b.t.kind === "pointer" && isInteger(a.t)) return unqualified(b.t);
  throw new CFail(`?: between ${typeText(a.t)} and ${typeText(b.t)}`, loc);
}

// ---- members and elements ---------------------------------------------------------------------------------------

/**
 * What each member was last taken of, in each image: who asks once more must not analyse the object again, which doubles with
 * every level. Syntax outlives images, so an image's types hang on the image and not on it.
 */
const recordsOf = new WeakMap<LinkScope, WeakMap<Expr, CType>>();

function takenOf(s: Sema): WeakMap<Expr, CType> {
  let records = recordsOf.get(s.link);
  if (records === undefined) recordsOf.set(s.link, (records = new WeakMap()));
  return records;
}

function memberExpr(s: Sema, e: Extract<Expr, { kind: "member" }>): X {
  let x: X;
  if (e.arrow) x = deref(val(s, e.object), e.loc);
  else x = s.hooks.expr(s, e.object);
  if (x.k === "trap") return x;
  takenOf(s).set(e, x.t);
  if (x.t.kind !== "record")
    throw new CFail(`member \`${e.name}\` of ${typeText(x.t)}, which is not a struct or union`, e.loc);
  const path = findField(x.t, e.name, e.loc);
  if (path === null) throw new CFail(`${typeText(unqualified(x.t))} has no member \`${e.name}\``, e.loc);
  let off = 0;
  for (const f of path) off += f.offset;
  const field = path[path.length - 1]!;
  const t = withQuals(field.type, x.t.quals);
  const base = addrOf(x);
  if (field.bit === null) {
    const m = mem(padd(base, off), 0, t, e.loc);
    return isLoose(x) || offItsAlignment(x.t, field.type, off) ? loosened(m) : m;
  }
  const it = intOf(field.type);
  const narrow = field.bit.width < it.bits ? { ...it, bits: field.bit.width, quals: t.quals } : t;
  const at = padd(base, off);
  const bf = { ...field.bit, offset: 0 };
  return at.k === "padd"
    ? { k: "mem", t: narrow, loc: e.loc, fx: at.fx, base: at.base, off: at.off, bf }
    : { k: "mem", t: narrow, loc: e.loc, fx: at.fx, base: at, off: 0, bf };
}

/** A packed struct puts the member where its type would not have it. */
function offItsAlignment(record: RecordType, t: CType, off: number): boolean {
  if (!isComplete(t)) return false;
  const wanted = alignOf(t);
  return layoutOf(record).align < wanted || off % wanted !== 0;
}

const isLoose = (x: X): boolean => x.k === "mem" && x.loose === true;
const loosened = (x: X): X => (x.k === "mem" ? { ...x, loose: true } : x);

function indexExpr(s: Sema, e: Extract<Expr, { kind: "index" }>): X {
  let object = s.hooks.expr(s, e.object);
  let index = s.hooks.expr(s, e.index);
  let objectExpr = e.object;
  if (partsOf(object.t)?.complex === false) object = vectorElements(object);
  if (isInteger(object.t) && !isInteger(index.t)) {
    [object, index] = [index, object];
    objectExpr = e.index;
  }
  if (object.k === "trap") return object;
  if (index.k === "trap") return index;
  if (!isInteger(index.t)) throw new CFail(`the index has type ${typeText(index.t)}`, e.loc);
  const array = object.t;
  const p = decay(object);
  if (p.t.kind !== "pointer") throw new CFail(`${typeText(p.t)} is indexed`, e.loc);
  const of = p.t.to;
  const i = conv(index, LONG);
  if (isVariable(of)) {
    const bytes = binary("mul", i, conv(sizeX(s, of, e.loc), LONG), LONG, e.loc);
    return mem(binary("add", p, bytes, p.t, e.loc), 0, of, e.loc);
  }
  const bound =
    array.kind === "array" && array.length !== null && array.length > 0 && !isTrailing(s, objectExpr)
      ? array.length
      : null;
  const element = mem(idx(p, i, p.t, sizeOf(of, e.loc), bound, e.loc), 0, of, e.loc);
  return isLoose(object) && array.kind === "array" ? loosened(element) : element;
}

/** The last member of a struct is taken to be as long as the object lets it be. The expression has been analysed. */
function isTrailing(s: Sema, e: Expr): boolean {
  const record = takenOf(s).get(e);
  if (e.kind !== "member" || record?.kind !== "record") return false;
  const path = findField(record, e.name) ?? [];
  let t: RecordType = record;
  for (const f of path) {
    const fields = layoutOf(t).fields;
    if (!t.info.union && fields[fields.length - 1] !== f) return false;
    if (f.type.kind === "record") t = f.type;
  }
  return true;
}

// ---- types as operands ----------------------------------------------------------------------------------------------

/** Puts what the type's array lengths need before a value. */
function withPending(s: Sema, x: X): X {
  return takePending(s).reduceRight((acc, p) => comma(p, acc), x);
}

export function castTo(x: X, t: CType, loc: Loc): X {
  if (t.kind === "record") {
    if (x.t.kind === "record" && sameType(x.t, t)) return x;
    throw new CFail(`a cast of ${typeText(x.t)} to ${typeText(t)} is not supported`, loc);
  }
  if (t.kind === "array" || t.kind === "function") throw new CFail(`a cast to ${typeText(t)}`, loc);
  if (x.t.kind === "record" && t.kind !== "void") throw new CFail(`a cast of ${typeText(x.t)}`, loc);
  if (t.kind === "pointer" && x.t.kind === "float")
    throw new CFail("a cast of a floating value to a pointer", loc);
  const r = conv(x, t);
  // A cast is not an lvalue and has no qualifiers.
  return r.t.quals !== 0 || (r === x && (r.k === "var" || r.k === "mem"))
    ? { k: "conv", t: unqualified(t), loc, fx: r.fx, x: r }
    : { ...r, loc: r.k === "trap" ? r.loc : loc };
}

function castExpr(s: Sema, e: Extract<Expr, { kind: "cast" }>): X {
  const t = resolveTypeName(s, e.type);
  const pending = takePending(s);
  if (t.kind === "record") {
    const x = s.hooks.expr(s, e.operand);
    if (partsOf(t) !== null) return convParts(s, decay(x), t, "cast", true);
    if (t.info.union && !(x.t.kind === "record" && sameType(x.t, t))) return castToUnion(s, t, decay(x), e);
    return castTo(x, t, e.loc);
  }
  const operand = val(s, e.operand);
  if (partsOf(operand.t) !== null && t.kind !== "void") return convParts(s, operand, t, "cast", true);
  const x = castTo(operand, t, e.loc);
  return pending.reduceRight((acc, p) => comma(p, acc), x);
}

/** GNU: `(union u)x` is a union whose first member of x's type has that value. */
function castToUnion(s: Sema, t: RecordType, x: X, e: Extract<Expr, { kind: "cast" }>): X {
  const field = layoutOf(t, e.loc).fields.find((f) => sameType(f.type, x.t));
  if (field === undefined || s.fn === null)
    throw new CFail(`a cast of ${typeText(x.t)} to ${typeText(t)}`, e.loc);
  return unionOf(s, t, field, x, e.loc);
}

function unionOf(s: Sema, t: RecordType, field: Field, x: X, loc: Loc): X {
  const v = newLocal(s, "<union>", t, loc, true);
  v.addressed = true;
  const entry = { off: field.offset, t: field.type, bf: null, x, bytes: null, count: 1, stride: 0 };
  const plan = { type: t, entries: [entry], size: sizeOf(t) };
  return mem({ k: "complit", t: pointerTo(t), loc, fx: 3, v, plan }, 0, t, loc);
}

/** An argument for a parameter of transparent union type: as the first member that takes it. */
function toUnion(s: Sema, t: RecordType, x: X): X {
  const { fields } = layoutOf(t, x.loc);
  const takes = (f: Field): boolean =>
    f.type.kind === "pointer" && (x.t.kind === "pointer" || isNullConstant(x))
      ? isNullConstant(x) || f.type.to.kind === "void" || x.t.kind !== "pointer" || x.t.to.kind === "void"
      : false;
  const field =
    fields.find((f) => sameType(unqualified(f.type), unqualified(x.t))) ??
    fields.find(
      (f) =>
        f.type.kind === "pointer" &&
        x.t.kind === "pointer" &&
        sameType(unqualified(f.type.to), unqualified(x.t.to)),
    ) ??
    fields.find(takes);
  if (field === undefined || s.fn === null)
    throw new CFail(`${typeText(x.t)} is no member of ${typeText(t)}`, x.loc);
  return unionOf(s, unqualified(t) as RecordType, field, conv(x, field.type), x.loc);
}

function compoundLiteral(s: Sema, e: Extract<Expr, { kind: "compound" }>): X {
  const t = resolveTypeName(s, e.type);
  const plan = s.hooks.init(s, t, e.init, e.loc);
  const type = plan.type;
  if (s.fn === null || s.staticInit > 0) {
    const sym: ObjectSym = {
      kind: "object",
      name: "<compound literal>",
      path: s.path,
      loc: e.loc,
      storage: "static-local",
      type: () => type,
      plan: () => plan,
      defined: true,
      readonly: (type.quals & CONST) !== 0,
      bytes: null,
      align: alignOf(type),
      address: null,
    };
    return objectLvalue(sym, type, e.loc);
  }
  const v = newLocal(s, "<compound literal>", type, e.loc, true);
  v.addressed = true;
  const base: X = { k: "complit", t: pointerTo(type), loc: e.loc, fx: 3, v, plan };
  return withPending(s, mem(base, 0, type, e.loc));
}

/** sizeof as a value: constant unless the type is variable. */
export function sizeX(s: Sema, t: CType, loc: Loc): X {
  if (t.kind === "array" && isVariable(t)) {
    const inner = sizeX(s, t.of, loc);
    if (t.vla !== null && t.vla.count === null)
      throw new CFail("the size of this array is not known here", loc);
    const count: X = t.vla === null ? num(t.length!, ULONG, loc) : localX(s, t.vla.count!, loc);
    return binary("mul", count, inner, ULONG, loc);
  }
  return num(sizeOf(t, loc), ULONG, loc);
}

function sizeofExpr(
  s: Sema,
  e: Extract<Expr, { kind: "sizeofType" | "alignofType" | "sizeofExpr" | "alignofExpr" }>,
): X {
  let t: CType;
  let x: X | null = null;
  if (e.kind === "sizeofType" || e.kind === "alignofType") t = resolveTypeName(s, e.type);
  else {
    s.unevaluated++;
    try {
      x = s.hooks.expr(s, (e as Extract<Expr, { kind: "sizeofExpr" | "alignofExpr" }>).operand);
      if (x.k === "trap") throw new CFail(x.message, x.loc);
      t = x.t;
    } finally {
      s.unevaluated--;
    }
  }
  if (e.kind === "alignofType" || e.kind === "alignofExpr") {
    if (
      x?.k === "mem" &&
      x.base.k === "addr" &&
      x.base.off === 0 &&
      x.base.sym.kind === "object" &&
      x.base.sym.align > 0
    )
      return num(Math.max(x.base.sym.align, alignOf(t)), ULONG, e.loc);
    return num(alignOf(t), ULONG, e.loc);
  }
  // The size of an array of variable length: what its expression does is done.
  if (x !== null && x.fx !== 0 && isVariable(t))
    return comma(conv(addrOf(x), VOID), withPending(s, sizeX(s, t, e.loc)));
  if (t.kind === "record" && !isComplete(t))
    throw new CFail(`sizeof of ${typeText(t)}, which is not defined`, e.loc);
  return withPending(s, sizeX(s, t, e.loc));
}

function genericExpr(s: Sema, e: Extract<Expr, { kind: "generic" }>): X {
  s.unevaluated++;
  let t: CType;
  try {
    t = unqualified(decay(s.hooks.expr(s, e.control)).t);
  } finally {
    s.unevaluated--;
  }
  let otherwise: Expr | null = null;
  for (const a of e.assocs) {
    if (a.type === null) otherwise = a.expr;
    else if (sameType(t, resolveTypeName(s, a.type), true)) return s.hooks.expr(s, a.expr);
  }
  if (otherwise === null) throw new CFail(`_Generic has no association for ${typeText(t)}`, e.loc);
  return s.hooks.expr(s, otherwise);
}

function offsetofExpr(s: Sema, e: Extract<Expr, { kind: "offsetof" }>): X {
  let t = resolveTypeName(s, e.type);
  let off = 0;
  let variable: X | null = null;
  for (const step of e.path) {
    if (typeof step === "string") {
      if (t.kind !== "record") throw new CFail(`offsetof: ${typeText(t)} has no members`, e.loc);
      const path = findField(t, step, e.loc);
      if (path === null) throw new CFail(`${typeText(t)} has no member \`${step}\``, e.loc);
      for (const f of path) off += f.offset;
      const last = path[path.length - 1]!;
      if (last.bit !== null) throw new CFail(`offsetof: \`${step}\` is a bit-field`, e.loc);
      t = last.type;
      continue;
    }
    if (t.kind !== "array") throw new CFail(`offsetof: ${typeText(t)} is indexed`, e.loc);
    t = t.of;
    const i = conv(val(s, step), LONG);
    if (i.k === "num") off += Number(i.v) * sizeOf(t);
    else {
      const part = binary("mul", i, num(sizeOf(t), LONG, e.loc), LONG, e.loc);
      variable = variable === null ? part : binary("add", variable, part, LONG, e.loc);
    }
  }
  const fixed = num(off, ULONG, e.loc);
  return variable === null ? fixed : binary("add", conv(variable, ULONG), fixed, ULONG, e.loc);
}

function vaArg(s: Sema, e: Extract<Expr, { kind: "vaArg" }>): X {
  const list = val(s, e.list);
  const t = resolveTypeName(s, e.type);
  if (!isComplete(t)) throw new CFail(`va_arg of ${typeText(t)}`, e.loc);
  const slots = byAddress(t) ? Math.ceil(sizeOf(t, e.loc) / 8) : 1;
  if (t.kind === "array") throw new CFail("va_arg of an array", e.loc);
  return mem({ k: "vaarg", t: pointerTo(t), loc: e.loc, fx: 1, list, slots }, 0, t, e.loc);
}
