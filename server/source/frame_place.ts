/**
 * Where the changes of a function that a mail shows in part go in another text of that function: the reference kernel's, which
 * says the same in other words. Compared token by token: lines may break elsewhere, what is changed may be an operand within a larger expression,
 * and a variable of the mail stands for one of the text, everywhere for the same. What a change replaces has to stand at one
 * place, with its neighbours or by itself; what it adds goes between neighbours that stand together; all changes of the function have
 * a place, in the order in which the mail has them and what is around them, or none counts. Works in both directions: a text that
 * has what the patch adds gets back what it removes. Leaves out guessing: what could stand at two places, or may be there in
 * other words, stands at none.
 */
import { lexText } from "../../emulator/c/lexer.ts";
import type { DiffLine } from "../mail/types.ts";
import { codeLines, fromCode } from "./code_lines.ts";

/** A text of the function and the document line of each of its lines (0: none of the mail). */
export interface Text {
  readonly text: string;
  readonly lines: readonly number[];
}

/** The text that was there and the one with the changes in it. */
export interface PlacedFrame {
  readonly old: Text;
  readonly fresh: Text;
  /** Variables of the mail that are called otherwise there. */
  readonly names: ReadonlyMap<string, string>;
}

/** A token of a text, its line there (from 0) and its columns. */
interface Word {
  readonly text: string;
  readonly at: number;
  readonly from: number;
  readonly to: number;
  /** Whether it names something that is the function's own: a variable, a parameter, a label. */
  readonly own: boolean;
  /** Whether the frame has a variable of that name, so that the word can stand for no other. */
  readonly shared: boolean;
  readonly ident: boolean;
}

/** Neighbouring changed lines: their words on the text's side and on the other, and the statements around them. */
interface Change {
  readonly old: readonly Word[];
  readonly fresh: readonly Word[];
  readonly above: readonly Word[];
  readonly below: readonly Word[];
  /** The word in front of it, if the mail shows one. */
  readonly before: Word | undefined;
  /** All statements that the hunk shows in front of it and behind it, but for declarations. */
  readonly around: { readonly ahead: readonly Word[][]; readonly behind: readonly Word[][] };
  readonly part: readonly DiffLine[];
}

/** Words of the frame from `from` up to `to` are replaced by these of the mail. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly old: readonly Word[];
  readonly fresh: readonly Word[];
  /** Whether the words come to stand within an expression. */
  readonly wrapped: boolean;
  readonly part: readonly DiffLine[];
}

type Names = ReadonlyMap<string, string>;

/** Tokens of a frame and of a hunk at most: places are looked for with one loop in the other. */
const WORDS_MAX = 4000;
/** Lines and characters that hunks show of a function at most. */
const LINES_MAX = 1500;
const CHARS_MAX = 100_000;
/** Words of a change within which an operand is looked for, and operands that are tried, the largest first. */
const OPERAND_MAX = 400;
const OPERANDS_MAX = 200;
/** Names that have to be the same on both sides for words to be one place. */
const TELLING = 2;
/** Words of a statement from which what a variable is called elsewhere is read. */
const SEED_MIN = 5;

const KEYWORDS = new Set(
  "if else for while do switch case default break continue goto return sizeof NULL true false".split(" "),
);
const TYPES = new Set(
  "struct union enum const volatile static inline extern register unsigned signed int long short char void bool".split(
    " ",
  ),
);
/** What stands in front of a declaration, and behind the name that it declares. */
const BEGINS = new Set([";", "{", "}", "(", ","]);
const DECLARED = new Set(["=", ";", "[", ",", ")"]);
const OPENS = new Set(["(", ",", "&&", "||", "=", "return", ";", "{", "}", "?", ":"]);
const CLOSES = new Set([")", ",", "&&", "||", ";", "?", ":"]);
const LOOSE = new Set(["&&", "||", "?", ",", "="]);
const ENDS = new Set([";", "{", "}", ":"]);
/** What the one statement of an if, an else or a loop stands behind. */
const BODIES = new Set([")", "else", "do"]);

