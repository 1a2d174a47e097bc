/** What a function of a file beside the patched ones names: what its own file includes counts, headers of its own folder, too. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { visitFunction } from "../../emulator/c/visit.ts";
import { KernelSources } from "../../emulator/function/sources.ts";
import { functionSource } from "../../server/source/function_source.ts";
import type { KernelTree } from "../../server/source/images.ts";

const files: Record<string, string> = {
  "net/pond/main.c": '#include "pond.h"\nint pond_add(void)\n{\n\treturn pond_find(3);\n}\n',
  "net/pond/pond.h": "int pond_find(int id);\n",
  "net/pond/core.c": '#include "class.h"\nint pond_find(int id)\n{\n\treturn look(&pond_class, id);\n}\n',
  "net/pond/class.h":
    "struct pond_kind { int n; };\nextern const struct pond_kind pond_class;\n#define POND_MOST 4\n",
  "net/pond/other.c": '#include "other.h"\nint pond_other(void)\n{\n\treturn OTHER;\n}\n',
  "net/pond/other.h": "#define OTHER 3\n",
};
const tree: KernelTree = {
  root: "/pond",
  describe: "pond",
  read: (path) => files[path] ?? null,
  blob: () => null,
  atCommit: () => null,
  origin: () => "work tree",
  list: (folder) => Object.keys(files).filter((p) => p.startsWith(`${folder}/`)),
  stamp: (path) => `${files[path]?.length ?? ""}`,
};

test("headers of a neighbour count whose function the file names, and no other file's do", () => {
  const index = { definers: () => [], typedefs: new Set<string>() };
  const source = functionSource(tree, index, ["net/pond/main.c"], () => null);
  assert.deepEqual(source.definers("struct pond_kind"), ["net/pond/class.h"]);
  assert.deepEqual(source.definers("pond_find"), ["net/pond/core.c"]);
  assert.deepEqual(source.definers("@pond_class"), ["net/pond/class.h"]);
  assert.deepEqual(source.definers("#POND_MOST"), ["net/pond/class.h"]);
  assert.deepEqual(source.definers("#OTHER"), []);
});

test("a record that a header merely declares is the one of the neighbour that works on it, and nobody's where two have one", () => {
  const own: Record<string, string> = {
    "net/moor/main.c":
      '#include "moor.h"\nint moor_sum(struct moor *m)\n{\n\treturn moor_read(m) + moor_skip(m);\n}\n',
    "net/moor/moor.h":
      "struct moor_part;\nstruct moor_note;\nstruct moor { struct moor_part *part; struct moor_note *note; };\nint moor_read(struct moor *m);\nint moor_skip(struct moor *m);\n",
    "net/moor/read.c":
      '#include "moor.h"\nstruct moor_part {\n\tint depth;\n};\nstruct moor_note {\n\tint n;\n};\nint moor_read(struct moor *m)\n{\n\treturn m->part->depth;\n}\n',
    "net/moor/skip.c":
      '#include "moor.h"\nstruct moor_note {\n\tlong n;\n};\nint moor_skip(struct moor *m)\n{\n\treturn 0;\n}\n',
    "net/moor/nobody.c": "struct moor_other {\n\tint n;\n};\nint moor_nobody(void)\n{\n\treturn 0;\n}\n",
  };
  const moor: KernelTree = {
    ...tree,
    root: "/moor",
    read: (path) => own[path] ?? null,
    list: (folder) => Object.keys(own).filter((p) => p.startsWith(`${folder}/`)),
    stamp: (path) => `${own[path]?.length ?? ""}`,
  };
  const index = { definers: () => [], typedefs: new Set<string>() };
  const source = functionSource(moor, index, ["net/moor/main.c"], () => null);
  assert.deepEqual(source.definers("struct moor_part"), ["net/moor/read.c"]);
  assert.deepEqual(source.definers("struct moor_note"), []);
  assert.deepEqual(source.definers("struct moor_other"), []);
  const program = new KernelSources(source).program([
    { path: "net/moor/main.c", text: own["net/moor/main.c"]! },
  ]);
  const found = program.lookup("moor_read", "net/moor/main.c");
  assert.ok(found?.kind === "function");
  const unread: string[] = [];
  visitFunction(program.tree(found.sym), { expr: (x) => x.k === "trap" && unread.push(x.message) });
  assert.deepEqual(unread, []);
});

test("what is said of a name does not hang on what was asked before, and a neighbour's macro is none of the file's own", () => {
  const index = { definers: () => [], typedefs: new Set<string>() };
  const names = ["struct pond_kind", "pond_find", "#POND_MOST", "@pond_class", "@pond_find", "nobody"];
  const asked = (order: readonly string[]): string[] => {
    const source = functionSource(tree, index, ["net/pond/main.c"], () => null);
    return order
      .map((n) => `${n}: ${source.definers(n).join(" ")} ${source.macrosNear?.(n.replace("#", ""))}`)
      .sort();
  };
  assert.deepEqual(asked(names), asked([...names].reverse()));
  const source = functionSource(tree, index, ["net/pond/main.c"], () => null);
  assert.deepEqual(source.macrosNear?.("POND_MOST"), []);
  assert.equal(source.isNear?.("net/pond/main.c"), true);
  assert.equal(source.isNear?.("net/pond/pond.h"), true);
  assert.equal(source.isNear?.("net/pond/class.h"), false);
});

test("a macro that only a neighbour includes does not rewrite the file's own code, and does the neighbour's", () => {
  const own: Record<string, string> = {
    "net/sea/main.c": '#include "sea.h"\nint sea_add(int tide)\n{\n\treturn sea_find(tide) + tide;\n}\n',
    "net/sea/sea.h": "int sea_find(int id);\n",
    "net/sea/core.c": '#include "tides.h"\nint sea_find(int id)\n{\n\treturn id + tide;\n}\n',
    "net/sea/tides.h": "#define tide (40 + 2)\n",
  };
  const sea: KernelTree = {
    ...tree,
    read: (path) => own[path] ?? null,
    list: (folder) => Object.keys(own).filter((p) => p.startsWith(`${folder}/`)),
  };
  const index = { definers: () => [], typedefs: new Set<string>() };
  const path = "net/sea/main.c";
  const sources = new KernelSources(functionSource(sea, index, [path], () => null));
  const program = sources.program([{ path, text: own[path]! }]);
  for (const name of ["sea_add", "sea_find"]) {
    const found = program.lookup(name, path);
    assert.ok(found?.kind === "function" && found.sym.def !== null, name);
    const unread: string[] = [];
    const whole = program.tree(found.sym);
    assert.equal(whole.params.length, 1, name);
    visitFunction(whole, { expr: (x) => x.k === "trap" && unread.push(x.message) });
    assert.deepEqual(unread, [], name);
  }
});

test("a function of another folder is the file's that is known to have it, where the tree has that file", () => {
  const index = { definers: () => [], typedefs: new Set<string>() };
  const known: Record<string, string> = {
    lake_get: "lib/lake.c",
    sea_get: "lib/sea.c",
    pond_find: "lib/lake.c",
  };
  files["lib/lake.c"] = '#include "lake.h"\nint lake_get(void)\n{\n\treturn LAKE;\n}\n';
  files["lib/lake.h"] = "#define LAKE 3\n";
  const elsewhere = (name: string): string | undefined => known[name];
  const source = functionSource(tree, index, ["net/pond/main.c"], () => null, { elsewhere });
  assert.deepEqual(source.definers("lake_get"), ["lib/lake.c"]);
  assert.deepEqual(source.definers("#LAKE"), ["lib/lake.h"]);
  assert.deepEqual(source.definers("sea_get"), []);
  assert.deepEqual(source.definers("pond_find"), ["net/pond/core.c"]);
  const own = functionSource(tree, index, ["lib/lake.c"], () => null, { elsewhere });
  assert.deepEqual(own.definers("lake_get"), []);
});

test("a file that is a part of another has that one's names and headers, its own first", () => {
  const own: Record<string, string> = {
    "fs/bay/whole.c":
      '#include "whole.h"\n#define DEPTH 9\nstatic int bay_half(int n)\n{\n\treturn n / HALF;\n}\n#include "part.c"\n',
    "fs/bay/whole.h": "#define HALF 2\nstruct bay { int n; };\n",
    "fs/bay/part.c":
      '#include "part.h"\nint bay_part(struct bay *b)\n{\n\treturn bay_half(b->n) + DEPTH + HALF;\n}\n',
    "fs/bay/part.h": "#define DEPTH 1\n",
  };
  const bay: KernelTree = {
    ...tree,
    read: (path) => own[path] ?? null,
    list: (folder) => Object.keys(own).filter((p) => p.startsWith(`${folder}/`)),
  };
  const path = "fs/bay/part.c";
  const index = { definers: () => [], typedefs: new Set<string>() };
  const source = functionSource(bay, index, [path], () => null);
  assert.deepEqual(source.macrosNear?.("DEPTH"), ["fs/bay/part.h"]);
  assert.deepEqual(source.macrosNear?.("HALF"), ["fs/bay/whole.h"]);
  const program = new KernelSources(source).program([{ path, text: own[path]! }]);
  const found = program.lookup("bay_part", path);
  assert.ok(found?.kind === "function");
  const unread: string[] = [];
  const called: boolean[] = [];
  visitFunction(program.tree(found.sym), {
    expr: (x) => {
      if (x.k === "trap") unread.push(x.message);
      if (x.k === "call" && !("k" in x.target)) called.push(x.target.def !== null);
    },
  });
  assert.deepEqual(unread, []);
  assert.deepEqual(called, [true]);
});

test("what a patch includes no more is what its before side names", () => {
  const own: Record<string, string> = {
    "fs/cape/old.h": "#define CAPE_OLD 1\n#define CAPE 1\n",
    "fs/cape/new.h": "#define CAPE_NEW 2\n#define CAPE 2\n",
  };
  const cape: KernelTree = { ...tree, read: (path) => own[path] ?? null, list: () => [] };
  const text = (h: string): string => `#include "${h}.h"\nint cape(void)\n{\n\treturn CAPE;\n}\n`;
  const source = functionSource(
    cape,
    { definers: () => [], typedefs: new Set() },
    ["fs/cape/cape.c"],
    (path) => (path.endsWith(".c") ? text("new") : null),
    {
      otherSide: () => text("old"),
    },
  );
  assert.deepEqual(source.macrosNear?.("CAPE_OLD"), ["fs/cape/old.h"]);
  assert.deepEqual(source.macrosNear?.("CAPE_NEW"), ["fs/cape/new.h"]);
  assert.deepEqual(source.macrosNear?.("CAPE"), ["fs/cape/new.h", "fs/cape/old.h"]);
});

test("what several files include, each with its own names for it, is a part of none", () => {
  const own: Record<string, string> = {
    "fs/isle/one.c": '#define isle_open one_open\n#include "isle.c"\n',
    "fs/isle/two.c": '#define isle_open two_open\n#include "isle.c"\n',
    "fs/isle/isle.c": '#include "isle.h"\nint isle_open(void)\n{\n\treturn ISLE;\n}\n',
    "fs/isle/isle.h": "#define ISLE 1\n",
  };
  const isle: KernelTree = {
    ...tree,
    read: (path) => own[path] ?? null,
    list: (folder) => Object.keys(own).filter((p) => p.startsWith(`${folder}/`)),
  };
  const path = "fs/isle/isle.c";
  const source = functionSource(isle, { definers: () => [], typedefs: new Set() }, [path], () => null);
  assert.deepEqual(source.macrosNear?.("isle_open"), []);
  const program = new KernelSources(source).program([{ path, text: own[path]! }]);
  const found = program.lookup("isle_open", path);
  assert.ok(found?.kind === "function" && found.sym.path === path);
});
