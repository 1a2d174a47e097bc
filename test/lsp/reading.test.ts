/**
 * Mails are read in a thread of their own: requests are answered while a large one is read, what was read of an earlier
 * text is never shown, and what crosses is what was read. Judged by the order of answers, not by clocks.
 * `npm run bench -- lsp` has the milliseconds.
 */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { Assembly, partsOf } from "../../server/reading/parts.ts";
import { bundle, LspClient } from "../support/lsp_client.ts";

const HEAD = (title: string) =>
  `From: A <a@example.org>\nSubject: [PATCH] ${title}\nMessage-ID: <a@b>\n\nx\n---\n`;
const DIFF = "diff --git a/fs/dax.c b/fs/dax.c\n--- a/fs/dax.c\n+++ b/fs/dax.c\n";

/** A patch that adds `n` lines, a function each four. */
function large(n: number, title = "large"): string {
  const lines = "+int f(int a)\n+{\n+\treturn a + 1;\n+}\n".repeat(n / 4);
  return `${HEAD(title)}${DIFF}@@ -0,0 +1,${n} @@\n${lines}`;
}

const SMALL = `${HEAD("small")}${DIFF}@@ -1,3 +1,3 @@ f(void)\n a\n-b;\n+c;\n d\n`;
const lineOf = (text: string, what: string) => text.split("\n").findIndex((l) => l.includes(what));

test("a parse goes in parts and comes together as it was", () => {
  for (const n of [4, 400, 40_000]) {
    const parsed = parseDocument(`${large(n)}${SMALL}`.repeat(3), "x");
    const whole = structuredClone(parsed);
    const assembly = new Assembly();
    let parts = 0;
    for (const part of partsOf(parsed)) {
      parts++;
      assembly.add(structuredClone(part));
    }
    assert.deepEqual(assembly.value, whole);
    assert.ok(n < 40_000 || parts > 100, `${parts} parts`);
  }
});

describe("reading beside the server's thread", () => {
  let file = "";
  const clients: LspClient[] = [];
  before(() => {
    const entries = {
      server: "server/main.ts",
      reader: "server/reading/thread.ts",
      worker: "test/lsp/fake_worker.ts",
    };
    file = join(bundle("lsp-reading", entries), "server.cjs");
  });
  after(async () => {
    await Promise.all(clients.map((c) => c.close()));
    if (file) rmSync(dirname(file), { recursive: true, force: true });
  });
  const start = async () => {
    const client = new LspClient(file);
    clients.push(client);
    await client.initialize({ run: "manual" });
    return client;
  };
  const hover = (c: LspClient, uri: string, line: number) =>
    c.request("textDocument/hover", { textDocument: { uri }, position: { line, character: 2 } }, 60_000);
  const marksOf = (c: LspClient, uri: string) =>
    c.heard.filter((m) => m.method === "textDocument/publishDiagnostics" && m.params.uri === uri);
  const [A, B] = ["file:///mail/large.patch", "file:///mail/small.patch"];

  test("requests are answered while a large mail is read", async () => {
    const c = await start();
    const read = c.next("textDocument/publishDiagnostics", (p) => p.uri === B);
    c.open(B, SMALL);
    await read;
    const readA = c.next("textDocument/publishDiagnostics", (p) => p.uri === A, 120_000);
    c.open(A, large(80_000));
    const symbols = c.request("textDocument/documentSymbol", { textDocument: { uri: A } }, 120_000);
    let outlined = false;
    void symbols.then(() => {
      outlined = true;
    });
    // Of the small mail: as ever. Of the large one: nothing yet, at once.
    assert.match((await hover(c, B, lineOf(SMALL, "+c;"))).result.contents.value, /added/);
    assert.equal((await hover(c, A, lineOf(SMALL, "+c;"))).result, null);
    assert.deepEqual(marksOf(c, A), []);
    assert.equal(outlined, false);
    await readA;
    assert.equal((await symbols).result.length, 1);
    assert.match((await hover(c, A, 12)).result.contents.value, /added/);
  });

  test("between an edit and its reading, hovers follow the lines; the late reading is dropped", async () => {
    const c = await start();
    const text = large(40_000);
    const line = lineOf(text, "return a");
    const first = c.next("textDocument/publishDiagnostics", (p) => p.version === 1, 120_000);
    c.open(A, text);
    await first;
    const before = (await hover(c, A, line)).result;
    const second = c.next("textDocument/publishDiagnostics", (p) => p.version > 1, 120_000);
    // Two lines more above, then an edit of the line itself: the reading of version 2 is never shown.
    const at = { line: 4, character: 0 };
    c.notify("textDocument/didChange", {
      textDocument: { uri: A, version: 2 },
      contentChanges: [{ range: { start: at, end: at }, text: "one\ntwo\n" }],
    });
    const moved = (await hover(c, A, line + 2)).result;
    assert.equal(moved.contents.value, before.contents.value);
    assert.equal(moved.range.start.line, line + 2);
    const inside = { line: line + 2, character: 2 };
    c.notify("textDocument/didChange", {
      textDocument: { uri: A, version: 3 },
      contentChanges: [{ range: { start: inside, end: inside }, text: "x" }],
    });
    assert.equal((await hover(c, A, line + 2)).result, null);
    assert.equal((await second).version, 3);
    assert.match((await hover(c, A, line + 2)).result.contents.value, /added/);
    assert.deepEqual([...new Set(marksOf(c, A).map((m) => m.params.version))], [1, 3]);
  });

  test("a document that is closed while it is read leaves nothing behind", async () => {
    const c = await start();
    c.open(A, large(80_000));
    c.notify("textDocument/didClose", { textDocument: { uri: A } });
    const read = c.next("textDocument/publishDiagnostics", (p) => p.uri === B, 60_000);
    c.open(B, SMALL);
    await read;
    assert.deepEqual(
      marksOf(c, A).map((m) => m.params.diagnostics.length),
      [0],
    );
    assert.equal(
      (await c.request("textDocument/documentSymbol", { textDocument: { uri: B } })).result.length,
      1,
    );
  });
});
