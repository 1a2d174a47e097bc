/**
 * The typed tree between semantic analysis (sema_*.ts) and code generation (gen_*.ts): every conversion is explicit,
 * names are resolved, constants are folded, lvalues are addresses. Leaves out everything that executes.
 */

import type { FunctionDef, Loc } from "./ast.ts";
import type { BitPlace, CType, FunctionType } from "./ctype.ts";
import type { SpaceKey } from "./space.ts";

/** A local variable, parameter or hidden temporary of a function. */
export interface LocalVar {
  readonly name: string;
  type: CType;
  readonly loc: Loc;
  /** Its address is needed: it lives in frame memory. */
  addressed: boolean;
  /** May be read before it is written: it lives in frame memory, whose shadow knows. Found by flow.ts. */
  demoted: boolean;
  /** A record parameter: its register holds the address of the copy the callee owns. A VLA: the same. */
  byReference: boolean;
  /** Call of the `cleanup` function, evaluated when the scope ends. */
  cleanup: X | null;
  /** Code generation: register, or -1. */
  reg: number;
  /** Code generation: offset in frame memory, or -1. */
  offset: number;
  /** Lives from function entry on because its scope can be entered sideways. */
  hoisted: boolean;
  /** Made by the lowerer, not named in the source. */
  readonly hidden: boolean;
  /** The function that it belongs to; a nested function reaches it through its static chain. */
  readonly owner?: object;
}

/** A file-scope or static object. Laid out when code that names it is generated. */
export interface ObjectSym {
  readonly kind: "object";
  readonly name: string;
  readonly path: string;
  readonly loc: Loc | null;
  readonly storage: "global" | "static-local" | "string" | "constant";
  /** Resolved lazily: file-scope types are computed when first asked for. */
  type(): CType;
  /** The initialiser; null: all zero. */
  plan(): InitPlan | null;
  /** False when no layer defines it. */
  readonly defined: boolean;
  readonly readonly: boolean;
  /** Bytes of a string literal or constant template. */
  readonly bytes: Uint8Array | null;
  readonly align: number;
  address: bigint | null;
  /** What it is called in other images of the address space; absent: nothing. */
  readonly key?: SpaceKey;
}

/** A function as seen by name. */
export interface FunctionSym {
  readonly kind: "function";
  readonly name: string;
  /** "" when nothing defines it. */
  readonly path: string;
  readonly layer: number;
  readonly def: FunctionDef | null;
  type(): FunctionType;
  /** Image function id, -1 until it is asked for. */
  id: number;
  /** What it is called in other images of the address space; absent: nothing. */
  readonly key?: SpaceKey;
  readonly noreturn: boolean;
  /** Declared weak: when nothing defines it, its address is NULL. */
  readonly weak?: boolean;
  /** A function inside another one (GNU): what it is nested in, and its analysis. */
  readonly nested?: { readonly outer: object; tree: FnTree | null };
}

/** A label whose address is taken: `id` counts over the image. */
export interface LabelSym {
  readonly kind: "label";
  readonly label: LabelRef;
  readonly id: number;
}
export type Sym = ObjectSym | FunctionSym | LabelSym;

export interface LabelRef {
  readonly name: string;
  readonly loc: Loc;
  /** Innermost block it stands in; null until it is met. */
  block: SBlock | null;
  placed: boolean;
  used: boolean;
  sym: LabelSym | null;
  /** The function that it stands in. */
  readonly owner: object;
}

// ---- expressions ------------------------------------------------------------------------------------------------

export type BinOp = "add" | "sub" | "mul" | "div" | "rem" | "and" | "or" | "xor" | "shl" | "shr";
export type CmpOp = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

