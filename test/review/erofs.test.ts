/**
 * A read-only file system on DAX, from the mail alone: what its eviction leaves behind is told, and so is that a patch which lets it
 * break layouts first mends that. Leaves out its faults (test/scenarios/rows.sweep.test.ts).
 */
import "../../server/shipped.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { hunkMail } from "../support/hunk_mail.ts";

const review = (body: readonly string[]) =>
  reviewDocument(
    parseDocument(
      Buffer.from(
        hunkMail({
          subject: "erofs: inodes go with their entries",
          id: "erofs",
          day: "Wed, 03 Sep 2025",
          path: "fs/erofs/super.c",
          at: 1014,
          section: "static int erofs_show_options(struct seq_file *seq, struct dentry *root)",
          lines: [
            " \treturn 0;",
            " }",
            " ",
            "+static void erofs_evict_inode(struct inode *inode)",
            "+{",
            ...body.map((l) => `+${l}`),
            "+}",
            "+",
            " const struct super_operations erofs_sops = {",
            " \t.alloc_inode = erofs_alloc_inode,",
            " \t.free_inode = erofs_free_inode,",
            "+\t.evict_inode = erofs_evict_inode,",
            " \t.statfs = erofs_statfs,",
          ],
        }),
      ),
      "erofs.eml",
    ),
    { scenario: "erofs-*" },
  );

test("before eviction broke layouts, truncation warned; with it nothing is left", () => {
  const { runs, findings } = review([
    "\tdax_break_layout_final(inode);",
    "\ttruncate_inode_pages_final(&inode->i_data);",
    "\tclear_inode(inode);",
  ]);
  assert.deepEqual([...new Set(runs.map((r) => r.verdict))], ["fixed"]);
  assert.deepEqual([...new Set(findings.map((f) => `${f.verdict} ${f.code}`))], ["fixed warn"]);
});

test("eviction that lets truncation do it mends nothing", () => {
  const { findings } = review(["\ttruncate_inode_pages_final(&inode->i_data);", "\tclear_inode(inode);"]);
  assert.deepEqual(
    findings.filter((f) => f.verdict !== "already"),
    [],
  );
});
