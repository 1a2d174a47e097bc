/**
 * What a function's file is built with, in a tree: a record that a header has only where another one defines a macro, a C file
 * that is a part of another, code that is off; and where paths end before the change, what they lacked.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { PATHS_PASS_BY } from "../../server/review/why.ts";
import { DECLARATIONS } from "../support/function_pair.ts";
import { patchMail } from "../support/own_tree.ts";

const root = mkdtempSync(join(tmpdir(), "folioscope-parts-"));
after(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
mkdirSync(join(root, "mm"), { recursive: true });

/** Verdicts, codes and reasons of a patch that takes `gone` out of a file of the tree. */
function without(path: string, text: string, gone: string) {
  write(path, text);
  assert.ok(text.includes(gone));
  const mail = patchMail(1, 1, { path, from: text, to: text.replace(gone, "") });
  const { runs, findings } = reviewDocument(parseDocument(Buffer.from(mail), "parts.mbox"), { tree: root });
  const of = runs.filter((r) => r.scenario.startsWith("function "));
  return {
    verdicts: of.map((r) => r.verdict),
    codes: findings.map((f) => `${f.verdict} ${f.code}`),
    reasons: of.map((r) => r.reason ?? ""),
  };
}

const user = (include: string, type: string, use: string): string => `${include}
int room_open(struct ${type} *r)
{
	void *p = kmalloc(8, GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	if (${use} > 4) {
		kfree(p);
		return -EINVAL;
	}
	kfree(p);
	return 0;
}
`;
const GIVEN = "\t\tkfree(p);\n";

test("a record that a header has only where another header defines a macro is that header's", () => {
  write(
    "include/linux/room.h",
    "struct room_part;\n#ifdef ARCH_ROOM_NR\nstruct room_part { int nr; void *objects[ARCH_ROOM_NR]; };\n#endif\n",
  );
  write("arch/x86/include/asm/room.h", "#define ARCH_ROOM_NR 8\n");
  const file = user(`#include <asm/room.h>\n#include <linux/room.h>\n${DECLARATIONS}`, "room_part", "r->nr");
  assert.deepEqual(without("drivers/room/user.c", file, GIVEN).codes, ["new leaked"]);
});

test("a C file that is a part of another has that one's headers", () => {
  write("include/linux/rooms.h", "struct rooms { int nr; };\n#define rooms_taken(r) ((r)->nr)\n");
  write("kernel/parts/whole.c", '#include <linux/rooms.h>\n#include "part.c"\n');
  const file = user(DECLARATIONS, "rooms", "rooms_taken(r)");
  assert.deepEqual(without("kernel/parts/part.c", file, GIVEN).codes, ["new leaked"]);
});

test("where every path ends before the change, what was lacking is said", () => {
  const file = user(`struct far;\n${DECLARATIONS}`, "far", "r->nr");
  const { verdicts, reasons } = without("drivers/room/far.c", file, GIVEN);
  assert.deepEqual(verdicts, ["not-modelled"]);
  assert.ok(reasons[0]!.startsWith(PATHS_PASS_BY), reasons[0]);
  assert.match(reasons[0]!, /; \d+ of \d+ end early: struct far is not defined here/);
});

