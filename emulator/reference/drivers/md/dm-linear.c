// SPDX-License-Identifier: GPL-2.0-or-later
/* A target that is a run of sectors of one disk. Mirrors drivers/md/dm-linear.c. Left out: status, zones, ioctls. */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include "dm-core.h"

struct linear_c {
	struct dm_dev *dev;
	sector_t start; /* of the disk: where the target's first sector is */
};

static int linear_ctr(struct dm_target *ti, unsigned int argc, char **argv)
{
	unsigned long long start;
	struct linear_c *lc;
	int ret;

	if (argc != 2 || kstrtoull(argv[1], 10, &start)) {
		ti->error = "Invalid arguments";
		return -EINVAL;
	}
	lc = kmalloc(sizeof(*lc), GFP_KERNEL);
	if (!lc)
		return -ENOMEM;
	lc->start = start;
	ret = dm_get_device(ti, argv[0], dm_table_get_mode(ti->table), &lc->dev);
	if (ret) {
		ti->error = "Device lookup failed";
		kfree(lc);
		return ret;
	}
	ti->private = lc;
	return 0;
}

static void linear_dtr(struct dm_target *ti)
{
	struct linear_c *lc = ti->private;

	dm_put_device(ti, lc->dev);
	kfree(lc);
}

static sector_t linear_map_sector(struct dm_target *ti, sector_t bi_sector)
{
	struct linear_c *lc = ti->private;

	return lc->start + dm_target_offset(ti, bi_sector);
}

static int linear_map(struct dm_target *ti, struct bio *bio)
{
	struct linear_c *lc = ti->private;

	bio->bi_bdev = lc->dev->bdev;
	bio->bi_iter.bi_sector = linear_map_sector(ti, bio->bi_iter.bi_sector);
	return DM_MAPIO_REMAPPED;
}

static int linear_iterate_devices(struct dm_target *ti, iterate_devices_callout_fn fn, void *data)
{
	struct linear_c *lc = ti->private;

	return fn(ti, lc->dev, lc->start, ti->len, data);
}

/* The part's dax device; the page of the whole becomes the page of it. */
static struct dax_device *linear_dax_pgoff(struct dm_target *ti, pgoff_t *pgoff)
{
	struct linear_c *lc = ti->private;
	sector_t there = linear_map_sector(ti, *pgoff << PAGE_SECTORS_SHIFT);

	*pgoff = (get_start_sect(lc->dev->bdev) + there) >> PAGE_SECTORS_SHIFT;
	return lc->dev->dax_dev;
}

static long linear_dax_direct_access(struct dm_target *ti, pgoff_t pgoff, long nr_pages, enum dax_access_mode mode,
				     void **kaddr, fsc_pfn_t *pfn)
{
	struct dax_device *part = linear_dax_pgoff(ti, &pgoff);

	return dax_direct_access(part, pgoff, nr_pages, mode, kaddr, pfn);
}

static int linear_dax_zero_page_range(struct dm_target *ti, pgoff_t pgoff, size_t nr_pages)
{
	struct dax_device *part = linear_dax_pgoff(ti, &pgoff);

	return dax_zero_page_range(part, pgoff, nr_pages);
}

static size_t linear_dax_recovery_write(struct dm_target *ti, pgoff_t pgoff, void *addr, size_t bytes, struct iov_iter *i)
{
	struct dax_device *part = linear_dax_pgoff(ti, &pgoff);

	return dax_recovery_write(part, pgoff, addr, bytes, i);
}

struct target_type linear_target = {
	.name = "linear",
	.version = { 1, 4, 0 },
	.module = THIS_MODULE,
	.ctr = linear_ctr,
	.dtr = linear_dtr,
	.map = linear_map,
	.iterate_devices = linear_iterate_devices,
	.direct_access = linear_dax_direct_access,
	.dax_zero_page_range = linear_dax_zero_page_range,
	.dax_recovery_write = linear_dax_recovery_write,
};
#endif
