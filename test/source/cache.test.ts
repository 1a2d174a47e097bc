/**
 * Caches on disk: what was edited, cut, swapped, or is no file at all is told, removed and made again; the folder stays
 * below its bound.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { cacheKey, DiskCache } from "../../server/cache/store.ts";
import { FileProblem, makeFolder, writeNewFiles } from "../../server/files.ts";
import { headerIndex } from "../../server/source/function_source.ts";
import { openTree } from "../../server/source/tree.ts";
import { treeIndex } from "../../server/source/tree_index.ts";
import { memoryTree } from "../support/memory_tree.ts";

interface Numbers {
  readonly numbers: readonly number[];
}
const isNumbers = (v: unknown): v is Numbers =>
  typeof v === "object" && v !== null && Array.isArray((v as Numbers).numbers);

function scratch(run: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "folioscope-cache-"));
  try {
    run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("what is written is read, by its key alone", () => {
  scratch((folder) => {
    const told: string[] = [];
    const cache = new DiskCache({
      folder: join(folder, "deep", "er"),
      check: isNumbers,
      log: (m) => told.push(m),
    });
    const key = cacheKey("a", "b");
    assert.equal(cache.read(key), null);
    cache.write(key, { numbers: [1, 2] });
    assert.deepEqual(cache.read(key), { numbers: [1, 2] });
    assert.equal(cache.read(cacheKey("ab")), null);
    assert.notEqual(cacheKey("a", "b"), cacheKey("ab", ""));
    assert.deepEqual(told, []);
  });
});

const DAMAGE: Readonly<Record<string, (path: string, text: string) => void>> = {
  "a digit edited": (path, text) => writeFileSync(path, text.replace("[1,2]", "[1,3]")),
  "the end cut": (path, text) => writeFileSync(path, text.slice(0, -4)),
  empty: (path) => writeFileSync(path, ""),
  "no header": (path, text) => writeFileSync(path, text.slice(text.indexOf("\n") + 1)),
  "an endless first line": (path) => writeFileSync(path, "x".repeat(100_000)),
  "larger than the bound": (path, text) => writeFileSync(path, text + " ".repeat(5000)),
  "a folder": (path) => {
    rmSync(path);
    mkdirSync(path);
    writeFileSync(join(path, "in it"), "");
  },
  "a FIFO": (path) => {
    rmSync(path);
    execFileSync("mkfifo", [path]);
  },
  "a link to a file": (path, text) => {
    rmSync(path);
    writeFileSync(`${path}.target`, text);
    symlinkSync(`${path}.target`, path);
  },
};

for (const [name, damage] of Object.entries(DAMAGE))
  test(`a broken entry is told, removed and made again: ${name}`, () => {
    scratch((folder) => {
      const told: string[] = [];
      const cache = new DiskCache({ folder, check: isNumbers, maxEntry: 4096, log: (m) => told.push(m) });
      const key = cacheKey("entry");
      cache.write(key, { numbers: [1, 2] });
      const path = join(folder, readdirSync(folder)[0]!);
      damage(path, readFileSync(path, "utf8"));
      assert.equal(cache.read(key), null);
      assert.equal(told.length, 1);
      assert.match(told[0]!, /broken and is made again/);
      cache.write(key, { numbers: [1, 2] });
      assert.deepEqual(cache.read(key), { numbers: [1, 2] });
    });
  });

test("an entry of another shape, and one under another's name, are not taken", () => {
  scratch((folder) => {
    const told: string[] = [];
    const log = (m: string): void => void told.push(m);
    const loose = new DiskCache({ folder, check: (v: unknown): v is unknown => v !== undefined, log });
    const cache = new DiskCache({ folder, check: isNumbers, log });
    loose.write(cacheKey("a"), { numbers: "none" });
    assert.equal(cache.read(cacheKey("a")), null);
    assert.match(told[0]!, /shape/);
    loose.write(cacheKey("b"), { numbers: [7] });
    writeFileSync(
      join(folder, `${cacheKey("c")}.entry`),
      readFileSync(join(folder, `${cacheKey("b")}.entry`)),
    );
    assert.equal(cache.read(cacheKey("c")), null);
    assert.match(told[1]!, /not the entry that its name says/);
  });
});

test("the folder stays below its bound; what was used last stays", () => {
  scratch((folder) => {
    const cache = new DiskCache({ folder, check: isNumbers, maxEntry: 2000, maxTotal: 6000 });
    const numbers = new Array<number>(500).fill(1);
    for (let i = 0; i < 20; i++) {
      cache.write(cacheKey(String(i)), { numbers });
      const files = readdirSync(folder);
      assert.ok(files.length <= 6, `${files.length} files`);
    }
    assert.notEqual(cache.read(cacheKey("19")), null);
    assert.equal(cache.read(cacheKey("0")), null);
    cache.write(cacheKey("large"), { numbers: new Array<number>(5000).fill(1) });
    assert.equal(cache.read(cacheKey("large")), null);
  });
});

test("a folder that cannot be made costs the cache and nothing else", () => {
  scratch((folder) => {
    const told: string[] = [];
    writeFileSync(join(folder, "file"), "");
    const cache = new DiskCache({
      folder: join(folder, "file", "x"),
      check: isNumbers,
      log: (m) => told.push(m),
    });
    cache.write(cacheKey("a"), { numbers: [] });
    assert.equal(cache.read(cacheKey("a")), null);
    assert.match(told[0]!, /cannot be written/);
  });
});

test("an index of a tree edited by hand is made again", () => {
  scratch((folder) => {
    const tree = (name: string) =>
      memoryTree({ "mm/a.c": `int ${name} = 1;\n`, "include/linux/a.h": "typedef int a_t;\n" });
    /** Other trees, until this process has forgotten the first. */
    const forget = (): void => {
      for (const other of ["one", "two2", "three"]) treeIndex(tree(other), null);
    };
    assert.equal(treeIndex(tree("number"), folder).from, "scan");
    forget();
    assert.equal(treeIndex(tree("number"), folder).from, "cache");
    const path = join(folder, readdirSync(folder)[0]!);
    const key = readdirSync(folder)[0]!.replace(".entry", "");
    const entry = JSON.parse(readFileSync(path, "utf8").split("\n")[1]!) as Record<string, unknown>;
    const loose = new DiskCache({ folder, check: (v: unknown): v is unknown => v !== undefined });
    for (const broken of [
      { ...entry, names: { number: 0 } },
      { ...entry, names: (entry["names"] as string[]).map(() => 7) },
      { ...entry, names: [] },
      { ...entry, files: null },
      { ...entry, typedefs: [7] },
      { ...entry, version: 1 },
      null,
      "text",
    ]) {
      forget();
      loose.write(key, broken);
      const index = treeIndex(tree("number"), folder);
      assert.equal(index.from, "scan", JSON.stringify(broken));
      assert.deepEqual(index.definers("number"), ["mm/a.c"]);
    }
    // Names that lead to no file that is listed.
    forget();
    loose.write(key, { ...entry, names: (entry["names"] as string[]).map(() => "number|99,x|other|0") });
    assert.equal(treeIndex(tree("number"), folder).from, "cache");
    assert.deepEqual(treeIndex(tree("number"), folder).definers("number"), []);
  });
});