function wordsOf(
  lines: readonly string[],
  knows: (name: string) => boolean,
  frame: ReadonlySet<string> = new Set(),
): Word[] {
  const { tokens } = lexText(lines.join("\n"), 0);
  const real = tokens.filter((t) => t.kind !== "eof");
  return real.map((t, i) => {
    const { line, col } = t.loc;
    const before = real[i - 1]?.text ?? "";
    const member = before === "." || before === "->" || /^(?:struct|union|enum)$/.test(before);
    const ident = t.kind === "ident" && !KEYWORDS.has(t.text) && !TYPES.has(t.text);
    return {
      text: t.text,
      at: line - 1,
      from: col - 1,
      to: col - 1 + t.text.length,
      ident,
      shared: frame.has(t.text),
      own: ident && !member && real[i + 1]?.text !== "(" && (before === "goto" || !knows(t.text)),
    };
  });
}

/** Functions that words call, and macros that look so. */
const callsIn = (words: readonly Word[]): string[] =>
  words.flatMap((w, i) => (w.ident && words[i + 1]?.text === "(" ? [w.text] : []));

/** Variables and parameters that words declare: in front of the name stand a type and stars alone. */
function declaredIn(words: readonly Word[]): string[] {
  return words.flatMap((w, i) => {
    if (!w.own || !DECLARED.has(words[i + 1]?.text ?? "")) return [];
    let from = i;
    let types = 0;
    for (let k = i - 1; k >= 0; from = k--) {
      const { text, own, ident } = words[k]!;
      if (TYPES.has(text) || (ident && !own)) types++;
      else if (text !== "*") break;
    }
    return types > 0 && (from === 0 || BEGINS.has(words[from - 1]!.text)) ? [w.text] : [];
  });
}

/** Whether a text is a function of that name, whatever was done to its head. */
export function isFunction(text: string, name: string): boolean {
  const { tokens } = lexText(text, 0);
  const head = tokens.slice(
    0,
    Math.max(
      0,
      tokens.findIndex((t) => t.text === "{"),
    ),
  );
  return (
    !head.some((t) => t.text === ";") && head.some((t, i) => t.text === name && head[i + 1]?.text === "(")
  );
}

/** Whether every brace of a function is closed, and none before it is opened. */
function isBalanced(text: readonly string[]): boolean {
  const code = codeLines(text);
  return code.at(-1)?.depth === 0 && code.every((l) => l.depth >= 0);
}

/** Where each statement of some words ends, the last one open: behind `;` outside parentheses, braces and colons. */
function statements(words: readonly Word[]): Word[][] {
  const out: Word[][] = [[]];
  let depth = 0;
  let choice = 0;
  for (const w of words) {
    out.at(-1)!.push(w);
    if (w.text === "(") depth++;
    else if (w.text === ")") depth = Math.max(0, depth - 1);
    else if (w.text === "?") choice++;
    else if (w.text === ":" && choice > 0) choice--;
    else if (ENDS.has(w.text) && (depth === 0 || w.text !== ";")) out.push([]);
  }
  return out.filter((s) => s.length > 0);
}

