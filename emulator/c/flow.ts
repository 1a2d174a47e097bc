/**
 * Definite assignment on the generated code: which register locals may be read before they are written. Those are
 * generated again in frame memory, whose shadow catches the read when it really happens. Working on the instructions
 * makes goto, switch and statement expressions no special cases. Leaves out locals that memory holds anyway.
 */
import { Op } from "../vm/bytecode.ts";
import type { Asm } from "./asm.ts";
import type { Gen, RegisterLife } from "./gen.ts";
import type { LocalVar } from "./tree.ts";

/** What operands are: w written, r read, . immediate. */
const ROLES = new Map<number, string>();
const roles = (text: string, ...ops: number[]): void => {
  for (const op of ops) ROLES.set(op, text);
};
roles("w..", Op.LDI, Op.LDK, Op.FRAME, Op.LABEL, Op.SAVESP);
roles("wr.", Op.MOV, Op.NEG, Op.NOT, Op.ADDI, Op.MULI, Op.ANDI, Op.ORI, Op.XORI, Op.SHLI, Op.SHRSI, Op.SHRUI);
roles(
  "wr.",
  Op.NEG32S,
  Op.NEG32U,
  Op.NOT32U,
  Op.ADDI32S,
  Op.ADDI32U,
  Op.SHLI32S,
  Op.SHRI32S,
  Op.SHLI32U,
  Op.SHRI32U,
);
roles(
  "wr.",
  Op.SEXT8,
  Op.SEXT16,
  Op.SEXT32,
  Op.ZEXT8,
  Op.ZEXT16,
  Op.ZEXT32,
  Op.BOOL,
  Op.LNOT,
  Op.I2F,
  Op.U2F,
  Op.F2I,
);
roles(
  "wr.",
  Op.F2I32,
  Op.I2F32,
  Op.U2F32,
  Op.MULI32S,
  Op.MULI32U,
  Op.F2U,
  Op.FROUND,
  Op.FBOOL,
  Op.FNEG,
  Op.BITS,
  Op.ALLOCA,
  Op.BFLD,
);
roles("wr.", Op.LD8S, Op.LD8U, Op.LD16S, Op.LD16U, Op.LD32S, Op.LD32U, Op.LD64, Op.LDF32, Op.LDF64);
roles("rr.", Op.ST8, Op.ST16, Op.ST32, Op.ST64, Op.STF32, Op.STF64, Op.MCPY, Op.BFST, Op.CPY);
roles(
  "r..",
  Op.MSET,
  Op.CHKIDX,
  Op.RESTSP,
  Op.JZ,
  Op.JNZ,
  Op.JEQI32,
  Op.JNEI32,
  Op.JLTI32S,
  Op.JLEI32S,
  Op.JGTI32S,
);
roles("r..", Op.JGEI32S, Op.JLTUI32, Op.JGEUI32, Op.SWITCH, Op.JMPI, Op.CALLI, Op.RET);
roles("rr.", Op.JEQ, Op.JNE, Op.JLTS, Op.JLES, Op.JLTU, Op.JLEU, Op.JEQ32, Op.JNE32, Op.JLTS32, Op.JLES32);
roles("rr.", Op.JLTU32, Op.JLEU32);
for (let op = Op.ADD as number; op <= Op.SHRU; op++) roles("wrr", op);
for (let op = Op.ADD32S as number; op <= Op.SHR32U; op++) roles("wrr", op);
for (let op = Op.EQ as number; op <= Op.FDIV; op++) roles("wrr", op);
roles(".r.", Op.STI8, Op.STI16, Op.STI32, Op.STI64);
roles("w.r", Op.ELEM);
roles("rrr", Op.WIDE);
roles("wrr", Op.WIDEV);
roles("wrr", Op.LEA2, Op.LEA4, Op.LEA8, Op.ATOM, Op.OVF);

/** What the three operands of an instruction are: "w" written, "r" read, "." immediate. */
export const rolesOf = (op: number): string => ROLES.get(op) ?? "...";

const ENDS = new Set<number>([Op.JMP, Op.JMPI, Op.RET, Op.RETV, Op.RETU, Op.TRAP, Op.SWITCH]);

/** Operand word that holds a jump target, 0 when none. */
function targetWord(op: number): number {
  if (op === Op.JMP) return 1;
  if (op === Op.JZ || op === Op.JNZ) return 2;
  if ((op >= Op.JEQ && op <= Op.JGEI32S) || op === Op.JLTUI32 || op === Op.JGEUI32) return 3;
  return 0;
}

