/** Function cases: what was taken and lost on one path is told, with the call that has to fail; the other way round it is new. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readContracts } from "../../server/review/contracts.ts";
import { type Pair, runPair, testPairs } from "../support/function_pair.ts";

/** Interrupts, as a driver asks for them. */
const IRQ = `struct chip { unsigned int irq; unsigned int other; };
int request_irq(unsigned int irq, int (*h)(int, void *), unsigned long flags, const char *name, void *dev);
const void *free_irq(unsigned int irq, void *dev);
`;

/** Two of an array, by numbers that others give. */
const elements = (
  second: string,
  more: string,
): string => `extern struct device all[]; struct owner { unsigned long a, b; };
static struct device *nth(unsigned long n) { return &all[n]; }
int f(struct owner *o) { struct device *d = nth(o->a); helper(1); put_device(d); d = nth(${second}); helper(2); ${more} return 0; }`;

/** A thing and what is found by another number, which may be the same one. */
const sameAgain = (
  more: string,
  first = "a->parent = d;",
): string => `int f(struct device *d) { struct device *a = lookup(1), *b; if (!a) return -EINVAL; ${first}
  b = lookup(2); if (a == b) { ${more} put_device(a); return -EINVAL; } put_device(b); put_device(a); return 0; }`;

/** A controller that the device unregisters when it goes: on the first of two ways out it is put besides. */
const managedHost = (
  more: string,
): string => `int f(struct device *d) { struct spi_controller *c = spi_alloc_host(d, 8); int ret; if (!c) return -ENOMEM;
  ret = devm_spi_register_controller(d, c); if (ret) { spi_controller_put(c); return ret; }
  if (helper(1)) { spi_controller_put(c); return 0; } ${more} return 0; }`;

