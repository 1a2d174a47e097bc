/**
 * Expressions of C11 with gcc's extensions. Leaves out: types of expressions and the meaning of names; `__func__` and
 * calls of builtins that look like calls come out as plain identifiers and calls.
 */

import type { AssignOp, BinaryOp, CompoundStmt, Expr, InitList, Loc, TypeName, UnaryOp } from "./ast.ts";
import {
  type CharWidth,
  literalUnits,
  literalWidth,
  type NumberValue,
  parseChar,
  parseNumber,
} from "./literals.ts";
import { Cursor, describe, KEYWORDS } from "./parser_cursor.ts";
import type { Token } from "./token.ts";

/** Characters of a string literal, as written, quotes included. */
const LITERAL_MAX = 1 << 20;

const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ["||", 1],
  ["&&", 2],
  ["|", 3],
  ["^", 4],
  ["&", 5],
  ["==", 6],
  ["!=", 6],
  ["<", 7],
  [">", 7],
  ["<=", 7],
  [">=", 7],
  ["<<", 8],
  [">>", 8],
  ["+", 9],
  ["-", 9],
  ["*", 10],
  ["/", 10],
  ["%", 10],
]);

const ASSIGNMENTS: ReadonlySet<string> = new Set([
  "=",
  "+=",
  "-=",
  "*=",
  "/=",
  "%=",
  "<<=",
  ">>=",
  "&=",
  "|=",
  "^=",
]);

export abstract class ExprParser extends Cursor {
  private readonly numbers = new Map<string, NumberValue | null>();

  /** Whether the token `ahead` of the current one begins a type name. */
  protected abstract startsType(ahead: number): boolean;
  /** Whether `( name` ahead of the current `(` can only be a type this unit does not know. */
  protected abstract startsUnknownType(): boolean;
  protected abstract typeName(): TypeName;
  protected abstract block(): CompoundStmt;
  protected abstract initList(): InitList;

  protected expr(): Expr {
    let left = this.assignment();
    while (this.at(",")) {
      const { loc } = this.next();
      const height = this.height;
      const right = this.assignment();
      left = { kind: "comma", left, right, loc };
      this.grow(Math.max(height, this.height));
    }
    return left;
  }

  protected assignment(): Expr {
    this.enter();
    const left = this.conditional();
    let result = left;
    if (this.tok.kind === "punct" && ASSIGNMENTS.has(this.tok.text)) {
      const { loc, text } = this.next();
      const height = this.height;
      const right = this.assignment();
      result = { kind: "assign", op: text as AssignOp, left, right, loc };
      this.grow(Math.max(height, this.height));
    }
    this.leave();
    return result;
  }

  /** A constant expression: a conditional expression, its constancy unchecked. */
  protected conditional(): Expr {
    const test = this.binary(1);
    if (!this.at("?")) return test;
    this.enter();
    const { loc } = this.next();
    let height = this.height;
    let then: Expr | null = null;
    if (!this.at(":")) {
      then = this.expr();
      height = Math.max(height, this.height);
    }
    this.expect(":", "in conditional expression");
    const other = this.conditional();
    this.grow(Math.max(height, this.height));
    this.leave();
    return { kind: "cond", test, then, else: other, loc };
  }

  private binary(level: number): Expr {
    let left = this.cast();
    for (;;) {
      const token = this.tok;
      if (token.kind !== "punct") return left;
      const precedence = PRECEDENCE.get(token.text);
      if (precedence === undefined || precedence < level) return left;
      this.next();
      const height = this.height;
      const right = this.binary(precedence + 1);
      left = { kind: "binary", op: token.text as BinaryOp, left, right, loc: token.loc };
      this.grow(Math.max(height, this.height));
    }
  }

  private cast(): Expr {
    if (this.tok.text !== "(") return this.unary();
    if (!this.startsType(1) && !this.startsUnknownType()) return this.unary();
    const { loc } = this.next();
    const type = this.typeName();
    this.expect(")", "after type name");
    if (this.at("{")) return this.postfix(this.compoundLiteral(type, loc));
    this.enter();
    const operand = this.cast();
    this.leave();
    this.grow(this.height);
    return { kind: "cast", type, operand, loc };
  }

  private compoundLiteral(type: TypeName, loc: Loc): Expr {
    const init = this.initList();
    this.grow(this.height);
    return { kind: "compound", type, init, loc };
  }

