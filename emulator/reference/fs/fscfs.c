/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's file system (see fscfs.h): a list of extents per file, one reference count per block, everything in RAM
 * but the data. It announces to the observers what no memory write shows: "block-free", "layout-broken" and
 * "sync-uncommitted". Faults, truncation, cloning take the locks that ext4 and xfs take, in their order.
 */
#include <linux/blkdev.h>
#include <linux/dax.h>
#include <linux/device.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/huge_mm.h>
#include <linux/iomap.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/fsc_pfn.h>
#include <linux/pgtable.h>
#include <linux/string.h>
#include <linux/uio.h>
#include <linux/writeback.h>
#include "ext4/ext4.h"
#include "fscfs.h"
#include "fuse/fuse_i.h"
#include "fuse/window.h"
#include "xfs/xfs_mount.h"

#define FSCFS_PMD_PAGES (PMD_SIZE >> PAGE_SHIFT)

/* Blocks that held data since the machine booted: only those need zeroing. */
static unsigned char fscfs_used[FSCFS_MAX_BLOCKS];

/* ---- extents ---- */

static struct fscfs_extent *fscfs_find(struct fscfs_map *map, unsigned long index)
{
	unsigned int i;

	for (i = 0; i < map->nr; i++)
		if (index >= map->ext[i].first && index < map->ext[i].first + map->ext[i].count)
			return &map->ext[i];
	return NULL;
}

/* Pages from index to the next extent, at most `limit`. */
static unsigned long fscfs_hole_len(struct fscfs_map *map, unsigned long index, unsigned long limit)
{
	unsigned int i;

	for (i = 0; i < map->nr; i++)
		if (map->ext[i].first > index)
			return min(limit, map->ext[i].first - index);
	return limit;
}

static void fscfs_insert(struct fscfs_map *map, struct fscfs_extent add)
{
	unsigned int i = 0, j;

	while (i < map->nr && map->ext[i].first < add.first)
		i++;
	if (i) {
		struct fscfs_extent *left = &map->ext[i - 1];

		if (left->first + left->count == add.first && left->block + left->count == add.block &&
		    left->unwritten == add.unwritten) {
			left->count += add.count;
			return;
		}
	}
	BUG_ON(map->nr == FSCFS_MAX_EXTENTS);
	for (j = map->nr; j > i; j--)
		map->ext[j] = map->ext[j - 1];
	map->ext[i] = add;
	map->nr++;
}

/* Cuts [first, first + count) out; what is cut is handed to each(). */
static void fscfs_cut(struct fscfs *fs, struct fscfs_map *map, unsigned long first, unsigned long count,
		      void (*each)(struct fscfs *fs, unsigned long block, unsigned long count))
{
	unsigned long end = first + count;
	unsigned int i = 0, j;

	while (i < map->nr) {
		struct fscfs_extent e = map->ext[i];
		unsigned long from = max(e.first, first), to = min(e.first + e.count, end);

		if (from >= to) {
			i++;
			continue;
		}
		for (j = i; j + 1 < map->nr; j++)
			map->ext[j] = map->ext[j + 1];
		map->nr--;
		if (e.first < from)
			fscfs_insert(map, (struct fscfs_extent){ e.first, from - e.first, e.block, e.unwritten });
		if (to < e.first + e.count)
			fscfs_insert(map, (struct fscfs_extent){ to, e.first + e.count - to,
								 e.block + (to - e.first), e.unwritten });
		if (each)
			each(fs, e.block + (from - e.first), to - from);
		i = 0;
	}
}

/* ---- blocks ---- */

static bool fscfs_run_is_free(struct fscfs *fs, unsigned long block, unsigned long count)
{
	unsigned long i;

	if (block + count > fs->nr_blocks)
		return false;
	for (i = 0; i < count; i++)
		if (fsc_registry.block_refs[block + i])
			return false;
	return true;
}

/* Block 0 is the super block's. Runs of a PMD are aligned, small ones stay out of the aligned ones while they can. */
static unsigned long fscfs_alloc(struct fscfs *fs, unsigned long *count)
{
	unsigned long n = *count, b = 0, i;

	if (__fsc_fail("block_alloc"))
		return 0;
	if (fs->goal && fscfs_run_is_free(fs, fs->goal, n)) {
		b = fs->goal;
	} else if (n >= FSCFS_PMD_PAGES) {
		for (i = FSCFS_PMD_PAGES; !b && i + n <= fs->nr_blocks; i += FSCFS_PMD_PAGES)
			if (fscfs_run_is_free(fs, i, n))
				b = i;
	}
	for (i = 1; !b && i < fs->nr_blocks; i++) {
		if (fsc_registry.block_refs[i])
			continue;
		b = i;
		for (n = 1; n < *count && fscfs_run_is_free(fs, b + n, 1); n++)
			;
	}
	if (!b)
		return 0;
	for (i = 0; i < n; i++) {
		fsc_registry.block_refs[b + i] = 1;
		fsc_registry.dirty_lines[b + i] = 0; /* what its last owner stored is nobody's */
	}
	*count = n;
	return b;
}

static void *fscfs_block_addr(unsigned long block)
{
	return page_address(pfn_to_page(fsc_registry.pmem_start_pfn + block));
}

