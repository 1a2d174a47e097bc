/**
 * The debug adapter over its protocol, without an editor: the built adapter runs as a process and is spoken to on its
 * standard input and output. Each case steps through a run of an example mail.
 */
import assert from "node:assert/strict";
import { afterEach, before, test } from "node:test";
import { DebugClient } from "@vscode/debugadapter-testsupport";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { parseDocument } from "../../server/parse.ts";
import { REQUEST_LAST_CHANGE, REQUEST_TO_FAULT } from "../../server/protocol.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { Finding } from "../../server/review/types.ts";
import { example, root } from "../support/paths.ts";

const text = example("leaked-reference.eml").toString("utf8");
const lines = text.split("\n");
const lineOf = (what: string): number => lines.findIndex((l) => l.includes(what)) + 1;
const DOCUMENT = "/mails/leaked-reference.eml";

let finding: Finding;
let client: DebugClient;
/** Each is ended: an adapter that is left would keep this process. */
const clients: DebugClient[] = [];

/** The next event of a sort; without a bound on time, because a slow machine is no defect. */
const next = (event: string): Promise<DebugProtocol.Event> =>
  new Promise((resolve) => client.once(event, resolve));

/** A session that stands where the launch has brought it. */
async function launched(
  more: object = {},
  breakpoints: number[] = [],
): Promise<DebugProtocol.StoppedEvent["body"]> {
  client = new DebugClient("node", `${root}dist/debug.cjs`, "folioscope");
  clients.push(client);
  await client.start();
  await client.initializeRequest();
  const initialized = next("initialized");
  const launch = client.launchRequest({
    text,
    path: "leaked-reference.eml",
    document: DOCUMENT,
    options: {},
    replay: finding.replay,
    docLine: finding.docLine,
    side: "after",
    ...more,
  } as DebugProtocol.LaunchRequestArguments);
  await launch;
  await initialized;
  if (breakpoints.length > 0) {
    const set = await client.setBreakpointsRequest({
      source: { path: DOCUMENT },
      breakpoints: breakpoints.map((line) => ({ line })),
    });
    assert.ok(set.body.breakpoints.every((b) => b.verified));
  }
  const stopped = next("stopped");
  await client.configurationDoneRequest();
  return ((await stopped) as DebugProtocol.StoppedEvent).body;
}

async function top(thread: number): Promise<DebugProtocol.StackFrame[]> {
  return (await client.stackTraceRequest({ threadId: thread })).body.stackFrames;
}

/** The innermost frame in the mail. */
async function inMail(thread: number): Promise<DebugProtocol.StackFrame> {
  const frame = (await top(thread)).find((f) => f.source?.path === DOCUMENT);
  assert.ok(frame, "no call of this stack is in the mail");
  return frame;
}

async function moved(
  how: () => Promise<unknown>,
): Promise<DebugProtocol.StoppedEvent["body"] & { threadId: number }> {
  const stopped = next("stopped");
  await how();
  return ((await stopped) as DebugProtocol.StoppedEvent).body as { reason: string; threadId: number };
}

async function variables(frame: number): Promise<Map<string, DebugProtocol.Variable & { scope: number }>> {
  const out = new Map<string, DebugProtocol.Variable & { scope: number }>();
  for (const s of (await client.scopesRequest({ frameId: frame })).body.scopes)
    for (const v of (await client.variablesRequest({ variablesReference: s.variablesReference })).body
      .variables)
      out.set(`${s.name}: ${v.name}`, { ...v, scope: s.variablesReference });
  return out;
}

before(async () => {
  const result = await reviewDocument(parseDocument(text, "leaked-reference.eml"), {
    scenario: "insert-fails",
  });
  const found = result.findings.find((f) => f.code === "folio-ref-leak" && f.verdict === "new");
  assert.ok(found, "the example mail leaks a reference");
  finding = found;
});

afterEach(async () => {
  for (const c of clients.splice(0)) await c.stop().catch(() => {});
});

