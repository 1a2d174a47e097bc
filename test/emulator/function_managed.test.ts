/**
 * Function cases: what a core gives back for a function — managed resources with a release function of their own and groups of them,
 * the private part of a sound card, an id whose entry is stored empty — is not lost; what nobody gives back is.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { comparePair, type Pair, testPairs, told } from "../support/function_pair.ts";

const DEVRES = `typedef void (*dr_release_t)(struct device *dev, void *res); typedef int (*dr_match_t)(struct device *dev, void *res, void *data);
void *__devres_alloc_node(dr_release_t r, size_t n, gfp_t f, int nid, const char *name); void devres_free(void *r); void devres_add(struct device *d, void *r);
int devres_release(struct device *d, dr_release_t r, dr_match_t m, void *data); int devres_destroy(struct device *d, dr_release_t r, dr_match_t m, void *data);
void *devres_open_group(struct device *d, void *id, gfp_t f); void devres_remove_group(struct device *d, void *id); int devres_release_group(struct device *d, void *id);
struct host { struct device_node *np; struct port *port; }; struct port { int n; };
static void drop(struct device *dev, void *res) { struct host *h = *(struct host **)res; of_node_put(h->np); kfree(h->port); kfree(h); }
`;

/** A probe that hands a host to the device, and fails behind it. */
const host = (behind: string, release = "drop"): string => `${DEVRES}
static void keep(struct device *dev, void *res) { }
int f(struct platform_device *p) { struct host *h = kzalloc(sizeof(*h), GFP_KERNEL); struct host **dr; if (!h) return -ENOMEM;
  dr = __devres_alloc_node(${release}, sizeof(*dr), GFP_KERNEL, -1, "drop"); if (!dr) { kfree(h); return -ENOMEM; }
  *dr = h; devres_add(&p->dev, dr); h->np = of_find_node_by_name(NULL, "x"); h->port = kzalloc(8, GFP_KERNEL);
  ${behind} return helper(1); }`;

const GROUP = `${DEVRES}
static void last(struct device *dev, void *res) { struct host *h = dev->driver_data; kfree(h->port); kfree(h); }
struct host *f(struct device *dev) { struct host *h = kzalloc(sizeof(*h), GFP_KERNEL); void *dr; if (!h) return NULL;
  if (!devres_open_group(dev, NULL, GFP_KERNEL)) { kfree(h); return NULL; }
  dr = __devres_alloc_node(last, 0, GFP_KERNEL, -1, "last"); if (!dr) { kfree(h); goto out; }
  devres_add(dev, dr); dev->driver_data = h; h->port = kzalloc(8, GFP_KERNEL); if (!h->port) goto out; h->np = NULL;
  devres_remove_group(dev, NULL); return h; out: WHAT return NULL; }`;

const CARD = `struct snd_card { void *private_data; void (*private_free)(struct snd_card *card); struct device *dev; };
int snd_card_new(struct device *parent, int idx, const char *xid, void *module, int extra, struct snd_card **card);
int snd_devm_card_new(struct device *parent, int idx, const char *xid, void *module, size_t extra, struct snd_card **card); int snd_card_free(struct snd_card *card);
struct chip { struct port *comm; struct device_node *np; }; struct port { int n; };
static void chip_free(struct snd_card *card) { struct chip *c = card->private_data; kfree(c->comm); of_node_put(c->np); }
`;

const card = (make: string, free: string, failed: string): string => `${CARD}
int f(struct platform_device *p) { struct snd_card *card; struct chip *c; int ret;
  ret = ${make}(&p->dev, 0, NULL, NULL, sizeof(*c), &card); if (ret < 0) return ret;
  c = card->private_data; c->comm = NULL; c->np = NULL; ${free}
  c->comm = kzalloc(8, GFP_KERNEL); c->np = of_find_node_by_name(NULL, "x"); if (!c->comm) { ret = -ENOMEM; goto out; }
  ret = helper(1); if (ret < 0) goto out; p->dev.driver_data = card; return 0; out: ${failed} return ret; }`;

const XA = `struct xarray { int n; }; struct xa_limit { u32 max, min; }; int xa_alloc(struct xarray *x, u32 *id, void *p, struct xa_limit l, gfp_t f);
void *xa_store(struct xarray *x, unsigned long i, void *p, gfp_t f); void *xa_cmpxchg(struct xarray *x, unsigned long i, void *old, void *p, gfp_t f);
void *xa_erase(struct xarray *x, unsigned long i); static struct xarray table; struct item { u32 id; };
`;

const item = (failed: string): string => `${XA}
int f(int n) { struct item *i = kzalloc(sizeof(*i), GFP_KERNEL); struct xa_limit l = { 9, 0 }; if (!i) return -ENOMEM;
  if (xa_alloc(&table, &i->id, NULL, l, GFP_KERNEL)) { kfree(i); return -ENOMEM; }
  if (helper(n)) { ${failed} kfree(i); return -EINVAL; } xa_store(&table, i->id, i, GFP_KERNEL); return 0; }`;

