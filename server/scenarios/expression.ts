/**
 * Numbers and conditions in scenario files: `first + n`, `order == 9 && write`, `refs(A, first) == 2`. Turned into C; what is
 * said wrongly is told. Leaves out what the names stand for (Names).
 */
import { unknownName } from "../options.ts";

/** What an expression may mention. */
export interface Names {
  /** C of a value by its name ("order", "first"). */
  readonly values: ReadonlyMap<string, string>;
  /** What can be looked at, by the name of the function. */
  readonly looks: ReadonlyMap<string, Look>;
}

/** Something to be looked at: `refs(A, page)`. */
export interface Look {
  /** What its first argument names ("file", "pin"), "" for no argument. */
  readonly of: string;
  /** It takes a page as well. */
  readonly page: boolean;
  /** C of it, by C of its arguments. */
  c(thing: string, page: string): string;
  /** C of a thing that there is; a text that begins with "!" is what is wrong with the name. */
  thing(name: string): string;
}

export const EXPRESSION_MAX = 200;
const DEPTH_MAX = 20;
const NUMBER_MAX = 0x7fffffff;
const TOKEN = /\s*(?:(\d+)|([A-Za-z][\w-]*)|(<<|>>|==|!=|<=|>=|&&|\|\||[-+*/%!<>(),?:]))/y;
const LEVELS: readonly (readonly string[])[] = [
  ["||", "or"],
  ["&&", "and"],
  ["==", "!=", "<", ">", "<=", ">="],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
];
const C_OF: Readonly<Record<string, string>> = { or: "||", and: "&&" };

class Wrong extends Error {}

/** C of an expression, or what is wrong with it. */
export function expressionToC(
  text: string,
  names: Names,
): { readonly c: string } | { readonly wrong: string } {
  if (text.length > EXPRESSION_MAX)
    return { wrong: `it has ${text.length} letters; ${EXPRESSION_MAX} are read` };
  try {
    return { c: new Reader(text, names).all() };
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return { wrong: error.message };
  }
}

class Reader {
  private readonly tokens: string[] = [];
  private at = 0;
  private depth = 0;
  private readonly names: Names;

  constructor(text: string, names: Names) {
    this.names = names;
    TOKEN.lastIndex = 0;
    const end = text.trimEnd().length;
    for (let from = 0; from < end; from = TOKEN.lastIndex) {
      TOKEN.lastIndex = from;
      const m = TOKEN.exec(text);
      if (m === null)
        throw new Wrong(`"${text.slice(from).trim().slice(0, 20)}" is no number, name or operator`);
      this.tokens.push(m[1] ?? m[2] ?? m[3]!);
    }
  }

  all(): string {
    const c = this.choice();
    const rest = this.tokens[this.at];
    if (rest !== undefined) throw new Wrong(`"${rest}" cannot follow there`);
    return c;
  }

  /** `a ? b : c`, or what stands alone. */
  private choice(): string {
    if (++this.depth > DEPTH_MAX) throw new Wrong(`it is nested deeper than ${DEPTH_MAX}`);
    let c = this.binary(0);
    if (this.tokens[this.at] === "?") {
      this.at++;
      const yes = this.choice();
      this.take(":");
      c = `(${c} ? ${yes} : ${this.choice()})`;
    }
    this.depth--;
    return c;
  }

  private binary(level: number): string {
    const operators = LEVELS[level];
    if (operators === undefined) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const op = this.tokens[this.at];
      if (op === undefined || !operators.includes(op)) return left;
      this.at++;
      left = `(${left} ${C_OF[op] ?? op} ${this.binary(level + 1)})`;
    }
  }

  private unary(): string {
    if (++this.depth > DEPTH_MAX) throw new Wrong(`it is nested deeper than ${DEPTH_MAX}`);
    const c = this.primary();
    this.depth--;
    return c;
  }

  private primary(): string {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new Wrong("it ends where a number or a name should stand");
    if (token === "!" || token === "not") return `!${this.unary()}`;
    if (token === "-") return `-${this.unary()}`;
    if (token === "(") {
      const c = this.choice();
      this.take(")");
      return `(${c})`;
    }
    if (/^\d/.test(token)) {
      if (token.length > 10 || Number(token) > NUMBER_MAX)
        throw new Wrong(`${token.slice(0, 20)} is over ${NUMBER_MAX}`);
      return `${Number(token)}L`;
    }
    if (/^[A-Za-z]/.test(token)) return this.tokens[this.at] === "(" ? this.look(token) : this.value(token);
    throw new Wrong(`"${token}" stands where a number or a name should`);
  }

  private value(name: string): string {
    const c = this.names.values.get(name);
    if (c === undefined) throw new Wrong(unknownName("value", name, [...this.names.values.keys()]));
    return c;
  }

  private look(name: string): string {
    const look = this.names.looks.get(name);
    if (look === undefined) throw new Wrong(unknownName("look", name, [...this.names.looks.keys()]));
    this.take("(");
    let thing = "";
    if (look.of !== "") {
      thing = look.thing(this.tokens[this.at++] ?? "");
      if (thing.startsWith("!")) throw new Wrong(thing.slice(1));
    }
    let page = "";
    if (look.page) {
      this.take(",");
      page = this.choice();
    }
    this.take(")");
    return look.c(thing, page);
  }

  private take(token: string): void {
    if (this.tokens[this.at++] !== token) throw new Wrong(`a "${token}" is missing`);
  }
}
