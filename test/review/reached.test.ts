/**
 * What counts as changed and as reached: tables of operations, macros and sizes of data are changed code that a run reaches
 * by using them; what nothing uses is not reached; what both sides do is on no line of the mail.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { exitStatus } from "../../server/cli_review.ts";
import { parseDocument } from "../../server/parse.ts";
import { markdownReport } from "../../server/report/markdown.ts";
import { patchText } from "../../server/report/standing.ts";
import { reviewText } from "../../server/report/terminal.ts";
import { DocumentReview, reviewDocument } from "../../server/review/analysis.ts";
import { isOwnRun } from "../../server/review/finding.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { isPassedBy, passesBy } from "../../server/review/why.ts";
import { DECLARATIONS } from "../support/function_pair.ts";
import { hunkMail } from "../support/hunk_mail.ts";
import { changed, mailOf } from "../support/one_change.ts";
import { exchanged, type FileChange, ownTree, patchMail, referenceText } from "../support/own_tree.ts";

const tree = ownTree();

function change(path: string, from: string, to: string): FileChange {
  const text = referenceText(path);
  return { path, from: text, to: exchanged(text, from, to) };
}

const review = (mail: string, scenario: string, patch = "1"): ReviewResult =>
  reviewDocument(parseDocument(Buffer.from(mail), "reached.mbox"), { scenario, era: "v6.12", tree, patch });

const lineOf = (mail: string, text: string): number =>
  mail.split("\n").findIndex((l) => l.startsWith(text)) + 1;

test("a table of operations that loses one is reached by whoever calls through it, and blamed", () => {
  const mail = patchMail(
    1,
    1,
    change("drivers/nvdimm/pmem.c", "\t.memory_failure = pmem_pagemap_memory_failure,\n", ""),
  );
  const result = review(mail, "memory-failure*");
  const found = result.findings.filter((f) => f.verdict === "new");
  assert.deepEqual(
    [...new Set(found.map((f) => f.docLine))],
    [lineOf(mail, "-\t.memory_failure =")],
    "on the removed line",
  );
  assert.ok(result.runs.every((r) => r.verdict === "new" || r.verdict === "clean"));
});

test("every case that calls through a changed slot of a table is in the plan, and what happens then is told of after", () => {
  const mail = patchMail(
    1,
    1,
    change("drivers/nvdimm/pmem.c", "\t.memory_failure = pmem_pagemap_memory_failure,\n", ""),
  );
  const doc = parseDocument(Buffer.from(mail), "reached.mbox");
  const { plan } = new DocumentReview(doc, { era: "v6.12", tree }, () => false).patch(0);
  const labels = plan.items.map((i) => i.label).filter((l) => l.startsWith("memory-failure"));
  assert.ok(
    labels.some((l) => l.includes("files=1")) && labels.some((l) => l.includes("files=2")),
    labels.join("\n"),
  );
  const result = review(mail, "memory-failure*files=2*");
  const text = reviewText(doc, result, [0], { color: false, all: false, coverage: false });
  assert.match(text, /NEW oops/);
  assert.doesNotMatch(text, /before the patch/);
});

test("a macro is changed code where functions that use it run", () => {
  const mail = patchMail(
    1,
    1,
    change(
      "fs/dax.c",
      "for (pfn = dax_to_pfn(entry); pfn < dax",
      "for (pfn = dax_to_pfn(entry) + 1; pfn < dax",
    ),
  );
  const result = review(mail, "map-fault-unmap*order=0*");
  assert.ok(result.findings.some((f) => f.verdict === "new"));
});

test("a size that does no harm is clean where it is used", () => {
  const mail = patchMail(
    1,
    1,
    change("fs/dax.c", "#define DAX_WAIT_TABLE_BITS 12", "#define DAX_WAIT_TABLE_BITS 11"),
  );
  const result = review(mail, "map-fault-unmap*order=0*");
  assert.ok(
    result.runs.some((r) => r.verdict === "clean"),
    result.runs[0]?.reason,
  );
  assert.ok(result.findings.every((f) => f.verdict === "already"));
});

test("what nothing uses is reached by nothing", () => {
  const mail = patchMail(
    1,
    1,
    change("fs/dax.c", "#define DAX_SHIFT (4)", "#define DAX_SHIFT (4)\n#define DAX_UNUSED (1UL << 9)"),
  );
  const result = review(mail, "map-fault-unmap*order=0*");
  assert.ok(result.runs.every((r) => r.verdict === "not-modelled"));
});

test("what both sides do is told at a line of the mail only where that line does it", () => {
  const path = "fs/dax.c";
  const lost = exchanged(
    referenceText(path),
    "\t\t\tpage->mapping = NULL;\n\t\t\tpage->index = 0;\n",
    "\t\t\tpage->index = 0;\n",
  );
  const to = exchanged(
    lost,
    "static bool dax_is_locked(void *entry)\n{\n",
    "static bool dax_is_locked(void *entry)\n{\n\tbarrier();\n",
  );
  const first = patchMail(1, 2, { path, from: referenceText(path), to: lost });
  const result = review(first + patchMail(2, 2, { path, from: lost, to }), "map-fault-unmap*order=0*", "2");
  const already = result.findings.filter((f) => f.verdict === "already");
  assert.ok(already.length > 0);
  for (const f of already) assert.equal(f.docLine, 0, `${f.code}: ${f.message}`);
});

/** A mail that changes one function of drivers/dax/super.c below context lines, reviewed without a tree. */
function belowContext(...context: readonly string[]): ReviewResult {
  const diff = [
    "From: A Tester <a@example.org>",
    "Date: Mon, 1 Jan 2024 10:00:00 +0000",
    "Subject: [PATCH] dax: look twice",
    "Message-ID: <context@example.org>",
    "",
    "Text.",
    "---",
    "diff --git a/drivers/dax/super.c b/drivers/dax/super.c",
    "--- a/drivers/dax/super.c",
    "+++ b/drivers/dax/super.c",
    `@@ -1,${context.length + 6} +1,${context.length + 7} @@`,
    ...context.map((l) => ` ${l}`),
    " ",
    " bool dax_alive(struct dax_device *dax_dev)",
    " {",
    "+\tbarrier();",
    " \treturn test_bit(DAXDEV_ALIVE, &dax_dev->flags);",
    " }",
    " ",
    "-- ",
    "2.43.0",
    "",
  ].join("\n");
  return reviewDocument(parseDocument(Buffer.from(diff), "context.eml"), {
    scenario: "map-fault-unmap*order=0*",
    era: "v6.12",
  });
}

