/** Function cases say nothing new of merged fixes of kinds that were once told wrongly: shapes of 6.12's stable fixes, in C of our own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, runPair, testPairs, told } from "../support/function_pair.ts";

const PARTS =
  "static void fill(unsigned long *w, int n) { int i; for (i = 0; i < 2; i++) { w[0] &= ~(0xfful << (8 * i)); w[0] |= (unsigned long)(n & 0xff) << (8 * i); } }";
const SKB =
  "struct sk_buff; struct proto; struct sk_buff *alloc_skb(unsigned int n, gfp_t f); void kfree_skb(struct sk_buff *s); int proto_recv_frame(struct proto *p, struct sk_buff *s);";
const CHILDREN =
  "int of_platform_populate(struct device_node *n, const void *m, const void *l, struct device *d); void of_platform_depopulate(struct device *d);";

const TABLE = "static char *table[16];";
const UNPLUG =
  "struct drm_device; _Bool drm_dev_enter(struct drm_device *d, int *idx); void drm_dev_exit(int idx);";
const PHANDLE =
  "struct of_phandle_args { struct device_node *np; int args_count; u32 args[16]; }; int of_parse_phandle_with_args(const struct device_node *n, const char *l, const char *c, int i, struct of_phandle_args *a);";

const boxLife = { entry: "box_probe", leave: "box_remove", root: true };
const boxed = (asked: string): string =>
  `struct box { int *list; int room[2]; }; void *devm_kzalloc(struct device *d, size_t n, gfp_t f);
  int box_probe(struct platform_device *p) { struct box *b = devm_kzalloc(&p->dev, sizeof(*b), GFP_KERNEL); int n; if (!b) return -ENOMEM; p->dev.driver_data = b; n = helper(1); ${asked} b->list = b->room; return 0; }
  void box_remove(struct platform_device *p) { struct box *b = p->dev.driver_data; b->list[0] = 1; }`;

const clocked = (type: string, then: string, well: string): string =>
  `struct clk_hw *clk_hw_register_fixed_factor(struct device *d, const char *n, const char *p, unsigned long f, unsigned int m, unsigned int v); void clk_hw_unregister_fixed_factor(struct clk_hw *h); static struct clk_hw *all;
  ${type} f(void) { struct clk_hw *hw = clk_hw_register_fixed_factor(NULL, "half", "whole", 0, 1, 2); if (IS_ERR(hw)) return ${well === "" ? "" : "PTR_ERR(hw)"}; ${then} return ${well}; }`;

const mapped = (first: string, got: string): string =>
  `struct pci_dev { int n; }; int pcim_iomap_regions(struct pci_dev *p, int mask, const char *name); void **pcim_iomap_table(struct pci_dev *p); int ask(void *p);
  int f(struct pci_dev *p) { ${first} ${got} }`;
const MAPS = 'int ret = pcim_iomap_regions(p, 1, "bar"); if (ret) return ret;';
const TESTED = "void **t = pcim_iomap_table(p); if (!t) return -ENOMEM; return ask(t[0]);";

/** Two locks, of which a header's macro takes the second and turns preemption off by itself. */
const NESTED = (failed: string): string => `void preempt_disable(void);
  #define spin_lock_nest_lock(l, n) do { preempt_disable(); helper(0); } while (0)
  int f(spinlock_t *a, spinlock_t *b) { spin_lock(a); spin_lock_nest_lock(b, a); if (helper(1)) ${failed} spin_unlock(b); spin_unlock(a); return 0; }`;

const CAN = (unregister: string, free: string): string => `struct net_device { struct device dev; };
  struct net_device *alloc_candev_mqs(int n, unsigned int e, unsigned int t, unsigned int r); int register_candev(struct net_device *d);
  void unregister_netdev(struct net_device *d); void unregister_candev(struct net_device *d); void free_netdev(struct net_device *d); void free_candev(struct net_device *d);
  int f(int x) { struct net_device *d = alloc_candev_mqs(8, 1, 1, 1); int ret; if (!d) return -ENOMEM; ret = register_candev(d); if (ret) { ${free}(d); return ret; }
    ret = helper(x); if (ret) { ${unregister === "" ? "" : `${unregister}(d);`} ${free}(d); return ret; } d->dev.driver_data = lookup(x); ${unregister === "" ? "unregister_netdev" : unregister}(d); ${free}(d); return 0; }`;

/** A page is taken, and given back where a callee fails and where it does not. */
const PAGES = (
  take: string,
  failed: string,
  give: string,
): string => `struct page { int n; }; struct folio { struct page page; };
  void get_page(struct page *p); void put_page(struct page *p); void folio_get(struct folio *f); void folio_put(struct folio *f);
  int f(struct page *p) { ${take}; if (helper(1)) { ${failed}; return -EINVAL; } ${give}; return 0; }`;

/** What a buffer lies in is given back, by either name of it; a callee may have come by that already. */
const BUFFERS = (
  give: string,
): string => `struct page { int n; }; struct folio { struct page page; }; struct bh { union { struct page *b_page; struct folio *b_folio; }; int state; };
  void put_page(struct page *p); void folio_put(struct folio *f); struct bh *grab(int x);
  static int peek(struct bh *b) { return b->b_folio->page.n; }
  int f(int x) { struct bh *b = grab(x); int ret = 0; if (!b) return -ENOMEM; if (helper(1)) { if (peek(b) > 3) ret = helper(2); } ${give}; return ret; }`;

/** A driver that runs its own callbacks where the kernel has no runtime PM. */
const BY_HAND = (resume: string, suspend: string, active: string): string => `
  void pm_runtime_enable(struct device *d); void pm_runtime_disable(struct device *d); _Bool pm_runtime_enabled(struct device *d); _Bool pm_runtime_status_suspended(struct device *d);
  static int resume(struct device *d) { struct clk *c = d->driver_data; ${resume} return 0; }
  static void suspend(struct device *d) { struct clk *c = d->driver_data; ${suspend} }
  int f(struct platform_device *p) { struct device *d = &p->dev; int ret; pm_runtime_enable(d);
    if (!pm_runtime_enabled(d)) { ret = resume(d); if (ret) { pm_runtime_disable(d); return ret; } } return 0; }
  void g(struct platform_device *p) { struct device *d = &p->dev; pm_runtime_disable(d); if (${active}) suspend(d); }`;

/** A record with a name that is printed, and memory behind it. */
const LABELLED = (failed: string): string => `struct card { char name[16]; char *buf; };
  struct card *f(int x) { struct card *c = kzalloc(sizeof(*c), GFP_KERNEL); if (!c) return NULL; c->buf = kmalloc(8, GFP_KERNEL); if (!c->buf) { kfree(c); return NULL; }
    sprintf(c->name, "card%d", x); if (helper(x)) { ${failed} return NULL; } return c; }`;

/** What is enabled behind a failure that is passed over, and given back by another way to it. */
const FOUND_ELSEWHERE = (
  failed: string,
  given = "",
  first = "",
): string => `struct core { struct clk *c; struct device *dev; };
  void pm_runtime_enable(struct device *d); void pm_runtime_disable(struct device *d);
  int f(struct platform_device *p) { struct core *m = p->dev.driver_data; struct clk *c; ${first} c = clk_get(&p->dev, "axi");
    if (IS_ERR(c)) ${failed}
    m->c = c; ${first === "" ? "pm_runtime_enable(m->dev);" : ""} return 0; }
  void g(struct platform_device *p) { struct core *m = ${given === "" ? "lookup(p->id)" : "p->dev.driver_data"}; struct clk *c = m->c; ${given}pm_runtime_disable(m->dev); if (c) clk_put(c); }`;

