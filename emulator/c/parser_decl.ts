/**
 * Declarations: specifiers, declarators, records, enumerations, initialisers, attributes wherever gcc takes them, and
 * the guesses by which a type name the unit does not declare is still read as a type. Leaves out: what the types mean. Over 800
 * lines because it is one class: a declarator holds parameters, which are declarations, and a specifier may be a record of them.
 */

import type {
  Attribute,
  Declarator,
  DeclPart,
  DeclSpecs,
  Designator,
  EnumSpec,
  Expr,
  Init,
  InitList,
  Loc,
  MemberDecl,
  ParamDecl,
  RecordSpec,
  TypeName,
  TypeSpec,
} from "./ast.ts";
import { KEYWORDS } from "./parser_cursor.ts";
import { ExprParser } from "./parser_expr.ts";
import { bareName } from "./predefined.ts";
import type { Token } from "./token.ts";

/** Specifier words that make up a built-in type, by what the tree calls them. */
const TYPE_WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ...(
    "void char short int long float double signed unsigned _Bool _Complex _Imaginary __int128 __float128 _Float16 " +
    "_Float32 _Float64 _Float128 _Float32x _Float64x _Decimal32 _Decimal64 _Decimal128"
  )
    .split(" ")
    .map((word): [string, readonly string[]] => [word, [word]]),
  ["__signed", ["signed"]],
  ["__signed__", ["signed"]],
  ["__complex", ["_Complex"]],
  ["__complex__", ["_Complex"]],
]);

/** Names gcc predeclares as types although they are no keywords. */
const TYPE_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ["__int128_t", ["__int128"]],
  ["__uint128_t", ["unsigned", "__int128"]],
]);

/** All other words a declaration's specifiers may hold. */
const SPEC_WORDS: ReadonlySet<string> = new Set(
  (
    "typedef extern static auto register inline __inline __inline__ _Noreturn _Thread_local __thread const __const " +
    "__const__ volatile __volatile __volatile__ restrict __restrict __restrict__ _Atomic _Alignas struct union enum " +
    "typeof __typeof __typeof__ typeof_unqual __typeof_unqual __typeof_unqual__ __auto_type __seg_fs __seg_gs " +
    "__attribute__ __attribute __extension__"
  ).split(" "),
);

/** Of these, the ones a type name cannot begin with. */
const STORAGE_WORDS: ReadonlySet<string> = new Set(
  "typedef extern static auto register inline __inline __inline__ _Noreturn _Thread_local __thread".split(
    " ",
  ),
);

const NO_ATTRIBUTES: readonly Attribute[] = [];
const PARTS_MAX = 200;

/** A `#pragma pack` in force from the token with index `at` on; 0: natural alignment. */
export interface PackChange {
  readonly at: number;
  readonly bytes: number;
}

type SpecContext = "declaration" | "typeName" | "param" | "member";

/** Names in a row that are looked at to tell annotations from types. */
const RUN_MAX = 8;
/** Words before which a name cannot be a type. */
const MARKED_WORDS: ReadonlySet<string> = new Set([
  ...TYPE_WORDS.keys(),
  ...STORAGE_WORDS,
  ..."struct union enum typeof __typeof __typeof__".split(" "),
]);

const QUALIFIER = /^_*(const|volatile)_*$/;

/** What a declarator may be: named, nameless, or either (a parameter). */
type DeclaratorMode = "concrete" | "abstract" | "either";

interface SpecState {
  storage: DeclSpecs["storage"];
  threadLocal: boolean;
  inline: boolean;
  noreturn: boolean;
  type: TypeSpec | null;
  words: string[] | null;
  isConst: boolean;
  isVolatile: boolean;
  isAtomic: boolean;
  alignas: (TypeName | Expr)[];
  attrs: Attribute[];
}

export abstract class DeclParser extends ExprParser {
  protected packs: readonly PackChange[] = [];
  /** Whether a type nobody declared is an error, or taken as it stands. */
  protected assumeTypes = false;
  /** The types so taken. */
  readonly assumed = new Set<string>();

