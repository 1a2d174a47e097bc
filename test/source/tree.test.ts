// Opening a kernel tree: what is one, what is read of it, and that nothing outside it is.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Patch } from "../../server/mail/types.ts";
import { parseDocument } from "../../server/parse.ts";
import { imagesOf, type KernelTree } from "../../server/source/images.ts";
import { blobId, openTree } from "../../server/source/tree.ts";

const gitSkip = spawnSync("git", ["--version"]).status === 0 ? false : "git is not here";

/** A small tree on disk; the folder is removed afterwards. */
function withTree(use: (tree: KernelTree, root: string) => void): void {
  const outer = mkdtempSync(join(tmpdir(), "folioscope-tree-"));
  const root = join(outer, "linux");
  try {
    for (const folder of ["mm", "include/linux", "fs"]) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(outer, "secret.c"), "int secret;\n");
    writeFileSync(join(root, "fs/a.c"), "int a;\n");
    writeFileSync(join(root, "fs/b.c"), "int b;\n");
    writeFileSync(join(root, "fs/latin.c"), Buffer.from("/* M\xfcller */\n", "latin1"));
    symlinkSync("../../secret.c", join(root, "fs/out.c"));
    symlinkSync("a.c", join(root, "fs/in.c"));
    symlinkSync("..", join(root, "fs/up"));
    const { tree, problem } = openTree(root);
    assert.ok(tree, problem);
    use(tree, root);
  } finally {
    rmSync(outer, { recursive: true, force: true });
  }
}

test("a folder that is no kernel tree is refused in words", () => {
  assert.match(openTree(join(tmpdir(), "folioscope-not-there")).problem, /is not a folder that can be read/);
  assert.match(openTree(tmpdir()).problem, /is not a kernel tree: it has no mm\/ and include\/linux\//);
});

test("files are read below the root only", () => {
  withTree((tree) => {
    assert.equal(tree.read("fs/a.c"), "int a;\n");
    assert.equal(tree.read("fs/in.c"), "int a;\n");
    assert.equal(tree.read("fs/latin.c"), "/* Müller */\n");
    for (const path of [
      "fs/out.c",
      "../secret.c",
      "fs/../../secret.c",
      "/etc/hostname",
      "fs/up/../../secret.c",
    ])
      assert.equal(tree.read(path), null, path);
    for (const path of ["", ".", "fs", "fs/none.c", "fs//a.c", "fs/a.c\0"])
      assert.equal(tree.read(path), null, path);
    assert.deepEqual(tree.list("fs"), ["fs/a.c", "fs/b.c", "fs/latin.c"]);
    assert.deepEqual(tree.list("fs/"), ["fs/a.c", "fs/b.c", "fs/latin.c"]);
    assert.deepEqual(tree.list(".."), []);
    assert.deepEqual(tree.list("none"), []);
  });
});

test("a tree without git has no objects, and git is not asked for a repository around it", () => {
  withTree((tree, root) => {
    if (gitSkip === false) execFileSync("git", ["init", "-q", join(root, "..")]);
    assert.equal(tree.blob(blobId("int a;\n")), null);
    assert.equal(tree.atCommit("0123456789", "fs/a.c"), null);
    assert.match(tree.describe, /^linux \(unpacked source\)$/);
  });
});

test("blobs and commits of a git work tree", { skip: gitSkip }, () => {
  withTree((_, root) => {
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", root, "-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
    git("init", "-q");
    git("add", "fs/a.c", "fs/b.c");
    git("commit", "-q", "-m", "one");
    const first = git("rev-parse", "HEAD");
    writeFileSync(join(root, "fs/a.c"), "int a = 2;\n");
    const tree = openTree(root).tree!;
    assert.match(tree.describe, /\(work tree\)$/);
    const id = blobId("int a;\n");
    assert.equal(git("rev-parse", "HEAD:fs/a.c"), id);
    assert.equal(tree.blob(id), "int a;\n");
    assert.equal(tree.blob(id.slice(0, 10)), "int a;\n");
    assert.equal(tree.atCommit(first, "fs/a.c"), "int a;\n");
    assert.equal(tree.atCommit(first, "fs/none.c"), null);
    for (const bad of ["0000000", "HEAD:fs/a.c", "--all", "", "abc", "zzzzzzz"])
      assert.equal(tree.blob(bad), null);
    assert.equal(tree.atCommit("HEAD", "fs/a.c"), null, "only ids are passed on");
    assert.equal(tree.atCommit(first, "../x"), null);
    const patch: Patch = parseDocument(
      Buffer.from(
        `diff --git a/fs/a.c b/fs/a.c\nindex ${id.slice(0, 8)}..1234567 100644\n--- a/fs/a.c\n+++ b/fs/a.c\n@@ -1 +1 @@\n-int a;\n+int aa;\n`,
      ),
      "a.patch",
    ).patches[0]!;
    const file = imagesOf(tree, [], patch).files[0]!;
    assert.equal(file.source, `blob ${id.slice(0, 8)}`);
    assert.equal(file.after, "int aa;\n");
    assert.equal(file.pristine, "int a = 2;\n");
  });
});

test("stamps change with the file and lead nowhere else", () => {
  withTree((tree, root) => {
    const before = tree.stamp("fs/a.c");
    assert.notEqual(before, "");
    writeFileSync(join(root, "fs/a.c"), "int longer;\n");
    assert.notEqual(tree.stamp("fs/a.c"), before);
    assert.equal(tree.stamp("../secret.c"), "");
    assert.equal(tree.stamp("fs/none.c"), "");
  });
});