/** A bit is looked for, and what an open name leads to is read behind; `none` is asked of the number that comes back. */
const slots = (
  none: string,
): string => `struct area { char *name; unsigned int n; }; unsigned int next_bit(struct area *a);
  static unsigned int take(struct area *a) { unsigned int slot = next_bit(a);
    if (${none})
      return 0xffffffff;
    return slot; }
  int f(struct area *a) { char *p = kmalloc(8, GFP_KERNEL); if (take(a) == 0xffffffff) { kfree(p); return -EINVAL; } p[0] = 1; kfree(p); return 0; }`;

const DISABLED = (begins: string, ends: string): string =>
  `struct m { int irq; int on; }; void disable_irq(unsigned int irq); void enable_irq(unsigned int irq);
  int f(struct m *m) { ${begins} if (helper(1)) return -EIO; m->on = 1; return 0; }
  void g(struct m *m) { m->on = 0; ${ends} }`;

/** A FIFO in memory of the function's own, and what is done where it gets none. */
const FIFO = (failed: string): string =>
  `struct __kfifo { void *data; }; struct port { struct __kfifo fifo; }; int __kfifo_alloc(struct __kfifo *f, unsigned int n, size_t each, gfp_t flags); void __kfifo_free(struct __kfifo *f);
  struct port *f(int n) { struct port *p = kzalloc(sizeof(*p), GFP_KERNEL); if (!p) return NULL;
    if (__kfifo_alloc(&p->fifo, n, 1, GFP_KERNEL)) { ${failed} kfree(p); return NULL; } return p; }`;

/** Memory that a core is given for what it calls back with: it has it from then on. */
const REMEMBERED = (call: string, known: string): string =>
  `struct own { int n; }; static struct own *all; struct device; struct clk_hw; struct clk { int x; }; int helper2(void *p);
  int of_clk_add_hw_provider(struct device_node *np, int (*get)(int), void *data); void *irq_domain_add_linear(struct device_node *np, unsigned int n, const void *ops, void *data);
  void irq_set_chained_handler_and_data(unsigned int irq, int (*handler)(int), void *data); void *hwmon_device_register_with_info(struct device *dev, const char *name, void *data, const void *chip, const void *groups);
  int f(struct device_node *np, struct device *dev) { struct own *o = kzalloc(sizeof(*o), GFP_KERNEL); if (!o) return -ENOMEM; ${known} o->n = 4; ${call} return 0; }`;
const REMEMBERING = [
  "if (of_clk_add_hw_provider(np, helper, o)) { kfree(o); return -EIO; }",
  "if (!irq_domain_add_linear(np, 4, NULL, o)) { kfree(o); return -ENOMEM; }",
  "irq_set_chained_handler_and_data(7, helper, o);",
  'if (IS_ERR(hwmon_device_register_with_info(dev, "x", o, NULL, NULL))) { kfree(o); return -EIO; }',
];

/** What depends on a number that somebody put into a pointer. */
const NUMBERED = (two: string): string =>
  `const void *of_device_get_match_data(const struct device *dev);
  int f(struct device *dev) { int kind = (int)(unsigned long)of_device_get_match_data(dev); char *p = kmalloc(8, GFP_KERNEL); if (!p) return -ENOMEM;
    if (kind == 2) { ${two} return -EINVAL; } p[0] = 1; kfree(p); return 0; }`;

