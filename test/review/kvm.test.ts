/**
 * What KVM takes of a guest's memory that is a DAX file, told by a mail that makes it give back what it took: without that the
 * page is never idle, and unplugging waits for ever. Leaves out the scenarios' other breaks of the kernel.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { root } from "../support/paths.ts";

const MAIL = readFileSync(join(root, "test/fixtures/kvm/counted.eml"), "utf8");

const review = (mail: string): ReviewResult =>
  reviewDocument(parseDocument(Buffer.from(mail), "counted.eml"), { scenario: "kvm-unplug" });

/** The same patch the other way round. */
const undone = MAIL.replace(/^([-+])(?=[\t\n ])/gm, (sign) => (sign === "-" ? "+" : "-")).replace(
  /@@ -(\S+) \+(\S+) @@/,
  "@@ -$2 +$1 @@",
);

test("a page that KVM holds and gives back lets truncate and unplug go on: the deadlock is fixed", () => {
  const { findings } = review(MAIL);
  assert.deepEqual([...new Set(findings.map((f) => f.verdict))], ["fixed"]);
  assert.ok(findings.some((f) => f.code === "deadlock" || f.code === "folio-ref-leak"));
});

test("the patch undone is told as new, on the line that no longer looks at the kind of page", () => {
  const { findings } = review(undone);
  const told = findings.filter((f) => f.verdict === "new");
  assert.ok(told.length > 0);
  assert.deepEqual(
    findings.filter((f) => f.verdict === "fixed"),
    [],
  );
  const line = undone.split("\n").findIndex((l) => l.startsWith("+\t\treturn PageReserved(pfn_to_page")) + 1;
  assert.ok(line > 0 && told.some((f) => f.docLine === line), told.map((f) => f.docLine).join());
});

test("where device memory is not marked reserved, KVM counts its pages either way", () => {
  const cases = (mail: string): string[] => {
    const { findings, runs } = review(mail);
    const told = new Set(findings.flatMap((f) => [f.scenario, ...f.alsoIn]));
    for (const r of runs) if (r.scenario.endsWith("reserved=0")) assert.equal(r.verdict, "clean", r.scenario);
    return [...told];
  };
  for (const label of [...cases(MAIL), ...cases(undone)]) assert.match(label, / reserved=1$/);
});
