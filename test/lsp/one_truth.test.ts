/**
 * One result store, one truth (D7): documents are given results, and what Problems, the sidebar, lenses, hovers, the status,
 * the report and the command line's JSON, SARIF and Markdown say of them is compared. None may say another thing.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runTimeline } from "../../server/beside.ts";
import { testsOf } from "../../server/documents.ts";
import { codeLenses } from "../../server/features/code_lens.ts";
import { marks } from "../../server/features/diagnostics.ts";
import { hover } from "../../server/features/hover.ts";
import { nothingHere } from "../../server/features/nothing_here.ts";
import { remarkThreads } from "../../server/features/remarks.ts";
import type { Snapshot } from "../../server/features/snapshot.ts";
import { tree } from "../../server/features/tree.ts";
import { toCodeActions, toDiagnostic } from "../../server/lsp/to_proto.ts";
import { parseDocument } from "../../server/parse.ts";
import {
  COMMAND_OPEN_DIFF,
  DEFAULT_SETTINGS,
  type StatusParams,
  type TreeNode,
} from "../../server/protocol.ts";
import { report } from "../../server/report/editor.ts";
import { formatOf } from "../../server/report/formats.ts";
import { panelView } from "../../server/report/panel.ts";
import { STANDING_WORDS } from "../../server/report/standing.ts";
import { capital } from "../../server/report/words.ts";
import type { Finding, ReviewOptions, ReviewResult } from "../../server/review/types.ts";
import type { OpenDocument } from "../../server/state.ts";
import { fakeReview } from "../support/fake_review.ts";
import { open } from "../support/open_document.ts";
import { example } from "../support/paths.ts";

const mail = example("share-dropped-twice.eml").toString("utf8");
const parsed = parseDocument(mail, "mail.eml");
const made = fakeReview(parsed, "0");

const flat = (nodes: readonly TreeNode[]): TreeNode[] => nodes.flatMap((n) => [n, ...flat(n.children)]);

interface Said {
  readonly snapshot: Snapshot;
  readonly status: StatusParams;
  readonly rows: readonly TreeNode[];
  readonly patchRow: TreeNode;
  readonly lenses: readonly string[];
  readonly report: string;
  readonly markdown: string;
  readonly problems: ReturnType<typeof marks>;
}

function everySurface(document: OpenDocument, result: ReviewResult | undefined): Said {
  const snapshot = document.snapshot();
  const rows = flat(tree(snapshot));
  const doc = snapshot.parsed;
  const style = { color: false, all: false };
  return {
    snapshot,
    status: document.status(),
    rows,
    patchRow: rows.find((r) => r.kind === "patch")!,
    // What leads to the diff editor says nothing of the results.
    lenses: codeLenses(snapshot)
      .filter((l) => l.command !== COMMAND_OPEN_DIFF)
      .map((l) => l.title),
    report: report(snapshot, undefined).text,
    markdown: result === undefined ? "" : formatOf("markdown")!.write({ doc, result, chosen: [0], style }),
    problems: marks(snapshot),
  };
}

test("the new findings are the same ones on every surface", async () => {
  const { document } = await open(mail);
  const warned: Finding = { ...made.findings[0]!, code: "dead-check", severity: "warning" };
  const was: Finding = { ...made.findings[0]!, code: "oops", verdict: "already" };
  const result = { ...made, findings: [...made.findings, warned, was] };
  document.adopt(result);
  const said = everySurface(document, result);
  const fresh = result.findings.filter((f) => f.verdict === "new").map((f) => f.code);
  assert.deepEqual(
    said.problems
      .filter((m) => m.finding !== undefined)
      .map((m) => m.code)
      .sort(),
    [...fresh].sort(),
  );
  assert.deepEqual(
    said.rows
      .filter((r) => r.kind === "finding" && r.verdict === "new")
      .map((r) => r.label)
      .sort(),
    [...fresh].sort(),
  );
  assert.equal(said.status.counts.new, fresh.length);
  assert.ok(said.patchRow.description.startsWith(`${fresh.length} new`), said.patchRow.description);
  assert.ok(said.lenses[0]!.includes(said.patchRow.description), said.lenses[0]);
  assert.ok(said.report.includes(said.patchRow.description));
  assert.ok(said.markdown.includes(said.patchRow.description));
  for (const code of fresh) assert.ok(said.report.includes(`new with this patch: ${code}`));
  const sarif = JSON.parse(
    formatOf("sarif")!.write({
      doc: said.snapshot.parsed,
      result,
      chosen: [0],
      style: { color: false, all: false },
    }),
  );
  assert.deepEqual(
    sarif.runs[0].results
      .filter((r: { baselineState: string }) => r.baselineState === "new")
      .map((r: { ruleId: string }) => r.ruleId),
    fresh,
  );
  const json = JSON.parse(
    formatOf("json")!.write({
      doc: said.snapshot.parsed,
      result,
      chosen: [0],
      style: { color: false, all: false },
    }),
  );
  assert.deepEqual(
    json.findings.filter((f: Finding) => f.verdict === "new").map((f: Finding) => f.code),
    fresh,
  );
  const line = result.findings[0]!.docLine;
  for (const code of fresh) assert.ok(hover(said.snapshot, line)!.markdown.includes(code));
});

test("a warning looks like one everywhere", async () => {
  const { document } = await open(mail);
  const result = { ...made, findings: [{ ...made.findings[0]!, severity: "warning" as const }] };
  document.adopt(result);
  const said = everySurface(document, result);
  assert.equal(said.status.worst, "warning");
  assert.ok(said.rows.filter((r) => r.verdict === "new").every((r) => r.severity === "warning"));
  assert.equal(said.problems.find((m) => m.finding !== undefined)!.severity, "warning");
  const told = (findings: readonly Finding[]): string => {
    document.adopt({ ...made, findings });
    return hover(everySurface(document, result).snapshot, result.findings[0]!.docLine)!.markdown;
  };
  assert.match(told(result.findings), /New with this patch\W+, a warning/);
  assert.doesNotMatch(told(made.findings), /a warning/);
});

test("what was so before the patch is told once, apart, and colours nothing", async () => {
  const { document } = await open(mail);
  const result = { ...made, findings: [{ ...made.findings[0]!, verdict: "already" as const }] };
  document.adopt(result);
  const said = everySurface(document, result);
  assert.equal(said.patchRow.verdict, "clean");
  assert.equal(flat(said.patchRow.children).filter((r) => r.kind === "finding").length, 0);
  assert.equal(said.rows.filter((r) => r.kind === "finding").length, 1);
  assert.equal(said.status.worst, "");
  assert.doesNotMatch(said.lenses[0]!, /already/);
});

const nothingRan: ReviewResult = {
  ...made,
  runs: [],
  findings: [],
  lines: [],
  functions: [],
  plans: [],
};

test("not run yet, reached by nothing, not modelled, shown in part: one word for each, everywhere", async () => {
  const counts = { clean: 0, new: 0, fixed: 0, already: 0, notModelled: 0 };
  const standing = (kind: "partial" | "uncalled" | "no-function", reason: string): ReviewResult => ({
    ...nothingRan,
    functions: made.functions.map((f) => ({ ...f, executed: false, reason, counts })),
    plans: [{ patch: 0, cases: 3, leftOut: [{ why: { kind, names: ["f"] }, cases: 3 }], whole: [] }],
  });
  const silent = made.runs.map((r) => ({ ...r, verdict: "not-modelled" as const }));
  const results: [keyof typeof STANDING_WORDS, ReviewResult | undefined][] = [
    ["not-run", undefined],
    ["in-part", standing("partial", "the diff shows only a part of it")],
    ["unreached", standing("uncalled", "no scenario calls it")],
    ["not-modelled", standing("no-function", "the diff shows no C function")],
    [
      "not-modelled",
      { ...made, findings: [], runs: silent, functions: made.functions.map((f) => ({ ...f, counts })) },
    ],
  ];
  for (const [key, result] of results) {
    const { document } = await open(mail);
    if (result !== undefined) document.adopt(result);
    const said = everySurface(document, result);
    const word = STANDING_WORDS[key];
    assert.ok(said.lenses[0]!.includes(word), `lens: ${said.lenses[0]}, not ${word}`);
    for (const title of said.lenses.slice(1)) assert.ok(title.includes(word), `lens: ${title}, not ${word}`);
    assert.ok(said.patchRow.description.includes(word), `${said.patchRow.description}, not ${word}`);
    assert.equal(said.status.standing, word);
    if (result !== undefined) {
      assert.ok(said.report.includes(word), said.report);
      assert.ok(said.markdown.includes(word), said.markdown);
    }
    assert.ok(
      said.rows.every((r) => r.verdict !== "clean"),
      `nothing is green: ${key}`,
    );
    const changed = parsed.patches[0]!.files[0]!.hunks[0]!.lines.find(
      (l) => l.kind === "+" && l.text.trim().endsWith(";"),
    );
    if (changed !== undefined && result === undefined)
      assert.match(hover(said.snapshot, changed.docLine)!.markdown, new RegExp(word, "i"));
  }
});

test("a line without code says so, under a function that ran", async () => {
  const { document } = await open(mail);
  document.adopt({ ...made, lines: [] });
  const { snapshot } = everySurface(document, made);
  const whole = parsed.patches[0]!.definitions.find(
    (d) => d.kind === "function" && d.visible === "whole" && d.changed,
  )!;
  const says = (docLine: number): string => hover(snapshot, docLine)!.markdown;
  const lines = whole.text.split("\n");
  assert.match(says(whole.lines[0]!), /no code of its own/, "the signature");
  assert.match(says(whole.lines[lines.indexOf("{")]!), /no code of its own/, "the brace");
  assert.match(says(whole.lines[lines.lastIndexOf("}")]!), /no code of its own/, "the end");
});

test("a run of the same text makes nothing obsolete; an edit marks what is there", async () => {
  const { document } = await open(mail);
  document.adopt(made);
  void document.simulate({});
  const rerun = everySurface(document, made);
  assert.equal(rerun.snapshot.state, "checking");
  for (const l of rerun.lenses) assert.doesNotMatch(l, /obsolete/);
  assert.ok(rerun.problems.every((m) => m.stale !== true));
  assert.equal(panelView(rerun.snapshot, -1)!.stale, false, "the panel while it runs again");
  document.update([{ text: `${mail}\nOne more line.\n` }], 2);
  await document.ready();
  const edited = everySurface(document, made);
  assert.equal(edited.snapshot.state, "obsolete");
  const found = edited.problems.filter((m) => m.finding !== undefined);
  assert.ok(found.length > 0 && found.every((m) => m.stale === true));
  assert.equal(panelView(edited.snapshot, -1)!.stale, true);
  assert.match(edited.lenses[0]!, /obsolete/);
});

test("what a run finds is shown as it comes, and stays when the run is cancelled", async () => {
  const { document, part } = await open(mail);
  void document.simulate({});
  assert.equal(everySurface(document, undefined).problems.filter((m) => m.finding !== undefined).length, 0);
  part({ kind: "finding", finding: made.findings[0]! });
  const first = everySurface(document, undefined);
  assert.equal(first.snapshot.state, "checking");
  assert.equal(first.status.counts.new, 1);
  assert.equal(first.problems.filter((m) => m.finding !== undefined).length, 1);
  assert.ok(first.rows.some((r) => r.kind === "finding"));
  // Its function's lens does not say less than the row.
  assert.ok(
    first.lenses.some((l) => l.includes(": 1 new so far")),
    first.lenses.join("; "),
  );
  part({ kind: "patch", patch: 0, result: made });
  assert.equal(
    document.status().counts.new,
    made.findings.length,
    "the patch's own findings stand in place of those told before",
  );
  document.cancel();
  const kept = everySurface(document, made);
  assert.equal(kept.snapshot.state, "cancelled");
  assert.equal(kept.status.counts.new, made.findings.length);
  assert.ok(kept.lenses[0]!.includes(kept.patchRow.description));
});

test("the code of a finding leads to the page of its rule, which is there", async () => {
  const { document } = await open(mail);
  document.adopt(made);
  const said = everySurface(document, made);
  const mark = said.problems.find((m) => m.finding !== undefined)!;
  const { codeDescription } = toDiagnostic(said.snapshot, mark);
  assert.equal(codeDescription?.href, `folioscope:/rule/${mark.code}.md`);
  const root = process.env["FOLIOSCOPE_ROOT"] ?? process.cwd();
  assert.ok(existsSync(join(root, "docs", "rules", `${mark.code}.md`)));
  assert.equal(toDiagnostic(said.snapshot, { ...mark, code: "missing-call" }).codeDescription, undefined);
});

test("a document without a diff says what it is instead", () => {
  const mailOf = (subject: string, body: string): string =>
    `From: A <a@example.org>\nSubject: ${subject}\nDate: Mon, 3 Feb 2025 10:00:00 +0000\nMessage-ID: <m@example.org>\n\n${body}\n`;
  const says = (text: string): string => nothingHere(parseDocument(text, "mail.eml"));
  assert.match(
    says(mailOf("[PATCH v2 00/13] fs/dax: count", "It counts.")),
    /cover letter.*13 patches are not in this file/,
  );
  assert.match(says(mailOf("Notes of the call", "We met.")), /mail without a diff.*Notes of the call/);
  assert.equal(says(mail), "");
});

test("a remark stands at every copy of its line, and one on the message where it is", async () => {
  const diff = mail.slice(mail.indexOf("diff --git"));
  const quoted = diff.split("\n").map((l) => `> ${l}`);
  const at = quoted.findIndex((l, i) => i > 8 && l.startsWith("> +") && l.endsWith(";"));
  const reply = [
    "From reviewer@example.org Mon Feb  3 10:00:00 2025",
    "From: A Reviewer <reviewer@example.org>",
    `Subject: Re: ${/^Subject: (.*)$/m.exec(mail)![1]}`,
    `In-Reply-To: ${/^Message-ID: (.*)$/im.exec(mail)![1]}`,
    "Message-ID: <answer@example.org>",
    "Date: Mon, 3 Feb 2025 10:00:00 +0000",
    "",
    "On Mon, Somebody wrote:",
    ...quoted.slice(0, at + 1),
    "",
    "Is this not one too many?",
    "",
    ...quoted.slice(at + 1),
  ].join("\n");
  const { document } = await open(`From author@example.org Mon Feb  3 09:00:00 2025\n${mail}\n${reply}\n`);
  const { parsed: both } = document.snapshot();
  const threads = remarkThreads(document.snapshot());
  const asks = threads.filter((t) => t.remarks.some((r) => r.text.includes("one too many")));
  const bare = quoted[at]!.slice(2);
  assert.deepEqual(
    asks.map((t) => both.lines[t.docLine - 1]!.replace(/^> /, "")),
    [bare, bare],
    "the patch's own line and the quoted one",
  );
  assert.ok(asks.every((t) => t.remarks[0]!.author.includes("Reviewer")));
  const sent = Date.parse("Mon, 3 Feb 2025 10:00:00 +0000");
  assert.ok(
    asks.every((t) => t.remarks[0]!.sentAt === sent),
    "as old as the mail that it stands in",
  );
});

test("what has no run of the machine is offered for stepping nowhere", async () => {
  const { document } = await open(mail);
  for (const [scenario, offered] of [
    ["(types)", false],
    ["function f fails=1", false],
    [made.findings[0]!.scenario, true],
  ] as const) {
    const result = { ...made, findings: [{ ...made.findings[0]!, scenario }] };
    document.adopt(result);
    const said = everySurface(document, result);
    const row = said.rows.find((r) => r.kind === "finding")!;
    const mark = said.problems.find((m) => m.finding !== undefined)!;
    const actions = toCodeActions(said.snapshot, mark).map((a) => a.title);
    assert.deepEqual(
      {
        row: row.steppable === true,
        action: actions.includes("Step through this run"),
        panel: panelView(said.snapshot, 0)!.steppable,
        lens: said.lenses.includes("Step through"),
        hover: hover(said.snapshot, made.findings[0]!.docLine)!.markdown.includes("Step through it"),
      },
      { row: offered, action: offered, panel: offered, lens: offered, hover: offered },
      scenario,
    );
  }
});

test("the Test Explorer passes, fails and skips what the other surfaces call so", async () => {
  const { document } = await open(mail);
  const verdicts = ["clean", "new", "not-modelled"] as const;
  const runs = made.runs.map((r, i) => ({ ...r, verdict: verdicts[i % 3]! }));
  const broken = runs.find((r) => r.verdict === "new")!;
  const withFault = {
    ...broken,
    before: { ...broken.before, outcome: "not-modelled", reason: "inline assembly" },
    after: { ...broken.after, violations: ["folio-ref-leak"], outcome: "oops", reason: "no page there" },
  };
  const finding = { ...made.findings[0]!, scenario: broken.scenario };
  const result = {
    ...made,
    runs: runs.map((r) => (r === broken ? withFault : r)),
    findings: [finding],
  };
  document.adopt(result);
  const said = everySurface(document, result);
  const { patches, state } = testsOf(document);
  assert.equal(state, said.status.state);
  assert.equal(patches.length, 1);
  const { cases, description, label } = patches[0]!;
  assert.equal(description, said.patchRow.description);
  // Results of runs are listed by their labels alone: two cases of a scenario are told apart by them.
  assert.deepEqual(
    cases.map((c) => c.label),
    cases.map((c) => c.scenario),
  );
  assert.ok(said.patchRow.label.startsWith(label));
  assert.deepEqual(
    cases.map((c) => c.state),
    ["passed", "failed", "skipped"],
  );
  const failed = cases.find((c) => c.state === "failed")!;
  const problem = said.problems.find((m) => m.finding !== undefined)!;
  assert.equal(failed.docLine, problem.docLine);
  assert.equal(failed.code, problem.code);
  assert.ok(problem.message.includes(capital(failed.message)));
  assert.equal(failed.before, "not modelled: inline assembly", "nobody knows that it has no fault");
  assert.equal(failed.after, "folio-ref-leak\nended: oops: no page there");
  assert.equal(cases.find((c) => c.state === "passed")!.after, "no fault");
  assert.ok(cases.every((c) => c.state !== "passed" || c.verdict === "clean"));
});

test("runs of functions by themselves are called so on every surface, and the panel has their path", async () => {
  const { document } = await open(mail);
  const own = "function dax_disassociate_entry";
  const runs = made.runs.map((r, i) => ({ ...r, scenario: i === 0 ? own : `${own} fails=${i}` }));
  const result = { ...made, runs, findings: [{ ...made.findings[0]!, scenario: own }] };
  document.adopt(result);
  const said = everySurface(document, result);
  const line = result.findings[0]!.docLine;
  const row = said.rows.find((r) => r.kind === "function" && r.verdict === "new")!;
  for (const text of [row.description, said.lenses.join("\n"), hover(said.snapshot, line)!.markdown]) {
    assert.match(text, /\d+ function cases?/);
    assert.doesNotMatch(text, /scenario/);
  }
  // Nothing is said to be unreached in a function that ran, where coverage does not say so.
  const quiet = { ...result, lines: [] };
  document.adopt(quiet);
  const there = hover(document.snapshot(), line)!.markdown;
  assert.match(there, /ran on the path of the finding, path by path, in \d+ function cases?/);
  assert.doesNotMatch(there, /no scenario/);
  const beside = made.lines.find(
    (l) => l.docLine > line && l.side === "after" && l.fn === "dax_disassociate_entry",
  )!;
  assert.doesNotMatch(hover(document.snapshot(), beside.docLine)!.markdown, /no scenario/);
  // What coverage counts as unreached is called so, here as in the sidebar; that the function ran by itself is said too.
  const missed = { docLine: line, path: "fs/dax.c", line: 1, reached: false };
  const coverage = [{ patch: 0, addedLines: [missed], removed: { reached: 0, total: 0 }, files: [] }];
  document.adopt({ ...quiet, coverage });
  assert.match(
    hover(document.snapshot(), line)!.markdown,
    /Reached by no path\*\*; ran on the path of the finding, path by path, in \d+ function cases?\./,
  );
  document.adopt(result);
  const view = panelView(said.snapshot, 0)!;
  assert.deepEqual(
    view.path.map((s) => s.docLine),
    result.findings[0]!.trace.map((s) => s.docLine),
  );
  assert.ok(view.path.some((s) => s.breaks));
  assert.doesNotMatch(view.certainty, /Ran as/);
  document.adopt(made);
  assert.deepEqual(panelView(document.snapshot(), 0)!.path, [], "a run of the machine has a timeline");
  document.adopt({ ...made, findings: [{ ...made.findings[0]!, scenario: "(types)" }] });
  assert.doesNotMatch(panelView(document.snapshot(), 0)!.certainty, /in the run/, "nothing ran");
  // Both kinds together are neither.
  document.adopt({ ...result, runs: [...runs, ...made.runs] });
  assert.match(everySurface(document, made).lenses.join("\n"), /ran in \d+ runs/);
});

test("next and previous go through what is new, then what is mended, and leave out what was so before", async () => {
  const { document } = await open(mail);
  const [f] = made.findings as readonly [Finding, ...Finding[]];
  const verdicts = ["fixed", "already", "new", "already", "new"] as const;
  document.adopt({ ...made, findings: verdicts.map((verdict) => ({ ...f, verdict })) });
  const snapshot = document.snapshot();
  const first = panelView(snapshot, -1)!;
  assert.deepEqual([first.index, first.position, first.total], [2, 1, 3]);
  const walk = [1, 2, 3].map((by) => panelView(snapshot, first.index, by)!.index);
  assert.deepEqual(walk, [4, 0, 2]);
  // One that was so before is shown when it is asked for, and has no place among the others.
  const was = panelView(snapshot, 3)!;
  assert.deepEqual([was.index, was.position], [3, 0]);
  assert.equal(panelView(snapshot, 3, 1)!.index, 2);
  assert.equal(panelView(snapshot, 99), null);
});

test("a document without a diff: the status says so, nothing is a problem, and nothing is offered to run", async () => {
  const { document } = await open(
    "From: A <a@example.org>\nSubject: Minutes\nDate: Mon, 3 Feb 2025 10:00:00 +0000\nMessage-ID: <m@example.org>\n\nWe met.\n",
  );
  const said = everySurface(document, undefined);
  assert.deepEqual(
    {
      empty: said.status.empty,
      standing: said.status.standing,
      problems: said.problems,
      lenses: said.lenses,
    },
    { empty: true, standing: "no diff", problems: [], lenses: [] },
  );
  assert.equal((await open(mail)).document.status().empty, false);
});

test("the matrix beside a mail is narrow, and each of its rows names a line that shows the patch", async () => {
  const second = mail.replace(
    /^Subject: .*$/m,
    "Subject: [PATCH] a long subject without a number in its series",
  );
  const { document } = await open(
    `From a@example.org Mon Feb  3 09:00:00 2025\n${mail}\nFrom b@example.org Mon Feb  3 10:00:00 2025\n${second.replace(/^(Message-ID: <)/im, "$1again.")}\n`,
  );
  const both = document.snapshot().parsed;
  if (both.patches.length < 2) throw new Error("two patches were meant");
  document.adopt(fakeReview(both, "0"));
  const rows = report(document.snapshot(), undefined).text.split("\n\n")[0]!.split("\n");
  assert.ok(rows.filter((r) => / line \d+$/.test(r)).length === both.patches.length, rows.join("\n"));
  assert.ok(
    rows.every((r) => r.length < 60),
    rows.join("\n"),
  );
});

test("another run of a fault is put on the axis by a token of its own, and no run that does not show it", async () => {
  const { document } = await open(mail);
  const of = (scenario: string): string => `fs1:0123456789ab:0:${scenario}:v6.15/v6.15:0:folio-ref-leak`;
  const own = { ...made.findings[0]!, replay: of("map-fault,order=0") };
  document.adopt({ ...made, findings: [{ ...own, alsoIn: ["truncate-mapped order=9"] }] });
  const asked: (string | undefined)[] = [];
  const queue = {
    start: (_text: string, _path: string, options: ReviewOptions) => {
      asked.push(options.replay);
      const outcome = Promise.resolve({ kind: "failed" as const, message: "no run here" });
      return { outcome, cancel: () => {}, hurry: () => {}, look: () => {}, place: () => 0 };
    },
  };
  for (const run of [undefined, "truncate-mapped order=9", "exec-file order=0"])
    await runTimeline(document, queue, DEFAULT_SETTINGS, {
      uri: document.uri,
      finding: 0,
      ...(run === undefined ? {} : { run }),
    });
  assert.deepEqual(asked, [own.replay, of("truncate-mapped,order=9"), own.replay]);
});
