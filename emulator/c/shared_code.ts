/**
 * Lowered code that images of one address space share. A function's code is the same in two images when its definition is
 * the same object and the linker of each answers alike all that lowering it asked: what a name, a tag, a declaration of its
 * layer is, how a record lies in memory. The questions are noted while a function is lowered; another image asks them of
 * itself, in that order, and takes the code over when it hears the same. What lowering did to the image (objects laid out,
 * functions numbered, things to tell) is done again. Answers say all that lowering can see of them, in words that do not
 * hang on the image: a record is named by its tag and file, and its layout is a question of its own. Leaves out how code is
 * made (link.ts, gen.ts). Code that has static locals, labels whose address is taken or counted lines is made anew.
 */
import type { DeadCheck, FnCode, LinkNote } from "../vm/image.ts";
import type { FunctionDef, Loc, SourceFile } from "./ast.ts";
import { type CType, isComplete, layoutOf, type RecordInfo } from "./ctype.ts";
import type { GenEnv } from "./gen.ts";
import { type LoweringWatcher, underWatch, watching } from "./lowering_watch.ts";
import type { Entity, FunctionSym, ObjectSym, Sym } from "./tree.ts";

/** Codes of one definition that are kept: by different answers. */
const KEPT_OF_A_FUNCTION = 6;

/** How an image can be asked for a symbol again. */
export type SymRef =
  | { readonly name: string; readonly path: string }
  | { readonly bytes: Uint8Array; readonly align: number };

/** What lowering did to its image, in order, and what it heard. */
export type Effect =
  | { readonly kind: "function"; readonly ref: SymRef; readonly is: number }
  | { readonly kind: "external"; readonly name: string; readonly is: string }
  | { readonly kind: "address"; readonly ref: SymRef | null; readonly name: string; readonly is: bigint }
  | { readonly kind: "template"; readonly bytes: Uint8Array; readonly align: number; readonly is: bigint }
  | { readonly kind: "bytes"; readonly ref: SymRef; readonly is: Uint8Array | null }
  | { readonly kind: "note"; readonly note: LinkNote }
  | { readonly kind: "dead"; readonly check: DeadCheck };

/** A question that lowering asks: its kind, then what it is about. */
export type Question = readonly ["name" | "tag" | "declared" | "layout", ...(string | number)[]];

export interface Shared {
  /** As the linker calls it (Answering.layerName). */
  readonly layer: string;
  readonly path: string;
  readonly questions: Int32Array;
  readonly answers: Int32Array;
  readonly effects: readonly Effect[];
  readonly code: FnCode;
}

/** The code that images of one address space have made, and numbers for questions and answers. */
class CodeStore {
  readonly questions: Question[] = [];
  private readonly questionIds = new Map<string, number>();
  private readonly givenIds = new Map<Question, number>();
  private readonly answerIds = new Map<string, number>();
  private readonly code = new WeakMap<FunctionDef, Shared[]>();

  question(q: Question): number {
    const key = q.join("\0");
    let id = this.questionIds.get(key);
    if (id === undefined) this.questionIds.set(key, (id = this.questions.push(q) - 1));
    return id;
  }

  /** As question(), of one of a table's, which many functions ask. */
  private given(q: Question): number {
    let id = this.givenIds.get(q);
    if (id === undefined) this.givenIds.set(q, (id = this.question(q)));
    return id;
  }

  answer(text: string): number {
    let id = this.answerIds.get(text);
    if (id === undefined) this.answerIds.set(text, (id = this.answerIds.size));
    return id;
  }

  of(def: FunctionDef): readonly Shared[] {
    const known = this.code.get(def);
    if (known !== undefined) return known;
    const read = offers.get(def)?.() ?? null;
    const list =
      read === null
        ? []
        : [
            read(
              (q) => this.given(q),
              (a) => this.answer(a),
            ),
          ];
    this.code.set(def, list);
    return list;
  }

