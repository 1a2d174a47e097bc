/**
 * The linker: makes one image out of layers of parsed units. Names resolve lazily over all layers at once, the topmost
 * definition wins (scope_index.ts has the rules); functions are lowered when first called and objects laid out when
 * first named. A mistake in the C never throws out of here: it is a trap in the function that has it. Leaves out the
 * language (sema_*.ts, gen_*.ts). Over 800 lines because it is one class: names, functions and objects call each other while
 * something is resolved, over the same tables.
 */
import { type CallSignature, Op } from "../vm/bytecode.ts";
import {
  DATA_BASE,
  type DeadCheck,
  type Fidelity,
  type FieldLayout,
  type FnCode,
  type FnInfo,
  type GlobalInfo,
  type Image,
  LABEL_BASE,
  type LinkNote,
  NATIVE_BASE,
  STUB_BASE,
  TEXT_BASE,
  type TypeLayout,
} from "../vm/image.ts";
import type {
  Declarator,
  EnumSpec,
  FunctionDef,
  Loc,
  RecordSpec,
  SourceFile,
  TranslationUnit,
} from "./ast.ts";
import { evalConst, planBytes } from "./const_eval.ts";
import {
  alignOf,
  CFail,
  CONST,
  type CType,
  type FunctionType,
  INT,
  intOf,
  isComplete,
  isInteger,
  qualsOf,
  type RecordInfo,
  type RecordType,
  layoutOf as recordLayout,
  signatureKey,
  sizeOf,
  typeText,
  UINT,
  unqualified,
} from "./ctype.ts";
import { type GenEnv, withCoverage } from "./gen.ts";
import { genFunction } from "./gen_stmt.ts";
import { underWatch } from "./lowering_watch.ts";
import type { MacroDef, MacroTable } from "./macro_table.ts";
import { mergeRecords } from "./merge_records.ts";
import { parseExpression } from "./parser.ts";
import { preprocessText } from "./preprocessor.ts";
import {
  addUnit,
  buildIndex,
  type Candidate,
  chooseName,
  chooseTag,
  type IndexUnit,
  isDefinition,
  ScopeIndex,
  type TagCandidate,
} from "./scope_index.ts";
import { type BoundedSection, boundedSections, boundOf } from "./section_bounds.ts";
import type { EnumState, Hooks, LinkScope, Sema, TagInfo } from "./sema.ts";
import { analyse } from "./sema_expr.ts";
import { analyseInit } from "./sema_init.ts";
import { analyseBlock, analyseFunction, oldStyleParams } from "./sema_stmt.ts";
import { type Answering, SharedCode } from "./shared_code.ts";
import { AddressSpace, type SpaceKey } from "./space.ts";
import type { Entity, FnTree, FunctionSym, InitPlan, LabelRef, LabelSym, ObjectSym, Sym } from "./tree.ts";
import {
  alignasOf,
  constantOf,
  declare,
  emptyRecord,
  enumeratorType,
  enumState,
  makeRecord,
  readAttrs,
  resolveSpecs,
} from "./types.ts";

export interface LinkUnit {
  readonly path: string;
  readonly tu: TranslationUnit;
  /** Macros in force at its end, for Image.constant. */
  readonly macros?: MacroTable;
  /** What it says of macros itself, where `macros` is common to several: null, that a name is none. */
  readonly own?: ReadonlyMap<string, MacroDef | null>;
}

export interface LinkLayer {
  readonly fidelity: Fidelity;
  readonly units: readonly LinkUnit[];
}

export interface LinkOptions {
  /** Topmost first. */
  readonly layers: readonly LinkLayer[];
  readonly files: readonly SourceFile[];
  readonly natives: ReadonlySet<string>;
  /** What a call of an unknown function is: recorded and 0, or a stop. */
  readonly stubMode: "record" | "stop";
  /** Whether functions of this file count their statements. */
  readonly coverage?: (path: string, fidelity: Fidelity) => boolean;
  /** The names of all the layers' units (`indexOf`), where images are made of the same ones again and again. */
  readonly index?: ScopeIndex;
  /** A program with main() rather than a kernel. */
  readonly hosted?: boolean;
  /**
   * Where to look for a name, or a tag as "struct foo", that no layer defines: the units it gives are added to the last
   * layer. Asked once a name.
   */
  readonly more?: (name: string) => readonly LinkUnit[];
  /**
   * The layer that stands in for a function of fidelity "tree" that cannot be lowered whole: its definition of the same
   * name and type is taken instead.
   */
  readonly standInLayer?: number;
  /**
   * Records ("struct foo") whose members are those of the topmost definition and what the others have besides: all of
   * it, or the members named.
   */
  readonly merged?: ReadonlyMap<string, ReadonlySet<string> | "all">;
  /** Images linked in one space have the same ids and addresses for what has the same name. Absent: a space of its own. */
  readonly space?: AddressSpace;
}

