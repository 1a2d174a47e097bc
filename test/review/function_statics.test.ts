/** What the text of a changed function shows without running. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { USUAL_BOUNDS } from "../../emulator/function/explore.ts";
import { FunctionCases } from "../../server/review/function_case.ts";
import { openTree } from "../../server/source/tree.ts";
import { sidesOf } from "../../tools/function_trial.ts";

const statics = (before: string, after: string): string[] => {
  const folder = mkdtempSync(join(tmpdir(), "fs-"));
  try {
    const { tree } = openTree(folder);
    return new FunctionCases(tree, sidesOf("drivers/thing.c", before, after), true)
      .statics()
      .map((d) => `${d.verdict} ${d.fault.kind} ${d.fault.object} ${d.fault.at.loc.line}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const file = (jump: string, more = ""): string => `/* A comment
 * of two lines. */
int thing_set(int n)
{
	int ret = n;

	if (n > 1) {
		${jump}
	}
	${more}
	return 0;
out:
	return ret;
}
`;

test("a label that nothing jumps to any more is new on its line, the other way round fixed", () => {
  assert.deepEqual(statics(file("goto out;"), file("ret = 2;")), ["new unused-label out 12"]);
  assert.deepEqual(statics(file("ret = 2;"), file("goto out;")), ["fixed unused-label out 12"]);
});

test("a jump that another configuration has, or a macro that is given the label, is one", () => {
  const other = "\n#ifdef CONFIG_NEVER\n\tif (n)\n\t\tgoto out;\n#endif";
  assert.deepEqual(statics(file("goto out;", other), file("ret = 2;", other)), []);
  assert.deepEqual(
    statics(file("goto out;", "leave_at(n, out);"), file("ret = 2;", "leave_at(n, out);")),
    [],
  );
});

test("a test whose body is a semicolon is new on its line; one with an else, a loop or a comment alone is none", () => {
  const of = (body: string): string => `int thing_get(int n, int (*ask)(int, int));
int thing_set(int n)
{
	int ret = n;

	if (n > 1 &&
	    n < 5)
		${body}
	return ret;
}
`;
  const jump = "return -1;";
  assert.deepEqual(statics(of(jump), of(";")), ["new empty-body n > 1 && n < 5 8"]);
  assert.deepEqual(statics(of(";"), of(jump)), ["fixed empty-body n > 1 && n < 5 8"]);
  assert.deepEqual(statics(of(jump), of(";\n\telse\n\t\tret = 1;")), []);
  assert.deepEqual(statics(of(jump), of("while (n-- > 1)\n\t\t\t;")), []);
  assert.deepEqual(statics(of(jump), of("{ }")), []);
  assert.deepEqual(statics(of(jump), of("/* if (n) ; */ return -2;")), []);
  assert.deepEqual(statics(of(`${jump}\n\tif (n)\n\t\t;`), of(`${jump}\n\tif (n) /* nothing */\n\t\t;`)), []);
});

/** What is told of one kind, by running: "told" or "possible" by function. */
const ran = (kind: string, before: string, after: string): string[] => {
  const folder = mkdtempSync(join(tmpdir(), "fs-"));
  try {
    const { tree } = openTree(folder);
    const cases = new FunctionCases(tree, sidesOf("drivers/thing.c", before, after), true);
    return cases.plan.entries.flatMap((entry) =>
      cases
        .run(entry, { bounds: USUAL_BOUNDS, only: null })
        .differences.filter((d) => d.fault.kind === kind && d.verdict !== "already")
        .map((d) => `${d.verdict} ${d.fault.possible ? "possible" : "told"} in ${d.fault.at.fn}`),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const passedOver = (before: string, after: string): string[] => ran("error-lost", before, after);

test("what a probe keeps when all goes well is for its remove to give back, and is left to the case of the two", () => {
  const of = (probe: string, remove: string, out = ""): string => `struct device { void *driver_data; };
