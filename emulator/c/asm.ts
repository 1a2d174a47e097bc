/**
 * The assembler: collects the instructions of one function, its constant pools and its labels. Leaves out what the
 * instructions are for (gen_*.ts).
 */
import { type BitField, type CallSignature, Op } from "../vm/bytecode.ts";
import type { Trap } from "../vm/image.ts";
import type { Loc } from "./ast.ts";

export interface Label {
  /** -1 until bound. */
  pc: number;
  /** Words of the code that hold its pc. */
  readonly refs: number[];
}

export interface SwitchDraft {
  readonly cases: readonly { readonly lo: bigint; readonly hi: bigint; readonly label: Label }[];
  readonly otherwise: Label;
  readonly unsigned: boolean;
}

/** Room for the code of one function, which whoever is done gives back: typed arrays are dear to make. */
const spare: Int32Array[] = [];
const SPARE_MAX = 1 << 18;
const NOTHING = new Int32Array(0);

export class Asm {
  code = spare.pop() ?? new Int32Array(4096);
  length = 0;
  readonly locs: Loc[] = [];
  readonly consts: bigint[] = [];
  readonly switches: SwitchDraft[] = [];
  readonly bitfields: BitField[] = [];
  readonly sigs: CallSignature[] = [];
  readonly traps: Trap[] = [];
  /** See FnCode. */
  readonly signedAt = new Set<number>();
  readonly looseAt = new Set<number>();
  loc: Loc;
  /** False after an unconditional jump, until something can get here again. */
  reachable = true;
  private readonly constIndex = new Map<bigint, number>();
  private readonly fieldIndex = new Map<string, number>();
  private lastBound = -1;
  private readonly pastTraps: boolean;

  /** `pastTraps`: what stands behind a trap is generated too, by somebody who wants to know what is there. */
  constructor(loc: Loc, pastTraps = false) {
    this.loc = loc;
    this.pastTraps = pastTraps;
  }

  /** Ends collecting: the code as it is. This assembler is not used after it. */
  take(): Int32Array {
    const code = this.code.slice(0, this.length);
    this.drop();
    return code;
  }

  /** Gives up what was collected. This assembler is not used after it. */
  drop(): void {
    if (this.code.length <= SPARE_MAX) spare.push(this.code);
    this.code = NOTHING;
  }

  emit(op: number, a = 0, b = 0, c = 0): number {
    const pc = this.length;
    if (pc + 4 > this.code.length) {
      const bigger = new Int32Array(this.code.length * 2);
      bigger.set(this.code);
      this.code = bigger;
    }
    this.code[pc] = op;
    this.code[pc + 1] = a;
    this.code[pc + 2] = b;
    this.code[pc + 3] = c;
    this.length = pc + 4;
    this.locs.push(this.loc);
    return pc;
  }

  /** a = constant. */
  load(reg: number, v: bigint): void {
    const s = BigInt.asIntN(64, v);
    if (s >= -0x80000000n && s <= 0x7fffffffn) this.emit(Op.LDI, reg, Number(s));
    else this.emit(Op.LDK, reg, this.constant(s));
  }

  constant(v: bigint): number {
    let i = this.constIndex.get(v);
    if (i === undefined) {
      i = this.consts.length;
      this.consts.push(v);
      this.constIndex.set(v, i);
    }
    return i;
  }

  bitfield(f: BitField): number {
    const key = `${f.offset},${f.bytes},${f.shift},${f.width},${f.signed}`;
    let i = this.fieldIndex.get(key);
    if (i === undefined) {
      i = this.bitfields.length;
      this.bitfields.push(f);
      this.fieldIndex.set(key, i);
    }
    return i;
  }

  trap(trap: Trap): void {
    this.traps.push(trap);
    this.emit(Op.TRAP, this.traps.length - 1);
    if (!this.pastTraps) this.reachable = false;
  }

  label(): Label {
    return { pc: -1, refs: [] };
  }

  /** Emits a jump whose target is operand `word` (1..3). */
  jump(op: number, a: number, b: number, c: number, label: Label, word: number): void {
    const pc = this.emit(op, a, b, c);
    if (label.pc >= 0) this.code[pc + word] = label.pc;
    else label.refs.push(pc + word);
  }

  goto(label: Label): void {
    if (!this.reachable) return;
    this.jump(Op.JMP, 0, 0, 0, label, 1);
    this.reachable = false;
  }

  /** Places a label here. `reached`: something that is not known yet may jump to it. */
  bind(label: Label, reached = false): void {
    // A jump to the next instruction is no jump.
    const at = this.length - 4;
    if (
      !this.reachable &&
      at >= 0 &&
      this.code[at] === Op.JMP &&
      label.refs[label.refs.length - 1] === at + 1 &&
      this.lastBound !== this.length
    ) {
      label.refs.pop();
      this.length = at;
      this.locs.pop();
      this.reachable = true;
    }
    label.pc = this.length;
    this.lastBound = this.length;
    for (const word of label.refs) this.code[word] = label.pc;
    if (label.refs.length > 0 || reached) this.reachable = true;
  }
}
