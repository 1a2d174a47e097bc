/**
 * Kernel images: the reference kernel of an era with the definitions of a patch side laid over it (architecture: layers).
 * The reference kernel is preprocessed and parsed once an era and kept; a side that redefines one of its macros gets a
 * parse of its own. Leaves out running (scenario/runner.ts) and finding the definitions in a mail (server/source).
 */
import type { CError, DeclSpecs, External, FunctionDef, Loc, SourceFile, TranslationUnit } from "./c/ast.ts";
import { type LinkUnit, linkImage } from "./c/link.ts";
import {
  type LoweredFunction,
  LoweredPacker,
  LoweredReader,
  type LoweredTables,
  sameDefinition,
} from "./c/lowered.ts";
import { type MacroDef, MacroTable } from "./c/macro_table.ts";
import { outline } from "./c/outline.ts";
import { type PackedText, packText, unpackText } from "./c/packed.ts";
import { type BodySource, type ParsedUnit, parse } from "./c/parser.ts";
import { predefinedMacros, preprocess } from "./c/preprocessor.ts";
import { loweredIn, offerCode } from "./c/shared_code.ts";
import { AddressSpace, type SpaceSeed } from "./c/space.ts";
import { expansionLoc, type Token } from "./c/token.ts";
import { type Era, eraDefines, NEWEST_ERA } from "./kernel/era.ts";
import { Machine } from "./machine/machine.ts";
import { unitsUnder } from "./overrides.ts";
import { referenceFiles } from "./reference/index.ts";
import type { Image } from "./vm/image.ts";

/** One file of a patch side: the definitions that the diff shows whole. Macros and types come first in `text`. */
export interface OverlayUnit {
  /** Kernel path ("fs/dax.c"). */
  readonly path: string;
  readonly text: string;
}

export interface KernelImage {
  readonly image: Image;
  readonly era: Era;
  /** Which overlay Image.files[i] is, by i; undefined: none. */
  readonly overlays: readonly (number | undefined)[];
  readonly errors: readonly CError[];
}

/** The reference kernel of an era, preprocessed and parsed. */
export interface ReferenceParse {
  readonly files: readonly SourceFile[];
  readonly macros: MacroTable;
  readonly typedefs: ReadonlySet<string>;
  readonly units: readonly LinkUnit[];
  readonly errors: readonly CError[];
  /** Every file-scope name, tag and enumerator; macros and typedefs included. */
  readonly names: ReadonlySet<string>;
}

/** Functions that the machine itself provides to the C. */
export const NATIVES: ReadonlySet<string> = new Set(
  new Machine({ params: new Map(), failures: new Map() }).natives().keys(),
);
const NONE: ReadonlySet<string> = new Set();
/** Plain parses that are kept, and those under other macros: on each of these hangs what is read of a kernel tree over it. */
const KEPT_PLAIN = 8;
const KEPT_UNDER_OTHERS = 4;
const plainParses = new Map<string, ReferenceParse>();
const parsesUnderOthers = new Map<string, ReferenceParse>();
const sourceByPath = new Map<string, SourceFile>(
  referenceFiles.map((f) => [f.path, { path: f.path, text: f.text, origin: "reference" as const }]),
);

/** Finds `<linux/dax.h>`, `"internal.h"` among the reference files. */
function resolveReference(name: string, system: boolean, fromPath: string): SourceFile | null {
  if (!system) {
    const folder = fromPath.slice(0, fromPath.lastIndexOf("/") + 1);
    const parts: string[] = [];
    for (const part of (folder + name).split("/")) {
      if (part === "..") parts.pop();
      else if (part !== "." && part !== "") parts.push(part);
    }
    const local = sourceByPath.get(parts.join("/"));
    if (local !== undefined) return local;
  }
  return sourceByPath.get(`include/${name}`) ?? null;
}

function eraDefine(era: Era, traits: readonly string[]): string {
  const more = traits.map((t) => `#define ${t}\n`).join("");
  const defines = eraDefines(era).map(([name, value]) => `#define ${name} ${value}\n`);
  return `${defines.join("")}#define FSC_ENGINE 1\n${more}`;
}

