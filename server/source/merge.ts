/**
 * The last try for a hunk that fits nowhere with fuzz: a careful content merge inside the function that it concerns.
 */
import type { Direction, FlatHunk, Placed, Target } from "./apply.ts";

/** Places a hunk by its content between the lines `low` and `high` (0-based, `high` not included). */
export function mergeHunk(
  _target: Target,
  hunk: FlatHunk,
  _direction: Direction,
  _low: number,
  _high: number,
): Placed {
  return { hunk, fate: { kind: "rejected", why: "no content merge" }, at: null };
}
