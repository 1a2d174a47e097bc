/**
 * Comparisons that the types decide: `unsigned < 0`, a bool or a narrow type against a value it cannot have. A refcount
 * check that can never fire is a defect of the patch that no run shows, so it is recorded. Leaves out what flow decides.
 */
import type { Expr, Loc } from "./ast.ts";
import { type CType, intOf, isBool, isInteger, typeText, usualType, wrap } from "./ctype.ts";
import { exprText } from "./expr_text.ts";
import type { Sema } from "./sema.ts";
import type { CmpOp, X } from "./tree.ts";

const FLIP: Record<CmpOp, CmpOp> = { eq: "eq", ne: "ne", lt: "gt", le: "ge", gt: "lt", ge: "le" };
const TEXT: Record<CmpOp, string> = { eq: "==", ne: "!=", lt: "<", le: "<=", gt: ">", ge: ">=" };

/** The operand before conversions that keep its value. */
function origin(x: X): X {
  while (x.k === "conv" && isInteger(x.t) && isInteger(x.x.t)) {
    const from = intOf(x.x.t);
    const to = intOf(x.t);
    if (isBool(x.t)) return x;
    const keeps = from.signed === to.signed ? from.bits <= to.bits : !from.signed && from.bits < to.bits;
    if (!keeps) return x;
    x = x.x;
  }
  return x;
}

function range(t: CType): [bigint, bigint] {
  const i = intOf(t);
  if (i.rank === 0) return [0n, 1n];
  return i.signed
    ? [-(1n << BigInt(i.bits - 1)), (1n << BigInt(i.bits - 1)) - 1n]
    : [0n, (1n << BigInt(i.bits)) - 1n];
}

/** What a comparison with the constant is for every value of [lo, hi]; null when it depends. */
function decided(op: CmpOp, lo: bigint, hi: bigint, c: bigint): boolean | null {
  switch (op) {
    case "lt":
      return hi < c ? true : lo >= c ? false : null;
    case "le":
      return hi <= c ? true : lo > c ? false : null;
    case "gt":
      return lo > c ? true : hi <= c ? false : null;
    case "ge":
      return lo >= c ? true : hi < c ? false : null;
    case "eq":
      return c < lo || c > hi ? false : null;
    case "ne":
      return c < lo || c > hi ? true : null;
  }
}

/** Records a comparison of integers whose outcome its types fix. */
export function checkComparison(s: Sema, e: Extract<Expr, { kind: "binary" }>, op: CmpOp, l: X, r: X): void {
  if (s.unevaluated > 0 || s.fn === null || !isInteger(l.t) || !isInteger(r.t)) return;
  if ((l.k === "num") === (r.k === "num")) return;
  const flipped = l.k === "num";
  const [value, constant] = flipped ? [r, l] : [l, r];
  if (constant.k !== "num") return;
  const common = usualType(value.t, constant.t);
  const c = wrap(common, constant.v);
  const inner = origin(value);
  if (!isInteger(inner.t) || inner.k === "cmp" || inner.k === "lnot") return;
  const narrow = intOf(inner.t).bits < 32;
  const zero = !intOf(common).signed && c === 0n && op !== "eq" && op !== "ne";
  // Against anything else than zero a full-width type is only trivially bounded (`x <= UINT_MAX` is a portability idiom).
  if (!narrow && !zero) return;
  if (!intOf(common).signed && intOf(inner.t).signed) return;
  const [lo, hi] = range(inner.t);
  const always = decided(flipped ? FLIP[op] : op, lo, hi, c);
  if (always === null) return;
  const operand = flipped ? e.right : e.left;
  const text = `${exprText(e.left)} ${TEXT[op]} ${exprText(e.right)}`;
  report(s, e.loc, text, always, exprText(stripCasts(operand)), inner.t);
}

function stripCasts(e: Expr): Expr {
  while (e.kind === "cast") e = e.operand;
  return e;
}

function report(s: Sema, loc: Loc, text: string, always: boolean, operand: string, t: CType): void {
  const type = typeText({ ...t, quals: 0 });
  s.link.deadCheck({
    loc,
    fn: s.fn!.name,
    text: `\`${text}\` is always ${always ? "true" : "false"}: \`${operand}\` is ${type}`,
    always,
  });
}
