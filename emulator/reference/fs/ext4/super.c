/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ext4's inodes come and go, and its transactions. Mirrors parts of fs/ext4/super.c, fs/ext4/ext4_jbd2.c, fs/ext4/ialloc.c
 * and fs/ext4/orphan.c. Left out: what a journal does; a handle is only counted.
 */
#include <linux/fs.h>
#include <linux/jbd2.h>
#include "ext4.h"
#include "../fscfs.h"

handle_t *ext4_journal_start(struct inode *inode, int type, int nblocks)
{
	handle_t *handle = current->journal_info;

	(void)inode;
	(void)type;
	(void)nblocks;
	if (handle) {
		handle->h_ref++;
		return handle;
	}
	if (__fsc_fail("ext4_journal_start"))
		return ERR_PTR(-EROFS);
	handle = __fsc_alloc(sizeof(*handle), 8, FSC_ZERO, "handle_t");
	handle->h_ref = 1;
	current->journal_info = handle;
	return handle;
}

handle_t *ext4_journal_start_sb(struct super_block *sb, int type, int nblocks)
{
	(void)sb;
	return ext4_journal_start(NULL, type, nblocks);
}

int ext4_journal_stop(handle_t *handle)
{
	WARN_ON(current->journal_info != handle);
	if (--handle->h_ref)
		return 0;
	current->journal_info = NULL;
	__fsc_free(handle);
	return 0;
}

int ext4_orphan_del(handle_t *handle, struct inode *inode)
{
	(void)handle;
	list_del_init(&EXT4_I(inode)->i_orphan);
	return 0;
}

/* The in-core inode lets go of everything; its freeing follows. */
void ext4_clear_inode(struct inode *inode)
{
	clear_inode(inode);
}

/* The inode on the medium is free again. */
void ext4_free_inode(handle_t *handle, struct inode *inode)
{
	WARN_ON(!handle || inode->i_nlink);
	ext4_clear_inode(inode);
}

static struct inode *ext4_alloc_inode(struct super_block *sb)
{
	struct ext4_inode_info *ei = __fsc_alloc(sizeof(*ei), 64, FSC_ZERO, "struct inode");

	(void)sb;
	inode_init_once(&ei->vfs_inode);
	init_rwsem(&ei->i_data_sem);
	INIT_LIST_HEAD(&ei->i_orphan);
	INIT_LIST_HEAD(&ei->i_fc_list);
	return &ei->vfs_inode;
}

static void ext4_free_in_core_inode(struct inode *inode)
{
	fscfs_forget_file(inode);
	__fsc_free(EXT4_I(inode));
}

static const struct super_operations ext4_sops = {
	.alloc_inode = ext4_alloc_inode,
	.free_inode = ext4_free_in_core_inode,
	.evict_inode = ext4_evict_inode,
};

const struct super_operations *ext4_super_ops(void)
{
	return &ext4_sops;
}
