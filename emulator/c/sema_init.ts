/**
 * Initialisers: designators, brace elision, strings, ranges, flexible members, arrays whose length the initialiser
 * decides. The result is a flat list of what is stored where; everything not listed is zero. Leaves out evaluation
 * (const_eval.ts for static objects, gen_init.ts for locals).
 */
import type { Designator, Expr, Init, InitList, Loc } from "./ast.ts";
import { trapX } from "./build.ts";
import {
  arrayOf,
  type BitPlace,
  CFail,
  type CType,
  type Field,
  findField,
  intOf,
  isInteger,
  isVariable,
  layoutOf,
  type RecordType,
  sameType,
  sizeOf,
  typeText,
  unqualified,
} from "./ctype.ts";
import type { Sema } from "./sema.ts";
import { convAssign, stringBytes, val } from "./sema_expr.ts";
import { isComplexType } from "./sema_parts.ts";
import type { InitEntry, InitPlan, X } from "./tree.ts";
import { requireConstant } from "./types.ts";

type Item = InitList["items"][number];

interface Build {
  readonly s: Sema;
  readonly entries: InitEntry[];
  /** Values already analysed, so that looking at the type of an expression does not analyse it twice. */
  readonly values: Map<Item, X>;
  /** One past the last byte written. */
  end: number;
}

const MAX_ELEMENTS = 1 << 24;

/** Analyses an initialiser of an object of type `type`; completes the type of an array without a length. */
export function analyseInit(s: Sema, type: CType, init: Init, loc: Loc): InitPlan {
  if (isVariable(type)) {
    if (init.kind === "initList" && init.items.length === 0) return { type, entries: [], size: 0 };
    throw new CFail("a variable length array has an initialiser", loc);
  }
  const b: Build = { s, entries: [], values: new Map(), end: 0 };
  const length = object(b, type, 0, init, null);
  const complete =
    type.kind === "array" && type.length === null ? { ...arrayOf(type.of, length), quals: type.quals } : type;
  const done = type.align === undefined ? complete : { ...complete, align: type.align };
  return { type: done, entries: b.entries, size: Math.max(sizeOf(done, loc), b.end) };
}

function put(
  b: Build,
  off: number,
  t: CType,
  bf: BitPlace | null,
  x: X | null,
  bytes: Uint8Array | null,
): void {
  b.entries.push({ off, t, bf, x, bytes, count: 1, stride: 0 });
  const size = bytes !== null ? bytes.length : bf !== null ? bf.bytes : sizeOf(t);
  b.end = Math.max(b.end, off + size);
}

/** Value of an item's expression; a mistake becomes a trap of this item only. */
function itemValue(b: Build, item: Item): X {
  let x = b.values.get(item);
  if (x === undefined) {
    x = guarded(b, item.init as Expr, () => val(b.s, item.init as Expr));
    b.values.set(item, x);
  }
  return x;
}

function guarded(b: Build, e: { loc: Loc }, make: () => X): X {
  try {
    return make();
  } catch (f) {
    if (!(f instanceof CFail)) throw f;
    b.s.link.note("error", `initialiser: ${f.message}`, b.s.fn?.name ?? "", f.loc ?? e.loc);
    return trapX(f.message, f.loc ?? e.loc);
  }
}

/** Initialises the object at `off`; the number of elements when it is an array without a length. */
function object(b: Build, t: CType, off: number, init: Init, bit: Field | null): number {
  if (init.kind === "initList") {
    const only = init.items[0];
    if (t.kind === "array") {
      if (init.items.length === 1 && only!.designators.length === 0 && isStringFor(t, only!.init))
        return string(b, t, off, only!.init as Expr);
      return aggregate(b, t, off, init.items, { i: 0 }, true, null);
    }
    if (isComplexType(t) && only !== undefined) return object(b, t, off, only.init, bit);
    if (t.kind === "record") {
      aggregate(b, t, off, init.items, { i: 0 }, true, null);
      return 0;
    }
    if (only === undefined) return 0;
    return object(b, t, off, only.init, bit);
  }
  if (t.kind === "array") {
    if (isStringFor(t, init)) return string(b, t, off, init);
    // GNU: an array initialised by a compound literal of its type.
    const x = b.s.hooks.expr(b.s, init);
    if (x.t.kind === "array" && sameType(x.t.of, t.of) && x.t.length !== null) {
      put(b, off, x.t, null, x, null);
      return x.t.length;
    }
    throw new CFail(`${typeText(t)} cannot be initialised by this`, init.loc);
  }
  const x = guarded(b, init, () => convAssign(val(b.s, init), unqualified(t), "initialiser", b.s));
  scalarEntry(b, t, off, bit, x);
  return 0;
}

