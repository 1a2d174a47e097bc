// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the data of a file lies, and what reads it. Mirrors fs/erofs/data.c without the page cache. Unlike the file systems of
 * fscfs.c it answers with the whole extent that a place is in, which may begin before what was asked for, names no disk where DAX
 * asks, has nothing to do when an extent was used, no transaction, and takes no lock: nothing ever changes.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/fsc_pfn.h>
#include <linux/iomap.h>
#include <linux/uio.h>
#include "internal.h"

int erofs_map_blocks(struct inode *inode, struct erofs_map_blocks *map)
{
	struct erofs_inode *vi = EROFS_I(inode);
	struct super_block *sb = inode->i_sb;
	erofs_off_t end = round_up(i_size_read(inode), sb->s_blocksize);
	erofs_blk_t first = vi->raw_blkaddr;

	map->m_deviceid = 0;
	if (map->m_la >= (u64)i_size_read(inode)) {
		map->m_flags = 0;
		map->m_plen = map->m_llen;
		return 0;
	}
	if (vi->datalayout == EROFS_INODE_CHUNK_BASED) {
		unsigned long chunk = map->m_la >> vi->chunkbits;

		first = vi->fsc_chunks[chunk];
		map->m_la = (erofs_off_t)chunk << vi->chunkbits;
		map->m_pa = erofs_pos(sb, first);
		map->m_plen = min_t(erofs_off_t, 1UL << vi->chunkbits, end - map->m_la);
	} else {
		map->m_pa = erofs_pos(sb, first) + map->m_la;
		map->m_plen = end - map->m_la;
	}
	map->m_flags = first == EROFS_NULL_ADDR ? 0 : EROFS_MAP_MAPPED;
	map->m_llen = map->m_plen;
	return 0;
}

int erofs_map_dev(struct super_block *sb, struct erofs_map_dev *map)
{
	if (map->m_deviceid)
		return -ENODEV;
	map->m_sb = sb;
	map->m_dif = &EROFS_SB(sb)->dif0;
	map->m_bdev = map->m_dif->fsc_bdev;
	return 0;
}

static int erofs_iomap_begin(struct inode *inode, loff_t offset, loff_t length, unsigned int flags, struct iomap *iomap,
			     struct iomap *srcmap)
{
	struct erofs_map_blocks map = { .m_la = offset, .m_llen = length };
	struct erofs_map_dev mdev;
	int ret;

	(void)srcmap;
	if (__fsc_fail(FSC_FAULT "block-io"))
		return -EIO;
	ret = erofs_map_blocks(inode, &map);
	if (ret < 0)
		return ret;
	mdev = (struct erofs_map_dev){ .m_deviceid = map.m_deviceid, .m_pa = map.m_pa };
	ret = erofs_map_dev(inode->i_sb, &mdev);
	if (ret)
		return ret;

	iomap->offset = map.m_la;
	iomap->length = map.m_llen;
	iomap->flags = 0;
	iomap->private = NULL;
	if (flags & IOMAP_DAX)
		iomap->dax_dev = mdev.m_dif->dax_dev;
	else
		iomap->bdev = mdev.m_bdev;
	if (map.m_flags & EROFS_MAP_MAPPED) {
		iomap->type = IOMAP_MAPPED;
		iomap->addr = mdev.m_pa + (flags & IOMAP_DAX ? mdev.m_dif->dax_part_off : 0);
	} else {
		iomap->type = IOMAP_HOLE;
		iomap->addr = IOMAP_NULL_ADDR;
		if (!iomap->length)
			iomap->length = length;
	}
	return 0;
}

static const struct iomap_ops erofs_iomap_ops = {
	.iomap_begin = erofs_iomap_begin,
};

static ssize_t erofs_file_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	if (!iov_iter_count(to))
		return 0;
	return dax_iomap_rw(iocb, to, &erofs_iomap_ops);
}

/* Who calls has no use for the pfn and for the error: nothing is committed, nothing is tried again. */
static vm_fault_t erofs_dax_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	return dax_iomap_fault(vmf, order, NULL, NULL, &erofs_iomap_ops);
}

static vm_fault_t erofs_dax_fault(struct vm_fault *vmf)
{
	return erofs_dax_huge_fault(vmf, 0);
}

/* No page_mkwrite and no pfn_mkwrite: no page is ever written but a private copy. */
static const struct vm_operations_struct erofs_dax_vm_ops = {
	.fault = erofs_dax_fault,
	.huge_fault = erofs_dax_huge_fault,
};

static int erofs_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	(void)file;
	if ((vma->vm_flags & VM_SHARED) && (vma->vm_flags & VM_MAYWRITE))
		return -EINVAL;
	vma->vm_ops = &erofs_dax_vm_ops;
	vm_flags_set(vma, VM_HUGEPAGE);
	return 0;
}

const struct file_operations erofs_file_fops = {
	.read_iter = erofs_file_read_iter,
	.mmap = erofs_file_mmap,
};
#endif
