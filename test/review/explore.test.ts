/**
 * Exploring orders: a patch of one line that drops a recheck or a wake-up from the reference kernel is
 * seen although the order in which a scenario runs by itself shows nothing, the failing order replays, and two explorations
 * are the same. The unpatched side shows none of it in the same orders.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSchedule, scheduleText } from "../../emulator/explore/schedule.ts";
import { buildKernelImage, spaceOf } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { coveringCases } from "../../emulator/scenario/cover.ts";
import { bootImage } from "../../emulator/scenario/runner.ts";
import { badToken } from "../../server/cli_review.ts";
import type { ExploredCase } from "../../server/review/explore.ts";
import { explored } from "../support/explored.ts";
import { changed, mailOf, referenceFunction } from "../support/one_change.ts";

interface Mutant {
  readonly what: string;
  readonly path: string;
  readonly fn: string;
  readonly from: string;
  readonly to: string;
  readonly era: string;
  readonly scenario: string;
  readonly code: string;
  readonly orders: number;
}

const MUTANTS: readonly Mutant[] = [
  {
    what: "recheck of the page table entry after the reference was taken",
    path: "mm/gup.c",
    fn: "gup_fast_pte_range",
    from: "pte_val(pte) != pte_val(ptep_get(ptep)) || pmd_val(pmd) != pmd_val(*pmdp) ||\n\t\t    ",
    to: "",
    era: "v6.12",
    scenario: "race-take-broadcast order=0",
    code: "wrong-outcome",
    orders: 400,
  },
  {
    what: "wake-up of whoever waits for an entry",
    path: "fs/dax.c",
    fn: "dax_unlock_entry",
    from: "\tdax_wake_entry(xas, entry, WAKE_NEXT);\n",
    to: "",
    era: "v6.12",
    scenario: "race-faults-one-entry order=0",
    code: "deadlock",
    orders: 200,
  },
];

function mailFor(m: Mutant): string {
  const { old, now } = changed(m.path, m.fn, m.from, m.to);
  return mailOf(m.path, old, now);
}

for (const m of MUTANTS)
  test(`without the ${m.what} (${m.fn}) some order shows ${m.code}, and the order replays`, async () => {
    const mail = mailFor(m);
    const args = ["--scenario", m.scenario, "--era", m.era, "--json", "--bound", "1"];
    const first = await explored(mail, [...args, "--schedules", String(m.orders), "--random", "0"]);
    const { explored: cases } = JSON.parse(first.out) as { explored: ExploredCase[] };
    const found = cases[0]!.faults.find((f) => f.verdict === "new" && f.code === m.code);
    assert.ok(found, `${first.out}\n${first.err}`);
    assert.equal(first.status, 1);
    assert.equal(found.before.verdict, "never");
    assert.equal(found.after.verdict, "sometimes");
    if (m.orders > 100) assert.ok(cases[0]!.before.exhausted && cases[0]!.after.exhausted, first.out);
    assert.ok(found.turns.length <= 12);
    const again = await explored(mail, ["--replay", found.token]);
    assert.equal(again.status, 1, again.out + again.err);
    assert.match(again.out, new RegExp(m.code));
    assert.ok(again.out.trim().split("\n").length <= 13, again.out);
    assert.match(badToken(found.token) ?? "", /folioscope explore FILE --replay/);
    // A token is good for its text alone.
    const other = await explored(mail.replace("\n }", "\n+\t/* more */\n }"), ["--replay", found.token]);
    assert.equal(other.status, 2);
    assert.match(other.err, /another text/);
  });

test("exploring is deterministic, a random part included", async () => {
  const mail = mailFor(MUTANTS[0]!);
  const args = ["--scenario", MUTANTS[0]!.scenario, "--era", MUTANTS[0]!.era, "--json"];
  const once = await explored(mail, [...args, "--bound", "0", "--schedules", "30", "--random", "6"]);
  const twice = await explored(mail, [...args, "--bound", "0", "--schedules", "30", "--random", "6"]);
  assert.equal(once.out, twice.out);
});

