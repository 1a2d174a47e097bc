/**
 * Reports for other tools: SARIF against its published schema, JUnit as well-formed XML with the counts it states,
 * Markdown and the reply without a word of the mail as markup. The results are made up, or those of an example.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import Ajv2020 from "ajv/dist/2020.js";
import fc from "fast-check";
import { parseDocument } from "../../server/parse.ts";
import { b4ReviewFiles } from "../../server/report/b4_review.ts";
import { formatOf, type ReportInput } from "../../server/report/formats.ts";
import { replyText } from "../../server/report/reply.ts";
import { STANDING_WORDS } from "../../server/report/standing.ts";
import type { Finding, PlanFacts, ReviewResult, Run } from "../../server/review/types.ts";
import { fakeReview } from "../support/fake_review.ts";
import { example, root } from "../support/paths.ts";

const doc = parseDocument(example("leaked-reference.eml"), "mails/leaked reference.eml");
const made = fakeReview(doc, "0");
const style = { color: false, all: false };

const written = (name: string, result: ReviewResult, change: Partial<ReportInput> = {}): string =>
  formatOf(name)!.write({ doc, result, chosen: doc.patches.map((p) => p.index), style, ...change });

/** The published schema, as a test helper of its makers ships it; formats are checked by its patterns alone. */
function sarifProblems(text: string): unknown[] {
  const require = createRequire(join(root, "package.json"));
  const lib = dirname(require.resolve("@microsoft/jest-sarif"));
  const schema = JSON.parse(readFileSync(join(lib, "schemas", "sarif-2.1.0-rtm.5.json"), "utf8"));
  // A draft that is spelt the old way; its rules are those of today.
  delete schema.$schema;
  delete schema.id;
  const ajv = new Ajv2020.default({
    strict: false,
    allErrors: true,
    // Its patterns are written for a dialect without the u flag.
    unicodeRegExp: false,
    formats: { uri: true, "uri-reference": true, "date-time": true },
  });
  const check = ajv.compile(schema);
  return check(JSON.parse(text)) ? [] : (check.errors ?? []);
}

test("SARIF is valid, and opens on the line of the input", () => {
  const text = written("sarif", made);
  assert.deepEqual(sarifProblems(text), []);
  const [run] = JSON.parse(text).runs;
  assert.equal(run.artifacts[0].location.uri, "mails/leaked%20reference.eml");
  assert.equal(run.results.length, made.findings.length);
  const [first] = run.results;
  const { region } = first.locations[0].physicalLocation;
  assert.equal(region.startLine, made.findings[0]!.docLine);
  assert.equal(region.snippet.text.trim(), doc.lines[region.startLine - 1]!.trim());
  // GitHub takes no result that stands nowhere.
  const nowhere = { ...made, findings: [{ ...made.findings[0]!, docLine: 0 }] };
  const [placed] = JSON.parse(written("sarif", nowhere)).runs[0].results;
  assert.equal(placed.locations[0].physicalLocation.region.startLine, doc.patches[0]!.files[0]!.docLine);
  assert.equal(run.tool.driver.rules[first.ruleIndex].id, first.ruleId);
  assert.deepEqual(sarifProblems(JSON.stringify({ version: "2.1.0", runs: [{}] })).length > 0, true);
});

test("as compilers say it: one line for each new finding, at the line of the input, notes below, nothing else", () => {
  const text = written("gcc", made);
  const lines = text.trimEnd().split("\n");
  const news = made.findings.filter((f) => f.verdict === "new");
  const told = lines.filter((l) => / (?:error|warning): /.test(l));
  assert.ok(news.length > 0);
  assert.equal(told.length, news.length);
  for (const [i, f] of news.entries())
    assert.ok(
      told[i]!.startsWith(`mails/leaked reference.eml:${f.docLine}:1: ${f.severity}: `) &&
        told[i]!.endsWith(` [${f.code}]`),
      told[i],
    );
  // What the extension declares reads them, and so do the editors that know gcc.
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const { regexp } = manifest.contributes.problemMatchers[0].pattern;
  for (const l of lines) {
    const found = new RegExp(regexp).exec(l);
    assert.ok(found !== null, l);
    assert.equal(found[1], "mails/leaked reference.eml");
    assert.match(found[2]!, /^\d+$/);
  }
  assert.equal(written("gcc", { ...made, findings: made.findings.filter((f) => f.verdict !== "new") }), "");
});

