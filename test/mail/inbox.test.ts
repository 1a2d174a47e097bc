/** A thread out of a public-inbox at an address that the user names: one request, that host alone, and only a mailbox is taken. */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { runMails } from "../../server/cli_mails.ts";
import { runReview } from "../../server/cli_review.ts";
import { inboxThread, messagePage } from "../../server/mail/inbox.ts";
import { heard } from "../support/heard.ts";
import { example } from "../support/paths.ts";

const mail = example("leaked-reference.eml").toString("utf8");
const id = /^Message-ID: <(.*)>$/im.exec(mail)![1]!;
const mbox = `From mboxrd@z Thu Jan  1 00:00:00 1970\n${mail}\n`;
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url!);
  const thread = `/${encodeURIComponent(id)}/t.mbox.gz`;
  const at = (path: string): void => void response.writeHead(302, { location: path }).end();
  if (request.url === `/nvdimm${thread}`) response.end(gzipSync(mbox));
  else if (request.url === `/r${thread}`) at(`/nvdimm/${encodeURIComponent(id)}/`);
  else if (request.url === `/away${thread}`) at(`http://localhost:1/${encodeURIComponent(id)}/`);
  else if (request.url === `/round${thread}`) at(`/round${thread}`);
  else if (request.url === `/page${thread}`) response.end("<html>Are you a person?</html>");
  else if (request.url === `/bomb${thread}`) response.end(gzipSync(Buffer.alloc(80 << 20, "From ")));
  else response.writeHead(404).end();
});
let base = "";
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
const dir = mkdtempSync(join(tmpdir(), "folioscope-inbox-"));
after(() => {
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

test("a message's address is the inbox and the id", () => {
  assert.deepEqual(messagePage("https://lore.example/nvdimm/2025%2B1@x.org/T/#u"), {
    box: "https://lore.example/nvdimm/",
    id: "2025+1@x.org",
  });
  assert.equal(messagePage("https://lore.example/nvdimm/"), null);
  assert.equal(messagePage("ftp://lore.example/nvdimm/1@x/"), null);
});

test("the thread comes, with <> around the id and without, and by way of the same host", async () => {
  assert.equal((await inboxThread(`${base}/nvdimm`, `<${id}>`)).toString(), mbox);
  assert.equal((await inboxThread(`${base}/r/`, id)).toString(), mbox);
});

test("what is no thread is refused, with the reason", async () => {
  const refused = async (box: string, wanted: string, why: RegExp): Promise<void> =>
    assert.rejects(inboxThread(box, wanted), why);
  await refused(`${base}/nvdimm`, "other@x", /has no message <other@x>/);
  await refused(`${base}/away`, id, /sends elsewhere, to localhost:1/);
  await refused(`${base}/round`, id, /sends elsewhere/);
  await refused(`${base}/page`, id, /sends no mailbox/);
  await refused(`${base}/bomb`, id, /cannot be unpacked/);
  await refused(base.replace("http://", "http://me:word@"), id, /password/);
  const before = asked.length;
  for (const wrong of ["", "--output=x@y", "../x@y", "a b@c", "no id"])
    await refused(`${base}/nvdimm`, wrong, /is no message id/);
  const closed = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => closed.once("listening", resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  await refused(`http://127.0.0.1:${port}/nvdimm`, id, /cannot be asked: ECONNREFUSED/);
  assert.equal(asked.length, before, "nothing was asked for what is no id");
});

test("review and mails take an address in place of a file", async () => {
  const page = `${base}/nvdimm/${id}/`;
  const read = await heard(runMails, [page]);
  assert.deepEqual(read, { status: 0, out: mbox, err: "" });
  assert.deepEqual(await heard(runMails, ["--message", id, `${base}/nvdimm/`]), read);
  const told = await heard(runReview, ["--estimate", page]);
  assert.equal(told.status, 0, told.err);
  const none = await heard(runReview, [`${base}/nvdimm/`]);
  assert.equal(none.status, 2);
  assert.match(none.err, /names no message/);
  for (const args of [[], ["x.mbox"], ["--range", "a..b", "x"], ["--message", id]])
    assert.equal((await heard(runMails, args)).status, 2, args.join(" "));
});

test("b4 brings the thread where it is installed, and is said not to be where it is not", async () => {
  const path = process.env["PATH"];
  const fake = join(dir, "b4");
  writeFileSync(join(dir, "thread"), mbox);
  writeFileSync(
    fake,
    `#!/bin/sh\n[ "$1 $4" = "mbox ${id}" ] && exec /bin/cat ${join(dir, "thread")}\nexit 1\n`,
  );
  chmodSync(fake, 0o755);
  try {
    process.env["PATH"] = dir;
    assert.equal((await inboxThread("b4", id)).toString(), mbox);
    await assert.rejects(inboxThread("b4", "other@x"), /b4 gives no thread/);
    await assert.rejects(inboxThread("lei", id), /lei is not installed/);
  } finally {
    process.env["PATH"] = path;
  }
});
