// Hunks are placed as GNU patch places them: real series on a real kernel, both judged on the same text.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createTwoFilesPatch } from "diff";
import fc from "fast-check";
import type { Patch } from "../../server/mail/types.ts";
import { parseDocument } from "../../server/parse.ts";
import type { HunkFate } from "../../server/source/fate.ts";
import { type FileImages, imagesOf, type KernelTree } from "../../server/source/images.ts";
import { openTree } from "../../server/source/tree.ts";
import { corpusDir, corpusFiles, onCorpus } from "../support/corpus.ts";
import { gnuPatch, patchSkip } from "../support/gnu_patch.ts";
import { kernelDir, kernelSkip } from "../support/kernel.ts";
import { memoryTree, patchOf } from "../support/memory_tree.ts";

const options = onCorpus(kernelSkip, patchSkip);

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

test("v6 stacked on 6.12: every hunk where GNU patch puts it", options, () => {
  const tally = compareSeries(kernel(), series("popple-v6.mbox"));
  assert.deepEqual(tally.differ, []);
  // White space that the tree has otherwise: patch refuses, we take it and say so.
  assert.ok(tally.careful.length <= 1, tally.careful.join("\n"));
  assert.ok(tally.same > 90, `${tally.same} files compared`);
});

test("willcox and v9 stacked on 6.12: every hunk where GNU patch puts it", options, () => {
  const stack = [...series("willcox-dax-folios.mbox"), ...series("popple-v9.mbox")];
  const tally = compareSeries(kernel(), stack);
  assert.deepEqual(tally.differ, []);
  assert.deepEqual(tally.careful, []);
  assert.ok(tally.same > 60, `${tally.same} files compared`);
});

test("single patches of the corpus on 6.12: where GNU patch puts them, or refused", options, () => {
  const tree = kernel();
  const tally: Tally = { same: 0, careful: [], differ: [] };
  for (const path of corpusFiles("cases").filter((f) => !f.includes(".reply")))
    for (const patch of parseDocument(readFileSync(path), path).patches)
      for (const file of imagesOf(tree, [], patch).files) compareFile(tally, patch, file);
  assert.deepEqual(tally.differ, []);
  if (process.env["FOLIOSCOPE_VERBOSE"] !== undefined) console.log(tally.same, tally.careful.join("\n"));
  assert.ok(tally.same > 40, `${tally.same} files compared`);
});

// ---- texts made up ----------------------------------------------------------------------------------------------------

/** Few different lines, so that hunks fit in several places and their order of search shows. */
const word = fc.constantFrom(
  "alpha();",
  "beta = 1;",
  "gamma(x);",
  "delta",
  "\tif (epsilon)",
  "zeta(eta);",
  "}",
  "",
);

interface Case {
  readonly base: readonly string[];
  readonly edits: readonly { readonly at: number; readonly cut: number; readonly put: readonly string[] }[];
  readonly drift: readonly { readonly at: number; readonly cut: number; readonly put: readonly string[] }[];
}

const edit = fc.record({
  at: fc.nat({ max: 39 }),
  cut: fc.nat({ max: 2 }),
  put: fc.array(word, { maxLength: 2 }),
});

const someCase: fc.Arbitrary<Case> = fc.record({
  base: fc.array(word, { minLength: 8, maxLength: 40 }),
  edits: fc.array(edit, { minLength: 1, maxLength: 3 }),
  drift: fc.array(edit, { maxLength: 4 }),
});

function edited(lines: readonly string[], edits: Case["edits"]): string[] {
  const out = [...lines];
  for (const e of edits) out.splice(Math.min(e.at, out.length), e.cut, ...e.put);
  return out;
}

const text = (lines: readonly string[]) => lines.map((l) => `${l}\n`).join("");

test("made-up texts: what we apply without a merge is where GNU patch puts it", { skip: patchSkip }, () => {
  let compared = 0;
  fc.assert(
    fc.property(someCase, (c) => {
      const after = edited(c.base, c.edits);
      const made = createTwoFilesPatch("a/fs/x.c", "b/fs/x.c", text(c.base), text(after), "", "", {
        context: 3,
      });
      const diff = made.replace(/^=+\n/, "").replace(/\t$/gm, "");
      if (!diff.includes("@@")) return;
      const patch = patchOf(`diff --git a/fs/x.c b/fs/x.c\n${diff.trimEnd()}`);
      const ground = text(edited(c.base, c.drift));
      if (ground === "" || patch.confidence !== "exact") return;
      const image = imagesOf(memoryTree({ "fs/x.c": ground }), [], patch).files[0]!;
      const fates = image.hunks.map((h) => h.fate);
      if (fates.some((f) => !["exact", "offset", "fuzz"].includes(f.kind) || said(f).startsWith("fuzz 0")))
        return;
      compared++;
      const theirs = gnuPatch(ground, patch.files[0]!);
      assert.deepEqual(fates.map(said), theirs.hunks);
      assert.equal(image.after, theirs.text);
    }),
    { seed: 7, numRuns: 400 },
  );
  assert.ok(compared > 80, `${compared} compared`);
});
