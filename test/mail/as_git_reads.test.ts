// What `git mailinfo` and `git apply --numstat` make of a mail, on short mails of our own. Each was once read otherwise
// here; `npm run oracle:git` compares whole folders.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { checkPositions } from "../support/check_positions.ts";

const HEAD = "From: Ada Byron <ada@example.org>\nSubject: [PATCH] fs: knob: turn\nMessage-ID: <a@b>\n";
const DIFF = `diff --git a/fs/knob.c b/fs/knob.c
index 1111111..2222222 100644
--- a/fs/knob.c
+++ b/fs/knob.c
@@ -1,2 +1,2 @@
-old
+new
 same
`;

function only(mail: string) {
  const doc = parseDocument(mail, "test");
  checkPositions(doc);
  assert.equal(doc.patches.length, 1, JSON.stringify(doc.problems));
  return doc.patches[0]!;
}
const files = (mail: string) => only(mail).files.map((f) => `${f.added} ${f.removed} ${f.path}`);

test("a diff indented in the commit message is an example, not the patch", () => {
  const example = DIFF.replace(/^/gm, "  ").replace(/knob/g, "example");
  assert.deepEqual(
    files(`${HEAD}\nCoccinelle made this:\n\n${example}\nas shown.\n---\n${DIFF}-- \n2.47\n`),
    ["1 1 fs/knob.c"],
  );
  // On its own it is what the mail is about.
  assert.deepEqual(files(`${HEAD}\nCan you try this?\n\n${DIFF.replace(/^/gm, "  ")}\nThanks\n`), [
    "1 1 fs/knob.c",
  ]);
});

test("the mail's headers win over a pasted `git show`; without headers it tells author and subject", () => {
  const show = `commit ${"0123456789".repeat(4)}\nAuthor: Bob Day <bob@example.org>\nDate:   Mon Jan 6 10:00:00 2025 +0000\n\n    another title\n\n    text\n\n${DIFF}`;
  const mailed = only(`${HEAD}\n${show}`);
  assert.equal(mailed.author, "Ada Byron <ada@example.org>");
  assert.equal(mailed.subject, "fs: knob: turn");
  assert.match(mailed.commitMessage, /^commit 0123/);
  const bare = only(show);
  assert.deepEqual([bare.author, bare.subject], ["Bob Day <bob@example.org>", "another title"]);
});

test("a removed line that looks like a signature is removed when the counts say so", () => {
  const hunk = "--- a/m\n+++ b/m\n@@ -1,2 +0,0 @@\n-x\n-- \n";
  assert.deepEqual(files(`${HEAD}\ntext\n---\n${hunk}`), ["0 2 m"]);
  assert.deepEqual(files(`${HEAD}\ntext\n---\n${hunk}-- \n2.47\n`), ["0 2 m"]);
});

test("an attached bare diff takes the mail's text for its message; an attached mail has its own", () => {
  const mail = (part: string) =>
    `${HEAD}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=XX\n\n--XX\nContent-Type: text/plain\n\nTurn it.\n\n--XX\nContent-Type: text/x-patch\nContent-Disposition: attachment; filename=a.patch\n\n${part}\n--XX--\n`;
  const bare = only(mail(DIFF));
  assert.deepEqual([bare.commitMessage, bare.author], ["Turn it.", "Ada Byron <ada@example.org>"]);
  const own = only(
    mail(
      `From ${"0".repeat(40)} Mon Sep 17 00:00:00 2001\nFrom: Bob Day <bob@example.org>\nSubject: [PATCH] other\n\nIts text.\n---\n${DIFF}`,
    ),
  );
  assert.deepEqual(
    [own.commitMessage, own.author, own.subject],
    ["Its text.", "Bob Day <bob@example.org>", "other"],
  );
});

test("names: one letter is a name; of two plain file names the one without an appendix counts", () => {
  assert.equal(only(`From: J <j@d.org>\nSubject: x\n\n${DIFF}`).author, "J <j@d.org>");
  const plain = (a: string, b: string) => files(`${HEAD}\n--- ${a}\n+++ ${b}\n@@ -1 +1 @@\n-a\n+b\n`)[0];
  assert.equal(plain("a/fs/x.c.orig", "b/fs/x.c"), "1 1 fs/x.c");
  assert.equal(plain("a/fs/x.c", "b/fs/x.c.new"), "1 1 fs/x.c");
  assert.equal(plain("a/fs/x.c", "b/fs/x.c~"), "1 1 fs/x.c");
});