const pairs: readonly Pair[] = [
  {
    name: "one more element of an array, by another number that is not known",
    bad: elements("o->b", "put_device(d);"),
    good: elements("o->b", ""),
    want: [],
  },
  {
    name: "the same element of an array once more",
    bad: elements("o->a", "put_device(d);"),
    good: elements("o->a", ""),
    want: ["double-release device reference of all"],
  },
  {
    name: "what a statement with a name that nothing defines writes is not read before that",
    bad: "int f(int x) { int i; if (x) i = NOWHERE * 2; else i = 3; return i; }",
    good: "int f(int x) { int i; i = 3; return i; }",
    want: [],
  },
  {
    name: "a condition with such a name writes nothing",
    bad: "int f(int x) { int i; if (x == NOWHERE) return 0; return i; }",
    good: "int f(int x) { int i = 0; if (x == NOWHERE) return 0; return i; }",
    want: ["uninitialised i"],
  },
  {
    name: "two look-ups of which nothing is known give the same thing, each with a reference",
    bad: sameAgain(""),
    good: sameAgain("put_device(b);"),
    want: [],
  },
  {
    name: "also where it was held in between",
    bad: sameAgain("", "put_device(get_device(a));"),
    good: sameAgain("put_device(b);", "put_device(get_device(a));"),
    want: [],
  },
  {
    name: "a third time it is given back too often",
    bad: sameAgain("put_device(b); put_device(a);"),
    good: sameAgain("put_device(b);"),
    want: ["double-release device reference of lookup()"],
  },
  {
    name: "who tries a lock that he holds himself does not wait for it, and does not get it",
    bad: `int mutex_trylock(struct mutex *m); int f(struct mutex *m) { int ret = 0; mutex_lock(m); if (mutex_trylock(m)) ret = helper(1); helper(2); mutex_unlock(m); return ret; }`,
    good: `int f(struct mutex *m) { mutex_lock(m); helper(2); mutex_unlock(m); return 0; }`,
    want: [],
  },
  {
    name: "nor who tries a page's, by whichever name",
    bad: `struct page { long flags; }; int trylock_page(struct page *p); void lock_page(struct page *p); void unlock_page(struct page *p); int f(struct page *p) { int ret = 0; lock_page(p); if (trylock_page(p)) ret = helper(1); helper(2); unlock_page(p); return ret; }`,
    good: `struct page { long flags; }; void lock_page(struct page *p); void unlock_page(struct page *p); int f(struct page *p) { lock_page(p); helper(2); unlock_page(p); return 0; }`,
    want: [],
  },
  {
    name: "a caller's clock is given up and taken again by a call that nobody asks: it is given up again",
    bad: `void clk_unprepare(struct clk *c); int clk_prepare(struct clk *c); int f(struct clk *c) { clk_unprepare(c); helper(1); clk_prepare(c); if (helper(2)) return -EINVAL; return 0; }`,
    good: `void clk_unprepare(struct clk *c); int clk_prepare(struct clk *c); int f(struct clk *c) { clk_unprepare(c); helper(1); clk_prepare(c); if (helper(2)) { clk_unprepare(c); return -EINVAL; } return 0; }`,
    want: [],
  },
  {
    name: "a controller that a managed call has taken is its: who puts the device in it mends nothing",
    bad: managedHost(""),
    good: managedHost("spi_controller_put(c);"),
    want: [],
  },
  {
    name: "a node that an early return keeps",
    bad: `int f(struct device *dev) { struct device_node *np = of_find_node_by_name(NULL, "leds"); u32 v;
      if (!np) return -EINVAL; if (of_property_read_u32(np, "reg", &v)) return -EINVAL; of_node_put(np); return 0; }`,
    good: `int f(struct device *dev) { struct device_node *np = of_find_node_by_name(NULL, "leds"); u32 v; int ret = 0;
      if (!np) return -EINVAL; if (of_property_read_u32(np, "reg", &v)) ret = -EINVAL; of_node_put(np); return ret; }`,
    want: ["leaked device node of of_find_node_by_name()"],
  },
  {
    name: "what follows a number of things that is tested against 0",
    bad: `int thing_count(int x); int f(int x) { int n = thing_count(x); struct device_node *np; if (!n) return 0; if (n < 0) return n;
      np = of_find_node_by_name(NULL, "leds"); if (!np) return -EINVAL; if (helper(x)) return -EINVAL; of_node_put(np); return 0; }`,
    good: `int thing_count(int x); int f(int x) { int n = thing_count(x); struct device_node *np; if (!n) return 0; if (n < 0) return n;
      np = of_find_node_by_name(NULL, "leds"); if (!np) return -EINVAL; if (helper(x)) { of_node_put(np); return -EINVAL; } of_node_put(np); return 0; }`,
    want: ["leaked device node of of_find_node_by_name()"],
  },
  {
    name: "the child of a loop that is left early",
    bad: `int f(struct device_node *np) { struct device_node *c; u32 v;
      for (c = of_get_next_child(np, NULL); c; c = of_get_next_child(np, c)) if (of_property_read_u32(c, "reg", &v)) return -EINVAL; return 0; }`,
    good: `int f(struct device_node *np) { struct device_node *c; u32 v;
      for (c = of_get_next_child(np, NULL); c; c = of_get_next_child(np, c)) if (of_property_read_u32(c, "reg", &v)) { of_node_put(c); return -EINVAL; } return 0; }`,
    want: ["leaked device node of of_get_next_child()"],
  },
  {
    name: "a count that is raised although the call fails",
    root: true,
    bad: `int f(struct platform_device *p) { int ret = pm_runtime_get_sync(&p->dev); if (ret < 0) return ret; pm_runtime_put(&p->dev); return 0; }`,
    good: `int f(struct platform_device *p) { int ret = pm_runtime_resume_and_get(&p->dev); if (ret < 0) return ret; pm_runtime_put(&p->dev); return 0; }`,
    want: ["leaked runtime PM usage count of p"],
  },
  {
    name: "the same where both sides lose the count on a later path: a call that is exchanged is no test in other words",
    root: true,
    bad: `int f(struct platform_device *p) { int ret = pm_runtime_get_sync(&p->dev); if (ret < 0) return ret; ret = helper(1); if (helper(2)) pm_runtime_put(&p->dev); return ret; }`,
    good: `int f(struct platform_device *p) { int ret = pm_runtime_resume_and_get(&p->dev); if (ret < 0) return ret; ret = helper(1); if (helper(2)) pm_runtime_put(&p->dev); return ret; }`,
    want: ["leaked runtime PM usage count of p"],
  },
  {
    name: "what goes wrong after a self-test that no path passes",
    root: true,
    bad: `struct thing { struct device dev; unsigned char *result; int n; };
      static int self_test(struct thing *t) { int i; for (i = 0; i < 2000; i++) if (t->result[i] != (unsigned char)i) return -EINVAL; return 0; }
      int f(struct platform_device *p) { struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL); int ret; if (!t) return -ENOMEM; t->result = kzalloc(2000, GFP_KERNEL);
        if (!t->result) { kfree(t); return -ENOMEM; }
        ret = self_test(t); if (ret) goto out; ret = clk_prepare_enable(NULL); if (ret) return ret; clk_disable_unprepare(NULL);
        out: kfree(t->result); kfree(t); return ret; }`,
    good: `struct thing { struct device dev; unsigned char *result; int n; };
      static int self_test(struct thing *t) { int i; for (i = 0; i < 2000; i++) if (t->result[i] != (unsigned char)i) return -EINVAL; return 0; }
      int f(struct platform_device *p) { struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL); int ret; if (!t) return -ENOMEM; t->result = kzalloc(2000, GFP_KERNEL);
        if (!t->result) { kfree(t); return -ENOMEM; }
        ret = self_test(t); if (ret) goto out; ret = clk_prepare_enable(NULL); if (ret) goto out; clk_disable_unprepare(NULL);
        out: kfree(t->result); kfree(t); return ret; }`,
    want: ["leaked memory of kzalloc()"],
  },
  {
    name: "a clock whose enabling nobody asks about is given back on the way out",
    root: true,
    bad: `int f(struct platform_device *p) { struct clk *c = clk_get(&p->dev, "x"); void *m; int ret; if (IS_ERR(c)) return PTR_ERR(c); clk_prepare_enable(c);
        ret = helper(1); if (ret) { clk_put(c); return ret; } clk_disable_unprepare(c); clk_put(c); return 0; }`,
    good: `int f(struct platform_device *p) { struct clk *c = clk_get(&p->dev, "x"); void *m; int ret; if (IS_ERR(c)) return PTR_ERR(c); clk_prepare_enable(c);
        ret = helper(1); clk_disable_unprepare(c); clk_put(c); return ret; }`,
    want: ['leaked enabled clock of clk_get("x")', 'leaked prepared clock of clk_get("x")'],
  },
  {
    name: "a node that a callback leaves with its caller although it fails",
    callback: true,
    bad: `struct spec { struct device_node *np; };
      static int f(struct spec *s) { s->np = of_find_node_by_name(NULL, "x"); if (!s->np) return -EINVAL; if (helper(1)) return -EINVAL; return 0; }`,
    good: `struct spec { struct device_node *np; };
      static int f(struct spec *s) { s->np = of_find_node_by_name(NULL, "x"); if (!s->np) return -EINVAL; if (helper(1)) { of_node_put(s->np); return -EINVAL; } return 0; }`,
    want: ["leaked device node of of_find_node_by_name()"],
  },
  {
    name: "a buffer of unknown length that leaves the kernel with what nobody wrote",
    bad: `struct iio_dev { int scan_bytes; }; int iio_push_to_buffers_with_timestamp(struct iio_dev *d, void *data, long ts);
      int f(struct iio_dev *d) { unsigned short *b = kmalloc(d->scan_bytes, GFP_KERNEL); if (!b) return -ENOMEM; b[0] = helper(1);
        iio_push_to_buffers_with_timestamp(d, b, 1); kfree(b); return 0; }`,
    good: `struct iio_dev { int scan_bytes; }; int iio_push_to_buffers_with_timestamp(struct iio_dev *d, void *data, long ts);
      int f(struct iio_dev *d) { unsigned short *b = kzalloc(d->scan_bytes, GFP_KERNEL); if (!b) return -ENOMEM; b[0] = helper(1);
        iio_push_to_buffers_with_timestamp(d, b, 1); kfree(b); return 0; }`,
    want: ["copied-uninitialised kmalloc()"],
    back: [],
  },
  {
    name: "memory that an unknown callee had in hand, and that the other side frees past that callee",
    bad: `int keep(void *p); int f(void) { char *p = kmalloc(8, GFP_KERNEL); if (!p) return -ENOMEM; if (keep(p)) return -EINVAL; kfree(p); return 0; }`,
    good: `int keep(void *p); int f(void) { char *p = kmalloc(8, GFP_KERNEL); if (!p) return -ENOMEM; if (keep(p)) { kfree(p); return -EINVAL; } kfree(p); return 0; }`,
    want: ["leaked memory of kmalloc()"],
    back: [],
  },
  {
    name: "work that may still run when the life is over, however long it was not queued",
    entry: "thing_probe",
    leave: "thing_remove",
    root: true,
    bad: `struct thing { struct delayed_work work; };
      int thing_probe(struct platform_device *p) { struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL); if (!t) return -ENOMEM; __init_work(&t->work.work, 0); p->dev.driver_data = t; return 0; }
      void thing_remove(struct platform_device *p) { struct thing *t = p->dev.driver_data; kfree(t); }`,
    good: `struct thing { struct delayed_work work; };
      int thing_probe(struct platform_device *p) { struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL); if (!t) return -ENOMEM; __init_work(&t->work.work, 0); p->dev.driver_data = t; return 0; }
      void thing_remove(struct platform_device *p) { struct thing *t = p->dev.driver_data; cancel_delayed_work_sync(&t->work); kfree(t); }`,
    want: ["left-running work item of kzalloc()"],
  },
  {
    name: "work that the usual macro makes ready",
    entry: "thing_probe",
    leave: "thing_remove",
    root: true,
    bad: `struct thing { struct work_struct work; }; void *devm_kzalloc(struct device *d, size_t n, gfp_t f); void fn(struct work_struct *w);
      int thing_probe(struct platform_device *p) { struct thing *t = devm_kzalloc(&p->dev, sizeof(*t), GFP_KERNEL); if (!t) return -ENOMEM; INIT_WORK(&t->work, fn); p->dev.driver_data = t; return 0; }
      void thing_remove(struct platform_device *p) { struct thing *t = p->dev.driver_data; helper(1); }`,
    good: `struct thing { struct work_struct work; }; void *devm_kzalloc(struct device *d, size_t n, gfp_t f); void fn(struct work_struct *w); int cancel_work_sync(struct work_struct *w);
      int thing_probe(struct platform_device *p) { struct thing *t = devm_kzalloc(&p->dev, sizeof(*t), GFP_KERNEL); if (!t) return -ENOMEM; INIT_WORK(&t->work, fn); p->dev.driver_data = t; return 0; }
      void thing_remove(struct platform_device *p) { struct thing *t = p->dev.driver_data; cancel_work_sync(&t->work); helper(1); }`,
    want: ["left-running work item of devm_kzalloc()"],
  },
  {
    name: "a memory region that a failure keeps",
    bad: `struct resource; struct resource *__request_region(struct resource *r, unsigned long at, unsigned long n); void __release_region(struct resource *r, unsigned long at, unsigned long n);
      int f(unsigned long at) { if (!__request_region(NULL, at, 8)) return -EINVAL; if (helper(1)) return -EINVAL; return 0; }`,
    good: `struct resource; struct resource *__request_region(struct resource *r, unsigned long at, unsigned long n); void __release_region(struct resource *r, unsigned long at, unsigned long n);
      int f(unsigned long at) { if (!__request_region(NULL, at, 8)) return -EINVAL; if (helper(1) < 0) { __release_region(NULL, at, 8); return -EINVAL; } return 0; }`,
    want: ["leaked memory region of it"],
  },
  {
    name: "past the end of an array by a count that is open nothing is told unset",
    bad: `int g(int *p); int f(void) { int a[2] = {}; int i, n = helper(1), sum = 0; for (i = 0; i < n; i++) sum += a[i]; return sum; }`,
    good: `int g(int *p); int f(void) { int a[2] = {}; int i, n = helper(1), sum = 0; for (i = 0; i < n; i++) sum += 1; return sum; }`,
    want: [],
    back: [],
  },
  {
    name: "a member that is called as the clock is",
    bad: `struct stamp { unsigned long jiffies; struct mutex m; }; int f(struct stamp *s) { mutex_lock(&s->m); s->jiffies = jiffies; if (helper(1)) return -EINVAL; mutex_unlock(&s->m); return 0; }`,
    good: `struct stamp { unsigned long jiffies; struct mutex m; }; int f(struct stamp *s) { mutex_lock(&s->m); s->jiffies = jiffies; if (helper(1)) { mutex_unlock(&s->m); return -EINVAL; } mutex_unlock(&s->m); return 0; }`,
    want: ["returned-locked mutex s->m"],
  },
  {
    name: "a slot of zeroed memory that nothing has set, whatever call failed last",
    bad: `struct thing { struct clk_hw *hws[3]; };
      int f(struct device *dev) { struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL); int i; if (!t) return -ENOMEM;
        t->hws[0] = lookup(1); if (!lookup(2)) { for (i = 0; i < 2; i++) clk_hw_unregister(t->hws[i]); kfree(t); return -EINVAL; }
        kfree(t); return 0; }`,
    good: `struct thing { struct clk_hw *hws[3]; };
      int f(struct device *dev) { struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL); int i; if (!t) return -ENOMEM;
        t->hws[0] = lookup(1); if (!lookup(2)) { for (i = 0; i < 1; i++) clk_hw_unregister(t->hws[i]); kfree(t); return -EINVAL; }
        kfree(t); return 0; }`,
    want: ["null-dereference NULL kzalloc()->hws[1]"],
  },
  {
    name: "a device that is freed past its count has lost nothing, unless it had a name",
    bad: `struct thing { struct device dev; int n; };
      int f(void) { struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL); int ret; if (!t) return -ENOMEM; device_initialize(&t->dev);
        ret = helper(1); if (ret) { kfree(t); return ret; } dev_set_name(&t->dev, "x"); ret = device_add(&t->dev); if (ret) kfree(t); return ret; }`,
    good: `struct thing { struct device dev; int n; };
      int f(void) { struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL); int ret; if (!t) return -ENOMEM; device_initialize(&t->dev);
        ret = helper(1); if (ret) { put_device(&t->dev); kfree(t); return ret; } dev_set_name(&t->dev, "x"); ret = device_add(&t->dev);
        if (ret) { put_device(&t->dev); kfree(t); } return ret; }`,
    want: ["leaked device name of dev_set_name()"],
  },
  {
    name: "memory that the release function has freed is freed again",
    bad: `struct thing { struct device dev; int n; };
      static void gone(struct device *dev) { kfree((struct thing *)dev); }
      int f(void) { struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL); int ret; if (!t) return -ENOMEM; device_initialize(&t->dev); t->dev.release = gone;
        ret = device_add(&t->dev); if (ret) { put_device(&t->dev); kfree(t); } return ret; }`,
    good: `struct thing { struct device dev; int n; };
      static void gone(struct device *dev) { kfree((struct thing *)dev); }
      int f(void) { struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL); int ret; if (!t) return -ENOMEM; device_initialize(&t->dev); t->dev.release = gone;
        ret = device_add(&t->dev); if (ret) put_device(&t->dev); return ret; }`,
    want: ["double-release memory of kzalloc()"],
  },
  {
    name: "the caller's own device, counted once more, keeps what is stored in it, and is there after that count is given back",
    bad: `struct thing { struct device dev; void *table; int n; }; struct part { struct device dev; struct thing *owner; };
      static void gone(struct device *dev) { struct part *p = (struct part *)dev; struct device *up = dev->parent; kfree(p); put_device(up); }
      int f(struct thing *t) { struct part *p; void *table = kzalloc(64, GFP_KERNEL); int ret; if (!table) return -ENOMEM; t->table = table;
        p = kzalloc(sizeof(*p), GFP_KERNEL); if (!p) return 0; device_initialize(&p->dev); p->dev.parent = &t->dev; get_device(p->dev.parent); p->dev.release = gone;
        ret = device_add(&p->dev); if (ret) { put_device(&p->dev); return t->n; } return 0; }`,
    good: `struct thing { struct device dev; void *table; int n; };
      int f(struct thing *t) { return t->n; }`,
    want: [],
  },
  {
    name: "a variable that a helper may leave unset on both sides, however its callers come to it",
    bad: `int busy(int n); static int wait(int n) { int error; while (busy(n)) { error = helper(n); if (error) break; } return error; }
      int f(int n) { return wait(n); }`,
    good: `int busy(int n); int locked(int n); static int wait(int n) { int error; while (busy(n)) { error = helper(n); if (error) break; } return error; }
      int f(int n) { if (!locked(n)) return -EINVAL; return wait(n); }`,
    want: [],
  },
  {
    name: "a helper's NULL that hangs on a number which the kernel sets once is not told",
    bad: `extern unsigned long zero_block; struct block { int count; }; extern struct block blocks[4];
      static struct block *block_of(unsigned long at) { if (at & (1ul << 61)) return NULL; return &blocks[at & 3]; }
      int f(int n) { struct block *b = block_of(zero_block); b->count++; return n; }`,
    good: `extern unsigned long zero_block; struct block { int count; }; extern struct block blocks[4];
      static struct block *block_of(unsigned long at) { if (at & (1ul << 61)) return NULL; return &blocks[at & 3]; }
      int f(int n) { return n; }`,
    want: [],
  },
  {
    name: "a helper's NULL that hangs on what the caller gives is told",
    bad: `struct block { int count; }; extern struct block blocks[4];
      static struct block *block_of(unsigned long at) { if (at & (1ul << 61)) return NULL; return &blocks[at & 3]; }
      int f(unsigned long at) { struct block *b = block_of(at); b->count++; return 0; }`,
    good: `struct block { int count; }; extern struct block blocks[4];
      static struct block *block_of(unsigned long at) { if (at & (1ul << 61)) return NULL; return &blocks[at & 3]; }
      int f(unsigned long at) { struct block *b = block_of(at); if (b) b->count++; return 0; }`,
    want: ["null-dereference NULL pointer"],
  },
  {
    name: "a count that is given back once more than it was taken",
    bad: `int f(struct platform_device *p) { int ret = pm_runtime_resume_and_get(&p->dev); if (ret < 0) return ret; ret = helper(1); pm_runtime_put(&p->dev); pm_runtime_put(&p->dev); return ret; }`,
    good: `int f(struct platform_device *p) { int ret = pm_runtime_resume_and_get(&p->dev); if (ret < 0) return ret; ret = helper(1); pm_runtime_put(&p->dev); return ret; }`,
    want: ["double-release runtime PM usage count of p"],
  },
  {
    name: "a count that could not be taken is given back",
    bad: `int f(struct platform_device *p) { int ret = pm_runtime_resume_and_get(&p->dev); if (ret < 0) goto out; ret = helper(1); out: pm_runtime_put(&p->dev); return ret; }`,
    good: `int f(struct platform_device *p) { int ret = pm_runtime_resume_and_get(&p->dev); if (ret < 0) return ret; ret = helper(1); pm_runtime_put(&p->dev); return ret; }`,
    want: ["double-release runtime PM usage count of p"],
  },
  {
    name: "what ends something may give back what another function took",
    entry: "f_remove",
    bad: `int f_remove(struct platform_device *p) { int ret = pm_runtime_resume_and_get(&p->dev); if (ret >= 0) pm_runtime_put(&p->dev); pm_runtime_put_noidle(&p->dev); return 0; }`,
    good: `int f_remove(struct platform_device *p) { int ret = pm_runtime_resume_and_get(&p->dev); if (ret >= 0) pm_runtime_put(&p->dev); return 0; }`,
    want: [],
  },
  {
    name: "a failure that a rightly described machine does not have counts only where both sides know it",
    bad: `struct row { int *n; }; struct row *device_get_match_data(struct device *dev); int *lookup_row(struct row *r);
      int f(struct device *dev) { struct row *r = device_get_match_data(dev); return *r->n; }`,
    good: `struct row { int *n; }; struct row *of_device_get_match_data(struct device *dev);
      int f(struct device *dev) { struct row *r = of_device_get_match_data(dev); helper(1); helper(2); if (!r) return -EINVAL; return *r->n; }`,
    want: [],
  },
  {
    name: "what lies at a pointer is not the pointer: a number read there is open",
    bad: `struct s { void *regs; int n; }; static int first(void *at) { return *(unsigned char *)at & 0x1f; }
      int f(struct s **list) { struct s *s = kzalloc(sizeof(*s), GFP_KERNEL); if (!s) return -ENOMEM; s->regs = *list;
        if (first(s->regs) > 3) return -EINVAL; kfree(s); return 0; }`,
    good: `struct s { void *regs; int n; }; static int first(void *at) { return *(unsigned char *)at & 0x1f; }
      int f(struct s **list) { struct s *s = kzalloc(sizeof(*s), GFP_KERNEL); if (!s) return -ENOMEM; s->regs = *list;
        if (first(s->regs) > 3) { kfree(s); return -EINVAL; } kfree(s); return 0; }`,
    want: ["leaked memory of kzalloc()"],
  },
  {
    name: "a register that was written and is waited for changes by and by: what comes behind the loop runs",
    bad: `struct s { void *regs; }; static void reset(struct s *s) { *(volatile unsigned char *)s->regs = 1; while (*(volatile unsigned char *)s->regs & 1) ; }
      int f(struct s *s) { void *p = kzalloc(8, GFP_KERNEL); if (!p) return -ENOMEM; reset(s); if (helper(1)) return -EINVAL; kfree(p); return 0; }`,
    good: `struct s { void *regs; }; static void reset(struct s *s) { *(volatile unsigned char *)s->regs = 1; while (*(volatile unsigned char *)s->regs & 1) ; }
      int f(struct s *s) { void *p = kzalloc(8, GFP_KERNEL); if (!p) return -ENOMEM; reset(s); if (helper(1)) { kfree(p); return -EINVAL; } kfree(p); return 0; }`,
    want: ["leaked memory of kzalloc()"],
  },
  {
    name: "what an allocating function takes its freeing one gives back: it is handed what the first returned",
    leave: "g",
    bad: `struct ring { void *slots; }; struct ring *f(int n) { struct ring *r = kzalloc(sizeof(*r), GFP_KERNEL); if (!r) return NULL;
        r->slots = kzalloc(n, GFP_KERNEL); if (!r->slots) { kfree(r); return NULL; } return r; } void g(struct ring *r) { kfree(r); }`,
    good: `struct ring { void *slots; }; struct ring *f(int n) { struct ring *r = kzalloc(sizeof(*r), GFP_KERNEL); if (!r) return NULL;
        r->slots = kzalloc(n, GFP_KERNEL); if (!r->slots) { kfree(r); return NULL; } return r; } void g(struct ring *r) { kfree(r->slots); kfree(r); }`,
    want: ["leaked memory of kzalloc()"],
  },
  {
    name: "what is switched off while asleep is switched on once",
    leave: "g",
    bad: `struct s { struct clk *c; }; int f(struct s *s) { return 0; } int g(struct s *s) { return clk_prepare_enable(s->c); }`,
    good: `struct s { struct clk *c; }; int f(struct s *s) { clk_disable_unprepare(s->c); return 0; } int g(struct s *s) { return clk_prepare_enable(s->c); }`,
    want: ["leaked enabled clock of s->c", "leaked prepared clock of s->c"],
  },
  {
    name: "a lock that one way out keeps",
    bad: `struct s { struct mutex m; int busy; }; int f(struct s *s) { mutex_lock(&s->m); if (s->busy) return -EINVAL; mutex_unlock(&s->m); return 0; }`,
    good: `struct s { struct mutex m; int busy; }; int f(struct s *s) { int ret = 0; mutex_lock(&s->m); if (s->busy) ret = -EINVAL; mutex_unlock(&s->m); return ret; }`,
    want: ["returned-locked mutex s->m"],
  },
  {
    name: "a lock is told where an unknown callee had its pointer in hand and nothing was given up after it",
    bad: `struct s { struct mutex m; int busy; }; struct walk { struct s *s; int at; }; void pause_walk(struct walk *w);
      int f(struct s *s) { struct walk w = { s, 0 }; mutex_lock(&w.s->m); pause_walk(&w); return 0; }`,
    good: `struct s { struct mutex m; int busy; }; struct walk { struct s *s; int at; }; void pause_walk(struct walk *w);
      int f(struct s *s) { struct walk w = { s, 0 }; mutex_lock(&w.s->m); mutex_unlock(&w.s->m); pause_walk(&w); return 0; }`,
    want: ["returned-locked mutex s->m"],
  },
  {
    name: "a lock that is given up by a pointer which an unknown callee had in hand is not told",
    bad: `struct s { struct mutex m; int busy; }; struct walk { struct s *s; int at; }; void pause_walk(struct walk *w);
      int f(struct s *s) { struct walk w = { s, 0 }; mutex_lock(&w.s->m); pause_walk(&w); mutex_unlock(&w.s->m); return 0; }`,
    good: `struct s { struct mutex m; int busy; }; struct walk { struct s *s; int at; }; void pause_walk(struct walk *w);
      int f(struct s *s) { struct walk w = { s, 0 }; mutex_lock(&w.s->m); mutex_unlock(&w.s->m); return 0; }`,
    want: [],
  },
  {
    name: "what a managed action gives back when the device goes is not lost",
    root: true,
    bad: `int f(struct platform_device *p) { struct device_node *np = of_find_node_by_name(NULL, "leds"); u32 v; if (!np) return -EINVAL;
      return of_property_read_u32(np, "reg", &v); }`,
    good: `static void drop(void *np) { of_node_put(np); }
      int f(struct platform_device *p) { struct device_node *np = of_find_node_by_name(NULL, "leds"); u32 v; int ret; if (!np) return -EINVAL;
      ret = devm_add_action_or_reset(&p->dev, drop, np); if (ret) return ret; return of_property_read_u32(np, "reg", &v); }`,
    want: ["leaked device node of of_find_node_by_name()"],
  },
  {
    name: "a managed action that could not be added gives nothing back",
    root: true,
    bad: `static void drop(void *np) { of_node_put(np); }
      int f(struct platform_device *p) { struct device_node *np = of_find_node_by_name(NULL, "leds"); if (!np) return -EINVAL;
      return devm_add_action(&p->dev, drop, np); }`,
    good: `static void drop(void *np) { of_node_put(np); }
      int f(struct platform_device *p) { struct device_node *np = of_find_node_by_name(NULL, "leds"); if (!np) return -EINVAL;
      return devm_add_action_or_reset(&p->dev, drop, np); }`,
    want: ["leaked device node of of_find_node_by_name()"],
  },
  {
    name: "a managed action that is still to be done after the driver did it by hand",
    root: true,
    bad: `static void drop(void *np) { of_node_put(np); }
      int f(struct platform_device *p) { struct device_node *np = of_find_node_by_name(NULL, "leds"); int ret; if (!np) return -EINVAL;
      ret = devm_add_action_or_reset(&p->dev, drop, np); if (ret) return ret; of_node_put(np); return 0; }`,
    good: `static void drop(void *np) { of_node_put(np); }
      int f(struct platform_device *p) { struct device_node *np = of_find_node_by_name(NULL, "leds"); int ret; if (!np) return -EINVAL;
      ret = devm_add_action_or_reset(&p->dev, drop, np); if (ret) return ret; devm_remove_action(&p->dev, drop, np); of_node_put(np); return 0; }`,
    want: ["double-release device node of of_find_node_by_name()"],
  },
  {
    name: "a managed action that is done early is not done again",
    root: true,
    bad: `static void drop(void *np) { of_node_put(np); }
      int f(struct platform_device *p) { struct device_node *np = of_find_node_by_name(NULL, "leds"); int ret; if (!np) return -EINVAL;
      ret = devm_add_action_or_reset(&p->dev, drop, np); if (ret) return ret; devm_release_action(&p->dev, drop, np); of_node_put(np); return 0; }`,
    good: `static void drop(void *np) { of_node_put(np); }
      int f(struct platform_device *p) { struct device_node *np = of_find_node_by_name(NULL, "leds"); int ret; if (!np) return -EINVAL;
      ret = devm_add_action_or_reset(&p->dev, drop, np); if (ret) return ret; devm_release_action(&p->dev, drop, np); return 0; }`,
    want: ["double-release device node of of_find_node_by_name()"],
  },
  {
    name: "one call takes back all files of a device",
    root: true,
    bad: `struct device_attribute speed, width; int f(struct platform_device *p) { int ret = device_create_file(&p->dev, &speed); if (ret) return ret;
      ret = device_create_file(&p->dev, &width); if (ret) return ret; ret = helper(1); if (ret < 0) return ret; return 0; }`,
    good: `struct device_attribute speed, width; const struct attribute *list[3]; struct kobject k;
      int f(struct platform_device *p) { int ret = device_create_file(&p->dev, &speed); if (ret) return ret;
      ret = device_create_file(&p->dev, &width); if (ret) { sysfs_remove_files(&k, list); return ret; }
      ret = helper(1); if (ret < 0) { sysfs_remove_files(&k, list); return ret; } return 0; }`,
    want: ["leaked device attribute of speed", "leaked device attribute of width"],
  },
  {
    name: "a clock whose memory goes while it is registered, in a function that says nothing of failure",
    bad: `struct gate { int bit; struct clk_hw hw; }; extern struct gate *the_gate;
      void f(void) { struct gate *g = kzalloc(sizeof(*g), GFP_KERNEL); if (!g) return; if (clk_hw_register(NULL, &g->hw)) { kfree(g); return; }
      if (helper(1) < 0) { kfree(g); return; } the_gate = g; }`,
    good: `struct gate { int bit; struct clk_hw hw; }; extern struct gate *the_gate;
      void f(void) { struct gate *g = kzalloc(sizeof(*g), GFP_KERNEL); if (!g) return; if (clk_hw_register(NULL, &g->hw)) { kfree(g); return; }
      if (helper(1) < 0) { clk_hw_unregister(&g->hw); kfree(g); return; } the_gate = g; }`,
    want: ["freed-while-registered clock registration of clk_hw_register()"],
  },
  {
    name: "a clock that is taken back by its handle is taken back",
    bad: `struct gate { int bit; struct clk_hw hw; }; extern struct gate *the_gate;
      void f(void) { struct gate *g = kzalloc(sizeof(*g), GFP_KERNEL); if (!g) return; if (clk_hw_register(NULL, &g->hw)) { kfree(g); return; }
      if (helper(1) < 0) { clk_unregister(g->hw.clk); kfree(g); return; } the_gate = g; }`,
    good: `struct gate { int bit; struct clk_hw hw; }; extern struct gate *the_gate;
      void f(void) { struct gate *g = kzalloc(sizeof(*g), GFP_KERNEL); if (!g) return; if (clk_hw_register(NULL, &g->hw)) { kfree(g); return; }
      if (helper(1) < 0) { clk_hw_unregister(&g->hw); kfree(g); return; } the_gate = g; }`,
    want: [],
  },
  {
    name: "a managed registration takes the controller over when it goes well",
    root: true,
    bad: `int f(struct platform_device *p) { struct spi_controller *c = spi_alloc_host(&p->dev, 8); int ret; if (!c) return -ENOMEM;
      ret = devm_spi_register_controller(&p->dev, c); return ret; }`,
    good: `int f(struct platform_device *p) { struct spi_controller *c = spi_alloc_host(&p->dev, 8); int ret; if (!c) return -ENOMEM;
      ret = devm_spi_register_controller(&p->dev, c); if (ret) spi_controller_put(c); return ret; }`,
    want: ["leaked SPI controller of spi_alloc_host()"],
  },
  {
    name: "a controller that is registered by a managed call goes with the device",
    root: true,
    bad: `int f(struct platform_device *p) { struct spi_controller *c = spi_alloc_host(&p->dev, 8); if (!c) return -ENOMEM; return 0; }`,
    good: `int f(struct platform_device *p) { struct spi_controller *c = spi_alloc_host(&p->dev, 8); int ret; if (!c) return -ENOMEM;
      ret = devm_spi_register_controller(&p->dev, c); if (ret) spi_controller_put(c); return ret; }`,
    want: ["leaked SPI controller of spi_alloc_host()"],
  },
  {
    name: "what is used past its unregistration is got before it and put after it",
    root: true,
    bad: `int f(struct platform_device *p) { struct spi_controller *c = spi_alloc_host(&p->dev, 8); if (!c) return -ENOMEM;
      if (spi_register_controller(c)) { spi_controller_put(c); return -EINVAL; } get_device(&c->dev); spi_unregister_controller(c); return -EINVAL; }`,
    good: `int f(struct platform_device *p) { struct spi_controller *c = spi_alloc_host(&p->dev, 8); if (!c) return -ENOMEM;
      if (spi_register_controller(c)) { spi_controller_put(c); return -EINVAL; } get_device(&c->dev); spi_unregister_controller(c);
      spi_controller_put(c); return -EINVAL; }`,
    want: ["leaked device reference of get_device()"],
  },
  {
    name: "what is registered of a file's own variables is not lost where all goes well",
    bad: `const struct class things = { "things" }; int f(void) { return class_register(&things); }`,
    good: "int f(void) { return 0; }",
    want: [],
  },
  {
    name: "what is registered of a file's own variables is lost where the rest fails",
    root: true,
    bad: `const struct class things = { "things" };
      int f(void) { int ret = class_register(&things); if (ret) return ret; ret = helper(1); if (ret < 0) return ret; return 0; }`,
    good: `const struct class things = { "things" };
      int f(void) { int ret = class_register(&things); if (ret) return ret; ret = helper(1); if (ret < 0) { class_unregister(&things); return ret; } return 0; }`,
    want: ["leaked class of class_register()"],
  },
  {
    name: "an error pointer that a NULL test lets through",
    bad: `int f(struct device *dev) { struct clk *c = clk_get(dev, NULL); if (!c) return -EINVAL; *(volatile int *)c; clk_put(c); return 0; }`,
    good: `int f(struct device *dev) { struct clk *c = clk_get(dev, NULL); if (IS_ERR(c)) return PTR_ERR(c); *(volatile int *)c; clk_put(c); return 0; }`,
    want: ["error-pointer-dereference error pointer from clk_get()"],
  },
  {
    name: "a count that one way out of a function forgets, and another gives back",
    bad: `int f(struct device *dev) { int ret; pm_runtime_get_sync(dev); if (helper(1) < 0) return 2; ret = helper(2); pm_runtime_put(dev); return 1; }`,
    good: `int f(struct device *dev) { int ret; pm_runtime_get_sync(dev); if (helper(1) < 0) { pm_runtime_put(dev); return 2; } ret = helper(2); pm_runtime_put(dev); return 1; }`,
    want: ["leaked runtime PM usage count of dev"],
  },
  {
    name: "a count that is there to last is not lost by it",
    bad: `int f(struct device *dev) { int ret; pm_runtime_get_sync(dev); ret = helper(2); pm_runtime_put(dev); return 1; }`,
    good: `int f(struct device *dev) { int ret; pm_runtime_get_sync(dev); ret = helper(2); return 1; }`,
    want: [],
  },
  {
    name: "a count that a failed call leaves behind in a function that says nothing",
    bad: `void f(struct device *dev) { if (pm_runtime_get_sync(dev) < 0) return; helper(1); }`,
    good: `void f(struct device *dev) { if (pm_runtime_get_sync(dev) < 0) { pm_runtime_put_noidle(dev); return; } helper(1); }`,
    want: ["leaked runtime PM usage count of dev"],
  },
  {
    name: "work that may run after a start that failed",
    root: true,
    bad: `struct thing { struct work_struct work; }; void *devm_kzalloc(struct device *d, size_t n, gfp_t f); void fn(struct work_struct *w); int cancel_work_sync(struct work_struct *w);
      int f(struct platform_device *p) { struct thing *t = devm_kzalloc(&p->dev, sizeof(*t), GFP_KERNEL); if (!t) return -ENOMEM; INIT_WORK(&t->work, fn); p->dev.driver_data = t; if (helper(1) < 0) return -EINVAL; return 0; }`,
    good: `struct thing { struct work_struct work; }; void *devm_kzalloc(struct device *d, size_t n, gfp_t f); void fn(struct work_struct *w); int cancel_work_sync(struct work_struct *w);
      int f(struct platform_device *p) { struct thing *t = devm_kzalloc(&p->dev, sizeof(*t), GFP_KERNEL); if (!t) return -ENOMEM; INIT_WORK(&t->work, fn); p->dev.driver_data = t; if (helper(1) < 0) { cancel_work_sync(&t->work); return -EINVAL; } return 0; }`,
    want: ["left-running work item of devm_kzalloc()"],
  },
  {
    name: "a record that was only cleared is filled by a callee",
    bad: `struct ep { int type; }; int v4l2_fwnode_endpoint_parse(void *fw, struct ep *ep); void *fwnode_graph_get_endpoint_by_id(void *fw, int a, int b, unsigned long n); void fwnode_handle_put(void *fw);
      int f(void *fw) { struct ep ep = {}; void *e = fwnode_graph_get_endpoint_by_id(fw, 0, 0, 0); if (!e) return -EINVAL; if (v4l2_fwnode_endpoint_parse(e, &ep) || ep.type != 5) { fwnode_handle_put(e); return -EINVAL; }
        if (helper(1)) return -EINVAL; fwnode_handle_put(e); return 0; }`,
    good: `struct ep { int type; }; int v4l2_fwnode_endpoint_parse(void *fw, struct ep *ep); void *fwnode_graph_get_endpoint_by_id(void *fw, int a, int b, unsigned long n); void fwnode_handle_put(void *fw);
      int f(void *fw) { struct ep ep = {}; void *e = fwnode_graph_get_endpoint_by_id(fw, 0, 0, 0); if (!e) return -EINVAL; if (v4l2_fwnode_endpoint_parse(e, &ep) || ep.type != 5) { fwnode_handle_put(e); return -EINVAL; }
        if (helper(1)) { fwnode_handle_put(e); return -EINVAL; } fwnode_handle_put(e); return 0; }`,
    want: ["leaked firmware node of fwnode_graph_get_endpoint_by_id()"],
  },
  {
    name: "an interrupt is freed again, with the same number, which nobody here took",
    bad: `${IRQ}void f(struct chip *c) { free_irq(c->irq, c); free_irq(c->irq, c); }`,
    good: `${IRQ}void f(struct chip *c) { free_irq(c->irq, c); }`,
    want: ["double-release interrupt handler of c"],
  },
  {
    name: "an interrupt that was taken here is freed again",
    bad: `${IRQ}int f(struct chip *c) { int r = request_irq(c->irq, 0, 0, "c", c); if (r) return r; r = helper(1);
  if (r) { free_irq(c->irq, c); free_irq(c->irq, c); } return r; }`,
    good: `${IRQ}int f(struct chip *c) { int r = request_irq(c->irq, 0, 0, "c", c); if (r) return r; r = helper(1);
  if (r) { free_irq(c->irq, c); } return r; }`,
    want: ["double-release interrupt handler of c"],
  },
  {
    name: "two interrupts of one cookie, one taken anew, are each freed once",
    bad: `${IRQ}void f(struct chip *c) { free_irq(c->irq, c); helper(1); }`,
    good: `${IRQ}void f(struct chip *c) { free_irq(c->irq, c); free_irq(c->other, c); if (!request_irq(c->other, 0, 0, "c", c)) free_irq(c->other, c); helper(1); }`,
    want: [],
  },
  {
    name: "memory of the kv family, by the name that its macros come to",
    bad: `void *__kvmalloc_node(size_t n, gfp_t f, int node); void kvfree(const void *p);
int f(int n) { void *p = __kvmalloc_node(n, GFP_KERNEL, -1); if (!p) return -ENOMEM; if (helper(n)) return -EINVAL; kvfree(p); return 0; }`,
    good: `void *__kvmalloc_node(size_t n, gfp_t f, int node); void kvfree(const void *p);
int f(int n) { void *p = __kvmalloc_node(n, GFP_KERNEL, -1); if (!p) return -ENOMEM; if (helper(n)) { kvfree(p); return -EINVAL; } kvfree(p); return 0; }`,
    want: ["leaked memory of __kvmalloc_node()"],
  },
  {
    name: "a lock that was only tried",
    bad: `int rt_spin_trylock(spinlock_t *l); int f(spinlock_t *l) { if (rt_spin_trylock(l)) { helper(1); } return 0; }`,
    good: `int rt_spin_trylock(spinlock_t *l); int f(spinlock_t *l) { if (rt_spin_trylock(l)) { helper(1); spin_unlock(l); } return 0; }`,
    want: ["returned-locked spin lock l"],
  },
  {
    name: "the read side of DAX, and memory that may be plugged in",
    bad: `int dax_read_lock(void); void dax_read_unlock(int id); void mem_hotplug_begin(void); void mem_hotplug_done(void);
int f(int x) { int id = dax_read_lock(); if (helper(x)) return -EINVAL; dax_read_unlock(id); mem_hotplug_begin(); if (helper(x + 1)) return -EINVAL; mem_hotplug_done(); return 0; }`,
    good: `int dax_read_lock(void); void dax_read_unlock(int id); void mem_hotplug_begin(void); void mem_hotplug_done(void);
int f(int x) { int id = dax_read_lock(); int r = helper(x); dax_read_unlock(id); if (r) return -EINVAL; mem_hotplug_begin(); r = helper(x + 1); mem_hotplug_done(); return r ? -EINVAL : 0; }`,
    want: ["returned-locked DAX read side", "returned-locked memory hotplug lock"],
  },
  {
    name: "what comes after a copy of no bytes of nothing",
    bad: `void *kmemdup(const void *p, size_t n, gfp_t f); static int put(const void *data, int n) { void *p = kmemdup(data, n, GFP_KERNEL); int r; if (!p) return -ENOMEM; r = helper(n); kfree(p); return r; }
int f(void) { void *q = kmalloc(8, GFP_KERNEL); if (!q) return -ENOMEM; if (put(NULL, 0)) return -EINVAL; kfree(q); return 0; }`,
    good: `void *kmemdup(const void *p, size_t n, gfp_t f); static int put(const void *data, int n) { void *p = kmemdup(data, n, GFP_KERNEL); int r; if (!p) return -ENOMEM; r = helper(n); kfree(p); return r; }
int f(void) { void *q = kmalloc(8, GFP_KERNEL); if (!q) return -ENOMEM; if (put(NULL, 0)) { kfree(q); return -EINVAL; } kfree(q); return 0; }`,
    want: ["leaked memory of kmalloc()"],
  },
  {
    name: "a copy of bytes of nothing",
    bad: `void *kmemdup(const void *p, size_t n, gfp_t f); int f(void) { void *p = kmemdup(NULL, 4, GFP_KERNEL); kfree(p); return 0; }`,
    good: `void *kmemdup(const void *p, size_t n, gfp_t f); int f(void) { void *p = kmemdup("abc", 4, GFP_KERNEL); kfree(p); return 0; }`,
    want: ["null-dereference NULL pointer"],
  },
  {
    name: "what follows a transfer of as many bytes as were asked for",
    bad: `int usb_control_msg(void *d, unsigned int pipe, unsigned char rq, unsigned char t, unsigned short v, unsigned short i, void *data, unsigned short size, int ms);
int f(void *d) { unsigned char *p = kmalloc(1, GFP_KERNEL); int r; if (!p) return -ENOMEM; r = usb_control_msg(d, 0, 1, 2, 3, 4, p, 1, 1000); if (r != 1) { kfree(p); return -EINVAL; }
  if (*p == 2) return -EFAULT; kfree(p); return 0; }`,
    good: `int usb_control_msg(void *d, unsigned int pipe, unsigned char rq, unsigned char t, unsigned short v, unsigned short i, void *data, unsigned short size, int ms);
int f(void *d) { unsigned char *p = kmalloc(1, GFP_KERNEL); int r; if (!p) return -ENOMEM; r = usb_control_msg(d, 0, 1, 2, 3, 4, p, 1, 1000); if (r != 1) { kfree(p); return -EINVAL; }
  if (*p == 2) { kfree(p); return -EFAULT; } kfree(p); return 0; }`,
    want: ["leaked memory of kmalloc()"],
  },
  {
    name: "a clock that a driver without an end leaves on when all goes well",
    root: true,
    endless: true,
    bad: `int f(struct device *dev, struct clk *c) { int r = clk_prepare_enable(c); if (r) return r; return 0; }`,
    good: `static void off(void *c) { clk_disable_unprepare(c); }
int f(struct device *dev, struct clk *c) { int r = clk_prepare_enable(c); if (r) return r; return devm_add_action_or_reset(dev, off, c); }`,
    want: ["leaked enabled clock of c", "leaked prepared clock of c"],
  },
  {
    name: "one that a driver with an end leaves on",
    root: true,
    bad: `int f(struct device *dev, struct clk *c) { int r = clk_prepare_enable(c); if (r) return r; return 0; }`,
    good: `static void off(void *c) { clk_disable_unprepare(c); }
int f(struct device *dev, struct clk *c) { int r = clk_prepare_enable(c); if (r) return r; return devm_add_action_or_reset(dev, off, c); }`,
    want: [],
  },
  {
    name: "memory by the names that the slab has since 7.2, with a token of its own",
    bad: `typedef struct {} kmalloc_token_t; void *_kzalloc_noprof(size_t n, gfp_t f, kmalloc_token_t t);
int f(int x) { void *p = _kzalloc_noprof(8, GFP_KERNEL, (kmalloc_token_t){}); if (!p) return -ENOMEM; if (helper(x)) return -EINVAL; kfree(p); return 0; }`,
    good: `typedef struct {} kmalloc_token_t; void *_kzalloc_noprof(size_t n, gfp_t f, kmalloc_token_t t);
int f(int x) { void *p = _kzalloc_noprof(8, GFP_KERNEL, (kmalloc_token_t){}); if (!p) return -ENOMEM; if (helper(x)) { kfree(p); return -EINVAL; } kfree(p); return 0; }`,
    want: ["leaked memory of kzalloc()"],
  },
  {
    name: "an array by those names that flags ask to be cleared",
    bad: `typedef struct {} kmalloc_token_t; void *_kmalloc_array_noprof(size_t n, size_t s, gfp_t f, kmalloc_token_t t); int use(int x);
int f(void) { int *p = _kmalloc_array_noprof(2, 4, GFP_KERNEL | 0x100u, (kmalloc_token_t){}), r; if (!p) return -ENOMEM; r = use(p[1]); kfree(p); return r; }`,
    good: `int f(void) { return 0; }`,
    want: [],
  },
  {
    name: "memory that is made larger by the name that it has since 7.2",
    bad: `void *krealloc_node_align_noprof(const void *p, size_t n, unsigned long align, gfp_t f, int nid);
int f(void *p) { void *q = kmalloc(8, GFP_KERNEL), *n; if (!q) return -ENOMEM; n = krealloc_node_align_noprof(q, 16, 1, GFP_KERNEL, -1); if (!n) return -ENOMEM; kfree(n); return 0; }`,
    good: `void *krealloc_node_align_noprof(const void *p, size_t n, unsigned long align, gfp_t f, int nid);
int f(void *p) { void *q = kmalloc(8, GFP_KERNEL), *n; if (!q) return -ENOMEM; n = krealloc_node_align_noprof(q, 16, 1, GFP_KERNEL, -1); if (!n) { kfree(q); return -ENOMEM; } kfree(n); return 0; }`,
    want: ["leaked memory of kmalloc()"],
  },
  {
    name: "what follows a pointer that whoever makes a network device sets in it",
    bad: `struct net_device { unsigned char *dev_addr; int n; }; void free_netdev(struct net_device *d);
struct net_device *alloc_netdev_mqs(int n, const char *name, unsigned char t, void (*setup)(struct net_device *), unsigned int tx, unsigned int rx);
int f(int x) { struct net_device *d = alloc_netdev_mqs(8, "x", 0, NULL, 1, 1); const unsigned char *a; if (!d) return -ENOMEM; a = d->dev_addr; d->n = a[0] + a[1] + d->dev_addr[2];
  if (helper(x)) return -EINVAL; free_netdev(d); return 0; }`,
    good: `struct net_device { unsigned char *dev_addr; int n; }; void free_netdev(struct net_device *d);
struct net_device *alloc_netdev_mqs(int n, const char *name, unsigned char t, void (*setup)(struct net_device *), unsigned int tx, unsigned int rx);
int f(int x) { struct net_device *d = alloc_netdev_mqs(8, "x", 0, NULL, 1, 1); const unsigned char *a; if (!d) return -ENOMEM; a = d->dev_addr; d->n = a[0] + a[1] + d->dev_addr[2];
  if (helper(x)) { free_netdev(d); return -EINVAL; } free_netdev(d); return 0; }`,
    want: ["leaked network device of alloc_netdev_mqs()"],
  },
  {
    name: "one that its driver has in what lies behind the device, and sets itself",
    bad: `struct net_device { unsigned char *dev_addr; int n; }; struct priv { int *p; }; void free_netdev(struct net_device *d);
struct net_device *alloc_netdev_mqs(int n, const char *name, unsigned char t, void (*setup)(struct net_device *), unsigned int tx, unsigned int rx);
int f(int *x) { struct net_device *d = alloc_netdev_mqs(8, "x", 0, NULL, 1, 1); struct priv *p; if (!d) return -ENOMEM; p = (struct priv *)(d + 1); *p->p = 1; free_netdev(d); return 0; }`,
    good: `struct net_device { unsigned char *dev_addr; int n; }; struct priv { int *p; }; void free_netdev(struct net_device *d);
struct net_device *alloc_netdev_mqs(int n, const char *name, unsigned char t, void (*setup)(struct net_device *), unsigned int tx, unsigned int rx);
int f(int *x) { struct net_device *d = alloc_netdev_mqs(8, "x", 0, NULL, 1, 1); struct priv *p; if (!d) return -ENOMEM; p = (struct priv *)(d + 1); p->p = x; *p->p = 1; free_netdev(d); return 0; }`,
    want: [`null-dereference NULL alloc_netdev_mqs("x")@->p`],
  },
  {
    name: "what only a flag lets through that is both turned round and not",
    bad: `int f(_Bool late) { void *p = NULL; if (!!1 ^ late) p = kmalloc(8, GFP_KERNEL); if (!(1 ^ late) && p == NULL) { p = kmalloc(4, GFP_KERNEL); }
      if (late) { kfree(p); return 0; } if (helper(1)) return 1; kfree(p); return 0; }`,
    good: `int f(_Bool late) { void *p = NULL; if (!!1 ^ late) p = kmalloc(8, GFP_KERNEL); if (late) { if (p != NULL) return *(int *)NULL; return 0; } kfree(p); return 0; }`,
    want: ["leaked memory of kmalloc()"],
  },
  {
    name: "a vDPA device that a way out keeps, by the device reference that it has",
    bad: `struct vdpa_device { int n; struct device dev; }; struct vdpa_device *__vdpa_alloc_device(struct device *p); int f(struct device *p) { struct vdpa_device *v = __vdpa_alloc_device(p); if (IS_ERR(v)) return PTR_ERR(v); if (helper(1)) return -EFAULT;
      if (helper(2)) { put_device(&v->dev); return -EINVAL; } v->n = 1; put_device(&v->dev); return 0; }`,
    good: `struct vdpa_device { int n; struct device dev; }; struct vdpa_device *__vdpa_alloc_device(struct device *p); int f(struct device *p) { struct vdpa_device *v = __vdpa_alloc_device(p); if (IS_ERR(v)) return PTR_ERR(v); if (helper(1)) { put_device(&v->dev); return -EFAULT; }
      if (helper(2)) { put_device(&v->dev); return -EINVAL; } v->n = 1; put_device(&v->dev); return 0; }`,
    want: ["leaked device reference of __vdpa_alloc_device()"],
  },
  {
    name: "what follows a member that lies where the machine's byte order has it",
    bad: `struct head {
#if defined(__LITTLE_ENDIAN_BITFIELD)
  unsigned char len:4, version:4;
#elif defined(__BIG_ENDIAN_BITFIELD)
  unsigned char version:4, len:4;
#endif
};
int f(struct head *h) { void *p = kmalloc(8, GFP_KERNEL); if (!p) return -ENOMEM; if (h->len < 5) return -EINVAL; kfree(p); return 0; }`,
    good: `struct head {
#if defined(__LITTLE_ENDIAN_BITFIELD)
  unsigned char len:4, version:4;
#elif defined(__BIG_ENDIAN_BITFIELD)
  unsigned char version:4, len:4;
#endif
};
int f(struct head *h) { void *p = kmalloc(8, GFP_KERNEL); if (!p) return -ENOMEM; if (h->len < 5) { kfree(p); return -EINVAL; } kfree(p); return 0; }`,
    want: ["leaked memory of kmalloc()"],
  },
];

