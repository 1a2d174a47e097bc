/** Scenario files in the editor: problems on their line, completion by the language's tables, the lens, and joining reviews. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { placeSettings, reviewOptions } from "../../server/config.ts";
import { scenarioLenses, scenarioProposals } from "../../server/features/scenario_file.ts";
import { parseDocument } from "../../server/parse.ts";
import { DEFAULT_SETTINGS } from "../../server/protocol.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { STEPS } from "../../server/scenarios/language.ts";
import { workspaceScenarios } from "../../server/scenarios/load.ts";
import { bundle, LspClient } from "../support/lsp_client.ts";
import { changed, mailOf } from "../support/one_change.ts";

const TEXT = `scenario: my-own
title: A file is written and cut
machine:
  file-system: xfs
  since: v6.15
parameters:
  order: [0, 9]
tasks:
  user:
    - create: A
      pages: 1 << order
    - fallocate: A
      from: 0
      pages: 1 << order
    - mmap: m
      file: A
      pages: 1 << order
    - store: m
      page: 0
      value: 7
    - truncate: A
    - remove: A
`;
const LINES = TEXT.split("\n");
const labels = (text: string, line: number, character: number): string[] =>
  scenarioProposals(text, line, character).map((p) => p.label);
/** What is proposed where `typed` stands in the place of a line. */
function at(of: string, typed: string): string[] {
  const line = LINES.findIndex((l) => l.includes(of));
  const text = LINES.map((l, i) => (i === line ? typed : l)).join("\n");
  return labels(text, line, typed.length);
}

test("steps, fields, values and names are proposed where they can stand", () => {
  assert.deepEqual(at("- truncate: A", "    - "), Object.keys(STEPS));
  assert.ok(at("- truncate: A", "    - tru").includes("truncate"));
  assert.deepEqual(at("- truncate: A", "    - truncate: "), ["A"]);
  assert.deepEqual(at("- store: m", "    - store: "), ["m"]);
  assert.ok(at("      value: 7", "      ").includes("value"));
  assert.ok(!at("      value: 7", "      ").includes("pages"));
  assert.ok(at("      value: 7", "      gives: ").includes("SIGBUS"));
  assert.deepEqual(at("      value: 7", "      value: "), []);
  assert.deepEqual(at("  file-system: xfs", "  file-system: "), ["ext4", "xfs", "virtiofs", "none"]);
  assert.ok(at("  since: v6.15", "  since: ").includes("v7.3"));
  assert.ok(at("parameters:", "").includes("faults"));
  for (let line = 0; line < LINES.length; line++)
    for (let c = 0; c <= LINES[line]!.length; c++) assert.ok(Array.isArray(labels(TEXT, line, c)));
});

test("the lens says what the file runs, and nothing where something is wrong", () => {
  assert.deepEqual(scenarioLenses(TEXT), [
    { line: 1, title: "2 cases, on v6.15 to v7.3; joins the reviews of this workspace" },
  ]);
  assert.deepEqual(scenarioLenses(TEXT.replace("store: m", "store: n")), []);
});

/** A folder with a scenario file below it, one in a hidden folder and one that is wrong. */
function workspace(): string {
  const folder = mkdtempSync(join(tmpdir(), "workspace-"));
  for (const [path, text] of [
    ["deep/er/own.scenario.yaml", TEXT],
    [".hidden/x.scenario.yaml", TEXT.replace("my-own", "my-hidden")],
    ["wrong.scenario.yaml", TEXT.replace("my-own", "my-wrong").replace("store: m", "store: n")],
    ["taken.scenario.yaml", TEXT.replace("my-own", "map-fault-unmap")],
  ] as const) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

test("scenarios of the workspace join a review; wrong ones and names that the catalogue has do not", () => {
  const folder = workspace();
  try {
    const written = workspaceScenarios([folder]);
    assert.deepEqual(written.map((f) => f.name).sort(), ["map-fault-unmap", "my-own"]);
    const around = { folders: [folder], home: "/", isTree: () => false, written };
    const options = reviewOptions(placeSettings(DEFAULT_SETTINGS, around));
    const { old, now } = changed("mm/truncate.c", "truncate_pagecache", "{\n", "{\n\t(void)inode;\n");
    const doc = parseDocument(Buffer.from(mailOf("mm/truncate.c", old, now)), "x.eml");
    const label = "map-fault-unmap order=0 index=0 write=0";
    const { runs } = reviewDocument(doc, { ...options, scenario: label, era: "v6.15" });
    assert.deepEqual(
      runs.map((r) => r.scenario),
      [label],
    );
    const own = reviewDocument(doc, { ...options, scenario: "my-own", era: "v6.15" }).runs;
    assert.deepEqual(
      own.map((r) => r.scenario),
      ["my-own order=0 fs=1", "my-own order=9 fs=1"],
    );
    assert.deepEqual([...new Set(own.map((r) => r.verdict))], ["clean"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the server tells, completes and shows a lens for a scenario file, and takes back what it told", async () => {
  const folder = bundle("scenario-files", {
    server: "server/main.ts",
    reader: "server/reading/thread.ts",
    worker: "test/lsp/fake_worker.ts",
  });
  const c = new LspClient(join(folder, "server.cjs"));
  try {
    await c.initialize({}, []);
    const uri = pathToFileURL("/somewhere/own.scenario.yaml").href;
    const wrong = TEXT.replace("- store: m", "- stor: m");
    const told = (count: (n: number) => boolean) =>
      c.next("textDocument/publishDiagnostics", (p) => p.uri === uri && count(p.diagnostics.length));
    const first = told((n) => n > 0);
    c.notify("textDocument/didOpen", {
      textDocument: { uri, languageId: "yaml", version: 1, text: wrong },
    });
    const { diagnostics } = await first;
    assert.equal(
      diagnostics[0].range.start.line,
      wrong.split("\n").findIndex((l) => l.includes("stor:")),
    );
    assert.match(diagnostics[0].message, /nearest is store/);
    const textDocument = { uri };
    const position = { line: LINES.indexOf("    - truncate: A"), character: 6 };
    const { result } = await c.request("textDocument/completion", { textDocument, position });
    assert.ok(result.some((p: { label: string }) => p.label === "truncate"));
    assert.deepEqual((await c.request("textDocument/codeLens", { textDocument })).result, []);
    const clean = told((n) => n === 0);
    c.notify("textDocument/didChange", {
      textDocument: { uri, version: 2 },
      contentChanges: [{ text: TEXT }],
    });
    await clean;
    const lenses = await c.request("textDocument/codeLens", { textDocument });
    assert.match(lenses.result[0].command.title, /^2 cases/);
  } finally {
    await c.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
