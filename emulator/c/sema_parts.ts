/**
 * Values of several parts: complex numbers (C11) and vectors (GNU). Both are records for everything that moves them
 * (ctype.ts); their arithmetic is spelled out here, part by part, in ordinary nodes. Leaves out what needs more than the
 * parts: the recovery of infinities in complex products (annex G).
 */
import type { Loc } from "./ast.ts";
import { addrOf, assign, binary, cmp, comma, conv, fnum, logic, mem, num, unary } from "./build.ts";
import {
  alignOf,
  CFail,
  type CType,
  complexOf,
  INT,
  intOf,
  isArithmetic,
  isInteger,
  pointerTo,
  sameType,
  sizeOf,
  typeText,
  UCHAR,
  UINT,
  UINT128,
  ULONG,
  USHORT,
  unqualified,
  usualType,
  VOID,
  vectorOf,
} from "./ctype.ts";
import { newLocal, type Sema } from "./sema.ts";
import type { BinOp, CmpOp, InitPlan, ObjectSym, X } from "./tree.ts";

/** What the parts of a complex or vector type are; null for any other type. */
export function partsOf(
  t: CType,
): { readonly of: CType; readonly count: number; readonly complex: boolean } | null {
  return t.kind === "record" ? (t.info.parts ?? null) : null;
}

export const isComplexType = (t: CType): boolean => partsOf(t)?.complex === true;

/** A value evaluated once: what to do first, and a place to read the parts from. */
interface Held {
  readonly before: X[];
  readonly part: (i: number) => X;
}

function hold(s: Sema, x: X): Held {
  const p = partsOf(x.t)!;
  const size = sizeOf(p.of);
  const at = (base: X) => (i: number) => mem(base, i * size, p.of, x.loc);
  if (s.fn === null || s.staticInit > 0) {
    const base = addrOf(x);
    return { before: [], part: (i) => mem({ ...base, t: pointerTo(p.of) } as X, i * size, p.of, x.loc) };
  }
  const t = pointerTo(p.of);
  const v: X = { k: "var", t, loc: x.loc, fx: 0, v: newLocal(s, "<value>", t, x.loc, true) };
  return { before: [assign(v, conv(addrOf(x), t), x.loc)], part: at(v) };
}

/** A scalar evaluated once. */
function holdScalar(s: Sema, x: X, count: number): Held {
  if (x.k === "num" || x.k === "fnum" || s.fn === null || s.staticInit > 0 || count === 1)
    return { before: [], part: () => x };
  const t = unqualified(x.t);
  const v: X = { k: "var", t, loc: x.loc, fx: 0, v: newLocal(s, "<value>", t, x.loc, true) };
  return { before: [assign(v, x, x.loc)], part: () => v };
}

/** The value of type `t` that has these parts. */
function make(s: Sema, t: CType, parts: readonly X[], before: readonly X[], loc: Loc): X {
  const p = partsOf(t)!;
  const size = sizeOf(p.of);
  const entries = parts.map((x, i) => {
    const at = { off: i * size, t: p.of, bf: null, x: conv(x, p.of), bytes: null, count: 1, stride: 0 };
    return at;
  });
  const plan: InitPlan = { type: t, entries, size: sizeOf(t) };
  if (s.fn === null || s.staticInit > 0) {
    const sym: ObjectSym = {
      kind: "object",
      name: "<value>",
      path: s.path,
      loc,
      storage: "static-local",
      type: () => t,
      plan: () => plan,
      defined: true,
      readonly: true,
      bytes: null,
      align: alignOf(t),
      address: null,
    };
    return mem({ k: "addr", t: pointerTo(t), loc, fx: 0, sym, off: 0 }, 0, t, loc);
  }
  const v = newLocal(s, "<value>", t, loc, true);
  v.addressed = true;
  const value = mem({ k: "complit", t: pointerTo(t), loc, fx: 3, v, plan }, 0, t, loc);
  return before.reduceRight((acc: X, b) => comma(b, acc), value);
}

