/** The linker's rules: which definition wins, changed structs and signatures, what nothing defines, dead checks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { callFunction, linkLayers, type TextLayer } from "../support/layers.ts";

const diff = (files: Record<string, string>): TextLayer => ({ fidelity: "diff", files });
const reference = (files: Record<string, string>): TextLayer => ({ fidelity: "reference", files });

/** Runs `name` of the image and expects it to return. */
function value(layers: readonly TextLayer[], name = "start", args: readonly bigint[] = []): bigint {
  const image = linkLayers(layers);
  const { end, value: v } = callFunction(image, name, args);
  assert.equal(end.reason.kind, "completed", end.reason.message);
  return v;
}

function stops(layers: readonly TextLayer[], pattern: RegExp, kind = "unsupported", name = "start"): void {
  const { end } = callFunction(linkLayers(layers), name);
  assert.equal(end.reason.kind, kind, end.reason.message);
  assert.match(end.reason.message, pattern);
}

test("the topmost definition wins, also for code below it", () => {
  const below = reference({ "mm/a.c": "int f(void) { return 1; } int start(void) { return f(); }" });
  assert.equal(value([below]), 1n);
  assert.equal(value([diff({ "mm/a.c": "int f(void) { return 2; }" }), below]), 2n);
});

test("a static is seen first by its own file and leaves another file's alone", () => {
  const below = reference({
    "mm/a.c": "static int f(void) { return 1; } int a(void) { return f(); }",
    "mm/b.c": "static int f(void) { return 2; } int b(void) { return f(); }",
    "mm/c.c": "int a(void); int b(void); int start(void) { return a() * 10 + b(); }",
  });
  assert.equal(value([below]), 12n);
  assert.equal(value([diff({ "mm/a.c": "static int f(void) { return 7; }" }), below]), 72n);
});

test("a static that takes other things altogether is another function: callers below keep their own", () => {
  const below = reference({
    "mm/a.c":
      "static int put(unsigned long pfn, int flags) { return pfn + flags; } int start(void) { return put(40, 2); }",
  });
  const above = (f: string): TextLayer => diff({ "mm/a.c": f });
  const page = "struct page; static int put(struct page *page) { return page ? 1 : 7; }";
  assert.equal(value([above(page), below]), 42n);
  assert.equal(value([above(`${page} int mine(void) { return put((struct page *)8); }`), below], "mine"), 1n);
  // One parameter more, or one less, is the same function, changed.
  assert.equal(value([above("static int put(unsigned long pfn) { return pfn; }"), below]), 40n);
  assert.equal(
    value([
      above("static int put(unsigned long pfn, int flags, void *why) { return pfn - flags + !!why; }"),
      below,
    ]),
    38n,
  );
});

test("what a lower layer lets every file call and an upper one has as a static of the same file is one function", () => {
  const caller = "int f(void); int start(void) { return f(); }";
  const below = reference({ "mm/a.c": "int f(void) { return 1; }", "mm/b.c": caller });
  assert.equal(value([diff({ "mm/a.c": "static int f(void) { return 2; }" }), below]), 2n);
  // A static of another file is not what the caller means, and neither is one below.
  assert.equal(value([diff({ "mm/c.c": "static int f(void) { return 3; }" }), below]), 1n);
  assert.equal(
    value([below, { fidelity: "tree", files: { "mm/a.c": "static int f(void) { return 4; }" } }]),
    1n,
  );
});

test("a static that nobody else defines is visible everywhere", () => {
  const below = reference({
    "mm/a.c": "static int only(void) { return 5; }",
    "mm/b.c": "int start(void) { return only(); }",
  });
  assert.equal(value([below]), 5n);
});

test("a prototype or extern declaration never hides a definition", () => {
  const below = reference({ "mm/a.c": "int x = 4; int f(void) { return 1; }" });
  const above = diff({ "mm/b.c": "extern int x; int f(void); int start(void) { return f() + x; }" });
  assert.equal(value([above, below]), 5n);
});

