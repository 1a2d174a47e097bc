/** Commits read from git as the mails that they become: nothing of the repository's or the user's settings runs or counts. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runReview } from "../../server/cli_review.ts";
import { parseDocument } from "../../server/parse.ts";
import { commitMails, RangeProblem } from "../../server/source/commits.ts";
import { gitEnvironment } from "../../server/source/git_blobs.ts";
import { heard } from "../support/heard.ts";

const dir = mkdtempSync(join(tmpdir(), "folioscope-commits-"));
after(() => rmSync(dir, { recursive: true, force: true }));

const repo = join(dir, "repo");
mkdirSync(repo);
const env = {
  ...gitEnvironment(process.env, repo),
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
};
let clock = 1_750_000_000;
/** Each call has its own minute: commits of one second come in no certain order. */
const git = (...args: string[]): string => {
  clock += 60;
  const dates = { GIT_AUTHOR_DATE: `${clock} +0000`, GIT_COMMITTER_DATE: `${clock} +0000` };
  const who = ["-c", "user.name=A Writer", "-c", "user.email=writer@example.org"];
  return execFileSync("git", ["-C", repo, ...who, ...args], {
    env: { ...env, ...dates },
    stdio: ["ignore", "pipe", "pipe"],
  }).toString();
};
const put = (name: string, text: string): void => writeFileSync(join(repo, name), text);
const commit = (title: string): void => void git("commit", "-qam", title);

git("init", "-q", "-b", "main");
put("a.c", "int a(void)\n{\n\treturn 1;\n}\n");
put(".gitattributes", "*.c diff=spy\n");
git("add", "-A");
commit("Begin");
git("checkout", "-q", "-b", "topic");
put("a.c", "int a(void)\n{\n\treturn 2;\n}\n");
commit("lib: Give two\n\nOne was not enough.\n\nFrom here on two are given.");
git("checkout", "-q", "-b", "side", "main");
put("b.c", "int b;\n");
git("add", "-A");
commit("lib: Add b");
git("checkout", "-q", "topic");
git("merge", "-q", "--no-edit", "side");
put("a.c", "int a(void)\n{\n\treturn 3;\n}\n");
commit("lib: Give three");

// What a hostile checkout would start, each of which leaves a mark.
const mark = join(dir, "mark");
const spy = join(dir, "spy.sh");
writeFileSync(spy, `#!/bin/sh\necho "$0 $*" >> '${mark}'\ncat "$1" 2>/dev/null\n`);
chmodSync(spy, 0o755);
for (const [key, value] of [
  ["diff.external", spy],
  ["diff.spy.command", spy],
  ["diff.spy.textconv", spy],
  ["core.fsmonitor", spy],
  ["core.pager", spy],
  ["core.hooksPath", dir],
  ["gpg.program", spy],
  ["log.showSignature", "true"],
  ["diff.noprefix", "true"],
  ["diff.context", "0"],
  ["format.subjectPrefix", "MINE"],
  ["format.attach", "true"],
  ["format.signOff", "true"],
  ["color.ui", "always"],
] as const)
  git("config", key, value);

test("commits become mails in order, merges are told, and no setting runs a program or bends a patch", () => {
  const { bytes, tree, notes } = commitMails(repo, "main..topic");
  assert.equal(existsSync(mark), false, existsSync(mark) ? readFileSync(mark, "utf8") : "");
  assert.equal(tree, null);
  assert.match(notes.join(), /^1 merge is no mail/);
  const doc = parseDocument(bytes, "main..topic");
  assert.deepEqual(
    doc.patches.map((p) => [p.number, p.total, p.subject, p.rawSubject.startsWith("[PATCH ")]),
    [
      [1, 3, "lib: Give two", true],
      [2, 3, "lib: Add b", true],
      [3, 3, "lib: Give three", true],
    ],
  );
  const [file] = doc.patches[0]!.files;
  assert.equal(file!.oldBlob?.length, 40);
  assert.deepEqual(file!.hunks[0]!.lines.map((l) => l.kind).join(""), "  -+ ");
  assert.match(doc.patches[0]!.commitMessage, /From here on two are given/);
  assert.deepEqual(doc.problems, []);
});

test("what git inherits does not lead it elsewhere", () => {
  const before = { ...process.env };
  try {
    Object.assign(process.env, { GIT_DIR: join(dir, "none"), GIT_EXTERNAL_DIFF: spy, GIT_PAGER: spy });
    assert.equal(parseDocument(commitMails(join(repo), "main..topic").bytes, "x").patches.length, 3);
    assert.equal(existsSync(mark), false);
  } finally {
    for (const name of ["GIT_DIR", "GIT_EXTERNAL_DIFF", "GIT_PAGER"]) delete process.env[name];
    Object.assign(process.env, before);
  }
});

test("a range that cannot be read is told: what, and what to do", () => {
  const shallow = join(dir, "shallow");
  execFileSync("git", ["clone", "-q", "--depth", "1", "--no-single-branch", `file://${repo}`, shallow], {
    env,
    stdio: "ignore",
  });
  for (const [folder, range, told] of [
    [repo, "mian..topic", /no commit "mian" .*the nearest name is main/],
    [repo, "topic..main", /topic\.\.main has no commits: topic has all that main has/],
    [repo, "main..main", /are the same/],
    [repo, "main", /takes two ends/],
    [repo, "main...topic", /A\.\.\.B has commits of both sides/],
    [repo, "--output=x..main", /no commit "--output=x"/],
    [dir, "main..topic", /is in no git repository/],
    [shallow, "origin/main..origin/topic", /no commit in common in this shallow clone: git fetch/],
  ] as const)
    assert.throws(
      () => commitMails(folder, range),
      (e) => e instanceof RangeProblem && told.test(e.message),
      `${range} in ${folder}`,
    );
});

test("review --range reads them, writes the mails where asked, and overwrites nothing", async () => {
  const was = process.cwd();
  const run = (...args: string[]) => heard(runReview, ["--no-cache", ...args]);
  const mails = join(dir, "mails.mbox");
  process.chdir(repo);
  try {
    const done = await run("--range", "main..topic", "--mails", mails);
    // What a mail shows whole runs without a tree, too.
    assert.equal(done.status, 0);
    assert.match(done.out, /\[3\/3\] lib: Give three/);
    assert.match(done.err, /1 merge is no mail/);
    assert.equal(parseDocument(readFileSync(mails), mails).patches.length, 3);
    const again = await run("--range", "main..topic", "--mails", mails);
    assert.deepEqual([again.status, /is there already: name a new file/.test(again.err)], [2, true]);
    assert.match((await run("--mails", mails, mails)).err, /--mails needs --range/);
    assert.match((await run("--range", "main..topic", mails)).err, /takes the place of a file/);
  } finally {
    process.chdir(was);
  }
});
