/**
 * The parser of GNU C11: preprocessed tokens to the syntax tree, knowing which names are types. Statements and external
 * declarations are here; expressions and declarations are in the modules it is built on. It never throws: a construct
 * it cannot read becomes an error, and the rest of the file is still parsed. Leaves out: all checks that need types. Over 800
 * lines because statements and external declarations share one class, by whose position and scopes each is read.
 */

import type {
  Attribute,
  CError,
  CompoundStmt,
  Declaration,
  Declarator,
  DeclSpecs,
  Expr,
  External,
  FunctionDef,
  Init,
  Loc,
  StaticAssert,
  Stmt,
  TranslationUnit,
} from "./ast.ts";
import { describe, KEYWORDS, ParseFail } from "./parser_cursor.ts";
import { DeclParser, type PackChange } from "./parser_decl.ts";
import { type Token, TokenStore } from "./token.ts";

export interface ParseOptions {
  /** Names that are typedefs before the first token; a set may not change as long as the unit is in use. */
  readonly typedefs?: Iterable<string>;
  /** Function bodies are only delimited, and parsed when `body` or `bodyErrors` is first read. */
  readonly lazyBodies?: boolean;
  /**
   * What to do about a name that can only be a type but that nothing declares: an error (the default; the tree is
   * built all the same), or nothing, for sources whose headers are not at hand. Either way it is in `assumedTypes`.
   */
  readonly unknownTypes?: "error" | "assume";
  /** Bodies that are known to be lazy: their tokens but the first and the last are not among the tokens. */
  readonly bodies?: BodySource;
}

/** Function bodies whose tokens are made when they are read. */
export interface BodySource {
  /** The index behind a body's last token, by the index of its first. */
  readonly ends: ReadonlyMap<number, number>;
  take(from: number, to: number): Token[];
}

export interface ParsedUnit extends TranslationUnit {
  /** Typedef names in force at the end of the file; a new set each time. */
  readonly typedefs: Set<string>;
  /** Names that were read as types although nothing declares them. Grows while lazy bodies are parsed. */
  readonly assumedTypes: ReadonlySet<string>;
  /** Where lazy bodies stand in the tokens, one behind the other; none where tokens were left out. */
  readonly bodies: readonly (readonly [from: number, to: number])[];
}

/** Parses a translation unit. With eager bodies the errors of bodies are in `errors` too. */
export function parse(tokens: readonly Token[], options: ParseOptions = {}): ParsedUnit {
  return new Parser(tokens, options).unit();
}

/** Parses one expression that is all of `tokens`, as a watch or a condition in a scenario; null when it cannot. */
export function parseExpression(
  tokens: readonly Token[],
  options: ParseOptions = {},
): { readonly expr: Expr | null; readonly errors: readonly CError[] } {
  return new Parser(tokens, options).wholeExpression();
}

/** Words that begin a statement. */
const STATEMENT_WORDS: ReadonlySet<string> = new Set(
  "if for while do switch return goto break continue".split(" "),
);

type BlockItem = Stmt | Declaration | FunctionDef | StaticAssert;

/** A prefix of a statement, kept until the statement it labels is parsed. */
type Label =
  | { readonly kind: "case"; readonly value: Expr; readonly to: Expr | null; readonly loc: Loc }
  | { readonly kind: "default"; readonly loc: Loc }
  | { readonly kind: "label"; readonly name: string; readonly loc: Loc };

/** One `if (test) then` of a chain of `else if`. */
interface IfLink {
  readonly test: Expr;
  readonly then: Stmt;
  readonly loc: Loc;
  readonly height: number;
}

/** A function whose body is parsed on first use. */
class LazyFunction implements FunctionDef {
  readonly kind = "function";
  readonly specs: DeclSpecs;
  readonly declarator: Declarator;
  readonly krDecls: readonly Declaration[];
  readonly loc: Loc;
  readonly endLoc: Loc;
  readonly bodyTokens: () => readonly Token[];
  private readonly parseBody: () => ParsedBody;
  private parsed: ParsedBody | null = null;

  constructor(
    head: FunctionHead,
    endLoc: Loc,
    parseBody: () => ParsedBody,
    bodyTokens: () => readonly Token[],
  ) {
    this.bodyTokens = bodyTokens;
    this.specs = head.specs;
    this.declarator = head.declarator;
    this.krDecls = head.krDecls;
    this.loc = head.loc;
    this.endLoc = endLoc;
    this.parseBody = parseBody;
  }

