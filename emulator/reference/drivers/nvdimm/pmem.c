/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver of a pmem namespace in fsdax mode: struct pages for it, a disk, a dax device. Mirrors drivers/nvdimm/pmem.c
 * as far as DAX goes. Left out: block I/O, poison (badblocks make accesses fail, nothing clears them), altmaps, sysfs.
 */
#include <linux/badblocks.h>
#include <linux/blkdev.h>
#include <linux/dax.h>
#include <linux/device.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/nd.h>
#include <linux/pfn_t.h>
#include <linux/string.h>
#include <linux/uio.h>
#include "pmem.h"

long __pmem_direct_access(struct pmem_device *pmem, pgoff_t pgoff, long nr_pages, enum dax_access_mode mode,
			  void **kaddr, pfn_t *pfn)
{
	resource_size_t offset = pmem->data_offset + PFN_PHYS(pgoff);
	sector_t sector = PFN_PHYS(pgoff) >> SECTOR_SHIFT, bad;
	int nr_bad;

	if (pfn)
		*pfn = phys_to_pfn_t(pmem->phys_addr + offset, pmem->pfn_flags);
	if (kaddr)
		*kaddr = pmem->virt_addr + offset;

	if (!pmem->bb.count)
		return PHYS_PFN(pmem->size - pmem->pfn_pad - offset);
	if (badblocks_check(&pmem->bb, sector, PFN_PHYS(nr_pages) >> SECTOR_SHIFT, &bad, &nr_bad)) {
		long good = PHYS_PFN(PAGE_ALIGN((bad - sector) << SECTOR_SHIFT));

		if (mode != DAX_RECOVERY_WRITE)
			return -EHWPOISON;
		return good ? good : 1;
	}
	/* Somewhere else there are bad blocks: no more than what was asked for is known to be good. */
	return nr_pages;
}

static long pmem_dax_direct_access(struct dax_device *dax_dev, pgoff_t pgoff, long nr_pages,
				   enum dax_access_mode mode, void **kaddr, pfn_t *pfn)
{
	return __pmem_direct_access(dax_get_private(dax_dev), pgoff, nr_pages, mode, kaddr, pfn);
}

static int pmem_dax_zero_page_range(struct dax_device *dax_dev, pgoff_t pgoff, size_t nr_pages)
{
	struct pmem_device *pmem = dax_get_private(dax_dev);

	memset(pmem->virt_addr + pmem->data_offset + PFN_PHYS(pgoff), 0, nr_pages << PAGE_SHIFT);
	return 0;
}

static size_t pmem_recovery_write(struct dax_device *dax_dev, pgoff_t pgoff, void *addr, size_t bytes,
				  struct iov_iter *i)
{
	struct pmem_device *pmem = dax_get_private(dax_dev);
	sector_t bad;
	int nr_bad;

	if (badblocks_check(&pmem->bb, PFN_PHYS(pgoff) >> SECTOR_SHIFT, bytes >> SECTOR_SHIFT, &bad, &nr_bad))
		__fsc_unmodelled("clearing poison by a write");
	return _copy_from_iter_flushcache(addr, bytes, i);
}

static const struct dax_operations pmem_dax_ops = {
	.direct_access = pmem_dax_direct_access,
	.zero_page_range = pmem_dax_zero_page_range,
	.recovery_write = pmem_recovery_write,
};

/* Whoever finds the disk must not find the device; whoever has the device must not start anything. */
static void pmem_release_disk(void *__pmem)
{
	struct pmem_device *pmem = __pmem;
	struct dax_device *dax = pmem->dax_dev;
	struct gendisk *gone = pmem->disk;

	dax_remove_host(gone);
	kill_dax(dax);
	put_dax(dax);
	del_gendisk(gone);
	put_disk(gone);
}

static const struct block_device_operations pmem_fops = {
	.owner = THIS_MODULE,
};