  private unary(): Expr {
    const token = this.tok;
    if (token.kind === "punct") {
      switch (token.text) {
        case "+":
        case "-":
        case "!":
        case "~":
        case "*":
        case "&":
          return this.prefixed(token.text, true);
        case "++":
          return this.prefixed("++pre", false);
        case "--":
          return this.prefixed("--pre", false);
        case "&&": {
          this.next();
          this.height = 1;
          return { kind: "labelAddr", label: this.expectIdent("label after '&&'").text, loc: token.loc };
        }
      }
      return this.postfix(this.primary());
    }
    if (token.kind === "ident") {
      switch (token.text) {
        case "sizeof":
          return this.sizeOrAlign("sizeofExpr", "sizeofType");
        case "_Alignof":
        case "__alignof__":
        case "__alignof":
          return this.sizeOrAlign("alignofExpr", "alignofType");
        case "__extension__": {
          this.next();
          this.enter();
          const operand = this.cast();
          this.leave();
          return operand;
        }
        case "__real__":
        case "__real":
          return this.prefixed("__real__", true);
        case "__imag__":
        case "__imag":
          return this.prefixed("__imag__", true);
      }
    }
    return this.postfix(this.primary());
  }

  private prefixed(op: UnaryOp, overCast: boolean): Expr {
    const { loc } = this.next();
    this.enter();
    const operand = overCast ? this.cast() : this.unary();
    this.leave();
    this.grow(this.height);
    return { kind: "unary", op, operand, loc };
  }

  private sizeOrAlign(ofExpr: "sizeofExpr" | "alignofExpr", ofType: "sizeofType" | "alignofType"): Expr {
    const { loc } = this.next();
    this.enter();
    let operand: Expr;
    if (this.at("(") && (this.startsType(1) || this.startsUnknownType())) {
      const open = this.next();
      const type = this.typeName();
      this.expect(")", "after type name");
      if (!this.at("{")) {
        this.leave();
        this.height = 1;
        return { kind: ofType, type, loc };
      }
      operand = this.postfix(this.compoundLiteral(type, open.loc));
    } else {
      operand = this.unary();
    }
    this.leave();
    this.grow(this.height);
    return { kind: ofExpr, operand, loc };
  }

  private postfix(object: Expr): Expr {
    for (;;) {
      const token = this.tok;
      if (token.kind !== "punct") return object;
      const height = this.height;
      switch (token.text) {
        case "[": {
          this.next();
          const index = this.expr();
          this.expect("]", "after array index");
          object = { kind: "index", object, index, loc: token.loc };
          break;
        }
        case "(": {
          this.next();
          const args = this.callArgs();
          object = { kind: "call", callee: object, args, loc: object.loc };
          break;
        }
        case ".":
        case "->": {
          this.next();
          const name = this.expectIdent(`member name after '${token.text}'`);
          object = { kind: "member", object, name: name.text, arrow: token.text === "->", loc: name.loc };
          break;
        }
        case "++":
        case "--":
          this.next();
          object = {
            kind: "unary",
            op: token.text === "++" ? "post++" : "post--",
            operand: object,
            loc: token.loc,
          };
          break;
        default:
          return object;
      }
      this.grow(Math.max(height, this.height));
    }
  }

  /** The arguments behind `(`, and the `)`. */
  private callArgs(): Expr[] {
    const args: Expr[] = [];
    let height = 0;
    if (!this.take(")")) {
      do {
        args.push(this.assignment());
        height = Math.max(height, this.height);
      } while (this.take(","));
      this.expect(")", "after arguments");
    }
    this.height = height;
    return args;
  }

  private primary(): Expr {
    const token = this.tok;
    this.height = 1;
    switch (token.kind) {
      case "ident":
        return KEYWORDS.has(token.text) ? this.keywordExpr(token) : this.identExpr(token);
      case "number":
        this.next();
        return this.numberExpr(token);
      case "char": {
        this.next();
        const { value, type, problem } = parseChar(token.text);
        if (problem !== null) this.report(token.loc, problem, value === 0n ? "error" : "warning");
        return { kind: "int", value, type, loc: token.loc };
      }
      case "string":
        return this.stringExpr();
      case "other": {
        const quote = token.text.replace(/^[LuU8]+/, "")[0];
        if (quote === '"' || quote === "'")
          return this.fail(token.loc, `missing terminating ${quote} character`);
        return this.fail(token.loc, `stray ${describe(token)} in program`);
      }
      case "punct":
        if (token.text === "(") return this.parenthesised(token);
    }
    return this.expected("expression");
  }

  private identExpr(token: Token): Expr {
    this.next();
    return { kind: "ident", name: token.text, loc: token.loc };
  }

  private parenthesised(token: Token): Expr {
    this.next();
    if (this.at("{")) {
      this.enter();
      const body = this.block();
      this.leave();
      this.expect(")", "after statement expression");
      this.grow(this.height);
      return { kind: "stmtExpr", body, loc: token.loc };
    }
    const inner = this.expr();
    this.expect(")", "after expression");
    return inner;
  }

