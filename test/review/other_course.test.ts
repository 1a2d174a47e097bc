/**
 * Findings that no line of the patch leads to on the side that has the fault: they stand on the line that the kernel has there
 * on the other side. By mails that add and take away the wait of an evicted inode, made from our own dax_break_layout_final().
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { wayText } from "../../server/report/words.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { hunkMail } from "../support/hunk_mail.ts";
import { example, root } from "../support/paths.ts";

const WAIT = ["\twhile ((busy = dax_layout_busy_page_range(", "\t\twait_page_idle_uninterruptible("];

/** A mail that shows the function whole, with the wait as lines of this kind. */
function mailOf(kind: "+" | "-"): string {
  const text = readFileSync(join(root, "emulator/reference/fs/dax.c"), "utf8");
  const from = text.indexOf("void dax_break_layout_final(");
  const body = text.slice(from, text.indexOf("\n}", from) + 2).split("\n");
  const waits = (l: string): boolean => WAIT.some((w) => l.startsWith(w));
  assert.equal(body.filter(waits).length, WAIT.length);
  return hunkMail({
    subject: "fs/dax: Who waits for a page that a device holds",
    id: "wait",
    day: "Wed, 02 Apr 2025",
    at: 1113,
    section: "static void wait_page_idle_uninterruptible(struct page *page, struct inode *inode)",
    lines: body.map((l) => `${waits(l) ? kind : " "}${l}`),
  });
}

test("a line that went and put right what a line that stays writes has the finding", () => {
  const mail = example("demo.eml");
  const at = mail.toString().split("\n").indexOf("-\tfolio->mapping = NULL;") + 1;
  assert.ok(at > 0);
  for (const scenario of ["private-cut order=0", "evict-after-unmap order=0 index=0 fs=0 umount=1"]) {
    const { findings } = reviewDocument(parseDocument(mail, "demo.eml"), { scenario });
    const stale = findings.filter((f) => f.verdict === "new" && f.code === "stale-mapping");
    assert.deepEqual(
      stale.map((f) => [f.docLine, f.exactLine, f.side]),
      [[at, true, "before"]],
      scenario,
    );
  }
});

const review = (mail: string): ReviewResult =>
  reviewDocument(parseDocument(Buffer.from(mail), "wait.eml"), {
    scenario: "evict-pinned order=0 fs=0 umount=0 killed=0",
    era: "v6.15",
  });

for (const [kind, verdict] of [
  ["+", "fixed"],
  ["-", "new"],
] as const)
  test(`what only the other side does is on its line: ${verdict}`, () => {
    const mail = mailOf(kind);
    const at = mail.split("\n").findIndex((l) => l.startsWith(`${kind}${WAIT[0]}`)) + 1;
    const found = review(mail).findings.filter((f) => f.code === "freed-while-busy");
    assert.deepEqual(
      found.map((f) => [f.verdict, f.docLine, f.exactLine, f.side, wayText(f)]),
      [[verdict, at, false, kind === "+" ? "after" : "before", "what is there instead"]],
    );
    const told = `the line given is what the patch ${kind === "+" ? "adds" : "removes"} there.`;
    assert.ok(
      found[0]!.detail.some((d) => d.endsWith(told)),
      found[0]!.detail.join("\n"),
    );
  });

test("a run that is stopped elsewhere is put on the line that the patch removes, not on a line around it", () => {
  const text = readFileSync(join(root, "emulator/reference/fs/dax.c"), "utf8");
  const from = text.indexOf("static void *grab_mapping_entry(");
  const body = text.slice(from, text.indexOf("\n}", from) + 2).split("\n");
  const gone = "\t\tmapping->nrpages -= PG_PMD_NR;";
  assert.ok(body.includes(gone));
  const mail = hunkMail({
    subject: "fs/dax: Count the pages of an entry that is split up once",
    id: "count",
    day: "Wed, 04 Dec 2024",
    at: 807,
    section: "",
    lines: body.map((l) => `${l === gone ? "-" : " "}${l}`),
  });
  const at = mail.split("\n").indexOf(`-${gone}`) + 1;
  const { findings } = reviewDocument(parseDocument(Buffer.from(mail), "count.eml"), {
    scenario: "hole-downgrade write=0 index=0 mapped=0",
    era: "v6.12",
  });
  assert.deepEqual(
    findings.map((f) => [f.verdict, f.code, f.docLine, f.side]),
    [["new", "bug", at, "before"]],
  );
});
