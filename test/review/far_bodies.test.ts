/** What a function of another folder takes and gives is what its body in this tree does. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { readContracts } from "../../server/review/contracts.ts";
import { FunctionCases, USUAL_OPTIONS } from "../../server/review/function_case.ts";
import { openTree } from "../../server/source/tree.ts";
import { sidesOf } from "../../tools/function_trial.ts";

const { bodies, functions } = readContracts().contracts;
/** Two functions of one file that nobody has written a contract for. */
const [TAKES, path] = [...bodies].find(
  ([name, file]) => !functions.has(name) && [...bodies.values()].filter((f) => f === file).length > 1,
)!;
const [GIVES] = [...bodies].find(([name, file]) => file === path && name !== TAKES && !functions.has(name))!;

const HEADER = `struct cam_handle { void *private_data; };
void *kzalloc(unsigned long n, unsigned int f); void kfree(const void *p);
int ${TAKES}(struct cam_handle *h); int ${GIVES}(struct cam_handle *h); int start_hardware(void);
`;
const INCLUDES = "#include <linux/cam.h>\n";
const driver = (wayOut: string): string => `${INCLUDES}int cam_open(struct cam_handle *h)
{
	int ret;

	ret = ${TAKES}(h);
	if (ret)
		return ret;
	ret = start_hardware();
	if (ret) {
${wayOut}		return -5;
	}
	return 0;
}
`;
const gives = `\t\t${GIVES}(h);\n`;
const defines = (keeps: string, drops: string): string => `${INCLUDES}int ${TAKES}(struct cam_handle *h)
{
	void *fh;

	fh = kzalloc(16, 0xcc0);
	if (!fh)
		return -12;
	${keeps}
	return 0;
}

int ${GIVES}(struct cam_handle *h)
{
	${drops}
	return 0;
}
`;
const usual = defines("h->private_data = fh;", "kfree(h->private_data);\n\th->private_data = ((void *)0);");

/** What is told of a driver in a tree with this file. */
function told(before: string, after: string, other: string | null): string[] {
  const folder = mkdtempSync(join(tmpdir(), "fs-"));
  try {
    for (const dir of ["mm", "include/linux", dirname(path)])
      mkdirSync(join(folder, dir), { recursive: true });
    writeFileSync(join(folder, "include/linux/cam.h"), HEADER);
    if (other !== null) writeFileSync(join(folder, path), other);
    const cases = new FunctionCases(openTree(folder).tree, sidesOf("drivers/cam/cam.c", before, after), true);
    return cases.plan.entries.flatMap((e) =>
      cases
        .run(e, USUAL_OPTIONS)
        .differences.filter((d) => !d.fault.possible && d.verdict !== "already")
        .map((d) => `${d.verdict} ${d.fault.kind} ${d.fault.object}`),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("what its body takes is lost where the other function is not called, and fixed the other way round", () => {
  assert.deepEqual(told(driver(gives), driver(""), usual), [`new leaked memory of kzalloc()`]);
  assert.deepEqual(told(driver(""), driver(gives), usual), [`fixed leaked memory of kzalloc()`]);
});

test("where this tree's body takes nothing, or the tree has no such file, nothing is told", () => {
  assert.deepEqual(told(driver(gives), driver(""), defines("kfree(fh);", "")), []);
  assert.deepEqual(told(driver(gives), driver(""), null), []);
});

test("a move that leaves the calls as they are says nothing", () => {
  const moved = driver(gives).replace("\tint ret;\n\n\tret =", "\tint ret =");
  assert.deepEqual(told(driver(gives), moved, usual), []);
});

test("what the other file follows untested is no word on the driver that calls it now, or does no more", () => {
  const follows = `${defines("h->private_data = fh;", "kfree(h->private_data);")}`.replace(
    "\tif (!fh)\n\t\treturn -12;\n\t",
    "\t*(int *)fh = 1;\n\tkfree(fh);\n\tfh = ((void *)0);\n\t",
  );
  const asks = `${INCLUDES}int cam_open(struct cam_handle *h)
{
	${TAKES}(h);
	return start_hardware();
}
`;
  const asksNot = asks.replace(`\t${TAKES}(h);\n`, "");
  assert.deepEqual(told(asksNot, asks, follows), []);
  assert.deepEqual(told(asks, asksNot, follows), []);
});
