/** Function cases: a reference to what the path made and a list has, too, is given back on each way out or on none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, runPair, testPairs, told } from "../support/function_pair.ts";

const request = (wait: string, make = ""): string => `typedef struct { int refs; } refcount_t;
  void refcount_set(refcount_t *r, int n); void refcount_inc(refcount_t *r); _Bool refcount_dec_and_test(refcount_t *r);
  struct req { refcount_t ref; struct req *next; }; struct port { struct req *queue; struct req *last; };
  int submit(int x); int wait_for(int x); void give_to(struct req *r);
  static void req_put(struct req *r) { if (refcount_dec_and_test(&r->ref)) kfree(r); }
  static struct req *req_new(struct port *p) { struct req *r = kzalloc(sizeof(*r), GFP_KERNEL);
    if (!r) return NULL;
    refcount_set(&r->ref, 1);
    r->next = p->queue; p->queue = r;
    refcount_inc(&r->ref);${make}
    return r; }
  int f(struct port *p, int *val) { struct req *r = req_new(p);
    if (!r) return -ENOMEM;
    if (!val) { req_put(r); return 0; }
    if (wait_for(1)) { *val = 1; req_put(r); return 0; }
    ${wait}
    return -EINVAL; }`;

const pairs: readonly Pair[] = [
  {
    name: "a way out that alone keeps one",
    bad: request(""),
    good: request("req_put(r);"),
    want: ["leaked reference to memory of kzalloc()"],
  },
];

testPairs(pairs);

test("who has another pointer to it, or is called with it, may have the reference", () => {
  const put = request("req_put(r);");
  for (const takes of ["p->last = r;", "give_to(r);"]) {
    assert.deepEqual(told(runPair(put, request(takes), { name: "f" })), []);
    assert.deepEqual(told(runPair(request(takes), put, { name: "f" })), []);
  }
});

test("a side that takes one more, and gives that back nowhere, is not measured by the other", () => {
  const less = request("req_put(r);");
  const more = request("req_put(r);", "\n    refcount_inc(&r->ref);");
  assert.deepEqual(told(runPair(less, more, { name: "f" })), []);
  assert.deepEqual(told(runPair(more, less, { name: "f" })), []);
});