  /** The answers by their numbers. */
  get answerTexts(): string[] {
    return [...this.answerIds.keys()];
  }

  keep(def: FunctionDef, shared: Shared): void {
    this.code.set(def, [...this.of(def).slice(1 - KEPT_OF_A_FUNCTION), shared]);
  }
}

/** Code of a definition that a build has left, with questions and answers as the taker numbers them. */
export type OfferedCode = (question: (q: Question) => number, answer: (text: string) => number) => Shared;

const offers = new WeakMap<FunctionDef, () => OfferedCode | null>();

/** Says that a build may have lowered a definition: `load` gives what it left, null when it is none of this definition. */
export function offerCode(def: FunctionDef, load: () => OfferedCode | null): void {
  offers.set(def, load);
}

/** What has been lowered in a space, for a build to leave: of some definitions, with all questions and answers. */
export function loweredIn(space: object): {
  readonly questions: readonly Question[];
  readonly answers: readonly string[];
  of(def: FunctionDef): Shared | null;
} {
  const store = storeOf(space);
  return {
    questions: store.questions,
    answers: store.answerTexts,
    of: (def) => store.of(def)[0] ?? null,
  };
}

const stores = new WeakMap<object, CodeStore>();

/** The code of the images of an address space. */
function storeOf(space: object): CodeStore {
  let store = stores.get(space);
  if (store === undefined) stores.set(space, (store = new CodeStore()));
  return store;
}

/** What sharing needs of the linker of an image. */
export interface Answering extends GenEnv {
  readonly files: readonly SourceFile[];
  /** What a layer is called in images that may have others beside it, and the layer of that name: -1 for none. */
  layerName(layer: number): string;
  layerNamed(name: string): number;
  lookup(name: string, path: string): Entity | null;
  tagType(kind: "struct" | "union" | "enum", name: string, path: string): CType | null;
  declaredIn(name: string, layer: number, path: string): CType | null;
  string(bytes: Uint8Array, align: number): ObjectSym;
  note(kind: LinkNote["kind"], message: string, fn: string, loc: Loc | null): void;
  deadCheck(check: DeadCheck): void;
}

/** Notes what the lowering of one function asks and does. */
class Recorder implements LoweringWatcher {
  readonly questions = new Set<number>();
  readonly effects: Effect[] = [];
  /** Something happened that another image cannot do again. */
  spoiled = false;
  private readonly code: SharedCode;

  constructor(code: SharedCode) {
    this.code = code;
  }

  ask(...q: Question): void {
    this.questions.add(this.code.store.question(q));
  }

  layout(record: object): void {
    this.ask("layout", this.code.recordKey(record as RecordInfo));
  }
}

/** One image's part: it answers for itself, records what it lowers, and takes over what others have lowered. */
export class SharedCode {
  readonly store: CodeStore;
  private readonly linker: Answering;
  private readonly answers: (number | undefined)[] = [];
  private readonly records = new Map<string, RecordInfo | null>();
  private readonly keys = new Map<RecordInfo, string>();
  private readonly refs = new Map<Sym, SymRef>();
  private recorder: Recorder | null = null;

  constructor(space: object, linker: Answering) {
    this.store = storeOf(space);
    this.linker = linker;
  }

  // ---- told by the linker -------------------------------------------------------------------------------------------

  /** The function that is being lowered looks a name up. */
  metName(name: string, path: string): void {
    this.now?.ask("name", name, path);
  }

  /** What a name is, the first time that it is looked up. */
  knows(name: string, path: string, entity: Entity): void {
    if ((entity.kind === "function" || entity.kind === "object") && !this.refs.has(entity.sym))
      this.refs.set(entity.sym, { name, path });
  }

  metTag(kind: string, name: string, path: string): void {
    this.now?.ask("tag", kind, name, path);
  }

  metDeclared(name: string, layer: number, path: string): void {
    this.now?.ask("declared", name, this.linker.layerName(layer), path);
  }

