/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver of a pmem namespace in fsdax mode, or of a pfn device that claims it: struct pages for it, a disk, a dax
 * device, I/O by bios. Mirrors drivers/nvdimm/pmem.c. Left out: sysfs.
 */
#include <linux/badblocks.h>
#include <linux/blkdev.h>
#include <linux/dax.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/nd.h>
#include <linux/fsc_pfn.h>
#include <linux/highmem.h>
#include <linux/set_memory.h>
#include <linux/string.h>
#include <linux/uio.h>
#include "pmem.h"

static struct device *to_dev(struct pmem_device *pmem)
{
	return pmem->bb.dev; /* the one nvdimm_badblocks_populate() was told of */
}

static struct nd_region *to_region(struct pmem_device *pmem)
{
	return to_nd_region(to_dev(pmem)->parent);
}

static phys_addr_t to_offset(struct pmem_device *pmem, sector_t sector)
{
	return pmem->data_offset + (sector << SECTOR_SHIFT);
}

/* ---- bad blocks: the medium is told to forget, then the struct pages, then whoever looks at the list ---- */

static sector_t to_sect(struct pmem_device *pmem, phys_addr_t offset)
{
	return (offset - pmem->data_offset) >> SECTOR_SHIFT;
}

static phys_addr_t pmem_to_phys(struct pmem_device *pmem, phys_addr_t offset)
{
	return offset + pmem->phys_addr;
}

static void pmem_mkpage_present(struct pmem_device *pmem, phys_addr_t offset, unsigned int len)
{
	unsigned long pfn = PHYS_PFN(pmem_to_phys(pmem, offset)), n = PHYS_PFN(len);

	for (; n; n--, pfn++)
		if (test_and_clear_pmem_poison(pfn_to_page(pfn)))
			clear_mce_nospec(pfn);
}

static void pmem_clear_bb(struct pmem_device *pmem, sector_t sector, long blks)
{
	if (!blks)
		return;
	badblocks_clear(&pmem->bb, sector, blks);
	if (pmem->bb_state)
		sysfs_notify_dirent(pmem->bb_state);
}

static long __pmem_clear_poison(struct pmem_device *pmem, phys_addr_t offset, unsigned int len)
{
	long good = nvdimm_clear_poison(to_dev(pmem), pmem_to_phys(pmem, offset), len);

	if (good <= 0)
		return good;
	pmem_mkpage_present(pmem, offset, good);
	arch_invalidate_pmem(pmem->virt_addr + offset, len);
	return good;
}

static blk_status_t pmem_clear_poison(struct pmem_device *pmem, phys_addr_t offset, unsigned int len)
{
	long good = __pmem_clear_poison(pmem, offset, len);

	if (good > 0)
		pmem_clear_bb(pmem, to_sect(pmem, offset), good >> SECTOR_SHIFT);
	return good == len ? BLK_STS_OK : BLK_STS_IOERR;
}

static bool is_bad_pmem(struct badblocks *bb, sector_t sector, unsigned int len)
{
	sector_t first;
	int nr;

	return bb->count && badblocks_check(bb, sector, len >> SECTOR_SHIFT, &first, &nr);
}

static blk_status_t pmem_do_read(struct pmem_device *pmem, struct page *page, unsigned int page_off, sector_t sector,
				 unsigned int len)
{
	void *from = pmem->virt_addr + to_offset(pmem, sector);

	if (is_bad_pmem(&pmem->bb, sector, len))
		return BLK_STS_IOERR;
	memcpy(page_address(page) + page_off, from, len);
	return BLK_STS_OK;
}

static blk_status_t pmem_do_write(struct pmem_device *pmem, struct page *page, unsigned int page_off, sector_t sector,
				  unsigned int len)
{
	void *to = pmem->virt_addr + to_offset(pmem, sector);

	if (is_bad_pmem(&pmem->bb, sector, len) && pmem_clear_poison(pmem, to_offset(pmem, sector), len) != BLK_STS_OK)
		return BLK_STS_IOERR;
	memcpy_flushcache(to, page_address(page) + page_off, len);
	return BLK_STS_OK;
}

