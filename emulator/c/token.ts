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

/** A use of a macro, as far as the tokens that it makes are concerned. */
export interface Origin {
  readonly name: Token;
  readonly macro: string;
}

const SPACE = 1;
const BOL = 2;
const FILE_SHIFT = 2;
/** Columns that fit beside a line in one small number. */
const COLUMNS = 1 << 12;
const LINES = 1 << 18;

/** Where a token stands: `line * COLUMNS + column`, or the location where that does not fit or has been asked for. */
type Place = number | Loc;

const placeOf = (file: number, line: number, col: number): Place =>
  col < COLUMNS && line < LINES ? line * COLUMNS + col : makeLoc(file, line, col);

/**
 * The one class of all tokens. There are many, and few are asked where they stand: a location becomes an object when it is
 * first asked for, and stays that object.
 */
class Tok implements Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly hide: HideSet | null;
  private readonly bits: number;
  private place: Place;
  /** What made it, where `place` is a number. */
  private readonly origin: Origin | null;

  constructor(
    kind: TokenKind,
    text: string,
    bits: number,
    place: Place,
    origin: Origin | null,
    hide: HideSet | null,
  ) {
    this.kind = kind;
    this.text = text;
    this.hide = hide;
    this.bits = bits;
    this.place = place;
    this.origin = origin;
  }

  get space(): boolean {
    return (this.bits & SPACE) !== 0;
  }

  get bol(): boolean {
    return (this.bits & BOL) !== 0;
  }

  get loc(): Loc {
    const { place } = this;
    if (typeof place !== "number") return place;
    const file = this.bits >> FILE_SHIFT;
    const line = Math.floor(place / COLUMNS);
    const col = place % COLUMNS;
    const { origin } = this;
    const loc =
      origin === null ? makeLoc(file, line, col) : makeLoc(file, line, col, origin.name.loc, origin.macro);
    this.place = loc;
    return loc;
  }

  /** Some macro has made it. */
  get made(): boolean {
    return typeof this.place === "number" ? this.origin !== null : this.place.via !== undefined;
  }

  /** What a token says, however it holds its place. */
  toJSON(): Token {
    const { kind, text, loc, space, bol, hide } = this;
    return { kind, text, loc, space, bol, hide };
  }

  /** Writes the token as a row of a store. */
  put(
    rows: Int32Array,
    at: number,
    store: TokenStore,
    texts: Map<string, number>,
    origins: Map<Origin, number>,
  ): void {
    const { place, origin } = this;
    rows[at] = (store.text(this.text, texts) << KIND_BITS) | TOKEN_KINDS.indexOf(this.kind);
    rows[at + 1] = this.bits;
    rows[at + 2] = typeof place === "number" ? place : store.loc(place);
    rows[at + 3] = origin === null ? 0 : store.origin(origin, origins);
  }

  /** The token as a use of a macro gives it out: spelled where this one is. */
  by(origin: Origin, space: boolean, hide: HideSet | null): Token {
    const { place } = this;
    const made = typeof place === "number" ? place : placeOf(place.file, place.line, place.col);
    const file = typeof place === "number" ? this.bits >> FILE_SHIFT : place.file;
    const bits = (file << FILE_SHIFT) | (space ? SPACE : 0);
    if (typeof made === "number") return new Tok(this.kind, this.text, bits, made, origin, hide);
    const loc = makeLoc(made.file, made.line, made.col, origin.name.loc, origin.macro);
    return new Tok(this.kind, this.text, bits, loc, null, hide);
  }
}

/** Kinds by number, as stores and packed text have them. */
export const TOKEN_KINDS: readonly TokenKind[] = [
  "ident",
  "number",
  "char",
  "string",
  "punct",
  "header",
  "other",
  "pragma",
  "eof",
];
/** Numbers a token takes in a store: kind and text, bits, place, origin. */
const ROW = 4;
const KIND_BITS = 4;

/**
 * Tokens put by as numbers, a fifth of their size: most function bodies of a kernel are never read. Hide sets are not kept;
 * once expansion is over no token needs one.
 */
export class TokenStore {
  private readonly rows: Int32Array;
  private readonly texts: string[] = [];
  private readonly origins: Origin[] = [];
  private readonly locs: Loc[] = [];

  /** Keeps `length` tokens, of all the ranges of `tokens` one behind the other. */
  constructor(tokens: readonly Token[], ranges: readonly (readonly [from: number, to: number])[]) {
    const texts = new Map<string, number>();
    const origins = new Map<Origin, number>();
    this.rows = new Int32Array(ROW * ranges.reduce((n, [from, to]) => n + to - from, 0));
    let at = 0;
    for (const [from, to] of ranges)
      for (let i = from; i < to; i++, at += ROW) (tokens[i] as Tok).put(this.rows, at, this, texts, origins);
  }

  text(text: string, ids: Map<string, number>): number {
    let id = ids.get(text);
    if (id === undefined) ids.set(text, (id = this.texts.push(text) - 1));
    return id;
  }

  origin(origin: Origin, ids: Map<Origin, number>): number {
    let id = ids.get(origin);
    if (id === undefined) ids.set(origin, (id = this.origins.push(origin)));
    return id;
  }

  /** A number below zero for a location that is an object already. */
  loc(loc: Loc): number {
    return -this.locs.push(loc);
  }

  /** The tokens from the n-th that was kept on, anew. */
  take(from: number, to: number): Token[] {
    const { rows, texts, origins, locs } = this;
    const out: Token[] = [];
    for (let i = from; i < to; i++) {
      const at = i * ROW;
      const word = rows[at]!;
      const place = rows[at + 2]!;
      const origin = rows[at + 3]!;
      out.push(
        new Tok(
          TOKEN_KINDS[word & ((1 << KIND_BITS) - 1)]!,
          texts[word >> KIND_BITS]!,
          rows[at + 1]!,
          place < 0 ? locs[-place - 1]! : place,
          origin === 0 ? null : origins[origin - 1]!,
          null,
        ),
      );
    }
    return out;
  }
}

/** Makes a token at a location. */
export function makeToken(
  kind: TokenKind,
  text: string,
  loc: Loc,
  space: boolean,
  bol: boolean,
  hide: HideSet | null,
): Token {
  return new Tok(kind, text, bitsOf(loc.file, space, bol), loc, null, hide);
}

/** Makes a token of a text: it is its own origin. */
export function textToken(
  kind: TokenKind,
  text: string,
  file: number,
  line: number,
  col: number,
  space: boolean,
  bol: boolean,
): Token {
  return new Tok(kind, text, bitsOf(file, space, bol), placeOf(file, line, col), null, null);
}

const bitsOf = (file: number, space: boolean, bol: boolean): number =>
  (file << FILE_SHIFT) | (bol ? BOL : 0) | (space ? SPACE : 0);

/** Whether a macro has made the token. */
export const isMade = (token: Token): boolean => (token as Tok).made;

/** The token as a use of a macro gives it out. */
export const madeBy = (token: Token, origin: Origin, space: boolean, hide: HideSet | null): Token =>
  (token as Tok).by(origin, space, hide);

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
