/**
 * Drivers of kernels before v6.9: a disk is made of a node alone, NULL says that there is none, and calls set what its queue
 * can do; a driver of the dax bus takes every device by `match_always`. All of it runs on the machine of their era.
 */
import "../../server/shipped.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { hunksOf, mailOfDiffs, referenceFunction } from "../support/one_change.ts";

const PMEM = "drivers/nvdimm/pmem.c";
const NEW_WAY = referenceFunction(PMEM, "pmem_attach_disk");

/** A text with one place replaced. */
function put(text: string, from: RegExp, to: string): string {
  assert.match(text, from);
  return text.replace(from, () => to);
}

/** pmem_attach_disk() as drivers were written before limits came with the disk. */
function oldWay(failed: string): string {
  let text = put(NEW_WAY, /\tstruct queue_limits lim = \{[^}]*\};\n/, "\tbool fua = false;\n");
  text = put(text, /lim\.features \|= BLK_FEAT_FUA;/, "fua = true;");
  text = put(text, /\tif \(pages\)\n\t\tlim\.features \|= BLK_FEAT_DAX;\n/, "");
  text = put(
    text,
    /\tdisk = blk_alloc_disk\(&lim, dev_to_node\(dev\)\);\n\tif \(IS_ERR\(disk\)\)\n\t\treturn PTR_ERR\(disk\);\n/,
    `\tdisk = blk_alloc_disk(dev_to_node(dev));\n\tif (${failed})\n\t\treturn -ENOMEM;\n`,
  );
  return put(
    text,
    /\tpmem->virt_addr = addr;\n/,
    `\tpmem->virt_addr = addr;
	blk_queue_write_cache(disk->queue, true, fua);
	blk_queue_physical_block_size(disk->queue, PAGE_SIZE);
	blk_queue_logical_block_size(disk->queue, pmem_sector_size(ndns));
	blk_queue_max_hw_sectors(disk->queue, UINT_MAX);
	blk_queue_flag_set(QUEUE_FLAG_NONROT, disk->queue);
	if (pages)
		blk_queue_flag_set(QUEUE_FLAG_DAX, disk->queue);
`,
  );
}

const review = (old: string, now: string, scenario: string, path = PMEM): ReviewResult =>
  reviewDocument(parseDocument(Buffer.from(mailOfDiffs([hunksOf(path, old, now)])), "old.eml"), {
    scenario,
    era: "v6.12",
  });

const verdicts = ({ runs }: ReviewResult): string[] => [...new Set(runs.map((r) => r.verdict))];

test("a pmem driver that sets up its queue by calls boots and is probed, whatever fails", () => {
  const { runs, notes, findings } = review(oldWay("!disk"), oldWay("disk == NULL"), "pmem-probe-fails*");
  assert.ok(runs.length > 0);
  for (const r of runs) assert.match(r.verdict, /^(?:clean|already)$/, `${r.reason} ${notes.join("; ")}`);
  assert.deepEqual(
    findings.filter((f) => f.verdict !== "already"),
    [],
  );
});

test("a disk that cannot be made is NULL to it", () => {
  const result = review(oldWay("!disk"), oldWay("IS_ERR(disk)"), "pmem-probe-fails*");
  // Where no disk fails nothing differs.
  assert.deepEqual(verdicts(result).sort(), ["clean", "new"]);
  assert.deepEqual(
    result.findings.filter((f) => f.verdict === "new").map((f) => f.code),
    ["oops"],
  );
});

test("what the calls set is what file systems ask the queue for", () => {
  const old = oldWay("!disk");
  const now = old.replace("QUEUE_FLAG_DAX", "QUEUE_FLAG_NONROT");
  const result = review(old, now, "map-fault-unmap*");
  assert.deepEqual(verdicts(result), ["new"]);
  assert.match(result.findings[0]?.message ?? "", /a file system on the device can be mounted/);
});
