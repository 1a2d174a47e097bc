/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The block device under a file system: start, size, whether its queue can do DAX, and I/O to it by bios. Mirrors
 * include/linux/{blkdev,blk_types,bio,blk-mq}.h. block/ has the code; a queue counts who uses it and can be frozen.
 */
#ifndef _LINUX_BLKDEV_H
#define _LINUX_BLKDEV_H
#include <linux/device.h>
#include <linux/completion.h>
#include <linux/kdev_t.h>
#include <linux/kernel.h>
#include <linux/percpu-refcount.h>
#include <linux/types.h>
#include <linux/wait.h>

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

struct badblocks;
struct bio;
struct page;

struct queue_limits {
	unsigned int features;
	unsigned int logical_block_size;
	unsigned int physical_block_size;
	unsigned int max_hw_sectors;
};

struct request_queue {
	struct queue_limits limits;
	struct gendisk *disk;
	struct percpu_ref q_usage_counter;
	int mq_freeze_depth;
	struct wait_queue_head mq_freeze_wq;
};

struct block_device {
	sector_t bd_start_sect;
	sector_t bd_nr_sectors;
	struct gendisk *bd_disk;
	struct request_queue *bd_queue;
	struct super_block *bd_super;
	void *bd_holder;
	dev_t bd_dev;
	struct device bd_device;
};

struct block_device_operations {
	struct module *owner;
	void (*submit_bio)(struct bio *bio);
};

#define GENHD_FL_HIDDEN (1 << 1)
#define GD_NEED_PART_SCAN 0
#define GD_READ_ONLY 1
#define GD_DEAD 2
#define GD_ADDED 4
struct gendisk {
	int major;
	char disk_name[DISK_NAME_LEN];
	struct block_device *part0;
	const struct block_device_operations *fops;
	struct request_queue *queue;
	void *private_data;
	unsigned long state;
	struct badblocks *bb;
	int flags;
};
#define disk_to_dev(disk) (&((disk)->part0->bd_device))
#define dev_to_disk(device) (dev_to_bdev(device)->bd_disk)
#define dev_to_bdev(device) container_of((device), struct block_device, bd_device)

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
static inline bool disk_live(struct gendisk *disk)
{
	return test_bit(GD_ADDED, &disk->state);
}
static inline blk_status_t errno_to_blk_status(int error)
{
	return error ? BLK_STS_IOERR : BLK_STS_OK;
}

/* ---- bios ---- */
#define REQ_OP_READ 0u
#define REQ_OP_WRITE 1u
#define REQ_OP_MASK 0xffu
#define REQ_PREFLUSH (1u << 18)
#define REQ_FUA (1u << 17)
#define REQ_NOWAIT (1u << 21)
struct bio_vec {
	struct page *bv_page;
	unsigned int bv_len;
	unsigned int bv_offset;
};
struct bvec_iter {
	sector_t bi_sector;
	unsigned int bi_size;
	unsigned int bi_idx;
	unsigned int bi_bvec_done;
};
struct bio {
	struct block_device *bi_bdev;
	blk_opf_t bi_opf;
	blk_status_t bi_status;
	struct bvec_iter bi_iter;
	void (*bi_end_io)(struct bio *bio);
	void *bi_private;
	struct bio *bi_next;
	atomic_t __bi_remaining; /* bios that are chained to it and not yet done */
	bool fsc_allocated;
	unsigned short bi_vcnt;
	struct bio_vec bi_inline_vecs[2];
};
#define bio_op(bio) ((bio)->bi_opf & REQ_OP_MASK)
#define op_is_write(op) (((op) & 1) != 0)
#define bio_for_each_segment(bvl, bio, iter) \
	for ((iter) = (bio)->bi_iter; (iter).bi_idx < (bio)->bi_vcnt && \
	     ((bvl) = (bio)->bi_inline_vecs[(iter).bi_idx], 1); \
	     (iter).bi_sector += (bvl).bv_len >> SECTOR_SHIFT, (iter).bi_idx++)
