/**
 * The type algebra of C for x86-64 (LP64): what types are, which are the same, promotions and the usual arithmetic
 * conversions. Types are immutable values; a struct, union or enum shares one `info` object that is completed later.
 * Leaves out: member offsets (layout.ts) and how types are written (types.ts).
 */
import type { Expr, Loc } from "./ast.ts";
import { metLayout, underWatch } from "./lowering_watch.ts";
import type { LocalVar } from "./tree.ts";

export const CONST = 1;
export const VOLATILE = 2;
export const ATOMIC = 4;

interface Base {
  readonly quals: number;
  /** Alignment asked for by an attribute on a typedef. */
  readonly align?: number;
}
export interface VoidType extends Base {
  readonly kind: "void";
}
export interface IntType extends Base {
  readonly kind: "int";
  readonly name: string;
  readonly size: number;
  /** Value bits including the sign. Less than 8 * size for `_Bool` and for the types that wide bit-fields have. */
  readonly bits: number;
  readonly signed: boolean;
  readonly rank: number;
}
export interface EnumType extends Base {
  readonly kind: "enum";
  readonly info: EnumInfo;
}
export interface FloatType extends Base {
  readonly kind: "float";
  readonly name: "float" | "double" | "long double";
  readonly size: number;
}
export interface PointerType extends Base {
  readonly kind: "pointer";
  readonly to: CType;
}
export interface ArrayType extends Base {
  readonly kind: "array";
  readonly of: CType;
  /** null: incomplete, or variable (then `vla` is set). */
  readonly length: number | null;
  readonly vla: VlaLength | null;
}
/** Length of a variable length array: evaluated once into a hidden local. `count` null: `[*]` in a prototype. */
export interface VlaLength {
  readonly count: LocalVar | null;
}
export interface FunctionType extends Base {
  readonly kind: "function";
  readonly ret: CType;
  readonly params: readonly ParamType[];
  readonly variadic: boolean;
  /** Declared without a prototype. */
  readonly noProto: boolean;
}
export interface ParamType {
  readonly name: string | null;
  readonly type: CType;
}
export interface RecordType extends Base {
  readonly kind: "record";
  readonly info: RecordInfo;
}
export type CType =
  | VoidType
  | IntType
  | EnumType
  | FloatType
  | PointerType
  | ArrayType
  | FunctionType
  | RecordType;

export interface EnumInfo {
  readonly tag: string | null;
  /** The integer type it is compatible with. */
  int: IntType;
  complete: boolean;
}

/** A bit-field's place inside its struct: `bytes` at `offset`, value at bit `shift`. */
export interface BitPlace {
  readonly offset: number;
  readonly bytes: number;
  readonly shift: number;
  readonly width: number;
}

export interface Field {
  /** null: an anonymous struct or union (whose members are found through it), or an unnamed bit-field. */
  readonly name: string | null;
  readonly type: CType;
  readonly offset: number;
  readonly bit: BitPlace | null;
  readonly loc: Loc;
}

export interface RecordLayout {
  readonly size: number;
  readonly align: number;
  readonly fields: readonly Field[];
}

export interface RecordInfo {
  readonly union: boolean;
  readonly tag: string | null;
  /** The first typedef that names a record without a tag. */
  alias?: string;
  /** Where it is defined. */
  loc: Loc | null;
  layout: RecordLayout | null;
  /** Computes the layout on first use; null when there is nothing (more) to do. */
  define: (() => RecordLayout) | null;
  /** `__attribute__((transparent_union))` */
  transparent: boolean;
  /** Of complex and vector types. */
  readonly parts?: { readonly of: CType; readonly count: number; readonly complex: boolean };
}

/** A mistake in the C, or C that is not supported: the function traps with this message at the place. */
export class CFail extends Error {
  readonly loc: Loc | null;
  constructor(message: string, loc: Loc | null) {
    super(message);
    this.loc = loc;
  }
}

const int = (name: string, size: number, signed: boolean, rank: number, bits = size * 8): IntType => ({
  kind: "int",
  name,
  size,
  bits,
  signed,
  rank,
  quals: 0,
});

