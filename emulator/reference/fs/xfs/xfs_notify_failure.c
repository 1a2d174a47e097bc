// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The dax device of an XFS tells of failing memory, or that it goes: whoever maps a block of it is killed. Mirrors
 * fs/xfs/xfs_notify_failure.c of 6.12, for all kernels from then on. Left out: the realtime device's own records (6.14).
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/string.h>
#include "xfs_mount.h"

struct xfs_failure_info {
	xfs_agblock_t startblock;
	xfs_extlen_t blockcount;
	int mf_flags;
	bool want_shutdown;
};

/* Where in its file the failing part of a record begins, and how many pages of it fail. */
static pgoff_t xfs_failure_pgoff(struct xfs_mount *mp, const struct xfs_rmap_irec *rec,
				 const struct xfs_failure_info *notify)
{
	uint64_t at = rec->rm_offset;

	if (rec->rm_startblock < notify->startblock)
		at += notify->startblock - rec->rm_startblock;
	return XFS_FSB_TO_B(mp, at) >> PAGE_SHIFT;
}

static unsigned long xfs_failure_pgcnt(struct xfs_mount *mp, const struct xfs_rmap_irec *rec,
				       const struct xfs_failure_info *notify)
{
	xfs_agblock_t from = max(notify->startblock, rec->rm_startblock);
	xfs_agblock_t to = min(notify->startblock + notify->blockcount, rec->rm_startblock + rec->rm_blockcount);

	return XFS_FSB_TO_B(mp, to - from) >> PAGE_SHIFT;
}

static int xfs_dax_failure_fn(struct xfs_btree_cur *cur, const struct xfs_rmap_irec *rec, void *data)
{
	struct xfs_failure_info *notify = data;
	struct xfs_mount *mp = cur->bc_mp;
	struct address_space *mapping;
	struct xfs_inode *ip;
	unsigned long count;
	pgoff_t first;
	int error;

	if (XFS_RMAP_NON_INODE_OWNER(rec->rm_owner) || (rec->rm_flags & (XFS_RMAP_ATTR_FORK | XFS_RMAP_BMBT_BLOCK))) {
		/* Metadata: no file to tell. Where the device goes the file system goes with it. */
		if (!(notify->mf_flags & MF_MEM_PRE_REMOVE))
			notify->want_shutdown = true;
		return 0;
	}
	error = xfs_iget(mp, cur->bc_tp, rec->rm_owner, XFS_IGET_INCORE, 0, &ip);
	if (error) {
		if (error != -ENODATA) /* else nobody uses the file */
			notify->want_shutdown = true;
		return 0;
	}
	mapping = VFS_I(ip)->i_mapping;
	first = xfs_failure_pgoff(mp, rec, notify);
	count = xfs_failure_pgcnt(mp, rec, notify);
	if (dax_mapping(mapping))
		error = mf_dax_kill_procs(mapping, first, count, notify->mf_flags);
	if (notify->mf_flags & MF_MEM_PRE_REMOVE)
		invalidate_inode_pages2_range(mapping, first, first + count - 1);
	xfs_irele(ip);
	return error;
}

static int xfs_dax_notify_failure_freeze(struct xfs_mount *mp)
{
	int error = freeze_super(mp->m_super, FREEZE_HOLDER_KERNEL);

	if (error)
		xfs_emerg(mp, "frozen by the kernel already: %d", error);
	return error;
}

/* The device goes: whoever has frozen the file system waits for nothing any more. */
static void xfs_dax_notify_failure_thaw(struct xfs_mount *mp, bool kernel_frozen)
{
	int error = kernel_frozen ? thaw_super(mp->m_super, FREEZE_HOLDER_KERNEL) : 0;

	if (error)
		xfs_emerg(mp, "frozen after a device has gone: %d", error);
	thaw_super(mp->m_super, FREEZE_HOLDER_USERSPACE);
}

/* A range of the dax device as one of the file system's, cut to it. */
static int xfs_dax_translate_range(struct xfs_buftarg *btp, u64 offset, u64 len, xfs_daddr_t *daddr, uint64_t *bblen)
{
	u64 first = btp->bt_dax_part_off, size = bdev_nr_bytes(btp->bt_bdev), last = first + size - 1, end;

	if (!offset && len == U64_MAX) {
		offset = first;
		len = size;
	}
	end = offset + len - 1;
	if (end < first || offset > last)
		return -ENXIO;
	offset = max(offset, first) - first;
	end = min(end, last) - first;
	*daddr = BTOBB(offset);
	*bblen = BTOBB(end - offset + 1);
	return 0;
}

