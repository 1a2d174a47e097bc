/**
 * Tokens as the lexer makes them and the preprocessor passes them on, and the hide sets that keep a macro from
 * expanding inside itself. Leaves out: the meaning of literals (`literals.ts`) and keywords (the parser knows them).
 */

import type { Loc } from "./ast.ts";

/**
 * `number` is a preprocessing number; `header` a `<name>` after `#include`; `pragma` a pragma the parser must see
 * (only `pack` today), its text the words after `#pragma`; `other` a stray character or an unterminated quote.
 */
export type TokenKind =
  | "ident"
  | "number"
  | "char"
  | "string"
  | "punct"
  | "header"
  | "other"
  | "pragma"
  | "eof";

export interface Token {
  readonly kind: TokenKind;
  /** The spelling, line splices removed. Digraphs come as the token they stand for. */
  readonly text: string;
  readonly loc: Loc;
  /** White space or a comment stands before the token. */
  readonly space: boolean;
  /** First token of a logical source line. */
  readonly bol: boolean;
  /** Macros that may not expand here any more. */
  readonly hide: HideSet | null;
}

/** Makes a token. The one place that does, so that all tokens share one hidden class. */
export function makeToken(
  kind: TokenKind,
  text: string,
  loc: Loc,
  space: boolean,
  bol: boolean,
  hide: HideSet | null,
): Token {
  return { kind, text, loc, space, bol, hide };
}

/** Makes a location; `via` and `macro` are always present as properties, so that locations share one hidden class. */
export function makeLoc(file: number, line: number, col: number, via?: Loc, macro?: string): Loc {
  return { file, line, col, via, macro } as Loc;
}

/** The place in the text being compiled at which a token came into being: the outermost macro use, or the token itself. */
export function expansionLoc(loc: Loc): Loc {
  let at = loc;
  while (at.via !== undefined) at = at.via;
  return at;
}

/** Tokens as text, one space where the source had white space: for messages, traces and `#`. */
export function tokensText(tokens: readonly Token[]): string {
  let text = "";
  for (const token of tokens) {
    if (token.kind === "eof") break;
    text += text !== "" && (token.space || token.bol) ? ` ${token.text}` : token.text;
  }
  return text;
}

/**
 * A set of macro names as a linked list that shares its tail: adding costs one node however large the set is, so a
 * long chain of macros cannot make memory grow with the square of its length.
 */
export interface HideSet {
  readonly name: string;
  readonly rest: HideSet | null;
  readonly count: number;
}

/** Whether `set` holds `name`. */
export function hides(set: HideSet | null, name: string): boolean {
  for (let node = set; node !== null; node = node.rest) if (node.name === name) return true;
  return false;
}

/** `set` with `name` added. */
export function hideAdd(set: HideSet | null, name: string): HideSet {
  if (hides(set, name)) return set as HideSet;
  return { name, rest: set, count: set === null ? 1 : set.count + 1 };
}

/** Names in `a` or in `b`. */
export function hideUnion(a: HideSet | null, b: HideSet | null): HideSet | null {
  if (a === b || b === null) return a;
  if (a === null) return b;
  let large = a.count >= b.count ? a : b;
  for (let node: HideSet | null = large === a ? b : a; node !== null && node !== large; node = node.rest) {
    large = hideAdd(large, node.name);
  }
  return large;
}

/** Names in both `a` and `b`. */
export function hideIntersection(a: HideSet | null, b: HideSet | null): HideSet | null {
  if (a === b) return a;
  if (a === null || b === null) return null;
  let result: HideSet | null = null;
  let same = true;
  for (let node: HideSet | null = a; node !== null; node = node.rest) {
    if (hides(b, node.name)) result = hideAdd(result, node.name);
    else same = false;
  }
  return same ? a : result;
}
