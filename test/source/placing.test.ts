// Where a hunk may go and where it may not: the function that its `@@` line names decides besides the lines. And what is
// evidence that a tree has a patch. Fixtures of our own, each of a kind that went wrong, beside one that is right.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { baseNote, releaseAt } from "../../server/source/bases.ts";
import { treeContext } from "../../server/source/context.ts";
import { fateText } from "../../server/source/fate.ts";
import { grafted } from "../../server/source/graft.ts";
import { type ImageOptions, imagesOf, type SideImages } from "../../server/source/images.ts";
import { blobId, openTree } from "../../server/source/tree.ts";
import { corpusDir, onCorpus } from "../support/corpus.ts";
import { kernelDir, kernelSkip } from "../support/kernel.ts";
import { mail, memoryTree, patchOf } from "../support/memory_tree.ts";
import { patchMail } from "../support/own_tree.ts";

const PATH = "fs/mill.c";

const LOCKED = `	spin_lock(&mill->lock);
	mill->turns++;
	spin_unlock(&mill->lock);
	return 0;
}
`;

/** Two functions with the same lines in them, and one without. */
const MILL = `#include <linux/mill.h>

static int mill_turn(struct mill *mill)
{
	int before = mill->turns;

	mill_check(mill, before);
${LOCKED}
static int mill_idle(struct mill *mill)
{
	mill->idle = true;
	return mill->turns;
}

static int mill_grind(struct mill *mill, int sacks)
{
	mill_load(mill, sacks);
	mill_check(mill, sacks);
${LOCKED}`;

const header = (path = PATH) => `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n`;

const on = (text: string, hunks: string, options: ImageOptions = {}, subject?: string): SideImages =>
  imagesOf(memoryTree({ [PATH]: text }), [], patchOf(header() + hunks, subject), options);

const told = (images: SideImages): string[] =>
  images.files.flatMap((f) => f.hunks.map((h) => fateText(h.fate)));

const after = (images: SideImages): string => images.files.find((f) => f.path === PATH)!.after!;
const before = (images: SideImages): string => images.files.find((f) => f.path === PATH)!.before!;

/** Takes the count of turns out of the lock. */
const inside = (section: string, line = 8) =>
  `@@ -${line},5 +${line},4 @@${section === "" ? "" : ` ${section}`}\n \tspin_lock(&mill->lock);\n-\tmill->turns++;\n \tspin_unlock(&mill->lock);\n \treturn 0;\n }\n`;

const TURN = "static int mill_turn(struct mill *mill)";
const GRIND = "static int mill_grind(struct mill *mill, int sacks)";

