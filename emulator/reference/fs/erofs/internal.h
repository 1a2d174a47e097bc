/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A read-only file system whose files lie on the device as they are: where, a file says once (flat) or chunk by chunk. Mirrors
 * fs/erofs/internal.h as far as DAX goes, with 6.12's names. Left out: compression, inline tails, further devices, files and
 * caches instead of a disk; what the image says of a file is in memory (fsc_chunks) and not in blocks of metadata.
 */
#ifndef __EROFS_INTERNAL_H
#define __EROFS_INTERNAL_H
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/mm.h>

typedef u64 erofs_off_t;
typedef u32 erofs_blk_t;

#define EROFS_NULL_ADDR ((erofs_blk_t)-1)

/* What an image lies on. */
struct erofs_device_info {
	struct dax_device *dax_dev; /* NULL: the disk has none */
	u64 dax_part_off; /* where the disk begins on it */
	struct block_device *fsc_bdev;
};

struct erofs_sb_info {
	struct erofs_device_info dif0;
	unsigned char blkszbits;
};

static inline struct erofs_sb_info *EROFS_SB(struct super_block *sb)
{
	return sb->s_fs_info;
}

static inline erofs_off_t erofs_pos(struct super_block *sb, erofs_blk_t nr)
{
	return (erofs_off_t)nr << EROFS_SB(sb)->blkszbits;
}

enum {
	EROFS_INODE_FLAT_PLAIN = 0,
	EROFS_INODE_CHUNK_BASED = 4,
};

struct erofs_inode {
	unsigned char datalayout;
	unsigned char chunkbits; /* bytes of a chunk, as a power of two */
	erofs_blk_t raw_blkaddr; /* first block of a flat file */
	const erofs_blk_t *fsc_chunks; /* first block of each chunk, or EROFS_NULL_ADDR */
	int fsc_slot;
	struct inode vfs_inode;
};

static inline struct erofs_inode *EROFS_I(struct inode *inode)
{
	return container_of(inode, struct erofs_inode, vfs_inode);
}

#define EROFS_MAP_MAPPED 0x0001

/* A range of a file (logical) and where it lies (physical), in bytes. */
struct erofs_map_blocks {
	erofs_off_t m_pa, m_la;
	u64 m_plen, m_llen;
	unsigned short m_deviceid;
	unsigned int m_flags;
};

struct erofs_map_dev {
	struct super_block *m_sb;
	struct erofs_device_info *m_dif;
	struct block_device *m_bdev;
	erofs_off_t m_pa;
	unsigned int m_deviceid;
};

int erofs_map_blocks(struct inode *inode, struct erofs_map_blocks *map);
int erofs_map_dev(struct super_block *sb, struct erofs_map_dev *map);
extern const struct file_operations erofs_file_fops;

/* ---- ours: what a program and mount(8) ask ---- */

struct fsc_erofs_image {
	unsigned char datalayout, chunkbits;
	unsigned long nr_pages;
	erofs_blk_t raw_blkaddr;
	const erofs_blk_t *chunks;
};

struct super_block *fsc_erofs_mount(void); /* NULL: no disk, or one without DAX */
void fsc_erofs_umount(struct super_block *sb); /* every file is closed by now */
struct file *fsc_erofs_open(struct super_block *sb, const struct fsc_erofs_image *image);
#endif