/** The real or imaginary part, as an lvalue when x is one. */
export function partOf(s: Sema, x: X, i: 0 | 1, loc: Loc): X {
  const p = partsOf(x.t);
  if (p === null || !p.complex) {
    if (!isArithmetic(x.t)) throw new CFail(`${typeText(x.t)} has no real part`, loc);
    return i === 0 ? x : comma(conv(x, VOID), conv(num(0, INT, loc), unqualified(x.t)));
  }
  const of = x.t.quals === 0 ? p.of : { ...p.of, quals: x.t.quals };
  if (x.k === "var" || x.k === "mem") return mem(conv(addrOf(x), pointerTo(of)), i * sizeOf(of), of, loc);
  const h = hold(s, x);
  return h.before.reduceRight((acc: X, b) => comma(b, acc), h.part(i));
}

/** z != 0, an int. */
export function truthOf(s: Sema, x: X): X {
  const p = partsOf(x.t)!;
  if (!p.complex) throw new CFail(`${typeText(x.t)} is used as a condition`, x.loc);
  const h = hold(s, x);
  const nonzero = (i: number): X => cmp("ne", h.part(i), conv(num(0, INT, x.loc), p.of), x.loc);
  return h.before.reduceRight((acc: X, b) => comma(b, acc), logic("or", nonzero(0), nonzero(1), x.loc));
}

/** Converts to or from a complex or vector type; `cast`: as a cast does, which also looks at bytes in another way. */
export function convParts(s: Sema, x: X, t: CType, what: string, cast: boolean): X {
  const to = partsOf(t);
  const from = partsOf(x.t);
  const fail = (): never => {
    throw new CFail(`${what}: ${typeText(x.t)} given, ${typeText(t)} wanted`, x.loc);
  };
  if (sameType(x.t, t)) return x;
  if (to?.complex === true) {
    const zero = num(0, INT, x.loc);
    if (isArithmetic(x.t)) return make(s, unqualified(t), [x, conv(zero, to.of)], [], x.loc);
    if (from === null || !from.complex) return fail();
    const h = hold(s, x);
    return make(s, unqualified(t), [h.part(0), h.part(1)], h.before, x.loc);
  }
  if (from?.complex === true) {
    if (t.kind === "int" && t.rank === 0) return conv(truthOf(s, x), t);
    return isArithmetic(t) ? conv(partOf(s, x, 0, x.loc), t) : fail();
  }
  // Vectors: the same bytes seen as another type. Types that differ in sign alone are converted silently.
  if (sizeOf(x.t) !== sizeOf(t) || (!cast && (to === null || from === null))) return fail();
  if (to === null && !isInteger(t)) return fail();
  return mem(conv(addrOf(inMemory(s, x)), pointerTo(t)), 0, unqualified(t), x.loc);
}

/** A scalar put into memory, to be looked at as something else. */
function inMemory(s: Sema, x: X): X {
  if (x.t.kind === "record") return x;
  if (s.fn === null) throw new CFail("this conversion is not constant", x.loc);
  const t = unqualified(x.t);
  const v = newLocal(s, "<value>", t, x.loc, true);
  v.addressed = true;
  const entry = { off: 0, t, bf: null, x, bytes: null, count: 1, stride: 0 };
  const plan: InitPlan = { type: t, entries: [entry], size: sizeOf(t) };
  return mem({ k: "complit", t: pointerTo(t), loc: x.loc, fx: 3, v, plan }, 0, t, x.loc);
}

/** Unary - and ~ (which conjugates). */
export function unaryParts(s: Sema, op: "neg" | "not", x: X, loc: Loc): X {
  const p = partsOf(x.t)!;
  const h = hold(s, x);
  const parts = Array.from({ length: p.count }, (_, i) => {
    const part = h.part(i);
    if (p.complex && op === "not") return i === 0 ? part : negated(part);
    if (op === "not" && p.of.kind === "float") throw new CFail(`~ of ${typeText(x.t)}`, loc);
    return op === "neg" ? negated(part) : narrow(unary("not", part), p.of);
  });
  return make(s, unqualified(x.t), parts, h.before, loc);
}

/** Arithmetic on narrow integers is done in their own type. */
const narrow = (x: X, t: CType): X => (isInteger(t) && sizeOf(t) < 4 ? { ...x, t } : x);
const negated = (x: X): X => narrow(unary("neg", x), x.t);