describe("the function that the @@ line names", () => {
  test("a nearer place in another function is passed by, and the report says so", () => {
    const images = on(MILL, inside(GRIND));
    assert.deepEqual(told(images), [
      "offset 16, in the function that its @@ line names and not at line 9 of the tree, in mill_turn, which is nearer",
    ]);
    const last = MILL.lastIndexOf("\tmill->turns++;\n");
    assert.equal(after(images), MILL.slice(0, last) + MILL.slice(last + "\tmill->turns++;\n".length));
    assert.match(images.notes.join("\n"), /not at line 9 of the tree, in mill_turn/);
  });

  test("without a name the nearest place is taken, as GNU patch takes it", () => {
    assert.deepEqual(told(on(MILL, inside("", 9))), ["offset -1"]);
  });

  test("a name that the tree has not: refused, even where the lines stand", () => {
    const images = on(MILL, inside("static void mill_nowhere(struct mill *mill, long rain)"));
    assert.deepEqual(told(images), [
      "rejected: its @@ line names mill_nowhere, which the file does not have",
    ]);
    assert.equal(after(images), MILL);
  });

  test("lines that stand only in another function than the named one: refused", () => {
    const images = on(MILL, inside("static int mill_idle(struct mill *mill)"));
    assert.match(
      told(images)[0]!,
      /^rejected: its @@ line names mill_idle, but its lines are found only at line 9 of the tree/,
    );
  });

  test("a function that an earlier patch renames is found under its new name", () => {
    const rename = `@@ -3,3 +3,3 @@\n-${TURN}\n+static int mill_spin(struct mill *mill, bool fast)\n {\n \tint before = mill->turns;\n`;
    const tree = memoryTree({ [PATH]: MILL });
    const first = patchOf(header() + rename, "[PATCH 1/2] mill: rename");
    const images = imagesOf(tree, [first], patchOf(header() + inside(TURN), "[PATCH 2/2] mill: turn"));
    assert.deepEqual(told(images), ["exact, in mill_spin, as mill_turn is called there"]);
  });

  test("the same arguments under another name are evidence only where the lines stand once", () => {
    const section = "static int mill_turned(struct mill *mill, int sacks)";
    const hunk = inside(section, 23)
      .replace("-23,5 +23,4", "-22,6 +22,5")
      .replace(" \tspin_lock", " \tmill_check(mill, sacks);\n \tspin_lock");
    assert.deepEqual(told(on(MILL, hunk)), ["offset 1, in mill_grind, as mill_turned is called there"]);
    const twice = MILL.replace("\tmill_check(mill, before);", "\tmill_check(mill, sacks);");
    assert.match(told(on(twice, hunk))[0]!, /^rejected: its @@ line names mill_turned/);
  });

  test("the same arguments under another name, some of the context dropped: only where what is changed stands once", () => {
    const hunk = `@@ -22,6 +22,5 @@ static int mill_turned(struct mill *mill, int sacks)\n \told_a();\n \told_b();\n \tmill_load(mill, sacks);\n-\tmill_check(mill, sacks);\n \tspin_lock(&mill->lock);\n \tmill->turns++;\n`;
    assert.match(told(on(MILL, hunk))[0]!, /^fuzz 2.*, in mill_grind, as mill_turned is called there$/);
    const [load, check] = ["\tmill_load(mill, sacks);\n", "\tmill_check(mill, sacks);\n"];
    const twice = MILL.replace(
      "\tmill->idle = true;\n",
      `\tmill->idle = true;\n${load}${check}\tspin_lock(&mill->lock);\n`,
    );
    assert.match(told(on(twice, hunk))[0]!, /^rejected: its @@ line names mill_turned/);
  });

  test("a hunk that shows the definition it changes needs no name", () => {
    const hunk = `@@ -90,5 +90,5 @@ static void mill_long_gone(void)\n static int mill_idle(struct mill *mill)\n {\n-\tmill->idle = true;\n+\tmill->idle = 1;\n \treturn mill->turns;\n }\n`;
    assert.match(told(on(MILL, hunk))[0]!, /^offset -7\d$/);
  });

  test("a definition that fuzz dropped shows nothing", () => {
    const hunk = `@@ -8,6 +8,5 @@ static void mill_long_gone(void)\n static int mill_other(struct mill *mill) {\n \tspin_lock(&mill->lock);\n-\tmill->turns++;\n \tspin_unlock(&mill->lock);\n \treturn 0;\n }\n`;
    assert.match(told(on(MILL, hunk))[0]!, /^rejected: its @@ line names mill_long_gone/);
  });

  test("a function that goes above another one needs only that one", () => {
    const hunk = `@@ -12,3 +12,8 @@ static void mill_long_gone(void)\n }\n \n+static int mill_new(void)\n+{\n+\treturn 0;\n+}\n+\n static int mill_idle(struct mill *mill)\n {\n \tmill->idle = true;\n`;
    assert.match(told(on(MILL, hunk))[0]!, /^(exact|offset|fuzz)/);
  });

  test("three lines of fuzz only in the named function", () => {
    const hunk = (section: string) =>
      `@@ -5,7 +5,7 @@ ${section}\n \tone();\n \ttwo();\n \tthree();\n-\tmill_check(mill, before);\n+\tmill_look(mill, before);\n \tfour();\n \tfive();\n \tsix();\n`;
    assert.match(told(on(MILL, hunk(TURN)))[0]!, /^fuzz 3/);
    assert.match(told(on(MILL, hunk("")))[0]!, /^rejected|^merged/);
    assert.match(told(on(MILL, hunk(GRIND)))[0]!, /^rejected/);
  });

  test("white space that differs is evidence in the named function only", () => {
    const spaces = (section: string) => inside(section, 23).replaceAll("\t", "    ");
    assert.match(
      told(on(MILL, spaces(GRIND)))[0]!,
      /^merged: .* in mill_grind, and only the white space differs/,
    );
    assert.match(
      told(on(MILL, spaces("static int mill_nowhere(int a)")))[0]!,
      /^rejected: its @@ line names/,
    );
  });
});