static void pmem_submit_bio(struct bio *bio)
{
	struct pmem_device *pmem = bio->bi_bdev->bd_disk->private_data;
	struct nd_region *nd_region = to_region(pmem);
	struct bio_vec bvec;
	struct bvec_iter iter;
	bool write = op_is_write(bio_op(bio));
	blk_status_t rc = BLK_STS_OK;
	int ret = 0;

	if (bio->bi_opf & REQ_PREFLUSH)
		ret = nvdimm_flush(nd_region, NULL);
	if (!ret) {
		bio_for_each_segment(bvec, bio, iter) {
			rc = (write ? pmem_do_write : pmem_do_read)(pmem, bvec.bv_page, bvec.bv_offset, iter.bi_sector,
								    bvec.bv_len);
			if (rc != BLK_STS_OK)
				break;
		}
		bio->bi_status = rc;
		if ((bio->bi_opf & REQ_FUA) && !rc)
			ret = nvdimm_flush(nd_region, bio);
		if (ret == NVDIMM_FLUSH_ASYNC)
			return;
	}
	if (ret)
		bio->bi_status = errno_to_blk_status(ret);
	bio_endio(bio);
}

long __pmem_direct_access(struct pmem_device *pmem, pgoff_t pgoff, long nr_pages, enum dax_access_mode mode,
			  void **kaddr, fsc_pfn_t *pfn)
{
	resource_size_t offset = pmem->data_offset + PFN_PHYS(pgoff);
	sector_t sector = PFN_PHYS(pgoff) >> SECTOR_SHIFT, bad;
	int nr_bad;

	if (pfn)
		*pfn = fsc_pfn_at(pmem->phys_addr + offset, pmem->pfn_flags);
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
				   enum dax_access_mode mode, void **kaddr, fsc_pfn_t *pfn)
{
	return __pmem_direct_access(dax_get_private(dax_dev), pgoff, nr_pages, mode, kaddr, pfn);
}

static int pmem_dax_zero_page_range(struct dax_device *dax_dev, pgoff_t pgoff, size_t nr_pages)
{
	struct pmem_device *pmem = dax_get_private(dax_dev);

	(void)nr_pages; /* one, see dax_zero_page_range() */
	return blk_status_to_errno(pmem_do_write(pmem, ZERO_PAGE(0), 0, PFN_PHYS(pgoff) >> SECTOR_SHIFT, PAGE_SIZE));
}

static size_t pmem_recovery_write(struct dax_device *dax_dev, pgoff_t pgoff, void *addr, size_t bytes,
				  struct iov_iter *i)
{
	struct pmem_device *pmem = dax_get_private(dax_dev);
	phys_addr_t offset = pmem->data_offset + PFN_PHYS(pgoff);
	size_t done, in_page = offset_in_page(addr), len = PAGE_ALIGN(in_page + bytes);

