/**
 * Runs scenario cases in the engine and in the gcc build of the reference kernel and compares their event lists, ends and
 * recounts. Leaves out building (native_kernel.ts) and the form of events (events.ts).
 */
import type { Era } from "../../emulator/kernel/era.ts";
import "../../server/shipped.ts";
import { buildKernelImage, referenceErrors, spaceOf } from "../../emulator/kernel.ts";
import { coveringCases } from "../../emulator/scenario/cover.ts";
import {
  bootImage,
  casesOf,
  runCase,
  type ScenarioCase,
  type ScenarioRun,
} from "../../emulator/scenario/runner.ts";
import { SeededRandom } from "../../emulator/sched/scheduler.ts";
import { EventText, NamedMemory } from "./events.ts";
import { type NativeKernel, type NativeRun, runNative } from "./native_kernel.ts";

const STEP_LIMIT = 5_000_000;
/** Cases that one native process runs. */
const BATCH = 8;

/** What a runner says of a case. */
export interface Listing {
  readonly events: readonly string[];
  readonly end: string;
  readonly left: readonly string[];
  /** Reference counts and mapcounts that are not what page tables and pins make, at some quiescent point. */
  readonly miscounted: boolean;
}

export interface CaseResult {
  readonly label: string;
  readonly events: number;
  /** Nothing: the lists are equal. */
  readonly difference: string | null;
}

/** The engine's side: one booted kernel an era. */
export class EngineKernel {
  readonly cases: readonly ScenarioCase[];
  private readonly booted;
  private readonly memory = new NamedMemory();
  private readonly text: EventText;

  constructor(era: Era, thorough: boolean) {
    const error = referenceErrors(era)[0];
    if (error !== undefined) throw new Error(`the reference kernel of ${era} has an error: ${error.message}`);
    const kernel = buildKernelImage(era, [], spaceOf(era));
    this.booted = bootImage(kernel.image, era, this.memory);
    if (this.booted.snapshot === null)
      throw new Error(`${era} does not boot: ${this.booted.boot.end.reason.message}`);
    this.cases = this.booted.scenarios.flatMap((def) => (thorough ? casesOf(def) : coveringCases(def)));
    this.text = new EventText(kernel.image, this.memory);
  }

  run(c: ScenarioCase, seed: number): Listing {
    const run = runCase(this.booted, c, {
      stepLimit: STEP_LIMIT,
      ...(seed === 0 ? {} : { scheduler: new SeededRandom(seed) }),
    });
    const events = this.text.lines(run);
    if (this.memory.reused) events.push("the engine reused heap memory: names are not to be trusted");
    if (run.truncated) events.push("the engine dropped events: there are too many");
    return { events, end: endOf(run, this.text), left: leftOf(run), miscounted: miscounted(run) };
  }
}

function endOf(run: ScenarioRun, text: EventText): string {
  const { kind, message } = run.end.reason;
  // What is not mapped is a signal there: the same address, and the same access.
  const fault = kind === "oops" ? /page fault for address: ([0-9a-f]{16}) /.exec(message)?.[1] : undefined;
  if (fault !== undefined) return `fault: signal 11 at ${text.value(BigInt(`0x${fault}`))}`;
  if (kind === "completed" || kind === "deadlock" || kind === "limit") return kind;
  if (kind === "bug") return `bug: ${message.replace(/^kernel BUG: /, "")}`;
  return `${kind}: ${message}`;
}

function leftOf(run: ScenarioRun): string[] {
  const out: string[] = [];
  for (const v of run.violations) {
    const asleep = /^task (\S+) sleeps for ever/.exec(v.message);
    if (v.code === "lost-wakeup" && asleep !== null) out.push(`asleep ${asleep[1]}`);
    const held = /^(.*) is still held at the end by task (\S+)$/.exec(v.message);
    if (v.code === "lock-held" && held !== null) out.push(`held ${held[1]} by ${held[2]}`);
  }
  return out.sort();
}

/** Invariants that say what inspect.c recounts. */
const COUNTS: ReadonlySet<string> = new Set(["folio-ref-leak", "folio-ref-underflow", "mapcount-mismatch"]);

function miscounted(run: ScenarioRun): boolean {
  return run.violations.some((v) => COUNTS.has(v.code));
}

function nativeListing(run: NativeRun): Listing {
  return { ...run, end: run.end.replace(/^limit: .*/, "limit"), miscounted: run.recounts.length > 0 };
}