export const VOID: VoidType = { kind: "void", quals: 0 };
export const BOOL = int("_Bool", 1, false, 0, 1);
export const CHAR = int("char", 1, true, 1);
export const SCHAR = int("signed char", 1, true, 1);
export const UCHAR = int("unsigned char", 1, false, 1);
export const SHORT = int("short", 2, true, 2);
export const USHORT = int("unsigned short", 2, false, 2);
export const INT = int("int", 4, true, 3);
export const UINT = int("unsigned int", 4, false, 3);
export const LONG = int("long", 8, true, 4);
export const ULONG = int("unsigned long", 8, false, 4);
export const LLONG = int("long long", 8, true, 5);
export const ULLONG = int("unsigned long long", 8, false, 5);
export const INT128 = int("__int128", 16, true, 6);
export const UINT128 = int("unsigned __int128", 16, false, 6);
export const FLOAT: FloatType = { kind: "float", name: "float", size: 4, quals: 0 };
export const DOUBLE: FloatType = { kind: "float", name: "double", size: 8, quals: 0 };
export const LDOUBLE: FloatType = { kind: "float", name: "long double", size: 16, quals: 0 };

export function pointerTo(to: CType): PointerType {
  return { kind: "pointer", to, quals: 0 };
}
export const VOID_PTR = pointerTo(VOID);
export const CHAR_PTR = pointerTo(CHAR);

export function arrayOf(of: CType, length: number | null, vla: VlaLength | null = null): ArrayType {
  return { kind: "array", of, length, vla, quals: 0 };
}

/** The SysV va_list: an array of one 24-byte struct. */
const VA_INFO: RecordInfo = {
  union: false,
  tag: "__va_list_tag",
  loc: null,
  layout: {
    size: 24,
    align: 8,
    fields: (
      [
        ["gp_offset", UINT, 0],
        ["fp_offset", UINT, 4],
        ["overflow_arg_area", VOID_PTR, 8],
        ["reg_save_area", VOID_PTR, 16],
      ] as const
    ).map(([name, type, offset]) => ({ name, type, offset, bit: null, loc: { file: 0, line: 0, col: 0 } })),
  },
  define: null,
  transparent: false,
};
export const VA_LIST = arrayOf({ kind: "record", info: VA_INFO, quals: 0 }, 1);

const PARTS = new Map<string, RecordInfo>();

/** One record type per kind of part, so that equal types are the same. */
function partsType(of: CType, count: number, complex: boolean): RecordType {
  const plain = { ...unqualified(of), align: undefined } as unknown as CType;
  const name = complex ? `_Complex ${typeText(plain)}` : `vector of ${count} ${typeText(plain)}`;
  let info = PARTS.get(name);
  if (info === undefined) {
    const size = sizeOf(plain);
    const loc = { file: 0, line: 0, col: 0 };
    const fields = Array.from({ length: count }, (_, i) => ({
      name: `<${i}>`,
      type: plain,
      offset: i * size,
      bit: null,
      loc,
    }));
    const align = complex ? alignOf(plain) : size * count;
    const layout = { size: size * count, align, fields };
    const parts = { of: plain, count, complex };
    info = { union: false, tag: name, loc: null, layout, define: null, transparent: false, parts };
    PARTS.set(name, info);
  }
  return { kind: "record", info, quals: 0 };
}
export const complexOf = (of: CType): RecordType => partsType(of, 2, true);
export const vectorOf = (of: CType, count: number): RecordType => partsType(of, count, false);

export function withQuals<T extends CType>(t: T, quals: number): T {
  if ((t.quals | quals) === t.quals) return t;
  if (t.kind === "array") return { ...t, of: withQuals(t.of, quals) };
  return { ...t, quals: t.quals | quals };
}

export function unqualified(t: CType): CType {
  return t.quals === 0 ? t : { ...t, quals: 0 };
}

/** Qualifiers of an object of this type; those of an array are its element's. */
export function qualsOf(t: CType): number {
  return t.kind === "array" ? qualsOf(t.of) : t.quals;
}

/** The integer type behind an integer or enum type. */
export function intOf(t: CType): IntType {
  if (t.kind === "int") return t;
  if (t.kind === "enum") return t.info.int;
  if (t.kind === "pointer") return ULONG;
  throw new CFail(`${typeText(t)} is not an integer type`, null);
}

export function isInteger(t: CType): t is IntType | EnumType {
  return t.kind === "int" || t.kind === "enum";
}
export function isArithmetic(t: CType): t is IntType | EnumType | FloatType {
  return t.kind === "int" || t.kind === "enum" || t.kind === "float";
}
export function isScalar(t: CType): boolean {
  return isArithmetic(t) || t.kind === "pointer";
}
/** Integers wider than a register: their values lie in memory. */
export function isWide(t: CType): boolean {
  return t.kind === "int" && t.bits > 64;
}
/** Values of this type are handled by the address of where they lie. */
export function byAddress(t: CType): boolean {
  return t.kind === "record" || isWide(t);
}
export function isBool(t: CType): boolean {
  return t.kind === "int" && t.rank === 0;
}

