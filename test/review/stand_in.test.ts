/**
 * A function that the patch changes and shows only in part: the reference kernel's runs in its place, and what breaks where
 * that one calls is not the patch's. What breaks elsewhere is told.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { hunkMail } from "../support/hunk_mail.ts";
import { hunksOf, mailOfDiffs, referenceFunction } from "../support/one_change.ts";
import { referenceText } from "../support/own_tree.ts";

/** dax_page_share_get() as of v6.12, whole, with a doubt added. */
function counting(): string[] {
  const text = referenceText("fs/dax.c");
  const from = text.indexOf("static inline void dax_page_share_get(");
  const [head, brace, ...rest] = text.slice(from, text.indexOf("\n}", from) + 2).split("\n");
  return [` ${head}`, ` ${brace}`, "+\tWARN_ON_ONCE(!page->share);", ...rest.map((l) => ` ${l}`)];
}

/** In words that the reference kernel has not: it gets no frame. */
const OWNER = `@@ -447,5 +449,7 @@ static void dax_associate_entry(void *entry, struct address_space *mapping, struct vm_area_struct *vma,
 
 \t\tif (shared == true) {
+\t\t\tif (!page->share)
+\t\t\t\tpage->share = 1;
 \t\t\tdax_page_share_get(page);
 \t\t\tcontinue;
 \t\t}
`;
const OTHER = `@@ -1219,3 +1221,4 @@ static int dax_writeback_one(struct xa_state *xas, struct dax_device *dax_dev, struct address_space *mapping,
 \tint ret = 0;
 
+\tcond_resched();
 \tif (WARN_ON(!xa_is_value(entry)))
`;

function review(more: string) {
  const mail = hunkMail({
    subject: "fs/dax: count owners before they share",
    id: "standin",
    day: "Wed, 20 Nov 2024",
    at: 420,
    section: "static inline bool dax_page_is_shared(struct page *page)",
    lines: counting(),
    more,
  });
  return reviewDocument(parseDocument(Buffer.from(mail), "s.eml"), {
    scenario: "memory-failure*",
    era: "v6.12",
  });
}
const verdicts = (r: ReturnType<typeof review>) => [...new Set(r.runs.map((x) => x.verdict))].sort();

test("a warning in what the reference kernel's form of a changed function calls is not told as new", () => {
  const result = review(OWNER);
  assert.deepEqual(
    result.findings.filter((f) => f.verdict === "new"),
    [],
  );
  const told = result.runs.filter((r) =>
    r.reason?.includes("dax_associate_entry(), which the mail shows only in part"),
  );
  assert.ok(told.length > 0 && told.every((r) => r.verdict === "not-modelled"), verdicts(result).join());
});

test("with another function in part it is", () => {
  const found = review(OTHER).findings.filter((f) => f.verdict === "new");
  assert.deepEqual(
    found.map((f) => f.code),
    ["warn"],
  );
});

test("a function that the patch removes, and that what is shown in part calls all the same, shows nothing of the patch", () => {
  const body = counting().map((l) => `-${l.slice(1)}`);
  const mail = hunkMail({
    subject: "fs/dax: count no owners",
    id: "removed",
    day: "Wed, 20 Nov 2024",
    at: 420,
    section: "static inline bool dax_page_is_shared(struct page *page)",
    lines: [" ", ...body, " "],
    more: `@@ -447,4 +435,3 @@ static void dax_associate_entry(void *entry, struct address_space *mapping, struct vm_area_struct *vma,
 \t\tif (shared == true) {
-\t\t\tdax_page_share_get(folio_page(folio, i));
 \t\t\tcontinue;
 \t\t}
`,
  });
  const { findings, runs } = reviewDocument(parseDocument(Buffer.from(mail), "s.eml"), {
    scenario: "memory-failure*",
    era: "v6.12",
  });
  assert.deepEqual(
    findings.filter((f) => f.verdict !== "already"),
    [],
  );
  const told = runs.filter((r) =>
    /removes dax_page_share_get\(\), which the reference kernel still calls/.test(r.reason ?? ""),
  );
  assert.ok(told.length > 0, runs.map((r) => r.reason).join("\n"));
});

test("what is left over at the end is nobody's where a function ran that is not as the patch has it", () => {
  const BUS = "drivers/dax/bus.c";
  const now = referenceFunction(BUS, "dax_mapping_release");
  const put = "\tput_device(owner);\n";
  assert.ok(now.includes(put));
  const taken = `@@ -500,5 +500,6 @@ static int devm_register_dax_mapping(struct dev_dax *dev_dax, int range_id)
 \tdev = &mapping->dev;
 \tdevice_initialize(dev);
 \tdev->parent = &dev_dax->dev;
+\tget_device(dev->parent);
 \tdev->type = &dax_mapping_type;
`;
  const mail = mailOfDiffs([`${hunksOf(BUS, now.replace(put, ""), now)}\n${taken.trimEnd()}`]);
  const { findings, runs } = reviewDocument(parseDocument(Buffer.from(mail), "s.eml"), {
    scenario: "dax-bind-fails*",
    era: "v6.12",
  });
  assert.deepEqual(
    findings.filter((f) => f.verdict !== "already"),
    [],
  );
  const told = runs.filter((r) =>
    /devm_register_dax_mapping\(\), which the mail shows only in part/.test(r.reason ?? ""),
  );
  assert.ok(told.length > 0, runs.map((r) => `${r.verdict} ${r.reason}`).join("\n"));
});