  get body(): CompoundStmt {
    return (this.parsed ??= this.parseBody()).body;
  }

  get bodyErrors(): readonly CError[] {
    return (this.parsed ??= this.parseBody()).errors;
  }
}

/** A parsed file, whose typedef names few ask for. */
class Unit implements ParsedUnit {
  readonly externals: External[];
  readonly errors: CError[];
  readonly assumedTypes: ReadonlySet<string>;
  readonly bodies: readonly (readonly [from: number, to: number])[];
  private readonly typedefNames: () => Set<string>;

  constructor(
    externals: External[],
    errors: CError[],
    typedefNames: () => Set<string>,
    assumedTypes: ReadonlySet<string>,
    bodies: readonly (readonly [from: number, to: number])[],
  ) {
    this.bodies = bodies;
    this.externals = externals;
    this.errors = errors;
    this.typedefNames = typedefNames;
    this.assumedTypes = assumedTypes;
  }

  get typedefs(): Set<string> {
    return this.typedefNames();
  }
}

interface FunctionHead {
  readonly specs: DeclSpecs;
  readonly declarator: Declarator;
  readonly krDecls: readonly Declaration[];
  readonly loc: Loc;
}

interface ParsedBody {
  readonly body: CompoundStmt;
  readonly errors: readonly CError[];
}

class Parser extends DeclParser {
  private readonly lazy: boolean;
  /** Where lazy bodies stand in the tokens, and how many tokens that is. */
  private readonly bodies: (readonly [from: number, to: number])[] = [];
  private bodyTokens = 0;
  /** The tokens of lazy bodies, once the file has been read. */
  private store: TokenStore | null = null;
  private readonly left: BodySource | null;
  private readonly complete: boolean;
  private inFunction = false;

  constructor(tokens: readonly Token[], options: ParseOptions) {
    const { kept, packs } = separatePragmas(tokens);
    super(kept, options.typedefs ?? []);
    this.left = options.bodies ?? null;
    this.complete = kept === tokens;
    this.packs = packs;
    this.lazy = options.lazyBodies === true;
    this.assumeTypes = options.unknownTypes === "assume";
  }

  unit(): ParsedUnit {
    const externals: External[] = [];
    while (this.tok.kind !== "eof") {
      const start = this.pos;
      try {
        this.external(externals);
      } catch (problem) {
        this.caught(problem);
        this.resyncExternal(start);
      }
    }
    this.putBodiesBy();
    const bodies = this.complete && this.left === null ? this.bodies : [];
    return new Unit(externals, this.errors, () => this.typedefNames(), this.assumed, bodies);
  }

  wholeExpression(): { readonly expr: Expr | null; readonly errors: readonly CError[] } {
    let expr: Expr | null = null;
    try {
      expr = this.expr();
      if (this.tok.kind !== "eof") this.expected("end of expression");
    } catch (problem) {
      this.caught(problem);
    }
    return { expr: this.errors.length > 0 ? null : expr, errors: this.errors };
  }

  // ---- recovery ----

  /** Back to file scope after something was thrown. A caller who left us little stack makes "too deep" come early. */
  private caught(problem: unknown): void {
    if (problem instanceof RangeError) this.reportTooDeep();
    else if (!(problem instanceof ParseFail)) throw problem;
    this.depth = 0;
    this.inFunction = false;
    this.closeScopesTo(0);
  }

  /** Goes to where the next external declaration can begin after one that began at `start` failed here. */
  private resyncExternal(start: number): void {
    const failed = this.pos;
    let depth = 0;
    for (let at = start; at < this.end; at++) {
      const token = this.tokens[at]!;
      if (at >= failed && at > start && depth === 0 && startsLine(token)) {
        this.seek(at);
        return;
      }
      if (token.kind !== "punct") continue;
      if (token.text === "{") depth++;
      else if (token.text === "}") {
        depth = Math.max(0, depth - 1);
        if (depth === 0 && at >= failed) {
          this.seek(at + 1);
          // What follows on the line of the brace still belongs to the declaration.
          while (this.tok.kind !== "eof" && !this.tok.bol && !this.take(";")) this.next();
          return;
        }
      } else if (token.text === ";" && depth === 0 && at >= failed) {
        this.seek(at + 1);
        return;
      }
    }
    this.seek(this.end);
  }

