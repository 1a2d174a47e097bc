/**
 * C11/GNU source text to preprocessing tokens: line splices, comments, identifiers with `$`, universal character names
 * and non-ASCII letters, preprocessing numbers, prefixed literals, digraphs. Never fails: what is no token comes as
 * `other`. Leaves out: trigraphs (off in GNU mode), the values of literals, and whatever directives do.
 */

import type { CError, SourceFile } from "./ast.ts";
import { makeLoc, type Token, type TokenKind, textToken } from "./token.ts";

export interface LexResult {
  /** Ends with one `eof` token. */
  readonly tokens: readonly Token[];
  /** Indexes into `tokens` of every `#` that starts a line. */
  readonly directives: readonly number[];
  readonly errors: readonly CError[];
}

const IDENT_START = 1;
const DIGIT = 2;
const BLANK = 4;
const IDENT_PART = IDENT_START | DIGIT;

const CLASS = new Uint8Array(128);
for (let c = 97; c <= 122; c++) CLASS[c] = CLASS[c - 32] = IDENT_START;
CLASS[95] = CLASS[36] = IDENT_START;
for (let c = 48; c <= 57; c++) CLASS[c] = DIGIT;
for (const c of [32, 9, 11, 12, 13]) CLASS[c] = BLANK;

/** Punctuators by first character, longest first; the second column is what the token is called. */
const PUNCTUATORS: (readonly (readonly [spelling: string, text: string])[])[] = [];
for (const spelling of (
  "%:%: <<= >>= ... -> ++ -- << >> <= >= == != && || *= /= %= += -= &= ^= |= ## " +
  "<: :> <% %> %: [ ] ( ) { } . & * + - ~ ! / % < > ^ | ? : ; = , #"
).split(" ")) {
  const digraphs: Record<string, string> = {
    "%:%:": "##",
    "<:": "[",
    ":>": "]",
    "<%": "{",
    "%>": "}",
    "%:": "#",
  };
  const first = spelling.charCodeAt(0);
  PUNCTUATORS[first] = [...(PUNCTUATORS[first] ?? []), [spelling, digraphs[spelling] ?? spelling]];
}

/** The text without line splices, and the offsets in it at which a physical line began because of one. */
interface Spliced {
  readonly text: string;
  readonly breaks: readonly number[];
}

function removeSplices(source: string): Spliced {
  let at = source.indexOf("\\");
  if (at < 0) return { text: source, breaks: [] };
  const pieces: string[] = [];
  const breaks: number[] = [];
  let from = 0;
  let removed = 0;
  for (; at >= 0; at = source.indexOf("\\", at + 1)) {
    let end = at + 1;
    // Blanks between the backslash and the newline are let pass, as gcc does.
    while (end < source.length && (CLASS[source.charCodeAt(end)] ?? 0) === BLANK) end++;
    if (source.charCodeAt(end) !== 10) continue;
    end++;
    pieces.push(source.slice(from, at));
    removed += end - at;
    breaks.push(end - removed);
    from = end;
    at = end - 1;
  }
  if (breaks.length === 0) return { text: source, breaks };
  pieces.push(source.slice(from));
  return { text: pieces.join(""), breaks };
}

/** Whether the character starts or continues an identifier although it is not ASCII (no-break space and BOM do not). */
function isWideLetter(c: number): boolean {
  return c >= 128 && c !== 0xa0 && c !== 0xfeff && c !== 0x2028 && c !== 0x2029;
}

function isIdentPart(c: number): boolean {
  return c < 128 ? (CLASS[c]! & IDENT_PART) !== 0 : isWideLetter(c);
}

/**
 * Names that were met, each as one string: most names of a kernel are met often. A name lies at one of a few places by its hash, and
 * takes the place of another where those are taken: no choice of names makes looking one up long.
 */
const NAME_SLOTS = 1 << 17;
const NAME_PLACES = 6;
const NAME_MAX = 64;
const names: (string | undefined)[] = new Array<string | undefined>(NAME_SLOTS);

