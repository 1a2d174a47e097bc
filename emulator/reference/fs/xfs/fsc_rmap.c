// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What XFS knows of its blocks, told from the extents of fscfs: allocation groups of half the device each, records of who owns what,
 * inodes by number, shutting down. Stands where fs/xfs/libxfs, xfs_icache.c and xfs_fsops.c are.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/slab.h>
#include "xfs_mount.h"

struct xfs_mount *fsc_xfs_mount(struct fscfs *fs)
{
	struct xfs_mount *mp = __fsc_alloc(sizeof(*mp), 8, FSC_ZERO, "struct xfs_mount");

	mp->fsc_fs = fs;
	mp->m_super = &fs->sb;
	mp->m_features = XFS_FEAT_RMAPBT;
	mp->m_sb = (struct xfs_sb){ .sb_agblocks = FSCFS_MAX_BLOCKS / FSC_AGS, .sb_agcount = FSC_AGS, .sb_blocklog = PAGE_SHIFT };
	while (1U << mp->m_sb.sb_agblklog <= mp->m_sb.sb_agblocks) /* one more than is needed: numbers have gaps */
		mp->m_sb.sb_agblklog++;
	for (xfs_agnumber_t i = 0; i < FSC_AGS; i++) {
		struct xfs_perag *pag = &mp->fsc_perags[i];

		pag->pag_mount = mp;
		pag->pag_agno = i;
		pag->fsc_agf.agf_length = cpu_to_be32(mp->m_sb.sb_agblocks);
		pag->fsc_agf_bp.b_addr = &pag->fsc_agf;
		mutex_init(&pag->fsc_agf_bp.fsc_lock);
	}
	return mp;
}

void fsc_xfs_mounted(struct xfs_mount *mp)
{
	mp->fsc_ddev.bt_bdev = mp->fsc_fs->bdev;
	mp->fsc_ddev.bt_daxdev = mp->fsc_fs->dax_dev;
	mp->fsc_ddev.bt_dax_part_off = mp->fsc_fs->start_off;
	mp->m_ddev_targp = &mp->fsc_ddev;
	mp->m_logdev_targp = &mp->fsc_ddev;
	mp->m_super->s_flags |= SB_BORN;
}

bool fsc_xfs_idle(struct xfs_mount *mp)
{
	for (int i = 0; i < FSC_AGS; i++) {
		struct xfs_perag *pag = &mp->fsc_perags[i];

		if (atomic_read(&pag->pag_ref) || !mutex_trylock(&pag->fsc_agf_bp.fsc_lock))
			return false;
		mutex_unlock(&pag->fsc_agf_bp.fsc_lock);
	}
	return !mp->m_super->fsc_frozen;
}

struct xfs_perag *xfs_perag_get(struct xfs_mount *mp, xfs_agnumber_t agno)
{
	if (agno >= mp->m_sb.sb_agcount)
		return NULL;
	atomic_inc(&mp->fsc_perags[agno].pag_ref);
	return &mp->fsc_perags[agno];
}

void xfs_perag_put(struct xfs_perag *pag)
{
	WARN_ON(atomic_dec_return(&pag->pag_ref) < 0);
}

int xfs_alloc_read_agf(struct xfs_perag *pag, struct xfs_trans *tp, int flags, struct xfs_buf **agfbpp)
{
	(void)flags;
	if (__fsc_fail("agf_read"))
		return -EIO;
	mutex_lock(&pag->fsc_agf_bp.fsc_lock);
	*agfbpp = &pag->fsc_agf_bp;
	tp->fsc_held = *agfbpp;
	return 0;
}

int xfs_trans_alloc_empty(struct xfs_mount *mp, struct xfs_trans **tpp)
{
	*tpp = kzalloc(sizeof(struct xfs_trans), GFP_KERNEL);
	if (!*tpp)
		return -ENOMEM;
	(*tpp)->t_mountp = mp;
	return 0;
}

