/**
 * Semantic analysis of functions, statements and block declarations. A statement that is wrong becomes a trap in its
 * place; the rest of the function still runs. Leaves out expressions (sema_expr.ts).
 */
import type { CompoundStmt, Declaration, DeclSpecs, Expr, FunctionDef, Loc, Stmt } from "./ast.ts";
import { assign, conv, num, trapX } from "./build.ts";
import {
  alignOf,
  byAddress,
  CFail,
  CONST,
  type CType,
  type FunctionType,
  INT,
  isComplete,
  isInteger,
  isScalar,
  isVariable,
  isWide,
  promote,
  qualsOf,
  sizeOf,
  typeText,
  ULONG,
  unqualified,
  VOID,
  VOID_PTR,
  wrap,
} from "./ctype.ts";
import { type FnState, newLocal, popScope, pushScope, type Sema } from "./sema.ts";
import { arm, convAssign, frameOf, labelOf, lvalue, sizeX, val } from "./sema_expr.ts";
import { isComplexType, truthOf } from "./sema_parts.ts";
import type {
  FnTree,
  FunctionSym,
  InitPlan,
  LabelRef,
  LocalVar,
  ObjectSym,
  S,
  SBlock,
  SLoop,
  SSwitch,
  X,
} from "./tree.ts";
import {
  adjustParam,
  alignasOf,
  constantOf,
  declare,
  declareTag,
  readAttrs,
  resolveSpecs,
  takePending,
} from "./types.ts";
import { unknownIn } from "./unknown_names.ts";

function guard<T>(loc: Loc, make: () => T, fail: (f: CFail) => T): T {
  try {
    return make();
  } catch (f) {
    if (!(f instanceof CFail)) throw f;
    return fail(f.loc === null ? new CFail(f.message, loc) : f);
  }
}

function newBlock(s: Sema, loc: Loc, endLoc: Loc): SBlock {
  return {
    k: "block",
    loc,
    endLoc,
    items: [],
    vars: [],
    parent: s.fn!.block,
    sideways: false,
    hasVla: false,
  };
}

// ---- functions --------------------------------------------------------------------------------------------------

/** Analyses a function definition. `s0` stands at file scope, or inside `outer`. */
export function analyseFunction(
  s0: Omit<Sema, "fn">,
  sym: FunctionSym,
  def: FunctionDef,
  outer: FnState | null = null,
): FnTree {
  const type = sym.type();
  const hidden = (name: string): LocalVar => ({
    ...newLocal({ ...s0, fn: null } as Sema, name, VOID_PTR, def.loc, true),
  });
  const variadic = type.variadic ? hidden("<variable arguments>") : null;
  const chain = outer === null ? null : hidden("<enclosing function>");
  const fn: FnState = {
    name: sym.name,
    type,
    labelScopes: [new Map()],
    labels: [],
    targets: [],
    block: null,
    body: null,
    variadic,
    outer,
    chain,
    pointers: new Map(),
    ownName: null,
    pending: [],
    labelled: new Set(),
    placed: 0,
  };
  const s: Sema = { ...s0, fn, scope: outer === null ? null : s0.scope } as Sema;
  const body = newBlock(s, def.loc, def.endLoc);
  fn.block = body;
  fn.body = body;
  pushScope(s);
  const params = parameters(s, def, type, body);
  for (const x of takePending(s)) body.items.push({ k: "expr", loc: def.loc, x });
  declareLabels(fn, def.body);
  for (const item of def.body.items) blockItem(s, item, body.items);
  popScope(s);
  return {
    name: sym.name,
    type,
    params,
    variadic,
    resultTo: byAddress(type.ret) ? hidden("<result>") : null,
    chain,
    pointers: fn.pointers,
    body,
    labels: fn.labels,
    labelled: fn.labelled,
    loc: def.loc,
    endLoc: def.endLoc,
    promotedParams: krNames(def) !== null,
  };
}

