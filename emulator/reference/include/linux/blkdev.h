/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The block device under a file system: start, size, and whether its queue can do DAX. Mirrors include/linux/blkdev.h,
 * blk_types.h and genhd.h; there is no block I/O here, pmem is only reached through DAX.
 */
#ifndef _LINUX_BLKDEV_H
#define _LINUX_BLKDEV_H
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/types.h>

#define SECTOR_SHIFT 9
#define SECTOR_SIZE (1 << SECTOR_SHIFT)
#define PAGE_SECTORS_SHIFT (PAGE_SHIFT - SECTOR_SHIFT)
#define PAGE_SECTORS (1 << PAGE_SECTORS_SHIFT)
#define DISK_NAME_LEN 32

#define BLK_STS_OK 0
#define BLK_STS_IOERR ((blk_status_t)10)
#define BLK_FEAT_WRITE_CACHE (1u << 0)
#define BLK_FEAT_FUA (1u << 1)
#define BLK_FEAT_SYNCHRONOUS (1u << 8)
#define BLK_FEAT_DAX (1u << 10)

struct gendisk;
struct inode;
struct super_block;

struct queue_limits {
	unsigned int features;
	unsigned int logical_block_size;
	unsigned int physical_block_size;
};

struct request_queue {
	struct queue_limits limits;
	struct gendisk *disk;
};

struct block_device {
	sector_t bd_start_sect;
	sector_t bd_nr_sectors;
	struct gendisk *bd_disk;
	struct request_queue *bd_queue;
	struct super_block *bd_super;
	void *bd_holder;
	dev_t bd_dev;
};

struct block_device_operations {
	struct module *owner;
};

struct gendisk {
	int major;
	char disk_name[DISK_NAME_LEN];
	struct block_device *part0;
	const struct block_device_operations *fops;
	struct request_queue *queue;
	void *private_data;
	unsigned long state;
	struct badblocks *bb;
};

#define blk_queue_dax(q) (((q)->limits.features & BLK_FEAT_DAX) != 0)
static inline struct request_queue *bdev_get_queue(struct block_device *bdev)
{
	return bdev->bd_queue;
}
static inline sector_t get_start_sect(struct block_device *bdev)
{
	return bdev->bd_start_sect;
}
static inline sector_t bdev_nr_sectors(struct block_device *bdev)
{
	return bdev->bd_nr_sectors;
}
static inline loff_t bdev_nr_bytes(struct block_device *bdev)
{
	return (loff_t)bdev->bd_nr_sectors << SECTOR_SHIFT;
}
static inline int blk_status_to_errno(blk_status_t status)
{
	return status == BLK_STS_OK ? 0 : -EIO;
}
struct gendisk *blk_alloc_disk(struct queue_limits *lim, int node);
void put_disk(struct gendisk *disk);
void del_gendisk(struct gendisk *disk);
void set_capacity(struct gendisk *disk, sector_t sectors);
int device_add_disk(struct device *parent, struct gendisk *disk, const void **groups);
#endif
