/** What the editor offers on a mail's text: repairs, links into the tree, what is said of a diffstat. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { TextEdit } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { repairs } from "../../server/features/code_action.ts";
import { marks } from "../../server/features/diagnostics.ts";
import { links } from "../../server/features/links.ts";
import { indexLines, type Snapshot } from "../../server/features/snapshot.ts";
import { toCodeActions, toRepairAll } from "../../server/lsp/to_proto.ts";
import { parseDocument } from "../../server/parse.ts";
import { DEFAULT_SETTINGS } from "../../server/protocol.ts";
import { bundle, LspClient } from "../support/lsp_client.ts";

const HEAD = "From: Bob Day <bob@example.org>\nSubject: [PATCH] x\nMessage-ID: <a@b>\n\ntext\n---\n";
const HUNK = `@@ -10,8 +10,9 @@ int knob_get(struct knob *k)
 
 int knob_put(struct knob *k)
 {
-	k->ref--;
+	if (k)
+		k->ref--;
 
 	return 0;
 }
 
`;
const FILE = "diff --git a/fs/knob.c b/fs/knob.c\n--- a/fs/knob.c\n+++ b/fs/knob.c\n";

function snapshotOf(text: string, tree = ""): Snapshot {
  const parsed = parseDocument(text, "test");
  return {
    uri: "file:///mail/test.eml",
    version: 1,
    parsed,
    lines: indexLines(parsed),
    state: "none",
    review: undefined,
    progress: { done: 0, total: 0, what: "", left: null },
    queued: 0,
    settings: { ...DEFAULT_SETTINGS, tree },
  };
}

function applied(text: string, edits: TextEdit[]): string {
  return TextDocument.applyEdits(TextDocument.create("file:///x", "x", 1, text), edits);
}

const DAMAGE: Record<string, [string, string]> = {
  "a wrapped line": [
    HUNK.replace(
      "+	if (k)",
      "+	if (k && knob_is_alive_and_well(k) && knob_was_looked_at_by_somebody(k) &&\nknob_is_mine(k))",
    ),
    "+	if (k && knob_is_alive_and_well(k) && knob_was_looked_at_by_somebody(k) && knob_is_mine(k))",
  ],
  "a line wrapped twice": [
    HUNK.replace(
      "+	if (k)",
      "+	if (k && knob_is_alive_and_well(k) && knob_was_looked_at_by_somebody(k) &&\nknob_is_mine(k) && knob_is_alive_and_well(k) && knob_was_looked_at(k) &&\nknob_is_yours(k))",
    ),
    "+	if (k && knob_is_alive_and_well(k) && knob_was_looked_at_by_somebody(k) && knob_is_mine(k) && knob_is_alive_and_well(k) && knob_was_looked_at(k) && knob_is_yours(k))",
  ],
  "blank lines without their space": [HUNK.replace(/^ $/gm, ""), " "],
  "false counts": [
    HUNK.replace("-10,8 +10,9", "-10,8 +10,10"),
    "@@ -10,8 +10,9 @@ int knob_get(struct knob *k)",
  ],
};

for (const [name, [hunk, want]] of Object.entries(DAMAGE))
  test(`quick fix: ${name}`, () => {
    const text = `${HEAD}${FILE}${hunk}-- \n2.47\n`;
    const snapshot = snapshotOf(text);
    const actions = marks(snapshot).flatMap((m) => toCodeActions(snapshot, m));
    assert.ok(actions.length > 0, JSON.stringify(snapshot.parsed.problems));
    const all = toRepairAll(snapshot, repairs(snapshot.parsed)) ?? actions[0]!;
    const edits = Object.values(all.edit!.changes!)[0]!;
    const after = applied(text, edits);
    assert.ok(after.split("\n").includes(want), after);
    // What was repaired is whole: nothing is left to say, and it reads the same.
    const mended = parseDocument(after, "test");
    assert.deepEqual(
      mended.problems.filter((p) => p.fix),
      [],
    );
    assert.deepEqual(
      mended.patches[0]!.files.map((f) => [f.added, f.removed]),
      snapshot.parsed.patches[0]!.files.map((f) => [f.added, f.removed]),
    );
    assert.equal(mended.patches[0]!.confidence, "exact");
    for (const action of actions) assert.match(action.title, /^Repair this line: /);
  });

test("links: a hunk leads to the file where a tree or a folder has it, before the patch", () => {
  const text = `${HEAD}${FILE}${HUNK}diff --git a/fs/old.c b/fs/new.c\nsimilarity index 90%\nrename from fs/old.c\nrename to fs/new.c\n--- a/fs/old.c\n+++ b/fs/new.c\n@@ -3 +3 @@\n-a\n+b\ndiff --git a/../../etc/x b/../../etc/x\n--- a/../../etc/x\n+++ b/../../etc/x\n@@ -1 +1 @@\n-a\n+b\n`;
  const to = (tree: string, folders: string[], has: string[]) =>
    links(snapshotOf(text, tree), folders, (path) => has.includes(path))
      .map((l) => l.target)
      .filter((t) => t.startsWith("file:"));
  assert.deepEqual(to("/linux", ["/folder"], ["/linux/fs/knob.c", "/folder/fs/knob.c", "/folder/fs/old.c"]), [
    "file:///linux/fs/knob.c#L10",
    "file:///folder/fs/old.c#L3",
  ]);
  assert.deepEqual(to("", ["/folder"], ["/folder/fs/knob.c"]), ["file:///folder/fs/knob.c#L10"]);
  assert.deepEqual(to("", ["/folder"], ["/etc/x"]), []);
});

test("a diffstat whose sums agree, but not its files", () => {
  const other = `diff --git a/fs/b.c b/fs/b.c\n--- a/fs/b.c\n+++ b/fs/b.c\n@@ -1 +1,2 @@\n a\n+b\n`;
  const stat = (a: number, b: number) =>
    `${HEAD} fs/knob.c | ${a} ++-\n fs/b.c    | ${b} +\n 2 files changed, 3 insertions(+), 1 deletion(-)\n\n${FILE}${HUNK}${other}`;
  const said = (text: string) =>
    parseDocument(text, "x")
      .problems.filter((p) => p.code === "diffstat")
      .map((p) => p.message);
  assert.deepEqual(said(stat(3, 1)), []);
  assert.equal(said(stat(2, 2)).length, 2);
  assert.match(said(stat(2, 2))[0]!, /says 2 changed lines in fs\/knob\.c, but the diff has 3/);
});

describe("an encoded mail and its readable copy", () => {
  let file = "";
  let client: LspClient | undefined;
  before(() => {
    file = join(
      bundle("lsp-mail", {
        server: "server/main.ts",
        reader: "server/reading/thread.ts",
        worker: "test/lsp/fake_worker.ts",
      }),
      "server.cjs",
    );
  });
  after(async () => {
    await client?.close();
    if (file) rmSync(dirname(file), { recursive: true, force: true });
  });

  test("are simulated once", async () => {
    const c = new LspClient(file);
    client = c;
    await c.initialize({});
    const uri = "file:///mail/encoded.eml";
    const body = Buffer.from(`text\n---\n${FILE}${HUNK}`).toString("base64");
    const mail = `From: A <a@example.org>\nSubject: [PATCH] x\nMIME-Version: 1.0\nContent-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: base64\n\n${body}\n`;
    const running = c.next("folioscope/status", (p) => p.uri === uri && p.state === "checking");
    const done = c.next("folioscope/status", (p) => p.uri === uri && p.state === "current");
    c.open(uri, mail, "folioscope-mail");
    await running;
    // The copy is opened while the mail is still being simulated.
    const readable = (await c.request("folioscope/readableMail", { uri })).result;
    const copy = "folioscope:/mail/encoded";
    const states: string[] = [];
    const copied = c.next("folioscope/status", (p) => {
      if (p.uri === copy) states.push(p.state);
      return p.uri === copy && p.state === "current";
    });
    c.open(copy, readable.text, "folioscope-mail");
    const [first, second] = await Promise.all([done, copied]);
    assert.deepEqual(second.counts, first.counts);
    assert.ok(!states.includes("checking"), states.join(" "));
    // And again, when all is done.
    const third = c.next(
      "folioscope/status",
      (p) => p.uri === "folioscope:/mail/again" && p.state !== "none",
    );
    c.open("folioscope:/mail/again", readable.text, "folioscope-mail");
    assert.equal((await third).state, "current");
  });
});
