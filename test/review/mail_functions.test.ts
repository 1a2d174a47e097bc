/** A mail alone, without a kernel tree: functions that it shows whole run path by path where all that they name is known. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { type NothingRuns, nothingText } from "../../server/review/why.ts";
import { mailOf } from "../support/one_change.ts";

const PATH = "drivers/leds/leds-thing.c";

const driver = (last: string, more = ""): string => `struct thing {
	struct device *dev;
	struct clk *clk;
	u32 *table;
	int count;
${more}};

static int thing_parse(struct thing *t)
{
	struct device_node *child;
	u32 reg;
	int n = 0;

	for_each_child_of_node(t->dev->of_node, child) {
		if (of_property_read_u32(child, "reg", &reg)) {
			dev_err(t->dev, "no reg");
${last}
		}
		n++;
	}
	t->count = n;
	return 0;
}

static int thing_probe(struct platform_device *pdev)
{
	struct thing *t = devm_kzalloc(&pdev->dev, sizeof(*t), GFP_KERNEL);
	int ret;

	if (!t)
		return -ENOMEM;
	t->dev = &pdev->dev;
	t->clk = clk_get(&pdev->dev, "thing");
	if (IS_ERR(t->clk))
		return PTR_ERR(t->clk);
	ret = thing_parse(t);
	if (ret)
		clk_put(t->clk);
	platform_set_drvdata(pdev, t);
	return ret;
}

static struct platform_driver thing_driver = {
	.probe = thing_probe,
};
`;

const KEPT = "\t\t\treturn -EINVAL;";
const GIVEN = "\t\t\tof_node_put(child);\n\t\t\treturn -EINVAL;";

const reviewed = (old: string, now: string) => {
  const text = Buffer.from(mailOf(PATH, old, now));
  return reviewDocument(parseDocument(text, "whole.eml"), {});
};
const told = (old: string, now: string): string[] => {
  const { findings } = reviewed(old, now);
  return findings.map((f) => `${f.verdict} ${f.code} ${f.path}:${text(f.docLine, old, now)}`);
};
const text = (docLine: number, old: string, now: string): string =>
  mailOf(PATH, old, now).split("\n")[docLine - 1]!.slice(1).trim();

test("what a driver's mail shows whole is run without a tree: mended it is fixed, broken it is new", () => {
  const line = `${PATH}:if (of_property_read_u32(child, "reg", &reg)) {`;
  assert.deepEqual(told(driver(KEPT), driver(GIVEN)), [`fixed leaked ${line}`]);
  assert.deepEqual(told(driver(GIVEN), driver(KEPT)), [`new leaked ${PATH}:of_node_put(child);`]);
  assert.deepEqual(told(driver(GIVEN), driver(GIVEN, "\tint more;\n")), []);
});

test("what neither the mail nor our declarations have: that function does not run, and that is the one reason", () => {
  const of = (s: string): string => s.replaceAll("struct platform_device *pdev", "struct thing_device *pdev");
  const some = reviewed(of(driver(KEPT)), of(driver(GIVEN)));
  assert.deepEqual([...new Set(some.runs.map((r) => r.scenario))], ["function thing_parse"]);
  const none = (s: string): string => s.replace("int n = 0;", "int n = t->count.of;");
  const { runs, plans } = reviewed(none(driver(KEPT)), none(driver(GIVEN)));
  assert.deepEqual(runs, []);
  const [left] = plans[0]!.leftOut;
  assert.equal(plans[0]!.leftOut.length, 1);
  assert.match(
    nothingText(left!.why as NothingRuns),
    /^nothing in the reference kernel calls .* the mail does not show all .*: with a kernel tree/,
  );
});

test("a struct of which only a part is shown is never looked into", () => {
  const of = (s: string): string => s.replace("\tint count;", "\tstruct led_thing led;\n\tint count;");
  assert.deepEqual(
    told(of(driver(KEPT)), of(driver(GIVEN))).map((t) => t.split(" ").slice(0, 2).join(" ")),
    ["fixed leaked"],
  );
});

test("a change behind an #if that is off is not clean: nothing of it is compiled", () => {
  const off = (more: string): string =>
    driver(GIVEN).replace("\tint n = 0;\n", `\tint n = 0;\n#ifdef NEVER\n\tn = 1;\n${more}#endif\n`);
  const { runs, findings } = reviewed(off(""), off("\tn = 2;\n"));
  assert.deepEqual(findings, []);
  assert.ok(runs.length > 0);
  for (const r of runs) {
    assert.equal(r.verdict, "not-modelled");
    assert.match(
      r.reason ?? "",
      /thing_parse\(\) comes to the same code before and after here: it lies in an #if that is off/,
    );
  }
  const on = (n: number): string => driver(GIVEN).replace("\tint n = 0;\n", `\tint n = ${n};\n`);
  assert.ok(reviewed(on(0), on(1)).runs.every((r) => r.verdict === "clean"));
  // A macro that says the same was compiled and ran.
  const named = (zero: string): string =>
    `#define ZERO 0\n#define NONE 0\n${driver(GIVEN)}`.replace("int n = 0", `int n = ${zero}`);
  assert.ok(reviewed(named("ZERO"), named("NONE")).runs.every((r) => r.verdict === "clean"));
});
