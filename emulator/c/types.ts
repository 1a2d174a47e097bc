/**
 * From declarations as written to types: specifiers, declarators, struct, union and enum definitions, attributes that
 * change types. Leaves out objects and their initialisers (sema_stmt.ts, link.ts).
 */
import type { Attribute, Declarator, DeclSpecs, EnumSpec, Expr, Loc, RecordSpec, TypeName } from "./ast.ts";
import { assign, conv } from "./build.ts";
import {
  ATOMIC,
  arrayOf,
  BOOL,
  CFail,
  CHAR,
  CONST,
  type CType,
  complexOf,
  DOUBLE,
  FLOAT,
  type FunctionType,
  INT,
  INT128,
  type IntType,
  isComplete,
  isInteger,
  isVariable,
  LDOUBLE,
  LLONG,
  LONG,
  type ParamType,
  pointerTo,
  type RecordInfo,
  type RecordLayout,
  SCHAR,
  SHORT,
  typeText,
  UCHAR,
  UINT,
  UINT128,
  ULLONG,
  ULONG,
  USHORT,
  unqualified,
  VA_LIST,
  VOID,
  VOLATILE,
  vectorOf,
  withQuals,
} from "./ctype.ts";
import { layoutRecord, type Member } from "./layout.ts";
import {
  type EnumState,
  lookupName,
  newLocal,
  popScope,
  pushScope,
  type Sema,
  type TagInfo,
} from "./sema.ts";
import type { X } from "./tree.ts";

const BUILTIN = new Map<string, CType>([
  ["void", VOID],
  ["_Bool", BOOL],
  ["char", CHAR],
  ["char signed", SCHAR],
  ["char unsigned", UCHAR],
  ["short", SHORT],
  ["short unsigned", USHORT],
  ["int", INT],
  ["unsigned", UINT],
  ["long", LONG],
  ["long unsigned", ULONG],
  ["long long", LLONG],
  ["long long unsigned", ULLONG],
  ["__int128", INT128],
  ["__int128 signed", INT128],
  ["__int128 unsigned", UINT128],
  ["float", FLOAT],
  ["double", DOUBLE],
  ["double long", LDOUBLE],
]);

function builtinType(words: readonly string[], loc: Loc): CType {
  const known = BUILTIN.get(words.join(" "));
  if (known !== undefined) return known;
  const set = words.map((w) => (w === "__signed__" || w === "__signed" ? "signed" : w)).sort();
  const wide =
    set.some((w) => ["int", "short", "long"].includes(w)) ||
    set.every((w) => w === "signed" || w === "unsigned");
  const kept = set.filter(
    (w) => !(w === "int" && set.length > 1) && !(w === "signed" && (wide || !set.includes("char"))),
  );
  const t = BUILTIN.get(kept.length === 0 ? "int" : kept.join(" "));
  if (t !== undefined) return t;
  if (words.includes("_Complex")) {
    const rest = words.filter((w) => w !== "_Complex");
    return complexOf(rest.length === 0 ? DOUBLE : builtinType(rest, loc));
  }
  if (words.includes("_Float64") || words.includes("_Float32x")) return DOUBLE;
  if (words.includes("_Float32")) return FLOAT;
  if (words.includes("__float128") || words.includes("_Float128") || words.includes("_Float64x"))
    return LDOUBLE;
  if (words.includes("__builtin_va_list")) return VA_LIST;
  throw new CFail(`type \`${words.join(" ")}\` is not supported`, loc);
}

/** Value of an integer constant expression, or null when it is not constant. */
export function constantOf(s: Sema, e: Expr): bigint | null {
  s.unevaluated++;
  try {
    const x = s.hooks.expr(s, e);
    if (x.k === "num") return x.v;
    return null;
  } finally {
    s.unevaluated--;
  }
}

export function requireConstant(s: Sema, e: Expr, what: string): bigint {
  const v = constantOf(s, e);
  if (v === null) throw new CFail(`${what} is not a constant`, e.loc);
  return v;
}

/** What attributes say about a type or object. */
export interface AttrInfo {
  packed: boolean;
  /** `#pragma pack(n)`, 0 when absent. */
  pack: number;
  /** 0: none. */
  aligned: number;
  mode: string | null;
  transparent: boolean;
  cleanup: string | null;
  /** Bytes of a vector, 0: none. */
  vector: number;
}

