/**
 * Bad and hostile input to `review`: a clear message and the right exit status each time, inside the bounds.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { runReview } from "../../server/cli_review.ts";
import { heard } from "../support/heard.ts";

let dir = "";
before(() => {
  dir = mkdtempSync(join(tmpdir(), "folioscope-"));
});
after(() => rmSync(dir, { recursive: true, force: true }));

async function review(content: string | Uint8Array, ...args: string[]) {
  const file = join(dir, "input.eml");
  writeFileSync(file, content);
  return await heard(runReview, [file, ...args]);
}

const mail = (diff: string): string =>
  `From: R <r@example.org>\nSubject: [PATCH] x\nMessage-ID: <x@example.org>\nDate: Fri, 16 Jan 2026 10:00:00 +0100\n\ntext\n---\n${diff}`;
const dax = (body: string[], count = body.length): string =>
  mail(
    `diff --git a/fs/dax.c b/fs/dax.c\n--- a/fs/dax.c\n+++ b/fs/dax.c\n@@ -1,0 +1,${count} @@\n${body.map((l) => `+${l}`).join("\n")}\n`,
  );

test("an empty file", async () => {
  const r = await review("");
  assert.equal(r.status, 2);
  assert.match(r.err, /is empty/);
});

test("a JPEG", async () => {
  const bytes = new Uint8Array(4096);
  bytes.set([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46]);
  for (let i = 10; i < bytes.length; i++) bytes[i] = (i * 131) & 255;
  const r = await review(bytes);
  assert.equal(r.status, 2);
  assert.match(r.err, /not text/);
});

test("a mail without a diff", async () => {
  const r = await review("From: a@example.org\nSubject: hello\n\nno patch here\n");
  assert.equal(r.status, 2);
  assert.match(r.err, /no diff/);
});

test("a diff of a Makefile", async () => {
  const r = await review(
    mail(
      "diff --git a/fs/Makefile b/fs/Makefile\n--- a/fs/Makefile\n+++ b/fs/Makefile\n@@ -1,2 +1,2 @@\n obj-y += a.o\n-obj-y += b.o\n+obj-y += c.o\n",
    ),
  );
  assert.equal(r.status, 3);
  assert.match(r.out.replace(/\s+/g, " "), /no C function: it changes fs\/Makefile, and no .c or .h file/);
});

test("a combined diff, and a path outside of the tree, are told as what they are", async () => {
  const body = " int a;\n-int b;\n+int c;\n";
  const combined = await review(
    mail(`diff --cc fs/dax.c\n--- a/fs/dax.c\n+++ b/fs/dax.c\n@@@ -1,2 -1,2 +1,2 @@@\n${body}`),
  );
  assert.equal(combined.status, 3);
  assert.match(combined.out.replace(/\s+/g, " "), /fs\/dax.c is in a combined diff \(of a merge\)/);
  const up = "../../etc/own.c";
  const outside = await review(
    mail(`diff --git a/${up} b/${up}\n--- a/${up}\n+++ b/${up}\n@@ -1,2 +1,2 @@\n${body}`),
  );
  assert.equal(outside.status, 3);
  assert.match(outside.out.replace(/\s+/g, " "), /\.\.\/\.\.\/etc\/own.c is no path in a kernel tree/);
});

test("that a file is not text is said once; a subject as long as its mail is shown in part", async () => {
  const binary = await review("\u0000\u0001\u0002\u0000");
  assert.equal(binary.status, 2);
  assert.equal(binary.err.split("not text").length, 2, binary.err);
  const long = await review(
    mail(
      "diff --git a/fs/Makefile b/fs/Makefile\n--- a/fs/Makefile\n+++ b/fs/Makefile\n@@ -1 +1 @@\n-a\n+b\n",
    ).replace(/^Subject: .*$/m, `Subject: [PATCH] ${"x".repeat(3000)}`),
  );
  assert.ok(long.out.includes("xxx...") && !long.out.includes("x".repeat(400)));
});

test("C that does not parse", async () => {
  const r = await review(
    dax(["static bool dax_folio_is_shared(struct folio *folio)", "{", "\treturn folio->share &&& ) ;", "}"]),
    "--scenario",
    "map*",
  );
  assert.equal(r.status, 3);
  assert.match(r.out, /line \d+|not modelled/);
});

test("a loop that counts and has no end is stopped by its bound", async () => {
  const r = await review(
    dax([
      "static inline bool dax_folio_is_shared(struct folio *folio)",
      "{",
      "\tunsigned long n = 0;",
      "\tfor (;;)",
      "\t\tn++;",
      "\treturn folio->share;",
      "}",
    ]),
    "--steps",
    "200000",
    "--scenario",
    "map*",
  );
  assert.ok(r.status === 3 || r.status === 0, String(r.status));
  assert.match(r.out, /limit/);
});

test("macro recursion ends", async () => {
  const r = await review(
    dax([
      "#define A A A",
      "static inline bool dax_folio_is_shared(struct folio *folio)",
      "{",
      "\treturn A;",
      "}",
    ]),
    "--scenario",
    "map*",
  );
  assert.ok([0, 3].includes(r.status), r.out);
});

test("macro explosion ends", async () => {
  const body = ["#define A0 x x x x x x x x"];
  for (let i = 1; i < 12; i++)
    body.push(
      `#define A${i} A${i - 1} A${i - 1} A${i - 1} A${i - 1} A${i - 1} A${i - 1} A${i - 1} A${i - 1}`,
    );
  const r = await review(
    dax([...body, "static inline bool dax_folio_is_shared(struct folio *folio)", "{", "\treturn A11;", "}"]),
    "--scenario",
    "map*",
  );
  assert.ok([0, 3].includes(r.status), r.out);
});

test("deep nesting ends", async () => {
  const r = await review(
    dax([
      "static inline bool dax_folio_is_shared(struct folio *folio)",
      "{",
      `\treturn ${"(".repeat(50_000)}1${")".repeat(50_000)};`,
      "}",
    ]),
    "--scenario",
    "map*",
  );
  assert.ok([0, 3].includes(r.status), r.out);
});

test("a truncated hunk", async () => {
  const r = await review(
    mail(
      "diff --git a/fs/dax.c b/fs/dax.c\n--- a/fs/dax.c\n+++ b/fs/dax.c\n@@ -10,20 +10,21 @@ static int f(void)\n {\n+\tint a;\n",
    ),
  );
  assert.equal(r.status, 3);
});

test("NUL bytes", async () => {
  const r = await review(
    dax(["static inline bool dax_folio_is_shared(struct folio *folio)", "{", "\treturn\0 1;", "}"]),
    "--scenario",
    "map*",
  );
  assert.ok([2, 3, 0].includes(r.status));
});

test("a hunk header with 2^40 lines", async () => {
  const r = await review(
    mail(
      "diff --git a/fs/dax.c b/fs/dax.c\n--- a/fs/dax.c\n+++ b/fs/dax.c\n@@ -1,1099511627776 +1,1099511627776 @@\n+int a;\n",
    ),
  );
  assert.ok([0, 2, 3].includes(r.status));
});

test("fifty megabytes of text", async () => {
  const r = await review(
    `From: a@example.org\nSubject: big\n\n${"some words of no consequence on a line\n".repeat(1_350_000)}`,
  );
  assert.equal(r.status, 2);
});

test("bad usage says what is wrong", async () => {
  assert.equal((await review("x", "--era", "v2.4")).status, 2);
  assert.equal((await review("x", "--format", "xml")).status, 2);
  assert.equal((await review("x", "--nonsense")).status, 2);
  assert.equal(
    (
      await review(
        mail("diff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-int a;\n+int b;\n"),
        "--patch",
        "9",
      )
    ).status,
    2,
  );
});

test("an array that the patch adds and that no machine has room for ends the runs, not the review", async () => {
  const demo = readFileSync(join(process.env["FOLIOSCOPE_ROOT"]!, "examples/demo.eml"), "utf8");
  const head = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@.*\n/m.exec(demo)!;
  const [whole, a, b, c, d] = head;
  const more = demo
    .replace(
      whole,
      `@@ -${a},${b} +${c},${Number(d) + 2} @@\n+static int big[17000000] = { [0 ... 16999999] = 7 };\n`,
    )
    .replace("\n \tint order, i;\n", "\n \tint order, i;\n+\tbig[5] = 1;\n");
  assert.notEqual(more.length, demo.length);
  const r = await review(more, "--scenario", "map-fault*");
  assert.match(r.out, /memory limit of 128 MiB reached/);
  assert.doesNotMatch(r.err, /defect of ours/);
});
