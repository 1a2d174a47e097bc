/** The reason why nothing came of a run is the true one: what is missing is named, and a budget is not blamed for what was tried and came to nothing. */
import "../../server/shipped.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { standingText } from "../../server/report/standing.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { ReviewOptions } from "../../server/review/types.ts";
import { hunkMail } from "../support/hunk_mail.ts";
import { changed, mailOf } from "../support/one_change.ts";

const review = (mail: string, options: ReviewOptions) =>
  reviewDocument(parseDocument(Buffer.from(mail), "reason.eml"), { era: "v6.12", ...options });

const MADE = [
  "include/linux/pgtable.h",
  "pte_mkdevmap",
  "pte_val(pte) | _PAGE_SPECIAL | _PAGE_DEVMAP",
] as const;
/** pte_mkdevmap() by a helper, which the mail does not show. */
const byHelper = (name: string): string => {
  const { old, now } = changed(...MADE, "pte_val(pte)");
  const call = (flags: string): string => `return ${name}(pte, ${flags});`;
  const of = (text: string, flags: string): string => text.replace(/return [^;]*;/, call(flags));
  return mailOf(MADE[0], of(old, "_PAGE_SPECIAL | _PAGE_DEVMAP"), of(now, "_PAGE_DEVMAP | _PAGE_SPECIAL"));
};
const SCENARIO = "map-fault-unmap order=0 index=0*";

test("helpers of the page table's bits are there, whichever form a patch has", () => {
  const { runs } = review(byHelper("pte_set_flags"), { scenario: SCENARIO });
  assert.ok(runs.length > 0);
  assert.deepEqual([...new Set(runs.map((r) => r.verdict))], ["clean"], runs[0]?.reason);
});

test("what nobody declares is named where a structure is wanted of it", () => {
  const { runs } = review(byHelper("pte_put_flags"), { scenario: SCENARIO });
  assert.ok(runs.length > 0);
  for (const r of runs)
    assert.match(r.reason ?? "", /nothing declares pte_put_flags\(\), and pte_t is wanted of it/);
});

/** A function that a later era has, called in a function of which the mail shows a part. */
const ADDED = hunkMail({
  subject: "fs/dax: drop a range of entries",
  id: "range",
  day: "Fri, 10 Jan 2025",
  at: 845,
  section: "int dax_delete_mapping_entry(struct address_space *mapping, pgoff_t index)",
  lines: [
    " \treturn ret;",
    " }",
    " ",
    "+void dax_delete_mapping_range(struct address_space *mapping, loff_t start, loff_t end)",
    "+{",
    "+\tdax_delete_mapping_entry(mapping, start >> PAGE_SHIFT);",
    "+}",
    "+",
    " static int wait_page_idle(struct page *page,",
  ],
  more: `@@ -874,4 +879,6 @@ int dax_break_mapping(struct inode *inode, loff_t start, loff_t end,
 \t\terror = wait_page_idle(page, cb, inode);
 \t} while (error == 0);
 
+\tdax_delete_mapping_range(inode->i_mapping, start, end);
+
 \treturn error;
`,
});

test("what was tried and came to nothing of the mail is not told as a budget; who calls it in a part is", () => {
  const { runs, plans, functions } = review(ADDED, { era: undefined });
  assert.deepEqual(runs, []);
  assert.deepEqual(
    plans[0]!.leftOut.map((l) => l.why.kind),
    ["unreached"],
  );
  const fact = functions.find((f) => f.name === "dax_delete_mapping_range")!;
  assert.match(
    fact.reason,
    /^no scenario calls it: dax_break_mapping\(\), which does, is shown only in part$/,
  );
  assert.match(standingText("unreached", [fact]), /dax_break_mapping\(\)/);
});
