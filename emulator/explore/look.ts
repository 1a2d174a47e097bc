/**
 * What an instruction is about to do with memory, read from its code and registers before it is executed; how far a task
 * can run before the next one that touches memory or calls a native; and which code is one step to every other task
 * (atomics, entries of page tables). Leaves out what follows from it (pilot.ts, races.ts).
 */
import type { Loc } from "../c/ast.ts";
import type { ExecBody } from "../vm/body.ts";
import { Op } from "../vm/bytecode.ts";
import type { FnInfo } from "../vm/image.ts";
import type { Task } from "../vm/task.ts";

/** An access to [hi:lo, lo + size). */
export interface Access {
  hi: number;
  /** Low word, unsigned. */
  lo: number;
  size: number;
  write: boolean;
}

/** Larger accesses count with their first bytes only. */
const MAX_SIZE = 4096;

/** Instructions that take two places of code. */
export const TWO_WORDS: ReadonlySet<number> = new Set([Op.ATOM, Op.OVF, Op.CPY, Op.ELEM, Op.WIDE, Op.WIDEV]);
const TOUCHES: ReadonlySet<number> = new Set([
  ...[Op.LD8S, Op.LD8U, Op.LD16S, Op.LD16U, Op.LD32S, Op.LD32U, Op.LD64, Op.LDF32, Op.LDF64],
  ...[Op.ST8, Op.ST16, Op.ST32, Op.ST64, Op.STF32, Op.STF64, Op.STI8, Op.STI16, Op.STI32, Op.STI64],
  ...[Op.MCPY, Op.MSET, Op.BFLD, Op.BFST, Op.ATOM, Op.CPY, Op.CALLN, Op.CALLI],
]);
const LOAD_SIZE: Readonly<Record<number, number>> = {
  [Op.LD8S]: 1,
  [Op.LD8U]: 1,
  [Op.LD16S]: 2,
  [Op.LD16U]: 2,
  [Op.LD32S]: 4,
  [Op.LD32U]: 4,
  [Op.LD64]: 8,
  [Op.LDF32]: 4,
  [Op.LDF64]: 8,
};
const STORE_SIZE: Readonly<Record<number, number>> = {
  [Op.ST8]: 1,
  [Op.ST16]: 2,
  [Op.ST32]: 4,
  [Op.ST64]: 8,
  [Op.STF32]: 4,
  [Op.STF64]: 8,
  [Op.STI8]: 1,
  [Op.STI16]: 2,
  [Op.STI32]: 4,
  [Op.STI64]: 8,
};

const runs = new WeakMap<ExecBody, Int32Array>();

/** By pc / 4: instructions that can be executed from there without touching memory, a jump being the last; 0: it touches. */
export function quietRuns(body: ExecBody): Int32Array {
  const known = runs.get(body);
  if (known !== undefined) return known;
  const { code } = body;
  const n = code.length >> 2;
  const out = new Int32Array(n + 2);
  const second = new Uint8Array(n + 2);
  for (let i = 0; i < n; i++) if (second[i] === 0 && TWO_WORDS.has(code[4 * i]!)) second[i + 1] = 1;
  for (let i = n - 1; i >= 0; i--) {
    const op = code[4 * i]!;
    if (TOUCHES.has(op)) continue;
    const jumps = op >= Op.JMP && op <= Op.TRAP;
    out[i] = jumps || op === Op.JLTUI32 || op === Op.JGEUI32 ? 1 : 1 + out[i + (TWO_WORDS.has(op) ? 2 : 1)]!;
  }
  runs.set(body, out);
  return out;
}

/** Filled anew for each instruction. */
const ONE: Access = { hi: 0, lo: 0, size: 0, write: false };
const TWO: Access = { hi: 0, lo: 0, size: 0, write: false };
const NONE: readonly Access[] = [];
const SINGLE: readonly Access[] = [ONE];
const BOTH: readonly Access[] = [ONE, TWO];

function set(
  access: Access,
  task: Task,
  reg: number,
  offset: number,
  size: number,
  write: boolean,
): readonly Access[] {
  const x = (task.fp + reg) << 1;
  let lo = (task.regs32[x]! >>> 0) + offset;
  let hi = task.regs32[x + 1]! | 0;
  if (lo < 0) {
    lo += 4294967296;
    hi--;
  } else if (lo >= 4294967296) {
    lo -= 4294967296;
    hi++;
  }
  access.hi = hi | 0;
  access.lo = lo;
  access.size = Math.min(size, MAX_SIZE);
  access.write = write;
  return SINGLE;
}

