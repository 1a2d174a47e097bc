// Reading lines is counted, not timed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Landmarks } from "../../server/source/landmarks.ts";

/** Lines that count how often one of them is read. */
function counted(lines: string[]): { lines: string[]; reads: () => number } {
  let reads = 0;
  const proxy = new Proxy(lines, {
    get(target, key, receiver) {
      if (typeof key === "string" && /^\d+$/.test(key)) reads++;
      return Reflect.get(target, key, receiver);
    },
  });
  return { lines: proxy, reads: () => reads };
}

test("bodies that never close are not looked through once for each head", () => {
  const n = 2000;
  const { lines, reads } = counted(Array.from({ length: n }, (_, k) => `int f${k}(void) {`));
  assert.equal(new Landmarks(lines).at(5), null);
  assert.ok(reads() < 20 * n, `${reads()} reads of ${n} lines`);
});

test("a body that is cut behind whole ones hides none of them", () => {
  const lines = [
    "int a(void)",
    "{",
    "}",
    "",
    "int b(void) {",
    "\treturn 1;",
    "}",
    "int cut(void)",
    "{",
    "\treturn 2;",
  ];
  const marks = new Landmarks(lines);
  assert.deepEqual(
    [1, 5, 9].map((at) => marks.at(at)?.name ?? null),
    ["a", "b", null],
  );
});