/** The name that stands in a text, without a new string where it was met. `hash` is over all its characters. */
function known(text: string, start: number, end: number, hash: number): string {
  const length = end - start;
  if (length > NAME_MAX) return text.slice(start, end);
  const home = (hash ^ (hash >>> 15)) & (NAME_SLOTS - 1);
  let at = home;
  for (let i = 0; i < NAME_PLACES; i++) {
    const place = (home + i) & (NAME_SLOTS - 1);
    const name = names[place];
    if (name === undefined) {
      at = place;
      break;
    }
    if (name.length === length && standsAt(name, text, start)) return name;
  }
  // Not the slice itself: that would keep the text that it is of. This one is of a text of its own.
  const own = `${text.slice(start, end)} `.slice(0, -1);
  names[at] = own;
  return own;
}

function standsAt(name: string, text: string, start: number): boolean {
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) !== text.charCodeAt(start + i)) return false;
  return true;
}

/** Splits a source file into tokens. `fileIndex` is what the tokens' locations carry as `file`. */
export function lex(file: SourceFile, fileIndex: number): LexResult {
  return lexText(file.text, fileIndex);
}

/**
 * Tokens of one text. The longest headers of kernels come near it; a text that is made to have more would take a
 * hundred times its size.
 */
export const TOKENS_MAX = 1 << 20;

/** The same for a piece of text. */
export function lexText(source: string, fileIndex: number): LexResult {
  const { text, breaks } = removeSplices(source);
  const end = text.length;
  const tokens: Token[] = [];
  const directives: number[] = [];
  const errors: CError[] = [];
  let pos = 0;
  let line = 1;
  let lineStart = 0;
  let breakIndex = 0;
  let nextBreak = breaks.length > 0 ? breaks[0]! : Infinity;
  let bol = true;
  let space = false;
  /** 1: just after a `#` that starts a line; 2: just after `#include`, where `<` opens a header name. */
  let directive = 0;

  const passBreaks = (): void => {
    while (nextBreak <= pos) {
      line++;
      if (nextBreak > lineStart) lineStart = nextBreak;
      breakIndex++;
      nextBreak = breakIndex < breaks.length ? breaks[breakIndex]! : Infinity;
    }
  };
  const push = (kind: TokenKind, value: string, start: number): void => {
    tokens.push(textToken(kind, value, fileIndex, line, start - lineStart + 1, space, bol));
    bol = false;
    space = false;
  };
  const lineEnd = (from: number): number => {
    const at = text.indexOf("\n", from);
    return at < 0 ? end : at;
  };

  while (pos < end) {
    if (tokens.length >= TOKENS_MAX) {
      const loc = makeLoc(fileIndex, line, pos - lineStart + 1);
      const message = `a text of more than ${TOKENS_MAX} tokens is not read`;
      errors.push({ loc, message, severity: "error", code: "limit" });
      break;
    }
    const c = text.charCodeAt(pos);
    if (c === 10) {
      pos++;
      line++;
      lineStart = pos;
      bol = true;
      space = false;
      directive = 0;
      continue;
    }
    const cls = c < 128 ? CLASS[c]! : isWideLetter(c) ? IDENT_START : BLANK;
    if (cls === BLANK) {
      pos++;
      space = true;
      continue;
    }
    if (nextBreak <= pos) passBreaks();

    if (cls === IDENT_START || (c === 92 && ucnLength(text, pos) > 0)) {
      const start = pos;
      let next = c;
      let hash = 0;
      while (next < 128 ? (CLASS[next]! & IDENT_PART) !== 0 : isWideLetter(next)) {
        hash = (Math.imul(hash, 31) + next) | 0;
        // Behind the text there is no character, and asking for it makes V8 throw this loop away.
        next = ++pos < end ? text.charCodeAt(pos) : 10;
      }
      let name = known(text, start, pos, hash);
      if (next === 92 && ucnLength(text, pos) > 0) {
        while (pos < end) {
          const length = ucnLength(text, pos);
          if (length > 0) {
            name += String.fromCodePoint(parseInt(text.slice(pos + 2, pos + length), 16));
            pos += length;
          } else if (isIdentPart(text.charCodeAt(pos))) {
            name += text[pos++];
          } else break;
        }
      } else if ((next === 34 || next === 39) && isPrefix(name, next)) {
        const close = closingQuote(text, pos, next);
        pos = close < 0 ? lineEnd(pos) : close + 1;
        push(close < 0 ? "other" : next === 34 ? "string" : "char", text.slice(start, pos), start);
        directive = 0;
        continue;
      }
      directive = directive === 1 && isIncludeName(name) ? 2 : 0;
      push("ident", name, start);
      continue;
    }

    if (cls === DIGIT || (c === 46 && (CLASS[text.charCodeAt(pos + 1)] ?? 0) === DIGIT)) {
      const start = pos++;
      for (;;) {
        const next = text.charCodeAt(pos);
        if (next === 46 || isIdentPart(next)) pos++;
        else if ((next === 43 || next === 45) && isExponent(text.charCodeAt(pos - 1))) pos++;
        else break;
      }
      push("number", text.slice(start, pos), start);
      directive = 0;
      continue;
    }

    if (c === 34 || c === 39) {
      const start = pos;
      const close = directive === 2 && c === 34 ? headerQuote(text, pos) : closingQuote(text, pos, c);
      pos = close < 0 ? lineEnd(pos) : close + 1;
      push(close < 0 ? "other" : c === 34 ? "string" : "char", text.slice(start, pos), start);
      directive = 0;
      continue;
    }

    if (c === 47) {
      const next = text.charCodeAt(pos + 1);
      if (next === 47) {
        pos = lineEnd(pos);
        space = true;
        continue;
      }
      if (next === 42) {
        const close = text.indexOf("*/", pos + 2);
        if (close < 0) {
          const loc = makeLoc(fileIndex, line, pos - lineStart + 1);
          errors.push({ loc, message: "unterminated comment", severity: "error" });
        }
        const stop = close < 0 ? end : close + 2;
        // Not by indexOf(), which looks on to the end of a line of many comments from each of them.
        for (let at = pos; at < stop; at++)
          if (text.charCodeAt(at) === 10) {
            line++;
            lineStart = at + 1;
          }
        pos = stop;
        space = true;
        continue;
      }
    }

    if (c === 60 && directive === 2) {
      const close = text.indexOf(">", pos);
      if (close > 0 && close < lineEnd(pos)) {
        push("header", text.slice(pos, close + 1), pos);
        pos = close + 1;
        directive = 0;
        continue;
      }
    }

    const start = pos;
    const choices = PUNCTUATORS[c];
    let found = "";
    if (choices !== undefined) {
      for (const [spelling, name] of choices) {
        if (spelling.length === 1 || text.startsWith(spelling, pos)) {
          found = name;
          pos += spelling.length;
          break;
        }
      }
    }
    if (found === "") {
      pos++;
      push("other", text.slice(start, pos), start);
      directive = 0;
    } else {
      directive = 0;
      if (found === "#" && bol) {
        directives.push(tokens.length);
        directive = 1;
      }
      push("punct", found, start);
    }
  }
  passBreaks();
  bol = true;
  push("eof", "", pos);
  return { tokens, directives, errors };
}