	if (!is_bad_pmem(&pmem->bb, PFN_PHYS(pgoff) >> SECTOR_SHIFT, len))
		return _copy_from_iter_flushcache(addr, bytes, i);
	if (in_page || !PAGE_ALIGNED(bytes))
		return 0; /* what stays of a bad page cannot be read */
	if (__pmem_clear_poison(pmem, offset, len) != (long)len)
		return 0;
	done = _copy_from_iter_flushcache(addr, bytes, i);
	pmem_clear_bb(pmem, to_sect(pmem, offset), len >> SECTOR_SHIFT); /* last: readers wait for it */
	return done;
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
	.submit_bio = pmem_submit_bio,
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

static const struct attribute_group *pmem_attribute_groups[] = { NULL };

static int pmem_attach_disk(struct device *dev, struct nd_namespace_common *ndns)
{
	struct resource *res = &to_nd_namespace_io(&ndns->dev)->res;
	struct nd_region *nd_region = to_nd_region(dev->parent);
	struct queue_limits lim = {
		.logical_block_size = pmem_sector_size(ndns),
		.physical_block_size = PAGE_SIZE,
		.max_hw_sectors = UINT_MAX,
		.features = BLK_FEAT_WRITE_CACHE | BLK_FEAT_SYNCHRONOUS,
	};
	struct nd_pfn *nd_pfn = is_nd_pfn(dev) ? to_nd_pfn(dev) : NULL;
	bool pages = nd_pfn || pmem_should_map_pages(dev);
	struct dax_device *dax_dev;
	struct pmem_device *pmem;
	struct range bb_range;
	struct gendisk *disk;
	void *addr;
	int rc;

	pmem = devm_kzalloc(dev, sizeof(*pmem), GFP_KERNEL);
	if (!pmem)
		return -ENOMEM;
	rc = devm_namespace_enable(dev, ndns, nd_info_block_reserve());
	if (rc)
		return rc;
	if (nd_pfn) {
		rc = nvdimm_setup_pfn(nd_pfn, &pmem->pgmap);
		if (rc)
			return rc;
	}
	devm_namespace_disable(dev, ndns); /* from here on the disk is the way to it */

	dev_set_drvdata(dev, pmem);
	pmem->phys_addr = res->start;
	pmem->size = resource_size(res);
	if (nvdimm_has_flush(nd_region) > 0)
		lim.features |= BLK_FEAT_FUA;
	if (pages)
		lim.features |= BLK_FEAT_DAX;
	if (!devm_request_mem_region(dev, res->start, resource_size(res), dev_name(&ndns->dev))) {
		dev_warn(dev, "could not reserve region\n");
		return -EBUSY;
	}

	disk = blk_alloc_disk(&lim, dev_to_node(dev));
	if (IS_ERR(disk))
		return PTR_ERR(disk);
	pmem->disk = disk;
	pmem->pgmap.owner = pmem;
	bb_range.start = res->start;
	bb_range.end = res->end;
	if (pages) {
		if (!nd_pfn) {
			pmem->pgmap.range = bb_range;
			pmem->pgmap.nr_range = 1;
		}
		pmem->pgmap.type = MEMORY_DEVICE_FS_DAX;
		pmem->pgmap.ops = &fsdax_pagemap_ops;
		addr = devm_memremap_pages(dev, &pmem->pgmap);
	} else {
		addr = devm_memremap(dev, pmem->phys_addr, pmem->size, ARCH_MEMREMAP_PMEM);
	}
	if (IS_ERR(addr)) {
		rc = PTR_ERR(addr);
		goto out;
	}
	if (nd_pfn) {
		pmem->data_offset = le64_to_cpu(nd_pfn->pfn_sb->dataoff);
		pmem->pfn_pad = resource_size(res) - range_len(&pmem->pgmap.range);
		bb_range = pmem->pgmap.range;
		bb_range.start += pmem->data_offset;
	}
#if FSC_ERA < 615
#if FSC_ERA < 618
	pmem->pfn_flags = pages ? PFN_DEV | PFN_MAP : PFN_DEV;
#endif
#endif
	pmem->virt_addr = addr;

	disk->private_data = pmem;
	disk->fops = &pmem_fops;
	nvdimm_namespace_disk_name(ndns, disk->disk_name);
	set_capacity(disk, (pmem->size - pmem->pfn_pad - pmem->data_offset) >> SECTOR_SHIFT);
	rc = devm_init_badblocks(dev, &pmem->bb);
	if (rc)
		goto out;
	nvdimm_badblocks_populate(nd_region, &pmem->bb, &bb_range);
	disk->bb = &pmem->bb;

	dax_dev = alloc_dax(pmem, &pmem_dax_ops);
	if (IS_ERR(dax_dev)) {
		rc = PTR_ERR(dax_dev);
		goto out;
	}
	pmem->dax_dev = dax_dev;
	set_dax_nocache(dax_dev);
	set_dax_nomc(dax_dev);
	if (is_nvdimm_sync(nd_region))
		set_dax_synchronous(dax_dev);
	rc = dax_add_host(dax_dev, disk);
	if (rc)
		goto out_cleanup_dax;
	dax_write_cache(dax_dev, nvdimm_has_cache(nd_region));

	rc = device_add_disk(dev, disk, pmem_attribute_groups);
	if (rc)
		goto out_remove_host;
	if (devm_add_action_or_reset(dev, pmem_release_disk, pmem))
		return -ENOMEM;
	nvdimm_check_and_set_ro(disk);
	pmem->bb_state = sysfs_get_dirent(disk_to_dev(disk)->kobj.sd, "badblocks");
	return 0;

out_remove_host:
	dax_remove_host(disk);
out_cleanup_dax:
	kill_dax(pmem->dax_dev);
	put_dax(pmem->dax_dev);
out:
	put_disk(disk);
	return rc;
}

static int nd_pmem_probe(struct device *dev)
{
	struct nd_namespace_common *ndns = nvdimm_namespace_common_probe(dev);
	int ret;

	if (IS_ERR(ndns))
		return PTR_ERR(ndns);
	if (is_nd_pfn(dev))
		return pmem_attach_disk(dev, ndns);
	ret = devm_namespace_enable(dev, ndns, nd_info_block_reserve());
	if (ret)
		return ret;
	if (nd_btt_probe(dev, ndns) == 0 || nd_pfn_probe(dev, ndns) == 0 || nd_dax_probe(dev, ndns) == 0)
		return -ENXIO; /* a device was made that claims it */
	devm_namespace_disable(dev, ndns);
	return pmem_attach_disk(dev, ndns);
}

static void nd_pmem_remove(struct device *dev)
{
	struct pmem_device *pmem = dev_get_drvdata(dev);

	sysfs_put(pmem->bb_state);
	pmem->bb_state = NULL;
	nvdimm_flush(to_nd_region(dev->parent), NULL);
}

/* Bad blocks were found while the device is in use: those of what it shows as data go on its list. */
static void pmem_revalidate_poison(struct device *dev)
{
	struct pmem_device *pmem = dev_get_drvdata(dev);
	struct nd_pfn *nd_pfn = is_nd_pfn(dev) ? to_nd_pfn(dev) : NULL;
	struct nd_namespace_common *ndns = nd_pfn ? nd_pfn->ndns : to_ndns(dev);
	struct resource *res = &to_nd_namespace_io(&ndns->dev)->res;
	struct range data = { .start = res->start, .end = res->end };

	if (nd_pfn) {
		data.start += pmem->data_offset + le32_to_cpu(nd_pfn->pfn_sb->start_pad);
		data.end -= le32_to_cpu(nd_pfn->pfn_sb->end_trunc);
	}
	nvdimm_badblocks_populate(to_region(pmem), &pmem->bb, &data);
	if (pmem->bb_state)
		sysfs_notify_dirent(pmem->bb_state);
}

static void pmem_revalidate_region(struct device *dev)
{
	struct pmem_device *pmem = dev_get_drvdata(dev);

	nvdimm_check_and_set_ro(pmem->disk);
}

static void nd_pmem_notify(struct device *dev, enum nvdimm_event event)
{
	if (event == NVDIMM_REVALIDATE_POISON)
		pmem_revalidate_poison(dev);
	else if (!dev_WARN_ONCE(dev, event != NVDIMM_REVALIDATE_REGION, "notify: unknown event\n"))
		pmem_revalidate_region(dev);
}

struct nd_device_driver nd_pmem_driver = {
	.notify = nd_pmem_notify,
	.probe = nd_pmem_probe,
	.remove = nd_pmem_remove,
	.drv = { .name = "nd_pmem" },
	.type = ND_DRIVER_NAMESPACE_IO | ND_DRIVER_NAMESPACE_PMEM,
};