test("a race of the release itself is told as fixed by a patch that takes its steps in order", async () => {
  // The number of the huge zero page goes before the page does, so that no fault comes between (as merged: under a lock).
  const { old, now } = changed(
    "mm/huge_memory.c",
    "shrink_huge_zero_page_scan",
    "\tzero = xchg(&huge_zero_folio, NULL);\n\tBUG_ON(!zero);\n\tWRITE_ONCE(huge_zero_pfn, ~0UL);\n",
    "\tWRITE_ONCE(huge_zero_pfn, ~0UL);\n\tzero = xchg(&huge_zero_folio, NULL);\n\tBUG_ON(!zero);\n",
  );
  const args = ["--scenario", "race-huge-zero", "--era", "v6.12", "--json", "--bound", "1", "--random", "0"];
  const { out, err } = await explored(mailOf("mm/huge_memory.c", old, now), args);
  const [c] = (JSON.parse(out) as { explored: ExploredCase[] }).explored;
  const [fault] = c!.faults;
  assert.equal(fault?.verdict, "fixed", out + err);
  assert.equal(fault.code, "wrong-outcome");
  assert.equal(fault.after.verdict, "never");
});

test("a flush of the TLB waits for a fast walk, which has interrupts off: without that some order shows a block freed", async () => {
  // On the kernel as it is no order does, three preemptions deep.
  const { old, now } = changed(
    "mm/gup.c",
    "gup_fast",
    "\tlocal_irq_save(flags);\n\tgup_fast_pgd_range(start, end, gup_flags, pages, &nr);\n\tlocal_irq_restore(flags);\n",
    "\tgup_fast_pgd_range(start, end, gup_flags, pages, &nr);\n",
  );
  const args = ["--scenario", "race-take-truncate order=0 fs=0", "--era", "v6.12", "--json", "--bound", "3"];
  const { out, err } = await explored(mailOf("mm/gup.c", old, now), [
    ...args,
    "--random",
    "0",
    "--schedules",
    "3000",
  ]);
  const [c] = (JSON.parse(out) as { explored: ExploredCase[] }).explored;
  const found = c!.faults.find((f) => f.code === "freed-while-busy");
  assert.equal(found?.verdict, "new", out + err);
  assert.equal(found.before.verdict, "never");
  assert.ok(c!.before.exhausted);
});

/** drivers/dax/super.c with a record of the holder's that is read under RCU and given back by `free`. */
function withRecord(free: string, wait = ""): string {
  const path = "drivers/dax/super.c";
  const get = referenceFunction(path, "fs_dax_get_by_bdev").replace(
    "\tid = dax_read_lock();\n",
    "\tholder_rec = kzalloc(sizeof(*holder_rec), GFP_KERNEL);\n$&",
  );
  const put = referenceFunction(path, "fs_put_dax").replace(
    "{\n",
    `{\n\tstruct holder_rec *gone = holder_rec;\n\n\trcu_assign_pointer(holder_rec, NULL);\n${wait}\t${free}\n`,
  );
  const tell = referenceFunction(path, "dax_holder_notify_failure")
    .replace("\tint rc = -ENXIO;\n", "\tint rc = -ENXIO;\n\tstruct holder_rec *rec;\n")
    .replace(
      "\tdax_read_unlock(id);\n",
      "\trcu_read_lock();\n\trec = rcu_dereference(holder_rec);\n\tif (rec)\n\t\tWRITE_ONCE(rec->told, 1);\n\trcu_read_unlock();\n$&",
    );
  const rec =
    "struct holder_rec {\n\tlong told;\n\tstruct rcu_head rcu;\n};\nstatic struct holder_rec *holder_rec;\n";
  return [rec, get, put, tell].join("\n");
}

for (const [what, free, wait, other] of [
  ["kfree_rcu() for kfree()", "kfree_rcu(gone, rcu);", "", "kfree(gone);"],
  ["a grace period before kfree()", "kfree(gone);", "\tsynchronize_rcu();\n", "kfree(gone);"],
] as const)
  test(`memory is given back when its readers have gone: ${what} is told as fixed, and the other way as new`, async () => {
    const args = [
      "--scenario",
      "race-holder-put",
      "--era",
      "v7.3",
      "--json",
      "--bound",
      "2",
      "--random",
      "0",
    ];
    const of = async (old: string, now: string) => {
      const { out, err } = await explored(mailOf("drivers/dax/super.c", old, now), args);
      const [c] = (JSON.parse(out) as { explored: ExploredCase[] }).explored;
      assert.ok(c!.before.exhausted && c!.after.exhausted, out + err);
      return c!.faults.map((f) => `${f.code} ${f.verdict} ${f.before.verdict} ${f.after.verdict}`);
    };
    const bad = withRecord(other);
    const good = withRecord(free, wait);
    assert.deepEqual(await of(bad, good), ["use-after-free fixed sometimes never"]);
    assert.deepEqual(await of(good, bad), ["use-after-free new never sometimes"]);
  });

