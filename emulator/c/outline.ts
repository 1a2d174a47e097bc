/**
 * A tolerant outline of raw C text: which functions, macros, records, enumerations, typedefs and file-scope variables a
 * fragment such as a diff hunk defines, on which lines, and whether all of each is there. Works on tokens of text that
 * was not preprocessed, laid out as the kernel's is: what stands at file scope starts in column 1. A fragment may begin
 * or end in the middle of a function, a comment or a macro. Leaves out: declarations that define nothing (prototypes,
 * `extern`), and everything inside functions.
 */

import { lexText } from "./lexer.ts";
import type { Token } from "./token.ts";

export type OutlineKind = "function" | "macro" | "struct" | "union" | "enum" | "typedef" | "variable";

export interface OutlineItem {
  readonly kind: OutlineKind;
  /** "" for an enumeration without a tag. `SYSCALL_DEFINE3(read, ...)` is called `sys_read`. */
  readonly name: string;
  /** First line of the definition, return type and specifiers included; 1-based, of the fragment. */
  readonly startLine: number;
  /** Last line; of what is there, when the definition is not whole. */
  readonly endLine: number;
  /** Line of the `{` of a function, record, enumeration or braced initialiser; null when there is none. */
  readonly braceLine: number | null;
  /** All of the definition is in the fragment. */
  readonly whole: boolean;
  readonly isStatic: boolean;
  /** The macro that makes the definition, such as `SYSCALL_DEFINE3` or `DEFINE_MUTEX`. */
  readonly macro?: string;
  /** For a macro: whether it takes arguments. */
  readonly functionLike?: boolean;
  /** For an enumeration: the names it defines. */
  readonly enumerators?: readonly string[];
}

/** The top-level definitions of `text`, in the order in which they begin. */
export function outline(text: string): OutlineItem[] {
  return new Outliner(text).run();
}

/** Words that cannot be the name of a function although `(` may follow them. */
const NOT_NAMES: ReadonlySet<string> = new Set(
  (
    "if for while switch do else return sizeof typeof __typeof__ __typeof case goto void char short int long float double " +
    "signed unsigned _Bool bool struct union enum const volatile static inline extern __attribute__ __attribute asm " +
    "__asm__ _Alignas __aligned __printf __scanf __section __alloc_size __assume_aligned __acquires __releases " +
    "__must_hold __cond_acquires __acquires_shared __printf_like __format_arg __nonnull __error __warning __cleanup __copy " +
    "__counted_by __diag_ignore __malloc __alias __realloc_size __designated_init __no_sanitize_or_inline __initdata_or " +
    "noinstr_section __guarded_by _Static_assert static_assert __no_context_analysis __must_hold_shared"
  ).split(" "),
);

const CONTROL: ReadonlySet<string> = new Set(
  "if for while switch do else return case default goto break continue".split(" "),
);

/** Macros that, with a body or alone, define nothing at file scope that has a C name. */
const DEFINING_CALL = /^(DEFINE_|DECLARE_.*(HASHTABLE|BITMAP|WORK|KFIFO)|.*_HEAD$|__?DEFINE_)/;

/** Macros that begin a function, so that a body follows even where it is cut off. */
const BODY_MACRO = /^((COMPAT_)?SYSCALL_DEFINE|BPF_CALL_)[0-9]/;

/** The state of the scan that an `#else` must take back to what it was at the `#if`. */
interface Branch {
  readonly atIf: ScanState;
  atFirstEnd: ScanState | null;
}

/** Braces open and the definition they belong to; immutable, so that `#else` can go back to one. */
interface ScanState {
  readonly depth: number;
  readonly parens: number;
  /** Index of the first token of the item being read; -1 between items and in code that is none. */
  readonly start: number;
  /** The item whose braces are open. */
  readonly open: OpenItem | null;
  /** Tokens of the item, those of braces left out. */
  readonly head: readonly Token[];
  /** A `=` was seen outside of brackets: what follows initialises. */
  readonly initialised: boolean;
  readonly braceLine: number | null;
}

interface OpenItem {
  readonly what: "function" | "record" | "initializer" | "skip";
  readonly openAt: number;
}

const IDLE: ScanState = {
  depth: 0,
  parens: 0,
  start: -1,
  open: null,
  head: [],
  initialised: false,
  braceLine: null,
};

