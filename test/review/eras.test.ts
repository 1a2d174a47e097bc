/**
 * Patches of old kernels run from the mail alone, by the rules of their time: the second half of a synchronous fault as
 * it could be written before v4.15, over the radix tree, right and with one word less.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { chooseEras } from "../../server/source/era.ts";
import { hunkMail } from "../support/hunk_mail.ts";
import { changed, mailOf, referenceFunction } from "../support/one_change.ts";

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
function secondHalf(
  pfn: string,
  raced = "!entry || dax_is_pte_entry(entry) != (pe_size == PE_SIZE_PTE)",
): string[] {
  return `int dax_pfn_mkwrite(struct vm_fault *vmf, enum page_entry_size pe_size)
{
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;
	pfn_t pfn = ${pfn};
	void *entry, **slot;
	int ret;

	spin_lock_irq(&mapping->tree_lock);
	entry = get_unlocked_mapping_entry(mapping, vmf->pgoff, &slot);
	if (${raced}) {
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

function review(pfn: string, scenario = "map-sync*", raced?: string): ReviewResult {
  const body = secondHalf(pfn, raced).map((l) => `+${l}`);
  const diff = [
    "--- a/fs/dax.c",
    "+++ b/fs/dax.c",
    `@@ -10,1 +10,${body.length + 1} @@`,
    " /* end */",
    ...body,
    "",
  ];
  const text = [...HEAD, "diff --git a/fs/dax.c b/fs/dax.c", ...diff].join("\n");
  return reviewDocument(parseDocument(Buffer.from(text), "eras.eml"), { scenario });
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

/** Which codes are new in which cases of the scenario in which something comes between the halves. */
function between(pfn: string, raced?: string): Record<string, string[]> {
  const { findings } = review(pfn, "sync-entry-changes*", raced);
  const out: Record<string, string[]> = {};
  for (const f of findings.filter((k) => k.verdict === "new"))
    out[f.code] = [f.scenario, ...f.alsoIn].map((s) => s.replace("sync-entry-changes ", "")).sort();
  return out;
}

const WHOLE = "__pfn_to_pfn_t(pte_pfn(vmf->orig_pte), PFN_DEV | PFN_MAP)";

test("an entry that is split or gone, a page table that is zapped or read meanwhile: the second half copes", () => {
  assert.deepEqual(between(WHOLE), {});
});

test("a pfn taken from orig_pte has lost its kind: a page table zapped meanwhile gets an ordinary entry", () => {
  const { "devmap-bit": ordinary, ...rest } = between("pfn_to_pfn_t(pte_pfn(vmf->orig_pte))");
  assert.deepEqual(ordinary, ["order=0 what=2"]);
  assert.deepEqual(Object.keys(rest), ["bug"]);
});

test("a second half that does not look at the entry again maps what the file no longer has there", () => {
  const codes = between(WHOLE, "!entry");
  assert.ok(Object.values(codes).flat().includes("order=9 what=1"), JSON.stringify(codes));
  assert.ok(
    !Object.values(codes)
      .flat()
      .some((c) => /what=[23]/.test(c)),
    JSON.stringify(codes),
  );
});

test("an insertion that does not hold the pfn against the entry that is there makes the zero page writable", () => {
  const { old, now } = changed("mm/memory.c", "insert_pfn", " && pte_pfn(entry) == fsc_pfn_raw(pfn)", "");
  const { findings, runs } = reviewDocument(
    parseDocument(Buffer.from(mailOf("mm/memory.c", old, now)), "pfn.eml"),
    { era: "v6.12" },
  );
  const told = findings.filter((f) => f.verdict === "new");
  assert.ok(told.length > 0);
  for (const f of told) assert.ok([f.scenario, ...f.alsoIn].every((s) => s.startsWith("pwrite-and-fault ")));
  assert.ok(runs.some((r) => r.verdict === "clean" && r.scenario.startsWith("map-sync ")));
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

test("a series under way has names of both eras: how it asks whether a page is idle goes before them", () => {
  const erasOf = (idle: string) => {
    const mail = hunkMail({
      subject: "fs/dax: one test for idle pages",
      id: "idle",
      day: "Fri, 28 Feb 2025",
      path: "include/linux/dax.h",
      at: 200,
      section: "",
      lines: [
        "+static inline bool dax_page_is_idle(struct page *page)",
        "+{",
        `+\treturn page && ${idle};`,
        "+}",
        " ",
        "+void dax_folio_reset(struct folio *folio);",
        "+int dax_folio_wait(struct folio *folio);",
      ],
    });
    return chooseEras(parseDocument(Buffer.from(mail), "idle.eml").patches[0]!, {
      before: undefined,
      after: undefined,
    });
  };
  assert.deepEqual(erasOf("page_ref_count(page) == 1"), { before: "v6.12", after: "v6.12" });
  assert.deepEqual(erasOf("page_ref_count(page) == 0"), { before: "v6.12", after: "v6.15" });
});
