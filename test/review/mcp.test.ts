/** `folioscope mcp`, spoken to by the official SDK's client: four tools, answers of the command line, errors as answers. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { runMcp } from "../../server/cli_mcp.ts";
import { heard } from "../support/heard.ts";
import { root } from "../support/paths.ts";

const dir = mkdtempSync(join(tmpdir(), "folioscope-mcp-"));
const client = new Client({ name: "test", version: "1" });
const file = join(root, "examples", "leaked-reference.eml");
const scenario = "insert-fails order=0 index=0 write=0 again=0 hole=0 fail_pgtable_alloc=0 fail_vmf_insert=1";

before(() =>
  client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [join(root, "dist", "cli.cjs"), "mcp"],
      env: { PATH: process.env["PATH"] ?? "", FOLIOSCOPE_CACHE: dir },
    }),
  ),
);
after(async () => {
  await client.close();
  rmSync(dir, { recursive: true, force: true });
});

async function call(name: string, given: Record<string, unknown>): Promise<{ text: string; wrong: boolean }> {
  const said = await client.callTool({ name, arguments: given }, undefined, { timeout: 600_000 });
  const [content] = said.content as { type: string; text: string }[];
  return { text: content!.text, wrong: said.isError === true };
}

test("there are four tools, each with a schema", async () => {
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map((t) => t.name).sort(), [
    "explain_finding",
    "list_rules",
    "review_patch",
    "run_scenario",
  ]);
  for (const t of tools) assert.equal(t.inputSchema.type, "object");
});

test("a scenario shows the fault, and its token explains it", async () => {
  const ran = await call("run_scenario", { file, scenario });
  assert.equal(ran.wrong, false, ran.text);
  assert.match(ran.text, /NEW folio-ref-leak/);
  const replay = /replay: (\S+)/.exec(ran.text)![1]!;
  const told = await call("explain_finding", { file, replay });
  assert.equal(told.wrong, false, told.text);
  assert.match(told.text, />> _refcount of block 1/);
  assert.match(told.text, /folio-ref-leak: [\s\S]*source: /);
});

test("rules are listed, one or all", async () => {
  assert.match(
    (await call("list_rules", { code: "folio-ref-leak" })).text,
    /when broken: The page never becomes idle/,
  );
  assert.ok((await call("list_rules", {})).text.split("holds:").length > 30);
});

test("what cannot be done is an answer that says why", async () => {
  for (const [name, given, told] of [
    ["review_patch", { file: join(dir, "none.eml") }, /there is no such file/],
    ["review_patch", { file: dir }, /is a folder/],
    ["review_patch", { file, patch: "7" }, /has no patch 7/],
    ["review_patch", { file, era: "v6.16x" }, /v6\.15/],
    ["review_patch", { fil: file }, /no argument "fil"; the nearest is file/],
    ["review_patch", {}, /file is needed/],
    ["review_patch", { file, tree: dir }, /is not a kernel tree/],
    ["run_scenario", { file, scenario: "insrt-fails" }, /the nearest is insert-fails/],
    ["explain_finding", { file, replay: "x" }, /is not a replay token/],
    ["list_rules", { code: "folio-ref-leek" }, /the nearest is folio-ref-leak/],
    ["reviw", {}, /there is no tool/],
  ] as const) {
    const said = await call(name, given);
    assert.equal(said.wrong, true, said.text);
    assert.match(said.text, told);
  }
});

test("the editor declares the same four tools, with the words and schemas that assistants get here", async () => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const declared = manifest.contributes.languageModelTools.map(
    (t: { name: string; displayName: string; modelDescription: string; inputSchema: object }) => ({
      name: t.name.replace(/^folioscope_/, ""),
      title: t.displayName,
      description: t.modelDescription,
      inputSchema: t.inputSchema,
    }),
  );
  const { tools } = await client.listTools();
  assert.deepEqual(
    declared,
    tools.map(({ name, title, description, inputSchema }) => ({ name, title, description, inputSchema })),
  );
});

test("--call answers once, as the server does, and says what is wrong with status 1", async () => {
  const told = await heard(runMcp, ["--call", "list_rules", '{"code":"folio-ref-leak"}']);
  assert.equal(told.status, 0, told.err);
  assert.equal(told.out, (await call("list_rules", { code: "folio-ref-leak" })).text);
  const wrong = await heard(runMcp, [
    "--call",
    "run_scenario",
    JSON.stringify({ file, scenario: "no-such" }),
  ]);
  assert.equal(wrong.status, 1);
  assert.match(wrong.out, /scenario/);
  for (const args of [
    ["--call", "list_rule", "{}"],
    ["--call", "list_rules", "[]"],
    ["--call", "list_rules"],
  ])
    assert.equal((await heard(runMcp, args)).status, 2, args.join(" "));
});