const HEAD_MAX = 2000;

class Outliner {
  private readonly lines: readonly string[];
  private readonly tokens: readonly Token[];
  private readonly items: OutlineItem[] = [];
  private state: ScanState = IDLE;
  private readonly branches: Branch[] = [];

  constructor(text: string) {
    const lines = text.split("\n");
    if (lines[lines.length - 1] === "") lines.pop();
    this.lines = blankBrokenStart(lines);
    this.tokens = lexText(this.lines.join("\n"), 0).tokens;
  }

  run(): OutlineItem[] {
    const last = this.tokens.length - 1;
    let at = 0;
    while (at < last) {
      const token = this.tokens[at]!;
      if (token.bol && token.text === "#" && token.kind === "punct") {
        at = this.directive(at);
        continue;
      }
      this.scan(token, at);
      at++;
    }
    this.finish();
    return this.items.sort((a, b) => a.startLine - b.startLine || a.endLine - b.endLine);
  }

  // ---- directives ----

  /** Handles the directive whose `#` is at `at`; returns the index behind its line. */
  private directive(at: number): number {
    const hash = this.tokens[at]!;
    let end = at + 1;
    while (!this.tokens[end]!.bol) end++;
    const word = end > at + 1 ? this.tokens[at + 1]!.text : "";
    switch (word) {
      case "define":
        if (end > at + 2) this.macro(hash, this.tokens[at + 2]!, this.tokens[at + 3]);
        break;
      case "if":
      case "ifdef":
      case "ifndef":
        this.branches.push({ atIf: this.state, atFirstEnd: null });
        break;
      case "else":
      case "elif": {
        const branch = this.branches[this.branches.length - 1];
        // An #else whose #if is not in the fragment: what was open stays open.
        if (branch === undefined) break;
        branch.atFirstEnd ??= this.state;
        this.state = branch.atIf;
        break;
      }
      case "endif": {
        const branch = this.branches.pop();
        if (branch?.atFirstEnd) this.state = branch.atFirstEnd;
        break;
      }
    }
    return end;
  }

  private macro(hash: Token, name: Token, next: Token | undefined): void {
    if (name.kind !== "ident") return;
    const startLine = hash.loc.line;
    let endLine = startLine;
    while (endLine <= this.lines.length && /\\[ \t\r]*$/.test(this.lines[endLine - 1]!)) endLine++;
    const whole = endLine <= this.lines.length;
    const functionLike = next !== undefined && next.text === "(" && !next.space && !next.bol;
    this.items.push({
      kind: "macro",
      name: name.text,
      startLine,
      endLine: Math.min(endLine, this.lines.length),
      braceLine: null,
      whole,
      isStatic: false,
      functionLike,
    });
  }

  // ---- the scan ----

  private scan(token: Token, at: number): void {
    const state = this.state;
    if (state.open !== null) {
      this.scanBraced(state, token, at);
      return;
    }
    if (state.start < 0) {
      this.scanBetween(token, at);
      return;
    }
    this.scanHead(state, token, at);
  }

  /** Inside the braces of an item, or of code that is none. */
  private scanBraced(state: ScanState, token: Token, at: number): void {
    if (token.kind !== "punct") return;
    if (token.text === "{") {
      this.state = { ...state, depth: state.depth + 1 };
    } else if (token.text === "}") {
      const depth = state.depth - 1;
      this.state = { ...state, depth };
      if (depth === 0) this.closed(state, token, at);
    }
  }

  /** The brace that closes the outermost open one. */
  private closed(state: ScanState, token: Token, at: number): void {
    const open = state.open!;
    if (open.what === "function") {
      this.emitFunction(state, token.loc.line, true);
      this.state = IDLE;
    } else if (open.what === "skip") {
      this.state = IDLE;
    } else {
      if (open.what === "record") this.emitRecord(state, at, true);
      // Declarators or the `;` follow. The brace stays in the head: it ends the type of `struct { ... } name`.
      const head = open.what === "record" ? this.extended(state, token) : state.head;
      this.state = { ...state, head, open: null, depth: 0 };
    }
  }