testPairs(pairs);

const FD = `struct file; int get_unused_fd_flags(unsigned int flags); void put_unused_fd(unsigned int fd); void fd_install(unsigned int fd, struct file *f); struct file *open_it(int n); int tell(int fd);`;
/** A file descriptor is reserved, what is to get it is opened, and user space is told. */
const reserve = (
  unopened: string,
  untold: string,
): string => `${FD} int f(int n) { struct file *f; int fd = get_unused_fd_flags(0); if (fd < 0) return fd;
  f = open_it(n); if (IS_ERR(f)) { ${unopened} return PTR_ERR(f); } if (tell(fd) < 0) { ${untold} return -EFAULT; } fd_install(fd, f); return fd; }`;
testPairs([
  {
    name: "a file descriptor that nothing was opened for",
    bad: reserve("", "put_unused_fd(fd);"),
    good: reserve("put_unused_fd(fd);", "put_unused_fd(fd);"),
    want: ["leaked file descriptor of it"],
  },
  {
    name: "a file descriptor that was installed when what comes then fails",
    bad: reserve("put_unused_fd(fd);", "put_unused_fd(fd);"),
    good: reserve("put_unused_fd(fd);", "fd_install(fd, f);"),
    want: [],
  },
]);

/** A device of a driver that `keeps` something of its own or not; what is called later finds the memory by the device. */
const tuner = (
  keeps: string,
  cancel: string,
): string => `struct v4l2_device { struct device *dev; }; int v4l2_device_register(struct device *dev, struct v4l2_device *v); void v4l2_device_unregister(struct v4l2_device *v);
  struct tuner { struct work_struct work; struct v4l2_device v; }; void fn(struct work_struct *w); int cancel_work_sync(struct work_struct *w);
  int t_probe(struct platform_device *p) { struct tuner *t = kzalloc(sizeof(*t), GFP_KERNEL); int ret; if (!t) return -ENOMEM;
    ${keeps}
    ret = v4l2_device_register(&p->dev, &t->v); if (ret < 0) { kfree(t); return ret; }
    INIT_WORK(&t->work, fn); return 0; }
  void t_remove(struct platform_device *p) { ${
    keeps === ""
      ? "struct v4l2_device *v = p->dev.driver_data; struct tuner *t = (struct tuner *)((char *)v - __builtin_offsetof(struct tuner, v));"
      : "struct tuner *t = p->dev.driver_data;"
  } ${cancel} v4l2_device_unregister(&t->v); kfree(t); }`;