/** What a walker of the typed tree (emulator/function) asks of the linker: names and analysed functions, nothing laid out. */
export interface Program {
  /** A file-scope name as code of `path` sees it. */
  lookup(name: string, path: string): Entity | null;
  /** The analysed body of a defined function, once. Fails with CFail where the C cannot be read. */
  tree(sym: FunctionSym): FnTree;
  /** A record by its tag, or null when nothing defines it. */
  record(kind: "struct" | "union", tag: string, path: string): RecordType | null;
  readonly deadChecks: readonly DeadCheck[];
  /** What was noted while functions were analysed. */
  readonly notes: readonly LinkNote[];
}

const HOOKS: Hooks = { expr: analyse, block: analyseBlock, init: analyseInit };
const NOWHERE: Loc = { file: 0, line: 1, col: 1 };

const unitsOf = (layers: readonly LinkLayer[]): IndexUnit[] =>
  layers.flatMap((l, layer) => l.units.map((u) => ({ path: u.path, tu: u.tu, layer })));

/** The names of all units of layers, for images that are made of these. */
export const indexOf = (layers: readonly LinkLayer[], files: readonly SourceFile[]): ScopeIndex =>
  buildIndex(unitsOf(layers), files);

/** Links layers of parsed units into an image. */
export function linkImage(options: LinkOptions): Image {
  return new Linker(options).image();
}

/** Links layers of parsed units for a walker of the typed tree. */
export function linkProgram(options: LinkOptions): Program {
  return new Linker(options).program();
}

class Linker implements LinkScope, Answering {
  readonly hosted: boolean;
  readonly coverage = false;
  readonly records = new Map<RecordSpec, RecordInfo>();
  readonly enums = new Map<EnumSpec, EnumState>();
  private readonly options: LinkOptions;
  private readonly index: ScopeIndex;
  private readonly entities = new Map<Candidate, Entity>();
  private readonly lookups = new Map<string, Map<string, Entity | null>>();
  private readonly tagLookups = new Map<string, Map<string, TagInfo>>();
  private readonly unknownTags = new Map<string, TagInfo>();
  private readonly functions: FnInfo[] = [];
  private readonly functionSyms: (FunctionSym | undefined)[] = [];
  /** Static functions that another layer hides from everybody but callers that cannot mean that one. */
  private readonly hidden = new Map<Candidate, FunctionSym>();
  private readonly globals: GlobalInfo[] = [];
  private readonly globalOf = new Map<ObjectSym, GlobalInfo>();
  private readonly space: AddressSpace;
  private readonly layerNames: readonly string[];
  private readonly shared: SharedCode;
  private readonly placed = new Set<number>();
  private readonly lines: Loc[] = [];
  private readonly lineIds = new Map<Loc, number>();
  private readonly notes: LinkNote[] = [];
  private readonly noted = new Set<string>();
  private readonly asked = new Set<string>();
  private readonly mergedSpecs = new Map<RecordSpec, RecordSpec>();
  private readonly deadChecks: DeadCheck[] = [];
  private readonly mistakes = new Set<string>();
  private readonly strings = new Map<string, ObjectSym>();
  private readonly templates = new Map<string, bigint>();
  /** Sections of a program that are asked for by their bounds; null until the first object is laid out. */
  private sections: Map<string, BoundedSection> | null = null;
  private readonly bounds = new Map<string, { readonly start: bigint; readonly stop: bigint }>();

  constructor(options: LinkOptions) {
    this.options = options;
    const all = options.layers.map((l) => l.fidelity);
    this.layerNames = all.map((f, i) =>
      all.indexOf(f) === all.lastIndexOf(f) ? f : `${f} ${all.length - i}`,
    );
    this.space = options.space ?? new AddressSpace();
    this.shared = new SharedCode(this.space, this);
    this.hosted = options.hosted ?? false;
    this.index = new ScopeIndex(options.index ?? indexOf(options.layers, options.files));
    if (this.hosted) for (const u of unitsOf(options.layers)) this.checkAsserts(u);
  }

  /** `_Static_assert` at file scope: a program is judged whole. */
  private checkAsserts(u: IndexUnit): void {
    for (const ext of u.tu.externals) {
      if (ext.kind !== "staticAssert") continue;
      const value = guarded(() => constantOf(this.sema(u.path, u.layer), ext.test));
      const text = ext.message === "" ? "" : `: ${ext.message}`;
      if (value === 0n) this.note("error", `static assertion failed${text}`, "", ext.loc);
    }
  }

  image(): Image {
    return {
      files: this.options.files,
      functions: this.functions,
      globals: this.globals,
      natives: this.space.natives,
      stubs: this.space.stubs,
      lines: this.lines,
      labels: this.space.labels,
      space: this.space,
      notes: this.notes,
      deadChecks: this.deadChecks,
      mistakes: this.mistakes,
      lower: (id) => this.lower(id),
      findFunction: (name, path) => this.findFunction(name, path ?? ""),
      globalAddress: (name) => this.globalAddress(name),
      layoutOf: known((type) => guarded(() => this.typeLayout(type))),
      constant: known((name) => guarded(() => this.constant(name))),
    };
  }

