/** What a patch may bring, and what is known does not decide: the case is not modelled and says so, and is neither new nor clean. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { PATHS_PASS_BY } from "../../server/review/why.ts";
import { DECLARATIONS } from "../support/function_pair.ts";
import { patchMail } from "../support/own_tree.ts";

const PATH = "drivers/thing.c";
const root = mkdtempSync(join(tmpdir(), "folioscope-held-"));
after(() => rmSync(root, { recursive: true, force: true }));
for (const folder of ["drivers", "mm", "include/linux"]) mkdirSync(join(root, folder), { recursive: true });

/** Verdicts and reasons of the runs of a patch of a driver; `index`: the line of the mail that names the blobs. */
function review(before: string, now: string, index = "") {
  const [from, to] = [before, now].map((text) => `${DECLARATIONS}${text}`) as [string, string];
  writeFileSync(join(root, PATH), from);
  const mail = patchMail(1, 1, { path: PATH, from, to }).replace(`--- a/${PATH}`, `${index}--- a/${PATH}`);
  const { runs, findings } = reviewDocument(parseDocument(Buffer.from(mail), "held.mbox"), { tree: root });
  const of = runs.filter((r) => r.scenario.startsWith("function "));
  return {
    verdicts: of.map((r) => r.verdict),
    reasons: of.map((r) => r.reason ?? ""),
    findings: findings.length,
  };
}

const driver = (given: string, passed = "0"): string => `
void thing_keep(void *p);
int thing_fill(int n)
{
	void *p = kmalloc(8, GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	thing_keep(${passed});
	if (helper(n)) {
${given}		return -EINVAL;
	}
	kfree(p);
	return 0;
}
`;
const OTHER = "index 1111111111..2222222222 100644\n";
const GIVEN = "\t\tkfree(p);\n";

test("a patch of another base that only takes a give-back away is not modelled for that reason, and of this one new", () => {
  const held = review(driver(GIVEN), driver(""), OTHER);
  assert.deepEqual([held.verdicts, held.findings], [["not-modelled"], 0]);
  assert.match(
    held.reasons[0]!,
    /may be new that when helper\(\) .*kmalloc\(\).* never given back.*not its base/,
  );
  const told = review(driver(GIVEN), driver(""));
  assert.deepEqual([told.verdicts, told.findings], [["new"], 1]);
});

test("what a callee of which nothing is known had in hand is said to be that callee's; what changes nothing is clean", () => {
  const kept = (text: string): string => text.replace("\tkfree(p);\n\treturn 0;", "\treturn 0;");
  const held = review(kept(driver(GIVEN, "p")), kept(driver("", "p")));
  assert.deepEqual([held.verdicts, held.findings], [["not-modelled"], 0]);
  // Where the function frees it past that callee when all goes well, it was not kept.
  const lost = review(driver(GIVEN, "p"), driver("", "p"));
  assert.deepEqual([lost.verdicts, lost.findings], [["new"], 1]);
  assert.match(held.reasons[0]!, /thing_keep\(\), of which nothing is known, had it in hand/);
  assert.deepEqual(review(driver(GIVEN), driver(`\t\thelper(1);\n${GIVEN}`)).verdicts, ["clean"]);
});

test("a pointer that a helper tests is said to be that: each doubt has words of its own", () => {
  const at = (body: string): string => `
struct box { int n; };
struct box *the_box;
static int look(struct box *b)
{
	return b ? b->n : 0;
}
int thing_count(struct box *b)
{
	int n = look(b);

${body}	return n;
}
`;
  const tested = review(at("\tif (!b)\n\t\treturn 0;\n\tn += b->n;\n"), at("\tn += b->n;\n"));
  assert.deepEqual([tested.verdicts, tested.findings], [["not-modelled"], 0]);
  assert.match(tested.reasons[0]!, /NULL is dereferenced.*one of the callers may do so before/);
});

test("no fix is told of what is managed, nor of what only an index past the end comes to", () => {
  const box = `
struct box { char *name[2]; char *label; };
char *devm_label(struct device *dev);
int box_probe(struct device *dev)
{
	struct box *b = dev->driver_data;

	b->label = LABEL;
	return 0;
}
int box_end(struct device *dev)
{
	struct box *b = dev->driver_data;
	int i = 0;

	for (i = 0; i < 2; i++)
		kfree(b->name[i]);
	kfree(b);
	return 0;
}
`;
  const managed = box.replace("LABEL", "devm_label(dev)");
  const own = box.replace("LABEL", "kmalloc(8, GFP_KERNEL)");
  const given = (text: string): string => text.replace("\tkfree(b);", "\tkfree(b->label);\n\tkfree(b);");
  assert.equal(review(managed, given(managed)).findings, 0);
  assert.equal(review(own, given(own)).findings, 1);
  const past = (text: string): string =>
    text.replace("for (i = 0; i < 2; i++)\n", "while (i <= 2)\n").replace("name[i]", "name[i++]");
  assert.equal(review(own, past(own)).findings, 0);
});

/** What no number is: the statement below it is reached on no path. */
const never = (given: string): string => `
int thing_count(unsigned int n)
{
	void *p = kmalloc(8, GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	if (n < 4 && n > 9) {
${given}		return -EINVAL;
	}
	kfree(p);
	return 0;
}
`;

test("a function none of whose paths comes to a changed line is not clean, and one that does is", () => {
  const passed = review(never(GIVEN), never(GIVEN.replace("kfree(p)", "kfree((void *)p)")));
  assert.deepEqual(passed.verdicts, ["not-modelled"]);
  assert.equal(passed.reasons[0], PATHS_PASS_BY);
  const came = review(driver(GIVEN), driver(GIVEN.replace("kfree(p)", "kfree((void *)p)")));
  assert.deepEqual(came.verdicts, ["clean"]);
});

/** A file that exports an interface of the kernel's (one that no scenario calls), whose code shows a count that only its contract calls a reference. */
const exporter = (given: string, more = ""): string => `
struct file { int refs; };
struct file *lookup_file(unsigned int fd);
void fput(struct file *file);
struct file *fget(unsigned int fd)
{
${more}	struct file *file = lookup_file(fd);
	if (file && file->refs & 3)
		return NULL;
	return file;
}
EXPORT_SYMBOL_GPL(fget);
int thing_range(unsigned int fd)
{
	struct file *other = fget(fd);

	if (other) {
${given}		return -ENOMEM;
	}
	return 0;
}
`;
const PUT = "\t\tfput(other);\n";

test("an interface that the patched file exports and the patch leaves alone is taken by its contract", () => {
  const { verdicts, findings } = review(exporter(PUT), exporter(""));
  assert.deepEqual([verdicts, findings], [["new"], 1]);
  // One that the patch changes runs as it is written.
  const changed = review(exporter(PUT), exporter("", "\thelper(1);\n"));
  assert.ok(!changed.verdicts.includes("new"), changed.verdicts.join());
});
