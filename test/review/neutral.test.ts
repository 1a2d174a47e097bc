/** Neutral changes are neutral: only what may be changed is, and nothing where that is not sure. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { codeText } from "../../server/source/tree_side.ts";
import { neutralChange } from "../../tools/neutral_change.ts";
import { makeRandom } from "../support/fuzz_mail.ts";

const FN = [
  "static int sum(struct pair *p, int n)",
  "{",
  "\tint first;",
  "\tint second;",
  "",
  "\tfirst = 1;",
  "\tsecond = 2;",
  "\tif (p->first)",
  "\t\tfirst = n;",
  "\treturn first + second + p->first;",
  "}",
];

const draws = [...Array(40).keys()].map((seed) => makeRandom(seed));

test("white space and comments leave the code as it is", () => {
  for (const kind of ["spaces", "comments"] as const)
    for (const draw of draws) {
      const out = neutralChange(kind, FN, draw);
      assert.ok(out !== null);
      assert.notDeepEqual(out, FN);
      assert.equal(codeText(out.join("\n")), codeText(FN.join("\n")));
    }
});

test("a renamed local leaves members of that name alone", () => {
  const seen = new Set<string>();
  for (const draw of draws) {
    const out = neutralChange("rename", FN, draw);
    if (out === null) continue;
    const text = out.join("\n");
    assert.ok(!text.includes("p->first_2"));
    seen.add(/(\w+)_2/.exec(text)?.[1] ?? "");
  }
  assert.deepEqual([...seen].sort(), ["second"], "first is a member's name too: left alone");
});

test("statements change places only where neither needs the other", () => {
  const seen = new Set<string>();
  for (const draw of draws) seen.add((neutralChange("reorder", FN, draw) ?? []).join("\n"));
  assert.equal(seen.size, 2, "the declarations, or the two assignments");
  const needed = ["int f(void)", "{", "\tint a = 1;", "\ta = 2;", "\tb = a;", "\treturn b;", "}"];
  for (const draw of draws) assert.equal(neutralChange("reorder", needed, draw), null);
});
