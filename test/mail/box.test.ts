/** One message of a maildir or an mbox: its thread is read and nothing else, and what is not there is told. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runReview } from "../../server/cli_review.ts";
import { FileProblem } from "../../server/files.ts";
import { threadOf } from "../../server/mail/box.ts";
import { parseDocument } from "../../server/parse.ts";
import { heard } from "../support/heard.ts";
import { example } from "../support/paths.ts";

const dir = mkdtempSync(join(tmpdir(), "folioscope-box-"));
after(() => rmSync(dir, { recursive: true, force: true }));

const head = (id: string, subject: string, refs = ""): string =>
  `From: A Writer <writer@example.org>\nSubject: ${subject}\nDate: Tue, 13 Jan 2026 16:40:55 +0000\nMessage-ID: <${id}@x>\n${refs}`;
const answers = (...ids: string[]): string =>
  `In-Reply-To: <${ids.at(-1)}@x>\nReferences: ${ids.map((i) => `<${i}@x>`).join("\n ")}\n`;
const diff = example("leaked-reference.eml").toString().split("\n\n").slice(1).join("\n\n");
const cover = `${head("cover", "[PATCH 0/2] fs/dax: Two things")}\nTwo of them.\n\nFrom the first on all is well.\n`;
const one = `${head("one", "[PATCH 1/2] fs/dax: One", answers("cover"))}\n${diff}`;
const two = `${head("two", "[PATCH 2/2] fs/dax: Two", answers("cover"))}\n${diff}`;
const quoted = diff
  .split("\n")
  .map((l) => (l.includes("VM_FAULT_ERROR") ? `> ${l}\n\nWhy?\n` : `> ${l}`))
  .join("\n");
const remark = `${head("remark", "Re: [PATCH 1/2] fs/dax: One", answers("cover", "one"))}\nOn Tuesday, A Writer wrote:\n${quoted}\n`;
const other = `${head("other", "[PATCH] fs/dax: Elsewhere")}\n${diff}`;
const mails = [other, cover, two, remark, one];

const maildir = join(dir, "box");
for (const sub of ["cur", "new", "tmp"]) mkdirSync(join(maildir, sub), { recursive: true });
for (const [i, m] of mails.entries())
  writeFileSync(
    join(maildir, i % 2 ? "new" : "cur", `${i}.mail:2,S`),
    i === 2 ? m.replace(/\n/g, "\r\n") : m,
  );
writeFileSync(join(maildir, "tmp", "half"), one);
const mbox = join(dir, "all.mbox");
writeFileSync(
  mbox,
  mails
    .map((m) => `From mboxrd@z Thu Jan  1 00:00:00 1970\n${m.replace(/^From (?=the)/gm, ">From ")}\n`)
    .join(""),
);

for (const [name, path] of [
  ["a maildir", maildir],
  ["an mbox", mbox],
] as const)
  test(`the thread of a message out of ${name}`, async () => {
    const doc = parseDocument(await threadOf(path, "<one@x>"), path);
    assert.deepEqual(doc.messages.map((m) => m.messageId).sort(), ["cover@x", "one@x", "remark@x", "two@x"]);
    assert.equal(doc.patches.length, 2);
    assert.equal(doc.patches.find((p) => p.number === 1)!.comments.length, 1);
    assert.equal(doc.series[0]!.missing.length, 0);
    await assert.rejects(
      threadOf(path, "onne@x"),
      (e) =>
        e instanceof FileProblem &&
        /no message <onne@x> among its 5 mails; the nearest is <one@x>/.test(e.message),
    );
  });

test("review --message runs what the id stands for: a patch, a series, the patch that a reply is about", async () => {
  const only = [
    "--no-cache",
    "--scenario",
    "insert-fails order=0 index=0 write=0 again=0 hole=0 fail_pgtable_alloc=0 fail_vmf_insert=1",
  ];
  const run = (...args: string[]) => heard(runReview, [...only, ...args]);
  const titles = (text: string): string[] => text.match(/^\[.*$/gm) ?? [];
  const own = await run("--message", "two@x", maildir);
  assert.deepEqual(titles(own.out), ["[2/2] fs/dax: Two"]);
  assert.equal(own.status, 1, own.err);
  assert.deepEqual(titles((await run("--message", "remark@x", mbox)).out), ["[1/2] fs/dax: One"]);
  assert.deepEqual(titles((await run("--message", "cover@x", mbox)).out).sort(), [
    "[1/2] fs/dax: One",
    "[2/2] fs/dax: Two",
  ]);
  assert.match((await run("--message", "x@y", join(dir, "none"))).err, /there is no such file or folder/);
  assert.match((await run("--message", "x@y", "-")).err, /needs a mailbox or a folder/);
  assert.match((await run("--message", "x@y", "--range", "a..b")).err, /one of the two/);
});
