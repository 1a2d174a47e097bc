/**
 * `npm run mutate:orders [-- --mutants N --seed S --orders N]`: would trying orders notice? Drops one wake-up, lock (with its
 * unlocks) or recheck from a function of the reference kernel at a time, tries orders of the scenarios that enter that
 * function, and prints which mutants some order shows: a fault that the whole kernel has in none. Mutants whose function no
 * scenario here enters are counted apart. Leaves out RCU, whose grace periods end at once where nobody reads, and barriers,
 * which order nothing without a model of reordering.
 */
import { parseArgs } from "node:util";
import { outline } from "../emulator/c/outline.ts";
import { AddressSpace } from "../emulator/c/space.ts";
import { type Exploration, explore } from "../emulator/explore/explore.ts";
import { type Era, eraFromName, eraRow } from "../emulator/kernel/era.ts";
import { buildKernelImage } from "../emulator/kernel.ts";
import { Memory } from "../emulator/mem/memory.ts";
import { referenceFiles } from "../emulator/reference/index.ts";
import { type BootedImage, bootImage, casesOf, type ScenarioCase } from "../emulator/scenario/runner.ts";
import { Prng } from "../emulator/sched/scheduler.ts";
import { faultsOf } from "../server/review/explore.ts";

interface Mutant {
  readonly kind: "wake-up" | "lock" | "recheck";
  readonly path: string;
  readonly fn: string;
  readonly what: string;
  readonly text: string;
}

const FILES =
  /^(fs\/dax\.c|fs\/fscfs\.c|fs\/ext4\/inode\.c|fs\/xfs\/\w+\.c|mm\/(gup|memory|truncate|huge_memory|memory-failure)\.c|drivers\/dax\/super\.c)$/;
/** Scenarios with several tasks, by name; of each the first case, where pages are small. */
const SCENARIOS =
  /^(race-.*|invalidate-waiters|wait-for-entry|truncate-locked|delete-range-waiters|fault-race|fsync-and-fault|busy-scan-locked|lock-folio-waits|truncate-pinned|truncate-folio-put|sync-entry-changes|punch-pinned)$/;

