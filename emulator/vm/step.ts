/**
 * The dispatch loop: runs one task until it finishes, blocks or has used its slice. Semantics of each instruction are in
 * bytecode.ts. Leaves out scheduling and natives (vm.ts), rare instructions (step_rare.ts) and the checks of memory
 * (mem/memory.ts), whose fast paths are repeated here because that is where the time goes: an aligned access to initialised
 * memory never leaves this file.
 *
 * What V8 needs of this file. Opcodes stand as numbers with their names beside them: V8 makes a jump table of a switch only
 * when its cases are literals (with `Op.X` each instruction went through a chain of comparisons, four times slower). A test
 * holds numbers and names together. 64-bit arithmetic works on 32-bit halves, because bigints live on the heap until the
 * loop is optimised. Whatever the loop has not met when it is optimised throws the optimised code away when it comes, and
 * the next compilation takes a third of a second: so rare things are calls, and warm.ts executes each case once.
 */
import { HI_STACK, type Memory, SHADOW_DEAD, SHADOW_UNINIT } from "../mem/memory.ts";
import { type ExecBody, switchTarget } from "./body.ts";
import { Op } from "./bytecode.ts";
import { LABEL_BASE, NATIVE_BASE, STUB_BASE } from "./image.ts";
import { growStack, rare, stop } from "./step_rare.ts";
import { FRAME_WORDS, type Task } from "./task.ts";
import type { Vm } from "./vm.ts";

/** Why `step` came back. */
export type StepResult = "slice" | "done" | "retry" | "switch";

/** What `indirect` gives when the call was none of a C function. */
const CALLED = -1;
const RETRY = -2;
const JUMPED = -3;

/** The function that a CALLI calls, its arguments adapted; natives and stubs are called here. */
function indirect(vm: Vm, task: Task, body: ExecBody, a: number, ib: number, ic: number): number {
  const x = a << 1;
  const offset = (task.regs32[x]! >>> 0) - 0x81000000;
  const id = offset >> 4;
  const sig = body.sigs[ic]!;
  const argBase = task.fp + ib;
  const { functions } = vm;
  if (task.regs32[x + 1] !== -1 || offset < 0 || (offset & 15) !== 0 || id >= functions.length) {
    const target = BigInt.asUintN(64, task.regs[a]!);
    if (target < NATIVE_BASE || target >= LABEL_BASE) return vm.closureCall(task, target, argBase, sig);
    const stub = target >= STUB_BASE;
    const index = Number((target - (stub ? STUB_BASE : NATIVE_BASE)) >> 4n);
    const loc = body.locs[task.pc >> 2]!;
    if (stub) {
      vm.callStub(task, index, argBase, loc);
      return CALLED;
    }
    const outcome = vm.callNative(task, index, argBase, sig.nargs, loc);
    return outcome === "retry" ? RETRY : outcome === "jump" ? JUMPED : CALLED;
  }
  const callee = functions[id]!;
  if (vm.stopBefore !== null) vm.aboutToEnter(id);
  if (sig.key !== "" && callee.sigKey !== "" && sig.key !== callee.sigKey)
    vm.adaptCall(task, callee, sig.key, argBase);
  return id;
}

/** Whether the call that the running function will return to uses its result. */
function resultIsUsed(task: Task, bodies: readonly (ExecBody | undefined)[]): boolean {
  if (task.depth === 0) return false;
  const f = (task.depth - 1) * FRAME_WORDS;
  const caller = bodies[task.frames[f]!]!;
  const at = task.frames[f + 1]! - 4;
  if (caller.code[at] === Op.CALL) return caller.code[at + 3] === 1;
  return caller.code[at] === Op.CALLI && caller.sigs[caller.code[at + 3]!]!.resultUsed;
}

/** The end of a function without a value: a stop where one is used. */
function noValue(task: Task, bodies: readonly (ExecBody | undefined)[]): void {
  if (resultIsUsed(task, bodies))
    stop("missing-return", `${task.fn!.name}() ends without a value, and its caller uses one`);
}