describe("another form of a line", () => {
  test("it is quoted, and the hunk is not forced", () => {
    const newer = MILL.replace("mill_load(mill, sacks);", "mill_load_checked(mill, sacks, GFP_KERNEL);");
    const hunk = `@@ -18,5 +18,5 @@ ${GRIND}\n {\n-\tmill_load(mill, sacks);\n+\tmill_carry(mill, sacks);\n \tmill_check(mill, sacks);\n \tspin_lock(&mill->lock);\n`;
    const images = on(newer, hunk);
    assert.deepEqual(told(images), [
      'rejected: mill_grind has no line "mill_load(mill, sacks);": "mill_load_checked(mill, sacks, GFP_KERNEL);" stands in its place, at line 22 of the tree',
    ]);
    assert.equal(after(images), newer);
  });
});

describe("the tree has a patch", () => {
  const adds = `@@ -15,4 +15,5 @@ static int mill_idle(struct mill *mill)\n {\n \tmill->idle = true;\n+\tmill_rest(mill);\n \treturn mill->turns;\n }\n`;
  const removes = `@@ -4,7 +4,6 @@ ${TURN}\n {\n \tint before = mill->turns;\n \n-\tmill_NAME(mill);\n \tmill_check(mill, before);\n \tspin_lock(&mill->lock);\n \tmill->turns++;\n`;
  const rested = MILL.replace("\treturn mill->turns;\n", "\tmill_rest(mill);\n\treturn mill->turns;\n");

  test("when what it adds is there", () => {
    const images = on(rested, adds);
    assert.equal(images.standing, "there");
    assert.match(images.notes[0]!, /the tree already has this patch/);
    assert.equal(before(images), MILL);
  });

  test("not because lines that it removes were never there", () => {
    const images = on(MILL, removes.replace("NAME", "never_was"));
    assert.equal(images.standing, "before");
    assert.equal(images.reversed, false);
    assert.deepEqual(
      images.notes.filter((n) => /already/.test(n)),
      [],
    );
    assert.match(told(images)[0]!, /^rejected: /);
    assert.equal(before(images), MILL);
  });

  test("not because of one removal beside a hunk that fits nowhere", () => {
    const nowhere = `@@ -90,4 +89,4 @@ static void mill_nowhere(void)\n {\n-\told();\n+\tnew();\n }\n`;
    const images = on(MILL, removes.replace("NAME", "load") + nowhere, { knows: () => true });
    assert.equal(images.standing, "before");
    assert.deepEqual(
      images.notes.filter((n) => /already|in part/.test(n)),
      [],
    );
    assert.ok(told(images).every((t) => t.startsWith("rejected")));
  });

  test("what only removes reads as after it when the tree knows the names, and no more is claimed", () => {
    const images = on(MILL, removes.replace("NAME", "oil"), { knows: (n) => n === "mill_oil" });
    assert.equal(images.standing, "as-after");
    assert.ok(before(images).includes("\tmill_oil(mill);\n"));
    assert.match(images.notes[0]!, /none of the lines that this patch removes/);
    assert.ok(!images.notes.some((n) => /already has/.test(n)));
  });

  test("what only removes, with other context, reads as after it where its function has every name of it", () => {
    const gone = (line: string) =>
      `@@ -90,7 +90,6 @@ ${GRIND}\n \told_a();\n \told_b();\n {\n-\t${line}\n \tmill_load(mill, sacks);\n \tmill_check(mill, sacks);\n \tspin_lock(&mill->lock);\n`;
    const images = on(MILL, gone("mill_check(mill, mill->turns);"));
    assert.equal(images.standing, "as-after");
    assert.match(before(images), /\{\n\tmill_check\(mill, mill->turns\);\n\tmill_load/);
    const strange = on(MILL, gone("mill_oil(mill, mill->turns);"), { knows: () => true });
    assert.equal(strange.standing, "before");
    assert.match(told(strange)[0]!, /^rejected/);
  });

  test("in part: each hunk by itself, and the report says which", () => {
    const other = `@@ -19,3 +20,4 @@ ${GRIND}\n {\n \tmill_load(mill, sacks);\n+\tmill_weigh(mill, sacks);\n \tmill_check(mill, sacks);\n`;
    const images = on(rested, adds + other);
    assert.equal(images.standing, "half");
    assert.equal(images.reversed, false);
    assert.match(images.notes[0]!, /in part: 1 of 2 hunks are there \(fs\/mill\.c @@ -15,4 \+15,5 @@\)/);
    assert.ok(!before(images).includes("mill_rest"));
    assert.ok(after(images).includes("mill_rest") && after(images).includes("mill_weigh"));
  });

  test("the id of the file says it where the lines do not", () => {
    const twice = MILL.replace("\tmill->idle = true;\n", "\tmill_rest(mill);\n\tmill_rest(mill);\n");
    const once = MILL.replace("\tmill->idle = true;\n", "\tmill_rest(mill);\n");
    const hunk = `@@ -15,3 +15,4 @@ static int mill_idle(struct mill *mill)\n {\n \tmill_rest(mill);\n+\tmill_rest(mill);\n`;
    const index = `index ${blobId(once).slice(0, 12)}..${blobId(twice).slice(0, 12)} 100644\n`;
    const diff = header().replace("---", `${index}---`) + hunk;
    const stands = (text: string) => imagesOf(memoryTree({ [PATH]: text }), [], patchOf(diff)).standing;
    assert.equal(stands(once), "before");
    assert.equal(stands(twice), "there");
  });
});

test("a hunk that moves a line past one that the tree does not have says which", () => {
  const lines = [
    " static int mill_grind(struct mill *mill, int sacks)",
    " {",
    "+\tmill_load(mill, sacks);",
    "+\tmill_check(mill, sacks);",
    " \tif (mill_stuck(mill, sacks))",
    " \t\treturn -EIO;",
    "-\tmill_load(mill, sacks);",
    "-\tmill_check(mill, sacks);",
    " \tspin_lock(&mill->lock);",
    " \tmill->turns++;",
    " \tspin_unlock(&mill->lock);",
  ];
  const hunk = `@@ -18,9 +18,9 @@ ${GRIND}\n${lines.join("\n")}\n`;
  const images = imagesOf(memoryTree({ [PATH]: MILL }), [], patchOf(header() + hunk));
  assert.deepEqual(told(images), [
    'rejected: it only moves "mill_load(mill, sacks);" past "if (mill_stuck(mill, sacks))", which this text does not have there',
  ]);
});

test("a hunk for a file that the tree lacks leaves the others alone", () => {
  const other = `${header("fs/gone.c")}@@ -1,2 +1,2 @@ int gone(void)\n int a;\n-int b;\n+int c;\n`;
  const images = imagesOf(memoryTree({ [PATH]: MILL }), [], patchOf(header() + inside(TURN) + other));
  assert.deepEqual(told(images), ["exact", "rejected: the tree has no such file"]);
});

const field = (name: string): SideImages => {
  const file = join(corpusDir, "field", name);
  const { tree } = openTree(kernelDir!);
  return imagesOf(tree!, [], parseDocument(readFileSync(file), file).patches[0]!);
};

test("field: hunks that fit no kernel, on one", onCorpus(kernelSkip), () => {
  for (const [name, why] of [
    ["hunk-misplaced.eml", /^rejected: its @@ line names dax_elsewhere, which the file does not have$/],
    ["rejected-reason.eml", /^rejected: its @@ line names gup_no_such_range, which the file does not have$/],
    ["no-such-file-reason.eml", /^rejected: the tree has no such file$/],
  ] as const)
    assert.match(told(field(name))[0]!, why, name);
  const falsely = field("tree-has-this-patch-falsely.eml");
  assert.equal(falsely.standing, "before");
  assert.ok(
    told(falsely).every((t) => t.startsWith("rejected")),
    told(falsely).join(),
  );
});

describe("a function that the tree has in another form", () => {
  const added = `@@ -12,3 +12,9 @@ ${TURN}\n }\n \n+static int mill_grind(struct mill *mill, int sacks)\n+{\n+\tmill->turns += sacks;\n+\treturn 0;\n+}\n+\n static int mill_idle(struct mill *mill)\n`;
  const patch = patchOf(header() + added.replace("-12,3 +12,9", "-12,3 +12,9"));

  test("is not put in a second time, and stays the tree's", () => {
    const placed = imagesOf(memoryTree({ [PATH]: MILL }), [], patch);
    assert.deepEqual(told(placed), ["rejected: the file defines mill_grind already, in another form"]);
    const { images, definitions } = grafted(placed, patch, () => true);
    assert.deepEqual(definitions, []);
    assert.equal(before(images), MILL);
    assert.equal(after(images), MILL);
  });

  test("whole on both sides of the mail it is of another kernel, and stays the tree's", () => {
    const sides = ["\twheel_stop(mill->wheel);\n", ""].map(
      (l) =>
        `int mill_grind(struct mill *mill, int sacks)\n{\n\twheel_start(mill->wheel);\n${l}\treturn 0;\n}\n`,
    );
    const patch = parseDocument(
      Buffer.from(patchMail(1, 1, { path: PATH, from: sides[0]!, to: sides[1]! })),
      "mill.eml",
    ).patches[0]!;
    const placed = imagesOf(memoryTree({ [PATH]: MILL }), [], patch);
    assert.match(told(placed)[0]!, /^rejected/);
    const { images, definitions } = grafted(placed, patch, () => true);
    assert.deepEqual(definitions, []);
    assert.equal(before(images), MILL);
    assert.equal(after(images), MILL);
  });

  test("a file that the tree lacks stays away", () => {
    const { images, definitions } = grafted(imagesOf(memoryTree({}), [], patch), patch, () => false);
    assert.deepEqual(definitions, []);
    assert.equal(images.files[0]!.after, null);
  });
});

describe("a function that is added by a hunk that does not fit", () => {
  const added = `@@ -90,3 +90,9 @@ static void mill_nowhere(void)\n \tof_another();\n }\n \n+static int mill_weigh(struct mill *mill, int sacks)\n+{\n+\tmill->turns += sacks;\n+\treturn 0;\n+}\n+\n static int mill_other(struct mill *mill)\n`;
  const patch = patchOf(header() + inside(TURN) + added);
  const placed = imagesOf(memoryTree({ [PATH]: MILL }), [], patch);

  test("is put in where the tree has nothing of that name", () => {
    assert.match(told(placed)[1]!, /^rejected/);
    const { images, definitions, notes } = grafted(placed, patch, () => false);
    assert.deepEqual(
      definitions.map((d) => `${d.side} ${d.name}`),
      ["after mill_weigh"],
    );
    assert.equal(before(images), MILL);
    assert.ok(after(images).includes("\tmill->turns += sacks;\n"));
    assert.match(notes[0]!, /mill_weigh\(\) is put in as the mail adds it/);
    const file = images.files[0]!;
    const at = after(images).split("\n").indexOf("static int mill_weigh(struct mill *mill, int sacks)");
    assert.ok(file.afterDocLines[at]! > 0);
    assert.equal(file.afterDocLines.length, after(images).split("\n").length - 1);
  });

  test("and is not where no hunk fits the file", () => {
    const alone = patchOf(header() + added);
    const { images, definitions } = grafted(
      imagesOf(memoryTree({ [PATH]: MILL }), [], alone),
      alone,
      () => false,
    );
    assert.deepEqual(definitions, []);
    assert.equal(after(images), MILL);
  });

  test("and is not where another file has one", () => {
    assert.deepEqual(grafted(placed, patch, (name) => name === "mill_weigh").definitions, []);
  });
});

describe("a function that a hunk meets among other lines", () => {
  const hunk = (call: string) =>
    `@@ -20,9 +20,10 @@ static int mill_idle(struct mill *mill)\n static int mill_grind(struct mill *mill, int sacks)\n {\n-\tmill_load(mill, sacks);\n+\tif (sacks)\n+\t\tmill_load(mill, sacks);\n \t${call}(mill, 1);\n \tspin_lock(&mill->lock);\n \tmill->turns++;\n \tspin_unlock(&mill->lock);\n \treturn 0;\n }\n`;
  const graft = (call: string) => {
    const patch = patchOf(header() + hunk(call));
    const placed = imagesOf(memoryTree({ [PATH]: MILL }), [], patch);
    assert.match(told(placed)[0]!, /^merged/);
    return grafted(placed, patch, (name) => name === "mill_weigh");
  };

  test("runs as the mail has it where the mail shows it whole", () => {
    const { images, notes } = graft("mill_weigh");
    for (const text of [before(images), after(images)]) {
      assert.ok(text.includes("\tmill_weigh(mill, 1);\n"));
      assert.ok(!text.includes("mill_check(mill, sacks);"));
    }
    assert.match(
      notes[0]!,
      /mill_grind\(\) runs as the mail has it on both sides: the tree has it with other/,
    );
  });

  test("stays the tree's where the mail's calls what the tree does not have", () => {
    const { images, definitions } = graft("mill_gauge");
    assert.deepEqual(definitions, []);
    assert.ok(after(images).includes("mill_check(mill, sacks);"));
  });
});

describe("which kernel a patch stands on", () => {
  const makefile = "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 3\n";
  const hunk = inside("static void mill_nowhere(struct mill *mill)");
  const note = (date: string) => {
    const tree = memoryTree({ [PATH]: MILL, Makefile: makefile });
    const patch = { ...patchOf(header() + hunk), date };
    const refused = imagesOf(tree, [], patch).files[0]!.hunks.flatMap(({ fate }) =>
      fate.kind === "rejected" ? [fate.why] : [],
    );
    return baseNote(tree, patch, null, refused);
  };

  test("by its date and the names that the tree lacks", () => {
    assert.match(
      note("Thu, 01 Dec 2022 15:32:33 +0000"),
      /of 2022-12, when Linux 6\.0 was the last release; the tree is 6\.12 and names mill_nowhere.*: a tree of 6\.0 or 6\.1 should take it/,
    );
    assert.match(note("Mon, 25 Nov 2024 10:00:00 +0000"), /as this tree's Linux 6\.12 is.*--prerequisite/);
    assert.equal(note("no date"), "");
    assert.equal(releaseAt("Mon, 1 Jan 2035 10:00:00 +0000"), null);
  });

  test("of several trees the one that takes the patches best is used and named", () => {
    const root = mkdtempSync(join(tmpdir(), "folioscope-bases-"));
    try {
      const make = (name: string, text: string): string => {
        for (const folder of ["mm", "include/linux", "fs"])
          mkdirSync(join(root, name, folder), { recursive: true });
        writeFileSync(join(root, name, PATH), text);
        return join(root, name);
      };
      const trees = [make("older", MILL.replace("mill_turn(", "mill_rotate(")), make("fits", MILL)];
      const doc = parseDocument(Buffer.from(mail(header() + inside(TURN))), "mill.eml");
      const context = treeContext({ tree: trees[0]!, otherTrees: trees.slice(1) }, doc)!;
      assert.equal(context.tree.root, trees[1]);
      assert.match(
        context.chosen,
        /^fits \(unpacked source\) takes 1 of 1 hunks and is used; older .* takes 0 of 1/,
      );
      assert.equal(treeContext({ tree: trees[0]! }, doc)!.tree.root, trees[0]);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});

test("a function that one hunk takes out and another puts in is moved, not there twice", () => {
  const idle = MILL.slice(MILL.indexOf("static int mill_idle"), MILL.indexOf("static int mill_grind"));
  const as = (sign: string) => idle.trimEnd().replace(/^/gm, sign);
  const put = `@@ -1,4 +1,10 @@\n #include <linux/mill.h>\n \n${as("+")}\n+\n ${TURN}\n {\n`;
  const take = `@@ -13,8 +19,2 @@ ${TURN}\n }\n \n${as("-")}\n-\n`.replace("-13,8 +19,2", "-12,8 +18,2");
  const images = on(MILL, put + take);
  assert.ok(
    told(images).every((t) => /^(exact|offset|fuzz)/.test(t)),
    told(images).join(),
  );
  assert.equal(after(images).match(/mill_idle\(/g)?.length, 1);
});
