/**
 * Function cases: what an array of ids remembers, what goes with a file's last reference, what a callee gave of which nothing is known,
 * and what a member of a union is called.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readContracts } from "../../server/review/contracts.ts";
import { type Pair, runPair, testPairs, told } from "../support/function_pair.ts";

const IDS = `struct idr { int n; }; int idr_alloc(struct idr *i, void *p, int start, int end, unsigned gfp); void *idr_remove(struct idr *i, unsigned long id);
struct item { int id; int n; }; struct owner { struct idr ids; };
`;

const FILES = `struct inode; struct file; struct file_operations { int (*open)(struct inode *, struct file *); int (*release)(struct inode *, struct file *); };
struct file { const struct file_operations *f_op; void *private_data; unsigned f_mode; };
struct file *anon_inode_getfile(const char *name, const struct file_operations *ops, void *priv, int flags); void fput(struct file *f);
int get_unused_fd_flags(unsigned flags); void put_unused_fd(unsigned fd); void fd_install(unsigned fd, struct file *f);
struct ctx { struct device_node *node; };
static int ctx_release(struct inode *inode, struct file *file) { struct ctx *c = file->private_data; of_node_put(c->node); kfree(c); return 0; }
static const struct file_operations ctx_ops = { .release = ctx_release };
`;

const opened = (failed: string): string => `${FILES}
int f(int flags) { struct ctx *c = kzalloc(sizeof(*c), GFP_KERNEL); struct file *file; int fd; if (!c) return -ENOMEM;
  c->node = of_find_node_by_name(NULL, "thing");
  file = anon_inode_getfile("[thing]", &ctx_ops, c, flags); if (IS_ERR(file)) { of_node_put(c->node); kfree(c); return PTR_ERR(file); }
  fd = get_unused_fd_flags(flags); if (fd < 0) { ${failed} return fd; } fd_install(fd, file); return fd; }`;

const FENCE = `struct fence { int n; struct device_node *of; }; struct device_node *node_of_fence(int n);
struct slot { struct device_node *held; };
`;

/** Goes up from a node to the one that lay in the holder before the call. */
const upwards = (
  found: string,
  end = "of_node_put(np);",
): string => `struct holder { struct device_node *np; };
struct device_node *of_get_next_parent(struct device_node *n); struct device_node *of_node_get(struct device_node *n);
int f(struct holder *p, struct device_node *from) { struct device_node *np = of_node_get(from);
  for (;;) { np = of_get_next_parent(np); if (!np) return -EINVAL; if (helper(1)) break; if (np == p->np) { ${found} return 1; } }
  ${end} return 0; }`;

/** Puts a page behind a range that ends where the page begins, or into a place of its own. */
const ranged = (
  other: string,
): string => `struct range { unsigned long end; unsigned int len; void *first; }; extern unsigned long base;
int f(struct range *r) { char *p = kmalloc(4096, GFP_KERNEL); if (!p) return -ENOMEM;
  if ((((unsigned long)p - base) >> 12) == r->end) { r->len++; return 1; } ${other} return 0; }`;

/** Hands a control to a sound card and puts memory into it that the control's end frees. */
const controlled = (
  undo: string,
): string => `struct snd_card { int n; }; struct snd_kcontrol { void *private_data; };
struct snd_kcontrol *snd_ctl_new1(const void *n, void *p); int snd_ctl_add(struct snd_card *c, struct snd_kcontrol *k);
int f(struct snd_card *c) { struct snd_kcontrol *k = snd_ctl_new1(NULL, NULL); char *p; if (!k) return -ENOMEM;
  if (snd_ctl_add(c, k) < 0) return -EIO; p = kzalloc(8, GFP_KERNEL); if (!p) return -ENOMEM; k->private_data = p;
  if (helper(1) < 0) { ${undo} return -EINVAL; } return 0; }`;

/** Memory in a record whose first member an unknown callee is handed; then the record is copied to where it stays. */
const copied = (
  begins: string,
  end: string,
): string => `struct params { int n; int m; }; struct chans { struct params params; void *c; };
struct owner { struct chans chans; }; int prepare(struct params *p);
int f(struct owner *o) { ${begins} n->c = kmalloc(8, GFP_KERNEL); if (!n->c) { ${end} return -ENOMEM; }
  if (prepare(&n->params) < 0) { kfree(n->c); ${end} return -EINVAL; } o->chans = *n; ${end} return 0; }`;

