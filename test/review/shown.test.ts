/**
 * Text is text: each hostile string, put in each place of a mail and of a result that a surface shows, comes out of every
 * surface without a character that a terminal or an editor obeys, and Markdown renders it as the text it is. The strings
 * are made from their kinds; the surfaces are the language server's features, its protocol values and the command line.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import MarkdownIt from "markdown-it";
import { codeLenses } from "../../server/features/code_lens.ts";
import { marks } from "../../server/features/diagnostics.ts";
import { outline } from "../../server/features/document_symbol.ts";
import { hover } from "../../server/features/hover.ts";
import { links } from "../../server/features/links.ts";
import { tree } from "../../server/features/tree.ts";
import {
  toCodeActions,
  toCodeLens,
  toDiagnostic,
  toHover,
  toLink,
  toSymbol,
} from "../../server/lsp/to_proto.ts";
import { type ParsedDocument, parseDocument } from "../../server/parse.ts";
import { toJson } from "../../server/parse_json.ts";
import {
  COMMAND_SHOW_FINDING,
  COMMAND_SHOW_PANEL,
  COMMAND_STEP,
  type TreeNode,
} from "../../server/protocol.ts";
import { findingReport, report } from "../../server/report/editor.ts";
import { reviewText } from "../../server/report/terminal.ts";
import { jsonText, markdownCode, markdownText, messageText, terminalText } from "../../server/report/text.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { corpusDir, onCorpus } from "../support/corpus.ts";
import { fakeInTree, fakeReview, snapshotOf } from "../support/fake_review.ts";
import { HOSTILE, mailWith, obeyed, spoil } from "../support/hostile_text.ts";

const URI = "file:///mail/a)![i](https://evil.example/x.png).eml";
const markdown = new MarkdownIt({ html: true, linkify: true });

/** The text that a reader sees of Markdown; fails on anything that is more than text and our own command. */
function rendered(text: string): string {
  assert.equal(obeyed(text, true), "");
  let seen = "";
  const walk = (tokens: ReturnType<typeof markdown.parse>): void => {
    for (const t of tokens) {
      if (t.type === "inline") walk(t.children ?? []);
      else if (t.type === "link_open") {
        const href = t.attrGet("href") ?? "";
        assert.match(
          href,
          new RegExp(
            `^command:(?:${COMMAND_SHOW_FINDING}|${COMMAND_SHOW_PANEL}|${COMMAND_STEP})\\?[%\\w.~-]+$`,
          ),
          text,
        );
      } else if (/^(text|code_inline)$/.test(t.type)) seen += t.content;
      else if (/break$/.test(t.type)) seen += "\n";
      else
        assert.match(
          t.type,
          /^(paragraph|strong|bullet_list|list_item|link)_(open|close)$/,
          `${t.type}: ${text}`,
        );
    }
  };
  walk(markdown.parse(text, {}));
  return seen;
}

/** Every surface of one document; gives what Markdown shows. */
function showAll(parsed: ParsedDocument, result: ReviewResult): string {
  const snapshot = snapshotOf(parsed, result, URI);
  let seen = "";
  for (let line = 1; line <= parsed.lines.length; line++) {
    const found = hover(snapshot, line);
    if (!found) continue;
    const { contents } = toHover(snapshot, found);
    seen += `${rendered((contents as { value: string }).value)}\n`;
  }
  const rows = tree(snapshot);
  const walk = (nodes: readonly TreeNode[]): void => {
    for (const n of nodes) {
      assert.equal(obeyed(n.label + n.description, false), "");
      seen += `${rendered(n.tooltip)}\n`;
      walk(n.children);
    }
  };
  walk(rows);
  const found = marks(snapshot);
  const values = [
    ...codeLenses(snapshot).map((l) => toCodeLens(snapshot, l).command?.title),
    ...outline(snapshot).map((n) => toSymbol(snapshot, n)),
    ...found.map((m) => toDiagnostic(snapshot, m)),
    ...found.flatMap((m) => toCodeActions(snapshot, m).map((a) => a.title)),
    ...links(snapshot).map((l) => toLink(snapshot, l)),
  ];
  const strings = (value: unknown): void => {
    if (typeof value === "string") assert.equal(obeyed(value, true), "");
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(strings);
  };
  strings(values);
  for (const text of [report(snapshot, undefined), ...result.findings.map((_, i) => report(snapshot, i))])
    assert.equal(obeyed(text.title, false) + obeyed(text.text, true), "");
  for (const f of result.findings)
    for (const line of findingReport(snapshot, f)) assert.equal(obeyed(line, false), "");
  const all = parsed.patches.map((p) => p.index);
  const text = reviewText(parsed, result, all, { color: true, all: true, coverage: true });
  assert.equal(obeyed(text.replace(/\x1b\[(?:0|1|2|31|32|33)m/g, ""), true), "");
  const plain = reviewText(parsed, result, all, { color: false, all: true, coverage: true });
  assert.equal(obeyed(plain, true), "");
  const json = jsonText({ ...toJson(parsed, "x"), result });
  assert.equal(obeyed(json, true), "");
  assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify({ ...toJson(parsed, "x"), result })));
  return seen;
}

for (const [kind, evil] of Object.entries(HOSTILE)) {
  test(`one line of ${kind} is text in Markdown`, () => {
    for (const text of [evil, ` ${evil}`, `x ${evil}`, `${evil}\n${evil}`, evil.repeat(3)]) {
      const shown = terminalText(text);
      assert.equal(obeyed(shown, false), "");
      assert.equal(rendered(`**a** ${markdownText(text)} b`).trim(), `a ${shown} b`);
      assert.equal(rendered(markdownText(text)).trim(), shown.trim());
      assert.equal(
        rendered(`a ${markdownCode(text)} b`).replace(/\s+/g, " "),
        `a ${shown} b`.replace(/\s+/g, " "),
      );
      assert.doesNotMatch(messageText(text), /\]\(/);
    }
  });
  for (const quoted of [false, true])
    test(`${kind} in every place of a ${quoted ? "reply" : "patch"}, through every surface`, () => {
      const parsed = parseDocument(mailWith(evil, quoted), `mail/${evil}.eml`);
      assert.ok(parsed.patches.length > 0 && parsed.patches[0]!.files[0]!.hunks.length > 0);
      const made = fakeInTree(parsed, fakeReview(parsed, "1"), "/linux");
      assert.ok(made.findings.length > 0);
      const seen = showAll(parsed, spoil(made, evil));
      // It is there, and as it is: nothing was lost on the way.
      assert.ok(seen.includes(terminalText(evil).trim()), seen.slice(0, 2000));
    });
}

test("the hostile mails of the corpus, through every surface", onCorpus(), () => {
  for (const name of ["esc.eml", "inject.eml"]) {
    const file = join(corpusDir, "hostile", name);
    if (!existsSync(file)) continue;
    const parsed = parseDocument(readFileSync(file), file);
    assert.ok(parsed.patches.length > 0, name);
    showAll(parsed, fakeInTree(parsed, fakeReview(parsed, "1"), "/linux"));
  }
});
