/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disks: made, announced, taken away, released with the last reference. Mirrors block/genhd.c. Left out: partitions,
 * events, sysfs.
 */
#include <linux/blkdev.h>
#include <linux/string.h>
#include "../drivers/base/base.h"

static void disk_release(struct device *dev)
{
	struct gendisk *disk = dev_to_disk(dev);

	WARN_ON(disk_live(disk));
	percpu_ref_exit(&disk->queue->q_usage_counter);
	__fsc_free(disk->queue);
	__fsc_free(disk->part0);
	__fsc_free(disk);
}

static const struct device_type fsc_disk_type = { .name = "disk", .release = disk_release };

static void fsc_queue_usage_release(struct percpu_ref *ref)
{
	wake_up_all(&container_of(ref, struct request_queue, q_usage_counter)->mq_freeze_wq);
}

struct gendisk *blk_alloc_disk(struct queue_limits *lim, int node)
{
	struct gendisk *disk;

	(void)node;
	if (__fsc_fail("blk_alloc_disk"))
		return ERR_PTR(-ENOMEM);
	disk = __fsc_alloc(sizeof(*disk), 8, FSC_ZERO, "struct gendisk");
	disk->queue = __fsc_alloc(sizeof(*disk->queue), 8, FSC_ZERO, "struct request_queue");
	if (lim)
		disk->queue->limits = *lim;
	init_waitqueue_head(&disk->queue->mq_freeze_wq);
	if (percpu_ref_init(&disk->queue->q_usage_counter, fsc_queue_usage_release, 0, GFP_KERNEL)) {
		__fsc_free(disk->queue);
		__fsc_free(disk);
		return ERR_PTR(-ENOMEM);
	}
	disk->queue->disk = disk;
	disk->part0 = __fsc_alloc(sizeof(*disk->part0), 8, FSC_ZERO, "struct block_device");
	disk->part0->bd_disk = disk;
	disk->part0->bd_queue = disk->queue;
	disk_to_dev(disk)->type = &fsc_disk_type;
	device_initialize(disk_to_dev(disk));
	return disk;
}

/* A disk that was announced, by its path: what opening a file of /dev finds. NULL: none. */
struct block_device *fsc_find_bdev(const char *path)
{
	struct device *dev;

	if (strncmp(path, "/dev/", 5))
		return NULL;
	list_for_each_entry(dev, &fsc_devices, fsc_node)
		if (dev->type == &fsc_disk_type && !strcmp(dev_to_disk(dev)->disk_name, path + 5))
			return dev_to_bdev(dev);
	return NULL;
}

void set_capacity(struct gendisk *disk, sector_t sectors)
{
	disk->part0->bd_nr_sectors = sectors;
}

int device_add_disk(struct device *parent, struct gendisk *disk, const struct attribute_group **groups)
{
	struct device *dev = disk_to_dev(disk);
	int rc;

	(void)groups;
	if (__fsc_fail("device_add_disk"))
		return -ENOMEM;
	rc = dev_set_name(dev, "%s", disk->disk_name);
	dev->parent = parent;
	if (!rc)
		rc = device_add(dev);
	if (!rc)
		set_bit(GD_ADDED, &disk->state);
	return rc;
}

/* Nobody gets in any more, and who waits outside is told. */
void blk_mark_disk_dead(struct gendisk *disk)
{
	set_bit(GD_DEAD, &disk->state);
	set_capacity(disk, 0);
	blk_freeze_queue_start(disk->queue);
	wake_up_all(&disk->queue->mq_freeze_wq);
}

void del_gendisk(struct gendisk *disk)
{
	might_sleep();
	if (WARN_ON_ONCE(!disk_live(disk)))
		return;
	clear_bit(GD_ADDED, &disk->state);
	blk_mark_disk_dead(disk);
	device_del(disk_to_dev(disk));
	blk_mq_freeze_queue_wait(disk->queue);
}

void put_disk(struct gendisk *disk)
{
	if (disk)
		put_device(disk_to_dev(disk));
}
