/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disks that are made of parts of other disks. Mirrors include/linux/device-mapper.h, as far as targets that hand I/O and DAX
 * through need it. drivers/md has the code.
 */
#ifndef _LINUX_DEVICE_MAPPER_H
#define _LINUX_DEVICE_MAPPER_H
#include <linux/blkdev.h>
#include <linux/dax.h>
#include <linux/math64.h>
#include <linux/types.h>

struct dm_dev;
struct dm_table;
struct dm_target;
struct mapped_device;

/* What a target says of a bio that it has looked at: it has sent it itself; send it; it is to fail. */
#define DM_MAPIO_SUBMITTED 0
#define DM_MAPIO_REMAPPED 1
#define DM_MAPIO_KILL 4

typedef int (*dm_ctr_fn)(struct dm_target *target, unsigned int argc, char **argv);
typedef void (*dm_dtr_fn)(struct dm_target *ti);
typedef int (*dm_map_fn)(struct dm_target *ti, struct bio *bio);
typedef int (*iterate_devices_callout_fn)(struct dm_target *ti, struct dm_dev *dev, sector_t start, sector_t len, void *data);
typedef int (*dm_iterate_devices_fn)(struct dm_target *ti, iterate_devices_callout_fn fn, void *data);
typedef long (*dm_dax_direct_access_fn)(struct dm_target *ti, pgoff_t pgoff, long nr_pages, enum dax_access_mode node,
					void **kaddr, fsc_pfn_t *pfn);
typedef int (*dm_dax_zero_page_range_fn)(struct dm_target *ti, pgoff_t pgoff, size_t nr_pages);
typedef size_t (*dm_dax_recovery_write_fn)(struct dm_target *ti, pgoff_t pgoff, void *addr, size_t bytes, struct iov_iter *i);

/* A part's disk, and its dax device, NULL where it has none. */
struct dm_dev {
	struct block_device *bdev;
	struct dax_device *dax_dev;
	unsigned int mode;
	char name[16];
};

struct target_type {
	const char *name;
	struct module *module;
	unsigned int version[3];
	dm_ctr_fn ctr;
	dm_dtr_fn dtr;
	dm_map_fn map;
	dm_iterate_devices_fn iterate_devices;
	dm_dax_direct_access_fn direct_access;
	dm_dax_zero_page_range_fn dax_zero_page_range;
	dm_dax_recovery_write_fn dax_recovery_write;
};

struct dm_target {
	struct dm_table *table;
	struct target_type *type;
	sector_t begin, len; /* of the whole disk */
	void *private;
	char *error;
};

#define dm_target_offset(ti, sector) ((sector) - (ti)->begin)
#define dm_table_get_mode(t) ((void)(t), 0u)
unsigned int dm_table_get_num_targets(struct dm_table *t);
struct dm_target *dm_table_find_target(struct dm_table *t, sector_t sector);
int dm_get_device(struct dm_target *ti, const char *path, unsigned int mode, struct dm_dev **result);
void dm_put_device(struct dm_target *ti, struct dm_dev *d);

/* Ours: what dmsetup(8) asks for by ioctls. A line of a table: "linear", and the arguments of its target. */
struct fsc_dm_line {
	sector_t begin, len;
	char *argv[2];
};
struct mapped_device *fsc_dm_create(const char *name);
int fsc_dm_load(struct mapped_device *md, const struct fsc_dm_line *lines, unsigned int nr);
void fsc_dm_remove(struct mapped_device *md);
struct gendisk *dm_disk(struct mapped_device *md);
#endif
