/**
 * Text is text in what leaves the hover and the terminal: each hostile string through every form of a report, comparing,
 * exploring, crash reports, and the views of the editor (panel, Test Explorer, remarks, images, scenarios).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import MarkdownIt from "markdown-it";
import { findingChanges } from "../../server/compare/findings.ts";
import { pairsOf, versionsOf } from "../../server/compare/versions.ts";
import { imageHover, imageMarks, mailImages, pairOf } from "../../server/features/images.ts";
import { nothingHere } from "../../server/features/nothing_here.ts";
import { remarkThreads } from "../../server/features/remarks.ts";
import { scenarioList } from "../../server/features/scenario_list.ts";
import { scenarioTests } from "../../server/features/scenario_tests.ts";
import { type ParsedDocument, parseDocument } from "../../server/parse.ts";
import { type Compared, comparedJson, comparedMarkdown, comparedText } from "../../server/report/compared.ts";
import { crashText } from "../../server/report/crash_text.ts";
import { exploredText } from "../../server/report/explored.ts";
import { FORMATS } from "../../server/report/formats.ts";
import { panelView } from "../../server/report/panel.ts";
import { replyText } from "../../server/report/reply.ts";
import { terminalLines, terminalText } from "../../server/report/text.ts";
import type { CrashOutcome } from "../../server/review/crash.ts";
import type { ExploredCase } from "../../server/review/explore.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { fakeInTree, fakeReview, snapshotOf } from "../support/fake_review.ts";
import { HOSTILE, mailWith, obeyed, spoil } from "../support/hostile_text.ts";

const URI = "file:///mail/x.eml";
const markdown = new MarkdownIt({ html: true, linkify: true });

/** The text that a reader sees of a report in Markdown; fails on anything that is more than headings, tables, lists and code. */
function rendered(text: string): string {
  let seen = "";
  const walk = (tokens: ReturnType<typeof markdown.parse>): void => {
    for (const t of tokens) {
      if (t.type === "inline") walk(t.children ?? []);
      else if (/^(text|code_inline|fence)$/.test(t.type)) seen += `${t.content}\n`;
      else
        assert.match(
          t.type,
          /^(?:(?:paragraph|heading|bullet_list|list_item|table|thead|tbody|tr|th|td)_(?:open|close)|softbreak)$/,
          `${t.type} of ${t.content}\n${text}`,
        );
    }
  };
  walk(markdown.parse(text, {}));
  return seen;
}

/** Every string of plain data. */
function strings(value: unknown, seen: (text: string, key: string) => void, key = ""): void {
  if (typeof value === "string") seen(value, key);
  else if (value instanceof Set || value instanceof Map)
    for (const v of value.values()) strings(v, seen, key);
  else if (typeof value === "object" && value !== null)
    for (const [k, v] of Object.entries(value)) strings(v, seen, k);
}

function comparedOf(doc: ParsedDocument, result: ReviewResult, evil: string): Compared {
  const version = versionsOf(doc)[0]!;
  const pairs = pairsOf(version, { ...version, patches: [] });
  const side = { name: `v1 of ${evil}`, version: evil, patches: 1, result };
  return {
    before: side,
    after: side,
    pairs,
    changes: findingChanges(pairs, { version, result }, { version, result: { ...result, findings: [] } }),
    reused: [],
    notes: [evil],
  };
}

function exploredOf(evil: string): ExploredCase {
  const place = { fn: evil, path: evil, line: 3, text: evil, docLine: 0 };
  const side = {
    orders: 2,
    drawn: 0,
    exhausted: true,
    bound: 2,
    cut: evil,
    beyondBound: 0,
    states: 1,
    pruned: 0,
    places: { locks: 1, granules: 1 },
    unusable: 0,
  };
  const often = { count: 1, of: 2, verdict: "sometimes" };
  return {
    patch: 0,
    scenario: evil,
    before: side,
    after: side,
    faults: [
      {
        verdict: "new",
        code: evil,
        message: evil,
        before: often,
        after: often,
        side: "after",
        preemptions: 1,
        turns: [{ task: evil, to: evil, preempted: true, at: place }],
        token: evil,
      },
    ],
    races: [{ one: place, other: place, oneWrites: true, otherWrites: false }],
    notModelled: evil,
  } as unknown as ExploredCase;
}