/** Groups externals by the file they were written in: the linker's rule for statics goes by path. */
function unitsByFile(
  externals: readonly External[],
  files: readonly SourceFile[],
  errors: readonly CError[],
): LinkUnit[] {
  const groups = new Map<number, External[]>();
  for (const e of externals) {
    const list = groups.get(e.loc.file);
    if (list === undefined) groups.set(e.loc.file, [e]);
    else list.push(e);
  }
  return [...groups].map(([file, list]) => {
    const tu: TranslationUnit = { externals: list, errors: errors.filter((e) => e.loc.file === file) };
    return { path: files[file]?.path ?? "", tu };
  });
}

/** Places kept free at the head of every file table for a side's own files, so that one parse serves every patch. */
export const MAX_OVERLAYS = 64;
const NO_FILE: SourceFile = { path: "", text: "", origin: "diff" };

/** The reference kernel of an era as one preprocessed text. */
interface PreprocessedReference {
  readonly files: readonly SourceFile[];
  readonly macros: MacroTable;
  readonly tokens: readonly Token[];
  readonly errors: readonly CError[];
  /** Bodies whose tokens are not among the tokens. */
  readonly bodies?: BodySource;
}

/** A preprocessed reference kernel as a build leaves it. */
export interface ShippedReference {
  /** Of the sources it was made of: another one is not used. */
  readonly digest: string;
  readonly text: PackedText;
  readonly counter: number;
  /** The file table: a path of the reference kernel, or a file of our making. */
  readonly files: readonly (string | SourceFile)[];
}

let shipped: ((key: string) => ShippedReference | null) | null = null;

/**
 * Where preprocessed reference kernels are to be had: asked with the era and the traits ("v6.15"), null: there is none. The
 * emulator itself reads no files, so whoever starts it says.
 */
export function useShipped(find: (key: string) => ShippedReference | null): void {
  shipped = find;
}

/** The lowered functions of the reference kernels of all eras, as a build leaves them. */
export interface ShippedCode {
  readonly digest: string;
  readonly tables: LoweredTables;
  /** What they are called and where their objects lie, in all eras. */
  readonly space: SpaceSeed;
  /** A function of an era by `lowered()`'s key; null when it has none. */
  find(era: string, key: string): LoweredFunction | null;
}

let shippedCode: (() => ShippedCode | null) | null = null;
let foundCode: ShippedCode | null | undefined;

/** Where lowered functions are to be had: asked once. */
export function useShippedCode(find: () => ShippedCode | null): void {
  shippedCode = find;
  foundCode = undefined;
}

function codeAtHand(): ShippedCode | null {
  if (foundCode === undefined) {
    foundCode = shippedCode?.() ?? null;
    if (foundCode?.digest !== referenceDigest()) foundCode = null;
  }
  return foundCode;
}

const definitionKey = (path: string, def: FunctionDef): string => `${path} ${def.declarator.name}`;

/** The functions of a parse by their keys; those whose key several have are in none. */
function definitions(units: readonly LinkUnit[]): Map<string, FunctionDef> {
  const found = new Map<string, FunctionDef>();
  const twice = new Set<string>();
  for (const { path, tu } of units)
    for (const e of tu.externals) {
      if (e.kind !== "function") continue;
      const key = definitionKey(path, e);
      if (found.has(key)) twice.add(key);
      found.set(key, e);
    }
  for (const key of twice) found.delete(key);
  return found;
}

/** Offers what the build has lowered for the functions of a parse; `plain` is the parse that it lowered. */
function offerLowered(era: Era, parsed: ReferenceParse, plain: ReferenceParse): void {
  const base = plain === parsed ? null : definitions(plain.units);
  let reader: LoweredReader | null = null;
  for (const [key, def] of definitions(parsed.units))
    offerCode(def, () => {
      const code = codeAtHand();
      const twin = base?.get(key);
      if (code === null || (base !== null && (twin === undefined || !sameDefinition(def, twin)))) return null;
      const made = code.find(era, key);
      if (made === null) return null;
      let reading = reader;
      if (reading?.tables !== code.tables) reader = reading = new LoweredReader(code.tables, parsed.files);
      return (question, answer) => reading.read(made, question, answer);
    });
}

