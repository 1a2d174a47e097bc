/**
 * The ground the parser stands on: the token cursor, its errors and bounds, and the scopes that tell typedef names from
 * other identifiers. Leaves out: every grammar rule (`parser_expr.ts`, `parser_decl.ts`, `parser.ts`).
 */

import type { CError, Loc } from "./ast.ts";
import { makeLoc, makeToken, type Token } from "./token.ts";

/** Thrown to leave a construct that cannot be parsed, after its error was recorded; caught inside the parser. */
export class ParseFail {}

/** Nested constructs (parentheses, unary operators, blocks, initialisers, declarators) that parsing may recurse into. */
export const NESTING_MAX = 256;
/** Height of a tree; larger than NESTING_MAX since `a + b + c ...` grows high without nesting. */
export const HEIGHT_MAX = 1200;
/** Errors kept for one function body, and for one unit. */
const BODY_ERRORS_MAX = 20;
const UNIT_ERRORS_MAX = 500;

/** Words with a meaning of their own, which cannot name anything. */
export const KEYWORDS: ReadonlySet<string> = new Set(
  (
    "auto break case char const continue default do double else enum extern float for goto if inline int long register " +
    "restrict return short signed sizeof static struct switch typedef union unsigned void volatile while asm typeof " +
    "typeof_unqual _Alignas _Alignof _Atomic _Bool _Complex _Generic _Imaginary _Noreturn _Static_assert " +
    "_Thread_local __alignof __alignof__ __asm __asm__ __attribute __attribute__ __auto_type __builtin_offsetof " +
    "__builtin_va_arg __builtin_types_compatible_p __builtin_choose_expr __complex __complex__ __const __const__ " +
    "__extension__ __imag __imag__ __inline __inline__ __int128 __label__ __real __real__ __restrict __restrict__ " +
    "__seg_fs __seg_gs __signed __signed__ __thread __typeof __typeof__ __typeof_unqual __typeof_unqual__ __volatile " +
    "__volatile__ __float128 _Float16 _Float32 _Float64 _Float128 _Float32x _Float64x _Decimal32 _Decimal64 _Decimal128"
  ).split(" "),
);

interface ScopeChange {
  readonly name: string;
  readonly old: boolean | undefined;
}

export abstract class Cursor {
  /** The current token. */
  protected tok: Token;
  protected pos = 0;
  protected errors: CError[] = [];
  protected errorsMax = UNIT_ERRORS_MAX;
  /** Height of the tree that was parsed last. */
  protected height = 0;
  protected depth = 0;
  protected tokens: readonly Token[];
  /** Index of the token at which the input ends. */
  protected end: number;
  private readonly eof: Token;
  /** Typedef names before the first token. There are thousands, and the parsers of many files have them in common. */
  private readonly given: ReadonlySet<string>;
  /** Identifiers in scope besides: true for a typedef name, false for any other. */
  private readonly names = new Map<string, boolean>();
  private readonly changes: ScopeChange[] = [];
  private readonly marks: number[] = [];

  /** `tokens` ends with an `eof` token. A set of `typedefs` is kept, not copied: it may not change. */
  constructor(tokens: readonly Token[], typedefs: Iterable<string>) {
    const last = tokens[tokens.length - 1];
    const eof = makeToken("eof", "", makeLoc(0, 1, 1), false, true, null);
    this.tokens = last?.kind === "eof" ? tokens : [...tokens, eof];
    this.end = this.tokens.length - 1;
    this.eof = this.tokens[this.end]!;
    this.tok = this.tokens[0]!;
    this.names.set("__builtin_va_list", true);
    this.given = typedefs instanceof Set ? typedefs : new Set(typedefs);
  }

  // ---- moving ----

  protected seek(pos: number): void {
    this.pos = pos;
    this.tok = pos < this.end ? this.tokens[pos]! : this.eof;
  }

  protected next(): Token {
    const token = this.tok;
    this.seek(this.pos + 1);
    return token;
  }

  protected peek(ahead: number): Token {
    const at = this.pos + ahead;
    return at < this.end ? this.tokens[at]! : this.eof;
  }

