/** Function cases: of several things that one callee gave, which one is lost, where both sides lose another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const nodes = (undo: string, more = ""): string => `int f(int x) {
  struct device_node *a = of_find_node_by_name(NULL, "a"), *b; ${more}
  if (!a) return -EINVAL;
  b = of_find_node_by_name(NULL, "b"); if (!b) { of_node_put(a); return -EINVAL; }
  if (helper(x) < 0) { ${undo} return -EINVAL; }
  of_node_put(a); of_node_put(b); return 0; }`;
const memory = (undo: string): string => `int f(int x) {
  char *a = kzalloc(16, GFP_KERNEL), *b; if (!a) return -ENOMEM;
  b = kzalloc(32, GFP_KERNEL); if (!b) { kfree(a); return -ENOMEM; }
  if (helper(x) < 0) { ${undo} return -EINVAL; }
  kfree(b); kfree(a); return 0; }`;

const pairs: readonly Pair[] = [
  {
    name: "one more node",
    bad: nodes(""),
    good: nodes("of_node_put(a);"),
    want: ["leaked device node of of_find_node_by_name()"],
  },
  {
    name: "one more piece of memory",
    bad: memory(""),
    good: memory("kfree(b);"),
    want: ["leaked memory of kzalloc()"],
  },
  {
    name: "the other of two",
    bad: nodes("of_node_put(a);"),
    good: nodes("of_node_put(b);"),
    want: [],
  },
  {
    name: "the same one, by another number of calls before it",
    bad: nodes("of_node_put(b);"),
    good: nodes("of_node_put(b);", 'of_node_put(of_find_node_by_name(NULL, "c"));'),
    want: [],
  },
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
