/**
 * Kernel images with a kernel tree as a layer: whole files of one side of a patch, split by definition over the layers
 * "diff" (what the patch changes), "tree" (what the tree or the patches before it say otherwise than the reference
 * kernel), the reference kernel, and the rest of the tree, which is asked for by name. Leaves out finding and patching
 * the files (server/source/images.ts) and knowing which file defines what (server/source/tree_index.ts).
 */

import type { CError, Declaration, External, SourceFile, TranslationUnit } from "./c/ast.ts";
import { directivesOf } from "./c/comments.ts";
import { indexOf, type LinkLayer, type LinkUnit, linkImage } from "./c/link.ts";
import { type MacroDef, MacroTable } from "./c/macro_table.ts";
import { parse } from "./c/parser.ts";
import { preprocess } from "./c/preprocessor.ts";
import type { ScopeIndex } from "./c/scope_index.ts";
import type { AddressSpace } from "./c/space.ts";
import { expansionLoc, type Token } from "./c/token.ts";
import { type Era, eraRow } from "./kernel/era.ts";
import {
  type KernelImage,
  MAX_OVERLAYS,
  NATIVES,
  type OverlayUnit,
  parseReference,
  type ReferenceParse,
  writtenUnits,
} from "./kernel.ts";
import {
  FileMacros,
  ImportingTable,
  type Needs,
  placesOf,
  type TreeParses,
  treeParses,
} from "./tree_parses.ts";
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
  /** Whether a file is one that is asked about, or a header that these include: its macros are then those of `macrosNear`. */
  isNear?(path: string): boolean;
  /** Of the headers that the files asked about include those that define a macro. */
  macrosNear?(name: string): readonly string[];
}

const LAYER = { diff: 0, tree: 1, reference: 2, rest: 3 } as const;
const MAX_RELINKS = 8;
const MAX_LOWERED = 400;

/** Links the image of one side, in a space of its own or in that of the other side. */
export function buildTreeImage(
  era: Era,
  units: readonly TreeUnit[],
  source: TreeSource,
  space?: AddressSpace,
  scenarios: readonly OverlayUnit[] = [],
): KernelImage {
  const builder = new TreeBuilder(era, units.slice(0, MAX_OVERLAYS), source, space, scenarios);
  const merged: Merged = builder.changedRecords();
  const asked = new Set<string>();
  let built = builder.link(merged);
  for (let round = 0; round < MAX_RELINKS; round++) {
    const fresh = missingMembers(built.image, units, merged, asked);
    if (fresh.size === 0) break;
    const before = new Map(merged);
    for (const [record, members] of fresh) merged.set(record, members);
    built = builder.link(merged);
    const without = [...fresh.keys()].filter((record) => built.image.layoutOf(record) === null);
    if (without.length === 0) continue;
    for (const record of without) builder.takeUsable(record, before, merged);
    built = builder.link(merged);
  }
  return built;
}

/** The records of an image that have members of all layers: those named, or all of them. */
type Merged = Map<string, ReadonlySet<string> | "all">;

/**
 * Lowers what the patch's functions reach inside the tree. Gives the records that lack members for it, with those that they
 * had; each member is asked for once.
 */
function missingMembers(
  image: Image,
  units: readonly TreeUnit[],
  merged: Merged,
  asked: Set<string>,
): Map<string, ReadonlySet<string>> {
  for (const u of units)
    for (const key of [...u.changed, ...u.stacked, ...u.promoted])
      if (key.startsWith("function ")) image.findFunction(nameOf(key), u.path);
  for (let id = 0, own = 0; id < image.functions.length && own < MAX_LOWERED; id++) {
    const fn = image.functions[id]!;
    if (fn.name === "") continue;
    own++;
    if (fn.fidelity === "diff" || fn.fidelity === "tree") image.lower(id);
  }
  const out = new Map<string, Set<string>>();
  for (const text of [...image.mistakes, ...image.notes.map((n) => n.message)]) {
    const [, record, member] = /((?:struct|union) \w+) has no member `(\w+)`/.exec(text) ?? [];
    if (record === undefined || member === undefined || asked.has(`${record}.${member}`)) continue;
    asked.add(`${record}.${member}`);
    const had = merged.get(record) ?? [];
    if (had === "all") continue;
    out.set(record, (out.get(record) ?? new Set(had)).add(member));
  }
  return out;
}