for (const [what, ...context] of [
  [
    "a variable",
    "static struct kmem_cache *dax_cache __read_mostly;",
    "static struct super_block *dax_superblock __read_mostly;",
  ],
  [
    "a struct of fewer members",
    "struct dax_device {",
    "\tstruct inode inode;",
    "\tunsigned long flags;",
    "};",
  ],
  ["an enum of fewer names", "enum dax_device_flags {", "\tDAXDEV_NOTHING,", "};"],
  ["a macro", "#define pr_fmt(fmt) fmt", "#define DAXDEV_ALIVE 0"],
] as const)
  test(`${what} that context lines merely show replaces nothing`, () => {
    const result = belowContext(...context);
    assert.ok(
      result.notes.every((n) => !n.includes("does not boot")),
      result.notes.join("\n"),
    );
    for (const r of result.runs)
      assert.ok(r.verdict === "clean" || /reaches nothing/.test(r.reason ?? ""), r.reason);
  });

test("a function that did not run says why: no boot, no hunk, cut short; only else that no scenario calls it", () => {
  const path = "fs/dax.c";
  const reasons = (c: FileChange, era = "v6.12"): string[] =>
    reviewDocument(parseDocument(Buffer.from(patchMail(1, 1, c)), "reason.mbox"), {
      era,
      tree,
      scenario: "truncate-mapped order=9 index=0*",
      noFunctions: true,
    }).functions.map((f) => `${f.name} ${f.reason}`);
  const unused = "static int dax_turns(int n)\n{\n\treturn n + 1;\n}\n";
  const text = referenceText(path);
  const adds = (what: string): FileChange => ({ path, from: text, to: `${text}\n${what}` });
  assert.deepEqual(reasons(adds(`#define DAX_TURNS 3\n\n${unused}`)), ["dax_turns no scenario calls it"]);
  const large = `static unsigned long dax_turned[32 << 20] = { 1 };\n\n${unused.replace("n + 1", "n + dax_turned[n]")}\nint dax_turn_entry(void)\n{\n\treturn dax_turns(3);\n}\n`;
  const [first] = reasons({
    path,
    from: text,
    to: `${exchanged(text, "\treturn v >> DAX_SHIFT;", "\treturn (v >> DAX_SHIFT) + (dax_turned[0] - 1);").replace("static unsigned long dax_to_pfn", "extern unsigned long dax_turned[];\nstatic unsigned long dax_to_pfn")}\n${large.replace("static unsigned", "unsigned")}`,
  });
  assert.match(first ?? "", /a side does not boot: after: memory limit/);
  const elsewhere = text.replace(
    "static unsigned long dax_to_pfn",
    `${unused}\nstatic unsigned long dax_to_pfn`,
  );
  const to = text.replace("\treturn v >> DAX_SHIFT;", "\treturn (v >> DAX_SHIFT);");
  const misfit = reasons({ path, from: elsewhere, to });
  assert.deepEqual(
    misfit.map((r) => r.split(" ")[0]),
    ["dax_to_pfn", "dax_turns"],
  );
  for (const r of misfit) assert.match(r, /the patch does not fit .*, and is not run on it/);
});

