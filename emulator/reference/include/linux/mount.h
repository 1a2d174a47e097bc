/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/mount.h: a mount is only its super block here. */
#ifndef _LINUX_MOUNT_H
#define _LINUX_MOUNT_H
struct super_block;
struct dentry;
struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
	int mnt_flags;
};
#endif