function tooDeep(task: Task): never {
  return stop("stack-overflow", `recursion too deep: ${task.depth} calls are open`);
}

function badShift(bits: number, count: bigint): never {
  return stop("shift-range", `shift of a ${bits}-bit value by ${count}`);
}

function badIndex(index: bigint, bound: number): never {
  return stop("out-of-bounds", `index ${index} is outside the array of ${bound} elements`);
}

/** 32-bit signed arithmetic that does not fit: a remark. */
function overflow32(vm: Vm, task: Task, pc: number, x: number, operator: string, y: number): void {
  vm.remark(task, pc, "signed-overflow", () => `signed overflow: ${x} ${operator} ${y} does not fit in int`);
}

/** 64-bit arithmetic that does not fit: a remark where it is signed. The result stands in register a. */
function overflow64(vm: Vm, task: Task, body: ExecBody, pc: number): void {
  if (body.signedAt.has(pc))
    vm.remark(task, pc, "signed-overflow", () => "signed overflow: the result does not fit in long");
}

/** a = x * y in 64 bits. */
function multiply(vm: Vm, task: Task, body: ExecBody, pc: number, a: number, x: bigint, y: bigint): void {
  const exact = x * y;
  const v = BigInt.asIntN(64, exact);
  task.regs[a] = v;
  if (v !== exact && body.signedAt.has(pc))
    vm.remark(task, pc, "signed-overflow", () => `signed overflow: ${x} * ${y} does not fit in long`);
}

/** An access to an address that its type does not allow: a remark, unless the type is packed. */
function misaligned(
  vm: Vm,
  task: Task,
  body: ExecBody,
  pc: number,
  size: number,
  hi: number,
  lo: number,
): void {
  if (body.looseAt.has(pc)) return;
  const address = BigInt.asUintN(64, vm.memory.join(hi, lo));
  const text = () => `misaligned access of ${size} bytes at 0x${address.toString(16)}`;
  vm.remark(task, pc, "misaligned", text);
}

/** Address of an array element whose index does not fit 32 bits. */
function farElement(R: BigInt64Array, a: number, base: bigint, index: number, scale: number): void {
  R[a] = BigInt.asIntN(64, base + R[index]! * BigInt(scale));
}

/** SHL, SHRS, SHRU by 0 to 63; x and b are indexes of low words. */
function shift64(R32: Int32Array, op: number, x: number, b: number, n: number): void {
  const lo = R32[b]!;
  const hi = R32[b + 1]!;
  const m = n & 31;
  if (op === 18 /* SHL */) {
    R32[x] = n >= 32 ? 0 : lo << m;
    R32[x + 1] = n >= 32 ? lo << m : m === 0 ? hi : (hi << m) | (lo >>> (32 - m));
    return;
  }
  const fill = op === 19 /* SHRS */ ? hi >> 31 : 0;
  const top = op === 19 /* SHRS */ ? hi >> m : hi >>> m;
  R32[x] = n >= 32 ? top : m === 0 ? lo : (lo >>> m) | (hi << (32 - m));
  R32[x + 1] = n >= 32 ? fill : top;
}

/** A load that is unaligned, of a float, of watched memory, or wrong. */
function slowLoad(
  vm: Vm,
  task: Task,
  body: ExecBody,
  pc: number,
  op: number,
  a: number,
  hi: number,
  lo: number,
): void {
  const { memory } = vm;
  const x = a << 1;
  const words = task.regs32;
  if (op === 103 /* LDF32 */) {
    const p = memory.translate(hi, lo);
    if (p >= 0 && (p & 3) === 0 && (memory.shadow32[p >> 2]! & 0x07070707) === 0x01010101) {
      task.regsF[a] = memory.f32[p >> 2]!;
      return;
    }
  }
  const wide = op >= 102 /* LD64 */ && op !== 103; /* LDF32 */
  const size = wide ? 8 : op >= 100 /* LD32S */ ? 4 : op >= 98 /* LD16S */ ? 2 : 1;
  memory.loadScratch(hi, lo, size);
  if ((lo & (size - 1)) !== 0) misaligned(vm, task, body, pc, size, hi, lo);
  let v = memory.scratch32[0]!;
  if (op === 103 /* LDF32 */) task.regsF[a] = memory.scratchF32[0]!;
  else if (op >= 102 /* LD64 */) {
    words[x] = v;
    words[x + 1] = memory.scratch32[1]!;
  } else {
    if (op === 96 /* LD8S */) v = (v << 24) >> 24;
    else if (op === 98 /* LD16S */) v = (v << 16) >> 16;
    words[x] = v;
    words[x + 1] = op === 101 /* LD32U */ ? 0 : v >> 31;
  }
}

