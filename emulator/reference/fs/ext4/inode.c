/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How ext4 waits for DMA before it takes blocks away, and drops an inode. Mirrors parts of fs/ext4/inode.c. */
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/wait_bit.h>
#include "ext4.h"
#include "../fscfs.h"

/* Faults may be waiting for the lock that we hold while the page's user waits for such a fault. */
static void ext4_wait_dax_page(struct inode *inode)
{
	filemap_invalidate_unlock(inode->i_mapping);
	schedule();
	filemap_invalidate_lock(inode->i_mapping);
}

int ext4_break_layouts(struct inode *inode)
{
#if FSC_ERA < 615
	struct page *busy;
	int error = 0;
#endif

	if (WARN_ON_ONCE(!rwsem_is_locked(&inode->i_mapping->invalidate_lock)))
		return -EINVAL;

#if FSC_ERA >= 615
	return dax_break_layout_inode(inode, ext4_wait_dax_page);
#else
	while (!error && (busy = fsc_layout_busy_page(inode->i_mapping)) != NULL)
		error = ___wait_var_event(&busy->_refcount, atomic_read(&busy->_refcount) == 1, TASK_INTERRUPTIBLE, 0,
					  0, ext4_wait_dax_page(inode));
	return error;
#endif
}

static inline int ext4_begin_ordered_truncate(struct inode *inode, loff_t new_size)
{
	(void)inode;
	(void)new_size;
	return 0;
}

/* The blocks past the end are given back. */
int ext4_truncate(struct inode *inode)
{
	if (__fsc_fail("ext4_truncate"))
		return -EIO;
	fscfs_free_from(inode, DIV_ROUND_UP(inode->i_size, PAGE_SIZE));
	return 0;
}

/* Last reference: the page cache goes, and the blocks too when nothing links to the file. */
void ext4_evict_inode(struct inode *inode)
{
	handle_t *handle;
	int err;

	trace_ext4_evict_inode(inode);
#if FSC_ERA >= 615
	dax_break_layout_final(inode);
#endif
	if (!inode->i_nlink && ext4_should_order_data(inode))
		ext4_begin_ordered_truncate(inode, 0);
	truncate_inode_pages_final(&inode->i_data);
	if (inode->i_nlink) {
		ext4_clear_inode(inode);
		return;
	}

	sb_start_intwrite(inode->i_sb);
	handle = ext4_journal_start(inode, EXT4_HT_TRUNCATE, ext4_blocks_for_truncate(inode) + 3);
	if (IS_ERR(handle)) {
		ext4_orphan_del(NULL, inode);
		ext4_clear_inode(inode);
		sb_end_intwrite(inode->i_sb);
		return;
	}
	inode->i_size = 0;
	err = ext4_mark_inode_dirty(handle, inode);
	if (!err && inode->i_blocks)
		err = ext4_truncate(inode);
	ext4_orphan_del(err ? NULL : handle, inode);
	if (err)
		ext4_clear_inode(inode);
	else
		ext4_free_inode(handle, inode);
	ext4_journal_stop(handle);
	sb_end_intwrite(inode->i_sb);
}

int ext4_mark_inode_dirty(handle_t *handle, struct inode *inode)
{
	(void)inode;
	WARN_ON_ONCE(!handle);
	return 0;
}
