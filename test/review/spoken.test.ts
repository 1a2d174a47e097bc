/** Calls in sentences of function cases have the name that stands in the source. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "../../emulator/function/explore.ts";
import { parseDocument } from "../../server/parse.ts";
import { countsText, leftOutLine } from "../../server/report/words.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { turnsOnce, whereText } from "../../server/review/function_outcome.ts";
import {
  plainly,
  pointerCall,
  spoken,
  spokenChoice,
  spokenCondition,
  withLabel,
  withMacro,
} from "../../server/review/spoken.ts";
import type { TraceStep } from "../../server/review/types.ts";
import { mailOf } from "../support/one_change.ts";

const lines = [
  "\tret = take_max(&ids, 3);",
  "\tif (warn_on(take_range(&ids, 0, 3) < 0))",
  "\tif (ids_full(",
  "\t\t&ids))",
];

test("the name that begins at the place, unless the callee itself stands there", () => {
  assert.equal(spoken(lines, "take_range", 1, 8), "take_max");
  assert.equal(spoken(lines, "take_range", 2, 6), "take_range");
  assert.equal(spoken(lines, "full_range", 3, 2), "full_range", "a keyword is no call");
  assert.equal(spoken(lines, "full_range", 3, 6), "ids_full");
  assert.equal(spoken(lines, "take_range", 9, 1), "take_range", "no such line");
});

const driver = (last: string): string => `struct thing {
	struct clk *clk;
	int on;
};

#define thing_clock(d) clk_get(d, "thing")

static int thing_take(struct thing *t, struct device *dev)
{
	struct clk *clk = thing_clock(dev);

	if (IS_ERR(clk))
		return PTR_ERR(clk);
	if (clk_prepare_enable(clk)) {
${last}
	}
	clk_disable_unprepare(clk);
	clk_put(clk);
	return 0;
}
`;

test("a call through a pointer by the text that stands there", () => {
  const at = (line: string, member: string): string | null =>
    pointerCall(["", line], 2, line.indexOf(`${member}(`) + 1);
  assert.equal(at("\terr = clk->ops.open(clk, mode);", "open"), "clk->ops.open");
  assert.equal(at("\treturn a.ops->put(x);", "put"), "a.ops->put");
  assert.equal(at("\thelper(x);", "helper"), null);
  assert.equal(at("\t(*fn)(x);", ")"), null);
});

test("a macro is called what it is called in its line, in sentence and steps", () => {
  const bad = driver("\t\treturn -EINVAL;");
  const good = driver("\t\tclk_put(clk);\n\t\treturn -EINVAL;");
  const text = Buffer.from(mailOf("drivers/thing/thing.c", bad, good));
  const { findings } = reviewDocument(parseDocument(text, "macro.eml"), {});
  const [found] = findings;
  assert.equal(findings.length, 1);
  assert.match(
    found!.message,
    /^when clk_prepare_enable\(\) fails at line \d+ of the mail, the clock handle taken by thing_clock\(\) at /,
  );
  const at =
    text
      .toString()
      .split("\n")
      .findIndex((l) => l.includes("= thing_clock(dev)")) + 1;
  assert.deepEqual(
    found!.trace.map((s) => s.text).filter((t) => /clk_get|thing_clock/.test(t)),
    [
      `thing_clock("thing") works at line ${at} of the mail`,
      "thing_clock() takes it",
      "the clock handle taken by thing_clock() is never given back",
    ],
  );
});

test("steps stand in the order in which they came, not in that of their lines", () => {
  const code = (undo: string): string => `struct thing {
	struct clk *clk;
	int on;
};

static int thing_ready(struct thing *t)
{
	void *p = kmalloc(8, GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	t->on = 1;
	kfree(p);
	return 0;
}

static int thing_open(struct thing *t)
{
	int ret = clk_prepare_enable(t->clk);

	if (ret)
		return ret;
	ret = thing_ready(t);
	if (ret)
${undo}
	return 0;
}
`;
  const bad = code("\t\treturn ret;");
  const good = code("\t\tclk_disable_unprepare(t->clk);");
  const mail = Buffer.from(mailOf("drivers/thing/thing.c", good, bad));
  const { findings } = reviewDocument(parseDocument(mail, "order.eml"), {});
  const found = findings.find((f) => f.verdict === "new" && f.code === "leaked");
  const steps = found?.trace.map((s) => s.text.replace(/ at .*/, ""));
  assert.deepEqual(steps?.slice(0, 3), [
    "clk_prepare_enable() works",
    "clk_prepare_enable() takes it",
    "kmalloc() fails",
  ]);
});