struct platform_device { struct device dev; };
struct regulator;
int regulator_enable(struct regulator *r);
int regulator_disable(struct regulator *r);
int devm_add_action_or_reset(struct device *dev, void (*action)(void *), void *data);
int ask_it(int n);
void tell_it(int n);
struct thing { struct regulator *vdd; };
static void vdd_off(void *vdd)
{
	regulator_disable(vdd);
}
static int thing_probe(struct platform_device *pdev)
{
	struct thing *t = pdev->dev.driver_data;
	int ret;

	ret = regulator_enable(t->vdd);
	if (ret)
		return ret;
	${probe}
	ret = ask_it(2);
	if (ret) {
		${out}
		return ret;
	}
	return 0;
}
static void thing_remove(struct platform_device *pdev)
{
	struct thing *t = pdev->dev.driver_data;

	tell_it(1);
	${remove}
}
struct platform_driver { int (*probe)(struct platform_device *); void (*remove)(struct platform_device *); };
static struct platform_driver thing_driver = { .probe = thing_probe, .remove = thing_remove };
`;
  const off = "regulator_disable(t->vdd);";
  const paired = of("", off, off);
  const managed = of(
    "ret = devm_add_action_or_reset(&pdev->dev, vdd_off, t->vdd);\n\tif (ret)\n\t\treturn ret;",
    "",
  );
  const told = (before: string, after: string): string[] =>
    ran("leaked", before, after).filter((t) => t.includes(" told "));
  assert.deepEqual(told(paired, managed), []);
  assert.deepEqual(told(managed, paired), []);
  // Where neither gives it back, the case of the two says so.
  assert.ok(told(paired, of("", "", off)).length > 0);
});

test("a failure that is passed over is told where the way out is all that goes", () => {
  const of = (out: string, told = "report_it(1);"): string => `int ask_it(int n);
void report_it(int n);
int thing_start(int n)
{
	int ret;

	ret = ask_it(n);
	if (ret < 0) {
		${told}
		${out}
	}
	ret = 0;
	return ret;
out:
	return ret;
}
`;
  const before = of("goto out;");
  assert.deepEqual(passedOver(before, of(";")), ["new told in thing_start"]);
  assert.deepEqual(passedOver(before, of("")), ["new told in thing_start"]);
  // Here the patch says something about it, or goes another way.
  assert.deepEqual(passedOver(before, of("n = 0;")), ["new possible in thing_start"]);
  assert.deepEqual(passedOver(before, of("", "report_it(2);")), ["new possible in thing_start"]);
  assert.deepEqual(passedOver(before, of("return 0;")), ["new possible in thing_start"]);
});

test("a failure that is passed over is told where all is given up as behind any other", () => {
  const of = (failed: string, then = "ret = 0;", more = ""): string => `struct clk;
int clk_prepare_enable(struct clk *c);
void clk_disable_unprepare(struct clk *c);
int ask_it(int n);
void *kmalloc(unsigned long n, unsigned int flags);
struct thing { struct clk *clk; int mode; void *name; };
int thing_start(struct thing *t, int n)
{
	int ret = clk_prepare_enable(t->clk);

	if (ret)
		return ret;
	${more}
	if (ask_it(n) < 0)
		${failed}
	${then}
	t->mode = n;
	return 0;
out:
	clk_disable_unprepare(t->clk);
	return ret;
}
`;
  const before = of("{ ret = -EIO; goto out; }".replace("-EIO", "-5"));
  assert.deepEqual(passedOver(before, of("goto out;")), ["new told in thing_start"]);
  // Here the patch says that nothing went wrong, or goes on.
  assert.deepEqual(passedOver(before, of("{ ret = 0; goto out; }")), ["new possible in thing_start"]);
  assert.deepEqual(passedOver(before, of("ret = 1;")), ["new possible in thing_start"]);
  const made = (out: string): string =>
    of("{ ret = -5; goto out; }", "ret = 0;", `t->name = kmalloc(8, 0);\n\tif (!t->name)\n\t\t${out}`);
  assert.deepEqual(passedOver(before, made("goto out;")), ["new told in thing_start"]);
  assert.deepEqual(passedOver(before, made("{ ret = -12; goto out; }")), []);
  // Nor is what a helper that the patch newly calls does of what fails in it.
  const helped = made("goto out;")
    .replace(
      "int thing_start(",
      "static int thing_name(struct thing *t)\n{\n\tt->name = kmalloc(8, 0);\n\tif (!t->name)\n\t\treturn 1;\n\treturn 0;\n}\n\nint thing_start(",
    )
    .replace("t->name = kmalloc(8, 0);\n\tif (!t->name)\n\t\tgoto", "if (thing_name(t))\n\t\tgoto");
  assert.deepEqual(passedOver(before, helped), []);
  // What was so before by another name is no matter of the patch.
  const renamed = (text: string): string => text.replaceAll("kmalloc(", "vmalloc_of(");
  assert.deepEqual(passedOver(renamed(made("goto out;")), made("goto out;")), []);
});

const nested = (last: string): string => `struct box *get_box(int n);
void put_box(struct box *b, struct box *of);
int thing_open(int n)
{
	if (n > 1) {
		struct box *inner = get_box(n);
		struct box *outer = get_box(1);

		if (!inner)
			${last === "" ? "return 1;" : "goto out;"}
		put_box(inner, outer);
	}
	return 0;
${last}}
`;

test("a call with too few or too many arguments does not build", () => {
  const of = (call: string): string => `int ask_it(int n, int m);
