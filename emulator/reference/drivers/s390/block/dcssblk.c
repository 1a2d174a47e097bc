// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Segments of s390 memory as disks: memory at an address that has no struct pages. Mirrors drivers/s390/block/dcssblk.c, and of
 * arch/s390/mm/extmem.c what it asks for. Up to v6.14 the disk can do DAX, for file systems that do without struct pages
 * (FS_DAX_LIMITED); since then that is broken and off. Left out: several segments a device, saving, shared and exclusive,
 * names of eight characters; the older kernels' disks.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <asm/extmem.h>
#include <linux/blkdev.h>
#include <linux/dax.h>
#include <linux/device.h>
#include <linux/fsc_pfn.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/string.h>

#define DCSS_BUS_ID_SIZE 20

/* ---- the hypervisor's one segment ---- */

#define FSC_SEGMENT_PFN 0x180000UL
#define FSC_SEGMENT_PAGES 16UL

static int fsc_segment_users;

int segment_load(char *name, int do_nonshared, unsigned long *addr, unsigned long *end)
{
	(void)do_nonshared;
	if (strcmp(name, "SEG"))
		return -ENOENT;
	if (__fsc_fail("segment_load"))
		return -EIO;
	if (!fsc_segment_users++)
		__fsc_add_memory(FSC_SEGMENT_PFN, FSC_SEGMENT_PAGES, 0);
	*addr = PFN_PHYS(FSC_SEGMENT_PFN);
	*end = PFN_PHYS(FSC_SEGMENT_PFN + FSC_SEGMENT_PAGES) - 1;
	return SEG_TYPE_SW;
}

void segment_unload(char *name)
{
	(void)name;
	BUG_ON(!fsc_segment_users);
	if (!--fsc_segment_users)
		__fsc_remove_memory(FSC_SEGMENT_PFN, FSC_SEGMENT_PAGES);
}

/* ---- devices ---- */

/* One disk. */
struct dcssblk_dev_info {
	unsigned long start, end; /* addresses, the last one with it */
	struct gendisk *gd;
	struct dax_device *dax_dev; /* NULL: it cannot do DAX */
	struct device dev;
	struct list_head lh, seg_list;
	int segment_type, num_of_segments;
	unsigned char save_pending, is_shared;
	atomic_t use_count;
	char segment_name[DCSS_BUS_ID_SIZE];
};

/* A part of one. */
struct segment_info {
	unsigned long start, end;
	int segment_type;
	struct list_head lh;
	char segment_name[DCSS_BUS_ID_SIZE];
};

static LIST_HEAD(dcssblk_devices);
static DECLARE_RWSEM(dcssblk_devices_sem);
static struct device *dcssblk_root_dev;

static void dcssblk_release_segment(struct device *dev)
{
	struct dcssblk_dev_info *info = container_of(dev, struct dcssblk_dev_info, dev);
	struct segment_info *seg, *next;

	list_for_each_entry_safe(seg, next, &info->seg_list, lh) {
		list_del(&seg->lh);
		kfree(seg);
	}
	kfree(info);
}

static struct dcssblk_dev_info *dcssblk_get_device_by_name(char *name)
{
	struct dcssblk_dev_info *info;

	list_for_each_entry(info, &dcssblk_devices, lh)
		if (!strcmp(name, info->segment_name))
			return info;
	return NULL;
}

static int dcssblk_load_segment(char *name, struct segment_info **seg_info)
{
	struct segment_info *seg = kzalloc(sizeof(*seg), GFP_KERNEL);
	int type;

	*seg_info = seg;
	if (!seg)
		return -ENOMEM;
	strcpy(seg->segment_name, name);
	type = segment_load(name, 0, &seg->start, &seg->end);
	if (type < 0) {
		kfree(seg);
		return type;
	}
	INIT_LIST_HEAD(&seg->lh);
	seg->segment_type = type;
	return 0;
}

/* ---- I/O and DAX ---- */

static void dcssblk_submit_bio(struct bio *bio)
{
	struct dcssblk_dev_info *info = bio->bi_bdev->bd_disk->private_data;
	bool write = op_is_write(bio_op(bio));
	struct bvec_iter iter;
	struct bio_vec bvec;

	bio_for_each_segment(bvec, bio, iter) {
		void *there = __va(info->start + (iter.bi_sector << SECTOR_SHIFT));
		void *here = page_address(bvec.bv_page) + bvec.bv_offset;

		if (!IS_ALIGNED(iter.bi_sector, PAGE_SECTORS) || !IS_ALIGNED(bvec.bv_len, PAGE_SIZE)) {
			bio_io_error(bio);
			return;
		}
		memcpy(write ? there : here, write ? here : there, bvec.bv_len);
	}
	bio_endio(bio);
}

