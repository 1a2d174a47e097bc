/**
 * Headers that are a list of macro calls and nothing else (`FLAG(NEAR, 1) FLAG(FAR, 2)`), which whoever includes one has given a meaning:
 * enumerators, declarations, rows of a table. Of all that a file includes these alone are read in their place. Leaves out headers that are read
 * but once, and those with a declaration or a macro with arguments of their own.
 */
import type { SourceFile } from "../c/ast.ts";
import { blankComments } from "../c/comments.ts";

const MOST = 200_000;
const UNLIKE = /^[ \t]*#[ \t]*(?:include\b|pragma\b|define[ \t]+\w+\()/m;
const DIRECTIVE = /^[ \t]*#(?:[^\n\\]|\\[\s\S])*/gm;
const HEAD = /[ \t\r\n]*([A-Za-z_]\w*)[ \t]*\(/y;
const STOP = /[(){};]/g;
const BEHIND = /[ \t\r\n]*[;,]/y;

/** Whether a text is calls of macros and nothing else. */
export function isCallList(text: string): boolean {
  if (text.length > MOST || UNLIKE.test(text)) return false;
  const asked = new Set([...text.matchAll(/^[ \t]*#[ \t]*ifndef[ \t]+(\w+)/gm)].map((m) => m[1]!));
  for (const m of text.matchAll(/^[ \t]*#[ \t]*define[ \t]+(\w+)/gm)) if (asked.has(m[1]!)) return false;
  const plain = blankComments(text).replace(DIRECTIVE, "").trimEnd();
  let at = 0;
  let calls = 0;
  while (at < plain.length) {
    HEAD.lastIndex = at;
    const head = HEAD.exec(plain);
    // Who begins with a small letter is a function.
    if (head === null || !/^_*[A-Z]/.test(head[1]!)) return false;
    let depth = 1;
    STOP.lastIndex = at + head[0].length;
    while (depth > 0) {
      const stop = STOP.exec(plain)?.[0];
      if (stop === undefined || stop === "{" || stop === "}" || stop === ";") return false;
      depth += stop === "(" ? 1 : -1;
    }
    BEHIND.lastIndex = STOP.lastIndex;
    at = BEHIND.test(plain) ? BEHIND.lastIndex : STOP.lastIndex;
    calls++;
  }
  return calls > 0;
}

const FOLDERS = ["include", "arch/x86/include"];

/** Finds included lists among the files that can be read. */
export class IncludedLists {
  private readonly read: (path: string) => string | null;
  private readonly known = new Map<string, SourceFile | null>();

  constructor(read: (path: string) => string | null) {
    this.read = read;
  }

  /** The list that an `#include` of a file means, if it is one. */
  readonly resolve = (name: string, system: boolean, from: string): SourceFile | null => {
    const folder = from.slice(0, Math.max(0, from.lastIndexOf("/")));
    const near = system || folder === "" || name.startsWith(".") ? [] : [`${folder}/${name}`];
    for (const path of [...near, ...FOLDERS.map((f) => `${f}/${name}`)]) {
      const found = this.at(path);
      if (found !== null) return found;
    }
    return null;
  };

  private at(path: string): SourceFile | null {
    let found = this.known.get(path);
    if (found === undefined) {
      const text = this.read(path);
      found = text !== null && isCallList(text) ? { path, text, origin: "tree" } : null;
      this.known.set(path, found);
    }
    return found;
  }
}