test("an index of headers: a FIFO and a link out of the tree are no headers, and what was edited is made again", () => {
  scratch((folder) => {
    const cache = join(folder, "cache");
    const treeOf = (name: string) => {
      const root = join(folder, name);
      mkdirSync(join(root, "include/linux"), { recursive: true });
      mkdirSync(join(root, "mm"));
      writeFileSync(join(root, "include/linux/a.h"), `extern int ${name};\ntypedef int ${name}_t;\n`);
      return openTree(root).tree!;
    };
    const tree = treeOf("number");
    writeFileSync(join(folder, "out.h"), "typedef int out_t;\n");
    symlinkSync(join(folder, "out.h"), join(tree.root, "include/linux/out.h"));
    execFileSync("mkfifo", [join(tree.root, "include/linux/fifo.h")]);
    /** Other trees, until this process has forgotten the first. */
    const others = ["one", "two2", "three"].map(treeOf);
    const again = () => {
      for (const other of others) headerIndex(other, null);
      return headerIndex(tree, cache);
    };
    const right = (index: ReturnType<typeof headerIndex>): void => {
      assert.deepEqual(index.definers("@number"), ["include/linux/a.h"]);
      assert.deepEqual([...index.typedefs], ["number_t"]);
    };
    right(headerIndex(tree, cache));
    const path = join(cache, readdirSync(cache)[0]!);
    const kept = readFileSync(path);
    right(again());
    for (const broken of [
      Buffer.from(kept.toString().replace("number_t", "banana_t")),
      kept.subarray(0, 90),
      Buffer.alloc(0),
    ]) {
      writeFileSync(path, broken);
      right(again());
      assert.deepEqual(readFileSync(path), kept);
    }
    rmSync(path);
    execFileSync("mkfifo", [path]);
    right(again());
  });
});

test("a folder that cannot be made is told, and nothing goes round for ever", () => {
  scratch((folder) => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    for (const place of [file, join(file, "below"), "/proc/folioscope-no/such/folder"]) {
      const said: string[] = [];
      const cache = new DiskCache({ folder: place, check: isNumbers, log: (m) => said.push(m) });
      assert.equal(cache.read(cacheKey("a")), null);
      cache.write(cacheKey("a"), { numbers: [1] });
      assert.equal(said.length, 1, said.join("; "));
      assert.match(said[0]!, /cannot be written/);
      assert.throws(() => writeNewFiles(join(place, "out"), new Map([["a", "b"]])), FileProblem);
    }
    const deep = join(folder, "a", "b", "c");
    makeFolder(deep);
    makeFolder(deep);
    assert.deepEqual(readdirSync(join(folder, "a", "b")), ["c"]);
  });
});
