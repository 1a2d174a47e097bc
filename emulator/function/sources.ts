/**
 * The C around the functions that are run: the patched files whole, and of the tree's headers what their code names, one
 * name at a time. Headers are read once for both sides. Leaves out finding who defines a name (the TreeSource's business)
 * and running anything.
 */
import type { SourceFile, TranslationUnit } from "../c/ast.ts";
import { directivesOf } from "../c/comments.ts";
import { type LinkUnit, linkProgram, type Program } from "../c/link.ts";
import { type MacroDef, MacroTable } from "../c/macro_table.ts";
import { parse } from "../c/parser.ts";
import { defineMacros, predefinedMacros, preprocess } from "../c/preprocessor.ts";
import type { TreeSource } from "../kernel_tree.ts";
import { IncludedLists } from "./included_lists.ts";
import { configSet, FUNCTION_SHIMS, PRELUDE, PRELUDE_TYPEDEFS } from "./shims.ts";

/** The unit of a header, and what it defines or declares in this configuration. */
interface Loaded {
  readonly unit: LinkUnit;
  readonly names: ReadonlySet<string>;
}

/** Headers of one tree as driver code sees them; `files` is shared by all programs made of it. */
export class KernelSources {
  readonly files: SourceFile[] = [];
  private readonly source: TreeSource;
  private readonly base: MacroTable;
  private readonly loaded = new Map<string, Loaded | null>();
  /** Headers read as they are where others' macros hold in their conditions. */
  private readonly beside = new Map<string, Loaded | null>();
  private readonly tables = new Map<string, MacroTable | null>();
  /** Macros as headers beside name them, and as the files asked about and their headers do. */
  private readonly found = new Map<string, MacroDef | null>();
  private readonly foundNear = new Map<string, MacroDef | null>();
  private readonly typedefs: ReadonlySet<string>;
  private readonly prelude: LinkUnit;
  private reading = 0;
  /** The file whose text is read for what it defines, or "". */
  private readsPath = "";
  /** Whether macros are looked for in the headers of the files asked about alone, because one of these is read. */
  private isNear = false;
  /** By file: whether it defines a name itself, as no macro. Asked at each use of a name; who defines it in a file stays. */
  private readonly ownNames = new Map<string, Map<string, boolean>>();
  /** Headers whose directives are being read. */
  private readonly underWay = new Set<string>();
  private readonly configs = new Map<string, boolean>();
  private readonly traces = new Map<string, LinkUnit>();
  private readonly lists: IncludedLists;

  constructor(source: TreeSource) {
    this.source = source;
    this.lists = new IncludedLists((path) => source.read(path));
    this.typedefs = new Set([...source.typedefs, ...PRELUDE_TYPEDEFS]);
    const plain = predefinedMacros(this.files);
    for (const name of ["unix", "linux"]) plain.delete(name);
    defineMacros(plain, this.files, [...FUNCTION_SHIMS, ...source.config], "<shims>");
    const shims = new Set([...plain].map((m) => m.name));
    this.base = new TreeTable(plain, shims, {
      macro: (name) => this.macro(name),
      isConfig: (name) => this.isConfig(name),
    });
    this.prelude = this.parsed("<prelude>", PRELUDE).unit;
  }

  /** A program of whole files over the tree's headers. */
  program(units: readonly { path: string; text: string }[]): Program {
    const own = units.map((u) => this.parsed(u.path, u.text).unit);
    return linkProgram({
      layers: [
        { fidelity: "diff", units: own },
        { fidelity: "tree", units: [this.prelude] },
      ],
      files: this.files,
      natives: new Set(),
      stubMode: "record",
      more: (name) => this.more(name, units),
    });
  }

  /** What a file of this text defines or declares in this configuration: prototypes as "@name". */
  namesIn(path: string, text: string): ReadonlySet<string> {
    return this.parsed(path, text).names;
  }

  private more(name: string, units: readonly { path: string }[]): LinkUnit[] {
    for (const path of this.source.definers(name)) {
      if (units.some((u) => u.path === path)) continue;
      const file = this.load(path);
      if (file?.names.has(name) === true) return [file.unit];
    }
    if (/ /.test(name)) return this.whereOthersHold(name, units);
    for (const path of this.source.definers(`@${name}`)) {
      const file = this.load(path);
      if (file?.names.has(`@${name}`) === true) return [file.unit];
    }
    // A tracepoint that is handed on by its name.
    return /^trace_\w+$/.test(name) ? [this.trace(name)] : [];
  }

