/**
 * What a path did with things that it had not taken itself, in the form in which two sides can be compared: what it gave back
 * for its caller, which pointers it wrote over, which owners it freed, and what somebody can still get at. Leaves out what
 * the path took (audit.ts) and the comparison (owners.ts).
 */
import type { Spot } from "./books.ts";
import type { Run } from "./run.ts";
import type { Value } from "./value.ts";

/** Something of the caller's was given back. */
export interface GivenBack {
  readonly kind: string;
  /** "memory", "enabled clock". */
  readonly what: string;
  readonly sort: "counted" | "memory" | "state" | "lock";
  /** What it was of, by the name that both sides have for it: "priv->buf". */
  readonly of: string;
  readonly at: Spot;
}

/** A place after which a thing's owner does not lead to it any more. */
export interface Parted {
  /** The thing whose pointer was written over, or the owner that was freed. */
  readonly name: string;
  readonly at: Spot;
  readonly functions: readonly string[];
}

export interface Ledger {
  readonly gave: readonly GivenBack[];
  readonly overwritten: readonly Parted[];
  readonly freed: readonly Parted[];
  /** Things that were handed on, are returned, or are led to by what is still there. */
  readonly kept: ReadonlySet<string>;
  /** States that the path took: "clk-enabled dev->clk". */
  readonly took: ReadonlySet<string>;
}

export const NO_LEDGER: Ledger = {
  gave: [],
  overwritten: [],
  freed: [],
  kept: new Set(),
  took: new Set(),
};

/** A name without what hangs on where members lie: the sides' structs may differ. */
export function plainName(name: string): string {
  return name.replace(/([+@])-?\d+/g, "$1");
}

/** Closes the books of a path. */
export function ledgerOf(w: Run, result: Value | null): Ledger {
  const took = new Set<string>();
  for (const h of w.books.holdings)
    if (h.kind.sort === "state") took.add(`${h.kind.name} ${plainName(w.lockName(h.key))}`);
  const freed: Parted[] = [];
  for (const o of w.mem.objects)
    if (o.kind === "outside" && o.gone !== null)
      freed.push({ name: plainName(o.name), at: o.gone, functions: [o.gone.fn] });
  const { gave, overwritten } = w;
  if (gave.length + freed.length + overwritten.length === 0) return { ...NO_LEDGER, took };
  const kept = new Set(w.handed);
  const lead = (v0: Value, from: number): void => {
    const v = w.known.resolve(v0);
    if (typeof v !== "bigint") {
      kept.add(plainName(v.id));
      return;
    }
    const at = w.mem.at(v);
    if (at !== null && at.obj.id !== from) kept.add(plainName(at.obj.name));
  };
  if (result !== null) lead(result, -1);
  for (const o of w.mem.objects) {
    if (o.kind === "local" || o.kind === "string" || o.kind === "function" || o.gone !== null) continue;
    for (const c of o.cells.values()) if (c.size === 8) lead(c.v, o.id);
  }
  return { gave, overwritten, freed, kept, took };
}
