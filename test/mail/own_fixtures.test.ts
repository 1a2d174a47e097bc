/** The repository's own mails, in forms that lists send: what is read of them without the corpus. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { example, root } from "../support/paths.ts";

const fixture = (name: string) => parseDocument(readFileSync(join(root, "test/fixtures/mail", name)), name);
const shape = (doc: ReturnType<typeof parseDocument>) =>
  doc.patches.map((p) => p.files.map((f) => [f.path, f.added, f.removed, f.hunks.length]));

test("a quoted reply holds the patch and the remark on its line", () => {
  const doc = fixture("quoted-reply.eml");
  assert.deepEqual(shape(doc), shape(parseDocument(example("share-dropped-twice.eml"), "x")));
  const patch = doc.patches[0]!;
  assert.equal(patch.quoteDepth, 1);
  assert.equal(patch.comments.length, 1);
  assert.match(doc.lines[patch.comments[0]!.anchorDocLine - 1]!, /folio->share--/);
});

test("a mailbox of a series", () => {
  const doc = fixture("series.mbox");
  assert.deepEqual(
    doc.patches.map((p) => [p.number, p.total]),
    [
      [1, 2],
      [2, 2],
    ],
  );
});

for (const [name, original] of [
  ["base64.eml", "leaked-reference.eml"],
  ["quoted-printable.eml", "demo.eml"],
] as const)
  test(`${name} reads as the mail it encodes`, () => {
    assert.deepEqual(shape(fixture(name)), shape(parseDocument(example(original), "x")));
  });
