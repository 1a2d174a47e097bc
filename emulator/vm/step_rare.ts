/**
 * The instructions that the dispatch loop (step.ts) does not carry itself: those that are rare in kernels, or that cost more
 * than a call anyway. Kept out of the loop because V8 compiles the loop as a whole: each case in it makes every compilation
 * longer. Semantics are in bytecode.ts. Leaves out calls, returns and everything else that changes the running function.
 */
import { HI_STACK, type Memory, MemoryFault, SHADOW_DEAD, SHADOW_UNINIT } from "../mem/memory.ts";
import type { ExecBody } from "./body.ts";
import { AtomicKind, BitKind, WideKind } from "./bytecode.ts";
import { LABEL_BASE } from "./image.ts";
import type { StopKind } from "./stop_reason.ts";
import type { Task } from "./task.ts";
import type { Vm } from "./vm.ts";

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

export const stop = (kind: StopKind, message: string): never => {
  throw new MemoryFault(kind, message, 0n);
};

function loadWide(memory: Memory, at: bigint, unsigned: boolean): bigint {
  const address = BigInt.asUintN(64, at);
  const v = (memory.load(address + 8n, 8) << 64n) | memory.load(address, 8);
  return unsigned ? v : BigInt.asIntN(128, v);
}

/** The instruction WIDE: b and c are registers. */
function wideArithmetic(
  memory: Memory,
  task: Task,
  kind: number,
  unsigned: boolean,
  to: bigint,
  b: number,
  c: number,
): void {
  const R = task.regs;
  const v =
    kind === WideKind.FROM_DOUBLE ? doubleToWide(task.regsF[b]!) : wide(memory, kind, unsigned, R[b]!, R[c]!);
  const address = BigInt.asUintN(64, to);
  memory.store(address, 8, BigInt.asUintN(64, v));
  memory.store(address + 8n, 8, BigInt.asUintN(64, v >> 64n));
}

function wide(memory: Memory, kind: number, unsigned: boolean, b: bigint, c: bigint): bigint {
  const x = loadWide(memory, b, unsigned);
  if (kind === WideKind.shl || kind === WideKind.shr) {
    if (c < 0n || c > 127n) stop("shift-range", `shift of a 128-bit value by ${c}`);
    return kind === WideKind.shl ? x << c : x >> c;
  }
  if (kind === WideKind.neg) return -x;
  if (kind === WideKind.not) return ~x;
  const y = loadWide(memory, c, unsigned);
  switch (kind) {
    case WideKind.add:
      return x + y;
    case WideKind.sub:
      return x - y;
    case WideKind.mul:
      return x * y;
    case WideKind.and:
      return x & y;
    case WideKind.or:
      return x | y;
    case WideKind.xor:
      return x ^ y;
    default:
      if (y === 0n) stop("division-by-zero", "division by zero");
      return kind === WideKind.div ? x / y : x % y;
  }
}

const TWO_127 = 2 ** 127;

function doubleToWide(x: number): bigint {
  if (Number.isNaN(x) || x >= 2 * TWO_127 || x < -TWO_127) return -(1n << 127n);
  return BigInt(Math.trunc(x));
}

/** The instruction WIDEV: a is a register, b and c are addresses. */
function wideValue(
  memory: Memory,
  task: Task,
  kind: number,
  unsigned: boolean,
  a: number,
  b: bigint,
  c: bigint,
): void {
  const x = loadWide(memory, b, unsigned);
  if (kind === WideKind.TO_DOUBLE) task.regsF[a] = Number(x);
  else if (kind === WideKind.TO_FLOAT) task.regs[a] = singleBits(x);
  else if (kind === WideKind.NONZERO) task.regs[a] = x === 0n ? 0n : 1n;
  else {
    const y = loadWide(memory, c, unsigned);
    const is =
      kind === WideKind.eq ? x === y : kind === WideKind.ne ? x !== y : kind === WideKind.lt ? x < y : x <= y;
    task.regs[a] = is ? 1n : 0n;
  }
}

function doubleToS64(x: number): bigint {
  if (!(x >= -(2 ** 63) && x < 2 ** 63)) return -0x8000000000000000n;
  return BigInt(Math.trunc(x));
}

function doubleToU64(x: number): bigint {
  if (x >= 2 ** 63) return x < 2 ** 64 ? BigInt.asIntN(64, BigInt(Math.trunc(x))) : 0n;
  return doubleToS64(x);
}

/** Makes room for a frame's memory; stops when the stack is used up. */
export function growStack(memory: Memory, task: Task, top: number): void {
  if (top - task.stackLow > task.limits.stack)
    stop("stack-overflow", `stack of ${task.limits.stack >> 10} KiB used up`);
  memory.map(HI_STACK, task.mapped, top - task.mapped + 1);
  task.mapped = (top & ~4095) + 4096;
}

/**
 * Executes instruction `op` (operands as in the loop: a is a register of the file, ib and ic are raw) and gives the pc to go
 * on at. `task.fp` and `task.pc` are those of the running function.
 */