const pairs: readonly Pair[] = [
  {
    name: "what lies behind a member that a callee was handed is not forgotten",
    bad: copied("struct chans all = {}, *n = &all;", ""),
    good: copied("struct chans *n = kzalloc(sizeof(*n), GFP_KERNEL); if (!n) return -ENOMEM;", "kfree(n);"),
    want: [],
  },
  {
    name: "what is put into a thing that was handed on goes with it, whatever fails then",
    callback: true,
    bad: controlled(""),
    good: controlled("k->private_data = NULL; kfree(p);"),
    want: [],
  },
  {
    name: "what is found to begin where a range ends goes on with it",
    bad: ranged("r->first = p;"),
    good: `struct range { unsigned long end; unsigned int len; void *first; };
int f(struct range *r) { char *p = kmalloc(4096, GFP_KERNEL); if (!p) return -ENOMEM; r->first = p; return 0; }`,
    want: [],
  },
  {
    name: "what does not is lost where nobody keeps it",
    bad: ranged("r->len = 0;"),
    good: ranged("r->first = p;"),
    want: ["leaked memory of kmalloc()"],
  },
  {
    name: "an id is not below the first that was asked for",
    bad: `${IDS} int f(struct owner *o) { struct item *i = kzalloc(sizeof(*i), GFP_KERNEL); int ret; if (!i) return -ENOMEM;
      ret = idr_alloc(&o->ids, i, 1, 0, GFP_KERNEL); if (ret < 0) { kfree(i); return ret; } return 0; }`,
    good: `${IDS} int f(struct owner *o) { struct item *i = kzalloc(sizeof(*i), GFP_KERNEL); int ret; if (!i) return -ENOMEM;
      ret = idr_alloc(&o->ids, i, 1, 0, GFP_KERNEL); if (ret <= 0) { kfree(i); return ret; } return 0; }`,
    want: [],
  },
  {
    name: "what is freed only where no id could be had, and kept by the array else",
    bad: `${IDS} int f(struct owner *o) { struct item *i = kzalloc(sizeof(*i), GFP_KERNEL); int ret; if (!i) return -ENOMEM;
      ret = idr_alloc(&o->ids, i, 0, 0, GFP_KERNEL); if (ret < 0) return ret; i->id = ret; return 0; }`,
    good: `${IDS} int f(struct owner *o) { struct item *i = kzalloc(sizeof(*i), GFP_KERNEL); int ret; if (!i) return -ENOMEM;
      ret = idr_alloc(&o->ids, i, 0, 0, GFP_KERNEL); if (ret < 0) { kfree(i); return ret; } i->id = ret; return 0; }`,
    want: ["leaked memory of kzalloc()"],
  },
  {
    name: "the last reference to a file runs its release function, which may do what the caller does himself",
    bad: opened("of_node_put(c->node); kfree(c); fput(file);"),
    good: opened("fput(file);"),
    want: ["double-release device node of of_find_node_by_name()", "use-after-release kzalloc()"],
  },
  {
    name: "who puts the file in the place of what it leads to",
    bad: `${FILES} int f(int flags) { struct ctx *c = kzalloc(sizeof(*c), GFP_KERNEL); struct file *file; int fd; if (!c) return -ENOMEM;
  c->node = of_find_node_by_name(NULL, "thing"); fd = get_unused_fd_flags(flags); if (fd < 0) { of_node_put(c->node); kfree(c); return fd; }
  file = anon_inode_getfile("[thing]", &ctx_ops, c, flags); if (IS_ERR(file)) { put_unused_fd(fd); of_node_put(c->node); kfree(c); return PTR_ERR(file); } fd_install(fd, file); return fd; }`,
    good: opened("fput(file);"),
    want: [],
  },
  {
    name: "the reference that came with what an unknown callee gave is given back besides the one taken here",
    bad: `${FENCE} int f(struct slot *s) { struct device_node *n = node_of_fence(1); if (!n) return -ENOMEM;
      s->held = of_node_get(n); of_node_put(n); if (helper(2)) { of_node_put(s->held); s->held = NULL; return -EINVAL; } return 0; }`,
    good: `${FENCE} int f(struct slot *s) { struct device_node *n = node_of_fence(1); if (!n) return -ENOMEM;
      s->held = of_node_get(n); of_node_put(n); return helper(2) ? -EINVAL : 0; }`,
    want: [],
  },
  {
    name: "but not two",
    bad: `${FENCE} int f(struct slot *s) { struct device_node *n = node_of_fence(1); if (!n) return -ENOMEM;
      s->held = of_node_get(n); of_node_put(n); if (helper(2)) { of_node_put(n); of_node_put(n); return -EINVAL; } return 0; }`,
    good: `${FENCE} int f(struct slot *s) { struct device_node *n = node_of_fence(1); if (!n) return -ENOMEM;
      s->held = of_node_get(n); of_node_put(n); if (helper(2)) { of_node_put(n); return -EINVAL; } return 0; }`,
    want: ["double-release device node of of_node_get()"],
  },
  {
    name: "of a union the member is named by which it is reached",
    bad: `struct first { int n; }; struct second { int m; }; struct thing { int x; union { struct first *one; struct second *two; }; };
      int f(void) { struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL); int n; if (!t) return -ENOMEM; n = t->two->m; kfree(t); return n; }`,
    good: `struct first { int n; }; struct second { int m; }; struct thing { int x; union { struct first *one; struct second *two; }; };
      int f(void) { struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL); int n; if (!t) return -ENOMEM; n = t->x; kfree(t); return n; }`,
    want: ["null-dereference NULL kzalloc()->two"],
  },
  {
    name: "a reference to what somebody had before the call is one more than his",
    bad: upwards(""),
    good: upwards("of_node_put(np);"),
    want: ["leaked device node of of_get_next_parent()"],
  },
  {
    name: "but not where it is put there for the one that lay there",
    bad: upwards("of_node_put(p->np); p->np = np;", ""),
    good: upwards("of_node_put(p->np); p->np = np;"),
    want: ["leaked device node of of_get_next_parent()"],
  },
];

