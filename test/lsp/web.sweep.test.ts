/**
 * In a browser the bundles of the desktop run in workers, on what server/browser has of Node: the same mail gets the same marks
 * and the same report there, and what the build leaves beside the bundles is read there as Node reads it.
 */
import assert from "node:assert/strict";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { deserialize as nodes, serialize } from "node:v8";
import { brotliDecompressSync } from "node:zlib";
import { buildSync } from "esbuild";
import { deserialize } from "../../server/browser/values.ts";
import { LOWERED_FILE } from "../../server/lowered_file.ts";
import { METHOD_REPORT, METHOD_STATUS } from "../../server/protocol.ts";
import { BASE, type BrowserWorker, browserWorker } from "../support/browser_worker.mjs";
import { bundle, LspClient } from "../support/lsp_client.ts";
import { root } from "../support/paths.ts";

const dist = bundle("web", {
  server: "server/main.ts",
  worker: "server/emulation/worker.ts",
  reader: "server/reading/thread.ts",
  debug: "server/debug/main.ts",
});
buildSync({
  entryPoints: { browser: "server/browser/boot.ts" },
  absWorkingDir: root,
  outdir: dist,
  bundle: true,
  platform: "browser",
  format: "iife",
  define: { global: "globalThis" },
  logLevel: "error",
});
const reach = join(root, "dist", "reach.bin");
if (existsSync(reach)) copyFileSync(reach, join(dist, "reach.bin"));
const workers: BrowserWorker[] = [];
after(() => Promise.all(workers.map((w) => w.terminate())));

function start(file: string): BrowserWorker {
  const worker = browserWorker(dist);
  workers.push(worker);
  worker.postMessage({ kind: "folioscope boot", base: BASE, file, data: null });
  return worker;
}

interface Said {
  readonly id?: number;
  readonly method?: string;
  // biome-ignore lint/suspicious/noExplicitAny: the shape depends on the message.
  readonly params?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly result?: any;
}

const URI = "file:///leak.eml";
const textDocument = {
  uri: URI,
  languageId: "folioscope-mail",
  version: 1,
  text: readFileSync(join(root, "examples", "leaked-reference.eml"), "utf8"),
};
const HELLO = { processId: null, rootUri: null, capabilities: {}, initializationOptions: { settings: {} } };

/** Marks and report of the example, by a server in a browser. */
async function inBrowser(): Promise<{ marks: unknown; text: string }> {
  const worker = start("server.cjs");
  let marks: unknown = null;
  let id = 0;
  const waiting = new Map<number, (result: { text: string }) => void>();
  const tell = (method: string, params: object) => worker.postMessage({ jsonrpc: "2.0", method, params });
  const ask = (method: string, params: object) =>
    new Promise<{ text: string }>((done) => {
      waiting.set(++id, done);
      worker.postMessage({ jsonrpc: "2.0", id, method, params });
    });
  const done = new Promise<void>((resolve, reject) => {
    worker.on("error", reject);
    worker.on("exit", (code) => reject(new Error(`the worker ended with ${code}`)));
    worker.on("message", (said: Said) => {
      if (said.method === undefined) waiting.get(said.id!)?.(said.result);
      else if (said.id !== undefined) worker.postMessage({ jsonrpc: "2.0", id: said.id, result: null });
      else if (said.method === "textDocument/publishDiagnostics") marks = said.params.diagnostics;
      else if (said.method === METHOD_STATUS && said.params.state === "current") resolve();
    });
  });
  await ask("initialize", HELLO);
  tell("initialized", {});
  tell("textDocument/didOpen", { textDocument });
  await done;
  const { text } = await ask(METHOD_REPORT, { uri: URI });
  return { marks, text };
}

/** Marks and report of the example, by a server on the desktop. */
async function onDesktop(): Promise<{ marks: unknown; text: string }> {
  const client = new LspClient(join(dist, "server.cjs"));
  await client.request("initialize", HELLO);
  client.notify("initialized", {});
  const done = client.next(METHOD_STATUS, ({ state }) => state === "current");
  client.notify("textDocument/didOpen", { textDocument });
  await done;
  const marks = client.heard.findLast((m) => m.method === "textDocument/publishDiagnostics")?.params
    .diagnostics;
  const { result } = await client.request(METHOD_REPORT, { uri: URI });
  await client.close();
  return { marks, text: result.text };
}

/** How long it took is another matter. */
const untimed = (text: string): string => text.replace(/\d+(?:\.\d+)? (?:ms|s)\b/g, "some time");

test("a mail gets in a browser what it gets on the desktop", async () => {
  const there = await inBrowser();
  const here = await onDesktop();
  assert.match(there.text, /1 new/);
  assert.match(there.text, /new with this patch: folio-ref-leak/);
  assert.equal(untimed(there.text), untimed(here.text));
  assert.deepEqual(there.marks, here.marks);
});

test("the debug adapter answers in a browser", async () => {
  const worker = start("debug.cjs");
  const answer = new Promise<{ success: boolean; body: { supportsStepBack: boolean } }>((resolve, reject) => {
    worker.on("message", resolve);
    worker.on("error", reject);
  });
  worker.postMessage({
    seq: 1,
    type: "request",
    command: "initialize",
    arguments: { adapterID: "folioscope", pathFormat: "path" },
  });
  const { success, body } = await answer;
  assert.equal(success, true);
  assert.equal(body.supportsStepBack, true);
});

test("values are read as Node reads them", () => {
  const shared = { n: 1 };
  const values = [
    { a: 1, b: [1, "ä", "\u4e00", -5, 1.5, 2 ** 40, true, false, null, undefined] },
    new Map<unknown, unknown>([
      ["k", shared],
      [2, new Set(["x", -1])],
    ]),
    {
      ints: Int32Array.of(1, -2),
      bytes: Uint8Array.of(1, 2, 3),
      none: new Int32Array(0),
      wide: BigInt64Array.of(-1n),
    },
    { one: shared, two: shared, big: -(2n ** 70n), "7": "key that is a number" },
    { control: "\u0080\u009f\u00ff" },
  ];
  for (const value of values) {
    const bytes = serialize(value);
    assert.deepEqual(deserialize(bytes), nodes(bytes));
    for (let n = 0; n < bytes.length; n++)
      assert.throws(() => deserialize(bytes.subarray(0, n)), Error, `the first ${n} bytes`);
  }
  const two = deserialize(serialize({ one: shared, two: shared })) as { one: unknown; two: unknown };
  assert.equal(two.one, two.two);
});

test("a shipped kernel's code is read as Node reads it", (t) => {
  const file = join(dist, LOWERED_FILE);
  if (!existsSync(file)) return t.skip("no shipped kernels: npm run build makes them");
  const all = brotliDecompressSync(readFileSync(file));
  const head = all.subarray(4, 4 + all.readUInt32LE(0));
  assert.deepEqual(deserialize(head), nodes(head));
});