test("tentative definitions merge, whatever their order", () => {
  const unit = "int x; extern int a[]; int start(void) { return x + sizeof(a); } int x = 3; int a[5]; int x;";
  assert.equal(value([reference({ "mm/a.c": unit })]), 23n);
});

test("a struct of an upper layer replaces that of the lower for all code", () => {
  const below = reference({
    "include/s.h": "struct s { int a; int b; };",
    "mm/a.c": "int size(void) { return sizeof(struct s); } int get(struct s *p) { return p->b; }",
  });
  const above = diff({
    "include/s.h": "struct s { long pad; int a; int b; };",
    "mm/b.c":
      "int size(void); int get(struct s *); int start(void) { struct s v = { 1, 2, 3 }; return size() * 10 + get(&v); }",
  });
  assert.equal(value([above, below]), 163n);
});

test("a member that no longer exists stops the function that uses it, not the rest", () => {
  const below = reference({
    "include/s.h": "struct s { int a; int gone; };",
    "mm/a.c":
      "int bad(struct s *p) { return p->gone; } int good(struct s *p) { return p->a; } " +
      "int start(void) { struct s v = { 9 }; return good(&v); } int worse(void) { struct s v = { 9 }; return bad(&v); }",
  });
  const above = diff({ "include/s.h": "struct s { int a; };" });
  assert.equal(value([above, below]), 9n);
  stops([above, below], /struct s has no member `gone`/, "unsupported", "worse");
});

test("a new parameter is zero in calls by older code, and noted", () => {
  const below = reference({
    "mm/a.c": "int f(int a, int b) { return a * 10 + b; } int start(void) { return f(1, 2); }",
  });
  const above = diff({ "mm/a.c": "int f(int a, long extra, int b) { return a * 100 + b * 10 + extra; }" });
  const image = linkLayers([above, below]);
  assert.equal(callFunction(image, "start").value, 120n);
  assert.deepEqual(
    image.notes.map((n) => n.kind),
    ["signature"],
  );
  assert.match(image.notes[0]!.message, /`extra` is new/);
});

test("dropped parameters are evaluated and ignored, renamed ones match by position", () => {
  const below = reference({
    "mm/a.c":
      "int n; int next(void) { return ++n; } int f(int a, int b, int c) { return a; } " +
      "int start(void) { int r = f(5, next(), 6); return r * 10 + n; }",
  });
  const above = diff({ "mm/a.c": "int f(int first, int c) { return first * 10 + c; }" });
  assert.equal(value([above, below]), 561n);
});

test("a result that became void may not be used", () => {
  const below = reference({ "mm/a.c": "int f(void) { return 1; } int start(void) { return f(); }" });
  stops([diff({ "mm/a.c": "void f(void) { }" }), below], /void/);
});

test("a result that became a pointer to something else stops its callers of another text", () => {
  const below = reference({
    "mm/a.c":
      "struct a { int n; }; struct a one = { 7 }; struct a *f(void) { return &one; } int start(void) { return f()->n; }",
  });
  const above = (ret: string, what: string): Parameters<typeof value>[0] => [
    diff({
      "mm/a.c": `struct a { int n; }; struct b { char c; int n; }; ${what} ${ret} *f(void) { return (${ret} *)&x; }`,
    }),
    below,
  ];
  stops(
    above("struct b", "struct b x = { 1, 2 };"),
    /it gives struct b \* now, and this call is made for struct a \*/,
  );
  assert.equal(value(above("struct a", "struct a x = { 8 };")), 8n);
});

test("code that no layer knows: stub, or stop", () => {
  const layers = [diff({ "mm/a.c": "int mystery(int); int start(void) { return mystery(4) + 3; }" })];
  const image = linkLayers(layers);
  const { value: v, vm } = callFunction(image, "start");
  assert.equal(v, 3n);
  assert.deepEqual([...vm.stubCalls.keys()], ["mystery"]);
  const strict = callFunction(linkLayers(layers, { stubMode: "stop" }), "start");
  assert.equal(strict.end.reason.message, "call of undefined function `mystery`");
});

