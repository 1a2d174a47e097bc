/**
 * A mail whose object is set up by a function that only code calls which it shows in part: without a kernel tree that call is
 * not there, so what breaks for want of it is not the patch's. Where nobody calls it at all, it is.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { hunkMail } from "../support/hunk_mail.ts";
import { root } from "../support/paths.ts";

/** A hunk that adds lines before and within dax_delete_mapping_entry(), whole. */
function body(): string[] {
  const text = readFileSync(join(root, "emulator/reference/fs/dax.c"), "utf8");
  const from = text.indexOf("int dax_delete_mapping_entry(");
  const lines = text.slice(from, text.indexOf("\n}", from) + 2).split("\n");
  const at = lines.findIndex((l) => l.startsWith("\t") && l.includes("="));
  assert.ok(at > 0 && lines.length > at + 2);
  const statement = lines.findIndex((l, i) => i > 0 && l === "") + 1 || lines.length - 2;
  return [
    "+static struct mutex *dax_mill;",
    "+",
    "+int dax_mill_init(void)",
    "+{",
    "+\tdax_mill = kzalloc(sizeof(*dax_mill), GFP_KERNEL);",
    "+\tif (!dax_mill)",
    "+\t\treturn -ENOMEM;",
    "+\tmutex_init(dax_mill);",
    "+\treturn 0;",
    "+}",
    "+",
    ...lines.slice(0, statement).map((l) => ` ${l}`),
    "+\tmutex_lock(dax_mill);",
    "+\tmutex_unlock(dax_mill);",
    ...lines.slice(statement).map((l) => ` ${l}`),
  ];
}

const CALLER = `diff --git a/drivers/dax/super.c b/drivers/dax/super.c
--- a/drivers/dax/super.c
+++ b/drivers/dax/super.c
@@ -540,6 +540,10 @@ static int __init dax_core_init(void)
 \tif (rc)
 \t\tgoto err_chrdev;
 
+\trc = dax_mill_init();
+\tif (rc)
+\t\tgoto err_chrdev;
+
 \trc = dax_bus_init();
 \tif (rc)
 \t\tgoto err_bus;
`;

function review(more: string): ReviewResult {
  const mail = hunkMail({
    subject: "fs/dax: One at a time",
    id: "mill",
    day: "Sat, 01 Feb 2025",
    at: 1000,
    section: "static int __dax_invalidate_entry(struct address_space *mapping, pgoff_t index, bool trunc)",
    lines: body(),
    more,
  });
  return reviewDocument(parseDocument(Buffer.from(mail), "mill.eml"), {
    scenario: "truncate-mapped order=0 index=0 fs=0 part=0",
  });
}

test("what a function in part sets up is missing: not modelled, with the call that did not run", () => {
  const { findings, runs } = review(CALLER);
  assert.deepEqual(
    findings.filter((f) => f.verdict === "new"),
    [],
  );
  assert.deepEqual(
    runs.map((r) => r.verdict),
    ["not-modelled"],
  );
  assert.match(
    runs[0]!.reason ?? "",
    /dax_core_init\(\) calls dax_mill_init\(\), which sets up dax_mill; the mail shows dax_core_init\(\) only in part/,
  );
});

test("what nobody sets up is the patch's own fault", () => {
  const { findings } = review("");
  assert.deepEqual(
    findings.filter((f) => f.verdict === "new").map((f) => f.code),
    ["oops"],
  );
});
