/**
 * The server with the real emulator in its thread, on seed 000 of the corpus where it is present. Leaves out the repository's
 * own mails (examples.sweep.test.ts).
 */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { corpusAlone, onCorpus, seed } from "../support/corpus.ts";
import { bundle, LspClient, SERVER } from "../support/lsp_client.ts";

const RUN_MS = 900_000;

describe("language server with the emulator", { only: corpusAlone }, () => {
  let file = "";
  before(() => {
    file = join(bundle("lsp-real", SERVER), "server.cjs");
  });

  after(() => {
    if (file) rmSync(dirname(file), { recursive: true, force: true });
  });

  test("seed 000: answers while it runs, then findings, new ones in Problems", onCorpus(), async () => {
    const mail = seed("000");
    const c = new LspClient(file);
    try {
      await c.initialize();
      const uri = `file:///seeds/${basename(mail)}`;
      const text = readFileSync(mail, "utf8");
      const done = c.next("folioscope/status", (p) => p.state === "current" || p.state === "failed", RUN_MS);
      c.open(uri, text, "plaintext");
      // The outline waits for the mail to be read; a hover answers at once with what is known.
      await c.request("textDocument/documentSymbol", { textDocument: { uri } });
      const hover = await c.request("textDocument/hover", {
        textDocument: { uri },
        position: {
          line: text.split("\n").findIndex((l) => l.includes("page->mapping = mapping;")),
          character: 6,
        },
      });
      assert.match(hover.result.contents.value, /dax_associate_entry/);
      const status = await done;
      assert.equal(status.state, "current", status.message);
      assert.equal(status.patches, 2);
      assert.ok(status.counts.new > 0, "a new finding");
      assert.ok(status.counts.fixed > 0, "a fixed finding");
      const published = c.heard.filter((m) => m.method === "textDocument/publishDiagnostics").pop();
      const news = published?.params.diagnostics.filter((d: { message: string }) =>
        d.message.includes("new with this patch"),
      );
      assert.ok(news.length > 0);
      for (const d of news) assert.ok(d.range.start.line > 0 && d.range.start.line < text.split("\n").length);
    } finally {
      await c.close();
    }
  });
});
