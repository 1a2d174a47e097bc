/**
 * Which file of a kernel tree defines a name: functions, objects, macros, enumerators, typedefs and tags at file scope of
 * the headers that every kernel file may include, and of the folders that matter to DAX. Found by the look of kernel
 * source (what stands at file scope starts in the first column), so it costs a glance at each file, and is kept on disk by
 * what the files contain. Leaves out reading the definitions (emulator/kernel_tree.ts) and conditionals: a name with
 * several definitions lists all files.
 */

import { join } from "node:path";
import { blankComments } from "../../emulator/c/comments.ts";
import { cacheFolder, cacheKey, DiskCache } from "../cache/store.ts";
import type { KernelTree } from "./images.ts";

/** Folders whose headers everybody sees, in the order in which a definition is preferred. */
const HEADERS = [
  "include/linux",
  "include/linux/sched",
  "include/asm-generic",
  "arch/x86/include/asm",
  "include/uapi/linux",
  "include/uapi/asm-generic",
];
/** Folders whose `.c` files may be called and whose own headers are seen. */
const SOURCES = [
  "mm",
  "fs",
  "fs/iomap",
  "fs/ext4",
  "fs/xfs",
  "fs/xfs/libxfs",
  "fs/fuse",
  "drivers/dax",
  "drivers/dax/hmem",
  "drivers/nvdimm",
  "drivers/base",
  "kernel",
  "lib",
  "block",
];
/** Of the stored form and of the rules by which names are found. */
const VERSION = 13;
const MAX_ENTRY = 64 << 20;
/** Bytes of all indexes that are kept. */
export const INDEX_BYTES = 256 << 20;

/** Names are kept in so many parts, of which a review reads the few that it asks for a name of. */
const PARTS = 256;

interface Stored {
  readonly version: number;
  readonly files: readonly string[];
  /** By partOf(): "name|3,17|other|4", names and indexes of `files`. Tags as "struct foo", macros as "#foo". */
  readonly names: readonly string[];
  /** Joined by blanks. */
  readonly typedefs: string;
}

function partOf(name: string): number {
  let h = 0;
  for (let i = 0; i < name.length; i++) h = (Math.imul(h, 31) + name.charCodeAt(i)) | 0;
  return (h ^ (h >>> 8) ^ (h >>> 16)) & (PARTS - 1);
}

export interface TreeIndex {
  definers(name: string): readonly string[];
  readonly typedefs: ReadonlySet<string>;
  /** Where it came from: "cache" or "scan". */
  readonly from: "cache" | "scan";
  /** What changes when some file that it is of does. */
  readonly digest: string;
}

/** Indexes of the trees used last: a tree that is edited is another tree. */
const known = new Map<string, TreeIndex>();
const KNOWN_MAX = 3;

/** The index of a tree, read or made when it is first asked. The second call for the same tree in one process costs nothing. */
export function treeIndex(tree: KernelTree, cacheDir: string | null = defaultCache()): TreeIndex {
  const files = [...HEADERS, ...SOURCES].flatMap((folder) =>
    tree.list(folder).filter((p) => p.endsWith(".h") || (p.endsWith(".c") && SOURCES.includes(folder))),
  );
  const digest = cacheKey(String(VERSION), ...files.flatMap((path) => [path, tree.stamp(path)]));
  const had = known.get(digest);
  if (had !== undefined) return had;
  // Once it is made, nothing holds the tree's texts.
  let make = (): Loaded => {
    const made = load(tree, files, digest, cacheDir);
    make = () => made;
    return made;
  };
  const loaded = (): Loaded => make();
  const index: TreeIndex = {
    digest,
    definers: (name) => loaded().definers(name),
    get typedefs() {
      return loaded().typedefs;
    },
    get from() {
      return loaded().from;
    },
  };
  known.set(digest, index);
  if (known.size > KNOWN_MAX) known.delete(known.keys().next().value!);
  return index;
}

type Loaded = Omit<TreeIndex, "digest">;

function load(tree: KernelTree, files: readonly string[], digest: string, cacheDir: string | null): Loaded {
  const cache =
    cacheDir === null
      ? null
      : new DiskCache<Stored>({
          folder: cacheDir,
          check: isStored,
          maxEntry: MAX_ENTRY,
          maxTotal: INDEX_BYTES,
        });
  const cached = cache?.read(digest) ?? null;
  const stored = cached ?? scanTree(tree, files);
  if (cached === null) cache?.write(digest, stored);
  return toIndex(stored, cached === null ? "scan" : "cache");
}

/** Where indexes are kept: outside any repository. */
export function defaultCache(): string {
  return join(cacheFolder(), "index");
}