/** A file of the rest of the tree, and what it defines in this configuration. */
interface LoadedFile {
  readonly unit: LinkUnit;
  readonly names: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
}

/** What a file itself says of macros: null, that a name is none. */
type Written = ReadonlyMap<string, MacroDef | null>;

interface ParsedFile {
  readonly tu: TranslationUnit;
  readonly macros: Written;
}

class TreeBuilder {
  private readonly era: Era;
  private readonly units: readonly TreeUnit[];
  private readonly source: TreeSource;
  private readonly files: SourceFile[] = [];
  private readonly loaded = new Map<string, LoadedFile | null>();
  private readonly tables = new Map<string, Written | null>();
  /** Files whose macros are being read. */
  private readonly underWay = new Set<string>();
  private readonly layers: {
    path: string;
    tu: { externals: External[]; errors: CError[] };
    own?: Written;
  }[][] = [[], [], [], []];
  private reference!: ReferenceParse;
  private parses!: TreeParses;
  private known!: ReadonlySet<string>;
  private macros!: ImportingTable;

  private readonly space: AddressSpace | undefined;

  private index: ScopeIndex | null = null;

  private readonly scenarios: readonly OverlayUnit[];
  private ownScenarios: LinkUnit[] = [];
  /** Where the units stand in the file table. */
  private readonly places: readonly number[];

  constructor(
    era: Era,
    units: readonly TreeUnit[],
    source: TreeSource,
    space: AddressSpace | undefined,
    scenarios: readonly OverlayUnit[],
  ) {
    this.era = era;
    this.space = space;
    this.scenarios = scenarios;
    this.units = units;
    this.places = placesOf(units.map((u) => u.path));
    this.source = source;
    this.read();
  }

  /** Reads the side's files and splits them over the layers. */
  private read(): void {
    const traits = this.traits();
    const plain = parseReference(this.era, [], null, undefined, traits);
    let sources = this.use(plain);
    const own = this.headerMacros(sources);
    if ([...own.defined].some((m) => plain.macros.has(m.name)) || own.gone.size > 0)
      sources = this.use(parseReference(this.era, sources, own.defined, own.gone, traits));
    else this.macros = this.around();
    for (const m of own.defined) this.macros.set(m);
    for (const name of own.gone) this.macros.delete(name);
    sources.forEach((s, i) => {
      const { tu, macros: own } = this.parseUnit(s, i);
      for (const [layer, externals] of this.split(this.units[i]!, tu.externals).entries())
        if (externals.length > 0)
          this.layers[layer]!.push({ path: s.path, tu: { externals, errors: [] }, own });
    });
    // Scenarios are written in the reference kernel's terms, whatever the tree calls its own.
    const { macros, typedefs } = this.reference;
    this.ownScenarios = writtenUnits(this.scenarios, this.files, macros, typedefs);
  }

  /** An image in which the records of `merged` have members of all layers. */
  link(merged: ReadonlyMap<string, ReadonlySet<string> | "all">): KernelImage {
    this.knowFiles();
    const asUnits = (n: number): LinkUnit[] => this.layers[n]!.map((u) => ({ ...u, macros: this.macros }));
    const layers: LinkLayer[] = [
      { fidelity: "diff", units: asUnits(LAYER.diff) },
      { fidelity: "tree", units: asUnits(LAYER.tree) },
      {
        fidelity: "reference",
        units: [...this.ownScenarios, ...this.reference.units.map((u) => ({ ...u, macros: this.macros }))],
      },
      { fidelity: "tree", units: asUnits(LAYER.rest) },
    ];
    // The same in each round: only which records are merged differs.
    this.index ??= indexOf(layers, this.files);
    const image = linkImage({
      layers,
      index: this.index,
      files: this.files,
      natives: NATIVES,
      stubMode: "record",
      coverage: (_path, fidelity) => fidelity === "diff",
      more: (name) => this.more(name),
      standInLayer: LAYER.reference,
      merged,
      ...(this.space === undefined ? {} : { space: this.space }),
    });
    const overlays: (number | undefined)[] = [];
    this.places.forEach((place, i) => {
      overlays[place] = i;
    });
    return { image, era: this.era, overlays, errors: [] };
  }

