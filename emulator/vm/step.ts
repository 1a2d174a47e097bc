/**
 * The dispatch loop: runs one task until it finishes, blocks or has used its slice. Semantics of each instruction are in
 * bytecode.ts. Leaves out scheduling and natives (vm.ts) and the checks of memory (mem/memory.ts), whose fast paths are
 * repeated here because that is where the time goes: an aligned access to initialised memory never leaves this file.
 * Opcodes stand as numbers with their names beside them: V8 makes a jump table of a switch only when its cases are
 * literals (with `Op.X` each instruction went through a chain of comparisons, four times slower). A test holds numbers
 * and names together.
 */
import { HI_STACK, type Memory, MemoryFault, SHADOW_DEAD, SHADOW_UNINIT } from "../mem/memory.ts";
import { AtomicKind, BitKind, Op, type SwitchTable } from "./bytecode.ts";
import { type FnCode, type FnInfo, LABEL_BASE, NATIVE_BASE, STUB_BASE } from "./image.ts";
import type { StopKind } from "./stop_reason.ts";
import { FRAME_WORDS, type Task } from "./task.ts";
import type { Vm } from "./vm.ts";

/** Why `step` came back. */
export type StepResult = "slice" | "done" | "retry" | "switch";

/** A switch table in the form the loop uses: dense for small ranges, else the list. */
export interface CompiledSwitch {
  readonly min: number;
  readonly dense: Int32Array | null;
  readonly table: SwitchTable;
}

export interface ExecBody extends FnCode {
  readonly compiled: readonly CompiledSwitch[];
  /** The constants as 32-bit halves. */
  readonly consts32: Int32Array;
}

export function compileBody(code: FnCode): ExecBody {
  const compiled = code.switches.map((table) => {
    let min = Infinity;
    let max = -Infinity;
    for (const c of table.cases) {
      const lo = Number(c.lo);
      const hi = Number(c.hi);
      if (lo < min) min = lo;
      if (hi > max) max = hi;
    }
    if (table.cases.length === 0 || min < -0x7fffffff || max > 0x7ffffffe || max - min > 4096)
      return { min: 0, dense: null, table };
    const dense = new Int32Array(max - min + 1).fill(table.otherwise);
    // The first case that matches wins: fill backwards.
    for (let i = table.cases.length - 1; i >= 0; i--) {
      const c = table.cases[i]!;
      for (let v = Number(c.lo); v <= Number(c.hi); v++) dense[v - min] = c.target;
    }
    return { min, dense, table };
  });
  const consts32 = new Int32Array(code.consts.buffer, code.consts.byteOffset, code.consts.length * 2);
  return { ...code, compiled, consts32 };
}

function switchTarget(s: CompiledSwitch, value: bigint): number {
  const v = s.table.unsigned ? BigInt.asUintN(64, value) : value;
  for (const c of s.table.cases) if (v >= c.lo && v <= c.hi) return c.target;
  return s.table.otherwise;
}

/** The functions of BITS (see BitKind). */
function bitFunction(kind: number, v: bigint): bigint {
  const u = BigInt.asUintN(64, v);
  const lo = Number(u & 0xffffffffn);
  const hi = Number(u >> 32n);
  const ctz = (w: number): number => 31 - Math.clz32(w & -w);
  switch (kind) {
    case BitKind.CLZ32:
      if (lo === 0) stop("shift-range", "__builtin_clz(0) has no defined result");
      return BigInt(Math.clz32(lo));
    case BitKind.CLZ64:
      if (u === 0n) stop("shift-range", "__builtin_clzl(0) has no defined result");
      return BigInt(hi !== 0 ? Math.clz32(hi) : 32 + Math.clz32(lo));
    case BitKind.CTZ32:
      if (lo === 0) stop("shift-range", "__builtin_ctz(0) has no defined result");
      return BigInt(ctz(lo));
    case BitKind.CTZ64:
      if (u === 0n) stop("shift-range", "__builtin_ctzl(0) has no defined result");
      return BigInt(lo !== 0 ? ctz(lo) : 32 + ctz(hi));
    case BitKind.POPCOUNT32:
      return BigInt(popcount(lo));
    case BitKind.POPCOUNT64:
      return BigInt(popcount(lo) + popcount(hi));
    case BitKind.FFS32:
      return BigInt(lo === 0 ? 0 : ctz(lo) + 1);
    case BitKind.FFS64:
      return BigInt(lo !== 0 ? ctz(lo) + 1 : hi !== 0 ? 33 + ctz(hi) : 0);
    case BitKind.CLRSB32: {
      const w = lo | 0;
      return BigInt(Math.clz32(w < 0 ? ~w : w) - 1);
    }
    case BitKind.CLRSB64: {
      const w = v < 0n ? ~v : v;
      const top = Number(w >> 32n);
      return BigInt((top !== 0 ? Math.clz32(top) : 32 + Math.clz32(Number(w & 0xffffffffn))) - 1);
    }
    case BitKind.BSWAP16:
      return BigInt(((lo & 255) << 8) | ((lo >> 8) & 255));
    case BitKind.BSWAP32:
      return BigInt(swap32(lo));
    case BitKind.BSWAP64:
      return BigInt.asIntN(64, (BigInt(swap32(lo)) << 32n) | BigInt(swap32(hi)));
    default:
      return singleBits(kind === BitKind.U64_TO_FLOAT ? u : v);
  }
}

