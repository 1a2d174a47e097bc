// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A dax device for file systems, without a disk: order-0 pages of type FS_DAX, operations for iomap, no mmap of the
 * device itself. Mirrors drivers/dax/fsdev.c; it binds by name only (new_id). Left out: recovery of poison.
 *
 * v7.1 is what that release shipped, with what v7.3 mended (series "dax/fsdev: fixes"): the offset of a memory failure
 * knows one range only, a static pgmap keeps the last driver's vmemmap_shift, a failed probe leaves dev_dax->pgmap, and
 * unbinding leaves ops and owner in the pgmap. Eras before it had no such driver; theirs is the mended one.
 */
#include <linux/cdev.h>
#include <linux/dax.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/fsc_pfn.h>
#include <linux/string.h>
#include <linux/uio.h>
#include "bus.h"
#include "dax-private.h"

static long __fsdev_dax_direct_access(struct dax_device *dax_dev, pgoff_t pgoff, long nr_pages,
				      enum dax_access_mode mode, void **kaddr, fsc_pfn_t *pfn)
{
	struct dev_dax *dev_dax = dax_get_private(dax_dev);
	size_t size = nr_pages << PAGE_SHIFT, offset = pgoff << PAGE_SHIFT;
	phys_addr_t phys = dax_pgoff_to_phys(dev_dax, pgoff, size);

	(void)mode;
	if (phys == (phys_addr_t)-1)
		return -EFAULT;
	if (kaddr)
		*kaddr = dev_dax->virt_addr + offset;
	if (pfn)
		*pfn = fsc_pfn_at(phys, FSC_ERA < 615 ? PFN_DEV | PFN_MAP : 0);
	return PHYS_PFN(min_t(size_t, size, dev_dax->cached_size - offset));
}

static int fsdev_dax_zero_page_range(struct dax_device *dax_dev, pgoff_t pgoff, size_t nr_pages)
{
	void *kaddr;

	if (__fsdev_dax_direct_access(dax_dev, pgoff, nr_pages, DAX_ACCESS, &kaddr, NULL) < 0)
		return -EFAULT;
	memset(kaddr, 0, nr_pages << PAGE_SHIFT);
	return 0;
}

static const struct dax_operations dev_dax_ops = {
	.direct_access = __fsdev_dax_direct_access,
	.zero_page_range = fsdev_dax_zero_page_range,
};

static void fsdev_cdev_del(void *cdev)
{
	cdev_del((struct cdev *)cdev);
}

static void fsdev_kill(void *dev_dax)
{
	kill_dev_dax(dev_dax);
}

static void fsdev_clear_ops(void *data)
{
	struct dev_dax *dev_dax = data;

	dax_set_ops(dev_dax->dax_dev, NULL);
}

/* A static pgmap outlives this driver: it keeps nothing of it. */
#if FSC_ERA >= 703
#define fsdev_drop_ops fsdev_clear_pgmap_ops
#endif
static __maybe_unused void fsdev_drop_ops(void *data)
{
	struct dev_pagemap *pgmap = data;

	pgmap->ops = NULL;
	pgmap->owner = NULL;
}

static int fsdev_pagemap_memory_failure(struct dev_pagemap *pgmap, unsigned long pfn, unsigned long nr_pages,
					int mf_flags)
{
	struct dev_dax *dev_dax = pgmap->owner;
#if FSC_ERA >= 703
	phys_addr_t phys = PFN_PHYS(pfn);
	u64 offset = 0;
	int i;

	for (i = 0; i < pgmap->nr_range; i++) {
		struct range *own = &pgmap->ranges[i];

		if (phys >= own->start && phys <= own->end)
			break;
		offset += range_len(own);
	}
	offset = i < pgmap->nr_range ? offset + phys - pgmap->ranges[i].start : (u64)-1;
	if (i == 0) /* metadata of a static device lies before its data */
		offset = phys - dev_dax->ranges[0].range.start;
#else
	u64 offset = PFN_PHYS(pfn) - dev_dax->ranges[0].range.start;
#endif

	return dax_holder_notify_failure(dev_dax->dax_dev, offset, (u64)nr_pages << PAGE_SHIFT, mf_flags);
}

static const struct dev_pagemap_ops fsdev_pagemap_ops = {
	.memory_failure = fsdev_pagemap_memory_failure,
};

static int fsdev_open(struct inode *inode, struct file *filp)
{
	filp->private_data = dax_get_private(inode_dax(inode));
	return 0;
}

static int fsdev_release(struct inode *inode, struct file *filp)
{
	(void)inode;
	(void)filp;
	return 0;
}

static const struct file_operations fsdev_fops = {
	.owner = THIS_MODULE,
	.open = fsdev_open,
	.release = fsdev_release,
};

#if FSC_ERA >= 703
/* The pgmap of a static device, or one for this binding. dev_dax->pgmap names it only when the probe has succeeded. */
static struct dev_pagemap *fsdev_acquire_pgmap(struct dev_dax *dev_dax)
{
	struct device *dev = &dev_dax->dev;
	struct dev_pagemap *pgmap = dev_dax->pgmap;