  /** Goes behind the `;` or to the `}` that ends the statement that failed. */
  private resyncStatement(start: number): void {
    let depth = 0;
    for (let at = Math.max(start, this.pos); at < this.end; at++) {
      const token = this.tokens[at]!;
      if (token.kind !== "punct") continue;
      if (token.text === "{") depth++;
      else if (token.text === "}") {
        if (depth === 0) {
          this.seek(at);
          return;
        }
        if (--depth === 0) {
          this.seek(at + 1);
          return;
        }
      } else if (token.text === ";" && depth === 0) {
        this.seek(at + 1);
        return;
      }
    }
    this.seek(this.end);
  }

  /** Index behind the brace that closes the one at `open`; where braces do not match, a guess, and `matched` false. */
  private bodyEnd(open: number): { readonly end: number; readonly matched: boolean } {
    let depth = 0;
    let column1 = -1;
    for (let at = open; at < this.end; at++) {
      const token = this.tokens[at]!;
      if (token.kind !== "punct") continue;
      if (token.text === "{") depth++;
      else if (token.text === "}") {
        if (--depth === 0) return { end: at + 1, matched: true };
        if (column1 < 0 && token.bol && token.loc.col === 1) column1 = at;
      }
    }
    return { end: column1 < 0 ? this.end : column1 + 1, matched: false };
  }

  // ---- external declarations ----

  private external(into: External[]): void {
    if (this.take(";")) return;
    const loc = this.tok.loc;
    if (this.atAsm()) {
      into.push(this.asmTop());
      return;
    }
    if (this.at("_Static_assert")) {
      into.push({ kind: "staticAssert", ...this.staticAssertRest(), loc });
      return;
    }
    if (this.assumeTypes && this.skipMacroUse()) return;
    const start = this.pos;
    const specs = this.specs("declaration");
    if (this.pos === start && !this.atIdent() && !this.at("*") && !this.at("(")) {
      this.unexpectedExternal();
    }
    into.push(this.declarationOrFunction(specs, loc, true));
  }

  /** Passes over `MODULE_LICENSE("GPL");`: with headers not at hand, a call at file scope is a macro nobody knows. */
  private skipMacroUse(): boolean {
    if (!this.atIdent() || this.peek(1).text !== "(") return false;
    const behind = this.closing(1) + 1;
    const token = this.peek(behind);
    if (token.text !== ";" && !(token.bol && token.loc.col === 1 && token.text !== "{")) return false;
    this.seek(this.pos + behind);
    this.take(";");
    return true;
  }

  private unexpectedExternal(): never {
    if (this.tok.kind === "other") return this.fail(this.tok.loc, `stray ${describe(this.tok)} in program`);
    const token = this.tok;
    if (token.text === "}") {
      this.next();
      return this.fail(token.loc, "'}' without '{'");
    }
    return this.expected("a declaration");
  }

  private atAsm(): boolean {
    return this.at("asm") || this.at("__asm__") || this.at("__asm");
  }

  private asmTop(): External {
    const { loc } = this.next();
    while (this.at("volatile") || this.at("__volatile__") || this.at("inline")) this.next();
    this.expect("(", "after 'asm'");
    const text = this.asmText();
    this.expect(")", "after asm text");
    this.expect(";", "after asm");
    return { kind: "asmTop", text, loc };
  }

  /** What follows the specifiers: declarators with initialisers and `;`, or a function body. */
  private declarationOrFunction(specs: DeclSpecs, loc: Loc, atFileScope: boolean): Declaration | FunctionDef {
    const items: { declarator: Declarator; init: Init | null }[] = [];
    let height = 0;
    if (!this.at(";")) {
      for (;;) {
        const declarator = this.declarator("concrete");
        if (items.length === 0) {
          const definition = this.functionDefinition(specs, declarator, loc, atFileScope);
          if (definition !== null) return definition;
        }
        this.declare(declarator.name!, specs.storage === "typedef");
        const init = this.take("=") ? this.initializer() : null;
        if (init !== null) height = Math.max(height, this.height);
        items.push({ declarator, init });
        if (!this.take(",")) break;
      }
    }
    this.height = height;
    this.expect(";", "after declaration");
    return { kind: "declaration", specs, items, loc };
  }

