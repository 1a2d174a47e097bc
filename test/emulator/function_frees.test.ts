/** Function cases: what a callee frees of what it is given, taken by its contract or not run at all, is freed once: by its body, and by no condition in it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const POOL = `struct gen_pool { int order; const char *name; void *algo; }; struct gen_pool *gen_pool_create(int order, int nid); void gen_pool_destroy(struct gen_pool *p); void kfree_const(const void *p); char *kstrdup(const char *s, gfp_t f);
struct ring { int n; void *buf; void *tail; }; struct ring *ring_get(int n); void ring_free(struct ring *r);
`;
const DESTROY = `void kfree_const(const void *p); void kfree(const void *p); int busy(int n);
void gen_pool_destroy(struct gen_pool *p) { int n = p->order; while (n > 0) n = busy(n); kfree_const(p->name); kfree(p); }`;
const long = `${"int busy(int n);\n".repeat(2)}${"void kfree(const void *p);\n"}void ring_free(struct ring *r)
{
	if (!r)
		return;
${"	busy(1);\n".repeat(64)}	if (r->buf)
		kfree(r->buf);
	if (r->n)
		kfree(r->tail);
}`;
const make = (
  end: string,
): string => `${POOL} struct gen_pool *f(struct device *d, const char *s, const struct device_attribute *a) { char *name = kstrdup(s, GFP_KERNEL); struct gen_pool *p; if (!name) return NULL;
  p = gen_pool_create(1, 0); if (!p) { kfree_const(name); return NULL; } p->name = name; if (device_create_file(d, a)) { ${end} return NULL; } return p; }`;
const ring = (
  end: string,
): string => `${POOL} int f(struct ring *r, int x) { void *b = kmalloc(8, GFP_KERNEL), *t; if (!b) return -ENOMEM; t = kmalloc(9, GFP_KERNEL); if (!t) { kfree(b); return -ENOMEM; }
  r->buf = b; r->tail = t; if (helper(x) < 0) { ring_free(r); ${end} return -EINVAL; } return 0; }`;

const pairs: readonly Pair[] = [
  {
    name: "the name of a pool goes with the pool",
    core: DESTROY,
    bad: make("gen_pool_destroy(p); kfree_const(name);"),
    good: make("gen_pool_destroy(p);"),
    want: ["double-release memory of kstrdup()"],
  },
  {
    name: "and not where it was taken out before",
    core: DESTROY,
    bad: make("p->name = NULL; gen_pool_destroy(p); kfree_const(name);"),
    good: make("gen_pool_destroy(p);"),
    want: [],
  },
  {
    name: "what a long function of another file frees of what it is given",
    core: long,
    bad: ring("kfree(b);"),
    good: ring(""),
    want: ["double-release memory of kmalloc()"],
  },
  {
    name: "and what it frees on a condition alone may still be there",
    core: long,
    bad: ring("kfree(t);"),
    good: ring(""),
    want: [],
  },
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
