/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct dax_device: life and death of a device that memory can be mapped from, and who holds it. Mirrors
 * drivers/dax/super.c. The inode that anchors a device is made here by hand: the pseudo file system around it, its
 * hash are left out.
 */
#include <asm/cacheflush.h>
#include <linux/blkdev.h>
#include <linux/cdev.h>
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/uio.h>
#include <linux/xarray.h>
#include "dax-private.h"

#define FSC_DAX_MAJOR 252

struct dax_device {
	struct inode inode;
	struct cdev cdev;
	void *private;
	unsigned long flags;
	const struct dax_operations *ops;
	void *holder_data;
	const struct dax_holder_operations *holder_ops;
};

enum dax_device_flags {
	DAXDEV_ALIVE,       /* cleared, and readers gone: nothing new is started or mapped */
	DAXDEV_WRITE_CACHE, /* dax_flush() has something to do */
	DAXDEV_SYNC,        /* flushed from the CPU is persistent: MAP_SYNC works */
	DAXDEV_NOCACHE,     /* copies in go round the CPU's cache */
	DAXDEV_NOMC,        /* copies out survive bad memory */
};

DEFINE_STATIC_SRCU(dax_srcu);
static dev_t dax_devt = MKDEV(FSC_DAX_MAJOR, 0);
static struct super_block fsc_dax_sb;
static struct super_block *dax_superblock = &fsc_dax_sb;
static DEFINE_IDA(dax_minor_ida);

int dax_read_lock(void)
{
	return srcu_read_lock(&dax_srcu);
}

void dax_read_unlock(int id)
{
	srcu_read_unlock(&dax_srcu, id);
}

/* ---- disks and the file systems on them ---- */

static DEFINE_XARRAY(dax_hosts);

int dax_add_host(struct dax_device *dax_dev, struct gendisk *disk)
{
	if (__fsc_fail("dax_add_host"))
		return -ENOMEM;
	return xa_insert(&dax_hosts, (unsigned long)disk, dax_dev, GFP_KERNEL);
}

void dax_remove_host(struct gendisk *disk)
{
	xa_erase(&dax_hosts, (unsigned long)disk);
}

/* Takes the device for a file system; `holder` is told of memory failures through `ops`. One holder at a time. */
struct dax_device *fs_dax_get_by_bdev(struct block_device *bdev, u64 *start_off, void *holder,
				      const struct dax_holder_operations *ops)
{
	struct dax_device *dax_dev;
	u64 size;
	int id;

	if (!blk_queue_dax(bdev->bd_disk->queue))
		return NULL;
	size = bdev_nr_sectors(bdev) * SECTOR_SIZE;
	*start_off = get_start_sect(bdev) * SECTOR_SIZE;
	if ((*start_off | size) & ~PAGE_MASK)
		return NULL;

	id = dax_read_lock();
	dax_dev = xa_load(&dax_hosts, (unsigned long)bdev->bd_disk);
	if (dax_dev && (!dax_alive(dax_dev) || !igrab(&dax_dev->inode)))
		dax_dev = NULL;
	if (dax_dev && holder) {
		if (cmpxchg(&dax_dev->holder_data, NULL, holder) == NULL)
			dax_dev->holder_ops = ops;
		else
			dax_dev = NULL;
	}
	dax_read_unlock(id);
	return dax_dev;
}
EXPORT_SYMBOL_GPL(fs_dax_get_by_bdev);

#if FSC_ERA >= 701
/* The same for a device without a disk, which the caller has found: 0, or why not; a reference is taken with it. */
int fs_dax_get(struct dax_device *dax_dev, void *holder, const struct dax_holder_operations *hops)
{
	int id = dax_read_lock();

	if (!dax_dev || !dax_alive(dax_dev) || !igrab(&dax_dev->inode)) {
		dax_read_unlock(id);
		return -ENODEV;
	}
	if (cmpxchg(&dax_dev->holder_data, NULL, holder)) {
		dax_read_unlock(id);
		iput(&dax_dev->inode);
		return -EBUSY;
	}
	dax_dev->holder_ops = hops;
	dax_read_unlock(id);
	return 0;
}
EXPORT_SYMBOL_GPL(fs_dax_get);
#endif

