/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of a virtiofs mount in its DAX window: ranges of the window are taken, set up, shared, reclaimed; before a file is cut or
 * a range reclaimed, DMA is waited for. Mirrors fs/fuse/dax.c of 6.1 and later. Left out: files that grow by write(2), modes of
 * DAX that are chosen by inode. Ours are the functions that look after the ranges (fsc_*).
 */
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/fsc_pfn.h>
#include <linux/interval_tree.h>
#include <linux/iomap.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uio.h>
#include <linux/wait_bit.h>
#include <linux/workqueue.h>
#include <linux/writeback.h>
#include "fuse_i.h"
#include "window.h"

static void fuse_wait_dax_page(struct inode *inode)
{
	filemap_invalidate_unlock(inode->i_mapping);
	schedule();
	filemap_invalidate_lock(inode->i_mapping);
}

#if FSC_ERA < 615
static int __fuse_dax_break_layouts(struct inode *inode, bool *retry, loff_t start, loff_t end)
{
#if FSC_ERA < 612
	/* Virtiofs is younger: here it stands for a file system that asks the same as the others. */
	struct page *busy = fsc_layout_busy_page(inode->i_mapping);

	(void)start;
	(void)end;
#else
	struct page *busy = dax_layout_busy_page_range(inode->i_mapping, start, end);
#endif

	*retry = busy != NULL;
	if (!busy)
		return 0;
	return ___wait_var_event(&busy->_refcount, atomic_read(&busy->_refcount) == 1, TASK_INTERRUPTIBLE, 0, 0,
				 fuse_wait_dax_page(inode));
}
#endif

/* Called with the invalidate lock held exclusively. */
int fuse_dax_break_layouts(struct inode *inode, u64 dmap_start, u64 dmap_end)
{
#if FSC_ERA >= 615
	return dax_break_layout(inode, dmap_start, dmap_end, fuse_wait_dax_page);
#else
	bool again = true;
	int ret = 0;

	while (!ret && again) {
		again = false;
		ret = __fuse_dax_break_layouts(inode, &again, dmap_start, dmap_end);
	}
	return ret;
#endif
}

#if FSC_ERA < 612
void fuse_dax_inode_cleanup(struct inode *inode)
{
	WARN_ON(inode->i_data.nrpages);
}
#else
#define FUSE_DAX_SHIFT 21
#define FUSE_DAX_SZ (1 << FUSE_DAX_SHIFT)
#define FUSE_DAX_PAGES (FUSE_DAX_SZ / PAGE_SIZE)
#define FUSE_DAX_RECLAIM_CHUNK 10 /* ranges that the worker frees at a time */
#define FUSE_DAX_RECLAIM_THRESHOLD 20 /* percent that are free, below which it is called */

/* A range of the window: free (list), or showing a range of a file (itn in the file's tree, busy_list). */
struct fuse_dax_mapping {
	struct inode *inode;
	struct list_head list;
	struct interval_tree_node itn;
	struct list_head busy_list;
	u64 window_offset;
	loff_t length;
	bool writable;
	refcount_t refcnt; /* 1, and one for each who is between iomap_begin and iomap_end */
};

struct fuse_inode_dax {
	struct rw_semaphore sem; /* over the tree */
	struct rb_root_cached tree;
	unsigned long nr;
};

struct fuse_conn_dax {
	struct dax_device *dev;
	spinlock_t lock; /* over lists and counts */
	unsigned long nr_busy_ranges;
	struct list_head busy_ranges;
	struct delayed_work free_work;
	wait_queue_head_t range_waitq; /* for a range to become free */
	long nr_free_ranges;
	struct list_head free_ranges;
	unsigned long nr_ranges;
};

static inline struct fuse_dax_mapping *node_to_dmap(struct interval_tree_node *node)
{
	return node ? container_of(node, struct fuse_dax_mapping, itn) : NULL;
}

static struct fuse_dax_mapping *alloc_dax_mapping_reclaim(struct fuse_conn_dax *fcd, struct inode *inode);

/* ---- the pool ---- */

static void __kick_dmap_free_worker(struct fuse_conn_dax *fcd, unsigned long delay_ms)
{
	long enough = max(1UL, fcd->nr_ranges * FUSE_DAX_RECLAIM_THRESHOLD / 100);

	if (fcd->nr_free_ranges < enough)
		queue_delayed_work(system_long_wq, &fcd->free_work, msecs_to_jiffies(delay_ms));
}

