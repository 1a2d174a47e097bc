/**
 * What a call is called in its line of the source: a header's inline function or macro makes the call that is known
 * ("ida_alloc_range()"), and who reads the line sees another name ("ida_alloc_max()"). And which way a
 * condition went, by its text. And names of values that the executor made up. Leaves out which calls a path made.
 */
import { closing, hasWord } from "../source/c_text.ts";
import { ordinal } from "./render.ts";

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

/**
 * A call through a pointer, as it stands there: "clk->ops.open"; null where none does.
 * @param col of the member that is called, from 1
 */
export function pointerCall(lines: readonly string[], line: number, col: number): string | null {
  const text = lines[line - 1] ?? "";
  const member = /^\w{1,60}(?=\s{0,2}\()/.exec(text.slice(col - 1))?.[0];
  const of = /(?<![\w.>])[A-Za-z_]\w{0,60}(?:(?:->|\.)\w{1,60}){0,6}(?:->|\.)$/.exec(
    text.slice(Math.max(0, col - 200), col - 1),
  )?.[0];
  return member === undefined || of === undefined ? null : of + member;
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
  const call = /^!?[A-Za-z_]\w*\(/.exec(condition)?.[0];
  if (call !== undefined && closing(condition, call.length - 1) === condition.length - 1)
    return `${condition.slice(call.startsWith("!") ? 1 : 0)} is ${went === call.startsWith("!") ? "0" : "not 0"}`;
  if (went) return condition;
  // One comparison of two plain operands is turned round.
  const parts = condition.replaceAll("->", "\0").split(/ (==|!=|<=|>=|<|>) /);
  const [left, op, right] = parts.map((p) => p.replaceAll("\0", "->"));
  if (parts.length === 3 && !/[&|^<>=!]/.test(`${parts[0]}${parts[2]}`))
    return `${left} ${OPPOSITE[op!]} ${right}`;
  return `not (${condition})`;
}

/** Constants as the executor writes them. */
const CONSTANT = /^(?:0x[0-9a-f]{1,16}|-?\d{1,20})$/;

/** A comparison of a `switch` by the name that its label has for the constant: "cmd == 0x3b66" as "cmd == THING_GET". */
export function withLabel(choice: string, label: string): string {
  const name = /^\s*case\s+([A-Za-z_]\w{0,80})\s*:/.exec(label)?.[1];
  const at = name === undefined ? -1 : choice.lastIndexOf(" == ");
  return at >= 0 && CONSTANT.test(choice.slice(at + 4)) ? `${choice.slice(0, at)} == ${name}` : choice;
}

/** The same where the line compares a value of that name with a macro, once: "a->kind != KIND_SLOW && a->n". */
export function withMacro(choice: string, line: string): string {
  const parts = /^([\w.>[\]-]{1,200}) (==|!=|<=|>=|<|>) (\S{1,24})$/.exec(choice);
  if (parts === null || !CONSTANT.test(parts[3]!) || /^[01]$/.test(parts[3]!)) return choice;
  const name = parts[1]!.split(/\W/).at(-1);
  const found = [
    ...line.matchAll(/\b(\w{1,80}) ?(?:==|!=|<=|>=|<|>) ?([A-Z][A-Z0-9_]{2,80})\b(?!\()/g),
  ].filter((m) => m[1] === name);
  return found.length === 1 ? `${parts[1]} ${parts[2]} ${found[0]![2]}` : choice;
}

/** What the executor writes before a value that it converts: "s32(", "ptr(". */
const CONVERSION = /^(?:[su]\d{1,3}|ptr)$/;

/**
 * A text of the executor, whose names of values say how they were reached, as a person says it: "s32(probe() #2->id)" is "the
 * 2nd probe()->id", "dev->driver_data+32" "a member of dev->driver_data", "*lookup()" "what lookup() points to".
 */
export function plainly(given: string): string {
  // What was copied from user space has no name of its own.
  const text = given.replace(/\bfrom user space(?:->|\.)([\w.]{1,80})/g, "$1 of what user space gave");
  let out = "";
  for (let i = 0; i < text.length; ) {
    const star = text[i] === "*" && isStart(text[i + 1]);
    const apart = i === 0 || !/[\w)\]]/.test(text[i - 1]!);
    if (apart && (star || isStart(text[i]))) {
      const name = nameAt(text, star ? i + 1 : i);
      out += star ? `what ${name.said} points to` : name.said;
      i = name.end;
    } else if (text[i] === '"' || text[i] === "`") {
      // What is quoted stands so in the source.
      const end = text.indexOf(text[i]!, i + 1);
      const next = end < 0 ? text.length : end + 1;
      out += text.slice(i, next);
      i = next;
    } else out += text[i++];
  }
  return out;
}

const isStart = (c: string | undefined): boolean => c !== undefined && /[A-Za-z_]/.test(c);
const wordEnd = (text: string, at: number): number => {
  let end = at;
  while (end < text.length && /\w/.test(text[end]!)) end++;
  return end;
};

/** The name of a value that begins at a place, in words, and where it ends. */
function nameAt(text: string, at: number): { said: string; end: number } {
  let end = wordEnd(text, at);
  const word = text.slice(at, end);
  // A shim of ours stands for what the macro of that name calls.
  let said = word.replace(/^__(?:fs|real)_/, "").replace(/_noprof$/, "");
  if (text[end] === "(") {
    const close = closing(text, end);
    if (close < 0) return { said, end };
    if (CONVERSION.test(word)) {
      const inner = plainly(text.slice(end + 1, close));
      return {
        said: / [&|^<>=!+*/%-]{1,2} /.test(inner) ? `(${inner})`.replace(/^\(\((.*)\)\)$/, "($1)") : inner,
        end: close + 1,
      };
    }
    said += text.slice(end, close + 1);
    end = close + 1;
    const nth = /^ #(\d{1,6})\b/.exec(text.slice(end, end + 9));
    if (nth !== null) {
      said = `the ${ordinal(Number(nth[1]))} ${said}`;
      end += nth[0].length;
    }
  }
  for (;;) {
    const rest = text.slice(end, end + 80);
    const bits = /^->\d{1,9}:\d{1,9}/.exec(rest);
    const part = /^@(?:-?\d{1,9})?(?=->|\.)/.exec(rest);
    const off = /^(?:@(-?)|\+)\d{1,9}/.exec(rest);
    const around = /^\+-\d{1,9}/.exec(rest);
    const outer = /^@-\d{1,9}->([A-Za-z_]\w{0,60})/.exec(rest);
    if (outer !== null) {
      // A member of the structure that has the thing in it, and not the thing's own of that name.
      said = `${outer[1]} of what has ${said} in it`;
      end += outer[0].length;
      continue;
    }
    const member = /^(?:(?:->|\.)[A-Za-z_]\w{0,78}|\[[\w ]{1,40}\])/.exec(rest);
    if (bits !== null) said = `a bit of ${said}`;
    else if (part === null && off !== null)
      said = `${off[1] === "-" ? "what lies before" : "a member of"} ${said}`;
    else if (around !== null) said = `what has ${said} in it`;
    else if (part === null && member !== null) said += member[0];
    const took = bits ?? part ?? off ?? around ?? member;
    if (took === null) return { said, end };
    end += took[0].length;
  }
}

/**
 * A comparison of the executor, and which way it went, without a double "not": "(x & 1) != 0" that did not hold is "x & 1 is
 * 0", "n > 3" is "n <= 3".
 */
export function spokenChoice(text: string, held: boolean): string {
  const parts = comparison(text);
  if (parts === null && text.endsWith(" differs"))
    return held ? plainly(text) : `${plainly(text.replace(/ differs$/, ""))} finds no difference`;
  if (parts === null) return `${held ? "" : "not "}${plainly(text)}`;
  const { left, right } = parts;
  const op = held ? parts.op : OPPOSITE[parts.op]!;
  // The test that IS_ERR() makes.
  if (right === "-4095" && (op === "<" || op === ">="))
    return `${plainly(bare(left))} is ${op === "<" ? "no" : "an"} error pointer`;
  // An address of the executor's own.
  if (/^0x[0-9a-f]{12,16}$/.test(right)) return `${plainly(bare(left))} ${op} what it is compared with`;
  const equal = op === "==";
  if (right === "0" && (equal || op === "!=")) {
    const inner = bare(left);
    if (comparison(inner) !== null) return spokenChoice(inner, !equal);
    return `${plainly(inner)} is ${equal ? "0" : "not 0"}`;
  }
  return `${plainly(bare(left))} ${op} ${plainly(bare(right))}`;
}

/** A text without conversions and brackets around all of it. */
function bare(text: string): string {
  let at = text;
  for (;;) {
    const open = at.indexOf("(");
    if (open < 0 || (open > 0 && !CONVERSION.test(at.slice(0, open))) || closing(at, open) !== at.length - 1)
      return at;
    at = at.slice(open + 1, -1);
  }
}

/** The two sides of a text that is one comparison. */
function comparison(text: string): { left: string; op: string; right: string } | null {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") depth++;
    else if (text[i] === ")") depth--;
    else if (depth === 0 && text[i] === " ") {
      const op = /^ (==|!=|<=|>=|<|>) /.exec(text.slice(i, i + 4))?.[1];
      if (op !== undefined) return { left: text.slice(0, i), op, right: text.slice(i + op.length + 2) };
    }
  }
  return null;
}
