/**
 * What a call gives is asked for the error that the call fails by, what is returned was not freed, memory that a device owns has the
 * bytes that were asked for, and a device that could not be registered is given back and not freed.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Side } from "../../emulator/function/explore.ts";
import { KernelSources } from "../../emulator/function/sources.ts";
import { staticDifferences } from "../../emulator/function/static_checks.ts";
import { readContracts } from "../../server/review/contracts.ts";
import { allOf, DECLARATIONS, type Pair, testPairs, told } from "../support/function_pair.ts";

const OWN =
  "void *devm_kzalloc(struct device *dev, size_t n, gfp_t f); struct clk *clk_get_optional(struct device *dev, const char *id);\n";

/** What the text of f() shows in one of two bodies alone. */
function shown(before: string, after: string): string[] {
  const path = "drivers/fixture.c";
  const source = { definers: () => [], read: () => null, typedefs: new Set<string>(), config: [] };
  const sources = new KernelSources(source);
  const { contracts } = readContracts();
  const text = (body: string): string =>
    `${DECLARATIONS}${OWN}static void *own(int n) { return lookup(n); }\nint f(struct device *dev)\n{\n${body}\n\treturn 0;\n}\n`;
  const side = (body: string): Side => ({
    program: sources.program([{ path, text: text(body) }]),
    contracts,
    files: new Set([path]),
    changed: () => true,
  });
  return staticDifferences(side(before), side(after), path, ["f"], {
    before: text(before),
    after: text(after),
  }).map((d) => `${d.verdict} ${d.fault.kind} ${d.fault.object}`);
}

const memory = (asks: string): string =>
  `\tvoid *p;\n\tp = devm_kzalloc(dev, 8, GFP_KERNEL);\n\tif (${asks})\n\t\treturn -ENOMEM;`;
const clock = (asks: string, get = "clk_get"): string =>
  `\tstruct clk *c;\n\tc = ${get}(dev, "bus");\n\tif (${asks})\n\t\treturn -EINVAL;`;

const asked: readonly [string, string, string, string[]][] = [
  ["IS_ERR() of memory", memory("!p"), memory("IS_ERR(p)"), ["new error-lost IS_ERR(p) of devm_kzalloc()"]],
  [
    "the same in unlikely()",
    memory("!p"),
    memory("unlikely(IS_ERR(p))"),
    ["new error-lost IS_ERR(p) of devm_kzalloc()"],
  ],
  [
    "IS_ERR() of memory, mended",
    memory("IS_ERR(p)"),
    memory("!p"),
    ["fixed error-lost IS_ERR(p) of devm_kzalloc()"],
  ],
  ["NULL of a clock", clock("IS_ERR(c)"), clock("!c"), ["new error-lost !c of clk_get()"]],
  [
    "a clock that may be missing",
    clock("IS_ERR(c)", "clk_get_optional"),
    clock("!c", "clk_get_optional"),
    [],
  ],
  ["both are asked", clock("IS_ERR(c)"), clock("!c) return 0; if (IS_ERR(c)"), []],
  [
    "a function of the file's own",
    memory("!p").replace(/devm_kzalloc.*?;/, "own(8);"),
    memory("IS_ERR(p)").replace(/devm_kzalloc.*?;/, "own(8);"),
    [],
  ],
  ["another callee that fails so", memory("!p"), `${clock("IS_ERR(c)")}`, []],
];
for (const [name, before, after, want] of asked)
  test(`asked: ${name}`, () => assert.deepEqual(shown(before, after), want));

const STAT = `struct stat { char *text; int mode; }; void stat_free(struct stat *s); struct stat *stat_of(int n); void *memcpy(void *to, const void *from, size_t n);
static void all(struct stat *s) { kfree(s->text); s->text = NULL; }`;
const PART = `struct part { int n; unsigned char len; unsigned char data[]; } __attribute__((packed)); void *devm_kzalloc(struct device *dev, size_t n, gfp_t f);
void *memcpy(void *to, const void *from, size_t n); struct owner { struct device *dev; struct part *part; };`;
const part = (size: string): string => `${PART}
int f(struct owner *o, const unsigned char *from) { unsigned char len = from[0]; struct part *p = devm_kzalloc(o->dev, ${size}, GFP_KERNEL); if (!p) return -ENOMEM;
  p->len = len; memcpy(p->data, from + 1, len); o->part = p; return 0; }`;
