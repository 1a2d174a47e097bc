/**
 * Every feature on every mail there is: nothing throws, every position is inside the document as the editor has it,
 * outline rows lie inside their parents, tokens do not overlap. On the corpus where it is present, and on our own mails.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { DocumentSymbol, Range } from "vscode-languageserver/node";
import { codeLenses } from "../../server/features/code_lens.ts";
import { definition } from "../../server/features/definition.ts";
import { marks } from "../../server/features/diagnostics.ts";
import { outline } from "../../server/features/document_symbol.ts";
import { folds } from "../../server/features/folding.ts";
import { hover } from "../../server/features/hover.ts";
import { imageMarks, mailImages, pairOf } from "../../server/features/images.ts";
import { links } from "../../server/features/links.ts";
import { semanticTokens } from "../../server/features/semantic_tokens.ts";
import { indexLines, lineMap, type Snapshot } from "../../server/features/snapshot.ts";
import { tree } from "../../server/features/tree.ts";
import {
  toCodeActions,
  toCodeLens,
  toDiagnostic,
  toFold,
  toHover,
  toLink,
  toLocation,
  toSymbol,
  toTokenData,
} from "../../server/lsp/to_proto.ts";
import { parseDocument } from "../../server/parse.ts";
import { DEFAULT_SETTINGS, type TreeNode } from "../../server/protocol.ts";
import { report } from "../../server/report/editor.ts";
import { corpusAlone, corpusDir, onCorpus } from "../support/corpus.ts";
import { fakeInTree, fakeReview } from "../support/fake_review.ts";

const root = process.env["FOLIOSCOPE_ROOT"] ?? process.cwd();
const MAIL_NAME = /\.(?:eml|patch|diff|mbox|txt)$/;
const SIZE_MAX = 4 << 20;

function mailsIn(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((n) => MAIL_NAME.test(n))
    .map((n) => join(dir, n))
    .sort();
}

function snapshotOf(text: string, path: string): Snapshot {
  const parsed = parseDocument(text, path);
  return {
    uri: `file:///${path.split("/").pop()}`,
    version: 1,
    parsed,
    lines: indexLines(parsed),
    state: "current",
    review: {
      result: fakeInTree(parsed, fakeReview(parsed, "1"), "/linux"),
      version: 1,
      place: (n) => n,
    },
    progress: { done: 0, total: 0, what: "", left: null },
    queued: 0,
    settings: { ...DEFAULT_SETTINGS, tree: "/linux", showFixed: true, showAlready: true },
  };
}

/** Lines as an editor counts them. */
function editorLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

