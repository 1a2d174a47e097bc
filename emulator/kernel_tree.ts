/**
 * Kernel images with a kernel tree as a layer: whole files of one side of a patch, split by definition over the layers
 * "diff" (what the patch changes), "tree" (what the tree or the patches before it say otherwise than the reference
 * kernel), the reference kernel, and the rest of the tree, which is asked for by name. Leaves out finding and patching
 * the files (server/source/images.ts) and knowing which file defines what (server/source/tree_index.ts).
 */
import type { CError, Declaration, External, SourceFile } from "./c/ast.ts";
import { type LinkUnit, linkImage } from "./c/link.ts";
import { type MacroDef, MacroTable } from "./c/macro_table.ts";
import { type ParsedUnit, parse } from "./c/parser.ts";
import { preprocess } from "./c/preprocessor.ts";
import { expansionLoc } from "./c/token.ts";
import type { Era } from "./invariants/invariant.ts";
import { type KernelImage, MAX_OVERLAYS, NATIVES, parseReference, type ReferenceParse } from "./kernel.ts";
import type { Image } from "./vm/image.ts";

/** One whole file of a side. Definitions are named by kind and name: "function dax_busy_page", "struct page". */
export interface TreeUnit {
  readonly path: string;
  readonly text: string;
  /** What differs between the two sides of the patch. */
  readonly changed: ReadonlySet<string>;
  /** What differs from the tree as it came, by the patches stacked below. */
  readonly stacked: ReadonlySet<string>;
  /** Definitions that stand above the reference kernel's although no patch touches them. */
  readonly promoted: ReadonlySet<string>;
  /** All of the file stands above the reference kernel's. */
  readonly preferred: boolean;
  /** Lines (1-based) that the tree as it came does not have: for declarations, which have no names of their own here. */
  readonly newLines: ReadonlySet<number>;
}

/** The rest of the tree, as this side sees it. */
export interface TreeSource {
  /** Files that define a function, object, enumerator, typedef or macro, or a tag ("struct foo"); the likeliest first. */
  definers(name: string): readonly string[];
  read(path: string): string | null;
  /** Typedef names of the tree's headers. */
  readonly typedefs: ReadonlySet<string>;
  /** CONFIG_ symbols that are set besides those of the reference kernel: lines for `#define`. */
  readonly config: readonly string[];
}

const LAYER = { diff: 0, tree: 1, reference: 2, rest: 3 } as const;
const MAX_RELINKS = 4;
const MAX_LOWERED = 600;

/** Links the image of one side. Unit i is Image.files[i]. */
export function buildTreeImage(era: Era, units: readonly TreeUnit[], source: TreeSource): KernelImage {
  const merged = new Set<string>();
  for (let round = 0; ; round++) {
    const builder = new TreeBuilder(era, units.slice(0, MAX_OVERLAYS), source);
    const built = builder.build(merged);
    const wanted = round < MAX_RELINKS ? missingMembers(built.image) : [];
    const fresh = wanted.filter((w) => !merged.has(w));
    if (fresh.length === 0) return built;
    for (const f of fresh) merged.add(f);
  }
}

