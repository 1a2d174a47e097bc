/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Persistent memory that the host keeps, and asking it to make that durable. Mirrors drivers/nvdimm/virtio_pmem.h. */
#ifndef _LINUX_VIRTIO_PMEM_H
#define _LINUX_VIRTIO_PMEM_H
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/nd.h>
#include <linux/spinlock.h>
#include <linux/virtio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define VIRTIO_PMEM_REQ_TYPE_FLUSH 0

struct virtio_pmem_resp {
	__le32 ret;
};
struct virtio_pmem_req {
	__le32 type;
};

/* One flush: held by who waits for it and, while it is there, by the queue. */
struct virtio_pmem_request {
	struct virtio_pmem_req req;
	struct virtio_pmem_resp resp;
	struct kref kref;
	bool done;
	wait_queue_head_t host_acked; /* until done */
	bool wq_buf_avail;
	wait_queue_head_t wq_buf; /* until there is place in the queue */
	struct list_head list;
};

struct virtio_pmem {
	struct virtio_device *vdev;
	struct virtqueue *req_vq;
	struct workqueue_struct *flush_wq;
	struct mutex flush_lock;
	spinlock_t pmem_lock; /* the queue and req_list */
	struct list_head req_list; /* who waits for place */
	__u64 start;
	__u64 size;
};

int async_pmem_flush(struct nd_region *nd_region, struct bio *bio);
void virtio_pmem_host_ack(struct virtqueue *vq);
#endif