  program(): Program {
    const trees = new Map<FunctionSym, FnTree>();
    return {
      lookup: (name, path) => this.lookup(name, path),
      tree: (sym) => {
        const known = trees.get(sym);
        if (known !== undefined) return known;
        const made = this.analysed(sym, sym.def!);
        trees.set(sym, made);
        return made;
      },
      record: (kind, tag, path) => {
        const found = this.tag(kind, tag, path);
        return found.kind === "record" && isComplete({ kind: "record", info: found.info, quals: 0 })
          ? { kind: "record", info: found.info, quals: 0 }
          : null;
      },
      deadChecks: this.deadChecks,
      notes: this.notes,
    };
  }

  // ---- names --------------------------------------------------------------------------------------------------------

  private sema(path: string, layer: number): Sema {
    return {
      link: this,
      path,
      layer,
      fn: null,
      hooks: HOOKS,
      scope: null,
      unevaluated: 0,
      prototype: false,
      staticInit: 0,
    };
  }

  get files(): readonly SourceFile[] {
    return this.options.files;
  }

  layerName(layer: number): string {
    return this.layerNames[layer] ?? "";
  }

  layerNamed(name: string): number {
    return this.layerNames.indexOf(name);
  }

  lookup(name: string, path: string): Entity | null {
    let byPath = this.lookups.get(name);
    if (byPath === undefined) {
      byPath = new Map();
      this.lookups.set(name, byPath);
    }
    this.shared.metName(name, path);
    const known = byPath.get(path);
    if (known !== undefined) return known;
    return this.shared.aside(() => {
      const candidate = chooseName(this.candidates(name), path);
      const entity = candidate === null ? null : this.entity(candidate);
      // An enum under construction gives its constants one by one.
      if (entity !== null || candidate === null) byPath.set(path, entity);
      if (entity !== null) this.shared.knows(name, path, entity);
      return entity;
    });
  }

  /** All that is known of a name; when nothing defines it, what `options.more` has is added first. */
  private candidates(name: string): readonly Candidate[] {
    const list = this.index.names.get(name) ?? [];
    if (this.options.natives.has(name) || list.some(isDefinition) || !this.ask(name)) return list;
    return this.index.names.get(name) ?? [];
  }

  /** Asks for more units for a name or tag that no layer has; whether there were any. */
  private ask(name: string): boolean {
    const { more, layers, files } = this.options;
    if (more === undefined || this.asked.has(name)) return false;
    this.asked.add(name);
    const units = more(name);
    for (const u of units) addUnit(this.index, { path: u.path, tu: u.tu, layer: layers.length - 1 }, files);
    return units.length > 0;
  }

  private entity(c: Candidate): Entity | null {
    const known = this.entities.get(c);
    if (known !== undefined) return known;
    const entity = this.makeEntity(c);
    if (entity !== null) this.entities.set(c, entity);
    return entity;
  }

  /** The name that `alias("name")`, or in a program `asm("name")`, gives a declaration. */
  private otherName(c: Candidate): string | null {
    if (c.declaration === null) return null;
    const { specs, items } = c.declaration;
    const { declarator } = items[c.item]!;
    for (const a of [...specs.attrs, ...declarator.attrs]) {
      const target = a.name === "alias" ? a.args[0] : undefined;
      if (target?.kind === "string") return String.fromCharCode(...target.units);
    }
    return this.hosted ? declarator.asmName : null;
  }

  private makeEntity(c: Candidate): Entity | null {
    const other = this.otherName(c);
    if (other !== null && other !== c.name) {
      const target = this.lookup(other, c.path);
      if (target?.kind === "function" || target?.kind === "object") return target;
      const type = this.isNative(other) ? this.declaredType(c) : null;
      if (type?.kind === "function") return { kind: "function", sym: this.undefinedFunction(other, type) };
    }
    switch (c.kind) {
      case "function":
        return { kind: "function", sym: this.functionSym(c) };
      case "prototype":
        return { kind: "function", sym: this.functionSym(c) };
      case "typedef":
        return { kind: "typedef", type: named(c.name, this.declaredType(c)) };
      case "enumerator": {
        const s = this.sema(c.path, c.layer);
        const known = this.enums.get(c.enumSpec!);
        const state = known ?? enumState(s, c.enumSpec!);
        const value = state.values.get(c.name);
        if (value === undefined) return null;
        return { kind: "enumerator", value, type: enumeratorType(value, state) };
      }
      case "object":
      case "extern": {
        const type = this.declaredType(c);
        if (type.kind === "function") return { kind: "function", sym: this.functionSym(c) };
        return { kind: "object", sym: this.objectSym(c) };
      }
    }
  }

  /** Type of a declared name; attributes that change it included. */
  private declaredType(c: Candidate): CType {
    const s = this.sema(c.path, c.layer);
    if (c.def !== null) return declare(s, c.def.declarator, resolveSpecs(s, c.def.specs)).type;
    const d = c.declaration!;
    const { declarator, init } = d.items[c.item]!;
    let auto: CType | null = null;
    if (d.specs.type.kind === "auto" && init !== null && init.kind !== "initList")
      auto = unqualified(HOOKS.expr({ ...s, unevaluated: 1 }, init).t);
    const { type } = declare(s, declarator, resolveSpecs(s, d.specs, auto));
    const aligned = Math.max(readAttrs(s, d.specs.attrs, declarator.attrs).aligned, alignasOf(s, d.specs));
    if (aligned === 0 || type.kind === "function") return type;
    return { ...type, align: c.kind === "typedef" ? aligned : Math.max(aligned, alignOf(type)) };
  }

