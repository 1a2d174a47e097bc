/**
 * Faults of calls: a patch that forgets to unlock an entry where the file system has no block is seen although nothing
 * fails in the scenario by itself; the token replays, two explorations are the same, and what changes nothing is quiet.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { badToken } from "../../server/cli_review.ts";
import { failingCase, type InjectedCase, parseFailing } from "../../server/review/explore_faults.ts";
import { explored } from "../support/explored.ts";
import { changed, mailOf } from "../support/one_change.ts";

const SCENARIO = "race-faults-one-mm order=0 hole=1";

/** dax_iomap_pte_fault() with its last error path as `to`. */
function mailWith(to: string): string {
  const from = "\t\tret = dax_fault_return(error);\n\nunlock:";
  const { old, now } = changed("fs/dax.c", "dax_iomap_pte_fault", from, to);
  return mailOf("fs/dax.c", old, now);
}

test("an entry left locked where no block can be had is new, and the token replays", async () => {
  const mail = mailWith("\t\treturn dax_fault_return(error);\n\nunlock:");
  const args = ["--scenario", SCENARIO, "--era", "v6.12", "--faults", "1"];
  const first = await explored(mail, [...args, "--json"]);
  const [c] = (JSON.parse(first.out) as { explored: InjectedCase[] }).explored;
  const found = c!.faults.find((f) => f.verdict === "new" && f.code === "entry-left-locked");
  assert.ok(found, `${first.out}\n${first.err}`);
  assert.equal(first.status, 1);
  assert.deepEqual(
    found.failed.map((f) => f.name),
    ["block-io"],
  );
  assert.equal(found.before.verdict, "never");
  assert.equal(found.after.verdict, "sometimes");
  assert.ok(c!.after.single > 5 && c!.after.single <= c!.after.calls);
  assert.equal(c!.after.cut, "");
  const again = await explored(mail, ["--replay", found.token]);
  assert.equal(again.status, 1, again.out + again.err);
  assert.match(again.out, /an I\/O error \(-EIO\)/);
  assert.match(badToken(found.token) ?? "", /folioscope explore FILE --replay/);
  const text = await explored(mail, args);
  assert.match(text.out, /each of \d+ calls that can fail failed once; pairs were not tried/);
  assert.equal((await explored(mail, [...args, "--json"])).out, first.out);
});

test("an error path that reads otherwise and does the same shows nothing new; a budget that ran out is said", async () => {
  const mail = mailWith(
    "\t\tret = dax_fault_return(error);\n\tif (error && !ret)\n\t\tgoto unlock;\n\nunlock:",
  );
  const args = ["--scenario", SCENARIO, "--era", "v6.12", "--json", "--faults", "2", "--schedules", "60"];
  const { status, out, err } = await explored(mail, args);
  const [c] = (JSON.parse(out) as { explored: InjectedCase[] }).explored;
  assert.equal(status, 0, out + err);
  assert.equal(c!.faults.filter((f) => f.verdict === "new").length, 0);
  assert.equal(c!.after.cut, "the budget of 60 runs");
  assert.ok(c!.after.pairs > 0);
  const bad = await explored(mail, ["--scenario", SCENARIO, "--faults", "3"]);
  assert.equal(bad.status, 2);
  assert.match(bad.err, /--faults takes 1 or 2/);
});

test("a wait that a signal ends, and that the patch takes for done, is new", async () => {
  const { old, now } = changed(
    "fs/ext4/inode.c",
    "ext4_break_layouts",
    "\treturn error;\n#endif",
    "\treturn 0;\n#endif",
  );
  const args = [
    "--scenario",
    "truncate-pinned order=0 index=0 fs=0 put=0 open=0",
    "--era",
    "v6.12",
    "--faults",
    "1",
  ];
  const { out, err } = await explored(mailOf("fs/ext4/inode.c", old, now), [...args, "--json"]);
  const [c] = (JSON.parse(out) as { explored: InjectedCase[] }).explored;
  const found = c!.faults.filter((f) => f.verdict === "new" && f.failed[0]?.name === "signal");
  assert.ok(found.length > 0, out + err);
  const again = await explored(mailOf("fs/ext4/inode.c", old, now), ["--replay", found[0]!.token]);
  assert.match(again.out, /a signal comes to who sleeps in/);
});

test("which calls fail is read back from a label as it was", () => {
  const c = { params: new Map([["order", 9]]), label: "race-reuse order=9" };
  assert.deepEqual(parseFailing(failingCase(c, 7, 2).label), { label: c.label, nth: 7, second: 2 });
  assert.deepEqual(parseFailing(failingCase(c, 7).label), { label: c.label, nth: 7, second: 0 });
  assert.deepEqual(parseFailing(c.label), { label: c.label, nth: 0, second: 0 });
});
