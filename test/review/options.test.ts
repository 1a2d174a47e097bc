/** Options and tokens are checked whole: what does not exist is exit 2, with the nearest name; files are refused by name. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { runCache } from "../../server/cli_cache.ts";
import { runInvariants, runScenarios } from "../../server/cli_catalogue.ts";
import { runCompare } from "../../server/cli_compare.ts";
import { runContracts } from "../../server/cli_contracts.ts";
import { runExec } from "../../server/cli_exec.ts";
import { runExplore } from "../../server/cli_explore.ts";
import { runMcp } from "../../server/cli_mcp.ts";
import { runMutate } from "../../server/cli_mutate.ts";
import { runParse } from "../../server/cli_parse.ts";
import { runReview } from "../../server/cli_review.ts";
import { runScenarioFile } from "../../server/cli_run.ts";
import { nearest } from "../../server/options.ts";
import { parseDocument } from "../../server/parse.ts";
import { gitEnvironment } from "../../server/source/git_blobs.ts";
import { heard } from "../support/heard.ts";

const root = process.env["FOLIOSCOPE_ROOT"]!;
const dir = mkdtempSync(join(tmpdir(), "folioscope-options-"));
after(() => rmSync(dir, { recursive: true, force: true }));
const mail = join(root, "examples/demo.eml");
const fifo = join(dir, "fifo");
const packed = join(dir, "fifo.mbox.gz");
execFileSync("mkfifo", [fifo, packed]);

type Command = (args: string[], io: Parameters<typeof runReview>[1]) => Promise<number>;

const run = (command: Command, ...args: string[]) => heard(command, args);

const TOKEN = "fs1:000000000000:0:map-fault:v6.15/v6.15:0:";
const empty = join(dir, "empty.eml");
writeFileSync(empty, "");
const junk = join(dir, "junk.txt");
writeFileSync(junk, "hello there\n");
const nowhere = join(dir, "nowhere.eml");
const WRONG: readonly (readonly [Command, readonly string[], RegExp])[] = [
  [runReview, ["--replay", "", mail], /--replay: "" is not a replay token/],
  [runReview, ["--replay", "fs1:x", mail], /is not a replay token/],
  [runReview, ["--replay", `${TOKEN}lost-wakeuq`, mail], /no code "lost-wakeuq"; the nearest is lost-wakeup/],
  [
    runReview,
    ["--replay", `${TOKEN}lost-wakeup`.replace(":0:lost", ":zero:lost"), mail],
    /its seed is a number/,
  ],
  [runReview, ["--replay", `${TOKEN}lost-wakeup`.replace("v6.15/", "v9/"), mail], /is not a replay token/],
  [runReview, ["--replay", `${TOKEN}lost-wakeup`, mail], /made for another diff/],
  [runReview, ["--patch", "7", mail], /has no patch 7: it has/],
  [runReview, ["--patch", "9".repeat(30), mail], /--patch takes a number/],
  [runReview, ["--era", "banana", mail], /no era "banana"/],
  [runReview, ["--seed", "x", mail], /--seed takes a number/],
  [runReview, ["--scenario", "", mail], /--scenario takes a name/],
  [runReview, ["--sceanrio", "x", mail], /the nearest is --scenario/],
  [runReview, ["--scenario", "kvm-pfn-kinds", mail], /kvm-pfn-kinds \(of v4\.15, v4\.18, v6\.12\); --era/],
  [runReview, ["--scenario", "kvm-pfn-kind", mail], /the nearest is kvm-pfn-kinds/],
  [
    runReview,
    ["--functions", "dax_associate_entri", "--scenario", "map-fault-unmap*", mail],
    /the nearest is dax_\w+; it changes dax_/,
  ],
  [runReview, [empty], /empty\.eml is empty\n$/],
  [runReview, [junk], /junk\.txt holds no diff, so there is nothing to run\n$/],
  [runExplore, ["--scenario", "map-fault*", junk], /holds no diff, so there is nothing to run/],
  [runExplore, ["--scenario", "kvm-pfn-kinds", mail], /kvm-pfn-kinds \(of v4\.15, v4\.18, v6\.12\)/],
  [runParse, [nowhere], /parse: \S*nowhere\.eml cannot be read: there is no such file\n/],
  [runParse, ["--format", "jsonl", nowhere], /cannot be read: there is no such file\n/],
  [runScenarioFile, [mail], /demo\.eml is a mail or a diff: folioscope review /],
  [runReview, [dir], /is a folder/],
  [runReview, [fifo], /is a FIFO/],
  [runReview, ["/dev/zero"], /is a device/],
  [runReview, ["--tree", fifo, mail], /not a folder/],
  [runReview, ["--message", "a@b", fifo], /is a FIFO/],
  [runReview, ["--message", "a@b", packed], /is a FIFO/],
  [runReview, ["--message", "a@b", "/dev/zero"], /is a device/],
  [runReview, ["--scenarios", fifo, mail], /is a FIFO/],
  [runReview, ["--scenarios", "/dev/zero", mail], /is a device/],
  [runParse, [fifo], /is a FIFO/],
  [runParse, ["--format", "jsonl", packed], /is a FIFO/],
  [runParse, ["/dev/zero"], /is a device/],
  [runParse, ["--format", "xml", mail], /takes json or jsonl/],
  [runParse, ["--progres", mail], /the nearest is --progress/],
  [runScenarios, ["--ear", "v6.15"], /the nearest is --era/],
  [runScenarios, ["--era", "v6.16x"], /no era/],
  [runInvariants, ["--format", "jsn"], /the nearest is json/],
  [runInvariants, ["x"], /"x" is no option/],
  [runCompare, [fifo, mail], /is a FIFO/],
  [runCompare, [mail, "/dev/zero"], /is a device/],
  [runCompare, ["--scenarios", fifo, mail, mail], /is a FIFO/],
  [runMutate, ["--scenarios", fifo, mail], /is a FIFO/],
  [runCompare, ["--prerequisit", "x", mail], /the nearest is --prerequisite/],
  [runScenarioFile, [fifo], /is a FIFO/],
  [runScenarioFile, ["/dev/zero"], /is a device/],
  [runScenarioFile, ["--al-eras", fifo], /the nearest is --all-eras/],
  [runExplore, ["--scenario", "map-fault*", fifo], /is a FIFO/],
  [runExplore, ["--scenario", "map-fault*", "/dev/zero"], /is a device/],
  [runExplore, ["--scenario", "map-fault*", dir], /is a folder/],
  [runExplore, ["--shcedules", "9", mail], /the nearest is --schedules/],
  [runExplore, ["--scenario", "map-fault-unmpa", mail], /the nearest is map-fault-unmap/],
  [runContracts, ["--chekc"], /the nearest is --check/],
  [runContracts, ["--check", "--tree", fifo], /needs a kernel tree/],
  [runExec, [fifo], /is a FIFO/],
  [runExec, [dir], /is a folder/],
  [runExec, ["/dev/zero"], /is a device/],
  [runExec, ["--file", dir, mail], /the nearest is --files/],
  [runExec, ["--files", fifo, "/dev/null"], /is a device/],
];

for (const [command, args, message] of WRONG)
  test(`${command.name} ${args
    .map((a) => a.replace(dir, "DIR").replace(root, ""))
    .join(" ")
    .slice(0, 90)} is refused`, async () => {
    const { status, err } = await run(command, ...args);
    assert.equal(status, 2, err);
    assert.match(err, message);
  });

test("files that go with a tree are refused by name", async () => {
  const tree = join(dir, "linux");
  execFileSync("mkdir", ["-p", join(tree, "mm"), join(tree, "include/linux")]);
  for (const option of ["--config", "--prerequisite"])
    for (const [path, what] of [
      [fifo, /is a FIFO/],
      [dir, /is a folder/],
      ["/dev/zero", /is a device/],
    ] as const) {
      const { status, err } = await run(runReview, "--tree", tree, option, path, mail);
      assert.equal(status, 2, err);
      assert.match(err, what);
    }
});

test("the nearest name is near", () => {
  assert.equal(nearest("map-fualt", ["map-fault", "reflink"]), "map-fault");
  assert.equal(nearest("banana", ["map-fault", "reflink"]), null);
});

test("of the caller's environment git gets nothing that names a repository", () => {
  const env = gitEnvironment(
    { PATH: "/bin", GIT_DIR: "/x", GIT_WORK_TREE: "/y", git_index_file: "/z" },
    "/a/linux",
  );
  assert.deepEqual(
    Object.keys(env).filter((k) => /dir$|tree|index/i.test(k)),
    ["GIT_CEILING_DIRECTORIES".slice(0)].filter((k) => /dir$/i.test(k)),
  );
  assert.equal(env["GIT_CEILING_DIRECTORIES"], "/a");
});

test("a gzip that unpacks past the bound is refused at the bound", () => {
  const bomb = gzipSync(Buffer.alloc(8 << 20, 10));
  const doc = parseDocument(bomb, "bomb.gz", { maxUnpacked: 1 << 20 });
  assert.match(doc.problems[0]!.message, /unpacks to more than 1048576 bytes/);
});

async function exec(text: string, ...args: string[]) {
  const file = join(dir, "prog", "p.c");
  execFileSync("mkdir", ["-p", join(dir, "prog"), join(dir, "data")]);
  writeFileSync(file, text);
  return await heard(runExec, [file, ...args]);
}

test("a program opens the files below --files and no other", async () => {
  const text = `#include <stdio.h>
    int main(void) {
      const char *names[] = { "in.txt", "../secret", "/etc/passwd", "/proc/self/environ", "link", "/dev/zero", "." };
      for (int i = 0; i < 7; i++) { FILE *f = fopen(names[i], "r"); putchar(f ? '1' : '0'); }
      return 0;
    }`;
  const data = join(dir, "data");
  writeFileSync(join(dir, "secret"), "s");
  execFileSync("mkdir", ["-p", data]);
  writeFileSync(join(data, "in.txt"), "x");
  execFileSync("ln", ["-sf", join(dir, "secret"), join(data, "link")]);
  assert.deepEqual((await exec(text)).out, "0000000");
  const asked = await exec(text, "--files", data);
  assert.equal(asked.out, "1000000");
  assert.match(asked.err, /secret lies outside the folders that may be read/);
});

test("a program includes no file outside its folder", async () => {
  writeFileSync(join(dir, "outside.h"), "#define OUT 1\n");
  for (const name of ["../outside.h", join(dir, "outside.h"), "/etc/passwd"]) {
    const r = await exec(`#include "${name}"\nint main(void) { return 0; }\n`);
    assert.equal(r.status, 1);
    assert.match(r.err, /lies outside the folders that may be read/);
  }
  assert.equal((await exec('#include "outside.h"\nint main(void) { return OUT; }\n', "-I", dir)).status, 1);
});

test("--b4-review writes the files of a review into a new folder, and no second time into the same", async () => {
  const folder = join(dir, "b4", "review");
  const args = ["--scenario", "insert-fails order=0 *fail_vmf_insert=1", "--no-cache", "--b4-review", folder];
  const leak = join(root, "examples/leaked-reference.eml");
  assert.equal((await run(runReview, ...args, leak)).status, 1);
  assert.deepEqual(readdirSync(folder).sort(), ["0001.txt", "identity.txt", "series.txt"]);
  const again = await run(runReview, ...args, leak);
  assert.equal(again.status, 2);
  assert.match(again.err, /--b4-review: .*identity\.txt is there already/);
});

test("every help fits a terminal of 80 columns, and what is missing from an option is said", async () => {
  const commands = [runReview, runCompare, runScenarioFile, runExplore, runParse, runExec, runScenarios];
  for (const command of [...commands, runContracts, runMcp, runCache, runInvariants])
    for (const line of (await run(command, "--help")).out.split("\n")) assert.ok(line.length <= 80, line);
  const seed = await run(runReview, "--seed", "-1", "x.eml");
  assert.equal(seed.status, 2);
  assert.match(
    seed.err,
    /--seed needs a value, and what follows begins with a dash: --seed=-\.\.\. gives one/,
  );
  const check = await run(runContracts, "--check");
  assert.equal(check.status, 2);
  assert.match(check.err, /--check needs --tree DIR/);
  assert.equal((await run(runContracts, "nosuch")).status, 2);
});
