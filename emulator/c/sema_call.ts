/**
 * Semantic analysis of calls: prototypes, implicit declarations, and calls between layers of the image whose idea of a
 * function's parameters differs (a patch changed a signature). Leaves out the `__builtin_` functions (sema_builtin.ts).
 */
import type { Expr, Loc } from "./ast.ts";
import { comma, num } from "./build.ts";
import {
  CFail,
  type CType,
  defaultPromoted,
  type FunctionType,
  INT,
  isScalar,
  sameType,
  typeText,
} from "./ctype.ts";
import { libraryType } from "./library.ts";
import { lookupName, type Sema } from "./sema.ts";
import { analyseBuiltin, isBuiltinName } from "./sema_builtin.ts";
import type { ArgTools } from "./sema_expr.ts";
import type { FunctionSym, X } from "./tree.ts";

type CallExpr = Extract<Expr, { kind: "call" }>;

const NO_PROTO: FunctionType = {
  kind: "function",
  ret: INT,
  params: [],
  variadic: false,
  noProto: true,
  quals: 0,
};

export function analyseCall(s: Sema, e: CallExpr, tools: ArgTools): X {
  if (e.callee.kind === "ident") {
    const name = e.callee.name;
    const entity = lookupName(s, name);
    if (
      entity === null ||
      (entity.kind === "function" && entity.sym.def === null && entity.sym.nested === undefined)
    ) {
      if (isBuiltinName(name)) {
        const x = analyseBuiltin(s, name, e, tools);
        if (x !== null) return x;
      }
      const library = name.startsWith("__builtin_") ? name.slice(10) : name;
      const declared = entity?.kind === "function" ? entity.sym : null;
      if (declared === null) return callUndeclared(s, library, e, tools);
      return callKnown(s, declared, e, tools);
    }
    if (entity.kind === "function") return callKnown(s, entity.sym, e, tools);
  }
  const callee = tools.val(s, e.callee);
  if (callee.k === "trap") return callee;
  if (callee.t.kind !== "pointer" || callee.t.to.kind !== "function")
    throw new CFail(`${typeText(callee.t)} is called, which is not a function`, e.loc);
  if (
    callee.k === "addr" &&
    callee.sym.kind === "function" &&
    callee.off === 0 &&
    sameType(callee.sym.type(), callee.t.to)
  )
    return callKnown(s, callee.sym, e, tools);
  const ft = callee.t.to;
  return makeCall(callee, ft, convertArgs(s, ft, e.args, tools, "", e.loc), e.loc);
}

/** A function that nothing declares: a library function, or `int f()`. */
function callUndeclared(s: Sema, name: string, e: CallExpr, tools: ArgTools): X {
  const real = lookupName(s, name);
  if (real?.kind === "function" && real.sym.def !== null) return callKnown(s, real.sym, e, tools);
  const ft = libraryType(name) ?? NO_PROTO;
  const sym = s.link.undefinedFunction(name, ft);
  const isBuiltin = e.callee.kind === "ident" && e.callee.name.startsWith("__builtin_");
  if (s.link.hosted && !isBuiltin)
    s.link.note("ignored", `implicit declaration of function \`${name}\``, s.fn?.name ?? "", e.loc);
  return makeCall(sym, ft, convertArgs(s, ft, e.args, tools, name, e.loc), e.loc);
}

function callKnown(s: Sema, sym: FunctionSym, e: CallExpr, tools: ArgTools): X {
  const ft = sym.type();
  if (sym.def !== null && sym.layer !== s.layer && !ft.noProto) {
    const theirs = s.link.declaredIn(sym.name, s.layer, s.path);
    if (theirs !== null && !canGive(ft.ret, theirs.ret))
      throw new CFail(
        `signature of ${sym.name} changed: it gives ${typeText(ft.ret)} now, and this call is made for ${typeText(theirs.ret)}`,
        e.loc,
      );
    const differs = theirs === null ? !countFits(ft, e.args.length) : !sameParams(ft, theirs);
    if (differs) return callChanged(s, sym, ft, theirs, e, tools);
  }
  const args = convertArgs(s, ft, e.args, tools, sym.name, e.loc);
  const call = makeCall(sym, ft, args, e.loc);
  if (sym.nested === undefined || call.k !== "call" || s.fn === null) return call;
  return { ...call, chain: tools.frameOf(s, sym.nested.outer, e.loc) };
}

function countFits(ft: FunctionType, n: number): boolean {
  return ft.variadic ? n >= ft.params.length : n === ft.params.length;
}

function sameParams(a: FunctionType, b: FunctionType): boolean {
  if (b.noProto) return true;
  return (
    a.params.length === b.params.length &&
    a.variadic === b.variadic &&
    a.params.every((p, i) => sameType(p.type, b.params[i]!.type))
  );
}

function makeCall(target: FunctionSym | X, ft: FunctionType, args: readonly X[], loc: Loc): X {
  const trapped = args.find((a) => a.k === "trap");
  if (trapped !== undefined) return trapped;
  const named = ft.noProto ? args.length : ft.params.length;
  let fx = "k" in target ? target.fx : 0;
  for (const a of args) fx |= a.fx;
  return { k: "call", t: ft.ret, loc, fx: fx | 1, target, ft, args, named };
}

const argument = (i: number, callee: string): string =>
  `argument ${i + 1} of ${callee === "" ? "a function pointer" : `${callee}()`}`;

