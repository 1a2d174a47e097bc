/**
 * A file of the tree whose set-up (an initcall) this machine never runs: what comes of that on both sides is the machine's, and no
 * verdict. Of memory that failed the tree counts the pages by block of memory; no block is a device's.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { exchanged, ownTree, patchMail, referenceText } from "../support/own_tree.ts";

const PATH = "fs/dax.c";
const tree = ownTree();
writeFileSync(join(tree, "Makefile"), "VERSION = 6\nPATCHLEVEL = 12\n");
writeFileSync(
  join(tree, "mm/blocks.c"),
  `#include <linux/mm.h>
#include <linux/memory.h>

static int pages_per_block;
static long *counts;

static int __init blocks_init(void)
{
	pages_per_block = 32;
	counts = kzalloc(64 * sizeof(long), GFP_KERNEL);
	return 0;
}
subsys_initcall(blocks_init);

unsigned long block_of_page(unsigned long pfn)
{
	return pfn / pages_per_block;
}

long count_of_block(unsigned long block)
{
	return counts[block];
}
`,
);

const STORE = "dax_disassociate_entry(entry, mapping, trunc);\n\t\t\txas_store(&xas, NULL);\n";

/** A patch that changes nothing, to a function that says `call` besides on both sides. */
function told(call: string): string[] {
  const plain = referenceText(PATH);
  const from = exchanged(plain, STORE, `${STORE}\t\t\t${call};\n`);
  writeFileSync(join(tree, PATH), from);
  const to = exchanged(from, `${call};\n`, `${call};\n\t\t\tindex += 0;\n`);
  const mail = patchMail(1, 1, { path: PATH, from, to });
  const { runs, findings } = reviewDocument(parseDocument(Buffer.from(mail), "unprepared.mbox"), {
    tree,
    era: "v6.12",
    scenario: "truncate-mapped order=0 index=0 fs=0 part=0",
    noFunctions: true,
  });
  return [...runs.map((r) => r.reason ?? r.verdict), ...findings.map((f) => `${f.verdict} ${f.code}`)];
}

const MACHINE = (what: string): string =>
  `${what} comes up with and without the patch where the tree's code runs beside the reference kernel's: something that it needs was not set up on this machine`;

test("a division by a number that an initcall would have set is the machine's", () => {
  assert.deepEqual(told("(void)block_of_page(index)"), [MACHINE("a division by zero")]);
});

test("so is what lies behind a pointer that it would have set", () => {
  assert.deepEqual(told("(void)count_of_block(index)"), [MACHINE("an oops")]);
});

test("a poisoned page of a device is in no block of memory, and is counted in none", () => {
  assert.deepEqual(told("memblk_nr_poison_inc(index)"), ["clean"]);
});
