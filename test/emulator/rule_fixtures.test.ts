/**
 * Each rule tells of a kernel that is broken by one line. A fixture (test/fixtures/rules/CODE.diff) says what is broken, the
 * era, the scenario (with parameters where they matter) and the file; then changes of that file of the reference kernel:
 * runs of lines with ' ', '-' and '+', an empty line between two runs. `//~ ERROR code` stands on the line that the
 * violation is put on: a line below which its event happened, or that wrote what is wrong; with `anywhere` the code alone
 * is asked for, because what is wrong is what no line does. The unbroken kernel is silent in every scenario
 * (reference_silent.sweep.test.ts).
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import "../../server/shipped.ts";
import type { Loc } from "../../emulator/c/ast.ts";
import { type Era, eraFromName } from "../../emulator/kernel/era.ts";
import { buildKernelImage, spaceOf } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { referenceFiles } from "../../emulator/reference/index.ts";
import { bootImage, casesOf, runCase, type ScenarioRun } from "../../emulator/scenario/runner.ts";
import { suspectChange } from "../../emulator/subject/index.ts";
import { root } from "../support/paths.ts";

const folder = join(root, "test/fixtures/rules");
const STEPS = 5_000_000;

interface Fixture {
  readonly era: Era;
  readonly scenario: string;
  readonly path: string;
  readonly hunks: readonly { readonly old: string; readonly now: string }[];
}

function read(name: string): Fixture {
  const [head, ...rest] = readFileSync(join(folder, name), "utf8").split("\n\n");
  const field = (key: string): string => new RegExp(`^${key}: (.*)$`, "m").exec(head!)?.[1] ?? "";
  const hunks = rest.map((text) => {
    const lines = text.split("\n").filter((l) => l !== "");
    const side = (marks: string): string =>
      lines
        .filter((l) => marks.includes(l[0]!))
        .map((l) => `${l.slice(1)}\n`)
        .join("");
    return { old: side(" -"), now: side(" +") };
  });
  return {
    era: eraFromName(field("era"))!,
    scenario: field("scenario"),
    path: field("file"),
    hunks,
  };
}

/** The functions of the file that the hunks change, changed. */
function changedFunctions({ path, hunks }: Fixture): string {
  let text = referenceFiles.find((f) => f.path === path)!.text;
  const out = new Map<number, string>();
  for (const h of hunks) {
    const at = text.indexOf(h.old);
    assert.ok(at >= 0, `${path} has no\n${h.old}`);
    text = text.slice(0, at) + h.now + text.slice(at + h.old.length);
  }
  for (const h of hunks) {
    const at = text.indexOf(h.now);
    const start = text.lastIndexOf("\n\n", text.lastIndexOf("\n{\n", at)) + 2;
    const body = text.slice(start, text.indexOf("\n}\n", at) + 3);
    out.set(start, body.replace(/^(\/\*[\s\S]*?\*\/|#.*)\n/, ""));
  }
  return [...out.values()].join("\n");
}

/** Lines of the overlay (file 0) that a run's violations of a code are put on; null when it has none. */
function linesOf(run: ScenarioRun, code: string): Set<number> | null {
  const lines = new Set<number>();
  const add = (stack: readonly { readonly loc: Loc | null }[]): void => {
    for (const { loc } of stack)
      for (let at = loc ?? undefined; at !== undefined; at = at.via) if (at.file === 0) lines.add(at.line);
  };
  const own = run.violations.filter((v) => v.code === code);
  for (const v of own) {
    if (v.event !== null) add(run.events[v.event]!.stack);
    else if (v.subject !== null)
      for (const e of run.events) if (e.seq <= v.seq && suspectChange(e, v.subject) !== null) add(e.stack);
  }
  const stopped = run.end.reason.kind === code;
  if (stopped) add(run.end.stack);
  return own.length > 0 || stopped ? lines : null;
}

/** Of all kernels, of which each is done with when the next is booted. */
const memory = new Memory();

for (const name of readdirSync(folder)) {
  const code = name.replace(/\.diff$/, "");
  test(`${code} is told of a kernel that breaks it`, () => {
    const fixture = read(name);
    const text = changedFunctions(fixture);
    const marked = text.split("\n").findIndex((l) => l.includes(`//~ ERROR ${code}`)) + 1;
    assert.ok(marked > 0, "no line is marked");
    const anywhere = text.includes(`//~ ERROR ${code} anywhere`);
    const kernel = buildKernelImage(fixture.era, [{ path: fixture.path, text }], spaceOf(fixture.era));
    assert.deepEqual(kernel.errors, []);
    const booted = bootImage(kernel.image, fixture.era, memory);
    const cases = booted.scenarios.flatMap(casesOf);
    const chosen = cases.find((c) => `${c.label} `.startsWith(`${fixture.scenario} `));
    assert.ok(chosen !== undefined, `no case ${fixture.scenario}`);
    const run = runCase(booted, chosen, { stepLimit: STEPS });
    if (code === "dead-check") {
      assert.ok(kernel.image.deadChecks.some((c) => c.loc.file === 0 && c.loc.line === marked));
      return;
    }
    const lines = linesOf(run, code);
    const told = [...run.violations.map((v) => `${v.code}: ${v.message}`), run.end.reason.message];
    assert.ok(lines !== null, `told instead: ${told.join(" | ").slice(0, 600)}`);
    if (!anywhere) assert.ok(lines.has(marked), `on lines ${[...lines].join(", ")}, not ${marked}\n${text}`);
  });
}
