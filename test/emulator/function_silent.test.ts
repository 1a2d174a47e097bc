/** Function cases say nothing new of merged fixes of kinds that were once told wrongly: shapes of 6.12's stable fixes, in C of our own. */
import { type Pair, testPairs } from "../support/function_pair.ts";

const pairs: readonly Pair[] = [
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
];

testPairs(pairs);
