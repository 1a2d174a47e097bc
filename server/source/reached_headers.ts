/**
 * The headers of the tree that given files include, those that these include, and so on: whose macros are meant by a name that any
 * header may define (`#define control_port base + 3`). Leaves out conditions around an `#include`, and headers that a build makes.
 */
import { posix } from "node:path";

const FOLDERS = [
  "include",
  "include/uapi",
  "arch/x86/include",
  "arch/x86/include/uapi",
  "arch/x86/include/asm",
  "include/asm-generic",
  "include/linux",
];
const MOST = 4000;

/** The `#include` lines of one text: what they name, and whether in quotes. */
export function* inclusions(text: string): Generator<{ readonly name: string; readonly quoted: boolean }> {
  for (const m of text.matchAll(/^[ \t]*#[ \t]*include[ \t]+(["<])([^">\r\n]{1,200})[">]/gm))
    yield { name: m[2]!, quoted: m[1] === '"' };
}

/** Included names of one text, as they are written. */
export const includesIn = (text: string): string[] => [...inclusions(text)].map((i) => i.name);

/**
 * All shared headers that `names` (as included) lead to. Where a name may be several headers, all of them: which one is meant is the
 * build's business. @param read a file of the tree @param known what earlier calls for the same tree found of a header
 */
export function reachedHeaders(
  names: Iterable<string>,
  read: (path: string) => string | null,
  known: Map<string, readonly string[] | null>,
): Set<string> {
  const out = new Set<string>();
  const queue: { name: string; from: string }[] = [...names].map((name) => ({ name, from: "" }));
  const seen = new Set<string>();
  for (let item = queue.pop(); item !== undefined && out.size < MOST; item = queue.pop()) {
    const { name, from } = item;
    const near = from === "" ? [] : [posix.normalize(posix.join(posix.dirname(from), name))];
    const generic = name.startsWith("asm/")
      ? [`include/asm-generic/${name.slice(4)}`, `include/uapi/asm-generic/${name.slice(4)}`]
      : [];
    for (const path of [...near, ...FOLDERS.map((f) => `${f}/${name}`), ...generic]) {
      if (seen.has(path) || path.startsWith("..")) continue;
      seen.add(path);
      let inner = known.get(path);
      if (inner === undefined) {
        const text = read(path);
        inner = text === null ? null : includesIn(text);
        known.set(path, inner);
      }
      if (inner === null) continue;
      out.add(path);
      for (const next of inner) queue.push({ name: next, from: path });
    }
  }
  return out;
}
