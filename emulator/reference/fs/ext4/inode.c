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
	while (!error && (busy = dax_layout_busy_page(inode->i_mapping)) != NULL)
		error = ___wait_var_event(&busy->_refcount, atomic_read(&busy->_refcount) == 1, TASK_INTERRUPTIBLE, 0,
					  0, ext4_wait_dax_page(inode));
	return error;
#endif
}

/* Last reference: the page cache goes, and the blocks too when nothing links to the file. */
void ext4_evict_inode(struct inode *inode)
{
#if FSC_ERA >= 615
	dax_break_layout_final(inode);
#endif
	truncate_inode_pages_final(&inode->i_data);
	if (!inode->i_nlink)
		fscfs_free_all(inode);
	clear_inode(inode);
}
