/** Function cases: what the machine's headers have as assembly of their own (registers without order, bits that are looked for, flags) is stood in for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const HEADERS = `#define __always_inline inline
static __always_inline unsigned int __readl(const volatile void *a) { unsigned int r; asm volatile("movl %1,%0" : "=r" (r) : "m" (*(volatile unsigned int *)a)); return r; }
static __always_inline void __writel(unsigned int v, volatile void *a) { asm volatile("movl %0,%1" : : "r" (v), "m" (*(volatile unsigned int *)a)); }
#define readl_relaxed(a) __readl(a)
#define writel_relaxed(v, a) __writel(v, a)
#define __raw_readl __readl
static __always_inline int fls(unsigned int x) { int r; asm("bsrl %1,%0" : "=r" (r) : "rm" (x)); return r + 1; }
static __always_inline unsigned long variable__ffs(unsigned long x) { asm("rep; bsf %1,%0" : "=r" (x) : "rm" (x)); return x; }
static __always_inline unsigned long native_save_fl(void) { unsigned long f; asm volatile("pushf ; pop %0" : "=rm" (f)); return f; }
`;
const lost = (when: string, given: string): string =>
  `${HEADERS} int f(void *regs, unsigned int n) { char *p = kmalloc(8, GFP_KERNEL); if (!p) return -ENOMEM; writel_relaxed(1, regs); if (${when}) { ${given} return -EINVAL; } kfree(p); return 0; }`;
const pair = (name: string, when: string, told = true): Pair => ({
  name,
  bad: lost(when, ""),
  good: lost(when, "kfree(p);"),
  want: told ? ["leaked memory of kmalloc()"] : [],
});

const pairs: readonly Pair[] = [
  pair("a register that is read without order", "readl_relaxed(regs) & 1"),
  pair("one that is read raw", "__raw_readl(regs) == 3"),
  pair("the last bit of a number that is open", "fls(n) > 4"),
  pair("of one that is known", "fls(16) == 5"),
  pair("which is no other", "fls(16) == 4", false),
  pair("the first bit", "variable__ffs(24) == 3"),
  pair("which is no other, either", "variable__ffs(24) == 4", false),
  pair("no flag is set", "native_save_fl() != 0", false),
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
