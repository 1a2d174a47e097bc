/** Functions that a sound mail shows in part: they run in the reference kernel's, where the hunk has one place in it. */
import "../../server/shipped.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { hunkMail } from "../support/hunk_mail.ts";

const ADDED = "pgmap->own_flag = true;";

/** A mail that quotes a patch: a hunk of `nvdimm_setup_pfn()` that ends with the line it adds. */
const mail = (context: string, added: string): string => `From: Second Person <second@example.org>
Date: Tue, 4 Dec 2018 11:08:37 -0800
Subject: Re: [PATCH] libnvdimm: say what a map is for

On Mon, Dec 3, 2018 at 1:50 PM First Person <first@example.org> wrote:
> Say what a map is for.
>
> Signed-off-by: First Person <first@example.org>
> ---
>  drivers/nvdimm/pfn_devs.c |    2 ++
>  include/linux/memremap.h  |    1 +
>  2 files changed, 3 insertions(+)
>
> diff --git a/drivers/nvdimm/pfn_devs.c b/drivers/nvdimm/pfn_devs.c
> index 6f22272e8d80..7a4a85bcf7f4 100644
> --- a/drivers/nvdimm/pfn_devs.c
> +++ b/drivers/nvdimm/pfn_devs.c
> @@ -72,3 +72,5 @@ int nvdimm_setup_pfn(struct nd_pfn *nd_pfn, struct dev_pagemap *pgmap)
>         if (!nd_pfn->ndns || !nd_pfn->pfn_sb)
>                 ${context}
>
> +       ${added}
> +

Is it needed?
`;

const review = (text: string): ReviewResult =>
  reviewDocument(parseDocument(Buffer.from(text), "partial.eml"), {
    scenario: "device-dax order=0 write=0 mapped=0*",
  });

