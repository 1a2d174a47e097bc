// Pages whose line breaks were lost: mails of our own, quoted, joined to one line, and read again. What the quote markers
// tell must come out as it was.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { checkPositions } from "../support/check_positions.ts";
import { onCorpus, seed } from "../support/corpus.ts";
import { root } from "../support/paths.ts";

const mails = readdirSync(join(root, "examples")).filter((f) => f.endsWith(".eml"));

/** The mail as a reply quotes it, `levels` deep, and the same with only the markers left of its line breaks. */
function quoted(name: string, levels: number): { text: string; flat: string } {
  const doc = parseDocument(readFileSync(join(root, "examples", name)), name);
  let lines = doc.lines.slice(doc.messages[0]!.bodyDocLine - 1);
  for (let k = 0; k < levels; k++)
    lines = [
      `On Tue 12-06-18 15:05:3${k}, Person ${"ABCD"[k]} wrote:`,
      ...lines.map((l) => `> ${l}`.trimEnd()),
    ];
  lines.push("I see.");
  return {
    text: `From: R <r@example.org>\nSubject: Re: [PATCH] x\n\n${lines.join("\n")}\n`,
    flat: lines
      .map((l) => l.trim())
      .filter((l) => l !== "")
      .join(" ")
      .replace(/\s+/g, " "),
  };
}

function shape(input: string) {
  const doc = parseDocument(input, "test", { separate: true, crossCheck: true });
  checkPositions(doc);
  return {
    form: doc.form,
    files: doc.patches.flatMap((p) => p.files.map((f) => [f.path, f.added, f.removed, f.hunks.length])),
    whole: doc.patches
      .flatMap((p) => p.functions)
      .filter((f) => f.visible === "whole" && f.kind === "function")
      .map((f) => `${f.name}:${f.side}`)
      .sort(),
    confidence: doc.patches.map((p) => p.confidence),
  };
}

for (const levels of [1, 2, 3])
  test(`flattened mails, quoted ${levels} deep, give the same files, counts and whole functions`, () => {
    assert.ok(mails.length >= 5);
    let functions = 0;
    for (const name of mails) {
      const { text, flat } = quoted(name, levels);
      const [want, got] = [shape(text), shape(flat)];
      if (want.files.length === 0) continue;
      assert.equal(got.form, "flattened", name);
      assert.deepEqual(got.files, want.files, name);
      assert.deepEqual(got.whole, want.whole, name);
      assert.ok(got.confidence.every((c) => c === "repaired"));
      functions += got.whole.length;
    }
    assert.ok(functions > 5, `${functions} whole functions`);
  });

test("a comparison, a shift and an arrow are no quote markers", () => {
  const body =
    "diff --git a/fs/knob.c b/fs/knob.c\n--- a/fs/knob.c\n+++ b/fs/knob.c\n@@ -1,6 +1,7 @@\n int knob(int a, int b)\n {\n-\tif (a > b && a)\n+\tif (a > b)\n+\t\treturn a >> b;\n \treturn a > b ? a : b;\n }\n \n";
  const flat = `On Tue, Ada wrote: ${body
    .trimEnd()
    .split("\n")
    .map((l) => `> ${l}`.trim())
    .join(" ")
    .replace(
      /\s+/g,
      " ",
    )} > And this is what I think of it, at some length, so that the line is long enough to be taken for a page that has lost its line breaks. > One more line of it. > And one more.`;
  const file = parseDocument(flat, "x").patches[0]!.files[0]!;
  assert.deepEqual(
    file.hunks[0]!.lines.map((l) => l.kind + l.text.trim()),
    [
      " int knob(int a, int b)",
      " {",
      "-if (a > b && a)",
      "+if (a > b)",
      "+return a >> b;",
      " return a > b ? a : b;",
      " }",
    ],
  );
});

test(
  "seed 002: what the mail holds of the new function is there, and what it does not hold is said",
  onCorpus(),
  () => {
    const path = seed("002");
    const doc = parseDocument(readFileSync(path), path);
    const definition = doc.patches[0]!.definitions.find((d) => d.name === "dax_layout_busy_page")!;
    // Two of its blocks are open where the quote ends: the end was cut by the person who quoted it.
    const braces = (c: string) => definition.text.split(c).length;
    assert.equal(braces("{") - braces("}"), 2);
    assert.equal(definition.visible, "partial");
    assert.match(doc.patches[0]!.notes.join("\n"), /3 old and 12 new lines of this hunk are not in the mail/);
  },
);
