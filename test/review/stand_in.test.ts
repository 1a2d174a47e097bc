/**
 * A function that the patch changes and shows only in part: the reference kernel's runs in its place, and what breaks where
 * that one calls is not the patch's. What breaks elsewhere is told.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { hunkMail } from "../support/hunk_mail.ts";
import { referenceText } from "../support/own_tree.ts";

/** dax_page_share_get() as of v6.12, whole, with a doubt added. */
function counting(): string[] {
  const text = referenceText("fs/dax.c");
  const from = text.indexOf("static inline void dax_page_share_get(");
  const [head, brace, ...rest] = text.slice(from, text.indexOf("\n}", from) + 2).split("\n");
  return [` ${head}`, ` ${brace}`, "+\tWARN_ON_ONCE(!page->share);", ...rest.map((l) => ` ${l}`)];
}

const OWNER = `@@ -447,5 +449,7 @@ static void dax_associate_entry(void *entry, struct address_space *mapping, struct vm_area_struct *vma,
 
 \t\tif (shared) {
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
