/**
 * Why a path comes to a jump, by the text above it: what the call gave that the condition asks about, or that a value is none of a
 * switch's cases. For what no decision of a path tells: a callee that fails by what was decided deep in it. Leaves out which jump is meant.
 */

export interface JumpReason {
  /** "thing_start() is not 0", "cmd.type is none of the cases". */
  readonly said: string;
  /** The line of the call, or of the switch. */
  readonly line: number;
}

/** Lines between a jump and the condition that leads to it, and lines of a call. */
const MOST_BETWEEN = 6;
const MOST_CALL = 6;
/** Lines of a switch that are looked through for its beginning. */
const MOST_SWITCH = 400;

const indentOf = (text: string): number => /^[\t ]*/.exec(text)![0].replaceAll("\t", "        ").length;
const isBlank = (text: string): boolean => text.trim() === "";

/** @param line the jump's, from 1 */
export function jumpReason(lines: readonly string[], line: number): JumpReason | null {
  const jump = lines[line - 1];
  if (jump === undefined) return null;
  let at = line - 2;
  while (at >= 0 && at >= line - 2 - MOST_BETWEEN && !leads(lines[at]!, indentOf(jump))) at--;
  const above = at < line - 2 - MOST_BETWEEN ? undefined : lines[at];
  if (above === undefined) return null;
  if (above.trim() === "default:") return ofSwitch(lines, at);
  const [, name, test] = /^\s*if \(([A-Za-z_]\w{0,60})( < 0| != 0)?\)(?: \{)?$/.exec(above) ?? [];
  return name === undefined ? null : ofCall(lines, at, name, test ?? "");
}

/** A line that a jump stands under: less far in, and no label of a jump or a blank line. */
const leads = (text: string, indent: number): boolean => !isBlank(text) && indentOf(text) < indent;

/** The call right above a condition whose result it asks about. */
function ofCall(lines: readonly string[], at: number, name: string, test: string): JumpReason | null {
  let from = at - 1;
  if (lines[from]?.trim() === "") from--;
  if (lines[from]?.endsWith(");") !== true) return null;
  for (let n = from; n >= 0 && n > from - MOST_CALL; n--) {
    const text = lines[n]!;
    if (n < from && /[;{}:]\s*$/.test(text)) return null;
    const [, to, callee] = /^\s*([A-Za-z_]\w{0,60}) = ([A-Za-z_]\w{0,80})\(/.exec(text) ?? [];
    // A call further in is under a condition of its own.
    if (callee !== undefined && indentOf(text) !== indentOf(lines[at]!)) return null;
    if (callee !== undefined)
      return to === name
        ? { said: `${callee}() ${test === " < 0" ? "< 0" : "is not 0"}`, line: n + 1 }
        : null;
  }
  return null;
}

/** The switch of a `default:` that no case above it falls through to. */
function ofSwitch(lines: readonly string[], at: number): JumpReason | null {
  let before = at - 1;
  while (before >= 0 && isBlank(lines[before]!)) before--;
  if (!/^\s*(?:break|continue|(?:return|goto)\b.*);$/.test(lines[before] ?? "")) return null;
  const indent = indentOf(lines[at]!);
  for (let n = before; n >= 0 && n > at - MOST_SWITCH; n--) {
    const [, of] = /^\s*switch \((.{1,60})\) \{$/.exec(lines[n]!) ?? [];
    if (indentOf(lines[n]!) > indent || isBlank(lines[n]!)) continue;
    if (of !== undefined) return { said: `${of} is none of the cases`, line: n + 1 };
    const text = lines[n]!.trim();
    if (!text.startsWith("case ") && !text.endsWith(":")) return null;
  }
  return null;
}
