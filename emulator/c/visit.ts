/**
 * Visits every expression and statement of an analysed function once: what counts calls or looks for traps needs. Leaves
 * out order of evaluation, and the bodies of nested functions.
 */
import type { FnTree, InitPlan, S, SBlock, X } from "./tree.ts";

export interface Visitor {
  readonly expr?: (x: X) => void;
  readonly stmt?: (s: S) => void;
  /** Takes the block of a statement expression, in place of visiting what stands in it. */
  readonly block?: (b: SBlock) => void;
}

/** Calls the visitor for all that stands in the function's body. */
export function visitFunction(tree: FnTree, visitor: Visitor): void {
  statement(tree.body, visitor);
}

/** Calls the visitor for what a statement evaluates itself, without the statements in it. */
export function visitExpressions(s: S, v: Visitor): void {
  switch (s.k) {
    case "loop":
      expression(s.test, v);
      expression(s.step, v);
      return;
    case "decl":
      expression(s.x, v);
      expression(s.size, v);
      plan(s.plan, v);
      return;
    case "if":
      expression(s.c, v);
      return;
    case "switch":
    case "expr":
    case "gotoptr":
    case "return":
      expression(s.x, v);
      return;
    default:
      return;
  }
}

function statement(s: S | null, v: Visitor): void {
  if (s === null) return;
  v.stmt?.(s);
  visitExpressions(s, v);
  switch (s.k) {
    case "block":
      for (const item of s.items) statement(item, v);
      for (const local of s.vars) expression(local.cleanup, v);
      return;
    case "seq":
      for (const item of s.items) statement(item, v);
      return;
    case "loop":
    case "switch":
      statement(s.body, v);
      return;
    case "if":
      statement(s.a, v);
      statement(s.b, v);
      return;
    default:
      return;
  }
}

function plan(p: InitPlan | null, v: Visitor): void {
  for (const e of p?.entries ?? []) expression(e.x, v);
}

function expression(x: X | null, v: Visitor): void {
  if (x === null) return;
  v.expr?.(x);
  const two = (a: X | null, b: X | null): void => {
    expression(a, v);
    expression(b, v);
  };
  switch (x.k) {
    case "mem":
    case "padd":
    case "outer":
      expression(x.base, v);
      return;
    case "idx":
      two(x.base, x.index);
      return;
    case "recaddr":
    case "un":
    case "lnot":
    case "conv":
    case "bits":
      expression(x.x, v);
      return;
    case "bin":
    case "cmp":
    case "and":
    case "or":
    case "comma":
      two(x.l, x.r);
      return;
    case "cond":
      expression(x.c, v);
      two(x.a, x.b);
      return;
    case "assign":
    case "opassign":
      two(x.lv, x.x);
      return;
    case "inc":
      expression(x.lv, v);
      return;
    case "call":
      if ("k" in x.target) expression(x.target, v);
      for (const a of x.args) expression(a, v);
      expression(x.chain ?? null, v);
      return;
    case "stmt":
      if (v.block === undefined) statement(x.block, v);
      else v.block(x.block);
      expression(x.value, v);
      return;
    case "complit":
      plan(x.plan, v);
      return;
    case "vaarg":
    case "vastart":
      expression(x.list, v);
      return;
    case "atom":
      expression(x.addr, v);
      two(x.x, x.y);
      return;
    case "fbits":
      two(x.x, x.y);
      return;
    case "ovf":
      two(x.l, x.r);
      expression(x.to, v);
      return;
    case "alloca":
      expression(x.size, v);
      return;
    default:
      return;
  }
}
