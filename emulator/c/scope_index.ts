/**
 * The index of file-scope names over all layers: which definitions and declarations each name has, and which of them
 * code of a given path means. Leaves out what a definition evaluates to (link.ts).
 */
import type {
  Declaration,
  DeclSpecs,
  EnumSpec,
  External,
  FunctionDef,
  Loc,
  RecordSpec,
  SourceFile,
  TranslationUnit,
} from "./ast.ts";

/** One place where a file-scope identifier is declared or defined. */
export interface Candidate {
  readonly kind: "function" | "prototype" | "object" | "extern" | "typedef" | "enumerator";
  readonly name: string;
  readonly layer: number;
  readonly path: string;
  /** Static or otherwise private to its `.c` file. */
  readonly local: boolean;
  readonly def: FunctionDef | null;
  readonly declaration: Declaration | null;
  /** Index of the declarator in the declaration. */
  readonly item: number;
  readonly enumSpec: EnumSpec | null;
}

export interface TagCandidate {
  readonly layer: number;
  readonly path: string;
  readonly local: boolean;
  readonly spec: RecordSpec | EnumSpec;
}

export interface IndexUnit {
  readonly path: string;
  readonly tu: TranslationUnit;
  readonly layer: number;
}

/** Lists by key over others that are not written: what these have stands first. */
export class Lists<T> implements Iterable<readonly [string, readonly T[]]> {
  private readonly below: Lists<T> | null;
  private readonly own = new Map<string, T[]>();

  constructor(below: Lists<T> | null = null) {
    this.below = below;
  }

  get(key: string): readonly T[] | undefined {
    return this.own.get(key) ?? this.below?.get(key);
  }

  add(key: string, value: T): void {
    const list = this.own.get(key);
    if (list !== undefined) list.push(value);
    else this.own.set(key, [...(this.below?.get(key) ?? []), value]);
  }

  *[Symbol.iterator](): Iterator<readonly [string, readonly T[]]> {
    for (const [key, list] of this.below ?? []) yield [key, this.own.get(key) ?? list];
    for (const [key, list] of this.own) if (this.below?.get(key) === undefined) yield [key, list];
  }
}

export class ScopeIndex {
  readonly names: Lists<Candidate>;
  /** Definitions by "struct foo". */
  readonly tags: Lists<TagCandidate>;
  private readonly below: ScopeIndex | null;
  private readonly seen = new Set<External>();

  /** @param below an index that this one adds to, and that nobody writes any more */
  constructor(below: ScopeIndex | null = null) {
    this.below = below;
    this.names = new Lists(below?.names);
    this.tags = new Lists(below?.tags);
  }

  /** Whether this is indexed for the first time: a file that belongs to several units counts once, in the topmost. */
  meets(ext: External): boolean {
    if (this.below?.has(ext) === true || this.seen.has(ext)) return false;
    this.seen.add(ext);
    return true;
  }

  private has(ext: External): boolean {
    return this.seen.has(ext) || this.below?.has(ext) === true;
  }
}

function outermost(loc: Loc): Loc {
  while (loc.via !== undefined) loc = loc.via;
  return loc;
}

/** Collects the file-scope names of all units. */
export function buildIndex(units: readonly IndexUnit[], files: readonly SourceFile[]): ScopeIndex {
  const index = new ScopeIndex();
  for (const unit of units) addUnit(index, unit, files);
  return index;
}

/** Adds the file-scope names of one more unit. */
export function addUnit(index: ScopeIndex, unit: IndexUnit, files: readonly SourceFile[]): void {
  for (const ext of unit.tu.externals) {
    if (ext.kind === "staticAssert" || ext.kind === "asmTop" || !index.meets(ext)) continue;
    const path = files[outermost(ext.loc).file]?.path ?? unit.path;
    const { names, tags } = entriesOf(ext, unit.layer, path);
    for (const c of names) index.names.add(c.name, c);
    for (const [key, candidate] of tags) index.tags.add(key, candidate);
  }
}

/** What an external declaration puts into an index. */
interface Entries {
  readonly layer: number;
  readonly path: string;
  readonly names: readonly Candidate[];
  readonly tags: readonly (readonly [key: string, candidate: TagCandidate])[];
}

/** Files are indexed for one image after the other, mostly in the same layer. */
const entries = new WeakMap<External, Entries>();

function entriesOf(ext: FunctionDef | Declaration, layer: number, path: string): Entries {
  const known = entries.get(ext);
  if (known !== undefined && known.layer === layer && known.path === path) return known;
  const names: Candidate[] = [];
  const tags: (readonly [string, TagCandidate])[] = [];
  addExternal(names, tags, ext, layer, path);
  const made = { layer, path, names, tags };
  entries.set(ext, made);
  return made;
}