  // ---- what begins a type ----

  protected startsType(ahead: number): boolean {
    const token = this.peek(ahead);
    if (token.kind !== "ident") return false;
    const name = token.text;
    if (this.isTypedef(name)) return true;
    if (!KEYWORDS.has(name)) return TYPE_NAMES.has(name) && !this.isOrdinary(name);
    if (name === "__extension__" || name === "__attribute__" || name === "__attribute") {
      return this.startsType(this.skipMarks(ahead));
    }
    return TYPE_WORDS.has(name) || (SPEC_WORDS.has(name) && !STORAGE_WORDS.has(name));
  }

  /** Offset of the first token that is neither `__extension__` nor part of an attribute. */
  protected skipMarks(ahead: number): number {
    for (;;) {
      const text = this.peek(ahead).text;
      if (text === "__extension__") ahead++;
      else if ((text === "__attribute__" || text === "__attribute") && this.peek(ahead + 1).text === "(") {
        ahead = this.closing(ahead + 1) + 1;
      } else if (text === "[" && this.peek(ahead + 1).text === "[") ahead = this.closing(ahead) + 1;
      else return ahead;
    }
  }

  /** Offset of the bracket that closes the one at `ahead`. */
  protected closing(ahead: number): number {
    let depth = 0;
    for (; this.peek(ahead).kind !== "eof"; ahead++) {
      const token = this.peek(ahead);
      if (token.kind !== "punct") continue;
      if (token.text === "(" || token.text === "[") depth++;
      else if ((token.text === ")" || token.text === "]") && --depth === 0) return ahead;
    }
    return ahead;
  }

