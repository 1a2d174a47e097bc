/**
 * The server as a process: stdio in, stdio out. They run with a thread that answers as the emulator would
 * (fake_worker.ts), so that timing is theirs to choose; emulator.test.ts has the real one.
 */
import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { bundle, LspClient } from "../support/lsp_client.ts";

const URI = "file:///mail/reply.txt";

const MAIL = `From: A Reviewer <reviewer@example.org>
Subject: Re: [PATCH 1/2] fs/dax: count each page once
Message-ID: <20250203100000.7@example.org>
Date: Mon, 3 Feb 2025 10:00:00 +0000

> Fixes: 0123456789ab ("fs/dax: count pages")
> ---
> diff --git a/fs/dax.c b/fs/dax.c
> --- a/fs/dax.c
> +++ b/fs/dax.c
> @@ -10,9 +10,9 @@ static void before_it(void)
>  
>  static void dax_account_entry(struct page *page)
>  {
> -	page->share = 1;
> +	page->share++;

Is this not one too many?

>  	if (page->index)
>  		return;
>  	page->index = 0;
>  }
>  
`;
const LINES = MAIL.split("\n");
const lineOf = (text: string) => LINES.findIndex((l) => l.includes(text));
const at = (uri: string, line: number) => ({ textDocument: { uri }, position: { line, character: 6 } });