  private functionDefinition(
    specs: DeclSpecs,
    declarator: Declarator,
    loc: Loc,
    atFileScope: boolean,
  ): FunctionDef | null {
    const part = declarator.parts[0];
    if (part?.kind !== "function") return null;
    const krDecls: Declaration[] = [];
    const isBody = this.at("{");
    if (!isBody) {
      if (part.krNames === null || !this.startsDeclaration()) return null;
      this.openScope();
      while (!this.at("{")) krDecls.push(this.krDeclaration());
      this.closeScope();
    }
    this.declare(declarator.name!, false);
    const head: FunctionHead = { specs, declarator, krDecls, loc };
    if (this.lazy && atFileScope) return this.lazyFunction(head);
    return this.eagerFunction(head, atFileScope);
  }

  private krDeclaration(): Declaration {
    const loc = this.tok.loc;
    if (!this.startsDeclaration()) return this.expected("parameter declaration or function body");
    const specs = this.specs("declaration");
    const declaration = this.declarationOrFunction(specs, loc, false);
    return declaration.kind === "declaration"
      ? declaration
      : this.fail(loc, "function body in parameter declarations");
  }

  private lazyFunction(head: FunctionHead): FunctionDef {
    const open = this.pos;
    const givenEnd = this.left?.ends.get(open);
    if (givenEnd !== undefined) return this.givenFunction(head, open, givenEnd);
    const { end, matched } = this.bodyEnd(open);
    const endToken = this.tokens[end - 1]!;
    this.seek(end);
    this.bodies.push([open, end]);
    const from = this.bodyTokens;
    this.bodyTokens += end - open;
    const length = end - open;
    return new LazyFunction(
      head,
      endToken.loc,
      () =>
        this.store === null
          ? this.bodyAt(head, open, end, matched)
          : this.storedBody(head, from, length, matched),
      () => this.store?.take(from, from + length) ?? this.tokens.slice(open, end),
    );
  }

  private givenFunction(head: FunctionHead, open: number, end: number): FunctionDef {
    const { loc } = this.tokens[end - 1]!;
    this.seek(end);
    const tokens = (): Token[] => this.left!.take(open, end);
    return new LazyFunction(head, loc, () => this.bodyOf(head, tokens(), true), tokens);
  }

  /** The file has been read: of its tokens those of bodies are kept, small. Places of `#pragma pack` count all tokens. */
  private putBodiesBy(): void {
    if (!this.lazy || this.packs.length > 0) return;
    this.store = new TokenStore(this.tokens, this.bodies);
    this.tokens = [];
  }

  private storedBody(head: FunctionHead, from: number, length: number, matched: boolean): ParsedBody {
    return this.bodyOf(head, this.store!.take(from, from + length), matched);
  }

  /** Parses a body of which these are the tokens, once the file has been read. */
  private bodyOf(head: FunctionHead, tokens: readonly Token[], matched: boolean): ParsedBody {
    this.tokens = tokens;
    const body = this.bodyAt(head, 0, tokens.length, matched);
    this.tokens = [];
    return body;
  }

  private eagerFunction(head: FunctionHead, atFileScope: boolean): FunctionDef {
    const open = this.pos;
    if (!atFileScope) {
      const { body } = this.parseBody(head);
      return { kind: "function", ...head, body, bodyErrors: [], endLoc: body.endLoc };
    }
    const { end, matched } = this.bodyEnd(open);
    const { body, errors } = this.bodyAt(head, open, end, matched);
    for (const problem of errors) this.errors.push(problem);
    this.seek(end);
    return { kind: "function", ...head, body, bodyErrors: errors, endLoc: body.endLoc };
  }

  /** Parses the body between two token indexes, at file scope, with errors of its own. */
  private bodyAt(head: FunctionHead, open: number, end: number, matched: boolean): ParsedBody {
    const savedEnd = this.end;
    const savedPos = this.pos;
    this.end = end;
    this.seek(open);
    let body: CompoundStmt | null = null;
    const errors = this.withBodyErrors(() => {
      const loc = this.tok.loc;
      try {
        if (!matched) this.report(loc, "this '{' has no matching '}'");
        body = this.parseBody(head).body;
      } catch (problem) {
        this.caught(problem);
      }
    });
    const { loc } = this.tokens[open]!;
    const endLoc = this.tokens[end - 1]!.loc;
    this.end = savedEnd;
    this.seek(savedPos);
    return { body: body ?? { kind: "block", items: [], localLabels: [], loc, endLoc }, errors };
  }

