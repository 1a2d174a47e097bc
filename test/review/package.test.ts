/** `npm pack` and a global install give a working `folioscope`: no dependency, no editor part, from any folder. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { root } from "../support/paths.ts";

const dir = mkdtempSync(join(tmpdir(), "folioscope-package-"));
after(() => rmSync(dir, { recursive: true, force: true }));

test("the package installs and runs", () => {
  const npm = (...args: string[]): string =>
    execFileSync("npm", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if (!existsSync(join(root, "dist", "cli.cjs"))) npm("run", "build");
  const [packed] = JSON.parse(npm("pack", "--ignore-scripts", "--json", "--pack-destination", dir));
  assert.deepEqual(
    packed.files.map((f: { path: string }) => f.path).sort(),
    ["CHANGELOG.md", "LICENSE", "README.md", "package.json"]
      .concat(
        [
          "cli.cjs",
          "core.cjs",
          "lowered.bin",
          "mcp.cjs",
          "reach.bin",
          "reference.bin",
          "reference.cjs",
          "start.cjs",
          "worker.cjs",
        ].map((f) => `dist/${f}`),
      )
      .sort(),
  );
  assert.ok(packed.size < 4e6, `${packed.size} bytes`);
  const prefix = join(dir, "prefix");
  npm("install", "--global", "--offline", "--prefix", prefix, join(dir, packed.filename));
  const installed = join(prefix, "lib", "node_modules", "folioscope");
  assert.equal(existsSync(join(installed, "node_modules")), false);
  assert.ok(readdirSync(join(installed, "dist")).every((f) => statSync(join(installed, "dist", f)).size > 0));
  const run = (...args: string[]) =>
    spawnSync(join(prefix, "bin", "folioscope"), args, {
      cwd: dir,
      encoding: "utf8",
      env: { ...process.env, FOLIOSCOPE_CACHE: join(dir, "cache") },
    });
  assert.match(run("--help").stdout, /usage: folioscope COMMAND/);
  assert.match(run("--version").stdout, /^folioscope \d+\.\d+\.\d+\n$/);
  assert.match(run("reveiw").stderr, /the nearest is review/);
  const mail = join(root, "examples", "leaked-reference.eml");
  const done = run(
    "review",
    "--scenario",
    "insert-fails order=0 index=0 write=0 again=0 hole=0 fail_pgtable_alloc=0 fail_vmf_insert=1",
    mail,
  );
  assert.equal(done.status, 1, done.stderr);
  // Of whatever Node runs it: what its V8 does not know of our settings it would say here.
  assert.equal(done.stderr, "");
  assert.match(done.stdout, /NEW folio-ref-leak/);
});