const NODES = `typedef unsigned int dev_t; struct class; struct fwnode_handle; struct property_entry;
struct device *device_create(struct class *c, struct device *parent, dev_t n, void *data, const char *fmt, ...); void device_destroy(struct class *c, dev_t n);
struct fwnode_handle *fwnode_create_software_node(const struct property_entry *p, const struct fwnode_handle *parent); void fwnode_remove_software_node(struct fwnode_handle *f);
struct owner { struct class *c; struct device *dev; };
`;

const made = (failed: string): string => `${NODES}
int f(struct owner *o) { struct device *d = device_create(o->c, NULL, 1, NULL, "a"); if (IS_ERR(d)) return PTR_ERR(d);
  d = device_create(o->c, NULL, 2, NULL, "b"); if (IS_ERR(d)) { device_destroy(o->c, 1); return PTR_ERR(d); }
  if (helper(1)) { ${failed} return -EINVAL; } o->dev = d; return 0; }`;

const info = (
  failed: string,
): string => `struct fwnode_handle; struct fwdev { struct fwnode_handle *fwnode; };
struct platform_device_info { struct fwnode_handle *fwnode; int id; }; struct property_entry; struct owner { struct platform_device *p; };
struct platform_device *platform_device_register_full(const struct platform_device_info *i);
struct fwnode_handle *fwnode_create_software_node(const struct property_entry *p, const struct fwnode_handle *parent); void fwnode_remove_software_node(struct fwnode_handle *f);
int f(struct owner *o) { struct platform_device_info i = { 0 }; struct fwnode_handle *fw = fwnode_create_software_node(NULL, NULL); if (IS_ERR(fw)) return PTR_ERR(fw);
  i.fwnode = fw; o->p = platform_device_register_full(&i); if (IS_ERR(o->p)) { ${failed} return PTR_ERR(o->p); } return 0; }`;

const TASK = `struct policy { int n; }; struct task_struct { spinlock_t alloc_lock; struct policy *policy; }; extern struct task_struct *get_current(void);
#define current get_current()
static inline void task_lock(struct task_struct *t) { spin_lock(&t->alloc_lock); } static inline void task_unlock(struct task_struct *t) { spin_unlock(&t->alloc_lock); }
int f(struct policy *to, struct policy *from) { if (from == current->policy) { task_lock(current); *to = *from; task_unlock(current); } else *to = *from; return 0; }`;

/** Vectors of a device that is enabled this way. */
const vectors = (enable: string, failed: string): string => `struct pci_dev { struct device dev; };
int ${enable}(struct pci_dev *p); int pci_alloc_irq_vectors(struct pci_dev *p, unsigned int min, unsigned int max, unsigned int flags); void pci_free_irq_vectors(struct pci_dev *p);
int f(struct pci_dev *p) { int r = ${enable}(p); if (r) return r; r = pci_alloc_irq_vectors(p, 1, 1, 7); if (r < 0) return r;
  if (helper(1)) { ${failed} return -EINVAL; } return 0; }`;

/** All that is told of a text beside itself, for sure. */
const alone = (text: string, root = true): string[] =>
  told(comparePair(text, text, { name: "f", root }).differences.filter((d) => !d.fault.possible));

const silent: readonly [string, string, boolean?][] = [
  ["what a managed resource releases goes with the device", host("")],
  ["released by hand", host("if (helper(2)) { devres_release(&p->dev, drop, NULL, NULL); return -EINVAL; }")],
  ["a group is released", GROUP.replace("WHAT", "devres_release_group(dev, NULL);"), false],
  [
    "a card's private part goes with the card",
    card("snd_card_new", "card->private_free = chip_free;", "snd_card_free(card);"),
  ],
  [
    "with a managed card when the device goes",
    card("snd_devm_card_new", "card->private_free = chip_free;", ""),
  ],
  ["an id whose entry is exchanged for nothing", item("xa_cmpxchg(&table, i->id, NULL, NULL, GFP_KERNEL);")],
  ["an id whose entry is stored empty", item("xa_store(&table, i->id, NULL, GFP_KERNEL);")],
  ["a device that is named by its number", made("device_destroy(o->c, 2); device_destroy(o->c, 1);")],
  ["the task that runs is one: its lock is given up by the name it was taken by", TASK, false],
  ["interrupt vectors of a device that the kernel manages", vectors("pcim_enable_device", "")],
  [
    "interrupt vectors of such a device, given back by hand",
    vectors("pcim_enable_device", "pci_free_irq_vectors(p);"),
  ],
  ["a software node that a registered device has", info("fwnode_remove_software_node(fw);")],
];
for (const [name, text, root] of silent)
  test(`silent: ${name}`, () => assert.deepEqual(alone(text, root), []));

