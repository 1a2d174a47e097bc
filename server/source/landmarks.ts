/**
 * Where the functions, types and tables of a text lie, by the look of kernel source: a definition begins at column 0 and
 * ends with the brace at column 0. What `@@` lines name is looked up here. Leaves out C as the compiler sees it
 * (emulator/c/outline.ts), which hunks and half a text do not give.
 */

/** A definition: lines `start` to `end` (0-based, `end` not included), return type included. */
export interface Landmark {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Words before `(` that are no name: statements, attributes, and macros that say something of a name. */
const NOT_A_NAME =
  /^(if|for|while|switch|return|sizeof|EXPORT_SYMBOL\w*|EXPORT_\w+|MODULE_\w+|__(printf|scanf|attribute|aligned|section|acquires|releases|must_hold|cond_acquires|malloc|alloc_size|format_arg|cold|\w+__))$/;
/** Lines from a prototype to what stands near it. */
const NEAR = 60;
/** Lines of a heading (return type, arguments) before the brace. */
const HEADING_MAX = 24;

/** The name that a line at column 0 begins to define: a function's, a type's, a table's; null: none. */
export function definedName(line: string): string | null {
  return /;\s*$/.test(line) ? null : headingName(line);
}

/** The name that a line at column 0 is about: as definedName(), and that of a prototype. */
export function headingName(line: string): string | null {
  if (!/^[A-Za-z_]/.test(line)) return null;
  const type = /^(?:typedef\s+)?(?:struct|union|enum)\s+(\w+)\s*(?:\{\s*)?$/.exec(line);
  if (type !== null) return type[1]!;
  const table = /\b([A-Za-z_]\w*)\s*(?:\[[^\][]*\]\s*)*=\s*(?:\{\s*)?$/.exec(line);
  if (table !== null && !line.includes("(")) return table[1]!;
  for (const m of line.matchAll(/\b([A-Za-z_]\w*)\s*\(/g)) {
    const name = m[1]!;
    if (NOT_A_NAME.test(name)) continue;
    // SYSCALL_DEFINE3(read, ...), DEFINE_IDTENTRY(exc_nmi): the first argument is what tells one from another.
    if (!/^[A-Z][A-Z0-9_]+$/.test(name)) return name;
    const argument = /^\s*(\w+)/.exec(line.slice(m.index + m[0].length))?.[1] ?? "";
    return argument === "" ? name : `${name}(${argument})`;
  }
  return null;
}

/** The landmarks of a text, found once. */
export class Landmarks {
  private readonly lines: readonly string[];
  private readonly list: readonly Landmark[];
  private readonly byName = new Map<string, Landmark[]>();
  private declarations: Map<string, number[]> | null = null;

  constructor(lines: readonly string[]) {
    this.lines = lines;
    this.list = findAll(lines);
    for (const mark of this.list) {
      const own = this.byName.get(mark.name);
      if (own === undefined) this.byName.set(mark.name, [mark]);
      else own.push(mark);
    }
  }

  /** All definitions of a name: the branches of an `#if` are several. */
  named(name: string): readonly Landmark[] {
    return this.byName.get(name) ?? [];
  }

  /** The definition that a line (0-based) is in, or null at file scope. */
  at(line: number): Landmark | null {
    const before = this.lastBefore(line);
    return before !== null && line < before.end ? before : null;
  }

  /** First lines (0-based) of what is about a name at column 0 without defining it: prototypes, mostly. */
  declared(name: string): readonly number[] {
    if (this.declarations === null) {
      this.declarations = new Map();
      for (const [i, line] of this.lines.entries()) {
        const declares = headingName(line);
        if (declares === null || this.at(i) !== null) continue;
        const own = this.declarations.get(declares);
        if (own === undefined) this.declarations.set(declares, [i]);
        else own.push(i);
      }
    }
    return this.declarations.get(name) ?? [];
  }

  /** Whether a line at file scope is directly before or behind a definition of that name, or near a prototype of it. */
  beside(line: number, name: string): boolean {
    if (this.at(line) !== null) return false;
    const before = this.lastBefore(line);
    if (before?.name === name) return true;
    const next = this.list[before === null ? 0 : this.list.indexOf(before) + 1];
    return next?.name === name || this.declared(name).some((at) => Math.abs(at - line) <= NEAR);
  }

  /** The line that git prints behind `@@` for a hunk that begins at a line (0-based); "" where there is none. */
  headingFor(line: number): string {
    for (let i = Math.min(line, this.lines.length) - 1; i >= 0; i--)
      if (isHeading(this.lines[i]!)) return this.lines[i]!;
    return "";
  }

  private lastBefore(line: number): Landmark | null {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.list[middle]!.start <= line) low = middle + 1;
      else high = middle;
    }
    return this.list[low - 1] ?? null;
  }
}

/** A line that git takes as a heading for C: it begins with a letter and is no label. */
function isHeading(line: string): boolean {
  return /^[A-Za-z_$]/.test(line) && !/^[A-Za-z_]\w*:\s*($|\/[/*])/.test(line);
}

/** git cuts headings off at 80 bytes; white space at the end is lost. */
export function sameHeading(line: string, heading: string): boolean {
  const wanted = heading.trimEnd();
  return wanted !== "" && line.startsWith(wanted) && (wanted.length >= 40 || line.trimEnd() === wanted);
}

function findAll(lines: readonly string[]): Landmark[] {
  const out: Landmark[] = [];
  const lastClose = lines.findLastIndex(closesBody);
  for (let i = 0; i < lines.length; i++) {
    const name = definedName(lines[i]!);
    if (name === null) continue;
    const end = endOf(lines, i, lastClose);
    if (end < 0) continue;
    // A return type on the line above belongs to the function.
    const start = i > 0 && /^[A-Za-z_][\w\s*]*$/.test(lines[i - 1]!) ? i - 1 : i;
    out.push({ name, start, end });
    i = end - 1;
  }
  return out;
}

/** A body that opens and closes in one line. */
function closesAtOnce(line: string): boolean {
  const end = line.trimEnd();
  const code = end.endsWith(";") ? end.slice(0, -1).trimEnd() : end;
  return code.endsWith("}") && line.includes("{");
}

/** A line that begins with an opening brace, or ends in one; a comment may follow it. */
function opensBody(line: string): boolean {
  const end = line.trimEnd();
  return (
    line.startsWith("{") || end.endsWith("{") || (end.endsWith("*/") && /\{\s*\/\*/.test(end.slice(0, -2)))
  );
}

function closesBody(line: string): boolean {
  return line.startsWith("}");
}

/**
 * One past the last line of what begins at line `i`, or -1: a prototype, a macro's use, a cut text. Behind `lastClose` nothing
 * ends, so bodies that never do are not looked through for each head.
 */
function endOf(lines: readonly string[], i: number, lastClose: number): number {
  let open = i;
  for (; ; open++) {
    const line = lines[open];
    if (line === undefined || open > i + HEADING_MAX) return -1;
    if (open === i && closesAtOnce(line)) return i + 1;
    if (opensBody(line)) break;
    if (/;\s*$/.test(line) || closesBody(line)) return -1;
    if (open > i && definedName(line) !== null) return -1;
  }
  for (let j = open; j <= lastClose; j++) if (closesBody(lines[j]!)) return j + 1;
  return -1;
}
