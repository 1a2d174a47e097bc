/** What is left at the end, and a warning, are the same when the patch only renames the function that made them, splits or moves it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { mailOf, referenceFunction } from "../support/one_change.ts";

const PATH = "fs/dax.c";
const CALLER = referenceFunction(PATH, "dax_to_pfn");
const LEAK = "(void)kzalloc(sizeof(struct gendisk), GFP_ATOMIC);";

/** What is done once, however often the function is called. */
const ONCE = ["static bool done;", "", "if (done)", "\treturn 0;", "done = true;"];

/** A static function that does this and gives 0. */
const helper = (name: string, ...lines: string[]): string =>
  [`static int ${name}(void)`, "{", ...lines.map((l) => `\t${l}`), "\treturn 0;", "}"].join("\n");

/** The helpers, and the function of the file that calls these of them. */
function code(helpers: readonly string[], ...calls: string[]): string {
  const caller = CALLER.replace(
    "\treturn v >> DAX_SHIFT;",
    `${calls.map((c) => `\tif (${c}())\n\t\treturn 0;\n`).join("")}\treturn v >> DAX_SHIFT;`,
  );
  assert.notEqual(caller, CALLER);
  return [...helpers, caller].join("\n\n");
}

function told(old: string, now: string): string[] {
  const { findings } = reviewDocument(parseDocument(Buffer.from(mailOf(PATH, old, now)), "renamed.eml"), {
    scenario: "truncate-mapped order=0 index=0*",
    era: "v6.12",
  });
  return [
    ...new Set(findings.map((f) => `${f.verdict} ${f.code} ${/\w+(?=\(\))/.exec(f.message)?.[0]}`)),
  ].sort();
}

const BEFORE = code([helper("dax_old_note", LEAK)], "dax_old_note");

test("a leak whose function the patch renames is already so", () => {
  assert.deepEqual(told(BEFORE, code([helper("dax_new_note", LEAK)], "dax_new_note")), [
    "already leaked-object dax_new_note",
  ]);
});

test("so is one that the patch puts into a helper of its own, or moves to the caller", () => {
  const split = [helper("dax_note_one", LEAK), helper("dax_old_note", "if (dax_note_one())", "\treturn 1;")];
  assert.deepEqual(told(BEFORE, code(split, "dax_old_note")), ["already leaked-object dax_note_one"]);
  const moved = CALLER.replace("\treturn v >>", `\t${LEAK}\n\treturn v >>`);
  assert.deepEqual(told(BEFORE, moved), ["already leaked-object dax_to_pfn"]);
});

/** With the leaks of one function parted between two. */
const parted = (once: readonly string[]): [string, string] => [
  code([helper("dax_old_note", ...once, LEAK, LEAK)], "dax_old_note"),
  code(
    [helper("dax_old_note", ...once, LEAK), helper("dax_note_two", ...once, LEAK)],
    "dax_old_note",
    "dax_note_two",
  ),
];

for (const [what, once] of [
  ["two leaks", ONCE],
  ["more leaks than are told", []],
] as const)
  test(`of ${what}, half of which the patch moves, none is new or fixed either way`, () => {
    const [together, apart] = parted(once);
    const own = (found: string[]): string[] => found.filter((f) => !f.startsWith("already"));
    assert.deepEqual(own(told(together, apart)), []);
    assert.deepEqual(own(told(apart, together)), []);
  });

test("one more object that the renamed function leaks is new, and one fewer fixed", () => {
  const one = code([helper("dax_old_note", ...ONCE, LEAK)], "dax_old_note");
  const two = code([helper("dax_new_note", ...ONCE, LEAK, LEAK)], "dax_new_note");
  const more = told(one, two);
  assert.ok(more.includes("new leaked-object dax_new_note"), more.join("; "));
  const fewer = told(two, one);
  assert.ok(fewer.includes("fixed leaked-object dax_new_note"), fewer.join("; "));
});

test("one more object that another function leaks beside the renamed one is new", () => {
  const beside = [helper("dax_new_note", ...ONCE, LEAK), helper("dax_note_two", ...ONCE, LEAK)];
  const found = told(
    code([helper("dax_old_note", ...ONCE, LEAK)], "dax_old_note"),
    code(beside, "dax_new_note", "dax_note_two"),
  );
  assert.ok(
    found.some((f) => f.startsWith("new leaked-object")),
    found.join("; "),
  );
});

test("an object of another type that the renamed function leaks is new, and the old one fixed", () => {
  const other = helper("dax_new_note", LEAK.replace("gendisk", "inode"));
  assert.deepEqual(told(BEFORE, code([other], "dax_new_note")), [
    "fixed leaked-object dax_old_note",
    "new leaked-object dax_new_note",
  ]);
});

test("a warning whose function is renamed and whose condition is written in other words is already so", () => {
  const warns = (name: string, condition: string): string =>
    code([helper(name, "unsigned long depth = 7;", "", `WARN_ON(${condition});`)], name);
  const both = told(warns("dax_old_note", "depth > 5"), warns("dax_new_note", "depth >= 6"));
  assert.deepEqual(both, ["already warn undefined"]);
});

test("a second warning in the renamed function is new", () => {
  const warns = (name: string, ...conditions: string[]): string =>
    code([helper(name, "unsigned long depth = 7;", "", ...conditions.map((c) => `WARN_ON(${c});`))], name);
  const more = told(warns("dax_old_note", "depth > 5"), warns("dax_new_note", "depth > 5", "depth > 6"));
  assert.ok(more.includes("new warn undefined"), more.join("; "));
});
