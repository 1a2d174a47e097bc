// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lines of a table: which target has a sector, and what the whole can do because all of its parts can. Mirrors
 * drivers/md/dm-table.c. Left out: types of queues, limits but DAX, the tree that finds a target among many.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/slab.h>
#include <linux/string.h>
#include "dm-core.h"

unsigned int dm_table_get_num_targets(struct dm_table *t)
{
	return t->num_targets;
}

struct dm_target *dm_table_find_target(struct dm_table *t, sector_t sector)
{
	unsigned int i = 0;

	while (i < t->num_targets && t->highs[i] < sector)
		i++;
	return i < t->num_targets ? &t->targets[i] : NULL;
}

int dm_get_device(struct dm_target *ti, const char *path, unsigned int mode, struct dm_dev **result)
{
	struct block_device *bdev = fsc_find_bdev(path);

	return bdev ? fsc_dm_get_part(ti->table->md, bdev, mode, result) : -ENODEV;
}

void dm_put_device(struct dm_target *ti, struct dm_dev *d)
{
	fsc_dm_put_part(ti->table->md, d);
}

/* ---- what the parts can do ---- */

static int device_not_dax_capable(struct dm_target *ti, struct dm_dev *dev, sector_t start, sector_t len, void *data)
{
	(void)ti;
	(void)start;
	(void)len;
	(void)data;
	return !dev->dax_dev;
}

static int device_not_dax_synchronous_capable(struct dm_target *ti, struct dm_dev *dev, sector_t start, sector_t len, void *data)
{
	(void)ti;
	(void)start;
	(void)len;
	(void)data;
	return !dev->dax_dev || !dax_synchronous(dev->dax_dev);
}

static int device_dax_write_cache_enabled(struct dm_target *ti, struct dm_dev *dev, sector_t start, sector_t len, void *data)
{
	(void)ti;
	(void)start;
	(void)len;
	(void)data;
	return dev->dax_dev && dax_write_cache_enabled(dev->dax_dev);
}

/* Every target, and every part of it. */
static bool dm_table_supports_dax(struct dm_table *t, iterate_devices_callout_fn iterate_fn)
{
	for (unsigned int i = 0; i < t->num_targets; i++) {
		struct dm_target *ti = &t->targets[i];

		if (!ti->type->direct_access || !ti->type->iterate_devices || ti->type->iterate_devices(ti, iterate_fn, NULL))
			return false;
	}
	return true;
}

static bool fsc_dm_any_part(struct dm_table *t, iterate_devices_callout_fn fn)
{
	for (unsigned int i = 0; i < t->num_targets; i++)
		if (t->targets[i].type->iterate_devices(&t->targets[i], fn, NULL))
			return true;
	return false;
}

void fsc_dm_table_set_restrictions(struct dm_table *t, struct request_queue *q)
{
	struct dax_device *dax = t->md->dax_dev;

	q->limits.features &= ~BLK_FEAT_DAX;
	if (dm_table_supports_dax(t, device_not_dax_capable)) {
		q->limits.features |= BLK_FEAT_DAX;
		if (dm_table_supports_dax(t, device_not_dax_synchronous_capable))
			set_dax_synchronous(dax);
	}
	if (fsc_dm_any_part(t, device_dax_write_cache_enabled))
		dax_write_cache(dax, true);
}

/* ---- life ---- */

void fsc_dm_table_destroy(struct dm_table *t)
{
	if (!t)
		return;
	for (unsigned int i = 0; i < t->num_targets; i++)
		if (t->targets[i].type->dtr)
			t->targets[i].type->dtr(&t->targets[i]);
	kfree(t->targets);
	kfree(t->highs);
	kfree(t);
}

/* Without a gap from sector 0 on. */
int fsc_dm_table_create(struct dm_table **result, const struct fsc_dm_line *lines, unsigned int nr, struct mapped_device *md)
{
	struct dm_table *t = kzalloc(sizeof(*t), GFP_KERNEL);
	sector_t end = 0;
	int rc = 0;

	if (!t)
		return -ENOMEM;
	BUG_ON(nr > KEYS_PER_NODE);
	t->md = md;
	t->highs = kmalloc(KEYS_PER_NODE * sizeof(*t->highs), GFP_KERNEL);
	t->targets = kcalloc(KEYS_PER_NODE, sizeof(*t->targets), GFP_KERNEL);
	if (!t->highs || !t->targets)
		rc = -ENOMEM;
	else
		memset(t->highs, 0xff, KEYS_PER_NODE * sizeof(*t->highs));
	t->depth = 1;
	t->counts[0] = 1;
	t->index[0] = t->highs;
	for (unsigned int i = 0; !rc && i < nr; i++) {
		struct dm_target *ti = &t->targets[i];
		char *argv[] = { lines[i].argv[0], lines[i].argv[1] };

		ti->table = t;
		ti->type = &linear_target;
		ti->begin = lines[i].begin;
		ti->len = lines[i].len;
		rc = ti->begin != end || !ti->len ? -EINVAL : ti->type->ctr(ti, 2, argv);
		end += ti->len;
		if (!rc)
			t->highs[t->num_targets++] = end - 1;
	}
	if (rc) {
		fsc_dm_table_destroy(t);
		return rc;
	}
	*result = t;
	return 0;
}
#endif
