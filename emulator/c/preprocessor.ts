/**
 * The C preprocessor: translation phase 4 with Prosser's hide sets, gcc's extensions and gcc's answers where the
 * standard leaves a choice. Every token it produces knows where it was spelled and which macro uses it came through.
 * Input is hostile: depth, size and number of expansions are bounded, and reaching a bound is an error with code
 * `limit`. Leaves out: finding files (a resolver is injected), trigraphs, assertions, and pragmas other than `once`,
 * `push_macro`, `pop_macro` and `pack`. Over 800 lines because directives and expansion call each other over one state: an
 * argument may hold a directive, a directive expands.
 */

import type { CError, Loc, SourceFile } from "./ast.ts";
import { evaluateCondition } from "./cond_expr.ts";
import { type LexResult, lex, lexText, TOKENS_MAX } from "./lexer.ts";
import { literalUnits, parseNumber } from "./literals.ts";
import { type MacroDef, MacroTable, sameMacro } from "./macro_table.ts";
import { hasAttribute, hasBuiltin, predefinedText } from "./predefined.ts";
import {
  expansionLoc,
  type HideSet,
  hideAdd,
  hideIntersection,
  hides,
  hideUnion,
  isMade,
  madeBy,
  makeLoc,
  makeToken,
  type Origin,
  type Token,
  tokensText,
} from "./token.ts";

/** Finds an included file. `next` is true for `#include_next`. */
export type IncludeResolver = (
  name: string,
  system: boolean,
  fromPath: string,
  next: boolean,
) => SourceFile | null;

export interface PreprocessLimits {
  /** Tokens that expansion may produce, intermediate ones included. */
  readonly expansionTokens: number;
  /** Tokens of the result: files that are included again and again make many. */
  readonly tokens: number;
  readonly includeDepth: number;
  /** Files entered, repeated ones counted again. */
  readonly includes: number;
  /** Nesting of `#if` groups, and of macro calls inside macro arguments. */
  readonly nesting: number;
  /** Characters that `#` and `##` may make together. */
  readonly pastedChars: number;
  readonly errors: number;
}

export const PREPROCESS_LIMITS: PreprocessLimits = {
  expansionTokens: 2_000_000,
  tokens: 2 * TOKENS_MAX,
  includeDepth: 100,
  includes: 20_000,
  nesting: 300,
  pastedChars: 8_000_000,
  errors: 200,
};

export interface PreprocessOptions {
  /** Table of files; `Loc.file` indexes it. Files met for the first time are appended. */
  readonly files: SourceFile[];
  /** Read and written: after the run it holds the macros in force at the end. */
  readonly macros: MacroTable;
  readonly resolve: IncludeResolver;
  /** Names whose `#define` and `#undef` in the sources are ignored: what `macros` says of them stands. */
  readonly sticky?: ReadonlySet<string>;
  readonly limits?: Partial<PreprocessLimits>;
  /** `ignore`: an include the resolver does not find is passed over without an error. */
  readonly missingInclude?: "error" | "ignore";
}

export interface PreprocessResult {
  /** Ends with one `eof` token. */
  readonly tokens: readonly Token[];
  readonly errors: readonly CError[];
}

/** Runs the preprocessor over a file and all it includes. */
export function preprocess(source: SourceFile, options: PreprocessOptions): PreprocessResult {
  return new Preprocessor(options).run(source);
}

/** The same for a piece of text; without a resolver nothing can be included. */
export function preprocessText(
  text: string,
  options: Partial<PreprocessOptions> & {
    readonly path?: string;
    readonly origin?: SourceFile["origin"];
  } = {},
): PreprocessResult {
  const source: SourceFile = { path: options.path ?? "<text>", text, origin: options.origin ?? "user" };
  const files = options.files ?? [];
  return preprocess(source, {
    ...options,
    files,
    macros: options.macros ?? predefinedMacros(files),
    resolve: options.resolve ?? (() => null),
  });
}

const PREDEFINED: SourceFile = { path: "<built-in>", text: predefinedText(), origin: "builtin" };

/** A new table with the macros gcc 12 predefines. Their locations are in a `<built-in>` file appended to `files`. */
export function predefinedMacros(files: SourceFile[]): MacroTable {
  const macros = new MacroTable();
  preprocess(PREDEFINED, { files, macros, resolve: () => null });
  return macros;
}

/** Defines macros from text: each line what would follow `#define`, as in `NAME(x) x + 1`. */
export function defineMacros(
  macros: MacroTable,
  files: SourceFile[],
  lines: readonly string[],
  path = "<command-line>",
): readonly CError[] {
  const text = lines.map((line) => `#define ${line}\n`).join("");
  return preprocess({ path, text, origin: "builtin" }, { files, macros, resolve: () => null }).errors;
}

// ---- state --------------------------------------------------------------------------------------------------------

/** One `#if` group that is open. */
interface Conditional {
  /** A branch of the group was taken. */
  taken: boolean;
  sawElse: boolean;
  readonly loc: Loc;
}

/** A file being read. */
interface FileState {
  readonly source: SourceFile;
  readonly index: number;
  readonly lexed: LexResult;
  readonly conditionals: Conditional[];
  /** `#line`: what is added to physical lines, and the file name told. */
  lineDelta: number;
  presumedPath: string;
}

/** A run of tokens to read; `file` is set for a source file, null for the result of an expansion. */
interface Frame {
  readonly tokens: readonly Token[];
  pos: number;
  readonly file: FileState | null;
}

interface Argument {
  readonly tokens: readonly Token[];
  expanded: readonly Token[] | null;
}

