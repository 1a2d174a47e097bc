/**
 * A lowered function in the form that the dispatch loop runs: one class for all, so that the loop sees one shape. Leaves
 * out how it is lowered (c/gen.ts) and run (step.ts).
 */

import type { Loc } from "../c/ast.ts";
import type { BitField, CallSignature, SwitchTable } from "./bytecode.ts";
import type { FnCode, Trap } from "./image.ts";

/** A switch table in the form the loop uses: dense for small ranges, else the list. */
export interface CompiledSwitch {
  readonly min: number;
  readonly dense: Int32Array | null;
  readonly table: SwitchTable;
}

const NOWHERE: ReadonlySet<number> = new Set();

export class ExecBody implements FnCode {
  readonly code: Int32Array;
  /** A body's places may be made when first asked for; from then on they are here, because each native call asks for one. */
  private readonly from: FnCode;
  private places: readonly Loc[] | null = null;
  readonly consts: BigInt64Array;
  /** The constants as 32-bit halves. */
  readonly consts32: Int32Array;
  readonly switches: readonly SwitchTable[];
  readonly compiled: readonly CompiledSwitch[];
  readonly bitfields: readonly BitField[];
  readonly sigs: readonly CallSignature[];
  readonly traps: readonly Trap[];
  readonly nregs: number;
  readonly frameSize: number;
  readonly locals: FnCode["locals"];
  readonly signedAt: ReadonlySet<number>;
  readonly looseAt: ReadonlySet<number>;

  constructor(code: FnCode) {
    this.code = code.code;
    this.from = code;
    this.consts = code.consts;
    this.consts32 = new Int32Array(code.consts.buffer, code.consts.byteOffset, code.consts.length * 2);
    this.switches = code.switches;
    // Filled one by one, so that V8 takes all such lists for arrays of one kind.
    const compiled: CompiledSwitch[] = [];
    for (const table of code.switches) compiled.push(compileSwitch(table));
    this.compiled = compiled;
    this.bitfields = code.bitfields;
    this.sigs = code.sigs;
    this.traps = code.traps;
    this.nregs = code.nregs;
    this.frameSize = code.frameSize;
    this.locals = code.locals;
    this.signedAt = code.signedAt ?? NOWHERE;
    this.looseAt = code.looseAt ?? NOWHERE;
  }

  get locs(): readonly Loc[] {
    return (this.places ??= this.from.locs);
  }
}

function compileSwitch(table: SwitchTable): CompiledSwitch {
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
  return { min: min | 0, dense, table };
}

export function switchTarget(s: CompiledSwitch, value: bigint): number {
  const v = s.table.unsigned ? BigInt.asUintN(64, value) : value;
  for (const c of s.table.cases) if (v >= c.lo && v <= c.hi) return c.target;
  return s.table.otherwise;
}
