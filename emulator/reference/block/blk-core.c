// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * I/O to disks whose driver takes bios as they are. Mirrors parts of block/{blk-core,bio,blk-mq}.c: entering a queue,
 * freezing it, submitting. Left out: requests, plugging, accounting, splitting. Another task may run between entering
 * the queue and the driver; a scenario may hold a bio there (fsc_bio_entered).
 */
#include <linux/blkdev.h>

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

void bio_endio(struct bio *bio)
{
	if (bio->bi_end_io)
		bio->bi_end_io(bio);
}

void submit_bio_noacct(struct bio *bio)
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
