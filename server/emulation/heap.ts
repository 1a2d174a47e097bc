/**
 * How V8's heap is bounded where reviews run. Left alone it lets a heap grow to four times what is alive before it collects, which
 * of a series in a kernel tree is gigabytes. Leaves out what the heap holds.
 */
import { setFlagsFromString } from "node:v8";

/**
 * What a thread that runs reviews may have (MB). New objects get twice the room of V8's default: what a tree's files are read to
 * outlives a collection of 16 MB and would be copied twice (a twelfth of the processor time of a series).
 */
export const threadLimits = (
  maxOldGenerationSizeMb: number,
): { maxOldGenerationSizeMb: number; maxYoungGenerationSizeMb: number } => ({
  maxOldGenerationSizeMb,
  maxYoungGenerationSizeMb: 96,
});

/** By how much (percent) the heap may grow over what was alive at the last collection, in a review with a kernel tree. */
const GROWTH = 60;
let bounded = false;

/** Has V8 collect sooner from now on, in all threads of the process. */
export function collectSooner(): void {
  if (bounded) return;
  bounded = true;
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