  madeString(sym: ObjectSym, bytes: Uint8Array, align: number): void {
    this.refs.set(sym, { bytes, align });
  }

  told(note: LinkNote): void {
    this.now?.effects.push({ kind: "note", note });
  }

  toldDead(check: DeadCheck): void {
    this.now?.effects.push({ kind: "dead", check });
  }

  /** Resolves something that its answer stands for; where there is none, nobody else can hear it. */
  aside<T>(work: () => T): T {
    const outer = watching();
    if (outer === null) return work();
    try {
      return underWatch(null, work);
    } catch (fault) {
      this.spoil();
      throw fault;
    }
  }

  /** What happens now cannot be done again in another image. */
  spoil(): void {
    if (this.recorder !== null) this.recorder.spoiled = true;
  }

  /** The recorder, unless something is being resolved aside. */
  private get now(): Recorder | null {
    return this.recorder !== null && this.recorder === watching() ? this.recorder : null;
  }

  // ---- making and taking code ---------------------------------------------------------------------------------------

  /** The code of a definition: taken over, or made by `make`, which generates with the environment that it is given. */
  code(sym: FunctionSym, def: FunctionDef, make: (env: GenEnv) => FnCode): FnCode {
    const layer = this.linker.layerName(sym.layer);
    for (const s of this.store.of(def))
      if (s.layer === layer && s.path === sym.path && this.answersAlike(s) && this.again(s.effects))
        return s.code;
    const recorder = new Recorder(this);
    const outer = this.recorder;
    this.recorder = recorder;
    let code: FnCode;
    try {
      code = unbound(underWatch(recorder, () => make(this.recorded(recorder))));
    } finally {
      this.recorder = outer;
    }
    if (!recorder.spoiled) {
      const questions = Int32Array.from(recorder.questions);
      const answers = questions.map((q) => this.answer(q));
      if (!answers.includes(NO_ANSWER))
        this.store.keep(def, {
          layer,
          path: sym.path,
          questions,
          answers,
          effects: recorder.effects,
          code,
        });
    }
    return code;
  }

  private answersAlike({ questions, answers }: Shared): boolean {
    for (let i = 0; i < questions.length; i++) if (this.answer(questions[i]!) !== answers[i]) return false;
    return true;
  }

  /** The linker as code generation sees it, what it is asked noted. */
  private recorded(recorder: Recorder): GenEnv {
    const { linker, refs } = this;
    // What cannot be had in this image, and traps in its code, may be had in another.
    const aside = <T>(work: () => T): T => {
      try {
        return underWatch(null, work);
      } catch (fault) {
        recorder.spoiled = true;
        throw fault;
      }
    };
    const { effects } = recorder;
    const refOf = (sym: Sym): SymRef | null => {
      const ref = refs.get(sym);
      if (ref === undefined) recorder.spoiled = true;
      return ref ?? null;
    };
    return {
      functionId: (sym) => {
        const is = aside(() => linker.functionId(sym));
        const ref = refOf(sym);
        if (ref !== null) effects.push({ kind: "function", ref, is });
        return is;
      },
      external: (name) => {
        const is = aside(() => linker.external(name));
        effects.push({ kind: "external", name, is: externalText(is) });
        return is;
      },
      address: (sym) => {
        const is = aside(() => linker.address(sym));
        const undefinedOne = sym.kind === "function" && sym.def === null;
        const ref = undefinedOne ? null : refOf(sym);
        effects.push({ kind: "address", ref, name: undefinedOne ? sym.name : "", is });
        return is;
      },
      template: (bytes, align) => {
        const is = aside(() => linker.template(bytes, align));
        effects.push({ kind: "template", bytes: bytes.slice(), align, is });
        return is;
      },
      bytesOf: (sym) => {
        const is = aside(() => linker.bytesOf(sym));
        const ref = refOf(sym);
        if (ref !== null) effects.push({ kind: "bytes", ref, is: is === null ? null : is.slice() });
        return is;
      },
      line: (loc) => {
        recorder.spoiled = true;
        return linker.line(loc);
      },
      coverage: linker.coverage,
      hosted: linker.hosted,
    };
  }