static void fscfs_zero_blocks(unsigned long block, unsigned long count)
{
	unsigned long i;

	for (i = 0; i < count; i++) {
		if (fscfs_used[block + i])
			memset(fscfs_block_addr(block + i), 0, PAGE_SIZE);
		fscfs_used[block + i] = 1;
	}
}

static void fscfs_unref(struct fscfs *fs, unsigned long block, unsigned long count)
{
	unsigned long i;

	(void)fs;
	for (i = 0; i < count; i++) {
		BUG_ON(!fsc_registry.block_refs[block + i]);
		if (--fsc_registry.block_refs[block + i] == 0)
			__fsc_event("block-free", "block=%lu", block + i);
	}
}

/* Pages from the start of an extent that are shared, or not, all alike. */
static bool fscfs_trim_shared(unsigned long block, unsigned long *count)
{
	bool shared = fsc_registry.block_refs[block] > 1;
	unsigned long n = 1;

	while (n < *count && (fsc_registry.block_refs[block + n] > 1) == shared)
		n++;
	*count = n;
	return shared;
}

/* ---- iomap ---- */

static void fscfs_fill(struct inode *inode, struct iomap *iomap, const struct fscfs_extent *e, u16 flags)
{
	struct fscfs *fs = fscfs_i(inode)->fs;

	iomap->offset = (loff_t)e->first << PAGE_SHIFT;
	iomap->length = (u64)e->count << PAGE_SHIFT;
	iomap->bdev = fs->bdev;
	iomap->dax_dev = fs->dax_dev;
	iomap->flags = flags;
	if (fscfs_i(inode)->meta_dirty)
		iomap->flags |= IOMAP_F_DIRTY;
	if (!e->block) {
		iomap->type = IOMAP_HOLE;
		iomap->addr = IOMAP_NULL_ADDR;
		return;
	}
	iomap->type = e->unwritten ? IOMAP_UNWRITTEN : IOMAP_MAPPED;
	iomap->addr = fs->start_off + ((u64)e->block << PAGE_SHIFT);
}

/* What the file has at [index, index + count), cut to that range and to one kind. */
static struct fscfs_extent fscfs_lookup(struct fscfs_map *map, unsigned long index, unsigned long count)
{
	struct fscfs_extent *e = fscfs_find(map, index);
	struct fscfs_extent out = { index, count, 0, false };

	if (!e) {
		out.count = fscfs_hole_len(map, index, count);
		return out;
	}
	out.block = e->block + (index - e->first);
	out.count = min(count, e->first + e->count - index);
	out.unwritten = e->unwritten;
	return out;
}

static int fscfs_read_iomap_begin(struct inode *inode, loff_t pos, loff_t length, unsigned flags,
				  struct iomap *iomap, struct iomap *srcmap)
{
	unsigned long first = pos >> PAGE_SHIFT;
	unsigned long end = (pos + length + PAGE_SIZE - 1) >> PAGE_SHIFT;
	struct fscfs *fs = fscfs_i(inode)->fs;
	struct fscfs_extent e;
	u16 f = 0;

	(void)flags;
	(void)srcmap;
	if (fs->shutdown || __fsc_fail(FSC_FAULT "block-io"))
		return -EIO;
	if (__fsc_fail(FSC_FAULT "again"))
		return -EAGAIN;
	mutex_lock(&fs->map_lock);
	e = fscfs_lookup(&fscfs_i(inode)->data, first, end - first);
	if (e.block && fscfs_trim_shared(e.block, &e.count))
		f = IOMAP_F_SHARED;
	mutex_unlock(&fs->map_lock);
	fscfs_fill(inode, iomap, &e, f);
	return 0;
}

static int fscfs_map_for_write(struct inode *inode, loff_t pos, loff_t length, unsigned flags, struct iomap *iomap,
			       struct iomap *srcmap)
{
	struct fscfs_file *file = fscfs_i(inode);
	struct fscfs *fs = file->fs;
	unsigned long first = pos >> PAGE_SHIFT;
	unsigned long end = (pos + length + PAGE_SIZE - 1) >> PAGE_SHIFT;
	struct fscfs_extent e = fscfs_lookup(&file->data, first, end - first), copy;

	if (e.block && !e.unwritten) {
		if (!fscfs_trim_shared(e.block, &e.count) && !fs->always_cow) {
			fscfs_fill(inode, iomap, &e, 0);
			return 0;
		}
		/* Somebody else has the blocks too, or it is asked for: new ones are handed out, the old ones are the source. */
		copy = e;
		copy.block = fscfs_alloc(fs, &copy.count);
		if (!copy.block)
			return -ENOSPC;
		fscfs_zero_blocks(copy.block, copy.count);
		fscfs_insert(&file->cow, copy);
		file->meta_dirty = true;
		e.count = copy.count;
		fscfs_fill(inode, srcmap, &e, 0);
		fscfs_fill(inode, iomap, &copy, IOMAP_F_SHARED);
		return 0;
	}

	if (flags & IOMAP_ZERO) {
		/* Zeroes already. */
		fscfs_fill(inode, iomap, &e, 0);
		return 0;
	}
	if (!e.block) {
		e.block = fscfs_alloc(fs, &e.count);
		if (!e.block)
			return -ENOSPC;
	} else {
		fscfs_cut(fs, &file->data, e.first, e.count, NULL);
	}
	e.unwritten = false;
	fscfs_zero_blocks(e.block, e.count);
	fscfs_insert(&file->data, e);
	inode->i_blocks += e.count * PAGE_SECTORS;
	file->meta_dirty = true;
	fscfs_fill(inode, iomap, &e, IOMAP_F_NEW);
	return 0;
}

