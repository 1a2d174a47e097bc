/**
 * Reviews with a kernel tree, on a tree of our own: the reference kernel's files in a folder. A patch that the mail shows
 * only in part runs; what a later patch of the series mends is told as such; hunks that do not fit are not judged.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { exitStatus } from "../../server/cli_review.ts";
import { parseDocument } from "../../server/parse.ts";
import { DocumentReview, reviewDocument } from "../../server/review/analysis.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { TreeProblem } from "../../server/source/context.ts";
import { hunksOf, referenceFunction } from "../support/one_change.ts";
import { exchanged, ownTree, patchMail, referenceText } from "../support/own_tree.ts";

const root = ownTree();

const dax = referenceText("fs/dax.c");
/** fs/dax.c in which an association is dissolved without clearing the page's mapping. */
const broken = dax.replace(
  "\t\t\tpage->mapping = NULL;\n\t\t\tpage->index = 0;\n",
  "\t\t\tpage->index = 0;\n",
);

const mail = (n: number, total: number, from: string, to: string): string =>
  patchMail(n, total, { path: "fs/dax.c", from, to });

function review(text: string, options: { tree?: string; patch?: string; scenario?: string }): ReviewResult {
  const doc = parseDocument(Buffer.from(text), "tree.mbox");
  return reviewDocument(doc, { scenario: "map-fault-unmap*", era: "v6.12", ...options });
}

test("a function shown in part runs from the tree, and the fault is on its line", () => {
  assert.notEqual(broken, dax);
  const text = mail(1, 1, dax, broken);
  const without = review(text, {});
  assert.ok(without.runs.every((r) => r.verdict === "not-modelled"));
  const result = review(text, { tree: root });
  const found = result.findings.filter((f) => f.verdict === "new");
  assert.ok(found.length > 0, "the patch breaks something");
  const removed =
    text.split("\n").findIndex((l) => l.startsWith("-") && l.includes("page->mapping = NULL")) + 1;
  assert.ok(
    found.some((f) => f.docLine === removed),
    `on line ${removed}: ${found.map((f) => f.docLine).join()}`,
  );
  assert.ok(result.runs.some((r) => r.functions.some((f) => f.fidelity === "tree")));
  assert.deepEqual(
    result.hunks.map((h) => h.fate),
    [{ kind: "exact" }],
  );
});

test("what a later patch of the series mends is fixed-later, with the patch that does", () => {
  const text = mail(1, 2, dax, broken) + mail(2, 2, broken, dax);
  const result = review(text, { tree: root, patch: "1" });
  assert.ok(!result.findings.some((f) => f.verdict === "new"));
  const later = result.findings.filter((f) => f.verdict === "fixed-later");
  assert.ok(later.length > 0);
  assert.equal(later[0]!.fixedBy?.number, 2);
  const second = review(text, { tree: root, patch: "2" });
  assert.ok(second.findings.some((f) => f.verdict === "fixed"));
});

test("of a series the first patch that mends is named, whichever it is", () => {
  const forms = (last: string, mends: number): string[] =>
    [1, 2, 3, 4, 5, 6].map((n) => `${n < mends ? broken : dax}int ${last}_${n};\n`);
  for (const mends of [2, 5]) {
    const texts = [dax, ...forms("kept", mends)];
    const text = texts
      .slice(1)
      .map((to, i) => mail(i + 1, 6, texts[i]!, to))
      .join("");
    const result = review(text, { tree: root, scenario: "map-fault-unmap order=0 index=0*" });
    assert.deepEqual(
      result.findings
        .filter((f) => f.patch === 0 && f.verdict === "fixed-later")
        .map((f) => f.fixedBy?.number),
      [mends],
    );
    assert.ok(result.findings.some((f) => f.patch === mends - 1 && f.verdict === "fixed"));
  }
});

