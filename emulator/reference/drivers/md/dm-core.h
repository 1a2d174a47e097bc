/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A disk of device mapper's and its table. Mirrors drivers/md/dm-core.h and dm.h. */
#ifndef DM_CORE_INTERNAL_H
#define DM_CORE_INTERNAL_H
#include <linux/device-mapper.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/srcu.h>

/* Ends of targets stand in nodes of a search tree; of so few there is one. */
#define KEYS_PER_NODE 8
#define MAX_DEPTH 16

/* A disk that tables use, once for all of their lines. */
struct table_device {
	struct list_head list;
	refcount_t count;
	struct dm_dev dm_dev;
};

struct mapped_device {
	struct mutex table_devices_lock;
	struct list_head table_devices;
	struct srcu_struct io_barrier; /* who uses the table is in here */
	struct dm_table *map;
	struct gendisk *disk;
	struct dax_device *dax_dev;
};

struct dm_table {
	struct mapped_device *md;
	unsigned int depth;
	unsigned int counts[MAX_DEPTH]; /* nodes of a level */
	sector_t *index[MAX_DEPTH];
	unsigned int num_targets;
	sector_t *highs; /* the last sector of each target */
	struct dm_target *targets;
};

int fsc_dm_get_part(struct mapped_device *md, struct block_device *bdev, unsigned int mode, struct dm_dev **result);
void fsc_dm_put_part(struct mapped_device *md, struct dm_dev *d);
struct dm_table *dm_get_live_table(struct mapped_device *md, int *srcu_idx);
void dm_put_live_table(struct mapped_device *md, int srcu_idx);
int fsc_dm_table_create(struct dm_table **result, const struct fsc_dm_line *lines, unsigned int nr, struct mapped_device *md);
void fsc_dm_table_destroy(struct dm_table *t);
void fsc_dm_table_set_restrictions(struct dm_table *t, struct request_queue *q);
extern struct target_type linear_target;
#endif