test("who waits behind a task that removes the entry: found from the mail, and tasks of one name have lanes of their own", async () => {
  const { old, now } = changed("fs/dax.c", "__dax_invalidate_entry", "entry, WAKE_ALL)", "entry, WAKE_NEXT)");
  const scenario = "invalidate-waiters order=0 readers=1 removers=2";
  const args = ["--scenario", scenario, "--era", "v6.12", "--bound", "0", "--random", "0"];
  const { out } = await explored(mailOf("fs/dax.c", now, old), args);
  assert.match(out, /^ {2}(fixed|before the patch only.*) deadlock: /m);
  assert.match(out, /^ +invalidate 1 .*\n +invalidate 2 /m);
  for (const line of out.split("\n").filter((l) => / waits in /.test(l))) assert.ok(line.length <= 80, line);
  assert.doesNotMatch(out, /waits in schedule/);
});

test("what is said names what ran out, and bad options what to do", async () => {
  const mail = mailFor(MUTANTS[1]!);
  const args = ["--scenario", MUTANTS[1]!.scenario, "--era", "v6.12"];
  const cut = await explored(mail, [...args, "--bound", "2", "--schedules", "2", "--random", "0"]);
  assert.match(cut.out.replace(/\s+/g, " "), /the budget of 2 orders ran out/);
  const bad = await explored(mail, [...args, "--bound", "9"]);
  assert.equal(bad.status, 2);
  assert.match(bad.err, /--bound takes a number from 0 to 5/);
  assert.equal((await explored(mail, ["--replay", "fs1:x"])).status, 2);
});

test("an order as text reads back as it was", () => {
  const s = [
    { task: 0, count: 6812, to: 2 },
    { task: 2, count: 880, to: 1 },
    { task: 1, count: 12, to: 1, age: 3 },
  ];
  assert.deepEqual(parseSchedule(scheduleText(s)), s);
  assert.deepEqual(parseSchedule("-"), []);
  for (const bad of ["", "1@2", "1@2>3~", "a@1>2", "1@2>3 2@1>1", `${"1@2>3~".repeat(300)}1@2>3`])
    assert.equal(parseSchedule(bad), null, bad);
});

test("all cases together have a bound, pairs of parameters come first, and lines fit a terminal", async () => {
  const mail = mailFor(MUTANTS[1]!);
  const name = "invalidate-waiters";
  const few = ["--scenario", name, "--era", "v6.12", "--bound", "0", "--schedules", "4", "--random", "0"];
  const whole = await explored(mail, few);
  const labels = (text: string): string[] => text.split("\n").filter((l) => l.startsWith(name));
  assert.doesNotMatch(whole.out, /not tried/);
  const all = labels(whole.out);
  assert.ok(all.length > 8, whole.out);
  const cut = await explored(mail, [...few, "--total", "10"]);
  const tried = labels(cut.out);
  assert.ok(tried.length > 1 && tried.length < all.length, cut.out);
  const kernel = buildKernelImage("v6.12", [], spaceOf("v6.12"));
  const def = bootImage(kernel.image, "v6.12", new Memory()).scenarios.find((d) => d.name === name)!;
  const pairs = coveringCases(def).map((c) => c.label);
  assert.ok(pairs.length > 1 && pairs.length < all.length);
  assert.deepEqual(tried, [...pairs, ...all.filter((l) => !pairs.includes(l))].slice(0, tried.length));
  assert.match(
    cut.out,
    new RegExp(`^${all.length - tried.length} of ${all.length} cases were not tried`, "m"),
  );
  const json = JSON.parse((await explored(mail, [...few, "--total", "10", "--json"])).out) as {
    explored: ExploredCase[];
    untried: number;
  };
  assert.equal(json.explored.length + json.untried, all.length);
  for (const { out } of [whole, cut])
    for (const line of out.split("\n")) assert.ok(line.length <= 80 || line.includes("replay: "), line);
});
