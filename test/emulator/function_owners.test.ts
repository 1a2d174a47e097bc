/** Function cases: what a path does with things that it has not taken itself is told where the two sides differ in it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Pair, runPair, testPairs, told } from "../support/function_pair.ts";

const thing =
  "struct thing { int *table; struct clk *clk; struct device_node *np; struct device dev; int n; };";

const list = `struct list_head { struct list_head *next, *prev; }; struct part { int n; struct list_head list; }; struct thing { struct list_head parts; };
  static void unlink(struct list_head *e) { e->next->prev = e->prev; e->prev->next = e->next; }
  static struct part *first(struct thing *t) { if (t->parts.next == &t->parts) return NULL;
    return (struct part *)((char *)t->parts.next - __builtin_offsetof(struct part, list)); }`;
const counted = `struct owner { struct mutex lock; int refcnt; int errors_count; };
  int thing_alloc(struct owner *o) { mutex_lock(&o->lock); o->refcnt++; mutex_unlock(&o->lock); return 0; }`;

/** A table of memory in memory, and a walk along entries that do not begin with what they are linked by. */
const tabled = (
  loop: string,
): string => `struct tab { int n; char *bufs[4]; char **more; }; void drop(char **bufs, int n);
  void f(struct tab *t) { int i; ${loop} kfree(t); }`;
const chained = (
  given: string,
): string => `struct node { struct node *l; }; struct bud { int n; struct node node; char *log; }; struct node *first(void *r); struct node *next(struct node *n);
  void f(void *r) { struct node *b = first(r), *n; struct bud *d; for (; b; b = n) { n = next(b); d = (struct bud *)((char *)b - __builtin_offsetof(struct bud, node)); ${given} kfree(d); } }`;

/** Each change is told of by a number that nothing lowers. */
const tallied = (
  failed: string,
): string => `struct ep { int change_count; int on; }; static void tell(struct ep *e) { e->change_count++; }
  int ep_start(struct ep *e) { if (helper(1)) { ${failed} return -EINVAL; } e->on = 1; return 0; }
  void ep_stop(struct ep *e) { e->on = 0; }`;

const sent = `struct sk_buff { int len; }; struct port { struct sk_buff *waits; }; void dev_kfree_skb_any(struct sk_buff *skb); int xmit(struct sk_buff *skb); int ready(int n);`;

const walked = `struct list_head { struct list_head *next, *prev; }; struct vdev { struct list_head node; struct platform_device *pdev; }; struct proc { int n; struct list_head vdevs; };
void platform_device_unregister(struct platform_device *p);`;

/** A device of a class is found, and unregistered. */
const found = `struct class; struct device *class_find_device(const struct class *c, const struct device *start, const void *data, int (*match)(struct device *d, const void *data));
  struct device *get_device(struct device *d); void put_device(struct device *d); void device_unregister(struct device *d); static int same(struct device *d, const void *data) { return 1; }`;

const boxes = `struct part { char *buf; int n; }; struct box { struct part *parts[2]; struct part *led; };`;

const managed = (given: string): string =>
  `void *devm_kzalloc(struct device *d, size_t n, gfp_t f); void devm_kfree(struct device *d, const void *p); struct clk *devm_clk_get(struct device *d, const char *id);
  int f(struct device *d) { int *p = devm_kzalloc(d, 4, GFP_KERNEL); struct clk *c; if (!p) return -ENOMEM; c = devm_clk_get(d, "x"); if ((unsigned long)c >= (unsigned long)-4095) return -EINVAL;
if (helper(1)) {
${given}
return -EINVAL; }
return 0; }`;

const enabled = (end: string): string =>
  `struct clk *devm_clk_get_enabled(struct device *d, const char *id);
  int f(struct device *d) { struct clk *c = devm_clk_get_enabled(d, "x"); if ((unsigned long)c >= (unsigned long)-4095) return -EINVAL;
if (helper(1)) { ${end} return -EINVAL; } return 0; }`;

/** Memory that is made with some flags under a task's lock. */
const alone = (
  flags: string,
): string => `struct task_struct; struct kmem_cache; void task_lock(struct task_struct *t); void task_unlock(struct task_struct *t);
void *kmem_cache_alloc_node(struct kmem_cache *c, unsigned flags, int node); void kmem_cache_free(struct kmem_cache *c, void *p);
int f(struct task_struct *t, struct kmem_cache *c) { void *p; task_lock(t); p = kmem_cache_alloc_node(c, ${flags}, 0); task_unlock(t);
  if (!p) return -ENOMEM; kmem_cache_free(c, p); return 0; }`;

