/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A disk is a start, a size and a flag that says "DAX works". Mirrors block/genhd.c; there is no I/O to a disk. */
#include <linux/blkdev.h>

struct gendisk *blk_alloc_disk(struct queue_limits *lim, int node)
{
	struct gendisk *disk = __fsc_alloc(sizeof(*disk), 8, FSC_ZERO, "struct gendisk");

	(void)node;
	disk->queue = __fsc_alloc(sizeof(*disk->queue), 8, FSC_ZERO, "struct request_queue");
	if (lim)
		disk->queue->limits = *lim;
	disk->queue->disk = disk;
	disk->part0 = __fsc_alloc(sizeof(*disk->part0), 8, FSC_ZERO, "struct block_device");
	disk->part0->bd_disk = disk;
	disk->part0->bd_queue = disk->queue;
	return disk;
}

void set_capacity(struct gendisk *disk, sector_t sectors)
{
	disk->part0->bd_nr_sectors = sectors;
}

int device_add_disk(struct device *parent, struct gendisk *disk, const void **groups)
{
	(void)parent;
	(void)disk;
	(void)groups;
	return __fsc_fail("device_add_disk") ? -ENOMEM : 0;
}

void del_gendisk(struct gendisk *disk)
{
	(void)disk;
}

void put_disk(struct gendisk *disk)
{
	__fsc_free(disk->part0);
	__fsc_free(disk->queue);
	__fsc_free(disk);
}