  /** Whether a declaration begins here, inside a function. */
  protected startsDeclaration(): boolean {
    const ahead = this.skipMarks(0);
    const token = this.peek(ahead);
    if (token.kind !== "ident") return false;
    const name = token.text;
    if (KEYWORDS.has(name)) return TYPE_WORDS.has(name) || SPEC_WORDS.has(name);
    const next = this.peek(ahead + 1);
    if (this.isTypedef(name) || (TYPE_NAMES.has(name) && !this.isOrdinary(name))) return next.text !== ":";
    // What follows is no C unless `name` is a type: `name other`, and the useless product `name * other;`.
    if (next.kind === "ident" && (!KEYWORDS.has(next.text) || QUALIFIER.test(next.text))) return true;
    if (next.text !== "*" || this.isOrdinary(name)) return false;
    let behind = ahead + 2;
    while (this.peek(behind).text === "*") behind++;
    const declared = this.peek(behind);
    if (declared.kind !== "ident" || KEYWORDS.has(declared.text)) return false;
    return /^[;=,[]$/.test(this.peek(behind + 1).text);
  }

  protected startsUnknownType(): boolean {
    const name = this.peek(1);
    if (name.kind !== "ident" || KEYWORDS.has(name.text) || this.isOrdinary(name.text)) return false;
    let ahead = 2;
    const second = this.peek(2);
    // `(__force unsigned)`, `(__force gfp_t)`: two names in a row are no expression.
    if (second.kind === "ident" && (this.isPlainName(second) || this.startsType(2))) return true;
    while (this.peek(ahead).text === "*") ahead++;
    if (this.peek(ahead).text !== ")") return false;
    if (ahead > 2) return true;
    const operand = this.peek(3);
    return operand.kind === "number" || (operand.kind === "ident" && !KEYWORDS.has(operand.text));
  }

  // ---- specifiers ----

  protected typeName(): TypeName {
    this.enter();
    const specs = this.specs("typeName");
    const declarator = this.declarator("abstract");
    this.leave();
    this.height = 1;
    return { specs, declarator };
  }

  protected specs(context: SpecContext): DeclSpecs {
    const loc = this.tok.loc;
    const state: SpecState = {
      storage: null,
      threadLocal: false,
      inline: false,
      noreturn: false,
      type: null,
      words: null,
      isConst: false,
      isVolatile: false,
      isAtomic: false,
      alignas: [],
      attrs: [],
    };
    const start = this.pos;
    while (this.specifier(state, context)) {
      // Each call takes one specifier.
    }
    if (context === "typeName" && this.pos === start) return this.expected("type name");
    const implicitInt = state.type === null && state.words === null;
    const type: TypeSpec = state.type ?? { kind: "builtin", words: state.words ?? ["int"] };
    return {
      storage: state.storage,
      threadLocal: state.threadLocal,
      inline: state.inline,
      noreturn: state.noreturn,
      type,
      isConst: state.isConst,
      isVolatile: state.isVolatile,
      isAtomic: state.isAtomic,
      alignas: state.alignas,
      attrs: state.attrs,
      loc,
      implicitInt,
    };
  }

  /** Takes one specifier into `state`; false when none is here. */
  private specifier(state: SpecState, context: SpecContext): boolean {
    const token = this.tok;
    if (token.kind !== "ident") return this.takeAttributes(state.attrs);
    const name = token.text;
    if (!KEYWORDS.has(name)) return this.nameSpecifier(state, token, context);
    const words = TYPE_WORDS.get(name);
    if (words !== undefined) {
      if (state.type !== null)
        return this.fail(token.loc, `expected ';' or a name, found '${name}': two types given`);
      state.words = [...(state.words ?? []), ...words];
      if (state.words.length > 8) this.fail(token.loc, "too many words in a type");
      this.next();
      return true;
    }
    switch (name) {
      case "typedef":
      case "extern":
      case "static":
      case "auto":
      case "register":
        if (context === "typeName" || context === "member") return false;
        if (state.storage !== null && state.storage !== name) {
          this.report(token.loc, `'${name}' after '${state.storage}'`);
        }
        state.storage = name;
        break;
      case "inline":
      case "__inline":
      case "__inline__":
        state.inline = true;
        break;
      case "_Noreturn":
        state.noreturn = true;
        break;
      case "_Thread_local":
      case "__thread":
        state.threadLocal = true;
        break;
      case "const":
      case "__const":
      case "__const__":
        state.isConst = true;
        break;
      case "volatile":
      case "__volatile":
      case "__volatile__":
        state.isVolatile = true;
        break;
      case "restrict":
      case "__restrict":
      case "__restrict__":
      case "__seg_fs":
      case "__seg_gs":
      case "__extension__":
        break;
      case "__attribute__":
      case "__attribute":
        return this.takeAttributes(state.attrs);
      case "_Atomic":
        this.next();
        state.isAtomic = true;
        if (this.take("(")) {
          this.setType(state, { kind: "typeofType", type: this.typeName() }, token);
          this.expect(")", "after '_Atomic(type'");
        }
        return true;
      case "_Alignas":
        this.next();
        this.expect("(", "after '_Alignas'");
        state.alignas.push(this.startsType(0) ? this.typeName() : this.conditional());
        this.expect(")", "after '_Alignas'");
        return true;
      case "struct":
      case "union":
        this.setType(state, this.record(name), token);
        return true;
      case "enum":
        this.setType(state, this.enumeration(), token);
        return true;
      case "typeof":
      case "__typeof":
      case "__typeof__":
        this.setType(state, this.typeOf(false), token);
        return true;
      case "typeof_unqual":
      case "__typeof_unqual":
      case "__typeof_unqual__":
        this.setType(state, this.typeOf(true), token);
        return true;
      case "__auto_type":
        this.setType(state, { kind: "auto" }, token);
        break;
      default:
        return false;
    }
    this.next();
    return true;
  }

  private setType(state: SpecState, type: TypeSpec, at: Token): void {
    if (state.type !== null || state.words !== null) {
      this.fail(at.loc, `expected ';' or a name, found '${at.text}': two types given`);
    }
    state.type = type;
  }

  /** A typedef name, or an identifier that only makes sense as one. */
  private nameSpecifier(state: SpecState, token: Token, context: SpecContext): boolean {
    const name = token.text;
    const typed = state.type !== null || state.words !== null;
    if (!typed) {
      if (this.isTypedef(name)) {
        state.type = { kind: "typedef", name, loc: token.loc };
        this.next();
        return true;
      }
      const words = TYPE_NAMES.get(name);
      if (words !== undefined && !this.isOrdinary(name)) {
        state.words = [...words];
        this.next();
        return true;
      }
    }
    if (typed && this.isTypedef(name) && this.isPlainName(this.peek(1))) {
      return this.fail(token.loc, `expected ';' or a name, found '${name}': two types given`);
    }
    if (this.assumeTypes && this.isAnnotationCall(typed)) {
      this.seek(this.pos + this.closing(1) + 1);
      return true;
    }
    if (this.isAnnotation(typed, context)) {
      this.skipAnnotation();
      return true;
    }
    if (typed || !this.isUnknownType(context)) return false;
    this.assumed.add(name);
    if (!this.assumeTypes) this.report(token.loc, `unknown type name '${name}'`);
    state.type = { kind: "typedef", name, loc: token.loc };
    this.next();
    return true;
  }

  /**
   * Whether the name here can only be a macro nobody defined that annotates, as `__init` in `int __init f(void)`:
   * another name or a type has to follow for the declaration to declare anything.
   */
  private isAnnotation(typed: boolean, context: SpecContext): boolean {
    let run = 1;
    while (run < RUN_MAX && this.isPlainName(this.peek(run))) run++;
    const after = this.peek(run);
    if (typed) {
      if (run > 1) return this.isFirstAnnotation();
      const behind = this.peek(this.skipMarks(1));
      if (behind !== after && (behind.text === "*" || this.isPlainName(behind))) return true;
      return after.text === "*" || (context === "typeName" && /^[),(]$/.test(after.text));
    }
    if (after.kind === "ident" && MARKED_WORDS.has(after.text)) return true;
    // The last name of the run is the one declared, unless a `*` stands between it and its type.
    const types = after.text === "*" || context === "typeName" ? run : run - 1;
    for (let i = 1; i < types; i++) if (this.isTypedef(this.peek(i).text)) return true;
    return types > 1 && this.tok.text.startsWith("__");
  }

  /** Of two names in a row, whether the first is the annotation: not so in `int x __read_mostly`. */
  private isFirstAnnotation(): boolean {
    const next = this.peek(1);
    if (!this.isPlainName(next)) return false;
    if (this.tok.text.startsWith("__") || !next.text.startsWith("__")) return true;
    // `int notrace __f(int)` against `int x __section("y")`.
    return this.peek(2).text === "(" && this.peek(3).kind !== "string" && this.peek(3).kind !== "number";
  }

  private isPlainName(token: Token): boolean {
    return token.kind === "ident" && !KEYWORDS.has(token.text);
  }

  /** `__printf(1, 2) void f(...)`: the macro not known, a declaration behind it. */
  private isAnnotationCall(typed: boolean): boolean {
    if (this.peek(1).text !== "(") return false;
    if (!this.tok.text.startsWith("__") && this.peek(2).kind !== "number" && this.peek(2).kind !== "string")
      return false;
    const behind = this.peek(this.closing(1) + 1);
    // `int __f(int x) __releases(y) {`: that was the name.
    if (typed && behind.text.startsWith("__")) return false;
    return behind.text === "*" || (behind.kind === "ident" && !behind.text.startsWith("__attribute"));
  }

  private skipAnnotation(): void {
    const token = this.next();
    if (!this.assumeTypes) this.report(token.loc, `unknown word '${token.text}' in declaration`);
  }

  /** Whether the name here can only be a type nobody declared. */
  private isUnknownType(context: SpecContext): boolean {
    const next = this.peek(1);
    if (next.kind === "ident") return !KEYWORDS.has(next.text) || QUALIFIER.test(next.text);
    if (next.text === "*") return true;
    if (next.text === "(" && this.peek(2).text === "*" && this.isPlainName(this.peek(3))) return true;
    if (context === "typeName") return next.text === ")";
    return context === "param" && (next.text === "," || next.text === ")" || next.text === "(");
  }

  private typeOf(unqual: boolean): TypeSpec {
    this.next();
    this.expect("(", "after 'typeof'");
    this.enter();
    let type: TypeSpec;
    if (this.startsType(0))
      type = { kind: "typeofType", type: this.typeName(), ...(unqual ? { unqual } : {}) };
    else type = { kind: "typeofExpr", expr: this.expr(), ...(unqual ? { unqual } : {}) };
    this.leave();
    this.expect(")", "after 'typeof'");
    return type;
  }

  // ---- attributes ----

  /** Takes any attributes that are here into `into`; false when there are none. */
  protected takeAttributes(into: Attribute[]): boolean {
    let any = false;
    for (;;) {
      if (this.at("__attribute__") || this.at("__attribute")) {
        this.next();
        this.expect("(", "after '__attribute__'");
        this.expect("(", "after '__attribute__('");
        this.attributeList(into);
        this.expect(")", "after attributes");
        this.expect(")", "after attributes");
      } else if (this.at("[") && this.peek(1).text === "[") {
        this.next();
        this.next();
        this.attributeList(into);
        this.expect("]", "after attributes");
        this.expect("]", "after attributes");
      } else return any;
      any = true;
    }
  }

  private attributeList(into: Attribute[]): void {
    for (;;) {
      while (this.take(",")) {
        // Empty attributes are allowed.
      }
      if (this.tok.kind !== "ident") return;
      let name = this.next().text;
      // `gnu::packed` is the attribute `packed`.
      if (this.at(":") && this.peek(1).text === ":") {
        this.next();
        this.next();
        name = this.tok.kind === "ident" ? this.next().text : name;
      }
      into.push({ name: bareName(name), args: this.take("(") ? this.attributeArgs() : [] });
      if (!this.at(",")) return;
    }
  }

  /** Arguments behind `(`, and the `)`. What is no expression (a type, say) is passed over. */
  private attributeArgs(): Expr[] {
    const args: Expr[] = [];
    while (!this.at(")") && this.tok.kind !== "eof") {
      const next = this.peek(1).text;
      if (this.tok.kind === "ident" && (next === "," || next === ")")) {
        const { text, loc } = this.next();
        args.push({ kind: "ident", name: text, loc });
      } else if (this.startsType(0)) {
        this.typeName();
      } else {
        args.push(this.conditional());
      }
      if (!this.take(",")) break;
    }
    this.expect(")", "after attribute arguments");
    return args;
  }

  // ---- records and enumerations ----

  private record(kind: "struct" | "union"): RecordSpec {
    const { loc } = this.next();
    const at = this.pos;
    const attrs: Attribute[] = [];
    this.takeAttributes(attrs);
    let tag: string | null = null;
    if (this.atIdent()) tag = this.next().text;
    if (tag === null && !this.at("{")) return this.expected(`name or '{' after '${kind}'`);
    // An unknown annotation between tag and body would have to be a macro.
    if (!this.at("{"))
      return { kind, tag, members: null, attrs: attrs.length > 0 ? attrs : NO_ATTRIBUTES, loc };
    this.enter();
    this.next();
    const members: MemberDecl[] = [];
    while (!this.at("}")) {
      if (this.tok.kind === "eof")
        return this.expected(`'}' at the end of ${kind}${tag === null ? "" : ` ${tag}`}`);
      if (this.take(";")) continue;
      if (this.at("_Static_assert")) {
        this.staticAssertRest();
        continue;
      }
      members.push(this.member());
    }
    this.next();
    this.takeAttributes(attrs);
    this.leave();
    const pack = this.packAt(at);
    if (pack > 0)
      attrs.push({ name: "pragma_pack", args: [{ kind: "int", value: BigInt(pack), type: "int", loc }] });
    return { kind, tag, members, attrs, loc };
  }

  /** `#pragma pack` in force at the token `pos`. */
  private packAt(pos: number): number {
    let low = 0;
    let high = this.packs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.packs[middle]!.at <= pos) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : this.packs[low - 1]!.bytes;
  }