test("scenarios run before functions by themselves, and what is given does not hang on that", () => {
  const doc = parseDocument(Buffer.from(mail(1, 1, dax, broken)), "tree.mbox");
  const given = (ordered: boolean) => {
    const patch = new DocumentReview(doc, { tree: root, era: "v6.12" }, () => false).patch(0);
    const { items } = patch.plan;
    assert.deepEqual(new Set(patch.order), new Set(items));
    const some = new Set([
      ...items.filter((i) => i.kind === "function"),
      ...items.filter((i) => i.kind === "scenario").slice(0, 8),
    ]);
    const told = [...patch.begin()];
    for (const item of (ordered ? patch.order : items).filter((i) => some.has(i)))
      told.push(...patch.take(patch.run(item), item));
    return { first: told[0]?.scenario, kinds: [...some].map((i) => i.kind), result: patch.finish() };
  };
  const plain = given(false);
  const ordered = given(true);
  assert.deepEqual(new Set(plain.kinds), new Set(["function", "scenario"]));
  assert.ok(!/^(function|life) /.test(ordered.first ?? "function "), ordered.first);
  assert.ok(ordered.result.findings.length > 0);
  assert.deepEqual(ordered.result, plain.result);
});

/** A driver's function of its own; `line` stands before it returns a failure. */
const ownDriver = (line: string): string =>
  [
    "struct device_node; struct clk { int rate; };",
    "struct device_node *of_find_node_by_name(struct device_node *from, const char *name);",
    "void of_node_put(struct device_node *node);",
    "int of_property_read_u32(const struct device_node *np, const char *name, unsigned int *out);",
    "int own_probe(struct clk *clk)",
    "{",
    '\tstruct device_node *np = of_find_node_by_name((void *)0, "clock");',
    "",
    "\tif (!np)",
    "\t\treturn -12;",
    '\tif (of_property_read_u32(np, "rate", (unsigned int *)&clk->rate)) {',
    `${line}\t\treturn -5;`,
    "\t}",
    "\tof_node_put(np);",
    "\treturn 0;",
    "}",
    "",
  ].join("\n");

const ownPath = "fs/own_driver.c";
const goodDriver = ownDriver("\t\tof_node_put(np);\n");
const leakyDriver = ownDriver("\t\tclk->rate = 0;\n");

/** The whole review of one patch of a document, and what the tree was asked. */
function reviewOf(text: string, patch: string) {
  const review = new DocumentReview(
    parseDocument(Buffer.from(text), "tree.mbox"),
    { tree: root, patch },
    () => false,
  );
  const one = review.patch(0);
  one.begin();
  for (const item of one.plan.items) one.take(one.run(item), item);
  const { findings, runs } = one.finish();
  return { findings, runs, asked: review.context!.tree.questions().files };
}

test("what a function by itself shows makes nobody look at the trees behind the patch that leave its files", () => {
  writeFileSync(join(root, ownPath), goodDriver);
  const later = "mm/memory.c";
  const was = referenceText(later);
  const text =
    patchMail(1, 2, { path: ownPath, from: goodDriver, to: leakyDriver }) +
    patchMail(2, 2, { path: later, from: was, to: `${was}int mm_forgotten;\n` });
  const { findings, asked } = reviewOf(text, "1");
  assert.deepEqual(
    findings.map((f) => [f.code, f.verdict, f.scenario]),
    [["leaked", "new", "function own_probe"]],
  );
  assert.ok(!asked.includes(later), "the file of the patch behind is not asked");
});