/** A binary operation of which at least one operand is complex or a vector. */
export function binaryParts(s: Sema, op: BinOp, text: string, l: X, r: X, loc: Loc): X {
  const a = partsOf(l.t);
  const b = partsOf(r.t);
  const impossible = (): never => {
    throw new CFail(`${typeText(l.t)} ${text} ${typeText(r.t)} is not possible`, loc);
  };
  if ((a === null && !isArithmetic(l.t)) || (b === null && !isArithmetic(r.t))) return impossible();
  if (a?.complex === true || b?.complex === true) {
    if ((a !== null && !a.complex) || (b !== null && !b.complex)) return impossible();
    return complexArithmetic(s, op, l, r, loc) ?? impossible();
  }
  return vectorArithmetic(s, op, l, r, loc) ?? impossible();
}

function complexArithmetic(s: Sema, op: BinOp, l: X, r: X, loc: Loc): X | null {
  const of = usualType(partsOf(l.t)?.of ?? l.t, partsOf(r.t)?.of ?? r.t);
  const t = complexOf(of);
  const left = partsOf(l.t) === null ? holdScalar(s, conv(l, of), 2) : hold(s, l);
  const right = partsOf(r.t) === null ? holdScalar(s, conv(r, of), 2) : hold(s, r);
  const before = [...left.before, ...right.before];
  const [realLeft, realRight] = [partsOf(l.t) === null, partsOf(r.t) === null];
  const value = (x: X): X => {
    if (s.fn === null || s.staticInit > 0 || x.k === "num" || x.k === "fnum") return x;
    const v: X = { k: "var", t: of, loc, fx: 0, v: newLocal(s, "<part>", of, loc, true) };
    before.push(assign(v, x, loc));
    return v;
  };
  const a = value(conv(left.part(0), of));
  const b = realLeft ? null : value(conv(left.part(1), of));
  const c = value(conv(right.part(0), of));
  const d = realRight ? null : value(conv(right.part(1), of));
  const bin = (o: BinOp, x: X, y: X): X => binary(o, x, y, of, loc);
  const built = (re: X, im: X): X => make(s, t, [re, im], before, loc);
  const zero = conv(num(0, INT, loc), of);
  switch (op) {
    case "add":
      return built(bin("add", a, c), b === null ? (d ?? zero) : d === null ? b : bin("add", b, d));
    case "sub":
      return built(
        bin("sub", a, c),
        d === null ? (b ?? zero) : b === null ? unary("neg", d) : bin("sub", b, d),
      );
    case "mul":
      if (b === null) return built(bin("mul", a, c), bin("mul", a, d ?? zero));
      if (d === null) return built(bin("mul", a, c), bin("mul", b, c));
      return built(
        bin("sub", bin("mul", a, c), bin("mul", b, d)),
        bin("add", bin("mul", a, d), bin("mul", b, c)),
      );
    case "div": {
      if (d === null) return built(bin("div", a, c), bin("div", b ?? zero, c));
      const size = value(bin("add", bin("mul", c, c), bin("mul", d, d)));
      const im = b ?? zero;
      return built(
        bin("div", bin("add", bin("mul", a, c), bin("mul", im, d)), size),
        bin("div", bin("sub", bin("mul", im, c), bin("mul", a, d)), size),
      );
    }
    default:
      return null;
  }
}

/** Both operands as vectors: a scalar stands for all parts. */
function vectorArithmetic(s: Sema, op: BinOp, l: X, r: X, loc: Loc): X | null {
  const p = partsOf(l.t) ?? partsOf(r.t)!;
  const t = unqualified(partsOf(l.t) === null ? r.t : l.t);
  const { of, count } = p;
  if ((partsOf(r.t)?.count ?? count) !== count) return null;
  if (of.kind === "float" && !["add", "sub", "mul", "div"].includes(op)) return null;
  const side = (x: X): Held => (partsOf(x.t) === null ? holdScalar(s, conv(x, of), count) : hold(s, x));
  const left = side(l);
  const right = side(r);
  const parts = Array.from({ length: count }, (_, i) => {
    const wide: CType = isInteger(of) && sizeOf(of) < 4 ? INT : of;
    const x = binary(op, conv(left.part(i), wide), conv(right.part(i), wide), wide, loc);
    return conv(x, of);
  });
  return make(s, t, parts, [...left.before, ...right.before], loc);
}

