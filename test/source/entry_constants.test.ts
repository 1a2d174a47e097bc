/** What an image says of a constant that a tree's file has for itself is that file's, not the reference kernel's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { exchanged, ownTree, patchMail, referenceText } from "../support/own_tree.ts";

const PATH = "fs/dax.c";

test("the bits of an entry that a series moves are read as its tree has them", () => {
  const text = referenceText(PATH);
  const moved = exchanged(text, "#define DAX_SHIFT (4)", "#define DAX_SHIFT (6)");
  const next = exchanged(moved, "\treturn v >> DAX_SHIFT;", "\treturn (v >> DAX_SHIFT);");
  const mail =
    patchMail(1, 2, { path: PATH, from: text, to: moved }) +
    patchMail(2, 2, { path: PATH, from: moved, to: next });
  const { findings, runs } = reviewDocument(parseDocument(Buffer.from(mail), "bits.mbox"), {
    era: "v6.12",
    tree: ownTree(),
    patch: "2",
    scenario: "truncate-mapped order=9 index=0*",
  });
  assert.deepEqual(
    findings.map((f) => `${f.verdict} ${f.message}`),
    [],
  );
  assert.ok(runs.some((r) => r.verdict === "clean"));
});