int print_it(const char *f, ...);
int thing_start(int n)
{
	print_it("starts %d", n);
	return ${call};
}
`;
  const right = of("ask_it(n, 1)");
  assert.deepEqual(statics(right, of("ask_it(n)")), ["new does-not-build ask_it() 6"]);
  assert.deepEqual(statics(right, of("ask_it(n, 1, 2)")), ["new does-not-build ask_it() 6"]);
  assert.deepEqual(statics(of("ask_it(n)"), right), ["fixed does-not-build ask_it() 6"]);
  assert.deepEqual(statics(of("ask_it(n)"), of("ask_it(2)")), []);
});

test("a jump to a label that the function does not have does not build; one to a label of a block does", () => {
  const of = (jump: string, label = "out"): string => `int thing_set(int n)
{
	int ret = n;

	if (n > 1) {
		${jump}
	}
	ret = 0;
${label}:
	return ret;
}
`;
  assert.deepEqual(statics(of("goto out;"), of("goto out_all;")), [
    "new does-not-build label out_all 6",
    "new unused-label out 9",
  ]);
  assert.deepEqual(statics(of("goto out_all;"), of("goto out_all;", "out_all")), [
    "fixed does-not-build label out_all 6",
    "fixed unused-label out 9",
  ]);
  const block =
    "goto out;\n\t}\n\t{\n\t\t__label__ in;\n\t\tif (n < 0) goto in;\n\t\tret = 2;\nin:\t\tret++;";
  assert.deepEqual(statics(of("goto out;"), of(block)), []);
});

test("an array of a length that nothing declares is not what is missing", () => {
  const of = (length: string): string => `int use_it(char *p);
int thing_start(int n)
{
	char first[${length}];

	return use_it(first) + first[n];
}
`;
  assert.deepEqual(statics(of("8"), of("lengths")), ["new does-not-build lengths 4"]);
});

test("every name of a statement that nothing declares there is told, each once", () => {
  const jump = "out:\n\tput_box(inner, outer);\n\tput_box(outer, inner);\n\treturn 1;\n";
  assert.deepEqual(statics(nested(""), nested(jump)), [
    "new does-not-build inner 15",
    "new does-not-build outer 15",
  ]);
});

test("an error that an if puts in a variable and nothing reads before it is written over is lost; a default is not", () => {
  const of = (set: string, more = "ret = thing_get(n);"): string => `int thing_get(int n);