  /** Where the tree differs from the releases that the reference kernel follows. */
  private traits(): string[] {
    if (!eraRow(this.era).compound) return [];
    const path = "include/linux/mm_types.h";
    const text = this.units.find((u) => u.path === path)?.text ?? this.source.read(path) ?? "";
    return /\b_folio_nr_pages\b/.test(text) ? ["FSC_OLD_FOLIO 1"] : [];
  }

  /** Builds over this reference kernel. Gives the side's files, each in its place. */
  private use(reference: ReferenceParse): SourceFile[] {
    this.reference = reference;
    this.parses = treeParses(reference, this.source.typedefs, this.source.config);
    const sources = this.units.map((u) => this.parses.source(u.path, u.text, false));
    this.files.length = 0;
    this.files.push(...this.parses.files);
    sources.forEach((s, i) => {
      this.files[this.places[i]!] = s;
    });
    this.known = reference.names;
    this.macros = this.around();
    return sources;
  }

  private around(): ImportingTable {
    this.loaded.clear();
    this.tables.clear();
    return new ImportingTable(this.parses.base, (name) => this.importMacro(name));
  }

  /** A file of the tree in its place. */
  private placed(path: string, text: string): SourceFile {
    const source = this.parses.source(path, text, true);
    this.knowFiles();
    return source;
  }

  /** Takes over the places of files that were read for other images since. */
  private knowFiles(): void {
    const { files } = this.parses;
    for (let i = this.files.length; i < files.length; i++) this.files.push(files[i]!);
  }

  /** Records that the patches change and the reference kernel has too: code of both uses their members. */
  changedRecords(): Merged {
    const out: Merged = new Map();
    for (const u of this.units)
      for (const key of [...u.changed, ...u.stacked]) if (/^(struct|union) /.test(key)) out.set(key, "all");
    return out;
  }

  /**
   * Of members that leave a record of `merged` without a layout, because the types of some are not to be had, leaves it
   * those that it can have beside the ones that it had before.
   */
  takeUsable(record: string, before: Merged, merged: Merged): void {
    const wanted = merged.get(record)!;
    const had = before.get(record);
    if (had === undefined) merged.delete(record);
    else merged.set(record, had);
    if (wanted === "all") return;
    for (const member of wanted) {
      const now = merged.get(record) ?? new Set<string>();
      if (now === "all" || now.has(member)) continue;
      const more = new Map(merged).set(record, new Set(now).add(member));
      if (this.link(more).image.layoutOf(record) !== null) merged.set(record, more.get(record)!);
    }
  }

  // ---- files ------------------------------------------------------------------------------------------------------

  /** A file of the side. */
  private parseUnit(s: SourceFile, at: number): ParsedFile {
    return this.parses.of(`unit ${this.places[at]} ${s.path}`, s.text, this.macros, (needs) =>
      this.parseFile(s, needs),
    );
  }

  private parseFile(s: SourceFile, needs: Needs): ParsedFile {
    const { tokens, macros } = this.preprocessed(s, needs);
    const { typedefs } = this.parses;
    const { externals, errors } = parse(tokens, { typedefs, lazyBodies: true, unknownTypes: "assume" });
    return { tu: { externals, errors }, macros };
  }

