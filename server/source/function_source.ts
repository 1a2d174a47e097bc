/**
 * What the code around a changed function may name, in a whole kernel tree: an index of all shared headers (definitions,
 * and prototypes as "@name"), and the headers that the patched file itself includes. Leaves out reading the definitions
 * (emulator/function/sources.ts).
 */
import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import type { TreeSource } from "../../emulator/kernel_tree.ts";
import { cacheKey, DiskCache } from "../cache/store.ts";
import { type Finding, type HeaderNames, HeaderView } from "./header_view.ts";
import type { KernelTree } from "./images.ts";
import { listedEnumerators } from "./listed_names.ts";
import { PastedNames } from "./pasted_names.ts";
import { includesIn, inclusions, ReachedHeaders } from "./reached_headers.ts";
import { readerBelow } from "./tree.ts";
import { declaredLast, defaultCache, definitionsOf, INDEX_BYTES } from "./tree_index.ts";

const ROOTS = [
  "include/linux",
  "include/asm-generic",
  "arch/x86/include/asm",
  "arch/x86/include/uapi/asm",
  "include/uapi",
  "include",
];
const VERSION = 29;
const MAGIC = `headers ${VERSION}`;

interface HeaderIndex {
  readonly definers: (name: string) => readonly string[];
  readonly typedefs: ReadonlySet<string>;
}

/** Indexes of the trees used last: a tree that is edited is another tree. */
const known = new Map<string, HeaderIndex>();
const KNOWN_MAX = 3;