void thing_log(int n);
int thing_set(int n)
{
	int ret;

	${set}
	thing_log(n);
	${more}
	if (ret)
		goto out;
	ret = 0;
out:
	return ret;
}
`;
  const set = (jump: string): string => `if (n > 1) {\n\t\tthing_log(1);\n\t\tret = -EBUSY;\n${jump}\t}`;
  const [kept, lost] = [of(set("\t\tgoto out;\n")), of(set(""))];
  assert.deepEqual(statics(kept, lost), ["new error-lost -EBUSY in ret 9"]);
  assert.deepEqual(statics(lost, kept), ["fixed error-lost -EBUSY in ret 9"]);
  assert.deepEqual(statics(kept, of("if (n > 1)\n\t\tret = -EBUSY;")), ["new error-lost -EBUSY in ret 8"]);
  const tested = "if ((ret = thing_get(n)) < 0)\n\t\tgoto out;";
  assert.deepEqual(statics(of(set("\t\tgoto out;\n"), tested), of(set(""), tested)), [
    "new error-lost -EBUSY in ret 9",
  ]);
  assert.deepEqual(statics(kept, of("ret = -EBUSY;\n\tif (n > 1)\n\t\tgoto out;")), []);
  assert.deepEqual(statics(kept, of(set(""), "ret = thing_get(ret);")), []);
  assert.deepEqual(statics(kept, of(set(""), "if (ret)\n\t\tgoto out;\n\tret = thing_get(n);")), []);
  assert.deepEqual(statics(kept, of(`${set("")} else {\n\t\tret = 0;\n\t}`)), [
    "new error-lost -EBUSY in ret 9",
  ]);
  assert.deepEqual(statics(kept, of("while (n--) {\n\t\tif (n > 1)\n\t\t\tret = -EBUSY;\n\t}")), []);
});

test("the else of a test that finds an error is not reached behind it, and what follows the body that the test ends is", () => {
  const of = (jump: string, more: string): string => `int thing_get(int n);
int thing_set(int n)
{
	int ret = thing_get(n);

	if (n) {
		if (ret > 9) {
			ret = -EIO;
			${jump}
		}${more}
	}
	ret = thing_get(2);
	if (ret)
		return ret;
	while (n--) {
		if (n == 2) {
			ret = -EAGAIN;
			${jump}
		}
	}
	ret = thing_get(3);
	return ret;
}
`;
  assert.deepEqual(statics(of("return ret;", ""), of("thing_get(1);", "")), ["new error-lost -EIO in ret 8"]);
  const other = " else if (ret) {\n\t\t\tret = 0;\n\t\t}";
  assert.deepEqual(statics(of("return ret;", other), of("thing_get(1);", other)), [
    "new error-lost -EIO in ret 8",
  ]);
  const read = "\n\t\tif (ret)\n\t\t\treturn ret;";
  assert.deepEqual(statics(of("return ret;", read), of("thing_get(1);", read)), []);
});

test("an answer that was dropped or written over, and is asked for now, was lost; the other way round it may be meant", () => {
  const of = (call: string): string => `int thing_get(int n);