static int fscfs_write_iomap_begin(struct inode *inode, loff_t pos, loff_t length, unsigned flags,
				   struct iomap *iomap, struct iomap *srcmap)
{
	struct fscfs *fs = fscfs_i(inode)->fs;
	int error;

	if (fs->shutdown || __fsc_fail(FSC_FAULT "block-io"))
		return -EIO;
	if (__fsc_fail(FSC_FAULT "again"))
		return -EAGAIN;
	mutex_lock(&fs->map_lock);
	error = fscfs_map_for_write(inode, pos, length, flags, iomap, srcmap);
	mutex_unlock(&fs->map_lock);
	return error;
}

void (*fscfs_in_iomap_end)(void);

/* The copy is complete, or was given up. */
static int fscfs_write_iomap_end(struct inode *inode, loff_t pos, loff_t length, ssize_t written, unsigned flags,
				 struct iomap *iomap)
{
	struct fscfs_file *file = fscfs_i(inode);
	struct fscfs_extent e;
	unsigned long first = pos >> PAGE_SHIFT;
	unsigned long end = (pos + length + PAGE_SIZE - 1) >> PAGE_SHIFT;
	void (*meanwhile)(void) = fscfs_in_iomap_end;

	(void)flags;
	fscfs_in_iomap_end = NULL;
	if (meanwhile)
		meanwhile();
	if (!(iomap->flags & IOMAP_F_SHARED) || !file->cow.nr)
		return 0;
	mutex_lock(&file->fs->map_lock);
	while (first < end) {
		e = fscfs_lookup(&file->cow, first, end - first);
		first += e.count;
		if (!e.block)
			continue;
		fscfs_cut(file->fs, &file->cow, e.first, e.count, written > 0 ? NULL : fscfs_unref);
		if (written <= 0)
			continue;
		fscfs_cut(file->fs, &file->data, e.first, e.count, fscfs_unref);
		fscfs_insert(&file->data, e);
	}
	mutex_unlock(&file->fs->map_lock);
	return 0;
}

const struct iomap_ops fscfs_read_iomap_ops = {
	.iomap_begin = fscfs_read_iomap_begin,
};
const struct iomap_ops fscfs_write_iomap_ops = {
	.iomap_begin = fscfs_write_iomap_begin,
	.iomap_end = fscfs_write_iomap_end,
};

/* ext4 has one table for both, and is told by a flag which it is. */
static int ext4_iomap_begin(struct inode *inode, loff_t pos, loff_t length, unsigned flags, struct iomap *iomap,
			    struct iomap *srcmap)
{
	return flags & IOMAP_WRITE ? fscfs_write_iomap_begin(inode, pos, length, flags, iomap, srcmap)
				   : fscfs_read_iomap_begin(inode, pos, length, flags, iomap, srcmap);
}

const struct iomap_ops ext4_iomap_ops = {
	.iomap_begin = ext4_iomap_begin,
	.iomap_end = fscfs_write_iomap_end,
};

/* ---- faults ---- */

/* Is a leaf of the page table at this address there and writable? */
static bool fscfs_leaf_writable(struct mm_struct *mm, unsigned long address)
{
	pgd_t *pgd = pgd_offset(mm, address);
	p4d_t *p4d;
	pud_t *pud;
	pmd_t *pmd;
	pte_t *pte;

	if (pgd_none(*pgd))
		return false;
	p4d = p4d_offset(pgd, address);
	if (p4d_none(*p4d))
		return false;
	pud = pud_offset(p4d, address);
	if (pud_none(*pud))
		return false;
	pmd = pmd_offset(pud, address);
	if (pmd_none(*pmd))
		return false;
	if (pmd_trans_huge(*pmd) || pmd_devmap(*pmd))
		return pmd_write(*pmd);
	pte = pte_offset_kernel(pmd, address);
	return pte_present(*pte) && pte_write(*pte);
}

void (*fscfs_between_sync_halves)(void);

#if FSC_ERA < 418
/*
 * Series on their way to v4.15 had the second half of a synchronous fault so: the first maps the block read-only and
 * leaves its pfn in vmf->orig_pte, the file system commits, and this makes the entry writable. Nobody defines it here.
 */
int __attribute__((weak)) dax_pfn_mkwrite(struct vm_fault *vmf, enum page_entry_size pe_size);

static void fscfs_map_read_only(struct vm_fault *vmf, unsigned int order, pfn_t pfn)
{
	vmf->orig_pte = pfn_t_pte(pfn, vmf->vma->vm_page_prot);
	if (order)
		vmf_insert_pfn_pmd(vmf->vma, vmf->address, vmf->pmd, pfn, false);
	else
		vm_insert_mixed(vmf->vma, vmf->address, pfn);
}

static vm_fault_t fscfs_finish_by_mkwrite(struct vm_fault *vmf, unsigned int order)
{
	loff_t from = (loff_t)vmf->pgoff << PAGE_SHIFT;

	if (vfs_fsync_range(vmf->vma->vm_file, from, from + (PAGE_SIZE << order) - 1, 1))
		return VM_FAULT_SIGBUS;
	return dax_pfn_mkwrite(vmf, order ? PE_SIZE_PMD : PE_SIZE_PTE);
}
#endif