test("a condition is told as it stands there, turned round where it did not hold", () => {
  const said = (line: string, went: boolean): string | null =>
    spokenCondition([line, "\t\tnext();"], 1, 2, went);
  assert.equal(said("\tif (d->version < VER_3)", false), "d->version >= VER_3");
  assert.equal(said("\tif (d->version < VER_3) {", true), "d->version < VER_3");
  assert.equal(said("\tif (!p->next)", true), "p->next is 0");
  assert.equal(said("\tif (unlikely(!p))", false), "p is not 0");
  assert.equal(said("\tif (n)", true), "n is not 0");
  assert.equal(said("\tif (flags & 1)", false), "not (flags & 1)");
  assert.equal(said("\tif (is_big(n))", false), "is_big(n) is 0");
  assert.equal(said("\tif (a && b)", true), null, "which of the two it was is not said");
  assert.equal(said("\twhile (n)", true), null);
  assert.equal(said("\tif (a(", true), null, "it does not end");
});

test("who called whom: the two functions of a life are called by whoever drives it", () => {
  const alone = { name: "probe", path: "a.c", leave: null } as Entry;
  const life = { ...alone, leave: "remove" };
  assert.equal(whereText(["setup", "probe"], alone), "In setup(), called by probe().");
  assert.equal(
    whereText(["setup", "probe", "remove"], life),
    "In setup(), called by probe(); remove() ends what probe() began.",
  );
  assert.equal(
    whereText(["undo", "remove", "probe"], life),
    "In undo(), called by remove(); probe() had begun what remove() ends.",
  );
  assert.equal(whereText(["remove"], life), "In remove().");
  // Who takes a lock need not be who leaves it.
  assert.equal(whereText(["add", "probe"], alone, "returned-locked"), "Taken in add(), called by probe().");
  assert.equal(whereText(["probe"], alone, "leaked"), "In probe().");
});

test("steps that come again at once are told once, with how often", () => {
  const step = (text: string, role: "step" | "history" = "step"): TraceStep => ({
    task: "",
    text,
    path: "a.c",
    line: 1,
    docLine: 0,
    role,
  });
  const told = (...texts: string[]): string[] => turnsOnce(texts.map((t) => step(t))).map((s) => s.text);
  assert.deepEqual(told("a", "b", "b", "b", "c"), ["a", "b", "the same 2 times more", "c"]);
  assert.deepEqual(told("x", "a", "b", "a", "b", "a", "y"), [
    "x",
    "a",
    "b",
    "these 2 steps once more",
    "a",
    "y",
  ]);
  assert.deepEqual(told("a", "b", "c", "a", "d"), ["a", "b", "c", "a", "d"], "not at once");
  // What was decided to come there, or happened to the thing, is told each time.
  assert.equal(turnsOnce([step("a", "history"), step("a", "history")]).length, 2);
});

test("a sentence does not name a function that was passed over to come there", () => {
  const code = (end: string): string => `struct thing {
	int n;
};

static int thing_test(struct thing *t)
{
	t->n = 3;
	if (t->n != 4)
		return -EIO;
	return 0;
}

static int thing_start(struct thing *t, struct device_node *of)
{
	struct device_node *np;
	int ret = thing_test(t);

	if (ret)
		return ret;
	np = of_get_child_by_name(of, "part");
	if (!np)
		return -ENODEV;
	t->n = 5;
${end}	return 0;
}
`;
  const mail = mailOf("drivers/thing/thing.c", code("\tof_node_put(np);\n"), code(""));
  const { findings } = reviewDocument(parseDocument(Buffer.from(mail), "passed.eml"), {});
  const found = findings.find((f) => f.verdict === "new" && f.code === "leaked");
  assert.match(
    found?.message ?? "",
    /^the device node taken by of_get_child_by_name\(\) at .* is never given back, in thing_start\(\)$/,
  );
  assert.ok(found?.trace.some((s) => s.text.startsWith("thing_test() is not run")));
});