static void kick_dmap_free_worker(struct fuse_conn_dax *fcd, unsigned long delay_ms)
{
	spinlock_t *lock = &fcd->lock;

	spin_lock(lock);
	__kick_dmap_free_worker(fcd, delay_ms);
	spin_unlock(lock);
}

static struct fuse_dax_mapping *alloc_dax_mapping(struct fuse_conn_dax *fcd)
{
	struct fuse_dax_mapping *got = NULL;

	spin_lock(&fcd->lock);
	if (!list_empty(&fcd->free_ranges)) {
		got = list_first_entry(&fcd->free_ranges, struct fuse_dax_mapping, list);
		list_del_init(&got->list);
		WARN_ON(fcd->nr_free_ranges-- <= 0);
	}
	__kick_dmap_free_worker(fcd, 0);
	spin_unlock(&fcd->lock);
	return got;
}

/* fcd->lock is held. */
static void __dmap_remove_busy_list(struct fuse_conn_dax *fcd, struct fuse_dax_mapping *dmap)
{
	WARN_ON(!fcd->nr_busy_ranges);
	list_del_init(&dmap->busy_list);
	fcd->nr_busy_ranges--;
}

static void dmap_remove_busy_list(struct fuse_conn_dax *fcd, struct fuse_dax_mapping *dmap)
{
	spinlock_t *lock = &fcd->lock;

	spin_lock(lock);
	__dmap_remove_busy_list(fcd, dmap);
	spin_unlock(lock);
}

/* fcd->lock is held. */
static void __dmap_add_to_free_pool(struct fuse_conn_dax *fcd, struct fuse_dax_mapping *dmap)
{
	fcd->nr_free_ranges++;
	list_add_tail(&dmap->list, &fcd->free_ranges);
	wake_up(&fcd->range_waitq);
}

static void dmap_add_to_free_pool(struct fuse_conn_dax *fcd, struct fuse_dax_mapping *dmap)
{
	spinlock_t *lock = &fcd->lock;

	spin_lock(lock);
	__dmap_add_to_free_pool(fcd, dmap);
	spin_unlock(lock);
}

/* fcd->lock is held; the range has left its file's tree. */
static void dmap_reinit_add_to_free_pool(struct fuse_conn_dax *fcd, struct fuse_dax_mapping *dmap)
{
	dmap->itn.start = 0;
	dmap->itn.last = 0;
	dmap->inode = NULL;
	__dmap_remove_busy_list(fcd, dmap);
	__dmap_add_to_free_pool(fcd, dmap);
}

/* ---- what the host is asked ---- */

/* fi->dax->sem is held exclusively. An upgrade only makes a range writable that shows the place already. */
static int fuse_setup_one_mapping(struct inode *inode, unsigned long start_idx, struct fuse_dax_mapping *dmap,
				  bool writable, bool upgrade)
{
	struct fuse_mount *fm = get_fuse_mount(inode);
	struct fuse_inode *fi = get_fuse_inode(inode);
	struct fuse_conn_dax *fcd = fm->fc->dax;
	struct fuse_setupmapping_in in = {
		.fh = -1,
		.foffset = (u64)start_idx << FUSE_DAX_SHIFT,
		.moffset = dmap->window_offset,
		.len = FUSE_DAX_SZ,
		.flags = FUSE_SETUPMAPPING_FLAG_READ | (writable ? FUSE_SETUPMAPPING_FLAG_WRITE : 0),
	};
	FUSE_ARGS(args);
	ssize_t err;

	WARN_ON(fcd->nr_free_ranges < 0);
	args.opcode = FUSE_SETUPMAPPING;
	args.nodeid = fi->nodeid;
	args.in_numargs = 1;
	args.in_args[0].size = sizeof(in);
	args.in_args[0].value = &in;
	err = fuse_simple_request(fm, &args);
	if (err < 0)
		return err;
	dmap->writable = writable;
	if (upgrade)
		return 0;

	/* No reference on the inode: it gives its ranges back before it goes. */
	dmap->inode = inode;
	dmap->itn.start = start_idx;
	dmap->itn.last = start_idx;
	interval_tree_insert(&dmap->itn, &fi->dax->tree);
	fi->dax->nr++;
	spin_lock(&fcd->lock);
	fcd->nr_busy_ranges++;
	list_add_tail(&dmap->busy_list, &fcd->busy_ranges);
	spin_unlock(&fcd->lock);
	return 0;
}