/** Lowers the reference kernels of `eras` for useShippedCode(): those of its functions whose code can be left. */
export function lowerReferences(eras: readonly Era[]): {
  readonly code: Omit<ShippedCode, "find">;
  readonly functions: ReadonlyMap<Era, ReadonlyMap<string, LoweredFunction>>;
} {
  const space = new AddressSpace();
  const packer = new LoweredPacker();
  const functions = new Map<Era, Map<string, LoweredFunction>>();
  for (const era of eras) {
    const { image } = buildKernelImage(era, [], space);
    const all = definitions(parseReference(era, [], null).units);
    const left = new Map<string, LoweredFunction>();
    for (const [key, def] of all) {
      const id = image.findFunction(def.declarator.name ?? "", key.slice(0, key.indexOf(" ")));
      if (id >= 0) image.lower(id);
    }
    for (const [key, def] of all) {
      const shared = loweredIn(space).of(def);
      if (shared !== null) left.set(key, packer.pack(shared, image.files));
    }
    functions.set(era, left);
  }
  const { questions, answers } = loweredIn(space);
  const code = { digest: referenceDigest(), tables: packer.tables(questions, answers), space: space.seed() };
  return { code, functions };
}

let digest: string | null = null;

/** Names the sources of the reference kernel: their lengths and a hash of their texts. */
export function referenceDigest(): string {
  if (digest !== null) return digest;
  let h = 0x811c9dc5 | 0;
  let length = 0;
  for (const f of referenceFiles) {
    for (const text of [f.path, f.text]) {
      length += text.length;
      for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
      h = Math.imul(h ^ text.length, 0x01000193) ^ (h >>> 15);
    }
  }
  digest = `1:${referenceFiles.length}:${length}:${h >>> 0}`;
  return digest;
}

/** Preprocesses the reference kernel of an era for useShipped(); null when it has errors. `known`: strings of another era's. */
export function packReference(era: Era, known: readonly string[] = []): ShippedReference | null {
  const pre = preprocessReference(era, [], null, NONE, []);
  if (pre.errors.length > 0) return null;
  const { bodies } = parse(pre.tokens, { lazyBodies: true });
  return {
    digest: referenceDigest(),
    text: packText(pre.tokens, pre.macros, bodies, known),
    counter: pre.macros.counter,
    files: pre.files.map((f) => (sourceByPath.get(f.path) === f ? f.path : f)),
  };
}

function unpackReference(s: ShippedReference): PreprocessedReference {
  const { tokens, macros, bodies } = unpackText(s.text);
  const table = new MacroTable(macros);
  table.counter = s.counter;
  const files = s.files.map((f) => (typeof f !== "string" ? f : sourceByPath.get(f)!));
  return { files, macros: table, tokens, errors: [], bodies };
}

function preprocessReference(
  era: Era,
  overlay: readonly SourceFile[],
  override: MacroTable | null,
  gone: ReadonlySet<string>,
  traits: readonly string[],
): PreprocessedReference {
  const files: SourceFile[] = new Array<SourceFile>(MAX_OVERLAYS).fill(NO_FILE);
  overlay.forEach((o, i) => {
    files[i] = o;
  });
  const macros = predefinedMacros(files);
  preprocess(
    { path: "<era>", text: eraDefine(era, traits), origin: "builtin" },
    { files, macros, resolve: () => null },
  );
  const sticky = new Set<string>(gone);
  for (const macro of override ?? []) {
    macros.set(macro);
    sticky.add(macro.name);
  }
  const main = referenceFiles
    .filter((f) => f.path.endsWith(".c"))
    .map((f) => `#include "/${f.path}"\n`)
    .join("");
  const pre = preprocess(
    { path: "reference.c", text: main, origin: "reference" },
    {
      files,
      macros,
      sticky,
      resolve: (name, system, from) =>
        name.startsWith("/")
          ? (sourceByPath.get(name.slice(1)) ?? null)
          : resolveReference(name, system, from),
    },
  );
  return { files, macros, tokens: pre.tokens, errors: pre.errors };
}

/**
 * The reference kernel of `era`, parsed once and kept. With `override`, its macros stand above the reference's own, and the
 * names in `gone` are no macros at all; `overlay` are the files they were written in. `traits` are lines for `#define` that
 * choose between forms of the reference kernel.
 */