function convertArgs(
  s: Sema,
  ft: FunctionType,
  args: readonly Expr[],
  tools: ArgTools,
  name: string,
  loc: Loc,
): X[] {
  if (!ft.noProto && !countFits(ft, args.length)) {
    const few = args.length < ft.params.length ? "few" : "many";
    throw new CFail(
      `too ${few} arguments in the call of ${name === "" ? "a function pointer" : `${name}()`}`,
      loc,
    );
  }
  const out = args.map((a, i) => {
    const x = tools.val(s, a);
    const p = ft.noProto ? undefined : ft.params[i];
    return convertArg(s, x, p?.type ?? null, tools, argument(i, name));
  });
  // A definition in the old style called with too few arguments: the missing ones are zero, not what the register holds.
  if (ft.noProto) for (let i = out.length; i < ft.params.length; i++) out.push(num(0, INT, loc));
  return out;
}

function convertArg(s: Sema, x: X, to: CType | null, tools: ArgTools, what: string): X {
  if (x.k === "trap") return x;
  if (to === null) {
    if (x.t.kind === "void") throw new CFail(`${what}: a void value is used`, x.loc);
    return x.t.kind === "record" ? x : tools.convAssign(x, defaultPromoted(x.t), what);
  }
  if (to.kind === "record" && to.info.transparent && x.t.kind !== "record") return tools.toUnion(s, to, x);
  return tools.convAssign(x, to, what, s);
}

// ---- changed signatures -------------------------------------------------------------------------------------------

function canPass(from: CType, to: CType): boolean {
  if (from.kind === "pointer" && to.kind === "pointer") {
    if (from.to.kind === "void" || to.to.kind === "void") return true;
    return sameType({ ...from.to, quals: 0 }, { ...to.to, quals: 0 });
  }
  if ((from.kind === "pointer") !== (to.kind === "pointer")) return false;
  return (isScalar(from) && isScalar(to)) || sameType(from, to);
}

/** Whether a caller made for what `theirs` gives can do with what `own` gives: no pointer for a pointer to something else. */
function canGive(own: CType, theirs: CType): boolean {
  const isPointer = own.kind === "pointer" || theirs.kind === "pointer";
  return !isPointer || own.kind === "void" || theirs.kind === "void" || canPass(own, theirs);
}

/** Which argument each parameter of the definition gets; -1: none, it is zero. null: cannot be told. */
function matchParams(ft: FunctionType, theirs: FunctionType): number[] {
  const used = new Set<number>();
  const plan = ft.params.map((p) => {
    const i =
      p.name === null ? -1 : theirs.params.findIndex((q) => q.name === p.name && canPass(q.type, p.type));
    if (i >= 0) used.add(i);
    return i;
  });
  ft.params.forEach((p, j) => {
    if (plan[j]! >= 0) return;
    const q = theirs.params[j];
    const elsewhere = q?.name != null && ft.params.some((r) => r.name === q.name);
    if (q !== undefined && !used.has(j) && !elsewhere && canPass(q.type, p.type)) {
      plan[j] = j;
      used.add(j);
    }
  });
  return plan;
}

/** Matches arguments to parameters in order by type; null when there is not exactly one way. */
function matchByType(ft: FunctionType, args: readonly X[]): number[] | null {
  const params = ft.params;
  const found: number[][] = [];
  const fewer = args.length < params.length;
  const search = (a: number, p: number, plan: number[]): void => {
    if (found.length > 1) return;
    if (p === params.length) {
      if (fewer ? a === args.length : true) found.push(plan);
      return;
    }
    if (fewer && params.length - p > args.length - a) search(a, p + 1, [...plan, -1]);
    for (let i = a; i < args.length; i++) {
      if (canPass(args[i]!.t, params[p]!.type)) search(i + 1, p + 1, [...plan, i]);
      if (fewer) break;
    }
  };
  search(0, 0, []);
  return found.length === 1 ? found[0]! : null;
}

function callChanged(
  s: Sema,
  sym: FunctionSym,
  ft: FunctionType,
  theirs: FunctionType | null,
  e: CallExpr,
  tools: ArgTools,
): X {
  const args = e.args.map((a) => tools.val(s, a));
  const plan = theirs === null ? matchByType(ft, args) : matchParams(ft, theirs);
  if (plan === null)
    throw new CFail(
      `signature of ${sym.name} changed: it is ${typeText(ft)} now, and this call passes ${args.length} arguments`,
      e.loc,
    );
  // What takes other things altogether is another function of that name: the caller has its own.
  if (theirs !== null && plan.includes(-1) && theirs.params.some((_, i) => !plan.includes(i))) {
    const own = s.link.staticIn(sym.name, s.layer, s.path);
    if (own !== null) return callKnown(s, own, e, tools);
  }
  const passed = plan.map((i, j) => {
    const p = ft.params[j]!;
    if (i >= 0 && i < args.length) return convertArg(s, args[i]!, p.type, tools, argument(i, sym.name));
    if (!isScalar(p.type))
      throw new CFail(`signature of ${sym.name} changed: parameter \`${p.name}\` is new`, e.loc);
    s.link.note(
      "signature",
      `${sym.name}(): parameter \`${p.name ?? j + 1}\` is new and gets zero in a call by older code`,
      s.fn?.name ?? "",
      e.loc,
    );
    return tools.castTo(num(0, INT, e.loc), p.type, e.loc);
  });
  const named = theirs === null ? args.length : theirs.params.length;
  if (ft.variadic)
    for (let i = named; i < args.length; i++) passed.push(convertArg(s, args[i]!, null, tools, "argument"));
  const call = makeCall(sym, ft, passed, e.loc);
  // Arguments that no parameter takes any more are still evaluated.
  const dropped = args.filter((a, i) => i < named && !plan.includes(i) && a.fx !== 0);
  return dropped.reduceRight((acc, d) => comma(d, acc), call);
}
