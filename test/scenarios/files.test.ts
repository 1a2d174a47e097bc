/** Scenario files: what is read, what is refused and how it is told, and that every step runs on every kernel. */
import "../../server/shipped.ts";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import Ajv2020 from "ajv/dist/2020.js";
import { parse } from "yaml";
import { ERA_NAMES, type Era, NEWEST_ERA } from "../../emulator/kernel/era.ts";
import { buildKernelImage, type OverlayUnit, spaceOf } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { bootImage, casesOf, runCase, type ScenarioRun } from "../../emulator/scenario/runner.ts";
import { LOOKS, STEPS } from "../../server/scenarios/language.ts";
import { readScenario } from "../../server/scenarios/read.ts";
import { scenarioSchema } from "../../server/scenarios/schema.ts";
import { scenarioUnits } from "../../server/scenarios/to_c.ts";
import { root } from "../support/paths.ts";

const accepts = new Ajv2020.default({ strict: false }).compile(scenarioSchema());
const fixture = (name: string): string => readFileSync(join(root, "test/fixtures/scenarios", name), "utf8");

function run(text: string, era: Era, overlay: readonly OverlayUnit[] = []): ScenarioRun[] {
  const { file, problems } = readScenario(text, "scenarios/x.scenario.yaml");
  assert.deepEqual(problems, []);
  const kernel = buildKernelImage(era, overlay, spaceOf(era), scenarioUnits([file!], era));
  assert.deepEqual(kernel.errors, []);
  const booted = bootImage(kernel.image, era, new Memory());
  const def = booted.scenarios.find((s) => s.name === file!.name)!;
  return casesOf(def).map((c) => runCase(booted, c, { stepLimit: 5_000_000 }));
}

test("every step and every look runs on every kernel, and the schema knows them", () => {
  const text = fixture("every-step.scenario.yaml");
  assert.ok(accepts(parse(text)), JSON.stringify(accepts.errors?.slice(0, 3)));
  for (const name of [...Object.keys(STEPS).map((s) => `- ${s}:`), ...Object.keys(LOOKS).map((l) => `${l}(`)])
    assert.ok(text.includes(name), `the fixture has no ${name}`);
  for (const era of ERA_NAMES)
    for (const r of run(text, era)) {
      assert.equal(r.end.reason.kind, "completed", `${era}: ${r.end.reason.message}`);
      assert.deepEqual(
        r.violations.map((v) => v.message),
        [],
        era,
      );
    }
});

test("a stop names the line of the file", () => {
  const broken = "void sc_remove_quietly(struct sc_file *f)\n{\n\tBUG_ON(f->file);\n}\n";
  const text = readFileSync(join(root, "examples/truncate-under-dma.scenario.yaml"), "utf8");
  const [r] = run(text, NEWEST_ERA, [{ path: "scenarios/common.c", text: broken }]);
  const line = text.split("\n").findIndex((l) => l.includes("- remove: B")) + 1;
  // sc_remove_quietly(), sc_remove(), the scenario.
  assert.equal(r!.end.stack[2]?.loc?.line, line);
});

test("an expectation that a broken kernel does not keep is told by its sentence", () => {
  const text = readFileSync(join(root, "examples/truncate-under-dma.scenario.yaml"), "utf8");
  for (const r of run(text, NEWEST_ERA)) assert.deepEqual(r.violations, []);
  const wakes =
    "int fscfs_truncate(struct file *file, unsigned long nr_pages)\n{\n\t(void)file;\n\treturn -EIO;\n}\n";
  const told = run(text, NEWEST_ERA, [{ path: "fs/fscfs.c", text: wakes }]).flatMap((r) =>
    r.violations.map((v) => v.message),
  );
  assert.ok(
    told.some((m) => m.includes("truncate waits for the device and then cuts the file")),
    told.join("\n"),
  );
});

const HEAD = "scenario: x\ntitle: t\n";
const ONE = `${HEAD}tasks:\n  user:\n    - create: A\n      pages: 1\n`;