/** A thing of a list is found by a helper, which raises its count: the list leads to it by a member. */
const FIRST = "struct list_head list; int n; int m;";
const inList = (
  undo: string,
  members = "int n; struct list_head list; int m;",
): string => `struct list_head { struct list_head *next, *prev; }; typedef struct { int refs; } refcount_t; struct kref { refcount_t refcount; };
  _Bool refcount_inc_not_zero(refcount_t *r); _Bool refcount_dec_and_test(refcount_t *r); struct local { ${members} struct kref ref; }; static struct list_head locals = { &locals, &locals };
  static inline int kref_get_unless_zero(struct kref *k) { return refcount_inc_not_zero(&k->refcount); }
  static struct local *find(int n) { struct list_head *e; for (e = locals.next; e != &locals; e = e->next) { struct local *l = (struct local *)((char *)e - __builtin_offsetof(struct local, list)); if (l->n == n) return kref_get_unless_zero(&l->ref) ? l : NULL; } return NULL; }
  static void local_put(struct local *l) { if (refcount_dec_and_test(&l->ref.refcount)) kfree(l); }
  struct sock { struct local *to; char *name; };
  int f(struct sock *s, int n) { s->to = find(n); if (!s->to) return -EINVAL; s->name = kmalloc(8, GFP_KERNEL); if (!s->name) { ${undo} return -ENOMEM; } return 0; }`;

const woken = (last: string): string =>
  `${inList("").split("struct sock {")[0]} struct local *wakes; void tell(struct local *l); void poke(int n);
  void f(int n) { struct local *l = find(n); if (!l) return; l->m = 1; poke(n); ${last} }`;

/** Gives back the device that its caller found, whatever comes of it. */
const consumes = (
  early: string,
  end = "put_device(d);",
): string => `int work(struct device *d); int rest(int n); void tell(int n); int keep(struct device *d);
  int f(struct device *d, int n) { int ret = -EINVAL;
    if (n < 3) { ${early} }
    ret = work(d); if (ret) goto out; ret = rest(n);
out: ${end} tell(ret); return ret; }`;

const typed = (own: string, one = "helper(1);"): string =>
  `struct meta { int type; int has; struct device_node *of; }; int meta_log(struct meta *m); void meta_drop(struct meta *m);
  void f(struct meta *m) { if (m->type == 1) ${one} ${own} kfree(m); }`;

