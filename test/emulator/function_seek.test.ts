/** A change behind many conditions is come to, where the usual number of paths does not come to it by itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { comparePair, type Pair, runPair, testPairs } from "../support/function_pair.ts";

/** Tests that usually go the other way, each with more of its own behind it, so that trying them in turn takes too many paths. */
const steps = (n: number): string =>
  Array.from(
    { length: n },
    (_, i) => `  if (odd(${i}) && odd(${i + 100}))\n    ; else continue;\n  helper(odd(${i + 200}));\n`,
  ).join("");
const deep = (last: string): string => `int odd(int n); struct entry { struct entry *next; int n; };
int f(struct entry *e) {
  for (; e; e = e->next) {
  struct device_node *np;
${steps(9)}  np = of_find_node_by_name(NULL, "led");
  if (!np) continue;
  if (helper(1)) {
${last}    return -EINVAL;
  }
  of_node_put(np);
  }
  return 0;
}
`;

/** A jump leads there: nothing falls through to it. */
const jumped = (last: string): string => `int odd(int n);
int f(int n) {
  char *m = kmalloc(8, GFP_KERNEL);
  if (!m) return -ENOMEM;
  for (;;) {
${steps(11).replaceAll("continue", "break")}  if (odd(n)) goto fail;
  break;
  }
  kfree(m);
  return 0;
fail:
  helper(3);
${last}  return -EINVAL;
}
`;

/** A jump back that a test usually asks for, as where memory for an array ran out: no path may go round for ever. */
const retried = (
  last: string,
): string => `int odd(int n); int look(int n, int *at); _Bool nomem(int n); int load(int n);
static int grab(int n, int *at) {
  int e;
retry:
  e = look(n, at);
  if (e & 1) {
    if (e & 2) helper(e);
    if (e & 4) goto out;
  }
  if (load(n) < 0) helper(n);
out:
  if (nomem(n))
    goto retry;
  return *at;
}
int f(int n) {
  int at = 0;
  char *m = kmalloc(8, GFP_KERNEL);
  if (!m) return -ENOMEM;
  if (grab(n, &at) < 0 || odd(n)) {
    if (at == 3 && odd(n + 1)) {
${last}      return -EINVAL;
    }
  }
  kfree(m);
  return 0;
}
`;

/** The second of what a loop goes through, up to an end that a number of the caller's forms. */
const second = (last: string): string => `int put(u32 *at);
int f(u32 *all, size_t n) {
  u32 *p;
  char *m;
  if (n == 0) return 0;
  m = kmalloc(8, GFP_KERNEL);
  if (!m) return -ENOMEM;
  for (p = all; p < all + n; p++)
    if (p != all && put(p) < 0) {
${last}      return -EINVAL;
    }
  kfree(m);
  return 0;
}
`;

/** A line of a statement that begins on another. */
const below = (how: string): string => `int put(int n,
  int how);
int f(int n) {
  char *m = kmalloc(8, GFP_KERNEL);
  if (!m) return -ENOMEM;
  if (n > 3 && n < 2) {
    put(n,
      ${how});
  }
  kfree(m);
  return 0;
}
`;

const pairs: readonly Pair[] = [
  {
    name: "a change at the second turn of a loop whose end a number of the caller's forms",
    bad: second(""),
    good: second("      kfree(m);\n"),
    want: ["leaked memory of kmalloc()"],
  },
  {
    name: "a change behind a jump back that is usually taken",
    bad: retried(""),
    good: retried("      kfree(m);\n"),
    want: ["leaked memory of kmalloc()"],
  },
  {
    name: "a change that nine conditions lie before",
    bad: deep(""),
    good: deep("    of_node_put(np);\n"),
    want: ["leaked device node of of_find_node_by_name()"],
  },
  {
    name: "a change behind a label that a jump of eleven conditions leads to",
    bad: jumped(""),
    good: jumped("  kfree(m);\n"),
    want: ["leaked memory of kmalloc()"],
  },
];

testPairs(pairs);

test("what is shown there is shown by a way that decides all of the conditions before it", () => {
  const shown = runPair(deep(""), deep("    of_node_put(np);\n"), { name: "f" });
  // Two parts of each of nine conditions, and the failure.
  for (const d of shown) assert.ok(d.forced.size >= 19, [...d.forced.keys()].join(", "));
  assert.equal(shown.length, 1);
});

test("a change on a later line of a statement that no path comes to is passed by, and one that a path comes to is met", () => {
  assert.equal(comparePair(below("1"), below("2"), { name: "f" }).passesBy, true);
  const reached = (how: string): string => below(how).replace("n < 2", "n < 9");
  const { passesBy, met } = comparePair(reached("1"), reached("2"), { name: "f" });
  assert.deepEqual([passesBy, met.before.size, met.after.size], [false, 1, 1]);
});

test("no path goes round by a jump back until its choices are used up", () => {
  const { ends } = comparePair(retried(""), retried("      kfree(m);\n"), { name: "f" });
  assert.deepEqual([...ends], []);
});