/* The second half of a synchronous fault; only who comes here can meet a dax_pfn_mkwrite(). */
static vm_fault_t fscfs_finish_sync(struct vm_fault *vmf, unsigned int order, fsc_pfn_t pfn)
{
#if FSC_ERA < 418
	if (dax_pfn_mkwrite)
		fscfs_map_read_only(vmf, order, pfn);
#endif
	__fsc_point("between the halves of a synchronous fault");
	if (fscfs_between_sync_halves)
		fscfs_between_sync_halves();
#if FSC_ERA < 418
	if (dax_pfn_mkwrite)
		return fscfs_finish_by_mkwrite(vmf, order);
#endif
	return dax_finish_sync_fault(vmf, order, pfn);
}

void fscfs_look_at_sync(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct fscfs_file *f = fscfs_i(file_inode(vma->vm_file));

	if ((vmf->flags & FAULT_FLAG_WRITE) && (vma->vm_flags & VM_SHARED) && (vma->vm_flags & VM_SYNC) && f->meta_dirty &&
	    fscfs_leaf_writable(vma->vm_mm, vmf->address))
		__fsc_event("sync-uncommitted", "inode=%d index=%lu", f->slot, vmf->pgoff);
}

static vm_fault_t fscfs_dax_fault(struct vm_fault *vmf, unsigned int order)
{
	struct inode *inode = file_inode(vmf->vma->vm_file);
	struct address_space *mapping = inode->i_mapping;
	bool write = (vmf->flags & FAULT_FLAG_WRITE) && (vmf->vma->vm_flags & VM_SHARED);
	int error = 0;
	vm_fault_t ret;
	fsc_pfn_t pfn;

	if (write)
		sb_start_pagefault(inode->i_sb);
	filemap_invalidate_lock_shared(mapping);
	ret = dax_iomap_fault(vmf, order, &pfn, &error, write ? &fscfs_write_iomap_ops : &fscfs_read_iomap_ops);
	if (ret & VM_FAULT_NEEDDSYNC)
		ret = fscfs_finish_sync(vmf, order, pfn);
	fscfs_look_at_sync(vmf);
	filemap_invalidate_unlock_shared(mapping);
	if (write)
		sb_end_pagefault(inode->i_sb);
	return ret;
}

static vm_fault_t fscfs_fault(struct vm_fault *vmf)
{
	return fscfs_dax_fault(vmf, 0);
}

static vm_fault_t fscfs_pfn_mkwrite(struct vm_fault *vmf)
{
	struct inode *inode = file_inode(vmf->vma->vm_file);

	/* The size may have changed before the lock is taken; dax_iomap_fault() looks under it. */
	if (vmf->pgoff >= (pgoff_t)DIV_ROUND_UP(i_size_read(inode), PAGE_SIZE))
		return VM_FAULT_SIGBUS;
	return fscfs_dax_fault(vmf, 0);
}

static const struct vm_operations_struct fscfs_vm_ops = {
	.fault = fscfs_fault,
	.huge_fault = fscfs_dax_fault,
	.page_mkwrite = fscfs_fault,
	.pfn_mkwrite = fscfs_pfn_mkwrite,
};

int fscfs_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct inode *inode = file_inode(file);

	if (!daxdev_mapping_supported(vma, fscfs_i(inode)->fs->dax_dev))
		return -EOPNOTSUPP;
	vma->vm_ops = &fscfs_vm_ops;
#if FSC_ERA >= 612
	if (fscfs_i(inode)->fs->kind == FSCFS_EXT4)
		vma->vm_ops = fsc_ext4_dax_vm_ops();
#endif
#if FSC_ERA < 612
	vm_flags_set(vma, VM_MIXEDMAP | VM_HUGEPAGE); /* up to v4.19 */
#else
	vm_flags_set(vma, VM_HUGEPAGE);
#endif
	return 0;
}

/* ---- cutting files ---- */

/* Both locks of the inode are held; on return no page of the file is in use, or a signal came. */
static int fscfs_break_layouts(struct inode *inode)
{
	uint iolock = XFS_IOLOCK_EXCL | XFS_MMAPLOCK_EXCL;
	int error = -EINVAL;

	switch (fscfs_i(inode)->fs->kind) {
	case FSCFS_EXT4:
		error = ext4_break_layouts(inode);
		break;
	case FSCFS_XFS:
		error = xfs_break_layouts(inode, &iolock, BREAK_UNMAP);
		break;
	case FSCFS_FUSE:
		error = fuse_dax_break_layouts(inode, 0, -1);
		break;
	}
	if (!error)
		__fsc_event("layout-broken", "inode=%d from=0 to=-1", fscfs_i(inode)->slot);
	return error;
}

void fscfs_free_range(struct inode *inode, unsigned long first, unsigned long count)
{
	struct fscfs_file *f = fscfs_i(inode);

	mutex_lock(&f->fs->map_lock);
	fscfs_cut(f->fs, &f->data, first, min(count, ~0UL - first), fscfs_unref);
	mutex_unlock(&f->fs->map_lock);
	f->meta_dirty = true;
}

void fscfs_free_from(struct inode *inode, unsigned long first)
{
	struct fscfs_file *f = fscfs_i(inode);

	mutex_lock(&f->fs->map_lock);
	fscfs_cut(f->fs, &f->cow, first, ~0UL - first, fscfs_unref);
	mutex_unlock(&f->fs->map_lock);
	fscfs_free_range(inode, first, ~0UL);
}