const pairs: readonly Pair[] = [
  {
    name: "a reference of the caller's that all other ways out give back",
    bad: consumes("tell(n); return ret;"),
    good: consumes("goto out;"),
    want: ["leaked device reference of d"],
  },
  {
    name: "a reference that the caller gives back from now on",
    bad: consumes("tell(n); return ret;", ""),
    good: consumes("goto out;"),
    want: [],
  },
  {
    name: "a reference that some ways out left to the caller before",
    bad: consumes("tell(n); return ret;", "if (!ret) put_device(d);"),
    good: consumes("goto out;", "if (!ret) put_device(d);"),
    want: [],
  },
  {
    name: "a reference that goes to whoever takes it in",
    bad: consumes("return keep(d);"),
    good: consumes("goto out;"),
    want: [],
  },
  {
    name: "a clock that a managed call enabled, disabled besides",
    bad: enabled("clk_disable_unprepare(c);"),
    good: enabled(""),
    want: ["double-release enabled clock of devm_clk_get_enabled()"],
  },
  {
    name: "a clock that was enabled besides, disabled",
    bad: enabled("clk_prepare_enable(c); clk_disable_unprepare(c);"),
    good: enabled(""),
    want: [],
  },
  {
    name: "memory that a device owns, freed besides",
    bad: managed("kfree(p);"),
    good: managed(""),
    want: ["double-release memory of devm_kzalloc()"],
  },
  {
    name: "a clock that a device owns, given back besides",
    bad: managed("clk_put(c);"),
    good: managed(""),
    want: ["double-release clock handle of devm_clk_get()"],
  },
  {
    name: "what a device owns, given back by the device's own means",
    bad: managed("devm_kfree(d, p);"),
    good: managed(""),
    want: [],
  },
  {
    name: "what only an index past the end comes to is not looked into further",
    bad: `${boxes} int f(struct box *b) { int i = 0; while (i < 2) { kfree(b->parts[i]->buf); kfree(b->parts[i]); i++; } kfree(b); return 0; }`,
    good: `${boxes} int f(struct box *b) { int i = 0; while (i <= 2) { kfree(b->parts[i]->buf); kfree(b->parts[i]); i++; } kfree(b); return 0; }`,
    want: ["leaked memory of b->led"],
  },
  {
    name: "what lies behind a pointer that both sides follow",
    bad: `${boxes} int f(struct box *b) { kfree(b->parts[1]); kfree(b); return 0; }`,
    good: `${boxes} int f(struct box *b) { kfree(b->parts[1]->buf); kfree(b->parts[1]); kfree(b); return 0; }`,
    want: ["leaked memory of b->parts[1]->buf"],
  },
  {
    name: "what is given back by two walks along one list, whose entries the callee may take out of it",
    bad: `${walked} static void clean(struct proc *p) { struct list_head *e, *n; for (e = p->vdevs.next; e != &p->vdevs; e = n) { n = e->next; platform_device_unregister(((struct vdev *)e)->pdev); } }
      int f(struct proc *p) { clean(p); if (helper(1)) return -EINVAL; clean(p); return 0; }`,
    good: `${walked} static void clean(struct proc *p) { struct list_head *e, *n; for (e = p->vdevs.next; e != &p->vdevs; e = n) { n = e->next; helper(2); } }
      int f(struct proc *p) { clean(p); if (helper(1)) return -EINVAL; clean(p); return 0; }`,
    want: [],
  },
  {
    name: "what a list's only entry has, given back twice in one turn",
    bad: `${walked} int f(struct proc *p) { struct list_head *e = p->vdevs.next; if (e == &p->vdevs) return 0; platform_device_unregister(((struct vdev *)e)->pdev);
      platform_device_unregister(((struct vdev *)e)->pdev); return 0; }`,
    good: `${walked} int f(struct proc *p) { struct list_head *e = p->vdevs.next; if (e == &p->vdevs) return 0; platform_device_unregister(((struct vdev *)e)->pdev); return 0; }`,
    want: ["double-release device reference of entry of p->vdevs->pdev"],
  },
  {
    name: "a lock with which a member begins is called by its own name",
    bad: `struct cmds { struct mutex mutex; int n; }; struct port { int on; struct cmds cmds; }; int f(struct port *p) { mutex_lock(&p->cmds.mutex); if (p->on) return -EINVAL; mutex_unlock(&p->cmds.mutex); return 0; }`,
    good: `struct cmds { struct mutex mutex; int n; }; struct port { int on; struct cmds cmds; }; int f(struct port *p) { mutex_lock(&p->cmds.mutex); if (p->on) { mutex_unlock(&p->cmds.mutex); return -EINVAL; } mutex_unlock(&p->cmds.mutex); return 0; }`,
    want: ["returned-locked mutex p->cmds.mutex"],
  },
  {
    name: "a device that was found is unregistered: the reference by which it was found is given back besides",
    bad: `${found} int f(int n) { struct device *d = class_find_device(NULL, NULL, &n, same); if (!d) return -EINVAL; device_unregister(d); return 0; }`,
    good: `${found} int f(int n) { struct device *d = class_find_device(NULL, NULL, &n, same); if (!d) return -EINVAL; device_unregister(d); put_device(d); return 0; }`,
    want: ["leaked device reference of class_find_device()"],
    back: ["leaked device reference of class_find_device()"],
  },
  {
    name: "a device that is held while it is unregistered",
    bad: `${found} void f(struct device *d) { get_device(d); device_unregister(d); put_device(d); }`,
    good: `${found} void f(struct device *d) { device_unregister(d); }`,
    want: [],
    back: [],
  },
  {
    name: "a device that was registered on the way, unregistered and put",
    bad: `${found} int device_register(struct device *d); int f(struct device *d) { if (device_register(d)) { put_device(d); return -EINVAL; } if (helper(1)) { device_unregister(d); put_device(d); return -EINVAL; } return 0; }`,
    good: `${found} int device_register(struct device *d); int f(struct device *d) { if (device_register(d)) { put_device(d); return -EINVAL; } if (helper(1)) { device_unregister(d); return -EINVAL; } return 0; }`,
    want: ["double-release device reference of device_register()"],
  },
  {
    name: "a packet that is to be sent and is dropped without being freed",
    sends: true,
    bad: `${sent} int f(struct sk_buff *skb, struct port *p) { if (ready(skb->len)) return 0; dev_kfree_skb_any(skb); return 0; }`,
    good: `${sent} int f(struct sk_buff *skb, struct port *p) { if (ready(skb->len)) { dev_kfree_skb_any(skb); return 0; } dev_kfree_skb_any(skb); return 0; }`,
    want: ["leaked socket buffer of skb"],
  },
  {
    name: "a packet that is dropped, and said to be, without being freed",
    sends: true,
    bad: `${sent} int f(struct sk_buff *skb, struct port *p) { if (ready(skb->len)) return 1; dev_kfree_skb_any(skb); return 0; }`,
    good: `${sent} int f(struct sk_buff *skb, struct port *p) { if (ready(skb->len)) { dev_kfree_skb_any(skb); return 1; } dev_kfree_skb_any(skb); return 0; }`,
    want: ["leaked socket buffer of skb"],
  },
  {
    name: "a packet that waits, is handed on, or is sent back to whoever sends it",
    sends: true,
    bad: `${sent} int f(struct sk_buff *skb, struct port *p) { if (ready(1)) { p->waits = skb; return 0; } if (ready(2)) return xmit(skb); if (ready(3)) return 16; dev_kfree_skb_any(skb); return 0; }`,
    good: `${sent} int f(struct sk_buff *skb, struct port *p) { if (ready(1)) { dev_kfree_skb_any(skb); return 0; } if (ready(2)) { dev_kfree_skb_any(skb); return 0; } if (ready(3)) { dev_kfree_skb_any(skb); return 0; } dev_kfree_skb_any(skb); return 0; }`,
    want: [],
  },
  {
    name: "a packet of which nobody says whose it is when the function returns",
    callback: true,
    bad: `${sent} int f(struct sk_buff *skb, struct port *p) { if (ready(skb->len)) return 0; dev_kfree_skb_any(skb); return 0; }`,
    good: `${sent} int f(struct sk_buff *skb, struct port *p) { if (ready(skb->len)) { dev_kfree_skb_any(skb); return 0; } dev_kfree_skb_any(skb); return 0; }`,
    want: [],
  },
  {
    name: "the only pointer to the caller's memory is written over",
    bad: `${thing} int f(struct thing *t) { t->table = kmalloc(8, GFP_KERNEL); if (!t->table) return -ENOMEM; return 0; }`,
    good: `${thing} int f(struct thing *t) { kfree(t->table); t->table = kmalloc(8, GFP_KERNEL); if (!t->table) return -ENOMEM; return 0; }`,
    want: ["leaked memory of t->table"],
  },
  {
    name: "a pointer that is written over after its memory went to somebody else",
    bad: `${thing} void keep(void *p); int f(struct thing *t) { keep(t->table); t->table = NULL; return 0; }`,
    good: `${thing} void keep(void *p); int f(struct thing *t) { kfree(t->table); t->table = NULL; return 0; }`,
    want: [],
  },
  {
    name: "a pointer that is written over after it was returned",
    bad: `${thing} int *f(struct thing *t) { int *old = t->table; t->table = NULL; return old; }`,
    good: `${thing} int *f(struct thing *t) { kfree(t->table); t->table = NULL; return NULL; }`,
    want: [],
  },
  {
    name: "an owner is freed, what it alone leads to is not",
    bad: `${thing} void f(struct thing *t) { kfree(t); }`,
    good: `${thing} void f(struct thing *t) { kfree(t->table); kfree(t); }`,
    want: ["leaked memory of t->table"],
  },
  {
    name: "a node that a freed owner held",
    bad: `${thing} void f(struct thing *t) { kfree(t->table); kfree(t); }`,
    good: `${thing} void f(struct thing *t) { kfree(t->table); of_node_put(t->np); kfree(t); }`,
    want: ["leaked device node of t->np"],
  },
  {
    name: "the owner stays: who gives back is a matter of taste",
    bad: `${thing} void f(struct thing *t) { t->n = 0; }`,
    good: `${thing} void f(struct thing *t) { kfree(t->table); t->n = 0; }`,
    want: [],
  },
  {
    name: "a way out of a failure gives back what is taken only behind it",
    bad: `${thing} int f(struct thing *t) { int ret = helper(1); if (ret < 0) goto off; ret = clk_prepare_enable(t->clk); if (ret) return ret; return 0;
      off: clk_disable_unprepare(t->clk); return ret; }`,
    good: `${thing} int f(struct thing *t) { int ret = helper(1); if (ret < 0) goto out; ret = clk_prepare_enable(t->clk); if (ret) return ret; return 0;
      out: return ret; }`,
    want: ["double-release enabled clock of t->clk", "double-release prepared clock of t->clk"],
  },
  {
    name: "what was on before the call is turned off where something fails",
    bad: `${thing} int f(struct thing *t) { int ret = helper(1); if (ret < 0) return ret; return 0; }`,
    good: `${thing} int f(struct thing *t) { int ret = helper(1); if (ret < 0) { clk_disable_unprepare(t->clk); return ret; } return 0; }`,
    want: [],
  },
  {
    name: "the caller's node is given back twice",
    bad: `${thing} void f(struct thing *t) { of_node_put(t->np); of_node_put(t->np); }`,
    good: `${thing} void f(struct thing *t) { of_node_put(t->np); }`,
    want: ["double-release device node of t->np"],
  },
  {
    name: "what a thing of one sort has besides is lost where it is freed, by a test that the other side does not make",
    bad: typed(""),
    good: typed("if (m->type == 3) of_node_put(m->of);"),
    want: ["leaked device node of m->of"],
  },
  {
    name: "also where a callee of which nothing is known has a thing of another sort on both sides",
    bad: typed("", "meta_drop(m);"),
    good: typed("if (m->type == 3) of_node_put(m->of);", "meta_drop(m);"),
    want: ["leaked device node of m->of"],
  },
  {
    name: "but not where that one had it for that sort before",
    bad: typed("", "meta_drop(m);"),
    good: typed("if (m->type == 3) of_node_put(m->of);", "meta_log(0);"),
    want: [],
  },
  {
    name: "but not where that makes another test, or lets a callee do it",
    bad: typed("if (m->has) of_node_put(m->of);"),
    good: typed("if (m->type == 3) of_node_put(m->of);"),
    want: [],
  },
  {
    name: "a callee of which nothing is known may do it",
    bad: typed("if (m->has) meta_drop(m);"),
    good: typed("if (m->type == 3) of_node_put(m->of);"),
    want: [],
  },
  {
    name: "the last element of an array is forgotten",
    bad: tabled("for (i = 0; i < 3; i++) kfree(t->bufs[i]);"),
    good: tabled("for (i = 0; i < 4; i++) kfree(t->bufs[i]);"),
    want: ["leaked memory of an element of t->bufs"],
  },
  {
    name: "the first one, walked backwards",
    bad: tabled("for (i = 3; i > 0; i--) kfree(t->bufs[i]);"),
    good: tabled("for (i = 3; i >= 0; i--) kfree(t->bufs[i]);"),
    want: ["leaked memory of an element of t->bufs"],
  },
  {
    name: "the last one of as many as there are",
    bad: tabled("for (i = 0; i < t->n - 1; i++) kfree(t->more[i]); kfree(t->more);"),
    good: tabled("for (i = 0; i < t->n; i++) kfree(t->more[i]); kfree(t->more);"),
    want: ["leaked memory of an element of t->more"],
  },
  {
    name: "from the other end all are given back as well",
    bad: tabled("for (i = 0; i < t->n; i++) kfree(t->more[i]); kfree(t->more);"),
    good: tabled("i = t->n; while (i--) kfree(t->more[i]); kfree(t->more);"),
    want: [],
  },
  {
    name: "who asks how many there are leaves none that is there",
    bad: tabled("for (i = 0; i < t->n; i++) kfree(t->bufs[i]);"),
    good: tabled("for (i = 0; i < 4; i++) kfree(t->bufs[i]);"),
    want: [],
  },
  {
    name: "a callee of which nothing is known may give elements back",
    bad: tabled("drop(t->more, t->n); kfree(t->more);"),
    good: tabled("for (i = 0; i < t->n; i++) kfree(t->more[i]); kfree(t->more);"),
    want: [],
  },
  {
    name: "what entries lead to that are linked by another member than their first",
    bad: chained(""),
    good: chained("kfree(d->log);"),
    want: ["leaked memory of first()->log", "leaked memory of next()->log"],
  },
  {
    name: "not where it is given back in another order",
    bad: chained("if (d->n) helper(1); kfree(d->log);"),
    good: chained("kfree(d->log); helper(1);"),
    want: [],
  },
  {
    name: "a list's entry that is taken out and not freed",
    bad: `${list} void f(struct thing *t) { struct part *p = first(t); if (!p) return; unlink(&p->list); }`,
    good: `${list} void f(struct thing *t) { struct part *p = first(t); if (!p) return; unlink(&p->list); kfree(p); }`,
    want: ["leaked memory of entry of t->parts"],
  },
  {
    name: "a count that the beginning raises and the end leaves",
    entry: "thing_alloc",
    leave: "thing_free",
    root: true,
    bad: `${counted} void thing_free(struct owner *o) { mutex_lock(&o->lock); mutex_unlock(&o->lock); }`,
    good: `${counted} void thing_free(struct owner *o) { mutex_lock(&o->lock); o->refcnt--; mutex_unlock(&o->lock); }`,
    want: ["leaked count o->refcnt"],
  },
  {
    name: "a count of what has happened only goes up",
    entry: "ep_start",
    leave: "ep_stop",
    root: true,
    bad: tallied("tell(e);"),
    good: tallied(""),
    want: [],
  },
  {
    name: "a count that stays raised where what comes behind it fails",
    bad: `${counted} int f(struct owner *o) { int ret; o->refcnt++; ret = helper(1); if (ret < 0) return ret; return 0; }`,
    good: `${counted} int f(struct owner *o) { int ret; o->refcnt++; ret = helper(1); if (ret < 0) { o->refcnt--; return ret; } return 0; }`,
    want: ["leaked count o->refcnt"],
  },
  {
    name: "a number that says how often something failed",
    bad: `${counted} int f(struct owner *o) { int ret = helper(1); if (ret < 0) { o->errors_count++; return ret; } return 0; }`,
    good: `${counted} int f(struct owner *o) { int ret = helper(1); if (ret < 0) return ret; return 0; }`,
    want: [],
  },
  {
    name: "memory that a callback which fails leaves in its caller's struct, and freed itself on the other side",
    callback: true,
    bad: `${thing} static int f(struct thing *t) { t->table = kmalloc(8, GFP_KERNEL); if (!t->table) return -ENOMEM; if (helper(1)) return -EINVAL; return 0; }`,
    good: `${thing} static int f(struct thing *t) { t->table = kmalloc(8, GFP_KERNEL); if (!t->table) return -ENOMEM; if (helper(1)) { kfree(t->table); return -EINVAL; } return 0; }`,
    want: ["leaked memory of kmalloc()"],
  },
  {
    name: "a read side of RCU that one way out leaves",
    bad: `int f(int n) { rcu_read_lock(); if (helper(n)) return 1; rcu_read_unlock(); return 0; }`,
    good: `int f(int n) { rcu_read_lock(); if (helper(n)) { rcu_read_unlock(); return 1; } rcu_read_unlock(); return 0; }`,
    want: ["returned-locked RCU read side"],
  },
  {
    name: "a wait in an RCU read side, by way of a helper",
    bad: `static void calm(void) { msleep(1); } int f(int n) { rcu_read_lock(); if (n) calm(); rcu_read_unlock(); return 0; }`,
    good: `static void calm(void) { msleep(1); } int f(int n) { rcu_read_lock(); rcu_read_unlock(); if (n) calm(); return 0; }`,
    want: ["sleeps-in-atomic msleep() under RCU read side"],
  },
  {
    name: "an allocation on a node, with flags that let it wait, under the lock of a task, which is a spin lock",
    bad: alone("GFP_KERNEL"),
    good: alone("GFP_ATOMIC"),
    want: ["sleeps-in-atomic kmem_cache_alloc_node() under task lock t"],
  },
  {
    name: "an interrupt handler that takes a mutex",
    interrupt: "an interrupt handler",
    bad: `${counted} int f(int irq, struct owner *o) { mutex_lock(&o->lock); o->refcnt = 0; mutex_unlock(&o->lock); return 1; }`,
    good: `${counted} int f(int irq, struct owner *o) { o->refcnt = 0; return 1; }`,
    want: ["sleeps-in-atomic mutex_lock() under an interrupt handler"],
  },
  {
    name: "a count in an entry of a list that a helper found and raised, where what is set to it is cleared again",
    bad: inList("s->to = NULL;"),
    good: inList("local_put(s->to); s->to = NULL;"),
    want: ["leaked count entry of locals@->ref"],
  },
  {
    name: "a reference to what is found in a list is kept by nobody",
    bad: woken(""),
    good: woken("local_put(l);"),
    want: ["leaked count entry of locals@->ref"],
  },
  {
    name: "one that is stored or handed on has an owner",
    bad: woken("wakes = l;"),
    good: woken("local_put(l);"),
    want: [],
  },
  {
    name: "and so has one that is returned, or had by a callee of which nothing is known",
    bad: woken("tell(l);"),
    good: woken("local_put(l);"),
    want: [],
  },
  {
    name: "who takes none gives none back",
    bad: woken("local_put(l);"),
    good: woken("").replace("return kref_get_unless_zero(&l->ref) ? l : NULL", "return l"),
    want: [],
  },
  {
    name: "such a count where the list's member is the first",
    bad: inList("s->to = NULL;", FIRST),
    good: inList("local_put(s->to); s->to = NULL;", FIRST),
    want: ["leaked count entry of locals->ref"],
  },
  {
    name: "a lock that lies in what is freed under it",
    bad: `struct box { struct mutex lock; int n; }; void f(struct box *b) { mutex_lock(&b->lock); helper(b->n); kfree(b); mutex_unlock(&b->lock); }`,
    good: `struct box { struct mutex lock; int n; }; void f(struct box *b) { mutex_lock(&b->lock); helper(b->n); mutex_unlock(&b->lock); kfree(b); }`,
    want: ["use-after-release b"],
  },
];

