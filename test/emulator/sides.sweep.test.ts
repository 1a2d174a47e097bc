/**
 * Both sides of a patch in one run until they part give what a run of each alone gives, whatever the patch changes: code, a
 * type, a macro, an initialiser, or nothing; and most of a run is shared.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../server/shipped.ts";
import type { Loc } from "../../emulator/c/ast.ts";
import { AddressSpace } from "../../emulator/c/space.ts";
import { NEWEST_ERA } from "../../emulator/kernel/era.ts";
import { buildKernelImage, type OverlayUnit, spaceOf } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { referenceFiles } from "../../emulator/reference/index.ts";
import { coveringCases } from "../../emulator/scenario/cover.ts";
import { bootImage, runCase, type ScenarioRun } from "../../emulator/scenario/runner.ts";
import { bootSides, runBoth } from "../../emulator/scenario/sides.ts";
import { SeededRandom } from "../../emulator/sched/scheduler.ts";
import type { Image } from "../../emulator/vm/image.ts";

const OPTIONS = { stepLimit: 5_000_000 };

/** The last definition in a reference file that begins with a line. */
function definition(path: string, head: string): string {
  const text = referenceFiles.find((f) => f.path === path)!.text;
  const at = text.lastIndexOf(head);
  assert.ok(at >= 0, `${path} has no ${head}`);
  const end = /^\}.*\n/m.exec(text.slice(at))!;
  return text.slice(at, at + end.index + end[0].length);
}

interface Change {
  readonly what: string;
  readonly path: string;
  /** The definitions of the overlay, by their first words. */
  readonly heads: readonly string[];
  readonly from: string;
  readonly to: string;
  /** Text that the overlay has besides. */
  readonly besides?: string;
}

const CHANGES: readonly Change[] = [
  {
    what: "code of one function",
    path: "fs/dax.c",
    heads: ["static void dax_folio_init("],
    from: "\tWARN_ON_ONCE(folio_ref_count(folio));\n",
    to: "",
  },
  {
    what: "code of a function that waits and wakes",
    path: "fs/dax.c",
    heads: ["static void dax_unlock_entry(", "static struct page *dax_busy_page("],
    from: "\tdax_wake_entry(xas, entry, WAKE_NEXT);\n",
    to: "\tdax_wake_entry(xas, entry, WAKE_ALL);\n",
  },
  {
    what: "a type",
    path: "fs/dax.c",
    heads: ["struct exceptional_entry_key {"],
    from: "\tpgoff_t entry_start;\n",
    to: "\tlong spare;\n\tpgoff_t entry_start;\n",
  },
  {
    what: "an initialiser",
    path: "fs/fuse/inode.c",
    heads: ["static const struct super_operations fuse_super_operations ="],
    from: "\t.drop_inode = generic_delete_inode,\n",
    to: "",
  },
  {
    what: "a macro",
    path: "fs/dax.c",
    heads: [],
    from: "(1UL << 0)",
    to: "(1UL << 0 | 0UL)",
    besides: "#define DAX_LOCKED (1UL << 0)\n",
  },
];

/** Numbers of 64 bits in JSON; a replacer, which is asked of every value, costs five times as much. */
Object.defineProperty(BigInt.prototype, "toJSON", {
  value(this: bigint) {
    return `0x${BigInt.asUintN(64, this).toString(16)}`;
  },
});

/** Everything that a run gives, without numbers that are an image's own. */
function told(run: ScenarioRun, image: Image): string[] {
  const name = (id: number): string => image.functions[id]!.name;
  const place = (l: Loc | null | undefined): string =>
    l == null ? "?" : `${l.file}:${l.line}:${l.col}${l.via === undefined ? "" : ` in ${place(l.via)}`}`;
  const text = (value: unknown): string =>
    JSON.stringify(value)
      // Places in the data segment are an address space's own.
      .replace(/0x(ffffffff[8-f][0-9a-f]{7})/g, "(data)");
  return [
    text([run.label, run.steps, run.end.reason, run.end.stack.map((f) => [f.fn.name, place(f.loc)])]),
    ...run.events.map((e) => {
      const own: Record<string, unknown> = { ...e };
      own["node"] = undefined;
      return text([own, e.stack.map((f) => [name(f.fn), place(f.loc)])]);
    }),
    text(run.violations),
    text(run.functions.map(name).sort()),
    text(run.stubs.map((s) => [s.name, s.caller, s.count, place(s.loc)])),
    text(run.checks.map((c) => [c.text, c.evaluated, c.fired, place(c.loc)])),
    text([run.stepTexts, run.taskNames, run.log, [...run.names], run.natives.slice().sort()]),
    text(run.lineHits.map((n, id) => [place(image.lines[id]), n]).sort()),
    text(run.linesByStep.map((ids) => ids.map((id) => place(image.lines[id])))),
    text([run.truncated, run.unmodelled]),
  ];
}