function functionPart(def: FunctionDef) {
  const part = def.declarator.parts[0];
  if (part?.kind !== "function") throw new CFail("this is not a function definition", def.loc);
  return part;
}

function krNames(def: FunctionDef): readonly string[] | null {
  return functionPart(def).krNames;
}

/** Types of the parameters of an old-style definition, by name. */
export function oldStyleParams(s: Sema, def: FunctionDef): { name: string; type: CType }[] {
  const types = new Map<string, CType>();
  for (const d of def.krDecls) {
    const base = resolveSpecs(s, d.specs);
    for (const { declarator } of d.items) {
      const { name, type } = declare(s, declarator, base);
      if (name !== null) types.set(name, adjustParam(type));
    }
  }
  return (krNames(def) ?? []).map((name) => ({ name, type: types.get(name) ?? INT }));
}

function parameters(s: Sema, def: FunctionDef, type: FunctionType, body: SBlock): LocalVar[] {
  const part = functionPart(def);
  const out: LocalVar[] = [];
  const add = (name: string | null, t: CType, loc: Loc): void => {
    const v = newLocal(s, name ?? "<unnamed>", t, loc, name === null);
    body.vars.pop(); // parameters are not the block's own
    if (byAddress(t)) {
      v.byReference = true;
      v.addressed = true;
    }
    if (name !== null) s.scope!.names.set(name, { kind: "local", v });
    out.push(v);
  };
  if (part.krNames !== null) {
    for (const p of oldStyleParams(s, def)) add(p.name, p.type, def.loc);
    return out;
  }
  for (const q of part.params) {
    if (out.length >= type.params.length) break;
    const { name, type: t } = declare(s, q.declarator, resolveSpecs(s, q.specs));
    add(name, adjustParam(t), q.loc);
  }
  return out;
}

// ---- blocks -----------------------------------------------------------------------------------------------------

/** A compound statement; `isExpr`: the value of its last expression statement is wanted. */
export function analyseBlock(s: Sema, b: CompoundStmt, isExpr: boolean): { block: SBlock; value: X | null } {
  const fn = s.fn!;
  const block = newBlock(s, b.loc, b.endLoc);
  fn.block = block;
  pushScope(s);
  const labels = b.localLabels.length > 0;
  if (labels) declareLabels(fn, b);
  let value: X | null = null;
  try {
    b.items.forEach((item, i) => {
      if (isExpr && i === b.items.length - 1) value = lastValue(s, item, block.items);
      else blockItem(s, item, block.items);
    });
  } finally {
    if (labels) fn.labelScopes.pop();
    popScope(s);
    fn.block = block.parent;
  }
  return { block, value };
}

/** `__label__ a, b;` at the start of a block. */
function declareLabels(fn: FnState, b: CompoundStmt): void {
  if (b.localLabels.length === 0) return;
  const scope = new Map<string, LabelRef>();
  for (const name of b.localLabels) {
    const at = { block: null, placed: false, used: false, sym: null };
    const label: LabelRef = { name, loc: b.loc, ...at, owner: fn };
    scope.set(name, label);
    fn.labels.push(label);
  }
  fn.labelScopes.push(scope);
}

/** The last statement of a statement expression: its value, when it has one. */
function lastValue(s: Sema, item: CompoundStmt["items"][number], out: S[]): X | null {
  if (item.kind === "label") {
    noteLabels(s, out, () => placeLabel(s, item.name, item.loc, out));
    return lastValue(s, item.body, out);
  }
  if (item.kind !== "expr" || item.expr === null) {
    blockItem(s, item, out);
    return null;
  }
  const x = arm(s, item.expr);
  if (x.t.kind === "void" || x.k === "trap") {
    out.push({ k: "expr", loc: item.loc, x });
    return x.k === "trap" ? x : null;
  }
  return x;
}