  /** A record that a header has only where another header defines a macro (`#ifdef KVM_ARCH_NR_OBJS_PER_MEMORY_CACHE`). */
  private whereOthersHold(name: string, units: readonly { path: string }[]): LinkUnit[] {
    for (const path of this.source.definers(name)) {
      if (units.some((u) => u.path === path)) continue;
      const file = this.load(path, this.beside, (macro) =>
        this.source.definers(`#${macro}`).some((p) => p !== path),
      );
      if (file?.names.has(name) === true) return [file.unit];
    }
    return [];
  }

  private load(path: string, loaded = this.loaded, holds = nowhere): Loaded | null {
    const known = loaded.get(path);
    if (known !== undefined) return known;
    loaded.set(path, null);
    const text = this.source.read(path);
    if (text === null) return null;
    const result = this.parsed(path, text, holds);
    loaded.set(path, result);
    return result;
  }

  /** `holds`: macros besides its own and the configuration's that its conditions may ask for. */
  private parsed(path: string, text: string, holds = nowhere): Loaded {
    const macros = this.base instanceof TreeTable ? this.base.where(holds) : this.base.copy();
    const before = { path: this.readsPath, isNear: this.isNear };
    this.readsPath = path;
    this.isNear = this.source.isNear?.(path) === true;
    const { tokens } = preprocess(
      { path, text, origin: "tree" },
      {
        files: this.files,
        macros,
        resolve: this.lists.resolve,
        missingInclude: "ignore",
        ...(this.base instanceof TreeTable ? { sticky: this.base.shims } : {}),
      },
    );
    this.readsPath = before.path;
    this.isNear = before.isNear;
    const tu = parse(tokens, { typedefs: this.typedefs, lazyBodies: true, unknownTypes: "assume" });
    // A header's own form of what a shim stands for (`static inline void print_hex_dump_debug(...)`) is not the shim's.
    const externals = path === "<prelude>" ? tu.externals : tu.externals.filter((e) => !declaresShim(e));
    const names = new Set<string>();
    for (const e of externals) {
      if (e.kind === "function") names.add(e.declarator.name ?? "");
      if (e.kind !== "declaration") continue;
      const t = e.specs.type;
      if ((t.kind === "struct" || t.kind === "union") && t.members !== null && t.tag !== null)
        names.add(`${t.kind} ${t.tag}`);
      if (t.kind === "enum" && t.items !== null) {
        if (t.tag !== null) names.add(`enum ${t.tag}`);
        for (const item of t.items) names.add(item.name);
      }
      for (const item of e.items) {
        const name = item.declarator.name;
        if (name === null) continue;
        const declares =
          e.specs.storage !== "typedef" &&
          (item.declarator.parts[0]?.kind === "function" || e.specs.storage === "extern") &&
          item.init === null;
        names.add(declares ? `@${name}` : name);
      }
    }
    return { unit: { path, tu: { externals, errors: tu.errors }, macros }, names };
  }

  /** Whether a name that begins like the configuration's is one of that, and set: no header's `struct CONFIG_INFO`, nor an enumerator. */
  private isConfig(name: string): boolean {
    let is = this.configs.get(name);
    if (is === undefined) {
      is = configSet(name) && TAGGED.every((kind) => this.source.definers(`${kind}${name}`).length === 0);
      this.configs.set(name, is);
    }
    return is;
  }

  /** A macro of the tree's headers. */
  private macro(name: string): MacroDef | undefined {
    const all = this.isNear ? this.foundNear : this.found;
    const known = all.get(name);
    if (known !== undefined) return known === null || !this.isMeant(known) ? undefined : known;
    all.set(name, null);
    const found =
      /^trace_\w+$/.test(name) && !this.isCode(name) ? this.tracepoint(name) : this.imported(name);
    // While a file's own directives are read its macros are not known yet: asked again later.
    if (found === undefined && this.reading > 0) all.delete(name);
    else all.set(name, found ?? null);
    return found !== undefined && this.isMeant(found) ? found : undefined;
  }

  /** Whether a header's macro is what the file that is read means: not one that the file itself defines further down, or has ended. */
  private isMeant({ name, loc }: MacroDef): boolean {
    return this.files[loc.file]?.path !== this.readsPath && !this.isOwnName(name);
  }

  /** The file that is read defines it itself, as no macro: another header's macro of that name is not meant. */
  private isOwnName(name: string): boolean {
    if (this.readsPath === "") return false;
    let names = this.ownNames.get(this.readsPath);
    if (names === undefined) this.ownNames.set(this.readsPath, (names = new Map()));
    let is = names.get(name);
    if (is === undefined) {
      const own = (kind: string): boolean => this.source.definers(`${kind}${name}`).includes(this.readsPath);
      names.set(name, (is = own("") && !own("#")));
    }
    return is;
  }