  private member(): MemberDecl {
    const loc = this.tok.loc;
    const start = this.pos;
    const specs = this.specs("member");
    if (this.pos === start) return this.expected("member declaration");
    const declarators: { declarator: Declarator; bitWidth: Expr | null }[] = [];
    if (!this.at(";")) {
      do {
        const declarator = this.at(":") ? this.nameless() : this.declarator("concrete");
        const bitWidth = this.take(":") ? this.conditional() : null;
        const attrs: Attribute[] = [];
        this.takeAttributes(attrs);
        declarators.push({ declarator: withAttributes(declarator, attrs), bitWidth });
      } while (this.take(","));
    }
    if (!this.at("}")) this.expect(";", "after member");
    return { specs, declarators, loc };
  }

  private nameless(): Declarator {
    return { name: null, loc: this.tok.loc, parts: [], attrs: NO_ATTRIBUTES, asmName: null };
  }

  private enumeration(): EnumSpec {
    const { loc } = this.next();
    const attrs: Attribute[] = [];
    this.takeAttributes(attrs);
    let tag: string | null = null;
    if (this.atIdent()) tag = this.next().text;
    if (tag === null && !this.at("{")) return this.expected("name or '{' after 'enum'");
    if (!this.take("{")) return { kind: "enum", tag, items: null, attrs, loc };
    const items: { name: string; value: Expr | null; loc: Loc }[] = [];
    while (!this.at("}")) {
      const name = this.expectIdent("enumerator name");
      this.takeAttributes([]);
      const value = this.take("=") ? this.conditional() : null;
      items.push({ name: name.text, value, loc: name.loc });
      this.declare(name.text, false);
      if (!this.take(",")) break;
    }
    this.expect("}", "at the end of enum");
    this.takeAttributes(attrs);
    return { kind: "enum", tag, items, attrs, loc };
  }

