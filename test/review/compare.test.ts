/**
 * Two versions of a series: patches are paired by title, change id and content, told by how they differ, and their
 * findings by whether the other version ran what shows them.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runCompare } from "../../server/cli_compare.ts";
import { compareBeside } from "../../server/compare/beside.ts";
import { compareVersions, type Given } from "../../server/compare/compare.ts";
import { pairsOf, versionsOf } from "../../server/compare/versions.ts";
import type { JobOutcome } from "../../server/emulation/job.ts";
import { Pool } from "../../server/emulation/pool.ts";
import { parseDocument } from "../../server/parse.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { heard } from "../support/heard.ts";
import { example } from "../support/paths.ts";

const dir = mkdtempSync(join(tmpdir(), "folioscope-compare-"));
after(() => rmSync(dir, { recursive: true, force: true }));

const leak = example("leaked-reference.eml").toString();
const clean = example("clean-refactor.eml").toString();
const fix = example("fix-index.eml").toString();

/** A mail as number `n` of `of`, of a version. */
const as = (mail: string, version: number, n: number, of: number): string =>
  mail
    .replace("[PATCH]", `[PATCH v${version} ${n}/${of}]`)
    .replace(/^Message-ID: <([^@]+)@/m, `Message-ID: <v${version}-${n}-$1@`);
const mbox = (...mails: string[]): string =>
  mails.map((m) => `From mboxrd@z Thu Jan  1 00:00:00 1970\n${m.trimEnd()}\n\n`).join("");
const mended = leak
  .replace("+\t\treturn ret;", "+\t\tgoto out;")
  .replace(" \tfolio_put(folio);", "+out:\n \tfolio_put(folio);");
const goodLeak = mended.replace("@@ -1379,51 +1379,53 @@", "@@ -1379,51 +1379,54 @@");

function statuses(before: string, later: string): string[] {
  const [a] = versionsOf(parseDocument(before, "a"));
  const [b] = versionsOf(parseDocument(later, "b"));
  return pairsOf(a!, b!).map((p) => `${p.before?.number ?? "-"}>${p.after?.number ?? "-"} ${p.status}`);
}

test("patches are paired by title, then by content, and told by how they differ", () => {
  const v1 = mbox(as(clean, 1, 1, 2), as(leak, 1, 2, 2));
  assert.deepEqual(statuses(v1, mbox(as(clean, 2, 1, 2), as(leak, 2, 2, 2))), ["1>1 equal", "2>2 equal"]);
  const tagged = clean.replace("---\n fs", "Reviewed-by: A Reader <reader@example.org>\n---\n fs");
  const retitled = leak.replace("Leave early when", "Return when");
  assert.deepEqual(statuses(v1, mbox(as(retitled, 2, 1, 2), as(tagged, 2, 2, 2))), [
    "2>1 words",
    "1>2 words",
  ]);
  const other = leak
    .replace("Leave early when", "Return when")
    .replace("+\t\treturn ret;", "+\t\t/* Nothing came of it. */\n+\t\treturn ret;")
    .replace("1379,53", "1379,54");
  assert.deepEqual(statuses(v1, mbox(as(fix, 2, 1, 2), as(other, 2, 2, 2))), [
    "1>- dropped",
    "->1 new",
    "2>2 code",
  ]);
  const around = leak.replace("int err;", "int error;");
  assert.deepEqual(statuses(mbox(as(leak, 1, 1, 1)), mbox(as(around, 2, 1, 1))), ["1>1 moved"]);
});

const run = (...args: string[]) => heard(runCompare, ["--no-cache", ...args]);

const file = (name: string, text: string): string => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};
const bad = file("v1.mbox", mbox(as(leak, 1, 1, 1)));
const good = file("v2.mbox", mbox(as(goodLeak, 2, 1, 1)));
/** One case: findings are compared, not cases. */
const only = [
  "--scenario",
  "insert-fails order=0 index=0 write=0 again=0 hole=0 fail_pgtable_alloc=0 fail_vmf_insert=1",
];

test("a finding that the next version does not have went, the other way round it came", async () => {
  const went = await run(...only, "--format", "json", bad, good);
  assert.equal(went.status, 0, went.err);
  const { findings, pairs } = JSON.parse(went.out);
  assert.deepEqual(
    findings.map((f: { change: string; known: boolean; before: { code: string } }) => [
      f.change,
      f.known,
      f.before.code,
    ]),
    [["went", true, "folio-ref-leak"]],
  );
  assert.deepEqual(pairs[0].files[0].names, ["dax_fault_iter()"]);
  const came = await run(...only, good, bad);
  assert.equal(came.status, 1);
  assert.match(came.out, /0 went, 0 stay, 1 came/);
  assert.match(came.out, /CAME folio-ref-leak/);
  // What both have comes last.
  const other = (mail: string): string => mail.replace("Leave early when", "Return when");
  const mixed = await run(
    ...only,
    file("two1.mbox", mbox(as(leak, 1, 1, 2), as(other(leak), 1, 2, 2))),
    file("two2.mbox", mbox(as(leak, 2, 1, 2), as(other(goodLeak), 2, 2, 2))),
  );
  assert.deepEqual(mixed.out.match(/^ {2}(?:STAYS|WENT|CAME)(?= )/gm), ["  WENT", "  STAYS"], mixed.out);
  assert.ok(
    came.out.split("\n").every((l) => l.length <= 80 || /replay: |\.mbox/.test(l)),
    came.out,
  );
});