  private parseBody(head: FunctionHead): { readonly body: CompoundStmt } {
    const outer = this.inFunction;
    this.inFunction = true;
    this.openScope();
    const part = head.declarator.parts[0];
    if (part?.kind === "function") {
      for (const param of part.params)
        if (param.declarator.name !== null) this.declare(param.declarator.name, false);
      for (const name of part.krNames ?? []) this.declare(name, false);
    }
    const body = this.block();
    this.closeScope();
    this.inFunction = outer;
    return { body };
  }

  // ---- statements ----

  protected block(): CompoundStmt {
    this.enter();
    const { loc } = this.expect("{", "to begin a block");
    this.openScope();
    const items: BlockItem[] = [];
    const localLabels: string[] = [];
    let height = 0;
    while (this.take("__label__")) {
      do localLabels.push(this.expectIdent("label name").text);
      while (this.take(","));
      this.expect(";", "after local labels");
    }
    while (!this.at("}")) {
      if (this.tok.kind === "eof") this.expected("'}' at the end of the block");
      const start = this.pos;
      const { depth } = this;
      const level = this.scopeLevel();
      try {
        items.push(this.blockItem());
        height = Math.max(height, this.height);
      } catch (problem) {
        // Only a plain syntax error of a statement in a function is worth going on after.
        if (!(problem instanceof ParseFail) || !this.inFunction || this.reachedLimit()) throw problem;
        this.depth = depth;
        this.closeScopesTo(level);
        this.resyncStatement(start);
      }
    }
    const endLoc = this.next().loc;
    this.closeScope();
    this.leave();
    this.height = height;
    this.grow(height);
    return { kind: "block", items, localLabels, loc, endLoc };
  }

  private reachedLimit(): boolean {
    return this.errors.length >= this.errorsMax || this.errors[this.errors.length - 1]?.code === "limit";
  }

  private blockItem(): BlockItem {
    const loc = this.tok.loc;
    if (this.at("_Static_assert")) {
      this.height = 1;
      return { kind: "staticAssert", ...this.staticAssertRest(), loc };
    }
    if (!this.startsDeclaration()) return this.statement();
    this.height = 1;
    const specs = this.specs("declaration");
    return this.declarationOrFunction(specs, loc, false);
  }

  private statement(): Stmt {
    this.enter();
    const labels: Label[] = [];
    while (this.label(labels)) {
      // Labels are collected in a loop since hundreds of them may stand before one statement.
    }
    let stmt: Stmt;
    if (labels.length > 0 && (this.at("}") || this.startsDeclaration())) {
      this.height = 1;
      stmt = { kind: "expr", expr: null, loc: this.tok.loc };
    } else {
      stmt = this.unlabelled();
    }
    for (let i = labels.length - 1; i >= 0; i--) {
      stmt = { ...labels[i]!, body: stmt } as Stmt;
      this.grow(this.height);
    }
    this.leave();
    return stmt;
  }

  /** Takes one label, `case` or `default`; false when none is here. */
  private label(into: Label[]): boolean {
    const token = this.tok;
    if (token.kind !== "ident") return false;
    const loc = token.loc;
    if (token.text === "case") {
      this.next();
      const value = this.conditional();
      const to = this.take("...") ? this.conditional() : null;
      this.expect(":", "after case value");
      into.push({ kind: "case", value, to, loc });
      return true;
    }
    if (token.text === "default") {
      this.next();
      this.expect(":", "after 'default'");
      into.push({ kind: "default", loc });
      return true;
    }
    if (this.peek(1).text !== ":" || KEYWORDS.has(token.text)) return false;
    this.next();
    this.next();
    into.push({ kind: "label", name: token.text, loc });
    const ahead = this.skipMarks(0);
    // Attributes of a label are followed by `;`, `}` or a statement; those of a declaration by its specifiers.
    if (ahead > 0 && !this.at("__extension__") && !this.startsDeclaration()) this.takeAttributes([]);
    return true;
  }