const WAKE = /^\s*(wake_up\w*|dax_wake_entry|put_unlocked_entry)\(.*\);$/;
const LOCK = /^\s*(?!rcu_|srcu_|dax_read_|local_)(\w+?)_lock(?:_irq|_irqsave|_bh|_shared)?\((.*)\);$/;
/** What a condition reads that reads something again. */
const READS = [
  ...[
    "ptep_get",
    "pmd_val",
    "pmdp_get",
    "pte_same",
    "pmd_same",
    "xa_load",
    "xas_load",
    "xas_reload",
    "READ_ONCE",
  ],
  ...[
    "dax_is_locked",
    "dax_is_conflict",
    "i_size_read",
    "->mapping !=",
    "ref_count",
    "_refcount",
    "page_is_idle",
  ],
  "dax_alive",
];
const CHECK = /^(\s*)if \((.*)\)( \{)?$/;

/** Which lines of a function the era compiles: conditions on FSC_ERA alone are read, others count as true. */
function compiled(lines: readonly string[], era: Era): boolean[] {
  const { ordinal } = eraRow(era);
  const open: boolean[] = [];
  return lines.map((line) => {
    const m = /^#\s*(if|elif)\s+FSC_ERA\s*(>=|<|>|<=)\s*(\d+)\s*$/.exec(line);
    const n = Number(m?.[3]);
    const by = { ">=": ordinal >= n, "<": ordinal < n, ">": ordinal > n, "<=": ordinal <= n };
    const holds = m === null || by[m[2] as keyof typeof by];
    if (/^#\s*if/.test(line)) open.push(holds);
    else if (/^#\s*elif/.test(line)) open.push(!open.pop()! && holds);
    else if (/^#\s*else/.test(line)) open.push(!open.pop());
    else if (/^#\s*endif/.test(line)) open.pop();
    return open.every(Boolean);
  });
}

function mutantsOf(path: string, text: string, era: Era): Mutant[] {
  const functions = outline(text).filter((i) => i.kind === "function" && i.braceLine !== null);
  return functions.flatMap((item): Mutant[] => {
    // A function that is there twice is another one in each era.
    if (functions.filter((f) => f.name === item.name).length > 1) return [];
    const lines = text.split("\n").slice(item.startLine - 1, item.endLine);
    const there = compiled(lines, era);
    const out: Mutant[] = [];
    const add = (kind: Mutant["kind"], what: string, now: readonly string[]): void => {
      out.push({ kind, path, fn: item.name, what: what.trim(), text: `${now.join("\n")}\n` });
    };
    const dropped = (gone: (line: string) => boolean) =>
      lines.map((l) => (gone(l) ? `${/^\s*/.exec(l)![0]};` : l));
    const locks = new Set<string>();
    lines.forEach((line, i) => {
      if (!there[i]) return;
      if (WAKE.test(line))
        add(
          "wake-up",
          line,
          dropped((l) => l === line),
        );
      const lock = LOCK.exec(line);
      if (lock !== null && !locks.has(lock[0].trim())) {
        locks.add(lock[0].trim());
        const [, name, on] = lock;
        const ours = (l: string): boolean => {
          const m = /^\s*(\w+?)_(?:un)?lock(?:_irq|_irqrestore|_irqsave|_bh|_shared)?\((.*)\);$/.exec(l);
          return m !== null && m[1] === name && m[2] === on;
        };
        add("lock", line, dropped(ours));
      }
      const check = CHECK.exec(line);
      if (check !== null && READS.some((r) => check[2]!.includes(r)))
        add(
          "recheck",
          line,
          lines.map((l, k) => (k === i ? `${check[1]}if (0 && (${check[2]}))${check[3] ?? ""}` : l)),
        );
    });
    return out;
  });
}

function boot(era: Era, units: readonly { path: string; text: string }[]): BootedImage {
  return bootImage(buildKernelImage(era, [...units], new AddressSpace()).image, era, new Memory());
}

/** The case of a scenario that is tried: small pages, otherwise the first of each parameter. */
const firstCase = (booted: BootedImage, name: string): ScenarioCase =>
  casesOf(booted.scenarios.find((s) => s.name === name)!)[0]!;

function main(): void {
  const { values } = parseArgs({
    options: {
      mutants: { type: "string", default: "30" },
      seed: { type: "string", default: "1" },
      orders: { type: "string", default: "150" },
      only: { type: "string" },
    },
  });
  const era = eraFromName("v6.12")!;
  const tried = (
    booted: BootedImage,
    c: ScenarioCase,
    stop?: (faults: readonly string[]) => boolean,
  ): Exploration => {
    let over = false;
    return explore(booted, c, {
      bound: 1,
      schedules: Number(values.orders),
      random: 0,
      seed: 1,
      stepLimit: 5_000_000,
      stop: () => over,
      faults: (run) => {
        const faults = faultsOf(run);
        over ||= stop?.(faults ?? []) === true;
        return faults;
      },
    });
  };
  const whole = boot(era, []);
  const names = whole.scenarios.map((s) => s.name).filter((n) => SCENARIOS.test(n));
  const base = names.map((name) => {
    const e = tried(whole, firstCase(whole, name));
    const enters = new Set(e.functions.map((id) => whole.image.functions[id]!.name));
    return { name, enters, faults: new Set(e.faults.map((f) => f.fault)) };
  });
  const prng = new Prng(Number(values.seed));
  const all = referenceFiles.filter((f) => FILES.test(f.path)).flatMap((f) => mutantsOf(f.path, f.text, era));
  const entered = all.filter((m) => base.some((b) => b.enters.has(m.fn)));
  console.log(
    `${all.length} mutants in ${names.length} scenarios' reach or not; ${entered.length} in a function that one enters`,
  );
  const left = entered.filter((m) => values.only === undefined || `${m.kind} ${m.fn}`.includes(values.only));
  const chosen: Mutant[] = [];
  while (chosen.length < Number(values.mutants) && left.length > 0)
    chosen.push(left.splice(prng.below(left.length), 1)[0]!);
  const seen = new Map<string, [number, number]>();
  for (const m of chosen) {
    const booted = boot(era, [{ path: m.path, text: m.text }]);
    let how = booted.snapshot === null ? "does not boot" : "";
    for (const b of base) {
      if (how !== "" || !b.enters.has(m.fn)) continue;
      const fresh = (fault: string): boolean => !b.faults.has(fault);
      const e = tried(booted, firstCase(booted, b.name), (faults) => faults.some(fresh));
      const f = e.faults.find(({ fault }) => fresh(fault));
      if (f !== undefined) how = `${f.fault.split(":")[0]} in ${b.name}, ${e.orders} orders`;
    }
    const [yes, n] = seen.get(m.kind) ?? [0, 0];
    seen.set(m.kind, [yes + (how === "" ? 0 : 1), n + 1]);
    console.log(
      `${how === "" ? "UNSEEN" : "seen  "} ${m.kind} ${m.path} ${m.fn}(): ${m.what}${how === "" ? "" : ` => ${how}`}`,
    );
  }
  const share = (yes: number, n: number): string =>
    `${yes} of ${n} (${n === 0 ? 0 : Math.round((100 * yes) / n)} %)`;
  for (const [kind, [yes, n]] of seen) console.log(`${kind}: ${share(yes, n)} seen`);
  const sum = [...seen.values()].reduce(([a, b], [yes, n]) => [a + yes, b + n], [0, 0]);
  console.log(`all: ${share(sum[0]!, sum[1]!)} seen`);
}

main();
