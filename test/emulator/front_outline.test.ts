// The outline of raw text: what is found, on which lines, and what fragments leave of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type OutlineItem, outline } from "../../emulator/c/outline.ts";

function show(item: OutlineItem): string {
  const lines = `${item.startLine}${item.braceLine === null ? "" : `{${item.braceLine}`}-${item.endLine}`;
  const flags = (item.isStatic ? " static" : "") + (item.macro === undefined ? "" : ` by ${item.macro}`);
  return `${item.kind} ${item.name} ${lines}${item.whole ? "" : " part"}${flags}`;
}

function shown(text: string): string[] {
  return outline(text).map(show);
}

/** Kernel-style text written for this test; the fragments below are cut out of it. */
const KERNEL = `// SPDX-License-Identifier: GPL-2.0
/*
 * A comment with int not_here(void) { in it.
 */
#include <linux/fs.h>

#define FOO_SHIFT	(BITS_PER_LONG - 4)
#define foo_for_each(x, head)			\\
	for (x = (head)->first;			\\
	     x; x = x->next)

struct foo_entry {
	struct foo_entry *next;
	union {
		int a;
		struct { char b; } c;
	};
};

enum foo_mode { FOO_ONE, FOO_TWO = 5, FOO_MAX };
enum { FOO_BAR, FOO_BAZ };

typedef int (*foo_fn)(struct foo_entry *, void *);
typedef struct foo_entry foo_t;
typedef struct {
	int x;
} foo_anon_t;

static DEFINE_MUTEX(foo_lock);
LIST_HEAD(foo_list);
static int foo_count = 3, *foo_ptr;
int foo_global __read_mostly;
extern int foo_extern;
int foo_prototype(struct foo_entry *e, int n);

static const struct foo_operations foo_ops = {
	.open	= foo_open,
	.read	= foo_read,
};

static const char * const foo_names[] = {
	[FOO_ONE] = "one {",
	[FOO_TWO] = "two }",
};

static int foo_open(struct foo_entry *e)
{
	if (e->a == '{' || e->a == '"')
		return 1; /* } */
	return 0;
}
EXPORT_SYMBOL_GPL(foo_open);

/**
 * foo_read - reads
 */
vm_fault_t __must_check foo_read(struct foo_entry *e,
		unsigned long len, int (*fn)(int))
	__acquires(&foo_lock)
{
	struct foo_entry *p;

	foo_for_each(p, e) {
		if (!p)
			goto out;
	}
out:
	return fn(len);
}

#ifdef CONFIG_FOO
static inline int foo_enabled(void)
{
	return 1;
}
#else
static inline int foo_enabled(void) { return 0; }
#endif

#ifdef CONFIG_BAR
int foo_split(int a)
#else
int foo_split(void)
#endif
{
#ifdef CONFIG_BAZ
	if (a) {
#else
	if (!a) {
#endif
		return 1;
	}
	return 0;
}

static struct foo_entry *
foo_find(int n)
{
	return NULL;
}

SYSCALL_DEFINE2(foo_call, int, fd, struct foo __user *, arg)
{
	return fd;
}

void (*foo_handler(int sig))(int)
{
	return NULL;
}

module_init(foo_open);
MODULE_LICENSE("GPL");
`;

const EXPECTED = [
  "macro FOO_SHIFT 7-7",
  "macro foo_for_each 8-10",
  "struct foo_entry 12{12-18",
  "enum foo_mode 20{20-20",
  "enum  21{21-21",
  "typedef foo_fn 23-23",
  "typedef foo_t 24-24",
  "typedef foo_anon_t 25{25-27",
  "variable foo_lock 29-29 static by DEFINE_MUTEX",
  "variable foo_list 30-30 by LIST_HEAD",
  "variable foo_count 31-31 static",
  "variable foo_ptr 31-31 static",
  "variable foo_global 32-32",
  "variable foo_ops 36{36-39 static",
  "variable foo_names 41{41-44 static",
  "function foo_open 46{47-51 static",
  "function foo_read 57{60-69",
  "function foo_enabled 72{73-75 static",
  "function foo_enabled 77{77-77 static",
  "function foo_split 82{85-94",
  "function foo_find 96{98-100 static",
  "function sys_foo_call 102{103-105 by SYSCALL_DEFINE2",
  "function foo_handler 107{108-110",
];

test("outline: a whole file", () => {
  const found = shown(KERNEL);
  // Which of the two heads of foo_split is taken does not matter, that the body is found does.
  const normal = found.map((line) => line.replace(/^function foo_split \d+/, "function foo_split 82"));
  assert.deepEqual(normal, EXPECTED);
  const enums = outline(KERNEL).filter((item) => item.kind === "enum");
  assert.deepEqual(
    enums.map((item) => item.enumerators),
    [
      ["FOO_ONE", "FOO_TWO", "FOO_MAX"],
      ["FOO_BAR", "FOO_BAZ"],
    ],
  );
});

test("outline: every fragment agrees with the whole", () => {
  const lines = KERNEL.split("\n");
  const full = outline(KERNEL);
  const key = (item: OutlineItem, shift: number) => `${item.kind} ${item.name} ${item.startLine + shift}`;
  const known = new Map(full.map((item) => [key(item, 0), item]));
  for (let from = 0; from < lines.length; from++) {
    for (let to = from + 1; to <= lines.length; to++) {
      const part = outline(lines.slice(from, to).join("\n"));
      const context = `lines ${from + 1} to ${to}`;
      const wholes = new Set<string>();
      for (const item of part) {
        if (!item.whole) continue;
        const original = known.get(key(item, from));
        // #ifdef around the head of foo_split: a fragment may see only one of the two.
        if (item.name === "foo_split") continue;
        assert.ok(original, `${context}: ${show(item)} is not in the file`);
        assert.equal(item.endLine + from, original.endLine, `${context}: ${show(item)}`);
        wholes.add(key(item, from));
      }
      for (const item of full) {
        if (item.name === "foo_split" || item.startLine <= from || item.endLine > to) continue;
        assert.ok(wholes.has(key(item, 0)), `${context}: ${show(item)} is missing`);
      }
    }
  }
});

test("outline: fragments", () => {
  const table: [text: string, expected: string[]][] = [
    [
      "\tint a;\n\n\ta = 1;\n\tif (a) {\n\t\tb();\n\t}\n\treturn 0;\n}\n\nint g(void)\n{\n\treturn 1;\n}\n",
      ["function g 10{11-13"],
    ],
    ["int g(void)\n{\n\treturn 1;\n", ["function g 1{2-3 part"]],
    ["static int g(int a,\n\t     int b)\n", ["function g 1-2 part static"]],
    ["g(int a)\n{\n\treturn a;\n}\n", ["function g 1{2-4 part"]],
    ["\t     int b)\n{\n\treturn b;\n}\nint h;\n", ["variable h 5-5"]],
    [
      " * more of a comment { with braces\n * and int f(void) {\n */\nint g(void)\n{\n}\n",
      ["function g 4{5-6"],
    ],
    ["text of a comment { */\nint g(void)\n{\n}\n", ["function g 2{3-4"]],
    [" * don't\n * stop here {\n", []],
    ["int g(void)\n{\n}\n/* a comment that goes on\n * int h(void) {\n", ["function g 1{2-3"]],
    ["\t\tx = 1;\t\\\n\t} while (0)\n\nint g(void)\n{\n}\n", ["function g 4{5-6"]],
    ["#define M(x)\t\\\n\tdo {\t\\\n", ["macro M 1-2 part"]],
    ["#define M(x)\t\\\n\t(x)\n#define N\n", ["macro M 1-2", "macro N 3-3"]],
    ["out_unlock:\n\tmutex_unlock(&a);\nout:\n\treturn ret;\n}\n", []],
    ["\tfor_each_foo(x) {\n\t\ty(x);\n\t}\n", []],
    ["for_each_foo(x) {\n\ty(x);\n}\n", []],
    ["\tdefault:\n\t\tbreak;\n\t}\n\n\treturn 0;\n}\n\nstatic int a;\n", ["variable a 8-8 static"]],
    ["\t.open = a,\n\t.read = b,\n};\n\nstatic int c;\n", ["variable c 5-5 static"]],
    ["static const struct foo bar = {\n\t.open = a,\n", ["variable bar 1{1-2 part static"]],
    ["struct foo {\n\tint a;\n", ["struct foo 1{1-2 part"]],
    [
      "struct foo {\n\tint a;\n} __packed;\nstruct foo f(void);\nstruct foo g(void)\n{\n}\n",
      ["struct foo 1{1-3", "function g 5{6-7"],
    ],
    [
      "struct foo {\n\tint a;\n} bar, *baz = NULL;\n",
      ["struct foo 1{1-3", "variable bar 1{1-3", "variable baz 1{1-3"],
    ],
    ["typedef struct foo {\n\tint a;\n} foo_t;\n", ["struct foo 1{1-3", "typedef foo_t 1{1-3"]],
    ["\t}\n#else\n\t{\n#endif\n\treturn 0;\n}\n\nint g;\n", ["variable g 8-8"]],
    ["#else\nint f(void)\n{\n}\n#endif\n", ["function f 2{3-4"]],
    ["__printf(1, 2) static void f(const char *fmt, ...)\n{\n}\n", ["function f 1{2-3 static"]],
    ["static void __sched __f(int a)\n\t__releases(x) __acquires(y)\n{\n}\n", ["function __f 1{3-4 static"]],
    [
      "COMPAT_SYSCALL_DEFINE1(foo, int, a)\n{\n}\n",
      ["function compat_sys_foo 1{2-3 by COMPAT_SYSCALL_DEFINE1"],
    ],
    ["EXPORT_SYMBOL(foo);\nmodule_param(a, int, 0);\nint x;\n", ["variable x 3-3"]],
    ["DEFINE_PER_CPU(struct foo *, bar[N]);\n", ["variable bar 1-1 by DEFINE_PER_CPU"]],
    [
      "int f(void) { return '{'; }\nint g(void) { return \"}\"[0]; }\n",
      ["function f 1{1-1", "function g 2{2-2"],
    ],
    [
      "int a[] = { 1, 2 }, b;\nvoid (*fp)(int) = NULL;\nint (*tab[3])(void);\n",
      ["variable a 1{1-1", "variable b 1{1-1", "variable fp 2-2", "variable tab 3-3"],
    ],
    ["", []],
    ["\n\n", []],
    ["}\n", []],
  ];
  for (const [text, expected] of table) assert.deepEqual(shown(text), expected, text);
});