  private functionSym(c: Candidate): FunctionSym {
    let type: FunctionType | null = null;
    const specs = c.def?.specs ?? c.declaration!.specs;
    return {
      kind: "function",
      name: c.name,
      path: c.def === null ? "" : c.path,
      layer: c.layer,
      def: c.def,
      type: () => {
        type ??= underWatch(null, () => {
          const t = this.declaredType(c);
          if (t.kind !== "function") throw new CFail(`\`${c.name}\` is not a function`, specs.loc);
          return c.def === null ? t : this.withOldStyle(t, c, c.def);
        });
        return type;
      },
      id: -1,
      key: `function ${c.name}${c.local ? ` of ${c.path}` : ""}`,
      noreturn: specs.noreturn,
      weak:
        specs.attrs.some((a) => a.name === "weak") ||
        this.declaratorOf(c).attrs.some((a) => a.name === "weak"),
    };
  }

  private declaratorOf(c: Candidate): Declarator {
    return c.def?.declarator ?? c.declaration!.items[c.item]!.declarator;
  }

  /** An old-style definition: parameters by its declarations. */
  private withOldStyle(t: FunctionType, c: Candidate, def: FunctionDef): FunctionType {
    const part = def.declarator.parts[0];
    if (part?.kind !== "function") return t;
    if (part.krNames !== null) return { ...t, params: oldStyleParams(this.sema(c.path, c.layer), def) };
    return t;
  }

  private objectSym(c: Candidate): ObjectSym {
    const d = c.declaration!;
    const { declarator, init } = d.items[c.item]!;
    let type: CType | null = null;
    let plan: InitPlan | null | undefined = init === null ? null : undefined;
    let planning = false;
    const declared = (): CType => {
      type ??= underWatch(null, () => this.completed(c, this.declaredType(c)));
      return type;
    };
    const getPlan = (): InitPlan | null => {
      if (plan === undefined) {
        const t = declared();
        planning = true;
        try {
          plan = underWatch(null, () => analyseInit(this.sema(c.path, c.layer), t, init!, declarator.loc));
          type = plan.type;
        } finally {
          planning = false;
        }
      }
      return plan;
    };
    const linker = this;
    return {
      kind: "object",
      name: c.name,
      path: c.path,
      loc: declarator.loc,
      storage: "global",
      type: () => {
        const t = declared();
        if (t.kind === "array" && t.length === null && plan === undefined && !planning) getPlan();
        return type!;
      },
      plan: getPlan,
      defined: c.kind === "object",
      get readonly() {
        return (
          guarded(() => (qualsOf(underWatch(null, () => linker.declaredType(c))) & CONST) !== 0) ?? false
        );
      },
      bytes: null,
      get align() {
        return guarded(() => underWatch(null, () => linker.declaredType(c)).align ?? 0) ?? 0;
      },
      address: null,
      key: `object ${c.name}${c.local ? ` of ${c.path}` : ""}`,
    };
  }

  /** `int a[]; int a[5];`: an array without a length takes it from another declaration. */
  private completed(c: Candidate, t: CType): CType {
    if (t.kind !== "array" || t.length !== null || c.declaration!.items[c.item]!.init !== null) return t;
    for (const other of this.index.names.get(c.name) ?? []) {
      if (other === c || other.declaration === null || (other.local && other.path !== c.path)) continue;
      if (other.kind !== "object" && other.kind !== "extern") continue;
      const u = this.declaredType(other);
      if (u.kind === "array" && u.length !== null) return u;
    }
    return t;
  }

  tag(kind: "struct" | "union" | "enum", name: string, path: string): TagInfo {
    this.shared.metTag(kind, name, path);
    return this.shared.aside(() => this.tagOf(kind, name, path));
  }

  tagType(kind: "struct" | "union" | "enum", name: string, path: string): CType {
    return { ...this.tag(kind, name, path), quals: 0 } as CType;
  }

  private tagOf(kind: "struct" | "union" | "enum", name: string, path: string): TagInfo {
    const key = `${kind} ${name}`;
    let byPath = this.tagLookups.get(key);
    if (byPath === undefined) {
      byPath = new Map();
      this.tagLookups.set(key, byPath);
    }
    const known = byPath.get(path);
    if (known !== undefined) return known;
    let list = this.index.tags.get(key) ?? [];
    if (list.length === 0 && this.ask(key)) list = this.index.tags.get(key) ?? [];
    const c = chooseTag(list, path);
    let info: TagInfo;
    if (c === null) info = this.unknownTag(kind, name);
    else if (c.spec.kind === "enum") {
      // Not memoised while its own constants are being computed.
      return { kind: "enum", info: enumState(this.sema(c.path, c.layer), c.spec).info };
    } else {
      const spec = this.options.merged?.has(key) === true ? this.mergedSpec(key, c.spec, list) : c.spec;
      info = { kind: "record", info: makeRecord(this.sema(c.path, c.layer), spec) };
    }
    byPath.set(path, info);
    return info;
  }

