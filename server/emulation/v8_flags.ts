/**
 * How V8 compiles and collects where reviews run; set before anything else, because code that V8 kept (start.ts) is taken
 * under the flags that it was made under. Leaves out what one thread may have (heap.ts).
 */
import { setFlagsFromString } from "node:v8";

/**
 * Bytes of bytecode that a function runs through before V8 looks whether to compile it anew; the dispatch loop has them at once.
 * Left alone V8 does so after 66 kB, so that a review of a few seconds has its threads compile hundreds of functions that are
 * over before it pays: a quarter of the processor time of one case, an eighth of a mail's.
 */
const BUDGET = 700_000;

/** The V8 of Node 20. Later ones know no such bound, say so on standard error when they are given it, and have a compiler between. */
const V8_WITH_BUDGET = "11.";

/**
 * By how much (percent) the heap may grow over what was alive at the last collection. Left alone that is up to four times, which
 * of a series in a kernel tree is gigabytes; of a mail without one it makes no difference (seed 000: 6.3 s and 390 MB either way).
 */
const GROWTH = 60;

/** Sets both, in all threads of the process. Test runs set the same (test/run.mjs). */
export function tuneV8(): void {
  if (process.versions.v8?.startsWith(V8_WITH_BUDGET)) setFlagsFromString(`--interrupt-budget=${BUDGET}`);
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