export function parseReference(
  era: Era,
  overlay: readonly SourceFile[],
  override: MacroTable | null,
  gone: ReadonlySet<string> = NONE,
  traits: readonly string[] = [],
): ReferenceParse {
  const base = [era, ...traits].join(" ");
  const key = override === null ? base : [base, ...[...override].map(macroText), "", ...gone].join("\n");
  const kept = override === null ? plainParses : parsesUnderOthers;
  const known = kept.get(key);
  if (known !== undefined) return keepLast(kept, key, known);
  if (override !== null && gone.size === 0) {
    const plain = parseReference(era, [], null, NONE, traits);
    const result = parseUnder(plain, override);
    if (result !== null) return keepLast(kept, key, result);
  }
  const result = keepLast(kept, key, parseWhole(era, overlay, override, gone, traits));
  if (traits.length === 0)
    offerLowered(era, result, override === null ? result : parseReference(era, [], null));
  return result;
}

/** Keeps a parse as the one that was used last, and lets the one go that was not for longest where there are too many. */
function keepLast(kept: Map<string, ReferenceParse>, key: string, parsed: ReferenceParse): ReferenceParse {
  kept.delete(key);
  kept.set(key, parsed);
  const most = kept === plainParses ? KEPT_PLAIN : KEPT_UNDER_OTHERS;
  if (kept.size > most) kept.delete(kept.keys().next().value!);
  return parsed;
}

/** A plain parse under other macros, as far as that is to be had without reading all again. */
function parseUnder(plain: ReferenceParse, override: MacroTable): ReferenceParse | null {
  if (plain.errors.length > 0) return null;
  const macros = plain.macros.copy();
  const names = new Set(plain.names);
  for (const m of override) {
    macros.set(m);
    names.add(m.name);
  }
  const units = unitsUnder(plain, override, macros);
  return units === null ? null : { ...plain, macros, names, units };
}

/** As parseReference(), all of it read and nothing kept. */
export function parseWhole(
  era: Era,
  overlay: readonly SourceFile[],
  override: MacroTable | null,
  gone: ReadonlySet<string>,
  traits: readonly string[],
): ReferenceParse {
  const base = [era, ...traits].join(" ");
  const ready = override === null ? (shipped?.(base) ?? null) : null;
  const pre =
    ready !== null && ready.digest === referenceDigest()
      ? unpackReference(ready)
      : preprocessReference(era, overlay, override, gone, traits);
  // Whoever uses the parse puts the files of his side there.
  const files = pre.files.map((f, i) => (i < MAX_OVERLAYS ? NO_FILE : f));
  const { macros, bodies } = pre;
  const unit = parse(pre.tokens, { lazyBodies: true, ...(bodies === undefined ? {} : { bodies }) });
  const errors = [...pre.errors, ...unit.errors];
  const names = namesOf(unit.externals);
  const { typedefs } = unit;
  for (const name of [...typedefs, ...macros.names()]) names.add(name);
  return { files, macros, typedefs, units: unitsByFile(unit.externals, files, errors), errors, names };
}

/** All that a use of the macro can show: its text and where each part of it stands. */
function macroText({ name, params, variadic, body, loc }: MacroDef): string {
  const at = ({ file, line, col }: Loc): string => `${file}:${line}:${col}`;
  const tokens = body.map((t) => `${t.space ? " " : ""}${t.kind} ${t.text}@${at(t.loc)}`);
  return [name, params?.join(), variadic, at(loc), ...tokens].join("|");
}

/** The macros that a side defines itself, with their places in its files. */
function overlayMacros(sources: readonly SourceFile[], base: MacroTable): MacroTable {
  const files = [...sources];
  const own = new MacroTable();
  for (const source of sources) {
    const table = base.copy();
    const before = new Map([...table].map((m) => [m.name, m]));
    preprocess(source, { files, macros: table, resolve: () => null, missingInclude: "ignore" });
    for (const m of table) if (before.get(m.name) !== m) own.set(m);
  }
  return own;
}

const spaces = new Map<Era, AddressSpace>();

/**
 * The address space of an era, common to all patches of a thread: what the reference kernel's functions were lowered to for
 * one of them is there for the next.
 */
export function spaceOf(era: Era): AddressSpace {
  let space = spaces.get(era);
  if (space === undefined || space.crowded) spaces.set(era, (space = new AddressSpace(codeAtHand()?.space)));
  return space;
}

/** The lines on which a text uses a macro: its own definitions aside. */
function usesOf(name: string, text: string): number[] {
  if (!text.includes(name)) return [];
  return text.split("\n").flatMap((line, i) => {
    const own = /^\s*#\s*(?:define|undef)\s+(\w+)/.exec(line);
    const rest = own !== null && own[1] === name ? line.slice(own[0].length) : line;
    return rest.match(/\w+/g)?.includes(name) === true ? [i + 1] : [];
  });
}

