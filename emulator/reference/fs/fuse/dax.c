/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How virtiofs waits for DMA before a file is cut. Mirrors that part of fs/fuse/dax.c; there is no DAX window here. */
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/wait_bit.h>
#include "fuse_i.h"

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

/* What the DAX window holds of the inode would be given back here. */
void fuse_dax_inode_cleanup(struct inode *inode)
{
	WARN_ON(inode->i_data.nrpages);
}
