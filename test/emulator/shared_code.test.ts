/**
 * Images of one address space share lowered code: a function that means the same in both has one body, one that any of its
 * names, types, layouts or constants makes otherwise has another, and both run as they do alone.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { SourceFile, TranslationUnit } from "../../emulator/c/ast.ts";
import { linkImage } from "../../emulator/c/link.ts";
import { MacroTable } from "../../emulator/c/macro_table.ts";
import { parse } from "../../emulator/c/parser.ts";
import { preprocess } from "../../emulator/c/preprocessor.ts";
import { AddressSpace } from "../../emulator/c/space.ts";
import type { FnCode, Image } from "../../emulator/vm/image.ts";
import { callFunction } from "../support/layers.ts";

const files: SourceFile[] = [];

function unit(path: string, text: string): { path: string; tu: TranslationUnit } {
  const source: SourceFile = { path, text, origin: "reference" };
  const { tokens } = preprocess(source, { files, macros: new MacroTable(), resolve: () => null });
  return { path, tu: parse(tokens, { typedefs: ["count_t"], lazyBodies: true, unknownTypes: "assume" }) };
}

const HEADER = unit(
  "include/below.h",
  `enum { LIMIT = 3 };
   struct inner { int a; int b; };
   struct outer { struct inner in; int last; };
   typedef int count_t;`,
);
const BELOW = unit(
  "mm/below.c",
  `static int table[LIMIT] = { 1, 2, 3 };
   static const int fixed = 5;
   int helper(int x) { return x + 1; }
   int plain(int x) { return x * 2 + fixed; }
   int limit(void) { return LIMIT; }
   int member(struct outer *o) { return o->last; }
   int pass(struct outer *o) { return member(o); }
   int counted(void) { return sizeof(count_t); }
   int calls(int x) { return helper(x) + (int)sizeof("text"); }
   int sum(void) { int i, s = 0; for (i = 0; i < LIMIT; i++) s += table[i]; return s; }
   int once(void) { static int n; return ++n; }
   int lacks(struct outer *o) { return o->added; }
   int start(void)
   {
     struct outer o = { { 1, 2 }, 7 };
     return plain(1) + 10 * limit() + 100 * pass(&o) + 1000 * counted() + 10000 * calls(1) + 100000 * sum();
   }`,
);

function image(above: string, space: AddressSpace): Image {
  const top = unit("include/below.h", above);
  return linkImage({
    layers: [
      { fidelity: "diff", units: [top] },
      { fidelity: "reference", units: [HEADER, BELOW] },
    ],
    files,
    natives: new Set(),
    stubMode: "record",
    space,
  });
}

const body = (of: Image, name: string): FnCode => of.lower(of.findFunction(name));
const NAMES = ["plain", "limit", "member", "pass", "counted", "calls", "sum", "once", "lacks"];

const CHANGES: readonly { readonly what: string; readonly above: string; readonly own: readonly string[] }[] =
  [
    { what: "nothing", above: "int unused;", own: [] },
    { what: "the body of a callee", above: "int helper(int x) { return x + 2; }", own: ["calls"] },
    { what: "a layout", above: "struct inner { int a; long b; };", own: ["member", "lacks"] },
    {
      what: "a member that was missing",
      above: "struct outer { int last; int added; };",
      own: ["member", "lacks"],
    },
    { what: "a constant", above: "enum { LIMIT = 2 };", own: ["limit", "sum"] },
    { what: "a type", above: "typedef long count_t;", own: ["counted"] },
    { what: "a signature", above: "long helper(long x) { return x + 1; }", own: ["calls"] },
  ];

for (const { what, above, own } of CHANGES)
  test(`a change of ${what}: what it does not reach has one body in both images`, () => {
    const space = new AddressSpace();
    const first = image("", space);
    for (const name of NAMES) body(first, name);
    const second = image(above, space);
    // A static local is the image's own.
    const differ = NAMES.filter((name) => body(first, name) !== body(second, name));
    assert.deepEqual(differ.sort(), [...own, "once"].sort());
    const alone = image(above, new AddressSpace());
    const run = callFunction(second, "start");
    const ran = callFunction(alone, "start");
    assert.equal(run.end.reason.kind, "completed", run.end.reason.message);
    assert.equal(run.value, ran.value);
    assert.equal(run.vm.steps, ran.vm.steps);
  });

test("an object whose initialiser names a member that its type lacks is out of reach of that image alone", () => {
  const space = new AddressSpace();
  const ops = unit("include/ops.h", "struct ops { int (*one)(int); };");
  const user = unit(
    "mm/user.c",
    `static int one(int x) { return x; }
     static const struct ops own = { .one = one, .two = one };
     int is_own(void) { const void *o = &own; return o != 0; }`,
  );
  const link = (above: string): Image =>
    linkImage({
      layers: [
        { fidelity: "diff", units: [unit("include/ops.h", above)] },
        { fidelity: "reference", units: [ops, user] },
      ],
      files,
      natives: new Set(),
      stubMode: "record",
      space,
    });
  const lacking = callFunction(link(""), "is_own");
  assert.match(lacking.end.reason.message ?? "", /has no member `two`/);
  const whole = callFunction(link("struct ops { int (*one)(int); int (*two)(int); };"), "is_own");
  assert.equal(whole.end.reason.kind, "completed", whole.end.reason.message);
  assert.equal(whole.value, 1n);
});

test("what lowering tells is told by each image that takes the code over", () => {
  const text = "int never(unsigned int x) { return x < 0; }";
  const space = new AddressSpace();
  const shared = unit("mm/shared.c", text);
  const link = (): Image =>
    linkImage({
      layers: [{ fidelity: "reference", units: [shared] }],
      files,
      natives: new Set(),
      stubMode: "record",
      space,
    });
  const [a, b] = [link(), link()];
  assert.equal(body(a, "never"), body(b, "never"));
  assert.equal(a.deadChecks.length, 1);
  assert.deepEqual(b.deadChecks, a.deadChecks);
});

test("an image that nobody has any more goes, although its syntax and the code that it shares stay", async () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  const space = new AddressSpace();
  const elements = unit(
    "mm/elements.c",
    "struct never { int x; }; struct many { int n; int of[4]; struct never *p; }; int element(struct many *m, int i) { return m->of[i]; }",
  );
  /** Something that only the image has. */
  const linked = (): WeakRef<ReadonlySet<string>> => {
    const natives: ReadonlySet<string> = new Set();
    const made = linkImage({
      layers: [{ fidelity: "reference", units: [HEADER, BELOW, elements] }],
      files,
      natives,
      stubMode: "record",
      space,
    });
    for (const name of [...NAMES, "element", "start"]) body(made, name);
    return new WeakRef(natives);
  };
  const first = linked();
  const second = linked();
  // What a WeakRef was asked for in a turn stays until the next.
  await new Promise((resolve) => setImmediate(resolve));
  gc();
  assert.equal(first.deref(), undefined);
  assert.equal(second.deref(), undefined);
});
