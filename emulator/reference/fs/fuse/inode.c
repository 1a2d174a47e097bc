/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inodes of a virtiofs mount come and go. Mirrors those parts of fs/fuse/inode.c; there is one mount. */
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include "fuse_i.h"
#include "../fscfs.h"

static struct fuse_conn fsc_fuse_conn = { .atomic_o_trunc = 1 };
struct fuse_mount fsc_fuse_mount = { .fc = &fsc_fuse_conn };

static struct inode *fuse_alloc_inode(struct super_block *sb)
{
	struct fuse_inode *fi = __fsc_alloc(sizeof(*fi), 64, FSC_ZERO, "struct inode");

	(void)sb;
	inode_init_once(&fi->inode);
	INIT_LIST_HEAD(&fi->write_files);
	INIT_LIST_HEAD(&fi->queued_writes);
	init_waitqueue_head(&fi->page_waitq);
	mutex_init(&fi->mutex);
	spin_lock_init(&fi->lock);
	fi->nlookup = 1;
#if FSC_ERA >= 612
	if (!fuse_dax_inode_alloc(sb, fi)) {
		__fsc_free(fi);
		return NULL;
	}
#endif
	return &fi->inode;
}

static void fuse_free_inode(struct inode *inode)
{
	/* The server forgets the file, and an unlinked one is gone. */
	if (!inode->i_nlink)
		fscfs_free_from(inode, 0);
	fscfs_forget_file(inode);
#if FSC_ERA >= 612
	kfree(get_fuse_inode(inode)->dax);
#endif
	__fsc_free(get_fuse_inode(inode));
}

bool fuse_invalid_attr(struct fuse_attr *attr)
{
	return !S_ISREG(attr->mode) || (loff_t)attr->size < 0;
}

/* fi->lock is held. */
void fuse_change_attributes_common(struct inode *inode, struct fuse_attr *attr, void *sx, u64 attr_valid,
				   u32 cache_mask, u64 evict_ctr)
{
	struct fuse_inode *fi = get_fuse_inode(inode);

	(void)sx;
	(void)cache_mask;
	(void)evict_ctr;
	fi->attr_version = atomic64_inc_return(&get_fuse_conn(inode)->attr_version);
	fi->i_time = attr_valid;
	inode->i_blocks = attr->blocks;
}

static void fuse_evict_inode(struct inode *inode)
{
	struct fuse_inode *fi = get_fuse_inode(inode);

	WARN_ON(inode->i_state & I_DIRTY_INODE);
#if FSC_ERA >= 615
	if (FUSE_IS_DAX(inode))
		dax_break_layout_final(inode);
#endif
	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	if (FUSE_IS_DAX(inode))
		fuse_dax_inode_cleanup(inode);
	if (fi->nlookup) {
		fuse_queue_forget(get_fuse_conn(inode), fi->forget, fi->nodeid, fi->nlookup);
		fi->forget = NULL;
	}
	if (S_ISREG(inode->i_mode) && !fuse_is_bad(inode)) {
		WARN_ON(fi->iocachectr);
		WARN_ON(!list_empty(&fi->write_files));
		WARN_ON(!list_empty(&fi->queued_writes));
	}
}

static const struct super_operations fuse_super_operations = {
	.alloc_inode = fuse_alloc_inode,
	.free_inode = fuse_free_inode,
	.evict_inode = fuse_evict_inode,
	.drop_inode = generic_delete_inode,
};

const struct super_operations *fuse_super_ops(void)
{
	return &fuse_super_operations;
}
