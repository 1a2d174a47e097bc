/** Function cases: an array whose length its type tells is indexed past its end by a loop or by what a check lets through. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const CHIP = `struct chip { int regs[8]; int busy; int rest[1]; }; static int table[4] = { 1, 2, 3, 4 };
`;

/** A table that the file fills, and a walk along it by a pointer. */
const walked = (quals: string, test: string): string =>
  `struct rate { int hz; int reg; }; static ${quals} struct rate rates[] = { { 8000, 1 }, { 16000, 2 }, { 44100, 3 } };
  int f(int hz) { ${quals} struct rate *e; for (e = rates; ${test}; e++) if (e->hz == hz) return e->reg; return -EINVAL; }`;

const pairs: readonly Pair[] = [
  {
    name: "a walk that goes on behind the last element of a table",
    bad: walked("const", "e <= &rates[ARRAY_SIZE(rates)]"),
    good: walked("const", "e < &rates[ARRAY_SIZE(rates)]"),
    want: ["index-past-the-end rates"],
  },
  {
    name: "the end of a table is come to where its last element is",
    bad: walked("const", "e <= &rates[ARRAY_SIZE(rates) - 1]"),
    good: walked("const", "e < rates + 3"),
    want: [],
  },
  {
    name: "a walk for what it trusts to find has no end of its own",
    bad: walked("const", ""),
    good: walked("const", "e < rates + 3"),
    want: [],
  },
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