static int fuse_send_removemapping(struct inode *inode, struct fuse_removemapping_in *inargp,
				   struct fuse_removemapping_one *remove_one)
{
	FUSE_ARGS(args);

	args.opcode = FUSE_REMOVEMAPPING;
	args.nodeid = get_node_id(inode);
	args.in_numargs = 2;
	args.in_args[0].value = inargp;
	args.in_args[0].size = sizeof(*inargp);
	args.in_args[1].value = remove_one;
	args.in_args[1].size = inargp->count * sizeof(*remove_one);
	return fuse_simple_request(get_fuse_mount(inode), &args);
}

static int dmap_removemapping_list(struct inode *inode, unsigned int num, struct list_head *to_remove)
{
	unsigned int room = min_t(unsigned int, num, FUSE_REMOVEMAPPING_MAX_ENTRY);
	struct fuse_removemapping_one *ones = kmalloc_array(room, sizeof(*ones), GFP_NOFS);
	struct fuse_removemapping_in in = { 0 };
	struct fuse_dax_mapping *dmap;
	int err = 0;

	if (!ones)
		return -ENOMEM;
	list_for_each_entry(dmap, to_remove, list) {
		ones[in.count].moffset = dmap->window_offset;
		ones[in.count].len = dmap->length;
		num--;
		if (++in.count < room && num)
			continue;
		err = fuse_send_removemapping(inode, &in, ones);
		if (err)
			break;
		in.count = 0;
	}
	kfree(ones);
	return err;
}

static int dmap_removemapping_one(struct inode *inode, struct fuse_dax_mapping *dmap)
{
	struct fuse_removemapping_one one = { .moffset = dmap->window_offset, .len = dmap->length };
	struct fuse_removemapping_in in = { .count = 1 };

	return fuse_send_removemapping(inode, &in, &one);
}

/* ---- an inode goes: nobody else knows it any more, so no lock is taken ---- */

static void inode_reclaim_dmap_range(struct fuse_conn_dax *fcd, struct inode *inode, loff_t start, loff_t end)
{
	unsigned long from = start >> FUSE_DAX_SHIFT, to = end >> FUSE_DAX_SHIFT;
	struct fuse_inode *fi = get_fuse_inode(inode);
	struct interval_tree_node *node;
	struct fuse_dax_mapping *dmap, *next;
	LIST_HEAD(gone);
	unsigned int num = 0;
	int err;

	while ((node = interval_tree_iter_first(&fi->dax->tree, from, to)) != NULL) {
		dmap = node_to_dmap(node);
		WARN_ON(refcount_read(&dmap->refcnt) > 1);
		interval_tree_remove(node, &fi->dax->tree);
		list_add(&dmap->list, &gone);
		num++;
	}
	if (!num)
		return;
	WARN_ON(fi->dax->nr < num);
	fi->dax->nr -= num;
	err = dmap_removemapping_list(inode, num, &gone);
	if (err && err != -ENOTCONN)
		pr_warn("virtiofs: the host keeps ranges that are given back: %d\n", err);
	spin_lock(&fcd->lock);
	list_for_each_entry_safe(dmap, next, &gone, list) {
		list_del_init(&dmap->list);
		dmap_reinit_add_to_free_pool(fcd, dmap);
	}
	spin_unlock(&fcd->lock);
}

void fuse_dax_inode_cleanup(struct inode *inode)
{
	struct fuse_inode *fi = get_fuse_inode(inode);

	inode_reclaim_dmap_range(get_fuse_conn(inode)->dax, inode, 0, -1);
	WARN_ON(fi->dax->nr);
}

/* ---- where a place of a file is ---- */

static void fuse_fill_iomap_hole(struct iomap *iomap, loff_t length)
{
	iomap->type = IOMAP_HOLE;
	iomap->addr = IOMAP_NULL_ADDR;
	iomap->length = length;
}

/* fi->dax->sem is held, so that the range cannot be reclaimed before it has its reference. */
static void fuse_fill_iomap(struct inode *inode, loff_t pos, loff_t length, struct iomap *iomap,
			    struct fuse_dax_mapping *dmap, unsigned int flags)
{
	loff_t in_range = pos - ((loff_t)dmap->itn.start << FUSE_DAX_SHIFT);
	loff_t len = min(length, dmap->length - in_range), size = i_size_read(inode);

