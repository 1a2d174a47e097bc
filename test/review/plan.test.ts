/** Plans: what runs, in which order, and why not the rest; the shipped table of reach against runs made here. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ERA_NAMES } from "../../emulator/kernel/era.ts";
import { EXPECTS, makeReach, meetingsName } from "../../emulator/scenario/reach.ts";
import type { ScenarioDef } from "../../emulator/scenario/runner.ts";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { faultKeys } from "../../server/review/compare.ts";
import { entriesOf } from "../../server/review/entries.ts";
import { BUDGET, type PlanBasis, planOf } from "../../server/review/plan.ts";
import { reachOf } from "../../server/review/reach.ts";
import { changed, mailOf } from "../support/one_change.ts";

const scenario = (name: string, params: Record<string, number[]>): ScenarioDef => ({
  name,
  title: name,
  params: new Map(Object.entries(params)),
  run: 0n,
});
const basis: PlanBasis = {
  catalogue: [scenario("one", { a: [0, 1] }), scenario("two", { a: [0, 1, 2] }), scenario("far", { a: [0] })],
  before: null,
  nothing: null,
  functions: [],
  inTree: false,
  era: "v6.15",
  tasks: false,
  reach: null,
};
const ways: Record<string, readonly string[]> = {
  "one a=0": ["x"],
  "one a=1": ["x", "y"],
  "two a=0": ["x"],
  "two a=1": ["z"],
  "two a=2": ["x"],
};
const near: Record<string, readonly string[]> = { "one a=1": ["p"], "one a=0": ["p"], "two a=2": ["q"] };
const looks: Record<string, readonly string[]> = { "one a=0": ["r"], "one a=1": ["r"], "two a=0": ["s"] };
/** Functions of the patch that a case enters. */
const entered: Record<string, readonly string[]> = {
  "one a=0": ["f"],
  "one a=1": ["f"],
  "two a=1": ["g"],
  "two a=2": ["f"],
};
const reach =
  (steps: number, beside = false, looking = false, entering = false) =>
  (label: string) => ({
    steps,
    ways: ways[label] ?? [],
    about: false,
    entered: (entering ? entered[label] : undefined) ?? [],
    looks: (looking ? looks[label] : undefined) ?? [],
    near: (beside ? near[label] : undefined) ?? [],
    tasks: label.startsWith("two"),
  });
const labels = (list: readonly { readonly label: string }[]) => list.map((i) => i.label);

test("nothing is known: everything runs, in the order of the catalogue", () => {
  const { items, leftOut } = planOf(basis, {}, null);
  assert.equal(items.length, 6);
  assert.deepEqual(leftOut, []);
});

test("what reaches nothing is left out; what is new for its cost comes first, then the rest in turn", () => {
  const { items, leftOut } = planOf({ ...basis, reach: reach(10) }, {}, null);
  assert.deepEqual(labels(items), ["one a=1", "two a=1", "one a=0", "two a=0", "two a=2"]);
  assert.deepEqual(leftOut, [{ why: { kind: "unreached", inTree: false }, labels: ["far a=0"] }]);
});

test("after what is new to the patch's functions comes what is new to those beside them", () => {
  const { items } = planOf({ ...basis, reach: reach(10, true) }, {}, null);
  assert.deepEqual(labels(items), ["one a=1", "two a=1", "two a=2", "one a=0", "two a=0"]);
});

test("all cases of a scenario that calls the patch's function itself come next, as far as their part of the budget goes", () => {
  const about = (steps: number) => (label: string) => ({
    ...reach(steps, true, true)(label),
    about: label.startsWith("one"),
  });
  const { items } = planOf({ ...basis, reach: about(10) }, {}, null);
  assert.deepEqual(labels(items), ["one a=1", "two a=1", "one a=0", "two a=0", "two a=2"]);
  const dear = planOf({ ...basis, reach: about(6_000_000) }, {}, null);
  assert.deepEqual(labels(dear.items), ["one a=1", "two a=1", "two a=0", "two a=2", "one a=0"]);
});

test("what only one scenario looks at comes before what stands beside the patch's functions", () => {
  const { items } = planOf({ ...basis, reach: reach(10, true, true) }, {}, null);
  assert.deepEqual(labels(items), ["one a=1", "two a=1", "two a=0", "two a=2", "one a=0"]);
});

