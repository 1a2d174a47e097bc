/**
 * Before and after for the diff editor: the texts are the sides of the diff, each line knows its line of the mail, findings,
 * lenses and hovers stand on the side that they are of; with a kernel tree the whole file.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { treeImages } from "../../server/emulation/images.ts";
import { imageHover, imageMarks, mailImages, pairOf, placeAsked } from "../../server/features/images.ts";
import { indexLines, type Snapshot } from "../../server/features/snapshot.ts";
import type { ParsedDocument } from "../../server/mail/types.ts";
import { parseDocument } from "../../server/parse.ts";
import { DEFAULT_SETTINGS, type FilePair } from "../../server/protocol.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { fakeReview } from "../support/fake_review.ts";
import { exchanged, ownTree, patchMail, referenceText } from "../support/own_tree.ts";
import { example } from "../support/paths.ts";

function snapshotOf(
  text: string,
  change: (result: ReviewResult, parsed: ParsedDocument) => ReviewResult = (r) => r,
): Snapshot {
  const parsed = parseDocument(text, "mail.eml");
  return {
    uri: "file:///mail.eml",
    version: 7,
    parsed,
    lines: indexLines(parsed),
    state: "current",
    review: { result: change(fakeReview(parsed, "0"), parsed), version: 7, place: (n) => n },
    progress: { done: 0, total: 0, what: "", left: null },
    queued: 0,
    settings: DEFAULT_SETTINGS,
  };
}

const mail = example("share-dropped-twice.eml").toString("utf8");
const snapshot = snapshotOf(mail);

function pairAt(asked: object): FilePair {
  const place = placeAsked(snapshot, asked)!;
  return pairOf(snapshot, place, mailImages(place.file), { whole: false, note: "" });
}

test("each line of an image is the line of the mail that it names, without its sign", () => {
  const { before, after } = pairAt({});
  const lines = snapshot.parsed.lines;
  let told = 0;
  for (const [{ text, docLines }, sign] of [
    [before, "-"],
    [after, "+"],
  ] as const)
    for (const [i, line] of text.split("\n").slice(0, -1).entries()) {
      const from = lines[docLines[i]! - 1]!;
      if (from.startsWith("@@")) continue;
      assert.ok(from[0] === " " || from[0] === sign, from);
      assert.equal(line, from.slice(1));
      told++;
    }
  assert.ok(told > 10);
  assert.notEqual(before.text, after.text);
});

test("a finding opens its file at its line; a line of no diff the first file of the document", () => {
  const finding = snapshot.review!.result.findings[0]!;
  const { after, before, version } = pairAt({ finding: 0 });
  assert.equal(version, 7);
  assert.equal(after.docLines[after.line - 1], finding.docLine);
  assert.ok(before.line <= before.docLines.length);
  assert.equal(pairAt({ docLine: 1 }).file, 0);
  assert.equal(placeAsked(snapshotOf("From: A\nSubject: x\n\nNo diff.\n"), {}), null);
});

test("marks and lenses stand on their side, and what is mended stands before", () => {
  const two = snapshotOf(example("fix-index.eml").toString("utf8"), (result, parsed) => {
    const made = result.findings[0]!;
    const removed = parsed.patches[0]!.files[0]!.hunks.flatMap((h) => h.lines).find((l) => l.kind === "-")!;
    const mended = { ...made, verdict: "fixed" as const, side: "before" as const, docLine: removed.docLine };
    const culprit = { ...made, docLine: removed.docLine };
    return { ...result, findings: [made, mended, culprit] };
  });
  const { marks, lenses } = imageMarks(two, 0);
  assert.deepEqual(
    marks.map((m) => [m.side, m.severity]),
    [
      ["after", "error"],
      ["before", "information"],
      // A removed line that the side after misses: no other image has it.
      ["before", "error"],
    ],
  );
  assert.match(marks[1]!.message, /fixed by this patch/);
  const of = (side: string) => lenses.filter((l) => l.side === side).map((l) => l.title);
  assert.ok(
    of("after").some((t) => /1 new/.test(t)),
    of("after").join(" | "),
  );
  assert.ok(!of("before").some((t) => /new/.test(t)), of("before").join(" | "));
  assert.ok(of("before").length > 0);
  assert.ok(![...of("before"), ...of("after")].some((t) => t.includes("↔")), "an image leads to no image");
});

test("a hover of a context line speaks of the side alone", () => {
  const { patch, file } = placeAsked(snapshot, {})!;
  const functions = patch.definitions.filter((d) => d.kind === "function" && d.changed);
  const inside = new Set(functions.flatMap((d) => d.lines.slice(2, -1)));
  const line = file.hunks.flatMap((h) => h.lines).find((l) => l.kind === " " && inside.has(l.docLine))!;
  const said = (side: "before" | "after") =>
    imageHover(snapshot, { uri: "", docLine: line.docLine, side }).text;
  assert.match(said("before"), /\*\*before\*\*/);
  assert.doesNotMatch(said("before"), /\*\*after\*\*/);
  assert.match(said("after"), /\*\*after\*\*/);
  assert.equal(imageHover(snapshot, { uri: "", docLine: 0, side: "after" }).text, "");
});

test("with a kernel tree the whole file, its shown lines known; what is not there is said", () => {
  const tree = ownTree();
  const path = "fs/dax.c";
  const from = referenceText(path);
  const line = /^static [^\n]*\n/m.exec(from)![0];
  const to = exchanged(from, line, `/* a remark */\n${line}`);
  const text = patchMail(1, 1, { path, from, to });
  const request = { text, path: "a.patch", options: { tree }, patch: 0, file: path };
  const { images } = treeImages(request);
  assert.equal(images?.before, from);
  assert.equal(images?.after, to);
  const added = parseDocument(text, "a.patch").patches[0]!.files[0]!.hunks[0]!.lines.find(
    (l) => l.kind === "+",
  )!;
  assert.equal(images!.after!.split("\n")[images!.afterDocLines.indexOf(added.docLine)], "/* a remark */");
  assert.ok(images!.afterDocLines.filter((l) => l > 0).length < 12, "the rest is the tree's alone");
  assert.match(treeImages({ ...request, options: { tree: "/nowhere" } }).why, /folioscope\.tree/);
});