  /** Between items: only what stands in column 1 can begin one. */
  private scanBetween(token: Token, at: number): void {
    if (token.text === "{" && token.kind === "punct") {
      this.state = { ...IDLE, depth: 1, open: { what: "skip", openAt: at } };
      return;
    }
    const starts = token.bol && token.loc.col === 1 && token.kind === "ident";
    if (!starts || CONTROL.has(token.text)) return;
    // A label in the function in whose middle the fragment begins.
    if (this.tokens[at + 1]?.text === ":") return;
    this.state = { ...IDLE, start: at, head: [token] };
  }

  private scanHead(state: ScanState, token: Token, at: number): void {
    const text = token.kind === "punct" ? token.text : "";
    if (text === "(" || text === "[") {
      this.state = { ...state, parens: state.parens + 1, head: this.extended(state, token) };
    } else if (text === ")" || text === "]") {
      this.state = { ...state, parens: Math.max(0, state.parens - 1), head: this.extended(state, token) };
    } else if (text === "}") {
      // The end of a function whose beginning is not here.
      this.state = IDLE;
    } else if (text === "{" && state.parens > 0) {
      // Braces in the arguments of a macro, a statement expression or a compound literal.
      this.skipGroup(state, at);
    } else if (text === "{") {
      this.openBrace(state, token, at);
    } else if (text === ";" && state.parens === 0) {
      this.emitDeclaration(state, token.loc.line);
      this.state = IDLE;
    } else if (text === "=" && state.parens === 0) {
      this.state = { ...state, initialised: true, head: this.extended(state, token) };
    } else if (this.restarts(state, token)) {
      this.emitMacroCall(state, state.head[state.head.length - 1]!.loc.line);
      this.state = IDLE;
      this.scanBetween(token, at);
    } else {
      this.state = { ...state, head: this.extended(state, token) };
    }
  }

  /** The head grows in place while one path reads it; `#else` goes back to a shorter view, so it is copied then. */
  private extended(state: ScanState, token: Token): readonly Token[] {
    const head = state.head as Token[];
    if (head.length >= HEAD_MAX) return head;
    if (this.branches.length > 0) return [...head, token];
    head.push(token);
    return head;
  }

  /** Whether a new item begins although the one before has no `;`: `MODULE_FOO(x)` alone on its line. */
  private restarts(state: ScanState, token: Token): boolean {
    if (!token.bol || token.loc.col !== 1 || token.kind !== "ident" || state.parens > 0 || state.initialised)
      return false;
    const { head } = state;
    return head.length >= 3 && head[1]!.text === "(" && head[head.length - 1]!.text === ")";
  }

  /** Braces within parentheses belong to the head and are kept out of it. */
  private skipGroup(state: ScanState, at: number): void {
    this.state = { ...state, depth: 1, open: { what: "initializer", openAt: at } };
  }

  private openBrace(state: ScanState, token: Token, at: number): void {
    let what: OpenItem["what"];
    if (state.initialised) what = "initializer";
    else if (isRecordHead(state.head)) what = "record";
    else if (functionName(state.head) !== null) what = "function";
    else what = "skip";
    this.state = {
      ...state,
      depth: 1,
      open: { what, openAt: at },
      braceLine: state.braceLine ?? token.loc.line,
    };
  }

  /** At the end of the text: what is still open is not whole. */
  private finish(): void {
    const state = this.state;
    if (state.start < 0) return;
    const endLine = this.lines.length;
    if (state.open?.what === "function") this.emitFunction(state, endLine, false);
    else if (state.open?.what === "record") this.emitRecord(state, this.tokens.length - 1, false);
    else if (state.open?.what === "initializer") this.emitVariables(state, endLine, false);
    else if (state.open === null) this.emitUnfinished(state, endLine);
  }

  /** The head of an item is all there is: a function when it reads like one. */
  private emitUnfinished(state: ScanState, endLine: number): void {
    if (state.initialised) this.emitVariables(state, endLine, false);
    else if (state.head.length > 2 && state.parens === 0 && looksDefined(state.head)) {
      this.emitFunction(state, endLine, false);
    }
  }

  // ---- what was found ----

  private startLine(state: ScanState): number {
    return this.tokens[state.start]!.loc.line;
  }