test("what a function by itself shows is fixed-later where a later patch of its file mends it, in whatever words", () => {
  writeFileSync(join(root, ownPath), goodDriver);
  const noisy = (text: string): string => text.replace("\treturn 0;", "\tclk->rate++;\n\treturn 0;");
  const series = (texts: readonly string[]): string =>
    texts
      .slice(1)
      .map((to, i) => patchMail(i + 1, texts.length - 1, { path: ownPath, from: texts[i]!, to }))
      .join("");
  const other = ownDriver("\t\tclk->rate = 1;\n\t\tof_node_put(np);\n");
  const cases = [
    // Taken back; mended in other words behind a patch of something else; never.
    { texts: [goodDriver, leakyDriver, goodDriver], by: 2 },
    { texts: [goodDriver, leakyDriver, noisy(leakyDriver), noisy(other)], by: 3 },
    {
      texts: [goodDriver, leakyDriver, noisy(leakyDriver), ownDriver("\t\tclk->rate = 2;\n")],
      by: undefined,
    },
    // Gone with its function: nothing is left to be said of it.
    { texts: [goodDriver, leakyDriver, "int own_nothing;\n"], by: undefined },
  ];
  for (const { texts, by } of cases) {
    const { findings, runs } = reviewOf(series(texts), "1");
    assert.deepEqual(
      findings.map((f) => [f.code, f.verdict, f.fixedBy?.number]),
      [["leaked", by === undefined ? "new" : "fixed-later", by]],
    );
    assert.ok(runs.every((r) => r.verdict !== (by === undefined ? "fixed-later" : "new")));
  }
});

test("what the text alone shows is fixed-later, too: a label that nothing goes to before the next one", () => {
  const unbuilt = ownDriver("\t\tof_node_put(np);\nout:\n");
  writeFileSync(join(root, ownPath), goodDriver);
  const text =
    patchMail(1, 2, { path: ownPath, from: goodDriver, to: unbuilt }) +
    patchMail(2, 2, { path: ownPath, from: unbuilt, to: goodDriver });
  const { findings } = reviewOf(text, "1");
  assert.deepEqual(
    findings.map((f) => [f.code, f.verdict, f.fixedBy?.number]),
    [["unused-label", "fixed-later", 2]],
  );
});

test("work that another function stops now, which a core calls, is not left running by the probe", () => {
  const driver = (inProbe: string, elsewhere: string): string =>
    [
      "struct work_struct { int n; }; struct thing { int n; struct work_struct work; };",
      "struct device { void *driver_data; }; struct platform_device { struct device dev; };",
      "void __init_work(struct work_struct *work, int onstack);",
      "_Bool cancel_work_sync(struct work_struct *work);",
      "int own_register(struct thing *t);",
      "static void own_teardown(struct thing *t)",
      "{",
      "\tt->n = 0;",
      `${elsewhere}}`,
      "static int own_probe(struct platform_device *pdev)",
      "{",
      "\tstruct thing *t = pdev->dev.driver_data;",
      "\tint ret;",
      "",
      "\t__init_work(&t->work, 0);",
      "\tret = own_register(t);",
      "\tif (ret) {",
      `${inProbe}\t\treturn ret;`,
      "\t}",
      "\treturn 0;",
      "}",
      "struct own_driver { int (*probe)(struct platform_device *); void (*teardown)(struct thing *); };",
      "struct own_driver own_driver = { .probe = own_probe, .teardown = own_teardown };",
      "",
    ].join("\n");
  const path = "fs/own_work.c";
  const stop = "cancel_work_sync(&t->work);\n";
  const from = driver(`\t\t${stop}`, "");
  writeFileSync(join(root, path), from);
  const told = (to: string): string[] =>
    reviewOf(patchMail(1, 1, { path, from, to }), "1").findings.map((f) => `${f.verdict} ${f.code}`);
  assert.deepEqual(told(driver("\t\tt->n = 1;\n", "")), ["new left-running"]);
  assert.deepEqual(told(driver("\t\tt->n = 1;\n", `\t${stop}`)), []);
});

test("a patch that the tree already has is taken back for the before side", () => {
  const result = review(mail(1, 1, broken, dax), { tree: root });
  assert.ok(result.findings.some((f) => f.verdict === "fixed"));
  assert.ok(result.notes.some((n) => n.includes("already has this patch")));
});

test("comments alone change nothing, in any function", () => {
  const commented = dax.replaceAll("\n{\n", "\n{\n\t/* Nothing. */\n");
  const result = review(mail(1, 1, dax, commented), { tree: root });
  assert.ok(result.findings.every((f) => f.verdict === "already"));
  assert.ok(result.runs.some((r) => r.verdict === "clean"));
  const idle = result.functions.filter((f) => !f.executed && f.reason !== "");
  assert.ok(idle.length > 0);
  for (const f of idle) assert.match(f.reason, /^the patch changes comments and white space alone/);
});