  /** Whether the current token is this punctuator or word. Literals carry quotes, so the text alone decides. */
  protected at(text: string): boolean {
    return this.tok.text === text;
  }

  protected take(text: string): boolean {
    if (this.tok.text !== text) return false;
    this.seek(this.pos + 1);
    return true;
  }

  /** Passes over the token `text`; `after` says what it should have ended. */
  protected expect(text: string, after: string): Token {
    if (this.tok.text === text) return this.next();
    return this.expected(`'${text}' ${after}`);
  }

  protected atIdent(): boolean {
    return this.tok.kind === "ident" && !KEYWORDS.has(this.tok.text);
  }

  protected expectIdent(what: string): Token {
    if (this.atIdent()) return this.next();
    return this.expected(what);
  }

  // ---- errors and bounds ----

  protected report(loc: Loc, message: string, severity: CError["severity"] = "error"): void {
    if (this.errors.length < this.errorsMax) this.errors.push({ loc, message, severity });
  }

  protected fail(loc: Loc, message: string): never {
    this.report(loc, message);
    throw new ParseFail();
  }

  protected expected(what: string): never {
    return this.fail(this.tok.loc, `expected ${what}, found ${describe(this.tok)}`);
  }

  protected tooDeep(): never {
    this.reportTooDeep();
    throw new ParseFail();
  }

  protected reportTooDeep(): void {
    this.errors.push({ loc: this.tok.loc, message: "nesting too deep", severity: "error", code: "limit" });
  }

  protected enter(): void {
    if (++this.depth > NESTING_MAX) this.tooDeep();
  }

  protected leave(): void {
    this.depth--;
  }

  /** Records that the tree just built stands `over` the one parsed last. */
  protected grow(over: number): void {
    this.height = over + 1;
    if (this.height > HEIGHT_MAX) this.tooDeep();
  }

  /** Runs `parse` with an error list of its own, which is returned. */
  protected withBodyErrors(parse: () => void): CError[] {
    const saved = this.errors;
    const savedMax = this.errorsMax;
    this.errors = [];
    this.errorsMax = BODY_ERRORS_MAX;
    parse();
    const found = this.errors;
    this.errors = saved;
    this.errorsMax = savedMax;
    return found;
  }

  // ---- names ----

  protected isTypedef(name: string): boolean {
    return this.names.get(name) ?? this.given.has(name);
  }

  /** Whether `name` is known to be something other than a type. */
  protected isOrdinary(name: string): boolean {
    return this.names.get(name) === false;
  }

  protected declare(name: string, isTypedef: boolean): void {
    const old = this.names.get(name);
    if ((old ?? (this.given.has(name) || undefined)) === isTypedef) return;
    if (this.marks.length > 0) this.changes.push({ name, old });
    this.names.set(name, isTypedef);
  }

  protected openScope(): void {
    this.marks.push(this.changes.length);
  }

  protected closeScope(): void {
    const mark = this.marks.pop() ?? 0;
    while (this.changes.length > mark) {
      const { name, old } = this.changes.pop()!;
      if (old === undefined) this.names.delete(name);
      else this.names.set(name, old);
    }
  }

  /** Number of open scopes, for `closeScopesTo` after an error. */
  protected scopeLevel(): number {
    return this.marks.length;
  }

  protected closeScopesTo(level: number): void {
    while (this.marks.length > level) this.closeScope();
  }

  /** The typedef names in force. */
  protected typedefNames(): Set<string> {
    const found = new Set<string>();
    for (const name of this.given) if (this.names.get(name) !== false) found.add(name);
    for (const [name, isTypedef] of this.names) if (isTypedef) found.add(name);
    return found;
  }
}

/** A token as a message names it. */
export function describe(token: Token): string {
  if (token.kind === "eof") return "end of input";
  const text = token.text.length > 40 ? `${token.text.slice(0, 37)}...` : token.text;
  const quoted = token.kind === "string" || token.kind === "char" ? text : `'${text}'`;
  return token.loc.macro === undefined ? quoted : `${quoted} (from macro '${token.loc.macro}')`;
}