function isPrefix(name: string, quote: number): boolean {
  return name === "L" || name === "u" || name === "U" || (name === "u8" && quote === 34);
}

function isIncludeName(name: string): boolean {
  return name === "include" || name === "include_next" || name === "import";
}

function isExponent(c: number): boolean {
  return c === 101 || c === 69 || c === 112 || c === 80;
}

/** Offset of the quote that closes the literal whose opening quote is at `open`, -1 when its line ends first. */
function closingQuote(text: string, open: number, quote: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === quote) return at;
    if (c === 10) return -1;
    if (c === 92) {
      if (text.charCodeAt(at + 1) === 10) return -1;
      at++;
    }
  }
  return -1;
}

/** The same for `"name"` after `#include`, in which a backslash is an ordinary character. */
function headerQuote(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === 34) return at;
    if (c === 10) return -1;
  }
  return -1;
}

/** Length of the universal character name at `at` that may stand in an identifier; 0 when there is none. */
function ucnLength(text: string, at: number): number {
  if (text.charCodeAt(at) !== 92) return 0;
  const letter = text.charCodeAt(at + 1);
  const digits = letter === 117 ? 4 : letter === 85 ? 8 : 0;
  if (digits === 0) return 0;
  let value = 0;
  for (let i = 0; i < digits; i++) {
    const digit = hexDigit(text.charCodeAt(at + 2 + i));
    if (digit < 0) return 0;
    value = value * 16 + digit;
  }
  return value >= 0x80 && value <= 0x10ffff ? digits + 2 : 0;
}

/** Value of a hexadecimal digit's character code, -1 when it is none. */
export function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  if (c >= 97 && c <= 102) return c - 87;
  if (c >= 65 && c <= 70) return c - 55;
  return -1;
}
