/** Every program of test/fixtures/emulator does in the engine what it says of itself, twice the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkFixture, loadExecFixtures, runFixture } from "../support/exec_fixtures.ts";

const fixtures = loadExecFixtures(process.env["FOLIOSCOPE_ROOT"]!);

test("there are at least 200 fixtures", () => assert.ok(fixtures.length >= 200, `${fixtures.length}`));

for (const fixture of fixtures) {
  test(`exec ${fixture.name}`, () => {
    const result = runFixture(fixture);
    assert.deepEqual(checkFixture(fixture, result), []);
    const again = runFixture(fixture);
    assert.equal(again.steps, result.steps);
    assert.deepEqual(again.stdout, result.stdout);
  });
}
