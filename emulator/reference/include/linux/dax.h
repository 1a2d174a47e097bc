/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DAX: devices, entries of the page cache that stand for device memory, faults and I/O. Mirrors include/linux/dax.h of
 * both eras. Names that only v6.15 has are declared in the older era too: a series that brings them in runs on the
 * older base, and what it shows in parts only is looked up here.
 */
#ifndef _LINUX_DAX_H
#define _LINUX_DAX_H

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/fsc_pfn.h>
#include <linux/radix-tree.h>

typedef unsigned long dax_entry_t;

struct dax_device;
struct resource;
struct device;
typedef int (*walk_hmem_fn)(struct device *dev, int target_nid, const struct resource *res);
int walk_hmem_resources(struct device *dev, walk_hmem_fn fn);
struct gendisk;
struct iomap;
struct iomap_iter;
struct iomap_ops;
struct writeback_control;

enum dax_access_mode {
	DAX_ACCESS,
	DAX_RECOVERY_WRITE,
};

struct dax_operations {
	long (*direct_access)(struct dax_device *, pgoff_t, long, enum dax_access_mode, void **, fsc_pfn_t *);
	bool (*dax_supported)(struct dax_device *, struct block_device *, int, sector_t, sector_t);
	int (*zero_page_range)(struct dax_device *, pgoff_t, size_t);
	size_t (*recovery_write)(struct dax_device *dax_dev, pgoff_t pgoff, void *addr, size_t bytes,
				 struct iov_iter *iter);
};

struct dax_holder_operations {
	int (*notify_failure)(struct dax_device *dax_dev, u64 offset, u64 len, int mf_flags);
};

/* ---- devices: drivers/dax/super.c ---- */
struct dax_device *alloc_dax(void *private, const struct dax_operations *ops);
void *dax_holder(struct dax_device *dax_dev);
void put_dax(struct dax_device *dax_dev);
void kill_dax(struct dax_device *dax_dev);
int dax_set_ops(struct dax_device *dax_dev, const struct dax_operations *ops); /* since v7.0 */
void dax_write_cache(struct dax_device *dax_dev, bool wc);
bool dax_write_cache_enabled(struct dax_device *dax_dev);
bool dax_synchronous(struct dax_device *dax_dev);
void set_dax_nocache(struct dax_device *dax_dev);
void set_dax_nomc(struct dax_device *dax_dev);
void set_dax_synchronous(struct dax_device *dax_dev);
size_t dax_recovery_write(struct dax_device *dax_dev, pgoff_t pgoff, void *addr, size_t bytes, struct iov_iter *i);

/* MAP_SYNC needs a device whose writes are persistent once flushed from the CPU. */
static inline bool daxdev_mapping_supported(struct vm_area_struct *vma, struct dax_device *dax_dev)
{
	bool wants_sync = vma->vm_flags & VM_SYNC;

	return !wants_sync || (IS_DAX(file_inode(vma->vm_file)) && dax_synchronous(dax_dev));
}

int dax_add_host(struct dax_device *dax_dev, struct gendisk *disk);
void dax_remove_host(struct gendisk *disk);
struct dax_device *fs_dax_get_by_bdev(struct block_device *bdev, u64 *start_off, void *holder,
				      const struct dax_holder_operations *ops);
#if FSC_ERA >= 701
int fs_dax_get(struct dax_device *dax_dev, void *holder, const struct dax_holder_operations *hops);
int dax_folio_reset_order(struct folio *folio);
#endif
void fs_put_dax(struct dax_device *dax_dev, void *holder);

int dax_read_lock(void);
void dax_read_unlock(int id);
bool dax_alive(struct dax_device *dax_dev);
void *dax_get_private(struct dax_device *dax_dev);
long dax_direct_access(struct dax_device *dax_dev, pgoff_t pgoff, long nr_pages, enum dax_access_mode mode,
		       void **kaddr, fsc_pfn_t *pfn);
