/**
 * From which registers to which an instruction that touches no memory carries values, and which it decides by: what
 * dependencies follow from (weak.ts). Leaves out loads, stores and calls of natives.
 */
import { rolesOf } from "../c/flow.ts";
import { Op } from "../vm/bytecode.ts";

/** Where a value goes, and where it comes from; -1: nowhere. */
export interface Flow {
  to: number;
  one: number;
  two: number;
  /** Which instruction comes next depends on the value. */
  decides: boolean;
  /** What it does with memory is not followed. */
  unknown: boolean;
}

const FLOW: Flow = { to: -1, one: -1, two: -1, decides: false, unknown: false };

const isJump = (op: number): boolean =>
  (op >= Op.JZ && op <= Op.JMPI) || op === Op.JLTUI32 || op === Op.JGEUI32;

/** The flow of the instruction at `pc`, good until asked again. */
export function flowOf(code: Int32Array, pc: number): Flow {
  const op = code[pc]!;
  const roles = rolesOf(op);
  const f = FLOW;
  f.to = roles[0] === "w" ? code[pc + 1]! : -1;
  f.one = roles[1] === "r" ? code[pc + 2]! : -1;
  f.two = roles[2] === "r" ? code[pc + 3]! : -1;
  f.decides = isJump(op);
  f.unknown = op === Op.WIDE || op === Op.WIDEV;
  if (f.decides) {
    f.two = f.one;
    f.one = code[pc + 1]!;
  } else if (op === Op.RET) {
    f.to = 0;
    f.one = code[pc + 1]!;
  }
  return f;
}
