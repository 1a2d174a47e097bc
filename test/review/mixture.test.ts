/**
 * A tree of a release that the reference kernel has no era of: what comes up in the reference kernel's own code may be for want
 * of the rest of that release, and is no verdict. What the tree's code does stays one, and so does all on a tree of an era.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { exchanged, ownTree, patchMail, referenceText } from "../support/own_tree.ts";

const PATH = "fs/dax.c";
const tree = ownTree();

/** What is told of a patch to a tree of that release, whose file has `had` in place of `from`, if it is given. */
function told(version: string, from: string, to: string, had = from): string[] {
  const [major, minor] = version.split(".");
  writeFileSync(join(tree, "Makefile"), `VERSION = ${major}\nPATCHLEVEL = ${minor}\n`);
  const whole = exchanged(referenceText(PATH), from, had);
  writeFileSync(join(tree, PATH), whole);
  const mail = patchMail(1, 1, { path: PATH, from: whole, to: exchanged(whole, had, to) });
  const { runs, findings } = reviewDocument(parseDocument(Buffer.from(mail), "mixture.mbox"), {
    tree,
    era: "v6.12",
    scenario: "truncate-mapped order=0 index=0 fs=0 part=0",
    noFunctions: true,
  });
  return [...runs.map((r) => r.reason ?? r.verdict), ...findings.map((f) => `${f.verdict} ${f.code}`)];
}

const STORE = "dax_disassociate_entry(entry, mapping, trunc);\n\t\t\txas_store(&xas, NULL);\n";
const IN_REFERENCE = STORE.replace("&xas", "NULL");
const IN_TREE = STORE.replace("xas_store(", "*(volatile long *)NULL = 1;\n\t\t\txas_store(");

test("on a tree of an era a fault in the reference kernel's code is told", () => {
  assert.deepEqual(told("6.12", STORE, IN_REFERENCE), ["new", "new oops"]);
});

test("on a tree of another release it is not, with both named", () => {
  assert.deepEqual(told("6.5", STORE, IN_REFERENCE), [
    "oops comes up in code of the reference kernel v6.12; the tree is Linux 6.5, and the two may not fit there",
  ]);
});

test("what the tree's own code does there is told", () => {
  assert.deepEqual(told("6.5", STORE, IN_TREE), ["new", "new oops"]);
});

test("what is gone from the reference kernel's code is mended on a tree of an era alone", () => {
  assert.deepEqual(told("6.12", STORE, STORE, IN_REFERENCE), ["fixed", "fixed oops"]);
  assert.deepEqual(told("6.5", STORE, STORE, IN_REFERENCE), [
    "oops comes up in code of the reference kernel v6.12; the tree is Linux 6.5, and the two may not fit there",
  ]);
});
