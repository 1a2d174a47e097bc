/** Function cases: what is given up and not taken, or not taken again, and what a call gave and one way out of several does not give back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const CPUS = "void cpus_read_lock(void); void cpus_read_unlock(void);";
const IRQ =
  "void enable_irq(unsigned int irq); void disable_irq(unsigned int irq); struct chip { unsigned int irq; struct clk *clk; struct mutex m; };";
const FOLK = `struct ops; struct folk { struct kobject k; struct device dev; struct folk *next; const struct ops *ops; struct node *link; };
  struct ops { struct folk *(*hire)(int n); void (*free_folk)(struct folk *f); };
  struct folk *folk_find(int n); struct folk *folk_match(int n); void put_device(struct device *d); int folk_ask(int n);`;

const KEY = `struct key { int usage; }; struct key *__key_get(struct key *k); void key_put(struct key *k); struct call { struct key *k; struct call *next; };`;

const TRIES = `struct rw_semaphore { int n; }; int down_write_killable(struct rw_semaphore *s); void down_write(struct rw_semaphore *s); void up_write(struct rw_semaphore *s); int mutex_trylock(struct mutex *m);
  struct semaphore { int n; }; int down_trylock(struct semaphore *s); void up(struct semaphore *s); struct box { struct mutex m; struct semaphore s; int n; }; static struct rw_semaphore all;`;
const killable = (out: string): string =>
  `${TRIES} int f(struct box *b) { int ret = down_write_killable(&all); if (ret) ${out} b->n++; unlock: up_write(&all); return ret; }`;
const trylock = (out: string): string =>
  `${TRIES} int f(struct box *b) { int ret = -EINVAL; if (!mutex_trylock(&b->m)) ${out} b->n++; ret = 0; unlock: mutex_unlock(&b->m); return ret; }`;

const around = (undo: string): string =>
  `struct set { int n; struct mutex names; struct mutex m; struct work_struct w; }; int next(struct set *s);
  void f(struct work_struct *w) { struct set *s = (struct set *)((char *)w - 16); mutex_lock(&s->names); s->n++; mutex_unlock(&s->names); mutex_lock(&s->m); if (next(s)) { ${undo} return; } mutex_unlock(&s->m); }`;

const written = (undo: string): string =>
  `struct set { int n; struct mutex m; }; static struct set all = (struct set) { .n = 1 }; int f(int n) { mutex_lock(&all.m); if (helper(n) < 0) { ${undo} return -EINVAL; } mutex_unlock(&all.m); return 0; }`;

const filled = (begin: string, ends: string): string =>
  `struct set { int n; struct device *dev; }; int set_fill(struct set *s); int set_ask(int n); void put_device(struct device *d);
  int f(void) { struct set *s = kzalloc(sizeof(*s), GFP_KERNEL); int ret; if (!s) return -ENOMEM; ${begin}
    put_device(s->dev); kfree(s); return 0;
    out: put_device(s->dev); bare: ${ends} kfree(s); return ret; }`;

const MANAGED = `${FOLK} static void folk_gone(void *p) { struct folk *k = p; put_device(&k->dev); }`;
const managed = `${MANAGED} int f(struct device *dev) { struct folk *k = folk_find(1); int ret; if (!k) return -EINVAL; ret = devm_add_action_or_reset(dev, folk_gone, k); if (ret) return ret;
  ret = helper(1); if (ret < 0) return ret; ret = helper(2); if (ret < 0) return ret; return 0; }`;
const byHand = (undo: string): string =>
  `${MANAGED} int f(struct device *dev) { struct folk *k = folk_find(1); int ret; if (!k) return -EINVAL;
  ret = helper(1); if (ret < 0) { put_device(&k->dev); return ret; } ret = helper(2); if (ret < 0) { ${undo} return ret; } return 0; }`;

const measured = (failed: string, well: string): string =>
  `struct jack { struct device *dev; u32 load; int busy; };
  void f(struct jack *j, struct device_node *np) { u32 load; pm_runtime_get_sync(j->dev); j->busy = 1; if (of_property_read_u32(np, "load", &load)) { ${failed} j->busy = 0; return; } j->load = load; ${well} }`;

const listed = (well: string): string =>
  `struct list_head { struct list_head *next, *prev; }; struct port { struct list_head list; struct device dev; int id; int busy; }; struct ports { struct list_head all; struct port *last; }; int port_queue(struct port *p);
  static struct port *port_find(struct ports *s, int id) { struct list_head *l; for (l = s->all.next; l != &s->all; l = l->next) { struct port *p = (struct port *)l; if (p->id == id) { get_device(&p->dev); return p; } } return NULL; }
  int f(struct ports *s, int id) { struct port *p = port_find(s, id); if (!p) return -EINVAL;
    if (helper(id) < 0) { put_device(&p->dev); return -EINVAL; } p->busy = 1; ${well} return 0; }`;

const moded = (mode: string, ask: string, end = "box_unlock(b, m);"): string =>
  `struct box { struct mutex all, own; int n; }; int box_ask(struct box *b, unsigned int *mode);
  static void box_lock(struct box *b, unsigned int m) { if (m & 1) mutex_lock(&b->all); if (m & 2) mutex_lock(&b->own); }
  static void box_unlock(struct box *b, unsigned int m) { if (m & 1) mutex_unlock(&b->all); if (m & 2) mutex_unlock(&b->own); }
  int f(struct box *b) { unsigned int m = ${mode}; box_lock(b, m); ${ask} ${end} mutex_lock(&b->all); b->n++; mutex_unlock(&b->all); return 0; }`;

/** A file that a callee of which nothing is known opens in memory of the function's own; whether it is closed where that fails, and behind it. */
const OPENED = (failed: string, behind: string): string =>
  `struct file; void fput(struct file *f); struct lun { struct file *filp; int n; }; int lun_open(struct lun *l, const char *name); int lun_name(int n);
  static void lun_close(struct lun *l) { if (l->filp) { fput(l->filp); l->filp = NULL; } }
  struct lun *f(const char *name) { struct lun *l = kzalloc(sizeof(*l), GFP_KERNEL); int ret; if (!l) return ERR_PTR(-ENOMEM);
    ret = lun_open(l, name); if (ret) { ${failed} kfree(l); return ERR_PTR(ret); }
    ret = lun_name(l->n); if (ret) { ${behind} kfree(l); return ERR_PTR(ret); } return l; }`;