export function readAttrs(s: Sema, ...lists: (readonly Attribute[])[]): AttrInfo {
  const info: AttrInfo = {
    packed: false,
    pack: 0,
    aligned: 0,
    mode: null,
    transparent: false,
    cleanup: null,
    vector: 0,
  };
  for (const list of lists) {
    for (const a of list) {
      const arg = a.args[0];
      if (a.name === "packed") info.packed = true;
      else if (a.name === "pragma_pack") info.pack = arg?.kind === "int" ? Number(arg.value) : 0;
      else if (a.name === "aligned")
        info.aligned = Math.max(
          info.aligned,
          arg === undefined ? 16 : Number(requireConstant(s, arg, "alignment")),
        );
      else if (a.name === "mode" && arg?.kind === "ident") info.mode = arg.name.replace(/^__|__$/g, "");
      else if (a.name === "transparent_union") info.transparent = true;
      else if (a.name === "cleanup" && arg?.kind === "ident") info.cleanup = arg.name;
      else if (a.name === "vector_size" && arg !== undefined)
        info.vector = Number(requireConstant(s, arg, "size of a vector"));
      else if (a.name === "ext_vector_type")
        throw new CFail("this kind of vector type is not supported", null);
    }
  }
  return info;
}

const MODES: Record<string, [CType, CType]> = {
  QI: [SCHAR, UCHAR],
  byte: [SCHAR, UCHAR],
  HI: [SHORT, USHORT],
  SI: [INT, UINT],
  DI: [LONG, ULONG],
  TI: [INT128, UINT128],
  word: [LONG, ULONG],
  pointer: [LONG, ULONG],
};

function applyMode(t: CType, mode: string | null): CType {
  if (mode === null) return t;
  if (mode === "SF") return FLOAT;
  if (mode === "DF") return DOUBLE;
  if (mode === "XF" || mode === "TF") return LDOUBLE;
  const pair = MODES[mode];
  if (pair === undefined || !isInteger(t)) throw new CFail(`mode(${mode}) is not supported`, null);
  return pair[t.kind === "int" && !t.signed ? 1 : 0];
}

/** `vector_size` on a declaration is about the scalar at its root. */
function applyVector(t: CType, bytes: number): CType {
  if (bytes === 0) return t;
  if (t.kind === "pointer") return { ...t, to: applyVector(t.to, bytes) };
  if (t.kind === "array") return { ...t, of: applyVector(t.of, bytes) };
  if (t.kind === "function") return { ...t, ret: applyVector(t.ret, bytes) };
  const size = t.kind === "int" || t.kind === "float" ? t.size : 0;
  if (size === 0 || bytes % size !== 0 || bytes > 256 || (t.kind === "float" && size === 16))
    throw new CFail(`a vector of ${typeText(t)} in ${bytes} bytes is not supported`, null);
  return withQuals(vectorOf(t, bytes / size), t.quals);
}

function qualBits(specs: DeclSpecs): number {
  return (specs.isConst ? CONST : 0) | (specs.isVolatile ? VOLATILE : 0) | (specs.isAtomic ? ATOMIC : 0);
}

/** The type that declaration specifiers name. `auto` (the type of the initialiser) for __auto_type. */
export function resolveSpecs(s: Sema, specs: DeclSpecs, auto: CType | null = null): CType {
  let t = specType(s, specs, auto);
  const attrs = specs.attrs.length > 0 ? readAttrs(s, specs.attrs) : null;
  if (attrs !== null) t = applyVector(applyMode(t, attrs.mode), attrs.vector);
  return withQuals(t, qualBits(specs));
}

function specType(s: Sema, specs: DeclSpecs, auto: CType | null): CType {
  const spec = specs.type;
  switch (spec.kind) {
    case "builtin":
      return builtinType(spec.words, specs.loc);
    case "typedef":
      return typedefType(s, spec.name, spec.loc);
    case "struct":
    case "union":
      return { kind: "record", info: recordInfo(s, spec), quals: 0 };
    case "enum":
      return enumType(s, spec);
    case "typeofExpr": {
      s.unevaluated++;
      try {
        const x = s.hooks.expr(s, spec.expr);
        if (x.k === "trap") throw new CFail(x.message, x.loc);
        const t = x.t.kind === "int" && x.t.bits < x.t.size * 8 && x.t.rank > 0 ? plainInt(x.t) : x.t;
        return spec.unqual === true ? unqualified(t) : t;
      } finally {
        s.unevaluated--;
      }
    }
    case "typeofType": {
      const t = resolveTypeName(s, spec.type);
      return spec.unqual === true ? unqualified(t) : t;
    }
    case "auto":
      if (auto === null) throw new CFail("__auto_type needs an initialiser", specs.loc);
      return auto;
  }
}