test("one file with both versions; the same code runs once and its finding stays on its own lines", async () => {
  const words = leak.replace("at once.", "at once, as before.");
  const both = file("both.mbox", mbox(as(leak, 1, 1, 1), as(words, 2, 1, 1)));
  const { status, out } = await run(...only, "--format", "json", both);
  assert.equal(status, 0);
  const { findings, pairs } = JSON.parse(out);
  assert.equal(pairs[0].status, "words");
  assert.equal(pairs[0].reused, true);
  assert.equal(findings[0].change, "stays");
  const text = mbox(as(leak, 1, 1, 1), as(words, 2, 1, 1)).split("\n");
  for (const side of ["before", "after"])
    assert.match(text[findings[0][side].docLine - 1]!, /^\+\t\treturn ret;/);
  assert.notEqual(findings[0].before.docLine, findings[0].after.docLine);
});

test("in a kernel tree a patch runs once where those below it are the same and those behind have nothing to mend", async () => {
  const series = (version: number, ...mails: string[]): string =>
    mbox(...mails.map((m, i) => as(m, version, i + 1, mails.length)));
  const given = (text: string, path: string): Given => ({
    ...versionsOf(parseDocument(text, path)).at(-1)!,
    input: text,
  });
  const options = { tree: "/a/tree" };
  /** The patches of the old version that run, where the new one shows something new with the patches of `broken`. */
  const asked = async (old: string, fresh: string, broken: number[] = [], more = {}): Promise<number[]> => {
    const runs: number[][] = [];
    const nothing = {
      runs: [],
      functions: [],
      plans: [],
      notes: [],
      lines: [],
      coverage: [],
      hunks: [],
      seed: "0",
    };
    await compareVersions(
      given(old, "old"),
      given(fresh, "new"),
      { ...options, ...more },
      async (of, { indexes }) => {
        if (of.doc.path === "old") runs.push([...indexes!]);
        const findings =
          of.doc.path === "new" ? broken.map((patch) => ({ patch, verdict: "new", alsoIn: [] })) : [];
        return { ...nothing, findings } as unknown as ReviewResult;
      },
    );
    return runs[0]!;
  };
  const v1 = series(1, clean, fix, leak);
  assert.deepEqual(await asked(v1, series(2, clean, fix, goodLeak)), [2]);
  // What is new with the first may be mended by the third.
  assert.deepEqual(await asked(v1, series(2, clean, fix, goodLeak), [0]), [0, 2]);
  assert.deepEqual(await asked(v1, series(2, clean, goodLeak, leak)), [1, 2]);
  const words = clean.replace("Subject: [PATCH]", "Subject: [PATCH] Re-worded:");
  assert.notEqual(words, clean);
  assert.deepEqual(await asked(v1, series(2, words, fix, leak), [0, 1, 2]), []);
  assert.deepEqual(await asked(v1, series(2, clean, fix, leak), [], { otherTrees: ["/b"] }), [0, 1, 2]);
});

test("equal patches that follow each other are told together, with --all each", async () => {
  const small = (n: number): string =>
    `From: A <a@example.org>\nSubject: [PATCH] lib: Step ${n}\nMessage-ID: <${n}@example.org>\n\n---\ndiff --git a/lib/a${n}.c b/lib/a${n}.c\n--- a/lib/a${n}.c\n+++ b/lib/a${n}.c\n@@ -1,2 +1,2 @@\n-\tint a;\n+\tint b;\n \tint c;\n`;
  const version = (v: number, change: (mail: string, n: number) => string): string =>
    mbox(...[1, 2, 3, 4, 5, 6].map((n) => as(change(small(n), n), v, n, 6)));
  const old = file(
    "many1.mbox",
    version(1, (m) => m),
  );
  const fresh = file(
    "many2.mbox",
    version(2, (m, n) => (n === 4 ? m.replace("int b", "long b") : m)),
  );
  const { out } = await run(old, fresh);
  assert.match(out, /^ {2}equal {2}1\/6 to 3\/6$/m);
  assert.match(out, /^ {2}changed in code {2}4\/6 lib: Step 4$/m);
  assert.match(out, /^ {2}equal {2}5\/6 lib: Step 5$/m, "two are told one by one");
  assert.match((await run("--all", old, fresh)).out, /^ {2}equal {2}2\/6 lib: Step 2$/m);
});

