/**
 * What a call is called in its line of the source: a header's inline function or macro makes the call that is known
 * ("ida_alloc_range()"), and who reads the line sees another name ("ida_alloc_max()"). And which way a
 * condition went, by its text. Leaves out which calls a path made.
 */
import { hasWord } from "../source/c_text.ts";

/** Lines over which a call may go on from where it begins. */
const MOST_LINES = 4;
/** What stands before a parenthesis and is no call. */
const NO_CALL = /^(?:if|while|for|switch|return|sizeof|do|else|case)$/;

/**
 * @param lines of the file
 * @param line of the call, from 1
 * @param col of the call, from 1
 * @returns the name that stands there, or `callee` where that stands there itself or nothing else does
 */
export function spoken(lines: readonly string[], callee: string, line: number, col: number): string {
  const first = lines[line - 1];
  if (first === undefined) return callee;
  const text = [first.slice(col - 1), ...lines.slice(line, line + MOST_LINES)].join("\n");
  const statement = text.slice(0, /[;{}]|$/.exec(text)!.index);
  if (hasWord(statement, callee)) return callee;
  const name = /^([A-Za-z_]\w*)\s*\(/.exec(statement)?.[1];
  return name === undefined || NO_CALL.test(name) ? callee : name;
}

const MOST_CONDITION = 60;
const OPPOSITE: Readonly<Record<string, string>> = {
  "==": "!=",
  "!=": "==",
  "<": ">=",
  ">=": "<",
  ">": "<=",
  "<=": ">",
};

/**
 * Which way the condition of the `if` at a place went, in words of the source: "n < 3", "n >= 3", "p is 0".
 * @returns null where no `if` with a single short condition begins there
 */
export function spokenCondition(
  lines: readonly string[],
  line: number,
  col: number,
  went: boolean,
): string | null {
  const first = lines[line - 1];
  if (first === undefined) return null;
  const text = [first.slice(col - 1), ...lines.slice(line, line + MOST_LINES)].join(" ");
  if (!/^if\s*\(/.test(text)) return null;
  const open = text.indexOf("(");
  const end = closing(text, open);
  if (end < 0) return null;
  let condition = text
    .slice(open + 1, end)
    .replace(/\s+/g, " ")
    .trim();
  const hint = /^(?:un)?likely\(/.exec(condition)?.[0];
  if (hint !== undefined && closing(condition, hint.length - 1) === condition.length - 1)
    condition = condition.slice(hint.length, -1).trim();
  if (condition.length > MOST_CONDITION || /&&|\|\||\?|\/\*|"/.test(condition)) return null;
  if (/^!?[\w.>()[\]-]+$/.test(condition) && !condition.includes("(")) {
    const not = condition.startsWith("!");
    return `${condition.slice(not ? 1 : 0)} is ${went === not ? "0" : "not 0"}`;
  }
  if (went) return condition;
  // One comparison of two plain operands is turned round.
  const parts = condition.replaceAll("->", "\0").split(/ (==|!=|<=|>=|<|>) /);
  const [left, op, right] = parts.map((p) => p.replaceAll("\0", "->"));
  if (parts.length === 3 && !/[&|^<>=!]/.test(`${parts[0]}${parts[2]}`))
    return `${left} ${OPPOSITE[op!]} ${right}`;
  return `not (${condition})`;
}

/** Where the parenthesis that opens at a place is closed; -1: nowhere. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++)
    if (text[i] === "(") depth++;
    else if (text[i] === ")" && --depth === 0) return i;
  return -1;
}