interface Node {
  readonly t: CType;
  readonly loc: Loc;
  /** Bit 0: has side effects. Bit 1: may write a local of this function. */
  readonly fx: number;
}
/** Integer or pointer constant, canonical. `ice`: an integer constant expression by the standard's rules. */
export interface XNum extends Node {
  readonly k: "num";
  readonly v: bigint;
}
export interface XFnum extends Node {
  readonly k: "fnum";
  readonly v: number;
}
export interface XAddr extends Node {
  readonly k: "addr";
  readonly sym: Sym;
  readonly off: number;
}
export interface XVar extends Node {
  readonly k: "var";
  readonly v: LocalVar;
}
/** Address of a local. */
export interface XVaddr extends Node {
  readonly k: "vaddr";
  readonly v: LocalVar;
  readonly off: number;
}
/** The object at base + off; an lvalue. */
export interface XMem extends Node {
  readonly k: "mem";
  readonly base: X;
  readonly off: number;
  readonly bf: BitPlace | null;
  /** Member of a packed struct: its address need not suit its type. */
  readonly loose?: boolean;
}
/** base + index * scale. `bound`: number of elements to check against, or null. */
export interface XIdx extends Node {
  readonly k: "idx";
  readonly base: X;
  readonly index: X;
  readonly scale: number;
  readonly bound: number | null;
  readonly addrOnly: boolean;
}
export interface XPadd extends Node {
  readonly k: "padd";
  readonly base: X;
  readonly off: number;
}
/** Address of a record value that is not an lvalue (a call's result ...). */
export interface XRecaddr extends Node {
  readonly k: "recaddr";
  readonly x: X;
}
export interface XUn extends Node {
  readonly k: "un";
  readonly op: "neg" | "not";
  readonly x: X;
}
export interface XLnot extends Node {
  readonly k: "lnot";
  readonly x: X;
}
export interface XBin extends Node {
  readonly k: "bin";
  readonly op: BinOp;
  readonly l: X;
  readonly r: X;
}
/** Both operands have the same type, which decides signedness. */
export interface XCmp extends Node {
  readonly k: "cmp";
  readonly op: CmpOp;
  readonly l: X;
  readonly r: X;
}
export interface XLogic extends Node {
  readonly k: "and" | "or";
  readonly l: X;
  readonly r: X;
}
export interface XCond extends Node {
  readonly k: "cond";
  readonly c: X;
  readonly a: X;
  readonly b: X;
}
export interface XComma extends Node {
  readonly k: "comma";
  readonly l: X;
  readonly r: X;
}
export interface XAssign extends Node {
  readonly k: "assign";
  readonly lv: X;
  readonly x: X;
}
/** lv = (t)((ot)lv op x); for pointers x is in bytes. */
export interface XOpassign extends Node {
  readonly k: "opassign";
  readonly lv: X;
  readonly op: BinOp;
  readonly x: X;
  readonly ot: CType;
}
/** ++ and --: `by` is in bytes for pointers. */
export interface XInc extends Node {
  readonly k: "inc";
  readonly lv: X;
  readonly by: number;
  readonly post: boolean;
}
export interface XConv extends Node {
  readonly k: "conv";
  readonly x: X;
}
export interface XCall extends Node {
  readonly k: "call";
  readonly target: FunctionSym | X;
  readonly ft: FunctionType;
  /** Converted arguments: first those of the parameters, then the variable ones. */
  readonly args: readonly X[];
  /** How many of `args` are not variable. */
  readonly named: number;
  /** Frame memory of the function that the called one is nested in. */
  readonly chain?: X;
}
export interface XStmt extends Node {
  readonly k: "stmt";
  readonly block: SBlock;
  readonly value: X | null;
}
/** Address of a compound literal after it has been initialised. */
export interface XComplit extends Node {
  readonly k: "complit";
  readonly v: LocalVar;
  readonly plan: InitPlan;
}
/** Address of the next variable argument of `slots` 8-byte slots. */
export interface XVaarg extends Node {
  readonly k: "vaarg";
  readonly list: X;
  readonly slots: number;
}
export interface XVastart extends Node {
  readonly k: "vastart";
  readonly list: X;
}
/** `kind` see AtomicKind. CMPXCHG: x expected, y desired. Result: the old value. */
export interface XAtom extends Node {
  readonly k: "atom";
  readonly kind: number;
  readonly addr: X;
  readonly size: number;
  readonly x: X;
  readonly y: X | null;
}
/** `kind` see BitKind. */
export interface XBits extends Node {
  readonly k: "bits";
  readonly kind: number;
  readonly x: X;
}
/** Raw operation on the bits of a double: sign bit, absolute value, copy of a sign. */
export interface XFbits extends Node {
  readonly k: "fbits";
  readonly op: "signbit" | "fabs" | "copysign";
  readonly x: X;
  readonly y: X | null;
}
/** Checked arithmetic: stores the wrapped result at `to` (of type rt), gives whether it overflowed. `to` null: test only. */
export interface XOvf extends Node {
  readonly k: "ovf";
  readonly op: "add" | "sub" | "mul";
  readonly l: X;
  readonly r: X;
  readonly to: X | null;
  readonly rt: CType;
}
export interface XAlloca extends Node {
  readonly k: "alloca";
  readonly size: X;
  readonly align: number;
}
export interface XFrame extends Node {
  readonly k: "frame";
}
/** Address of local `v` of an enclosing function whose frame memory is at `base`. */
export interface XOuter extends Node {
  readonly k: "outer";
  readonly base: X;
  readonly v: LocalVar;
}
/** A name that nothing declares, and where it stands. */
export interface UnknownName {
  readonly name: string;
  readonly loc: Loc;
}
export interface XTrap extends Node {
  readonly k: "trap";
  readonly kind: TrapKind;
  readonly message: string;
  /** Names in it that nothing declares, where one such is what is wrong. */
  readonly unknown?: readonly UnknownName[];
}