const NODE = "device node of of_find_node_by_name()";
/** An interrupt and a watchdog that the device has, and a way out behind them. */
const owned = (
  end: string,
): string => `struct watchdog_device { int n; }; int devm_request_threaded_irq(struct device *d, unsigned int irq, int (*h)(int, void *), int (*t)(int, void *), unsigned long f, const char *name, void *id);
int request_threaded_irq(unsigned int irq, int (*h)(int, void *), int (*t)(int, void *), unsigned long f, const char *name, void *id);
const void *free_irq(unsigned int irq, void *id); void devm_free_irq(struct device *d, unsigned int irq, void *id); int devm_watchdog_register_device(struct device *d, struct watchdog_device *w); void watchdog_unregister_device(struct watchdog_device *w);
struct host { struct watchdog_device wdd; int a, b; }; static int handle(int irq, void *id) { return 1; }
int f(struct device *d, struct host *h) { int ret = devm_request_threaded_irq(d, h->a, NULL, handle, 0, "a", h); if (ret) return ret;
  ret = request_threaded_irq(h->b, NULL, handle, 0, "b", h); if (ret) return ret;
  ret = devm_watchdog_register_device(d, &h->wdd); if (ret) { free_irq(h->b, h); return ret; }
  if (helper(1)) { free_irq(h->b, h); ${end} return -EINVAL; } return 0; }`;

const pairs: readonly Pair[] = [
  {
    name: "an interrupt that the device has is freed as if the driver had it",
    bad: owned("free_irq(h->a, h);"),
    good: owned(""),
    want: ["double-release interrupt handler of devm_request_threaded_irq()"],
  },
  {
    name: "what the device has is given back by the device's own means",
    bad: owned("devm_free_irq(d, h->a, h);"),
    good: owned(""),
    want: [],
  },
  {
    name: "a watchdog that the device takes back is taken back besides",
    bad: owned("watchdog_unregister_device(&h->wdd);"),
    good: owned(""),
    want: ["double-release watchdog registration of devm_watchdog_register_device()"],
  },
  {
    name: "a release function that releases nothing",
    root: true,
    bad: host("", "keep"),
    good: host(""),
    want: [`leaked ${NODE}`, "leaked memory of kzalloc()"],
  },
  {
    name: "interrupt vectors of a device that nobody manages",
    root: true,
    bad: vectors("pci_enable_device", ""),
    good: vectors("pci_enable_device", "pci_free_irq_vectors(p);"),
    want: ["leaked PCI interrupt vectors of p"],
  },
  {
    name: "what was taken from the device is its own again",
    root: true,
    bad: host("devres_destroy(&p->dev, drop, NULL, NULL);"),
    good: host(""),
    want: [`leaked ${NODE}`, "leaked memory of kzalloc()"],
  },
  {
    name: "released with the device, and freed besides",
    root: true,
    bad: host("if (helper(2)) { kfree(h->port); return -EINVAL; }"),
    good: host("if (helper(2)) return -EINVAL;"),
    want: ["double-release memory of kzalloc()"],
  },
  {
    name: "a card without a function for its private part",
    root: true,
    bad: card("snd_card_new", "", "snd_card_free(card);"),
    good: card("snd_card_new", "card->private_free = chip_free;", "snd_card_free(card);"),
    want: [`leaked ${NODE}`, "leaked memory of kzalloc()"],
  },
  {
    name: "what the card's function frees is freed before",
    root: true,
    bad: card("snd_card_new", "card->private_free = chip_free;", "kfree(c->comm); snd_card_free(card);"),
    good: card("snd_card_new", "card->private_free = chip_free;", "snd_card_free(card);"),
    want: ["double-release memory of kzalloc()"],
  },
  {
    name: "a card that is gone is not looked at",
    root: true,
    bad: card("snd_card_new", "card->private_free = chip_free;", "snd_card_free(card); card->dev = NULL;"),
    good: card("snd_card_new", "card->private_free = chip_free;", "snd_card_free(card);"),
    want: ["use-after-release sound card of snd_card_new()"],
  },
  {
    name: "an id whose entry is exchanged for another one is still there",
    bad: item("xa_cmpxchg(&table, i->id, NULL, i, GFP_KERNEL);"),
    good: item("xa_cmpxchg(&table, i->id, NULL, NULL, GFP_KERNEL);"),
    want: ["leaked id of table"],
  },
  {
    name: "of two devices one is destroyed",
    root: true,
    bad: made("device_destroy(o->c, 2);"),
    good: made("device_destroy(o->c, 2); device_destroy(o->c, 1);"),
    want: ["leaked device reference of device_create()", 'leaked device registration of device_create("a")'],
  },
  {
    name: "a software node of a device that could not be registered",
    bad: info(""),
    good: info("fwnode_remove_software_node(fw);"),
    want: ["leaked firmware node of fwnode_create_software_node()"],
  },
];
testPairs(pairs);
