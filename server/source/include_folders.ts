/**
 * Folders that the Makefiles (or Kbuild files) of a file's folder and of those above it add to the search for its headers
 * (`ccflags-y += -I $(src)/include`). Leaves out make itself: conditions, functions and targets are not looked at, and a variable
 * that none of those files sets may be any folder above.
 */
import { posix } from "node:path";

const MOST = 400;
const DEEP = 6;

/** Folders of the tree in the order in which they are looked through, nearest Makefile first. @param folder that of the file */
export function includeFolders(folder: string, read: (path: string) => string | null): readonly string[] {
  const out = new Set<string>();
  const above: string[] = [];
  for (let d = folder; d !== "." && d !== "/" && above.length < 20; d = posix.dirname(d)) above.push(d);
  for (const d of above)
    for (const name of ["Makefile", "Kbuild"]) {
      const text = read(`${d}/${name}`)?.replace(/\\\n/g, " ");
      if (text === undefined || !text.includes("-I")) continue;
      const variables = variablesOf(text);
      for (const [, written] of text.matchAll(/(?:^|[ \t=])-I[ \t]*([\w$(){}./-]{1,200})/gm))
        for (const there of expanded(written!, d, variables, above))
          if (out.size < MOST && !there.startsWith("..")) out.add(there);
    }
  return [...out];
}

/** `NAME = value`, the first word of it. */
function variablesOf(text: string): Map<string, string> {
  const out = new Map<string, string>();
  for (const m of text.matchAll(/^[ \t]*(\w{1,60})[ \t]*[:?]?=[ \t]*(\S{1,200})/gm))
    if (!out.has(m[1]!)) out.set(m[1]!, m[2]!);
  return out;
}

/** What `-I` names, from the root of the tree on. */
function expanded(
  written: string,
  folder: string,
  variables: ReadonlyMap<string, string>,
  above: readonly string[],
): string[] {
  let text = written;
  for (let i = 0; i < DEEP && text.includes("$"); i++)
    text = text.replace(/\$[({](\w{1,60})[)}]/g, (whole, name: string) => {
      if (name === "srctree" || name === "objtree") return "/";
      if (name === "src" || name === "obj") return `/${folder}`;
      return variables.get(name) ?? whole;
    });
  // Two of them, as in $(srctree)/$(src)/include: the last one says where it is.
  text = text.replace(/^.*\/\/(?=\w)/, "/");
  const open = /^\$[({]\w+[)}](.*)$/.exec(text);
  if (open !== null) return open[1]!.includes("$") ? [] : above.map((d) => normal(`${d}/${open[1]}`));
  return text.includes("$") ? [] : [normal(text)];
}

/** Without the slashes that `posix.normalize()` leaves: one before, one behind. */
function normal(path: string): string {
  const text = posix.normalize(path);
  return text.slice(text.startsWith("/") ? 1 : 0, text.endsWith("/") ? -1 : undefined) || ".";
}
