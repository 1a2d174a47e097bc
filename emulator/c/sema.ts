/**
 * The context of semantic analysis: where code stands (path, layer, function, scope) and what it may ask of the linker.
 * The analysis itself is spread over types.ts, sema_expr.ts, sema_init.ts, sema_builtin.ts and sema_stmt.ts, which call
 * each other through `hooks` so that no two modules import each other.
 */
import type { CompoundStmt, EnumSpec, Expr, Init, Loc, RecordSpec } from "./ast.ts";
import type { CType, EnumInfo, FunctionType, RecordInfo } from "./ctype.ts";
import type {
  Entity,
  FunctionSym,
  InitPlan,
  LabelRef,
  LabelSym,
  LocalVar,
  ObjectSym,
  S,
  SBlock,
  SLoop,
  SSwitch,
  X,
} from "./tree.ts";

export interface EnumState {
  readonly info: EnumInfo;
  readonly values: Map<string, bigint>;
  done: boolean;
}

export type TagInfo =
  | { readonly kind: "record"; readonly info: RecordInfo }
  | { readonly kind: "enum"; readonly info: EnumInfo };

/** What analysis needs of the linker. */
export interface LinkScope {
  /** A file-scope name as code of `path` sees it. */
  lookup(name: string, path: string): Entity | null;
  /** A file-scope tag; an incomplete type when nothing defines it. */
  tag(kind: "struct" | "union" | "enum", name: string, path: string): TagInfo;
  isNative(name: string): boolean;
  readonly hosted: boolean;
  /** The type that the declarations in the caller's own layer give a function; null when there are none. */
  declaredIn(name: string, layer: number, path: string): FunctionType | null;
  /** The static function of this name that the caller's own layer has in the caller's file; null when it has none. */
  staticIn(name: string, layer: number, path: string): FunctionSym | null;
  /** A symbol for a function or object that nothing defines. */
  undefinedFunction(name: string, type: FunctionType): FunctionSym;
  undefinedObject(name: string, type: CType, loc: Loc): ObjectSym;
  string(bytes: Uint8Array, align: number): ObjectSym;
  newLabel(label: LabelRef): LabelSym;
  note(kind: "signature" | "ignored" | "error", message: string, fn: string, loc: Loc | null): void;
  deadCheck(check: { loc: Loc; fn: string; text: string; always: boolean }): void;
  readonly records: Map<RecordSpec, RecordInfo>;
  readonly enums: Map<EnumSpec, EnumState>;
}

export interface Scope {
  readonly parent: Scope | null;
  readonly names: Map<string, Entity>;
  readonly tags: Map<string, TagInfo>;
}

/** State of the function being analysed. */
export interface FnState {
  readonly name: string;
  readonly type: FunctionType;
  /** Labels by name; the last map is the innermost `__label__` scope. */
  readonly labelScopes: Map<string, LabelRef>[];
  readonly labels: LabelRef[];
  readonly targets: (SLoop | SSwitch)[];
  block: SBlock | null;
  /** The outermost block. */
  body: SBlock | null;
  readonly variadic: LocalVar | null;
  /** The function that this one is nested in. */
  readonly outer: FnState | null;
  /** Address of the frame memory of `outer`. */
  readonly chain: LocalVar | null;
  /** Pointers to the locals that are not in frame memory themselves, for nested functions. */
  readonly pointers: Map<LocalVar, LocalVar>;
  /** Assignments of array lengths that the types just resolved need, to be placed before their use. */
  pending: X[];
  /** What __func__ names. */
  ownName: ObjectSym | null;
  /** Statements (and cases, and labels) that can be jumped to, and everything around them. */
  readonly labelled: Set<S>;
  /** Labels and cases placed so far. */
  placed: number;
}

export interface Hooks {
  /** Analyses an expression as written: arrays and functions are not converted to pointers. */
  expr(s: Sema, e: Expr): X;
  block(s: Sema, b: CompoundStmt, isExpr: boolean): { block: SBlock; value: X | null };
  init(s: Sema, type: CType, init: Init, loc: Loc): InitPlan;
}

export interface Sema {
  readonly link: LinkScope;
  readonly path: string;
  readonly layer: number;
  readonly fn: FnState | null;
  readonly hooks: Hooks;
  scope: Scope | null;
  /** Inside sizeof, typeof ...: nothing will be executed. */
  unevaluated: number;
  /** Inside a prototype: array lengths need not be constant. */
  prototype: boolean;
  /** Inside the initialiser of a static local. */
  staticInit: number;
}

export function pushScope(s: Sema): Scope {
  const scope: Scope = { parent: s.scope, names: new Map(), tags: new Map() };
  s.scope = scope;
  return scope;
}

export function popScope(s: Sema): void {
  s.scope = s.scope!.parent;
}

/** Finds an identifier: innermost block first, then the file scope. */
export function lookupName(s: Sema, name: string): Entity | null {
  for (let scope = s.scope; scope !== null; scope = scope.parent) {
    const found = scope.names.get(name);
    if (found !== undefined) return found;
  }
  return s.link.lookup(name, s.path);
}

/** A local of the running function. */
export function newLocal(s: Sema, name: string, type: CType, loc: Loc, hidden = false): LocalVar {
  const v: LocalVar = {
    name,
    type,
    loc,
    addressed: false,
    demoted: false,
    byReference: false,
    cleanup: null,
    reg: -1,
    offset: -1,
    hoisted: false,
    hidden,
    ...(s.fn === null ? {} : { owner: s.fn }),
  };
  s.fn?.block?.vars.push(v);
  return v;
}
