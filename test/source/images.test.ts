// The images of a patch in a tree: every fate of a hunk, both directions, stacks, files that come and go, and the
// document line of every image line.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Patch } from "../../server/mail/types.ts";
import { parseDocument } from "../../server/parse.ts";
import { evenBlanks } from "../../server/source/apply.ts";
import { type FileImages, imagesOf, type SideImages } from "../../server/source/images.ts";
import { blobId, openTree } from "../../server/source/tree.ts";
import { corpusFiles, onCorpus } from "../support/corpus.ts";
import { kernelDir, kernelSkip } from "../support/kernel.ts";
import { mail, memoryTree, patchOf } from "../support/memory_tree.ts";

const PATH = "fs/pond.c";

/** A file of ours: three functions with lines of their own. */
const POND = `#include <linux/pond.h>

static int pond_depth(struct pond *pond)
{
	int depth = pond->depth;

	if (pond->frozen)
		return -EBUSY;
	return depth;
}

static int pond_fill(struct pond *pond, int litres)
{
	int ret;

	ret = pond_lock(pond);
	if (ret)
		return ret;
	pond->litres += litres;
	pond_wake(pond);
	pond_unlock(pond);
	return 0;
}

int pond_drain(struct pond *pond)
{
	int ret = pond_lock(pond);

	if (ret)
		return ret;
	pond->litres = 0;
	pond_unlock(pond);
	return 0;
}
`;

const header = (path = PATH) => `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n`;

/** Wakes after unlocking instead of before. */
const HUNK = `@@ -17,8 +17,8 @@ static int pond_fill(struct pond *pond, int litres)
 	if (ret)
 		return ret;
 	pond->litres += litres;
-	pond_wake(pond);
 	pond_unlock(pond);
+	pond_wake(pond);
 	return 0;
 }
 
`;

const AFTER = POND.replace(
  "\tpond_wake(pond);\n\tpond_unlock(pond);\n",
  "\tpond_unlock(pond);\n\tpond_wake(pond);\n",
);

function only(images: SideImages): FileImages {
  assert.equal(images.files.length, 1);
  return images.files[0]!;
}

function fates(images: SideImages): string[] {
  return images.files.flatMap((f) =>
    f.hunks.map((h) =>
      h.fate.kind === "fuzz"
        ? `fuzz ${h.fate.fuzz} ${h.fate.lines}`
        : h.fate.kind === "offset"
          ? `offset ${h.fate.lines}`
          : h.fate.kind,
    ),
  );
}

const on = (text: string, diff: string = header() + HUNK) =>
  imagesOf(memoryTree({ [PATH]: text }), [], patchOf(diff));

/** Every image line that claims a document line reads as the mail does there, and the shown lines are all claimed. */
function checkDocLines(patch: Patch, images: SideImages): number {
  let checked = 0;
  for (const file of images.files) {
    const lines = new Map(
      patch.files.flatMap((f) => f.hunks.flatMap((h) => h.lines.map((l) => [l.docLine, l] as const))),
    );
    for (const [side, text, doc] of [
      ["-", file.before, file.beforeDocLines],
      ["+", file.after, file.afterDocLines],
    ] as const) {
      if (text === null) continue;
      const image = text === "" ? [] : text.replace(/\n$/, "").split("\n");
      assert.equal(doc.length, image.length, `${file.path} ${side}`);
      const claimed = doc.filter((d) => d > 0);
      assert.equal(new Set(claimed).size, claimed.length, `${file.path}: a document line stands twice`);
      image.forEach((line, i) => {
        if (doc[i] === 0) return;
        const shown = lines.get(doc[i]!)!;
        assert.ok(shown.kind === " " || shown.kind === side, `${file.path}:${i + 1}`);
        assert.equal(evenBlanks(line).replace(/\s/g, ""), evenBlanks(shown.text).replace(/\s/g, ""));
        checked++;
      });
    }
  }
  return checked;
}

