/** Lists over lists that nobody writes any more: what an index of names is made of where images are made of the same units. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Lists } from "../../emulator/c/scope_index.ts";

test("what is added stands behind what is below, which stays as it is", () => {
  const below = new Lists<number>();
  below.add("page", 1);
  below.add("folio", 2);
  const [one, other] = [new Lists(below), new Lists(below)];
  one.add("page", 3);
  one.add("entry", 4);
  assert.deepEqual(one.get("page"), [1, 3]);
  assert.deepEqual(one.get("folio"), [2]);
  assert.equal(one.get("mapping"), undefined);
  assert.deepEqual(
    [...one],
    [
      ["page", [1, 3]],
      ["folio", [2]],
      ["entry", [4]],
    ],
  );
  assert.deepEqual(below.get("page"), [1]);
  assert.deepEqual(
    [...other],
    [
      ["page", [1]],
      ["folio", [2]],
    ],
  );
});