/** One element of a replacement list, prepared for substitution. */
interface Step {
  readonly op: "token" | "arg" | "string" | "vaOpt";
  readonly token: Token;
  /** For `arg` and `string`: which argument. */
  readonly arg: number;
  /** `##` follows. */
  readonly pastes: boolean;
  /** For `vaOpt` (and `string` of one): the steps inside the parentheses. */
  readonly inner: readonly Step[];
}

/** Thrown inside this module to leave a run whose bounds are exhausted; never leaves it. */
class LimitReached {}

const PLACEMARKER: Token = makeToken("other", "", makeLoc(0, 0, 0), false, false, null);

/** Names the preprocessor answers itself when no macro of that name is defined. */
const DYNAMIC = new Set([
  "__LINE__",
  "__FILE__",
  "__BASE_FILE__",
  "__FILE_NAME__",
  "__COUNTER__",
  "__INCLUDE_LEVEL__",
  "__DATE__",
  "__TIME__",
  "__TIMESTAMP__",
  "_Pragma",
  "__has_include",
  "__has_include_next",
  "__has_attribute",
  "__has_c_attribute",
  "__has_builtin",
]);

const LEX_CACHE = new WeakMap<SourceFile, { readonly index: number; readonly lexed: LexResult }>();
const STEPS_CACHE = new WeakMap<MacroDef, readonly Step[]>();

/**
 * Lexes a file once for each index it is known by; headers are preprocessed many times. Files of a kernel tree are not: what
 * they come to is kept (../tree_parses.ts), and their tokens would be most of what a review of one holds.
 */
function lexCached(source: SourceFile, index: number): LexResult {
  if (source.origin === "tree") return lex(source, index);
  const cached = LEX_CACHE.get(source);
  if (cached !== undefined && cached.index === index) return cached.lexed;
  const lexed = lex(source, index);
  LEX_CACHE.set(source, { index, lexed });
  return lexed;
}

class Preprocessor {
  private readonly files: SourceFile[];
  private readonly macros: MacroTable;
  private readonly resolve: IncludeResolver;
  private readonly sticky: ReadonlySet<string>;
  private readonly limits: PreprocessLimits;
  private readonly ignoreMissing: boolean;
  private readonly errors: CError[] = [];
  private readonly once = new Set<SourceFile>();
  private readonly pushed = new Map<string, (MacroDef | null)[]>();
  /** Places in `files`: made when a second file is entered. */
  private fileIndexes: Map<SourceFile, number> | null = null;
  private frames: Frame[] = [];
  private readonly open: FileState[] = [];
  private basePath = "";
  private expansions = 0;
  private pastedChars = 0;
  private includes = 0;
  private argDepth = 0;
  /** Inside `#if`: `defined` and `__has_*` are operators. */
  private inCondition = false;
  /** Collecting macro arguments: `#include` may not change the input. */
  private inArguments = 0;
  /** Of the files that were entered, each counted once. */
  private lexedTokens = 0;
  /** White space left over from a macro that expanded to nothing. */
  private pendingSpace = false;

  constructor(options: PreprocessOptions) {
    this.files = options.files;
    this.macros = options.macros;
    this.resolve = options.resolve;
    this.sticky = options.sticky ?? new Set();
    this.limits = { ...PREPROCESS_LIMITS, ...options.limits };
    this.ignoreMissing = options.missingInclude === "ignore";
  }

  run(source: SourceFile): PreprocessResult {
    const out: Token[] = [];
    this.basePath = source.path;
    const main = this.enterFile(source);
    const last = main.lexed.tokens[main.lexed.tokens.length - 1]!;
    try {
      this.expandFiles(out);
    } catch (problem) {
      // A caller who left us little stack makes "too deep" come early.
      if (problem instanceof RangeError) {
        this.errors.push({
          loc: last.loc,
          message: "macro arguments are nested too deeply",
          severity: "error",
          code: "limit",
        });
      } else if (!(problem instanceof LimitReached)) throw problem;
    }
    out.push(last);
    return { tokens: out, errors: this.errors };
  }

  // ---- messages and bounds ----

  private error(loc: Loc, message: string, severity: CError["severity"] = "error"): void {
    if (this.errors.length < this.limits.errors) this.errors.push({ loc, message, severity });
    else if (this.errors.length === this.limits.errors) {
      this.errors.push({ loc, message: "too many errors, the rest is not shown", severity: "error" });
    }
  }

  private limit(loc: Loc, message: string): never {
    this.errors.push({ loc, message, severity: "error", code: "limit" });
    throw new LimitReached();
  }

  private countExpansion(count: number, loc: Loc): void {
    this.expansions += count;
    if (this.expansions > this.limits.expansionTokens) {
      this.limit(loc, `macro expansion makes more than ${this.limits.expansionTokens} tokens`);
    }
  }

  private countChars(count: number, loc: Loc): void {
    this.pastedChars += count;
    if (this.pastedChars > this.limits.pastedChars) {
      this.limit(loc, `# and ## make more than ${this.limits.pastedChars} characters`);
    }
  }

  // ---- input ----

  private enterFile(source: SourceFile): FileState {
    const known = this.files.length;
    const index = this.indexOf(source);
    const lexed = lexCached(source, index);
    if (this.files.length > known) this.lexedTokens += lexed.tokens.length;
    if (this.lexedTokens > this.limits.tokens)
      this.limit(lexed.tokens[0]!.loc, `the files have more than ${this.limits.tokens} tokens`);
    for (const problem of lexed.errors) this.error(problem.loc, problem.message);
    const file: FileState = {
      source,
      index,
      lexed,
      conditionals: [],
      lineDelta: 0,
      presumedPath: source.path,
    };
    this.open.push(file);
    this.frames.push({ tokens: lexed.tokens, pos: 0, file });
    return file;
  }

