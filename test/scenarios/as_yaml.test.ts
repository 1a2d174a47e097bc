/**
 * A built-in scenario printed as a scenario file: the file is read without a problem, and its runs do what the built-in one's
 * do, event for event; what the language cannot say is told. Leaves out the language itself (files.test.ts).
 */
import "../../server/shipped.ts";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { NEWEST_ERA } from "../../emulator/kernel/era.ts";
import { buildKernelImage, spaceOf } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { bootImage, casesOf, runCase, type ScenarioRun } from "../../emulator/scenario/runner.ts";
import { runScenarios } from "../../server/cli_catalogue.ts";
import { runScenarioFile } from "../../server/cli_run.ts";
import { scenarioAsYaml } from "../../server/scenarios/from_c.ts";
import { caseFile } from "../../server/scenarios/of_case.ts";
import { readScenario } from "../../server/scenarios/read.ts";
import { scenarioUnits } from "../../server/scenarios/to_c.ts";
import type { ScenarioFile } from "../../server/scenarios/types.ts";
import { heard } from "../support/heard.ts";
import { root } from "../support/paths.ts";

const builtIn = bootImage(
  buildKernelImage(NEWEST_ERA, [], spaceOf(NEWEST_ERA)).image,
  NEWEST_ERA,
  new Memory(),
);

/** What the kernel did: how steps and tasks are called is not of it. */
const done = (r: ScenarioRun): string[] =>
  r.events.filter((e) => !["step", "quiesce", "task"].includes(e.kind)).map((e) => `${e.task} ${e.kind}`);

test("what can be said reads without a problem and its runs are the built-in one's", () => {
  const said: { name: string; file: ScenarioFile }[] = [];
  const unsaid: string[] = [];
  for (const { name } of builtIn.scenarios) {
    const got = scenarioAsYaml(name);
    assert.ok(got !== null, name);
    if ("why" in got) {
      assert.match(got.why, /^scenarios\/\w+\.c: \S/, name);
      unsaid.push(name);
      continue;
    }
    const { file, problems } = readScenario(got.yaml, `scenarios/${name}.scenario.yaml`);
    assert.deepEqual(problems, [], name);
    said.push({ name, file: file! });
  }
  for (const name of ["truncate-pinned", "punch-pinned", "truncate-mapped", "mprotect-write"])
    assert.ok(said.some((s) => s.name === name) || unsaid.length === 0, `${name} can be said`);
  const files = said.map((s) => s.file);
  const kernel = buildKernelImage(NEWEST_ERA, [], spaceOf(NEWEST_ERA), scenarioUnits(files, NEWEST_ERA));
  assert.deepEqual(kernel.errors, []);
  const written = bootImage(kernel.image, NEWEST_ERA, new Memory());
  for (const { name } of said) {
    const theirs = casesOf(builtIn.scenarios.find((d) => d.name === name)!);
    const ours = casesOf(written.scenarios.find((d) => d.name === `my-${name}`)!);
    assert.equal(ours.length, theirs.length, name);
    // The last one has the last value of every parameter.
    for (const n of new Set([0, theirs.length - 1])) {
      const want = [...theirs[n]!.params].sort();
      const mine = ours.find((c) => JSON.stringify([...c.params].sort()) === JSON.stringify(want));
      assert.ok(mine !== undefined, `${name} ${JSON.stringify(want)}`);
      const [a, b] = [
        runCase(builtIn, theirs[n]!, { stepLimit: 5_000_000 }),
        runCase(written, mine, { stepLimit: 5_000_000 }),
      ];
      assert.equal(b.end.reason.kind, a.end.reason.kind, name);
      assert.deepEqual(done(b), done(a), `${name} ${JSON.stringify(want)}`);
      assert.deepEqual(
        b.violations.map((v) => v.code),
        a.violations.map((v) => v.code),
        name,
      );
    }
  }
});

test("the command prints it, or says what cannot be said, or the nearest name", async () => {
  const run = (name: string) => heard(runScenarios, ["--as-yaml", name]);
  const printed = await run("punch-pinned");
  assert.equal(printed.status, 0);
  assert.deepEqual(readScenario(printed.out, "x").problems, []);
  const unsaid = await run("holder");
  assert.equal(unsaid.status, 3);
  assert.match(unsaid.err, /holder cannot be said as a scenario file \(scenarios\/device\.c: /);
  const unknown = await run("punch-pined");
  assert.equal(unknown.status, 2);
  assert.match(unknown.err, /nearest is punch-pinned/);
});

test("the run of a finding as a file: one case, which shows the fault of the mail again; the first run that can be said", async () => {
  const run = "evict-after-unmap order=0 index=0 fs=0 umount=1";
  const made = caseFile(["lock-folio-waits order=0 lockers=2 gone=1", run]);
  assert.deepEqual([made.name, made.problem], ["evict-after-unmap", ""]);
  assert.ok(made.yaml.startsWith(`# ${run}\n`));
  const { file, problems } = readScenario(made.yaml, "one.scenario.yaml");
  assert.deepEqual(problems, []);
  const sizes = file!.params.map(([, values]) => values.length);
  assert.ok(sizes.length > 0 && sizes.every((n) => n === 1), made.yaml);
  const dir = mkdtempSync(join(tmpdir(), "folioscope-case-"));
  try {
    const path = join(dir, "one.scenario.yaml");
    writeFileSync(path, made.yaml);
    const { out } = await heard(runScenarioFile, [path, join(root, "examples", "demo.eml")]);
    assert.match(out, /NEW stale-mapping/);
    assert.match(out, /1 scenario run: 1 new/);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  assert.match(caseFile(["lock-folio-waits order=0"]).problem, /lock-folio-waits cannot be said.*array/);
  assert.match(caseFile(["function f fails=1"]).problem, /no scenario/);
});
