/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device that the host emulates, and the queue by which it is asked. Mirrors include/linux/virtio.h and virtio_config.h: buffers
 * are put in, the host answers them, the driver takes them out (drivers/virtio/virtio_ring.c). Left out: features, several queues.
 */
#ifndef _LINUX_VIRTIO_H
#define _LINUX_VIRTIO_H
#include <linux/device.h>
#include <linux/scatterlist.h>
#include <linux/types.h>
#include <linux/wait.h>

#define VIRTIO_CONFIG_S_NEEDS_RESET 0x40

struct virtio_device;
/* Memory of the host's that the device shows. */
struct virtio_shm_region {
	u64 addr;
	u64 len;
};
struct virtio_config_ops {
	u8 (*get_status)(struct virtio_device *vdev);
	bool (*get_shm_region)(struct virtio_device *vdev, struct virtio_shm_region *region, u8 id);
};
struct virtio_device {
	struct device dev;
	const struct virtio_config_ops *config;
	void *priv;
};

#define FSC_VQ_MAX 4
struct fsc_vq_buffer {
	void *data; /* what the driver calls it, NULL: free */
	void *in;   /* where the host answers */
	bool kicked, answered;
};
struct virtqueue {
	struct virtio_device *vdev;
	void (*callback)(struct virtqueue *vq);
	unsigned int num_free, num_max;
	bool fsc_broken;
	struct wait_queue_head fsc_host; /* where the host waits to be told of something */
	struct fsc_vq_buffer fsc_buffers[FSC_VQ_MAX];
};

static inline bool virtio_get_shm_region(struct virtio_device *vdev, struct virtio_shm_region *region, u8 id)
{
	return vdev->config->get_shm_region && vdev->config->get_shm_region(vdev, region, id);
}
int virtqueue_add_sgs(struct virtqueue *vq, struct scatterlist *sgs[], unsigned int out_sgs, unsigned int in_sgs, void *data,
		      gfp_t gfp);
bool virtqueue_kick(struct virtqueue *vq);
void *virtqueue_get_buf(struct virtqueue *vq, unsigned int *len);

/* Ours: there is something for the host to answer; it answers what it has been told of, and interrupts; how many. */
bool fsc_host_asked(struct virtqueue *vq);
int fsc_host_answers(struct virtqueue *vq, u32 answer);
extern void (*fsc_host_looks)(void); /* called before the host answers */
#endif
