/**
 * The register bytecode: the contract between lowering (emulator/c/lower.ts) and the virtual machine
 * (emulator/vm/step.ts). An instruction is four int32 words `[op, a, b, c]` in a function's `code`; a pc is the index of
 * its first word, so jump targets are multiples of four. Leaves out: how values get into registers (lower.ts), what the
 * instructions do to memory (mem/memory.ts).
 *
 * Registers. Each frame sees registers r0, r1, ... relative to its base, 64 bits each. An integer value is kept
 * *canonical*: sign-extended to 64 bits when its type is signed, zero-extended when unsigned (`_Bool` 0 or 1, pointers
 * as unsigned 64). `double` and `long double` sit in a register as IEEE doubles; `float` as a double that has been rounded.
 * Operations with suffix 32S / 32U take canonical 32-bit operands and give a canonical int / unsigned int.
 *
 * Calls. The caller puts arguments into consecutive registers starting at `argBase`; they become r0.. of the callee,
 * whose frame starts there. The result comes back in the caller's register `argBase`. A struct argument is passed as the
 * address of a fresh copy that the callee then owns. A struct result: a hidden FIRST argument is the address to write to.
 * A variadic callee gets, after its named parameters, one hidden argument: the address of an area in the caller's frame
 * where the variable arguments lie in 8-byte slots in order (default-promoted; a struct takes ceil(size/8) slots; long
 * double one slot, as a double). `va_list` is the SysV shape (array of one 24-byte struct) of which only
 * overflow_arg_area, at byte 8, is used.
 *
 * Frame memory. Locals that need an address lie in the frame's memory. FRAME gives its base; offsets are the lowerer's.
 * On entry nothing in it is accessible; LIVE makes a local's bytes exist (uninitialised), DEAD ends them.
 */

