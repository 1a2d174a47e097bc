/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * XFS' inode locks, how it waits for DMA before it takes blocks away, and locks two files for a reflink. Mirrors parts of
 * fs/xfs/xfs_inode.c. Left out: leases (there are none to break), the transaction side.
 */
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/wait_bit.h>
#include "xfs_inode.h"

void xfs_ilock(xfs_inode_t *ip, uint lock_flags)
{
	struct inode *inode = VFS_I(ip);

	if (lock_flags & XFS_IOLOCK_EXCL)
		down_write(&inode->i_rwsem);
	if (lock_flags & XFS_IOLOCK_SHARED)
		down_read(&inode->i_rwsem);
	if (lock_flags & XFS_MMAPLOCK_EXCL)
		down_write(&inode->i_mapping->invalidate_lock);
	if (lock_flags & XFS_MMAPLOCK_SHARED)
		down_read(&inode->i_mapping->invalidate_lock);
	if (lock_flags & XFS_ILOCK_EXCL)
		down_write(&ip->i_lock);
	if (lock_flags & XFS_ILOCK_SHARED)
		down_read(&ip->i_lock);
}

void xfs_iunlock(xfs_inode_t *ip, uint lock_flags)
{
	struct inode *inode = VFS_I(ip);

	if (lock_flags & XFS_ILOCK_SHARED)
		up_read(&ip->i_lock);
	if (lock_flags & XFS_ILOCK_EXCL)
		up_write(&ip->i_lock);
	if (lock_flags & XFS_MMAPLOCK_SHARED)
		up_read(&inode->i_mapping->invalidate_lock);
	if (lock_flags & XFS_MMAPLOCK_EXCL)
		up_write(&inode->i_mapping->invalidate_lock);
	if (lock_flags & XFS_IOLOCK_SHARED)
		up_read(&inode->i_rwsem);
	if (lock_flags & XFS_IOLOCK_EXCL)
		up_write(&inode->i_rwsem);
}

uint xfs_lock_inumorder(uint lock_mode, uint subclass)
{
	uint class = 0;

	if (lock_mode & (XFS_IOLOCK_SHARED | XFS_IOLOCK_EXCL))
		class |= subclass << XFS_IOLOCK_SHIFT;
	if (lock_mode & (XFS_MMAPLOCK_SHARED | XFS_MMAPLOCK_EXCL))
		class |= subclass << XFS_MMAPLOCK_SHIFT;
	if (lock_mode & (XFS_ILOCK_SHARED | XFS_ILOCK_EXCL))
		class |= subclass << XFS_ILOCK_SHIFT;
	return (lock_mode & ~XFS_LOCK_SUBCLASS_MASK) | class;
}

#if FSC_ERA < 615
/* Until v6.10 checks ask; one kind of lock a call. */
bool xfs_isilocked(struct xfs_inode *ip, uint lock_flags)
{
	if (lock_flags & (XFS_ILOCK_SHARED | XFS_ILOCK_EXCL))
		return rwsem_is_locked(&ip->i_lock);
	if (lock_flags & (XFS_MMAPLOCK_SHARED | XFS_MMAPLOCK_EXCL))
		return rwsem_is_locked(&VFS_I(ip)->i_mapping->invalidate_lock);
	return rwsem_is_locked(&VFS_I(ip)->i_rwsem);
}
#endif

/* Any of the named locks will do, in a mode at least as strong. */
void xfs_assert_ilocked(struct xfs_inode *ip, uint lock_flags)
{
	struct inode *inode = VFS_I(ip);
	bool io = lock_flags & (XFS_IOLOCK_SHARED | XFS_IOLOCK_EXCL);
	bool mmap = lock_flags & (XFS_MMAPLOCK_SHARED | XFS_MMAPLOCK_EXCL);
	bool meta = lock_flags & (XFS_ILOCK_SHARED | XFS_ILOCK_EXCL);

	WARN_ON_ONCE(io && !rwsem_is_locked(&inode->i_rwsem));
	WARN_ON_ONCE(mmap && !rwsem_is_locked(&inode->i_mapping->invalidate_lock));
	WARN_ON_ONCE(meta && !rwsem_is_locked(&ip->i_lock));
}

static void xfs_wait_dax_page(struct inode *inode)
{
	struct xfs_inode *ip = XFS_I(inode);

	xfs_iunlock(ip, XFS_MMAPLOCK_EXCL);
	schedule();
	xfs_ilock(ip, XFS_MMAPLOCK_EXCL);
}

