/**
 * Damaged mails run: a quoted patch without its file's name and without its last lines is placed by the functions that it
 * names and completed from the reference kernel, in lines or flattened to one; a reviewer's doubt about a call is answered
 * by runs without it. What does not fit its frame stays in part and says so.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { referenceFileOf, referenceFunction } from "../../emulator/kernel.ts";
import { record } from "../../server/debug/launch.ts";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { restoredDocument } from "../../server/source/restore.ts";
import { ownTree } from "../support/own_tree.ts";

const NAME = "dax_layout_busy_page";
const whole = referenceFunction("v4.18", NAME)!.trimEnd().split("\n");
const CUT = whole.findIndex((l) => l.includes("pagevec_release(")) + 1;

/** Our own function, quoted twice, its file snipped and its last lines lost. */
function torn(last: readonly string[] = []): string[] {
  const added = [...whole.slice(0, CUT), ...last].map((l) => `+${l}`);
  return [
    "On Tue, Jun 12, 2018 at 03:05:36PM +0200, Second Person wrote:",
    "> On Fri, May 18, 2018 at 06:35:13PM -0700, First Person wrote:",
    "> > Files know who uses their pages.",
    "> > ",
    "> > Signed-off-by: First Person <first@example.org>",
    "> > ---",
    "> > <>",
    `> > @@ -92,6 +105,${added.length + 20} @@ static void *get_unlocked_mapping_entry(struct address_space *mapping, pgoff_t index,`,
    "> >  \treturn entry;",
    "> >  }",
    "> >  ",
    ...added.map((l) => `> > ${l}`),
    "> ",
    "> I wonder whether these two pagevec_* calls are needed here: can they be removed?",
    "",
    "They can.",
  ];
}

const HEAD = "From: Second Person <second@example.org>\nSubject: Re: a patch\n\n";
const review = (text: string, scenario: string): ReviewResult =>
  reviewDocument(parseDocument(Buffer.from(text), "damaged.eml"), { scenario });

