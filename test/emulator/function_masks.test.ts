/** Function cases: what masks leave of a value decides comparisons of it, and a way that no bits lead to is gone by nobody. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

/** A way out that loses memory where `when` holds. */
const code = (when: string, given: string): string => `int cur(void); unsigned int word(void);
int f(int mode, unsigned int u) { char *p = kmalloc(8, GFP_KERNEL); if (!p) return -ENOMEM; if (${when}) { ${given} return -EINVAL; } kfree(p); return 0; }`;
const pair = (name: string, when: string, told: boolean): Pair => ({
  name,
  bad: code(when, ""),
  good: code(when, "kfree(p);"),
  want: told ? ["leaked memory of kmalloc()"] : [],
});

const pairs: readonly Pair[] = [
  pair(
    "a kind that is put in by hand is no other",
    "((0100000 | (0600 & ~cur())) & 0170000) == 0120000",
    false,
  ),
  pair("it is the one that is put in", "((0100000 | (0600 & ~cur())) & 0170000) == 0100000", true),
  pair("a kind that comes from outside may be any", "(mode & 0170000) == 0120000", true),
  pair("bits that a mask takes away are not there", "(word() & 7) == 8", false),
  pair("bits that it leaves may be", "(word() & 7) == 5", true),
  pair("a bit that is set is not 0", "!(u | 4)", false),
  pair("what is turned over keeps to its width", "(~(u & 0xff) & 0xff00) == 0", false),
  pair("a sign fills what stands above it", "((long)(mode & 0xff) & 0x100) != 0", false),
  pair("a bit that is turned over may be either", "((u ^ 1) & 1) == 0", true),
  pair("what a set bit is asked of is no number without it", "(u & 1) && u == 2", false),
  pair("it may be one with it", "(u & 1) && u == 3", true),
  pair("what a clear bit is asked of is no number with it", "!(mode & 4) && mode == 6", false),
  pair("nor one below 0, in which it is set", "!(mode & 4) && mode == -1", false),
  pair("a field tells each of its bits", "(mode & 6) == 4 && (mode & 2)", false),
  pair("one of the bits of a mask is set, which is not said", "(u & 6) && u == 2", true),
  pair("none of them is that of another", "(u & 6) && u == 9", false),
  pair("as of what was converted", "((unsigned char)u & 1) && u == 256", false),
  pair("what is no 0 is none by its other sign", "u != 0 && (int)u == 0", false),
  pair("what is above 0 is no 0 by its other sign", "(int)u > 0 && !u", false),
  pair("a number by its other sign is the one number of its own", "(int)u == -1 && u == 7", false),
  pair("and that one it may be", "(int)u == -1 && u == 0xffffffffu", true),
  pair("there and back again it is the same", "(int)(unsigned int)mode != mode", false),
  pair("as it is through a wider type", "(int)(unsigned long)mode != mode", false),
  pair("through a narrower one it may be another", "(int)(unsigned char)mode != mode", true),
  pair("what is below 0 is great by its other sign", "(int)u < 0 && u < 10", false),
  pair("and no less than that says", "(int)u < -10 && u == 0xfffffff0u", true),
  pair("to a narrower type several numbers become one", "(unsigned char)u == 0 && u == 256", true),
  pair("what is above another is not the least number", "u > word() && u == 0", false),
  pair("nor the other the greatest", "word() > u && u == 0xffffffffu", false),
  pair("what is not below another may be the least", "!(u < word()) && u == 0", true),
  pair("a field that has not this number may have any other", "(mode & 6) != 4 && mode == 2", true),
  {
    name: "a product by a constant is as small as what is multiplied lets it be",
    bad: `int f(u32 n) { unsigned long s = (unsigned long)n * 8; int *p = kmalloc(4, GFP_KERNEL); if (!p) return -ENOMEM;
      if (s >= (unsigned long)-1) return -EINVAL; kfree(p); return 0; }`,
    good: `int f(u32 n) { int *p = kmalloc(4, GFP_KERNEL); if (!p) return -ENOMEM; kfree(p); return 0; }`,
    want: [],
  },
  {
    name: "and as great",
    bad: `int f(u32 n) { unsigned long s = (unsigned long)n * 8; int *p = kmalloc(4, GFP_KERNEL); if (!p) return -ENOMEM;
      if (s >= 80) return -EINVAL; kfree(p); return 0; }`,
    good: `int f(u32 n) { int *p = kmalloc(4, GFP_KERNEL); if (!p) return -ENOMEM; kfree(p); return 0; }`,
    want: ["leaked memory of kmalloc()"],
  },
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