/** The declared type of a bit-field, from the narrowed one that its value has. */
export function plainInt(t: IntType): IntType {
  return { ...t, bits: t.size * 8 };
}

function typedefType(s: Sema, name: string, loc: Loc): CType {
  const e = lookupName(s, name);
  if (e?.kind === "typedef") return e.type;
  if (name === "__builtin_va_list" || name === "__gnuc_va_list" || name === "va_list") return VA_LIST;
  throw new CFail(`type \`${name}\` is not known: not in the diff, not in the reference kernel`, loc);
}

export function resolveTypeName(s: Sema, tn: TypeName): CType {
  const { type } = declare(s, tn.declarator, resolveSpecs(s, tn.specs));
  if (tn.specs.attrs.length === 0 && tn.declarator.attrs.length === 0) return type;
  const { aligned } = readAttrs(s, tn.specs.attrs, tn.declarator.attrs);
  return aligned > 0 ? { ...type, align: aligned } : type;
}

/** Applies a declarator to its base type. */
export function declare(s: Sema, d: Declarator, base: CType): { name: string | null; type: CType } {
  let t = base;
  for (let i = d.parts.length - 1; i >= 0; i--) {
    const p = d.parts[i]!;
    switch (p.kind) {
      case "pointer":
        t = withQuals<CType>(pointerTo(t), (p.isConst ? CONST : 0) | (p.isVolatile ? VOLATILE : 0));
        break;
      case "array":
        if (t.kind === "function") throw new CFail("an array of functions is declared", d.loc);
        if (!isComplete(t))
          throw new CFail(`an array of ${typeText(t)} is declared, which has no size`, d.loc);
        t = arrayType(s, t, p.size, p.star, d.loc);
        break;
      case "function":
        t = functionType(s, t, p);
        break;
    }
  }
  if (d.attrs.length > 0) {
    const attrs = readAttrs(s, d.attrs);
    t = applyVector(applyMode(t, attrs.mode), attrs.vector);
    if (attrs.transparent && t.kind === "record") t.info.transparent = true;
  }
  return { name: d.name, type: t };
}

function arrayType(s: Sema, of: CType, size: Expr | null, star: boolean, loc: Loc): CType {
  if (size === null) return star ? arrayOf(of, null, { count: null }) : arrayOf(of, null);
  const x = s.hooks.expr(s, size);
  if (x.k === "num") {
    if (x.v < 0n) throw new CFail("the size of an array is negative", loc);
    return arrayOf(of, Number(x.v));
  }
  if (x.k === "fnum" || !isInteger(x.t)) throw new CFail("the size of an array is not an integer", loc);
  if (s.prototype) return arrayOf(of, null, { count: null });
  if (s.fn === null) throw new CFail("the size of an array is not a constant", loc);
  const count = newLocal(s, "<length>", ULONG, loc, true);
  s.fn.pending.push(assign({ k: "var", t: ULONG, loc, fx: 0, v: count }, conv(x, ULONG), loc));
  return arrayOf(of, null, { count });
}

type FunctionPart = Extract<Declarator["parts"][number], { kind: "function" }>;

function functionType(s: Sema, ret: CType, p: FunctionPart): FunctionType {
  if (ret.kind === "array" || ret.kind === "function")
    throw new CFail(`a function returns ${typeText(ret)}`, null);
  const params: ParamType[] = [];
  const inherited = s.prototype;
  s.prototype = true;
  pushScope(s);
  try {
    for (const q of p.params) {
      const { name, type } = declare(s, q.declarator, resolveSpecs(s, q.specs));
      if (type.kind === "void" && name === null && p.params.length === 1) break;
      const t = adjustParam(type);
      params.push({ name, type: unqualified(t) });
      if (name !== null)
        s.scope!.names.set(name, {
          kind: "local",
          v: hiddenParam(name, t, q.loc),
        });
    }
  } finally {
    popScope(s);
    s.prototype = inherited;
  }
  return {
    kind: "function",
    ret: ret.kind === "void" ? ret : unqualified(ret),
    params,
    variadic: p.variadic,
    noProto: p.noPrototype || p.krNames !== null,
    quals: 0,
  };
}

/** A parameter of a prototype, so that later parameters can name it in array lengths. */
function hiddenParam(name: string, type: CType, loc: Loc) {
  return {
    name,
    type,
    loc,
    addressed: false,
    demoted: false,
    byReference: false,
    cleanup: null,
    reg: -1,
    offset: -1,
    hoisted: false,
    hidden: true,
  };
}