/** == and != of complex numbers; any comparison of vectors, whose parts become 0 or -1. */
export function compareParts(s: Sema, op: CmpOp, l: X, r: X, loc: Loc): X {
  const p = partsOf(l.t) ?? partsOf(r.t)!;
  const other = (x: X): Held => (partsOf(x.t) === null ? holdScalar(s, x, 2) : hold(s, x));
  if (p.complex) {
    if (op !== "eq" && op !== "ne") throw new CFail("complex numbers have no order", loc);
    const of = usualType(partsOf(l.t)?.of ?? l.t, partsOf(r.t)?.of ?? r.t);
    const left = other(l);
    const right = other(r);
    const part = (h: Held, x: X, i: number): X =>
      partsOf(x.t) === null && i === 1 ? conv(num(0, INT, loc), of) : conv(h.part(i), of);
    const same = (i: number): X => cmp(op, part(left, l, i), part(right, r, i), loc);
    const both = logic(op === "eq" ? "and" : "or", same(0), same(1), loc);
    return [...left.before, ...right.before].reduceRight((acc: X, b) => comma(b, acc), both);
  }
  const size = sizeOf(p.of);
  const unsigned =
    size === 1 ? UCHAR : size === 2 ? USHORT : size === 4 ? UINT : size === 8 ? ULONG : UINT128;
  const of: CType = {
    ...intOf(unsigned),
    signed: true,
    name: `signed ${unsigned.name.replace("unsigned ", "")}`,
  };
  const side = (x: X): Held => (partsOf(x.t) === null ? holdScalar(s, conv(x, p.of), p.count) : hold(s, x));
  const left = side(l);
  const right = side(r);
  const parts = Array.from({ length: p.count }, (_, i) =>
    conv(unary("neg", cmp(op, left.part(i), right.part(i), loc)), of),
  );
  return make(s, vectorOf(of, p.count), parts, [...left.before, ...right.before], loc);
}

/** `lv op= x` for such values, by the address of lv. */
export function updateParts(s: Sema, lv: X, value: (old: X) => X, post: boolean, loc: Loc): X {
  const t = unqualified(lv.t);
  const pt = pointerTo(t);
  if (s.fn === null) throw new CFail("an assignment stands outside a function", loc);
  const p: X = { k: "var", t: pt, loc, fx: 0, v: newLocal(s, "<place>", pt, loc, true) };
  const object = mem(p, 0, t, loc);
  const first = assign(p, conv(addrOf(lv), pt), loc);
  if (!post || partsOf(t) === null) return comma(first, assign(object, value(object), loc));
  const h = hold(s, object);
  const old = make(
    s,
    t,
    Array.from({ length: partsOf(t)!.count }, (_, i) => h.part(i)),
    h.before,
    loc,
  );
  const kept = hold(s, old);
  const result = mem(addrOf(kept.part(0)), 0, t, loc);
  const steps = [first, ...kept.before, assign(object, value(object), loc)];
  return steps.reduceRight((acc: X, b) => comma(b, acc), mem(conv(addrOf(result), pt), 0, t, loc));
}

/** A complex number of two real ones. */
export function pairOf(s: Sema, re: X, im: X, loc: Loc): X {
  if (re.t.kind !== "float" || im.t.kind !== "float")
    throw new CFail("__builtin_complex wants floating values", loc);
  return make(s, complexOf(usualType(re.t, im.t)), [re, im], [], loc);
}

/** An imaginary constant. */
export function imaginary(s: Sema, v: number, of: CType, loc: Loc): X {
  return make(s, complexOf(of), [fnum(0, of, loc), fnum(v, of, loc)], [], loc);
}

/** Element `index` of a vector lvalue or value. */
export function vectorElements(x: X): X {
  const p = partsOf(x.t)!;
  const of = x.t.quals === 0 ? p.of : { ...p.of, quals: x.t.quals };
  const t: CType = { kind: "array", of, length: p.count, vla: null, quals: 0 };
  return mem(conv(addrOf(x), pointerTo(t)), 0, t, x.loc);
}
