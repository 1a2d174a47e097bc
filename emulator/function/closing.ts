/**
 * Closes the books of a path about things that it had not taken itself. Leaves out what it took (audit.ts) and comparing the
 * sides (owners.ts).
 */

import { ULONG } from "../c/ctype.ts";
import { maskedIs } from "./bits.ts";
import { objectName } from "./bookings.ts";
import type { Spot } from "./books.ts";
import { stripped } from "./constraints.ts";
import type { Lost } from "./finding.ts";
import { heldText, lockText } from "./held.ts";
import { type Counter, type Ledger, NO_LEDGER, type Open, type Parted, plainName } from "./ledger.ts";
import { memberAt, type Obj } from "./memory.ts";
import { onlyFound } from "./reach.ts";
import type { Run } from "./run.ts";
import type { CallOrigin, Value } from "./value.ts";

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
  const loose = new Set<string>();
  const counts = countsOf(w, (name, obj) => {
    if (onlyFound(w, obj, result === null ? [] : [result])) loose.add(name);
  });
  const raised = raisedOf(w);
  const { gave, late, overwritten, ended, lent, gives, calls } = w;
  const rest = {
    gave,
    late,
    overwritten,
    freed,
    took,
    settled,
    raised,
    counts,
    loose,
    taken: new Set(
      w.mem.objects.flatMap((o) => (o.raised > 0 && o.kind !== "heap" ? [plainName(o.name)] : [])),
    ),
    counters: countersOf(w),
    end,
    ended,
    lent,
    gives,
    calls,
    blank: blankOf(w),
    ...turnsOf(w),
    claims: claimsOf(w),
    ...fatesOf(w),
  };
  if (!all && gave.length + freed.length + overwritten.length + w.madeUp === 0)
    return { ...rest, kept: NO_LEDGER.kept };
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
  return { ...rest, kept };
}

function blankOf(w: Run): Ledger["blank"] {
  const blank = new Set<string>();
  for (const o of w.mem.objects)
    if (o.kind === "heap" && o.fresh === "zero" && !o.parts.some((p) => p.forgotten))
      blank.add(plainName(o.name));
  return blank.size === 0 ? NO_LEDGER.blank : blank;
}

const fateName = (of: string, { key }: CallOrigin): string => `${of} ${key}`;

function fatesOf(w: Run): Pick<Ledger, "fates" | "makers"> {
  const fates = new Map<string, "held" | "given" | "passed" | "unclear">();
  const makers = new Map<string, CallOrigin>();
  for (const h of w.books.holdings) {
    if (h.kind.sort === "lock" || h.kind.scope) continue;
    const name = fateName(h.kind.what, h.taken);
    fates.set(name, fates.has(name) ? "unclear" : h.state);
    if (h.state !== "held" || h.lent === null) makers.set(name, h.taken);
  }
  return { fates, makers };
}

/** What is lost, by the names that fates have. */
export const lostOf = (w: Run): Lost[] =>
  w.lost.flatMap((fault) =>
    fault.taken === null ? [] : [{ name: fateName(fault.object.split(" of ")[0]!, fault.taken), fault }],
  );

/** What locks and states were given up, and what was taken again. */
function turnsOf(w: Run): Pick<Ledger, "open" | "balanced" | "again"> {
  const balanced = new Set<string>();
  const again = new Map<string, string>();
  const of = (key: bigint): string => (key === 0n ? "" : plainName(w.lockName(key)));
  for (const h of w.books.holdings) {
    if (h.kind.sort !== "lock" && h.kind.sort !== "state") continue;
    if (h.again) again.set(`${h.kind.name} ${of(h.key)}`, h.taken.callee);
    else if (h.state === "given") balanced.add(`${h.kind.name} ${of(h.key)}`);
  }
  const open: Open[] = [];
  for (const { kind, key, spot } of w.books.openDebts()) {
    if ((kind.sort !== "lock" && kind.sort !== "state") || kind.life || kind.harmless) continue;
    if (w.mem.at(key)?.obj.forgotten === true) continue;
    // What ends one lock with interrupts on ends their being off, too, whoever switched them off.
    if (kind.scope && (w.input.contracts.functions.get(spot.by)?.clauses.length ?? 1) > 1) continue;
    const text =
      key === 0n || kind.sort === "lock" ? lockText(w, kind, key) : `the ${kind.what} of ${of(key)}`;
    open.push({ kind: kind.name, sort: kind.scope ? "lock" : kind.sort, of: of(key), text, at: spot });
  }
  return { open, balanced, again };
}