/** Arrays and functions as parameters are pointers. */
export function adjustParam(t: CType): CType {
  if (t.kind === "array") return pointerTo(t.of);
  if (t.kind === "function") return pointerTo(t);
  return t;
}

/** Moves the array length computations that types just resolved have left behind. */
export function takePending(s: Sema): X[] {
  if (s.fn === null || s.fn.pending.length === 0) return [];
  const out = s.fn.pending;
  s.fn.pending = [];
  return out;
}

// ---- tags ---------------------------------------------------------------------------------------------------------

function localTag(s: Sema, key: string): TagInfo | null {
  for (let scope = s.scope; scope !== null; scope = scope.parent) {
    const t = scope.tags.get(key);
    if (t !== undefined) return t;
  }
  return null;
}

/** The record that a specifier names or defines. */
export function recordInfo(s: Sema, spec: RecordSpec): RecordInfo {
  const key = `${spec.kind} ${spec.tag}`;
  if (spec.members === null) {
    const local = localTag(s, key) ?? s.link.tag(spec.kind, spec.tag!, s.path);
    if (local.kind !== "record") throw new CFail(`\`${spec.tag}\` is not a ${spec.kind}`, spec.loc);
    return local.info;
  }
  if (s.scope === null) {
    if (spec.tag !== null) {
      const global = s.link.tag(spec.kind, spec.tag, s.path);
      if (global.kind === "record" && isComplete({ kind: "record", info: global.info, quals: 0 }))
        return global.info;
    }
    return makeRecord(s, spec);
  }
  const known = s.link.records.get(spec);
  if (known !== undefined) {
    if (spec.tag !== null) s.scope.tags.set(key, { kind: "record", info: known });
    return known;
  }
  const forward = spec.tag === null ? undefined : s.scope.tags.get(key);
  const info = forward?.kind === "record" && forward.info.layout === null ? forward.info : emptyRecord(spec);
  if (spec.tag !== null) s.scope.tags.set(key, { kind: "record", info });
  s.link.records.set(spec, info);
  info.loc = spec.loc;
  info.layout = membersLayout(s, spec, info);
  return info;
}

export function emptyRecord(spec: { kind: "struct" | "union" | "enum"; tag: string | null }): RecordInfo {
  return {
    union: spec.kind === "union",
    tag: spec.tag,
    loc: null,
    layout: null,
    define: null,
    transparent: false,
  };
}

/** `struct foo;` in a block declares a new type there. */
export function declareTag(s: Sema, spec: RecordSpec): void {
  if (s.scope === null || spec.tag === null || spec.members !== null) return;
  const key = `${spec.kind} ${spec.tag}`;
  if (!s.scope.tags.has(key)) s.scope.tags.set(key, { kind: "record", info: emptyRecord(spec) });
}

/** A file-scope definition, laid out on first use. */
export function makeRecord(s: Sema, spec: RecordSpec, into: RecordInfo | null = null): RecordInfo {
  const known = s.link.records.get(spec);
  if (known !== undefined) return known;
  const info = into ?? emptyRecord(spec);
  s.link.records.set(spec, info);
  info.loc = spec.loc;
  info.transparent = spec.attrs.some((a) => a.name === "transparent_union");
  info.define = () => membersLayout({ ...s, scope: null, unevaluated: 1, prototype: false }, spec, info);
  return info;
}

function membersLayout(s: Sema, spec: RecordSpec, info: RecordInfo): RecordLayout {
  const members: Member[] = [];
  for (const m of spec.members!) {
    const base = resolveSpecs(s, m.specs);
    if (m.declarators.length === 0) {
      if (base.kind === "record") members.push(anonymousMember(s, base, m.specs, m.loc));
      continue;
    }
    for (const { declarator, bitWidth } of m.declarators) {
      const { name, type } = declare(s, declarator, base);
      if (isVariable(type))
        throw new CFail("a struct member whose size is not constant is not supported", declarator.loc);
      const attrs = readAttrs(s, m.specs.attrs, declarator.attrs);
      members.push({
        name,
        type,
        width: bitWidth === null ? null : Number(requireConstant(s, bitWidth, "width of a bit-field")),
        packed: attrs.packed,
        aligned: Math.max(attrs.aligned, alignasOf(s, m.specs)),
        loc: declarator.loc,
      });
    }
  }
  const attrs = readAttrs(s, spec.attrs);
  info.transparent ||= attrs.transparent;
  return layoutRecord(members, {
    union: spec.kind === "union",
    packed: attrs.packed,
    aligned: attrs.aligned,
    pack: attrs.pack,
    ms: spec.attrs.some((a) => a.name === "ms_struct"),
  });
}