  /** The place of a file in the table, at whose end it is put when it has none. */
  private indexOf(source: SourceFile): number {
    const { files } = this;
    let index: number | undefined;
    if (this.open.length === 0 && this.fileIndexes === null) index = files.indexOf(source);
    else {
      if (this.fileIndexes === null) {
        this.fileIndexes = new Map();
        for (let i = files.length - 1; i >= 0; i--) this.fileIndexes.set(files[i]!, i);
      }
      index = this.fileIndexes.get(source) ?? -1;
    }
    if (index < 0) {
      index = files.push(source) - 1;
      this.fileIndexes?.set(source, index);
    }
    return index;
  }

  private currentFile(): FileState {
    return this.open[this.open.length - 1]!;
  }

  /** Expands the whole input into `out`, leaving files as they end. */
  private expandFiles(out: Token[]): void {
    for (;;) {
      const token = this.pull();
      if (token === null) return;
      if (token.kind === "eof") {
        this.leaveFile();
        if (this.frames.length === 0) return;
        continue;
      }
      if (out.length >= this.limits.tokens)
        this.limit(token.loc, `there are more than ${this.limits.tokens} tokens`);
      this.expandToken(token, out);
    }
  }

  private leaveFile(): void {
    const file = this.open.pop()!;
    this.frames.pop();
    for (const conditional of file.conditionals)
      this.error(conditional.loc, "unterminated conditional directive");
    this.pendingSpace = false;
  }

  /** Next token, directives done on the way; at the end of a file its `eof`, again and again; null when all is read. */
  private pull(): Token | null {
    for (;;) {
      const frame = this.frames[this.frames.length - 1];
      if (frame === undefined) return null;
      if (frame.pos >= frame.tokens.length) {
        this.frames.pop();
        continue;
      }
      const token = frame.tokens[frame.pos]!;
      if (frame.file === null) {
        frame.pos++;
        return token;
      }
      if (token.kind === "eof") return token;
      frame.pos++;
      if (token.bol && token.text === "#" && token.kind === "punct") {
        this.directive(frame, frame.file);
        continue;
      }
      return token;
    }
  }

  /** Whether the next token is `(`, without passing over directives or the end of a file. */
  private nextIsParen(): boolean {
    for (let i = this.frames.length - 1; i >= 0; i--) {
      const frame = this.frames[i]!;
      if (frame.pos < frame.tokens.length) {
        const token = frame.tokens[frame.pos]!;
        return token.kind === "punct" && token.text === "(";
      }
    }
    return false;
  }

  // ---- expansion ----

  /** Puts `token` out, or begins its expansion. */
  private expandToken(token: Token, out: Token[]): void {
    if (this.pendingSpace) {
      this.pendingSpace = false;
      token = spaced(token, true);
    }
    if (token.kind !== "ident" || !this.tryExpand(token, out)) out.push(token);
  }

  /** Fully expands a list by itself, as C11 6.10.3.1 asks for arguments. */
  private expandList(tokens: readonly Token[], loc: Loc): readonly Token[] {
    if (!tokens.some((token) => token.kind === "ident" && this.mayExpand(token))) return tokens;
    if (++this.argDepth > this.limits.nesting) this.limit(loc, "macro arguments are nested too deeply");
    const saved = this.frames;
    const savedSpace = this.pendingSpace;
    this.frames = [{ tokens, pos: 0, file: null }];
    this.pendingSpace = false;
    const out: Token[] = [];
    for (let token = this.pull(); token !== null; token = this.pull()) this.expandToken(token, out);
    this.frames = saved;
    this.pendingSpace = savedSpace;
    this.argDepth--;
    return out;
  }

  private mayExpand(token: Token): boolean {
    const name = token.text;
    return (
      this.macros.get(name) !== undefined || DYNAMIC.has(name) || (this.inCondition && name === "defined")
    );
  }

  /** Replaces the macro name `token`, when it is one, by what is to be read next. */
  private tryExpand(token: Token, out: Token[]): boolean {
    const macro = this.macros.get(token.text);
    if (macro === undefined) {
      if (this.inCondition && token.text === "defined") return this.definedOperator(token, out);
      return DYNAMIC.has(token.text) && this.dynamicMacro(token, out);
    }
    if (token.hide !== null && hides(token.hide, token.text)) return false;
    if (macro.params === null) {
      const hide = hideAdd(token.hide, macro.name);
      this.enterExpansion(this.substitute(macro, null, token, hide), token);
      return true;
    }
    if (!this.nextIsParen()) return false;
    const call = this.collectArguments(macro, token);
    if (call === null) return false;
    const hide = hideAdd(hideIntersection(token.hide, call.close.hide), macro.name);
    this.enterExpansion(this.substitute(macro, call.args, token, hide), token);
    return true;
  }

  private enterExpansion(tokens: readonly Token[], name: Token): void {
    this.countExpansion(tokens.length + 1, name.loc);
    const first = tokens[0];
    if (first === undefined) {
      if (name.space || name.bol) this.pendingSpace = true;
      return;
    }
    if (first.hide !== null && first.hide.count > this.limits.nesting * 4) {
      this.limit(name.loc, "macros are nested too deeply");
    }
    // A frame that is read to its end would only make the stack grow along a chain of macros.
    for (let top = this.frames.length - 1; top >= 0; top--) {
      const frame = this.frames[top]!;
      if (frame.file !== null || frame.pos < frame.tokens.length) break;
      this.frames.pop();
    }
    this.frames.push({ tokens, pos: 0, file: null });
  }

