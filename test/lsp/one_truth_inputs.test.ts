/**
 * One result store, one truth (D7), on the kinds of documents that mails come as: quoted diffs, several patches, a patch with
 * the reply that quotes it, encoded and CRLF mails, runs of functions by themselves; while a run is under way, cancelled,
 * done and run again. Every surface is counted and compared with the store. one_truth.test.ts has the words.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { testsOf } from "../../server/documents.ts";
import { codeLenses } from "../../server/features/code_lens.ts";
import { marks } from "../../server/features/diagnostics.ts";
import { hover } from "../../server/features/hover.ts";
import { tree } from "../../server/features/tree.ts";
import { COMMAND_OPEN_DIFF, COMMAND_SIMULATE, type TreeNode } from "../../server/protocol.ts";
import { report } from "../../server/report/editor.ts";
import { formatOf } from "../../server/report/formats.ts";
import { panelView } from "../../server/report/panel.ts";
import type { Finding, ReviewResult, Run, Verdict } from "../../server/review/types.ts";
import type { OpenDocument } from "../../server/state.ts";
import { fakeReview } from "../support/fake_review.ts";
import { open } from "../support/open_document.ts";
import { example } from "../support/paths.ts";

const share = example("share-dropped-twice.eml").toString("utf8");
const leak = example("leaked-reference.eml").toString("utf8");
const numbered = (mail: string, n: number): string =>
  mail.replace("[PATCH]", `[PATCH ${n}/2]`).replace(/^Message-ID: </im, `Message-ID: <${n}.`);
const mbox = (...mails: string[]): string =>
  mails.map((m) => `From mboxrd@z Thu Jan  1 00:00:00 1970\n${m.trimEnd()}\n\n`).join("");
const head = (subject: string, more = ""): string =>
  `From: A Reviewer <r@example.org>\nSubject: ${subject}\nDate: Mon, 3 Feb 2025 10:00:00 +0000\nMessage-ID: <reply@example.org>\n${more}\n`;
const quoted = (mail: string): string =>
  mail
    .slice(mail.indexOf("diff --git"))
    .split("\n")
    .map((l) => `> ${l}`.trimEnd())
    .join("\n");
const encoded = (mail: string): string => {
  const at = mail.indexOf("\n\n");
  const body = Buffer.from(mail.slice(at + 2))
    .toString("base64")
    .replace(/(.{76})/g, "$1\n");
  const headers = mail
    .slice(0, at)
    .replace(/^(?:MIME-Version|Content-).*\n?/gim, "")
    .trimEnd();
  return `${headers}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${body}\n`;
};

const DOCUMENTS: Readonly<Record<string, string>> = {
  "one patch": share,
  "a quoted diff alone": `${head("Re: [PATCH] fs/dax: count")}Somebody wrote:\n${quoted(share)}\n\nIs this right?\n`,
  "a patch and the reply that quotes it": mbox(
    share,
    `${head(`Re: ${/^Subject: (.*)$/m.exec(share)![1]}`, `In-Reply-To: ${/^Message-ID: (.*)$/im.exec(share)![1]}\n`)}${quoted(share)}\n`,
  ),
  "two patches": mbox(numbered(share, 1), numbered(leak, 2)),
  "an encoded mail": encoded(leak),
  "a CRLF mail": leak.replace(/\n/g, "\r\n"),
};

/** A result with a finding of each verdict in each patch, one of what is new on no line of the mail, and runs that show them. */
function mixed(document: OpenDocument, own: boolean): ReviewResult {
  const made = fakeReview(document.parsed, "0");
  const name = (scenario: string, i: number): string => (own ? `function f${i}` : scenario);
  const findings = made.findings.flatMap((f) => {
    const of = (verdict: Verdict, i: number, more: Partial<Finding> = {}): Finding => ({
      ...f,
      verdict,
      scenario: name(`case-${verdict} n=${i}`, i),
      ...more,
    });
    return [
      of("new", 1, { code: "folio-ref-leak" }),
      of("new", 2, { code: "dead-check", severity: "warning" }),
      of("new", 3, { code: "oops", docLine: 0, exactLine: false }),
      of("fixed", 4, { code: "deadlock", side: "before" }),
      of("fixed-later", 5, { code: "share-count", fixedBy: { number: 2, subject: "a later one" } }),
      of("already", 6, { code: "warn" }),
    ];
  });
  const clean = made.runs.map((r, i): Run => ({ ...r, scenario: name(r.scenario, 10 + i) }));
  const shown = findings.map(
    (f): Run => ({
      ...made.runs[0]!,
      patch: f.patch,
      scenario: f.scenario,
      verdict: f.verdict,
    }),
  );
  return { ...made, findings, runs: [...clean, ...shown] };
}

const flat = (nodes: readonly TreeNode[]): TreeNode[] => nodes.flatMap((n) => [n, ...flat(n.children)]);
const sorted = (codes: Iterable<string>): string[] => [...codes].sort();

