/**
 * Patches of old kernels run from the mail alone, by the rules of their time: the second half of a synchronous fault as
 * it could be written before v4.15, over the radix tree, right and with one word less.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { mailOf, referenceFunction } from "../support/one_change.ts";

const HEAD = [
  "From: A Tester <a@example.org>",
  "Date: Thu, 27 Jul 2017 15:12:44 +0200",
  "Subject: [PATCH] dax: second half of a synchronous fault",
  "Message-ID: <eras-1@example.org>",
  "",
  "Text.",
  "---",
];

/** `pfn` is what the second half makes of the page table entry that it is handed. */
function secondHalf(pfn: string): string[] {
  return `int dax_pfn_mkwrite(struct vm_fault *vmf, enum page_entry_size pe_size)
{
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;
	pfn_t pfn = ${pfn};
	void *entry, **slot;
	int ret;

	spin_lock_irq(&mapping->tree_lock);
	entry = get_unlocked_mapping_entry(mapping, vmf->pgoff, &slot);
	if (!entry || dax_is_pte_entry(entry) != (pe_size == PE_SIZE_PTE)) {
		put_unlocked_mapping_entry(mapping, vmf->pgoff, entry);
		spin_unlock_irq(&mapping->tree_lock);
		return VM_FAULT_NOPAGE;
	}
	radix_tree_tag_set(&mapping->page_tree, vmf->pgoff, PAGECACHE_TAG_DIRTY);
	lock_slot(mapping, slot);
	spin_unlock_irq(&mapping->tree_lock);
	if (pe_size == PE_SIZE_PTE)
		ret = dax_fault_return(vm_insert_mixed_mkwrite(vmf->vma, vmf->address, pfn));
	else
		ret = vmf_insert_pfn_pmd(vmf->vma, vmf->address, vmf->pmd, pfn, true);
	put_locked_mapping_entry(mapping, vmf->pgoff);
	return ret;
}`.split("\n");
}

function review(pfn: string): ReviewResult {
  const body = secondHalf(pfn).map((l) => `+${l}`);
  const diff = [
    "--- a/fs/dax.c",
    "+++ b/fs/dax.c",
    `@@ -10,1 +10,${body.length + 1} @@`,
    " /* end */",
    ...body,
    "",
  ];
  const text = [...HEAD, "diff --git a/fs/dax.c b/fs/dax.c", ...diff].join("\n");
  return reviewDocument(parseDocument(Buffer.from(text), "eras.eml"), { scenario: "map-sync*" });
}

test("it runs on the machine of v4.15, small and large, and is clean", () => {
  const { runs } = review("__pfn_to_pfn_t(pte_pfn(vmf->orig_pte), PFN_DEV | PFN_MAP)");
  assert.ok(runs.length >= 8);
  for (const r of runs) assert.deepEqual([r.era, r.verdict], ["v4.15", "clean"], r.scenario);
});

test("a pfn that no longer says that it is a device's stops the large one, and nothing else", () => {
  const { runs, findings } = review("pfn_to_pfn_t(pte_pfn(vmf->orig_pte))");
  const broken = runs.filter((r) => r.verdict === "new");
  assert.ok(broken.length > 0);
  for (const r of runs)
    assert.ok(
      r.verdict === "clean" || (r.verdict === "new" && /order=9/.test(r.scenario)),
      `${r.scenario}: ${r.verdict}`,
    );
  assert.deepEqual([...new Set(findings.filter((f) => f.verdict === "new").map((f) => f.code))], ["bug"]);
});

test("a tree whose fault handlers are given a size makes 2 MiB entries as one whose are given an order", () => {
  const BODY =
    "\tif (order == PMD_ORDER)\n\t\treturn dax_iomap_pmd_fault(vmf, pfnp, ops);\n\treturn order ? VM_FAULT_FALLBACK : dax_iomap_pte_fault(vmf, pfnp, iomap_errp, ops);";
  const old = referenceFunction("fs/dax.c", "dax_iomap_fault")
    .replace("unsigned int order", "enum page_entry_size pe_size")
    .replace(
      BODY,
      "\tswitch (pe_size) {\n\tcase PE_SIZE_PTE:\n\t\treturn dax_iomap_pte_fault(vmf, pfnp, iomap_errp, ops);\n\tcase PE_SIZE_PMD:\n\t\treturn dax_iomap_pmd_fault(vmf, pfnp, ops);\n\tdefault:\n\t\treturn VM_FAULT_FALLBACK;\n\t}",
    );
  assert.match(old, /case PE_SIZE_PMD/);
  const mail = mailOf("fs/dax.c", old, old.replace("switch (pe_size)", "switch ((int)pe_size)"));
  const { findings, runs } = reviewDocument(parseDocument(Buffer.from(mail), "size.eml"), {
    scenario: "pte-and-pmd small=0 write=0 index=0",
    era: "v6.12",
  });
  assert.deepEqual(findings, []);
  assert.deepEqual(
    runs.map((r) => r.verdict),
    ["clean"],
  );
});
