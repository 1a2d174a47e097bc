/**
 * What order an access brings, by the macro or function of the kernel's that it is made in: READ_ONCE none,
 * smp_store_release what was before, an exchange everything. Leaves out what such an order means (weak.ts) and barriers that
 * touch no memory, which are calls of __fsc_order.
 */
import type { Loc } from "../c/ast.ts";
import type { FnInfo } from "../vm/image.ts";

/** Flags of an access. */
export const By = {
  /** Reads what was written last, and writes after it. */
  NEWEST: 1,
  /** What whoever wrote this had released is seen from here on. */
  ACQUIRE: 2,
  /** What was before is seen by whoever acquires this write. */
  RELEASE: 4,
  /** A full barrier before it, and after it. */
  MB_BEFORE: 8,
  MB_AFTER: 16,
  RMB_BEFORE: 32,
  WMB_BEFORE: 64,
  WMB_AFTER: 128,
  /** Begins and ends a read section of RCU; is where a grace period has ended when it reads 0. */
  RCU_LOCK: 256,
  RCU_UNLOCK: 512,
  GRACE: 1024,
  /** Nothing comes between the write and what was read with it. */
  RMW: 2048,
} as const;

const STRONG = By.NEWEST | By.ACQUIRE | By.RELEASE;
const FULL = By.NEWEST | By.MB_BEFORE | By.MB_AFTER | By.RMW;

/** By macro, where it reads and where it writes. */
const MACROS: Readonly<Record<string, { readonly read?: number; readonly write?: number }>> = {
  smp_load_acquire: { read: By.ACQUIRE },
  smp_store_release: { write: By.RELEASE },
  rcu_assign_pointer: { write: By.RELEASE },
  smp_store_mb: { write: By.MB_AFTER },
  set_current_state: { write: By.MB_AFTER },
  rcu_read_lock: { write: By.RCU_LOCK },
  rcu_read_unlock: { write: By.RCU_UNLOCK },
  read_seqcount_begin: { read: By.ACQUIRE },
  raw_read_seqcount: { read: By.ACQUIRE },
  read_seqbegin: { read: By.ACQUIRE },
  read_seqcount_retry: { read: By.RMB_BEFORE },
  read_seqretry: { read: By.RMB_BEFORE },
  write_seqcount_begin: { write: By.WMB_AFTER },
  raw_write_seqcount_begin: { write: By.WMB_AFTER },
  write_seqcount_end: { write: By.WMB_BEFORE },
  raw_write_seqcount_end: { write: By.WMB_BEFORE },
};

const EXCHANGE = /^(try_)?(cmp)?xchg/;

/** Macros that a place came out of, innermost first. */
function macrosOf(loc: Loc | null | undefined): string[] {
  const out: string[] = [];
  for (let l = loc ?? undefined; l !== undefined; l = l.via) if (l.macro !== undefined) out.push(l.macro);
  return out;
}

/** What the name of an operation that reads and writes in one step says of its order. */
function ofExchange(names: readonly string[], write: boolean): number {
  const is = (suffix: RegExp): boolean => names.some((n) => suffix.test(n));
  if (is(/_relaxed$/)) return By.NEWEST | By.RMW;
  if (is(/_acquire$|_lock$/)) return By.NEWEST | By.RMW | (write ? 0 : By.ACQUIRE);
  if (is(/_release$|_unlock$/)) return By.NEWEST | By.RMW | (write ? By.RELEASE : 0);
  // A comparison that fails orders nothing.
  return write ? FULL : By.NEWEST;
}

/** The order of an access that is part of no function that stands for an instruction. */
export function orderInCode(fn: FnInfo, loc: Loc | undefined, write: boolean): number {
  const names = macrosOf(loc);
  if (names.some((n) => EXCHANGE.test(n))) return ofExchange(names, write);
  let flags =
    fn.name === "synchronize_rcu" && fn.fidelity === "reference" && !write ? By.GRACE | By.NEWEST : 0;
  for (const name of names) flags |= MACROS[name]?.[write ? "write" : "read"] ?? 0;
  return flags;
}

const COUNTERS = /^include\/linux\/(atomic|bitops|refcount|page_ref|kref)\.h$/;
/** Of them, what reads or writes only, and what reads and writes without giving the value back. */
const READS = /^(atomic\w*_read|refcount_read|test_bit|(page|folio)_ref_count|page_count)$/;
const WRITES = /^(atomic\w*_set|refcount_set|(init|set)_page_count|folio_set_count)$/;
const SILENT =
  /^(atomic(64|_long)?_(add|sub|inc|dec|or|and|xor|andnot)|refcount_(inc|add|inc_not_zero|add_not_zero)|(set|clear|change)_bit|(page|folio)_ref_(add|sub|inc|dec))$/;
const WAKES = /^(schedule$|wake_up_state$|default_wake_function$)/;
/** Entries of page tables are taken out by an exchange, which orders everything where other CPUs walk them. */
const TAKES_OUT = /^(ptep|pmdp|pudp)_(huge_)?(get_and_clear|set_wrprotect)/;

/**
 * The order of an access in a function that is one step to others: `fn` is the outermost such function, `call` the place
 * where it is called. Where nothing is known it acquires and releases: more than the kernel promises, never less.
 */
export function orderInAtomic(fn: FnInfo, call: Loc | null, write: boolean): number {
  if (WAKES.test(fn.name) || TAKES_OUT.test(fn.name)) return FULL;
  if (!COUNTERS.test(fn.path)) return STRONG;
  const names = [fn.name, ...macrosOf(call)];
  const acquires = names.some((n) => /_acquire$/.test(n));
  const releases = names.some((n) => /_release$/.test(n));
  if (READS.test(fn.name)) return acquires ? By.ACQUIRE : 0;
  if (WRITES.test(fn.name)) return releases ? By.RELEASE : 0;
  if (SILENT.test(fn.name) && !names.some((n) => /_(acquire|release|lock|unlock)$/.test(n)))
    return By.NEWEST | By.RMW;
  return ofExchange(names, write) | (write ? 0 : By.RMW);
}