test("unknown names and types stop where they are used, with their name", () => {
  stops(
    [diff({ "mm/a.c": "int start(void) { return nothing_here; }" })],
    /^`nothing_here` is not known: not in the diff, not in the reference kernel$/,
  );
  stops([diff({ "mm/a.c": "int start(void) { struct unknown v; return sizeof(v); }" })], /struct unknown/);
});

test("dead branches may name what does not exist", () => {
  const text = `
    int start(void) {
      if (0) missing(nothing);
      if (sizeof(long) == 4 && nothing) return 1;
      if (__builtin_constant_p(nothing)) return 2;
      return 0 ? nothing : 8;
    }`;
  assert.equal(value([diff({ "mm/a.c": text })]), 8n);
});

test("an error in one statement leaves the rest of the function", () => {
  const text = "int start(int x) { if (x) { x = nothing; } return 4; }";
  assert.equal(value([diff({ "mm/a.c": text })], "start", [0n]), 4n);
});

test("comparisons that types decide are recorded, through macros", () => {
  const text = `
    #define WARN_ON_ONCE(c) ({ int r_ = !!(c); r_; })
    typedef unsigned long ulong_t;
    int start(unsigned long ref, _Bool b, unsigned char c, int ok, ulong_t u) {
      if (WARN_ON_ONCE(ref < 0)) return 1;
      if (b > 1) return 2;
      if (c == 256) return 3;
      if (ok < 0) return 4;
      if (0 <= u) ok++;
      return c >= 0;
    }`;
  const image = linkLayers([diff({ "mm/a.c": text })]);
  image.lower(image.findFunction("start"));
  assert.deepEqual(
    image.deadChecks.map((d) => d.text),
    [
      "`ref < 0` is always false: `ref` is unsigned long",
      "`b > 1` is always false: `b` is _Bool",
      "`c == 256` is always false: `c` is unsigned char",
      "`0 <= u` is always true: `u` is unsigned long",
      "`c >= 0` is always true: `c` is unsigned char",
    ],
  );
  assert.equal(image.deadChecks[0]!.loc.line, 2 + 3);
});

test("questions about types and constants", () => {
  const image = linkLayers([
    diff({
      "include/s.h":
        "#define SIZE (4 * HALF)\n#define HALF 8\nenum e { RED, GREEN = 7 }; typedef struct s { char c; union { int u; short h[2]; }; unsigned f : 3, g : 5; struct s *next; } s_t;",
    }),
  ]);
  assert.equal(image.constant("GREEN"), 7n);
  assert.equal(image.constant("SIZE"), 32n);
  assert.equal(image.constant("NONE"), null);
  const s = image.layoutOf("struct s")!;
  assert.equal(s.size, 24);
  assert.equal(s.fields.get("u")!.offset, 4);
  assert.equal(s.fields.get("h")!.count, 2);
  assert.deepEqual(s.fields.get("g")!.bit, { offset: 8, bytes: 1, shift: 3, width: 5, signed: false });
  assert.deepEqual(image.layoutOf("s_t"), s);
  assert.equal(image.layoutOf("struct nope"), null);
});

test("coverage counts the statements of chosen files", () => {
  const image = linkLayers([diff({ "mm/a.c": "int start(int x) {\n if (x)\n return 1;\n return 2;\n}" })], {
    coverage: (_path, fidelity) => fidelity === "diff",
  });
  const { vm } = callFunction(image, "start", [1n]);
  const lines = vm.lineHits.flatMap((n, id) => (n !== undefined && n > 0 ? [image.lines[id]!.line] : []));
  assert.deepEqual(lines, [2, 3]);
});

test("an argument of another type names the call, and a record without a tag by its typedef", () => {
  const code = `typedef struct { unsigned long val; } pfn_t;
    int insert(int n, pfn_t pfn) { return n; } int start(void) { return insert(1, 5UL); }`;
  stops(
    [reference({ "mm/a.c": code })],
    /^argument 2 of insert\(\): (int|unsigned long) given, pfn_t wanted$/,
  );
});
