/**
 * What somebody can still get at: from outside, from global variables, by what is registered, and from given values. Leaves
 * out whether that is enough (audit.ts).
 */
import type { Holding } from "./books.ts";
import { plainName } from "./ledger.ts";
import type { Obj } from "./memory.ts";
import type { Run } from "./run.ts";
import type { Value } from "./value.ts";

/**
 * Objects that can be reached from outside, from global variables and from `roots`. What a call gave and is `held` is not
 * known by itself; what the caller handed in is, whoever counts it besides, but for the one holding that is asked about.
 */
function reachable(
  w: Run,
  roots: readonly Value[],
  held: readonly Holding[],
  { asked, leads }: { readonly asked: Holding | null; readonly leads: Leads },
): Set<number> {
  const owned = new Set<number>();
  for (const h of held) {
    const at = w.mem.at(h.key);
    if (at !== null && h.kind.sort !== "state" && h.kind.sort !== "lock" && (at.obj.found || h === asked))
      owned.add(at.obj.id);
  }
  const { out, queue, add } = collector();
  for (const o of w.mem.objects)
    if ((o.kind === "outside" || o.kind === "global") && !owned.has(o.id) && o.gone === null) add(o.id);
  for (const id of w.joined) add(id);
  // What is registered or switched on is known to whoever keeps the state.
  for (const h of w.books.holdings) {
    if (h.state !== "held" || h.kind.sort !== "state" || h.key === 0n || h.kind.life) continue;
    const at = w.mem.at(h.key);
    if (at !== null && at.obj.kind === "heap") add(at.obj.id);
  }
  follow(w, roots, { queue, add, leads });
  return out;
}

/** Whether what a cell of an object holds leads on from it. */
type Leads = (w: Run, o: Obj, off: number, v: Value) => boolean;

const any: Leads = () => true;

/** What a path merely compared with something that lay there before the call: whoever set it there has his own reference. */
const notBefore: Leads = (w, o, off, v) =>
  typeof v === "bigint" || v.forgotten || w.homes.get(v.id) !== `${o.id}:${off}`;

const ENTRY = "entry of ";

/** Nor does the link by which a list had it before, which the path went along. */
const setHere: Leads = (w, o, off, v) => {
  if (!notBefore(w, o, off, v)) return false;
  const at = typeof v === "bigint" ? w.mem.at(v) : null;
  if (at === null || at.off !== 0 || !at.obj.name.startsWith(ENTRY)) return true;
  return !w.linkName(o, off).startsWith(at.obj.name.slice(ENTRY.length));
};

/** Objects that were come to, each once, and those of them from which nobody has gone on yet. */
function collector(): { out: Set<number>; queue: number[]; add: (id: number) => void } {
  const out = new Set<number>();
  const queue: number[] = [];
  const add = (id: number): void => {
    if (out.has(id)) return;
    out.add(id);
    queue.push(id);
  };
  return { out, queue, add };
}

/** Goes on from roots and queued objects to those that their cells lead to; `add` puts a new one into the queue. */
function follow(
  w: Run,
  roots: readonly Value[],
  {
    queue,
    add,
    leads,
  }: { readonly queue: number[]; readonly add: (id: number) => void; readonly leads: Leads },
): void {
  for (const r of roots) {
    const at = typeof r === "bigint" ? w.mem.at(r) : null;
    if (at !== null) add(at.obj.id);
  }
  while (queue.length > 0) {
    const o = w.mem.objects[queue.pop()!]!;
    // Nobody follows a pointer in memory that was freed.
    if (o.kind === "heap" && o.gone !== null) continue;
    for (const [off, c] of o.cells) {
      const v = w.known.resolve(c.v);
      if (typeof v !== "bigint" || c.size !== 8 || !leads(w, o, off, c.v)) continue;
      const at = w.mem.at(v);
      if (at !== null && at.obj.kind !== "string" && at.obj.kind !== "function") add(at.obj.id);
    }
  }
}

/** Objects that given values lead to, by themselves. */
export function ledTo(w: Run, roots: readonly Value[]): Set<number> {
  const { out, queue, add } = collector();
  follow(w, roots, { queue, add, leads: any });
  return out;
}

/** What was handed on, and what it leads to, whenever that was put there: its new owner's. */
export const withHanded = (w: Run): Set<number> =>
  ledTo(
    w,
    w.books.holdings.flatMap((h) =>
      h.state === "passed" && w.mem.at(h.key)?.obj.gone === null ? [h.key] : [],
    ),
  );

/** Objects that memory leads to which a callback has after a grace period, that memory included. */
export const withGraced = (w: Run): Set<number> =>
  ledTo(
    w,
    [...w.graced].map((id) => w.mem.objects[id]!.base),
  );

/** For each holding whether somebody can still get at it, by another way than itself. */
export function reach(
  w: Run,
  roots: readonly Value[],
  held: readonly Holding[],
): (h: Holding, id: number) => boolean {
  const common = reachable(w, roots, held, { asked: null, leads: any });
  let counted: Set<number> | null = null;
  return (h, id) => {
    if (w.mem.objects[id]?.found === false)
      return reachable(w, roots, held, { asked: h, leads: any }).has(id);
    if (h.kind.sort !== "counted") return common.has(id);
    counted ??= reachable(w, roots, held, { asked: null, leads: notBefore });
    return counted.has(id);
  };
}

/** Whether what a path found in a list is known by nothing else that it set, returns or handed on. */
export function onlyFound(w: Run, obj: Obj, roots: readonly Value[]): boolean {
  const name = plainName(obj.name);
  if (!obj.name.startsWith(ENTRY) || w.lent.has(name) || w.handed.has(name)) return false;
  const isIt = (v0: Value): boolean => {
    const v = w.known.resolve(v0);
    return typeof v === "bigint" && w.mem.at(v)?.obj === obj;
  };
  if (roots.some(isIt)) return false;
  return !w.mem.objects.some(
    (o) =>
      o !== obj &&
      o.kind !== "local" &&
      [...o.cells].some(([off, c]) => c.size === 8 && isIt(c.v) && setHere(w, o, off, w.known.resolve(c.v))),
  );
}

/** Whether one more was taken of what lay there before, and what the path set, returns or handed on does not lead to it. */
export function onlyRaised(w: Run, h: Holding, roots: readonly Value[], held: readonly Holding[]): boolean {
  const obj = w.mem.at(h.key)?.obj;
  if (!h.more || h.kind.sort !== "counted" || h.kind.registration || h.lent !== null) return false;
  if (obj === undefined || obj.kind !== "outside" || obj.found || w.lent.has(plainName(obj.name)))
    return false;
  return !reachable(w, roots, held, { asked: h, leads: setHere }).has(obj.id);
}
