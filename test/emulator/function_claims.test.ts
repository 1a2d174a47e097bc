/** Function cases: bits that are claimed in one step (`test_and_set_bit()`), and stay set where something behind that fails. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const PORT = "struct port { int id; unsigned long flags; unsigned long map[4]; }; int start(struct port *p);";
const claimed = (failed: string, well = "", at = "2, &p->flags"): string =>
  `${PORT} int f(struct port *p) { int ret; if (test_and_set_bit(${at})) return -EINVAL; ret = helper(1); if (ret < 0) { ${failed} return ret; } ${well} return 0; }`;
const CLEAR = "clear_bit(2, &p->flags);";

const pairs: readonly Pair[] = [
  {
    name: "a bit that stays set where a call fails",
    bad: claimed(""),
    good: claimed(CLEAR),
    want: ["leaked bit 2 of p->flags"],
  },
  {
    name: "also where the other way out clears it",
    bad: claimed("", CLEAR),
    good: claimed(CLEAR, CLEAR),
    want: ["leaked bit 2 of p->flags"],
  },
  {
    name: "who claims it behind the call has not claimed it where that fails",
    bad: claimed(""),
    good: `${PORT} int f(struct port *p) { int ret = helper(1); if (ret < 0) return ret; if (test_and_set_bit(2, &p->flags)) return -EINVAL; return 0; }`,
    want: ["leaked bit 2 of p->flags"],
  },
  {
    name: "one of a map, by a number that is open",
    bad: claimed("", "", "p->id, p->map"),
    good: claimed("clear_bit(p->id, p->map);", "", "p->id, p->map"),
    want: ["leaked bit 0 of p->map[0]"],
  },
  {
    name: "the word as a whole clears it, too",
    bad: claimed("p->flags = 0;"),
    good: claimed(CLEAR),
    want: [],
  },
  { name: "a mask does", bad: claimed("p->flags &= ~4ul;"), good: claimed(CLEAR), want: [] },
  {
    name: "a callee of which nothing is known may have it",
    bad: claimed("start(p);"),
    good: claimed(CLEAR),
    want: [],
  },
  { name: "and it may stay where all goes well", bad: claimed(CLEAR), good: claimed(CLEAR, CLEAR), want: [] },
  {
    name: "who sets it without asking claims nothing",
    bad: `${PORT} int f(struct port *p) { int ret; set_bit(2, &p->flags); ret = helper(1); if (ret < 0) return ret; return 0; }`,
    good: `${PORT} int f(struct port *p) { int ret; set_bit(2, &p->flags); ret = helper(1); if (ret < 0) { ${CLEAR} return ret; } return 0; }`,
    want: [],
  },
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
