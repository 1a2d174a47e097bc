/**
 * When V8 compiles anew what runs often, where reviews run. Left alone it does so after 66 kB of bytecode, so that a review of a few
 * seconds has V8's threads compile hundreds of functions that are over before it pays: a quarter of the processor time of one case, an
 * eighth of a mail's. Leaves out the heap (heap.ts).
 */
import { setFlagsFromString } from "node:v8";

/** Bytes of bytecode that a function runs through before V8 looks whether to compile it anew. The dispatch loop has them at once. */
const BUDGET = 700_000;

/** The V8 of Node 20. Later ones know no such bound, say so on standard error when they are given it, and have a compiler between. */
const V8_WITH_BUDGET = "11.";

/** Has V8 wait longer, in all threads of the process. Test runs set the same (test/run.mjs). */
export function compileLater(): void {
  if (process.versions.v8?.startsWith(V8_WITH_BUDGET)) setFlagsFromString(`--interrupt-budget=${BUDGET}`);
}
