/**
 * Locks and read sides that a path holds: how they are called, and under which of them nobody may sleep; and memory that a
 * callee may have ended. Leaves out taking them and giving them up (calls.ts).
 */
import type { Holding } from "./books.ts";
import type { Kind } from "./contract.ts";
import type { Obj } from "./memory.ts";
import type { Run } from "./run.ts";

/** "mutex t->lock"; of what there is one of, the kind alone. */
export function heldText(w: Run, h: Holding): string {
  return h.key === 0n ? h.kind.what : `${h.kind.what} ${w.heldName(h.key)}`;
}

/** A lock in a sentence: one that is an object by its name, another by what it is of. */
export const lockOf = (w: Run, h: Holding): string => lockText(w, h.kind, h.key);

/** The same of a lock that is not held. */
export function lockText(w: Run, kind: Kind, key: bigint): string {
  if (key === 0n) return `the ${kind.what}`;
  const name = w.heldName(key);
  return PLAIN_LOCKS.has(kind.name) ? name : `the ${kind.what} of ${name}`;
}

const PLAIN_LOCKS: ReadonlySet<string> = new Set(["spinlock", "rwlock"]);

/** The last thing taken under which nobody may sleep, where nothing may have given it up unseen; or null. */
export function atomicBy(w: Run): Holding | null {
  return (
    w.books
      .atomics()
      .findLast(
        (h) => h.state === "held" && h.kind.atomic && h.lent === null && !givenUnderAnotherName(w, h),
      ) ?? null
  );
}

/**
 * The lock may have been given up: one of its kind was, found by a pointer in memory that a callee of which nothing is known
 * had in hand; most such leave the pointer as it was.
 */
export function givenUnderAnotherName(w: Run, h: Holding): boolean {
  const others = w.books.debtsOf(h.kind);
  const isForgotten = (key: bigint): boolean => w.mem.at(key)?.obj.forgotten === true;
  return others.length > 0 && [h.key, ...others].some(isForgotten);
}

/** The last reference to what lies in memory may end that memory, and what its members lead to. */
export function lend(w: Run, obj: Obj, callee: string): void {
  const led = new Set([...obj.cells.values()].map((c) => w.known.resolve(c.v)));
  for (const h of w.books.holdings)
    if (h.state === "held" && h.kind.sort === "memory" && (led.has(h.key) || w.mem.at(h.key)?.obj === obj))
      h.lent = callee;
}

/** A bit of a number that a callee of which nothing is known filled in: "(fill():1 & 4) != 0". */
const BIT_OF_FILLED = /^\((\w+\(\)(?: #\d+)?:\d+) & (?:0x[\da-f]+|\d+)\) != 0$/;

/**
 * The lock may have been given up by a mode: a callee filled it in behind the taking, and none of its bits that are asked for is set,
 * as no mode is by which a lock is held.
 */
export function givenByMode(w: Run, h: Holding): boolean {
  const unset = new Set<string>();
  for (const c of w.choices.slice(h.taken.decided)) {
    const mode = c.answer === "no" ? BIT_OF_FILLED.exec(c.name)?.[1] : undefined;
    if (mode === undefined) continue;
    if (unset.has(mode)) return true;
    unset.add(mode);
  }
  return false;
}
