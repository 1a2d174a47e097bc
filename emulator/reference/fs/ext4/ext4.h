/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inode around the inode. Mirrors fs/ext4/ext4.h: as much as the functions in fs/ext4/inode.c here use. */
#ifndef _EXT4_H
#define _EXT4_H
#include <linux/dax.h>
#include <linux/fs.h>
struct ext4_inode_info {
	u32 i_flags;
	struct rw_semaphore i_data_sem;
	struct inode vfs_inode;
};
static inline struct ext4_inode_info *EXT4_I(struct inode *inode)
{
	return container_of(inode, struct ext4_inode_info, vfs_inode);
}
#endif
