/**
 * The judgement at the end of a path: what is still held, and whether somebody can still get at it. Leaves out faults that
 * show while the path runs.
 */
import { objectName } from "./bookings.ts";
import type { Holding } from "./books.ts";
import type { Fault } from "./finding.ts";
import { givenByMode, givenUnderAnotherName, heldText } from "./held.ts";
import { plainName } from "./ledger.ts";
import type { Obj } from "./memory.ts";
import { onlyRaised, reach, withGraced, withHanded } from "./reach.ts";
import type { Outcome, Run } from "./run.ts";
import type { Value } from "./value.ts";

export interface AuditInput {
  /** What the entry returned. */
  readonly result: Value | null;
  readonly outcome: Outcome;
  /** The entry is called by a core that keeps nothing of it when it fails (probe, bind, init). */
  readonly root: boolean;
  /** The entry is called through a pointer, by no function of its file. */
  readonly callback: boolean;
  /** A whole life has been lived: nothing may be left. */
  readonly life: boolean;
  readonly at: {
    readonly fn: string;
    readonly loc: { readonly file: number; readonly line: number; readonly col: number };
  };
}

/** Tells what was taken on this path and lost, and what was freed where others still come to it. */
export function audit(w: Run, input: AuditInput): void {
  stillLinked(w, input.at.fn);
  const held = w.books.holdings.filter((h) => h.state === "held");
  if (held.length === 0) return;
  const roots = input.result === null ? [] : [w.known.resolve(input.result)];
  const reached = reach(w, roots, held);
  const failed = input.outcome === "failed";
  const graced = withGraced(w);
  const handed = withHanded(w);
  /** Who called is a core, and is told that the call failed. */
  const told = input.callback && failed;
  for (const h of held) {
    if (h.restored) continue;
    if (h.kind.sort === "lock" || h.kind.scope) {
      const byMode = givenByMode(w, h);
      w.fault({
        kind: "returned-locked",
        object: heldText(w, h),
        what: `${heldName(w, h)} is still held`,
        taken: h.taken,
        given: null,
        possible: h.lent !== null || byMode || givenUnderAnotherName(w, h),
        doubt: h.lent !== null ? "in other hands" : byMode ? "by a mode" : "other name",
        functions: functionsOf(h, input.at.fn),
        at: { by: "", ...input.at },
      });
      continue;
    }
    const over = input.life || (input.root && failed);
    if (isNothing(w, h) || (h.kind.life && !over) || (h.kind.rests && over)) continue;
    if (h.kind.sort !== "state" && graced.has(w.mem.at(h.key)?.obj.id ?? -1)) continue;
    const kept = !input.life && isKept(w, h, input, reached);
    if (kept && h.kind.sort !== "state" && handed.has(w.mem.at(h.key)?.obj.id ?? -1)) continue;
    // Left with a caller who is told that the call failed, and a count that nobody may expect to be left: the other side says
    // whether that is meant (compare.ts).
    const counts = h.kind.exact && h.kind.sort === "state";
    const lasts = kept && (counts || (!failed && onlyRaised(w, h, roots, held)));
    if (kept && !lasts && !told) continue;
    const lost: Fault = {
      kind: h.kind.life ? "left-running" : "leaked",
      object: objectName(w, h),
      what: h.kind.life
        ? `the ${h.kind.what} made ready by ${h.taken.callee}() may still run at the end`
        : `the ${h.kind.what} taken by ${h.taken.callee}() is never given back`,
      taken: h.taken,
      given: null,
      possible: h.lent !== null || h.idle,
      doubt: "stopped by a failure",
      lent: h.lent,
      kept: kept || h.kind.life,
      lasts: lasts && !told && !leftByFailing(w, h),
      buried: isBuried(w, h),
      functions: functionsOf(h, input.at.fn),
      at: { by: "", ...input.at },
    };
    w.lost.push(lost);
    w.fault(lost);
  }
}

/**
 * What is returned was freed: not only given back, which leaves it where others have it. Asked when the function returns: what goes with
 * the device goes behind that.
 */