function changesOf(
  part: readonly DiffLine[],
  old: "+" | "-",
  knows: (name: string) => boolean,
  frame: ReadonlySet<string>,
  foreign: (words: readonly Word[]) => boolean,
): { readonly changes: Change[]; readonly shown: Word[][] } {
  const side = (not: string): Word[] => {
    const lines = part.map((l) => (l.kind === not ? "" : l.text));
    const code = fromCode(lines);
    return wordsOf([...Array<string>(lines.length - code.length).fill(""), ...code], knows, frame);
  };
  const [ofOld, ofFresh] = [side(old === "-" ? "+" : "-"), side(old)];
  const changes: Change[] = [];
  const shown = statements(ofOld);
  // Variables may be declared in any order.
  const statementsOnly = shown.filter((s) => declaredIn(s).length === 0);
  const changed = (at: number): boolean => part[at]!.kind !== " ";
  for (let i = 0; i < part.length; i++) {
    if (!changed(i)) continue;
    let to = i;
    // Blank lines and comments between changed lines do not divide a change.
    for (let k = i; k < part.length; k++)
      if (changed(k)) to = k + 1;
      else if (ofOld.some((w) => w.at === k)) break;
    const within = (w: Word): boolean => w.at >= i && w.at < to;
    const kept = (w: Word): boolean => !changed(w.at);
    const above = ofOld.filter((w) => w.at < i && part.slice(w.at, i).every((l) => l.kind === " "));
    const below = ofOld.filter((w) => w.at >= to && part.slice(to, w.at + 1).every((l) => l.kind === " "));
    const [o, f] = [ofOld.filter(within), ofFresh.filter((w) => within(w) && !kept(w))];
    if (o.length + f.length > 0)
      changes.push({
        old: o.filter((w) => !kept(w)),
        fresh: f,
        above: statements(above).findLast((s) => !foreign(s)) ?? [],
        below: statements(below).find((s) => !foreign(s)) ?? [],
        before: ofOld.findLast((w) => w.at < i),
        around: {
          ahead: statementsOnly.filter((s) => s.at(-1)!.at < i),
          behind: statementsOnly.filter((s) => s[0]!.at >= to),
        },
        part,
      });
    i = to - 1;
  }
  return { changes, shown };
}

/** The names under which `words` are those of the frame from a place on; null where they are not. */
function same(frame: readonly Word[], at: number, words: readonly Word[], names: Names): Names | null {
  if (at < 0 || at + words.length > frame.length) return null;
  let more: Map<string, string> | null = null;
  let back: Set<string> | null = null;
  for (const [k, w] of words.entries()) {
    const f = frame[at + k]!;
    if (w.own !== f.own || w.ident !== f.ident) return null;
    if (!w.own) {
      if (w.text !== f.text) return null;
      continue;
    }
    const known: string | undefined = (more ?? names).get(w.text);
    if (known === f.text) continue;
    // What both texts name is the same in both.
    if (known !== undefined || (w.text !== f.text && w.shared)) return null;
    more ??= new Map(names);
    back ??= new Set(more.values());
    if (back.has(f.text)) return null;
    more.set(w.text, f.text);
    back.add(f.text);
  }
  return more ?? names;
}

interface Match {
  readonly at: number;
  readonly names: Names;
}

function placesOf(frame: readonly Word[], words: readonly Word[], names: Names): Match[] {
  const out: Match[] = [];
  if (words.length === 0) return out;
  for (let at = 0; at + words.length <= frame.length; at++) {
    const found = same(frame, at, words, names);
    if (found !== null) out.push({ at, names: found });
  }
  return out;
}

/** Whether words say enough to be known by: names that are the same in both texts. */
const tells = (words: readonly Word[], names: Names): boolean =>
  new Set(words.flatMap((w) => (w.ident && (!w.own || names.get(w.text) === w.text) ? [w.text] : []))).size >=
  TELLING;

/** Where words stand, if that is one place. */
function onePlace(frame: readonly Word[], words: readonly Word[], names: Names): Match | null {
  const [place, ...more] = placesOf(frame, words, names);
  return place !== undefined && more.length === 0 && tells(words, place.names) ? place : null;
}

/** What the mail's variables are called in the frame, as far as statements that both have say. */
function seeds(frame: readonly Word[], shown: readonly (readonly Word[])[]): Names {
  let names: Names = new Map();
  for (const statement of shown) {
    if (statement.length < SEED_MIN) continue;
    names = onePlace(frame, statement, names)?.names ?? names;
  }
  return names;
}

const isClosed = (words: readonly Word[]): boolean => {
  let depth = 0;
  for (const { text } of words) {
    if (text === "(" || text === "[") depth++;
    else if ((text === ")" || text === "]") && --depth < 0) return false;
    else if (text === "{" || text === "}" || text === ";") return false;
  }
  return depth === 0;
};

/** Whether words bind less than an operand of `&&` and `||` does. */
function isLoose(words: readonly Word[]): boolean {
  let depth = 0;
  return words.some(({ text }) => {
    if (text === "(" || text === "[") depth++;
    else if (text === ")" || text === "]") depth--;
    return depth === 0 && LOOSE.has(text);
  });
}