test("a long sum that nobody decided otherwise is no step of a path", () => {
  const code = (end: string): string => `struct thing {
	unsigned int size_of_all_that_there_is;
	unsigned int number_of_parts_of_it;
	unsigned int bytes_of_one_part;
};

static int thing_start(struct thing *t, struct device_node *of)
{
	struct device_node *np;

	if (t->size_of_all_that_there_is * t->number_of_parts_of_it * 2 / t->bytes_of_one_part > 15)
		t->number_of_parts_of_it = 15;
	if (t->size_of_all_that_there_is + t->number_of_parts_of_it + t->bytes_of_one_part > 99)
		t->number_of_parts_of_it = 14;
	if (t->number_of_parts_of_it * 2 > 9)
		t->bytes_of_one_part = 3;
	np = of_get_child_by_name(of, "part");
	if (!np)
		return -ENODEV;
	t->bytes_of_one_part = 5;
${end}	return 0;
}
`;
  const mail = mailOf("drivers/thing/thing.c", code("\tof_node_put(np);\n"), code(""));
  const { findings } = reviewDocument(parseDocument(Buffer.from(mail), "sum.eml"), {});
  const steps = findings.find((f) => f.code === "leaked")?.trace.map((s) => s.text) ?? [];
  assert.ok(
    steps.some((s) => s.includes("number_of_parts_of_it")),
    steps.join("; "),
  );
  assert.ok(!steps.some((s) => s.includes("size_of_all_that_there_is")), steps.join("; "));
});

test("counts say which are of runs, and cases beyond the budget are like others only where those told something", () => {
  const counts = { new: 1, fixed: 2, fixedLater: 0, already: 0, clean: 1, notModelled: 3 };
  assert.equal(countsText(counts), "1 new · 2 fixed · 1 run clean · 3 not modelled");
  assert.equal(countsText({ ...counts, new: 0, fixed: 0, clean: 0 }), "3 runs not modelled");
  const budget = { kind: "budget", steps: 20_000_000 } as const;
  assert.match(leftOutLine(budget, 4, true), /^4 left out: what they reach, the others reach alike/);
  assert.match(leftOutLine(budget, 4, false), /none of the cases before them came to a verdict/);
});

test("names that the executor made are said as a person says them", () => {
  for (const [text, said] of [
    ["dev->driver_data+32", "a member of dev->driver_data"],
    ["s32(u8(probe() #2->id))", "the 2nd probe()->id"],
    ["*xa_load()@16->mapping", "what xa_load()->mapping points to"],
    ["kcalloc()@-8 is read before it is written", "what lies before kcalloc() is read before it is written"],
    ["gadget+-1960 is held since __fs_spin_lock()", "what has gadget in it is held since spin_lock()"],
    ["gensts->0:3", "a bit of gensts"],
    ["ctx->inode@-312->i_flags & 8", "i_flags of what has ctx->inode in it & 8"],
    ["llist_del_first()@->pool->count", "llist_del_first()->pool->count"],
    ['of_get("a+1 b", s32(n)) and `*p + 1`', 'of_get("a+1 b", s32(n)) and `*p + 1`'],
    ["(idxd_dev+936 & 1)", "(a member of idxd_dev & 1)"],
    ["a * b, no->thing.more[3]", "a * b, no->thing.more[3]"],
    ["open( and s32(", "open( and s32("],
    ["from user space.id.sclass <= 0", "id.sclass of what user space gave <= 0"],
    [
      "the memory taken by kzalloc() is never given back.",
      "the memory taken by kzalloc() is never given back.",
    ],
  ] as const)
    assert.equal(plainly(text), said);
});

