/** What lies where in an entry of the xarray is the patch's to say: an entry in another order is no other entry. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { referenceFiles } from "../../emulator/reference/index.ts";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { mailOf, referenceFunction } from "../support/one_change.ts";

const PATH = "fs/dax.c";
const BITS = /^#define DAX_SHIFT .*\n(?:#define DAX_\w+ .*\n)*/m.exec(
  referenceFiles.find((f) => f.path === PATH)?.text ?? "",
)![0];
const OTHER =
  "#define DAX_SHIFT (6)\n#define DAX_LOCKED (1UL << 3)\n#define DAX_PMD (1UL << 5)\n#define DAX_ZERO_PAGE (1UL << 0)\n#define DAX_EMPTY (1UL << 1)\n";

function review(from: string, to: string): ReviewResult {
  const fn = `\n${referenceFunction(PATH, "dax_to_pfn")}`;
  const mail = mailOf(PATH, from + fn, to + fn.replace("v >> DAX_SHIFT", "(v >> DAX_SHIFT)"));
  return reviewDocument(parseDocument(Buffer.from(mail), "bits.eml"), {
    scenario: "truncate-mapped order=9 index=0*",
    era: "v6.12",
  });
}

test("an entry whose bits are moved is the same entry", () => {
  const { findings, runs } = review(BITS, OTHER);
  assert.deepEqual(
    findings.map((f) => `${f.verdict} ${f.code}: ${f.message}`),
    [],
  );
  assert.ok(runs.some((r) => r.verdict === "clean"));
});

test("two flags in one bit are told", () => {
  const broken = OTHER.replace("DAX_PMD (1UL << 5)", "DAX_PMD (1UL << 6)");
  assert.ok(review(BITS, broken).findings.some((f) => f.verdict === "new"));
});