  private preprocessed(s: SourceFile, needs: Needs): { tokens: readonly Token[]; macros: Written } {
    const macros = new FileMacros(this.macros, needs);
    const guard = /^[ \t]*#[ \t]*ifndef[ \t]+(\w+)\b.*\r?\n\s*#[ \t]*define[ \t]+\1\b/m.exec(s.text);
    if (guard !== null && s.path.endsWith(".h")) macros.delete(guard[1]!);
    // What this file declares or enumerates may be a macro of the reference kernel, which would be replaced right there.
    for (const name of declaredNames(s.text)) macros.delete(name);
    const { tokens } = preprocess(s, {
      files: this.files,
      macros,
      resolve: () => null,
      missingInclude: "ignore",
    });
    return { tokens, macros: macros.written };
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
      const { macros } = this.parseUnit(s, i);
      for (const key of keys) {
        const [kind, name] = key.split(" ") as [string, string];
        const now = this.written(macros, name);
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

  private load(path: string): LoadedFile | null {
    const known = this.loaded.get(path);
    if (known !== undefined) return known;
    this.loaded.set(path, null);
    const text = this.units.some((u) => u.path === path) ? null : this.source.read(path);
    if (text === null) return null;
    const source = this.placed(path, text);
    const result = this.parses.of(`file ${path}`, text, this.macros, (needs): LoadedFile => {
      const { tu } = this.parseFile(source, needs);
      return { unit: { path, tu }, ...namesOf(tu.externals) };
    });
    this.loaded.set(path, result);
    return result;
  }

  /** The macros of a file of the rest: its directives alone are read, so that one macro does not draw in a file's needs. */
  private macrosOf(path: string): Written | null {
    const known = this.tables.get(path);
    if (known !== undefined) {
      if (this.underWay.has(path)) this.macros.circles++;
      return known;
    }
    this.tables.set(path, null);
    const text = this.source.read(path);
    if (text === null) return null;
    this.underWay.add(path);
    const table = this.parses.of(`macros ${path}`, text, this.macros, (needs) => {
      const source = this.placed(path, directivesOf(text));
      return this.preprocessed(source, needs).macros;
    });
    this.underWay.delete(path);
    this.tables.set(path, table);
    return table;
  }

  private more(name: string): readonly LinkUnit[] {
    const isTag = /^(struct|union|enum) /.test(name);
    for (const path of this.source.definers(name)) {
      const file = this.load(path);
      if (file === null) continue;
      // The index knows no conditionals: the file may define the name for another configuration.
      if (!(isTag ? file.tags : file.names).has(name)) continue;
      this.knowFiles();
      return [file.unit];
    }
    return [];
  }

  /** A macro that only the tree's headers have. Names that the reference kernel knows otherwise are left alone. */
  private importMacro(name: string): MacroDef | undefined {
    if (this.known.has(name)) return undefined;
    if (/^trace_\w+$/.test(name)) return this.parses.tracepoint(name);
    for (const path of this.source.definers(`#${name}`)) {
      const table = this.macrosOf(path);
      const found = table === null ? undefined : this.written(table, name);
      if (found === undefined) continue;
      if (found.params === null && /[a-z]/.test(name)) continue;
      return found;
    }
    return undefined;
  }

  /** A macro after a file that says `table` of macros. */
  private written(table: Written, name: string): MacroDef | undefined {
    const own = table.get(name);
    return own === undefined ? this.macros.own(name) : (own ?? undefined);
  }
}

// ---- names --------------------------------------------------------------------------------------------------------

/** Names of functions and enumerators at file scope, by the look of kernel source; those it also defines as macros not. */
function declaredNames(text: string): ReadonlySet<string> {
  const out = new Set<string>();
  for (const m of text.matchAll(/^[A-Za-z_][\w \t*]*?[ \t*]([a-z]\w*)[ \t]*\(/gm)) out.add(m[1]!);
  for (const m of text.matchAll(/^(?:typedef[ \t]+)?enum\b[^;(){}=]*(?:\{([^}]*))?/gm))
    for (const item of (m[1] ?? "").matchAll(/^[ \t]*(\w+)[ \t]*(?:[=,/]|$)/gm)) out.add(item[1]!);
  for (const m of text.matchAll(/^[ \t]*#[ \t]*define[ \t]+(\w+)/gm)) out.delete(m[1]!);
  return out;
}

const nameOf = (key: string): string => key.slice(key.indexOf(" ") + 1);

/** What a file defines: functions and objects, and tags. */
function namesOf(externals: readonly External[]): { names: Set<string>; tags: Set<string> } {
  const names = new Set<string>();
  const tags = new Set<string>();
  for (const e of externals)
    if (e.kind === "function" || e.kind === "declaration")
      for (const key of keysOf(e)) {
        if (/^(struct|union|enum) /.test(key)) tags.add(key);
        else if (e.kind === "function" || !isDeclarationOnly(e)) names.add(nameOf(key));
      }
  return { names, tags };
}

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
