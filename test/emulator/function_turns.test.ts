/** Function cases: what a loop took and stored with its caller, and gives back for some of its turns where one of them fails. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const filled = (
  bound: string,
  unwind: string,
  kept = "",
): string => `struct tab { int n; char *bufs[4]; char **more; }; void list_it(struct tab *t, char *p);
  int f(struct tab *t) { int i; for (i = 0; i < ${bound}; i++) { t->bufs[i] = kmalloc(8, GFP_KERNEL); if (!t->bufs[i]) goto bad; ${kept} } return 0;
  bad: ${unwind} return -ENOMEM; }`;
const ALL = "for (i--; i >= 0; i--) kfree(t->bufs[i]);";
const parents = (unwind: string): string => `struct pair { struct device_node *np[2]; };
  int f(struct pair *p, struct device_node *from) { int i; for (i = 0; i < 2; i++) { p->np[i] = of_find_node_by_name(from, "bus"); if (!p->np[i]) goto bad; } if (helper(1)) goto bad; return 0;
  bad: ${unwind} return -EINVAL; }`;

const pairs: readonly Pair[] = [
  {
    name: "the first of as many turns as there are",
    bad: filled("4", "for (i--; i > 0; i--) kfree(t->bufs[i]);"),
    good: filled("4", ALL),
    want: ["leaked memory of kmalloc()"],
  },
  {
    name: "also where how many is open",
    bad: filled("t->n", "for (i--; i > 0; i--) kfree(t->bufs[i]);"),
    good: filled("t->n", ALL),
    want: ["leaked memory of kmalloc()"],
  },
  {
    name: "the last turn before the one that failed",
    bad: filled("4", "while (i > 1) { i--; kfree(t->bufs[i - 1]); }"),
    good: filled("4", ALL),
    want: ["leaked memory of kmalloc()"],
  },
  {
    name: "references of turns",
    bad: parents("of_node_put(p->np[0]);"),
    good: parents("for (i = 0; i < 2 && p->np[i]; i++) of_node_put(p->np[i]);"),
    want: ["leaked device node of of_find_node_by_name()"],
  },
  {
    name: "who leaves all of it leaves it to his caller",
    bad: filled("4", ""),
    good: filled("4", ALL),
    want: [],
  },
  {
    name: "what another one may have is his",
    bad: filled("4", "for (i--; i > 0; i--) kfree(t->bufs[i]);", "list_it(t, t->bufs[i]);"),
    good: filled("4", ALL, "list_it(t, t->bufs[i]);"),
    want: [],
  },
  {
    name: "in another order all are given back as well",
    bad: filled("4", "int k; for (k = 0; k < i; k++) kfree(t->bufs[k]);"),
    good: filled("4", ALL),
    want: [],
  },
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