test("exact: both images, and the document line of what the mail shows", () => {
  const patch = patchOf(header() + HUNK);
  const images = imagesOf(memoryTree({ [PATH]: POND }), [], patch);
  const file = only(images);
  assert.deepEqual(fates(images), ["exact"]);
  assert.equal(file.before, POND);
  assert.equal(file.after, AFTER);
  assert.equal(file.pristine, POND);
  assert.equal(file.source, "work tree");
  assert.equal(images.reversed, false);
  assert.deepEqual(images.notes, []);
  assert.equal(checkDocLines(patch, images), 16);
  const docLine = (text: string) =>
    mail(header() + HUNK)
      .split("\n")
      .indexOf(text) + 1;
  assert.equal(file.beforeDocLines[19], docLine("-\tpond_wake(pond);"));
  assert.equal(file.afterDocLines[20], docLine("+\tpond_wake(pond);"));
  assert.equal(file.afterDocLines[0], 0);
});

test("a mail without an index line is of the tree where every hunk fits at its own line; with another blob's it is not", () => {
  const own = (text: string, diff: string): boolean => only(on(text, diff)).own;
  const index = (id: string): string =>
    (header() + HUNK).replace("--- a/", `index ${id}..1234567 100644\n--- a/`);
  assert.equal(own(POND, header() + HUNK), true);
  assert.equal(own(`/* one */\n${POND}`, header() + HUNK), false, "it fits further down");
  assert.equal(own(AFTER, header() + HUNK), false, "the tree has it already");
  assert.equal(own(POND, index("89abcde")), false, "made of another text, which is the same there");
  assert.equal(own(POND, index(blobId(POND).slice(0, 12))), true);
});

test("offset: nearest place, as far as the header says", () => {
  const text = `/* one\n * two\n */\n${POND}`;
  const images = on(text);
  assert.deepEqual(fates(images), ["offset 3"]);
  assert.equal(only(images).after, `/* one\n * two\n */\n${AFTER}`);
});

test("the drift of one hunk is where the next is looked for", () => {
  const block = "\tstep();\n\tstep();\n\tstep();\n\tstep();\n";
  const text = `\tzero();\n\tnew();\n\tfirst();\n${block}${block}${block}`;
  const diff = `${header()}@@ -2,2 +2,2 @@\n-\tfirst();\n+\tonce();\n \tstep();\n@@ -7,1 +7,1 @@\n-\tstep();\n+\tmark();\n`;
  const images = on(text, diff);
  assert.deepEqual(fates(images), ["offset 1", "offset 1"]);
  const lines = only(images).after!.split("\n");
  assert.equal(lines[2], "\tonce();");
  assert.equal(lines.indexOf("\tmark();"), 7);
});

test("fuzz: context at the ends may differ, removed lines may not", () => {
  const fuzz1 = POND.replace(
    "\tif (ret)\n\t\treturn ret;\n\tpond->litres +=",
    "\tif (ret < 0)\n\t\treturn ret;\n\tpond->litres +=",
  );
  const images = on(fuzz1);
  assert.deepEqual(fates(images), ["fuzz 1 0"]);
  const file = only(images);
  assert.equal(
    file.after,
    AFTER.replace(
      "\tif (ret)\n\t\treturn ret;\n\tpond->litres +=",
      "\tif (ret < 0)\n\t\treturn ret;\n\tpond->litres +=",
    ),
  );
  assert.equal(file.beforeDocLines[16], 0, "the line that differs is not the mail's");
  const gone = on(POND.replace("pond_wake(pond)", "pond_wake_all(pond)"));
  assert.deepEqual(fates(gone), ["rejected"]);
  assert.match(
    gone.notes[0]!,
    /fs\/pond\.c, @@ -17,8 \+17,8 @@ does not fit the tree: .*no line "pond_wake\(pond\);"/,
  );
  assert.equal(only(gone).after, only(gone).before);
});

