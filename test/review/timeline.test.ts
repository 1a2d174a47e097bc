/** The two runs of a finding on one axis: what the panel is given of a run in which tasks wait. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Pool } from "../../server/emulation/pool.ts";
import { parseDocument } from "../../server/parse.ts";
import { digestOf, replayToken } from "../../server/review/replay.ts";
import { example } from "../support/paths.ts";

const pool = Pool.ofThreads(null);
after(() => pool.dispose());

test("a task waits from where it sleeps to where it goes on; one that nobody wakes to the end", async () => {
  const input = example("demo.eml");
  const doc = parseDocument(input, "demo.eml");
  const replay = replayToken({
    digest: digestOf(doc.patches[0]!),
    patch: 0,
    scenario: "lock-folio-waits order=0 lockers=2 gone=1",
    beforeEra: "v6.15",
    afterEra: "v6.15",
    seed: "0",
    code: "deadlock",
  });
  const { timeline } = await pool.review(doc, {
    input,
    path: "demo.eml",
    options: { replay, timeline: true },
  });
  assert.ok(timeline !== undefined, "the run has an axis");
  const { before, after: patched, slots } = timeline;
  for (const lane of [before, patched]) {
    const waits = lane.events.filter((e) => e.waitsTo !== undefined);
    assert.ok(waits.length > 0, `${lane.side}: tasks wait for the lock`);
    for (const e of waits) {
      assert.ok(e.kind === "task" && e.text.startsWith("sleeps"), e.text);
      assert.ok(e.waitsTo! > e.x && e.waitsTo! <= slots, `${e.x} to ${e.waitsTo}`);
    }
  }
  const forEver = (lane: typeof before): number => lane.events.filter((e) => e.waitsTo === slots).length;
  assert.equal(patched.outcome.split(":")[0], "deadlock");
  assert.ok(forEver(patched) > 0, "after it some sleep for ever");
  assert.equal(before.outcome, "completed");
  assert.ok(forEver(before) < forEver(patched), "before the patch they are woken");
  // Who wakes says whom, where he goes on, and that is what who slept says of his end.
  for (const lane of [before, patched]) {
    const wakers = lane.events.filter((e) => (e.wakes ?? []).length > 0);
    assert.ok(wakers.length > 0, `${lane.side}: somebody is woken`);
    for (const e of wakers)
      for (const { task, x } of e.wakes!) {
        const name = lane.tasks[task]!;
        assert.ok(e.text.includes(name), `"${e.text}" names ${name}`);
        assert.ok(x >= e.x && task !== e.task, `${lane.side}: ${e.x} to ${x}`);
        const slept = lane.events.findLast(
          (s) => s.task === task && s.x < e.x && s.text.startsWith("sleeps"),
        );
        assert.equal(slept?.wokenBy, e.task, `${name} says who woke it`);
        assert.equal(slept?.waitsTo, x, "the arrow ends where the bar does");
      }
  }
  const never = patched.events.filter((e) => e.waitsTo === slots && e.text.startsWith("sleeps in"));
  assert.ok(never.length > 0 && never.every((e) => e.wokenBy === undefined), "nobody wakes them");
});
