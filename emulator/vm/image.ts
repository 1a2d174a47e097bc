/**
 * A linked kernel (or program) image: what the virtual machine runs. Built by emulator/c/link.ts out of layers of parsed
 * units; functions are lowered when first called, globals laid out when first named. Leaves out: memory contents while
 * running (mem/memory.ts) and the native functions themselves (vm/native.ts).
 */
import type { Loc, SourceFile } from "../c/ast.ts";
import type { BitField, CallSignature, SwitchTable } from "./bytecode.ts";

export type Fidelity = "diff" | "tree" | "reference" | "shim" | "stub" | "user";

/** How C declares a local. */
export interface Declared {
  /** "struct page *" */
  readonly type: string;
  /** Line of the declaration, in the file of the function. */
  readonly from: number;
}

export interface FnCode {
  readonly code: Int32Array;
  /** Indexed by pc >> 2. */
  readonly locs: readonly Loc[];
  readonly consts: BigInt64Array;
  readonly switches: readonly SwitchTable[];
  readonly bitfields: readonly BitField[];
  readonly sigs: readonly CallSignature[];
  readonly traps: readonly Trap[];
  /** What would stop the code that a trap keeps from being reached. */
  readonly hidden?: readonly string[];
  readonly nregs: number;
  /** Bytes of frame memory, a multiple of 16. */
  readonly frameSize: number;
  /** Named locals and parameters for reports: register or frame offset. */
  readonly locals: readonly {
    readonly name: string;
    readonly reg: number | null;
    readonly offset: number | null;
    readonly size: number;
    /** What a debugger alone asks: made when asked for, and no part of what the code is (JSON leaves it out). */
    readonly declared: () => Declared;
  }[];
  /** Places (pc) of 64-bit arithmetic that is signed. */
  readonly signedAt?: ReadonlySet<number>;
  /** Places of accesses that may be unaligned: members of packed structs. */
  readonly looseAt?: ReadonlySet<number>;
}

export interface Trap {
  readonly kind: "unreachable" | "unsupported" | "constraint" | "missing-return";
  readonly message: string;
}

export interface FnInfo {
  readonly id: number;
  readonly name: string;
  /** Source path of the definition, "" for a stub. */
  readonly path: string;
  /** Static in a `.c` file: another file's function of that name is another one. */
  readonly local: boolean;
  readonly fidelity: Fidelity;
  readonly loc: Loc | null;
  /** Canonical signature, see CallSignature.key. */
  readonly sigKey: string;
  readonly nparams: number;
  readonly returnsValue: boolean;
  readonly variadic: boolean;
  /** Set by Image.lower. */
  body: FnCode | null;
}

export interface GlobalInfo {
  readonly name: string;
  readonly address: bigint;
  readonly size: number;
  readonly readonly: boolean;
  readonly kind: "global" | "string" | "static-local";
  /** Initial bytes, `size` long; addresses already resolved. null: all zero. */
  readonly init: Uint8Array | null;
  readonly loc: Loc | null;
}

/** Address ranges of text and data; both lie in the segment 0xffffffff. */
export const TEXT_BASE = 0xffffffff81000000n; // function id n is at TEXT_BASE + 16 * n
export const NATIVE_BASE = 0xffffffff90000000n; // native index n, when its address is taken, is at NATIVE_BASE + 16 * n
export const STUB_BASE = 0xffffffff98000000n; // stub index n, when its address is taken, is at STUB_BASE + 16 * n
export const LABEL_BASE = 0xffffffffa0000000n; // label id n is at LABEL_BASE + n
/**
 * First of the three words that a pointer to a nested function points to; address of its code and frame memory of the
 * function around it follow.
 */
export const CLOSURE = 0x5cf05c09e5cf0a11n;
export const DATA_BASE = 0xffffffffc0000000n;

export interface TypeLayout {
  readonly size: number;
  readonly align: number;
  /** Members, anonymous ones flattened: offsets in bytes from the start. */
  readonly fields: ReadonlyMap<string, FieldLayout>;
}
export interface FieldLayout {
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
  readonly bit: BitField | null;
  /** Tag when the member is itself a struct or union ("struct list_head"), else null. */
  readonly record: string | null;
  /** Element count of an array member, else null. */
  readonly count: number | null;
}

export interface Image {
  /** Images of one space agree on ids and addresses (c/space.ts). */
  readonly space?: object;
  readonly files: readonly SourceFile[];
  readonly functions: readonly FnInfo[];
  readonly globals: readonly GlobalInfo[];
  /** Names of natives in the order CALLN numbers them. */
  readonly natives: readonly string[];
  /** Unknown functions in the order CALLSTUB numbers them. */
  readonly stubs: readonly string[];
  /** Statement places in the order LINE numbers them. */
  readonly lines: readonly Loc[];
  /** Label addresses: index is the label id. */
  readonly labels: readonly { readonly fn: number; readonly pc: number }[];
  /** What the linker has to say: changed signatures that were met by name, ignored definitions ... */
  readonly notes: readonly LinkNote[];
  /** Comparisons in lowered functions whose outcome their types fix. */
  readonly deadChecks: readonly DeadCheck[];
  /** What stops the functions lowered so far, as they are written: those that another stands in for, and what a trap hides, included. */
  readonly mistakes: ReadonlySet<string>;
  /** Lowers a function (idempotent). Errors in the C become a body that traps as `unsupported` with the message. */
  lower(id: number): FnCode;
  /** Function id by name as seen from nowhere in particular, or -1. */
  findFunction(name: string, path?: string): number;
  /** Address of a file-scope object, laying it out if need be; null when there is none. */
  globalAddress(name: string): bigint | null;
  /** Layout of "struct page", "union foo", or a typedef name; null when unknown. */
  layoutOf(type: string): TypeLayout | null;
  /** Value of an enum constant, or of an object-like macro that is an integer constant; null when unknown. */
  constant(name: string): bigint | null;
}

/** A comparison that is always true or always false: "`ref < 0` is always false: `ref` is unsigned long". */
export interface DeadCheck {
  readonly loc: Loc;
  readonly fn: string;
  readonly text: string;
  readonly always: boolean;
}

export interface LinkNote {
  readonly kind: "signature" | "ignored" | "error";
  readonly message: string;
  readonly fn: string;
  readonly loc: Loc | null;
}
