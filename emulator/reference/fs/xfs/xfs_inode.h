/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inode around the inode, and its locks. Mirrors fs/xfs/xfs_inode.h: what the functions in xfs_inode.c here use. */
#ifndef __XFS_INODE_H__
#define __XFS_INODE_H__
#include <linux/fs.h>
#include <linux/rwsem.h>

#define STATIC static
#define ASSERT(expr) ((void)WARN_ON_ONCE(!(expr)))
#define ASSERT_ALWAYS(expr) BUG_ON(!(expr))
#define XFS_STATS_INC(mp, counter) ((void)(mp))
#define trace_xfs_destroy_inode(ip) ((void)(ip))

struct xfs_mount;
typedef unsigned long long xfs_ino_t;

typedef struct xfs_inode {
	struct xfs_mount *i_mount;
	xfs_ino_t i_ino;
	struct rw_semaphore i_lock;
	unsigned long i_flags;
	struct inode i_vnode;
} xfs_inode_t;

static inline struct xfs_inode *XFS_I(struct inode *inode)
{
	return container_of(inode, struct xfs_inode, i_vnode);
}
static inline struct inode *VFS_I(struct xfs_inode *ip)
{
	return &ip->i_vnode;
}

#define XFS_IOLOCK_EXCL (1u << 0)
#define XFS_IOLOCK_SHARED (1u << 1)
#define XFS_ILOCK_EXCL (1u << 2)
#define XFS_ILOCK_SHARED (1u << 3)
#define XFS_MMAPLOCK_EXCL (1u << 4)
#define XFS_MMAPLOCK_SHARED (1u << 5)

/* Which of several locks of a kind this is; for lockdep only. */
#define XFS_IOLOCK_SHIFT 16
#define XFS_IOLOCK_MAX_SUBCLASS 3
#define XFS_MMAPLOCK_SHIFT 20
#define XFS_MMAPLOCK_MAX_SUBCLASS 3
#define XFS_ILOCK_SHIFT 24
#define XFS_ILOCK_MAX_SUBCLASS 4
#define XFS_LOCK_SUBCLASS_MASK 0xffff0000u
uint xfs_lock_inumorder(uint lock_mode, uint subclass);

enum layout_break_reason {
	BREAK_WRITE,
	BREAK_UNMAP,
};

void xfs_ilock(xfs_inode_t *ip, uint lock_flags);
void xfs_iunlock(xfs_inode_t *ip, uint lock_flags);
void xfs_assert_ilocked(struct xfs_inode *ip, uint lock_flags);
#if FSC_ERA < 615
bool xfs_isilocked(struct xfs_inode *ip, uint lock_flags);
#endif
#if FSC_ERA >= 615
int xfs_break_dax_layouts(struct inode *inode);
#else
int xfs_break_dax_layouts(struct inode *inode, bool *retry);
#endif
int xfs_break_layouts(struct inode *inode, uint *iolock, enum layout_break_reason reason);
int xfs_ilock2_io_mmap(struct xfs_inode *ip1, struct xfs_inode *ip2);
void xfs_iunlock2_io_mmap(struct xfs_inode *ip1, struct xfs_inode *ip2);
void xfs_inode_mark_reclaimable(struct xfs_inode *ip);
const struct super_operations *xfs_super_ops(void); /* ours: the table is static */
#endif