export const Op = {
  // constants and moves
  NOP: 0,
  LDI: 1, // a = sign-extended imm b
  LDK: 2, // a = consts[b]
  MOV: 3, // a = b
  FRAME: 4, // a = address of frame memory + imm b
  LABEL: 5, // a = address value of label: pc imm b of this function (for &&label)

  // 64-bit integer arithmetic: a = b op c (registers)
  ADD: 8,
  SUB: 9,
  MUL: 10,
  DIVS: 11,
  DIVU: 12,
  REMS: 13,
  REMU: 14,
  AND: 15,
  OR: 16,
  XOR: 17,
  SHL: 18,
  SHRS: 19,
  SHRU: 20, // shift count is register c; outside 0..63 is a stop
  NEG: 21,
  NOT: 22, // a = op b
  ADDI: 23, // a = b + imm c
  MULI: 24, // a = b * imm c
  ANDI: 25, // a = b & sign-extended imm c
  SHLI: 26,
  SHRSI: 27,
  SHRUI: 28, // a = b op imm c (0..63)

  // 32-bit integer arithmetic
  ADD32S: 32,
  SUB32S: 33,
  MUL32S: 34,
  DIV32S: 35,
  REM32S: 36,
  ADD32U: 37,
  SUB32U: 38,
  MUL32U: 39,
  DIV32U: 40,
  REM32U: 41,
  SHL32S: 42,
  SHR32S: 43,
  SHL32U: 44,
  SHR32U: 45, // count outside 0..31 is a stop
  NEG32S: 46,
  NEG32U: 47,
  NOT32U: 48, // NOT32S is NOT
  ADDI32S: 49,
  ADDI32U: 50, // a = b + imm c
  SHLI32S: 51,
  SHRI32S: 52,
  SHLI32U: 53,
  SHRI32U: 54,

  // conversions: a = conv b
  SEXT8: 56,
  SEXT16: 57,
  SEXT32: 58,
  ZEXT8: 59,
  ZEXT16: 60,
  ZEXT32: 61,
  BOOL: 62, // a = b != 0
  LNOT: 63, // a = b == 0
  I2F: 64,
  U2F: 65, // signed / unsigned 64-bit integer to double
  F2I: 66,
  F2U: 67, // double to signed / unsigned 64-bit, towards zero (out of range: what x86-64 gives)
  FROUND: 68, // a = b rounded to float
  FBOOL: 69, // a = b != 0.0 (integer result)

  // comparisons: a = b op c (0 or 1); on canonical values the 64-bit form serves every width
  EQ: 72,
  NE: 73,
  LTS: 74,
  LES: 75,
  LTU: 76,
  LEU: 77,
  EQ32: 78,
  NE32: 79,
  LTS32: 80,
  LES32: 81,
  LTU32: 82,
  LEU32: 83,
  FEQ: 84,
  FNE: 85,
  FLT: 86,
  FLE: 87,

  // floating arithmetic on doubles: a = b op c
  FADD: 88,
  FSUB: 89,
  FMUL: 90,
  FDIV: 91,
  FNEG: 92,

  // memory: address is register b + imm c
  LD8S: 96,
  LD8U: 97,
  LD16S: 98,
  LD16U: 99,
  LD32S: 100,
  LD32U: 101,
  LD64: 102,
  LDF32: 103,
  LDF64: 104, // a = [b + c]
  ST8: 105,
  ST16: 106,
  ST32: 107,
  ST64: 108,
  STF32: 109,
  STF64: 110, // [b + c] = a
  /** Copies imm c bytes from [b] to [a], with their initialised-ness; ranges are equal or disjoint. */
  MCPY: 111,
  /** Sets imm c bytes at [a] to the byte imm b. */
  MSET: 112,
  BFLD: 113, // a = bit-field at [b], described by bitfields[c]
  BFST: 114, // bit-field at [b] described by bitfields[c] = a (neighbouring bits keep their value)
  /** Index check: stops when unsigned 64-bit register a > imm b; c: 1 when the address only is taken (then a == b is fine, else a stop too). */
  CHKIDX: 115,

  // frame memory
  LIVE: 120, // frame bytes [imm a, imm a + imm b) exist and are uninitialised
  DEAD: 121, // frame bytes [imm a, imm a + imm b) end
  ALLOCA: 122, // a = address of register b fresh bytes on the stack, aligned to imm c
  SAVESP: 123, // a = stack pointer
  RESTSP: 124, // stack pointer = a (what was allocated since is dead)

  // control
  JMP: 128, // to imm a
  JZ: 129,
  JNZ: 130, // if a == 0 / != 0 (64-bit) to imm b
  JEQ: 131,
  JNE: 132,
  JLTS: 133,
  JLES: 134,
  JLTU: 135,
  JLEU: 136, // 64-bit: if a op b to imm c
  JEQ32: 137,
  JNE32: 138,
  JLTS32: 139,
  JLES32: 140,
  JLTU32: 141,
  JLEU32: 142, // low words
  JEQI32: 143,
  JNEI32: 144,
  JLTI32S: 145,
  JLEI32S: 146,
  JGTI32S: 147,
  JGEI32S: 148, // low word of a against imm b, to imm c
  SWITCH: 149, // on register a by switches[b]
  JMPI: 150, // computed goto to the label address in a
  CALL: 151, // functions[a], argBase b, flags c (1: the result is used)
  CALLI: 152, // function at the address in register a, argBase b, sigs[c]
  CALLN: 153, // natives[a], argBase b, c = number of argument registers | flags << 16 (1: the result is used)
  CALLSTUB: 154, // unknown function stubs[a], argBase b, c as CALLN: recorded, gives 0
  RET: 155, // value in register a (moved to r0)
  RETV: 156, // no value
  RETU: 157, // end of a non-void function without a value: a stop when the caller uses it
  TRAP: 158, // stops: traps[a]
  LINE: 159, // statement coverage: lines[a] of the image was reached

  // atomics: two instructions. [ATOM, a, b, c][EXT, kind, size, signed]: a = old value, b = address register, c = operand
  // register. kind see AtomicKind; CMPXCHG takes expected in c and desired in c + 1 and leaves the old value in a.
  ATOM: 160,
  EXT: 161,

  // additions of the lowerer
  BITS: 162, // a = bit function imm c (BitKind) of b
  /**
   * Two instructions: [OVF, a, b, c][EXT, kind, flags, bits]. kind 0 add, 1 sub, 2 mul of b and c in unlimited precision
   * (flags 1: b is unsigned, 2: c is unsigned); a + 1 = the result in `bits` bits (flags 4: signed), a = 1 when it differs.
   */
  OVF: 163,
  LEA2: 164,
  LEA4: 165,
  LEA8: 166, // a = b + (c << 1, 2, 3)
  ORI: 167,
  XORI: 168, // a = b op sign-extended imm c
  JLTUI32: 169,
  JGEUI32: 170, // low word of a, unsigned, against imm b, to imm c
  /** Two instructions: [CPY, a, b, c][EXT, x, y, 0]: as MCPY, of c bytes from [b + imm y] to [a + imm x]. */
  CPY: 171,
  /**
   * Element of an array at a fixed address, two instructions: [ELEM, a, b, c][EXT, bound, scale, flags]:
   * a = consts[b] + register c * scale, checked as by CHKIDX bound, flags & 1. flags 2: not checked.
   */
  ELEM: 172,
  MULI32S: 173,
  MULI32U: 174, // a = b * imm c
  STI8: 175,
  STI16: 176,
  STI32: 177,
  STI64: 178, // [b + c] = sign-extended imm a
  F2I32: 179, // double to signed 32-bit as cvttsd2si does it: INT_MIN when out of range
  I2F32: 180,
  U2F32: 181, // low word, signed / unsigned, to double
  /**
   * 128-bit arithmetic, two instructions: [WIDE, a, b, c][EXT, kind, unsigned, 0]: at [a] = [b] kind [c], all addresses;
   * shifts: c is the count itself; FROM_DOUBLE: b is the double itself. kind see WideKind.
   */
  WIDE: 182,
  /** As WIDE, the result in register a: comparisons of [b] and [c], TO_DOUBLE and NONZERO of [b]. */
  WIDEV: 183,
} as const;
export type OpCode = (typeof Op)[keyof typeof Op];