function blockItem(s: Sema, item: CompoundStmt["items"][number], out: S[]): void {
  noteLabels(s, out, () => analyseItem(s, item, out));
}

/** Remembers which of the statements just made have a label inside (in statement expressions too). */
function noteLabels(s: Sema, out: S[], make: () => void): void {
  const fn = s.fn!;
  const { placed } = fn;
  const from = out.length;
  make();
  if (fn.placed !== placed) for (let i = from; i < out.length; i++) fn.labelled.add(out[i]!);
}

function analyseItem(s: Sema, item: CompoundStmt["items"][number], out: S[]): void {
  const trap = (f: CFail): void => void out.push(trapFor(s, f, item));
  switch (item.kind) {
    case "declaration":
      guard(item.loc, () => declaration(s, item, out), trap);
      return;
    case "function":
      guard(item.loc, () => nestedFunction(s, item), trap);
      return;
    case "staticAssert":
      guard(
        item.loc,
        () => {
          if (constantOf(s, item.test) === 0n)
            throw new CFail(
              `static assertion failed${item.message === "" ? "" : `: ${item.message}`}`,
              item.loc,
            );
        },
        trap,
      );
      return;
    default:
      statement(s, item, out);
  }
}

/** A function that nothing at file scope knows: found by its name in the block, given its body when that is met. */
interface NestedSym extends FunctionSym {
  def: FunctionDef | null;
  readonly nested: { readonly outer: object; tree: FnTree | null };
}

function nestedSym(s: Sema, name: string, type: () => FunctionType): NestedSym {
  return {
    kind: "function",
    name,
    path: s.path,
    layer: s.layer,
    def: null,
    type,
    id: -1,
    noreturn: false,
    nested: { outer: s.fn!, tree: null },
  };
}

/** GNU: a function in a block. It is analysed here, where the names around it are known. */
function nestedFunction(s: Sema, def: FunctionDef): void {
  const { name, type } = declare(s, def.declarator, resolveSpecs(s, def.specs));
  if (name === null || type.kind !== "function" || s.fn === null)
    throw new CFail("this is not a function definition", def.loc);
  const declared = s.scope!.names.get(name);
  const known = declared?.kind === "function" && declared.sym.nested?.outer === s.fn ? declared.sym : null;
  const full: FunctionType =
    krNames(def) === null ? type : { ...type, params: oldStyleParams({ ...s, fn: null }, def) };
  const sym = (known as NestedSym | null) ?? nestedSym(s, name, () => full);
  s.scope!.names.set(name, { kind: "function", sym });
  sym.def = def;
  sym.nested.tree = analyseFunction(s, sym, def, s.fn);
}

// ---- declarations -----------------------------------------------------------------------------------------------

function declaration(s: Sema, d: Declaration, out: S[]): void {
  const flush = (): void => {
    for (const x of takePending(s)) out.push({ k: "expr", loc: d.loc, x });
  };
  if (d.items.length === 0) {
    if (d.specs.type.kind === "struct" || d.specs.type.kind === "union") declareTag(s, d.specs.type);
    resolveSpecs(s, d.specs);
    return;
  }
  const auto = d.specs.type.kind === "auto";
  const base = auto ? null : resolveSpecs(s, d.specs);
  flush();
  for (const item of d.items) {
    const from = base ?? autoType(s, d.specs, item.init, d.loc);
    const { name, type } = declare(s, item.declarator, from);
    flush();
    if (name === null) continue;
    const aligned = alignment(s, d.specs, item.declarator.attrs);
    const t =
      aligned > 0
        ? { ...type, align: d.specs.storage === "typedef" ? aligned : Math.max(aligned, alignOf(type)) }
        : type;
    if (d.specs.storage === "typedef") s.scope!.names.set(name, { kind: "typedef", type: t });
    else if (t.kind === "function" && d.specs.storage === "auto")
      s.scope!.names.set(name, { kind: "function", sym: nestedSym(s, name, () => t) });
    else if (t.kind === "function") declareFunction(s, name, t);
    else if (d.specs.storage === "extern") declareExtern(s, name, t, item.declarator.loc);
    else if (d.specs.storage === "static") staticLocal(s, name, t, item.init, item.declarator.loc);
    else autoLocal(s, d, item, name, t, out);
  }
}