export type TrapKind = "unreachable" | "unsupported" | "constraint" | "missing-return";
export type X =
  | XNum
  | XFnum
  | XAddr
  | XVar
  | XVaddr
  | XMem
  | XIdx
  | XPadd
  | XRecaddr
  | XUn
  | XLnot
  | XBin
  | XCmp
  | XLogic
  | XCond
  | XComma
  | XAssign
  | XOpassign
  | XInc
  | XConv
  | XCall
  | XStmt
  | XComplit
  | XVaarg
  | XVastart
  | XAtom
  | XBits
  | XFbits
  | XOvf
  | XAlloca
  | XFrame
  | XOuter
  | XTrap;

// ---- initialisers -----------------------------------------------------------------------------------------------

/** One scalar, record or string of an initialiser, at a byte offset of the object. */
export interface InitEntry {
  readonly off: number;
  readonly t: CType;
  readonly bf: BitPlace | null;
  /** Converted to t. null: `bytes` are the value (string into a character array). */
  readonly x: X | null;
  readonly bytes: Uint8Array | null;
  /** Written `count` times, `stride` apart (range designators). */
  readonly count: number;
  readonly stride: number;
}
export interface InitPlan {
  /** The completed type. */
  readonly type: CType;
  readonly entries: readonly InitEntry[];
  /** Total size, more than the type's when a flexible member is initialised. */
  readonly size: number;
}

// ---- statements -------------------------------------------------------------------------------------------------

export interface SBlock {
  readonly k: "block";
  readonly loc: Loc;
  readonly endLoc: Loc;
  readonly items: S[];
  readonly vars: LocalVar[];
  readonly parent: SBlock | null;
  /** A label or case inside can be jumped to from outside. */
  sideways: boolean;
  /** Declares variable length arrays. */
  hasVla: boolean;
}
export interface SLoop {
  readonly k: "loop";
  readonly loc: Loc;
  readonly kind: "while" | "do" | "for";
  readonly test: X | null;
  readonly step: X | null;
  body: S;
  readonly block: SBlock | null;
}
export interface SSwitch {
  readonly k: "switch";
  readonly loc: Loc;
  readonly x: X;
  body: S;
  readonly cases: { readonly lo: bigint; readonly hi: bigint; readonly label: LabelRef }[];
  otherwise: LabelRef | null;
  readonly block: SBlock | null;
}
export type S =
  | SBlock
  | SLoop
  | SSwitch
  | { readonly k: "seq"; readonly loc: Loc; readonly items: S[] }
  | {
      readonly k: "decl";
      readonly loc: Loc;
      readonly v: LocalVar;
      readonly x: X | null;
      readonly plan: InitPlan | null /** Bytes of a VLA. */;
      readonly size: X | null;
    }
  | { readonly k: "expr"; readonly loc: Loc; readonly x: X }
  | { readonly k: "if"; readonly loc: Loc; readonly c: X; readonly a: S; readonly b: S | null }
  | { readonly k: "label"; readonly loc: Loc; readonly label: LabelRef }
  | { readonly k: "goto"; readonly loc: Loc; readonly label: LabelRef }
  | { readonly k: "gotoptr"; readonly loc: Loc; readonly x: X }
  | { readonly k: "break" | "continue"; readonly loc: Loc; readonly to: SLoop | SSwitch }
  | { readonly k: "return"; readonly loc: Loc; readonly x: X | null }
  | {
      readonly k: "trap";
      readonly loc: Loc;
      readonly kind: TrapKind;
      readonly message: string;
      /** Names in it that nothing declares, where one such is what is wrong. */
      readonly unknown?: readonly UnknownName[];
    };

/** An analysed function. */
export interface FnTree {
  readonly name: string;
  readonly type: FunctionType;
  readonly params: readonly LocalVar[];
  /** Holds the address of the variable arguments. */
  readonly variadic: LocalVar | null;
  /** Holds the address where a record result goes. */
  readonly resultTo: LocalVar | null;
  /** Of a nested function: holds the address of the enclosing function's frame memory. */
  readonly chain: LocalVar | null;
  /** Locals that a register holds the address of, and the locals in memory that hold it for nested functions. */
  readonly pointers: ReadonlyMap<LocalVar, LocalVar>;
  readonly body: SBlock;
  readonly labels: readonly LabelRef[];
  /** Statements that have a label or case inside. */
  readonly labelled: ReadonlySet<S>;
  readonly loc: Loc;
  readonly endLoc: Loc;
  /** K&R definition: parameters arrive promoted. */
  readonly promotedParams: boolean;
}

/** What an identifier stands for. */
export type Entity =
  | { readonly kind: "function"; readonly sym: FunctionSym }
  | { readonly kind: "object"; readonly sym: ObjectSym }
  | { readonly kind: "typedef"; readonly type: CType }
  | { readonly kind: "enumerator"; readonly value: bigint; readonly type: CType }
  | { readonly kind: "local"; readonly v: LocalVar };