function addExternal(
  names: Candidate[],
  tags: (readonly [string, TagCandidate])[],
  ext: FunctionDef | Declaration,
  layer: number,
  path: string,
): void {
  const inC = path.endsWith(".c");
  const common = { layer, path, def: null, declaration: null, item: 0, enumSpec: null };
  const addTag = (key: string, spec: RecordSpec | EnumSpec): void => {
    tags.push([key, { layer, path, local: inC, spec }]);
  };
  const addEnumerator = (name: string, spec: EnumSpec): void => {
    names.push({ ...common, kind: "enumerator", name, local: inC, enumSpec: spec });
  };
  walkSpecs(ext.specs, addTag, addEnumerator);
  const isStatic = ext.specs.storage === "static";
  if (ext.kind === "function") {
    const name = ext.declarator.name;
    if (name !== null) names.push({ ...common, kind: "function", name, local: inC && isStatic, def: ext });
    return;
  }
  ext.items.forEach((item, i) => {
    const name = item.declarator.name;
    if (name === null) return;
    const kind = declarationKind(ext.specs, item);
    const local = inC && (kind === "typedef" || isStatic);
    names.push({ ...common, kind, name, local, declaration: ext, item: i });
  });
}

/** A typedef of a function type declares a function too; that is seen only when the type is resolved. */
function declarationKind(specs: DeclSpecs, item: Declaration["items"][number]): Candidate["kind"] {
  if (specs.storage === "typedef") return "typedef";
  if (item.declarator.parts[0]?.kind === "function") return "prototype";
  return specs.storage === "extern" && item.init === null ? "extern" : "object";
}

/** Tags and enum constants that specifiers define, those inside member lists included. */
function walkSpecs(
  specs: DeclSpecs,
  tag: (key: string, spec: RecordSpec | EnumSpec) => void,
  enumerator: (name: string, spec: EnumSpec) => void,
): void {
  const spec = specs.type;
  if (spec.kind === "enum") {
    if (spec.items === null) return;
    if (spec.tag !== null) tag(`enum ${spec.tag}`, spec);
    for (const item of spec.items) enumerator(item.name, spec);
  } else if (spec.kind === "struct" || spec.kind === "union") {
    if (spec.members === null) return;
    if (spec.tag !== null) tag(`${spec.kind} ${spec.tag}`, spec);
    for (const m of spec.members) walkSpecs(m.specs, tag, enumerator);
  } else if (spec.kind === "typeofType") walkSpecs(spec.type.specs, tag, enumerator);
}

/** Whether it is more than a declaration of something defined elsewhere. */
export const isDefinition = (c: Candidate): boolean => c.kind !== "prototype" && c.kind !== "extern";

/** The candidate that code at `path` means; null when the list is empty. */
export function chooseName(list: readonly Candidate[], path: string): Candidate | null {
  if (list.length === 1) return list[0]!;
  const definitions = list.filter(isDefinition);
  if (definitions.length === 0)
    return (
      best(
        list.filter((c) => !c.local || c.path === path),
        path,
      ) ?? best(list, path)
    );
  // A static of the own file is seen first, whatever stands above it elsewhere.
  const own = definitions.filter((c) => c.path === path);
  if (own.some((c) => c.local && (c.kind === "function" || c.kind === "object"))) return best(own, path);
  const seen = best(
    definitions.filter((c) => !c.local || c.path === path),
    path,
  );
  return seen === null ? best(definitions, path) : (sameHigher(definitions, seen) ?? seen);
}

/**
 * A layer above may have as static what a lower one lets every file call: a function of that name in that file is the same
 * one, and the upper layer's text of it runs.
 */
const sameHigher = (definitions: readonly Candidate[], seen: Candidate): Candidate | null =>
  seen.kind !== "function"
    ? null
    : best(
        definitions.filter(
          (c) => c.kind === "function" && c.local && c.path === seen.path && c.layer < seen.layer,
        ),
        seen.path,
      );

/** Topmost layer; then the own file; then one with an initialiser; then the first. */
function best(list: readonly Candidate[], path: string): Candidate | null {
  let found: Candidate | null = null;
  const score = (c: Candidate): number =>
    (c.kind === "function" ? 4 : 0) +
    (c.path === path ? 2 : 0) +
    (c.declaration?.items[c.item]?.init ? 1 : 0);
  for (const c of list)
    if (found === null || c.layer < found.layer || (c.layer === found.layer && score(c) > score(found)))
      found = c;
  return found;
}

/** The definition of a tag that code at `path` means. */
export function chooseTag(list: readonly TagCandidate[], path: string): TagCandidate | null {
  const pick = (from: readonly TagCandidate[]): TagCandidate | null => {
    let found: TagCandidate | null = null;
    for (const c of from)
      if (
        found === null ||
        c.layer < found.layer ||
        (c.layer === found.layer && c.path === path && found.path !== path)
      )
        found = c;
    return found;
  };
  return pick(list.filter((c) => !c.local || c.path === path)) ?? pick(list);
}