/** Images that run alone have another space than the sides, and one for all: what no change touches is lowered once. */
const apart = new AddressSpace();
const machines = Array.from({ length: 4 }, () => new Memory());

CHANGES.forEach((change, turn) => {
  test(`together or apart is the same: ${change.what}`, () => {
    const text = (change.besides ?? "") + change.heads.map((h) => definition(change.path, h)).join("\n");
    assert.ok(text.includes(change.from), change.what);
    const before: OverlayUnit[] = [{ path: change.path, text }];
    const after: OverlayUnit[] = [{ path: change.path, text: text.replace(change.from, change.to) }];
    const free = [...machines];
    const space = spaceOf(NEWEST_ERA);
    const sides = bootSides(
      buildKernelImage(NEWEST_ERA, before, space),
      buildKernelImage(NEWEST_ERA, after, space),
      () => free.pop()!,
    );
    const alone = [before, after].map((o) =>
      bootImage(buildKernelImage(NEWEST_ERA, o, apart).image, NEWEST_ERA, free.pop() ?? new Memory()),
    );
    let together = 0;
    let steps = 0;
    let shared = 0;
    // Each change with every sixth scenario, so that the changes between them meet nearly all.
    const defs = sides.before.scenarios.filter((_d, i) => i % 6 === turn);
    for (const def of defs) {
      const c = coveringCases(def).at(-1)!;
      const scheduler = turn % 2 === 0 ? undefined : () => new SeededRandom(7);
      const both = runBoth(sides, c, { ...OPTIONS, ...(scheduler === undefined ? {} : { scheduler }) });
      for (const [i, side] of ([sides.before, sides.after] as const).entries()) {
        const booted = alone[i]!;
        const own = { ...c, def: booted.scenarios.find((d) => d.name === def.name)! };
        const options = scheduler === undefined ? OPTIONS : { ...OPTIONS, scheduler: scheduler() };
        const expected = told(runCase(booted, own, options), booted.image);
        const got = told(i === 0 ? both.before : both.after, side.image);
        const at = got.findIndex((line, k) => line !== expected[k]);
        assert.equal(
          at < 0 ? "" : got[at],
          at < 0 ? "" : expected[at],
          `${c.label}, side ${i}, parted at ${both.partedAt}`,
        );
        assert.equal(got.length, expected.length);
      }
      steps += both.before.steps;
      shared += both.sharedSteps;
      if (both.why === "") together++;
    }
    assert.ok(defs.length > 5);
    if (change.what.startsWith("code")) {
      assert.equal(together, defs.length);
      assert.ok(shared > steps / 4, `${shared} of ${steps} instructions are shared`);
    }
  });
});

test("what is shared is told, and why it is not", () => {
  const one = buildKernelImage(NEWEST_ERA, []);
  const other = buildKernelImage(NEWEST_ERA, []);
  const apart = bootSides(one, other, () => new Memory());
  assert.equal(apart.shared, null);
  assert.match(apart.why, /address space/);
  const space = new AddressSpace();
  const same = bootSides(
    buildKernelImage(NEWEST_ERA, [], space),
    buildKernelImage(NEWEST_ERA, [], space),
    () => new Memory(),
  );
  const both = runBoth(same, coveringCases(same.before.scenarios[0]!)[0]!, OPTIONS);
  assert.equal(both.after, both.before);
  assert.equal(both.partedAt, null);
});
