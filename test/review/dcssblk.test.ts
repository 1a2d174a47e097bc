/**
 * Memory of s390 without struct pages, from the mail alone: a patch brings the function in which the disk of a segment gets its
 * DAX, and a hunk of the function that calls it then, which stands in the reference kernel's; what both do is what a file
 * system finds.
 */
import "../../server/shipped.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { hunkMail } from "../support/hunk_mail.ts";

/** What gives the disk its DAX goes from where the disk is made. */
const CALLS = `@@ -674,14 +685,7 @@ dcssblk_add_store(struct device *dev, struct device_attribute *attr, const char
 \tif (rc)
 \t\tgoto put_dev;
 
-\tdax_dev = alloc_dax(dev_info, &dcssblk_dax_ops);
-\tif (IS_ERR(dax_dev)) {
-\t\trc = PTR_ERR(dax_dev);
-\t\tgoto put_dev;
-\t}
-\tset_dax_synchronous(dax_dev);
-\tdev_info->dax_dev = dax_dev;
-\trc = dax_add_host(dev_info->dax_dev, dev_info->gd);
+\trc = dcssblk_setup_dax(dev_info);
 \tif (rc)
 \t\tgoto out_dax;
 
`;

const review = (body: readonly string[]) =>
  reviewDocument(
    parseDocument(
      Buffer.from(
        hunkMail({
          subject: "dcssblk: DAX in a function of its own",
          id: "dcss",
          day: "Fri, 31 Jan 2025",
          path: "drivers/s390/block/dcssblk.c",
          at: 534,
          section: "static const struct attribute_group *dcssblk_dev_attr_groups[] = {",
          lines: [
            " \tNULL,",
            " };",
            " ",
            "+static int dcssblk_setup_dax(struct dcssblk_dev_info *dev_info)",
            "+{",
            ...body.map((l) => `+${l}`),
            "+}",
            "+",
            " /*",
            "  * device attribute for adding devices",
          ],
          more: CALLS,
        }),
      ),
      "dcss.eml",
    ),
    { era: "v6.12", scenario: "dcssblk*" },
  );

const MAKES = [
  "\tstruct dax_device *dax = alloc_dax(dev_info, &dcssblk_dax_ops);",
  "",
  "\tif (IS_ERR(dax))",
  "\t\treturn PTR_ERR(dax);",
  "\tset_dax_synchronous(dax);",
];

test("a disk that is given its DAX elsewhere is as it was", () => {
  const { runs, findings } = review([
    ...MAKES,
    "\tdev_info->dax_dev = dax;",
    "\treturn dax_add_host(dax, dev_info->gd);",
  ]);
  assert.deepEqual(findings, []);
  assert.deepEqual([...new Set(runs.map((r) => r.verdict))], ["clean"]);
});

test("a disk that is given none cannot be mounted with DAX any more, which is the driver's to decide: nothing is told", () => {
  const { findings, runs } = review([
    "\tif (!IS_ENABLED(CONFIG_DCSSBLK_DAX))",
    "\t\treturn 0;",
    "\treturn -EIO;",
  ]);
  assert.deepEqual(findings, []);
  assert.deepEqual([...new Set(runs.map((r) => r.verdict))], ["clean"]);
});

test("a DAX device that the disk does not know of is lost", () => {
  const { findings } = review([...MAKES, "\treturn dax_add_host(dax, dev_info->gd);"]);
  assert.ok(findings.some((f) => f.verdict === "new" && f.code === "leaked-object"));
});
