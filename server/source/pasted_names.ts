/**
 * Names that calls of macros at file scope of a header declare: `PAGE_FLAG(Dirty, dirty)`, whose definition pastes
 * `page_test_##name`. The calls are read with the header's own directives and nothing else of it; other headers' macros are looked up as when the
 * header is read. A header that includes a list of such calls (included_lists.ts) is read whole. Leaves out calls of what is no macro.
 */
import { blankComments, directivesOf } from "../../emulator/c/comments.ts";
import { IncludedLists } from "../../emulator/function/included_lists.ts";
import { KernelSources } from "../../emulator/function/sources.ts";
import type { TreeSource } from "../../emulator/kernel_tree.ts";
import { inclusions } from "./reached_headers.ts";

/** A name and its opening parenthesis in the first column: a call, or the second line of a function's head. */
const CALL = /^(?:(?:static|extern|inline)[ \t]+){0,3}([A-Za-z_]\w*)[ \t]*\(/gm;
const MOST = 8_000;

/** The directives of a header and its calls of macros at file scope, each on its line; null: it has no such call. */
export function callsOf(text: string, isMacro: (name: string) => boolean): string | null {
  let any = false;
  for (const m of text.matchAll(CALL)) if ((any = isMacro(m[1]!))) break;
  if (!any) return null;
  const plain = blankComments(text);
  let lines: string[] | null = null;
  let line = 0;
  let from = 0;
  for (const m of plain.matchAll(CALL)) {
    if (m.index < from || !isMacro(m[1]!)) continue;
    lines ??= directivesOf(text).split("\n");
    for (; from < m.index; from++) if (plain[from] === "\n") line++;
    // The body of a macro may begin in the first column.
    if (lines[line] !== "") continue;
    const end = endOf(plain, m.index + m[0].length, isMacro);
    if (end === null) continue;
    lines[line] = plain.slice(m.index, end).replaceAll("\n", " ");
    if (/^[ \t\n]*\{/.test(plain.slice(end, end + 80))) lines[line] += " { }";
    for (; from < end; from++) if (plain[from] === "\n") line++;
  }
  return lines === null ? null : lines.join("\n");
}

/** Where a call ends, from behind its opening parenthesis: with the calls that follow on indented lines, and a `;`. */
function endOf(text: string, open: number, isMacro: (name: string) => boolean): number | null {
  const next = /[()#]/g;
  const more = /[ \t\n]*(?:(;)|([A-Za-z_]\w*)[ \t]*\()?/y;
  next.lastIndex = open;
  for (let depth = 1; depth > 0; ) {
    const m = next.exec(text);
    if (m === null || m[0] === "#" || m.index > open + MOST) return null;
    depth += m[0] === "(" ? 1 : -1;
  }
  const end = next.lastIndex;
  more.lastIndex = end;
  const [all, ends, name] = more.exec(text) as unknown as [string, string?, string?];
  if (ends !== undefined) return end + all.length;
  const follows = name !== undefined && /\n[ \t]+\w+[ \t]*\($|^[ \t]*\w+[ \t]*\($/.test(all) && isMacro(name);
  return follows ? (endOf(text, end + all.length, isMacro) ?? end) : end;
}

/** Reads what calls in headers declare. `source`: who defines a name, by its look alone. */
export class PastedNames {
  private readonly source: TreeSource;
  private sources: KernelSources | null = null;
  private readonly macros = new Map<string, boolean>();
  private readonly lists: IncludedLists;

  constructor(source: TreeSource) {
    this.source = source;
    this.lists = new IncludedLists((path) => source.read(path));
  }

  /** The names that calls in a header declare, as an index has them: prototypes as "@name". Typedefs by their name alone. */
  of(path: string, text: string): ReadonlySet<string> {
    const calls = this.includesList(path, text) ? text : callsOf(text, (name) => this.isMacro(name));
    if (calls === null) return NONE;
    this.sources ??= new KernelSources(this.source);
    return this.sources.namesIn(path, calls);
  }

  private includesList(path: string, text: string): boolean {
    for (const { name, quoted } of inclusions(text))
      if (this.lists.resolve(name, !quoted, path) !== null) return true;
    return false;
  }

  private isMacro(name: string): boolean {
    let is = this.macros.get(name);
    if (is === undefined) this.macros.set(name, (is = this.source.definers(`#${name}`).length > 0));
    return is;
  }
}

const NONE: ReadonlySet<string> = new Set();
