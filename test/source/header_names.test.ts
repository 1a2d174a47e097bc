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
