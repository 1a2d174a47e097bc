/**
 * From lines inside a mail of a mailbox that nobody escaped: a mail begins where a header follows, and only there, whole
 * or streamed; what was put right is said on its line. Subjects with spaces around the slash of their number.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MboxSplitter } from "../../server/mail/mbox.ts";
import { parseSubject } from "../../server/mail/subject.ts";
import { parseDocument } from "../../server/parse.ts";

const FROM = "From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001";
const mail = (id: string, body: string): string =>
  `From ada@example.org Tue Mar  4 10:00:00 2025\nFrom: Ada <ada@example.org>\nMessage-ID: <${id}@example.org>\n` +
  `Subject: [PATCH v3 1/2] fs: ${id}\n\n${body}\n---\ndiff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-int a;\n+int b;\n`;

const whole = (text: string): number => parseDocument(Buffer.from(text), "x.mbox").messages.length;

function streamed(text: string, chunk: number): number {
  const splitter = new MboxSplitter();
  let mails = 0;
  for (let at = 0; at < text.length; at += chunk)
    mails += [...splitter.push(Buffer.from(text.slice(at, at + chunk)))].length;
  return mails + [...splitter.finish()].length;
}

const QUOTATIONS = {
  "a blank line and prose": `See\n\n${FROM}\n\nfor the attempt.`,
  "prose at once": `See\n\n${FROM}\nfor the attempt.`,
  "the address of a page": `See\n\n${FROM}\nhttps://example.org/x`,
  "an address after blank lines": `See\n\n${FROM}\n\n\nhttps://example.org/x`,
  "the cut line": `See\n\n${FROM}`,
  "a list": `See\n\n${FROM}\n\n - one: a\n - two: b`,
};
for (const [what, body] of Object.entries(QUOTATIONS))
  test(`a From line in a text, then ${what}: one mail, and it is said`, () => {
    const text = mail("m1", body) + mail("m2", "plain");
    assert.equal(whole(text), 2);
    for (const chunk of [7, 64, 1 << 20]) assert.equal(streamed(text, chunk), 2, `chunks of ${chunk}`);
    const doc = parseDocument(Buffer.from(text), "x.mbox");
    assert.equal(doc.messages[0]!.subject, "fs: m1");
    assert.equal(doc.patches.length, 2);
    const said = doc.problems.filter((p) => p.code === "from-line-in-mail");
    assert.deepEqual(
      said.map((p) => doc.lines[p.docLine - 1]),
      [FROM],
    );
  });

test("a From line with a header behind it begins a mail, blank lines between or not", () => {
  for (const gap of ["", "\n", "\n\n"]) {
    const text = `${mail("m1", "plain")}${FROM}\n${gap}From: b@example.org\nSubject: [PATCH] b\n\nb\n`;
    assert.equal(whole(text), 2);
    assert.equal(streamed(text, 7), 2);
  }
});

test("an escaped From line is text and nothing is said", () => {
  const doc = parseDocument(Buffer.from(mail("m1", `See\n\n>${FROM}\n\nfor it.`)), "x.mbox");
  assert.equal(doc.messages.length, 1);
  assert.deepEqual(
    doc.problems.filter((p) => p.code === "from-line-in-mail"),
    [],
  );
});

for (const [subject, revision, number, total] of [
  ["[PATCH v2 2 / 3] mm: a", 2, 2, 3],
  ["[PATCH v2 2 /3] mm: a", 2, 2, 3],
  ["[PATCH 2/ 3] mm: a", 1, 2, 3],
  ["[PATCH v4,02 / 13] mm: a", 4, 2, 13],
  ["[RFC PATCHv2 2 / 3] mm: a", 2, 2, 3],
  ["PATCH v2 2 / 3: mm: a", 2, 2, 3],
] as const)
  test(`subject ${subject}`, () => {
    const s = parseSubject(subject);
    assert.deepEqual([s.revision, s.number, s.total, s.isPatch], [revision, number, total, true]);
    assert.ok(!s.tags.includes("/"), s.tags.join());
  });
