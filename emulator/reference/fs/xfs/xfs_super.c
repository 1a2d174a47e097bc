/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * XFS' inodes come and go. Mirrors parts of fs/xfs/xfs_super.c and fs/xfs/xfs_icache.c: v6.15 waits for idle pages at
 * eviction, before that the VFS does all. Left out: background inactivation; blocks are freed at once. The other methods
 * are there because the table names them; nothing here calls them.
 */
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "xfs_inode.h"
#include "../fscfs.h"

STATIC struct inode *xfs_fs_alloc_inode(struct super_block *sb)
{
	struct xfs_inode *ip = __fsc_alloc(sizeof(*ip), 64, FSC_ZERO, "struct inode");

	(void)sb;
	inode_init_once(&ip->i_vnode);
	init_rwsem(&ip->i_lock);
	return &ip->i_vnode;
}

/* Inactivation and reclaim in one: the blocks of an unlinked file, then the inode. */
void xfs_inode_mark_reclaimable(struct xfs_inode *ip)
{
	if (!VFS_I(ip)->i_nlink)
		fscfs_free_from(VFS_I(ip), 0);
	fscfs_forget_file(VFS_I(ip));
	__fsc_free(ip);
}

STATIC void xfs_fs_destroy_inode(struct inode *inode)
{
	ASSERT(!rwsem_is_locked(&inode->i_rwsem));
	xfs_inode_mark_reclaimable(XFS_I(inode));
}

#if FSC_ERA >= 615
STATIC void xfs_fs_evict_inode(struct inode *inode)
{
	if (IS_DAX(inode))
		dax_break_layout_final(inode);
	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
}
#endif

STATIC void xfs_fs_dirty_inode(struct inode *inode, int flags)
{
	(void)inode;
	(void)flags;
}
STATIC int xfs_fs_drop_inode(struct inode *inode)
{
	return generic_delete_inode(inode);
}
STATIC void xfs_fs_put_super(struct super_block *sb)
{
	(void)sb;
}
STATIC int xfs_fs_sync_fs(struct super_block *sb, int wait)
{
	(void)sb;
	(void)wait;
	return 0;
}
STATIC int xfs_fs_freeze(struct super_block *sb)
{
	(void)sb;
	return 0;
}
STATIC int xfs_fs_unfreeze(struct super_block *sb)
{
	(void)sb;
	return 0;
}
STATIC int xfs_fs_statfs(struct dentry *dentry, struct kstatfs *st)
{
	(void)dentry;
	(void)st;
	return 0;
}
STATIC int xfs_fs_show_options(struct seq_file *m, struct dentry *root)
{
	(void)m;
	(void)root;
	return 0;
}
STATIC long xfs_fs_nr_cached_objects(struct super_block *sb, struct shrink_control *sc)
{
	(void)sb;
	(void)sc;
	return 0;
}
STATIC long xfs_fs_free_cached_objects(struct super_block *sb, struct shrink_control *sc)
{
	(void)sb;
	(void)sc;
	return 0;
}
STATIC void xfs_fs_shutdown(struct super_block *sb)
{
	(void)sb;
}

static const struct super_operations xfs_super_operations = {
	.alloc_inode = xfs_fs_alloc_inode,
	.destroy_inode = xfs_fs_destroy_inode,
	.dirty_inode = xfs_fs_dirty_inode,
	.drop_inode = xfs_fs_drop_inode,
#if FSC_ERA >= 615
	.evict_inode = xfs_fs_evict_inode,
#endif
	.put_super = xfs_fs_put_super,
	.sync_fs = xfs_fs_sync_fs,
	.freeze_fs = xfs_fs_freeze,
	.unfreeze_fs = xfs_fs_unfreeze,
	.statfs = xfs_fs_statfs,
	.show_options = xfs_fs_show_options,
	.nr_cached_objects = xfs_fs_nr_cached_objects,
	.free_cached_objects = xfs_fs_free_cached_objects,
	.shutdown = xfs_fs_shutdown,
};

const struct super_operations *xfs_super_ops(void)
{
	return &xfs_super_operations;
}