/** What is known of each claimed bit at the end: of a word that a callee may have written nothing is. */
function claimsOf(w: Run): Ledger["claims"] {
  if (w.claims.length === 0) return NO_LEDGER.claims;
  const out = new Map<string, { state: "held" | "given"; by: CallOrigin }>();
  for (const { obj, off, mask, at } of w.claims) {
    const cell = obj.gone === null ? obj.cells.get(off) : undefined;
    const v = cell === undefined ? null : w.known.resolve(cell.v);
    if (v === null || cell?.size !== 8) continue;
    const bit = w.arith("and", v, mask, ULONG);
    const clear = typeof bit === "bigint" ? bit === 0n : maskedIs(w.known, bit, 0n);
    if (clear === undefined) continue;
    const name = `bit ${mask.toString(2).length - 1} of ${plainName(w.linkName(obj, off))}`;
    out.set(name, { state: clear ? "given" : "held", by: at });
  }
  return out;
}

function raisedOf(w: Run): Map<string, number> {
  const out = new Map<string, number>();
  const raise = (name: string, by: number): void => {
    if (by > 0) out.set(name, (out.get(name) ?? 0) + by);
  };
  for (const h of w.books.holdings) {
    if (h.kind.sort === "lock" || h.kind.scope) raise(heldText(w, h), 1);
    else if (h.kind.sort === "counted" && !h.kind.registration) raise(objectName(w, h), h.more ? 1 : 0);
    else if (h.kind.sort === "memory") raise(objectName(w, h), w.mem.at(h.key)?.obj.raised ?? 0);
  }
  return out;
}

function countersOf(w: Run): Ledger["counters"] {
  if (w.counters.size === 0) return NO_LEDGER.counters;
  const out = new Map<string, Counter>();
  const leads = leadsTo(w, new Set([...w.counters.values()].map((c) => c.obj)));
  for (const { obj, off } of w.counters.values()) {
    const path = memberAt(obj.type, off, 4)?.path;
    const cell = obj.cells.get(off);
    const value = cell === undefined ? undefined : w.known.resolve(cell.v);
    const h = w.books.of(obj.base).findLast(({ kind }) => kind.sort === "memory");
    if (
      path === undefined ||
      typeof value !== "bigint" ||
      obj.gone !== null ||
      h === undefined ||
      h.state === "given"
    )
      continue;
    const led = leads.get(obj);
    if (led === undefined) continue;
    out.set(`${fateName(h.kind.what, h.taken)}${path}`, {
      value,
      raised: obj.raised,
      led,
      thing: objectName(w, h),
    });
  }
  return out;
}

/** How many pointers in memory, other than its own and those of variables, lead to each of these objects, where any do. */
function leadsTo(w: Run, wanted: ReadonlySet<Obj>): Map<Obj, number> {
  const out = new Map<Obj, number>();
  for (const o of w.mem.objects) {
    if (o.kind === "local" || o.gone !== null) continue;
    for (const { size, v } of o.cells.values()) {
      const a = size === 8 ? w.known.resolve(v) : 0n;
      const to = typeof a === "bigint" ? w.mem.at(a)?.obj : undefined;
      if (to !== undefined && to !== o && wanted.has(to)) out.set(to, (out.get(to) ?? 0) + 1);
    }
  }
  return out;
}

/** Most by which a number is a count that goes up and down. */
const COUNTED = 4n;

/** @param raised is called with each number that went up, and what it lies in */
function countsOf(w: Run, raised: (name: string, obj: Obj) => void): Map<string, bigint> {
  const out = new Map<string, bigint>();
  for (const o of w.mem.objects) {
    if (o.kind !== "outside" && o.kind !== "global") continue;
    for (const [off, c] of o.cells) {
      const v = w.known.resolve(c.v);
      if (typeof v === "bigint" || v.from === null) continue;
      const { u, add } = stripped(w.known, v);
      if (u.t.kind === "pointer") continue;
      if (add === 0n || add > COUNTED || add < -COUNTED || w.homes.get(u.id) !== `${o.id}:${off}`) continue;
      out.set(plainName(u.id), add);
      if (add > 0n) raised(plainName(u.id), o);
    }
  }
  return out;
}
