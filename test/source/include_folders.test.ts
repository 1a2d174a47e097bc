/** Where the Makefiles of a folder and of those above it send the search for headers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { includeFolders } from "../../server/source/include_folders.ts";

const of = (folder: string, files: Record<string, string>): readonly string[] =>
  includeFolders(folder, (path) => files[path] ?? null);

test("the folder's own Makefile, and those above it", () => {
  assert.deepEqual(
    of("fs/sea/deep", {
      "fs/sea/Makefile": "ccflags-y += -I $(src)\t\t# for trace events\nccflags-y += -I $(src)/libsea\n",
      "fs/Makefile": "obj-y += sea/\n",
    }),
    ["fs/sea", "fs/sea/libsea"],
  );
});

test("Kbuild, srctree, lines that go on, variables of the file", () => {
  assert.deepEqual(
    of("drivers/big/hw", {
      "drivers/big/Kbuild":
        "FULL = $(src)/..\nMORE := $(FULL)/show\nccflags-y := -I$(FULL)/include \\\n\t-I$(MORE)/dc \\\n\t-I$(srctree)/drivers/media/tuners\n",
      "drivers/big/hw/Makefile": "subdir-ccflags-y += -I$(srctree)/$(src)/inc -Wall\n",
    }),
    ["drivers/big/hw/inc", "drivers/include", "drivers/show/dc", "drivers/media/tuners"],
  );
});

test("what another Makefile sets may be any folder above", () => {
  assert.deepEqual(
    of("drivers/amp/show", { "drivers/amp/show/Makefile": "subdir-ccflags-y += -I$(FULL_PATH)/dc/inc/\n" }),
    ["drivers/amp/show/dc/inc", "drivers/amp/dc/inc", "drivers/dc/inc"],
  );
});

test("nothing leads out of the tree, and a variable that names itself ends", () => {
  const found = of("drivers/x", {
    "drivers/x/Makefile": "A = $(A)/b\nccflags-y += -I../../../../etc -I$(A)/c -I$(srctree)/../y\n",
  });
  assert.deepEqual(found, ["drivers/x/b/b/b/b/b/b/c", "drivers/b/b/b/b/b/b/c", "y"]);
});