const pairs: readonly Pair[] = [
  {
    name: "what a callee that failed may have put somewhere is not known to be there",
    bad: OPENED("", "lun_close(l);"),
    good: OPENED("lun_close(l);", "lun_close(l);"),
    want: [],
  },
  {
    name: "a lock of what begins as a value that the source writes down",
    bad: written(""),
    good: written("mutex_unlock(&all.m);"),
    want: ["returned-locked mutex all.m"],
  },
  {
    name: "a lock of what lies around the thing that is handed in",
    bad: around(""),
    good: around("mutex_unlock(&s->m);"),
    want: ["returned-locked mutex w@-16->m"],
  },
  {
    name: "a lock of the file's whose taking a signal broke off",
    bad: killable("goto unlock;"),
    good: killable("return ret;"),
    want: ["unlock-unheld rw_semaphore all"],
  },
  {
    name: "a lock that another one has",
    bad: trylock("goto unlock;"),
    good: trylock("return ret;"),
    want: ["unlock-unheld mutex b->m"],
  },
  {
    name: "a lock that is waited for where another one has it, and a semaphore that lets somebody in",
    bad: `${TRIES} int f(struct box *b) { if (!mutex_trylock(&b->m)) { mutex_lock(&b->m); } b->n++; mutex_unlock(&b->m); if (down_trylock(&b->s)) b->n--; up(&b->s); return 0; }`,
    good: `${TRIES} int f(struct box *b) { return 0; }`,
    want: [],
  },
  {
    name: "a lock of the whole kernel that is given up on a way on which it was not taken yet",
    bad: `${CPUS} int f(void) { int ret; void *p = kmalloc(8, GFP_KERNEL); if (!p) goto out; cpus_read_lock(); ret = helper(1); kfree(p); cpus_read_unlock(); return ret;
      out: cpus_read_unlock(); return -ENOMEM; }`,
    good: `${CPUS} int f(void) { int ret; void *p; cpus_read_lock(); p = kmalloc(8, GFP_KERNEL); if (!p) goto out; ret = helper(1); kfree(p); cpus_read_unlock(); return ret;
      out: cpus_read_unlock(); return -ENOMEM; }`,
    want: ["unlock-unheld CPU hotplug lock (for reading)"],
  },
  {
    name: "a read side that ends twice where one way out ends it itself",
    bad: `int f(void) { int ret = -EINVAL; void *p; rcu_read_lock(); p = lookup(1); rcu_read_unlock(); if (!p) goto out; ret = helper(1); return ret; out: rcu_read_unlock(); return ret; }`,
    good: `int f(void) { int ret = -EINVAL; void *p; rcu_read_lock(); p = lookup(1); if (!p) goto out; rcu_read_unlock(); ret = helper(1); return ret; out: rcu_read_unlock(); return ret; }`,
    want: ["unlock-unheld RCU read side"],
  },
  {
    name: "a lock of a thing, likewise",
    bad: `${IRQ} int f(struct chip *c) { int ret; if (helper(1)) { mutex_unlock(&c->m); return -EINVAL; } mutex_lock(&c->m); ret = helper(2); mutex_unlock(&c->m); return ret; }`,
    good: `${IRQ} int f(struct chip *c) { int ret; if (helper(1)) return -EINVAL; mutex_lock(&c->m); ret = helper(2); mutex_unlock(&c->m); return ret; }`,
    want: [],
    back: [],
  },
  {
    name: "a lock that is taken a line later, where nothing gives it up before, is another matter",
    bad: `${CPUS} int f(void) { int ret; void *p = kmalloc(8, GFP_KERNEL); if (!p) return -ENOMEM; cpus_read_lock(); ret = helper(1); cpus_read_unlock(); kfree(p); return ret; }`,
    good: `${CPUS} int f(void) { int ret; void *p; cpus_read_lock(); p = kmalloc(8, GFP_KERNEL); if (!p) { cpus_read_unlock(); return -ENOMEM; } ret = helper(1); cpus_read_unlock(); kfree(p); return ret; }`,
    want: [],
  },
  {
    name: "a helper that gives up what its caller locked, on each way, is one half of a pair",
    bad: `${IRQ} int f(struct chip *c) { int ret = helper(1); if (ret) { mutex_unlock(&c->m); return -EINVAL; } ret = helper(2); mutex_unlock(&c->m); return ret; }`,
    good: `${IRQ} int f(struct chip *c) { int ret = helper(1); if (ret) ret = -EINVAL; else ret = helper(2); mutex_unlock(&c->m); return ret; }`,
    want: [],
  },
  {
    name: "an interrupt that is switched on for a wait and left on when that ends early",
    bad: `${IRQ} int f(struct chip *c) { int ret; enable_irq(c->irq); ret = helper(1); if (ret == 3) return -EINVAL; if (ret) goto out; disable_irq(c->irq); return 0; out: disable_irq(c->irq); return ret; }`,
    good: `${IRQ} int f(struct chip *c) { int ret; enable_irq(c->irq); ret = helper(1); if (ret == 3) ret = -EINVAL; if (ret) goto out; disable_irq(c->irq); return 0; out: disable_irq(c->irq); return ret; }`,
    want: ["double-release irq-line-off c->irq"],
  },
  {
    name: "an interrupt that stays off where a step fails",
    callback: true,
    bad: `${IRQ} int f(struct chip *c) { int ret; disable_irq(c->irq); ret = clk_prepare_enable(c->clk); if (ret) return ret; clk_disable_unprepare(c->clk); enable_irq(c->irq); return 0; }`,
    good: `${IRQ} int f(struct chip *c) { int ret; disable_irq(c->irq); ret = clk_prepare_enable(c->clk); if (ret) goto out; clk_disable_unprepare(c->clk); out: enable_irq(c->irq); return ret; }`,
    want: ["leaked disabled interrupt of c->irq"],
  },
  {
    name: "an interrupt that is switched off and on the other way round in two functions",
    bad: `${IRQ} int f(struct chip *c) { enable_irq(c->irq); return helper(1); }`,
    good: `${IRQ} int f(struct chip *c) { int ret = helper(1); enable_irq(c->irq); return ret; }`,
    want: [],
  },
  {
    name: "a clock that is switched off for a step and stays off where that fails",
    bad: `${IRQ} int f(struct chip *c) { int ret; clk_disable_unprepare(c->clk); ret = helper(1); if (ret < 0) return ret; clk_prepare_enable(c->clk); return 0; }`,
    good: `${IRQ} int f(struct chip *c) { int ret; clk_disable_unprepare(c->clk); ret = helper(1); clk_prepare_enable(c->clk); if (ret < 0) return ret; return 0; }`,
    want: ["double-release clk-enabled c->clk"],
  },
  {
    name: "what a lookup of which nothing is known gave is given back on one way out and not on another",
    bad: `${FOLK} int f(int n) { struct folk *k = folk_find(n); int ret; if (!k) return -EINVAL; ret = helper(1); if (ret < 0) return ret; put_device(&k->dev); return ret; }`,
    good: `${FOLK} int f(int n) { struct folk *k = folk_find(n); int ret; if (!k) return -EINVAL; ret = helper(1); put_device(&k->dev); return ret; }`,
    want: ["leaked device reference of folk_find()->dev"],
  },
  {
    name: "what a lookup gave and that is given back nowhere any more was not this function's",
    bad: `${FOLK} int f(int n) { struct folk *k = folk_find(n); int ret; if (!k) return -EINVAL; ret = helper(1); return ret; }`,
    good: `${FOLK} int f(int n) { struct folk *k = folk_find(n); int ret; if (!k) return -EINVAL; ret = helper(1); put_device(&k->dev); return ret; }`,
    want: [],
  },
  {
    name: "what a lookup gave goes another way on one way out: it is handed on, or kept",
    bad: `${FOLK} void folk_drop(struct folk *k); int f(int n, struct folk *to) { struct folk *k = folk_find(n); int ret; if (!k) return -EINVAL; ret = helper(1); if (ret < 0) { folk_drop(k); return ret; }
      if (ret == 7) { to->next = k; return 0; } put_device(&k->dev); return ret; }`,
    good: `${FOLK} int f(int n, struct folk *to) { struct folk *k = folk_find(n); int ret; if (!k) return -EINVAL; ret = helper(1); if (ret == 7) ret = 0; put_device(&k->dev); return ret; }`,
    want: [],
  },
  {
    name: "what a callee put into memory of this function's is not there where it was not called yet",
    bad: filled(
      "ret = set_ask(1); if (ret < 0) goto out; ret = set_fill(s); if (ret < 0) goto out; if (s->n == 3) { ret = -EINVAL; goto bare; }",
      "",
    ),
    good: filled(
      "ret = set_fill(s); if (ret < 0) goto out; ret = set_ask(1); if (ret < 0) goto out; if (s->n == 3) { ret = -EINVAL; goto bare; }",
      "",
    ),
    want: [],
  },
  {
    name: "and is there where it was, on each way out",
    bad: filled("ret = set_fill(s); if (ret < 0) goto out; ret = set_ask(1); if (ret < 0) goto bare;", ""),
    good: filled("ret = set_fill(s); if (ret < 0) goto out; ret = set_ask(1); if (ret < 0) goto out;", ""),
    want: ["leaked device reference of kzalloc()->dev"],
  },
  {
    name: "what the device gives back when it goes, and a driver by hand where he fails, is there while all is well",
    bad: byHand("put_device(&k->dev);"),
    good: managed,
    want: [],
  },
  {
    name: "and where he fails it is not there any more",
    bad: byHand(""),
    good: managed,
    want: ["leaked device reference of folk_find()->dev"],
  },
  {
    name: "a count that lasts while all is well is given back where a call fails, of which no caller learns",
    bad: measured("", ""),
    good: measured("pm_runtime_put(j->dev);", ""),
    want: ["leaked runtime PM usage count of j->dev"],
    back: [],
  },
  {
    name: "and who leaves it on every way may be there to take it",
    bad: measured("", ""),
    good: measured("pm_runtime_put(j->dev);", "pm_runtime_put(j->dev);"),
    want: [],
  },
  {
    name: "what a helper found in a list of the caller's is given back where a step fails, and not where all goes well",
    bad: listed(""),
    good: listed("put_device(&p->dev);"),
    want: ["leaked device reference of get_device()"],
  },
  {
    name: "unless it is kept by then, in what the caller has",
    bad: listed("s->last = p;"),
    good: listed("put_device(&p->dev);"),
    want: [],
  },
  {
    name: "or by a callee",
    bad: listed("if (port_queue(p) < 0) { put_device(&p->dev); return -EINVAL; }"),
    good: listed("if (port_queue(p) < 0) { put_device(&p->dev); return -EINVAL; } put_device(&p->dev);"),
    want: [],
  },
  {
    name: "a lock that is given up by a mode which a callee said anew is held in none of its modes by then",
    bad: moded("1", "if (box_ask(b, &m) < 0) { box_unlock(b, m); return -EINVAL; }"),
    good: moded("1", "if (box_ask(b, NULL) < 0) { box_unlock(b, m); return -EINVAL; }"),
    want: [],
  },
  {
    name: "and is where the mode is this function's own",
    bad: moded("1", "", ""),
    good: moded("1", ""),
    want: ["locked-twice mutex b->all"],
  },
  {
    name: "what operations gave and take back, on one way out and not on another",
    bad: `${FOLK} struct folk *f(const struct ops *o, int n) { struct folk *k = o->hire(n), *old; if (!k) return NULL; old = folk_match(n); if (IS_ERR(old)) return old;
      if (old) { o->free_folk(k); return old; } return k; }`,
    good: `${FOLK} struct folk *f(const struct ops *o, int n) { struct folk *k = o->hire(n), *old; if (!k) return NULL; old = folk_match(n); if (old) { o->free_folk(k); if (IS_ERR(old)) return old; return old->next; } return k; }`,
    want: ["leaked thing of o->hire()"],
  },
  {
    name: "and who returns it, or lets another callee have it, loses nothing",
    bad: `${FOLK} void folk_bin(struct folk *k); struct folk *f(const struct ops *o, int n) { struct folk *k = o->hire(n), *old; if (!k) return NULL; old = folk_match(n); if (IS_ERR(old)) { folk_bin(k); return old; }
      if (old) { o->free_folk(k); return old; } return k; }`,
    good: `${FOLK} struct folk *f(const struct ops *o, int n) { struct folk *k = o->hire(n), *old; if (!k) return NULL; old = folk_match(n); if (old) { o->free_folk(k); return old; } return k; }`,
    want: [],
  },
  {
    name: "a reference that lies in a structure goes with it unseen",
    bad: `${KEY} int f(struct key *k) { struct call *c = kzalloc(sizeof(*c), GFP_KERNEL); int ret; if (!c) return -ENOMEM; c->k = __key_get(k); ret = helper(1); if (ret < 0) goto out; key_put(c->k); kfree(c); return 0;
      out: kfree(c); return ret; }`,
    good: `${KEY} int f(struct key *k) { struct call *c = kzalloc(sizeof(*c), GFP_KERNEL); int ret; if (!c) return -ENOMEM; c->k = __key_get(k); ret = helper(1); if (ret < 0) goto out; key_put(c->k); kfree(c); return 0;
      out: key_put(c->k); kfree(c); return ret; }`,
    want: ["leaked key reference of __key_get()"],
  },
  {
    name: "a structure with a reference that somebody keeps has it still",
    bad: `${KEY} static struct call *all; int f(struct key *k) { struct call *c = kzalloc(sizeof(*c), GFP_KERNEL); if (!c) return -ENOMEM; c->k = __key_get(k); c->next = all; all = c; return 0; }`,
    good: `${KEY} static struct call *all; int f(struct key *k) { struct call *c = kzalloc(sizeof(*c), GFP_KERNEL); if (!c) return -ENOMEM; c->k = __key_get(k); all = c; return 0; }`,
    want: [],
  },
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