test("white space that a mail damaged is told as evidence, in the function that the hunk names", () => {
  const images = on(POND, header() + HUNK.replace("-\tpond_wake(pond);", "-    pond_wake(pond);"));
  assert.deepEqual(fates(images), ["merged"]);
  assert.match(
    images.notes.join(),
    /all of its lines stand at line 17 of the tree, in pond_fill, and only the white space/,
  );
  assert.equal(only(images).after, AFTER);
});

test("a match that rests on braces alone is no match", () => {
  const diff = `${header()}@@ -8,6 +8,7 @@\n \tgone_a();\n \tgone_b();\n }\n+int added_here;\n \n gone_c();\n gone_d();\n`;
  const images = on(POND, diff);
  assert.deepEqual(fates(images), ["rejected"]);
  assert.equal(only(images).after, POND);
});

test("reversed: the tree holds the patch, so before is the tree with it taken back", () => {
  const patch = patchOf(header() + HUNK);
  const images = imagesOf(memoryTree({ [PATH]: AFTER }), [], patch);
  assert.equal(images.reversed, true);
  assert.deepEqual(fates(images), ["already"]);
  assert.equal(only(images).after, AFTER);
  assert.equal(only(images).before, POND);
  assert.match(images.notes[0]!, /already has this patch: before is memory \(work tree\) with it taken back/);
  assert.equal(checkDocLines(patch, images), 16);
  const shifted = on(`/* moved */\n${AFTER}`);
  assert.equal(only(shifted).before, `/* moved */\n${POND}`);
});