  /** One specifier for a record that several layers define: the same object each time it is asked for. */
  private mergedSpec(key: string, top: RecordSpec, list: readonly TagCandidate[]): RecordSpec {
    const known = this.mergedSpecs.get(top);
    if (known !== undefined) return known;
    this.ask(key);
    const others = (this.index.tags.get(key) ?? list).filter((o) => o.spec !== top && o.spec.kind !== "enum");
    const spec = mergeRecords(
      top,
      others.sort((a, b) => a.layer - b.layer).map((o) => o.spec as RecordSpec),
      this.options.merged?.get(key) ?? "all",
    );
    this.mergedSpecs.set(top, spec);
    return spec;
  }

  private unknownTag(kind: "struct" | "union" | "enum", name: string): TagInfo {
    const key = `${kind} ${name}`;
    const known = this.unknownTags.get(key);
    if (known !== undefined) return known;
    const info: TagInfo =
      kind === "enum"
        ? { kind: "enum", info: { tag: name, int: UINT, complete: false } }
        : { kind: "record", info: emptyRecord({ kind, tag: name }) };
    this.unknownTags.set(key, info);
    return info;
  }

  isNative(name: string): boolean {
    return this.options.natives.has(name);
  }

  declaredIn(name: string, layer: number, path: string): FunctionType | null {
    this.shared.metDeclared(name, layer, path);
    return this.shared.aside(() => this.declaredOf(name, layer, path));
  }

  private declaredOf(name: string, layer: number, path: string): FunctionType | null {
    const list = (this.index.names.get(name) ?? []).filter(
      (c) =>
        c.layer === layer && (!c.local || c.path === path) && c.kind !== "enumerator" && c.kind !== "typedef",
    );
    const c = list.find((x) => x.path === path) ?? list.find((x) => x.kind === "function") ?? list[0];
    if (c === undefined) return null;
    const t = this.declaredType(c);
    return t.kind === "function" ? t : null;
  }

  staticIn(name: string, layer: number, path: string): FunctionSym | null {
    const c = (this.index.names.get(name) ?? []).find(
      (x) => x.kind === "function" && x.local && x.layer === layer && x.path === path && isDefinition(x),
    );
    if (c === undefined) return null;
    const known = this.hidden.get(c);
    if (known !== undefined) return known;
    // What stands above it has its own name and place in the space of both sides.
    const sym = this.functionSym(c);
    const own = { ...sym, key: `${sym.key} in layer ${layer}` };
    this.hidden.set(c, own);
    return own;
  }

  undefinedFunction(name: string, type: FunctionType): FunctionSym {
    return {
      kind: "function",
      name,
      path: "",
      layer: -1,
      def: null,
      type: () => type,
      id: -1,
      noreturn: false,
    };
  }

  undefinedObject(name: string, type: CType, loc: Loc): ObjectSym {
    this.shared.spoil();
    return this.plainObject(name, type, loc, "global", null, false);
  }

  private plainObject(
    name: string,
    type: CType,
    loc: Loc | null,
    storage: ObjectSym["storage"],
    bytes: Uint8Array | null,
    defined: boolean,
  ): ObjectSym {
    return {
      kind: "object",
      name,
      path: "",
      loc,
      storage,
      type: () => type,
      plan: () => null,
      defined,
      readonly: storage !== "global",
      bytes,
      align: 0,
      address: null,
    };
  }

  string(bytes: Uint8Array, align: number): ObjectSym {
    const key = `${align}:${bytesKey(bytes)}`;
    let sym = this.strings.get(key);
    if (sym === undefined) {
      const type: CType = { kind: "array", of: INT, length: null, vla: null, quals: 0 };
      sym = { ...this.plainObject("", type, null, "string", bytes, true), align, key: `string ${key}` };
      this.strings.set(key, sym);
      this.shared.madeString(sym, bytes, align);
    }
    return sym;
  }

  newLabel(label: LabelRef): LabelSym {
    this.shared.spoil();
    return { kind: "label", label, id: this.space.label() };
  }

  note(kind: LinkNote["kind"], message: string, fn: string, loc: Loc | null): void {
    this.shared.told({ kind, message, fn, loc });
    const key = `${kind}|${message}|${fn}|${loc?.file}:${loc?.line}:${loc?.col}`;
    if (this.noted.has(key)) return;
    this.noted.add(key);
    this.notes.push({ kind, message, fn, loc });
  }

  deadCheck(check: DeadCheck): void {
    this.shared.toldDead(check);
    const same = this.deadChecks.some(
      (d) =>
        d.text === check.text &&
        d.loc.file === check.loc.file &&
        d.loc.line === check.loc.line &&
        d.loc.col === check.loc.col,
    );
    if (!same) this.deadChecks.push(check);
  }

  // ---- functions ----------------------------------------------------------------------------------------------------