  private unlabelled(): Stmt {
    const token = this.tok;
    const loc = token.loc;
    if (token.text === "{") return this.block();
    if (token.text === ";") {
      this.next();
      this.height = 1;
      return { kind: "expr", expr: null, loc };
    }
    if (token.kind !== "ident" && token.text !== "[") return this.expressionStatement(loc);
    switch (token.text) {
      case "if":
        return this.ifStatement();
      case "while": {
        this.next();
        const test = this.parenthesisedTest("while");
        const { height } = this;
        const body = this.statement();
        this.grow(Math.max(height, this.height));
        return { kind: "while", test, body, loc };
      }
      case "do":
        return this.doStatement();
      case "for":
        return this.forStatement();
      case "switch": {
        this.next();
        const test = this.parenthesisedTest("switch");
        const { height } = this;
        const body = this.statement();
        this.grow(Math.max(height, this.height));
        return { kind: "switch", test, body, loc };
      }
      case "goto":
        return this.gotoStatement();
      case "break":
      case "continue":
        this.next();
        this.expect(";", `after '${token.text}'`);
        this.height = 1;
        return { kind: token.text, loc };
      case "return": {
        this.next();
        this.height = 1;
        const value = this.at(";") ? null : this.expr();
        this.expect(";", "after return");
        return { kind: "return", value, loc };
      }
      case "asm":
      case "__asm__":
      case "__asm":
        return this.asmStatement();
      case "[":
      case "__attribute__":
      case "__attribute": {
        // `__attribute__((fallthrough));` and its like.
        const attrs: Attribute[] = [];
        if (!this.takeAttributes(attrs)) return this.expected("expression");
        return this.unlabelledAfterAttributes(loc);
      }
      case "else":
        return this.fail(loc, "'else' without a previous 'if'");
      default:
        return this.expressionStatement(loc);
    }
  }

  private unlabelledAfterAttributes(loc: Loc): Stmt {
    if (this.take(";")) {
      this.height = 1;
      return { kind: "expr", expr: null, loc };
    }
    return this.unlabelled();
  }

  private atStatement(): boolean {
    return this.atIdent() || this.at("{") || STATEMENT_WORDS.has(this.tok.text);
  }

  private expressionStatement(loc: Loc): Stmt {
    const expr = this.expr();
    // Macros are expanded: a name with arguments that a statement follows is one that is not there.
    if (expr.kind === "call" && expr.callee.kind === "ident" && this.atStatement())
      return this.fail(
        this.tok.loc,
        `${expr.callee.name}(...) would have to be a macro, and there is none of that name: ${this.tok.text} follows it`,
      );
    this.expect(";", "after expression");
    return { kind: "expr", expr, loc };
  }

  private parenthesisedTest(word: string): Expr {
    this.expect("(", `after '${word}'`);
    const test = this.expr();
    this.expect(")", `after the condition of '${word}'`);
    return test;
  }

  /** Chains of `else if` are read in a loop: they may be long without being nested. */
  private ifStatement(): Stmt {
    const links: IfLink[] = [];
    let last: Stmt | null = null;
    let height = 0;
    for (;;) {
      const { loc } = this.next();
      const test = this.parenthesisedTest("if");
      const testHeight = this.height;
      const then = this.statement();
      links.push({ test, then, loc, height: Math.max(testHeight, this.height) });
      if (!this.take("else")) break;
      if (this.at("if")) continue;
      last = this.statement();
      height = this.height;
      break;
    }
    for (let i = links.length - 1; i >= 0; i--) {
      const { test, then, loc, height: linkHeight }: IfLink = links[i]!;
      last = { kind: "if", test, then, else: last, loc };
      this.grow(Math.max(height, linkHeight));
      height = this.height;
    }
    return last!;
  }

  private doStatement(): Stmt {
    const { loc } = this.next();
    const body = this.statement();
    const { height } = this;
    if (!this.take("while")) return this.expected("'while' after the body of 'do'");
    const test = this.parenthesisedTest("while");
    this.expect(";", "after do ... while");
    this.grow(Math.max(height, this.height));
    return { kind: "do", test, body, loc };
  }

  private forStatement(): Stmt {
    const { loc } = this.next();
    this.expect("(", "after 'for'");
    this.openScope();
    let init: Declaration | Expr | null = null;
    let height = 0;
    if (this.startsDeclaration()) {
      const at = this.tok.loc;
      const declaration = this.declarationOrFunction(this.specs("declaration"), at, false);
      if (declaration.kind === "function") return this.fail(at, "function definition in 'for'");
      init = declaration;
      height = this.height;
    } else if (!this.take(";")) {
      init = this.expr();
      height = this.height;
      this.expect(";", "in 'for'");
    }
    let test: Expr | null = null;
    if (!this.at(";")) {
      test = this.expr();
      height = Math.max(height, this.height);
    }
    this.expect(";", "in 'for'");
    let step: Expr | null = null;
    if (!this.at(")")) {
      step = this.expr();
      height = Math.max(height, this.height);
    }
    this.expect(")", "after the head of 'for'");
    const body = this.statement();
    this.closeScope();
    this.grow(Math.max(height, this.height));
    return { kind: "for", init, test, step, body, loc };
  }

