import assert from "node:assert/strict";
import { test } from "node:test";
import { CFail } from "../../emulator/c/ctype.ts";
import { visitFunction } from "../../emulator/c/visit.ts";
import { KernelSources } from "../../emulator/function/sources.ts";

/** Headers by path; who defines what is said by hand, as the index of a tree would. */
function program(headers: Record<string, string>, definers: Record<string, string[]>, text: string) {
  const path = "drivers/front.c";
  const sources = new KernelSources({
    definers: (name) => definers[name] ?? [],
    read: (p) => headers[p] ?? null,
    typedefs: new Set(["seqcount_t"]),
    config: [],
  });
  const p = sources.program([{ path, text }]);
  return (name: string): { calls: string[]; traps: string[] } => {
    const e = p.lookup(name, path);
    assert.ok(e?.kind === "function");
    const calls: string[] = [];
    const traps: string[] = [];
    try {
      visitFunction(p.tree(e.sym), {
        expr: (x) => {
          if (x.k === "trap") traps.push(x.message);
          if (x.k === "call" && !("k" in x.target)) calls.push(x.target.name);
        },
        stmt: (s) => {
          if (s.k === "trap") traps.push(s.message);
        },
      });
    } catch (f) {
      if (!(f instanceof CFail)) throw f;
      traps.push(f.message);
    }
    return { calls, traps };
  };
}

test("a tracepoint is nothing, and may be handed on by its name", () => {
  const of = program(
    {},
    {},
    `void say(void (*trace)(int), int n);
     void f(int n) { trace_front_hit(n); say(trace_front_hit, n); if (trace_front_hit_enabled()) say(0, n); }`,
  );
  assert.deepEqual(of("f"), { calls: ["say", "say"], traps: [] });
});

test("the header that comes first gives a macro, also while it is being read", () => {
  const of = program(
    {
      "drivers/near.h": `#define SAY(stuff...) near_log(stuff)\n#ifdef LOUD\n#define LOG SAY\n#else\n#define LOG(stuff...) SAY(stuff)\n#endif\n#if SAY_LEVEL\n#endif\n`,
      "include/far.h": "#define SAY(d, stuff...) far_log((d)->gone, stuff)\n",
    },
    {
      "#LOG": ["drivers/near.h"],
      "#SAY": ["drivers/near.h", "include/far.h"],
      "#SAY_LEVEL": ["drivers/near.h"],
    },
    "void near_log(int n); void f(int n) { LOG(n); SAY(n); }",
  );
  assert.deepEqual(of("f"), { calls: ["near_log", "near_log"], traps: [] });
});

test("a header's own form of a shim's name does not replace the shim", () => {
  const of = program(
    {
      "include/printk.h":
        "static inline void print_hex_dump_debug(const char *p, int t, int r, int g, const void *b, unsigned long n, _Bool a) { }\n",
    },
    { __fs_log: ["include/printk.h"] },
    'void f(void) { pr_info("one %d", 1); }',
  );
  assert.deepEqual(of("f"), { calls: ["__fs_log"], traps: [] });
});

test("times are compared, whatever their check of types looks like", () => {
  const of = program(
    {
      "include/jiffies.h":
        "#define time_after(a, b) (typecheck(unsigned long, a) && typecheck(unsigned long, b) && ((long)((b) - (a)) < 0))\n",
    },
    { "#time_after": ["include/jiffies.h"] },
    "int f(unsigned long a, unsigned long b) { return time_after(a, b); }",
  );
  assert.deepEqual(of("f"), { calls: [], traps: [] });
});

test("sequence counters that headers make by macros have a type", () => {
  const of = program(
    { "include/seqlock.h": "typedef struct seqcount { unsigned sequence; } seqcount_t;\n" },
    { seqcount_t: ["include/seqlock.h"] },
    "struct s { int a; seqcount_spinlock_t count; int b; }; int f(struct s *s) { return s->b + (int)s->count.seqcount.sequence; }",
  );
  assert.deepEqual(of("f"), { calls: [], traps: [] });
});