test("comments between functions alone are told as that, and nothing runs", () => {
  const text = mail(1, 1, dax, `${dax}\n/* Nothing. */\n`);
  const result = review(text, { tree: root });
  assert.equal(result.runs.filter((r) => r.verdict !== "not-modelled").length, 0);
  assert.deepEqual(
    result.plans.flatMap((p) => p.leftOut.map((l) => l.why.kind)),
    ["no-code"],
  );
});

test("a hunk that fits nowhere is not judged", () => {
  const elsewhere = dax.replace(/page->/g, "other->").replace(/mapping/g, "owner");
  const result = review(
    mail(1, 1, elsewhere, `${elsewhere.slice(0, 9000)}\tnew_thing();\n${elsewhere.slice(9000)}`),
    {
      tree: root,
    },
  );
  assert.ok(result.findings.every((f) => f.verdict !== "new" && f.verdict !== "fixed"));
});

test("a function that an earlier patch of the series changes, and whose hunk does not fit, tells nothing of the patch", () => {
  const gone = "\t\tif (!shared || dax_page_share_put(page) == 0) {\n";
  const other = dax.replace(gone, "\t\tif (page_forget(page)) {\n");
  assert.notEqual(other, dax);
  const first = mail(1, 2, other, other.replace("page_forget(page)", "page_forget_all(page, 1)"));
  const result = review(first + mail(2, 2, dax, broken), { tree: root, patch: "2" });
  assert.deepEqual(
    result.findings.filter((f) => f.verdict === "new").map((f) => f.message),
    [],
  );
  assert.ok(
    result.runs.some((r) => r.reason?.includes("a hunk of an earlier patch for dax_disassociate_entry()")),
    [...new Set(result.runs.map((r) => r.reason))].join("; "),
  );
});

/** A patch to a function of mm/memremap.c by another name than the tree has it, and to fs/dax.c where `files` says so. */
function elsewhereNamed(
  number: number,
  total: number,
  heading: string,
  ...files: { path: string; from: string; to: string }[]
): string {
  const owned = referenceText("mm/memremap.c").replaceAll(
    "void free_zone_device_folio(struct folio *folio)",
    "int drop_device_page(struct page *page, int how)",
  );
  const text = patchMail(number, total, ...files, {
    path: "mm/memremap.c",
    from: owned.replaceAll("mem_cgroup_uncharge(folio);", "own_uncharge(page);"),
    to: owned.replaceAll("mem_cgroup_uncharge(folio);", "own_uncharge(page, how);"),
  });
  const at = text.indexOf("+++ b/mm/memremap.c");
  return text.slice(0, at) + text.slice(at).replace(/^@@ .* @@$/gm, (l) => `${l} ${heading}`.trimEnd());
}

test("one for a function that its file does not have says nothing where that file ran", () => {
  const first = elsewhereNamed(1, 2, "int drop_device_page(struct page *page, int how)");
  const result = review(first + mail(2, 2, dax, broken), { tree: root, patch: "2" });
  assert.deepEqual(
    result.findings.filter((f) => f.verdict === "new").map((f) => f.message),
    [],
  );
  assert.ok(
    result.runs.some((r) => r.reason?.includes("a hunk of an earlier patch for drop_device_page()")),
    [...new Set(result.runs.map((r) => r.reason))].join("; "),
  );
});

for (const heading of ["", "int drop_device_page(struct page *page, int how)"])
  test(`a hunk for a function that its file does not have leaves nothing to say where that file ran: ${heading === "" ? "unnamed" : "it may be there by another name"}`, () => {
    const named = elsewhereNamed(1, 1, heading, { path: "fs/dax.c", from: dax, to: broken });
    const result = review(named, { tree: root });
    assert.deepEqual(
      result.findings.filter((f) => f.verdict === "new").map((f) => f.message),
      [],
    );
    const why =
      heading === ""
        ? /a hunk for mm\/memremap\.c \(line \d+ of the mail\) .* does not say for which function it is/
        : /a hunk for drop_device_page\(\) .* whose mm\/memremap\.c has no/;
    assert.ok(
      result.runs.some((r) => why.test(r.reason ?? "")),
      [...new Set(result.runs.map((r) => r.reason))].join("; "),
    );
  });

