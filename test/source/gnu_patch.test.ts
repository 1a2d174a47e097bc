// Hunks are placed as GNU patch places them: real series on a real kernel, both judged on the same text.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Patch } from "../../server/mail/types.ts";
import { parseDocument } from "../../server/parse.ts";
import { type FileImages, type HunkFate, imagesOf, type KernelTree } from "../../server/source/images.ts";
import { openTree } from "../../server/source/tree.ts";
import { corpusDir, corpusFiles, corpusSkip } from "../support/corpus.ts";
import { gnuPatch, patchSkip } from "../support/gnu_patch.ts";
import { kernelDir, kernelSkip } from "../support/kernel.ts";

const skip = corpusSkip || kernelSkip || patchSkip;

const series = (name: string): Patch[] => {
  const file = join(corpusDir, "series", name);
  return [...parseDocument(readFileSync(file), file).patches].sort((a, b) => a.number - b.number);
};

function kernel(): KernelTree {
  const { tree, problem } = openTree(kernelDir!);
  assert.ok(tree, problem);
  return tree;
}

interface Tally {
  same: number;
  careful: string[];
  differ: string[];
}

const said = (fate: HunkFate): string =>
  fate.kind === "offset"
    ? `offset ${fate.lines}`
    : fate.kind === "fuzz"
      ? `fuzz ${fate.fuzz} offset ${fate.lines}`
      : fate.kind === "rejected"
        ? "failed"
        : fate.kind;

/** Sets one file beside what patch makes of the same text. */
function compareFile(tally: Tally, patch: Patch, image: FileImages): void {
  const file = patch.files.find((f) => f.path === image.path)!;
  const ours = image.hunks.map((h) => h.fate);
  if (ours.some((f) => f.kind === "already" || f.kind === "merged")) return;
  if (image.before === null || image.after === null || file.hunks.length === 0) return;
  const theirs = gnuPatch(image.before, file);
  const where = `${patch.subject}: ${image.path}`;
  ours.forEach((fate, i) => {
    const mine = said(fate);
    if (mine === theirs.hunks[i]) return;
    if (mine === "failed" || mine.startsWith("fuzz 0"))
      tally.careful.push(`${where} #${i + 1}: patch says ${theirs.hunks[i]}, we ${JSON.stringify(fate)}`);
    else tally.differ.push(`${where} #${i + 1}: patch says ${theirs.hunks[i]}, we ${mine}`);
  });
  if (theirs.hunks.every((h, i) => h === said(ours[i]!))) {
    if (theirs.text === image.after) tally.same++;
    else tally.differ.push(`${where}: texts differ`);
  }
}

function compareSeries(tree: KernelTree, stack: readonly Patch[]): Tally {
  const tally: Tally = { same: 0, careful: [], differ: [] };
  stack.forEach((patch, i) => {
    const images = imagesOf(tree, stack.slice(0, i), patch);
    for (const file of images.files) if (file.touched) compareFile(tally, patch, file);
  });
  return tally;
}

test("v6 stacked on 6.12: every hunk where GNU patch puts it", { skip }, () => {
  const tally = compareSeries(kernel(), series("popple-v6.mbox"));
  assert.deepEqual(tally.differ, []);
  assert.deepEqual(tally.careful, []);
  assert.ok(tally.same > 100, `${tally.same} files compared`);
});

test("willcox and v9 stacked on 6.12: every hunk where GNU patch puts it", { skip }, () => {
  const stack = [...series("willcox-dax-folios.mbox"), ...series("popple-v9.mbox")];
  const tally = compareSeries(kernel(), stack);
  assert.deepEqual(tally.differ, []);
  assert.deepEqual(tally.careful, []);
  assert.ok(tally.same > 70, `${tally.same} files compared`);
});

test("single patches of the corpus on 6.12: where GNU patch puts them, or refused", { skip }, () => {
  const tree = kernel();
  const tally: Tally = { same: 0, careful: [], differ: [] };
  for (const path of corpusFiles("cases").filter((f) => !f.includes(".reply")))
    for (const patch of parseDocument(readFileSync(path), path).patches)
      for (const file of imagesOf(tree, [], patch).files) compareFile(tally, patch, file);
  assert.deepEqual(tally.differ, []);
  if (process.env["FOLIOSCOPE_VERBOSE"] !== undefined) console.log(tally.same, tally.careful.join("\n"));
  assert.ok(tally.same > 40, `${tally.same} files compared`);
});