test("a function that a later patch of the series is the first to call is latent until there", () => {
  const path = "fs/dax.c";
  const text = referenceText(path);
  const from = "static unsigned long dax_to_pfn";
  const added = text.replace(from, `unsigned long dax_turned(unsigned long v)\n{\n\treturn v;\n}\n\n${from}`);
  const header = "include/linux/dax.h";
  const declares = referenceText(header).replace(
    "\nstruct dax_operations",
    "\nunsigned long dax_turned(unsigned long v);\n\nstruct dax_operations",
  );
  const series = (third: string): string =>
    patchMail(1, 3, { path, from: text, to: added }) +
    patchMail(2, 3, { path: header, from: referenceText(header), to: declares }) +
    patchMail(3, 3, { path, from: added, to: third });
  const reason = (mail: string): string | undefined =>
    review(mail, "truncate-mapped order=9 index=0*").functions[0]?.reason;
  const calls = exchanged(added, "\treturn v >> DAX_SHIFT;", "\treturn dax_turned(v >> DAX_SHIFT);");
  assert.equal(reason(series(calls)), "latent, live from patch 3/3: nothing calls it before");
  const none = exchanged(
    added,
    "\treturn v >> DAX_SHIFT;",
    "\t/* dax_turned() is not for this */\n\treturn v >> DAX_SHIFT;",
  );
  assert.equal(reason(series(none)), "no scenario calls it");
});

test("what a diff merely shows is none of its functions, and cases that come to nothing of it are no runs of it", () => {
  const mail = hunkMail({
    subject: "dax: finish a fault by making it writable",
    id: "merely",
    day: "Thu, 27 Jul 2017",
    at: 1485,
    section:
      "int dax_iomap_fault(struct vm_fault *vmf, enum page_entry_size pe_size, bool sync, const struct iomap_ops *ops)",
    lines: [
      " \t}",
      " }",
      " EXPORT_SYMBOL_GPL(dax_iomap_fault);",
      "+",
      "+int dax_pfn_mkwrite(struct vm_fault *vmf, enum page_entry_size pe_size)",
      "+{",
      "+\treturn VM_FAULT_FALLBACK;",
      "+}",
    ],
    more: `diff --git a/include/linux/dax.h b/include/linux/dax.h
--- a/include/linux/dax.h
+++ b/include/linux/dax.h
@@ -92,3 +92,4 @@ ssize_t dax_iomap_rw(struct kiocb *iocb, struct iov_iter *iter,
 \t\tconst struct iomap_ops *ops);
 int dax_iomap_fault(struct vm_fault *vmf, enum page_entry_size pe_size,
 \t\t    bool sync, const struct iomap_ops *ops);
+int dax_pfn_mkwrite(struct vm_fault *vmf, enum page_entry_size pe_size);
`,
  });
  const doc = parseDocument(Buffer.from(mail), "merely.eml");
  const shown = doc.patches[0]!.functions.filter((f) => f.kind === "function");
  assert.deepEqual(
    shown.map((f) => f.name),
    ["dax_iomap_fault", "dax_pfn_mkwrite"],
    "a prototype that the heading begins is no function",
  );
  const known = new DocumentReview(doc, {}, () => false).patch(0).plan;
  const result = reviewDocument(doc, {});
  assert.deepEqual(
    result.functions.map((f) => f.name),
    ["dax_pfn_mkwrite"],
  );
  assert.ok(result.runs.length > 0 && result.runs.length <= known.items.length);
  assert.deepEqual(
    result.runs.filter((r) => r.reason !== undefined && /reaches nothing/.test(r.reason)),
    [],
  );
  const planned = known.leftOut.find((l) => l.why.kind === "unreached");
  const told = result.plans[0]!.leftOut.find((l) => l.why.kind === "unreached");
  assert.equal(told?.cases, planned!.labels.length + known.items.length - result.runs.length);
});

