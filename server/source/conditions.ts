/**
 * Whether what a hunk shows whole lies in an `#if` that is off in the reference kernel's configuration: a header's stub for a
 * kernel without the option is not what runs here. By CONFIG_ symbols alone and by what the hunk shows above it. Leaves out
 * conditions that begin above the hunk, other macros, and kernel trees, whose files the preprocessor reads whole.
 */
import { replaceComments } from "../../emulator/c/comments.ts";
import { referenceFiles } from "../../emulator/reference/index.ts";
import type { Hunk, Patch, Side, SideDefinition } from "../mail/types.ts";

let config: ReadonlySet<string> | null = null;

/** The CONFIG_ symbols that are on in the reference kernel; read when first asked for. */
function configOn(): ReadonlySet<string> {
  if (config === null) {
    const text = referenceFiles.find((f) => f.path === "include/linux/kconfig.h")?.text ?? "";
    config = new Set([...text.matchAll(/^#define (CONFIG_\w+) 1$/gm)].map((m) => m[1]!));
  }
  return config;
}

/** What a condition of CONFIG_ symbols comes to; null of any other. */
export function holds(condition: string): boolean | null {
  const known = replaceComments(condition, true, () => " ").replace(
    /\b(?:IS_ENABLED|IS_BUILTIN|IS_REACHABLE|defined) ?\(? ?(CONFIG_\w+)\b ?\)?/g,
    (_, name: string) => (configOn().has(name) ? "1" : "0"),
  );
  const tokens = known.match(/&&|\|\||\S/g) ?? [];
  let at = 0;
  const unary = (): boolean | null => {
    const t = tokens[at++];
    if (t === "!") {
      const of = unary();
      return of === null ? null : !of;
    }
    if (t === "1" || t === "0") return t === "1";
    if (t !== "(") return null;
    const of = either();
    return tokens[at++] === ")" ? of : null;
  };
  const both = (): boolean | null => {
    let of = unary();
    while (tokens[at] === "&&") {
      at++;
      const next = unary();
      of = of === null || next === null ? null : of && next;
    }
    return of;
  };
  function either(): boolean | null {
    let of = both();
    while (tokens[at] === "||") {
      at++;
      const next = both();
      of = of === null || next === null ? null : of || next;
    }
    return of;
  }
  const of = either();
  return at === tokens.length ? of : null;
}

const anyOf = (a: boolean | null, b: boolean | null): boolean | null =>
  a === true || b === true ? true : a === false && b === false ? false : null;
const not = (of: boolean | null): boolean | null => (of === null ? null : !of);

/** A directive of a hunk's side: whether what follows the line of the document is off. */
interface Turn {
  readonly docLine: number;
  readonly off: boolean;
}
const turns = { before: new WeakMap<Hunk, readonly Turn[]>(), after: new WeakMap<Hunk, readonly Turn[]>() };

/** The branch of an open condition: what it comes to, and whether one before it held. */
interface Branch {
  readonly now: boolean | null;
  readonly had: boolean | null;
}

function firstBranch(word: string, rest: string): Branch {
  const now = word === "if" ? holds(rest) : holds(`defined(${rest.trim()})`);
  return { now: word === "ifndef" ? not(now) : now, had: false };
}

function branchAfter(left: Branch, word: string, rest: string): Branch {
  const had = anyOf(left.had, left.now);
  const own = word === "else" ? true : holds(rest);
  return { now: had === true || own === false ? false : had === false ? own : null, had };
}

/** The conditions of a hunk's side in order, read once for all of its definitions. */
function turnsOf(hunk: Hunk, side: Side): readonly Turn[] {
  const known = turns[side].get(hunk);
  if (known !== undefined) return known;
  const found: Turn[] = [];
  const open: Branch[] = [];
  /** How many of the open ones are off. */
  let offs = 0;
  for (const line of hunk.lines) {
    if (line.kind !== " " && line.kind !== (side === "before" ? "-" : "+")) continue;
    const directive = /^\s*#\s*(ifdef|ifndef|if|elif|else|endif)\b(.*)$/.exec(line.text);
    if (directive === null) continue;
    const [, word, rest] = directive as unknown as [string, string, string];
    const opens = word.startsWith("if");
    const left = opens ? undefined : open.pop();
    if (!opens && left === undefined) continue;
    if (left?.now === false) offs--;
    if (word !== "endif") {
      const next = left === undefined ? firstBranch(word, rest) : branchAfter(left, word, rest);
      if (next.now === false) offs++;
      open.push(next);
    }
    found.push({ docLine: line.docLine, off: offs > 0 });
  }
  turns[side].set(hunk, found);
  return found;
}

/** Whether the line of a document lies in a part of the hunk's side that is off. */
function isOffAt(hunk: Hunk, side: Side, docLine: number): boolean {
  const all = turnsOf(hunk, side);
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle]!.docLine < docLine) low = middle + 1;
    else high = middle;
  }
  return all[low - 1]?.off ?? false;
}

const files = new WeakMap<Patch, ReadonlyMap<string, Patch["files"][number]>>();

/** The files of a patch by their path, of several of one path the first. */
function filesOf(patch: Patch): ReadonlyMap<string, Patch["files"][number]> {
  let of = files.get(patch);
  if (of === undefined) {
    of = new Map(patch.files.map((f) => [f.path || f.oldPath, f] as const).reverse());
    files.set(patch, of);
  }
  return of;
}

/** Whether a definition of a patch lies where the configuration here has nothing. */
export function isOff(patch: Patch, d: SideDefinition): boolean {
  const hunk = filesOf(patch).get(d.path)?.hunks[d.hunk];
  const first = d.lines.find((l) => l > 0);
  return hunk !== undefined && first !== undefined && isOffAt(hunk, d.side, first);
}
