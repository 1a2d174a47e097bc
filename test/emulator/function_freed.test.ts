/** Function cases: a thing that is gone is used by who is handed it, be that a callee by its contract or the log; nothing else is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, runPair, testPairs, told } from "../support/function_pair.ts";

const THING = `struct sk_buff { unsigned int len; }; struct net_device { int n; };
void kfree_skb(struct sk_buff *skb); void skb_trim(struct sk_buff *skb, unsigned int len);
struct work_thing { struct work_struct w; int n; };
_Bool cancel_work_sync(struct work_struct *w);
const void *free_irq(unsigned int irq, void *dev);
struct platform_device *of_find_device_by_node(struct device_node *np);
void *ida_mark(void *p);
`;

const anchored = (got: string, put: string, late = ""): string =>
  `struct urb { void *context; }; struct usb_anchor { int n; }; struct urb *usb_get_from_anchor(struct usb_anchor *a); struct urb *usb_alloc_urb(int n, gfp_t f); void usb_put_urb(struct urb *u);
  int f(struct usb_anchor *a) { struct urb *u = ${got}; int n; if (!u) return 0; ${put} n = u->context != NULL; ${late} return n; }`;

const pairs: readonly Pair[] = [
  {
    name: "what a callee found is in others' hands besides, and is used on after this reference to it was given back",
    bad: anchored("usb_get_from_anchor(a)", ""),
    good: anchored("usb_get_from_anchor(a)", "usb_put_urb(u);"),
    want: ["leaked URB of usb_get_from_anchor()"],
  },
  {
    name: "what was made here is in nobody else's, and is gone",
    bad: anchored("usb_alloc_urb(0, GFP_KERNEL)", "usb_put_urb(u);"),
    good: anchored("usb_alloc_urb(0, GFP_KERNEL)", "", "usb_put_urb(u);"),
    want: ["use-after-release usb_alloc_urb()"],
  },
  {
    name: "and one reference is given back once",
    bad: anchored("usb_get_from_anchor(a)", "usb_put_urb(u);", "usb_put_urb(u);"),
    good: anchored("usb_get_from_anchor(a)", "usb_put_urb(u);"),
    want: ["double-release URB of usb_get_from_anchor()"],
  },
  {
    name: "a packet is cut after it was freed",
    bad: `${THING} int f(struct sk_buff *skb) { kfree_skb(skb); skb_trim(skb, 4); return 0; }`,
    good: `${THING} int f(struct sk_buff *skb) { skb_trim(skb, 4); kfree_skb(skb); return 0; }`,
    want: ["use-after-release skb"],
  },
  {
    name: "a work item is cancelled after what it lies in was freed",
    bad: `${THING} void f(struct work_thing *t) { kfree(t); cancel_work_sync(&t->w); }`,
    good: `${THING} void f(struct work_thing *t) { cancel_work_sync(&t->w); kfree(t); }`,
    want: ["use-after-release t"],
  },
  {
    name: "the log names a device whose last reference was given back",
    bad: `${THING} int f(struct device_node *np) { struct platform_device *p = of_find_device_by_node(np); if (!p) return -EINVAL;
      put_device(&p->dev); dev_err(&p->dev, "gone\\n"); return 0; }`,
    good: `${THING} int f(struct device_node *np) { struct platform_device *p = of_find_device_by_node(np); if (!p) return -EINVAL;
      dev_err(&p->dev, "gone\\n"); put_device(&p->dev); return 0; }`,
    want: ["use-after-release of_find_device_by_node()"],
  },
  {
    name: "the log reads a name that lies in what was freed",
    bad: `${THING} struct pool { int n; char name[8]; }; int f(struct device *d, int n) { struct pool *p = kzalloc(sizeof(*p), GFP_KERNEL); if (!p) return -ENOMEM;
      kfree(p); dev_err(d, "%d%% of %-*.8s\\n", n, 4, p->name); return -EIO; }`,
    good: `${THING} struct pool { int n; char name[8]; }; int f(struct device *d, int n) { struct pool *p = kzalloc(sizeof(*p), GFP_KERNEL); if (!p) return -ENOMEM;
      dev_err(d, "%d%% of %-*.8s\\n", n, 4, p->name); kfree(p); return -EIO; }`,
    want: ["use-after-release kzalloc()"],
  },
  {
    name: "an interrupt's mark, and an address in a line of the log, are looked at by nobody",
    bad: `${THING} void f(struct work_thing *t) { kfree(t); free_irq(3, t); pr_info("%p\\n", t); }`,
    good: `${THING} void f(struct work_thing *t) { free_irq(3, t); pr_info("%p\\n", t); kfree(t); }`,
    want: [],
  },
];

testPairs(pairs);

test("what is cleared after it was freed is called as the source has it", () => {
  const text = (body: string): string =>
    `void *memset(void *p, int c, unsigned long n); int f(struct device *dev, unsigned int n) { char *page = kmalloc(64, GFP_KERNEL); if (!page) return -ENOMEM; ${body} return 0; }`;
  const [d] = runPair(text("memset(page, 0, 64); kfree(page);"), text("kfree(page); memset(page, 0, 64);"), {
    name: "f",
  });
  assert.equal(d?.fault.what, "page is written");
});

test("what the side before gives back too often at the same place is no news on one way more", () => {
  const twice = (frees: string): string =>
    `struct part { struct device_node *np; int fixed; int own; }; struct platform_device *of_find_device_by_node(struct device_node *np);
    int f(struct part *t) { struct platform_device *p = of_find_device_by_node(t->np); if (!p) return -EINVAL;
      if (${frees}) put_device(&p->dev); if (t->fixed) t->own = 2; put_device(&p->dev); return 0; }`;
  assert.deepEqual(told(runPair(twice("!t->fixed"), twice("!t->own"), { name: "f" })), []);
  assert.deepEqual(told(runPair(twice("0"), twice("!t->own"), { name: "f" })), [
    "new double-release device reference of of_find_device_by_node()",
  ]);
});

test("that the count of what a living thing leads to was the last is a guess, that of what is in hand is not", () => {
  const owner = (head: string, put: string): string =>
    `struct region { int count; int flags; }; struct part { struct region *region; int id; };
    static void region_put(struct region *r) { if (--r->count == 0) kfree(r); }
    int f(${head}) { ${put} }`;
  const member = "struct part *p";
  const late = "int n = p->region->flags; region_put(p->region); return n;";
  const soon = "int n; region_put(p->region); n = p->region->flags; return n;";
  assert.deepEqual(told(runPair(owner(member, late), owner(member, soon), { name: "f" })), []);
  const inHand = "struct region *r";
  const early = "int n; region_put(r); n = r->flags; return n;";
  const last = "int n = r->flags; region_put(r); return n;";
  assert.deepEqual(told(runPair(owner(inHand, last), owner(inHand, early), { name: "f" })), [
    "new use-after-release r",
  ]);
  // That a patch mends it is told of both.
  assert.deepEqual(told(runPair(owner(member, soon), owner(member, late), { name: "f" })), [
    "fixed use-after-release p->region",
  ]);
});

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