function alignment(s: Sema, specs: DeclSpecs, attrs: DeclSpecs["attrs"]): number {
  if (specs.attrs.length === 0 && attrs.length === 0 && specs.alignas.length === 0) return 0;
  return Math.max(readAttrs(s, specs.attrs, attrs).aligned, alignasOf(s, specs));
}

function autoType(s: Sema, specs: DeclSpecs, init: Declaration["items"][number]["init"], loc: Loc): CType {
  if (init === null || init.kind === "initList") throw new CFail("__auto_type needs an initialiser", loc);
  s.unevaluated++;
  try {
    return resolveSpecs(s, specs, unqualified(val(s, init).t));
  } finally {
    s.unevaluated--;
  }
}

function declareFunction(s: Sema, name: string, t: FunctionType): void {
  const known = s.link.lookup(name, s.path);
  s.scope!.names.set(
    name,
    known?.kind === "function" ? known : { kind: "function", sym: s.link.undefinedFunction(name, t) },
  );
}

function declareExtern(s: Sema, name: string, t: CType, loc: Loc): void {
  const known = s.link.lookup(name, s.path);
  s.scope!.names.set(
    name,
    known?.kind === "object" ? known : { kind: "object", sym: s.link.undefinedObject(name, t, loc) },
  );
}

function staticLocal(
  s: Sema,
  name: string,
  t: CType,
  init: Declaration["items"][number]["init"],
  loc: Loc,
): void {
  let type = t;
  let plan: InitPlan | null = null;
  const sym: ObjectSym = {
    kind: "object",
    name,
    path: s.path,
    loc,
    storage: "static-local",
    type: () => type,
    plan: () => plan,
    defined: true,
    readonly: (qualsOf(t) & CONST) !== 0,
    bytes: null,
    align: t.align ?? 0,
    address: null,
  };
  s.scope!.names.set(name, { kind: "object", sym });
  if (init !== null) {
    s.staticInit++;
    try {
      plan = s.hooks.init(s, t, init, loc);
    } finally {
      s.staticInit--;
    }
    type = plan.type;
  }
}

function autoLocal(
  s: Sema,
  d: Declaration,
  item: Declaration["items"][number],
  name: string,
  t: CType,
  out: S[],
): void {
  const loc = item.declarator.loc;
  const v = newLocal(s, name, t, loc);
  s.scope!.names.set(name, { kind: "local", v });
  if (isVariable(t)) {
    v.byReference = true;
    v.addressed = true;
    s.fn!.block!.hasVla = true;
    const plan = item.init === null ? null : s.hooks.init(s, t, item.init, loc);
    out.push({ k: "decl", loc: d.loc, v, x: null, plan, size: sizeX(s, t, loc) });
    return;
  }
  let x: X | null = null;
  let plan: InitPlan | null = null;
  if (isScalar(t)) {
    if (item.init !== null) x = scalarInit(s, t, item.init, loc);
  } else {
    v.addressed = true;
    if (item.init !== null) {
      if (t.kind === "record" && item.init.kind !== "initList")
        x = convAssign(arm(s, item.init), unqualified(t), "initialiser", s);
      else plan = s.hooks.init(s, t, item.init, loc);
    }
    if (plan !== null) v.type = plan.type;
    if (!isComplete(v.type)) throw new CFail(`\`${name}\` has type ${typeText(t)}, which has no size`, loc);
    sizeOf(v.type, loc);
  }
  cleanupOf(s, d, item, v, loc);
  let size: X | null = null;
  if (alignOf(v.type) > 16) {
    // The frame is aligned to 16 bytes only: what wants more is allocated like a variable length array.
    v.byReference = true;
    v.addressed = true;
    s.fn!.block!.hasVla = true;
    size = num(sizeOf(v.type), ULONG, loc);
  }
  out.push({ k: "decl", loc: d.loc, v, x, plan, size });
}