/** Lowers what the patch's functions reach inside the tree, and names the records that lack a member they use. */
function missingMembers(image: Image): string[] {
  const out = new Set<string>();
  for (let id = 0; id < image.functions.length && id < MAX_LOWERED; id++) {
    const fn = image.functions[id]!;
    if (fn.fidelity !== "diff" && fn.fidelity !== "tree") continue;
    for (const trap of image.lower(id).traps) {
      const m = /^((?:struct|union) \w+) has no member /.exec(trap.message);
      if (m !== null) out.add(m[1]!);
    }
  }
  for (const note of image.notes) {
    const m = /\(((?:struct|union) \w+) has no member /.exec(note.message);
    if (m !== null) out.add(m[1]!);
  }
  return [...out];
}

class TreeBuilder {
  private readonly era: Era;
  private readonly units: readonly TreeUnit[];
  private readonly source: TreeSource;
  private readonly files: SourceFile[] = [];
  private readonly loaded = new Map<string, { unit: LinkUnit; macros: MacroTable } | null>();
  private reference!: ReferenceParse;
  private known!: ReadonlySet<string>;
  private macros!: ImportingTable;

  constructor(era: Era, units: readonly TreeUnit[], source: TreeSource) {
    this.era = era;
    this.units = units;
    this.source = source;
  }

  build(merged: ReadonlySet<string>): KernelImage {
    const sources = this.units.map((u): SourceFile => ({ path: u.path, text: u.text, origin: "tree" }));
    const traits = this.traits();
    const plain = parseReference(this.era, [], null, undefined, traits);
    this.use(plain, sources);
    const own = this.headerMacros(sources);
    if ([...own.defined].some((m) => plain.macros.has(m.name)) || own.gone.size > 0)
      this.use(parseReference(this.era, sources, own.defined, own.gone, traits), sources);
    for (const m of own.defined) this.macros.set(m);
    for (const name of own.gone) this.macros.delete(name);
    const layers: { path: string; tu: { externals: External[]; errors: CError[] } }[][] = [[], [], [], []];
    sources.forEach((s, i) => {
      const parsed = this.parseFile(s);
      for (const [layer, externals] of this.split(this.units[i]!, parsed.tu.externals).entries())
        if (externals.length > 0) layers[layer]!.push({ path: s.path, tu: { externals, errors: [] } });
    });
    const asUnits = (n: number): LinkUnit[] => layers[n]!.map((u) => ({ ...u, macros: this.macros }));
    const image = linkImage({
      layers: [
        { fidelity: "diff", units: asUnits(LAYER.diff) },
        { fidelity: "tree", units: asUnits(LAYER.tree) },
        { fidelity: "reference", units: this.reference.units.map((u) => ({ ...u, macros: this.macros })) },
        { fidelity: "tree", units: asUnits(LAYER.rest) },
      ],
      files: this.files,
      natives: NATIVES,
      stubMode: "record",
      coverage: (_path, fidelity) => fidelity === "diff" || fidelity === "tree",
      more: (name) => this.more(name),
      standInLayer: LAYER.reference,
      merged: new Set([...merged, ...this.changedRecords()]),
    });
    return { image, era: this.era, overlays: sources.length, errors: [] };
  }

  /** Where the tree differs from the releases that the reference kernel follows. */
  private traits(): string[] {
    const path = "include/linux/mm_types.h";
    const text = this.units.find((u) => u.path === path)?.text ?? this.source.read(path) ?? "";
    return /\b_folio_nr_pages\b/.test(text) ? ["FSC_OLD_FOLIO 1"] : [];
  }

  private use(reference: ReferenceParse, sources: readonly SourceFile[]): void {
    this.reference = reference;
    this.files.length = 0;
    this.files.push(...reference.files);
    sources.forEach((s, i) => {
      this.files[i] = s;
    });
    this.known = reference.names;
    this.macros = new ImportingTable(reference.macros, (name) => this.importMacro(name));
    for (const line of this.source.config) {
      const name = line.split(" ")[0]!;
      if (!this.macros.has(name))
        preprocess(
          { path: "<config>", text: `#define ${line}\n`, origin: "builtin" },
          { files: this.files, macros: this.macros, resolve: () => null },
        );
    }
  }

  /** Records that the patches change and the reference kernel has too: code of both uses their members. */
  private changedRecords(): string[] {
    const out: string[] = [];
    for (const u of this.units)
      for (const key of [...u.changed, ...u.stacked]) if (/^(struct|union) /.test(key)) out.push(key);
    return out;
  }

  // ---- files ------------------------------------------------------------------------------------------------------

  private parseFile(s: SourceFile): { tu: ParsedUnit; macros: MacroTable } {
    const macros = this.macros.copy();
    const guard = /^[ \t]*#[ \t]*ifndef[ \t]+(\w+)[^\n]*\n(?:\s*\n)*[ \t]*#[ \t]*define[ \t]+\1\b/m.exec(
      s.text,
    );
    if (guard !== null && s.path.endsWith(".h")) macros.delete(guard[1]!);
    const pre = preprocess(s, { files: this.files, macros, resolve: () => null, missingInclude: "ignore" });
    const typedefs = new Set([...this.reference.typedefs, ...this.source.typedefs]);
    const tu = parse(pre.tokens, { typedefs, lazyBodies: true, unknownTypes: "assume" });
    return { tu, macros };
  }

  /** Macros that changed headers define, and names of the reference's macros that they no longer have. */
  private headerMacros(sources: readonly SourceFile[]): { defined: MacroTable; gone: ReadonlySet<string> } {
    const defined = new MacroTable();
    const gone = new Set<string>();
    sources.forEach((s, i) => {
      if (!s.path.endsWith(".h")) return;
      const u = this.units[i]!;
      const keys = new Set([...u.changed, ...u.stacked]);
      if (keys.size === 0) return;
      const { macros } = this.parseFile(s);
      for (const key of keys) {
        const [kind, name] = key.split(" ") as [string, string];
        const now = macros.own(name);
        if (kind === "macro" && now !== undefined) defined.set(now);
        // A macro of the reference kernel that the patches make a function.
        if (kind === "function" && this.reference.macros.has(name) && now === undefined) gone.add(name);
      }
    });
    return { defined, gone };
  }

  /** The externals of a whole file, by layer. */
  private split(u: TreeUnit, externals: readonly External[]): External[][] {
    const out: External[][] = [[], [], [], []];
    const isHeader = u.path.endsWith(".h");
    for (const e of externals) {
      if (e.kind === "staticAssert" || e.kind === "asmTop") continue;
      const keys = keysOf(e);
      const any = (set: ReadonlySet<string>): boolean => keys.some((k) => set.has(k));
      const isNew = u.newLines.has(expansionLoc(e.loc).line);
      if (any(u.changed)) out[LAYER.diff]!.push(e);
      else if (any(u.stacked) || any(u.promoted) || (isDeclarationOnly(e) && isNew)) out[LAYER.tree]!.push(e);
      else if (!isHeader && u.preferred) out[LAYER.tree]!.push(e);
      else if (!isHeader && !keys.some((k) => this.known.has(nameOf(k)))) out[LAYER.tree]!.push(e);
      else out[LAYER.rest]!.push(e);
    }
    return out;
  }

  // ---- the rest of the tree -------------------------------------------------------------------------------------------

  private load(path: string): { unit: LinkUnit; macros: MacroTable } | null {
    const known = this.loaded.get(path);
    if (known !== undefined) return known;
    this.loaded.set(path, null);
    const text = this.units.some((u) => u.path === path) ? null : this.source.read(path);
    if (text === null) return null;
    const { tu, macros } = this.parseFile({ path, text, origin: "tree" });
    const result = { unit: { path, tu, macros }, macros };
    this.loaded.set(path, result);
    return result;
  }

  private more(name: string): readonly LinkUnit[] {
    for (const path of this.source.definers(name)) {
      const file = this.load(path);
      if (file !== null) return [file.unit];
    }
    return [];
  }

  /** A macro that only the tree's headers have. Names that the reference kernel knows otherwise are left alone. */
  private importMacro(name: string): MacroDef | undefined {
    if (this.known.has(name)) return undefined;
    const tracepoint = /^trace_\w+$/.test(name);
    if (tracepoint) return this.tracepoint(name);
    for (const path of this.source.definers(`#${name}`)) {
      const found = this.load(path)?.macros.own(name);
      if (found === undefined) continue;
      if (found.params === null && /[a-z]/.test(name)) continue;
      return found;
    }
    return undefined;
  }

  /** Tracepoints say nothing here: `trace_foo(...)` does nothing, `trace_foo_enabled()` is false. */
  private tracepoint(name: string): MacroDef | undefined {
    const table = new MacroTable();
    const body = name.endsWith("_enabled") ? "0" : "((void)0)";
    preprocess(
      { path: "<tracepoint>", text: `#define ${name}(...) ${body}\n`, origin: "builtin" },
      { files: this.files, macros: table, resolve: () => null },
    );
    return table.get(name);
  }
}

