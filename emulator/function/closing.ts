/**
 * Closes the books of a path about things that it had not taken itself. Leaves out what it took (audit.ts) and comparing the
 * sides (owners.ts).
 */
import { type Ledger, NO_LEDGER, type Parted, plainName } from "./ledger.ts";
import type { Run } from "./run.ts";
import type { Value } from "./value.ts";

/** @param result what the entry returned */
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