size_t dax_copy_from_iter(struct dax_device *dax_dev, pgoff_t pgoff, void *addr, size_t bytes, struct iov_iter *i);
size_t dax_copy_to_iter(struct dax_device *dax_dev, pgoff_t pgoff, void *addr, size_t bytes, struct iov_iter *i);
int dax_zero_page_range(struct dax_device *dax_dev, pgoff_t pgoff, size_t nr_pages);
int dax_holder_notify_failure(struct dax_device *dax_dev, u64 off, u64 len, int mf_flags);
void dax_flush(struct dax_device *dax_dev, void *addr, size_t size);

/* ---- file data: fs/dax.c ---- */
int dax_writeback_mapping_range(struct address_space *mapping, struct dax_device *dax_dev,
				struct writeback_control *wbc);
struct page *dax_layout_busy_page(struct address_space *mapping);
/* What file systems ask before they take blocks away: before v4.18 nothing. */
#if FSC_ERA < 418
#define fsc_layout_busy_page(mapping) ((void)(mapping), (struct page *)NULL)
#else
#define fsc_layout_busy_page(mapping) dax_layout_busy_page(mapping)
#endif
struct page *dax_layout_busy_page_range(struct address_space *mapping, loff_t start, loff_t end);
dax_entry_t dax_lock_folio(struct folio *folio);
void dax_unlock_folio(struct folio *folio, dax_entry_t cookie);
dax_entry_t dax_lock_mapping_entry(struct address_space *mapping, unsigned long index, struct page **page);
void dax_unlock_mapping_entry(struct address_space *mapping, unsigned long index, dax_entry_t cookie);
int dax_file_unshare(struct inode *inode, loff_t pos, loff_t len, const struct iomap_ops *ops);
int dax_zero_range(struct inode *inode, loff_t pos, loff_t len, bool *did_zero, const struct iomap_ops *ops);
int dax_truncate_page(struct inode *inode, loff_t pos, bool *did_zero, const struct iomap_ops *ops);
ssize_t dax_iomap_rw(struct kiocb *iocb, struct iov_iter *iter, const struct iomap_ops *ops);
vm_fault_t dax_iomap_fault(struct vm_fault *vmf, unsigned int order, fsc_pfn_t *pfnp, int *errp,
			   const struct iomap_ops *ops);
vm_fault_t dax_finish_sync_fault(struct vm_fault *vmf, unsigned int order, fsc_pfn_t pfn);
int dax_delete_mapping_entry(struct address_space *mapping, pgoff_t index);
int dax_invalidate_mapping_entry_sync(struct address_space *mapping, pgoff_t index);
int dax_dedupe_file_range_compare(struct inode *src, loff_t srcoff, struct inode *dest, loff_t destoff, loff_t len,
				  bool *is_same, const struct iomap_ops *ops);
int dax_remap_file_range_prep(struct file *file_in, loff_t pos_in, struct file *file_out, loff_t pos_out, loff_t *len,
			      unsigned int remap_flags, const struct iomap_ops *ops);
void dax_init_wait_table(void); /* ours: boot calls what fs_initcall would */

/* Idle: nobody but the file system knows the page. */
static inline bool dax_page_is_idle(struct page *page)
{
	return page && page_ref_count(page) == FSC_ERA_IDLE;
}

void dax_delete_mapping_range(struct address_space *mapping, loff_t start, loff_t end);
int __must_check dax_break_layout(struct inode *inode, loff_t start, loff_t end, void (cb)(struct inode *));
static inline int __must_check dax_break_layout_inode(struct inode *inode, void (cb)(struct inode *))
{
	return dax_break_layout(inode, 0, LLONG_MAX, cb);
}
void dax_break_layout_final(struct inode *inode);

static inline bool dax_mapping(struct address_space *mapping)
{
	const struct inode *host = mapping->host;

	return host && IS_DAX(host);
}

/* Memory says "poisoned", block I/O says "I/O error". */
static inline int dax_mem2blk_err(int err)
{
	return err == -EHWPOISON ? -EIO : err;
}

#endif
