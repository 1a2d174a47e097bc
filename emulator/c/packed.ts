/**
 * Preprocessed text as numbers and a list of strings: what a build makes once and a run loads instead of preprocessing
 * again. Tokens and places come back as the objects they were: what was one object is one again. Leaves out files and
 * their formats (the caller stores the parts), and hide sets, which no token needs once expansion is over.
 */
import type { Loc } from "./ast.ts";
import type { MacroDef } from "./macro_table.ts";
import type { BodySource } from "./parser.ts";
import { makeLoc, makeToken, TOKEN_KINDS, type Token } from "./token.ts";

/** Tokens and macros; plain data, fit for a structured clone. */
export interface PackedText {
  readonly strings: readonly string[];
  /** file, line, column, index of `via` + 1, string of `macro` + 1. */
  readonly locs: Int32Array;
  /** string, loc * 4 + bol * 2 + space, kind. */
  readonly tokens: Int32Array;
  /** How many of the tokens are the text; the macros' replacement lists follow. */
  readonly length: number;
  /** Function bodies in the text: index of the first token, and behind the last. */
  readonly bodies: Int32Array;
  /** Of each macro: name, place, its tokens' count, variadic, parameters (-1: none) and their strings. */
  readonly macros: readonly (readonly number[])[];
}

/** @param known strings that the list begins with: texts that are alike are alike in numbers where they share them */
export function packText(
  text: readonly Token[],
  macros: Iterable<MacroDef>,
  bodies: readonly (readonly [from: number, to: number])[] = [],
  known: readonly string[] = [],
): PackedText {
  const strings: string[] = [...known];
  const stringIds = new Map<string, number>(known.map((s, id) => [s, id]));
  const locs: number[] = [];
  const locIds = new Map<Loc, number>();
  const tokens: number[] = [];
  const string = (s: string): number => {
    let id = stringIds.get(s);
    if (id === undefined) stringIds.set(s, (id = strings.push(s) - 1));
    return id;
  };
  const place = (l: Loc): number => {
    const known = locIds.get(l);
    if (known !== undefined) return known;
    const via = l.via === undefined ? 0 : place(l.via) + 1;
    const macro = l.macro === undefined ? 0 : string(l.macro) + 1;
    const id = locs.push(l.file, l.line, l.col, via, macro) / 5 - 1;
    locIds.set(l, id);
    return id;
  };
  const put = (t: Token): void => {
    const flags = (t.bol ? 2 : 0) + (t.space ? 1 : 0);
    tokens.push(string(t.text), place(t.loc) * 4 + flags, TOKEN_KINDS.indexOf(t.kind));
  };
  text.forEach(put);
  const packed: number[][] = [];
  for (const m of macros) {
    m.body.forEach(put);
    const params = m.params === null ? [-1] : [m.params.length, ...m.params.map(string)];
    packed.push([string(m.name), place(m.loc), m.body.length, m.variadic ? 1 : 0, ...params]);
  }
  return {
    strings,
    locs: Int32Array.from(locs),
    tokens: Int32Array.from(tokens),
    length: text.length,
    bodies: Int32Array.from(bodies.flat()),
    macros: packed,
  };
}

/**
 * The text and its macros; of function bodies only the first and the last token are there, `bodies` has the others when they
 * are asked for.
 */
export function unpackText(p: PackedText): {
  readonly tokens: Token[];
  readonly macros: MacroDef[];
  readonly bodies: BodySource;
} {
  const { strings } = p;
  const places: Loc[] = new Array<Loc>(p.locs.length / 5);
  const place = (id: number): Loc => {
    const known = places[id];
    if (known !== undefined) return known;
    const i = id * 5;
    const via = p.locs[i + 3]!;
    const macro = p.locs[i + 4]!;
    const loc = makeLoc(
      p.locs[i]!,
      p.locs[i + 1]!,
      p.locs[i + 2]!,
      via === 0 ? undefined : place(via - 1),
      macro === 0 ? undefined : strings[macro - 1],
    );
    places[id] = loc;
    return loc;
  };
  const token = (n: number): Token => {
    const i = n * 3;
    const at = p.tokens[i + 1]!;
    const kind = TOKEN_KINDS[p.tokens[i + 2]!]!;
    return makeToken(kind, strings[p.tokens[i]!]!, place(at >> 2), (at & 1) !== 0, (at & 2) !== 0, null);
  };
  const take = (from: number, to: number): Token[] => {
    const out: Token[] = [];
    for (let n = from; n < to; n++) out.push(token(n));
    return out;
  };
  const tokens: Token[] = new Array<Token>(p.length);
  const ends = new Map<number, number>();
  let next = 0;
  for (let i = 0; i < p.bodies.length; i += 2) {
    const from = p.bodies[i]!;
    const to = p.bodies[i + 1]!;
    for (; next <= from; next++) tokens[next] = token(next);
    tokens[to - 1] = token(to - 1);
    ends.set(from, to);
    next = to;
  }
  for (; next < p.length; next++) tokens[next] = token(next);
  const macros = p.macros.map(([name, at, count, variadic, params, ...names]): MacroDef => {
    const from = next;
    next += count!;
    return {
      name: strings[name!]!,
      params: params! < 0 ? null : names.map((n) => strings[n]!),
      variadic: variadic === 1,
      body: take(from, next),
      loc: place(at!),
    };
  });
  return { tokens, macros, bodies: { ends, take } };
}

/** How many columns there are, and how many of the first hold numbers of names. */
export interface Columns {
  readonly stride: number;
  readonly names?: number;
}

/**
 * Rows of `stride` numbers, column by column, each number as its difference to the one above it in as few bytes as it
 * needs: for storage, where what two eras share shall be the same bytes in both. The first `names` columns, of names by
 * their numbers, are as they are: what is called the same has the same bytes wherever it stands.
 */
export function packColumns(rows: Int32Array, { stride, names = 0 }: Columns): Uint8Array {
  const bytes = new Uint8Array(rows.length * 5);
  let at = 0;
  for (let column = 0; column < stride; column++)
    for (let i = column, above = 0; i < rows.length; i += stride) {
      const step = (rows[i]! - above) | 0;
      if (column >= names) above = rows[i]!;
      let rest = ((step << 1) ^ (step >> 31)) >>> 0;
      for (; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
      bytes[at++] = rest;
    }
  return bytes.slice(0, at);
}

/** What packColumns() was given; bytes that end too early give zeros. */
export function unpackColumns(bytes: Uint8Array, { stride, names = 0 }: Columns, length: number): Int32Array {
  const rows = new Int32Array(length);
  let at = 0;
  for (let column = 0; column < stride; column++)
    for (let i = column, above = 0; i < length; i += stride) {
      let value = 0;
      let shift = 0;
      let byte = bytes[at++] ?? 0;
      for (; byte > 127 && shift < 28; shift += 7, byte = bytes[at++] ?? 0) value |= (byte & 127) << shift;
      value = (value | (byte << shift)) >>> 0;
      rows[i] = (above + ((value >>> 1) ^ -(value & 1))) | 0;
      if (column >= names) above = rows[i]!;
    }
  return rows;
}