const pairs: readonly Pair[] = [
  {
    name: "a parameter by another name",
    bad: `struct box { char *p; int n; }; int f(struct box *b) { if (helper(1)) { kfree(b->p); kfree(b->p); return 0; } b->n = 1; return 0; }`,
    good: `struct box { char *p; int n; }; int f(struct box *given) { if (helper(1)) { kfree(given->p); kfree(given->p); return 0; } given->n = 1; return 0; }`,
    want: [],
    back: [],
  },
  {
    name: "a FIFO whose memory was not to be had may be freed",
    bad: FIFO("__kfifo_free(&p->fifo);"),
    good: FIFO(""),
    want: [],
    back: [],
  },
  {
    name: "who asks how long a text would be writes nothing",
    bad: `int snprintf(char *buf, unsigned long n, const char *fmt, ...); int f(int n) { int length = snprintf(NULL, 0, "x%d", n) + 1; char *p = kmalloc(length, GFP_KERNEL); if (!p) return -ENOMEM; kfree(p); return 0; }`,
    good: `int snprintf(char *buf, unsigned long n, const char *fmt, ...); int f(int n) { char *p = kmalloc(12, GFP_KERNEL); if (!p) return -ENOMEM; kfree(p); return 0; }`,
    want: [],
    back: [],
  },
  {
    name: "a side that skips what is no C there shows nothing by that",
    bad: `static void end(char *p, int why) { helper(why); kfree(p); } int f(char *p) { if (helper(1)) return 0; end(p, 1); kfree(p); return 0; }`,
    good: `static void end(char *p, int why) { helper(why); kfree(p); } int f(char *p) { if (helper(1)) return 0; end(p, NOBODY_HAS_THIS); kfree(p); return 0; }`,
    want: [],
    back: [],
  },
  ...REMEMBERING.map((call) => ({
    name: `memory is not lost that a core has from then on: ${/\w+_\w+(?=\()/.exec(call)![0]}()`,
    bad: REMEMBERED(call, ""),
    good: REMEMBERED(call, "all = o;"),
    want: [],
  })),
  {
    name: "a number in a pointer is any, not where our memory has what it leads to",
    bad: NUMBERED(""),
    good: NUMBERED("kfree(p);"),
    want: ["leaked memory of kmalloc()"],
  },
  {
    name: "a test that is written anew has another usual answer: by the other one all is as it was",
    bad: slots("slot == a->n"),
    good: slots("slot >= a->n"),
    want: [],
  },
  {
    name: "a life of which both sides leave the same by what leads to it elsewhere mends nothing where it gives up sooner",
    entry: "f",
    leave: "g",
    root: true,
    bad: FOUND_ELSEWHERE("c = NULL;"),
    good: FOUND_ELSEWHERE("return PTR_ERR(c);"),
    want: [],
  },
  {
    name: "nor where it gives up on that failure, and gives back then what it took",
    entry: "f",
    leave: "g",
    root: true,
    bad: FOUND_ELSEWHERE("c = NULL;", "", "pm_runtime_enable(m->dev);"),
    good: FOUND_ELSEWHERE(
      "{ pm_runtime_disable(m->dev); return PTR_ERR(c); }",
      "",
      "pm_runtime_enable(m->dev);",
    ),
    want: [],
  },
  {
    name: "and one that goes on behind a failure with what nobody gives back then does",
    entry: "f",
    leave: "g",
    root: true,
    bad: FOUND_ELSEWHERE("c = NULL;", "if (c) "),
    good: FOUND_ELSEWHERE("return PTR_ERR(c);", "if (c) "),
    want: ["leaked enabled runtime PM of p->dev.driver_data->dev"],
  },
  {
    name: "a lock that is taken under another one by its own macro is given up by the usual call",
    bad: NESTED("return -EINVAL;"),
    good: NESTED("{ spin_unlock(b); spin_unlock(a); return -EINVAL; }"),
    want: ["returned-locked spin lock a", "returned-locked spin lock b"],
  },
  {
    name: "a CAN device is a network device, which either name ends",
    bad: CAN("unregister_netdev", "free_netdev"),
    good: CAN("unregister_candev", "free_candev"),
    want: [],
  },
  {
    name: "and one that is not ended is lost by either",
    bad: CAN("", "free_netdev"),
    good: CAN("unregister_netdev", "free_candev"),
    want: [
      "freed-while-registered network device registration of register_candev()",
      "leaked network device registration of alloc_candev_mqs()",
    ],
  },
  {
    name: "a kernel without runtime PM resumes a device by hand, and never finds it suspended",
    entry: "f",
    leave: "g",
    root: true,
    bad: BY_HAND("", "", "!pm_runtime_status_suspended(d)"),
    good: BY_HAND(
      "int ret = clk_prepare_enable(c); if (ret) return ret;",
      "clk_disable_unprepare(c);",
      "!pm_runtime_status_suspended(d)",
    ),
    want: [],
  },
  {
    name: "and loses what nobody gives back then",
    entry: "f",
    leave: "g",
    root: true,
    bad: BY_HAND(
      "int ret = clk_prepare_enable(c); if (ret) return ret;",
      "",
      "!pm_runtime_status_suspended(d)",
    ),
    good: BY_HAND(
      "int ret = clk_prepare_enable(c); if (ret) return ret;",
      "clk_disable_unprepare(c);",
      "!pm_runtime_status_suspended(d)",
    ),
    want: ["leaked enabled clock of p->dev.driver_data", "leaked prepared clock of p->dev.driver_data"],
  },
  {
    name: "a text that is put in an array leaves the pointer behind it",
    bad: LABELLED("kfree(c);"),
    good: LABELLED("kfree(c->buf); kfree(c);"),
    want: ["leaked memory of kmalloc()"],
  },
  {
    name: "a reference to a page is one to its folio, which either name gives back",
    bad: PAGES("get_page(p)", "put_page(p)", "put_page(p)"),
    good: PAGES("get_page(p)", "folio_put((struct folio *)p)", "put_page(p)"),
    want: [],
  },
  {
    name: "nor is one lost that another member of the same union leads to",
    bad: BUFFERS("put_page(b->b_page)"),
    good: BUFFERS("folio_put(b->b_folio)"),
    want: [],
  },
  {
    name: "and one that is not given back is lost by either",
    bad: PAGES("folio_get((struct folio *)p)", "helper(2)", "put_page(p)"),
    good: PAGES("folio_get((struct folio *)p)", "folio_put((struct folio *)p)", "put_page(p)"),
    want: ["leaked page of folio_get()"],
  },
  {
    name: "removing a file that is not there yet does nothing",
    root: true,
    bad: `static struct device_attribute attr_a, attr_b;
      int f(struct platform_device *p) { int ret = device_create_file(&p->dev, &attr_a); if (ret) goto out; ret = device_create_file(&p->dev, &attr_b); if (ret) goto out;
        ret = helper(1); out: if (ret) device_remove_file(&p->dev, &attr_a); return ret; }`,
    good: `static struct device_attribute attr_a, attr_b;
      int f(struct platform_device *p) { int ret = device_create_file(&p->dev, &attr_a); if (ret) goto out; ret = device_create_file(&p->dev, &attr_b); if (ret) goto out;
        ret = helper(1); out: if (ret) { device_remove_file(&p->dev, &attr_b); device_remove_file(&p->dev, &attr_a); } return ret; }`,
    want: ["leaked device attribute of attr_b"],
  },
  {
    name: "work that was made ready right before the failure runs nowhere yet",
    root: true,
    bad: `struct lamp { struct work_struct w; }; void blink(struct work_struct *w); static void off(void *d) { struct lamp *l = d; cancel_work_sync(&l->w); }
      int cancel_work_sync(struct work_struct *w);
      int f(struct platform_device *p) { struct lamp *l = p->dev.driver_data; __init_work(&l->w, 0); return devm_add_action_or_reset(&p->dev, off, l); }`,
    good: `struct lamp { struct work_struct w; }; void blink(struct work_struct *w); static void off(void *d) { struct lamp *l = d; helper(1); }
      int cancel_work_sync(struct work_struct *w);
      int f(struct platform_device *p) { struct lamp *l = p->dev.driver_data; __init_work(&l->w, 0); return devm_add_action_or_reset(&p->dev, off, l); }`,
    want: [],
  },
  {
    name: "and it may run where another call has worked in between",
    root: true,
    bad: `struct lamp { struct work_struct w; }; int cancel_work_sync(struct work_struct *w); int clk_prepare_enable(struct clk *c); void clk_disable_unprepare(struct clk *c);
      int f(struct platform_device *p) { struct lamp *l = p->dev.driver_data; int ret; __init_work(&l->w, 0); helper(1); ret = device_add(&p->dev); if (ret) return ret; return 0; }`,
    good: `struct lamp { struct work_struct w; }; int cancel_work_sync(struct work_struct *w); int clk_prepare_enable(struct clk *c); void clk_disable_unprepare(struct clk *c);
      int f(struct platform_device *p) { struct lamp *l = p->dev.driver_data; int ret; __init_work(&l->w, 0); helper(1); ret = device_add(&p->dev); if (ret) { cancel_work_sync(&l->w); return ret; } return 0; }`,
    want: ["left-running work item of p->dev.driver_data"],
  },
  {
    name: "a function that locks what it is given leaves each of them held, however many there are",
    bad: `struct thing { spinlock_t *l; }; static int take(struct thing *t) { int ret = helper(1); spin_lock(t->l); if (ret) spin_unlock(t->l); return ret; }
      int f(struct thing **t, unsigned int n) { int ret = 0; for (unsigned int i = 0; i < n; i++) { ret = take(t[i]); if (ret) return ret; } return ret; }`,
    good: `struct thing { spinlock_t *l; }; static int take(struct thing *t) { int ret = helper(1); spin_lock(t->l); if (ret) spin_unlock(t->l); return ret; }
      int f(struct thing **t, unsigned int n) { int ret = 0; if (!n) return helper(2); for (unsigned int i = 0; i < n; i++) { ret = take(t[i]); if (ret) return ret; } return 0; }`,
    want: [],
  },
  {
    name: "and one that loses an unlock on its way out is told",
    bad: `struct thing { spinlock_t *l; }; static int take(struct thing *t) { int ret; spin_lock(t->l); ret = helper(1); if (ret) return ret; spin_unlock(t->l); return 0; }
      int f(struct thing *t) { return take(t); }`,
    good: `struct thing { spinlock_t *l; }; static int take(struct thing *t) { int ret; spin_lock(t->l); ret = helper(1); spin_unlock(t->l); return ret; }
      int f(struct thing *t) { return take(t); }`,
    want: ["returned-locked spin lock t->l"],
  },
  {
    name: "a reset that is asserted before it is deasserted is not given back too early",
    bad: `struct reset_control; int reset_control_assert(struct reset_control *r); int reset_control_deassert(struct reset_control *r); struct d { struct reset_control *r; struct clk *c; };
      int f(struct d *d) { int ret = clk_prepare_enable(d->c); if (ret) return ret; reset_control_assert(d->r); ret = reset_control_deassert(d->r); if (ret) clk_disable_unprepare(d->c); return ret; }`,
    good: `struct reset_control; int reset_control_assert(struct reset_control *r); int reset_control_deassert(struct reset_control *r); struct d { struct reset_control *r; struct clk *c; };
      int f(struct d *d) { int ret; reset_control_assert(d->r); ret = clk_prepare_enable(d->c); if (ret) return ret; ret = reset_control_deassert(d->r); if (ret) clk_disable_unprepare(d->c); return ret; }`,
    want: [],
  },
  {
    name: "what another file takes and gives back on its own leaves the reference of the list that it was in",
    core: `void sock_hold(struct sock *s);
      struct sock *take_first(struct list *l) { struct sock *d = l->first; if (d) { sock_hold(d); l->n--; sock_put(d); } return d; }`,
    bad: `struct sock { int n; }; void sock_put(struct sock *s); struct list { int n; struct sock *first; }; struct sock *take_first(struct list *l);
      int f(struct list *l) { return helper(1); }`,
    good: `struct sock { int n; }; void sock_put(struct sock *s); struct list { int n; struct sock *first; }; struct sock *take_first(struct list *l);
      int f(struct list *l) { struct sock *d = take_first(l); if (d) sock_put(d); return helper(1); }`,
    want: [],
  },
  {
    name: "a helper that leaves a thing to somebody else by what the thing itself says does not lose it",
    bad: `struct req { int idle; int stale; }; struct dev { struct req *req; };
      static void put(struct req *r) { if (!r) return; if (r->idle) kfree(r); else r->stale = 1; }
      int f(struct dev *d) { put(d->req); d->req = NULL; return helper(1); }`,
    good: `struct req { int idle; int stale; }; struct dev { struct req *req; };
      static void put(struct req *r) { if (!r) return; if (r->idle) kfree(r); else r->stale = 1; }
      int f(struct dev *d) { kfree(d->req); d->req = NULL; return helper(1); }`,
    want: [],
  },
  {
    name: "memory that is asked for with zeros is written",
    bad: `#define __GFP_ZERO 0x100
      struct buf { void *p; struct buf *next; }; void *kmalloc_array(size_t n, size_t s, gfp_t f);
      int f(unsigned int n) { struct buf *b = kmalloc_array(n, sizeof(*b), GFP_KERNEL | __GFP_ZERO); unsigned int i; if (!b) return -ENOMEM;
        for (i = 0; i < n; i++) kfree(b[i].p); kfree(b); return 0; }`,
    good: `#define __GFP_ZERO 0x100
      struct buf { void *p; struct buf *next; }; void *kmalloc_array(size_t n, size_t s, gfp_t f);
      int f(unsigned int n) { struct buf *b; if (n < 2) return -EINVAL; b = kmalloc_array(n, sizeof(*b), GFP_KERNEL | __GFP_ZERO); unsigned int i; if (!b) return -ENOMEM;
        for (i = 0; i < n; i++) kfree(b[i].p); kfree(b); return 0; }`,
    want: [],
  },
  {
    name: "and without them it is not",
    bad: `struct buf { void *p; }; void *kmalloc_array(size_t n, size_t s, gfp_t f);
      int f(unsigned int n) { struct buf *b = kmalloc_array(n, sizeof(*b), GFP_KERNEL); int v; if (!b) return -ENOMEM; v = b->p != NULL; kfree(b); return v; }`,
    good: `struct buf { void *p; }; void *kmalloc_array(size_t n, size_t s, gfp_t f);
      int f(unsigned int n) { struct buf *b = kmalloc_array(n, sizeof(*b), GFP_KERNEL); int v; if (!b) return -ENOMEM; b->p = NULL; v = b->p != NULL; kfree(b); return v; }`,
    want: ["uninitialised kmalloc_array()->p"],
  },
  {
    name: "a member that was garbage and is NULL is the same fault",
    bad: `struct part { int n; }; struct card { struct part *part; };
      int f(int x) { struct card *c = kmalloc(sizeof(*c), GFP_KERNEL); int v; if (!c) return -ENOMEM; v = c->part->n; kfree(c); return v; }`,
    good: `struct part { int n; }; struct card { struct part *part; };
      int f(int x) { struct card *c = kzalloc(sizeof(*c), GFP_KERNEL); int v; if (!c) return -ENOMEM; v = c->part->n; kfree(c); return v; }`,
    want: [],
  },
  {
    name: "a helper's test for NULL says nothing of what this caller has",
    bad: `struct fly { int n; }; struct dev { struct fly *old; int on; };
      static void note(struct fly *old, int n) { if (old) old->n = n; }
      int f(struct dev *d) { return helper(d->on); }`,
    good: `struct fly { int n; }; struct dev { struct fly *old; int on; };
      static void note(struct fly *old, int n) { if (old) old->n = n; }
      int f(struct dev *d) { int ret = helper(d->on); note(d->old, 1); d->old->n++; return ret; }`,
    want: [],
  },
  {
    name: "a device that was added is registered",
    bad: `int device_is_registered(struct device *dev); void device_del(struct device *dev);
      int f(struct device *d) { int ret = device_add(d); if (ret) return ret; device_del(d); return 0; }`,
    good: `int device_is_registered(struct device *dev); void device_del(struct device *dev);
      int f(struct device *d) { int ret = device_add(d); if (ret) return ret; if (!device_is_registered(d)) return -EINVAL; device_del(d); return 0; }`,
    want: [],
  },
  {
    name: "what a callback after a grace period frees is not lost",
    bad: `struct head { int n; }; struct alias { int a; struct head rcu; }; void call_rcu(struct head *h, void (*f)(struct head *h)); static void gone(struct head *h) { }
      int f(int x) { struct alias *a = kmalloc(sizeof(*a), GFP_KERNEL); int ret; if (!a) return -ENOMEM; ret = helper(x); kfree(a); return ret; }`,
    good: `struct head { int n; }; struct alias { int a; struct head rcu; }; void call_rcu(struct head *h, void (*f)(struct head *h)); static void gone(struct head *h) { }
      int f(int x) { struct alias *a = kmalloc(sizeof(*a), GFP_KERNEL); int ret; if (!a) return -ENOMEM; ret = helper(x); call_rcu(&a->rcu, gone); return ret; }`,
    want: [],
  },
  {
    name: "memory of a device that is freed before the device goes is gone",
    bad: `struct res { void *io; }; void *devm_kzalloc(struct device *d, size_t n, gfp_t f); void devm_kfree(struct device *d, const void *p);
      int f(struct device *d) { struct res *r = devm_kzalloc(d, sizeof(*r), GFP_KERNEL); if (!r) return -ENOMEM; r->io = lookup(1);
        if (IS_ERR(r->io)) { devm_kfree(d, r); return PTR_ERR(r->io); } return 0; }`,
    good: `struct res { void *io; }; void *devm_kzalloc(struct device *d, size_t n, gfp_t f); void devm_kfree(struct device *d, const void *p);
      int f(struct device *d) { struct res *r = devm_kzalloc(d, sizeof(*r), GFP_KERNEL); int ret; if (!r) return -ENOMEM; r->io = lookup(1);
        if (IS_ERR(r->io)) { ret = PTR_ERR(r->io); devm_kfree(d, r); return ret; } return 0; }`,
    want: ["use-after-release devm_kzalloc()"],
  },
  {
    name: "a lock taken without a context does not fail",
    bad: `struct ww { int n; }; struct resv { struct ww lock; }; int dma_resv_lock(struct resv *r, void *ctx); void ww_mutex_unlock(struct ww *w);
      int f(struct resv *r) { int n = helper(2); dma_resv_lock(r, NULL); ww_mutex_unlock(&r->lock); return n; }`,
    good: `struct ww { int n; }; struct resv { struct ww lock; }; int dma_resv_lock(struct resv *r, void *ctx); void ww_mutex_unlock(struct ww *w);
      int f(struct resv *r) { int n = helper(2); dma_resv_lock(r, NULL); ww_mutex_unlock(&r->lock); dma_resv_lock(r, NULL); ww_mutex_unlock(&r->lock); return n; }`,
    want: [],
  },
  {
    name: "a network device takes its NAPI contexts with it",
    bad: `struct napi_struct { int n; }; struct net_device { int n; struct napi_struct napi; }; struct net_device *alloc_etherdev_mqs(int n, unsigned int t, unsigned int r);
      void netif_napi_add_weight(struct net_device *d, struct napi_struct *n, void *poll, int w); void __netif_napi_del(struct napi_struct *n); void free_netdev(struct net_device *d);
      int f(int x) { struct net_device *d = alloc_etherdev_mqs(8, 1, 1); int ret; if (!d) return -ENOMEM; netif_napi_add_weight(d, &d->napi, NULL, 64); ret = helper(x);
        __netif_napi_del(&d->napi); free_netdev(d); return ret; }`,
    good: `struct napi_struct { int n; }; struct net_device { int n; struct napi_struct napi; }; struct net_device *alloc_etherdev_mqs(int n, unsigned int t, unsigned int r);
      void netif_napi_add_weight(struct net_device *d, struct napi_struct *n, void *poll, int w); void __netif_napi_del(struct napi_struct *n); void free_netdev(struct net_device *d);
      int f(int x) { struct net_device *d = alloc_etherdev_mqs(8, 1, 1); int ret; if (!d) return -ENOMEM; netif_napi_add_weight(d, &d->napi, NULL, 64); ret = helper(x);
        free_netdev(d); return ret; }`,
    want: [],
  },
  {
    name: "what a device's directory holds goes with it",
    bad: `static struct device_attribute attr; void device_unregister(struct device *d);
      int f(struct device *d) { int ret = device_add(d); if (ret) return ret; ret = device_create_file(d, &attr); if (!ret) device_remove_file(d, &attr); device_unregister(d); return -EINVAL; }`,
    good: `static struct device_attribute attr; void device_unregister(struct device *d);
      int f(struct device *d) { int ret = device_add(d); if (ret) return ret; ret = device_create_file(d, &attr); device_unregister(d); return -EINVAL; }`,
    want: [],
  },
  {
    name: "softirqs and the lock are given up by one call",
    bad: `void local_bh_disable(void); void spin_unlock_bh(spinlock_t *l); void spin_lock_bh(spinlock_t *l);
      int f(spinlock_t *l) { spin_lock_bh(l); spin_unlock_bh(l); msleep(1); return 0; }`,
    good: `void local_bh_disable(void); void spin_unlock_bh(spinlock_t *l); void spin_lock_bh(spinlock_t *l);
      int f(spinlock_t *l) { local_bh_disable(); spin_lock(l); spin_unlock_bh(l); msleep(1); return 0; }`,
    want: [],
  },
  {
    name: "a helper that gives up the caller's lock and takes it again",
    bad: `int f(struct mutex *m) { return helper(1); }`,
    good: `int f(struct mutex *m) { int ret = helper(1); if (!ret) { mutex_unlock(m); ret = helper(2); mutex_lock(m); } return ret; }`,
    want: [],
  },
  {
    name: "one that does so again and again",
    bad: `int f(struct mutex *m) { int ret, i = 0; do { mutex_unlock(m); ret = helper(i++); mutex_lock(m); } while (ret > 0); return ret; }`,
    good: `int f(struct mutex *m) { int ret; mutex_unlock(m); ret = helper(0); mutex_lock(m); return ret; }`,
    want: [],
  },
  {
    name: "and one that takes it once more than it gave it up",
    bad: `int f(struct mutex *m, struct mutex *o) { int ret; mutex_unlock(m); ret = helper(2); mutex_lock(m); if (ret) mutex_lock(o); return ret; }`,
    good: `int f(struct mutex *m, struct mutex *o) { int ret; mutex_unlock(m); ret = helper(2); mutex_lock(m); return ret; }`,
    want: ["returned-locked mutex o"],
  },
  {
    name: "how much of a buffer a callee fills is not known",
    bad: `int fetch(unsigned char *buf, unsigned long n);
      int f(int x) { unsigned char *b = kmalloc(8, GFP_KERNEL); int ret; if (!b) return -ENOMEM; ret = fetch(b, 8); if (ret >= 2 && b[0]) ret = 0; kfree(b); return ret; }`,
    good: `int fetch(unsigned char *buf, unsigned long n);
      int f(int x) { unsigned char *b = kmalloc(8, GFP_KERNEL); int ret; if (!b) return -ENOMEM; ret = fetch(b, 8); if (ret >= 2 && b[5]) ret = 0; kfree(b); return ret; }`,
    want: [],
  },
  {
    name: "what sets up a thing fills members of it",
    bad: `struct dvb_demux { void *priv; int (*add)(int x); }; int dvb_dmx_init(struct dvb_demux *d); void dvb_dmx_release(struct dvb_demux *d);
      int f(int x) { struct dvb_demux *d = kzalloc(sizeof(*d), GFP_KERNEL); int ret; if (!d) return -ENOMEM; ret = dvb_dmx_init(d); if (!ret) { ret = d->add(1); dvb_dmx_release(d); } kfree(d); return ret; }`,
    good: `struct dvb_demux { void *priv; int (*add)(int x); }; int dvb_dmx_init(struct dvb_demux *d); void dvb_dmx_release(struct dvb_demux *d);
      int f(int x) { struct dvb_demux *d; int ret; if (helper(x)) return -EINVAL; d = kzalloc(sizeof(*d), GFP_KERNEL); if (!d) return -ENOMEM; ret = dvb_dmx_init(d); if (!ret) { ret = d->add(1); dvb_dmx_release(d); } kfree(d); return ret; }`,
    want: [],
  },
  {
    name: "what only freed memory leads to was lost before, too",
    bad: `struct scan { void *data; }; struct port { struct scan *scan; }; int add(struct scan *s);
      int f(struct port *p) { struct scan *s = kzalloc(sizeof(*s), GFP_KERNEL); if (!s) return -ENOMEM; s->data = kzalloc(64, GFP_KERNEL); p->scan = s; if (helper(1)) { kfree(s); return -EINVAL; } return 0; }`,
    good: `struct scan { void *data; }; struct port { struct scan *scan; }; int add(struct scan *s);
      int f(struct port *p) { struct scan *s = kzalloc(sizeof(*s), GFP_KERNEL); if (!s) return -ENOMEM; s->data = kzalloc(64, GFP_KERNEL); p->scan = s; if (helper(1)) { kfree(s); p->scan = NULL; return -EINVAL; } return 0; }`,
    want: [],
  },
  {
    name: "a count that was taken is not the last when it is given back",
    bad: `typedef struct { int refs; } refcount_t; void refcount_inc(refcount_t *r); _Bool refcount_dec_and_test(refcount_t *r); struct rel { refcount_t ref; int n; };
      static void rel_put(struct rel *r) { if (refcount_dec_and_test(&r->ref)) kfree(r); }
      void f(struct rel *r) { refcount_inc(&r->ref); helper(1); rel_put(r); }`,
    good: `typedef struct { int refs; } refcount_t; void refcount_inc(refcount_t *r); _Bool refcount_dec_and_test(refcount_t *r); struct rel { refcount_t ref; int n; };
      static void rel_put(struct rel *r) { if (refcount_dec_and_test(&r->ref)) kfree(r); }
      void f(struct rel *r) { refcount_inc(&r->ref); if (!helper(1)) rel_put(r); rel_put(r); }`,
    want: [],
  },
  {
    name: "what a count of the caller's memory says is there is given back by its owner's loop",
    root: true,
    bad: `struct urb; struct urb *usb_alloc_urb(int n, gfp_t f); void usb_free_urb(struct urb *u); struct dev { struct urb *list[4]; int made; };
      static void drop(struct dev *d) { int i; for (i = d->made - 1; i >= 0; i--) { usb_free_urb(d->list[i]); d->made--; } }
      static int make(struct dev *d) { int i, j; for (i = 0; i < 2; i++) { d->list[i] = usb_alloc_urb(0, GFP_KERNEL); if (!d->list[i]) { for (j = 0; j < i; j++) usb_free_urb(d->list[j]); d->made = 0; return -ENOMEM; } d->made++; } return 0; }
      int f(struct dev *d) { int ret = make(d); if (ret) goto err; return 0; err: drop(d); return ret; }`,
    good: `struct urb; struct urb *usb_alloc_urb(int n, gfp_t f); void usb_free_urb(struct urb *u); struct dev { struct urb *list[4]; int made; };
      static void drop(struct dev *d) { int i; for (i = d->made - 1; i >= 0; i--) { usb_free_urb(d->list[i]); d->made--; } }
      static int make(struct dev *d) { int i; for (i = 0; i < 2; i++) { d->list[i] = usb_alloc_urb(0, GFP_KERNEL); if (!d->list[i]) return -ENOMEM; d->made++; } return 0; }
      int f(struct dev *d) { int ret = make(d); if (ret) goto err; return 0; err: drop(d); return ret; }`,
    want: [],
  },
  {
    name: "a driver whose probe returned a positive number was refused, and is not removed",
    ...boxLife,
    bad: boxed("if (n < 0 || n > 7) return n;"),
    good: boxed("if (n < 0) return n; if (n > 7) return -EINVAL;"),
    want: [],
  },
  {
    name: "and is where it returned 0",
    ...boxLife,
    bad: boxed("if (n) return 0;"),
    good: boxed("if (n) return -EINVAL;"),
    want: ["null-dereference NULL devm_kzalloc()->list"],
  },
  {
    name: "a clock that is registered is found by its name, whoever forgets its address",
    bad: clocked("void", "helper(1);", ""),
    good: clocked("void", "all = hw;", ""),
    want: [],
  },
  {
    name: "and is lost where who registered it fails",
    bad: clocked("int", "if (helper(1) < 0) return -EINVAL;", "0"),
    good: clocked("int", "if (helper(1) < 0) { clk_hw_unregister_fixed_factor(hw); return -EINVAL; }", "0"),
    want: ["leaked clock of clk_hw_register_fixed_factor()"],
  },
  {
    name: "a table that an earlier call made is there",
    bad: mapped(MAPS, "return ask(pcim_iomap_table(p)[0]);"),
    good: mapped(MAPS, TESTED),
    want: [],
  },
  {
    name: "and may not be where none did",
    bad: mapped("", "return ask(pcim_iomap_table(p)[0]);"),
    good: mapped("", TESTED),
    want: ["null-dereference NULL from pcim_iomap_table()"],
  },
  {
    name: "an interrupt line may be left disabled by who goes",
    entry: "f",
    leave: "g",
    root: true,
    bad: DISABLED("", "disable_irq(m->irq);"),
    good: DISABLED("", ""),
    want: [],
  },
  {
    name: "and by who begins, where that fails",
    entry: "f",
    leave: "g",
    root: true,
    bad: DISABLED("disable_irq(m->irq);", ""),
    good: DISABLED("", ""),
    want: [],
  },
  {
    name: "not by who comes between",
    entry: "f",
    bad: DISABLED("disable_irq(m->irq); if (helper(2)) return -EIO; enable_irq(m->irq);", ""),
    good: DISABLED(
      "disable_irq(m->irq); if (helper(2)) { enable_irq(m->irq); return -EIO; } enable_irq(m->irq);",
      "",
    ),
    want: ["leaked disabled interrupt of m->irq"],
  },
  {
    name: "what begins a life sets a member for the first time",
    entry: "ring_init",
    leave: "ring_fini",
    bad: `struct clk; struct ring { struct clk *wait; int on; };
      int ring_init(struct ring *r) { helper(1); if (!r->on) { r->wait = lookup(1); r->on = 1; } return 0; }
      void ring_fini(struct ring *r) { clk_put(r->wait); r->wait = NULL; }`,
    good: `struct clk; struct ring { struct clk *wait; int on; };
      int ring_init(struct ring *r) { helper(1); if (!r->on) r->on = 1; r->wait = lookup(1); return 0; }
      void ring_fini(struct ring *r) { clk_put(r->wait); r->wait = NULL; }`,
    want: [],
  },
  {
    name: "NULL where freed memory was used",
    bad: `struct q { int *map; int n; }; static int q_set(struct q *q) { int ret; int *m = kzalloc(64, GFP_KERNEL); if (!m) return -ENOMEM; q->map = m; ret = helper(1); if (ret < 0) goto out; q->n = 1; out: if (ret) { kfree(q->map); } return ret; }
      static void q_use(struct q *q) { q->map[0] = 1; }
      int f(int x) { struct q *q = kzalloc(sizeof(*q), GFP_KERNEL); int ret; if (!q) return -ENOMEM; ret = q_set(q); if (ret < 0) { kfree(q); return ret; } q_use(q); kfree(q->map); kfree(q); return 0; }`,
    good: `struct q { int *map; int n; }; static int q_set(struct q *q) { int ret; int *m = kzalloc(64, GFP_KERNEL); if (!m) return -ENOMEM; q->map = m; ret = helper(1); if (ret < 0) goto out; q->n = 1; out: if (ret) { kfree(q->map); q->map = NULL; } return ret; }
      static void q_use(struct q *q) { q->map[0] = 1; }
      int f(int x) { struct q *q = kzalloc(sizeof(*q), GFP_KERNEL); int ret; if (!q) return -ENOMEM; ret = q_set(q); if (ret < 0) { kfree(q); return ret; } q_use(q); kfree(q->map); kfree(q); return 0; }`,
    want: [],
  },
  {
    name: "a callee that had the NULL before it may have told of it",
    good: `struct st { int changed; int seen; }; struct pl { struct st *s; }; int check(struct st *s);
      int f(struct pl *p) { struct st *s = NULL; int ret; if (!p->s) return -EINVAL; s = p->s; ret = check(s); if (ret) return ret; s->changed = 1; return 0; }`,
    bad: `struct st { int changed; int seen; }; struct pl { struct st *s; }; int check(struct st *s);
      int f(struct pl *p) { struct st *s = NULL; int ret; if (p->s) s = p->s; ret = check(s); if (ret) return ret; s->changed = 1; return 0; }`,
    want: ["null-dereference NULL pointer"],
    back: [],
  },
  {
    name: "and one that does not have it tells nothing of it",
    good: `struct st { int changed; int seen; }; struct pl { struct st *s; }; int check(int on);
      int f(struct pl *p) { struct st *s = NULL; int ret; if (!p->s) return -EINVAL; s = p->s; ret = check(1); if (ret) return ret; s->changed = 1; return 0; }`,
    bad: `struct st { int changed; int seen; }; struct pl { struct st *s; }; int check(int on);
      int f(struct pl *p) { struct st *s = NULL; int ret; if (p->s) s = p->s; ret = check(1); if (ret) return ret; s->changed = 1; return 0; }`,
    want: ["null-dereference NULL pointer"],
  },
  {
    name: "what the function keeps where it says that all went well is lost on the failure that gave it back",
    bad: `int f(int x) { struct clk *c = clk_get(NULL, "a"); if (IS_ERR(c)) return -EINVAL; if (helper(1)) return 0; if (helper(2)) { clk_put(c); return -EINVAL; } if (helper(3)) return -EINVAL; return 0; }`,
    good: `int f(int x) { struct clk *c = clk_get(NULL, "a"); if (IS_ERR(c)) return -EINVAL; if (helper(1)) return 0; if (helper(2)) { clk_put(c); return -EINVAL; } if (helper(3)) { clk_put(c); return -EINVAL; } return 0; }`,
    want: ["leaked clock handle of clk_get()"],
    back: ["leaked clock handle of clk_get()"],
  },
  {
    name: "how often the caller counted what is put twice is his to know",
    bad: `typedef struct { int refs; } refcount_t; _Bool refcount_dec_and_test(refcount_t *r); struct rq { refcount_t ref; int n; };
      static void done(struct rq *r) { if (refcount_dec_and_test(&r->ref)) kfree(r); }
      void f(struct rq *r) { if (helper(1)) done(r); if (refcount_dec_and_test(&r->ref)) kfree(r); }`,
    good: `typedef struct { int refs; } refcount_t; struct rq { refcount_t ref; int n; };
      void f(struct rq *r) { helper(1); kfree(r); }`,
    want: ["use-after-release r"],
    back: [],
  },
  {
    name: "a table that a loop looks through may be full",
    bad: `${TABLE} int f(int n) { int i, ret = -EINVAL; char *m = kmalloc(8, GFP_KERNEL); if (!m) return -ENOMEM; for (i = 0; i < 16; i++) if (!table[i]) { table[i] = m; ret = 0; break; } return ret; }`,
    good: `${TABLE} int f(int n) { int i, ret = -EINVAL; char *m = kmalloc(8, GFP_KERNEL); if (!m) return -ENOMEM; for (i = 0; i < 16; i++) if (!table[i]) { table[i] = m; ret = 0; break; } if (ret) kfree(m); return ret; }`,
    want: ["leaked memory of kmalloc()"],
  },
  {
    name: "a section that an unplug waits for is left again",
    bad: `${UNPLUG} int f(struct drm_device *d) { int idx, ret; if (!drm_dev_enter(d, &idx)) return -EINVAL; ret = helper(1); if (ret) return ret; drm_dev_exit(idx); return 0; }`,
    good: `${UNPLUG} int f(struct drm_device *d) { int idx, ret; if (!drm_dev_enter(d, &idx)) return -EINVAL; ret = helper(1); drm_dev_exit(idx); return ret; }`,
    want: ["returned-locked section that an unplug waits for"],
  },
  {
    name: "arguments of a phandle are there when it was found",
    bad: `${PHANDLE} int f(struct device_node *n) { struct of_phandle_args a; helper(2); if (of_parse_phandle_with_args(n, "x", "y", 0, &a)) return -EINVAL; of_node_put(a.np); return 0; }`,
    good: `${PHANDLE} int f(struct device_node *n) { struct of_phandle_args a; helper(2); if (of_parse_phandle_with_args(n, "x", "y", 0, &a)) return -EINVAL; of_node_put(a.np); return helper(a.args_count + a.args[1]); }`,
    want: [],
  },
  {
    name: "lists of a thing are set up by what makes it",
    bad: `struct list_head { struct list_head *next, *prev; }; struct net_device { int n; struct list_head napi_list; }; struct net_device *alloc_etherdev_mqs(int a, unsigned b, unsigned c); void free_netdev(struct net_device *d);
      int f(int x) { struct net_device *d = alloc_etherdev_mqs(4, 1, 1); int n; if (!d) return -ENOMEM; helper(1); free_netdev(d); return 0; }`,
    good: `struct list_head { struct list_head *next, *prev; }; struct net_device { int n; struct list_head napi_list; }; struct net_device *alloc_etherdev_mqs(int a, unsigned b, unsigned c); void free_netdev(struct net_device *d);
      int f(int x) { struct net_device *d = alloc_etherdev_mqs(4, 1, 1); int n; if (!d) return -ENOMEM; n = d->napi_list.next->prev == &d->napi_list; helper(n); free_netdev(d); return 0; }`,
    want: [],
  },
  {
    name: "an element of an array has the name of the others",
    bad: `struct w { void *weights; }; struct arg { struct w *set; unsigned int n; }; struct map { struct arg *args; unsigned int size; };
      void f(struct map *m) { unsigned int i, j; for (i = 0; i < m->size; i++) { struct arg *a = &m->args[i]; for (j = 0; j < a->n; j++) kfree(a->set[j].weights); kfree(a->set); } kfree(m->args); kfree(m); }`,
    good: `struct w { void *weights; }; struct arg { struct w *set; unsigned int n; }; struct map { struct arg *args; unsigned int size; };
      void f(struct map *m) { unsigned int i, j; for (i = 0; i < m->size; i++) { struct arg *a = &m->args[i]; if (a->set) { for (j = 0; j < a->n; j++) kfree(a->set[j].weights); kfree(a->set); } } kfree(m->args); kfree(m); }`,
    want: [],
  },
  {
    name: "what the way out of a failure leaves is not lost by saying now that it failed",
    bad: `int f(int x) { struct clk *c; void *m = kmalloc(8, GFP_KERNEL); int ret = 0; if (!m) return -ENOMEM; c = clk_get(NULL, "a"); if (IS_ERR(c)) { kfree(m); return -EINVAL; } if (helper(1)) { ret = 0; goto abort; } kfree(m); clk_put(c); return 0; abort: kfree(m); return ret; }`,
    good: `int f(int x) { struct clk *c; void *m = kmalloc(8, GFP_KERNEL); int ret = 0; if (!m) return -ENOMEM; c = clk_get(NULL, "a"); if (IS_ERR(c)) { kfree(m); return -EINVAL; } ret = helper(1); if (ret) { ret = -EINVAL; goto abort; } kfree(m); clk_put(c); return 0; abort: kfree(m); return ret; }`,
    want: ["error-lost failure of helper()"],
    back: [],
  },
  {
    name: "what the description of the machine says it says again",
    bad: `_Bool of_phy_is_fixed_link(struct device_node *n); int of_phy_register_fixed_link(struct device_node *n); void of_phy_deregister_fixed_link(struct device_node *n);
      int f(struct device_node *n, int mode) { int ret; struct device_node *h = of_find_node_by_name(n, "phy"); if (!h && of_phy_is_fixed_link(n)) { ret = of_phy_register_fixed_link(n); if (ret) return ret; } of_node_put(h); if (!h && mode) return -EINVAL; return 0; }`,
    good: `_Bool of_phy_is_fixed_link(struct device_node *n); int of_phy_register_fixed_link(struct device_node *n); void of_phy_deregister_fixed_link(struct device_node *n);
      int f(struct device_node *n, int mode) { int ret; struct device_node *h = of_find_node_by_name(n, "phy"); if (!h && of_phy_is_fixed_link(n)) { ret = of_phy_register_fixed_link(n); if (ret) return ret; } of_node_put(h); if (!h && mode) { if (of_phy_is_fixed_link(n)) of_phy_deregister_fixed_link(n); return -EINVAL; } return 0; }`,
    want: ["leaked fixed link of n"],
  },
  {
    name: "what is kept in a way not understood where all goes well is lost where a failure gave it back",
    bad: `struct keep { void *a; }; int f(int x) { void *g, *m = kzalloc(8, GFP_KERNEL); if (!m) return -ENOMEM; g = kzalloc(16, GFP_KERNEL); if (!g) { return -ENOMEM; } kfree(g); return helper(x) ? 0 : 1; }`,
    good: `struct keep { void *a; }; int f(int x) { void *g, *m = kzalloc(8, GFP_KERNEL); if (!m) return -ENOMEM; g = kzalloc(16, GFP_KERNEL); if (!g) { kfree(m); return -ENOMEM; } kfree(g); return helper(x) ? 0 : 1; }`,
    want: ["leaked memory of kzalloc()"],
    back: ["leaked memory of kzalloc()"],
  },
  {
    name: "a truth that was kept is the same truth when it is compared with a number",
    bad: `struct dev { unsigned int off : 1; }; int f(struct dev *d, int x) { _Bool off; int ret; off = d->off; if (off) ret = helper(x); if (!off) ret = -EINVAL; return ret; }`,
    good: `struct dev { unsigned int off : 1; }; int f(struct dev *d, int x) { _Bool off; int ret; off = d->off; if (off) ret = helper(x); if (off == 0) ret = -EINVAL; return ret; }`,
    want: [],
  },
  {
    name: "who receives a socket buffer takes it over, whatever is checked before",
    bad: `${SKB} int f(struct proto *p, unsigned int n) { struct sk_buff *skb = alloc_skb(n, GFP_KERNEL); if (!skb) return -ENOMEM; kfree_skb(skb); return -EINVAL; }`,
    good: `${SKB} int f(struct proto *p, unsigned int n) { struct sk_buff *skb = alloc_skb(n, GFP_KERNEL); if (!skb) return -ENOMEM; proto_recv_frame(p, skb); return 0; }`,
    want: [],
  },
  {
    name: "devices of child nodes that were not made are taken back",
    root: true,
    bad: `${CHILDREN} int f(struct platform_device *p) { int r = of_platform_populate(NULL, NULL, NULL, &p->dev); return r; }`,
    good: `${CHILDREN} int f(struct platform_device *p) { int r = of_platform_populate(NULL, NULL, NULL, &p->dev); if (r) of_platform_depopulate(&p->dev); return r; }`,
    want: [],
  },
  {
    name: "a helper that sets a part of a word at a time reads what it is given, whichever word that is",
    bad: `${PARTS} int f(int n) { unsigned long a[1]; fill(a, n); return a[0] == 3 ? -EINVAL : 0; }`,
    good: `${PARTS} int f(int n) { unsigned long a[1], b[1]; fill(a, n); fill(b, n); return a[0] == 3 || b[0] == 4 ? -EINVAL : 0; }`,
    want: [],
  },
];

