// SPDX-License-Identifier: GPL-2.0-or-later
/* A queue between driver and host, without a ring: buffers are answered in the order of their slots. Mirrors drivers/virtio/virtio_ring.c. */
#include <linux/errno.h>
#include <linux/spinlock.h>
#include <linux/virtio.h>

void (*fsc_host_looks)(void);

int virtqueue_add_sgs(struct virtqueue *vq, struct scatterlist *sgs[], unsigned int out_sgs, unsigned int in_sgs, void *data,
		      gfp_t gfp)
{
	(void)gfp;
	BUG_ON(!data || !in_sgs);
	if (vq->fsc_broken)
		return -EIO;
	for (unsigned int i = 0; i < vq->num_max; i++) {
		struct fsc_vq_buffer *slot = &vq->fsc_buffers[i];

		if (slot->data)
			continue;
		/* The host looks at any time: what makes it look comes last. */
		slot->in = sgs[out_sgs]->fsc_buf;
		slot->kicked = slot->answered = false;
		slot->data = data;
		vq->num_free--;
		return 0;
	}
	return -ENOSPC;
}

bool virtqueue_kick(struct virtqueue *vq)
{
	if (vq->fsc_broken)
		return false;
	for (unsigned int i = 0; i < vq->num_max; i++)
		vq->fsc_buffers[i].kicked = vq->fsc_buffers[i].data;
	wake_up_all(&vq->fsc_host);
	return true;
}

void *virtqueue_get_buf(struct virtqueue *vq, unsigned int *len)
{
	for (unsigned int i = 0; i < vq->num_max; i++) {
		struct fsc_vq_buffer *slot = &vq->fsc_buffers[i];
		void *data = slot->data;

		if (!slot->answered)
			continue;
		slot->data = NULL;
		slot->kicked = slot->answered = false;
		vq->num_free++;
		*len = sizeof(u32);
		return data;
	}
	return NULL;
}

static bool fsc_waits_for_host(const struct fsc_vq_buffer *slot)
{
	return slot->data && slot->kicked && !slot->answered;
}

bool fsc_host_asked(struct virtqueue *vq)
{
	for (unsigned int i = 0; i < vq->num_max; i++)
		if (fsc_waits_for_host(&vq->fsc_buffers[i]))
			return true;
	return false;
}

int fsc_host_answers(struct virtqueue *vq, u32 answer)
{
	int n = 0;

	for (unsigned int i = 0; i < vq->num_max; i++) {
		struct fsc_vq_buffer *slot = &vq->fsc_buffers[i];

		if (!fsc_waits_for_host(slot))
			continue;
		if (fsc_host_looks)
			fsc_host_looks();
		*(u32 *)slot->in = answer;
		slot->answered = true;
		n++;
	}
	if (n)
		vq->callback(vq);
	return n;
}