static const struct block_device_operations dcssblk_devops = {
	.owner = THIS_MODULE,
	.submit_bio = dcssblk_submit_bio,
};

static long __dcssblk_direct_access(struct dcssblk_dev_info *dev_info, pgoff_t pgoff, long nr_pages, void **kaddr,
				    fsc_pfn_t *pfn)
{
	unsigned long dev_sz = dev_info->end - dev_info->start + 1;
	resource_size_t offset = PFN_PHYS(pgoff);

	(void)nr_pages;
	if (kaddr)
		*kaddr = __va(dev_info->start + offset);
	if (pfn)
#if FSC_ERA < 615
		*pfn = __pfn_to_pfn_t(PFN_DOWN(dev_info->start + offset),
				PFN_DEV|PFN_SPECIAL);
#else
		*pfn = fsc_pfn_at(dev_info->start + offset, PFN_DEV);
#endif
	return (dev_sz - offset) / PAGE_SIZE;
}

static long dcssblk_dax_direct_access(struct dax_device *dax_dev, pgoff_t pgoff, long nr_pages, enum dax_access_mode mode,
				      void **kaddr, fsc_pfn_t *pfn)
{
	(void)mode;
	return __dcssblk_direct_access(dax_get_private(dax_dev), pgoff, nr_pages, kaddr, pfn);
}

static int dcssblk_dax_zero_page_range(struct dax_device *dax_dev, pgoff_t pgoff, size_t nr_pages)
{
	void *at;
	long got = dax_direct_access(dax_dev, pgoff, nr_pages, DAX_ACCESS, &at, NULL);

	if (got < 0)
		return dax_mem2blk_err(got);
	memset(at, 0, nr_pages << PAGE_SHIFT);
	dax_flush(dax_dev, at, nr_pages << PAGE_SHIFT);
	return 0;
}

static const struct dax_operations dcssblk_dax_ops = {
	.direct_access = dcssblk_dax_direct_access,
	.zero_page_range = dcssblk_dax_zero_page_range,
};

#if FSC_ERA >= 615
/* For as long as s390 has no ZONE_DEVICE nothing is set up, and the device has no dax_dev. */
static int dcssblk_setup_dax(struct dcssblk_dev_info *dev_info)
{
	struct dax_device *dax;

	if (!IS_ENABLED(CONFIG_DCSSBLK_DAX))
		return 0;
	dax = alloc_dax(dev_info, &dcssblk_dax_ops);
	if (IS_ERR(dax))
		return PTR_ERR(dax);
	set_dax_synchronous(dax);
	dev_info->dax_dev = dax;
	return dax_add_host(dax, dev_info->gd);
}
#endif

/* ---- files of the root device: names of segments ---- */

static ssize_t dcssblk_add_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	struct queue_limits lim = { .logical_block_size = PAGE_SIZE, .features = BLK_FEAT_DAX };
	struct dcssblk_dev_info *dev_info;
	struct segment_info *seg;
#if FSC_ERA < 615
	struct dax_device *dax_dev;
#endif
	int rc;

	(void)attr;
	if (dev != dcssblk_root_dev)
		return -EINVAL;
	if (!count || count >= DCSS_BUS_ID_SIZE)
		return -ENAMETOOLONG;
	dev_info = kzalloc(sizeof(*dev_info), GFP_KERNEL);
	if (!dev_info)
		return -ENOMEM;
	strcpy(dev_info->segment_name, buf);
	rc = dcssblk_load_segment(dev_info->segment_name, &seg);
	if (rc)
		goto free_info;
	INIT_LIST_HEAD(&dev_info->seg_list);
	list_add_tail(&seg->lh, &dev_info->seg_list);
	dev_info->num_of_segments = 1;
	dev_info->segment_type = seg->segment_type;
	dev_info->start = seg->start;
	dev_info->end = seg->end;

	dev_info->gd = blk_alloc_disk(&lim, NUMA_NO_NODE);
	if (IS_ERR(dev_info->gd)) {
		rc = PTR_ERR(dev_info->gd);
		goto unload;
	}
	dev_info->gd->fops = &dcssblk_devops;
	dev_info->gd->private_data = dev_info;
	strcpy(dev_info->gd->disk_name, "dcssblk0");
	set_capacity(dev_info->gd, (dev_info->end - dev_info->start + 1) >> SECTOR_SHIFT);

	down_write(&dcssblk_devices_sem);
	if (dcssblk_get_device_by_name(dev_info->segment_name)) {
		rc = -EEXIST;
		goto put_gd;
	}
	list_add_tail(&dev_info->lh, &dcssblk_devices);
	dev_set_name(&dev_info->dev, "%s", dev_info->segment_name);
	dev_info->dev.parent = dev;
	dev_info->dev.release = dcssblk_release_segment;
	rc = device_register(&dev_info->dev);
	if (rc)
		goto unlist;