	if (size < pos + len)
		len = size - pos;
	if (len <= 0) {
		fuse_fill_iomap_hole(iomap, length);
		return;
	}
	refcount_inc(&dmap->refcnt);
	WARN_ON_ONCE(iomap->private);
	iomap->private = dmap;
	iomap->type = IOMAP_MAPPED;
	iomap->addr = dmap->window_offset + in_range;
	iomap->length = flags & IOMAP_FAULT ? ALIGN(len, PAGE_SIZE) : len;
}

static int fuse_setup_new_dax_mapping(struct inode *inode, loff_t pos, loff_t length, unsigned int flags,
				      struct iomap *iomap)
{
	struct fuse_conn_dax *fcd = get_fuse_conn(inode)->dax;
	struct fuse_inode *fi = get_fuse_inode(inode);
	unsigned long at = pos >> FUSE_DAX_SHIFT;
	struct fuse_dax_mapping *spare, *dmap;
	struct interval_tree_node *node;
	int err = 0;

	/* A fault holds the invalidate lock, which reclaiming lets go of in between: who faults waits for a range instead. */
	spare = flags & IOMAP_FAULT ? alloc_dax_mapping(fcd) : alloc_dax_mapping_reclaim(fcd, inode);
	if (IS_ERR(spare))
		return PTR_ERR(spare);
	if (!spare) {
		WARN_ON(!(flags & IOMAP_FAULT));
		return flags & IOMAP_FAULT ? -EAGAIN : -EIO;
	}

	down_write(&fi->dax->sem);
	node = interval_tree_iter_first(&fi->dax->tree, at, at);
	if (node) {
		dmap = node_to_dmap(node); /* another task was faster */
	} else {
		dmap = spare;
		spare = NULL;
		err = fuse_setup_one_mapping(inode, at, dmap, flags & IOMAP_WRITE, false);
		if (err < 0)
			spare = dmap;
	}
	if (err >= 0)
		fuse_fill_iomap(inode, pos, length, iomap, dmap, flags);
	if (spare)
		dmap_add_to_free_pool(fcd, spare);
	up_write(&fi->dax->sem);
	return err < 0 ? err : 0;
}

/* The caller took a reference on the range, which keeps it in the tree without the lock. */
static int fuse_upgrade_dax_mapping(struct inode *inode, loff_t pos, loff_t length, unsigned int flags,
				    struct iomap *iomap)
{
	struct fuse_inode *fi = get_fuse_inode(inode);
	unsigned long at = pos >> FUSE_DAX_SHIFT;
	struct fuse_dax_mapping *dmap;
	int err = 0;

	down_write(&fi->dax->sem);
	dmap = node_to_dmap(interval_tree_iter_first(&fi->dax->tree, at, at));
	if (WARN_ON(!dmap)) {
		up_write(&fi->dax->sem);
		return -EIO;
	}
	WARN_ON_ONCE(refcount_dec_and_test(&dmap->refcnt));
	if (!dmap->writable)
		err = fuse_setup_one_mapping(inode, at, dmap, true, true);
	if (err >= 0)
		fuse_fill_iomap(inode, pos, length, iomap, dmap, flags);
	up_write(&fi->dax->sem);
	return err < 0 ? err : 0;
}

static int fuse_iomap_begin(struct inode *inode, loff_t pos, loff_t length, unsigned int flags, struct iomap *iomap,
			    struct iomap *srcmap)
{
	struct fuse_inode *fi = get_fuse_inode(inode);
	unsigned long at = pos >> FUSE_DAX_SHIFT;
	struct fuse_dax_mapping *dmap;

	(void)srcmap;
	if (WARN_ON(flags & IOMAP_REPORT))
		return -EIO;
	iomap->dax_dev = get_fuse_conn(inode)->dax->dev;
	iomap->bdev = NULL;
	iomap->flags = 0;
	iomap->offset = pos;

	down_read(&fi->dax->sem);
	dmap = node_to_dmap(interval_tree_iter_first(&fi->dax->tree, at, at));
	if (dmap && (flags & IOMAP_WRITE) && !dmap->writable) {
		refcount_inc(&dmap->refcnt);
		up_read(&fi->dax->sem);
		return fuse_upgrade_dax_mapping(inode, pos, length, flags, iomap);
	}
	if (dmap)
		fuse_fill_iomap(inode, pos, length, iomap, dmap, flags);
	up_read(&fi->dax->sem);
	if (dmap)
		return 0;
	if (pos < i_size_read(inode))
		return fuse_setup_new_dax_mapping(inode, pos, length, flags, iomap);
	fuse_fill_iomap_hole(iomap, length);
	return 0;
}

