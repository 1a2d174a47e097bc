/** Function cases of filesystems and of page faults: locks of page tables, freeze protection, handles of a journal, references on a device's pages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const table = `typedef struct { unsigned long v; } pte_t; typedef struct { unsigned long v; } pmd_t; struct mm { spinlock_t page_table_lock; };
pte_t *get_locked_pte(struct mm *mm, unsigned long addr, spinlock_t **ptl); void pte_unmap(pte_t *pte); spinlock_t *pmd_trans_huge_lock(pmd_t *pmd, struct mm *mm);`;
const frozen = `struct sb { int state; }; void sb_start_pagefault(struct sb *sb); void sb_end_pagefault(struct sb *sb); int fault(struct sb *sb);`;
const journal = `struct journal; typedef struct handle handle_t; handle_t *jbd2_journal_start(struct journal *j, int blocks); int jbd2_journal_stop(handle_t *h); int retry(int *left);`;
const pages = `struct dev_pagemap; struct dev_pagemap *get_dev_pagemap(unsigned long pfn, struct dev_pagemap *p); void put_dev_pagemap(struct dev_pagemap *p);`;
const reader = `int dax_read_lock(void); void dax_read_unlock(int id); int alive(int x);`;

const statusOf = (type: string, then: string): string =>
  `${type}; int print(int e); ${type.split(" ").at(-1)} f(int x) { int err = helper(x); if (err) ${then} return 0; }`;

const entered = (kept: string): string =>
  `${table} int f(struct mm *mm, unsigned long addr, int again) { spinlock_t *ptl; pte_t *pte = get_locked_pte(mm, addr, &ptl); int ret = 0;
if (!pte) return -ENOMEM; if (pte->v && !again) { ${kept} } pte->v = addr; pte_unmap(pte); spin_unlock(ptl); return ret; }`;
const written = (stop: string): string =>
  `${journal} int f(struct journal *j, int left) { handle_t *h; int ret; again: h = jbd2_journal_start(j, 4); if (IS_ERR(h)) return PTR_ERR(h); ret = helper(1); ${stop} return ret; }`;

const walk = (kept: string): string =>
  `struct xarray { spinlock_t xa_lock; }; struct xa_state { struct xarray *xa; unsigned long xa_index; void *xa_node; }; void *step(struct xa_state *xas);
int f(struct xarray *xa) { struct xa_state xas = { .xa = xa }; void *e; spin_lock(&xas.xa->xa_lock); e = step(&xas); if (!e) { ${kept} } spin_unlock(&xas.xa->xa_lock); return 0; }`;

const fault = (raced: string): string =>
  `struct xa_state { void *xa_node; }; typedef unsigned int vm_fault_t; void *look(struct xa_state *xas); int nomem(struct xa_state *xas); int raced(int x); int map(void *entry);
static void *grab_mapping_entry(struct xa_state *xas, int order) { void *e; do { e = look(xas); } while (nomem(xas)); return e; }
static void dax_unlock_entry(struct xa_state *xas, void *entry) { look(xas); }
vm_fault_t f(int pmd) { struct xa_state xas = {}; vm_fault_t ret = 0; void *entry = grab_mapping_entry(&xas, 0); if (((unsigned long)entry & 3) == 2) { ret = (unsigned long)entry >> 2; goto out; }
if (raced(pmd)) { ret = 0x100; ${raced} } if (map(entry)) ret = 2;
unlock: dax_unlock_entry(&xas, entry); out: return ret; }`;

const found = (undo: string): string =>
  `struct inode_x { int state; }; struct mnt; int xfs_iget(struct mnt *m, void *tp, unsigned long ino, unsigned int flags, unsigned int lock, struct inode_x **ipp); void xfs_irele(struct inode_x *ip);
int f(struct mnt *m, unsigned long ino) { struct inode_x *ip; int ret = xfs_iget(m, NULL, ino, 0, 0, &ip); if (ret) return ret; if (ip->state & 4) { ${undo} return -EINVAL; } ret = helper(ip->state); xfs_irele(ip); return ret; }`;
const asOther = (undo: string): string =>
  `struct cred; const struct cred *override_creds(const struct cred *c); void revert_creds(const struct cred *c); void *open_file(const char *name);
int f(const struct cred *c, void **file) { const struct cred *old = override_creds(c); *file = open_file("x"); if (IS_ERR(*file)) { ${undo} return -EINVAL; } revert_creds(old); return 0; }`;
const numbers = (undo: string): string =>
  `int alloc_chrdev_region(unsigned int *dev, unsigned int first, unsigned int n, const char *name); void unregister_chrdev_region(unsigned int dev, unsigned int n); struct priv { unsigned int dev; };
int f(struct priv *p, const struct class *c) { int ret = alloc_chrdev_region(&p->dev, 0, 4, "x"); if (ret) return ret; ret = class_register(c); if (ret) { ${undo} return ret; } return 0; }`;
const policy = (undo: string): string =>
  `struct disk; struct rq_qos { int id; }; int rq_qos_add(struct rq_qos *q, struct disk *d, int id, const void *ops); void rq_qos_del(struct rq_qos *q);
int f(struct disk *d, const struct class *c) { struct rq_qos *q = kzalloc(sizeof(*q), GFP_KERNEL); int ret; if (!q) return -ENOMEM; ret = rq_qos_add(q, d, 1, NULL); if (ret) goto out; ret = class_register(c); if (ret) { ${undo} goto out; } return 0; out: kfree(q); return ret; }`;

const blocks = (undo: string): string =>
  `struct buffer_head { char *b_data; int b_count; }; struct bdev; struct buffer_head *__bread_gfp(struct bdev *b, unsigned long n, unsigned int size, gfp_t f); void __brelse(struct buffer_head *bh);
static inline void brelse(struct buffer_head *bh) { if (bh) __brelse(bh); } void put_bh(struct buffer_head *bh);
int f(struct bdev *b, unsigned long n) { struct buffer_head *bh = __bread_gfp(b, n, 512, 0); if (!bh) return -EINVAL; if (bh->b_data[0] != 7) { ${undo} return -EINVAL; } put_bh(bh); return 0; }`;
const acl = (undo: string): string =>
  `struct posix_acl { int n; }; struct node; int posix_acl_create(struct node *dir, unsigned short *mode, struct posix_acl **d, struct posix_acl **a); void posix_acl_release(struct posix_acl *a); int node_read(struct node *n, int k);
int f(struct node *n, struct node *dir) { struct posix_acl *d, *a; unsigned short mode = 4; int ret = posix_acl_create(dir, &mode, &d, &a); if (ret) return ret; ret = node_read(n, 1); posix_acl_release(d); if (ret) { ${undo} return ret; } posix_acl_release(a); return 0; }`;
const found2 = (undo: string): string =>
  `struct midi { void *private_data; }; struct rt { int n; struct midi *instance; char *text; }; int midi_new(int n, struct midi **m);
int f(int n) { struct rt *rt = kzalloc(sizeof(*rt), GFP_KERNEL); int ret; if (!rt) return -ENOMEM; ret = midi_new(n, &rt->instance); if (ret < 0) { kfree(rt); return ret; } rt->instance->private_data = lookup(n); if (helper(n) < 0) { ${undo} return -EINVAL; } kfree(rt); return 0; }`;

const pairs: readonly Pair[] = [
  {
    name: "a buffer of a block that a way out keeps",
    bad: blocks(""),
    good: blocks("brelse(bh);"),
    want: ["leaked buffer reference of __bread_gfp()"],
  },
  {
    name: "one of two ACLs that a way out keeps",
    bad: acl(""),
    good: acl("posix_acl_release(a);"),
    want: ["leaked ACL reference of posix_acl_create()"],
  },
  {
    name: "a member that a callee sets by its address",
    bad: found2(""),
    good: found2("kfree(rt);"),
    want: ["leaked memory of kzalloc()"],
  },
  {
    name: "an inode of XFS that a way out keeps",
    bad: found(""),
    good: found("xfs_irele(ip);"),
    want: ["leaked XFS inode reference of xfs_iget()"],
  },
  {
    name: "credentials of another that a way out keeps",
    bad: asOther(""),
    good: asOther("revert_creds(old);"),
    want: ["leaked override of the credentials of it"],
  },
  {
    name: "numbers of devices that a way out keeps",
    bad: numbers(""),
    good: numbers("unregister_chrdev_region(p->dev, 4);"),
    want: ["leaked range of device numbers of it"],
  },
  {
    name: "what the queue knows is freed where the queue knows it",
    bad: policy(""),
    good: policy("rq_qos_del(q);"),
    want: [
      "freed-while-registered policy of the queue of rq_qos_add()",
      "leaked policy of the queue of kzalloc()",
    ],
  },
  {
    name: "the lock of a DAX entry that the way out of a lost race keeps",
    bad: fault("goto out;"),
    good: fault("goto unlock;"),
    want: ["returned-locked lock of the DAX entry xas"],
  },
  {
    name: "the lock of a page table that an early return keeps",
    bad: entered("return -EINVAL;"),
    good: entered("pte_unmap(pte); spin_unlock(ptl); return -EINVAL;"),
    want: ["returned-locked spin lock get_locked_pte()"],
  },
  {
    name: "the lock of a huge entry that is returned locked or not at all",
    bad: `${table} int f(struct mm *mm, pmd_t *pmd) { spinlock_t *ptl = pmd_trans_huge_lock(pmd, mm); if (!ptl) return 0; if (!pmd->v) return -EINVAL; pmd->v = 0; spin_unlock(ptl); return 1; }`,
    good: `${table} int f(struct mm *mm, pmd_t *pmd) { spinlock_t *ptl = pmd_trans_huge_lock(pmd, mm); if (!ptl) return 0; if (!pmd->v) { spin_unlock(ptl); return -EINVAL; } pmd->v = 0; spin_unlock(ptl); return 1; }`,
    want: ["returned-locked spin lock pmd_trans_huge_lock()"],
  },
  {
    name: "the protection against a freeze that a fault with an error keeps",
    bad: `${frozen} int f(struct sb *sb, int write) { int ret; if (write) sb_start_pagefault(sb); ret = fault(sb); if (write && !(ret & 2)) sb_end_pagefault(sb); return ret; }`,
    good: `${frozen} int f(struct sb *sb, int write) { int ret; if (write) sb_start_pagefault(sb); ret = fault(sb); if (write) sb_end_pagefault(sb); return ret; }`,
    want: ["returned-locked freeze protection sb"],
  },
  {
    name: "a handle that the next try takes anew",
    bad: written("if (ret == -28 && retry(&left)) goto again; jbd2_journal_stop(h);"),
    good: written("jbd2_journal_stop(h); if (ret == -28 && retry(&left)) goto again;"),
    want: ["leaked journal handle of jbd2_journal_start()"],
  },
  {
    name: "a reference on the mapping of a device's pages",
    bad: `${pages} int f(unsigned long pfn) { struct dev_pagemap *p = get_dev_pagemap(pfn, NULL); if (p) return -ENOMEM; return 0; }`,
    good: `${pages} int f(unsigned long pfn) { struct dev_pagemap *p = get_dev_pagemap(pfn, NULL); if (p) { put_dev_pagemap(p); return -ENOMEM; } return 0; }`,
    want: ["leaked dev_pagemap reference of get_dev_pagemap()"],
  },
  {
    name: "a reference that a fault with an error keeps, as the rest of what it does then is given up",
    bad: `typedef unsigned int vm_fault_t; ${pages} vm_fault_t f(unsigned long pfn) { struct dev_pagemap *p = get_dev_pagemap(pfn, NULL); if (!p) return 2; if (helper(1)) return 2; put_dev_pagemap(p); return 256; }`,
    good: `typedef unsigned int vm_fault_t; ${pages} vm_fault_t f(unsigned long pfn) { struct dev_pagemap *p = get_dev_pagemap(pfn, NULL); if (!p) return 2; if (helper(1)) { put_dev_pagemap(p); return 2; } put_dev_pagemap(p); return 256; }`,
    want: ["leaked dev_pagemap reference of get_dev_pagemap()"],
  },
  ...["typedef unsigned char blk_status_t", "typedef unsigned int acpi_status"].map((type) => ({
    name: `an error after which a status says that all went well: ${type}`,
    bad: statusOf(type, "print(err);"),
    good: statusOf(type, "return 10;"),
    want: ["error-lost failure of helper()"],
    back: [],
  })),
  {
    name: "the lock of an array that a cursor leads to, whatever callee was handed the cursor",
    bad: walk("return -EINVAL;"),
    good: walk("spin_unlock(&xas.xa->xa_lock); return -EINVAL;"),
    want: ["returned-locked spin lock xa->xa_lock"],
  },
  {
    name: "an error after which a fault says that it was handled",
    bad: `typedef unsigned int vm_fault_t; int print(int e); vm_fault_t f(int x) { int err = helper(x); if (err) print(err); return 256; }`,
    good: `typedef unsigned int vm_fault_t; int print(int e); vm_fault_t f(int x) { int err = helper(x); if (err) return 2; return 256; }`,
    want: ["error-lost failure of helper()"],
    // It may be the very point of the patch.
    back: [],
  },
  {
    name: "the number of a read side is none below 0",
    bad: `${reader} int f(int x) { int id = dax_read_lock(); int ok = alive(x); if (id >= 0) dax_read_unlock(id); return ok; }`,
    good: `${reader} int f(int x) { int id = dax_read_lock(); int ok = alive(x); dax_read_unlock(id); return ok; }`,
    want: [],
  },
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
