/** Tests of what a callee gives when it fails that ask for the wrong thing, by the callee's own definition. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { readContracts } from "../../server/review/contracts.ts";
import { FunctionCases } from "../../server/review/function_case.ts";
import { failingBy } from "../../server/source/failing_by.ts";
import { openTree } from "../../server/source/tree.ts";
import { sidesOf } from "../../tools/function_trial.ts";

const body = (text: string): string => `struct lamp *lamp_make(int n)\n{\n${text}\n}\n`;
const how = (text: string): string | null => failingBy(body(text), "lamp_make");

test("how a function fails is read off its returns", () => {
  const made = "struct lamp *l;\n\tl = kzalloc(sizeof(*l), GFP_KERNEL);";
  assert.equal(how(`\t${made}\n\tif (!l)\n\t\treturn ERR_PTR(-ENOMEM);\n\treturn l;`), "errptr");
  assert.equal(how(`\t${made}\n\tif (!l)\n\t\treturn NULL;\n\treturn l;`), "null");
  assert.equal(how(`\t${made}\n\treturn l;`), "null");
  assert.equal(
    how(`\tif (n)\n\t\treturn NULL;\n\t${made}\n\tif (!l)\n\t\treturn ERR_PTR(-ENOMEM);\n\treturn l;`),
    null,
  );
  assert.equal(how("\tstruct lamp *l = lamp_old(n);\n\treturn l;"), null, "what a callee gives is not known");
  assert.equal(
    how("\tstruct lamp *l;\n\tl = lamp_old(n);\n\tif (IS_ERR(l))\n\t\treturn l;\n\treturn l;"),
    "errptr",
  );
  assert.equal(
    how("\tstruct lamp *l;\n\tl = lamp_old(n);\n\tif (!l)\n\t\treturn NULL;\n\treturn l;"),
    null,
    "an error pointer of a callee passes a test of NULL",
  );
  assert.equal(
    failingBy(`static ${body("\treturn NULL;")}`, "lamp_make"),
    null,
    "no file calls another's static",
  );
  assert.equal(failingBy("struct lamp *lamp_make(int n);\n", "lamp_make"), null);
});

/** What is told of a file of a tree that has these others. */
function told(before: string, after: string, others: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), "fs-"));
  try {
    for (const dir of ["mm", "include/linux"]) mkdirSync(join(folder, dir), { recursive: true });
    for (const [path, text] of Object.entries(others)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const { tree } = openTree(folder);
    return new FunctionCases(tree, sidesOf("drivers/thing.c", before, after), true)
      .statics()
      .map((d) => `${d.verdict} ${d.fault.kind} ${d.fault.object} ${d.fault.at.loc.line}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const DEFINED = "cache_create_net";
const file = (test: string): string => `struct lamp;
struct lamp *${DEFINED}(int n);
struct thing { struct lamp *l; };
int thing_set(struct thing *t)
{
	t->l = ${DEFINED}(1);
	if (${test})
		return -12;
	return 0;
}
`;
const path = readContracts().contracts.returns.get(DEFINED)!;
const definition = (fails: string): string =>
  body(
    `\tstruct lamp *l;\n\tl = kzalloc(8, GFP_KERNEL);\n\tif (!l)\n\t\treturn ${fails};\n\treturn l;`,
  ).replace("lamp_make", DEFINED);

test("a test that does not see how the callee fails is new, the other way round fixed", () => {
  const errors = { [path]: definition("ERR_PTR(-ENOMEM)") };
  const [right, wrong] = [file("IS_ERR(t->l)"), file("!t->l")];
  assert.deepEqual(told(right, wrong, errors), [
    `new error-pointer-dereference error pointer from ${DEFINED}() 7`,
  ]);
  assert.deepEqual(told(wrong, right, errors), [
    `fixed error-pointer-dereference error pointer from ${DEFINED}() 7`,
  ]);
  const nulls = { [path]: definition("NULL") };
  assert.deepEqual(told(wrong, right, nulls), [`new null-dereference NULL from ${DEFINED}() 7`]);
});

test("the error of what is NULL is none", () => {
  const passed = (test: string, gives: string): string =>
    file(test).replace("\t\treturn -12;", `\t{\n\t\tint ret = ${gives};\n\t\treturn ret;\n\t}`);
  const right = passed("!t->l", "-12");
  assert.deepEqual(told(right, passed("!t->l", "PTR_ERR(t->l)"), {}), [
    `new error-lost PTR_ERR(t->l) of ${DEFINED}() 7`,
  ]);
  assert.deepEqual(told(passed("!t->l", "PTR_ERR(t->l)"), right, {}), [
    `fixed error-lost PTR_ERR(t->l) of ${DEFINED}() 7`,
  ]);
  for (const [test, gives] of [
    ["IS_ERR(t->l)", "PTR_ERR(t->l)"],
    ["!t->l", "PTR_ERR(t->l) ?: -12"],
    ["!t->l", "-12;\n\t\tt->l = other();\n\t\tret = PTR_ERR(t->l)"],
  ] as const)
    assert.deepEqual(told(right, passed(test, gives), {}), [], gives);
});

test("a test that sees both is right, whatever the callee gives, and so is a test of both one after the other", () => {
  const errors = { [path]: definition("ERR_PTR(-ENOMEM)") };
  assert.deepEqual(told(file("IS_ERR(t->l)"), file("IS_ERR_OR_NULL(t->l)"), errors), []);
  const twice = file("!t->l").replace("\treturn 0;", "\tif (IS_ERR(t->l))\n\t\treturn -5;\n\treturn 0;");
  assert.deepEqual(told(file("IS_ERR(t->l)"), twice, errors), []);
});

test("a callee whose definition is another one in this tree, or has a stub that fails otherwise, is not judged by", () => {
  const [right, wrong] = [file("IS_ERR(t->l)"), file("!t->l")];
  assert.deepEqual(told(right, wrong, {}), []);
  const stub = `static inline struct lamp *${DEFINED}(int n)\n{\n\treturn NULL;\n}\n`;
  assert.deepEqual(
    told(right, wrong, { [path]: definition("ERR_PTR(-ENOMEM)"), "include/linux/lamp.h": stub }),
    [],
  );
});

test("a test that one side lacks mends where the other follows what the callee may give as NULL, and only then", () => {
  const uses = (between: string): string => `struct lamp { int n; };
struct lamp *${DEFINED}(int n);
void lamp_show(struct lamp *l);
int thing_set(int n)
{
	struct lamp *l;

	l = ${DEFINED}(n);
${between}
	return l->n;
}
`;
  const gives = (body: string): Readonly<Record<string, string>> => ({
    [path]: `struct lamp *${DEFINED}(int n)\n{\n${body}\n}\n`,
  });
  const some = gives("\tstruct lamp *l = lamp_old(n);\n\tif (!l)\n\t\treturn NULL;\n\treturn l;");
  const test = "\tif (!l)\n\t\treturn -22;";
  assert.deepEqual(told(uses(""), uses(test), some), [`fixed null-dereference NULL from ${DEFINED}() 8`]);
  // That it goes may be right: as it is called here, there may always be one.
  assert.deepEqual(told(uses(test), uses(""), some), []);
  assert.deepEqual(told(uses(""), uses("\tWARN_ON(!l);"), some).length, 1);
  for (const other of ["\tlamp_show(l);", "\tl = NULL;", "\tif (n && l)\n\t\treturn 1;"])
    assert.deepEqual(told(uses(other), uses(test), some), [], other);
  assert.deepEqual(told(uses(""), uses(test), gives("\treturn lamp_old(n);")), []);
});