static int fuse_iomap_end(struct inode *inode, loff_t pos, loff_t length, ssize_t written, unsigned int flags,
			  struct iomap *iomap)
{
	struct fuse_dax_mapping *dmap = iomap->private;

	(void)inode;
	(void)pos;
	(void)length;
	(void)written;
	(void)flags;
	if (dmap)
		WARN_ON_ONCE(refcount_dec_and_test(&dmap->refcnt));
	return 0;
}

static const struct iomap_ops fuse_iomap_ops = {
	.iomap_begin = fuse_iomap_begin,
	.iomap_end = fuse_iomap_end,
};

/* ---- read(2), write(2), faults, write-back ---- */

ssize_t fuse_dax_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	ssize_t done;

	inode_lock_shared(inode);
	done = dax_iomap_rw(iocb, to, &fuse_iomap_ops);
	inode_unlock_shared(inode);
	return done;
}

ssize_t fuse_dax_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	ssize_t done;

	inode_lock(inode);
	if (iocb->ki_pos + (loff_t)iov_iter_count(from) > i_size_read(inode)) {
		__fsc_unmodelled("a write(2) that makes a file longer goes to the server");
		done = -EOPNOTSUPP;
	} else {
		done = dax_iomap_rw(iocb, from, &fuse_iomap_ops);
	}
	inode_unlock(inode);
	return done;
}

static int fuse_dax_writepages(struct address_space *mapping, struct writeback_control *wbc)
{
	return dax_writeback_mapping_range(mapping, get_fuse_conn(mapping->host)->dax->dev, wbc);
}

static vm_fault_t __fuse_dax_fault(struct vm_fault *vmf, unsigned int order, bool write)
{
	struct inode *inode = file_inode(vmf->vma->vm_file);
	struct fuse_conn_dax *fcd = get_fuse_conn(inode)->dax;
	struct address_space *mapping = inode->i_mapping;
	vm_fault_t ret;
	int error = 0;
	fsc_pfn_t pfn;

	if (write)
		sb_start_pagefault(inode->i_sb);
	for (;;) {
		filemap_invalidate_lock_shared(mapping);
		ret = dax_iomap_fault(vmf, order, &pfn, &error, &fuse_iomap_ops);
		if (!(ret & VM_FAULT_ERROR) || error != -EAGAIN)
			break;
		filemap_invalidate_unlock_shared(mapping);
		error = 0;
		wait_event(fcd->range_waitq, fcd->nr_free_ranges > 0);
	}
	if (ret & VM_FAULT_NEEDDSYNC)
		ret = dax_finish_sync_fault(vmf, order, pfn);
	filemap_invalidate_unlock_shared(mapping);
	if (write)
		sb_end_pagefault(inode->i_sb);
	return ret;
}

static vm_fault_t fuse_dax_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	return __fuse_dax_fault(vmf, order, vmf->flags & FAULT_FLAG_WRITE);
}

static vm_fault_t fuse_dax_fault(struct vm_fault *vmf)
{
	return __fuse_dax_fault(vmf, 0, vmf->flags & FAULT_FLAG_WRITE);
}

static vm_fault_t fuse_dax_page_mkwrite(struct vm_fault *vmf)
{
	return __fuse_dax_fault(vmf, 0, true);
}

static vm_fault_t fuse_dax_pfn_mkwrite(struct vm_fault *vmf)
{
	return __fuse_dax_fault(vmf, 0, true);
}

static const struct vm_operations_struct fuse_dax_vm_ops = {
	.fault = fuse_dax_fault,
	.huge_fault = fuse_dax_huge_fault,
	.page_mkwrite = fuse_dax_page_mkwrite,
	.pfn_mkwrite = fuse_dax_pfn_mkwrite,
};

int fuse_dax_mmap(struct file *file, struct vm_area_struct *vma)
{
	file_accessed(file);
	vma->vm_ops = &fuse_dax_vm_ops;
#if FSC_ERA < 615
	vm_flags_set(vma, VM_MIXEDMAP | VM_HUGEPAGE);
#else
	vm_flags_set(vma, VM_HUGEPAGE);
#endif
	return 0;
}

static const struct address_space_operations fuse_dax_file_aops = {
	.writepages = fuse_dax_writepages,
	.direct_IO = noop_direct_IO,
	.dirty_folio = noop_dirty_folio,
};

/* ---- a range that shows something is taken for something else ---- */