test("a hunk with one place in the reference kernel's function runs there, and a member that nobody declares is told", () => {
  const { runs, notes, findings } = review(mail("return -ENODEV;", ADDED));
  assert.equal(runs.length, 2);
  for (const r of runs) assert.deepEqual([r.verdict, r.repaired, r.era], ["clean", true, "v6.12"], r.reason);
  assert.deepEqual(findings, []);
  const told = notes.join("\n");
  assert.match(told, /nvdimm_setup_pfn\(\) in part; the reference kernel's of v6\.12 is its frame/);
  assert.match(
    told,
    /nobody declares ->own_flag of struct dev_pagemap: a bool .* nothing in the mail reads it/,
  );
});

test("what the line does in its frame is what runs", () => {
  const { runs } = review(mail("return -ENODEV;", "return -ENXIO;"));
  assert.deepEqual(
    runs.map((r) => r.verdict),
    ["new", "new"],
  );
});

test("a hunk that has no place in the reference kernel's function stays in part", () => {
  const { runs, plans } = review(mail("return -ENODATA;", ADDED));
  assert.equal(runs.length, 0);
  assert.match(plans[0]!.leftOut[0]!.why.kind, /partial/);
});

test("a member on which something in the mail depends is taken for nothing", () => {
  const { runs } = review(mail("return -ENODEV;", `if (!pgmap->own_flag)\n>                 ${ADDED}`));
  assert.ok(!runs.some((r) => r.verdict === "clean"));
});

/** A hunk of `nvdimm_setup_pfn()` that calls what another hunk adds whole. */
const withHelper = (body: string): string => `From: A Person <a@example.org>
Date: Tue, 4 Dec 2018 11:08:37 -0800
Subject: [PATCH] libnvdimm: look before a pfn device is set up

Look at it.
---
diff --git a/drivers/nvdimm/pfn_devs.c b/drivers/nvdimm/pfn_devs.c
--- a/drivers/nvdimm/pfn_devs.c
+++ b/drivers/nvdimm/pfn_devs.c
@@ -40,3 +40,8 @@
 #define OWN_HERE 1
+static int own_look(struct nd_pfn *nd_pfn)
+{
+	${body}
+}
+
 #define OWN_THERE 1
@@ -72,3 +78,5 @@ int nvdimm_setup_pfn(struct nd_pfn *nd_pfn, struct dev_pagemap *pgmap)
 	if (!nd_pfn->ndns || !nd_pfn->pfn_sb)
 		return -ENODEV;
+	if (own_look(nd_pfn))
+		return -ENXIO;
 
-- 
2.40
`;

test("a function that is added whole runs where the one that calls it, shown in part, has a frame", () => {
  for (const [body, verdict] of [
    ["return nd_pfn->ndns ? 0 : -ENODEV;", "clean"],
    ["return nd_pfn->ndns ? -EBUSY : 0;", "new"],
  ] as const) {
    const { runs, notes } = review(withHelper(body));
    assert.deepEqual(
      runs.map((r) => [r.verdict, r.repaired]),
      [
        [verdict, true],
        [verdict, true],
      ],
    );
    assert.match(notes.join("\n"), /line 18 of the mail: it shows nvdimm_setup_pfn\(\) in part/);
  }
});

/** A mail of which the lines it adds are the first of a later era: before it the function is that of the era before. */
const LATER = hunkMail({
  subject: "dax/fsdev: leave no ops behind",
  id: "later",
  day: "Fri, 22 May 2026",
  path: "drivers/dax/fsdev.c",
  at: 64,
  section: "static void fsdev_kill(void *dev_dax)",
  lines: [
    "+static void fsdev_clear_pgmap_ops(void *data)",
    "+{",
    "+\tstruct dev_pagemap *pgmap = data;",
    "+",
    "+\tpgmap->ops = NULL;",
    "+\tpgmap->owner = NULL;",
    "+}",
    "+",
  ],
  more: `@@ -227,6 +236,9 @@ static int fsdev_dax_probe(struct dev_dax *dev_dax)
 \tpgmap->type = MEMORY_DEVICE_FS_DAX;
 \tpgmap->ops = &fsdev_pagemap_ops;
 \tpgmap->owner = dev_dax;
+\trc = devm_add_action_or_reset(dev, fsdev_clear_pgmap_ops, pgmap);
+\tif (rc)
+\t\treturn rc;
 \taddr = devm_memremap_pages(dev, pgmap);
 \tif (IS_ERR(addr))
 \t\treturn PTR_ERR(addr);
`,
});

test("the frame is the function as it was before the patch, which alone has what tells the next era: both sides are of that", () => {
  const { runs, notes, findings } = reviewDocument(parseDocument(Buffer.from(LATER), "later.eml"), {
    scenario: "fsdev-rebind*",
  });
  assert.match(notes.join("\n"), /fsdev_dax_probe\(\) in part; the reference kernel's of v7\.1 is its frame/);
  assert.ok(runs.length > 0);
  for (const r of runs) {
    assert.match(r.verdict, /^(fixed|clean|already)$/, r.reason);
    assert.equal(r.era, "v7.1");
  }
  const [fixed, ...more] = findings.filter((f) => f.verdict !== "already");
  assert.deepEqual([fixed?.verdict, fixed?.code, more.length], ["fixed", "wrong-outcome", 0]);
  assert.match(fixed!.message, /an unbound driver leaves no operations and no owner behind/);
});

/** A hunk of __dax_invalidate_entry() with a line that only its own kernel has, and a function that is shown whole. */
const waking = (was: string, is: string): string =>
  hunkMail({
    subject: "fs/dax: wake whom it concerns",
    id: "waking",
    day: "Wed, 20 Nov 2024",
    at: 620,
    section: "static int __dax_invalidate_entry(struct address_space *mapping,",
    lines: [
      " out:",
      " \town_trace_gone(mapping, index);",
      `-\tput_unlocked_entry(&xas, entry, ${was});`,
      `+\tput_unlocked_entry(&xas, entry, ${is});`,
      " \txas_unlock_irq(&xas);",
      " \treturn done;",
      " }",
      " ",
      " bool own_is_gone(void *entry)",
      " {",
      "-\treturn entry == NULL;",
      "+\treturn !entry;",
      " }",
    ],
  });

const WAITING = "invalidate-waiters order=9 readers=1 removers=2";
const woken = (was: string, is: string): ReviewResult =>
  reviewDocument(parseDocument(Buffer.from(waking(was, is)), "waking.eml"), {
    scenario: WAITING,
    era: "v6.12",
  });

test("a change that has one place in the reference kernel's function goes in, though the mail says more around it", () => {
  const { findings, notes } = woken("WAKE_ALL", "WAKE_NEXT");
  assert.match(
    notes.join("\n"),
    /__dax_invalidate_entry\(\) in part; the reference kernel's of v6\.12 is its frame, and/,
  );
  assert.deepEqual(
    findings.filter((f) => f.verdict !== "already").map((f) => [f.verdict, f.code]),
    [["new", "deadlock"]],
  );
});

test("where the reference kernel has what the patch adds, before is that kernel without it", () => {
  const { findings, notes } = woken("WAKE_NEXT", "WAKE_ALL");
  assert.match(notes.join("\n"), /is its frame, which has what the patch adds/);
  assert.deepEqual(
    findings.filter((f) => f.verdict !== "already").map((f) => [f.verdict, f.code]),
    [["fixed", "deadlock"]],
  );
});

test("a variable may be called otherwise, and what hangs for want of a moved line is put on the line that went", () => {
  const moved = hunkMail({
    subject: "fs/dax: put the entry where it is taken",
    id: "moved",
    day: "Wed, 20 Nov 2024",
    at: 620,
    section: "static int __dax_invalidate_entry(struct address_space *mapping,",
    lines: [
      " \tmapping->nrpages -= 1UL << dax_entry_order(entry);",
      "+\tput_unlocked_entry(&own_xas, entry, WAKE_ALL);",
      " \town_done = 1;",
      " own_out:",
      "-\tput_unlocked_entry(&own_xas, entry, WAKE_ALL);",
      " \txas_unlock_irq(&own_xas);",
      " \treturn own_done;",
      " }",
    ],
  });
  const { findings, notes } = reviewDocument(parseDocument(Buffer.from(moved), "moved.eml"), {
    scenario: "invalidate-dirty-waiters order=0 readers=2",
    era: "v6.12",
  });
  assert.match(
    notes.join("\n"),
    /own_xas is its xas.*own_done is its removed|own_done is its removed.*own_xas is its xas/,
  );
  const [found] = findings.filter((f) => f.verdict === "new");
  assert.equal(found?.code, "deadlock");
  assert.equal(moved.split("\n")[found.docLine - 1], "-\tput_unlocked_entry(&own_xas, entry, WAKE_ALL);");
});

test("a return of one branch is not put where all ways of the frame return", () => {
  const text = hunkMail({
    subject: "dax/bus: say that there is no driver",
    id: "branch",
    day: "Wed, 20 Nov 2024",
    path: "drivers/dax/bus.c",
    at: 1180,
    section: "static ssize_t mapping_store(struct device *dev, struct device_attribute *attr,",
    lines: [
      " \tif (own_is_idle(dax_region)) {",
      " \t\tup_write(&dax_region_rwsem);",
      "-\t\treturn rc;",
      "+\t\treturn -ENXIO;",
      " \t}",
      " \trc = down_write_killable(&dax_dev_rwsem);",
      " \tif (rc) {",
    ],
  });
  const { runs, plans } = reviewDocument(parseDocument(Buffer.from(text), "branch.eml"), { era: "v6.12" });
  assert.equal(runs.length, 0);
  assert.match(plans[0]!.leftOut[0]!.why.kind, /partial/);
});

/** Two halves of one change, of which the second is in a function that the reference kernel has under this name, or under another. */
const halves = (waker: string): string =>
  hunkMail({
    subject: "ext4, mm: wait for the page itself",
    id: "halves",
    day: "Wed, 20 Nov 2024",
    path: "fs/ext4/inode.c",
    at: 3910,
    section: "int ext4_break_layouts(struct inode *inode)",
    lines: [
      "-\t\terror = ___wait_var_event(&own->_refcount, atomic_read(&own->_refcount) == 1,",
      "+\t\terror = ___wait_var_event(own, atomic_read(&own->_refcount) == 1,",
      " \t\t\t\t\t TASK_INTERRUPTIBLE, 0, 0, ext4_wait_dax_page(inode));",
    ],
    more: `diff --git a/mm/memremap.c b/mm/memremap.c
--- a/mm/memremap.c
+++ b/mm/memremap.c
@@ -520,3 +520,3 @@ bool ${waker}(struct folio *folio, int refs)
 \tif (own_is_dax(folio) && folio_ref_sub_return(folio, refs) == 1)
-\t\twake_up_var(&folio->_refcount);
+\t\twake_up_var(folio);
 \treturn true;
`,
  });

test("half of a change is not called wrong for want of the other half, which the reference kernel has under another name", () => {
  for (const [waker, verdict] of [
    ["own_put_refs", "not-modelled"],
    ["__put_devmap_managed_folio_refs", "clean"],
  ] as const) {
    const { runs } = reviewDocument(parseDocument(Buffer.from(halves(waker)), "halves.eml"), {
      scenario: "truncate-pinned order=0 index=0 fs=0 put=3 open=0",
      era: "v6.12",
    });
    assert.deepEqual(
      runs.map((r) => [r.verdict, r.repaired]),
      [[verdict, true]],
      runs[0]?.reason ?? "",
    );
    if (verdict === "not-modelled")
      assert.match(runs[0]!.reason ?? "", /changes own_put_refs\(\), which the reference/);
  }
});
