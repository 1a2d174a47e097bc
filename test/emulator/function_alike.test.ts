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

/** What is found first is lost where another one is found: by whatever getter. */
const walk = (next: string, more = ""): string => `struct device_node *of_node_get(struct device_node *n);
struct device_node *${next}(const struct device_node *p, struct device_node *c);
struct owner { struct device_node *flash, *torch; int n; };
static int look(struct owner *o, struct device_node *p) { struct device_node *c; u32 id;
  for (c = ${next}(p, NULL); c; c = ${next}(p, c)) { id = 0; of_property_read_u32(c, "reg", &id);
    switch (id) { case 1: o->flash = of_node_get(c); break; case 2: o->torch = of_node_get(c); break; } }
  if (!o->flash || !o->torch) return -EINVAL; ${more} return 0; }
int f(int x) { struct owner *o = kzalloc(sizeof(*o), GFP_KERNEL); int r; struct device_node *p; if (!o) return -ENOMEM;
  p = of_find_node_by_name(NULL, "x"); r = look(o, p); of_node_put(p); if (r) { kfree(o); return r; }
  of_node_put(o->flash); of_node_put(o->torch); kfree(o); return 0; }`;

const pairs: readonly Pair[] = [
  {
    name: "the same one, by another getter",
    bad: walk("of_get_next_child"),
    good: walk("of_get_next_available_child"),
    want: [],
  },
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