/** Statements that begin and end where the frame's do. */
function ofStatements(frame: readonly Word[], change: Change, names: Names): [Edit, Names] | null {
  const { above, old, below, fresh, part } = change;
  const before = change.before?.text ?? ";";
  // One statement may stand where one stood, as an if's; more, or none, only where any number may.
  const one = statements(fresh).length === 1 && fresh.at(-1)?.text === ";";
  const begins = (at: number): boolean => {
    const there = frame[at - 1]?.text ?? ";";
    return ENDS.has(before) ? ENDS.has(there) || (one && BODIES.has(there)) : there === before;
  };
  for (const [a, b] of [
    [above, below],
    [above, []],
    [[], below],
    [[], []],
  ]) {
    const place = onePlace(frame, [...a!, ...old, ...b!], names);
    if (place === null) continue;
    // What says nothing by itself is known by all that is around it.
    const all = a!.length === above.length && b!.length === below.length;
    const goesOn = b!.length > 0 && old.length > 0 && !ENDS.has(old.at(-1)!.text);
    if (!all && !goesOn && !tells(old, place.names)) return null;
    const from = place.at + a!.length;
    const to = from + old.length;
    if (old.at(-1) !== undefined && !ENDS.has(old.at(-1)!.text) && fresh.length === 0) return null;
    if (!begins(from)) return null;
    if (overlaps(frame, fresh, place.names, from, to)) return null;
    return [{ from, to, old, fresh, wrapped: false, part }, place.names];
  }
  return null;
}

/** Whether the frame has at a place already what is to come there, and not as a part of what goes. */
const overlaps = (
  frame: readonly Word[],
  fresh: readonly Word[],
  names: Names,
  from: number,
  to: number,
): boolean =>
  placesOf(frame, fresh, names).some(
    (p) => p.at < to && p.at + fresh.length > from && (p.at < from || p.at + fresh.length > to),
  );

/** The largest operand around what a change replaces that the frame has at one place. */
function ofOperand(frame: readonly Word[], change: Change, names: Names): [Edit, Names] | null {
  const { old, fresh, part } = change;
  if (old.length > OPERAND_MAX || fresh.length > OPERAND_MAX) return null;
  const alike = (a: Word | undefined, b: Word | undefined): boolean => a !== undefined && a.text === b?.text;
  let head = 0;
  while (head < Math.min(old.length, fresh.length) && alike(old[head], fresh[head])) head++;
  let tail = 0;
  while (
    tail < Math.min(old.length, fresh.length) - head &&
    alike(old[old.length - 1 - tail], fresh[fresh.length - 1 - tail])
  )
    tail++;
  const pairs: [number, number][] = [];
  for (let i = 0; i <= head; i++)
    for (let j = 0; j <= tail; j++)
      if (
        (i === 0 || OPENS.has(old[i - 1]!.text)) &&
        (j === 0 || CLOSES.has(old[old.length - j]!.text)) &&
        i + j < old.length &&
        i + j < fresh.length
      )
        pairs.push([i, j]);
  pairs.sort((a, b) => a[0] + a[1] - (b[0] + b[1]));
  for (const [i, j] of pairs.slice(0, OPERANDS_MAX)) {
    const o = old.slice(i, old.length - j);
    const f = fresh.slice(i, fresh.length - j);
    if (!isClosed(o) || !isClosed(f)) continue;
    const places = placesOf(frame, o, names).filter(
      (p) => OPENS.has(frame[p.at - 1]?.text ?? "") && CLOSES.has(frame[p.at + o.length]?.text ?? ""),
    );
    const [place, ...more] = places;
    if (place === undefined) continue;
    if (more.length > 0 || !tells(o, place.names)) return null;
    const [from, to] = [place.at, place.at + o.length];
    if (overlaps(frame, f, place.names, from, to)) return null;
    const beside = [frame[from - 1]!.text, frame[to]!.text];
    const wrapped = isLoose(f) && beside.some((t) => t === "&&" || t === "||" || t === "?" || t === ":");
    return [{ from, to, old: o, fresh: f, wrapped, part }, place.names];
  }
  return null;
}