	if (static_dev_dax(dev_dax)) {
		if (dev_dax->nr_range > 1) {
			dev_warn(dev, "static pgmap / multi-range device conflict\n");
			return ERR_PTR(-EINVAL);
		}
		pgmap->vmemmap_shift = 0; /* device_dax may have left its own */
		return pgmap;
	}
	if (pgmap) {
		dev_warn(dev, "dynamic-dax with pre-populated page map\n");
		return ERR_PTR(-EINVAL);
	}
	pgmap = devm_kzalloc(dev, struct_size(pgmap, ranges, dev_dax->nr_range - 1), GFP_KERNEL);
	if (!pgmap)
		return ERR_PTR(-ENOMEM);
	pgmap->nr_range = dev_dax->nr_range;
	for (int i = 0; i < dev_dax->nr_range; i++)
		pgmap->ranges[i] = dev_dax->ranges[i].range;
	return pgmap;
}
#endif

#if FSC_ERA >= 701
/* Another driver's folios are made pages of order 0 again, before and after this one. */
static void fsdev_clear_folio_state(void *data)
{
	struct dev_dax *dev_dax = data;

	for (int i = 0; i < dev_dax->nr_range; i++) {
		struct range *own = &dev_dax->ranges[i].range;
		unsigned long pfn = PHYS_PFN(own->start), end = PHYS_PFN(own->end) + 1;

		while (pfn < end)
			pfn += 1UL << dax_folio_reset_order(pfn_folio(pfn));
	}
}
#endif

static int fsdev_dax_probe(struct dev_dax *dev_dax)
{
	struct dax_device *dax_dev = dev_dax->dax_dev;
	struct device *dev = &dev_dax->dev;
	struct dev_pagemap *pgmap;
	struct cdev *cdev;
	void *addr;
	int rc, i;

#if FSC_ERA >= 703
	pgmap = fsdev_acquire_pgmap(dev_dax);
	if (IS_ERR(pgmap))
		return PTR_ERR(pgmap);
#else
	if (static_dev_dax(dev_dax)) {
		if (dev_dax->nr_range > 1)
			return -EINVAL;
		pgmap = dev_dax->pgmap;
#if FSC_ERA < 701
		pgmap->vmemmap_shift = 0; /* device_dax may have left its own */
#endif
	} else {
		size_t pgmap_size;

		if (dev_dax->pgmap)
			return -EINVAL;
		pgmap_size = struct_size(pgmap, ranges, dev_dax->nr_range - 1);
		pgmap = devm_kzalloc(dev, pgmap_size, GFP_KERNEL);
		if (!pgmap)
			return -ENOMEM;
		pgmap->nr_range = dev_dax->nr_range;
#if FSC_ERA >= 701
		dev_dax->pgmap = pgmap;
#endif
		for (i = 0; i < dev_dax->nr_range; i++)
			pgmap->ranges[i] = dev_dax->ranges[i].range;
	}
#endif
	dev_dax->cached_size = 0;
	for (i = 0; i < dev_dax->nr_range; i++) {
		struct range *own = &dev_dax->ranges[i].range;
		u64 len = range_len(own);

		if (!devm_request_mem_region(dev, own->start, len, dev_name(dev))) {
			dev_warn(dev, "range %d, %llu bytes from %#llx on: somebody has it\n", i, len, own->start);
			return -EBUSY;
		}
		dev_dax->cached_size += len;
	}

	pgmap->type = MEMORY_DEVICE_FS_DAX;
	pgmap->ops = &fsdev_pagemap_ops;
	pgmap->owner = dev_dax;
#if FSC_ERA < 701 || FSC_ERA >= 703
	rc = devm_add_action_or_reset(dev, fsdev_drop_ops, pgmap);
	if (rc)
		return rc;
#endif
	addr = devm_memremap_pages(dev, pgmap);
	if (IS_ERR(addr))
		return PTR_ERR(addr);
	/* The head of a static pgmap may be metadata, which is not the device's. */
	dev_dax->virt_addr = addr + (dev_dax->ranges[0].range.start - pgmap->range.start);

#if FSC_ERA >= 701
	fsdev_clear_folio_state(dev_dax);
	rc = devm_add_action_or_reset(dev, fsdev_clear_folio_state, dev_dax);
	if (rc)
		return rc;
#endif

	cdev = dax_inode(dax_dev)->i_cdev;
	cdev_init(cdev, &fsdev_fops);
	cdev->owner = dev->driver->owner;
	cdev_set_parent(cdev, &dev->kobj);
	rc = cdev_add(cdev, dev->devt, 1);
	if (rc)
		return rc;
	rc = devm_add_action_or_reset(dev, fsdev_cdev_del, cdev);
	if (rc)
		return rc;
	rc = dax_set_ops(dax_dev, &dev_dax_ops);
	if (rc)
		return rc;
	rc = devm_add_action_or_reset(dev, fsdev_clear_ops, dev_dax);
	if (rc)
		return rc;
	run_dax(dax_dev);
	dev_dax->pgmap = pgmap; /* fsdev_kill() takes a dynamic one away again */
	return devm_add_action_or_reset(dev, fsdev_kill, dev_dax);
}

static struct dax_device_driver fsdev_dax_driver = {
	.drv = { .name = "fsdev_dax" },
	.probe = fsdev_dax_probe,
	.type = DAXDRV_FSDEV_TYPE,
};

/* The module comes and goes with the scenario that wants it. */
struct device_driver *fsc_fsdev_init(void)
{
	return dax_driver_register(&fsdev_dax_driver) ? NULL : &fsdev_dax_driver.drv;
}

void fsc_fsdev_exit(void)
{
	dax_driver_unregister(&fsdev_dax_driver);
}