test("a function of another kernel, whole in the mail, is not put into the tree, and nothing is said of it", () => {
  const own = referenceFunction("fs/dax.c", "dax_unlock_entry").replace(/\bwas\b/g, "last");
  const kept = exchanged(own, "last = xas_store(xas, entry);", "last = xas_load(xas);");
  const text = mail(1, 1, `${own}\n`, `${kept}\n`).replace(/^diff --git[\s\S]*?(?=^-- $)/m, () =>
    hunksOf("fs/dax.c", own, kept),
  );
  const result = review(text, { tree: root });
  assert.ok(result.hunks.every((h) => h.fate.kind === "rejected"));
  assert.deepEqual([result.runs, result.findings], [[], []]);
  assert.equal(exitStatus(result), 3);
  assert.deepEqual(
    result.plans[0]!.leftOut.map((l) => l.why.kind),
    ["refused"],
  );
});

test("a file of which one hunk does not fit shows no difference, although what differs fits", () => {
  const gone = "\tif (WARN_ON_ONCE(inode->i_blkbits != PAGE_SHIFT))\n\t\treturn -EIO;\n";
  const other = exchanged(dax, gone, "\tif (inode_is_odd(inode))\n\t\treturn -EINVAL;\n");
  const to = exchanged(other, "inode_is_odd(inode)", "inode_is_strange(inode)");
  const cut = "\t\t\tpage->mapping = NULL;\n\t\t\tpage->index = 0;\n";
  // The first hunk is the one that does not fit, and it says for which function it is.
  const text = mail(1, 1, other, exchanged(to, cut, "\t\t\tpage->index = 0;\n")).replace(
    /^(@@ -1[0-9]{3}.* @@)$/m,
    "$1 int dax_writeback_mapping_range(struct address_space *mapping, struct dax_device *dax_dev,",
  );
  const result = review(text, { tree: root });
  assert.deepEqual(result.hunks.map((h) => h.fate.kind).sort(), ["exact", "rejected"]);
  assert.deepEqual(
    result.findings.filter((f) => f.verdict !== "already"),
    [],
  );
  assert.ok(
    result.runs.some((r) =>
      r.reason?.includes("the patch does not fit this tree: a hunk for fs/dax.c (line"),
    ),
    [...new Set(result.runs.map((r) => r.reason))].join("; "),
  );
});

test("a folder that is no kernel tree is named with what to do", () => {
  assert.throws(
    () => review(mail(1, 1, dax, broken), { tree: join(root, "fs") }),
    (e: unknown) => e instanceof TreeProblem && /kernel tree/.test(e.message),
  );
});

test("an oops of both sides, where code of the tree works with what nothing here has set up, is no finding of the release's", () => {
  const ends = "\t\t\tpage->mapping = NULL;\n\t\t\tpage->index = 0;\n";
  const table = (line: string): string =>
    exchanged(
      exchanged(dax, ends, `${ends}\t\t\tif (fs_table->nrpages > 100)\n\t\t\t\t${line}\n`),
      "static void dax_disassociate_entry",
      "static struct address_space *fs_table;\n\nstatic void dax_disassociate_entry",
    );
  const from = table("break;");
  writeFileSync(join(root, "fs/dax.c"), from);
  const result = review(mail(1, 1, from, table("continue;")), { tree: root });
  writeFileSync(join(root, "fs/dax.c"), dax);
  assert.deepEqual(
    result.findings.filter((f) => f.code === "oops"),
    [],
  );
  assert.ok(result.runs.some((r) => /^an oops comes up with and without the patch/.test(r.reason ?? "")));
});
