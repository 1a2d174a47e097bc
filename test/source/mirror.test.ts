// Missing files from a web mirror: a small server on loopback that answers as cgit's plain pages do.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { imagesOf } from "../../server/source/images.ts";
import { badMirror, fetchMissing, missingFiles } from "../../server/source/mirror.ts";
import { openTree } from "../../server/source/tree.ts";
import { memoryTree, patchOf } from "../support/memory_tree.ts";

const diff = (path: string) =>
  `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-int a;\n+int b;\n`;

/** Runs with a server that knows some pages; gives the requests it saw. */
async function withMirror(
  pages: Record<string, string>,
  use: (address: string) => Promise<void>,
): Promise<string[]> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    const text = pages[request.url!];
    if (text === "elsewhere") response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
    else if (text === undefined) response.writeHead(404, { "content-type": "text/html" }).end("<p>none</p>");
    else response.writeHead(200, { "content-type": "text/plain" }).end(text);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/linux.git?h=v6.12`);
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
  return asked;
}

test("a file that the tree lacks comes from the mirror, once", async () => {
  const dir = mkdtempSync(join(tmpdir(), "folioscope-mirror-"));
  try {
    const root = join(dir, "linux");
    for (const folder of ["mm", "include/linux"]) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, "mm/here.c"), "int a;\n");
    const patches = [patchOf(diff("fs/far.c") + diff("mm/here.c") + diff("fs/none.c") + diff("fs/moved.c"))];
    const { tree } = openTree(root);
    const pages = {
      "/linux.git/plain/fs/far.c?h=v6.12": "int a;\n",
      "/linux.git/plain/fs/moved.c?h=v6.12": "elsewhere",
    };
    const asked = await withMirror(pages, async (address) => {
      const first = await fetchMissing(tree!, patches, address, join(dir, "cache"));
      assert.deepEqual(first.paths, ["fs/far.c"]);
      assert.match(first.notes.join("\n"), /fs\/none\.c could not be fetched: 127\.0\.0\.1:\d+ answers 404/);
      assert.match(first.notes.join("\n"), /fs\/moved\.c could not be fetched/);
      const again = await fetchMissing(tree!, [patchOf(diff("fs/far.c"))], address, join(dir, "cache"));
      assert.deepEqual(again.paths, ["fs/far.c"]);
      const images = imagesOf(openTree(root, again.folder).tree!, [], patches[0]!);
      const file = images.files.find((f) => f.path === "fs/far.c")!;
      assert.equal(file.after, "int b;\n");
      assert.equal(file.source, "mirror");
      assert.equal(images.files.find((f) => f.path === "mm/here.c")!.source, "work tree");
    });
    assert.deepEqual(asked.sort(), [
      "/linux.git/plain/fs/far.c?h=v6.12",
      "/linux.git/plain/fs/moved.c?h=v6.12",
      "/linux.git/plain/fs/none.c?h=v6.12",
    ]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test("a file of the mirror's cache that was edited by hand is told and fetched again", async () => {
  const dir = mkdtempSync(join(tmpdir(), "folioscope-mirror-"));
  try {
    const tree = memoryTree({});
    const patches = [patchOf(diff("fs/far.c"))];
    await withMirror({ "/linux.git/plain/fs/far.c?h=v6.12": "int a;\n" }, async (address) => {
      const { folder } = await fetchMissing(tree, patches, address, dir);
      const place = join(folder, "fs/far.c");
      writeFileSync(place, "int edited;\n");
      const again = await fetchMissing(tree, patches, address, dir);
      assert.match(again.notes.join(), /fs\/far\.c in the cache is not what was fetched/);
      assert.equal(readFileSync(place, "utf8"), "int a;\n");
      rmSync(place);
      mkdirSync(place);
      assert.equal((await fetchMissing(tree, patches, address, dir)).notes.length, 1);
      assert.equal(readFileSync(place, "utf8"), "int a;\n");
      assert.deepEqual((await fetchMissing(tree, patches, address, dir)).notes, []);
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test("only C files that patches change are asked for, and no path leads out", () => {
  const added =
    "diff --git a/fs/new.c b/fs/new.c\nnew file mode 100644\n--- /dev/null\n+++ b/fs/new.c\n@@ -0,0 +1 @@\n+int a;\n";
  const patch = patchOf(added + diff("fs/Kconfig") + diff("fs/far.c"));
  assert.deepEqual(missingFiles(memoryTree({}), [patch, patchOf(diff("fs/new.c"))]), ["fs/far.c"]);
  assert.deepEqual(missingFiles(memoryTree({}), [patchOf(diff("fs/../../etc/x.c"))]), []);
});

test("addresses that are not taken", () => {
  assert.equal(badMirror("https://git.example.org/linux.git"), "");
  for (const bad of ["", "linux.git", "file:///etc", "https://me:pw@git.example.org/x"])
    assert.notEqual(badMirror(bad), "", bad);
});
