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
import { indexLines, type Snapshot } from "../../server/features/snapshot.ts";
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
  DEFAULT_SETTINGS,
  type TreeNode,
} from "../../server/protocol.ts";
import { findingReport, report } from "../../server/report/editor.ts";
import { reviewText } from "../../server/report/terminal.ts";
import { jsonText, markdownCode, markdownText, messageText, terminalText } from "../../server/report/text.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { corpusDir, corpusSkip } from "../support/corpus.ts";
import { fakeInTree, fakeReview } from "../support/fake_review.ts";

/** What must reach no surface, by number and not by the product's own list. */
function obeyed(text: string, lines: boolean): string {
  for (const c of text) {
    const n = c.codePointAt(0)!;
    const bad =
      (n < 32 && n !== 9 && !(lines && n === 10)) ||
      (n >= 0x7f && n < 0xa0) ||
      (n >= 0x202a && n <= 0x202e) ||
      (n >= 0x2066 && n <= 0x2069) ||
      [0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0xfeff, 0x200b].includes(n) ||
      (n >= 0xd800 && n <= 0xdfff) ||
      (n >= 0xe0000 && n <= 0xe007f);
    if (bad) return `U+${n.toString(16)} in ${JSON.stringify(text.slice(0, 200))}`;
  }
  return "";
}

const C1 = String.fromCharCode(0x9b);
const BIDI = [0x61c, 0x200e, 0x200f, 0x202a, 0x202d, 0x202e, 0x2066, 0x2069].map((n) =>
  String.fromCodePoint(n),
);
/** By kind. In a mail's line there is no line break; in a result there may be one. */
const HOSTILE: Record<string, string> = {
  colour: "\x1b[31mred\x1b[0m",
  title: "\x1b]0;owned\x07",
  "title ended by ST": "\x1b]0;owned\x1b\\",
  "hyperlink of a terminal": "\x1b]8;;https://evil.example/\x07x\x1b]8;;\x07",
  clipboard: "\x1b]52;c;ZXZpbA==\x07",
  "clear by C1": `${C1}2J`,
  "other C1": String.fromCharCode(0x90, 0x9d, 0x85, 0x80),
  bells: "\x07\x08\x7f\x0e",
  direction: BIDI.join("x"),
  "no width": "\u200b\ufeff\u2028\u2029\u00ad\u{e0041}",
  backtick: "a`b",
  backticks: "``` x `` y ```",
  "leaves its span": "`![i](https://evil.example/x.png)[c](command:workbench.action.quit)`",
  image: "![i](https://evil.example/x.png)",
  link: "[c](command:folioscope.simulate)",
  "link by reference": "[c][r] [r]: https://evil.example/",
  address: "https://evil.example/x www.evil.example a@evil.example <https://evil.example>",
  HTML: "<img src=https://evil.example/x.png><b>x</b><!-- &lt;",
  emphasis: "**x** __y__ ~~z~~ _u_",
  table: "| a | b |",
  heading: "# x",
  quote: "> x",
  list: "- x",
  "numbered list": "1. x",
  rule: "---",
  icon: "$(zap)",
  "escaped already": "\\`\\[x\\](y)\\",
};

const octal = (text: string): string =>
  `"${[...Buffer.from(text)].map((b) => (b < 32 || b > 126 || b === 34 || b === 92 ? `\\${b.toString(8).padStart(3, "0")}` : String.fromCharCode(b))).join("")}"`;

/** A mail that shows `evil` wherever a mail shows anything. */
function mailWith(evil: string, quoted: boolean): string {
  const word = `=?utf-8?b?${Buffer.from(evil).toString("base64")}?=`;
  const path = `fs/${evil.replaceAll("/", "_")}.c`;
  const q = quoted ? "> " : "";
  const body = [
    `${q}The message. ${evil}`,
    `${q}Reported-by: ${evil} <a@example.org>`,
    `${q}---`,
    `${q} ${path} | 3 ++-`,
    `${q}diff --git ${octal(`a/${path}`)} ${octal(`b/${path}`)}`,
    `${q}--- ${octal(`a/${path}`)}`,
    `${q}+++ ${octal(`b/${path}`)}`,
    `${q}@@ -1,5 +1,6 @@ ${evil}`,
    `${q} static int f(void)`,
    `${q} {`,
    `${q} \tint a; /* ${evil} */`,
    `${q}-\ta = 1; /* ${evil} */`,
    `${q}+\ta = 2; /* ${evil} */`,
    `${q}+\ta += 1; /* ${evil} */`,
    ...(quoted ? ["", `Why? ${evil}`, ""] : []),
    `${q} }`,
    "",
    `BUG: unable to handle page fault, ${evil}`,
    ` ? ${evil}+0x1/0x2`,
  ].join("\n");
  return [
    `From: ${word} <a@example.org>`,
    `Subject: ${quoted ? "Re: " : ""}[PATCH] ${word}`,
    `Message-ID: <${evil.replace(/[\s<>]/g, "")}@example.org>`,
    `Content-Type: multipart/mixed; boundary="x"`,
    "",
    "--x",
    `Content-Type: text/plain; charset="${evil.replaceAll('"', "")}"`,
    "Content-Transfer-Encoding: base64",
    "",
    Buffer.from(body).toString("base64"),
    "--x",
    `Content-Type: text/x-patch; name="${evil.replaceAll('"', "")}.patch"`,
    "",
    body,
    "--x--",
  ].join("\n");
}

/** Words of the result's own that no surface takes from outside. */
const OWN: ReadonlySet<string> = new Set([
  "kind",
  "by",
  "verdict",
  "severity",
  "side",
  "role",
  "fidelity",
  "outcome",
  "name",
  "path",
  "tree",
]);

function spoil<T>(value: T, evil: string, key = ""): T {
  if (typeof value === "string") return (OWN.has(key) ? value : `${value} ${evil}\n${evil}`) as T;
  if (Array.isArray(value)) return value.map((v) => spoil(v, evil, key)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, spoil(v, evil, k)])) as T;
}

function snapshotOf(parsed: ParsedDocument, result: ReviewResult): Snapshot {
  return {
    uri: "file:///mail/a)![i](https://evil.example/x.png).eml",
    version: 1,
    parsed,
    lines: indexLines(parsed),
    state: "current",
    review: { result, version: 1, place: (n) => n },
    progress: { done: 0, total: 0, what: "" },
    queued: 0,
    settings: { ...DEFAULT_SETTINGS, showFixed: true, showAlready: true, tree: "/linux" },
  };
}

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
  const snapshot = snapshotOf(parsed, result);
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

test("the hostile mails of the corpus, through every surface", { skip: corpusSkip }, () => {
  for (const name of ["esc.eml", "inject.eml"]) {
    const file = join(corpusDir, "hostile", name);
    if (!existsSync(file)) continue;
    const parsed = parseDocument(readFileSync(file), file);
    assert.ok(parsed.patches.length > 0, name);
    showAll(parsed, fakeInTree(parsed, fakeReview(parsed, "1"), "/linux"));
  }
});