/** Ends of the engine at which gcc's program goes on with whatever is there. */
const UNDEFINED = /^(use-after-free|out-of-bounds|uninitialised-read|use-after-scope)\b/;

/** The first place at which two listings part, with a few lines before it; null when they are equal. */
export function firstDifference(a: Listing, b: Listing, names: readonly [string, string]): string | null {
  const n = Math.min(a.events.length, b.events.length);
  let at = 0;
  while (at < n && a.events[at] === b.events[at]) at++;
  // Each runner has a bound of its own: the shorter list is compared.
  if (at === n && a.end === "limit" && b.end === "limit") return null;
  // What native code does after it touched memory that is gone is anybody's guess: the engine stops there, and that is told.
  if (at === a.events.length && UNDEFINED.test(a.end)) return null;
  if (at < a.events.length || at < b.events.length) {
    const before = a.events.slice(Math.max(0, at - 3), at).map((l) => `      ${l}`);
    const tell = (who: string, l: Listing): string[] =>
      l.events.slice(at, at + 3).map((line) => `    ${who}: ${line}`);
    return [
      `event ${at + 1} of ${a.events.length} and ${b.events.length}:`,
      ...before,
      ...tell(names[0], a),
      ...tell(names[1], b),
      `    ends: ${names[0]} "${a.end}", ${names[1]} "${b.end}"`,
    ].join("\n");
  }
  const rest: [string, string, string][] = [
    ["end", a.end, b.end],
    ["left at the end", a.left.join(", "), b.left.join(", ")],
    ["miscounted", String(a.miscounted), String(b.miscounted)],
  ];
  for (const [what, x, y] of rest) if (x !== y) return `${what}: ${names[0]} "${x}", ${names[1]} "${y}"`;
  return null;
}

/** By scenario, why gcc's run of it is another than the engine's: its variables lie elsewhere. */
export const BY_ADDRESS: Readonly<Record<string, string>> = {
  "race-wait-queue": "which entries of two files share a queue is a hash of where their arrays lie",
};

/** Compares cases of the engine with the native kernel's; calls `each` in order. */
export function compareWithEngine(
  engine: EngineKernel,
  native: NativeKernel,
  cases: readonly ScenarioCase[],
  seed: number,
  each: (result: CaseResult) => void,
): void {
  for (let i = 0; i < cases.length; i += BATCH) {
    const batch = cases.slice(i, i + BATCH);
    const runs = runNative(
      native,
      batch.map((c) => caseLine(c.label, seed)),
    );
    batch.forEach((c, k) => {
      const ours = engine.run(c, seed);
      const difference = firstDifference(ours, nativeListing(runs[k]!), ["engine", "native"]);
      each({ label: c.label, events: ours.events.length, difference });
    });
  }
}

/** Compares two native kernels; gives the functions of replaced files that ran in the second. */
export function compareNatives(
  a: NativeKernel,
  b: NativeKernel,
  labels: readonly string[],
  seed: number,
  each: (result: CaseResult) => void,
): Set<string> {
  const ran = new Set<string>();
  for (let i = 0; i < labels.length; i += BATCH) {
    const batch = labels.slice(i, i + BATCH).map((l) => caseLine(l, seed));
    const [left, right] = [runNative(a, batch), runNative(b, batch)];
    batch.forEach((_l, k) => {
      for (const name of right[k]!.ran) ran.add(name);
      const [x, y] = [nativeListing(left[k]!), nativeListing(right[k]!)];
      each({
        label: labels[i + k]!,
        events: x.events.length,
        difference: firstDifference(x, y, ["ours", "tree"]),
      });
    });
  }
  return ran;
}

/** Both lists of one case. */
export function bothLists(engine: EngineKernel, native: NativeKernel, label: string, seed: number): Lists {
  const found = engine.cases.find((c) => c.label === label);
  if (found === undefined) throw new Error(`no case "${label}"`);
  return {
    ours: engine.run(found, seed),
    theirs: nativeListing(runNative(native, [caseLine(label, seed)])[0]!),
  };
}

export function nativeLists(a: NativeKernel, b: NativeKernel, label: string, seed: number): Lists {
  const [ours, theirs] = [a, b].map((k) => nativeListing(runNative(k, [caseLine(label, seed)])[0]!));
  return { ours: ours!, theirs: theirs! };
}

export interface Lists {
  readonly ours: Listing;
  readonly theirs: Listing;
}

function caseLine(label: string, seed: number): string {
  return seed === 0 ? label : `${label} seed=${seed}`;
}