/**
 * Whether anything of the reference kernel that stays in force beside the side's own functions uses a macro: what it stands
 * for matters to the reference kernel then. By the look of the text, and rather too often than too seldom.
 */
function usedByReference(name: string, sources: readonly SourceFile[]): boolean {
  return referenceFiles.some((f) => {
    const uses = usesOf(name, f.text);
    if (uses.length === 0) return false;
    const own = sources.filter((s) => s.path === f.path).flatMap((s) => outline(s.text));
    const gone = outline(f.text).filter(
      (d) => d.kind === "function" && own.some((o) => o.kind === "function" && o.whole && o.name === d.name),
    );
    return uses.some((line) => !gone.some((d) => line >= d.startLine && line <= d.endLine));
  });
}

/**
 * Links the reference kernel of `era` with a patch side on top, in a space of its own or in that of the other side. Errors
 * in the C are in `errors` or trap when reached. `scenarios` are files of C beside the reference kernel's own scenarios.
 */
export function buildKernelImage(
  era: Era,
  overlay: readonly OverlayUnit[],
  space?: AddressSpace,
  scenarios: readonly OverlayUnit[] = [],
): KernelImage {
  const sources = overlay
    .slice(0, MAX_OVERLAYS)
    .map((u): SourceFile => ({ path: u.path, text: u.text, origin: "diff" }));
  const plain = parseReference(era, [], null);
  const own = overlayMacros(sources, plain.macros);
  const overrides = [...own].some((m) => plain.macros.has(m.name) && usedByReference(m.name, sources));
  const reference = overrides ? parseReference(era, sources, own) : plain;
  const files = [...reference.files];
  sources.forEach((s, i) => {
    files[i] = s;
  });
  const macros = reference.macros.copy();
  for (const m of own) macros.set(m);
  const typedefs = new Set(reference.typedefs);
  const errors: CError[] = [];
  const units: LinkUnit[] = [];
  for (const source of sources) {
    const unit = parsedUnit(source, files, macros, typedefs);
    for (const t of unit.typedefs) typedefs.add(t);
    errors.push(...unit.errors);
    units.push({ path: source.path, tu: unit, macros });
  }
  const written = writtenUnits(scenarios, files, macros, typedefs);
  errors.push(...written.flatMap((u) => u.tu.errors));
  const image = linkImage({
    layers: [
      { fidelity: "diff", units },
      { fidelity: "reference", units: [...written, ...reference.units.map((u) => ({ ...u, macros }))] },
    ],
    files,
    natives: NATIVES,
    stubMode: "record",
    coverage: (_path, fidelity) => fidelity === "diff",
    ...(space === undefined ? {} : { space }),
  });
  return { image, era, overlays: sources.map((_, i) => i), errors };
}

/**
 * Scenarios that came as files, parsed as the reference kernel's own are: with its macros and types. They stand at the end of
 * the file table, which grows by them.
 */
export function writtenUnits(
  scenarios: readonly OverlayUnit[],
  files: SourceFile[],
  macros: MacroTable,
  typedefs: ReadonlySet<string>,
): LinkUnit[] {
  return scenarios.map(({ path, text }): LinkUnit => {
    const { externals, errors } = parsedUnit({ path, text, origin: "reference" }, files, macros, typedefs);
    return { path, tu: { externals, errors }, macros };
  });
}

/** A file that stands beside the reference kernel, parsed whole with its macros and types; errors of both steps. */
function parsedUnit(
  source: SourceFile,
  files: SourceFile[],
  macros: MacroTable,
  typedefs: ReadonlySet<string>,
): ParsedUnit {
  const pre = preprocess(source, {
    files,
    macros: macros.copy(),
    resolve: () => null,
    missingInclude: "ignore",
  });
  const unit = parse(pre.tokens, { typedefs, lazyBodies: false, unknownTypes: "assume" });
  const { externals, typedefs: all, assumedTypes, bodies } = unit;
  return { externals, typedefs: all, assumedTypes, bodies, errors: [...pre.errors, ...unit.errors] };
}

const mentions = new Map<string, boolean>();
const MENTIONS_MAX = 4096;
/** So many names are looked for in the text; for more, all its words are gathered once. */
const SOUGHT_MAX = 400;
let sought = 0;
let words: Set<string> | null = null;

