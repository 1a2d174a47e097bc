// Which patches come before a patch: what the user names, and the earlier ones of its series.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runReview } from "../../server/cli_review.ts";
import { parseDocument } from "../../server/parse.ts";
import { baseCommitOf, loadStack, seriesPatches, stackFor } from "../../server/source/stack.ts";
import { heard } from "../support/heard.ts";
import { mail } from "../support/memory_tree.ts";

const dir = mkdtempSync(join(tmpdir(), "folioscope-stack-"));
after(() => rmSync(dir, { recursive: true, force: true }));

function write(name: string, content: string): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

const diff = (n: number) =>
  `diff --git a/fs/f${n}.c b/fs/f${n}.c\n--- a/fs/f${n}.c\n+++ b/fs/f${n}.c\n@@ -1 +1 @@\n-int a;\n+int b${n};\n`;

/** An mbox with these numbers of a series of four, in this order. */
const mbox = (numbers: readonly number[], version = ""): string =>
  numbers
    .map(
      (n) =>
        `From nobody Mon Jan  6 10:00:00 2025\n${mail(diff(n), `[PATCH${version} ${n}/4] pond: step ${n}`)}\n`,
    )
    .join("");

const numbers = (patches: readonly { number: number }[]) => patches.map((p) => p.number);

test("a series stands on its earlier patches, in series order whatever the order of the mails", () => {
  const doc = parseDocument(Buffer.from(mbox([3, 1, 4, 2])), "s.mbox");
  const at = (n: number) => doc.patches.find((p) => p.number === n)!;
  assert.deepEqual(numbers(stackFor(doc, at(4), [])), [1, 2, 3]);
  assert.deepEqual(numbers(stackFor(doc, at(1), [])), []);
  const before = parseDocument(Buffer.from(mail(diff(9), "[PATCH] pond: first")), "p.eml").patches;
  assert.deepEqual(
    stackFor(doc, at(2), before).map((p) => p.subject),
    ["pond: first", "pond: step 1"],
  );
});

test("other revisions are not stacked", () => {
  const doc = parseDocument(Buffer.from(mbox([1, 2], " v2") + mbox([1, 4], " v3")), "s.mbox");
  const last = doc.patches.find((p) => p.number === 4)!;
  assert.deepEqual(
    stackFor(doc, last, []).map((p) => `v${p.revision} ${p.number}`),
    ["v3 1"],
  );
  assert.deepEqual(numbers(seriesPatches(doc, last)), [1, 4]);
});

test("prerequisites: whole files, ranges and single numbers, in the order named", () => {
  const file = write("series.mbox", mbox([2, 1, 3, 4]));
  assert.deepEqual(numbers(loadStack([file]).patches), [1, 2, 3, 4]);
  assert.deepEqual(numbers(loadStack([`${file}#2-3`]).patches), [2, 3]);
  assert.deepEqual(numbers(loadStack([`${file}#4`, `${file}#1-2`]).patches), [4, 1, 2]);
  assert.equal(loadStack([]).problem, "");
});

test("a file whose name ends like a range is taken as it is", () => {
  const file = write("fix#2", mail(diff(1), "[PATCH] pond: alone"));
  assert.equal(loadStack([file]).patches.length, 1);
  assert.equal(loadStack([`${file}#1`]).patches.length, 1);
});

test("what is wrong with a prerequisite is said", () => {
  const file = write("some.mbox", mbox([1, 3]));
  const two = write("two.mbox", mbox([1, 2], " v2") + mbox([1, 2], " v3"));
  const text = write("text.txt", "no patch in here\n");
  for (const [spec, problem] of [
    [join(dir, "none.mbox"), /none\.mbox cannot be read: there is no such file/],
    [dir, /is a folder/],
    [text, /holds no patch/],
    [`${file}#1-3`, /has no patch 2: it has 1, 3/],
    [`${file}#3-1`, /#3-1 is not a range/],
    [`${file}#0`, /#0 is not a range/],
    [two, /holds v2 and v3|holds v3 and v2/],
  ] as const) {
    const loaded = loadStack([spec]);
    assert.match(loaded.problem, problem, spec);
    assert.deepEqual(loaded.patches, []);
  }
});

test("the command refuses a wrong tree or prerequisite before it runs anything", async () => {
  const file = write("patch.eml", mail(diff(1)));
  const said = async (...args: string[]) => {
    const { status, err } = await heard(runReview, [...args, file]);
    return `${status} ${err}`;
  };
  assert.match(await said("--tree", dir), /^2 .*--tree: .* is not a kernel tree/);
  assert.match(await said("--prerequisite", file), /^2 .*--prerequisite needs --tree DIR/);
  assert.match(await said("--fetch", "https://git.example.org/linux.git"), /^2 .*--fetch needs --tree DIR/);
  assert.match(await said("--tree", dir, "--fetch", "file:///x"), /^2 .*--fetch: .* is not an http or https/);
});

test("the base of a series is what its cover letter names", () => {
  const base = "0123456789abcdef0123456789abcdef01234567";
  const cover = `From nobody Mon Jan  6 10:00:00 2025
From: A Tester <tester@example.org>
Date: Mon, 6 Jan 2025 09:00:00 +0000
Message-ID: <cover@example.org>
Subject: [PATCH 0/4] pond: steps

What it is.

base-commit: ${base}

`;
  const doc = parseDocument(Buffer.from(cover + mbox([1, 2, 3, 4])), "s.mbox");
  const first = doc.patches.find((p) => p.number === 1)!;
  assert.equal(first.baseCommit, null);
  assert.equal(baseCommitOf(doc, first), base);
});