/** A table that looks further for a macro it does not have. `has` says only what it has by itself: `#ifdef` asks that. */
class ImportingTable extends MacroTable {
  private readonly find: (name: string) => MacroDef | undefined;
  private readonly asked = new Map<string, MacroDef | undefined>();

  constructor(from: Iterable<MacroDef>, find: (name: string) => MacroDef | undefined) {
    super(from);
    this.find = find;
  }

  override get(name: string): MacroDef | undefined {
    const own = super.get(name);
    if (own !== undefined) return own;
    if (!this.asked.has(name)) {
      this.asked.set(name, undefined);
      this.asked.set(name, this.find(name));
    }
    return this.asked.get(name);
  }

  override copy(): MacroTable {
    const out = new ImportingTable(this, this.find);
    out.counter = this.counter;
    return out;
  }
}

// ---- names --------------------------------------------------------------------------------------------------------

const nameOf = (key: string): string => key.slice(key.indexOf(" ") + 1);

/** What a definition is called, by kind and name; a declaration may define several things. */
function keysOf(e: External): string[] {
  if (e.kind === "function") return [`function ${e.declarator.name}`];
  if (e.kind !== "declaration") return [];
  const out: string[] = [];
  const type = e.specs.type;
  if ((type.kind === "struct" || type.kind === "union") && type.members !== null && type.tag !== null)
    out.push(`${type.kind} ${type.tag}`);
  if (type.kind === "enum" && type.items !== null) {
    if (type.tag !== null) out.push(`enum ${type.tag}`);
    for (const item of type.items) out.push(`enumerator ${item.name}`);
  }
  for (const item of e.items) {
    const name = item.declarator.name;
    if (name !== null) out.push(`${e.specs.storage === "typedef" ? "typedef" : "variable"} ${name}`);
  }
  return out;
}

/** A prototype or an extern: it names something that is defined elsewhere. */
function isDeclarationOnly(e: Declaration | Extract<External, { kind: "function" }>): boolean {
  if (e.kind === "function" || e.specs.storage === "typedef") return false;
  return e.items.some(
    (i) => i.init === null && (i.declarator.parts[0]?.kind === "function" || e.specs.storage === "extern"),
  );
}