/** Whether what the hunks show in front of each change stands there in the frame, and what they show behind it as well. */
function inOrder(
  frame: readonly Word[],
  changes: readonly Change[],
  edits: readonly Edit[],
  names: Names,
): boolean {
  const places = new Map<readonly Word[], number | null>();
  const placeOf = (statement: readonly Word[]): number | null => {
    let at = places.get(statement);
    if (at === undefined) places.set(statement, (at = onePlace(frame, statement, names)?.at ?? null));
    return at;
  };
  return changes.every(({ around }, k) => {
    const { from, to } = edits[k]!;
    return (
      around.ahead.every((s) => (placeOf(s) ?? -1) < from) &&
      around.behind.every((s) => (placeOf(s) ?? frame.length) >= to)
    );
  });
}

/** Between neighbours that stand together in the frame, or beside the one of them that the mail shows. */
function between(frame: readonly Word[], change: Change, names: Names): [Edit, Names] | null {
  const { above, below, fresh, part } = change;
  const place = onePlace(frame, [...above, ...below], names);
  if (place === null) return null;
  const at = place.at + above.length;
  if (at === 0 || !ENDS.has(frame[at - 1]!.text)) return null;
  const there = [at, at - fresh.length].some((p) => same(frame, p, fresh, place.names) !== null);
  return there ? null : [{ from: at, to: at, old: [], fresh, wrapped: false, part }, place.names];
}

/**
 * The frame, and the frame with the changes of the parts in it; null where one of them has no one place.
 * @param parts what each hunk shows of the function, in order
 * @param old the kind of changed line that the frame has: "-" where it is the function before the patch, "+" after it
 * @param knows whether a name means something outside the function
 */