  /** Does to this image what lowering did to another; false when it hears something else. */
  private again(effects: readonly Effect[]): boolean {
    const { linker } = this;
    for (const e of effects) {
      switch (e.kind) {
        case "function": {
          const sym = this.symOf(e.ref);
          if (sym?.kind !== "function" || sym.def === null || linker.functionId(sym) !== e.is) return false;
          break;
        }
        case "external":
          if (externalText(linker.external(e.name)) !== e.is) return false;
          break;
        case "address":
          if (this.addressAgain(e.ref, e.name) !== e.is) return false;
          break;
        case "template":
          if (linker.template(e.bytes, e.align) !== e.is) return false;
          break;
        case "bytes": {
          const sym = this.symOf(e.ref);
          if (sym?.kind !== "object" || !sameBytes(linker.bytesOf(sym), e.is)) return false;
          break;
        }
        case "note":
        case "dead":
          break;
      }
    }
    for (const e of effects) {
      if (e.kind === "note") linker.note(e.note.kind, e.note.message, e.note.fn, e.note.loc);
      if (e.kind === "dead") linker.deadCheck(e.check);
    }
    return true;
  }

  private addressAgain(ref: SymRef | null, name: string): bigint | null {
    try {
      if (ref === null) {
        const type: CType = { kind: "void", quals: 0 };
        return this.linker.address({
          kind: "function",
          name,
          path: "",
          layer: -1,
          def: null,
          type: () => type as never,
          id: -1,
          noreturn: false,
        });
      }
      const sym = this.symOf(ref);
      return sym === null ? null : this.linker.address(sym);
    } catch {
      return null;
    }
  }

  private symOf(ref: SymRef): FunctionSym | ObjectSym | null {
    if ("bytes" in ref) return this.linker.string(ref.bytes, ref.align);
    const e = this.linker.lookup(ref.name, ref.path);
    return e?.kind === "function" || e?.kind === "object" ? e.sym : null;
  }

  // ---- answers ------------------------------------------------------------------------------------------------------

  /** What this image answers, as a number of the store; once. */
  private answer(q: number): number {
    const known = this.answers[q];
    if (known !== undefined) return known;
    const text = underWatch(null, () => {
      try {
        return this.answerText(this.store.questions[q]!);
      } catch (e) {
        return `! ${e instanceof Error ? e.message : String(e)}`;
      }
    });
    // What is not known may come to be.
    if (text === null) return NO_ANSWER;
    return (this.answers[q] = this.store.answer(text));
  }

  private answerText([kind, ...about]: Question): string | null {
    const [a, b, c] = about as [string, string, string];
    if (kind === "name") return this.entityText(this.linker.lookup(a, b));
    if (kind === "tag") {
      const type = this.linker.tagType(a as "struct", b, c);
      return type === null ? "nothing" : this.typeKey(type);
    }
    if (kind === "declared") {
      const type = this.linker.declaredIn(a, this.linker.layerNamed(b), c);
      return type === null ? "nothing" : this.typeKey(type);
    }
    const info = this.records.get(a);
    return info === undefined || info === null ? null : this.layoutText(info);
  }

  private entityText(e: Entity | null): string | null {
    if (e === null) return "nothing";
    switch (e.kind) {
      case "typedef":
        return `typedef ${this.typeKey(e.type)}`;
      case "enumerator":
        return `enumerator ${e.value} ${this.typeKey(e.type)}`;
      case "function": {
        const { name, path, layer, def, noreturn, weak } = e.sym;
        const flags = `${def === null ? "-" : "d"}${noreturn ? "n" : ""}${weak === true ? "w" : ""}`;
        return `function ${name} ${path} ${this.linker.layerName(layer)} ${flags} ${this.typeKey(e.sym.type())}`;
      }
      case "object": {
        const { name, path, storage, defined, readonly, align } = e.sym;
        return `object ${name} ${path} ${storage} ${defined} ${readonly} ${align} ${this.typeKey(e.sym.type())}`;
      }
      default:
        return null;
    }
  }