function scalarEntry(b: Build, t: CType, off: number, bit: Field | null, x: X): void {
  put(b, off, unqualified(t), bit?.bit == null ? null : { ...bit.bit, offset: 0 }, x, null);
}

const WIDTH = { char: 1, wchar: 4, u16: 2, u32: 4 };

function isStringFor(t: CType, init: Init): boolean {
  return (
    init.kind === "string" &&
    t.kind === "array" &&
    isInteger(t.of) &&
    intOf(t.of).rank > 0 &&
    sizeOf(t.of) === WIDTH[init.width]
  );
}

function string(b: Build, t: CType, off: number, e: Expr): number {
  if (e.kind !== "string" || t.kind !== "array") throw new CFail("not a string", e.loc);
  const size = WIDTH[e.width];
  const all = stringBytes(e.units, size);
  const bytes = t.length === null ? all : all.subarray(0, t.length * size);
  put(b, off, t, null, null, bytes);
  return e.units.length + 1;
}

/** Members that initialisers without designators go through. */
function positions(t: RecordType): Field[] {
  return layoutOf(t).fields.filter((f) => f.name !== null || (f.type.kind === "record" && f.bit === null));
}

/**
 * Initialises a struct, union or array from the items at `cur`. Not braced: stops when full or at a designator, which
 * belongs to the braces outside. `first`: designators that remain for the first item.
 */
function aggregate(
  b: Build,
  t: CType,
  off: number,
  items: readonly Item[],
  cur: { i: number },
  braced: boolean,
  first: readonly Designator[] | null,
): number {
  const fields = t.kind === "record" ? positions(t) : null;
  const limit = fields !== null ? (isUnion(t) ? Math.min(1, fields.length) : fields.length) : arrayLimit(t);
  let i = 0;
  let most = 0;
  const reach = (): void => {
    // A flexible array has whole elements.
    if (t.kind === "array" && t.length === null) b.end = Math.max(b.end, off + most * sizeOf(t.of));
  };
  let pending = first;
  let entered = false;
  while (cur.i < items.length) {
    const item = items[cur.i]!;
    let rest: readonly Designator[] = [];
    let to = -1;
    const designators = pending ?? (braced || entered ? item.designators : []);
    if (pending === null && !braced && entered && designators.length > 0) return most;
    entered = true;
    pending = null;
    if (designators.length > 0) {
      const at = designate(b, t, fields, designators);
      i = at.i;
      to = at.to;
      rest = at.rest;
    } else if (i >= limit) {
      if (!braced) return most;
      cur.i++; // excess: ignored, as gcc does
      continue;
    }
    const sub = element(t, fields, i);
    const mark = b.entries.length;
    const before = cur.i;
    into(b, sub, off + sub.off, items, cur, rest);
    if (cur.i === before && rest.length === 0) {
      if (!(sub.t.kind === "record" && positions(sub.t).length === 0)) cur.i++;
    }
    if (to > i) {
      repeat(b, mark, to - i + 1, sub.size);
      b.end = Math.max(b.end, off + (to + 1) * sub.size);
      i = to;
    }
    i++;
    most = Math.max(most, i);
    reach();
  }
  return most;
}

function isUnion(t: CType): boolean {
  return t.kind === "record" && t.info.union;
}

function arrayLimit(t: CType): number {
  if (t.kind !== "array") throw new CFail(`${typeText(t)} is not an aggregate`, null);
  return t.length ?? MAX_ELEMENTS;
}

interface Sub {
  readonly t: CType;
  readonly off: number;
  readonly size: number;
  readonly field: Field | null;
}

function element(t: CType, fields: Field[] | null, i: number): Sub {
  if (fields !== null) {
    const f = fields[i]!;
    return { t: f.type, off: f.offset, size: 0, field: f };
  }
  const of = (t as Extract<CType, { kind: "array" }>).of;
  const size = sizeOf(of);
  return { t: of, off: i * size, size, field: null };
}