static int dmap_writeback_invalidate(struct inode *inode, struct fuse_dax_mapping *dmap)
{
	loff_t from = (loff_t)dmap->itn.start << FUSE_DAX_SHIFT, to = from + FUSE_DAX_SZ - 1;
	int err = filemap_fdatawrite_range(inode->i_mapping, from, to);

	if (!err)
		err = invalidate_inode_pages2_range(inode->i_mapping, from >> PAGE_SHIFT, to >> PAGE_SHIFT);
	return err;
}

/* Both locks are held exclusively: the invalidate lock and fi->dax->sem. */
static int reclaim_one_dmap_locked(struct inode *inode, struct fuse_dax_mapping *dmap)
{
	struct fuse_inode *fi = get_fuse_inode(inode);
	int err = dmap_writeback_invalidate(inode, dmap);

	if (err)
		return err;
	interval_tree_remove(&dmap->itn, &fi->dax->tree);
	fi->dax->nr--;
	err = dmap_removemapping_one(inode, dmap);
	if (err && err != -ENOTCONN)
		pr_warn("virtiofs: the host keeps a range that is reclaimed: %d\n", err);
	return 0;
}

/* The first range of the file that nobody is at work on; fi->dax->sem is held. */
static struct fuse_dax_mapping *inode_lookup_first_dmap(struct inode *inode)
{
	struct rb_root_cached *tree = &get_fuse_inode(inode)->dax->tree;
	struct interval_tree_node *node = interval_tree_iter_first(tree, 0, -1);

	while (node && refcount_read(&node_to_dmap(node)->refcnt) > 1)
		node = interval_tree_iter_next(node, 0, -1);
	return node_to_dmap(node);
}

/* Takes a range from the file itself; it does not go by the pool. NULL where there is none to take just now. */
static struct fuse_dax_mapping *inode_inline_reclaim_one_dmap(struct fuse_conn_dax *fcd, struct inode *inode, bool *retry)
{
	struct fuse_inode *fi = get_fuse_inode(inode);
	struct interval_tree_node *node;
	struct fuse_dax_mapping *dmap;
	unsigned long at = 0;
	u64 from;
	int err;

	filemap_invalidate_lock(inode->i_mapping);
	down_read(&fi->dax->sem);
	dmap = inode_lookup_first_dmap(inode);
	if (dmap)
		at = dmap->itn.start;
	up_read(&fi->dax->sem);
	if (!dmap)
		goto unlock;

	from = (u64)at << FUSE_DAX_SHIFT;
	err = fuse_dax_break_layouts(inode, from, from + FUSE_DAX_SZ - 1);
	if (err) {
		dmap = ERR_PTR(err);
		goto unlock;
	}
	down_write(&fi->dax->sem);
	node = interval_tree_iter_first(&fi->dax->tree, at, at);
	dmap = node_to_dmap(node);
	if (!dmap || refcount_read(&dmap->refcnt) > 1) {
		/* Gone, or in use again. */
		dmap = NULL;
		if (retry)
			*retry = true;
	} else {
		err = reclaim_one_dmap_locked(inode, dmap);
		if (err < 0) {
			dmap = ERR_PTR(err);
		} else {
			dmap_remove_busy_list(fcd, dmap);
			dmap->inode = NULL;
			dmap->itn.start = 0;
			dmap->itn.last = 0;
		}
	}
	up_write(&fi->dax->sem);
unlock:
	filemap_invalidate_unlock(inode->i_mapping);
	return dmap;
}

static struct fuse_dax_mapping *alloc_dax_mapping_reclaim(struct fuse_conn_dax *fcd, struct inode *inode)
{
	struct fuse_inode *fi = get_fuse_inode(inode);

	for (;;) {
		struct fuse_dax_mapping *dmap = alloc_dax_mapping(fcd);
		bool retry = false;

		if (!dmap)
			dmap = inode_inline_reclaim_one_dmap(fcd, inode, &retry);
		if (dmap)
			return dmap;
		/* Who has a range himself tries again: the worker may be waiting for his locks. */
		if (retry || fi->dax->nr || fcd->nr_free_ranges > 0)
			continue;
		if (wait_event_killable_exclusive(fcd->range_waitq, fcd->nr_free_ranges > 0))
			return ERR_PTR(-EINTR);
	}
}

