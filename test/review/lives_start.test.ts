/** What begins a module is not paired with an operation of a like name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { livesOf } from "../../server/review/lives.ts";

test("a module's init has its exit alone, other names of one stem have each other", () => {
  const text =
    "static int pond_init(void) { return 0; } static void pond_free(int n) {} static void pond_exit(void) {} int ring_alloc(void) { return 0; } void ring_free(void) {}\nmodule_init(pond_init);\nmodule_exit(pond_exit);\n";
  const names = new Set(["pond_init", "pond_free", "pond_exit", "ring_alloc", "ring_free"]);
  const lives = livesOf(text, names).map((l) => `${l.begin} ${l.end}`);
  assert.deepEqual(lives, ["pond_init pond_exit", "ring_alloc ring_free"]);
});