export function rare(
  vm: Vm,
  task: Task,
  body: ExecBody,
  op: number,
  a: number,
  ib: number,
  ic: number,
): number {
  const memory = vm.memory;
  const { u8, i32, i64, shadow, shadow32, scratch32, scratch64 } = memory;
  const R = task.regs;
  const R32 = task.regs32;
  const RF = task.regsF;
  const { fp, pc } = task;
  const { code } = body;
  switch (op) {
    case 0 /* NOP */:
    case 161 /* EXT */:
      break;
    case 5 /* LABEL */:
      R[a] = LABEL_BASE + BigInt(vm.labelId(task.fn!.id, ib));
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
    case 21 /* NEG */:
      R[a] = BigInt.asIntN(64, -R[fp + ib]!);
      if (R[a] === -0x8000000000000000n && body.signedAt.has(pc))
        vm.remark(task, pc, "signed-overflow", () => "signed overflow: -LONG_MIN does not fit in long");
      break;
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
    case 46 /* NEG32S */:
      {
        const v = -R32[(fp + ib) << 1]! | 0;
        if (v === -0x80000000)
          vm.remark(task, pc, "signed-overflow", () => "signed overflow: -INT_MIN does not fit in int");
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

    case 111 /* MCPY */:
      {
        const x = a << 1,
          b = (fp + ib) << 1;
        const pd = memory.translate(R32[x + 1]!, R32[x]!);
        const ps = memory.translate(R32[b + 1]!, R32[b]!);
        if (ic === 8 && pd >= 0 && ps >= 0 && ((pd | ps) & 7) === 0) {
          const qs = ps >> 2,
            qd = pd >> 2;
          if (
            shadow32[qs] === 0x01010101 &&
            shadow32[qs + 1] === 0x01010101 &&
            (shadow32[qd] === 0x01010101 || shadow32[qd] === 0x02020202) &&
            (shadow32[qd + 1] === 0x01010101 || shadow32[qd + 1] === 0x02020202)
          ) {
            memory.dirty[pd >>> 12] = 1;
            i64[pd >> 3] = i64[ps >> 3]!;
            shadow32[qd] = 0x01010101;
            shadow32[qd + 1] = 0x01010101;
            break;
          }
        } else if (ic === 4 && pd >= 0 && ps >= 0 && ((pd | ps) & 3) === 0) {
          const qs = ps >> 2,
            qd = pd >> 2;
          if (shadow32[qs] === 0x01010101 && (shadow32[qd] === 0x01010101 || shadow32[qd] === 0x02020202)) {
            memory.dirty[pd >>> 12] = 1;
            i32[qd] = i32[qs]!;
            shadow32[qd] = 0x01010101;
            break;
          }
        }
        memory.copy(BigInt.asUintN(64, R[a]!), BigInt.asUintN(64, R[fp + ib]!), ic);
        break;
      }
    case 112 /* MSET */:
      memory.fill(BigInt.asUintN(64, R[a]!), ib & 0xff, ic);
      break;
    case 113 /* BFLD */:
      {
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
        const f = body.bitfields[ic]!;
        const address = BigInt.asUintN(64, R[fp + ib]!) + BigInt(f.offset);
        memory.checkRange(address, f.bytes, "write", true);
        const mask = ((1n << BigInt(f.width)) - 1n) << BigInt(f.shift);
        const old = memory.peek(address, f.bytes);
        memory.store(address, f.bytes, (old & ~mask) | ((R[a]! << BigInt(f.shift)) & mask));
        break;
      }
    case 122 /* ALLOCA */:
      {
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

    case 150 /* JMPI */:
      {
        const label = vm.image.labels[Number(BigInt.asUintN(64, R[a]!) - LABEL_BASE)];
        if (label === undefined || label.fn !== task.fn!.id) {
          stop("bad-call", "computed goto to something that is not a label of this function");
          break;
        }
        return label.pc;
      }

    case 158 /* TRAP */:
      {
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
    case 160 /* ATOM */:
      {
        const kind = code[pc + 5]!;
        const size = code[pc + 6]!;
        const signed = code[pc + 7]! !== 0;
        const address = BigInt.asUintN(64, R[fp + ib]!);
        const operand = R[fp + ic]!;
        if (kind === AtomicKind.STORE) {
          memory.store(address, size, operand);
          return pc + 8;
        }
        if (Number(address & 63n) + size > 64)
          stop(
            "misaligned",
            `atomic access of ${size} bytes at 0x${address.toString(16)} crosses a cache line`,
          );
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
        return pc + 8;
      }
    case 162 /* BITS */:
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
        return pc + 8;
      }
    case 182 /* WIDE */:
      wideArithmetic(memory, task, code[pc + 5]!, code[pc + 6]! !== 0, R[a]!, fp + ib, fp + ic);
      return pc + 8;
    case 183 /* WIDEV */:
      wideValue(memory, task, code[pc + 5]!, code[pc + 6]! !== 0, a, R[fp + ib]!, R[fp + ic]!);
      return pc + 8;
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
        const pd = memory.translate(dh, dl);
        const ps = memory.translate(sh, sl);
        if (pd >= 0 && ps >= 0) {
          memory.dirty[pd >>> 12] = 1;
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
              return pc + 8;
            }
          } else if (ic === 4 && ((pd | ps) & 3) === 0) {
            const qs = ps >> 2,
              qd = pd >> 2;
            if (shadow32[qs] === 0x01010101 && (shadow32[qd] === 0x01010101 || shadow32[qd] === 0x02020202)) {
              i32[qd] = i32[qs]!;
              shadow32[qd] = 0x01010101;
              return pc + 8;
            }
          } else if (ic === 1 && shadow[ps] === 1 && (shadow[pd] === 1 || shadow[pd] === 2)) {
            u8[pd] = u8[ps]!;
            shadow[pd] = 1;
            return pc + 8;
          }
        }
        memory.copy(BigInt.asUintN(64, memory.join(dh, dl)), BigInt.asUintN(64, memory.join(sh, sl)), ic);
        return pc + 8;
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
    default:
      vm.badOpcode(op);
  }
  return pc + 4;
}