/** Whether values are kept zero-extended (pointers are). */
export function isUnsigned(t: CType): boolean {
  return t.kind === "pointer" || (isInteger(t) && !intOf(t).signed);
}

export function promote(t: CType): IntType {
  const i = intOf(t);
  if (i.rank > INT.rank) return i.quals === 0 ? i : { ...i, quals: 0 };
  if (i.bits < 32 || (i.signed && i.bits === 32)) return INT;
  return UINT;
}

/** The type of a binary operation on two arithmetic types. */
export function usualType(a: CType, b: CType): IntType | FloatType {
  if (a.kind === "float" || b.kind === "float") {
    const size = Math.max(a.kind === "float" ? a.size : 0, b.kind === "float" ? b.size : 0);
    return size === 16 ? LDOUBLE : size === 8 ? DOUBLE : FLOAT;
  }
  const x = promote(a);
  const y = promote(b);
  if (x.signed === y.signed) {
    if (x.bits !== y.bits) return x.bits > y.bits ? x : y;
    return x.rank >= y.rank ? x : y;
  }
  const [u, s] = x.signed ? [y, x] : [x, y];
  if (u.bits > s.bits || (u.bits === s.bits && u.rank >= s.rank)) return u;
  if (s.bits > u.bits) return s;
  return s.rank === LLONG.rank ? ULLONG : s.rank === LONG.rank ? ULONG : UINT;
}

/** What a value of type `t` has as type when passed without a prototype. */
export function defaultPromoted(t: CType): CType {
  if (t.kind === "float") return t.size === 4 ? DOUBLE : unqualified(t);
  if (isInteger(t)) return promote(t);
  return unqualified(t);
}

/** The record's layout; fails when the type is incomplete. */
export function layoutOf(t: RecordType, loc: Loc | null = null): RecordLayout {
  const info = t.info;
  metLayout(info);
  if (info.layout === null && info.define !== null) {
    const define = info.define;
    info.define = null;
    try {
      info.layout = underWatch(null, define);
    } finally {
      if (info.layout === null) info.define = define;
    }
  }
  if (info.layout === null) throw new CFail(`${typeText(t)} is not defined here`, loc);
  return info.layout;
}

export function isComplete(t: CType): boolean {
  switch (t.kind) {
    case "void":
    case "function":
      return false;
    case "array":
      return t.length !== null || t.vla !== null;
    case "record":
      return t.info.layout !== null || t.info.define !== null;
    default:
      return true;
  }
}

/** True when the size is known only at run time. */
export function isVariable(t: CType): boolean {
  return t.kind === "array" && (t.vla !== null || isVariable(t.of));
}

/** Size in bytes; GNU: 1 for void and functions. */
export function sizeOf(t: CType, loc: Loc | null = null): number {
  switch (t.kind) {
    case "void":
    case "function":
      return 1;
    case "int":
    case "float":
      return t.size;
    case "enum":
      return t.info.int.size;
    case "pointer":
      return 8;
    case "array":
      if (t.vla !== null) throw new CFail("the size of this array is not constant", loc);
      if (t.length === null) throw new CFail(`${typeText(t)} has no size`, loc);
      return t.length * sizeOf(t.of, loc);
    case "record":
      return layoutOf(t, loc).size;
  }
}

export function alignOf(t: CType): number {
  const natural = naturalAlign(t);
  return t.align !== undefined ? t.align : natural;
}

function naturalAlign(t: CType): number {
  switch (t.kind) {
    case "void":
    case "function":
      return 1;
    case "int":
    case "float":
      return t.size;
    case "enum":
      return t.info.int.size;
    case "pointer":
      return 8;
    case "array":
      return alignOf(t.of);
    case "record":
      return layoutOf(t).align;
  }
}