testPairs(pairs);

describe("a reference that is not taken any more is no leak that is mended", () => {
  const refs = `typedef struct { int refs; } refcount_t; void refcount_set(refcount_t *r, int n); void refcount_inc(refcount_t *r); _Bool refcount_dec_and_test(refcount_t *r);
    struct req { refcount_t ref; int done; }; int queue(struct thing *t, struct req *r); struct page { int n; }; void get_page(struct page *p); void put_page(struct page *p);
    static void req_put(struct req *r) { if (refcount_dec_and_test(&r->ref)) kfree(r); }
    static struct req *req_new(void) { struct req *r = kmalloc(sizeof(*r), GFP_KERNEL); if (r) refcount_set(&r->ref, 1); return r; }`;
  const told = (before: string, after: string): string[] =>
    runPair(`${thing} ${refs} ${before}`, `${thing} ${refs} ${after}`, { name: "f" })
      .filter((d) => d.verdict === "fixed" && !d.fault.possible)
      .map((d) => `${d.fault.kind} ${d.fault.object}`);

  test("of memory that a queue gives back when it is done", () => {
    const f = (get: string): string =>
      `int f(struct thing *t) { struct req *r = req_new(); int ret; if (!r) return -ENOMEM; ret = queue(t, r); if (ret == 0) { ${get} } req_put(r); return ret; }`;
    assert.deepEqual(told(f("refcount_inc(&r->ref);"), f("")), []);
  });

  test("of a page that a page table has from then on", () => {
    const f = (get: string): string =>
      `int f(unsigned long *pte, struct page *p) { if (p) { ${get} *pte = ((unsigned long)p << 12) | 1; } return 0; }`;
    assert.deepEqual(told(f("get_page(p);"), f("")), []);
  });

  test("of a lock that the function is there to take", () => {
    const f = (lock: string): string => `int f(struct thing *t) { ${lock} return 0; }`;
    assert.deepEqual(told(f("mutex_lock(&t->dev.mutex);"), f("")), []);
  });

  test("of one that it takes on some ways, and of preemption that is off until another function is called", () => {
    const some = (lock: string): string =>
      `int f(struct thing *t, int how) { if (how == 1) { ${lock} } return 0; }`;
    assert.deepEqual(told(some("mutex_lock(&t->dev.mutex);"), some("")), []);
    assert.deepEqual(told(some("preempt_disable();"), some("")), []);
  });

  test("of a count that lies with others, where something behind it fails", () => {
    const f = (raise: string): string =>
      `struct own { int refcnt; }; int f(struct own *o) { int ret; ${raise} ret = helper(1); if (ret < 0) return ret; return 0; }`;
    assert.deepEqual(told(f("o->refcnt++;"), f("")), []);
  });

  test("and is one where it is given back, or taken only behind what fails", () => {
    const back = (put: string): string =>
      `int f(struct page *p) { int ret; get_page(p); ret = helper(1); if (ret < 0) { ${put} return ret; } put_page(p); return 0; }`;
    assert.deepEqual(told(back(""), back("put_page(p);")), ["leaked page of get_page()"]);
    const late = (early: string, then: string): string =>
      `int f(struct page *p) { int ret; ${early} ret = helper(1); if (ret < 0) return ret; ${then} helper(2); put_page(p); return 0; }`;
    assert.deepEqual(told(late("get_page(p);", ""), late("", "get_page(p);")), ["leaked page of get_page()"]);
    const queued = (put: string): string =>
      `int f(struct thing *t) { struct req *r = req_new(); int ret; if (!r) return -ENOMEM; refcount_inc(&r->ref); ret = helper(1); if (ret) { req_put(r); ${put} return ret; } req_put(r); req_put(r); return 0; }`;
    assert.deepEqual(told(queued(""), queued("req_put(r);")), ["leaked memory of kmalloc()"]);
  });
});

