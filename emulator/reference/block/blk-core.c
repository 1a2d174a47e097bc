// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * I/O to disks whose driver takes bios as they are. Mirrors parts of block/{blk-core,bio,blk-mq}.c: entering a queue,
 * freezing it, submitting. Left out: requests, plugging, accounting, splitting. Another task may run between entering
 * the queue and the driver; a scenario may hold a bio there (fsc_bio_entered).
 */
#include <linux/blkdev.h>
#include <linux/sched.h>
#include <linux/slab.h>

void (*fsc_bio_entered)(void);

static bool blk_try_enter_queue(struct request_queue *q)
{
	return percpu_ref_tryget_live(&q->q_usage_counter);
}

void blk_queue_exit(struct request_queue *q)
{
	percpu_ref_put(&q->q_usage_counter);
}

static int fsc_queue_enter(struct request_queue *q)
{
	while (!blk_try_enter_queue(q)) {
		if (test_bit(GD_DEAD, &q->disk->state))
			return -ENODEV;
		wait_event(q->mq_freeze_wq, !q->mq_freeze_depth || test_bit(GD_DEAD, &q->disk->state));
		if (test_bit(GD_DEAD, &q->disk->state))
			return -ENODEV;
	}
	return 0;
}

int blk_queue_enter(struct request_queue *q, unsigned int flags)
{
	(void)flags;
	return fsc_queue_enter(q);
}

void blk_freeze_queue_start(struct request_queue *q)
{
	if (++q->mq_freeze_depth == 1)
		percpu_ref_kill(&q->q_usage_counter);
}

void blk_mq_freeze_queue_wait(struct request_queue *q)
{
	wait_event(q->mq_freeze_wq, percpu_ref_is_zero(&q->q_usage_counter));
}

void blk_mq_freeze_queue(struct request_queue *q)
{
	blk_freeze_queue_start(q);
	blk_mq_freeze_queue_wait(q);
}

void blk_mq_unfreeze_queue(struct request_queue *q)
{
	WARN_ON_ONCE(q->mq_freeze_depth <= 0);
	if (--q->mq_freeze_depth)
		return;
	percpu_ref_reinit(&q->q_usage_counter);
	wake_up_all(&q->mq_freeze_wq);
}

/* A bio to which others are chained ends with the last of them. */
void bio_endio(struct bio *bio)
{
	if (atomic_read(&bio->__bi_remaining)) {
		atomic_dec(&bio->__bi_remaining);
		return;
	}
	if (bio->bi_end_io)
		bio->bi_end_io(bio);
}

struct bio *bio_alloc(struct block_device *bdev, unsigned short nr_vecs, blk_opf_t opf, gfp_t gfp_mask)
{
	struct bio *bio = kzalloc(sizeof(*bio), gfp_mask);

	BUG_ON(nr_vecs > ARRAY_SIZE(bio->bi_inline_vecs));
	if (bio) {
		bio->bi_bdev = bdev;
		bio->bi_opf = opf;
		bio->fsc_allocated = true;
	}
	return bio;
}

void bio_put(struct bio *bio)
{
	if (bio->fsc_allocated)
		kfree(bio);
}

static void bio_chain_endio(struct bio *bio)
{
	struct bio *parent = bio->bi_private;

	if (bio->bi_status && !parent->bi_status)
		parent->bi_status = bio->bi_status;
	bio_put(bio);
	bio_endio(parent);
}

void bio_chain(struct bio *bio, struct bio *parent)
{
	BUG_ON(bio->bi_private || bio->bi_end_io);
	bio->bi_private = parent;
	bio->bi_end_io = bio_chain_endio;
	atomic_inc(&parent->__bi_remaining);
}

static void fsc_to_driver(struct bio *bio)
{
	struct gendisk *disk = bio->bi_bdev->bd_disk;
	struct request_queue *q = disk->queue;

	if (fsc_queue_enter(q)) {
		bio_io_error(bio);
		return;
	}
	__fsc_point("bio entered the queue");
	if (fsc_bio_entered)
		fsc_bio_entered();
	disk->fops->submit_bio(bio);
	blk_queue_exit(q);
}

/* What a driver submits is taken up when it has returned. */
void submit_bio_noacct(struct bio *bio)
{
	struct bio *list = NULL, **at;

	if (current->bio_list) {
		for (at = current->bio_list; *at; at = &(*at)->bi_next)
			;
		*at = bio;
		return;
	}
	current->bio_list = &list;
	while (bio) {
		fsc_to_driver(bio);
		bio = list;
		if (bio) {
			list = bio->bi_next;
			bio->bi_next = NULL;
		}
	}
	current->bio_list = NULL;
}

void submit_bio(struct bio *bio)
{
	submit_bio_noacct(bio);
}

static void submit_bio_wait_endio(struct bio *bio)
{
	complete(bio->bi_private);
}

int submit_bio_wait(struct bio *bio)
{
	DECLARE_COMPLETION_ONSTACK(done);

	bio->bi_private = &done;
	bio->bi_end_io = submit_bio_wait_endio;
	submit_bio(bio);
	wait_for_completion(&done);
	return blk_status_to_errno(bio->bi_status);
}