const CELL = `int platform_device_register(struct platform_device *p); void platform_device_put(struct platform_device *p);
struct cell { struct platform_device pdev; int n; }; struct owner { struct cell *cell; };
static void cell_release(struct device *dev) { kfree((char *)dev - __builtin_offsetof(struct cell, pdev.dev)); }`;
const cell = (failed: string): string => `${CELL}
int f(struct owner *o) { int ret; struct cell *c = kzalloc(sizeof(*c), GFP_KERNEL); if (!c) return -ENOMEM; c->pdev.dev.release = cell_release;
  ret = platform_device_register(&c->pdev); if (ret) { ${failed} return ret; } o->cell = c; return 0; }`;

const FRAME = `struct frame { unsigned int len; unsigned char id[16]; }; void *memcpy(void *to, const void *from, size_t n);`;
const frame = (asks: string): string => `${FRAME}
int f(struct frame *to, const unsigned char *from) { u32 len = from[0]; ${asks} to->len = len; memcpy(to->id, from + 1, len); return 0; }`;

/** What is no more than possible of two texts. */
const maybe = (before: string, after: string): string[] =>
  told(allOf(before, after, { name: "f" }).filter((d) => d.fault.possible));
const asksFirst = frame("if (len > sizeof(to->id)) return -EINVAL;");
const lengths: readonly [string, string, string, string[]][] = [
  ["no more asked", asksFirst, frame(""), ["new past-its-memory to->id"]],
  ["asked now", frame(""), asksFirst, ["fixed past-its-memory to->id"]],
  ["asked otherwise", asksFirst, frame("if (len >= 17) return -EINVAL;"), []],
  ["cut off", asksFirst, frame("if (len > 16) len = 16;"), []],
  ["never asked", frame(""), frame("if (!helper(1)) return -EINVAL;"), []],
];
for (const [name, before, after, want] of lengths)
  test(`a length: ${name}`, () => assert.deepEqual(maybe(before, after), want));

/** A policy that is copied: NULL stays NULL by a test that other callers need, and who makes one gives NULL for one mode of the caller's. */
const POLICY = `struct policy { int mode; int flags; }; static inline void *ERR_PTR(long e) { return (void *)e; }
static struct policy *dup(struct policy *old) { struct policy *p = kmalloc(sizeof(*p), GFP_KERNEL); if (!p) return ERR_PTR(-ENOMEM); *p = *old; return p; }
static struct policy *make(int mode) { struct policy *p; if (mode == 3) return NULL; p = kzalloc(sizeof(*p), GFP_KERNEL); if (!p) return ERR_PTR(-ENOMEM); return p; }`;
const policy = (asks: string): string => `${POLICY}
int f(struct policy *of) { struct policy *p, *q; p = make(of->mode); if (IS_ERR(p)) return 0; q = p ? dup(p) : p; if (${asks}) { kfree(p); return -ENOMEM; }
  q->flags |= 1; kfree(q); kfree(p); return 0; }`;

const pairs: readonly Pair[] = [
  {
    name: "a test of NULL for one of an error: what a failing call gives there counts, not what a caller's mode may",
    bad: policy("!q"),
    good: policy("IS_ERR(q)"),
    want: ["error-pointer-dereference error pointer"],
  },
  {
    name: "what is returned was freed",
    bad: `${STAT} char *f(int n) { struct stat *s = stat_of(n); char *res; if (!s) return NULL; res = s->text; all(s); kfree(s); return res; }`,
    good: `${STAT} char *f(int n) { struct stat *s = stat_of(n); char *res; if (!s) return NULL; res = s->text; s->text = NULL; all(s); kfree(s); return res; }`,
    want: ["use-after-release stat_of()->text"],
  },
  {
    name: "what is returned was given back, and others have it",
    bad: "struct device *find(int n); struct device *f(int n) { struct device *d = find(n); if (!d) return NULL; put_device(d); return d; }",
    good: "struct device *find(int n); struct device *f(int n) { struct device *d = find(n); if (d) put_device(d); return d; }",
    want: [],
  },
  {
    name: "managed memory without room for what is copied behind it",
    bad: part("sizeof(*p)"),
    good: part("sizeof(*p) + len"),
    want: ["past-its-memory devm_kzalloc()->data"],
  },
  {
    name: "a device that could not be registered is freed",
    bad: cell("kfree(c);"),
    good: cell("platform_device_put(&c->pdev);"),
    want: ["leaked device reference of platform_device_register()"],
  },
];
testPairs(pairs);
