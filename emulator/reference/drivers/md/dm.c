// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A disk whose sectors are those of others, by a table of targets. Mirrors drivers/md/dm.c. Left out: ioctls, exchanging a
 * table while there is I/O, suspending, targets that see requests, bios that lie in two targets.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uio.h>
#include "dm-core.h"

struct dm_table *dm_get_live_table(struct mapped_device *md, int *srcu_idx)
{
	*srcu_idx = srcu_read_lock(&md->io_barrier);
	return srcu_dereference(md->map, &md->io_barrier);
}

void dm_put_live_table(struct mapped_device *md, int srcu_idx)
{
	srcu_read_unlock(&md->io_barrier, srcu_idx);
}

struct gendisk *dm_disk(struct mapped_device *md)
{
	return md->disk;
}

/* ---- disks that tables use ---- */

/* The disk may be used by others; its dax device is not held, so that nobody is told through us of memory that fails. */
static struct table_device *fsc_dm_open_part(struct mapped_device *md, struct block_device *bdev, unsigned int mode)
{
	struct table_device *td = kzalloc(sizeof(*td), GFP_KERNEL);
	u64 part_off;

	if (!td)
		return NULL;
	refcount_set(&td->count, 1);
	td->dm_dev.bdev = bdev;
	td->dm_dev.mode = mode;
	get_device(disk_to_dev(bdev->bd_disk));
	td->dm_dev.dax_dev = fs_dax_get_by_bdev(bdev, &part_off, NULL, NULL);
	list_add(&td->list, &md->table_devices);
	return td;
}

static void fsc_dm_close_part(struct table_device *td, struct mapped_device *md)
{
	(void)md;
	put_dax(td->dm_dev.dax_dev);
	put_device(disk_to_dev(td->dm_dev.bdev->bd_disk));
	list_del(&td->list);
	kfree(td);
}

int fsc_dm_get_part(struct mapped_device *md, struct block_device *bdev, unsigned int mode, struct dm_dev **result)
{
	struct table_device *td;

	mutex_lock(&md->table_devices_lock);
	list_for_each_entry(td, &md->table_devices, list) {
		if (td->dm_dev.bdev == bdev) {
			refcount_inc(&td->count);
			goto found;
		}
	}
	td = fsc_dm_open_part(md, bdev, mode);
	if (!td) {
		mutex_unlock(&md->table_devices_lock);
		return -ENOMEM;
	}
found:
	mutex_unlock(&md->table_devices_lock);
	*result = &td->dm_dev;
	return 0;
}

void fsc_dm_put_part(struct mapped_device *md, struct dm_dev *d)
{
	struct table_device *td = container_of(d, struct table_device, dm_dev);

	mutex_lock(&md->table_devices_lock);
	if (refcount_dec_and_test(&td->count))
		fsc_dm_close_part(td, md);
	mutex_unlock(&md->table_devices_lock);
}

/* ---- I/O ---- */

/* Sectors from there to the end of the target. */
static sector_t max_io_len(struct dm_target *ti, sector_t sector)
{
	return ti->len - dm_target_offset(ti, sector);
}

static void fsc_dm_clone_done(struct bio *bio)
{
	struct bio *whole = bio->bi_private;

	whole->bi_status = bio->bi_status;
	bio_put(bio);
	bio_endio(whole);
}

static void fsc_dm_submit_bio(struct bio *bio)
{
	struct mapped_device *md = bio->bi_bdev->bd_disk->private_data;
	sector_t sector = bio->bi_iter.bi_sector;
	struct dm_target *ti = NULL;
	struct dm_table *map;
	struct bio *clone;
	int srcu_idx;

	map = dm_get_live_table(md, &srcu_idx);
	if (map)
		ti = dm_table_find_target(map, sector);
	clone = ti ? bio_alloc(ti->table->md->disk->part0, bio->bi_vcnt, bio->bi_opf, GFP_NOIO) : NULL;
	if (!clone) {
		bio_io_error(bio);
		goto out;
	}
	if (bio->bi_iter.bi_size >> SECTOR_SHIFT > max_io_len(ti, sector))
		__fsc_unmodelled("a bio that lies in two targets of device mapper");
	clone->bi_iter = bio->bi_iter;
	clone->bi_vcnt = bio->bi_vcnt;
	memcpy(clone->bi_inline_vecs, bio->bi_inline_vecs, sizeof(bio->bi_inline_vecs));
	clone->bi_private = bio;
	clone->bi_end_io = fsc_dm_clone_done;
	if (ti->type->map(ti, clone) == DM_MAPIO_REMAPPED)
		submit_bio_noacct(clone);
	else
		bio_io_error(clone);
out:
	dm_put_live_table(md, srcu_idx);
}

/* ---- DAX ---- */

/* With the table taken for reading, whatever is found. */
static struct dm_target *dm_dax_get_live_target(struct mapped_device *md, sector_t sector, int *srcu_idx)
{
	struct dm_table *map = dm_get_live_table(md, srcu_idx);

	return map ? dm_table_find_target(map, sector) : NULL;
}