test("a step says whose line it names: the mail's, the tree's or the reference kernel's", () => {
  const step = {
    task: "",
    text: "it happens",
    path: "fs/dax.c",
    line: 404,
    docLine: 0,
    role: "history",
  } as const;
  const trace = [
    { ...step, of: "tree" as const },
    { ...step, of: "reference" as const },
    { ...step, docLine: 40 },
  ];
  const result = { ...made, findings: made.findings.map((f) => ({ ...f, trace, verdict: "new" as const })) };
  const text = written("sarif", result);
  assert.deepEqual(sarifProblems(text), []);
  const [run] = JSON.parse(text).runs;
  const places = run.results[0].codeFlows[0].threadFlows[0].locations.map(
    (l: { location: { physicalLocation: { artifactLocation: { uriBaseId?: string } } } }) =>
      l.location.physicalLocation.artifactLocation.uriBaseId ?? "",
  );
  assert.deepEqual(places, ["TREE", "REFERENCE", ""]);
  assert.deepEqual(Object.keys(run.originalUriBaseIds), ["TREE", "REFERENCE"]);
  const junit = written("junit", result);
  for (const place of ["[tree:fs/dax.c:404]", "[reference:fs/dax.c:404]", "[line 40]", " of the mail"])
    assert.ok(junit.includes(place), place);
});

test("SARIF of an encoded mail counts the lines of the input, not of what is shown", () => {
  const body = [
    "--- a/fs/dax.c",
    "+++ b/fs/dax.c",
    "@@ -1,3 +1,4 @@",
    " static void f(void)",
    " {",
    "+\tg();",
    " }",
    "",
  ];
  const head =
    "From: a@example.org\nSubject: [PATCH] x\nMIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n";
  const encoded = parseDocument(`${head}${Buffer.from(body.join("\n")).toString("base64")}\n`, "m.eml");
  const finding = {
    ...made.findings[0]!,
    patch: 0,
    docLine: encoded.lines.findIndex((l) => l.includes("g();")) + 1,
  };
  const text = formatOf("sarif")!.write({
    doc: encoded,
    result: { ...made, findings: [finding] },
    chosen: [0],
    style,
  });
  const line = JSON.parse(text).runs[0].results[0].locations[0].physicalLocation.region.startLine;
  assert.equal(line, encoded.rawLines?.[finding.docLine - 1]);
  assert.ok(line !== undefined);
  assert.ok(line <= head.split("\n").length + 1, "the input has no further line");
});

test("b4: a result a patch; what did not run is no pass", () => {
  const says = (result: ReviewResult): { tool: string; status: string; details?: string }[] =>
    JSON.parse(written("b4", result));
  const [failed] = says(made);
  assert.equal(failed!.status, "fail");
  assert.ok(failed!.details!.includes(made.findings[0]!.replay));
  const warned = made.findings.map((f) => ({ ...f, severity: "warning" as const }));
  assert.equal(says({ ...made, findings: warned })[0]!.status, "warn");
  assert.equal(says({ ...made, findings: [] })[0]!.status, "pass");
  const silent = made.runs.map((r) => ({ ...r, verdict: "not-modelled" as const }));
  assert.deepEqual(says({ ...made, findings: [], runs: silent }), []);
});

/** A reader of the XML that JUnit files are: throws where it is not well-formed. */
function xmlTags(text: string): string[] {
  const open: string[] = [];
  const seen: string[] = [];
  const rest = text.replace(/^<\?xml [^>]*\?>\n/, "");
  for (const m of rest.matchAll(/<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>|[^<]+|</g)) {
    const [whole, close, name, attributes, empty] = m;
    assert.doesNotMatch(attributes ?? whole, /&(?!amp;|lt;|gt;|quot;|#\d+;)/);
    if (name === undefined) assert.notEqual(whole, "<", "a bare <");
    else if (close === "/") assert.equal(open.pop(), name);
    else {
      seen.push(name);
      if (empty !== "/") open.push(name);
    }
  }
  assert.deepEqual(open, []);
  return seen;
}

test("JUnit: a run that something new breaks fails, one that says nothing is skipped with its reason", () => {
  const silent: Run = {
    ...made.runs[0]!,
    scenario: "other a<b",
    verdict: "not-modelled",
    reason: 'no "x" & y',
  };
  const text = written("junit", { ...made, runs: [...made.runs, silent] });
  const tags = xmlTags(text);
  const shown = new Set(made.findings.flatMap((f) => [f.scenario, ...f.alsoIn]));
  assert.equal(tags.filter((t) => t === "failure").length, shown.size);
  assert.equal(tags.filter((t) => t === "skipped").length, 1);
  assert.match(text, /tests="4" failures="2"/);
  assert.match(text, /name="other a&lt;b"/);
  assert.match(text, /message="no &quot;x&quot; &amp; y"/);
});

test("JUnit is well-formed whatever a mail is called", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (subject) => {
      const named = { ...doc, patches: [{ ...doc.patches[0]!, subject }] };
      xmlTags(written("junit", made, { doc: named as typeof doc, chosen: [0] }));
    }),
    { numRuns: 30 },
  );
});