function popcount(w: number): number {
  w -= (w >>> 1) & 0x55555555;
  w = (w & 0x33333333) + ((w >>> 2) & 0x33333333);
  return Math.imul((w + (w >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function swap32(w: number): number {
  return ((w << 24) | ((w & 0xff00) << 8) | ((w >>> 8) & 0xff00) | (w >>> 24)) >>> 0;
}

const SINGLE = new Float64Array(1);
const SINGLE_BITS = new BigInt64Array(SINGLE.buffer);

/** An integer rounded once to float, as the bits of the double that holds it. */
function singleBits(v: bigint): bigint {
  const magnitude = v < 0n ? -v : v;
  let x: number;
  if (magnitude < 1n << 53n) x = Math.fround(Number(magnitude));
  else {
    // Keep 40 bits and a sticky one: rounding that to float is rounding the whole.
    const shift = BigInt(magnitude.toString(2).length - 40);
    let top = magnitude >> shift;
    if (top << shift !== magnitude) top |= 1n;
    x = Math.fround(Number(top)) * 2 ** Number(shift);
  }
  SINGLE[0] = v < 0n ? -x : x;
  return SINGLE_BITS[0]!;
}

/** Backing-store offset of an address, or -1. */
function translate(
  segHi: Int32Array,
  segBase: Int32Array,
  segPages: Int32Array[],
  hi: number,
  lo: number,
): number {
  const slot = ((hi >> 8) ^ hi) & 63;
  if (segHi[slot] !== hi) return -1;
  const pages = segPages[slot]!;
  const p = (lo >>> 12) - segBase[slot]!;
  if (p < 0 || p >= pages.length) return -1;
  const base = pages[p]!;
  return base < 0 ? -1 : base + (lo & 4095);
}

const stop = (kind: StopKind, message: string): never => {
  throw new MemoryFault(kind, message, 0n);
};

function doubleToS64(x: number): bigint {
  if (!(x >= -(2 ** 63) && x < 2 ** 63)) return -0x8000000000000000n;
  return BigInt(Math.trunc(x));
}

function doubleToU64(x: number): bigint {
  if (x >= 2 ** 63) return x < 2 ** 64 ? BigInt.asIntN(64, BigInt(Math.trunc(x))) : 0n;
  return doubleToS64(x);
}

/** Whether the call that the running function will return to uses its result. */
function resultIsUsed(task: Task, bodies: readonly ExecBody[]): boolean {
  if (task.depth === 0) return false;
  const f = (task.depth - 1) * FRAME_WORDS;
  const caller = bodies[task.frames[f]!]!;
  const at = task.frames[f + 1]! - 4;
  if (caller.code[at] === Op.CALL) return caller.code[at + 3] === 1;
  return caller.code[at] === Op.CALLI && caller.sigs[caller.code[at + 3]!]!.resultUsed;
}

/** Marks [lo, lo+length) of the stack. */
function markStack(memory: Memory, lo: number, length: number, code: number): void {
  const phys = translate(memory.segHi, memory.segBase, memory.segPages, HI_STACK, lo);
  if (phys >= 0 && (lo & 4095) + length <= 4096) memory.shadow.fill(code, phys, phys + length);
  else memory.setShadow(HI_STACK, lo, length, code);
}

/** Makes room for a frame's memory; stops when the stack is used up. */
function growStack(memory: Memory, task: Task, top: number): void {
  if (top - task.stackLow > task.limits.stack)
    stop("stack-overflow", `stack of ${task.limits.stack >> 10} KiB used up`);
  memory.map(HI_STACK, task.mapped, top - task.mapped + 1);
  task.mapped = (top & ~4095) + 4096;
}

/**
 * Runs `task` for at most `budget` instructions. Faults leave as MemoryFault with task.pc at the instruction; the number
 * of instructions executed is added to vm.steps in every case.
 */
export function step(vm: Vm, task: Task, budget: number, floor: number): StepResult {
  const memory = vm.memory;
  const { segHi, segBase, segPages, u8, i16, i32, f32, i64, shadow, shadow16, shadow32 } = memory;
  const scratch32 = memory.scratch32;
  const scratch64 = memory.scratch64;
  const R = task.regs;
  const R32 = task.regs32;
  const RF = task.regsF;
  const frames = task.frames;
  const functions = vm.image.functions;
  const bodies = vm.bodies;
  const maxReg = task.limits.registers;
  let fn = task.fn!;
  let body: ExecBody = bodies[fn.id] ?? vm.bodyOf(fn.id);
  let code = body.code;
  let consts = body.consts;
  let consts32 = body.consts32;
  let fp = task.fp;
  let pc = task.pc;
  let left = budget;
  try {
    for (;;) {
      if (--left < 0) return "slice";
      const op = code[pc]!;
      const a = fp + code[pc + 1]!;
      const ib = code[pc + 2]!;
      const ic = code[pc + 3]!;
      switch (op) {
        case 0 /* NOP */:
        case 161 /* EXT */:
          break;
        case 1 /* LDI */:
          R32[a << 1] = ib;
          R32[(a << 1) + 1] = ib >> 31;
          break;
        case 2 /* LDK */:
          R[a] = consts[ib]!;
          break;
        case 3 /* MOV */:
          {
            const b = (fp + ib) << 1;
            R32[a << 1] = R32[b]!;
            R32[(a << 1) + 1] = R32[b + 1]!;
            break;
          }
        case 4 /* FRAME */:
          R32[a << 1] = task.frameBase + ib;
          R32[(a << 1) + 1] = HI_STACK;
          break;
        case 5 /* LABEL */:
          R[a] = LABEL_BASE + BigInt(vm.labelId(fn.id, ib));
          break;

        case 8 /* ADD */:
          R[a] = BigInt.asIntN(64, R[fp + ib]! + R[fp + ic]!);
          break;
        case 9 /* SUB */:
          R[a] = BigInt.asIntN(64, R[fp + ib]! - R[fp + ic]!);
          break;
        case 10 /* MUL */:
          R[a] = BigInt.asIntN(64, R[fp + ib]! * R[fp + ic]!);
          break;
        case 11 /* DIVS */:
          {
            const d = R[fp + ic]!;
            if (d === 0n) stop("division-by-zero", "division by zero");
            if (d === -1n && R[fp + ib] === -0x8000000000000000n)
              stop("division-by-zero", "quotient of LONG_MIN / -1 does not fit (SIGFPE on x86)");
            R[a] = BigInt.asIntN(64, R[fp + ib]! / d);
            break;
          }
        case 12 /* DIVU */:
          {
            const d = BigInt.asUintN(64, R[fp + ic]!);
            if (d === 0n) stop("division-by-zero", "division by zero");
            R[a] = BigInt.asIntN(64, BigInt.asUintN(64, R[fp + ib]!) / d);
            break;
          }
        case 13 /* REMS */:
          {
            const d = R[fp + ic]!;
            if (d === 0n) stop("division-by-zero", "remainder of a division by zero");
            if (d === -1n && R[fp + ib] === -0x8000000000000000n)
              stop("division-by-zero", "LONG_MIN % -1 traps on x86 (SIGFPE)");
            R[a] = BigInt.asIntN(64, R[fp + ib]! % d);
            break;
          }
        case 14 /* REMU */:
          {
            const d = BigInt.asUintN(64, R[fp + ic]!);
            if (d === 0n) stop("division-by-zero", "remainder of a division by zero");
            R[a] = BigInt.asIntN(64, BigInt.asUintN(64, R[fp + ib]!) % d);
            break;
          }
        case 15 /* AND */:
          {
            const x = a << 1,
              b = (fp + ib) << 1,
              c = (fp + ic) << 1;
            R32[x] = R32[b]! & R32[c]!;
            R32[x + 1] = R32[b + 1]! & R32[c + 1]!;
            break;
          }
        case 16 /* OR */:
          {
            const x = a << 1,
              b = (fp + ib) << 1,
              c = (fp + ic) << 1;
            R32[x] = R32[b]! | R32[c]!;
            R32[x + 1] = R32[b + 1]! | R32[c + 1]!;
            break;
          }
        case 17 /* XOR */:
          {
            const x = a << 1,
              b = (fp + ib) << 1,
              c = (fp + ic) << 1;
            R32[x] = R32[b]! ^ R32[c]!;
            R32[x + 1] = R32[b + 1]! ^ R32[c + 1]!;
            break;
          }
        case 18 /* SHL */:
          {
            const n = R[fp + ic]!;
            if (n < 0n || n > 63n) stop("shift-range", `shift of a 64-bit value by ${n}`);
            R[a] = BigInt.asIntN(64, R[fp + ib]! << n);
            break;
          }
        case 19 /* SHRS */:
          {
            const n = R[fp + ic]!;
            if (n < 0n || n > 63n) stop("shift-range", `shift of a 64-bit value by ${n}`);
            R[a] = R[fp + ib]! >> n;
            break;
          }
        case 20 /* SHRU */:
          {
            const n = R[fp + ic]!;
            if (n < 0n || n > 63n) stop("shift-range", `shift of a 64-bit value by ${n}`);
            R[a] = BigInt.asIntN(64, BigInt.asUintN(64, R[fp + ib]!) >> n);
            break;
          }
        case 21 /* NEG */:
          R[a] = BigInt.asIntN(64, -R[fp + ib]!);
          break;
        case 22 /* NOT */:
          {
            const x = a << 1,
              b = (fp + ib) << 1;
            R32[x] = ~R32[b]!;
            R32[x + 1] = ~R32[b + 1]!;
            break;
          }
        case 23 /* ADDI */:
          {
            const b = (fp + ib) << 1;
            const lo = (R32[b]! >>> 0) + ic;
            R32[a << 1] = lo;
            R32[(a << 1) + 1] = lo < 0 ? R32[b + 1]! - 1 : lo > 0xffffffff ? R32[b + 1]! + 1 : R32[b + 1]!;
            break;
          }
        case 24 /* MULI */:
          R[a] = BigInt.asIntN(64, R[fp + ib]! * BigInt(ic));
          break;
        case 25 /* ANDI */:
          {
            const x = a << 1,
              b = (fp + ib) << 1;
            R32[x] = R32[b]! & ic;
            R32[x + 1] = R32[b + 1]! & (ic >> 31);
            break;
          }
        case 26 /* SHLI */:
          {
            const b = (fp + ib) << 1;
            const lo = R32[b]!,
              hi = R32[b + 1]!;
            if (ic === 0) {
              R32[a << 1] = lo;
              R32[(a << 1) + 1] = hi;
            } else if (ic < 32) {
              R32[a << 1] = lo << ic;
              R32[(a << 1) + 1] = (hi << ic) | (lo >>> (32 - ic));
            } else {
              R32[a << 1] = 0;
              R32[(a << 1) + 1] = lo << (ic - 32);
            }
            break;
          }
        case 27 /* SHRSI */:
          {
            const b = (fp + ib) << 1;
            const lo = R32[b]!,
              hi = R32[b + 1]!;
            if (ic === 0) {
              R32[a << 1] = lo;
              R32[(a << 1) + 1] = hi;
            } else if (ic < 32) {
              R32[a << 1] = (lo >>> ic) | (hi << (32 - ic));
              R32[(a << 1) + 1] = hi >> ic;
            } else {
              R32[a << 1] = hi >> (ic - 32);
              R32[(a << 1) + 1] = hi >> 31;
            }
            break;
          }
        case 28 /* SHRUI */:
          {
            const b = (fp + ib) << 1;
            const lo = R32[b]!,
              hi = R32[b + 1]!;
            if (ic === 0) {
              R32[a << 1] = lo;
              R32[(a << 1) + 1] = hi;
            } else if (ic < 32) {
              R32[a << 1] = (lo >>> ic) | (hi << (32 - ic));
              R32[(a << 1) + 1] = hi >>> ic;
            } else {
              R32[a << 1] = hi >>> (ic - 32);
              R32[(a << 1) + 1] = 0;
            }
            break;
          }

        case 32 /* ADD32S */:
          {
            const v = (R32[(fp + ib) << 1]! + R32[(fp + ic) << 1]!) | 0;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 33 /* SUB32S */:
          {
            const v = (R32[(fp + ib) << 1]! - R32[(fp + ic) << 1]!) | 0;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 34 /* MUL32S */:
          {
            const v = Math.imul(R32[(fp + ib) << 1]!, R32[(fp + ic) << 1]!);
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 35 /* DIV32S */:
          {
            const d = R32[(fp + ic) << 1]!;
            if (d === 0) stop("division-by-zero", "division by zero");
            if (d === -1 && R32[(fp + ib) << 1] === -0x80000000)
              stop("division-by-zero", "quotient of INT_MIN / -1 does not fit (SIGFPE on x86)");
            const v = (R32[(fp + ib) << 1]! / d) | 0;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 36 /* REM32S */:
          {
            const d = R32[(fp + ic) << 1]!;
            if (d === 0) stop("division-by-zero", "remainder of a division by zero");
            if (d === -1 && R32[(fp + ib) << 1] === -0x80000000)
              stop("division-by-zero", "INT_MIN % -1 traps on x86 (SIGFPE)");
            const v = (R32[(fp + ib) << 1]! % d) | 0;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 37 /* ADD32U */:
          R32[a << 1] = R32[(fp + ib) << 1]! + R32[(fp + ic) << 1]!;
          R32[(a << 1) + 1] = 0;
          break;
        case 38 /* SUB32U */:
          R32[a << 1] = R32[(fp + ib) << 1]! - R32[(fp + ic) << 1]!;
          R32[(a << 1) + 1] = 0;
          break;
        case 39 /* MUL32U */:
          R32[a << 1] = Math.imul(R32[(fp + ib) << 1]!, R32[(fp + ic) << 1]!);
          R32[(a << 1) + 1] = 0;
          break;
        case 40 /* DIV32U */:
          {
            const d = R32[(fp + ic) << 1]! >>> 0;
            if (d === 0) stop("division-by-zero", "division by zero");
            R32[a << 1] = (R32[(fp + ib) << 1]! >>> 0) / d;
            R32[(a << 1) + 1] = 0;
            break;
          }
        case 41 /* REM32U */:
          {
            const d = R32[(fp + ic) << 1]! >>> 0;
            if (d === 0) stop("division-by-zero", "remainder of a division by zero");
            R32[a << 1] = (R32[(fp + ib) << 1]! >>> 0) % d;
            R32[(a << 1) + 1] = 0;
            break;
          }
        case 42 /* SHL32S */:
        case 43 /* SHR32S */:
        case 44 /* SHL32U */:
        case 45 /* SHR32U */:
          {
            const c = (fp + ic) << 1;
            const n = R32[c]!;
            if (n >>> 0 > 31 || R32[c + 1] !== 0)
              stop("shift-range", `shift of a 32-bit value by ${R[fp + ic]}`);
            const x = R32[(fp + ib) << 1]!;
            const v =
              op === 42 /* SHL32S */ || op === 44 /* SHL32U */
                ? x << n
                : op === 43 /* SHR32S */
                  ? x >> n
                  : x >>> n;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = op === 42 /* SHL32S */ || op === 43 /* SHR32S */ ? (v | 0) >> 31 : 0;
            break;
          }
        case 46 /* NEG32S */:
          {
            const v = -R32[(fp + ib) << 1]! | 0;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 47 /* NEG32U */:
          R32[a << 1] = -R32[(fp + ib) << 1]!;
          R32[(a << 1) + 1] = 0;
          break;
        case 48 /* NOT32U */:
          R32[a << 1] = ~R32[(fp + ib) << 1]!;
          R32[(a << 1) + 1] = 0;
          break;
        case 49 /* ADDI32S */:
          {
            const v = (R32[(fp + ib) << 1]! + ic) | 0;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 50 /* ADDI32U */:
          R32[a << 1] = R32[(fp + ib) << 1]! + ic;
          R32[(a << 1) + 1] = 0;
          break;
        case 51 /* SHLI32S */:
          {
            const v = R32[(fp + ib) << 1]! << ic;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 52 /* SHRI32S */:
          {
            const v = R32[(fp + ib) << 1]! >> ic;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 53 /* SHLI32U */:
          R32[a << 1] = R32[(fp + ib) << 1]! << ic;
          R32[(a << 1) + 1] = 0;
          break;
        case 54 /* SHRI32U */:
          R32[a << 1] = R32[(fp + ib) << 1]! >>> ic;
          R32[(a << 1) + 1] = 0;
          break;

        case 56 /* SEXT8 */:
          {
            const v = (R32[(fp + ib) << 1]! << 24) >> 24;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 57 /* SEXT16 */:
          {
            const v = (R32[(fp + ib) << 1]! << 16) >> 16;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 58 /* SEXT32 */:
          {
            const v = R32[(fp + ib) << 1]!;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 59 /* ZEXT8 */:
          R32[a << 1] = R32[(fp + ib) << 1]! & 0xff;
          R32[(a << 1) + 1] = 0;
          break;
        case 60 /* ZEXT16 */:
          R32[a << 1] = R32[(fp + ib) << 1]! & 0xffff;
          R32[(a << 1) + 1] = 0;
          break;
        case 61 /* ZEXT32 */:
          R32[a << 1] = R32[(fp + ib) << 1]!;
          R32[(a << 1) + 1] = 0;
          break;
        case 62 /* BOOL */:
          {
            const b = (fp + ib) << 1;
            R32[a << 1] = (R32[b]! | R32[b + 1]!) !== 0 ? 1 : 0;
            R32[(a << 1) + 1] = 0;
            break;
          }
        case 63 /* LNOT */:
          {
            const b = (fp + ib) << 1;
            R32[a << 1] = (R32[b]! | R32[b + 1]!) === 0 ? 1 : 0;
            R32[(a << 1) + 1] = 0;
            break;
          }
        case 64 /* I2F */:
          RF[a] = Number(R[fp + ib]!);
          break;
        case 65 /* U2F */:
          RF[a] = Number(BigInt.asUintN(64, R[fp + ib]!));
          break;
        case 66 /* F2I */:
          {
            const x = RF[fp + ib]!;
            if (x > -2147483649 && x < 2147483648) {
              const v = x | 0;
              R32[a << 1] = v;
              R32[(a << 1) + 1] = v >> 31;
            } else R[a] = doubleToS64(x);
            break;
          }
        case 67 /* F2U */:
          R[a] = doubleToU64(RF[fp + ib]!);
          break;
        case 68 /* FROUND */:
          RF[a] = Math.fround(RF[fp + ib]!);
          break;
        case 69 /* FBOOL */:
          R32[a << 1] = RF[fp + ib] !== 0 ? 1 : 0;
          R32[(a << 1) + 1] = 0;
          break;

        case 72 /* EQ */:
          {
            const b = (fp + ib) << 1,
              c = (fp + ic) << 1;
            R32[a << 1] = R32[b] === R32[c] && R32[b + 1] === R32[c + 1] ? 1 : 0;
            R32[(a << 1) + 1] = 0;
            break;
          }
        case 73 /* NE */:
          {
            const b = (fp + ib) << 1,
              c = (fp + ic) << 1;
            R32[a << 1] = R32[b] !== R32[c] || R32[b + 1] !== R32[c + 1] ? 1 : 0;
            R32[(a << 1) + 1] = 0;
            break;
          }
        case 74 /* LTS */:
          {
            const v = R[fp + ib]! < R[fp + ic]! ? 1 : 0;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = 0;
            break;
          }
        case 75 /* LES */:
          {
            const v = R[fp + ib]! <= R[fp + ic]! ? 1 : 0;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = 0;
            break;
          }
        case 76 /* LTU */:
          {
            const v = BigInt.asUintN(64, R[fp + ib]!) < BigInt.asUintN(64, R[fp + ic]!) ? 1 : 0;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = 0;
            break;
          }
        case 77 /* LEU */:
          {
            const v = BigInt.asUintN(64, R[fp + ib]!) <= BigInt.asUintN(64, R[fp + ic]!) ? 1 : 0;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = 0;
            break;
          }
        case 78 /* EQ32 */:
          R32[a << 1] = R32[(fp + ib) << 1] === R32[(fp + ic) << 1] ? 1 : 0;
          R32[(a << 1) + 1] = 0;
          break;
        case 79 /* NE32 */:
          R32[a << 1] = R32[(fp + ib) << 1] !== R32[(fp + ic) << 1] ? 1 : 0;
          R32[(a << 1) + 1] = 0;
          break;
        case 80 /* LTS32 */:
          R32[a << 1] = R32[(fp + ib) << 1]! < R32[(fp + ic) << 1]! ? 1 : 0;
          R32[(a << 1) + 1] = 0;
          break;
        case 81 /* LES32 */:
          R32[a << 1] = R32[(fp + ib) << 1]! <= R32[(fp + ic) << 1]! ? 1 : 0;
          R32[(a << 1) + 1] = 0;
          break;
        case 82 /* LTU32 */:
          R32[a << 1] = R32[(fp + ib) << 1]! >>> 0 < R32[(fp + ic) << 1]! >>> 0 ? 1 : 0;
          R32[(a << 1) + 1] = 0;
          break;
        case 83 /* LEU32 */:
          R32[a << 1] = R32[(fp + ib) << 1]! >>> 0 <= R32[(fp + ic) << 1]! >>> 0 ? 1 : 0;
          R32[(a << 1) + 1] = 0;
          break;
        case 84 /* FEQ */:
          R[a] = RF[fp + ib] === RF[fp + ic] ? 1n : 0n;
          break;
        case 85 /* FNE */:
          R[a] = RF[fp + ib] !== RF[fp + ic] ? 1n : 0n;
          break;
        case 86 /* FLT */:
          R[a] = RF[fp + ib]! < RF[fp + ic]! ? 1n : 0n;
          break;
        case 87 /* FLE */:
          R[a] = RF[fp + ib]! <= RF[fp + ic]! ? 1n : 0n;
          break;
        case 88 /* FADD */:
          RF[a] = RF[fp + ib]! + RF[fp + ic]!;
          break;
        case 89 /* FSUB */:
          RF[a] = RF[fp + ib]! - RF[fp + ic]!;
          break;
        case 90 /* FMUL */:
          RF[a] = RF[fp + ib]! * RF[fp + ic]!;
          break;
        case 91 /* FDIV */:
          RF[a] = RF[fp + ib]! / RF[fp + ic]!;
          break;
        case 92 /* FNEG */:
          RF[a] = -RF[fp + ib]!;
          break;

        case 96 /* LD8S */:
        case 97 /* LD8U */:
          {
            const b = (fp + ib) << 1;
            let hi = R32[b + 1]!;
            const from = R32[b]!;
            const lo = (from + ic) | 0;
            if ((from ^ lo) < 0 && from < 0 === ic >= 0) hi = (hi + (ic < 0 ? -1 : 1)) | 0;
            const p = translate(segHi, segBase, segPages, hi, lo);
            let v: number;
            if (p >= 0 && (shadow[p]! & 7) === 1) v = u8[p]!;
            else {
              task.pc = pc;
              memory.loadScratch(hi, lo, 1);
              v = scratch32[0]!;
            }
            if (op === 96 /* LD8S */) v = (v << 24) >> 24;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 98 /* LD16S */:
        case 99 /* LD16U */:
          {
            const b = (fp + ib) << 1;
            let hi = R32[b + 1]!;
            const from = R32[b]!;
            const lo = (from + ic) | 0;
            if ((from ^ lo) < 0 && from < 0 === ic >= 0) hi = (hi + (ic < 0 ? -1 : 1)) | 0;
            const p = translate(segHi, segBase, segPages, hi, lo);
            let v: number;
            if (p >= 0 && (p & 1) === 0 && (shadow16[p >> 1]! & 0x0707) === 0x0101) v = i16[p >> 1]!;
            else {
              task.pc = pc;
              memory.loadScratch(hi, lo, 2);
              v = (scratch32[0]! << 16) >> 16;
            }
            if (op === 99 /* LD16U */) v &= 0xffff;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 100 /* LD32S */:
        case 101 /* LD32U */:
          {
            const b = (fp + ib) << 1;
            let hi = R32[b + 1]!;
            const from = R32[b]!;
            const lo = (from + ic) | 0;
            if ((from ^ lo) < 0 && from < 0 === ic >= 0) hi = (hi + (ic < 0 ? -1 : 1)) | 0;
            const p = translate(segHi, segBase, segPages, hi, lo);
            let v: number;
            if (p >= 0 && (p & 3) === 0 && (shadow32[p >> 2]! & 0x07070707) === 0x01010101) v = i32[p >> 2]!;
            else {
              task.pc = pc;
              memory.loadScratch(hi, lo, 4);
              v = scratch32[0]!;
            }
            R32[a << 1] = v;
            R32[(a << 1) + 1] = op === 100 /* LD32S */ ? v >> 31 : 0;
            break;
          }
        case 102 /* LD64 */:
        case 104 /* LDF64 */:
          {
            const b = (fp + ib) << 1;
            let hi = R32[b + 1]!;
            const from = R32[b]!;
            const lo = (from + ic) | 0;
            if ((from ^ lo) < 0 && from < 0 === ic >= 0) hi = (hi + (ic < 0 ? -1 : 1)) | 0;
            const p = translate(segHi, segBase, segPages, hi, lo);
            if (
              p >= 0 &&
              (p & 7) === 0 &&
              (shadow32[p >> 2]! & 0x07070707) === 0x01010101 &&
              (shadow32[(p >> 2) + 1]! & 0x07070707) === 0x01010101
            ) {
              R32[a << 1] = i32[p >> 2]!;
              R32[(a << 1) + 1] = i32[(p >> 2) + 1]!;
            } else {
              task.pc = pc;
              memory.loadScratch(hi, lo, 8);
              R[a] = scratch64[0]!;
            }
            break;
          }
        case 103 /* LDF32 */:
          {
            const b = (fp + ib) << 1;
            let hi = R32[b + 1]!;
            const from = R32[b]!;
            const lo = (from + ic) | 0;
            if ((from ^ lo) < 0 && from < 0 === ic >= 0) hi = (hi + (ic < 0 ? -1 : 1)) | 0;
            const p = translate(segHi, segBase, segPages, hi, lo);
            if (p >= 0 && (p & 3) === 0 && (shadow32[p >> 2]! & 0x07070707) === 0x01010101)
              RF[a] = f32[p >> 2]!;
            else {
              task.pc = pc;
              memory.loadScratch(hi, lo, 4);
              RF[a] = memory.scratchF32[0]!;
            }
            break;
          }
        case 105 /* ST8 */:
          {
            const b = (fp + ib) << 1;
            let hi = R32[b + 1]!;
            const from = R32[b]!;
            const lo = (from + ic) | 0;
            if ((from ^ lo) < 0 && from < 0 === ic >= 0) hi = (hi + (ic < 0 ? -1 : 1)) | 0;
            const p = translate(segHi, segBase, segPages, hi, lo);
            if (p >= 0 && (shadow[p] === 1 || shadow[p] === 2)) {
              u8[p] = R32[a << 1]!;
              shadow[p] = 1;
            } else {
              task.pc = pc;
              scratch32[0] = R32[a << 1]!;
              memory.storeScratch(hi, lo, 1);
            }
            break;
          }
        case 106 /* ST16 */:
          {
            const b = (fp + ib) << 1;
            let hi = R32[b + 1]!;
            const from = R32[b]!;
            const lo = (from + ic) | 0;
            if ((from ^ lo) < 0 && from < 0 === ic >= 0) hi = (hi + (ic < 0 ? -1 : 1)) | 0;
            const p = translate(segHi, segBase, segPages, hi, lo);
            if (p >= 0 && (p & 1) === 0 && (shadow16[p >> 1] === 0x0101 || shadow16[p >> 1] === 0x0202)) {
              i16[p >> 1] = R32[a << 1]!;
              shadow16[p >> 1] = 0x0101;
            } else {
              task.pc = pc;
              scratch32[0] = R32[a << 1]!;
              memory.storeScratch(hi, lo, 2);
            }
            break;
          }
        case 107 /* ST32 */:
          {
            const b = (fp + ib) << 1;
            let hi = R32[b + 1]!;
            const from = R32[b]!;
            const lo = (from + ic) | 0;
            if ((from ^ lo) < 0 && from < 0 === ic >= 0) hi = (hi + (ic < 0 ? -1 : 1)) | 0;
            const p = translate(segHi, segBase, segPages, hi, lo);
            if (
              p >= 0 &&
              (p & 3) === 0 &&
              (shadow32[p >> 2] === 0x01010101 || shadow32[p >> 2] === 0x02020202)
            ) {
              i32[p >> 2] = R32[a << 1]!;
              shadow32[p >> 2] = 0x01010101;
            } else {
              task.pc = pc;
              scratch32[0] = R32[a << 1]!;
              memory.storeScratch(hi, lo, 4);
            }
            break;
          }
        case 108 /* ST64 */:
        case 110 /* STF64 */:
          {
            const b = (fp + ib) << 1;
            let hi = R32[b + 1]!;
            const from = R32[b]!;
            const lo = (from + ic) | 0;
            if ((from ^ lo) < 0 && from < 0 === ic >= 0) hi = (hi + (ic < 0 ? -1 : 1)) | 0;
            const p = translate(segHi, segBase, segPages, hi, lo);
            const q = p >> 2;
            if (
              p >= 0 &&
              (p & 7) === 0 &&
              (shadow32[q] === 0x01010101 || shadow32[q] === 0x02020202) &&
              (shadow32[q + 1] === 0x01010101 || shadow32[q + 1] === 0x02020202)
            ) {
              i32[q] = R32[a << 1]!;
              i32[q + 1] = R32[(a << 1) + 1]!;
              shadow32[q] = 0x01010101;
              shadow32[q + 1] = 0x01010101;
            } else {
              task.pc = pc;
              scratch64[0] = R[a]!;
              memory.storeScratch(hi, lo, 8);
            }
            break;
          }
        case 109 /* STF32 */:
          {
            const b = (fp + ib) << 1;
            let hi = R32[b + 1]!;
            const from = R32[b]!;
            const lo = (from + ic) | 0;
            if ((from ^ lo) < 0 && from < 0 === ic >= 0) hi = (hi + (ic < 0 ? -1 : 1)) | 0;
            task.pc = pc;
            memory.scratchF32[0] = RF[a]!;
            const p = translate(segHi, segBase, segPages, hi, lo);
            if (
              p >= 0 &&
              (p & 3) === 0 &&
              (shadow32[p >> 2] === 0x01010101 || shadow32[p >> 2] === 0x02020202)
            ) {
              f32[p >> 2] = RF[a]!;
              shadow32[p >> 2] = 0x01010101;
            } else memory.storeScratch(hi, lo, 4);
            break;
          }
        case 111 /* MCPY */:
          {
            const x = a << 1,
              b = (fp + ib) << 1;
            const pd = translate(segHi, segBase, segPages, R32[x + 1]!, R32[x]!);
            const ps = translate(segHi, segBase, segPages, R32[b + 1]!, R32[b]!);
            if (ic === 8 && pd >= 0 && ps >= 0 && ((pd | ps) & 7) === 0) {
              const qs = ps >> 2,
                qd = pd >> 2;
              if (
                shadow32[qs] === 0x01010101 &&
                shadow32[qs + 1] === 0x01010101 &&
                (shadow32[qd] === 0x01010101 || shadow32[qd] === 0x02020202) &&
                (shadow32[qd + 1] === 0x01010101 || shadow32[qd + 1] === 0x02020202)
              ) {
                i64[pd >> 3] = i64[ps >> 3]!;
                shadow32[qd] = 0x01010101;
                shadow32[qd + 1] = 0x01010101;
                break;
              }
            } else if (ic === 4 && pd >= 0 && ps >= 0 && ((pd | ps) & 3) === 0) {
              const qs = ps >> 2,
                qd = pd >> 2;
              if (
                shadow32[qs] === 0x01010101 &&
                (shadow32[qd] === 0x01010101 || shadow32[qd] === 0x02020202)
              ) {
                i32[qd] = i32[qs]!;
                shadow32[qd] = 0x01010101;
                break;
              }
            }
            task.pc = pc;
            memory.copy(BigInt.asUintN(64, R[a]!), BigInt.asUintN(64, R[fp + ib]!), ic);
            break;
          }
        case 112 /* MSET */:
          task.pc = pc;
          memory.fill(BigInt.asUintN(64, R[a]!), ib & 0xff, ic);
          break;
        case 113 /* BFLD */:
          {
            task.pc = pc;
            const f = body.bitfields[ic]!;
            const b = (fp + ib) << 1;
            let hi = R32[b + 1]!;
            const lo = (R32[b]! >>> 0) + f.offset;
            if (lo !== lo >>> 0) hi = (hi + 1) | 0;
            memory.loadScratch(hi, lo | 0, f.bytes);
            if (f.shift + f.width <= 32) {
              const w = scratch32[0]!;
              const up = 32 - f.shift - f.width;
              const v = f.signed ? (w << up) >> (32 - f.width) : (w << up) >>> (32 - f.width);
              R32[a << 1] = v;
              R32[(a << 1) + 1] = f.signed ? (v | 0) >> 31 : 0;
            } else {
              const v = scratch64[0]! >> BigInt(f.shift);
              R[a] = f.signed ? BigInt.asIntN(f.width, v) : BigInt.asIntN(64, BigInt.asUintN(f.width, v));
            }
            break;
          }
        case 114 /* BFST */:
          {
            task.pc = pc;
            const f = body.bitfields[ic]!;
            const address = BigInt.asUintN(64, R[fp + ib]!) + BigInt(f.offset);
            memory.checkRange(address, f.bytes, "write", true);
            const mask = ((1n << BigInt(f.width)) - 1n) << BigInt(f.shift);
            const old = memory.peek(address, f.bytes);
            memory.store(address, f.bytes, (old & ~mask) | ((R[a]! << BigInt(f.shift)) & mask));
            break;
          }
        case 115 /* CHKIDX */:
          {
            const x = a << 1;
            if (R32[x + 1] !== 0 || R32[x]! >>> 0 > ib >>> 0 || (R32[x] === ib && ic === 0)) {
              task.pc = pc;
              stop("out-of-bounds", `index ${R[a]} is outside the array of ${ib} elements`);
            }
            break;
          }

        case 120 /* LIVE */:
          markStack(memory, (task.frameBase + (a - fp)) | 0, ib, SHADOW_UNINIT);
          break;
        case 121 /* DEAD */:
          markStack(memory, (task.frameBase + (a - fp)) | 0, ib, SHADOW_DEAD);
          break;
        case 122 /* ALLOCA */:
          {
            task.pc = pc;
            const size = R[fp + ib]!;
            if (size < 0n || size > BigInt(task.limits.stack))
              stop("stack-overflow", `array of ${size} bytes on the stack`);
            const align = Math.max(ic, 16);
            const base = Math.ceil((task.sp + 16) / align) * align;
            const top = base + Number(size) + 16;
            if (top >= task.mapped) growStack(memory, task, top);
            memory.setShadow(HI_STACK, base, Number(size), SHADOW_UNINIT);
            task.sp = (top + 15) & ~15;
            R32[a << 1] = base;
            R32[(a << 1) + 1] = HI_STACK;
            break;
          }
        case 123 /* SAVESP */:
          R32[a << 1] = task.sp;
          R32[(a << 1) + 1] = HI_STACK;
          break;
        case 124 /* RESTSP */:
          {
            const to = R32[a << 1]!;
            if (to < task.sp) memory.setShadow(HI_STACK, to, task.sp - to, SHADOW_DEAD);
            task.sp = to;
            break;
          }

        case 128 /* JMP */:
          pc = a - fp;
          continue;
        case 129 /* JZ */:
          {
            const x = a << 1;
            if ((R32[x]! | R32[x + 1]!) === 0) {
              pc = ib;
              continue;
            }
            break;
          }
        case 130 /* JNZ */:
          {
            const x = a << 1;
            if ((R32[x]! | R32[x + 1]!) !== 0) {
              pc = ib;
              continue;
            }
            break;
          }
        case 131 /* JEQ */:
          {
            const x = a << 1,
              b = (fp + ib) << 1;
            if (R32[x] === R32[b] && R32[x + 1] === R32[b + 1]) {
              pc = ic;
              continue;
            }
            break;
          }
        case 132 /* JNE */:
          {
            const x = a << 1,
              b = (fp + ib) << 1;
            if (R32[x] !== R32[b] || R32[x + 1] !== R32[b + 1]) {
              pc = ic;
              continue;
            }
            break;
          }
        case 133 /* JLTS */:
          if (R[a]! < R[fp + ib]!) {
            pc = ic;
            continue;
          }
          break;
        case 134 /* JLES */:
          if (R[a]! <= R[fp + ib]!) {
            pc = ic;
            continue;
          }
          break;
        case 135 /* JLTU */:
          {
            const x = a << 1,
              b = (fp + ib) << 1;
            const h = R32[x + 1]!,
              k = R32[b + 1]!;
            if (h === k ? R32[x]! >>> 0 < R32[b]! >>> 0 : h >>> 0 < k >>> 0) {
              pc = ic;
              continue;
            }
            break;
          }
        case 136 /* JLEU */:
          {
            const x = a << 1,
              b = (fp + ib) << 1;
            const h = R32[x + 1]!,
              k = R32[b + 1]!;
            if (h === k ? R32[x]! >>> 0 <= R32[b]! >>> 0 : h >>> 0 < k >>> 0) {
              pc = ic;
              continue;
            }
            break;
          }
        case 137 /* JEQ32 */:
          if (R32[a << 1] === R32[(fp + ib) << 1]) {
            pc = ic;
            continue;
          }
          break;
        case 138 /* JNE32 */:
          if (R32[a << 1] !== R32[(fp + ib) << 1]) {
            pc = ic;
            continue;
          }
          break;
        case 139 /* JLTS32 */:
          if (R32[a << 1]! < R32[(fp + ib) << 1]!) {
            pc = ic;
            continue;
          }
          break;
        case 140 /* JLES32 */:
          if (R32[a << 1]! <= R32[(fp + ib) << 1]!) {
            pc = ic;
            continue;
          }
          break;
        case 141 /* JLTU32 */:
          if (R32[a << 1]! >>> 0 < R32[(fp + ib) << 1]! >>> 0) {
            pc = ic;
            continue;
          }
          break;
        case 142 /* JLEU32 */:
          if (R32[a << 1]! >>> 0 <= R32[(fp + ib) << 1]! >>> 0) {
            pc = ic;
            continue;
          }
          break;
        case 143 /* JEQI32 */:
          if (R32[a << 1] === ib) {
            pc = ic;
            continue;
          }
          break;
        case 144 /* JNEI32 */:
          if (R32[a << 1] !== ib) {
            pc = ic;
            continue;
          }
          break;
        case 145 /* JLTI32S */:
          if (R32[a << 1]! < ib) {
            pc = ic;
            continue;
          }
          break;
        case 146 /* JLEI32S */:
          if (R32[a << 1]! <= ib) {
            pc = ic;
            continue;
          }
          break;
        case 147 /* JGTI32S */:
          if (R32[a << 1]! > ib) {
            pc = ic;
            continue;
          }
          break;
        case 148 /* JGEI32S */:
          if (R32[a << 1]! >= ib) {
            pc = ic;
            continue;
          }
          break;
        case 149 /* SWITCH */:
          {
            const s = body.compiled[ib]!;
            const x = a << 1;
            if (s.dense !== null && R32[x + 1] === R32[x]! >> 31) {
              const i = R32[x]! - s.min;
              pc = i >= 0 && i < s.dense.length ? s.dense[i]! : s.table.otherwise;
            } else pc = switchTarget(s, R[a]!);
            continue;
          }
        case 150 /* JMPI */:
          {
            task.pc = pc;
            const label = vm.image.labels[Number(BigInt.asUintN(64, R[a]!) - LABEL_BASE)];
            if (label === undefined || label.fn !== fn.id) {
              stop("bad-call", "computed goto to something that is not a label of this function");
              break;
            }
            pc = label.pc;
            continue;
          }

        case 152 /* CALLI */:
        case 151 /* CALL */:
          {
            let id: number;
            if (op === 151 /* CALL */) id = a - fp;
            else {
              task.pc = pc;
              const x = a << 1;
              const offset = (R32[x]! >>> 0) - 0x81000000;
              id = offset >> 4;
              if (R32[x + 1] !== -1 || offset < 0 || (offset & 15) !== 0 || id >= functions.length) {
                const sig = body.sigs[ic]!;
                const target = BigInt.asUintN(64, R[a]!);
                if (target >= NATIVE_BASE && target < LABEL_BASE) {
                  const stub = target >= STUB_BASE;
                  const index = Number((target - (stub ? STUB_BASE : NATIVE_BASE)) >> 4n);
                  task.fp = fp;
                  if (stub) {
                    vm.callStub(task, index, fp + ib, body.locs[pc >> 2]!);
                    break;
                  }
                  const outcome = vm.callNative(task, index, fp + ib, sig.nargs, body.locs[pc >> 2]!);
                  if (outcome === "retry") return "retry";
                  if (outcome === "jump") {
                    ({ fn, fp, pc } = task as { fn: FnInfo; fp: number; pc: number });
                    body = bodies[fn.id]!;
                    ({ code, consts, consts32 } = body);
                    continue;
                  }
                  if (vm.switchRequested) {
                    vm.switchRequested = false;
                    pc += 4;
                    return "switch";
                  }
                  break;
                }
                vm.badCall(target);
              }
              const sig = body.sigs[ic]!;
              const callee = functions[id]!;
              if (sig.key !== "" && callee.sigKey !== "" && sig.key !== callee.sigKey)
                vm.adaptCall(task, callee, sig.key, fp + ib);
            }
            const callee = functions[id]!;
            const next = bodies[id] ?? vm.bodyOf(id);
            const newFp = fp + ib;
            task.pc = pc;
            if (newFp + next.nregs + 64 > maxReg || task.depth + 1 >= task.limits.depth)
              stop("stack-overflow", `recursion too deep: ${task.depth} calls are open`);
            const f = task.depth * FRAME_WORDS;
            frames[f] = fn.id;
            frames[f + 1] = pc + 4;
            frames[f + 2] = fp;
            frames[f + 3] = task.frameBase;
            frames[f + 4] = task.sp;
            task.depth++;
            if (next.frameSize > 0) {
              task.frameBase = task.sp;
              const top = task.sp + next.frameSize;
              if (top >= task.mapped) growStack(memory, task, top);
              task.sp = top;
            }
            fn = callee;
            body = next;
            code = next.code;
            consts = next.consts;
            consts32 = next.consts32;
            fp = newFp;
            pc = 0;
            task.fn = fn;
            task.fp = fp;
            continue;
          }
        case 153 /* CALLN */:
          {
            task.pc = pc;
            task.fp = fp;
            const outcome = vm.callNative(task, a - fp, fp + ib, ic & 0xffff, body.locs[pc >> 2]!);
            if (outcome === "retry") return "retry";
            if (outcome === "jump") {
              ({ fn, fp, pc } = task as { fn: FnInfo; fp: number; pc: number });
              body = bodies[fn.id]!;
              ({ code, consts, consts32 } = body);
              continue;
            }
            if (vm.switchRequested) {
              vm.switchRequested = false;
              pc += 4;
              return "switch";
            }
            break;
          }
        case 154 /* CALLSTUB */:
          task.pc = pc;
          vm.callStub(task, a - fp, fp + ib, body.locs[pc >> 2]!);
          break;
        case 157 /* RETU */:
        case 156 /* RETV */:
        case 155 /* RET */:
          {
            if (op === 157 /* RETU */) {
              task.pc = pc;
              if (resultIsUsed(task, bodies))
                stop("missing-return", `${fn.name}() ends without a value, and its caller uses one`);
              R[fp] = 0n;
            }
            if (op === 155 /* RET */) R[fp] = R[a]!;
            if (task.depth === floor) {
              if (task.sp > task.frameBase && body.frameSize > 0)
                markStack(memory, task.frameBase, task.sp - task.frameBase, SHADOW_DEAD);
              task.result = R[fp]!;
              task.fp = fp;
              return "done";
            }
            const f = --task.depth * FRAME_WORDS;
            if (task.sp > frames[f + 4]!)
              markStack(memory, frames[f + 4]!, task.sp - frames[f + 4]!, SHADOW_DEAD);
            fn = functions[frames[f]!]!;
            body = bodies[fn.id]!;
            code = body.code;
            consts = body.consts;
            consts32 = body.consts32;
            pc = frames[f + 1]!;
            fp = frames[f + 2]!;
            task.frameBase = frames[f + 3]!;
            task.sp = frames[f + 4]!;
            task.fn = fn;
            task.fp = fp;
            continue;
          }
        case 158 /* TRAP */:
          {
            task.pc = pc;
            const t = body.traps[a - fp]!;
            stop(
              t.kind === "unreachable"
                ? "unreachable"
                : t.kind === "missing-return"
                  ? "missing-return"
                  : "unsupported",
              t.message,
            );
            break;
          }
        case 159 /* LINE */:
          vm.hitLine(a - fp);
          break;
        case 160 /* ATOM */:
          {
            task.pc = pc;
            const kind = code[pc + 5]!;
            const size = code[pc + 6]!;
            const signed = code[pc + 7]! !== 0;
            const address = BigInt.asUintN(64, R[fp + ib]!);
            const operand = R[fp + ic]!;
            if (kind === AtomicKind.STORE) {
              memory.store(address, size, operand);
              pc += 8;
              continue;
            }
            const bits = 8 * size;
            const old = memory.load(address, size);
            const canonical = BigInt.asIntN(64, signed ? BigInt.asIntN(bits, old) : old);
            switch (kind) {
              case AtomicKind.XCHG:
                memory.store(address, size, operand);
                break;
              case AtomicKind.ADD:
                memory.store(address, size, old + operand);
                break;
              case AtomicKind.SUB:
                memory.store(address, size, old - operand);
                break;
              case AtomicKind.AND:
                memory.store(address, size, old & operand);
                break;
              case AtomicKind.OR:
                memory.store(address, size, old | operand);
                break;
              case AtomicKind.XOR:
                memory.store(address, size, old ^ operand);
                break;
              case AtomicKind.NAND:
                memory.store(address, size, ~(old & operand));
                break;
              case AtomicKind.CMPXCHG:
                if (old === BigInt.asUintN(bits, operand)) memory.store(address, size, R[fp + ic + 1]!);
                break;
              default:
                break;
            }
            R[a] = canonical;
            pc += 8;
            continue;
          }
        case 162 /* BITS */:
          task.pc = pc;
          R[a] = bitFunction(ic, R[fp + ib]!);
          break;
        case 163 /* OVF */:
          {
            const flags = code[pc + 6]!;
            const bits = code[pc + 7]!;
            const x = (flags & 1) === 0 ? R[fp + ib]! : BigInt.asUintN(64, R[fp + ib]!);
            const y = (flags & 2) === 0 ? R[fp + ic]! : BigInt.asUintN(64, R[fp + ic]!);
            const kind = code[pc + 5]!;
            const exact = kind === 0 ? x + y : kind === 1 ? x - y : x * y;
            const wrapped = (flags & 4) === 0 ? BigInt.asUintN(bits, exact) : BigInt.asIntN(bits, exact);
            R[a] = wrapped === exact ? 0n : 1n;
            R[a + 1] = BigInt.asIntN(64, wrapped);
            pc += 8;
            continue;
          }
        case 164 /* LEA2 */:
        case 165 /* LEA4 */:
        case 166 /* LEA8 */:
          {
            const b = (fp + ib) << 1;
            const i = (fp + ic) << 1;
            const lo = R32[i]!;
            const shift = op - 164 /* LEA2 */ + 1;
            // An index that fits 32 bits (nearly all do) needs no 64-bit arithmetic.
            if (R32[i + 1] === lo >> 31) {
              const sum = (R32[b]! >>> 0) + lo * (1 << shift);
              R32[a << 1] = sum | 0;
              R32[(a << 1) + 1] = (R32[b + 1]! + Math.floor(sum / 4294967296)) | 0;
            } else R[a] = BigInt.asIntN(64, R[fp + ib]! + (R[fp + ic]! << BigInt(shift)));
            break;
          }
        case 167 /* ORI */:
          {
            const b = (fp + ib) << 1;
            R32[a << 1] = R32[b]! | ic;
            R32[(a << 1) + 1] = R32[b + 1]! | (ic >> 31);
            break;
          }
        case 168 /* XORI */:
          {
            const b = (fp + ib) << 1;
            R32[a << 1] = R32[b]! ^ ic;
            R32[(a << 1) + 1] = R32[b + 1]! ^ (ic >> 31);
            break;
          }
        case 169 /* JLTUI32 */:
          if (R32[a << 1]! >>> 0 < ib >>> 0) {
            pc = ic;
            continue;
          }
          break;
        case 170 /* JGEUI32 */:
          if (R32[a << 1]! >>> 0 >= ib >>> 0) {
            pc = ic;
            continue;
          }
          break;
        case 171 /* CPY */:
          {
            const x = a << 1,
              b = (fp + ib) << 1;
            let dh = R32[x + 1]!;
            let dl = (R32[x]! >>> 0) + code[pc + 5]!;
            if (dl !== dl >>> 0) dh = (dh + (dl < 0 ? -1 : 1)) | 0;
            dl |= 0;
            let sh = R32[b + 1]!;
            let sl = (R32[b]! >>> 0) + code[pc + 6]!;
            if (sl !== sl >>> 0) sh = (sh + (sl < 0 ? -1 : 1)) | 0;
            sl |= 0;
            const pd = translate(segHi, segBase, segPages, dh, dl);
            const ps = translate(segHi, segBase, segPages, sh, sl);
            if (pd >= 0 && ps >= 0) {
              if (ic === 8 && ((pd | ps) & 7) === 0) {
                const qs = ps >> 2,
                  qd = pd >> 2;
                if (
                  shadow32[qs] === 0x01010101 &&
                  shadow32[qs + 1] === 0x01010101 &&
                  (shadow32[qd] === 0x01010101 || shadow32[qd] === 0x02020202) &&
                  (shadow32[qd + 1] === 0x01010101 || shadow32[qd + 1] === 0x02020202)
                ) {
                  i32[qd] = i32[qs]!;
                  i32[qd + 1] = i32[qs + 1]!;
                  shadow32[qd] = 0x01010101;
                  shadow32[qd + 1] = 0x01010101;
                  pc += 8;
                  continue;
                }
              } else if (ic === 4 && ((pd | ps) & 3) === 0) {
                const qs = ps >> 2,
                  qd = pd >> 2;
                if (
                  shadow32[qs] === 0x01010101 &&
                  (shadow32[qd] === 0x01010101 || shadow32[qd] === 0x02020202)
                ) {
                  i32[qd] = i32[qs]!;
                  shadow32[qd] = 0x01010101;
                  pc += 8;
                  continue;
                }
              } else if (ic === 1 && shadow[ps] === 1 && (shadow[pd] === 1 || shadow[pd] === 2)) {
                u8[pd] = u8[ps]!;
                shadow[pd] = 1;
                pc += 8;
                continue;
              }
            }
            task.pc = pc;
            memory.copy(BigInt.asUintN(64, memory.join(dh, dl)), BigInt.asUintN(64, memory.join(sh, sl)), ic);
            pc += 8;
            continue;
          }
        case 172 /* ELEM */:
          {
            const i = (fp + ic) << 1;
            const index = R32[i]!;
            const flags = code[pc + 7]!;
            const bound = code[pc + 5]!;
            if (
              (flags & 2) === 0 &&
              (R32[i + 1] !== 0 || index >>> 0 > bound >>> 0 || (index === bound && flags === 0))
            ) {
              task.pc = pc;
              stop("out-of-bounds", `index ${R[fp + ic]} is outside the array of ${bound} elements`);
            }
            if (R32[i + 1] === index >> 31) {
              const k = ib << 1;
              const sum = (consts32[k]! >>> 0) + index * code[pc + 6]!;
              R32[a << 1] = sum | 0;
              R32[(a << 1) + 1] = (consts32[k + 1]! + Math.floor(sum / 4294967296)) | 0;
            } else R[a] = BigInt.asIntN(64, consts[ib]! + R[fp + ic]! * BigInt(code[pc + 6]!));
            pc += 8;
            continue;
          }
        case 179 /* F2I32 */:
          {
            const x = RF[fp + ib]!;
            const v = x > -2147483649 && x < 2147483648 ? x | 0 : -2147483648;
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 180 /* I2F32 */:
          RF[a] = R32[(fp + ib) << 1]!;
          break;
        case 181 /* U2F32 */:
          RF[a] = R32[(fp + ib) << 1]! >>> 0;
          break;
        case 173 /* MULI32S */:
          {
            const v = Math.imul(R32[(fp + ib) << 1]!, ic);
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 174 /* MULI32U */:
          R32[a << 1] = Math.imul(R32[(fp + ib) << 1]!, ic);
          R32[(a << 1) + 1] = 0;
          break;
        case 175 /* STI8 */:
        case 176 /* STI16 */:
        case 177 /* STI32 */:
        case 178 /* STI64 */:
          {
            const b = (fp + ib) << 1;
            const imm = a - fp;
            let hi = R32[b + 1]!;
            const from = R32[b]!;
            const lo = (from + ic) | 0;
            if ((from ^ lo) < 0 && from < 0 === ic >= 0) hi = (hi + (ic < 0 ? -1 : 1)) | 0;
            const p = translate(segHi, segBase, segPages, hi, lo);
            if (p >= 0) {
              const q = p >> 2;
              if (op === 175 /* STI8 */) {
                if (shadow[p] === 1 || shadow[p] === 2) {
                  u8[p] = imm;
                  shadow[p] = 1;
                  break;
                }
              } else if (op === 177 /* STI32 */) {
                if ((p & 3) === 0 && (shadow32[q] === 0x01010101 || shadow32[q] === 0x02020202)) {
                  i32[q] = imm;
                  shadow32[q] = 0x01010101;
                  break;
                }
              } else if (
                op === 178 /* STI64 */ &&
                (p & 7) === 0 &&
                (shadow32[q] === 0x01010101 || shadow32[q] === 0x02020202) &&
                (shadow32[q + 1] === 0x01010101 || shadow32[q + 1] === 0x02020202)
              ) {
                i32[q] = imm;
                i32[q + 1] = imm >> 31;
                shadow32[q] = 0x01010101;
                shadow32[q + 1] = 0x01010101;
                break;
              }
            }
            task.pc = pc;
            scratch32[0] = imm;
            scratch32[1] = imm >> 31;
            memory.storeScratch(hi, lo, 1 << (op - 175) /* STI8 */);
            break;
          }
        default:
          vm.badOpcode(op);
      }
      pc += 4;
    }
  } finally {
    vm.steps += budget - Math.max(left, 0);
    task.pc = pc;
    task.fp = fp;
    task.fn = fn;
  }
}