function anonymousMember(s: Sema, type: CType, specs: DeclSpecs, loc: Loc): Member {
  const attrs = readAttrs(s, specs.attrs);
  return {
    name: null,
    type,
    width: null,
    packed: attrs.packed,
    aligned: Math.max(attrs.aligned, alignasOf(s, specs)),
    loc,
  };
}

/** Alignment asked for by _Alignas, 0 when absent. */
export function alignasOf(s: Sema, specs: DeclSpecs): number {
  let align = 0;
  for (const a of specs.alignas) {
    const n = "declarator" in a ? alignOfName(s, a) : Number(requireConstant(s, a, "alignment"));
    align = Math.max(align, n);
  }
  return align;
}

function alignOfName(s: Sema, tn: TypeName): number {
  const x = s.hooks.expr(s, { kind: "alignofType", type: tn, loc: tn.specs.loc });
  return x.k === "num" ? Number(x.v) : 1;
}

// ---- enums ----------------------------------------------------------------------------------------------------------

function enumType(s: Sema, spec: EnumSpec): CType {
  const key = `enum ${spec.tag}`;
  if (spec.items === null) {
    const found = localTag(s, key) ?? s.link.tag("enum", spec.tag!, s.path);
    if (found.kind !== "enum") throw new CFail(`\`${spec.tag}\` is not an enum`, spec.loc);
    return { kind: "enum", info: found.info, quals: 0 };
  }
  if (s.scope === null) {
    if (spec.tag !== null) {
      const global = s.link.tag("enum", spec.tag, s.path);
      if (global.kind === "enum" && global.info.complete)
        return { kind: "enum", info: global.info, quals: 0 };
    }
    return { kind: "enum", info: enumState(s, spec).info, quals: 0 };
  }
  const scope = s.scope;
  const state = enumState(s, spec, (name, value, type) =>
    scope.names.set(name, { kind: "enumerator", value, type }),
  );
  if (spec.tag !== null) scope.tags.set(key, { kind: "enum", info: state.info });
  return { kind: "enum", info: state.info, quals: 0 };
}

/** Computes the values of an enum's constants; each is known as soon as it is computed. */
export function enumState(
  s: Sema,
  spec: EnumSpec,
  define: (name: string, value: bigint, type: CType) => void = () => {},
): EnumState {
  const known = s.link.enums.get(spec);
  const state: EnumState = known ?? {
    info: { tag: spec.tag, int: UINT, complete: false },
    values: new Map(),
    done: false,
  };
  s.link.enums.set(spec, state);
  if (known === undefined) {
    let next = 0n;
    for (const item of spec.items!) {
      const v: bigint = item.value === null ? next : requireConstant(s, item.value, `\`${item.name}\``);
      state.values.set(item.name, v);
      define(item.name, v, enumeratorType(v, state));
      next = v + 1n;
    }
    state.info.int = enumInt(
      [...state.values.values()],
      spec.attrs.some((a) => a.name === "packed"),
    );
    state.info.complete = true;
    state.done = true;
  }
  for (const [name, v] of state.values) define(name, v, enumeratorType(v, state));
  return state;
}

/** int when the value fits, else the enum's own type. */
export function enumeratorType(v: bigint, state: EnumState): CType {
  if (v >= -0x80000000n && v <= 0x7fffffffn) return INT;
  if (state.done) return state.info.int;
  return v >= 0n && v <= 0xffffffffn ? UINT : v > 0x7fffffffffffffffn ? ULONG : LONG;
}

function enumInt(values: readonly bigint[], packed: boolean): IntType {
  let lo = 0n;
  let hi = 0n;
  for (const v of values) {
    if (v < lo) lo = v;
    if (v > hi) hi = v;
  }
  const fits = (t: IntType): boolean => {
    const max = (1n << BigInt(t.bits - (t.signed ? 1 : 0))) - 1n;
    return hi <= max && lo >= (t.signed ? -max - 1n : 0n);
  };
  const order = packed ? [UCHAR, SCHAR, USHORT, SHORT, UINT, INT, ULONG, LONG] : [UINT, INT, ULONG, LONG];
  return order.find((t) => fits(t) && lo < 0n === t.signed) ?? LONG;
}