/** p2pmem_alloc_mmap(), which the reference kernel lets its scenarios call, as a static of this file, one line more in it. */
function mapping(path: string) {
  const old = referenceFunction("drivers/pci/p2pdma.c", "p2pmem_alloc_mmap").replace(/^int /, "static int ");
  const now = old.replace("\tif (!pdev->p2pdma)", "\tWARN_ON_ONCE(pdev);\n\tif (!pdev->p2pdma)");
  assert.notEqual(now, old);
  const freed = referenceFunction("mm/memremap.c", "free_zone_device_folio");
  const diffs = [
    hunksOf(path, old, now),
    hunksOf("mm/memremap.c", freed, freed.replace("{", "{\n\tbarrier();")),
  ];
  return reviewDocument(parseDocument(Buffer.from(mailOfDiffs(diffs)), "s.eml"), {
    scenario: "p2pdma-mmap*",
    era: "v6.12",
  });
}

test("a changed function that is static in the mail and not in the reference kernel runs as the mail has it", () => {
  const { findings, runs } = mapping("drivers/pci/p2pdma.c");
  const [found, ...more] = findings.filter((f) => f.verdict === "new");
  assert.deepEqual([found?.code, more.length], ["warn", 0]);
  // Each run is named once.
  assert.equal(new Set([found?.scenario, ...(found?.alsoIn ?? [])]).size, runs.length);
  assert.equal(1 + (found?.alsoIn.length ?? 0), runs.length);
});

test("one that the reference kernel has in another file, and ran there, makes the run not modelled", () => {
  const { findings, runs } = mapping("drivers/pci/p2p_map.c");
  assert.deepEqual(findings, []);
  assert.ok(runs.length > 0);
  for (const r of runs) {
    assert.equal(r.verdict, "not-modelled");
    assert.match(r.reason ?? "", /p2pmem_alloc_mmap\(\) of drivers\/pci\/p2p_map\.c/);
  }
});

test("a function that ends above a hunk is not shown in it, though the `@@` line names it", () => {
  const mail = hunkMail({
    subject: "fs/dax: count owners before they share",
    id: "above",
    day: "Wed, 20 Nov 2024",
    at: 420,
    section: "static unsigned long dax_end_pfn(void *entry)",
    lines: [
      " \tfor (pfn = dax_to_pfn(entry); \\",
      " \t\t\tpfn < dax_end_pfn(entry); pfn++)",
      " ",
      "+/* How many share it. */",
      ...counting(),
      " ",
      " unsigned long own_count(void);",
    ],
  });
  const [patch] = parseDocument(Buffer.from(mail), "above.eml").patches;
  assert.deepEqual(
    patch!.definitions.map((d) => `${d.side} ${d.visible} ${d.name}`),
    ["before whole dax_page_share_get", "after whole dax_page_share_get"],
  );
});

test("one of which a hunk shows no end is, where what follows is no function", () => {
  const mail = hunkMail({
    subject: "fs/dax: another table",
    id: "below",
    day: "Wed, 20 Nov 2024",
    at: 420,
    section: "static unsigned long own_end(void *entry)",
    lines: [" \tdo_first(entry);", "+\tdo_more(entry);", " out:", " \treturn 0;"],
  });
  const [patch] = parseDocument(Buffer.from(mail), "below.eml").patches;
  assert.deepEqual(
    patch!.definitions.map((d) => `${d.side} ${d.visible} ${d.name} ${d.changed}`),
    ["before partial own_end false", "after partial own_end true"],
  );
});

test("what two releases differ by is nothing that a patch mends which shows the function in part", () => {
  const FSDEV = "drivers/dax/fsdev.c";
  const brought = referenceFunction(FSDEV, "fsdev_acquire_pgmap");
  // Names that the reference kernel does not use: the probe gets no frame, and is that of v7.1 before and of v7.3 after.
  const probe = `@@ -240,5 +270,4 @@ static int fsdev_dax_probe(struct dev_dax *dev_dax)
 	struct dev_pagemap *folded;
-	folded = own_pgmap(dev_dax, false);
-	if (!folded)
-		return -ENXIO;
+	folded = fsdev_acquire_pgmap(dev_dax);
+	if (IS_ERR(folded)) return PTR_ERR(folded);
 	folded->owner = dev_dax;`;
  const text = mailOfDiffs([`${hunksOf(FSDEV, "", brought)}\n${probe}`]);
  const mail = text.replace("Subject:", "Date: Mon, 15 Jun 2026 12:00:00 +0000\nSubject:");
  const { findings, runs } = reviewDocument(parseDocument(Buffer.from(mail), "s.eml"), {
    scenario: "fsdev-rebind*",
  });
  assert.deepEqual(
    runs.map((r) => r.verdict),
    runs.map(() => "not-modelled"),
  );
  assert.ok(runs.length > 0);
  assert.match(runs[0]?.reason ?? "", /fsdev_dax_probe\(\), which the mail shows only in part/);
  assert.deepEqual(findings, []);
});

test("a share count that begins at the number that a line sets is not counted in the index's place; one that goes on from the index is", () => {
  const now = referenceFunction("fs/dax.c", "dax_page_share_get");
  const found = (owners: string): string[] => {
    const mail = mailOfDiffs([
      hunksOf(
        "fs/dax.c",
        now,
        now
          .replace("page->share = 1;", `${owners}\n\t\telse\n\t\t\tpage->share++;`)
          .replace("\tpage->share++;\n}", "\telse\n\t\tpage->share++;\n}"),
      ),
    ]);
    const { findings } = reviewDocument(parseDocument(Buffer.from(mail), "s.eml"), {
      scenario: "clone-pinned*",
      era: "v6.12",
    });
    return findings.filter((f) => f.verdict === "new").map((f) => f.code);
  };
  assert.deepEqual(found("page->share = 2;"), []);
  assert.ok(found("page->share += 2;").includes("share-under-mapping"));
});