test("what the other version did not run is not known, and is not counted as come", async () => {
  // The function is shown in part: nothing of it runs.
  const part = goodLeak.replace(
    /^@@ -1379[\s\S]*?^ \tif \(pmd\)\n/m,
    "@@ -1424,7 +1424,10 @@ static vm_fault_t dax_fault_iter(struct vm_fault *vmf\n",
  );
  const { status, out } = await run(...only, file("part.mbox", mbox(as(part, 1, 1, 1))), bad);
  assert.match(out, /NOT KNOWN folio-ref-leak/);
  assert.match(out, /0 went, 0 stay, 0 came, 1 not known/);
  assert.equal(status, 0);
});

test("what cannot be compared is told", async () => {
  for (const [args, told] of [
    [[bad], /holds one version \(v1\): name a file/],
    [["--versions", "v1,v7", bad, good], /has no v7: it has v2/],
    [["--versions", "v1", bad, good], /--versions takes two versions/],
    [["--format", "xml", bad, good], /--format takes one of text, json, markdown/],
    [["--tre", "x", bad, good], /the nearest is --tree/],
    [[bad, join(dir, "none.mbox")], /there is no such file/],
    [[bad, file("words.txt", "no diff here\n")], /holds no diff/],
  ] as const) {
    const { status, err } = await run(...args);
    assert.equal(status, 2, err);
    assert.match(err, told);
  }
});

test("the editor's comparison says what the command says, whichever version is looked at", async () => {
  const pool = Pool.ofThreads(null);
  after(() => pool.dispose());
  let asked = 0;
  const queue: Parameters<typeof compareBeside>[0]["queue"] = {
    start: (text, path, options) => {
      asked++;
      const outcome = pool
        .review(parseDocument(text, path), { input: text, path, options })
        .then((result): JobOutcome => ({ kind: "result", result }));
      return { outcome, cancel: () => {}, hurry: () => {}, look: () => {}, place: () => 0 };
    },
  };
  const never = { onCancellationRequested: () => {} };
  const beside = (text: string, path: string, params: object, token = never) =>
    compareBeside(
      { document: { text, path, version: 7 }, queue, options: { scenario: only[1]! }, token },
      { uri: "file:///m", ...params },
    );
  const texts = { good: mbox(as(goodLeak, 2, 1, 1)), bad: mbox(as(leak, 1, 1, 1)) };
  const said = (await run(...only, bad, good)).out;
  const fromNew = await beside(texts.good, good, { with: bad });
  assert.deepEqual([fromNew.problem, fromNew.breaksMore], ["", false]);
  // The same words; an editor breaks lines as it is wide, and its reader knows where the files are.
  const words = (text: string): string => text.replace(/\s+/g, " ");
  assert.equal(words(fromNew.text), words(said.replaceAll(`${dir}/`, "")));
  assert.ok(fromNew.text.split("\n").some((l) => l.length > 90 && !l.includes("replay:")));
  assert.deepEqual([fromNew.version, fromNew.since], [7, [{ patch: 0, text: "± v1" }]]);
  assert.match(fromNew.title, /v1 and v2 of v2\.mbox/);
  assert.equal((await beside(texts.bad, bad, { with: good })).text, fromNew.text, "the older one is open");
  // The document in the editor counts, not what the file has.
  const edited = await beside(texts.good.replace("v2 1/1", "v3 1/1"), good, { with: bad });
  assert.match(edited.text, /v1 \(.*\) -> v3\s/);
  const before = asked;
  for (const [text, params, told] of [
    ["no diff here\n", { with: bad }, /This document holds no diff/],
    [texts.bad, {}, /holds one version of its series \(v1\)/],
    [texts.bad, { with: join(dir, "none.mbox") }, /there is no such file/],
    [texts.bad, { with: file("empty.txt", "Hello.\n") }, /empty\.txt holds no diff/],
    [texts.bad, { with: dir }, /is a (?:folder|directory)/],
  ] as const) {
    const answer = await beside(text, bad, params);
    assert.match(answer.problem, told);
    assert.equal(answer.text, "");
  }
  assert.equal(asked, before, "nothing runs for what cannot be compared");
  const both = mbox(as(leak, 1, 1, 1), as(goodLeak, 2, 1, 1));
  const within = await beside(both, join(dir, "both.mbox"), {});
  assert.match(within.text, /0 stay|WENT/);
  const cancelled = { onCancellationRequested: (stop: () => void) => stop() };
  await assert.rejects(beside(texts.good, good, { with: bad }, cancelled as typeof never), /cancelled/);
});
