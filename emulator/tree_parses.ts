/**
 * What the files of a kernel tree come to, kept across the images that are made of it: both sides of a patch, the patches
 * of a series, and what a later one mends differ in a few files and share the rest. A file's parse depends on its text, its
 * place in the file table and the macros it asked for; all three are noted, and a kept one is used only where all are the
 * same. Leaves out which files an image needs (kernel_tree.ts).
 */
import type { SourceFile } from "./c/ast.ts";
import { type MacroDef, MacroTable } from "./c/macro_table.ts";
import { defineMacros } from "./c/preprocessor.ts";
import { MAX_OVERLAYS, type ReferenceParse } from "./kernel.ts";
import { TREE_CONFIG, TREE_MACROS } from "./tree_shims.ts";

/** Parses of one file that are kept: with other texts, or other macros around it. */
const KEPT_OF_A_FILE = 6;
/** Characters of text whose parses are kept, over all trees and reference kernels of a thread: a parse takes ten bytes and more of each. */
const KEPT_TEXT = 12_000_000;
/** Places of a file table; beyond it images begin anew. */
const MAX_FILES = 8000;

/** Places in the head of every file table, for the sides' own files: a file keeps its place from image to image. */
class OwnPlaces {
  /** Those used last stand last. */
  private readonly places = new Map<string, number>();

  /** The places of an image's own files; at most MAX_OVERLAYS. */
  of(paths: readonly string[]): number[] {
    for (const path of paths) {
      const place = this.places.get(path);
      if (place === undefined) continue;
      this.places.delete(path);
      this.places.set(path, place);
    }
    const taken = new Set(this.places.values());
    const wanted = new Set(paths);
    return paths.map((path) => {
      let place = this.places.get(path);
      if (place !== undefined) return place;
      place = 0;
      while (place < MAX_OVERLAYS && taken.has(place)) place++;
      if (place === MAX_OVERLAYS) {
        const [oldest, at] = [...this.places].find(([p]) => !wanted.has(p))!;
        this.places.delete(oldest);
        place = at;
      }
      taken.add(place);
      this.places.set(path, place);
      return place;
    });
  }
}

const ownPlaces = new OwnPlaces();

/**
 * Where an image's own files stand in its file table: at the same place in both sides, in the other patches of a series and in
 * what comes behind them, so that what one of them was read and lowered to is the others'. At most MAX_OVERLAYS paths.
 */
export function placesOf(paths: readonly string[]): number[] {
  const seen = new Map<string, number>();
  const names = paths.map((path) => {
    const before = seen.get(path) ?? 0;
    seen.set(path, before + 1);
    return before === 0 ? path : `${path} ${before}`;
  });
  return ownPlaces.of(names);
}

/** What the reading of a file asked of the macros around it, and the answers. */
export interface Needs {
  readonly gets: Map<string, MacroDef | undefined>;
  /** The same past the table's own definitions. */
  readonly imports: Map<string, MacroDef | undefined>;
  readonly has: Map<string, boolean>;
}

interface Kept {
  readonly key: string;
  readonly text: string;
  readonly needs: Needs;
  readonly value: unknown;
}

/** All that is kept, what was used last at the end, and whose it is. */
const inUse = new Map<Kept, TreeParses>();
let keptText = 0;

/** Notes that a parse was used; those that nobody used for longest go. */
function used(kept: Kept, by: TreeParses): void {
  if (!inUse.delete(kept)) keptText += kept.text.length;
  inUse.set(kept, by);
  for (const [oldest, of] of inUse) {
    if (keptText <= KEPT_TEXT || oldest === kept) break;
    of.drop(oldest);
  }
}

/** What images of one tree over one reference kernel share. */
export class TreeParses {
  /** Places of the files that images of this tree have in common; those of the sides' own files are empty. */
  readonly files: SourceFile[];
  /** Macros of the reference kernel, of the configuration, and shims. */
  readonly base: MacroTable;
  /** Typedef names of the reference kernel and of the tree: every file is parsed with them. */
  readonly typedefs: ReadonlySet<string>;
  private readonly sources = new Map<string, SourceFile[]>();
  private readonly kept = new Map<string, Kept[]>();
  private readonly tracepoints = new Map<string, MacroDef | undefined>();

  constructor(reference: ReferenceParse, typedefs: ReadonlySet<string>, config: readonly string[]) {
    this.files = [...reference.files];
    this.typedefs = new Set([...reference.typedefs, ...typedefs]);
    this.base = reference.macros.copy();
    const free = [...config, ...TREE_CONFIG, ...TREE_MACROS].filter((line) => {
      const name = /^\w+/.exec(line)?.[0] ?? "";
      return !this.base.has(name) && !reference.names.has(name);
    });
    defineMacros(this.base, this.files, free, "<shims>");
  }

  /** It holds as much as it may. */
  get full(): boolean {
    return this.files.length > MAX_FILES;
  }

  drop(kept: Kept): void {
    if (!inUse.delete(kept)) return;
    keptText -= kept.text.length;
    const left = (this.kept.get(kept.key) ?? []).filter((k) => k !== kept);
    if (left.length > 0) this.kept.set(kept.key, left);
    else this.kept.delete(kept.key);
  }

  /** Drops all: nobody will ask again. */
  clear(): void {
    for (const list of [...this.kept.values()]) for (const k of list) this.drop(k);
  }

  /** One object for each text of a file; with `placed`, it has a place in `files`. */
  source(path: string, text: string, placed: boolean): SourceFile {
    const key = placed ? path : `own ${path}`;
    const list = this.sources.get(key) ?? [];
    this.sources.set(key, list);
    let source = list.find((s) => s.text === text);
    if (source === undefined) {
      source = { path, text, origin: "tree" };
      list.push(source);
      if (placed) this.files.push(source);
    }
    return source;
  }