static int lookup_and_reclaim_dmap_locked(struct fuse_conn_dax *fcd, struct inode *inode, unsigned long start_idx)
{
	struct rb_root_cached *tree = &get_fuse_inode(inode)->dax->tree;
	struct fuse_dax_mapping *dmap = node_to_dmap(interval_tree_iter_first(tree, start_idx, start_idx));
	int err;

	if (!dmap || refcount_read(&dmap->refcnt) > 1)
		return 0;
	err = reclaim_one_dmap_locked(inode, dmap);
	if (err < 0)
		return err;
	spin_lock(&fcd->lock);
	dmap_reinit_add_to_free_pool(fcd, dmap);
	spin_unlock(&fcd->lock);
	return 0;
}

/* The invalidate lock keeps faults out, fi->dax->sem those who read and write. */
static int lookup_and_reclaim_dmap(struct fuse_conn_dax *fcd, struct inode *inode, unsigned long start_idx,
				   unsigned long end_idx)
{
	loff_t from = (loff_t)start_idx << FUSE_DAX_SHIFT;
	struct fuse_inode *fi = get_fuse_inode(inode);
	int err;

	(void)end_idx;
	filemap_invalidate_lock(inode->i_mapping);
	err = fuse_dax_break_layouts(inode, from, from + FUSE_DAX_SZ - 1);
	if (!err) {
		down_write(&fi->dax->sem);
		err = lookup_and_reclaim_dmap_locked(fcd, inode, start_idx);
		up_write(&fi->dax->sem);
	}
	filemap_invalidate_unlock(inode->i_mapping);
	return err;
}

static int try_to_free_dmap_chunks(struct fuse_conn_dax *fcd, unsigned long nr_to_free)
{
	for (unsigned long freed = 0; freed < nr_to_free; freed++) {
		struct fuse_dax_mapping *pos, *found = NULL;
		struct inode *inode = NULL;
		unsigned long at = 0;
		int err;

		spin_lock(&fcd->lock);
		list_for_each_entry(pos, &fcd->busy_ranges, busy_list) {
			if (refcount_read(&pos->refcnt) > 1)
				continue;
			inode = igrab(pos->inode);
			if (!inode)
				continue; /* going: it gives its ranges back itself */
			found = pos;
			at = pos->itn.start;
			break;
		}
		if (found) /* the next round begins with another one */
			list_move_tail(&found->busy_list, &fcd->busy_ranges);
		spin_unlock(&fcd->lock);
		if (!found)
			return 0;
		err = lookup_and_reclaim_dmap(fcd, inode, at, at);
		iput(inode);
		if (err)
			return err;
	}
	return 0;
}

static void fuse_dax_free_mem_worker(struct work_struct *work)
{
	struct fuse_conn_dax *fcd = container_of(work, struct fuse_conn_dax, free_work.work);

	try_to_free_dmap_chunks(fcd, FUSE_DAX_RECLAIM_CHUNK);
	kick_dmap_free_worker(fcd, 1);
}

/* ---- connections and inodes come and go ---- */

static void fuse_free_dax_mem_ranges(struct list_head *mem_list)
{
	struct fuse_dax_mapping *range, *next;

	list_for_each_entry_safe(range, next, mem_list, list) {
		list_del(&range->list);
		if (!list_empty(&range->busy_list))
			list_del(&range->busy_list);
		kfree(range);
	}
}

void fuse_dax_conn_free(struct fuse_conn *fc)
{
	struct fuse_conn_dax *fcd = fc->dax;

	if (!fcd)
		return;
	fuse_free_dax_mem_ranges(&fcd->free_ranges);
	kfree(fcd);
	fc->dax = NULL;
}

static int fuse_dax_mem_range_init(struct fuse_conn_dax *fcd)
{
	long pages, n, i;
	int id;

	init_waitqueue_head(&fcd->range_waitq);
	INIT_LIST_HEAD(&fcd->free_ranges);
	INIT_LIST_HEAD(&fcd->busy_ranges);
	INIT_DELAYED_WORK(&fcd->free_work, fuse_dax_free_mem_worker);

	id = dax_read_lock();
	pages = dax_direct_access(fcd->dev, 0, LONG_MAX >> PAGE_SHIFT, DAX_ACCESS, NULL, NULL);
	dax_read_unlock(id);
	if (pages < 0)
		return pages;
	n = pages / FUSE_DAX_PAGES;
	for (i = 0; i < n; i++) {
		struct fuse_dax_mapping *range = kzalloc(sizeof(struct fuse_dax_mapping), GFP_KERNEL);

		if (!range) {
			fuse_free_dax_mem_ranges(&fcd->free_ranges);
			return -ENOMEM;
		}
		refcount_set(&range->refcnt, 1);
		range->length = FUSE_DAX_SZ;
		range->window_offset = (u64)i * FUSE_DAX_SZ;
		INIT_LIST_HEAD(&range->busy_list);
		list_add_tail(&range->list, &fcd->free_ranges);
	}
	fcd->nr_ranges = n;
	fcd->nr_free_ranges = n;
	return 0;
}