#if FSC_ERA < 615
	dax_dev = alloc_dax(dev_info, &dcssblk_dax_ops);
	if (IS_ERR(dax_dev)) {
		rc = PTR_ERR(dax_dev);
		goto put_dev;
	}
	set_dax_synchronous(dax_dev);
	dev_info->dax_dev = dax_dev;
	rc = dax_add_host(dev_info->dax_dev, dev_info->gd);
#else
	rc = dcssblk_setup_dax(dev_info);
#endif
	if (rc)
		goto out_dax;
	get_device(&dev_info->dev);
	rc = device_add_disk(&dev_info->dev, dev_info->gd, NULL);
	if (rc)
		goto out_dax_host;
	up_write(&dcssblk_devices_sem);
	return count;

out_dax_host:
	put_device(&dev_info->dev);
	dax_remove_host(dev_info->gd);
out_dax:
	kill_dax(dev_info->dax_dev);
	put_dax(dev_info->dax_dev);
#if FSC_ERA < 615
put_dev:
#endif
	device_del(&dev_info->dev);
unlist:
	list_del(&dev_info->lh);
	put_disk(dev_info->gd);
	segment_unload(seg->segment_name);
	put_device(&dev_info->dev);
	up_write(&dcssblk_devices_sem);
	return rc;

put_gd:
	up_write(&dcssblk_devices_sem);
	put_disk(dev_info->gd);
unload:
	segment_unload(seg->segment_name);
	kfree(seg);
free_info:
	kfree(dev_info);
	return rc;
}

static ssize_t dcssblk_remove_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	struct dcssblk_dev_info *info;
	struct segment_info *seg;

	(void)attr;
	if (dev != dcssblk_root_dev)
		return -EINVAL;
	down_write(&dcssblk_devices_sem);
	info = dcssblk_get_device_by_name((char *)buf);
	if (!info || atomic_read(&info->use_count)) {
		up_write(&dcssblk_devices_sem);
		return info ? -EBUSY : -ENODEV;
	}
	list_del(&info->lh);
	list_for_each_entry(seg, &info->seg_list, lh)
		segment_unload(seg->segment_name);
	up_write(&dcssblk_devices_sem);

	dax_remove_host(info->gd);
	kill_dax(info->dax_dev);
	put_dax(info->dax_dev);
	del_gendisk(info->gd);
	put_disk(info->gd);
	device_unregister(&info->dev);
	put_device(&info->dev);
	return count;
}

static DEVICE_ATTR(add, 0200, NULL, dcssblk_add_store);
static DEVICE_ATTR(remove, 0200, NULL, dcssblk_remove_store);
static struct attribute *dcssblk_root_attrs[] = { &dev_attr_add.attr, &dev_attr_remove.attr, NULL };
ATTRIBUTE_GROUPS(dcssblk_root);

static void fsc_root_release(struct device *dev)
{
	(void)dev;
}

/* Ours: the driver comes up. */
static const struct device_type fsc_root_type = { .name = "root", .groups = dcssblk_root_groups };
static struct device fsc_dcssblk_root;

struct device *fsc_dcssblk_init(void)
{
	dcssblk_root_dev = &fsc_dcssblk_root;
	fsc_dcssblk_root.init_name = "dcssblk";
	fsc_dcssblk_root.release = fsc_root_release;
	fsc_dcssblk_root.type = &fsc_root_type;
	BUG_ON(device_register(dcssblk_root_dev));
	return dcssblk_root_dev;
}

struct gendisk *fsc_dcssblk_disk(char *name)
{
	struct dcssblk_dev_info *info = dcssblk_get_device_by_name(name);

	return info ? info->gd : NULL;
}
#endif
