/** Function cases: memory is freed while a list or a tree of somebody else's leads to it; what was taken out of it, and what goes with its head, is no fault. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const LISTS = `struct list_head { struct list_head *next, *prev; }; struct hlist_node { struct hlist_node *next, **pprev; }; struct hlist_head { struct hlist_node *first; };
struct rb_node { unsigned long up; struct rb_node *right, *left; }; struct rb_root { struct rb_node *rb_node; };
static inline void list_add(struct list_head *n, struct list_head *h) { struct list_head *x = h->next; x->prev = n; n->next = x; n->prev = h; h->next = n; }
static inline void list_del(struct list_head *e) { e->next->prev = e->prev; e->prev->next = e->next; }
static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *h) { struct hlist_node *f = h->first; n->next = f; if (f) f->pprev = &n->next; h->first = n; n->pprev = &h->first; }
static inline void hlist_del(struct hlist_node *n) { *n->pprev = n->next; if (n->next) n->next->pprev = n->pprev; }
static inline void rb_link(struct rb_node *n, struct rb_node **l) { n->up = 0; n->left = n->right = NULL; *l = n; }
struct bus { struct list_head pools; struct hlist_head names; struct rb_root tree; struct mutex m; }; static struct list_head all = { &all, &all };
struct pool { int n; struct list_head link; struct hlist_node name; struct rb_node node; };
`;
/** Trees as the kernel has them: what takes out of one is in another file. */
const TREES = `${LISTS} void rb_erase(struct rb_node *n, struct rb_root *r); static struct rb_root one[4]; static struct rb_root *forest = one; static int trees;
static inline struct pool *first(struct rb_node *n) { return (struct pool *)((char *)n - __builtin_offsetof(struct pool, node)); }
`;
/** A thing is put in a tree of the caller's, and what comes then fails. */
const kept = (undo: string): string =>
  `${TREES} int f(struct bus *b, int x) { struct pool *p = kzalloc(sizeof(*p), GFP_KERNEL); int ret; if (!p) return -ENOMEM; rb_link(&p->node, &b->tree.rb_node); ret = helper(x); if (ret) { ${undo} return -EINVAL; } return 0; }`;
/** A set that is freed after a grace period with what is in it. */
const graced = (free: string, early: string): string =>
  `struct rcu_head { void *next; void (*func)(struct rcu_head *h); }; void call_rcu(struct rcu_head *h, void (*func)(struct rcu_head *h)); struct set { struct rcu_head rcu; char *name; };
  static void set_free(struct rcu_head *h) { struct set *s = (struct set *)h; kfree(s->name); kfree(s); }
  int f(int x) { struct set *s = kzalloc(sizeof(*s), GFP_KERNEL); char *n; int ret = 0; if (!s) return -ENOMEM; n = kmalloc(8, GFP_KERNEL); ${early} s->name = n; ret = helper(x); ${free} return ret; }`;
const add = (
  undo: string,
): string => `${LISTS} struct pool *f(struct bus *b, struct device *d, const struct device_attribute *a) {
  struct pool *p = kzalloc(sizeof(*p), GFP_KERNEL); if (!p) return NULL;
  mutex_lock(&b->m); list_add(&p->link, &b->pools); mutex_unlock(&b->m);
  if (device_create_file(d, a)) { ${undo} kfree(p); return NULL; } return p; }`;

/** An entry is looked for in a list of the kernel's. */
const walk = (found: string, behind: string): string =>
  `${LISTS} static inline struct pool *of(struct list_head *l) { return (struct pool *)((char *)l - __builtin_offsetof(struct pool, link)); }
  void f(int x) { struct pool *p, *q; for (p = of(all.next), q = of(p->link.next); &p->link != &all; p = q, q = of(q->link.next)) if (p->n == x) { list_del(&p->link); ${found} break; } ${behind} }`;

