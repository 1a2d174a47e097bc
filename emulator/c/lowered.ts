/**
 * Lowered functions as a build leaves them: a function's code with what lowering it asked and did (shared_code.ts), as plain
 * data that hangs on no linker, so that an image that answers alike takes it over instead of lowering. Questions, answers
 * and places are numbers into tables that all eras have in common. Leaves out files and their formats (server/lowered_file.ts), and
 * which functions there are (kernel.ts).
 */
import type { DeadCheck, FnCode, LinkNote } from "../vm/image.ts";
import type { BodyToken, FunctionDef, Loc, SourceFile } from "./ast.ts";
import type { Effect, Question, Shared } from "./shared_code.ts";
import { makeLoc } from "./token.ts";

/** What the functions of a build have in common. */
export interface LoweredTables {
  readonly questions: readonly Question[];
  readonly answers: readonly string[];
  /** File, line, column, place it was expanded at + 1, macro + 1: paths and macros are in `strings`. */
  readonly locs: Int32Array;
  readonly strings: readonly string[];
}

type PackedEffect =
  | Exclude<Effect, { readonly kind: "note" | "dead" }>
  | { readonly kind: "note"; readonly note: Omit<LinkNote, "loc">; readonly at: number }
  | { readonly kind: "dead"; readonly check: Omit<DeadCheck, "loc">; readonly at: number };

/** One function; plain data, fit for a structured clone. */
export interface LoweredFunction {
  readonly layer: string;
  readonly path: string;
  readonly questions: Int32Array;
  readonly answers: Int32Array;
  readonly effects: readonly PackedEffect[];
  readonly code: Omit<FnCode, "locs" | "locals" | "signedAt" | "looseAt">;
  readonly locs: Int32Array;
  readonly locals: readonly (Omit<FnCode["locals"][number], "declared"> & {
    readonly type: string;
    readonly from: number;
  })[];
  readonly signedAt: Int32Array | null;
  readonly looseAt: Int32Array | null;
}

const LOC = 5;
const NO_PLACE = -1;

/** Puts functions by; `tables` grow with them. */
export class LoweredPacker {
  private readonly locs: number[] = [];
  private readonly locIds = new Map<string, number>();
  private readonly strings: string[] = [];
  private readonly stringIds = new Map<string, number>();

  /** A function's code; `files` are those of its image. */
  pack(shared: Shared, files: readonly SourceFile[]): LoweredFunction {
    const { layer, path, questions, answers } = shared;
    const { locs, locals, signedAt, looseAt, ...code } = shared.code;
    const at = (loc: Loc | null): number => (loc === null ? NO_PLACE : this.place(loc, files));
    return {
      layer,
      path,
      questions,
      answers,
      effects: shared.effects.map((e): PackedEffect => {
        if (e.kind === "note") {
          const { loc, ...note } = e.note;
          return { kind: "note", note, at: at(loc) };
        }
        if (e.kind === "dead") {
          const { loc, ...check } = e.check;
          return { kind: "dead", check, at: at(loc) };
        }
        return e;
      }),
      code,
      locs: Int32Array.from(locs, at),
      locals: locals.map(({ declared, ...l }) => ({ ...l, ...declared() })),
      signedAt: signedAt === undefined ? null : Int32Array.from(signedAt),
      looseAt: looseAt === undefined ? null : Int32Array.from(looseAt),
    };
  }

  tables(questions: readonly Question[], answers: readonly string[]): LoweredTables {
    return { questions, answers, locs: Int32Array.from(this.locs), strings: this.strings };
  }

  private place(l: Loc, files: readonly SourceFile[]): number {
    const via = l.via === undefined ? 0 : this.place(l.via, files) + 1;
    const macro = l.macro === undefined ? 0 : this.string(l.macro) + 1;
    const row = [this.string(files[l.file]?.path ?? ""), l.line, l.col, via, macro];
    const key = row.join();
    let id = this.locIds.get(key);
    if (id === undefined) this.locIds.set(key, (id = this.locs.push(...row) / LOC - 1));
    return id;
  }