  private emitFunction(state: ScanState, endLine: number, closed: boolean): void {
    const named = functionName(state.head);
    if (named === null) return;
    // Without a type before the name, the line above the fragment held it.
    const whole = closed && (named.typed || named.macro !== undefined);
    this.items.push({
      kind: "function",
      name: named.name,
      startLine: this.startLine(state),
      endLine,
      braceLine: state.braceLine,
      whole,
      isStatic: hasWord(state.head, "static"),
      ...(named.macro === undefined ? {} : { macro: named.macro }),
    });
  }

  /** A record or enumeration whose closing brace (or the end of the text) is at `at`. */
  private emitRecord(state: ScanState, at: number, closed: boolean): void {
    const open = state.open!.openAt;
    const found = recordHead(state.head);
    if (found === null) return;
    const isTypedef = hasWord(state.head, "typedef");
    if (found.tag === "" && (found.kind !== "enum" || isTypedef)) return;
    let whole = closed;
    let endLine = closed ? this.tokens[at]!.loc.line : this.lines.length;
    if (closed) {
      // The `;` may stand on a later line than the brace, attributes between them.
      const end = this.statementEnd(at + 1);
      if (end === null) whole = false;
      else endLine = end;
    }
    const enumerators = found.kind === "enum" ? this.enumerators(open + 1, at) : undefined;
    this.items.push({
      kind: found.kind,
      name: found.tag,
      startLine: this.startLine(state),
      endLine,
      braceLine: state.braceLine,
      whole,
      isStatic: false,
      ...(enumerators === undefined ? {} : { enumerators }),
    });
  }

  /** Line of the `;` that ends the declaration going on at `at`; null when the text ends first. */
  private statementEnd(at: number): number | null {
    let depth = 0;
    for (; at < this.tokens.length - 1; at++) {
      const token = this.tokens[at]!;
      if (token.kind !== "punct") continue;
      if (token.text === "{" || token.text === "(") depth++;
      else if (token.text === "}" || token.text === ")") depth--;
      else if (token.text === ";" && depth <= 0) return token.loc.line;
    }
    return null;
  }

  private enumerators(from: number, to: number): string[] {
    const names: string[] = [];
    let depth = 0;
    let expected = true;
    for (let at = from; at < to; at++) {
      const token = this.tokens[at]!;
      if (token.bol && token.text === "#" && token.kind === "punct") {
        while (at + 1 < to && !this.tokens[at + 1]!.bol) at++;
        continue;
      }
      if (token.text === "(" || token.text === "{") depth++;
      else if (token.text === ")" || token.text === "}") depth--;
      else if (token.text === "," && depth === 0) expected = true;
      else if (expected && token.kind === "ident") {
        names.push(token.text);
        expected = false;
      }
    }
    return names;
  }

  /** An item that ended with `;` outside of braces. */
  private emitDeclaration(state: ScanState, endLine: number): void {
    const { head } = state;
    if (hasWord(head, "typedef")) {
      for (const name of typedefNames(head)) this.emit(state, "typedef", name, endLine, true);
      return;
    }
    if (head[1]?.text === "(" || (head[2]?.text === "(" && head[0]!.text === "static")) {
      if (this.emitMacroCall(state, endLine)) return;
    }
    this.emitVariables(state, endLine, true);
  }

  /** `DEFINE_MUTEX(lock);` and its like. False when the head is no such call. */
  private emitMacroCall(state: ScanState, endLine: number): boolean {
    const head = state.head[0]?.text === "static" ? state.head.slice(1) : state.head;
    const macro = head[0]!;
    if (head[1]?.text !== "(" || !/^[A-Z_][A-Z0-9_]*$/.test(macro.text)) return false;
    if (!DEFINING_CALL.test(macro.text)) return true;
    const args = callArguments(head, 1);
    const name = (/PER_CPU/.test(macro.text) ? args[1] : args[0])?.find((token) => token.kind === "ident");
    if (name !== undefined) this.emit(state, "variable", name.text, endLine, true, macro.text);
    return true;
  }

  private emitVariables(state: ScanState, endLine: number, whole: boolean): void {
    const { head } = state;
    if (hasWord(head, "extern") && !state.initialised) return;
    if (hasWord(head, "typedef")) return;
    for (const name of variableNames(head)) this.emit(state, "variable", name, endLine, whole);
  }