const COLD = "\tif (WARN_ON(!xa_is_value(entry)))\n\t\treturn -EIO;\n\n\tif (unlikely(dax_is_locked(entry)))";
const told = (mail: string, result: ReviewResult): string =>
  reviewText(parseDocument(Buffer.from(mail), "reached.mbox"), result, [0], { color: false, all: false });

test("runs that pass by every line that a patch adds are not clean, and each surface says so", () => {
  const mail = patchMail(1, 1, change("fs/dax.c", COLD, COLD.replace("-EIO", "-EUCLEAN")));
  const doc = parseDocument(Buffer.from(mail), "reached.mbox");
  const result = review(mail, "writeback*");
  assert.ok(result.runs.length > 0);
  for (const r of result.runs) {
    assert.equal(r.verdict, "not-modelled");
    assert.match(r.reason ?? "", /0 of 1 added line with code was reached/);
  }
  assert.equal(exitStatus(result), 3);
  assert.match(told(mail, result), /^ {2}0 of 1 added line reached$/m);
  assert.match(markdownReport(doc, result, [0]), /\| 0 of 1 added line reached \|/);
  assert.equal(patchText(result, 0), "0 of 1 added line reached");
  assert.ok(result.functions.every((f) => f.counts.clean === 0));
});

test("so are they where a function of the patch runs by itself: its case alone is clean", () => {
  const path = "drivers/thing.c";
  const thing = (keeps: string): string =>
    `${DECLARATIONS}int thing_fill(int n)\n{\n\tif (helper(n))\n\t\treturn ${keeps};\n\treturn 0;\n}\n`;
  writeFileSync(join(tree, path), thing("-EINVAL"));
  const mail = patchMail(1, 1, change("fs/dax.c", COLD, COLD.replace("-EIO", "-EUCLEAN")), {
    path,
    from: thing("-EINVAL"),
    to: thing("-ENOMEM"),
  });
  const doc = parseDocument(Buffer.from(mail), "reached.mbox");
  const result = reviewDocument(doc, { era: "v6.12", tree, patch: "1" });
  const clean = result.runs.filter((r) => r.verdict === "clean");
  assert.deepEqual(
    clean.map((r) => r.scenario),
    ["function thing_fill"],
  );
  const scenarios = result.runs.filter((r) => !isOwnRun(r.scenario));
  assert.ok(scenarios.length > 0);
  for (const r of scenarios) assert.ok(r.verdict === "not-modelled" && isPassedBy(r.reason ?? ""), r.reason);
  assert.equal(exitStatus(result), 0);
  assert.match(told(mail, result), /^ {2}(\d+) scenario runs: \1 not modelled$/m);
  assert.match(told(mail, result), /^ {2}1 of 2 added lines reached$/m);
  assert.match(patchText(result, 0), /^1 run clean · \d+ not modelled$/);
  const counts = (name: string) => result.functions.find((f) => f.name === name)?.counts;
  assert.equal(counts("thing_fill")?.clean, 1);
  assert.equal(counts("dax_writeback_one")?.clean, 0);
});