  private string(s: string): number {
    let id = this.stringIds.get(s);
    if (id === undefined) this.stringIds.set(s, (id = this.strings.push(s) - 1));
    return id;
  }
}

/** Makes functions of a build into code again, for the images of one parse. */
export class LoweredReader {
  readonly tables: LoweredTables;
  private readonly files: ReadonlyMap<string, number>;
  private readonly places: (Loc | undefined)[] = [];

  constructor(tables: LoweredTables, files: readonly SourceFile[]) {
    this.tables = tables;
    this.files = new Map(files.map((f, i) => [f.path, i]));
  }

  /** `question` and `answer` give the numbers that the taker has for them. */
  read(f: LoweredFunction, question: (q: Question) => number, answer: (text: string) => number): Shared {
    const { questions, answers } = this.tables;
    const place = (id: number): Loc => this.place(id);
    const at = (id: number): Loc | null => (id === NO_PLACE ? null : place(id));
    let locs: readonly Loc[] | null = null;
    const code: FnCode = {
      ...f.code,
      // Few functions are asked where they stand.
      get locs() {
        locs ??= Array.from(f.locs, place);
        return locs;
      },
      locals: f.locals.map(({ type, from, ...l }) => {
        const told = { type, from };
        return { ...l, declared: () => told };
      }),
      ...(f.signedAt === null ? {} : { signedAt: new Set(f.signedAt) }),
      ...(f.looseAt === null ? {} : { looseAt: new Set(f.looseAt) }),
    };
    return {
      layer: f.layer,
      path: f.path,
      questions: f.questions.map((q) => question(questions[q]!)),
      answers: f.answers.map((a) => answer(answers[a]!)),
      effects: f.effects.map((e): Effect => {
        if (e.kind === "note") return { kind: "note", note: { ...e.note, loc: at(e.at) } };
        if (e.kind === "dead") return { kind: "dead", check: { ...e.check, loc: this.place(e.at) } };
        return e;
      }),
      code,
    };
  }

  private place(id: number): Loc {
    const known = this.places[id];
    if (known !== undefined) return known;
    const { locs, strings } = this.tables;
    const i = id * LOC;
    const via = locs[i + 3]!;
    const macro = locs[i + 4]!;
    const loc = makeLoc(
      this.files.get(strings[locs[i]!]!) ?? 0,
      locs[i + 1]!,
      locs[i + 2]!,
      via === 0 ? undefined : this.place(via - 1),
      macro === 0 ? undefined : strings[macro - 1],
    );
    this.places[id] = loc;
    return loc;
  }
}

/** Whether two parses have the same function, token by token and place by place. */
export function sameDefinition(a: FunctionDef, b: FunctionDef): boolean {
  const [x, y] = [a.bodyTokens?.(), b.bodyTokens?.()];
  if (x === undefined || y === undefined || x.length !== y.length) return false;
  return (
    x.every((t, i) => sameToken(t, y[i]!)) &&
    sameTree([a.specs, a.declarator, a.krDecls, a.loc], [b.specs, b.declarator, b.krDecls, b.loc])
  );
}

const sameToken = (a: BodyToken, b: BodyToken): boolean =>
  a.text === b.text && a.kind === b.kind && sameLoc(a.loc, b.loc);

/** As sameTree(), which asks each for its keys: there is a place for every token. */
const sameLoc = (a: Loc | undefined, b: Loc | undefined): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.line === b.line &&
    a.col === b.col &&
    a.file === b.file &&
    a.macro === b.macro &&
    sameLoc(a.via, b.via));

/** Whether two pieces of syntax say the same. */
function sameTree(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((k) => sameTree((a as Record<string, unknown>)[k], (b as Record<string, unknown>)[k]));
}