testPairs(pairs);

/** A clock that an initialisation looks up, and that nobody but the clock's own framework knows behind it. */
const clocked = (
  end: string,
): string => `int f(struct device *d) { struct clk *c = clk_get(d, "timer"); int ret;
  if (IS_ERR(c)) return PTR_ERR(c); ret = clk_prepare_enable(c); ${end} }`;

testPairs([
  {
    name: "the handle of a clock is lost where the clock is not left on",
    bad: clocked("if (ret) return ret; clk_disable_unprepare(c); return 0;"),
    good: clocked("if (ret) { clk_put(c); return ret; } clk_disable_unprepare(c); clk_put(c); return 0;"),
    want: ["leaked clock handle of clk_get()"],
  },
  {
    name: "a clock that is left on for good needs its handle",
    bad: clocked("if (ret) { clk_put(c); return ret; } return 0;"),
    good: clocked("if (ret) { clk_put(c); return ret; } clk_disable_unprepare(c); clk_put(c); return 0;"),
    want: [],
  },
]);

/** A generator of numbers: its user is called by a core, which may have called what makes it ready. */
const generator = (
  first: string,
  use: string,
): string => `struct rng { int (*init)(struct rng *r); int (*read)(struct rng *r); };
struct ctx { struct rng rng; int *desc; }; int devm_hwrng_register(struct device *d, struct rng *r); int rng_start_all(struct rng *r); int rng_name(struct rng *r);
static int ctx_init(struct rng *r) { struct ctx *c = (struct ctx *)r; c->desc = lookup(1); return 0; }
static int ctx_read(struct rng *r) { struct ctx *c = (struct ctx *)r; *c->desc = 1; return 0; }
static struct ctx *made; int f(struct device *d) { struct ctx *c = kzalloc(sizeof(*c), GFP_KERNEL); int ret; if (!c) return -ENOMEM;
  made = c; c->rng.init = ctx_init; c->rng.read = ctx_read; ret = ${first}; if (ret) return ret; ${use} return 0; }`;

for (const [first, want] of [
  ["devm_hwrng_register(d, &c->rng)", []],
  ["rng_start_all(&c->rng)", []],
  ["helper(1)", ["new null-dereference NULL kzalloc()->desc"]],
] as const)
  test(`behind ${first} a pointer ${want.length === 0 ? "may have been set by what was called back" : "was set by nobody"}`, () => {
    const [before, after] = [generator(first, ""), generator(first, "c->rng.read(&c->rng);")];
    assert.deepEqual(told(runPair(before, after, { name: "f" })), want);
  });

test("whoever gives a number for an object remembers the object", () => {
  const { functions } = readContracts().contracts;
  for (const name of [
    "idr_alloc",
    "idr_alloc_cyclic",
    "idr_alloc_u32",
    "xa_alloc",
    "xa_insert",
    "radix_tree_insert",
  ])
    assert.ok(
      functions.get(name)?.clauses.some((c) => c.verb === "keep" && c.when === "ok"),
      name,
    );
});
