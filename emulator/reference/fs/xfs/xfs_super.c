/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dropping an inode. Mirrors fs/xfs/xfs_super.c: v6.15 waits for idle pages there, before that the VFS does all. */
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "xfs_inode.h"

/* Up to v6.14 there is no such method and the VFS does what follows the first line. */
void xfs_fs_evict_inode(struct inode *inode)
{
#if FSC_ERA >= 615
	if (IS_DAX(inode))
		dax_break_layout_final(inode);
#endif
	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
}