  /** Reads `( ... )` after a function-like macro's name. Null, after an error, when the call cannot be made. */
  private collectArguments(
    macro: MacroDef,
    name: Token,
  ): { readonly args: readonly Argument[]; readonly close: Token } | null {
    const params = macro.params!;
    const last = macro.variadic ? params.length - 1 : Infinity;
    const args: Token[][] = [[]];
    let depth = 0;
    this.inArguments++;
    for (;;) {
      const token = this.pull();
      if (token === null || token.kind === "eof") {
        this.inArguments--;
        this.error(name.loc, `unterminated argument list invoking macro "${macro.name}"`);
        return null;
      }
      this.countExpansion(1, name.loc);
      if (token.kind === "punct") {
        if (token.text === "(") {
          if (depth++ === 0) continue;
        } else if (token.text === ")") {
          if (--depth === 0) {
            this.inArguments--;
            return this.checkArguments(macro, name, token, args);
          }
        } else if (token.text === "," && depth === 1 && args.length <= last) {
          args.push([]);
          continue;
        }
      }
      const spaced = token.bol
        ? makeToken(token.kind, token.text, token.loc, true, false, token.hide)
        : token;
      args[args.length - 1]!.push(spaced);
    }
  }

  private checkArguments(
    macro: MacroDef,
    name: Token,
    close: Token,
    lists: Token[][],
  ): { readonly args: readonly Argument[]; readonly close: Token } | null {
    const wanted = macro.params!.length;
    if (wanted === 0 && lists.length === 1 && lists[0]!.length === 0) return { args: [], close };
    const given = lists.length;
    const args: Argument[] = lists.map((tokens) => ({ tokens, expanded: null }));
    if (given === wanted || (macro.variadic && given === wanted - 1)) return { args, close };
    const loc = name.loc;
    if (given < wanted) {
      const least = macro.variadic ? wanted - 1 : wanted;
      this.error(loc, `macro "${macro.name}" requires ${least} arguments, but only ${given} given`);
    } else this.error(loc, `macro "${macro.name}" passed ${given} arguments, but takes just ${wanted}`);
    return null;
  }

  /** The replacement list with arguments, `#` and `##` done, each token with its origin and hide set. */
  private substitute(
    macro: MacroDef,
    args: readonly Argument[] | null,
    name: Token,
    hide: HideSet,
  ): readonly Token[] {
    if (macro.body.length === 0) return [];
    let steps = STEPS_CACHE.get(macro);
    if (steps === undefined) {
      steps = prepare(macro);
      STEPS_CACHE.set(macro, steps);
    }
    const substitution = new Substitution(macro, args ?? [], name, hide);
    const out: Token[] = [];
    this.runSteps(steps, substitution, out);
    const result: Token[] = [];
    for (const token of out) if (token !== PLACEMARKER) result.push(token);
    const first = result[0];
    if (first !== undefined && (first.space !== name.space || first.bol !== name.bol)) {
      result[0] = makeToken(first.kind, first.text, first.loc, name.space, name.bol, first.hide);
    }
    return result;
  }

  private runSteps(steps: readonly Step[], sub: Substitution, out: Token[]): void {
    let pasting = false;
    for (const [index, step] of steps.entries()) {
      const start = out.length;
      if (step.op === "token") {
        const next = steps[index + 1];
        if (
          step.pastes &&
          !pasting &&
          step.token.text === "," &&
          next !== undefined &&
          sub.isVariadicArg(next)
        ) {
          // GNU `, ## args`: nothing at all when the variable arguments are left out, else no pasting.
          if (sub.variadicOmitted()) out.push(PLACEMARKER);
          else out.push(sub.bodyToken(step.token), PLACEMARKER);
          pasting = true;
          continue;
        }
        out.push(sub.bodyToken(step.token));
      } else if (step.op === "string") {
        out.push(this.stringify(step, sub));
      } else if (step.op === "arg") {
        this.pushArgument(step, sub, pasting || step.pastes, out);
      } else if (this.variadicPresent(sub)) {
        this.runSteps(step.inner, sub, out);
        if (out.length > start) out[start] = spaced(out[start]!, step.token.space);
      }
      if (out.length === start) out.push(PLACEMARKER);
      if (pasting) this.pasteAt(out, start, sub);
      pasting = step.pastes;
    }
  }

  private pushArgument(step: Step, sub: Substitution, raw: boolean, out: Token[]): void {
    const argument = sub.args[step.arg];
    if (argument === undefined) return;
    const tokens = raw ? argument.tokens : this.expanded(argument, sub);
    this.countExpansion(tokens.length, sub.name.loc);
    for (let i = 0; i < tokens.length; i++) {
      out.push(sub.argToken(tokens[i]!, i === 0 ? step.token.space : null));
    }
  }

  private expanded(argument: Argument, sub: Substitution): readonly Token[] {
    if (argument.expanded === null) argument.expanded = this.expandList(argument.tokens, sub.name.loc);
    return argument.expanded;
  }

  /** Whether `__VA_OPT__` has effect: the variable arguments expand to something. */
  private variadicPresent(sub: Substitution): boolean {
    const argument = sub.args[sub.macro.params!.length - 1];
    return sub.macro.variadic && argument !== undefined && this.expanded(argument, sub).length > 0;
  }

