// A review of a large patch takes no more than linear time, whatever there are many of: files, hunks of one file, functions.
// Each shape is reviewed at two sizes, a factor of four apart: linear work grows by four, quadratic work by sixteen. What is
// left out of so many functions is told in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { ownTree } from "../support/own_tree.ts";

const HEAD = "From: A <a@example.org>\nSubject: [PATCH] many\nMessage-ID: <a@b>\n\nMany.\n---\n";
const file = (path: string, hunks: string): string =>
  `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n${hunks}`;
const hunk = (n: number, name: string): string =>
  `@@ -${10 * n + 1},3 +${10 * n + 1},3 @@\n int ${name}(void)\n-{ return 0; }\n+{ return 1; }\n \n`;
const times = (n: number, make: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => make(i)).join("");

interface Shape {
  readonly small: number;
  readonly tree?: true;
  readonly text: (n: number) => string;
}

/** Each at a size at which searching from the front for one thing of each makes it fail. */
const SHAPES: Record<string, Shape> = {
  "files that a tree has not": {
    small: 4000,
    tree: true,
    text: (n) => times(n, (i) => file(`f${i}.c`, hunk(0, `f${i}`))),
  },
  "hunks of one file": {
    small: 2000,
    text: (n) =>
      file(
        "f.c",
        times(n, (i) => hunk(i, `f${i}`)),
      ),
  },
  "functions that call each other": {
    small: 1600,
    text: (n) =>
      file(
        "f.c",
        times(n, (i) => hunk(i, `f${i}`).replace("return 1", `return f${i + 1}()`)),
      ),
  },
  "declarations of one hunk that have all other names": {
    small: 2000,
    text: (n) => {
      const lines = [...Array(n).keys()].flatMap((i) => [`-int b${i};\n`, `+int c${i};\n`]);
      return file("fs/dax.c", `@@ -1,${n + 1} +1,${n + 1} @@\n int a;\n${lines.join("")}`);
    },
  },
  "conditions in each other, with a declaration in each": {
    small: 2000,
    text: (n) => {
      const lines = times(n, (i) => `+#if ${i % 7 === 3 ? "ON" : "IS_ENABLED(CONFIG_DAX)"}\n+int c${i};\n`);
      return file("fs/dax.c", `@@ -1 +1,${2 * n + 1} @@\n int a;\n${lines}`);
    },
  },
  "new functions": {
    small: 2000,
    text: (n) => {
      const lines = times(n, (i) => `+static int f${i}_init(void) { return f${i}_exit; }\n`);
      return file("f.c", `@@ -1 +1,${n + 1} @@\n int x;\n${lines}`);
    },
  },
};

function reviewed(text: string, tree?: string): { ms: number; result: ReviewResult } {
  const doc = parseDocument(Buffer.from(HEAD + text), "large.eml");
  const start = process.cpuUsage();
  const result = reviewDocument(doc, { era: "v6.12", ...(tree === undefined ? {} : { tree }) });
  const { user, system } = process.cpuUsage(start);
  return { ms: (user + system) / 1000, result };
}

const root = ownTree();
for (const [name, shape] of Object.entries(SHAPES))
  test(`linear: ${name}`, () => {
    const { small, tree } = shape;
    const at = (n: number): number => reviewed(shape.text(n), tree && root).ms;
    // What is not compiled yet takes as long as four times as much later.
    at(small / 2);
    const [a, b] = [at(small), at(4 * small)];
    // What takes no time at all says nothing about growing.
    assert.ok(b < 9 * Math.max(a, 60), `${a.toFixed(0)} and ${b.toFixed(0)} ms`);
  });

test("so many functions: what is left out is told", () => {
  const { result } = reviewed(SHAPES["hunks of one file"]!.text(1000));
  assert.equal(result.runs.length, 40);
  assert.ok(
    result.notes.includes("960 of 1000 function cases are left out: the patch changes too many"),
    result.notes.join("\n"),
  );
});