  private gotoStatement(): Stmt {
    const { loc } = this.next();
    this.height = 1;
    if (this.take("*")) {
      const target = this.expr();
      this.expect(";", "after goto");
      return { kind: "gotoPtr", target, loc };
    }
    const label = this.expectIdent("label after 'goto'").text;
    this.expect(";", "after goto");
    return { kind: "goto", label, loc };
  }

  private asmStatement(): Stmt {
    const { loc } = this.next();
    let isVolatile = false;
    let isGoto = false;
    for (;;) {
      if (this.take("volatile") || this.take("__volatile__") || this.take("__volatile")) isVolatile = true;
      else if (this.take("goto")) isGoto = true;
      else if (!(this.take("inline") || this.take("__inline__") || this.take("__inline"))) break;
    }
    this.expect("(", "after 'asm'");
    const text = this.asmText();
    const constraints: string[] = [];
    const outputs: Expr[] = [];
    const inputs: Expr[] = [];
    const clobbers: string[] = [];
    const labels: string[] = [];
    // `::` never is one token in C, so each `:` starts the next section.
    if (this.take(":")) this.asmOperands(outputs, constraints);
    if (this.take(":")) this.asmOperands(inputs, constraints);
    if (this.take(":")) {
      while (this.tok.kind === "string") {
        clobbers.push(this.asmText());
        if (!this.take(",")) break;
      }
    }
    if (isGoto && this.take(":")) {
      do labels.push(this.expectIdent("label in asm goto").text);
      while (this.take(","));
    }
    this.expect(")", "after asm operands");
    this.expect(";", "after asm");
    this.height = 2;
    const isEmpty = text.trim() === "";
    return { kind: "asm", text, isEmpty, outputs, inputs, loc, isVolatile, constraints, clobbers, labels };
  }

  private asmOperands(into: Expr[], constraints: string[]): void {
    if (this.at(":") || this.at(")")) return;
    do {
      if (this.take("[")) {
        this.expectIdent("operand name");
        this.expect("]", "after operand name");
      }
      constraints.push(this.asmText());
      this.expect("(", "after asm constraint");
      into.push(this.expr());
      this.expect(")", "after asm operand");
    } while (this.take(","));
  }
}

/** Whether a token is what a new external declaration looks like in code laid out as people do. */
function startsLine(token: Token): boolean {
  return token.bol && token.loc.col === 1 && token.kind === "ident" && token.loc.via === undefined;
}

/** Takes `pragma pack` tokens out of the stream and says from which token on each alignment is in force. */
function separatePragmas(tokens: readonly Token[]): {
  readonly kept: readonly Token[];
  readonly packs: PackChange[];
} {
  const packs: PackChange[] = [];
  if (!tokens.some((token) => token.kind === "pragma")) return { kept: tokens, packs };
  const kept: Token[] = [];
  const stack: { readonly label: string; readonly bytes: number }[] = [];
  let bytes = 0;
  for (const token of tokens) {
    if (token.kind !== "pragma") {
      kept.push(token);
      continue;
    }
    // pack ( [push|pop] [, label] [, n] )
    const words = token.text.split(" ").filter((word) => !/^[(),]$/.test(word));
    let isPop = false;
    let label = "";
    let size = -1;
    for (const word of words.slice(1)) {
      if (word === "push") stack.push({ label: "", bytes });
      else if (word === "pop") isPop = true;
      else if (/^[0-9]+$/.test(word)) size = Number(word);
      else label = word;
    }
    if (words[1] === "push" && label !== "") stack[stack.length - 1] = { label, bytes };
    if (isPop) {
      let popped = stack.pop();
      while (label !== "" && popped !== undefined && popped.label !== label) popped = stack.pop();
      bytes = popped?.bytes ?? 0;
    }
    if (size >= 0) bytes = size;
    else if (words.length === 1) bytes = 0;
    packs.push({ at: kept.length, bytes });
  }
  return { kept, packs };
}
