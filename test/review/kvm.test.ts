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
import { changed, hunksOf, mailOfDiffs } from "../support/one_change.ts";
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

test("of pmem KVM takes only what its process maps: no page of it that nobody uses", () => {
  const path = "virt/kvm/kvm_main.c";
  const { old, now } = changed(
    path,
    "kvm_get_pfn",
    "if (!kvm_is_reserved_pfn(pfn))",
    "WARN_ON_ONCE(pfn_valid(pfn) && is_zone_device_page(pfn_to_page(pfn)) && !pfn_to_page(pfn)->mapping);\n\tif (!kvm_is_reserved_pfn(pfn))",
  );
  const mail = mailOfDiffs([hunksOf(path, old, now)]);
  const { findings, runs } = reviewDocument(parseDocument(Buffer.from(mail), "idle.eml"), {
    scenario: "kvm-pfn-kinds",
    era: "v6.12",
  });
  assert.deepEqual(
    [...new Set(runs.map((r) => r.verdict))],
    ["clean"],
    findings.map((f) => f.message).join("; "),
  );
});