/** Whether a name stands in the reference kernel's text. */
function isWritten(name: string): boolean {
  if (words === null && ++sought <= SOUGHT_MAX) return referenceFiles.some((f) => f.text.includes(name));
  words ??= new Set(referenceFiles.flatMap((f) => f.text.match(/\w+/g) ?? []));
  return words.has(name);
}

/**
 * Whether some era may have a name: it stands somewhere in the reference kernel's text, may have been put together there, or
 * is a macro that the compiler has. For any other nothing has to be parsed.
 */
function isMentioned(name: string): boolean {
  let is = mentions.get(name);
  if (is === undefined) {
    is = isWritten(name) || mayBePasted(name) || builtIn().has(name);
    if (mentions.size >= MENTIONS_MAX) mentions.clear();
    mentions.set(name, is);
  }
  return is;
}

let pasted: { readonly before: ReadonlySet<string>; readonly after: ReadonlySet<string> } | null = null;

/** The words on both sides of each `##` of the reference kernel. */
function pastedParts(): NonNullable<typeof pasted> {
  const before = new Set<string>();
  const after = new Set<string>();
  for (const { text } of referenceFiles.filter((f) => f.text.includes("##"))) {
    const parts = text.split("##").map((p) => p.trim());
    parts.forEach((part, i) => {
      let at = part.length;
      while (at > 0 && /\w/.test(part[at - 1]!)) at--;
      if (i + 1 < parts.length) before.add(part.slice(at));
      if (i > 0) after.add(/^\w*/.exec(part)![0]);
    });
  }
  before.delete("");
  after.delete("");
  return { before, after };
}

/** Whether a name begins or ends as what some `##` of the reference kernel makes. */
function mayBePasted(name: string): boolean {
  pasted ??= pastedParts();
  return (
    [...pasted.before].some((w) => name.startsWith(w)) || [...pasted.after].some((w) => name.endsWith(w))
  );
}

let builtInMacros: MacroTable | null = null;

/** The macros that no file of the reference kernel defines. */
function builtIn(): MacroTable {
  if (builtInMacros !== null) return builtInMacros;
  const files: SourceFile[] = [];
  const macros = predefinedMacros(files);
  const text = eraDefine(NEWEST_ERA, []);
  preprocess({ path: "<era>", text, origin: "builtin" }, { files, macros, resolve: () => null });
  return (builtInMacros = macros);
}

/** Whether the reference kernel of an era has, declares or uses a function, type or macro of this name. */
export function referenceKnows(era: Era, name: string): boolean {
  if (!isMentioned(name)) return false;
  return parseReference(era, [], null).names.has(name);
}

const types = new WeakMap<ReferenceParse, ReadonlyMap<string, ReadonlySet<string>>>();

/** Members or enumerators of a type that the reference kernel of an era defines at file scope, by its tag; null for none. */
export function referenceMembers(era: Era, tag: string): ReadonlySet<string> | null {
  if (!isMentioned(tag)) return null;
  const reference = parseReference(era, [], null);
  let known = types.get(reference);
  if (known === undefined) {
    const found = new Map<string, Set<string>>();
    for (const e of reference.units.flatMap((u) => u.tu.externals)) {
      if (e.kind !== "declaration") continue;
      const { type } = e.specs;
      const tagged =
        type.kind === "struct" || type.kind === "union" || type.kind === "enum" ? type.tag : null;
      const names = membersOf(e.specs);
      if (tagged !== null && names !== null) found.set(tagged, names);
    }
    types.set(reference, (known = found));
  }
  return known.get(tag) ?? null;
}

/** Names in the braces of a type, those of types inside it included; null where it has none. */
function membersOf({ type }: DeclSpecs): Set<string> | null {
  if (type.kind === "enum") return type.items === null ? null : new Set(type.items.map((i) => i.name));
  if ((type.kind !== "struct" && type.kind !== "union") || type.members === null) return null;
  const names = new Set<string>();
  for (const { specs, declarators } of type.members) {
    for (const name of membersOf(specs) ?? []) names.add(name);
    for (const { declarator } of declarators) if (declarator.name !== null) names.add(declarator.name);
  }
  return names;
}

/**
 * Text of a function of the reference kernel, as its era has it: what that era's `#if` leaves out is not there. Null where
 * the era has none of that name.
 */