test("of a function that is off it is said that it is", () => {
  const file = `${DECLARATIONS}#ifdef CONFIG_ROOM_DEBUG\n${user("", "device", "(long)r->driver_data")}#endif\n`;
  const { verdicts, reasons } = without("drivers/room/off.c", file, GIVEN);
  assert.deepEqual(
    [...new Set(verdicts)].filter((v) => v !== "not-modelled"),
    [],
  );
  for (const why of reasons) assert.match(why, /#if that is off/);
});

test("who calls a function that is no C on one side did nothing there, and is not clean", () => {
  const part = user("", "device", "(long)r->driver_data").replace("int room_open", "static int room_part");
  const caller = "int room_all(struct device *r)\n{\n\treturn room_part(r);\n}\n";
  const { verdicts, reasons } = without("drivers/room/cut.c", `${DECLARATIONS}${part}${caller}`, "-ENOMEM;");
  assert.deepEqual([...new Set(verdicts)], ["not-modelled"]);
  assert.ok(reasons.some((r) => /^room_part\(\), which it calls, cannot be run on the after side/.test(r)));
});

test("nor has a function that is no C on one side mended there what it lost", () => {
  const part = user("", "device", "(long)r->driver_data").replace("int room_open", "static int room_part");
  const caller = "int room_all(struct device *r)\n{\n\treturn room_part(r);\n}\n";
  const file = `${DECLARATIONS}${part.replace(GIVEN, "")}${caller}`;
  const { verdicts, codes } = without("drivers/room/cut_leak.c", file, "-ENOMEM;");
  assert.deepEqual(codes, []);
  assert.deepEqual([...new Set(verdicts)], ["not-modelled"]);
});

test("who calls a function that the patch takes away does not build, though it changes nothing in him", () => {
  const check = "static int room_check(struct device *r)\n{\n\treturn !r->driver_data;\n}\n\n";
  const caller = user("", "device", "room_check(r)").replace(GIVEN, "");
  const { verdicts, codes, reasons } = without(
    "drivers/room/gone.c",
    `${DECLARATIONS}${check}${caller}`,
    check,
  );
  assert.deepEqual(
    codes.filter((c) => !c.endsWith("does-not-build")),
    [],
  );
  assert.deepEqual([...new Set(verdicts)], ["not-modelled"], reasons.join("; "));
  assert.ok(
    reasons.some((r) => /no declaration of room_check\(\) is found here/.test(r)),
    reasons.join("; "),
  );
});

test("of two definitions the one that is off is not run as the other, and who comes to neither shows nothing", () => {
  const part = (given: string): string =>
    user("", "device", "(long)r->driver_data")
      .replace("int room_open", "static int room_part")
      .replace(GIVEN, given);
  const both = `#ifdef CONFIG_ROOM_DEBUG\n${part(GIVEN)}#else\nstatic int room_part(struct device *r)\n{\n\treturn 0;\n}\n#endif\n`;
  const caller = "int room_all(struct device *r)\n{\n\treturn room_part(r);\n}\n";
  const told = without("drivers/room/two.c", `${DECLARATIONS}${both}${caller}`, GIVEN);
  assert.deepEqual([...new Set(told.verdicts)], ["not-modelled"], told.reasons.join("; "));
  assert.ok(
    told.reasons.every((r) => /lies in an #if that is off here/.test(r)),
    told.reasons.join("; "),
  );
  // One that begins with a macro stands where that is used, not where it is defined.
  const named = (given: string): string =>
    `#define OF_THE_FILE static\n\n\n${DECLARATIONS}${part(given).replace("static int", "OF_THE_FILE int")}${caller}`;
  const one = without("drivers/room/one.c", named(GIVEN), GIVEN);
  assert.ok(one.verdicts.includes("new"), one.reasons.join("; "));
  assert.ok(!one.reasons.some((r) => /#if/.test(r)), one.reasons.join("; "));
  const hidden = both
    .replace("#else", "static int room_sum(struct device *r) { return room_part(r); }\n#else")
    .replace("return 0;", "return 1;");
  const far =
    "int room_all(struct device *r)\n{\n#ifdef CONFIG_ROOM_DEBUG\n\treturn room_sum(r);\n#else\n\treturn 0;\n#endif\n}\n";
  const none = without("drivers/room/none.c", `${DECLARATIONS}${hidden}${far}`, GIVEN);
  assert.deepEqual(
    none.verdicts.filter((v) => v !== "not-modelled"),
    [],
    none.reasons.join("; "),
  );
});

test("a caller of what cannot be run whole shows nothing by it", () => {
  const text = `${DECLARATIONS}
struct hall { int nr_first; char *name; };
static int hall_name(struct hall *h, char **out)
{
	char *p = kmalloc(8, GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	*out = p;
	h->nr_first = 1;
	return 0;
}

int hall_open(struct hall *h)
{
	char *name;

	if (hall_name(h, &name))
		return -EINVAL;
	if (h->nr_first > 3)
		return -EIO;
	kfree(name);
	return 0;
}
`;
  const { verdicts, codes } = without("drivers/room/hall.c", text, "_first = 1");
  assert.deepEqual(codes, []);
  assert.ok(!verdicts.includes("fixed") && !verdicts.includes("new"), verdicts.join());
});