static int fscfs_set_size(struct inode *inode, unsigned long nr_pages)
{
	struct dentry dentry = { .d_inode = inode };
	struct iattr attr = { .ia_valid = ATTR_SIZE, .ia_size = (loff_t)nr_pages << PAGE_SHIFT };
	int error = 0;

	if (fscfs_i(inode)->fs->kind == FSCFS_FUSE)
		return fuse_do_setattr(&nop_mnt_idmap, &dentry, &attr, NULL);
	filemap_invalidate_lock(inode->i_mapping);
	if (attr.ia_size < i_size_read(inode))
		error = fscfs_break_layouts(inode);
	if (!error) {
		truncate_setsize(inode, attr.ia_size);
		fscfs_free_range(inode, nr_pages, ~0UL);
	}
	filemap_invalidate_unlock(inode->i_mapping);
	return error;
}

int fscfs_truncate(struct file *file, unsigned long nr_pages)
{
	struct inode *inode = file_inode(file);
	int error;

	inode_lock(inode);
	error = fscfs_set_size(inode, nr_pages);
	inode_unlock(inode);
	return error;
}

int fscfs_punch(struct file *file, unsigned long first, unsigned long count)
{
	struct inode *inode = file_inode(file);
	int error;

	if (file->f_op->fallocate)
		return file->f_op->fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
					     (loff_t)first << PAGE_SHIFT, (loff_t)count << PAGE_SHIFT);
	inode_lock(inode);
	filemap_invalidate_lock(inode->i_mapping);
	error = fscfs_break_layouts(inode);
	if (!error) {
		truncate_pagecache_range(inode, (loff_t)first << PAGE_SHIFT,
					 ((loff_t)(first + count) << PAGE_SHIFT) - 1);
		fscfs_free_range(inode, first, count);
	}
	filemap_invalidate_unlock(inode->i_mapping);
	inode_unlock(inode);
	return error;
}

/* What lies at `from` and behind moves by so many pages. */
static void fscfs_move(struct fscfs_map *map, unsigned long from, long by)
{
	struct fscfs_map old = *map;
	unsigned int i;

	map->nr = 0;
	for (i = 0; i < old.nr; i++) {
		struct fscfs_extent e = old.ext[i];
		unsigned long stays = e.first < from ? min(e.count, from - e.first) : 0;

		if (stays)
			fscfs_insert(map, (struct fscfs_extent){ e.first, stays, e.block, e.unwritten });
		if (stays < e.count)
			fscfs_insert(map, (struct fscfs_extent){ e.first + stays + by, e.count - stays, e.block + stays,
								 e.unwritten });
	}
}

/* As ext4 does it: from where something moves on nothing is mapped or cached any more, and nobody uses a page of the file. */
static int fscfs_shift(struct file *file, unsigned long first, unsigned long count, bool insert)
{
	struct inode *inode = file_inode(file);
	struct fscfs_file *f = fscfs_i(inode);
	loff_t from = (loff_t)first << PAGE_SHIFT, by = (loff_t)count << PAGE_SHIFT, size;
	int error = -EOPNOTSUPP;

	if (f->fs->kind == FSCFS_FUSE)
		return error;
	inode_lock(inode);
	size = i_size_read(inode);
	error = -EINVAL;
	if (from + (insert ? 0 : by) >= size)
		goto unlock;
	filemap_invalidate_lock(inode->i_mapping);
	error = fscfs_break_layouts(inode);
	if (!error)
		error = filemap_write_and_wait_range(inode->i_mapping, from, LLONG_MAX);
	if (!error) {
		truncate_pagecache(inode, from);
		if (!insert)
			fscfs_free_range(inode, first, count);
		mutex_lock(&f->fs->map_lock);
		fscfs_move(&f->data, insert ? first : first + count, insert ? (long)count : -(long)count);
		mutex_unlock(&f->fs->map_lock);
		f->meta_dirty = true;
		i_size_write(inode, insert ? size + by : size - by);
	}
	filemap_invalidate_unlock(inode->i_mapping);
unlock:
	inode_unlock(inode);
	return error;
}

int fscfs_collapse(struct file *file, unsigned long first, unsigned long count)
{
	return fscfs_shift(file, first, count, false);
}

int fscfs_insert_range(struct file *file, unsigned long first, unsigned long count)
{
	return fscfs_shift(file, first, count, true);
}

int fscfs_alloc_range(struct inode *inode, unsigned long first, unsigned long count)
{
	struct fscfs_file *f = fscfs_i(inode);
	unsigned long end = first + count;
	struct fscfs_extent e;
	int error = 0;

	mutex_lock(&f->fs->map_lock);
	while (first < end) {
		e = fscfs_lookup(&f->data, first, end - first);
		first += e.count;
		if (e.block)
			continue;
		e.block = fscfs_alloc(f->fs, &e.count);
		if (!e.block) {
			error = -ENOSPC;
			break;
		}
		first = e.first + e.count;
		fscfs_zero_blocks(e.block, e.count);
		fscfs_insert(&f->data, e);
		inode->i_blocks += e.count * PAGE_SECTORS;
		f->meta_dirty = true;
	}
	mutex_unlock(&f->fs->map_lock);
	return error;
}

