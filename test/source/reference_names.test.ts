/**
 * Variables that a file of the reference kernel and the same file of a kernel tree both have: functions of the tree run over the
 * reference kernel's, so they must be of one type. Leaves out functions (a tree's of another signature is told when it links).
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { outline } from "../../emulator/c/outline.ts";
import { referenceFiles } from "../../emulator/reference/index.ts";
import { kernelDir, kernelSkip } from "../support/kernel.ts";

/** Words of a declaration that say nothing of the type. */
const ASIDE =
  /\b(?:static|extern|const|volatile|__read_mostly|__initdata|__ro_after_init|__maybe_unused|__refdata|____cacheline_aligned_in_smp)\b/g;

/** Variables of a file by name, each as it is declared. */
function variablesOf(text: string): Map<string, string> {
  const lines = text.split("\n");
  return new Map(
    outline(text)
      .filter((i) => i.kind === "variable")
      .map((i) => {
        const [head] = lines
          .slice(i.startLine - 1, i.endLine)
          .join(" ")
          .split("=");
        return [
          i.name,
          head!.replace(ASIDE, " ").replace(";", "").replace(/\s+/g, " ").replace(/\* /g, "*").trim(),
        ];
      }),
  );
}

/** "file | the reference kernel's | the tree's" of each that differs. */
function clashes(own: string, theirs: string): string[] {
  const there = variablesOf(theirs);
  return [...variablesOf(own)].flatMap(([name, type]) => {
    const other = there.get(name);
    return other === undefined || other === type ? [] : [`${type} | ${other}`];
  });
}

test("another type under one name is seen", () => {
  const tree = "static struct block *super __read_mostly;\nstatic int count;\n";
  assert.deepEqual(clashes("static struct block super;\nstatic int count = 3;\n", tree), [
    "struct block super | struct block *super",
  ]);
});

test("no variable of the reference kernel is of another type than the tree's of that name", {
  skip: kernelSkip,
}, () => {
  const found = referenceFiles.flatMap(({ path, text }) => {
    const file = join(kernelDir!, path);
    return existsSync(file) ? clashes(text, readFileSync(file, "utf8")).map((c) => `${path}: ${c}`) : [];
  });
  assert.deepEqual(found, []);
});