#define blk_queue_io_stat(q) ((void)(q), false)
#define bio_start_io_acct(bio) ((void)(bio), 0UL)
#define bio_end_io_acct(bio, start) do { (void)(bio); (void)(start); } while (0)
void bio_endio(struct bio *bio);
struct bio *bio_alloc(struct block_device *bdev, unsigned short nr_vecs, blk_opf_t opf, gfp_t gfp_mask);
void bio_put(struct bio *bio);
void bio_chain(struct bio *bio, struct bio *parent);
#define bio_clone_blkg_association(dst, src) do { (void)(dst); (void)(src); } while (0)
static inline void bio_io_error(struct bio *bio)
{
	bio->bi_status = BLK_STS_IOERR;
	bio_endio(bio);
}
extern void (*fsc_bio_entered)(void); /* ours: called when a bio is in the queue and the driver has not seen it */
void submit_bio_noacct(struct bio *bio);
void submit_bio(struct bio *bio);
int submit_bio_wait(struct bio *bio);
int blk_queue_enter(struct request_queue *q, unsigned int flags);
void blk_queue_exit(struct request_queue *q);
void blk_freeze_queue_start(struct request_queue *q);
void blk_mq_freeze_queue_wait(struct request_queue *q);
void blk_mq_freeze_queue(struct request_queue *q);
void blk_mq_unfreeze_queue(struct request_queue *q);
void blk_mark_disk_dead(struct gendisk *disk);

struct gendisk *blk_alloc_disk(struct queue_limits *lim, int node);
#if FSC_ERA < 615
/*
 * Kernels of this era up to v6.8 made a disk of a node alone, NULL where that failed, and its driver set what the queue
 * can do by calls; both ways are here, because a tree of either runs on this machine.
 */
#define FSC_ALLOC_DISK(lim, node, how, ...) how
#define blk_alloc_disk(...) FSC_ALLOC_DISK(__VA_ARGS__, blk_alloc_disk, fsc_alloc_plain_disk, )(__VA_ARGS__)
static inline struct gendisk *fsc_alloc_plain_disk(int node)
{
	struct gendisk *disk = (blk_alloc_disk)(NULL, node);

	return IS_ERR(disk) ? NULL : disk;
}
#define QUEUE_FLAG_NONROT 6
#define QUEUE_FLAG_STABLE_WRITES 15
#define QUEUE_FLAG_DAX 19
#define QUEUE_FLAG_SYNCHRONOUS 11
static inline unsigned int fsc_queue_feature(unsigned int flag)
{
	return flag == QUEUE_FLAG_DAX ? BLK_FEAT_DAX : flag == QUEUE_FLAG_SYNCHRONOUS ? BLK_FEAT_SYNCHRONOUS : 0;
}
static inline void blk_queue_flag_set(unsigned int flag, struct request_queue *q)
{
	q->limits.features |= fsc_queue_feature(flag);
}
static inline void blk_queue_flag_clear(unsigned int flag, struct request_queue *q)
{
	q->limits.features &= ~fsc_queue_feature(flag);
}
static inline void blk_queue_write_cache(struct request_queue *q, bool cache, bool fua)
{
	q->limits.features &= ~(BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA);
	q->limits.features |= (cache ? BLK_FEAT_WRITE_CACHE : 0) | (fua ? BLK_FEAT_FUA : 0);
}
static inline void blk_queue_physical_block_size(struct request_queue *q, unsigned int size)
{
	q->limits.physical_block_size = size;
}
static inline void blk_queue_logical_block_size(struct request_queue *q, unsigned int size)
{
	q->limits.logical_block_size = size;
}
static inline void blk_queue_max_hw_sectors(struct request_queue *q, unsigned int sectors)
{
	q->limits.max_hw_sectors = sectors;
}
#endif
struct block_device *fsc_find_bdev(const char *path);
void put_disk(struct gendisk *disk);
void del_gendisk(struct gendisk *disk);
void set_capacity(struct gendisk *disk, sector_t sectors);
int device_add_disk(struct device *parent, struct gendisk *disk, const struct attribute_group **groups);
#define set_disk_ro(disk, ro) do { (void)(disk); (void)(ro); } while (0)
#endif