/* Bad memory: whoever holds the dax device, the file system, knows the owners. */
static int pmem_pagemap_memory_failure(struct dev_pagemap *pgmap, unsigned long pfn, unsigned long nr_pages,
				       int mf_flags)
{
	struct pmem_device *pmem = container_of(pgmap, struct pmem_device, pgmap);
	u64 base = pmem->phys_addr + pmem->data_offset;

	return dax_holder_notify_failure(pmem->dax_dev, PFN_PHYS(pfn) - base, (u64)nr_pages << PAGE_SHIFT, mf_flags);
}

static const struct dev_pagemap_ops fsdax_pagemap_ops = {
	.memory_failure = pmem_pagemap_memory_failure,
};

/* Static in the kernel, where nd_pmem_probe() calls it. */
int pmem_attach_disk(struct device *dev, struct nd_namespace_common *ndns)
{
	struct resource *res = &container_of(ndns, struct nd_namespace_io, common)->res;
	struct nd_region *nd_region = to_nd_region(dev->parent);
	struct queue_limits lim = {
		.logical_block_size = PAGE_SIZE,
		.physical_block_size = PAGE_SIZE,
		.features = BLK_FEAT_WRITE_CACHE | BLK_FEAT_SYNCHRONOUS | BLK_FEAT_FUA | BLK_FEAT_DAX,
	};
	struct dax_device *dax_dev;
	struct pmem_device *pmem;
	struct gendisk *disk;
	void *addr;
	int rc;

	pmem = devm_kzalloc(dev, sizeof(*pmem), GFP_KERNEL);
	if (!pmem)
		return -ENOMEM;
	dev_set_drvdata(dev, pmem);
	pmem->size = resource_size(res);
	pmem->phys_addr = res->start;
	if (!devm_request_mem_region(dev, res->start, resource_size(res), dev_name(&ndns->dev)))
		return -EBUSY;

	disk = blk_alloc_disk(&lim, dev_to_node(dev));
	if (IS_ERR(disk))
		return PTR_ERR(disk);
	pmem->disk = disk;

#if FSC_ERA < 615
	pmem->pfn_flags = PFN_DEV | PFN_MAP;
#endif
	pmem->pgmap.owner = pmem;
	pmem->pgmap.ops = &fsdax_pagemap_ops;
	pmem->pgmap.type = MEMORY_DEVICE_FS_DAX;
	pmem->pgmap.nr_range = 1;
	pmem->pgmap.range.start = res->start;
	pmem->pgmap.range.end = res->end;
	addr = devm_memremap_pages(dev, &pmem->pgmap);
	if (IS_ERR(addr)) {
		rc = PTR_ERR(addr);
		goto out;
	}
	pmem->virt_addr = addr;

	disk->private_data = pmem;
	disk->fops = &pmem_fops;
	disk->bb = &pmem->bb;
	pmem->bb.dev = dev;
	set_capacity(disk, (pmem->size - pmem->pfn_pad - pmem->data_offset) >> SECTOR_SHIFT);

	dax_dev = alloc_dax(pmem, &pmem_dax_ops);
	if (IS_ERR(dax_dev)) {
		rc = PTR_ERR(dax_dev);
		goto out;
	}
	pmem->dax_dev = dax_dev;
	set_dax_nocache(dax_dev);
	set_dax_nomc(dax_dev);
	if (nd_region->sync)
		set_dax_synchronous(dax_dev);
	rc = dax_add_host(dax_dev, disk);
	if (rc)
		goto out_cleanup_dax;
	dax_write_cache(dax_dev, true);

	rc = device_add_disk(dev, disk, NULL);
	if (rc)
		goto out_remove_host;
	return devm_add_action_or_reset(dev, pmem_release_disk, pmem) ? -ENOMEM : 0;

out_remove_host:
	dax_remove_host(disk);
out_cleanup_dax:
	kill_dax(pmem->dax_dev);
	put_dax(pmem->dax_dev);
out:
	put_disk(disk);
	return rc;
}