for (const [kind, evil] of Object.entries(HOSTILE)) {
  const parsed = parseDocument(mailWith(evil, false), `mail/${evil}.eml`);
  const made = fakeInTree(parsed, fakeReview(parsed, "1"), "/linux");
  const result = spoil(made, evil);

  test(`${kind} in every form of a report`, () => {
    for (const format of FORMATS) {
      const style = { color: false, all: true, coverage: true };
      const text = format.write({ doc: parsed, result, chosen: parsed.patches.map((p) => p.index), style });
      assert.equal(obeyed(text, true), "", format.name);
      if (format.name === "markdown") assert.ok(rendered(text).includes(terminalText(evil).trim()));
      if (format.name === "sarif")
        strings(JSON.parse(text), (s, key) => {
          // Plain text of SARIF has links, and a relative name is no address.
          if (key === "text") assert.doesNotMatch(s, /\]\(/);
          if (key === "uri") assert.doesNotMatch(s, /^(?:\/\/|[a-z][a-z0-9+.-]*:)/i);
        });
      if (format.name === "junit")
        assert.doesNotMatch(text, /<(?!\/?(?:testsuites?|testcase|failure|skipped)\b|\?xml )/);
    }
  });

  test(`${kind} in a comparison, in orders, in a crash report`, () => {
    const compared = comparedOf(parsed, result, evil);
    assert.equal(obeyed(comparedText(compared, { color: false, all: true }), true), "");
    assert.equal(obeyed(comparedJson(compared), true), "");
    const text = comparedMarkdown(compared);
    assert.equal(obeyed(text, true), "");
    assert.ok(rendered(text).includes(terminalText(evil).trim()), text);
    assert.equal(obeyed(exploredText(exploredOf(evil)), true), "");
    const crash = {
      report: {
        kind: "oops",
        title: evil,
        symbol: evil,
        location: evil,
        address: evil,
        callTrace: [{ symbol: evil, uncertain: false }],
        registers: {},
        source: evil,
        process: evil,
        kernel: evil,
        docLine: 1,
      },
      known: [evil],
      scenarios: [evil],
      touchedBy: [{ number: 1, subject: evil, fn: evil }],
      ran: 1,
      match: {
        near: "same",
        scenario: evil,
        message: evil,
        stack: [evil],
        common: [evil],
        since: { number: 1, subject: evil },
      },
    } as unknown as CrashOutcome;
    assert.equal(obeyed(crashText([crash, { ...crash, match: null, ran: 0 }]), true), "");
  });

  test(`${kind} in the views of the editor`, () => {
    const snapshot = snapshotOf(parsed, result, URI);
    const one = (text: string): void => assert.equal(obeyed(text, true), "");
    strings(panelView(snapshot, 0), one);
    const tests = scenarioTests(snapshot);
    assert.ok(tests.length > 0 && tests[0]!.cases.length > 0);
    strings(tests, (text, key) => {
      // By these the server is asked for a run.
      if (key === "scenario" || key === "patch") return;
      one(text);
      if (key === "label" || key === "description") assert.doesNotMatch(text, /(?<!\\)\$\(/);
    });
    strings(scenarioList([{ name: evil, title: evil, params: evil }], result), one);
    for (const patch of parsed.patches)
      for (const file of patch.files) {
        const pair = pairOf(snapshot, { patch, file, docLine: 0 }, mailImages(file), {
          whole: false,
          note: "",
        });
        strings([pair.title, pair.before.text, pair.after.text], one);
        // As many lines as the map has, whatever is in them.
        for (const image of [pair.before, pair.after])
          assert.equal(image.text.split("\n").length - 1, image.docLines.length);
        strings(imageMarks(snapshot, patch.index), (text, key) => key !== "command" && one(text));
        for (const { docLine } of file.hunks.flatMap((h) => h.lines))
          one(imageHover(snapshot, { docLine, side: "after" } as never).text);
      }
    const reply = parseDocument(mailWith(evil, true), "reply.eml");
    strings(remarkThreads(snapshotOf(reply, made, URI)), one);
    one(nothingHere({ ...parsed, patches: [] }));
    for (const f of result.findings) one(terminalLines(replyText(parsed, f)));
  });
}
