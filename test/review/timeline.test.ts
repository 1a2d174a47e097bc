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
});
