/**
 * Orders of tasks that hold no lock of each other's: two files count themselves on one page (->share), a file system takes a
 * device that somebody tells of bad memory. What a release shows in some order and a patch leaves as it is is not the patch's;
 * what a patch mends is told as fixed, what it breaks as new.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExploredCase } from "../../server/review/explore.ts";
import { explored } from "../support/explored.ts";
import { changed, mailOf, referenceFunction } from "../support/one_change.ts";

const SHARE = ["--scenario", "race-share-two-files", "--json", "--bound", "1", "--random", "0"];

for (const [era, fn, from, to] of [
  ["v6.12", "dax_page_share_get", "page->share++;", "page->share += 1;"],
  ["v6.18", "dax_folio_make_shared", "folio->share = 1;", "folio->share = 1UL;"],
  ["v7.3", "dax_folio_make_shared", "folio->share = 1;", "folio->share = 1UL;"],
] as const)
  test(`${era} loses a count of the files that share a block in some order, and a patch that changes nothing is not told so`, async () => {
    const { old, now } = changed("fs/dax.c", fn, from, to);
    const { out, err, status } = await explored(mailOf("fs/dax.c", old, now), [...SHARE, "--era", era]);
    const cases = (JSON.parse(out) as { explored: ExploredCase[] }).explored;
    assert.equal(cases.length, 2, out + err);
    for (const c of cases) assert.ok(c.before.exhausted && c.after.exhausted, out);
    const faults = cases.flatMap((c) => c.faults);
    const told = new Set(faults.map((f) => `${f.verdict} ${f.before.verdict} ${f.after.verdict}`));
    assert.deepEqual([...told], ["already sometimes sometimes"], out);
    const codes = faults.map((f) => f.code);
    assert.ok(codes.includes(era === "v6.12" ? "share-count" : "foreign-mapping"), codes.join());
    assert.equal(status, 0);
  });

test("a count of sharing files that is kept under a lock is told as fixed, and the lock dropped as new", async () => {
  const { old: bare, now: held } = changed(
    "fs/dax.c",
    "dax_page_share_get",
    `{\n${referenceFunction("fs/dax.c", "dax_page_share_get").split("\n{\n")[1]}`,
    "{\n\tstatic spinlock_t counting;\n\n\tspin_lock(&counting);\n\tif (page->mapping != PAGE_MAPPING_DAX_SHARED) {\n\t\tif (page->mapping)\n\t\t\tpage->share = 1;\n\t\tpage->mapping = PAGE_MAPPING_DAX_SHARED;\n\t}\n\tpage->share++;\n\tspin_unlock(&counting);\n}",
  );
  const of = async (old: string, now: string) => {
    const { out } = await explored(mailOf("fs/dax.c", old, now), [...SHARE, "--era", "v6.12"]);
    const [coming] = (JSON.parse(out) as { explored: ExploredCase[] }).explored;
    return coming!.faults.map((f) => `${f.code} ${f.verdict} ${f.before.verdict} ${f.after.verdict}`);
  };
  assert.deepEqual(await of(bare, held), ["share-count fixed sometimes never"]);
  assert.deepEqual(await of(held, bare), ["share-count new never sometimes"]);
});

test("a holder whose operations are set before its data is told of as new", async () => {
  const { old, now } = changed(
    "drivers/dax/super.c",
    "fs_dax_get_by_bdev",
    "\t\tif (cmpxchg(&dax_dev->holder_data, NULL, holder) == NULL)\n\t\t\tdax_dev->holder_ops = ops;\n\t\telse\n\t\t\tdax_dev = NULL;\n",
    "\t\tif (!dax_dev->holder_data) {\n\t\t\tdax_dev->holder_ops = ops;\n\t\t\tdax_dev->holder_data = holder;\n\t\t} else {\n\t\t\tdax_dev = NULL;\n\t\t}\n",
  );
  const args = ["--scenario", "race-holder-get", "--era", "v6.12", "--json", "--bound", "1", "--random", "0"];
  const { out, err, status } = await explored(mailOf("drivers/dax/super.c", old, now), args);
  const [c] = (JSON.parse(out) as { explored: ExploredCase[] }).explored;
  const told = c!.faults.map((f) => `${f.code} ${f.verdict} ${f.before.verdict} ${f.after.verdict}`);
  assert.deepEqual(told, ["wrong-outcome new never sometimes"], out + err);
  assert.equal(status, 1);
});