int thing_make(int n);
void thing_log(int n);
int thing_set(int n)
{
	int ret;

	thing_log(n);
	${call}
	ret = thing_make(n);
	return ret;
}
`;
  const asked = of("ret = thing_get(n);\n\tif (ret < 0)\n\t\treturn ret;");
  const lost = "fixed error-lost answer of thing_get() 9";
  assert.deepEqual(statics(of("thing_get(n);"), asked), [lost]);
  assert.deepEqual(statics(of("ret = thing_get(n);"), asked), [lost]);
  assert.deepEqual(statics(of("ret = thing_get(n);\n\tthing_log(ret);"), asked), []);
  assert.deepEqual(statics(of("if (n > 1)\n\t\tthing_get(n);"), asked), []);
  assert.deepEqual(statics(asked, of("thing_get(n);")), []);
  const warns = of("ret = thing_get(n);\n\tif (WARN_ON_ONCE(ret))\n\t\treturn ret;");
  assert.deepEqual(statics(of("thing_get(n);"), warns), [lost]);
  // A switch is left with it, and it is what is returned.
  const chosen = (call: string, behind = ""): string =>
    of(
      `switch (n) {\n\tcase 2:\n\t\t${call}\n\t\tret = thing_make(1);\n\t\tbreak;\n\t}${behind}\n\treturn ret;`,
    );
  const left = chosen("ret = thing_get(n);\n\t\tif (ret)\n\t\t\tbreak;");
  assert.deepEqual(statics(chosen("thing_get(n);"), left), ["fixed error-lost answer of thing_get() 11"]);
  const forgets = "\n\tret = thing_make(3);";
  const forgotten = chosen("ret = thing_get(n);\n\t\tif (ret)\n\t\t\tbreak;", forgets);
  assert.deepEqual(statics(chosen("thing_get(n);", forgets), forgotten), []);
  // Something else is done before it is asked.
  const later = of("ret = thing_get(n);\n\tthing_log(n);\n\tn++;\n\tif (ret)\n\t\treturn ret;");
  assert.deepEqual(statics(of("thing_get(n);\n\tthing_log(n);\n\tn++;"), later), [lost]);
  const reads = of("ret = thing_get(n);\n\tthing_log(ret);\n\tif (ret)\n\t\treturn ret;");
  assert.deepEqual(statics(of("ret = thing_get(n);\n\tthing_log(ret);"), reads), []);
  // Both hang on the same test.
  const hangs = of("if (n > 1) {\n\t\tret = thing_get(n);\n\t\tif (ret)\n\t\t\treturn ret;\n\t}");
  assert.deepEqual(statics(of("if (n > 1)\n\t\tthing_get(n);"), hangs), [
    "fixed error-lost answer of thing_get() 10",
  ]);
  assert.deepEqual(statics(of("if (n > 2)\n\t\tthing_get(n);"), hangs), []);
  // It is what is returned next.
  const last = (call: string, back = "ret"): string =>
    of("ret = 0;").replace(
      "\tret = thing_make(n);\n\treturn ret;",
      `\tif (n > 1) {\n\t\t${call}\n\t}\n\treturn ${back};`,
    );
  const passed = ["fixed error-lost answer of thing_get() 11"];
  assert.deepEqual(statics(last("thing_get(n);"), last("ret = thing_get(n);")), passed);
  assert.deepEqual(
    statics(last("thing_get(n);", "n"), last("ret = thing_get(n);", "ret < 0 ? ret : n")),
    passed,
  );
  assert.deepEqual(statics(last("thing_get(n);"), last("ret = thing_get(n);", "n")), []);
  assert.deepEqual(statics(last("thing_get(n);"), last("ret = thing_get(n);\n\t\tret = n;")), []);
  // Asked, and gone on all the same.
  const warned = of("ret = thing_get(n);\n\tif (ret < 0)\n\t\tthing_log(ret);");
  assert.deepEqual(statics(of("ret = thing_get(n);"), warned), []);
  // What returned nothing before the patch lost nothing.
  const was = of("thing_get(n);").replace("int thing_get", "void thing_get");
  assert.deepEqual(statics(was, asked), []);
});

test("a callee that is new and declared nowhere may be an earlier patch's: what ran without it is no answer", () => {
  const of = (end: string): string => `int thing_get(int n);
int thing_set(int n)
{
	known_by_nobody(n);
	${end}
}
`;
  const why = (before: string, after: string, beside = ""): string | undefined => {
    const folder = mkdtempSync(join(tmpdir(), "fs-"));
    for (const dir of ["mm", "include/linux", "drivers"]) mkdirSync(join(folder, dir), { recursive: true });
    writeFileSync(join(folder, "drivers/other.c"), beside);
    const { tree } = openTree(folder);
    assert.ok(tree !== null);
    const cases = new FunctionCases(tree, sidesOf("drivers/thing.c", before, after), true);
    const entry = { name: "thing_set", path: "drivers/thing.c", root: false, leave: null };
    const is = cases.unbuilt(entry, ["thing_set"]);
    return is === null ? undefined : `${is.why}${is.lacks ? ": not whole" : ""}`;
  };
  const cannot =
    "thing_set() cannot be run whole after the patch: no declaration of thing_end() is found here";
  assert.equal(why(of("return thing_get(n);"), of("return thing_end(n);")), `${cannot}: not whole`);
  assert.equal(why(of("return thing_get(n);"), of("return thing_get(n + 1);")), undefined);
  assert.equal(why(of("return thing_end(n);"), of("return thing_end(n + 1);")), undefined);
  // A macro that pastes names may have made one that others use.
  const used = "int other(int n) { return thing_end(n); }\n";
  assert.equal(why(of("return thing_get(n);"), of("return thing_end(n);"), used), undefined);
  const known = of("kfree((void *)0); return thing_get(n);");
  assert.equal(why(of("return thing_get(n);"), known), undefined);
});

test("a name that the side before names and nobody declares here was built: that it is gone mends nothing", () => {
  const of = (more: string): string => `int thing_get(int n);
int thing_set(int n)
{
	int ret = thing_get(n);
${more}
	return ret;
}
`;
  const uses = of("\tthing_log(event_made_by_a_macro);");
  assert.deepEqual(statics(of(""), uses), ["new does-not-build event_made_by_a_macro 5"]);
  assert.deepEqual(statics(uses, of("")), []);
});