static int xfs_dax_notify_logdev_failure(struct xfs_mount *mp, u64 offset, u64 len, int mf_flags)
{
	xfs_daddr_t daddr;
	uint64_t bblen;
	int error = xfs_dax_translate_range(mp->m_logdev_targp, offset, len, &daddr, &bblen);

	if (error || (mf_flags & MF_MEM_PRE_REMOVE))
		return error;
	xfs_err(mp, "the log is bad, shutting down");
	xfs_force_shutdown(mp, SHUTDOWN_CORRUPT_ONDISK);
	return -EFSCORRUPTED;
}

/* The failing part of one allocation group. */
static int fsc_notify_group(struct xfs_mount *mp, struct xfs_trans *tp, xfs_agnumber_t agno, xfs_agblock_t first,
			    xfs_agblock_t last, struct xfs_failure_info *notify)
{
	struct xfs_perag *pag = xfs_perag_get(mp, agno);
	struct xfs_rmap_irec low = { .rm_startblock = first }, high;
	struct xfs_btree_cur *cur;
	struct xfs_buf *agf_bp;
	int error = xfs_alloc_read_agf(pag, tp, 0, &agf_bp);

	if (!error) {
		struct xfs_agf *agf = agf_bp->b_addr;

		memset(&high, 0xff, sizeof(high));
		high.rm_startblock = last;
		notify->startblock = first;
		notify->blockcount = min(be32_to_cpu(agf->agf_length) - 1, last) + 1 - first;
		cur = xfs_rmapbt_init_cursor(mp, tp, agf_bp, pag);
		error = xfs_rmap_query_range(cur, &low, &high, xfs_dax_failure_fn, notify);
		xfs_btree_del_cursor(cur, error);
		xfs_trans_brelse(tp, agf_bp);
	}
	xfs_perag_put(pag);
	return error;
}

static int xfs_dax_notify_ddev_failure(struct xfs_mount *mp, xfs_daddr_t daddr, xfs_daddr_t bblen, int mf_flags)
{
	xfs_fsblock_t first = XFS_DADDR_TO_FSB(mp, daddr), last = XFS_DADDR_TO_FSB(mp, daddr + bblen - 1);
	xfs_agnumber_t agno = XFS_FSB_TO_AGNO(mp, first), end_agno = XFS_FSB_TO_AGNO(mp, last);
	struct xfs_failure_info notify = { .mf_flags = mf_flags };
	bool frozen = false, goes = mf_flags & MF_MEM_PRE_REMOVE;
	struct xfs_trans *tp;
	int error;

	if (goes) {
		/* No new mapping comes while the old ones go; a file system that cannot be frozen loses its device all the same. */
		xfs_info(mp, "the device is about to be removed");
		frozen = !xfs_dax_notify_failure_freeze(mp);
	}
	error = xfs_trans_alloc_empty(mp, &tp);
	if (error)
		goto thaw;
	for (; !error && agno <= end_agno; agno++) {
		error = fsc_notify_group(mp, tp, agno, XFS_FSB_TO_AGBNO(mp, first),
					 agno == end_agno ? XFS_FSB_TO_AGBNO(mp, last) : ~0U, &notify);
		first = XFS_AGB_TO_FSB(mp, agno + 1, 0);
	}
	xfs_trans_cancel(tp);
	if (goes) {
		xfs_force_shutdown(mp, SHUTDOWN_FORCE_UMOUNT);
	} else if (error || notify.want_shutdown) {
		xfs_force_shutdown(mp, SHUTDOWN_CORRUPT_ONDISK);
		error = error ?: -EFSCORRUPTED;
	}
thaw:
	if (goes)
		xfs_dax_notify_failure_thaw(mp, frozen);
	return error;
}

static int xfs_dax_notify_failure(struct dax_device *dax_dev, u64 offset, u64 len, int mf_flags)
{
	struct xfs_mount *mp = dax_holder(dax_dev);
	xfs_daddr_t daddr;
	uint64_t bblen;
	int error;

	if (!(mp->m_super->s_flags & SB_BORN))
		return -EIO;
	if (mp->m_rtdev_targp && mp->m_rtdev_targp->bt_daxdev == dax_dev)
		return -EOPNOTSUPP;
	if (mp->m_logdev_targp && mp->m_logdev_targp != mp->m_ddev_targp && mp->m_logdev_targp->bt_daxdev == dax_dev)
		return xfs_dax_notify_logdev_failure(mp, offset, len, mf_flags);
	if (!xfs_has_rmapbt(mp))
		return -EOPNOTSUPP;
	error = xfs_dax_translate_range(mp->m_ddev_targp, offset, len, &daddr, &bblen);
	if (error)
		return error;
	return xfs_dax_notify_ddev_failure(mp, daddr, bblen, mf_flags);
}

const struct dax_holder_operations xfs_dax_holder_operations = {
	.notify_failure = xfs_dax_notify_failure,
};
#endif