void fs_put_dax(struct dax_device *dax_dev, void *holder)
{
#if FSC_ERA >= 703
	if (dax_dev && holder) {
		void *was;

		/* First, so that it cannot be the next holder's. */
		WRITE_ONCE(dax_dev->holder_ops, NULL);
		was = cmpxchg(&dax_dev->holder_data, holder, NULL);
		WARN_ON(was && was != holder); /* none: kill_dax() has taken it away already */
	}
#else
	if (dax_dev && holder) {
		/* kill_dax() may have taken the holder away already. */
		void *was = cmpxchg(&dax_dev->holder_data, holder, NULL);

		if (was == holder)
			dax_dev->holder_ops = NULL;
	}
#endif
	put_dax(dax_dev);
}
EXPORT_SYMBOL_GPL(fs_put_dax);

/* ---- operations ---- */

long dax_direct_access(struct dax_device *dax_dev, pgoff_t pgoff, long nr_pages, enum dax_access_mode mode,
		       void **kaddr, fsc_pfn_t *pfn)
{
	long got;

	if (!dax_dev)
		return -EOPNOTSUPP;
	if (!dax_alive(dax_dev))
		return -ENXIO;
	if (!dax_dev->ops)
		return -EOPNOTSUPP;
	if (nr_pages < 0)
		return -EINVAL;
	got = dax_dev->ops->direct_access(dax_dev, pgoff, nr_pages, mode, kaddr, pfn);
	return got ? min(got, nr_pages) : -ERANGE;
}
EXPORT_SYMBOL_GPL(dax_direct_access);

size_t dax_copy_from_iter(struct dax_device *dax_dev, pgoff_t pgoff, void *addr, size_t bytes, struct iov_iter *i)
{
	(void)pgoff;
	if (!dax_alive(dax_dev))
		return 0;
	return test_bit(DAXDEV_NOCACHE, &dax_dev->flags) ? _copy_from_iter_flushcache(addr, bytes, i) :
							   _copy_from_iter(addr, bytes, i);
}

size_t dax_copy_to_iter(struct dax_device *dax_dev, pgoff_t pgoff, void *addr, size_t bytes, struct iov_iter *i)
{
	(void)pgoff;
	if (!dax_alive(dax_dev))
		return 0;
	return test_bit(DAXDEV_NOMC, &dax_dev->flags) ? _copy_mc_to_iter(addr, bytes, i) :
							_copy_to_iter(addr, bytes, i);
}

int dax_zero_page_range(struct dax_device *dax_dev, pgoff_t pgoff, size_t nr_pages)
{
	if (!dax_alive(dax_dev))
		return -ENXIO;
	if (!dax_dev->ops)
		return -EOPNOTSUPP;
	/* Nobody asks for more than one page; device mapper could not split it. */
	if (nr_pages != 1)
		return -EIO;
	return dax_mem2blk_err(dax_dev->ops->zero_page_range(dax_dev, pgoff, nr_pages));
}
EXPORT_SYMBOL_GPL(dax_zero_page_range);

size_t dax_recovery_write(struct dax_device *dax_dev, pgoff_t pgoff, void *addr, size_t bytes, struct iov_iter *iter)
{
	const struct dax_operations *ops = dax_dev->ops;

	return ops->recovery_write ? ops->recovery_write(dax_dev, pgoff, addr, bytes, iter) : 0;
}
EXPORT_SYMBOL_GPL(dax_recovery_write);

