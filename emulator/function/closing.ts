/**
 * Closes the books of a path about things that it had not taken itself. Leaves out what it took (audit.ts) and comparing the
 * sides (owners.ts).
 */
import type { Spot } from "./books.ts";
import { objectName } from "./calls.ts";
import { stripped } from "./constraints.ts";
import { heldText } from "./held.ts";
import { type Ledger, NO_LEDGER, type Parted, plainName } from "./ledger.ts";
import type { Run } from "./run.ts";
import type { Value } from "./value.ts";

/**
 * @param result what the entry returned
 * @param end where it returned
 * @param all what is kept is told of a path that gave nothing back, too
 */
export function ledgerOf(w: Run, result: Value | null, end: Spot, all: boolean): Ledger {
  const took = new Set<string>();
  for (const h of w.books.holdings)
    if (h.kind.sort === "state") took.add(`${h.kind.name} ${plainName(w.lockName(h.key))}`);
  const freed: Parted[] = [];
  for (const o of w.mem.objects)
    if (o.kind === "outside" && o.gone !== null)
      freed.push({ name: plainName(o.name), at: o.gone, functions: [o.gone.fn] });
  const settled = new Set<string>();
  for (const h of w.books.holdings) if (h.state === "given") settled.add(objectName(w, h));
  const counts = countsOf(w);
  const raised = raisedOf(w);
  const { gave, overwritten } = w;
  if (!all && gave.length + freed.length + overwritten.length === 0)
    return { ...NO_LEDGER, took, settled, raised, counts, end };
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
  return { gave, overwritten, freed, kept, took, settled, raised, counts, end };
}

function raisedOf(w: Run): Map<string, number> {
  const out = new Map<string, number>();
  const raise = (name: string, by: number): void => {
    if (by > 0) out.set(name, (out.get(name) ?? 0) + by);
  };
  for (const h of w.books.holdings) {
    if (h.kind.sort === "lock") raise(heldText(w, h), 1);
    else if (h.kind.sort === "counted" && !h.kind.registration) raise(objectName(w, h), h.more ? 1 : 0);
    else if (h.kind.sort === "memory") raise(objectName(w, h), w.mem.at(h.key)?.obj.raised ?? 0);
  }
  return out;
}

/** Most by which a number is a count that goes up and down. */
const COUNTED = 4n;

function countsOf(w: Run): Map<string, bigint> {
  const out = new Map<string, bigint>();
  for (const o of w.mem.objects) {
    if (o.kind !== "outside" && o.kind !== "global") continue;
    for (const [off, c] of o.cells) {
      const v = w.known.resolve(c.v);
      if (typeof v === "bigint" || v.from === null) continue;
      const { u, add } = stripped(w.known, v);
      if (add === 0n || add > COUNTED || add < -COUNTED || w.homes.get(u.id) !== `${o.id}:${off}`) continue;
      out.set(plainName(u.id), add);
    }
  }
  return out;
}