export function placed(
  frame: string,
  parts: readonly (readonly DiffLine[])[],
  old: "+" | "-",
  knows: (name: string) => boolean,
): PlacedFrame | null {
  const all = parts.flat();
  if (all.length > LINES_MAX || all.reduce((sum, l) => sum + l.text.length, 0) > CHARS_MAX) return null;
  if (all.some((l) => l.kind !== " " && /^\s*#/.test(l.text))) return null;
  const lines = frame.replace(/\n$/, "").split("\n");
  const words = wordsOf(lines, knows);
  const has = new Set(words.flatMap((w) => (w.ident ? [w.text] : [])));
  const own = new Set(words.flatMap((w) => (w.own ? [w.text] : [])));
  const foreign = (s: readonly Word[]): boolean =>
    s.some((w, i) => w.ident && s[i + 1]?.text === "(" && !knows(w.text) && !has.has(w.text));
  const found = parts.map((p) => changesOf(p, old, knows, own, foreign));
  const changes = found.flatMap((p) => p.changes);
  const shown = found.flatMap((p) => p.shown);
  if (changes.length === 0 || words.length > WORDS_MAX || shown.flat().length > WORDS_MAX) return null;
  // What a change newly calls and the frame calls already may be the change, in other words.
  const called = new Set(callsIn(shown.flat()));
  const inFrame = new Set(callsIn(words));
  if (changes.some((c) => callsIn(c.fresh).some((n) => !called.has(n) && inFrame.has(n)))) return null;
  let names = seeds(words, shown);
  const edits: Edit[] = [];
  for (const change of changes) {
    const put =
      change.old.length === 0
        ? between(words, change, names)
        : (ofStatements(words, change, names) ?? ofOperand(words, change, names));
    if (put === null || put[0].from < (edits.at(-1)?.to ?? 0)) return null;
    edits.push(put[0]);
    names = put[1];
  }
  if (!inOrder(words, changes, edits, names)) return null;
  // A frame that has what the patch adds shows so by words of it.
  if (old === "+" && !edits.some((e) => tells(e.old, names))) return null;
  const declared = new Set(changes.flatMap((c) => declaredIn(c.fresh)));
  const taken = new Set(names.values());
  for (const w of changes.flatMap((c) => c.fresh)) {
    if (!w.own || names.has(w.text)) continue;
    // A variable of the change's own must be none of the frame's; one that is neither, and stands for no other, is the frame's.
    if (declared.has(w.text) ? has.has(w.text) : !has.has(w.text) || taken.has(w.text)) return null;
  }
  for (const n of changes.flatMap((c) => callsIn(c.fresh))) if (!has.has(n) && !knows(n)) return null;
  return assembled(lines, words, edits, names);
}

/** Words by their lines. */
function linesOf(words: readonly Word[]): Word[][] {
  const out: Word[][] = [];
  for (const w of words) {
    if (out.at(-1)?.[0]?.at === w.at) out.at(-1)!.push(w);
    else out.push([w]);
  }
  return out;
}

function assembled(
  lines: readonly string[],
  words: readonly Word[],
  edits: readonly Edit[],
  names: Names,
): PlacedFrame | null {
  const text: string[] = [];
  const doc: number[] = [];
  const docOfOld = lines.map(() => 0);
  /** Line and column of the frame up to which it is written. */
  let [line, column] = [0, 0];
  let open = "";
  let openDoc = 0;
  const put = (s: string, docLine: number): void => {
    if (s.trim() !== "") [text[text.length], doc[doc.length]] = [s, docLine];
  };
  const upTo = (toLine: number, toColumn: number): void => {
    while (line < toLine) {
      if (column === 0 && open === "") [text[text.length], doc[doc.length]] = [lines[line]!, 0];
      else put(open + (lines[line] ?? "").slice(column), openDoc);
      [line, column, open, openDoc] = [line + 1, 0, "", 0];
    }
    open += lines[line]!.slice(column, toColumn);
    column = toColumn;
  };
  for (const e of edits) {
    const [first, last] = [words[e.from], words[e.to - 1]];
    const behind = words[e.from - 1];
    if (e.to > e.from) {
      upTo(first!.at, first!.from);
      linesOf(e.old).forEach((l, k) => {
        const at = Math.min(first!.at + k, last!.at);
        if (docOfOld[at] === 0) docOfOld[at] = e.part[l[0]!.at]!.docLine;
      });
      // What is left of its last line, if it is a comment, is of what goes.
      const more = words[e.to]?.at === last!.at;
      [line, column] = [last!.at, more ? last!.to : lines[last!.at]!.length];
    } else upTo(behind!.at, behind!.to);
    if (e.fresh.length === 0) continue;
    const fresh = linesOf(e.fresh).map((l) => {
      const { text, docLine } = e.part[l[0]!.at]!;
      return { text: renamed(text, l, names), docLine, margin: margin(text) };
    });
    const [top] = fresh;
    const within = e.wrapped || (e.to > e.from && !ENDS.has(e.fresh.at(-1)!.text));
    if (within) {
      const joined = fresh.map((l) => l.text).join(" ");
      open += e.wrapped ? `(${joined})` : joined;
      openDoc = top!.docLine;
      continue;
    }
    const indent = margin(lines[(first ?? behind)!.at]!);
    put(open, openDoc);
    for (const l of fresh) {
      const deeper = l.margin.startsWith(top!.margin) ? l.margin.slice(top!.margin.length) : "";
      put(`${indent}${deeper}${l.text}`, l.docLine);
    }
    [open, openDoc] = ["", 0];
  }
  upTo(lines.length - 1, lines.at(-1)!.length);
  put(open, openDoc);
  if (!isBalanced(text)) return null;
  const kept = [...names].filter(([mail, own]) => mail !== own);
  return {
    old: { text: `${lines.join("\n")}\n`, lines: docOfOld },
    fresh: { text: `${text.join("\n")}\n`, lines: doc },
    names: new Map(kept),
  };
}

const margin = (line: string): string => line.slice(0, line.length - line.trimStart().length);

/** The words of a line as the line has them, without comments, its variables called as the frame does. */
function renamed(text: string, words: readonly Word[], names: Names): string {
  let out = "";
  words.forEach((w, i) => {
    const before = words[i - 1];
    if (before !== undefined && w.from > before.to) out += " ";
    out += w.own ? (names.get(w.text) ?? w.text) : text.slice(w.from, w.to);
  });
  return out;
}