function scalarInit(s: Sema, t: CType, init: NonNullable<Declaration["items"][number]["init"]>, loc: Loc): X {
  if (init.kind !== "initList") {
    const x = arm(s, init);
    return guard(
      loc,
      () => convAssign(x, unqualified(t), "initialiser", s),
      (f) => trapX(f.message, f.loc ?? loc, "unsupported", t),
    );
  }
  const plan = s.hooks.init(s, t, init, loc);
  return plan.entries[0]?.x ?? conv(num(0, ULONG, loc), t.kind === "pointer" ? VOID_PTR : t);
}

/** `__attribute__((cleanup(f)))`: f(&v) when the scope ends. */
function cleanupOf(s: Sema, d: Declaration, item: Declaration["items"][number], v: LocalVar, loc: Loc): void {
  const name = readAttrs(s, d.specs.attrs, item.declarator.attrs).cleanup;
  if (name === null) return;
  const operand: Expr = { kind: "ident", name: v.name, loc };
  const arg: Expr = { kind: "unary", op: "&", operand, loc };
  v.cleanup = arm(s, { kind: "call", callee: { kind: "ident", name, loc }, args: [arg], loc });
}

// ---- statements -------------------------------------------------------------------------------------------------

/** One statement as one node. */
function single(s: Sema, st: Stmt): S {
  const out: S[] = [];
  statement(s, st, out);
  if (out.length === 1) return out[0]!;
  const seq: S = { k: "seq", loc: st.loc, items: out };
  if (out.some((x) => s.fn!.labelled.has(x))) s.fn!.labelled.add(seq);
  return seq;
}

/** The condition of a statement; a mistake traps when it is evaluated. */
function condition(s: Sema, e: Expr): X {
  const x = arm(s, e);
  if (isComplexType(x.t)) return truthOf(s, x);
  return x.k === "trap" || isScalar(x.t) ? x : trapX(`${typeText(x.t)} is used as a condition`, e.loc);
}

function statement(s: Sema, st: Stmt, out: S[]): void {
  guard(
    st.loc,
    () => noteLabels(s, out, () => analyseStatement(s, st, out)),
    (f) => void out.push(trapFor(s, f, st)),
  );
}

/** What stands in the place of a statement that cannot be read. */
function trapFor(s: Sema, f: CFail, st: { readonly loc: Loc }): S {
  const loc = f.loc ?? st.loc;
  return { k: "trap", loc, kind: "unsupported", message: f.message, ...unknownIn(s, f, st) };
}

/** Statements whose parts have a scope of their own. */
const SCOPED = new Set<Stmt["kind"]>(["if", "while", "do", "for", "switch"]);

function analyseStatement(s: Sema, st: Stmt, out: S[]): void {
  if (!SCOPED.has(st.kind)) {
    analysePlain(s, st, out);
    return;
  }
  pushScope(s);
  try {
    analysePlain(s, st, out);
  } finally {
    popScope(s);
  }
}