void xfs_trans_brelse(xfs_trans_t *tp, struct xfs_buf *bp)
{
	WARN_ON(tp->fsc_held != bp);
	tp->fsc_held = NULL;
	mutex_unlock(&bp->fsc_lock);
}

void xfs_trans_cancel(struct xfs_trans *tp)
{
	if (tp->fsc_held)
		xfs_trans_brelse(tp, tp->fsc_held);
	kfree(tp);
}

struct xfs_btree_cur *xfs_rmapbt_init_cursor(struct xfs_mount *mp, struct xfs_trans *tp, struct xfs_buf *bp,
					     struct xfs_perag *pag)
{
	struct xfs_btree_cur *cur = __fsc_alloc(sizeof(*cur), 8, FSC_ZERO, "struct xfs_btree_cur");

	WARN_ON(tp->fsc_held != bp);
	cur->bc_mp = mp;
	cur->bc_tp = tp;
	cur->fsc_pag = pag;
	return cur;
}

void xfs_btree_del_cursor(struct xfs_btree_cur *cur, int error)
{
	(void)error;
	__fsc_free(cur);
}

static bool fsc_meets(const struct xfs_rmap_irec *rec, const struct xfs_rmap_irec *low, const struct xfs_rmap_irec *high)
{
	return rec->rm_startblock <= high->rm_startblock && rec->rm_startblock + rec->rm_blockcount > low->rm_startblock;
}

/* The super block's, then what each file has in the group. */
int xfs_rmap_query_range(struct xfs_btree_cur *cur, const struct xfs_rmap_irec *low_rec,
			 const struct xfs_rmap_irec *high_rec, xfs_rmap_query_range_fn fn, void *priv)
{
	unsigned long size = cur->bc_mp->m_sb.sb_agblocks, base = cur->fsc_pag->pag_agno * size;
	struct xfs_rmap_irec rec = { .rm_startblock = 0, .rm_blockcount = 1, .rm_owner = XFS_RMAP_OWN_FS };
	int error = __fsc_fail("rmap_query") ? -EIO : 0;

	if (!error && !base && fsc_meets(&rec, low_rec, high_rec))
		error = fn(cur, &rec, priv);
	for (int slot = 0; !error && slot < FSC_MAX_INODE; slot++) {
		struct inode *inode = fsc_registry.inodes[slot];
		struct fscfs_map *map;

		if (!inode || inode->i_sb != cur->bc_mp->m_super)
			continue;
		map = &fscfs_i(inode)->data;
		for (unsigned int i = 0; !error && i < map->nr; i++) {
			struct fscfs_extent *e = &map->ext[i];
			unsigned long from = max(e->block, base), to = min(e->block + e->count, base + size);

			if (from >= to)
				continue;
			rec.rm_startblock = from - base;
			rec.rm_blockcount = to - from;
			rec.rm_owner = XFS_I(inode)->i_ino;
			rec.rm_offset = e->first + (from - e->block);
			if (fsc_meets(&rec, low_rec, high_rec))
				error = fn(cur, &rec, priv);
		}
	}
	return error;
}

/* Only such as are in memory: all that there are. */
int xfs_iget(struct xfs_mount *mp, struct xfs_trans *tp, xfs_ino_t ino, uint flags, uint lock_flags, xfs_inode_t **ipp)
{
	(void)tp;
	(void)flags;
	(void)lock_flags;
	for (int slot = 0; slot < FSC_MAX_INODE; slot++) {
		struct inode *inode = fsc_registry.inodes[slot];

		if (!inode || inode->i_sb != mp->m_super || XFS_I(inode)->i_ino != ino)
			continue;
		if (!igrab(inode))
			return -ENODATA;
		*ipp = XFS_I(inode);
		return 0;
	}
	return -ENODATA;
}

void xfs_irele(struct xfs_inode *ip)
{
	iput(VFS_I(ip));
}

void xfs_force_shutdown(struct xfs_mount *mp, uint32_t flags)
{
	mp->fsc_shutdown |= flags;
	mp->fsc_fs->shutdown = true;
}
#endif