int dax_holder_notify_failure(struct dax_device *dax_dev, u64 off, u64 len, int mf_flags)
{
	int id = dax_read_lock();
	int rc = -ENXIO;

	if (dax_alive(dax_dev)) {
#if FSC_ERA >= 703
		/* Once: fs_put_dax() clears it without waiting for us. */
		const struct dax_holder_operations *holder = READ_ONCE(dax_dev->holder_ops);

		rc = holder ? holder->notify_failure(dax_dev, off, len, mf_flags) : -EOPNOTSUPP;
#else
		/* Twice, as these releases do: it may be gone in between (explore race-holder-put shows it). */
		if (!dax_dev->holder_ops)
			rc = -EOPNOTSUPP;
		else
			rc = dax_dev->holder_ops->notify_failure(dax_dev, off, len, mf_flags);
#endif
	}
	dax_read_unlock(id);
	return rc;
}
EXPORT_SYMBOL_GPL(dax_holder_notify_failure);

void dax_flush(struct dax_device *dax_dev, void *addr, size_t size)
{
	if (unlikely(!dax_write_cache_enabled(dax_dev)))
		return;
	__fsc_event("cache-flush", "addr=%p size=%lu", addr, size);
	arch_wb_cache_pmem(addr, size);
}
EXPORT_SYMBOL_GPL(dax_flush);

void dax_write_cache(struct dax_device *dax_dev, bool wc)
{
	if (!wc)
		clear_bit(DAXDEV_WRITE_CACHE, &dax_dev->flags);
	else
		set_bit(DAXDEV_WRITE_CACHE, &dax_dev->flags);
}

bool dax_write_cache_enabled(struct dax_device *dax_dev)
{
	return test_bit(DAXDEV_WRITE_CACHE, &dax_dev->flags);
}

bool dax_synchronous(struct dax_device *dax_dev)
{
	return test_bit(DAXDEV_SYNC, &dax_dev->flags);
}

void set_dax_synchronous(struct dax_device *dax_dev)
{
	set_bit(DAXDEV_SYNC, &dax_dev->flags);
}

void set_dax_nocache(struct dax_device *dax_dev)
{
	set_bit(DAXDEV_NOCACHE, &dax_dev->flags);
}

void set_dax_nomc(struct dax_device *dax_dev)
{
	set_bit(DAXDEV_NOMC, &dax_dev->flags);
}

/* For a driver that comes after the device: its operations, one driver's at a time, or none. */
int dax_set_ops(struct dax_device *dax_dev, const struct dax_operations *ops)
{
	if (ops)
		return cmpxchg(&dax_dev->ops, NULL, ops) ? -EBUSY : 0;
	dax_dev->ops = NULL;
	return 0;
}
EXPORT_SYMBOL_GPL(dax_set_ops);

/* ---- life ---- */

bool dax_alive(struct dax_device *dax_dev)
{
	lockdep_assert_held(&dax_srcu);
	return test_bit(DAXDEV_ALIVE, &dax_dev->flags);
}

/* The holder hears of it first; then nothing new starts; then there is no holder any more. */
void kill_dax(struct dax_device *dax_dev)
{
	if (!dax_dev)
		return;
	if (dax_dev->holder_data)
		dax_holder_notify_failure(dax_dev, 0, U64_MAX, MF_MEM_PRE_REMOVE);
	clear_bit(DAXDEV_ALIVE, &dax_dev->flags);
	synchronize_srcu(&dax_srcu);
	dax_dev->holder_data = NULL;
	dax_dev->holder_ops = NULL;
}
EXPORT_SYMBOL_GPL(kill_dax);

void run_dax(struct dax_device *dax_dev)
{
	set_bit(DAXDEV_ALIVE, &dax_dev->flags);
}

static struct dax_device *to_dax_dev(struct inode *inode)
{
	return container_of(inode, struct dax_device, inode);
}

static void init_once(void *dax_dev)
{
	inode_init_once(&((struct dax_device *)dax_dev)->inode);
}

/* What a kernel tree's dax_alloc_inode() takes devices from; that below asks for each by itself. */
static struct kmem_cache fsc_dax_cache = {
	.name = "struct dax_device",
	.size = sizeof(struct dax_device),
	.align = 64,
	.ctor = init_once,
};
static struct kmem_cache *dax_cache __maybe_unused = &fsc_dax_cache;

