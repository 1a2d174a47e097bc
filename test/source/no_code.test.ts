/** Patches that change comments and white space alone are told so; what touches code in any way is not one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { nothingText } from "../../server/review/why.ts";
import { changesNoCode } from "../../server/source/code_lines.ts";
import { hunkMail } from "../support/hunk_mail.ts";
import { hunksOf, mailOfDiffs, referenceFunction } from "../support/one_change.ts";

const FREE = "mm/memremap.c";

/** A mail with one hunk of these lines, in a function that it shows in part. */
const mailOf = (lines: readonly string[]): string =>
  hunkMail({
    subject: "fs/dax: Say what is meant",
    id: "comment",
    day: "Wed, 02 Apr 2025",
    at: 300,
    section: "static void dax_mill(struct folio *folio)",
    lines,
  });
const noCode = (...lines: string[]): boolean =>
  changesNoCode(parseDocument(Buffer.from(mailOf(lines)), "a.eml").patches[0]!);

const CODE = [" \tint n = 0;", " ", " \tturn(folio);"];

test("comments, blank lines and indentation are no code", () => {
  assert.ok(noCode(...CODE, "+\t/* The wheel is locked. */", " \tturn(folio);"));
  assert.ok(noCode(" \t/*", "-\t * One.", "+\t * Two: a * b; f();", " \t */", ...CODE));
  assert.ok(noCode(" \t * Begins in", "-\t * a comment.", "+\t * one.", " \t */", ...CODE));
  assert.ok(noCode(" \t * In the middle", "-\t * of one.", "+\t * of a long one.", " \t * And on."));
  assert.ok(noCode("-\tturn(folio,n);", "+\tturn(folio,", "+\t     n);", ...CODE));
  assert.ok(noCode("-\tturn(folio); /* once */", "+\tturn(folio); // once", ...CODE));
});

test("a statement, a number, a string, the preprocessor and half of a comment are", () => {
  assert.ok(!noCode("-\tint n = 0;", "+\tint n = 1;", ...CODE));
  assert.ok(!noCode("-\tint n;", "+\tintn;", ...CODE));
  assert.ok(!noCode('-\tsay("a  b");', '+\tsay("a b");', ...CODE));
  assert.ok(!noCode("-#define TURN 1", "+#define TURN  2", ...CODE));
  assert.ok(!noCode("+\t/*", " \tturn(folio);", "+\t */", ...CODE));
  assert.ok(!noCode("-\t*p = 1;", "+\t*p = 2;", ...CODE));
});

test("a review of such a patch says so, not that too little is shown", () => {
  const mail = mailOf([" \tint n = 0;", " ", "+\t/* The wheel is locked. */", " \tturn(folio);"]);
  const { plans, runs } = reviewDocument(parseDocument(Buffer.from(mail), "a.eml"), {});
  assert.equal(runs.length, 0);
  assert.deepEqual([...new Set(plans.flatMap((p) => p.leftOut).map((l) => l.why.kind))], ["no-code"]);
  assert.match(nothingText({ kind: "no-code" }), /comments and white space alone/);
});

test("C of a program of user space is none of the kernel's, but for the modules among its tests", () => {
  const mail = (path: string) => `From: A Tester <tester@example.org>
Subject: [PATCH] selftests: count twice
Message-ID: <us@example.org>
Date: Wed, 02 Apr 2025 09:00:00 +0000

---
diff --git a/${path} b/${path}
--- a/${path}
+++ b/${path}
@@ -10,4 +10,4 @@
 int counted(int n)
 {
-\treturn n;
+\treturn 2 * n;
 }
`;
  const kinds = (path: string) =>
    reviewDocument(parseDocument(Buffer.from(mail(path)), "us.eml"), {})
      .plans.flatMap((p) => p.leftOut)
      .map((l) => l.why.kind);
  assert.deepEqual(kinds("tools/testing/selftests/mm/hmm-tests.c"), ["user-space"]);
  assert.deepEqual(kinds("tools/testing/nvdimm/pmem-dax.c"), ["uncalled"]);
  assert.deepEqual(kinds("arch/powerpc/mm/pgtable.c"), ["other-arch"]);
  assert.deepEqual(kinds("arch/x86/mm/counted.c"), ["uncalled"]);
});

test("what another architecture has is not laid over the machine's, and the reader is told", () => {
  const freed = referenceFunction(FREE, "free_zone_device_folio", 1);
  const zero = "static inline int put_page_testzero(u64 p)\n{\n\treturn 1;\n}";
  const text = mailOfDiffs([
    hunksOf(FREE, freed, freed.replace("{", "{\n\tcond_resched();")),
    hunksOf("arch/powerpc/include/asm/mm.h", zero, zero.replace("1", "2")),
  ]);
  const result = reviewDocument(parseDocument(Buffer.from(text), "a.eml"), {
    scenario: "p2pdma-mmap*",
    era: "v6.12",
  });
  assert.ok(result.runs.length > 0 && result.runs.every((r) => r.verdict === "clean"));
  assert.ok(
    result.notes.some((n) => n.startsWith("arch/powerpc/include/asm/mm.h is of other architectures")),
  );
});
