/**
 * What a function frees whatever happens, read off its body: what it is given, and members of that. For callees that are taken by their
 * contract, or of which nothing is known. Leaves out everything that hangs on a condition, and what a member leads to.
 */
import { CFail } from "../c/ctype.ts";
import type { Program } from "../c/link.ts";
import type { FunctionSym, LocalVar, S, X } from "../c/tree.ts";
import type { Contracts } from "./contract.ts";
import { bare } from "./extent.ts";

/** An argument, and the byte in it where the pointer lies that is freed; null: the argument itself is. */
export interface Freed {
  readonly arg: number;
  readonly off: number | null;
}

/** Functions that call each other, and hand on what they are given. */
const DEPTH = 3;

const known = new WeakMap<FunctionSym, readonly Freed[]>();

/** @param plain the name by which a callee has its contract */
export function freedBy(
  program: Program,
  contracts: Contracts,
  sym: FunctionSym,
  plain: (name: string) => string,
  depth = 0,
): readonly Freed[] {
  const before = known.get(sym);
  if (before !== undefined) return before;
  if (sym.def === null || depth >= DEPTH) return [];
  const out: Freed[] = [];
  known.set(sym, out);
  try {
    const { params, body } = program.tree(sym);
    const place = (x: X): Freed | null => {
      const at = bare(x);
      const base = at.k === "mem" && at.bf === null ? bare(at.base) : at;
      if (base.k !== "var" || base.v.addressed) return null;
      const arg = params.indexOf(base.v);
      return arg < 0 ? null : { arg, off: at.k === "mem" ? at.off : null };
    };
    const called = (x: Extract<X, { k: "call" }>): void => {
      if (!("kind" in x.target)) return;
      const callee = x.target as FunctionSym;
      const contract = contracts.functions.get(plain(callee.name));
      if (contract === undefined) {
        for (const f of freedBy(program, contracts, callee, plain, depth + 1)) {
          const at = x.args[f.arg] === undefined ? null : place(x.args[f.arg]!);
          if (at !== null && (at.off === null || f.off === null))
            out.push({ arg: at.arg, off: at.off ?? f.off });
        }
        return;
      }
      for (const { verb, kind, where } of contract.clauses) {
        if (verb !== "free" || kind !== "memory" || typeof where.at !== "number" || where.path !== "")
          continue;
        const at = x.args[where.at] === undefined ? null : place(x.args[where.at]!);
        if (at !== null) out.push(at);
      }
    };
    /** Whether what stands behind it is come to, whatever it does. */
    const goesOn = (s: S): boolean => {
      if (s.k === "block" || s.k === "seq") return s.items.every(goesOn);
      if (s.k === "expr") {
        const x = bare(s.x);
        if (x.k === "call") called(x);
        return x.k !== "assign" || !isOf(x.lv, params);
      }
      if (s.k === "decl" || s.k === "label") return true;
      if (s.k === "if") {
        const of = place(s.c.k === "cmp" && s.c.op === "ne" ? s.c.l : s.c);
        const before = out.length;
        // "if (p->name) kfree(p->name);"
        if (of?.off != null && s.b === null && leavesNot(s.a)) goesOn(s.a);
        out.push(...out.splice(before).filter((f) => f.arg === of?.arg && f.off === of.off));
        return (leavesNot(s.a) && (s.b === null || leavesNot(s.b))) || isNullTest(s.c, params);
      }
      return s.k === "loop" && leavesNot(s.body);
    };
    goesOn(body);
  } catch (f) {
    if (!(f instanceof CFail)) throw f;
  }
  return out;
}

/** Whether an lvalue is a parameter, or a member of what one leads to. */
function isOf(lv: X, params: readonly LocalVar[]): boolean {
  const at = bare(lv);
  const base = at.k === "mem" ? bare(at.base) : at;
  return base.k === "var" && params.includes(base.v);
}

/** Nothing in it leaves the function, jumps, or writes to a parameter. */
function leavesNot(s: S): boolean {
  switch (s.k) {
    case "block":
    case "seq":
      return s.items.every(leavesNot);
    case "if":
      return leavesNot(s.a) && (s.b === null || leavesNot(s.b));
    case "loop":
      return leavesNot(s.body);
    case "expr":
    case "decl":
    case "break":
    case "continue":
    case "label":
      return true;
    default:
      return false;
  }
}

/** "if (!p) return;": what is there is freed behind it. */
function isNullTest(c: X, params: readonly LocalVar[]): boolean {
  const at = bare(c);
  if (at.k === "call" && "kind" in at.target) {
    const of = at.args[0] === undefined ? null : bare(at.args[0]);
    return (
      /^IS_ERR(?:_OR_NULL)?$/.test((at.target as FunctionSym).name) &&
      of?.k === "var" &&
      params.includes(of.v)
    );
  }
  const of = at.k === "lnot" ? bare(at.x) : at.k === "cmp" && at.op === "eq" ? bare(at.l) : null;
  const isNull = at.k === "lnot" || (at.k === "cmp" && bare(at.r).k === "num");
  return isNull && of?.k === "var" && params.includes(of.v);
}