test("beyond the budget each scenario that enters a changed function does so once", () => {
  const { items, leftOut } = planOf({ ...basis, reach: reach(4_000_000, false, false, true) }, {}, null);
  assert.deepEqual(labels(items), ["one a=1", "two a=1", "one a=0", "two a=0", "two a=2"]);
  assert.equal(leftOut.length, 1);
  const dear = planOf({ ...basis, reach: reach(BUDGET, false, false, true) }, {}, null);
  assert.deepEqual(labels(dear.items), ["one a=1", "two a=1"]);
  const known = reach(0, false, false, true);
  const some = planOf(
    { ...basis, reach: (l) => ({ ...known(l), steps: l === "one a=0" ? BUDGET : 1 }) },
    {},
    null,
  );
  assert.deepEqual(labels(some.items), ["one a=1", "two a=1", "two a=2"]);
  assert.deepEqual(some.leftOut[1]?.labels, ["one a=0", "two a=0"]);
});

test("a further scenario that repeats a public test takes nobody's place", () => {
  const more = {
    ...basis,
    catalogue: [
      scenario("fstests-generic-1", { a: [0, 1] }),
      ...basis.catalogue,
      scenario("ndctl-x", { a: [0] }),
    ],
  };
  for (const steps of [10, 4_000_000, BUDGET]) {
    const tasks = steps === 10;
    const known = reach(steps, true, true, true);
    // Cheaper than the others, it looks at something that nobody else does, and enters what they do.
    const also = (ways: readonly string[]) => (label: string) =>
      label.startsWith("fstests") || label.startsWith("ndctl")
        ? { steps: 1, ways, about: true, entered: ["f"], looks: [label], near: ["p"], tasks: true }
        : known(label);
    const before = planOf({ ...basis, tasks, reach: known }, {}, null).items;
    const isMore = (l: string): boolean => l.startsWith("fstests") || l.startsWith("ndctl");
    const { items } = planOf({ ...more, tasks, reach: also(["x", "y"]) }, {}, null);
    assert.deepEqual(
      items.filter((i) => !isMore(i.label)),
      before,
    );
    // It runs where there is room: last.
    assert.deepEqual(
      labels(items).slice(before.length),
      steps === BUDGET ? [] : ["fstests-generic-1 a=0", "fstests-generic-1 a=1", "ndctl-x a=0"],
    );
    // What it alone enters, it is run for, first.
    const fresh = planOf({ ...more, reach: also(["x", "w"]) }, {}, null).items;
    assert.equal(labels(fresh)[2], "fstests-generic-1 a=0");
  }
});

test("beyond the budget, cases of which nothing is known (a scenario file's) stand first", () => {
  const known = reach(BUDGET, false, false, true);
  const { items } = planOf({ ...basis, reach: (l) => (l.startsWith("far") ? null : known(l)) }, {}, null);
  assert.deepEqual(labels(items), ["far a=0", "one a=1", "two a=1"]);
});

test("beyond the budget only what is new runs; --thorough and a name run all", () => {
  const { items, leftOut } = planOf({ ...basis, reach: reach(BUDGET) }, {}, null);
  assert.deepEqual(labels(items), ["one a=1", "two a=1"]);
  assert.deepEqual(leftOut[1], {
    why: { kind: "budget", steps: BUDGET },
    labels: ["one a=0", "two a=0", "two a=2"],
  });
  assert.equal(planOf({ ...basis, reach: reach(BUDGET) }, { thorough: true }, null).items.length, 6);
  assert.deepEqual(labels(planOf({ ...basis, reach: reach(BUDGET) }, { scenario: "two" }, null).items), [
    "two a=0",
    "two a=1",
    "two a=2",
  ]);
});

test("a scenario that one side's era lacks is left out, and so is everything where nothing can run", () => {
  const one = planOf({ ...basis, before: new Set(["one", "far"]) }, {}, null);
  assert.deepEqual(one.leftOut, [
    { why: { kind: "one-era", era: "v6.15" }, labels: ["two a=0", "two a=1", "two a=2"] },
  ]);
  const none = planOf({ ...basis, nothing: { kind: "no-function" } }, {}, null);
  assert.equal(none.items.length, 0);
  assert.equal(none.leftOut[0]!.labels.length, 6);
});