  functionId(sym: FunctionSym): number {
    if (sym.id >= 0) return sym.id;
    sym.id = this.space.functionId(sym.key ?? null, (id) => this.functionSyms[id] !== undefined);
    this.functionSyms[sym.id] = sym;
    const type = guarded(() => sym.type());
    while (this.functions.length < sym.id) this.functions.push(elsewhere(this.functions.length));
    this.functions[sym.id] = {
      id: sym.id,
      name: sym.name,
      path: sym.path,
      local: sym.def!.specs.storage === "static" && sym.path.endsWith(".c"),
      fidelity: this.options.layers[sym.layer]!.fidelity,
      loc: sym.def!.loc,
      sigKey: type === null ? "" : signatureKey(type),
      nparams: type?.params.length ?? 0,
      returnsValue: type !== null && type.ret.kind !== "void",
      variadic: type?.variadic ?? false,
      body: null,
    };
    return sym.id;
  }

  external(name: string): ReturnType<GenEnv["external"]> {
    if (this.options.natives.has(name)) return { kind: "native", index: this.space.native(name) };
    if (this.options.stubMode === "stop")
      return { kind: "trap", message: `call of undefined function \`${name}\`` };
    return { kind: "stub", index: this.space.stub(name) };
  }

  private lower(id: number): FnCode {
    const info = this.functions[id]!;
    if (info.body !== null) return info.body;
    const sym = this.functionSyms[id];
    if (sym === undefined) return trapBody("no function of this image is at this address", null);
    const def = sym.def!;
    try {
      info.body = this.generate(info, sym, def);
      for (const trap of info.body.traps) this.mistakes.add(trap.message);
      for (const message of info.body.hidden ?? []) this.mistakes.add(message);
      if (info.fidelity === "tree" && cannotRunWhole(info.body)) this.standIn(info, sym);
    } catch (f) {
      if (f instanceof CFail) this.mistakes.add(f.message);
      if (info.fidelity === "tree" && f instanceof CFail && this.standIn(info, sym)) return info.body!;
      // A mistake of the C, or a defect of ours: in both cases the function cannot run, and that is all.
      const message =
        f instanceof CFail
          ? f.message
          : `internal error in ${sym.name}(): ${f instanceof Error ? f.message : String(f)}`;
      info.body = trapBody(message, (f instanceof CFail ? f.loc : null) ?? def.loc);
      this.note("error", message, sym.name, def.loc);
    }
    return info.body;
  }

  /**
   * Takes the stand-in layer's definition for a tree function that has something that cannot run, when there is one of the
   * same type: the function's fidelity says so. Whether it was done.
   */
  private standIn(info: FnInfo, sym: FunctionSym): boolean {
    const layer = this.options.standInLayer;
    if (layer === undefined || sym.layer === layer) return false;
    const list = (this.index.names.get(sym.name) ?? []).filter((c) => c.layer === layer && c.def !== null);
    const c = list.find((x) => x.path === sym.path) ?? list[0];
    if (c === undefined) return false;
    const other = this.functionSym(c);
    const type = guarded(() => other.type());
    if (type === null || signatureKey(type) !== info.sigKey) return false;
    const why = info.body === null ? "it cannot be read" : (info.body.traps[0]?.message ?? "");
    try {
      info.body = this.generate(info, other, c.def!);
    } catch {
      return false;
    }
    this.note(
      "ignored",
      `the tree's ${sym.name}() cannot run here (${why}): the reference kernel's does`,
      sym.name,
      sym.def!.loc,
    );
    Object.assign(info, { fidelity: this.options.layers[layer]!.fidelity, path: c.path, loc: c.def!.loc });
    return true;
  }

  private analysed(sym: FunctionSym, def: FunctionDef): FnTree {
    const body = def.body; // may be parsed only now
    const error = def.bodyErrors.find((e) => e.severity === "error");
    if (error !== undefined || body === undefined)
      throw new CFail(`syntax: ${error?.message ?? "no body"}`, error?.loc ?? def.loc);
    return sym.nested?.tree ?? analyseFunction(this.sema(sym.path, sym.layer), sym, def);
  }

  private generate(info: FnInfo, sym: FunctionSym, def: FunctionDef): FnCode {
    const make = (env: GenEnv): FnCode =>
      genFunction(env, this.analysed(sym, def), (label, pc) => {
        this.space.labels[label] = { fn: info.id, pc };
      });
    // Counted lines have numbers of this image.
    if (this.options.coverage?.(sym.path, info.fidelity) === true) return make(withCoverage(this, true));
    return this.hosted || sym.nested !== undefined ? make(this) : this.shared.code(sym, def, make);
  }

  line(loc: Loc): number {
    let id = this.lineIds.get(loc);
    if (id === undefined) {
      id = this.lines.length;
      this.lines.push(loc);
      this.lineIds.set(loc, id);
    }
    return id;
  }

  private findFunction(name: string, path: string): number {
    const e = guarded(() => this.lookup(name, path));
    return e?.kind === "function" && e.sym.def !== null ? this.functionId(e.sym) : -1;
  }

  // ---- objects --------------------------------------------------------------------------------------------------------

  address(sym: Sym): bigint {
    switch (sym.kind) {
      case "label":
        return LABEL_BASE + BigInt(sym.id);
      case "function": {
        if (sym.def !== null) return TEXT_BASE + 16n * BigInt(this.functionId(sym));
        const how = this.external(sym.name);
        if (how.kind === "trap") throw new CFail(`address of undefined function \`${sym.name}\``, null);
        return (how.kind === "native" ? NATIVE_BASE : STUB_BASE) + 16n * BigInt(how.index);
      }
      case "object":
        return sym.address ?? this.layOut(sym);
    }
  }

