/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A mount of XFS as far as failing memory asks for it: its device, two allocation groups, records of who owns which blocks. Mirrors
 * those parts of fs/xfs/xfs_mount.h and of fs/xfs/libxfs; whatever they say of blocks is what fscfs knows (fsc_rmap.c).
 */
#ifndef __XFS_MOUNT_H__
#define __XFS_MOUNT_H__
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/mutex.h>
#include "xfs_inode.h"
#include "../fscfs.h"

typedef uint32_t xfs_agnumber_t;
typedef uint32_t xfs_agblock_t;
typedef uint32_t xfs_extlen_t;
typedef uint64_t xfs_fsblock_t;
typedef int64_t xfs_daddr_t;

#define FSC_AGS 2

/* On the medium most significant byte first. */
static inline uint32_t be32_to_cpu(__be32 x)
{
	return x << 24 | (x & 0xff00) << 8 | (x >> 8 & 0xff00) | x >> 24;
}
#define cpu_to_be32(x) be32_to_cpu(x)

struct xfs_buftarg {
	struct block_device *bt_bdev;
	struct dax_device *bt_daxdev;
	u64 bt_dax_part_off;
};
struct xfs_agf {
	__be32 agf_length;
};
struct xfs_buf {
	void *b_addr;
	struct mutex fsc_lock;
};
struct xfs_perag {
	struct xfs_mount *pag_mount;
	xfs_agnumber_t pag_agno;
	atomic_t pag_ref;
	struct xfs_buf fsc_agf_bp;
	struct xfs_agf fsc_agf;
};
typedef struct xfs_sb {
	uint32_t sb_agblocks;
	xfs_agnumber_t sb_agcount;
	uint8_t sb_agblklog;
	uint8_t sb_blocklog;
} xfs_sb_t;
#define XFS_FEAT_RMAPBT (1ULL << 9)
typedef struct xfs_mount {
	struct xfs_sb m_sb;
	struct super_block *m_super;
	struct xfs_buftarg *m_ddev_targp;
	struct xfs_buftarg *m_logdev_targp;
	struct xfs_buftarg *m_rtdev_targp;
	uint64_t m_features;
	struct fscfs *fsc_fs;
	struct xfs_buftarg fsc_ddev;
	struct xfs_perag fsc_perags[FSC_AGS];
	uint32_t fsc_shutdown; /* why */
} xfs_mount_t;
typedef struct xfs_trans {
	struct xfs_mount *t_mountp;
	struct xfs_buf *fsc_held;
} xfs_trans_t;

static inline bool xfs_has_rmapbt(struct xfs_mount *mp)
{
	return mp->m_features & XFS_FEAT_RMAPBT;
}

#define BBSHIFT 9
#define BTOBB(bytes) (((u64)(bytes) + SECTOR_SIZE - 1) >> BBSHIFT)
#define XFS_FSB_TO_B(mp, fsbno) ((loff_t)(fsbno) << (mp)->m_sb.sb_blocklog)
#define XFS_AGB_TO_FSB(mp, agno, agbno) (((xfs_fsblock_t)(agno) << (mp)->m_sb.sb_agblklog) | (agbno))
#define XFS_FSB_TO_AGNO(mp, fsbno) ((xfs_agnumber_t)((fsbno) >> (mp)->m_sb.sb_agblklog))
#define XFS_FSB_TO_AGBNO(mp, fsbno) ((xfs_agblock_t)((fsbno) & ((1UL << (mp)->m_sb.sb_agblklog) - 1)))
/* Numbers of blocks have room between the groups; places on the disk have not. */
static inline xfs_fsblock_t XFS_DADDR_TO_FSB(struct xfs_mount *mp, xfs_daddr_t daddr)
{
	uint64_t block = (uint64_t)daddr >> (mp->m_sb.sb_blocklog - BBSHIFT);

	return XFS_AGB_TO_FSB(mp, block / mp->m_sb.sb_agblocks, block % mp->m_sb.sb_agblocks);
}

#define XFS_RMAP_NON_INODE_OWNER(owner) (!!((owner) & (1ULL << 63)))
#define XFS_RMAP_OWN_FS (-3ULL)
#define XFS_RMAP_ATTR_FORK (1 << 0)
#define XFS_RMAP_BMBT_BLOCK (1 << 1)
struct xfs_rmap_irec {
	xfs_agblock_t rm_startblock;
	xfs_extlen_t rm_blockcount;
	uint64_t rm_owner;
	uint64_t rm_offset;
	unsigned int rm_flags;
};
struct xfs_btree_cur {
	struct xfs_mount *bc_mp;
	struct xfs_trans *bc_tp;
	struct xfs_perag *fsc_pag;
};
typedef int (*xfs_rmap_query_range_fn)(struct xfs_btree_cur *cur, const struct xfs_rmap_irec *rec, void *priv);

#define XFS_IGET_INCORE (1U << 3)
#define EFSCORRUPTED EUCLEAN
#define SHUTDOWN_FORCE_UMOUNT (1u << 2)
#define SHUTDOWN_CORRUPT_ONDISK (1u << 4)
#define xfs_emerg(mp, fmt, ...) ((void)(mp), pr_err("XFS: " fmt "\n", ##__VA_ARGS__))
#define xfs_err(mp, fmt, ...) ((void)(mp), pr_err("XFS: " fmt "\n", ##__VA_ARGS__))
#define xfs_warn(mp, fmt, ...) ((void)(mp), pr_warn("XFS: " fmt "\n", ##__VA_ARGS__))
#define xfs_info(mp, fmt, ...) ((void)(mp), pr_info("XFS: " fmt "\n", ##__VA_ARGS__))
#define xfs_debug(mp, fmt, ...) ((void)(mp))

struct xfs_perag *xfs_perag_get(struct xfs_mount *mp, xfs_agnumber_t agno);
void xfs_perag_put(struct xfs_perag *pag);
int xfs_alloc_read_agf(struct xfs_perag *pag, struct xfs_trans *tp, int flags, struct xfs_buf **agfbpp);
int xfs_trans_alloc_empty(struct xfs_mount *mp, struct xfs_trans **tpp);
void xfs_trans_cancel(struct xfs_trans *tp);
void xfs_trans_brelse(xfs_trans_t *tp, struct xfs_buf *bp);
struct xfs_btree_cur *xfs_rmapbt_init_cursor(struct xfs_mount *mp, struct xfs_trans *tp, struct xfs_buf *bp,
					     struct xfs_perag *pag);
void xfs_btree_del_cursor(struct xfs_btree_cur *cur, int error);
int xfs_rmap_query_range(struct xfs_btree_cur *cur, const struct xfs_rmap_irec *low_rec,
			 const struct xfs_rmap_irec *high_rec, xfs_rmap_query_range_fn fn, void *priv);
int xfs_iget(struct xfs_mount *mp, struct xfs_trans *tp, xfs_ino_t ino, uint flags, uint lock_flags, xfs_inode_t **ipp);
void xfs_irele(struct xfs_inode *ip);
void xfs_force_shutdown(struct xfs_mount *mp, uint32_t flags);
extern const struct dax_holder_operations xfs_dax_holder_operations;

/* Ours. */
struct xfs_mount *fsc_xfs_mount(struct fscfs *fs);
void fsc_xfs_mounted(struct xfs_mount *mp);
/* Nobody holds a group, its header, or the file system frozen. */
bool fsc_xfs_idle(struct xfs_mount *mp);
#endif
