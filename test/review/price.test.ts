/** What a review costs is said before it is paid: rates that are learned, the time that is left, and --estimate, which runs nothing. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runReview } from "../../server/cli_review.ts";
import { Prices, secondsOf, TimeLeft } from "../../server/emulation/price.ts";
import { aboutSeconds } from "../../server/report/text.ts";
import { root } from "../support/paths.ts";

const folder = mkdtempSync(join(tmpdir(), "folioscope-price-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("a machine's rate is learned from what plans took, those of a tree apart, and small plans teach nothing", () => {
  const prices = new Prices(join(folder, "rates"));
  assert.equal(prices.secondsOf("mail", 1e7).measured, false);
  prices.learn("mail", 1000, 100);
  assert.equal(prices.secondsOf("mail", 1e7).measured, false);
  prices.learn("mail", 20e6, 10);
  assert.deepEqual(prices.secondsOf("mail", 1e7), { seconds: 5, measured: true });
  assert.equal(prices.secondsOf("tree", 1e7).measured, false);
  // Twice as fast since: the estimate moves there, and not all the way at once.
  prices.learn("mail", 40e6, 10);
  const { seconds } = prices.secondsOf("mail", 1e7);
  assert.ok(seconds < 5 && seconds > 2.5, String(seconds));
  assert.equal(new Prices(join(folder, "rates")).secondsOf("mail", 1e7).seconds, seconds);
  // A damaged entry is as none.
  for (const name of readdirSync(join(folder, "rates"))) writeFileSync(join(folder, "rates", name), "{}");
  const said: unknown[] = [];
  const write = process.stderr.write;
  process.stderr.write = ((text: unknown) => said.push(text) > 0) as typeof write;
  try {
    assert.equal(new Prices(join(folder, "rates")).secondsOf("mail", 1e7).measured, false);
  } finally {
    process.stderr.write = write;
  }
  assert.equal(said.length, 1);
  assert.equal(secondsOf(null, "mail", 1e7).measured, false);
});

test("the time that is left goes by the plan's price first and by the pace of its cases then", () => {
  let now = 1000;
  const left = new TimeLeft(
    (cost) => cost / 1e6,
    () => now,
  );
  assert.equal(left.seconds(), null);
  const run = (times: number): void => {
    for (let i = 0; i < times; i++) left.hear({ kind: "run", run: {} as never });
  };
  left.hear({ kind: "plan", patch: 0, n: 0, of: 1, cases: 100, cost: 20e6 });
  assert.equal(left.seconds(), 20);
  run(1);
  assert.equal(left.seconds(), 20 * 0.99);
  // Ten cases in ten seconds: the other ninety take ninety.
  run(9);
  now += 10_000;
  assert.equal(left.seconds(), 90);
  run(90);
  assert.equal(left.seconds(), 0);
});

test("of a series nothing is said before two patches are over, and the pace of its patches from then on", () => {
  let now = 0;
  const left = new TimeLeft(
    () => 5,
    () => now,
  );
  const plan = (n: number): void => left.hear({ kind: "plan", patch: n, n, of: 10, cases: 0, cost: 0 });
  now = 1;
  plan(0);
  plan(1);
  assert.equal(left.seconds(), null);
  now = 6001;
  plan(2);
  assert.ok(Math.abs(left.seconds()! - 14) < 0.01, String(left.seconds()));
});

test("seconds are told as a person says them", () => {
  assert.deepEqual([0.2, 1, 8.3, 12, 89, 130].map(aboutSeconds), [
    "below 1 s",
    "about 1 s",
    "about 9 s",
    "about 15 s",
    "about 90 s",
    "about 3 min",
  ]);
});

test("--estimate says the runs and the time of each patch, and runs nothing", async () => {
  let out = "";
  const io = { stdout: (t: string) => void (out += t), stderr: () => undefined, color: false };
  assert.equal(await runReview(["--estimate", join(root, "examples", "demo.eml")], io), 0);
  assert.match(out, /\d+ runs of scenarios(; \d+ cases are left out)?: (about|below) \d+ s/);
  assert.match(out, /nothing was run/);
  assert.doesNotMatch(out, /new with this patch/);
});
