/** The sidebar's rows: which a filter leaves, what stands for a cut list, and hunks that are known again in another mail. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { filterRows, filterText, isFiltering, NO_FILTER } from "../../extension/row_filter.ts";
import { indexLines, type Snapshot } from "../../server/features/snapshot.ts";
import { tree } from "../../server/features/tree.ts";
import { parseDocument } from "../../server/parse.ts";
import { DEFAULT_SETTINGS, type TreeNode } from "../../server/protocol.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { fakeInTree, fakeReview } from "../support/fake_review.ts";
import { example } from "../support/paths.ts";

function rowsOf(text: string, change: (result: ReviewResult) => ReviewResult = (r) => r): TreeNode[] {
  const parsed = parseDocument(text, "mail.eml");
  const snapshot: Snapshot = {
    uri: "file:///mail.eml",
    version: 1,
    parsed,
    lines: indexLines(parsed),
    state: "current",
    review: { result: change(fakeReview(parsed, "0")), version: 1, place: (n) => n },
    progress: { done: 0, total: 0, what: "", left: null },
    queued: 0,
    settings: DEFAULT_SETTINGS,
  };
  return tree(snapshot);
}

const flat = (rows: readonly TreeNode[]): TreeNode[] => rows.flatMap((r) => [r, ...flat(r.children)]);
const mail = example("share-dropped-twice.eml").toString("utf8");
const never = () => false;

test("a filter leaves the rows of its verdict and what stands above them", () => {
  const rows = rowsOf(mail, (r) => ({ ...r, notes: ["a word on the side"] }));
  const left = flat(filterRows(rows, { which: "new", text: "" }, never));
  assert.deepEqual(
    left.map((r) => r.kind),
    ["patch", "file", "function", "finding"],
  );
  assert.deepEqual(filterRows(rows, { which: "silent", text: "" }, never), []);
  assert.equal(filterRows(rows, NO_FILTER, never), rows);
  assert.ok(!isFiltering(NO_FILTER));
});

test("words are looked for in any row; what stands below a row that has them stays", () => {
  const rows = rowsOf(mail, (r) => ({ ...r, notes: ["a word on the side"] }));
  const left = flat(filterRows(rows, { which: "all", text: "ON THE SIDE" }, never));
  assert.deepEqual(
    left.map((r) => r.kind),
    ["notes", "note"],
  );
  assert.ok(flat(filterRows(rows, { which: "all", text: "dax.c" }, never)).some((r) => r.kind === "finding"));
  assert.deepEqual(filterRows(rows, { which: "new", text: "no such word" }, never), []);
  assert.equal(filterText({ which: "new", text: "dax" }), "New, with “dax”");
  assert.deepEqual(
    filterRows(rows, { which: "unseen", text: "" }, (r) => r.kind === "patch").map((r) => r.kind),
    ["notes"],
  );
});

test("a hunk has the same mark in a later version of the mail, and another when its text changes", () => {
  const marks = (text: string) => flat(rowsOf(text)).flatMap((r) => r.hunks?.map((h) => h.mark) ?? []);
  const [mark] = marks(mail);
  assert.match(mark!, /^[0-9a-f]{16}$/);
  assert.deepEqual(marks(mail.replace("[PATCH]", "[PATCH v2]").replace("\n\n", "\n\nMore words.\n\n")), [
    mark,
  ]);
  assert.notDeepEqual(marks(mail.replace("folio->share--", "folio->share -= 1")), [mark]);
});

test("a list that is cut says how much it leaves out, and a patch which cases did not run", () => {
  const rows = flat(
    rowsOf(mail, (result) => ({
      ...fakeInTree(parseDocument(mail, "mail.eml"), result, "/linux"),
      stubs: Array.from({ length: 25 }, (_, i) => ({ name: `f${i}`, runs: 1 })),
      plans: result.plans.map((p) => ({
        ...p,
        leftOut: [{ why: { kind: "unreached" as const, inTree: false }, cases: 7 }],
      })),
    })),
  );
  assert.ok(rows.some((r) => r.label === "5 more"));
  assert.match(rows.find((r) => r.kind === "patch")!.tooltip, /7 left out: they reach nothing/);
});