test("a loop without end that a patch adds is told as what it is, and what was broken before does not hide it", () => {
  const mail = patchMail(1, 1, change("fs/dax.c", COLD, `\tfor (;;)\n\t\tret++;\n\n${COLD}`));
  const result = review(mail, "writeback*");
  const runs = result.runs.filter((r) => r.verdict === "limit");
  assert.ok(runs.length > 0);
  for (const r of runs)
    assert.match(
      r.reason ?? "",
      /^after: step limit of \d+ instructions reached, in dax_writeback_one\(\), and before the patch it ends: a loop without end/,
    );
  assert.equal(exitStatus(result), 3);
  // What the kernel had before is told of runs that the patch's lines have no part in.
  const { runs: all, findings } = result;
  const known = { ...all[0]!, verdict: "already" as const, reason: "" };
  assert.equal(exitStatus({ ...result, runs: [...all, known], findings }), 0);
  const passed = { ...all[0]!, verdict: "not-modelled" as const, reason: passesBy(2, "added") };
  const withPassed = { ...result, runs: [...all, known, passed], findings };
  assert.equal(exitStatus(withPassed), 3);
  assert.match(told(mail, withPassed), /^ {2}0 of 2 added lines reached in a run with a verdict$/m);
});

test("what a run shows on its way to a bound to which the other side does not come is the patch's, and what comes after it is not known", () => {
  const spins = `\tif (WARN_ON(!ret))\n\t\tret = 1;\n\tfor (;;)\n\t\tret++;\n\n${COLD}`;
  const result = review(patchMail(1, 1, change("fs/dax.c", COLD, spins)), "writeback*");
  const fresh = result.runs.filter((r) => r.verdict === "new");
  assert.ok(fresh.length > 0);
  assert.deepEqual([...new Set(result.findings.map((f) => `${f.verdict} ${f.code}`))], ["new warn"]);
  assert.equal(exitStatus(result), 1);
});

test("so are those of a patch that only removes, where what it removes was not reached", () => {
  const off = "\t\t\tret = -EIO;\n\t\t\tgoto pass_on;";
  const result = review(patchMail(1, 1, change("fs/dax.c", off, "\t\t\tgoto pass_on;")), "writeback*");
  assert.equal(patchText(result, 0), "0 of 1 removed line reached");
  assert.ok(result.runs.every((r) => r.verdict === "not-modelled"));
});

test("a patch of declarations counts by the functions that have them, one of a reached line by that", () => {
  const declared =
    "\tunsigned long pfn, first, count;\n\tstruct vm_area_struct *vma;\n\tint ret = 0;\n\n\t/* A page";
  const swapped = declared.replace("pfn, first", "first, pfn");
  for (const [from, to] of [
    [declared, swapped],
    [COLD, COLD.replace("\tif (unlikely", "\tcond_resched();\n\tif (unlikely").replace("-EIO", "-EUCLEAN")],
  ] as const) {
    const result = review(patchMail(1, 1, change("fs/dax.c", from, to)), "writeback*");
    assert.ok(result.runs.some((r) => r.verdict === "clean"));
    assert.equal(exitStatus(result), 0);
    assert.doesNotMatch(patchText(result, 0), /reached/);
  }
});

test("a line that runs when the machine boots is reached by what then runs on it, whichever scenario is asked for", () => {
  const { old, now } = changed(
    "drivers/nvdimm/pmem.c",
    "pmem_attach_disk",
    "if (IS_ERR(disk))",
    "if (unlikely(IS_ERR(disk)))",
  );
  const mail = mailOf("drivers/nvdimm/pmem.c", old, now);
  const { runs, coverage } = reviewDocument(parseDocument(Buffer.from(mail), "boot.eml"), {
    scenario: "map-fault-unmap order=0 index=0*",
    era: "v6.12",
  });
  assert.ok(runs.length > 0);
  for (const r of runs) assert.equal(r.verdict, "clean", r.reason);
  assert.deepEqual(
    coverage[0]!.addedLines.map((l) => l.reached),
    [true],
  );
});