  private imported(name: string): MacroDef | undefined {
    const { macrosNear } = this.source;
    const all = this.isNear && macrosNear !== undefined ? macrosNear(name) : this.source.definers(`#${name}`);
    for (const path of all) {
      // The header that comes first is not read to its end yet: nobody else's definition in its place.
      if (this.underWay.has(path)) return undefined;
      const def = this.macrosOf(path)?.own(name);
      if (def === undefined) continue;
      // `#define foo foo` marks an architecture's own function.
      if (def.params === null && def.body.length === 1 && def.body[0]!.text === name) continue;
      return def;
    }
    return undefined;
  }

  private macrosOf(path: string): MacroTable | null {
    const known = this.tables.get(path);
    if (known !== undefined) return known;
    this.tables.set(path, null);
    const text = this.source.read(path);
    if (text === null) return null;
    const macros = this.base.copy();
    const before = this.isNear;
    this.isNear = this.source.isNear?.(path) === true;
    this.reading++;
    this.underWay.add(path);
    preprocess(
      { path, text: directivesOf(text), origin: "tree" },
      { files: this.files, macros, resolve: () => null, missingInclude: "ignore" },
    );
    this.isNear = before;
    this.reading--;
    this.underWay.delete(path);
    this.tables.set(path, macros);
    return macros;
  }

  private trace(name: string): LinkUnit {
    let unit = this.traces.get(name);
    if (unit === undefined) {
      unit = this.parsed("<tracepoint>", `void (${name})();`).unit;
      this.traces.set(name, unit);
    }
    return unit;
  }

  /** A function of that name, as tracing itself has them (`trace_array_put()`), and no tracepoint. */
  private isCode(name: string): boolean {
    return [name, `@${name}`].some((n) => this.source.definers(n).some((path) => !POINTS.test(path)));
  }

  /** Tracepoints say nothing here. */
  private tracepoint(name: string): MacroDef | undefined {
    const table = new MacroTable();
    defineMacros(
      table,
      this.files,
      [`${name}(...) ${name.endsWith("_enabled") ? "0" : "((void)0)"}`],
      "<tracepoint>",
    );
    return table.get(name);
  }
}

/** Headers in which tracepoints stand, and hooks of the kind that say nothing here either. */
const POINTS = /^include\/trace\/|\/irqflags\.h$/;

const nowhere = (_name: string): boolean => false;

/** What the index has before a name: an enumerator's nothing, and the tags. */
const TAGGED = ["", "struct ", "union ", "enum "];

/** What a table asks of its tree. */
interface Tree {
  readonly macro: (name: string) => MacroDef | undefined;
  readonly isConfig: (name: string) => boolean;
}

/** A table that has the shims, all of a configuration, and what the tree's headers define when it is asked for. */
class TreeTable extends MacroTable {
  readonly shims: ReadonlySet<string>;
  private readonly tree: Tree;
  private readonly holds: (name: string) => boolean;

  constructor(from: Iterable<MacroDef>, shims: ReadonlySet<string>, tree: Tree, holds = nowhere) {
    super(from);
    this.shims = shims;
    this.tree = tree;
    this.holds = holds;
  }

  override get(name: string): MacroDef | undefined {
    const own = super.get(name);
    if (own !== undefined) return own;
    if (name.startsWith("CONFIG_")) return this.tree.isConfig(name) ? this.one(name) : undefined;
    return this.tree.macro(name);
  }

  override has(name: string): boolean {
    if (super.has(name)) return true;
    return name.startsWith("CONFIG_") ? this.tree.isConfig(name) : this.holds(name);
  }

  override copy(): TreeTable {
    return this.where(this.holds);
  }

  /** A copy in which `#ifdef` of other names holds, too. */
  where(holds: (name: string) => boolean): TreeTable {
    const out = new TreeTable(this, this.shims, this.tree, holds);
    out.counter = this.counter;
    return out;
  }

  private one(name: string): MacroDef {
    const like = super.get("__KERNEL__")!;
    return { ...like, name };
  }
}

function declaresShim(e: TranslationUnit["externals"][number]): boolean {
  const name =
    e.kind === "function"
      ? e.declarator.name
      : e.kind === "declaration" && e.items.length === 1
        ? e.items[0]!.declarator.name
        : null;
  return name?.startsWith("__fs_") === true && name !== "__fs_nothing";
}