  private layOut(sym: ObjectSym): bigint {
    if (this.hosted && this.sections === null) this.layOutSections();
    if (sym.address !== null) return sym.address;
    if (!sym.defined) return this.boundAddress(sym);
    const bytes = sym.bytes;
    const size = this.sizeOfObject(sym);
    const align = Math.max(bytes !== null ? sym.align : alignOf(sym.type()), sym.align, size >= 16 ? 16 : 8);
    const key = sym.key ?? (sym.storage === "static-local" ? sym.loc : null);
    sym.address = this.place(key, size, align);
    return this.fill(sym, sym.address, size);
  }

  private sizeOfObject(sym: ObjectSym): number {
    if (sym.bytes !== null) return sym.bytes.length;
    const plan = sym.plan();
    return Math.max(plan?.size ?? 0, this.objectSize(sym, sym.type()));
  }

  /** The objects of each bounded section stand together, each at its own alignment, as a linker puts them. */
  private layOutSections(): void {
    this.sections = boundedSections(this.index.names);
    for (const [name, section] of this.sections) {
      const placed: { sym: ObjectSym; offset: number; size: number }[] = [];
      let end = 0;
      let largest = 8;
      guarded(() => {
        for (const c of section.objects) {
          const e = this.entity(c);
          if (e?.kind !== "object") continue;
          const size = this.sizeOfObject(e.sym);
          const align = Math.max(alignOf(e.sym.type()), e.sym.align);
          const offset = Math.ceil(end / align) * align;
          placed.push({ sym: e.sym, offset, size });
          end = offset + size;
          largest = Math.max(largest, align);
        }
      });
      if (section.within !== null || placed.length < section.objects.length || placed.length === 0) continue;
      const start = this.place(null, end, largest);
      this.bounds.set(name, { start, stop: start + BigInt(end) });
      for (const { sym, offset } of placed) sym.address = start + BigInt(offset);
      for (const { sym, size } of placed) this.fill(sym, sym.address!, size);
    }
  }

  /** `__start_SEC` and `__stop_SEC`; nothing else has an address without a definition. */
  private boundAddress(sym: ObjectSym): bigint {
    const bound = boundOf(sym.name);
    const range = bound === null ? undefined : this.bounds.get(bound.section);
    if (bound !== null && range !== undefined) {
      sym.address = bound.end ? range.stop : range.start;
      return sym.address;
    }
    const within = bound === null ? undefined : this.sections?.get(bound.section)?.within?.declarator.name;
    const why =
      typeof within === "string"
        ? `: ${within}() has a static object in its section, whose place there is not known`
        : "";
    throw new CFail(`\`${sym.name}\` is declared and nothing defines it${why}`, sym.loc);
  }

  /** Enters an object that has its address; returns that. */
  private fill(sym: ObjectSym, address: bigint, size: number): bigint {
    const plan = sym.plan();
    const bytes = sym.bytes;
    const init =
      bytes ??
      (plan === null
        ? null
        : planBytes(this, plan, (f) =>
            this.note("error", `\`${sym.name}\`: ${f.message}`, "", f.loc ?? sym.loc),
          ));
    const kind =
      sym.storage === "static-local" ? "static-local" : sym.storage === "global" ? "global" : "string";
    const info = {
      name: sym.name,
      address,
      size,
      readonly: sym.readonly,
      kind,
      init,
      loc: sym.loc,
    } as const;
    this.globals.push(info);
    this.globalOf.set(sym, info);
    return address;
  }

  private objectSize(sym: ObjectSym, type: CType): number {
    // A tentative definition without a length has one element.
    if (type.kind === "array" && type.length === null) return sizeOf(type.of, sym.loc);
    if (type.kind === "void" || type.kind === "function")
      throw new CFail(`\`${sym.name}\` has type ${typeText(type)}`, sym.loc);
    return sizeOf(type, sym.loc);
  }

  private place(key: SpaceKey, size: number, align: number): bigint {
    const at = this.space.place(key, size, align, this.placed);
    if (at < 0) throw new CFail("the static objects do not fit in 1 GiB", null);
    this.placed.add(at);
    return DATA_BASE + BigInt(at);
  }

  template(bytes: Uint8Array, align: number): bigint {
    const key = `${align}:${bytesKey(bytes)}`;
    let address = this.templates.get(key);
    if (address === undefined) {
      address = this.place(`initialiser ${key}`, bytes.length, Math.max(8, align));
      this.globals.push({
        name: "<initialiser>",
        address,
        size: bytes.length,
        readonly: true,
        kind: "string",
        init: bytes.slice(),
        loc: null,
      });
      this.templates.set(key, address);
    }
    return address;
  }

  bytesOf(sym: ObjectSym): Uint8Array | null {
    if (sym.bytes !== null) return sym.bytes;
    if (!sym.defined) return null;
    this.address(sym);
    const info = this.globalOf.get(sym);
    if (info === undefined) return null;
    return info.init ?? (info.size <= 1 << 20 ? new Uint8Array(info.size) : null);
  }