test("a decision has one no at most", () => {
  const both = (text: string): string[] => [spokenChoice(text, true), spokenChoice(text, false)];
  assert.deepEqual(both("(idxd_dev+936 & 1) != 0"), [
    "a member of idxd_dev & 1 is not 0",
    "a member of idxd_dev & 1 is 0",
  ]);
  assert.deepEqual(both("(s32(g->0:0) == 3) != 0"), ["a bit of g == 3", "a bit of g != 3"]);
  assert.deepEqual(both("s32(n) > 3"), ["n > 3", "n <= 3"]);
  assert.deepEqual(both("ioread32() #4 != 0"), ["the 4th ioread32() is not 0", "the 4th ioread32() is 0"]);
  assert.deepEqual(both("spi == 0"), ["spi is 0", "spi is not 0"]);
  assert.deepEqual(both("fwnode < -4095"), ["fwnode is no error pointer", "fwnode is an error pointer"]);
  assert.deepEqual(both("f->ops == 0x10000028000000"), [
    "f->ops == what it is compared with",
    "f->ops != what it is compared with",
  ]);
  assert.deepEqual(both("strcmp() differs"), ["strcmp() differs", "strcmp() finds no difference"]);
  assert.deepEqual(both("is_big(n)"), ["is_big(n)", "not is_big(n)"]);
});

const unchecked = (last: string): string => `struct thing {
	int on;
	struct thing *peer;
};

static int thing_make(struct thing *parent)
{
	struct thing *one = kzalloc(sizeof(*one), GFP_KERNEL);
	struct thing *two;

${last}
	kfree(two);
	kfree(one);
	return 0;
}
`;
const TWO = "\ttwo = kmalloc(sizeof(*two), GFP_KERNEL);\n\tif (!two) {\n";

test("a NULL that is followed comes from the call that gave it, not from what fails after it", () => {
  const good = unchecked(`${TWO}\t\tkfree(one);\n\t\treturn -ENOMEM;\n\t}`);
  const bad = unchecked(`${TWO}\t\tone->on = 1;\n\t\tkfree(one);\n\t\treturn -ENOMEM;\n\t}`);
  const { findings } = reviewDocument(
    parseDocument(Buffer.from(mailOf("drivers/thing/thing.c", good, bad)), "n.eml"),
    {},
  );
  const [found] = findings.filter((f) => f.code === "null-dereference");
  assert.match(
    found!.message,
    /^when kzalloc\(\) fails at line \d+ of the mail and kmalloc\(\) fails at line \d+ of the mail, /,
  );
});

test("what a new jump leaves behind is told with the condition that leads to the jump, though it went as usual", () => {
  const code = (jump: string): string => `struct room { int kind, size; };
int room_take(struct room *r, int kind)
{
	int *p;

	if (r->size == 3)
		return 0;
	p = kmalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	if (r->size != 4)
		r->size = 4;
	if (r->kind != kind)
		${jump};
	r->size = 5;
out:
	kfree(p);
	return 0;
}
`;
  const { findings } = reviewDocument(
    parseDocument(Buffer.from(mailOf("drivers/thing/thing.c", code("goto out"), code("return 0"))), "g.eml"),
    {},
  );
  const [found] = findings.filter((f) => f.code === "leaked");
  assert.match(found!.message, /^when r->kind != kind at line \d+ of the mail, /);
});

test("and one that is none of a call from where it was found to be one", () => {
  const look = "\tif (!parent->peer)\n\t\tparent->on = 0;\n";
  const good = unchecked(`${look}${TWO}\t\tkfree(one);\n\t\treturn -ENOMEM;\n\t}`);
  const bad = unchecked(`${look}${TWO}\t\tparent->peer->on = 1;\n\t\tkfree(one);\n\t\treturn -ENOMEM;\n\t}`);
  const { findings } = reviewDocument(
    parseDocument(Buffer.from(mailOf("drivers/thing/thing.c", good, bad)), "n.eml"),
    {},
  );
  const [found] = findings.filter((f) => f.code === "null-dereference");
  assert.match(
    found!.message,
    /^when parent->peer is 0 at line \d+ of the mail and kmalloc\(\) fails at line \d+ of the mail, NULL is dereferenced/,
  );
});

test("a call that works has not taken all the same", () => {
  const light = (last: string): string => `struct lamp {
	struct device *dev;
	struct clk *first;
	struct clk *second;
};

static int lamp_light(struct lamp *lamp)
{
	int err;

	err = clk_prepare_enable(lamp->first);
	if (err < 0)
		return err;

${last}
}
`;
  const good = light(
    "\terr = clk_prepare_enable(lamp->second);\n\tif (err < 0) {\n\t\tclk_disable_unprepare(lamp->first);\n\t\treturn err;\n\t}\n\n\treturn 0;",
  );
  const bad = light("\treturn clk_prepare_enable(lamp->second);");
  const text = Buffer.from(mailOf("drivers/lamp/lamp.c", good, bad));
  const [found] = reviewDocument(parseDocument(text, "light.eml"), {}).findings;
  assert.match(
    found?.message ?? "",
    /works at (line \d+) of the mail, the enabled clock taken by clk_prepare_enable\(\) at \1 of the mail is never given back/,
  );
});