  // ---- declarators ----

  protected declarator(mode: DeclaratorMode): Declarator {
    const parts: DeclPart[] = [];
    const attrs: Attribute[] = [];
    const at = this.tok;
    const name = this.declaratorInto(mode, parts, attrs);
    if (mode === "abstract") this.takeAttributes(attrs);
    else if (this.tok.kind === "ident" || this.tok.text === "[") this.takeAttributes(attrs);
    if (mode === "concrete" && this.atIdent()) this.trailingAnnotations(parts, attrs);
    let asmName: string | null = null;
    if (mode === "concrete" && (this.at("asm") || this.at("__asm__") || this.at("__asm"))) {
      this.next();
      this.expect("(", "after 'asm'");
      asmName = this.asmText();
      this.expect(")", "after the name in 'asm'");
      this.takeAttributes(attrs);
    }
    return {
      name: name?.text ?? null,
      loc: (name ?? at).loc,
      parts,
      attrs: attrs.length > 0 ? attrs : NO_ATTRIBUTES,
      asmName,
    };
  }

  /** `int f(void) MARK(x) {` and `int x MARK = 1;`, the macro not known. */
  private trailingAnnotations(parts: readonly DeclPart[], attrs: Attribute[]): void {
    const part = parts[0];
    if (part?.kind === "function" && part.krNames !== null && this.startsDeclaration()) return;
    while (this.atIdent()) {
      let ahead = 1;
      if (this.peek(1).text === "(") ahead = this.closing(1) + 1;
      const behind = this.peek(ahead);
      if (!/^[={;,:]$/.test(behind.text) && behind.kind !== "ident") return;
      if (!this.assumeTypes) {
        // A name on a new line is rather the next declaration, after a forgotten `;`.
        if (this.tok.bol) return;
        this.report(this.tok.loc, `unknown word '${this.tok.text}' in declaration`);
      }
      this.seek(this.pos + ahead);
      this.takeAttributes(attrs);
    }
  }

  /** The text of the string literals here, as asm takes it. */
  protected asmText(): string {
    if (this.tok.kind !== "string") return this.expected("string");
    const bytes = this.stringExpr().units;
    let text = "";
    for (const unit of bytes) text += String.fromCharCode(unit);
    return text;
  }

  private declaratorInto(mode: DeclaratorMode, parts: DeclPart[], attrs: Attribute[]): Token | null {
    this.enter();
    const pointers: DeclPart[] = [];
    this.takeAttributes(attrs);
    while (this.at("*")) pointers.push(this.pointer(attrs));
    this.skipUnknownMark(mode);
    let name: Token | null = null;
    if (mode !== "abstract" && this.atIdent()) {
      name = this.next();
    } else if (this.at("(") && this.isNestedDeclarator(mode)) {
      this.next();
      name = this.declaratorInto(mode, parts, attrs);
      this.expect(")", "in declarator");
    } else if (mode === "concrete") {
      this.expected("a name");
    }
    for (;;) {
      if (this.at("[") && this.peek(1).text !== "[") parts.push(this.arrayPart());
      else if (this.at("(")) parts.push(this.functionPart(mode));
      else break;
      if (parts.length > PARTS_MAX) this.tooDeep();
    }
    for (let i = pointers.length - 1; i >= 0; i--) parts.push(pointers[i]!);
    if (parts.length > PARTS_MAX) this.tooDeep();
    this.leave();
    return name;
  }

  /** `*MARK name`: an annotation whose macro is not known, as `void *__percpu p`. */
  private skipUnknownMark(mode: DeclaratorMode): void {
    while (this.atIdent() && (mode === "abstract" || this.isFirstAnnotation())) this.skipAnnotation();
  }

  private pointer(attrs: Attribute[]): DeclPart {
    this.next();
    let isConst = false;
    let isVolatile = false;
    for (;;) {
      const text = this.tok.text;
      if (text === "const" || text === "__const" || text === "__const__") isConst = true;
      else if (text === "volatile" || text === "__volatile" || text === "__volatile__") isVolatile = true;
      else if (!/^(restrict|__restrict|__restrict__|_Atomic|__seg_fs|__seg_gs|__extension__)$/.test(text)) {
        if (!this.takeAttributes(attrs)) return { kind: "pointer", isConst, isVolatile };
        continue;
      }
      this.next();
    }
  }

  /** Whether the `(` here groups a declarator, and does not begin parameters. */
  private isNestedDeclarator(mode: DeclaratorMode): boolean {
    if (mode === "concrete") return true;
    const ahead = this.skipMarks(1);
    const token = this.peek(ahead);
    if (token.text === "*" || token.text === "(" || token.text === "[") return true;
    if (token.kind !== "ident" || this.startsType(ahead) || STORAGE_WORDS.has(token.text)) return false;
    return mode === "either" && !KEYWORDS.has(token.text) && this.peek(ahead + 1).kind !== "ident";
  }

  private arrayPart(): DeclPart {
    this.next();
    let isStatic = false;
    for (;;) {
      if (this.take("static")) isStatic = true;
      else if (/^(const|volatile|restrict|__restrict|__restrict__|_Atomic|__const)$/.test(this.tok.text))
        this.next();
      else break;
    }
    if (this.at("*") && this.peek(1).text === "]") {
      this.next();
      this.next();
      return { kind: "array", size: null, isStatic, star: true };
    }
    const size = this.at("]") ? null : this.assignment();
    this.expect("]", "after array size");
    return { kind: "array", size, isStatic, star: false };
  }

  private functionPart(mode: DeclaratorMode): DeclPart {
    this.next();
    if (this.take(")")) {
      return { kind: "function", params: [], variadic: false, noPrototype: true, krNames: null };
    }
    if (mode !== "abstract" && this.startsIdentifierList()) {
      const krNames: string[] = [];
      do krNames.push(this.expectIdent("parameter name").text);
      while (this.take(","));
      this.expect(")", "after parameter names");
      return { kind: "function", params: [], variadic: false, noPrototype: true, krNames };
    }
    this.openScope();
    let params: ParamDecl[] = [];
    let variadic = false;
    if (this.at("void") && this.peek(1).text === ")") {
      this.next();
    } else {
      for (;;) {
        if (this.take("...")) {
          variadic = true;
          break;
        }
        params.push(this.param());
        if (this.take(",")) continue;
        // GNU forward declarations of parameters are only there for what follows the semicolon.
        if (!this.take(";")) break;
        params = [];
      }
    }
    this.expect(")", "after parameters");
    this.closeScope();
    return { kind: "function", params, variadic, noPrototype: false, krNames: null };
  }

  /** Whether names only stand between the parentheses, as in a definition before C89. */
  private startsIdentifierList(): boolean {
    if (!this.atIdent() || this.startsType(0)) return false;
    for (let ahead = 0; ; ahead += 2) {
      const token = this.peek(ahead);
      if (token.kind !== "ident" || KEYWORDS.has(token.text)) return false;
      const separator = this.peek(ahead + 1).text;
      if (separator === ")") return true;
      if (separator !== ",") return false;
    }
  }

  private param(): ParamDecl {
    const loc = this.tok.loc;
    const start = this.pos;
    const specs = this.specs("param");
    if (this.pos === start && !this.atIdent()) return this.expected("parameter declaration");
    const declarator = this.declarator("either");
    if (declarator.name !== null) this.declare(declarator.name, false);
    return { specs, declarator, loc };
  }

  // ---- initialisers ----

  protected initializer(): Init {
    return this.at("{") ? this.initList() : this.assignment();
  }

  protected initList(): InitList {
    this.enter();
    const { loc } = this.expect("{", "to begin initializer");
    const items: { designators: readonly Designator[]; init: Init }[] = [];
    let height = 0;
    while (!this.at("}")) {
      const designators = this.designators();
      items.push({ designators, init: this.initializer() });
      height = Math.max(height, this.height);
      if (!this.take(",")) break;
    }
    this.expect("}", "or ',' in initializer");
    this.leave();
    this.height = height;
    this.grow(height);
    return { kind: "initList", items, loc };
  }

  private designators(): readonly Designator[] {
    if (this.atIdent() && this.peek(1).text === ":") {
      const { text, loc } = this.next();
      this.next();
      return [{ kind: "field", name: text, loc }];
    }
    if (!this.at(".") && !this.at("[")) return NO_DESIGNATORS;
    const designators: Designator[] = [];
    for (;;) {
      const { loc } = this.tok;
      if (this.take(".")) {
        designators.push({ kind: "field", name: this.expectIdent("member name after '.'").text, loc });
      } else if (this.take("[")) {
        const index = this.conditional();
        const to = this.take("...") ? this.conditional() : null;
        this.expect("]", "after array designator");
        designators.push({ kind: "index", index, to, loc });
      } else break;
      if (designators.length > PARTS_MAX) this.tooDeep();
    }
    // The oldest GNU form leaves out the `=`.
    this.take("=");
    return designators;
  }

  // ---- static assertions ----

  /** `_Static_assert(test, "message");` from its word on. */
  protected staticAssertRest(): { readonly test: Expr; readonly message: string } {
    this.next();
    this.expect("(", "after '_Static_assert'");
    const test = this.conditional();
    let message = "";
    if (this.take(",")) message = this.asmText();
    this.expect(")", "after '_Static_assert'");
    this.expect(";", "after '_Static_assert'");
    return { test, message };
  }
}

const NO_DESIGNATORS: readonly Designator[] = [];

function withAttributes(declarator: Declarator, attrs: readonly Attribute[]): Declarator {
  return attrs.length === 0 ? declarator : { ...declarator, attrs: [...declarator.attrs, ...attrs] };
}
