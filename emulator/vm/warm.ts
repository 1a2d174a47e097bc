/**
 * Executes every instruction of the dispatch loop once, on a machine of its own, before the first real one runs. V8 keeps
 * note of what each place of a function has met; where it has met nothing, optimised code is thrown away as soon as
 * something comes, and making it anew takes longer than many scenarios. Changes nothing that anybody can see. Leaves out
 * the rare instructions (step_rare.ts), which are calls.
 */
import { Memory } from "../mem/memory.ts";
import { Op } from "./bytecode.ts";
import { type FnCode, type FnInfo, type Image, NATIVE_BASE, TEXT_BASE } from "./image.ts";
import type { NativeFunction } from "./native.ts";
import { step } from "./step.ts";
import type { Vm, VmOptions } from "./vm.ts";

const HERE = { file: 0, line: 0, col: 0 };

/** Registers of the program: two operands, a shift count, addresses of written and unwritten memory, another count; results. */
const X = 0;
const Y = 1;
const N = 2;
const P = 3;
const Q = 4;
const N64 = 5;
const OUT = 8;
const ARGS = 16;

const BINARY = [
  Op.ADD,
  Op.SUB,
  Op.MUL,
  Op.AND,
  Op.OR,
  Op.XOR,
  Op.ADD32S,
  Op.SUB32S,
  Op.MUL32S,
  Op.ADD32U,
  Op.SUB32U,
  Op.MUL32U,
  Op.EQ,
  Op.NE,
  Op.LTS,
  Op.LES,
  Op.LTU,
  Op.LEU,
  Op.EQ32,
  Op.NE32,
  Op.LTS32,
  Op.LES32,
  Op.LTU32,
  Op.LEU32,
];
const SHIFTS = [Op.SHL, Op.SHRS, Op.SHRU, Op.SHL32S, Op.SHR32S, Op.SHL32U, Op.SHR32U];
const SHIFTS_BY = [Op.SHLI, Op.SHRSI, Op.SHRUI, Op.SHLI32S, Op.SHRI32S, Op.SHLI32U, Op.SHRI32U];
const WITH_NUMBER = [
  Op.ADDI,
  Op.MULI,
  Op.ANDI,
  Op.ADDI32S,
  Op.ADDI32U,
  Op.ORI,
  Op.XORI,
  Op.MULI32S,
  Op.MULI32U,
];
const UNARY = [
  Op.MOV,
  Op.NOT,
  Op.SEXT8,
  Op.SEXT16,
  Op.SEXT32,
  Op.ZEXT8,
  Op.ZEXT16,
  Op.ZEXT32,
  Op.BOOL,
  Op.LNOT,
  Op.NEG,
];
const LOADS = [Op.LD8S, Op.LD8U, Op.LD16S, Op.LD16U, Op.LD32S, Op.LD32U, Op.LD64, Op.LDF32, Op.LDF64];
const STORES = [Op.ST8, Op.ST16, Op.ST32, Op.ST64, Op.STF32, Op.STF64, Op.STI8, Op.STI16, Op.STI32, Op.STI64];
const JUMPS = [
  Op.JEQ,
  Op.JNE,
  Op.JLTS,
  Op.JLES,
  Op.JLTU,
  Op.JLEU,
  Op.JEQ32,
  Op.JNE32,
  Op.JLTS32,
  Op.JLES32,
  Op.JLTU32,
  Op.JLEU32,
];
const JUMPS_ON_NUMBER = [
  Op.JEQI32,
  Op.JNEI32,
  Op.JLTI32S,
  Op.JLEI32S,
  Op.JGTI32S,
  Op.JGEI32S,
  Op.JLTUI32,
  Op.JGEUI32,
];
const NUMBERS = [5, -5, 0x7fffffff];

