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
 * All shared headers that names (as included) lead to, as many as have been asked for. Where a name may be several headers, all of
 * them: which one is meant is the build's business.
 */
export class ReachedHeaders {
  readonly paths = new Set<string>();
  private readonly read: (path: string) => string | null;
  private readonly known: Map<string, readonly string[] | null>;
  private readonly seen = new Set<string>();
  private readonly names = new Set<string>();

  /** @param read a file of the tree @param known what was found before, for the same tree, of a header */
  constructor(read: (path: string) => string | null, known: Map<string, readonly string[] | null>) {
    this.read = read;
    this.known = known;
  }

  /** Adds what names lead to. */
  add(names: Iterable<string>): void {
    const queue: { name: string; from: string }[] = [...names].map((name) => ({ name, from: "" }));
    for (let item = queue.pop(); item !== undefined && this.paths.size < MOST; item = queue.pop())
      for (const path of this.placesOf(item.name, item.from)) {
        if (this.seen.has(path) || path.startsWith("..")) continue;
        this.seen.add(path);
        const inner = this.includedBy(path);
        if (inner === null) continue;
        this.paths.add(path);
        for (const next of inner) queue.push({ name: next, from: path });
      }
  }

  /** Where a name may lie; the folders that are the same for every file once. */
  private placesOf(name: string, from: string): string[] {
    const near = from === "" ? [] : [posix.normalize(posix.join(posix.dirname(from), name))];
    if (this.names.has(name)) return near;
    this.names.add(name);
    const generic = name.startsWith("asm/")
      ? [`include/asm-generic/${name.slice(4)}`, `include/uapi/asm-generic/${name.slice(4)}`]
      : [];
    return [...near, ...FOLDERS.map((f) => `${f}/${name}`), ...generic];
  }

  private includedBy(path: string): readonly string[] | null {
    let inner = this.known.get(path);
    if (inner === undefined) {
      const text = this.read(path);
      inner = text === null ? null : includesIn(text);
      this.known.set(path, inner);
    }
    return inner;
  }
}
