// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An image is mounted and unmounted, its inodes come and go. Mirrors what fs/erofs/super.c does about DAX: the dax device of the
 * disk is asked for without a holder, so nobody hears when its memory fails. Up to v6.17 eviction left entries of the file to
 * truncation, which warns since v6.15 ("erofs: fix runtime warning on truncate_folio_batch_exceptionals()").
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/pagemap.h>
#include "../fscfs.h"
#include "internal.h"

static struct inode *erofs_alloc_inode(struct super_block *sb)
{
	struct erofs_inode *vi = __fsc_alloc(sizeof(*vi), 64, FSC_ZERO, "struct inode");

	(void)sb;
	inode_init_once(&vi->vfs_inode);
	return &vi->vfs_inode;
}

static void erofs_free_inode(struct inode *inode)
{
	fsc_registry.inodes[EROFS_I(inode)->fsc_slot] = NULL;
	__fsc_free(EROFS_I(inode));
}

#if FSC_ERA >= 618
static void erofs_evict_inode(struct inode *inode)
{
	if (IS_DAX(inode))
		dax_break_layout_final(inode);
	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
}
#endif

static const struct super_operations erofs_sops = {
	.alloc_inode = erofs_alloc_inode,
	.free_inode = erofs_free_inode,
#if FSC_ERA >= 618
	.evict_inode = erofs_evict_inode,
#endif
};

/* DAX was asked for (dax=always); without a dax device the mount goes on without DAX, which the machine has not. */
static int erofs_fc_fill_super(struct super_block *sb, struct block_device *bdev)
{
	struct erofs_sb_info *sbi = __fsc_alloc(sizeof(*sbi), 8, FSC_ZERO, "struct erofs_sb_info");

	sb->s_fs_info = sbi;
	sb->s_op = &erofs_sops;
	sb->s_flags = SB_RDONLY | SB_ACTIVE;
	sb->s_bdev = bdev;
	sb->s_blocksize_bits = sbi->blkszbits = PAGE_SHIFT;
	sb->s_blocksize = PAGE_SIZE;
	sbi->dif0.fsc_bdev = bdev;
	sbi->dif0.dax_dev = fs_dax_get_by_bdev(bdev, &sbi->dif0.dax_part_off, NULL, NULL);
	return sbi->dif0.dax_dev ? 0 : -EOPNOTSUPP;
}

static void erofs_kill_sb(struct super_block *sb)
{
	struct erofs_sb_info *sbi = EROFS_SB(sb);

	fs_put_dax(sbi->dif0.dax_dev, NULL);
	__fsc_free(sbi);
}

struct super_block *fsc_erofs_mount(void)
{
	struct block_device *bdev = fsc_pmem_bdev();
	struct super_block *sb;

	if (!bdev)
		return NULL;
	sb = __fsc_alloc(sizeof(*sb), 8, FSC_ZERO, "struct super_block");
	if (!erofs_fc_fill_super(sb, bdev))
		return sb;
	fsc_erofs_umount(sb);
	return NULL;
}

void fsc_erofs_umount(struct super_block *sb)
{
	erofs_kill_sb(sb);
	__fsc_free(sb);
}

/* The open file holds the inode, and so does the cache of inodes, until umount drops it with iput(). */
struct file *fsc_erofs_open(struct super_block *sb, const struct fsc_erofs_image *image)
{
	struct inode *inode = sb->s_op->alloc_inode(sb);
	struct erofs_inode *vi = EROFS_I(inode);
	struct file *file;

	while (fsc_registry.inodes[vi->fsc_slot])
		BUG_ON(++vi->fsc_slot == FSC_MAX_INODE);
	inode_init_always(sb, inode);
	inode->i_ino = vi->fsc_slot + 1;
	inode->i_mode = S_IFREG;
	inode->i_flags = S_DAX;
	inode->i_fop = &erofs_file_fops;
	vi->datalayout = image->datalayout;
	vi->chunkbits = image->chunkbits;
	vi->raw_blkaddr = image->raw_blkaddr;
	vi->fsc_chunks = image->chunks;
	i_size_write(inode, (loff_t)image->nr_pages << PAGE_SHIFT);
	fsc_registry.inodes[vi->fsc_slot] = inode;

	file = __fsc_alloc(sizeof(*file), 8, FSC_ZERO, "struct file");
	ihold(inode);
	atomic_long_set(&file->f_count, 1);
	spin_lock_init(&file->f_lock);
	file->f_mode = FMODE_READ;
	file->f_op = inode->i_fop;
	file->f_inode = inode;
	file->f_mapping = inode->i_mapping;
	return file;
}
#endif