function analysePlain(s: Sema, st: Stmt, out: S[]): void {
  const loc = st.loc;
  switch (st.kind) {
    case "block":
      out.push(analyseBlock(s, st, false).block);
      return;
    case "expr":
      if (st.expr !== null) out.push({ k: "expr", loc, x: arm(s, st.expr) });
      return;
    case "if": {
      const c = condition(s, st.test);
      const a = single(s, st.then);
      out.push({ k: "if", loc, c, a, b: st.else === null ? null : single(s, st.else) });
      return;
    }
    case "while":
    case "do":
      loop(s, st.kind, condition(s, st.test), null, st.body, loc, out);
      return;
    case "for":
      forLoop(s, st, out);
      return;
    case "switch":
      switchStatement(s, st, out);
      return;
    case "case":
    case "default":
      caseLabel(s, st, out);
      return;
    case "label":
      placeLabel(s, st.name, loc, out);
      statement(s, st.body, out);
      return;
    case "goto": {
      const label = labelOf(s, st.label, loc);
      label.used = true;
      if (label.owner === s.fn) out.push({ k: "goto", loc, label });
      else out.push({ k: "expr", loc, x: outerGoto(s, label, loc) });
      return;
    }
    case "gotoPtr":
      out.push({ k: "gotoptr", loc, x: val(s, st.target) });
      return;
    case "break":
    case "continue":
      out.push({ k: st.kind, loc, to: jumpTarget(s, st.kind, loc) });
      return;
    case "return":
      returnStatement(s, st, out);
      return;
    case "asm":
      asmStatement(s, st, out);
      return;
  }
}

/** A jump out of a nested function: ends all calls down to the function that has the label. */
function outerGoto(s: Sema, label: LabelRef, loc: Loc): X {
  label.sym ??= s.link.newLabel(label);
  const at: X = { k: "addr", t: VOID_PTR, loc, fx: 0, sym: label.sym, off: 0 };
  const args = [frameOf(s, label.owner, loc), at];
  const params = args.map((a) => ({ name: null, type: a.t }));
  const ft = { kind: "function", ret: VOID, params, variadic: false, noProto: false, quals: 0 } as const;
  const target = s.link.undefinedFunction("__fsc_goto", ft);
  return { k: "call", t: VOID, loc, fx: 3, target, ft, args, named: 2 };
}

function jumpTarget(s: Sema, kind: "break" | "continue", loc: Loc): SLoop | SSwitch {
  const targets = s.fn!.targets;
  for (let i = targets.length - 1; i >= 0; i--) {
    const t = targets[i]!;
    if (kind === "break" || t.k === "loop") return t;
  }
  throw new CFail(`${kind} outside a loop`, loc);
}

function loop(
  s: Sema,
  kind: SLoop["kind"],
  test: X | null,
  step: X | null,
  body: Stmt,
  loc: Loc,
  out: S[],
): void {
  const node: SLoop = {
    k: "loop",
    loc,
    kind,
    test,
    step,
    body: { k: "seq", loc, items: [] },
    block: s.fn!.block,
  };
  s.fn!.targets.push(node);
  node.body = single(s, body);
  s.fn!.targets.pop();
  out.push(node);
}

function forLoop(s: Sema, st: Extract<Stmt, { kind: "for" }>, out: S[]): void {
  const fn = s.fn!;
  const inner = st.init !== null && st.init.kind === "declaration";
  const block = newBlock(s, st.loc, st.loc);
  if (inner) {
    fn.block = block;
    pushScope(s);
  }
  const items = inner ? block.items : out;
  try {
    if (st.init !== null) {
      if (st.init.kind === "declaration") blockItem(s, st.init, items);
      else items.push({ k: "expr", loc: st.init.loc, x: arm(s, st.init) });
    }
    const test = st.test === null ? null : condition(s, st.test);
    const step = st.step === null ? null : arm(s, st.step);
    loop(s, "for", test, step, st.body, st.loc, items);
  } finally {
    if (inner) {
      popScope(s);
      fn.block = block.parent;
    }
  }
  if (inner) out.push(block);
}

function switchStatement(s: Sema, st: Extract<Stmt, { kind: "switch" }>, out: S[]): void {
  let x = arm(s, st.test);
  if (x.k !== "trap") {
    if (!isInteger(x.t)) throw new CFail(`switch on ${typeText(x.t)}`, st.loc);
    if (isWide(x.t)) throw new CFail("switch on __int128 is not supported", st.loc);
    x = conv(x, promote(x.t));
  }
  const node: SSwitch = {
    k: "switch",
    loc: st.loc,
    x,
    body: { k: "seq", loc: st.loc, items: [] },
    cases: [],
    otherwise: null,
    block: s.fn!.block,
  };
  s.fn!.targets.push(node);
  node.body = single(s, st.body);
  s.fn!.targets.pop();
  out.push(node);
}