  private keywordExpr(token: Token): Expr {
    switch (token.text) {
      case "_Generic":
        return this.generic();
      case "__builtin_offsetof":
        return this.offsetof();
      case "__builtin_va_arg":
        return this.vaArg();
      case "__builtin_types_compatible_p":
        return this.typesCompatible();
      case "__builtin_choose_expr":
        return this.chooseExpr();
      default:
        return this.expected("expression");
    }
  }

  // ---- literals ----

  private numberExpr(token: Token): Expr {
    let number = this.numbers.get(token.text);
    if (number === undefined) {
      number = parseNumber(token.text);
      this.numbers.set(token.text, number);
    }
    const loc = token.loc;
    if (number === null) return this.fail(loc, `${describe(token)} is not a number`);
    if (number.problem !== null) this.report(loc, number.problem, "warning");
    if (number.kind === "int") return { kind: "int", value: number.value, type: number.type, loc };
    return { kind: "float", value: number.value, type: number.type, imaginary: number.imaginary, loc };
  }

  /** Adjacent string literals as one, of a bounded length; a prefix on any of them makes all wide. */
  protected stringExpr(): Expr & { readonly kind: "string" } {
    const loc = this.tok.loc;
    const texts: string[] = [];
    let width: CharWidth = "char";
    while (this.tok.kind === "string") {
      const text = this.next().text;
      const own = literalWidth(text);
      if (own !== "char") {
        if (width !== "char" && width !== own)
          this.report(loc, "string literals of different widths cannot be joined");
        width = own;
      }
      texts.push(text);
    }
    const all: number[] = [];
    for (const text of texts) {
      if (all.length + text.length > LITERAL_MAX) {
        this.report(loc, `a string literal of more than ${LITERAL_MAX} characters is not read`);
        break;
      }
      const { units, problem } = literalUnits(text, width);
      if (problem !== null) this.report(loc, problem);
      if (texts.length === 1) return { kind: "string", units, width, loc };
      for (const unit of units) all.push(unit);
    }
    return { kind: "string", units: all, width, loc };
  }

  // ---- operators with a syntax of their own ----

  private generic(): Expr {
    const { loc } = this.next();
    this.expect("(", "after '_Generic'");
    const control = this.assignment();
    let height = this.height;
    const assocs: { type: TypeName | null; expr: Expr }[] = [];
    while (this.take(",")) {
      const type = this.take("default") ? null : this.typeName();
      this.expect(":", "in _Generic association");
      assocs.push({ type, expr: this.assignment() });
      height = Math.max(height, this.height);
    }
    this.expect(")", "after _Generic associations");
    this.grow(height);
    return { kind: "generic", control, assocs, loc };
  }

  private offsetof(): Expr {
    const { loc } = this.next();
    this.expect("(", "after '__builtin_offsetof'");
    const type = this.typeName();
    this.expect(",", "after the type of offsetof");
    const path: (string | Expr)[] = [this.expectIdent("member name in offsetof").text];
    let height = 1;
    for (;;) {
      if (this.take(".") || this.take("->")) {
        path.push(this.expectIdent("member name in offsetof").text);
      } else if (this.take("[")) {
        path.push(this.expr());
        height = Math.max(height, this.height);
        this.expect("]", "after array index");
      } else break;
    }
    this.expect(")", "after offsetof");
    this.grow(height);
    return { kind: "offsetof", type, path, loc };
  }

  private vaArg(): Expr {
    const { loc } = this.next();
    this.expect("(", "after '__builtin_va_arg'");
    const list = this.assignment();
    this.expect(",", "after the list of va_arg");
    const type = this.typeName();
    this.expect(")", "after va_arg");
    this.grow(this.height);
    return { kind: "vaArg", list, type, loc };
  }

  private typesCompatible(): Expr {
    const { loc } = this.next();
    this.expect("(", "after '__builtin_types_compatible_p'");
    const a = this.typeName();
    this.expect(",", "between the types");
    const b = this.typeName();
    this.expect(")", "after the types");
    this.height = 1;
    return { kind: "typesCompatible", a, b, loc };
  }

  private chooseExpr(): Expr {
    const { loc } = this.next();
    this.expect("(", "after '__builtin_choose_expr'");
    const test = this.assignment();
    let height = this.height;
    this.expect(",", "after the condition");
    const then = this.assignment();
    height = Math.max(height, this.height);
    this.expect(",", "between the choices");
    const other = this.assignment();
    this.expect(")", "after the choices");
    this.grow(Math.max(height, this.height));
    return { kind: "chooseExpr", test, then, else: other, loc };
  }
}