  private layoutText(info: RecordInfo): string {
    const type: CType = { kind: "record", info, quals: 0 };
    if (!isComplete(type)) return "incomplete";
    const { size, align, fields } = layoutOf(type);
    const parts = fields.map(({ name, type: t, offset, bit }) => {
      const bits = bit === null ? "" : `:${bit.offset},${bit.bytes},${bit.shift},${bit.width}`;
      return `${name ?? ""}@${offset}${bits} ${this.typeKey(t)}`;
    });
    return `${size} ${align} ${info.transparent} ${parts.join(";")}`;
  }

  /** A type as it is the same in all images. Notes the records in it, so that their layouts can be asked for. */
  private typeKey(t: CType): string {
    const about = `${t.quals === 0 ? "" : `q${t.quals}`}${t.align === undefined ? "" : `a${t.align}`}`;
    switch (t.kind) {
      case "void":
        return `v${about}`;
      case "int":
        return `i${t.name},${t.bits}${about}`;
      case "float":
        return `f${t.name}${about}`;
      case "enum":
        return `e${t.info.tag ?? ""},${t.info.complete},${t.info.int.name}${about}`;
      case "pointer":
        return `p${about}(${this.typeKey(t.to)})`;
      case "array":
        if (t.vla !== null && t.vla.count !== null) throw new Error("variable");
        return `[${t.vla !== null ? "*" : (t.length ?? "")}]${about}(${this.typeKey(t.of)})`;
      case "function": {
        const params = t.params.map((p) => this.typeKey(p.type)).join();
        return `(${params}${t.variadic ? ",..." : ""}${t.noProto ? "?" : ""})${about}${this.typeKey(t.ret)}`;
      }
      case "record":
        return `${this.recordKey(t.info)}${about}`;
    }
  }

  /** A record by its tag, or by its place, and the file that defines it. */
  recordKey(info: RecordInfo): string {
    const known = this.keys.get(info);
    if (known !== undefined) return known;
    const key = this.recordName(info);
    // An incomplete record may be completed.
    if (info.loc === null && info.layout === null) return this.noted(key, info);
    this.keys.set(info, key);
    return this.noted(key, info);
  }

  private noted(key: string, info: RecordInfo): string {
    const other = this.records.get(key);
    if (other === undefined) this.records.set(key, info);
    // Two that go by one name: nobody can ask for either.
    else if (other !== info) this.records.set(key, null);
    return key;
  }

  private recordName(info: RecordInfo): string {
    const kind = info.union ? "union" : "struct";
    const path = info.loc === null ? "" : (this.linker.files[info.loc.file]?.path ?? "");
    if (info.tag !== null) {
      const complete = isComplete({ kind: "record", info, quals: 0 });
      return `${kind} ${info.tag} ${complete ? path : "?"}`;
    }
    let at = "";
    for (let loc: Loc | undefined = info.loc ?? undefined; loc !== undefined; loc = loc.via)
      at += ` ${this.linker.files[loc.file]?.path}:${loc.line}:${loc.col}`;
    return `${kind}${at}`;
  }
}

const NO_ANSWER = -1;

/** The code without what ties it to the linker that made it: the types of its locals, which are told as text. */
const unbound = (code: FnCode): FnCode => ({
  ...code,
  locals: code.locals.map((l) => {
    const told = l.declared();
    return { ...l, declared: () => told };
  }),
});

function externalText(how: ReturnType<GenEnv["external"]>): string {
  return how.kind === "trap" ? `trap ${how.message}` : `${how.kind} ${how.index}`;
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((x, i) => x === b[i]);
}