#if FSC_ERA >= 615
int xfs_break_dax_layouts(struct inode *inode)
{
	xfs_assert_ilocked(XFS_I(inode), XFS_MMAPLOCK_EXCL);
	return dax_break_layout_inode(inode, xfs_wait_dax_page);
}
#else
/* *retry: a page was waited for with the lock dropped, so the search has to begin again. */
int xfs_break_dax_layouts(struct inode *inode, bool *retry)
{
	struct page *busy;

	xfs_assert_ilocked(XFS_I(inode), XFS_MMAPLOCK_EXCL);
	busy = fsc_layout_busy_page(inode->i_mapping);
	if (busy) {
		*retry = true;
		return ___wait_var_event(&busy->_refcount, atomic_read(&busy->_refcount) == 1, TASK_INTERRUPTIBLE, 0,
					 0, xfs_wait_dax_page(inode));
	}
	return 0;
}
#endif

static int xfs_break_leased_layouts(struct inode *inode, uint *iolock, bool *did_unlock)
{
	(void)inode;
	(void)iolock;
	(void)did_unlock;
	return 0;
}

int xfs_break_layouts(struct inode *inode, uint *iolock, enum layout_break_reason reason)
{
	bool retry;
	int error = 0;

	xfs_assert_ilocked(XFS_I(inode), XFS_IOLOCK_SHARED | XFS_IOLOCK_EXCL);
	do {
		retry = false;
		if (reason == BREAK_UNMAP) {
#if FSC_ERA >= 615
			error = xfs_break_dax_layouts(inode);
#else
			error = xfs_break_dax_layouts(inode, &retry);
#endif
		}
		if (!error && !retry)
			error = xfs_break_leased_layouts(inode, iolock, &retry);
	} while (retry && !error);
	return error;
}

/* Both files without faults and with idle pages. The second is not waited for under the first's lock. */
static int xfs_mmaplock_two_inodes_and_break_dax_layout(struct xfs_inode *ip1, struct xfs_inode *ip2)
{
	int error;
#if FSC_ERA < 615
	struct page *busy;
	bool retry;
#endif

	if (ip1->i_ino > ip2->i_ino)
		swap(ip1, ip2);
	for (;;) {
		xfs_ilock(ip1, XFS_MMAPLOCK_EXCL);
#if FSC_ERA >= 615
		error = xfs_break_dax_layouts(VFS_I(ip1));
		if (error) {
			xfs_iunlock(ip1, XFS_MMAPLOCK_EXCL);
			return error;
		}
#else
		retry = false;
		error = xfs_break_dax_layouts(VFS_I(ip1), &retry);
		if (error || retry) {
			xfs_iunlock(ip1, XFS_MMAPLOCK_EXCL);
			if (error)
				return error;
			continue;
		}
#endif
		if (ip1 == ip2)
			return 0;
		xfs_ilock(ip2, xfs_lock_inumorder(XFS_MMAPLOCK_EXCL, 1));
#if FSC_ERA >= 615
		if (!dax_break_layout(VFS_I(ip2), 0, -1, NULL))
			return 0;
#else
		busy = fsc_layout_busy_page(VFS_I(ip2)->i_mapping);
		if (!busy || page_ref_count(busy) == 1)
			return 0;
#endif
		xfs_iunlock(ip2, XFS_MMAPLOCK_EXCL);
		xfs_iunlock(ip1, XFS_MMAPLOCK_EXCL);
		/* Nobody but the page's user can change anything: it has to get a turn. */
		cond_resched();
	}
}

int xfs_ilock2_io_mmap(struct xfs_inode *ip1, struct xfs_inode *ip2)
{
	int ret;

	lock_two_nondirectories(VFS_I(ip1), VFS_I(ip2));
	ret = xfs_mmaplock_two_inodes_and_break_dax_layout(ip1, ip2);
	if (ret)
		unlock_two_nondirectories(VFS_I(ip1), VFS_I(ip2));
	return ret;
}

void xfs_iunlock2_io_mmap(struct xfs_inode *ip1, struct xfs_inode *ip2)
{
	xfs_iunlock(ip2, XFS_MMAPLOCK_EXCL);
	if (ip1 != ip2)
		xfs_iunlock(ip1, XFS_MMAPLOCK_EXCL);
	unlock_two_nondirectories(VFS_I(ip1), VFS_I(ip2));
}