/** What each surface says is new, as codes; and what it counts. */
function agree(document: OpenDocument, result: ReviewResult, what: string): void {
  const snapshot = document.snapshot();
  const doc = snapshot.parsed;
  const fresh = result.findings.filter((f) => f.verdict === "new");
  const codes = sorted(fresh.map((f) => f.code));
  const of = (verdict: Verdict): number => result.findings.filter((f) => f.verdict === verdict).length;
  const { counts } = document.status();
  assert.deepEqual(
    [counts.new, counts.fixed, counts.fixedLater, counts.already],
    [fresh.length, of("fixed"), of("fixed-later"), of("already")],
    `${what}: the status`,
  );
  const rows = flat(tree(snapshot)).filter((r) => r.kind === "finding");
  for (const verdict of ["new", "fixed", "fixed-later", "already"] as const)
    assert.equal(
      rows.filter((r) => r.verdict === verdict).length,
      of(verdict),
      `${what}: rows of ${verdict}`,
    );
  assert.deepEqual(
    sorted(rows.filter((r) => r.verdict === "new").map((r) => r.label)),
    codes,
    `${what}: rows`,
  );
  const problems = marks(snapshot).filter((m) => m.finding !== undefined);
  assert.deepEqual(sorted(problems.map((m) => m.code)), codes, `${what}: Problems`);
  for (const m of problems)
    assert.equal(m.code, result.findings[m.finding!]!.code, `${what}: index of ${m.code}`);
  const text = report(snapshot, undefined).text;
  const told = [...text.matchAll(/^ +new with this patch: ([\w-]+)/gm)].map((m) => m[1]!);
  assert.deepEqual(sorted(told), codes, `${what}: the report`);
  const lenses = codeLenses(snapshot).filter(
    (l) => l.command === COMMAND_SIMULATE && /Simulate/.test(l.title),
  );
  const patches = doc.patches.filter((p) => p.files.length > 0);
  if (snapshot.state === "current") {
    assert.deepEqual(
      lenses.map((l) => Number(/(\d+) new/.exec(l.title)?.[1] ?? 0)),
      patches.map((p) => fresh.filter((f) => f.patch === p.index).length),
      `${what}: lenses`,
    );
    const { patches: tested } = testsOf(document);
    assert.deepEqual(
      tested.map((t) => t.cases.filter((c) => c.state === "failed").length),
      patches.map(
        (p) =>
          result.runs.filter((r) => r.patch === p.index && ["new", "fixed-later"].includes(r.verdict)).length,
      ),
      `${what}: the Test Explorer`,
    );
    for (const [i, t] of tested.entries())
      assert.ok(lenses[i]!.title.includes(t.description), `${what}: ${t.label}`);
  }
  for (const f of fresh.filter((x) => x.docLine > 0))
    assert.ok(hover(snapshot, f.docLine)!.markdown.includes(f.code), `${what}: the hover of ${f.code}`);
  const told2 = new Set<string>();
  for (let i = 0; i < result.findings.length; i++) told2.add(panelView(snapshot, i)!.finding.code);
  assert.deepEqual(sorted(told2), sorted(new Set(result.findings.map((f) => f.code))), `${what}: the panel`);
  const style = { color: false, all: false };
  const input = { doc, result, chosen: patches.map((p) => p.index), style };
  const json = JSON.parse(formatOf("json")!.write(input));
  const inJson = json.findings.filter((f: Finding) => f.verdict === "new").map((f: Finding) => f.code);
  assert.deepEqual(sorted(inJson), codes, `${what}: JSON`);
  const sarif = JSON.parse(formatOf("sarif")!.write(input)).runs[0].results;
  // What a later patch mends is new with its patch as well; it is a note, and says which.
  const inSarif = sarif.filter(
    (r: { baselineState: string; level: string }) => r.baselineState === "new" && r.level !== "note",
  );
  assert.deepEqual(sorted(inSarif.map((r: { ruleId: string }) => r.ruleId)), codes, `${what}: SARIF`);
  for (const lens of codeLenses(snapshot).filter((l) => l.command !== COMMAND_OPEN_DIFF))
    assert.doesNotMatch(lens.title, /undefined|NaN/, what);
}

for (const [name, text] of Object.entries(DOCUMENTS))
  for (const own of [false, true])
    test(`${name}${own ? ", functions by themselves" : ""}: every surface counts what the store has`, async () => {
      const { document } = await open(text);
      const result = mixed(document, own);
      assert.ok(result.findings.length >= 6, `no finding could be made of ${name}`);
      document.adopt(result);
      agree(document, result, "done");
      void document.simulate({});
      agree(document, result, "run again");
      document.cancel();
      agree(document, result, "run again and cancelled");
      // The first run of a document, patch by patch, and cancelled after the first of them.
      const fresh = await open(text);
      void fresh.document.simulate({});
      const first = result.findings[0]!.patch;
      const only = <T extends { readonly patch: number }>(list: readonly T[]): T[] =>
        list.filter((x) => x.patch === first);
      const partial: ReviewResult = {
        ...result,
        findings: only(result.findings),
        runs: only(result.runs),
        functions: only(result.functions),
        plans: only(result.plans),
      };
      fresh.part({ kind: "patch", patch: first, result: partial });
      agree(fresh.document, partial, "under way");
      fresh.document.cancel();
      agree(fresh.document, partial, "cancelled");
    });
