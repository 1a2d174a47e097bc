/**
 * The server with the real emulator in its thread, on each of the repository's example mails. Leaves out what is found in them
 * (test/review/examples.test.ts).
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { bundle, LspClient, SERVER } from "../support/lsp_client.ts";

const root = process.env["FOLIOSCOPE_ROOT"] ?? process.cwd();
const RUN_MS = 900_000;

const examples = readdirSync(join(root, "examples")).filter((n) => /\.(?:eml|patch|mbox|txt)$/.test(n));
// One after the other in one server, as in an editor.
describe("examples", () => {
  let file = "";
  let c: LspClient;
  before(async () => {
    file = join(bundle("lsp-examples", SERVER), "server.cjs");
    c = new LspClient(file);
    await c.initialize({ showFixed: true, showAlready: true });
  });
  after(async () => {
    await c.close();
    rmSync(dirname(file), { recursive: true, force: true });
  });
  for (const name of examples)
    test(`examples/${name}: ends, and every mark stands in the text`, async () => {
      const uri = `file:///examples/${name}`;
      const text = readFileSync(join(root, "examples", name), "utf8");
      const done = c.next(
        "folioscope/status",
        (p) => p.uri === uri && (p.state === "current" || p.state === "failed"),
        RUN_MS,
      );
      c.open(uri, text, name.endsWith(".patch") ? "diff" : "folioscope-mail");
      const status = await done;
      assert.equal(status.state, "current", status.message);
      const published = c.heard
        .filter((m) => m.method === "textDocument/publishDiagnostics" && m.params.uri === uri)
        .pop();
      assert.ok(published !== undefined);
      const count = text.split("\n").length;
      for (const d of published.params.diagnostics)
        assert.ok(d.range.start.line >= 0 && d.range.end.line < count);
    });
});