  private emit(
    state: ScanState,
    kind: OutlineKind,
    name: string,
    endLine: number,
    whole: boolean,
    macro?: string,
  ): void {
    this.items.push({
      kind,
      name,
      startLine: this.startLine(state),
      endLine,
      braceLine: state.braceLine,
      whole,
      isStatic: hasWord(state.head, "static"),
      ...(macro === undefined ? {} : { macro }),
    });
  }
}

// ---- where a fragment begins -------------------------------------------------------------------------------------

/** Empties the lines at the start that belong to a comment or a macro begun above the fragment. */
function blankBrokenStart(lines: readonly string[]): readonly string[] {
  let broken = brokenComment(lines);
  if (broken === 0) broken = brokenMacro(lines);
  if (broken === 0) return lines;
  const kept = lines.map((line, index) => (index < broken ? "" : line));
  const last = lines[broken - 1]!;
  const close = last.indexOf("*/");
  // Code may follow the end of the comment on its line; its column stays what it was.
  if (close >= 0) kept[broken - 1] = " ".repeat(close + 2) + last.slice(close + 2);
  return kept;
}

/** Number of lines at the start that are the tail of a comment. */
function brokenComment(lines: readonly string[]): number {
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const close = line.indexOf("*/");
    const open = line.indexOf("/*");
    if (close >= 0 && (open < 0 || close < open)) {
      // `*/` first: everything before it is comment, unless code with such a string says otherwise.
      return (line.match(/"[^"]*"/g) ?? []).some((s) => s.includes("*/")) ? 0 : i + 1;
    }
    if (open >= 0) break;
  }
  let count = 0;
  while (count < lines.length && /^\s*\*(\s|$)/.test(lines[count]!) && !/[;{}]\s*$/.test(lines[count]!))
    count++;
  return count;
}