/** Where a designator leads, one level down. */
function designate(
  b: Build,
  t: CType,
  fields: Field[] | null,
  designators: readonly Designator[],
): { i: number; to: number; rest: readonly Designator[] } {
  const d = designators[0]!;
  if (d.kind === "field") {
    if (t.kind !== "record" || fields === null)
      throw new CFail(`.${d.name} designates in ${typeText(t)}`, d.loc);
    const path = findField(t, d.name, d.loc);
    if (path === null) throw new CFail(`${typeText(unqualified(t))} has no member \`${d.name}\``, d.loc);
    const i = fields.indexOf(path[0]!);
    return { i, to: -1, rest: path.length > 1 ? designators : designators.slice(1) };
  }
  if (t.kind !== "array") throw new CFail(`an index designates in ${typeText(t)}`, d.loc);
  const i = Number(requireConstant(b.s, d.index, "array designator"));
  const to = d.to === null ? -1 : Number(requireConstant(b.s, d.to, "array designator"));
  const most = t.length ?? MAX_ELEMENTS;
  if (i < 0 || i >= most || to >= most) throw new CFail("an array designator is outside the array", d.loc);
  return { i, to, rest: designators.slice(1) };
}

/** A struct value cannot be overridden in part: as in gcc, the rest of it is zero then. Literals can. */
function dropWhole(b: Build, t: CType, off: number): void {
  if (t.kind !== "record") return;
  const at = b.entries.findLastIndex(
    (e) => e.off === off && e.x !== null && e.t.kind === "record" && sameType(e.t, t) && !isLiteral(e.x),
  );
  if (at >= 0) b.entries.splice(at, 1);
}

function isLiteral(x: X): boolean {
  return (
    x.k === "mem" &&
    (x.base.k === "complit" ||
      (x.base.k === "addr" && x.base.sym.kind === "object" && x.base.sym.storage !== "global"))
  );
}

/** Initialises one sub-object from the item at the cursor. */
function into(
  b: Build,
  sub: Sub,
  off: number,
  items: readonly Item[],
  cur: { i: number },
  rest: readonly Designator[],
): void {
  const item = items[cur.i]!;
  if (rest.length > 0) {
    dropWhole(b, sub.t, off);
    aggregate(b, sub.t, off, items, cur, false, rest);
    return;
  }
  if (item.init.kind === "initList" || isStringFor(sub.t, item.init)) {
    object(b, sub.t, off, item.init, sub.field);
    cur.i++;
    return;
  }
  if (sub.t.kind !== "record" && sub.t.kind !== "array") {
    const x = itemValue(b, item);
    scalarEntry(
      b,
      sub.t,
      off,
      sub.field,
      guarded(b, item.init, () => convAssign(x, unqualified(sub.t), "initialiser", b.s)),
    );
    cur.i++;
    return;
  }
  if (sub.t.kind === "record") {
    let x = itemValue(b, item);
    if (isComplexType(sub.t)) {
      const given = x;
      x = guarded(b, item.init, () => convAssign(given, unqualified(sub.t), "initialiser", b.s));
    }
    if (x.k === "trap" || (x.t.kind === "record" && sameType(x.t, sub.t))) {
      put(b, off, unqualified(sub.t), null, x.k === "trap" ? { ...x, t: sub.t } : x, null);
      cur.i++;
      return;
    }
  } else if (item.init.kind === "compound") {
    const x = b.s.hooks.expr(b.s, item.init);
    if (sameType(x.t, sub.t)) {
      put(b, off, x.t, null, x, null);
      cur.i++;
      return;
    }
  }
  aggregate(b, sub.t, off, items, cur, false, null);
}

/** Repeats the entries from `mark` on `count` times, `stride` bytes apart. */
function repeat(b: Build, mark: number, count: number, stride: number): void {
  const fresh = b.entries.splice(mark);
  if (fresh.length === 1 && fresh[0]!.count === 1) {
    b.entries.push({ ...fresh[0]!, count, stride });
    return;
  }
  if (fresh.length * count > MAX_ELEMENTS) throw new CFail("an initialiser is too large", null);
  for (let k = 0; k < count; k++) for (const e of fresh) b.entries.push({ ...e, off: e.off + k * stride });
}