  private globalAddress(name: string): bigint | null {
    return guarded(() => {
      const e = this.lookup(name, "");
      return e?.kind === "object" && e.sym.defined ? this.address(e.sym) : null;
    });
  }

  // ---- questions of the TypeScript side ---------------------------------------------------------------------------

  private typeLayout(name: string): TypeLayout | null {
    const m = /^(struct|union)\s+(\w+)$/.exec(name.trim());
    let type: CType;
    if (m !== null) {
      const tag = this.tag(m[1] as "struct" | "union", m[2]!, "");
      if (tag.kind !== "record") return null;
      type = { kind: "record", info: tag.info, quals: 0 };
    } else {
      const e = this.lookup(name.trim(), "");
      if (e?.kind !== "typedef") return null;
      type = e.type;
    }
    const fields = new Map<string, FieldLayout>();
    if (type.kind !== "record") return { size: sizeOf(type), align: alignOf(type), fields };
    const layout = recordLayout(type);
    flatten(type, 0, fields);
    return { size: layout.size, align: layout.align, fields };
  }

  private constant(name: string): bigint | null {
    const e = this.lookup(name, "");
    if (e?.kind === "enumerator") return e.value;
    const units = this.options.layers.flatMap((layer) => layer.units);
    // What a file says for itself goes before what all files have.
    for (const own of [true, false]) {
      for (const unit of units) {
        const macro = own ? unit.own?.get(name) : unit.macros?.get(name);
        if (macro == null || macro.params !== null || unit.macros === undefined) continue;
        const macros = unit.macros.copy();
        if (own) for (const m of unit.own!.values()) if (m !== null) macros.set(m);
        const { tokens } = preprocessText(name, { macros, path: "<constant>" });
        const { expr } = parseExpression(tokens, { unknownTypes: "assume" });
        if (expr === null) continue;
        const s = this.sema(unit.path, 0);
        const v = evalConst(this, HOOKS.expr({ ...s, unevaluated: 1 }, expr));
        if (typeof v === "bigint") return v;
      }
    }
    return null;
  }
}

/** In the place of a function that only another image of the space has. */
function elsewhere(id: number): FnInfo {
  return {
    id,
    name: "",
    path: "",
    local: false,
    fidelity: "stub",
    loc: null,
    sigKey: "",
    nparams: 0,
    returnsValue: false,
    variadic: false,
    body: null,
  };
}

function bytesKey(bytes: Uint8Array): string {
  let key = "";
  for (let i = 0; i < bytes.length; i++) key += String.fromCharCode(bytes[i]!);
  return key;
}

/** Asks for each name until there is an answer: every run asks the same. What is not known may come to be. */
function known<T extends object | bigint>(ask: (name: string) => T | null): (name: string) => T | null {
  const answers = new Map<string, T>();
  return (name) => {
    let answer = answers.get(name) ?? null;
    if (answer === null && (answer = ask(name)) !== null) answers.set(name, answer);
    return answer;
  };
}

/** Runs something that the C may make impossible; null then. Questions about a broken kernel have no answer, not a crash. */
function guarded<T>(make: () => T): T | null {
  try {
    return make();
  } catch {
    return null;
  }
}

function flatten(t: RecordType, base: number, fields: Map<string, FieldLayout>): void {
  for (const f of recordLayout(t).fields) {
    if (f.name === null) {
      if (f.type.kind === "record") flatten(f.type, base + f.offset, fields);
      continue;
    }
    const element = f.type.kind === "array" ? innermost(f.type) : f.type;
    const offset = base + f.offset;
    fields.set(f.name, {
      offset,
      size: f.type.kind === "array" && f.type.length === null ? 0 : sizeOf(f.type),
      signed: isInteger(f.type) && intOf(f.type).signed,
      bit: f.bit === null ? null : { ...f.bit, offset, signed: intOf(f.type).signed },
      record:
        element.kind === "record"
          ? `${element.info.union ? "union" : "struct"} ${element.info.tag ?? ""}`
          : null,
      count: f.type.kind === "array" ? (f.type.length ?? 0) : null,
    });
  }
}

/** A record without a tag is called by the first typedef of it. */
function named(name: string, type: CType): CType {
  if (type.kind === "record" && type.info.tag === null) type.info.alias ??= name;
  return type;
}

function innermost(t: CType): CType {
  return t.kind === "array" ? innermost(t.of) : t;
}

/** Some statement of it is a trap for want of a type, a name or a feature. */
function cannotRunWhole(body: FnCode): boolean {
  return body.traps.some((t) => t.kind === "unsupported");
}

const NO_SIGS: readonly CallSignature[] = [];

function trapBody(message: string, loc: Loc | null): FnCode {
  return {
    code: Int32Array.of(Op.TRAP, 0, 0, 0),
    locs: [loc ?? NOWHERE],
    consts: new BigInt64Array(0),
    switches: [],
    bitfields: [],
    sigs: NO_SIGS,
    traps: [{ kind: "unsupported", message }],
    nregs: 8,
    frameSize: 0,
    locals: [],
  };
}
