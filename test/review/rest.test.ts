/**
 * What a page counts at rest is what the kernel of that side leaves when it makes it: a kernel that moves the rest of
 * peer-to-peer memory from one to zero everywhere is told of nothing, one that moves it where pages are made alone is.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { hunksOf, mailOfDiffs, referenceFunction } from "../support/one_change.ts";

const INIT = "mm/mm_init.c";
const P2P = "drivers/pci/p2pdma.c";
const FREE = "mm/memremap.c";

/** A function of the reference kernel and its text with each of `changes`. */
function changed(path: string, text: string, changes: readonly (readonly [string, string])[]): string {
  let now = text;
  for (const [from, to] of changes) {
    assert.ok(now.includes(from), `${path} has no ${from}`);
    now = now.replaceAll(from, () => to);
  }
  return hunksOf(path, text, now);
}

const made = changed(INIT, referenceFunction(INIT, "__init_zone_device_page"), [
  [
    "pgmap->type == MEMORY_DEVICE_PRIVATE)",
    "pgmap->type == MEMORY_DEVICE_PRIVATE ||\n\t    pgmap->type == MEMORY_DEVICE_PCI_P2PDMA)",
  ],
]);
const givenOut = changed(P2P, referenceFunction(P2P, "p2pmem_alloc_mmap"), [
  ["FSC_ERA >= 615", "FSC_ERA >= 0"],
]);
const givenBack = changed(FREE, referenceFunction(FREE, "free_zone_device_folio", 1), [
  [
    "\telse\n\t\tput_dev_pagemap(pgmap);",
    "\telse if (pgmap->type != MEMORY_DEVICE_PCI_P2PDMA)\n\t\tput_dev_pagemap(pgmap);",
  ],
  ["if (fsc_pgmap_counts_pages(pgmap))", "if (pgmap->type == MEMORY_DEVICE_GENERIC)"],
]);

const review = (scenario: string, ...diffs: string[]) =>
  reviewDocument(parseDocument(Buffer.from(mailOfDiffs(diffs)), "rest.eml"), { scenario, era: "v6.12" });

for (const scenario of ["p2pdma-mmap*", "pgmap-types type=5"])
  test(`${scenario}: a rest that is moved everywhere is nothing new`, () => {
    const { findings, runs } = review(scenario, made, givenOut, givenBack);
    assert.deepEqual(
      findings.filter((f) => f.verdict === "new").map((f) => `${f.code}: ${f.message}`),
      [],
    );
    assert.ok(runs.some((r) => r.verdict === "clean"));
  });

test("a rest that is moved where pages are made alone is told", () => {
  const { findings } = review("p2pdma-mmap*", made);
  assert.ok(findings.some((f) => f.verdict === "new"));
});
