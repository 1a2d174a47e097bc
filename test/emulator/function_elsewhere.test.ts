/**
 * NULL that one side follows in a callee, by a decision that the other side, which comes to that callee as well, was not asked:
 * not told. Leaves out whole functions (a real one takes some hundred lines until its sides part so; function_silent.test.ts).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { comesThereOtherwise } from "../../emulator/function/compare.ts";
import { type Choice, type Fault, faultKey } from "../../emulator/function/finding.ts";

const choice = (name: string): Choice => ({ name, answer: "> 1" }) as Choice;
const fault = (fn: string): Fault =>
  ({
    kind: "null-dereference",
    object: "NULL pointer",
    at: { fn, loc: null },
    taken: null,
  }) as unknown as Fault;
const asked = (fn: string, entry: string, ran: readonly string[], choices: readonly string[]): boolean => {
  const found = fault(fn);
  const forced = new Map([["record.num", "> 1"]]);
  return comesThereOtherwise(
    { result: { faults: [found] } },
    { ran, choices: choices.map(choice) },
    faultKey(found),
    forced,
    { name: entry, leave: null },
  );
};

test("the other side comes to the callee, and was not asked what decides", () => {
  assert.ok(asked("use", "f", ["f", "use"], ["another.num"]));
});

test("it was asked the same, or does not come there: what it shows counts", () => {
  assert.ok(!asked("use", "f", ["f", "use"], ["record.num"]));
  assert.ok(!asked("use", "f", ["f"], []));
});

test("the function itself is where a test of the patch's would stand", () => {
  assert.ok(!asked("f", "f", ["f"], []));
});