describe("language server", () => {
  let file = "";
  const clients: LspClient[] = [];
  before(() => {
    file = join(
      bundle("lsp", {
        server: "server/main.ts",
        reader: "server/reading/thread.ts",
        worker: "test/lsp/fake_worker.ts",
      }),
      "server.cjs",
    );
  });
  after(async () => {
    await Promise.all(clients.map((c) => c.close()));
    if (file) rmSync(dirname(file), { recursive: true, force: true });
  });
  const start = async (settings: object = {}, folders: readonly string[] = []) => {
    const client = new LspClient(file);
    clients.push(client);
    await client.initialize(settings, folders);
    return client;
  };
  const current = (client: LspClient, uri = URI) =>
    client.next("folioscope/status", (p) => p.uri === uri && p.state === "current");

  test("a finding arrives on its line with the steps as related information", async () => {
    const c = await start();
    const done = current(c);
    const published = c.next("textDocument/publishDiagnostics", (p) =>
      p.diagnostics.some((d: { code: string }) => d.code === "folio-ref-leak"),
    );
    c.open(URI, MAIL, "plaintext");
    const { diagnostics, version } = await published;
    const status = await done;
    assert.equal(version, 1);
    const found = diagnostics.find((d: { code: string }) => d.code === "folio-ref-leak");
    assert.equal(found.range.start.line, lineOf("page->share++"));
    assert.equal(
      LINES[found.range.start.line]!.slice(found.range.start.character, found.range.end.character),
      "page->share++;",
    );
    assert.equal(found.severity, 1);
    assert.equal(found.relatedInformation.length, 2);
    assert.equal(status.counts.new, 1);
  });

  test("one case runs beside the store, a patch in it; both answer with tests", async () => {
    const c = await start();
    const done = current(c);
    c.open(URI, MAIL, "plaintext");
    await done;
    const { result: all } = await c.request("folioscope/tests", { uri: URI });
    assert.equal(all.state, "current");
    assert.equal(all.patches.length, 1);
    assert.ok(all.patches[0].cases.length >= 3);
    const { scenario } = all.patches[0].cases[0];
    const { result: one } = await c.request("folioscope/runTests", { uri: URI, scenario });
    assert.equal(one.message, "");
    assert.ok(one.patches[0].cases.some((x: { scenario: string }) => x.scenario === scenario));
    const { result: whole } = await c.request("folioscope/runTests", { uri: URI });
    assert.equal(whole.state, "current");
    assert.deepEqual(whole.patches, all.patches);
    const { result: broken } = await c.request("folioscope/runTests", { uri: URI, scenario: "throw" });
    assert.match(broken.message, /asked to break/);
    const { result: after } = await c.request("folioscope/tests", { uri: URI });
    assert.deepEqual(after.patches, all.patches, "what the document shows stays");
  });

  test("hover on quoted lines, lenses, outline, folds, links, definition and colours", async () => {
    const c = await start();
    const done = current(c);
    c.open(URI, MAIL, "plaintext");
    await done;
    const text = async (line: number) =>
      (await c.request("textDocument/hover", at(URI, line))).result?.contents.value as string;
    assert.match(
      await text(lineOf("page->share = 1")),
      /dax_account_entry\(\)\*\* · removed[\s\S]*before[\s\S]*refcount of pfn 0x100003: 1 -> 0/,
    );
    assert.match(
      await text(lineOf("page->share++")),
      /New with this patch[\s\S]*Show the run[\s\S]*one too many/,
    );
    assert.equal((await c.request("textDocument/hover", at(URI, 0))).result, null);

    const lenses = (await c.request("textDocument/codeLens", { textDocument: { uri: URI } })).result;
    assert.deepEqual(
      lenses.map((l: { command: { title: string } }) => l.command.title),
      [
        "▶ Simulate · 1 new · 3 runs clean",
        "dax_account_entry: 1 new · ran in 3 scenario runs",
        "Step through",
        "Before ↔ after",
      ],
    );
    const symbols = (await c.request("textDocument/documentSymbol", { textDocument: { uri: URI } })).result;
    const names: string[] = [];
    const walk = (list: { name: string; children: [] }[]) => {
      for (const s of list) {
        names.push(s.name);
        walk(s.children);
      }
    };
    walk(symbols);
    assert.deepEqual(names, [
      "fs/dax: count each page once",
      "fs/dax.c",
      "@@ -10 before_it",
      "dax_account_entry",
      "Is this not one too many?",
    ]);

    const folds = (await c.request("textDocument/foldingRange", { textDocument: { uri: URI } })).result;
    assert.ok(folds.some((f: { startLine: number }) => f.startLine === lineOf("@@ -10,9")));
    const links = (await c.request("textDocument/documentLink", { textDocument: { uri: URI } })).result;
    assert.deepEqual(
      links.map((l: { target: string }) => l.target),
      ["https://lore.kernel.org/r/20250203100000.7@example.org", "https://git.kernel.org/linus/0123456789ab"],
    );
    const to = (await c.request("textDocument/definition", at(URI, lineOf("one too many")))).result;
    assert.equal(to[0].range.start.line, lineOf("page->share++"));
    const back = (await c.request("textDocument/definition", at(URI, lineOf("page->share++")))).result;
    assert.equal(back[0].range.start.line, lineOf("one too many"));
    const tokens = (await c.request("textDocument/semanticTokens/full", { textDocument: { uri: URI } }))
      .result.data;
    assert.ok(tokens.length > 0 && tokens.length % 5 === 0);
    assert.ok(tokens.every((n: number) => n >= 0));
  });

  test("tree, report and replay speak of the same finding", async () => {
    const c = await start();
    const done = current(c);
    c.open(URI, MAIL, "plaintext");
    await done;
    const tree = (await c.request("folioscope/tree", { uri: URI })).result;
    assert.equal(tree.state, "current");
    const [patch] = tree.roots;
    assert.equal(patch.verdict, "new");
    const [found] = patch.children[0].children[0].children;
    assert.equal(found.kind, "finding");
    const report = (await c.request("folioscope/report", { uri: URI, finding: found.finding })).result;
    assert.match(report.text, /ERROR folio-ref-leak[\s\S]*verdict +new with this patch[\s\S]*>> +3/);
    const whole = (await c.request("folioscope/report", { uri: URI })).result;
    assert.match(whole.text, /^Runs/m);
    const replay = (await c.request("folioscope/replay", { uri: URI, replay: "f1-1-3" })).result;
    assert.match(replay.text, /folio-ref-leak/);
  });

  test("orders are tried on a thread of their own, with what was asked for", async () => {
    const c = await start({ run: "manual" });
    c.open(URI, MAIL, "plaintext");
    const asked = { uri: URI, scenario: "race-scan-locked order=0", faults: 2 };
    const { result } = await c.request("folioscope/orders", asked);
    assert.deepEqual(result, {
      title: "Faults of race-scan-locked order=0",
      text: "race-scan-locked order=0, faults 2",
      news: 1,
    });
    const late = await c.request("folioscope/orders", { uri: URI, scenario: "race-scan-locked", weak: true });
    assert.deepEqual(
      [late.result.title, late.result.text],
      ["Late stores of race-scan-locked", "race-scan-locked, weak"],
    );
    const nameless = await c.request("folioscope/orders", { uri: URI });
    assert.match(nameless.result.text, /Name a scenario/);
    const hung = c.request("folioscope/orders", { uri: URI, scenario: "hang" });
    // A thread that hangs keeps nobody waiting, and what is taken back is given up at once.
    assert.ok((await c.request("folioscope/tree", { uri: URI })).result.roots.length > 0);
    c.cancel(c.lastId - 1);
    assert.ok((await hung).error !== undefined);
  });

  test("hover and lenses answer while a simulation runs", async () => {
    const c = await start({ scenario: "slow" });
    const checking = c.next("folioscope/status", (p) => p.state === "checking" && p.done > 3);
    c.open(URI, MAIL, "plaintext");
    await checking;
    const hover = (await c.request("textDocument/hover", at(URI, lineOf("page->share = 1")))).result;
    const lenses = (await c.request("textDocument/codeLens", { textDocument: { uri: URI } })).result;
    // Both were answered before the run ended: the words, and that there is still something to cancel, say so.
    assert.match(hover.contents.value, /Being simulated/);
    assert.match(lenses[0].command.title, /Simulating \d+\/40 · Cancel/);
    assert.equal((await c.request("folioscope/cancel", { uri: URI })).result, true);
    const state = (await c.request("folioscope/tree", { uri: URI })).result.state;
    assert.equal(state, "cancelled");
  });

  test("a single run that a reader waits for goes beside a document's that is under way", async () => {
    const c = await start({ scenario: "slow" });
    const checking = c.next("folioscope/status", (p) => p.state === "checking" && p.done > 3);
    c.open(URI, MAIL, "plaintext");
    await checking;
    const { result: one } = await c.request("folioscope/runTests", { uri: URI, scenario: "throw" });
    assert.match(one.message, /asked to break/);
    assert.equal((await c.request("folioscope/cancel", { uri: URI })).result, true, "the document's goes on");
  });

  test("the patch and the line under the cursor are named to the run, before it begins and while it goes on", async () => {
    const c = await start({ scenario: "looks" });
    const from = "From x@example.org Thu Jan  1 00:00:00 1970\n";
    const next = MAIL.replaceAll("share", "count").replace("1/2", "2/2").replace("7@", "8@");
    const two = `${from}${MAIL}\n${from}${next}`;
    const second = two.split("\n").lastIndexOf(from.trimEnd());
    const looked = (patch: number, line: number) => {
      const message = `looks at ${patch}, line ${line}`;
      return c.next("folioscope/status", (p) => p.state === "checking" && p.message === message, 20_000);
    };
    const first = looked(1, 2);
    c.open(URI, two, "plaintext");
    c.notify("folioscope/front", { uri: URI, line: 2 });
    await first;
    const other = looked(2, second + 12);
    c.notify("folioscope/front", { uri: URI, line: second + 12 });
    await other;
    assert.equal((await c.request("folioscope/cancel", { uri: URI })).result, true);
  });

  test("a finding is begun as a KUnit test, and one that is not there has none", async () => {
    const c = await start();
    const done = current(c);
    c.open(URI, MAIL, "plaintext");
    await done;
    const { text } = (await c.request("folioscope/kunit", { uri: URI, finding: 0 })).result as {
      text: string;
    };
    assert.match(text, /#include <kunit\/test\.h>\n/);
    const none = await c.request("folioscope/kunit", { uri: URI, finding: 99 });
    assert.deepEqual(none.result, { text: "" });
  });

  test("an edit cancels the run and makes its result obsolete; marks move with their lines", async () => {
    const c = await start();
    let done = current(c);
    c.open(URI, MAIL, "plaintext");
    await done;
    done = current(c);
    const obsolete = c.next("folioscope/status", (p) => p.state === "obsolete" && p.version === 2);
    const moved = c.next("textDocument/publishDiagnostics", (p) => p.version === 2);
    c.change(URI, "one more line\n" + MAIL, 2);
    await obsolete;
    const found = (await moved).diagnostics.find((d: { code: string }) => d.code === "folio-ref-leak");
    assert.equal(found.range.start.line, lineOf("page->share++") + 1);
    assert.equal((await done).version, 2);
  });

  test("an edit while a simulation runs: the late result is never shown", async () => {
    const c = await start({ scenario: "slow", run: "onOpen" });
    const checking = c.next("folioscope/status", (p) => p.state === "checking" && p.done > 1);
    c.open(URI, MAIL, "plaintext");
    await checking;
    const none = c.next("folioscope/status", (p) => p.version === 2);
    c.change(URI, MAIL.replace("share++", "share--"), 2);
    assert.equal((await none).state, "none");
    await new Promise((r) => setTimeout(r, 2600));
    const late = c.heard.filter((m) => m.method === "folioscope/status" && m.params.state === "current");
    assert.equal(late.length, 0);
  });

  test("an edit that is taken back has its results back", async () => {
    const c = await start({ run: "onOpen" });
    const done = current(c);
    c.open(URI, MAIL, "plaintext");
    await done;
    const obsolete = c.next("folioscope/status", (p) => p.state === "obsolete");
    c.change(URI, "x" + MAIL, 2);
    await obsolete;
    const again = c.next("folioscope/status", (p) => p.state === "current" && p.version === 3);
    c.change(URI, MAIL, 3);
    await again;
  });

  test("a text that was run before is not run again, unless asked", async () => {
    const c = await start();
    let done = current(c);
    c.open(URI, MAIL, "plaintext");
    await done;
    c.notify("textDocument/didClose", { textDocument: { uri: URI } });
    const heard = c.heard.length;
    done = current(c);
    c.open(URI, MAIL, "plaintext", 5);
    assert.equal((await done).version, 5);
    const checked = () => c.heard.slice(heard).some((m) => m.params?.state === "checking");
    assert.equal(checked(), false);
    done = current(c);
    await c.request("folioscope/simulate", { uri: URI });
    await done;
    assert.equal(checked(), true);
  });

  test("a run that never looks at the stop flag is ended with its thread, and the next one works", async () => {
    const c = await start({ run: "manual", scenario: "hang" });
    c.open(URI, MAIL, "plaintext");
    const checking = c.next("folioscope/status", (p) => p.state === "checking" && p.done > 0);
    assert.equal((await c.request("folioscope/simulate", { uri: URI })).result.started, true);
    await checking;
    await c.request("folioscope/cancel", { uri: URI });
    const done = current(c);
    await c.request("folioscope/simulate", { uri: URI, scenario: "map*" });
    await done;
  });

  test("a run that breaks says so and leaves the server at work", async () => {
    const c = await start({ run: "manual" });
    c.open(URI, MAIL, "plaintext");
    const failed = c.next("folioscope/status", (p) => p.state === "failed");
    await c.request("folioscope/simulate", { uri: URI, scenario: "throw" });
    assert.match((await failed).message, /asked to break/);
    assert.ok((await c.request("textDocument/hover", at(URI, lineOf("page->share = 1")))).result);
  });

  test("only what is new is in Problems; the settings ask for the rest", async () => {
    const c = await start({ run: 7, showFixed: "yes", steps: -4, codeLens: false });
    const done = current(c);
    c.open(URI, MAIL, "plaintext");
    await done;
    assert.deepEqual((await c.request("textDocument/codeLens", { textDocument: { uri: URI } })).result, []);
  });

  // biome-ignore lint/suspicious/noExplicitAny: rows as they travel.
  const rowsOf = async (c: LspClient): Promise<any[]> =>
    (await c.request("folioscope/tree", { uri: URI })).result.roots;
  const kernelRow = async (c: LspClient) => (await rowsOf(c)).find((r) => r.kind === "kernel");

  test("with a kernel tree: what no scenario reaches, the fate of hunks, what ran of the tree", async () => {
    const c = await start({ tree: "/linux" });
    const done = current(c);
    c.open(URI, MAIL, "plaintext");
    await done;
    const text = async (line: number) =>
      (await c.request("textDocument/hover", at(URI, line))).result?.contents.value as string;
    assert.match(await text(lineOf("@@ -10,9")), /Hunk of[\s\S]*It fits 3 lines above its place\./);
    assert.match(await text(lineOf("page->share++")), /ran in 3 of 3 scenario runs/);
    const rows = await rowsOf(c);
    const kernel = rows.find((r) => r.kind === "kernel");
    assert.equal(kernel.label, "linux (work tree)");
    assert.deepEqual(
      kernel.children.map((r: { label: string; description: string }) => `${r.label} ${r.description}`),
      ["fs/dax.c 1 of 3 ran", "devm_request_mem_region() missing · 2 runs"],
    );
    const added = rows.find((r) => r.label === "Added lines");
    assert.equal(added.description, "0 of 1 reached");
    assert.equal(added.children[0].docLine, lineOf("page->share++") + 1);
    const whole = (await c.request("folioscope/report", { uri: URI })).result.text as string;
    assert.match(whole, /Kernel tree: linux \(work tree\)\n {2}\/linux/);
    assert.match(whole, /hunks in the tree: 1 at an offset \(-3\)/);
    assert.match(
      whole,
      /added lines reached: 0 of 1[\s\S]*not reached: fs\/dax\.c:13, line 16 {2}page->share\+\+;/,
    );
    assert.match(whole, /functions of fs\/dax\.c that ran: 1 of 3[\s\S]*devm_request_mem_region\(\)/);
  });

  test("an added line that no scenario reaches says so", async () => {
    const c = await start({ tree: "/linux" });
    const uri = "file:///mail/two.diff";
    const diff = [
      "--- a/fs/dax.c",
      "+++ b/fs/dax.c",
      "@@ -10,2 +10,6 @@",
      " ",
      "+static void dax_new(struct page *page)",
      "+{",
      "+\tpage->index = 0;",
      "+}",
      " ",
      "",
    ];
    const done = current(c, uri);
    c.open(uri, diff.join("\n"), "diff");
    await done;
    const hover = (line: number) => c.request("textDocument/hover", at(uri, line));
    // The made-up facts say that every line of the function ran; a line that did not is of no function.
    assert.match((await hover(6)).result.contents.value, /ran in 3 of 3/);
    const bare = diff.map((l) => l.replace("static void dax_new(struct page *page)", "int dax_flag = 1;"));
    const again = current(c, uri);
    c.change(
      uri,
      bare
        .filter((l) => l !== "+{" && l !== "+}")
        .join("\n")
        .replace("+10,6", "+10,4"),
      2,
    );
    await again;
    assert.match((await hover(4)).result.contents.value, /Reached by no scenario/);
  });

  test("a wrong tree is told once, the mail alone is reviewed; other settings run again and tell again", async () => {
    const c = await start({ tree: "/wrong" });
    c.answers.set("window/showMessageRequest", { title: "Open Settings" });
    const settings = c.next("folioscope/openSettings");
    const told = () =>
      c.asked.filter((m) => m.method === "window/showMessageRequest").map((m) => m.params.message);
    let done = current(c);
    c.open(URI, MAIL, "plaintext");
    await done;
    done = current(c);
    await c.request("folioscope/simulate", { uri: URI });
    await done;
    assert.deepEqual(told(), [
      "folioscope.tree: /wrong is not a kernel tree. Until then reviews use the mail alone.",
    ]);
    assert.deepEqual(await settings, { query: "folioscope" });
    assert.equal(await kernelRow(c), undefined);
    done = current(c);
    c.notify("workspace/didChangeConfiguration", { settings: { folioscope: { tree: "/wrong/too" } } });
    await done;
    await kernelRow(c);
    assert.equal(told().length, 2);
    done = current(c);
    c.notify("workspace/didChangeConfiguration", { settings: { folioscope: { tree: "/linux" } } });
    await done;
    assert.equal(told().length, 2);
    assert.equal((await kernelRow(c)).label, "linux (work tree)");
  });

  test("a workspace folder that is a kernel tree is used by itself, unless the setting says none", async () => {
    const folder = join(dirname(file), "linux");
    for (const part of ["mm", "include/linux"]) mkdirSync(join(folder, part), { recursive: true });
    const c = await start({}, [dirname(file), folder]);
    let done = current(c);
    c.open(URI, MAIL, "plaintext");
    await done;
    assert.match((await kernelRow(c)).tooltip, new RegExp(`${folder}\\b`));
    done = current(c);
    c.notify("workspace/didChangeConfiguration", { settings: { folioscope: { tree: "none" } } });
    await done;
    assert.equal(await kernelRow(c), undefined);
    done = current(c);
    c.notify("workspace/didChangeConfiguration", { settings: { folioscope: {} } });
    await done;
    done = current(c);
    c.notify("workspace/didChangeWorkspaceFolders", {
      event: { added: [], removed: [{ uri: `file://${folder}`, name: "linux" }] },
    });
    await done;
    assert.equal(await kernelRow(c), undefined);
  });

  test("plain text without a patch is foreign", async () => {
    const c = await start();
    const status = c.next("folioscope/status");
    c.open("file:///mail/notes.txt", "bread\n- butter\n+ jam\n", "plaintext");
    assert.equal((await status).state, "foreign");
    const lenses = await c.request("textDocument/codeLens", {
      textDocument: { uri: "file:///mail/notes.txt" },
    });
    assert.deepEqual(lenses.result, []);
    const started = (await c.request("folioscope/simulate", { uri: "file:///mail/notes.txt" })).result;
    assert.equal(started.started, false);
    assert.match(started.message, /shows no diff/);
  });

  test("an encoded mail is offered readable, and the readable text reads the same", async () => {
    const c = await start();
    const uri = "file:///mail/encoded.eml";
    const encoded = [
      "From: A <a@example.org>",
      "Subject: [PATCH] fs/dax: x",
      "MIME-Version: 1.0",
      'Content-Type: text/plain; charset="utf-8"',
      "Content-Transfer-Encoding: base64",
      "",
      Buffer.from(
        LINES.slice(7)
          .map((l) => l.replace(/^> ?/, ""))
          .join("\n"),
      ).toString("base64"),
      "",
    ].join("\n");
    const done = current(c, uri);
    c.open(uri, encoded, "folioscope-mail");
    assert.equal((await done).encoded, true);
    const lens = (await c.request("textDocument/codeLens", { textDocument: { uri } })).result[0];
    assert.equal(lens.command.command, "folioscope.openReadableMail");
    const readable = (await c.request("folioscope/readableMail", { uri })).result;
    assert.equal(readable.problem, "");
    const second = "folioscope:/mail/encoded";
    const again = current(c, second);
    c.open(second, readable.text, "folioscope-mail");
    const status = await again;
    assert.equal(status.encoded, false);
    assert.equal(status.patches, 1);
  });

  test("malformed messages and requests do not end the server", async () => {
    const c = await start();
    const done = current(c);
    c.open(URI, MAIL, "plaintext");
    await done;
    const bad: [string, unknown][] = [
      ["textDocument/hover", null],
      ["textDocument/hover", { textDocument: { uri: 7 }, position: null }],
      ["textDocument/hover", { textDocument: { uri: URI }, position: { line: "x" } }],
      ["textDocument/hover", { textDocument: { uri: URI }, position: { line: 1e9, character: -1 } }],
      ["textDocument/codeAction", { textDocument: { uri: URI } }],
      ["folioscope/tree", undefined],
      ["folioscope/tree", { uri: "file:///not/open" }],
      ["folioscope/simulate", 12],
      ["folioscope/report", { uri: URI, finding: 1e9 }],
      ["folioscope/replay", { uri: URI }],
      ["folioscope/readableMail", { uri: URI, bytes: "////" }],
      ["no/such/method", {}],
    ];
    for (const [method, params] of bad) {
      const answer = await c.request(method, params);
      assert.ok("result" in answer || answer.error, method);
    }
    const tree = await c.request("folioscope/tree", { uri: "file:///not/open" });
    assert.match(tree.error?.message ?? "", /not open in the editor/);
    c.notify("textDocument/didOpen", null);
    c.notify("textDocument/didChange", { textDocument: { uri: URI } });
    c.notify("textDocument/didClose", {});
    c.notify("workspace/didChangeConfiguration", null);
    c.raw("Content-Length: 9\r\n\r\n{not json");
    c.raw("Content-Length: 2\r\n\r\n[]");
    c.raw("Content-Length: 4\r\n\r\nnull");
    await new Promise((r) => setTimeout(r, 300));
    assert.ok(c.alive, c.stderr);
    const hover = (await c.request("textDocument/hover", at(URI, lineOf("page->share = 1")))).result;
    assert.ok(hover);
  });

  test("shutdown and exit end it with status 0", async () => {
    const c = await start();
    c.open(URI, MAIL, "plaintext");
    assert.equal(await c.close(), 0);
  });
});
