/**
 * A review tries other orders of the tasks where a changed line concerns them: what the usual order does not show is told with
 * the order that shows it, whose token explore takes; a patch that breaks nothing, or is of nothing that tasks share, gets none.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { isSteppable } from "../../server/review/finding.ts";
import { concernsTasks } from "../../server/review/other_orders.ts";
import { namesOrder } from "../../server/review/replay.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { explored } from "../support/explored.ts";
import { changed, mailOf } from "../support/one_change.ts";

const WRITEBACK_WAKES =
  "\txas_clear_mark(xas, PAGECACHE_TAG_DIRTY);\n\tdax_wake_entry(xas, entry, WAKE_NEXT);\n";
const RECHECK = "\t\tif (folio->mapping != mapping) {\n\t\t\txas_unlock_irq(&xas);\n\t\t\tcontinue;\n\t\t}\n";
const ACK = "\t\twake_up(&answered->host_acked);\n\t\tkref_put(&answered->kref, virtio_pmem_req_release);\n";

const review = (mail: string, scenario?: string): ReviewResult =>
  reviewDocument(parseDocument(Buffer.from(mail), "orders.mbox"), {
    era: "v6.12",
    ...(scenario === undefined ? {} : { scenario }),
  });

function mailFor(path: string, fn: string, from: string, to: string): string {
  const { old, now } = changed(path, fn, from, to);
  return mailOf(path, old, now);
}

const BREAKS = [
  {
    what: "writeback wakes nobody who waits for the entry",
    mail: mailFor(
      "fs/dax.c",
      "dax_writeback_one",
      WRITEBACK_WAKES,
      "\txas_clear_mark(xas, PAGECACHE_TAG_DIRTY);\n",
    ),
    code: "deadlock",
  },
  {
    what: "the recheck of a folio's mapping keeps the lock",
    mail: mailFor(
      "fs/dax.c",
      "dax_lock_folio",
      RECHECK,
      "\t\tif (folio->mapping != mapping)\n\t\t\tcontinue;\n",
    ),
    code: "deadlock",
  },
  {
    what: "a request is given up before its submitter is woken through it",
    mail: mailFor(
      "drivers/nvdimm/nd_virtio.c",
      "virtio_pmem_host_ack",
      ACK,
      `${ACK.split("\n").slice(0, 2).reverse().join("\n")}\n`,
    ),
    code: "use-after-free",
  },
];

for (const { what, mail, code } of BREAKS)
  test(`${what}: told with the order that shows it`, async () => {
    const found = review(mail).findings.filter((f) => f.verdict === "new");
    assert.deepEqual(
      found.map((f) => f.code),
      [code],
    );
    const [f] = found;
    assert.match(
      f!.detail[0]!,
      /^Not in the usual order of the tasks but in another, in which \S+ runs while/,
    );
    assert.match(f!.detail[0]!, /before the patch none shows it\.$/);
    assert.ok(namesOrder(f!.replay) && !isSteppable(f!));
    // The scenario that was asked for runs in the usual order alone, which shows nothing.
    assert.deepEqual(review(mail, f!.scenario).findings, []);
    const again = await explored(mail, ["--replay", f!.replay]);
    assert.equal(again.status, 1, again.out + again.err);
    assert.match(again.out, new RegExp(code));
  });

test("what it mends in another order alone is told as fixed, with the order that shows it before", () => {
  const { old, now } = changed(
    "fs/dax.c",
    "dax_writeback_one",
    WRITEBACK_WAKES,
    WRITEBACK_WAKES.split("\n")[0]! + "\n",
  );
  const found = review(mailOf("fs/dax.c", now, old)).findings.filter((f) => f.verdict !== "already");
  assert.deepEqual(
    found.map((f) => [f.verdict, f.code]),
    [["fixed", "deadlock"]],
  );
  assert.match(
    found[0]!.detail[0]!,
    /orders tried before the patch .* such orders after the patch none shows it\.$/,
  );
  assert.ok(namesOrder(found[0]!.replay));
});

test("the same done in other words shows nothing in any order that is tried", () => {
  const reworded = [
    mailFor(
      "fs/dax.c",
      "dax_lock_folio",
      RECHECK,
      RECHECK.replace("folio->mapping != mapping", "mapping != READ_ONCE(folio->mapping)"),
    ),
    mailFor(
      "drivers/nvdimm/nd_virtio.c",
      "virtio_pmem_host_ack",
      ACK,
      `\t\tstruct kref *kref = &answered->kref;\n\n${ACK.replace("&answered->kref", "kref")}`,
    ),
  ];
  for (const mail of reworded) {
    const result = review(mail);
    assert.ok(concernsTasks(parseDocument(Buffer.from(mail), "orders.mbox").patches[0]!.files));
    assert.ok(result.runs.some((r) => r.verdict === "clean"));
    assert.deepEqual(
      result.findings.filter((f) => f.verdict === "new" || f.verdict === "fixed"),
      [],
    );
  }
});

test("orders are tried where a changed line concerns other tasks, not where it only stands beside one", () => {
  const asks = (line: string, path = "fs/dax.c"): boolean =>
    concernsTasks(
      parseDocument(
        Buffer.from(mailOf(path, "int f(void)\n{\n\tup(&a);\n}", `int f(void)\n{\n\tup(&a);\n${line}\n}`)),
        "x",
      ).patches[0]!.files,
    );
  assert.ok(asks("\tdax_wake_entry(xas, entry, WAKE_ALL);"));
  assert.ok(asks("\tspin_unlock(&lock);"));
  assert.ok(asks("\tkref_put(&r->kref, release);"));
  // What is taken from other tasks: their entries of the page table, lines that are not written back, marks that they look for.
  for (const line of [
    "dax_flush(dax_dev, kaddr, size);",
    "pfn_mkclean_range(pfn, count, first, vma);",
    "pmd = pmd_wrprotect(pmd);",
    "unmap_mapping_pages(mapping, first, count, 0);",
    "xas_clear_mark(xas, PAGECACHE_TAG_DIRTY);",
    "i_size_write(inode, size);",
    "kill_dax(dax_dev);",
  ])
    assert.ok(asks(`\t${line}`), line);
  assert.ok(!asks("\treturn count + 1;"));
  assert.ok(!asks("\t/* Whoever waits is woken later. */"));
  assert.ok(!asks("\tkref_put(&r->kref, release);", "Documentation/notes.rst"));
});
