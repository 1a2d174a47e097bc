/**
 * The reference kernel under other macros than its own, without reading all of it again: functions whose text uses one of
 * them are made anew, everything else is the plain parse's. Where a macro decides what is compiled, or is used outside of
 * functions, nothing is said and the caller reads all (kernel.ts).
 */
import type { External, FunctionDef, SourceFile } from "./c/ast.ts";
import { replaceComments } from "./c/comments.ts";
import type { LinkUnit } from "./c/link.ts";
import { sameDefinition } from "./c/lowered.ts";
import type { MacroTable } from "./c/macro_table.ts";
import { outline } from "./c/outline.ts";
import { parse } from "./c/parser.ts";
import { preprocess } from "./c/preprocessor.ts";
import { expansionLoc } from "./c/token.ts";

/** What of a parse its functions can be made anew from. */
export interface Parsed {
  readonly files: readonly SourceFile[];
  readonly macros: MacroTable;
  readonly typedefs: ReadonlySet<string>;
  readonly units: readonly LinkUnit[];
}

/** A function of a parse, and the lines of its file that it stands on. */
interface Placed {
  readonly def: FunctionDef;
  readonly from: number;
  readonly to: number;
}

/** The units of `plain` as they are under `macros`, which are its own but for `override`; null: read all again. */
export function unitsUnder(plain: Parsed, override: MacroTable, macros: MacroTable): LinkUnit[] | null {
  const names = withUsers(new Set([...override].map((m) => m.name)), plain.files);
  if (names === null) return null;
  const functions = placedByFile(plain.units);
  const made = new Map<External, FunctionDef>();
  for (const [index, file] of plain.files.entries()) {
    const lines = usingLines(names, file);
    if (lines.length === 0) continue;
    const here = functions.get(index) ?? [];
    for (const line of lines) {
      const placed = here.find((p) => p.from <= line && line <= p.to);
      if (placed === undefined) {
        if (!isLeftOut(file, line, here)) return null;
        continue;
      }
      if (made.has(placed.def)) continue;
      const again = madeAnew(plain, index, placed, plain.macros);
      // What the macros at the end of all files do not give again was read with others.
      const now =
        again !== null && sameDefinition(again, placed.def) ? madeAnew(plain, index, placed, macros) : null;
      if (now === null) return null;
      made.set(placed.def, now);
    }
  }
  return plain.units.map((u) =>
    u.tu.externals.some((e) => made.has(e))
      ? { ...u, tu: { ...u.tu, externals: u.tu.externals.map((e) => made.get(e) ?? e) } }
      : u,
  );
}

function placedByFile(units: readonly LinkUnit[]): ReadonlyMap<number, readonly Placed[]> {
  const out = new Map<number, Placed[]>();
  for (const u of units)
    for (const def of u.tu.externals) {
      if (def.kind !== "function") continue;
      const begin = expansionLoc(def.loc);
      const end = expansionLoc(def.endLoc);
      const list = out.get(begin.file) ?? [];
      out.set(begin.file, list);
      if (begin.file === end.file) list.push({ def, from: begin.line, to: end.line });
    }
  return out;
}

/** A file's lines, which of them belong to directives, and where each of those begins. */
interface Lines {
  readonly text: readonly string[];
  /** By line: the first line of the directive that it belongs to; -1: none. */
  readonly directive: readonly number[];
}

const read = new WeakMap<SourceFile, Lines>();

function linesOf(file: SourceFile): Lines {
  const known = read.get(file);
  if (known !== undefined) return known;
  const text = replaceComments(file.text, true, (c) => c.replace(/[^\n]+/g, " ")).split("\n");
  const directive: number[] = [];
  let at = -1;
  text.forEach((line, n) => {
    if (at < 0 && /^\s*#/.test(line)) at = n;
    directive.push(at);
    if (!line.endsWith("\\")) at = -1;
  });
  const lines = { text, directive };
  read.set(file, lines);
  return lines;
}

/** Lines of a file on which one of the names stands. */
function* linesWith(names: ReadonlySet<string>, file: SourceFile): Iterable<number> {
  const some = [...names].filter((n) => file.text.includes(n));
  if (some.length === 0) return;
  const { text } = linesOf(file);
  for (const [n, line] of text.entries())
    if (some.some((s) => line.includes(s)) && line.match(/\w+/g)?.some((w) => names.has(w)) === true) yield n;
}

/** The macros together with those whose own text uses one; null where a directive asks for one. */
function withUsers(names: Set<string>, files: readonly SourceFile[]): ReadonlySet<string> | null {
  for (let more = true; more; ) {
    more = false;
    for (const file of files)
      for (const line of linesWith(names, file)) {
        const { text, directive } = linesOf(file);
        const at = directive[line]!;
        if (at < 0) continue;
        const own = /^\s*#\s*(?:define|undef)\s+(\w+)/.exec(text[at]!)?.[1];
        if (own === undefined || file.origin !== "reference") return null;
        if (names.has(own)) continue;
        names.add(own);
        more = true;
      }
  }
  return names;
}

/** Lines (1-based) outside of directives on which one of the names stands. */
function usingLines(names: ReadonlySet<string>, file: SourceFile): number[] {
  const out: number[] = [];
  for (const line of linesWith(names, file)) if (linesOf(file).directive[line]! < 0) out.push(line + 1);
  return out;
}

/** Whether a line is of a function that this kernel does not have: another era's. */
function isLeftOut(file: SourceFile, line: number, here: readonly Placed[]): boolean {
  const of = outline(file.text).find(
    (d) => d.kind === "function" && d.whole && d.startLine <= line && line <= d.endLine,
  );
  return of !== undefined && !here.some((p) => p.to >= of.startLine && p.from <= of.endLine);
}

/** A function made of its lines alone; null where they are not it. */
function madeAnew(
  plain: Parsed,
  index: number,
  { from, to, def }: Placed,
  macros: MacroTable,
): FunctionDef | null {
  const whole = plain.files[index]!;
  const lines = whole.text.split("\n").slice(from - 1, to);
  const source: SourceFile = { ...whole, text: `${"\n".repeat(from - 1)}${lines.join("\n")}\n` };
  const files = plain.files.slice();
  files[index] = source;
  const pre = preprocess(source, { files, macros: macros.copy(), resolve: () => null });
  const { externals, errors } = parse(pre.tokens, { typedefs: plain.typedefs, lazyBodies: true });
  const [one, ...more] = externals;
  if (one?.kind !== "function" || more.length + pre.errors.length + errors.length > 0) return null;
  return one.declarator.name === def.declarator.name ? one : null;
}