testPairs(pairs);

test("a loss is not mended by telling the failure as success", () => {
  const text = (then: string): string => `static struct device_attribute attr_a, attr_b;
    int f(struct platform_device *p) { int ret = device_create_file(&p->dev, &attr_a); if (ret) return ret; ret = helper(1); if (ret) ${then}
      ret = device_create_file(&p->dev, &attr_b); if (ret) { device_remove_file(&p->dev, &attr_a); return ret; } return 0; }`;
  const fixed = runPair(text("return ret;"), text(";"), { name: "f" }).filter((d) => d.verdict === "fixed");
  assert.deepEqual(fixed, []);
});

test("what a way out does wrong is not mended by telling the failure as success", () => {
  const out = "spin_lock(l); msleep(1); spin_unlock(l);";
  const bad = `int f(spinlock_t *l) { int ret = helper(1); if (ret) { ${out} return ret; } return 0; }`;
  const ignored = "int f(spinlock_t *l) { int ret = helper(1); if (ret) { } return 0; }";
  const right = "int f(spinlock_t *l) { int ret = helper(1); if (ret) { msleep(1); return ret; } return 0; }";
  assert.deepEqual(
    runPair(bad, ignored, { name: "f" }).map((d) => d.verdict),
    [],
  );
  assert.deepEqual(
    runPair(bad, right, { name: "f" }).map((d) => `${d.verdict} ${d.fault.kind}`),
    ["fixed sleeps-in-atomic"],
  );
});