const pairs: readonly Pair[] = [
  {
    name: "behind a walk that found nothing there is no entry to free",
    bad: walk("", "kfree(p);"),
    good: walk("kfree(p);", ""),
    want: ["double-release memory of all"],
  },
  {
    name: "what lies in memory that was asked for is not freed by itself",
    bad: `${LISTS} struct own { int n; struct pool p; }; int f(int x) { struct own *o = kzalloc(sizeof(*o), GFP_KERNEL); if (!o) return -ENOMEM; helper(x); kfree(&o->p); return 0; }`,
    good: `${LISTS} struct own { int n; struct pool p; }; int f(int x) { struct own *o = kzalloc(sizeof(*o), GFP_KERNEL); if (!o) return -ENOMEM; helper(x); kfree(o); return 0; }`,
    want: ["double-release memory of kzalloc()", "leaked memory of kzalloc()"],
  },
  {
    name: "what somebody else's list head lies in may be freed",
    bad: `${LISTS} void f(struct list_head *l) { list_del(l); }`,
    good: `${LISTS} void f(struct list_head *l) { list_del(l); kfree((char *)l - __builtin_offsetof(struct pool, link)); }`,
    want: [],
  },
  {
    name: "of a list of the caller's",
    bad: add(""),
    good: add("list_del(&p->link);"),
    want: ["freed-while-registered kzalloc() in b->pools"],
  },
  {
    name: "of a list of the kernel's",
    bad: `${LISTS} int f(int x) { struct pool *p = kzalloc(sizeof(*p), GFP_KERNEL); int ret; if (!p) return -ENOMEM; list_add(&p->link, &all); ret = helper(x); if (ret < 0) kfree(p); return ret; }`,
    good: `${LISTS} int f(int x) { struct pool *p = kzalloc(sizeof(*p), GFP_KERNEL); int ret; if (!p) return -ENOMEM; list_add(&p->link, &all); ret = helper(x); if (ret < 0) { list_del(&p->link); kfree(p); } return ret; }`,
    want: ["freed-while-registered kzalloc() in all"],
  },
  {
    name: "of a list with hashes, and of a tree",
    bad: `${LISTS} int f(struct bus *b, int x) { struct pool *p = kzalloc(sizeof(*p), GFP_KERNEL); int ret; if (!p) return -ENOMEM; hlist_add_head(&p->name, &b->names); ret = helper(x); if (ret < 0) kfree(p); return ret; }`,
    good: `${LISTS} int f(struct bus *b, int x) { struct pool *p = kzalloc(sizeof(*p), GFP_KERNEL); int ret; if (!p) return -ENOMEM; hlist_add_head(&p->name, &b->names); ret = helper(x); if (ret < 0) { hlist_del(&p->name); kfree(p); } return ret; }`,
    want: ["freed-while-registered kzalloc() in b->names"],
  },
  {
    name: "of a tree",
    bad: `${LISTS} int f(struct bus *b, int x) { struct pool *p = kzalloc(sizeof(*p), GFP_KERNEL); int ret; if (!p) return -ENOMEM; rb_link(&p->node, &b->tree.rb_node); ret = helper(x); if (ret < 0) kfree(p); return ret; }`,
    good: `${LISTS} int f(struct bus *b, int x) { struct pool *p = kzalloc(sizeof(*p), GFP_KERNEL); int ret; if (!p) return -ENOMEM; ret = helper(x); if (ret < 0) kfree(p); else rb_link(&p->node, &b->tree.rb_node); return ret; }`,
    want: ["freed-while-registered kzalloc() in b->tree"],
  },
  {
    name: "a list on the stack, one that is freed besides, one that is emptied, and a plain pointer that is left behind",
    bad: `${LISTS} struct own { struct list_head l; struct pool *last; }; int f(struct own *o, struct bus *b, int x) { struct list_head here = { &here, &here }; struct pool *p = kzalloc(sizeof(*p), GFP_KERNEL), *q; if (!p) return -ENOMEM; q = kzalloc(sizeof(*q), GFP_KERNEL);
      if (!q) { kfree(p); return -ENOMEM; } list_add(&p->link, &here); o->last = p; kfree(p); list_add(&q->link, &b->pools); kfree(q); b->pools.next = b->pools.prev = &b->pools; return 0; }
      int g(struct own *o) { struct pool *p = kzalloc(sizeof(*p), GFP_KERNEL); if (!p) return -ENOMEM; list_add(&p->link, &o->l); kfree(p); kfree(o); return 0; }`,
    good: `${LISTS} struct own { struct list_head l; struct pool *last; }; int f(struct own *o, struct bus *b, int x) { return 0; } int g(struct own *o) { kfree(o); return 0; }`,
    want: [],
  },
  {
    name: "a list that is freed with what is in it",
    entry: "g",
    bad: `${LISTS} struct own { struct list_head l; struct pool *last; };
      int g(struct own *o) { struct pool *p = kzalloc(sizeof(*p), GFP_KERNEL); if (p) { list_add(&p->link, &o->l); kfree(p); } kfree(o); return 0; }`,
    good: `${LISTS} struct own { struct list_head l; struct pool *last; }; int g(struct own *o) { kfree(o); return 0; }`,
    want: [],
  },
  {
    name: "what a callee of which nothing is known takes out of a tree, a tree at a number included",
    bad: `${TREES} void g(struct bus *b, int x) { struct pool *p; while (b->tree.rb_node) { p = first(b->tree.rb_node); rb_erase(&p->node, &b->tree); kfree(p); } }
      void f(struct bus *b, int x) { struct pool *p; int i; g(b, x); for (i = 0; i < trees; i++) while (forest[i].rb_node) { p = first(forest[i].rb_node); rb_erase(&p->node, forest + p->n); kfree(p); } helper(1); }`,
    good: `${TREES} void f(struct bus *b, int x) { helper(x); }`,
    want: [],
  },
  {
    name: "what a callee of which nothing is known puts in its place in a tree",
    bad: `${TREES} void rb_insert_color(struct rb_node *n, struct rb_root *r); int f(struct bus *b, int x) { struct pool *p = kzalloc(sizeof(*p), GFP_KERNEL); if (!p) return -ENOMEM; rb_link(&p->node, &b->tree.rb_node); rb_insert_color(&p->node, &b->tree); return 0; }`,
    good: `${TREES} int f(struct bus *b, int x) { return helper(x); }`,
    want: [],
  },
  {
    name: "what is in a tree is the tree's, whatever is said to who called, and is not to be freed",
    callback: true,
    bad: kept("kfree(p);"),
    good: kept(""),
    want: ["freed-while-registered kzalloc() in b->tree"],
  },
  {
    name: "what lies in memory that is freed after a grace period",
    bad: graced("kfree(s);", ""),
    good: graced("call_rcu(&s->rcu, set_free);", ""),
    want: ["leaked memory of kmalloc()"],
  },
  {
    name: "what does not lie in it yet",
    bad: graced(
      "call_rcu(&s->rcu, set_free);",
      "if (helper(3)) { call_rcu(&s->rcu, set_free); return -EINVAL; }",
    ),
    good: graced(
      "call_rcu(&s->rcu, set_free);",
      "if (helper(3)) { kfree(n); call_rcu(&s->rcu, set_free); return -EINVAL; }",
    ),
    want: ["leaked memory of kmalloc()"],
  },
  {
    name: "what stays in its tree when another is taken out of it",
    bad: `${TREES} void f(struct bus *b, struct pool *q) { struct pool *p; int n = 0; while (b->tree.rb_node && n++ < 2) { p = first(b->tree.rb_node); rb_erase(&q->node, &b->tree); kfree(p); } }`,
    good: `${TREES} void f(struct bus *b, struct pool *q) { helper(1); }`,
    want: ["double-release entry of b->tree"],
  },
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