/** A store that is unaligned, of a float, to watched memory, or wrong. v and w are the words of the value. */
function slowStore(
  vm: Vm,
  task: Task,
  body: ExecBody,
  pc: number,
  op: number,
  a: number,
  v: number,
  w: number,
  hi: number,
  lo: number,
): void {
  const { memory } = vm;
  if (op === 109 /* STF32 */) {
    const p = memory.translate(hi, lo);
    if (p >= 0 && (p & 3) === 0 && memory.shadow32[p >> 2] === 0x01010101) {
      memory.dirty[p >>> 12] = 1;
      memory.f32[p >> 2] = task.regsF[a]!;
      return;
    }
    memory.scratchF32[0] = task.regsF[a]!;
  } else {
    memory.scratch32[0] = v;
    memory.scratch32[1] = w;
  }
  const size =
    op === 108 /* ST64 */ || op === 110 /* STF64 */
      ? 8
      : op === 109 /* STF32 */
        ? 4
        : op >= 175 /* STI8 */
          ? 1 << (op - 175) /* STI8 */
          : 1 << (op - 105); /* ST8 */
  memory.storeScratch(hi, lo, size);
  if ((lo & (size - 1)) !== 0) misaligned(vm, task, body, pc, size, hi, lo);
}

/** Marks [lo, lo + length) of the stack. */
function markStack(memory: Memory, lo: number, length: number, code: number): void {
  const phys = memory.translate(HI_STACK, lo);
  if (phys < 0 || (lo & 4095) + length > 4096) {
    memory.setShadow(HI_STACK, lo, length, code);
    return;
  }
  const { shadow, shadow32 } = memory;
  memory.dirty[phys >>> 12] = 1;
  if (((phys | length) & 3) !== 0 || length > 256) {
    memory.work.charge(length / 4);
    shadow.fill(code, phys, phys + length);
    return;
  }
  // A frame or a local: shorter than what a call of fill() costs.
  const four = Math.imul(code, 0x01010101);
  for (let p = phys >> 2, end = (phys + length) >> 2; p < end; p++) shadow32[p] = four;
}

/**
 * Runs `task` for at most `budget` instructions. Faults leave as MemoryFault with task.pc at the instruction; the number
 * of instructions executed is added to vm.steps in every case.
 */