/** One instruction of each kind after the other; jumps go to the instruction that follows anyway. */
function program(): FnCode {
  const code: number[] = [];
  const put = (op: number, a = 0, b = 0, c = 0): void => {
    code.push(op, a, b, c);
  };
  const next = (): number => code.length + 4;
  put(Op.LDI, OUT, -1);
  put(Op.LDK, OUT, 0);
  put(Op.FRAME, OUT + 1, 0);
  put(Op.LIVE, 0, 16);
  put(Op.LIVE, 3, 5);
  for (const op of BINARY) put(op, OUT, X, Y);
  for (const op of SHIFTS) put(op, OUT, X, N);
  for (const op of SHIFTS.slice(0, 3)) put(op, OUT, X, N64);
  for (const op of SHIFTS_BY) for (const n of [0, 5, 40]) put(op, OUT, X, n);
  for (const op of WITH_NUMBER) for (const n of NUMBERS) put(op, OUT, X, n);
  for (const op of UNARY) put(op, OUT, X);
  for (const op of LOADS) for (const at of [0, 8, 1]) put(op, OUT, P, at);
  STORES.forEach((op, i) => {
    for (const at of [0, 8, 1]) put(op, OUT, P, at);
    put(op, OUT, Q, 8 * i);
  });
  for (const op of [Op.LEA2, Op.LEA4, Op.LEA8]) {
    for (const base of [P, X]) for (const index of [N, X, Y]) put(op, OUT, base, index);
  }
  put(Op.CHKIDX, N, 64, 1);
  put(Op.ELEM, OUT, 0, N);
  put(Op.EXT, 64, 8, 1);
  put(Op.ELEM, OUT, 0, Y);
  put(Op.EXT, 64, 8, 3);
  for (const op of JUMPS) put(op, X, Y, next());
  for (const op of JUMPS_ON_NUMBER) for (const n of NUMBERS) put(op, X, n, next());
  for (const op of [Op.JZ, Op.JNZ]) put(op, X, next());
  put(Op.JMP, next());
  const targets = [next(), next() + 4];
  put(Op.SWITCH, N, 0);
  put(Op.SWITCH, Y, 1);
  put(Op.LINE, 0);
  for (const callee of [1, 2, 3, 4]) {
    put(Op.MOV, ARGS, X);
    put(Op.CALL, callee, ARGS, 0);
  }
  put(Op.LDK, OUT, 1);
  put(Op.CALLI, OUT, ARGS, 0);
  put(Op.LDK, OUT, 2);
  put(Op.CALLI, OUT, ARGS, 0);
  put(Op.CALLN, 0, ARGS, 1);
  put(Op.DEAD, 0, 16);
  put(Op.RET, OUT);
  return {
    ...EMPTY,
    code: Int32Array.from(code),
    locs: new Array(code.length >> 2).fill(HERE),
    consts: BigInt64Array.from([0x1000n, BigInt.asIntN(64, TEXT_BASE + 16n), BigInt.asIntN(64, NATIVE_BASE)]),
    switches: targets.map((target) => ({
      cases: [{ lo: 1n, hi: 3n, target }],
      otherwise: target,
      unsigned: false,
    })),
    sigs: [{ key: "", nargs: 1, resultUsed: false }],
    nregs: 24,
    frameSize: 32,
  };
}

const EMPTY: FnCode = {
  code: new Int32Array(0),
  locs: [],
  consts: new BigInt64Array(0),
  switches: [],
  bitfields: [],
  sigs: [],
  traps: [],
  nregs: 4,
  frameSize: 0,
  locals: [],
};

function small(op: number, frameSize: number): FnCode {
  return { ...EMPTY, code: Int32Array.from([op, 0, 0, 0]), locs: [HERE], frameSize };
}

/** The program and four functions that it calls: one for each way to return, and one whose frame is larger than a page. */
const BODIES: readonly (() => FnCode)[] = [
  program,
  () => small(Op.RET, 16),
  () => small(Op.RETV, 0),
  () => small(Op.RETU, 0),
  () => small(Op.RET, 5000),
];

function image(): Image {
  const functions = BODIES.map(
    (_make, id): FnInfo => ({
      id,
      name: "warm",
      path: "",
      local: false,
      fidelity: "shim",
      loc: HERE,
      sigKey: "",
      nparams: 0,
      returnsValue: true,
      variadic: false,
      body: null,
    }),
  );
  return {
    files: [],
    functions,
    globals: [],
    natives: ["warm"],
    stubs: [],
    lines: [HERE],
    labels: [],
    notes: [],
    deadChecks: [],
    mistakes: new Set(),
    lower: (id) => (functions[id]!.body ??= BODIES[id]!()),
    findFunction: () => -1,
    globalAddress: () => null,
    layoutOf: () => null,
    constant: () => null,
  };
}

/** Operands (x, y, shift count) that take both sides of every comparison, overflow, and leave 32 bits. */
const OPERANDS: readonly (readonly [bigint, bigint, bigint])[] = [
  [3n, 5n, 2n],
  [-1n, 0x7fffffffffffffffn, 31n],
  [0x80000000n, 0xffffffffn, 0n],
  [-0x8000000000000000n, -0x8000000000000000n, 1n],
  [0n, 0x10000000000n, 3n],
  [0x7ffffff0n, 7n, 4n],
];

/** Runs the program with each set of operands. */
export function warm(make: (options: VmOptions) => Vm): void {
  const memory = new Memory(1 << 18);
  const native: NativeFunction = (c) => {
    c.ret(0);
    vm.switchRequested = true;
  };
  const vm = make({
    image: image(),
    memory,
    natives: new Map([["warm", native]]),
    taskLimits: { registers: 256, depth: 8, stack: 16384 },
  });
  for (const [x, y, n] of OPERANDS) {
    const written = memory.alloc(32, { name: "warm", zero: true });
    const unwritten = memory.alloc(128, { name: "warm" });
    const task = vm.spawn("warm", 0, [x, y, n, written, unwritten, 63n - n]);
    vm.current = task;
    step(vm, task, 3, 0);
    // The native asks for a switch.
    while (step(vm, task, 10_000, 0) === "switch");
  }
}
