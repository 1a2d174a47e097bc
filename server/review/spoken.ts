/**
 * What a call is called in its line of the source: a header's inline function or macro makes the call that is known
 * ("ida_alloc_range()"), and who reads the line sees another name ("ida_alloc_max()"). Leaves out which calls a path made.
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