describe("what an unknown callee had in hand is mended by one more give-back only where that callee ends nothing", () => {
  const box = `struct box { int n; int refs; int *led; }; void box_keep(struct box *b); void box_put(struct box *b); void refs_put(int *refs);`;
  const side = (callee: string, given: string): string =>
    `${box} int f(int n) { struct box *b = kmalloc(sizeof(*b), GFP_KERNEL); if (!b) return -ENOMEM; b->led = kmalloc(4, GFP_KERNEL);
if (helper(n)) {
${callee}
${given}
return -EINVAL; }
kfree(b->led); kfree(b); return 0; }`;
  const toldOf = (callee: string): string[] =>
    told(runPair(side(callee, ""), side(callee, "kfree(b->led); kfree(b);"), { name: "f" }));
  test("kept by nobody's word", () => {
    assert.deepEqual(toldOf("box_keep(b);"), ["fixed leaked memory of kmalloc()"]);
  });
  test("put by a count that a callee has set, of which nothing is known", () => {
    const refs = "_Bool refcount_dec_and_test(int *r); struct box { int n; int refs; int *led; };";
    const side = (given: string): string =>
      `${refs} int f(int n) { struct box *b = kzalloc(sizeof(*b), GFP_KERNEL); if (!b) return -ENOMEM;
if (helper(n)) { refcount_dec_and_test(&b->refs);
${given}
return -EINVAL; }
kfree(b); return 0; }`;
    assert.deepEqual(told(runPair(side(""), side("kfree(b);"), { name: "f" })), []);
  });
  test("put, by itself or by a count in it", () => {
    assert.deepEqual(toldOf("box_put(b);"), []);
    assert.deepEqual(toldOf("refs_put(&b->refs);"), []);
  });
});

test("what an unknown callee had in hand is lost where a later call fails and the other ways behind that callee still give it back", () => {
  const side = (first: string, given: string, end: string): string =>
    `int look(void *p); int f(int n) { char *p = kmalloc(8, GFP_KERNEL); if (!p) return -ENOMEM; ${first} if (helper(n) < 0) { ${given} return -EINVAL; } ${end} return 0; }`;
  const toldOf = (before: string, after: string): string[] => told(runPair(before, after, { name: "f" }));
  const free = "kfree(p);";
  assert.deepEqual(toldOf(side("look(p);", free, free), side("look(p);", "", free)), [
    "new leaked memory of kmalloc()",
  ]);
  // Here the callee may keep it, or end it where it fails.
  assert.deepEqual(toldOf(side("look(p);", free, free), side("look(p);", "", "")), []);
  const fails = (given: string): string => `if (look(p) < 0) { ${given} return -EIO; }`;
  assert.deepEqual(toldOf(side(fails(free), free, free), side(fails(""), free, free)), []);
});