export function referenceFunction(era: Era, name: string): string | null {
  if (!isMentioned(name)) return null;
  const reference = parseReference(era, [], null);
  for (const unit of reference.units)
    for (const e of unit.tu.externals) {
      if (e.kind !== "function" || e.declarator.name !== name) continue;
      const source = sourceByPath.get(unit.path);
      if (source === undefined || e.endLoc.file !== e.loc.file) return null;
      const lines = source.text.split("\n").slice(e.loc.line - 1, e.endLoc.line);
      const used = linesOfEra(era, lines);
      return `${lines.filter((_, i) => used.has(i + 1)).join("\n")}\n`;
    }
  return null;
}

/** Text of a struct of the reference kernel, as its era has it, and the file it is in; null where the era has none of that tag. */
export function referenceRecord(
  era: Era,
  tag: string,
): { readonly path: string; readonly text: string } | null {
  for (const { path, text } of referenceFiles) {
    const from = path.endsWith(".h") ? text.indexOf(`\nstruct ${tag} {\n`) : -1;
    const to = from < 0 ? -1 : text.indexOf("\n}", from);
    if (to < 0) continue;
    const end = text.indexOf("\n", to + 1);
    const lines = text.slice(from + 1, end < 0 ? text.length : end).split("\n");
    const used = linesOfEra(era, lines);
    return { path, text: `${lines.filter((_, n) => used.has(n + 1)).join("\n")}\n` };
  }
  return null;
}

/** Numbers of the lines that an era has tokens on; of the macros only those that choose by era are known. */
function linesOfEra(era: Era, lines: readonly string[]): ReadonlySet<number> {
  const files: SourceFile[] = [];
  const macros = predefinedMacros(files);
  preprocess(
    { path: "<era>", text: eraDefine(era, []), origin: "builtin" },
    { files, macros, resolve: () => null },
  );
  const source: SourceFile = { path: "part.c", text: `${lines.join("\n")}\n`, origin: "reference" };
  const { tokens } = preprocess(source, { files, macros, resolve: () => null, missingInclude: "ignore" });
  return new Set(tokens.filter((t) => t.kind !== "eof").map((t) => expansionLoc(t.loc).line));
}

/** The file of the reference kernel that defines a function of this name in some era ("fs/dax.c"); null: none or several. */
export function referenceFileOf(name: string): string | null {
  if (!/^[A-Za-z_]\w*$/.test(name)) return null;
  // A definition begins its line, and its signature does not end in a semicolon.
  const definition = new RegExp(`^[A-Za-z_][\\w \\t*]*[ \\t*]${name}\\s*\\([^;{}]*\\)\\s*\\{`, "m");
  const paths = referenceFiles.filter(
    (f) =>
      f.path.endsWith(".c") &&
      !f.path.startsWith("scenarios/") &&
      f.text.includes(name) &&
      definition.test(f.text),
  );
  return paths.length === 1 ? paths[0]!.path : null;
}

const defined = new WeakMap<ReferenceParse, ReadonlySet<string>>();

/** Whether the reference kernel of an era has a function of this name, with a body. */
export function referenceDefines(era: Era, name: string): boolean {
  if (!isMentioned(name)) return false;
  const reference = parseReference(era, [], null);
  let names = defined.get(reference);
  if (names === undefined) {
    const all = reference.units.flatMap((u) => u.tu.externals);
    names = new Set(all.flatMap((e) => (e.kind === "function" ? [e.declarator.name ?? ""] : [])));
    defined.set(reference, names);
  }
  return names.has(name);
}

function namesOf(externals: readonly External[]): Set<string> {
  const all = new Set<string>();
  for (const e of externals) {
    if (e.kind === "function") all.add(e.declarator.name ?? "");
    if (e.kind !== "declaration") continue;
    for (const item of e.items) all.add(item.declarator.name ?? "");
    const { type } = e.specs;
    if (type.kind === "struct" || type.kind === "union" || type.kind === "enum") all.add(type.tag ?? "");
    if (type.kind === "enum") for (const item of type.items ?? []) all.add(item.name);
  }
  all.delete("");
  return all;
}

/** Errors of the reference kernel itself (a defect of the project: tests hold them to none). */
export function referenceErrors(era: Era): readonly CError[] {
  return parseReference(era, [], null).errors;
}