function checkAll(text: string, path: string): void {
  const s = snapshotOf(text, path);
  const lines = editorLines(text);
  const inside = (range: Range, what: string) => {
    assert.ok(
      range.start.line >= 0 && range.end.line < lines.length,
      `${what}: lines ${range.start.line}-${range.end.line} of ${lines.length}`,
    );
    const before = range.start.line < range.end.line || range.start.character <= range.end.character;
    assert.ok(before, `${what}: ends before it starts, line ${range.start.line + 1}`);
    if (s.parsed.rawLines) return;
    assert.ok(
      range.start.character <= lines[range.start.line]!.length,
      `${what}: column ${range.start.character} of line ${range.start.line + 1}`,
    );
  };
  for (const mark of marks(s)) {
    const d = toDiagnostic(s, mark);
    inside(d.range, `diagnostic ${d.code}`);
    for (const r of d.relatedInformation ?? []) inside(r.location.range, "related");
    toCodeActions(s, mark);
  }
  for (const l of codeLenses(s)) inside(toCodeLens(s, l).range, "lens");
  const nested = (symbol: DocumentSymbol, parent?: DocumentSymbol) => {
    inside(symbol.range, `symbol ${symbol.name}`);
    if (parent)
      assert.ok(
        symbol.range.start.line >= parent.range.start.line && symbol.range.end.line <= parent.range.end.line,
        symbol.name,
      );
    for (const child of symbol.children ?? []) nested(child, symbol);
  };
  for (const n of outline(s)) nested(toSymbol(s, n));
  for (const f of folds(s)) {
    const { startLine, endLine } = toFold(s, f);
    assert.ok(
      startLine >= 0 && endLine >= startLine && endLine < lines.length,
      `fold ${startLine}-${endLine}`,
    );
  }
  for (const l of links(s)) inside(toLink(s, l).range, "link");
  const data = toTokenData(s, semanticTokens(s));
  let line = 0;
  let col = 0;
  let end = 0;
  for (let i = 0; i < data.length; i += 5) {
    if (data[i]! > 0) col = end = 0;
    line += data[i]!;
    col += data[i + 1]!;
    assert.ok(data[i]! >= 0 && col >= end, `token at line ${line + 1}, column ${col} overlaps`);
    end = col + data[i + 2]!;
    assert.ok(end <= lines[line]!.length, `token past the end of line ${line + 1}`);
  }
  const every = Math.max(1, Math.floor(s.parsed.lines.length / 300));
  for (let n = 1; n <= s.parsed.lines.length; n += every) {
    const h = hover(s, n);
    if (h) inside(toHover(s, h).range!, "hover");
    for (const to of definition(s, n)) inside(toLocation(s, to).range, "definition");
  }
  const ids = new Set<string>();
  const walk = (rows: readonly TreeNode[]) => {
    for (const row of rows) {
      assert.ok(!ids.has(row.id), `two rows are ${row.id}`);
      ids.add(row.id);
      walk(row.children);
    }
  };
  walk(tree(s));
  for (const patch of s.parsed.patches)
    for (const file of patch.files) {
      const pair = pairOf(s, { patch, file, docLine: 0 }, mailImages(file), { whole: false, note: "" });
      for (const { text, docLines, line } of [pair.before, pair.after]) {
        assert.equal(text.split("\n").length - 1, Math.max(docLines.length, 1), `${file.path}: lines`);
        assert.ok(line >= 1 && line <= Math.max(docLines.length, 1), `${file.path}: line ${line}`);
        assert.ok(docLines.every((l) => l >= 0 && l <= s.parsed.lines.length));
      }
    }
  for (const patch of s.parsed.patches) imageMarks(s, patch.index);
  report(s, undefined);
  s.review!.result.findings.forEach((_, i) => void report(s, i));
}

describe("every feature on every mail", { only: corpusAlone }, () => {
  for (const [area, dir] of [
    ["examples", join(root, "examples")],
    ["mail fixtures", join(root, "test", "fixtures")],
    ["corpus", corpusDir],
  ] as const) {
    const files = mailsIn(dir);
    const needs =
      dir === corpusDir ? onCorpus() : { skip: files.length === 0 ? `${area}: no mail here` : false };
    test(area, needs, () => {
      for (const file of files) {
        const bytes = readFileSync(file);
        if (bytes.length > SIZE_MAX) continue;
        try {
          checkAll(bytes.toString("utf8"), file);
        } catch (error) {
          throw new Error(`${file.slice(dir.length + 1)}: ${(error as Error).message}`, { cause: error });
        }
      }
    });
  }

  test("odd texts", () => {
    for (const text of [
      "",
      "\n",
      "\u0000\u0001",
      "@@ -1 +1 @@",
      "--- a\n+++ b\n@@ -1,9 +1,9 @@\n-x",
      "> ".repeat(500),
      "From: \r\nSubject: [PATCH] x\r\n\r\n-- \r\n",
    ])
      checkAll(text, "odd.txt");
  });

  test("the line map keeps what an edit did not touch", () => {
    const map = lineMap(["a", "b", "c", "d"], ["a", "X", "Y", "c", "d"]);
    assert.deepEqual([0, 1, 2, 3, 4].map(map), [0, 1, 0, 4, 5]);
    assert.deepEqual([1, 2].map(lineMap(["a", "b"], ["a", "b"])), [1, 2]);
    assert.deepEqual([1, 2].map(lineMap(["a", "b"], [])), [0, 0]);
  });
});