int fuse_dax_conn_alloc(struct fuse_conn *fc, enum fuse_dax_mode dax_mode, struct dax_device *dax_dev)
{
	struct fuse_conn_dax *fcd;
	int err;

	fc->dax_mode = dax_mode;
	if (!dax_dev)
		return 0;
	fcd = kzalloc(sizeof(struct fuse_conn_dax), GFP_KERNEL);
	if (!fcd)
		return -ENOMEM;
	spin_lock_init(&fcd->lock);
	fcd->dev = dax_dev;
	err = fuse_dax_mem_range_init(fcd);
	if (err)
		kfree(fcd);
	else
		fc->dax = fcd;
	return err;
}

/* The host says with how many zeroes the places end that it can show: more than a range has are too many. */
bool fuse_dax_check_alignment(struct fuse_conn *fc, unsigned int map_alignment)
{
	bool fits = !fc->dax || map_alignment <= FUSE_DAX_SHIFT;

	if (!fits)
		pr_warn("FUSE: a host that maps by 2^%u bytes cannot show ranges of %u\n", map_alignment, FUSE_DAX_SZ);
	return fits;
}

void fuse_dax_cancel_work(struct fuse_conn *fc)
{
	if (fc->dax)
		cancel_delayed_work_sync(&fc->dax->free_work);
}

bool fuse_dax_inode_alloc(struct super_block *sb, struct fuse_inode *fi)
{
	struct fuse_conn *fc = get_fuse_conn_super(sb);

	fi->dax = NULL;
	if (!fc->dax)
		return true;
	fi->dax = kzalloc(sizeof(*fi->dax), GFP_KERNEL_ACCOUNT);
	if (!fi->dax)
		return false;
	init_rwsem(&fi->dax->sem);
	fi->dax->tree = RB_ROOT_CACHED;
	return true;
}

static bool fuse_should_enable_dax(struct inode *inode, unsigned int flags)
{
	struct fuse_conn *fc = get_fuse_conn(inode);

	if (!fc->dax || fc->dax_mode == FUSE_DAX_NEVER)
		return false;
	return fc->dax_mode == FUSE_DAX_ALWAYS || (fc->inode_dax && (flags & FUSE_ATTR_DAX));
}

void fuse_dax_inode_init(struct inode *inode, unsigned int flags)
{
	if (!fuse_should_enable_dax(inode, flags))
		return;
	inode->i_data.a_ops = &fuse_dax_file_aops;
	inode->i_flags |= S_DAX;
}

/* ---- ours ---- */

static struct fuse_conn_dax fsc_none;

void fsc_fuse_no_window(struct fuse_conn *fc, struct dax_device *dax_dev)
{
	memset(&fsc_none, 0, sizeof(fsc_none));
	spin_lock_init(&fsc_none.lock);
	init_waitqueue_head(&fsc_none.range_waitq);
	INIT_LIST_HEAD(&fsc_none.free_ranges);
	INIT_LIST_HEAD(&fsc_none.busy_ranges);
	fsc_none.dev = dax_dev;
	fc->dax = &fsc_none;
	fc->dax_mode = FUSE_DAX_ALWAYS;
}

void fsc_fuse_flush_worker(void)
{
	flush_delayed_work(&fsc_fuse_mount.fc->dax->free_work);
}

bool fsc_fuse_ranges_whole(unsigned long busy)
{
	struct fuse_conn_dax *fcd = fsc_fuse_mount.fc->dax;
	struct fuse_dax_mapping *dmap;
	unsigned long free = 0, shown = 0;

	list_for_each_entry(dmap, &fcd->free_ranges, list) {
		free++;
		if (dmap->inode || refcount_read(&dmap->refcnt) != 1 || !list_empty(&dmap->busy_list))
			return false;
	}
	list_for_each_entry(dmap, &fcd->busy_ranges, busy_list) {
		shown++;
		if (!dmap->inode || refcount_read(&dmap->refcnt) != 1)
			return false;
	}
	return shown == busy && fcd->nr_busy_ranges == busy && free == (unsigned long)fcd->nr_free_ranges &&
	       free + shown == fcd->nr_ranges;
}
#endif
