/**
 * The constant expressions of `#if`: macro-expanded tokens in, an intmax_t or uintmax_t out. `defined` and the
 * `__has_*` operators are already numbers when they arrive here. Leaves out: floating constants, which C forbids.
 */

import { parseChar, parseNumber } from "./literals.ts";
import type { Token } from "./token.ts";

export interface CondResult {
  readonly value: bigint;
  /** The first thing wrong with the expression, or null. `value` is then 0. */
  readonly problem: string | null;
  readonly at: Token | null;
}

interface Value {
  readonly v: bigint;
  readonly unsigned: boolean;
}

const DEPTH_MAX = 200;
const ZERO: Value = { v: 0n, unsigned: false };
const ONE: Value = { v: 1n, unsigned: false };

const PRECEDENCE: Readonly<Record<string, number>> = {
  "||": 1,
  "&&": 2,
  "|": 3,
  "^": 4,
  "&": 5,
  "==": 6,
  "!=": 6,
  "<": 7,
  ">": 7,
  "<=": 7,
  ">=": 7,
  "<<": 8,
  ">>": 8,
  "+": 9,
  "-": 9,
  "*": 10,
  "/": 10,
  "%": 10,
};

/** Evaluates the tokens of one `#if` or `#elif` line. */
export function evaluateCondition(tokens: readonly Token[]): CondResult {
  if (tokens.length === 0) return { value: 0n, problem: "#if with no expression", at: null };
  const evaluator = new Evaluator(tokens);
  const value = evaluator.comma(true);
  evaluator.finish();
  if (evaluator.problem !== null) return { value: 0n, problem: evaluator.problem, at: evaluator.at };
  return { value: value.v, problem: null, at: null };
}

function wrap(v: bigint, unsigned: boolean): Value {
  return { v: unsigned ? BigInt.asUintN(64, v) : BigInt.asIntN(64, v), unsigned };
}

function truth(condition: boolean): Value {
  return condition ? ONE : ZERO;
}

/** Walks the tokens once. `live` is false where C does not evaluate: there a division by zero is no error. */
class Evaluator {
  problem: string | null = null;
  at: Token | null = null;
  private readonly tokens: readonly Token[];
  private pos = 0;
  private depth = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  finish(): void {
    const rest = this.tokens[this.pos];
    if (rest === undefined) return;
    this.fail(
      rest.text === ")" ? "missing '(' in expression" : `missing binary operator before '${rest.text}'`,
    );
  }

  comma(live: boolean): Value {
    let value = this.conditional(live);
    while (this.take(",")) value = this.conditional(live);
    return value;
  }

  private fail(problem: string): Value {
    if (this.problem === null) {
      this.problem = problem;
      this.at = this.tokens[this.pos] ?? this.tokens[this.tokens.length - 1] ?? null;
    }
    this.pos = this.tokens.length;
    return ZERO;
  }

  private take(text: string): boolean {
    const token = this.tokens[this.pos];
    if (token === undefined || token.kind !== "punct" || token.text !== text) return false;
    this.pos++;
    return true;
  }

  private conditional(live: boolean): Value {
    if (++this.depth > DEPTH_MAX) return this.fail("#if expression is nested too deeply");
    const test = this.binary(1, live);
    let value = test;
    if (this.take("?")) {
      const yes = this.comma(live && test.v !== 0n);
      if (!this.take(":")) return this.fail("'?' without following ':'");
      const no = this.conditional(live && test.v === 0n);
      const unsigned = yes.unsigned || no.unsigned;
      value = wrap(test.v !== 0n ? yes.v : no.v, unsigned);
    }
    this.depth--;
    return value;
  }

  private binary(level: number, live: boolean): Value {
    let left = this.unary(live);
    for (;;) {
      const token = this.tokens[this.pos];
      if (token === undefined || token.kind !== "punct") return left;
      const precedence = Object.hasOwn(PRECEDENCE, token.text) ? PRECEDENCE[token.text]! : 0;
      if (precedence < level || precedence === 0) return left;
      this.pos++;
      const skips = (token.text === "&&" && left.v === 0n) || (token.text === "||" && left.v !== 0n);
      const right = this.binary(precedence + 1, live && !skips);
      left = this.apply(token.text, left, right, live);
    }
  }