  /**
   * What `make` gives for a text, or what it gave before where that asked the same and heard the same. `key` names what is
   * made of which file at which place.
   */
  of<T>(key: string, text: string, around: ImportingTable, make: (needs: Needs) => T): T {
    const list = this.kept.get(key) ?? [];
    for (const k of list)
      if (k.text === text && answersAlike(k.needs, around)) {
        used(k, this);
        return k.value as T;
      }
    const needs: Needs = { gets: new Map(), imports: new Map(), has: new Map() };
    const { circles } = around;
    const value = make(needs);
    // What was read while another file was half read depends on where reading began.
    if (around.circles !== circles) return value;
    const made = { key, text, needs, value };
    const now = this.kept.get(key) ?? [];
    for (const k of now.slice(0, Math.max(0, now.length + 1 - KEPT_OF_A_FILE))) this.drop(k);
    this.kept.set(key, [...(this.kept.get(key) ?? []), made]);
    used(made, this);
    return value;
  }

  /** Tracepoints say nothing here: `trace_foo(...)` does nothing, `trace_foo_enabled()` is false. */
  tracepoint(name: string): MacroDef | undefined {
    if (!this.tracepoints.has(name)) {
      const table = new MacroTable();
      const body = name.endsWith("_enabled") ? "0" : "((void)0)";
      defineMacros(table, this.files, [`${name}(...) ${body}`], "<tracepoint>");
      this.tracepoints.set(name, table.get(name));
    }
    return this.tracepoints.get(name);
  }
}

function answersAlike({ gets, imports, has }: Needs, around: ImportingTable): boolean {
  for (const [name, is] of has) if (around.has(name) !== is) return false;
  for (const [name, def] of gets) if (around.get(name) !== def) return false;
  for (const [name, def] of imports) if (around.imported(name) !== def) return false;
  return true;
}

type Shared = WeakMap<ReadonlySet<string>, Map<string, TreeParses>>;
const shared = new WeakMap<ReferenceParse, Shared>();
/** Configurations of a tree whose parses are kept. */
const CONFIGS = 2;

/** What images over `reference` share, of the tree that has these typedefs (one object a tree). */
export function treeParses(
  reference: ReferenceParse,
  typedefs: ReadonlySet<string>,
  config: readonly string[],
): TreeParses {
  let trees = shared.get(reference);
  if (trees === undefined) shared.set(reference, (trees = new WeakMap()));
  let configs = trees.get(typedefs);
  if (configs === undefined) trees.set(typedefs, (configs = new Map()));
  const key = config.join("\n");
  let parses = configs.get(key);
  if (parses === undefined || parses.full) {
    parses?.clear();
    if (configs.size >= CONFIGS) {
      for (const old of configs.values()) old.clear();
      configs.clear();
    }
    configs.set(key, (parses = new TreeParses(reference, typedefs, config)));
  }
  return parses;
}

/** A table that looks further for a macro it does not have. `has` says only what it has by itself: `#ifdef` asks that. */
export class ImportingTable extends MacroTable {
  /** Counts the searches that ended in a file that was being read already. */
  circles = 0;
  private readonly find: (name: string) => MacroDef | undefined;
  private readonly found = new Map<string, MacroDef | undefined>();

  constructor(from: Iterable<MacroDef>, find: (name: string) => MacroDef | undefined) {
    super(from);
    this.find = find;
  }

  override get(name: string): MacroDef | undefined {
    return super.get(name) ?? this.imported(name);
  }

  /** What is found further away, whatever the table itself has. */
  imported(name: string): MacroDef | undefined {
    if (this.found.has(name)) return this.found.get(name);
    const { circles } = this;
    const def = this.find(name);
    if (circles === this.circles) this.found.set(name, def);
    return def;
  }
}

/** The macros while a file is read: what it defines or deletes stands before what is around it, which stays as it is. */
export class FileMacros extends MacroTable {
  /** What the file itself says: null, that a name is no macro. */
  readonly written = new Map<string, MacroDef | null>();
  private readonly around: ImportingTable;
  private readonly needs: Needs;

  constructor(around: ImportingTable, needs: Needs) {
    super();
    this.around = around;
    this.needs = needs;
    this.counter = around.counter;
  }

  protected override get holdsAll(): boolean {
    return false;
  }

  override get(name: string): MacroDef | undefined {
    const own = this.written.get(name);
    if (own) return own;
    const asked = own === null ? this.needs.imports : this.needs.gets;
    const known = asked.get(name);
    if (known !== undefined || asked.has(name)) return known;
    const def = own === null ? this.around.imported(name) : this.around.get(name);
    asked.set(name, def);
    return def;
  }

  override own(name: string): MacroDef | undefined {
    const own = this.written.get(name);
    return own === undefined ? this.around.own(name) : (own ?? undefined);
  }

  override has(name: string): boolean {
    const own = this.written.get(name);
    if (own !== undefined) return own !== null;
    const is = this.around.has(name);
    this.needs.has.set(name, is);
    return is;
  }

  override set(macro: MacroDef): void {
    this.written.set(macro.name, macro);
  }

  override delete(name: string): boolean {
    const had = this.has(name);
    this.written.set(name, null);
    return had;
  }

  private all(): Map<string, MacroDef> {
    const all = new Map([...this.around].map((m) => [m.name, m]));
    for (const [name, m] of this.written)
      if (m === null) all.delete(name);
      else all.set(name, m);
    return all;
  }

  override get size(): number {
    return this.all().size;
  }

  override copy(): MacroTable {
    return new MacroTable(this);
  }

  override names(): IterableIterator<string> {
    return this.all().keys();
  }

  override [Symbol.iterator](): IterableIterator<MacroDef> {
    return this.all().values();
  }
}
