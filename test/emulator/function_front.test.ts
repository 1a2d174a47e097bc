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
    { __fs_log_mild: ["include/printk.h"] },
    'void f(void) { pr_info("one %d", 1); }',
  );
  assert.deepEqual(of("f"), { calls: ["__fs_log_mild"], traps: [] });
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

test("a guard whose constructor is a macro of its own name is the function's", () => {
  const header = `#define context_lock_struct(name, ...) struct __VA_ARGS__ name
context_lock_struct(own_lock) { int n; };
DEFINE_OWN(own, struct own_lock)
#define class_own_constructor(_T) WITH_LOCK_GUARD_1_ATTRS(own, _T)
`;
  const paths = ["include/own.h", "include/cleanup.h"] as const;
  const cleanup = `#define DEFINE_OWN(_name, _type) \\
typedef struct { _type *lock; } class_##_name##_t; \\
static inline class_##_name##_t class_##_name##_constructor(_type *l) { class_##_name##_t t = { l }; own_take(l); return t; } \\
static inline void class_##_name##_destructor(class_##_name##_t *t) { own_drop(t->lock); }
#define WITH_LOCK_GUARD_1_ATTRS(_name, _T) class_##_name##_constructor(_T), *gone __attribute__((cleanup(never))) = (void *)(_T)
#define CLASS(_name, var) class_##_name##_t var __attribute__((cleanup(class_##_name##_destructor))) = class_##_name##_constructor
`;
  const of = program(
    { [paths[0]]: header, [paths[1]]: cleanup },
    {
      ...Object.fromEntries(
        [
          "struct own_lock",
          "class_own_constructor",
          "class_own_destructor",
          "class_own_t",
          "typedef class_own_t",
          "#class_own_constructor",
          "#context_lock_struct",
        ].map((n) => [n, [paths[0]]]),
      ),
      ...Object.fromEntries(
        ["#DEFINE_OWN", "#WITH_LOCK_GUARD_1_ATTRS", "#CLASS"].map((n) => [n, [paths[1]]]),
      ),
    },
    `void own_take(struct own_lock *l); void own_drop(struct own_lock *l); void use(int n);
     void f(struct own_lock *l) { CLASS(own, held)(l); use(l->n); }`,
  );
  const { calls, traps } = of("f");
  assert.deepEqual(traps, []);
  assert.ok(calls.includes("class_own_constructor"), calls.join());
});

test("what a header has where debugfs is there is there, what it has for debugging is not", () => {
  const of = program(
    {
      "include/own.h":
        "struct own {\n#ifdef CONFIG_DEBUG_FS\n int files;\n#endif\n#ifdef CONFIG_OWN_DEBUG\n struct missing checks;\n#endif\n};\n",
    },
    { "struct own": ["include/own.h"] },
    "int f(struct own *o) { return o->files; }",
  );
  assert.deepEqual(of("f"), { calls: [], traps: [] });
});

test("page tables are those of the machine, of as many levels as it has", () => {
  const calls = program(
    {},
    {},
    "void f(void);\nvoid g(void);\nvoid run(void)\n{\n#if CONFIG_PGTABLE_LEVELS >= 4 && !defined(CONFIG_X86_PAE)\n\tf();\n#else\n\tg();\n#endif\n}\n",
  )("run");
  assert.deepEqual(calls, { calls: ["f"], traps: [] });
});

test("an exchange in one step is C in every width and order, also where the tree says that there is none", () => {
  const none =
    "extern void raw_cmpxchg_not_implemented(void);\n#define raw_cmpxchg(...) raw_cmpxchg_not_implemented()\n";
  const of = program(
    { "include/fallback.h": none },
    { "#raw_cmpxchg": ["include/fallback.h"], "@raw_cmpxchg_not_implemented": ["include/fallback.h"] },
    `int a(int *p, int o, int n) { return raw_cmpxchg(p, o, n); }
     long b(long *p, long *e) { return raw_try_cmpxchg64_acquire(p, e, 7) ? xchg_relaxed(p, 3) : cmpxchg64_release(p, 1, 2); }
     void say(void); void c(void) { return say(); }`,
  );
  for (const fn of ["a", "b"]) assert.deepEqual(of(fn), { calls: [], traps: [] });
  assert.deepEqual(
    of("c"),
    { calls: ["say"], traps: [] },
    "gcc takes what is void where nothing is returned",
  );
});

test("a tag or an enumerator that begins like a name of the configuration is none", () => {
  const of = program(
    {
      "drivers/cfg.h":
        "struct CONFIG_INFO { int n; };\nstruct board { struct CONFIG_INFO info; };\nenum { CONFIG_LEFT = 4, CONFIG_RIGHT };\n",
    },
    {
      "struct CONFIG_INFO": ["drivers/cfg.h"],
      "struct board": ["drivers/cfg.h"],
      CONFIG_LEFT: ["drivers/cfg.h"],
      CONFIG_RIGHT: ["drivers/cfg.h"],
    },
    "void say(int n); void f(struct board *b) { switch (b->info.n) { case CONFIG_LEFT: say(1); break; case CONFIG_RIGHT: say(CONFIG_PCI); break; } }",
  );
  assert.deepEqual(of("f"), { calls: ["say", "say"], traps: [] });
});

test("a macro that a header defines below an enumerator of its name is not there yet", () => {
  const of = program(
    {
      "include/modes.h":
        "enum { MODE_ONE, MODE_TWO, __MODE_MAX };\n#define __MODE_MAX (__MODE_MAX - 1)\n#define EACH(x) x\nenum { EACH(SORT_ONE) };\n#undef EACH\nint EACH(int n);\n",
    },
    {
      MODE_TWO: ["include/modes.h"],
      SORT_ONE: ["include/modes.h"],
      __MODE_MAX: ["include/modes.h"],
      "#__MODE_MAX": ["include/modes.h"],
      "#EACH": ["include/modes.h"],
    },
    "void say(int n); void f(int n) { if (n == MODE_TWO) say(SORT_ONE); else say(__MODE_MAX); }",
  );
  assert.deepEqual(of("f"), { calls: ["say", "say"], traps: [] });
});

test("of what kind a network driver's message is is no name, a static key is its type's, and a bounded index is one", () => {
  const of = program(
    {},
    {},
    `struct static_key { int enabled; };
     struct static_key_false { struct static_key key; };
     struct adapter { int msg_enable; };
     void static_key_inc(struct static_key *k);
     static DEFINE_STATIC_KEY_FALSE(fast);
     int table[4];
     void f(struct adapter *a) { netif_err(a, probe, a, "no %d", 1); netif_dbg(a, hw, a, "is"); }
     void g(void) { static_key_inc(&(&fast)->key); }
     int h(unsigned int n) { return table[array_index_nospec(n, 4)]; }`,
  );
  assert.deepEqual(of("f"), { calls: ["__fs_log", "__fs_log_mild"], traps: [] });
  assert.deepEqual(of("g"), { calls: ["static_key_inc"], traps: [] });
  assert.deepEqual(of("h"), { calls: [], traps: [] });
});
