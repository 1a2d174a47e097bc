/**
 * Starts a part of the core (processes.ts) out of what V8 compiled of it in an earlier process: to compile what a review calls
 * takes a sixth of the processor time of a driver's patch. The first process that ran for a while keeps it, one file for each
 * build and V8; whatever is wrong with that file, the core is compiled as if there were none. FOLIOSCOPE_NO_CACHE=1 neither
 * reads nor keeps it. Leaves out the bundles that start fast by themselves (server.cjs, reader.cjs, extension.cjs), and
 * browsers, which keep compiled code on their own.
 */
import { readFileSync } from "node:fs";
import { createRequire, wrap } from "node:module";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import { isMainThread } from "node:worker_threads";
import { CompiledCode } from "./cache/code.ts";
import { keepsResults } from "./cache/store.ts";
import { tuneV8 } from "./emulation/v8_flags.ts";

type Core = typeof import("./processes.ts");

/** Processor time (milliseconds) of a process that has compiled what reviews call. */
const LONG = 800;
/** A thread is ended without a word: it keeps its code after this time (milliseconds). */
const THREAD_AFTER = 10_000;

/** Starts a part in this process or thread. */
export function start(part: keyof Core): void {
  tuneV8();
  const core: Core = keepsResults() ? load(join(__dirname, "core.cjs")) : require("./core.cjs");
  void core[part]();
}

/** A bundle, as `require()` would load it. */
function load(file: string): Core {
  const kept = new CompiledCode();
  const source = readFileSync(file, "utf8");
  const cachedData = kept.read(source);
  const script = new Script(wrap(source), { filename: file, ...(cachedData !== null && { cachedData }) });
  if (script.cachedDataRejected !== false) whenWarm(() => kept.write(source, script.createCachedData()));
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
  return module.exports as Core;
}

/** Calls back once, when what reviews call has been compiled; never in a process that does little. */
function whenWarm(keep: () => void): void {
  if (!isMainThread) setTimeout(keep, THREAD_AFTER).unref();
  else
    process.once("exit", () => {
      if (process.cpuUsage().user / 1000 > LONG) keep();
    });
}
