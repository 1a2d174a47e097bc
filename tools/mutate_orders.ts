/**
 * `npm run mutate:orders [-- --mutants N --from N --seed S --orders N --only WORDS,WORDS]`: would trying orders notice? Drops one wake-up, lock (with its
 * unlocks), recheck or barrier from a function of the reference kernel at a time, tries orders of the scenarios that enter
 * that function (for a barrier those in which stores are seen late), and prints which mutants some order shows: a fault that
 * the whole kernel has in none, a run that does not end, or a data race of the mutant's function with one with which it races in
 * no order of the whole kernel (`folioscope explore` tells such races of a patch by the same rule). Mutants whose function no scenario here enters are counted
 * apart, and so are those that change nothing that anybody could see, each with the reason (EQUIVALENT). Leaves out RCU,
 * whose grace periods end at once where nobody reads.
 */
import { parseArgs } from "node:util";
import { outline } from "../emulator/c/outline.ts";
import { AddressSpace } from "../emulator/c/space.ts";
import { type Exploration, explore } from "../emulator/explore/explore.ts";
import { type Era, eraFromName, eraRow } from "../emulator/kernel/era.ts";
import { buildKernelImage } from "../emulator/kernel.ts";
import { Memory } from "../emulator/mem/memory.ts";
import { referenceFiles } from "../emulator/reference/index.ts";
import {
  type BootedImage,
  bootImage,
  casesOf,
  type ScenarioCase,
  type ScenarioRun,
} from "../emulator/scenario/runner.ts";
import { Prng } from "../emulator/sched/scheduler.ts";
import { faultsOf } from "../server/review/explore.ts";
import "../server/shipped.ts";

interface Mutant {
  readonly kind: "wake-up" | "lock" | "recheck" | "barrier";
  readonly path: string;
  readonly fn: string;
  readonly what: string;
  readonly text: string;
}

const FILES =
  /^(fs\/dax\.c|fs\/fscfs\.c|fs\/ext4\/inode\.c|fs\/xfs\/\w+\.c|mm\/(gup|memory|truncate|huge_memory|memory-failure|memremap)\.c|drivers\/dax\/super\.c|kernel\/sched\/wait\.c)$/;
/** Cases of a scenario that are tried: the first, and those in which one parameter is another. */
const CASES = 5;
/** Cases that are tried with a mutant, and as many that have one order. */
const TRIED = 48;
/** Orders that tell which functions a case enters, and whether it has more than one at all. */
const LOOKED = 24;
/** Instructions of a run: many times what one takes that ends. */
const STEPS = 1_500_000;

/**
 * What nobody can see, with the reason: "kind function what". Whoever doubts one takes it out and looks for the scenario.
 */
const EQUIVALENT: Readonly<Record<string, string>> = {
  "recheck gup_fast_devmap_pmd_leaf if (pmd_val(orig) == pmd_val(*pmdp))":
    "the fast path always lets go, and the slow path takes the page then",
  "recheck put_unlocked_entry if (!entry || dax_is_conflict(entry))":
    "who is woken for nothing looks again and sleeps on",
  "recheck try_grab_folio if (WARN_ON_ONCE(folio_ref_count(folio) <= 0))":
    "an assertion: whoever calls it holds the page table's lock over an entry of the folio",
  "recheck dax_layout_busy_page_range if (unlikely(dax_is_locked(entry)))":
    "the search holds the invalidate lock, so no fault has the entry: fsync and memory failure may, and change neither the page nor its count",
  "wake-up dax_writeback_one put_unlocked_entry(xas, entry, WAKE_NEXT);":
    "xas_find_conflict() finds nothing at a place that was walked to, so nobody waited there and took a wake-up",
  "wake-up dax_layout_busy_page_range put_unlocked_entry(&xas, entry, WAKE_NEXT);":
    "as in dax_writeback_one(): up to v6.14 the search does not wait for a locked entry (scenario scan-waiters has it from v6.15 on)",
  "wake-up __dax_clear_dirty_range put_unlocked_entry(&xas, entry, WAKE_NEXT);": "as in dax_writeback_one()",
  "barrier prepare_to_wait_exclusive set_current_state(state);":
    "who waits for an entry looks at it before, under the lock under which it is changed: nothing is looked at after",
  "barrier prepare_to_wait set_current_state(state);": "as in prepare_to_wait_exclusive()",
  "barrier shrink_huge_zero_page_scan zero = xchg(&huge_zero_folio, NULL);":
    "nobody maps the page any more, and whoever makes one anew meets the release's own race, with the barrier or without",
  "barrier fs_put_dax void *was = cmpxchg(&dax_dev->holder_data, holder, NULL);":
    "with the barrier, too, who is told may find the data gone, and the next holder's operations are cleared (scenarios race-holder-put, race-holder-change)",
  "recheck fscfs_pfn_mkwrite if (vmf->pgoff >= (pgoff_t)DIV_ROUND_UP(i_size_read(inode), PAGE_SIZE))":
    "dax_iomap_fault() asks the same again, under the lock that truncation takes",
  "lock dax_layout_busy_page_range xas_lock_irq(&xas);":
    "who searches holds the invalidate lock and the inode's, so entries neither come nor go; locks and marks of entries change, and the search looks at neither",
  "lock fscfs_fallocate filemap_invalidate_lock(inode->i_mapping);":
    "it only adds blocks: who adds is kept apart by the map's own lock, and a fault that finds the old size or hole came before",
  "recheck dax_copy_from_iter if (!dax_alive(dax_dev))":
    "who copies has asked dax_direct_access() in the same read section, and who kills the device waits for the section's end",
  "lock truncate_inode_pages_final xa_lock_irq(&mapping->i_pages);":
    "waits for reclaim to leave its shadow entry, and nothing is reclaimed here",
};