export function returnsFreed(
  w: Run,
  { result, outcome, at }: Pick<AuditInput, "result" | "outcome" | "at">,
): void {
  const v = result === null || outcome === "failed" ? 0n : w.known.resolve(result);
  const obj = typeof v === "bigint" && v !== 0n ? (w.mem.at(v)?.obj ?? null) : null;
  if (obj === null || obj.gone === null || obj.kind === "local") return;
  const { gone, name } = obj;
  const { functions } = w.input.contracts;
  if (!functions.get(gone.by)?.clauses.some((k) => k.verb === "free")) return;
  w.fault({
    kind: "use-after-release",
    object: name,
    what: `${name} is returned, and was freed by ${gone.by}()`,
    taken: null,
    given: gone,
    at: { by: "", ...at },
    functions: [at.fn],
    possible: false,
  });
}

/** Memory of this path's own that was freed, and a list or a tree of somebody else's still leads to it. */
function stillLinked(w: Run, end: string): void {
  const told = new Set<number>();
  for (const { obj, off } of w.links.values()) {
    // An entry may be out of its list by now, and keeps what it led to.
    const cell = obj.gone === null && !isEntry(obj) ? obj.cells.get(off) : undefined;
    const v = cell === undefined ? 0n : w.known.resolve(cell.v);
    const to = typeof v === "bigint" ? w.mem.at(v)?.obj : undefined;
    if (to?.kind !== "heap" || to.gone === null || told.has(to.id)) continue;
    told.add(to.id);
    const head = w.linkName(obj, off).replace(/(?:\.|->)(?:next|prev|first|rb_node)$/, "");
    w.fault({
      kind: "freed-while-registered",
      object: `${to.name} in ${plainName(head)}`,
      what: `${to.gone.by}() frees the memory of ${to.name}, and ${head} still leads to it`,
      taken: null,
      given: null,
      at: to.gone,
      functions: [...new Set([to.gone.fn, end])],
      possible: false,
    });
  }
}

const isEntry = ({ name }: Obj): boolean => name.startsWith("entry of ");

/** The call that took it failed, and left it taken all the same. */
const leftByFailing = (w: Run, h: Holding): boolean =>
  w.choices.some((c) => c.name === h.taken.key && c.answer === "fails");

/** Whether the memory that it lies in was freed on this path. */
function isBuried(w: Run, h: Holding): boolean {
  return h.kind.sort === "counted" && (w.mem.at(h.key)?.obj.gone ?? null) !== null;
}

/**
 * A count in freed memory is nothing any more: what was in the thing besides is lost. The other way round that goes with the
 * thing as long as it is there. Of a call that gives both the count is told.
 */
function isNothing(w: Run, h: Holding): boolean {
  if (h.kind.inside && !isBuried(w, h)) return true;
  const same = w.books.of(h.key).filter((x) => x.state === "held" && x !== h);
  if (h.kind.inside)
    return same.some((x) => x.kind.contents === h.kind.name && x.taken.callee === h.taken.callee);
  if (h.kind.contents === null || !isBuried(w, h)) return false;
  return !same.some((x) => x.kind.name === h.kind.contents && x.taken.callee === h.taken.callee);
}

function functionsOf(h: Holding, end: string): string[] {
  return [...new Set([...[...h.stack].reverse(), end])];
}

/** Someone can still give it back: by what is returned, or by what outlives the call. */
function isKept(w: Run, h: Holding, input: AuditInput, reached: ReturnType<typeof reach>): boolean {
  if (h.kind.sort === "state") return input.outcome !== "failed";
  const at = w.mem.at(h.key);
  if (at === null) return true;
  if (input.root && input.outcome === "failed") return false;
  // What is a variable of the kernel's own can be named by whoever gives it back.
  if (at.obj.kind === "global" && input.outcome !== "failed") return true;
  if (input.outcome !== "failed") {
    const booked = w.books.of(h.key);
    // What a call made and registered is named to who registered it by something else than its address: a device by its number.
    if (at.obj.found && booked.some((x) => isRegistered(x, h))) return true;
    if (booked.some((x) => x.state === "held" && x.kind.of === h.kind.name)) return true;
  }
  return reached(h, at.obj.id);
}

const isRegistered = (x: Holding, h: Holding): boolean =>
  x.state === "held" && x.kind.registration && x.taken.key === h.taken.key;

/** A lock by its name; what is none, and what a call gave, by its kind besides. */
function heldName(w: Run, h: Holding): string {
  const kind = `the ${h.kind.what}`;
  if (h.key === 0n) return kind;
  const name = h.kind.sort === "lock" ? w.heldName(h.key) : w.lockName(h.key);
  return h.kind.sort !== "lock" || name.endsWith(")") ? `${kind} of ${name}` : name;
}
