/** Names that macros paste together at file scope of headers are found where the macro is called. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { isCallList } from "../../emulator/function/included_lists.ts";
import { KernelSources } from "../../emulator/function/sources.ts";
import { functionSource, headerIndex } from "../../server/source/function_source.ts";
import { callsOf, PastedNames } from "../../server/source/pasted_names.ts";
import { openTree } from "../../server/source/tree.ts";

const files: Record<string, string> = {
  "include/linux/make.h": [
    "#define MAKE_TEST(name) \\",
    "static inline int boat_test_##name(struct boat *b) { return b->flags & BOAT_##name; }",
    "#define MAKE_SET(name) \\",
    "static inline void boat_set_##name(struct boat *b) { b->flags |= BOAT_##name; }",
    "#define MAKE_FLAG(name) MAKE_TEST(name) MAKE_SET(name)",
    "#define MAKE_LATER(name) int boat_later_##name(struct boat *b)",
    "",
  ].join("\n"),
  "include/linux/boat.h": [
    "#include <linux/make.h>",
    "enum { BOAT_dirty = 1, BOAT_wet = 2, BOAT_old = 4 };",
    "struct boat { int flags; };",
    "/* MAKE_FLAG(said) is nothing */",
    "MAKE_FLAG(dirty)",
    "MAKE_TEST(wet)",
    "\tMAKE_SET(wet)",
    "#ifdef CONFIG_BOAT_DEBUG",
    "MAKE_FLAG(old)",
    "#else",
    "MAKE_LATER(old);",
    "#endif",
    "static inline int",
    "plain(int n)",
    "{",
    "\treturn n;",
    "}",
    "",
  ].join("\n"),
  "fs/pond/fields.h": [
    "#define FIELD(name, type, member) \\",
    "static inline type pond_##name(const struct pond *p) { return p->member; } \\",
    "static inline void pond_set_##name(struct pond *p, type v) { p->member = v; }",
    "struct pond { int depth; long width; };",
    "FIELD(depth, int, depth)",
    "FIELD(wide, long,",
    "      width)",
    "",
  ].join("\n"),
  "fs/pond/main.c": [
    "#include <linux/boat.h>",
    '#include "fields.h"',
    "int pond_fill(struct pond *p, struct boat *b)",
    "{",
    "\tif (boat_test_dirty(b) || boat_later_old(b))",
    "\t\treturn -1;",
    "\tpond_set_depth(p, pond_depth(p) + 1);",
    "\tboat_set_wet(b);",
    "\treturn pond_wide(p) > 3;",
    "}",
    "",
  ].join("\n"),
};

const names = (path: string): string[] => {
  const definers = (name: string): string[] =>
    name.startsWith("#")
      ? Object.keys(files).filter((p) => files[p]!.includes(`#define ${name.slice(1)}(`))
      : [];
  const source = { definers, read: (p: string) => files[p] ?? null, typedefs: new Set<string>(), config: [] };
  return [...new PastedNames(source).of(path, files[path]!)].sort();
};

test("calls of macros of other headers, of macros by macros, and of those on indented lines", () => {
  assert.deepEqual(names("include/linux/boat.h"), [
    "@boat_later_old",
    "boat_set_dirty",
    "boat_set_wet",
    "boat_test_dirty",
    "boat_test_wet",
  ]);
  assert.deepEqual(names("fs/pond/fields.h"), ["pond_depth", "pond_set_depth", "pond_set_wide", "pond_wide"]);
  assert.deepEqual(names("include/linux/make.h"), []);
});

test("a header that includes a list of calls has what it makes of them", () => {
  files["include/linux/way_list.h"] =
    "/* WAY(said) is nothing */\n#ifndef WAY\n# error what is a way\n#endif\nWAY(up, 1)\n#ifdef CONFIG_WAYS\nWAY(down, (2 | 4))\n#endif\n";
  files["include/linux/way.h"] =
    "#define WAY(n, f) WAY_##n,\nenum ways {\n#include <linux/way_list.h>\n\tWAY_NR\n};\n#undef WAY\n#define WAY(n, f) extern struct way way_##n;\n#include <linux/way_list.h>\n#undef WAY\n";
  assert.deepEqual(names("include/linux/way.h"), [
    "@way_down",
    "@way_up",
    "WAY_NR",
    "WAY_down",
    "WAY_up",
    "enum ways",
  ]);
  assert.deepEqual(names("include/linux/way_list.h"), []);
  for (const no of [
    "",
    "int f(int n);\n",
    "WAY(up) { }\n",
    "WAY(up\n",
    "#define WAY(n)\nWAY(up)\n",
    "way(up)\n",
    "#ifndef _W\n#define _W\nWAY(up)\n#endif\n",
  ])
    assert.equal(isCallList(no), false, no);
  assert.equal(isCallList("#define SORT 1\nWAY(up, SORT)\n"), true);
  assert.equal(isCallList("WAY(up),\nWAY(down);\n  __WAY(over, f(1))\n"), true);
});

test("a head whose name stands in the first column is no call", () => {
  assert.equal(
    callsOf(files["include/linux/boat.h"]!, (name) => name === "plainer"),
    null,
  );
  assert.equal(
    callsOf("int\nplain(int n)\n{\n}\n", () => false),
    null,
  );
});

test("a call that nothing closes is left out, and what follows is found", () => {
  const calls = callsOf("MADE(a, (b\n#define X 1\nMADE(c)\n", (name) => name === "MADE");
  assert.match(calls ?? "", /MADE\(c\)/);
  assert.doesNotMatch(calls ?? "", /MADE\(a/);
});

test("a function that calls them is read with their bodies", () => {
  const folder = mkdtempSync(join(tmpdir(), "folioscope-pasted-"));
  try {
    for (const [path, text] of Object.entries({ ...files, "mm/Makefile": "" })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const { tree } = openTree(folder);
    assert.ok(tree !== null);
    const path = "fs/pond/main.c";
    const source = functionSource(tree, headerIndex(tree, null), [path], () => null);
    assert.deepEqual(source.definers("boat_test_dirty"), ["include/linux/boat.h"]);
    assert.deepEqual(source.definers("pond_wide"), ["fs/pond/fields.h"]);
    const program = new KernelSources(source).program([{ path, text: files[path]! }]);
    for (const name of ["boat_test_dirty", "boat_set_wet", "pond_set_depth", "pond_wide"]) {
      const found = program.lookup(name, path);
      assert.ok(found?.kind === "function" && found.sym.def !== null, name);
    }
    const later = program.lookup("boat_later_old", path);
    assert.ok(later?.kind === "function" && later.sym.type().noProto !== true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
