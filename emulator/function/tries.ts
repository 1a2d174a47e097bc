/**
 * Loops that try something until a number of tries is spent, as a driver waits for a device: what was found at one turn may be found at
 * each, until the loop gives up. Leaves out loops whose own test counts (walk.ts sees that when they run), and jumps back to a label.
 */
import type { LocalVar, S, SLoop, X } from "../c/tree.ts";

const known = new WeakMap<SLoop, boolean>();

/** Whether a loop's own text counts its turns and leaves it by that: `if (!tries--) return`, `while (--tries)`. */
export function spendsTries(loop: SLoop): boolean {
  let is = known.get(loop);
  if (is === undefined) {
    const stepped = new Set<LocalVar>();
    steps(loop.body, stepped);
    is =
      (loop.kind === "do" && loop.test !== null && asksCount(loop.test, stepped)) ||
      givesUp(loop.body, loop, stepped);
    known.set(loop, is);
  }
  return is;
}

/** Variables that statements of the body itself count up or down. */
function steps(s: S, out: Set<LocalVar>): void {
  if (s.k === "block" || s.k === "seq") for (const i of s.items) steps(i, out);
  else if (s.k === "expr" && s.x.k === "inc" && s.x.lv.k === "var") out.add(s.x.lv.v);
}

/** A condition that counts, or compares with a number what the body counts. */
function asksCount(x: X, stepped: ReadonlySet<LocalVar>): boolean {
  switch (x.k) {
    case "inc":
      return x.lv.k === "var";
    case "var":
      return stepped.has(x.v);
    case "lnot":
    case "conv":
      return asksCount(x.x, stepped);
    case "cmp":
      return (x.r.k === "num" && asksCount(x.l, stepped)) || (x.l.k === "num" && asksCount(x.r, stepped));
    case "and":
    case "or":
      return asksCount(x.l, stepped) || asksCount(x.r, stepped);
    default:
      return false;
  }
}

/** Whether a statement of the body leaves the loop by such a condition. */
function givesUp(s: S, loop: SLoop, stepped: ReadonlySet<LocalVar>): boolean {
  if (s.k === "block" || s.k === "seq") return s.items.some((i) => givesUp(i, loop, stepped));
  if (s.k !== "if") return false;
  if (asksCount(s.c, stepped) && (leaves(s.a, loop) || (s.b !== null && leaves(s.b, loop)))) return true;
  return givesUp(s.a, loop, stepped) || (s.b !== null && givesUp(s.b, loop, stepped));
}

const leaves = (s: S, loop: SLoop): boolean =>
  s.k === "block" || s.k === "seq"
    ? s.items.some((i) => leaves(i, loop))
    : s.k === "return" || s.k === "goto" || (s.k === "break" && s.to === loop);
