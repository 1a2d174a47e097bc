/**
 * An image over a kernel tree: members that the reference kernel's records lack are all taken from the tree's, however many
 * stand one after the other. A tree of two files stands for it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildTreeImage, type TreeUnit } from "../../emulator/kernel_tree.ts";
import type { Image } from "../../emulator/vm/image.ts";

const names = (n: number): string[] => Array.from({ length: n }, (_, i) => `extra_${i}`);

function imageOf(text: string, headers: Record<string, string>, defines: Record<string, string>): Image {
  const unit: TreeUnit = {
    path: "fs/filler.c",
    text,
    changed: new Set(["function fill"]),
    stacked: new Set(),
    promoted: new Set(),
    preferred: false,
    newLines: new Set(),
  };
  return buildTreeImage("v6.12", [unit], {
    definers: (name) => (defines[name] === undefined ? [] : [defines[name]]),
    read: (path) => headers[path] ?? null,
    typedefs: new Set(),
    config: [],
  }).image;
}

const trapsOf = (image: Image, name: string): string[] =>
  image.lower(image.findFunction(name, "fs/filler.c")).traps.map((t) => t.message);

const INODE = "include/linux/inode_here.h";
const inode = (members: readonly string[]): Record<string, string> => ({
  [INODE]: `struct inode {\n${members.map((m) => `\t${m};\n`).join("")}};\n`,
});

test("straight code that asks for more members than there are rounds is modelled", () => {
  const all = names(40);
  const image = imageOf(
    `void fill(struct inode *inode)\n{\n${all.map((m) => `\tinode->${m} = 1;\n`).join("")}}\n`,
    inode(all.map((m) => `int ${m}`)),
    { "struct inode": INODE },
  );
  assert.deepEqual(trapsOf(image, "fill"), []);
});

test("a function that is called behind a member that is missing gets its own in the same round", () => {
  const all = names(12);
  const callees = all.map(
    (m, i) =>
      `static void step_${i}(struct inode *inode)\n{\n\tinode->${m} = ${i};\n${i === 0 ? "" : `\tstep_${i - 1}(inode);\n`}}\n`,
  );
  const image = imageOf(
    `${callees.join("")}void fill(struct inode *inode)\n{\n\tstep_11(inode);\n}\n`,
    inode(all.map((m) => `int ${m}`)),
    { "struct inode": INODE },
  );
  assert.deepEqual(trapsOf(image, "fill"), []);
  for (const i of all.keys()) assert.deepEqual(trapsOf(image, `step_${i}`), [], `step_${i}`);
});

test("a member whose type is not to be had costs its record no other", () => {
  const all = names(6);
  const image = imageOf(
    `void first(struct inode *inode)
{
${all.map((m) => `\tinode->${m} = 1;\n`).join("")}}

void fill(struct inode *inode)
{
	first(inode);
	inode->nowhere.count = 1;
}
`,
    inode([
      ...all.slice(0, 3).map((m) => `int ${m}`),
      "struct nowhere nowhere",
      ...all.slice(3).map((m) => `int ${m}`),
    ]),
    { "struct inode": INODE },
  );
  assert.deepEqual(trapsOf(image, "first"), []);
  assert.deepEqual(trapsOf(image, "fill"), ["struct inode has no member `nowhere`"]);
});

test("what only code that is off asks for is not taken", () => {
  const image = imageOf(
    "void fill(struct inode *inode)\n{\n\tinode->extra_0 = 1;\n\tif (0)\n\t\tinode->extra_1 = 1;\n}\n",
    inode(["int extra_0", "int extra_1"]),
    { "struct inode": INODE },
  );
  const fields = image.layoutOf("struct inode")!.fields;
  assert.equal(fields.has("extra_0"), true);
  assert.equal(fields.has("extra_1"), false);
});