const SAMPLE = ["map-fault-unmap", "reflink-write", "lock-folio-waits"];
for (const era of ERA_NAMES)
  test(`the table of reach says what runs on the reference kernel do: ${era}`, () => {
    const table = reachOf(era);
    assert.ok(table, "npm run build makes it");
    const made = makeReach(era, faultKeys, (name) => SAMPLE.includes(name));
    assert.ok(made.cases.length > 8);
    assert.ok(
      made.cases.some((c) => c.variants.some((v) => made.names[made.variants[v]!] === EXPECTS)),
      "what scenarios look at is known",
    );
    assert.equal(table.knows(EXPECTS), false);
    for (const c of made.cases) {
      const names = new Set(c.variants.map((v) => made.names[made.variants[v]!]!));
      assert.deepEqual([...(table.entered(c.label) ?? [])].sort(), [...names].sort(), c.label);
      assert.deepEqual(table.faults(c.label), c.faults, c.label);
    }
  });

test("a function's meetings: whom it wakes, where that one sleeps, and how many sleep there", () => {
  const made = makeReach("v6.12", faultKeys, (name) => name === "invalidate-waiters");
  const meets = (label: RegExp, fn: string): number[] =>
    made.cases
      .filter((c) => label.test(c.label))
      .flatMap((c) => c.variants.filter((v) => made.names[made.variants[v]!] === meetingsName(fn)));
  const alone = new Set(meets(/removers=1$/, "__dax_invalidate_entry"));
  assert.ok(alone.size > 0, "it wakes readers");
  assert.ok(
    meets(/removers=2$/, "__dax_invalidate_entry").some((v) => !alone.has(v)),
    "the first of two that invalidate wakes the other",
  );
  assert.deepEqual(meets(/./, "dax_is_empty_entry"), []);
});

test("of the cases that enter a function alike, those run in which others sleep that it has to wake", () => {
  const { old, now } = changed(
    "fs/dax.c",
    "__dax_invalidate_entry",
    "put_unlocked_entry(&xas, entry, WAKE_ALL);",
    "put_unlocked_entry(&xas, entry, WAKE_NEXT);",
  );
  const { findings } = reviewDocument(parseDocument(mailOf("fs/dax.c", old, now), "one.patch"), {
    era: "v6.12",
  });
  const [found] = findings.filter((f) => f.verdict === "new");
  assert.equal(found?.code, "deadlock");
  assert.match(found.scenario, /^invalidate-waiters .* removers=2$/);
});

const side = (functions: [string, string][], macros: [string, string][]) => {
  const whole =
    (kind: "function" | "macro") =>
    ([name, text]: [string, string]) => ({
      name,
      kind,
      path: "fs/dax.c",
      side: "after" as const,
      visible: "whole" as const,
      text,
      lines: [],
      firstLine: 1,
      hunk: 0,
      changed: true,
    });
  return {
    units: [{ path: "fs/dax.c", text: [...macros, ...functions].map(([, t]) => t).join("\n") }],
    docLines: [[]],
    functions: functions.map(whole("function")),
    partial: [],
    others: macros.map(whole("macro")),
  };
};

test("what no case enters is come to by what mentions it, over macros and functions", () => {
  const known = (name: string) => name === "top" || name === "beside";
  const text = side(
    [
      ["leaf", "static int leaf(int x)\n{\n\treturn x;\n}\n"],
      ["middle", "static int middle(int x)\n{\n\treturn LEAF(x);\n}\n"],
      ["top", "static int top(int x)\n{\n\treturn middle(x);\n}\n"],
      ["beside", "static int beside(int x)\n{\n\treturn x;\n}\n"],
    ],
    [["LEAF", "#define LEAF(x) leaf(x)"]],
  );
  const only = { ...text, functions: text.functions.filter((f) => f.name === "leaf"), others: [] };
  assert.deepEqual([...entriesOf(only, known)], ["top"]);
});

test("a patch that nothing calls is told without a run", () => {
  const mail = [
    "diff --git a/drivers/foo/foo.c b/drivers/foo/foo.c",
    "--- a/drivers/foo/foo.c",
    "+++ b/drivers/foo/foo.c",
    "@@ -1,4 +1,4 @@",
    " static int foo_probe_it(struct foo *x)",
    " {",
    "-\treturn x->size;",
    "+\treturn x->size + 1;",
    " }",
    "",
  ].join("\n");
  const events: string[] = [];
  const result = reviewDocument(parseDocument(mail, "foo.patch"), {}, (e) => {
    events.push(e.kind);
    return true;
  });
  assert.deepEqual(events, ["plan", "patch"]);
  assert.deepEqual(result.runs, []);
  assert.deepEqual(
    result.plans.map((p) => [p.leftOut.map((l) => l.why.kind), p.cases > 100]),
    [[["uncalled"], true]],
  );
});
