/** Coverage of functions that ran by themselves: which changed lines their paths came to, with nothing else that ran and beside scenarios. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewText } from "../../server/report/terminal.ts";
import { coverageText } from "../../server/report/terminal_coverage.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { coverageWithPaths } from "../../server/review/coverage.ts";
import type { Coverage } from "../../server/review/types.ts";
import { DECLARATIONS } from "../support/function_pair.ts";
import { patchMail } from "../support/own_tree.ts";

const PATH = "drivers/thing.c";
const root = mkdtempSync(join(tmpdir(), "folioscope-coverage-"));
after(() => rmSync(root, { recursive: true, force: true }));
for (const folder of ["drivers", "mm", "include/linux"]) mkdirSync(join(root, folder), { recursive: true });

function review(before: string, now: string) {
  const [from, to] = [before, now].map((text) => `${DECLARATIONS}${text}`) as [string, string];
  writeFileSync(join(root, PATH), from);
  const mail = patchMail(1, 1, { path: PATH, from, to });
  const doc = parseDocument(Buffer.from(mail), "coverage.mbox");
  return { doc, lines: mail.split("\n"), result: reviewDocument(doc, { tree: root }) };
}

const BEFORE = `
int thing_put(int n, int how);
int thing_set(int n)
{
	char *m = kmalloc(8, GFP_KERNEL);

	if (!m)
		return -ENOMEM;
	helper(n);
	kfree(m);
	return 0;
}
`;
const AFTER = `
int thing_put(int n, int how);
int thing_set(int n)
{
	char *m = kmalloc(8, GFP_KERNEL);
	int more;

	if (!m)
		return -ENOMEM;
	more = thing_put(n,
		helper(n));
	if (more > 5 && more < 3)
		helper(4);
	if (more)
		goto out;
	more = 3;
out:
	kfree(m);
	return 0;
}
`;

test("of a driver's patch each added line with code is told, reached or not", () => {
  const { doc, lines, result } = review(BEFORE, AFTER);
  assert.deepEqual(
    result.coverage.flatMap((c) => c.addedLines).map((l) => `${l.reached} ${lines[l.docLine - 1]}`),
    [
      "true +\tmore = thing_put(n,",
      "true +\t\thelper(n));",
      "true +\tif (more > 5 && more < 3)",
      "false +\t\thelper(4);",
      "true +\tif (more)",
      "true +\t\tgoto out;",
      "true +\tmore = 3;",
    ],
  );
  assert.deepEqual(
    result.coverage.map((c) => c.removed),
    [{ reached: 1, total: 1 }],
  );
  const style = { color: false, all: false, coverage: false };
  assert.match(reviewText(doc, result, [0], style), /^ {2}6 of 7 added lines reached$/m);
  assert.match(
    coverageText({ ...doc, path: "m" }, result, (text) => text).join("\n"),
    /reached by some run: 6 of 7[\s\S]*not reached: drivers\/thing\.c:\d+ {2}line \d+ {2}helper\(4\);/,
  );
});

test("a patch none of whose lines a path comes to reaches nothing", () => {
  const { result } = review(
    BEFORE.replace("helper(n);", "if (n > 5 && n < 3)\n\t\thelper(1);"),
    BEFORE.replace("helper(n);", "if (n > 5 && n < 3)\n\t\thelper(2);"),
  );
  assert.deepEqual(
    result.coverage.flatMap((c) => c.addedLines).map((l) => l.reached),
    [false],
  );
});

test("beside scenarios a line is reached by either, and lines that only one of them knows are told", () => {
  const line = (docLine: number, reached: boolean) => ({ docLine, path: "mm/a.c", line: docLine, reached });
  const coverage: Coverage = {
    patch: 3,
    addedLines: [line(4, false), line(6, true)],
    removed: { reached: 0, total: 1 },
    files: [],
  };
  const removed = new Map([[2, false]]);
  const own = { path: "mm/a.c", line: 1, reached: true };
  const all = coverageWithPaths(3, { coverage, removed }, [
    { ...own, docLine: 2, side: "before" },
    { ...own, docLine: 4, side: "after" },
    { ...own, docLine: 6, side: "after", reached: false },
    { ...own, docLine: 5, side: "after", reached: false },
  ]);
  assert.deepEqual(
    all?.addedLines.map((l) => `${l.docLine} ${l.reached}`),
    ["4 true", "5 false", "6 true"],
  );
  assert.deepEqual(all?.removed, { reached: 1, total: 1 });
  assert.equal(coverageWithPaths(3, null, []), null);
  assert.equal(coverageWithPaths(3, { coverage, removed }, []), coverage);
});