/** Names that a header declares besides those it defines: prototypes and externs as "@name", and what generators make. */
export function declarationsOf(source: string): Set<string> {
  const text = source.replace(/\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*/g, (c) => c.replace(/[^\n]/g, " "));
  const out = new Set<string>();
  for (const name of prototypesIn(text)) out.add(`@${name}`);
  for (const m of text.matchAll(/^struct[ \t]+(\w+)[ \t]+__?[A-Z]\w*\(/gm)) out.add(`struct ${m[1]}`);
  // From 7.0 on types of locks are defined through a macro, for compilers that follow who holds what.
  for (const m of text.matchAll(/^context_lock_struct\([ \t]*(\w+)/gm)) out.add(`struct ${m[1]}`);
  for (const m of text.matchAll(/^DEFINE_RING_TYPES\([ \t]*(\w+)/gm))
    out
      .add(`union ${m[1]}_sring_entry`)
      .add(`struct ${m[1]}_sring`)
      .add(`struct ${m[1]}_front_ring`)
      .add(`struct ${m[1]}_back_ring`);
  for (const m of text.matchAll(/^extern[ \t]([^;{}]*)(;?)/gm)) {
    // An attribute may stand on a line of its own.
    const object = m[2] === ";" ? declaredLast(m[1]!.replaceAll("\n", " ")) : null;
    if (object !== null && !/[()]/.test(object.before)) out.add(`@${object.name}`);
  }
  // `extern enum states { ... } state;` declares an object, too.
  for (const m of text.matchAll(/^extern[ \t]+(?:struct|union|enum)\b[^;(){}=]*(\{?)/gm)) {
    const close = m[1] === "" ? -1 : text.indexOf("}", m.index);
    const object = close < 0 ? null : /^[ \t]*(\w{1,100})[ \t]*;/.exec(text.slice(close + 1, close + 160));
    if (object !== null) out.add(`@${object[1]}`);
  }
  for (const m of text.matchAll(
    /^(DEFINE_(?:FREE|CLASS|GUARD|GUARD_COND|LOCK_GUARD_[01](?:_COND)?)|EXTEND_CLASS)\(\s*(\w+)\s*(?:,\s*(\w+))?/gm,
  )) {
    const [, kind, name, ext] = m;
    if (kind === "DEFINE_FREE") out.add(`__free_${name}`);
    else {
      const full = kind!.endsWith("COND") || kind === "EXTEND_CLASS" ? `${name}${ext}` : name!;
      out.add(`typedef class_${full}_t`).add(`class_${full}_constructor`).add(`class_${full}_destructor`);
      out.add(`class_${full}_lock_ptr`).add(`class_${full}_t`);
    }
  }
  return out;
}

/** A line at file scope (or two) that ends in a name and an opening parenthesis. */
interface Head {
  readonly name: string;
  /** The first word of the line. */
  readonly type: string;
  /** The next `;`, `{` or `}` behind it; the text's length where there is none. */
  readonly end: number;
  /** Only blanks stand between the last closing parenthesis and `end`. */
  readonly closed: boolean;
  /** Neither an opening parenthesis nor an `=` stands there. */
  readonly plain: boolean;
}

const HEAD = /^(?!typedef\b|return\b|else\b|#)([A-Za-z_]\w*)([\w \t*]*)(\n\**\w+[ \t]*)?(\(?)/gm;

/** Heads in the order in which they stand. The end that several share is looked for once. */
function* headsOf(text: string): Generator<Head> {
  let shared = { end: -1, closed: false, plain: false };
  HEAD.lastIndex = 0;
  for (let m = HEAD.exec(text); m !== null; m = HEAD.exec(text)) {
    // The second line may begin a head of its own.
    if (m[3] !== undefined) HEAD.lastIndex = m.index + m[1]!.length + m[2]!.length + 1;
    const name = /(?<![\w])(\w+)[ \t]*$/.exec(m[3] ?? m[2]!)?.[1];
    if (m[4] === "" || name === undefined) continue;
    const at = m.index + m[0].length;
    if (shared.end < at) {
      const next = /[;{}]/g;
      next.lastIndex = at;
      const end = next.exec(text)?.index ?? text.length;
      const tail = text.slice(text.lastIndexOf(")", end) + 1, end);
      shared = { end, closed: tail.trim() === "", plain: !/[(=]/.test(tail) };
    }
    yield { name, type: m[1]!, ...shared };
  }
}

/** Names of the prototypes of a text without comments. */
function prototypesIn(text: string): Set<string> {
  const out = new Set<string>();
  let told = -1;
  for (const head of headsOf(text)) {
    if (head.end === told || head.type === "static" || text[head.end] !== ";" || !head.plain) continue;
    told = head.end;
    out.add(head.name);
  }
  return out;
}

function headersOf(tree: KernelTree, root: string): string[] {
  const out: string[] = [];
  const walk = (folder: string): void => {
    let items: { name: string; isDirectory(): boolean }[];
    try {
      items = readdirSync(join(tree.root, folder), { withFileTypes: true });
    } catch {
      return;
    }
    items.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const item of items) {
      const path = `${folder}/${item.name}`;
      if (item.isDirectory()) walk(path);
      else if (item.name.endsWith(".h")) out.push(path);
    }
  };
  walk(root);
  return out;
}

interface Headers {
  readonly files: readonly string[];
  readonly digest: string;
}

/** Of each tree as it was when first asked: a review, which reads each file once, asks for every patch. */
const headers = new WeakMap<KernelTree, Headers>();

/** The headers that every file of the tree may include, and what changes when one of them does. */
function headersIn(tree: KernelTree): Headers {
  let found = headers.get(tree);
  if (found === undefined) headers.set(tree, (found = findHeaders(tree)));
  return found;
}

function findHeaders(tree: KernelTree): Headers {
  // The machine is little-endian: the header of the other order defines the same names.
  const files = [...new Set(ROOTS.flatMap((r) => headersOf(tree, r)))].filter(
    (path) => !path.endsWith("/byteorder/big_endian.h"),
  );
  const key = createHash("sha256").update(`headers ${VERSION}\n`);
  for (const path of files) {
    const stat = statSync(join(tree.root, path), { throwIfNoEntry: false });
    key.update(`${path} ${stat?.size ?? 0} ${stat?.mtimeMs ?? 0}\n`);
  }
  return { files, digest: key.digest("hex").slice(0, 32) };
}

/** What names the index of a tree's headers. */
export const headersDigest = (tree: KernelTree): string => headersIn(tree).digest;

/** The index of the headers that every file of the tree may include. */
export function headerIndex(tree: KernelTree, cacheDir: string | null = defaultCache()): HeaderIndex {
  const { files, digest } = headersIn(tree);
  tree.asksHeaders?.(digest);
  const had = known.get(digest);
  if (had !== undefined) return had;
  const cache =
    cacheDir === null
      ? null
      : new DiskCache<Stored>({ folder: cacheDir, check: isStored, maxTotal: INDEX_BYTES });
  const key = cacheKey("headers", digest);
  const kept = cache?.read(key);
  const stored = kept ?? { headers: scan(tree, files) };
  if (kept === null) cache?.write(key, stored);
  const index = toIndex(Buffer.from(stored.headers, "latin1"), files);
  known.set(digest, index);
  if (known.size > KNOWN_MAX) known.delete(known.keys().next().value!);
  return index;
}

/** Names of one header, typedefs apart. */
export function namesOf(source: string): { names: Set<string>; typedefs: Set<string> } {
  // An attribute that takes arguments looks like the function's name.
  // One that stands before the type goes altogether: the line begins with the type then.
  const text = source
    .replace(/^__[a-z]\w*\([^()\n]*\)[ \t]+(?=\w)/gm, "")
    .replace(
      /(?<!define[ \t]{1,8})\b__(?:\w*alloc_size|printf|scanf|attribute__|releases|acquires|cond_acquires|must_hold|malloc|section|aligned|assume_aligned|gnu_printf)\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g,
      (c) => c.replace(/[^\n]/g, " "),
    );
  const names = new Set<string>();
  const typedefs = new Set<string>();
  for (const name of [...definitionsOf(text, true), ...declarationsOf(text), ...listedEnumerators(text)])
    if (name.startsWith("typedef ")) {
      typedefs.add(name.slice(8));
      names.add(name.slice(8));
    } else names.add(name);
  return { names, typedefs };
}

/** Headers of tracepoints, which are nothing to a function case: by where they lie, and by what they say. */
const TRACES = /^include\/trace\//;
const TRACE_SYSTEM = /^#[ \t]*define[ \t]+TRACE_SYSTEM\b/m;

/**
 * The stored form: the typedef names on one line, then a line for each name with the numbers of its files, sorted by bytes,
 * so that a name is found by halving and nothing has to be taken apart when the index is read. Lines end in `;`, names in
 * `|`: of what JSON writes otherwise a string of this length costs more to read than to search.
 */
function scan(tree: KernelTree, files: readonly string[]): string {
  const read = readerBelow(tree.root);
  const names = new Map<string, number[]>();
  const typedefs = new Set<string>();
  const note = (name: string, file: number): void => {
    const list = names.get(name);
    if (list === undefined) names.set(name, [file]);
    else if (list.length < 8 && !list.includes(file)) list.push(file);
  };
  files.forEach((path, i) => {
    const text = read(path);
    if (text === null) return;
    const own = namesOf(text);
    for (const t of own.typedefs) typedefs.add(t);
    for (const name of own.names) note(name, i);
  });
  // What is pasted together is told by macros of whatever header, which are all known by now.
  const plain = new Map([...names].map(([name, list]) => [name, list.map((i) => files[i]!)]));
  const pasted = new PastedNames({ definers: (n) => plain.get(n) ?? [], read, typedefs, config: [] });
  files.forEach((path, i) => {
    const text = TRACES.test(path) ? null : read(path);
    if (text !== null) for (const name of pasted.of(path, text)) note(name, i);
  });
  const lines = [...names].map(([name, list]) => `${name}|${list.join(",")}`);
  // No name begins with another and its `|`: the order of whole lines is that of the names with it.
  lines.sort((x, y) => (x < y ? -1 : 1));
  return `${MAGIC};${[...typedefs].join(" ")};${lines.join(";")};`;
}

/** Names whose files are known without looking: the patches of a series ask for the same ones again and again. */
const FOUND_MAX = 50_000;

const NAME_END = 0x7c;
const LINE_END = 0x3b;

/** As it lies in the cache, which checks it against its digest. */
interface Stored {
  readonly headers: string;
}
function isStored(value: unknown): value is Stored {
  const text = (value as { headers?: unknown } | null)?.headers;
  return typeof text === "string" && text.startsWith(`${MAGIC};`) && text.endsWith(";");
}

/** Reads the stored form. What a line that is not of it names is no file. */
function toIndex(stored: Buffer, files: readonly string[]): HeaderIndex {
  const head = stored.indexOf(LINE_END);
  const first = stored.indexOf(LINE_END, head + 1) + 1;
  const typedefs = new Set(stored.toString("latin1", head + 1, Math.max(head + 1, first - 1)).split(" "));
  const found = new Map<string, readonly string[]>();
  const definers = (name: string): readonly string[] => {
    let list = found.get(name);
    if (list === undefined) {
      if (found.size >= FOUND_MAX) found.clear();
      found.set(name, (list = linesFor(stored, first, name).flatMap((i) => files[i] ?? [])));
    }
    return list;
  };
  return { definers, typedefs };
}

/** Numbers on the line of a name. */
function linesFor(stored: Buffer, first: number, name: string): number[] {
  const key = Buffer.from(`${name}|`, "latin1");
  let low = first;
  let high = stored.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const start = middle === low ? low : Math.max(low, stored.lastIndexOf(LINE_END, middle - 1) + 1);
    const end = stored.indexOf(LINE_END, middle);
    const tab = stored.indexOf(NAME_END, start) + 1;
    const order = stored.compare(key, 0, key.length, start, tab);
    if (order === 0) return stored.toString("latin1", tab, end).split(",").map(Number);
    // `compare` tells how the line stands to the key.
    if (order < 0) low = end + 1;
    else high = start;
  }
  return [];
}

/** What is known besides a tree of what files may name. */
export interface KnownBesides {
  /** Headers that the side has in another form than the tree, whose names the tree's index may not have. */
  readonly changed?: readonly string[];
  /** A file as the other side has it: what only that includes, its functions name. */
  otherSide?(path: string): string | null;
  /** The file of another folder whose function of a name may be run. */
  elsewhere?(name: string): string | undefined;
}

/**
 * What the given files may name. `textOf`: the side's text of a path where it is not the tree's. Headers that the files
 * include by a path of their own come first, then those that are changed; what files beside them include, whose functions they or their own
 * headers name or such a file does, comes behind. What of a name is in these hangs on the files and the tree alone, not on what was asked before.
 */
export function functionSource(
  tree: KernelTree,
  index: HeaderIndex,
  paths: readonly string[],
  textOf: (path: string) => string | null,
  besides: KnownBesides = {},
): TreeSource {
  const read = (path: string): string | null => textOf(path) ?? tree.read(path);
  const finding: Finding = {
    tree,
    read,
    namesIn: (path, text) => namesKept(tree, path, text),
    includes: includesFor(tree, textOf),
    from: paths[0] ?? "",
  };
  const near = new HeaderView(finding);
  for (const path of paths) {
    near.seen.add(path);
    const text = read(path);
    if (text === null) continue;
    near.follow(path, text);
  }
  for (const path of paths) near.follow(path, besides.otherSide?.(path) ?? "");
  for (const path of besides.changed ?? []) near.addOnce(path);
  // kernel/sched/psi.c is built as a part of another file, whose names and headers are its where its own do not have them. What several
  // files include means something else in each of them: only where it includes nothing itself it needs them.
  const around = new HeaderView(finding, near);
  for (const path of paths) {
    const wholes = includersOf(tree, path);
    const needs = wholes.length === 1 || inclusions(read(path) ?? "").next().done === true;
    if (needs) for (const whole of wholes) around.addOnce(whole);
  }
  const neighbours = neighboursOf(tree, paths);
  /** The file of another folder that has a function, where the tree has that file. */
  const elsewhere = (name: string): readonly string[] => {
    const path = besides.elsewhere?.(name);
    return path === undefined || paths.includes(path) || read(path) === null ? [] : [path];
  };
  /** The files beside the patched ones that define a function. */
  const beside = (name: string): readonly string[] => {
    const found = neighbours(name);
    return found.length > 0 ? found : elsewhere(name);
  };
  const wide = new HeaderView(finding, around);
  const own = [...near.seen];
  for (const path of namedBy(own, read, beside)) wide.followOnce(path);
  const typedefs = new Set([...index.typedefs, ...near.typedefs, ...around.typedefs, ...wide.typedefs]);
  /** What a view has beyond what it is around. */
  const inView = (view: HeaderView, name: string): string[] => [
    ...(view.local.get(name) ?? []),
    ...index.definers(name).filter((path) => view.reaches(path) && view.outer?.reaches(path) !== true),
  ];
  const inNear = (name: string): string[] => {
    const found = inView(near, name);
    return found.length > 0 ? found : inView(around, name);
  };
  let late: HeaderView | null = null;
  /** A shared header's function or macro may name one whose file is none of those: what that includes is known once it is asked for. */
  const besideToo = (name: string): readonly string[] => {
    const found = beside(name);
    for (const path of found)
      if (!wide.seen.has(path)) {
        late ??= new HeaderView(finding, wide);
        late.followOnce(path);
      }
    return found;
  };
  const plain = (name: string): readonly string[] => {
    const beside = besideToo(name);
    return [...inNear(name), ...inView(wide, name), ...beside, ...(late === null ? [] : inView(late, name))];
  };
  const isNear = (path: string): boolean => around.seen.has(path) || around.reaches(path);
  const macrosNear = (name: string): readonly string[] => inNear(`#${name}`);
  const source = { read, typedefs, config: [], isNear, macrosNear };
  const headers = [...wide.seen].filter((path) => path.endsWith(".h"));
  let pasted: Pasted | null = null;
  /** What macros paste together in the headers that are no shared ones, of names that stand nowhere. */
  const byMacros = (name: string): readonly string[] => {
    if (name.startsWith("#") || headers.length === 0) return [];
    pasted ??= pastedKept(tree, headers, [...paths, ...wide.included], { ...source, definers: plain });
    return pasted.get(name) ?? [];
  };
  const files = [...wide.seen].filter((path) => path.endsWith(".c") && !paths.includes(path));
  const inFiles = new Map<string, readonly string[]>();
  /** A record that a header merely declares, and that the one file defines whose functions work on it. */
  const byFile = (name: string): readonly string[] => {
    if (!/^(?:struct|union) \w/.test(name)) return [];
    let found = inFiles.get(name);
    if (found === undefined)
      inFiles.set(name, (found = files.filter((path) => read(path)?.includes(`\n${name} {`) === true)));
    return found.length === 1 ? found : [];
  };
  return {
    ...source,
    definers: (name) => {
      for (const of of [plain, byMacros, byFile]) {
        const found = of(name);
        if (found.length > 0) return found;
      }
      return [];
    },
  };
}

/** Files whose functions given files name, and those whose functions such files name. */
function namedBy(
  paths: readonly string[],
  read: (path: string) => string | null,
  beside: (name: string) => readonly string[],
): Set<string> {
  const out = new Set<string>();
  const asked = new Set<string>();
  const queue = [...paths];
  for (let path = queue.shift(); path !== undefined; path = queue.shift())
    for (const [word] of (read(path) ?? "").matchAll(/\b[a-z_]\w*/g)) {
      if (asked.has(word)) continue;
      asked.add(word);
      for (const file of beside(word)) {
        if (out.has(file)) continue;
        out.add(file);
        queue.push(file);
      }
    }
  return out;
}

/** What was last found for the same files of a tree: both sides of a patch ask. */
const pastedLast = new WeakMap<KernelTree, { key: string; texts: readonly string[]; names: Pasted }>();
type Pasted = ReadonlyMap<string, readonly string[]>;

/** As pastedIn(); found once for the same texts. `by`: for whom, and what that includes of the tree. */
function pastedKept(
  tree: KernelTree,
  headers: readonly string[],
  by: readonly string[],
  source: TreeSource,
): Pasted {
  const key = [...headers, "", ...by].join(" ");
  const texts = headers.map((path) => source.read(path) ?? "");
  const last = pastedLast.get(tree);
  if (last?.key === key && last.texts.every((text, i) => text === texts[i])) return last.names;
  const names = pastedIn(headers, source);
  pastedLast.set(tree, { key, texts, names });
  return names;
}

/** What calls of macros declare in each of the headers: name to headers. */
function pastedIn(headers: readonly string[], source: TreeSource): Map<string, string[]> {
  const names = new PastedNames(source);
  const out = new Map<string, string[]>();
  for (const path of headers) {
    const text = source.read(path) ?? "";
    if (TRACE_SYSTEM.test(text)) continue;
    for (const name of names.of(path, text)) {
      const list = out.get(name);
      if (list === undefined) out.set(name, [path]);
      else list.push(path);
    }
  }
  return out;
}

/** Whether a name is anybody's in the tree as code of the given files sees it: what placing a removed line asks. */
export function knowsName(tree: KernelTree, paths: readonly string[]): (name: string) => boolean {
  let source: TreeSource | null = null;
  return (name) => {
    if (KEYWORDS.has(name)) return true;
    source ??= functionSource(tree, headerIndex(tree), paths, () => null);
    const { definers } = source;
    return ["", "#", "@", "struct ", "union ", "enum "].some((p) => definers(`${p}${name}`).length > 0);
  };
}

/**
 * Whether a shared header that the given files include hands a name to a macro at file scope (`BPF_MAP_TYPE(..., array_map_ops)`): the
 * macro may declare it, by a list that another header reads.
 */
export function handedToMacro(tree: KernelTree, paths: readonly string[]): (name: string) => boolean {
  let reached: ReachedHeaders | null = null;
  return (name) => {
    if (reached === null) {
      reached = new ReachedHeaders(includesFor(tree, () => null));
      const files = new Set(paths);
      for (const path of files)
        for (const { name: header, quoted } of inclusions(tree.read(path) ?? "")) {
          const near = posix.join(posix.dirname(path), header);
          if (quoted && tree.read(near) !== null) files.add(near);
          else reached.add([header]);
        }
    }
    const hands = (line: string): boolean => /^[A-Z]\w*\(/.test(line) && line.split(/\W+/).includes(name);
    return [...reached.paths].some((path) => {
      const text = tree.read(path) ?? "";
      return text.includes(name) && text.split("\n").some(hands);
    });
  };
}

const KEYWORDS = new Set(
  "auto break case char const continue default do double else enum extern float for goto if inline int long register return short signed sizeof static struct switch typedef union unsigned void volatile while".split(
    " ",
  ),
);

/** What the headers of a tree include, as far as it was asked. */
const includesOf = new WeakMap<KernelTree, Map<string, readonly string[] | null>>();

/** What a header includes, as a side has it; null: there is no such file. */
function includesFor(
  tree: KernelTree,
  textOf: (path: string) => string | null,
): (path: string) => readonly string[] | null {
  let known = includesOf.get(tree);
  if (known === undefined) includesOf.set(tree, (known = new Map()));
  const ofTree = known;
  return (path) => {
    const own = textOf(path);
    if (own !== null) return includesIn(own);
    let inner = ofTree.get(path);
    if (inner === undefined) {
      const text = tree.read(path);
      ofTree.set(path, (inner = text === null ? null : includesIn(text)));
    }
    return inner;
  };
}

/** What headers of a tree declare, of the text that was last read: both sides, and the patches of a series, ask for the same. */
const namesLast = new WeakMap<
  KernelTree,
  Map<string, { readonly text: string; readonly names: HeaderNames }>
>();
const NAMES_MAX = 1000;

function namesKept(tree: KernelTree, path: string, text: string): HeaderNames {
  let known = namesLast.get(tree);
  if (known === undefined) namesLast.set(tree, (known = new Map()));
  const last = known.get(path);
  if (last?.text === text) return last.names;
  const names = namesOf(text);
  if (known.size >= NAMES_MAX) known.clear();
  known.set(path, { text, names });
  return names;
}

/** Files of a folder that are looked through: all folders of drivers but two, and those of the hardware monitors and regulators. */
const MAX_NEIGHBOURS = 240;

/** By folder: which of its C files include which others of it. */
const partsOf = new WeakMap<KernelTree, Map<string, ReadonlyMap<string, readonly string[]>>>();

/** Files of the same folder that include a C file: it is a part of them. */
function includersOf(tree: KernelTree, path: string): readonly string[] {
  if (!path.endsWith(".c")) return [];
  let known = partsOf.get(tree);
  if (known === undefined) partsOf.set(tree, (known = new Map()));
  const folder = posix.dirname(path);
  let parts = known.get(folder);
  if (parts === undefined) known.set(folder, (parts = partsIn(tree, folder)));
  return parts.get(posix.basename(path)) ?? [];
}

function partsIn(tree: KernelTree, folder: string): Map<string, string[]> {
  const out = new Map<string, string[]>();
  const files = tree.list(folder).filter((p) => p.endsWith(".c"));
  for (const path of files.slice(0, MAX_NEIGHBOURS)) {
    const text = tree.read(path) ?? "";
    if (!text.includes('.c"')) continue;
    for (const { name, quoted } of inclusions(text))
      if (quoted && name.endsWith(".c") && name !== posix.basename(path))
        out.set(name, [...(out.get(name) ?? []), path]);
  }
  return out;
}

/** Whether files of the folder of a file name something: what a macro pastes stands nowhere as it is, but where it is used. */
export function namedBeside(tree: KernelTree, path: string, name: string): boolean {
  const word = new RegExp(`\\b${name}\\b`);
  const files = tree.list(posix.dirname(path)).filter((p) => /\.[ch]$/.test(p));
  return files.slice(0, MAX_NEIGHBOURS).some((p) => word.test(tree.read(p) ?? ""));
}

/** A tree that is edited is another tree to the next review. */
const neighbourNames = new WeakMap<KernelTree, Map<string, ReadonlyMap<string, string>>>();

/** Functions that files of the same folders define for others: their bodies may be run. */
function neighboursOf(tree: KernelTree, paths: readonly string[]): (name: string) => readonly string[] {
  const folders = [...new Set(paths.filter((p) => p.endsWith(".c")).map((p) => posix.dirname(p)))];
  const known = neighbourNames.get(tree) ?? new Map<string, ReadonlyMap<string, string>>();
  neighbourNames.set(tree, known);
  return (name) => {
    if (!/^[a-z_]\w*$/.test(name)) return [];
    return folders.flatMap((folder) => {
      let names = known.get(folder);
      if (names === undefined) known.set(folder, (names = exportedBy(tree, folder)));
      const path = names.get(name);
      return path === undefined || paths.includes(path) ? [] : [path];
    });
  };
}

function exportedBy(tree: KernelTree, folder: string): Map<string, string> {
  const out = new Map<string, string>();
  const files = tree.list(folder).filter((p) => p.endsWith(".c"));
  if (files.length > MAX_NEIGHBOURS) return out;
  for (const path of files)
    for (const { name } of functionsForOthers(tree.read(path) ?? "")) if (!out.has(name)) out.set(name, path);
  return out;
}

/** The functions that a file defines and that are no statics: their heads begin in the first column. */
export function* functionsForOthers(
  text: string,
): Generator<{ readonly name: string; readonly body: string }> {
  for (const head of headsOf(text)) {
    const own = text[head.end] === "{" && text[head.end - 1] === "\n" && head.type !== "static";
    if (!own || !head.closed) continue;
    const last = text.indexOf("\n}", head.end);
    yield { name: head.name, body: text.slice(head.end + 1, last < 0 ? text.length : last) };
  }
}
