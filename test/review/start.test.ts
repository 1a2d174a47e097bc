/**
 * What V8 compiled of the core is kept by a process that ran for a while, taken by the next, and never in the way: broken,
 * of another build or in a folder that cannot be written it is compiled again, and the result is the same.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../support/paths.ts";

const cli = join(root, "dist", "cli.cjs");
const dir = mkdtempSync(join(tmpdir(), "folioscope-start-"));
after(() => rmSync(dir, { recursive: true, force: true }));
before(() => {
  if (!existsSync(cli)) spawnSync("npm", ["run", "build"], { cwd: root });
});

function run(cache: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const done = spawnSync(process.execPath, [cli, ...args], {
    cwd: dir,
    encoding: "utf8",
    env: { ...process.env, FOLIOSCOPE_NO_CACHE: "0", FOLIOSCOPE_CACHE: cache, ...env },
  });
  return done.stdout;
}
/** One case on both sides: more than a second of processor time. */
const review = [
  "review",
  "--no-cache",
  "--scenario",
  "insert-fails order=0 index=0 write=0 again=0 hole=0 fail_pgtable_alloc=0 fail_vmf_insert=1",
  join(root, "examples", "leaked-reference.eml"),
];
const kept = (cache: string): string[] => {
  const folder = join(cache, "code");
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
};

test("a process that ran for a while keeps what was compiled, and the next takes it", () => {
  const cache = join(dir, "one");
  run(cache, ["--version"]);
  assert.deepEqual(kept(cache), [], "little was compiled");
  const said = run(cache, review);
  const [file, ...more] = kept(cache);
  assert.ok(file !== undefined && more.length === 0, kept(cache).join());
  const inode = statSync(file).ino;
  assert.equal(run(cache, review), said);
  assert.equal(statSync(file).ino, inode, "taken, so not written again");
  assert.match(run(cache, ["cache"]), /compiled code of ours +1 file /);

  const whole = readFileSync(file);
  whole[whole.length >> 1]! ^= 1;
  writeFileSync(file, whole);
  assert.equal(run(cache, review), said);
  assert.notEqual(statSync(file).ino, inode, "broken, so written anew");
  run(cache, ["cache", "--clear"]);
  assert.deepEqual(kept(cache), []);
});

test("nothing is kept where nothing is to be, or can be", () => {
  const cache = join(dir, "none");
  run(cache, review, { FOLIOSCOPE_NO_CACHE: "1" });
  assert.deepEqual(kept(cache), []);
  const file = join(dir, "file");
  writeFileSync(file, "");
  assert.match(run(join(file, "below"), review), /NEW folio-ref-leak/);
});