test("functions of the reference kernel are found and given as their era has them", () => {
  assert.equal(referenceFileOf(NAME), "fs/dax.c");
  assert.equal(referenceFileOf("nobody_has_this"), null);
  assert.match(referenceFunction("v4.18", NAME)!, /pagevec_release/);
  assert.doesNotMatch(referenceFunction("v6.12", NAME)!, /pagevec_release|#/);
});

for (const [form, text] of [
  ["in lines", `${HEAD}${torn().join("\n")}\n`],
  ["flattened", torn().join(" ").replace(/\s+/g, " ")],
] as const)
  test(`a torn patch without a file's name runs, ${form}`, () => {
    const { runs, findings, notes } = review(text, "truncate-reused order=0*");
    assert.deepEqual(
      runs.map((r) => [r.verdict, r.era, r.repaired]),
      [0, 1, 2].map(() => ["fixed", "v4.18", true]),
    );
    // The block is freed under a DMA, and so its next owner is written to.
    assert.ok(
      findings.some(
        (f) =>
          f.verdict === "fixed" &&
          f.code === "freed-while-busy" &&
          f.consequences.some((c) => /a device .* never writes to another/.test(c.message)),
      ),
      JSON.stringify(findings),
    );
    // What was mended says how it goes instead.
    assert.ok(
      findings.some((f) =>
        f.detail.some((d) => /^After the patch, from there: .*truncate A.*sleeps.*DMA lets go/.test(d)),
      ),
      JSON.stringify(findings.map((f) => f.detail)),
    );
    const said = notes.join("\n");
    assert.match(said, /it is fs\/dax\.c by get_unlocked_mapping_entry\(\), dax_layout_busy_page\(\)/);
    assert.match(said, /dax_layout_busy_page\(\): lines of it are missing/);
    assert.match(said, /giving NULL/);
  });

test("the run of a torn patch can be stepped through by the token of its finding", () => {
  const text = `${HEAD}${torn().join("\n")}\n`;
  const options = { scenario: "truncate-reused order=0 fs=0" };
  const finding = review(text, options.scenario).findings.find((f) => f.verdict === "fixed")!;
  const { replay, docLine } = finding;
  const { scenario, aim } = record({ text, path: "damaged.eml", options, replay, docLine, side: "before" });
  assert.match(scenario, /^truncate-reused/);
  assert.equal(aim?.code, finding.code);
});

test("a doubt about calls is answered by runs without them", () => {
  const { notes } = review(`${HEAD}${torn().join("\n")}\n`, "truncate-reused order=0 fs=0");
  const answer = notes.find((n) => n.includes("doubts"))!;
  assert.match(answer, /Second Person doubts pagevec_remove_exceptionals\(\) and pagevec_release\(\)/);
  assert.match(
    answer,
    /without pagevec_remove_exceptionals\(\) and pagevec_release\(\) nothing breaks in 1 /,
  );
  assert.match(answer, /without pagevec_remove_exceptionals\(\) truncate-reused .* breaks \(oops/);
});

test("what the frame does not know stays in part", () => {
  const { runs, notes } = review(
    `${HEAD}${torn(["\t\tif (page)", "\t\t\tgoto somewhere_else;"]).join("\n")}\n`,
    "truncate-reused*",
  );
  assert.deepEqual(runs, []);
  assert.match(
    notes.join("\n"),
    /the quoted diff is not the whole patch \(.* \d+ old and \d+ new lines of it are not shown\)/,
  );
});

/** A patch to one function, its hunk of these lines; `quoted`: as somebody answers it. */
function oneHunk(lines: readonly string[], counts: string, quoted: boolean, stat = ""): string {
  const diff = [
    "---",
    ...(stat === "" ? [] : [" fs/dax.c | 2 +-", ` ${stat}`]),
    "",
    "diff --git a/fs/dax.c b/fs/dax.c",
    "--- a/fs/dax.c",
    "+++ b/fs/dax.c",
    `@@ ${counts} @@`,
    ...lines,
  ];
  return `${HEAD}${quoted ? `On Tue, First Person wrote:\n${["> Less is kept.", ...diff.map((l) => `> ${l}`)].join("\n")}\n\nIs it?\n` : ["Less is kept.", ...diff, ""].join("\n")}`;
}

describe("changed lines that the mail does not show", () => {
  const text = referenceFunction("v6.12", "dax_unlock_entry")!.trimEnd().split("\n");
  const at = text.findIndex((l) => l.includes("dax_wake_entry("));
  const lines = text.flatMap((l, i) =>
    i === at ? [`-${l}`, "+\tdax_wake_entry(xas, entry, WAKE_ALL);"] : [` ${l}`],
  );
  const counts = `-1,${text.length} +1,${text.length}`;
  const kinds = (result: ReviewResult): string[] =>
    result.plans.flatMap((p) => p.leftOut.map((l) => l.why.kind));
  const run = (mail: string): ReviewResult => review(mail, "map-fault-unmap*");

  test("are no patch without changes, and not completed from the reference kernel", () => {
    for (const quoted of [true, false]) {
      const whole = run(oneHunk(lines, counts, quoted));
      assert.ok(whole.runs.some((r) => r.verdict === "clean"));
      // Before the change, and between what it takes out and puts in.
      for (const n of [at, at + 1]) {
        const cut = run(oneHunk(lines.slice(0, n), counts, quoted));
        assert.deepEqual([cut.runs, cut.findings, kinds(cut)], [[], [], ["cut"]], `${n}`);
        assert.match(
          cut.notes.join(),
          quoted ? /the quoted diff is not the whole patch/ : /breaks off among the changed lines/,
        );
      }
    }
  });

  test("in a kernel tree neither", () => {
    const tree = ownTree();
    const on = (mail: string): ReviewResult =>
      reviewDocument(parseDocument(Buffer.from(mail), "cut.eml"), {
        tree,
        era: "v6.12",
        scenario: "map-fault-unmap*",
      });
    assert.ok(on(oneHunk(lines, counts, true)).runs.some((r) => r.verdict === "clean"));
    assert.deepEqual(kinds(on(oneHunk(lines.slice(0, at + 1), counts, false))), ["cut"]);
    // All of the hunk is there, and others are not.
    const others = on(oneHunk(lines, counts, true, "2 files changed, 20 insertions(+), 1 deletion(-)"));
    assert.deepEqual(kinds(others), ["cut"]);
    assert.match(others.notes.join(), /of the patch's \+20 -1 only \+1 -1 are shown/);
  });

  test("context behind the last change is put back all the same", () => {
    const { runs, notes } = run(oneHunk(lines.slice(0, -1), counts, true));
    assert.ok(runs.some((r) => r.verdict === "clean" && r.repaired === true));
    assert.match(
      notes.join(),
      /shows dax_unlock_entry\(\) in part; the reference kernel.s of v[\d.]+ is its frame/,
    );
  });

  test("and who wrote the patch is no day of the week", () => {
    const { patches } = parseDocument(Buffer.from(oneHunk(lines, counts, true)), "cut.eml");
    assert.equal(patches[0]!.author, "First Person");
  });
});

test("a sound mail comes back as it is", () => {
  const text = `${HEAD}--- a/fs/dax.c\n+++ b/fs/dax.c\n@@ -1,2 +1,2 @@\n int a;\n-int b;\n+int c;\n`;
  const doc = parseDocument(Buffer.from(text), "sound.eml");
  assert.equal(restoredDocument(doc, {}).doc, doc);
});
