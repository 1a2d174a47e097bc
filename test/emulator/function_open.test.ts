/** Function cases: what a function finds is what others may have left there: entries in a list of the file, members that a callee set. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const LIST = `struct list_head { struct list_head *next, *prev; }; struct thing { struct list_head link; int id; char *text; };
static struct list_head all = { &all, &all }; static struct { struct mutex m; struct list_head things; } box = { .things = { &box.things, &box.things } };`;
const find = (head: string, lock: string, unlock: string): string => `${LIST} int f(int id) {
  struct list_head *at; mutex_lock(${lock});
  for (at = (${head})->next; at != (${head}); at = at->next) { struct thing *t = (struct thing *)at; if (t->id == id) { ${unlock} return 1; } }
  mutex_unlock(${lock}); return 0; }`;

const OPENED = `struct path { struct device_node *nodes[4]; int lowest; }; int search(struct path *p, int key); void borrow(const struct path *p);
char *text_of(struct device_node *n);`;
const walk = (undo: string): string => `${OPENED} int f(int key) {
  struct path *p = kzalloc(sizeof(*p), GFP_KERNEL); int ret; if (!p) return -ENOMEM;
  ret = search(p, key); if (ret < 0) { kfree(p); return ret; }
  if (*(int *)p->nodes[0] == 3) { ${undo} return -EINVAL; }
  kfree(p); return 0; }`;

const HASHED = `struct hlist_node { struct hlist_node *next, **pprev; }; struct hlist_head { struct hlist_node *first; }; struct rb_node { unsigned long up; struct rb_node *right, *left; }; struct rb_root { struct rb_node *rb_node; };
struct item { struct hlist_node name; int id; struct device dev; }; struct leaf { struct rb_node node; int id; }; struct table { struct mutex m; struct hlist_head names[4]; struct rb_root tree; };`;
const look = (undo: string): string => `${HASHED} int f(struct table *t, int id) {
  struct item *i; mutex_lock(&t->m);
  for (i = (struct item *)t->names[id & 3].first; i; i = (struct item *)i->name.next) if (i->id == id) { ${undo} return 1; }
  mutex_unlock(&t->m); return 0; }`;
const descend = (undo: string): string => `${HASHED} int f(struct table *t, int id) {
  struct rb_node *n; mutex_lock(&t->m); n = t->tree.rb_node;
  while (n) { struct leaf *l = (struct leaf *)n; if (id < l->id) n = n->left; else if (id > l->id) n = n->right; else { ${undo} return 1; } }
  mutex_unlock(&t->m); return 0; }`;

const life = (test: string): string => `struct slot { int id; char *text; };
  int f(struct slot *s) { char *p = kzalloc(8, GFP_KERNEL); if (!p) return -ENOMEM; s->text = p; return 0; }
  int g(struct slot *s, int id) { ${test} kfree(s->text); s->text = NULL; return 0; }`;

const LOADED = `struct meta { int size; }; struct info { struct meta *meta; int kind; }; int load(struct info *i, int id);`;
const kept = (undo: string): string => `${LOADED} int f(struct info *i, int id) {
  char *p = kmalloc(4, GFP_KERNEL); int ret; if (!p) return -ENOMEM; i->meta = NULL; ret = load(i, id); if (ret < 0) { kfree(p); return ret; }
  if (i->meta->size != 4) { ${undo} return -EINVAL; } kfree(p); return 0; }`;

/** Gives back what the record leads to, and takes it up again: by a callee that has the record, or that has another one. */
const again = (
  has: string,
): string => `struct slot { int id; char *text; }; int init_slot(struct slot *s); int enable(int id);
  struct slot *other(void); int f(struct slot *s) { kfree(s->text); return 0; }
  int g(struct slot *s) { struct slot *t = other(); int ret = init_slot(${has}); if (ret) return ret; ret = enable(s->id); if (ret) { kfree(s->text); return ret; } return 0; }`;

/** Clocks that are many: they go twice, the second time none of them. */
const none = (
  clear: string,
): string => `struct clk_bulk_data { const char *id; struct clk *clk; }; struct box { int n; struct clk_bulk_data *clks; };
  int clk_bulk_prepare_enable(int n, const struct clk_bulk_data *c); void clk_bulk_disable_unprepare(int n, const struct clk_bulk_data *c);
  int f(struct box *b) { int ret = clk_bulk_prepare_enable(b->n, b->clks); if (ret) return ret;
    clk_bulk_disable_unprepare(b->n, b->clks); ${clear} clk_bulk_disable_unprepare(b->n, b->clks); return 0; }`;

/** Counts in a record whose size nobody knows, which its statement therefore does not lead to. */
const counted = (what: string): string => `struct stats { int failed; };
  struct node { int zones[ZONES_OF_NO_HEADER]; struct stats stats; }; extern struct node *nodes[4];
  static void count(int nid) { struct stats *s = NULL; s = &nodes[nid]->stats; s->failed++; }
  int f(int nid, int failed) { if (failed) { ${what} return -EINVAL; } return 0; }`;

const pairs: readonly Pair[] = [
  {
    name: "a pointer that a statement which cannot be read may have set is not known to be NULL",
    bad: counted("count(nid);"),
    good: counted(""),
    want: [],
  },
  {
    name: "of none of many nothing is given back",
    bad: none(""),
    good: none("b->n = 0;"),
    want: ["enabled", "prepared"].map(
      (state) => `double-release ${state} clock of prepared clock of clk_bulk_prepare_enable()`,
    ),
  },
  {
    name: "what was given back before a callee has the record may be another thing behind it",
    leave: "g",
    bad: again("t"),
    good: again("s"),
    want: ["double-release s->text"],
  },
  {
    name: "a pointer that is NULL until a callee has the record",
    bad: kept(""),
    good: kept("kfree(p);"),
    want: ["leaked memory of kmalloc()"],
  },
  {
    name: "who ends a life is asked for another, and says so",
    leave: "g",
    bad: life("if (id != s->id) return -EINVAL;"),
    good: life(""),
    want: [],
  },
  {
    name: "a list of a hash table",
    bad: look(""),
    good: look("mutex_unlock(&t->m);"),
    want: ["returned-locked mutex t->m"],
  },
  {
    name: "a tree",
    bad: descend(""),
    good: descend("mutex_unlock(&t->m);"),
    want: ["returned-locked mutex t->m"],
  },
  {
    name: "a list of the file that begins empty",
    bad: find("&all", "&box.m", ""),
    good: find("&all", "&box.m", "mutex_unlock(&box.m);"),
    want: ["returned-locked mutex box.m"],
  },
  {
    name: "one that lies in a record",
    bad: find("&box.things", "&box.m", ""),
    good: find("&box.things", "&box.m", "mutex_unlock(&box.m);"),
    want: ["returned-locked mutex box.m"],
  },
  {
    name: "members of zeroed memory that was handed to a callee",
    bad: walk(""),
    good: walk("kfree(p);"),
    want: ["leaked memory of kzalloc()"],
    back: [],
  },
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