static long dm_dax_direct_access(struct dax_device *dax_dev, pgoff_t pgoff, long nr_pages, enum dax_access_mode mode,
				 void **kaddr, fsc_pfn_t *pfn)
{
	struct mapped_device *md = dax_get_private(dax_dev);
	sector_t sector = pgoff << PAGE_SECTORS_SHIFT;
	long most, ret = -EIO;
	struct dm_target *ti;
	int srcu_idx;

	ti = dm_dax_get_live_target(md, sector, &srcu_idx);
	if (ti && ti->type->direct_access) {
		most = max_io_len(ti, sector) >> PAGE_SECTORS_SHIFT;
		if (most > 0)
			ret = ti->type->direct_access(ti, pgoff, min(most, nr_pages), mode, kaddr, pfn);
	}
	dm_put_live_table(md, srcu_idx);
	return ret;
}

static int dm_dax_zero_page_range(struct dax_device *dax_dev, pgoff_t pgoff, size_t nr_pages)
{
	struct mapped_device *md = dax_get_private(dax_dev);
	struct dm_target *ti;
	int srcu_idx, ret = -EIO;

	ti = dm_dax_get_live_target(md, pgoff << PAGE_SECTORS_SHIFT, &srcu_idx);
	if (ti && !WARN_ON(!ti->type->dax_zero_page_range))
		ret = ti->type->dax_zero_page_range(ti, pgoff, nr_pages);
	dm_put_live_table(md, srcu_idx);
	return ret;
}

static size_t dm_dax_recovery_write(struct dax_device *dax_dev, pgoff_t pgoff, void *addr, size_t bytes, struct iov_iter *i)
{
	struct mapped_device *md = dax_get_private(dax_dev);
	struct dm_target *ti;
	size_t done = 0;
	int srcu_idx;

	ti = dm_dax_get_live_target(md, pgoff << PAGE_SECTORS_SHIFT, &srcu_idx);
	if (ti && ti->type->dax_recovery_write)
		done = ti->type->dax_recovery_write(ti, pgoff, addr, bytes, i);
	dm_put_live_table(md, srcu_idx);
	return done;
}

static const struct dax_operations dm_dax_ops = {
	.direct_access = dm_dax_direct_access,
	.zero_page_range = dm_dax_zero_page_range,
	.recovery_write = dm_dax_recovery_write,
};

static const struct block_device_operations dm_blk_dops = {
	.owner = THIS_MODULE,
	.submit_bio = fsc_dm_submit_bio,
};

/* ---- life ---- */

static void fsc_dm_cleanup(struct mapped_device *md)
{
	if (md->dax_dev) {
		dax_remove_host(md->disk);
		kill_dax(md->dax_dev);
		put_dax(md->dax_dev);
	}
	if (md->disk && disk_live(md->disk))
		del_gendisk(md->disk);
	put_disk(md->disk);
	cleanup_srcu_struct(&md->io_barrier);
	kfree(md);
}

/* A disk without a table, which nobody sees yet; NULL where something failed. */
struct mapped_device *fsc_dm_create(const char *name)
{
	struct mapped_device *md = kzalloc(sizeof(*md), GFP_KERNEL);
	struct dax_device *dax_dev;
	struct gendisk *disk;

	if (!md)
		return NULL;
	mutex_init(&md->table_devices_lock);
	INIT_LIST_HEAD(&md->table_devices);
	init_srcu_struct(&md->io_barrier);
	disk = blk_alloc_disk(NULL, NUMA_NO_NODE);
	if (IS_ERR_OR_NULL(disk)) {
		kfree(md);
		return NULL;
	}
	md->disk = disk;
	disk->private_data = md;
	disk->fops = &dm_blk_dops;
	strcpy(disk->disk_name, name);
	dax_dev = alloc_dax(md, &dm_dax_ops);
	if (IS_ERR(dax_dev)) {
		fsc_dm_cleanup(md);
		return NULL;
	}
	set_dax_nocache(dax_dev);
	set_dax_nomc(dax_dev);
	md->dax_dev = dax_dev;
	if (dax_add_host(dax_dev, disk)) {
		fsc_dm_cleanup(md);
		return NULL;
	}
	return md;
}

/* Its table, and with it the disk is there for others. */
int fsc_dm_load(struct mapped_device *md, const struct fsc_dm_line *lines, unsigned int nr)
{
	struct dm_table *t;
	int rc = fsc_dm_table_create(&t, lines, nr, md);

	if (rc)
		return rc;
	fsc_dm_table_set_restrictions(t, md->disk->queue);
	set_capacity(md->disk, lines[nr - 1].begin + lines[nr - 1].len);
	rcu_assign_pointer(md->map, t);
	rc = device_add_disk(NULL, md->disk, NULL);
	if (rc) {
		rcu_assign_pointer(md->map, NULL);
		synchronize_srcu(&md->io_barrier);
		fsc_dm_table_destroy(t);
	}
	return rc;
}

/* Nobody has it open. What uses the table is over before it goes. */
void fsc_dm_remove(struct mapped_device *md)
{
	struct dm_table *t = md->map;

	rcu_assign_pointer(md->map, NULL);
	synchronize_srcu(&md->io_barrier);
	fsc_dm_table_destroy(t);
	WARN_ON(!list_empty(&md->table_devices));
	fsc_dm_cleanup(md);
}
#endif
