/** Names that a header declares are found whatever stands before their type. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { declarationsOf, namesOf } from "../../server/source/function_source.ts";

test("an attribute with arguments before the type is not the function's name, and hides none", () => {
  const { names } = namesOf(
    [
      "__printf(2, 3) __malloc char *make_text(unsigned int how, const char *fmt, ...);",
      "__printf(1, 4) struct queue *",
      "make_queue(const char *fmt, unsigned int flags, int most, ...);",
      "__scanf(2, 3) int take_apart(const char *, const char *, ...);",
      "int plain(void) __must_hold(lock);",
    ].join("\n"),
  );
  assert.deepEqual([...names].sort(), ["@make_queue", "@make_text", "@plain", "@take_apart"]);
});

test("a lock's type that is defined or named through a macro is a type", () => {
  const names = declarationsOf(
    "context_lock_struct(own_mutex) {\n\tint owner;\n};\ncontext_lock_struct(own_later);\n",
  );
  assert.ok(names.has("struct own_mutex") && names.has("struct own_later"));
});

test("a type with an alignment of its own behind its name is that type", () => {
  const { typedefs } = namesOf(
    "typedef struct call_data call_data_t\n\t__aligned(sizeof(struct call_data));\ntypedef int plain_t;\ntypedef long long_t __attribute__((aligned(8)));\n",
  );
  assert.deepEqual([...typedefs].sort(), ["call_data_t", "long_t", "plain_t"]);
});

test("enumerators that a list of macros makes are names of the header", () => {
  const { names } = namesOf(
    [
      "#define ORDERS \\",
      '\tENTRY(NONE, "none"), \\',
      '\tENTRY(LAST, "last")',
      "#define ENTRY(a, b) ORDER_ID_##a",
      "enum { ORDERS };",
      "#undef ENTRY",
      "#define FLAG(name) __ ## name ## _BIT, name = (1U << __ ## name ## _BIT)",
      "enum order_ends { OF_ANOTHER_HEADER(ORDER_END), ORDER_ENDS };",
      "enum order_flags { FLAG(ORDER_DIRTY), FLAG(ORDER_NEW), ORDER_FLAGS };",
      "#define SORTS() x(small, 0) x(large, 1)",
      "enum order_sort {",
      "#define x(t, n) SORT_##t = n,",
      "\tSORTS()",
      "#undef x",
      "\tSORT_NR",
      "};",
    ].join("\n"),
  );
  for (const name of [
    "ORDER_ID_NONE",
    "ORDER_ID_LAST",
    "ORDER_DIRTY",
    "__ORDER_NEW_BIT",
    "ORDER_FLAGS",
    "ORDER_END",
  ])
    assert.ok(names.has(name), name);
  for (const name of ["SORT_small", "SORT_large", "SORT_NR"]) assert.ok(names.has(name), name);
});

test("a macro that an enumerator's value calls is no name of the header's", () => {
  const { names } = namesOf(
    [
      "enum paths {",
      "\tPATH_A = BIT(0),",
      "\tPATH_B = BIT(1) | FLAGS(LOW, 2),",
      "\tPATH_AB = (PATH_A | PATH_B),",
      "};",
      "#define MORE LISTED(C)",
      "enum { MORE };",
      "enum ways {",
      "\tLISTED(ONE_WAY),",
      "#if IS_ENABLED(CONFIG_ANY_WAY)",
      "\tOTHER_WAY = BIT(3),",
      "#endif",
      "};",
    ].join("\n"),
  );
  for (const name of ["PATH_A", "PATH_B", "PATH_AB", "#MORE", "ONE_WAY", "OTHER_WAY"])
    assert.ok(names.has(name), name);
  for (const name of ["BIT", "FLAGS", "LOW", "LISTED", "CONFIG_ANY_WAY", "IS_ENABLED"])
    assert.ok(!names.has(name), name);
});

test("what a header indents at file scope is a name of its, what lies in a struct is not looked for", () => {
  const { names } = namesOf(
    "\tstruct far_in {\n\t\tstruct inner {\n\t\t\tint n;\n\t\t} in;\n\t};\n  enum steps {\n    FIRST,\n    LAST\n  };\n",
  );
  assert.deepEqual([...names].sort(), ["FIRST", "LAST", "enum steps", "struct far_in"]);
});

test("a typedef may name several, behind attributes, with pointers, on one line or without braces", () => {
  const { typedefs } = namesOf(
    [
      "typedef struct _ASK {",
      "\tint n;",
      "} __packed ASK, *PASK;",
      "typedef struct both { int n; } both_t, other_t;",
      "typedef struct far far_t, *far_p;",
      "typedef struct { int n; } __attribute__((packed)) packed_t;",
      "typedef int (*call_t)(int a, int b);",
      "typedef unsigned long words_t[4], *words_p;",
    ].join("\n"),
  );
  assert.deepEqual([...typedefs].sort(), [
    "ASK",
    "PASK",
    "both_t",
    "call_t",
    "far_p",
    "far_t",
    "other_t",
    "packed_t",
    "words_p",
    "words_t",
  ]);
});

test("an object that is declared behind its type's braces, with what these hold", () => {
  const { names } = namesOf("extern enum ways {\n\tWAY_UP,\n\tWAY_DOWN,\n} way;\n");
  assert.deepEqual([...names].sort(), ["@way", "WAY_DOWN", "WAY_UP", "enum ways"]);
});

test("an inline function that is indented at file scope is one, no body of a macro", () => {
  const { names } = namesOf(
    [
      "#ifdef CONFIG_SLOW",
      "  static inline void may_wait(const char *file, int line,",
      "\t\t\t      unsigned int n) { }",
      "#endif",
      "#define MAKE(name) \\",
      "\tstatic inline int of_##name(int n) \\",
      "\t{ return n; }",
    ].join("\n"),
  );
  assert.deepEqual([...names].sort(), ["#MAKE", "may_wait"]);
});

test("an array that others have is declared, also where its attribute stands on the next line", () => {
  const { names } = namesOf(
    "extern unsigned long no_page[SIZE / sizeof(unsigned long)]\n\t__visible;\nextern int plain __read;\n",
  );
  assert.deepEqual([...names].sort(), ["@no_page", "@plain"]);
});