function toIndex(stored: Stored, from: TreeIndex["from"]): Loaded {
  const parts: (ReadonlyMap<string, string> | undefined)[] = [];
  const read = (n: number): ReadonlyMap<string, string> => {
    const words = stored.names[n]!.split("|");
    const part = new Map<string, string>();
    for (let i = 0; i + 1 < words.length; i += 2) part.set(words[i]!, words[i + 1]!);
    return part;
  };
  return {
    definers: (name) => {
      const n = partOf(name);
      const at = (parts[n] ??= read(n)).get(name);
      return at === undefined ? [] : at.split(",").flatMap((i) => stored.files[Number(i)] ?? []);
    },
    typedefs: new Set(stored.typedefs === "" ? [] : stored.typedefs.split(" ")),
    from,
  };
}

/** The shape; of a name that leads to no file that is listed, nothing is known. */
function isStored(value: unknown): value is Stored {
  if (typeof value !== "object" || value === null) return false;
  const { version, files, names, typedefs } = value as Partial<Record<keyof Stored, unknown>>;
  if (version !== VERSION || !isTexts(files) || typeof typedefs !== "string") return false;
  return isTexts(names) && names.length === PARTS;
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((v) => typeof v === "string");

function scanTree(tree: KernelTree, files: readonly string[]): Stored {
  const names = new Map<string, number[]>();
  const typedefs = new Set<string>();
  files.forEach((path, i) => {
    const text = tree.read(path);
    if (text === null) return;
    const inHeader = path.endsWith(".h");
    const own = inHeader && SOURCES.some((f) => path.startsWith(`${f}/`));
    for (const name of definitionsOf(text, inHeader)) {
      if (name.startsWith("typedef ")) {
        const plain = name.slice(8);
        if (inHeader && !own) typedefs.add(plain);
        add(names, plain, i);
      } else add(names, name, i);
    }
  });
  const parts: string[][] = Array.from({ length: PARTS }, () => []);
  for (const [name, list] of names) parts[partOf(name)]!.push(name, list.slice(0, 8).join());
  return { version: VERSION, files, names: parts.map((p) => p.join("|")), typedefs: [...typedefs].join(" ") };
}

function add(names: Map<string, number[]>, name: string, file: number): void {
  const list = names.get(name);
  if (list === undefined) names.set(name, [file]);
  else if (list[list.length - 1] !== file) list.push(file);
}

const MACRO = /^[ \t]*#[ \t]*define[ \t]+(\w+)(\(?)([^\n]*)/gm;
// Each of these matches wherever its first words stand, whatever follows, and takes what it has read with it: no text is
// read twice. What makes it a definition is asked of the match.
const TAG = /^(?:(?:typedef|extern)[ \t]+)?(struct|union|enum)[ \t]+(\w+)\b[^;(){}=]*(\{?)/gm;
const TYPEDEF = /^typedef[ \t][^;{}]*(;?)/gm;
const TYPEDEF_LINE = /^typedef[ \t]+(?:struct|union|enum)\b([^\n]*)/gm;
const TYPEDEF_END = /^\}([^;{}]*)(;?)/gm;
const ENUM = /^(?:(?:typedef|extern)[ \t]+)?enum\b[^;(){}=]*(?:\{([^}]*)(\}?))?/gm;
const BODY = /\n\{/g;
const INLINE = /^(?:static|extern)[^;{}]*(\{?)/gm;
const OBJECT = /^(?!typedef|return|extern|static[ \t]+inline|#)[A-Za-z_][^=;\n]*([=;]?)/gm;

/** Names that a file defines: plain, "struct foo", "#macro" and "typedef foo". Statics of `.c` files are left out. */
export function definitionsOf(source: string, inHeader: boolean): Set<string> {
  const blanked = blankComments(source);
  const text = inHeader ? unindented(blanked) : blanked;
  const out = new Set<string>();
  const each = (pattern: RegExp, take: (m: RegExpExecArray) => void): void => {
    pattern.lastIndex = 0;
    for (let m = pattern.exec(text); m !== null; m = pattern.exec(text)) take(m);
  };
  if (inHeader) {
    each(MACRO, (m) => {
      const empty = m[2] === "" && m[3]!.trim() === "";
      if (!(empty && /_H_*$/.test(m[1]!)) && !m[1]!.startsWith("CONFIG_")) out.add(`#${m[1]}`);
    });
    const typedef = (names: readonly string[]): void => {
      for (const name of names) out.add(`typedef ${name}`);
    };
    each(TYPEDEF, (m) => typedef(typedefNames(m[0])));
    each(TYPEDEF_LINE, (m) => typedef(typedefsOfLine(m[1]!)));
    each(INLINE, (m) => {
      const name = m[1] === "{" ? inlineName(m[0].slice(0, -1)) : null;
      if (name !== null) out.add(name);
    });
    if (text.includes("typedef"))
      each(TYPEDEF_END, (m) => {
        if (m[2] === ";" && typedefBefore(text, m.index)) typedef(typedefsAfter(m[1]!));
      });
  }
  each(TAG, (m) => m[3] === "{" && out.add(`${m[1]} ${m[2]}`));
  each(ENUM, (m) => {
    if (m[2] !== "}") return;
    for (const item of m[1]!.replace(/^[ \t]*#[^\n]*/gm, "").split(",")) {
      const name = /^\s*(\w+)\b(?!\s*\()/.exec(item)?.[1];
      if (name !== undefined) out.add(name);
    }
  });
  each(BODY, (m) => {
    const name = functionBefore(text, m.index, inHeader);
    if (name !== null) out.add(name);
  });
  if (!inHeader)
    each(OBJECT, (m) => {
      if (m[1] === "" || /^static\b/.test(m[0])) return;
      const object = declaredLast(m[0].slice(0, -1));
      if (object !== null && /^[\w \t*]*$/.test(object.before)) out.add(object.name);
    });
  return out;
}

const INDENTED =
  /^[ \t]+(?=(?:typedef[ \t]+)?(?:struct|union|enum)\b[\w \t]*\{|static[ \t]+(?:__always_)?inline\b)/gm;
const BRACES = /[{}]/g;

/** A header's text in which what is defined at file scope begins its line: some indent it. */
function unindented(text: string): string {
  let out = "";
  let done = 0;
  let at = 0;
  let depth = 0;
  for (const m of text.matchAll(INDENTED)) {
    // A line of a macro's body is none.
    if (text[text.indexOf("\n", m.index) - 1] === "\\") continue;
    BRACES.lastIndex = at;
    for (let b = BRACES.exec(text); b !== null && b.index < m.index; b = BRACES.exec(text)) {
      depth += b[0] === "{" ? 1 : -1;
      at = b.index + 1;
    }
    if (depth !== 0) continue;
    out += text.slice(done, m.index);
    done = m.index + m[0].length;
  }
  return done === 0 ? text : out + text.slice(done);
}

/** The word that `text` ends in, and what stands before it; null: none. */
function lastWord(text: string): { readonly name: string; readonly before: string } | null {
  let at = text.length;
  while (at > 0 && /\w/.test(text[at - 1]!)) at--;
  return at === text.length ? null : { name: text.slice(at), before: text.slice(0, at) };
}

const blanksOff = (text: string): string => text.replace(/(?<![ \t])[ \t]+$/, "");
const ATTRIBUTE = /^__\w/;
/** Words that name no object: what stands before a name that begins with underscores is no name because of them. */
const TYPE_WORD =
  /^(?:int|long|short|char|unsigned|signed|void|bool|const|volatile|static|extern|struct|union|enum|float|double)$/;

/** As declaredLast() where brackets stand behind the name, and only attributes behind them; undefined where none do. */
function nameOfArray(text: string): ReturnType<typeof lastWord> | undefined {
  let end = blanksOff(text).length;
  for (let word = lastWord(text.slice(0, end)); word !== null && ATTRIBUTE.test(word.name); ) {
    end = blanksOff(word.before).length;
    word = lastWord(text.slice(0, end));
  }
  if (text[end - 1] !== "]") return undefined;
  while (text[end - 1] === "]") end = Math.max(0, text.lastIndexOf("[", end - 1));
  const own = lastWord(text.slice(0, end));
  return own === null || own.before.trim() === "" ? null : own;
}

/**
 * The name that a declaration without its `;` or `=` ends in: `type name`, `type name[N][M]`, `type *name __attribute`.
 * There must be something before it. Words with two underscores in front count as attributes when a name is before them.
 */
export function declaredLast(text: string): { readonly name: string; readonly before: string } | null {
  const bracketed = nameOfArray(text);
  if (bracketed !== undefined) return bracketed;
  let found = lastWord(blanksOff(text));
  if (found === null || found.before.trim() === "") return null;
  for (let name = found; ATTRIBUTE.test(name.name); ) {
    const next = lastWord(blanksOff(name.before));
    if (next === null || next.before.trim() === "" || TYPE_WORD.test(next.name)) break;
    if (/\b(?:struct|union|enum)[ \t]+$/.test(next.before)) break;
    name = next;
    found = next;
  }
  return found;
}

/** What a `typedef` without braces names: `typedef int a;`, `typedef int (*a)(int);`, `typedef int a(int);`. */
function typedefName(text: string): string | null {
  const open = text.indexOf("(");
  const pointer = /\(\s*(?:\*\s*)?(\w+)\s*\)\s*\(/.exec(text);
  if (pointer?.index === open && pointer !== null) return pointer[1]!;
  if (!text.endsWith(";")) return pointer?.[1] ?? null;
  const body = text.slice("typedef".length, -1);
  const attribute = body.search(/\b__(?:attribute__|aligned)\b/);
  const call = body.indexOf("(");
  if (call >= 0 && (attribute < 0 || attribute > call) && body.trimEnd().endsWith(")")) {
    const own = lastWord(body.slice(0, call).trimEnd());
    if (own !== null && own.before.trim() !== "" && /^[ \t][\w \t*]*$/.test(own.before)) return own.name;
  }
  if (pointer !== null) return pointer[1]!;
  let plain = (attribute < 0 ? body : body.slice(0, attribute)).trimEnd();
  if (plain.endsWith("]")) plain = plain.slice(0, Math.max(0, plain.lastIndexOf("[")));
  const own = lastWord(plain);
  return own === null || own.before === "" || /[()]/.test(own.before) ? null : own.name;
}

/** The names of a `typedef` without braces: of `typedef struct a b, *c;` both. */
function typedefNames(text: string): string[] {
  if (/[(){}]/.test(text) || !text.endsWith(";")) {
    const name = typedefName(text);
    return name === null ? [] : [name];
  }
  const [first, ...more] = text.slice(0, -1).split(",");
  const name = typedefName(`${first};`);
  return [
    ...(name === null ? [] : [name]),
    ...more.flatMap((item) => /^[ \t\n*]*(\w+)/.exec(item)?.[1] ?? []),
  ];
}

/** `struct a { int b; } c;` on one line, from behind its keyword. */
function typedefsOfLine(line: string): string[] {
  const open = line.indexOf("{");
  const close = line.indexOf("}", open);
  if (open < 0 || close < 0 || /[;}]/.test(line.slice(0, open))) return [];
  const end = line.indexOf(";", close);
  return end < 0 ? [] : typedefsAfter(line.slice(close + 1, end));
}

/** The names of what stands between the brace that closes a typedef and its `;`: attributes, the name, attributes, more names behind commas. */
function typedefsAfter(text: string): string[] {
  const words = text.match(/\w+|\((?:[^()]|\([^()]*\))*\)|[^\w \t\n]/g) ?? [];
  const out: string[] = [];
  let attribute: string | null = null;
  let named = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === ",") named = false;
    else if (ATTRIBUTE.test(word)) {
      attribute = word;
      if (words[at + 1]?.startsWith("(")) at++;
    } else if (/^\w/.test(word) && !named) {
      named = true;
      out.push(word);
    } else if (word !== "*") return out;
  }
  return out.length === 0 && attribute !== null && words.at(-1) === attribute ? [attribute] : out;
}

/** The function of a head that begins with `static` or `extern`, up to its body. */
function inlineName(head: string): string | null {
  const m = /\b(\w+)\s*\(/.exec(head);
  return m === null || /[\n=]/.test(head.slice(0, m.index)) || !head.trimEnd().endsWith(")") ? null : m[1]!;
}

/** Whether the braces that end here were opened by a typedef. */
function typedefBefore(text: string, end: number): boolean {
  const open = text.lastIndexOf("\n}", end - 2);
  for (const m of text.slice(Math.max(0, open, end - 20_000), end).matchAll(/^typedef\b[^;{]*(\{?)/gm))
    if (m[1] === "{") return true;
  return false;
}

/** Name of the function whose body opens at the line break `at`; null when it is none, or a static of a `.c` file. */
function functionBefore(text: string, at: number, inHeader: boolean): string | null {
  let from = at;
  for (let lines = 0; lines < 12; lines++) {
    const start = text.lastIndexOf("\n", from - 1) + 1;
    const line = text.slice(start, from);
    if (line === "" || /^[#}/]/.test(line)) return null;
    if (/^[A-Za-z_]/.test(line)) {
      const head = text.slice(start, at);
      const name = /\b(\w+)\s*\(/.exec(
        head.replace(
          /__(?:printf|scanf|attribute__|releases|acquires|must_hold)\s*\((?:[^()]|\([^()]*\))*\)/g,
          "",
        ),
      )?.[1];
      if (name === undefined) {
        if (start === 0) return null;
      } else {
        const before = text.slice(Math.max(0, start - 120), start);
        const isStatic = /^static\b/.test(head) || /\nstatic [^\n;]*\n$/.test(before);
        return isStatic && !inHeader ? null : name;
      }
    }
    if (start === 0) return null;
    from = start - 1;
  }
  return null;
}