/** Number of lines at the start that are the tail of a `#define`: all but the last end in a backslash. */
function brokenMacro(lines: readonly string[]): number {
  if (lines.length === 0 || /^\s*#/.test(lines[0]!)) return 0;
  let count = 0;
  while (count < lines.length && /\\[ \t\r]*$/.test(lines[count]!)) count++;
  return count === 0 ? 0 : Math.min(count + 1, lines.length);
}

// ---- reading heads -----------------------------------------------------------------------------------------------

function hasWord(head: readonly Token[], word: string): boolean {
  let depth = 0;
  for (const token of head) {
    if (token.text === "(") depth++;
    else if (token.text === ")") depth--;
    else if (token.text === "=" && depth === 0) return false;
    else if (depth === 0 && token.text === word) return true;
  }
  return false;
}

interface RecordHead {
  readonly kind: "struct" | "union" | "enum";
  readonly tag: string;
}

/** Whether the `{` behind this head opens the members of a record: `[words] struct [attributes] [tag] [attributes]`. */
function isRecordHead(head: readonly Token[]): boolean {
  return recordHead(head) !== null;
}

function recordHead(head: readonly Token[]): RecordHead | null {
  const at = head.findIndex(
    (token) => token.text === "struct" || token.text === "union" || token.text === "enum",
  );
  if (at < 0) return null;
  let tag = "";
  let depth = 0;
  for (let i = at + 1; i < head.length; i++) {
    const token = head[i]!;
    if (token.text === "(") depth++;
    else if (token.text === ")") depth--;
    else if (depth > 0) continue;
    else if (token.kind !== "ident") break;
    else if (token.text.startsWith("__attribute")) continue;
    // `struct foo *bar(...)`, `struct foo bar(...)`: a function.
    else if (tag !== "" && !token.text.startsWith("__") && head[i + 1]?.text === "(") return null;
    // `struct __packed foo`: an annotation may stand before the tag, and behind it.
    else if (tag === "" || (tag.startsWith("__") && !token.text.startsWith("__"))) tag = token.text;
    // Any other second name is a function's or a variable's.
    else if (!/^(__|_Alignas$)/.test(token.text)) return null;
  }
  // `struct foo bar(...) {`: a function that returns a structure has parentheses after its name.
  const { length } = head;
  if (length > at + 2 && head[length - 1]!.text === ")" && !head.slice(at).some((t) => /^__/.test(t.text)))
    return null;
  if (head.slice(at + 1).some((token) => token.text === "*")) return null;
  return { kind: head[at]!.text as RecordHead["kind"], tag };
}

interface FunctionName {
  readonly name: string;
  /** Something stands before the name that can be a type. */
  readonly typed: boolean;
  readonly macro?: string;
}

/** The name of the function whose head this is, up to its `{`; null when it is no function's. */
function functionName(head: readonly Token[]): FunctionName | null {
  if (CONTROL.has(head[0]?.text ?? "")) return null;
  let fallback: FunctionName | null = null;
  for (let at = 0; at + 1 < head.length; ) {
    const token = head[at]!;
    if (token.text === "=") return null;
    if (head[at + 1]!.text !== "(" || token.kind !== "ident") {
      // `void (*get(int n))(int)`: the name is inside the first parentheses.
      if (token.text === "(" && head[at + 1]!.text === "*") {
        const inner = functionName(head.slice(at + 1, closingAt(head, at)));
        if (inner !== null) return { ...inner, typed: true };
      }
      at = token.text === "(" ? closingAt(head, at) + 1 : at + 1;
      continue;
    }
    if (NOT_NAMES.has(token.text)) {
      if (head[at + 2]?.text === "*" && !token.text.startsWith("__")) {
        const inner = functionName(head.slice(at + 2, closingAt(head, at + 1)));
        if (inner !== null) return { ...inner, typed: true };
      }
      at = closingAt(head, at + 1) + 1;
      continue;
    }
    const named = nameAt(head, at);
    if (named === null) return null;
    // `__releases(x) foo(...)`: a name with a leading underscore may be an annotation nobody listed.
    if (!token.text.startsWith("__") || named.macro !== undefined) return named;
    fallback ??= named;
    at = closingAt(head, at + 1) + 1;
  }
  return fallback;
}

/** The function that `head[at]`, which `(` follows, names. */
function nameAt(head: readonly Token[], at: number): FunctionName | null {
  const name = head[at]!.text;
  const typed = at > 0;
  if (/for_each|foreach/i.test(name) && !typed) return null;
  const args = callArguments(head, at + 1);
  const first = args[0]?.length === 1 && args[0][0]!.kind === "ident" ? args[0][0]!.text : null;
  const syscall = /^(COMPAT_)?SYSCALL_DEFINE[0-9](_|$)/.exec(name);
  if (syscall !== null) {
    if (first === null) return null;
    return { name: `${syscall[1] === undefined ? "" : "compat_"}sys_${first}`, typed, macro: name };
  }
  const onlyStatic = at === 1 && head[0]!.text === "static";
  if ((!typed || onlyStatic) && /^[A-Z][A-Z0-9_]*$/.test(name) && first !== null) {
    return { name: first, typed, macro: name };
  }
  return { name, typed };
}

/** Index of the parenthesis that closes the one at `open`, or the last index. */
function closingAt(head: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < head.length; at++) {
    if (head[at]!.text === "(") depth++;
    else if (head[at]!.text === ")" && --depth === 0) return at;
  }
  return head.length - 1;
}

function callArguments(head: readonly Token[], open: number): Token[][] {
  const close = closingAt(head, open);
  const args: Token[][] = [[]];
  let depth = 0;
  for (const token of head.slice(open + 1, close)) {
    if (token.text === "(") depth++;
    else if (token.text === ")") depth--;
    if (token.text === "," && depth === 0) args.push([]);
    else args[args.length - 1]!.push(token);
  }
  return args;
}

/** Whether a head that the text broke off after its `)` is that of a definition; a prototype would have its `;`. */
function looksDefined(head: readonly Token[]): boolean {
  const named = functionName(head);
  const isKnown = named?.macro !== undefined && BODY_MACRO.test(named.macro);
  return named !== null && (named.typed || isKnown) && head[head.length - 1]!.text === ")";
}

/** The names a typedef declares. */
function typedefNames(head: readonly Token[]): string[] {
  const names: string[] = [];
  let from = 0;
  let depth = 0;
  for (let at = 0; at <= head.length; at++) {
    const text = head[at]?.text;
    if (text === "(" || text === "[") depth++;
    else if (text === ")" || text === "]") depth--;
    else if (text === undefined || (text === "," && depth === 0)) {
      const name = typedefName(head.slice(from, at));
      if (name !== null) names.push(name);
      from = at + 1;
    }
  }
  return names;
}