  private apply(operator: string, left: Value, right: Value, live: boolean): Value {
    const unsigned = left.unsigned || right.unsigned;
    const a = unsigned ? BigInt.asUintN(64, left.v) : left.v;
    const b = unsigned ? BigInt.asUintN(64, right.v) : right.v;
    switch (operator) {
      case "||":
        return truth(left.v !== 0n || right.v !== 0n);
      case "&&":
        return truth(left.v !== 0n && right.v !== 0n);
      case "|":
        return wrap(a | b, unsigned);
      case "^":
        return wrap(a ^ b, unsigned);
      case "&":
        return wrap(a & b, unsigned);
      case "==":
        return truth(a === b);
      case "!=":
        return truth(a !== b);
      case "<":
        return truth(a < b);
      case ">":
        return truth(a > b);
      case "<=":
        return truth(a <= b);
      case ">=":
        return truth(a >= b);
      case "<<":
        return shift(left, right, false);
      case ">>":
        return shift(left, right, true);
      case "+":
        return wrap(a + b, unsigned);
      case "-":
        return wrap(a - b, unsigned);
      case "*":
        return wrap(a * b, unsigned);
      default:
        if (b === 0n) return live ? this.fail("division by zero in #if") : wrap(0n, unsigned);
        return wrap(operator === "/" ? a / b : a % b, unsigned);
    }
  }

  private unary(live: boolean): Value {
    if (++this.depth > DEPTH_MAX) return this.fail("#if expression is nested too deeply");
    const value = this.unaryInner(live);
    this.depth--;
    return value;
  }

  private unaryInner(live: boolean): Value {
    const token = this.tokens[this.pos];
    if (token === undefined) return this.fail("#if expression ends too early");
    if (token.kind === "punct") {
      this.pos++;
      switch (token.text) {
        case "(": {
          const value = this.comma(live);
          return this.take(")") ? value : this.fail("missing ')' in expression");
        }
        case "+":
          return this.unary(live);
        case "-": {
          const value = this.unary(live);
          return wrap(-value.v, value.unsigned);
        }
        case "~": {
          const value = this.unary(live);
          return wrap(~value.v, value.unsigned);
        }
        case "!":
          return truth(this.unary(live).v === 0n);
      }
      this.pos--;
      return this.fail(`token '${token.text}' is not valid in #if expressions`);
    }
    if (token.kind === "number") return this.number(token);
    if (token.kind === "char") {
      this.pos++;
      const { value, type } = parseChar(token.text);
      return { v: value, unsigned: type === "u16" || type === "u32" };
    }
    if (token.kind === "ident") {
      const next = this.tokens[this.pos + 1];
      if (next !== undefined && next.text === "(") {
        return this.fail(`function-like macro '${token.text}' is not defined`);
      }
      this.pos++;
      return ZERO;
    }
    return this.fail(`token '${token.text}' is not valid in #if expressions`);
  }

  private number(token: Token): Value {
    const number = parseNumber(token.text);
    if (number === null) return this.fail(`'${token.text}' is not a number`);
    if (number.kind === "float") return this.fail("floating constant in #if expression");
    this.pos++;
    const unsigned =
      number.type.startsWith("unsigned") && (/u/i.test(token.text) || number.value > 0x7fffffffffffffffn);
    return wrap(number.value, unsigned);
  }
}

/** Shifts by the right operand's own sign: a negative count shifts the other way, as gcc's preprocessor does. */
function shift(left: Value, right: Value, toRight: boolean): Value {
  let count = right.v;
  if (!right.unsigned && count < 0n) {
    count = -count;
    toRight = !toRight;
  }
  if (count >= 64n) return wrap(toRight && !left.unsigned && left.v < 0n ? -1n : 0n, left.unsigned);
  return wrap(toRight ? left.v >> count : left.v << count, left.unsigned);
}
