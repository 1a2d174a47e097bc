/** The sidebar's other views and the status: the catalogue with what ran of it, how old a result is, repaired copies of mails. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ageText } from "../../extension/age.ts";
import { catalogue } from "../../server/emulation/catalogue.ts";
import { repairs } from "../../server/features/code_action.ts";
import { everyMark } from "../../server/features/diagnostics.ts";
import { scenarioList } from "../../server/features/scenario_list.ts";
import { indexLines, type Snapshot } from "../../server/features/snapshot.ts";
import { toCodeActions, toRepairAll } from "../../server/lsp/to_proto.ts";
import { parseDocument } from "../../server/parse.ts";
import { COMMAND_OPEN_REPAIRED, DEFAULT_SETTINGS } from "../../server/protocol.ts";
import { readableText } from "../../server/readable.ts";
import { OpenDocument } from "../../server/state.ts";
import { fakeReview } from "../support/fake_review.ts";
import { example } from "../support/paths.ts";

const mail = example("share-dropped-twice.eml").toString("utf8");

test("scenarios: all of the catalogue with what each does; those that found something first", () => {
  const entries = catalogue();
  assert.ok(entries.length > 10);
  assert.ok(entries.every((e) => e.title.length > 10 && /^[a-z0-9-]+$/.test(e.name)));
  const plain = scenarioList(entries, undefined);
  assert.deepEqual(
    plain.map((r) => r.name),
    entries.map((e) => e.name),
  );
  const result = fakeReview(parseDocument(mail, "mail.eml"), "0");
  const [first] = scenarioList(entries, result);
  assert.equal(first?.name, "map-fault-unmap");
  assert.deepEqual([first?.runs, first?.findings], [2, 1]);
});

test("a result is as old as it was when it is taken up again", async (t) => {
  const now = t.mock.method(Date, "now", () => 1000);
  const open = async () => {
    const document = new OpenDocument(
      {
        read: (text, path) => ({ done: Promise.resolve(parseDocument(text, path)), cancel: () => {} }),
        simulate: () => ({
          outcome: new Promise(() => {}),
          cancel: () => {},
          hurry: () => {},
          look: () => {},
          place: () => 0,
        }),
        settings: () => DEFAULT_SETTINGS,
        log: () => {},
        changed: () => {},
      },
      "file:///mail.eml",
      "folioscope-mail",
      1,
      mail,
    );
    await document.ready();
    return document;
  };
  const first = await open();
  assert.equal(first.status().ranAt, 0);
  const result = fakeReview(first.parsed, "0");
  first.adopt(result);
  now.mock.mockImplementation(() => 9000);
  const second = await open();
  second.adopt(result);
  assert.deepEqual([first.status().ranAt, second.status().ranAt], [1000, 1000]);
});

test("ages in words", () => {
  const minute = 60_000;
  assert.deepEqual([0, minute, 59 * minute, 61 * minute, 25 * 60 * minute, 100 * 60 * minute].map(ageText), [
    "just now",
    "1 min ago",
    "59 min ago",
    "1 h ago",
    "yesterday",
    "4 days ago",
  ]);
});

/** A diff line without its leading blank, in quoted-printable. */
const damaged = [
  "From: A <a@example.org>",
  "Subject: [PATCH] x: y",
  "MIME-Version: 1.0",
  'Content-Type: text/plain; charset="utf-8"',
  "Content-Transfer-Encoding: quoted-printable",
  "",
  "---",
  "diff --git a/fs/dax.c b/fs/dax.c",
  "--- a/fs/dax.c",
  "+++ b/fs/dax.c",
  "@@ -10,4 +10,5 @@",
  " static void f(void)",
  " {",
  "+=09g();",
  "=09h();",
  " }",
  "",
].join("\n");

test("an encoded mail is repaired in a readable copy, which needs no repair", () => {
  const parsed = parseDocument(damaged, "mail.eml");
  assert.ok(parsed.rawLines, "the mail is encoded");
  const snapshot: Snapshot = {
    uri: "file:///mail.eml",
    version: 1,
    parsed,
    lines: indexLines(parsed),
    state: "none",
    review: undefined,
    progress: { done: 0, total: 0, what: "", left: null },
    queued: 0,
    settings: DEFAULT_SETTINGS,
  };
  const fixes = repairs(parsed);
  assert.ok(fixes.length > 0);
  assert.equal(toRepairAll(snapshot, fixes)?.command?.command, COMMAND_OPEN_REPAIRED);
  assert.ok(everyMark(snapshot).every((m) => toCodeActions(snapshot, m).every((a) => a.edit === undefined)));
  const copy = readableText(parsed, true);
  assert.match(copy, /^ \th\(\);$/m);
  assert.deepEqual(repairs(parseDocument(copy, "copy.eml")), []);
});