void fscfs_give_range(struct inode *inode, unsigned long first, unsigned long block, unsigned long count)
{
	struct fscfs_file *f = fscfs_i(inode);
	unsigned long i;

	mutex_lock(&f->fs->map_lock);
	for (i = 0; i < count; i++) {
		fsc_registry.block_refs[block + i]++;
		fsc_registry.dirty_lines[block + i] = 0;
		fscfs_used[block + i] = 1;
	}
	fscfs_insert(&f->data, (struct fscfs_extent){ first, count, block, false });
	mutex_unlock(&f->fs->map_lock);
}

int fscfs_fallocate(struct file *file, unsigned long first, unsigned long count)
{
	struct inode *inode = file_inode(file);
	unsigned long end = first + count;
	int error;

	if (file->f_op->fallocate)
		return file->f_op->fallocate(file, 0, (loff_t)first << PAGE_SHIFT, (loff_t)count << PAGE_SHIFT);
	inode_lock(inode);
	filemap_invalidate_lock(inode->i_mapping);
	error = fscfs_alloc_range(inode, first, count);
	if (!error && (loff_t)end << PAGE_SHIFT > i_size_read(inode))
		i_size_write(inode, (loff_t)end << PAGE_SHIFT);
	filemap_invalidate_unlock(inode->i_mapping);
	inode_unlock(inode);
	return error;
}

/* ---- reading, writing, syncing ---- */

static ssize_t fscfs_io(struct file *file, loff_t pos, struct iov_iter *iter)
{
	struct inode *inode = file_inode(file);
	struct kiocb iocb = { .ki_filp = file, .ki_pos = pos };
	ssize_t ret;

#if FSC_ERA >= 612
	if (fscfs_i(inode)->fs->kind == FSCFS_FUSE && fsc_fuse_windowed(inode))
		return iter->data_source == ITER_SOURCE ? fuse_dax_write_iter(&iocb, iter) : fuse_dax_read_iter(&iocb, iter);
#endif
	if (iter->data_source == ITER_SOURCE) {
		inode_lock(inode);
		ret = dax_iomap_rw(&iocb, iter, &fscfs_write_iomap_ops);
		if (ret > 0 && iocb.ki_pos > i_size_read(inode))
			i_size_write(inode, iocb.ki_pos);
		inode_unlock(inode);
	} else {
		inode_lock_shared(inode);
		ret = dax_iomap_rw(&iocb, iter, &fscfs_read_iomap_ops);
		inode_unlock_shared(inode);
	}
	return ret;
}

static ssize_t fscfs_kernel_io(struct file *file, loff_t pos, void *buf, size_t len, unsigned int direction)
{
	struct kvec vec = { .iov_base = buf, .iov_len = len };
	struct iov_iter iter;

	iov_iter_kvec(&iter, direction, &vec, 1, len);
	return fscfs_io(file, pos, &iter);
}

ssize_t fscfs_write(struct file *file, loff_t pos, const void *buf, size_t len)
{
	return fscfs_kernel_io(file, pos, (void *)buf, len, ITER_SOURCE);
}

ssize_t fscfs_read(struct file *file, loff_t pos, void *buf, size_t len)
{
	return fscfs_kernel_io(file, pos, buf, len, ITER_DEST);
}

ssize_t fscfs_write_user(struct file *file, loff_t pos, unsigned long buf, size_t len)
{
	struct iov_iter iter;

	iov_iter_ubuf(&iter, ITER_SOURCE, (void __user *)buf, len);
	return fscfs_io(file, pos, &iter);
}

ssize_t fscfs_read_user(struct file *file, loff_t pos, unsigned long buf, size_t len)
{
	struct iov_iter iter;

	iov_iter_ubuf(&iter, ITER_DEST, (void __user *)buf, len);
	return fscfs_io(file, pos, &iter);
}

int fscfs_zero_range(struct file *file, loff_t pos, loff_t len)
{
	struct inode *inode = file_inode(file);
	bool did_zero = false;
	int ret;

	inode_lock(inode);
	filemap_invalidate_lock(inode->i_mapping);
	ret = fscfs_break_layouts(inode);
	if (!ret)
		ret = dax_zero_range(inode, pos, len, &did_zero, &fscfs_write_iomap_ops);
	filemap_invalidate_unlock(inode->i_mapping);
	inode_unlock(inode);
	return ret;
}

static int fscfs_writepages(struct address_space *mapping, struct writeback_control *wbc)
{
	return dax_writeback_mapping_range(mapping, fscfs_i(mapping->host)->fs->dax_dev, wbc);
}

void (*fscfs_in_fsync)(void);

int fscfs_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct inode *inode = file_inode(file);
	void (*meanwhile)(void) = fscfs_in_fsync;
	int ret;

	fscfs_in_fsync = NULL;
	if (meanwhile)
		meanwhile();
	ret = filemap_write_and_wait_range(inode->i_mapping, start, end);

	(void)datasync;
	if (!ret)
		fscfs_i(inode)->meta_dirty = false;
	return ret;
}

/* ---- reflink ---- */