export const AtomicKind = {
  XCHG: 0,
  ADD: 1,
  SUB: 2,
  AND: 3,
  OR: 4,
  XOR: 5,
  NAND: 6,
  CMPXCHG: 7,
  LOAD: 8,
  STORE: 9,
} as const;

/** What WIDE and WIDEV do. */
export const WideKind = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  rem: 4,
  and: 5,
  or: 6,
  xor: 7,
  shl: 8,
  shr: 9,
  neg: 10,
  not: 11,
  FROM_DOUBLE: 12,
  eq: 16,
  ne: 17,
  lt: 18,
  le: 19,
  TO_DOUBLE: 20,
  TO_FLOAT: 21,
  NONZERO: 22,
} as const;

/** Functions of BITS. Zero has no leading or trailing zero bits to count: CLZ and CTZ stop there. */
export const BitKind = {
  CLZ32: 0,
  CLZ64: 1,
  CTZ32: 2,
  CTZ64: 3,
  POPCOUNT32: 4,
  POPCOUNT64: 5,
  FFS32: 6,
  FFS64: 7,
  CLRSB32: 8,
  CLRSB64: 9,
  BSWAP16: 10,
  BSWAP32: 11,
  BSWAP64: 12,
  /** 64-bit integer to float, rounded once. */
  S64_TO_FLOAT: 13,
  U64_TO_FLOAT: 14,
} as const;

export interface SwitchTable {
  readonly cases: readonly { readonly lo: bigint; readonly hi: bigint; readonly target: number }[];
  readonly otherwise: number;
  /** True when the controlling type is unsigned 64-bit (compare as unsigned). */
  readonly unsigned: boolean;
}

/** `bytes` (1..8) starting at `offset` hold the field; the value is `width` bits from bit `shift` (little endian). */
export interface BitField {
  readonly offset: number;
  readonly bytes: number;
  readonly shift: number;
  readonly width: number;
  readonly signed: boolean;
}

export interface CallSignature {
  /** Canonical text of the called type ("void(ptr,u64)"); compared with FnInfo.sigKey, "" accepts anything (no prototype). */
  readonly key: string;
  readonly nargs: number;
  readonly resultUsed: boolean;
}
