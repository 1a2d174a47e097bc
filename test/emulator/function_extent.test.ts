/** Function cases: memory that was asked for here, variables and members are left at their end by an index or a length; what is open is not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const MAP = `struct word { unsigned long bits; int lock; }; struct map { unsigned int words; unsigned int depth; struct word *w; };
void *kcalloc(size_t n, size_t s, gfp_t f); void *kmalloc_array(size_t n, size_t s, gfp_t f);
unsigned long copy_from_user(void *to, const void *from, unsigned long n);
struct addr { int family; int port; unsigned char in[16]; }; struct poll { int id; struct addr local; struct addr remote; char name[8]; int on; };
struct tail { int n; int m; int end[]; };
void *memset(void *p, int c, unsigned long n); void *memcpy(void *t, const void *f, unsigned long n);
unsigned long strlen(const char *s); char *strcpy(char *to, const char *from); char *strncpy(char *to, const char *from, unsigned long n);
`;

const pairs: readonly Pair[] = [
  {
    name: "an open number of bytes behind the end of what was asked for in figures",
    bad: `${MAP} struct event { int id; int len; unsigned char params[]; }; struct event *f(struct map *m, unsigned char len) { struct event *e = kzalloc(sizeof(*e), GFP_KERNEL); if (!e) return NULL; e->len = len; memcpy(e->params, m->w, len); return e; }`,
    good: `${MAP} struct event { int id; int len; unsigned char params[]; }; struct event *f(struct map *m, unsigned char len) { struct event *e = kzalloc(sizeof(*e) + len, GFP_KERNEL); if (!e) return NULL; e->len = len; memcpy(e->params, m->w, len); return e; }`,
    want: ["past-its-memory kzalloc()->params"],
  },
  {
    name: "none are copied behind the end",
    bad: `${MAP} struct event { int id; int len; unsigned char params[]; }; struct event *f(struct map *m, unsigned char len) { struct event *e; if (len) return NULL; e = kzalloc(sizeof(*e), GFP_KERNEL); if (!e) return NULL; memcpy(e->params, m->w, len); return e; }`,
    good: `${MAP} struct event { int id; int len; unsigned char params[]; }; struct event *f(struct map *m, unsigned char len) { return NULL; }`,
    want: [],
  },
  {
    name: "a loop over what was asked for by an open number takes one turn too many",
    bad: `${MAP} int f(struct map *m) { unsigned int i; m->words = (m->depth + 63) / 64; m->w = kcalloc(m->words, sizeof(*m->w), GFP_KERNEL); if (!m->w) return -ENOMEM;
      for (i = 0; i <= m->words; i++) m->w[i].lock = 1; return 0; }`,
    good: `${MAP} int f(struct map *m) { unsigned int i; m->words = (m->depth + 63) / 64; m->w = kcalloc(m->words, sizeof(*m->w), GFP_KERNEL); if (!m->w) return -ENOMEM;
      for (i = 0; i < m->words; i++) m->w[i].lock = 1; return 0; }`,
    want: ["past-its-memory kcalloc()"],
  },
  {
    name: "the address of a member of an element is as much as the element",
    bad: `${MAP} int f(struct map *m, int n) { int i; if (n <= 0) return -EINVAL; m->w = kmalloc(n * sizeof(*m->w), GFP_KERNEL); if (!m->w) return -ENOMEM;
      for (i = 0; i < n; i++) spin_lock((spinlock_t *)&m->w[i + 1].lock), spin_unlock((spinlock_t *)&m->w[i + 1].lock); return 0; }`,
    good: `${MAP} int f(struct map *m, int n) { int i; if (n <= 0) return -EINVAL; m->w = kmalloc(n * sizeof(*m->w), GFP_KERNEL); if (!m->w) return -ENOMEM;
      for (i = 0; i < n - 1; i++) spin_lock((spinlock_t *)&m->w[i + 1].lock), spin_unlock((spinlock_t *)&m->w[i + 1].lock); return 0; }`,
    want: ["past-its-memory kmalloc()"],
  },
  {
    name: "the end of a string has no room, by an index and by a copy",
    bad: `${MAP} char *f(const char *s, unsigned int len) { char *b = kmalloc(len, GFP_KERNEL); if (!b) return NULL; memcpy(b, s, len); b[len] = 0; return b; }`,
    good: `${MAP} char *f(const char *s, unsigned int len) { char *b = kmalloc(len + 1, GFP_KERNEL); if (!b) return NULL; memcpy(b, s, len); b[len] = 0; return b; }`,
    want: ["past-its-memory kmalloc()"],
  },
  {
    name: "a string is copied into as many bytes as it has letters",
    bad: `${MAP} char *f(const char *s) { char *b = kmalloc(strlen(s), GFP_KERNEL); if (!b) return NULL; strcpy(b, s); return b; }`,
    good: `${MAP} char *f(const char *s) { char *b = kmalloc(strlen(s) + 1, GFP_KERNEL); if (!b) return NULL; strcpy(b, s); return b; }`,
    want: ["past-its-memory kmalloc()"],
  },
  {
    name: "one byte more is copied than was asked for",
    bad: `${MAP} void *f(const void *u, unsigned int len) { void *b = kmalloc(len, GFP_KERNEL); if (!b) return NULL; if (copy_from_user(b, u, len + 1)) { kfree(b); return NULL; } return b; }`,
    good: `${MAP} void *f(const void *u, unsigned int len) { void *b = kmalloc(len, GFP_KERNEL); if (!b) return NULL; if (copy_from_user(b, u, len)) { kfree(b); return NULL; } return b; }`,
    want: ["past-its-memory kmalloc()"],
  },
  {
    name: "a loop that counts goes past memory that is asked for in figures",
    bad: `${MAP} int *f(int x) { int i, *t = kmalloc_array(16, sizeof(int), GFP_KERNEL); if (!t) return NULL; for (i = 0; i <= 16; i++) t[i] = x; return t; }`,
    good: `${MAP} int *f(int x) { int i, *t = kmalloc_array(16, sizeof(int), GFP_KERNEL); if (!t) return NULL; for (i = 0; i < 16; i++) t[i] = x; return t; }`,
    want: ["past-its-memory kmalloc_array()"],
  },
  {
    name: "an element behind the end, by a figure; and a check that lets one more through",
    bad: `${MAP} int *f(unsigned int x) { int *t = kmalloc(4 * sizeof(int), GFP_KERNEL); if (!t) return NULL; t[4] = x; return t; }`,
    good: `${MAP} int *f(unsigned int x) { int *t = kmalloc(4 * sizeof(int), GFP_KERNEL); if (!t) return NULL; t[3] = x; return t; }`,
    want: ["past-its-memory kmalloc()"],
  },
  {
    name: "a check lets one more through to memory that is asked for in figures",
    bad: `${MAP} int *f(unsigned int x) { int *t; if (x > 4) return NULL; t = kmalloc(4 * sizeof(int), GFP_KERNEL); if (!t) return NULL; t[x] = x; return t; }`,
    good: `${MAP} int *f(unsigned int x) { int *t; if (x >= 4) return NULL; t = kmalloc(4 * sizeof(int), GFP_KERNEL); if (!t) return NULL; t[x] = x; return t; }`,
    want: ["past-its-memory kmalloc()"],
  },
  {
    name: "a member is cleared for as long as all of its record",
    bad: `${MAP} int f(struct poll *p) { size_t n = sizeof(*p); memset(&p->local, 0, n); return 0; }`,
    good: `${MAP} int f(struct poll *p) { size_t n = sizeof(*p); n = 4; memset(&p->local, 0, n); return 0; }`,
    want: ["past-its-memory p->local"],
  },
  {
    name: "more is copied to a variable from user space than it has",
    bad: `${MAP} int f(const void *u) { struct addr a; if (copy_from_user(&a, u, sizeof(struct poll))) return -EFAULT; return a.port; }`,
    good: `${MAP} int f(const void *u) { struct addr a; if (copy_from_user(&a, u, sizeof(struct addr))) return -EFAULT; return a.port; }`,
    want: ["past-its-memory a"],
  },
  {
    name: "a check of the length lets one byte more through, and a name is as long as another's",
    bad: `${MAP} int f(const void *u, unsigned int n) { char b[16]; if (n > 17 || n == 0) return -EINVAL; if (copy_from_user(b, u, n)) return -EFAULT; return b[0]; }`,
    good: `${MAP} int f(const void *u, unsigned int n) { char b[16]; if (n > 16 || n == 0) return -EINVAL; if (copy_from_user(b, u, n)) return -EFAULT; return b[0]; }`,
    want: ["past-its-memory b"],
  },
  {
    name: "a string's room is said to be more than there is",
    bad: `${MAP} int f(struct poll *p, const char *s) { char b[8]; strncpy(b, s, 16); return b[0]; }`,
    good: `${MAP} int f(struct poll *p, const char *s) { char b[8]; strncpy(b, s, 8); return b[0]; }`,
    want: ["past-its-memory b"],
  },
  {
    name: "what guards the last turn keeps it away, and other numbers say nothing of how much was asked for",
    bad: `${MAP} int f(struct map *m, unsigned int n, unsigned int k) { unsigned int i, j = 0; int *t = kcalloc(n, sizeof(*t), GFP_KERNEL); if (!t) return -ENOMEM;
      for (i = 0; i <= n; i++) { if (i == n) break; t[i] = 1; } for (i = 0; i <= n; i++) if (i < n) t[i] = 2; for (i = 0; i < k; i++) t[j++] = 3; for (i = 0; i <= k; i++) t[i] = 4;
      t[k] = 1; t[n - 1] = 5; memset(t, 0, k); memset(t, 0, n * sizeof(*t)); i = &t[n] - t; kfree(t); return i; }`,
    good: `${MAP} int f(struct map *m, unsigned int n, unsigned int k) { return 0; }`,
    want: [],
  },
  {
    name: "from a member on to the end, a record that ends in an array, an array of records, and a length that one path alone knows",
    bad: `${MAP} int f(struct poll *p, struct tail *t, struct poll *many, int n, void *b) { struct addr *a = b; memset(&p->local, 0, sizeof(*p) - __builtin_offsetof(struct poll, local)); memset(&t->m, 0, 64);
      memset(many, 0, 3 * sizeof(*many)); a = kmalloc(sizeof(*a), GFP_KERNEL); if (!a) return -ENOMEM; n = n == 3 ? 512 : 4; memset(a, 0, n); memset(&a->port, 0, sizeof(*a) - 4); memset(a + 1, 0, 0); kfree(a); return 0; }`,
    good: `${MAP} int f(struct poll *p, struct tail *t, struct poll *many, int n, void *b) { return 0; }`,
    want: [],
  },
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