function typedefName(head: readonly Token[]): string | null {
  // The name of a function type may be in parentheses, `(*name)(...)` or `(name)(...)`; else it is the last name.
  for (let at = 0; at + 2 < head.length; at++) {
    if (head[at]!.text !== "(") continue;
    const close = closingAt(head, at);
    const names = head
      .slice(at + 1, close)
      .filter((token) => token.kind === "ident" && !isAnnotation(token.text));
    const grouped = head[at + 1]!.text === "*" || (names.length === 1 && head[close + 1]?.text === "(");
    if (grouped && names.length > 0 && !head[at - 1]?.text.startsWith("__")) return names[0]!.text;
    at = close;
  }
  let depth = 0;
  let found: string | null = null;
  let last: string | null = null;
  for (const token of head) {
    if (token.text === "(" || token.text === "[") {
      // A function type: the name stands before its parameters.
      if (depth++ === 0 && last !== null && !last.startsWith("__")) found = last;
    } else if (token.text === ")" || token.text === "]") depth--;
    else if (depth === 0 && token.kind === "ident") {
      last = token.text;
      if (!isAnnotation(last)) found = last;
    }
  }
  return found;
}

function isAnnotation(name: string): boolean {
  return /^__(packed|aligned|attribute|randomize_layout|init|initdata|exit|exitdata|read_mostly|ro_after_init|refdata|devinit|used|unused|maybe_unused|section|cacheline|percpu|user|iomem|rcu|force|weak|visible|designated|always_unused|initconst|pure|cold)/.test(
    name,
  );
}

/** Words of a declaration that are no type by themselves. */
const QUALIFIERS: ReadonlySet<string> = new Set(
  "static const volatile extern inline register __inline __always_inline".split(" "),
);

/** Words that are a type, or begin one. */
const TYPES: ReadonlySet<string> = new Set(
  "struct union enum unsigned signed int long short char void float double _Bool bool typeof __typeof__".split(
    " ",
  ),
);

/** Names that a declaration head (initialisers left in, braces left out) defines: not those of prototypes. */
function variableNames(head: readonly Token[]): string[] {
  const names: string[] = [];
  /** A type was seen before the name. */
  let typed = false;
  let name: string | null = null;
  /** Between `=` and `,`. */
  let initialiser = false;
  let isFunction = false;
  let isArray = false;
  const flush = (): void => {
    if (name !== null && typed && !isFunction) names.push(name);
    name = null;
    initialiser = isFunction = isArray = false;
  };
  for (let at = 0; at < head.length; at++) {
    const token = head[at]!;
    const { text } = token;
    if (text === "[") {
      at = closingBracket(head, at);
      isArray = true;
    } else if (text === "(") {
      const close = closingAt(head, at);
      const before = head[at - 1]?.text ?? "";
      const inner = head.slice(at + 2, close).find((t) => t.kind === "ident" && !isAnnotation(t.text));
      if (!initialiser && head[at + 1]?.text === "*" && inner !== undefined) {
        // `type (*name)(...)`.
        typed ||= name !== null;
        name = inner.text;
        at = head[close + 1]?.text === "(" ? closingAt(head, close + 1) : close;
        continue;
      }
      if (!initialiser && !isArray && !isAnnotation(before) && !NOT_NAMES.has(before)) isFunction = true;
      at = close;
    } else if (text === "=") {
      initialiser = true;
    } else if (text === ",") {
      flush();
    } else if (
      !initialiser &&
      token.kind === "ident" &&
      !QUALIFIERS.has(text) &&
      !isAnnotation(text) &&
      !isArray
    ) {
      if (TYPES.has(text)) {
        typed = true;
        // `struct tag` is two words of one type.
        if (/^(struct|union|enum)$/.test(text) && head[at + 1]?.kind === "ident") at++;
      } else if (name === null) {
        name = text;
      } else if (!typed || !text.startsWith("__")) {
        // What was taken for the name was the type.
        typed = true;
        name = text;
      }
    }
  }
  flush();
  return names;
}

function closingBracket(head: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < head.length; at++) {
    if (head[at]!.text === "[") depth++;
    else if (head[at]!.text === "]" && --depth === 0) return at;
  }
  return head.length - 1;
}
