/** Expressions as C text, for messages. Leaves out anything but what a reader of the message needs. */
import type { Expr } from "./ast.ts";

/** The expression on one line; long parts are elided. */
export function exprText(e: Expr): string {
  switch (e.kind) {
    case "int":
      return String(e.value);
    case "float":
      return String(e.value);
    case "string":
      return '"..."';
    case "ident":
      return e.name;
    case "unary":
      if (e.op === "post++" || e.op === "post--") return exprText(e.operand) + e.op.slice(4);
      return e.op.replace("pre", "") + operandText(e.operand);
    case "binary":
    case "assign":
      return `${operandText(e.left)} ${e.op} ${operandText(e.right)}`;
    case "cond":
      return `${operandText(e.test)} ? ${e.then === null ? "" : operandText(e.then)} : ${operandText(e.else)}`;
    case "comma":
      return `${exprText(e.left)}, ${exprText(e.right)}`;
    case "call":
      return `${operandText(e.callee)}(${e.args.map(exprText).join(", ")})`;
    case "member":
      return `${operandText(e.object)}${e.arrow ? "->" : "."}${e.name}`;
    case "index":
      return `${operandText(e.object)}[${exprText(e.index)}]`;
    case "cast":
      return `(...)${operandText(e.operand)}`;
    case "sizeofExpr":
      return `sizeof(${exprText(e.operand)})`;
    case "sizeofType":
      return "sizeof(...)";
    case "stmtExpr":
      return "({...})";
    default:
      return "(...)";
  }
}

function operandText(e: Expr): string {
  const text = exprText(e);
  return e.kind === "binary" || e.kind === "assign" || e.kind === "cond" || e.kind === "comma"
    ? `(${text})`
    : text;
}