static struct inode *dax_alloc_inode(struct super_block *sb)
{
	struct dax_device *dax_dev;

	(void)sb;
	if (__fsc_fail("alloc_dax"))
		return NULL;
	dax_dev = __fsc_alloc(sizeof(*dax_dev), 64, FSC_ZERO, "struct dax_device");
	init_once(dax_dev);
	return &dax_dev->inode;
}

static void dax_destroy_inode(struct inode *inode)
{
	struct dax_device *dax_dev = to_dax_dev(inode);

	WARN_ONCE(test_bit(DAXDEV_ALIVE, &dax_dev->flags), "kill_dax() must be called before final iput()\n");
}

static void dax_free_inode(struct inode *inode)
{
	if (inode->i_rdev)
		ida_free(&dax_minor_ida, MINOR(inode->i_rdev));
	__fsc_free(to_dax_dev(inode));
}

static const struct super_operations dax_sops = {
	.alloc_inode = dax_alloc_inode,
	.destroy_inode = dax_destroy_inode,
	.free_inode = dax_free_inode,
	.drop_inode = generic_delete_inode,
};

static struct super_block fsc_dax_sb = {
	.s_op = &dax_sops,
	.s_blocksize_bits = PAGE_SHIFT,
};

static int dax_test(struct inode *inode, void *devt)
{
	return inode->i_rdev == *(dev_t *)devt;
}

static int dax_set(struct inode *inode, void *devt)
{
	inode->i_rdev = *(dev_t *)devt;
	return 0;
}

/* The device of a number, made where there is none. */
static struct dax_device *dax_dev_get(dev_t devt)
{
	struct inode *inode = iget5_locked(dax_superblock, devt, dax_test, dax_set, &devt);
	struct dax_device *dax_dev;

	if (!inode)
		return NULL;
	dax_dev = to_dax_dev(inode);
	if (inode->i_state & I_NEW) {
		inode->i_mode = S_IFCHR;
		inode->i_flags = S_DAX;
		inode->i_cdev = &dax_dev->cdev;
		mapping_set_gfp_mask(&inode->i_data, GFP_USER);
		set_bit(DAXDEV_ALIVE, &dax_dev->flags);
		unlock_new_inode(inode);
	}
	return dax_dev;
}

struct dax_device *alloc_dax(void *private, const struct dax_operations *ops)
{
	struct dax_device *dax_dev;
	int minor;

	if (WARN_ON_ONCE(ops && !ops->zero_page_range))
		return ERR_PTR(-EINVAL);
	minor = ida_alloc_max(&dax_minor_ida, MINORMASK, GFP_KERNEL);
	if (minor < 0)
		return ERR_PTR(-ENOMEM);
	dax_dev = dax_dev_get(MKDEV(MAJOR(dax_devt), minor));
	if (!dax_dev) {
		ida_free(&dax_minor_ida, minor);
		return ERR_PTR(-ENOMEM);
	}
	dax_dev->private = private;
	dax_dev->ops = ops;
	return dax_dev;
}
EXPORT_SYMBOL_GPL(alloc_dax);

void put_dax(struct dax_device *dax_dev)
{
	if (dax_dev)
		iput(&dax_dev->inode);
}
EXPORT_SYMBOL_GPL(put_dax);

void *dax_holder(struct dax_device *dax_dev)
{
	return dax_dev->holder_data;
}

struct dax_device *inode_dax(struct inode *inode)
{
	return container_of(inode->i_cdev, struct dax_device, cdev);
}

struct inode *dax_inode(struct dax_device *dax_dev)
{
	return &dax_dev->inode;
}

void *dax_get_private(struct dax_device *dax_dev)
{
	return test_bit(DAXDEV_ALIVE, &dax_dev->flags) ? dax_dev->private : NULL;
}
EXPORT_SYMBOL_GPL(dax_get_private);
