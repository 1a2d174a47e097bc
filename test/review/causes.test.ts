/**
 * A finding stands on the change that does it: the patch is tried without each of its changes. By the mail of the demo,
 * whose deadlock a removed line of another hunk causes, and by trials of our own answering.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { wayText } from "../../server/report/words.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { changesOf, putOnCauses, withoutChange } from "../../server/review/causes.ts";
import { example } from "../support/paths.ts";

const mail = example("demo.eml");
const doc = parseDocument(mail, "demo.eml");
const patch = doc.patches[0]!;
const at = mail.toString().split("\n").indexOf("-\tfolio->mapping = NULL;") + 1;
const { findings } = reviewDocument(doc, { scenario: "lock-folio-waits order=0 lockers=2 gone=1" });
const deadlock = findings.find((f) => f.verdict === "new" && f.code === "deadlock")!;

test("a finding goes to the change of another hunk without which it goes away", () => {
  assert.deepEqual([deadlock.docLine, deadlock.side, deadlock.exactLine], [at, "before", false]);
  assert.equal(wayText(deadlock), "it goes away without this change");
  assert.match(
    deadlock.detail[0]!,
    /^Tried: it goes away without the change at line 40 of the mail \(dax_folio_put\(\)\), and stays/,
  );
});

test("a change is taken out of the patch, lines in their places, counts right", () => {
  const changes = changesOf(patch);
  assert.deepEqual(
    changes.map((c) => c.fn),
    ["dax_folio_put()", "dax_associate_entry()", "dax_disassociate_entry()"],
  );
  const { files, definitions } = withoutChange(patch, changes[1]!);
  const [first, last] = files[0]!.hunks;
  assert.equal(files[0]!.hunks.length, 2);
  assert.equal(first!.newLines, first!.oldLines - 1);
  assert.equal(last!.newStart, last!.oldStart - 1);
  assert.equal(last!.lines.at(-1)!.newLine, last!.newStart + last!.newLines - 1);
  const changed = (name: string): boolean[] =>
    definitions.filter((d) => d.name === name).map((d) => d.changed);
  assert.deepEqual(changed("dax_associate_entry"), []);
  assert.deepEqual(changed("dax_folio_put"), [true, false]);
});

const [put, associate] = changesOf(patch);
const loose = { ...deadlock, docLine: associate!.lines[0]!.docLine, exactLine: false };

test("where it needs its own change, or nothing can be said, it stays", () => {
  for (const without of [false, null]) {
    const tried: string[] = [];
    const kept = putOnCauses(patch, [loose], (change, of) => {
      tried.push(change.fn);
      return of.map(() => without);
    });
    assert.deepEqual(kept, [loose]);
    assert.deepEqual(tried, [associate!.fn]);
  }
});

test("a change that performed the event is not tried, and one of no other is said", () => {
  const exact = { ...loose, docLine: associate!.lines[0]!.docLine, exactLine: true };
  assert.deepEqual(
    putOnCauses(patch, [exact], () => assert.fail("tried")),
    [exact],
  );
  const [moved] = putOnCauses(patch, [loose], (change, of) => of.map(() => change.fn !== put!.fn));
  assert.equal(moved!.docLine, at);
});

test("of a patch of one change, what breaks a rule on lines that it keeps is one finding; on a changed line it is its own", () => {
  const text = example("leaked-reference.eml").toString();
  const one = parseDocument(Buffer.from(text), "leaked-reference.eml").patches[0]!;
  const lineOf = (code: string): number => text.split("\n").indexOf(code) + 1;
  const on = (code: string, scenario: string) => ({
    ...deadlock,
    code: "folio-ref-leak",
    docLine: lineOf(code),
    exactLine: true,
    scenario,
    alsoIn: [],
  });
  const kept = [
    on(" \tfolio_ref_inc(folio);", "a"),
    on(" \tfolio_put(folio);", "b"),
    on("+\t\treturn ret;", "c"),
  ];
  const told = putOnCauses(one, kept, () => assert.fail("tried"));
  assert.deepEqual(
    told.map((f) => [f.docLine, f.alsoIn]),
    [
      [kept[0]!.docLine, ["b"]],
      [kept[2]!.docLine, []],
    ],
  );
});
