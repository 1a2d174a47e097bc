/** Function cases: an array whose length its type tells is indexed past its end by a loop or by what a check lets through. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const CHIP = `struct chip { int regs[8]; int busy; int rest[1]; }; static int table[4] = { 1, 2, 3, 4 };
`;

const pairs: readonly Pair[] = [
  {
    name: "a loop takes one turn too many",
    bad: `${CHIP} int f(struct chip *c) { int i, s = 0; for (i = 0; i <= 8; i++) c->regs[i] = 0; return s; }`,
    good: `${CHIP} int f(struct chip *c) { int i, s = 0; for (i = 0; i < 8; i++) c->regs[i] = 0; return s; }`,
    want: ["index-past-the-end c->regs"],
  },
  {
    name: "the next one of each is looked at, of the last one too",
    bad: `${CHIP} int f(int x) { int i, s = 0; for (i = 0; i < 4; i++) s += table[i + 1]; return s; }`,
    good: `${CHIP} int f(int x) { int i, s = 0; for (i = 0; i < 3; i++) s += table[i + 1]; return s; }`,
    want: ["index-past-the-end table"],
  },
  {
    name: "a check of the caller's number lets one more through",
    bad: `${CHIP} int f(struct chip *c, u32 n) { if (n > 8) return -EINVAL; c->regs[n] = 1; return 0; }`,
    good: `${CHIP} int f(struct chip *c, u32 n) { if (n >= 8) return -EINVAL; c->regs[n] = 1; return 0; }`,
    want: ["index-past-the-end c->regs"],
  },
  {
    name: "a check lets one more through, and what lies there is returned",
    bad: `${CHIP} int f(struct chip *c, unsigned int n) {\n\tif (n > 8)\n\t\treturn -EINVAL;\n\treturn c->regs[n] & 7;\n}`,
    good: `${CHIP} int f(struct chip *c, unsigned int n) {\n\tif (n >= 8)\n\t\treturn -EINVAL;\n\treturn c->regs[n] & 7;\n}`,
    want: ["index-past-the-end c->regs"],
  },
  {
    name: "a check that is not strict enough is no worse than none, and one of another number says nothing",
    bad: `${CHIP} int f(struct chip *c, u32 n, unsigned char k) { c->regs[n] = 1; table[k] = 1; return 0; }`,
    good: `${CHIP} int f(struct chip *c, u32 n, unsigned char k) { if (n > 8 || k == 0xff) return -EINVAL; c->regs[n] = 1; table[k] = 1; return 0; }`,
    want: [],
  },
  {
    name: "how often a loop turns that an open number bounds says nothing, nor does an index that nothing was decided of; an end is no element",
    bad: `${CHIP} int f(struct chip *c, int n, u32 k) { int i, j = 0; for (i = 0; i < n; i++) { c->rest[i] = 0; table[j++] = 1; table[i] = 2; }
      c->regs[k] = 1; for (i = 0; i < 8; i++) if (c->regs[i] == n) break; c->regs[i & 7] = 2; return &c->regs[8] == &c->regs[k]; }`,
    good: `${CHIP} int f(struct chip *c, int n, u32 k) { return 0; }`,
    want: [],
  },
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