test("one hunk in the tree already, the rest not: each lies its own way", () => {
  const second = `@@ -29,5 +29,5 @@ int pond_drain(struct pond *pond)\n \tif (ret)\n \t\treturn ret;\n-\tpond->litres = 0;\n+\tpond->litres = POND_EMPTY;\n \tpond_unlock(pond);\n \treturn 0;\n`;
  const third = `@@ -3,5 +3,5 @@\n static int pond_depth(struct pond *pond)\n {\n-\tint depth = pond->depth;\n+\tint depth = READ_ONCE(pond->depth);\n \n \tif (pond->frozen)\n`;
  const patch = patchOf(header() + third + HUNK + second);
  const images = imagesOf(memoryTree({ [PATH]: AFTER }), [], patch);
  assert.equal(images.reversed, false);
  assert.deepEqual(fates(images), ["exact", "already", "exact"]);
  const all = (s: string) =>
    s.replace("= pond->depth", "= READ_ONCE(pond->depth)").replace("litres = 0", "litres = POND_EMPTY");
  assert.equal(only(images).after, all(AFTER));
  assert.equal(only(images).before, POND);
  assert.equal(images.standing, "half");
  assert.match(images.notes.join(), /has this patch in part: 1 of 3 hunks are there \(fs\/pond\.c @@ -17,8/);
});

test("merged: lines between that the patch does not know, inside the function it names", () => {
  const other = POND.replace(
    "\tpond->litres += litres;\n\tpond_wake(pond);\n\tpond_unlock(pond);\n\treturn 0;",
    "\tif (litres > pond->room)\n\t\tgoto out;\n\tpond_wake(pond);\n\ttrace_pond(pond);\nout:\n\tpond_unlock(pond);\n\treturn 0;",
  );
  const images = on(other);
  assert.deepEqual(fates(images), ["merged"]);
  const after = only(images).after!;
  assert.equal(
    after,
    other
      .replace("\tpond_wake(pond);\n", "")
      .replace("out:\n\tpond_unlock(pond);\n", "out:\n\tpond_unlock(pond);\n\tpond_wake(pond);\n"),
  );
  assert.match(images.notes[0]!, /merged by content: .* in pond_fill/);
  checkDocLines(patchOf(header() + HUNK), images);
});

test("merged only where there is one place, and never what is there already", () => {
  const diff = `${header()}@@ -90,4 +90,5 @@ static int pond_fill(struct pond *pond, int litres)\n \tgone();\n \tret = pond_lock(pond);\n+\tpond_count(pond);\n \tmissing();\n \tabsent();\n`;
  const twice = POND.replace(
    "\tif (ret)\n\t\treturn ret;\n\tpond->litres +=",
    "\tret = pond_lock(pond);\n\tpond->litres +=",
  );
  const unsure = on(twice, diff);
  assert.deepEqual(fates(unsure), ["rejected"]);
  assert.match(unsure.notes[0]!, /more than one place in pond_fill/);
  const counted = POND.replace(
    "\tif (ret)\n\t\treturn ret;\n\tpond->litres +=",
    "\tpond_count(pond);\n\tpond->litres +=",
  );
  const there = on(counted, diff);
  assert.deepEqual(fates(there), ["already"]);
  assert.equal(only(there).before, counted.replace("\tpond_count(pond);\n", ""));
  const more = diff
    .replace("-90,4 +90,5", "-90,4 +90,6")
    .replace("+\tpond_count(pond);\n", "+\tpond_count(pond);\n+\tpond_log(pond);\n");
  const partly = on(counted, more);
  assert.deepEqual(fates(partly), ["rejected"]);
  assert.match(partly.notes[0]!, /partly there already/);
  const sure = on(POND, diff);
  assert.deepEqual(fates(sure), ["merged"]);
});

test("merged: one neighbour that stands in many places is not enough", () => {
  const diff = `${header()}@@ -90,4 +90,5 @@ static int pond_fill(struct pond *pond, int litres)\n \tgone();\n \tpond_unlock(pond);\n+\tpond_count(pond);\n \tmissing();\n \tabsent();\n`;
  const images = on(POND, diff);
  assert.deepEqual(fates(images), ["rejected"]);
  assert.match(
    images.notes[0]!,
    /one line beside "pond_count\(pond\);" is in pond_fill, and it says too little/,
  );
});

test("merged: a function goes behind the one that the heading names, even when nothing else fits", () => {
  const diff = `${header()}@@ -90,4 +90,8 @@ static int pond_fill(struct pond *pond, int litres)\n \tgone();\n }\n \n+static void pond_new(void)\n+{\n+}\n+\n missing();\n`;
  const images = on(POND, diff);
  assert.deepEqual(fates(images), ["merged"]);
  assert.equal(
    only(images).after,
    POND.replace("int pond_drain(", "static void pond_new(void)\n{\n}\n\nint pond_drain("),
  );
});

test("merged: no second definition of a function", () => {
  const added = `static int pond_depth(struct pond *pond)\n{\n\treturn 0;\n}\n`
    .replace(/^/gm, "+")
    .replace(/\+$/, "");
  const diff = `${header()}@@ -60,4 +60,8 @@ static int pond_fill(struct pond *pond, int litres)\n \tgone();\n \treturn 0;\n }\n${added} gone_too();\n`;
  const images = on(POND, diff);
  assert.deepEqual(fates(images), ["rejected"]);
  assert.match(images.notes[0]!, /defines pond_depth already/);
});

const ADDED = `diff --git a/fs/new.c b/fs/new.c
new file mode 100644
--- /dev/null
+++ b/fs/new.c
@@ -0,0 +1,2 @@
+int one;
+int two;
`;

test("a new file has no before image; one that the tree has already is taken back", () => {
  const patch = patchOf(ADDED);
  const file = only(imagesOf(memoryTree({}), [], patch));
  assert.equal(file.before, null);
  assert.equal(file.after, "int one;\nint two;\n");
  assert.ok(file.afterDocLines.every((d) => d > 0));
  const there = imagesOf(memoryTree({ "fs/new.c": "int one;\nint two;\n" }), [], patch);
  assert.equal(there.reversed, true);
  assert.equal(only(there).before, null);
  assert.equal(only(there).after, "int one;\nint two;\n");
  const other = imagesOf(memoryTree({ "fs/new.c": "long other;\n" }), [], patch);
  assert.equal(only(other).hunks[0]!.fate.kind, "rejected");
  assert.match(other.notes[0]!, /tree has another one of this name/);
});

test("a deleted file has no after image; one that is gone already has its before from the mail", () => {
  const diff = `diff --git a/fs/old.c b/fs/old.c
deleted file mode 100644
--- a/fs/old.c
+++ /dev/null
@@ -1,2 +0,0 @@
-int one;
-int two;
`;
  const file = only(imagesOf(memoryTree({ "fs/old.c": "int one;\nint two;\n" }), [], patchOf(diff)));
  assert.equal(file.before, "int one;\nint two;\n");
  assert.equal(file.after, null);
  assert.equal(file.path, "fs/old.c");
  const gone = imagesOf(memoryTree({}), [], patchOf(diff));
  assert.equal(gone.reversed, true);
  assert.equal(only(gone).before, "int one;\nint two;\n");
  assert.equal(only(gone).after, null);
});

test("a renamed file takes its text along", () => {
  const diff = `diff --git a/fs/pond.c b/fs/lake.c
similarity index 90%
rename from fs/pond.c
rename to fs/lake.c
--- a/fs/pond.c
+++ b/fs/lake.c
${HUNK}`;
  const tree = memoryTree({ [PATH]: POND });
  const patch = patchOf(diff, "[PATCH 1/2] lake: rename");
  const file = only(imagesOf(tree, [], patch));
  assert.equal(file.path, "fs/lake.c");
  assert.equal(file.oldPath, PATH);
  assert.equal(file.after, AFTER);
  const next = patchOf(
    `${header("fs/lake.c")}@@ -3,3 +3,3 @@\n-static int pond_depth(struct pond *pond)\n+int pond_depth(struct pond *pond)\n {\n \tint depth = pond->depth;\n`,
  );
  const stacked = imagesOf(tree, [patch], next);
  const lake = stacked.files.find((f) => f.path === "fs/lake.c")!;
  assert.equal(lake.before, AFTER);
  assert.equal(lake.after, AFTER.replace("static int pond_depth", "int pond_depth"));
  const pond = stacked.files.find((f) => f.path === PATH)!;
  assert.equal(pond.after, null);
  assert.equal(pond.pristine, POND);
  assert.equal(pond.touched, false);
});

test("no newline at the end of a file", () => {
  const diff = `${header()}@@ -1,2 +1,2 @@\n int one;\n-int two;\n\\ No newline at end of file\n+int two;\n`;
  const images = on("int one;\nint two;", diff);
  assert.deepEqual(fates(images), ["exact"]);
  assert.equal(only(images).before, "int one;\nint two;");
  assert.equal(only(images).after, "int one;\nint two;\n");
  const back = on("int one;\nint two;\n", diff);
  assert.equal(back.reversed, true);
  assert.equal(only(back).before, "int one;\nint two;");
});

test("CRLF: the file's line ends win", () => {
  const crlf = (s: string) => s.replace(/\n/g, "\r\n");
  assert.equal(only(on(crlf(POND))).after, crlf(AFTER));
  const doc = parseDocument(Buffer.from(crlf(mail(header() + HUNK))), "crlf.eml");
  const file = only(imagesOf(memoryTree({ [PATH]: POND }), [], doc.patches[0]!));
  assert.equal(file.after, AFTER);
});

test("a stack: the tree plus earlier patches; what is in already is skipped, what does not fit is named", () => {
  const first = patchOf(header() + HUNK, "[PATCH 1/3] pond: wake late");
  const second = patchOf(
    `${header()}@@ -17,7 +17,7 @@ static int pond_fill(struct pond *pond, int litres)\n \t\treturn ret;\n \tpond->litres += litres;\n \tpond_unlock(pond);\n-\tpond_wake(pond);\n+\tpond_wake_all(pond);\n \treturn 0;\n }\n \n`,
    "[PATCH 2/3] pond: wake all",
  );
  const wrong = patchOf(
    `${header("fs/other.c")}@@ -1,2 +1,2 @@\n int a;\n-int b;\n+int c;\n`,
    "[PATCH 3/3] other: swap",
  );
  const tree = memoryTree({ [PATH]: POND, "fs/other.c": "int z;\n" });
  const images = imagesOf(tree, [first], second);
  assert.equal(only(images).before, AFTER);
  assert.equal(only(images).after, AFTER.replace("pond_wake(", "pond_wake_all("));
  assert.equal(only(images).pristine, POND);
  const has = imagesOf(memoryTree({ [PATH]: AFTER }), [first], second);
  assert.equal(only(has).before, AFTER);
  assert.match(has.notes[0]!, /1\/3 "pond: wake late" is in the tree already: not applied again/);
  const bad = imagesOf(tree, [wrong], first);
  assert.match(
    bad.notes[0]!,
    /3\/3 "other: swap" does not fit: fs\/other\.c, @@ -1,2 \+1,2 @@: .*no line "int b;"/,
  );
  const other = bad.files.find((f) => f.path === "fs/other.c")!;
  assert.equal(other.touched, false);
  assert.equal(other.after, "int z;\n");
});

test("the blob that the diff names goes before the base commit, and that before the work tree", () => {
  const index = header().replace("---", "index 1234abc..5678def 100644\n---");
  const shifted = `/* a */\n${POND}`;
  const patch = patchOf(index + HUNK, undefined, "base-commit: 0123456789abcdef0123456789abcdef01234567");
  const commit = { [`0123456789abcdef0123456789abcdef01234567:${PATH}`]: shifted };
  const base = patch.baseCommit ?? "0123456789abcdef0123456789abcdef01234567";
  const both = imagesOf(
    memoryTree({ [PATH]: "x\n" }, { blobs: { "1234abc": POND }, commits: commit }),
    [],
    patch,
    { seriesBase: base },
  );
  assert.equal(only(both).source, "blob 1234abc");
  assert.equal(only(both).after, AFTER);
  assert.equal(only(both).pristine, "x\n");
  const second = imagesOf(memoryTree({ [PATH]: "x\n" }, { commits: commit }), [], patch, {
    seriesBase: base,
  });
  assert.equal(only(second).source, "commit 0123456789ab");
  assert.equal(only(second).before, shifted);
  const third = imagesOf(memoryTree({ [PATH]: POND }), [], patch, { seriesBase: base });
  assert.equal(only(third).source, "work tree");
});

test("a file that the tree does not have, and files that are not C", () => {
  const images = imagesOf(
    memoryTree({}),
    [],
    patchOf(`${header("fs/Kconfig")}@@ -1 +1 @@\n-a\n+b\n${header()}${HUNK}`),
  );
  const c = images.files.find((f) => f.path === PATH)!;
  assert.equal(c.before, null);
  assert.equal(c.after, null);
  assert.match(images.notes.join(), /fs\/pond\.c: the tree has no such file/);
  assert.match(
    images.notes.join(),
    /the tree has nothing of fs: where a part of the source is unpacked, `npm run kernel -- --all`/,
  );
  const kconfig = images.files.find((f) => f.path === "fs/Kconfig")!;
  assert.equal(kconfig.before, null);
  assert.equal(kconfig.touched, true);
});

test("document lines of the whole corpus on a kernel", onCorpus(kernelSkip), () => {
  const { tree } = openTree(kernelDir!);
  let checked = 0;
  const files = ["seeds", "series", "cases"]
    .flatMap((f) => corpusFiles(f))
    .filter((f) => !f.includes(".reply"));
  for (const path of files) {
    for (const patch of parseDocument(readFileSync(path), path).patches)
      checked += checkDocLines(patch, imagesOf(tree!, [], patch));
  }
  assert.ok(checked > 5000, `${checked} lines`);
});