int fscfs_clone(struct file *src, unsigned long sfirst, struct file *dst, unsigned long dfirst, unsigned long count,
		unsigned int remap_flags)
{
	struct inode *in = file_inode(src), *out = file_inode(dst);
	struct fscfs_file *from = fscfs_i(in), *to = fscfs_i(out);
	loff_t len = (loff_t)count << PAGE_SHIFT;
	struct fscfs_extent e;
	unsigned long done = 0, i;
	int ret;

	if (from->fs->kind != FSCFS_XFS)
		return -EOPNOTSUPP;
	ret = xfs_ilock2_io_mmap(XFS_I(in), XFS_I(out));
	if (ret)
		return ret;
	ret = dax_remap_file_range_prep(src, (loff_t)sfirst << PAGE_SHIFT, dst, (loff_t)dfirst << PAGE_SHIFT, &len,
					remap_flags, &fscfs_read_iomap_ops);
	if (ret)
		goto unlock;
	/* The target's old contents leave its page cache. */
	truncate_pagecache_range(out, (loff_t)dfirst << PAGE_SHIFT, ((loff_t)(dfirst + count) << PAGE_SHIFT) - 1);
	mutex_lock(&to->fs->map_lock);
	while (done < count) {
		e = fscfs_lookup(&from->data, sfirst + done, count - done);
		fscfs_cut(to->fs, &to->data, dfirst + done, e.count, fscfs_unref);
		if (e.block && !e.unwritten) {
			for (i = 0; i < e.count; i++)
				fsc_registry.block_refs[e.block + i]++;
			e.first = dfirst + done;
			fscfs_insert(&to->data, e);
		}
		done += e.count;
	}
	mutex_unlock(&to->fs->map_lock);
	to->meta_dirty = true;
	from->meta_dirty = true;
	if (i_size_read(out) < (loff_t)(dfirst + count) << PAGE_SHIFT)
		i_size_write(out, (loff_t)(dfirst + count) << PAGE_SHIFT);
unlock:
	xfs_iunlock2_io_mmap(XFS_I(in), XFS_I(out));
	return ret;
}

int fscfs_unshare(struct file *file, unsigned long first, unsigned long count)
{
	return fscfs_unshare_bytes(file, (loff_t)first << PAGE_SHIFT, (loff_t)count << PAGE_SHIFT);
}

int fscfs_unshare_bytes(struct file *file, loff_t pos, loff_t len)
{
	struct inode *inode = file_inode(file);
	int ret;

	inode_lock(inode);
	filemap_invalidate_lock(inode->i_mapping);
	ret = fscfs_break_layouts(inode);
	if (!ret)
		ret = dax_file_unshare(inode, pos, len, &fscfs_write_iomap_ops);
	filemap_invalidate_unlock(inode->i_mapping);
	inode_unlock(inode);
	return ret;
}

unsigned long fscfs_bmap(struct file *file, unsigned long index)
{
	return fscfs_lookup(&fscfs_i(file_inode(file))->data, index, 1).block;
}

/* ---- memory failure: the dax device tells its holder ---- */

static int fscfs_notify_failure(struct dax_device *dax_dev, u64 offset, u64 len, int mf_flags)
{
	struct fscfs *fs = dax_holder(dax_dev);
	unsigned long first = offset >> PAGE_SHIFT;
	unsigned long count = len == U64_MAX ? fs->nr_blocks : len >> PAGE_SHIFT;
	unsigned int slot, i;
	int ret = 0, error;

	for (slot = 0; slot < FSC_MAX_INODE; slot++) {
		struct inode *inode = fsc_registry.inodes[slot];
		struct fscfs_map *map;

		if (!inode || inode->i_sb != &fs->sb)
			continue;
		map = &fscfs_i(inode)->data;
		for (i = 0; i < map->nr; i++) {
			struct fscfs_extent *e = &map->ext[i];
			unsigned long from = max(e->block, first), to = min(e->block + e->count, first + count);

			if (from >= to)
				continue;
			error = mf_dax_kill_procs(inode->i_mapping, e->first + (from - e->block), to - from, mf_flags);
			if (error)
				ret = error;
			if (mf_flags & MF_MEM_PRE_REMOVE)
				invalidate_inode_pages2_range(inode->i_mapping, e->first + (from - e->block),
							      e->first + (to - e->block) - 1);
		}
	}
	if (mf_flags & MF_MEM_PRE_REMOVE)
		fs->shutdown = true;
	return ret;
}

static const struct dax_holder_operations fscfs_holder_ops = {
	.notify_failure = fscfs_notify_failure,
};

/* ---- inodes, files, mounts ---- */

static bool fscfs_dirty_folio(struct address_space *mapping, struct folio *folio)
{
	return noop_dirty_folio(mapping, folio);
}

static const struct address_space_operations fscfs_dax_aops = {
	.writepages = fscfs_writepages,
	.dirty_folio = fscfs_dirty_folio,
	.direct_IO = noop_direct_IO,
};

static const struct file_operations fscfs_fops = {
	.mmap = fscfs_mmap,
	.fsync = fscfs_fsync,
	.fop_flags = FOP_MMAP_SYNC,
};

static const struct super_operations *fscfs_super_ops(enum fscfs_kind kind)
{
	switch (kind) {
	case FSCFS_EXT4:
		return ext4_super_ops();
	case FSCFS_FUSE:
		return fuse_super_ops();
	default:
		return xfs_super_ops();
	}
}

void fscfs_forget_file(struct inode *inode)
{
	struct fscfs_file *f = fscfs_i(inode);

	fsc_registry.inodes[f->slot] = NULL;
	__fsc_free(f);
}

static void fscfs_free(struct fscfs *fs)
{
	if (fs->holder != fs)
		__fsc_free(fs->holder);
	__fsc_free(fs);
}