/** Locals to move to memory. */
export function maybeUninitialised(g: Gen): LocalVar[] {
  const undefinedVars = new Set(g.undefined.map((u) => u.v));
  const candidates = g.lives.filter((l) => undefinedVars.has(l.v));
  const out: LocalVar[] = [];
  for (let i = 0; i < candidates.length; i += 31) out.push(...group(g, candidates.slice(i, i + 31)));
  return out;
}

/** Indices of instructions that start a basic block. */
function leaders(asm: Asm, g: Gen): Int32Array {
  const n = asm.length >> 2;
  const block = new Int32Array(n + 1).fill(-1);
  block[0] = 0;
  const mark = (pc: number): void => {
    if (pc >> 2 <= n) block[pc >> 2] = 0;
  };
  for (let pc = 0; pc < asm.length; pc += 4) {
    const op = asm.code[pc]!;
    const w = targetWord(op);
    if (w > 0) mark(asm.code[pc + w]!);
    if (w > 0 || ENDS.has(op)) mark(pc + 4);
  }
  for (const s of asm.switches) {
    mark(s.otherwise.pc);
    for (const c of s.cases) mark(c.label.pc);
  }
  for (const [ref, label] of g.labels) if (ref.sym !== null) mark(label.pc);
  let id = 0;
  for (let i = 0; i <= n; i++) if (block[i] === 0) block[i] = id++;
  return block;
}

function successors(asm: Asm, g: Gen, last: number): number[] {
  const op = asm.code[last]!;
  const out: number[] = [];
  const w = targetWord(op);
  if (w > 0) out.push(asm.code[last + w]!);
  if (op === Op.SWITCH) {
    const s = asm.switches[asm.code[last + 2]!]!;
    out.push(s.otherwise.pc, ...s.cases.map((c) => c.label.pc));
  }
  if (op === Op.JMPI) for (const [ref, label] of g.labels) if (ref.sym !== null) out.push(label.pc);
  if (!ENDS.has(op)) out.push(last + 4);
  return out;
}

function group(g: Gen, lives: readonly RegisterLife[]): LocalVar[] {
  const { asm } = g;
  const n = asm.length >> 2;
  const marks = new Map<number, number>(); // pc -> bits that become undefined
  lives.forEach((l, i) => {
    for (const u of g.undefined) if (u.v === l.v) marks.set(u.pc, (marks.get(u.pc) ?? 0) | (1 << i));
  });
  const byReg = new Map<number, number[]>();
  lives.forEach((l, i) => {
    const list = byReg.get(l.reg);
    if (list === undefined) byReg.set(l.reg, [i]);
    else list.push(i);
  });
  const bitsAt = (reg: number, pc: number): number => {
    let bits = 0;
    for (const i of byReg.get(reg) ?? []) if (pc >= lives[i]!.start && pc < lives[i]!.end) bits |= 1 << i;
    return bits;
  };
  let bad = 0;
  /** Runs one block from a state; reports reads of undefined locals when asked. */
  const run = (
    from: number,
    state: number,
    report: boolean,
    isLeader: Int32Array,
  ): { state: number; last: number } => {
    let pc = from;
    for (;;) {
      state &= ~(marks.get(pc) ?? 0);
      const r = ROLES.get(asm.code[pc]!);
      if (r !== undefined) {
        for (let k = 0; k < 3; k++) {
          if (r[k] === "r" && report) bad |= bitsAt(asm.code[pc + 1 + k]!, pc) & ~state;
        }
        if (r[0] === "w") state |= bitsAt(asm.code[pc + 1]!, pc);
      }
      if (pc + 4 >= asm.length || isLeader[(pc >> 2) + 1]! >= 0) return { state, last: pc };
      pc += 4;
    }
  };
  const isLeader = leaders(asm, g);
  const entry = new Int32Array(n + 1).fill(-1);
  const seen = new Uint8Array(n + 1);
  const work: number[] = [0];
  entry[0] = 0;
  seen[0] = 1;
  while (work.length > 0) {
    const i = work.pop()!;
    const { state, last } = run(i << 2, entry[i]!, false, isLeader);
    for (const pc of successors(asm, g, last)) {
      const j = pc >> 2;
      if (j >= n || pc < 0) continue;
      const met = seen[j] === 0 ? state : entry[j]! & state;
      if (seen[j] === 0 || met !== entry[j]) {
        seen[j] = 1;
        entry[j] = met;
        work.push(j);
      }
    }
  }
  for (let i = 0; i < n; i++) if (seen[i] === 1) run(i << 2, entry[i]!, true, isLeader);
  return lives.filter((_, i) => (bad & (1 << i)) !== 0).map((l) => l.v);
}
