// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host is asked to make memory durable, and its answer waited for. Mirrors drivers/nvdimm/nd_virtio.c as it is since a
 * request is counted: the queue's own reference goes when the host has answered, so that the interrupt never looks at a request
 * that its owner has freed; a flush for a bio ends that bio from a work item.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/blkdev.h>
#include <linux/slab.h>
#include "virtio_pmem.h"

struct virtio_pmem_flush_work {
	struct bio *bio;
	struct nd_region *nd_region;
	struct work_struct work;
};

static void virtio_pmem_req_release(struct kref *kref)
{
	kfree(container_of(kref, struct virtio_pmem_request, kref));
}

/* There is place in the queue for one more. */
static void virtio_pmem_wake_one_waiter(struct virtio_pmem *vpmem)
{
	struct virtio_pmem_request *next = list_first_entry_or_null(&vpmem->req_list, struct virtio_pmem_request, list);

	if (next) {
		list_del_init(&next->list);
		WRITE_ONCE(next->wq_buf_avail, true);
		wake_up(&next->wq_buf);
	}
}

void virtio_pmem_host_ack(struct virtqueue *vq)
{
	struct virtio_pmem *vpmem = vq->vdev->priv;
	struct virtio_pmem_request *answered;
	unsigned long flags;
	unsigned int len;

	spin_lock_irqsave(&vpmem->pmem_lock, flags);
	for (;;) {
		answered = virtqueue_get_buf(vq, &len);
		if (!answered)
			break;
		virtio_pmem_wake_one_waiter(vpmem);
		WRITE_ONCE(answered->done, true);
		wake_up(&answered->host_acked);
		kref_put(&answered->kref, virtio_pmem_req_release);
	}
	spin_unlock_irqrestore(&vpmem->pmem_lock, flags);
}

/* Into the queue, waiting for place; called and left with the lock. The queue's reference comes with it. */
static int fsc_enqueue(struct virtio_pmem *vpmem, struct virtio_pmem_request *request, unsigned long *flags)
{
	struct scatterlist out, in, *sgs[2] = { &out, &in };
	int err;

	sg_init_one(&out, &request->req, sizeof(request->req));
	sg_init_one(&in, &request->resp, sizeof(request->resp));
	while ((err = virtqueue_add_sgs(vpmem->req_vq, sgs, 1, 1, request, GFP_ATOMIC)) == -ENOSPC) {
		WRITE_ONCE(request->wq_buf_avail, false);
		list_add_tail(&request->list, &vpmem->req_list);
		spin_unlock_irqrestore(&vpmem->pmem_lock, *flags);
		wait_event(request->wq_buf, READ_ONCE(request->wq_buf_avail));
		spin_lock_irqsave(&vpmem->pmem_lock, *flags);
	}
	if (!err)
		kref_get(&request->kref);
	return err;
}

/* 0, an error, or what the host says. */
static int virtio_pmem_flush(struct nd_region *nd_region)
{
	struct virtio_device *vdev = nd_region->provider_data;
	struct virtio_pmem *vpmem = vdev->priv;
	struct virtio_pmem_request *request;
	unsigned long flags;
	bool told;
	int err;

	if (vdev->config->get_status(vdev) & VIRTIO_CONFIG_S_NEEDS_RESET)
		return -EIO;
	request = kzalloc(sizeof(*request), GFP_KERNEL);
	if (!request)
		return -ENOMEM;
	kref_init(&request->kref);
	INIT_LIST_HEAD(&request->list);
	init_waitqueue_head(&request->wq_buf);
	init_waitqueue_head(&request->host_acked);
	request->req.type = cpu_to_le32(VIRTIO_PMEM_REQ_TYPE_FLUSH);

	spin_lock_irqsave(&vpmem->pmem_lock, flags);
	err = fsc_enqueue(vpmem, request, &flags);
	told = virtqueue_kick(vpmem->req_vq);
	spin_unlock_irqrestore(&vpmem->pmem_lock, flags);
	if (err || !told) {
		err = -EIO;
	} else {
		wait_event(request->host_acked, READ_ONCE(request->done));
		err = le32_to_cpu(request->resp.ret);
	}
	kref_put(&request->kref, virtio_pmem_req_release);
	return err;
}

static int fsc_flush_error(struct nd_region *nd_region)
{
	int err = virtio_pmem_flush(nd_region);

	return err > 0 ? -EIO : err;
}

static void virtio_pmem_flush_work(struct work_struct *work)
{
	struct virtio_pmem_flush_work *flush = container_of(work, struct virtio_pmem_flush_work, work);
	int err = fsc_flush_error(flush->nd_region);

	if (err)
		flush->bio->bi_status = errno_to_blk_status(err);
	bio_endio(flush->bio);
	kfree(flush);
}

/* For a bio it is ended when the host has answered, and not by the caller; without one the caller waits. */
int async_pmem_flush(struct nd_region *nd_region, struct bio *bio)
{
	struct virtio_pmem *vpmem = ((struct virtio_device *)nd_region->provider_data)->priv;
	struct virtio_pmem_flush_work *flush;

	if (!bio || bio->bi_iter.bi_sector == (sector_t)-1)
		return fsc_flush_error(nd_region);
	flush = kmalloc(sizeof(*flush), GFP_NOIO);
	if (!flush)
		return -ENOMEM;
	flush->bio = bio;
	flush->nd_region = nd_region;
	INIT_WORK(&flush->work, virtio_pmem_flush_work);
	queue_work(vpmem->flush_wq, &flush->work);
	return NVDIMM_FLUSH_ASYNC;
}
#endif
