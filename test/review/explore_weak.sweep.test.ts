/**
 * `folioscope explore --weak` on kernel code: a patch that takes a barrier away is seen with it, in an order that replays, and
 * shows nothing without it; code whose barriers are all there shows nothing either way. What is Never and Sometimes in the
 * model itself: test/emulator/litmus.test.ts.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExploredCase } from "../../server/review/explore.ts";
import { explored } from "../support/explored.ts";
import { changed, mailOf } from "../support/one_change.ts";

interface Dropped {
  readonly what: string;
  readonly path: string;
  readonly fn: string;
  readonly from: string;
  readonly to: string;
  readonly code: string;
  readonly scenario: string;
  readonly era: string;
  /** What the smallest order shows of it. */
  readonly late: "load" | "store";
}

const SCENARIO = "race-let-go-truncate order=0 fs=0 put=0";
const DROPPED: readonly Dropped[] = [
  {
    what: "the barrier between announcing a sleep and looking again",
    path: "kernel/sched/wait.c",
    fn: "prepare_to_wait_event",
    from: "\t\tset_current_state(state);",
    to: "\t\t__set_current_state(state);",
    code: "deadlock",
    scenario: SCENARIO,
    era: "v6.12",
    late: "load",
  },
  {
    what: "the order between the last reference and who waits for it",
    path: "mm/memremap.c",
    fn: "__put_devmap_managed_folio_refs",
    from: "\tif (fsdax && folio_ref_sub_return(folio, refs) == 1)",
    to: "\tif (fsdax)\n\t\tfolio_ref_sub(folio, refs);\n\tif (fsdax && folio_ref_count(folio) == 1)",
    code: "deadlock",
    scenario: SCENARIO,
    era: "v6.12",
    late: "load",
  },
  {
    what: "the order between taking a holder's operations away and letting the next holder come",
    path: "drivers/dax/super.c",
    fn: "fs_put_dax",
    from: "\t\twas = cmpxchg(&dax_dev->holder_data, holder, NULL);\n\t\tWARN_ON",
    to: "\t\twas = cmpxchg_relaxed(&dax_dev->holder_data, holder, NULL);\n\t\tWARN_ON",
    code: "wrong-outcome",
    scenario: "race-holder-change",
    era: "v7.3",
    late: "store",
  },
];

const argsOf = (scenario: string, era: string): string[] => [
  ...["--scenario", scenario, "--era", era, "--json", "--bound", "2", "--random", "0"],
];
const args = argsOf(SCENARIO, "v6.12");
const SHOWS = { load: /reads old in/, store: /is overtaken in/ };
const casesOf = (out: string) => (JSON.parse(out) as { explored: ExploredCase[] }).explored;

for (const d of DROPPED)
  test(`without ${d.what} (${d.fn}) --weak shows ${d.code}, and nothing does without it`, async () => {
    const { old, now } = changed(d.path, d.fn, d.from, d.to);
    const mail = mailOf(d.path, old, now);
    const args = argsOf(d.scenario, d.era);
    const strong = await explored(mail, args);
    assert.equal(strong.status, 0, strong.out + strong.err);
    const weak = await explored(mail, [...args, "--weak"]);
    const [c] = casesOf(weak.out);
    const found = c?.faults.find((f) => f.verdict === "new" && f.code === d.code);
    assert.ok(found, weak.out + weak.err);
    assert.equal(weak.status, 1);
    assert.equal(found.before.verdict, "never");
    assert.ok(c!.weak && c!.before.exhausted && c!.after.exhausted);
    assert.ok(found.turns.some((t) => t.late === d.late));
    const again = await explored(mail, ["--replay", found.token]);
    assert.equal(again.status, 1, again.out + again.err);
    assert.match(again.out, SHOWS[d.late]);
    assert.match(again.out, new RegExp(d.code));
  });

test("a patch that changes no order shows nothing with --weak", async () => {
  const { old, now } = changed(
    "kernel/sched/wait.c",
    "prepare_to_wait_event",
    "\t\tset_current_state(state);",
    "\t\t__set_current_state(state);\n\t\tsmp_mb();",
  );
  const plain = [...args.filter((a) => a !== "--json"), "--weak"];
  const { status, out, err } = await explored(mailOf("kernel/sched/wait.c", old, now), plain);
  assert.equal(status, 0, out + err);
  assert.match(out, /stores seen late where no barrier orders them/);
});

test("--weak and --faults are not for each other", async () => {
  const { old, now } = changed(
    "kernel/sched/wait.c",
    "schedule_timeout",
    "\tschedule();\n",
    "\tschedule();\n\n",
  );
  const { status, err } = await explored(mailOf("kernel/sched/wait.c", old, now), [
    ...args,
    "--weak",
    "--faults",
    "1",
  ]);
  assert.equal(status, 2);
  assert.match(err, /--weak is about orders/);
});
