/** Function cases: a test that is the wrong way round leaves no way that succeeds; a function that is given up on purpose, and a test that is right, are no such thing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const MODEL = `struct model { int bits; }; struct part { int bits; }; const void *device_get_match_data(const struct device *dev);
`;
const probe = (check: string): string =>
  `${MODEL} int f(struct device *d, struct part *p) { const struct model *m = device_get_match_data(d); int ret; ${check} ret = helper(m->bits); if (ret < 0) return ret; p->bits = m->bits; return 0; }`;

const pairs: readonly Pair[] = [
  {
    name: "what is there is refused, what is not is followed",
    bad: probe("if (m) return -EINVAL;"),
    good: probe(""),
    want: ["never-succeeds f()"],
  },
  {
    name: "what is not there is refused: no other way is lost",
    bad: probe("if (m && p->bits) return -EINVAL;"),
    good: probe(""),
    want: [],
  },
  {
    name: "a function that is not supported any more fails, and follows nothing",
    bad: `${MODEL} int f(struct device *d, struct part *p) { return -EINVAL; }`,
    good: probe(""),
    want: [],
    back: [],
  },
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