test("Markdown: a patch that nothing could run says so in the words of every surface", () => {
  const none = { ...made, runs: [], findings: [], plans: [] };
  const of = (why: PlanFacts["leftOut"][number]["why"]): string =>
    written("markdown", {
      ...none,
      plans: [{ patch: 0, cases: 3, leftOut: [{ why, cases: 3 }], whole: [] }],
    });
  assert.ok(of({ kind: "partial", names: ["f"] }).includes(STANDING_WORDS["in-part"]));
  assert.ok(of({ kind: "uncalled", names: ["f"] }).includes(STANDING_WORDS.unreached));
  assert.ok(of({ kind: "no-function" }).includes(STANDING_WORDS["not-modelled"]));
  assert.ok(written("markdown", none).includes(STANDING_WORDS["not-run"]));
  const silent = made.runs.map((r) => ({ ...r, verdict: "not-modelled" as const }));
  const text = written("markdown", { ...made, runs: silent, findings: [] });
  assert.ok(text.includes(STANDING_WORDS["not-modelled"]) && !text.includes("clean"), text);
});

test("Markdown: text of the mail is no markup", () => {
  const named = { ...doc, patches: [{ ...doc.patches[0]!, subject: "a | b <img src=x> [l](u) `c`" }] };
  const text = written("markdown", { ...made, findings: [] }, { doc: named as typeof doc, chosen: [0] });
  const row = text.split("\n").find((l) => l.includes("img"))!;
  assert.ok(row.includes("a \\| b \\<img src=x\\> \\[l\\]\\(u\\) \\`c\\`"), row);
});

const steps = (n: number, tasks: readonly string[]): Finding["trace"] =>
  Array.from({ length: n }, (_, i) => ({
    task: tasks[i % tasks.length]!,
    text: `event ${i} of a page with words enough to fill more than a line of a mail, and then some`,
    path: "fs/dax.c",
    line: 100 + i,
    docLine: 0,
    role: i === n - 1 ? ("culprit" as const) : ("history" as const),
  }));

test("the reply quotes the hunk, asks once, and keeps to 78 columns", () => {
  for (const tasks of [["user"], ["truncate", "fault"], ["a", "b", "c"]]) {
    const f: Finding = { ...made.findings[0]!, trace: steps(30, tasks) };
    const text = replyText(doc, f);
    const lines = text.split("\n");
    const quotes = lines.filter((l) => l.startsWith(">"));
    const asked = doc.lines[f.docLine - 1]!;
    assert.ok(quotes.includes(`> ${asked}`), `the line is quoted: ${text}`);
    assert.ok(
      quotes.some((l) => l.startsWith("> @@")),
      "the hunk's head is quoted",
    );
    assert.match(text, /wrote:\n>/);
    assert.equal(lines.filter((l) => !l.startsWith(">") && l.includes("?")).length, 1, text);
    for (const l of lines)
      if (!l.startsWith(">") && !l.includes("--replay")) assert.ok(l.length <= 78, `${l.length}: ${l}`);
    assert.ok(text.includes(f.replay));
    assert.ok(text.includes("event 29"), "the event that breaks the rule is there");
    assert.doesNotMatch(text, /[!]/);
  }
});

test("the reply of a finding of functions by themselves says what was called", () => {
  const asked = (scenario: string): string =>
    replyText(doc, { ...made.findings[0]!, scenario }).replace(/\s+/g, " ");
  assert.ok(asked("function foo_reset").includes("With foo_reset() I end up with"));
  assert.ok(asked("life foo_probe foo_remove").includes("With foo_probe() and then foo_remove() I end up"));
});