const WRONG: readonly (readonly [what: string, text: string, line: number, field: string, says: RegExp])[] = [
  [
    "a step that there is not",
    `${ONE}    - truncat: A\n`,
    7,
    "tasks.user[1]",
    /no step "truncat"; the nearest is truncate/,
  ],
  [
    "a field that there is not",
    `${ONE}    - truncate: A\n      too: 1\n`,
    8,
    "tasks.user[1].too",
    /nearest is to/,
  ],
  [
    "a field that is missing",
    `${ONE}    - punch: A\n      from: 0\n`,
    7,
    "tasks.user[1].pages",
    /is missing: expected number of pages/,
  ],
  [
    "a file that nobody makes",
    `${ONE}    - truncate: B\n`,
    7,
    "tasks.user[1].truncate",
    /no file "B"; the nearest is A/,
  ],
  [
    "a value that nobody names",
    `${ONE}    - truncate: A\n      to: fist\n`,
    8,
    "tasks.user[1].to",
    /no value "fist"/,
  ],
  [
    "an expression that ends early",
    `${ONE}    - truncate: A\n      to: 1 +\n`,
    8,
    "tasks.user[1].to",
    /ends where a number/,
  ],
  [
    "an ending without its sentence",
    `${ONE}    - truncate: A\n      gives: fails\n`,
    8,
    "tasks.user[1].says",
    /the sentence/,
  ],
  [
    "an ending that there is not",
    `${ONE}    - truncate: A\n      gives: ENOSPACE\n      says: s\n`,
    8,
    "tasks.user[1].gives",
    /nearest is ENOSPC/,
  ],
  [
    "a kernel that there is not",
    `${HEAD}machine:\n  since: v5.99\ntasks:\n  user: []\n`,
    4,
    "machine.since",
    /v6.12/,
  ],
  [
    "a device that is too large",
    `${HEAD}machine:\n  pmem: 64 MiB\ntasks:\n  user: []\n`,
    4,
    "machine.pmem",
    /8 MiB/,
  ],
  ["an altmap", `${HEAD}machine:\n  altmap: true\ntasks:\n  user: []\n`, 4, "machine.altmap", /no other/],
  [
    "reflink on ext4",
    `${HEAD}machine:\n  file-system: ext4\n  reflink: true\ntasks:\n  user: []\n`,
    5,
    "machine.reflink",
    /only xfs/,
  ],
  ["a task that nothing starts", `${ONE}  other: []\n`, 7, "tasks.other", /nothing starts it/],
  ["no tasks", HEAD, 1, "tasks", /is missing/],
  ["a field at the top", `${HEAD}taks: {}\ntasks:\n  user: []\n`, 3, "taks", /nearest is tasks/],
  ["a list for a mapping", "- a\n", 1, "", /expected a mapping/],
  ["no YAML", "scenario: [\n", 2, "", /no YAML/],
  ["a name that is none", "scenario: X Y\ntitle: t\ntasks:\n  user: []\n", 1, "scenario", /small letters/],
];

for (const [what, text, line, field, says] of WRONG)
  test(`a wrong file is told with line and field: ${what}`, () => {
    const { file, problems } = readScenario(text, "x");
    assert.equal(file, null);
    const [p] = problems;
    assert.ok(p !== undefined);
    assert.deepEqual([p.line, p.field], [line, field], p.message);
    assert.match(p.message, says);
  });

test("hostile files end in a sentence: aliases, depth, size, numbers of things", () => {
  const many = (n: number, f: (i: number) => string): string =>
    Array.from({ length: n }, (_, i) => f(i)).join("");
  const bomb = `a: &a [x, x]\n${many(30, (i) => `b${i}: &b${i} [*${i ? `b${i - 1}` : "a"}, *${i ? `b${i - 1}` : "a"}]\n`)}`;
  for (const [text, says] of [
    [`${bomb}${ONE}`, /alias|anchor/],
    ["[".repeat(100_000), /nested/],
    [many(5000, () => "- ").concat("a"), /nested/],
    ["x".repeat(1 << 20), /bytes/],
    [`${ONE}${many(501, () => "    - fsync: A\n")}`, /over 500 steps/],
    [
      `${HEAD}parameters:\n${many(4, (i) => `  p${i}: [0, 1, 2, 3, 4, 5, 6, 7]\n`)}tasks:\n  user: []\n`,
      /cases/,
    ],
    [`${HEAD}tasks:\n  user:\n${many(7, (i) => `    - create: F${i}\n      pages: 1\n`)}`, /at most/],
    [`${ONE}    - truncate: A\n      to: ${"(".repeat(60)}1\n`, /nested/],
    [`${ONE}    - truncate: A\n      to: 99999999999\n`, /over/],
  ] as const) {
    const { file, problems } = readScenario(text, "x");
    assert.equal(file, null);
    assert.ok(problems.length > 0 && problems.length <= 20);
    assert.ok(
      problems.some((p) => says.test(p.message)),
      problems.map((p) => p.message).join("; "),
    );
  }
});

test("a text of the file is a text in the C, whatever is in it", () => {
  const evil = '"); BUG(); /* \\ %s %n ??/ \u0007';
  const text = `${HEAD}tasks:\n  user:\n    - quiet: ${JSON.stringify(evil)}\n      name: ${JSON.stringify(evil)}\n    - expect: ${JSON.stringify(evil)}\n      that: 0 == 1\n`;
  const [r] = run(text, NEWEST_ERA);
  assert.equal(r!.end.reason.kind, "completed");
  assert.equal(r!.violations.length, 1);
  assert.match(r!.violations[0]!.message, /BUG\(\); \/\*/);
});

test("the schema that is shipped is that of the language", () => {
  const shipped = JSON.parse(readFileSync(join(root, "media/scenario.schema.json"), "utf8")) as unknown;
  assert.deepEqual(shipped, JSON.parse(JSON.stringify(scenarioSchema())), "npm run docs writes it");
  for (const [what, text] of WRONG.filter(([w]) =>
    /step that|field that|no tasks|at the top|altmap|too large/.test(w),
  ))
    assert.equal(accepts(parse(text)), false, what);
});
