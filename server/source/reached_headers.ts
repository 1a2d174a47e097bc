/**
 * The headers of the tree that given files include, those that these include, and so on: whose macros are meant by a name that any
 * header may define (`#define control_port base + 3`). Of conditions around an `#include` only those are asked that tell a 64-bit
 * machine and its page tables from others. Leaves out headers that a build makes.
 */
import { posix } from "node:path";
import { PGTABLE_LEVELS } from "../../emulator/config_numbers.ts";
import { configSet } from "../../emulator/function/shims.ts";

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

/** Included names of one text, as they are written, without those for another kind of machine. */
export function includesIn(text: string): string[] {
  const out: string[] = [];
  /** Of each `#if` that is open: whether its branch is read, and whether one before was. */
  const open: { reads: boolean; had: boolean }[] = [];
  for (const m of text.matchAll(DIRECTIVE)) {
    const [, word, rest] = m as unknown as [string, string, string];
    const last = open.at(-1);
    if (word === "include") {
      const name = /^["<]([^">]{1,200})[">]/.exec(rest)?.[1];
      if (name !== undefined && open.every((o) => o.reads)) out.push(name);
    } else if (word === "endif") open.pop();
    else if (word.startsWith("if")) {
      const holds = word === "if" ? conditionHolds(rest) : isSet(rest, word === "ifdef");
      open.push({ reads: holds !== false, had: holds === true });
    } else if (last !== undefined) {
      const holds = last.had ? false : word === "else" ? null : conditionHolds(rest);
      last.reads = holds !== false;
      if (holds === true) last.had = true;
    }
  }
  return out;
}

const DIRECTIVE = /^[ \t]*#[ \t]*(include|ifdef|ifndef|if|elif|else|endif)\b[ \t]*([^\r\n]{0,300})/gm;
/** What says of which kind the machine is. */
const KIND = /^CONFIG_(?:X86_32|X86_64|X86_PAE|32BIT|64BIT)\b/;

/** Whether a symbol is set, or is not, where it says of which kind the machine is; else null. */
function isSet(text: string, wanted: boolean): boolean | null {
  const name = KIND.exec(text.trim())?.[0];
  return name === undefined ? null : configSet(name.slice("CONFIG_".length)) === wanted;
}

/** Whether a condition about the kind of machine holds; null of any other, and of one that is made of several. */
function conditionHolds(text: string): boolean | null {
  const said = text.split(/\/[*/]/, 1)[0]!.trim();
  const defined = /^(!?) ?defined ?\(? ?(\w{1,60}) ?\)?$/.exec(said);
  if (defined !== null) return isSet(defined[2]!, defined[1] === "");
  const levels = /^CONFIG_PGTABLE_LEVELS ?(>=|<=|==|>|<) ?(\d)$/.exec(said);
  if (levels === null) return null;
  const n = Number(levels[2]);
  switch (levels[1]) {
    case ">":
      return PGTABLE_LEVELS > n;
    case ">=":
      return PGTABLE_LEVELS >= n;
    case "<":
      return PGTABLE_LEVELS < n;
    case "<=":
      return PGTABLE_LEVELS <= n;
    default:
      return PGTABLE_LEVELS === n;
  }
}

/**
 * All shared headers that names (as included) lead to, as many as have been asked for. Where a name may be several headers, all of
 * them: which one is meant is the build's business.
 */
export class ReachedHeaders {
  readonly paths = new Set<string>();
  private readonly includes: (path: string) => readonly string[] | null;
  private readonly seen = new Set<string>();
  private readonly names = new Set<string>();

  /** @param includes what a file of the tree includes (includesIn()); null: there is no such file */
  constructor(includes: (path: string) => readonly string[] | null) {
    this.includes = includes;
  }

  /** The same, to which more can be added. */
  copy(): ReachedHeaders {
    const out = new ReachedHeaders(this.includes);
    for (const path of this.paths) out.paths.add(path);
    for (const path of this.seen) out.seen.add(path);
    for (const name of this.names) out.names.add(name);
    return out;
  }

  /** Adds what names lead to. */
  add(names: Iterable<string>): void {
    const queue: { name: string; from: string }[] = [...names].map((name) => ({ name, from: "" }));
    for (let item = queue.pop(); item !== undefined && this.paths.size < MOST; item = queue.pop())
      for (const path of this.placesOf(item.name, item.from)) {
        if (this.seen.has(path) || path.startsWith("..")) continue;
        this.seen.add(path);
        const inner = this.includes(path);
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
}