test("a launch stands at the write that broke the count; stepping shows where it is not given back", async () => {
  const stop = await launched();
  assert.equal(stop.reason, "exception");
  // The call stack has room for a word beside the task; the editor asks for the sentence.
  assert.equal(stop.description, "folio-ref-leak");
  const thread = stop.threadId!;
  const { body: told } = await client.customRequest("exceptionInfo", { threadId: thread });
  assert.match(
    told.description,
    /Here: _refcount of block 1 .*: 0 -> 1, by folio_ref_inc\(\) in dax_fault_iter\(\)/,
  );
  const frame = await inMail(thread);
  assert.equal(frame.line, lineOf("folio_ref_inc(folio);"));
  assert.equal(frame.name, "dax_fault_iter()");
  const at = await variables(frame.id);
  assert.match(at.get("Locals: folio")?.value ?? "", /block 1 \(pfn 0x100001\)/);
  assert.equal(at.get("block 1 (pfn 0x100001): refcount")?.value, "0");
  assert.equal(at.get("block 1 (pfn 0x100001): mapping")?.value, "file 0");

  // Out of the helper, then over the lines of the mail up to the return that the patch adds.
  let now = await moved(() => client.stepOutRequest({ threadId: thread }));
  for (let i = 0; (await top(thread))[0]?.source?.path !== DOCUMENT && i < 8; i++)
    now = await moved(() => client.stepOutRequest({ threadId: thread }));
  const seen: number[] = [];
  for (let i = 0; i < 8 && seen.at(-1) !== lineOf("+\t\treturn ret;"); i++) {
    now = await moved(() => client.nextRequest({ threadId: thread }));
    seen.push((await top(now.threadId))[0]!.line);
  }
  assert.deepEqual(
    seen.slice(-3),
    [
      lineOf("ret = vmf_insert_page_mkwrite"),
      lineOf("+\tif (ret & VM_FAULT_ERROR)"),
      lineOf("+\t\treturn ret;"),
    ],
    `lines: ${seen.join(" ")}`,
  );
  const later = await variables((await top(thread))[0]!.id);
  assert.equal(later.get("block 1 (pfn 0x100001): refcount")?.value, "1");

  // Back, line by line, to where it was taken.
  const back: number[] = [];
  for (let i = 0; i < 8 && back.at(-1) !== lineOf("folio_ref_inc(folio);"); i++) {
    await moved(() => client.stepBackRequest({ threadId: thread }));
    back.push((await top(thread))[0]!.line);
  }
  assert.equal(back.at(-1), lineOf("folio_ref_inc(folio);"), `lines: ${back.join(" ")}`);
});

test("back to the last change of a field, forward to the next, and a value of the mail by its name", async () => {
  await launched({ stopAt: "entry" }, [lineOf("+\tif (ret & VM_FAULT_ERROR)")]);
  const met = await moved(() => client.continueRequest({ threadId: 1 }));
  assert.equal(met.reason, "exception");
  const hit = await moved(() => client.continueRequest({ threadId: 1 }));
  assert.equal(hit.reason, "breakpoint");
  const [frame] = await top(hit.threadId);
  assert.equal(frame!.line, lineOf("+\tif (ret & VM_FAULT_ERROR)"));
  const value = await client.evaluateRequest({ expression: "vmf->cow_page", frameId: frame!.id });
  assert.equal(value.body.result, "0");
  const all = await variables(frame!.id);
  const count = all.get("block 1 (pfn 0x100001): refcount");
  assert.equal(count?.value, "1");
  const change = await moved(() =>
    client.customRequest(REQUEST_LAST_CHANGE, { variablesReference: count!.scope, name: "refcount" }),
  );
  assert.equal(change.reason, "data breakpoint");
  assert.equal((await inMail(change.threadId)).line, lineOf("folio_ref_inc(folio);"));
  const before = await variables((await inMail(change.threadId)).id);
  assert.equal(before.get("block 1 (pfn 0x100001): refcount")?.value, "0");
  const fault = await moved(() => client.customRequest(REQUEST_TO_FAULT, {}));
  assert.equal(fault.reason, "exception");
  // A menu that was opened a stop ago still means its variable; what is older means nothing, and nothing else.
  const then = before.get("block 1 (pfn 0x100001): refcount")!;
  const again = await client.customRequest(REQUEST_LAST_CHANGE, {
    variablesReference: then.scope,
    name: "refcount",
  });
  assert.equal(again.body.found, false, "it is written for the first time here");
  await assert.rejects(
    client.customRequest(REQUEST_LAST_CHANGE, { variablesReference: count!.scope, name: "refcount" }),
    /refcount has no place/,
  );
});

test("the other side has its own tasks, and a line that only it has is a breakpoint there", async () => {
  const added = lineOf("+\t\treturn ret;");
  const stop = await launched({}, [added]);
  const { threads } = (await client.threadsRequest()).body;
  assert.deepEqual(
    threads.map((t) => t.name.replace(/: .*$/, "")).filter((n, i, all) => all.indexOf(n) === i),
    ["after the patch", "before the patch"],
  );
  const other = threads.find((t) => t.name.startsWith("before the patch"))!.id;
  const end = await moved(() => client.continueRequest({ threadId: other }));
  assert.notEqual(end.reason, "breakpoint", "the line is only in the after side");
  const there = await moved(() => client.continueRequest({ threadId: stop.threadId! }));
  assert.equal(there.reason, "breakpoint");
  assert.equal((await top(there.threadId))[0]!.line, added);
  // Backwards from there, the fault is met again.
  const back = await moved(() => client.reverseContinueRequest({ threadId: stop.threadId! }));
  assert.equal(back.reason, "exception");
  assert.equal((await inMail(back.threadId)).line, lineOf("folio_ref_inc(folio);"));
});

test("code outside the mail comes as text, and what cannot be stepped through says why", async () => {
  const stop = await launched();
  const outside = (await top(stop.threadId!)).find((f) => (f.source?.sourceReference ?? 0) > 0);
  assert.ok(outside);
  const source = await client.sourceRequest({ sourceReference: outside.source!.sourceReference! });
  assert.ok(source.body.content.split("\n").length >= outside.line);
  await assert.rejects(launched({ replay: "fs1:nonsense" }), /replay token/);
  await assert.rejects(launched({ text: text.replace("+\t\treturn ret;", "+\t\treturn 0;") }), /has changed/);
});