test("a call that fails and leaves taken what it was to take is named once", () => {
  const power = (last: string): string => `static int lamp_on(struct device *dev)
{
	int ret = pm_runtime_get_sync(dev);

	if (ret < 0) {
${last}
	}
	pm_runtime_put(dev);
	return 0;
}
`;
  const good = power("\t\tpm_runtime_put_noidle(dev);\n\t\treturn ret;");
  const text = Buffer.from(mailOf("drivers/lamp/lamp.c", good, power("\t\treturn ret;")));
  const [found] = reviewDocument(parseDocument(text, "power.eml"), {}).findings;
  assert.match(
    found?.message ?? "",
    /^when pm_runtime_get_sync\(\) fails at line \d+ of the mail, the runtime PM usage count that it took all the same is never given back, in lamp_on\(\)$/,
  );
});

test("a constant has the name that the source has for it, where it has one there", () => {
  assert.equal(withLabel("cmd == 0x3b66", "\tcase LAMP_SET:"), "cmd == LAMP_SET");
  assert.equal(withLabel("(a + b) == 5", "\tcase LAMP_FIVE: {"), "(a + b) == LAMP_FIVE");
  assert.equal(withLabel("cmd == 0x3b66", "\tcase _IO(';', 102):"), "cmd == 0x3b66");
  assert.equal(withLabel("cmd == other", "\tcase LAMP_SET:"), "cmd == other");
  assert.equal(withMacro("l->kind != 3", "\tif (l->kind != LAMP_OLD && l->on)"), "l->kind != LAMP_OLD");
  assert.equal(
    withMacro("l->kind == 3", "\tif (l->kind == LAMP_OLD || l->kind == LAMP_NEW)"),
    "l->kind == 3",
  );
  assert.equal(withMacro("l->sort == 3", "\tif (l->kind == LAMP_OLD && l->on)"), "l->sort == 3");
});

const lamps = (put: string): string => `#define LAMP_SET 0x3b66
#define LAMP_GET 0x3b67
struct lamp {
	int on;
	refcount_t refs;
};

int lamp_ioctl(struct file *file, unsigned int cmd)
{
	struct lamp *l = kzalloc(sizeof(*l), GFP_KERNEL);
	int ret = 0;

	if (!l)
		return -ENOMEM;
	switch (cmd) {
	case LAMP_GET:
		ret = 1;
		break;
	case LAMP_SET:
${put}
	}
	kfree(l);
	return ret;
}
`;

test("what was freed has its variable's name, and a label of a switch its own", () => {
  const bad = lamps("\t\tkfree(l);\n\t\treturn l->on;");
  const good = lamps("\t\tret = l->on;\n\t\tkfree(l);\n\t\treturn ret;");
  const text = Buffer.from(mailOf("drivers/lamp/lamp.c", good, bad));
  const { findings } = reviewDocument(parseDocument(text, "lamp.eml"), {});
  assert.deepEqual(
    findings.map((f) => f.message.replace(/\d+/g, "N")),
    [
      "when cmd == LAMP_SET at line N of the mail, l, freed by kfree() at line N of the mail, is read, in lamp_ioctl()",
    ],
  );
});

test("who uses a counter in what is not there, and what that is", () => {
  const end = (more: string): string =>
    lamps(`\t\tret = 2;`).replace(
      "\tif (!l)\n\t\treturn -ENOMEM;",
      `\tif (!l) {\n\t\t${more}return -ENOMEM;\n\t}`,
    );
  const text = Buffer.from(mailOf("drivers/lamp/lamp.c", end(""), end("refcount_dec(&l->refs);\n\t\t")));
  const { findings } = reviewDocument(parseDocument(text, "lamp.eml"), {});
  assert.deepEqual(
    findings.map((f) => f.message.replace(/\d+/g, "N")),
    [
      "when kzalloc() fails at line N of the mail, l is NULL, and refcount_dec() uses a counter in it, in lamp_ioctl()",
    ],
  );
});