function caseLabel(s: Sema, st: Extract<Stmt, { kind: "case" | "default" }>, out: S[]): void {
  const fn = s.fn!;
  const node = fn.targets.findLast((t): t is SSwitch => t.k === "switch");
  if (node === undefined) throw new CFail("case outside a switch", st.loc);
  const label: LabelRef = {
    name: st.kind,
    loc: st.loc,
    block: fn.block,
    placed: true,
    used: true,
    sym: null,
    owner: fn,
  };
  for (let b = fn.block; b !== null && b !== node.block; b = b.parent) b.sideways = true;
  fn.placed++;
  guard(
    st.loc,
    () => {
      if (st.kind === "default") node.otherwise = label;
      else {
        const t = node.x.t;
        const lo = wrap(t, constantCase(s, st.value));
        const hi = st.to === null ? lo : wrap(t, constantCase(s, st.to));
        if (lo <= hi) node.cases.push({ lo, hi, label });
      }
    },
    (f) => void out.push({ k: "trap", loc: f.loc ?? st.loc, kind: "unsupported", message: f.message }),
  );
  out.push({ k: "label", loc: st.loc, label });
  statement(s, st.body, out);
}

function constantCase(s: Sema, e: Expr): bigint {
  const v = constantOf(s, e);
  if (v === null) throw new CFail("a case label is not a constant", e.loc);
  return v;
}

function placeLabel(s: Sema, name: string, loc: Loc, out: S[]): void {
  const fn = s.fn!;
  const label = labelOf(s, name, loc);
  label.placed = true;
  fn.placed++;
  label.block = fn.block;
  for (let b = fn.block; b !== null; b = b.parent) b.sideways = true;
  out.push({ k: "label", loc, label });
}

function returnStatement(s: Sema, st: Extract<Stmt, { kind: "return" }>, out: S[]): void {
  const ret = s.fn!.type.ret;
  if (st.value === null) {
    out.push({ k: "return", loc: st.loc, x: null });
    return;
  }
  const x = arm(s, st.value);
  if (ret.kind === "void" || x.t.kind === "void") {
    out.push({ k: "expr", loc: st.loc, x });
    if (ret.kind === "void") out.push({ k: "return", loc: st.loc, x: null });
    else throw new CFail("a void value is returned where a value is wanted", st.loc);
    return;
  }
  out.push({ k: "return", loc: st.loc, x: convAssign(x, ret, "return", s) });
}

/** Only empty assembly is understood: barriers, and "0" ties that hide a value from the optimiser. */
function asmStatement(s: Sema, st: Extract<Stmt, { kind: "asm" }>, out: S[]): void {
  if (!st.isEmpty) throw new CFail(`assembly is not supported: asm("${st.text.slice(0, 60)}")`, st.loc);
  const constraints = st.constraints ?? [];
  for (const e of st.outputs) {
    // Where the result would go is evaluated, whatever happens to it there.
    const x = s.hooks.expr(s, e);
    if (x.fx !== 0) out.push({ k: "expr", loc: st.loc, x: x.k === "mem" ? x.base : x });
  }
  st.inputs.forEach((e, i) => {
    const tie = /^\s*\[?(\d+)/.exec(constraints[st.outputs.length + i] ?? "");
    const output = tie === null ? undefined : st.outputs[Number(tie[1])];
    if (output === undefined) return;
    const lv = lvalue(s.hooks.expr(s, output));
    out.push({
      k: "expr",
      loc: st.loc,
      x: assign(lv, convAssign(val(s, e), unqualified(lv.t), "asm"), st.loc),
    });
  });
}
