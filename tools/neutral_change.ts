/**
 * Changes of a C function that change nothing of what it does: white space, comments, the name of a local variable, the
 * order of two statements that have nothing to do with each other. By the tokens of the text, and rather none than a doubtful
 * one. Leaves out which functions, and reviewing them (neutral.ts).
 */
import { lexText } from "../emulator/c/lexer.ts";
import type { OutlineItem } from "../emulator/c/outline.ts";
import type { Token } from "../emulator/c/token.ts";

export const NEUTRAL_KINDS = ["spaces", "comments", "rename", "reorder"] as const;
export type NeutralKind = (typeof NEUTRAL_KINDS)[number];

/** A number from 0 up to and without n. */
export type Draw = (n: number) => number;

/** The lines of the function so changed; null where nothing of the kind can be changed safely. */
export function neutralChange(kind: NeutralKind, lines: readonly string[], draw: Draw): string[] | null {
  const code = lines.map((text) => text);
  switch (kind) {
    case "spaces":
      return spaces(code, draw);
    case "comments":
      return comments(code, draw);
    case "rename":
      return rename(code, draw);
    case "reorder":
      return reorder(code, draw);
  }
}

/** Lines of a function, by its outline. */
export function linesOfItem(text: string, item: OutlineItem): string[] {
  return text.split("\n").slice(item.startLine - 1, item.endLine);
}

/** A statement that ends on its line and begins on it. */
const SIMPLE = /^\t+[A-Za-z_*(][^\n]*;\s*$/;
const DIRECTIVE = /^\s*#|\\$/;

/** Whether a line begins and ends outside comments, and no macro is defined around it. */
function plainLines(lines: readonly string[]): boolean[] {
  let open = false;
  return lines.map((l) => {
    const began = open;
    for (const mark of l.match(/\/\*|\*\//g) ?? []) open = mark === "/*";
    return !began && !open && !DIRECTIVE.test(l) && !/["']/.test(l);
  });
}

function spaces(lines: string[], draw: Draw): string[] | null {
  const plain = plainLines(lines);
  const at = lines.flatMap((l, i) => (i > 0 && plain[i] && SIMPLE.test(l) ? [i] : []));
  if (at.length === 0) return null;
  const i = at[draw(at.length)]!;
  const out = [...lines];
  out[i] =
    draw(2) === 0 ? out[i]!.replace(/ (=|\+|-|==|&&|\|\|) /, "  $1  ") : out[i]!.replace(/^(\t+)/, "$1\t");
  if (out[i] === lines[i]) out[i] = out[i]!.replace(/^(\t+)/, "$1 ");
  return out;
}

function comments(lines: string[], draw: Draw): string[] | null {
  const plain = plainLines(lines);
  const at = lines.flatMap((l, i) => (i > 0 && plain[i] && SIMPLE.test(l) ? [i] : []));
  if (at.length === 0) return null;
  const i = at[draw(at.length)]!;
  const out = [...lines];
  out[i] = `${out[i]} /* as it was */`;
  return out;
}

const TYPE =
  /^\t(?:const |unsigned |struct |enum |union )*[A-Za-z_]\w*(?: (?:long|int|char|short))* \**([A-Za-z_]\w*)(?: = |;)/;

function rename(lines: string[], draw: Draw): string[] | null {
  const plain = plainLines(lines);
  const body = lines.findIndex((l) => /\{\s*$/.test(l));
  const names: string[] = [];
  for (let i = body + 1; i > 0 && i < lines.length; i++) {
    const m = plain[i] ? TYPE.exec(lines[i]!) : null;
    if (m !== null && !/^\t(return|goto|case|else|typedef|static|extern)\b/.test(lines[i]!))
      names.push(m[1]!);
  }
  const safe = names.filter((n) => n.length > 1 && isLocalOnly(lines, n));
  if (safe.length === 0) return null;
  const name = safe[draw(safe.length)]!;
  const tokens = tokensOf(lines);
  const out = [...lines];
  for (const { token } of [...tokens].reverse()) {
    if (token.text !== name || token.kind !== "ident") continue;
    const { line, col } = token.loc;
    const l = out[line - 1]!;
    out[line - 1] = `${l.slice(0, col - 1)}${name}_2${l.slice(col - 1 + name.length)}`;
  }
  return out;
}

interface Placed {
  readonly token: Token;
  readonly before: string;
  readonly after: string;
}

function tokensOf(lines: readonly string[]): Placed[] {
  const all = lexText(lines.join("\n"), 0).tokens.filter((t) => t.kind !== "eof");
  return all.map((token, i) => ({
    token,
    before: all[i - 1]?.text ?? "",
    after: all[i + 1]?.text ?? "",
  }));
}

/** The name is a variable wherever it stands: no member, no label, no tag, in no directive or macro argument's text. */
function isLocalOnly(lines: readonly string[], name: string): boolean {
  const uses = tokensOf(lines).filter((p) => p.token.kind === "ident" && p.token.text === name);
  return uses.every(
    ({ token, before, after }) =>
      ![".", "->", "struct", "enum", "union", "goto", "#", "##"].includes(before) &&
      after !== ":" &&
      after !== "(" &&
      !DIRECTIVE.test(lines[token.loc.line - 1]!),
  );
}

/** `type name;` without a value: such lines may stand in any order. */
const BARE =
  /^\t(?:const |unsigned |struct |enum |union )*[A-Za-z_]\w*(?: (?:long|int|char|short))* \**[A-Za-z_]\w*;\s*$/;
/** `name = constant;` of a local. */
const PLAIN = /^(\t+)([A-Za-z_]\w*) = (-?\w+);\s*$/;

function reorder(lines: string[], draw: Draw): string[] | null {
  const plain = plainLines(lines);
  const pairs: number[] = [];
  for (let i = 1; i + 1 < lines.length; i++) {
    if (!plain[i] || !plain[i + 1]) continue;
    const [a, b] = [lines[i]!, lines[i + 1]!];
    const [p, q] = [PLAIN.exec(a), PLAIN.exec(b)];
    const bare = BARE.test(a) && BARE.test(b) && !/^\t(return|goto|break|continue)\b/.test(a + b);
    const independent =
      p !== null && q !== null && p[1] === q[1] && p[2] !== q[2] && p[2] !== q[3] && p[3] !== q[2];
    const alone = !/(\)|else|do|:)\s*$/.test(lines[i - 1]!) && !/^\t(return|goto)/.test(b);
    if (a !== b && alone && (bare || independent)) pairs.push(i);
  }
  if (pairs.length === 0) return null;
  const i = pairs[draw(pairs.length)]!;
  const out = [...lines];
  [out[i], out[i + 1]] = [out[i + 1]!, out[i]!];
  return out;
}