  /** Pastes `out[at - 1]` and `out[at]` into one token. */
  private pasteAt(out: Token[], at: number, sub: Substitution): void {
    const left = out[at - 1]!;
    const right = out[at]!;
    if (right === PLACEMARKER) {
      out.splice(at, 1);
      return;
    }
    if (left === PLACEMARKER) {
      out.splice(at - 1, 1);
      return;
    }
    const text = left.text + right.text;
    this.countChars(text.length, sub.name.loc);
    const lexed = lexText(text, left.loc.file).tokens;
    const only = lexed[0]!;
    if (lexed.length !== 2 || only.text !== text || only.kind === "other") {
      const what = `pasting "${left.text}" and "${right.text}" does not give a valid preprocessing token`;
      this.error(sub.name.loc, what);
      return;
    }
    // Where the token is spelled: at its left part; the macro named is the one that pasted.
    const loc = makeLoc(left.loc.file, left.loc.line, left.loc.col, sub.name.loc, sub.macro.name);
    const hide = hideIntersection(left.hide, right.hide);
    out.splice(at - 1, 2, makeToken(only.kind, text, loc, left.space, false, hide));
  }

  private stringify(step: Step, sub: Substitution): Token {
    let tokens: readonly Token[] = sub.args[step.arg]?.tokens ?? [];
    if (step.inner.length > 0 || step.arg < 0) {
      const inner: Token[] = [];
      if (this.variadicPresent(sub)) this.runSteps(step.inner, sub, inner);
      tokens = inner.filter((token) => token !== PLACEMARKER);
    }
    let text = '"';
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      if (i > 0 && (token.space || token.bol)) text += " ";
      const quoted = token.kind === "string" || token.kind === "char";
      text += quoted ? token.text.replace(/["\\]/g, "\\$&") : token.text;
      if (text.length > this.limits.pastedChars) break;
    }
    this.countChars(text.length, sub.name.loc);
    const loc = sub.bodyLoc(step.token);
    return makeToken("string", `${text}"`, loc, step.token.space, false, sub.hide);
  }

  // ---- names that are no macros ----

  private number(value: number | bigint, at: Token): Token {
    return makeToken("number", `${value}`, dynamicLoc(at), at.space, at.bol, null);
  }

  private quoted(text: string, at: Token): Token {
    return makeToken("string", `"${text.replace(/["\\]/g, "\\$&")}"`, dynamicLoc(at), at.space, at.bol, null);
  }

  private dynamicMacro(token: Token, out: Token[]): boolean {
    switch (token.text) {
      case "__LINE__":
        out.push(this.number(expansionLoc(token.loc).line + this.currentFile().lineDelta, token));
        return true;
      case "__FILE__":
        out.push(this.quoted(this.currentFile().presumedPath, token));
        return true;
      case "__FILE_NAME__":
        out.push(this.quoted(this.currentFile().presumedPath.replace(/^.*\//, ""), token));
        return true;
      case "__BASE_FILE__":
        out.push(this.quoted(this.basePath, token));
        return true;
      case "__COUNTER__":
        out.push(this.number(this.macros.counter++, token));
        return true;
      case "__INCLUDE_LEVEL__":
        out.push(this.number(this.open.length - 1, token));
        return true;
      // Fixed: the emulator has no clock (D5).
      case "__DATE__":
        out.push(this.quoted("Jan  1 1970", token));
        return true;
      case "__TIME__":
        out.push(this.quoted("00:00:00", token));
        return true;
      case "__TIMESTAMP__":
        out.push(this.quoted("Thu Jan  1 00:00:00 1970", token));
        return true;
      case "_Pragma":
        return this.pragmaOperator(token, out);
      default:
        return this.inCondition && this.hasOperator(token, out);
    }
  }

  private definedOperator(token: Token, out: Token[]): boolean {
    let name = this.pull();
    const paren = name !== null && name.text === "(" && name.kind === "punct";
    if (paren) name = this.pull();
    if (name === null || name.kind !== "ident") {
      this.error(token.loc, "operator 'defined' requires an identifier");
      out.push(this.number(0, token));
      return true;
    }
    if (paren) {
      const close = this.pull();
      if (close === null || close.text !== ")") this.error(token.loc, "missing ')' after 'defined'");
    }
    out.push(this.number(this.isDefined(name.text) ? 1 : 0, token));
    return true;
  }

  private isDefined(name: string): boolean {
    return this.macros.has(name) || DYNAMIC.has(name);
  }

  /** `__has_include(...)` and its like, inside `#if`. */
  private hasOperator(token: Token, out: Token[]): boolean {
    const tokens = this.parenthesised(token);
    let answer = 0;
    if (tokens !== null) {
      if (token.text.startsWith("__has_include")) {
        const header = this.headerName(
          tokens[0]?.kind === "ident" ? this.expandList(tokens, token.loc) : tokens,
        );
        const found = header && this.find(header, token.text === "__has_include_next");
        answer = found ? 1 : 0;
      } else {
        const name = tokens[tokens.length - 1]?.text ?? "";
        answer = (token.text === "__has_builtin" ? hasBuiltin(name) : hasAttribute(name)) ? 1 : 0;
      }
    }
    out.push(this.number(answer, token));
    return true;
  }

  /** The tokens of `( ... )` that follow, unexpanded; null after an error. */
  private parenthesised(after: Token): Token[] | null {
    if (!this.nextIsParen()) {
      this.error(after.loc, `missing '(' after "${after.text}"`);
      return null;
    }
    const tokens: Token[] = [];
    let depth = 0;
    for (;;) {
      const token = this.pull();
      if (token === null || token.kind === "eof") {
        this.error(after.loc, `missing ')' after "${after.text}"`);
        return null;
      }
      if (token.text === "(" && depth++ === 0) continue;
      if (token.text === ")" && --depth === 0) return tokens;
      tokens.push(token);
    }
  }

  private pragmaOperator(token: Token, out: Token[]): boolean {
    if (!this.nextIsParen()) return false;
    const tokens = this.parenthesised(token);
    const literal = tokens?.[0];
    if (tokens === null || tokens.length !== 1 || literal?.kind !== "string") {
      this.error(token.loc, "_Pragma takes a parenthesised string literal");
      return true;
    }
    const { units } = literalUnits(literal.text, "u16");
    let text = "";
    for (const unit of units) text += String.fromCharCode(unit);
    this.countChars(text.length, token.loc);
    const words: Token[] = [];
    for (const word of lexText(text, token.loc.file).tokens) {
      if (word.kind !== "eof")
        words.push(makeToken(word.kind, word.text, token.loc, word.space, false, null));
    }
    this.pragma(words, token, out);
    return true;
  }

  // ---- directives ----

  /** Handles the directive whose `#` was just read from `frame`. */
  private directive(frame: Frame, file: FileState): void {
    const hash = frame.tokens[frame.pos - 1]!;
    const start = frame.pos;
    let end = start;
    while (!frame.tokens[end]!.bol) end++;
    frame.pos = end;
    if (end === start) return;
    const name = frame.tokens[start]!;
    const rest = frame.tokens.slice(start + 1, end);
    if (name.kind === "number") {
      this.lineDirective(frame.tokens.slice(start, end), file, hash);
      return;
    }
    switch (name.text) {
      case "define":
        this.define(rest, name);
        return;
      case "undef":
        this.undefine(rest, name);
        return;
      case "include":
      case "include_next":
      case "import":
        this.include(rest, name);
        return;
      case "if":
        this.openConditional(this.condition(rest, name), hash, frame, file);
        return;
      case "ifdef":
      case "ifndef":
        this.openConditional(this.ifdef(rest, name) === (name.text === "ifdef"), hash, frame, file);
        return;
      case "elif":
      case "elifdef":
      case "elifndef":
      case "else": {
        const open = this.innermost(file, name);
        if (open === null) return;
        this.checkElse(open, name);
        // The branch before it was taken, so everything up to #endif is passed over.
        this.skipGroups(frame, file, open);
        return;
      }
      case "endif":
        if (this.innermost(file, name) !== null) file.conditionals.pop();
        return;
      case "line":
        this.lineDirective(this.expandList(rest, name.loc), file, name);
        return;
      case "error":
        this.error(name.loc, `#error ${tokensText(rest)}`);
        return;
      case "warning":
        this.error(name.loc, `#warning ${tokensText(rest)}`, "warning");
        return;
      case "pragma":
        this.pragma(rest, name, null);
        return;
      case "ident":
      case "sccs":
      case "assert":
      case "unassert":
        return;
      default:
        this.error(name.loc, `invalid preprocessing directive #${name.text}`);
    }
  }

  private innermost(file: FileState, name: Token): Conditional | null {
    const open = file.conditionals[file.conditionals.length - 1];
    if (open === undefined) this.error(name.loc, `#${name.text} without #if`);
    return open ?? null;
  }

  private checkElse(open: Conditional, name: Token): void {
    if (open.sawElse) this.error(name.loc, `#${name.text} after #else`);
    if (name.text === "else") open.sawElse = true;
  }

  private openConditional(value: boolean, hash: Token, frame: Frame, file: FileState): void {
    if (file.conditionals.length >= this.limits.nesting) this.limit(hash.loc, "#if is nested too deeply");
    const open: Conditional = { taken: value, sawElse: false, loc: hash.loc };
    file.conditionals.push(open);
    if (!value) this.skipGroups(frame, file, open);
  }

  /** Passes over source up to the branch of `open` to be read, or behind its #endif. Jumps from directive to directive. */
  private skipGroups(frame: Frame, file: FileState, open: Conditional): void {
    const { tokens, directives } = file.lexed;
    let next = firstAtLeast(directives, frame.pos);
    let depth = 0;
    for (; next < directives.length; next++) {
      const at = directives[next]! + 1;
      const name = tokens[at]!;
      if (name.bol || name.kind !== "ident") continue;
      const word = name.text;
      if (word === "if" || word === "ifdef" || word === "ifndef") {
        depth++;
      } else if (word === "endif") {
        if (depth-- > 0) continue;
        file.conditionals.pop();
        frame.pos = lineEnd(tokens, at);
        return;
      } else if (
        depth === 0 &&
        (word === "else" || word === "elif" || word === "elifdef" || word === "elifndef")
      ) {
        this.checkElse(open, name);
        if (open.taken) continue;
        const end = lineEnd(tokens, at);
        frame.pos = end;
        const rest = tokens.slice(at + 1, end);
        const value =
          word === "else" ||
          (word === "elif" ? this.condition(rest, name) : this.ifdef(rest, name) === (word === "elifdef"));
        if (value) {
          open.taken = true;
          return;
        }
      }
    }
    frame.pos = tokens.length - 1;
  }

  private ifdef(rest: readonly Token[], name: Token): boolean {
    const macro = rest[0];
    if (macro === undefined || macro.kind !== "ident") {
      this.error(name.loc, `no macro name given in #${name.text} directive`);
      return name.text === "ifndef";
    }
    return this.isDefined(macro.text);
  }

  private condition(rest: readonly Token[], name: Token): boolean {
    const wasIn = this.inCondition;
    this.inCondition = true;
    const tokens = this.expandList(rest, name.loc);
    this.inCondition = wasIn;
    const result = evaluateCondition(tokens);
    if (result.problem !== null) this.error(result.at?.loc ?? name.loc, result.problem);
    return result.value !== 0n;
  }

  private lineDirective(tokens: readonly Token[], file: FileState, at: Token): void {
    const number = tokens[0]?.kind === "number" ? parseInt(tokens[0].text, 10) : NaN;
    if (!Number.isSafeInteger(number)) {
      this.error(at.loc, `"${tokens[0]?.text ?? ""}" after #line is not a positive integer`);
      return;
    }
    file.lineDelta = number - (at.loc.line + 1);
    const path = tokens[1];
    if (path?.kind === "string") {
      const { units } = literalUnits(path.text, "u16");
      file.presumedPath = String.fromCharCode(...units.slice(0, 4096));
    }
  }

  // ---- #define ----

  private define(rest: readonly Token[], directive: Token): void {
    const name = rest[0];
    if (name === undefined || name.kind !== "ident") {
      const message =
        name === undefined ? "no macro name given in #define directive" : "macro names must be identifiers";
      this.error(directive.loc, message);
      return;
    }
    if (name.text === "defined" || name.text === "__VA_OPT__" || name.text === "__VA_ARGS__") {
      this.error(name.loc, `"${name.text}" cannot be used as a macro name`);
      return;
    }
    if (this.sticky.has(name.text)) return;
    const macro = this.parseDefinition(rest, name);
    if (macro === null) return;
    const old = this.macros.own(macro.name);
    if (old !== undefined && !sameMacro(old, macro))
      this.error(name.loc, `"${macro.name}" redefined`, "warning");
    this.macros.set(macro);
  }

  private parseDefinition(rest: readonly Token[], name: Token): MacroDef | null {
    let params: string[] | null = null;
    let variadic = false;
    let at = 1;
    const paren = rest[1];
    if (paren !== undefined && paren.text === "(" && !paren.space && paren.kind === "punct") {
      params = [];
      at = 2;
      for (;;) {
        const token = rest[at++];
        if (token === undefined) return this.badParams(name, "expected ')' before end of line");
        if (token.text === ")" && params.length === 0) break;
        if (token.text === "...") {
          variadic = true;
          params.push("__VA_ARGS__");
        } else if (token.kind !== "ident") {
          return this.badParams(token, `expected parameter name, found "${token.text}"`);
        } else {
          if (params.includes(token.text))
            return this.badParams(token, `duplicate macro parameter "${token.text}"`);
          params.push(token.text);
          if (params.length > 4096) this.limit(token.loc, "macro has too many parameters");
          if (rest[at]?.text === "...") {
            variadic = true;
            at++;
          }
        }
        const separator = rest[at++];
        if (separator?.text === ")") break;
        if (variadic || separator?.text !== ",") {
          return this.badParams(
            separator ?? name,
            `expected ',' or ')', found "${separator?.text ?? "end of line"}"`,
          );
        }
      }
    }
    const body = rest.slice(at);
    const first = body[0];
    const last = body[body.length - 1];
    if (first?.text === "##" || last?.text === "##") {
      this.error(name.loc, "'##' cannot appear at either end of a macro expansion");
      return null;
    }
    if (params !== null) {
      for (let i = 0; i < body.length; i++) {
        if (body[i]!.text !== "#" || body[i]!.kind !== "punct") continue;
        const next = body[i + 1]?.text ?? "";
        if (!params.includes(next) && !(variadic && next === "__VA_OPT__")) {
          this.error(body[i]!.loc, "'#' is not followed by a macro parameter");
          return null;
        }
      }
    }
    return { name: name.text, params, variadic, body, loc: name.loc };
  }

  private badParams(at: Token, message: string): null {
    this.error(at.loc, message);
    return null;
  }

  private undefine(rest: readonly Token[], directive: Token): void {
    const name = rest[0];
    if (name === undefined || name.kind !== "ident")
      this.error(directive.loc, "no macro name given in #undef directive");
    else if (!this.sticky.has(name.text)) this.macros.delete(name.text);
  }

  // ---- #include ----

  private include(rest: readonly Token[], directive: Token): void {
    if (this.inArguments > 0) {
      this.error(directive.loc, "#include inside the arguments of a macro");
      return;
    }
    const first = rest[0]?.kind;
    const direct = first === "header" || first === "string";
    const header = this.headerName(direct ? rest : this.expandList(rest, directive.loc));
    if (header === null) {
      this.error(directive.loc, `#${directive.text} expects "FILENAME" or <FILENAME>`);
      return;
    }
    const source = this.find(header, directive.text === "include_next");
    if (source === null) {
      if (!this.ignoreMissing) this.error(rest[0]!.loc, `${header.name}: no such file`);
      return;
    }
    if (this.once.has(source)) return;
    if (directive.text === "import") this.once.add(source);
    if (this.open.length > this.limits.includeDepth)
      this.limit(directive.loc, "#include is nested too deeply");
    if (++this.includes > this.limits.includes) this.limit(directive.loc, "too many #include directives");
    this.enterFile(source);
  }

  private find(header: Header, next: boolean): SourceFile | null {
    return this.resolve(header.name, header.system, this.currentFile().source.path, next);
  }

  private headerName(tokens: readonly Token[]): Header | null {
    const first = tokens[0];
    if (first === undefined) return null;
    if (first.kind === "header") return { name: first.text.slice(1, -1), system: true };
    if (first.kind === "string" && first.text[0] === '"')
      return { name: first.text.slice(1, -1), system: false };
    if (first.text !== "<") return null;
    const close = tokens.findIndex((token) => token.text === ">");
    if (close < 0) return null;
    return { name: tokensText(tokens.slice(1, close)).trim(), system: true };
  }

  // ---- #pragma ----

  /** `out`: where a `_Pragma` puts what the parser must see; null for a directive, which is put on the input instead. */
  private pragma(words: readonly Token[], at: Token, out: Token[] | null): void {
    const text = words.map((word) => word.text);
    const first = text[0];
    if (first === "once") {
      this.once.add(this.currentFile().source);
    } else if ((first === "push_macro" || first === "pop_macro") && words[2]?.kind === "string") {
      const name = words[2].text.slice(1, -1);
      if (this.sticky.has(name)) return;
      const stack = this.pushed.get(name) ?? [];
      this.pushed.set(name, stack);
      if (first === "push_macro") {
        stack.push(this.macros.get(name) ?? null);
      } else {
        const old = stack.pop();
        if (old === null) this.macros.delete(name);
        else if (old !== undefined) this.macros.set(old);
      }
    } else if (first === "pack") {
      const token = makeToken("pragma", text.join(" "), at.loc, at.space, false, null);
      if (out !== null) out.push(token);
      else this.frames.push({ tokens: [token], pos: 0, file: null });
    }
  }
}

interface Header {
  readonly name: string;
  readonly system: boolean;
}

function dynamicLoc(at: Token): Loc {
  return makeLoc(at.loc.file, at.loc.line, at.loc.col, at.loc, at.text);
}

function spaced(token: Token, space: boolean): Token {
  if (token === PLACEMARKER || token.space === space) return token;
  return makeToken(token.kind, token.text, token.loc, space, token.bol, token.hide);
}

/** Index of the first element that is at least `value` in an ascending list. */
function firstAtLeast(list: readonly number[], value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the token that starts the next line. */
function lineEnd(tokens: readonly Token[], at: number): number {
  let end = at;
  while (!tokens[end]!.bol) end++;
  return end;
}

/** One use of a macro: makes the tokens of its expansion from those of the replacement list and the arguments. */
class Substitution {
  readonly macro: MacroDef;
  readonly args: readonly Argument[];
  readonly name: Token;
  readonly hide: HideSet;
  private readonly origin: Origin;

  constructor(macro: MacroDef, args: readonly Argument[], name: Token, hide: HideSet) {
    this.macro = macro;
    this.args = args;
    this.name = name;
    this.hide = hide;
    this.origin = { name, macro: macro.name };
  }

  bodyLoc(token: Token): Loc {
    const loc = token.loc;
    return makeLoc(loc.file, loc.line, loc.col, this.name.loc, this.macro.name);
  }

  bodyToken(token: Token): Token {
    return madeBy(token, this.origin, token.space, this.hide);
  }

  /** A token of an argument. `space` overrides its own white space for the first one. */
  argToken(token: Token, space: boolean | null): Token {
    const hide = hideUnion(token.hide, this.hide);
    if (!isMade(token)) return madeBy(token, this.origin, space ?? token.space, hide);
    return makeToken(token.kind, token.text, token.loc, space ?? token.space, false, hide);
  }

  isVariadicArg(step: Step): boolean {
    return step.op === "arg" && this.macro.variadic && step.arg === this.macro.params!.length - 1;
  }

  /** gcc's rule for `, ## args`: left out, or empty where it is the only parameter. */
  variadicOmitted(): boolean {
    const count = this.macro.params!.length;
    return this.args.length < count || (count === 1 && this.args[0]!.tokens.length === 0);
  }
}

// ---- replacement lists --------------------------------------------------------------------------------------------

/** Turns a replacement list into steps: which tokens are parameters, what is pasted to what. */
function prepare(macro: MacroDef): readonly Step[] {
  const indexes = new Map<string, number>();
  for (const [index, param] of (macro.params ?? []).entries()) indexes.set(param, index);
  return prepareRange(macro, indexes, 0, macro.body.length, false);
}

function prepareRange(
  macro: MacroDef,
  indexes: ReadonlyMap<string, number>,
  from: number,
  to: number,
  inVaOpt: boolean,
): readonly Step[] {
  const steps: Step[] = [];
  const body = macro.body;
  let at = from;
  while (at < to) {
    let token = body[at]!;
    let op: Step["op"] = "token";
    const spacing = token;
    if (token.text === "#" && token.kind === "punct" && macro.params !== null && at + 1 < to) {
      op = "string";
      token = body[++at]!;
    }
    let arg = -1;
    let inner: readonly Step[] = [];
    if (token.kind === "ident") {
      if (macro.variadic && !inVaOpt && token.text === "__VA_OPT__" && body[at + 1]?.text === "(") {
        const close = closingParen(body, at + 1, to);
        inner = prepareRange(macro, indexes, at + 2, close, true);
        if (op === "token") op = "vaOpt";
        at = close;
      } else {
        arg = indexes.get(token.text) ?? -1;
        if (arg >= 0 && op === "token") op = "arg";
      }
    }
    at++;
    let pastes = false;
    while (at + 1 < to && body[at]!.text === "##" && body[at]!.kind === "punct") {
      pastes = true;
      at++;
    }
    steps.push({ op, token: spacing, arg, pastes, inner });
  }
  return steps;
}

function closingParen(body: readonly Token[], open: number, to: number): number {
  let depth = 0;
  for (let at = open; at < to; at++) {
    if (body[at]!.text === "(") depth++;
    else if (body[at]!.text === ")" && --depth === 0) return at;
  }
  return to;
}

/** The value of a macro that is a plain number, as `#define ORDER 9`; null when it is anything else. */
export function macroNumber(macro: MacroDef): bigint | null {
  if (macro.params !== null || macro.body.length !== 1) return null;
  const number = parseNumber(macro.body[0]!.text);
  return number !== null && number.kind === "int" ? number.value : null;
}