test("a life of which one end cannot be run is not clean", () => {
  const life = (end: string): string =>
    `int f(int n) { return helper(n); }\nvoid g(int n) { helper(n); ${end}`;
  assert.deepEqual(runPair(life("}"), life("helper(n); }"), { name: "f", leave: "g" }), []);
  assert.throws(
    () => runPair(life("}"), life("+ }"), { name: "f", leave: "g" }),
    /g\(\) cannot be run on the after side/,
  );
});

/** What is lost where two callees say so that are asked one after the other, among others. */
const lostByTwo = (first: string): string => `int f(int n) { char *p; int a = 0, b = 0, i = 0; ${first}
  p = kmalloc(8, GFP_KERNEL); if (!p) return -ENOMEM;
  if (helper(1)) a = 1; if (helper(2)) i++; if (helper(3)) i++; if (helper(4)) b = 1;
  if (a & b) return -EINVAL;
  kfree(p); return 0; }`;

test("a way that ends sooner now by a new test mends no loss that is there behind its other answer, whether its paths come to it or not", () => {
  for (const paths of [10, 200]) {
    const entry = { name: "f", paths };
    assert.deepEqual(told(runPair(lostByTwo(""), lostByTwo("if (!n) return -EINVAL;"), entry)), []);
    assert.deepEqual(told(runPair(lostByTwo("if (!n) return -EINVAL;"), lostByTwo(""), entry)), []);
  }
  const mended = lostByTwo("").replace("return -EINVAL;", "{ kfree(p); return -EINVAL; }");
  assert.deepEqual(told(runPair(lostByTwo(""), mended, { name: "f" })), ["fixed leaked memory of kmalloc()"]);
});