const WAKE = /^\s*(wake_up\w*|dax_wake_entry|put_unlocked_entry)\(.*\);$/;
const LOCK = /^\s*(?!rcu_|srcu_|dax_read_|local_|__fsc_)(\w+?)_lock(?:_irq|_irqsave|_bh|_shared)?\((.*)\);$/;
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
/** What is a full barrier besides what it does, and the same without. */
const BARRIERS: readonly (readonly [RegExp, string])[] = [
  [/\bset_current_state\(/, "__set_current_state("],
  [/\bcmpxchg\(/, "cmpxchg_relaxed("],
  [/\bxchg\(/, "xchg_relaxed("],
  [/\bsmp_store_release\(&?/, "WRITE_ONCE("],
  [/^\s*smp_(mb|wmb|rmb)\(\);$/, ";"],
];
/** fn(counter) that gives the new count: the count is read behind the change instead. */
const COUNTED = /\b((?:page|folio)_ref_sub)_return\(([\w>-]+), ([\w>-]+)\)/;
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
      for (const [from, to] of BARRIERS)
        if (from.test(line) && !/__set_current_state\(/.test(line))
          add(
            "barrier",
            line,
            lines.map((l, k) => (k === i ? l.replace(from, to) : l)),
          );
      if (COUNTED.test(line))
        add(
          "barrier",
          line,
          lines.map((l, k) =>
            k === i ? l.replace(COUNTED, "($1($2, $3), folio_ref_count((struct folio *)($2)))") : l,
          ),
        );
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

/** One for all: what a mutant does not change is lowered once, and places to switch at are the same. */
const space = new AddressSpace();

function boot(era: Era, units: readonly { path: string; text: string }[]): BootedImage {
  return bootImage(buildKernelImage(era, [...units], space).image, era, new Memory());
}

/** The first case of a scenario, then those that differ from it in one parameter. */
function casesFor(booted: BootedImage, name: string): ScenarioCase[] {
  const all = casesOf(booted.scenarios.find((s) => s.name === name)!);
  const [first] = all;
  const differs = (c: ScenarioCase): number =>
    [...c.params].filter(([k, v]) => first!.params.get(k) !== v).length;
  return all.filter((c) => differs(c) <= 1).slice(0, CASES);
}

/** What a run shows; where it does not end within its bound, that. */
function shown(run: ScenarioRun): readonly string[] | null {
  return run.end.reason.kind === "limit" ? ["endless"] : faultsOf(run);
}

/** Pairs of functions that race, each with the names that a place has: its function's and its caller's. */
function racing(booted: BootedImage, explored: readonly Exploration[]): Map<string, ReadonlySet<string>> {
  const nameOf = (id: number): string => booted.image.functions[id]?.name ?? "";
  return new Map(
    explored.flatMap((e) =>
      e.races.map(({ one, other }) => [
        [nameOf(one.fn), nameOf(other.fn)].sort().join("() and "),
        new Set([one.fn, one.callerFn, other.fn, other.callerFn].map(nameOf)),
      ]),
    ),
  );
}

function main(): void {
  const { values } = parseArgs({
    options: {
      mutants: { type: "string", default: "30" },
      from: { type: "string", default: "0" },
      seed: { type: "string", default: "1" },
      orders: { type: "string", default: "120" },
      only: { type: "string" },
      missing: { type: "boolean", default: false },
    },
  });
  const era = eraFromName("v6.12")!;
  const orders = Number(values.orders);
  // Systematically with one preemption; then drawn, which gets further away from the order that a run takes by itself.
  const tried = (
    booted: BootedImage,
    c: ScenarioCase,
    weak: boolean,
    fresh?: (faults: readonly string[]) => boolean,
    hot?: Exploration["hot"],
  ): Exploration[] => {
    let over = false;
    let known = hot;
    const out: Exploration[] = [];
    for (const [bound, schedules, random] of [
      [1, orders, 0],
      [0, orders, orders],
    ] as const) {
      if (over) break;
      const e = explore(booted, c, {
        bound: bound + (weak ? 1 : 0),
        schedules,
        random,
        seed: 1,
        stepLimit: STEPS,
        weak,
        ...(known === undefined ? {} : { hot: known }),
        stop: () => over,
        faults: (run) => {
          const faults = shown(run);
          over ||= fresh?.(faults ?? []) === true;
          return faults;
        },
      });
      known = e.hot;
      out.push(e);
    }
    return out;
  };
  const whole = boot(era, []);
  const looked = (c: ScenarioCase): Exploration =>
    explore(whole, c, {
      bound: 1,
      schedules: LOOKED,
      random: 0,
      seed: 1,
      stepLimit: STEPS,
      faults: shown,
    });
  // Whatever has more than one order comes first, then the others, which are one run each: no scenario is left out for its name.
  const several = new Set(
    whole.scenarios.flatMap((s) => {
      const [c] = casesOf(s);
      return c !== undefined && looked(c).orders > 1 ? [s.name] : [];
    }),
  );
  // The first case of each scenario, then those in which a parameter is another.
  const cases = whole.scenarios.flatMap(({ name }) =>
    casesFor(whole, name).map((c, n) => ({ c, n, one: several.has(name) ? 0 : 1 })),
  );
  const base = cases
    .sort((a, b) => a.one - b.one || a.n - b.n)
    .map(({ c, one }) => {
      let hot: Exploration["hot"] | undefined;
      const known = (weak: boolean): string[] => {
        const explored = tried(whole, c, weak, undefined, hot);
        hot = explored.at(-1)!.hot;
        return [...explored.flatMap((x) => x.faults.map((f) => f.fault)), ...racing(whole, explored).keys()];
      };
      let strong: ReadonlySet<string> | null = null;
      let weak: ReadonlySet<string> | null = null;
      const plain = (): ReadonlySet<string> => (strong ??= new Set(known(false)));
      return {
        c,
        one,
        enters: new Set(looked(c).functions.map((id) => whole.image.functions[id]!.name)),
        /** What the whole kernel shows, faults and pairs of functions that race, asked when a mutant comes to this case; the second for barriers alone. */
        shows: plain,
        hot: () => hot,
        late: (): ReadonlySet<string> => (weak ??= new Set([...plain(), ...known(true)])),
      };
    });
  const prng = new Prng(Number(values.seed));
  const all = referenceFiles.filter((f) => FILES.test(f.path)).flatMap((f) => mutantsOf(f.path, f.text, era));
  const entered = all.filter((m) => base.some((b) => b.enters.has(m.fn)));
  if (values.missing)
    for (const m of all.filter((x) => !entered.includes(x)))
      console.log(`not entered: ${m.kind} ${m.path} ${m.fn}(): ${m.what}`);
  const keyOf = (m: Mutant): string => `${m.kind} ${m.fn} ${m.what}`;
  console.log(
    `${all.length} mutants, ${entered.length} of them in a function that a case enters; ${several.size} scenarios have more than one order`,
  );
  const only = values.only?.split(",") ?? [""];
  const left = entered.filter((m) => only.some((o) => `${m.kind} ${m.fn}`.includes(o)));
  const chosen: Mutant[] = [];
  while (chosen.length < Number(values.mutants) && left.length > 0)
    chosen.push(left.splice(prng.below(left.length), 1)[0]!);
  const seen = new Map<string, [number, number]>();
  let equal = 0;
  for (const m of chosen.slice(Number(values.from))) {
    const booted = boot(era, [{ path: m.path, text: m.text }]);
    let how = booted.snapshot === null ? "does not boot" : "";
    const weak = m.kind === "barrier";
    const enter = base.filter((x) => x.enters.has(m.fn));
    for (const b of [0, 1].flatMap((one) => enter.filter((x) => x.one === one).slice(0, TRIED))) {
      if (how !== "") break;
      const known = weak ? b.late() : b.shows();
      const fresh = (fault: string): boolean => !known.has(fault);
      const def = booted.scenarios.find((s) => s.name === b.c.def.name)!;
      const e = tried(booted, { ...b.c, def }, weak, (faults) => faults.some(fresh), b.hot());
      const f = e.flatMap((x) => x.faults).find(({ fault }) => fresh(fault));
      const n = e.reduce((sum, x) => sum + x.orders, 0);
      const race = [...racing(booted, e)].find(([pair, names]) => !known.has(pair) && names.has(m.fn));
      if (race !== undefined) how = `data race of ${race[0]}() in ${b.c.label}, ${n} orders`;
      if (f !== undefined) how = `${f.fault.split(":")[0]} in ${b.c.label}, ${n} orders`;
    }
    const why = EQUIVALENT[keyOf(m)];
    if (why !== undefined) {
      // A reason that a run refutes is none.
      console.log(`${how === "" ? "equal " : "WRONG "} ${keyOf(m)}: ${why}${how === "" ? "" : ` => ${how}`}`);
      equal++;
      if (how === "") continue;
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
  console.log(
    `all: ${share(sum[0]!, sum[1]!)} seen; ${equal} more that nobody could see, each with its reason`,
  );
}

main();