const life = { entry: "t_probe", leave: "t_remove", root: true };
testPairs([
  {
    ...life,
    name: "a V4L2 device is the driver's data where nothing is yet",
    bad: tuner("", ""),
    good: tuner("", "cancel_work_sync(&t->work);"),
    want: ["left-running work item of kzalloc()"],
  },
  {
    ...life,
    name: "and is not where the driver keeps something of its own",
    bad: tuner("p->dev.driver_data = t;", ""),
    good: tuner("p->dev.driver_data = t;", "cancel_work_sync(&t->work);"),
    want: ["left-running work item of kzalloc()"],
  },
]);

test("of two memory regions the one that is left is told, in whatever order the other is given back", () => {
  const text = (
    undo: string,
  ): string => `struct resource { unsigned long start; }; extern struct resource all;
struct resource *__request_region(struct resource *p, unsigned long start, unsigned long n, const char *name, int flags); void __release_region(struct resource *p, unsigned long start, unsigned long n);
int f(struct resource *r) { int ret; if (!__request_region(&all, r->start, 16, "a", 0)) return -EINVAL; if (!__request_region(&all, r->start + 64, 16, "b", 0)) { ret = -EINVAL; goto out; }
  ret = helper(1); if (ret >= 0) return 0; ${undo} out: __release_region(&all, r->start, 16); return ret; }`;
  const [d] = runPair(text("__release_region(&all, r->start + 64, 16);"), text(""), { name: "f" });
  assert.deepEqual([d?.verdict, d?.fault.taken?.key], ["new", '__request_region("b")']);
});

test("the contracts are well-formed", () => {
  const { contracts, problems } = readContracts();
  assert.deepEqual(problems, []);
  assert.ok(contracts.functions.size > 500);
});