/** Compatible types, top-level qualifiers aside unless `quals`. */
export function sameType(a: CType, b: CType, quals = false): boolean {
  if (a === b) return true;
  if (quals && a.quals !== b.quals) return false;
  if (a.kind === "enum" && b.kind === "int") return sameType(a.info.int, b);
  if (a.kind === "int" && b.kind === "enum") return sameType(a, b.info.int);
  switch (a.kind) {
    case "void":
      return b.kind === "void";
    case "int":
      return (
        b.kind === "int" &&
        a.rank === b.rank &&
        a.signed === b.signed &&
        a.bits === b.bits &&
        (a.rank !== 1 || a.name === b.name)
      );
    case "float":
      return b.kind === "float" && a.size === b.size;
    case "enum":
      return b.kind === "enum" && a.info === b.info;
    case "pointer":
      return b.kind === "pointer" && sameType(a.to, b.to, true);
    case "array":
      return (
        b.kind === "array" &&
        (a.length === null || b.length === null || a.length === b.length) &&
        sameType(a.of, b.of, true)
      );
    case "record":
      return (
        b.kind === "record" &&
        (a.info === b.info ||
          (a.info.tag !== null &&
            a.info.tag === b.info.tag &&
            a.info.union === b.info.union &&
            (!isComplete(a) || !isComplete(b))))
      );
    case "function":
      return b.kind === "function" && sameFunction(a, b);
  }
}

function sameFunction(a: FunctionType, b: FunctionType): boolean {
  if (!sameType(a.ret, b.ret)) return false;
  if (a.noProto || b.noProto) return true;
  if (a.variadic !== b.variadic || a.params.length !== b.params.length) return false;
  return a.params.every((p, i) => sameType(p.type, b.params[i]!.type));
}

/** The type as C text, for messages. */
export function typeText(t: CType): string {
  const q =
    (t.quals & CONST ? "const " : "") +
    (t.quals & VOLATILE ? "volatile " : "") +
    (t.quals & ATOMIC ? "_Atomic " : "");
  switch (t.kind) {
    case "void":
      return `${q}void`;
    case "int":
    case "float":
      return q + t.name;
    case "enum":
      return `${q}enum ${t.info.tag ?? "{...}"}`;
    case "record":
      if (t.info.parts !== undefined) return q + t.info.tag;
      if (t.info.tag === null && t.info.alias !== undefined) return q + t.info.alias;
      return `${q}${t.info.union ? "union" : "struct"} ${t.info.tag ?? "{...}"}`;
    case "pointer": {
      if (t.to.kind === "function")
        return `${typeText(t.to.ret)} (*${q.trimEnd()})(${t.to.params.map((p) => typeText(p.type)).join(", ")})`;
      const to = typeText(t.to);
      return `${to}${to.endsWith("*") ? "" : " "}*${q.trimEnd()}`;
    }
    case "array": {
      const dims: string[] = [];
      let e: CType = t;
      for (; e.kind === "array"; e = e.of) dims.push(`[${e.length ?? ""}]`);
      return `${typeText(e)}${dims.join("")}`;
    }
    case "function":
      return `${typeText(t.ret)}(${t.params.map((p) => typeText(p.type)).join(", ")}${t.variadic ? ", ..." : ""})`;
  }
}

function keyOf(t: CType): string {
  switch (t.kind) {
    case "void":
      return "void";
    case "int":
    case "enum": {
      const i = intOf(t);
      return i.rank === 0 ? "bool" : `${i.signed ? "s" : "u"}${i.bits}`;
    }
    case "float":
      return `f${t.size * 8}`;
    case "record":
      return `${t.info.union ? "union" : "struct"} ${t.info.tag ?? ""}`;
    default:
      return "ptr";
  }
}

/** Canonical text of a function type for the check of indirect calls; "" when there is no prototype. */
export function signatureKey(t: FunctionType): string {
  if (t.noProto) return "";
  return `${keyOf(t.ret)}(${t.params.map((p) => keyOf(p.type)).join(",")}${t.variadic ? ",..." : ""})`;
}

/** Reduces an integer to the value that the type keeps (canonical: signed or unsigned value). */
export function wrap(t: CType, v: bigint): bigint {
  if (t.kind === "pointer") return BigInt.asUintN(64, v);
  const i = intOf(t);
  if (i.rank === 0) return v === 0n ? 0n : 1n;
  return i.signed ? BigInt.asIntN(i.bits, v) : BigInt.asUintN(i.bits, v);
}

/** Finds a member, looking into anonymous ones; the path of fields that leads to it. */
export function findField(t: RecordType, name: string, loc: Loc | null = null): Field[] | null {
  for (const f of layoutOf(t, loc).fields) {
    if (f.name === name) return [f];
    if (f.name === null && f.type.kind === "record" && f.bit === null) {
      const inner = findField(f.type, name, loc);
      if (inner !== null) return [f, ...inner];
    }
  }
  return null;
}

/** An attribute's or array's size expression is not constant. */
export type ConstEval = (e: Expr) => bigint | null;