/** What the task's next instruction reads and writes, good until asked again; calls of natives touch nothing here. */
export function accessesOf(task: Task, body: ExecBody): readonly Access[] {
  const { code } = body;
  const { pc } = task;
  const op = code[pc]!;
  const a = code[pc + 1]!;
  const b = code[pc + 2]!;
  const c = code[pc + 3]!;
  const load = LOAD_SIZE[op];
  if (load !== undefined) return set(ONE, task, b, c, load, false);
  const store = STORE_SIZE[op];
  if (store !== undefined) return set(ONE, task, b, c, store, true);
  switch (op) {
    case Op.MCPY:
      set(ONE, task, b, 0, c, false);
      set(TWO, task, a, 0, c, true);
      return BOTH;
    case Op.CPY:
      set(ONE, task, b, code[pc + 6]!, c, false);
      set(TWO, task, a, code[pc + 5]!, c, true);
      return BOTH;
    case Op.MSET:
      return set(ONE, task, a, 0, c, true);
    case Op.BFLD:
    case Op.BFST: {
      const f = body.bitfields[c]!;
      return set(ONE, task, b, f.offset, f.bytes, op === Op.BFST);
    }
    case Op.ATOM:
      return set(ONE, task, b, 0, code[pc + 6]!, true);
    default:
      return NONE;
  }
}

// ---- what is one step, and what is marked ------------------------------------------------------------------------------

/** Files of the reference kernel that mirror how a kernel's tasks share: in them orders are tried step by step. */
const MIRRORS =
  /^(fs\/|drivers\/|block\/|scenarios\/|include\/|kernel\/sched\/wait\.c$|mm\/(gup|memory|rmap|huge_memory|truncate|memremap|memory-failure|fsc_mm|madvise|mprotect|mremap)\.c$)/;
/** Of their headers, those whose functions stand for single instructions, or for code with its own lock. */
const ATOMIC_FILES =
  /^include\/linux\/(atomic|bitops|refcount|page_ref|percpu-refcount|page-flags|xarray|kref|slab|gfp|idr)\.h$/;
/** Functions that stand for single instructions, or whose looking and acting a lock of the scheduler keeps together. */
const ATOMIC_NAMES =
  /^(ptep_|pmdp_|pudp_|set_p[tum4]|p[tum4]._clear$|wrprotect_ptes|schedule$|wake_up_state$|default_wake_function$|srcu_read_|list_empty_careful$|list_del_init_careful$|test_and_|fsc_wait_table$|fsc_user_touch$)/;

/** Whether other tasks see a call of this function as one step. What a patch brings never is. */
function isAtomic(fn: FnInfo): boolean {
  if (fn.fidelity !== "reference") return false;
  return !MIRRORS.test(fn.path) || ATOMIC_FILES.test(fn.path) || ATOMIC_NAMES.test(fn.name);
}

/** Which functions of a machine are one step, by number; each is looked at once. */
export class OneStep {
  private readonly known = new Map<number, boolean>();
  has({ functions }: { readonly functions: readonly FnInfo[] }, fn: number): boolean {
    let known = this.known.get(fn);
    if (known === undefined) {
      known = isAtomic(functions[fn]!);
      this.known.set(fn, known);
    }
    return known;
  }
}

/** Macros that mark an access: the compiler may not tear, merge or invent it. */
const MARKS: ReadonlySet<string> = new Set([
  ...["READ_ONCE", "WRITE_ONCE", "smp_load_acquire", "smp_store_release", "smp_store_mb", "data_race"],
  ...["rcu_dereference", "rcu_assign_pointer", "rcu_access_pointer", "RCU_INIT_POINTER", "set_current_state"],
  ...[
    "xchg",
    "cmpxchg",
    "try_cmpxchg",
    "ptep_get",
    "pmdp_get",
    "pudp_get",
    "rcu_read_lock",
    "rcu_read_unlock",
  ],
]);
/** Of them, those that mark what they write. */
const MARKS_WRITES: ReadonlySet<string> = new Set([
  ...[
    "WRITE_ONCE",
    "smp_store_release",
    "smp_store_mb",
    "data_race",
    "rcu_assign_pointer",
    "RCU_INIT_POINTER",
  ],
  ...["set_current_state", "xchg", "cmpxchg", "try_cmpxchg", "rcu_read_lock", "rcu_read_unlock"],
]);
/** Macros that read and write in one step. */
const EXCHANGES: ReadonlySet<string> = new Set(["xchg", "cmpxchg", "try_cmpxchg"]);

function within(loc: Loc | undefined, macros: ReadonlySet<string>): boolean {
  for (let l = loc; l !== undefined; l = l.via) if (l.macro !== undefined && macros.has(l.macro)) return true;
  return false;
}

/** Whether the access at a place is marked by a macro that produced it. */
export const isMarked = (loc: Loc | undefined): boolean => within(loc, MARKS);

/** The same of what a copy from memory to memory writes: how its value was read marks the reading alone. */
export const isWriteMarked = (loc: Loc | undefined): boolean => within(loc, MARKS_WRITES);

/** Whether an instruction copies from memory to memory. */
export const isCopy = (op: number): boolean => op === Op.MCPY || op === Op.CPY;

/** Whether a place is inside an exchange: what it writes there, it writes in the same step. */
export const isExchange = (loc: Loc | undefined): boolean => within(loc, EXCHANGES);
