/**
 * The example mails, each with what its author put in: the review has to say so, on the right line, and nothing else.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import Ajv2020 from "ajv/dist/2020.js";
import { exitStatus } from "../../server/cli_review.ts";
import { parseDocument } from "../../server/parse.ts";
import { reviewJson } from "../../server/report/json.ts";
import { reviewText } from "../../server/report/terminal.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { ReviewOptions, ReviewResult } from "../../server/review/types.ts";
import { example, root } from "../support/paths.ts";

const run = (name: string, options: ReviewOptions) => {
  const doc = parseDocument(example(name), name);
  return { doc, result: reviewDocument(doc, options) };
};
const known = new Map<string, ReturnType<typeof run>>();

/** A review of an example; one without options is made once and shared, those with options are made each time. */
function review(name: string, options?: ReviewOptions) {
  if (options !== undefined) return run(name, options);
  const found = known.get(name) ?? run(name, {});
  known.set(name, found);
  return found;
}

const codes = (r: ReviewResult, verdict: string): string[] =>
  [...new Set(r.findings.filter((f) => f.verdict === verdict).map((f) => f.code))].sort();

const lineOf = (doc: { lines: string[] }, docLine: number): string => doc.lines[docLine - 1] ?? "";

test("a clean refactor is silent", () => {
  const { result } = review("clean-refactor.eml");
  assert.deepEqual(codes(result, "new"), []);
  assert.deepEqual(codes(result, "fixed"), []);
  assert.ok(
    result.runs.some((r) => r.verdict === "clean"),
    "the code ran",
  );
  assert.equal(exitStatus(result), 0);
});

test("a reference leaked on an error path is found, on the line that returns", () => {
  const { doc, result } = review("leaked-reference.eml");
  const leak = result.findings.find((f) => f.verdict === "new" && f.code === "folio-ref-leak");
  assert.ok(leak, `new findings: ${codes(result, "new")}`);
  assert.match(lineOf(doc, leak.docLine), /folio_ref_inc|folio_put|return ret|VM_FAULT_ERROR/);
  assert.equal(exitStatus(result), 1);
});

test("a share count dropped twice is found, on the line that drops it", () => {
  const { doc, result } = review("share-dropped-twice.eml");
  const bad = result.findings.find((f) => f.verdict === "new" && f.code === "share-count");
  assert.ok(bad, `new findings: ${codes(result, "new")}`);
  assert.match(lineOf(doc, bad.docLine), /share/);
  assert.ok(bad.trace.some((s) => s.role === "culprit"));
  assert.ok(bad.trace.some((s) => s.role === "history"));
});

test("a fix is seen as one", () => {
  const { result } = review("fix-index.eml");
  assert.ok(codes(result, "fixed").includes("wrong-index"), `fixed: ${codes(result, "fixed")}`);
  assert.deepEqual(codes(result, "new"), []);
});

test("the demo mends one thing and breaks another", () => {
  const { result } = review("demo.eml");
  assert.ok(codes(result, "fixed").includes("zero-page-write"), `fixed: ${codes(result, "fixed")}`);
  assert.ok(codes(result, "new").includes("stale-mapping"), `new: ${codes(result, "new")}`);
  // Where a run ends tells of the kernel's code, not of the C that drives the scenario.
  for (const f of result.findings) {
    assert.ok(!f.trace.some((s) => s.path.startsWith("scenarios/") && s.text.endsWith("()")), f.code);
    if (f.code === "deadlock") assert.equal(f.trace.at(-1)?.role, "culprit");
  }
});

/** What running every pair of parameter values of every scenario finds. The default leaves cases out, but no finding. */
const ALL_PAIRS: Record<string, readonly string[]> = {
  "clean-refactor.eml": ["already share-count"],
  "demo.eml": [
    "already oops",
    "already share-count",
    "fixed zero-page-write 40",
    "new deadlock 40",
    "new stale-mapping 40",
  ],
  "fix-index.eml": ["already share-count", "fixed wrong-index 42"],
  "leaked-reference.eml": ["already oops", "already share-count", "already warn", "new folio-ref-leak 71"],
  "share-dropped-twice.eml": ["already oops", "already share-count", "new share-count 32"],
};
for (const [name, all] of Object.entries(ALL_PAIRS))
  test(`what the default leaves out would find nothing else: ${name}`, () => {
    const { findings } = review(name).result;
    // What is no line's doing has none.
    const told = findings.map(({ verdict, code, docLine }) =>
      verdict === "already" ? `${verdict} ${code}` : `${verdict} ${code} ${docLine}`,
    );
    assert.deepEqual(told.sort(), all);
  });

test("a one-token edit changes the outcome (D1)", () => {
  const text = example("share-dropped-twice.eml").toString().replace("folio->share--;", "folio->share += 0;");
  const result = reviewDocument(parseDocument(text, "edited.eml"), {});
  assert.deepEqual(codes(result, "new"), []);
});

test("same input, same seed: the same JSON", () => {
  const json = (): string => {
    const { doc, result } = review("demo.eml", { seed: "7", scenario: "truncate-pinned*open=0" });
    assert.ok(result.findings.some((f) => f.verdict === "new"));
    return JSON.stringify(reviewJson(doc, result));
  };
  assert.equal(json(), json());
});

test("a replay token brings back its finding alone and refuses another diff", () => {
  const { result } = review("share-dropped-twice.eml");
  const bad = result.findings.find((f) => f.verdict === "new" && f.code === "share-count")!;
  const again = review("share-dropped-twice.eml", { replay: bad.replay }).result;
  assert.deepEqual(
    again.findings.map((f) => [f.code, f.docLine, f.trace]),
    [[bad.code, bad.docLine, bad.trace]],
  );
  assert.equal(new Set(again.runs.map((r) => r.scenario)).size, 1);
  assert.throws(() => review("demo.eml", { replay: bad.replay }), /another diff/);
});

test("the JSON holds to its schema", () => {
  const schema = JSON.parse(readFileSync(join(root, "server/schema/review.schema.json"), "utf8")) as object;
  const validate = new Ajv2020.default({ strict: false, allErrors: true }).compile(schema);
  for (const name of ["demo.eml", "leaked-reference.eml"]) {
    const { doc, result } = review(name);
    const json: unknown = JSON.parse(JSON.stringify(reviewJson(doc, result)));
    assert.ok(validate(json), JSON.stringify(validate.errors?.slice(0, 3)));
  }
});

test("the text fits 80 columns", () => {
  const { doc, result } = review("demo.eml");
  const text = reviewText(doc, result, [0], { color: false, all: true });
  const long = text.split("\n").filter((l) => l.length > 80 && !/replay:|-->/.test(l));
  assert.deepEqual(long, []);
});