export function step(vm: Vm, task: Task, budget: number, floor: number): StepResult {
  const memory = vm.memory;
  const { segHi, segBase, segPages, u8, i16, i32, shadow, shadow16, shadow32, dirty } = memory;
  const R = task.regs;
  const R32 = task.regs32;
  const frames = task.frames;
  const functions = vm.functions;
  const bodies = vm.bodies;
  const maxReg = task.limits.registers;
  const maxDepth = task.limits.depth;
  let fn = task.fn!.id;
  let body: ExecBody = bodies[fn] ?? vm.bodyOf(fn);
  let code = body.code;
  let consts32 = body.consts32;
  let fp = task.fp;
  let pc = task.pc;
  // No slice is longer than an int32; said so, V8 counts in one.
  let left = budget | 0;
  try {
    for (;;) {
      if (--left < 0) return "slice";
      const op = code[pc]!;
      const a = fp + code[pc + 1]!;
      const ib = code[pc + 2]!;
      const ic = code[pc + 3]!;
      switch (op) {
        case 1 /* LDI */:
          R32[a << 1] = ib;
          R32[(a << 1) + 1] = ib >> 31;
          break;
        case 2 /* LDK */:
          R32[a << 1] = consts32[ib << 1]!;
          R32[(a << 1) + 1] = consts32[(ib << 1) + 1]!;
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
        case 8 /* ADD */:
          {
            const b = (fp + ib) << 1,
              c = (fp + ic) << 1;
            const from = R32[b]!;
            const lo = (from + R32[c]!) | 0;
            const x = R32[b + 1]!,
              y = R32[c + 1]!;
            const hi = (x + y + (lo >>> 0 < from >>> 0 ? 1 : 0)) | 0;
            if (((x ^ hi) & (y ^ hi)) < 0) overflow64(vm, task, body, pc);
            R32[a << 1] = lo;
            R32[(a << 1) + 1] = hi;
            break;
          }
        case 9 /* SUB */:
          {
            const b = (fp + ib) << 1,
              c = (fp + ic) << 1;
            const from = R32[b]!;
            const lo = (from - R32[c]!) | 0;
            const x = R32[b + 1]!,
              y = R32[c + 1]!;
            const hi = (x - y - (lo >>> 0 > from >>> 0 ? 1 : 0)) | 0;
            if (((x ^ y) & (x ^ hi)) < 0) overflow64(vm, task, body, pc);
            R32[a << 1] = lo;
            R32[(a << 1) + 1] = hi;
            break;
          }
        case 10 /* MUL */:
          {
            const b = (fp + ib) << 1,
              c = (fp + ic) << 1;
            const x = R32[b]!,
              y = R32[c]!;
            // Small factors (nearly all) have a product that a double holds exactly.
            const product = x * y;
            if (
              R32[b + 1] === x >> 31 &&
              R32[c + 1] === y >> 31 &&
              product > -9007199254740992 &&
              product < 9007199254740992
            ) {
              R32[a << 1] = product | 0;
              R32[(a << 1) + 1] = Math.floor(product / 4294967296) | 0;
            } else multiply(vm, task, body, pc, a, R[fp + ib]!, R[fp + ic]!);
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
        case 19 /* SHRS */:
        case 20 /* SHRU */:
          {
            const c = (fp + ic) << 1;
            const n = R32[c]!;
            if (n >>> 0 > 63 || R32[c + 1] !== 0) {
              task.pc = pc;
              badShift(64, R[fp + ic]!);
            }
            shift64(R32, op, a << 1, (fp + ib) << 1, n);
            break;
          }
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
            const from = R32[b]!;
            const lo = (from + ic) | 0;
            let hi = R32[b + 1]!;
            if ((from ^ lo) < 0 && from < 0 === ic >= 0) {
              const before = hi;
              hi = (hi + (ic < 0 ? -1 : 1)) | 0;
              if ((before ^ hi) < 0 && before < 0 === ic < 0) overflow64(vm, task, body, pc);
            }
            R32[a << 1] = lo;
            R32[(a << 1) + 1] = hi;
            break;
          }
        case 24 /* MULI */:
          {
            const b = (fp + ib) << 1;
            const x = R32[b]!;
            const product = x * ic;
            if (R32[b + 1] === x >> 31 && product > -9007199254740992 && product < 9007199254740992) {
              R32[a << 1] = product | 0;
              R32[(a << 1) + 1] = Math.floor(product / 4294967296) | 0;
            } else multiply(vm, task, body, pc, a, R[fp + ib]!, BigInt(ic));
            break;
          }
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
            const x = R32[(fp + ib) << 1]!,
              y = R32[(fp + ic) << 1]!;
            const v = (x + y) | 0;
            if (((x ^ v) & (y ^ v)) < 0) overflow32(vm, task, pc, x, "+", y);
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 33 /* SUB32S */:
          {
            const x = R32[(fp + ib) << 1]!,
              y = R32[(fp + ic) << 1]!;
            const v = (x - y) | 0;
            if (((x ^ y) & (x ^ v)) < 0) overflow32(vm, task, pc, x, "-", y);
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 34 /* MUL32S */:
          {
            const x = R32[(fp + ib) << 1]!,
              y = R32[(fp + ic) << 1]!;
            const v = Math.imul(x, y);
            if (v !== x * y) overflow32(vm, task, pc, x, "*", y);
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
        case 42 /* SHL32S */:
        case 43 /* SHR32S */:
        case 44 /* SHL32U */:
        case 45 /* SHR32U */:
          {
            const c = (fp + ic) << 1;
            const n = R32[c]!;
            if (n >>> 0 > 31 || R32[c + 1] !== 0) {
              task.pc = pc;
              badShift(32, R[fp + ic]!);
            }
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
        case 49 /* ADDI32S */:
          {
            const x = R32[(fp + ib) << 1]!;
            const v = (x + ic) | 0;
            if (((x ^ v) & (ic ^ v)) < 0) overflow32(vm, task, pc, x, "+", ic);
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
        case 75 /* LES */:
        case 76 /* LTU */:
        case 77 /* LEU */:
          {
            const b = (fp + ib) << 1,
              c = (fp + ic) << 1;
            const h = R32[b + 1]!,
              k = R32[c + 1]!;
            const unsigned = op >= 76; /* LTU */
            const v =
              h !== k
                ? unsigned
                  ? h >>> 0 < k >>> 0
                  : h < k
                : R32[b]! >>> 0 < R32[c]! >>> 0 || ((op & 1) !== 0 && R32[b] === R32[c]);
            R32[a << 1] = v ? 1 : 0;
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
        case 96 /* LD8S */:
        case 97 /* LD8U */:
        case 98 /* LD16S */:
        case 99 /* LD16U */:
        case 100 /* LD32S */:
        case 101 /* LD32U */:
        case 102 /* LD64 */:
        case 103 /* LDF32 */:
        case 104 /* LDF64 */:
          {
            const b = (fp + ib) << 1;
            let hi = R32[b + 1]!;
            const from = R32[b]!;
            const lo = (from + ic) | 0;
            if ((from ^ lo) < 0 && from < 0 === ic >= 0) hi = (hi + (ic < 0 ? -1 : 1)) | 0;
            const slot = ((hi >> 8) ^ hi) & 63;
            let p = -1;
            if (segHi[slot] === hi) {
              const pages = segPages[slot]!;
              const index = (lo >>> 12) - segBase[slot]!;
              if (index >>> 0 < pages.length) {
                const page = pages[index]!;
                if (page >= 0) p = page + (lo & 4095);
              }
            }
            const x = a << 1;
            if (op === 102 /* LD64 */ || op === 104 /* LDF64 */) {
              if (
                p >= 0 &&
                (p & 7) === 0 &&
                (shadow32[p >> 2]! & 0x07070707) === 0x01010101 &&
                (shadow32[(p >> 2) + 1]! & 0x07070707) === 0x01010101
              ) {
                R32[x] = i32[p >> 2]!;
                R32[x + 1] = i32[(p >> 2) + 1]!;
                break;
              }
            } else if (op >= 100 /* LD32S */) {
              if (
                op !== 103 /* LDF32 */ &&
                p >= 0 &&
                (p & 3) === 0 &&
                (shadow32[p >> 2]! & 0x07070707) === 0x01010101
              ) {
                const v = i32[p >> 2]!;
                R32[x] = v;
                R32[x + 1] = op === 100 /* LD32S */ ? v >> 31 : 0;
                break;
              }
            } else if (op >= 98 /* LD16S */) {
              if (p >= 0 && (p & 1) === 0 && (shadow16[p >> 1]! & 0x0707) === 0x0101) {
                const v = op === 99 /* LD16U */ ? i16[p >> 1]! & 0xffff : i16[p >> 1]!;
                R32[x] = v;
                R32[x + 1] = v >> 31;
                break;
              }
            } else if (p >= 0 && (shadow[p]! & 7) === 1) {
              const v = op === 96 /* LD8S */ ? (u8[p]! << 24) >> 24 : u8[p]!;
              R32[x] = v;
              R32[x + 1] = v >> 31;
              break;
            }
            task.pc = pc;
            slowLoad(vm, task, body, pc, op, a, hi, lo);
            break;
          }
        case 105 /* ST8 */:
        case 106 /* ST16 */:
        case 107 /* ST32 */:
        case 108 /* ST64 */:
        case 109 /* STF32 */:
        case 110 /* STF64 */:
        case 175 /* STI8 */:
        case 176 /* STI16 */:
        case 177 /* STI32 */:
        case 178 /* STI64 */:
          {
            const b = (fp + ib) << 1;
            let hi = R32[b + 1]!;
            const from = R32[b]!;
            const lo = (from + ic) | 0;
            if ((from ^ lo) < 0 && from < 0 === ic >= 0) hi = (hi + (ic < 0 ? -1 : 1)) | 0;
            const slot = ((hi >> 8) ^ hi) & 63;
            let p = -1;
            if (segHi[slot] === hi) {
              const pages = segPages[slot]!;
              const index = (lo >>> 12) - segBase[slot]!;
              if (index >>> 0 < pages.length) {
                const page = pages[index]!;
                if (page >= 0) p = page + (lo & 4095);
              }
            }
            let v: number;
            let w: number;
            if (op >= 175 /* STI8 */) {
              v = a - fp;
              w = v >> 31;
            } else {
              v = R32[a << 1]!;
              w = R32[(a << 1) + 1]!;
            }
            if (p >= 0) {
              dirty[p >>> 12] = 1;
              const q = p >> 2;
              const s = shadow32[q];
              if (op === 108 /* ST64 */ || op === 178 /* STI64 */ || op === 110 /* STF64 */) {
                const t = shadow32[q + 1];
                if (
                  (p & 7) === 0 &&
                  (s === 0x01010101 || s === 0x02020202) &&
                  (t === 0x01010101 || t === 0x02020202)
                ) {
                  i32[q] = v;
                  i32[q + 1] = w;
                  shadow32[q] = 0x01010101;
                  shadow32[q + 1] = 0x01010101;
                  break;
                }
              } else if (op === 107 /* ST32 */ || op === 177 /* STI32 */) {
                if ((p & 3) === 0 && (s === 0x01010101 || s === 0x02020202)) {
                  i32[q] = v;
                  shadow32[q] = 0x01010101;
                  break;
                }
              } else if (op === 105 /* ST8 */ || op === 175 /* STI8 */) {
                if (shadow[p] === 1 || shadow[p] === 2) {
                  u8[p] = v;
                  shadow[p] = 1;
                  break;
                }
              } else if (op !== 109 /* STF32 */ && (p & 1) === 0) {
                const t = shadow16[p >> 1];
                if (t === 0x0101 || t === 0x0202) {
                  i16[p >> 1] = v;
                  shadow16[p >> 1] = 0x0101;
                  break;
                }
              }
            }
            task.pc = pc;
            slowStore(vm, task, body, pc, op, a, v, w, hi, lo);
            break;
          }
        case 115 /* CHKIDX */:
          {
            const x = a << 1;
            if (R32[x + 1] !== 0 || R32[x]! >>> 0 > ib >>> 0 || (R32[x] === ib && ic === 0)) {
              task.pc = pc;
              badIndex(R[a]!, ib);
            }
            break;
          }

        case 120 /* LIVE */:
          markStack(memory, (task.frameBase + (a - fp)) | 0, ib, SHADOW_UNINIT);
          break;
        case 121 /* DEAD */:
          markStack(memory, (task.frameBase + (a - fp)) | 0, ib, SHADOW_DEAD);
          break;
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
        case 134 /* JLES */:
          {
            const x = a << 1,
              b = (fp + ib) << 1;
            const h = R32[x + 1]!,
              k = R32[b + 1]!;
            if (
              h !== k ? h < k : R32[x]! >>> 0 < R32[b]! >>> 0 || (op === 134 /* JLES */ && R32[x] === R32[b])
            ) {
              pc = ic;
              continue;
            }
            break;
          }
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
        case 152 /* CALLI */:
        case 151 /* CALL */:
          {
            let id = a - fp;
            if (op === 152 /* CALLI */) {
              task.pc = pc;
              task.fp = fp;
              id = indirect(vm, task, body, a, ib, ic);
              if (id < 0) {
                if (id === RETRY) return "retry";
                if (id === JUMPED) {
                  ({ fp, pc } = task);
                  fn = task.fn!.id;
                  body = bodies[fn]!;
                  ({ code, consts32 } = body);
                  continue;
                }
                if (vm.switchRequested) {
                  vm.switchRequested = false;
                  pc += 4;
                  return "switch";
                }
                break;
              }
            }
            const next = bodies[id] ?? vm.bodyOf(id);
            const newFp = fp + ib;
            task.pc = pc;
            if (newFp + next.nregs + 64 > maxReg || task.depth + 1 >= maxDepth) tooDeep(task);
            const f = task.depth * FRAME_WORDS;
            frames[f] = fn;
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
            fn = id;
            body = next;
            code = next.code;
            consts32 = next.consts32;
            fp = newFp;
            pc = 0;
            task.fn = functions[id]!;
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
              ({ fp, pc } = task);
              fn = task.fn!.id;
              body = bodies[fn]!;
              ({ code, consts32 } = body);
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
          task.fp = fp;
          vm.callStub(task, a - fp, fp + ib, body.locs[pc >> 2]!);
          break;
        case 157 /* RETU */:
        case 156 /* RETV */:
        case 155 /* RET */:
          {
            if (op === 155 /* RET */) {
              R32[fp << 1] = R32[a << 1]!;
              R32[(fp << 1) + 1] = R32[(a << 1) + 1]!;
            } else if (op === 157 /* RETU */) {
              task.pc = pc;
              noValue(task, bodies);
              R[fp] = 0n;
            }
            if (task.depth === floor) {
              if (task.sp > task.frameBase && body.frameSize > 0)
                markStack(memory, task.frameBase, task.sp - task.frameBase, SHADOW_DEAD);
              task.result = R[fp]!;
              task.fp = fp;
              return "done";
            }
            const f = --task.depth * FRAME_WORDS;
            const sp = frames[f + 4]!;
            if (task.sp > sp) markStack(memory, sp, task.sp - sp, SHADOW_DEAD);
            fn = frames[f]!;
            body = bodies[fn]!;
            code = body.code;
            consts32 = body.consts32;
            pc = frames[f + 1]!;
            fp = frames[f + 2]!;
            task.frameBase = frames[f + 3]!;
            task.sp = sp;
            task.fn = functions[fn]!;
            task.fp = fp;
            continue;
          }
        case 159 /* LINE */:
          vm.hitLine(a - fp);
          break;
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
            } else farElement(R, a, R[fp + ib]!, fp + ic, 1 << shift);
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
              badIndex(R[fp + ic]!, bound);
            }
            if (R32[i + 1] === index >> 31) {
              const k = ib << 1;
              const sum = (consts32[k]! >>> 0) + index * code[pc + 6]!;
              R32[a << 1] = sum | 0;
              R32[(a << 1) + 1] = (consts32[k + 1]! + Math.floor(sum / 4294967296)) | 0;
            } else farElement(R, a, body.consts[ib]!, fp + ic, code[pc + 6]!);
            pc += 8;
            continue;
          }
        case 173 /* MULI32S */:
          {
            const x = R32[(fp + ib) << 1]!;
            const v = Math.imul(x, ic);
            if (v !== x * ic) overflow32(vm, task, pc, x, "*", ic);
            R32[a << 1] = v;
            R32[(a << 1) + 1] = v >> 31;
            break;
          }
        case 174 /* MULI32U */:
          R32[a << 1] = Math.imul(R32[(fp + ib) << 1]!, ic);
          R32[(a << 1) + 1] = 0;
          break;
        default:
          task.pc = pc;
          task.fp = fp;
          pc = rare(vm, task, body, op, a, ib, ic);
          continue;
      }
      pc += 4;
    }
  } finally {
    const done = budget - Math.max(left, 0);
    vm.instructions += done;
    vm.steps += done + memory.work.takeSteps();
    task.pc = pc;
    task.fp = fp;
    task.fn = functions[fn]!;
  }
}