test("the reply of a finding without a line quotes the title", () => {
  const text = replyText(doc, { ...made.findings[0]!, docLine: 0, exactLine: false });
  assert.ok(text.includes(`> ${doc.patches[0]!.subject}`), text);
});

test("the matrix has a row a patch and a column a check, and says no more than is known", () => {
  const mails = ["clean-refactor.eml", "leaked-reference.eml"].map((n) => example(n).toString());
  const series = parseDocument(
    mails.map((m, k) => `From mboxrd@z Thu Jan  1 00:00:0${k} 1970\n${m}\n`).join(""),
    "two.mbox",
  );
  assert.equal(series.patches.length, 2);
  const result = fakeReview(series, "0");
  const table = (change: Partial<ReviewResult>): string[] =>
    formatOf("matrix")!
      .write({ doc: series, result: { ...result, ...change }, chosen: [0, 1], style })
      .split("\n");
  const [head, first, second] = table({
    plans: [0, 1].map((patch): PlanFacts => ({ patch, cases: 1, leftOut: [], whole: [] })),
    runs: [0, 1].map(
      (patch): Run => ({ ...result.runs[0]!, patch, verdict: patch === 0 ? "not-modelled" : "clean" }),
    ),
    findings: [
      { ...result.findings[0]!, patch: 1, verdict: "new", severity: "error" },
      { ...result.findings[0]!, patch: 1, verdict: "fixed", scenario: "function f" },
    ],
  });
  assert.match(head!, /^ +read +fits +builds runs +paths +before$/);
  assert.match(first!, / ok +- +- +n\/m +-$/);
  assert.match(second!, / ok +- +ok +1 new +1 fixed$/);
  // Nothing was run: nothing is said to build, and nothing to be fine.
  for (const row of table({ plans: [], runs: [], findings: [] }).slice(1, 3))
    assert.match(row, / ok( +-){4}$/);
  for (const line of table({})) assert.ok(line.length <= 80, line);
});

test("a review for b4: the whole diff quoted and nothing of it lost, a remark under the line of each finding", () => {
  const chosen = doc.patches.map((p) => p.index);
  const off = { ...made.findings[0]!, docLine: 0, code: "oops" };
  const files = b4ReviewFiles(doc, { ...made, findings: [made.findings[0]!, off] }, chosen);
  assert.deepEqual([...files.keys()], ["identity.txt", "series.txt", "0001.txt"]);
  assert.match(files.get("identity.txt")!, /^[^<>\n]+ <[^<>@\s]+@[^<>@\s]+>\n$/);
  assert.match(files.get("series.txt")!, /^1 of 1 patch breaks something new.*\n\n/);
  const lines = files.get("0001.txt")!.split("\n");
  assert.ok(lines[0] !== "" && lines[1] === "", "a sentence and a blank line");
  const quoted = lines.flatMap((l) => (/^>(?: |$)/.test(l) ? [l.replace(/^> ?/, "")] : []));
  const mail = example("leaked-reference.eml").toString("utf8").split("\n");
  const diff = mail.slice(
    mail.findIndex((l) => l.startsWith("diff --git")),
    mail.findIndex((l) => /^-- ?$/.test(l)),
  );
  assert.deepEqual(
    quoted,
    diff.filter((l) => !l.startsWith("index ")),
    "the diff as it was sent",
  );
  const at = doc.lines[made.findings[0]!.docLine - 1]!;
  const remark = lines.indexOf(`> ${at}`);
  assert.match(lines.slice(remark + 1, remark + 8).join(" "), /Can this/);
  assert.ok(
    lines.findIndex((l) => l.includes("oops: not on a line")) <
      lines.indexOf("> diff --git a/fs/dax.c b/fs/dax.c"),
  );
  assert.ok(lines.some((l) => l.includes(`--replay ${made.findings[0]!.replay}`)));
  // What breaks nothing has no file.
  const clean = b4ReviewFiles(doc, { ...made, findings: [] }, chosen);
  assert.deepEqual([...clean.keys()], ["identity.txt", "series.txt"]);
  assert.match(clean.get("series.txt")!, /none breaks anything new/);
});