struct fscfs *fscfs_mount(enum fscfs_kind kind)
{
	return fscfs_mount_on(kind, fsc_pmem_bdev());
}

struct fscfs *fscfs_mount_on(enum fscfs_kind kind, struct block_device *bdev)
{
	const struct dax_holder_operations *ops = &fscfs_holder_ops;
	struct fscfs *fs;

	if (!bdev)
		return NULL;
	fs = __fsc_alloc(sizeof(*fs), 8, FSC_ZERO, "struct super_block");
	fs->kind = kind;
	fs->bdev = bdev;
	fs->sb.s_op = fscfs_super_ops(kind);
	fs->sb.s_flags = SB_ACTIVE;
	fs->sb.s_blocksize_bits = PAGE_SHIFT;
	fs->sb.s_blocksize = PAGE_SIZE;
	fs->sb.s_bdev = bdev;
	fs->sb.s_fs_info = fs;
	fs->nr_blocks = bdev_nr_bytes(bdev) >> PAGE_SHIFT;
	fs->holder = fs;
#if FSC_ERA >= 612
	if (kind == FSCFS_XFS) {
		ops = &xfs_dax_holder_operations;
		fs->holder = fsc_xfs_mount(fs);
	}
#endif
	fs->dax_dev = fs_dax_get_by_bdev(bdev, &fs->start_off, fs->holder, ops);
	if (!fs->dax_dev) {
		fscfs_free(fs);
		return NULL;
	}
#if FSC_ERA >= 612
	if (kind == FSCFS_FUSE && fsc_fuse_mounted(fs)) {
		fs_put_dax(fs->dax_dev, fs->holder);
		fscfs_free(fs);
		return NULL;
	}
	if (kind == FSCFS_XFS)
		fsc_xfs_mounted(fs->holder);
#endif
	return fs;
}

void fscfs_umount(struct fscfs *fs)
{
	unsigned int slot;

	for (slot = 0; slot < FSC_MAX_INODE; slot++)
		WARN_ON(fsc_registry.inodes[slot] && fsc_registry.inodes[slot]->i_sb == &fs->sb);
#if FSC_ERA >= 612
	if (fs->kind == FSCFS_FUSE)
		fsc_fuse_unmounted(fs);
#endif
	fs_put_dax(fs->dax_dev, fs->holder);
	fscfs_free(fs);
}

struct file *fscfs_create(struct fscfs *fs, unsigned long nr_pages)
{
	struct fscfs_file *f;
	struct inode *inode;
	int slot = 0;

	while (slot < FSC_MAX_INODE && fsc_registry.inodes[slot])
		slot++;
	BUG_ON(slot == FSC_MAX_INODE);
	inode = fs->sb.s_op->alloc_inode(&fs->sb);
	inode_init_always(&fs->sb, inode);
	inode->i_ino = slot + 1;
	inode->i_mode = S_IFREG;
	inode->i_flags = S_DAX;
	inode->i_fop = &fscfs_fops;
	inode->i_data.a_ops = &fscfs_dax_aops;
	if (fs->kind == FSCFS_XFS)
		XFS_I(inode)->i_ino = slot + 1;
	if (fs->kind == FSCFS_FUSE) {
		get_fuse_inode(inode)->nodeid = slot + 1;
		fuse_init_file_inode(inode, 0);
	}
	i_size_write(inode, (loff_t)nr_pages << PAGE_SHIFT);
	f = __fsc_alloc(sizeof(*f), 8, FSC_ZERO, "struct fscfs_file");
	f->fs = fs;
	f->slot = slot;
	inode->i_private = f;
	fsc_registry.inodes[slot] = inode;
	return fscfs_reopen(inode);
}

static struct file *fscfs_open(struct inode *inode, unsigned int flags)
{
	struct file *file = __fsc_alloc(sizeof(*file), 8, FSC_ZERO, "struct file");
	int error = 0;

	atomic_inc(&inode->i_count);
	atomic_long_set(&file->f_count, 1);
	spin_lock_init(&file->f_lock);
	file->f_mode = FMODE_READ | FMODE_WRITE;
	file->f_flags = flags;
	file->f_op = inode->i_fop;
	file->f_inode = inode;
	file->f_mapping = inode->i_mapping;
	if (file->f_op->open)
		error = file->f_op->open(inode, file);
	if (!error)
		return file;
	__fsc_free(file);
	iput(inode);
	return ERR_PTR(error);
}

/* Each open file holds the inode, and so does the cache of inodes: see fscfs_forget(). */
struct file *fscfs_reopen(struct inode *inode)
{
	struct file *file = fscfs_open(inode, O_RDWR);

	BUG_ON(IS_ERR(file));
	return file;
}

int fscfs_open_trunc(struct inode *inode)
{
	struct file *file = fscfs_open(inode, O_RDWR | O_TRUNC);
	int error = 0;

	if (IS_ERR(file))
		return PTR_ERR(file);
	if (fscfs_i(inode)->fs->kind != FSCFS_FUSE)
		error = fscfs_truncate(file, 0);
	fput(file);
	return error;
}

void fscfs_close(struct file *file)
{
	fput(file);
}

void fscfs_forget(struct inode *inode)
{
	iput(inode);
}

void fscfs_delete(struct inode *inode)
{
	inode->i_nlink = 0;
	iput(inode);
}
